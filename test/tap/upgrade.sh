# pg_upgrade carries the extension, its table and the models over. Both servers are of one version of PostgreSQL: the way is the
# same, and another version needs not be installed.
. "$(dirname "$0")/server.sh"

# pg_upgrade of version 18 looks for libraries in the server's own folder alone, not where this build is staged
if [ "$(pg_config --version | sed 's/[^0-9]*\([0-9]*\).*/\1/')" -ge 18 ] && [ ! -f "$(pg_config --pkglibdir)/lstm_forecast.so" ]; then
    echo '1..0 # SKIP the extension is not installed'
    exit
fi

create old <<'CONF'
fsync = off
CONF
start old
need old "CREATE EXTENSION lstm_forecast; $series; CREATE ROLE reader; GRANT SELECT ON lstm_models TO reader"
wanted=$(sql old "$fingerprint")
stop old
create new <<'CONF'
fsync = off
CONF
as_postgres sh -c "cd '$work' && '$PG_BIN/pg_upgrade' -b '$PG_BIN' -B '$PG_BIN' -d old/data -D new/data -s '$work'" \
    >"$work/out" 2>&1
ok $? 'pg_upgrade ends without an error' || tail -n 20 "$work/out"
start new
is "$(sql new "$fingerprint")" "$wanted" 'models are the same bytes, and forecast the same, bit by bit'
is "$(sql new "SET ROLE reader; SELECT length(lstm_load('load')) > 0")" t 'rights are carried over'
is "$(sql new "SELECT lstm_save('load', lstm_load('load'))")" 3 'versions go on from where they were'
need new "ALTER EXTENSION lstm_forecast UPDATE"

stop new
done_testing
