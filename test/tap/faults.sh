# Every allocation of memory is made to fail once, and every start of a thread: an error, or a result, and nothing is left.
#
# For each statement the first allocation after its start fails, then the second, and so on until it comes through: first
# what the C library is asked for, by anyone, then what the extension asks PostgreSQL for. What may come out is SQLSTATE
# 53200 or what comes out otherwise. Then the session must be as before: no memory of the extension, no thread, nothing left
# open, and the statement gives what it gave before. FAULTS: the most allocations of a statement.
. "$(dirname "$0")/server.sh"

most=${FAULTS:-400}
as_postgres sh -c "gcc -shared -fPIC -O1 -I'$(pg_config --includedir-server)' -x c - -o '$work/faults.so' -ldl" <"$(dirname "$0")/faults.c" \
    >"$work/faults.log" 2>&1 || bail "faults.c: $(cat "$work/faults.log")"
# the same module, but for its allocators
"${MAKE:-make}" -s faults PG_CONFIG="$PG_BIN/pg_config" >"$work/faults.log" 2>&1 || bail "faults_allocators.c: $(cat "$work/faults.log")"
cp -R "$STAGE" "$work/stage"
cp build/faults/lstm_forecast.so "$work/stage$("$PG_BIN/pg_config" --pkglibdir)/"
chmod -R a+rX "$work/stage"
STAGED_SETTINGS=$(echo "$STAGED_SETTINGS" | sed "s|$STAGE|$work/stage|g")
create one <<'CONF'
fsync = off
max_parallel_workers_per_gather = 0
CONF
PRELOAD=$work/faults.so
start one
PRELOAD=
know_memory one
need one "CREATE EXTENSION lstm_forecast; $series;
    CREATE FUNCTION faults_arm(text, int) RETURNS void LANGUAGE C AS '$work/faults.so';
    CREATE FUNCTION faults_seen(text) RETURNS bigint LANGUAGE C AS '$work/faults.so'"
# those who come later than the model know
need one "CREATE TABLE later AS TABLE load; INSERT INTO later SELECT at + interval '10 days', mw FROM load WHERE at < '2024-01-02';
    ALTER TABLE later ADD PRIMARY KEY (at);
    CREATE TABLE series AS SELECT place, at, mw FROM load, unnest(ARRAY['north', 'south']) place"
need one "CREATE TABLE places AS SELECT lstm_train('series', 'mw', 'at', 'place', lookback => 6, horizon => 3, options => '{\"epochs\": 2, \"units\": 3, \"threads\": 2}') AS model"

little='"epochs": 2, "units": 3, "threads": 2'
train="lstm_train('load', 'mw', lookback => 6, options => '{$little, \"batch_size\": 128}')"

# session STATEMENT: what a session of its own prints, with the state of each error
session() {
    on one psql -XqAt -v VERBOSITY=sqlstate -d postgres 2>&1
}

# what the extension has left in this session: memory other than that of kept models, more of those than it used, threads
left="SELECT 'left', count(*) FILTER (WHERE name LIKE 'lstm%' AND name NOT IN ('lstm_forecast model cache', 'lstm_forecast cached model')),
    count(*) FILTER (WHERE name = 'lstm_forecast cached model') < 3, (SELECT count(*) FROM pg_ls_dir('/proc/self/task'))
    FROM pg_backend_memory_contexts"

