-- A first model takes a few statements, and lstm_predict takes whatever a user calls an array of numbers.
BEGIN;
SET LOCAL client_min_messages = error;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lstm_forecast;

SELECT plan(58);

CREATE TABLE temps (at date PRIMARY KEY, value float8 NOT NULL, other int NOT NULL);
INSERT INTO temps SELECT date '2024-01-01' + i, 10 * i, 100 - i FROM generate_series(1, 9) AS i;
CREATE TABLE models (name text PRIMARY KEY, model bytea NOT NULL);

-- forecasts as one comparable value: equality is bit for bit
CREATE FUNCTION pg_temp.forecasts(model bytea, input float8[], steps int DEFAULT NULL) RETURNS text LANGUAGE sql AS
$$ SELECT string_agg(format('%s %s %s', step, target, forecast), ', ' ORDER BY ordinality)
   FROM lstm_predict(model, input, steps) WITH ORDINALITY $$;

---- the first model ----

SELECT lives_ok($$
    INSERT INTO models SELECT 'temps', lstm_train('temps', 'value', lookback => 3, options => '{"epochs": 3, "units": 4}')
$$, 'a model is trained and stored by one statement');
SELECT results_eq($$
    SELECT f.step, f.target, f.forecast IS NOT NULL, f.forecast > '-infinity' AND f.forecast < 'infinity'
    FROM models, lstm_predict(model, ARRAY[70,80,90]) AS f WHERE name = 'temps'
$$, $$ VALUES (1, 'value', true, true) $$, 'a stored model forecasts from three integers');
SELECT results_eq($$
    SELECT f.series, f.step, f.forecast_at, f.target, f.forecast IS NOT NULL, f.status
    FROM models, lstm_forecast(model, steps => 3) AS f WHERE name = 'temps'
$$, $$ VALUES (NULL::text, 1, timestamptz '2024-01-11 00:00+00', 'value', true, 'ok'),
              (NULL, 2, '2024-01-12 00:00+00', 'value', true, 'ok'),
              (NULL, 3, '2024-01-13 00:00+00', 'value', true, 'ok') $$, 'a stored model forecasts the next rows of its table');
SELECT results_eq($$ SELECT forecast FROM models, lstm_forecast(model, steps => 3) $$,
    $$ SELECT forecast FROM models, lstm_predict(model, ARRAY[70,80,90], steps => 3) $$,
    'lstm_forecast from the table equals lstm_predict from its newest rows');
SELECT lives_ok($$ SELECT lstm_train('temps', 'value', options => '{"epochs": 1, "units": 2}') $$,
    'lookback may be left out');
SELECT is((SELECT lstm_info(lstm_train('temps', 'value', options => '{"epochs": 1, "units": 2}')) - 'metrics'),
    (SELECT lstm_info(lstm_train('temps'::regclass, 'value'::text, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
        '{"epochs": 1, "units": 2}')) - 'metrics'),
    'NULL for a parameter means that it was left out');

---- overloads resolve ----

PREPARE by_text(regclass, text) AS
    SELECT md5(lstm_train($1, $2, lookback => 3, options => '{"epochs": 3, "units": 4}'));
PREPARE by_array(regclass, text[]) AS
    SELECT md5(lstm_train($1, $2, lookback => 3, options => '{"epochs": 3, "units": 4}'));
PREPARE untyped AS
    SELECT md5(lstm_train($1, $2::text, lookback => $3, options => $4));
SELECT results_eq($$ EXECUTE by_text('temps', 'value') $$, $$ SELECT md5(model) FROM models $$,
    'a bound regclass and a bound text reach lstm_train');
SELECT results_eq($$ EXECUTE by_array('temps', '{value}') $$, $$ SELECT md5(model) FROM models $$,
    'a bound array of one target gives the same model as the text');
SELECT results_eq($$ EXECUTE untyped('temps', 'value', 3, '{"epochs": 3, "units": 4}') $$,
    $$ SELECT md5(model) FROM models $$, 'parameters without a declared type are taken as the signature has them');
