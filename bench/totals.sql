-- Measures how many totals that came lie within the intervals that lstm_simulate gives them, beside two simple ways: the sum of the
-- bounds, and bounds as of steps, or series, that err independently. The folder with the data is the psql variable "data"; of the
-- monthly series of M3, every how manieth gets a model of its own the variable "every"; see make totals.
\set ON_ERROR_STOP on
CREATE EXTENSION IF NOT EXISTS lstm_forecast;
SET client_min_messages = error;
\set QUIET on
\pset footer off

-- totals of one forecast: the quantiles of paths, and sums of bounds
CREATE TABLE totals (task text, earlier int, what text, id text, level float8, actual float8, low float8, high float8, forecast float8, width float8, independent float8);
CREATE FUNCTION totals_of(task text, earlier int, what text, ids text, paths float8[], actual float8, forecast float8, widths float8[], squares float8[]) RETURNS void LANGUAGE sql AS
$$ INSERT INTO totals SELECT task, earlier, what, ids, level, actual, paths[n], paths[5 - n], forecast, widths[n], sqrt(squares[n])
   FROM unnest(ARRAY[0.95, 0.8]) WITH ORDINALITY l (level, n) $$;

-- origins: the last one before the test part, and earlier ones, each a horizon before the next
CREATE TABLE m3 (id text, period text, season int, horizon int, part text, n int, value float8, at date, place int);
\set file 'zcat ' :data '/m3.csv.gz'
\set copy '\\copy m3 (id, period, season, horizon, part, n, value) FROM PROGRAM ' :'file' ' CSV HEADER'
:copy
DELETE FROM m3 WHERE period <> 'monthly';
UPDATE m3 SET at = date '1900-01-01' + m3.n * make_interval(months => 1), place = m3.n - l.last
FROM (SELECT id, max(n) FILTER (WHERE part = 'train') AS last FROM m3 GROUP BY id) l WHERE l.id = m3.id;
ANALYZE m3;
CREATE VIEW m3_0 AS SELECT id, at, value FROM m3 WHERE place <= 0;
CREATE VIEW m3_1 AS SELECT id, at, value FROM m3 WHERE place <= -18;
CREATE TABLE m3_each AS
SELECT earlier, id, lstm_train_agg(at, value, '{"horizon": 18}') AS model
FROM generate_series(0, 1) AS earlier, m3 JOIN (SELECT id, row_number() OVER (ORDER BY id) % :every = 1 % :every AS taken FROM m3 GROUP BY id) s USING (id)
WHERE place <= -18 * earlier AND taken GROUP BY earlier, id;
CREATE TABLE m3_one AS SELECT 0 AS earlier, lstm_train('m3_0', 'value', series_column => 'id', horizon => 18) AS model
UNION ALL SELECT 1, lstm_train('m3_1', 'value', series_column => 'id', horizon => 18);

CREATE TABLE steps AS
SELECT task, earlier, f.id, f.step, f.forecast, x.value, max(w) FILTER (WHERE level = 0.95) AS w95, max(w) FILTER (WHERE level = 0.8) AS w80
FROM (SELECT 'M3, a model for each' AS task, earlier, m.id, level, f.step, f.forecast_at, f.forecast, (f.upper_bound - f.lower_bound) / 2 AS w
      FROM m3_each m, unnest(ARRAY[0.8, 0.95]) AS level, lstm_forecast(model, level => level) f
      UNION ALL
      SELECT 'M3, one model', earlier, f.series, level, f.step, f.forecast_at, f.forecast, (f.upper_bound - f.lower_bound) / 2
      FROM m3_one m, unnest(ARRAY[0.8, 0.95]) AS level, lstm_forecast(model, level => level) f) f
     JOIN m3 x ON x.id = f.id AND x.at = f.forecast_at::date
