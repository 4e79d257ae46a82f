-- Forecasts without training: lstm_zero_shot, and the network that is shipped as a model for the other functions.
BEGIN;
SET LOCAL client_min_messages = error;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lstm_forecast;
\i test/include/failure.sql

SELECT plan(75);

-- ten years of months: a trend, and a year that grows with it
CREATE TABLE sales (month date PRIMARY KEY, sold float8);
INSERT INTO sales SELECT (date '2014-01-31' + make_interval(months => i))::date,
    (100 + i) * (1 + 0.3 * sin(2 * pi() * i / 12)) * (1 + 0.02 * ((hashint4(i) % 100) / 100.0)) FROM generate_series(0, 119) i;
CREATE TABLE later AS SELECT i - 119 AS step, (100 + i) * (1 + 0.3 * sin(2 * pi() * i / 12)) AS sold FROM generate_series(120, 131) i;
CREATE FUNCTION zero() RETURNS text LANGUAGE sql AS $$ SELECT 'zero-shot: no training saw these rows' $$;

---- lstm_zero_shot ----
CREATE TABLE told AS SELECT * FROM lstm_zero_shot('sales', 'sold');
SELECT results_eq('SELECT step FROM told', 'SELECT generate_series(1, 12)', 'without a horizon a year of months is forecast');
SELECT results_eq('SELECT DISTINCT series, target, status FROM told', $$ VALUES (NULL::text, 'sold', zero()) $$, 'the status says that nothing was trained');
SELECT results_eq('SELECT forecast_at::date FROM told ORDER BY step LIMIT 3',
    $$ VALUES (date '2024-01-31'), ('2024-02-29'), ('2024-03-31') $$, 'the ends of months stay these');
SELECT cmp_ok(max(abs(t.forecast / l.sold - 1)), '<', 0.06::float8, 'trend and season go on') FROM told t JOIN later l USING (step);
SELECT ok(bool_and(lower_bound < forecast AND forecast < upper_bound), 'bounds lie on either side') FROM told;
SELECT cmp_ok(count(*), '>=', 10::bigint, 'most of what comes is between them') FROM told JOIN later l USING (step)
WHERE l.sold BETWEEN lower_bound AND upper_bound;
SELECT cmp_ok(f.width[24] / f.width[12], '>', 1.1::float8, 'farther apart in later steps')
FROM (SELECT array_agg((upper_bound - lower_bound) / forecast ORDER BY step) AS width FROM lstm_zero_shot('sales', 'sold', horizon => 24)) f;
SELECT ok(bool_and(a.lower_bound < b.lower_bound AND b.lower_bound < b.forecast AND b.upper_bound < a.upper_bound AND a.forecast = b.forecast),
    'and by the level') FROM told a JOIN lstm_zero_shot('sales', 'sold', level => 0.5) b USING (step);
SELECT ok(bool_and(a.lower_bound < b.lower_bound AND a.upper_bound > b.upper_bound), 'also beyond the levels that the network knows')
FROM lstm_zero_shot('sales', 'sold', level => 0.999) a JOIN told b USING (step);
SELECT results_eq($$ SELECT step, forecast, lower_bound, upper_bound, status FROM lstm_baseline('sales', 'sold', method => 'zero_shot') $$,
    'SELECT step, forecast, lower_bound, upper_bound, status FROM told', 'it is a method of lstm_baseline');
SELECT is(count(*) FILTER (WHERE lower_bound > 0 AND upper_bound < 1e7), 1024::bigint, 'a horizon of 1024 has bounds that end')
FROM lstm_zero_shot('sales', 'sold', horizon => 1024);
SELECT results_ne($$ SELECT round(forecast::numeric, 3) FROM lstm_zero_shot('sales', 'sold', options => '{"season": 1}') $$,
    'SELECT round(forecast::numeric, 3) FROM told', 'options are those of trainings');
