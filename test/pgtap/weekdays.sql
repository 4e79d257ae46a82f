-- Rows that occur on some weekdays have a step of these weekdays: no gaps, and forecasts on no other day.
BEGIN;
SET LOCAL client_min_messages = error;
SET LOCAL timezone = 'Europe/Berlin';
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lstm_forecast;

SET LOCAL check_function_bodies = off;

SELECT plan(43);

-- Daily rows of some weekdays (0: Monday), as this type.
CREATE FUNCTION pg_temp.make(type text, weekdays int[], first date, count int, at time DEFAULT '00:00') RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    DROP TABLE IF EXISTS rows;
    EXECUTE format('CREATE TEMP TABLE rows AS SELECT (d + $4)::%s AS at, 10 + extract(isodow FROM d)::int + extract(day FROM d) * 0.1 AS value
        FROM generate_series($1::timestamp, $1::timestamp + make_interval(days => $2), ''1 day'') d
        WHERE extract(isodow FROM d)::int - 1 = ANY ($3)', type) USING first, count, weekdays, at;
END $$;
CREATE FUNCTION pg_temp.model(options jsonb DEFAULT '{}', lookback int DEFAULT 3) RETURNS bytea LANGUAGE sql AS
$$ SELECT lstm_train('rows', 'value', lookback => lookback, options => '{"epochs": 1, "units": 1}' || options) $$;
CREATE FUNCTION pg_temp.step(options jsonb DEFAULT '{}') RETURNS text LANGUAGE sql AS
$$ SELECT lstm_info(pg_temp.model(options))->>'step' $$;
CREATE FUNCTION pg_temp.days(steps int, options jsonb DEFAULT '{}') RETURNS text LANGUAGE sql AS
$$ SELECT string_agg(to_char(forecast_at, 'Dy DD'), ', ' ORDER BY step) FROM lstm_forecast(pg_temp.model(options), steps) $$;
CREATE FUNCTION pg_temp.failure(options jsonb DEFAULT '{}') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    message text;
    detail text;
    hint text;
BEGIN
    PERFORM pg_temp.model(options);
    RETURN NULL;
EXCEPTION WHEN data_exception OR invalid_parameter_value THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN concat_ws(' | ', message, detail, hint);
END $$;

---- found ----

SELECT pg_temp.make('date', '{0,1,2,3,4}', '2022-03-01', 120);
SELECT is(pg_temp.step(), 'business day', 'dates from Monday to Friday are business days');
SELECT is((SELECT max(at) FROM rows)::text, '2022-06-29', 'the newest row is a Wednesday');
SELECT is(pg_temp.days(5), 'Thu 30, Fri 01, Mon 04, Tue 05, Wed 06', 'forecasts leave weekends out');
SELECT is(lstm_info(pg_temp.model())->'missing'->>'rows', '0', 'a weekend is not missing');
SELECT is((lstm_info(pg_temp.model('{"missing": "linear"}')))->'missing'->>'rows', '0', 'where gaps are filled, weekends are not');
SELECT is(pg_temp.days(5, '{"missing": "linear"}'), 'Thu 30, Fri 01, Mon 04, Tue 05, Wed 06', 'and forecasts leave them out as well');
SELECT is(lstm_info(pg_temp.model())->>'rows', (SELECT count(*) FROM rows)::text, 'all rows count, and no others');
SELECT is(pg_temp.step('{"step": "1 day", "missing": "linear"}'), '1 day', 'days that are asked for are days');
SELECT is(pg_temp.days(3, '{"step": "1 day", "missing": "linear"}'), 'Thu 30, Fri 01, Sat 02', 'and then Saturdays are forecast');

SELECT pg_temp.make('date', '{0,1,2,3,4,5}', '2022-03-01', 120);
SELECT is(pg_temp.step(), 'Monday to Saturday', 'a shop that is open on Saturdays has weeks of six days');
SELECT is(pg_temp.days(4), 'Thu 30, Fri 01, Sat 02, Mon 04', 'and no forecast on a Sunday');
SELECT pg_temp.make('timestamp', '{1,2,3,4,5}', '2022-03-01', 120, '18:00');
SELECT is(pg_temp.step(), 'Tuesday to Saturday', 'Tuesday to Saturday, in the evening');
SELECT is((SELECT string_agg(forecast_at::timestamp::text, ', ' ORDER BY step) FROM lstm_forecast(pg_temp.model(), 4)),
    '2022-06-30 18:00:00, 2022-07-01 18:00:00, 2022-07-02 18:00:00, 2022-07-05 18:00:00', 'forecasts keep the time of the day');
SELECT pg_temp.make('timestamptz', '{6,0,1,2,3}', '2022-02-20', 120, '00:00');
SELECT is(pg_temp.step(), 'Sunday to Thursday', 'Sunday to Thursday, by timestamptz over a change of the clock');
SELECT is(pg_temp.days(4), 'Tue 21, Wed 22, Thu 23, Sun 26', 'and forecasts on these days');
SELECT pg_temp.make('date', '{0,2,4}', '2022-03-01', 120);
SELECT is(pg_temp.step(), 'Monday, Wednesday, Friday', 'days that are no run are named one by one');
SELECT is(pg_temp.days(3), 'Fri 01, Mon 04, Wed 06', 'and forecast one by one');
SELECT pg_temp.make('date', '{1,2,3,4}', '1999-10-04', 150);
SELECT is(pg_temp.days(3), 'Fri 03, Tue 07, Wed 08', 'a week across the year 2000 is a week');
SELECT pg_temp.make('date', '{0,1,2,3,4}', '1969-10-06', 150);
SELECT is(pg_temp.days(3), 'Fri 06, Mon 09, Tue 10', 'so is one before it');

---- evidence ----

SELECT pg_temp.make('date', '{0,1,2,3,4,5,6}', '2022-03-01', 60);
SELECT is(pg_temp.step(), '1 day', 'all days are days');
SELECT pg_temp.make('date', '{0,1,2,3,4}', '2022-03-01', 17);
SELECT alike(pg_temp.failure(), '4 of 18 rows % are missing%The step is 1 day;%{"step": "business day"}%',
    'two weekends are no pattern, but the hint knows the way');
SELECT is(pg_temp.step('{"step": "business day"}'), 'business day', 'which is the step');
SELECT pg_temp.make('date', '{4}', '2022-03-01', 120);
SELECT is(pg_temp.step(), '7 days', 'one day of the week is a step of a week');
SELECT pg_temp.make('date', '{0,1,2,3,4}', '2022-03-01', 120);
DELETE FROM rows WHERE extract(isodow FROM at) = 3 AND extract(day FROM at) < 19;
SELECT alike(pg_temp.failure(), '%The step is 1 day;%', 'a weekday that comes now and then makes no pattern');
SELECT pg_temp.make('date', '{0,1,2,3,4}', '2022-03-01', 120);
DELETE FROM rows WHERE at IN ('2022-04-15', '2022-04-18');
SELECT is(pg_temp.failure('{"missing": "error"}'), 'timestamps of relation "rows" are not regular: 2022-04-19 follows 2022-04-14 | '
    'The step is business day; 2 rows are missing. | Train with option "missing", which fills gaps, for example '
    '{"missing": "linear"}; or give the step in option "step".', 'holidays are missing rows');
SELECT is(lstm_info(pg_temp.model())->'missing'->>'rows', '2', 'few of which are filled unasked');
SELECT is(lstm_info(pg_temp.model('{"missing": "previous"}'))->'missing'->>'rows', '2', 'and can be filled');
SELECT is(lstm_info(pg_temp.model('{"missing": "previous"}'))->'missing'->>'first', '2022-04-15', 'where they are');

---- strays ----

INSERT INTO rows VALUES ('2022-05-07', 1);
SELECT is(pg_temp.failure(), 'timestamp 2022-05-07 of relation "rows" is a Saturday, which is none of the weekdays of the step | '
    'The step is business day (Monday to Friday); 1 of 86 rows lies on another weekday. | Leave such rows out in a view, or '
    'count all days with {"step": "1 day", "missing": "linear"}.', 'a stray Saturday is named');
SELECT is(pg_temp.step('{"step": "1 day", "missing": "linear"}'), '1 day', 'the hint works');
SELECT pg_temp.make('date', '{5}', '2022-03-05', 0);
SELECT matches(pg_temp.failure('{"step": "business day"}'), 'is a Saturday', 'a series that begins on a wrong day is wrong');

---- given ----

SELECT pg_temp.make('date', '{0,1,2,3,4}', '2022-03-01', 120);
SELECT is(pg_temp.step('{"step": "Business Days"}'), 'business day', 'capitals and plurals do not matter');
SELECT is(pg_temp.step('{"step": "monday to friday"}'), 'business day', 'business days by their names');
SELECT is(pg_temp.step('{"step": "mon - fri"}'), 'business day', 'by three letters');
SELECT is(pg_temp.step('{"step": "Tues, Mon,Wed to Fri"}'), 'business day', 'one by one');
SELECT is(pg_temp.step('{"step": "Sat to Fri", "missing": "linear"}'), '1 day', 'all seven are days');
SELECT matches(pg_temp.failure('{"step": "Monday or Friday"}'), 'invalid|option "step"', 'anything else is refused');
SELECT throws_ok($$SELECT lstm_train('rows', 'value', 'n', options => '{"step": "business day"}')$$, '42703', NULL, 'of a column');
SELECT pg_temp.make('date', '{4}', '2022-03-01', 120);
SELECT is(pg_temp.step('{"step": "Friday"}'), '7 days', 'one weekday is a week');

---- read again ----

SELECT pg_temp.make('date', '{0,1,2,3,4}', '2022-03-01', 120);
SELECT is(s->>'length' || ' ' || (s->>'found'), '5 true', 'a week of business days is a season of five rows')
FROM lstm_info(pg_temp.model()) info, LATERAL (SELECT info->'seasons'->0 AS s) first;
SELECT is((SELECT string_agg(to_char(at, 'Dy DD'), ', ' ORDER BY at) FROM (SELECT DISTINCT at FROM lstm_rolling(pg_temp.model(), steps => 1)
    ORDER BY at DESC LIMIT 4) r), 'Fri 24, Mon 27, Tue 28, Wed 29', 'forecasts along known rows lie on these rows');

CREATE TEMP TABLE shops AS SELECT s AS shop, d::date AS at, s * 10 + extract(isodow FROM d) AS value
    FROM generate_series(1, 3) s, generate_series(timestamp '2022-03-01', '2022-06-29', '1 day') d
    WHERE extract(isodow FROM d) < 6 OR (s = 3 AND extract(isodow FROM d) = 6);
SELECT is((SELECT string_agg(DISTINCT series || to_char(forecast_at, ' Dy DD'), ', ') FROM lstm_forecast(
    lstm_train('shops', 'value', series_column => 'shop', lookback => 3, options => '{"epochs": 1, "units": 1}'), 3) WHERE status = 'ok'),
    '1 Fri 01, 1 Mon 04, 1 Thu 30, 2 Fri 01, 2 Mon 04, 2 Thu 30', 'series share the step of the first');
SELECT throws_like($$SELECT lstm_train('shops', 'value', series_column => 'shop', options => '{"on_error": "error", "epochs": 1}')$$,
    '%is a Saturday%', 'and one that has other days is named');

SELECT * FROM finish();
ROLLBACK;
