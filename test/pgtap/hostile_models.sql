-- No forged or damaged model brings the server down: each gives an error or a result.
BEGIN;
SET LOCAL client_min_messages = error;
SET LOCAL statement_timeout = '60s';
SET LOCAL timezone = 'UTC';
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lstm_forecast;

SELECT plan(22);

CREATE TABLE days (at timestamptz PRIMARY KEY, value float8);
INSERT INTO days SELECT timestamptz '2024-01-01' + i * interval '1 day', i * i % 7 FROM generate_series(1, 12) AS i;
CREATE TABLE shops AS SELECT shop, at, CASE WHEN n < 11 THEN value END AS value, n % 2 AS promo, length(shop) AS size, shop AS kind
FROM (SELECT row_number() OVER (ORDER BY at) AS n, * FROM days) d, unnest(ARRAY['a', 'bb']) shop;
CREATE TEMP TABLE models AS SELECT row_number() OVER () AS n, model FROM (VALUES
    (lstm_train('days', 'value', lookback => 3, options => '{"epochs": 1, "units": 2}')),
    (lstm_train('days', 'value', lookback => 4, horizon => 2, options => '{"epochs": 2, "units": 1, "architecture": "encoder_decoder"}')),
    ((SELECT lstm_train_agg(at, value, '{"epochs": 1, "units": 1, "lookback": 4, "architecture": "cnn_lstm"}') FROM days)),
    (lstm_train('shops', 'value', series_column => 'shop', lookback => 2, horizon => 2, known_inputs => '{promo}', static_inputs => '{size,kind}',
        options => '{"epochs": 1, "units": 1, "calendar": ["day_of_week", "hour_of_day"], "series_embedding": true}')),
    ((SELECT lstm_train_agg(at, value, '{"epochs": 1, "units": 1, "lookback": 2, "calendar": ["day_of_week"]}') FROM days)),
    ((SELECT lstm_train_agg(ARRAY[value, -value], '{"epochs": 1, "units": 1, "lookback": 4, "horizon": 2, "architecture": "segment"}' ORDER BY at)
        FROM days))) AS v (model);

---- forged models can be sealed again ----

\ir ../include/seal.sql
SELECT is(pg_temp.crc32c('123456789', lookup), x'e3069283'::bigint, 'the checksum of this test is CRC-32C') FROM crc;
SELECT throws_ok($$ SELECT f.* FROM models, crc, lstm_forecast(pg_temp.seal(overlay(model PLACING 'XYZ'::bytea FROM position('UTC'::bytea IN model)),
        lookup)) AS f WHERE n = 1 $$, '22023', 'time zone "XYZ" of the model is not known to this server', 'a time zone that is none is refused');
SELECT is((SELECT md5(pg_temp.seal(model, lookup)) FROM models, crc WHERE n = 1), (SELECT md5(model) FROM models WHERE n = 1),
    'sealing a model that is whole leaves it as it is');
