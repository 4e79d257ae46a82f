-- Several networks forecast together, and with a naive baseline.
BEGIN;
SET LOCAL client_min_messages = error;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lstm_forecast;
\i test/include/failure.sql

SELECT plan(35);

CREATE TABLE days AS
SELECT date '2024-01-01' + i AS at, i, 20 + 5 * sin(i * 2 * pi() / 7) + (hashint4(i) % 100) / 60.0 AS value, i % 5 AS other
FROM generate_series(0, 199) AS i;
CREATE FUNCTION pg_temp.trained(options jsonb) RETURNS bytea LANGUAGE sql AS $$
    SELECT lstm_train('days', 'value', horizon => 3, lookback => 14, options => '{"epochs": 4, "units": 5, "deseasonalize": "none"}' || options) $$;
CREATE TABLE models AS SELECT name, pg_temp.trained(options) AS model FROM (VALUES
    ('one', '{}'::jsonb), ('three', '{"ensemble": 3}'), ('threads', '{"ensemble": 3, "threads": 1}'), ('seed', '{"ensemble": 3, "seed": 2}'),
    ('blend', '{"blend": "auto"}'), ('both', '{"blend": "auto", "ensemble": 2}'), ('quantile', '{"loss": "quantile", "ensemble": 2}'),
    ('no_blend', '{"loss": "quantile", "blend": "auto"}')) AS v (name, options);
CREATE FUNCTION pg_temp.model(which text) RETURNS bytea LANGUAGE sql AS $$ SELECT model FROM models WHERE name = which $$;

---- ensembles ----

SELECT is(lstm_info(pg_temp.model('three'))->>'members', '3', 'lstm_info says how many networks there are');
SELECT is(lstm_info(pg_temp.model('one'))->>'members', '1', 'usually one');
SELECT is(lstm_info(pg_temp.model('three'))->'parameters', lstm_info(pg_temp.model('one'))->'parameters', 'parameters are those of one of them');
SELECT ok(pg_temp.model('three') = pg_temp.trained('{"ensemble": 3}'), 'the same seed gives the same ensemble');
SELECT ok(pg_temp.model('three') = pg_temp.model('threads'), 'whatever the number of threads');
SELECT ok(pg_temp.model('three') <> pg_temp.model('seed'), 'another seed another one');
SELECT is((SELECT string_agg("values"::text, chr(32) ORDER BY layer_no, name) FROM lstm_weights(pg_temp.model('three'))),
    (SELECT string_agg("values"::text, chr(32) ORDER BY layer_no, name) FROM lstm_weights(pg_temp.model('one'))), 'the first network is the one that there would be alone');
SELECT isnt((SELECT array_agg(forecast) FROM lstm_forecast(pg_temp.model('three'))),
    (SELECT array_agg(forecast) FROM lstm_forecast(pg_temp.model('one'))), 'the forecast of an ensemble is not what its first network says alone');
SELECT is((SELECT count(*) FROM lstm_forecast(pg_temp.model('three'), steps => 20) WHERE lower_bound < forecast AND forecast < upper_bound), 20::bigint,
    'an ensemble has intervals, past the horizon too');
SELECT results_eq($$ SELECT forecast FROM lstm_rolling(pg_temp.model('three')) WHERE origin = 197 $$,
    $$ SELECT forecast FROM lstm_predict(pg_temp.model('three'), (SELECT array_agg(value ORDER BY i) FROM days WHERE i < 197)) $$, 'along the rows it says the same');
SELECT is((SELECT count(*) FROM lstm_forecast(pg_temp.model('quantile'), level => 0.8) WHERE lower_bound < upper_bound), 3::bigint,
    'members that say quantiles say them together');
SELECT is((SELECT count(DISTINCT round(forecast::numeric, 6)) FROM generate_series(1, 3), lstm_forecast(pg_temp.model('three'))), 3::bigint, 'calls after each other agree');

-- side by side they take more memory than one after the other
CREATE FUNCTION pg_temp.large(threads int) RETURNS bytea LANGUAGE sql AS $$
    SELECT pg_temp.trained(jsonb_build_object('ensemble', 2, 'units', 128, 'epochs', 1, 'threads', threads)) $$;
