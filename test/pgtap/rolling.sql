-- lstm_rolling forecasts along known rows what lstm_predict would forecast at each of them.
BEGIN;
SET LOCAL client_min_messages = error;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lstm_forecast;

SELECT plan(38);

CREATE TABLE days (at date PRIMARY KEY, n int, value float8, other float8);
INSERT INTO days SELECT date '2024-01-01' + i - 1, i, sin(i / 3.0) * 5 + i * 0.1, i * i % 11 FROM generate_series(1, 30) AS i;
CREATE TABLE models AS SELECT
    lstm_train('days', 'value', lookback => 4, options => '{"epochs": 4, "units": 3, "missing": "error"}') AS one,
    lstm_train('days', 'value', lookback => 4, horizon => 3, options => '{"epochs": 4, "units": 3}') AS three,
    lstm_train('days', ARRAY['value', 'other'], lookback => 4, options => '{"epochs": 2, "units": 3}') AS both_columns,
    lstm_train('days', 'value', inputs => '{other}', lookback => 4, options => '{"epochs": 2, "units": 3, "lead": 0}') AS same_row;

CREATE FUNCTION pg_temp.predicted(model bytea, last int, steps int) RETURNS TABLE (step int, forecast float8) LANGUAGE sql AS
$$ SELECT p.step, p.forecast
   FROM lstm_predict(model, (SELECT array_agg(value ORDER BY n) FROM days WHERE n BETWEEN last - 3 AND last), steps) AS p $$;

---- one step at each row ----

SELECT is((SELECT array_agg(origin ORDER BY origin) FROM models, lstm_rolling(one)),
    (SELECT array_agg(i::bigint) FROM generate_series(4, 29) AS i), 'each row from the lookback on is an origin by default');
SELECT results_eq($$ SELECT r.origin, r.step, r.forecast FROM models, lstm_rolling(one) AS r ORDER BY origin $$,
    $$ SELECT n::bigint, p.step, p.forecast FROM models, generate_series(4, 29) AS n, pg_temp.predicted(one, n, 1) AS p $$,
    'one step at each row equals lstm_predict called by hand');
SELECT results_eq($$ SELECT r.actual FROM models, lstm_rolling(one) AS r ORDER BY origin $$,
    $$ SELECT value FROM days WHERE n > 4 ORDER BY n $$, 'actual is what the table says');
SELECT results_eq($$ SELECT r.at FROM models, lstm_rolling(one) AS r ORDER BY origin $$,
    $$ SELECT at::timestamptz FROM days WHERE n > 4 ORDER BY n $$, 'at is the time of the row that is forecast');
SELECT results_eq($$ SELECT DISTINCT r.target FROM models, lstm_rolling(one) AS r $$, $$ VALUES ('value') $$,
    'target is the column');

---- the whole sequence from its own outputs ----

SELECT results_eq($$ SELECT r.origin, r.step, r.forecast FROM models, lstm_rolling(one, steps => 2147483647) AS r $$,
    $$ SELECT 4::bigint, p.step, p.forecast FROM models, pg_temp.predicted(one, 4, 26) AS p $$,
    'more steps than rows forecast the rest of the table from one origin');
SELECT results_eq($$ SELECT r.actual FROM models, lstm_rolling(one, steps => 2147483647) AS r $$,
    $$ SELECT value FROM days WHERE n > 4 ORDER BY n $$, 'beside what came');
SELECT results_eq($$ SELECT r.origin, r.step, r.forecast FROM models, lstm_rolling(three, steps => 2147483647, first_origin => 20) AS r $$,
    $$ SELECT 20::bigint, p.step, p.forecast FROM models, pg_temp.predicted(three, 20, 10) AS p $$,
    'from a later origin, a model of three steps');

---- blocks ----

SELECT results_eq($$ SELECT r.origin, r.step, r.forecast FROM models, lstm_rolling(one, steps => 5) AS r $$,
    $$ SELECT n::bigint, p.step, p.forecast FROM models, generate_series(4, 29, 5) AS n, pg_temp.predicted(one, n, least(5, 30 - n)) AS p $$,
    'blocks of five steps follow each other, the last one cut off');
SELECT is((SELECT array_agg(DISTINCT n_forecasts) FROM (SELECT at, count(*) AS n_forecasts FROM models,
    lstm_rolling(one, steps => 5) GROUP BY at) AS g), '{1}', 'in blocks each row is forecast once');
