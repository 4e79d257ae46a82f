# Forged models, whose checksum is right and whose structure nobody trained, give a result or an error in every SQL function.
#
# build/BLAS/model_fuzz makes them, see test/fuzz/forgery.h; three of four are what the core takes for a model. Each goes through
# some of the functions, all in one session, which has little memory to give. They name tables that are there, and the user
# owns them. scripts/check.sh runs this with the sanitizer of undefined behaviour in the extension.
#
# FORGERIES: how many; SEED: which ones.
. "$(dirname "$0")/server.sh"

forgeries=${FORGERIES:-20000}
allowed_kb=8192
create one <<CONF
fsync = off
shared_buffers = 8MB
maintenance_work_mem = ${allowed_kb}kB
work_mem = 4MB
jit = off
# models that stay for the next call are none of those that a call reads
lstm_forecast.model_cache = 4MB
log_min_duration_statement = 10s
log_min_error_statement = panic
CONF
start one
know_memory one
"build/${BLAS:-openblas}/model_fuzz" forgeries "$work/forged" "$forgeries" "${SEED:-1}" >"$work/forged.log" 2>&1 ||
    bail "model_fuzz: $(cat "$work/forged.log")"
# as COPY reads bytea: with a backslash, which it wants doubled
sed -i 's/^/\\\\x/' "$work/forged"
chmod a+r "$work/forged"

need one "CREATE EXTENSION lstm_forecast;
    CREATE TABLE load (at timestamptz PRIMARY KEY, v float8, w float8, k float8);
    INSERT INTO load SELECT timestamptz '2024-01-01 00:00+00' + i * interval '1 hour', sin(i / 4.0), i % 7, i % 2 FROM generate_series(1, 1200) i;
    CREATE TABLE many (s text, at date, v float8, w float8, k float8, cat text);
    INSERT INTO many SELECT 's' || s, date '2024-01-01' + i, s + i % 7, i % 5, i % 2, chr(97 + s % 3) FROM generate_series(1, 20) s, generate_series(1, 100) i;
    CREATE TABLE numbered (n int PRIMARY KEY, v float8, w float8, k float8);
    INSERT INTO numbered SELECT i, i % 11, i % 7, i % 2 FROM generate_series(1, 300) i;
    CREATE TABLE feasts (day date, name text, days_before int, days_after int, s text);
    INSERT INTO feasts SELECT date '2024-01-05' + i * 9, CASE WHEN i % 3 = 0 THEN 'Other' ELSE 'Feast' END, i % 3, i % 2,
        CASE WHEN i % 4 = 0 THEN 's1' END FROM generate_series(0, 20) i;
    CREATE SCHEMA forged;
    CREATE TABLE forged.model (n serial PRIMARY KEY, model bytea NOT NULL);
    ALTER TABLE forged.model ALTER model SET STORAGE external;
    COPY forged.model (model) FROM '$work/forged';
    ANALYZE forged.model;
    CREATE TABLE forged.outcome (n int, call text, state text, message text, memory int);
    CREATE TABLE forged.call (number serial, call text);"
