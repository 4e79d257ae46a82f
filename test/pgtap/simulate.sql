-- Random paths: each step is distributed as its bounds say, steps and series hang together, and nothing else decides.
BEGIN;
SET LOCAL client_min_messages = error;
SET LOCAL timezone = 'UTC';
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lstm_forecast;

SELECT plan(47);

\ir ../include/failure.sql

SELECT setseed(0.5) \g /dev/null
-- a level that wanders, so that errors of a forecast hang together
CREATE TABLE walk AS SELECT n, 100 + sum(random() - 0.5) OVER (ORDER BY n) AS value FROM generate_series(1, 600) n;
-- noise around a season: they do not
CREATE TABLE noise AS SELECT n, 10 * sin(n * pi() / 6) + random() AS value FROM generate_series(1, 600) n;
-- shops that share each day's weather, and such that do not
CREATE TABLE weather AS SELECT n, random() - 0.5 AS value FROM generate_series(1, 400) n;
CREATE TABLE alike AS SELECT s AS shop, timestamp '2024-01-01' + n * interval '1 day' AS at, 20 + w.value + 0.1 * random() AS value
    FROM generate_series(1, 4) s, weather w;
CREATE TABLE apart AS SELECT s AS shop, timestamp '2024-01-01' + n * interval '1 day' AS at, 20 + random() AS value
    FROM generate_series(1, 4) s, generate_series(1, 400) n;
CREATE TABLE counts AS SELECT n, greatest(0, floor(3 * random() - 1)) AS value FROM generate_series(1, 300) n;
CREATE TABLE tiny AS SELECT n, 5 + n % 2 AS value FROM generate_series(1, 30) n;
CREATE TABLE models (name text PRIMARY KEY, model bytea);
INSERT INTO models
SELECT name, lstm_train(name::regclass, 'value', 'n', horizon => 12, lookback => 24, options => '{"effort": "fast"}') FROM unnest(ARRAY['walk', 'noise', 'counts']) AS name
UNION ALL SELECT name, lstm_train(name::regclass, 'value', 'at', 'shop', horizon => 5, lookback => 5, options => '{"epochs": 5, "units": 2}') FROM unnest(ARRAY['alike', 'apart']) AS name
UNION ALL SELECT loss, lstm_train('noise', 'value', 'n', horizon => 3, lookback => 12, options => jsonb_build_object('epochs', 5, 'units', 2, 'loss', loss, 'calibrate', loss <> 'quantile'))
    FROM unnest(ARRAY['quantile', 'gaussian', 'student_t']) AS loss
UNION ALL SELECT 'tail', lstm_train_agg(timestamptz '2024-01-31' + n * interval '1 day', value, '{"horizon": 4, "lookback": 6, "epochs": 1, "units": 1}') FROM noise
UNION ALL SELECT 'nothing', lstm_train('tiny', 'value', 'n', lookback => 3, options => '{"epochs": 1, "units": 1, "validation": 0}')
UNION ALL SELECT 'imported', lstm_import('{"input": [2, 1], "layers": [{"type": "dense", "units": 1}, {"type": "flatten"}, {"type": "dense", "units": 1}]}', array_fill(0.5::real, ARRAY[5]));
CREATE TABLE pairs AS SELECT n, value AS a, 100 + value AS b FROM noise;
INSERT INTO models SELECT 'two', lstm_train('pairs', ARRAY['a', 'b'], 'n', horizon => 3, lookback => 6, options => '{"epochs": 2, "units": 2}');
CREATE FUNCTION pg_temp.of(text) RETURNS bytea STABLE LANGUAGE sql AS $$ SELECT model FROM models WHERE name = $1 $$;

---- what comes ----

SELECT is((SELECT format('%s %s %s %s', count(*), max(path), max(step), count(DISTINCT (path, step))) FROM lstm_simulate(pg_temp.of('walk'))), '6000 500 12 6000',
    '500 paths of the horizon, unless something else is said');
SELECT is((SELECT format('%s %s %s', count(*), max(path), max(step)) FROM lstm_simulate(pg_temp.of('walk'), 7, 3)), '21 7 3', 'as many paths and steps as are asked for');
SELECT results_eq($$ SELECT step, forecast_at, target FROM lstm_simulate(pg_temp.of('alike'), 1, series => '{2}') $$,
    $$ SELECT step, forecast_at, target FROM lstm_forecast(pg_temp.of('alike'), series => '{2}') $$, 'steps, times and targets are those of lstm_forecast');
SELECT results_eq($$ SELECT forecast_at FROM lstm_simulate(pg_temp.of('tail'), 1) $$, $$ SELECT forecast_at FROM lstm_forecast(pg_temp.of('tail')) $$,
    'a model of an aggregate simulates from its own rows');