SELECT ok(bool_and(upper_bound <= 200 AND lower_bound >= 180), 'limits among them') FROM lstm_zero_shot('sales', 'sold', options => '{"lower_limit": 180, "upper_limit": 200}');
CREATE VIEW known AS SELECT * FROM sales WHERE month <= '2022-12-31';
SELECT results_eq($$ SELECT step, forecast, lower_bound FROM lstm_zero_shot('sales', 'sold', as_of => '2022-12-31 12:00+0') $$,
    $$ SELECT step, forecast, lower_bound FROM lstm_zero_shot('known', 'sold') $$, 'rows after as_of are not known');
SELECT is((SELECT count(*) FROM lstm_zero_shot(NULL, 'sold')), 0::bigint, 'no relation, no rows');
SELECT matches(pg_temp.failure($$ SELECT lstm_zero_shot('sales', 'sold', level => 1) $$), '^22023', 'a level is below 1');
SELECT matches(pg_temp.failure($$ SELECT lstm_zero_shot('sales', 'sold', horizon => 0) $$), '^22023', 'a horizon is above 0');
SELECT matches(pg_temp.failure($$ SELECT lstm_zero_shot('sales', 'sold', options => '{"seasons": 3}') $$), '^22023: unrecognized option "seasons"', 'options are read strictly');

-- series of every length, and several keys
CREATE TABLE short AS SELECT n AS length, i AS day, 10 + i % 3 + hashint4(i) % 2 AS value FROM generate_series(1, 30) n, generate_series(1, n) i;
SELECT results_eq($$ SELECT series::int, count(*), count(*) FILTER (WHERE forecast BETWEEN 5 AND 20) FROM lstm_zero_shot('short', 'value', 'day', 'length', horizon => 5)
    GROUP BY 1 ORDER BY 1 $$, 'SELECT n, 5::bigint, 5::bigint FROM generate_series(1, 30) n', 'series of every length have forecasts');
SELECT results_eq($$ SELECT DISTINCT series::int, lower_bound IS NULL, status FROM lstm_zero_shot('short', 'value', 'day', 'length', horizon => 5) WHERE series::int <= 3 ORDER BY 1 $$,
    $$ VALUES (1, true, 'it has one row, which is repeated: nothing is known of its errors'), (2, true, 'it has too few rows to know its errors'), (3, false, zero()) $$,
    'from three rows on with bounds');
CREATE TABLE shops AS SELECT city, floor, (date '2023-01-31' + make_interval(months => i))::date AS month, f * (20 + i % 12) AS sold
FROM generate_series(0, 59) i, (VALUES ('Bern', 1, 1), ('Bern', 2, 2), ('Graz', 1, 3)) v (city, floor, f);
SELECT results_eq($$ SELECT series, forecast_at::date, round(forecast) FROM lstm_zero_shot('shops', 'sold', ARRAY['city', 'floor'], horizon => 1) ORDER BY 1 $$,
    $$ VALUES ('(Bern,1)', date '2028-01-31', 20::float8), ('(Bern,2)', '2028-01-31', 40), ('(Graz,1)', '2028-01-31', 60) $$, 'series are told apart by several columns');
CREATE VIEW floors AS SELECT city || floor AS shop, month, sold FROM shops;
SELECT results_eq($$ SELECT series, step, status FROM lstm_zero_shot('floors', 'sold', series_column => 'shop', horizon => 1, series => ARRAY['Graz1', 'Linz1']) ORDER BY 1, 2 $$,
    $$ VALUES ('Graz1', 1, zero()), ('Linz1', NULL, 'it has no rows') $$, 'those that were asked for are answered');

-- a long season
CREATE TABLE hours AS SELECT timestamptz '2024-01-01 00:00+0' + make_interval(hours => i) AS at,
    50 + 20 * sin(2 * pi() * i / 24) + CASE WHEN i / 24 % 7 >= 5 THEN -15 ELSE 0 END + hashint4(i) % 3 AS load FROM generate_series(0, 24 * 7 * 6 - 1) i;
SELECT cmp_ok(max(abs(forecast - (50 + 20 * sin(2 * pi() * (step - 1) / 24) + CASE WHEN (step - 1) / 24 % 7 >= 5 THEN -15 ELSE 0 END))), '<', 6::float8,
    'days and weeks of hours go on') FROM lstm_zero_shot('hours', 'load', horizon => 168);

