-- lstm_predict_agg forecasts from the newest values of whatever set of rows SQL can form.
BEGIN;
SET LOCAL client_min_messages = error;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lstm_forecast;

SELECT plan(22);

CREATE TABLE days (n int PRIMARY KEY, value float8, other float8, region text);
INSERT INTO days SELECT i, sin(i / 3.0) * 5 + i * 0.1, i, (ARRAY['north', 'south'])[1 + i % 2] FROM generate_series(1, 30) AS i;
CREATE TABLE models AS SELECT
    lstm_train('days', 'value', lookback => 4, options => '{"epochs": 4, "units": 3}') AS one,
    lstm_train('days', 'value', lookback => 4, horizon => 3, options => '{"epochs": 4, "units": 3}') AS three,
    lstm_train('days', ARRAY['value', 'other'], lookback => 4, options => '{"epochs": 1, "units": 2}') AS two_columns,
    lstm_train('days', ARRAY['value', 'other'], inputs => '{value}', horizon => 3, lookback => 4,
        options => '{"epochs": 1, "units": 2}') AS two_targets;

CREATE FUNCTION pg_temp.predicted(model bytea, last int) RETURNS float8[] LANGUAGE sql AS
$$ SELECT array_agg(forecast ORDER BY step)
   FROM lstm_predict(model, (SELECT array_agg(value ORDER BY n) FROM days WHERE n BETWEEN last - 3 AND last)) $$;

SELECT is((SELECT lstm_predict_agg(one, value ORDER BY n) FROM models, days), pg_temp.predicted(one, 30),
    'over a table it equals lstm_predict from the newest rows') FROM models;
SELECT is((SELECT lstm_predict_agg(three, value ORDER BY n) FROM models, days), pg_temp.predicted(three, 30),
    'lstm_predict_agg gives the whole horizon') FROM models;
SELECT is((SELECT array_length(lstm_predict_agg(three, value ORDER BY n), 1) FROM models, days), 3, 'the horizon of lstm_predict_agg is an array of steps');
SELECT is((SELECT lstm_predict_agg(one, value ORDER BY n) FROM models, days WHERE n <= 17), pg_temp.predicted(one, 17),
    'fewer rows forecast from an earlier one') FROM models;
SELECT isnt((SELECT lstm_predict_agg(one, value ORDER BY n DESC) FROM models, days), pg_temp.predicted(one, 30),
    'ORDER BY inside the aggregate decides what is newest') FROM models;
SELECT results_eq(
    $$ SELECT region, lstm_predict_agg(one, value ORDER BY n) FROM models, days GROUP BY region ORDER BY region $$,
    $$ SELECT region, (SELECT array_agg(p.forecast) FROM lstm_predict(one, v) AS p)
       FROM models, (SELECT region, array_agg(value ORDER BY n) AS v FROM days GROUP BY region) AS g ORDER BY region $$,
    'each group is forecast from its own rows');
SELECT is((SELECT count(DISTINCT f) FROM (SELECT lstm_predict_agg(one, value ORDER BY n) AS f FROM models, days
    GROUP BY region) AS g), 2::bigint, 'groups differ');

---- windows of rows ----

SELECT results_eq($$ SELECT n, lstm_predict_agg(three, value) OVER (ORDER BY n) FROM models, days ORDER BY n $$,
    $$ SELECT n, CASE WHEN n >= 4 THEN pg_temp.predicted(three, n) END FROM models, days ORDER BY n $$,
    'OVER (ORDER BY ...) forecasts at each row, NULL before there are enough');
SELECT results_eq($$ SELECT n, lstm_predict_agg(one, value) OVER (ORDER BY n ROWS 3 PRECEDING) FROM models, days ORDER BY n $$,
    $$ SELECT n, CASE WHEN n >= 4 THEN pg_temp.predicted(one, n) END FROM models, days ORDER BY n $$,
    'a frame of just the lookback is enough');
