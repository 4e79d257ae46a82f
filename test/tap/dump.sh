# What pg_dump writes, pg_restore brings back: models, their versions, the rights on them, and the forecasts bit by bit.
. "$(dirname "$0")/server.sh"

create one <<'CONF'
fsync = off
CONF
start one
on one createdb source
# a schema whose name has to be quoted, and which is in no search_path but this one
need one "CREATE SCHEMA \"For casts\"; CREATE EXTENSION lstm_forecast SCHEMA \"For casts\";
    CREATE ROLE reader; ALTER DATABASE source SET search_path = public, \"For casts\"" source
need one "$series; GRANT SELECT ON lstm_models TO reader" source
wanted=$(sql one "$fingerprint" source)
like "$wanted" '????????????????????????????????15*' 'three models forecast 6, 3 and 6 steps'

# restored NAME [SOURCE OPTION ...]: a database made of a dump in the archive format
restored() {
    on one createdb "$1"
    sql one "ALTER DATABASE $1 SET search_path = public, \"For casts\"" >/dev/null
    target=$1
    shift
    on one pg_dump -Fc "$@" >"$work/dump" && on one pg_restore --exit-on-error -d "$target" "$work/dump"
}

restored whole source
ok $? 'pg_restore takes what pg_dump wrote without an error'
is "$(sql one "$fingerprint" whole)" "$wanted" 'restored models are the same bytes, and forecast the same, bit by bit'
registry='SELECT name, version, active, created, note FROM lstm_models ORDER BY version'
is "$(sql one "$registry" whole)" "$(sql one "$registry" source)" 'names, versions, times and notes are restored'
like "$(sql one "SET ROLE reader; SELECT count(*) FROM \"For casts\".lstm_models" whole)" \
    'ERROR:  permission denied for schema For casts*' 'a role still needs the schema'
is "$(sql one "GRANT USAGE ON SCHEMA \"For casts\" TO reader; SET ROLE reader; SELECT length(lstm_load('load')) > 0" whole)" t \
    'a right on lstm_models is restored with it'
like "$(sql one "SET ROLE reader; SELECT lstm_activate('load', 2)" whole)" '*permission denied for table lstm_models' \
    'no other right is restored'
is "$(sql one "SELECT lstm_save('load', lstm_load('load'))" whole)" 3 'versions go on from where they were'

on one createdb plain
on one pg_dump source | on one psql -Xq -v ON_ERROR_STOP=1 -d plain >"$work/out" 2>&1
ok $? 'a dump as SQL runs without an error'
is "$(sql one "SET search_path = public, \"For casts\"; $fingerprint" plain)" "$wanted" 'a restored model forecasts the same'

restored bare --schema-only source
is "$(sql one "SELECT count(*) FROM lstm_models" bare)" 0 'a dump of the schema alone has the table without rows'
is "$(sql one "SELECT lstm_save('a', lstm_import('{\"input\": [2, 1], \"layers\": [{\"type\": \"flatten\"},
    {\"type\": \"dense\", \"units\": 1}]}', '{1, 1, 0}'))" bare)" 1 'the table restored from a dump of the schema alone works'
on one pg_dump --data-only source | on one psql -Xq -v ON_ERROR_STOP=1 -d bare -c 'DELETE FROM "For casts".lstm_models' -f - \
    >"$work/out" 2>&1
ok $? 'data alone are restored into it'
is "$(sql one "$fingerprint" bare)" "$wanted" 'models restored as data alone forecast the same'

# into another schema: the extension moves, and its rows go along
need one "CREATE SCHEMA moved; ALTER EXTENSION lstm_forecast SET SCHEMA moved; ALTER DATABASE whole RESET search_path;
    DELETE FROM moved.lstm_models WHERE version = 3" whole
restored again whole
is "$(sql one "SET search_path = public, moved; $fingerprint" again)" "$wanted" 'moved to another schema they are dumped from there'
is "$(sql one "SET search_path = pg_catalog; SELECT count(*) FROM moved.lstm_forecast(moved.lstm_load('load', 1))" again)" 3 \
    'functions find the table wherever they are'

stop one
done_testing
