-- However the rows arrive, the same rows, options and seed give the same model, bit for bit.
BEGIN;
SET LOCAL client_min_messages = error;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lstm_forecast;

SELECT plan(52);

CREATE TABLE days (at timestamptz PRIMARY KEY, value float8, other float8, region text);
INSERT INTO days SELECT timestamptz '2024-01-01 00:00+00' + i * interval '1 day', sin(i / 3.0) * 5 + i * 0.1, i * i % 11,
        (ARRAY['north', 'south'])[1 + i % 2]
    FROM generate_series(1, 60) AS i;
CREATE TABLE models AS SELECT
    lstm_train('days', 'value', lookback => 5, horizon => 2, options => '{"epochs": 4, "units": 3}') AS from_table,
    lstm_train_agg(value, '{"epochs": 4, "units": 3, "lookback": 5, "horizon": 2}' ORDER BY at) AS ordered,
    lstm_train_agg(at, value, '{"epochs": 4, "units": 3, "lookback": 5, "horizon": 2}') AS timed,
    lstm_train_agg(ARRAY[value], '{"epochs": 4, "units": 3, "lookback": 5, "horizon": 2}' ORDER BY at) AS listed
FROM days;

-- what a model knows apart from where its rows came from
CREATE FUNCTION pg_temp.weights(model bytea) RETURNS text LANGUAGE sql AS
$$ SELECT string_agg(format('%s %s %s', name, shape, "values"), ' ' ORDER BY layer_no, name) FROM lstm_weights(model) $$;
-- which seasons were looked for depends on whether there are times
CREATE FUNCTION pg_temp.knowledge(model bytea) RETURNS jsonb LANGUAGE sql AS
$$ SELECT lstm_info(model) - '{relation,time_column,step,last_time,time_zone,seasons}'::text[] $$;
CREATE FUNCTION pg_temp.history(model bytea) RETURNS text LANGUAGE sql AS
$$ SELECT string_agg(h::text, ' ' ORDER BY epoch) FROM lstm_history(model) AS h $$;
CREATE FUNCTION pg_temp.forecasts(model bytea) RETURNS text LANGUAGE sql AS
$$ SELECT string_agg(format('%s %s %s', step, target, forecast), ' ' ORDER BY ordinality)
   FROM lstm_forecast(model) WITH ORDINALITY $$;

---- the four ways to the same model ----

SELECT is(pg_temp.weights(model), pg_temp.weights(from_table), format('the %s aggregate learns the weights that lstm_train learns', name))
FROM models, LATERAL (VALUES (ordered, 'ordered'), (timed, 'timed'), (listed, 'listed')) AS v (model, name);
SELECT is(pg_temp.history(model), pg_temp.history(from_table), format('the %s aggregate has the same history', name))
FROM models, LATERAL (VALUES (ordered, 'ordered'), (timed, 'timed'), (listed, 'listed')) AS v (model, name);
SELECT is(replace(pg_temp.forecasts(model), 'value1', 'value'), pg_temp.forecasts(from_table),
    format('the %s aggregate forecasts from the rows it keeps as lstm_train does from the table', name))
FROM models, LATERAL (VALUES (ordered, 'ordered'), (timed, 'timed'), (listed, 'listed')) AS v (model, name);
SELECT is(pg_temp.knowledge(model), pg_temp.knowledge(from_table),
    format('the %s aggregate has the same scaling, errors and options', name))
FROM models, LATERAL (VALUES (ordered, 'ordered'), (timed, 'timed'), (listed, 'listed')) AS v (model, name);
SELECT results_eq($$ SELECT forecast_at FROM models, lstm_forecast(timed) $$,
    $$ SELECT forecast_at FROM models, lstm_forecast(from_table) $$, 'the timed aggregate knows when its forecasts lie');
SELECT results_eq($$ SELECT forecast_at FROM models, lstm_forecast(ordered) $$, $$ VALUES (NULL::timestamptz), (NULL) $$,
    'without times forecasts have none');
SELECT results_eq($$ SELECT forecast_at, forecast FROM models, lstm_forecast(ordered, relation => 'days') $$,
    $$ SELECT forecast_at, forecast FROM models, lstm_forecast(from_table) $$,
    'a model of an aggregate forecasts from a relation with such columns');
SELECT throws_ok($$ SELECT f.* FROM models, lstm_forecast(timed, as_of => now()) AS f $$, '22023',
    'as_of needs a relation to read', 'rows that were not kept cannot be forecast from');
