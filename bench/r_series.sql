-- Measures default options on series that come with packages of R, on which nothing was chosen: a model for each series and origin, and
-- the zero-shot forecast, beside ets(), auto.arima() and thetaf() of R's package forecast, their mean, and the (seasonal) naive
-- forecast. The folder with what r_series.R wrote is the psql variable "folder"; see make r-series.
--
-- MASE has the season 12, 4 or 1. Economic series explode now and then: means over tasks are geometric, and the median stands beside
-- them. Winkler scores are ratios to those of ets, also as geometric means.
\set ON_ERROR_STOP on
CREATE EXTENSION IF NOT EXISTS lstm_forecast;
SET client_min_messages = error;
\set QUIET on
\pset footer off

CREATE TABLE series (task int, name text, season int, part text, n int, at date, value float8);
\set copy '\\copy series FROM ' :folder '/series.csv CSV'
:copy
CREATE TABLE forecasts (task int, method text, n int, forecast float8, lower_80 float8, upper_80 float8, lower_95 float8, upper_95 float8);
\set copy '\\copy forecasts FROM ' :folder '/forecasts.csv CSV'
:copy
INSERT INTO forecasts SELECT task, 'mean of ets, arima and theta', n, avg(forecast) FROM forecasts WHERE method <> 'naive' GROUP BY task, n;
CREATE INDEX ON series (task);
CREATE TABLE tasks AS
SELECT task, name, season, max(n) FILTER (WHERE part = 'train') AS rows, count(*) FILTER (WHERE part = 'test') AS horizon, bool_and(at IS NOT NULL) AS has_dates,
       avg(abs(value - before)) FILTER (WHERE part = 'train') AS unit
FROM (SELECT *, lag(value, season) OVER (PARTITION BY task ORDER BY n) AS before FROM series) s GROUP BY task, name, season;
ANALYZE;

-- what a user would write: a relation with a date, or with a number where rows have none
CREATE TABLE current (task int);
CREATE VIEW dated AS SELECT s.at, s.value FROM series s JOIN current USING (task) WHERE part = 'train';
CREATE VIEW numbered AS SELECT s.n, s.value FROM series s JOIN current USING (task) WHERE part = 'train';
CREATE TABLE times (method text, seconds float8);
CREATE PROCEDURE forecast_all() LANGUAGE plpgsql AS $$
DECLARE
    t tasks;
    relation regclass;
    model bytea;
    time_column text;
    started timestamptz;
BEGIN
    FOR t IN SELECT * FROM tasks ORDER BY task LOOP
        DELETE FROM current;
        INSERT INTO current VALUES (t.task);
        relation := CASE WHEN t.has_dates THEN 'dated' ELSE 'numbered' END;
        time_column := CASE WHEN t.has_dates THEN 'at' ELSE 'n' END;
        started := clock_timestamp();
        model := lstm_train(relation, 'value', time_column, horizon => t.horizon::int);
        INSERT INTO forecasts SELECT t.task, 'default options', t.rows + f.step, f.forecast, f.lower_bound, f.upper_bound, g.lower_bound, g.upper_bound
        FROM lstm_forecast(model, level => 0.8) f JOIN lstm_forecast(model) g USING (step);
        INSERT INTO times VALUES ('default options', extract(epoch FROM clock_timestamp() - started));
        started := clock_timestamp();
        INSERT INTO forecasts SELECT t.task, 'zero-shot', t.rows + f.step, f.forecast, f.lower_bound, f.upper_bound, g.lower_bound, g.upper_bound
        FROM lstm_zero_shot(relation, 'value', time_column, horizon => t.horizon::int, level => 0.8) f
        JOIN lstm_zero_shot(relation, 'value', time_column, horizon => t.horizon::int) g USING (step);
        INSERT INTO times VALUES ('zero-shot', extract(epoch FROM clock_timestamp() - started));
        COMMIT;
    END LOOP;
END $$;
CALL forecast_all();

CREATE TABLE errors AS
SELECT task, method, t.season, avg(abs(f.forecast - s.value)) / min(nullif(unit, 0)) AS mase,
       avg((s.value BETWEEN lower_80 AND upper_80)::int) AS within_80, avg((s.value BETWEEN lower_95 AND upper_95)::int) AS within_95,
       avg(upper_80 - lower_80 + 10 * greatest(lower_80 - s.value, s.value - upper_80, 0)) AS winkler_80,
       avg(upper_95 - lower_95 + 40 * greatest(lower_95 - s.value, s.value - upper_95, 0)) AS winkler_95
FROM forecasts f JOIN series s USING (task, n) JOIN tasks t USING (task) GROUP BY task, method, t.season;
SELECT count(DISTINCT name) || ' series that come with packages of R, ' || count(*) || ' forecasts of ' || min(horizon) || ' to ' || max(horizon) || ' steps' AS what FROM tasks \gset
\echo
\echo :what: geometric means over these of MASE, its median, shares
\echo of values within bounds, and Winkler scores divided by those of ets.
SELECT method, round(exp(avg(ln(greatest(mase, 0.001))))::numeric, 3) AS mase,
       round(exp(avg(ln(greatest(mase, 0.001))) FILTER (WHERE season = 12))::numeric, 3) AS monthly, round(exp(avg(ln(greatest(mase, 0.001))) FILTER (WHERE season = 4))::numeric, 3) AS quarterly,
       round(exp(avg(ln(greatest(mase, 0.001))) FILTER (WHERE season = 1))::numeric, 3) AS other, round(percentile_cont(0.5) WITHIN GROUP (ORDER BY mase)::numeric, 3) AS median,
       round(100 * avg(within_80), 1) AS within_80, round(100 * avg(within_95), 1) AS within_95,
       round(exp(avg(ln(nullif(e.winkler_80, 0) / nullif(r.winkler_80, 0))))::numeric, 3) AS winkler_80, round(exp(avg(ln(nullif(e.winkler_95, 0) / nullif(r.winkler_95, 0))))::numeric, 3) AS winkler_95,
       (SELECT round((1000 * avg(seconds))::numeric, 1) FROM times t WHERE t.method = e.method) AS milliseconds
FROM errors e JOIN (SELECT task, winkler_80, winkler_95 FROM errors WHERE method = 'ets') r USING (task) GROUP BY method ORDER BY exp(avg(ln(greatest(mase, 0.001))));
