-- The loss for counts: forecasts are means, bounds and paths whole numbers that hold their level, and what is no count is refused.
BEGIN;
SET LOCAL client_min_messages = error;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lstm_forecast;

SELECT plan(33);

\ir ../include/failure.sql

SELECT setseed(0.5) \g /dev/null
-- sums of 40 rare events are nearly Poisson: means of 0.3 to 2.4, around a week
CREATE TABLE calls AS SELECT s AS line, n, (SELECT count(*) FROM generate_series(1, 40) WHERE random() < s * 0.3 * (1 + 0.6 * sin(2 * pi() * n / 7)) / 40 AND s + n > 0) AS calls
FROM generate_series(1, 8) s, generate_series(1, 600) n;
CREATE VIEW earlier AS SELECT * FROM calls WHERE n <= 460;
CREATE TABLE model AS SELECT lstm_train('earlier', 'calls', 'n', 'line', horizon => 7, lookback => 14, options => '{"loss": "negative_binomial", "units": 8}') AS model;
CREATE TABLE rolled AS SELECT l AS level, r.* FROM model, unnest(ARRAY[0.8, 0.95]) l, lstm_rolling(model, 'calls', level => l, stride => 7) r JOIN calls c ON c.line::text = r.series AND c.n = r.origin + r.step
    WHERE c.n > 467;

SELECT ok(count(*) > 900, 'forecasts of rows that were not trained on are there') FROM rolled WHERE level = 0.8;
SELECT ok(bool_and(lower_bound = floor(lower_bound) AND upper_bound = floor(upper_bound) AND lower_bound >= 0), 'bounds are counts') FROM rolled;
SELECT ok(abs(avg(forecast) / avg(actual) - 1) < 0.1, format('forecasts are means: %s beside %s', round(avg(forecast)::numeric, 3), round(avg(actual)::numeric, 3))) FROM rolled WHERE level = 0.8;
SELECT ok(100 * avg((actual BETWEEN lower_bound AND upper_bound)::int) BETWEEN 100 * level - 4 AND 100 * level + 8, format('%s percent of values are within %s', round(100 * avg((actual BETWEEN lower_bound AND upper_bound)::int), 1), level))
FROM rolled GROUP BY level ORDER BY level;
SELECT ok((SELECT avg((forecast - actual) ^ 2) FROM rolled WHERE level = 0.8) < (SELECT avg((c.calls - m.mean) ^ 2) FROM calls c JOIN (SELECT line, avg(calls) AS mean FROM earlier GROUP BY line) m USING (line) WHERE n > 467),
    'they are better than the mean of each series, which knows no week');
SELECT ok((SELECT corr(f.mean, c.mean) FROM (SELECT series, avg(forecast) AS mean FROM rolled GROUP BY 1) f JOIN (SELECT line::text AS series, avg(calls) AS mean FROM calls GROUP BY 1) c USING (series)) > 0.97,
    'each series has a level of its own');
CREATE TABLE paths AS SELECT p.* FROM model, lstm_simulate(model, paths => 400) p;
SELECT ok(bool_and(value = floor(value) AND value >= 0), 'paths are counts') FROM paths;
SELECT ok((SELECT bool_and(abs(p.mean - f.forecast) < 0.35 + 0.2 * f.forecast) FROM (SELECT series, step, avg(value) AS mean FROM paths GROUP BY 1, 2) p JOIN (SELECT f.* FROM model, lstm_forecast(model) f) f USING (series, step)),
    'whose means are the forecast');
SELECT ok((SELECT bool_and((s->>'offset')::float8 = 0) AND bool_and(abs((s->>'scale')::float8 / mean - 1) < 1e-6) FROM model, jsonb_array_elements(lstm_export(model)->'scaling') WITH ORDINALITY x (c, n), LATERAL (SELECT c->0 AS s) y
    JOIN LATERAL (SELECT avg(calls) AS mean FROM earlier e WHERE e.line = x.n) m ON true), 'counts are scaled by their mean, and not shifted');
