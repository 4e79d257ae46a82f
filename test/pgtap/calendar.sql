-- What the time of a row says by itself: phases of the calendar's cycles, in the time zone of the training.
BEGIN;
SET LOCAL client_min_messages = error;
SET LOCAL timezone = 'UTC';
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lstm_forecast;

SELECT plan(50);

\ir ../include/failure.sql

-- The phase of a cycle, from 0 to 1, that windows of one row show of each row of a relation.
CREATE FUNCTION pg_temp.phases(relation regclass, cycle text) RETURNS float8[] LANGUAGE sql AS $$
    SELECT array_agg(round((mod((atan2(x[1][2], x[1][3]) / (2 * pi()) + 1)::numeric, 1)), 9)::float8 ORDER BY window_no)
    FROM lstm_windows(relation, 'value', 'at', lead => 0, calendar => ARRAY[cycle]) $$;
CREATE FUNCTION pg_temp.close(have float8[], want float8[]) RETURNS text LANGUAGE sql AS $$
    SELECT CASE WHEN cardinality(have) = cardinality(want) AND (SELECT bool_and(least(abs(h - w),
        1 - abs(h - w)) < 1e-8) FROM unnest(have, want) AS v (h, w))
        THEN 'close' ELSE format('%s is not %s', have, want) END $$;

CREATE FUNCTION pg_temp.over(parts float8[],
    whole int) RETURNS float8[] LANGUAGE sql AS $$ SELECT array_agg(p / whole ORDER BY n)
    FROM unnest(parts) WITH ORDINALITY v (p, n) $$;

---- known stamps ----

CREATE VIEW hours AS SELECT timestamp '2024-02-28 00:00' + i * interval '6 hours' AS at, 1.0 AS value
    FROM generate_series(0, 5) i;
CREATE VIEW days AS SELECT date '2024-02-28' + i AS at, 1.0 AS value FROM generate_series(0, 3) i;
CREATE VIEW plain_days AS SELECT date '2023-12-30' + i AS at, 1.0 AS value FROM generate_series(0, 3) i;
CREATE VIEW months AS SELECT date '2024-01-31' + make_interval(months => i) AS at, 1.0 AS value FROM generate_series(0,
    13) i;
CREATE VIEW minutes AS SELECT timestamp '2024-01-01 23:45' + i * interval '15 minutes' AS at, 1.0 AS value
    FROM generate_series(0, 4) i;
SELECT is(pg_temp.close(pg_temp.phases(relation::regclass, cycle), phases), 'close', format('%s of %s', cycle,
    relation)) FROM (VALUES
    ('hours', 'hour_of_day', '{0,0.25,0.5,0.75,0,0.25}'::float8[]),
    ('minutes', 'minute_of_hour', '{0.75,0,0.25,0.5,0.75}'),
    ('minutes', 'hour_of_day', ARRAY[23.75 / 24, 0, 0.25 / 24, 0.5 / 24, 0.75 / 24]),
    -- Wednesday to Saturday, and the day of six hours in between
    ('days', 'day_of_week', pg_temp.over('{2, 3, 4, 5}', 7)),
    ('hours', 'day_of_week', pg_temp.over('{2, 2.25, 2.5, 2.75, 3, 3.25}', 7)),
    -- 2024 is a leap year: February has 29 days, the year 366
    ('days', 'day_of_month', ARRAY[27 / 29.0, 28 / 29.0, 0, 1 / 31.0]),
    ('days', 'day_of_year', pg_temp.over('{58, 59, 60, 61}', 366)),
    ('plain_days', 'day_of_year', ARRAY[363 / 365.0, 364 / 365.0, 0, 1 / 366.0]),
    ('plain_days', 'day_of_month', ARRAY[29 / 31.0, 30 / 31.0, 0, 1 / 31.0]),
    ('months', 'month_of_year', pg_temp.over('{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 0, 1}', 12)),
    ('months', 'day_of_month', ARRAY[30 / 31.0, 28 / 29.0, 30 / 31.0, 29 / 30.0, 30 / 31.0, 29 / 30.0, 30 / 31.0,
        30 / 31.0, 29 / 30.0, 30 / 31.0, 29 / 30.0, 30 / 31.0,
        30 / 31.0, 27 / 28.0])) v (relation, cycle, phases);