-- most days without a sale: the few others are within the bounds, too
CREATE TABLE seldom AS SELECT date '2022-01-01' + i AS day, CASE WHEN hashint4(i * 17) % 6 = 0 THEN 1 + abs(hashint4(i)) % 15 ELSE 0 END AS sold FROM generate_series(0, 729) i;
SELECT ok(bool_and(inside BETWEEN 0.9 AND 0.995), 'bounds of days with few sales hold, for a horizon of any length')
FROM (SELECT h, avg((s.sold BETWEEN f.lower_bound AND f.upper_bound)::int) AS inside
      FROM unnest(ARRAY[1, 4, 14]) h, generate_series(0, 59) o, LATERAL lstm_zero_shot('seldom', 'sold', horizon => h, as_of => date '2023-10-31' + o) f
           JOIN seldom s ON s.day = f.forecast_at::date GROUP BY h) x;

---- the network as a model ----
CREATE TABLE model AS SELECT lstm_pretrained() AS m, lstm_pretrained('{"columns": ["sold"], "season": 12, "horizon": 3}') AS named;
SELECT cmp_ok(length(m), '<', 4000, 'the model is small: the weights are not in it') FROM model;
SELECT is(lstm_pretrained(), m, 'it is the same each time') FROM model;
SELECT is(lstm_info(m) -> 'pretrained', 'true', 'lstm_info says what it is') FROM model;
SELECT is(lstm_info(m) -> 'windows', '0', 'and that it was trained on nothing') FROM model;
SELECT results_eq('SELECT step, target FROM model, lstm_predict(m, ARRAY[5, 6, 7, 6, 5])', $$ SELECT s, 'value' FROM generate_series(1, 12) s $$, 'an array has a forecast');
SELECT results_eq($$ SELECT step, target FROM model, lstm_predict(named, ARRAY[5, 6, 7, 6, 5]) $$, $$ VALUES (1, 'sold'), (2, 'sold'), (3, 'sold') $$, 'options name the column and say the horizon');
SELECT results_eq($$ SELECT p.step, round(p.forecast::numeric, 6), round(p.lower_bound::numeric, 6) FROM model, lstm_predict(named, (SELECT array_agg(sold ORDER BY month) FROM sales), 12) p $$,
    $$ SELECT step, round(forecast::numeric, 6), round(lower_bound::numeric, 6) FROM lstm_zero_shot('sales', 'sold', options => '{"season": 12, "deseasonalize": "additive"}') $$,
    'a season that is known, as it is without a model');
SELECT cmp_ok(max(abs(p.forecast / t.forecast - 1)), '<', 0.02::float8, 'a season that is found in the array')
FROM model, lstm_predict(m, (SELECT array_agg(sold ORDER BY month) FROM sales)) p JOIN told t USING (step);
SELECT is((SELECT count(*) FROM model, lstm_predict(m, ARRAY[5, 6, 7], 1024)), 1024::bigint, 'any number of steps');
SELECT results_eq('SELECT DISTINCT forecast > 0, lower_bound, upper_bound FROM model, lstm_predict(m, ARRAY[5])', 'VALUES (true, NULL::float8, NULL::float8)', 'one value is repeated, without bounds');
SELECT results_eq($$ SELECT f.step, f.forecast_at::date, f.status FROM model, lstm_forecast(named, relation => 'sales') f $$,
    $$ VALUES (1, date '2024-01-31', zero()), (2, '2024-02-29', zero()), (3, '2024-03-31', zero()) $$, 'a relation is forecast with its own dates');
CREATE VIEW values AS SELECT month, sold AS value FROM sales;
SELECT results_eq($$ SELECT step, round(f.forecast::numeric, 6), round(f.upper_bound::numeric, 6) FROM model, lstm_forecast(m, relation => 'values') f $$,
    'SELECT step, round(forecast::numeric, 6), round(upper_bound::numeric, 6) FROM told', 'as lstm_zero_shot does, whose calendar suggests the seasons');
