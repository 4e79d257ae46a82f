-- Measures forecasts of the M3 competition, series of 14 to 130 rows as business tables have them: a model for each series, one model
-- over each collection, and the methods that need no training, all with default options. The folder with the data is the psql
-- variable "data"; of the runs with a model for each series, every how manieth is taken the variable "every". See make short-series.
--
-- MASE with the season 1, 4 and 12 and sMAPE are means over series. Winkler scores are means over series of the ratio to the score of
-- the method ets on the same series (geometric).
\set ON_ERROR_STOP on
CREATE EXTENSION IF NOT EXISTS lstm_forecast;
SET client_min_messages = error;
\set QUIET on
\pset footer off
\if :{?each}
\else
\set each yearly,quarterly,monthly
\endif

CREATE TABLE m3 (id text, period text, season int, horizon int, part text, n int, value float8, at date);
\set file 'zcat ' :data '/m3.csv.gz'
\set copy '\\copy m3 (id, period, season, horizon, part, n, value) FROM PROGRAM ' :'file' ' CSV HEADER'
:copy
DELETE FROM m3 WHERE period NOT IN ('yearly', 'quarterly', 'monthly');
UPDATE m3 SET at = date '1900-01-01' + n * make_interval(months => CASE period WHEN 'yearly' THEN 12 WHEN 'quarterly' THEN 3 ELSE 1 END);
ANALYZE m3;
CREATE VIEW yearly AS SELECT id, at, value FROM m3 WHERE period = 'yearly' AND part = 'train';
CREATE VIEW quarterly AS SELECT id, at, value FROM m3 WHERE period = 'quarterly' AND part = 'train';
CREATE VIEW monthly AS SELECT id, at, value FROM m3 WHERE period = 'monthly' AND part = 'train';

CREATE TABLE series AS
SELECT id, period, max(season) AS season, max(horizon) AS horizon, row_number() OVER (PARTITION BY period ORDER BY id) % :every = 1 % :every AS taken,
       avg(abs(value - before)) AS scale
FROM (SELECT *, lag(value, season) OVER (PARTITION BY id ORDER BY n) AS before FROM m3 WHERE part = 'train') m GROUP BY id, period;

CREATE TABLE forecasts (id text, run text, level float8, at date, forecast float8, lower_bound float8, upper_bound float8);
CREATE TABLE times (run text, period text, seconds float8);

