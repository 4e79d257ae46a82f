-- Training leaves the backend as it was: one thread, exact small numbers, no memory kept.
BEGIN;
SET LOCAL client_min_messages = error;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lstm_forecast;

SELECT plan(13);

\ir ../include/memory.sql

CREATE TABLE days (at date PRIMARY KEY, value float8);
INSERT INTO days SELECT date '2024-01-01' + i, sin(i / 3.0) * 5 FROM generate_series(1, 300) AS i;
CREATE FUNCTION pg_temp.work(options jsonb DEFAULT '{}') RETURNS bytea LANGUAGE sql AS
$$ SELECT lstm_train('days', 'value', lookback => 5, options => '{"epochs": 2, "units": 20}'::jsonb || options) $$;
CREATE FUNCTION pg_temp.kept() RETURNS SETOF text LANGUAGE sql AS
$$ SELECT name FROM pg_backend_memory_contexts WHERE name LIKE '%lstm%' AND name NOT LIKE 'lstm_forecast%cache%' $$;
CREATE FUNCTION pg_temp.used() RETURNS bigint LANGUAGE sql AS $$ SELECT sum(total_bytes)::bigint FROM pg_backend_memory_contexts $$;

CREATE TEMP TABLE models AS SELECT pg_temp.work('{"units": 64, "batch_size": 256}') AS model;
SELECT is((SELECT count(*) FROM lstm_rolling(model, steps => 3)), 295::bigint, 'the backend has trained and forecast') FROM models;

SELECT is((SELECT count(*) FROM pg_ls_dir('/proc/' || pg_backend_pid() || '/task')), 1::bigint, 'the backend has one thread after training');
SELECT ok(5e-324::float8 > 0, 'the smallest number is more than nothing');
SELECT is((2.2250738585072014e-308::float8 / 4)::text, '5.562684646268003e-309', 'numbers below the normal ones are computed with');
SELECT is((1.1754944e-38::real / 4::real)::text, '2.938736e-39', 'numbers below the normal ones are computed with in single precision, too');
SELECT is((SELECT sum(v) FROM unnest(ARRAY[1e16, 1, -1e16]::float8[]) AS v), (1e16::float8 + 1) - 1e16, 'sums are not reordered');

SELECT is_empty('SELECT pg_temp.kept()', 'no memory context of training remains after success');
SELECT throws_ok($$ SELECT pg_temp.work('{"optimizer": "sgd", "learning_rate": 100, "clip_norm": 0, "scale": "none", "epochs": 1000}') $$,
    '22003', NULL, 'a training fails half way');
SELECT is_empty('SELECT pg_temp.kept()', 'no memory context of training remains after an error');
SELECT throws_ok($$ SELECT f.* FROM models, lstm_predict(model, '{1}') AS f $$, '22023', NULL, 'a forecast fails');
SELECT is_empty('SELECT pg_temp.kept()', 'an error of forecasting leaves no thread behind');

CREATE TEMP TABLE before AS SELECT pg_temp.used() AS bytes;
DO $$
DECLARE
    model bytea;
BEGIN
    FOR i IN 1 .. 30 LOOP
        model := pg_temp.work();
        PERFORM count(*) FROM lstm_rolling(model);
        PERFORM lstm_info(model);
        BEGIN
            PERFORM pg_temp.work('{"optimizer": "sgd", "learning_rate": 100, "clip_norm": 0, "scale": "none"}');
        EXCEPTION WHEN OTHERS THEN
            NULL;
        END;
    END LOOP;
END $$;
SELECT cmp_ok(pg_temp.used() - bytes, '<', 1024 * 1024::bigint, 'thirty trainings, and thirty that may fail, do not grow the backend')
FROM before;
SELECT is((SELECT count(*) FROM pg_ls_dir('/proc/' || pg_backend_pid() || '/task')), 1::bigint, 'the backend still has one thread in the end');

SELECT * FROM finish();
ROLLBACK;
