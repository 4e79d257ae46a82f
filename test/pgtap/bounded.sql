-- What a call takes is held against maintenance_work_mem before it is taken, whatever stands in arguments and models, and
-- every long loop hears a cancel.
BEGIN;
SET LOCAL client_min_messages = error;
SET LOCAL timezone = 'UTC';
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lstm_forecast;

-- the kernel tells the most that a backend has held; where it does not, memory passes untested
CREATE FUNCTION pg_temp.most_held() RETURNS int LANGUAGE plpgsql AS $$
BEGIN
    RETURN (regexp_match(pg_read_file(format('/proc/%s/status', pg_backend_pid())), 'VmHWM:\s+(\d+)'))[1]::int / 1024;
EXCEPTION WHEN OTHERS THEN
    RETURN 0;
END $$;
-- Megabytes that a statement adds to it.
CREATE FUNCTION pg_temp.megabytes(statement text) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    before int;
BEGIN
    BEGIN
        /* forgets what was held before; where that is not allowed, a statement may hide behind an earlier one */
        EXECUTE format('COPY (SELECT 5) TO PROGRAM %L', format('cat > /proc/%s/clear_refs', pg_backend_pid()));
    EXCEPTION WHEN OTHERS THEN
        NULL;
    END;
    before := pg_temp.most_held();
    EXECUTE statement;
    RETURN pg_temp.most_held() - before;
END $$;
SELECT plan(56);

---- models that are made to take too much ----

\ir ../include/seal.sql
CREATE FUNCTION pg_temp.number(value bigint) RETURNS bytea LANGUAGE sql AS
$$ SELECT string_agg(set_byte('\x00', 0, (value >> 8 * i & 255)::int), ''::bytea ORDER BY i) FROM generate_series(0, 3) i $$;
CREATE FUNCTION pg_temp.sealed(bytes bytea) RETURNS bytea LANGUAGE sql AS
$$ SELECT pg_temp.seal(bytes, lookup) FROM crc $$;
CREATE FUNCTION pg_temp.replaced(bytes bytea, before bytea, after bytea) RETURNS bytea LANGUAGE sql AS
$$ SELECT overlay(bytes PLACING after FROM position(before IN bytes) FOR length(before)) $$;
-- The numbers of rows of a task, which stand beside each other.
CREATE FUNCTION pg_temp.task(lookback int, horizon int, lead int) RETURNS bytea LANGUAGE sql AS
$$ SELECT pg_temp.number(lookback) || pg_temp.number(horizon) || pg_temp.number(lead) $$;

SELECT format('CREATE TABLE wide AS SELECT shop, n, %s FROM unnest(ARRAY[''a'', ''b'']) shop, generate_series(1, 12) n',
    string_agg(format('sin(n * %s) AS c%s', i, i), ', ')) FROM generate_series(1, 200) i \gexec
CREATE TABLE models AS SELECT
    lstm_train('wide', 'c1', 'n', series_column => 'shop', lookback => 3,
        inputs => (SELECT array_agg('c' || i) FROM generate_series(1, 200) i), options => '{"epochs": 1, "units": 1}') AS wide;
ALTER TABLE models ADD far bytea, ADD alone bytea;
-- with as many rows as such windows must have been trained on: 24 of them in 18 windows
UPDATE models SET far = pg_temp.sealed(pg_temp.replaced(pg_temp.replaced(wide, pg_temp.task(3, 1, 1), pg_temp.task(3, 1, 1000000)),
    pg_temp.task(24, 0, 18), pg_temp.task(3000000, 0, 18)));
SELECT is(lstm_info(far)->>'lead', '1000000', 'a model of 200 columns is made to forecast a million rows ahead') FROM models;
SELECT cmp_ok(pg_temp.megabytes($$ SELECT count(*) FROM models, lstm_forecast(far, series => ARRAY['a']) $$), '<', 64,
    'rows that nobody looks at take no memory between the window and the forecast');
SELECT is((SELECT count(*) FROM models, lstm_forecast(far, series => ARRAY['a'])), 1::bigint, 'a lead of a million rows has a forecast');

-- known inputs must be there over the whole horizon, so that the rows are made
CREATE TABLE priced AS SELECT shop, n, sin(n) AS value, cos(n) AS price FROM unnest(ARRAY['a', 'b']) shop, generate_series(1, 30) n;
CREATE TABLE priced_models AS SELECT lstm_train('priced', 'value', 'n', series_column => 'shop', lookback => 3, known_inputs => '{price}',
    options => '{"epochs": 1, "units": 1}') AS model;
