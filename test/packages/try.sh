#!/bin/sh
# Tries an extension that is installed: starts a server, trains, forecasts, updates from every earlier version, and removes
# it from the database. Prints TAP.
#
#     test/packages/try.sh VERSION [SETTING=VALUE ...]
#
# WANTED is the version that it should be, if that is known here. Settings are those of the server, such as where it finds
# the extension. Needs nothing but the server of this version and what was installed: it is run in clean chroots, in images,
# and by debian/tests.
set -u

here=$(cd "$(dirname "$0")" && pwd)
bin=/usr/lib/postgresql/$1/bin
shift
work=$(mktemp -d "${TMPDIR:-/tmp}/lstm_forecast.XXXXXX")
chmod 755 "$work"
cp "$here"/*.sql "$work"
tests=0
failures=0

# as_postgres COMMAND [ARGUMENT ...]: servers refuse root
as_postgres() {
    if [ "$(id -u)" -eq 0 ]; then
        (cd "$work" && exec runuser -u postgres -- "$@")
    else
        (cd "$work" && exec "$@")
    fi
}
[ "$(id -u)" -ne 0 ] || chown -R postgres "$work"

finish() {
    [ ! -f "$work/data/postmaster.pid" ] || as_postgres "$bin/pg_ctl" -D "$work/data" -m immediate -w stop >/dev/null 2>&1
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 1' INT TERM

bail() {
    echo "Bail out! $1"
    exit 1
}

as_postgres "$bin/initdb" -D "$work/data" -U postgres -A trust -E UTF8 --locale=C --no-sync >"$work/log" 2>&1 ||
    bail "initdb failed: $(cat "$work/log")"
{
    printf "listen_addresses = ''\nunix_socket_directories = '%s'\nfsync = off\ntimezone = UTC\n" "$work"
    for setting in "$@"; do
        echo "${setting%%=*} = '${setting#*=}'"
    done
} | as_postgres tee -a "$work/data/postgresql.conf" >/dev/null
as_postgres "$bin/pg_ctl" -D "$work/data" -l "$work/server.log" -w start >"$work/log" 2>&1 ||
    bail "the server did not start: $(cat "$work/log" "$work/server.log")"

# sql USER DATABASE [ARGUMENT ...]: of psql, which stops at the first error
sql() {
    user=$1
    database=$2
    shift 2
    as_postgres "$bin/psql" -XqAt -v ON_ERROR_STOP=1 -v VERBOSITY=terse -h "$work" -U "$user" -d "$database" "$@" 2>&1
}

# is WANTED HAVE NAME
is() {
    tests=$((tests + 1))
    if [ "$1" = "$2" ]; then
        echo "ok $tests - $3"
    else
        failures=$((failures + 1))
        echo "not ok $tests - $3"
        printf 'wanted: %s\nhave: %s\n' "$1" "$2" | sed 's/^/# /'
    fi
}

answer=$(sql postgres postgres -c 'CREATE ROLE analyst LOGIN' -c 'CREATE DATABASE fresh OWNER analyst') || bail "$answer"

# by the owner of the database, who is no superuser
is '' "$(sql analyst fresh -c 'CREATE EXTENSION lstm_forecast')" 'the owner of a database creates the extension'
newest=$(sql analyst fresh -c "SELECT extversion FROM pg_extension WHERE extname = 'lstm_forecast'")
is "${WANTED:-$newest}" "$newest" "it is version $newest"
answer=$(sql analyst fresh -c 'SET client_min_messages = error' -f "$work/train.sql")
is 't' "$answer" 'it trains, and forecasts a line that goes on'
is 't' "$(sql analyst fresh -c "SELECT count(*) = 6 AND bool_and(forecast IS NOT NULL) FROM lstm_zero_shot('lines', 'value', horizon => 6)")" \
    'it forecasts without training'
sql analyst fresh -F ' = ' -c 'SELECT * FROM lstm_build_info()' | sed 's/^/# /'

for version in $(sql postgres postgres -c "SELECT source FROM pg_extension_update_paths('lstm_forecast')
    WHERE target = '$newest' AND path IS NOT NULL ORDER BY 1"); do
    answer=$(sql postgres postgres -c "CREATE DATABASE \"from_$version\" OWNER analyst") || bail "$answer"
    is '' "$(sql analyst "from_$version" -c "CREATE EXTENSION lstm_forecast VERSION '$version'")" "version $version is created"
    answer=$(sql analyst "from_$version" -c 'SET client_min_messages = error' -f "$work/train.sql")
    is 't' "$answer" "version $version trains"
    before=$(sql analyst "from_$version" -f "$work/forecast.sql") && [ "$(echo "$before" | wc -l)" -eq 3 ] || bail "$before"
    is '' "$(sql analyst "from_$version" -c 'ALTER EXTENSION lstm_forecast UPDATE')" "version $version is updated"
    is "$newest $before" "$(sql analyst "from_$version" -c "SELECT extversion FROM pg_extension WHERE extname = 'lstm_forecast'") $(
        sql analyst "from_$version" -f "$work/forecast.sql")" "it is $newest then, and models of $version forecast the same"
    is '' "$(sql analyst "from_$version" -c 'SET client_min_messages = error' -c 'DROP EXTENSION lstm_forecast')" \
        'it is dropped again'
done
is 1 "$(sql postgres postgres -c "SELECT count(*) FROM pg_extension_update_paths('lstm_forecast')
    WHERE source = '1.0.0' AND target = '$newest' AND path IS NOT NULL")" 'one of these versions was 1.0.0'
is '' "$(sql analyst fresh -c 'SET client_min_messages = error' -c 'DROP EXTENSION lstm_forecast')" 'the extension is dropped'
is 0 "$(sql analyst fresh -c "SELECT count(*) FROM pg_proc WHERE proname LIKE 'lstm\\_%'")" 'and leaves no function behind'

echo "1..$tests"
[ "$failures" -eq 0 ]
