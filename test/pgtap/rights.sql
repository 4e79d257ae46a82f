-- Tables are read with the rights of whoever calls.
BEGIN;
SET LOCAL client_min_messages = error;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lstm_forecast;

SELECT plan(54);

CREATE ROLE lstm_reader;
CREATE ROLE lstm_stranger;
CREATE SCHEMA measured;
GRANT USAGE ON SCHEMA measured TO lstm_reader, lstm_stranger;
CREATE TABLE measured.days (n int, at date, value float8, secret float8);
INSERT INTO measured.days SELECT i, date '2024-01-01' + i, i * i % 7, i FROM generate_series(1, 40) AS i;
GRANT SELECT (at, value) ON measured.days TO lstm_reader;
CREATE TABLE measured.guarded AS TABLE measured.days;
ALTER TABLE measured.guarded ENABLE ROW LEVEL SECURITY;
CREATE POLICY half ON measured.guarded FOR SELECT TO lstm_reader USING (n <= 20);
GRANT SELECT ON measured.guarded TO lstm_reader, lstm_stranger;
CREATE VIEW measured.open AS SELECT at, secret AS value FROM measured.days;
GRANT SELECT ON measured.open TO lstm_stranger;
CREATE TABLE public.models AS SELECT
    lstm_train('measured.days', 'value', 'at', lookback => 3, options => '{"epochs": 1, "units": 2}') AS model,
    lstm_train('measured.days', 'secret', 'at', lookback => 3, options => '{"epochs": 1, "units": 2}') AS secret,
    lstm_train('measured.guarded', 'value', 'at', lookback => 3, options => '{"epochs": 1, "units": 2}') AS guarded;
GRANT SELECT ON public.models TO lstm_reader, lstm_stranger;

\ir ../include/as_user.sql

---- rights on columns ----

SELECT is(pg_temp.as_user('lstm_reader', $$ SELECT lstm_info(lstm_train('measured.days', 'value', 'at', lookback => 3,
    options => '{"epochs": 1, "units": 2}'))->'rows' $$), '40', 'a right on these columns is enough to train');
SELECT is(pg_temp.as_user('lstm_reader', $$ SELECT lstm_train('measured.days', 'secret', 'at', lookback => 3) $$),
    '42501: permission denied for table days', 'a target without right is refused');
SELECT is(pg_temp.as_user('lstm_reader', $$ SELECT lstm_train('measured.days', 'value', 'at', inputs => '{value,secret}', lookback => 3) $$),
    '42501: permission denied for table days', 'an input without right is refused');
SELECT is(pg_temp.as_user('lstm_reader', $$ SELECT lstm_train('measured.days', 'value', 'n', lookback => 3) $$),
    '42501: permission denied for table days', 'a time column without right is refused');
SELECT is(pg_temp.as_user('lstm_stranger', $$ SELECT lstm_train('measured.days', 'value', 'at', lookback => 3) $$),
    '42501: permission denied for table days', 'a user without rights is refused');
SELECT is(pg_temp.as_user('lstm_reader', $$ SELECT count(*) FROM lstm_windows('measured.days', 'value', 'at', lookback => 3) $$), '37',
    'lstm_windows needs the same rights');
SELECT is(pg_temp.as_user('lstm_stranger', $$ SELECT count(*) FROM lstm_windows('measured.days', 'value', 'at', lookback => 3) $$),
    '42501: permission denied for table days', 'lstm_windows is refused without the rights');
SELECT is(pg_temp.as_user('lstm_reader', $$ SELECT count(*) FROM lstm_baseline('measured.days', 'value', 'at', horizon => 4) $$), '4',
    'so does lstm_baseline');
SELECT is(pg_temp.as_user('lstm_stranger', $$ SELECT count(*) FROM lstm_baseline('measured.days', 'value', 'at') $$),
    '42501: permission denied for table days', 'and is refused without them');
SELECT is(pg_temp.as_user('lstm_stranger', $$ SELECT lstm_info(lstm_train('measured.open', 'value', lookback => 3,
    options => '{"epochs": 1, "units": 2}'))->'rows' $$), '40', 'a view opens what its owner may read');
SELECT is(pg_temp.as_user('lstm_stranger', $$ SELECT lstm_train_agg(value, '{}') FROM measured.days $$),
    '42501: permission denied for table days', 'an aggregate gives no way round');

---- rights when forecasting ----