SELECT results_eq($$ SELECT n, lstm_predict_agg(one, value) OVER (ORDER BY n ROWS 2 PRECEDING) FROM models, days ORDER BY n $$,
    $$ SELECT n, NULL::float8[] FROM days ORDER BY n $$, 'a frame that is too short gives NULL');
SELECT results_eq($$ SELECT n, lstm_predict_agg(one, value) OVER (ORDER BY n ROWS BETWEEN 9 PRECEDING AND 2 PRECEDING)
    FROM models, days ORDER BY n $$,
    $$ SELECT n, CASE WHEN n >= 6 THEN pg_temp.predicted(one, n - 2) END FROM models, days ORDER BY n $$,
    'a frame that ends before its row forecasts from there');
SELECT results_eq($$ SELECT n, lstm_predict_agg(one, value) OVER (ORDER BY n ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING)
    FROM models, days ORDER BY n $$,
    $$ SELECT n, CASE WHEN n <= 27 THEN pg_temp.predicted(one, 30) END FROM models, days ORDER BY n $$,
    'a frame that begins at its row sees the newest rows at once');
SELECT results_eq($$ SELECT n, lstm_predict_agg(one, value) OVER (PARTITION BY region ORDER BY n) FROM models, days
        WHERE region = 'north' ORDER BY n $$,
    $$ SELECT n, v FROM (SELECT n, region, lstm_predict_agg(one, value) OVER (PARTITION BY region ORDER BY n) AS v
        FROM models, days) AS both_regions WHERE region = 'north' ORDER BY n $$, 'partitions do not see each other');

---- what is refused, and what is NULL ----

SELECT is((SELECT lstm_predict_agg(one, value ORDER BY n) FROM models, days WHERE n <= 3), NULL, 'lstm_predict_agg of too few rows gives NULL');
SELECT is((SELECT lstm_predict_agg(one, value ORDER BY n) FROM models, days WHERE false), NULL, 'no rows give NULL');
SELECT is((SELECT lstm_predict_agg(NULL, value ORDER BY n) FROM days), NULL, 'no model gives NULL');
SELECT throws_ok($$ SELECT lstm_predict_agg(one, CASE WHEN n <> 7 THEN value END ORDER BY n) FROM models, days $$, '22004',
    'value 7 of the group is NULL', 'a NULL is refused, with its place');
SELECT throws_ok($$ SELECT lstm_predict_agg(one, CASE WHEN n <> 7 THEN value ELSE 'NaN' END ORDER BY n) FROM models, days $$,
    '22000', 'value 7 of the group is NaN or infinite', 'a NaN is refused');
SELECT throws_ok($$ SELECT lstm_predict_agg(one, CASE WHEN n <> 7 THEN value ELSE '-Infinity' END ORDER BY n)
    FROM models, days $$, '22000', 'value 7 of the group is NaN or infinite', 'an infinite value is refused');
SELECT throws_ok($$ SELECT lstm_predict_agg(two_columns, value ORDER BY n) FROM models, days $$, '22023',
    'lstm_predict_agg takes models with one input column, but this model has 2', 'a model of two inputs is refused');
SELECT throws_ok($$ SELECT lstm_predict_agg('\x00', value ORDER BY n) FROM days $$, '22P03',
    'the value is not a model, or is damaged', 'bytes that are no model are refused');
SELECT is((SELECT lstm_predict_agg(two_targets, value ORDER BY n) FROM models, days),
    (SELECT array_agg(row ORDER BY step) FROM (SELECT step, ARRAY[min(forecast) FILTER (WHERE target = 'value'),
            min(forecast) FILTER (WHERE target = 'other')] AS row
        FROM models, lstm_predict(two_targets, (SELECT array_agg(value ORDER BY n) FROM days)) GROUP BY step) AS steps),
    'several targets come as steps by targets');

SELECT * FROM finish();
ROLLBACK;