GROUP BY task, earlier, f.id, f.step, f.forecast, x.value;
CREATE TABLE paths AS
SELECT task, earlier, id, months, path, sum(value) AS total
FROM (SELECT 'M3, a model for each' AS task, earlier, m.id, s.path, s.step, s.value FROM m3_each m, lstm_simulate(m.model, 500) s
      UNION ALL
      SELECT 'M3, one model', earlier, s.series, s.path, s.step, s.value FROM m3_one m, lstm_simulate(m.model, 500) s) p, unnest(ARRAY[12, 18]) AS months
WHERE step <= months GROUP BY task, earlier, id, months, path;
SELECT FROM (SELECT task, earlier, id, months, sum(value) AS actual, sum(forecast) AS forecast, ARRAY[sum(w95), sum(w80)] AS widths, ARRAY[sum(w95 ^ 2), sum(w80 ^ 2)] AS squares
             FROM steps, unnest(ARRAY[12, 18]) AS months WHERE step <= months GROUP BY task, earlier, id, months) s
     JOIN (SELECT task, earlier, id, months, percentile_cont(ARRAY[0.025, 0.1, 0.9, 0.975]) WITHIN GROUP (ORDER BY total) AS q FROM paths GROUP BY task, earlier, id, months) p
     USING (task, earlier, id, months), totals_of(task, earlier, months || ' months', id, q, actual, forecast, widths, squares) \g /dev/null

CREATE TABLE lines (n serial, line text);
\set file 'zcat ' :data '/nn5_daily.csv.gz'
\set copy '\\copy lines (line) FROM PROGRAM ' :'file' ' WITH (FORMAT csv, HEADER, DELIMITER E''\\x01'', QUOTE E''\\x02'')'
:copy
CREATE TABLE nn5 AS
SELECT v.id::int - 1 AS id, split_part(line, ',', 1)::int AS n, nullif(v.value, 'NA')::float8 AS value
FROM lines, LATERAL unnest(string_to_array(replace(line, '"', ''), ',')) WITH ORDINALITY v (value, id) WHERE v.id > 1;
CREATE TABLE nn5_model (earlier int, model bytea);
DO $$
BEGIN
    FOR earlier IN 0 .. 3 LOOP
        EXECUTE format('CREATE VIEW nn5_%s AS SELECT * FROM nn5 WHERE n <= %s', earlier, 735 - 56 * earlier);
        INSERT INTO nn5_model VALUES (earlier, lstm_train(('nn5_' || earlier)::regclass, 'value', 'n', 'id', horizon => 56, options => '{"missing": "seasonal"}'));
    END LOOP;
END $$;
CREATE TABLE nn5_steps AS
SELECT earlier, f.series::int AS id, f.step, f.forecast, x.value, (f.upper_bound - f.lower_bound) / 2 AS w95, (g.upper_bound - g.lower_bound) / 2 AS w80
FROM nn5_model CROSS JOIN lstm_forecast(model) f JOIN lstm_forecast(model, level => 0.8) g USING (series, step)
     JOIN nn5 x ON x.id = f.series::int AND x.n = 735 - 56 * earlier + f.step
WHERE value IS NOT NULL;
CREATE TABLE nn5_paths AS SELECT earlier, s.series::int AS id, s.path, s.step, s.value FROM nn5_model, lstm_simulate(model, 500) s;
ANALYZE nn5_steps;
ANALYZE nn5_paths;
-- ways to add up: each day over groups of ten machines and over all of them, each machine and all of them over days
CREATE TABLE cells AS
SELECT earlier, id, step, what, key FROM nn5_steps, LATERAL (VALUES ('11 groups of 10, each day', id % 11 || ' ' || step), ('all 111, each day', step::text), ('each machine, 7 days', CASE WHEN step <= 7 THEN id::text END),
    ('each machine, 56 days', id::text), ('all 111, 7 days', 'week ' || (step - 1) / 7)) AS v (what, key) WHERE key IS NOT NULL;
