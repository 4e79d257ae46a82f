-- Whoever trains tells how far it is, to other sessions too, and nobody once it has ended.
BEGIN;
SET LOCAL client_min_messages = error;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lstm_forecast;

SELECT plan(57);

---- other sessions ----
-- They see nothing of this transaction: what they train on is theirs.

\setenv PGDATABASE :DBNAME
\setenv PGOPTIONS '-c client_min_messages=error -c statement_timeout=2min'
\setenv ROWS 'CREATE TEMP TABLE progress_rows AS SELECT n, sin(n / 10.0) AS value FROM generate_series(1, 3000) AS n;'

-- Looks again until a query is true; false where it does not come to be so.
CREATE FUNCTION pg_temp.comes(query text) RETURNS bool LANGUAGE plpgsql AS $$
DECLARE
    result bool;
BEGIN
    FOR i IN 1 .. 3000 LOOP
        PERFORM pg_stat_clear_snapshot();
        EXECUTE query INTO result;
        IF result THEN
            RETURN true;
        END IF;
        PERFORM pg_sleep(0.01);
    END LOOP;
    RETURN false;
END $$;
CREATE FUNCTION pg_temp.ends(pid int) RETURNS bool LANGUAGE sql AS $$
    SELECT pg_terminate_backend(pid) AND pg_temp.comes(format('SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = %s)', pid))
$$;
CREATE VIEW others AS SELECT p.* FROM lstm_progress AS p JOIN pg_stat_activity AS a USING (pid) WHERE application_name = 'progress';

\! (echo "$ROWS"; echo "SELECT length(lstm_train('progress_rows', 'value', 'n', lookback => 8, options => '{\"epochs\": 1000000, \"units\": 4, \"patience\": 0, \"ensemble\": 2, \"batch_size\": 100, \"validation\": 0.2, \"threads\": 1}'));"; echo 'SELECT pg_sleep(60);') | PGAPPNAME=progress psql -Xq >/dev/null 2>&1 &
SELECT ok(pg_temp.comes('SELECT epoch >= 2 FROM others'), 'a training of another session is seen');
CREATE TEMP TABLE seen AS SELECT * FROM others;
SELECT is((SELECT count(*) FROM seen), 1::bigint, 'once');
SELECT is(s.datname, current_database(), 'with its database') FROM seen AS s;
SELECT matches(relation, '^pg_temp_\d+\.progress_rows$', 'lstm_progress tells the relation') FROM seen;
SELECT is(relid::regclass::text, relation, 'lstm_progress tells the oid of the relation') FROM seen;
SELECT is(command, 'lstm_train', 'the function that was called') FROM seen;
SELECT is(phase, 'training', 'the phase') FROM seen;
SELECT is((training, trainings), (1::bigint, 1::bigint), 'lstm_progress tells that there is one training') FROM seen;
SELECT is(rows_read, 3000::bigint, 'the rows that it has read') FROM seen;
SELECT is((member, members), (1::bigint, 2::bigint), 'lstm_progress tells which network of an ensemble is trained') FROM seen;
SELECT is(epochs, 1000000::bigint, 'how many epochs there will be') FROM seen;
-- 2992 windows, of which 598 are held out, and the 8 before these would know values of them
SELECT is(batches, 24::bigint, 'how many mini-batches an epoch has') FROM seen;
SELECT ok(batch BETWEEN 0 AND batches, 'how many of them are done') FROM seen;
SELECT ok(loss > 0 AND validation_loss > 0, 'lstm_progress tells the losses of the newest epoch') FROM seen;
SELECT ok(started > now() - interval '1 min' AND started < clock_timestamp(), 'when it was started') FROM seen;
SELECT ok(memory > 3000 * 8 AND memory <= 64 * 1024 * 1024, 'lstm_progress tells what memory the training takes') FROM seen;
SELECT ok(pg_temp.comes(format('SELECT epoch > %s FROM others', epoch)), 'the training goes on') FROM seen;
SELECT is_empty((SELECT string_agg(format('SELECT pid FROM pg_catalog.%I', viewname), ' UNION ALL ')
    FROM pg_views WHERE schemaname = 'pg_catalog' AND viewname ~ '^pg_stat_progress_'),
    'no view of the server takes it for its own');

-- rights are those of these views
CREATE ROLE lstm_watcher;
SET LOCAL ROLE lstm_watcher;
SELECT is((SELECT count(*) FROM lstm_progress WHERE datname = current_database()), 1::bigint, 'other users see that there is a training');
SELECT is((SELECT to_jsonb(p) - '{pid,datid,datname}'::text[] FROM lstm_progress AS p WHERE datname = current_database()), (SELECT jsonb_object_agg(attname, null)
    FROM pg_attribute WHERE attrelid = 'lstm_progress'::regclass AND attnum > 0 AND attname NOT IN ('pid', 'datid', 'datname')),
    'other users see nothing of the training but that it is there');