SELECT throws_ok($$ SELECT f.* FROM models, lstm_rolling(timed) AS f $$, '22023',
    'the model names no relation to read', 'lstm_rolling needs a relation');

---- the same again, and something else ----

SELECT is((SELECT md5(lstm_train('days', 'value', lookback => 5, horizon => 2, options => '{"epochs": 4, "units": 3}'))),
    (SELECT md5(from_table) FROM models), 'the same call gives the same bytes');
SELECT is((SELECT md5(lstm_train_agg(at, value, '{"epochs": 4, "units": 3, "lookback": 5, "horizon": 2}')) FROM days),
    (SELECT md5(timed) FROM models), 'the same aggregate gives the same bytes');
SELECT is((SELECT md5(lstm_train_agg(at, value, '{"lookback": 5, "horizon": 2, "seed": 1, "epochs": 4, "units": 3}'
            ORDER BY md5(at::text))) FROM days),
    (SELECT md5(timed) FROM models), 'rows in any order give the same model through the timed aggregate');
SELECT is((SELECT md5(lstm_train_agg(at, value, '{"epochs": 4, "units": 3, "lookback": 5, "horizon": 2}' ORDER BY at DESC))
        FROM days), (SELECT md5(timed) FROM models), 'even backwards');
SELECT isnt((SELECT pg_temp.weights(lstm_train_agg(value, '{"epochs": 4, "units": 3, "lookback": 5, "horizon": 2}'
            ORDER BY at DESC)) FROM days), (SELECT pg_temp.weights(ordered) FROM models),
    'without times the order of the aggregate counts');
SELECT isnt(pg_temp.weights(lstm_train('days', 'value', lookback => 5, horizon => 2,
        options => '{"epochs": 4, "units": 3, "seed": 2}')), pg_temp.weights(from_table), 'another seed gives other weights')
FROM models;
SELECT isnt(pg_temp.weights(lstm_train('days', 'value', lookback => 5, horizon => 2,
        options => '{"epochs": 4, "units": 3, "seed": 9007199254740991}')), pg_temp.weights(lstm_train('days', 'value',
        lookback => 5, horizon => 2, options => '{"epochs": 4, "units": 3, "seed": 9007199254740990}')),
    'large seeds differ in their last digit');

---- several columns ----

SELECT is((SELECT pg_temp.weights(lstm_train_agg(ARRAY[other, value],
        '{"epochs": 2, "units": 3, "lookback": 4, "columns": ["other", "value"], "target": "value", "inputs": ["value", "other"]}'
        ORDER BY at)) FROM days),
    (SELECT pg_temp.weights(lstm_train('days', 'value', lookback => 4, inputs => '{value,other}',
        options => '{"epochs": 2, "units": 3}'))),
    'columns, target and inputs of the aggregate mean what they mean in lstm_train');
SELECT is((SELECT pg_temp.forecasts(lstm_train_agg(ARRAY[other, value],
        '{"epochs": 2, "units": 3, "lookback": 4, "columns": ["other", "value"], "target": "value", "inputs": ["value", "other"]}'
        ORDER BY at)) FROM days),
    (SELECT pg_temp.forecasts(lstm_train('days', 'value', lookback => 4, inputs => '{value,other}',
        options => '{"epochs": 2, "units": 3}'))), 'models of rows and models of columns forecast the same');
SELECT is((SELECT pg_temp.forecasts(lstm_train_agg(ARRAY[99, other, value],
        '{"epochs": 2, "units": 3, "lookback": 4, "columns": ["unused", "other", "value"], "target": ["value", "other"]}'
        ORDER BY at)) FROM days),
    (SELECT pg_temp.forecasts(lstm_train('days', '{value,other}'::text[], lookback => 4, options => '{"epochs": 2, "units": 3}'))),
    'a column that is neither target nor input does nothing');
SELECT is((SELECT lstm_info(lstm_train_agg(ARRAY[other, value], '{"epochs": 2, "units": 3, "lookback": 4}' ORDER BY at))
        ->'targets' FROM days), '["value1", "value2"]', 'without names columns are value1, value2, and all are targets');
SELECT throws_ok($$ SELECT lstm_train_agg(ARRAY[1, 2], '{"columns": ["a"]}') FROM days $$, '22023',
    'option "columns" must have as many names as a row has values (2), not 1', 'every column has a name or none');