SET LOCAL maintenance_work_mem = '8MB';
SELECT throws_ok($$ SELECT count(*) FROM priced_models, lstm_forecast(model, steps => 1000000, relation => 'priced') $$,
    '54000', NULL, 'rows with what is known ahead are held against maintenance_work_mem');
RESET maintenance_work_mem;

---- texts of many rows ----

CREATE TABLE long_name AS SELECT n, sin(n / 5.0) AS a_target_with_a_name_that_is_nearly_as_long_as_a_name_can_be
    FROM generate_series(1, 200) n;
UPDATE models SET alone = lstm_train('long_name', 'a_target_with_a_name_that_is_nearly_as_long_as_a_name_can_be', 'n', lookback => 4,
    options => '{"epochs": 1, "units": 1}');
SET LOCAL maintenance_work_mem = '8MB';
SELECT cmp_ok(pg_temp.megabytes('SELECT count(*) FROM models, lstm_forecast(alone, 1048576)'), '<', 72,
    'a million steps of lstm_forecast take no text for each of them');
SELECT cmp_ok(pg_temp.megabytes('SELECT count(*) FROM models, lstm_predict(alone, ARRAY[1, 2, 3, 4], 1048576)'), '<', 72,
    'a million steps of lstm_predict take no text for each of them');
RESET maintenance_work_mem;
CREATE TABLE long_label AS SELECT repeat('x', 1000) AS label, n, sin(n / 5.0) AS value FROM generate_series(1, 120000) n;
CREATE VIEW short_label AS SELECT * FROM long_label WHERE n <= 100;
CREATE TABLE labelled AS SELECT lstm_train('short_label', 'value', 'n', series_column => 'label', lookback => 4,
    options => '{"epochs": 1, "units": 1}') AS model;
SELECT cmp_ok(pg_temp.megabytes($$ SELECT count(*) FROM labelled, lstm_rolling(model, 'long_label') $$), '<', 110,
    'the name of a series is no text for each row of lstm_rolling');
SELECT cmp_ok(pg_temp.megabytes($$ SELECT count(*) FROM labelled, lstm_anomalies(model, 'long_label') $$), '<', 110,
    'the name of a series is no text for each row of lstm_anomalies');
CREATE VIEW many_labels AS SELECT repeat('x', 1000) || s AS label, n, sin(n + s) AS value
    FROM generate_series(1, 5000) s, generate_series(1, 12) n;
SELECT cmp_ok(pg_temp.megabytes($$ SELECT count(*) FROM labelled, lstm_evaluate(model, 'many_labels', first_origin => 5) $$), '<', 110,
    'measures of five thousand series with long names leave nothing behind');

---- many series ----

CREATE VIEW many_series AS SELECT s, n, sin(n + s) AS value FROM generate_series(1, 2000) s, generate_series(1, 60) n;
SET LOCAL maintenance_work_mem = '16MB';
SELECT lives_ok($$ SELECT count(*) FROM lstm_backtest('many_series', 'value', 'n', series_column => 's', lookback => 3, folds => 1, test_rows => 2,
    options => '{"epochs": 1, "units": 1}') $$, 'what is kept of two thousand series is counted once');
RESET maintenance_work_mem;

---- rows ----

CREATE TABLE long AS SELECT n, sin(n) AS value FROM generate_series(1, 400000) n;
CREATE TABLE many AS SELECT s, n, sin(n) AS value FROM generate_series(1, 400) s, generate_series(1, 1000) n;
SET LOCAL maintenance_work_mem = '1MB';
SELECT throws_like($$ SELECT lstm_train('long', 'value', 'n') $$, 'reading % needs % kB, but maintenance_work_mem allows only 1024 kB', 'rows are held against it as they come');
ANALYZE long, many;
SELECT throws_like($$ SELECT lstm_train('long', 'value', 'n') $$, 'reading about 400000 rows needs 3126 kB, but maintenance_work_mem allows only 1024 kB', 'what all rows need is said, where the server knows how many there are');
SELECT throws_like($$ SELECT lstm_train('many', 'value', 'n', 's') $$, 'reading about 400000 rows needs 3___ kB, but maintenance_work_mem allows only 1024 kB', 'of several series, too');
RESET maintenance_work_mem;