SELECT results_eq($$
    SELECT md5(lstm_train(t.relation::regclass, t.target, lookback => 3, options => '{"epochs": 3, "units": 4}'))
    FROM (VALUES ('temps'::text, 'value'::text)) AS t (relation, target)
$$, $$ SELECT md5(model) FROM models $$, 'columns of a query reach lstm_train');
SELECT results_eq($$
    SELECT md5(lstm_train('temps', ARRAY['value'], lookback => 3, options => '{"epochs": 3, "units": 4}'))
$$, $$ SELECT md5(model) FROM models $$, 'an array literal of targets reaches the overload for arrays');
SELECT results_eq($$
    SELECT md5(lstm_train('temps', 'value', 'at', NULL, 1, 3, '{value}', NULL, NULL, '{"epochs": 3, "units": 4}'))
$$, $$ SELECT md5(model) FROM models $$, 'all parameters may be given by position');
SELECT results_eq($$
    SELECT md5(lstm_train('temps', 'value', lookback => 3::smallint, options => jsonb_build_object('epochs', 3, 'units', 4)))
$$, $$ SELECT md5(model) FROM models $$, 'computed arguments reach lstm_train');
SELECT function_returns('lstm_train', ARRAY['regclass', 'text', 'text', 'text', 'integer', 'integer', 'text[]', 'text[]',
    'text[]', 'jsonb'], 'bytea', 'lstm_train returns bytea');

---- what lstm_predict takes ----

SELECT isnt(pg_temp.forecasts((SELECT model FROM models), '{70,80,90}'),
    pg_temp.forecasts((SELECT model FROM models), '{70,80,100}'), 'another input gives another forecast');
SELECT isnt(pg_temp.forecasts((SELECT model FROM models), '{70,80,90}'),
    pg_temp.forecasts((SELECT model FROM models), '{90,80,70}'), 'the order of the input matters');
SELECT results_eq($$ SELECT f.* FROM models, lstm_predict(model, ARRAY[70.0, 80, 90]) AS f $$,
    $$ SELECT f.* FROM models, lstm_predict(model, ARRAY[70, 80, 90]) AS f $$, 'an array of numeric is taken');
SELECT results_eq($$ SELECT f.* FROM models, lstm_predict(model, ARRAY[70, 80, 90]::real[]) AS f $$,
    $$ SELECT f.* FROM models, lstm_predict(model, ARRAY[70, 80, 90]) AS f $$, 'an array of real is taken');
SELECT results_eq($$ SELECT f.* FROM models, lstm_predict(model, ARRAY[70, 80, 90]::smallint[]) AS f $$,
    $$ SELECT f.* FROM models, lstm_predict(model, ARRAY[70, 80, 90]::bigint[]) AS f $$,
    'arrays of smallint and bigint are taken');
SELECT results_eq($$ SELECT f.* FROM models, lstm_predict(model, '{70,80,90}') AS f $$,
    $$ SELECT f.* FROM models, lstm_predict(model, ARRAY[70, 80, 90]::float8[]) AS f $$, 'an array literal is taken');
SELECT results_eq($$ SELECT f.* FROM models, lstm_predict(model, (SELECT array_agg(value ORDER BY at) FROM temps)) AS f $$,
    $$ SELECT f.* FROM models, lstm_predict(model, ARRAY[70, 80, 90]) AS f $$, 'of a longer input the last rows are used');
SELECT results_eq($$ SELECT f.* FROM models, lstm_predict(model, ARRAY[[70], [80], [90]]) AS f $$,
    $$ SELECT f.* FROM models, lstm_predict(model, ARRAY[70, 80, 90]) AS f $$, 'a column of rows is taken');
SELECT results_eq($$ SELECT f.* FROM models, lstm_predict(model, '[5:7]={70,80,90}') AS f $$,
    $$ SELECT f.* FROM models, lstm_predict(model, ARRAY[70, 80, 90]) AS f $$, 'bounds of the array do not matter');
PREPARE predict(bytea, float8[]) AS SELECT * FROM lstm_predict($1, $2);
SELECT is_empty($$ SELECT f.* FROM lstm_predict(NULL, ARRAY[70, 80, 90]) AS f $$, 'a NULL model gives no rows');
SELECT is_empty($$ SELECT f.* FROM models, lstm_predict(model, NULL) AS f $$, 'a NULL input gives no rows');
SELECT is_empty($$ EXECUTE predict(NULL, NULL) $$, 'bound NULLs give no rows');
SELECT is_empty($$ SELECT f.* FROM models, lstm_predict(model, ARRAY[70, 80, 90], level => NULL) AS f $$,
    'a NULL level gives no rows');
