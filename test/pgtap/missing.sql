-- Rows and values that are not there are refused, or filled in the same way wherever a model meets them.
BEGIN;
SET LOCAL client_min_messages = error;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lstm_forecast;

SELECT plan(77);

\ir ../include/failure.sql

-- a season of 4 rows: row 3 does not exist, rows 6 and 7 have no value, and row 12 is NaN
CREATE TABLE whole AS SELECT date '2024-01-01' + i AS at, (10 * (i % 4) + i)::float8 AS value FROM generate_series(0, 39) AS i;
CREATE TABLE holes AS SELECT at, CASE WHEN at IN ('2024-01-07', '2024-01-08') THEN NULL
    WHEN at = '2024-01-13' THEN 'NaN' ELSE value END AS value FROM whole WHERE at <> '2024-01-04';
-- the same holes, filled by hand
CREATE TABLE by_hand (method text, values_ float8[]);
INSERT INTO by_hand VALUES ('linear', ARRAY[13, 12 + 2.0 / 3, 10 + 1.0 / 3, 32]), ('previous', '{22,15,15,41}'),
    ('seasonal', '{41,26,41,12}');
INSERT INTO by_hand SELECT 'mask', values_ FROM by_hand WHERE method = 'linear';
CREATE TABLE filled AS
SELECT b.method, w.at, CASE w.at WHEN '2024-01-04' THEN values_[1] WHEN '2024-01-07' THEN values_[2]
    WHEN '2024-01-08' THEN values_[3] WHEN '2024-01-13' THEN values_[4] ELSE w.value END AS value
FROM by_hand b, whole w;
CREATE VIEW filled_linear AS SELECT at, value FROM filled WHERE method = 'linear';
CREATE VIEW filled_previous AS SELECT at, value FROM filled WHERE method = 'previous';
CREATE VIEW filled_seasonal AS SELECT at, value FROM filled WHERE method = 'seasonal';
CREATE VIEW filled_mask AS SELECT at, value FROM filled WHERE method = 'mask';

CREATE FUNCTION pg_temp.learned(model bytea) RETURNS text LANGUAGE sql AS
$$ SELECT md5(string_agg("values"::text, ' ' ORDER BY layer_no, name)) FROM lstm_weights(model) $$;
-- Seasons stay in: what is compared are forecasts of filled rows and of arrays, which do not say where in the season they lie.
CREATE FUNCTION pg_temp.train(relation regclass, more jsonb DEFAULT '{}') RETURNS bytea LANGUAGE plpgsql AS
$$ BEGIN RETURN lstm_train(relation, 'value', time_column => 'at', lookback => 4, horizon => 2,
    options => '{"epochs": 3, "units": 3, "deseasonalize": "none"}' || more); END $$;

CREATE TEMP TABLE models AS SELECT method, pg_temp.train('holes', jsonb_build_object('missing', method)) AS model FROM by_hand;

SELECT ok((SELECT max(abs(seen - v.value)) < 1e-9 AND count(*) = 39 FROM lstm_windows('holes', 'value', missing => b.method) AS w,
    LATERAL (SELECT value FROM filled WHERE method = b.method ORDER BY at OFFSET w.window_no - 1 LIMIT 1) AS v,
    unnest(w.x) AS seen), format('%s: windows have the values that were filled by hand', method)) FROM by_hand AS b ORDER BY method;
SELECT is(pg_temp.learned(model), pg_temp.learned(pg_temp.train(('filled_' || method)::regclass)),
    format('%s: the model is that of the table filled by hand', method))
FROM models WHERE method <> 'mask' ORDER BY method;
SELECT isnt(pg_temp.learned(model), pg_temp.learned(pg_temp.train('filled_mask')), 'mask: what was filled is not learned')
FROM models WHERE method = 'mask';
SELECT results_eq($$ SELECT window_no, y FROM lstm_windows('holes', 'value', horizon => 2, missing => 'mask') WHERE window_no IN (2, 3, 6) $$,
    $$ VALUES (2, '{22,NULL}'::float8[]), (3, '{NULL,4}'), (6, '{NULL,NULL}') $$, 'mask: a target that was filled is shown as NULL');
