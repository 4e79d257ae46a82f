-- What one unit of each thing costs that there are many of on many nodes: models, weights, series, rows, workers. See make scale.
\set ON_ERROR_STOP on
CREATE EXTENSION IF NOT EXISTS lstm_forecast;
SET client_min_messages = error;
\set QUIET on
\pset footer off
SET jit = off;

-- seconds of a statement: the least of some runs
CREATE FUNCTION seconds(statement text, runs int DEFAULT 3) RETURNS float8 LANGUAGE plpgsql AS $$
DECLARE
    least float8 := 'infinity';
    started timestamptz;
BEGIN
    FOR i IN 1..runs LOOP
        started := clock_timestamp();
        EXECUTE statement;
        least := LEAST(least, extract(epoch FROM clock_timestamp() - started));
    END LOOP;
    RETURN least;
END $$;
CREATE TABLE readings AS
SELECT s AS sensor, timestamptz '2024-01-01 00:00+00' + h * interval '1 hour' AS at, (s + 1) * (2 + sin(2 * pi() * h / 24 + s)) + hashint4(h * 31 + s) % 10 / 20.0 AS value
FROM generate_series(1, 100) s, generate_series(0, 999) h;
ALTER TABLE readings SET (parallel_workers = 2);
CREATE TABLE one AS SELECT at, value FROM readings WHERE sensor = 1;
ALTER TABLE one ADD PRIMARY KEY (at);
ANALYZE readings, one;
CREATE TABLE sizes AS
SELECT units, errors, lstm_train('one', 'value', horizon => 24, lookback => 48,
    options => jsonb_build_object('epochs', 1, 'units', units, 'validation', CASE WHEN errors THEN 0.2 ELSE 0 END)) AS model
FROM unnest('{16,50,256}'::int[]) units, unnest('{false,true}'::bool[]) errors;
CREATE TABLE copies AS SELECT units, errors, model FROM sizes, generate_series(1, 200) i;
CREATE TABLE panels AS
SELECT lstm_train('readings', 'value', 'at', 'sensor', horizon => 24, lookback => 48, options => '{"epochs": 1, "units": 16, "validation": 0}') AS model;

\echo
\echo A model, without and with held-out errors: bytes, of which weights; and milliseconds to read it and add it to an average, and
\echo to forecast with it, when it is cached and when it is not.
SELECT units, errors, (lstm_info(model)->>'parameters')::int AS weights, length(model) AS bytes, 4 * (lstm_info(model)->>'parameters')::int AS of_weights,
       round((1000 * seconds(format('SELECT lstm_average_agg(model) FROM copies WHERE units = %s AND errors = %L', units, errors)) / 200)::numeric, 2) AS average_ms,
       round((1000 * seconds(format('SELECT count(f.forecast) FROM (SELECT model FROM sizes WHERE units = %s AND errors = %L) m, generate_series(1, 100) i,
           LATERAL (SELECT f.* FROM lstm_forecast(model, as_of => ''2024-01-31 00:00+00''::timestamptz + i * interval ''1 hour'') f) f', units, errors)) / 100)::numeric, 2) AS forecast_ms,
       round((1000 * seconds(format('SET LOCAL lstm_forecast.model_cache = 0; SELECT f.* FROM sizes, lstm_forecast(model) f WHERE units = %s AND errors = %L', units, errors), 20))::numeric, 2) AS first_ms
FROM sizes ORDER BY units, errors;

\echo A series in a model of many: bytes, and microseconds in an average.
SELECT round((length(p.model) - length(m.model)) / 99.0) AS bytes,
       round((1e6 * (seconds('SELECT lstm_average_agg(model) FROM panels, generate_series(1, 200)') / 200 -
           seconds('SELECT lstm_average_agg(model) FROM copies WHERE units = 16 AND NOT errors') / 200) / 99)::numeric, 2) AS average_us
FROM panels p, sizes m WHERE m.units = 16 AND NOT m.errors;

\echo Training: milliseconds for a group of 1000 rows, by epochs of a network of 16 units; the first row is what all but epochs takes.
SELECT epochs, round((1000 * seconds(format('SELECT lstm_train_agg(at, value, ''{"epochs": %s, "units": 16, "lookback": 24, "validation": 0, "threads": 1}'') FROM one', epochs)))::numeric, 1) AS ms
FROM unnest('{1,10}'::int[]) epochs;

\echo Workers of one server, in turn: milliseconds in one process, and with two workers.
CREATE FUNCTION by_workers(statement text) RETURNS TABLE (one_process numeric, two_workers numeric, ratio numeric) LANGUAGE plpgsql AS $$
DECLARE
    alone float8 := 'infinity';
    shared float8 := 'infinity';
BEGIN
    PERFORM set_config('parallel_setup_cost', '0', true), set_config('parallel_tuple_cost', '0', true), set_config('min_parallel_table_scan_size', '0', true);
    FOR i IN 1..5 LOOP
        PERFORM set_config('max_parallel_workers_per_gather', '0', true);
        alone := LEAST(alone, seconds(statement, 1));
        PERFORM set_config('max_parallel_workers_per_gather', '2', true);
        shared := LEAST(shared, seconds(statement, 1));
    END LOOP;
    RETURN QUERY SELECT round(1000 * alone::numeric, 1), round(1000 * shared::numeric, 1), round((alone / shared)::numeric, 2);
END $$;
ALTER TABLE copies SET (parallel_workers = 2);
ANALYZE copies;
SELECT 'rows of 100 groups read, 1 epoch of one unit' AS what, w.* FROM by_workers('SELECT sensor, lstm_train_agg(at, value,
    ''{"epochs": 1, "units": 1, "lookback": 2, "batch_size": 4096, "validation": 0, "threads": 1}'') FROM readings GROUP BY sensor') w
UNION ALL
SELECT '200 models of 256 units averaged', w.* FROM by_workers('SELECT lstm_average_agg(model) FROM copies WHERE units = 256 AND errors') w;

\echo A head that plans for 1000 nodes: milliseconds.
CREATE EXTENSION IF NOT EXISTS postgres_fdw;
CREATE TABLE spread (sensor text, at timestamptz, value float8) PARTITION BY HASH (sensor);
CREATE SERVER nowhere FOREIGN DATA WRAPPER postgres_fdw OPTIONS (extensions 'lstm_forecast', async_capable 'true', fdw_tuple_cost '1');
CREATE USER MAPPING FOR CURRENT_USER SERVER nowhere;
DO $$
BEGIN
    FOR i IN 0..999 LOOP
        EXECUTE format('CREATE FOREIGN TABLE spread_%1$s PARTITION OF spread FOR VALUES WITH (MODULUS 1000, REMAINDER %1$s) SERVER nowhere', i);
    END LOOP;
END $$;
SET enable_partitionwise_aggregate = on;
SELECT round((1000 * seconds($$EXPLAIN SELECT sensor, lstm_train_agg(at, value, '{}') FROM spread GROUP BY sensor$$))::numeric) AS plan_ms;
