-- Holidays from the user's relation: the network learns what each does, and forecasts read their days anew.
BEGIN;
SET LOCAL client_min_messages = error;
SET LOCAL timezone = 'UTC';
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lstm_forecast;

SELECT plan(67);

\ir ../include/failure.sql
\ir ../include/seal.sql
\ir ../include/as_user.sql

---- a feast that moves ----

CREATE TABLE feasts (day date, name text, days_before int);
INSERT INTO feasts SELECT d::date, 'Easter', 1 FROM unnest(ARRAY['2018-04-01', '2019-04-21', '2020-04-12', '2021-04-04', '2022-04-17',
    '2023-04-09', '2024-03-31', '2025-04-20']) d;
INSERT INTO feasts SELECT make_date(y, 12, 25), 'Christmas', NULL FROM generate_series(2018, 2025) y;
INSERT INTO feasts VALUES ('2020-07-15', 'Flood', 0);
CREATE TABLE sales AS
SELECT d::date AS day, 100 + 20 * (extract(isodow FROM d) > 5)::int + (hashint4(extract(epoch FROM d)::int / 86400) % 1000) / 250.0
    - coalesce((SELECT sum(CASE name WHEN 'Easter' THEN 60 WHEN 'Christmas' THEN 70 END) FROM feasts f WHERE f.day = d), 0)
    + coalesce((SELECT 50 FROM feasts f WHERE f.day = d::date + 1 AND name = 'Easter'), 0) AS sold
FROM generate_series('2018-01-01'::date, '2025-12-31', '1 day') d;
CREATE VIEW past AS SELECT * FROM sales WHERE day < '2024-01-01';
CREATE TABLE models (name text PRIMARY KEY, model bytea);
INSERT INTO models VALUES
    ('plain', lstm_train('past', 'sold', horizon => 7)),
    ('feasts', lstm_train('past', 'sold', horizon => 7, options => '{"holidays": "feasts"}'));
CREATE FUNCTION pg_temp.error_of(which text, on_feasts bool) RETURNS float8 LANGUAGE sql AS $$
    SELECT avg(abs(actual - forecast)) FROM models, lstm_rolling(model, 'sales', stride => 1, first_origin => 2191) f
    WHERE name = which AND on_feasts = EXISTS (SELECT FROM feasts WHERE name <> 'Flood' AND day BETWEEN at::date AND at::date + days_before) $$;
CREATE TABLE errors AS SELECT which, on_feasts, pg_temp.error_of(which, on_feasts) AS error
    FROM unnest(ARRAY['plain', 'feasts']) which, unnest(ARRAY[true, false]) on_feasts;
SELECT cmp_ok((SELECT error FROM errors WHERE which = 'plain' AND on_feasts), '>', 30::float8, 'who knows of no feast is far off on its day');
SELECT cmp_ok((SELECT error FROM errors WHERE which = 'feasts' AND on_feasts), '<', 8::float8,
    'who knows of them is close, though they lie on other days of another year');
SELECT cmp_ok((SELECT error FROM errors WHERE which = 'feasts' AND NOT on_feasts), '<',
    (SELECT 1.1 * error FROM errors WHERE which = 'plain' AND NOT on_feasts), 'and no worse on all other days');
SELECT is((SELECT lstm_info(model)->>'holidays' FROM models WHERE name = 'feasts'), 'public.feasts', 'the model names the relation with its schema');
SELECT is((SELECT lstm_info(model)->'holiday_inputs' FROM models WHERE name = 'feasts'), '["Christmas", "Easter -1", "Easter"]'::jsonb,
    'each name is an input, and each day around it that is taken in; one that occurs once is left out');
SELECT is((SELECT lstm_info(model)->>'holidays' FROM models WHERE name = 'plain'), NULL, 'a model without holidays names no relation');

---- days are read anew ----

CREATE FUNCTION pg_temp.christmas(more text DEFAULT '') RETURNS float8 LANGUAGE plpgsql AS $$
DECLARE
    result float8;
