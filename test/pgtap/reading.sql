-- Rows reach the frame as SQL would give them: every type, every kind of relation, in time order.
BEGIN;
SET LOCAL client_min_messages = error;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lstm_forecast;

SELECT plan(42);

-- The values of a column as windows of one row see them, in their order; the last row is an output only.
CREATE FUNCTION pg_temp.seen(relation regclass, target text, at text DEFAULT NULL) RETURNS float8[] LANGUAGE sql AS
$$ SELECT array_agg(x[1] ORDER BY window_no) || (array_agg(y[1] ORDER BY window_no DESC))[1] FROM lstm_windows(relation, target, at) $$;
CREATE FUNCTION pg_temp.expected(query text) RETURNS float8[] LANGUAGE plpgsql AS $$
DECLARE
    result float8[];
BEGIN
    EXECUTE query INTO result;
    RETURN result;
END $$;

---- types ----

CREATE DOMAIN small_number AS smallint;
CREATE DOMAIN exact AS numeric(30, 10);
CREATE DOMAIN narrower AS exact CHECK (value < 1e12);
CREATE DOMAIN day AS date;
CREATE TABLE typed (at date, gone text, i2 smallint, i4 int, i8 bigint, f4 real, f8 float8, n numeric, d2 small_number, dn narrower,
    "odd ""name"")::text" float8, as_day day, as_timestamp timestamp, as_timestamptz timestamptz, as_i2 smallint, as_i4 int, as_i8 bigint);
INSERT INTO typed SELECT date '2024-01-01' + i, 'x', i * 37 % 11 - 5, i * 12345678, i * 1234567890123456789, sin(i)::real * 1e30::real, sin(i) * 1e300,
    i * 1.0000000000000000001 / 3, i * 7 % 5, sin(i)::numeric * 1e9, cos(i), date '1999-12-27' + i, timestamp '1999-12-31' + i * interval '7 h',
    timestamptz '1999-12-31' + i * interval '1 minute', i * 100, i * 1000000, i * 1000000000000000000
    FROM generate_series(-7, 7) AS i ORDER BY i * 4 % 15;
ALTER TABLE typed DROP COLUMN gone;

SELECT is(pg_temp.seen('typed', attname, 'at'), pg_temp.expected(format('SELECT array_agg(%I::float8 ORDER BY at) FROM typed', attname)),
    'values of type ' || format_type(atttypid, atttypmod) || ' are those of SQL''s cast')
    FROM pg_attribute WHERE attrelid = 'typed'::regclass AND attnum BETWEEN 3 AND 11 ORDER BY attnum;
SELECT is(pg_temp.seen('typed', 'f8', attname), pg_temp.expected(format('SELECT array_agg(f8 ORDER BY %I) FROM typed', attname)),
    'a time of type ' || format_type(atttypid, atttypmod) || ' orders them')
    FROM pg_attribute WHERE attrelid = 'typed'::regclass AND attnum >= 12 ORDER BY attnum;
SELECT is((SELECT array_agg(x ORDER BY window_no) FROM lstm_windows('typed', ARRAY['n', 'i2', 'f4'], 'at')),
    (SELECT array_agg(ARRAY[[n, i2, f4]]::float8[] ORDER BY at) FROM typed WHERE at < (SELECT max(at) FROM typed)),
    'several columns of several types stand in the order of the call');
SELECT throws_ok($$ SELECT * FROM lstm_windows('typed', 'f8', 'f4') $$, '42804', NULL, 'another type is no time');
SELECT throws_ok($$ SELECT * FROM lstm_windows('typed', 'at', 'i4') $$, '42804', NULL, 'a date is no number');

---- numeric, whose digits are read where that is exact ----