SELECT is(lstm_info(model)->'missing', jsonb_build_object('method', method, 'rows', 1, 'values', 4, 'first', '2024-01-04',
    'last', '2024-01-13'), format('%s: the model tells what was filled', method)) FROM models ORDER BY method;
SELECT is(lstm_info(pg_temp.train('whole'))->'missing', '{"method": "auto", "rows": 0, "values": 0, "first": null, "last": null}'::jsonb,
    'a model of a whole table tells that nothing was');
SELECT is(pg_temp.learned(pg_temp.train('whole', '{"missing": "mask"}')), pg_temp.learned(pg_temp.train('whole')),
    'where nothing is missing, mask changes nothing');

---- forecasts fill as training does ----

SELECT results_eq(format($$ SELECT forecast_at, forecast FROM models, lstm_forecast(model, as_of => %L) WHERE method = %L $$, as_of, method),
    format($$ SELECT forecast_at, forecast FROM models, lstm_forecast(model, as_of => %L, relation => %L) WHERE method = %L $$,
           as_of, 'filled_' || method, method), format('%s: the window up to %s is filled', method, as_of))
FROM models, unnest(ARRAY['2024-01-10', '2024-01-11', '2024-01-15']) AS as_of
WHERE method <> 'seasonal' ORDER BY method, as_of;
-- a season later nothing is known yet: the mean is that of the side that is
SELECT results_eq($$ SELECT forecast FROM models, lstm_forecast(model, as_of => '2024-01-15') WHERE method = 'seasonal' $$,
    $$ SELECT forecast FROM models, lstm_predict(model, ARRAY[41, 8, 23, 34]) WHERE method = 'seasonal' $$,
    'seasonal: a window is filled from the seasons before it');
CREATE TEMP TABLE unbroken AS SELECT pg_temp.train('whole', '{"missing": "seasonal"}') AS model;
SELECT results_eq($$ SELECT forecast FROM unbroken, lstm_forecast(model, relation => 'holes', as_of => '2024-01-15') $$,
    $$ SELECT forecast FROM unbroken, lstm_predict(model, ARRAY[41, 8, 23, 34]) $$, 'a model that met no gap in training fills windows, too');
SELECT results_eq($$ SELECT forecast FROM models, lstm_forecast(model, as_of => '2024-01-09') WHERE method = 'previous' $$,
    $$ SELECT forecast FROM models, lstm_predict(model, ARRAY[15, 15, 15, 8]) WHERE method = 'previous' $$,
    'previous: the value before the gap is found before the window');
SELECT results_eq($$ SELECT origin, step, at::date, actual FROM models, lstm_rolling(model, steps => 2, stride => 1)
        WHERE method = 'linear' AND origin IN (5, 6) $$,
    $$ VALUES (5::bigint, 1, date '2024-01-06', 15::float8), (5, 2, '2024-01-07', NULL), (6, 1, '2024-01-07', NULL), (6, 2, '2024-01-08', NULL) $$,
    'rolling forecasts go over filled rows, and stand beside no value where none came');
SELECT is((SELECT array_agg(round(forecast::numeric, 9) ORDER BY origin, step) FROM lstm_rolling(model, stride => 1)),
    (SELECT array_agg(round(forecast::numeric, 9) ORDER BY origin, step) FROM lstm_rolling(model, stride => 1, relation => 'filled_linear')),
    'rolling forecasts over gaps are those of the filled table') FROM models WHERE method = 'linear';
CREATE TABLE outage AS SELECT at, CASE WHEN at < '2024-01-20' OR at > '2024-02-08' THEN value END AS value FROM whole;
SELECT results_eq($$ SELECT forecast FROM models, lstm_forecast(model, relation => 'outage') WHERE method = 'previous' $$,
    $$ SELECT forecast FROM models, lstm_predict(model, (SELECT ARRAY[last, last, last, newest] FROM
           (SELECT max(value) FILTER (WHERE at = '2024-01-19') AS last, max(value) FILTER (WHERE at = '2024-02-09') AS newest FROM outage) AS v))
       WHERE method = 'previous' $$, 'the value before an outage is found however long that is');
CREATE TABLE months AS SELECT ('2023-01-31'::timestamp + i * interval '1 month')::date AS at, i * i % 7 AS value FROM generate_series(0, 23) AS i
    WHERE i NOT IN (5, 13);
