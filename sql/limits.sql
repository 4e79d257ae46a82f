-- What protects the server: the wording of its limits, and that only a superuser moves them.
SET client_min_messages = error;
CREATE EXTENSION IF NOT EXISTS lstm_forecast;
DROP ROLE IF EXISTS lstm_limited;
CREATE ROLE lstm_limited;
CREATE TABLE limited AS SELECT n, sin(n / 10.0) AS value FROM generate_series(1, 1000) AS n;
GRANT SELECT ON limited TO lstm_limited;
SELECT version <> '' AS loaded FROM lstm_build_info();
SELECT name, setting, unit, context, min_val, max_val FROM pg_settings WHERE name LIKE 'lstm\_forecast.%' ORDER BY name COLLATE "C";

-- the size of a model, known before rows are read, when they were read, and of one that is imported
SET lstm_forecast.max_model_size = '40kB';
SELECT lstm_train('limited', 'value', 'n', lookback => 5, options => '{"units": 100}');
SELECT lstm_train('limited', 'value', 'n', lookback => 5, options => '{"units": 50, "epochs": 1}') IS NOT NULL AS trained;
SELECT lstm_train('limited', 'value', 'n', lookback => 5, options => '{"units": 40, "ensemble": 3}');
SELECT lstm_import('{"input": [4, 1], "layers": [{"type": "flatten"}, {"type": "dense", "units": 10000, "use_bias": false},
    {"type": "dense", "units": 1, "use_bias": false}]}', (SELECT array_agg(0.5::real) FROM generate_series(1, 50000)));
CREATE VIEW limited_series AS SELECT s, n, value FROM limited, generate_series(1, 1500) AS s WHERE n <= 8;
SELECT lstm_train('limited_series', 'value', 'n', series_column => 's', lookback => 2, options => '{"units": 1, "epochs": 1}');
RESET lstm_forecast.max_model_size;

-- the time of a training; how far it came is left out
\set VERBOSITY terse
SET lstm_forecast.max_train_time = '500ms';
SELECT lstm_train('limited', 'value', 'n', lookback => 5, options => '{"epochs": 1000000, "patience": 0}');
SELECT lstm_train_agg(value, '{"lookback": 5, "epochs": 1000000, "patience": 0}' ORDER BY n) FROM limited;
-- also while rows are read, whether the server sorts them first or not
CREATE VIEW endless AS SELECT n, 1.0 AS value FROM generate_series(1, 1000) AS n, LATERAL (SELECT pg_sleep(0.1 + n * 0)) AS s;
CREATE VIEW sorted AS SELECT n, 1.0 + CASE WHEN pg_sleep(0.1)::text = '' THEN 0 END AS value FROM generate_series(1, 1000) AS n ORDER BY n;
SELECT lstm_train('endless', 'value', 'n', lookback => 5);
SELECT lstm_train('sorted', 'value', 'n', lookback => 5);
\set VERBOSITY default
-- somebody who handles errors can handle this one, and knows how far it came
CREATE FUNCTION try_it(options jsonb, OUT code text, OUT detail text, OUT hint text) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM lstm_train('limited', 'value', 'n', lookback => 5, options => options);
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    detail := regexp_replace(detail, '^\d+', 'N');
END $$;
SELECT * FROM try_it('{"epochs": 1000000, "patience": 0}');
DO $$
BEGIN
    PERFORM lstm_train('endless', 'value', 'n', lookback => 5);
EXCEPTION WHEN program_limit_exceeded THEN
    PERFORM pg_sleep(0.1);
    RAISE EXCEPTION '%, and the next statement runs', SQLERRM;
END $$;
-- each training of a tuning has its own time, and a trial that takes longer has failed
SELECT trial, status FROM lstm_tune('limited', 'value', 'n', lookback => 5, folds => 1, options => '{"epochs": 1, "units": 1}',
    grid => '{"epochs": [1000000], "patience": [0]}') ORDER BY trial;
RESET lstm_forecast.max_train_time;
-- it does not run on
SELECT pg_sleep(0.6);
SELECT lstm_train('limited', 'value', 'n', lookback => 5, options => '{"epochs": 1}') IS NOT NULL AS trained;

-- a user moves no limit, but takes fewer threads and hears of the progress
SET ROLE lstm_limited;
SET lstm_forecast.max_threads = 16;
SET lstm_forecast.max_model_size = '1GB';
SET lstm_forecast.max_train_time = 0;
SET lstm_forecast.log_progress = on;
SELECT set_config('lstm_forecast.max_threads', '16', false);
ALTER ROLE CURRENT_USER SET lstm_forecast.max_train_time = 0;
RESET ROLE;
SELECT format('ALTER DATABASE %I SET lstm_forecast.max_train_time = %L', current_database(), '50ms') \gexec
-- nor before the library is loaded, when nobody knows yet what it is
\c -
SET SESSION AUTHORIZATION lstm_limited;
SET lstm_forecast.max_train_time = 0;
SET lstm_forecast.max_threads = 16;
\set VERBOSITY terse
SELECT lstm_train('limited', 'value', 'n', lookback => 5, options => '{"epochs": 1000000, "patience": 0}');
SHOW lstm_forecast.max_train_time;
SHOW lstm_forecast.max_threads;
RESET SESSION AUTHORIZATION;
SELECT format('ALTER DATABASE %I RESET lstm_forecast.max_train_time', current_database()) \gexec
DROP VIEW limited_series, endless, sorted;
DROP FUNCTION try_it;
DROP TABLE limited;
DROP ROLE lstm_limited;
