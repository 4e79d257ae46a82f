-- Bad input is answered by an error that says what is wrong, where, and what to do.
BEGIN;
SET LOCAL client_min_messages = error;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lstm_forecast;

SELECT plan(123);

\ir ../include/failure.sql

CREATE TABLE days (at date PRIMARY KEY, value float8, other float8);
INSERT INTO days SELECT date '2024-01-01' + i - 1, sin(i / 3.0) * 5, i FROM generate_series(1, 40) AS i;
-- whoever reads a row of it, fails
CREATE VIEW unreadable AS SELECT at, value / (value - value) AS value FROM days;
CREATE TABLE models AS SELECT
    lstm_train('days', 'value', lookback => 3, options => '{"epochs": 1, "units": 2, "missing": "error"}') AS one,
    lstm_train('days', ARRAY['value', 'other'], lookback => 3, options => '{"epochs": 1, "units": 2}') AS two;

---- options ----

SELECT is(pg_temp.failure(format($$ SELECT lstm_train('days', 'value', lookback => 3, options => %L) $$, options)), '22023: ' || failure,
    format('options %s', left(options::text, 60)))
FROM (VALUES
    ('{"epoch": 3}'::jsonb, 'unrecognized option "epoch"
HINT: Perhaps you meant "epochs". lstm_options() lists all options.'),
    ('{"Epochs": 3}', 'unrecognized option "Epochs"
HINT: Perhaps you meant "epochs". lstm_options() lists all options.'),
    ('{"learningrate": 3}', 'unrecognized option "learningrate"
HINT: Perhaps you meant "learning_rate". lstm_options() lists all options.'),
    ('{"": 3}', 'unrecognized option ""
HINT: lstm_options() lists all options.'),
    ('{"zzz": 3}', 'unrecognized option "zzz"
HINT: lstm_options() lists all options.'),
    ('{"lookback": 3}', '"lookback" is a parameter here, not an option
HINT: Give the parameter by name: lookback => ...'),
    ('[]', 'options must be a JSON object
HINT: For example: ''{"epochs": 100}''.'),
    ('3', 'options must be a JSON object
HINT: For example: ''{"epochs": 100}''.'),
    ('null', 'options must be a JSON object
HINT: For example: ''{"epochs": 100}''.'),
    ('{"epochs": "3"}', 'option "epochs" must be an integer, not "3"'),
    ('{"epochs": null}', 'option "epochs" must be an integer, not null'),
    ('{"epochs": {"of": 3}}', 'option "epochs" must be an integer, not {"of": 3}'),
    ('{"epochs": [3]}', 'option "epochs" must be an integer, not [3]'),
    ('{"epochs": 2.5}', 'option "epochs" must be an integer from 0 to 1000000, not 2.5'),
    ('{"epochs": 0}', 'option "epochs" cannot be 0 here
DETAIL: This value is for a training that starts from a model.
HINT: Give the model in option "init".'),
    ('{"epochs": -3}', 'option "epochs" must be an integer from 0 to 1000000, not -3'),
    ('{"epochs": 4294967297}', 'option "epochs" must be an integer from 0 to 1000000, not 4294967297'),
    ('{"epochs": 18446744073709551617}', 'option "epochs" must be an integer from 0 to 1000000, not 18446744073709551617'),
    ('{"epochs": 1e400}', 'option "epochs" must be an integer from 0 to 1000000, not a number of 401 characters'),
    ('{"learning_rate": 1e400}', 'option "learning_rate" must be from 1e-10 to 100, not a number of 401 characters'),
    ('{"learning_rate": -1e400}', 'option "learning_rate" must be from 1e-10 to 100, not a number of 402 characters'),
    ('{"learning_rate": 0}', 'option "learning_rate" must be from 1e-10 to 100, not 0'),
    ('{"learning_rate": "NaN"}', 'option "learning_rate" must be a number, not "NaN"'),
    ('{"learning_rate": true}', 'option "learning_rate" must be a number, not true'),
    ('{"dropout": 1}', 'option "dropout" must be from 0 to 0.95, not 1'),
    ('{"validation": 1}', 'option "validation" must be from 0 to 0.9, not 1'),
    ('{"seed": -1}', 'option "seed" must be an integer from 0 to 9007199254740992, not -1'),
    ('{"shuffle": "true"}', 'option "shuffle" must be true or false, not "true"'),
    ('{"shuffle": 1}', 'option "shuffle" must be true or false, not 1'),
    ('{"loss": "msee"}', 'option "loss" must be one of mse, mae, huber, quantile, gaussian, student_t, negative_binomial, not "msee"
HINT: Perhaps you meant "mse".'),
    ('{"loss": 3}', 'option "loss" must be one of mse, mae, huber, quantile, gaussian, student_t, negative_binomial, not 3'),
    ('{"loss": ["mse"]}', 'option "loss" must be one of mse, mae, huber, quantile, gaussian, student_t, negative_binomial, not ["mse"]'),
    ('{"optimizer": "Adam"}', 'option "optimizer" must be one of adam, adamw, rmsprop, sgd, not "Adam"
HINT: Perhaps you meant "adam".'),
    ('{"units": 0}', 'option "units" must be an integer from 1 to 65536, not 0'),
    ('{"units": [3, -1]}', 'option "units" must be an integer from 1 to 65536, not -1'),
    ('{"units": []}', 'option "units" must not be empty')
) AS v (options, failure);
SELECT throws_ok(format($$ SELECT lstm_train('days', 'value', options => '{"%s": 1}') $$, repeat('x', 100000)), '22023', NULL,
    'a key of 100,000 letters is refused');
SELECT throws_ok(format($$ SELECT lstm_train('days', 'value', options => '{"architecture": %s1%s}') $$, repeat('[', 5000), repeat(']', 5000)),
    '22023', NULL, 'deep nesting is refused');

---- columns and parameters ----

SELECT is(pg_temp.failure(statement), failure, description)
FROM (VALUES
    ($$ SELECT lstm_train('days', 'valeu') $$, '42703: column "valeu" of relation "days" does not exist
HINT: Perhaps you meant "value".', 'a column that is mistyped'),
    ($$ SELECT lstm_train('days', 'value', inputs => '{value,othr}') $$, '42703: column "othr" of relation "days" does not exist
HINT: Perhaps you meant "other".', 'an input that is mistyped'),
    ($$ SELECT lstm_train('days', 'completely different') $$, '42703: column "completely different" of relation "days" does not exist',
        'a column that nothing is like'),
    ($$ SELECT lstm_train('days', '') $$, '42703: column "" of relation "days" does not exist', 'an empty name'),
    ($$ SELECT lstm_train('days', NULL::text) $$, '22004: target must not be NULL', 'a NULL target'),
    ($$ SELECT lstm_train('days', NULL::text[]) $$, '22004: target must not be NULL', 'a NULL array of targets'),
    ($$ SELECT lstm_train('days', '{}'::text[]) $$, '22023: target names no column', 'no targets'),
    ($$ SELECT lstm_train('days', ARRAY['value', NULL]) $$, '22004: target has a NULL element', 'a NULL among the targets'),
    ($$ SELECT lstm_train('days', ARRAY['value', 'value']) $$, '22023: target names column "value" twice', 'a target twice'),
    ($$ SELECT lstm_train('days', 'value', inputs => '{other,other}') $$, '22023: inputs names column "other" twice', 'an input twice'),
    ($$ SELECT lstm_train('days', 'value', inputs => '{}') $$, '22023: inputs names no column', 'no inputs'),
    ($$ SELECT lstm_train(NULL, 'value') $$, '22004: relation must not be NULL', 'a NULL relation'),
    ($$ SELECT lstm_train('nights', 'value') $$, '42P01: relation "nights" does not exist', 'a relation that does not exist'),
    ($$ SELECT lstm_train('days', 'value', horizon => 0) $$, '22023: horizon must be from 1 to 1048576, not 0', 'no horizon'),
    ($$ SELECT lstm_train('days', 'value', lookback => -1) $$, '22023: lookback must be from 1 to 1048576, not -1', 'a negative lookback'),
    ($$ SELECT lstm_train('days', 'value', series_column => 'otter') $$, '42703: column "otter" of relation "days" does not exist
HINT: Perhaps you meant "other".', 'series_column'),
    ($$ SELECT lstm_train('days', 'value', known_inputs => '{value}') $$, '22023: known_inputs names column "value", which is a target or an input already
HINT: Give each column once.', 'known_inputs'),
    ($$ SELECT lstm_train('days', 'value', static_inputs => '{other}') $$, '22000: relation "days" cannot be used: static input "other" has more than one value', 'static_inputs'),
    ($$ SELECT f.* FROM models, lstm_forecast(one, series => '{a}') AS f $$, '22023: the model was trained on a single unnamed series, but "series" was given
HINT: Train with series_column, or leave "series" out.', 'series'),
    ($$ SELECT lstm_train('days', 'value', lookback => 40) $$, '22000: relation "days" has 40 rows, but training needs at least 41
DETAIL: One window takes lookback 40 + lead 1 - 1 + horizon 1 rows.
HINT: Reduce lookback or horizon, or give more rows.', 'too few rows'),
    ($$ SELECT lstm_train('days', 'value', lookback => 30, horizon => 10, options => '{"lead": 3}') $$,
        '22000: relation "days" has 40 rows, but training needs at least 42
DETAIL: One window takes lookback 30 + lead 3 - 1 + horizon 10 rows.
HINT: Reduce lookback or horizon, or give more rows.', 'too few rows for a later lead'),
    ($$ SELECT lstm_train_agg(v::float8, '{"lookback": 3}') FROM generate_series(1, 2) AS v $$,
        '22000: the aggregate''s input has 2 rows, but training needs at least 4
DETAIL: One window takes lookback 3 + lead 1 - 1 + horizon 1 rows.
HINT: Reduce lookback or horizon, or give more rows.', 'too few rows in a group are an error')
) AS v (statement, failure, description);
SELECT lives_ok($$ SELECT lstm_train('days', 'value', lookback => 39, options => '{"epochs": 1, "units": 1}') $$, 'just enough rows');

---- values and times ----

CREATE FUNCTION pg_temp.with_rows(change text, call text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
BEGIN
    CREATE TABLE changed AS SELECT at::timestamp AS at, value, other FROM days;
    EXECUTE change;
    result := pg_temp.failure(call);
    DROP TABLE changed;
    RETURN result;
END $$;
SELECT is(pg_temp.with_rows(change, $$ SELECT lstm_train('changed', 'value', lookback => 3, inputs => '{value,other}',
    options => '{"epochs": 1, "units": 1, "missing": "error"}') $$), failure, description)
FROM (VALUES
    ('UPDATE changed SET value = NULL WHERE other IN (7, 9, 12)', '22004: column "value" of relation "changed" is NULL in row 7
DETAIL: 3 of 40 rows have NULL, NaN or infinite values.
HINT: Train with option "missing", which fills values, for example {"missing": "linear"}; or leave these rows out in a view.', 'a NULL in the target'),
    ('UPDATE changed SET value = ''NaN'' WHERE other = 40', '22000: column "value" of relation "changed" is NaN in row 40
DETAIL: 1 of 40 rows has NULL, NaN or infinite values.
HINT: Train with option "missing", which fills values, for example {"missing": "linear"}; or leave these rows out in a view.', 'a NaN in the last row'),
    ('UPDATE changed SET other = ''-Infinity'' WHERE other = 1', '22000: column "other" of relation "changed" is infinite in row 1
DETAIL: 1 of 40 rows has NULL, NaN or infinite values.
HINT: Leave these rows out or make the values finite, for example in a view.', 'an infinite value in an input, in the first row'),
    ('UPDATE changed SET value = NULL, other = ''NaN''', '22004: column "value" of relation "changed" is NULL in row 1
DETAIL: 40 of 40 rows have NULL, NaN or infinite values.
HINT: Train with option "missing", which fills values, for example {"missing": "linear"}; or leave these rows out in a view.', 'nothing but bad values'),
    ('UPDATE changed SET at = NULL WHERE other = 7', '22004: time column "at" of relation "changed" is NULL in row 40
DETAIL: 1 of 40 rows has no finite time.
HINT: Leave such rows out, for example with a view.', 'a NULL time'),
    ('UPDATE changed SET at = ''infinity'' WHERE other = 7', '22000: time column "at" of relation "changed" is infinite in row 40
DETAIL: 1 of 40 rows has no finite time.
HINT: Leave such rows out, for example with a view.',
        'an infinite time'),
    ('UPDATE changed SET at = ''-infinity'' WHERE other = 7', '22000: time column "at" of relation "changed" is infinite in row 1
DETAIL: 1 of 40 rows has no finite time.
HINT: Leave such rows out, for example with a view.',
        'an infinite past'),
    ('INSERT INTO changed SELECT * FROM changed WHERE other IN (5, 6)',
        '22000: timestamp 2024-01-05 00:00:00 of relation "changed" occurs in more than one row
DETAIL: 2 rows repeat the time of the row before.
HINT: If the table holds several series, give series_column; else make one row of each time with option "aggregate", for example {"aggregate": "mean"}.',
        'duplicate time stamps'),
    ('DELETE FROM changed WHERE other IN (10, 20, 21)',
        '22000: timestamps of relation "changed" are not regular: 2024-01-11 00:00:00 follows 2024-01-09 00:00:00
DETAIL: The step is 1 day; 3 rows are missing.
HINT: Train with option "missing", which fills gaps, for example {"missing": "linear"}; or give the step in option "step".', 'gaps'),
    ('UPDATE changed SET at = timestamp ''2019-12-31'' + other * interval ''1 month''; DELETE FROM changed WHERE other = 10',
        '22000: timestamps of relation "changed" are not regular: 2020-11-30 00:00:00 follows 2020-09-30 00:00:00
DETAIL: The step is 1 mon; 1 row is missing.
HINT: Train with option "missing", which fills gaps, for example {"missing": "linear"}; or give the step in option "step".', 'a missing month, which makes no other month irregular'),
    ('UPDATE changed SET at = at + interval ''1 minute'' WHERE other = 10',
        '22000: timestamps of relation "changed" are not regular: 2024-01-10 00:01:00 follows 2024-01-09 00:00:00
DETAIL: The step is 1 day; 1 row is not a whole number of steps from the others.
HINT: Give the step, and rows are taken for the nearest time: {"step": "1 day"}; or make one row of several, for example {"step": "1 day", "aggregate": "sum"}.', 'a row that is late')
) AS v (change, failure, description);
SELECT is(pg_temp.with_rows('UPDATE changed SET value = NULL WHERE other = 38', $$ SELECT f.* FROM models,
    lstm_forecast(one, relation => 'changed') AS f $$), '22004: column "value" of relation "changed" is NULL in row 1
DETAIL: 1 of 3 rows has NULL, NaN or infinite values.
HINT: Train with option "missing", which fills values, for example {"missing": "linear"}; or leave these rows out in a view.', 'a NULL in the rows to forecast from');
SELECT is(pg_temp.with_rows('UPDATE changed SET value = NULL WHERE other = 37', $$ SELECT f.* FROM models,
    lstm_forecast(one, relation => 'changed') AS f $$), 'no error', 'a NULL before them does not matter');
SELECT throws_ok($$ SELECT lstm_train_agg(CASE WHEN i = 5 THEN NULL ELSE now() + i * interval '1 h' END, i::float8, '{}')
    FROM generate_series(1, 9) AS i $$, '22004', 'the time of a row is NULL', 'a NULL time in the timed aggregate');
SELECT throws_ok($$ SELECT lstm_train_agg(CASE WHEN i = 5 THEN 'infinity' ELSE now() + i * interval '1 h' END, i::float8, '{}')
    FROM generate_series(1, 9) AS i $$, '22000', 'the time of a row is infinite', 'an infinite time in the timed aggregate');
SELECT throws_ok($$ SELECT lstm_train_agg(now(), i::float8, '{"lookback": 3}') FROM generate_series(1, 9) AS i $$, '22000', NULL,
    'duplicate times in the timed aggregate');

---- arrays to predict from ----

SELECT throws_ok(format($$ SELECT f.* FROM models, lstm_predict(one, %L::float8[]) AS f $$, input), state, message, format('input %s', input))
FROM (VALUES ('{1,NULL,3}', '22004', 'element 2 of input is NULL'), ('{NaN,2,3}', '22000', 'element 1 of input is NaN'),
    ('{1,2,Infinity}', '22000', 'element 3 of input is infinite'), ('{1,2,-Infinity}', '22000', 'element 3 of input is infinite'),
    ('{}', '22023', 'input has 0 rows, but the lookback of the model is 3'),
    ('{1,2}', '22023', 'input has 2 rows, but the lookback of the model is 3'),
    ('{{1,2,3},{4,5,6}}', '22023', 'a row of input must have as many values as the model has inputs (1), not 3')) AS v (input, state, message);
SELECT lives_ok($$ SELECT f.* FROM models, lstm_predict(one, '{{{1},{2},{3}}}') AS f $$, 'three dimensions are taken in row-major order');
SELECT throws_ok($$ SELECT f.* FROM models, lstm_predict(two, '{1,2,3,4,5}') AS f $$, '22023',
    'the number of values in input must be a multiple of 2, the number of inputs, not 5', 'half a row');

---- memory, before anything is read ----

SET LOCAL maintenance_work_mem = '1MB';
SELECT throws_like($$ SELECT lstm_train('unreadable', 'value', lookback => 3, options => '{"units": 1000}') $$,
    'training this network needs % kB, but maintenance_work_mem allows only 1024 kB', 'a network that is too large is refused before a row is read');
SELECT is(left(pg_temp.failure($$ SELECT lstm_train('unreadable', 'value', lookback => 3, options => '{"units": 1000}') $$), 5), '54000',
    'the SQLSTATE of a network that is too large is program_limit_exceeded');
SELECT is(left(pg_temp.failure($$ SELECT lstm_train('unreadable', 'value', options => '{"units": 1000}') $$), 5), '54000',
    'a network that is too large is refused where the lookback is left open');
SELECT is(left(pg_temp.failure($$ SELECT lstm_train('unreadable', 'value', lookback => 3, options => '{"units": 2}') $$), 5), '22012',
    'a small one is not refused: then the rows are read');
CREATE VIEW many AS SELECT n, n AS value FROM generate_series(1, 200000) AS n;
SELECT throws_like($$ SELECT lstm_train('many', 'value', 'n', lookback => 3, options => '{"units": 2}') $$,
    'reading more than % rows needs % kB, but maintenance_work_mem allows only 1024 kB', 'more rows than memory are refused');
SELECT is(left(pg_temp.failure($$ SELECT lstm_train_agg(n::float8, '{"lookback": 3}') FROM generate_series(1, 200000) AS n $$), 5), '54000',
    'a network that is too large is refused in an aggregate');
SELECT is(left(pg_temp.failure($$ SELECT f.* FROM models, lstm_predict(one, '{1,2,3}', 1000000) AS f $$), 5), '54000',
    'more steps than memory are refused');
RESET maintenance_work_mem;
SELECT throws_ok(format($$ SELECT lstm_train('days', 'value', lookback => 3, options => %L) $$, options), '54000', NULL, 'units beyond all bounds')
FROM (VALUES ('{"units": 65536}'::jsonb)) AS v (options);

SELECT is(pg_temp.failure($$ SELECT lstm_train(4294967295, 'value') $$), '42P01: relation with OID 4294967295 does not exist
HINT: The relation may have been dropped; give the name of an existing one.', 'a relation that is gone');
-- 63 bytes would end inside of a character
SELECT is(pg_temp.failure(format($$ SELECT lstm_train('days', 'value', options => '{"loss": "%s"}') $$, 'x' || repeat('€', 40))),
    replace(pg_temp.failure($$ SELECT lstm_train('days', 'value', options => '{"loss": "x"}') $$), '"x"', '"x' || repeat('€', 20) || '"'),
    'a value that is cut ends with a whole character');

---- divergence ----

SELECT matches(pg_temp.failure($$ SELECT lstm_train_agg((i * 1e12)::float8, '{"optimizer": "sgd", "learning_rate": 100, "clip_norm": 0, "scale":
        "none", "normalize": "none", "epochs": 50, "units": 4, "lookback": 3}' ORDER BY i) FROM generate_series(1, 40) AS i $$),
    '^22003: training diverged in epoch \d+, batch \d+
DETAIL: The loss or a gradient became infinite at learning_rate 100, clip_norm 0\.
HINT: Lower learning_rate, set clip_norm to 1, or scale the columns with "scale": "standard"\.$', 'training that diverges says where and why');
SELECT lives_ok($$ SELECT lstm_train_agg((i * 1e150)::float8, '{"epochs": 2, "units": 4, "lookback": 3}' ORDER BY i)
    FROM generate_series(1, 40) AS i $$, 'huge values do not diverge where they are scaled');
SELECT lives_ok($$ SELECT lstm_train_agg(5, '{"epochs": 2, "units": 4, "lookback": 3}') FROM generate_series(1, 40) AS i $$,
    'a constant column is no division by zero');

---- models that are none ----

SELECT throws_ok(format($$ SELECT %s FROM models $$, replace(call, 'M', format('%L::bytea', bytes))), '22P03',
    'the value is not a model, or is damaged', format('%s of %s', call, left(bytes, 12)))
FROM unnest(ARRAY['lstm_info(M)', 'lstm_predict(M, ''{1,2,3}'')', 'lstm_forecast(M)', 'lstm_summary(M)', 'lstm_weights(M)']) AS call,
     unnest(ARRAY['', 'hello world', '\x4c53549a']) AS bytes;
SELECT is(pg_temp.failure(format($$ SELECT lstm_info(%s) FROM models $$, damage)),
    '22P03: the value is not a model, or is damaged
HINT: A model is the bytea value that lstm_train, lstm_train_agg or lstm_import returned; lstm_load(name) returns a saved model.', damage)
FROM unnest(ARRAY['substring(one, 1, length(one) - 1)', 'substring(one, 2)', 'one || ''\x00''', 'one || one',
    'set_byte(one, 100, get_byte(one, 100) # 1)', 'set_byte(one, length(one) - 1, get_byte(one, length(one) - 1) # 128)',
    'set_byte(one, 4, 0)', 'set_byte(one, 6, 1)']) AS damage;
SELECT is(pg_temp.failure($$ SELECT lstm_info(set_byte(one, 4, 99)) FROM models $$),
    '0A000: the model was written by a newer version of lstm_forecast
HINT: Install that version, then run ALTER EXTENSION lstm_forecast UPDATE.', 'a newer format is told from a damaged one');

SELECT * FROM finish();
ROLLBACK;
