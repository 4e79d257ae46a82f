-- lstm_average_agg makes one model of many of the same network, and takes nothing that has no mean.
BEGIN;
SET LOCAL client_min_messages = error;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lstm_forecast;
\i test/include/failure.sql

SELECT plan(71);

-- nine sensors, three at each node
CREATE TABLE readings AS
SELECT i % 3 AS node, 's' || i AS sensor, h AS n, (10 + i) * (2 + sin(2 * pi() * h / 12 + i)) + hashint4(h * 31 + i) % 10 / 20.0 AS value, i AS size,
    CASE WHEN i < 5 THEN 'small' ELSE 'large' END AS kind
FROM generate_series(1, 9) i, generate_series(1, 150) h;
CREATE VIEW node0 AS SELECT * FROM readings WHERE node = 0;
CREATE VIEW node1 AS SELECT * FROM readings WHERE node = 1 AND n <= 120;
CREATE VIEW node2 AS SELECT * FROM readings WHERE node = 2 AND n > 50;
CREATE FUNCTION pg_temp.trained(node int, options jsonb DEFAULT '{}', horizon int DEFAULT 2, lookback int DEFAULT 12, statics text[] DEFAULT NULL) RETURNS bytea
LANGUAGE sql AS $$ SELECT lstm_train(('node' || node)::regclass, 'value', 'n', 'sensor', horizon => horizon, lookback => lookback, static_inputs => statics,
    options => '{"epochs": 3, "units": 4, "normalize": "last", "deseasonalize": "none"}' || options) $$;
CREATE TABLE models AS SELECT node, pg_temp.trained(node) AS model FROM generate_series(0, 2) node;
CREATE TABLE average AS SELECT lstm_average_agg(model ORDER BY node) AS model FROM models;
CREATE FUNCTION pg_temp.flat(model bytea) RETURNS TABLE (place bigint, value float8) LANGUAGE sql AS $$
    SELECT row_number() OVER (ORDER BY layer_no, w.place, v.place), v.value::float8
    FROM lstm_weights(model) WITH ORDINALITY AS w (layer_no, layer, name, shape, "values", place), unnest(w."values") WITH ORDINALITY AS v (value, place) $$;
