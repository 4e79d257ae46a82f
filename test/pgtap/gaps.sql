-- What the default does about rows and values that are not there: few are filled, many are refused with the way out.
BEGIN;
SET LOCAL client_min_messages = error;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lstm_forecast;

SELECT plan(44);

\ir ../include/failure.sql

CREATE FUNCTION pg_temp.learned(model bytea) RETURNS text LANGUAGE sql AS
$$ SELECT md5(string_agg("values"::text, ' ' ORDER BY layer_no, name)) FROM lstm_weights(model) $$;
CREATE FUNCTION pg_temp.train(relation regclass, more jsonb DEFAULT '{}') RETURNS bytea LANGUAGE plpgsql AS
$$ BEGIN RETURN lstm_train(relation, 'value', time_column => 'at', lookback => 6, horizon => 2,
    options => '{"epochs": 2, "units": 2, "deseasonalize": "none"}' || more); END $$;

---- rows before the first target ----

CREATE TABLE launched AS SELECT date '2024-03-01' + i AS at, CASE WHEN i >= 35 THEN 7 + (i * 5) % 11 END::float8 AS value,
    (i % 3)::float8 AS price FROM generate_series(0, 94) i;
CREATE VIEW since AS SELECT * FROM launched WHERE value IS NOT NULL;
CREATE TEMP TABLE launch AS SELECT pg_temp.train('launched') AS model;
SELECT is(pg_temp.learned(model), pg_temp.learned(pg_temp.train('since')), 'rows before the first target are as if they were not there') FROM launch;
SELECT is(lstm_info(model)->'missing'->>'values', '0', 'they are not filled') FROM launch;
SELECT is(lstm_info(pg_temp.train('launched', jsonb_build_object('missing', method)))->>'rows', '60', format('nor with %s', method))
FROM unnest(ARRAY['error', 'linear', 'seasonal', 'mask']) method;
SELECT is((SELECT count(*) FROM lstm_windows('launched', 'value')), 59::bigint, 'lstm_windows leaves them out');
SELECT is((SELECT min(origin) FROM launch, lstm_rolling(model) r), 6::bigint, 'rolling forecasts count from the first target');
SELECT results_eq($$ SELECT forecast FROM launch, lstm_forecast(model) $$, $$ SELECT forecast FROM launch, lstm_forecast(model, relation => 'since') $$,
    'forecasts are those of the rows since');
CREATE VIEW young AS SELECT at, CASE WHEN at > (SELECT max(at) - 4 FROM launched) THEN value END AS value FROM launched;
SELECT is(pg_temp.failure($$ SELECT f.* FROM launch, lstm_forecast(model, relation => 'young') f $$),
    '22000: relation "young" has 4 rows, but the lookback of the model is 6', 'a series too young for a window says how old it is');

CREATE TABLE shelf AS SELECT 'item' || k AS item, at, CASE WHEN at >= date '2024-03-01' + 20 * k THEN k * value END AS value, price
FROM generate_series(1, 3) k, (SELECT at, 5 + (at - date '2024-01-01') % 4 AS value, price FROM launched) l;
CREATE TABLE shelf_model AS SELECT lstm_train('shelf', 'value', series_column => 'item', known_inputs => '{price}', lookback => 6,
    options => '{"epochs": 1, "units": 2, "on_error": "error"}') AS model;
SELECT is(lstm_info(model)->>'rows', (75 + 55 + 35)::text, 'each series of a rectangular panel is trained from its own launch on') FROM shelf_model;
SELECT is((SELECT string_agg(series || ' ' || start, ', ' ORDER BY series) FROM (SELECT series, min(at)::date AS start FROM shelf_model,
    lstm_anomalies(model) GROUP BY 1) a), 'item1 2024-03-27, item2 2024-04-16, item3 2024-05-06', 'and looked at from there on');

---- an input that begins later ----

CREATE VIEW late_input AS SELECT at, coalesce(value, 3) AS value, CASE WHEN at >= '2024-03-31' THEN price END AS price FROM launched;
SELECT is(lstm_info(lstm_train('late_input', 'value', inputs => '{value,price}', lookback => 6, options => jsonb_build_object('epochs', 1, 'units', 2,
    'missing', method)))->>'rows', rows, format('an input that begins after 30 of 95 rows, with %s', method))
