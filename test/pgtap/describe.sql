-- A model tells what is in it, and what it tells is enough to build it again.
BEGIN;
SET LOCAL client_min_messages = error;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lstm_forecast;

SELECT plan(219);

CREATE TABLE days (at date PRIMARY KEY, value float8, other float8);
INSERT INTO days SELECT date '2024-01-01' + i - 1, sin(i / 3.0) * 5 + i * 0.1, i * i % 11 FROM generate_series(1, 60) AS i;
CREATE TABLE models AS SELECT
    lstm_train('days', ARRAY['value', 'other'], lookback => 6, horizon => 2, options => '{"epochs": 7, "units": [3, 2],
        "architecture": "stacked", "seed": 42, "schedule": "cosine", "learning_rate": 0.01, "dropout": 0.25}') AS stacked,
    lstm_train('days', 'value', lookback => 6, options => '{"epochs": 3, "units": 4, "scale": "none", "normalize": "none", "deseasonalize": "none",
        "schedule": "constant", "learning_rate": 0.002, "validation": 0}') AS bare;

---- summary ----

SELECT results_eq($$ SELECT s.* FROM models, lstm_summary(stacked) AS s $$,
    $$ VALUES (1, 'lstm', '(None, 6, 3)', 72::bigint), (2, 'dropout', '(None, 6, 3)', 0), (3, 'lstm', '(None, 2)', 48),
              (4, 'dropout', '(None, 2)', 0), (5, 'dense', '(None, 4)', 12), (6, 'reshape', '(None, 2, 2)', 0) $$,
    'lstm_summary lists the layers with the shapes and parameters that Keras counts');
SELECT is((SELECT sum(parameters) FROM models, lstm_summary(stacked)), (SELECT (lstm_info(stacked)->>'parameters')::numeric FROM models),
    'lstm_info counts the same parameters');

---- info ----

SELECT is((SELECT array_agg(key ORDER BY key) FROM models, jsonb_object_keys(lstm_info(stacked)) AS key),
    '{aggregate,baseline_season,best_epoch,blend,calendar,candidates,channels,dependence,epochs,final_epochs,forecasts,holiday_inputs,holidays,horizon,imported,inputs,intervals,known_inputs,last_time,layers,lead,lookback,members,metrics,metrics_unit,missing,options,parameters,pretrained,relation,rows,scaling,season,seasons,seed,series,series_column,series_embedding,static_inputs,step,targets,time_column,time_zone,transform,tuned,validation_windows,version,windows}',
    'lstm_info has the keys that are documented');
SELECT is(lstm_info(stacked)->key, value, format('lstm_info knows %s', key))
FROM models, (VALUES ('relation', '"public.days"'::jsonb), ('time_column', '"at"'), ('targets', '["value", "other"]'),
    ('inputs', '["value", "other"]'), ('lookback', '6'), ('horizon', '2'), ('lead', '1'), ('step', '"1 day"'),
    ('last_time', '"2024-02-29"'), ('rows', '60'), ('windows', '53'), ('validation_windows', '10'), ('seed', '42'),
    ('epochs', '7'), ('imported', 'false'), ('pretrained', 'false'), ('version', '"1.1.0"')) AS v (key, value);
SELECT is(lstm_info(stacked)->'options'->key, value, format('lstm_info knows option %s', key))
FROM models, (VALUES ('schedule', '"cosine"'::jsonb), ('learning_rate', '0.01'), ('epochs', '7'), ('loss', '"mse"'),
    ('optimizer', '"adam"'), ('scale', '"standard"'), ('shuffle', 'true')) AS v (key, value);
SELECT is((SELECT extversion FROM pg_extension WHERE extname = 'lstm_forecast'), lstm_info(stacked)->>'version',
    'a model keeps the version that wrote it') FROM models;
