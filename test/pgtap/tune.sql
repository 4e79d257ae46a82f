-- lstm_tune ranks trainings by what lstm_backtest measures, tests the best on rows that did not choose it, and survives
-- trials that fail.
BEGIN;
SET LOCAL client_min_messages = error;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lstm_forecast;

SELECT plan(67);

CREATE TABLE days (at date PRIMARY KEY, n int UNIQUE, value float8, other float8);
SELECT setseed(0.25);
INSERT INTO days
SELECT date '2024-01-01' + n, n, 20 + 10 * sin(2 * pi() * n / 7) + random(), 1000 * (n % 7 + random()) FROM generate_series(1, 200) n;
CREATE VIEW older AS SELECT * FROM days WHERE n <= 188;

CREATE TABLE tuned AS
SELECT * FROM lstm_tune('days', 'value', horizon => 4, lookback => 7, options => '{"epochs": 4, "units": 4}',
    grid => '{"units": [2, 4, 8], "lookback": [7, 14]}', folds => 2, fold_rows => 16, test_rows => 12);

---- which trials ----

SELECT results_eq($$ SELECT trial, options, lookback FROM tuned ORDER BY trial $$, $$ VALUES
    (1, '{"epochs": 4, "units": 4}'::jsonb, 7), (2, '{"epochs": 4, "units": 2}', 7), (3, '{"epochs": 4, "units": 2}', 14),
    (4, '{"epochs": 4, "units": 4}', 14), (5, '{"epochs": 4, "units": 8}', 7), (6, '{"epochs": 4, "units": 8}', 14) $$,
    'the first trial is the options as given, the others all combinations that differ from it');
SELECT results_eq($$ SELECT DISTINCT status FROM tuned $$, $$ VALUES ('ok') $$, 'all trials succeeded');
SELECT results_eq($$ SELECT trial FROM tuned WHERE parameters = (SELECT sum(parameters) FROM lstm_summary(lstm_train('days', 'value',
        lookback => 7, options => '{"units": 8, "epochs": 1}', horizon => 4))) ORDER BY trial $$, $$ VALUES (5), (6) $$,
    'parameters are those of the network');
SELECT ok((SELECT bool_and(seconds > 0 AND seconds < 60) FROM tuned), 'each tells its seconds');

---- measures: the same as by lstm_backtest ----

CREATE FUNCTION pg_temp.by_backtest(relation regclass, test_rows int, folds int, lookback int, options jsonb, target text[] DEFAULT '{value}')
RETURNS TABLE (mae float8, rmse float8, mase float8, seasonal_naive float8) LANGUAGE sql AS $$
    SELECT avg(value) FILTER (WHERE metric = 'mae'), sqrt(avg(value ^ 2) FILTER (WHERE metric = 'rmse')),
        avg(value) FILTER (WHERE metric = 'mase'), avg(baseline_value) FILTER (WHERE metric = 'mase' AND baseline = 'seasonal_mean')
    FROM lstm_backtest(relation, target, horizon => 4, lookback => lookback, options => options, folds => folds, test_rows => test_rows) $$;
SELECT ok(abs(t.error - b.mase) < 1e-12 AND abs(t.mae - b.mae) < 1e-12 AND abs(t.rmse - b.rmse) < 1e-12,
    format('the errors of trial %s are those of lstm_backtest on the rows before the test rows', trial))
FROM tuned t, pg_temp.by_backtest('older', 16, 2, t.lookback, t.options) b ORDER BY trial;
SELECT ok(abs(t.baseline_error - b.seasonal_naive) < 1e-12 AND baseline = 'seasonal_mean', 'the error of the best baseline is that of lstm_backtest')
FROM tuned t, pg_temp.by_backtest('older', 16, 2, t.lookback, t.options) b WHERE trial = 1;
SELECT ok((SELECT bool_and(abs(skill - (1 - error / baseline_error)) < 1e-12) FROM tuned), 'skill is the share of its error that is gone');
SELECT is((SELECT array_agg(trial ORDER BY rank) FROM tuned), (SELECT array_agg(trial ORDER BY error, trial) FROM tuned),
    'ranks are by the error');
