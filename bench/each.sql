-- Measures lstm_train_each: one process, one with as many threads as there are processors, and one with a background worker, in turn.
-- SERIES of 120 days each, default options. Prints seconds, medians of ROUNDS rounds, and how many times as fast each is as the first; and
-- whether all gave the same models. Then lstm_forecast_each for 25 times as many series, beside one query. See make each.
\set ON_ERROR_STOP on
\set QUIET on
\pset footer off
CREATE EXTENSION IF NOT EXISTS lstm_forecast;
SET client_min_messages = error;
CREATE TABLE sales (shop int, day date, sold float8, PRIMARY KEY (shop, day));
INSERT INTO sales SELECT s, date '2024-01-01' + n, 100 + s + 10 * sin(2 * pi() * n / 7) + hashint4(n * 1009 + s) % 100 / 20.0
FROM generate_series(1, :series) s, generate_series(0, 119) n;
ANALYZE sales;
CREATE TABLE models (series text PRIMARY KEY, model bytea, status text);
CREATE TABLE runs (way text, seconds float8, fingerprint text);
CREATE TABLE ways (number int, way text, workers int, options text);
INSERT INTO ways VALUES (1, 'one process, one thread', 0, '{"threads": 1}'), (2, 'one process', 0, '{}'), (3, 'with a worker', 1, '{}');
-- a procedure that commits is called by itself: the statements are made here, and run one by one
SELECT statement FROM generate_series(1, :rounds) round, ways, LATERAL (VALUES
    (1, 'TRUNCATE models'),
    (2, 'INSERT INTO runs SELECT ' || quote_literal(way) || ', -extract(epoch FROM clock_timestamp())'),
    (3, format('CALL lstm_train_each(%L, %L, series_column => %L, horizon => 14, into_table => %L, workers => %s, options => %L)', 'sales', 'sold', 'shop', 'models', workers, options)),
    (4, 'UPDATE runs SET seconds = seconds + extract(epoch FROM clock_timestamp()), fingerprint = (SELECT md5(string_agg(md5(model), series ORDER BY series)) FROM models) WHERE seconds < 0')) AS s (part, statement)
ORDER BY round, number, part \gexec
SELECT way, round(percentile_cont(0.5) WITHIN GROUP (ORDER BY r.seconds)::numeric, 2) AS seconds,
       round(((SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) FROM runs WHERE way = 'one process, one thread') /
              percentile_cont(0.5) WITHIN GROUP (ORDER BY r.seconds))::numeric, 2) AS times_as_fast, count(DISTINCT fingerprint) AS models
FROM runs r JOIN ways USING (way) GROUP BY number, way ORDER BY number;
SELECT count(DISTINCT fingerprint) = 1 AS all_the_same FROM runs;

-- the forecasts of more series with the same models
CREATE TABLE more AS SELECT shop + :series * k AS shop, day, sold FROM sales, generate_series(0, 24) k;
ALTER TABLE more ADD PRIMARY KEY (shop, day);
CREATE TABLE more_models AS SELECT (series::int + :series * k)::text AS series, model FROM models, generate_series(0, 24) k;
ALTER TABLE more_models ADD PRIMARY KEY (series);
ANALYZE more;
ANALYZE more_models;
CREATE TABLE forecasts AS SELECT * FROM lstm_forecast(NULL);
CREATE INDEX ON forecasts (series);
CREATE TABLE forecast_runs (number int, way text, seconds float8, fingerprint text);
SELECT statement FROM generate_series(1, :rounds) round,
    (VALUES (1, 'one query', 'INSERT INTO forecasts SELECT f.* FROM more_models m, lstm_forecast(m.model, relation => ''more'', series => ARRAY[m.series]) f'),
        (2, 'one process', 'CALL lstm_forecast_each(''more_models'', ''forecasts'', relation => ''more'', workers => 0)'),
        (3, 'with a worker', 'CALL lstm_forecast_each(''more_models'', ''forecasts'', relation => ''more'', workers => 1)')) w (number, way, call), LATERAL (VALUES
    (1, 'TRUNCATE forecasts'),
    (2, format('INSERT INTO forecast_runs SELECT %s, %L, -extract(epoch FROM clock_timestamp())', number, way)),
    (3, call),
    (4, 'UPDATE forecast_runs SET seconds = seconds + extract(epoch FROM clock_timestamp()), fingerprint = (SELECT md5(string_agg(f::text, chr(10) ORDER BY series, step)) FROM forecasts f) WHERE seconds < 0')) AS s (part, statement)
ORDER BY round, number, part \gexec
SELECT way, round(percentile_cont(0.5) WITHIN GROUP (ORDER BY r.seconds)::numeric, 2) AS seconds,
       round(((SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) FROM forecast_runs WHERE number = 1) /
              percentile_cont(0.5) WITHIN GROUP (ORDER BY r.seconds))::numeric, 2) AS times_as_fast,
       round((SELECT count(*) FROM more_models) / percentile_cont(0.5) WITHIN GROUP (ORDER BY r.seconds)) AS series_a_second
FROM forecast_runs r GROUP BY number, way ORDER BY number;
SELECT count(DISTINCT fingerprint) = 1 AS all_the_same FROM forecast_runs;
