# Many sessions train, save, activate and forecast at once, under the load of pgbench: each gets the result that it would get
# alone, and each version that is saved is there. SESSIONS and DURATION: how many, how many seconds.
. "$(dirname "$0")/server.sh"

sessions=${SESSIONS:-8}
seconds=${DURATION:-6}
create one <<CONF
fsync = off
max_connections = $((sessions * 2 + 20))
CONF
start one
need one "CREATE EXTENSION lstm_forecast; $series; CREATE TABLE seen (what text, result text)"

# ---- savers of one name

i=0
while [ $i -lt "$sessions" ]; do
    # one statement each: psql before version 15 shows only the last result of several
    on one psql -XqAt -d postgres -c BEGIN -c "SELECT lstm_save('together', model) FROM models" -c 'SELECT pg_sleep(0.05)' \
        -c COMMIT >"$work/saved.$i" 2>&1 &
    savers="${savers:-} $!"
    i=$((i + 1))
done
for saver in $savers; do
    wait "$saver"
done
is "$(cat "$work"/saved.* | grep -v '^$' | sort -n | tr '\n' ' ')" "$(seq -s ' ' 1 "$sessions") " \
    "$sessions that save a first version at once get a version each"
is "$(sql one "SELECT count(*), max(version) FILTER (WHERE active), count(*) FILTER (WHERE active) FROM lstm_models WHERE name = 'together'")" \
    "$sessions|$sessions|1" 'all are there, and the last one alone is active'

# ---- all at once

cat >"$work/train.sql" <<'SQL'
INSERT INTO seen SELECT 'train', md5(lstm_train('load', 'mw', horizon => 6, options => '{"epochs": 5, "units": 6, "threads": 2}'));
SQL
cat >"$work/into.sql" <<'SQL'
CALL lstm_train_into('into', 'load', 'mw', horizon => 6, options => '{"epochs": 5, "units": 6}');
SQL
cat >"$work/save.sql" <<'SQL'
INSERT INTO seen SELECT 'save', lstm_save('shared', model) FROM models;
SQL
cat >"$work/activate.sql" <<'SQL'
INSERT INTO seen SELECT 'activate', lstm_activate('shared', 1)::text;
SQL
cat >"$work/forecast.sql" <<'SQL'
INSERT INTO seen SELECT 'forecast', md5(string_agg(f::text, '' ORDER BY step)) FROM lstm_forecast(lstm_load('shared')) f;
SQL
need one "SELECT lstm_save('shared', model) FROM models"
on one pgbench -i -q -d postgres >"$work/init" 2>&1 || bail "$(cat "$work/init")"
on one pgbench -n -c "$sessions" -T "$seconds" -d postgres >"$work/load" 2>&1 &
load=$!
on one pgbench -n -c "$sessions" -T "$seconds" -f "$work/train.sql@2" -f "$work/into.sql@1" -f "$work/save.sql@2" \
    -f "$work/activate.sql@1" -f "$work/forecast.sql@6" -d postgres >"$work/run" 2>&1
ok $? "$sessions sessions trained and forecast for $seconds s without an error" || sed 's/^/# /' "$work/run"
grep -iE 'error|abort|fatal' "$work/run" | sed 's/^/# /'
wait $load
ok $? 'pgbench ended without an error'

processed=$(sed -n 's/^number of transactions actually processed: //p' "$work/run")
is "$(sql one "SELECT (SELECT count(*) FROM seen) + (SELECT count(*) FROM lstm_models WHERE name = 'into')")" "$processed" \
    'each transaction has left its row'
is "$(sql one "SELECT count(*) FROM unnest('{train,save,activate,forecast}'::text[]) w WHERE w NOT IN (SELECT what FROM seen)")" 0 \
    'each kind of work was done'
is "$(sql one "SELECT DISTINCT result = (SELECT md5(model) FROM models) FROM seen WHERE what = 'train'")" t \
    'each training had the result that it has alone, bit by bit'
is "$(sql one "SELECT DISTINCT model = (SELECT model FROM models) FROM lstm_models WHERE name IN ('into', 'shared')")" t \
    'each model that was saved is what it was alone, bit by bit'
is "$(sql one "SELECT DISTINCT result = (SELECT md5(string_agg(f::text, '' ORDER BY step)) FROM models, lstm_forecast(model) f)
    FROM seen WHERE what = 'forecast'")" t 'each forecast is what it was alone, bit by bit'
is "$(sql one "SELECT count(*) FROM seen WHERE what = 'save' AND result NOT IN (SELECT version::text FROM lstm_models WHERE
    name = 'shared')")" 0 'each version that a session was told of is there'
is "$(sql one "SELECT count(*) - count(DISTINCT result) FROM seen WHERE what = 'save'")" 0 'each version was told to one session only'
is "$(sql one "SELECT max(n) FROM (SELECT count(*) AS n FROM lstm_models WHERE active GROUP BY name) a")" 1 \
    'of each name one version is active'
echo "# sessions: $sessions, beside as many of pgbench; seconds: $seconds; transactions: $processed;" \
    "$(sql one "SELECT string_agg(what || ' ' || n, ', ' ORDER BY what) FROM (SELECT what, count(*) AS n FROM seen GROUP BY 1
        UNION ALL SELECT 'lstm_train_into', count(*) FROM lstm_models WHERE name = 'into') c");" \
    "$(sed -n 's/^number of transactions actually processed: \([0-9]*\).*/pgbench \1/p' "$work/load")"

stop one
done_testing