RESET ROLE;
GRANT pg_read_all_stats TO lstm_watcher;
SET LOCAL ROLE lstm_watcher;
SELECT is((SELECT epochs FROM lstm_progress WHERE datname = current_database()), 1000000::bigint, 'who may read all statistics sees the training of others');
RESET ROLE;

SELECT ok(pg_cancel_backend(pid), 'the training is cancelled') FROM seen;
SELECT ok(pg_temp.comes($$ SELECT query ~ 'sleep' AND state = 'active' FROM pg_stat_activity WHERE application_name = 'progress' $$),
    'the session of a cancelled training lives on');
SELECT is_empty('SELECT * FROM lstm_progress WHERE datname = current_database()', 'a session tells no more of a cancelled training');
SELECT ok(pg_temp.ends(pid), 'the session ends') FROM seen;

-- the first trial diverges, which ends a subtransaction
\! (echo "$ROWS"; echo "SELECT count(*) FROM lstm_tune('progress_rows', 'value', 'n', lookback => 8, folds => 2, options => '{\"epochs\": 1000000, \"units\": 4, \"patience\": 0, \"threads\": 1, \"optimizer\": \"sgd\", \"learning_rate\": 100, \"clip_norm\": 0, \"scale\": \"none\", \"normalize\": \"none\"}', grid => '{\"learning_rate\": [0.0001]}');") | PGAPPNAME=progress psql -Xq >/dev/null 2>&1 &
SELECT ok(pg_temp.comes('SELECT epoch >= 1 AND training = 2 FROM others'), 'lstm_tune is seen, after a trial that failed, too');
SELECT is(concat_ws(' ', command, trainings, phase), 'lstm_tune 6 training', 'with all trainings that it plans') FROM others;
SELECT ok(pg_temp.ends(pid), 'a training ends with its session') FROM others;
SELECT pg_stat_clear_snapshot() IS NULL AS cleared \gset
SELECT is_empty('SELECT * FROM lstm_progress WHERE datname = current_database()', 'what a training told ends with its session');

\! (echo "$ROWS"; echo "CREATE TEMP TABLE progress_model AS SELECT lstm_train('progress_rows', 'value', 'n', lookback => 8, options => '{\"epochs\": 1, \"units\": 4}') AS model;"; echo "INSERT INTO progress_rows SELECT n, sin(n / 10.0) FROM generate_series(3001, 3200) AS n;"; echo "SELECT accepted FROM progress_model, lstm_update(model, epochs => 1000000, learning_rate => 0.001);") | PGAPPNAME=progress psql -Xq >/dev/null 2>&1 &
SELECT ok(pg_temp.comes($$ SELECT epoch >= 1 AND command = 'lstm_update' FROM others $$), 'lstm_update is seen');
SELECT is(concat_ws(' ', phase, rows_read, epochs, batches, relation LIKE '%progress_rows'), 'training 3200 1000000 16 t', 'with its rows, the new ones and those seen again, and its relation') FROM others;
SELECT ok(pg_temp.ends(pid), 'a training ends with its session') FROM others;
SELECT pg_stat_clear_snapshot() IS NULL AS cleared \gset
SELECT is_empty('SELECT * FROM lstm_progress WHERE datname = current_database()', 'what a training told ends with its session');

---- in the session itself ----
-- A view whose rows look at the progress while they are read. ORDER BY makes it do that row by row, behind the sort.

-- version 13 has no progress of COPY
SELECT current_setting('server_version_num')::int >= 140000 AS copies_tell \gset
CREATE FUNCTION copying() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
BEGIN
    IF to_regclass('pg_stat_progress_copy') IS NOT NULL THEN
        EXECUTE 'SELECT command FROM pg_stat_progress_copy WHERE pid = pg_backend_pid()' INTO result;
    END IF;
    RETURN result;
END $$;
CREATE TEMP TABLE notes (at text, command text, phase text, relation text, training int, rows_read int, copies text);
CREATE FUNCTION note(what text) RETURNS float8 LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM pg_stat_clear_snapshot();
    INSERT INTO notes SELECT what, command, phase, relation, training, rows_read, copying()
        FROM (VALUES (1)) AS one LEFT JOIN lstm_progress AS p ON p.pid = pg_backend_pid();
    RETURN 0;
