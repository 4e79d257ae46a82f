-- A model is data: what it names is its author's claim, and no code of the author's runs because of it.
BEGIN;
SET LOCAL client_min_messages = error;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lstm_forecast;
SELECT plan(66);
\ir ../include/failure.sql
\ir ../include/seal.sql

CREATE ROLE lstm_author;
CREATE ROLE lstm_owner;
CREATE ROLE lstm_worker IN ROLE lstm_owner;
CREATE ROLE lstm_boss SUPERUSER;
CREATE SCHEMA author AUTHORIZATION lstm_author;
CREATE SCHEMA owned AUTHORIZATION lstm_owner;
CREATE SCHEMA mine;
GRANT USAGE ON SCHEMA author, owned, mine TO PUBLIC;
CREATE FUNCTION pg_temp.trained(relation regclass) RETURNS bytea LANGUAGE sql AS
    $$ SELECT lstm_train(relation, 'v', 'at', lookback => 3, options => '{"epochs": 1, "units": 2}') $$;
\ir ../include/as_user.sql
CREATE FUNCTION pg_temp.forecasts(who text, name text) RETURNS text LANGUAGE sql AS
    $$ SELECT pg_temp.as_user(who, format('SELECT count(*) FROM models, lstm_forecast(model) WHERE name = %L', name)) $$;

SET LOCAL ROLE lstm_author;
CREATE TABLE author.days AS SELECT date '2024-01-01' + n AS at, n * n % 7 + 0.5::float8 AS v FROM generate_series(1, 40) n;
-- what a spy of the author's has seen: whose rights it ran with
CREATE TABLE author.seen (who name);
CREATE FUNCTION author.spy(v float8) RETURNS float8 LANGUAGE plpgsql AS $$
BEGIN
    IF current_user <> 'lstm_author' THEN
        INSERT INTO author.seen VALUES (current_user);
    END IF;
    RETURN v;
END $$;
CREATE VIEW author.deputy AS SELECT at, author.spy(v) AS v FROM author.days;
GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA author TO PUBLIC;
RESET ROLE;
CREATE TABLE owned.days AS TABLE author.days;
ALTER TABLE owned.days OWNER TO lstm_owner;
GRANT SELECT ON owned.days TO PUBLIC;
CREATE TABLE mine.days AS TABLE author.days;
CREATE TABLE public.models (name text PRIMARY KEY, model bytea);
GRANT SELECT ON public.models TO PUBLIC;
INSERT INTO models SELECT relation, pg_temp.trained(relation::regclass) FROM unnest(ARRAY['author.days', 'owned.days', 'mine.days']) relation;
SET LOCAL ROLE lstm_author;
CREATE TEMP TABLE made AS SELECT lstm_train('author.deputy', 'v', 'at', lookback => 3, options => '{"epochs": 1, "units": 2}') AS model;
RESET ROLE;
INSERT INTO models SELECT 'author.deputy', model FROM made;

---- whose relation is read without being asked for ----

SELECT is(pg_temp.forecasts('lstm_author', 'author.days'), '1', 'a relation of the caller is read');
SELECT is(pg_temp.forecasts('lstm_author', 'author.deputy'), '1', 'a view of the caller with a function of the caller is read');
SELECT is(pg_temp.forecasts('lstm_worker', 'owned.days'), '1', 'a relation of a role that the caller is in is read');
SELECT is(pg_temp.forecasts('lstm_author', 'owned.days'), '42501: the model names relation owned.days, which belongs to role "lstm_owner"',
    'a right to select is not enough');
SELECT is(pg_temp.forecasts('lstm_boss', relation), format('42501: the model names relation %s, which belongs to role "%s"', relation, owner),
    format('being superuser is no reason to read %s', relation))
    FROM (VALUES ('author.days', 'lstm_author'), ('owned.days', 'lstm_owner'), ('author.deputy', 'lstm_author'),
        ('mine.days', current_user::text)) AS v (relation, owner);
GRANT lstm_owner TO lstm_boss;
SELECT is(pg_temp.forecasts('lstm_boss', 'owned.days'), '1', 'a superuser who was made a member of the owner reads it');
SELECT is(pg_temp.failure($$ SELECT count(*) FROM models, lstm_forecast(model) WHERE name = 'author.days' $$), format(E'42501: the model names relation author.days, which belongs to role "lstm_author"\n'
    'DETAIL: Whoever made the model chose the relation, and reading it can run code of that role with the rights of role "%s".\n'
    'HINT: To read the relation nevertheless, name it explicitly: relation => ''author.days''.', current_user),
    'the error says why, and what to write');
