-- lstm_baseline: forecasts without a network, their bounds, and series of every length.
BEGIN;
SET LOCAL client_min_messages = error;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lstm_forecast;
\i test/include/failure.sql

SELECT plan(54);

-- ten years of months: a trend, and a year that grows with it
CREATE TABLE sales (month date PRIMARY KEY, sold float8);
INSERT INTO sales SELECT (date '2014-01-31' + make_interval(months => i))::date,
    (100 + i) * (1 + 0.3 * sin(2 * pi() * i / 12)) * (1 + 0.02 * ((hashint4(i) % 100) / 100.0)) FROM generate_series(0, 119) i;
CREATE TABLE later AS SELECT i - 119 AS step, (100 + i) * (1 + 0.3 * sin(2 * pi() * i / 12)) AS sold FROM generate_series(120, 131) i;

CREATE TABLE told AS SELECT * FROM lstm_baseline('sales', 'sold');
SELECT results_eq('SELECT step FROM told', 'SELECT generate_series(1, 12)', 'without a horizon a year of months is forecast');
SELECT results_eq('SELECT DISTINCT series, target, status FROM told', $$ VALUES (NULL::text, 'sold', 'ok') $$, 'one series has no name');
SELECT results_eq('SELECT forecast_at::date FROM told ORDER BY step LIMIT 3',
    $$ VALUES (date '2024-01-31'), ('2024-02-29'), ('2024-03-31') $$, 'the ends of months stay these');
SELECT cmp_ok(max(abs(t.forecast / l.sold - 1)), '<', 0.05::float8, 'trend and season go on') FROM told t JOIN later l USING (step);
SELECT ok(bool_and(lower_bound < forecast AND forecast < upper_bound), 'bounds lie on either side') FROM told;
SELECT cmp_ok(f.width[24] / f.width[12], '>', 1.1::float8, 'and farther apart in later steps')
FROM (SELECT array_agg((upper_bound - lower_bound) / forecast ORDER BY step) AS width FROM lstm_baseline('sales', 'sold', horizon => 24)) f;
SELECT cmp_ok(count(*), '>=', 10::bigint, 'most of what comes is between them') FROM told JOIN later l USING (step)
WHERE l.sold BETWEEN lower_bound AND upper_bound;
SELECT results_eq($$ SELECT t.step, a.forecast / 2 + b.forecast / 2 FROM told t
        JOIN lstm_baseline('sales', 'sold', horizon => 12, method => 'theta') a USING (step)
        JOIN lstm_baseline('sales', 'sold', horizon => 12, method => 'ets') b USING (step) ORDER BY 1 $$,
    'SELECT step, forecast FROM told ORDER BY 1', 'auto is the mean of theta and ets');
SELECT cmp_ok((SELECT upper_bound - lower_bound FROM lstm_baseline('sales', 'sold', level => 0.5, horizon => 1)) / (SELECT upper_bound - lower_bound FROM told WHERE step = 1),
    '<', 0.35::float8, 'the level says how wide they are');

-- naive methods, by hand
CREATE TABLE few (n int PRIMARY KEY, value float8);
INSERT INTO few VALUES (1, 4), (2, 7), (3, 5), (4, 9), (5, 8), (6, 12);
SELECT results_eq($$ SELECT forecast FROM lstm_baseline('few', 'value', horizon => 3, method => 'repeat_last') $$,
    'VALUES (12::float8), (12), (12)', 'the last value is repeated');
-- differences 3, -2, 4, -1, 4: the mean of their squares is 46 / 5
SELECT results_eq($$ SELECT round(((upper_bound - forecast) / 1.959963984540054)::numeric, 9) FROM lstm_baseline('few', 'value', horizon => 2, method => 'repeat_last') $$,
    'VALUES (round(sqrt(46 / 5.0), 9)), (round(sqrt(2 * 46 / 5.0), 9))', 'its spread grows with the root of the step');
SELECT results_eq($$ SELECT round(forecast::numeric, 9) FROM lstm_baseline('few', 'value', horizon => 2, method => 'drift') $$,
    'VALUES (round(12 + 1.6, 9)), (round(12 + 3.2, 9))', 'drift goes on along the mean slope');