---- arrays ----

SET LOCAL maintenance_work_mem = '1MB';
-- the array itself is the caller's
CREATE TEMP TABLE callers AS SELECT pg_temp.megabytes('SELECT cardinality(array_fill(1::float8, ARRAY[10000000])) FROM models') AS megabytes;
SELECT cmp_ok(pg_temp.megabytes('SELECT count(*) FROM models, lstm_predict(alone, array_fill(1::float8, ARRAY[10000000]))') - megabytes, '<', 65,
    'an array of ten million values is read where it lies') FROM callers;
SELECT cmp_ok(pg_temp.megabytes('SELECT count(*) FROM models, lstm_predict(wide, array_fill(1::float8, ARRAY[10000000]))') - megabytes, '<', 65,
    'columns in the order of the inputs are scaled where they lie') FROM callers;
SELECT throws_ok('SELECT lstm_sparkline(array_fill(1::float8, ARRAY[10000000]))', '54000', NULL, 'a sparkline is held against maintenance_work_mem');
SELECT throws_ok($$ SELECT count(*) FROM models, lstm_predict(alone, array_fill(1::float8, ARRAY[100]) || NULL::float8) $$, '22004',
    'element 101 of input is NULL', 'a NULL is named by its place');
SELECT throws_ok($$ SELECT count(*) FROM models, lstm_predict(alone, ARRAY[1, 'NaN', NULL, 4]::float8[]) $$, '22000',
    'element 2 of input is NaN', 'what comes first is named, before a NULL as well');
SELECT throws_ok($$ SELECT count(*) FROM models, lstm_predict(alone, ARRAY[1, NULL, 'NaN', 4]::float8[]) $$, '22004',
    'element 2 of input is NULL', 'what comes first is named, before NaN as well');
SELECT is((SELECT array_agg(forecast) FROM models, lstm_predict(alone, (ARRAY[NULL, 1, 2, 3, 4]::float8[])[2:5])),
    (SELECT array_agg(forecast) FROM models, lstm_predict(alone, ARRAY[1, 2, 3, 4])), 'a slice of an array with a NULL elsewhere is whole');
SELECT is(translate(lstm_sparkline(ARRAY[NULL, 1, NULL, 'NaN', 8, NULL]::float8[]), '▁█_#', '18__'), ' 1  8 ', 'NULLs of a sparkline keep their places');
SELECT throws_ok($$ SELECT count(*) FROM models, lstm_forecast(wide, series => (SELECT array_agg('series ' || i) FROM generate_series(1, 200000) i)) $$,
    '54000', NULL, 'names of series are held against maintenance_work_mem');
RESET maintenance_work_mem;
SELECT results_eq($$ SELECT series, status FROM models, lstm_forecast(wide, series => ARRAY['z', 'a', 'z', 'y', 'a']) ORDER BY series $$,
    $$ VALUES ('a', 'ok'), ('y', 'it has no rows'), ('z', 'it has no rows') $$, 'each name that is asked for is answered once');
SELECT is((SELECT count(*) FROM models, lstm_forecast(wide, series => (SELECT array_agg('series ' || i % 50000) FROM generate_series(1, 60000) i))),
    50000::bigint, 'many names are told apart');
SELECT throws_ok($$ SELECT lstm_train('wide', array_fill('c1'::text, ARRAY[100000]), 'n') $$, '54000',
    'target has 100000 elements, but at most 1600 are possible', 'no more columns are asked for than there can be');
SELECT throws_ok($$ SELECT lstm_plot(alone, kind => repeat('x', 10000000)) FROM models $$, '22023', NULL, 'a word of ten million letters is none');
SET LOCAL maintenance_work_mem = '1MB';
SELECT throws_ok($$ SELECT count(*) FROM lstm_split_sequence(array_fill(1::float8, ARRAY[200000]), 100000) $$, '54000', NULL,
    'a window is held against maintenance_work_mem');
CREATE TABLE imported AS SELECT lstm_import('{"input": [1, 100], "layers": [{"type": "lstm", "units": 200}, {"type": "dense", "units": 1}]}',
    array_fill(0.1::real, ARRAY[241001])) AS model;
SELECT throws_ok('SELECT sum(array_length("values", 1)) FROM imported, lstm_weights(model)', '54000', NULL, 'tensors are held against maintenance_work_mem');
RESET maintenance_work_mem;
SELECT is((SELECT sum(array_length("values", 1)) FROM imported, lstm_weights(model)), 241001::bigint, 'all weights are shown where there is room');