SELECT is((SELECT array_agg(rank ORDER BY rank) FROM tuned), '{1,2,3,4,5,6}', 'each rank is given once');
SELECT is((SELECT array_agg(rank) FROM lstm_tune('days', 'value', horizon => 4, lookback => 7, options => '{"epochs": 1, "units": 2}',
    grid => '{"lookback": [3, 190, 5]}')), '{1,2,3,NULL}', 'the best comes first, what failed at the end');

---- the test rows ----

SELECT ok((SELECT bool_and((test_error IS NOT NULL) = (rank = 1 OR trial = 1) AND (test_baseline_error IS NOT NULL) = (rank = 1 OR trial = 1))
    FROM tuned), 'the best and the first trial are tested, and no other');
SELECT ok(abs(t.test_error - b.mase) < 1e-12, format('the test error of trial %s is that of one more fold', trial))
FROM tuned t, pg_temp.by_backtest('days', 12, 1, t.lookback, t.options) b WHERE t.rank = 1 OR t.trial = 1 ORDER BY trial;
SELECT ok((SELECT count(DISTINCT test_baseline_error) = 1 FROM tuned WHERE test_error IS NOT NULL),
    'the baseline that was best in the folds is tested beside them');
CREATE FUNCTION pg_temp.without_test(relation regclass, test_rows int DEFAULT 0) RETURNS TABLE (trial int, error float8, test_error float8) LANGUAGE sql AS $$
    SELECT trial, error, test_error FROM lstm_tune(relation, 'value', 'at', horizon => 4, lookback => 7, options => '{"epochs": 4, "units": 4}',
        grid => '{"units": 2}', folds => 2, fold_rows => 16, test_rows => test_rows) ORDER BY trial $$;
SELECT results_eq($$ SELECT * FROM pg_temp.without_test('older') $$, $$ SELECT trial, error, NULL::float8 FROM tuned WHERE trial <= 2 ORDER BY trial $$,
    'without test rows the folds lie at the end, and nothing is tested');
---- defaults ----

SELECT results_eq($$ SELECT trial, error, test_error FROM lstm_tune('days', 'value', horizon => 4, options => '{"epochs": 1, "units": 2}', grid => '{}') $$,
    $$ SELECT trial, error, test_error FROM lstm_tune('days', 'value', horizon => 4, options => '{"epochs": 1, "units": 2}', grid => '{}',
        folds => 3, fold_rows => 8, test_rows => 8, trials => 12, seed => 1) $$,
    'three folds and a test of a twentieth of the rows each, in whole horizons');
SELECT is((SELECT lookback FROM lstm_tune('days', 'value', options => '{"epochs": 1, "units": 2}', grid => '{}')),
    (SELECT (lstm_info(lstm_train('days', 'value', options => '{"epochs": 1, "units": 2}'))->>'lookback')::int),
    'a lookback that is left open is told as it was chosen');
CREATE TABLE by_default AS SELECT * FROM lstm_tune('days', 'value', lookback => 7, options => '{"epochs": 1}', test_rows => 0);
SELECT ok((SELECT count(*) BETWEEN 4 AND 13 AND count(DISTINCT (options, lookback)) = count(*) AND bool_and(options @> '{"epochs": 1}')
    AND bool_and(status = 'ok') FROM by_default), 'without a grid some combinations are tried, with the options that are given');
SELECT is((SELECT count(*) FROM by_default WHERE trial > 1 AND options = '{"epochs": 1}' AND lookback = 7), 0::bigint, 'without a grid the given options are tried once');

SELECT results_eq(format($$ SELECT count(*) FROM lstm_tune('days', 'value', lookback => 8, horizon => 4, options => %L, max_time => '1 microsecond') $$,
    options), format('VALUES (%s::bigint)', trials), format('trials of %s without a grid: %s', options, trials))
FROM (VALUES ('{"epochs": 1, "units": 2}', 4), ('{"epochs": 1, "architecture": "conv_lstm"}', 4), ('{"epochs": 1, "architecture": "segment"}', 6),
    ('{"epochs": 1, "architecture": [{"type": "lstm", "units": 2}, {"type": "dense", "units": 4}]}', 4)) AS t (options, trials);

