-- Steps of days are days in the model's time zone, steps of hours are hours, and the step is found though rows are missing.
BEGIN;
SET LOCAL client_min_messages = error;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lstm_forecast;

SELECT plan(96);

\ir ../include/failure.sql

-- Rows at these times; trains with options, in the session's time zone.
CREATE FUNCTION pg_temp.trained(type text, times text[], options jsonb DEFAULT '{}') RETURNS bytea LANGUAGE plpgsql AS $$
BEGIN
    DROP TABLE IF EXISTS rows;
    EXECUTE format('CREATE TEMP TABLE rows AS SELECT at::%s, n * n %% 7 AS value FROM unnest($1) WITH ORDINALITY AS t (at, n)',
        type) USING times;
    RETURN lstm_train('rows', 'value', time_column => 'at', lookback => 2, options => '{"epochs": 1, "units": 1}' || options);
END $$;
-- Trains on rows at these times and tells when the forecasts lie.
CREATE FUNCTION pg_temp.forecasts(type text, times text[], steps int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    model bytea := pg_temp.trained(type, times);
BEGIN
    RETURN (SELECT string_agg(forecast_at::text, ', ' ORDER BY step) FROM lstm_forecast(model, steps));
END $$;
-- Times from a first one on, without those whose number is among the left out.
CREATE FUNCTION pg_temp.times(type text, first text, step interval, count int, left_out int[] DEFAULT '{}') RETURNS text[]
LANGUAGE plpgsql AS $$
DECLARE
    result text[];
BEGIN
    EXECUTE format('SELECT array_agg((%L::%s + i * %L::interval)::%s::text ORDER BY i) FROM generate_series(0, %s) AS i
        WHERE i <> ALL (%L::int[])', first, CASE type WHEN 'date' THEN 'timestamp' ELSE type END, step, type, count - 1, left_out)
        INTO result;
    RETURN result;
END $$;

---- both changes of the clock, in two zones; the forecasts are made by a session in a third ----

CREATE TEMP TABLE changes (zone text, change text, before date);
INSERT INTO changes VALUES ('Europe/Berlin', 'spring', '2024-03-25'), ('Europe/Berlin', 'autumn', '2024-10-21'),
    ('America/New_York', 'spring', '2024-03-04'), ('America/New_York', 'autumn', '2024-10-28');
-- days that begin at 06:00 local time; the change is in the forecast, or on the last day but one, or in the middle
CREATE TEMP TABLE days AS
SELECT zone, change, before, rows, format('%s %s, %s days before the forecasts', zone, change, rows) AS name,
    NULL::bytea AS daily, NULL::bytea AS hourly
FROM changes, unnest(ARRAY[5, 8, 12]) AS rows;
CREATE FUNCTION pg_temp.train_days() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    d record;
BEGIN
    FOR d IN SELECT * FROM days LOOP
        PERFORM set_config('timezone', d.zone, true);
        UPDATE days SET daily = pg_temp.trained('timestamptz', pg_temp.times('timestamptz', d.before || ' 06:00', '1 day', d.rows)),
            hourly = pg_temp.trained('timestamptz', pg_temp.times('timestamptz', d.before || ' 00:00', '1 hour', 24 * d.rows))
            WHERE name = d.name;
    END LOOP;
    SET LOCAL timezone = 'Asia/Kolkata';
END $$;
SELECT pg_temp.train_days();
-- aggregates keep their newest rows, so they forecast without a table
CREATE FUNCTION pg_temp.kept(type text, zone text, first text, step interval, count int) RETURNS bytea LANGUAGE plpgsql AS $$
DECLARE
    result bytea;
BEGIN
    PERFORM set_config('timezone', zone, true);
    SELECT lstm_train_agg(at::timestamptz, (n * n % 7)::float8, '{"epochs": 1, "units": 1, "lookback": 2}') INTO result
        FROM unnest(pg_temp.times(type, first, step, count)) WITH ORDINALITY AS t (at, n);
    SET LOCAL timezone = 'Asia/Kolkata';
    RETURN result;
END $$;
SELECT is(lstm_info(daily)->>'step', '1 day', format('%s: 23 and 25 hours are a day', name)) FROM days ORDER BY name;
SELECT is(lstm_info(hourly)->>'step', '01:00:00', format('%s: hours stay hours', name)) FROM days ORDER BY name;
SELECT is(lstm_info(daily)->>'time_zone', zone, format('%s: the model keeps its zone', name)) FROM days ORDER BY name;
SELECT is((SELECT array_agg(forecast_at AT TIME ZONE zone ORDER BY step)
        FROM lstm_forecast(pg_temp.kept('timestamptz', zone, before || ' 06:00', '1 day', rows), 10)),
    (SELECT array_agg(before + time '06:00' + (rows + i) * interval '1 day' ORDER BY i) FROM generate_series(0, 9) AS i),
    format('%s: daily forecasts stay at six', name)) FROM days ORDER BY name;
SELECT is((SELECT array_agg(DISTINCT forecast_at - (before::timestamp AT TIME ZONE zone) - (24 * rows + step - 1) * interval '3600 s')
        FROM lstm_forecast(pg_temp.kept('timestamptz', zone, before || ' 00:00', '1 hour', 24 * rows), 240)),
    ARRAY[interval '0'] , format('%s: hourly forecasts are 3600 seconds apart', name)) FROM days WHERE rows <> 8 ORDER BY name;

---- times that the clock skips ----

SET LOCAL timezone = 'America/Sao_Paulo';
SELECT is(lstm_info(pg_temp.trained('timestamptz', pg_temp.times('timestamptz', '2017-10-10', '1 day', 10)))->>'step', '1 day',
    'days go on over a midnight that the clock skips');
SELECT is(pg_temp.forecasts('timestamptz', pg_temp.times('timestamptz', '2017-10-10', '1 day', 6), 2),
    '2017-10-16 00:00:00-02, 2017-10-17 00:00:00-02', 'days come back to midnight after one that the clock skips');
SET LOCAL timezone = 'Europe/Berlin';
SELECT is(pg_temp.forecasts('timestamptz', pg_temp.times('timestamptz', '2024-03-27 02:30', '1 day', 3), 3),
    '2024-03-30 02:30:00+01, 2024-03-31 03:30:00+02, 2024-04-01 02:30:00+02', 'a skipped half past two is an hour later');

---- the step of rows of which one is missing ----

SELECT is(lstm_info(model)->'step', to_jsonb(step), format('%s of %s with a row missing', step, type))
FROM (VALUES
    ('timestamp', '2024-01-01', interval '8 ms', '00:00:00.008'), ('timestamptz', '2024-01-01', '8 ms', '00:00:00.008'),
    ('timestamp', '2024-01-01', '1 minute', '00:01:00'), ('timestamptz', '2024-03-30', '15 minutes', '00:15:00'),
    ('timestamptz', '2024-03-30 20:00', '1 hour', '01:00:00'), ('date', '2024-02-25', '1 day', '1 day'),
    ('timestamp', '2024-02-25', '1 day', '1 day'), ('timestamptz', '2024-03-28', '1 day', '1 day'),
    ('date', '2024-01-01', '7 days', '7 days'), ('timestamptz', '2024-02-01', '7 days', '7 days'),
    ('date', '2023-10-31', '1 month', '1 mon'), ('timestamptz', '2024-01-31', '1 month', '1 mon'),
    ('date', '2024-02-29', '1 month', '1 mon'), ('date', '2023-12-31', '3 months', '3 mons'),
    ('timestamptz', '2023-12-31', '3 months', '3 mons'), ('date', '2020-02-29', '1 year', '1 year')) AS v (type, first, distance, step),
    LATERAL (SELECT pg_temp.trained(type, pg_temp.times(type, first, distance, 9, '{4}'), '{"missing": "linear"}') AS model) AS m;
SELECT is(lstm_info(pg_temp.trained('date', '{4000000-01-01,4000000-01-02,4000000-01-04}', '{"missing": "linear"}'))->'step', '"1 day"',
    'dates that no timestamp reaches have a step');
SELECT is(lstm_info(pg_temp.trained('int', '{3,8,13,23,28,33}', '{"missing": "linear"}'))->'step', '"5"', '5 of integers with a row missing');
SELECT is(lstm_info(pg_temp.trained('bigint', '{9223372036854775803,9223372036854775804,9223372036854775806}',
    '{"missing": "linear"}'))->'step', '"1"', 'the largest integers have a step');
SELECT is(lstm_info(pg_temp.trained('bigint', '{-9223372036854775808,-9223372036854775807,-9223372036854775805}',
    '{"missing": "linear"}'))->'missing'->'rows', '1', 'the lowest integers have a step');
SET LOCAL timezone = 'UTC';
SELECT is(pg_temp.forecasts('timestamp', pg_temp.times('timestamp', '2024-01-01 00:00:00.984', '8 ms', 3), 2),
    '2024-01-01 00:00:01.008+00, 2024-01-01 00:00:01.016+00', 'forecasts are 8 ms apart');

---- the step that is given ----

SELECT is(lstm_info(pg_temp.trained(type, times, jsonb_build_object('missing', 'linear', 'step', step)))->>'step', seen,
    format('step %s of %s is taken', step, type))
FROM (VALUES
    ('timestamp', '{2024-01-01 00:00,2024-01-01 02:00,2024-01-01 04:00}'::text[], '"1 hour"'::jsonb, '01:00:00'),
    ('date', '{2024-01-31,2024-03-31,2024-04-30,2024-06-30}', '"1 month"', '1 mon'),
    ('timestamptz', '{2024-03-30,2024-04-01,2024-04-03}', '"1 day"', '1 day'), ('int', '{10,20,30}', '5', '5'), ('int', '{10,20,30}', '"5"', '5'))
    AS v (type, times, step, seen);
SELECT is(lstm_info(pg_temp.trained('date', '{2024-01-31,2024-03-31,2024-04-30,2024-06-30}', '{"missing": "linear", "step": "1 month"}'))
    ->'missing'->>'rows', '2', 'months that are missing are counted in months');
SELECT is(pg_temp.failure(format($$ SELECT pg_temp.trained(%L, %L, '{"step": %s}') $$, type, times, step)), failure,
    format('step %s of %s is refused', step, type))
FROM (VALUES
    ('date', '{2024-01-01,2024-01-02}', '"1 month 1 day"', '22023: option "step" cannot be "1 month 1 day"
DETAIL: A step has a single unit and is not 0.
HINT: Give months, days or a time alone: "1 month", "7 days", "15 minutes"; or weekdays: "business day", "Monday to Saturday"; with an integer time column an integer.'),
    ('date', '{2024-01-01,2024-01-02}', '"1 hour"', '22023: option "step" cannot be "1 hour"
DETAIL: The step of dates is a number of days or months.
HINT: Give months, days or a time alone: "1 month", "7 days", "15 minutes"; or weekdays: "business day", "Monday to Saturday"; with an integer time column an integer.'),
    ('timestamp', '{2024-01-01,2024-01-02}', '"-1 day"', '22023: option "step" cannot be "-1 day"
DETAIL: A step is positive, and at most 200000 years or 10000000 days.
HINT: Give months, days or a time alone: "1 month", "7 days", "15 minutes"; or weekdays: "business day", "Monday to Saturday"; with an integer time column an integer.'),
    ('int', '{1,2}', '"1 day"', '22023: option "step" cannot be "1 day"
DETAIL: The step of an integer time is a positive integer.
HINT: Give months, days or a time alone: "1 month", "7 days", "15 minutes"; or weekdays: "business day", "Monday to Saturday"; with an integer time column an integer.'),
    ('int', '{1,2}', '99999999999999999999', '22023: option "step" cannot be "99999999999999999999"
DETAIL: The step of an integer time is a positive integer.
HINT: Give months, days or a time alone: "1 month", "7 days", "15 minutes"; or weekdays: "business day", "Monday to Saturday"; with an integer time column an integer.'),
    ('date', '{2024-01-01,2024-01-02}', '"a while"', '22007: invalid input syntax for type interval: "a while"'),
    ('date', '{2024-01-01,2024-01-02}', '9007199254740993', '22015: interval field value out of range: "9007199254740993"'),
    ('date', '{2024-01-01,2024-01-02}', 'true', '22023: option "step" must be a string, not true'),
    ('timestamp', '{2024-01-01 00:00,2024-01-01 01:00,2024-01-01 01:30}', '"1 hour"',
        '22000: two rows of relation "rows" belong to one step: 2024-01-01 01:00:00 and 2024-01-01 01:30:00
DETAIL: The step is 01:00:00; both rows are nearest to 2024-01-01 01:00:00.
HINT: Make one row of each step with option "aggregate", for example {"aggregate": "mean"}; or give another step in option "step".')
) AS v (type, times, step, failure);

---- a model of another place ----

SELECT throws_ok($$ SELECT lstm_train_agg(v, '{"step": "1 day", "lookback": 2}') FROM generate_series(1, 9) AS v $$, '22023',
    'option "step" cannot be "1 day"', 'rows without a time have no step');

SELECT * FROM finish();
ROLLBACK;
