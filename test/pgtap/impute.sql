-- lstm_impute: every row of the grid, what stood in the gaps, and bounds.
BEGIN;
SET LOCAL client_min_messages = error;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lstm_forecast;
\i test/include/failure.sql

SELECT plan(30);

-- a rising line, a week, a little noise; one day without a row, one with NULL, ten in a row, and two weeks in a row
CREATE TABLE truth AS SELECT date '2023-02-06' + i AS day, 200 + 0.5 * i + 20 * ((i % 7) - 3) + hashint4(i) % 5 AS sold FROM generate_series(0, 299) i;
CREATE TABLE shop (day date PRIMARY KEY, sold float8);
INSERT INTO shop SELECT day, CASE WHEN day <> date '2023-02-06' + 50 THEN sold END FROM truth
WHERE day - date '2023-02-06' NOT IN (100, 7) AND day - date '2023-02-06' NOT BETWEEN 140 AND 149 AND day - date '2023-02-06' NOT BETWEEN 200 AND 213;
CREATE TABLE filled AS SELECT i.*, t.sold AS truth FROM lstm_impute('shop', 'sold') i JOIN truth t ON t.day = i.at::date;

SELECT is(count(*), 300::bigint, 'each day has a row') FROM filled;
SELECT is(count(*) FILTER (WHERE series IS NOT NULL), 0::bigint, 'one series has no name') FROM filled;
SELECT is(count(*) FILTER (WHERE value IS NULL), 27::bigint, 'what is missing has no value') FROM filled;
SELECT is(count(*) FILTER (WHERE value IS NOT NULL AND (filled <> value OR lower_bound IS NOT NULL OR upper_bound IS NOT NULL)), 0::bigint,
    'what is there stays as it is, without bounds') FROM filled;
SELECT is(count(*) FILTER (WHERE value IS NULL AND (lower_bound IS NULL OR upper_bound IS NULL OR filled NOT BETWEEN lower_bound AND upper_bound)), 0::bigint,
    'what is filled in lies within its bounds') FROM filled;
SELECT cmp_ok(max(abs(filled - truth)), '<', 10::float8, 'level and week are found, in a gap of two weeks too') FROM filled;
SELECT cmp_ok(avg(abs(filled - truth)) FILTER (WHERE value IS NULL), '<', 3::float8, 'within the noise') FROM filled;
SELECT cmp_ok(count(*) FILTER (WHERE value IS NULL AND truth BETWEEN lower_bound AND upper_bound), '>=', 23::bigint, 'and bounds hold') FROM filled;
SELECT ok(bool_and(n.upper_bound - n.lower_bound < w.upper_bound - w.lower_bound), 'a lower level has narrower ones')
    FROM lstm_impute('shop', 'sold', level => 0.5) n JOIN filled w USING (at) WHERE n.value IS NULL;

-- a level that wanders: bounds grow towards the middle
CREATE TABLE walk AS SELECT i AS n, sum(hashint4(i) % 100) OVER (ORDER BY i) AS v FROM generate_series(0, 999) i;
DELETE FROM walk WHERE n % 100 BETWEEN 40 AND 60;
CREATE TABLE walked AS SELECT row_number() OVER () - 1 AS n, value, filled, upper_bound - lower_bound AS width FROM lstm_impute('walk', 'v', 'n', options => '{"season": 1}');
SELECT cmp_ok((SELECT avg(width) FROM walked WHERE n % 100 = 50), '>', 1.8 * (SELECT avg(width) FROM walked WHERE n % 100 IN (40, 60)), 'bounds grow towards the middle of a gap');
SELECT is(count(*) FILTER (WHERE value IS NULL), 210::bigint, 'integer times are a grid as well') FROM walked;

-- what nothing is below stays so, and limits that were said hold
CREATE TABLE counts AS SELECT date '2023-01-01' + i AS day, (hashint4(i) % 4 + 3) / 2 AS n FROM generate_series(0, 199) i WHERE i % 9 <> 4;
SELECT cmp_ok(min(lower_bound), '>=', 0::float8, 'of counts no bound is below 0') FROM lstm_impute('counts', 'n', level => 0.9999);
SELECT cmp_ok(min(lower_bound), '<', 0::float8, 'but where it may be') FROM lstm_impute('counts', 'n', level => 0.9999, options => '{"lower_limit": null}');
SELECT ok(max(upper_bound) = 2.5 AND max(filled) <= 3, 'an upper limit holds for what is filled in') FROM lstm_impute('counts', 'n', level => 0.9999, options => '{"upper_limit": 2.5}');

-- a season that multiplies
CREATE TABLE grown AS SELECT (date '2010-01-01' + make_interval(months => i))::date AS month, exp(3 + 0.02 * i + 0.4 * sin(2 * pi() * i / 12)) AS value
FROM generate_series(0, 119) i WHERE i NOT BETWEEN 60 AND 64;
SELECT cmp_ok(max(abs(ln(filled) - 3 - 0.02 * (12 * (extract(year FROM at) - 2010) + extract(month FROM at) - 1)::float8 - 0.4 * sin(2 * pi() * (extract(month FROM at) - 1)::float8 / 12))),
    '<', 0.04::float8, 'factors are found by themselves') FROM lstm_impute('grown', 'value');