SELECT is(pg_temp.failure(format('SELECT count(*) FROM models, %s AS f WHERE name = ''author.days''', call)) LIKE '42501: the model names%', true,
    format('%s reads nothing of others', call))
    FROM (VALUES ('lstm_rolling(model)'), ('lstm_evaluate(model)'), ('lstm_update(model)'), ('lstm_anomalies(model)'), ('lstm_plot(model)'), ('lstm_report(model)'),
        ($$lstm_plot(model, kind => 'rolling')$$), ('lstm_forecast(model, 3, as_of => ''2024-02-01'')')) AS v (call);
SELECT is(pg_temp.failure(format('SELECT count(*) FROM models, %s AS f WHERE name = ''author.days''', call)), 'no error',
    format('%s reads what is asked for', call))
    FROM (VALUES ('lstm_forecast(model, relation => ''author.days'')'), ('lstm_rolling(model, ''author.days'')'),
        ('lstm_evaluate(model, ''author.days'')'), ('lstm_update(model, ''author.days'')'), ('lstm_anomalies(model, ''author.days'')'),
        ('lstm_plot(model, ''author.days'')'), ('lstm_report(model, ''author.days'')'), ('lstm_predict(model, ''{1,2,3}'')'), ('lstm_info(model)')) AS v (call);
SELECT is_empty('SELECT * FROM author.seen', 'no function of the author has run with the rights of others');

---- what a view of one's own leads to ----

CREATE VIEW mine.calls AS SELECT at, author.spy(v) AS v FROM mine.days;
CREATE VIEW mine.nested AS SELECT at, v FROM author.deputy;
CREATE VIEW mine.over AS SELECT at, v FROM author.days;
CREATE VIEW mine.own AS SELECT at, abs(v) AS v FROM mine.days;
CREATE VIEW mine.deep AS SELECT at, v FROM (SELECT at, (SELECT v) AS v FROM mine.own) d WHERE at > '2023-01-01';
CREATE VIEW mine.deeper AS SELECT at, v FROM mine.calls;
CREATE FUNCTION mine.ours(a float8, b float8) RETURNS float8 LANGUAGE sql AS 'SELECT a + b';
CREATE OPERATOR mine.<+> (LEFTARG = float8, RIGHTARG = float8, FUNCTION = mine.ours);
CREATE VIEW mine.with_operator AS SELECT at, v OPERATOR(mine.<+>) 1::float8 AS v FROM mine.days;
CREATE MATERIALIZED VIEW mine.kept AS SELECT at, author.spy(v) AS v FROM mine.days;
DELETE FROM author.seen;
INSERT INTO models SELECT relation, pg_temp.trained(relation::regclass)
    FROM unnest(ARRAY['mine.nested', 'mine.calls', 'mine.over', 'mine.own', 'mine.deep', 'mine.deeper', 'mine.with_operator', 'mine.kept']) relation;
DELETE FROM author.seen;
SELECT is(pg_temp.forecasts(current_user, relation), format('42501: the model names relation %s, which uses %s, which belongs to role "lstm_author"', relation, what),
    format('%s leads to %s', relation, what))
    FROM (VALUES ('mine.calls', 'function author.spy(double precision)'), ('mine.nested', 'view author.deputy'), ('mine.over', 'table author.days'),
        ('mine.deeper', 'function author.spy(double precision)')) AS v (relation, what);
SELECT is(pg_temp.forecasts(current_user, relation), '1', format('%s leads to nobody else', relation))
    FROM unnest(ARRAY['mine.own', 'mine.deep', 'mine.with_operator', 'mine.kept']) relation;
ALTER FUNCTION mine.ours OWNER TO lstm_author;
SELECT is(pg_temp.forecasts(current_user, 'mine.with_operator'), '42501: the model names relation mine.with_operator, which uses function '
    'mine.ours(double precision,double precision), which belongs to role "lstm_author"', 'an operator is what its function is');
ALTER FUNCTION mine.ours OWNER TO lstm_boss;
SELECT is(pg_temp.forecasts(current_user, 'mine.with_operator'), '1', 'a function of a superuser is safe for everybody');
SELECT is_empty('SELECT * FROM author.seen', 'no function behind a view has run with the rights of others');

