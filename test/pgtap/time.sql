-- Forecasts lie where the calendar has the next rows: month ends, leap days and daylight saving included.
BEGIN;
SET LOCAL client_min_messages = error;
SET LOCAL timezone = 'Europe/Berlin';
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lstm_forecast;

SELECT plan(75);

-- Trains on rows at these times and tells when the forecasts lie, in the words of the time's own type.
CREATE FUNCTION pg_temp.forecast_times(type text, times text[], steps int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
BEGIN
    DROP TABLE IF EXISTS rows;
    EXECUTE format('CREATE TEMP TABLE rows AS SELECT at::%s, n * n %% 7 AS value FROM unnest($1) WITH ORDINALITY AS t (at, n)',
        type) USING times;
    EXECUTE format('SELECT string_agg(forecast_at::%s::text, '', '' ORDER BY step)
        FROM lstm_forecast(lstm_train(''rows'', ''value'', lookback => 2, options => ''{"epochs": 1, "units": 1}''), $1)', type)
        INTO result USING steps;
    RETURN result;
END $$;
-- The same, of count rows from a first one on.
CREATE FUNCTION pg_temp.forecast_times(type text, first timestamp, step interval, count int, steps int) RETURNS text
LANGUAGE sql AS
$$ SELECT pg_temp.forecast_times(type, (SELECT array_agg((first + i * step)::text ORDER BY i)
                                        FROM generate_series(0, count - 1) AS i), steps) $$;
-- The step that the model of the last call saw.
CREATE FUNCTION pg_temp.seen_step() RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    RETURN lstm_info(lstm_train('rows', 'value', lookback => 2, options => '{"epochs": 1, "units": 1}'))->>'step';
END $$;

---- steps of each kind ----

SELECT is(pg_temp.forecast_times('date', '2023-12-20', '1 day', 10, 3), '2023-12-30, 2023-12-31, 2024-01-01',
    'daily dates go on over a new year');
SELECT is(pg_temp.seen_step(), '1 day', 'the step of daily dates is a day');
SELECT is(pg_temp.forecast_times('date', '2024-02-20', '1 day', 8, 3), '2024-02-28, 2024-02-29, 2024-03-01',
    'daily dates meet a leap day');
SELECT is(pg_temp.forecast_times('date', '2023-02-20', '1 day', 8, 2), '2023-02-28, 2023-03-01', 'a year without a leap day has none');
SELECT is(pg_temp.forecast_times('date', '2024-01-01', '7 days', 8, 2), '2024-02-26, 2024-03-04', 'weekly dates go on');
SELECT is(pg_temp.seen_step(), '7 days', 'the step of weekly dates is 7 days');
SELECT is(pg_temp.forecast_times('timestamp', '2024-01-01 23:00', '15 minutes', 6, 3),
    '2024-01-02 00:30:00, 2024-01-02 00:45:00, 2024-01-02 01:00:00', 'quarters of an hour go on');
SELECT is(pg_temp.seen_step(), '00:15:00', 'the step of quarters of an hour is 15 minutes');
SELECT is(pg_temp.forecast_times('timestamp', '2024-01-01 00:00:00.25', '1 microsecond', 6, 2),
    '2024-01-01 00:00:00.250006, 2024-01-01 00:00:00.250007', 'microseconds go on');
SELECT is(pg_temp.forecast_times('date', '2024-01-31', '1 month', 5, 4), '2024-06-30, 2024-07-31, 2024-08-31, 2024-09-30',
    'months from 31 January on stay at month ends');
SELECT is(pg_temp.seen_step(), '1 mon', 'the step of month ends is a month');
SELECT is(pg_temp.forecast_times('date', '2023-10-31', '1 month', 4, 3), '2024-02-29, 2024-03-31, 2024-04-30',
    'month ends go through a leap February and come back to 31');
SELECT is(pg_temp.forecast_times('date', '2022-10-31', '1 month', 4, 3), '2023-02-28, 2023-03-31, 2023-04-30',
    'month ends go through another February');
SELECT is(pg_temp.forecast_times('date', '2022-11-30', '1 month', 3, 3), '2023-02-28, 2023-03-30, 2023-04-30',
    'months on the 30th stay on the 30th after February');
SELECT is(pg_temp.forecast_times('date', ARRAY['2023-02-28', '2023-03-31', '2023-04-30', '2023-05-31'], 3),
    '2023-06-30, 2023-07-31, 2023-08-31', 'month ends that begin in February are month ends');
SELECT is(pg_temp.forecast_times('date', '2024-01-01', '1 month', 5, 2), '2024-06-01, 2024-07-01', 'firsts of months go on');
SELECT is(pg_temp.forecast_times('timestamp', '2024-01-15 12:30', '1 month', 5, 2), '2024-06-15 12:30:00, 2024-07-15 12:30:00',
    'months keep the time of day');
SELECT is(pg_temp.forecast_times('date', '2023-12-31', '3 months', 4, 2), '2024-12-31, 2025-03-31', 'quarters go on');
SELECT is(pg_temp.seen_step(), '3 mons', 'the step of quarters is three months');
SELECT is(pg_temp.forecast_times('date', '2020-02-29', '1 year', 3, 3), '2023-02-28, 2024-02-29, 2025-02-28',
    'years from a leap day on come back to the leap day');
SELECT is(pg_temp.seen_step(), '1 year', 'the step of years is a year');
SELECT is(pg_temp.forecast_times('date', '1900-07-01', '10 years', 5, 2), '1950-07-01, 1960-07-01', 'decades go on');
SELECT is(pg_temp.forecast_times('date', ARRAY['0002-12-31 BC', '0001-12-31 BC', '0001-12-31', '0002-12-31'], 2),
    '0003-12-31, 0004-12-31', 'years go on over the birth of Christ');
SELECT is(pg_temp.forecast_times('timestamp', '1969-12-31 23:58', '1 minute', 4, 1), '1970-01-01 00:02:00', 'minutes go on');

---- daylight saving ----

SELECT is(pg_temp.forecast_times('timestamptz', '2024-03-25', '1 day', 6, 3),
    '2024-03-31 00:00:00+01, 2024-04-01 00:00:00+02, 2024-04-02 00:00:00+02', 'days stay days where the clock goes forward');
SELECT is(pg_temp.seen_step(), '1 day', 'the step of days is a day, not 24 hours');
SELECT is(pg_temp.forecast_times('timestamptz', '2024-10-22', '1 day', 6, 2),
    '2024-10-28 00:00:00+01, 2024-10-29 00:00:00+01', 'days stay days where the clock goes back, last row before the change');
SELECT is(pg_temp.forecast_times('timestamptz', '2024-03-28', '1 day', 8, 1), '2024-04-05 00:00:00+02',
    'rows on both sides of the spring change are regular');
SELECT is(pg_temp.forecast_times('timestamptz', '2024-10-24', '1 day', 8, 1), '2024-11-01 00:00:00+01',
    'rows on both sides of the autumn change are regular');
SELECT is(pg_temp.forecast_times('timestamptz', ARRAY['2024-03-30 22:00+01', '2024-03-30 23:00+01', '2024-03-31 00:00+01',
        '2024-03-31 01:00+01'], 3), '2024-03-31 03:00:00+02, 2024-03-31 04:00:00+02, 2024-03-31 05:00:00+02',
    'hours go on over the missing hour');
SELECT is(pg_temp.forecast_times('timestamptz', ARRAY['2024-10-27 00:00+02', '2024-10-27 01:00+02', '2024-10-27 02:00+02'], 3),
    '2024-10-27 02:00:00+01, 2024-10-27 03:00:00+01, 2024-10-27 04:00:00+01', 'hours go on over the hour that comes twice');
SELECT is(pg_temp.forecast_times('timestamptz', ARRAY['2024-10-27 01:00+02', '2024-10-27 02:00+02', '2024-10-27 02:00+01',
        '2024-10-27 03:00+01'], 1), '2024-10-27 04:00:00+01', 'the hour that comes twice is no duplicate');
SELECT is(pg_temp.forecast_times('timestamptz', '2024-01-31', '1 month', 4, 2),
    '2024-05-31 00:00:00+02, 2024-06-30 00:00:00+02', 'month ends of timestamptz are local ones');
SELECT is(pg_temp.forecast_times('timestamp', '2024-03-28', '1 day', 4, 2), '2024-04-01 00:00:00, 2024-04-02 00:00:00',
    'timestamps without time zone know no daylight saving');
CREATE TEMP TABLE utc_days AS SELECT timestamptz '2024-03-25 00:00+00' + i * interval '24 hours' AS at, i * i % 7 AS value
    FROM generate_series(0, 9) AS i;
SELECT is((SELECT string_agg((forecast_at AT TIME ZONE 'UTC')::text, ', ' ORDER BY step)
    FROM lstm_forecast(lstm_train('utc_days', 'value', lookback => 2, options => '{"epochs": 1, "units": 1}'), 2)),
    '2024-04-04 00:00:00, 2024-04-05 00:00:00', 'days of another time zone are steps of 24 hours here');

---- integers and other sources ----

CREATE TEMP TABLE counted (id bigint PRIMARY KEY, value float8, other int);
INSERT INTO counted SELECT 1000 + 5 * i, i * i % 7, i FROM generate_series(1, 12) AS i;
CREATE TEMP TABLE by_integer AS SELECT lstm_train('counted', 'value', lookback => 2, options => '{"epochs": 1, "units": 1}') AS model;
SELECT results_eq($$ SELECT f.step, f.forecast_at FROM by_integer, lstm_forecast(model, 2) AS f $$,
    $$ VALUES (1, NULL::timestamptz), (2, NULL) $$, 'integer times give no forecast_at');
SELECT is(lstm_info(model)->>'step', '5', 'the step of an integer time is a number') FROM by_integer;
SELECT is(lstm_info(model)->>'last_time', '1060', 'the last time of an integer time is a number') FROM by_integer;
SELECT is(lstm_info(model)->>'time_column', 'id', 'the integer primary key is the time column') FROM by_integer;
SELECT throws_ok($$ SELECT f.* FROM by_integer, lstm_forecast(model, as_of => '2024-01-01') AS f $$, '22023',
    'as_of is a time, but time column "id" is an integer', 'as_of needs a time');
CREATE TEMP TABLE other_types (small smallint, medium int, value int);
INSERT INTO other_types SELECT i, -i, i * i % 7 FROM generate_series(1, 12) AS i;
SELECT is(lstm_info(lstm_train('other_types', 'value', time_column => 'small', lookback => 2, options => '{"epochs": 1}'))->>'step',
    '1', 'a smallint column may be given as time');
SELECT isnt(
    (SELECT forecast FROM lstm_forecast(lstm_train('other_types', 'value', time_column => 'small', lookback => 2,
        options => '{"epochs": 1, "units": 1}'))),
    (SELECT forecast FROM lstm_forecast(lstm_train('other_types', 'value', time_column => 'medium', lookback => 2,
        options => '{"epochs": 1, "units": 1}'))), 'the time column decides about the order');

-- PostgreSQL writes years before Christ with a suffix, and there is no year 0
SELECT is(pg_temp.forecast_times('date', '{0003-11-30 BC,0003-12-31 BC,0002-01-31 BC,0002-02-28 BC,0002-03-31 BC}', 3),
    '0002-04-30 BC, 0002-05-31 BC, 0002-06-30 BC', 'month ends before Christ are month ends');
SELECT is(pg_temp.forecast_times('date', '{0001-09-15 BC,0001-10-15 BC,0001-11-15 BC,0001-12-15 BC}', 2),
    '0001-01-15, 0001-02-15', 'months go from 1 BC to the year 1');

---- as_of, lead ----

CREATE TEMP TABLE days (at date, value float8, other float8);
INSERT INTO days SELECT date '2024-01-01' + i, i * i % 7, i FROM generate_series(0, 29) AS i;
CREATE TEMP TABLE by_day AS SELECT
    lstm_train('days', 'value', lookback => 3, options => '{"epochs": 2, "units": 2, "missing": "error"}') AS model,
    lstm_train('days', 'value', inputs => '{other}', lookback => 3, horizon => 2,
        options => '{"epochs": 2, "units": 2, "lead": 0}') AS same_row,
    lstm_train('days', 'value', lookback => 3, options => '{"epochs": 2, "units": 2, "lead": 3}') AS later_row;
SELECT results_eq($$ SELECT forecast_at::date, forecast FROM by_day, lstm_forecast(model, as_of => '2024-01-10 00:00') AS f $$,
    $$ SELECT date '2024-01-11', forecast FROM by_day,
           lstm_predict(model, (SELECT array_agg(value ORDER BY at) FROM days WHERE at <= '2024-01-10')) $$,
    'as_of forecasts as if later rows were unknown');
SELECT results_eq($$ SELECT forecast_at::date FROM by_day, lstm_forecast(model, as_of => '2024-01-10 23:59') AS f $$,
    $$ VALUES (date '2024-01-11') $$, 'as_of takes the last row at or before');
SELECT results_eq($$ SELECT forecast_at::date FROM by_day, lstm_forecast(model, as_of => '2024-01-09 23:59') AS f $$,
    $$ VALUES (date '2024-01-10') $$, 'as_of is in the time zone of the session');
SELECT results_eq($$ SELECT forecast_at::date FROM by_day, lstm_forecast(model, as_of => 'infinity') AS f $$,
    $$ VALUES (date '2024-01-31') $$, 'as_of infinity knows all rows');
SELECT throws_ok($$ SELECT f.* FROM by_day, lstm_forecast(model, as_of => '2024-01-02') AS f $$, '22000',
    'relation "days" has 2 rows up to as_of, but the lookback of the model is 3', 'as_of needs enough rows before it');
SELECT throws_ok($$ SELECT f.* FROM by_day, lstm_forecast(model, as_of => '-infinity') AS f $$, '22000',
    'relation "days" has 0 rows up to as_of, but the lookback of the model is 3', 'as_of before all rows finds none');
SELECT results_eq($$ SELECT step, forecast_at::date FROM by_day, lstm_forecast(same_row) AS f $$,
    $$ VALUES (1, date '2024-01-30'), (2, '2024-01-31') $$, 'with lead 0 the first forecast lies on the last row');
SELECT results_eq($$ SELECT step, forecast_at::date FROM by_day, lstm_forecast(later_row) AS f $$,
    $$ VALUES (1, date '2024-02-02') $$, 'with lead 3 the first forecast lies three rows on');

-- what a dependent series is for: its inputs are known, it is not
CREATE TEMP TABLE costs AS
SELECT date '2024-01-01' + i AS day, i % 5 AS sold, CASE WHEN i < 40 THEN 3 * (i % 5) + 2 END::float8 AS cost
FROM generate_series(0, 40) AS i;
CREATE TEMP VIEW known_costs AS SELECT * FROM costs WHERE cost IS NOT NULL;
SELECT results_eq($$ SELECT forecast_at::date, round(forecast) FROM lstm_forecast(lstm_train('known_costs', 'cost',
    inputs => ARRAY['sold'], lookback => 2, options => '{"lead": 0, "units": 4}'), relation => 'costs') $$,
    $$ VALUES (date '2024-02-10', 2::float8) $$, 'a target that is NULL in the newest row is forecast from its inputs');

INSERT INTO days SELECT date '2024-01-31' + i, 1, 1 FROM generate_series(0, 1) AS i;
SELECT results_eq($$ SELECT forecast_at::date FROM by_day, lstm_forecast(model, 2) AS f $$,
    $$ VALUES (date '2024-02-02'), ('2024-02-03') $$, 'rows that came after training are seen');
INSERT INTO days VALUES ('2024-02-03', 1, 1);
SELECT throws_ok($$ SELECT f.* FROM by_day, lstm_forecast(model) AS f $$, '22000',
    'timestamps of relation "days" are not regular: 2024-02-03 follows 2024-02-01',
    'a gap in the newest rows is refused');
SELECT lives_ok($$ SELECT f.* FROM by_day, lstm_forecast(model, as_of => '2024-02-01') AS f $$,
    'a gap after as_of does not matter');
DELETE FROM days WHERE at IN ('2024-01-10', '2024-02-03');
SELECT lives_ok($$ SELECT f.* FROM by_day, lstm_forecast(model) AS f $$, 'a gap before the window does not matter');

---- which column is the time ----

CREATE TEMP TABLE two_times (at date, seen timestamptz, id int, value int);
INSERT INTO two_times SELECT date '2024-01-01' + i, now() - i * interval '1 hour', i, i * i % 7 FROM generate_series(1, 12) AS i;
\ir ../include/failure.sql
SELECT is(pg_temp.failure($$ SELECT lstm_train('two_times', 'value') $$),
    '22023: relation "two_times" has several columns of a date or time type
HINT: Give one of them as time_column: at, seen.', 'of several times one must be given');
SELECT is(lstm_info(lstm_train('two_times', 'value', time_column => name, lookback => 2, options => '{"epochs": 1}'))
        ->>'time_column', name, format('the one given is taken: %s', name)) FROM unnest(ARRAY['at', 'seen', 'id']) AS name;
CREATE TEMP TABLE no_time AS SELECT id, value FROM two_times;
SELECT is(pg_temp.failure($$ SELECT lstm_train('no_time', 'value') $$),
    '22023: relation "no_time" has no column that gives the order of its rows
DETAIL: The relation has neither a column of a date or time type nor an integer primary key.
HINT: Give time_column, for example one of its integer columns: id.', 'an integer that is no key is not guessed');
CREATE TEMP TABLE only_values AS SELECT 1.5 AS value;
SELECT is(pg_temp.failure($$ SELECT lstm_train('only_values', 'value') $$),
    '22023: relation "only_values" has no column that gives the order of its rows
DETAIL: The relation has neither a column of a date or time type nor an integer primary key.
HINT: Add a date, timestamp or integer column, or use lstm_train_agg(value, options ORDER BY ...).',
    'without any candidate the hint leads to the aggregate');
-- an imported model names no time column, and what reads for it takes none
CREATE TEMP TABLE imported_model AS SELECT lstm_import('{"input": [2, 1], "layers": [{"type": "flatten"}, {"type": "dense", "units": 1}]}', '{1,2,3}') AS model;
CREATE TEMP VIEW x_no_time AS SELECT id, value AS x1, value AS y1 FROM no_time;
CREATE TEMP VIEW x_two_times AS SELECT at, seen, value AS x1, value AS y1 FROM two_times;
CREATE TEMP VIEW x_one_time AS SELECT at, value AS x1, value AS y1 FROM two_times;
SELECT is(pg_temp.failure($$ SELECT lstm_forecast(model, relation => 'x_no_time') FROM imported_model $$),
    '22023: relation "x_no_time" has no column that gives the order of its rows
DETAIL: The relation has neither a column of a date or time type nor an integer primary key.
HINT: This model names no time column: give a table with such a primary key, or a relation with one column of a date or time type.',
    'a hint names no parameter that a forecast does not have');
SELECT is(pg_temp.failure($$ SELECT lstm_forecast(model, relation => 'x_two_times') FROM imported_model $$),
    '22023: relation "x_two_times" has several columns of a date or time type
HINT: This model names none of them: give a view that has one: at, seen.', 'nor where there are several');
SELECT is((SELECT forecast_at::date FROM imported_model, lstm_forecast(model, relation => 'x_one_time')), date '2024-01-14', 'and what it says is a way out');
CREATE TEMP TABLE two_keys (a int, b int, value int, PRIMARY KEY (a, b));
SELECT alike(pg_temp.failure($$ SELECT lstm_train('two_keys', 'value') $$), '22023:%Give time_column%: a, b.', 'a key of two columns tells no order');
CREATE VIEW pg_temp.counted_view AS SELECT * FROM counted;
SELECT alike(pg_temp.failure($$ SELECT lstm_train('counted_view', 'value') $$),
    '22023:%HINT: Give time_column, for example one of its integer columns: id, other.', 'a view has no key');
SELECT lives_ok($$ SELECT lstm_train('counted_view', 'value', time_column => 'id', lookback => 2, options => '{"epochs": 1}') $$,
    'a view takes the time column that is given');
CREATE TEMP TABLE key_and_time (id int PRIMARY KEY, at timestamptz, value int);
INSERT INTO key_and_time SELECT i, timestamptz '2024-01-01' - i * interval '1 hour', i FROM generate_series(1, 12) AS i;
SELECT is(lstm_info(lstm_train('key_and_time', 'value', lookback => 2, options => '{"epochs": 1}'))->>'time_column', 'at',
    'a time goes before an integer key');
SELECT throws_ok($$ SELECT lstm_train('two_times', 'value', time_column => 'when') $$, '42703',
    'column "when" of relation "two_times" does not exist', 'the time column must exist');
CREATE TEMP TABLE odd_time AS SELECT i::text AS at, time '12:00' AS clock, i AS value FROM generate_series(1, 12) AS i;
SELECT throws_ok($$ SELECT lstm_train('odd_time', 'value', time_column => 'at') $$, '42804',
    'time column "at" of relation "odd_time" is of type text', 'a text is no time');
SELECT throws_ok($$ SELECT lstm_train('odd_time', 'value', time_column => 'clock') $$, '42804',
    'time column "clock" of relation "odd_time" is of type time without time zone', 'a time of day is no time column');

-- what is wrong is one row, not all others
CREATE TABLE strayed AS SELECT at::date, 1.0 AS value FROM generate_series(timestamp '2024-01-15', '2025-12-15', '1 month') at;
UPDATE strayed SET at = '2024-09-20' WHERE at = '2024-09-15';
SELECT matches(pg_temp.failure($$ SELECT lstm_train('strayed', 'value', lookback => 2) $$), 'The step is 1 mon; 1 row is not',
    'of months whose rows lie on the 15th, the one on the 20th is the stray');
CREATE TABLE late_start AS SELECT at, 1.0 AS value FROM generate_series(timestamp '2024-01-01', '2024-01-03', '1 hour') at;
UPDATE late_start SET at = '2024-01-01 00:20' WHERE at = '2024-01-01';
SELECT matches(pg_temp.failure($$ SELECT lstm_train('late_start', 'value', lookback => 2) $$), 'The step is 01:00:00; 1 row is not',
    'of hours whose first row comes late, this row is the stray');

SELECT * FROM finish();
ROLLBACK;