-- six years of months with a weak year: it takes a calendar to see it
CREATE TABLE weak AS SELECT (date '2018-01-01' + make_interval(months => i))::date AS month, 100 + 4 * sin(2 * pi() * i / 12) + (hashint4(i) % 100) / 20.0 AS value FROM generate_series(0, 71) i;
SELECT results_eq($$ SELECT step, round(f.forecast::numeric, 6) FROM model, lstm_forecast(m, relation => 'weak') f $$,
    $$ SELECT step, round(forecast::numeric, 6) FROM lstm_zero_shot('weak', 'value') $$, 'also where the rows alone would not show them');
SELECT results_ne($$ SELECT round(f.forecast::numeric, 6) FROM model, lstm_predict(m, (SELECT array_agg(value ORDER BY month) FROM weak)) f $$,
    $$ SELECT round(forecast::numeric, 6) FROM lstm_zero_shot('weak', 'value') $$, 'as in an array');
SELECT matches(pg_temp.failure($$ SELECT lstm_forecast(m) FROM model $$), '^55000: the model names no relation to read|^22023: the model names no relation to read', 'it needs one');
SELECT matches(pg_temp.failure($$ SELECT lstm_forecast(m, relation => 'sales') FROM model $$), '^42703: column "value" of relation "sales" does not exist', 'with the column of its name');

-- groups
CREATE TABLE many AS SELECT g, i, 100 + g + 10 * sin(2 * pi() * i / 7) + hashint4(i * g) % 5 AS v FROM generate_series(1, 40) g, generate_series(1, 20 + g * 37) i;
SELECT is((SELECT count(*) FROM (SELECT lstm_predict_agg(m, v ORDER BY i) f FROM many, model GROUP BY g) x WHERE array_length(f, 1) = 12), 40::bigint, 'groups have forecasts');
SELECT results_eq('SELECT g, lstm_predict_agg(m, v ORDER BY i) FROM many, model GROUP BY g ORDER BY g',
    'SELECT g, (SELECT array_agg(forecast ORDER BY step) FROM lstm_predict(m, a)) FROM (SELECT g, array_agg(v ORDER BY i) AS a FROM many GROUP BY g) x, model ORDER BY g',
    'those of their arrays, whether the room for them is the same as before or not');
SELECT is((SELECT count(f) FROM (SELECT lstm_predict_agg(m, v) OVER (ORDER BY i) f FROM many, model WHERE g = 3) x), 131::bigint, 'and so have windows');

-- like any model
SELECT cmp_ok(value, '<', baseline_value / 2, 'lstm_evaluate says how good it is')
FROM model, lstm_evaluate(m, 'values', first_origin => 72) WHERE metric = 'mae';
SELECT cmp_ok(value, '>', 75::float8, 'and whether its bounds hold') FROM model, lstm_evaluate(m, 'values', first_origin => 72, level => 0.8) WHERE metric = 'coverage';
CREATE VIEW slipped AS SELECT month, CASE WHEN month = '2023-06-30' THEN 2 * sold ELSE sold END AS value FROM sales;
SELECT ok(bool_or(is_anomaly) FILTER (WHERE at::date = '2023-06-30') AND count(*) FILTER (WHERE is_anomaly) <= 8, 'lstm_anomalies finds a slip')
FROM model, lstm_anomalies(m, 'slipped', level => 0.99);
SELECT ok(bool_and(score > 0 AND probability BETWEEN 0 AND 1), 'with a score and how rare it is') FROM model, lstm_anomalies(m, 'slipped', level => 0.99) WHERE is_anomaly;
SELECT set_eq($$ SELECT at, round(expected::numeric, 6), is_anomaly FROM model, lstm_anomalies(m, 'slipped', newest => 3) $$,
    $$ SELECT at, round(expected::numeric, 6), is_anomaly FROM model, lstm_anomalies(m, 'slipped') WHERE at::date >= '2023-10-01' $$,
    'the newest are judged as they are among all');
SELECT alike(lstm_plot(m, 'values'), '<svg%', 'lstm_plot draws it') FROM model;

