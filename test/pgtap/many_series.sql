-- One model over many series: each on its own scale, forecast in one call, and none disturbs another.
BEGIN;
SET LOCAL client_min_messages = error;
SET LOCAL timezone = 'UTC';
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lstm_forecast;

SELECT plan(91);

\ir ../include/failure.sql

-- One law on three scales: a week on a level that moves. What comes next is told by the rows before, in each series alike.
CREATE TABLE "Sales" ("Shop" text, day date, "Sold" float8, PRIMARY KEY ("Shop", day));
INSERT INTO "Sales"
SELECT shop, date '2024-01-01' + i,
    base * (1 + 0.4 * sin(2 * pi() * i / 7) + 0.3 * sin(i / 9.0 + length(shop)) + 0.01 * sin(base + i * i))
FROM (VALUES ('north "N"', 10), ('South', 1000), ('west', 100000)) v (shop, base), generate_series(0, 139) i;
CREATE TABLE models AS SELECT
    lstm_train('"Sales"', 'Sold', series_column => 'Shop', horizon => 2, lookback => 14,
        options => '{"units": 12, "epochs": 30}') AS model;
CREATE FUNCTION pg_temp.forecasts(model bytea, relation regclass DEFAULT NULL,
    asked text[] DEFAULT NULL) RETURNS TABLE (f text) LANGUAGE sql AS
$$ SELECT format('%s %s %s %s %s %s %s', series, step, forecast_at::date, target, forecast, lower_bound, status)
   FROM lstm_forecast(model, relation => relation, series => asked) $$;

---- one model, several scales ----

SELECT results_eq($$ SELECT series, step, forecast_at::date, target, status FROM models, lstm_forecast(model) $$,
    $$ VALUES ('South', 1, date '2024-05-20', 'Sold', 'ok'), ('South', 2, '2024-05-21', 'Sold', 'ok'), ('north "N"', 1,
        '2024-05-20', 'Sold', 'ok'),
              ('north "N"', 2, '2024-05-21', 'Sold', 'ok'), ('west', 1, '2024-05-20', 'Sold', 'ok'), ('west', 2,
                  '2024-05-21', 'Sold', 'ok') $$,
    'every series is forecast in one call, in the order of the column');
SELECT cmp_ok((SELECT count(*) FROM models, lstm_forecast(model)
    WHERE lower_bound < forecast AND forecast < upper_bound), '=', 6::bigint,
    'with an interval each');
SELECT is((SELECT lstm_info(model)->>'series' FROM models), '3', 'the model counts its series');
SELECT is((SELECT lstm_info(model)->>'series_column' FROM models), 'Shop', 'the model knows the column of its series');
SELECT is((SELECT lstm_info(model)->>'metrics_unit' FROM models), 'seasonal naive error of the series',
    'errors are in units of each series');
SELECT cmp_ok((SELECT max(e.forecast / b.base) / min(e.forecast / b.base) FROM models, lstm_forecast(model) e
        JOIN (VALUES ('north "N"', 10.0), ('South', 1000), ('west', 100000)) b (series, base) USING (series)
            WHERE e.step = 1), '<', 4::float8,
    'forecasts stay on the scale of their series');
SELECT is_empty($$ SELECT series, value, baseline_value FROM models, lstm_backtest('"Sales"', 'Sold',
    series_column => 'Shop', horizon => 2,
        lookback => 14, options => '{"units": 12, "epochs": 30}', folds => 2, test_rows => 14)
    WHERE metric = 'mae' AND NOT value < 0.5 * baseline_value $$,
    'on rows that came later each series is forecast at half the error of the best forecast that costs nothing');
SELECT results_eq($$ SELECT series, round((upper_bound - lower_bound)::numeric / base, 3) FROM models, lstm_forecast(model)
        JOIN (VALUES ('north "N"', 10), ('South', 1000), ('west', 100000)) b (series, base) USING (series)
            WHERE step = 1 AND series = 'west' $$,
    $$ SELECT 'west', round((SELECT (upper_bound - lower_bound)::numeric FROM models, lstm_forecast(model)
        WHERE step = 1 AND series = 'South') *
        (SELECT avg(abs(s."Sold" - p."Sold")) FILTER (WHERE s."Shop" = 'west') / avg(abs(s."Sold" - p."Sold")) FILTER (WHERE s."Shop" = 'South')
         FROM "Sales" s JOIN "Sales" p ON p."Shop" = s."Shop" AND p.day = s.day - 7
             WHERE s.day <= date '2024-01-01' + 113)::numeric / 100000, 3) $$,
    'intervals are as wide as the errors of the series'' own seasonal naive forecast');