SELECT results_eq($$ SELECT x FROM lstm_windows('days', 'value', 'at', lead => 0,
    calendar => '{day_of_year,day_of_week}') LIMIT 1 $$,
    $$ VALUES (ARRAY[[1, sin(2 * pi() * 2 / 7), cos(2 * pi() * 2 / 7), sin(2 * pi() * 58 / 366),
        cos(2 * pi() * 58 / 366)]]) $$,
    'columns go from the shortest cycle to the longest, the sine before the cosine');

---- time zones, and the days that clocks are changed ----

SET LOCAL timezone = 'Europe/Berlin';
CREATE VIEW spring AS SELECT timestamptz '2024-03-31 00:00' + i * interval '1 hour' AS at, 1.0 AS value
    FROM generate_series(0, 4) i;
CREATE VIEW autumn AS SELECT timestamptz '2024-10-27 00:00' + i * interval '1 hour' AS at, 1.0 AS value
    FROM generate_series(0, 4) i;
CREATE VIEW midnights AS SELECT timestamptz '2024-03-29 00:00' + i * interval '1 day' AS at, 1.0 AS value
    FROM generate_series(0, 4) i;
SELECT is(pg_temp.close(pg_temp.phases('spring', 'hour_of_day'), pg_temp.over('{0, 1, 3, 4, 5}', 24)), 'close',
    'in spring an hour is left out');
SELECT is(pg_temp.close(pg_temp.phases('autumn', 'hour_of_day'), pg_temp.over('{0, 1, 2, 2, 3}', 24)), 'close',
    'in autumn one comes twice');
SELECT is(pg_temp.close(pg_temp.phases('midnights', 'hour_of_day'), '{0,0,0,0,0}'), 'close', 'days begin at midnight');
SELECT is(pg_temp.close(pg_temp.phases('midnights', 'day_of_week'), pg_temp.over('{4, 5, 6, 0, 1}', 7)), 'close',
    'on the right day');
SET LOCAL timezone = 'UTC';
SELECT is(pg_temp.close(pg_temp.phases('spring', 'hour_of_day'), pg_temp.over('{23, 0, 1, 2, 3}', 24)), 'close',
    'another session, another clock');

-- the model keeps the zone of its training
SET LOCAL timezone = 'Europe/Berlin';
CREATE TABLE shifts AS SELECT at, CASE WHEN extract(hour FROM at) IN (8, 9, 13, 17) THEN 1.0 ELSE 0.0 END AS value
    FROM generate_series(timestamptz '2024-03-01 00:00', '2024-04-02 12:00', interval '1 hour') at;
CREATE TABLE models AS SELECT lstm_train('shifts', 'value', lookback => 1,
    options => '{"units": 16, "epochs": 60, "learning_rate": 0.02, "normalize": "none", "deseasonalize": "none",
    "calendar": ["hour_of_day"]}') AS model;
CREATE TABLE berlin AS SELECT f.forecast_at, f.forecast FROM models, lstm_forecast(model, steps => 24) f;
SELECT is_empty($$ SELECT * FROM berlin WHERE abs(forecast - (extract(hour FROM forecast_at) IN (8, 9, 13,
    17))::int) > 0.5 $$,
    'shifts by the clock on the wall are forecast by it, past the horizon too');
SET LOCAL timezone = 'Asia/Tokyo';
SELECT results_eq($$ SELECT f.forecast_at, f.forecast FROM models, lstm_forecast(model, steps => 24) f $$,
    $$ TABLE berlin $$, 'from any session');
SET LOCAL timezone = 'UTC';

---- auto ----

