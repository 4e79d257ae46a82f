-- Measures forecasts of a load that follows the temperature, which is known ahead: two and a half years of hours that are made up here,
-- with a level, a day, a week, noise that lasts, and a temperature with a year, a day and weather. Trained on all but the last 8 weeks;
-- 48 hours from each fifth hour of these. Each row names what the load is as a function of the temperature. See make known-inputs.
\set ON_ERROR_STOP on
CREATE EXTENSION IF NOT EXISTS lstm_forecast;
SET client_min_messages = error;
\set QUIET on
\pset footer off
\if :{?runs}
\else
\set runs '[["default options", {}], ["linear alone", {"architecture": "linear"}], ["one recurrent layer alone", {"architecture": "vanilla"}], ["effort best", {"effort": "best"}]]'
\endif

-- normal, nearly: the sum of twelve uniform numbers that depend on n and on what they are for
CREATE FUNCTION noise(n int, what int) RETURNS float8 LANGUAGE sql IMMUTABLE AS
$$ SELECT sum((hashint4(n * 977 + what * 131 + k * 15485863 % 1000003) & 65535) / 65536.0) - 6 FROM generate_series(1, 12) k $$;

-- Weather has a memory of some days (.985 an hour), what the load has beside it of some hours (.8).
CREATE TABLE hours AS
WITH RECURSIVE walk AS (
    SELECT 0 AS n, 0::float8 AS weather, 0::float8 AS rest
    UNION ALL
    SELECT n + 1, 0.985 * weather + 0.7 * noise(n, 1), 0.8 * rest + 1.8 * noise(n, 2) FROM walk WHERE n < 21899
)
SELECT n, timestamptz '2022-01-01 00:00+00' + n * interval '1 hour' AS at,
       12 - 10 * cos(2 * pi() * (n / 24.0 - 20) / 365.25) - 4 * cos(2 * pi() * (n % 24 - 3) / 24) + weather AS temperature,
       100 - 12 * cos(2 * pi() * (n % 24 - 4) / 24) - 6 * cos(4 * pi() * (n % 24 - 1) / 24) - CASE WHEN n / 24 % 7 >= 5 THEN 12 ELSE 0 END + rest AS base
FROM walk;
CREATE TABLE shapes (shape text, n int, at timestamptz, load float8, temperature float8);
INSERT INTO shapes
SELECT s.shape, n, at, base + CASE s.shape WHEN 'heating and cooling' THEN 2 * greatest(16 - temperature, 0) + 3 * greatest(temperature - 20, 0)
                                           WHEN 'quadratic' THEN 0.12 * (temperature - 17) ^ 2 ELSE 1.5 * temperature END, temperature
FROM hours, unnest(ARRAY['heating and cooling', 'quadratic', 'linear']) AS s (shape);
CREATE VIEW heating_and_cooling AS SELECT at, load, temperature FROM shapes WHERE shape = 'heating and cooling';
CREATE VIEW quadratic AS SELECT at, load, temperature FROM shapes WHERE shape = 'quadratic';
CREATE VIEW linear AS SELECT at, load, temperature FROM shapes WHERE shape = 'linear';
CREATE VIEW heating_and_cooling_train AS SELECT at, load, temperature FROM shapes WHERE shape = 'heating and cooling' AND n < 21900 - 1344;
CREATE VIEW quadratic_train AS SELECT at, load, temperature FROM shapes WHERE shape = 'quadratic' AND n < 21900 - 1344;
CREATE VIEW linear_train AS SELECT at, load, temperature FROM shapes WHERE shape = 'linear' AND n < 21900 - 1344;

CREATE TABLE forecasts (run text, shape text, origin int, step int, actual float8, forecast float8, inside boolean);
CREATE TABLE trainings (run text, shape text, seconds float8, model bytea);
CREATE FUNCTION run(name text, of_shape text, options jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    rows text := replace(of_shape, ' ', '_');
    started timestamptz := clock_timestamp();
    model bytea := lstm_train((rows || '_train')::regclass, 'load', known_inputs => '{temperature}', horizon => 48, options => options);
BEGIN
    INSERT INTO trainings VALUES (name, of_shape, extract(epoch FROM clock_timestamp() - started), model);
    INSERT INTO forecasts SELECT name, of_shape, r.origin, r.step, r.actual, r.forecast, r.actual BETWEEN r.lower_bound AND r.upper_bound
    FROM lstm_rolling(model, rows::regclass, first_origin => 21900 - 1344, stride => 5) r WHERE r.origin <= 21900 - 48;
END $$;
SELECT FROM jsonb_array_elements(:'runs') o, unnest(ARRAY['heating and cooling', 'quadratic', 'linear']) shape, run(o->>0, shape, o->1) \g /dev/null

INSERT INTO forecasts
SELECT 'value of the week before', f.shape, f.origin, f.step, f.actual, s.load
FROM (SELECT DISTINCT shape, origin, step, actual FROM forecasts) f JOIN shapes s ON s.shape = f.shape AND s.n = f.origin + f.step - 1 - 168;

\echo
\echo Mean absolute error 1, 6, 24 and 48 hours ahead and over all of them, share of values within the intervals of 95 per cent
SELECT shape, run, round(avg(abs(forecast - actual)) FILTER (WHERE step = 1)::numeric, 2) AS step_1,
       round(avg(abs(forecast - actual)) FILTER (WHERE step = 6)::numeric, 2) AS step_6,
       round(avg(abs(forecast - actual)) FILTER (WHERE step = 24)::numeric, 2) AS step_24,
       round(avg(abs(forecast - actual)) FILTER (WHERE step = 48)::numeric, 2) AS step_48,
       round(avg(abs(forecast - actual))::numeric, 2) AS all_steps, round(100 * avg(inside::int), 1) AS within_95,
       (SELECT round(seconds::numeric, 1) FROM trainings t WHERE t.run = f.run AND t.shape = f.shape) AS seconds,
       (SELECT string_agg(key || ' ' || round((value->>'weight')::numeric, 2), ', ' ORDER BY (value->>'weight')::float8 DESC)
        FROM trainings t, jsonb_each(lstm_info(t.model)->'candidates') WHERE t.run = f.run AND t.shape = f.shape AND (value->>'weight')::float8 > 0) AS weights
FROM forecasts f GROUP BY shape, run ORDER BY shape, all_steps DESC;