SELECT is_empty($$ SELECT f.* FROM lstm_forecast(NULL) AS f $$, 'lstm_forecast of a NULL model gives no rows');
SELECT is_empty($$ SELECT f.* FROM lstm_rolling(NULL) AS f $$, 'lstm_rolling of a NULL model gives no rows');

---- steps ----

SELECT results_eq($$ SELECT f.step FROM models, lstm_predict(model, ARRAY[70, 80, 90], 5) AS f $$,
    $$ SELECT generate_series(1, 5) $$, 'steps beyond the horizon are numbered on');
SELECT is(
    (SELECT array_agg(f.forecast ORDER BY f.step) FROM models, lstm_predict(model, ARRAY[70, 80, 90], 3) AS f),
    (SELECT ARRAY[a.forecast, b.forecast, c.forecast] FROM models, lstm_predict(model, ARRAY[70, 80, 90]) AS a,
        lstm_predict(model, ARRAY[80, 90, a.forecast]) AS b, lstm_predict(model, ARRAY[90, a.forecast, b.forecast]) AS c),
    'steps beyond the horizon come from the model''s own outputs, fed back in order');
SELECT results_eq($$ SELECT f.* FROM models, lstm_predict(model, ARRAY[70, 80, 90], NULL) AS f $$,
    $$ SELECT f.* FROM models, lstm_predict(model, ARRAY[70, 80, 90], 1) AS f $$, 'NULL steps are the horizon');
SELECT throws_ok($$ SELECT f.* FROM models, lstm_predict(model, ARRAY[70, 80, 90], 0) AS f $$, '22023',
    'steps must be from 1 to 1048576, not 0', 'no steps are refused');
SELECT throws_ok($$ SELECT f.* FROM models, lstm_predict(model, ARRAY[70, 80, 90], -2147483648) AS f $$, '22023',
    'steps must be from 1 to 1048576, not -2147483648', 'negative steps are refused');

INSERT INTO models VALUES
    ('two steps', lstm_train('temps', 'value', horizon => 2, lookback => 3, options => '{"epochs": 3, "units": 4}')),
    ('two columns', lstm_train('temps', ARRAY['value', 'other'], lookback => 2, options => '{"epochs": 3, "units": 4}')),
    ('other input', lstm_train('temps', 'value', inputs => '{other}', lookback => 2, options => '{"epochs": 3, "units": 4}')),
    ('more inputs', lstm_train('temps', 'value', inputs => '{value,other}', lookback => 2,
        options => '{"epochs": 3, "units": 4}')),
    ('same row', lstm_train('temps', 'value', inputs => '{other}', lookback => 2,
        options => '{"epochs": 3, "units": 4, "lead": 0}'));

SELECT results_eq($$ SELECT f.step, f.target FROM models, lstm_predict(model, ARRAY[70, 80, 90]) AS f
    WHERE name = 'two steps' $$, $$ VALUES (1, 'value'), (2, 'value') $$, 'a model of horizon 2 gives two rows');
SELECT results_eq($$ SELECT f.forecast FROM models, lstm_predict(model, ARRAY[70, 80, 90], 1) AS f WHERE name = 'two steps' $$,
    $$ SELECT f.forecast FROM models, lstm_predict(model, ARRAY[70, 80, 90]) AS f WHERE name = 'two steps' AND f.step = 1 $$,
    'fewer steps than the horizon are its first ones');
SELECT is((SELECT array_agg(f.forecast ORDER BY f.step) FROM models, lstm_predict(model, ARRAY[70, 80, 90], 3) AS f
        WHERE name = 'two steps'),
    (SELECT ARRAY[a[1], a[2], b.forecast]
     FROM (SELECT model, (SELECT array_agg(forecast ORDER BY step) FROM lstm_predict(model, ARRAY[70, 80, 90])) AS a
           FROM models WHERE name = 'two steps') AS first,
          lstm_predict(model, ARRAY[90, a[1], a[2]], 1) AS b),
    'a model of several steps is fed back a whole horizon at a time');
SELECT results_eq($$ SELECT f.step, f.target FROM models, lstm_predict(model, ARRAY[[80, 92], [90, 91]], 2) AS f
    WHERE name = 'two columns' $$, $$ VALUES (1, 'value'), (1, 'other'), (2, 'value'), (2, 'other') $$,
    'several targets come step by step, in the order they were given');