-- what is forecast without training, of all series
CREATE FUNCTION baselines(p text, m text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    started timestamptz := clock_timestamp();
BEGIN
    INSERT INTO forecasts SELECT f.series, 'lstm_baseline, ' || m, 0.95, forecast_at::date, forecast, lower_bound, upper_bound
    FROM lstm_baseline(p::regclass, 'value', series_column => 'id', horizon => (SELECT max(horizon) FROM series WHERE period = p), method => m) f;
    INSERT INTO times VALUES ('lstm_baseline, ' || m, p, extract(epoch FROM clock_timestamp() - started));
    INSERT INTO forecasts SELECT f.series, 'lstm_baseline, ' || m, 0.8, forecast_at::date, forecast, lower_bound, upper_bound
    FROM lstm_baseline(p::regclass, 'value', series_column => 'id', horizon => (SELECT max(horizon) FROM series WHERE period = p), method => m, level => 0.8) f;
END $$;
SELECT FROM unnest(ARRAY['yearly', 'quarterly', 'monthly']) p, unnest(ARRAY['theta', 'ets', 'auto', 'seasonal_naive']) m, baselines(p, m) \g /dev/null

-- one model over a collection
CREATE TABLE models (run text, period text, id text, model bytea);
CREATE FUNCTION collection(p text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    started timestamptz := clock_timestamp();
BEGIN
    INSERT INTO models SELECT 'one model', p, NULL, lstm_train(p::regclass, 'value', series_column => 'id', horizon => max(horizon)) FROM series WHERE period = p;
    INSERT INTO times VALUES ('one model', p, extract(epoch FROM clock_timestamp() - started));
    INSERT INTO forecasts SELECT f.series, 'one model', level, forecast_at::date, forecast, lower_bound, upper_bound
    FROM models m, unnest(ARRAY[0.8, 0.95]) level, lstm_forecast(m.model, level => level) f WHERE m.run = 'one model' AND m.period = p;
END $$;
SELECT FROM unnest(ARRAY['yearly', 'quarterly', 'monthly']) p, collection(p) \g /dev/null

-- a model for each series
CREATE FUNCTION each(p text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    started timestamptz := clock_timestamp();
BEGIN
    INSERT INTO models SELECT 'a model for each', p, s.id, lstm_train_agg(m.at, m.value, jsonb_build_object('horizon', s.horizon))
    FROM series s JOIN m3 m ON m.id = s.id AND m.part = 'train' WHERE s.period = p AND s.taken GROUP BY s.id, s.horizon;
    INSERT INTO times VALUES ('a model for each', p, extract(epoch FROM clock_timestamp() - started));
    INSERT INTO forecasts SELECT m.id, 'a model for each', level, forecast_at::date, forecast, lower_bound, upper_bound
    FROM models m, unnest(ARRAY[0.8, 0.95]) level, lstm_forecast(m.model, level => level) f WHERE m.run = 'a model for each' AND m.period = p;
END $$;
SELECT FROM unnest(string_to_array(:'each', ',')) p, each(p) \g /dev/null

CREATE TABLE scores AS
SELECT s.period, f.run, s.id, s.taken, f.level, avg(abs(f.forecast - m.value)) / nullif(s.scale, 0) AS mase,
       avg(200 * abs(f.forecast - m.value) / nullif(abs(f.forecast) + abs(m.value), 0)) AS smape,
       avg((m.value BETWEEN f.lower_bound AND f.upper_bound)::int) AS inside, count(f.forecast) = s.horizon AS complete,
       count(f.lower_bound) = s.horizon AS bounded,
       avg(f.upper_bound - f.lower_bound + 2 / (1 - f.level) * greatest(f.lower_bound - m.value, m.value - f.upper_bound, 0)) AS winkler
FROM series s JOIN m3 m ON m.id = s.id AND m.part = 'test' JOIN forecasts f ON f.id = s.id AND f.at = m.at
GROUP BY s.period, f.run, s.id, s.taken, f.level, s.scale, s.horizon;

CREATE VIEW rows_of_scores AS
SELECT c.period, c.run, c.part, count(*) / 2 AS series, round(avg(mase) FILTER (WHERE c.level = 0.95)::numeric, 3) AS mase,
       round(avg(smape) FILTER (WHERE c.level = 0.95)::numeric, 2) AS smape,
       round(100 * avg(inside) FILTER (WHERE c.level = 0.8), 1) AS within_80, round(100 * avg(inside) FILTER (WHERE c.level = 0.95), 1) AS within_95,
       round(exp(avg(ln(c.winkler / nullif(e.winkler, 0))) FILTER (WHERE c.level = 0.8 AND c.winkler > 0 AND e.winkler > 0))::numeric, 3) AS winkler_80,
       round(exp(avg(ln(c.winkler / nullif(e.winkler, 0))) FILTER (WHERE c.level = 0.95 AND c.winkler > 0 AND e.winkler > 0))::numeric, 3) AS winkler_95,
       round(100 * avg(bounded::int), 1) AS with_bounds
FROM (SELECT 'all' AS part, * FROM scores WHERE run <> 'a model for each' UNION ALL SELECT 'taken', * FROM scores WHERE taken) c
     JOIN (SELECT id, level, winkler FROM scores WHERE run = 'lstm_baseline, ets') e USING (id, level)
GROUP BY c.period, c.run, c.part;

\echo
\echo M3, all series: methods without training and one model over each collection, beside published figures
SELECT period, run, series, mase, smape, within_80, within_95, winkler_80, winkler_95, with_bounds, round(seconds::numeric, 1) AS seconds
FROM rows_of_scores LEFT JOIN times USING (run, period) WHERE part = 'all'
UNION ALL
SELECT f.period, 'published: ' || f.name, NULL, f.mase, NULL, NULL, NULL, NULL, NULL, NULL, NULL
FROM (VALUES ('yearly', 'ets of R', 2.860), ('yearly', 'theta of R', 2.774), ('yearly', 'best of the Monash archive', 2.774),
             ('quarterly', 'ets of R', 1.170), ('quarterly', 'theta of R', 1.117), ('quarterly', 'best of the Monash archive', 1.117),
             ('monthly', 'ets of R', .865), ('monthly', 'theta of R', .864), ('monthly', 'best of the Monash archive', .861),
             ('yearly', 'seasonal naive', 3.17), ('quarterly', 'seasonal naive', 1.43), ('monthly', 'seasonal naive', 1.146)) f (period, name, mase)
ORDER BY period DESC, mase DESC;

\echo
\echo M3, a model for each series, one in :every of them, beside the others on the same series
SELECT period, run, series, mase, smape, within_80, within_95, winkler_80, winkler_95, with_bounds, CASE WHEN run = 'a model for each' THEN round(seconds::numeric, 1) END AS seconds
FROM rows_of_scores LEFT JOIN times USING (run, period) WHERE part <> 'all' AND period = ANY (string_to_array(:'each', ',')) ORDER BY period DESC, mase DESC;

\echo
\echo The series that a model for each forecasts worst beside ets, with the weights of the candidates
SELECT s.period, s.id, round(s.mase::numeric, 2) AS mase, round(e.mase::numeric, 2) AS ets, (SELECT string_agg(key || ' ' || round((value->>'weight')::numeric, 2), ', ' ORDER BY (value->>'weight')::float8 DESC)
    FROM jsonb_each(lstm_info(m.model)->'candidates') WHERE (value->>'weight')::float8 > 0) AS weights
FROM scores s JOIN scores e ON e.id = s.id AND e.run = 'lstm_baseline, ets' AND e.level = 0.95 JOIN models m ON m.id = s.id
WHERE s.run = 'a model for each' AND s.level = 0.95 ORDER BY s.mase - e.mase DESC LIMIT 10;
