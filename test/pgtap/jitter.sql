-- With a step that is given, rows beside its grid are taken for the nearest point, and that is said.
BEGIN;
SET LOCAL client_min_messages = error;
SET LOCAL timezone = 'Europe/Berlin';
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lstm_forecast;
SET LOCAL check_function_bodies = off;

SELECT plan(37);

CREATE FUNCTION pg_temp.train(options jsonb DEFAULT '{}') RETURNS bytea LANGUAGE sql AS
$$ SELECT lstm_train('rows', 'value', lookback => 4, options => '{"epochs": 1, "units": 1}' || options) $$;
CREATE FUNCTION pg_temp.first_forecast(options jsonb) RETURNS text LANGUAGE sql AS
$$ SELECT forecast_at::timestamp::text FROM lstm_forecast(pg_temp.train(options), 1) $$;
CREATE FUNCTION pg_temp.failure(options jsonb DEFAULT '{}') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    message text;
    detail text;
    hint text;
BEGIN
    PERFORM pg_temp.train(options);
    RETURN NULL;
EXCEPTION WHEN data_exception OR invalid_parameter_value THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN concat_ws(' | ', message, detail, hint);
END $$;

-- Samples every five minutes, up to two minutes early or late.
CREATE TEMP TABLE rows AS SELECT timestamptz '2024-03-30 22:00+00' + i * interval '5 minutes'
    + ((i * 7919 % 241) - 120) * interval '1 second' AS at, i % 12 AS value FROM generate_series(0, 199) i;
SELECT is(pg_temp.first_forecast('{"step": "5 minutes"}'), '2024-03-31 16:40:00', 'the forecast lies on the grid');
SELECT is(lstm_info(pg_temp.train('{"step": "5 minutes"}'))->>'rows', '200', 'every row counts once');
SELECT is(lstm_info(pg_temp.train('{"step": "5 minutes"}'))->'missing'->>'rows', '0', 'and no row is missing');
SELECT is((SELECT array_agg(x[1] ORDER BY window_no) FROM lstm_windows('rows', 'value', lookback => 1, step => '5 minutes')),
    (SELECT array_agg(value::float8 ORDER BY at) FROM (SELECT * FROM rows ORDER BY at LIMIT 199) r), 'in the order in which they came');
SELECT is((SELECT string_agg(DISTINCT extract(epoch FROM at)::int % 300 || '', ',') FROM lstm_rolling(pg_temp.train('{"step": "5 minutes"}'), steps => 1)),
    '0', 'rows are read again as they were trained on');
SELECT is((SELECT count(*) FROM lstm_anomalies(pg_temp.train('{"step": "5 minutes"}'))), 196::bigint, 'by other functions, too');
SELECT is((SELECT count(DISTINCT fold) FROM lstm_backtest('rows', 'value', lookback => 4, folds => 3, test_rows => 5,
    options => '{"epochs": 1, "units": 1, "step": "5 minutes"}')), 3::bigint, 'and in backtests');
SELECT is((SELECT count(*) FROM lstm_evaluate(pg_temp.train('{"step": "5 minutes"}')) WHERE value IS NOT NULL) > 0, true, 'and evaluations');
SELECT is((SELECT reason LIKE 'too few new rows%' FROM lstm_update(pg_temp.train('{"step": "5 minutes"}'))), true, 'and updates');
DELETE FROM rows WHERE value = 7 AND at > '2024-03-31 10:00';
SELECT matches(pg_temp.failure('{"step": "5 minutes", "missing": "error"}'), 'The step is 00:05:00; 6 rows are missing', 'gaps are gaps');
SELECT is(lstm_info(pg_temp.train('{"step": "5 minutes"}'))->'missing'->>'rows', '6', 'which are few enough to be filled unasked');
SELECT is(pg_temp.first_forecast('{"step": "5 minutes"}'), '2024-03-31 16:35:00', 'and forecasts begin behind the newest row');
SELECT is(lstm_info(pg_temp.train('{"step": "5 minutes", "missing": "linear"}'))->'missing'->>'rows', '6', 'and are filled');

