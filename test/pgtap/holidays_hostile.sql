-- Holidays of which a model, their relation, or whoever keeps them means no good; and functions that have no use for them.
BEGIN;
SET LOCAL client_min_messages = error;
SET LOCAL timezone = 'UTC';
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lstm_forecast;

SELECT plan(73);

\ir ../include/failure.sql
\ir ../include/seal.sql
\ir ../include/as_user.sql

-- a feast takes 60 away, and the day before brings 30: a linear model knows that exactly
CREATE TABLE feasts (day date, name text, days_before int);
INSERT INTO feasts SELECT date '2024-01-10' + i * 17 + i % 5, 'Feast', 1 FROM generate_series(0, 24) i;
INSERT INTO feasts SELECT date '2024-01-20' + i * 31 + i % 3, 'Market', 0 FROM generate_series(0, 12) i;
CREATE TABLE sales AS
SELECT date '2024-01-01' + i AS day, 100 + hashint4(i) % 100 / 50.0
    - CASE WHEN EXISTS (SELECT FROM feasts f WHERE f.day = date '2024-01-01' + i AND name = 'Feast') THEN 60 ELSE 0 END
    + CASE WHEN EXISTS (SELECT FROM feasts f WHERE f.day = date '2024-01-01' + i + 1 AND name = 'Feast') THEN 30 ELSE 0 END AS sold
FROM generate_series(0, 399) i;
CREATE TABLE models (name text PRIMARY KEY, model bytea);
INSERT INTO models VALUES
    ('feasts', lstm_train('sales', 'sold', horizon => 7, lookback => 7, options => '{"holidays": "feasts", "candidates": ["linear"]}')),
    ('plain', lstm_train('sales', 'sold', horizon => 7, lookback => 7, options => '{"candidates": ["linear"]}')),
    ('network', lstm_train('sales', 'sold', horizon => 2, lookback => 4, options => '{"holidays": "feasts", "candidates": ["network"], "architecture": "vanilla", "units": 1, "epochs": 1}'));
-- the lowest forecast from so many days before a feast on
CREATE FUNCTION pg_temp.lowest(more text DEFAULT '', which text DEFAULT 'feasts') RETURNS float8 LANGUAGE plpgsql AS $$
DECLARE
    result float8;
BEGIN
    EXECUTE format('SELECT min(forecast) FROM models, lstm_forecast(model, as_of => %L %s) WHERE name = %L', (SELECT max(day) - 3 FROM feasts WHERE name = 'Feast' AND day < '2025-01-20'), more, which) INTO result;
    RETURN result;
END $$;
SELECT cmp_ok(pg_temp.lowest(), '<', 60::float8, 'the feast is in the forecast');

---- the other functions ----

SELECT is(lstm_import(lstm_export(model)) = model, true, format('the model %s is the same when it comes back from its export', name)) FROM models ORDER BY name;
SELECT is(jsonb_path_query_array(lstm_export(model), '$.task.column_kinds[*]') || (lstm_export(model)->'holidays'),
    '["measured", "holiday", "holiday", "holiday", "public.feasts"]'::jsonb, 'an export names the relation, and says which columns are of it') FROM models WHERE name = 'network';
SELECT is(lstm_export(model)->'holidays', '""'::jsonb, 'and no relation where there is none') FROM models WHERE name = 'plain';
SELECT is((SELECT array_agg(forecast ORDER BY step) FROM lstm_forecast(lstm_import(jsonb_set(lstm_export(model) - 'holidays', '{format_version}', '2')))),
    (SELECT array_agg(forecast ORDER BY step) FROM lstm_forecast(model)), 'an export of the format before, which knows of no relation, is read as before') FROM models WHERE name = 'plain';
SELECT cmp_ok((SELECT difference FROM lstm_compare(ARRAY(SELECT model FROM models WHERE name IN ('feasts', 'plain') ORDER BY name), 'sales') WHERE "model" = 2), '>', 1::float8,
    'lstm_compare reads them: who knows of none is worse');