SELECT is((SELECT count(*) FROM lstm_simulate(pg_temp.of('walk'), 1, 400)), 400::bigint, 'forecasts are fed back past the horizon');
SELECT results_eq($$ SELECT DISTINCT series FROM lstm_simulate(pg_temp.of('alike'), 2) ORDER BY 1 $$, ARRAY['1', '2', '3', '4'], 'all series');
SELECT is((SELECT string_agg(DISTINCT target, ',') FROM lstm_simulate(pg_temp.of('two'), 2)), 'a,b', 'all targets');
SELECT ok((SELECT min(forecast_at) FROM lstm_simulate(pg_temp.of('alike'), 1, as_of => '2024-06-01')) = '2024-06-02', 'from as_of on');
SELECT is((SELECT count(*) FROM lstm_simulate(NULL)), 0::bigint, 'of no model no rows');
SELECT results_eq($$ SELECT * FROM lstm_simulate(pg_temp.of('walk'), NULL, NULL, NULL, NULL, NULL, NULL) $$, $$ SELECT * FROM lstm_simulate(pg_temp.of('walk')) $$,
    'NULL is what is not said');

---- marginals: over paths the values of a step have the quantiles that bounds are ----

-- how many of 5000 values lie below the bounds of several levels, beside what these say: the largest difference
CREATE FUNCTION pg_temp.astray(name text, series text) RETURNS float8 LANGUAGE sql AS $$
    WITH paths AS MATERIALIZED (SELECT s.step, s.target, s.value FROM lstm_simulate(pg_temp.of($1), 5000, series => CASE WHEN $2 IS NOT NULL THEN ARRAY[$2] END) s),
         bounds AS MATERIALIZED (SELECT f.step, f.target, level, f.lower_bound, f.upper_bound FROM unnest(ARRAY[0.2, 0.5, 0.8, 0.9]) AS level,
             lstm_forecast(pg_temp.of($1), level => level, series => CASE WHEN $2 IS NOT NULL THEN ARRAY[$2] END) f)
    SELECT max(greatest(below - (1 - level) / 2, (1 - level) / 2 - within_low, above - (1 - level) / 2, (1 - level) / 2 - within_high))
    FROM (SELECT level, step, target, avg((value < lower_bound - 1e-9)::int) AS below, avg((value <= lower_bound + 1e-9)::int) AS within_low,
              avg((value > upper_bound + 1e-9)::int) AS above, avg((value >= upper_bound - 1e-9)::int) AS within_high
          FROM bounds JOIN paths USING (step, target) GROUP BY 1, 2, 3) b $$;
-- five standard errors of a share of 5000 are 0.035 at most
SELECT cmp_ok(pg_temp.astray(name, series), '<', 0.035::float8, name || ': each step has the distribution that its bounds say')
FROM (VALUES ('walk', NULL), ('noise', NULL), ('alike', '3'), ('gaussian', NULL), ('student_t', NULL), ('quantile', NULL), ('two', NULL), ('counts', NULL)) AS v (name, series);
SELECT ok(bool_and(s.value BETWEEN f.lower_bound - 1e-6 AND f.upper_bound + 1e-6), 'no value lies beyond the outermost quantile that a network has learned')
    FROM lstm_simulate(pg_temp.of('quantile'), 2000) s JOIN lstm_forecast(pg_temp.of('quantile'), level => 0.95) f USING (step);
SELECT ok(bool_and(value >= 0), 'the limit of counts holds') FROM lstm_simulate(pg_temp.of('counts'), 1000);
SELECT cmp_ok(min(value), '=', 0::float8, 'and is reached') FROM lstm_simulate(pg_temp.of('counts'), 1000);

---- dependence ----

CREATE FUNCTION pg_temp.of_steps(name text) RETURNS float8 LANGUAGE sql AS
$$ SELECT corr(a.value, b.value) FROM lstm_simulate(pg_temp.of($1), 4000) a JOIN lstm_simulate(pg_temp.of($1), 4000) b USING (path) WHERE a.step = 6 AND b.step = 9 $$;
SELECT cmp_ok(pg_temp.of_steps('walk'), '>', 0.6::float8, 'steps of what wanders hang together');
SELECT cmp_ok(pg_temp.of_steps('noise'), '<', 0.4::float8, 'steps of what does not hang together less');
CREATE FUNCTION pg_temp.of_series(name text) RETURNS float8 LANGUAGE sql AS
$$ WITH s AS MATERIALIZED (SELECT * FROM lstm_simulate(pg_temp.of($1), 4000))
   SELECT corr(a.value, b.value) FROM s a JOIN s b USING (path, step) WHERE a.series = '1' AND b.series = '2' AND step = 2 $$;
SELECT cmp_ok(pg_temp.of_series('alike'), '>', 0.6::float8, 'series that err together are drawn together');
SELECT cmp_ok(pg_temp.of_series('apart'), '<', 0.15::float8, 'series that do not are not');
SELECT cmp_ok((lstm_info(pg_temp.of(a))->'dependence'->>b)::float8, '>', (lstm_info(pg_temp.of(c))->'dependence'->>b)::float8, format('lstm_info says so: %s of %s', b, a))
FROM (VALUES ('walk', 'walk', 'noise'), ('alike', 'series', 'apart')) AS v (a, b, c);
SELECT ok((lstm_info(pg_temp.of('walk'))->'dependence'->>'measured')::bool AND NOT (lstm_info(pg_temp.of('nothing'))->'dependence'->>'measured')::bool,
    'and whether it was measured');
