# While lstm_train_into trains, it holds back nothing and nobody: no snapshot, no lock. It stores its model, or nothing.
. "$(dirname "$0")/server.sh"

create one <<'CONF'
fsync = off
autovacuum = off
CONF
start one
need one "CREATE EXTENSION lstm_forecast; $series; CREATE TABLE other AS TABLE load"

# train STATEMENT [ARGUMENT OF psql ...]: in the background
train() {
    statement=$1
    shift
    PGAPPNAME=trainer on one psql -XqAt -v VERBOSITY=terse -d postgres -c "$statement" "$@" >"$work/trained" 2>&1 &
    trainer=$!
    # threads are there: it has read its rows
    within 30 training || bail "no training: $(cat "$work/trained")"
}

training() {
    pid=$(sql one "SELECT pid FROM pg_stat_activity WHERE application_name = 'trainer' AND state = 'active'")
    [ -n "$pid" ] && [ "$(ls "/proc/$pid/task" 2>/dev/null | wc -l)" -gt 1 ]
}

cancel() {
    sql one "SELECT pg_cancel_backend($pid)" >/dev/null
    wait "$trainer"
}

held="SELECT coalesce(backend_xmin::text, 'no snapshot') || ', ' || (SELECT count(*) FROM pg_locks l WHERE l.pid = a.pid AND
    locktype = 'relation') || ' locks, ' || coalesce(backend_xid::text, 'no transaction id')
    FROM pg_stat_activity a WHERE application_name = 'trainer'"
dead="SELECT n_dead_tup FROM pg_stat_all_tables WHERE relname = 'other'"

# what the tests below look for is there where a training is one transaction
# vacuumed: what VACUUM says of the table other, in the words of version 15 and later
vacuumed() {
    on one psql -Xq -d postgres -c 'SET client_min_messages = info' -c 'VACUUM (VERBOSE) other' 2>&1 |
        sed 's/found \([0-9]*\) removable,/tuples: \1 removed,/; s/\( [0-9]*\) dead row versions cannot be removed yet/\1 are dead but not yet removable/'
}

train "SELECT length(lstm_train('load', 'mw', $endless))"
like "$(sql one "$held")" '[0-9]*, [1-9]* locks, no transaction id' 'lstm_train has a snapshot, and locks its table'
need one 'DELETE FROM other WHERE mw < 40'
like "$(vacuumed)" \
    '* 0 removed,*are dead but not yet removable*' 'vacuum keeps the rows that it might still read'
is "$(sql one "SET lock_timeout = '100ms'; ALTER TABLE load ADD note text")" \
    'ERROR:  canceling statement due to lock timeout' 'the table cannot be altered while it is read'
cancel

train "CALL lstm_train_into('load', 'load', 'mw', $endless)"
is "$(sql one "$held")" 'no snapshot, 0 locks, no transaction id' 'lstm_train_into has neither snapshot nor lock while it trains'
need one 'DELETE FROM other WHERE mw < 50'
like "$(vacuumed)" \
    '* 0 are dead but not yet removable*' 'vacuum removes rows that were deleted meanwhile'
is "$(sql one "SET lock_timeout = '10s'; ALTER TABLE load ADD note text; DROP TABLE other")" '' 'the table can be altered while it is trained on'
cancel
is "$(cat "$work/trained")" 'ERROR:  canceling statement due to user request' 'lstm_train_into can be cancelled'
is "$(sql one 'SELECT count(*) FROM lstm_models')" 2 'lstm_train_into has stored nothing when it was cancelled'

know_memory one
trainings_in_memory="SELECT count(*) FROM pg_backend_memory_contexts WHERE name LIKE '%lstm%training%'"

# a call that fails after its first transaction leaves nothing in the session
is "$(on one psql -XqAt -d postgres -c "SET statement_timeout = '1s'" -c "CALL lstm_train_into('load', 'load', 'mw', $endless)" \
    -c 'RESET statement_timeout' -c "$trainings_in_memory" 2>&1)" \
    'ERROR:  canceling statement due to statement timeout
0' 'statement_timeout ends it, and its memory is given back'
is "$(on one psql -XqAt -d postgres -c "CALL lstm_train_into('load', 'load', 'mw', horizon => 3, options => '{\"epochs\": 3, \"units\": 4}')" \
    -c "$trainings_in_memory" 2>&1)" 0 'the memory of a training that succeeds is given back'

is "$(sql one "SELECT version || ' ' || active || ' ' || (model = (SELECT model FROM lstm_models WHERE version = 1))
    FROM lstm_models WHERE version > 2")" '3 true true' 'the model is the one of lstm_train, saved and active'
is "$(sql one "CALL lstm_train_into('load', 'load', ARRAY['mw'], horizon => 6, options => '{\"epochs\": 5, \"units\": 6}',
    note => 'by night', activate => false); SELECT version, active, note, model = (SELECT model FROM models) FROM lstm_models
    WHERE version > 3")" 'ERROR:  lstm_train_into cannot run inside a transaction block' 'among other statements it is refused'
