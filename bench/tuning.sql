-- What lstm_tune gains on real series: the error on rows that had no part in the choice, of the default options, of the
-- best trial of the default grid, and of the naive baseline. The folder with the data is the psql variable
-- "data"; see make tuning.
\set ON_ERROR_STOP on
CREATE EXTENSION IF NOT EXISTS lstm_forecast;
SET client_min_messages = error;
\set QUIET on
\pset footer off

CREATE TABLE series (name text, horizon int, n bigint, value float8);

CREATE TABLE air (time float8, year int, season int, value float8);
\copy air FROM 'examples/air_passengers.csv' CSV HEADER
INSERT INTO series SELECT 'AirPassengers', 12, row_number() OVER (ORDER BY year, season), value FROM air;

CREATE TABLE stations (location text, month text, temperature float8);
\set file :data '/australia_monthly_temperature.csv'
\set copy '\\copy stations FROM ' :'file' ' CSV HEADER'
:copy
INSERT INTO series
SELECT location, 12, row_number() OVER (PARTITION BY location ORDER BY month), temperature
FROM stations WHERE location IN ('Canberra', 'Adelaide');

CREATE TABLE household (day date, power float8, b float8, c float8, d float8, e float8, f float8, g float8, h float8);
\set file :data '/household_power_daily.csv'
\set copy '\\copy household FROM ' :'file' ' CSV HEADER'
:copy
INSERT INTO series SELECT 'household power', 7, row_number() OVER (ORDER BY day), power FROM household;

CREATE TABLE nn5_lines (no serial, line text);
\set file 'zcat ' :data '/nn5_daily.csv.gz'
\set copy '\\copy nn5_lines (line) FROM PROGRAM ' :'file' ' WITH (FORMAT csv, HEADER, DELIMITER E''\\x01'', QUOTE E''\\x02'')'
:copy
INSERT INTO series
SELECT 'NN5 no. ' || id - 1, 14, no, nullif(value, 'NA')::float8
FROM nn5_lines, unnest(string_to_array(replace(line, '"', ''), ',')) WITH ORDINALITY v (value, id)
WHERE id > 1 AND (id - 1) % 16 = 1;

SELECT DISTINCT format('CREATE TABLE %I AS SELECT n, value FROM series WHERE name = %L', name, name) FROM series
\gexec
CREATE TABLE tuned AS
SELECT s.name, t.*
FROM (SELECT DISTINCT name, horizon FROM series) s,
     lstm_tune(format('%I', name)::regclass, 'value', 'n', horizon => horizon, options => '{"missing": "seasonal"}') t;

\echo
\echo lstm_tune with its own grid: the test error (MASE) of trial 1 and of the best trial, and the naive baseline.
SELECT name, round(max(test_error) FILTER (WHERE trial = 1)::numeric, 3) AS defaults,
       round(max(test_error) FILTER (WHERE rank = 1)::numeric, 3) AS tuned,
       round(max(test_baseline_error)::numeric, 3) AS costs_nothing, max(baseline) AS baseline,
       (max(options::text) FILTER (WHERE rank = 1))::jsonb - 'missing' AS best, round(sum(seconds)) AS seconds
FROM tuned GROUP BY name ORDER BY name;
SELECT options - 'missing' AS options, round(avg(error / first)::numeric, 3) AS error_by_that_of_trial_1,
       round(min(error / first)::numeric, 3) AS best,
       round(max(error / first)::numeric, 3) AS worst, count(*) FILTER (WHERE rank = 1) AS first_on
FROM tuned JOIN (SELECT name, error AS first FROM tuned WHERE trial = 1) f USING (name) GROUP BY 1 ORDER BY 2;
