-- lstm_update goes on training with new rows, and never gives back what is worse on the newest of them.
BEGIN;
SET LOCAL client_min_messages = error;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lstm_forecast;
\i test/include/failure.sql

SELECT plan(50);

-- a wave whose level jumps when half of the rows have come
CREATE TABLE days (n int PRIMARY KEY, value float8);
INSERT INTO days SELECT n, 3 * sin(2 * pi() * n / 7) + hashint4(n) % 10 / 10.0 + CASE WHEN n > 200 THEN 20 ELSE 0 END FROM generate_series(1, 300) n;
CREATE VIEW old AS SELECT * FROM days WHERE n <= 200;
CREATE VIEW jumped AS SELECT * FROM days WHERE n <= 260;
CREATE FUNCTION pg_temp.trained(options jsonb) RETURNS bytea LANGUAGE sql AS $$
    SELECT lstm_train('old', 'value', 'n', horizon => 2, lookback => 7, options => '{"epochs": 10, "units": 8, "normalize": "none"}' || options) $$;
CREATE TABLE models AS SELECT 'one' AS name, pg_temp.trained('{}') AS model;
CREATE FUNCTION pg_temp.model() RETURNS bytea LANGUAGE sql AS $$ SELECT model FROM models WHERE name = 'one' $$;
CREATE TABLE updated AS SELECT * FROM lstm_update(pg_temp.model(), 'jumped', learning_rate => 0.005);

---- what comes back ----

SELECT is((SELECT count(*) FROM updated), 1::bigint, 'one row');
SELECT ok(accepted AND error < previous_error, 'after a jump it pays to go on training') FROM updated;
SELECT is(new_rows, 60::bigint, 'all rows after the last one of the model are new') FROM updated;
SELECT is(reason, 'better on the newest 29 forecasts', 'the newest half of them judges') FROM updated;
SELECT is(lstm_info(new_model)->>'last_time', '260', 'the new model knows the rows') FROM updated;
SELECT is(lstm_info(new_model)->>'rows', '260', 'the new model says how many new rows there were') FROM updated;
SELECT is(lstm_info(new_model)->>'validation_windows', '29', 'the new model says by how many forecasts it was judged') FROM updated;
SELECT is((SELECT count(*) FROM updated, lstm_history(new_model)), 5::bigint, 'the history of the new model is that of the update');
SELECT is((lstm_info(new_model)->>'final_epochs')::int, (lstm_info(pg_temp.model())->>'final_epochs')::int + 5, 'the weights of the new model went through more epochs') FROM updated;
SELECT is(lstm_info(new_model) - '{rows,windows,last_time,epochs,best_epoch,final_epochs,validation_windows,metrics,intervals}'::text[],
    lstm_info(pg_temp.model()) - '{rows,windows,last_time,epochs,best_epoch,final_epochs,validation_windows,metrics,intervals}'::text[], 'all else is as it was') FROM updated;
SELECT ok(bool_and(f.forecast BETWEEN 16 AND 25), 'both models forecast from the new level') FROM updated,
    LATERAL (SELECT forecast FROM lstm_forecast(new_model, relation => 'jumped') UNION ALL SELECT forecast FROM lstm_forecast(pg_temp.model(), relation => 'jumped')) f;
SELECT ok(bool_and(width > 20), 'within bounds as wide as that level lies beyond the one that was learned') FROM updated,
    LATERAL (SELECT upper_bound - lower_bound AS width FROM lstm_forecast(new_model, relation => 'jumped') UNION ALL SELECT upper_bound - lower_bound FROM lstm_forecast(pg_temp.model(), relation => 'jumped')) f;
SELECT ok(new_model = (SELECT u.new_model FROM lstm_update(pg_temp.model(), 'jumped', learning_rate => 0.005) u), 'the same rows give the same model') FROM updated;

---- new errors stand beside the old ones, in their unit ----

