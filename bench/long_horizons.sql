-- Measures default options and the preset segment on ETTh1 (hourly, seven columns), 96 rows in and 96 to 720 rows out, beside a naive
-- baseline and published results. The folder with the data is the psql variable "data", the number of seeds
-- "seeds"; see make long-horizons.
--
-- The protocol is that of the papers: train rows 0..8639, validation the next 2,880, test the next 2,880, each part with
-- 96 rows before it as inputs; z-scores by the training rows; errors over all windows, steps and columns. So the held-out
-- windows of a training are the validation part: it alone chooses the epoch, and "refit" is off. Where several candidates contend, the
-- newest fifth of the windows is held out, so these see fewer rows: as many as let that fifth begin behind the training rows.
\set ON_ERROR_STOP on
CREATE EXTENSION IF NOT EXISTS lstm_forecast;
SET client_min_messages = error;
SET maintenance_work_mem = '1GB';
\set QUIET on
\pset footer off

CREATE TABLE raw (at timestamp PRIMARY KEY, c1 float8, c2 float8, c3 float8, c4 float8, c5 float8, c6 float8, c7 float8);
\set file 'zcat ' :data '/etth1.csv.gz'
\set copy '\\copy raw FROM PROGRAM ' :'file' ' CSV HEADER'
:copy
CREATE TABLE numbered AS SELECT (row_number() OVER (ORDER BY at) - 1)::int AS n, raw.* FROM raw;
CREATE TABLE hours AS
WITH scale AS (
    SELECT avg(c1) AS m1, stddev_pop(c1) AS s1, avg(c2) AS m2, stddev_pop(c2) AS s2, avg(c3) AS m3, stddev_pop(c3) AS s3,
           avg(c4) AS m4, stddev_pop(c4) AS s4, avg(c5) AS m5, stddev_pop(c5) AS s5, avg(c6) AS m6, stddev_pop(c6) AS s6,
           avg(c7) AS m7, stddev_pop(c7) AS s7
    FROM numbered WHERE n < 8640
)
SELECT n, (c1 - m1) / s1 AS c1, (c2 - m2) / s2 AS c2, (c3 - m3) / s3 AS c3, (c4 - m4) / s4 AS c4, (c5 - m5) / s5 AS c5,
       (c6 - m6) / s6 AS c6, (c7 - m7) / s7 AS c7
FROM numbered, scale WHERE n < 14400;
ALTER TABLE hours ADD PRIMARY KEY (n);
CREATE VIEW train AS SELECT * FROM hours WHERE n < 11520;
SELECT format('CREATE VIEW train_%s AS SELECT * FROM hours WHERE n < %s', h, 10776 + h) FROM unnest(ARRAY[96, 192, 336, 720]) h \gexec
CREATE VIEW test AS SELECT * FROM hours WHERE n >= 11520 - 96;

-- The share of windows to hold out: from the first whose outputs lie behind the training rows. Half a window more keeps
-- rounding from taking one away.
CREATE FUNCTION held_out(horizon int) RETURNS float8 LANGUAGE sql AS
$$ SELECT (2880 - horizon + 1.5) / (11520 - 96 - horizon + 1) $$;

CREATE TABLE runs (run text, horizons int[], options jsonb);
INSERT INTO runs VALUES
('default options', '{96, 192, 336, 720}', '{}'),
('segment', '{96, 192, 336, 720}', '{"architecture": "segment"}'),
('segment, slower and with more dropout', '{96, 192, 336, 720}',
 '{"architecture": "segment", "dropout": 0.5, "learning_rate": 0.0005, "schedule": "cosine"}');
CREATE TABLE models (run text, horizon int, seed int, model bytea);
SELECT format($$INSERT INTO models VALUES (%L, %s, %s, lstm_train(%L::regclass, ARRAY['c1', 'c2', 'c3', 'c4', 'c5', 'c6', 'c7'], 'n',
           horizon => %2$s, lookback => 96, options => %5$L))$$, run, horizon, seed, CASE WHEN options = '{}' THEN 'train_' || horizon ELSE 'train' END,
           '{"refit": false}' || options || jsonb_build_object('seed', seed) ||
               CASE WHEN options = '{}' THEN '{}' ELSE jsonb_build_object('validation', held_out(horizon)) END)
FROM runs, unnest(horizons) horizon, generate_series(1, :seeds) seed ORDER BY run, horizon, seed \gexec
CREATE TABLE errors AS
SELECT run, horizon, seed, avg((forecast - actual) ^ 2) AS mse, avg(abs(forecast - actual)) AS mae
FROM models, LATERAL (SELECT * FROM lstm_rolling(model, 'test', stride => 1) r WHERE r.origin + horizon <= 2880 + 96) r
GROUP BY run, horizon, seed;
CREATE TABLE weights AS
SELECT run, horizon, string_agg(key || ' ' || round((value->>'weight')::numeric, 2), ', ' ORDER BY key) AS weights
FROM models, jsonb_each(lstm_info(model)->'candidates') WHERE seed = 1 AND (value->>'weight')::float8 > 0 GROUP BY run, horizon;

-- the mean of the same hour over the last 7 days, column by column
CREATE TABLE trivial AS
WITH values AS (
    SELECT n, c, v FROM hours, LATERAL (VALUES (1, c1), (2, c2), (3, c3), (4, c4), (5, c5), (6, c6), (7, c7)) l (c, v)
), hourly AS (
    SELECT n, c, avg(v) OVER (PARTITION BY c, n % 24 ORDER BY n ROWS BETWEEN 6 PRECEDING AND CURRENT ROW) AS mean FROM values
)
SELECT horizon, avg((h.mean - v.v) ^ 2) AS mse, avg(abs(h.mean - v.v)) AS mae
FROM unnest(ARRAY[96, 192, 336, 720]) horizon CROSS JOIN generate_series(1, horizon) step
     /* the newest row of that hour that is known */
     JOIN hourly h ON h.n + (step + 23) / 24 * 24 - step BETWEEN 11519 AND 14399 - horizon
     JOIN values v ON v.c = h.c AND v.n = h.n + (step + 23) / 24 * 24
GROUP BY horizon;

\echo
\echo ETTh1, 96 rows in, test part, all seven columns: mean over the seeds, best and worst of MSE. SegRNN: Lin et al. 2023
\echo (one recurrent layer, 512 units); DLinear: Zeng et al. 2023; both from 96 rows.
SELECT run AS forecast, horizon, round(avg(mse)::numeric, 3) AS mse, round(min(mse)::numeric, 3) AS best,
       round(max(mse)::numeric, 3) AS worst, round(avg(mae)::numeric, 3) AS mae, min(weights) AS weights
FROM errors LEFT JOIN weights USING (run, horizon) GROUP BY run, horizon
UNION ALL
SELECT 'mean of the last 7 days', horizon, round(mse::numeric, 3), NULL, NULL, round(mae::numeric, 3), NULL FROM trivial
UNION ALL
SELECT 'published: ' || f.name, f.horizon, f.mse, NULL, NULL, f.mae, NULL
FROM (VALUES ('SegRNN', 96, 0.368, 0.395), ('SegRNN', 192, 0.408, 0.419), ('SegRNN', 336, 0.444, 0.440),
             ('SegRNN', 720, 0.446, 0.457), ('DLinear', 96, 0.386, NULL), ('DLinear', 192, 0.437, NULL),
             ('DLinear', 336, 0.481, NULL), ('DLinear', 720, 0.519, NULL)) f (name, horizon, mse, mae)
ORDER BY horizon, mse;