CREATE TABLE mine.parent (at date, v float8);
CREATE TABLE mine.child () INHERITS (mine.parent);
INSERT INTO mine.child SELECT * FROM mine.days;
CREATE TABLE mine.guarded AS TABLE mine.days;
ALTER TABLE mine.guarded ENABLE ROW LEVEL SECURITY;
CREATE POLICY spied ON mine.guarded USING (author.spy(v) > -1);
INSERT INTO models SELECT relation, pg_temp.trained(relation::regclass) FROM unnest(ARRAY['mine.parent', 'mine.guarded']) relation;
SELECT is(pg_temp.forecasts(current_user, 'mine.parent'), '1', 'a table with parts of the same owner is read');
ALTER TABLE mine.child OWNER TO lstm_author;
SELECT is(pg_temp.forecasts(current_user, 'mine.parent'), '42501: the model names relation mine.parent, which uses table mine.child, which belongs to role "lstm_author"',
    'a table with a part of somebody else is not read');
SELECT is(pg_temp.forecasts(current_user, 'mine.guarded'), '42501: the model names relation mine.guarded, which uses function author.spy(double precision), '
    'which belongs to role "lstm_author"', 'a function in a policy counts as one in a view');

---- names that mean another relation to another user ----

CREATE TABLE public.mine_days AS TABLE mine.days;
CREATE TEMP TABLE x AS TABLE mine.days;
SELECT throws_ok(format($$ SELECT lstm_forecast(pg_temp.seal(overlay(model PLACING %L::bytea FROM position('mine.days'::bytea IN model)), lookup))
    FROM models, crc WHERE name = 'mine.days' $$, name), '22P03', 'the value is not a model, or is damaged', format('%s is no name of a relation', name))
    FROM (VALUES ('mine_days'), ('pg_temp.x')) AS v (name);

---- saving ----

CREATE TABLE mine.secret AS SELECT at, v, v AS pay FROM mine.days;
INSERT INTO models VALUES ('secret', lstm_train('mine.secret', 'pay', 'at', lookback => 3, options => '{"epochs": 1, "units": 2}'));
CREATE TABLE mine.gone AS TABLE mine.days;
INSERT INTO models VALUES ('gone', pg_temp.trained('mine.gone'));
DROP TABLE mine.gone;
SELECT extnamespace::regnamespace AS here FROM pg_extension WHERE extname = 'lstm_forecast' \gset
GRANT SELECT, INSERT, UPDATE (active) ON :here.lstm_models TO lstm_author;
CREATE FUNCTION pg_temp.saved(who text, which text) RETURNS text LANGUAGE sql AS
    $$ SELECT pg_temp.as_user(who, format('SELECT lstm_save(%L, model) FROM models WHERE name = %L', which || who, which)) $$;
CREATE FUNCTION pg_temp.inserted(who text, which text) RETURNS text LANGUAGE sql AS
    $$ SELECT pg_temp.as_user(who, format('INSERT INTO lstm_models (name, version, model) SELECT %L, 99, model FROM models WHERE name = %L RETURNING version', which || who, which)) $$;
SELECT is(pg_temp.saved('lstm_author', 'author.days'), '1', 'a model of what the saver may read is saved');
SELECT is(pg_temp.saved('lstm_author', 'secret'), '42501: permission denied for column "at" of relation mine.secret',
    'a model of what the saver may not read is not saved');
SELECT is(pg_temp.inserted('lstm_author', 'secret'), '42501: permission denied for column "at" of relation mine.secret', 'a model of what the saver may not read is not inserted past lstm_save');
SELECT is(pg_temp.inserted('lstm_author', 'author.days'), '99', 'models of what the saver may read may be inserted');
GRANT SELECT (at, v) ON mine.secret TO lstm_author;
SELECT is(pg_temp.saved('lstm_author', 'secret'), '42501: permission denied for column "pay" of relation mine.secret', 'a column is as good as a relation');
GRANT SELECT (pay) ON mine.secret TO lstm_author;
SELECT is(pg_temp.saved('lstm_author', 'secret'), '1', 'rights on all columns that it names are enough');
CREATE TABLE mine.texts AS SELECT at, v, CASE WHEN v > 2 THEN 'high' ELSE 'low' END AS label FROM mine.days;
INSERT INTO models VALUES ('texts', lstm_train('mine.texts', 'v', 'at', lookback => 3, known_inputs => '{label}', options => '{"epochs": 1, "units": 2}'));
GRANT SELECT (at, v) ON mine.texts TO lstm_author;
SELECT is(pg_temp.saved('lstm_author', 'texts'), '42501: permission denied for column "label" of relation mine.texts', 'of a column of text the column is asked for, not its values');
GRANT SELECT (label) ON mine.texts TO lstm_author;
SELECT is(pg_temp.saved('lstm_author', 'texts'), '1', 'who may read it may save the model');
SELECT is(pg_temp.saved('lstm_author', 'gone'), '42P01: the model names relation mine.gone, which does not exist', 'what is not there can be read by nobody');
SELECT is(pg_temp.saved(current_user, 'gone'), '1', 'the owner of lstm_models saves it all the same, as a restored dump does');
GRANT UPDATE (model) ON :here.lstm_models TO lstm_author;
REVOKE SELECT (pay) ON mine.secret FROM lstm_author;
SELECT is(pg_temp.as_user('lstm_author', $$ UPDATE lstm_models l SET model = m.model FROM models m WHERE l.name = 'author.dayslstm_author' AND m.name = 'secret' $$),
    '42501: permission denied for column "pay" of relation mine.secret', 'an update is held to the same');