-- differences without 1.6: 1.4, -3.6, 2.4, -2.6, 2.4
SELECT results_eq($$ SELECT round(((upper_bound - forecast) / 1.959963984540054)::numeric, 9) FROM lstm_baseline('few', 'value', horizon => 2, method => 'drift') $$,
    'SELECT round(sqrt((1.96 + 12.96 + 5.76 + 6.76 + 5.76) / 4 * h * (1 + h / 5.0)), 9) FROM generate_series(1, 2) h', 'and its spread with the slope as well');
SELECT results_eq($$ SELECT DISTINCT round(forecast::numeric, 9), round(((upper_bound - forecast) / 1.959963984540054)::numeric, 9)
    FROM lstm_baseline('few', 'value', horizon => 3, method => 'mean') $$,
    'VALUES (7.5, round(sqrt((12.25 + 0.25 + 6.25 + 2.25 + 0.25 + 20.25) / 5 * (1 + 1 / 6.0)), 9))', 'the mean is one, with one spread');
SELECT results_eq($$ SELECT forecast FROM lstm_baseline('few', 'value', horizon => 4, method => 'seasonal_naive', options => '{"season": 3}') $$,
    'VALUES (9::float8), (8), (12), (9)', 'a season is repeated');
-- differences 5, 1, 7
SELECT results_eq($$ SELECT round(((upper_bound - forecast) / 1.959963984540054)::numeric, 9) FROM lstm_baseline('few', 'value', horizon => 4, method => 'seasonal_naive', options => '{"season": 3}') $$,
    'SELECT round(sqrt(75 / 3.0 * k), 9) FROM unnest(ARRAY[1, 1, 1, 2]) k', 'and its spread grows with each');
SELECT results_eq($$ SELECT forecast FROM lstm_baseline('few', 'value', horizon => 3, method => 'seasonal_mean', options => '{"season": 3}') $$,
    'VALUES (6.5::float8), (7.5), (8.5)', 'so is the mean of several');
SELECT results_eq($$ SELECT DISTINCT forecast_at FROM lstm_baseline('few', 'value') $$, 'VALUES (NULL::timestamptz)', 'integers are no time');
SELECT results_eq($$ SELECT DISTINCT forecast, status FROM lstm_baseline('few', 'value', method => 'seasonal_naive', options => '{"season": 1}') $$,
    $$ VALUES (12::float8, 'it has no season, or less than one: the last value is repeated') $$, 'without a season the last value is, and it says so');

-- few rows
CREATE TABLE one AS SELECT date '2024-05-01' AS day, 17.5::float8 AS value;
SELECT results_eq($$ SELECT step, forecast_at, forecast, lower_bound, upper_bound, status FROM lstm_baseline('one', 'value', horizon => 2) $$,
    $$ SELECT s, NULL::timestamptz, 17.5::float8, NULL::float8, NULL::float8, 'it has one row, which is repeated: nothing is known of its errors' FROM generate_series(1, 2) s $$,
    'one row is repeated, without a time or bounds');
SELECT results_eq($$ SELECT forecast_at::date FROM lstm_baseline('one', 'value', horizon => 2, options => '{"step": "1 month"}') $$,
    $$ VALUES (date '2024-06-01'), ('2024-07-01') $$, 'an option says the step');
CREATE TABLE short AS SELECT n AS length, i AS day, 10 + i % 3 AS value FROM generate_series(1, 30) n, generate_series(1, n) i;
SELECT results_eq($$ SELECT series::int, count(*), count(*) FILTER (WHERE forecast BETWEEN 5 AND 15) FROM lstm_baseline('short', 'value', 'day', 'length', horizon => 5)
    GROUP BY 1 ORDER BY 1 $$, 'SELECT n, 5::bigint, 5::bigint FROM generate_series(1, 30) n', 'series of every length have forecasts');
SELECT is_empty(format($$ SELECT * FROM lstm_baseline('short', 'value', 'day', 'length', horizon => 5, method => %L)
    WHERE forecast IS NULL OR lower_bound > forecast OR upper_bound < forecast OR (lower_bound IS NULL AND status = 'ok') $$, method),
    method || ' forecasts them all') FROM unnest(ARRAY['repeat_last', 'seasonal_naive', 'drift', 'seasonal_mean', 'mean', 'theta', 'ets']) method;
