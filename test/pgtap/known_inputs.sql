-- Inputs that are known over the horizon: the network learns what they do, and a forecast reads them from the rows ahead.
BEGIN;
SET LOCAL client_min_messages = error;
SET LOCAL timezone = 'UTC';
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lstm_forecast;

SELECT plan(71);

\ir ../include/failure.sql

-- promotions come by chance: without knowing them ahead nothing tells which day sells five more
CREATE TABLE shop (n int UNIQUE, day date PRIMARY KEY, sold float8, promo boolean, price float8);
SELECT setseed(0.5);
INSERT INTO shop SELECT i, date '2024-01-01' + i, NULL, random() < 0.4, round(random()::numeric * 3)
    FROM generate_series(1, 310) i;
UPDATE shop SET sold = 20 + 5 * promo::int + 0.1 * sin(n) WHERE n <= 300;
CREATE VIEW known AS SELECT * FROM shop WHERE n <= 300;
CREATE FUNCTION pg_temp.error_of(horizon int, lookback int, known text[], inputs text[] DEFAULT NULL,
    more jsonb DEFAULT '{}') RETURNS float8 LANGUAGE sql AS $$
    SELECT max(value) FROM lstm_backtest('shop', 'sold', 'day', horizon => horizon, lookback => lookback,
        inputs => inputs, known_inputs => known,
        options => '{"units": 12, "epochs": 60, "learning_rate": 0.01, "normalize": "none"}' || more, folds => 1,
            test_rows => 35) WHERE metric = 'mae' $$;

-- who knows nothing is off by 5 * 2 * 0.4 * 0.6 = 2.4 on average, or by 2 with the smallest of errors, always "no promotion"
SELECT cmp_ok(pg_temp.error_of(1, 3, '{promo}'), '<', 0.5::float8,
    'one step ahead the network has learned what a promotion does');
SELECT cmp_ok(pg_temp.error_of(1, 3, NULL, '{sold,promo}'), '>', 1.5::float8,
    'the promotions of the past do not tell what a promotion does one step ahead');
SELECT cmp_ok(pg_temp.error_of(7, 7, '{promo}'), '<', 1::float8, 'seven steps ahead it knows which step has one');
SELECT cmp_ok(pg_temp.error_of(7, 3, '{promo}'), '<', 1::float8, 'a window shorter than the horizon knows which step has a promotion');
SELECT cmp_ok(pg_temp.error_of(7, 7, NULL), '>', 1.5::float8, 'without them it is far off');

---- the windows ----

CREATE TABLE tiny (n int PRIMARY KEY, value float8, promo int);
INSERT INTO tiny VALUES (1, 10, 1), (2, 20, 2), (3, 30, 3), (4, 40, 4), (5, 50, 5), (6, 60, 6);
SELECT results_eq($$ SELECT window_no, x, y FROM lstm_windows('tiny', 'value', lookback => 3, known_inputs => '{promo}') $$,
    $$ VALUES (1, '{{10,1,2},{20,2,3},{30,3,4}}'::float8[], '{40}'::float8[]), (2, '{{20,2,3},{30,3,4},{40,4,5}}', '{50}'),
              (3, '{{30,3,4},{40,4,5},{50,5,6}}', '{60}') $$,
                  'a known input goes in as it was, and shifted to the row that is forecast');
SELECT results_eq($$ SELECT x, y FROM lstm_windows('tiny', 'value', lookback => 2, horizon => 3,
    known_inputs => '{promo}') $$,
    $$ VALUES ('{{10,1,3,4},{20,2,4,5}}'::float8[], '{30,40,50}'::float8[]), ('{{20,2,4,5},{30,3,5,6}}', '{40,50,60}') $$,
    'a known input goes in as often as the horizon needs');
SELECT results_eq($$ SELECT x, y FROM lstm_windows('tiny', 'value', lookback => 2, lead => 0,
    known_inputs => '{promo}') LIMIT 1 $$,
    $$ VALUES ('{{10,1},{20,2}}'::float8[], '{20}'::float8[]) $$, 'with lead 0 the row itself is the last');
