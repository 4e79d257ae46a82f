-- Forecasts up to a time: as many steps as reach it, from the newest row of each series.
BEGIN;
SET LOCAL client_min_messages = error;
SET LOCAL timezone = 'Europe/Berlin';
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lstm_forecast;

SELECT plan(38);

CREATE TABLE hours AS SELECT timestamptz '2024-03-28 00:00' + i * interval '1 hour' AS at, i % 24 AS value FROM generate_series(0, 60) i;
CREATE TABLE months AS SELECT (date '2021-01-31' + i * interval '1 month')::date AS at, i % 12 AS value FROM generate_series(0, 24) i;
CREATE TABLE work AS SELECT d::date AS at, extract(isodow FROM d)::int AS value FROM generate_series(timestamp '2024-01-01', '2024-03-27', '1 day') d
    WHERE extract(isodow FROM d) < 6;
CREATE TABLE numbers AS SELECT i AS n, i % 7 AS value FROM generate_series(1, 60) i;
CREATE TABLE shops AS SELECT s AS shop, timestamp '2024-01-01' + i * interval '1 day' AS at, s * 10 + i % 7 AS value FROM generate_series(1, 3) s, generate_series(0, 59 - 2 * s) i;
CREATE TEMP TABLE models AS SELECT name, lstm_train(name::regclass, 'value', time_column => CASE name WHEN 'numbers' THEN 'n' ELSE 'at' END,
    lookback => 5, options => '{"epochs": 1, "units": 1}') AS model FROM unnest(ARRAY['hours', 'months', 'work', 'numbers']) AS name
