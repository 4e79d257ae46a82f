# Where the disk is full, storing a model is an error; nothing that is stored is harmed, and with room again it goes on.
#
# The disk is a small file system in memory that only this server sees, in a mount namespace of its own: it is gone with the
# server. Where none may be mounted, a limit on the size of files stands in.
. "$(dirname "$0")/server.sh"

create one <<'CONF'
fsync = off
CONF
as_postgres mkdir "$work/disk"
begin="cd '$work' && exec pg_ctl -D '$work/one/data' -l '$work/one/log' -w start"
limited=
owner=$(id -u postgres)
if unshare --mount sh -c "mount -t tmpfs -o size=8m,mode=700,uid=$owner none '$work/disk'" 2>/dev/null; then
    unshare --mount sh -c "mount -t tmpfs -o size=8m,mode=700,uid=$owner none '$work/disk' && runuser -u postgres -- sh -c \"$begin\"" \
        >"$work/start.log" 2>&1 || bail "$(cat "$work/start.log" "$work/one/log")"
    echo '# the disk is a file system of 8 MB'
    reason='*No space left on device*'
else
    # blocks of 512 bytes; a segment of WAL is 16 MB
    as_postgres sh -c "ulimit -f 40000 && $begin" >"$work/start.log" 2>&1 || bail "$(cat "$work/start.log" "$work/one/log")"
    echo '# files are limited to 20 MB'
    reason='*File too large*'
    limited=yes
fi
need one "CREATE EXTENSION lstm_forecast; $series"
if [ -z "$limited" ]; then
    need one "CREATE TABLESPACE disk LOCATION '$work/disk'"
    need one 'ALTER TABLE lstm_models SET TABLESPACE disk'
    # something that can be done without: on a full disk vacuum has no room either
    need one "CREATE TABLE ballast TABLESPACE disk AS SELECT repeat('x', 1000) FROM generate_series(1, 500)"
fi
wanted=$(sql one "$fingerprint")

saved=0
while error=$(sql one "SELECT lstm_save('big', lstm_train('load', 'mw', lookback => 3, options => '{\"epochs\": 1, \"units\": 256}'))"); do
    saved=$((saved + 1))
    [ $saved -lt 100 ] || break
done
like "$error" "$reason" 'at last a model does not fit any more'
ok $((saved < 2)) 'some did'
is "$(sql one 'SELECT 1')" 1 'the server goes on'
is "$(sql one "SELECT count(*), max(version), bool_and(lstm_info(model) IS NOT NULL) FROM lstm_models WHERE name = 'big'")" \
    "$saved|$saved|t" 'the models that were saved are there, whole, and no other'
is "$(sql one "SELECT version FROM lstm_models WHERE name = 'big' AND active")" "$saved" 'the last one that was saved is active'
like "$(sql one "CALL lstm_train_into('big', 'load', 'mw', lookback => 3, options => '{\"epochs\": 1, \"units\": 256}')")" "$reason" \
    'lstm_train_into says so as well'
need one 'DROP TABLE IF EXISTS ballast'
need one "DELETE FROM lstm_models WHERE name = 'big' AND version < $saved"
need one 'VACUUM lstm_models'
is "$(sql one "CALL lstm_train_into('big', 'load', 'mw', lookback => 3, options => '{\"epochs\": 1, \"units\": 256}')")" '' \
    'with room again it is stored'
need one "DELETE FROM lstm_models WHERE name = 'big'"
is "$(sql one "$fingerprint")" "$wanted" 'what was there before forecasts the same, bit by bit'

# rows that do not fit into memory are sorted on disk
need one "CREATE VIEW many AS SELECT n, (n % 100)::float8 AS value FROM generate_series(1, 200000) n ORDER BY -n"
is "$(on one psql -XqAt -v VERBOSITY=terse -d postgres -c 'SET temp_file_limit = 512' -c "SELECT length(lstm_train('many', 'value', 'n', lookback => 3,
    options => '{\"epochs\": 1, \"units\": 1}')) > 0" 2>&1 | tr -d '\"')" 'ERROR:  temporary file size exceeds temp_file_limit (512kB)' \
    'temp_file_limit bounds what reading takes'

stop one
done_testing
