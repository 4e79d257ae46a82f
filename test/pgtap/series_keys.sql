-- Several columns tell series apart: a series is called by the row of their values.
BEGIN;
SET LOCAL client_min_messages = error;
SET LOCAL timezone = 'Europe/Berlin';
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lstm_forecast;

SELECT plan(51);

CREATE TABLE sales (store int, item text, day date, qty int, other int, PRIMARY KEY (store, item, day));
INSERT INTO sales SELECT s, i, date '2024-01-01' + d, 10 * s + d % 7 + length(i), d % 3
FROM generate_series(1, 3) s, unnest(ARRAY['apple', 'a "b", c']) i, generate_series(0, 59) d;
CREATE VIEW joined AS SELECT ROW(store, item)::text AS series, day, qty, other FROM sales;
CREATE FUNCTION pg_temp.failure(command text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    message text;
    hint text;
BEGIN
    EXECUTE command;
    RETURN NULL;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT;
    RETURN concat_ws(' | ', message, nullif(hint, ''));
END $$;
CREATE TEMP TABLE models AS SELECT
    lstm_train('sales', 'qty', series_column => ARRAY['store', 'item'], lookback => 7, horizon => 2, options => '{"epochs": 2, "units": 2}') AS keys,
    lstm_train('joined', 'qty', series_column => 'series', lookback => 7, horizon => 2, options => '{"epochs": 2, "units": 2}') AS one;

---- a model ----

SELECT is(lstm_info(keys)->'series_column', '["store", "item"]', 'a model knows all columns') FROM models;
SELECT is(lstm_info(keys)->>'series', '6', 'and each pair is a series') FROM models;
SELECT is((SELECT array_agg(DISTINCT series) FROM models, lstm_forecast(keys)), (SELECT array_agg(DISTINCT ROW(store, item)::text) FROM sales),
    'a series is called as PostgreSQL writes the row');
SELECT is((SELECT count(*) FROM models, lstm_forecast(keys) f JOIN (SELECT DISTINCT store, item FROM sales) s ON f.series = ROW(s.store, s.item)::text), 12::bigint,
    'so that it joins');
SELECT results_eq('SELECT series, step, round(forecast::numeric, 4) FROM models, lstm_forecast(keys) ORDER BY 1, 2',
    'SELECT series, step, round(forecast::numeric, 4) FROM models, lstm_forecast(one) ORDER BY 1, 2', 'a column of these names gives the same forecasts');
SELECT is((SELECT count(*) FROM models, lstm_forecast(keys, series => ARRAY['(2,apple)', '(3,"a ""b"", c")'])), 4::bigint, 'some are asked for by name');
SELECT is((SELECT array_agg(DISTINCT series) FROM models, lstm_forecast(keys, series => ARRAY['(2,apple)', '(3,"a ""b"", c")'])), '{"(2,apple)","(3,\"a \"\"b\"\", c\")"}',
    'and no others, though their values stand beside these');
SELECT is((SELECT status FROM models, lstm_forecast(keys, series => ARRAY['(9,apple)'])), 'it has no rows', 'one that is not there is named');
SELECT is(pg_temp.failure($$SELECT f FROM models, lstm_forecast(keys, series => ARRAY['apple']) f$$), '"apple" is no name of a series of relation "sales" | '
    'Write it as PostgreSQL does: ROW(1, ''apple'')::text is (1,apple).', 'a name that is no row is refused');
SELECT matches(pg_temp.failure(format('SELECT f FROM models, lstm_forecast(keys, series => ARRAY[%L]) f', name)), 'is no name of a series', 'so is ' || name)
FROM unnest(ARRAY['(1)', '(1,apple', '(1,apple,2)', '(1,"apple)', '1,apple)', '(1,apple) ', '']) name;
SELECT matches(pg_temp.failure($$SELECT f FROM models, lstm_forecast(keys, series => ARRAY['(x,apple)']) f$$), 'invalid input syntax for type integer', 'and one of another type');
SELECT is((SELECT count(DISTINCT series) FROM models, lstm_rolling(keys, steps => 1)), 6::bigint, 'forecasts along known rows');
SELECT is((SELECT count(DISTINCT series) FROM models, lstm_evaluate(keys)), 6::bigint, 'evaluations');
SELECT is((SELECT count(DISTINCT series) FROM models, lstm_anomalies(keys)), 6::bigint, 'anomalies');
SELECT is((SELECT count(DISTINCT series) FROM models, lstm_anomalies(keys, series => ARRAY['(1,apple)'])), 1::bigint, 'anomalies of one series');
SELECT matches((SELECT lstm_plot(keys, series => '(1,apple)') FROM models), '<svg', 'plots');
SELECT is((SELECT accepted FROM models, lstm_update(keys)), false, 'updates');
SELECT is(lstm_info(lstm_average_agg(keys))->'series_column', '["store", "item"]', 'averages') FROM (SELECT keys FROM models UNION ALL SELECT keys FROM models) m;
SELECT matches(pg_temp.failure('SELECT lstm_average_agg(m) FROM (SELECT keys FROM models UNION ALL SELECT one FROM models) AS t (m)'), 'differ in columns', 'models of other keys have none');
SELECT is(lstm_info(lstm_train('sales', 'qty', ARRAY['store', 'item'], lookback => 7, options => '{"epochs": 1, "units": 2, "series_embedding": true}'))->>'series_embedding',
    'true', 'each pair can have a vector');

---- all functions, in all forms ----

SELECT is((SELECT count(DISTINCT series) FROM lstm_windows('sales', 'qty', series_column => ARRAY['store', 'item'], lookback => 3)), 6::bigint, 'windows');
SELECT is((SELECT count(DISTINCT series) FROM lstm_windows('sales', ARRAY['qty', 'other'], series_column => ARRAY['store', 'item'], lookback => 3)), 6::bigint, 'windows of several targets');
SELECT is((SELECT count(DISTINCT series) FROM lstm_backtest('sales', 'qty', series_column => ARRAY['store', 'item'], lookback => 3, folds => 1, test_rows => 5,
    options => '{"epochs": 1, "units": 1}')), 6::bigint, 'backtests');
SELECT is((SELECT count(DISTINCT series) FROM lstm_backtest('sales', ARRAY['qty', 'other'], series_column => ARRAY['store', 'item'], lookback => 3, folds => 1, test_rows => 5,
    options => '{"epochs": 1, "units": 1}')), 6::bigint, 'backtests of several targets');
SELECT is((SELECT count(*) FROM lstm_tune('sales', 'qty', series_column => ARRAY['store', 'item'], lookback => 3, folds => 1, options => '{"epochs": 1}',
    grid => '{"units": [1, 2]}') WHERE status = 'ok') > 0, true, 'tuning');
SELECT is((SELECT count(*) FROM lstm_tune('sales', ARRAY['qty', 'other'], series_column => ARRAY['store', 'item'], lookback => 3, folds => 1, options => '{"epochs": 1}',
    grid => '{"units": [1, 2]}') WHERE status = 'ok') > 0, true, 'tuning for several targets');
SELECT is(lstm_info(lstm_train('sales', ARRAY['qty', 'other'], ARRAY['store', 'item'], 'day', 2, 3, options => '{"epochs": 1, "units": 1}'))->>'horizon', '2', 'by position: keys, time, horizon');
PREPARE bound_array AS SELECT lstm_info(lstm_train('sales', 'qty', series_column => $1::text[], lookback => 3, options => '{"epochs": 1, "units": 1}'))->>'series';
PREPARE bound_text AS SELECT lstm_info(lstm_train('sales', 'qty', series_column => $1, lookback => 3, options => '{"epochs": 1, "units": 1, "aggregate": "sum"}'))->>'series';
SELECT results_eq($$EXECUTE bound_array('{store,item}')$$, $$VALUES ('6')$$, 'a bound array');
SELECT results_eq($$EXECUTE bound_text('store')$$, $$VALUES ('3')$$, 'a bound text without a type');
SELECT is(lstm_info(lstm_train('sales', 'qty', series_column => ARRAY['item'], lookback => 3, options => '{"epochs": 1, "units": 1, "aggregate": "sum"}'))->'series_column', '"item"',
    'an array of one column is that column');
SELECT is((SELECT array_agg(DISTINCT series ORDER BY series) FROM lstm_windows('sales', 'qty', series_column => ARRAY['item'], aggregate => 'sum')), '{"a \"b\", c",apple}', 'and its values are names');
SELECT is(lstm_info(lstm_train('sales', 'qty', lookback => 3, options => '{"epochs": 1, "units": 1, "aggregate": "sum"}'))->>'series_column', NULL, 'without series_column there is one series');
SELECT matches(pg_temp.failure($$SELECT lstm_train('sales', 'qty', series_column => '{store,item}')$$), 'column "{store,item}" .* does not exist.*ARRAY', 'a literal is one name');
SELECT is(pg_temp.failure($$SELECT lstm_train('sales', 'qty', series_column => '{}'::text[])$$), 'series_column names no column | Leave series_column out where all rows are one series.', 'no column');
SELECT is(pg_temp.failure($$SELECT lstm_train('sales', 'qty', series_column => ARRAY['store', 'store'])$$), 'series_column names column "store" twice', 'a column twice');
SELECT matches(pg_temp.failure($$SELECT lstm_train('sales', 'qty', series_column => ARRAY['store', 'items'])$$), 'column "items" .* does not exist.*"item"', 'a misspelt column');

---- the way to it ----

SELECT is(pg_temp.failure($$SELECT lstm_train('sales', 'qty')$$), 'timestamp 2024-01-01 of relation "sales" occurs in more than one row | '
    'The primary key tells series apart by other columns: give series_column => ARRAY[''store'', ''item''].', 'the hint knows the primary key');
SELECT matches(pg_temp.failure($$SELECT lstm_train('sales', 'qty', series_column => 'store')$$), 'no series that can be used', 'one of two keys is not enough');
SELECT matches(pg_temp.failure($$SELECT lstm_train('sales', 'qty', series_column => 'store', options => '{"on_error": "error"}')$$),
    'give series_column => ARRAY\[''store'', ''item''\]', 'and the hint names both');
ALTER TABLE sales DROP CONSTRAINT sales_pkey;
DELETE FROM sales WHERE item <> 'apple';
ALTER TABLE sales ADD PRIMARY KEY (store, day);
SELECT matches(pg_temp.failure($$SELECT lstm_train('sales', 'qty')$$), 'give series_column => ''store''\.$', 'of two columns as well');
SELECT is((SELECT count(DISTINCT series) FROM lstm_windows('sales', 'qty', series_column => ARRAY['store', 'item'], lookback => 3)), 3::bigint,
    'series are told apart even where the last key stays the same');

---- NULL ----

ALTER TABLE sales DROP CONSTRAINT sales_pkey;
ALTER TABLE sales ALTER item DROP NOT NULL;
INSERT INTO sales SELECT 7, NULL, day, qty, other FROM sales WHERE store = 1;
SELECT is((SELECT status FROM models, lstm_forecast(keys) WHERE series = '(7,)'), 'column "item" is NULL', 'a key that is NULL names no series');

---- rights ----

CREATE ROLE clerk;
CREATE ROLE nobody;
GRANT SELECT (store, item, day, qty) ON sales TO clerk;
GRANT SELECT (store, day, qty) ON sales TO nobody;
GRANT SELECT ON models TO clerk, nobody;
SET LOCAL ROLE clerk;
SELECT is((SELECT count(*) FROM models, lstm_forecast(keys, relation => 'sales') WHERE status = 'ok') > 0, true, 'the columns of the model are enough');
SET LOCAL ROLE nobody;
SELECT matches(pg_temp.failure($$SELECT f FROM models, lstm_forecast(keys, relation => 'sales') f$$), 'permission denied', 'all keys are needed');
RESET ROLE;
GRANT INSERT, SELECT ON lstm_models TO nobody;
SET LOCAL ROLE nobody;
SELECT is(pg_temp.failure($$INSERT INTO lstm_models (name, version, model) SELECT 'x', 1, keys FROM models$$), 'permission denied for column "item" of relation public.sales | '
    'Only a role that may read what a model names may save the model.', 'a model whose key may not be read is not saved');
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