SELECT results_eq($$ SELECT x, y FROM lstm_windows('tiny', 'value', lookback => 1, lead => 2,
    known_inputs => '{promo}') LIMIT 1 $$,
    $$ VALUES ('{{10,1,2,3}}'::float8[], '{30}'::float8[]) $$, 'with lead 2 what lies between is seen too');
SELECT is(lstm_info(lstm_train('tiny', 'value', lookback => 2, known_inputs => '{promo}',
    options => '{"epochs": 1, "units": 1}'))->'known_inputs', '["promo"]', 'lstm_info names it once');

---- forecasts: 2.5 is half way between a day with a promotion and one without ----

CREATE TABLE models AS SELECT
    lstm_train('shop', 'sold', 'day', horizon => 7, lookback => 7, known_inputs => '{promo}',
        options => '{"units": 12, "epochs": 60, "learning_rate": 0.01, "normalize": "none"}') AS week,
    lstm_train('shop', 'sold', 'day', lookback => 3, known_inputs => '{promo,price}',
        options => '{"units": 12, "epochs": 60, "learning_rate": 0.01, "normalize": "none"}') AS day;
SELECT is((SELECT lstm_info(week)->>'rows' FROM models), '300', 'rows of the future are not trained on');
SELECT is_empty($$ SELECT f.forecast_at, f.forecast, promo FROM models, lstm_forecast(week) f
    JOIN shop ON day = f.forecast_at::date
    WHERE abs(f.forecast - 20 - 5 * promo::int) > 2.5 $$, 'rows with NULL targets tell which days have a promotion');
SELECT is((SELECT count(*) FROM models, lstm_forecast(week)), 7::bigint, 'as many rows with NULL targets are used as the horizon has');
SELECT is_empty($$ SELECT f.forecast_at, f.forecast FROM models, lstm_forecast(day, steps => 10) f
    JOIN shop ON day = f.forecast_at::date
    WHERE abs(f.forecast - 20 - 5 * promo::int) > 2.5 $$, 'past the horizon each step sees its own');
CREATE VIEW turned AS SELECT n, day, sold, CASE WHEN n > 300 THEN NOT promo ELSE promo END AS promo, price FROM shop;
SELECT is_empty($$ SELECT f.* FROM models, lstm_forecast(week, relation => 'turned') f
    JOIN turned ON day = f.forecast_at::date
    WHERE abs(f.forecast - 20 - 5 * promo::int) > 2.5 $$, 'other plans for the future give other forecasts');
SELECT is_empty($$ SELECT a.forecast, b.forecast FROM models, lstm_forecast(week, relation => 'turned') a
    JOIN lstm_forecast(week) b USING (step) JOIN shop ON day = a.forecast_at::date
    WHERE NOT (a.forecast - b.forecast) * (1 - 2 * promo::int) > 1 $$, 'each moved by its own');
SELECT results_eq($$ SELECT step, f.forecast_at::date FROM models, lstm_forecast(week, as_of => '2024-06-01') f $$,
    $$ SELECT k, date '2024-06-01' + k FROM generate_series(1, 7) k $$, 'as_of forecasts from an earlier row');
SELECT is_empty($$ SELECT f.* FROM models, lstm_forecast(week, as_of => '2024-06-01') f
    JOIN shop ON day = f.forecast_at::date WHERE abs(f.forecast - sold) > 2.5 $$,
    'with what was known ahead then');
CREATE VIEW unknown_then AS SELECT n, day, CASE WHEN day > '2024-06-01' THEN 1e6 ELSE sold END AS sold, promo, price
    FROM shop;
SELECT results_eq($$ SELECT f.forecast FROM models, lstm_forecast(week, relation => 'unknown_then',
    as_of => '2024-06-01') f $$,
    $$ SELECT f.forecast FROM models, lstm_forecast(week, as_of => '2024-06-01') f $$, 'a forecast from the past does not see what was sold since');
SELECT cmp_ok((SELECT avg(abs(actual - forecast)) FROM models, lstm_rolling(week)), '<', 0.6::float8,
    'lstm_rolling sees what is known ahead of each origin');
