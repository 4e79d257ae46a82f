# kill -9 of backends that train, and of the postmaster, while others commit: nothing that was committed is lost.
#
# A writer commits rows and models and notes each commit only when the server has confirmed it. After each kill all that it
# noted must be there, and each model must be the bytes that were stored and forecast what it did. KILLS: of backends.
. "$(dirname "$0")/server.sh"

kills=${KILLS:-3}
create one <<'CONF'
fsync = on
restart_after_crash = on
CONF
start one
need one "CREATE EXTENSION lstm_forecast; $series; CREATE TABLE written (n int PRIMARY KEY);
    CREATE TABLE kept (n int PRIMARY KEY, model bytea NOT NULL, bytes text NOT NULL, forecasts text NOT NULL);
    CREATE VIEW damaged AS SELECT n FROM kept WHERE bytes <> md5(model) OR forecasts IS DISTINCT FROM
        (SELECT md5(string_agg(f::text, '' ORDER BY step)) FROM lstm_forecast(model) f)"
wanted=$(sql one "$fingerprint")

# One transaction each, while there is a file to go on: a row, and a model with its sum and its forecasts. Notes the number
# when it is committed.
write() {
    while [ -e "$work/go" ]; do
        n=$(cat "$work/next")
        echo $((n + 1)) >"$work/next"
        if sql one "WITH m AS (SELECT lstm_train('load', 'mw', horizon => 3, options => '{\"epochs\": 1, \"units\": 4, \"seed\": $n}') AS model),
            w AS (INSERT INTO written VALUES ($n))
            INSERT INTO kept SELECT $n, model, md5(model), (SELECT md5(string_agg(f::text, '' ORDER BY step)) FROM lstm_forecast(model) f)
            FROM m" >/dev/null; then
            echo "$n" >>"$work/confirmed"
        else
            sleep 0.1
        fi
    done
}

answers() {
    [ "$(sql one 'SELECT 1')" = 1 ]
}

threads_of() {
    ls "/proc/$1/task" 2>/dev/null | wc -l
}

# train STATEMENT: in the background, until its threads compute; its process is $pid
train() {
    PGAPPNAME=trainer sql one "$1" >"$work/trained" 2>&1 &
    within 30 training || bail "no training: $(cat "$work/trained")"
}

training() {
    pid=$(sql one "SELECT pid FROM pg_stat_activity WHERE application_name = 'trainer' AND state = 'active'")
    [ -n "$pid" ] && [ "$(threads_of "$pid")" -gt 1 ]
}

gone() {
    [ ! -e "/proc/$1" ]
}

# three commits after 'confirmed'
writes_on() {
    [ "$(wc -l <"$work/confirmed")" -ge $((confirmed + 3)) ]
}

# how many of what was confirmed are missing
missing() {
    sql one "SELECT count(*) FROM unnest('{$(tr '\n' ',' <"$work/confirmed" | sed 's/,$//')}'::int[]) c
        WHERE c NOT IN (SELECT n FROM written) OR c NOT IN (SELECT n FROM kept)"
}

# the number of the server's segment of shared memory
segment() {
    sed -n 7p "$work/one/data/postmaster.pid" | awk '{ print $2 }'
}

# segments NUMBER: 1 while there is one of this number, else 0
segments() {
    ipcs -m -i "$1" 2>/dev/null | grep -c cpid
}

echo 1 >"$work/next"
: >"$work/confirmed"
: >"$work/go"
write &
writer=$!
within 30 [ -s "$work/confirmed" ] || bail 'the writer does not write'

# ---- backends

killed=0
lost=0
left=0
memory=0
while [ $killed -lt "$kills" ]; do
    # in turn: a function, a procedure
    if [ $((killed % 2)) -eq 0 ]; then
        train "SELECT length(lstm_train('load', 'mw', $endless))"
    else
        train "CALL lstm_train_into('load', 'load', 'mw', $endless)"
    fi
    before=$(segment)
    kill -9 "$pid"
    killed=$((killed + 1))
    within 30 gone "$pid" || left=$((left + 1))
    within 60 answers || bail "the server does not come back: $(tail "$work/one/log")"
    lost=$((lost + $(missing)))
    [ "$before" = "$(segment)" ] || memory=$((memory + $(segments "$before")))
    confirmed=$(wc -l <"$work/confirmed")
    within 30 writes_on || bail 'the writer does not write'
done
is "$killed kills, $lost lost" "$kills kills, 0 lost" "after kill -9 of $kills backends in training all that was confirmed is there"
is $left 0 'nothing of a killed backend runs on, no thread either'
is $memory 0 'no shared memory of the server before is left'
is "$(sql one "SELECT count(*) FROM damaged")" 0 'each model is what was stored, and forecasts the same'

# ---- the postmaster

train "CALL lstm_train_into('load', 'load', 'mw', $endless)"
postmaster=$(head -n 1 "$work/one/data/postmaster.pid")
before=$(segment)
kill -9 "$postmaster"
within 10 gone "$pid"
ok $? 'a training ends soon when the postmaster is killed'
start one
ok 0 'the server starts again on its data after its postmaster was killed'
rm "$work/go"
wait $writer
is "$(missing)" 0 'all that was confirmed is there'
is "$(sql one "SELECT count(*) FROM damaged")" 0 'each model is what was stored, and forecasts the same'
is "$(sql one "$fingerprint")" "$wanted" 'models from before the kills are as they were stored'
is "$(sql one "SELECT count(*) FROM lstm_models")" 2 'nothing of a killed training is stored'
is "$(sql one "SELECT count(*) FROM written w FULL JOIN kept k USING (n) WHERE w.n IS NULL OR k.n IS NULL")" 0 \
    'no transaction is there by half'
rows=$(sql one 'SELECT count(*) FROM kept')
after=$(segment)
is "$(segments "$after")" 1 'the server has its shared memory'
stop one
is "$(segments "$after")" 0 'the server leaves no shared memory when it is stopped'
is "$(segments "$before")" 0 'the server whose postmaster was killed leaves no shared memory'

echo "# backends killed in training: $kills; postmasters: 1; commits confirmed: $(wc -l <"$work/confirmed");" \
    "rows and models checked: $rows; lost: $lost"
done_testing