FROM (VALUES ('auto', '65'), ('linear', '95')) v (method, rows);
CREATE VIEW too_late AS SELECT at, coalesce(value, 3) AS value, CASE WHEN at >= '2024-05-31' THEN price END AS price FROM launched;
SELECT is(pg_temp.failure($$ SELECT lstm_train('too_late', 'value', inputs => '{value,price}', lookback => 6) $$),
    '22004: column "price" of relation "too_late" has no value in the first 91 of 95 rows
DETAIL: Rows before the first value of a column are left out unless they are more than half of all rows.
HINT: Leave the column or these rows out, or train with option "missing", which fills such values, for example {"missing": "linear"}.',
    'most rows are not given up for one column');

---- few are filled ----

CREATE TABLE weekly AS SELECT timestamp '2024-05-06' + i * interval '1 day' AS at, (3 * (i % 7) + i * 0.01)::float8 AS value FROM generate_series(0, 139) i;
CREATE VIEW few AS SELECT at, CASE WHEN extract(day FROM at) = 13 THEN NULL ELSE value END AS value FROM weekly
    WHERE at NOT IN ('2024-06-03', '2024-06-04', '2024-06-05', '2024-06-06', '2024-06-07');
-- the season stays in: a forecast would find another one in rows without the gaps
CREATE TEMP TABLE filling AS SELECT pg_temp.train('few', '{"deseasonalize": "none"}') AS model;
SELECT is(lstm_info(model)->'missing', '{"method": "auto", "rows": 5, "values": 10, "first": "2024-05-13T00:00:00", "last": "2024-09-13T00:00:00"}'::jsonb,
    'a few gaps, one of almost a season, are filled') FROM filling;
SELECT ok((SELECT max(abs(x.value - weekly.value)) < 0.5 FROM lstm_windows('few', 'value') w, unnest(w.x) x (value),
    LATERAL (SELECT value FROM weekly ORDER BY at OFFSET w.window_no - 1 LIMIT 1) weekly), 'by the season');
SELECT is((SELECT count(*) FROM lstm_windows('few', 'value') WHERE y[1] IS NULL), 10::bigint, 'what was filled is no target');
SELECT is((SELECT count(*) FROM filling, lstm_rolling(model, stride => 1) WHERE step = 1 AND actual IS NULL), 10::bigint, 'nor is it compared with forecasts');
CREATE VIEW few_lately AS SELECT at, CASE WHEN at IN ('2024-09-20', '2024-09-21') THEN NULL ELSE value END AS value FROM weekly
    WHERE at > '2024-08-01' OR at < '2024-06-01';
SELECT results_eq($$ SELECT round(forecast::numeric, 2) FROM filling, lstm_forecast(model, relation => 'few_lately') $$,
    $$ SELECT round(forecast::numeric, 2) FROM filling, lstm_forecast(model, relation => 'weekly') $$,
    'a forecast fills its window by the season, and a gap of two months before it does not matter');
CREATE VIEW none_lately AS SELECT at, CASE WHEN at BETWEEN '2024-09-18' AND '2024-09-21' THEN NULL ELSE value END AS value FROM weekly;
SELECT is(pg_temp.failure($$ SELECT f.* FROM filling, lstm_forecast(model, relation => 'none_lately') f $$),
    '22004: column "value" of relation "none_lately" lacks 4 of 30 values
DETAIL: The longest gap, of 4, begins at 2024-09-18 00:00:00. At most 3 values and gaps of 3 are filled unasked.
HINT: Train with option "missing", which fills whatever is missing, for example {"missing": "linear"}; or leave these rows out in a view.',
    'a window of which much is missing is refused');
SELECT is((SELECT count(*) FROM lstm_backtest('few', 'value', lookback => 6, folds => 3, options => '{"epochs": 1, "units": 2}')
    WHERE metric = 'mae'), 3::bigint, 'each fold of a backtest is filled, whatever its share');

---- many are refused ----