CREATE TEMP TABLE by_month AS SELECT pg_temp.train('months', '{"missing": "linear"}') AS model;
SELECT results_eq($$ SELECT at::date FROM by_month, lstm_rolling(model, steps => 1, stride => 1) WHERE actual IS NULL ORDER BY at $$,
    $$ VALUES (date '2023-06-30'), ('2024-02-29') $$, 'rows that were put in lie where the calendar has them');

---- aggregates ----

SELECT is(pg_temp.learned((SELECT lstm_train_agg(at::timestamptz, value, '{"missing": "linear", "epochs": 3, "units": 3, "lookback": 4,
        "horizon": 2, "deseasonalize": "none"}') FROM holes)), pg_temp.learned(pg_temp.train('holes', '{"missing": "linear"}')),
    'the aggregate with a time fills missing rows and values like lstm_train');
SELECT is(pg_temp.learned((SELECT lstm_train_agg(CASE WHEN at <> '2024-01-07' THEN value END, '{"missing": "previous", "epochs": 2,
        "units": 2, "lookback": 4, "outliers": "keep"}' ORDER BY at) FROM whole)),
    pg_temp.learned((SELECT lstm_train_agg(CASE WHEN at <> '2024-01-07' THEN value ELSE 15 END, '{"epochs": 2, "units": 2, "lookback": 4, "outliers": "keep"}'
        ORDER BY at) FROM whole)), 'the ordered aggregate fills values');
SELECT is((SELECT lstm_info(lstm_train_agg(CASE WHEN at <> '2024-01-07' THEN value END, '{"missing": "linear", "epochs": 2,
        "units": 2, "lookback": 4}' ORDER BY at))->'missing' FROM whole),
    '{"method": "linear", "rows": 0, "values": 1, "first": "7", "last": "7"}'::jsonb, 'the ordered aggregate tells the number of the row');

---- several columns ----

CREATE TABLE pairs AS SELECT i AS at, i % 5 AS a, 10.0 * i AS value FROM generate_series(1, 30) AS i;
UPDATE pairs SET a = NULL WHERE at = 10;
UPDATE pairs SET value = NULL WHERE at = 20;
SELECT results_eq($$ SELECT x, y FROM lstm_windows('pairs', 'value', time_column => 'at', inputs => '{a,value}', missing => 'mask')
        WHERE window_no IN (9, 10, 19) $$,
    $$ VALUES ('{{4,90}}'::float8[], '{100}'::float8[]), ('{{2.5,100}}', '{110}'), ('{{4,190}}', '{NULL}') $$,
    'columns are filled one by one, and masked one by one');
UPDATE pairs SET a = NULL;
SELECT is(pg_temp.failure($$ SELECT lstm_train('pairs', 'value', time_column => 'at', inputs => '{a,value}', options => '{"missing": "linear"}') $$),
    '22000: column "a" of relation "pairs" has no known value
DETAIL: All 30 values of the column are NULL, NaN or missing.
HINT: Leave the column out, or read more rows.', 'a column without any value cannot be filled');

---- what no filling mends ----

CREATE FUNCTION pg_temp.refused(change text, options jsonb DEFAULT '{"missing": "linear"}') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
BEGIN
    CREATE TABLE changed AS SELECT at::timestamp AS at, value FROM whole;
    EXECUTE change;
    result := pg_temp.failure(format('SELECT pg_temp.train(''changed'', %L)', options));
    DROP TABLE changed;
    RETURN result;
END $$;
SELECT is(pg_temp.refused(change), failure, description)
FROM (VALUES
    ('UPDATE changed SET value = ''-Infinity'' WHERE at = ''2024-01-05''', '22000: column "value" of relation "changed" is infinite in row 5
DETAIL: 1 of 40 rows has infinite values.
HINT: Leave these rows out or make the values finite, for example in a view.', 'an infinite value'),
    ('INSERT INTO changed SELECT at, 1 FROM changed WHERE at < ''2024-01-04''', '22000: timestamp 2024-01-01 00:00:00 of relation "changed" occurs in more than one row
DETAIL: 3 rows repeat the time of the row before.
HINT: If the table holds several series, give series_column; else make one row of each time with option "aggregate", for example {"aggregate": "mean"}.', 'duplicates'),
    ('UPDATE changed SET at = at + interval ''1 second'' WHERE at IN (''2024-01-01'', ''2024-01-05'')',
        '22000: timestamps of relation "changed" are not regular: 2024-01-02 00:00:00 follows 2024-01-01 00:00:01
DETAIL: The step is 1 day; 2 rows are not a whole number of steps from the others.
HINT: Give the step, and rows are taken for the nearest time: {"step": "1 day"}; or make one row of several, for example {"step": "1 day", "aggregate": "sum"}.',
        'rows that are late, the first one too'),
    ('INSERT INTO changed VALUES (''294000-01-01'', 1)', '22000: too many rows of relation "changed" are missing: 294000-01-01 00:00:00 follows 2024-02-09 00:00:00
DETAIL: The step is 1 day; 106642004 rows are missing, but at most 10 are filled for each of the 41 existing rows.
HINT: Correct the timestamp, or give a longer step in option "step".', 'a year that is mistyped'),
    ('INSERT INTO changed VALUES (''4713-01-01 BC'', 1)', '22000: too many rows of relation "changed" are missing: 2024-01-01 00:00:00 follows 4713-01-01 00:00:00 BC
DETAIL: The step is 1 day; 2460272 rows are missing, but at most 10 are filled for each of the 41 existing rows.
HINT: Correct the timestamp, or give a longer step in option "step".', 'a time before all others'),
    ('UPDATE changed SET value = NULL', '22000: column "value" of relation "changed" has no known value
DETAIL: All 40 values of the column are NULL, NaN or missing.
HINT: Leave the column out, or read more rows.', 'no value at all')
) AS v (change, failure, description);
SELECT matches(pg_temp.refused('UPDATE changed SET at = ''1999-01-01'' WHERE at = ''2024-01-01''', '{"missing": "linear", "step": "1 microsecond"}'),
    '^22000: too many rows of relation "changed" are missing: 2024-01-02 00:00:00 follows 1999-01-01 00:00:00\n', '10^15 rows are refused');
CREATE TABLE eleven AS SELECT make_date(2018 + n / 11, 1, 1 + n % 11) AS at, n % 5 AS value FROM generate_series(0, 54) n;
CREATE TABLE february AS SELECT make_date(2018 + n / 12, 2, 1 + n % 12) AS at, n % 5 AS value FROM generate_series(0, 59) n;
CREATE TABLE hours AS SELECT make_date(2018 + n / 288, 1, 1) + n % 288 * interval '1 hour' AS at, n % 5 AS value FROM generate_series(0, 599) n;
CREATE TABLE swapped AS SELECT make_date(2018 + n / 12, 1, 1 + n % 12) AS at, n % 5 AS value FROM generate_series(0, 59) n;
SELECT is(pg_temp.failure($$ SELECT lstm_train('swapped', 'value') $$),
    '22000: too many rows of relation "swapped" are missing: 2021-01-01 follows 2020-01-12
DETAIL: The step is 1 day; 1413 rows are missing, but at most 10 are filled for each of the 60 existing rows.
HINT: Perhaps day and month were swapped when the rows were read: set datestyle to DMY, or to MDY, and read them again.', 'months that were read as days');
SELECT alike(pg_temp.failure(format($$ SELECT lstm_train(%L, 'value') $$, name)), '%Correct the timestamp%', 'but not ' || name) FROM (VALUES
    ('eleven'), ('february'), ('hours')) AS v (name);
CREATE TABLE far (n bigint PRIMARY KEY, value int);
INSERT INTO far SELECT i, i FROM generate_series(1, 20) AS i;
INSERT INTO far VALUES (-9223372036854775808, 0), (9223372036854775807, 0);
SELECT is(pg_temp.failure($$ SELECT lstm_train('far', 'value', options => '{"missing": "linear"}') $$),
    '22000: too many rows of relation "far" are missing: 1 follows -9223372036854775808
DETAIL: The step is 1; 18446744073709551594 rows are missing, but at most 10 are filled for each of the 22 existing rows.
HINT: Correct the timestamp, or give a longer step in option "step".', 'the whole range of integers is counted without overflow');
CREATE VIEW sparse AS SELECT 8 * i AS n, i % 7 AS value FROM generate_series(1, 30000) AS i UNION ALL VALUES (1, 1), (2, 1), (3, 1), (4, 1);
SET LOCAL maintenance_work_mem = '1MB';
SELECT matches(pg_temp.failure($$ SELECT lstm_train('sparse', 'value', time_column => 'n', lookback => 2, options => '{"units": 1, "step": 1, "missing": "linear"}') $$),
    '^54000: filling the gaps from 1 to 240000 needs \d+ kB, but maintenance_work_mem allows only 1024 kB\nHINT', 'rows to be filled must fit into memory');
RESET maintenance_work_mem;
SELECT is(pg_temp.failure($$ SELECT * FROM lstm_windows('holes', 'value', missing => 'lienar') $$),
    '22023: missing must be one of error, linear, previous, seasonal, mask, auto, not "lienar"
HINT: Perhaps you meant "linear".', 'a method that is mistyped');

---- rows without a target after the last one that has one ----

CREATE TABLE future (at date PRIMARY KEY, value float8, other float8);
INSERT INTO future SELECT date '2024-01-01' + i, CASE WHEN i < 30 THEN i * i % 7 END, i FROM generate_series(0, 39) AS i;
CREATE VIEW known AS SELECT * FROM future WHERE value IS NOT NULL;
SELECT is(lstm_info(pg_temp.train('future'))->>'last_time', '2024-01-30', 'training ends at the last row with a target');
SELECT is(pg_temp.learned(pg_temp.train('future')), pg_temp.learned(pg_temp.train('known')), 'training learns as if rows without a target at the end were not there');
CREATE TEMP TABLE seers AS SELECT pg_temp.train('future', '{"missing": "error"}') AS alone,
    lstm_train('future', 'value', inputs => '{other}', lookback => 3, options => '{"epochs": 1, "units": 2}') AS other,
    lstm_train('future', 'value', inputs => '{other}', lookback => 3, options => '{"epochs": 1, "units": 2, "lead": 0}') AS same_row,
    pg_temp.train('future', '{"missing": "previous"}') AS filling;
SELECT results_eq(format($$ SELECT forecast_at, forecast FROM seers, lstm_forecast(%I, 1) $$, model),
    format($$ SELECT forecast_at, forecast FROM seers, lstm_forecast(%I, 1, relation => 'known') $$, model), format('forecasts begin after it: %s', model))
FROM unnest(ARRAY['alone', 'other', 'filling']) AS model;
SELECT results_eq($$ SELECT forecast_at::date FROM seers, lstm_forecast(same_row) $$, $$ VALUES (date '2024-02-09') $$,
    'with lead 0 the newest row is the one that is asked for');
INSERT INTO future SELECT date '2024-02-10' + i, NULL, i FROM generate_series(0, 999) AS i;
SELECT results_eq($$ SELECT forecast_at::date FROM seers, lstm_forecast(alone) $$, $$ VALUES (date '2024-01-31'), ('2024-02-01') $$,
    'a thousand rows of the future are passed over');
SELECT is((SELECT max(origin + step) FROM lstm_rolling(alone, stride => 1)), 30::bigint, 'rolling forecasts end at the last row that is known') FROM seers;
UPDATE future SET value = NULL WHERE at = '2024-01-28';
SELECT throws_ok($$ SELECT f.* FROM seers, lstm_forecast(alone) AS f $$, '22004', NULL, 'a NULL before the last known row is a missing value');
SELECT results_eq($$ SELECT forecast FROM seers, lstm_forecast(filling) $$,
    $$ SELECT f.forecast FROM seers, lstm_predict(filling, (SELECT ARRAY[max(value) FILTER (WHERE at = '2024-01-27'), max(value) FILTER (WHERE at = '2024-01-27'),
        max(value) FILTER (WHERE at = '2024-01-29'), max(value) FILTER (WHERE at = '2024-01-30')] FROM future)) AS f $$, 'a NULL before the last known row is filled');
UPDATE future SET value = NULL;
SELECT throws_ok($$ SELECT f.* FROM seers, lstm_forecast(alone) AS f $$, '22004', NULL, 'where no row has a target, all are missing');
SELECT throws_ok($$ SELECT pg_temp.train('future', '{"missing": "error"}') $$, '22004', 'column "value" of relation "future" is NULL in row 1', 'in training too');

---- short series, constant series, far horizons ----

CREATE TABLE short (at date PRIMARY KEY, value float8);
CREATE FUNCTION pg_temp.short(rows int, lookback int DEFAULT 4) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM short;
    INSERT INTO short SELECT date '2024-01-31' + i, i FROM generate_series(0, rows - 1) AS i;
    RETURN pg_temp.failure(format('SELECT f.* FROM lstm_forecast(lstm_train(''short'', ''value'', lookback => %s, options =>
        ''{"epochs": 1, "units": 1, "missing": "seasonal"}''), steps => 10) AS f', lookback));
END $$;
SELECT matches(pg_temp.short(rows), '^22000: relation "short" has ' || rows || ' rows, but training needs at least 5\n', format('%s rows', rows))
FROM unnest(ARRAY[0, 1, 2, 4]) AS rows;
SELECT is(pg_temp.short(5), 'no error', 'lookback + 1 rows, and ten times the horizon');
SELECT is(pg_temp.short(2, 1), 'no error', 'two rows are enough for a lookback of one');
CREATE TABLE constant AS SELECT at, 7.0 AS value FROM holes;
SELECT ok((SELECT count(*) = 20 AND bool_and(isfinite(forecast_at) AND forecast BETWEEN 6 AND 8) FROM lstm_forecast(lstm_train('constant', 'value',
    lookback => 4, horizon => 2, options => jsonb_build_object('missing', method, 'epochs', 3)), relation => 'constant', steps => 20)),
    format('a constant series with gaps: %s', method)) FROM by_hand ORDER BY method;

---- names ----

CREATE SCHEMA "My Schema";
CREATE TABLE "My Schema"."Mixed Case" AS SELECT at AS "When ""It"" Was", value AS "Täglich; DROP" FROM holes;
CREATE TEMP TABLE odd AS SELECT lstm_train('"My Schema"."Mixed Case"', 'Täglich; DROP', lookback => 4,
    options => '{"missing": "linear", "epochs": 1}') AS model;
SELECT is((SELECT count(*) FROM odd, lstm_forecast(model, 5)), 5::bigint, 'quoted and mixed-case names are read and filled');
ALTER TABLE "My Schema"."Mixed Case" RENAME COLUMN "Täglich; DROP" TO täglich;
SELECT throws_ok($$ SELECT f.* FROM odd, lstm_forecast(model) AS f $$, '42703', 'column "Täglich; DROP" of relation "Mixed Case" does not exist',
    'a column that was renamed is named');
ALTER TABLE "My Schema"."Mixed Case" RENAME COLUMN täglich TO "Täglich; DROP";
ALTER TABLE "My Schema"."Mixed Case" DROP COLUMN "When ""It"" Was";
SELECT throws_ok($$ SELECT f.* FROM odd, lstm_forecast(model) AS f $$, '42703', 'column "When "It" Was" of relation "Mixed Case" does not exist',
    'a time column that was dropped is named');

-- what was filled in one series says nothing of another
CREATE TABLE two_series AS SELECT s, n, CASE WHEN s = 'a' AND n BETWEEN 10 AND 14 THEN NULL ELSE n % 7 + 0.1 * sin(n * 3) END AS value
FROM unnest(ARRAY['a', 'b']) s, generate_series(1, 80) n;
CREATE TABLE two_models AS SELECT missing, lstm_train('two_series', 'value', 'n', 's', lookback => 3,
    options => jsonb_build_object('epochs', 2, 'units', 2, 'missing', missing)) AS model FROM unnest(ARRAY['linear', 'mask']) missing;
SELECT results_eq($$ SELECT r.series, count(*) FILTER (WHERE r.actual IS NULL)
    FROM two_models, lstm_rolling(model) r WHERE missing = 'linear' GROUP BY 1 ORDER BY 1 $$,
    $$ VALUES ('a', 5::bigint), ('b', 0::bigint) $$, 'a row that was filled in one series has its actual value in the other');
SELECT isnt((SELECT lstm_info(model)->'metrics' FROM two_models WHERE missing = 'linear'),
    (SELECT lstm_info(model)->'metrics' FROM two_models WHERE missing = 'mask'), 'masked values of several series are no targets');

SELECT * FROM finish();
ROLLBACK;