SELECT cmp_ok(length(lstm_plot(model, 'sales')), '>', 100, 'lstm_plot reads them') FROM models WHERE name = 'feasts';
SELECT cmp_ok((SELECT max(share) FROM lstm_explain(model, 'sales') WHERE input = 'Feast'), '>', (SELECT max(share) FROM lstm_explain(model, 'sales') WHERE input = 'Market'),
    'lstm_explain tells one that does much from one that does nothing') FROM models WHERE name = 'feasts';
SELECT is(pg_temp.failure(format('SELECT %s FROM models WHERE name = ''network''', call)), message, format('%s has no days', call)) FROM (VALUES
    ('lstm_predict(model, ARRAY[1.0, 2.0])', E'22023: an array of values is not enough for this model, which also needs "Feast -1"\n'
        'DETAIL: The model was trained with known, static, calendar or holiday inputs.\nHINT: Use lstm_forecast, which reads these inputs from a relation.'),
    ('lstm_predict_agg(model, 1.0)', E'22023: lstm_predict_agg takes models with one input column, but this model has 7\nHINT: Use lstm_predict or lstm_forecast.'),
    ('lstm_pretrained(''{"holidays": "feasts"}'')',
        E'22023: option "holidays" needs a relation to train on, and there is none here\nHINT: Call lstm_train, for the rows of a query on a view of them.')) AS v (call, message);
SELECT is(pg_temp.failure($$ SELECT lstm_average_agg(model) FROM (SELECT model FROM models WHERE name = 'network' UNION ALL
    SELECT lstm_train('sales', 'sold', horizon => 2, lookback => 4, options => '{"holidays": "other", "candidates": ["network"], "architecture": "vanilla", "units": 1, "epochs": 1}')) m $$) ~ '^42P01', true,
    'a relation that is not there is no relation of holidays');
CREATE VIEW same_feasts AS TABLE feasts;
SELECT matches(pg_temp.failure($$ SELECT lstm_average_agg(model) FROM (SELECT model FROM models WHERE name = 'network' UNION ALL
    SELECT lstm_train('sales', 'sold', horizon => 2, lookback => 4, options => '{"holidays": "same_feasts", "candidates": ["network"], "architecture": "vanilla", "units": 1, "epochs": 1}')) m $$),
    'holidays of public.feasts.*holidays of public.same_feasts', 'models with holidays of two relations have no mean');
SELECT is((SELECT count(*) FROM lstm_forecast((SELECT lstm_average_agg(model) FROM (SELECT model FROM models WHERE name = 'network' UNION ALL SELECT model FROM models WHERE name = 'network') m), relation => 'sales')),
    2::bigint, 'those of one have, and it reads that');
SELECT is(pg_temp.failure($$ SELECT lstm_train('sales', 'sold', horizon => 2, options => jsonb_build_object('init', model)) FROM models WHERE name = 'network' $$),
    E'22023: the model in option "init" was trained with holidays, but option "holidays" was not given\nHINT: Give it; the model names relation public.feasts.',
    'a training that goes on from a model with holidays does not read what that names unasked');
SELECT is(pg_temp.failure($$ SELECT lstm_train('sales', 'sold', horizon => 2, options => jsonb_build_object('holidays', 'feasts', 'init',
    lstm_train('sales', 'sold', horizon => 2, options => '{"candidates": ["network"], "architecture": "vanilla", "units": 1, "epochs": 1}'))) $$),
    E'22023: the model in option "init" was trained without holidays, but option "holidays" was given\nHINT: Leave option "holidays" out, or train without "init".',
    'nor does one that goes on from a model without');

---- rows that say little, or too much ----