---- none disturbs another ----

CREATE VIEW changed AS SELECT "Shop", day, CASE WHEN "Shop" = 'west' THEN "Sold" ELSE "Sold" * 3 + 17 END AS "Sold"
    FROM "Sales";
SELECT results_eq($$ SELECT f FROM models, pg_temp.forecasts(model, 'changed') WHERE f LIKE 'west%' $$,
    $$ SELECT f FROM models, pg_temp.forecasts(model) WHERE f LIKE 'west%' $$,
        'a forecast does not change when other series do');
SELECT isnt((SELECT min(f) FROM models, pg_temp.forecasts(model, 'changed') WHERE f LIKE 'South%'),
    (SELECT min(f) FROM models, pg_temp.forecasts(model) WHERE f LIKE 'South%'), 'a forecast changes with the rows of its own series');
SELECT results_eq($$ SELECT f FROM models, pg_temp.forecasts(model, asked => '{west,"north \"N\""}') $$,
    $$ SELECT f FROM models, pg_temp.forecasts(model) WHERE f NOT LIKE 'South%' $$,
        'series => reads these alone and forecasts the same');
SELECT is(md5(lstm_train('"Sales"', 'Sold', series_column => 'Shop', horizon => 2, lookback => 14,
    options => '{"units": 12, "epochs": 30, "threads": 1}')), (SELECT md5(model) FROM models),
        'the same rows give the same bytes with one thread');
CREATE VIEW shuffled AS SELECT * FROM "Sales" ORDER BY md5("Shop" || day);
SELECT results_eq($$ SELECT "values" FROM lstm_weights(lstm_train('shuffled', 'Sold', series_column => 'Shop',
    horizon => 2, lookback => 14,
    options => '{"units": 12, "epochs": 30}')) $$, $$ SELECT "values" FROM models, lstm_weights(model) $$,
        'the order of the rows does not matter');

---- windows, rolling, evaluation, anomalies, plots ----

SELECT results_eq($$ SELECT series, count(*), min(window_no), max(window_no) FROM lstm_windows('"Sales"', 'Sold',
    series_column => 'Shop', lookback => 14,
    horizon => 2) GROUP BY series ORDER BY series COLLATE "C" $$, $$ VALUES ('South', 125::bigint, 1, 125),
        ('north "N"', 125, 1, 125), ('west', 125, 1, 125) $$,
    'windows are cut within each series and numbered there');
SELECT is((SELECT (lstm_info(model)->>'windows')::bigint FROM models), (SELECT count(*) FROM lstm_windows('"Sales"',
    'Sold', series_column => 'Shop',
    lookback => 14, horizon => 2)), 'training sees as many');
CREATE TABLE tiny (s text, n int, value float8, size int, kind text);
INSERT INTO tiny VALUES ('a', 1, 10, 7, 'x'), ('a', 2, 11, 7, 'x'), ('a', 3, 12, 7, 'x'), ('b', 5, 20, 8, 'y'), ('b',
    6, 21, 8, 'y'), ('b', 7, 22, 8, 'y');
SELECT results_eq($$ SELECT series, window_no, x, y FROM lstm_windows('tiny', 'value', 'n', 's', lookback => 2,
    static_inputs => '{size,kind}') $$,
    $$ VALUES ('a', 1, '{{0,10,7},{0,11,7}}'::float8[], '{12}'::float8[]), ('b', 1, '{{1,20,8},{1,21,8}}', '{22}') $$,
    'x has the number of the category first, then the inputs, then the static numbers');
SELECT set_eq($$ SELECT series FROM models, lstm_rolling(model, stride => 20) $$,
    $$ VALUES ('South'), ('north "N"'), ('west') $$, 'lstm_rolling goes through all of them');
SELECT results_eq($$ SELECT DISTINCT series, actual FROM models, lstm_rolling(model)
    WHERE origin = 14 AND step = 1 ORDER BY series $$,
    $$ SELECT "Shop", "Sold" FROM "Sales" WHERE day = date '2024-01-15' ORDER BY "Shop" $$,
        'lstm_rolling finds the rows of each series beside its forecasts');
SELECT is((SELECT count(*) FROM models, lstm_anomalies(model, newest => 5)), 15::bigint,
    'lstm_anomalies looks at the newest rows of each');
