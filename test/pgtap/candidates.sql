-- Where nothing is said of the network, several candidates contend on the same held-out rows, and what they say is weighed.
BEGIN;
SET LOCAL client_min_messages = error;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lstm_forecast;
\i test/include/failure.sql

SELECT plan(50);

-- monthly sales: a trend, a season, some noise; and hours of a load that follows the temperature
CREATE TABLE sales (at date PRIMARY KEY, sold float8);
INSERT INTO sales SELECT date '2015-01-01' + n * interval '1 month', 100 + n + 20 * sin(pi() * n / 6) + hashint4(n) % 100 / 20.0 FROM generate_series(0, 119) n;
CREATE TABLE loads (at timestamptz PRIMARY KEY, load float8, temperature float8);
INSERT INTO loads SELECT timestamptz '2024-01-01 00:00+00' + n * interval '1 hour', 50 + 2 * warm + (hashint4(n) % 100) / 100.0, warm
FROM (SELECT n, 10 + 8 * sin(2 * pi() * n / 24) + (hashint4(n / 24 * 7 + 3) % 100) / 20.0 AS warm FROM generate_series(0, 1199) n) t;

CREATE TABLE trained AS SELECT name, lstm_train('sales', 'sold', horizon => 12, options => options::jsonb) AS model
FROM (VALUES ('normal', '{}'), ('again', '{"threads": 1}'), ('two threads', '{"threads": 2}'), ('fast', '{"effort": "fast"}'),
             ('best', '{"effort": "best"}'), ('two', '{"candidates": ["linear", "ets"]}'), ('named', '{"architecture": "vanilla"}'),
             ('rate', '{"learning_rate": 0.01}'), ('other seed', '{"seed": 2}')) v (name, options);
CREATE VIEW tried AS SELECT name, key AS candidate, (value->>'error')::float8 AS error, (value->>'weight')::float8 AS weight
FROM trained, jsonb_each(lstm_info(model)->'candidates');

---- what is tried ----

SELECT is((SELECT array_agg(candidate ORDER BY candidate) FROM tried WHERE name = 'normal'),
    '{ets,linear,linear_recursive,network,seasonal_mean,seasonal_naive,theta,zero_shot}', 'what is tried by default on a short series with a season');
SELECT is((SELECT array_agg(candidate ORDER BY candidate) FROM tried WHERE name = 'fast'), '{ets,network,seasonal_mean,seasonal_naive,theta,zero_shot}',
    'fast takes one network');
SELECT ok((SELECT array_agg(candidate) FROM tried WHERE name = 'best') @> '{recursive,segment}', 'best takes more of them');
SELECT is((SELECT array_agg(candidate ORDER BY candidate) FROM tried WHERE name = 'two'), '{ets,linear,network}',
    'those that were asked for are tried, beside the network that carries them');
SELECT is((SELECT weight FROM tried WHERE name = 'two' AND candidate = 'network'), 0::float8, 'which then weighs nothing');
SELECT is((SELECT count(*) FROM tried WHERE name IN ('named', 'rate')), 0::bigint, 'a network that was named, or its training, stays alone');
SELECT ok(bool_and(abs(sum - 1) < 1e-5), 'weights add up to 1') FROM (SELECT sum(weight) FROM tried GROUP BY name) w;
SELECT ok(bool_and(weight = 0 OR weight >= 0.1 * largest), 'what weighs little is dropped')
FROM (SELECT weight, max(weight) OVER (PARTITION BY name) AS largest FROM tried) w;
SELECT ok(min(error) = 1, 'errors are shares of the least') FROM tried WHERE name = 'normal';
SELECT ok((SELECT bool_and(a.weight >= b.weight) FROM tried a JOIN tried b USING (name)
    WHERE name = 'normal' AND a.error < b.error - 0.2 AND a.candidate NOT IN ('network', 'seasonal_mean', 'seasonal_naive')),
    'who errs less weighs more');

---- what comes out ----