END $$;
CREATE FUNCTION noted(what text) RETURNS SETOF notes LANGUAGE sql AS $$ SELECT * FROM notes WHERE at = what $$;
CREATE VIEW watched AS SELECT n, sin(n / 10.0) + CASE WHEN n IN (1, 600) THEN note('row ' || n) ELSE 0 END AS value
    FROM generate_series(1, 1000) AS n ORDER BY n;
CREATE VIEW quick AS SELECT n, sin(n / 10.0) AS value FROM generate_series(1, 100) AS n;
CREATE FUNCTION quickly(relation regclass, options jsonb DEFAULT '{}') RETURNS int LANGUAGE sql AS
$$ SELECT length(lstm_train(relation, 'value', 'n', lookback => 5, options => '{"epochs": 1, "units": 2}' || options)) $$;

SELECT ok(quickly('watched') > 0, 'a view that looks at the progress is trained on');
SELECT results_eq($$ SELECT command, phase, relation, training, rows_read FROM noted('row 1') $$,
    $$ VALUES ('lstm_train', 'reading', 'watched', 0, 0) $$, 'a view that is trained on is told to be read');
SELECT results_eq($$ SELECT phase, rows_read FROM noted('row 600') $$, $$ VALUES ('reading', 512) $$, 'rows of a view that is trained on are counted');
SELECT note('after') = 0 AS noted \gset
SELECT results_eq($$ SELECT command FROM noted('after') $$, $$ VALUES (NULL::text) $$, 'nothing is told when it has ended');

-- an error that is caught
DO $$
BEGIN
    PERFORM quickly('watched', '{"learning_rate": 100, "optimizer": "sgd", "clip_norm": 0, "scale": "none", "normalize": "none", "epochs": 1000}');
EXCEPTION WHEN numeric_value_out_of_range THEN
    PERFORM note('caught');
END $$;
SELECT results_eq($$ SELECT command FROM noted('caught') $$, $$ VALUES (NULL::text) $$, 'nothing is told after an error that somebody catches');
DO $$
DECLARE
    trained int;
BEGIN
    trained := quickly('quick');
    PERFORM note('again');
END $$;
SELECT results_eq($$ SELECT command FROM noted('again') $$, $$ VALUES (NULL::text) $$, 'nothing is told in the transaction that goes on after an error');

-- inside another command that tells of itself
\if :copies_tell
COPY (SELECT note('copy'), quickly('quick'), note('copied')) TO '/dev/null';
SELECT results_eq($$ SELECT command, copies FROM noted('copy') $$, $$ VALUES (NULL::text, 'COPY TO') $$, 'a COPY tells of itself');
SELECT results_eq($$ SELECT command, copies FROM noted('copied') $$, $$ VALUES (NULL::text, 'COPY TO') $$,
    'a COPY tells of itself again when a training in it has ended');
TRUNCATE notes;
COPY (SELECT quickly('watched')) TO '/dev/null';
SELECT results_eq($$ SELECT command, copies FROM noted('row 600') $$, $$ VALUES ('lstm_train', NULL::text) $$,
    'in between the training is told of');
\else
SELECT skip('COPY does not tell of itself', 3);
\endif

-- a training inside a training
CREATE VIEW nested AS SELECT n, sin(n / 10.0) + CASE WHEN n = 700 THEN quickly('watched') + note('outer') ELSE 0 END AS value
    FROM generate_series(1, 1000) AS n ORDER BY n;
TRUNCATE notes;
SELECT ok(quickly('nested') > 0, 'a view that trains is trained on');
SELECT results_eq($$ SELECT relation, rows_read FROM noted('row 600') $$, $$ VALUES ('watched', 512) $$, 'the inner training is told of');
SELECT results_eq($$ SELECT relation, phase, rows_read FROM noted('outer') $$, $$ VALUES ('nested', 'reading', 699) $$,
    'the outer training is told of again after the inner one');

-- forecasts of many series
CREATE VIEW several AS SELECT s, n, sin(n / 10.0 + s) + CASE WHEN s = 2 AND n = 300 THEN note('forecast') ELSE 0 END AS value
    FROM generate_series(1, 2) AS s, generate_series(1, 600) AS n ORDER BY s, n;
CREATE FUNCTION forecasts(call text) RETURNS SETOF notes LANGUAGE plpgsql AS $$
DECLARE
    steps bigint;
BEGIN
    TRUNCATE notes;
    EXECUTE 'SELECT count(forecast) FROM ' || call INTO STRICT steps;
    RETURN QUERY SELECT at, command, phase, relation, training, rows_read, steps::text FROM notes;
    PERFORM note('after');
    RETURN QUERY SELECT * FROM noted('after');
