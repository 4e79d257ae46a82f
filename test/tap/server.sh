# server.sh: servers of their own for the files beside it, which read it first; and TAP.
#
# Each file has a folder in which its servers live, with their sockets: they listen nowhere else, so that any number of
# files, and of runs, go side by side. All of it is gone when the file ends, however it ends. The variables are set by
# scripts/servers.sh: STAGE, where the build is installed, STAGED_SETTINGS, by which a server finds it, and PG_BIN.

set -u
unset PGHOST PGPORT PGUSER PGDATABASE PGOPTIONS PSQLRC
# what does not end where it should is a failure, not a hang
PGOPTIONS='-c client_min_messages=error -c statement_timeout=120s'
PGUSER=postgres
PGCONNECT_TIMEOUT=20
export PGOPTIONS PGUSER PGCONNECT_TIMEOUT
PATH=$PG_BIN:$PATH
tests=0
failures=0
servers=

work=$(mktemp -d "${TMPDIR:-/tmp}/lstm_forecast.XXXXXX")
chmod 755 "$work"

# as_postgres COMMAND [ARGUMENT ...]: servers refuse root
as_postgres() {
    if [ "$(id -u)" -eq 0 ]; then
        (cd "$work" && exec runuser -u postgres -- "$@")
    else
        "$@"
    fi
}
[ "$(id -u)" -ne 0 ] || chown postgres "$work"

