# A hot standby forecasts with what the primary stored, and logical replication carries models to another server.
. "$(dirname "$0")/server.sh"

create primary <<'CONF'
wal_level = logical
fsync = off
CONF
start primary
need primary "CREATE EXTENSION lstm_forecast; $series"
wanted=$(sql primary "$fingerprint")

# caught_up: whether the standby has all that the primary wrote
caught_up() {
    says standby "SELECT pg_last_wal_replay_lsn() >= '$(sql primary 'SELECT pg_current_wal_lsn()')'" t
}

# ---- hot standby

add standby
as_postgres pg_basebackup -h "$work/primary/socket" -D "$work/standby/data" -R -c fast --no-sync >"$work/out" 2>&1 ||
    bail "$(cat "$work/out")"
configure standby </dev/null
start standby
within 30 caught_up
ok $? 'the standby follows'
is "$(sql standby 'SELECT pg_is_in_recovery()')" t 'the standby is in recovery'
is "$(sql standby "$fingerprint")" "$wanted" 'models forecast the same on it, bit by bit'
is "$(sql standby "SELECT count(*) FROM lstm_predict(lstm_load('load', 1), (SELECT array_agg(mw ORDER BY at) FROM load))")" 3 \
    'lstm_load and lstm_predict work on it'
is "$(sql standby "SELECT md5(lstm_train('load', 'mw', horizon => 6, options => '{\"epochs\": 5, \"units\": 6}'))")" \
    "$(sql primary "SELECT md5(model) FROM models")" 'lstm_train works on the standby, with the same result'
is "$(sql standby "SELECT lstm_save('load', lstm_load('load'))")" \
    'ERROR:  cannot execute SELECT FOR NO KEY UPDATE in a read-only transaction' 'lstm_save is refused'
is "$(sql standby "CALL lstm_train_into('load', 'load', 'mw', $endless)")" \
    'ERROR:  cannot execute INSERT in a read-only transaction' 'lstm_train_into is refused before it trains'
need primary "SELECT lstm_save('load', model, 'replicated') FROM models"
within 30 says standby "SELECT version FROM lstm_models WHERE active" 3
ok $? 'a new version is active on the standby soon after'

# ---- logical replication

create subscriber <<'CONF'
fsync = off
CONF
start subscriber
need subscriber "CREATE EXTENSION lstm_forecast; CREATE TABLE load (at timestamptz PRIMARY KEY, mw float8 NOT NULL);
    CREATE TABLE models (name text PRIMARY KEY, model bytea NOT NULL)"
# since version 15 a publication can choose by name, which is part of the primary key
only=
[ "$(sql primary 'SHOW server_version_num')" -lt 150000 ] || only="WHERE (name <> 'private')"
need primary "CREATE PUBLICATION forecasts FOR TABLE load, models, lstm_models $only"
need subscriber "CREATE SUBSCRIPTION forecasts CONNECTION 'host=$work/primary/socket dbname=postgres user=postgres'
    PUBLICATION forecasts"
wanted=$(sql primary "$fingerprint")
within 60 says subscriber "$fingerprint" "$wanted"
ok $? 'models that were there are copied, and forecast the same, bit by bit'
need primary "SELECT lstm_activate('load', 1); UPDATE models SET model = lstm_load('load')"
wanted=$(sql primary "$fingerprint")
within 60 says subscriber "$fingerprint" "$wanted"
ok $? 'a model that is replaced is replaced there'
within 60 says subscriber "SELECT version FROM lstm_models WHERE active" 1
ok $? 'what is active there changes with it'
forecast="SELECT md5(string_agg(f::text, '' ORDER BY f.step)) || count(*) FROM lstm_forecast(lstm_load('load')) f"
is "$(sql subscriber "$forecast")" "$(sql primary "$forecast")" 'lstm_load gives it there, and the forecast is the same, bit by bit'

# rights and policies stay where they are, and do not keep models from arriving
need subscriber "CREATE ROLE reader; GRANT SELECT ON load TO reader; ALTER TABLE lstm_models ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own ON lstm_models FOR SELECT TO reader USING (name = 'far')"
need primary "CREATE ROLE reader; GRANT SELECT ON lstm_models TO reader; CREATE TABLE far AS SELECT * FROM load;
    SELECT lstm_save('far', lstm_train('far', 'mw', horizon => 2, options => '{\"epochs\": 1, \"units\": 4}'));
    SELECT lstm_save('private', lstm_load('load'));
    DELETE FROM lstm_models WHERE name = 'load' AND version = 2"
within 60 says subscriber "SELECT string_agg(version::text, ' ' ORDER BY version) FROM lstm_models WHERE name = 'load'" '1 3'
ok $? 'a version that is deleted is deleted there'
like "$(sql subscriber "SET ROLE reader; SELECT lstm_load('far')")" 'ERROR:  permission denied for table lstm_models' \
    'rights of the publisher count for nothing there'
need subscriber 'GRANT SELECT ON lstm_models TO reader'
within 60 says subscriber "SET ROLE reader; SELECT length(lstm_load('far')) > 0" t
ok $? 'who was granted the right there loads a model that its policy shows'
like "$(sql subscriber "SET ROLE reader; SELECT lstm_load('load')")" 'ERROR:  model "load" does not exist*' 'and no other'
like "$(sql subscriber "SELECT lstm_forecast(lstm_load('far'))")" 'ERROR:  relation "public.far"*does not exist*' \
    'a model arrives although what it was trained on does not'
is "$(sql subscriber "SET ROLE reader; SELECT count(*) FROM lstm_forecast(lstm_load('far'), relation => 'load')")" 2 \
    'it forecasts from rows that are there'
if [ -n "$only" ]; then
    is "$(sql subscriber "SELECT count(*) FROM lstm_models WHERE name = 'private'")" 0 'names that are not published stay away'
fi
need subscriber 'DROP SUBSCRIPTION forecasts'
is "$(sql subscriber "SELECT lstm_save('load', lstm_load('load'))")" 4 'on its own it saves the next version: no sequence is needed'

# ---- the standby takes over

need standby 'SELECT pg_promote()'
within 30 says standby 'SELECT pg_is_in_recovery()' f
is "$(sql standby "SELECT lstm_save('load', model) FROM models")" 4 'a promoted standby saves the next version'
is "$(sql standby "SELECT count(*) FROM lstm_forecast(lstm_load('load'))")" 3 'a promoted standby forecasts with the version it saved'

stop subscriber
stop standby
stop primary
done_testing