END $$;
CREATE TEMP TABLE of_several AS SELECT lstm_train('several', 'value', 'n', 's', lookback => 5, horizon => 2, options => '{"epochs": 1, "units": 2}') AS model;
SELECT results_eq(format($$ SELECT command, phase, relation, rows_read, copies FROM forecasts(%L) $$, call),
    format($$ VALUES (%L, 'reading', 'several', 768, %L), (NULL::text, NULL, NULL, NULL, NULL) $$, split_part(call, '(', 1), steps), call || ' tells how far it is')
FROM (VALUES ($$lstm_zero_shot('several', 'value', 'n', 's', 3)$$, 6), ($$lstm_baseline('several', 'value', 'n', 's', 3, method => 'theta')$$, 6)) AS c (call, steps);
SELECT results_eq($$ SELECT command, phase, relation, rows_read, copies FROM forecasts('of_several, lstm_forecast(model)') $$,
    $$ VALUES ('lstm_forecast', 'reading', 'several', 768, '4'), (NULL::text, NULL, NULL, NULL, NULL) $$, 'lstm_forecast tells how far it is');

-- the time of a training is limited, whatever it is in, and that of a forecast is not
CREATE VIEW trains AS SELECT n, sin(n / 10.0) + CASE WHEN n = 90 THEN quickly('quick', '{"epochs": 100000, "patience": 0}') ELSE 0 END AS value
    FROM generate_series(1, 100) AS n ORDER BY n;
CREATE VIEW waits AS SELECT n, sin(n / 10.0) + CASE WHEN n = 90 AND pg_sleep(0.2) IS NOT NULL THEN 0 ELSE 0 END AS value FROM generate_series(1, 100) AS n ORDER BY n;
SET LOCAL lstm_forecast.max_train_time = '100ms';
SELECT throws_like($$ SELECT FROM lstm_zero_shot('trains', 'value', 'n') $$, 'training exceeded lstm_forecast.max_train_time%', 'a training inside a forecast has its limit');
SELECT lives_ok($$ SELECT FROM lstm_zero_shot('waits', 'value', 'n') $$, 'a forecast has none');
SELECT throws_like($$ SELECT lstm_train('waits', 'value', 'n') $$, 'training exceeded lstm_forecast.max_train_time%', 'where a training of the same rows does');
SET LOCAL lstm_forecast.max_train_time = 0;

-- a backend that tells nothing, and one that stops to tell half way
SET LOCAL track_activities = off;
TRUNCATE notes;
SELECT ok(quickly('watched') > 0, 'with track_activities off, training works');
SELECT results_eq($$ SELECT command FROM noted('row 600') $$, $$ VALUES (NULL::text) $$, 'with track_activities off, training tells nothing');
CREATE VIEW muted AS SELECT n, sin(n / 10.0) AS value FROM generate_series(1, 1000) AS n
    WHERE n <> 600 OR set_config('track_activities', 'off', true) = 'off' ORDER BY n;
SET LOCAL track_activities = on;
SELECT ok(quickly('muted') > 0, 'track_activities may be switched off half way');
SET LOCAL track_activities = on;
SELECT note('on again') = 0 AS noted \gset
SELECT results_eq($$ SELECT command FROM noted('on again') $$, $$ VALUES (NULL::text) $$, 'nothing of it is left behind');

---- messages ----


\set quiet `psql -XAtq -c "CREATE TEMP TABLE r AS SELECT n, sin(n / 10.0) AS value FROM generate_series(1, 100) AS n" -c "SET client_min_messages = notice" -c "SELECT length(lstm_train('r', 'value', 'n', lookback => 5, options => '{\"epochs\": 40, \"units\": 2, \"validation\": 0}'))" 2>&1`
\set told `psql -XAtq -c "CREATE TEMP TABLE r AS SELECT n, sin(n / 10.0) AS value FROM generate_series(1, 100) AS n" -c "SET client_min_messages = notice; SET lstm_forecast.log_progress = on" -c "SELECT length(lstm_train('r', 'value', 'n', lookback => 5, options => '{\"epochs\": 40, \"units\": 2, \"validation\": 0}'))" 2>&1`
SELECT unalike(:'quiet'::text, '%epoch%', 'without log_progress no epoch is told of');
SELECT is((SELECT array_agg(m[1]::int) FROM regexp_matches(:'told', '^NOTICE:  epoch (\d+) of 40: loss [0-9.e-]+(?:, at most about [0-9.]+ s left)?$', 'gn') AS m),
    '{4,8,12,16,20,24,28,32,36,40}', 'with log_progress each tenth epoch is told');
SELECT * FROM finish();
ROLLBACK;