CREATE FUNCTION pg_temp.chosen(step interval, rows int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
BEGIN
    EXECUTE format('CREATE TEMP VIEW stepped AS SELECT timestamp ''2021-01-01'' + i * interval %L AS at, i %% 7 AS value FROM generate_series(0, %s) i', step, rows - 1);
    SELECT string_agg(name, ' ' ORDER BY n) INTO result FROM lstm_train('stepped', 'value', lookback => 2,
        options => '{"calendar": "auto", "epochs": 1, "units": 1}') AS model,
        jsonb_array_elements_text(lstm_info(model)->'calendar') WITH ORDINALITY AS c (name, n);
    DROP VIEW stepped;
    RETURN result;
END $$;
SELECT is(pg_temp.chosen(step, rows), cycles, format('%s rows %s apart: %s', rows, step, coalesce(cycles, 'nothing')))
    FROM (VALUES
    (interval '8 milliseconds', 2000, NULL),
    ('1 minute', 3000, 'minute_of_hour hour_of_day'),
    ('1 minute', 100, NULL),
    ('15 minutes', 1500, 'minute_of_hour hour_of_day day_of_week'),
    ('1 hour', 400, 'hour_of_day day_of_week'),
    ('1 hour', 40, NULL),
    ('12 hours', 100, 'hour_of_day day_of_week'),
    ('1 day', 800, 'day_of_week day_of_month day_of_year'),
    ('1 day', 100, 'day_of_week day_of_month'),
    ('7 days', 110, 'day_of_month day_of_year'),
    ('1 month', 30, 'month_of_year'),
    ('3 months', 10, 'month_of_year'),
    ('1 year', 30, NULL)) v (step, rows, cycles);
CREATE VIEW numbered AS SELECT i AS n, i % 3 AS value FROM generate_series(1, 100) i;
SELECT is(lstm_info(lstm_train('numbered', 'value', 'n', lookback => 2,
    options => '{"calendar": "auto", "epochs": 1, "units": 1}'))->'calendar', '[]', 'integers have no calendar');
SELECT is(pg_temp.failure($$ SELECT lstm_train('numbered', 'value', 'n', options => '{"calendar": ["hour_of_day"]}') $$),
    '22023: option "calendar" needs a date or time, but time column "n" is an integer
HINT: Leave the calendar out, or convert the number to a time in a view.', 'who asks for a calendar of integers is told');
SELECT is(pg_temp.failure($$ SELECT lstm_windows('numbered', 'value', 'n', calendar => '{hour_of_day}') $$),
    '22023: calendar needs a date or time, but time column "n" is an integer
HINT: Leave the calendar out, or convert the number to a time in a view.', 'lstm_windows tells who asks for a calendar of integers, too');
SELECT throws_ok($$ SELECT lstm_windows('days', 'value', 'at', calendar => '{day_of_weak}') $$, '22023', NULL,
    'a cycle that is none');
SELECT is((SELECT cardinality(x) FROM lstm_windows('days', 'value', 'at', calendar => '{}') LIMIT 1), 1,
    'no cycles, no columns');
SELECT is(pg_temp.failure(format($$ SELECT lstm_train('days', 'value', options => '{"calendar": %s}') $$, value)),
    failure, format('calendar %s', value)) FROM (VALUES
    ('"day_of_week"', '22023: option "calendar" must be one of none, auto, not "day_of_week"'),
    ('["day_of_weak"]', '22023: option "calendar" must be one of minute_of_hour, hour_of_day, day_of_week, day_of_month, day_of_year, month_of_year, not "day_of_weak"
HINT: Perhaps you meant "day_of_week".'),
    ('7', '22023: option "calendar" must be one of none, auto, not 7')) v (value, failure);

---- what depends on the day alone ----

-- after a 0 comes a 0 or a 1, and only the day of the week tells which; or the season, if it were taken out
CREATE TABLE weekdays AS SELECT date '2024-01-01' + i AS at, (ARRAY[0, 0, 1, 0, 0, 0, 1])[1 + i % 7] AS value
    FROM generate_series(0, 209) i;
CREATE FUNCTION pg_temp.error_of(calendar text) RETURNS float8 LANGUAGE sql AS $$
    SELECT avg(abs(f.forecast - (ARRAY[0, 0, 1, 0, 0, 0, 1])[1 + (209 + step) % 7])) FROM lstm_train('weekdays',
        'value', lookback => 1, options => jsonb_build_object('units', 12,
        'epochs', 60, 'learning_rate', 0.02, 'normalize', 'none', 'deseasonalize', 'none', 'calendar', calendar)) AS model, lstm_forecast(model,
            steps => 14) f $$;
SELECT cmp_ok(pg_temp.error_of('auto'), '<', 0.1::float8, 'a series that depends on the weekday alone is learned');
SELECT cmp_ok(pg_temp.error_of('none'), '>', 0.25::float8, 'a series that depends on the weekday alone cannot be learned without a calendar');
SELECT results_eq($$ SELECT f.forecast_at::date FROM lstm_train('weekdays', 'value', lookback => 1,
    options => '{"epochs": 1, "units": 1, "calendar": "auto"}') AS model, lstm_forecast(model, as_of => '2024-03-01') f $$,
    $$ VALUES (date '2024-03-02') $$, 'as_of');

---- aggregates, several series, lead 0, rolling ----

SELECT is((SELECT count(*) FROM (SELECT lstm_train_agg(at, value,
    '{"epochs": 1, "units": 1, "lookback": 3, "calendar": ["day_of_week"]}') AS model FROM weekdays) m,
    lstm_forecast(model, steps => 5)), 5::bigint,
    'a model of an aggregate goes on with the calendar');
SELECT results_eq($$ SELECT f.forecast FROM (SELECT lstm_train_agg(at, value,
    '{"epochs": 2, "units": 2, "lookback": 3, "calendar": ["day_of_week"]}') AS model FROM weekdays) m,
    lstm_forecast(model, steps => 5) f $$,
    $$ SELECT f.forecast FROM (SELECT lstm_train_agg(at, value,
        '{"epochs": 2, "units": 2, "lookback": 3, "calendar": ["day_of_week"]}') AS model FROM weekdays) m,
        lstm_forecast(model, steps => 5, relation => 'weekdays') f $$,
    'from the rows it carries as from the table');
SELECT throws_like($$ SELECT lstm_train_agg(value, '{"lookback": 3, "calendar": ["day_of_week"]}' ORDER BY at)
    FROM weekdays $$, 'option "calendar" needs a date or time, but these rows have none',
    'an aggregate without times has none');
CREATE VIEW two AS SELECT 'a' AS s, * FROM weekdays UNION ALL SELECT 'b', at, value * 100 FROM weekdays;
SELECT is((SELECT count(*) FROM lstm_train('two', 'value', 'at', 's', lookback => 1,
    options => '{"epochs": 1, "units": 1, "calendar": "auto"}') AS model, lstm_forecast(model, steps => 14)),
    28::bigint, 'several series share it');
SELECT is((SELECT count(*) FROM lstm_train('weekdays', 'value', lookback => 3,
    options => '{"epochs": 1, "units": 1, "calendar": "auto"}') AS model, lstm_rolling(model, steps => 3,
    stride => 50)), 15::bigint, 'lstm_rolling');
SELECT is((SELECT count(*) FROM lstm_backtest('weekdays', 'value', lookback => 3,
    options => '{"epochs": 1, "units": 1, "calendar": "auto"}', folds => 2) WHERE metric = 'mae'), 2::bigint,
    'lstm_backtest');
SELECT is(pg_temp.failure($$ SELECT p.* FROM models, lstm_predict(model, ARRAY[1]) p $$),
    '22023: an array of values is not enough for this model, which also needs "hour_of_day_sin"
DETAIL: The model was trained with known, static, calendar or holiday inputs.
HINT: Use lstm_forecast, which reads these inputs from a relation.', 'lstm_predict does not know the time');

SELECT * FROM finish();
ROLLBACK;
