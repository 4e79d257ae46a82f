-- lstm_explain: what each input of a model is worth.
BEGIN;
SET LOCAL client_min_messages = error;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lstm_forecast;
\i test/include/failure.sql

SELECT plan(24);

-- what is sold follows the price of the day and the temperature of the day before; paint tells nothing, and the tax hardly moves
CREATE TABLE shop AS
SELECT n, price, warm, paint, tax, 100 - 5 * price + 2 * coalesce(lag(warm) OVER (ORDER BY n), 10) + (hashint4(n * 3) % 100) / 50.0 AS sold
FROM (SELECT n, 10 + abs(hashint4(n)) % 8 AS price, 10 + abs(hashint4(n + 100000)) % 10 AS warm, abs(hashint4(n + 200000)) % 9 AS paint,
             CASE WHEN n >= 500 THEN 21 ELSE 19 END AS tax FROM generate_series(1, 600) n) r;
CREATE VIEW older AS SELECT * FROM shop WHERE n <= 480;
CREATE TABLE models AS
SELECT lstm_train('older', 'sold', 'n', inputs => ARRAY['sold', 'warm', 'paint'], known_inputs => ARRAY['price', 'tax'], horizon => 2) AS m;
CREATE TABLE told AS SELECT e.* FROM models, lstm_explain(m, 'shop') e;

SELECT results_eq('SELECT input, count(*) FROM told GROUP BY 1 ORDER BY 1', $$ VALUES ('paint', 3::bigint), ('price', 3), ('sold', 3), ('tax', 3), ('warm', 3) $$,
    'each input has a row for all steps, and one for each');
SELECT results_eq($$ SELECT step FROM told WHERE input = 'price' $$, 'VALUES (NULL::int), (1), (2)', 'all steps come first');
SELECT results_eq('SELECT input FROM told WHERE step = 1 ORDER BY importance DESC NULLS LAST LIMIT 2', $$ VALUES ('price'), ('warm') $$,
    'the inputs that the rows were made of are found');
SELECT ok(importance > 8 * spread AND importance > 8, 'the price is worth much, and surely so') FROM told WHERE input = 'price' AND step IS NULL;
SELECT ok(abs(importance) < 0.05 * (SELECT importance FROM told WHERE input = 'price' AND step IS NULL), 'paint is worth nothing') FROM told WHERE input = 'paint' AND step IS NULL;
SELECT ok((SELECT importance FROM told WHERE input = 'warm' AND step = 2) < 0.1 * (SELECT importance FROM told WHERE input = 'warm' AND step = 1),
    'the temperature of the day before tells of one day ahead alone');
SELECT ok(abs(sum(share) - 1) < 1e-9, 'shares add up to 1') FROM told WHERE step IS NULL AND importance > 0;
SELECT ok(bool_and(abs(share - greatest(importance, 0) / total) < 1e-9), 'of what is above 0')
FROM (SELECT *, sum(greatest(importance, 0)) OVER () AS total FROM told WHERE step = 2) t;
SELECT matches((SELECT status FROM told WHERE input = 'tax' AND step = 1), '^it changed in 1 of 600 rows: what it would do beyond that is a guess', 'an input that hardly moved is said to');
SELECT is((SELECT string_agg(DISTINCT status, ';') FROM told WHERE input <> 'tax'), 'ok', 'of the others all is well');
SELECT results_eq('SELECT e.* FROM models, lstm_explain(m, $$shop$$) e', 'SELECT * FROM told', 'the same each time');
SELECT results_ne('SELECT e.importance FROM models, lstm_explain(m, $$shop$$, seed => 2) e', 'SELECT importance FROM told', 'another seed draws other blocks');
SELECT ok((SELECT max(spread) = 0 FROM models, lstm_explain(m, 'shop', repeats => 1)), 'once says nothing of how sure it is');
SELECT results_eq('SELECT DISTINCT step FROM models, lstm_explain(m, $$shop$$, steps => 1, stride => 5, repeats => 2) e ORDER BY 1', 'VALUES (1), (NULL)', 'fewer steps');

-- the error as it is, and with an input that is exchanged: the growth is their difference
CREATE VIEW constant AS SELECT n, price, warm, paint, 19 AS tax, sold FROM shop;
SELECT results_eq($$ SELECT DISTINCT importance, status FROM models, lstm_explain(m, 'constant') WHERE input = 'tax' $$,
    $$ VALUES (NULL::float8, 'it is the same in all rows of the series: these tell nothing of what it does') $$, 'an input that never moved has no number');

-- of hourly rows, a flag of days changes in one row of 84, but often enough; one of halves of the year does not
CREATE TABLE hours AS
SELECT n, (n / 24) % 7 < 5 AS works, n / 1200 % 2 AS half, 10 + 5 * ((n / 24) % 7 < 5)::int + hashint4(n) % 100 / 100.0 AS mw FROM generate_series(0, 2999) n;
CREATE TABLE of_hours AS
SELECT * FROM lstm_explain(lstm_train('hours', 'mw', 'n', known_inputs => ARRAY['works', 'half'], horizon => 24, lookback => 24,
    options => '{"architecture": "vanilla", "units": [4], "epochs": 1}'), first_origin => 2400, stride => 48, repeats => 1) e WHERE step IS NULL;
SELECT is((SELECT status FROM of_hours WHERE input = 'works'), 'ok', 'a flag that stays for days has moved often enough in a year');
SELECT matches((SELECT status FROM of_hours WHERE input = 'half'), '^it changed in 2 of 3000 rows', 'one that changed twice has not');

-- series by series, several targets, a model without a network
CREATE TABLE panel AS SELECT s AS store, n, sold * s AS sold, price FROM shop, generate_series(1, 2) s;
SELECT results_eq($$ SELECT series, target, input FROM lstm_explain(lstm_train('panel', 'sold', 'n', 'store', inputs => ARRAY['sold'], known_inputs => ARRAY['price'], horizon => 1), first_origin => 500) e
    WHERE step = 1 ORDER BY 1, 3 $$, $$ VALUES ('1', 'sold', 'price'), ('1', 'sold', 'sold'), ('2', 'sold', 'price'), ('2', 'sold', 'sold') $$, 'each series is explained by itself');
SELECT results_eq($$ SELECT target, input FROM lstm_explain(lstm_train('older', ARRAY['sold', 'warm'], 'n', options => '{"architecture": "vanilla", "units": [3], "epochs": 2}'), 'shop') e WHERE step = 1 ORDER BY 1, 2 $$,
    $$ VALUES ('sold', 'sold'), ('sold', 'warm'), ('warm', 'sold'), ('warm', 'warm') $$, 'each target by each input');

SELECT is((SELECT count(*) FROM lstm_explain(NULL, 'shop')), 0::bigint, 'no model, no rows');
SELECT matches(pg_temp.failure('SELECT lstm_explain(m, $$shop$$, repeats => 0) FROM models'), '^22023', 'at least once');
SELECT matches(pg_temp.failure('SELECT lstm_explain(m, $$shop$$, steps => 3) FROM models'), '^22023', 'no more steps than the horizon where inputs are known that far');
SELECT matches(pg_temp.failure('SELECT lstm_explain(m, $$shop$$, first_origin => 600) FROM models'), '^22000', 'where there is something to compare');
SELECT matches(pg_temp.failure('SELECT lstm_explain($$\x00$$::bytea, $$shop$$)'), '^22P03', 'and a model');

SELECT * FROM finish();
ROLLBACK;
