-- Days of another zone than the session's: what is wrong is named, and the way out.
BEGIN;
SET LOCAL client_min_messages = error;
SET LOCAL timezone = 'UTC';
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lstm_forecast;
SET LOCAL check_function_bodies = off;

SELECT plan(18);

CREATE FUNCTION pg_temp.make(zone text, first date, count int, step interval DEFAULT '1 day', at time DEFAULT '00:00') RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    DROP TABLE IF EXISTS rows;
    CREATE TEMP TABLE rows AS SELECT (first + i * step + at) AT TIME ZONE zone AS "Day", i % 7 AS value FROM generate_series(0, count - 1) i;
END $$;
CREATE FUNCTION pg_temp.failure(options jsonb DEFAULT '{}') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    message text;
    detail text;
    hint text;
BEGIN
    PERFORM lstm_train('rows', 'value', lookback => 3, options => '{"epochs": 1, "units": 1}' || options);
    RETURN NULL;
EXCEPTION WHEN data_exception OR invalid_parameter_value THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN concat_ws(' | ', message, detail, hint);
END $$;

SELECT pg_temp.make('Europe/Berlin', '2023-02-01', 300);
SELECT is(pg_temp.failure(), 'timestamps of relation "rows" are not regular: 2023-03-26 22:00:00+00 follows 2023-03-25 23:00:00+00 | '
    'The rows are midnights of time zone Europe/Berlin, where a day can have 23 or 25 hours; the session''s zone is UTC. | '
    'SET timezone = ''Europe/Berlin'', or read the rows as dates in a view: ("Day" AT TIME ZONE ''Europe/Berlin'')::date.',
    'the pair that is shown is 23 hours apart, and the zone is named');
SELECT matches(pg_temp.failure('{"step": "1 day"}'), 'midnights of time zone Europe/Berlin', 'a step of days is no way out');
SELECT matches(pg_temp.failure('{"step": "1 day", "aggregate": "sum"}'), 'midnights of time zone Europe/Berlin', 'nor are sums, which would be of other days');
SET LOCAL timezone = 'Europe/Berlin';
SELECT is(pg_temp.failure(), NULL, 'that zone is the way out');
SET LOCAL timezone = 'UTC';
CREATE TEMP VIEW local AS SELECT ("Day" AT TIME ZONE 'Europe/Berlin')::date AS day, value FROM rows;
SELECT lives_ok($$SELECT lstm_train('local', 'value', lookback => 3, options => '{"epochs": 1, "units": 1}')$$, 'and so is the view');
DROP VIEW local;

SELECT pg_temp.make('America/New_York', '2023-01-01', 500);
SELECT matches(pg_temp.failure(), 'America/New_York', 'New York');
SELECT pg_temp.make('Australia/Sydney', '2023-01-01', 500);
SELECT matches(pg_temp.failure(), 'Australia/Sydney', 'Sydney');
SELECT pg_temp.make('America/Santiago', '2023-01-01', 500);
SELECT matches(pg_temp.failure(), 'America/Santiago', 'Santiago');
SELECT pg_temp.make('Europe/Warsaw', '2023-01-01', 500);
SELECT matches(pg_temp.failure(), 'SET timezone = ''Europe/Berlin''', 'another zone with the same clocks will do');
SELECT pg_temp.make('Europe/Berlin', '2023-01-02', 80, '7 days');
SELECT matches(pg_temp.failure(), 'midnights of time zone Europe/Berlin', 'weeks');
SELECT pg_temp.make('Europe/Berlin', '2022-01-01', 30, '1 month');
SELECT matches(pg_temp.failure(), 'midnights of time zone Europe/Berlin', 'months');
SELECT pg_temp.make('Europe/Berlin', '2023-02-01', 300);
DELETE FROM rows WHERE extract(isodow FROM "Day" AT TIME ZONE 'Europe/Berlin') > 5;
SELECT matches(pg_temp.failure(), 'midnights of time zone Europe/Berlin', 'business days');
SET LOCAL timezone = 'Europe/Berlin';
SELECT is(pg_temp.failure(), NULL, 'which are business days there');
SET LOCAL timezone = 'UTC';

SELECT pg_temp.make('Europe/Berlin', '2023-02-01', 300, at => '06:00');
SELECT is(pg_temp.failure(), 'timestamps of relation "rows" are not regular: 2023-03-26 04:00:00+00 follows 2023-03-25 05:00:00+00 | '
    'Some rows are 23 or 25 hours apart, like days in a zone whose clocks change; the session''s zone is UTC. | '
    'SET timezone to the zone that the rows are days of, or read them as dates in a view: (... AT TIME ZONE ''...'')::date.',
    'mornings tell that a clock was changed, but not which');
SELECT pg_temp.make('Asia/Kolkata', '2023-02-01', 300);
SELECT is(pg_temp.failure(), NULL, 'where no clock changes, days are days everywhere');
SELECT pg_temp.make('UTC', '2023-02-01', 100);
UPDATE rows SET "Day" = "Day" + interval '5 minutes' WHERE value = 3;
SELECT matches(pg_temp.failure(), '2023-02-04 00:05:00\+00 follows 2023-02-03 00:00:00\+00 .*The step is 1 day', 'rows that are late are no other zone');
SELECT pg_temp.make('UTC', '2023-02-01', 100);
UPDATE rows SET "Day" = "Day" + interval '5 minutes' WHERE "Day" < '2023-02-06';
SELECT matches(pg_temp.failure(), '2023-02-06 00:00:00\+00 follows 2023-02-05 00:05:00\+00', 'where the first rows are late, the pair at their end is shown');
SELECT pg_temp.make('Europe/Berlin', '2023-02-01', 30);
SELECT is(pg_temp.failure(), NULL, 'in a winter nothing is wrong');

SELECT * FROM finish();
ROLLBACK;
