-- Measures how many of the values that came lie within the intervals, on real series. The folder with the data is the psql
-- variable "data", every how manieth series the variable "every", the options to compare the JSON array "options"; see make
-- coverage.
\set ON_ERROR_STOP on
CREATE EXTENSION IF NOT EXISTS lstm_forecast;
SET client_min_messages = error;
\set QUIET on
\pset footer off

CREATE TABLE lines (line text);
\set file 'zcat ' :data '/m4_hourly_train.csv.gz'
\set copy '\\copy lines (line) FROM PROGRAM ' :'file' ' WITH (FORMAT csv, HEADER, DELIMITER E''\\x01'', QUOTE E''\\x02'')'
:copy
ALTER TABLE lines ADD part text;
UPDATE lines SET part = 'train';
\set file 'zcat ' :data '/m4_hourly_test.csv.gz'
\set copy '\\copy lines (line) FROM PROGRAM ' :'file' ' WITH (FORMAT csv, HEADER, DELIMITER E''\\x01'', QUOTE E''\\x02'')'
:copy
CREATE TABLE m4 AS
SELECT coalesce(part, 'test') AS part, substr(id, 2)::int AS id, n::int, nullif(value, '')::float8 AS value
FROM lines, LATERAL (SELECT replace(line, '"', '') AS plain) p, LATERAL (SELECT split_part(plain, ',', 1) AS id) i,
     LATERAL (SELECT n, value FROM unnest(string_to_array(substr(plain, length(id) + 2), ',')) WITH ORDINALITY s(value, n)) v
WHERE nullif(value, '') IS NOT NULL AND substr(id, 2)::int % :every = 1 % :every;

\set file 'zcat ' :data '/nn5_daily.csv.gz'
CREATE TABLE nn5_lines (no serial, line text);
\set copy '\\copy nn5_lines (line) FROM PROGRAM ' :'file' ' WITH (FORMAT csv, HEADER, DELIMITER E''\\x01'', QUOTE E''\\x02'')'
:copy
-- a missing value is taken from the week before: the intervals are measured here, not the filling
CREATE TABLE nn5 AS
SELECT no AS n, id::int, nullif(value, 'NA')::float8 AS value
FROM nn5_lines, LATERAL (SELECT value, id - 1 AS id
                         FROM unnest(string_to_array(replace(line, '"', ''), ',')) WITH ORDINALITY s(value, id)) v
WHERE id > 0 AND id % :every = 1 % :every;
DO $$
BEGIN
    WHILE EXISTS (SELECT FROM nn5 WHERE value IS NULL) LOOP
        UPDATE nn5 SET value = coalesce((SELECT w.value FROM nn5 w WHERE w.id = nn5.id AND w.n = nn5.n - 7),
                                        (SELECT w.value FROM nn5 w WHERE w.id = nn5.id AND w.n = nn5.n + 7))
        WHERE value IS NULL;
    END LOOP;
END $$;

CREATE TABLE tests AS
SELECT 'M4 hourly' AS series, id, 48 AS horizon, n, value, part = 'test' AS is_test FROM m4
UNION ALL
SELECT 'NN5 daily', id, 56, n, value, n > (SELECT max(n) FROM nn5) - 56 FROM nn5;
CREATE TABLE models AS
SELECT no, options, series, id, horizon, lstm_train_agg(value, jsonb_build_object('horizon', horizon) || options ORDER BY n) AS model
FROM tests, jsonb_array_elements(:'options') WITH ORDINALITY o(options, no) WHERE NOT is_test GROUP BY no, options, series, id, horizon;
CREATE TABLE covered AS
SELECT m.no, m.options, m.series, m.id, level, f.step, t.value BETWEEN f.lower_bound AND f.upper_bound AS inside,
       f.upper_bound - f.lower_bound AS width, abs(f.forecast - t.value) AS error,
       f.upper_bound - f.lower_bound + 2 / (1 - level) * greatest(f.lower_bound - t.value, t.value - f.upper_bound, 0) AS winkler
FROM models m, unnest(ARRAY[0.8, 0.95]) level, lstm_forecast(m.model, level => level) f,
     LATERAL (SELECT value FROM (SELECT value, row_number() OVER (ORDER BY n) AS step FROM tests t
                                 WHERE t.series = m.series AND t.id = m.id AND t.is_test) t WHERE t.step = f.step) t;
CREATE TEMP TABLE scores AS
SELECT no, series, id, level, avg(error) AS error, avg(winkler) AS winkler FROM covered GROUP BY no, series, id, level;

\echo
\echo Values within the intervals, in percent; one origin per series, all steps of the horizon. Error of the forecasts and
\echo Winkler score of the intervals as shares of those with the first options, geometric means over series.
SELECT series, count(DISTINCT id) AS of_series, c.options, level,
       round(100 * avg(inside::int), 1) AS inside,
       round(100 * avg(inside::int) FILTER (WHERE step <= 12), 1) AS first_12_steps,
       round(100 * avg(inside::int) FILTER (WHERE step > 36), 1) AS after_36_steps,
       count(*) FILTER (WHERE inside IS NULL) AS without_interval,
       round(exp(avg(ln(s.error / first.error)))::numeric, 3) AS error,
       round(exp(avg(ln(s.winkler / first.winkler)))::numeric, 3) AS winkler
FROM covered c JOIN scores s USING (no, series, id, level)
    JOIN (SELECT series, id, level, error, winkler FROM scores WHERE no = 1) first USING (series, id, level)
GROUP BY series, no, c.options, level ORDER BY series, level, no;