SELECT ok((lstm_info(stacked)->>'best_epoch')::int BETWEEN 1 AND 7, 'the best epoch is one of them') FROM models;
SELECT is((SELECT array_agg(key ORDER BY key) FROM models, jsonb_object_keys(lstm_info(stacked)#>'{metrics,value}') AS key),
    '{drift,mean,network,repeat_last,seasonal_mean,seasonal_naive}', 'errors stand beside the baselines');
SELECT is((SELECT round((lstm_info(stacked)#>>'{metrics,other,repeat_last,mae}')::numeric, 6) FROM models),
    (SELECT round(avg(abs(later.other - known.other))::numeric, 6) FROM generate_series(49, 58) AS origin, generate_series(1, 2) AS k,
        LATERAL (SELECT other FROM days WHERE at = date '2023-12-31' + origin) AS known,
        LATERAL (SELECT other FROM days WHERE at = date '2023-12-31' + origin + k) AS later),
    'the error of repeat-last on the held-out windows is what SQL computes');
SELECT is((SELECT round((lstm_info(stacked)#>>'{scaling,other,offset}')::numeric, 6) FROM models),
    (SELECT round(avg(other)::numeric, 6) FROM days), 'scaling is by the mean of the rows');
SELECT is((SELECT round((lstm_info(stacked)#>>'{scaling,other,scale}')::numeric, 6) FROM models),
    (SELECT round(stddev_pop(other)::numeric, 6) FROM days), 'scaling is by the deviation of the rows');
SELECT is((SELECT lstm_info(bare)#>'{scaling,value}' FROM models), '{"offset": 0, "scale": 1}', 'scale none scales nothing');
SELECT is((SELECT lstm_info(bare)->'metrics' FROM models), '{}', 'without held-out rows there are no errors to tell');

SELECT is(lstm_info(lstm_train('days', 'value', lookback => 4, options => '{"epochs": 1, "units": 2, "blend": "none"}'::jsonb || options))->>'forecasts', said, format('forecasts of %s are told to be: %s', options, said))
FROM (VALUES ('{"loss": "mse"}'::jsonb, 'mean'), ('{"loss": "mae"}', 'median'), ('{"loss": "huber"}', 'between'), ('{"loss": "quantile"}', 'median'), ('{"loss": "gaussian"}', 'mean'),
    ('{"loss": "student_t"}', 'mean'), ('{"loss": "mse", "log": true, "lower_limit": -9}', 'median'), ('{"loss": "huber", "log": true, "lower_limit": -9}', 'median')) v (options, said);
SELECT is(lstm_info(lstm_train('days', 'value', lookback => 4, options => jsonb_build_object('candidates', candidates)))->>'forecasts', said, format('those of %s are told to be: %s', candidates, said))
FROM (VALUES ('["ets", "theta"]'::jsonb, 'mean'), ('["linear"]', 'mean'), ('["zero_shot"]', 'median')) v (candidates, said);
SELECT is(lstm_info(lstm_pretrained())->>'forecasts', 'median', 'the network that is shipped forecasts medians');
CREATE TABLE noise AS SELECT n, hashint4(n) % 1000 / 100.0 AS value FROM generate_series(1, 120) AS n;
SELECT is((SELECT string_agg(CASE WHEN (lstm_info(model)->'candidates'->name->>'weight')::float8 > 0 THEN 'weighs' ELSE 'is nothing' END, ', ') || ': ' || (lstm_info(model)->>'forecasts')
    FROM unnest(ARRAY['mean', 'zero_shot']) AS name), 'weighs, weighs: between', 'where means and medians are mixed, forecasts lie between them')
FROM (SELECT lstm_train('noise', 'value', 'n', lookback => 4, options => '{"candidates": ["mean", "zero_shot"]}') AS model) m;
CREATE TABLE wave AS SELECT n, 10 * sin(n * 0.5236) + hashint4(n) % 100 / 50.0 AS value FROM generate_series(1, 240) AS n;
SELECT is((SELECT format('%s: %s', (lstm_info(model)->'blend'->'value'->>'weight')::float8 < 1, lstm_info(model)->>'forecasts')), 't: between', 'so they do in a blend with a baseline')
FROM (SELECT lstm_train('wave', 'value', 'n', lookback => 24, options => '{"epochs": 1, "units": 2, "loss": "mae", "normalize": "none", "deseasonalize": "none", "blend": "auto"}') AS model) m;

---- history ----

SELECT is((SELECT array_agg(h.epoch ORDER BY h.epoch) FROM models, lstm_history(stacked) AS h),
    '{1,2,3,4,5,6,7}', 'the history has a row for each epoch');
SELECT ok((SELECT bool_and(rate < before OR before IS NULL) AND max(rate) <= 0.01 AND min(rate) >= 0 FROM
    (SELECT learning_rate AS rate, lag(learning_rate) OVER (ORDER BY epoch) AS before FROM models, lstm_history(stacked)) AS h),
    'along a cosine the learning rate falls from epoch to epoch');
SELECT results_eq($$ SELECT DISTINCT learning_rate FROM models, lstm_history(bare) $$, $$ VALUES (0.002::float8) $$,
    'a constant learning rate stays');
SELECT ok(count(*) = 5 AND bool_and(seconds >= 0) AND sum(seconds) < 60, 'with the option timing, epochs have seconds')
FROM (SELECT lstm_train('days', 'value', lookback => 3, options => '{"epochs": 5, "units": 2, "timing": true}') AS model) m,
    lstm_history(model);
SELECT ok((SELECT bool_and(validation_loss > 0 AND loss > 0 AND seconds IS NULL) FROM models, lstm_history(stacked)),
    'losses of training and of held-out windows are kept, and no clock readings');
SELECT ok((SELECT bool_and(validation_loss IS NULL) FROM models, lstm_history(bare)), 'without held-out windows there is no such loss');
CREATE TEMP TABLE chosen AS SELECT lstm_train('days', 'other', lookback => 6, options => '{"epochs": 12, "units": 8, "refit": false,
    "patience": 0, "learning_rate": 0.1}') AS model;
SELECT is((SELECT epoch FROM chosen, lstm_history(model) ORDER BY validation_loss, epoch LIMIT 1),
    (SELECT (lstm_info(model)->>'best_epoch')::int FROM chosen), 'without refit the best epoch is the one of the least held-out loss');

---- weights ----

SELECT results_eq($$ SELECT w.layer_no, w.layer, w.name, w.shape FROM models, lstm_weights(stacked) AS w $$,
    $$ VALUES (1, 'lstm', 'kernel', '{2,12}'::int[]), (1, 'lstm', 'recurrent_kernel', '{3,12}'), (1, 'lstm', 'bias', '{12}'),
              (3, 'lstm', 'kernel', '{3,8}'), (3, 'lstm', 'recurrent_kernel', '{2,8}'), (3, 'lstm', 'bias', '{8}'),
              (5, 'dense', 'kernel', '{2,4}'), (5, 'dense', 'bias', '{4}') $$,
    'lstm_weights lists the tensors of Keras'' get_weights(), in its order and shapes');
SELECT ok((SELECT bool_and(cardinality("values") = (SELECT round(exp(sum(ln(d)))) FROM unnest(shape) AS d))
    FROM models, lstm_weights(stacked)), 'each tensor has as many values as its shape says');
SELECT is((SELECT sum(cardinality("values")) FROM models, lstm_weights(stacked)),
    (SELECT sum(parameters)::bigint FROM models, lstm_summary(stacked)), 'together they are the parameters');
CREATE FUNCTION pg_temp.flat(model bytea) RETURNS real[] LANGUAGE sql AS
$$ SELECT array_agg(v ORDER BY w.ordinality, u.ordinality) FROM lstm_weights(model) WITH ORDINALITY AS w,
   unnest(w."values") WITH ORDINALITY AS u (v, ordinality) $$;
CREATE TEMP TABLE rebuilt AS SELECT bare, lstm_import(jsonb_build_object('input', jsonb_build_array(6, 1),
    'layers', lstm_info(bare)->'layers'), pg_temp.flat(bare)) AS again FROM models;
SELECT results_eq($$ SELECT step, forecast FROM rebuilt, lstm_predict(again, '{1,2,3,4,5,6}') $$,
    $$ SELECT step, forecast FROM rebuilt, lstm_predict(bare, '{1,2,3,4,5,6}') $$,
    'layers and weights imported again forecast the same, bit for bit');
SELECT is((SELECT array_agg(key ORDER BY key) FROM rebuilt, jsonb_object_keys(lstm_info(again)) AS key),
    '{aggregate,calendar,channels,holiday_inputs,holidays,horizon,imported,inputs,known_inputs,last_time,layers,lead,lookback,members,parameters,pretrained,relation,series,series_column,series_embedding,static_inputs,step,targets,time_column,time_zone,tuned,version}',
    'an imported model does not claim to know its training');
SELECT is(lstm_info(again)->'layers', lstm_info(bare)->'layers', 'layers survive the way out and in') FROM rebuilt;
SELECT is(lstm_info(again)->'targets', '["y1"]', 'outputs of an imported model are called y1, y2, ...') FROM rebuilt;
SELECT is_empty($$ SELECT h.* FROM rebuilt, lstm_history(again) AS h $$, 'an imported model has no history');
SELECT throws_ok($$ SELECT f.* FROM rebuilt, lstm_forecast(again) AS f $$, '22023', 'the model names no relation to read',
    'an imported model knows no relation');

---- presets ----

SELECT set_eq('SELECT name FROM lstm_presets()',
    ARRAY['vanilla', 'stacked', 'bidirectional', 'cnn_lstm', 'conv_lstm', 'encoder_decoder', 'segment', 'linear'], 'the presets are those of the design');
SELECT ok((SELECT bool_and(purpose ~ '^[A-Z].*\.$') FROM lstm_presets()), 'each preset says what it is for, in a sentence');
SELECT is((SELECT array_agg(s.layer_no || s.layer || s.output_shape || s.parameters ORDER BY layer_no)
           FROM lstm_summary(lstm_train('days', ARRAY['value', 'other'], lookback => 6, horizon => 2,
               options => jsonb_build_object('epochs', 1, 'channels', 'joint', 'architecture', name))) AS s),
          (SELECT array_agg(s.layer_no || s.layer || s.output_shape || s.parameters ORDER BY layer_no)
           FROM lstm_summary(lstm_train('days', ARRAY['value', 'other'], lookback => 6, horizon => 2,
               options => jsonb_build_object('epochs', 1, 'architecture', layers))) AS s),
    format('the layers that lstm_presets shows for %s are those that its name stands for', name))
FROM lstm_presets(6, 2, 2, 2);
SELECT throws_ok('SELECT * FROM lstm_presets(0)', '22023', 'lookback must be from 1 to 1048576, not 0',
    'a preset for no rows is refused');

---- options ----

SELECT ok((SELECT bool_and(meaning ~ '^[A-Z].*\.$' AND type <> '' AND "default" <> '') FROM lstm_options()),
    'each option has a type, a default and a meaning');
SELECT is((SELECT count(*) FROM lstm_options()), (SELECT count(DISTINCT name) FROM lstm_options()), 'each option is listed once');
-- the default, or where that is told in words the low end of the range
CREATE FUNCTION pg_temp.example(name text, type text, standard text, range text) RETURNS jsonb LANGUAGE sql AS $$
    SELECT CASE WHEN name = 'epochs' THEN '1' WHEN name = 'columns' THEN '["value", "other"]' WHEN name IN ('target', 'inputs') THEN '"value"'
                WHEN name = 'lookback' THEN '4' WHEN name = 'seed' THEN '7' WHEN name = 'architecture' THEN '"stacked"'
                WHEN name = 'difference' THEN '1' WHEN name = 'log' THEN 'false' WHEN name = 'candidates' THEN '["linear", "ets"]' WHEN name IN ('lower_limit', 'upper_limit') THEN '50'
                WHEN type IN ('integer', 'number', 'integer or array') THEN to_jsonb(split_part(range, ' to ', 1)::numeric)
                WHEN type = 'boolean' THEN 'true' WHEN type = 'string' THEN to_jsonb(split_part(range, ',', 1))
                ELSE to_jsonb(standard) END $$;
SELECT lives_ok(format($$ SELECT lstm_train_agg(ARRAY[value, other], '{"epochs": 1, "units": 2, "lookback": 3, "columns": ["value",
        "other"]}'::jsonb || %L ORDER BY at) FROM days $$,
    jsonb_build_object(name, pg_temp.example(name, type, "default", range))), format('option %s is taken as listed', name))
FROM lstm_options() WHERE name NOT IN ('step', 'max_time', 'init', 'series_embedding', 'quantiles', 'holidays');	-- no time, no model, no series, no relation, and levels are for one loss only
SELECT throws_ok(format($$ SELECT lstm_train('days', 'value', options => %L) $$, jsonb_build_object(name, '[null]'::jsonb)),
    '22023', NULL, format('option %s refuses what it cannot mean', name)) FROM lstm_options();
SELECT throws_ok(format($$ SELECT lstm_train('days', 'value', options => %L) $$,
    jsonb_build_object(name, split_part(range, ' to ', 2)::numeric * 2 + 1)), '22023', NULL,
    format('option %s refuses what is beyond its range', name))
FROM lstm_options() WHERE range LIKE '% to %';
SELECT results_eq($$ SELECT count(*) FROM lstm_options() WHERE meaning LIKE '%lstm_train_agg only.' $$, $$ VALUES (5::bigint) $$,
    'five options are parameters of lstm_train');
SELECT throws_ok(format($$ SELECT lstm_train('days', 'value', options => '{"%s": 1}') $$, name), '22023',
    format('"%s" is a parameter here, not an option', name), format('%s is no option of lstm_train', name))
FROM lstm_options() WHERE meaning LIKE '%lstm_train_agg only.';

---- the catalog ----

CREATE TEMP VIEW functions AS
    SELECT p.*, obj_description(p.oid, 'pg_proc') AS comment FROM pg_proc AS p
    JOIN pg_depend AS d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
    JOIN pg_extension AS e ON d.refclassid = 'pg_extension'::regclass AND e.oid = d.refobjid
    WHERE e.extname = 'lstm_forecast';
SELECT is_empty($$ SELECT oid::regprocedure FROM functions WHERE comment IS NULL OR comment = '' $$, 'every function has a comment');
SELECT is_empty($$ SELECT oid::regprocedure FROM functions WHERE proname !~ '^lstm_' $$, 'every function is called lstm_ something');
SELECT results_eq($$ SELECT DISTINCT provolatile::text, proparallel::text FROM functions
    WHERE proname IN ('lstm_train', 'lstm_backtest', 'lstm_tune', 'lstm_train_into', 'lstm_save', 'lstm_activate') $$, $$ VALUES ('v', 'u') $$,
    'what trains or stores is volatile and parallel unsafe');
SELECT results_eq($$ SELECT DISTINCT provolatile::text, proparallel::text FROM functions
    WHERE proname IN ('lstm_forecast', 'lstm_rolling', 'lstm_windows', 'lstm_evaluate', 'lstm_anomalies', 'lstm_load', 'lstm_baseline', 'lstm_impute', 'lstm_reconcile') $$,
    $$ VALUES ('s', 'r') $$,
    'functions that read a table are stable and parallel restricted');
SELECT results_eq($$ SELECT DISTINCT provolatile::text, proparallel::text FROM functions WHERE proname IN ('lstm_predict',
    'lstm_summary', 'lstm_info', 'lstm_history', 'lstm_weights', 'lstm_import', 'lstm_presets', 'lstm_options', 'lstm_build_info') $$,
    $$ VALUES ('s', 's') $$, 'functions of the model alone are stable and parallel safe');
SELECT is_empty($$ SELECT oid::regprocedure FROM functions WHERE proretset AND (procost <= 1 OR prorows = 1000)
    AND proname NOT IN ('lstm_rolling', 'lstm_windows', 'lstm_decompose', 'lstm_impute', 'lstm_anomalies', 'lstm_presets', 'lstm_options') $$, 'cost and rows of set-returning functions are set');
SELECT is_empty($$ SELECT oid::regprocedure FROM functions WHERE proname IN ('lstm_train', 'lstm_train_agg_final') AND procost < 100000 $$,
    'the planner knows that training is dear');
SELECT ok((SELECT bool_and(proisstrict) FROM functions WHERE proname IN ('lstm_summary', 'lstm_info', 'lstm_history', 'lstm_weights',
    'lstm_import', 'lstm_split_sequence')), 'functions of the model alone are strict');
SELECT ok((SELECT version <> '' AND blas_variant IN ('serial', 'none') AND kernels <> '' AND threads >= 1 FROM lstm_build_info()),
    'lstm_build_info tells what computes');

SELECT * FROM finish();
ROLLBACK;