SELECT is((SELECT lstm_info(pg_temp.seal(set_byte(model, length(model) - 7, get_byte(model, length(model) - 7) # 1), lookup))->'layers'
    FROM models, crc WHERE n = 1), (SELECT lstm_info(model)->'layers' FROM models WHERE n = 1),
    'a sealed forgery gets past the checksum');

---- two thousand of them ----

CREATE TEMP TABLE outcomes (sealed bool, forgery text, call text, state text);
CREATE FUNCTION pg_temp.place(bytes bytea) RETURNS int LANGUAGE sql VOLATILE AS $$ SELECT floor(random() * length(bytes))::int $$;
CREATE FUNCTION pg_temp.forge(forgery text, one bytea, other bytea) RETURNS bytea LANGUAGE plpgsql AS $$
DECLARE
    place int := pg_temp.place(one);
BEGIN
    CASE forgery
        WHEN 'changed bytes' THEN
            FOR i IN 1 .. 1 + floor(random() * 4) LOOP
                place := pg_temp.place(one);
                one := set_byte(one, place, get_byte(one, place) # (1 + floor(random() * 255)::int));
            END LOOP;
        WHEN 'changed number' THEN
            /* numbers are four or eight bytes anywhere behind the header */
            place := 16 + floor(random() * (length(one) - 24));
            one := pg_temp.put(one, place, (ARRAY[0, 1, 2, 255, 65536, 1048576, 2147483647, 2147483648, 4294967295])[1 + floor(random() * 9)::int]);
        WHEN 'truncated' THEN
            one := substring(one, 1, place);
        WHEN 'spliced' THEN
            one := substring(one, 1, place) || substring(other, pg_temp.place(other) + 1);
        WHEN 'stretched' THEN
            one := substring(one, 1, place) || substring(one, greatest(place - 8, 1));
    END CASE;
    RETURN one;
END $$;
CREATE FUNCTION pg_temp.try(sealed bool, forgery text, bytes bytea) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    call text;
BEGIN
    FOREACH call IN ARRAY ARRAY['lstm_info($1)', 'lstm_predict($1, ARRAY[1, 2, 3, 4, 5, 6, 7, 8], 2)', 'lstm_forecast($1)',
        '(SELECT lstm_info(lstm_average_agg(m, 1)) AS info FROM (SELECT $1 AS m FROM generate_series(1, 2)) v) a WHERE info IS NOT NULL'] LOOP
        BEGIN
            EXECUTE 'SELECT count(*) FROM ' || call USING bytes;
            INSERT INTO outcomes VALUES (sealed, forgery, call, 'result');
        EXCEPTION WHEN OTHERS THEN
            INSERT INTO outcomes VALUES (sealed, forgery, call, SQLSTATE);
        END;
    END LOOP;
END $$;
CREATE FUNCTION pg_temp.failure_of(bytes bytea) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM lstm_info(bytes), count(*) FROM lstm_forecast(bytes);
    RETURN 'result';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE;
END $$;
CREATE FUNCTION pg_temp.attack(tries int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    forgeries text[] := ARRAY['changed bytes', 'changed number', 'truncated', 'spliced', 'stretched'];
    forgery text;
    one bytea;
    other bytea;
    forged bytea;
    lookup bigint[] := (SELECT c.lookup FROM crc AS c);
    sealed bool;
BEGIN
    FOR i IN 1 .. tries LOOP
        SELECT model INTO one FROM models WHERE n = 1 + (i / 4) % 6;
        SELECT model INTO other FROM models WHERE n = 1 + (i / 16) % 6;
        forgery := forgeries[1 + i % 5];
        /* most forgeries are sealed: without, the checksum catches them all */
        sealed := i % 4 <> 0;
        forged := pg_temp.forge(forgery, one, other);
        IF sealed THEN
            forged := pg_temp.seal(forged, lookup);
        END IF;
        IF forged <> one AND forged <> other THEN
            PERFORM pg_temp.try(sealed, forgery, forged);
        END IF;
    END LOOP;
END $$;
SELECT setseed(0.25);
CREATE TEMP TABLE backend AS SELECT pg_backend_pid() AS pid;
SELECT lives_ok('SELECT pg_temp.attack(2000)', 'two thousand forged models leave the connection alive');
SELECT is(pg_backend_pid(), pid, 'the server process is still the same') FROM backend;
SELECT cmp_ok((SELECT count(*) FROM outcomes), '>', 7300::bigint, 'each was given to four functions');
SELECT is_empty($$ SELECT * FROM outcomes WHERE NOT sealed AND state NOT IN ('22P03', '0A000') $$,
    'what is not sealed is refused as damaged');
SELECT is_empty($$ SELECT state, call, count(*) FROM outcomes WHERE state LIKE 'XX%' OR state LIKE '53%' OR state LIKE '57%'
    GROUP BY state, call $$, 'no forgery reaches an internal error, nor asks for memory that is not there');
SELECT is((SELECT count(DISTINCT forgery) FROM outcomes WHERE sealed AND state = '22P03'), 5::bigint,
    'sealed forgeries of each kind are refused by the reader');
SELECT cmp_ok((SELECT count(*) FROM outcomes WHERE sealed AND state = 'result'), '>', 100::bigint,
    'some sealed ones are models, and forecast');
SELECT is((SELECT count(*) FROM outcomes WHERE call LIKE '%lstm_average_agg%' AND state = 'result'),
    (SELECT count(*) FROM outcomes WHERE call LIKE 'lstm_info%' AND state = 'result'), 'the average of what is a model is one');
SELECT is_empty($$ SELECT * FROM outcomes WHERE forgery = 'truncated' AND state = 'result' $$, 'no truncated model is a model');

---- columns of other kinds than they were ----

SELECT is(pg_temp.failure_of(pg_temp.seal(overlay(model PLACING forged FROM position(name IN model)), lookup)), '22P03', format('%s for %s', forged, name))
FROM models, crc, (VALUES ('hour_of_day_sin'::bytea, 'day_of_week_sin'::bytea), ('day_of_week_cos', 'day_of_weak_cos'), ('hour_of_day_cos', 'xxxx_xx_xxx_xxx'),
    ('bb', '\xffff')) AS v (name, forged) WHERE n = 4;
-- the kinds of the columns, and whatever else is a small number: each byte before the names takes the value of each kind
CREATE TEMP TABLE kinds AS SELECT pg_temp.failure_of(pg_temp.seal(set_byte(model, place, kind), lookup)) AS state
    FROM models, crc, generate_series(16, position('promo'::bytea IN model) - 1) place, generate_series(0, 5) kind WHERE n = 4;
SELECT is_empty($$ SELECT state, count(*) FROM kinds WHERE state LIKE 'XX%' OR state LIKE '53%' OR state LIKE '57%' GROUP BY state $$, 'columns of any kind');
SELECT cmp_ok((SELECT count(*) FROM kinds WHERE state = '22P03'), '>', 100::bigint, 'of which many are refused');

---- every number in the header and the spec, one by one ----

TRUNCATE outcomes;
SELECT lives_ok($$ SELECT pg_temp.try(true, value::text, pg_temp.seal(pg_temp.put(model, place, value), lookup))
    FROM models, crc, generate_series(16, 56, 4) AS place, unnest(ARRAY[-1, 0, 3, 1048576, 2147483647]::bigint[]) AS value $$,
    'numbers of the spec that are out of range leave the connection alive');
SELECT is_empty($$ SELECT state, call, count(*) FROM outcomes WHERE state LIKE 'XX%' OR state LIKE '53%' OR state LIKE '57%'
    GROUP BY state, call $$, 'numbers of the spec that are out of range reach no internal error');
SELECT lives_ok($$ SELECT lstm_info(model), (SELECT count(*) FROM lstm_forecast(model)) FROM models $$, 'models that are whole still work');

SELECT * FROM finish();
ROLLBACK;
