-- lstm_evaluate says what SQL computes from lstm_rolling, beside the best baseline, on rows that training did not know.
BEGIN;
SET LOCAL client_min_messages = error;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lstm_forecast;

SELECT plan(27);

CREATE TABLE days (at date PRIMARY KEY, n int UNIQUE, value float8, other float8);
SELECT setseed(0.5);
INSERT INTO days
SELECT date '2024-01-01' + n, n, 20 + 10 * sin(2 * pi() * n / 7) + 4 * random(), CASE WHEN n % 7 = 0 THEN 0 ELSE n % 7 + random() END
FROM generate_series(1, 300) n;
CREATE VIEW older AS SELECT * FROM days WHERE n <= 240;
CREATE TABLE models AS SELECT
    lstm_train('older', 'value', horizon => 3, lookback => 7, options => '{"units": 6, "epochs": 20}') AS one,
    lstm_train('older', ARRAY['value', 'other'], lookback => 7, options => '{"units": 6, "epochs": 20}') AS two;

CREATE TABLE evaluated AS
SELECT 'one' AS name, e.* FROM models, lstm_evaluate(one, 'days', level => 0.8) e
UNION ALL SELECT 'two', e.* FROM models, lstm_evaluate(two, 'days', stride => 2) e;
CREATE TABLE forecasts AS
SELECT 'one' AS name, r.* FROM models, lstm_rolling(one, 'days', stride => 1, level => 0.8, first_origin => 240) r
UNION ALL SELECT 'two', r.* FROM models, lstm_rolling(two, 'days', stride => 2, first_origin => 240) r;

CREATE VIEW expected AS
SELECT name, target, metric, value FROM (
    SELECT name, target, avg(abs(forecast - actual)) AS mae, sqrt(avg((forecast - actual) ^ 2)) AS rmse,
        avg(coalesce(200 * abs(forecast - actual) / nullif(abs(forecast) + abs(actual), 0), 0)) AS smape,
        avg(100 * abs(forecast - actual) / abs(nullif(actual, 0))) AS mape,
        1 - sum((forecast - actual) ^ 2) / (var_pop(actual) * count(*)) AS r2,
        avg(abs(forecast - actual)) / (SELECT avg(abs(CASE target WHEN 'value' THEN a.value - b.value ELSE a.other - b.other END))
            FROM older a JOIN older b ON b.n = a.n - 7) AS mase,
        100 * avg((actual BETWEEN lower_bound AND upper_bound)::int) AS coverage,
        avg(upper_bound - lower_bound) AS interval_width,
        avg(upper_bound - lower_bound + 2 / CASE name WHEN 'one' THEN 0.2 ELSE 0.05 END
            * greatest(lower_bound - actual, actual - upper_bound, 0)) AS winkler
    FROM forecasts GROUP BY name, target) f,
    LATERAL (VALUES ('mae', mae), ('rmse', rmse), ('smape', smape), ('mape', mape), ('mase', mase), ('r2', r2),
        ('coverage', coverage), ('interval_width', interval_width), ('winkler', winkler)) v (metric, value);

SELECT is((SELECT array_agg(DISTINCT lstm_info(one)->>'season') FROM models), '{7}', 'the series has a season of 7');
SELECT ok(abs(e.value - x.value) < 1e-9 * greatest(1, abs(x.value)),
    format('%s of %s in the model of %s is that of its forecasts', metric, target, name))
FROM evaluated e JOIN expected x USING (name, target, metric) WHERE name = 'one' OR metric IN ('mape', 'r2', 'winkler')
ORDER BY name, target, metric;

---- baselines ----

CREATE VIEW naive AS
SELECT avg(abs(l.value - d.value)) AS repeat_last, avg(abs(s.value - d.value)) AS seasonal_naive,
    avg(abs(l.value + f.step * (l.value - (SELECT value FROM days WHERE n = 1)) / (f.origin - 1) - d.value)) AS drift,
    avg(abs(m.value - d.value)) AS seasonal_mean