SELECT throws_ok($$ SELECT lstm_train_agg(ARRAY[1, 2], '{"columns": ["a", "b"], "target": "c"}') FROM days $$, '42703',
    'option "columns" does not name "c"', 'a target must be one of the columns');
SELECT throws_ok($$ SELECT lstm_train_agg(CASE WHEN i < 5 THEN ARRAY[1, 2] ELSE ARRAY[1] END, '{}' ORDER BY i)
    FROM generate_series(1, 9) AS i $$, '22023',
    '"values" has 1 elements in row 5, but 2 in the rows before it', 'all rows have the same columns');
SELECT throws_ok($$ SELECT lstm_train_agg('{}'::float8[], '{}') $$, '22023',
    '"values" must have 1 to 1600 elements, not 0', 'a row has columns');

---- groups ----

SELECT is((SELECT count(DISTINCT md5(m)) FROM (SELECT lstm_train_agg(at, value, '{"epochs": 1, "units": 2, "lookback": 3}') AS m
        FROM days GROUP BY region) AS g), 2::bigint, 'each group gets a model of its own');
SELECT is((SELECT lstm_train_agg(at, value, '{"epochs": 1, "units": 2, "lookback": 3}') FILTER (WHERE region = 'north') FROM days),
    (SELECT lstm_train_agg(at, value, '{"epochs": 1, "units": 2, "lookback": 3}') FROM days WHERE region = 'north'),
    'a filter is a group');
SELECT is((SELECT md5(m) FROM (SELECT region, lstm_train_agg(at, value, '{"epochs": 1, "units": 2, "lookback": 3}') AS m
        FROM days GROUP BY region) AS g WHERE region = 'north'),
    (SELECT md5(lstm_train_agg(at, value, '{"epochs": 1, "units": 2, "lookback": 3}')) FROM days WHERE region = 'north'),
    'the model of a group is that of its rows alone');
SELECT is((SELECT lstm_train_agg(value, '{}') FROM days WHERE false), NULL, 'a group without rows gives NULL');
SELECT is((SELECT lstm_train_agg(at, value, '{}') FROM days WHERE false), NULL, 'a group with times and without rows gives NULL');
SELECT is((SELECT lstm_train_agg(ARRAY[value], '{}') FROM days WHERE false), NULL, 'a group with columns and without rows gives NULL');
SELECT lives_ok($$ SELECT lstm_train_agg(value, NULL ORDER BY at) FROM (SELECT * FROM days LIMIT 8) AS few $$,
    'NULL options are no options');

---- parallel workers ----

CREATE TABLE large AS SELECT timestamptz '2024-01-01 00:00+00' + i * interval '1 minute' AS at, sin(i / 9.0) + i % 5 AS value
    FROM generate_series(1, 40000) AS i ORDER BY md5(i::text);
ALTER TABLE large SET (parallel_workers = 2);
ANALYZE large;
-- a condition that takes its time, so that no worker has read all before the other one starts
CREATE VIEW slowly AS SELECT * FROM large WHERE md5(repeat(at::text, 50)) <> '';
SET LOCAL max_parallel_workers_per_gather = 0;
CREATE TEMP TABLE serial AS SELECT lstm_train_agg(at, value,
    '{"epochs": 1, "units": 1, "lookback": 2, "batch_size": 4096, "validation": 0}') AS model FROM large;
SET LOCAL max_parallel_workers_per_gather = 2;
SET LOCAL parallel_leader_participation = off;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
CREATE FUNCTION pg_temp.plan(query text) RETURNS SETOF text LANGUAGE plpgsql AS
$$ BEGIN RETURN QUERY EXECUTE 'EXPLAIN (ANALYZE, VERBOSE, TIMING OFF, COSTS OFF) ' || query; END $$;
CREATE TEMP TABLE parallel AS SELECT line FROM pg_temp.plan($$ CREATE TEMP TABLE shared AS
    SELECT lstm_train_agg(at, value, '{"epochs": 1, "units": 1, "lookback": 2, "batch_size": 4096, "validation": 0}') AS model FROM slowly
$$) AS line;
SELECT ok((SELECT bool_or(line ~ 'Partial Aggregate') FROM parallel), 'workers collect rows for the timed aggregate');
SELECT is((SELECT count(*) FROM parallel WHERE line ~ 'Worker [01]: *actual rows=[1-9]\d+'), 2::bigint, 'two of them do');
SELECT is((SELECT md5(model) FROM shared), (SELECT md5(model) FROM serial), 'the model of parallel workers is that of one process');
SELECT ok((SELECT NOT bool_or(line ~ 'Partial Aggregate') FROM pg_temp.plan($$
    SELECT lstm_train_agg(value, '{"epochs": 1, "units": 1, "lookback": 2, "batch_size": 4096, "validation": 0}' ORDER BY at)
    FROM large $$) AS line), 'the aggregates that take rows in order are not split among workers');
