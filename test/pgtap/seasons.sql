-- Seasons: which ones are found, and what they are when they are taken out.
BEGIN;
SET LOCAL client_min_messages = error;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lstm_forecast;

SELECT plan(6);

-- a season that the calendar knows nothing of, beside one that it does
CREATE TABLE sevens AS SELECT timestamp '2024-01-01' + i * interval '1 hour' AS at, 200 + 80 * sin(2 * pi() * i / 24) + i % 7 + hashint4(i) % 10 / 5.0 AS value
FROM generate_series(0, 24 * 14 - 1) i;
SELECT is(lstm_info(lstm_train('sevens', 'value', options => '{"epochs": 1, "units": 1}'))->'season', '[7, 24]',
    'a season of 7 rows beside that of the day is found as itself, not as a multiple');

-- a season under noise that is stronger at half of its places: what is left of it must not pass for a season of many times its length
CREATE TABLE noisy (s int, n int, value float8);
SELECT setseed(0.5);
INSERT INTO noisy SELECT s, n, 8 * sin(2 * pi() * n / 10) + CASE WHEN n % 10 < 5 THEN 0.4 ELSE 2.5 END * sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random())
FROM generate_series(1, 20) s, generate_series(1, 1400) n;
CREATE FUNCTION pg_temp.found_in(which int) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE OR REPLACE VIEW one_of_them AS SELECT n, value FROM noisy WHERE s = %s', which);
    RETURN lstm_info(lstm_train('one_of_them', 'value', 'n', options => '{"epochs": 1, "units": 1}'))->'season';
END $$;
-- by chance, in one of so many series, that it may
SELECT cmp_ok((SELECT count(*) FROM generate_series(1, 20) s WHERE pg_temp.found_in(s) = '10'), '>=', 19::bigint,
    'a season under uneven noise is found alone');

-- The network has learned nothing: its forecast is the last value, or nearly, with the season. One value is nonsense, as where a sensor says 9999 for nothing
CREATE FUNCTION pg_temp.off_by(slip float8) RETURNS float8 LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE OR REPLACE VIEW slips AS SELECT date ''2024-01-01'' + i AS at,
        20 + 4 * sin(2 * pi() * i / 7) + hashint4(i) %% 10 / 40.0 + CASE WHEN i = 70 THEN %s::float8 ELSE 0 END AS value FROM generate_series(0, 139) i', slip);
    RETURN (SELECT max(abs(f.forecast - 20 - 4 * sin(2 * pi() * (139 + f.step) / 7)))
        FROM lstm_forecast(lstm_train('slips', 'value', 'at', horizon => 7, lookback => 3,
            options => '{"season": 7, "epochs": 1, "units": 1, "learning_rate": 1e-10, "scale": "none", "normalize": "last"}')) f);
END $$;
SELECT cmp_ok(pg_temp.off_by(slip), '<', 2::float8, format('a slip of %s leaves a season of 4 in the forecast', slip)) FROM unnest('{0,100,9999}'::float8[]) slip;

-- what a line leaves is rounding
CREATE TABLE lines AS SELECT s, date '2024-01-01' + i AS at, (i + 1) * s AS value FROM generate_series(1, 2) s, generate_series(0, 59) i;
SELECT is(lstm_info(lstm_train('lines', 'value', series_column => 's', lookback => 5, options => '{"epochs": 1, "units": 1}'))->>'season', '1', 'lines have no season');

SELECT * FROM finish();
ROLLBACK;
