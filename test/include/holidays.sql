-- What a session of its own is told about holidays.
SET client_min_messages = error;
CREATE EXTENSION IF NOT EXISTS lstm_forecast;
SET client_min_messages = notice;
CREATE TEMP TABLE days AS SELECT date '2024-01-01' + i AS day, (i % 7)::float8 AS v FROM generate_series(0, 199) i;
CREATE TEMP TABLE feasts (day date, name text);
INSERT INTO feasts VALUES ('2024-02-01', 'twice'), ('2024-05-01', 'twice'), ('2024-03-01', 'once'), ('2030-01-01', 'never');
SELECT length(lstm_train('days', 'v', options => '{"holidays": "feasts", "epochs": 1, "architecture": "vanilla", "units": 1}')) > 0 AS trained;
INSERT INTO feasts VALUES ('2024-04-01', 'once too');
DELETE FROM feasts WHERE name = 'never';
CREATE TEMP TABLE made AS SELECT lstm_train('days', 'v', options => '{"holidays": "feasts", "epochs": 1, "architecture": "vanilla", "units": 1}') AS model;
SELECT step FROM made, lstm_forecast(model);
INSERT INTO feasts VALUES ('2024-08-01', 'twice');
SELECT 'nothing' AS is_said FROM made, lstm_forecast(model);
DELETE FROM feasts;
SELECT step FROM made, lstm_forecast(model);
SELECT length(lstm_train('days', 'v', options => '{"holidays": "feasts", "epochs": 1, "architecture": "vanilla", "units": 1}')) > 0 AS trained;
