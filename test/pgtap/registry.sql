-- Models are kept by name and version, with ordinary rights; what is active can be changed back.
BEGIN;
SET LOCAL client_min_messages = error;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lstm_forecast;

SELECT plan(44);

CREATE TABLE days (at date PRIMARY KEY, value float8);
INSERT INTO days SELECT date '2024-01-01' + i, i % 7 FROM generate_series(1, 60) AS i;
GRANT SELECT ON days TO PUBLIC;
CREATE TEMP TABLE made AS SELECT seed, lstm_train('days', 'value', lookback => 7,
    options => jsonb_build_object('epochs', 1, 'units', 2, 'seed', seed)) AS model FROM generate_series(1, 3) AS seed;
GRANT SELECT ON made TO PUBLIC;

---- versions ----

SELECT is(lstm_save('days', model), 1, 'the first version is 1') FROM made WHERE seed = 1;
SELECT is(lstm_save('days', model, 'better'), 2, 'the next one is 2') FROM made WHERE seed = 2;
SELECT is(lstm_save('days', model, activate => false), 3, 'the version after 2 is 3') FROM made WHERE seed = 3;
SELECT is(lstm_save('nights', model), 1, 'each name counts for itself') FROM made WHERE seed = 1;
SELECT results_eq('SELECT name, version, active, note FROM lstm_models ORDER BY name, version',
    $$ VALUES ('days', 1, false, NULL), ('days', 2, true, 'better'), ('days', 3, false, NULL), ('nights', 1, true, NULL) $$,
    'the newest one that was saved to be active is');
SELECT ok(bool_and(created BETWEEN transaction_timestamp() AND clock_timestamp()), 'each has the time at which it was saved') FROM lstm_models;
SELECT is(lstm_load('days'), model, 'lstm_load gives the active one') FROM made WHERE seed = 2;
SELECT is(lstm_load('days', 1), model, 'lstm_load gives the version that is asked for') FROM made WHERE seed = 1;
SELECT is(lstm_load('days', version => NULL), model, 'NULL is the active one') FROM made WHERE seed = 2;
SELECT results_eq($$ SELECT * FROM lstm_forecast(lstm_load('days'), 3) $$, $$ SELECT f.* FROM made, lstm_forecast(model, 3) f WHERE seed = 2 $$,
    'a loaded model forecasts as the one does that was saved');
SELECT lives_ok($$ SELECT lstm_activate('days', 1) $$, 'an older version can be made active');
SELECT results_eq($$ SELECT version FROM lstm_models WHERE active AND name = 'days' $$, 'VALUES (1)', 'the active version is the only one');
SELECT is(lstm_load('nights'), model, 'models of other names stay as they are') FROM made WHERE seed = 1;
SELECT lives_ok($$ SELECT lstm_activate('days', 1) $$, 'to activate it again changes nothing');
SELECT is(lstm_load('days'), model, 'an activated version is given from then on') FROM made WHERE seed = 1;
SELECT throws_ok($$ UPDATE lstm_models SET active = true WHERE name = 'days' $$, '23505', NULL, 'no two versions can be active, by no way');
DELETE FROM lstm_models WHERE name = 'days' AND version = 2;
SELECT is(lstm_save('days', model), 4, 'a number is not given again while a later one is there') FROM made WHERE seed = 2;
SELECT is((SELECT count(*) FROM lstm_models, lstm_info(model) i WHERE i->>'relation' = 'public.days'), 4::bigint, 'the table can be queried like any other');

---- what cannot be ----

SELECT throws_ok($$ SELECT lstm_load('dais') $$, '42704', 'model "dais" does not exist', 'a name that is not there is an error');
SELECT throws_ok($$ SELECT lstm_load('days', 2) $$, '42704', 'model "days" has no version 2', 'a version that was deleted is an error');
SELECT throws_ok($$ SELECT lstm_activate('days', 7) $$, '42704', 'model "days" has no version 7', 'a version that was deleted cannot be activated');
SELECT is((SELECT version FROM lstm_models WHERE active AND name = 'days'), 4, 'what was active stays after a failed activation');
SELECT throws_ok($$ SELECT lstm_load('days', 0) $$, '22023', 'version must be at least 1, not 0', 'version 0 is not there');
SELECT throws_ok($$ SELECT lstm_activate('days', NULL) $$, '22004', 'version must not be NULL', 'NULL cannot be activated');
UPDATE lstm_models SET active = false WHERE name = 'days';
SELECT throws_ok($$ SELECT lstm_load('days') $$, '42704', 'no version of model "days" is active', 'a name without an active version says so');
SELECT is(lstm_load('days', 4), model, 'versions of a name without an active one can be loaded') FROM made WHERE seed = 2;
SELECT throws_ok($$ SELECT lstm_save('days', '\x0102') $$, '22P03', NULL, 'bytes that are no model are not saved');
SELECT throws_ok($$ SELECT lstm_save('days', substr(model, 1, length(model) - 1)) FROM made $$, '22P03', NULL, 'half of a model is not saved');
SELECT throws_ok($$ SELECT lstm_save('days', NULL) $$, '22004', 'model must not be NULL', 'NULL is not saved');
SELECT throws_ok($$ SELECT lstm_save('', model) FROM made $$, '22023', 'the name of a model must have 1 to 1023 bytes, not 0', 'a name is not empty');
SELECT throws_ok($$ SELECT lstm_save(repeat('é', 512), model) FROM made $$, '22023', 'the name of a model must have 1 to 1023 bytes, not 1024',
    'a name is not too long');
