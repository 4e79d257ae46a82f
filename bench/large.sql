-- Ten thousand series and ten times as many, of 100 rows each: seconds and memory of one model over all of them, of their forecasts, and of
-- forecasts without training; up to ten million rows in one table, and a million groups. SERIES is the larger number. See make large.
\set ON_ERROR_STOP on
\set QUIET on
\pset footer off
CREATE EXTENSION IF NOT EXISTS lstm_forecast;
SELECT 'SET client_min_messages = error; SET maintenance_work_mem = ''2GB''; SET max_parallel_workers_per_gather = 0' AS settings \gset
:settings;
CREATE TABLE measured (no serial, what text, series int, seconds numeric, memory numeric);
CREATE TABLE models (series int, model bytea);
-- the most that the backend had, without the shared memory that it has touched
CREATE FUNCTION peak() RETURNS numeric LANGUAGE sql AS
$$ SELECT round((substring(status FROM 'VmHWM:\s*(\d+)')::numeric - substring(status FROM 'RssShmem:\s*(\d+)')::numeric) / 1024)
   FROM pg_read_file('/proc/self/status') status $$;
CREATE UNLOGGED TABLE readings (sensor int, at timestamptz, value float8, PRIMARY KEY (sensor, at));
INSERT INTO readings
SELECT s, timestamptz '2024-01-01' + i * interval '1 hour', (s % 50 + 1) * (10 + 3 * sin(i * 2 * pi() / 24 + s)) + (hashint4(s * 1000 + i) % 1000) / 1000.0
FROM generate_series(1, :series) AS s, generate_series(1, 100) AS i;
ANALYZE readings;
CREATE VIEW tenth AS SELECT * FROM readings WHERE sensor <= :series / 10;
CREATE VIEW whole AS SELECT * FROM readings;

CREATE PROCEDURE measure(what text, series int, statement text) LANGUAGE plpgsql AS $$
DECLARE
    before numeric := peak();
    started timestamptz := clock_timestamp();
BEGIN
    EXECUTE statement;
    INSERT INTO measured (what, series, seconds, memory) VALUES (what, series, extract(epoch FROM clock_timestamp() - started), peak() - before);
END $$;
CREATE TABLE calls AS
SELECT part * 10 + n AS no, what, series, statement
FROM (VALUES (0, 'tenth', :series / 10), (1, 'whole', :series)) p (part, relation, series), LATERAL (VALUES
    (1, 'reading in order: SELECT count(*) FROM (SELECT ... ORDER BY sensor, at)', format('SELECT count(*) FROM (SELECT sensor, value FROM %s ORDER BY sensor, at OFFSET 0) r', relation)),
    (2, 'lstm_train, one model: network alone, one epoch', format($$INSERT INTO models SELECT %s, lstm_train(%L, 'value', 'at', 'sensor', horizon => 12, lookback => 24, options => '{"candidates": ["network"], "epochs": 1, "refit": false}')$$, series, relation)),
    (3, 'lstm_forecast of all series', format($$SELECT count(f.forecast) FROM models m, lstm_forecast(m.model) f WHERE m.series = %s$$, series)),
    (4, 'lstm_predict_agg(lstm_pretrained(), ...) GROUP BY, from the table', format('SELECT count(f) FROM (SELECT lstm_predict_agg(lstm_pretrained(), value ORDER BY at) AS f FROM %s GROUP BY sensor) x', relation))) c (n, what, statement)
UNION ALL
SELECT 30 + part, 'the same of rows that a query makes', groups, format('SELECT count(f) FROM (SELECT lstm_predict_agg(lstm_pretrained(), 100 + 20 * sin((i + g) * 0.5) ORDER BY i) AS f FROM generate_series(1, %s) g, generate_series(1, 100) i GROUP BY g) x', groups)
FROM (VALUES (0, :series), (1, :series * 10)) g (part, groups);
-- each in a session of its own, so that memory is its own
SELECT string_agg(format(E'\\c\n%s;\nCALL measure(%L, %s, %L);', :'settings', what, series, statement), E'\n' ORDER BY no) AS script FROM calls \gset
\set file `mktemp`
\pset format unaligned
\pset tuples_only on
\o :file
SELECT :'script';
\o
\pset format aligned
\pset tuples_only off
\i :file
\! rm -f :file
SELECT what, series, round(seconds, 1) AS seconds, round(seconds / series * 1e6) AS microseconds_a_series, memory AS megabytes,
       round(seconds / lag(seconds) OVER (PARTITION BY what ORDER BY series), 1) AS times_the_tenth
FROM measured ORDER BY what, series;
SELECT series, pg_size_pretty(length(model)::bigint) AS size_of_the_model, lstm_info(model)->'windows' AS windows FROM models ORDER BY series;
