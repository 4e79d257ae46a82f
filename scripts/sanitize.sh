#!/bin/sh
# Runs the C tests with the sanitizers of addresses and of undefined behaviour, then pgTAP and random calls in servers whose
# extension has that of undefined behaviour. Called by "make asan", which builds the C tests. Ends on one line.
#
# The sanitizer of addresses has to be loaded before a server that was not built with it, and Debian's does not start then:
# it waits for a lock of the C library for good, before it has done anything.
set -eu

cd "$(dirname "$0")/.."
version=${PG_VERSION:-15}
log=$(pwd)/build/asan/log
tree=build/asan/tree
reports=$(mktemp -d /tmp/lstm_forecast.XXXXXX)
trap 'rm -rf "$reports"' EXIT
trap 'exit 1' INT TERM
chmod 777 "$reports"
UBSAN_OPTIONS=print_stacktrace=1:log_path=$reports/ubsan
export UBSAN_OPTIONS

status=0
: >"$log"
for program in build/asan/*_test; do
    echo "# $program"
    ASAN_OPTIONS=log_path=$reports/asan "$program" || status=1
done >>"$log" 2>&1

mkdir -p "$tree"
tar cf - --exclude='*.o' --exclude='*.bc' Makefile lstm_forecast.control bench examples src scripts test | tar xf - -C "$tree"
cd "$tree"
# with O3 the compiler takes a quarter of an hour over the checks in the loops, and they find no more
${MAKE:-make} -s all PG_CONFIG="/usr/lib/postgresql/$version/bin/pg_config" \
    COPT='-fsanitize=undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer -DLF_CHECKED' \
    CORE_CFLAGS='-std=c11 -O1 -fassociative-math -fno-signed-zeros -fno-trapping-math -fno-math-errno -ffp-contract=fast' \
    >>"$log" 2>&1 || { tail "$log" >&2; exit 1; }
if ! nm -D lstm_forecast.so | grep -q __ubsan_; then
    echo 'the extension was built without the sanitizer' >&2
    exit 1
fi
scripts/with_cluster.sh scripts/pgtap.sh >>"$log" 2>&1 || status=1
scripts/servers.sh test/tap/calls.sh >>"$log" 2>&1 || status=1

cat "$reports"/* >>"$log" 2>/dev/null || true
found=$(cat "$reports"/* 2>/dev/null | grep -cE 'ERROR: AddressSanitizer|runtime error:' || true)
failed=$(grep -cE '^not ok|Bail out|^Dubious' "$log" || true)
echo "asan: $(grep -cE '^ok [0-9]' "$log") passed, $failed failed, $found reports of the sanitizers; see $log"
[ $status -eq 0 ] && [ "$found" -eq 0 ] && [ "$failed" -eq 0 ]