---- many combinations ----

CREATE FUNCTION pg_temp.sampled(seed int, trials int DEFAULT 5) RETURNS TABLE (trial int, options jsonb, lookback int) LANGUAGE sql AS $$
    SELECT trial, options, lookback FROM lstm_tune('days', 'value', 'at', options => '{"epochs": 1, "units": 2}', lookback => 3,
        grid => '{"learning_rate": [0.1, 0.2, 0.3, 0.4], "lookback": [1, 2, 3], "batch_size": [16, 32, 64]}',
        trials => trials, folds => 1, fold_rows => 5, test_rows => 0, seed => seed) ORDER BY trial $$;
SELECT is((SELECT count(DISTINCT (options, lookback)) FROM pg_temp.sampled(1)), 6::bigint,
    'of more combinations than trials so many are drawn, each once, besides the first trial');
SELECT results_eq('SELECT * FROM pg_temp.sampled(1)', 'SELECT * FROM pg_temp.sampled(1)', 'the same seed draws the same');
SELECT isnt((SELECT array_agg((s.*)::text) FROM pg_temp.sampled(1) s), (SELECT array_agg((s.*)::text) FROM pg_temp.sampled(2) s),
    'another seed draws others');
SELECT is((SELECT count(DISTINCT (options, lookback)) FROM pg_temp.sampled(1, 36)), 37::bigint, 'all are tried where they are not more than trials');

---- grids ----

CREATE FUNCTION pg_temp.trials(options jsonb, grid jsonb) RETURNS TABLE (options jsonb) LANGUAGE sql AS $$
    SELECT options FROM lstm_tune('days', 'value', 'at', lookback => 4, options => options, grid => grid, folds => 1, fold_rows => 5, test_rows => 0)
    WHERE status = 'ok' AND trial > 1 ORDER BY trial $$;
SELECT results_eq($$ SELECT * FROM pg_temp.trials('{"epochs": 1}', '{"units": [2, 2.0, 3, 2]}') $$,
    $$ VALUES ('{"epochs": 1, "units": 2}'::jsonb), ('{"epochs": 1, "units": 3}') $$, 'a value that stands in a list twice is tried once');
SELECT results_eq($$ SELECT * FROM pg_temp.trials('{"epochs": 1}', '{"units": [null, 3], "seed": [null, 2]}') $$,
    $$ VALUES ('{"epochs": 1, "units": 3}'::jsonb), ('{"epochs": 1, "seed": 2}'), ('{"epochs": 1, "units": 3, "seed": 2}') $$,
    'null leaves an option as it is given');
SELECT results_eq($$ SELECT * FROM pg_temp.trials('{"epochs": 1, "units": 2}', '{"architecture": ["stacked", [{"type": "lstm", "units": 3}, {"type": "dense", "units": 1}]]}') $$,
    $$ VALUES ('{"epochs": 1, "units": 2, "architecture": "stacked"}'::jsonb),
        ('{"epochs": 1, "units": 2, "architecture": [{"type": "lstm", "units": 3}, {"type": "dense", "units": 1}]}') $$,
    'presets and layers of one''s own are tried as architecture');
SELECT results_eq($$ SELECT * FROM pg_temp.trials('{"epochs": 1, "units": 2}', '{"architecture": "stacked", "units": [[2, 3]]}') $$,
    $$ VALUES ('{"epochs": 1, "units": [2, 3], "architecture": "stacked"}'::jsonb) $$, 'one value needs no list, and a value may be a list');
SELECT throws_ok(format($$ SELECT lstm_tune('days', 'value', grid => %L) $$, grid), code, message, name)
FROM (VALUES
    ('{"unit": [2]}', '22023', 'unrecognized option "unit"', 'an option that does not exist is refused before anything is trained'),
    ('{"units": [2, 0]}', '22023', NULL, 'so is a value out of its range'),
    ('{"units": []}', '22023', '"units" in grid must not be empty', 'and no value'),
    ('{"lookback": [0]}', '22023', 'lookback in grid must be an integer from 1 to 1048576, not 0', 'and a lookback out of its range'),
    ('{"horizon": [2]}', '22023', '"horizon" is a parameter here, not an option', 'and a parameter'),
    ('{"missing": ["linear"]}', '22023', 'option "missing" cannot be in grid', 'and what changes the rows'),
    ('{"init": ["x"]}', '22P03', NULL, 'and a model that is none'),
    ('[{"units": 2}]', '22023', 'grid must be a JSON object', 'a grid that is no object is refused'))
    AS t (grid, code, message, name);
