-- Threads do not change a model and are gone after training; kernels change its last digits.
BEGIN;
SET LOCAL client_min_messages = error;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lstm_forecast;

SELECT plan(22);

CREATE TABLE hours (at timestamp PRIMARY KEY, value float8);
INSERT INTO hours SELECT timestamp '2024-01-01' + i * interval '1 hour', sin(i / 4.0) * 5 + i % 7 FROM generate_series(1, 700) AS i;
CREATE FUNCTION pg_temp.work(options jsonb DEFAULT '{}') RETURNS bytea LANGUAGE sql AS $$
    SELECT lstm_train('hours', 'value', lookback => 24, horizon => 3,
        options => '{"epochs": 3, "units": 48, "batch_size": 64}'::jsonb || options) $$;
CREATE FUNCTION pg_temp.threads() RETURNS bigint LANGUAGE sql AS
$$ SELECT count(*) FROM pg_ls_dir('/proc/' || pg_backend_pid() || '/task') $$;

-- the first call loads the library, and with it its settings
SELECT isnt((SELECT kernels FROM lstm_build_info()), NULL, 'some kernels are in use');

---- threads ----

SELECT is(current_setting('lstm_forecast.max_threads'), '-1', 'the number of threads is left to the extension');
SET LOCAL max_parallel_maintenance_workers = 4;
SELECT is((SELECT threads FROM lstm_build_info()), 2, 'the extension takes two threads if nothing is said');
SET LOCAL max_parallel_maintenance_workers = 0;
SELECT is((SELECT threads FROM lstm_build_info()), 1, 'the extension takes one thread where maintenance is not to run in parallel');
SET LOCAL lstm_forecast.max_threads = 4;
SELECT is((SELECT threads FROM lstm_build_info()), 4, 'the extension takes as many threads as it is told');
SELECT throws_ok('SET lstm_forecast.max_threads = 17', '22023', NULL, 'the extension takes no more than 16 threads');

CREATE TEMP TABLE models AS SELECT pg_temp.work('{"threads": 1}') AS one;
SELECT ok(pg_temp.work('{"threads": 2}') = one, 'two threads train the same model bit for bit') FROM models;
SELECT ok(pg_temp.work('{"threads": 4}') = one, 'four threads train the same model bit for bit') FROM models;
SELECT ok(pg_temp.work() = one, 'as many threads as are allowed train the same model') FROM models;
SET LOCAL lstm_forecast.max_threads = 1;
SELECT ok(pg_temp.work('{"threads": 4}') = one, 'one thread trains where no more are allowed') FROM models;
SET LOCAL lstm_forecast.max_threads = 4;
SELECT ok(pg_temp.work('{"seed": 2}') <> one, 'while another seed trains another') FROM models;
SELECT throws_ok($$ SELECT pg_temp.work('{"threads": 0}') $$, '22023', NULL, 'no threads cannot train');
SELECT is(pg_temp.threads(), 1::bigint, 'after training the backend has one thread');
SELECT throws_ok($$ SELECT pg_temp.work('{"optimizer": "sgd", "learning_rate": 100, "clip_norm": 0, "scale": "none", "epochs": 1000,
    "activation": "relu"}') $$, '22003', NULL, 'a training in threads fails');
SELECT is(pg_temp.threads(), 1::bigint, 'after an error it has one thread');
CREATE FUNCTION pg_temp.endless() RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_temp.work('{"epochs": 100000, "patience": 0}');
    RETURN 'it came to its end';
EXCEPTION
    WHEN query_canceled THEN
        RETURN SQLSTATE;
END $$;
SET LOCAL statement_timeout = '300ms';
SELECT is(pg_temp.endless(), '57014', 'a training in threads is cancelled');
SET LOCAL statement_timeout = 0;
SELECT is(pg_temp.threads(), 1::bigint, 'after a cancel it has one thread');

---- kernels ----

SET LOCAL lstm_forecast.kernels = generic;
SELECT is((SELECT kernels FROM lstm_build_info()), 'generic', 'kernels for any processor can be asked for');
CREATE TEMP TABLE by_generic AS SELECT f.forecast, step FROM models, lstm_forecast(one) AS f;
CREATE TEMP TABLE trained_by_generic AS SELECT pg_temp.work() AS model;
SET LOCAL lstm_forecast.kernels = auto;
SELECT ok((SELECT bool_and(abs(f.forecast - g.forecast) < 1e-4) FROM models, lstm_forecast(one) AS f JOIN by_generic AS g USING (step)),
    'all kernels forecast the same but for rounding');
SELECT ok((SELECT bool_and(abs(f.forecast - g.forecast) < 0.2) FROM models, trained_by_generic, lstm_forecast(one) AS f
           JOIN lstm_forecast(model) AS g USING (step)), 'all kernels train models that forecast alike');
SELECT throws_ok('SET lstm_forecast.kernels = ''abacus''', '22023', NULL, 'names of other kernels are refused');
SELECT isnt((SELECT kernels FROM lstm_build_info()), 'auto', 'lstm_build_info tells which ones are in use');

SELECT * FROM finish();
ROLLBACK;