---- two rows of one step ----

INSERT INTO rows VALUES ('2024-03-31 00:59:30', 3);
SELECT matches(pg_temp.failure('{"step": "5 minutes", "missing": "linear"}'),
    'two rows of relation "rows" belong to one step: .* \| The step is 00:05:00; both rows are nearest to .*"aggregate"', 'two rows that meet are an error');
SELECT is(pg_temp.failure('{"step": "5 minutes", "missing": "linear", "aggregate": "last"}'), NULL, 'the hint works');
SELECT is(lstm_info(pg_temp.train('{"step": "5 minutes", "missing": "linear", "aggregate": "last"}'))->'missing'->>'rows', '6',
    'samples are taken for the nearest point even then');

---- the grid ----

-- at 17 seconds past the minute, and a little
CREATE OR REPLACE FUNCTION pg_temp.make(type text, first text, step interval, count int, jitter interval) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    DROP TABLE IF EXISTS rows;
    EXECUTE format('CREATE TEMP TABLE rows AS SELECT ($1::timestamp + i * $2 + ((i * 7919 %% 101) - 50) / 50.0 * $4)::%s AS at,
        i %% 7 AS value FROM generate_series(0, $3 - 1) i', type) USING first, step, count, jitter;
END $$;
SELECT pg_temp.make('timestamp', '2024-01-01 00:00:17', '1 minute', 50, '0.4 seconds');
SELECT is(pg_temp.first_forecast('{"step": "1 minute"}'), '2024-01-01 00:50:17', 'samples far from the minute have a grid of their own');
SELECT pg_temp.make('timestamp', '2024-01-01 00:00:04', '1 minute', 50, '0.4 seconds');
SELECT is(pg_temp.first_forecast('{"step": "1 minute"}'), '2024-01-01 00:50:00', 'those close to it have whole minutes');
SELECT pg_temp.make('timestamp', '2024-01-01 00:30', '1 hour', 50, '0 seconds');
UPDATE rows SET at = at + interval '3 minutes' WHERE value = 3;
SELECT is(pg_temp.first_forecast('{"step": "1 hour"}'), '2024-01-03 02:30:00', 'the grid that most rows are on is the grid');
SELECT pg_temp.make('timestamp', '2024-01-01 18:00', '1 day', 50, '40 minutes');
SELECT is(pg_temp.first_forecast('{"step": "1 day"}'), '2024-02-20 18:00:00', 'an evening is not taken for the next day');
SELECT pg_temp.make('timestamptz', '2024-03-01 00:00', '1 day', 60, '40 minutes');
SELECT is(pg_temp.first_forecast('{"step": "1 day"}'), '2024-04-30 00:00:00', 'local midnights are midnights, also over a change of the clock');
SELECT pg_temp.make('date', '2024-01-03', '1 month', 20, '2 days');
SELECT is(pg_temp.first_forecast('{"step": "1 month"}'), '2025-09-01 00:00:00', 'dates about the first of a month are months');
SELECT pg_temp.make('date', '2024-01-01', '7 days', 20, '3 days');
SELECT is(pg_temp.first_forecast('{"step": "7 days"}'), '2024-05-20 00:00:00', 'weeks begin on Monday');
SET LOCAL timezone = 'Asia/Kolkata';
SELECT pg_temp.make('timestamptz', '2024-01-01 00:00', '1 hour', 50, '4 minutes');
SELECT is(pg_temp.first_forecast('{"step": "1 hour"}'), '2024-01-03 02:00:00', 'whole hours are those of the clock on the wall');
SET LOCAL timezone = 'Europe/Berlin';

DROP TABLE rows;
CREATE TEMP TABLE rows AS SELECT 100 * i + i * 7 % 11 AS at, i % 7 AS value FROM generate_series(0, 49) i;
SELECT is((SELECT x FROM lstm_windows('rows', 'value', 'at', step => '100') WHERE window_no = 3), '{2}', 'integers move as well');

---- later rows ----

SELECT pg_temp.make('timestamp', '2024-01-01', '1 hour', 50, '0 seconds');
CREATE TEMP TABLE models AS SELECT pg_temp.train('{"step": "1 hour"}') AS given, pg_temp.train() AS found;
INSERT INTO rows VALUES ('2024-01-03 02:03', 1), ('2024-01-03 02:58', 2), ('2024-01-03 04:01', 3), ('2024-01-03 05:02', 4);
SELECT is((SELECT forecast_at::timestamp::text FROM models, lstm_forecast(given)), '2024-01-03 06:00:00',
    'rows that come late are moved, where the step was given');
SELECT throws_like('SELECT lstm_forecast(found) FROM models', '%not regular%', 'and are an error where it was found');

---- several series ----

CREATE TEMP TABLE meters AS SELECT s AS meter, timestamp '2024-01-01' + s * interval '30 minutes' + i * interval '1 hour' + (i * 7919 % 101 - 50) * interval '1 second' AS at,
    i % 7 + s AS value FROM generate_series(0, 1) s, generate_series(0, 59) i;
CREATE TEMP TABLE metered AS SELECT lstm_train('meters', 'value', series_column => 'meter', lookback => 4, options => '{"epochs": 1, "units": 1, "step": "1 hour"}') AS model;
SELECT is((SELECT string_agg(forecast_at::timestamp::time::text || ' ' || status, ', ' ORDER BY series) FROM metered, lstm_forecast(model)), '12:00:00 ok, 12:30:00 ok',
    'a series whose rows lie between the points of the others has a grid of its own');
SELECT is((SELECT count(DISTINCT at) FROM metered, lstm_rolling(model, steps => 1)), 112::bigint, 'wherever its rows are read');

---- without a step ----

SELECT pg_temp.make('timestamp', '2024-01-01', '1 minute', 50, '0.4 seconds');
SELECT matches(pg_temp.failure(), '{"step": "1 minute"}', 'the hint names the step: minutes');
SELECT pg_temp.make('timestamp', '2024-01-01', '15 minutes', 50, '20 seconds');
SELECT matches(pg_temp.failure(), '{"step": "15 minutes"}', 'quarters of an hour');
SELECT pg_temp.make('timestamptz', '2024-01-01', '1 day', 50, '90 minutes');
SELECT matches(pg_temp.failure(), '{"step": "1 day"}', 'days');
SELECT pg_temp.make('date', '2024-01-03', '1 month', 50, '2 days');
SELECT matches(pg_temp.failure(), '{"step": "1 month"}', 'months');
SELECT is(pg_temp.failure('{"step": "1 month"}'), NULL, 'and the hint works');

---- what is wrong with a step of weekdays ----

SELECT pg_temp.make('timestamp', '2024-01-01 17:00', '1 day', 60, '30 minutes');
SELECT matches(pg_temp.failure('{"step": "business day"}'), 'is a Saturday', 'a Saturday is not moved to a Friday');
DELETE FROM rows WHERE extract(isodow FROM at) > 5;
SELECT is(pg_temp.first_forecast('{"step": "business day"}'), '2024-03-01 17:00:00', 'but the time of the day may vary');

---- seasons ----

-- a day of hours, taken out of the targets and put back where a row lies on the grid, not where it came or was numbered
CREATE TEMP TABLE hourly AS SELECT timestamptz '2024-01-01 00:00:03+00' + i * interval '1 hour' + (i * 7919 % 1200 - 600) * interval '1 second' AS at,
    (10 + i % 24)::float8 AS value FROM generate_series(0, 720) i WHERE i NOT IN (100, 500, 715);
SELECT results_eq($$SELECT forecast_at AT TIME ZONE 'UTC', round(forecast) FROM lstm_forecast(lstm_train('hourly', 'value', lookback => 24, horizon => 3,
    options => '{"epochs": 3, "units": 2, "step": "1 hour", "season": 24, "deseasonalize": "additive"}'))$$,
    $$SELECT timestamp '2024-01-31 00:00' + k * interval '1 hour', 10.0::float8 + k FROM generate_series(1, 3) k$$, 'seasons follow the grid');

SELECT * FROM finish();
ROLLBACK;
