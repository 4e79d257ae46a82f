-- Measures how long a training with default options takes: one short series, one long one, and many; of rows that are made up here. See
-- make training-time.
\set ON_ERROR_STOP on
CREATE EXTENSION IF NOT EXISTS lstm_forecast;
SET client_min_messages = error;
\set QUIET on
\pset footer off

CREATE TABLE months AS
SELECT date '2012-01-01' + make_interval(months => n) AS at, (100 + n) * (1 + 0.2 * sin(pi() * n / 6)) + hashint4(n) % 100 / 20.0 AS value
FROM generate_series(0, 143) n;
CREATE TABLE hours AS
SELECT timestamp '2022-01-01' + n * interval '1 hour' AS at,
       100 + 20 * sin(pi() * n / 12) - CASE WHEN n / 24 % 7 >= 5 THEN 10 ELSE 0 END + hashint4(n) % 1000 / 200.0 AS value
FROM generate_series(0, 25999) n;
CREATE TABLE collection AS
SELECT id, timestamp '2022-01-01' + n * interval '1 hour' AS at,
       (1 + id % 10) * (100 + 20 * sin(pi() * (n + id) / 12) - CASE WHEN n / 24 % 7 >= 5 THEN 10 ELSE 0 END + hashint4(n + id * 1000) % 1000 / 200.0) AS value
FROM generate_series(1, 414) id, generate_series(0, 959) n;

CREATE TABLE trainings (rows text, effort text, seconds float8, model bytea);
CREATE FUNCTION timed(relation regclass, series text, horizon int, effort text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    started timestamptz := clock_timestamp();
    model bytea;
BEGIN
    IF series IS NULL THEN
        model := lstm_train(relation, 'value', horizon => horizon, options => jsonb_build_object('effort', effort));
    ELSE
        model := lstm_train(relation, 'value', series_column => series, horizon => horizon, options => jsonb_build_object('effort', effort));
    END IF;
    INSERT INTO trainings VALUES (relation, effort, extract(epoch FROM clock_timestamp() - started), model);
END $$;
SELECT FROM unnest(ARRAY['fast', 'normal', 'best']) effort, (VALUES ('months', NULL, 12), ('hours', NULL, 24)) r (relation, series, horizon),
    timed(relation::regclass, series, horizon, effort) \g /dev/null
SELECT timed('collection', 'id', 48, 'normal') \g /dev/null

\echo
\echo Seconds of a training: 144 months, 12 ahead; 26,000 hours, 24 ahead; 414 series of 960 hours, 48 ahead
SELECT rows, effort, round(seconds::numeric, 2) AS seconds, pg_size_pretty(length(model)::bigint) AS model,
       (SELECT string_agg(key, ', ' ORDER BY key) FROM jsonb_each(lstm_info(model)->'candidates')) AS candidates
FROM trainings ORDER BY seconds;
