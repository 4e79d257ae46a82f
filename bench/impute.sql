-- What is filled in beside what stood there: rows of real series are removed one by one and in blocks, and filled by
-- lstm_impute, by linear interpolation and by the season before. The folder with the data is the psql variable "data"; see
-- make impute.
\set ON_ERROR_STOP on
CREATE EXTENSION IF NOT EXISTS lstm_forecast;
SET client_min_messages = error;
\set QUIET on
\pset footer off

CREATE TABLE rows (task text, id text, n int, at timestamp, value float8);
CREATE TABLE tasks (place int, task text PRIMARY KEY, season int, block int);
INSERT INTO tasks VALUES (1, 'M3 monthly', 12, 6), (2, 'NN5', 7, 14), (3, 'taxi', 48, 48), (4, 'Melbourne', 365, 30), (5, 'stations', 12, 6),
    (6, 'flights', 7, 14), (7, 'wikipedia', 7, 30), (8, 'champagne', 12, 6), (9, 'passengers', 12, 6), (10, 'transformer', 24, 24);

CREATE TABLE m3 (id text, period text, season int, horizon int, part text, n int, value float8);
\set file 'zcat ' :data '/m3.csv.gz'
\set copy '\\copy m3 FROM PROGRAM ' :'file' ' CSV HEADER'
:copy
INSERT INTO rows SELECT 'M3 monthly', id, n, timestamp '1900-01-01' + n * interval '1 month', value
FROM m3 WHERE period = 'monthly' AND part = 'train' AND hashtext(id) % 20 = 0;

CREATE TABLE lines (n serial, line text);
\set file 'zcat ' :data '/nn5_daily.csv.gz'
\set copy '\\copy lines (line) FROM PROGRAM ' :'file' ' WITH (FORMAT csv, HEADER, DELIMITER E''\\x01'', QUOTE E''\\x02'')'
:copy
INSERT INTO rows SELECT 'NN5', v.id - 1, l.n, timestamp '1996-03-18' + l.n * interval '1 day', nullif(v.value, 'NA')::float8
FROM lines l, LATERAL unnest(string_to_array(replace(line, '"', ''), ',')) WITH ORDINALITY v (value, id)
WHERE v.id > 1 AND v.id % 5 = 2;
TRUNCATE lines;
CREATE TABLE single (at text, value text);
\set file :data '/nyc_taxi.csv'
\set copy '\\copy single FROM ' :'file' ' CSV HEADER'
:copy
INSERT INTO rows SELECT 'taxi', 'taxi', row_number() OVER (ORDER BY at), at::timestamp, value::float8 FROM single;
TRUNCATE single;
\set file :data '/daily_min_temperatures.csv'
\set copy '\\copy single FROM ' :'file' ' CSV HEADER'
:copy
INSERT INTO rows SELECT 'Melbourne', 'Melbourne', row_number() OVER (ORDER BY at), at::timestamp, value::float8 FROM single;
TRUNCATE single;
CREATE TABLE stations (location text, month text, temperature float8);
\set file :data '/australia_monthly_temperature.csv'
\set copy '\\copy stations FROM ' :'file' ' CSV HEADER'
:copy
INSERT INTO rows SELECT 'stations', location, row_number() OVER (PARTITION BY location ORDER BY month), (month || '-01')::timestamp, temperature
FROM stations WHERE hashtext(location) % 3 = 0;
\set file 'zcat ' :data '/uk_daily_flights.csv.gz'
\set copy '\\copy single FROM PROGRAM ' :'file' ' CSV HEADER'
:copy
INSERT INTO rows SELECT 'flights', 'flights', row_number() OVER (ORDER BY to_date(at, 'DD/MM/YYYY')), to_date(at, 'DD/MM/YYYY'), value::float8 FROM single;
TRUNCATE single;
\set file 'zcat ' :data '/wikipedia_visits_log.csv.gz'
\set copy '\\copy single FROM PROGRAM ' :'file' ' CSV HEADER'
:copy
INSERT INTO rows SELECT 'wikipedia', 'wikipedia', row_number() OVER (ORDER BY at), at::timestamp, value::float8 FROM single;
TRUNCATE single;
CREATE TABLE passengers (time text, year int, season text, value float8);
\set file 'zcat ' :data '/champagne_monthly.csv.gz'
\set copy '\\copy single FROM PROGRAM ' :'file' ' CSV HEADER'
:copy
INSERT INTO rows SELECT 'champagne', 'champagne', row_number() OVER (ORDER BY at), (at || '-01')::timestamp, value::float8 FROM single WHERE at LIKE '19%';
TRUNCATE single;
\set file :data '/air_passengers.csv'
\set copy '\\copy passengers FROM ' :'file' ' CSV HEADER'
:copy
INSERT INTO rows SELECT 'passengers', 'passengers', n, timestamp '1948-12-01' + n * interval '1 month', value
FROM (SELECT row_number() OVER (ORDER BY time::float8) AS n, value FROM passengers) p;
\set file 'zcat ' :data '/etth1.csv.gz | cut -d, -f1,8'
\set copy '\\copy single FROM PROGRAM ' :'file' ' CSV HEADER'
:copy
INSERT INTO rows SELECT 'transformer', 'transformer', row_number() OVER (ORDER BY at), at::timestamp, value::float8 FROM single;

---- what is removed: a tenth of the rows one by one, or in blocks; the first and last row of a series stay ----