# leaves nothing behind
finish() {
    for name in $servers; do
        [ ! -f "$work/$name/data/postmaster.pid" ] || as_postgres pg_ctl -D "$work/$name/data" -m immediate -w stop
    done >/dev/null 2>&1
    # what lost its postmaster runs in the folder of its data
    for process in /proc/[0-9]*; do
        case $(readlink "$process/cwd" 2>/dev/null) in
            "$work"/*) kill -9 "${process#/proc/}" 2>/dev/null ;;
        esac
    done
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 1' INT TERM

# add NAME: a place for a server, whose data come from elsewhere
add() {
    servers="$servers $1"
    as_postgres mkdir -p "$work/$1/socket"
}

# configure NAME: lines of its configuration from standard input, behind those that all have
configure() {
    {
        echo "listen_addresses = ''"
        echo "unix_socket_directories = '$work/$1/socket'"
        echo "$STAGED_SETTINGS"
        echo "timezone = UTC"
        echo "datestyle = 'ISO, MDY'"
        echo "shared_buffers = 32MB"
        echo "maintenance_work_mem = 256MB"
        echo "log_checkpoints = off"
        cat
    } | as_postgres tee -a "$work/$1/data/postgresql.conf" >/dev/null
}

# create NAME: a new server, with more lines of its configuration from standard input; INITDB_OPTIONS are for initdb
create() {
    add "$1"
    as_postgres initdb ${INITDB_OPTIONS:-} -D "$work/$1/data" -U postgres -A trust -E UTF8 --locale=C --no-sync >"$work/initdb.log" 2>&1 ||
        bail "initdb failed: $(cat "$work/initdb.log")"
    configure "$1"
}

# start NAME, stop NAME [MODE]; the libraries in PRELOAD are loaded before all others
PRELOAD=${PRELOAD:-}
start() {
    as_postgres env ${PRELOAD:+"LD_PRELOAD=$PRELOAD"} pg_ctl -D "$work/$1/data" -l "$work/$1/log" -w start >"$work/start.log" 2>&1 ||
        bail "server $1 did not start: $(cat "$work/start.log" "$work/$1/log")"
}

stop() {
    as_postgres pg_ctl -D "$work/$1/data" -m "${2:-fast}" -w stop >/dev/null 2>&1
}

# on NAME COMMAND [ARGUMENT ...]: a client program that talks to this server
on() {
    host=$work/$1/socket
    shift
    PGHOST=$host "$@"
}

# sql NAME STATEMENT [DATABASE]: its rows, or its error
sql() {
    on "$1" psql -XqAt -v ON_ERROR_STOP=1 -v VERBOSITY=terse -d "${3:-postgres}" -c "$2" 2>&1
}

# aloud NAME -c STATEMENT ...: each in a transaction of its own; rows, messages and errors
aloud() {
    server=$1
    shift
    on "$server" psql -XqAt -d postgres -c 'SET client_min_messages = notice' "$@" 2>&1
}

bail() {
    echo "Bail out! $1"
    exit 1
}

# need NAME STATEMENT [DATABASE]: what must work for the tests to make sense
need() {
    answer=$(sql "$@") || bail "$2: $answer"
}

# know_memory NAME: version 13 does not tell what memory a session has; it is taken for none there
know_memory() {
    need "$1" "DO \$\$ BEGIN
        IF to_regclass('pg_backend_memory_contexts') IS NULL THEN
            CREATE VIEW pg_backend_memory_contexts AS SELECT ''::text AS name WHERE false;
        END IF;
    END \$\$"
}

# ok 0|1 NAME
ok() {
    tests=$((tests + 1))
    if [ "$1" -eq 0 ]; then
        echo "ok $tests - $2"
    else
        failures=$((failures + 1))
        echo "not ok $tests - $2"
    fi
}

# is GOT WANTED NAME
is() {
    status=0
    [ "$1" = "$2" ] || status=1
    ok $status "$3"
    [ $status -eq 0 ] || printf '# wanted: %s\n# got: %s\n' "$2" "$1"
}

# like GOT PATTERN NAME: a pattern of the shell
like() {
    case "$1" in
        $2) ok 0 "$3" ;;
        *)
            ok 1 "$3"
            printf '# wanted: %s\n# got: %s\n' "$2" "$1"
            ;;
    esac
}

# within SECONDS COMMAND [ARGUMENT ...]: whether it comes to succeed in this time
within() {
    until_time=$(($(date +%s) + $1))
    shift
    until "$@"; do
        [ "$(date +%s)" -lt "$until_time" ] || return 1
        sleep 0.1
    done
}

# says NAME STATEMENT ANSWER [DATABASE]
says() {
    [ "$(sql "$1" "$2" "${4:-postgres}")" = "$3" ]
}

# workers_gone NAME: whether none is left of those that help with a call
workers_gone() {
    says "$1" "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'lstm_forecast'" 0
}

done_testing() {
    echo "1..$tests"
    [ "$failures" -eq 0 ]
    exit
}

# A table 'load' that is quickly trained on, a model of it in a table of the user's, and one in lstm_models.
series="CREATE TABLE load (at timestamptz PRIMARY KEY, mw float8 NOT NULL);
    INSERT INTO load SELECT timestamptz '2024-01-01 00:00+00' + i * interval '1 hour', 50 + 20 * sin(2 * pi() * i / 24) + i % 7
        FROM generate_series(0, 24 * 10 - 1) i;
    CREATE TABLE models (name text PRIMARY KEY, model bytea NOT NULL);
    INSERT INTO models SELECT 'load', lstm_train('load', 'mw', horizon => 6, options => '{\"epochs\": 5, \"units\": 6}');
    SELECT lstm_save('load', lstm_train('load', 'mw', horizon => 3, options => '{\"epochs\": 3, \"units\": 4}'), 'the first');
    SELECT lstm_save('load', model, activate => false) FROM models"
# What must be the same elsewhere: every bit of these models, of their forecasts and their bounds. Text of float8 is exact.
fingerprint="SELECT md5(string_agg(f::text, '' ORDER BY kind, version, f.step)) || count(*) || min(md5(model)) || max(md5(model))
    FROM (SELECT 1 AS kind, 0 AS version, model FROM models UNION ALL SELECT 2, version, model FROM lstm_models) m,
        lstm_forecast(model) f"
# A training that does not end by itself.
endless="lookback => 24, options => '{\"epochs\": 1000000, \"units\": 64, \"batch_size\": 256, \"patience\": 0, \"threads\": 2}'"