CREATE VIEW twice AS TABLE feasts UNION ALL TABLE feasts;
SELECT is(pg_temp.lowest(', holidays => ''twice'''), pg_temp.lowest(), 'a row that stands twice is one holiday');
CREATE VIEW late AS SELECT day + time '23:59:59.999999' AS day, name, days_before FROM feasts;
SELECT is(pg_temp.lowest(', holidays => ''late'''), pg_temp.lowest(), 'of a timestamp the date counts');
CREATE VIEW ancient AS TABLE feasts UNION ALL SELECT v.day, 'Feast', 31 FROM (VALUES (date '4713-01-01 BC'), (date '5874897-12-31')) v (day);
SELECT is(pg_temp.lowest(', holidays => ''ancient'''), pg_temp.lowest(), 'days at the ends of time are days');
CREATE VIEW ancient_times AS SELECT day::timestamp AS day, name, days_before FROM feasts UNION ALL SELECT v.day, 'Feast', 31 FROM (VALUES (timestamp '4713-01-01 BC'), (timestamp '294276-12-31 23:59:59')) v (day);
SELECT is(pg_temp.lowest(', holidays => ''ancient_times'''), pg_temp.lowest(), 'and times');
CREATE VIEW unknown_names AS SELECT day, name, days_before FROM feasts UNION ALL SELECT day - 1, 'nobody knows', 3 FROM feasts;
SELECT is(pg_temp.lowest(', holidays => ''unknown_names'''), pg_temp.lowest(), 'of a name that the model does not know nothing is said');
CREATE VIEW wider AS SELECT day, name, 31::numeric AS days_before, 31 AS days_after FROM feasts;
SELECT is(pg_temp.lowest(', holidays => ''wider'''), pg_temp.lowest(), 'nor of neighbouring days that it does not know');
SELECT matches(pg_temp.failure($$ SELECT pg_temp.lowest(', holidays => ''bad''') $$), message, bad) FROM (VALUES
    ('SELECT NULL::date AS day, name FROM feasts', '^22004: column "day" of relation "bad" is NULL in a row'),
    ('SELECT ''-infinity''::date AS day, name FROM feasts', '^22000: column "day" of relation "bad" is infinite in a row'),
    ('SELECT day, ''''::text AS name FROM feasts', '^22004: column "name" of relation "bad" is NULL or empty in a row'),
    ('SELECT day, name, ''inf''::float8 AS days_before FROM feasts', '^22023: column "days_before" of relation "bad" is Infinity in a row'),
    ('SELECT 1 AS day, name FROM feasts', '^42804: column "day" of relation "bad" is of type integer, not a date')) AS v (bad, message),
    LATERAL (SELECT pg_temp.failure('DROP VIEW IF EXISTS bad'), pg_temp.failure('CREATE VIEW bad AS ' || bad)) made;

---- what has become of the relation ----

CREATE FUNCTION pg_temp.after(change text, call text DEFAULT 'lstm_forecast(model)') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    message text;
BEGIN
    EXECUTE change;
    message := pg_temp.failure(format('SELECT count(*) FROM models, %s f WHERE name = %L', call, 'network'));
    RAISE EXCEPTION USING ERRCODE = 'P0099', MESSAGE = message;
EXCEPTION WHEN SQLSTATE 'P0099' THEN
    RETURN SQLERRM;
END $$;
SELECT matches(pg_temp.after(change), message, change) FROM (VALUES
    ('DROP TABLE feasts CASCADE', '^42P01: relation "public.feasts" does not exist'),
    ('ALTER TABLE feasts RENAME TO fasts', '^42P01: relation "public.feasts" does not exist'),
    ('ALTER TABLE feasts RENAME day TO at', '^42703: column "day" of relation "feasts" does not exist'),
    ('ALTER TABLE feasts RENAME name TO title', '^42703: column "name" of relation "feasts" does not exist'),
    ('ALTER TABLE feasts RENAME TO fasts; CREATE VIEW feasts AS SELECT day, name, ''1 day''::interval AS days_before FROM fasts',
        '^42804: column "days_before" of relation "feasts" is of type interval, which is not numeric'),
    ('ALTER TABLE feasts RENAME TO fasts; CREATE INDEX feasts ON fasts (day, name)', '^42809: ("feasts" is an index|cannot open relation "feasts")'),
    ('TRUNCATE feasts', '^no error'),
    ('ALTER TABLE feasts RENAME days_before TO days', '^no error')) AS v (change, message);
SELECT is(pg_temp.after('ALTER TABLE feasts RENAME TO fasts', 'lstm_forecast(model, holidays => ''fasts'')'), 'no error', 'a relation that was renamed can be named');
SELECT matches(pg_temp.after('DROP TABLE feasts CASCADE', call), '^42P01: relation "public.feasts" does not exist', call)
    FROM unnest(ARRAY['lstm_rolling(model)', 'lstm_evaluate(model)', 'lstm_simulate(model)', 'lstm_explain(model)', 'lstm_compare(ARRAY[model, model])', 'lstm_plot(model)', 'lstm_anomalies(model)', 'lstm_update(model, ''sales'')']) call;

---- whose days they are ----

CREATE TEMP TABLE other AS SELECT day + 9 AS day, name, days_before FROM feasts;
ALTER TABLE other RENAME TO feasts;
SELECT is(min(forecast), (SELECT min(forecast) FROM models, lstm_forecast(model, holidays => 'public.feasts') WHERE name = 'feasts'), 'a temporary table of the same name is another relation')
    FROM models, lstm_forecast(model) WHERE name = 'feasts';
DROP TABLE pg_temp.feasts;

CREATE ROLE lstm_keeper;
CREATE ROLE lstm_guest;
GRANT SELECT ON models, sales, feasts TO lstm_guest;
CREATE SCHEMA kept AUTHORIZATION lstm_keeper;
GRANT USAGE ON SCHEMA kept TO PUBLIC;
CREATE TABLE kept.feasts AS TABLE feasts;
ALTER TABLE kept.feasts OWNER TO lstm_keeper;
GRANT SELECT ON kept.feasts TO lstm_guest;
ALTER TABLE kept.feasts ENABLE ROW LEVEL SECURITY;
CREATE POLICY hidden ON kept.feasts TO lstm_guest USING (name <> 'Feast');
SELECT cmp_ok(pg_temp.lowest(', relation => ''sales'', holidays => ''kept.feasts'''), '<', 60::float8, 'who sees all rows forecasts with all holidays');
SELECT cmp_ok(pg_temp.as_user('lstm_guest', $$ SELECT pg_temp.lowest(', relation => ''sales'', holidays => ''kept.feasts''') $$)::float8, '>', 90::float8,
    'who sees those of others alone forecasts with these');
