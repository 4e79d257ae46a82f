-- Rows of events, duplicates and finer rows become one row of each step, wherever rows are read.
BEGIN;
SET LOCAL client_min_messages = error;
SET LOCAL timezone = 'Europe/Berlin';
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lstm_forecast;
SET LOCAL check_function_bodies = off;

SELECT plan(69);

-- Orders: none on some hours, several on others; and the same by hour, as a query makes them.
CREATE TEMP TABLE orders AS
SELECT timestamptz '2024-03-29 00:00+00' + (i * i * 37 % 7919) * interval '97 seconds' AS at, 1 + i % 5 AS amount, 0.5 * (i % 3) AS price
FROM generate_series(1, 400) i;
CREATE TEMP VIEW hourly AS
SELECT hour, count(amount) AS orders, coalesce(sum(amount), 0) AS total, avg(amount) AS mean, min(amount) AS low, max(amount) AS high,
    (array_agg(amount ORDER BY at DESC))[1] AS newest
FROM generate_series((SELECT date_trunc('hour', min(at)) FROM orders), (SELECT max(at) FROM orders), '1 hour') hour
LEFT JOIN orders ON at >= hour AND at < hour + interval '1 hour' GROUP BY hour;

CREATE FUNCTION pg_temp.options(how text, more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS
$$ SELECT jsonb_build_object('epochs', 1, 'units', 2, 'step', '1 hour', 'aggregate', how) || more $$;
CREATE FUNCTION pg_temp.train(how text, more jsonb DEFAULT '{}') RETURNS bytea LANGUAGE sql AS
$$ SELECT lstm_train('orders', 'amount', lookback => 5, horizon => 2, options => pg_temp.options(how, more)) $$;
-- The values that a model sees, by forecasts along all rows.
CREATE FUNCTION pg_temp.seen(model bytea) RETURNS float8[] LANGUAGE sql AS
$$ SELECT array_agg(actual ORDER BY at) FROM (SELECT DISTINCT at, actual FROM lstm_rolling(model, steps => 1)) r $$;
CREATE FUNCTION pg_temp.failure(command text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    message text;
    hint text;
BEGIN
    EXECUTE command;
    RETURN NULL;
EXCEPTION WHEN data_exception OR invalid_parameter_value THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT;
    RETURN concat_ws(' | ', message, hint);
END $$;

---- each way ----

SELECT is(pg_temp.seen(pg_temp.train('sum')), (SELECT array_agg(total::float8 ORDER BY hour) FROM (SELECT * FROM hourly ORDER BY hour OFFSET 5) h),
    'sums are those of GROUP BY, and 0 where nothing happened');
SELECT is(pg_temp.seen(pg_temp.train('count')), (SELECT array_agg(orders::float8 ORDER BY hour) FROM (SELECT * FROM hourly ORDER BY hour OFFSET 5) h),
    'so are counts');
SELECT is(lstm_info(pg_temp.train('sum'))->'missing'->>'rows', '0', 'nothing is missing there');
SELECT is(lstm_info(pg_temp.train('sum'))->>'rows', (SELECT count(*)::text FROM hourly), 'rows are those of steps');
SELECT is(lstm_info(pg_temp.train('sum'))->>'aggregate', 'sum', 'the model knows how they were made');
SELECT is(lstm_info(pg_temp.train('sum'))->>'step', '01:00:00', 'and the step');
SELECT is((SELECT array_agg(round(v::numeric, 9)) FROM unnest(pg_temp.seen(pg_temp.train('mean', '{"missing": "previous"}'))) v),
    (SELECT array_agg(round(mean::numeric, 9) ORDER BY hour) FROM (SELECT * FROM hourly ORDER BY hour OFFSET 5) h), 'means, and where nothing happened nothing is known');
SELECT is(pg_temp.seen(pg_temp.train('last', '{"missing": "previous"}')),
    (SELECT array_agg(newest::float8 ORDER BY hour) FROM (SELECT * FROM hourly ORDER BY hour OFFSET 5) h), 'last values');
SELECT is(pg_temp.seen(pg_temp.train('min', '{"missing": "previous"}')),
    (SELECT array_agg(low::float8 ORDER BY hour) FROM (SELECT * FROM hourly ORDER BY hour OFFSET 5) h), 'lowest values');
SELECT is(pg_temp.seen(pg_temp.train('max', '{"missing": "previous"}')),
    (SELECT array_agg(high::float8 ORDER BY hour) FROM (SELECT * FROM hourly ORDER BY hour OFFSET 5) h), 'highest values');
SELECT matches(pg_temp.failure($$SELECT pg_temp.train('mean')$$), '\d+ of \d+ rows of relation "orders" are missing.*"missing"', 'a mean of nothing is missing');
SELECT matches(pg_temp.failure($$SELECT pg_temp.train('none')$$), 'two rows of relation "orders" belong to one step.*"aggregate"', 'none is an error');
SELECT is(pg_temp.failure($$SELECT pg_temp.train('average')$$), 'option "aggregate" must be one of none, sum, mean, last, count, min, max, not "average" | ',
    'what else is refused');

---- read again ----

CREATE TEMP TABLE models AS SELECT pg_temp.train('sum') AS model,
    lstm_train('hourly', 'total', 'hour', lookback => 5, horizon => 2, options => '{"epochs": 1, "units": 2}') AS other;
SELECT results_eq('SELECT layer, name, "values" FROM models, lstm_weights(model)', 'SELECT layer, name, "values" FROM models, lstm_weights(other)',
    'a model of events is that of the same rows made by a query');
SELECT results_eq('SELECT step, forecast_at, forecast FROM models, lstm_forecast(model, 4)', 'SELECT step, forecast_at, forecast FROM models, lstm_forecast(other, 4)',
    'and so is its forecast');
SELECT results_eq($$SELECT step, forecast_at, forecast FROM models, lstm_forecast(model, 4, as_of => '2024-04-02 12:59:59+02')$$,
    $$SELECT step, forecast_at, forecast FROM models, lstm_forecast(other, 4, as_of => '2024-04-02 12:59:59+02')$$, 'and one as of a time');
SELECT is((SELECT forecast_at FROM models, lstm_forecast(model, as_of => '2024-04-02 12:30+02') LIMIT 1), '2024-04-02 13:00+02', 'half an hour counts as one');
SELECT results_eq($$SELECT target, metric, round(value::numeric, 6) FROM models, lstm_evaluate(model) ORDER BY 2$$,
    $$SELECT 'amount', metric, round(value::numeric, 6) FROM models, lstm_evaluate(other) ORDER BY 2$$, 'and its evaluation');
SELECT results_eq('SELECT at, actual, expected FROM models, lstm_anomalies(model) ORDER BY at', 'SELECT at, actual, expected FROM models, lstm_anomalies(other) ORDER BY at',
    'and its anomalies');
SELECT results_eq($$SELECT fold, metric, round(value::numeric, 6) FROM lstm_backtest('orders', 'amount', lookback => 5, horizon => 2, folds => 3, test_rows => 6,
        options => pg_temp.options('sum')) ORDER BY 1, 2$$,
    $$SELECT fold, metric, round(value::numeric, 6) FROM lstm_backtest('hourly', 'total', 'hour', lookback => 5, horizon => 2, folds => 3, test_rows => 6,
        options => '{"epochs": 1, "units": 2}') ORDER BY 1, 2$$, 'and backtests');
SELECT results_eq($$SELECT trial, lookback, round(error::numeric, 6) FROM lstm_tune('orders', 'amount', lookback => 5, horizon => 2, options => pg_temp.options('sum'),
        grid => '{"units": [2, 3]}') ORDER BY trial$$,
    $$SELECT trial, lookback, round(error::numeric, 6) FROM lstm_tune('hourly', 'total', 'hour', lookback => 5, horizon => 2, options => '{"epochs": 1, "units": 2}',
        grid => '{"units": [2, 3]}') ORDER BY trial$$, 'and tuning');
SELECT throws_like($$SELECT * FROM lstm_tune('orders', 'amount', grid => '{"aggregate": ["sum", "count"]}')$$, '%"aggregate" cannot be in grid%',
    'rows are the same in all trials');
INSERT INTO orders SELECT (SELECT date_trunc('hour', max(at)) FROM orders) + interval '1 hour' + i * interval '11 minutes', i % 4, 1 FROM generate_series(0, 399) i;
SELECT results_eq('SELECT accepted, round(error::numeric, 6), round(previous_error::numeric, 6), new_rows FROM models, lstm_update(model)',
    'SELECT accepted, round(error::numeric, 6), round(previous_error::numeric, 6), new_rows FROM models, lstm_update(other)', 'and updates');
SELECT is((SELECT lstm_info(u.new_model)->>'aggregate' FROM models m, lstm_update(m.model) u), 'sum', 'an updated model knows it too');

-- more rows than are read at first, and as many as the newest 20 steps have
CREATE TEMP TABLE clicks AS SELECT timestamptz '2024-03-01 00:00+00' + i * interval '72 seconds' AS at, i % 13 AS n FROM generate_series(0, 9999) i;
CREATE TEMP VIEW clicks_by_hour AS SELECT date_trunc('hour', at) AS at, sum(n) AS n FROM clicks GROUP BY 1;
SELECT results_eq(format($$SELECT step, forecast_at, forecast FROM lstm_forecast(lstm_train('clicks', 'n', lookback => %1$s, options => pg_temp.options('sum', '{"missing": "%2$s"}')), 2)$$, lookback, missing),
    format($$SELECT step, forecast_at, forecast FROM lstm_forecast(lstm_train('clicks_by_hour', 'n', lookback => %1$s, options => '{"epochs": 1, "units": 2}'), 2)$$, lookback),
    format('the newest %s steps are read with all of their rows, with missing %s', lookback, missing))
FROM unnest(ARRAY[3, 19, 20, 21, 70]) lookback, unnest(ARRAY['auto', 'error']) missing;

---- duplicates ----

CREATE TEMP TABLE days AS SELECT date '2024-01-01' + i AS at, i % 7 AS value, i % 5 AS other FROM generate_series(0, 59) i;
INSERT INTO days SELECT at, value + 2, other + 4 FROM days WHERE value = 3;
SELECT matches(pg_temp.failure($$SELECT lstm_train('days', 'value')$$), 'occurs in more than one row.*{"aggregate": "mean"}', 'duplicates are an error that knows the way');
CREATE FUNCTION pg_temp.third(how text) RETURNS float8 LANGUAGE sql AS
$$ SELECT actual FROM lstm_rolling(lstm_train('days', 'value', lookback => 4,
    options => jsonb_build_object('epochs', 1, 'units', 1, 'aggregate', how)), steps => 1) WHERE at = '2024-01-11' $$;
SELECT is(pg_temp.third('mean'), 4::float8, 'without a step, rows of one time are aggregated: by their mean');
SELECT is(pg_temp.third('sum'), 8::float8, 'by their sum');
SELECT is(pg_temp.third('count'), 2::float8, 'by their count');
SELECT is((SELECT count(*) FROM lstm_rolling(lstm_train('days', 'value', lookback => 4, options => '{"epochs": 1, "units": 1, "aggregate": "count"}'), steps => 1)
    WHERE actual = 1), 48::bigint, 'single rows count as 1');
SELECT is(lstm_info(lstm_train('days', 'value', options => '{"epochs": 1, "units": 1, "aggregate": "max"}'))->>'step', '1 day', 'and the step is found');
SELECT matches(pg_temp.failure($$SELECT lstm_train('orders', 'amount', options => '{"aggregate": "sum"}')$$), 'Give the step', 'events have no step of their own');

---- columns that are no targets ----

SELECT is((SELECT w.x FROM lstm_windows('days', 'value', lookback => 1, inputs => ARRAY['value', 'other'], aggregate => 'sum') w WHERE window_no = 4), '{{8,5}}',
    'beside a sum, other columns have their mean');
CREATE TEMP VIEW twice AS SELECT at + CASE WHEN value = 5 THEN interval '1 hour' ELSE '0' END AS at, value, other FROM days;
SELECT is((SELECT w.x FROM lstm_windows('twice', 'value', lookback => 1, inputs => ARRAY['value', 'other'], step => '1 day', aggregate => 'last') w WHERE window_no = 4), '{{5,7}}',
    'beside a last value, their last');
SELECT is((SELECT w.y FROM lstm_windows('orders', 'amount', lookback => 1, step => '1 hour', aggregate => 'sum') w WHERE window_no = 1),
    (SELECT ARRAY[total::float8] FROM hourly ORDER BY hour OFFSET 1 LIMIT 1), 'lstm_windows shows what training sees');
SELECT throws_like($$SELECT lstm_windows('days', 'value', aggregate => 'median')$$, '%aggregate must be one of none, sum, mean, last, count, min, max, not "median"%', 'and refuses the same');

CREATE TEMP TABLE skies AS SELECT date '2024-01-01' + i / 2 AS at, i AS value, (ARRAY['rain', 'sun'])[1 + (i % 3 > 0)::int] AS sky FROM generate_series(0, 99) i;
SELECT is((SELECT w.x FROM lstm_windows('skies', 'value', lookback => 3, inputs => ARRAY['value', 'sky'], aggregate => 'sum') w WHERE window_no = 1), '{{1,0.5,0.5},{5,0.5,0.5},{9,0,1}}',
    'a text is the share of rows with each of its values');

---- NULL ----

UPDATE days SET value = NULL WHERE at = '2024-01-11' AND value = 5;
SELECT is(pg_temp.third('mean'), 3::float8, 'NULL is left out, as SQL does');
SELECT is(pg_temp.third('count'), 1::float8, 'and not counted');
UPDATE days SET value = NULL WHERE at = '2024-01-11';
SELECT matches(pg_temp.failure($$SELECT lstm_train('days', 'value', options => '{"epochs": 1, "units": 1, "aggregate": "sum", "missing": "error"}')$$),
    'column "value" of relation "days" is NULL in row 11', 'where all are NULL, so is the sum');
SELECT is(pg_temp.third('sum'), NULL, 'which is filled unasked, but is no target');
SELECT is(pg_temp.third('count'), 0::float8, 'and the count is 0');

-- unasked, steps before the first value of a column are left out, and steps are judged, not rows
CREATE TEMP TABLE late AS SELECT timestamp '2024-01-01' + i * interval '20 minutes' AS at, i % 72 AS value,
    CASE WHEN i BETWEEN 31 AND 59 OR i > 62 THEN i % 5 END AS heat FROM generate_series(0, 899) i;
CREATE TEMP TABLE late_model AS SELECT lstm_train('late', 'value', lookback => 6, inputs => ARRAY['value', 'heat'], options => pg_temp.options('sum')) AS model;
SELECT is(lstm_info(model)->>'rows', '290', 'the first step with a value of each column is the first') FROM late_model;
SELECT is(lstm_info(model)->'missing', '{"method": "auto", "rows": 0, "values": 1, "first": "2024-01-01T20:00:00", "last": "2024-01-01T20:00:00"}'::jsonb,
    'an hour has a mean where any of its rows has a value') FROM late_model;
DELETE FROM late WHERE at BETWEEN '2024-01-13 04:00' AND '2024-01-13 05:59';
SELECT is((SELECT forecast_at::timestamp FROM late_model, lstm_forecast(model, 1)), '2024-01-13 12:00'::timestamp, 'a window from events with a gap before it');
DELETE FROM late WHERE at BETWEEN '2024-01-01 03:00' AND '2024-01-01 04:59';
SELECT is((SELECT lstm_info(m)->>'rows' || ' ' || (lstm_info(m)->'missing'->>'rows') || ' ' || (lstm_info(m)->'missing'->>'values') FROM lstm_train('late', 'value',
    lookback => 6, inputs => ARRAY['value', 'heat'], options => pg_temp.options('sum')) m), '290 2 3', 'a gap before the first step that is used is none');
SELECT is((SELECT lstm_info(lstm_train('late', 'value', lookback => 6, options => pg_temp.options('sum')))->'missing'->>'values'), '0', 'totals miss nothing');

---- known ahead ----

CREATE TEMP TABLE sales AS SELECT timestamp '2024-01-01' + i * interval '6 hours' AS at, CASE WHEN i < 160 THEN i % 4 + i / 4 % 7 END AS qty,
    (i / 4 % 7 + i % 2)::float8 AS promo FROM generate_series(0, 179) i;
SELECT is((SELECT count(*) FROM lstm_forecast(lstm_train('sales', 'qty', lookback => 7, horizon => 4, known_inputs => ARRAY['promo'],
    options => '{"epochs": 2, "units": 2, "step": "1 day", "aggregate": "sum"}')) WHERE status = 'ok' AND forecast_at >= '2024-02-10'), 4::bigint,
    'known inputs of the future are brought to the step as well');
CREATE TEMP VIEW sales_by_day AS SELECT at::date AS day, sum(qty) AS qty, avg(promo) AS promo FROM sales GROUP BY 1;
SELECT is((SELECT array_agg(round(forecast::numeric, 9) ORDER BY step) FROM lstm_forecast(lstm_train('sales', 'qty', lookback => 7, horizon => 4, known_inputs => ARRAY['promo'],
    options => '{"epochs": 2, "units": 2, "step": "1 day", "aggregate": "sum"}'))),
    (SELECT array_agg(round(forecast::numeric, 9) ORDER BY step) FROM lstm_forecast(lstm_train('sales_by_day', 'qty', lookback => 7, horizon => 4, known_inputs => ARRAY['promo'],
    options => '{"epochs": 2, "units": 2}'))), 'and are what a query makes of them');

---- several series, weekdays, months ----

CREATE TEMP TABLE shops AS SELECT 'shop ' || i % 3 AS shop, timestamp '2024-01-01' + (i * i * 31 % 7927) * interval '23 minutes' AS at, i % 5 AS amount FROM generate_series(1, 900) i;
SELECT is((SELECT string_agg(DISTINCT to_char(forecast_at, 'HH24:MI:SS') || status, ', ') FROM lstm_forecast(lstm_train('shops', 'amount', series_column => 'shop', lookback => 5,
    options => '{"epochs": 1, "units": 1, "step": "1 day", "aggregate": "sum"}'))), '00:00:00ok', 'every series has the same grid');
SELECT is((SELECT array_agg(DISTINCT series) FROM lstm_rolling(lstm_train('shops', 'amount', series_column => 'shop', lookback => 5,
    options => '{"epochs": 1, "units": 1, "step": "1 day", "aggregate": "sum"}'))), '{"shop 0","shop 1","shop 2"}', 'and is read again');
SELECT is((SELECT min(at)::timestamp::text FROM lstm_rolling(lstm_train('shops', 'amount', lookback => 3,
    options => '{"epochs": 1, "units": 1, "step": "7 days", "aggregate": "count"}'), steps => 1)), '2024-01-22 00:00:00', 'weeks begin on Monday');
SELECT is((SELECT array_agg(y ORDER BY window_no) FROM lstm_windows('shops', 'amount', lookback => 1, step => '7 days', aggregate => 'count')),
    (SELECT array_agg(ARRAY[n::float8] ORDER BY week) FROM (SELECT date_trunc('week', at) AS week, count(*) AS n FROM shops GROUP BY 1 ORDER BY 1 OFFSET 1) w),
    'and end on Sunday');
SELECT is((SELECT min(at)::timestamp::text FROM lstm_rolling(lstm_train('shops', 'amount', lookback => 1,
    options => '{"epochs": 1, "units": 1, "step": "1 month", "aggregate": "count"}'), steps => 1)), '2024-02-01 00:00:00', 'and months on the first');
SELECT matches(pg_temp.failure($$SELECT lstm_train('shops', 'amount', options => '{"step": "business day", "aggregate": "sum"}')$$), 'is a Saturday|is a Sunday',
    'events on a weekend are no business');
DELETE FROM shops WHERE extract(isodow FROM at) > 5;
SELECT is((SELECT string_agg(to_char(forecast_at, 'Dy'), ' ' ORDER BY step) FROM lstm_forecast(lstm_train('shops', 'amount', lookback => 5,
    options => '{"epochs": 1, "units": 1, "step": "business day", "aggregate": "sum"}'), 6)), 'Tue Wed Thu Fri Mon Tue', 'others are summed for each business day');

---- aggregates in SQL ----

SELECT is(lstm_info(lstm_train_agg(at, amount, '{"epochs": 1, "units": 1, "step": "1 day", "aggregate": "sum"}'))->>'rows',
    (SELECT count(*)::text FROM (SELECT at::date FROM orders WHERE extract(isodow FROM at) < 8 GROUP BY 1) d), 'lstm_train_agg with times aggregates as well') FROM orders;
SELECT throws_ok($$SELECT lstm_train_agg(amount, '{"aggregate": "sum"}' ORDER BY at) FROM orders$$, '22023', 'option "aggregate" needs a time, and these rows have none',
    'without times there are no steps');

---- hostile distances ----

INSERT INTO days VALUES ('2034-01-01', 1, 1);
SELECT matches(pg_temp.failure($$SELECT lstm_train('days', 'value', options => '{"step": "1 day", "aggregate": "mean", "missing": "linear"}')$$), 'too many rows', 'means are not made up for years');
UPDATE days SET at = '202400-01-01' WHERE at = '2034-01-01';
SELECT matches(pg_temp.failure($$SELECT lstm_train('days', 'value', options => '{"step": "1 day", "aggregate": "count"}')$$), 'too many rows', 'nor zeros for millennia');

SELECT * FROM finish();
ROLLBACK;