-- in thousands an error is hundreds, but never more than a few normal standard deviations, which bounds are told in
CREATE VIEW old_thousands AS SELECT n, 1000 * value AS value FROM old;
CREATE VIEW jumped_thousands AS SELECT n, 1000 * value AS value FROM jumped;
SELECT ok(accepted AND (lstm_export(new_model) #>> '{errors,of_steps_and_targets,0,errors,20}')::float8 > 10,
    'where the pretrained network makes bounds with others, new errors are in the unit of the target too')
FROM lstm_update(lstm_train('old_thousands', 'value', 'n', horizon => 2, options => '{"candidates": ["network", "zero_shot"]}'), 'jumped_thousands');

---- both errors are those that lstm_evaluate finds ----

SELECT is(round(previous_error::numeric, 9), (SELECT round(value::numeric, 9) FROM lstm_evaluate(pg_temp.model(), 'jumped', first_origin => 230) WHERE metric = 'mase'),
    'previous_error is the mase of the model on the newest half of the new rows') FROM updated;
SELECT is((lstm_info(new_model)->'metrics'->'value'->'network'->>'mae')::numeric(12, 6),
    (error * (SELECT avg(abs(a.value - b.value)) FROM days a JOIN days b ON b.n = a.n - (lstm_info(new_model)->>'season')::int WHERE a.n <= 230))::numeric(12, 6),
    'error is that of the weights before the last rows were trained on') FROM updated;

---- what is worse is not kept ----

CREATE VIEW went_on AS SELECT n, CASE WHEN n > 200 THEN value - 20 ELSE value END AS value FROM days WHERE n <= 260;
CREATE TABLE refused AS SELECT * FROM lstm_update(pg_temp.model(), 'went_on', learning_rate => 50);
SELECT ok(NOT accepted AND error > previous_error AND reason LIKE 'worse on the newest 29 %', 'steps that are too long make it worse') FROM refused;
SELECT ok(new_model = pg_temp.model(), 'a model stays as it was where an update makes it worse') FROM refused;
CREATE VIEW few AS SELECT * FROM days WHERE n <= 220;
SELECT ok(NOT accepted AND error IS NULL AND previous_error IS NULL AND new_model = pg_temp.model(), 'a model stays as it was where new rows are too few') FROM lstm_update(pg_temp.model(), 'few');
SELECT is(reason, 'too few new rows to judge: 20 rows allow 9 forecasts, but 10 are needed', 'an update for which new rows are too few says so') FROM lstm_update(pg_temp.model(), 'few');
SELECT ok(NOT accepted AND new_rows = 0, 'a model stays as it was where there are no new rows') FROM lstm_update(pg_temp.model());

---- nothing leaks: rows that judge have no part in the weights that they judge ----

CREATE VIEW poisoned AS SELECT n, CASE WHEN n > 230 THEN value + sin(n) ELSE value END AS value FROM days WHERE n <= 260;
SELECT results_eq($$ SELECT loss FROM lstm_update(pg_temp.model(), 'poisoned', learning_rate => 0.005), lstm_history(new_model) WHERE accepted $$,
    $$ SELECT loss FROM lstm_update(pg_temp.model(), 'jumped', learning_rate => 0.005), lstm_history(new_model) $$, 'the losses before the judgement do not know the rows that judge');

---- parameters ----

SELECT is((SELECT count(*) FROM lstm_update(pg_temp.model(), 'jumped', epochs => 2, learning_rate => 0.005), lstm_history(new_model)), 2::bigint, 'epochs');
SELECT ok(u.error <> updated.error, 'rehearsal: without old rows it comes out otherwise') FROM updated, lstm_update(pg_temp.model(), 'jumped', learning_rate => 0.005, rehearsal => 0) u;
SELECT ok(u.error <> updated.error, 'with fewer old rows an update comes out otherwise') FROM updated, lstm_update(pg_temp.model(), 'jumped', learning_rate => 0.005, rehearsal => 1) u;
SELECT is_empty($$ SELECT * FROM lstm_update(NULL) $$, 'no model, no row');
SELECT is(pg_temp.failure($$ SELECT lstm_update(pg_temp.model(), 'jumped', epochs => 0) $$), '22023: epochs must be from 1 to 1000000, not 0', 'no epochs');
SELECT is(pg_temp.failure($$ SELECT lstm_update(pg_temp.model(), 'jumped', learning_rate => 'NaN') $$), '22023: learning_rate must be above 0 and at most 100, not NaN', 'no learning rate');
SELECT is(pg_temp.failure($$ SELECT lstm_update(pg_temp.model(), 'jumped', rehearsal => -1) $$), '22023: rehearsal must be from 0 to 1000000, not -1', 'fewer than no rows');
SELECT is(pg_temp.failure($$ SELECT lstm_update(lstm_import('{"input": [3, 1], "layers": [{"type": "dense", "units": 1}]}', array_fill(0::real, ARRAY[6])), 'old') $$) ~ '^22023|^22004|^42', true, 'imported weights');
SELECT is(pg_temp.failure($$ SELECT lstm_update((SELECT lstm_train_agg(value, '{"lookback": 7, "epochs": 1}' ORDER BY n) FROM old), 'jumped') $$) ~ '^22023', true, 'rows without a time cannot be told to be new');
SELECT is(pg_temp.failure($$ SELECT lstm_update('\x00') $$) ~ '^22P03', true, 'bytes that are no model');

---- ensembles, quantiles, known inputs, several series ----

SELECT ok(accepted AND lstm_info(new_model)->>'members' = '2', 'an ensemble goes on as one')
FROM lstm_update(pg_temp.trained('{"ensemble": 2}'), 'jumped', learning_rate => 0.005);
SELECT is((SELECT count(*) FROM lstm_update(pg_temp.trained('{"loss": "quantile"}'), 'jumped', learning_rate => 0.005) u, lstm_forecast(u.new_model, relation => 'jumped') f
    WHERE accepted AND lower_bound < forecast AND forecast < upper_bound), 2::bigint, 'quantiles go on too');
CREATE TABLE shops AS SELECT s AS shop, n, 10 * s + 3 * sin(2 * pi() * n / 7) + n % s + hashint4(n * 5 + s) % 100 / 200.0 AS sold, s % 2 = 0 AS big FROM generate_series(1, 4) s, generate_series(1, 120 + s) n;
CREATE VIEW shops_old AS SELECT * FROM shops WHERE n <= 80 AND shop < 4;
CREATE TABLE shops_model AS SELECT lstm_train('shops_old', 'sold', 'n', 'shop', horizon => 2, lookback => 7, static_inputs => '{big}',
    options => '{"epochs": 3, "series_embedding": true}') AS model;
CREATE TABLE shops_updated AS SELECT * FROM shops_model, lstm_update(model, 'shops', learning_rate => 0.002);
SELECT ok(accepted AND new_rows = 41 + 42 + 43 + 44, 'the rows after the last one that the model knows are new, in any series') FROM shops_updated;
SELECT is(lstm_info(new_model)->>'series', '3', 'the model keeps the series that it knows') FROM shops_updated;
SELECT is((SELECT count(*) FROM shops_updated, lstm_forecast(new_model, relation => 'shops') f WHERE f.forecast IS NOT NULL), 8::bigint, 'the model forecasts a new series from its own rows');
CREATE VIEW shops_few AS SELECT * FROM shops WHERE n <= 82 AND shop < 4;
SELECT is(reason, 'too few new rows to judge: a series needs 4, twice the horizon, but 6 rows of 3 series are new', 'what each of several series needs is said')
FROM shops_model, lstm_update(model, 'shops_few');
CREATE TABLE sales AS SELECT n, n % 3 AS price, 10.0 - n % 3 + sin(n) AS sold FROM generate_series(1, 200) n;
CREATE VIEW sales_old AS SELECT * FROM sales WHERE n <= 120;
CREATE VIEW sales_now AS SELECT n, price, CASE WHEN n <= 180 THEN sold END AS sold FROM sales;
SELECT is((SELECT count(*) FROM lstm_update(lstm_train('sales_old', 'sold', 'n', horizon => 3, lookback => 6, known_inputs => '{price}', options => '{"epochs": 3}'),
    'sales_now', learning_rate => 0.002) u, lstm_forecast(u.new_model, relation => 'sales_now') WHERE u.accepted AND u.new_rows = 60), 3::bigint, 'what is known ahead stays known ahead');

---- the option init: a training that begins with the weights of another ----

CREATE FUNCTION pg_temp.begun(options jsonb, which text DEFAULT 'one') RETURNS bytea LANGUAGE sql AS $$
    SELECT lstm_train('old', 'value', 'n', horizon => 2, options => jsonb_build_object('init', model) || options) FROM models WHERE name = which $$;
SELECT cmp_ok((SELECT max(abs(x.a - x.b)) FROM lstm_weights(pg_temp.begun('{"learning_rate": 1e-10, "epochs": 1}')) a JOIN lstm_weights(pg_temp.model()) b USING (layer_no, name),
    unnest(a."values", b."values") AS x (a, b)), '<', 1e-7::real, 'with steps of nothing the weights stay those of the other model');
SELECT results_eq($$ SELECT lstm_info(pg_temp.begun('{"epochs": 1}'))->k FROM unnest('{layers,lookback,normalize}'::text[]) k $$,
    $$ SELECT lstm_info(pg_temp.model())->k FROM unnest('{layers,lookback,normalize}'::text[]) k $$, 'what was left open is as it was there');
SELECT cmp_ok((SELECT loss FROM lstm_history(pg_temp.begun('{"epochs": 1}'))), '<', (SELECT loss FROM lstm_history(pg_temp.model()) WHERE epoch = 1), 'a training with init begins where the other ended');
SELECT is((SELECT count(DISTINCT "values") FROM lstm_weights(pg_temp.begun('{"epochs": 1, "ensemble": 2}')) WHERE name = 'kernel' AND layer_no = 1), 1::bigint, 'an ensemble can begin with one network');
INSERT INTO models SELECT 'embedded', lstm_train('shops_old', 'sold', 'n', 'shop', lookback => 7, options => '{"epochs": 1, "units": 3, "series_embedding": true}');
CREATE FUNCTION pg_temp.embedded(relation regclass) RETURNS bytea LANGUAGE sql AS $$
    SELECT lstm_train(relation, 'sold', 'n', 'shop', options => jsonb_build_object('init', model, 'epochs', 1, 'series_embedding', true)) FROM models WHERE name = 'embedded' $$;
SELECT is((SELECT lstm_info(pg_temp.embedded('shops_old'))->>'series'), '3', 'series that both trainings know keep their vectors');
CREATE VIEW shops_other AS SELECT shop + 1 AS shop, n, sold FROM shops_old;
SELECT is(pg_temp.failure($$ SELECT pg_temp.embedded('shops_other') $$), E'22023: the model in option "init" was trained on other values of column "shop"\nHINT: Train on the same series and categories, or use lstm_update().', 'series that the model before does not know have no vector');
SELECT is(pg_temp.failure($$ SELECT pg_temp.begun('{"units": 7}') $$) ~ '^22023: the model in option "init" has a different network', true, 'another network has other weights');
SELECT is(pg_temp.failure($$ SELECT lstm_train('old', 'value', 'n', horizon => 3, options => jsonb_build_object('init', model)) FROM models WHERE name = 'one' $$)
    ~ '^22023: the model in option "init" has a different network', true, 'another horizon has other weights');
SELECT is(pg_temp.failure($$ SELECT lstm_train('old', 'value', 'n', options => '{"init": "\\x00"}') $$) ~ '^22P03', true, 'bytes that are no model');
SELECT is((SELECT lstm_info(lstm_train('old', 'value', 'n', lookback => 2, options => jsonb_build_object('epochs', 1, 'init', lstm_import(
    '{"input": [2, 1], "layers": [{"type": "lstm", "units": 1}, {"type": "dense", "units": 1}]}', array_fill(0.5::real, ARRAY[14])))))->'options'->>'learning_rate'),
    '0.002', 'an imported model has no learning rate to go on with');
SELECT is((SELECT count(*) FROM pg_ls_dir('/proc/' || pg_backend_pid() || '/task')), 1::bigint, 'no thread is left');

SELECT * FROM finish();
ROLLBACK;