SELECT throws_ok($$ SELECT lstm_load(NULL) $$, '22004', 'name must not be NULL', 'NULL is not saved');

---- rights ----

CREATE ROLE lstm_reader;
CREATE ROLE lstm_writer;
CREATE ROLE lstm_hidden;
\ir ../include/as_user.sql
SELECT is(pg_temp.as_user('lstm_reader', $$ SELECT lstm_load('days', 1) $$), '42501: permission denied for table lstm_models',
    'without a right nobody loads');
GRANT SELECT ON lstm_models TO lstm_reader, lstm_writer, lstm_hidden;
SELECT is(pg_temp.as_user('lstm_reader', $$ SELECT count(*) FROM lstm_forecast(lstm_load('nights'), relation => 'days') $$), '1', 'SELECT is enough to load');
SELECT is(pg_temp.as_user('lstm_reader', $$ SELECT lstm_save('mine', model) FROM made $$), '42501: permission denied for table lstm_models',
    'SELECT is not enough to save');
SELECT is(pg_temp.as_user('lstm_reader', $$ SELECT lstm_activate('days', 1) $$), '42501: permission denied for table lstm_models',
    'SELECT is not enough to activate');
GRANT INSERT ON lstm_models TO lstm_writer;
SELECT is(pg_temp.as_user('lstm_writer', $$ SELECT lstm_save('days', model, activate => false) FROM made WHERE seed = 1 $$), '5',
    'INSERT is enough to save without activating');
SELECT is(pg_temp.as_user('lstm_writer', $$ SELECT lstm_save('days', model) FROM made $$), '42501: permission denied for table lstm_models',
    'INSERT is not enough to activate what is saved');
GRANT UPDATE (active) ON lstm_models TO lstm_writer;
SELECT is(pg_temp.as_user('lstm_writer', $$ SELECT lstm_save('days', model) FROM made WHERE seed = 1 $$), '6', 'UPDATE (active) is');
SELECT is(pg_temp.as_user('lstm_writer', $$ UPDATE lstm_models SET model = '\x' RETURNING 1 $$), '42501: permission denied for table lstm_models',
    'with UPDATE (active) no model can be replaced');

-- a policy of the owner hides versions: their numbers are taken all the same
GRANT INSERT ON lstm_models TO lstm_hidden;
ALTER TABLE lstm_models ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON lstm_models TO lstm_hidden USING (note = 'hidden') WITH CHECK (true);
SELECT is(pg_temp.as_user('lstm_hidden', $$ SELECT lstm_save('days', model, 'hidden', false) FROM made WHERE seed = 1 $$),
    '40001: could not save model "days"', 'saving ends where it sees no free number');

---- search_path ----

CREATE SCHEMA trap;
CREATE TABLE trap.lstm_models (LIKE lstm_models);
CREATE FUNCTION trap.never(text, text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE 'trapped'; END $$;
CREATE OPERATOR trap.= (FUNCTION = trap.never, LEFTARG = text, RIGHTARG = text);
CREATE FUNCTION trap.max(int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN RAISE 'trapped'; END $$;
-- pgTAP would be trapped itself
CREATE TEMP TABLE trapped (saved int, loaded int);
SET LOCAL search_path = trap, public, pg_catalog;
INSERT INTO trapped SELECT lstm_save('days', model) FROM made WHERE seed OPERATOR(pg_catalog.=) 3;
UPDATE trapped SET loaded = length(lstm_load('days', 7));
SELECT lstm_activate('days', 1);
RESET search_path;
SELECT is(saved, 7, 'what stands before pg_catalog in search_path changes nothing in lstm_save') FROM trapped;
SELECT is(loaded, length(model), 'what stands before pg_catalog in search_path changes nothing in lstm_load') FROM trapped, made WHERE seed = 3;
SELECT is((SELECT version FROM lstm_models WHERE name = 'days' AND active), 1, 'what stands before pg_catalog in search_path changes nothing in lstm_activate');

SELECT * FROM finish();
ROLLBACK;