SELECT is(pg_temp.as_user('lstm_stranger', $$ SELECT count(*) FROM models, lstm_predict(model, '{1,2,3}') $$), '1',
    'lstm_predict needs no right on the table');
SELECT is(pg_temp.as_user('lstm_stranger', $$ SELECT lstm_info(model)->'lookback' FROM models $$), '3', 'lstm_info needs no right on the table');
SELECT is(pg_temp.as_user('lstm_stranger', $$ SELECT count(*) FROM models, lstm_forecast(model) $$),
    '42501: permission denied for table days', 'lstm_forecast does');
SELECT is(pg_temp.as_user('lstm_stranger', $$ SELECT count(*) FROM models, lstm_rolling(model) $$),
    '42501: permission denied for table days', 'lstm_rolling does');
SELECT is(pg_temp.as_user('lstm_reader', $$ SELECT count(*) FROM models, lstm_forecast(model, relation => 'measured.days') $$), '1',
    'with a right on the columns a relation that is asked for is read');
SELECT is(pg_temp.as_user('lstm_reader', $$ SELECT count(*) FROM models, lstm_forecast(secret, relation => 'measured.days') $$),
    '42501: permission denied for table days', 'a column without right is not read');
REVOKE USAGE ON SCHEMA measured FROM lstm_reader;
SELECT is(pg_temp.as_user('lstm_reader', $$ SELECT count(*) FROM models, lstm_forecast(model) $$),
    '42501: permission denied for schema measured', 'a column without right on its schema is not read');
GRANT USAGE ON SCHEMA measured TO lstm_reader;

---- row-level security ----

SELECT is(pg_temp.as_user('lstm_reader', $$ SELECT lstm_info(lstm_train('measured.guarded', 'value', 'at', lookback => 3,
    options => '{"epochs": 1, "units": 2}'))->'rows' $$), '20', 'training sees the rows that a policy lets through');
SELECT is(pg_temp.as_user('lstm_reader', $$ SELECT forecast_at::date FROM models, lstm_forecast(guarded, relation => 'measured.guarded') $$), '2024-01-22',
    'forecasts begin after the last row that it lets through');
SELECT is(pg_temp.as_user('lstm_stranger', $$ SELECT count(*) FROM models, lstm_forecast(guarded, relation => 'measured.guarded') $$),
    '22000: relation "guarded" has 0 rows, but the lookback of the model is 3', 'where no policy applies there are no rows');
SET LOCAL row_security = off;
SELECT is(pg_temp.as_user('lstm_reader', $$ SELECT lstm_train('measured.guarded', 'value', 'at', lookback => 3) $$),
    '42501: query would be affected by row-level security policy for table "guarded"', 'row_security off is obeyed');

SET LOCAL row_security = on;

-- each user trains on, and forecasts from, rows of its own, also through a view that is a barrier
CREATE ROLE lstm_north;
CREATE ROLE lstm_south;
GRANT USAGE ON SCHEMA measured TO lstm_north, lstm_south;
GRANT SELECT ON public.models TO lstm_north, lstm_south;
CREATE TABLE measured.tenants AS SELECT owner, date '2024-01-01' + i AS at, base + i % 5 AS value
    FROM (VALUES ('lstm_north', 100, 30), ('lstm_south', 9000, 25)) AS v (owner, base, days), generate_series(1, days) AS i;
GRANT SELECT ON measured.tenants TO lstm_north, lstm_south;
ALTER TABLE measured.tenants ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON measured.tenants FOR SELECT USING (owner = current_user);
CREATE TABLE measured.all_tenants AS TABLE measured.tenants;
CREATE VIEW measured.barrier WITH (security_barrier) AS SELECT at, value FROM measured.all_tenants WHERE owner = current_user;
GRANT SELECT ON measured.barrier TO lstm_north, lstm_south;
CREATE VIEW pg_temp.north AS SELECT at, value FROM measured.all_tenants WHERE owner = 'lstm_north';
CREATE TABLE public.tenant_models AS SELECT lstm_train('pg_temp.north', 'value', lookback => 3, options => '{"epochs": 60, "units": 8, "normalize": "last"}') AS model;
GRANT SELECT ON public.tenant_models TO lstm_north, lstm_south;
SELECT is(pg_temp.as_user(who, format($$ SELECT lstm_info(lstm_train(%L, 'value', 'at', lookback => 3,
        options => '{"epochs": 1, "units": 2}'))->'rows' $$, relation)), rows, format('%s trains on its own rows of %s', who, relation))
    FROM (VALUES ('lstm_north', '30'), ('lstm_south', '25')) AS w (who, rows), (VALUES ('measured.tenants'), ('measured.barrier')) AS r (relation);