---- loops ----

-- Where a cancel that comes early is answered: what a function has not assigned, it did not come to the end of.
CREATE FUNCTION pg_temp.sparkline_when_told_to_stop() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    line text;
BEGIN
    line := lstm_sparkline(array_fill(1::float8, ARRAY[10000000]));
    RETURN 'it was not told';
EXCEPTION WHEN query_canceled THEN
    RETURN CASE WHEN line IS NULL THEN 'it stopped' ELSE 'it went on to its end' END;
END $$;
SET LOCAL statement_timeout = '20ms';
SELECT is(pg_temp.sparkline_when_told_to_stop(), 'it stopped', 'a sparkline of ten million values stops when it is told to');
SET LOCAL statement_timeout = 0;

---- what a user of a model leaves behind ----

-- A model of several series with rows of its own, which no training makes: the relation goes, the newest rows come. They stand
-- before the weights, which end the model with their number and the checksum behind them.
CREATE FUNCTION pg_temp.with_tail(model bytea, relation text, rows bytea) RETURNS bytea LANGUAGE plpgsql AS $$
DECLARE
    weights int := 4 + 8 + 4 * (lstm_info(model)->>'parameters')::int + 4;
    place int;
BEGIN
    model := substring(model, 1, length(model) - weights - 1) || '\x01'::bytea || rows || substring(model, length(model) - weights + 1);
    place := position(pg_temp.number(length(relation)) || relation::bytea IN model);
    RETURN pg_temp.sealed(overlay(model PLACING pg_temp.number(0) FROM place FOR 4 + length(relation)));
END $$;
CREATE TABLE pairs AS SELECT shop, n, sin(n) * factor AS value FROM (VALUES ('a', 1), ('b', 1000)) v (shop, factor), generate_series(1, 40) n;
ALTER TABLE models ADD pair bytea;
UPDATE models SET pair = lstm_train('pairs', 'value', 'n', series_column => 'shop', lookback => 3, options => '{"epochs": 1, "units": 2}');
SELECT throws_ok($$ SELECT f.* FROM models, lstm_forecast(pg_temp.with_tail(pair, lstm_info(pair)->>'relation',
    float8send(0) || '\x000000000000f03f' || '\x0000000000000040')) f $$, '22P03', 'the value is not a model, or is damaged',
    'a model of several series with rows of its own is refused');
CREATE TABLE first AS SELECT f.* FROM models, lstm_forecast(pair) f;
SELECT is((SELECT count(*) FROM models, lstm_predict(pair, ARRAY[1e9, -1e9, 1e9])), 1::bigint, 'another user shows the model a series of its own');
SELECT results_eq('SELECT f.* FROM models, lstm_forecast(pair) f', 'SELECT * FROM first', 'the next forecast is the same as before');
SELECT is((SELECT count(*) FROM models, lstm_predict(pair, ARRAY[1e9, -1e9, 1e9]) p, lstm_forecast(pair) f, first
    WHERE f.series = first.series AND f.forecast = first.forecast AND f.lower_bound IS NOT DISTINCT FROM first.lower_bound), 2::bigint,
    'forecasts are the same in a query in which another user came before');

---- states of aggregates between processes ----

-- Workers send their rows in any order, so that all are the same.
CREATE AGGREGATE pg_temp.train_values(float8[], jsonb) (SFUNC = lstm_train_agg_values, STYPE = internal, FINALFUNC = lstm_train_agg_final,
    COMBINEFUNC = lstm_train_agg_combine, SERIALFUNC = lstm_train_agg_serialize, DESERIALFUNC = lstm_train_agg_deserialize, PARALLEL = safe);