SET LOCAL maintenance_work_mem = '1MB';
SET LOCAL lstm_forecast.max_threads = 2;
CREATE TABLE memory AS SELECT substring(pg_temp.failure($$ SELECT pg_temp.large(1) $$) FROM 'needs (\d+) kB')::int AS needed;
SELECT cmp_ok((SELECT needed FROM memory), '>', 1024, 'a large ensemble is told what it needs');
SELECT isnt(set_config('maintenance_work_mem', needed * 11 / 10 || 'kB', true), NULL, 'the memory of a large ensemble is less than two networks at the same time need') FROM memory;
CREATE TABLE large AS SELECT pg_temp.large(2) AS model;
SELECT is((SELECT lstm_info(model)->>'members' FROM large), '2', 'where that is all there is, its networks are trained one after the other');
SET LOCAL maintenance_work_mem = '1GB';
SELECT ok(model = pg_temp.large(2) AND model = pg_temp.large(1), 'networks trained one after the other are those trained side by side') FROM large;
SELECT throws_ok($$ SELECT pg_temp.trained('{"ensemble": 3, "threads": 2, "optimizer": "sgd", "learning_rate": 100, "clip_norm": 0, "epochs": 1000,
    "scale": "none", "activation": "relu"}') $$, '22003', NULL, 'a network that diverges is the end of the ensemble');

---- time ----

CREATE TABLE limited AS SELECT pg_temp.trained('{"epochs": 1000000, "patience": 0, "max_time": "0.2 s"}') AS model;
SELECT ok((lstm_info(model)->>'epochs')::int BETWEEN 1 AND 999999, 'max_time ends a training early') FROM limited;
SELECT is((SELECT count(*) FROM limited, lstm_forecast(model) WHERE lower_bound < upper_bound), 3::bigint, 'a model whose training max_time ended forecasts, with intervals');
SELECT is((SELECT count(*) FROM limited, lstm_history(model) WHERE seconds IS NOT NULL), 0::bigint, 'a model whose training max_time ended keeps no times');
SELECT ok(pg_temp.trained('{"max_time": "1 day"}') = pg_temp.model('one'), 'a limit that is not reached changes nothing');
SELECT is((SELECT count(*) FROM unnest('{1,0.2 s,1 day}'::text[]) AS t WHERE pg_temp.failure(format($f$ SELECT pg_temp.trained('{"epochs": 1, "max_time": "%s"}') $f$, t)) = 'no error'),
    3::bigint, 'max_time is an interval');

---- blends ----

SELECT is(lstm_info(pg_temp.model('one'))->'blend', '{}', 'without the option nothing is mixed in');
SELECT is(jsonb_object_keys(lstm_info(pg_temp.model('blend'))->'blend'), 'value', 'lstm_info says what each target is mixed with');
SELECT ok((lstm_info(pg_temp.model('blend'))->'blend'->'value'->>'weight')::float8 < 1, 'a network of four epochs leaves room for it');
SELECT is(lstm_info(pg_temp.model('blend'))->'blend'->'value'->>'with', 'seasonal_mean', 'here the mean of the seasons in the window');
SELECT results_eq(
    $$ SELECT round(forecast::numeric, 6) FROM lstm_forecast(pg_temp.model('blend')) $$,
    $$ SELECT round((w * n.forecast + (1 - w) * b.value)::numeric, 6)
       FROM (SELECT (lstm_info(pg_temp.model('blend'))->'blend'->'value'->>'weight')::float8 AS w) s,
            lstm_forecast(pg_temp.model('one')) n,
            LATERAL (SELECT avg(value) AS value FROM days WHERE i IN (199 + n.step - 7, 199 + n.step - 14)) b $$,
    'the forecast is what the weight makes of the network and of that mean');
SELECT cmp_ok((lstm_info(pg_temp.model('blend'))->'metrics'->'value'->'network'->>'rmse')::float8, '<',
    (lstm_info(pg_temp.model('one'))->'metrics'->'value'->'network'->>'rmse')::float8, 'on held-out rows it is better');
SELECT is(lstm_info(pg_temp.model('no_blend'))->'blend', '{}', 'quantiles are not mixed');
SELECT is(lstm_info(pg_temp.model('both'))->>'members', '2', 'an ensemble can be blended');
SELECT is((SELECT count(*) FROM lstm_forecast(pg_temp.model('both'), steps => 20) WHERE forecast BETWEEN 0 AND 40), 20::bigint, 'forecasts of an ensemble can be fed back');
SELECT is((SELECT count(*) FROM lstm_forecast(lstm_train('days', 'value', inputs => '{other}', options => '{"blend": "auto", "epochs": 2}'))), 1::bigint,
    'where the window does not hold the target, the network is alone');

---- refusals ----

SELECT is(pg_temp.failure($$ SELECT pg_temp.trained('{"ensemble": 0}') $$), '22023: option "ensemble" must be an integer from 1 to 32, not 0', 'no network');
SELECT is(pg_temp.failure($$ SELECT pg_temp.trained('{"ensemble": 33}') $$), '22023: option "ensemble" must be an integer from 1 to 32, not 33', 'too many networks are refused');
SELECT is(pg_temp.failure($$ SELECT pg_temp.trained('{"blend": true}') $$), '22023: option "blend" must be one of none, auto, not true', 'blend is a word');

SELECT finish();
ROLLBACK;
