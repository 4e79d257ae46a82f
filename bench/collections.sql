-- Measures one model over many series: all of M4 hourly, NN5 and the stations of the Australian temperatures, and Beijing's air
-- with all its columns, beside naive baselines and lstm_baseline. The folder with the data is the psql variable "data", the
-- number of seeds the variable "seeds"; see make collections. With default options several candidates contend; the second row is
-- the network alone that is one of them.
\set ON_ERROR_STOP on
CREATE EXTENSION IF NOT EXISTS lstm_forecast;
SET client_min_messages = error;
\set QUIET on
\pset footer off

CREATE TABLE runs (task text, run text, lookback int, options jsonb);
INSERT INTO runs VALUES
('M4', 'default options', NULL, '{}'),
('M4', 'network alone', NULL, '{"candidates": ["network"]}'),
('NN5', 'default options', NULL, '{}'),
('NN5', 'network alone', NULL, '{"candidates": ["network"]}'),
('stations', 'default options', NULL, '{}'),
('stations', 'network alone', NULL, '{"candidates": ["network"]}'),
('air', 'default options', NULL, '{}'),
('air', 'network alone', NULL, '{"candidates": ["network"]}');

CREATE TABLE models (task text, run text, seed int, model bytea, seconds float8);
CREATE FUNCTION timed(run_of runs, seed int, training text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    started timestamptz := clock_timestamp();
    model bytea;
BEGIN
    EXECUTE training INTO model USING run_of.lookback, run_of.options || jsonb_build_object('seed', seed);
    INSERT INTO models VALUES (run_of.task, run_of.run, seed, model, extract(epoch FROM clock_timestamp() - started));
END $$;

CREATE TABLE lines (n serial, part text DEFAULT 'train', line text);

\echo
\echo M4 hourly: one model over all 414 series, 48 hours ahead. OWA beside Naive2 (sMAPE 18.383, MASE 2.395).
\set file 'zcat ' :data '/m4_hourly_train.csv.gz'
\set copy '\\copy lines (line) FROM PROGRAM ' :'file' ' WITH (FORMAT csv, HEADER, DELIMITER E''\\x01'', QUOTE E''\\x02'')'
:copy
ALTER TABLE lines ALTER part SET DEFAULT 'test';
\set file 'zcat ' :data '/m4_hourly_test.csv.gz'
\set copy '\\copy lines (line) FROM PROGRAM ' :'file' ' WITH (FORMAT csv, HEADER, DELIMITER E''\\x01'', QUOTE E''\\x02'')'
:copy
CREATE TABLE m4 AS
SELECT part, id, v.n::int AS n, v.value::float8 AS value
FROM lines, LATERAL (SELECT replace(line, '"', '') AS plain) p, LATERAL (SELECT split_part(plain, ',', 1) AS id) i,
     LATERAL unnest(string_to_array(substr(plain, length(id) + 2), ',')) WITH ORDINALITY v (value, n)
WHERE nullif(v.value, '') IS NOT NULL;
CREATE VIEW m4_train AS SELECT id, n, value FROM m4 WHERE part = 'train';
CREATE TABLE m4_known AS
SELECT id, max(n) AS rows, avg(abs(value - day_before)) AS unit
FROM (SELECT id, n, value, lag(value, 24) OVER (PARTITION BY id ORDER BY n) AS day_before FROM m4_train) d GROUP BY id;
ANALYZE m4;
SELECT FROM runs, generate_series(1, :seeds) seed, timed(runs, seed,
    $$SELECT lstm_train('m4_train', 'value', 'n', 'id', horizon => 48, lookback => $1, options => $2)$$) WHERE task = 'M4' \g /dev/null
CREATE TABLE m4_forecasts AS
SELECT run, seed, level, f.series AS id, f.step, f.forecast, f.lower_bound, f.upper_bound
FROM models m, unnest(ARRAY[0.8, 0.95]) AS level, LATERAL lstm_forecast(model, level => level) AS f WHERE task = 'M4';
INSERT INTO m4_forecasts
SELECT 'lstm_baseline', 1, level, f.series, f.step, f.forecast, f.lower_bound, f.upper_bound
FROM unnest(ARRAY[0.8, 0.95]) AS level, LATERAL lstm_baseline('m4_train', 'value', 'n', 'id', horizon => 48, level => level) AS f;
INSERT INTO m4_forecasts (run, seed, level, id, step, forecast)
SELECT 'seasonal naive', 1, 0.95, k.id, step, v.value
FROM m4_known k, generate_series(1, 48) AS step, LATERAL (SELECT value FROM m4 WHERE part = 'train' AND m4.id = k.id AND n = k.rows - 23 + (step - 1) % 24) v;
ANALYZE m4_forecasts;
CREATE TABLE m4_scores AS
SELECT run, seed, avg(200 * abs(forecast - value) / nullif(abs(forecast) + abs(value), 0)) AS smape, avg(abs(forecast - value) / unit) AS mase,
       100 * avg((value BETWEEN lower_bound AND upper_bound)::int) FILTER (WHERE level = 0.8) AS inside_80,
       100 * avg((value BETWEEN lower_bound AND upper_bound)::int) FILTER (WHERE level = 0.95) AS inside_95
FROM m4_forecasts f JOIN m4 t ON t.part = 'test' AND t.id = f.id AND t.n = f.step JOIN m4_known k ON k.id = f.id GROUP BY run, seed;
SELECT run, count(*) AS seeds, round(avg(smape)::numeric, 2) AS smape, round(avg(mase)::numeric, 3) AS mase, round(stddev(mase)::numeric, 3) AS deviation,
       round(avg(smape / 18.383 + mase / 2.395)::numeric / 2, 3) AS owa, round(avg(inside_80), 1) AS within_80,
       round(avg(inside_95), 1) AS within_95
FROM m4_scores GROUP BY run ORDER BY mase DESC;
TRUNCATE lines;

\echo
\echo NN5: one model over all 111 series, the last 56 days.
\set file 'zcat ' :data '/nn5_daily.csv.gz'
ALTER TABLE lines ALTER part SET DEFAULT 'all';
\set copy '\\copy lines (line) FROM PROGRAM ' :'file' ' WITH (FORMAT csv, HEADER, DELIMITER E''\\x01'', QUOTE E''\\x02'')'
:copy
CREATE TABLE nn5 AS
SELECT v.id::int - 1 AS id, split_part(line, ',', 1)::int AS n, nullif(v.value, 'NA')::float8 AS value
FROM lines, LATERAL unnest(string_to_array(replace(line, '"', ''), ',')) WITH ORDINALITY v (value, id) WHERE v.id > 1;
CREATE VIEW nn5_train AS SELECT * FROM nn5 WHERE n <= 735;
SELECT FROM runs, generate_series(1, :seeds) seed, timed(runs, seed,
    $$SELECT lstm_train('nn5_train', 'value', 'n', 'id', horizon => 56, lookback => $1, options => '{"missing": "seasonal"}' || $2)$$)
WHERE task = 'NN5' \g /dev/null
CREATE TABLE nn5_forecasts AS
SELECT run, seed, level, f.series::int AS id, f.step, f.forecast, f.lower_bound, f.upper_bound
FROM models m, unnest(ARRAY[0.8, 0.95]) AS level, LATERAL lstm_forecast(model, level => level) AS f WHERE task = 'NN5';
INSERT INTO nn5_forecasts
SELECT 'lstm_baseline', 1, level, f.series::int, f.step, f.forecast, f.lower_bound, f.upper_bound
FROM unnest(ARRAY[0.8, 0.95]) AS level, LATERAL lstm_baseline('nn5_train', 'value', 'n', 'id', horizon => 56, level => level,
                                                              options => '{"missing": "seasonal"}') AS f;
INSERT INTO nn5_forecasts (run, seed, level, id, step, forecast)
SELECT 'seasonal naive', 1, 0.95, id, step, value
FROM nn5_train, generate_series(1, 56) AS step WHERE n = 735 - 6 + (step - 1) % 7;

-- What such intervals are worth for a forecast that learns nothing: those of the median, from its errors at origins before the
-- newest rows, in units of each series. If they hold too much as well, the last 56 days were calmer than those before.
CREATE TEMP TABLE nn5_units AS
SELECT a.id, avg(abs(a.value - b.value)) AS unit FROM nn5 a JOIN nn5 b ON a.id = b.id AND b.n = a.n - 7 WHERE a.n <= 567 GROUP BY a.id;
CREATE TEMP TABLE nn5_medians AS
SELECT origin, id, n % 7 AS day, percentile_cont(0.5) WITHIN GROUP (ORDER BY value) AS median
FROM (SELECT generate_series(567, 679, 4) AS origin UNION SELECT 735) o JOIN nn5 ON n > origin - 56 AND n <= origin GROUP BY 1, 2, 3;
CREATE TEMP TABLE nn5_errors AS
SELECT origin, m.id, nn5.n - origin AS step, median, unit, abs(value - median) / unit AS error
FROM nn5_medians m JOIN nn5_units USING (id) JOIN nn5 ON nn5.id = m.id AND nn5.n BETWEEN origin + 1 AND origin + 56 AND nn5.n % 7 = day
WHERE value IS NOT NULL;
INSERT INTO nn5_forecasts (run, seed, level, id, step, forecast, lower_bound, upper_bound)
SELECT 'median of the last 8 weeks', 1, level, id, step, median, median - width * unit, median + width * unit
FROM (SELECT step, level, percentile_cont(level) WITHIN GROUP (ORDER BY error) AS width
      FROM nn5_errors, unnest(ARRAY[0.8, 0.95]) AS level WHERE origin < 735 GROUP BY 1, 2) w JOIN nn5_errors USING (step) WHERE origin = 735;
ANALYZE nn5_forecasts;
CREATE TABLE nn5_scores AS
SELECT run, seed, avg(abs(forecast - value)) AS mae, avg(200 * abs(forecast - value) / nullif(abs(forecast) + abs(value), 0)) AS smape,
       100 * avg((value BETWEEN lower_bound AND upper_bound)::int) FILTER (WHERE level = 0.8) AS inside_80,
       100 * avg((value BETWEEN lower_bound AND upper_bound)::int) FILTER (WHERE level = 0.95) AS inside_95
FROM nn5_forecasts f JOIN nn5 t ON t.id = f.id AND t.n = 735 + f.step WHERE value IS NOT NULL GROUP BY run, seed;
SELECT run, count(*) AS seeds, round(avg(mae)::numeric, 3) AS mae, round(stddev(mae)::numeric, 3) AS deviation, round(avg(smape)::numeric, 2) AS smape,
       round(avg(inside_80), 1) AS within_80, round(avg(inside_95), 1) AS within_95
FROM nn5_scores GROUP BY run ORDER BY mae DESC;

\echo
\echo 44 stations in Australia: one model, 18 months ahead of June 2015, trained on the rows before. RMSE in degrees.
CREATE TABLE stations_raw (location text, month text, temperature float8);
\set file :data '/australia_monthly_temperature.csv'
\set copy '\\copy stations_raw FROM ' :'file' ' CSV HEADER'
:copy
CREATE TABLE stations AS SELECT location, (month || '-01')::date AS month, temperature FROM stations_raw;
CREATE VIEW stations_train AS SELECT * FROM stations WHERE month < '2015-07-01';
SELECT FROM runs, generate_series(1, :seeds) seed, timed(runs, seed,
    $$SELECT lstm_train('stations_train', 'temperature', series_column => 'location', horizon => 18, lookback => $1, options => $2)$$)
WHERE task = 'stations' \g /dev/null
CREATE TABLE stations_scores AS
SELECT run, seed, sqrt(avg((f.forecast - s.temperature) ^ 2)) AS rmse,
       100 * avg((s.temperature BETWEEN lower_bound AND upper_bound)::int) FILTER (WHERE level = 0.8) AS inside_80,
       100 * avg((s.temperature BETWEEN lower_bound AND upper_bound)::int) FILTER (WHERE level = 0.95) AS inside_95
FROM models m, unnest(ARRAY[0.8, 0.95]) AS level, LATERAL lstm_forecast(model, level => level) AS f
     JOIN stations s ON s.location = f.series AND s.month = f.forecast_at::date WHERE task = 'stations' GROUP BY run, seed;
INSERT INTO stations_scores
SELECT 'lstm_baseline', 1, sqrt(avg((f.forecast - s.temperature) ^ 2)),
       100 * avg((s.temperature BETWEEN lower_bound AND upper_bound)::int) FILTER (WHERE level = 0.8),
       100 * avg((s.temperature BETWEEN lower_bound AND upper_bound)::int) FILTER (WHERE level = 0.95)
FROM unnest(ARRAY[0.8, 0.95]) AS level, LATERAL lstm_baseline('stations_train', 'temperature', series_column => 'location', horizon => 18, level => level) AS f
     JOIN stations s ON s.location = f.series AND s.month = f.forecast_at::date;
SELECT run, count(*) AS seeds, round(avg(rmse)::numeric, 3) AS rmse, round(stddev(rmse)::numeric, 3) AS deviation, round(avg(inside_80), 1) AS within_80, round(avg(inside_95), 1) AS within_95
FROM stations_scores GROUP BY run
UNION ALL
SELECT 'seasonal naive', NULL, round(sqrt(avg((a.temperature - b.temperature) ^ 2))::numeric, 3), NULL, NULL, NULL
FROM stations a JOIN stations b ON a.location = b.location AND extract(month FROM a.month) = extract(month FROM b.month)
    AND b.month BETWEEN '2014-07-01' AND '2015-06-01' WHERE a.month >= '2015-07-01'
UNION ALL
SELECT 'mean of the same month', NULL, round(sqrt(avg((a.temperature - b.mean) ^ 2))::numeric, 3), NULL, NULL, NULL
FROM stations a JOIN (SELECT location, extract(month FROM month) AS month, avg(temperature) AS mean FROM stations_train GROUP BY 1, 2) b
    ON a.location = b.location AND extract(month FROM a.month) = b.month WHERE a.month >= '2015-07-01'
ORDER BY rmse DESC;

\echo
\echo Beijing PM2.5, one hour ahead: missing values are 0 as in what was published, trained on the first year. RMSE.
TRUNCATE lines RESTART IDENTITY;
\set file 'zcat ' :data '/beijing_pm25.csv.gz'
\set copy '\\copy lines (line) FROM PROGRAM ' :'file' ' WITH (FORMAT csv, HEADER, DELIMITER E''\\x01'', QUOTE E''\\x02'')'
:copy
CREATE TABLE beijing AS
SELECT timestamp '2010-01-01' + (n - 1) * interval '1 hour' AS at, n - 24 AS n, coalesce(nullif(f[6], 'NA')::float8, 0) AS pm, f[7]::float8 AS dew_point,
       f[8]::float8 AS temperature, f[9]::float8 AS pressure, CASE replace(f[10], '"', '') WHEN 'NE' THEN 0 WHEN 'NW' THEN 1 WHEN 'SE' THEN 2 ELSE 3 END AS wind,
       f[11]::float8 AS wind_speed, f[12]::float8 AS snow, f[13]::float8 AS rain
FROM lines, LATERAL (SELECT string_to_array(line, ',') AS f) s WHERE n > 24;
CREATE VIEW beijing_train AS SELECT * FROM beijing WHERE n <= 8760;
SELECT FROM runs, generate_series(1, :seeds) seed, timed(runs, seed,
    $$SELECT lstm_train('beijing_train', 'pm', 'at', inputs => '{pm,dew_point,temperature,pressure,wind,wind_speed,snow,rain}',
                        lookback => $1, options => $2)$$)
WHERE task = 'air' \g /dev/null
CREATE TABLE beijing_scores AS
SELECT run, seed, sqrt(avg((r.forecast - r.actual) ^ 2)) AS rmse,
       100 * avg((r.actual BETWEEN lower_bound AND upper_bound)::int) FILTER (WHERE level = 0.8) AS inside_80,
       100 * avg((r.actual BETWEEN lower_bound AND upper_bound)::int) FILTER (WHERE level = 0.95) AS inside_95
FROM models m, unnest(ARRAY[0.8, 0.95]) AS level, LATERAL lstm_rolling(model, 'beijing', first_origin => 8760, level => level) AS r
WHERE task = 'air' GROUP BY run, seed;
SELECT run, count(*) AS seeds, round(avg(rmse)::numeric, 3) AS rmse, round(stddev(rmse)::numeric, 3) AS deviation, round(avg(inside_80), 1) AS within_80, round(avg(inside_95), 1) AS within_95
FROM beijing_scores GROUP BY run
UNION ALL
SELECT 'repeat-last', NULL, round(sqrt(avg((a.pm - b.pm) ^ 2))::numeric, 3), NULL, NULL, NULL
FROM beijing a JOIN beijing b ON b.n = a.n - 1 WHERE a.n > 8760 ORDER BY rmse DESC;

\echo
\echo Seconds of each training, and the weights of the candidates
SELECT task, run, count(*) AS seeds, round(avg(seconds)::numeric, 1) AS seconds,
       (SELECT string_agg(key || ' ' || round((value->>'weight')::numeric, 2), ', ' ORDER BY (value->>'weight')::float8 DESC)
        FROM jsonb_each(lstm_info((array_agg(model ORDER BY seed))[1])->'candidates')) AS weights_of_seed_1
FROM models GROUP BY task, run ORDER BY task, run;