SELECT throws_ok($$ SELECT lstm_tune('days', 'value', grid => (SELECT jsonb_object_agg(name, ARRAY[1,2,3,4,5,6,7,8,9,10]) FROM lstm_options()
    WHERE name IN ('units', 'epochs', 'batch_size', 'seed', 'patience', 'clip_norm', 'threads', 'lookback', 'learning_rate', 'segment_length'))) $$,
    '22023', 'grid has more than 1000000000 combinations', 'more combinations than can be numbered are refused');

---- trials that fail ----

CREATE TABLE failing AS SELECT * FROM lstm_tune('days', 'value', horizon => 4, lookback => 8, options => '{"epochs": 2, "units": 2}',
    grid => '{"lookback": [null, 180], "segment_length": [null, 3], "architecture": [null, "segment"]}', test_rows => 8);
SELECT results_eq($$ SELECT trial, status FROM failing WHERE rank IS NULL ORDER BY trial $$,
    $$ SELECT trial, status FROM failing WHERE lookback = 180 OR options @> '{"segment_length": 3, "architecture": "segment"}' ORDER BY trial $$,
    'trials that cannot be trained on these rows have no rank');
SELECT is((SELECT status FROM failing WHERE lookback = 180 AND options = '{"epochs": 2, "units": 2}'),
    'fold 1 of relation "days" has 168 rows, but training needs at least 184', 'trials that cannot be trained say why');
SELECT is((SELECT status FROM failing WHERE lookback = 8 AND options @> '{"segment_length": 3, "architecture": "segment"}'),
    'option "segment_length" of 3 does not divide the lookback of 8 and the horizon of 4', 'trials whose options do not go together have no rank');
SELECT ok((SELECT bool_and(num_nulls(error, mae, rmse, baseline, baseline_error, skill, test_error, test_baseline_error) = 8)
    FROM failing WHERE rank IS NULL), 'trials without a rank have no errors');
SELECT is((SELECT count(*) FROM failing WHERE rank IS NOT NULL), 3::bigint, 'trials beside a failed one are not touched');
SELECT throws_ok($$ SELECT lstm_tune('days', 'value', lookback => 190, grid => '{"units": [2, 3]}') $$, '22000',
    'none of the trials on relation "days" succeeded', 'where all fail there is nothing to return');
SELECT is((SELECT status FROM lstm_tune('days', 'value', lookback => 7, options => '{"units": 2, "epochs": 1}',
    grid => '{"units": 2000}') WHERE trial = 2) ~ '^training this network.* needs ', true, 'more memory than is allowed fails one trial');
