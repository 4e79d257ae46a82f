-- Whatever number a column holds and whatever kind of relation it stands in, the model is the same.
BEGIN;
SET LOCAL client_min_messages = error;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lstm_forecast;

SELECT plan(44);

CREATE DOMAIN price AS numeric(10, 2) CHECK (VALUE >= 0);
CREATE DOMAIN fine_price AS price;
CREATE DOMAIN day AS date;
CREATE TABLE numbers (
    gone int,
    at date PRIMARY KEY,
    small smallint, medium int, large bigint, single real, double float8, exact numeric, priced price, finely fine_price,
    also_gone text,
    flag boolean, words text, stamp timestamptz, span interval, listed float8[], document jsonb, money_ money,
    "Mixed Case" int, "quo""ted" int, "select" int, "täglich" int, "'; DROP TABLE numbers; --" int);
INSERT INTO numbers SELECT 0, date '2024-01-01' + i, v, v, v, v, v, v, v, v, 'x', true, v::text, now(), '1 day', ARRAY[v],
        to_jsonb(v), v::money, v, v, v, v, v
    FROM generate_series(1, 30) AS i, LATERAL (SELECT (i * 7) % 13 AS v) AS x;
ALTER TABLE numbers DROP COLUMN gone, DROP COLUMN also_gone, DROP COLUMN stamp;

-- what a training learned: equality is bit for bit
CREATE FUNCTION pg_temp.learned(relation regclass, target text, time_column text DEFAULT NULL) RETURNS text LANGUAGE sql AS
$$ SELECT md5(string_agg("values"::text, ' ' ORDER BY layer_no, name))
   FROM lstm_weights(lstm_train(relation, target, time_column => time_column, lookback => 3,
                                options => '{"epochs": 2, "units": 2}')) $$;
CREATE FUNCTION pg_temp.forecast(relation regclass, target text) RETURNS text LANGUAGE sql AS
$$ SELECT string_agg(forecast_at || ' ' || forecast, ', ' ORDER BY step)
   FROM lstm_forecast(lstm_train(relation, target, lookback => 3, options => '{"epochs": 2, "units": 2}'), 2) $$;

---- types ----

SELECT is(pg_temp.learned('numbers', name), pg_temp.learned('numbers', 'double'), format('a column of type %s is taken', type))
FROM (VALUES ('small', 'smallint'), ('medium', 'int'), ('large', 'bigint'), ('single', 'real'), ('exact', 'numeric'),
             ('priced', 'domain over numeric'), ('finely', 'domain over a domain')) AS v (name, type);
SELECT is(pg_temp.forecast('numbers', name), pg_temp.forecast('numbers', 'double'), format('a column of type %s forecasts', type))
FROM (VALUES ('small', 'smallint'), ('exact', 'numeric'), ('finely', 'domain over a domain')) AS v (name, type);
SELECT throws_ok(format($$ SELECT lstm_train('numbers', %L, options => '{"epochs": 1}') $$, name), '42804',
    format('column "%s" of relation "numbers" is of type %s, which is not numeric', name, type),
    format('a column of type %s is refused', type))
FROM (VALUES ('words', 'text'), ('at', 'date'), ('span', 'interval'), ('listed', 'double precision[]'),
             ('document', 'jsonb'), ('money_', 'money')) AS v (name, type);
SELECT isnt(pg_temp.forecast('numbers', 'flag'), NULL, 'a column of type boolean is taken as 0 and 1');
SELECT throws_ok($$ SELECT lstm_train('numbers', 'double', inputs => '{double,document}') $$, '42804',
    'column "document" of relation "numbers" is of type jsonb, which is not numeric', 'an input must be numeric or text');

---- names ----