SELECT is(pg_temp.as_user(who, format($$ SELECT forecast_at::date || CASE WHEN forecast > 1000 THEN ' high' ELSE ' low' END
        FROM tenant_models, lstm_forecast(model, relation => %L) $$, relation)), forecast,
        format('%s forecasts from its own rows of %s', who, relation))
    FROM (VALUES ('lstm_north', '2024-02-01 low'), ('lstm_south', '2024-01-27 high')) AS w (who, forecast),
        (VALUES ('measured.tenants'), ('measured.barrier')) AS r (relation);
SELECT is(pg_temp.as_user('lstm_south', $$ SELECT count(*) FROM measured.all_tenants $$), '42501: permission denied for table all_tenants',
    'what is behind the barrier stays closed');

---- nothing is leaked in errors ----

-- Everything that an error tells, not its message alone.
CREATE FUNCTION pg_temp.told(who text, query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    detail text;
    hint text;
    context text;
BEGIN
    EXECUTE format('SET LOCAL ROLE %I', who);
    EXECUTE query;
    RESET ROLE;
    RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT, context = PG_EXCEPTION_CONTEXT;
    RETURN concat_ws('|', SQLERRM, detail, hint, context);
END $$;
CREATE TABLE measured.hidden AS SELECT date '2024-01-01' + i AS at, 31337.0 + i AS value, 'classified' || i AS label, i * 31337 AS diagnosis
    FROM generate_series(1, 40) AS i;
UPDATE measured.hidden SET value = 'NaN' WHERE at = '2024-01-09';
CREATE TABLE public.hidden_models AS SELECT lstm_train('measured.hidden', 'diagnosis', 'at', lookback => 3, options => '{"epochs": 1, "units": 2}') AS model;
GRANT SELECT ON public.hidden_models TO lstm_stranger;
SELECT unalike(pg_temp.told('lstm_stranger', query), '%31337%', 'no value of a closed table is in the error of ' || query)
    FROM (VALUES ($$SELECT lstm_train('measured.hidden', 'value')$$), ($$SELECT f FROM hidden_models, lstm_forecast(model) f$$)) AS v (query);
SELECT alike(pg_temp.told('lstm_stranger', $$ SELECT lstm_train('measured.hidden', 'value') $$), 'permission denied for table hidden|%',
    'a closed table with a NaN in it is closed before that is noticed');
SELECT alike(pg_temp.told('lstm_stranger', query), 'permission denied for table hidden|%', 'nor a column or its type in that of ' || query)
    FROM (VALUES ($$SELECT lstm_train('measured.hidden', 'diagnosi')$$), ($$SELECT lstm_train('measured.hidden', 'value', 'label')$$),
        ($$SELECT lstm_train('measured.hidden', 'label')$$)) AS v (query);
SELECT alike(pg_temp.told('lstm_reader', $$ SELECT lstm_train('measured.days', 'secre') $$),
    'column "secre" of relation "days" does not exist|||SQL statement%', 'no column is suggested that may not be read');
SELECT alike(pg_temp.told('lstm_reader', $$ SELECT lstm_train('measured.days', 'valu') $$), '%Perhaps you meant "value".%', 'a column that may be read is suggested');

---- functions that lend rights ----

CREATE FUNCTION public.lends() RETURNS text LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT lstm_info(lstm_train('measured.days', 'secret', 'at', lookback => 3, options => '{"epochs": 1, "units": 2}'))->>'rows' $$;
SELECT is(pg_temp.as_user('lstm_stranger', 'SELECT lends()'), '40', 'a SECURITY DEFINER function trains with the rights of its owner');
ALTER FUNCTION public.lends() OWNER TO lstm_reader;
GRANT CREATE ON SCHEMA public TO lstm_reader;
SELECT is(pg_temp.as_user(session_user::text, 'SELECT lends()'), '42501: permission denied for table days', 'a SECURITY DEFINER function trains with no other rights');
SELECT is((SELECT count(*) FROM pg_proc WHERE proname LIKE 'lstm\_%' AND prosecdef), 0::bigint, 'no function of the extension does so');

---- every kind of relation ----

CREATE TABLE measured.parts (at date, value float8) PARTITION BY RANGE (at);
CREATE TABLE measured.part_one PARTITION OF measured.parts FOR VALUES FROM ('2024-01-01') TO ('2024-01-20');
CREATE TABLE measured.part_two PARTITION OF measured.parts DEFAULT;
INSERT INTO measured.parts SELECT at, value FROM measured.days;
CREATE MATERIALIZED VIEW measured.kept AS SELECT at, value FROM measured.days;
SELECT is(pg_temp.as_user('lstm_reader', format($$ SELECT lstm_train(%L, 'value') $$, relation)), '42501: permission denied for ' || what,
    format('%s is closed', relation))
    FROM (VALUES ('measured.parts', 'table parts'), ('measured.kept', 'materialized view kept')) AS v (relation, what);
GRANT SELECT ON measured.parts, measured.kept TO lstm_reader;
SELECT is(pg_temp.as_user('lstm_reader', format($$ SELECT lstm_info(lstm_train(%L, 'value', lookback => 3,
    options => '{"epochs": 1, "units": 2}'))->'rows' $$, relation)), '40', format('with a right on it %s is read, parts and all', relation))
    FROM (VALUES ('measured.parts'), ('measured.kept')) AS v (relation);

---- names that somebody else has taken ----

CREATE SCHEMA trap;
CREATE FUNCTION trap.spring(a anyelement, b anyelement) RETURNS bool LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'somebody else''s code runs'; END $$;
CREATE OPERATOR trap.= (LEFTARG = anyelement, RIGHTARG = anyelement, FUNCTION = trap.spring);
CREATE OPERATOR trap.<= (LEFTARG = anyelement, RIGHTARG = anyelement, FUNCTION = trap.spring);
CREATE FUNCTION trap.spring_text(a text, b text) RETURNS bool LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'somebody else''s code runs'; END $$;
CREATE OPERATOR trap.= (LEFTARG = text, RIGHTARG = text, FUNCTION = trap.spring_text);
CREATE FUNCTION trap.spring_time(a date, b timestamptz) RETURNS bool LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'somebody else''s code runs'; END $$;
CREATE OPERATOR trap.<= (LEFTARG = date, RIGHTARG = timestamptz, FUNCTION = trap.spring_time);
CREATE FUNCTION trap.current_database() RETURNS name LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'somebody else''s code runs'; END $$;
CREATE FUNCTION trap.lstm_get_progress() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'somebody else''s code runs'; END $$;
CREATE TEMP TABLE days AS SELECT i AS n, date '1999-01-01' + i AS at, i::float8 AS value FROM generate_series(1, 9) AS i;
CREATE TEMP TABLE pg_database (oid oid, datname name);
CREATE TABLE measured.several AS SELECT s, at, value FROM measured.days, (VALUES ('a'), ('b')) AS v (s);
CREATE TABLE public.series_models AS SELECT lstm_train('measured.several', 'value', 'at', 's', lookback => 3, options => '{"epochs": 1, "units": 2}') AS model;
-- What a query gives where all names are looked for among these first.
CREATE FUNCTION pg_temp.trapped(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
BEGIN
    SET LOCAL search_path = trap, pg_temp, pg_catalog, public;
    EXECUTE query INTO result;
    SET LOCAL search_path = public;
    RETURN result;
EXCEPTION WHEN OTHERS THEN
    RETURN SQLERRM;
END $$;
SELECT is(pg_temp.trapped(query), 'somebody else''s code runs', 'a trap is set for ' || query)
    FROM (VALUES ($$SELECT 'a'::text = 'b'::text$$), ($$SELECT date '2024-01-01' <= timestamptz '2024-01-01'$$), ($$SELECT current_database()$$))
        AS v (query);
SELECT is(pg_temp.trapped(query), expected, 'and not stepped into by ' || query)
    FROM (VALUES ($$SELECT count(*) FROM models, lstm_forecast(model, as_of => '2024-02-01')$$, '1'),
        ($$SELECT f.forecast_at::date FROM models, lstm_forecast(model) AS f$$, '2024-02-11'),
        ($$SELECT count(*) FROM series_models, lstm_forecast(model, series => '{a}')$$, '1'),
        ($$SELECT lstm_info(lstm_train('measured.several', 'value', 'at', 's', lookback => 3, options => '{"epochs": 1}'))->'series'$$, '2'),
        ($$SELECT count(*) FROM lstm_progress WHERE datname IS NULL$$, '0')) AS v (query, expected);
SELECT * FROM finish();
ROLLBACK;
