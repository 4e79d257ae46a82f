# Whoever may create objects in a database may create the extension there: it is trusted.
. "$(dirname "$0")/server.sh"

create one <<'CONF'
fsync = off
CONF
start one
need one "CREATE ROLE tenant; CREATE ROLE reader; CREATE ROLE other"
on one createdb -O tenant tenants
# as ROLE STATEMENT
as() {
    sql one "SET ROLE $1; $2" tenants
}
like "$(as other 'CREATE EXTENSION lstm_forecast')" '*permission denied to create extension "lstm_forecast"*' 'other roles may not create the extension'
is "$(as tenant 'CREATE EXTENSION lstm_forecast')" '' 'the owner of a database may'
need one "SET ROLE tenant; $series" tenants
is "$(as tenant "SELECT count(*) FROM lstm_forecast(lstm_load('load'))")" 3 'trains, saves and forecasts'
is "$(as tenant 'GRANT SELECT ON lstm_models TO reader')" '' 'the owner of the database grants rights on the models'
is "$(as reader "SELECT length(lstm_load('load')) > 0")" t 'a role that was granted rights loads a model'
like "$(as tenant 'SELECT FROM lstm_build_info(); SET lstm_forecast.max_train_time = 0')" '*permission denied to set parameter "lstm_forecast.max_train_time"*' \
    'limits are not his'
like "$(as other "SELECT lstm_load('load')")" '*permission denied for table lstm_models*' 'a role without rights loads no model'
wanted=$(sql one "$fingerprint" tenants)
on one createdb again
on one pg_dump -Fc tenants >"$work/dump" && on one pg_restore --exit-on-error -d again "$work/dump"
ok $? 'the dump of the database is restored without an error'
is "$(sql one "$fingerprint" again)" "$wanted" 'models and forecasts are the same'
is "$(as tenant 'DROP EXTENSION lstm_forecast')" '' 'the owner of the database may drop the extension'

stop one
done_testing