SELECT is(pg_temp.forecast('numbers', name), pg_temp.forecast('numbers', 'double'), format('a column called %s is taken', name))
FROM (VALUES ('Mixed Case'), ('quo"ted'), ('select'), ('täglich'), ('''; DROP TABLE numbers; --')) AS v (name);
SELECT throws_ok($$ SELECT lstm_train('numbers', 'DOUBLE') $$, '42703', 'column "DOUBLE" of relation "numbers" does not exist',
    'names of columns are taken as they stand, without folding');
SELECT throws_ok($$ SELECT lstm_train('numbers', 'also_gone') $$, '42703',
    'column "also_gone" of relation "numbers" does not exist', 'a dropped column is gone');
SELECT throws_ok($$ SELECT lstm_train('numbers', '........pg.dropped.1........') $$, '42703',
    'column "........pg.dropped.1........" of relation "numbers" does not exist', 'a dropped column is not found by its secret name');
SELECT throws_ok($$ SELECT lstm_train('numbers', 'double + 1') $$, '42703',
    'column "double + 1" of relation "numbers" does not exist', 'a target is a name, not an expression');
SELECT throws_ok($$ SELECT lstm_train('numbers', 'ctid') $$, '42703', NULL, 'a system column is no column');

---- relations ----

CREATE VIEW a_view AS SELECT at, double FROM numbers;
CREATE VIEW a_computing_view AS SELECT at::day AS at, (double + 0)::price AS double FROM numbers ORDER BY random();
CREATE MATERIALIZED VIEW a_materialized_view AS TABLE a_view;
CREATE TEMP TABLE a_temp_table AS TABLE a_view;
CREATE UNLOGGED TABLE an_unlogged_table AS TABLE a_view;
CREATE TABLE a_partitioned_table (at date NOT NULL, double float8) PARTITION BY RANGE (at);
CREATE TABLE first_part PARTITION OF a_partitioned_table FOR VALUES FROM ('2024-01-10') TO (MAXVALUE);
CREATE TABLE second_part (double float8, dropped int, at date NOT NULL);
ALTER TABLE second_part DROP COLUMN dropped;
ALTER TABLE a_partitioned_table ATTACH PARTITION second_part FOR VALUES FROM (MINVALUE) TO ('2024-01-10');
INSERT INTO a_partitioned_table TABLE a_view;
CREATE TABLE a_parent (at date, double float8);
CREATE TABLE a_child () INHERITS (a_parent);
INSERT INTO a_parent SELECT * FROM a_view WHERE at < '2024-01-15';
INSERT INTO a_child SELECT * FROM a_view WHERE at >= '2024-01-15';
CREATE TABLE a_shuffled_table AS SELECT * FROM a_view ORDER BY md5(at::text);
CREATE SCHEMA "Odd ""Schema";
CREATE TABLE "Odd ""Schema"."Odd.Table" AS TABLE a_view;
CREATE TABLE "Odd ""Schema".numbers AS SELECT at, 1.0 AS double FROM a_view;

SELECT is(pg_temp.forecast(name::regclass, 'double'), pg_temp.forecast('numbers', 'double'), format('%s is read', name))
FROM unnest(ARRAY['a_view', 'a_computing_view', 'a_materialized_view', 'a_temp_table', 'an_unlogged_table',
    'a_partitioned_table', 'a_parent', 'a_shuffled_table', '"Odd ""Schema"."Odd.Table"']) AS name;
SELECT is(lstm_info(lstm_train('"Odd ""Schema"."Odd.Table"', 'double', lookback => 3, options => '{"epochs": 1}'))->>'relation',
    '"Odd ""Schema"."Odd.Table"', 'the model keeps the qualified name of its relation');
CREATE TEMP TABLE model AS SELECT lstm_train('numbers', 'double', lookback => 3, options => '{"epochs": 1, "units": 2}') AS model;
SELECT is(lstm_info(model)->>'relation', 'public.numbers', 'the model keeps the schema') FROM model;
SET LOCAL search_path = "Odd ""Schema", public;
SELECT is((SELECT forecast FROM model, lstm_forecast(model)),
    (SELECT forecast FROM model, lstm_forecast(model, relation => 'public.numbers')),
    'a search path that shows another table first does not lead the forecast astray');
SET LOCAL search_path = public;

CREATE EXTENSION IF NOT EXISTS file_fdw;
CREATE SERVER lines FOREIGN DATA WRAPPER file_fdw;
CREATE FUNCTION pg_temp.make_foreign_table() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE FOREIGN TABLE a_foreign_table (at date, double float8) SERVER lines OPTIONS (program %L, format ''csv'')',
        'echo "' || (SELECT string_agg(at || ',' || double, E'\n' ORDER BY at DESC) FROM numbers) || '"');
END $$;
SELECT pg_temp.make_foreign_table();
SELECT is(pg_temp.forecast('a_foreign_table', 'double'), pg_temp.forecast('numbers', 'double'), 'a foreign table is read');

ALTER TABLE numbers RENAME TO renamed;
SELECT throws_ok($$ SELECT f.* FROM model, lstm_forecast(model) AS f $$, '42P01', 'relation "public.numbers" does not exist',
    'a relation that is gone is named');
SELECT is((SELECT forecast FROM model, lstm_forecast(model, relation => 'renamed')),
    (SELECT forecast FROM model, lstm_predict(model, (SELECT array_agg(double ORDER BY at) FROM renamed))),
    'another relation with these columns may be given');
SELECT throws_ok($$ SELECT f.* FROM model, lstm_forecast(model, relation => 'pg_class') AS f $$, '42703',
    'column "double" of relation "pg_class" does not exist', 'another relation must have the model''s columns');

SELECT * FROM finish();
ROLLBACK;