CREATE TABLE exacts AS SELECT row_number() OVER () AS n, value FROM (
    SELECT sign * (digits * 10::numeric ^ power) FROM (VALUES (1), (-1)) AS s(sign), generate_series(-60, 60) AS power,
        (VALUES (0::numeric), (1), (7), (9999), (10000), (10001), (123456789), (9007199254740991), (9007199254740992), (9007199254740993),
            (9999999999999999), (10000000000000000), (99999999999999999999), (1.00000000000000011102230246251565),
            (1.00000000000000011102230246251566)) AS d(digits)
    UNION ALL SELECT trunc((sin(i) * 10 ^ (i % 20))::numeric, i % 13) FROM generate_series(1, 5000) AS i
    UNION ALL SELECT (cos(i) * 10 ^ (i % 30 - 15))::numeric FROM generate_series(1, 5000) AS i
    UNION ALL SELECT (i * 0.01)::numeric(12, 6) FROM generate_series(-2000, 2000) AS i
    UNION ALL SELECT 10::numeric ^ i FROM generate_series(-300, 300, 50) AS i) AS v(value);
SELECT ok(pg_temp.seen('exacts', 'value', 'n') = array_agg(value::float8 ORDER BY n), 'every number is what the cast makes of it') FROM exacts;
SELECT cmp_ok(count(*), '>', 17000::bigint, 'of many numbers') FROM exacts;
CREATE TABLE packed AS TABLE exacts;
ALTER TABLE packed ALTER value SET STORAGE EXTERNAL;
UPDATE packed SET value = trunc(value, 200) + 1e-200 WHERE n % 7 = 0;
SELECT ok(pg_temp.seen('packed', 'value', 'n') = array_agg(value::float8 ORDER BY n), 'numbers of hundreds of digits are read') FROM packed;

---- what no training can use ----