REVOKE SELECT ON kept.feasts FROM lstm_guest;
SELECT is(pg_temp.as_user('lstm_guest', $$ SELECT pg_temp.lowest(', relation => ''sales'', holidays => ''kept.feasts''') $$), '42501: permission denied for table feasts',
    'and who sees none does not');

-- a view of one's own, and in it a function of somebody else
CREATE TABLE kept.seen (who text);
ALTER TABLE kept.seen OWNER TO lstm_keeper;
CREATE FUNCTION kept.spy(day date) RETURNS date LANGUAGE plpgsql AS $$ BEGIN INSERT INTO kept.seen VALUES (current_user); RETURN day; EXCEPTION WHEN OTHERS THEN RETURN day; END $$;
ALTER FUNCTION kept.spy(date) OWNER TO lstm_keeper;
CREATE VIEW spied AS SELECT kept.spy(day) AS day, name, days_before FROM feasts;
INSERT INTO models VALUES ('spied', lstm_train('sales', 'sold', horizon => 2, lookback => 4, options => '{"holidays": "spied", "candidates": ["network"], "architecture": "vanilla", "units": 1, "epochs": 1}'));
TRUNCATE kept.seen;
SELECT is(pg_temp.failure(format('SELECT count(*) FROM models, %s f WHERE name = ''spied''', call)), format(E'42501: the model names relation public.spied, which uses function kept.spy(date), which belongs to role "lstm_keeper"\n'
    'DETAIL: Whoever made the model chose the relation, and reading it can run code of that role with the rights of role "%s".\n'
    'HINT: To read the relation nevertheless, name it explicitly: holidays => ''public.spied''.', current_user), format('%s runs no code of somebody else', call))
    FROM unnest(ARRAY['lstm_forecast(model)', 'lstm_forecast(model, relation => ''sales'')', 'lstm_compare(ARRAY[model, model], ''sales'')', 'lstm_plot(model, ''sales'')', 'lstm_anomalies(model, ''sales'')']) call;
