-- lstm_quantiles gives several bounds of each forecast in one call: each is an end of an interval of lstm_forecast.
BEGIN;
SET LOCAL client_min_messages = error;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lstm_forecast;
SELECT plan(23);

CREATE TABLE shops AS
SELECT shop, date '2022-01-01' + n AS day, 20 + 3 * (n % 7) + (hashint4(n * 3 + ascii(shop)) % 100) / 25.0 AS sold
FROM generate_series(0, 299) n, unnest(ARRAY['a', 'b']) AS shop;
CREATE VIEW one AS SELECT day, sold FROM shops WHERE shop = 'a';
CREATE TABLE models (name text PRIMARY KEY, model bytea);
INSERT INTO models VALUES
    ('one', lstm_train('one', 'sold', horizon => 7, options => '{"effort": "fast"}')),
    ('panel', lstm_train('shops', 'sold', series_column => 'shop', horizon => 7, options => '{"effort": "fast"}')),
    ('quantile', lstm_train('one', 'sold', horizon => 2, options => '{"architecture": "vanilla", "units": 4, "epochs": 2, "loss": "quantile", "calibrate": false}')),
    ('gaussian', lstm_train('one', 'sold', horizon => 2, options => '{"architecture": "vanilla", "units": 4, "epochs": 2, "loss": "gaussian"}')),
    ('network', lstm_train('one', 'sold', horizon => 2, options => '{"architecture": "vanilla", "units": 4, "epochs": 2}'));

-- the ends of intervals, for each model
CREATE FUNCTION ends(name text, level float8) RETURNS TABLE (series text, step int, low float8, high float8) LANGUAGE sql AS
$$ SELECT f.series, f.step, f.lower_bound, f.upper_bound FROM models m, lstm_forecast(model, level => ends.level) f WHERE m.name = ends.name $$;
CREATE FUNCTION quantile(name text, level float8) RETURNS TABLE (series text, step int, low float8, high float8) LANGUAGE sql AS
$$ SELECT q.series, q.step, min(value), max(value) FROM models m, lstm_quantiles(model, ARRAY[(1 - level) / 2, (1 + level) / 2]) q WHERE m.name = quantile.name GROUP BY 1, 2 $$;
SELECT ok(bool_and(abs(e.low - q.low) < 1e-9 AND abs(e.high - q.high) < 1e-9) AND count(*) = 7, format('"one", %s: the ends of the interval', level))
FROM unnest(ARRAY[0.5, 0.8, 0.95]) AS level, ends('one', level) e JOIN quantile('one', level) q USING (step) GROUP BY level;
SELECT ok(bool_and(abs(e.low - q.low) < 1e-9 AND abs(e.high - q.high) < 1e-9) AND count(*) = 14, format('"panel", %s: the ends of the interval', level))
FROM unnest(ARRAY[0.5, 0.8, 0.95]) AS level, ends('panel', level) e JOIN quantile('panel', level) q USING (series, step) GROUP BY level;
SELECT ok(bool_and(abs(e.low - q.low) < 1e-9 AND abs(e.high - q.high) < 1e-9) AND count(*) = 4, format('"%s": the ends of the intervals', name))
FROM unnest(ARRAY['quantile', 'gaussian']) AS name, unnest(ARRAY[0.6, 0.8]) AS level, ends(name, level) e JOIN quantile(name, level) q USING (step) GROUP BY name;

-- what a call returns
SELECT results_eq($$ SELECT DISTINCT probability FROM models, lstm_quantiles(model) WHERE name = 'one' ORDER BY 1 $$, $$ VALUES (0.025::float8), (0.1), (0.25), (0.5), (0.75), (0.9), (0.975) $$, 'seven quantiles without being asked');
SELECT is(count(*), 7 * 7::bigint, 'for each step') FROM models, lstm_quantiles(model) WHERE name = 'one';
SELECT results_eq($$ SELECT DISTINCT step, forecast_at, target, status FROM models, lstm_quantiles(model) WHERE name = 'one' ORDER BY 1 $$,
                  $$ SELECT step, forecast_at, target, status FROM models, lstm_forecast(model) WHERE name = 'one' ORDER BY 1 $$, 'the steps, times, targets and status of the forecast');
SELECT ok(bool_and(ordered), 'they ascend') FROM (SELECT value >= lag(value, 1, '-infinity') OVER (PARTITION BY series, step ORDER BY probability) AS ordered
    FROM models, lstm_quantiles(model, (SELECT array_agg(p / 100.0) FROM generate_series(1, 99) p)) WHERE name = 'panel') o;
SELECT cmp_ok(max(abs(f.forecast - q.value)), '<', 0.2::float8, 'where errors are as large on both sides, the median is the forecast')
FROM models, lstm_forecast(model) f JOIN lstm_quantiles(model, '{0.5}') q USING (step) WHERE name = 'network';
SELECT results_eq($$ SELECT series, count(*) FROM models, lstm_quantiles(model, '{0.5}', steps => 3, series => '{b}') WHERE name = 'panel' GROUP BY 1 $$, $$ VALUES ('b', 3::bigint) $$, 'of the series and steps that are asked for');
SELECT is(max(step), 4, 'up to a time') FROM models, lstm_quantiles(model, '{0.5}', until => '2022-10-31 00:00') WHERE name = 'one';
SELECT results_eq($$ SELECT step, value FROM models, lstm_quantiles(model, '{0.9}', as_of => '2022-08-01') WHERE name = 'one' ORDER BY 1 $$,
                  $$ SELECT step, upper_bound FROM models, lstm_forecast(model, level => 0.8, as_of => '2022-08-01') WHERE name = 'one' ORDER BY 1 $$, 'as of an earlier time');
SELECT results_eq($$ SELECT probability, value IS NULL FROM models, lstm_quantiles(model, '{0.0001,0.5,0.9999}') WHERE name = 'quantile' AND step = 1 ORDER BY 1 $$, $$ VALUES (0.0001::float8, true), (0.5, false), (0.9999, true) $$,
                  'NULL beyond what a network has learned');
SELECT results_eq($$ SELECT series, step, value, status FROM models, lstm_quantiles(model, series => '{c}') WHERE name = 'panel' $$,
                  $$ SELECT series, step, forecast, status FROM models, lstm_forecast(model, series => '{c}') WHERE name = 'panel' $$, 'a series without rows has the status of the forecast');
SELECT is_empty($$ SELECT FROM models, lstm_quantiles(model, NULL) $$, 'nothing for NULL');
SELECT is_empty($$ SELECT FROM lstm_quantiles(NULL) $$, 'and none of no model');

-- errors
SELECT throws_ok($$ SELECT FROM models, lstm_quantiles(model, '{0.5,1}') WHERE name = 'one' $$, '22023', 'probabilities must be between 0 and 1, not 1', 'no probability is 1');
SELECT throws_ok($$ SELECT FROM models, lstm_quantiles(model, '{}') WHERE name = 'one' $$, '22023', 'probabilities must be 1 to 1000 numbers, not 0', 'there is one at least');
SELECT throws_ok($$ SELECT FROM models, lstm_quantiles(model, '{0.5,NULL}') WHERE name = 'one' $$, '22004', NULL, 'and none is NULL');
SELECT * FROM finish();
ROLLBACK;
