-- A model is read once and kept by the backend: never a wrong one, never too many, never half a one.
BEGIN;
SET LOCAL client_min_messages = error;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lstm_forecast;

\ir ../include/memory.sql
\if :blind
SELECT '1..0 # SKIP what the cache holds is seen from version 14 on';
\q
\endif
SELECT plan(44);

CREATE TABLE days (n int PRIMARY KEY, value float8);
INSERT INTO days SELECT i, sin(i / 3.0) * 5 + i * 0.1 FROM generate_series(1, 40) AS i;
CREATE FUNCTION pg_temp.trained(seed int, units int) RETURNS bytea LANGUAGE sql AS
$$ SELECT lstm_train('days', 'value', 'n', lookback => 4, options => format('{"epochs": 1, "units": %s, "seed": %s}', units, seed)::jsonb) $$;
-- Wide networks are stored out of line, narrow ones in their row.
CREATE TABLE models (name text PRIMARY KEY, model bytea NOT NULL);
INSERT INTO models SELECT kind || seed, pg_temp.trained(seed, units)
    FROM (VALUES ('wide', 30), ('narrow', 2)) AS k(kind, units), generate_series(1, 3) AS seed;
CREATE FUNCTION pg_temp.forecast(wanted text) RETURNS float8 LANGUAGE sql AS
$$ SELECT f.forecast FROM models, lstm_predict(model, ARRAY[1, 2, 3, 4]) AS f WHERE name = wanted $$;