SELECT matches(pg_temp.failure($$ SELECT lstm_baseline('few', 'value', as_of => now()) $$), '^22023: as_of is a time, but time column "n" is an integer', 'as_of needs times');

-- limits
CREATE TABLE sold_out AS SELECT date '2024-01-01' + i AS day, greatest(0, 60 - i + hashint4(i) % 5) AS left FROM generate_series(0, 59) i;
SELECT ok(bool_and(forecast >= 0 AND lower_bound >= 0), 'what was never below 0 is not forecast there') FROM lstm_baseline('sold_out', 'left', horizon => 30);
SELECT cmp_ok(min(lower_bound), '<', 0::float8, 'unless it may be') FROM lstm_baseline('sold_out', 'left', horizon => 30, options => '{"lower_limit": "none"}');
SELECT ok(bool_and(forecast >= 20 AND upper_bound <= 25), 'limits are held') FROM lstm_baseline('sold_out', 'left', horizon => 30, options => '{"lower_limit": 20, "upper_limit": 25}');
SELECT matches(pg_temp.failure($$ SELECT lstm_baseline('few', 'value', options => '{"lower_limit": 5, "upper_limit": 5}') $$), '^22023: option "upper_limit" of 5 is not above "lower_limit" of 5', 'and must not cross');

-- series, and what was known when
CREATE TABLE shops AS SELECT city, floor, (date '2023-01-31' + make_interval(months => i))::date AS month, f * (20 + i % 12) AS sold
FROM generate_series(0, 59) i, (VALUES ('Bern', 1, 1), ('Bern', 2, 2), ('Graz', 1, 3)) v (city, floor, f);
SELECT results_eq($$ SELECT DISTINCT series FROM lstm_baseline('shops', 'sold', ARRAY['city', 'floor']) ORDER BY 1 $$,
    $$ VALUES ('(Bern,1)'), ('(Bern,2)'), ('(Graz,1)') $$, 'series have the names of their rows');
SELECT results_eq($$ SELECT series, forecast_at::date, round(forecast) FROM lstm_baseline('shops', 'sold', ARRAY['city', 'floor'], horizon => 1) ORDER BY 1 $$,
    $$ VALUES ('(Bern,1)', date '2028-01-31', 20::float8), ('(Bern,2)', '2028-01-31', 40), ('(Graz,1)', '2028-01-31', 60) $$, 'and forecasts of their own');
CREATE VIEW floors AS SELECT city || floor AS shop, month, sold FROM shops;
CREATE TABLE half_hours AS SELECT s, timestamptz '2024-01-01 00:00+0' + make_interval(hours => i, mins => m) AS at, 5 + i % 4 AS v
FROM generate_series(0, 29) i, (VALUES ('early', 0), ('late', 30)) x (s, m);
SELECT results_eq($$ SELECT series, step, status FROM lstm_baseline('floors', 'sold', series_column => 'shop', horizon => 2, series => ARRAY['Graz1', 'Linz1']) ORDER BY 1, 2 $$,
    $$ VALUES ('Graz1', 1, 'ok'), ('Graz1', 2, 'ok'), ('Linz1', NULL, 'it has no rows') $$, 'those that were asked for are answered');
SELECT matches(pg_temp.failure($$ SELECT lstm_baseline('sales', 'sold', series => ARRAY['Graz']) $$), '^22023: "series" was given, but not the column', 'where there are any');
SELECT results_eq($$ SELECT series, forecast_at::date FROM lstm_baseline('floors', 'sold', series_column => 'shop', horizon => 1, as_of => '2026-03-05 12:00+0') ORDER BY 1 $$,
    $$ SELECT s, date '2026-03-31' FROM unnest(ARRAY['Bern1', 'Bern2', 'Graz1']) s $$, 'rows after as_of are not known');
CREATE VIEW days_of_month AS SELECT * FROM floors UNION ALL SELECT 'Linz1', (date_trunc('month', month) + interval '14 days')::date, sold FROM floors WHERE shop = 'Graz1';
SELECT results_eq($$ SELECT series, forecast_at::date FROM lstm_baseline('days_of_month', 'sold', series_column => 'shop', horizon => 1, series => '{Bern1,Linz1}') ORDER BY 1 $$,
    $$ VALUES ('Bern1', date '2028-01-31'), ('Linz1', '2028-01-15') $$, 'each series keeps its own day of the month');