CREATE VIEW divergent AS SELECT at, 1e15 * value AS value FROM days;
SELECT is((SELECT array_agg(status ~ 'diverged' ORDER BY trial) FROM lstm_tune('divergent', 'value', lookback => 7, options => '{"units": 4,
        "epochs": 20, "normalize": "none", "scale": "none", "clip_norm": 0}', grid => '{"optimizer": "sgd", "learning_rate": 100}')), '{f,t}',
    'a training that diverges fails one trial');

---- time ----

SELECT results_eq($$ SELECT status, count(*), bool_and(trial = 1) FROM lstm_tune('days', 'value', lookback => 7, options => '{"units": 4}',
        grid => '{"seed": [2, 3, 4, 5]}', max_time => '1 microsecond') GROUP BY status ORDER BY count $$,
    $$ VALUES ('ok', 1::bigint, true), ('not run', 4, false) $$, 'when the time is over, no new trial begins');

---- several series ----

CREATE TABLE shops AS
SELECT s AS shop, date '2024-01-01' + i AS day, s * 100 + 10 * s * sin(i * 2 * pi() / 7) + hashint4(i * 7 + s) % 10 AS sold
FROM generate_series(1, 3) s, generate_series(0, 99 + s) i;
SELECT results_eq($$ SELECT round(error::numeric, 9) FROM lstm_tune('shops', 'sold', series_column => 'shop', horizon => 7, lookback => 14,
        options => '{"epochs": 2, "units": 3}', grid => '{"units": [3]}', folds => 2, test_rows => 0) $$,
    $$ SELECT round(avg(value)::numeric, 9) FROM lstm_backtest('shops', 'sold', series_column => 'shop', horizon => 7, lookback => 14,
        options => '{"epochs": 2, "units": 3}', folds => 2) WHERE metric = 'mase' $$, 'of several series the error is the mean over them and the folds');
SELECT results_eq($$ SELECT rank, status, test_error IS NOT NULL FROM lstm_tune('shops', 'sold', series_column => 'shop', horizon => 7,
        lookback => 14, options => '{"epochs": 2, "units": 3}', grid => '{"units": [4]}', folds => 1) WHERE rank = 1 $$,
    $$ VALUES (1, 'ok', true) $$, 'the newest rows of several series are a test');
SELECT throws_ok($$ SELECT lstm_tune('shops', 'sold', series_column => 'shop', horizon => 70) $$, '22000', NULL, 'several series must be long enough for the folds');
SELECT throws_ok($$ SELECT lstm_tune('days', 'value', max_time => '-1 s') $$, '22023', 'max_time must be greater than 0', 'a time that is over before it begins');

---- several columns ----

CREATE TABLE both_columns AS SELECT * FROM lstm_tune('days', ARRAY['value', 'other'], horizon => 4, lookback => 7, options => '{"epochs": 3, "units": 4}',
    grid => '{"channels": "independent"}', folds => 2, fold_rows => 16, test_rows => 12);
SELECT ok(abs(t.error - b.mase) < 1e-12 AND t.mae IS NULL AND t.rmse IS NULL,
    format('with several columns the error of trial %s is the mean of their mase', trial))
FROM both_columns t, pg_temp.by_backtest('older', 16, 2, t.lookback, t.options, '{value,other}') b ORDER BY trial;

---- from the best to a model ----

CREATE TABLE best AS
SELECT lstm_train('days', 'value', horizon => 4, lookback => best.lookback, options => best.options) AS model
FROM lstm_tune('days', 'value', horizon => 4, options => '{"epochs": 2}', grid => '{"units": [2, 3], "lookback": [7, 14]}') AS best
ORDER BY rank LIMIT 1;
SELECT is((SELECT count(*) FROM best), 1::bigint, 'one statement tunes and trains');
SELECT ok((SELECT (lstm_info(model)->>'rows')::int = 200 FROM best), 'on all rows');

---- arguments, and an end before the end ----

SELECT throws_ok($$ SELECT lstm_tune('days', 'value', horizon => 4, fold_rows => 3) $$, '22023', 'fold_rows must be from 4 to 2147483647, not 3', 'a fold shorter than the horizon');
SELECT throws_ok($$ SELECT lstm_tune('days', 'value', horizon => 4, test_rows => 3) $$, '22023', 'test_rows must be 0 or at least 4, not 3', 'test rows shorter than the horizon');
SELECT throws_ok($$ SELECT lstm_tune('days', 'value', folds => 4, fold_rows => 40, test_rows => 40) $$, '22000',
    'relation "days" has 200 rows, too few for 4 folds of 40 rows and 40 test rows', 'more folds than rows');
SELECT throws_ok($$ SELECT lstm_tune('days', 'value', trials => 0) $$, '22023', 'trials must be from 1 to 10000, not 0', 'no trials');

-- options that change nothing here
SELECT results_eq($$ SELECT rank, trial FROM lstm_tune('days', 'value', lookback => 7, folds => 1, test_rows => 0,
    options => '{"epochs": 1, "units": 2}', grid => '{"patience": [1000, 2000, 3000]}') ORDER BY rank $$,
    $$ VALUES (1, 1), (2, 2), (3, 3), (4, 4) $$, 'of equal errors the earlier trial is better');

SELECT * FROM finish();
ROLLBACK;
