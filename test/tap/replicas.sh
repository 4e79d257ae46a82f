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
need primary 'CREATE PUBLICATION forecasts FOR TABLE load, models, lstm_models'
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
is "$(sql subscriber "SELECT count(*) FROM lstm_forecast(lstm_load('load'))")" 3 'lstm_load gives it there'

# ---- the standby takes over

need standby 'SELECT pg_promote()'
within 30 says standby 'SELECT pg_is_in_recovery()' f
is "$(sql standby "SELECT lstm_save('load', model) FROM models")" 4 'a promoted standby saves the next version'
is "$(sql standby "SELECT count(*) FROM lstm_forecast(lstm_load('load'))")" 3 'a promoted standby forecasts with the version it saved'

stop subscriber
stop standby
stop primary
done_testing
