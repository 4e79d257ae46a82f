# pg_upgrade carries the extension, its table and the models over. Both servers are of one version of PostgreSQL, since another
# one needs not be installed; OLD_VERSION names an earlier one that is, with the extension in its own folders.
. "$(dirname "$0")/server.sh"

old_bin=$PG_BIN
[ -z "${OLD_VERSION:-}" ] || old_bin=/usr/lib/postgresql/$OLD_VERSION/bin
# with_old COMMAND [ARGUMENT ...]
with_old() {
    if [ "$old_bin" = "$PG_BIN" ]; then
        "$@"
    else
        PATH=$old_bin:$PATH STAGED_SETTINGS= "$@"
    fi
}

# pg_upgrade of version 18 looks for libraries in the server's own folder alone, not where this build is staged
if [ "$(pg_config --version | sed 's/[^0-9]*\([0-9]*\).*/\1/')" -ge 18 ] && [ ! -f "$(pg_config --pkglibdir)/lstm_forecast.so" ]; then
    echo '1..0 # SKIP the extension is not installed'
    exit
fi

# both or none must have them, and from version 18 on there are some by default
INITDB_OPTIONS=--data-checksums
with_old create old <<'CONF'
fsync = off
CONF
with_old start old
need old "CREATE EXTENSION lstm_forecast; $series; CREATE ROLE reader; GRANT SELECT ON lstm_models TO reader"
wanted=$(sql old "$fingerprint")
with_old stop old
create new <<'CONF'
fsync = off
CONF
as_postgres sh -c "cd '$work' && '$PG_BIN/pg_upgrade' -b '$old_bin' -B '$PG_BIN' -d old/data -D new/data -s '$work'" \
    >"$work/out" 2>&1
ok $? 'pg_upgrade ends without an error' || tail -n 20 "$work/out"
start new
is "$(sql new "$fingerprint")" "$wanted" 'models are the same bytes, and forecast the same, bit by bit'
is "$(sql new "SET ROLE reader; SELECT length(lstm_load('load')) > 0")" t 'rights are carried over'
is "$(sql new "SELECT lstm_save('load', lstm_load('load'))")" 3 'versions go on from where they were'
need new "ALTER EXTENSION lstm_forecast UPDATE"

stop new
done_testing