# \$1 is the model
need one "INSERT INTO forged.call (call) VALUES
    ('lstm_info(\$1)'), ('lstm_forecast(\$1)'), ('lstm_rolling(\$1)'), ('lstm_evaluate(\$1)'),
    ('lstm_predict(\$1, forged.input(\$1))'), ('lstm_anomalies(\$1)'), ('lstm_summary(\$1)'), ('lstm_forecast(\$1, series => ''{s1,s2,x}'')'),
    ('lstm_update(\$1, epochs => 1)'), ('lstm_weights(\$1)'), ('lstm_history(\$1)'), ('lstm_forecast(\$1, relation => ''load'', steps => 50)'),
    ('lstm_plot(\$1)'), ('lstm_report(\$1)'), ('lstm_report(\$1, ''load'')'), ('(SELECT lstm_info(lstm_average_agg(m, 1.5)) FROM (VALUES (\$1), (\$1)) v (m)) a'),
    ('lstm_predict(\$1, forged.input(\$1), steps => 100, level => 0.8)'), ('lstm_rolling(\$1, ''load'', steps => 2, stride => 7)'),
    ('lstm_evaluate(\$1, ''many'')'), ('(SELECT lstm_predict_agg(\$1, v) FROM load) a'), ('lstm_plot(\$1, ''numbered'')'),
    ('lstm_anomalies(\$1, ''load'')'), ('lstm_update(\$1, ''load'', epochs => 1, rehearsal => 0.5)'), ('lstm_forecast(\$1, as_of => ''2024-02-01'')'),
    ('lstm_forecast(\$1, holidays => ''feasts'')'), ('lstm_simulate(\$1, 3, holidays => ''feasts'')'),
    ('lstm_quantiles(\$1, steps => 3)'), ('lstm_components(\$1)'), ('lstm_components(\$1, relation => ''load'', steps => 30)'), ('lstm_rolling(\$1, ''load'', stride => 3, future => ''load'')');
    -- as many values as a window takes
    CREATE FUNCTION forged.input(model bytea) RETURNS float8[] LANGUAGE sql AS \$\$
        SELECT array_agg((i * i % 11)::float8) FROM generate_series(1, least(100000, (lstm_info(model)->>'lookback')::int *
            jsonb_array_length(lstm_info(model)->'inputs'))) i \$\$;
    CREATE FUNCTION forged.try(which int) RETURNS void LANGUAGE plpgsql AS \$\$
    DECLARE
        forgery bytea := (SELECT m.model FROM forged.model m WHERE m.n = which);
        calls int := (SELECT count(*) FROM forged.call);
        one text;
        said text;
    BEGIN
        FOR one IN SELECT c.call FROM generate_series(0, 2) i, forged.call c WHERE c.number = 1 + (which + i * (1 + which / calls)) % calls LOOP
            BEGIN
                EXECUTE 'SELECT count(*) FROM ' || one USING forgery;
                INSERT INTO forged.outcome VALUES (which, one, '00000', NULL, forged.memory('VmHWM'));
            EXCEPTION WHEN OTHERS THEN
                GET STACKED DIAGNOSTICS said = MESSAGE_TEXT;
                INSERT INTO forged.outcome VALUES (which, one, SQLSTATE, said, forged.memory('VmHWM'));
            END;
        END LOOP;
    END \$\$;
    -- kilobytes that this process has, or had at most
    CREATE FUNCTION forged.memory(what text) RETURNS int LANGUAGE sql AS
        \$\$ SELECT substring(pg_read_file('/proc/self/status', 0, 10000) FROM what || ':\\s*(\\d+)')::int \$\$"

# What takes longer than a second is cancelled, and has no outcome. The buffers are touched before memory is measured.
{
    echo "SET statement_timeout = 0;"
    echo "SELECT 'warm', sum(length(model)) FROM forged.model;"
    echo "SELECT forged.try(n) FROM generate_series(1, 20) n;"
    echo "TRUNCATE forged.outcome;"
    echo "SELECT 'session', pg_backend_pid();"
    echo "SELECT 'memory', forged.memory('VmRSS');"
    echo "SET statement_timeout = '1s';"
    echo "SELECT format('SELECT forged.try(%s)', n) FROM forged.model ORDER BY n \\gexec"
    echo "SET statement_timeout = 0;"
    echo "SELECT 'session', pg_backend_pid();"
    echo "SELECT 'memory', forged.memory('VmHWM');"
    echo "SELECT 'left', count(*) FROM pg_backend_memory_contexts WHERE name LIKE 'lstm%'
        AND name NOT IN ('lstm_forecast model cache', 'lstm_forecast cached model');"
    echo "SELECT 'threads', count(*) FROM pg_ls_dir('/proc/self/task');"
} | on one psql -XqAt -v VERBOSITY=verbose -d postgres 2>&1 | grep -v '^$' >"$work/said"