SELECT is_empty('SELECT * FROM kept.seen', 'none of it has run');

---- forged models ----

CREATE FUNCTION pg_temp.forged(old bytea, new bytea) RETURNS bytea LANGUAGE sql AS $$
    SELECT pg_temp.seal(decode(replace(encode(model, 'hex'), encode(old, 'hex'), encode(new, 'hex')), 'hex'), lookup) FROM models, crc WHERE name = 'network' $$;
SELECT is(lstm_info(pg_temp.forged('Market', 'Parade'))->'holiday_inputs', '["Feast -1", "Feast", "Parade"]'::jsonb, 'bytes that another training could have written are a model');
SELECT throws_ok(format('SELECT lstm_info(pg_temp.forged(%L, %L))', old, new), '22P03', 'the value is not a model, or is damaged', what) FROM (VALUES
    ('Market'::bytea, 'Easter'::bytea, 'holidays in another order are none'),
    ('Feast -1', 'Feast -0', 'nor are days from a holiday on that are none'),
    ('Feast -1', 'Feast -a', 'nor some that are no number'),
    ('Market', '\x4d61726b65ff', 'nor a name that is no text')) AS v (old, new, what);
SELECT is(pg_temp.failure($$ SELECT lstm_forecast(pg_temp.forged('public.feasts', 'public.foasts')) $$), '42P01: relation "public.foasts" does not exist',
    'a relation that does not exist cannot be read');
SELECT matches(pg_temp.failure($$ SELECT lstm_train('sales', 'sold', options => '{"holidays": "clash"}') $$), format('^42701: a holiday of relation public.clash has the name of another column: "%s"', name), format('a second column cannot be called %s', name))
    FROM (VALUES ('Feast -1'), ('sold')) AS v (name), LATERAL (SELECT pg_temp.failure('DROP VIEW IF EXISTS clash'),
        pg_temp.failure(format('CREATE VIEW clash AS TABLE feasts UNION ALL SELECT day - 1, %L, 0 FROM feasts', name))) made;

---- zones ----

CREATE TABLE hours AS SELECT h AS at, 10 + CASE WHEN EXISTS (SELECT FROM feasts f WHERE f.day = (h AT TIME ZONE 'Pacific/Kiritimati')::date AND name = 'Feast') THEN 20 ELSE 0 END::float8 AS v
    FROM generate_series('2024-01-01 00:00+14'::timestamptz, '2024-05-08 23:00+14', '1 hour') h;
SET LOCAL timezone = 'Pacific/Kiritimati';
INSERT INTO models VALUES ('hours', lstm_train('hours', 'v', horizon => 48, lookback => 24, options => '{"holidays": "feasts", "candidates": ["linear"]}'));
SET LOCAL timezone = 'America/Los_Angeles';
CREATE VIEW next_feast AS SELECT date '2024-05-10' AS day, 'Feast'::text AS name, 1 AS days_before;
SELECT is((SELECT array_agg(DISTINCT (forecast_at AT TIME ZONE 'Pacific/Kiritimati')::date) FROM models, lstm_forecast(model, holidays => 'next_feast') WHERE name = 'hours' AND forecast > 20),
    ARRAY[date '2024-05-10'], 'a day is one of the zone of the training, wherever it is forecast from');
SELECT is((SELECT count(*) FROM models, lstm_forecast(model, holidays => 'next_feast') WHERE name = 'hours' AND forecast > 20), 24::bigint, 'and has its 24 hours');
SET LOCAL timezone = 'UTC';

---- none, and too many ----

CREATE FUNCTION pg_temp.is_cancelled(statement text) RETURNS bool LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE statement;
    RETURN false;
EXCEPTION WHEN query_canceled THEN
    RETURN true;
END $$;