-- options that are none of it
SELECT matches(pg_temp.failure($$ SELECT lstm_pretrained('{"candidates": ["theta"]}') $$), '^22023: the pretrained network is one', 'no other candidates');
SELECT matches(pg_temp.failure($$ SELECT lstm_pretrained('{"units": [3]}') $$), '^22023: the pretrained network is one', 'no other network');
SELECT matches(pg_temp.failure($$ SELECT lstm_pretrained('{"columns": ["a", "b"]}') $$), '^22023: the pretrained network is one.*several columns', 'no several columns');
SELECT matches(pg_temp.failure($$ SELECT lstm_pretrained('{"init": "pretrained"}') $$), '^22023: the pretrained network is one', 'it is not trained on without rows');
SELECT matches(pg_temp.failure($$ SELECT lstm_pretrained('{"horizons": 3}') $$), '^22023: unrecognized option "horizons"', 'and no unknown ones');

---- a model of a table in which nothing but it contends ----
CREATE TABLE measured AS SELECT lstm_train('sales', 'sold', horizon => 6, options => '{"candidates": ["zero_shot"]}') AS m;
SELECT is(lstm_info(m) -> 'epochs', '0', 'nothing is trained') FROM measured;
SELECT is(lstm_info(m) #> '{candidates, zero_shot, weight}', '1', 'it weighs all') FROM measured;
SELECT cmp_ok((lstm_info(m) #>> '{intervals, errors}')::int, '>', 0, 'bounds are measured on held-out rows') FROM measured;
SELECT results_eq('SELECT f.step, f.forecast, f.status FROM measured, lstm_forecast(m) f',
    $$ SELECT step, forecast, 'ok' FROM lstm_zero_shot('sales', 'sold', horizon => 6) $$, 'forecasts are the same');
SELECT is((SELECT count(*) FROM lstm_backtest('sales', 'sold', horizon => 6, options => '{"candidates": ["zero_shot"]}') WHERE metric = 'mae'),
    (SELECT count(*) FROM lstm_backtest('sales', 'sold', horizon => 6, options => '{"candidates": ["theta"]}') WHERE metric = 'mae'), 'lstm_backtest measures it');
SELECT ok((lstm_info(lstm_train('sales', 'sold', horizon => 6)) #> '{candidates, zero_shot, weight}')::float8 > 0, 'among others it weighs something, too');

---- trained on, with the rows of a panel ----

-- what follows from the last value, by the logistic map, no network that saw other series can know
CREATE TABLE chaos AS WITH RECURSIVE map AS (
    SELECT g, 1 AS i, 0.2 + 0.019 * g AS v FROM generate_series(1, 30) g
    UNION ALL SELECT g, i + 1, 3.9 * v * (1 - v) FROM map WHERE i < 100)
SELECT g, i, v::float8 FROM map;
CREATE FUNCTION pg_temp.of_chaos(options jsonb) RETURNS bytea LANGUAGE sql
    AS $$ SELECT lstm_train('chaos', 'v', 'i', series_column => 'g', horizon => 2, options => '{"candidates": ["zero_shot"]}'::jsonb || options) $$;
CREATE TABLE shipped AS SELECT pg_temp.of_chaos('{}') AS m;
CREATE TABLE tuned AS SELECT pg_temp.of_chaos('{"init": "pretrained"}') AS m;
SELECT is((SELECT lstm_info(m) -> 'tuned' FROM shipped), 'false', 'the network that is shipped is as it is');
SELECT is((SELECT lstm_info(m) -> 'tuned' FROM tuned), 'true', 'with init it is trained on');
SELECT cmp_ok((SELECT (lstm_info(m) #>> '{metrics,v,zero_shot,mae}')::float8 FROM tuned), '<', (SELECT (lstm_info(m) #>> '{metrics,v,zero_shot,mae}')::float8 FROM shipped),
    'and is better on rows that it has not seen');
SELECT cmp_ok((SELECT count(*) FROM shipped s, tuned t, lstm_forecast(s.m) a JOIN lstm_forecast(t.m) b USING (series, step) WHERE a.forecast <> b.forecast), '=', 60::bigint, 'forecasts are other ones');
SELECT is((SELECT pg_temp.of_chaos('{"init": "pretrained", "threads": 2}') = m FROM tuned), true, 'a second training gives the same bytes, with threads too');
SELECT is((SELECT lstm_import(lstm_export(m)) = m FROM tuned), true, 'and an export has the weights');
SELECT is((SELECT jsonb_array_length(lstm_export(m) #> '{partners,tuned}') FROM tuned), 60743, 'all of them');
SELECT is((SELECT lstm_info(lstm_train('sales', 'sold', options => '{"init": "pretrained", "candidates": ["zero_shot"]}')) -> 'tuned'), 'false', 'one series teaches it nothing');
SELECT is((SELECT lstm_info(lstm_train('chaos', 'v', 'i', series_column => 'g', horizon => 2, options => '{"init": "pretrained", "candidates": ["theta"]}')) -> 'tuned'), 'false',
    'nor do rows where it is no candidate');
SELECT is((SELECT count(*) FROM tuned, jsonb_object_keys(lstm_info(lstm_train('chaos', 'v', 'i', series_column => 'g', horizon => 2, options => '{"init": "pretrained"}')) -> 'candidates') k WHERE k = 'network'), 1::bigint,
    'others contend as without it');
\set tuning `psql -qX -d :'DBNAME' -f test/include/tuning.sql 2>&1`
SELECT matches(:'tuning'::text, 'NOTICE:  trained on, the pretrained network has 0\.\d+ of the error that it has as it is shipped
DETAIL:  On 570 windows that are held out, after \d+ steps\. It forecasts with the new weights\.', 'a message says what became of it');
SELECT matches(:'tuning'::text, 'NOTICE:  the pretrained network forecasts as it is shipped, although init is "pretrained"
DETAIL:  It is trained on over several series, of which some rows are held out\.', 'and why nothing did');

---- series of little more than one season: what is left of it in so few rows is not their noise ----
CREATE TABLE meters AS
SELECT 'm' || m AS meter, m % 6 + 8 AS known, date '2024-01-01' + i AS day,
    (10 + m % 7) * CASE i % 7 WHEN 5 THEN 0.7 WHEN 6 THEN 0.6 ELSE 1 END * (1 + hashint4(m * 1000 + i) % 1000 / 4000.0) AS kwh
FROM generate_series(1, 240) m, generate_series(0, 62) i;
CREATE VIEW old_meters AS SELECT meter, day, kwh FROM meters WHERE meter < 'm13' AND day < '2024-02-26';
CREATE VIEW young_meters AS SELECT 'young ' || meter AS meter, day, kwh FROM meters WHERE day < '2024-02-26' AND day >= date '2024-02-26' - known
UNION ALL SELECT * FROM old_meters;		-- in which the week is found
CREATE TABLE young AS
SELECT 'zero-shot' AS by, * FROM lstm_zero_shot('young_meters', 'kwh', series_column => 'meter', horizon => 7, level => 0.9)
UNION ALL SELECT 'theta', f.* FROM lstm_baseline('young_meters', 'kwh', series_column => 'meter', horizon => 7, level => 0.9, method => 'theta') f
UNION ALL SELECT 'model', f.* FROM lstm_forecast(lstm_train('old_meters', 'kwh', series_column => 'meter', horizon => 7,
    options => '{"candidates": ["theta", "zero_shot", "seasonal_mean"]}'), relation => 'young_meters', level => 0.9) f;
SELECT cmp_ok(max(outside)::numeric, '<', 25::numeric, format('bounds of 90 hold of series of 8 to 13 days with a week: %s', by))
FROM (SELECT by, known, 100 * avg((kwh NOT BETWEEN lower_bound AND upper_bound)::int) AS outside
      FROM young JOIN meters ON series = 'young ' || meter AND day = forecast_at::date GROUP BY 1, 2) o
GROUP BY by;

SELECT * FROM finish();
ROLLBACK;