SELECT is((SELECT count(DISTINCT series) FROM models, lstm_evaluate(model, first_origin => 100)), 3::bigint,
    'lstm_evaluate measures each');
SELECT results_eq($$ SELECT DISTINCT fold, known_rows, series FROM lstm_backtest('"Sales"', 'Sold',
    series_column => 'Shop', horizon => 2,
        lookback => 14, options => '{"units": 2, "epochs": 1}', folds => 2, test_rows => 4, gap => 3) ORDER BY fold,
            series $$,
    $$ SELECT fold, 140 - 3 - 4 * (3 - fold)::bigint, "Shop" FROM generate_series(1, 2) fold, (SELECT DISTINCT "Shop"
        FROM "Sales") s ORDER BY fold, "Shop" $$,
    'lstm_backtest cuts folds from the newest rows of each');
CREATE VIEW known AS SELECT * FROM "Sales" WHERE day < date '2024-01-01' + 136;
SELECT results_eq($$ SELECT series, metric, value FROM lstm_backtest('"Sales"', 'Sold', series_column => 'Shop',
    horizon => 2, lookback => 14,
        options => '{"units": 3, "epochs": 3}', folds => 1, test_rows => 4) $$,
    $$ SELECT e.series, e.metric, e.value FROM lstm_train('known', 'Sold', series_column => 'Shop', horizon => 2,
        lookback => 14,
        options => '{"units": 3, "epochs": 3}') AS model, lstm_evaluate(model, '"Sales"', stride => 2,
            first_origin => 136) AS e $$,
    'a fold is what training on the rows before and evaluation on the rows after give by hand');
CREATE VIEW poisoned AS SELECT "Shop", day,
    "Sold" * CASE WHEN day >= date '2024-01-01' + 136 THEN 1000 ELSE 1 END AS "Sold" FROM "Sales";
SELECT results_eq($$ SELECT b.* FROM lstm_backtest('poisoned', 'Sold', series_column => 'Shop', lookback => 14,
    options => '{"units": 3, "epochs": 3}',
        folds => 2, test_rows => 4) b WHERE fold = 1 $$,
    $$ SELECT b.* FROM lstm_backtest('"Sales"', 'Sold', series_column => 'Shop', lookback => 14,
        options => '{"units": 3, "epochs": 3}',
        folds => 2, test_rows => 4) b WHERE fold = 1 $$, 'nothing leaks into a fold from the rows after it');
SELECT ok(lstm_plot(model) LIKE '%<title>Sold of series "South" of relation "Sales"%' OR lstm_plot(model) LIKE '%Sold of series &quot;South&quot;%',
    'lstm_plot draws the first series') FROM models;
SELECT ok(lstm_plot(model, kind => kind, series => 'west') LIKE '%west%', format('lstm_plot draws the series that is asked for, %s', kind))
FROM models, unnest(ARRAY['forecast', 'rolling']) kind;
SELECT throws_ok($$ SELECT lstm_plot(model, series => 'east') FROM models $$, '22000',
    'series "east" of relation "Sales" has no rows', 'one without rows is refused');

---- types of the series column ----

CREATE TYPE region AS ENUM ('zulu', 'alpha');
CREATE TABLE typed AS SELECT i AS n, s AS number, ('00000000-0000-0000-0000-00000000000' || s)::uuid AS id,
    (ARRAY['zulu', 'alpha'])[s]::region AS area, date '2024-01-01' + s AS opened,
    CASE WHEN i % 2 = 0 THEN s::numeric ELSE s::numeric(5, 2) END AS exact, s = 1 AS flag, format('name %s',
        s)::varchar(20) AS name,
    s * 10 + sin(i) AS value
FROM generate_series(1, 30) i, generate_series(1, 2) s;
SELECT results_eq(format($$ SELECT DISTINCT ON (step, series) series, status FROM lstm_train('typed', 'value', 'n', %L,
    lookback => 3,
        options => '{"epochs": 1, "units": 2}') AS model, lstm_forecast(model) ORDER BY step, series $$, series_column),
    format('SELECT name, %L FROM unnest(%L::text[]) name ORDER BY name', 'ok', names), format('series of type %s', type))
FROM (VALUES ('number', 'integer', '{1,2}'), ('id', 'uuid',
    '{00000000-0000-0000-0000-000000000001,00000000-0000-0000-0000-000000000002}'),
             ('area', 'enum', '{zulu,alpha}'), ('opened', 'date', '{2024-01-02,2024-01-03}'), ('flag', 'boolean', '{t,f}'),
             ('name', 'varchar', '{name 1,name 2}')) v (series_column, type, names);