CREATE VIEW holey AS SELECT at, CASE WHEN extract(day FROM at) < 6 THEN NULL ELSE value END AS value FROM weekly;
SELECT matches(pg_temp.failure($$ SELECT pg_temp.train('holey') $$),
    '^22004: column "value" of relation "holey" lacks 20 of 140 values
DETAIL: The longest gap, of 5, begins at 2024-06-01 00:00:00. At most 14 values and gaps of \d+ are filled unasked.
HINT: Train with option "missing", which fills whatever is missing, for example {"missing": "linear"}; or leave these rows out in a view.$',
    'more than a tenth of the values');
CREATE VIEW outage AS SELECT * FROM weekly WHERE at NOT BETWEEN '2024-07-01' AND '2024-07-11';
SELECT is(pg_temp.failure($$ SELECT pg_temp.train('outage') $$),
    '22000: column "value" of relation "outage" lacks 11 of 140 values
DETAIL: The step is 1 day; rows that are not there count. The longest gap, of 11, begins at 2024-07-01 00:00:00. At most 14 values and gaps of 7 are filled unasked.
HINT: Train with option "missing", which fills whatever is missing, for example {"missing": "linear"}; or give the step in option "step".',
    'a gap longer than a season');
CREATE VIEW business AS SELECT * FROM weekly WHERE extract(isodow FROM at) < 6;
SELECT is(pg_temp.failure($$ SELECT pg_temp.train('business', '{"step": "1 day"}') $$),
    '22000: 38 of 138 rows of relation "business" are missing
DETAIL: The step is 1 day; at most 13 missing rows are filled unasked.
HINT: If there are rows on these weekdays only, give {"step": "business day"}; else train with option "missing", which fills whatever is missing, for example {"missing": "linear"}.',
    'weekends are no gap that is filled unasked');
