# Random calls of the SQL functions give a result or a documented error, soon, and leave nothing behind.
#
# CALLS: how many; SEED: which ones. FUZZ_SECONDS: instead of a number, seeds from SEED on until this time has passed.
. "$(dirname "$0")/server.sh"

calls=${CALLS:-12000}
seed=${SEED:-1}
end=$(($(date +%s) + ${FUZZ_SECONDS:-0}))
create one <<'CONF'
fsync = off
restart_after_crash = on
maintenance_work_mem = 8MB
work_mem = 4MB
log_min_messages = log
log_min_error_statement = panic
CONF
start one
know_memory one
on one psql -XqAt -v ON_ERROR_STOP=1 -d postgres -f "$(dirname "$0")/../fuzz/calls.sql" >"$work/calls.out" 2>&1 || bail "$(cat "$work/calls.out")"

# A call that does not come back within 20 s is cancelled, and then has no outcome.
asked=0
while :; do
    asked=$((asked + calls))
    {
        echo "SET statement_timeout = '20s';"
        echo "SELECT format('SELECT fuzz.try(%s, %s)', $seed, round) FROM generate_series(1, $calls) round \\gexec"
        echo "SELECT 'left', count(*) FROM pg_backend_memory_contexts WHERE name LIKE 'lstm%'
            AND name NOT IN ('lstm_forecast model cache', 'lstm_forecast cached model');"
        echo "SELECT 'threads', count(*) FROM pg_ls_dir('/proc/self/task');"
    } | on one psql -XqAt -v VERBOSITY=verbose -d postgres 2>&1 | grep -v '^$' >>"$work/said"
    [ "$(date +%s)" -lt $end ] || break
    seed=$((seed + 1))
done

echo "# seeds ${SEED:-1} to $seed, $calls calls each: $(sql one "SELECT string_agg(state || ' ' || n, ', ' ORDER BY n DESC)
    FROM (SELECT state, count(*) AS n FROM fuzz.outcome GROUP BY state) s")"
is "$(grep -E 'PANIC|terminated by signal|server process|AddressSanitizer|runtime error' -B 1 "$work/one/log" | cut -c 1-2000)" '' 'no call brings the server down'
is "$(grep -vx -e 'left|0' -e 'threads|1' "$work/said" | sort | uniq -c | cut -c 1-500)" '' 'no call is without an outcome, and none leaves memory or a thread'
is "$(sql one 'SELECT count(*) FROM fuzz.outcome')" "$asked" 'each was made'
# those of doc/reference.md, and what PostgreSQL says of arguments that it does not let through
is "$(sql one "SELECT seed, round, state, left(message, 300), left(call, 1500) FROM fuzz.outcome WHERE state NOT IN ('00000', '22023', '22004', '22000', '22007',
    '22003', '22008', '22015', '22P03', '42703', '42804', '42P01', '42501', '42704', '54000', '0A000', '22P02', '42809') ORDER BY 1, 2 LIMIT 20")" '' \
    'the errors of the calls are those that the reference names'
is "$(sql one "SELECT seed, round, left(message, 300) FROM fuzz.outcome WHERE message IS NOT NULL AND
    (message = '' OR convert_from(convert_to(message, 'UTF8'), 'UTF8') <> message) LIMIT 5")" '' 'with messages that are text'
ok $(($(sql one "SELECT (count(*) FILTER (WHERE state = '00000') < count(*) / 10)::int FROM fuzz.outcome"))) 'some are sound'
is "$(grep -E 'leak|still referenced' "$work/one/log" | head)" '' 'nothing is left open'
stop one
done_testing