-- outliers
UPDATE shop SET sold = 9000 WHERE day = date '2023-02-06' + 250;
SELECT results_eq($$ SELECT value, filled FROM lstm_impute('shop', 'sold') WHERE at::date = date '2023-02-06' + 250 $$, $$ VALUES (9000::float8, 9000::float8) $$,
    'a slip stays where nothing is said');
CREATE TABLE cleaned AS SELECT i.*, t.sold AS truth FROM lstm_impute('shop', 'sold', options => '{"outliers": "clip"}') i JOIN truth t ON t.day = i.at::date;
SELECT results_eq('SELECT value FROM cleaned WHERE filled <> value', 'VALUES (9000::float8)', 'with "clip" it is replaced, and still to be seen');
SELECT ok(abs(filled - truth) < 10 AND lower_bound < filled AND upper_bound > filled, 'by what level and week suggest') FROM cleaned WHERE value = 9000;
SELECT results_eq($$ SELECT * FROM lstm_impute('shop', 'sold', options => '{"outliers": "keep"}') $$, $$ SELECT * FROM lstm_impute('shop', 'sold') $$, '"keep" is as nothing');

-- several series, by one key and by two
CREATE TABLE shops AS SELECT city, floor, day, sold * f AS sold FROM shop, (VALUES ('Bern', 1, 1), ('Bern', 2, 2), ('Graz', 1, 3)) v (city, floor, f);
SELECT results_eq($$ SELECT DISTINCT series FROM lstm_impute('shops', 'sold', ARRAY['city', 'floor']) ORDER BY 1 $$,
    $$ VALUES ('(Bern,1)'), ('(Bern,2)'), ('(Graz,1)') $$, 'series have the names of their rows');
CREATE VIEW graz AS SELECT city, day, sold FROM shops WHERE city = 'Graz';
SELECT results_eq($$ SELECT at, value, filled, lower_bound, upper_bound FROM lstm_impute('graz', 'sold') $$,
    $$ SELECT at, value, filled, lower_bound, upper_bound FROM lstm_impute('graz', 'sold', series_column => 'city') $$, 'a series alone is what it is as one of several');

-- parts of a series that is too long to be filled at once: a step lies in the gap over the border of two of them
CREATE TABLE long AS SELECT i AS n, CASE WHEN i % 10 <> 3 AND i NOT BETWEEN 131060 AND 131090 THEN i % 7 + CASE WHEN i > 131075 THEN 100 ELSE 0 END END AS v
FROM generate_series(0, 139999) i;
CREATE TABLE long_filled AS SELECT row_number() OVER () - 1 AS n, filled FROM lstm_impute('long', 'v', 'n', options => '{"season": 7}');
SELECT ok(count(*) = 140000 AND max(abs(filled - n % 7 - CASE WHEN n > 131075 THEN 100 ELSE 0 END)) FILTER (WHERE n NOT BETWEEN 131000 AND 131150) < 0.5,
    'a long series is filled to its end') FROM long_filled;
SELECT ok(max(filled) FILTER (WHERE n = 131060) < 50 AND max(filled) FILTER (WHERE n = 131090) > 60, 'from both sides where two of its parts meet') FROM long_filled;

-- little is known, or nothing
CREATE TABLE two AS SELECT * FROM (VALUES (1, 1), (2, NULL), (3, 2)) v (n, v);
SELECT results_eq($$ SELECT value, filled, lower_bound FROM lstm_impute('two', 'v', 'n') $$,
    $$ VALUES (1::float8, 1::float8, NULL::float8), (NULL, 1.5, NULL), (2, 2, NULL) $$, 'of two rows no bounds are known');
SELECT is((SELECT count(*) FROM lstm_impute(NULL, 'sold')), 0::bigint, 'no relation, no rows');
SELECT matches(pg_temp.failure($$ SELECT lstm_impute('shop', 'sold', level => 1) $$), '^22023', 'a level is below 1');
SELECT matches(pg_temp.failure($$ SELECT lstm_impute('shop', 'day') $$), '^42804', 'a date cannot be filled');
SELECT matches(pg_temp.failure($$ SELECT lstm_impute('shop', 'sold', options => '{"missing": "linear"}') $$), '^22023: option "missing" of "linear" has no place in lstm_impute.*HINT',
    'another way to fill is not taken for this one');
SELECT matches(pg_temp.failure($$ SELECT lstm_impute('shop', 'sold', options => '{"missing": "error"}') $$), '^2200', 'nothing may be missing where that is said');
SELECT matches(pg_temp.failure($$ SELECT lstm_impute('shops', 'sold', 'day', 'city', options => '{"lower_limit": 5, "upper_limit": 5}') $$), '^22023', 'limits leave room');

SELECT * FROM finish();
ROLLBACK;