CREATE FUNCTION pg_temp.spread(name text) RETURNS float8 LANGUAGE sql AS
$$ SELECT stddev(total) FROM (SELECT sum(value) AS total FROM lstm_simulate(pg_temp.of($1), 4000) GROUP BY path) t $$;
CREATE FUNCTION pg_temp.spread_of_steps(name text) RETURNS TABLE (independent float8, together float8) LANGUAGE sql AS
$$ SELECT sqrt(sum(s ^ 2)), sum(s) FROM (SELECT stddev(value) AS s FROM lstm_simulate(pg_temp.of($1), 4000) GROUP BY series, step) t $$;
SELECT cmp_ok(pg_temp.spread('walk'), '>', 2 * independent, 'a total is wider than of independent steps') FROM pg_temp.spread_of_steps('walk');
SELECT cmp_ok(pg_temp.spread('walk'), '<', together, 'and narrower than the sum of the bounds') FROM pg_temp.spread_of_steps('walk');
SELECT cmp_ok(pg_temp.spread('alike'), '>', 1.5 * pg_temp.spread('apart') / a.independent * b.independent, 'so is a total over series that err together')
    FROM pg_temp.spread_of_steps('apart') a, pg_temp.spread_of_steps('alike') b;
SELECT cmp_ok(abs(corr(a.value, b.value)), '<', 0.08::float8, 'targets are drawn independently')
    FROM lstm_simulate(pg_temp.of('two'), 4000) a JOIN lstm_simulate(pg_temp.of('two'), 4000) b USING (path, step) WHERE a.target = 'a' AND b.target = 'b' AND step = 1;

---- nothing else decides ----

SELECT results_eq($$ SELECT * FROM lstm_simulate(pg_temp.of('alike'), 3, seed => 5) $$, $$ SELECT * FROM lstm_simulate(pg_temp.of('alike'), 3, seed => 5) $$, 'the same seed gives the same paths');
SELECT cmp_ok(count(*), '<', 60::bigint, 'another seed others') FROM lstm_simulate(pg_temp.of('noise'), 50, seed => 5) a JOIN lstm_simulate(pg_temp.of('noise'), 50, seed => 6) b
    USING (path, step) WHERE a.value = b.value;
SELECT set_eq($$ SELECT * FROM lstm_simulate(pg_temp.of('alike'), 9) WHERE path <= 4 AND step <= 3 AND series IN ('2', '4') $$,
    $$ SELECT * FROM lstm_simulate(pg_temp.of('alike'), 4, 3, series => '{4,2}') $$, 'a path knows nothing of other paths, steps and series');
SELECT cmp_ok(abs(corr(a.value, b.value)), '<', 0.2::float8, 'series do not share their draws') FROM lstm_simulate(pg_temp.of('apart'), 2000, series => '{1}') a
    JOIN lstm_simulate(pg_temp.of('apart'), 2000, series => '{3}') b USING (path, step) WHERE step = 1;

---- bad input ----

SELECT is(pg_temp.failure(format('SELECT count(*) FROM lstm_simulate(pg_temp.of(%L)%s)', name, call)), message, format('%s%s is refused', name, call))
FROM (VALUES ('walk', ', 0', '22023: paths must be from 1 to 1000000, not 0'),
             ('walk', ', -2147483648', '22023: paths must be from 1 to 1000000, not -2147483648'),
             ('walk', ', 1000001', '22023: paths must be from 1 to 1000000, not 1000001'),
             ('walk', ', 1, 0', '22023: steps must be from 1 to 1048576, not 0'),
             ('gaussian', ', 1, 2147483647', '22023: steps must be from 1 to 1048576, not 2147483647'),
             ('nothing', '', E'22023: the model cannot be simulated: nothing is known of the errors of its forecasts\nDETAIL: Paths are made of the bounds of forecasts, and these have none.\nHINT: Train with rows that are held out: see the option validation.'),
             ('imported', ', relation => ''noise''', E'22023: the model cannot be simulated: nothing is known of the errors of its forecasts\nDETAIL: Paths are made of the bounds of forecasts, and these have none.'),
             ('walk', ', series => ''{a}''', NULL)) AS v (name, call, message) WHERE message IS NOT NULL;
SELECT alike(pg_temp.failure($$ SELECT count(*) FROM lstm_simulate(pg_temp.of('walk'), series => '{a}') $$), '22023: %', 'series of a model of one are refused');
SELECT is((SELECT count(*) FROM lstm_simulate(pg_temp.of('alike'), 3, series => '{2,9}')), 15::bigint, 'a series that is not there has no rows');
SET LOCAL maintenance_work_mem = '1MB';
SELECT alike(pg_temp.failure($$ SELECT count(*) FROM lstm_simulate(pg_temp.of('walk'), 1, 1000000) $$), '54000: %', 'steps that do not fit into memory are refused');
SET LOCAL maintenance_work_mem = '64MB';
SELECT is((SELECT count(*) FROM lstm_simulate(pg_temp.of('walk'), 2)), 24::bigint, 'and the next call works');

SELECT * FROM finish();
ROLLBACK;