SELECT is((SELECT count(*) FILTER (WHERE actual IS NULL) FROM models, lstm_rolling(week)), 0::bigint,
    'lstm_rolling goes as far as targets do');
SELECT is((SELECT max(origin) FROM models, lstm_rolling(week, stride => 1)), 293::bigint,
    'the last origin has its whole horizon');
SELECT ok(lstm_plot(week) LIKE '%</svg>%', 'a plot goes ahead') FROM models;

---- what is not known ----

SELECT results_eq($$ SELECT step, f.forecast_at::date, f.forecast IS NULL, lower_bound IS NULL, status
    FROM models, lstm_forecast(day, steps => 12) f WHERE step > 8 $$, $$ VALUES (9, date '2024-11-05', false, false, 'ok'),
    (10, '2024-11-06', false, false, 'ok'), (11, '2024-11-07', true, true, 'known input "promo" is not known from 2024-11-07 on'),
    (12, '2024-11-08', true, true, 'known input "promo" is not known from 2024-11-07 on') $$,
    'steps for which nothing is known have a row that says so');
SELECT results_eq($$ SELECT f.forecast FROM models, lstm_forecast(day, steps => 12) f WHERE step <= 10 $$,
    $$ SELECT f.forecast FROM models, lstm_forecast(day, steps => 10) f $$, 'and change nothing of those before');
SELECT is(pg_temp.failure($$ SELECT f.* FROM models, lstm_forecast(week, relation => 'known') f $$),
    '22000: relation "known" cannot be forecast: known input "promo" is needed from 2024-10-28 on, but has no value there',
    'where not even the first step is known there is no forecast');
CREATE VIEW short AS SELECT n, day, sold, CASE WHEN n <= 304 THEN promo END AS promo, price FROM shop;
SELECT results_eq($$ SELECT step, f.forecast IS NULL, status FROM models, lstm_forecast(week, relation => 'short') f $$,
    $$ SELECT k, k > 4, CASE WHEN k > 4 THEN 'known input "promo" is not known from 2024-11-01 on' ELSE 'ok' END FROM generate_series(1, 7) k $$,
    'of seven steps at once the first four are given where four are known');
SELECT is_empty($$ SELECT f.* FROM models, lstm_forecast(week, steps => 4, relation => 'short') f JOIN shop ON day = f.forecast_at::date
    WHERE status <> 'ok' OR abs(f.forecast - 20 - 5 * promo::int) > 2.5 $$, 'they are about right: what is unknown says little');
SELECT ok(lstm_plot(week, relation => 'short') LIKE '%</svg>%', 'a plot goes as far as is known') FROM models;
CREATE VIEW price_ends AS SELECT n, day, sold, promo, CASE WHEN n <= 302 THEN price END AS price FROM shop;
SELECT is((SELECT string_agg(DISTINCT status, ';' ORDER BY status) FROM models, lstm_forecast(day, steps => 5, relation => 'price_ends')),
    'known input "price" is not known from 2024-10-30 on;ok', 'of several inputs the one that ends first is named');
CREATE VIEW holes AS SELECT n, day, sold, CASE WHEN n <> 303 THEN promo END AS promo, CASE WHEN n <> 303 THEN n * n::float8 END AS price FROM shop;
SELECT is((SELECT count(*) FROM models, lstm_forecast(week, relation => 'holes') WHERE status = 'ok'), 7::bigint, 'a single NULL among the rows ahead is filled');
CREATE VIEW missing_row AS SELECT * FROM shop WHERE n <> 304;
SELECT is((SELECT count(*) FROM models, lstm_forecast(week, relation => 'missing_row') WHERE status = 'ok'), 7::bigint, 'and so is a single row');
CREATE VIEW many_holes AS SELECT n, day, sold, CASE WHEN n NOT IN (301, 303, 304, 306) THEN promo END AS promo, price FROM shop;
SELECT is(pg_temp.failure($$ SELECT f.* FROM models, lstm_forecast(week, relation => 'many_holes') f $$),
    '22000: relation "many_holes" cannot be forecast: known input "promo" has no value at 2024-10-28, 2024-10-30, 2024-10-31 and 1 more step, before 2024-11-03'
    ' (give these values, or train with option "missing", which fills them, for example {"missing": "previous"})', 'many are refused, by their names');