BEGIN
    EXECUTE format($q$ SELECT max(forecast) FROM models, lstm_forecast(model, as_of => '2023-12-22', until => '2023-12-25' %s) f
        WHERE name = 'feasts' AND forecast_at = '2023-12-25' $q$, more) INTO result;
    RETURN result;
END $$;
SELECT cmp_ok(pg_temp.christmas(), '<', 50::float8, 'Christmas sells little');
CREATE TABLE other_feasts AS SELECT day + 30 AS day, name FROM feasts;
SELECT cmp_ok(pg_temp.christmas($$, holidays => 'other_feasts'$$), '>', 80::float8, 'the days may be those of another relation, which is a scenario');
SAVEPOINT moved;
UPDATE feasts SET day = day + 30 WHERE name = 'Christmas';
SELECT cmp_ok(pg_temp.christmas(), '>', 80::float8, 'days that were moved are so in the next forecast');
DELETE FROM feasts;
SELECT cmp_ok(pg_temp.christmas(), '>', 80::float8, 'without any there is no feast');
ROLLBACK TO moved;
SELECT cmp_ok((SELECT min(lower) FROM models, LATERAL (SELECT min(value) AS lower FROM lstm_simulate(model, 20, as_of => '2023-12-22', holidays => 'feasts')
    WHERE forecast_at = '2023-12-25') s WHERE name = 'feasts'), '<', 60::float8, 'paths know of them');
SELECT is(pg_temp.failure($$ SELECT lstm_forecast(model, holidays => 'feasts') FROM models WHERE name = 'plain' $$),
    E'22023: the model was trained without holidays, but "holidays" was given\nHINT: Train with option "holidays", or leave "holidays" out.',
    'a model that knows none has no use for days');

---- functions that train or look back ----

SELECT cmp_ok((SELECT max(value) FROM lstm_backtest('sales', 'sold', horizon => 7, folds => 1, test_rows => 14,
    options => '{"holidays": "feasts", "candidates": ["linear"]}') WHERE metric = 'mae'), '<', 6::float8, 'lstm_backtest trains with them');
SELECT cmp_ok((SELECT count(*) FROM lstm_evaluate((SELECT model FROM models WHERE name = 'feasts'))), '>', 0::bigint, 'lstm_evaluate reads them');
SELECT cmp_ok((SELECT count(*) FROM lstm_anomalies((SELECT model FROM models WHERE name = 'feasts'), 'sales') WHERE is_anomaly AND at = '2024-12-25'),
    '=', 0::bigint, 'a feast is no anomaly');
SELECT cmp_ok((SELECT count(*) FROM lstm_anomalies((SELECT model FROM models WHERE name = 'plain'), 'sales') WHERE is_anomaly AND at = '2024-12-25'),
    '=', 1::bigint, 'to who does not know of it it is one');
SELECT cmp_ok((SELECT max(importance) FROM lstm_explain((SELECT model FROM models WHERE name = 'feasts')) WHERE input = 'Easter'), '>', 0::float8,
    'lstm_explain tells what a feast is worth');
SELECT is((SELECT accepted FROM lstm_update((SELECT model FROM models WHERE name = 'feasts'), 'sales')) IS NULL, false, 'lstm_update goes on with them');
SELECT is((SELECT lstm_info(lstm_train('sales', 'sold', horizon => 7, options => jsonb_build_object('holidays', 'feasts', 'init', model)))->'holiday_inputs'
    FROM (SELECT lstm_train('past', 'sold', horizon => 7, options => '{"holidays": "feasts", "epochs": 2}') AS model) m), '["Christmas", "Easter -1", "Easter"]'::jsonb,
    'a training that goes on from a model has the holidays of that');
SELECT cmp_ok((SELECT count(*) FROM lstm_tune('past', 'sold', horizon => 7, folds => 1, options => '{"holidays": "feasts", "epochs": 2}', grid => '{"units": [4, 8]}')), '>=', 2::bigint,
    'lstm_tune tries with them');
SELECT matches(pg_temp.failure($$ SELECT lstm_tune('past', 'sold', grid => '{"holidays": ["feasts"]}') $$), '^22023: option "holidays" cannot be in grid',
    'they are the same for all trials');