# Rounds commit, and are not called from a function: two nodes give forgeries for the models that they were to train.
{
    echo "SET client_min_messages = error;"
    echo "CREATE TABLE forged.shared (node text, options jsonb);"
    echo "INSERT INTO forged.shared VALUES ('a'), ('b');"
    echo "CREATE VIEW forged.trained AS SELECT s.node, m.model FROM forged.shared s LEFT JOIN forged.model m ON m.n = (options->>'seed')::int;"
    echo "CREATE TABLE forged.rounds (round int PRIMARY KEY, model bytea, error float8, learning_rate float8, status text);"
    echo "CREATE TABLE forged.kept (LIKE forged.rounds);"
    echo "CREATE FUNCTION forged.keep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO forged.kept SELECT NEW.*; RETURN NEW; END';"
    echo "CREATE TRIGGER keep AFTER INSERT ON forged.rounds FOR EACH ROW EXECUTE FUNCTION forged.keep();"
    echo "SET statement_timeout = '1s';"
    echo "SELECT format('CALL lstm_train_rounds(%L, %L, %L, 2, %L, true)', 'forged.shared', 'forged.trained', 'forged.rounds', format('{\"seed\": %s}', n))
        FROM forged.model WHERE n % (1 + $forgeries / 200) = 1 ORDER BY n \\gexec"
} | on one psql -XqAt -v VERBOSITY=verbose -d postgres >"$work/rounds" 2>&1

echo "# $(sql one "SELECT string_agg(state || ' ' || n, ', ' ORDER BY n DESC) FROM (SELECT state, count(*) AS n FROM forged.outcome GROUP BY state) s"), cancelled $(grep -c 57014 "$work/said")"
is "$(grep -E 'PANIC|terminated by signal|server process|AddressSanitizer|runtime error|Assertion' -B 1 "$work/one/log" | cut -c 1-2000)" '' \
    'no forgery brings the server down'
is "$(grep '^session' "$work/said" | sort | uniq -c | awk '{print $1}')" 2 'the session that they were given to lives on'
is "$(grep -v -e '^session|' -e '^memory|' -e '^warm|' -e 57014 -e '^LOCATION' -e '^CONTEXT' -e '^SQL statement' -e '^PL/pgSQL' -e '^left|0' -e '^threads|1' "$work/said" | sort | uniq -c | cut -c 1-500 | head -20)" '' \
    'no forgery is without an outcome but those that were cancelled, and none leaves memory or a thread'
is "$(grep '^ERROR' "$work/rounds" | grep -Ev '(22...|42...|54000|0A000|57014): ' | cut -c 1-300 | head)" '' 'rounds of forgeries end in errors that the reference names'
ok $(($(sql one 'SELECT (count(*) FILTER (WHERE round = 1) = 0)::int FROM forged.kept'))) 'or go on'
is "$(sql one "SELECT n, call, state, left(message, 300) FROM forged.outcome WHERE state LIKE 'XX%' OR state LIKE '53%' OR state = '22P01' ORDER BY 1 LIMIT 20")" '' \
    'no internal error, and no floating point exception'
is "$(sql one "SELECT n, call, state, left(message, 300) FROM forged.outcome WHERE state NOT IN ('00000', '22023', '22004', '22000', '22007',
    '22003', '22008', '22015', '22P03', '42703', '42804', '42P01', '42501', '42704', '42809', '54000', '0A000', '42602', '42601', '22P02') ORDER BY 1 LIMIT 20")" '' \
    'errors are those that the reference names'
is "$(grep 'duration: ' "$work/one/log" | grep 'forged.try' | cut -c 1-300 | head)" '' 'each answers to being cancelled'
set -- $(grep '^memory' "$work/said" | cut -d '|' -f 2)
echo "# memory grew by $((${2:-999999999} - ${1:-0})) kB"
ok $((${2:-999999999} - ${1:-0} > allowed_kb + 65536)) 'the session grows by no more than maintenance_work_mem and 64 MB'
sql one "SELECT '# it was most from forgery ' || n || ' on, ' || call || ': ' || state FROM forged.outcome ORDER BY memory DESC, n LIMIT 1"
ok $(($(sql one "SELECT (count(DISTINCT n) FILTER (WHERE state = '00000') < count(DISTINCT n) / 4)::int FROM forged.outcome"))) 'a quarter of the forgeries pass for models'
[ "$failures" -eq 0 ] || [ -z "${KEEP:-}" ] || on one pg_dump -d postgres -n forged -f "$KEEP"
stop one
done_testing