FROM forecasts f JOIN days d ON d.at = f.at::date JOIN days l ON l.n = f.origin JOIN days s ON s.n = d.n - 7,
    LATERAL (SELECT avg(value) AS value FROM days m WHERE m.n IN (d.n - 7, d.n - 14, d.n - 21, d.n - 28, d.n - 35, d.n - 42, d.n - 49)) m
WHERE f.name = 'one';
SELECT is((SELECT baseline FROM evaluated WHERE name = 'one' AND metric = 'mae'),
    (SELECT key FROM naive, json_each_text(row_to_json(naive)) ORDER BY value::float8 LIMIT 1), 'the baseline is the best one');
SELECT ok((SELECT abs(baseline_value - least(repeat_last, seasonal_naive, drift, seasonal_mean)) < 1e-9
    FROM evaluated, naive WHERE name = 'one' AND metric = 'mae'), 'with the error that SQL computes');
SELECT ok((SELECT bool_and(abs(skill - (1 - value / baseline_value)) < 1e-12) FROM evaluated
    WHERE metric IN ('mae', 'rmse', 'smape', 'mape', 'mase')), 'skill is the share of its error that is gone');
SELECT ok((SELECT bool_and(baseline IS NULL AND baseline_value IS NULL AND skill IS NULL) FROM evaluated
    WHERE metric IN ('coverage', 'interval_width', 'winkler')), 'intervals have no baseline');

---- which rows ----

SELECT results_eq($$ SELECT metric, value FROM models, lstm_evaluate(one, 'days', level => 0.8, first_origin => 240) $$,
    $$ SELECT metric, value FROM evaluated WHERE name = 'one' $$, 'without first_origin the rows after the training count');
SELECT isnt_empty($$ SELECT FROM models, lstm_evaluate(one) WHERE metric = 'mae' AND value > 0 $$,
    'where there are none the newest part is taken');
SELECT throws_ok($$ SELECT * FROM models, lstm_evaluate(one, 'days', first_origin => 300) $$, '22000',
    'relation "days" has 300 rows, and none after row 300 to compare a forecast with', 'no row is left to compare with');
SELECT throws_ok($$ SELECT * FROM models, lstm_evaluate(one, 'days', level => 1) $$, '22023', NULL, 'a level of 1');

-- the baseline beside a measure
CREATE TABLE dozens AS SELECT n, (n * n % 12)::float8 AS value FROM generate_series(1, 60) n;
SELECT is((SELECT count(*) FROM lstm_train('dozens', 'value', 'n', lookback => 3, options => '{"units": 1, "epochs": 1}') model,
    lstm_evaluate(model, 'dozens', first_origin => 3) e WHERE e.metric = 'mae' AND e.baseline LIKE 'seasonal%'), 0::bigint,
    'a baseline that is silent about the first season is not compared, however good it is later');
CREATE TABLE older_model AS SELECT lstm_train('older', 'value', 'at', lookback => 7, options => '{"units": 1, "epochs": 1}') AS model;
SELECT is((SELECT baseline FROM older_model, lstm_evaluate(model, 'days') WHERE metric = 'r2'),
    (SELECT baseline FROM older_model, lstm_evaluate(model, 'days') WHERE metric = 'rmse'),
    'the best baseline by r2 is the one with the least squares');
CREATE TABLE steps AS SELECT n, hashint4(n) % 100 + CASE WHEN n > 200 THEN 3.0 ELSE 0 END AS value FROM generate_series(1, 300) n;
CREATE VIEW before_step AS SELECT * FROM steps WHERE n <= 200;
SELECT is((SELECT round(baseline_value::numeric, 6) FROM lstm_train('before_step', 'value', 'n', lookback => 3, options => '{"units": 1, "epochs": 1}') model,
    lstm_evaluate(model, 'steps') WHERE metric = 'mae' AND baseline = 'mean'),
    (SELECT round(avg(abs(value - (SELECT avg(value) FROM before_step)))::numeric, 6) FROM steps WHERE n > 200),
    'the mean that is a baseline is that of the rows before the first forecast');

SELECT * FROM finish();
ROLLBACK;
