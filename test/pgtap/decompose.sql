-- lstm_decompose: value = level + season + remainder, or their product, and what stands apart.
BEGIN;
SET LOCAL client_min_messages = error;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lstm_forecast;
\i test/include/failure.sql

SELECT plan(17);

-- a rising line, a week, a little noise, one slip, and one day that is not there
CREATE TABLE shop (day date PRIMARY KEY, sold float8);
INSERT INTO shop SELECT date '2023-02-06' + i, CASE WHEN i = 150 THEN 9000 ELSE 200 + 0.5 * i + 20 * ((i % 7) - 3) + hashint4(i) % 5 END
FROM generate_series(0, 299) i WHERE i <> 100;
CREATE TABLE parts AS SELECT * FROM lstm_decompose('shop', 'sold');

SELECT is(count(*), 300::bigint, 'each day has a row, the one that is not there as well') FROM parts;
SELECT is(count(*) FILTER (WHERE series IS NOT NULL), 0::bigint, 'one series has no name') FROM parts;
SELECT results_eq('SELECT at::date FROM parts WHERE value IS NULL AND remainder IS NULL', $$ VALUES (date '2023-02-06' + 100) $$,
    'what is not there has level and season, but no value');
SELECT cmp_ok(max(abs(value - level - season - remainder)), '<', 1e-9::float8, 'the parts add up to the value') FROM parts;
SELECT results_eq('SELECT at::date FROM parts WHERE is_outlier', $$ VALUES (date '2023-02-06' + 150) $$, 'the slip stands apart, and nothing else');
SELECT cmp_ok(max(abs(level - 200 - 0.5 * (at::date - date '2023-02-06'))), '<', 6::float8, 'the level is the line') FROM parts;
SELECT cmp_ok(max(abs(season - 20 * (((at::date - date '2023-02-06') % 7) - 3))), '<', 3::float8, 'the season is the week') FROM parts;
SELECT cmp_ok((SELECT abs(level + season - (200 + 75 + 20 * (150 % 7 - 3))) FROM parts WHERE is_outlier), '<', 10::float8,
    'level and season pass the slip by');
SELECT cmp_ok(stddev(season), '<', 1e-12::float8, 'without a season there is none') FROM lstm_decompose('shop', 'sold', options => '{"season": 1}');

-- a season that multiplies
CREATE TABLE grown AS SELECT (date '2010-01-01' + make_interval(months => i))::date AS month, exp(3 + 0.02 * i + 0.4 * sin(2 * pi() * i / 12)) AS value
FROM generate_series(0, 119) i;
CREATE TABLE factors AS SELECT * FROM lstm_decompose('grown', 'value', options => '{"deseasonalize": "multiplicative"}');
SELECT cmp_ok(max(abs(value / (level * season * remainder) - 1)), '<', 1e-9::float8, 'factors multiply to the value') FROM factors;
SELECT cmp_ok(max(abs(remainder - 1)), '<', 0.05::float8, 'and leave little') FROM factors;
SELECT results_eq($$ SELECT level, season FROM lstm_decompose('grown', 'value', options => '{"deseasonalize": "auto"}') $$,
    'SELECT level, season FROM factors', 'auto takes what suits the rows');
SELECT matches(pg_temp.failure($$ SELECT lstm_decompose('shop', 'day') $$), '^42804', 'a date cannot be taken apart');
CREATE VIEW below AS SELECT day, sold - 250 AS sold FROM shop;
SELECT matches(pg_temp.failure($$ SELECT lstm_decompose('below', 'sold', options => '{"deseasonalize": "multiplicative"}') $$),
    '^22000: value 1 is .*, but a season that multiplies needs values above 0', 'what is not above 0 has no factors');

-- several series, by one key and by two
CREATE TABLE shops AS SELECT city, floor, day, sold * f AS sold FROM shop, (VALUES ('Bern', 1, 1), ('Bern', 2, 2), ('Graz', 1, 3)) v (city, floor, f);
SELECT results_eq($$ SELECT DISTINCT series FROM lstm_decompose('shops', 'sold', ARRAY['city', 'floor']) ORDER BY 1 $$,
    $$ VALUES ('(Bern,1)'), ('(Bern,2)'), ('(Graz,1)') $$, 'series have the names of their rows');
CREATE VIEW graz AS SELECT city, day, sold FROM shops WHERE city = 'Graz';
SELECT results_eq($$ SELECT at, value, level FROM lstm_decompose('graz', 'sold') $$,
    $$ SELECT at, value, level FROM lstm_decompose('graz', 'sold', series_column => 'city') $$, 'a series alone is what it is as one of several');
SELECT is((SELECT count(*) FROM lstm_decompose(NULL, 'sold')), 0::bigint, 'no relation, no rows');

SELECT * FROM finish();
ROLLBACK;
