-- Measures lstm_zero_shot, which trains nothing, beside theta, ets and their mean (lstm_baseline) on every series of M3, of M4
-- hourly, of NN5 and of 44 Australian stations; then how fast it is. The folder with the data is the psql variable "data"; see make
-- zero-shot. R's figures for the same series are those of bench/short_series.sql and shared protocols: see bench/ACCURACY.md.
\set ON_ERROR_STOP on
CREATE EXTENSION IF NOT EXISTS lstm_forecast;
SET client_min_messages = error;
\set QUIET on
\pset footer off

---- the collections in one form: rows have numbers, and dates where they are known ----

CREATE TABLE tasks (task text PRIMARY KEY, place int, season int, horizon int, measure text, options jsonb DEFAULT '{}');
INSERT INTO tasks (task, place, season, horizon, measure) VALUES ('M3 yearly', 1, 1, 6, 'MASE'), ('M3 quarterly', 2, 4, 8, 'MASE'), ('M3 monthly', 3, 12, 18, 'MASE'),
    ('M4 hourly', 4, 24, 48, 'MASE'), ('NN5', 5, 7, 56, 'MAE'), ('stations', 6, 12, 18, 'RMSE');
UPDATE tasks SET options = '{"missing": "seasonal"}' WHERE task = 'NN5';
CREATE TABLE rows (task text, id text, part text, n int, at timestamp, value float8);
CREATE TABLE lines (n serial, part text, line text);

CREATE TABLE m3 (id text, period text, season int, horizon int, part text, n int, value float8);
\set file 'zcat ' :data '/m3.csv.gz'
\set copy '\\copy m3 FROM PROGRAM ' :'file' ' CSV HEADER'
:copy
INSERT INTO rows
SELECT 'M3 ' || period, id, part, n, timestamp '1900-01-01' + n * make_interval(months => 12 / season), value
FROM m3 WHERE period IN ('yearly', 'quarterly', 'monthly');

ALTER TABLE lines ALTER part SET DEFAULT 'train';
\set file 'zcat ' :data '/m4_hourly_train.csv.gz'
\set copy '\\copy lines (line) FROM PROGRAM ' :'file' ' WITH (FORMAT csv, HEADER, DELIMITER E''\\x01'', QUOTE E''\\x02'')'
:copy
ALTER TABLE lines ALTER part SET DEFAULT 'test';
\set file 'zcat ' :data '/m4_hourly_test.csv.gz'
\set copy '\\copy lines (line) FROM PROGRAM ' :'file' ' WITH (FORMAT csv, HEADER, DELIMITER E''\\x01'', QUOTE E''\\x02'')'
:copy
INSERT INTO rows (task, id, part, n, value)
SELECT 'M4 hourly', id, part, v.n, v.value::float8
FROM lines, LATERAL (SELECT replace(line, '"', '') AS plain) p, LATERAL (SELECT split_part(plain, ',', 1) AS id) i,
     LATERAL unnest(string_to_array(substr(plain, length(id) + 2), ',')) WITH ORDINALITY v (value, n)
WHERE nullif(v.value, '') IS NOT NULL;
UPDATE rows r SET n = r.n + k.rows FROM (SELECT id, max(n) AS rows FROM rows WHERE task = 'M4 hourly' AND part = 'train' GROUP BY id) k
WHERE task = 'M4 hourly' AND part = 'test' AND r.id = k.id;

TRUNCATE lines;
\set file 'zcat ' :data '/nn5_daily.csv.gz'
\set copy '\\copy lines (line) FROM PROGRAM ' :'file' ' WITH (FORMAT csv, HEADER, DELIMITER E''\\x01'', QUOTE E''\\x02'')'
:copy
INSERT INTO rows (task, id, part, n, value)
SELECT 'NN5', v.id - 1, CASE WHEN n <= 735 THEN 'train' ELSE 'test' END, n, nullif(v.value, 'NA')::float8
FROM (SELECT split_part(line, ',', 1)::int AS n, line FROM lines) l, LATERAL unnest(string_to_array(replace(line, '"', ''), ',')) WITH ORDINALITY v (value, id)
WHERE v.id > 1;