SELECT is((SELECT count(*) FROM model, lstm_predict(model, (SELECT array_agg(calls::float8 ORDER BY n) FROM calls WHERE line = 3))), 7::bigint, 'an array of counts is forecast');
SELECT ok((SELECT bool_and(forecast >= 0 AND lower_bound = floor(lower_bound) AND upper_bound = ceil(upper_bound)) FROM model, lstm_forecast(model, steps => 30)), 'past the horizon bounds are counts, too');
SELECT ok((SELECT upper_bound FROM model, lstm_forecast(model, level => 0.9999999999, steps => 1) LIMIT 1) IS DISTINCT FROM 'Infinity', 'a bound of any level ends somewhere');
CREATE TABLE bare AS SELECT lstm_train('earlier', 'calls', 'n', 'line', lookback => 14, options => '{"loss": "negative_binomial", "units": 4, "epochs": 3, "calibrate": false, "validation": 0}') AS model;
SELECT ok((SELECT bool_and(lower_bound <= upper_bound AND upper_bound >= 1) FROM bare, lstm_forecast(model)), 'without calibration bounds are the quantiles of the distribution');
-- one epoch more from where it was
SELECT is((SELECT count(*) FROM model, lstm_update(model, 'calls', epochs => 1) WHERE new_model IS NOT NULL), 1::bigint, 'such a model can be updated');

SELECT is(lstm_info(model)->>'forecasts', 'mean', 'what such a model forecasts is told') FROM model;
-- the other half of the lines, and a round of averaging
CREATE VIEW elsewhere AS SELECT line + 8 AS line, n, calls FROM earlier;
CREATE TABLE average AS SELECT lstm_average_agg(m) AS model FROM (SELECT model AS m FROM model UNION ALL
    SELECT lstm_train('elsewhere', 'calls', 'n', 'line', horizon => 7, lookback => 14, options => jsonb_build_object('init', model, 'epochs', 1)) FROM model) x;
SELECT ok((SELECT count(*) = 56 AND bool_and(forecast > 0 AND lower_bound = floor(lower_bound) AND upper_bound = ceil(upper_bound)) FROM average, lstm_forecast(model, relation => 'calls')), 'an average of such models is one, too');
SELECT is(split_part(pg_temp.failure($$ SELECT lstm_average_agg(m) FROM (SELECT model AS m FROM model UNION ALL SELECT lstm_train('elsewhere', 'calls', 'n', 'line', horizon => 7, lookback => 14,
    options => '{"loss": "gaussian", "units": 8, "normalize": "none", "deseasonalize": "none", "epochs": 1}')) x $$), E'\n', 1), '22023: models that differ in loss cannot be averaged', 'models of counts are averaged with such models alone');
-- limits cut bounds, and are what they are
CREATE TABLE limited AS SELECT lstm_train('earlier', 'calls', 'n', 'line', lookback => 14, options => '{"loss": "negative_binomial", "units": 4, "epochs": 3, "upper_limit": 1.5}') AS model;
SELECT ok((SELECT bool_and(upper_bound <= 1.5) AND bool_or(upper_bound = 1.5) FROM limited, lstm_forecast(model)), 'no bound is beyond the upper limit');

---- what is refused ----

CREATE TABLE halves AS SELECT n, n % 4 / 2.0 AS value FROM generate_series(1, 60) n;
CREATE TABLE debts AS SELECT n, n % 4 - 1 AS value FROM generate_series(1, 60) n;
CREATE TABLE gaps AS SELECT n, CASE WHEN n % 9 > 0 THEN n % 4 END AS value FROM generate_series(1, 90) n;
CREATE FUNCTION pg_temp.train(relation regclass, more jsonb DEFAULT '{}') RETURNS text LANGUAGE sql AS $$
    SELECT pg_temp.failure(format('SELECT lstm_train(%L, ''value'', ''n'', lookback => 4, options => %L)', relation, '{"loss": "negative_binomial", "epochs": 1, "units": 2}'::jsonb || more)) $$;
