-- Columns of text and enums that change from row to row: each of their values is an input of 0 and 1, wherever a model reads.
BEGIN;
SET LOCAL client_min_messages = error;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lstm_forecast;

SELECT plan(29);

\ir ../include/failure.sql

CREATE TYPE sky AS ENUM ('clear', 'rain', 'fog');
CREATE TABLE beach (day date PRIMARY KEY, visitors float8, weather text, sky sky, fest boolean);
SELECT setseed(0.3);
INSERT INTO beach SELECT date '2023-01-01' + i, NULL, w, CASE w WHEN 'sun' THEN 'clear' WHEN 'rain' THEN 'rain' ELSE 'fog' END::sky, w = 'sun'
FROM generate_series(1, 310) i, LATERAL (SELECT (ARRAY['sun', 'rain', 'mist'])[1 + floor(random() * 3 + 0 * i)::int] AS w) r;
UPDATE beach SET visitors = CASE weather WHEN 'sun' THEN 90 WHEN 'rain' THEN 10 ELSE 40 END + 0.1 * sin(day - date '2023-01-01')
WHERE day <= '2023-10-28';
CREATE VIEW beach_numbers AS SELECT day, visitors, (weather = 'mist')::int AS mist, (weather = 'rain')::int AS rain, (weather = 'sun')::int AS sun FROM beach;
CREATE TABLE models AS SELECT
    lstm_train('beach', 'visitors', horizon => 4, lookback => 4, known_inputs => '{weather}', options => '{"units": 8, "epochs": 40, "learning_rate": 0.01, "normalize": "none"}') AS ahead,
    lstm_train('beach_numbers', 'visitors', horizon => 4, lookback => 4, known_inputs => '{mist,rain,sun}', options => '{"units": 8, "epochs": 40, "learning_rate": 0.01, "normalize": "none"}') AS by_hand,
    lstm_train('beach', 'visitors', lookback => 4, inputs => '{visitors,sky}', options => '{"units": 2, "epochs": 2}') AS past;

SELECT results_eq('SELECT l.* FROM models, lstm_weights(ahead) l', 'SELECT l.* FROM models, lstm_weights(by_hand) l',
    'the network is that of columns of 0 and 1 made by hand');
SELECT is(lstm_info(ahead)->'known_inputs', '["weather=mist", "weather=rain", "weather=sun"]', 'lstm_info has an input for each value') FROM models;
SELECT is(lstm_info(past)->'inputs', '["visitors", "sky=clear", "sky=fog", "sky=rain"]', 'of an enum too') FROM models;
SELECT results_eq($$ SELECT forecast_at, forecast, lower_bound, status FROM models, lstm_forecast(ahead) $$,
    $$ SELECT forecast_at, forecast, lower_bound, status FROM models, lstm_forecast(by_hand) $$, 'and so are its forecasts');
SELECT is_empty($$ SELECT f.*, weather FROM models, lstm_forecast(ahead, steps => 9) f JOIN beach ON day = forecast_at::date
    WHERE abs(forecast - CASE weather WHEN 'sun' THEN 90 WHEN 'rain' THEN 10 ELSE 40 END) > 15 $$, 'it has learned what the weather does');
SELECT results_eq($$ SELECT origin, step, actual, forecast FROM models, lstm_rolling(ahead) $$,
    $$ SELECT origin, step, actual, forecast FROM models, lstm_rolling(by_hand) $$, 'rolling forecasts read it');
SELECT results_eq($$ SELECT metric, value FROM models, lstm_evaluate(ahead, first_origin => 200) $$,
    $$ SELECT metric, value FROM models, lstm_evaluate(by_hand, first_origin => 200) $$, 'lstm_evaluate reads it');
SELECT results_eq($$ SELECT fold, metric, value FROM lstm_backtest('beach', 'visitors', lookback => 4, known_inputs => '{weather}', folds => 2,
    options => '{"epochs": 2, "units": 2}') $$, $$ SELECT fold, metric, value FROM lstm_backtest('beach_numbers', 'visitors', lookback => 4,
    known_inputs => '{mist,rain,sun}', folds => 2, options => '{"epochs": 2, "units": 2}') $$, 'lstm_backtest reads it');
SELECT results_eq($$ SELECT window_no, x, y FROM lstm_windows('beach', 'visitors', lookback => 2, horizon => 2, known_inputs => '{weather}') $$,
    $$ SELECT window_no, x, y FROM lstm_windows('beach_numbers', 'visitors', lookback => 2, horizon => 2, known_inputs => '{mist,rain,sun}') $$,
    'lstm_windows shows it');
SELECT is((SELECT count(*) FROM models, lstm_forecast(past)), 1::bigint, 'a measured column of an enum');
SELECT is(pg_temp.failure('SELECT f.* FROM models, lstm_forecast(past, steps => 2) f') LIKE '22023: 2 steps exceed the model''s horizon of 1%', true,
    'it is not known past the horizon');
SELECT is(lstm_info(lstm_train('beach', 'visitors', lookback => 4, known_inputs => '{fest}', options => '{"epochs": 1, "units": 1}'))->'known_inputs', '["fest"]',
    'a boolean is one input of 0 and 1');
SELECT ok(lstm_plot(ahead) LIKE '%</svg>%', 'a plot reads it') FROM models;
SELECT ok((SELECT bool_and(status = 'ok') FROM models, lstm_anomalies(ahead)), 'lstm_anomalies reads it');

---- values that are new, or not there ----