need one "CALL lstm_train_into('load', 'load', ARRAY['mw'], horizon => 6, options => '{\"epochs\": 5, \"units\": 6}',
    note => 'by night', activate => false)"
is "$(sql one "SELECT version, active, note, model = (SELECT model FROM models) FROM lstm_models WHERE version > 3")" \
    '4|f|by night|t' 'with a note, and not active where that is wanted'
need one "CREATE TABLE shops (s int, at date, value float8, PRIMARY KEY (s, at));
    INSERT INTO shops SELECT s, date '2024-01-01' + i, s * (i % 7) FROM generate_series(1, 3) s, generate_series(1, 60) i"
need one "CALL lstm_train_into('shops', 'shops', 'value', series_column => 's', options => '{\"epochs\": 1, \"units\": 2}')"
is "$(sql one "SELECT count(DISTINCT series) FROM lstm_forecast(lstm_load('shops'))")" 3 'many series are trained on in the same way'

# a table of the user's
need one "CALL lstm_train_into('mine', 'load', 'mw', options => '{\"epochs\": 1, \"units\": 2}', store =>
    'INSERT INTO models VALUES (\$2, \$1) ON CONFLICT (name) DO UPDATE SET model = excluded.model')"
is "$(sql one "SELECT count(*) FROM models, lstm_forecast(model) WHERE name = 'mine'")" 1 'a statement of the user stores the model'
is "$(sql one "CALL lstm_train_into('mine', 'load', 'mw', options => '{\"epochs\": 1, \"units\": 2}', store =>
    'UPDATE models SET model = \$1 WHERE name = ''yours''')")" \
    'ERROR:  the statement in "store" has stored model "mine" in no row' 'a statement that stores nothing is an error'
is "$(sql one "CALL lstm_train_into('mine', 'load', 'mw', $endless, store => 'INSERT INTO nowhere VALUES (\$1)')")" \
    'ERROR:  relation "nowhere" does not exist at character 13' 'a statement that cannot work is refused before the training'
need one "CREATE ROLE trainer; GRANT SELECT ON load TO trainer; GRANT SELECT, INSERT ON lstm_models TO trainer"
is "$(sql one "SET ROLE trainer" && on one psql -XqAt -v VERBOSITY=terse -d postgres -c 'SET ROLE trainer' \
    -c "CALL lstm_train_into('load', 'load', 'mw', $endless)" 2>&1)" \
    'ERROR:  permission denied for table lstm_models' 'a lack of rights is refused before the training'
is "$(on one psql -XqAt -v VERBOSITY=terse -d postgres -c 'SET ROLE trainer' -c "CALL lstm_train_into('load', 'load', 'mw',
    options => '{\"epochs\": 1, \"units\": 2}', activate => false)" -c "SELECT max(version) FROM lstm_models WHERE name = 'load'" 2>&1)" \
    5 'without activating, the rights to insert and select are enough'

# where it cannot commit
refused='ERROR:  lstm_train_into cannot run inside a transaction block'
need one "CREATE PROCEDURE by_night() LANGUAGE plpgsql AS \$\$ BEGIN CALL lstm_train_into('load', 'load', 'mw',
    options => '{\"epochs\": 1, \"units\": 2}', note => 'by_night'); END \$\$;
    CREATE PROCEDURE safely() LANGUAGE plpgsql AS \$\$ BEGIN CALL by_night(); EXCEPTION WHEN division_by_zero THEN NULL; END \$\$;
    CREATE PROCEDURE set() LANGUAGE plpgsql SET work_mem = '4MB' AS \$\$ BEGIN CALL by_night(); END \$\$;
    CREATE FUNCTION called() RETURNS void LANGUAGE plpgsql AS \$\$ BEGIN CALL by_night(); END \$\$"
is "$(sql one 'CALL by_night()')$(sql one "SELECT count(*) FROM lstm_models WHERE note = 'by_night'")" 1 'a procedure may call it'
is "$(sql one 'CALL safely()')" "$refused" 'a block with EXCEPTION may not call lstm_train_into'
is "$(sql one 'CALL set()')" "$refused" 'a procedure with SET may not call lstm_train_into'
is "$(sql one 'SELECT called()')" "$refused" 'a function may not call lstm_train_into'