SELECT is(pg_temp.train('halves'), '22000: column "value" has the value 0.5, but loss negative_binomial is for counts: whole numbers from 0 on
HINT: Leave the option "loss" out, or set it to quantile. Where gaps were filled, set "missing" to mask or previous.', 'halves');
SELECT is(split_part(pg_temp.train('debts'), E'\n', 1), '22000: column "value" has the value -1, but loss negative_binomial is for counts: whole numbers from 0 on', 'negative numbers');
SELECT is(pg_temp.train('gaps', '{"missing": "mask"}'), 'no error', 'gaps that are filled and left out of the loss are no counts, and need not be');
-- 95 is far beyond all others: what takes its place is no count, and counts for nothing
CREATE TABLE slips AS SELECT n, CASE WHEN n = 95 THEN 5000 WHEN n % 40 > 0 THEN abs(hashint4(n)) % 4 END AS value FROM generate_series(1, 200) n;
UPDATE slips SET value = 2 WHERE n % 40 IN (1, 39);
SELECT is(pg_temp.train('slips', '{"missing": "linear"}'), 'no error', 'nor need what takes the place of an outlier be one, wherever gaps were filled');
UPDATE slips SET value = 1 WHERE n = 39;
SELECT is(split_part(pg_temp.train('slips', '{"missing": "linear"}'), E'\n', 1), '22000: column "value" has the value 1.5, but loss negative_binomial is for counts: whole numbers from 0 on', 'what filled a gap counts, and must be one');
SELECT is(pg_temp.train('debts', '{"normalize": "last"}'), '22023: options "normalize" and "loss" cannot be combined here
DETAIL: What is left of a count where a level is subtracted is no count.
HINT: Leave one of the two options out.', 'a level');
SELECT ok(pg_temp.train('debts', '{"season": 7, "deseasonalize": "additive"}') ~ '22023: options "deseasonalize" and "loss" cannot', 'a season');
SELECT ok(pg_temp.train('debts', '{"log": true}') ~ '22023: options "log" and "loss" cannot', 'logarithms');

---- rows that came since ----

CREATE TABLE parts AS SELECT n, (abs(hashint4(n)) % 4)::float8 AS used FROM generate_series(1, 160) n;
CREATE VIEW first_parts AS SELECT * FROM parts WHERE n <= 100;
CREATE TABLE of_parts AS SELECT lstm_train('first_parts', 'used', 'n', lookback => 4, options => '{"loss": "negative_binomial", "epochs": 1, "units": 2}') AS model;
CREATE FUNCTION pg_temp.update_with(place int, value float8) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    was float8;
    told text;
BEGIN
    SELECT used INTO was FROM parts WHERE n = place;
    UPDATE parts SET used = value WHERE n = place;
    told := pg_temp.failure('SELECT * FROM of_parts, lstm_update(model, ''parts'')');
    UPDATE parts SET used = was WHERE n = place;
    RETURN told;
END $$;
SELECT is(pg_temp.update_with(120, 3), 'no error', 'an update takes counts');
SELECT is(pg_temp.update_with(place, value), format('22000: column "used" has the value %s, but loss negative_binomial is for counts: whole numbers from 0 on
HINT: Correct the rows, or give a view without them as relation; if they are right, train a model with another loss.', value), format('and refuses %s, in %s', value, what))
FROM (VALUES (120, 0.5, 'a new row'), (120, -1, 'a new row'), (159, 2.5, 'a row that judges'), (50, 1.5, 'a row that it was trained on')) v (place, value, what);
SELECT is(pg_temp.update_with(120, NULL), 'no error', 'a gap that is filled and left out of the loss is no fraction');

SELECT * FROM finish();
ROLLBACK;