SELECT is(pg_temp.forecasts(model, ARRAY[[80, 92], [90, 91]]), pg_temp.forecasts(model, ARRAY[80, 92, 90, 91]),
    'a flat array is taken row by row') FROM models WHERE name = 'two columns';
SELECT is(pg_temp.forecasts(model, ARRAY[[1, 2], [80, 92], [90, 91]]), pg_temp.forecasts(model, ARRAY[80, 92, 90, 91]),
    'of more rows of two columns the last ones are used') FROM models WHERE name = 'two columns';
SELECT isnt(pg_temp.forecasts(model, ARRAY[[80, 92], [90, 91]]), pg_temp.forecasts(model, ARRAY[[92, 80], [91, 90]]),
    'columns are not interchangeable') FROM models WHERE name = 'two columns';
SELECT is(pg_temp.forecasts(model, ARRAY[[80, 92], [90, 91]], 2),
    (SELECT format('%s, %s', pg_temp.forecasts(model, ARRAY[[80, 92], [90, 91]]),
        replace(replace(pg_temp.forecasts(model, ARRAY[[90, 91], [min(forecast) FILTER (WHERE target = 'value'),
            min(forecast) FILTER (WHERE target = 'other')]]), '1 value', '2 value'), '1 other', '2 other'))
     FROM lstm_predict(model, ARRAY[[80, 92], [90, 91]])),
    'several targets are fed back each into its own column') FROM models WHERE name = 'two columns';

SELECT throws_ok(format($$ SELECT f.* FROM models, lstm_predict(model, %L, 2) AS f WHERE name = %L $$, input, name), '22023',
    '2 steps exceed the model''s horizon of 1', format('outputs cannot be fed back: %s', name))
FROM (VALUES ('other input', '{92,91}'), ('more inputs', '{80,92,90,91}'), ('same row', '{92,91}')) AS v (name, input);
SELECT throws_ok($$ SELECT f.* FROM models, lstm_forecast(model, 2) AS f WHERE name = 'other input' $$, '22023',
    '2 steps exceed the model''s horizon of 1', 'lstm_forecast does not feed back either where it cannot');
SELECT lives_ok($$ SELECT f.* FROM models, lstm_predict(model, '{92,91}', 1) AS f WHERE name = 'other input' $$,
    'steps within the horizon need no feeding back');

---- wrong inputs ----

SELECT throws_ok($$ SELECT f.* FROM models, lstm_predict(model, ARRAY[80, 90]) AS f WHERE name = 'temps' $$, '22023',
    'input has 2 rows, but the lookback of the model is 3', 'an input that is too short is refused');
SELECT throws_ok($$ SELECT f.* FROM models, lstm_predict(model, ARRAY[80, 92, 90]) AS f WHERE name = 'two columns' $$, '22023',
    'the number of values in input must be a multiple of 2, the number of inputs, not 3', 'a flat input must be whole rows');
SELECT throws_ok($$ SELECT f.* FROM models, lstm_predict(model, ARRAY[[1, 2, 3], [4, 5, 6]]) AS f WHERE name = 'two columns' $$,
    '22023', 'a row of input must have as many values as the model has inputs (2), not 3', 'rows must be as wide as the inputs');
SELECT throws_ok(format($$ SELECT f.* FROM models, lstm_predict(model, ARRAY[70, 80, 90], level => %L) AS f
    WHERE name = 'temps' $$, level), '22023', format('level must be between 0 and 1, not %s', shown),
    format('level %s is refused', level))
FROM (VALUES ('0', '0'), ('1', '1'), ('-0.5', '-0.5'), ('95', '95'), ('NaN', 'NaN'), ('Infinity', 'Infinity')) AS v (level, shown);
SELECT lives_ok($$ SELECT f.* FROM models, lstm_predict(model, ARRAY[70, 80, 90], level => 0.5) AS f WHERE name = 'temps' $$,
    'a level of one half is taken');
SELECT throws_ok($$ SELECT f.* FROM models, lstm_forecast(model, level => 2) AS f WHERE name = 'temps' $$, '22023',
    'level must be between 0 and 1, not 2', 'lstm_forecast checks level too');

SELECT * FROM finish();
ROLLBACK;
