#!/bin/sh
# Runs the tests that need servers of their own, and prints their TAP.
#
#     scripts/servers.sh [FILE ...]
#
# Without a file it runs all in test/tap but forgeries.sh. The build is staged in a temporary folder, nothing is installed.
# MODULE is a library that takes the place of the extension's, built in another way. Variables make some tests longer: KILLS (of
# crash.sh), SESSIONS and DURATION in seconds (of sessions.sh).
set -eu

cd "$(dirname "$0")/.."
version=${PG_VERSION:-15}
make=${MAKE:-make}
PG_BIN=/usr/lib/postgresql/$version/bin
export PG_BIN

# a server would inherit what tells libraries to use kernels of another processor
for name in $(env | sed -n 's/^\(OPENBLAS_[A-Z0-9_]*\|OMP_[A-Z0-9_]*\|GOTO_[A-Z0-9_]*\|LD_LIBRARY_PATH\)=.*/\1/p'); do
    unset "$name"
done

STAGE=$(mktemp -d /tmp/lstm_forecast.XXXXXX)
export STAGE
trap 'rm -rf "$STAGE"' EXIT
trap 'exit 1' INT TERM
"$make" -s install DESTDIR="$STAGE" PG_CONFIG="$PG_BIN/pg_config" >"$STAGE/install.log" 2>&1 ||
    { cat "$STAGE/install.log" >&2; exit 1; }
[ -z "${MODULE:-}" ] || cp "$MODULE" "$STAGE$("$PG_BIN/pg_config" --pkglibdir)/lstm_forecast.so"
chmod -R a+rX "$STAGE"
STAGED_SETTINGS=$(scripts/staged_settings.sh "$STAGE" "$version" | sed "s/=\(.*\)/ = '\1'/")
export STAGED_SETTINGS

failed=0
# the clock is waited for while the others run
waits_for=
if [ $# -eq 0 ]; then
    set -- $(ls test/tap/*.sh | grep -v -e /server.sh -e /cron.sh -e /forgeries.sh)
    sh test/tap/cron.sh >"$STAGE/cron.out" 2>&1 &
    waits_for=$!
fi
for file; do
    echo "# $file"
    sh "$file" || failed=1
done
if [ -n "$waits_for" ]; then
    wait "$waits_for" || failed=1
    echo "# test/tap/cron.sh"
    cat "$STAGE/cron.out"
fi
exit $failed