UPDATE beach SET weather = 'hail' WHERE day = '2023-10-30';
SELECT is((SELECT count(*) FROM models, lstm_forecast(ahead) WHERE status = 'ok'), 4::bigint, 'a value that training has not seen is none of those it knows');
UPDATE beach SET weather = NULL WHERE day = '2023-10-30';
CREATE VIEW as_before AS SELECT day, visitors, CASE WHEN day = '2023-10-30' THEN lag(weather) OVER (ORDER BY day) ELSE weather END AS weather FROM beach;
SELECT results_eq($$ SELECT forecast FROM models, lstm_forecast(ahead) $$, $$ SELECT forecast FROM models, lstm_forecast(ahead, relation => 'as_before') $$,
    'NULL ahead becomes the value before');
UPDATE beach SET weather = NULL WHERE day > '2023-10-29';
SELECT is((SELECT string_agg(step || ' ' || status, '; ') FROM models, lstm_forecast(ahead) WHERE step IN (1, 2)),
    '1 ok; 2 known input "weather" is not known from 2023-10-30 on', 'a status names the column of the table');
UPDATE beach SET weather = NULL WHERE day = '2023-05-05';
SELECT ok((SELECT bool_and(x[2] + x[3] + x[4] = 1 AND greatest(x[2], x[3], x[4]) = 1) FROM (SELECT (SELECT array_agg(v) FROM unnest(w.x) v) AS x FROM lstm_windows('beach', 'visitors',
    known_inputs => '{weather}', missing => 'linear') w) w), 'NULL in the past becomes the value before, whatever the method');
SELECT is((SELECT accepted IS NOT NULL FROM models, lstm_update(ahead)), true, 'lstm_update reads it');

---- later trainings, several series, limits ----

CREATE VIEW dry AS SELECT * FROM beach WHERE weather IN ('sun', 'mist') OR weather IS NULL;
CREATE VIEW days_of_dry AS SELECT row_number() OVER (ORDER BY day)::int AS n, visitors, weather FROM dry WHERE visitors IS NOT NULL;
SELECT is((SELECT lstm_info(lstm_train('days_of_dry', 'visitors', 'n', lookback => 4, horizon => 4, known_inputs => '{weather}', options =>
    jsonb_build_object('init', ahead::text, 'epochs', 1)))->'known_inputs' FROM models), '["weather=mist", "weather=rain", "weather=sun"]',
    'a training that begins with a model keeps its values');
CREATE VIEW coast AS SELECT 'north' AS place, * FROM beach UNION ALL SELECT 'south', day, visitors / 2, CASE weather WHEN 'mist' THEN 'smog' ELSE weather END, sky, fest FROM beach;
CREATE TABLE coast_model AS SELECT lstm_train('coast', 'visitors', series_column => 'place', lookback => 4, known_inputs => '{weather}',
    static_inputs => '{place}', options => '{"epochs": 1, "units": 2}') AS model;
SELECT is(lstm_info(model)->'known_inputs', '["weather=mist", "weather=rain", "weather=smog", "weather=sun"]', 'several series share the values') FROM coast_model;
SELECT is((SELECT count(*) FROM coast_model, lstm_forecast(model)), 2::bigint, 'beside categories that are the same in a series');
CREATE TABLE tickets AS SELECT n, n % 7 AS value, 'ticket' || n % 33 AS code, CASE WHEN n < 0 THEN 'x' END AS nothing FROM generate_series(1, 99) n;
SELECT is(pg_temp.failure($$ SELECT lstm_train('tickets', 'value', 'n', known_inputs => '{code}') $$),
    '54000: column "code" of relation "tickets" has more than 32 values, or a very long one
DETAIL: Of a column of text or an enum each value becomes an input of 0 and 1.
HINT: Group the values in a view, or encode them as a number; if each series has one value, give the column in static_inputs, where up to 10000 are possible.',
    'too many values');
SELECT is(pg_temp.failure($$ SELECT lstm_train('tickets', 'value', 'n', known_inputs => '{nothing}') $$),
    '22000: column "nothing" of relation "tickets" has no known value
HINT: Leave the column out, or read more rows.', 'no value');
SELECT throws_ok($$ SELECT lstm_train('tickets', 'code', 'n') $$, '42804', NULL, 'text is no target');
SELECT throws_ok($$ SELECT lstm_train('tickets', 'value', 'n', known_inputs => '{none}') $$, '42703', NULL, 'a column that is not there');
CREATE VIEW numbered AS SELECT day, visitors, 1 AS weather FROM beach;
SELECT is(pg_temp.failure($$ SELECT f.* FROM models, lstm_forecast(ahead, relation => 'numbered') f $$), '42804: column "weather" of relation "numbered" is of type integer, but the model was trained on text
HINT: Use a view that casts the column to text.', 'a column that is no text any more');

---- rights ----

CREATE TABLE codes AS SELECT n, n % 5 AS value, CASE n % 3 WHEN 0 THEN 'a' ELSE 'b' END AS code FROM generate_series(1, 60) n;
CREATE TABLE codes_model AS SELECT lstm_train('codes', 'value', 'n', lookback => 3, known_inputs => '{code}', options => '{"epochs": 1, "units": 1}') AS model;
CREATE ROLE text_reader;
GRANT SELECT (n, value) ON codes TO text_reader;
GRANT SELECT ON codes_model TO text_reader;
SET LOCAL ROLE text_reader;
SELECT throws_ok($$ SELECT lstm_train('codes', 'value', 'n', known_inputs => '{code}') $$, '42501', NULL, 'values are read with the rights of the caller');
SELECT throws_ok($$ SELECT f.* FROM codes_model, lstm_forecast(model, relation => 'codes') f $$, '42501', NULL, 'in a forecast too');
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
