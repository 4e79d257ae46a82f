-- A thousand series of a thousand rows: seconds and memory of one training over all of them, of a forecast of all of them, and
-- of a model for each. See make thousand.
\set ON_ERROR_STOP on
CREATE EXTENSION IF NOT EXISTS lstm_forecast;
SET client_min_messages = error;
SET maintenance_work_mem = '1GB';
\set QUIET on
\pset footer off

CREATE TABLE readings (sensor int, at timestamptz, value float8);
INSERT INTO readings
SELECT s, timestamptz '2024-01-01' + i * interval '1 hour',
       (s % 50 + 1) * (10 + 3 * sin(i * 2 * pi() / 24 + s) + 0.5 * sin(i * 2 * pi() / 168)) + (hashint4(s * 1000 + i) % 1000) / 1000.0
FROM generate_series(1, 1000) AS s, generate_series(1, 1000) AS i;
ANALYZE readings;
CREATE TABLE measured (no serial, what text, seconds numeric, rows bigint);
CREATE TABLE models (name text, model bytea);
CREATE FUNCTION peak() RETURNS text LANGUAGE sql AS
$$ SELECT round(substring(pg_read_file('/proc/self/status') FROM 'VmHWM:\s*(\d+)')::numeric / 1024) || ' MB' $$;

SELECT clock_timestamp() AS begun \gset
INSERT INTO models SELECT 'all', lstm_train('readings', 'value', series_column => 'sensor', horizon => 24);
INSERT INTO measured (what, seconds, rows) VALUES ('lstm_train over all series', extract(epoch FROM clock_timestamp() - :'begun'::timestamptz), 1000000);
SELECT clock_timestamp() AS begun \gset
CREATE TABLE forecasts AS SELECT f.* FROM models, lstm_forecast(model) AS f;
INSERT INTO measured (what, seconds, rows) SELECT 'lstm_forecast of all series', extract(epoch FROM clock_timestamp() - :'begun'::timestamptz), count(*) FROM forecasts;
SELECT clock_timestamp() AS begun \gset
SELECT count(*) AS rows FROM (SELECT sensor, value FROM readings ORDER BY sensor, at OFFSET 0) r \gset
INSERT INTO measured (what, seconds, rows) VALUES ('for comparison: SELECT ... ORDER BY sensor, at', extract(epoch FROM clock_timestamp() - :'begun'::timestamptz), :rows);

SELECT what, round(seconds, 2) AS seconds, rows FROM measured ORDER BY no;
SELECT peak() AS peak_memory_of_the_backend, pg_size_pretty(length(model)::bigint) AS size_of_the_model,
       lstm_info(model)->'options'->'epochs' AS epochs, lstm_info(model)->'windows' AS windows FROM models;
SELECT status, count(DISTINCT series) AS series, count(*) AS rows, bool_and(forecast BETWEEN 0 AND 800) AS plausible FROM forecasts GROUP BY status;