CREATE TABLE holes (n int, value numeric, other real);
INSERT INTO holes SELECT i, i, i FROM generate_series(1, 10) AS i;
CREATE FUNCTION pg_temp.refused(change text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE change;
    PERFORM count(*) FROM lstm_windows('holes', ARRAY['value', 'other'], 'n', missing => 'error');
    RAISE EXCEPTION USING ERRCODE = 'P0002', MESSAGE = 'no error';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE || ': ' || SQLERRM;
END $$;
SELECT is(pg_temp.refused('UPDATE holes SET value = NULL WHERE n = 4'), '22004: column "value" of relation "holes" is NULL in row 4',
    'NULL in a numeric column');
SELECT is(pg_temp.refused('UPDATE holes SET value = ''NaN'' WHERE n = 5'), '22000: column "value" of relation "holes" is NaN in row 5',
    'NaN in a numeric column');
SELECT is(pg_temp.refused('UPDATE holes SET other = NULL WHERE n = 1'), '22004: column "other" of relation "holes" is NULL in row 1',
    'NULL in a real column');
SELECT is(pg_temp.refused('UPDATE holes SET other = ''-infinity'' WHERE n = 10'), '22000: column "other" of relation "holes" is infinite in row 10',
    'minus infinity in a real column');
SELECT is(pg_temp.refused('UPDATE holes SET n = NULL WHERE n = 3'), '22004: time column "n" of relation "holes" is NULL in row 10',
    'NULL as time');
SELECT is(pg_temp.refused('UPDATE holes SET n = 9 WHERE n = 3'), '22000: timestamp 9 of relation "holes" occurs in more than one row',
    'a time twice');
SELECT matches(pg_temp.refused('UPDATE holes SET value = 10::numeric ^ 400 WHERE n = 3'), '^22003: .* is out of range for type double precision$',
    'a number that no float8 holds');

---- times that are even, and times that are not ----

CREATE TABLE monthly (at date, value float8);
INSERT INTO monthly SELECT date '2020-01-31' + i * interval '1 month', i FROM generate_series(0, 40) AS i;
CREATE TABLE trained AS SELECT lstm_train('monthly', 'value', lookback => 3, options => '{"epochs": 1, "units": 1}') AS model;
SELECT is(lstm_info(model)->>'step', '1 mon', 'months, which have no even length') FROM trained;
SELECT is((SELECT array_agg(at::date ORDER BY at) FROM trained, lstm_rolling(model)), (SELECT array_agg(at ORDER BY at) FROM monthly WHERE at > '2020-03-31'),
    'keep their own stamps');
SELECT is((SELECT forecast_at::date FROM trained, lstm_forecast(model, as_of => '2021-01-15')), '2021-01-31', 'the newest of such rows are read');
CREATE TABLE minutes AS SELECT timestamptz '2020-01-01' + i * interval '1 minute' AS at, i AS value FROM generate_series(1, 5000) AS i;
SELECT is((SELECT array_agg(at) FROM (SELECT f.at FROM lstm_train('minutes', 'value', lookback => 3, options => '{"epochs": 1, "units": 1}') AS m,
        lstm_rolling(m, 'minutes') AS f) AS rolled), (SELECT array_agg(at ORDER BY at) FROM minutes WHERE value > 3), 'minutes are counted from the first');
UPDATE minutes SET at = at + interval '1 s' WHERE value = 5000;
SELECT throws_ok($$ SELECT count(*) FROM lstm_windows('minutes', 'value') $$, '22000',
    'timestamps of relation "minutes" are not regular: 2020-01-04 11:20:01+00 follows 2020-01-04 11:19:00+00', 'a last one that is late is found');
UPDATE minutes SET at = at - interval '1 s' - interval '1 minute' WHERE value = 5000;
SELECT throws_ok($$ SELECT count(*) FROM lstm_windows('minutes', 'value') $$, '22000',
    'timestamp 2020-01-04 11:19:00+00 of relation "minutes" occurs in more than one row', 'a time that comes twice is found');

---- kinds of relations ----

CREATE TABLE parts (n int, value float8) PARTITION BY RANGE (n);
CREATE TABLE parts_2 PARTITION OF parts FOR VALUES FROM (501) TO (2000);
CREATE TABLE parts_1 (value float8, n int);
ALTER TABLE parts ATTACH PARTITION parts_1 FOR VALUES FROM (1) TO (501);
INSERT INTO parts SELECT i, sin(i) FROM generate_series(1, 1000) AS i;
CREATE VIEW seen_as AS SELECT value * 2 AS value, n FROM parts WHERE n > 300;
CREATE MATERIALIZED VIEW kept AS TABLE parts ORDER BY value;
SELECT is(pg_temp.seen('parts', 'value', 'n'), (SELECT array_agg(sin(i) ORDER BY i) FROM generate_series(1, 1000) AS i),
    'a partitioned table, whose parts have their columns in another order');
SELECT is(pg_temp.seen('seen_as', 'value', 'n'), (SELECT array_agg(2 * sin(i) ORDER BY i) FROM generate_series(301, 1000) AS i), 'a view');
SELECT is(pg_temp.seen('kept', 'value', 'n'), (SELECT array_agg(sin(i) ORDER BY i) FROM generate_series(1, 1000) AS i), 'a materialized view');

---- plans ----

CREATE TABLE long AS SELECT i AS n, cos(i) AS value FROM generate_series(1, 20000) AS i ORDER BY sin(i);
CREATE TABLE expected AS SELECT array_agg(cos(i) ORDER BY i) AS cosines FROM generate_series(1, 20000) AS i;
SELECT ok(pg_temp.seen('long', 'value', 'n') = cosines, 'rows are sorted where nothing gives their order') FROM expected;
SET LOCAL work_mem = '64kB';
SELECT ok(pg_temp.seen('long', 'value', 'n') = cosines, 'rows are sorted on disk where nothing gives their order') FROM expected;
RESET work_mem;
ALTER TABLE long ADD PRIMARY KEY (n);
SET LOCAL enable_seqscan = off;
SELECT ok(pg_temp.seen('long', 'value') = cosines, 'an index may give it') FROM expected;
RESET enable_seqscan;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL enable_indexscan = off;
SELECT ok(pg_temp.seen('long', 'value') = cosines, 'parallel workers may give the order of rows') FROM expected;
SELECT is((SELECT lstm_info(lstm_train('long', 'value', lookback => 1, options => '{"epochs": 1, "units": 1}'))->'rows')::int, 20000, 'in a training too');

SELECT * FROM finish();
ROLLBACK;