ANALYZE cells;
SELECT FROM (SELECT earlier, what, key, percentile_cont(ARRAY[0.025, 0.1, 0.9, 0.975]) WITHIN GROUP (ORDER BY total) AS q
             FROM (SELECT earlier, what, key, path, sum(value) AS total FROM cells JOIN nn5_paths USING (earlier, id, step) GROUP BY 1, 2, 3, 4) t GROUP BY 1, 2, 3) p
     JOIN (SELECT earlier, what, key, sum(value) AS actual, sum(forecast) AS forecast, ARRAY[sum(w95), sum(w80)] AS widths, ARRAY[sum(w95 ^ 2), sum(w80 ^ 2)] AS squares
           FROM cells JOIN nn5_steps USING (earlier, id, step) GROUP BY 1, 2, 3) s USING (earlier, what, key), totals_of('NN5', earlier, what, key, q, actual, forecast, widths, squares) \g /dev/null
INSERT INTO totals SELECT task, earlier, 'single values', id, level, value, forecast - w, forecast + w, forecast, w, w
FROM (SELECT task, earlier, id, forecast, value, w80, w95 FROM steps UNION ALL SELECT 'NN5', earlier, id::text, forecast, value, w80, w95 FROM nn5_steps) s,
     LATERAL (VALUES (0.95, w95), (0.8, w80)) AS v (level, w);

\echo
\echo How errors hang together
SELECT 'NN5, on average' AS task, count(*) AS models, jsonb_build_object('level', round(avg((d->>'level')::float8)::numeric, 2), 'walk', round(avg((d->>'walk')::float8)::numeric, 3), 'series', round(avg((d->>'series')::float8)::numeric, 2)) AS dependence
FROM nn5_model, LATERAL (SELECT lstm_info(model)->'dependence' AS d) i
UNION ALL
SELECT 'M3, one model, on average', count(*), jsonb_build_object('level', round(avg((d->>'level')::float8)::numeric, 2), 'walk', round(avg((d->>'walk')::float8)::numeric, 2), 'series', round(avg((d->>'series')::float8)::numeric, 2))
FROM m3_one, LATERAL (SELECT lstm_info(model)->'dependence' AS d) i
UNION ALL
SELECT 'M3, a model for each, on average', count(*), jsonb_build_object('level', round(avg((d->>'level')::float8)::numeric, 2), 'walk', round(avg((d->>'walk')::float8)::numeric, 2), 'measured', round(100 * avg((d->>'measured')::bool::int)) || ' %')
FROM m3_each, LATERAL (SELECT lstm_info(model)->'dependence' AS d) i;

\echo
\echo Totals within their intervals, percent: the test part, and the mean over all origins
SELECT task, what, count(*) FILTER (WHERE level = 0.8) AS totals, max(earlier) + 1 AS origins,
       round(100 * avg((actual BETWEEN low AND high)::int) FILTER (WHERE level = 0.8 AND earlier = 0), 1) AS test_80,
       round(100 * avg((actual BETWEEN low AND high)::int) FILTER (WHERE level = 0.95 AND earlier = 0), 1) AS test_95,
       round(100 * avg((actual BETWEEN low AND high)::int) FILTER (WHERE level = 0.8), 1) AS paths_80,
       round(100 * avg((actual BETWEEN low AND high)::int) FILTER (WHERE level = 0.95), 1) AS paths_95,
       round(100 * avg((abs(actual - forecast) <= width)::int) FILTER (WHERE level = 0.8), 1) AS sum_of_bounds_80,
       round(100 * avg((abs(actual - forecast) <= width)::int) FILTER (WHERE level = 0.95), 1) AS sum_of_bounds_95,
       round(100 * avg((abs(actual - forecast) <= independent)::int) FILTER (WHERE level = 0.8), 1) AS independent_80,
       round(100 * avg((abs(actual - forecast) <= independent)::int) FILTER (WHERE level = 0.95), 1) AS independent_95,
       round(avg((high - low) / nullif(2 * width, 0))::numeric, 2) AS width_beside_sum
FROM totals GROUP BY task, what ORDER BY task, what;