SELECT is((SELECT lstm_info(lstm_train('typed', 'value', 'n', 'exact', lookback => 3,
    options => '{"epochs": 1, "units": 2}'))->>'series'), '2',
    '1 and 1.00 are one series');
SELECT is((SELECT count(*) FROM lstm_train('typed', 'value', 'n', 'id', lookback => 3,
    options => '{"epochs": 1, "units": 2}') AS model,
    lstm_forecast(model, series => '{00000000-0000-0000-0000-000000000002}')), 1::bigint,
        'a series is found by its name as text');
SELECT throws_ok($$ SELECT lstm_train('typed', 'value', 'n', 'nobody') $$, '42703',
    'column "nobody" of relation "typed" does not exist', 'no such series column');
SELECT throws_ok($$ SELECT f.* FROM lstm_train('typed', 'value', 'n', 'number', lookback => 3,
    options => '{"epochs": 1, "units": 2}') AS model,
    lstm_forecast(model, series => '{one}') AS f $$, '22P02', 'invalid input syntax for type integer: "one"',
        'a name that is none of the type');

---- series that cannot be used ----

CREATE TABLE mixed (s text, at date, value float8);
INSERT INTO mixed SELECT s, date '2024-01-01' + i, i % 5 + length(s) FROM unnest(ARRAY['good', 'fine', 'gap', 'twice',
    'hole']) s, generate_series(0, 39) i;
DELETE FROM mixed WHERE s = 'gap' AND at = date '2024-02-05';
INSERT INTO mixed VALUES ('twice', '2024-02-07', 1), ('short', '2024-02-07', 1), (NULL, '2024-02-07', 1), ('empty',
    '2024-02-07', NULL);
UPDATE mixed SET value = NULL WHERE s = 'hole' AND at = date '2024-02-06';
CREATE TABLE mixed_model AS SELECT lstm_train('mixed', 'value', series_column => 's', lookback => 5,
    options => '{"epochs": 2, "units": 2, "missing": "error"}') AS model;
SELECT is(lstm_info(model)->>'series', '2', 'series that cannot be used are left out of training') FROM mixed_model;
SELECT results_eq($$ SELECT series, status FROM mixed_model,
    lstm_forecast(model) ORDER BY series COLLATE "C" NULLS LAST $$, $$ VALUES
    ('empty', 'it has 0 known rows, but the lookback of the model is 5'), ('fine', 'ok'),
    ('gap', 'timestamps of series "gap" of relation "mixed" are not regular: 2024-02-06 follows 2024-02-04'
        ' (The step is 1 day; 1 row is missing. Train with option "missing", which fills gaps, for example'
        ' {"missing": "linear"}; or give the step in option "step".)'),
    ('good', 'ok'), ('hole', 'column "value" of series "hole" of relation "mixed" is NULL in row 37'
        ' (1 of 40 rows has NULL, NaN or infinite values. Train with option "missing", which fills values, for example'
        ' {"missing": "linear"}; or leave these rows out in a view.)'),
    ('short', 'it has 1 known rows, but the lookback of the model is 5'),
    ('twice', 'timestamp 2024-02-07 of series "twice" of relation "mixed" occurs in more than one row'
        ' (1 row repeats the time of the row before it. If the table holds several series, give series_column;'
        ' else make one row of each time with option "aggregate", for example {"aggregate": "mean"}.)'), (NULL,
        'column "s" is NULL') $$,
    'each series without a forecast has a row that says why');