SELECT ok((SELECT model FROM trained WHERE name = 'normal') = (SELECT model FROM trained WHERE name = 'again'), 'the same rows and seed are the same model');
SELECT ok((SELECT model FROM trained WHERE name = 'again') = (SELECT model FROM trained WHERE name = 'two threads'), 'on any number of threads');
SELECT ok((SELECT model FROM trained WHERE name = 'normal') <> (SELECT model FROM trained WHERE name = 'other seed'), 'another seed is another model');
SELECT ok(bool_and(forecast BETWEEN lower_bound AND upper_bound), 'each forecast lies within its bounds'), count(*) = 12 * 9
FROM trained, lstm_forecast(model);
SELECT ok(max(abs(f.forecast - (100 + n + 20 * sin(pi() * n / 6) + 2.5))) < 6, format('forecasts are near what comes (%s)', name))
FROM trained, LATERAL (SELECT forecast, 119 + step AS n FROM lstm_forecast(model)) f WHERE name IN ('normal', 'fast', 'best') GROUP BY name ORDER BY name;
SELECT is((SELECT count(*) FROM trained, lstm_forecast(model, steps => 40) WHERE name = 'normal' AND num_nulls(forecast, lower_bound, upper_bound) = 0),
    40::bigint, 'steps past the horizon have forecasts and bounds');
-- by array: the whole series gives the same values, apart from the season's place, which an array does not tell
SELECT ok(max(abs(p.forecast - f.forecast)) < 3, 'an array of all rows gives nearly the forecast of the table')
FROM trained, lstm_forecast(model) f, LATERAL lstm_predict(model, (SELECT array_agg(sold ORDER BY at) FROM sales)) p
WHERE name = 'normal' AND p.step = f.step;
SELECT ok(abs(a.forecasts[1] - p.forecast) < 1e-9, 'the aggregate looks as far back as lstm_predict does')
FROM trained, LATERAL (SELECT lstm_predict_agg(model, sold ORDER BY at) AS forecasts FROM sales) a,
    lstm_predict(model, (SELECT array_agg(sold ORDER BY at) FROM sales)) p WHERE name = 'normal' AND p.step = 1;
CREATE VIEW older AS SELECT * FROM sales WHERE at < '2023-07-01';
SELECT ok(max(abs(r.forecast - f.forecast)) < 1e-6, 'a forecast along known rows is that of the rows before it')
FROM trained, lstm_forecast(model, relation => 'older') f, lstm_rolling(model, first_origin => 102, steps => 12) r
WHERE name = 'normal' AND r.origin = 102 AND r.step = f.step;

---- what is told ----

SELECT is((SELECT array_agg(DISTINCT split_part(layer, ':', 1) ORDER BY split_part(layer, ':', 1)) FROM trained, lstm_summary(model)
    WHERE name = 'normal' AND layer LIKE '%:%') <@ '{linear,linear_recursive}', true, 'the summary tells the layers of all networks');
SELECT is((SELECT sum(parameters) FROM trained, lstm_summary(model) WHERE name = 'normal'),
    (SELECT sum(cardinality(w."values")) FROM trained t, lstm_weights(t.model) w WHERE t.name = 'normal')::numeric, 'and the weights are all of theirs');