-- What the backend holds: models, and their bytes.
CREATE FUNCTION pg_temp.held() RETURNS bigint LANGUAGE sql AS
$$ SELECT count(*) FROM pg_backend_memory_contexts WHERE name = 'lstm_forecast cached model' $$;
CREATE FUNCTION pg_temp.bytes() RETURNS bigint LANGUAGE sql AS
$$ SELECT coalesce(sum(total_bytes), 0)::bigint FROM pg_backend_memory_contexts WHERE name = 'lstm_forecast cached model' $$;
CREATE FUNCTION pg_temp.outcome(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE statement;
    RETURN 'it came to its end';
EXCEPTION
    WHEN query_canceled OR OTHERS THEN
        RETURN SQLSTATE;
END $$;

---- the setting ----

SELECT is(current_setting('lstm_forecast.model_cache'), '64MB', 'the bound is 64 MB');
SELECT throws_ok('SET lstm_forecast.model_cache = -1', '22023', NULL, 'the bound cannot be negative');
SET LOCAL lstm_forecast.model_cache = 0;
SELECT is(pg_temp.held(), 0::bigint, 'with 0 nothing is held');
CREATE TABLE alone AS SELECT name, pg_temp.forecast(name) AS forecast FROM models;
SELECT is(pg_temp.held(), 0::bigint, 'with a bound of 0 nothing is held after forecasts');
SELECT is((SELECT count(DISTINCT forecast) FROM alone), 6::bigint, 'forecasts differ from model to model');
SET LOCAL lstm_forecast.model_cache = '64MB';

---- the same forecasts ----

SELECT results_eq('SELECT name, pg_temp.forecast(name) FROM models ORDER BY name', 'SELECT name, forecast FROM alone ORDER BY name',
    'forecasts of models that are kept are those of models that are not');
SELECT is(pg_temp.held(), 6::bigint, 'each model is held once');
SELECT results_eq('SELECT name, pg_temp.forecast(name) FROM models ORDER BY name', 'SELECT name, forecast FROM alone ORDER BY name',
    'each model is held once when it is used again');
SELECT is(pg_temp.held(), 6::bigint, 'a model that is used again adds none to those that are held');
SELECT is((SELECT count(*) FROM models, generate_series(1, 50) AS i, lstm_predict(model, ARRAY[1, 2, 3, 4]) AS f
    JOIN alone ON f.forecast = alone.forecast WHERE alone.name = models.name), 300::bigint,
    'a query that goes from model to model takes the right one each time');
SELECT is((SELECT count(*) FROM generate_series(1, 50) AS i, (SELECT * FROM models ORDER BY random()) AS m,
    lstm_predict(model, ARRAY[1, 2, 3, 4]) AS f JOIN alone ON f.forecast = alone.forecast WHERE alone.name = m.name), 300::bigint,
    'in any order');
SELECT is((SELECT count(*) FROM models, LATERAL (SELECT model || ''::bytea AS copy OFFSET 0) AS c, lstm_predict(copy, ARRAY[1, 2, 3, 4]) AS f
    JOIN alone ON f.forecast = alone.forecast WHERE alone.name = models.name), 6::bigint, 'values that no table stores are recognized');
SELECT is(pg_temp.held(), 6::bigint, 'values that no table stores are recognized as models that are held');
SELECT results_eq($$ SELECT f.forecast, g.forecast FROM models AS a, models AS b, lstm_predict(a.model, ARRAY[1, 2, 3, 4]) AS f,
        lstm_predict(b.model, ARRAY[5, 5, 5, 5]) AS g WHERE a.name = 'wide1' AND b.name = 'wide1' $$,
    $$ SELECT alone.forecast, f.forecast FROM alone, models, lstm_predict(model, ARRAY[5, 5, 5, 5]) AS f
        WHERE alone.name = 'wide1' AND models.name = 'wide1' $$, 'two calls of a query that share a model do not disturb each other');
SELECT results_eq($$ SELECT n, lstm_predict_agg(model, value) OVER (ORDER BY n), (SELECT sum(g.forecast) FROM lstm_predict(model, ARRAY[9, 9, 9, 9]) AS g)
        FROM models, days WHERE name = 'wide1' ORDER BY n $$,
    $$ SELECT n, lstm_predict_agg(model, value) OVER (ORDER BY n), (SELECT sum(g.forecast) FROM models AS m, lstm_predict(m.model, ARRAY[9, 9, 9, 9]) AS g
        WHERE m.name = 'wide1') FROM models, days WHERE name = 'wide1' ORDER BY n $$, 'an aggregate and a call that share a model do not disturb each other');
SELECT results_eq($$ SELECT name, (lstm_predict_agg(model, v ORDER BY v))[1] FROM models, generate_series(1, 4) AS v GROUP BY name ORDER BY name $$,
    'SELECT name, forecast FROM alone ORDER BY name', 'groups of an aggregate have each their own');
SELECT results_eq($$ SELECT name, sum(f.forecast) FROM models, lstm_rolling(model, relation => 'days') AS f GROUP BY name ORDER BY name $$,
    $$ SELECT name, (SELECT sum(f.forecast) FROM generate_series(4, 39) AS last, lstm_predict(model,
        (SELECT array_agg(value ORDER BY n) FROM days WHERE n BETWEEN last - 3 AND last)) AS f) FROM models ORDER BY name $$,
    'lstm_rolling takes the same models');
SELECT is(pg_temp.held(), 6::bigint, 'still six');

-- A relation whose rows take forecasts of the same model, and of others, while they are read.
CREATE FUNCTION disturbing(n int) RETURNS float8 LANGUAGE sql AS
$$ SELECT 0 * sum(f.forecast) FROM models, lstm_predict(model, ARRAY[n, 7, 7, 7]) AS f WHERE name = 'wide1' OR n % 6 = length(name) - 5 $$;
CREATE VIEW disturbed AS SELECT n, value + disturbing(n) AS value FROM days;
CREATE FUNCTION pg_temp.both(relation regclass) RETURNS float8[] LANGUAGE sql AS
$$ SELECT array_agg(f.forecast ORDER BY f.step) || (SELECT array_agg(r.forecast ORDER BY origin) FROM models AS m, lstm_rolling(m.model, relation) AS r
        WHERE m.name = 'wide1')
    FROM models, lstm_forecast(model, 3, relation => relation) AS f WHERE name = 'wide1' $$;
SELECT is(pg_temp.both('disturbed'), pg_temp.both('days'), 'forecasts while rows are read do not disturb the one that reads them');
SET LOCAL lstm_forecast.model_cache = 0;
SELECT is(pg_temp.both('disturbed'), pg_temp.both('days'), 'calls do not disturb each other where models come and go');
SELECT is(pg_temp.held(), 0::bigint, 'in the end all models are gone');
SET LOCAL lstm_forecast.model_cache = '64MB';
SELECT results_eq('SELECT name, pg_temp.forecast(name) FROM models ORDER BY name', 'SELECT name, forecast FROM alone ORDER BY name',
    'models that were let go come back');

---- another model in the same place ----

UPDATE models SET model = pg_temp.trained(9, 30) WHERE name = 'wide1';
SELECT isnt(pg_temp.forecast('wide1'), (SELECT forecast FROM alone WHERE name = 'wide1'), 'a model that is trained again is seen at once');
CREATE FUNCTION pg_temp.alternate() RETURNS SETOF float8 LANGUAGE plpgsql AS $$
BEGIN
    FOR seed IN 1 .. 3 LOOP
        UPDATE models SET model = pg_temp.trained(seed, 30) WHERE name = 'wide1';
        RETURN QUERY SELECT f.forecast FROM models, lstm_predict(model, ARRAY[1, 2, 3, 4]) AS f WHERE name = 'wide1';
    END LOOP;
END $$;
SELECT results_eq('SELECT pg_temp.alternate()', $$ SELECT forecast FROM alone WHERE name LIKE 'wide%' ORDER BY name $$,
    'a model that is trained again in a loop of one statement is seen at once');
PREPARE prepared AS SELECT f.forecast FROM models, lstm_predict(model, ARRAY[1, 2, 3, 4]) AS f WHERE name = 'wide2';
SELECT results_eq('EXECUTE prepared', $$ SELECT forecast FROM alone WHERE name = 'wide2' $$, 'a prepared statement takes the model that is there');
UPDATE models SET model = pg_temp.trained(3, 30) WHERE name = 'wide2';
SELECT results_eq('EXECUTE prepared', $$ SELECT forecast FROM alone WHERE name = 'wide3' $$, 'a prepared statement takes the new model when there is a new one');
SAVEPOINT before;
UPDATE models SET model = pg_temp.trained(1, 30) WHERE name = 'wide2';
SELECT results_eq('EXECUTE prepared', $$ SELECT forecast FROM alone WHERE name = 'wide1' $$, 'in a subtransaction as well');
ROLLBACK TO before;
SELECT results_eq('EXECUTE prepared', $$ SELECT forecast FROM alone WHERE name = 'wide3' $$, 'a prepared statement takes the old model when the new one is undone');

---- values that are no models ----

CREATE TEMP TABLE counted AS SELECT pg_temp.held() AS held;
SELECT throws_ok($$ SELECT f.* FROM models, lstm_predict(set_byte(model, 300, 255 - get_byte(model, 300)), ARRAY[1, 2, 3, 4]) AS f WHERE name = 'wide3' $$,
    '22P03', NULL, 'a damaged value is refused, though length and checksum are those of a model that is held');
SELECT throws_ok($$ SELECT f.* FROM lstm_predict('\x', ARRAY[1, 2, 3, 4]) AS f $$, '22P03', NULL, 'an empty value is refused');
SELECT throws_ok($$ SELECT f.* FROM lstm_predict('\x010203', ARRAY[1, 2, 3, 4]) AS f $$, '22P03', NULL, 'a very short value is refused');
SELECT is(pg_temp.held(), held, 'no refused value is held') FROM counted;
SELECT throws_ok($$ SELECT f.* FROM models, lstm_predict(model, ARRAY[1, 2, 3]) AS f WHERE name = 'wide3' $$, '22023', NULL,
    'a forecast fails after its model was found');
SET LOCAL statement_timeout = '100ms';
SELECT is(pg_temp.outcome($$ SELECT count(*) FROM models, lstm_predict(model, ARRAY[1, 2, 3, 4], 1000000) WHERE name = 'wide3' $$),
    '57014', 'a long one is cancelled half-way');
SET LOCAL statement_timeout = 0;
SET LOCAL maintenance_work_mem = '1MB';
SELECT is(pg_temp.outcome($$ SELECT f.* FROM lstm_import('{"input": [40000, 1], "layers": [{"type": "lstm", "units": 1}]}',
    array_fill(0.1::real, ARRAY[12])) AS m(model), lstm_predict(model, array_fill(1::float8, ARRAY[40000])) AS f $$), '54000',
    'one does not get its memory');
RESET maintenance_work_mem;
SELECT is(pg_temp.held(), held, 'no half model remains') FROM counted;
SELECT results_eq($$ SELECT name, pg_temp.forecast(name) FROM models WHERE name IN ('wide3', 'narrow1') ORDER BY name $$,
    $$ SELECT name, forecast FROM alone WHERE name IN ('wide3', 'narrow1') ORDER BY name $$, 'the forecasts after a failed load are right');

---- the bound ----

CREATE TABLE many AS SELECT i, lstm_import('{"input": [3, 1], "layers": [{"type": "lstm", "units": 10}, {"type": "dense", "units": 1}]}',
    (SELECT array_agg(sin(i * 491 + k)::real) FROM generate_series(1, 491) AS k)) AS model FROM generate_series(1, 300) AS i;
SET LOCAL lstm_forecast.model_cache = '1MB';
SELECT cmp_ok(pg_temp.bytes(), '<=', 1024 * 1024::bigint, 'a lower bound is kept at once');
SELECT is((SELECT count(*) FROM many, lstm_predict(model, ARRAY[1, 2, 3])), 300::bigint, 'many models are used');
SELECT cmp_ok(pg_temp.bytes(), '<=', 1024 * 1024::bigint, 'many models in use keep the bound');
SELECT cmp_ok(pg_temp.held(), '>', 1::bigint, 'several models that are used keep the bound');
CREATE TEMP TABLE before AS SELECT sum(total_bytes)::bigint AS bytes FROM pg_backend_memory_contexts;
SELECT is((SELECT count(*) FROM generate_series(1, 20) AS round, many, lstm_predict(model, ARRAY[1, 2, 3])), 6000::bigint,
    'twenty rounds through all of them');
SELECT cmp_ok((SELECT sum(total_bytes)::bigint FROM pg_backend_memory_contexts) - bytes, '<', 1024 * 1024::bigint,
    'do not grow the backend') FROM before;
SET LOCAL lstm_forecast.model_cache = 0;
SELECT is(pg_temp.held(), 0::bigint, 'when the cache is switched off it is emptied');

SELECT * FROM finish();
ROLLBACK;