SELECT results_eq($$ SELECT series, forecast_at AT TIME ZONE 'UTC' FROM lstm_baseline('half_hours', 'v', series_column => 's', horizon => 1) ORDER BY 1 $$,
    $$ VALUES ('early', timestamp '2024-01-02 06:00'), ('late', '2024-01-02 06:30') $$, 'and its own minute of the hour');
SELECT results_eq($$ SELECT DISTINCT status FROM lstm_baseline('floors', 'sold', series_column => 'shop', as_of => '2020-01-01') $$,
    $$ VALUES ('it has no rows up to as_of') $$, 'before the first row there is nothing to forecast from');
CREATE VIEW known AS SELECT * FROM sales WHERE month <= '2022-12-31';
SELECT results_eq($$ SELECT step, forecast, lower_bound, upper_bound FROM lstm_baseline('sales', 'sold', as_of => '2022-12-31 12:00+0') $$,
    $$ SELECT step, forecast, lower_bound, upper_bound FROM lstm_baseline('known', 'sold') $$, 'as if they were not there');
CREATE VIEW graz AS SELECT shop, month, sold FROM floors WHERE shop = 'Graz1';
SELECT results_eq($$ SELECT step, forecast_at, forecast, lower_bound FROM lstm_baseline('graz', 'sold') $$,
    $$ SELECT step, forecast_at, forecast, lower_bound FROM lstm_baseline('graz', 'sold', series_column => 'shop') $$, 'a series alone is what it is as one of several');

-- a long season
CREATE TABLE hours AS SELECT timestamptz '2024-01-01 00:00+0' + make_interval(hours => i) AS at,
    50 + 20 * sin(2 * pi() * i / 24) + CASE WHEN i / 24 % 7 >= 5 THEN -15 ELSE 0 END + hashint4(i) % 3 AS load FROM generate_series(0, 24 * 7 * 6 - 1) i;
SELECT cmp_ok(max(abs(forecast - (50 + 20 * sin(2 * pi() * (step - 1) / 24) + CASE WHEN (step - 1) / 24 % 7 >= 5 THEN -15 ELSE 0 END))), '<', 5::float8,
    'days and weeks of hours go on') FROM lstm_baseline('hours', 'load', horizon => 168);
SELECT is(count(*), 168::bigint, 'a week of hours is forecast where nobody says how much') FROM lstm_baseline('hours', 'load');

-- a slip
CREATE TABLE slipped AS SELECT month, CASE WHEN month = '2020-06-30' THEN sold * 1000 ELSE sold END AS sold FROM sales;
SELECT cmp_ok(max(abs(a.forecast / b.forecast - 1)), '<', 0.03::float8, 'a slip of the decimal point is left out')
FROM lstm_baseline('slipped', 'sold') a JOIN told b USING (step);
SELECT is((SELECT count(*) FROM lstm_baseline(NULL, 'sold')), 0::bigint, 'no relation, no rows');
SELECT matches(pg_temp.failure($$ SELECT lstm_baseline('sales', 'sold', method => 'thetha') $$), '^22023: unrecognized method "thetha"', 'a method that does not exist');
SELECT matches(pg_temp.failure($$ SELECT lstm_baseline('sales', 'sold', level => 1) $$), '^22023', 'a level is below 1');
SELECT matches(pg_temp.failure($$ SELECT lstm_baseline('sales', 'sold', horizon => 0) $$), '^22023', 'a horizon is above 0');
SELECT matches(pg_temp.failure($$ SELECT lstm_baseline('sales', 'sold', options => '{"seasons": 3}') $$), '^22023: unrecognized option "seasons"', 'options are read strictly');
SELECT matches(pg_temp.failure($$ SELECT lstm_baseline('sales', 'month') $$), '^42804', 'a date cannot be forecast');
SET LOCAL maintenance_work_mem = '1MB';
SELECT matches(pg_temp.failure($$ SELECT lstm_baseline('sales', 'sold', horizon => 1000000) $$), '^54000', 'memory is bounded');

SELECT * FROM finish();
ROLLBACK;