SELECT results_eq($$ SELECT r.origin, r.step, r.forecast FROM models, lstm_rolling(one, steps => 3, stride => 7) AS r $$,
    $$ SELECT n::bigint, p.step, p.forecast FROM models, generate_series(4, 29, 7) AS n, pg_temp.predicted(one, n, least(3, 30 - n)) AS p $$,
    'a stride longer than the steps leaves rows out');
SELECT results_eq($$ SELECT r.origin, r.step, r.forecast FROM models, lstm_rolling(one, steps => 3, stride => 1) AS r $$,
    $$ SELECT n::bigint, p.step, p.forecast FROM models, generate_series(4, 29) AS n, pg_temp.predicted(one, n, least(3, 30 - n)) AS p $$,
    'a stride shorter than the steps forecasts rows several times');
SELECT results_eq($$ SELECT r.origin, r.step FROM models, lstm_rolling(three) AS r WHERE origin > 20 $$,
    $$ SELECT n::bigint, k FROM generate_series(22, 28, 3) AS n, generate_series(1, least(3, 30 - n)) AS k $$,
    'steps and stride default to the horizon');
SELECT results_eq($$ SELECT r.step, r.forecast FROM models, lstm_rolling(three, steps => 2, first_origin => 10, stride => 100) AS r $$,
    $$ SELECT p.step, p.forecast FROM models, pg_temp.predicted(three, 10, 2) AS p $$, 'fewer steps than the horizon are its first ones');

---- where it begins ----

SELECT is((SELECT array_agg(origin) FROM models, lstm_rolling(one, first_origin => 27)), '{27,28,29}', 'first_origin is the first origin');
SELECT is_empty($$ SELECT r.* FROM models, lstm_rolling(one, first_origin => 30) AS r $$, 'after the last row there is nothing');
SELECT is_empty($$ SELECT r.* FROM models, lstm_rolling(one, first_origin => 9223372036854775807) AS r $$, 'there is nothing at the end of all numbers');
SELECT throws_ok($$ SELECT r.* FROM models, lstm_rolling(one, first_origin => 3) AS r $$, '22023',
    'first_origin must be at least the lookback of 4, not 3', 'an origin needs the lookback before it');
SELECT throws_ok($$ SELECT r.* FROM models, lstm_rolling(one, first_origin => -9223372036854775808) AS r $$, '22023',
    'first_origin must be at least the lookback of 4, not -9223372036854775808', 'negative origins are refused');
SELECT throws_ok($$ SELECT r.* FROM models, lstm_rolling(one, steps => 0) AS r $$, '22023',
    'steps must be from 1 to 2147483647, not 0', 'no steps are refused');
SELECT throws_ok($$ SELECT r.* FROM models, lstm_rolling(one, stride => 0) AS r $$, '22023',
    'stride must be from 1 to 2147483647, not 0', 'no stride is refused');
SELECT is((SELECT count(*) FROM models, lstm_rolling(one, stride => 2147483647)), 1::bigint, 'a huge stride has one origin');
SELECT throws_ok($$ SELECT r.* FROM models, lstm_rolling(one, level => 1) AS r $$, '22023',
    'level must be between 0 and 1, not 1', 'level is checked');

---- several columns, lead, other relations ----

SELECT results_eq($$ SELECT r.origin, r.target, r.actual FROM models, lstm_rolling(both_columns, first_origin => 28) AS r $$,
    $$ SELECT v.* FROM days AS d, LATERAL (VALUES (n - 1::bigint, 'value', value), (n - 1, 'other', other)) AS v WHERE n > 28 $$,
    'each target has a row');
SELECT results_eq($$ SELECT r.forecast FROM models, lstm_rolling(both_columns, first_origin => 20, steps => 2147483647) AS r $$,
    $$ SELECT p.forecast FROM models, lstm_predict(both_columns,
       (SELECT array_agg(ARRAY[value, other] ORDER BY n) FROM days WHERE n BETWEEN 17 AND 20), 10) AS p $$,
    'several targets run from their own outputs');
SELECT results_eq($$ SELECT r.origin, r.at::date, r.forecast FROM models, lstm_rolling(same_row) AS r $$,
    $$ SELECT n::bigint, at, (SELECT p.forecast FROM lstm_predict(same_row,
        (SELECT array_agg(other ORDER BY n) FROM days WHERE n BETWEEN d.n - 3 AND d.n)) AS p) FROM models, days AS d WHERE n >= 4 $$,
    'with lead 0 the row that is forecast is the origin');