SELECT is(pg_temp.failure($$ SELECT pg_temp.train('few', '{"missing": "error"}') $$), '22004: column "value" of relation "few" is NULL in row 8
DETAIL: 5 of 135 rows have NULL, NaN or infinite values.
HINT: Train with option "missing", which fills values, for example {"missing": "linear"}; or leave these rows out in a view.', 'error refuses any');
SELECT lives_ok(format($$ SELECT pg_temp.train(%L, '{"missing": "linear"}') $$, relation), format('linear fills %s', relation))
FROM unnest(ARRAY['holey', 'outage']) relation;

---- of several series ----

CREATE TABLE meters AS SELECT meter, at, value FROM unnest(ARRAY['a', 'b', 'c', 'd']) meter, weekly;
DELETE FROM meters WHERE meter = 'b' AND at = '2024-06-20' OR meter = 'c' AND extract(month FROM at) = 7;
CREATE TABLE meter_model AS SELECT lstm_train('meters', 'value', series_column => 'meter', lookback => 6, options => '{"epochs": 1, "units": 2}') AS model;
SELECT is(lstm_info(model)->>'series', '3', 'a series that lacks one row is trained on, one that lacks a month is not') FROM meter_model;
SELECT is(lstm_info(model)->'missing'->>'rows', '1', 'what was filled of those that are left out is not counted') FROM meter_model;
SELECT results_eq($$ SELECT series, status FROM meter_model, lstm_forecast(model) WHERE step = 1 OR step IS NULL ORDER BY 1 $$,
    $$ SELECT unnest(ARRAY['a', 'b', 'c', 'd']), 'ok' $$, 'all are forecast: their newest rows are there');
SELECT is((SELECT left(status, 54) FROM meter_model, lstm_anomalies(model) WHERE series = 'c'), '31 of 140 rows of series "c" of relation "meters" are ',
    'lstm_anomalies leaves it out with its reason');
SELECT is(lstm_info((SELECT lstm_train_agg(at, value, '{"epochs": 1, "units": 2, "lookback": 6}') FROM meters WHERE meter = 'b'))->'missing'->>'rows',
    '1', 'the aggregate fills as lstm_train does');

-- of several, why they are left out is counted
\set many `psql -qX -d :'DBNAME' -f test/include/left_out.sql 2>&1`
SELECT matches(:'many'::text, 'WARNING:  6 series of relation "mixed" are left out; 4 are trained on
DETAIL:  3 have missing rows or values, 2 are too short, 1 has no known target. The first is "gap1": ', 'reasons are counted');
SELECT matches(:'many'::text, 'HINT:  Option "missing" says how missing rows and values are filled, for example {"missing": "linear"}.', 'and the option is named');
SELECT matches(:'many'::text, 'NOTICE:  filled 3 missing values of relation "mixed", from 2024-01-11 to 2024-02-06
DETAIL:  The method is auto; 3 rows were missing. Of series "whole3" the most values were filled: 2.
HINT:  What is filled is not counted as data', 'what was filled is told once, with the series that lacked most');

---- behind the window, for candidates that see more than it ----

CREATE TABLE sold AS SELECT shop, day::date, (100 + 10 * shop + 30 * sin(2 * pi() * extract(dow FROM day) / 7) + hashint8(n * 10 + shop) % 9)::float8 AS value
FROM generate_series(1, 2) shop, generate_series(timestamp '2024-01-01', '2024-12-28', '1 day') WITH ORDINALITY d(day, n);
CREATE VIEW lacking AS SELECT shop, day, CASE WHEN shop + 9 * extract(month FROM day) <> 1 + extract(doy FROM day) THEN value END AS value
FROM sold WHERE day NOT IN ('2024-08-08', '2024-10-10');
CREATE FUNCTION pg_temp.alone(relation text, candidate text, rows_of text DEFAULT NULL) RETURNS TABLE (series text, step bigint, forecast numeric) LANGUAGE sql
    AS $$ SELECT f.series, f.step, round(f.forecast::numeric, 6) FROM lstm_train(relation, 'value', 'day', series_column => 'shop', horizon => 3,
              options => jsonb_build_object('candidates', jsonb_build_array(candidate))) model, lstm_forecast(model, relation => rows_of::regclass) f $$;
SELECT cmp_ok((SELECT count(*) FROM lacking WHERE value IS NULL), '>', 1::bigint, 'values are missing, and rows');
-- the season by which gaps are filled is that of training there, and that of the rows here
SELECT cmp_ok((SELECT max(abs(a.forecast - b.forecast)) FROM pg_temp.alone('lacking', method) a
               JOIN lstm_baseline('lacking', 'value', 'day', 'shop', horizon => 3, method => method) b USING (series, step)), '<', 0.2::float8,
    format('%s sees the rows before what is missing, as it does without a model', method))
FROM unnest(ARRAY['theta', 'ets', 'zero_shot']) method;
SELECT is((SELECT count(DISTINCT forecast) FROM pg_temp.alone('lacking', 'seasonal_mean')), 6::bigint, 'and so do means of seasons');

CREATE TEMP TABLE of_sold AS SELECT candidate, lstm_train('sold', 'value', 'day', series_column => 'shop', horizon => 3, options => jsonb_build_object('candidates', jsonb_build_array(candidate))) AS model
FROM unnest(ARRAY['theta', 'zero_shot']) candidate;
CREATE VIEW newest AS SELECT * FROM sold WHERE day >= '2024-10-05';
CREATE VIEW interrupted AS SELECT * FROM sold WHERE day >= '2024-10-05' OR day < '2024-08-01';
CREATE VIEW exploded AS SELECT * FROM newest UNION ALL SELECT shop, day, 'infinity' FROM sold WHERE day = '2024-10-04' UNION ALL SELECT * FROM sold WHERE day < '2024-10-04';
SELECT bag_eq(format($$ SELECT candidate, series, step, forecast FROM of_sold, lstm_forecast(model, relation => %L) $$, relation),
    $$ SELECT candidate, series, step, forecast FROM of_sold, lstm_forecast(model, relation => 'newest') $$, format('rows before %s are not looked at', what))
FROM (VALUES ('interrupted', 'a long gap'), ('exploded', 'one that is infinite')) v(relation, what);
SELECT bag_ne($$ SELECT candidate, series, step, forecast FROM of_sold, lstm_forecast(model, relation => 'sold') $$,
    $$ SELECT candidate, series, step, forecast FROM of_sold, lstm_forecast(model, relation => 'newest') $$, 'those before none are');

SELECT * FROM finish();
ROLLBACK;