CREATE TABLE public.own_models (id int, network bytea);
GRANT SELECT, INSERT ON public.own_models TO lstm_author;
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OF network ON own_models FOR EACH ROW EXECUTE FUNCTION lstm_check_model('network');
SELECT is(pg_temp.as_user('lstm_author', $$ INSERT INTO own_models SELECT 1, model FROM models WHERE name = 'secret' $$),
    '42501: permission denied for column "pay" of relation mine.secret', 'the trigger guards tables of one''s own, too');
SELECT is(pg_temp.as_user('lstm_author', $$ INSERT INTO own_models SELECT 1, 'no model' RETURNING id $$), '22P03: the value is not a model, or is damaged',
    'what is no model does not get past it');
SELECT is(pg_temp.as_user('lstm_author', $$ INSERT INTO own_models VALUES (1, NULL) RETURNING id $$), '1', 'NULL does');
CREATE TRIGGER wrong BEFORE INSERT ON own_models FOR EACH ROW EXECUTE FUNCTION lstm_check_model();
SELECT throws_ok('INSERT INTO own_models VALUES (1, NULL)', '42703', 'relation "own_models" has no column "model" of type bytea', 'who asks for a series needs to know the column');

---- names of series are compared by their own type ----

SET LOCAL ROLE lstm_author;
CREATE TYPE author.kind AS ENUM ('a', 'b');
CREATE FUNCTION author.to_kind(t text) RETURNS author.kind LANGUAGE plpgsql AS
    $$ BEGIN PERFORM author.spy(1); RETURN 'a'; END $$;
CREATE CAST (text AS author.kind) WITH FUNCTION author.to_kind(text);
CREATE FUNCTION author.looks(t text) RETURNS bool LANGUAGE plpgsql AS $$ BEGIN PERFORM author.spy(1); RETURN true; END $$;
CREATE DOMAIN author.word AS text CHECK (author.looks(VALUE));
CREATE TYPE author.pair AS (w author.word, n int);
CREATE FUNCTION author.to_pair(t text) RETURNS author.pair LANGUAGE plpgsql AS $$ BEGIN PERFORM author.spy(1); RETURN ('a', 1)::author.pair; END $$;
CREATE CAST (text AS author.pair) WITH FUNCTION author.to_pair(text);
CREATE TABLE author.kinds AS SELECT at, v, k, k::text AS name, k::text::author.word AS word, (k::text, 1)::author.pair AS pair, ARRAY[k::text] AS list
    FROM author.days, unnest(enum_range(NULL::author.kind)) k;
GRANT SELECT ON author.kinds TO PUBLIC;
GRANT USAGE ON TYPE author.kind, author.word, author.pair TO PUBLIC;
RESET ROLE;
CREATE TABLE series_models AS SELECT col, lstm_train('author.kinds', 'v', 'at', col, lookback => 3, options => '{"epochs": 1, "units": 2}') AS model
    FROM unnest(ARRAY['k', 'name', 'word', 'pair', 'list']) col;
DELETE FROM author.seen;
SELECT is((SELECT string_agg(series || ' ' || status, ', ') FROM series_models, lstm_forecast(model, relation => 'author.kinds', series => names) WHERE col = c),
    expected, format('series are asked for by names in a column %s', c))
    FROM (VALUES ('k', '{b}'::text[], 'b ok'), ('name', '{b}', 'b ok'), ('word', '{b}', 'b ok'), ('pair', '{"(b,1)"}', '(b,1) ok'),
        ('list', '{"{b}","{c}"}', '{b} ok, {c} it has no rows')) AS v (c, names, expected);
SELECT is_empty('SELECT * FROM author.seen', 'no cast and no domain of the author has run a function for that');
SELECT throws_ok($$ SELECT lstm_forecast(model, relation => 'author.kinds', series => '{c}') FROM series_models WHERE col = 'k' $$, '22P02',
    'invalid input value for enum author.kind: "c"', 'a name that the type does not have is an error');

SELECT * FROM finish();
ROLLBACK;