SELECT throws_ok($$ SELECT r.* FROM models, lstm_rolling(same_row, steps => 2) AS r $$, '22023',
    '2 steps exceed the model''s horizon of 1', 'steps that would need feeding back are refused where it cannot be');
CREATE VIEW later AS SELECT at, value * 2 AS value FROM days WHERE n > 15;
SELECT is((SELECT count(*) FROM models, lstm_rolling(one, relation => 'later')), 11::bigint, 'another relation may be given');
SELECT is((SELECT array_agg(actual ORDER BY origin) FROM models, lstm_rolling(one, relation => 'later')),
    (SELECT array_agg(value * 2 ORDER BY n) FROM days WHERE n > 19), 'the other relation that is given is the one that is read');
CREATE VIEW short AS SELECT at, value FROM days WHERE n <= 4;
SELECT is_empty($$ SELECT r.* FROM models, lstm_rolling(one, relation => 'short') AS r $$, 'a relation with too few rows has no origin');
UPDATE days SET value = NULL WHERE n = 12;
SELECT throws_ok($$ SELECT r.* FROM models, lstm_rolling(one) AS r $$, '22004',
    'column "value" of relation "days" is NULL in row 12', 'a NULL on the way is refused');

---- many windows are forecast at once, each as if it were alone ----

CREATE TABLE hours (n int PRIMARY KEY, value float8, other float8);
INSERT INTO hours SELECT i, sin(i / 3.0) * 5 + i * 0.01, cos(i / 5.0) FROM generate_series(1, 700) AS i;
CREATE TABLE wide AS SELECT
    lstm_train('hours', 'value', lookback => 6, options => '{"epochs": 1, "units": 50, "deseasonalize": "none"}') AS one,
    lstm_train('hours', 'value', lookback => 6, horizon => 3, options => '{"epochs": 1, "units": 20, "architecture": "encoder_decoder", "deseasonalize": "none"}') AS three,
    lstm_train('hours', ARRAY['value', 'other'], 'n', lookback => 6, options => '{"epochs": 1, "units": 50, "normalize": "last", "deseasonalize": "none"}') AS two_columns;

-- Seasons stay in: an array of six rows does not say where in the season they lie.
-- How far lstm_rolling is from lstm_predict at most, relative to one more than the forecast; NULL unless both have the same rows.
CREATE FUNCTION pg_temp.off_by(model bytea, columns int, steps int, stride int, first_origin int DEFAULT 6) RETURNS float8 LANGUAGE sql AS $$
    SELECT CASE WHEN bool_and(r.forecast IS NOT NULL AND p.forecast IS NOT NULL) THEN max(abs(r.forecast - p.forecast) / (abs(p.forecast) + 1)) END
    FROM lstm_rolling(model, 'hours', steps, stride, first_origin => first_origin) AS r
    FULL JOIN (SELECT o AS origin, f.* FROM generate_series(first_origin, 699, stride) AS o, lstm_predict(model, (SELECT CASE columns
            WHEN 1 THEN array_agg(value ORDER BY n) ELSE array_agg(ARRAY[value, other] ORDER BY n) END FROM hours WHERE n BETWEEN o - 5 AND o),
            least(steps, 700 - o)) AS f) AS p USING (origin, step, target)
$$;
SELECT cmp_ok(pg_temp.off_by(one, 1, 1, 1), '<', 1e-5::float8, 'one step from each of 694 rows') FROM wide;
SELECT cmp_ok(pg_temp.off_by(one, 1, 5, 1), '<', 1e-5::float8, 'five steps, four of them from forecasts') FROM wide;
SELECT cmp_ok(pg_temp.off_by(one, 1, 9, 2, 11), '<', 1e-5::float8, 'more steps than the lookback, from every second row') FROM wide;
SELECT cmp_ok(pg_temp.off_by(three, 1, 2, 1), '<', 1e-5::float8, 'fewer steps than the horizon') FROM wide;
SELECT cmp_ok(pg_temp.off_by(three, 1, 7, 3), '<', 1e-5::float8, 'three at a time, to seven') FROM wide;
SELECT cmp_ok(pg_temp.off_by(two_columns, 2, 4, 1), '<', 1e-5::float8, 'two columns') FROM wide;
SET LOCAL maintenance_work_mem = '1MB';
SELECT cmp_ok(pg_temp.off_by(one, 1, 5, 1), '<', 1e-5::float8, 'with little memory, fewer windows at once') FROM wide;
RESET maintenance_work_mem;

SELECT * FROM finish();
ROLLBACK;