CREATE FUNCTION unit(key text) RETURNS float8 LANGUAGE sql IMMUTABLE AS $$ SELECT (hashtextextended(key, 42) & 1048575) / 1048576.0 $$;
CREATE TABLE holes AS
SELECT r.task, kind, r.id, r.n, r.at, r.value, r.value IS NOT NULL AND r.n > ends.first AND r.n < ends.last AND
       CASE kind WHEN 'single' THEN unit(r.task || r.id || r.n) < 0.1 ELSE unit(r.task || r.id || 'block' || r.n / block) < 0.12 END AS removed
FROM rows r JOIN tasks USING (task) JOIN (SELECT task, id, min(n) AS first, max(n) AS last FROM rows WHERE value IS NOT NULL GROUP BY task, id) ends
    ON ends.task = r.task AND ends.id = r.id, unnest(ARRAY['single', 'block']) kind;

CREATE TABLE fills (task text, kind text, id text, at timestamp, level float8, filled float8, lower_bound float8, upper_bound float8);
CREATE TABLE times (task text, seconds float8, rows bigint);
DO $$
DECLARE
    t tasks;
    k text;
    l float8;
    started timestamptz;
BEGIN
    SET LOCAL timezone = 'UTC';
    FOR t IN SELECT * FROM tasks ORDER BY place LOOP
        FOREACH k IN ARRAY ARRAY['single', 'block'] LOOP
            DROP TABLE IF EXISTS holed;
            CREATE TEMP TABLE holed AS SELECT id, at, CASE WHEN NOT removed THEN value END AS value FROM holes WHERE task = t.task AND kind = k;
            FOREACH l IN ARRAY ARRAY[0.8, 0.95] LOOP
                started := clock_timestamp();
                INSERT INTO fills SELECT t.task, k, i.series, i.at AT TIME ZONE 'UTC', l, i.filled, i.lower_bound, i.upper_bound
                FROM lstm_impute('holed', 'value', series_column => 'id', level => l) i WHERE i.value IS NULL;
                INSERT INTO times SELECT t.task, extract(epoch FROM clock_timestamp() - started), count(*) FROM holed;
            END LOOP;
        END LOOP;
    END LOOP;
END $$;
CREATE INDEX ON holes (task, kind, id, n);
ANALYZE holes;

CREATE TABLE errors AS
SELECT h.task, h.kind, h.id, abs(f.filled - h.value) AS impute,
       abs(b.value + (a.value - b.value) * (h.n - b.n) / (a.n - b.n) - h.value) AS linear, abs(s.value - h.value) AS season,
       f.lower_bound IS NOT NULL AS bounded, (h.value BETWEEN f.lower_bound AND f.upper_bound)::int AS inside_95,
       (h.value BETWEEN e.lower_bound AND e.upper_bound)::int AS inside_80
FROM holes h JOIN tasks t USING (task)
    JOIN fills f ON f.task = h.task AND f.kind = h.kind AND f.id = h.id AND f.at = h.at AND f.level = 0.95
    JOIN fills e ON e.task = h.task AND e.kind = h.kind AND e.id = h.id AND e.at = h.at AND e.level = 0.8,
    LATERAL (SELECT n, value FROM holes x WHERE x.task = h.task AND x.kind = h.kind AND x.id = h.id AND x.n < h.n AND NOT x.removed AND x.value IS NOT NULL ORDER BY n DESC LIMIT 1) b,
    LATERAL (SELECT n, value FROM holes x WHERE x.task = h.task AND x.kind = h.kind AND x.id = h.id AND x.n > h.n AND NOT x.removed AND x.value IS NOT NULL ORDER BY n LIMIT 1) a,
    LATERAL (SELECT value FROM holes x WHERE x.task = h.task AND x.kind = h.kind AND x.id = h.id AND (h.n - x.n) % t.season = 0 AND NOT x.removed AND x.value IS NOT NULL
             ORDER BY x.n > h.n, abs(h.n - x.n) LIMIT 1) s
WHERE h.removed;

\echo
\echo Mean absolute error of what was filled in, beside linear interpolation and the season before, as shares of the first; values within bounds
SELECT task, kind, count(DISTINCT id) AS series, count(*) AS removed, to_char(avg(impute), 'FM9999990.000') AS error, round((avg(linear) / avg(impute))::numeric, 2) AS linear,
       round((avg(errors.season) / avg(impute))::numeric, 2) AS season, round(100 * avg(inside_80), 1) AS within_80, round(100 * avg(inside_95), 1) AS within_95,
       round(100 * avg(bounded::int), 1) AS bounded
FROM errors JOIN tasks USING (task) GROUP BY place, task, kind ORDER BY place, kind DESC;

\echo
\echo All of them, each series the same weight: errors as shares of that of linear interpolation
SELECT kind, count(*) AS series, round(exp(avg(ln(impute / linear)))::numeric, 3) AS impute, round(exp(avg(ln(season / linear)))::numeric, 3) AS season,
       round(100 * avg(i80)::numeric, 1) AS within_80, round(100 * avg(i95)::numeric, 1) AS within_95
FROM (SELECT task, kind, id, avg(impute) AS impute, avg(linear) AS linear, avg(season) AS season, avg(inside_80) AS i80, avg(inside_95) AS i95
      FROM errors GROUP BY task, kind, id HAVING avg(impute) > 0 AND avg(linear) > 0 AND avg(season) > 0) e GROUP BY kind ORDER BY kind DESC;

\echo
SELECT task, round(1e6 * sum(seconds)::numeric / sum(rows), 2) AS microseconds_a_row FROM times JOIN tasks USING (task) GROUP BY place, task ORDER BY place;