SELECT is(pg_temp.failure($$ SELECT lstm_train_agg(day::timestamptz, sold, '{"holidays": "feasts"}') FROM past $$),
    E'22023: option "holidays" needs a relation to train on, and there is none here\nHINT: Call lstm_train, for the rows of a query on a view of them.',
    'an aggregate has no relation');

---- steps that are no days ----

CREATE TABLE hours AS SELECT h, 0::float8 AS v FROM generate_series('2024-01-01'::timestamp, '2024-04-09 23:00', '1 hour') h;
CREATE TABLE fairs AS SELECT DISTINCT date '2024-01-01' + i * i % 101 AS day, 'fair' AS name FROM generate_series(1, 30, 3) i;
UPDATE hours SET v = 10 + 5 * sin(extract(hour FROM h) / 24 * 2 * pi()) + CASE WHEN EXISTS (SELECT FROM fairs WHERE fairs.day = h::date) THEN 20 ELSE 0 END;
INSERT INTO fairs VALUES ('2024-04-10', 'fair');
INSERT INTO models VALUES ('hours', lstm_train('hours', 'v', horizon => 48, lookback => 48, options => '{"holidays": "fairs", "candidates": ["linear"]}'));
SELECT cmp_ok((SELECT min(forecast - 5 * sin(extract(hour FROM forecast_at) / 24 * 2 * pi())) FROM models, lstm_forecast(model) WHERE name = 'hours' AND step <= 24),
    '>', 24::float8, 'a day covers all of its hours');
SELECT cmp_ok((SELECT max(forecast - 5 * sin(extract(hour FROM forecast_at) / 24 * 2 * pi())) FROM models, lstm_forecast(model) WHERE name = 'hours' AND step > 24),
    '<', 16::float8, 'and none of the next day');

CREATE TABLE fasts AS SELECT d::date AS day, 'fast' AS name FROM generate_series(1, 40) n, LATERAL generate_series(date '2010-01-20' + n * 101, date '2010-01-20' + n * 101 + n % 29, '1 day') d;
CREATE TABLE months AS SELECT m::date AS m, 100 - 2.0 * (SELECT count(*) FROM fasts WHERE date_trunc('month', day) = m) AS v
    FROM generate_series('2010-01-01'::date, '2018-12-01', '1 month') m;
INSERT INTO models VALUES ('months', lstm_train('months', 'v', horizon => 6, lookback => 6, options => '{"holidays": "fasts", "candidates": ["linear"]}'));
SELECT cmp_ok((SELECT max(abs(forecast - 100 + 2 * (SELECT count(*) FROM fasts WHERE date_trunc('month', day) = forecast_at))) FROM models, lstm_forecast(model) WHERE name = 'months'),
    '<', 10::float8, 'a month holds as many days as are in it');
CREATE TABLE weeks AS SELECT w::date AS w, 100 - 5.0 * (SELECT count(*) FROM fasts WHERE day BETWEEN w AND w + interval '6 days') AS v
    FROM generate_series('2010-01-04'::date, '2018-12-01', '1 week') w;
INSERT INTO models VALUES ('weeks', lstm_train('weeks', 'v', horizon => 4, lookback => 4, options => '{"holidays": "fasts", "candidates": ["linear"]}'));
SELECT cmp_ok((SELECT max(abs(forecast - 100 + 5 * (SELECT count(*) FROM fasts WHERE day BETWEEN forecast_at AND forecast_at + interval '6 days'))) FROM models, lstm_forecast(model) WHERE name = 'weeks'),
    '<', 10::float8, 'and a week those of its seven');

---- series ----