SELECT ok((SELECT lstm_info(model)#>'{metrics,sold}' ?& '{theta,ets}' FROM trained WHERE name = 'normal'), 'partners stand beside the other baselines');

---- known inputs ----

CREATE TABLE known AS SELECT lstm_train('loads', 'load', known_inputs => '{temperature}', horizon => 24,
    options => '{"candidates": ["linear"]}') AS model;
SELECT ok((SELECT lstm_info(model)->'candidates' ? 'linear' FROM known), 'linear candidates take known inputs');
INSERT INTO loads SELECT timestamptz '2024-01-01 00:00+00' + n * interval '1 hour', NULL, 30 FROM generate_series(1200, 1223) n;
SELECT ok(bool_and(abs(forecast - 110.5) < 8), 'a load that is twice the temperature is forecast from temperatures that never were')
FROM known, lstm_forecast(model);

---- short series ----

CREATE FUNCTION pg_temp.first_rows(n int) RETURNS text LANGUAGE plpgsql AS $$ BEGIN
    EXECUTE format('CREATE VIEW first_%s AS SELECT * FROM sales ORDER BY at LIMIT %s', n, n); RETURN 'first_' || n; END $$;
CREATE TABLE shorts AS SELECT n, lstm_train(pg_temp.first_rows(n)::regclass, 'sold', horizon => 6) AS model FROM unnest(ARRAY[1, 2, 3, 5, 8, 13, 21, 36]) n;
SELECT is(count(*) FILTER (WHERE num_nulls(forecast, lower_bound, upper_bound) = 0), 6::bigint, format('a series of %s rows has a forecast with bounds', n))
FROM shorts, lstm_forecast(model) GROUP BY n ORDER BY n;
SELECT ok(bool_and(lower_bound >= 0 AND lower_bound <= forecast AND upper_bound > forecast), 'bounds are in range') FROM shorts, lstm_forecast(model);
SELECT is((SELECT forecast FROM shorts, lstm_forecast(model) WHERE n = 1 AND step = 6), (SELECT sold FROM first_1), 'of one row it is repeated');
SELECT is((SELECT lstm_info(model)->>'epochs' FROM shorts WHERE n = 3), '0', 'a network that has no window is not trained');
SELECT is(pg_temp.failure($$ SELECT lstm_train('first_5', 'sold', horizon => 6, options => '{"architecture": "vanilla"}') $$) ~ '^22000: relation "first_5" has 5 rows, but training needs at least',
    true, 'a network that was asked for needs rows');
SELECT is(pg_temp.failure($$ SELECT lstm_train('first_5', 'sold', horizon => 2, lookback => 30) $$) ~ '^22000: relation "first_5" has 5 rows', true,
    'and so does a lookback');

-- a panel in which some series are short, and one that training has not seen
CREATE TABLE shops AS SELECT 'long' AS shop, at, sold FROM sales UNION ALL SELECT 'other', at, sold * 2 FROM sales
UNION ALL SELECT 'third', at, sold + 50 FROM sales UNION ALL SELECT 'short', at, sold FROM first_5 UNION ALL SELECT 'single', at, sold FROM first_1;
CREATE TABLE panel AS SELECT lstm_train('shops', 'sold', series_column => 'shop', horizon => 6) AS model;
INSERT INTO shops SELECT 'new', at, sold * 3 FROM first_8;
CREATE TABLE panel_forecasts AS SELECT f.* FROM panel, lstm_forecast(model) f;
SELECT is((SELECT count(DISTINCT series) FROM panel_forecasts WHERE num_nulls(forecast, lower_bound, upper_bound) = 0), 5::bigint, 'every series of some rows has a forecast with bounds');
SELECT ok(bool_and(forecast IS NOT NULL AND lower_bound IS NULL AND upper_bound IS NULL), 'of one row nothing tells how far a series varies') FROM panel_forecasts WHERE series = 'single';
SELECT is((SELECT array_agg(DISTINCT series ORDER BY series) FROM panel_forecasts WHERE status = 'ok'), '{long,other,third}', 'long ones have nothing to be told');
SELECT is((SELECT min(status) FROM panel_forecasts WHERE series = 'single') ~ '^short: it has 1 rows, the networks take \d+; forecast without them$', true,
    'the status of short ones says how they were forecast');
SELECT is((SELECT count(*) FROM panel, lstm_predict(model, ARRAY[3, 4, 5]) WHERE num_nulls(forecast, upper_bound) = 0), 6::bigint, 'an array may be short, too');
SELECT is((SELECT count(*) FROM panel, lstm_predict(model, ARRAY[3, 4]) WHERE forecast IS NOT NULL AND upper_bound IS NULL), 6::bigint, 'one of two values has no bounds');

---- a model that carries its rows ----

CREATE TABLE carried AS SELECT lstm_train_agg(at, sold, '{"horizon": 12}') AS model FROM sales;
SELECT ok(max(abs(c.forecast - f.forecast)) < 1e-6, 'a model of the aggregate carries the rows that partners look at')
FROM carried, lstm_forecast(carried.model) c, trained, lstm_forecast(trained.model) f WHERE name = 'normal' AND c.step = f.step;

---- what cannot be ----

SELECT is(pg_temp.failure($$ SELECT lstm_average_agg(model) FROM trained WHERE name = 'normal' $$),
    '0A000: models that combine several candidates cannot be averaged
HINT: Train one network: give option "architecture", for example {"architecture": "vanilla"}.', 'combinations have no average');
SELECT is(pg_temp.failure($$ SELECT lstm_train('sales', 'sold', options => '{"candidates": ["arima"]}') $$) ~ '^22023: option "candidates" must be one of network, linear',
    true, 'a candidate that does not exist');
SELECT ok((SELECT bool_and(accepted IS NOT NULL) FROM trained, lstm_update(model, 'sales') WHERE name = 'normal'), 'a combination can be updated');

-- with fewer rows than it was trained on
CREATE TABLE recent AS SELECT * FROM sales WHERE at >= '2022-01-01' UNION ALL
SELECT (date '2025-01-01' + n * interval '1 month')::date, 220 + n + 20 * sin(pi() * n / 6) FROM generate_series(0, 23) n;
SELECT ok(bool_and((lstm_info(u.new_model)->>'windows')::int > 0), 'what an update on fewer rows gives can be read')
FROM trained t, lstm_update(t.model, 'recent') u WHERE name IN ('normal', 'best');

SELECT * FROM finish();
ROLLBACK;