SELECT is(pg_temp.failure($$ SELECT lstm_train('mixed', 'value', series_column => 's', lookback => 5,
    options => '{"on_error": "error"}') $$),
    '22000: series "empty" of relation "mixed" cannot be used: it has no known target
HINT: Leave the series out in a view, or set option "on_error" to "skip".', 'on_error error stops at the first');
CREATE VIEW one_bad AS SELECT * FROM mixed WHERE s IN ('good', 'short');
SELECT is(pg_temp.failure($$ SELECT lstm_train('one_bad', 'value', series_column => 's', lookback => 5,
    options => '{"on_error": "error"}') $$),
    '22000: series "short" of relation "one_bad" cannot be used: it has 1 rows, but 6 are needed
HINT: Leave the series out in a view, or set option "on_error" to "skip".', 'the error about too short series names what is needed and what was found');
CREATE VIEW all_bad AS SELECT * FROM mixed WHERE s IN ('short', 'empty');
SELECT is(pg_temp.failure($$ SELECT lstm_train('all_bad', 'value', series_column => 's', lookback => 5) $$),
    '22000: relation "all_bad" has no series that can be used
DETAIL: There are 2 series: 1 is too short, 1 has no known target. The first is "empty": it has no known target.', 'no series that can be used');
CREATE VIEW none AS SELECT * FROM mixed WHERE false;
SELECT throws_ok($$ SELECT lstm_train('none', 'value', series_column => 's', lookback => 5) $$, '22000',
    'relation "none" has no rows', 'no rows at all');
SELECT is((SELECT lstm_info(lstm_train('mixed', 'value', series_column => 's', lookback => 5,
    options => '{"epochs": 1, "units": 2, "missing": "linear"}'))->>'series'),
    '4', 'missing values can be filled, in each series by itself');
SELECT results_eq($$ SELECT series, status FROM mixed_model, lstm_forecast(model, series => '{good,none,good}') $$,
    $$ VALUES ('good', 'ok'), ('none', 'it has no rows') $$,
        'a series that was asked for and has no rows gets a row');
SELECT results_eq($$ SELECT series, forecast_at::date FROM mixed_model, lstm_forecast(model, as_of => '2024-01-20')
    WHERE status = 'ok' ORDER BY 1 $$,
    $$ SELECT s, date '2024-01-21' FROM unnest(ARRAY['fine', 'gap', 'good', 'hole', 'twice']) s ORDER BY 1 $$,
        'as_of holds for each: what is wrong later does not matter');
SELECT is((SELECT count(*) FROM mixed_model, lstm_forecast(model, as_of => '2023-01-01')
    WHERE status LIKE 'it has 0 known rows up to as_of%'), 7::bigint,
    'nothing is known before the first row');
SELECT throws_ok($$ SELECT f.* FROM mixed_model, lstm_forecast(model, series => ARRAY['a', NULL]) f $$, '22004', NULL,
    'NULL is no name');
SELECT is_empty($$ SELECT f.* FROM mixed_model, lstm_forecast(model, series => '{}') f $$, 'where no series is asked for none is forecast');

---- a series that training has not seen ----

INSERT INTO "Sales" SELECT 'new', day, "Sold" / 50 FROM "Sales" WHERE "Shop" = 'South' AND day > date '2024-03-01';
SELECT cmp_ok((SELECT abs(a.forecast * 50 / b.forecast - 1) FROM models, lstm_forecast(model, series => '{new}') a,
    lstm_forecast(model, series => '{South}') b
    WHERE a.step = 1 AND b.step = 1), '<', 0.05::float8, 'is forecast by its own scale');
SELECT cmp_ok((SELECT (a.upper_bound - a.lower_bound) * 50 / (b.upper_bound - b.lower_bound) FROM models,
    lstm_forecast(model, series => '{new}') a,
    lstm_forecast(model, series => '{South}') b WHERE a.step = 1 AND b.step = 1), '<', 1.3::float8,
        'with intervals in its own unit');
CREATE VIEW one_shop AS SELECT * FROM "Sales" WHERE "Shop" = 'South';
SELECT cmp_ok((SELECT (a.upper_bound - a.lower_bound) * 50 / (b.upper_bound - b.lower_bound)
    FROM lstm_train('one_shop', 'Sold', series_column => 'Shop', lookback => 14,
        options => '{"units": 4, "epochs": 5}') AS model,
        lstm_forecast(model, relation => '"Sales"', series => '{new}') a, lstm_forecast(model, relation => '"Sales"',
            series => '{South}') b),
    '<', 1.3::float8, 'a model of one series forecasts others, too');
DELETE FROM "Sales" WHERE "Shop" = 'new';

---- what each series has one value of ----

CREATE TABLE shops AS
SELECT s AS shop, date '2024-01-01' + i AS day, kind, s::numeric AS size, s % 2 = 0 AS large,
    kind::text || s % 2 AS label, i % 4 + s AS sold
FROM (SELECT s, (ARRAY['alpha', 'zulu'])[1 + s % 2]::region AS kind FROM generate_series(1, 6) s) v, generate_series(0,
    59) i;
SELECT is(pg_temp.failure(format($$ SELECT f.* FROM lstm_train('shops', 'sold', series_column => 'shop', lookback => 4,
    static_inputs => %L,
    options => '{"epochs": 2, "units": 2}') AS model, lstm_forecast(model) f $$, statics)), 'no error',
        format('a static input of type %s', type))
FROM (VALUES ('{size}', 'numeric'), ('{large}', 'boolean'), ('{label}', 'text'), ('{kind}', 'enum'),
    ('{size,kind,large}', 'several')) v (statics, type);
SELECT is(lstm_info(lstm_train('shops', 'sold', series_column => 'shop', lookback => 4, static_inputs => '{size,kind}',
    options => '{"epochs": 1, "units": 2}'))->'static_inputs',
    '{"size": {"kind": "number"}, "kind": {"kind": "category", "count": 2, "first": ["zulu", "alpha"]}}',
        'lstm_info lists them');
SELECT throws_ok($$ SELECT lstm_train('shops', 'sold', series_column => 'shop', static_inputs => '{day}') $$, '42804',
    NULL, 'a date is neither number nor category');
SELECT throws_ok($$ SELECT lstm_train('shops', 'sold', series_column => 'shop', static_inputs => '{sold}') $$, '22023',
    'static_inputs names column "sold", which is a target or an input already', 'the target is none');
CREATE VIEW moving AS SELECT shop, day, sold, CASE WHEN shop = 1 AND day > '2024-02-01' THEN 99 ELSE size END AS size,
    CASE WHEN shop = 2 AND day > '2024-02-01' THEN 'other' ELSE label END AS label,
        CASE WHEN shop <> 3 THEN label END AS partly, NULL::text AS never,
    CASE WHEN shop <> 3 THEN size END AS known FROM shops;
SELECT is((SELECT status FROM lstm_train('shops', 'sold', series_column => 'shop', lookback => 4,
    static_inputs => ARRAY[static], options => '{"epochs": 1, "units": 2}') AS model,
        lstm_forecast(model, relation => 'moving', series => ARRAY[shop])),
            format('static input "%s" has more than one value', static), format('a static %s that moves', static))
FROM (VALUES ('size', '1'), ('label', '2')) v (static, shop);
SELECT is((SELECT status FROM lstm_train('moving', 'sold', series_column => 'shop', lookback => 4,
    static_inputs => '{known}', options => '{"epochs": 1, "units": 2}') AS model,
    lstm_forecast(model, series => '{3}')), 'static input "known" is NULL, NaN or infinite',
        'a number that is NULL leaves its series out');
SELECT is((SELECT status FROM lstm_train('moving', 'sold', series_column => 'shop', lookback => 4,
    static_inputs => ARRAY[static], options => '{"epochs": 1, "units": 2}') AS model,
    lstm_forecast(model, series => '{3}')), 'ok', format('a category that is NULL is one never seen: %s', static))
        FROM unnest(ARRAY['partly', 'never']) static;
CREATE VIEW foreign_kinds AS SELECT shop, day, sold, label || 'x' AS label, 1 AS kind FROM shops;
SELECT is((SELECT count(*) FROM lstm_train('shops', 'sold', series_column => 'shop', lookback => 4,
    static_inputs => '{label}', options => '{"epochs": 1, "units": 2}') AS model,
    lstm_forecast(model, relation => 'foreign_kinds') WHERE status = 'ok'), 6::bigint,
        'a category that training has not seen is one never seen');
SELECT throws_ok($$ SELECT f.* FROM lstm_train('shops', 'sold', series_column => 'shop', lookback => 4,
    static_inputs => '{kind}', options => '{"epochs": 1, "units": 2}') AS model,
    lstm_forecast(model, relation => 'foreign_kinds') f $$, '42804',
        'static input "kind" of relation "foreign_kinds" is a number, but the model was trained on text',
    'a category cannot become a number');
CREATE TABLE crowd AS SELECT s, i AS n, 'label ' || s AS label, (s + i) % 3 AS value FROM generate_series(1, 10001) s,
    generate_series(1, 4) i;
SELECT throws_like($$ SELECT lstm_train('crowd', 'value', 'n', 's', lookback => 2, static_inputs => '{label}',
    options => '{"epochs": 1, "units": 1}') $$,
    'static input "label" has more than 10000 values%', 'ten thousand categories are the most');
CREATE VIEW one_of_shops AS SELECT * FROM shops WHERE shop = 1;
SELECT results_eq($$ SELECT series, status FROM lstm_train('one_of_shops', 'sold', lookback => 4,
    static_inputs => '{label,size}', options => '{"epochs": 1, "units": 2}') AS model,
    lstm_forecast(model) $$, $$ VALUES (NULL::text, 'ok') $$, 'a table of one series may have static inputs');
CREATE VIEW one_that_moves AS SELECT * FROM moving WHERE shop = 1;
SELECT throws_ok($$ SELECT lstm_train('one_that_moves', 'sold', lookback => 4, static_inputs => '{size}') $$, '22000',
    'relation "one_that_moves" cannot be used: static input "size" has more than one value', 'static inputs of a table of one series must not change');

---- a number for each series ----

-- the rows of both are the same at every other step: what comes next depends on which series it is. Seasons stay in: each
-- series has its own, which would tell them apart
CREATE TABLE twins AS SELECT s, s = 'up' AS rises, i AS n,
    CASE WHEN i % 2 = 0 THEN 0 WHEN s = 'up' THEN 1 + (i % 4 - 1) * 0.5 ELSE -1 - (i % 4 - 1) * 0.5 END AS value
FROM unnest(ARRAY['up', 'down']) s, generate_series(1, 120) i;
CREATE FUNCTION pg_temp.tells_apart(embedding boolean) RETURNS float8 LANGUAGE sql AS $$
    SELECT max(forecast) FILTER (WHERE series = 'up') - max(forecast) FILTER (WHERE series = 'down')
    FROM lstm_train('twins', 'value', 'n', 's', lookback => 1, options => jsonb_build_object('epochs', 80, 'units', 8,
        'learning_rate', 0.02, 'scale', 'none',
        'normalize', 'none', 'deseasonalize', 'none', 'series_embedding', embedding)) AS model, lstm_forecast(model) $$;
SELECT cmp_ok(pg_temp.tells_apart(true), '>', 1.8::float8,
    'series_embedding tells two series apart that differ in nothing but their future');
SELECT cmp_ok((SELECT max(forecast) FILTER (WHERE series = 'up') - max(forecast) FILTER (WHERE series = 'down')
    FROM lstm_train('twins', 'value', 'n', 's', lookback => 1, static_inputs => ARRAY[static],
        options => '{"epochs": 80, "units": 8, "learning_rate": 0.02, "scale": "none",
        "normalize": "none", "deseasonalize": "none"}') AS model, lstm_forecast(model)), '>', 1.8::float8, format('a static %s tells two series apart that differ in nothing but their future', kind))
FROM (VALUES ('s', 'category'), ('rises', 'number')) v (static, kind);
SELECT cmp_ok(abs(pg_temp.tells_apart(false)), '<', 0.001::float8, 'without a static input or an embedding nothing tells such series apart');
SELECT throws_ok($$ SELECT lstm_train('shops', 'sold', options => '{"series_embedding": true}') $$, '22023',
    'option "series_embedding" needs series_column', 'one series needs no number');
SELECT is((SELECT layer FROM lstm_train('twins', 'value', 'n', 's', lookback => 2,
    options => '{"epochs": 1, "units": 2, "series_embedding": true}') AS model,
    lstm_summary(model) WHERE layer_no = 1), 'category_embedding', 'the embedding is a layer of the network');

---- thousands of series ----

SELECT is((SELECT count(*) FROM lstm_train('crowd', 'value', 'n', 's', lookback => 2,
    options => '{"epochs": 1, "units": 1}') AS model, lstm_forecast(model) WHERE status = 'ok'),
    10001::bigint, 'ten thousand series are trained on and forecast in one call');
SET LOCAL maintenance_work_mem = '1MB';
SELECT throws_like($$ SELECT lstm_train('crowd', 'value', 'n', 's', lookback => 2,
    options => '{"epochs": 1, "units": 1}') $$, '%maintenance_work_mem%', 'within maintenance_work_mem');
RESET maintenance_work_mem;

---- steps beyond the horizon, calendar time, integer time ----

SELECT is((SELECT count(*) FROM models, lstm_forecast(model, steps => 9) WHERE status = 'ok'), 27::bigint,
    'forecasts are fed back, in each series');
SELECT is((SELECT count(*) FROM lstm_train('tiny', 'value', 'n', 's', lookback => 2,
    options => '{"epochs": 1, "units": 1}') AS model, lstm_forecast(model)
    WHERE forecast_at IS NULL), 2::bigint, 'integer times have no date');
CREATE TABLE months AS SELECT s,
    (date '2023-01-31' + make_interval(months => i) + make_interval(days => s))::date AS at, i + s AS value
    FROM generate_series(0, 1) s, generate_series(0, 20) i
WHERE s = 1 OR i >= 0;
UPDATE months SET at = (date_trunc('month', at) + interval '14 days')::date WHERE s = 1;
SELECT results_eq($$ SELECT series, forecast_at::date FROM lstm_train('months', 'value', 'at', 's', lookback => 3,
    options => '{"epochs": 1, "units": 1}') AS model,
    lstm_forecast(model) $$, $$ VALUES ('0', date '2024-10-31'), ('1', '2024-11-15') $$,
        'series of months keep their own day of the month');

---- rights ----

CREATE ROLE lstm_clerk;
CREATE TABLE ledger AS TABLE "Sales";
GRANT SELECT (day, "Sold") ON ledger TO lstm_clerk;
CREATE TABLE guarded AS TABLE "Sales";
ALTER TABLE guarded ENABLE ROW LEVEL SECURITY;
CREATE POLICY west ON guarded FOR SELECT TO lstm_clerk USING ("Shop" = 'west');
GRANT SELECT ON guarded, models TO lstm_clerk;
SET LOCAL ROLE lstm_clerk;
SELECT throws_ok($$ SELECT lstm_train('ledger', 'Sold', series_column => 'Shop') $$, '42501',
    'permission denied for table ledger', 'the series column needs a right to be read');
SELECT throws_ok($$ SELECT f.* FROM models, lstm_forecast(model, relation => 'ledger') f $$, '42501',
    'permission denied for table ledger', 'in forecasts too');
SELECT results_eq($$ SELECT DISTINCT series FROM models, lstm_forecast(model, relation => 'guarded') $$,
    $$ VALUES ('west') $$, 'a policy shows the series that it lets through');
RESET ROLE;

---- views and partitions ----

CREATE TABLE parts ("Shop" text, day date, "Sold" float8) PARTITION BY LIST ("Shop");
CREATE TABLE part_west PARTITION OF parts FOR VALUES IN ('west');
CREATE TABLE part_rest PARTITION OF parts DEFAULT;
INSERT INTO parts TABLE "Sales";
CREATE VIEW a_view AS SELECT lower("Shop") AS "Shop", day, "Sold" FROM parts;
SELECT results_eq($$ SELECT f FROM models, pg_temp.forecasts(model, 'parts') $$, $$ SELECT f FROM models,
    pg_temp.forecasts(model) $$, 'partitions are read as one table');
SELECT results_eq($$ SELECT forecast FROM models, lstm_forecast(model, relation => 'a_view') WHERE series = 'west' $$,
    $$ SELECT forecast FROM models, lstm_forecast(model) WHERE series = 'west' $$, 'a view may make the names');

---- the rest ----

SELECT throws_ok($$ SELECT f.* FROM lstm_train('known', 'Sold', 'day', lookback => 3,
    options => '{"epochs": 1}') AS model, lstm_forecast(model, series => '{a}') f $$, '22000', NULL,
    'without series_column the rows of several series are no series');
SELECT throws_ok($$ SELECT f.* FROM lstm_train('one_shop', 'Sold', lookback => 3,
    options => '{"epochs": 1, "units": 1}') AS model, lstm_forecast(model, series => '{a}') f $$, '22023',
    'the model was trained on a single unnamed series, but "series" was given', 'a model of one series has no names');
SELECT is((SELECT count(*) FROM models, lstm_predict(model, (SELECT array_agg("Sold" ORDER BY day) FROM "Sales"
    WHERE "Shop" = 'South'))), 2::bigint,
    'lstm_predict scales what it is given by itself');
SELECT cmp_ok((SELECT abs(p.forecast / f.forecast - 1) FROM models, lstm_predict(model,
    (SELECT array_agg("Sold" ORDER BY day) FROM "Sales" WHERE "Shop" = 'South')) p,
    lstm_forecast(model, series => '{South}') f WHERE p.step = 1 AND f.step = 1), '<', 0.001::float8,
        'lstm_predict with all rows of a series says what lstm_forecast says');

-- the end of a training is that of the series that ends last, whichever it is
CREATE TABLE ends AS SELECT s, date '2024-01-01' + n AS at, sin(n) AS value
FROM unnest(ARRAY['a', 'b']) s, generate_series(1, 60) n WHERE s = 'a' OR n <= 50;
SELECT is(lstm_info(lstm_train('ends', 'value', series_column => 's', lookback => 3, options => '{"epochs": 1, "units": 1}'))->>'last_time',
    '2024-03-01', 'the newest row of all series is the end of the training');

SELECT * FROM finish();
ROLLBACK;