# what cannot store the model is refused before it trains
for statement in '' ' ; ' 'SELECT 1' 'VALUES (1)' 'DROP TABLE IF EXISTS x' 'COMMIT' 'COPY models TO STDOUT' 'SELECT $1' \
    'SELECT length($1), $2' "INSERT INTO models VALUES (\$2, '')" 'DELETE FROM models WHERE model = $1' 'CREATE TABLE x AS SELECT $2' \
    'INSERT INTO models VALUES ($2, $1); SELECT 1' 'CREATE RULE r AS ON INSERT TO load DO INSTEAD NOTHING'; do
    is "$(sql one "CALL lstm_train_into('mine', 'load', 'mw', $endless, store => \$s\$$statement\$s\$)")" \
        'ERROR:  the statement in "store" would not store the model' "as a statement of store, '$statement' is refused"
done
need one "CREATE TABLE kept (name text, model bytea);
    CREATE FUNCTION keep(bytea, text) RETURNS void LANGUAGE sql AS 'INSERT INTO kept VALUES (\$2, \$1)';
    CREATE PROCEDURE keep_it(bytea, text) LANGUAGE sql AS 'INSERT INTO kept VALUES (\$2, \$1)'"
quick="options => '{\"epochs\": 1, \"units\": 2}'"
for statement in 'SELECT keep($1, $2)' 'CALL keep_it($1, $2)' 'INSERT INTO kept SELECT $2, $1 RETURNING name' \
    'WITH w AS (INSERT INTO kept VALUES ($2, $1) RETURNING name) SELECT name FROM w' \
    'CREATE TABLE made AS SELECT $2 AS name, $1 AS model'; do
    is "$(sql one "CALL lstm_train_into('mine', 'load', 'mw', $quick, store => \$s\$$statement\$s\$)")" '' \
        "as a statement of store, '$statement' is good"
done
is "$(sql one 'SELECT count(*), count(DISTINCT model) FROM (TABLE kept UNION ALL TABLE made) k')" '5|1' 'each of these has stored the model'

# a model that cannot be stored is not lost
need one "CREATE TABLE narrow (name text, model bytea CHECK (length(model) < 100)); CREATE ROLE nobody;
    GRANT SELECT ON load, narrow TO nobody; GRANT INSERT ON narrow TO nobody"
store_narrow="store => 'INSERT INTO narrow VALUES (\$2, \$1)'"
violates='new row for relation "narrow" violates check constraint "narrow_model_check"'
is "$(on one psql -XqAt -d postgres -c "CALL lstm_train_into('narrow', 'load', 'mw', $quick, $store_narrow)" 2>&1 | grep -E '^(ERROR|HINT)')" \
    "ERROR:  $violates
HINT:  The model was kept: lstm_load('narrow', 1)." 'where storing fails the error says where the model is'
is "$(sql one "SELECT active, note, (SELECT count(*) FROM lstm_forecast(model)) FROM lstm_models WHERE name = 'narrow'")" \
    "f|kept by lstm_train_into, which could not store it: $violates|1" 'the model is saved as a version that is not active'
is "$(on one psql -XqAt -v VERBOSITY=terse -d postgres -c 'SET ROLE nobody' \
    -c "CALL lstm_train_into('narrow', 'load', 'mw', $quick, $store_narrow)" \
    -c "SELECT count(*) FROM pg_temp.lstm_kept_models, lstm_forecast(model, relation => 'load') WHERE name = 'narrow'" 2>&1)" \
    "ERROR:  $violates
1" 'without rights on lstm_models it is in a temporary table'
is "$(sql one "CALL lstm_train_into('nowhere', 'load', 'mw', $quick, store =>
    'UPDATE models SET model = \$1 WHERE name = ''nobody''')")" \
    'ERROR:  the statement in "store" has stored model "nowhere" in no row' 'an update that finds no row is an error'
is "$(sql one "SELECT count(*) FROM lstm_models WHERE name = 'nowhere'")" 1 'the model of such an update is kept, too'

# what happens to the extension meanwhile
seconds="lookback => 24, options => '{\"epochs\": 1000000, \"units\": 64, \"batch_size\": 256, \"patience\": 0, \"threads\": 2,
    \"max_time\": 4, \"refit\": false}'"
need one 'CREATE SCHEMA elsewhere'
train "CALL lstm_train_into('moved', 'load', 'mw', $seconds)"
need one 'ALTER EXTENSION lstm_forecast SET SCHEMA elsewhere'
wait "$trainer"
is "$(cat "$work/trained")" '' 'a training goes on while its extension moves to another schema'
is "$(sql one "SELECT count(*) FROM elsewhere.lstm_models WHERE name = 'moved' AND active")" 1 'the model is saved where the table is now'
need one 'ALTER EXTENSION lstm_forecast SET SCHEMA public'
train "CALL lstm_train_into('dropped', 'load', 'mw', $seconds)" -c 'SELECT name FROM pg_temp.lstm_kept_models WHERE length(model) > 0'
need one 'DROP EXTENSION lstm_forecast'
wait "$trainer"
is "$(cat "$work/trained")" 'ERROR:  extension "lstm_forecast" has been dropped
dropped' 'a model of an extension that was dropped is kept, too'

stop one
done_testing