CREATE VIEW none AS SELECT day, name FROM feasts WHERE false;
SELECT is((SELECT array_agg(forecast ORDER BY step) FROM lstm_forecast(lstm_train('sales', 'sold', horizon => 7, lookback => 7, options => '{"holidays": "none", "candidates": ["linear"]}'))),
    (SELECT array_agg(forecast ORDER BY step) FROM models, lstm_forecast(model) WHERE name = 'plain'), 'with holidays that never are, all is as without');
SELECT is(lstm_info(lstm_train('sales', 'sold', horizon => 7, lookback => 7, options => '{"holidays": "none", "candidates": ["linear"]}'))->>'holidays', NULL, 'and no relation is named');
CREATE VIEW own_names AS SELECT day, n || name AS name FROM feasts, generate_series(1, 520000) n WHERE day = '2024-01-10';
SET LOCAL maintenance_work_mem = '8MB';
SELECT matches(pg_temp.failure($$ SELECT lstm_forecast(model, holidays => 'own_names') FROM models WHERE name = 'network' $$), '^54000: the names of relation "own_names" needs', 'the memory of many names is bounded');
CREATE VIEW endless AS SELECT date '2024-01-01' + (i % 900)::int AS day, 'Feast'::text AS name FROM generate_series(1, 100000000::bigint) i;
SELECT matches(pg_temp.failure($$ SELECT lstm_forecast(model, holidays => 'endless') FROM models WHERE name = 'network' $$), '^54000: the days of relation "endless" needs', 'and that of many days');
SET LOCAL maintenance_work_mem = '1GB';
SET LOCAL statement_timeout = '200ms';
SELECT is(pg_temp.is_cancelled($$ SELECT lstm_forecast(model, holidays => 'endless') FROM models WHERE name = 'network' $$), true, 'reading them can be cancelled');
SET LOCAL statement_timeout = 0;
RESET maintenance_work_mem;

---- many series, each with days of its own ----

CREATE TABLE stalls AS SELECT 's' || s AS stall, CASE WHEN s % 2 = 0 THEN 'even' ELSE 'odd' END AS side, date '2024-01-01' + i AS day,
    100 - CASE WHEN (i + s) % 19 = 0 THEN 60 ELSE 0 END - CASE WHEN i % 23 = 0 AND s % 2 = 0 THEN 30 ELSE 0 END + s % 3 AS sold FROM generate_series(0, 99) i, generate_series(1, 300) s;
CREATE TABLE stall_days AS
    SELECT 's' || s AS stall, NULL::text AS side, date '2024-01-01' + i AS day, 'Feast' AS name FROM generate_series(0, 120) i, generate_series(1, 300) s WHERE (i + s) % 19 = 0
    UNION ALL SELECT NULL, 'even', date '2024-01-01' + i, 'Even' FROM generate_series(0, 120) i WHERE i % 23 = 0
    UNION ALL SELECT 'nobody', 'even', date '2024-01-01' + i, 'Even' FROM generate_series(0, 120) i
    UNION ALL SELECT 's2', 'odd', date '2024-01-01' + i, 'Even' FROM generate_series(0, 120) i;
CREATE TABLE told AS SELECT series, forecast_at::date - date '2024-01-01' AS i, forecast FROM lstm_forecast(lstm_train('stalls', 'sold', ARRAY['side', 'stall'], horizon => 20, lookback => 7,
    options => '{"holidays": "stall_days", "candidates": ["linear"]}'));
SELECT is((SELECT count(*) FROM told WHERE series LIKE '%,s%'), 6000::bigint, 'each is forecast');
SELECT is((SELECT count(*) FROM told, LATERAL (SELECT substring(series FROM 's([0-9]+)\)')::int AS s) n
    WHERE abs(forecast - (100 - CASE WHEN (i + s) % 19 = 0 THEN 60 ELSE 0 END - CASE WHEN i % 23 = 0 AND s % 2 = 0 THEN 30 ELSE 0 END + s % 3)) > 12), 0::bigint,
    'and has its own holidays, those of its side, and none of a name on the other side');

SELECT * FROM finish();
ROLLBACK;