ALTER TABLE large ADD COLUMN id int;
UPDATE large SET id = extract(day FROM at);
ANALYZE large;
CREATE VIEW grouped AS SELECT * FROM large WHERE md5(repeat(at::text, 50)) <> '';
TRUNCATE parallel;
INSERT INTO parallel SELECT line FROM pg_temp.plan($$ CREATE TEMP TABLE by_group AS
    SELECT id, lstm_train_agg(at, value, '{"epochs": 1, "units": 1, "lookback": 2, "batch_size": 4096, "validation": 0}') AS model FROM grouped GROUP BY id
$$) AS line;
SELECT ok((SELECT bool_or(line ~ 'Partial (Hash|Group)Aggregate') FROM parallel), 'workers collect rows of groups');
SET LOCAL max_parallel_workers_per_gather = 0;
SELECT results_eq($$ SELECT id, md5(model) FROM by_group ORDER BY id $$,
    $$ SELECT id, md5(lstm_train_agg(at, value, '{"epochs": 1, "units": 1, "lookback": 2, "batch_size": 4096, "validation": 0}')) FROM grouped GROUP BY id ORDER BY id $$,
    'each group has the model that one process gives it');
SET LOCAL max_parallel_workers_per_gather = 2;
UPDATE large SET value = NULL WHERE at = '2024-01-01 00:07+00';
SELECT throws_like($$ SELECT lstm_train_agg(at, value, '{"epochs": 1, "units": 1, "lookback": 2, "missing": "error"}') FROM large $$,
    'column "value" of the aggregate''s input is NULL in row %', 'a NULL that a worker met is still a NULL');

-- groups that cannot be trained
CREATE TABLE shops AS SELECT shop, timestamptz '2024-01-01 00:00+00' + n * interval '1 day' AS at, CASE WHEN shop = 'b' AND n > 3 THEN 'NaN' ELSE (n % 7)::float8 END AS sold FROM unnest('{a,b,c}'::text[]) shop, generate_series(0, 59) n;
SET LOCAL max_parallel_workers_per_gather = 0;
SELECT throws_ok($$ SELECT shop, lstm_train_agg(at, sold, '{"epochs": 1, "missing": "error"}') FROM shops GROUP BY shop $$, '22000', NULL, 'a bad group is an error');
CREATE TABLE skipped AS SELECT shop, lstm_train_agg(at, sold, '{"epochs": 1, "missing": "error", "on_error": "skip"}') AS model FROM shops GROUP BY shop;
SELECT results_eq($$ SELECT shop, model IS NULL FROM skipped ORDER BY 1 $$, $$ VALUES ('a', false), ('b', true), ('c', false) $$, 'or NULL, where that is said');
SELECT is(s.model, a.model, 'and the others have their models') FROM skipped s, (SELECT lstm_train_agg(at, sold, '{"epochs": 1, "missing": "error"}') AS model FROM shops WHERE shop = 'c') a WHERE shop = 'c';
SELECT throws_ok($$ SELECT shop, lstm_train_agg(at, sold, '{"epochs": 1, "missing": "error", "on_error": "error"}') FROM shops GROUP BY shop $$, '22000', NULL, 'not where it is said that it is an error');
SELECT throws_ok($$ SELECT shop, lstm_train_agg(at, sold, '{"epoch": 1, "on_error": "skip"}') FROM shops GROUP BY shop $$, '22023', NULL, 'nor is a wrong option the failure of a group');
ALTER TABLE shops SET (parallel_workers = 2);
SET LOCAL max_parallel_workers_per_gather = 2;
SELECT throws_ok($$ SELECT shop, lstm_train_agg(at, sold, '{"epochs": 1, "missing": "error", "on_error": "skip"}') FROM shops GROUP BY shop $$, '22000', NULL, 'nor where parallel workers take part');

SELECT * FROM finish();
ROLLBACK;