CREATE TABLE stations (location text, month text, temperature float8);
\set file :data '/australia_monthly_temperature.csv'
\set copy '\\copy stations FROM ' :'file' ' CSV HEADER'
:copy
INSERT INTO rows
SELECT 'stations', location, CASE WHEN month < '2015-07' THEN 'train' ELSE 'test' END, row_number() OVER (PARTITION BY location ORDER BY month),
       (month || '-01')::timestamp, temperature
FROM stations;
ANALYZE rows;

---- forecasts ----

CREATE TABLE forecasts (task text, run text, level float8, id text, step int, forecast float8, lower_bound float8, upper_bound float8);
CREATE TABLE times (task text, run text, seconds float8);

/* NN5 and M4 hourly have numbers for times, as they come. */
CREATE FUNCTION forecast_task(t tasks, run text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    started timestamptz;
    level float8;
BEGIN
    DROP TABLE IF EXISTS known;
    IF t.task IN ('M4 hourly', 'NN5') THEN
        CREATE TEMP TABLE known AS SELECT id, n AS at, value FROM rows r WHERE r.task = t.task AND part = 'train';
    ELSE
        CREATE TEMP TABLE known AS SELECT id, at, value FROM rows r WHERE r.task = t.task AND part = 'train';
    END IF;
    ANALYZE known;
    FOREACH level IN ARRAY ARRAY[0.8, 0.95] LOOP
        started := clock_timestamp();
        IF run = 'zero-shot' THEN
            INSERT INTO forecasts SELECT t.task, run, level, f.series, f.step, f.forecast, f.lower_bound, f.upper_bound
            FROM lstm_zero_shot('known', 'value', 'at', 'id', horizon => t.horizon, level => level, options => t.options) f;
        ELSE
            INSERT INTO forecasts SELECT t.task, run, level, f.series, f.step, f.forecast, f.lower_bound, f.upper_bound
            FROM lstm_baseline('known', 'value', 'at', 'id', horizon => t.horizon, method => run, level => level, options => t.options) f;
        END IF;
    END LOOP;
    INSERT INTO times VALUES (t.task, run, extract(epoch FROM clock_timestamp() - started));
END $$;
SELECT FROM tasks, unnest(ARRAY['zero-shot', 'theta', 'ets', 'auto', 'seasonal_naive']) run, forecast_task(tasks, run) ORDER BY place \g /dev/null
ANALYZE forecasts;

CREATE TABLE known_of AS
SELECT task, id, max(n) FILTER (WHERE part = 'train') AS rows, avg(abs(value - before)) FILTER (WHERE part = 'train') AS unit
FROM (SELECT r.*, lag(value, season) OVER (PARTITION BY task, id ORDER BY n) AS before FROM rows r JOIN tasks USING (task)) b GROUP BY task, id;
CREATE TABLE errors AS
SELECT f.task, run, level, id, step, f.forecast - r.value AS error, unit, (r.value BETWEEN lower_bound AND upper_bound)::int AS inside
FROM forecasts f JOIN known_of k USING (task, id) JOIN rows r USING (task, id)
WHERE r.n = k.rows + f.step AND r.value IS NOT NULL;

\echo
\echo Every series of each collection: the error in the measure of the task, and the share of values within intervals of 80 and 95
CREATE TABLE scores AS
SELECT task, run, count(*) AS series,
       CASE measure WHEN 'MASE' THEN avg(absolute / steps / nullif(unit, 0)) WHEN 'MAE' THEN sum(absolute) / sum(steps)
                    ELSE sqrt(sum(squares) / sum(steps)) END AS value,
       100 * sum(inside_80) / sum(steps) AS inside_80, 100 * sum(inside_95) / sum(steps) AS inside_95
FROM (SELECT task, run, id, unit, sum(abs(error)) FILTER (WHERE level = 0.95) AS absolute, sum(error ^ 2) FILTER (WHERE level = 0.95) AS squares,
             count(*) FILTER (WHERE level = 0.95) AS steps, sum(inside) FILTER (WHERE level = 0.8) AS inside_80,
             sum(inside) FILTER (WHERE level = 0.95) AS inside_95 FROM errors GROUP BY task, run, id, unit) e
     JOIN tasks USING (task) GROUP BY task, run, measure;
SELECT task, measure, run, series, round(value::numeric, 3) AS error, round(inside_80, 1) AS within_80, round(inside_95, 1) AS within_95,
       round(seconds::numeric, 2) AS seconds, round((series / seconds)::numeric) AS series_a_second
FROM scores JOIN tasks USING (task) JOIN times USING (task, run) ORDER BY place, value DESC;

\echo
\echo How fast it is: the first call of a session, series of M3 monthly with their season found and given, and groups of an aggregate
CREATE TABLE known_monthly AS SELECT id, at, value FROM rows WHERE task = 'M3 monthly' AND part = 'train';
ANALYZE known_monthly;
CREATE TABLE one_series AS SELECT at, value FROM known_monthly WHERE id = 'N1402';
CREATE TABLE groups AS
SELECT g, i, 100 + 20 * sin(2 * pi() * (i + g) / 12) + (hashint4(g * 100 + i) % 100) / 10.0 AS value FROM generate_series(1, :groups) g, generate_series(1, 100) i;
ANALYZE groups;
\c
\pset footer off
\set QUIET on
SET client_min_messages = error;
SET maintenance_work_mem = '512MB';
SET work_mem = '64MB';
SET enable_hashagg = off;
CREATE TABLE speeds (n serial, what text, seconds float8, count bigint);
DO $$
DECLARE
    started timestamptz := clock_timestamp();
    done bigint;
BEGIN
    PERFORM * FROM lstm_zero_shot('one_series', 'value', horizon => 18);
    INSERT INTO speeds (what, seconds, count) VALUES ('first call', extract(epoch FROM clock_timestamp() - started), 1);
    FOR i IN 1..3 LOOP
        started := clock_timestamp();
        SELECT count(DISTINCT series) INTO done FROM lstm_zero_shot('known_monthly', 'value', 'at', 'id', horizon => 18);
        INSERT INTO speeds (what, seconds, count) VALUES ('M3 monthly', extract(epoch FROM clock_timestamp() - started), done);
        started := clock_timestamp();
        SELECT count(DISTINCT series) INTO done FROM lstm_zero_shot('known_monthly', 'value', 'at', 'id', horizon => 18, options => '{"season": 12}');
        INSERT INTO speeds (what, seconds, count) VALUES ('M3 monthly, season given', extract(epoch FROM clock_timestamp() - started), done);
    END LOOP;
    FOR workers IN 0..1 LOOP
        PERFORM set_config('max_parallel_workers_per_gather', workers::text, true), set_config('parallel_setup_cost', '0', true),
                set_config('parallel_tuple_cost', '0', true), set_config('min_parallel_table_scan_size', '0', true);
        started := clock_timestamp();
        SELECT count(f) INTO done
        FROM (SELECT lstm_predict_agg(lstm_pretrained(), value ORDER BY i) AS f FROM groups GROUP BY g) x;
        INSERT INTO speeds (what, seconds, count) VALUES (format('groups of 100 rows, %s', CASE workers WHEN 0 THEN 'one process' ELSE 'two allowed' END),
                                                          extract(epoch FROM clock_timestamp() - started), done);
    END LOOP;
END $$;
SELECT what, round((1000 * percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds))::numeric, 1) AS milliseconds, max(count) AS series,
       round((max(count) / percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds))::numeric) AS series_a_second
FROM speeds GROUP BY what ORDER BY min(n);