CREATE TABLE national (day date, name text, country text);
INSERT INTO national SELECT date '2024-01-01' + i, 'feast', 'A' FROM generate_series(0, 285) i WHERE abs(hashint4(i)) % 9 = 0;
INSERT INTO national SELECT date '2024-01-01' + i, 'feast', 'B' FROM generate_series(0, 285) i WHERE abs(hashint4(i + 1000)) % 9 = 0;
INSERT INTO national SELECT date '2024-01-01' + i, 'strike', NULL FROM generate_series(0, 285) i WHERE abs(hashint4(i + 5000)) % 9 = 0;
CREATE TABLE shops AS SELECT s.country, shop, d.day, s.country AS land, 50 + size + (hashint4(d.day - '2020-01-01') % 100) / 100.0
        + CASE WHEN EXISTS (SELECT FROM national n WHERE n.day = d.day AND n.country = s.country) THEN 20 ELSE 0 END
        - CASE WHEN EXISTS (SELECT FROM national n WHERE n.day = d.day AND n.country IS NULL) THEN 30 ELSE 0 END AS v
FROM (VALUES ('A', 1, 3.0), ('A', 2, 5.0), ('B', 1, 4.0)) s (country, shop, size), LATERAL (SELECT date '2024-01-01' + i AS day FROM generate_series(0, 285) i) d;
INSERT INTO national VALUES ('2024-10-15', 'feast', 'A'), ('2024-10-16', 'feast', 'B'), ('2024-10-17', 'strike', NULL);
CREATE VIEW by_land AS SELECT day, name, country AS land FROM national;
CREATE VIEW national_at_all_times AS SELECT day, name FROM national;
INSERT INTO models VALUES
    ('keys', lstm_train('shops', 'v', ARRAY['country', 'shop'], horizon => 7, options => '{"holidays": "national", "candidates": ["linear"]}')),
    ('static', lstm_train('shops', 'v', ARRAY['shop', 'country'], static_inputs => '{land}', horizon => 7, options => '{"holidays": "by_land", "epochs": 2, "units": 2}'));
CREATE TABLE told AS SELECT series, forecast_at::date AS day, forecast - (CASE series WHEN '(A,2)' THEN 55 WHEN '(A,1)' THEN 53 ELSE 54 END) AS effect
    FROM models, lstm_forecast(model) WHERE name = 'keys';
SELECT is((SELECT string_agg(format('%s %s', series, to_char(day, 'MM-DD')), ', ' ORDER BY series, day) FROM told WHERE effect > 10), '(A,1) 10-15, (A,2) 10-15, (B,1) 10-16',
    'a holiday with the value of a key is one of those series alone');
SELECT is((SELECT string_agg(format('%s %s', series, to_char(day, 'MM-DD')), ', ' ORDER BY series, day) FROM told WHERE effect < -15), '(A,1) 10-17, (A,2) 10-17, (B,1) 10-17',
    'and one with NULL there is one of all');
SELECT is((SELECT count(*) FROM models, lstm_forecast(model) WHERE name = 'static' AND status = 'ok'), 21::bigint, 'a static input of text tells series apart as well');
SELECT is((SELECT count(*) FROM models, lstm_forecast(model, holidays => 'national_at_all_times') f JOIN told USING (series) WHERE name = 'keys'
    AND day = forecast_at::date AND day = '2024-10-15' AND series = '(B,1)' AND forecast > 64), 1::bigint, 'in a relation without these columns holidays are those of all series');

---- what cannot be used ----

CREATE FUNCTION pg_temp.refuses(days text, relation text DEFAULT 'past') RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    DROP VIEW IF EXISTS odd_days;
    EXECUTE 'CREATE VIEW odd_days AS ' || days;
    RETURN pg_temp.failure(format($q$ SELECT lstm_train(%L, 'sold', options => '{"holidays": "odd_days"}') $q$, relation));
END $$;
SELECT is(pg_temp.failure($$ SELECT lstm_train('past', 'sold', options => '{"holidays": "nowhere"}') $$), '42P01: relation "nowhere" does not exist', 'a relation that is not there');
SELECT is(pg_temp.failure(format($$ SELECT lstm_train('past', 'sold', options => jsonb_build_object('holidays', %L::text)) $$, name)), format(E'22023: option "holidays" is "%s", which is no name of a relation\n'
    'HINT: Write it as in a query: with quotes where it has some there, and with its schema where search_path does not lead to it.', name), format('what is no name: %s', name)) FROM unnest(ARRAY['a..b', '', '"a', 'a.b.c']) name;
