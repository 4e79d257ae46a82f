-- A model of a line, kept in a table; and whether its forecast goes on with that line.
CREATE TABLE lines AS SELECT date '2024-01-01' + i AS day, 10.0 * (i + 1) AS value FROM generate_series(0, 39) i;
CREATE TABLE models (name text PRIMARY KEY, model bytea NOT NULL);
INSERT INTO models SELECT 'lines', lstm_train('lines', 'value', lookback => 3, options => '{"seed": 1}');
SELECT count(*) = 3 AND bool_and(abs(forecast - 10 * (40 + step)) < 10)
FROM models, lstm_forecast(model, steps => 3)
WHERE name = 'lines';