CREATE TABLE by_method AS SELECT missing, lstm_train('shop', 'sold', 'day', lookback => 3, known_inputs => '{promo,price}',
    options => jsonb_build_object('epochs', 3, 'units', 2, 'missing', missing)) AS model FROM unnest(ARRAY['error', 'previous', 'linear', 'mask']) missing;
CREATE VIEW ahead_previous AS SELECT n, day, sold, CASE WHEN n BETWEEN 303 AND 304 THEN (SELECT promo FROM shop WHERE n = 302) ELSE promo END::int AS promo,
    CASE WHEN n BETWEEN 303 AND 304 THEN (SELECT price FROM shop WHERE n = 302) ELSE price END AS price FROM shop;
CREATE VIEW ahead_linear AS SELECT n, day, sold, CASE WHEN n BETWEEN 303 AND 304 THEN (SELECT promo::int * (305 - s.n) / 3.0 FROM shop WHERE n = 302) +
    (SELECT promo::int * (s.n - 302) / 3.0 FROM shop WHERE n = 305) ELSE promo::int END AS promo,
    CASE WHEN n BETWEEN 303 AND 304 THEN (SELECT price * (305 - s.n) / 3 FROM shop WHERE n = 302) + (SELECT price * (s.n - 302) / 3 FROM shop WHERE n = 305)
    ELSE price END AS price FROM shop s;
CREATE VIEW ahead_gap AS SELECT * FROM shop WHERE n NOT BETWEEN 303 AND 304;
SELECT results_eq(format($$ SELECT round(f.forecast::numeric, 9) FROM by_method, lstm_forecast(model, steps => 6, relation => 'ahead_gap') f WHERE missing = %L $$, method),
    format($$ SELECT round(f.forecast::numeric, 9) FROM by_method, lstm_forecast(model, steps => 6, relation => %L) f WHERE missing = %L $$, 'ahead_' || by_hand, method),
    format('%s fills what is known ahead as it fills the past', method))
FROM (VALUES ('previous', 'previous'), ('linear', 'linear'), ('mask', 'linear')) v (method, by_hand);
SELECT is(pg_temp.failure($$ SELECT f.* FROM by_method, lstm_forecast(model, steps => 6, relation => 'ahead_gap') f WHERE missing = 'error' $$),
    '22000: relation "ahead_gap" cannot be forecast: known input "promo" has no value at 2024-10-30, 2024-10-31, before 2024-11-02'
    ' (give these values, or train with option "missing", which fills them, for example {"missing": "previous"})', 'error fills nothing');
CREATE VIEW infinite AS SELECT n, day, sold, CASE WHEN n = 301 THEN float8 'Infinity' ELSE promo::int END AS promo,
    price FROM shop;
SELECT throws_like($$ SELECT f.* FROM models, lstm_forecast(week, relation => 'infinite') f $$,
    '%known input "promo" is infinite at 2024-10-28', 'infinity is not known');
CREATE VIEW two_shops AS SELECT 'a' AS shop, * FROM shop UNION ALL SELECT 'b', * FROM known;
SELECT results_eq($$ SELECT series, count(*), min(status) FROM lstm_train('two_shops', 'sold', 'day', 'shop',
    lookback => 3, known_inputs => '{promo}', options => '{"epochs": 1, "units": 2}') AS model,
    lstm_forecast(model) GROUP BY series ORDER BY series $$,
    $$ VALUES ('a', 1::bigint, 'ok'), ('b', 1,
        'known input "promo" is needed from 2024-10-28 on, but has no value there') $$,
        'of several series each has its own rows ahead');