SELECT matches(pg_temp.failure($$ SELECT lstm_train('past', 'sold', options => '{"holidays": 1}') $$), '^22023: option "holidays" must be a string', 'what is no string');
SELECT matches(pg_temp.refuses('SELECT day, name AS title FROM feasts'), '^42703: column "name" of relation "odd_days" does not exist', 'a relation without names');
SELECT matches(pg_temp.refuses('SELECT day AS date, name FROM feasts'), '^42703: column "day" of relation "odd_days" does not exist', 'a relation without days');
SELECT is(pg_temp.refuses('SELECT day::timestamptz AS day, name FROM feasts'), E'42804: column "day" of relation "odd_days" is of type timestamp with time zone, not a date\n'
    'DETAIL: Which day a timestamp with time zone is in depends on the zone.\nHINT: Use a view that casts the column to date.', 'days in some zone');
SELECT matches(pg_temp.refuses('SELECT day, 1 AS name FROM feasts'), '^42804: column "name" of relation "odd_days" is of type integer, not text', 'names that are numbers');
SELECT matches(pg_temp.refuses($$SELECT day, name, 'x'::text AS days_after FROM feasts$$), '^42804: column "days_after" of relation "odd_days" is of type text, which is not numeric', 'neighbouring days that are no number');
SELECT is(pg_temp.refuses('SELECT NULL::date AS day, name FROM feasts'), E'22004: column "day" of relation "odd_days" is NULL in a row\nHINT: Leave such rows out, for example with a view.', 'a day that is NULL');
SELECT matches(pg_temp.refuses($$SELECT 'infinity'::timestamp AS day, name FROM feasts$$), '^22000: column "day" of relation "odd_days" is infinite in a row', 'a day that never comes');
SELECT matches(pg_temp.refuses('SELECT day, NULL::text AS name FROM feasts'), '^22004: column "name" of relation "odd_days" is NULL or empty in a row', 'a name that is NULL');
SELECT matches(pg_temp.refuses('SELECT day, name, 32 AS days_before FROM feasts'), '^22023: column "days_before" of relation "odd_days" is 32 in a row: it must be a whole number from 0 to 31', 'more than a month of neighbouring days');
SELECT matches(pg_temp.refuses('SELECT day, name, -1 AS days_after FROM feasts'), '^22023: column "days_after" of relation "odd_days" is -1 in a row', 'fewer than none');
SELECT matches(pg_temp.refuses('SELECT day, name, 1.5 AS days_after FROM feasts'), '^22023: column "days_after" of relation "odd_days" is 1.5 in a row', 'and one and a half');
SELECT matches(pg_temp.refuses($$SELECT day, repeat('x', 1020) AS name FROM feasts$$), '^22023: column "name" of relation "odd_days" has more than 1019 bytes in a row', 'a name without end');
SELECT matches(pg_temp.refuses($$SELECT date '2020-01-01' + i AS day, 'n' || i % 300 AS name FROM generate_series(0, 1000) i$$), '^54000: the holidays of relation "odd_days" make more than 256 inputs', 'more names than there may be inputs');
CREATE TABLE numbered AS SELECT n, n % 7 AS sold FROM generate_series(1, 100) n;
ALTER TABLE numbered ADD PRIMARY KEY (n);
SELECT matches(pg_temp.refuses('SELECT day, name FROM feasts', 'numbered'), '^22023: option "holidays" needs a date or time, but time column "n" is an integer', 'integer times have no days');
SET LOCAL maintenance_work_mem = '1MB';
SELECT matches(pg_temp.refuses($$SELECT date '2020-01-01' + i % 3000 AS day, 'n' || i % 7 AS name FROM generate_series(0, 3000000) i$$), '^54000: the days of relation "odd_days" needs', 'more days than there is memory for');
RESET maintenance_work_mem;

---- trust ----