CREATE TABLE triples AS SELECT n, ARRAY[1, 20, 300]::float8[] AS three FROM generate_series(1, 3000) n;
ANALYZE triples;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 1000;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 2;
SET LOCAL parallel_leader_participation = off;
-- so that sharing the rows pays beside the cost of a training
SET LOCAL cpu_tuple_cost = 100;
CREATE FUNCTION pg_temp.plan_of(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    plan json;
BEGIN
    EXECUTE 'EXPLAIN (COSTS off, FORMAT json) ' || statement INTO plan;
    RETURN plan;
END $$;
SELECT matches(pg_temp.plan_of($$ SELECT pg_temp.train_values(three, '{"epochs": 1, "units": 2, "lookback": 3}') FROM triples $$),
    '"Partial Mode": "Partial"', 'states of three columns go from process to process');
CREATE TEMP TABLE sent AS SELECT md5(pg_temp.train_values(three, '{"epochs": 1, "units": 2, "lookback": 3}')) AS model FROM triples;
SET LOCAL max_parallel_workers_per_gather = 0;
SELECT is((SELECT md5(pg_temp.train_values(three, '{"epochs": 1, "units": 2, "lookback": 3}')) FROM triples), model,
    'a model from rows of three columns is the same whether they were sent or not') FROM sent;

---- options, read to the last digit ----

SELECT throws_ok($$ SELECT lstm_train('long_name', 'n', 'n', options => '{"seed": 9007199254740993}') $$, '22023',
    'option "seed" must be an integer from 0 to 9007199254740992, not 9007199254740993', 'a seed that a double cannot hold is refused');
SELECT throws_ok(format('SELECT lstm_train(%L, %L, %L, options => %L)', 'long_name', 'n', 'n', json_build_object(name, '5.00000000000000000001'::json)), '22023',
    NULL, format('nearly five is no value of %s', name))
    FROM unnest(ARRAY['epochs', 'seed', 'units', 'difference', 'batch_size']) name;
SELECT lives_ok($$ SELECT lstm_train('long_name', 'n', 'n', lookback => 4, options => '{"seed": 9007199254740992, "epochs": 1.0, "units": 1e0}') $$,
    'integers may be written in any way');
CREATE TABLE days AS SELECT timestamptz '2024-01-01' + n * interval '1 day' AS at, n AS value FROM generate_series(1, 30) n;
SELECT throws_ok($$ SELECT lstm_train('days', 'value', 'at', options => '{"calendar": ["day_of_week", "hour_of_day", "day_of_week"]}') $$, '22023',
    'option "calendar" names day_of_week twice', 'a cycle that stands twice in option calendar is named');
SELECT throws_ok($$ SELECT count(*) FROM lstm_windows('days', 'value', 'at', calendar => ARRAY['day_of_week', 'day_of_week']) $$, '22023',
    'calendar names day_of_week twice', 'a cycle that stands twice in parameter calendar is named');

---- charts ----

CREATE TABLE charted AS SELECT n, 10 + sin(n) AS value FROM generate_series(1, 40) n;
CREATE TABLE chart_model AS SELECT lstm_train('charted', 'value', 'n', lookback => 3, options => '{"epochs": 2, "units": 2}') AS model;
CREATE FUNCTION pg_temp.chart(expression text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    chart text;
BEGIN
    EXECUTE format('CREATE OR REPLACE VIEW extreme AS SELECT n, (%s)::float8 AS value FROM charted', expression);
    SELECT string_agg(lstm_plot(model, 'extreme', kind => kind), '') INTO chart FROM chart_model, unnest(ARRAY['forecast', 'rolling']) kind;
    RETURN chart;
END $$;
SELECT ok(pg_temp.chart(expression) !~* '(nan|inf)' AND pg_temp.chart(expression) ~ 'M[0-9.]+ [0-9.]+L', format('a chart of %s has numbers alone', expression))
    FROM unnest(ARRAY['(n % 2 * 2 - 1) * 1.7976931348623157e308', '1.7e308', '-1.7976931348623157e308', 'n * 4e306', 'n % 3 * 5e-324', '1e-300 + n % 2 * 1e-310',
        '1e-305', '1e15 + n % 2', '0', '(n % 2) * 1e-295']) expression;
-- the ticks of a narrow range are told apart
CREATE TABLE narrow AS SELECT n, 1000000 + n % 2 + 0.1 * sin(n * n) AS value FROM generate_series(1, 60) n;
SELECT ok(count(t) > 3 AND count(DISTINCT t) = count(t), format('lines of a narrow range have labels of their own: %s', string_agg(t, ', ')))
    FROM regexp_matches(lstm_plot(lstm_train('narrow', 'value', 'n', lookback => 3, options => '{"epochs": 20, "units": 2}'), kind => 'rolling'), 'text-anchor="end">(\d[^<]*)<', 'g') m (m), LATERAL (SELECT m[1]) l (t)
    WHERE t ~ '^\d{6}';
SELECT * FROM finish();
ROLLBACK;