UNION ALL SELECT 'shops', lstm_train('shops', 'value', series_column => 'shop', lookback => 5, horizon => 2, options => '{"epochs": 1, "units": 1}')
UNION ALL SELECT 'ahead', lstm_train('work', 'value', lookback => 5, horizon => 3, options => '{"epochs": 1, "units": 1, "lead": 2}')
UNION ALL SELECT 'same', lstm_train('work', 'value', lookback => 5, horizon => 3, inputs => ARRAY['value'], options => '{"epochs": 1, "units": 1, "calendar": ["day_of_week"]}')
UNION ALL SELECT 'tail', lstm_train_agg(at, value, '{"epochs": 1, "units": 1, "lookback": 5}') FROM hours;
CREATE FUNCTION pg_temp.reached(of text, until timestamptz) RETURNS text LANGUAGE sql AS
$$ SELECT count(*) || coalesce(' to ' || max(forecast_at)::timestamp, '') FROM models m, lstm_forecast(model, until => $2) WHERE m.name = $1 $$;
CREATE FUNCTION pg_temp.failure(command text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    message text;
BEGIN
    EXECUTE command;
    RETURN NULL;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT;
    RETURN message;
END $$;

SELECT is(pg_temp.reached('hours', '2024-03-30 15:00'), '3 to 2024-03-30 15:00:00', 'the time itself is reached');
SELECT is(pg_temp.reached('hours', '2024-03-30 14:59:59.999999'), '2 to 2024-03-30 14:00:00', 'a microsecond before it is not');
SELECT is(pg_temp.reached('hours', '2024-03-30 13:00'), '1 to 2024-03-30 13:00:00', 'one step');
SELECT is(pg_temp.reached('hours', '2024-03-30 12:59'), '0', 'before the first step there are no rows');
SELECT is(pg_temp.reached('hours', '1999-01-01'), '0', 'nor long before');
SELECT is(pg_temp.reached('hours', '2024-03-31 12:00'), '23 to 2024-03-31 12:00:00', 'a day at a change of the clock has 23 hours');
SELECT results_eq($$SELECT step, forecast_at, forecast FROM models, lstm_forecast(model, until => '2024-03-30 15:00') WHERE name = 'hours'$$,
    $$SELECT step, forecast_at, forecast FROM models, lstm_forecast(model, 3) WHERE name = 'hours'$$, 'they are the steps that are asked for by their number');
SELECT is(pg_temp.reached('months', '2023-04-30 00:00'), '3 to 2023-04-30 00:00:00', 'month ends');
SELECT is(pg_temp.reached('months', '2023-04-29 23:00'), '2 to 2023-03-31 00:00:00', 'a day short of one');
SELECT is(pg_temp.reached('work', '2024-03-31 23:59'), '2 to 2024-03-29 00:00:00', 'a Sunday is reached on Friday');
SELECT is(pg_temp.reached('work', '2024-04-01 00:00'), '3 to 2024-04-01 00:00:00', 'a Monday on Monday');
SELECT is(pg_temp.reached('ahead', '2024-04-01 00:00'), '2 to 2024-04-01 00:00:00', 'a lead of 2 begins later');
SELECT is(pg_temp.reached('ahead', '2024-03-28 23:00'), '0', 'so much that a day is not reached');
SELECT is(pg_temp.reached('same', '2024-03-29 00:00'), '2 to 2024-03-29 00:00:00', 'with a calendar');
SELECT is(pg_temp.reached('tail', '2024-03-30 15:00'), '3 to 2024-03-30 15:00:00', 'a model of an aggregate, from its own rows');
SELECT is(pg_temp.reached('tail', '2024-03-30 12:00'), '0', 'none of these');
SELECT is((SELECT string_agg(series || ':' || n, ' ' ORDER BY series) FROM (SELECT series, count(*) AS n FROM models, lstm_forecast(model, until => '2024-03-01 12:00')
    WHERE name = 'shops' GROUP BY 1) s), '1:3 2:5 3:7', 'each series from its own newest row');
SELECT is((SELECT string_agg(DISTINCT forecast_at::date::text, '') FROM models, lstm_forecast(model, until => '2024-02-26 12:00') WHERE name = 'shops' AND series = '3'),
    '2024-02-24' || '2024-02-25' || '2024-02-26', 'to the same time');
SELECT is((SELECT array_agg(DISTINCT series) FROM models, lstm_forecast(model, until => '2024-02-26 12:00') WHERE name = 'shops'), '{2,3}',
    'a series that is there already has no rows');
SELECT is((SELECT count(*) FROM models, lstm_forecast(model, until => '2024-03-01 12:00', as_of => '2024-02-20 00:00') WHERE name = 'shops' AND series = '1'), 10::bigint, 'from as_of on');
SELECT is((SELECT count(*) FROM models, lstm_forecast(model, until => NULL) WHERE name = 'shops'), 6::bigint, 'NULL is not given');

---- beyond what is known ----

CREATE TABLE promos AS SELECT date '2024-01-01' + i AS at, CASE WHEN i < 60 THEN i % 7 + i % 3 END AS value, CASE WHEN i < 65 THEN i % 3 END AS promo FROM generate_series(0, 79) i;
CREATE TEMP TABLE promo AS SELECT lstm_train('promos', 'value', lookback => 7, horizon => 7, known_inputs => ARRAY['promo'], options => '{"epochs": 1, "units": 1}') AS model;
SELECT results_eq($$SELECT forecast_at::date, forecast IS NULL, status FROM promo, lstm_forecast(model, until => '2024-03-07 12:00')$$,
    $$SELECT date '2024-02-29' + k, k > 5, CASE WHEN k > 5 THEN 'known input "promo" is not known from 2024-03-06 on' ELSE 'ok' END FROM generate_series(1, 7) k$$,
    'steps for which a known input is not known have no forecast, and say so');
SELECT results_eq($$SELECT step, forecast FROM promo, lstm_forecast(model, until => '2024-03-05')$$,
    $$SELECT step, forecast FROM promo, lstm_forecast(model, 7) WHERE step < 6$$, 'up to there all is known');

---- what cannot be ----

SELECT is(pg_temp.failure($$SELECT f FROM models, lstm_forecast(model, 3, until => '2024-03-30 15:00') f WHERE name = 'hours'$$), 'steps and until cannot both be given', 'steps and until');
SELECT is(pg_temp.failure($$SELECT f FROM models, lstm_forecast(model, until => 'infinity') f WHERE name = 'hours'$$), 'until must be a finite time', 'for ever');
SELECT is(pg_temp.failure($$SELECT f FROM models, lstm_forecast(model, until => '-infinity') f WHERE name = 'hours'$$), 'until must be a finite time', 'never');
SELECT is(pg_temp.failure($$SELECT f FROM models, lstm_forecast(model, until => '294276-01-01') f WHERE name = 'hours'$$),
    'relation "hours" cannot be forecast: until is more than 1048576 steps after the newest row', 'the end of all times');
SELECT is(pg_temp.failure($$SELECT f FROM models, lstm_forecast(model, until => '2024-01-01') f WHERE name = 'numbers'$$),
    'relation "numbers" cannot be forecast: until is a time, but the rows have none that it could be compared with', 'numbers are no times');
SELECT is(pg_temp.failure($$SELECT f FROM models, lstm_forecast(model, until => '2024-04-30') f WHERE name = 'ahead'$$),
    'relation "work" cannot be forecast: 23 steps reach until, but the model''s horizon is 3, and its forecasts cannot be fed back', 'beyond a horizon');
---- times of other types ----

CREATE TABLE texts AS SELECT '2024-01-' || lpad(i::text, 2, '0') AS ts, i % 7 AS value, i::float8 AS seconds, time '00:00' + i * interval '1 minute' AS clock FROM generate_series(1, 31) i;
CREATE FUNCTION pg_temp.hint(command text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    message text;
    hint text;
BEGIN
    EXECUTE command;
    RETURN NULL;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT;
    RETURN concat_ws(' | ', message, hint);
END $$;
SELECT is(pg_temp.hint($$SELECT lstm_train('texts', 'value', 'ts')$$), 'time column "ts" of relation "texts" is of type text | '
    'Read the rows through a view with ts::timestamptz, or to_timestamp(ts, ''...'') and its format.', 'a text');
SELECT is(pg_temp.hint($$SELECT lstm_train('texts', 'value', 'seconds')$$), 'time column "seconds" of relation "texts" is of type double precision | '
    'Read the rows through a view: with to_timestamp(seconds) where these are seconds since 1970, or seconds::bigint where they are numbers of rows.', 'a number with a fraction');
SELECT is(pg_temp.hint($$SELECT lstm_train('texts', 'value', 'clock')$$), 'time column "clock" of relation "texts" is of type time without time zone | '
    'A time of the day needs a day: read the rows through a view that adds the column of the day, as in (day + clock).', 'a time of the day');
SELECT is(pg_temp.hint($$SELECT lstm_train('texts', 'value')$$), 'relation "texts" has no column that gives the order of its rows | '
    'Column "ts" is of type text. Read the rows through a view with ts::timestamptz, or to_timestamp(ts, ''...'') and its format.', 'a column that is named like a time');
CREATE TABLE capitals AS SELECT '2024-01-05'::text AS "Date", 'x'::text AS label, 1.5 AS value;
SELECT is(pg_temp.hint($$SELECT lstm_train('capitals', 'value')$$), 'relation "capitals" has no column that gives the order of its rows | '
    'Column "Date" is of type text. Read the rows through a view with "Date"::timestamptz, or to_timestamp("Date", ''...'') and its format.', 'in capitals, too');
CREATE TABLE datum AS SELECT '05.01.2024'::text AS "Datum", 1.5 AS value;
SELECT is(pg_temp.hint($$SELECT lstm_train('datum', 'value')$$), 'relation "datum" has no column that gives the order of its rows | '
    'Column "Datum" is of type text. Read the rows through a view with "Datum"::timestamptz, or to_timestamp("Datum", ''...'') and its format.', 'the only text, whatever its name');
CREATE TABLE labels AS SELECT 'x'::text AS label, 'y'::text AS other, 1.5 AS value;
SELECT alike(pg_temp.hint($$SELECT lstm_train('labels', 'value')$$), '%| Add a date, timestamp or integer column%', 'of two texts none is guessed');
CREATE TABLE parts AS SELECT 2024 AS "Year", 1 AS month, 1.5 AS value;
SELECT is(pg_temp.hint($$SELECT lstm_train('parts', 'value')$$), 'relation "parts" has no column that gives the order of its rows | '
    'Read the rows through a view that makes one date of several columns: make_date("Year", month, 1).', 'a date in several columns');
CREATE VIEW times AS SELECT ts::timestamptz AS ts, value FROM texts;
SELECT is(pg_temp.hint($$SELECT lstm_train('times', 'value', lookback => 3, options => '{"epochs": 1, "units": 1}')$$), NULL, 'and the view is the way out');

SELECT * FROM finish();
ROLLBACK;