SELECT is(pg_temp.failure($$ SELECT p.* FROM models, lstm_predict(day, ARRAY[1, 2, 3]) p $$),
    '22023: an array of values is not enough for this model, which also needs "promo"
DETAIL: The model was trained with known, static, calendar or holiday inputs.
HINT: Use lstm_forecast, which reads these inputs from a relation.', 'lstm_predict says where to go');
SELECT throws_ok($$ SELECT lstm_predict_agg(day, 1) FROM models $$, '22023', NULL, 'lstm_predict_agg says where to go');
SELECT is(pg_temp.failure(format($$ SELECT lstm_train('shop', 'sold', 'day', known_inputs => %L) $$, names)), failure,
    format('known_inputs %s', names))
FROM (VALUES ('{sold}'::text[], '22023: known_inputs names column "sold", which is a target or an input already
HINT: Give each column once.'), ('{promo,promo}', '22023: known_inputs names column "promo" twice'), ('{}', '22023: known_inputs names no column'),
    ('{promotion}', '42703: column "promotion" of relation "shop" does not exist
HINT: Perhaps you meant "promo".')) v (names, failure);
SELECT throws_ok($$ SELECT lstm_train('shop', ARRAY['sold', 'price'], 'day', known_inputs => '{promo}',
    options => '{"channels": "independent"}') $$, '22023', NULL,
    'independent columns see nothing but themselves');

---- lead 0, integer time, months, recursion with several targets, filling ----

SELECT cmp_ok(pg_temp.error_of(1, 3, '{promo}', '{price}', '{"lead": 0}'), '<', 0.6::float8,
    'with lead 0 the promotion of the row itself is seen');
SELECT results_eq($$ SELECT step, forecast_at IS NULL, abs(forecast - 20 - 5 * promo::int) < 2.5
    FROM lstm_train('shop', 'sold', 'n', lookback => 3, known_inputs => '{promo}',
        options => '{"units": 12, "epochs": 60, "learning_rate": 0.01, "normalize": "none"}') AS model,
            lstm_forecast(model, steps => 3), shop WHERE n = 300 + step $$,
    $$ VALUES (1, true, true), (2, true, true), (3, true, true) $$, 'integer times');
CREATE TABLE months AS SELECT date '2020-01-31' + make_interval(months => i) AS at, i % 2 AS promo,
    CASE WHEN i <= 40 THEN i % 2 * 10 END AS value FROM generate_series(0, 45) i;
SELECT results_eq($$ SELECT step, forecast_at::date FROM lstm_train('months', 'value', lookback => 3, horizon => 4,
    known_inputs => '{promo}', options => '{"epochs": 1, "units": 2}') AS model,
    lstm_forecast(model) $$, $$ VALUES (1, date '2023-06-30'), (2, '2023-07-31'), (3, '2023-08-31'), (4,
        '2023-09-30') $$, 'steps of months, whose ends differ');
SELECT is((SELECT count(*) FROM lstm_train('shop', 'sold', 'day', lookback => 3, inputs => '{price,sold}',
    known_inputs => '{promo}', horizon => 2, options => '{"epochs": 1, "units": 2}') AS model,
    lstm_forecast(model)), 2::bigint, 'beside inputs that are not');
SELECT throws_ok($$ SELECT f.* FROM lstm_train('shop', 'sold', 'day', lookback => 3, inputs => '{price,sold}',
    known_inputs => '{promo}', horizon => 2, options => '{"epochs": 1, "units": 2}') AS model,
    lstm_forecast(model, steps => 3) f $$, '22023', '3 steps exceed the model''s horizon of 2',
        'targets that are no inputs cannot be fed back');
CREATE VIEW two_targets AS SELECT day, sold, CASE WHEN sold IS NOT NULL THEN price END AS price, promo FROM shop;
SELECT is((SELECT count(*) FROM lstm_train('two_targets', ARRAY['sold', 'price'], 'day', lookback => 3,
    known_inputs => '{promo}', options => '{"epochs": 1, "units": 2}') AS model,
    lstm_forecast(model, steps => 4)), 8::bigint, 'several targets are fed back beside known inputs');
CREATE VIEW gaps AS SELECT n, day, CASE WHEN n % 50 <> 7 THEN sold END AS sold,
    CASE WHEN n % 60 <> 9 THEN promo END AS promo FROM shop;
SELECT is((SELECT count(*) FROM lstm_train('gaps', 'sold', 'day', lookback => 3, known_inputs => '{promo}',
    options => '{"epochs": 1, "units": 2, "missing": "previous"}') AS model,
    lstm_forecast(model, steps => 4)), 4::bigint, 'what is missing of the past is filled');

-- the future begins behind the last row that knows any target
CREATE TABLE half_known AS SELECT n, sin(n) AS a, CASE WHEN n < 100 THEN cos(n) END AS b FROM generate_series(1, 100) n;
SELECT throws_like($$ SELECT lstm_train('half_known', '{a,b}'::text[], 'n', lookback => 3, options => '{"epochs": 1, "units": 1, "missing": "error"}') $$,
    '%"b" of relation "half_known" is NULL in row 100%', 'a last row that knows one of two targets is no row of the future');

---- from another relation ----

CREATE TEMP TABLE of_shop AS SELECT lstm_train('shop', 'sold', 'day', lookback => 3, horizon => 5, known_inputs => '{promo,price}',
    options => '{"units": 4, "epochs": 3}') AS model;
CREATE VIEW plan_of_shop AS SELECT price, day, promo FROM shop WHERE n > 300;
CREATE VIEW whole_plan AS SELECT price, day, promo FROM shop;
CREATE VIEW other_plan AS SELECT day, NOT promo AS promo, price FROM shop WHERE n > 300;
CREATE VIEW other_shop AS SELECT n, day, sold, CASE WHEN n > 300 THEN NOT promo ELSE promo END AS promo, price FROM shop;
CREATE VIEW short_plan AS SELECT day, promo, price FROM shop WHERE n BETWEEN 301 AND 303;
CREATE VIEW past AS SELECT n, day, sold, promo, price FROM shop WHERE n <= 300;
SELECT results_eq($$ SELECT f.* FROM of_shop, lstm_forecast(model, relation => 'past', future => 'plan_of_shop') f $$,
    $$ SELECT f.* FROM of_shop, lstm_forecast(model) f $$, 'known inputs may stand in a relation of their own');
SELECT results_eq($$ SELECT f.* FROM of_shop, lstm_forecast(model, relation => 'past', future => 'whole_plan') f $$,
    $$ SELECT f.* FROM of_shop, lstm_forecast(model) f $$, 'of which rows of the past do nothing');
SELECT results_eq($$ SELECT f.* FROM of_shop, lstm_forecast(model, future => 'other_plan') f $$,
    $$ SELECT f.* FROM of_shop, lstm_forecast(model, relation => 'other_shop') f $$, 'and which goes before that of the rows');
SELECT results_ne($$ SELECT f.* FROM of_shop, lstm_forecast(model, future => 'other_plan') f $$,
    $$ SELECT f.* FROM of_shop, lstm_forecast(model) f $$, 'another plan is another forecast');
SELECT results_eq($$ SELECT f.* FROM of_shop, lstm_simulate(model, 3, future => 'other_plan') f $$,
    $$ SELECT f.* FROM of_shop, lstm_simulate(model, 3, relation => 'other_shop') f $$, 'paths see it, too');
SELECT results_eq($$ SELECT f.* FROM of_shop, lstm_forecast(model, future => 'whole_plan', as_of => '2024-06-01') f $$,
    $$ SELECT f.* FROM of_shop, lstm_forecast(model, as_of => '2024-06-01') f $$, 'and forecasts from an earlier row');
SELECT results_eq($$ SELECT step, f.forecast IS NULL, f.status FROM of_shop, lstm_forecast(model, future => 'short_plan') f WHERE step > 2 $$,
    $$ VALUES (3, false, 'ok'), (4, true, 'known input "promo" is not known from 2024-10-31 on'), (5, true, 'known input "promo" is not known from 2024-10-31 on') $$,
    'it may be shorter than the horizon');
CREATE VIEW doubled_plan AS SELECT * FROM other_plan UNION ALL SELECT * FROM short_plan;
CREATE VIEW endless_plan AS SELECT day, promo, CASE WHEN day = '2024-10-30' THEN 'infinity'::float8 ELSE price END AS price FROM short_plan;
CREATE VIEW numbered_plan AS SELECT n AS day, promo, price FROM shop;
CREATE VIEW priceless_plan AS SELECT day, promo FROM shop;
CREATE VIEW no_plan AS SELECT * FROM other_plan WHERE false;
SELECT matches(pg_temp.failure('SELECT lstm_forecast(model, future => ''doubled_plan'') FROM of_shop'), '^22000: two rows of relation "doubled_plan" have the time 2024-10-28', 'two plans for a day are refused');
SELECT matches(pg_temp.failure('SELECT lstm_forecast(model, future => ''endless_plan'') FROM of_shop'), '^22000: .*"price" is infinite at 2024-10-30', 'an infinite value is');
SELECT matches(pg_temp.failure('SELECT lstm_forecast(model, future => ''numbered_plan'') FROM of_shop'), '^42804: column "day" of relation "numbered_plan" and column "day" of relation "shop" are not of one kind of time', 'another kind of time is');
SELECT matches(pg_temp.failure('SELECT lstm_forecast(model, future => ''priceless_plan'') FROM of_shop'), '^42703: column "price" of relation "priceless_plan" does not exist', 'all known inputs are needed');
SELECT matches(pg_temp.failure('SELECT lstm_forecast(model, future => ''no_plan'') FROM of_shop'), '^22000: .*"promo" is needed from 2024-10-28 on', 'and a row of them');
SELECT matches(pg_temp.failure($$ SELECT lstm_forecast(lstm_train('known', 'sold', 'day', lookback => 3, options => '{"epochs": 1, "units": 1}'), future => 'plan_of_shop') $$),
    '^22023: the model has no known inputs, but "future" was given', 'who has no known inputs needs none');

-- of several series, whose known input is text
CREATE TABLE shops AS SELECT s, n, day, CASE WHEN n <= 300 THEN sold + 3 * s END AS sold, CASE WHEN promo THEN 'sale' ELSE 'none' END AS offer FROM shop, generate_series(1, 3) s;
CREATE TEMP TABLE of_shops AS SELECT lstm_train('shops', 'sold', 'day', 's', lookback => 3, horizon => 2, known_inputs => '{offer}', options => '{"units": 4, "epochs": 3}') AS model;
CREATE VIEW offers AS SELECT s, day, offer FROM shops WHERE s < 3 AND n > 300;
CREATE VIEW past_shops AS SELECT * FROM shops WHERE n <= 300;
SELECT results_eq($$ SELECT f.* FROM of_shops, lstm_forecast(model, relation => 'past_shops', future => 'offers') f WHERE series < '3' $$,
    $$ SELECT f.* FROM of_shops, lstm_forecast(model) f WHERE series < '3' $$, 'each series has its own');
SELECT is((SELECT string_agg(f.status, '; ') FROM of_shops, lstm_forecast(model, future => 'offers') f WHERE series = '3'),
    (SELECT string_agg(f.status, '; ') FROM of_shops, lstm_forecast(model, relation => 'past_shops') f WHERE series = '3'), 'or none, and then a status says so');
SELECT results_eq($$ SELECT f.* FROM of_shops, lstm_forecast(model, future => 'offers', series => '{2}') f $$,
    $$ SELECT f.* FROM of_shops, lstm_forecast(model, series => '{2}') f $$, 'and some series can be asked for');
SET LOCAL maintenance_work_mem = '1MB';
CREATE VIEW endless AS SELECT s, date '2000-01-01' + i AS day, 'sale' AS offer FROM generate_series(1, 100) s, generate_series(1, 12000) i;
SELECT matches(pg_temp.failure('SELECT lstm_forecast(model, future => ''endless'') FROM of_shops'), '^54000: keeping the rows of a scenario', 'rows without end are refused');
RESET maintenance_work_mem;

SELECT * FROM finish();
ROLLBACK;