CREATE FUNCTION pg_temp.number(model bytea, VARIADIC path text[]) RETURNS float8 LANGUAGE sql AS $$ SELECT (lstm_info(model)#>>path)::float8 $$;
-- The largest difference of a model's weights from the mean of those in models, by weights of an expression in SQL.
CREATE FUNCTION pg_temp.off(average bytea, weight text) RETURNS float8 LANGUAGE plpgsql AS $$
DECLARE
    result float8;
BEGIN
    EXECUTE format('SELECT max(abs(a.value - m.value)) FROM pg_temp.flat($1) a JOIN (SELECT place, sum(value * w) / sum(w) AS value
        FROM (SELECT model, node, (%s)::float8 AS w FROM models) m, pg_temp.flat(model) GROUP BY place) m USING (place)', weight)
    INTO result USING average;
    RETURN result;
END $$;

---- the mean ----

SELECT cmp_ok(pg_temp.off(model, 'pg_temp.number(model, ''windows'')'), '<', 1e-7::float8, 'weights are means, by the windows of each model') FROM average;
SELECT cmp_ok(pg_temp.off(model, '1'), '>', 1e-4::float8, 'means by the windows of each model are not those of equal weights') FROM average;
SELECT cmp_ok(pg_temp.off((SELECT lstm_average_agg(model, 1) FROM models), '1'), '<', 1e-7::float8, 'weights can be given');
SELECT cmp_ok(pg_temp.off((SELECT lstm_average_agg(model, node + 0.5) FROM models), 'node + 0.5'), '<', 1e-7::float8, 'each model can be given a weight of its own');
SELECT ok((SELECT lstm_average_agg(model, 2) FROM models) = (SELECT lstm_average_agg(model, 1) FROM models), 'only the ratio of the weights counts');
SELECT is((SELECT lstm_average_agg(model) FROM models WHERE false), NULL, 'of no model there is none');
SELECT is((SELECT lstm_average_agg(NULL::bytea) FROM models), NULL, 'of NULL there is no mean');
SELECT ok((SELECT lstm_average_agg(m ORDER BY node) FROM (SELECT node, model AS m FROM models UNION ALL SELECT -1, NULL) x) = model, 'NULLs are ignored') FROM average;
SELECT ok((SELECT lstm_average_agg(model, w ORDER BY node) FROM (SELECT *, CASE WHEN node > 0 THEN 1 END AS w FROM models) x) =
    (SELECT lstm_average_agg(model, 1 ORDER BY node) FROM models WHERE node > 0), 'NULL as a weight leaves a model out');
SELECT is((SELECT string_agg(value::text, ' ' ORDER BY place) FROM pg_temp.flat((SELECT lstm_average_agg(a.model, w) FROM models a, generate_series(1, 5) w WHERE node = 0))),
    (SELECT string_agg(value::text, ' ' ORDER BY place) FROM models, pg_temp.flat(model) WHERE node = 0), 'the mean of the same models is that model');
SELECT is(pg_temp.number((SELECT lstm_average_agg(pg_temp.trained(node, '{"ensemble": 2, "epochs": 1}')) FROM models), 'members'), 2::float8, 'means of ensembles are ensembles');
SELECT ok(count(*) = 3 AND bool_and(average IS NOT NULL), 'lstm_average_agg works with OVER') FROM (SELECT lstm_average_agg(model) OVER (ORDER BY node) AS average FROM models) o;

---- what the average says of itself ----

SELECT is(pg_temp.number(model, key), (SELECT sum(pg_temp.number(m.model, key)) FROM models m), format('%s are those of all models', key))
FROM average, unnest('{rows,windows,validation_windows,series}'::text[]) AS key;
SELECT is(pg_temp.number(model, 'last_time'), 150::float8, 'the last time is the newest') FROM average;
SELECT is(lstm_info(model)->>'relation', NULL, 'models of several relations have none together') FROM average;
SELECT is((SELECT lstm_info(lstm_average_agg(model))->>'relation' FROM (SELECT model FROM models, generate_series(1, 2) WHERE node = 0) m), 'public.node0',
    'models of one keep it');
SELECT is_empty('SELECT h.* FROM average, lstm_history(model) h', 'an average has no history');
SELECT ok(abs(pg_temp.number(model, 'metrics', 'value', f, 'mae') - (SELECT sum(pg_temp.number(m.model, 'metrics', 'value', f, 'mae') * pg_temp.number(m.model, 'validation_windows'))
    / sum(pg_temp.number(m.model, 'validation_windows')) FROM models m)) < 1e-9, format('the error of %s is that on the held-out windows of all models', f))
FROM average, unnest('{network,repeat_last,mean}'::text[]) f;
SELECT is((SELECT count(DISTINCT series) FROM average, lstm_forecast(model, relation => 'readings') WHERE status IS NULL OR status <> 'new'), 9::bigint, 'an average knows all series');
SELECT is((SELECT lstm_info(model)->'scaling' FROM average), (SELECT lstm_info(lstm_average_agg(model ORDER BY node DESC))->'scaling' FROM models), 'in whatever order they came');
SELECT ok(bool_and(abs(f.forecast - g.forecast) < 1e-6), 'a series is scaled as its own model did')
FROM average a, lstm_forecast((SELECT lstm_average_agg(model, CASE node WHEN 0 THEN 1e90 ELSE 1e-90 END) FROM models), relation => 'node0') f
JOIN LATERAL (SELECT g.* FROM models, lstm_forecast(model, relation => 'node0') g WHERE node = 0) g USING (series, step);

---- intervals ----

-- how wide bounds of a model are at a level, in units of its series
CREATE FUNCTION pg_temp.width(model bytea, level float8) RETURNS float8 LANGUAGE sql AS $$
    SELECT upper_bound - lower_bound FROM lstm_forecast(model, relation => 'node0', level => level) WHERE series = 's3' AND step = 1 $$;
-- averages in which one model counts, which know all series
CREATE TABLE dominated AS SELECT n, lstm_average_agg(model, CASE node WHEN n THEN 1e90 ELSE 1e-90 END) AS model FROM models, generate_series(0, 2) n GROUP BY n;
SELECT ok(pg_temp.width(a.model, 0.9) > min(pg_temp.width(d.model, 0.9)) AND pg_temp.width(a.model, 0.9) < max(pg_temp.width(d.model, 0.9)),
    'bounds are between those of the models') FROM average a, dominated d GROUP BY a.model;
SELECT ok(abs(pg_temp.width((SELECT lstm_average_agg(model) FROM models WHERE node = 0), 0.9) - pg_temp.width(model, 0.9)) < 1e-9, 'bounds of one model stay')
FROM models WHERE node = 0;
SELECT is((SELECT lstm_info(lstm_average_agg(model))->'intervals'->>'steps' FROM (SELECT pg_temp.trained(1, '{"validation": 0}') AS model UNION ALL
    SELECT model FROM models WHERE node = 0) m), (SELECT lstm_info(model)->'intervals'->>'steps' FROM models WHERE node = 0), 'a model without errors takes none away');

---- rounds ----

CREATE FUNCTION pg_temp.round(model bytea, options jsonb) RETURNS bytea LANGUAGE sql AS $$
    SELECT lstm_average_agg(pg_temp.trained(node, options || jsonb_build_object('init', model)) ORDER BY node) FROM generate_series(0, 2) node $$;
CREATE TABLE measured AS SELECT pg_temp.round(model, '{"epochs": 0}') AS model FROM average;
SELECT is((SELECT string_agg(value::text, ' ' ORDER BY place) FROM measured, pg_temp.flat(model)), (SELECT string_agg(value::text, ' ' ORDER BY place) FROM average, pg_temp.flat(model)),
    'a round of no epochs leaves the weights');
SELECT ok(abs(pg_temp.number(model, 'metrics', 'value', 'network', 'mae') - (SELECT sum(pg_temp.number(m, 'metrics', 'value', 'network', 'mae') * pg_temp.number(m, 'validation_windows')) /
    sum(pg_temp.number(m, 'validation_windows')) FROM (SELECT pg_temp.trained(node, jsonb_build_object('init', a.model, 'epochs', 0)) AS m FROM average a, generate_series(0, 2) node) t)) < 1e-9,
    'a round of no epochs measures the average itself') FROM measured;
SELECT isnt(pg_temp.number(model, 'metrics', 'value', 'network', 'mae'), (SELECT pg_temp.number(model, 'metrics', 'value', 'network', 'mae') FROM average),
    'the error of an average is not that of the models it was made of') FROM measured;
SELECT cmp_ok(pg_temp.number(pg_temp.round(pg_temp.round(pg_temp.round(m.model, '{"epochs": 10}'), '{"epochs": 10}'), '{"epochs": 0}'), 'metrics', 'value', 'network', 'mae'), '<',
    pg_temp.number(m.model, 'metrics', 'value', 'network', 'mae') / 2, 'rounds make it better') FROM measured m;

-- of a column without any season, beside which the other models measure by theirs
CREATE VIEW node3 AS SELECT sensor, n, hashint4(n * 7 + length(sensor)) % 100 AS value FROM readings WHERE sensor IN ('s1', 's2');
CREATE TABLE seasonal AS SELECT pg_temp.trained(0, '{"normalize": "season_mean"}') AS model;
SELECT lives_ok($$ SELECT lstm_average_agg(m) FROM (SELECT model AS m FROM seasonal UNION ALL SELECT pg_temp.trained(3, jsonb_build_object('normalize', 'season_mean', 'init', model))
    FROM seasonal) m $$, 'a model goes on with the season that it began with');

---- the scaling of another model ----

SELECT is(pg_temp.failure($$ SELECT lstm_average_agg(pg_temp.trained(node, '{}', 2, 12, '{size}')) FROM models $$),
    E'22023: models that differ in scaling cannot be averaged\nDETAIL: One model has standard, another has the same method with other numbers.\nHINT: Give a series_column, so that each series has its own scaling, or set "scale" to "init" together with option "init".',
    'a column that all series share must be scaled alike');
CREATE TABLE sized AS SELECT pg_temp.trained(0, '{}', 2, 12, '{size}') AS model;
SELECT lives_ok($$ SELECT lstm_average_agg(pg_temp.trained(node, jsonb_build_object('init', s.model, 'scale', 'init'), 2, 12, '{size}')) FROM sized s, models $$,
    'option scale can take the scaling of the first model');
SELECT is(lstm_info(pg_temp.trained(0, jsonb_build_object('init', m.model, 'scale', 'init', 'validation', 0)))->'scaling', lstm_info(m.model)->'scaling', 'known series keep their scaling') FROM models m WHERE node = 0;
SELECT is(lstm_info(pg_temp.trained(1, jsonb_build_object('init', m.model, 'scale', 'init')))->'scaling', lstm_info(o.model)->'scaling', 'series that the first model does not know have a scaling of their own')
FROM models m, models o WHERE m.node = 0 AND o.node = 1;
CREATE VIEW one AS SELECT n, value FROM readings WHERE sensor = 's1';
CREATE VIEW early AS SELECT * FROM one WHERE n <= 100;
CREATE TABLE alone AS SELECT lstm_train('early', 'value', 'n', lookback => 6, options => '{"epochs": 2, "units": 3}') AS model;
SELECT is(lstm_info(lstm_train('one', 'value', 'n', lookback => 6, options => jsonb_build_object('init', model, 'scale', 'init', 'epochs', 2)))->'scaling', lstm_info(model)->'scaling',
    'a series without a name keeps its scaling') FROM alone;
SELECT isnt(lstm_info(lstm_train('one', 'value', 'n', lookback => 6, options => jsonb_build_object('init', model, 'epochs', 2)))->'scaling', lstm_info(model)->'scaling',
    'without a model to take it from the scaling is that of the rows') FROM alone;
SELECT is(pg_temp.failure($$ SELECT lstm_average_agg(m) FROM (SELECT lstm_train('one', 'value', 'n', lookback => 6, options => jsonb_build_object('init', model, 'epochs', 2)) AS m
    FROM alone UNION ALL SELECT model FROM alone) m $$), E'22023: models that differ in scaling cannot be averaged\nDETAIL: One model has standard, another has the same method with other numbers.\nHINT: Give a series_column, so that each series has its own scaling, or set "scale" to "init" together with option "init".',
    'models that are scaled otherwise have no mean');
SELECT is(pg_temp.failure($$ SELECT lstm_train('early', 'value', 'n', lookback => 6, options => jsonb_build_object('init', model, 'scale', 'init', 'log', true)) FROM alone $$),
    E'22023: option "scale" cannot be init here\nDETAIL: The model in option "init" has other columns, or takes logarithms of other columns.\nHINT: Give the columns and options of the model, or leave scale out.',
    'numbers are no scaling of logarithms');
SELECT is(pg_temp.failure(format('SELECT lstm_train(%L, %L, options => %L)', 'one', 'value', o)), e, format('%s needs a model to begin with', o)) FROM (VALUES
    ('{"scale": "init"}', E'22023: option "scale" cannot be init here\nDETAIL: This value is for a training that starts from a model.\nHINT: Give the model in option "init".'),
    ('{"epochs": 0}', E'22023: option "epochs" cannot be 0 here\nDETAIL: This value is for a training that starts from a model.\nHINT: Give the model in option "init".')) v (o, e);

---- what has no mean ----

SELECT is(pg_temp.failure(format('SELECT lstm_average_agg(m) FROM (SELECT model AS m FROM models WHERE node = 0 UNION ALL SELECT pg_temp.trained(1, %s)) m', call)),
    format(E'22023: models that differ in %s cannot be averaged\nDETAIL: One model has %s.\nHINT: %s', what, which, hint), format('models of another %s', what))
FROM (VALUES
    ($$ '{}', 3 $$, 'windows', 'lookback 12, horizon 2 and lead 1, another has lookback 12, horizon 3 and lead 1', 'Train'),
    ($$ '{}', 2, 13 $$, 'windows', 'lookback 12, horizon 2 and lead 1, another has lookback 13, horizon 2 and lead 1', 'Train'),
    ($$ '{"units": 5}' $$, 'network', '2 layers with 106 weights, another has 2 layers with 152 weights', 'Train'),
    ($$ '{"ensemble": 2}' $$, 'ensemble', '1 networks, another has 2 networks', 'Train'),
    ($$ '{"loss": "huber"}' $$, 'loss', 'mae, another has huber', 'Train'),
    ($$ '{"log": true}' $$, 'transform', 'one setting of difference, log, limits and channels, another has a different one', 'Train'),
    ($$ '{"normalize": "season_mean"}' $$, 'normalize', 'last, another has season_mean over 12 rows', 'Train'),
    ($$ '{"scale": "minmax"}' $$, 'scaling', 'standard, another has minmax', 'Give'),
    ($$ '{"missing": "linear"}' $$, 'missing', 'auto, another has linear', 'Train'),
    ($$ '{}', 2, 12, '{size}' $$, 'columns', '"value", by "n", series by "sensor", another has "value", "size", by "n", series by "sensor"', 'Train')) v (call, what, which, start),
    LATERAL (SELECT CASE start WHEN 'Train' THEN 'Train all models alike, starting from the weights of the same model with option "init".' ELSE
        'Give a series_column, so that each series has its own scaling, or set "scale" to "init" together with option "init".' END AS hint) h;
CREATE VIEW late AS SELECT * FROM readings WHERE node = 0 AND n > 40;
SELECT matches(pg_temp.failure($$ SELECT lstm_average_agg(m) FROM (SELECT model AS m FROM models WHERE node = 0 UNION ALL SELECT lstm_train('late', 'value', 'n', 'sensor',
    horizon => 2, lookback => 12, options => '{"epochs": 3, "units": 4, "normalize": "last", "deseasonalize": "none"}')) m $$), '^22023: two models scale column "value" of series "s[369]" differently
DETAIL: One model subtracts .* and divides by .*, the other .*
HINT: Train on all rows of a series in one place, or set "scale" to "init" together with option "init"', 'two scalings of one series');
SELECT matches(pg_temp.failure($$ SELECT lstm_average_agg(pg_temp.trained(node, '{"series_embedding": true}')) FROM models $$), '^22023: models that differ in categories cannot be averaged.*series_embedding out',
    'a network that knows its series by number');
SELECT is(pg_temp.failure(format('SELECT lstm_average_agg(model, %L::float8) FROM models', weight)),
    format(E'22023: the weight of a model must be above 0 and finite, not %s\nDETAIL: Weights range from 1e-100 to 1e+100.\nHINT: Leave models out with FILTER.', shown), format('a weight of %s', weight))
FROM (VALUES ('0', '0'), ('-1', '-1'), ('NaN', 'NaN'), ('Infinity', 'Infinity'), ('1e101', '1e+101')) v (weight, shown);
CREATE TABLE imported AS SELECT lstm_import('{"input": [3, 1], "layers": [{"type": "lstm", "units": 1}, {"type": "dense", "units": 1}]}', array_fill(n::real, ARRAY[14])) AS model
FROM generate_series(1, 2) n;
SELECT is(pg_temp.failure('SELECT lstm_average_agg(model) FROM imported'),
    E'22023: the model does not record on how many windows it was trained\nHINT: Give a weight as the second argument.', 'imported models have no weight of their own');
SELECT is((SELECT DISTINCT value FROM pg_temp.flat((SELECT lstm_average_agg(model, 1) FROM imported))), 1.5::float8, 'with weights, they have a mean');

---- hostile ----

SELECT is(pg_temp.failure(format('SELECT lstm_average_agg(m) FROM (SELECT model AS m FROM models UNION ALL SELECT %s FROM models) m', bytes)) ~ '^22P03', true, format('bytes that are no model: %s', bytes))
FROM (VALUES ($$'\x'::bytea$$), ($$'\xdeadbeef'::bytea$$), ('substring(model, 1, length(model) - 1)'), ('set_byte(model, 300, get_byte(model, 300) # 1)')) v (bytes);

---- in parallel ----

CREATE TABLE many AS SELECT n, model FROM models, generate_series(1, 40) n;
ALTER TABLE many SET (parallel_workers = 2);
ANALYZE many;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
CREATE FUNCTION pg_temp.plan(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$ BEGIN RETURN QUERY EXECUTE 'EXPLAIN (COSTS OFF) ' || query; END $$;
SELECT ok(bool_or(line LIKE '%Partial Aggregate%'), 'workers average what they read') FROM pg_temp.plan('SELECT lstm_average_agg(model) FROM many') line;
SET LOCAL parallel_leader_participation = off;
CREATE TABLE parallel AS SELECT lstm_average_agg(model) AS model FROM many;
SET LOCAL max_parallel_workers_per_gather = 0;
CREATE TABLE serial AS SELECT lstm_average_agg(model) AS model FROM many;
SELECT cmp_ok((SELECT max(abs(p.value - s.value)) FROM (SELECT f.* FROM parallel, pg_temp.flat(model) f) p JOIN (SELECT f.* FROM serial, pg_temp.flat(model) f) s USING (place)),
    '<', 1e-7::float8, 'averages of workers together are that of one process');
SELECT is((SELECT (lstm_info(model) - 'metrics') || jsonb_build_object('rows', pg_temp.number(model, 'rows')) FROM parallel),
    (SELECT (lstm_info(model) - 'metrics') || jsonb_build_object('rows', 40 * (SELECT sum(pg_temp.number(m.model, 'rows')) FROM models m)) FROM serial), 'averages of workers say of themselves what that of one process says');
SELECT ok(abs(pg_temp.width(p.model, 0.9) / pg_temp.width(s.model, 0.9) - 1) < 0.01, 'bounds of workers'' averages are as wide as those of one process') FROM parallel p, serial s;

SELECT * FROM finish();
ROLLBACK;
