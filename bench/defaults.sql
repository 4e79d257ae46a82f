-- Compares options on single real series of several kinds: errors beside those of the first options. The folder with the data
-- is the psql variable "data", every how manieth series of the large collections the variable "every", the options the JSON
-- array "options"; see make defaults.
\set ON_ERROR_STOP on
CREATE EXTENSION IF NOT EXISTS lstm_forecast;
SET client_min_messages = error;
\set QUIET on
\pset footer off

-- ---- series: rows in their order, the last ones of which are the test part ----

CREATE TABLE series (collection text, id text, n int, value float8);
CREATE TABLE lines (n serial, line text);

\set file 'cat ' :data '/air_passengers.csv'
\set copy '\\copy lines (line) FROM PROGRAM ' :'file' ' WITH (FORMAT csv, HEADER, DELIMITER E''\\x01'', QUOTE E''\\x02'')'
:copy
INSERT INTO series SELECT 'AirPassengers', '', n, split_part(line, ',', 4)::float8 FROM lines;
TRUNCATE lines RESTART IDENTITY;

\set file 'cat ' :data '/daily_min_temperatures.csv'
\set copy '\\copy lines (line) FROM PROGRAM ' :'file' ' WITH (FORMAT csv, HEADER, DELIMITER E''\\x01'', QUOTE E''\\x02'')'
:copy
INSERT INTO series SELECT 'Melbourne', '', n, split_part(replace(line, '"', ''), ',', 2)::float8 FROM lines;
TRUNCATE lines RESTART IDENTITY;

\set file 'cat ' :data '/household_power_daily.csv'
\set copy '\\copy lines (line) FROM PROGRAM ' :'file' ' WITH (FORMAT csv, HEADER, DELIMITER E''\\x01'', QUOTE E''\\x02'')'
:copy
INSERT INTO series SELECT 'household power', '', n, split_part(line, ',', 2)::float8 FROM lines;
TRUNCATE lines RESTART IDENTITY;

\set file 'cat ' :data '/australia_monthly_temperature.csv'
\set copy '\\copy lines (line) FROM PROGRAM ' :'file' ' WITH (FORMAT csv, HEADER, DELIMITER E''\\x01'', QUOTE E''\\x02'')'
:copy
INSERT INTO series
SELECT 'temperatures', location, n, value
FROM (SELECT split_part(line, ',', 1) AS location, row_number() OVER (PARTITION BY split_part(line, ',', 1) ORDER BY n) AS n,
             split_part(line, ',', 3)::float8 AS value, dense_rank() OVER (ORDER BY split_part(line, ',', 1)) AS rank FROM lines) l
WHERE rank % (:every / 2) = 1;
TRUNCATE lines RESTART IDENTITY;

\set file 'zcat ' :data '/m4_hourly_train.csv.gz'
\set copy '\\copy lines (line) FROM PROGRAM ' :'file' ' WITH (FORMAT csv, HEADER, DELIMITER E''\\x01'', QUOTE E''\\x02'')'
:copy
INSERT INTO series
SELECT 'M4 hourly', id, v.n, nullif(v.value, '')::float8
FROM lines, LATERAL (SELECT replace(line, '"', '') AS plain) p, LATERAL (SELECT split_part(plain, ',', 1) AS id) i,
     LATERAL unnest(string_to_array(substr(plain, length(id) + 2), ',')) WITH ORDINALITY v(value, n)
WHERE nullif(v.value, '') IS NOT NULL AND substr(id, 2)::int % :every = 1;
TRUNCATE lines RESTART IDENTITY;

\set file 'zcat ' :data '/nn5_daily.csv.gz'
\set copy '\\copy lines (line) FROM PROGRAM ' :'file' ' WITH (FORMAT csv, HEADER, DELIMITER E''\\x01'', QUOTE E''\\x02'')'
:copy
INSERT INTO series
SELECT 'NN5 daily', v.id::text, lines.n, nullif(v.value, 'NA')::float8
FROM lines, LATERAL unnest(string_to_array(replace(line, '"', ''), ',')) WITH ORDINALITY v(value, id)
WHERE v.id > 1 AND (v.id - 1) % (:every / 2) = 1;

-- ---- one origin for each: the last rows but those of the horizon ----

CREATE TABLE tasks (collection text, horizon int, season int);
INSERT INTO tasks VALUES ('AirPassengers', 24, 12), ('Melbourne', 14, 365), ('household power', 7, 7), ('temperatures', 18, 12),
    ('M4 hourly', 48, 24), ('NN5 daily', 56, 7);
CREATE TABLE cut AS
SELECT collection, id, horizon, season, n, value, n > max(n) OVER (PARTITION BY collection, id) - horizon AS is_test
FROM series JOIN tasks USING (collection);
CREATE TABLE units AS
SELECT collection, id, avg(abs(value - before)) AS unit
FROM (SELECT collection, id, value, is_test, lag(value, season) OVER (PARTITION BY collection, id ORDER BY n) AS before FROM cut) c
WHERE NOT is_test GROUP BY collection, id;
-- options that a series does not allow, such as a season where there is none, leave it out
CREATE FUNCTION model_of(which text, name text, options jsonb) RETURNS bytea LANGUAGE plpgsql AS $$
BEGIN
    RETURN (SELECT lstm_train_agg(timestamptz '2000-01-01' + n * interval '1 day', value, options) FROM cut
            WHERE collection = which AND id = name AND NOT is_test);
EXCEPTION WHEN invalid_parameter_value THEN
    RETURN NULL;
END $$;
CREATE TABLE models AS
SELECT no, options, seed, collection, id,
       model_of(collection, id, jsonb_build_object('horizon', horizon, 'missing', 'seasonal', 'seed', seed) || options) AS model
FROM (SELECT DISTINCT collection, id, horizon FROM cut) c, jsonb_array_elements(:'options') WITH ORDINALITY o(options, no),
     generate_series(1, :seeds) AS seed;
CREATE TABLE errors AS
SELECT no, m.options, seed, collection, id, avg(abs(f.forecast - t.value)) / unit AS mase
FROM models m JOIN units USING (collection, id), lstm_forecast(model) AS f,
     LATERAL (SELECT value FROM (SELECT value, row_number() OVER (ORDER BY n) AS step FROM cut t
                                 WHERE t.collection = m.collection AND t.id = m.id AND t.is_test) t WHERE t.step = f.step) AS t
WHERE t.value IS NOT NULL GROUP BY no, m.options, seed, collection, id, unit;

\echo
\echo MASE of the forecasts, and its share of that with the first options: geometric means over series and seeds.
SELECT coalesce(e.collection, 'all') AS collection, count(DISTINCT e.id) AS series, e.options,
       round(avg(e.mase)::numeric, 3) AS mase, round(exp(avg(ln(e.mase / first.mase)))::numeric, 3) AS share,
       round(avg((e.mase < first.mase)::int), 2) AS better
FROM errors e JOIN errors first ON first.no = 1 AND (first.collection, first.id, first.seed) = (e.collection, e.id, e.seed)
GROUP BY GROUPING SETS ((e.collection, e.no, e.options), (e.no, e.options)) ORDER BY e.collection NULLS LAST, e.no;