# fails NAME STATEMENT: one that gives one row
fails() {
    for kind in memory allocations; do
        # the first run loads what is loaded once; the second counts
        { echo "$2;"; echo "SELECT faults_arm('$kind', 0);"; echo "$2;"; echo "SELECT 'seen', faults_seen('$kind');"; } |
            session >"$work/sound"
        calls=$(sed -n 's/^seen|//p' "$work/sound")
        answer=$(sed -n 1p "$work/sound")
        case "$calls" in
            '' | 0) bail "$1: $(cat "$work/sound")" ;;
        esac
        step=$(((calls + most - 1) / most))
        {
            echo "$2;"
            n=1
            while [ $n -le $((calls + step)) ]; do
                echo "SELECT faults_arm('$kind', $n);"
                echo "$2;"
                echo "SELECT 'seen', faults_seen('$kind') >= $n;"
                n=$((n + step))
            done
            echo "SELECT faults_arm('$kind', 0); $left; $2;"
        } | session | grep -v '^$' >"$work/faults.out"
        strange=$(grep -v -e '^ERROR:  53200$' -e '^seen|[tf]$' "$work/faults.out" | grep -vxF -e "$answer" -e 'left|0|t|1')
        is "$strange" '' "$1, $kind failing: SQLSTATE 53200, or the result as ever"
        refused=$(grep -c '^ERROR:  53200$' "$work/faults.out")
        echo "# $1: $(grep -c '^seen|t' "$work/faults.out") of $calls $kind failed, $refused were errors"
        ok $((refused == 0)) "$1, $kind failing: some are errors"
        is "$(tail -n 2 "$work/faults.out" | tr '\n' ' ')" "left|0|t|1 $answer " "$1, $kind failing: the session goes on, and nothing is left in it"
    done
}

# md5 has an error of its own for memory that is not there
sum='hashtext(encode('
sums="round(sum(forecast)::numeric, 6), count(*)"
fails 'a training' "SELECT $sum $train, 'hex'))"
fails 'a training of several series' "SELECT length(lstm_train('series', 'mw', 'at', 'place', lookback => 6, options => '{$little}'))"
fails 'an aggregate' "SELECT $sum lstm_train_agg(at, mw, '{$little, \"lookback\": 6}'), 'hex')) FROM load"
fails 'a forecast of a model that is not kept' "SELECT $sums FROM models, lstm_forecast(model, 12)"
fails 'tuning' "SELECT count(*) FROM lstm_tune('load', 'mw', lookback => 6, options => '{$little}', grid => '{\"units\": [1, 2]}', folds => 2, trials => 2)"
fails 'an update' "SELECT new_rows, $sum new_model, 'hex')) FROM models, lstm_update(model, 'later')"
fails 'known rows' "SELECT count(*), round(sum(value)::numeric, 6) FROM models, lstm_evaluate(model)"
fails 'a plot' "SELECT hashtext(lstm_plot(model)) FROM models"
fails 'a report' "SELECT length(lstm_report(model)) FROM models"
fails 'a report of series of which one has no rows' "SELECT length(lstm_report(model, series => '{north,x,south}')) FROM places"
fails 'an import' "SELECT length(lstm_import('{\"input\": [2, 1], \"layers\": [{\"type\": \"lstm\", \"units\": 1}, {\"type\": \"dense\", \"units\": 1}]}', array_fill(1::real, ARRAY[14])))"
fails 'saving' "SELECT lstm_save('x', model) > 0 FROM models"

# ---- threads

ensemble="SELECT md5(lstm_train('load', 'mw', lookback => 6, options => '{\"epochs\": 2, \"units\": 3, \"ensemble\": 3, \"threads\": 3}'))"
for n in 0 1 2; do
    {
        echo "SET lstm_forecast.max_threads = 3; SELECT faults_arm('threads', $n);"
        echo "$ensemble;"
        echo "SELECT 'seen', faults_seen('threads'); $left;"
    } | session | grep -v '^$' | tr '\n' ' ' >"$work/threads$n"
done
like "$(cat "$work/threads0")" '* seen|2 left|0|t|1 ' 'three networks are trained by three threads'
# what could not be started is not asked for again
is "$(cat "$work/threads1")" "$(sed 's/seen|2/seen|1/' "$work/threads0")" 'three networks are trained by one thread where the second cannot be started: the same model'
is "$(cat "$work/threads2")" "$(cat "$work/threads0")" 'three networks are trained by two threads where the third cannot be started'

# ---- the server

is "$(grep -E 'PANIC|terminated by signal|leak|still referenced|TRAP' "$work/one/log")" '' 'the server has nothing to complain of'
stop one
done_testing