CREATE ROLE lstm_author;
CREATE SCHEMA author AUTHORIZATION lstm_author;
GRANT USAGE ON SCHEMA author TO PUBLIC;
SET LOCAL ROLE lstm_author;
CREATE TABLE author.days (day date, name text);
INSERT INTO author.days VALUES ('2022-05-01', 'May'), ('2023-05-01', 'May');
GRANT SELECT ON author.days TO PUBLIC;
RESET ROLE;
SET LOCAL search_path = author, public;
INSERT INTO models VALUES ('trust', lstm_train('past', 'sold', lookback => 3, options => '{"holidays": "days", "epochs": 1, "units": 2}'));
RESET search_path;
SELECT is(pg_temp.failure($$ SELECT lstm_forecast(model) FROM models WHERE name = 'trust' $$), format(E'42501: the model names relation author.days, which belongs to role "lstm_author"\n'
    'DETAIL: Whoever made the model chose the relation, and reading it can run code of that role with the rights of role "%s".\n'
    'HINT: To read the relation nevertheless, name it explicitly: holidays => ''author.days''.', current_user), 'days of somebody else are not read unasked');
SELECT matches(pg_temp.failure(format('SELECT count(*) FROM models, %s f WHERE name = ''trust''', call)), '^42501: the model names relation author.days', format('nor by %s', call))
    FROM unnest(ARRAY['lstm_rolling(model, ''past'')', 'lstm_evaluate(model, ''past'')', 'lstm_update(model, ''past'')', 'lstm_simulate(model, relation => ''past'')', 'lstm_explain(model, ''past'')']) call;
SELECT is(pg_temp.failure($$ SELECT lstm_forecast(model, holidays => 'author.days') FROM models WHERE name = 'trust' $$), 'no error', 'but where they are named they are');
CREATE TEMP TABLE day AS TABLE feasts;
SELECT throws_ok(format($$ SELECT lstm_forecast(pg_temp.seal(overlay(model PLACING %L::bytea FROM position('author.days'::bytea IN model)), lookup))
    FROM models, crc WHERE name = 'trust' $$, name), '22P03', 'the value is not a model, or is damaged', format('%s is no name of a relation of holidays', name))
    FROM (VALUES ('author_days'), ('pg_temp.day')) AS v (name);
DROP TABLE day;
REVOKE SELECT ON author.days FROM PUBLIC;
CREATE ROLE lstm_saver;
GRANT SELECT ON past, models TO lstm_saver;
SELECT extnamespace::regnamespace AS here FROM pg_extension WHERE extname = 'lstm_forecast' \gset
GRANT SELECT, INSERT, UPDATE (active) ON :here.lstm_models TO lstm_saver;
SELECT is(pg_temp.as_user('lstm_saver', $$ SELECT lstm_save('trust', model) FROM models WHERE name = 'trust' $$), '42501: permission denied for column "day" of relation author.days',
    'who may not read the days may not save a model that names them');
SET LOCAL ROLE lstm_author;
GRANT SELECT (day, name) ON author.days TO lstm_saver;
RESET ROLE;
SELECT is(pg_temp.as_user('lstm_saver', $$ SELECT lstm_save('trust', model) FROM models WHERE name = 'trust' $$), '1', 'rights on the columns that tell of days are enough');

---- what is said ----

\set told `psql -qXAt -d :'DBNAME' -f test/include/holidays.sql 2>&1`
SELECT matches(:'told'::text, 'NOTICE:  holidays of relation "feasts" that occur less than twice in the rows are left out: "never", "once"\n', 'names that occur once are left out, and it is said');
SELECT matches(:'told'::text, 'NOTICE:  holidays of relation "feasts" that occur less than twice in the rows have one input together: "once", "once too"\n', 'two such days have one input together');
SELECT is((SELECT count(*) FROM regexp_matches(:'told'::text, 'NOTICE:  holidays of relation "feasts" end on 2024-05-01: what lies behind is forecast as if it had none', 'g')), 1::bigint,
    'a forecast beyond the last day says so, and none within');
SELECT matches(:'told'::text, 'NOTICE:  relation "feasts" has no holidays: the forecast is one of days without any', 'so does one without days');
SELECT matches(:'told'::text, 'NOTICE:  no holiday of relation "feasts" occurs twice in the rows: none is an input', 'and a training without any');

SELECT * FROM finish();
ROLLBACK;
