-- lstm_backtest does what one would do by hand with views that end earlier, and nothing trained knows what came later.
BEGIN;
SET LOCAL client_min_messages = error;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lstm_forecast;

SELECT plan(15);

CREATE TABLE days (at date PRIMARY KEY, n int UNIQUE, value float8, other float8);
SELECT setseed(0.75);
INSERT INTO days
SELECT date '2024-01-01' + n, n, 20 + 10 * sin(2 * pi() * n / 7) + random(), n % 7 + random() FROM generate_series(1, 200) n;
CREATE FUNCTION pg_temp.backtest(relation regclass, folds int DEFAULT 3, gap int DEFAULT 0, retrain boolean DEFAULT true)
RETURNS TABLE (fold int, known_rows bigint, metric text, value float8, baseline text, baseline_value float8) LANGUAGE sql AS
$$ SELECT fold, known_rows, metric, value, baseline, baseline_value
   FROM lstm_backtest(relation, 'value', horizon => 4, lookback => 7, options => '{"units": 4, "epochs": 5}',
       folds => folds, test_rows => 12, gap => gap, retrain => retrain) $$;
CREATE TABLE whole AS SELECT * FROM pg_temp.backtest('days');

SELECT results_eq($$ SELECT DISTINCT fold, known_rows FROM whole ORDER BY fold $$,
    $$ VALUES (1, 164::bigint), (2, 176), (3, 188) $$, 'each fold knows the rows before its test part');

-- the second fold by hand
CREATE VIEW known AS SELECT * FROM days WHERE n <= 176;
CREATE VIEW tested AS SELECT * FROM days WHERE n <= 188;
CREATE TABLE model AS SELECT lstm_train('known', 'value', horizon => 4, lookback => 7, options => '{"units": 4, "epochs": 5}') AS model;
SELECT results_eq($$ SELECT metric, value, baseline, baseline_value FROM whole WHERE fold = 2 $$,
    $$ SELECT metric, value, baseline, baseline_value FROM model, lstm_evaluate(model, 'tested', stride => 4, first_origin => 176) $$,
    'a fold is lstm_train and lstm_evaluate by hand');

---- leaks: what comes after a fold's test part changes nothing ----

CREATE TABLE poisoned AS SELECT at, n, CASE WHEN n > 176 THEN 1e6 * (n - 100) ELSE value END AS value FROM days;
SELECT results_eq($$ SELECT * FROM pg_temp.backtest('poisoned') WHERE fold = 1 $$, $$ SELECT * FROM whole WHERE fold = 1 $$,
    'rows after the test part of a fold do not change it');
CREATE VIEW poisoned_known AS SELECT * FROM poisoned WHERE n <= 176;
SELECT results_eq($$ SELECT layer, name, "values" FROM lstm_weights(lstm_train('poisoned_known', 'value', horizon => 4, lookback => 7,
        options => '{"units": 4, "epochs": 5}')) $$,
    $$ SELECT layer, name, "values" FROM model, lstm_weights(model) $$, 'weights trained on the rows before are the same: nothing leaks into training');

---- the other arguments ----

SELECT results_eq($$ SELECT DISTINCT fold, known_rows FROM pg_temp.backtest('days', gap => 10) ORDER BY fold $$,
    $$ VALUES (1, 154::bigint), (2, 166), (3, 178) $$, 'a gap keeps rows from training');
SELECT results_eq($$ SELECT fold, value FROM pg_temp.backtest('days', retrain => false) WHERE metric = 'mae' AND fold = 1 $$,
    $$ SELECT fold, value FROM whole WHERE metric = 'mae' AND fold = 1 $$, 'without retraining the first fold is the same');
SELECT isnt((SELECT value FROM pg_temp.backtest('days', retrain => false) WHERE metric = 'mae' AND fold = 3),
    (SELECT value FROM whole WHERE metric = 'mae' AND fold = 3), 'without retraining the last fold has an older model');
SELECT is((SELECT count(*) FROM lstm_backtest('days', ARRAY['value', 'other'], lookback => 7, options => '{"units": 2, "epochs": 1}',
    folds => 2)), 36::bigint, 'several columns: nine measures each, in each fold');
SELECT throws_ok($$ SELECT lstm_backtest('days', 'value', folds => 250) $$, '22000',
    'relation "days" has 200 rows, too few for 250 folds of 1 rows', 'more folds than rows');
SELECT throws_ok($$ SELECT lstm_backtest('days', 'value', horizon => 4, test_rows => 3) $$, '22023', NULL,
    'a test part shorter than the horizon');
SELECT throws_ok($$ SELECT lstm_backtest('days', 'value', horizon => 4, lookback => 20, folds => 49) $$, '22000',
    NULL, 'a fold that knows too few rows to train');
SELECT is_empty($$ SELECT lstm_backtest('days', 'value', level => NULL) $$, 'no level, no rows');

-- of several series: each is cut, and the fold knows what a table that ends there would tell
CREATE TABLE shops AS SELECT shop, date '2024-01-01' + n AS at, n, (n % 7) * length(shop) + sin(n * length(shop)) + 20.0 * n / 100 AS value
FROM unnest(ARRAY['a', 'bb', 'ccc']) shop, generate_series(1, 100) n WHERE shop <> 'ccc' OR n > 87;
CREATE VIEW shops_known AS SELECT * FROM shops WHERE n <= 88;
SELECT is((SELECT array_agg(DISTINCT series ORDER BY series) FROM lstm_backtest('shops', 'value', 'at', 'shop', lookback => 7, folds => 1,
    test_rows => 12, options => '{"units": 4, "epochs": 1, "on_error": "skip"}')), '{a,bb,ccc}',
    'a series with as many rows as folds need is tested');
SELECT results_eq($$ SELECT series, round(value::numeric, 6) FROM lstm_backtest('shops', 'value', 'at', 'shop', lookback => 7, folds => 1,
       test_rows => 12, options => '{"units": 4, "epochs": 3}') WHERE metric = 'mae' AND series <> 'ccc' ORDER BY 1 $$,
    $$ SELECT e.series, round(e.value::numeric, 6)
       FROM lstm_train('shops_known', 'value', 'at', 'shop', lookback => 7, options => '{"units": 4, "epochs": 3}') model,
           lstm_evaluate(model, 'shops', first_origin => 88) e WHERE e.metric = 'mae' AND e.series <> 'ccc' ORDER BY 1 $$,
    'a fold of several series is trained on what each of them knew');
DELETE FROM shops WHERE shop = 'ccc' AND n = 88;
SELECT is((SELECT array_agg(DISTINCT series ORDER BY series) FROM lstm_backtest('shops', 'value', 'at', 'shop', lookback => 7, folds => 1,
    test_rows => 12, options => '{"units": 4, "epochs": 1, "on_error": "skip"}')), '{a,bb}',
    'a series with a row less than folds need is left out');

SELECT * FROM finish();
ROLLBACK;
