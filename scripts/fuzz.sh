#!/bin/sh
# Searches for inputs that break something: bytes of models by libFuzzer, and random calls in a server at the same time.
# Called by "make fuzz". Ends on one line.
#
#     scripts/fuzz.sh [corpus]
#
# SECONDS_EACH: how long each of the two goes on. What libFuzzer finds worth going on from is kept in build/fuzz/corpus; with
# "corpus" the least part of that which reaches as much code replaces test/fuzz/corpus/model.
set -eu

cd "$(dirname "$0")/.."
seconds=${SECONDS_EACH:-60}
fuzzer=build/fuzz/model_libfuzzer
mkdir -p build/fuzz/corpus build/fuzz/found
build/"${BLAS:-openblas}"/model_fuzz samples build/fuzz/corpus
cp test/fuzz/corpus/model/* build/fuzz/corpus
if [ "${1:-}" = corpus ]; then
    psql -X -f test/fuzz/seeds.sql | while read -r name digits; do
        printf '%s' "$digits" | perl -ne 'print pack("H*", $_)' >"build/fuzz/corpus/$name"
    done
fi

status=0
"$fuzzer" -max_total_time="$seconds" -max_len=8192 -use_value_profile=1 -timeout=20 -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix=build/fuzz/found/ build/fuzz/corpus >build/fuzz/log 2>&1 &
searching=$!
trap 'kill $searching 2>/dev/null || true' EXIT
trap 'exit 1' INT TERM
if [ "${1:-}" = corpus ]; then
    wait $searching || status=1
    rm -rf build/fuzz/least
    mkdir build/fuzz/least
    # longer ones reach little more, and the repository is to stay small
    "$fuzzer" -merge=1 -max_len=1400 build/fuzz/least build/fuzz/corpus >>build/fuzz/log 2>&1
    rm -rf test/fuzz/corpus/model
    mv build/fuzz/least test/fuzz/corpus/model
    echo "fuzz: kept $(ls test/fuzz/corpus/model | wc -l) files, $(cat test/fuzz/corpus/model/* | wc -c) bytes"
    exit $status
fi
FUZZ_SECONDS=$seconds scripts/servers.sh test/tap/calls.sh >build/fuzz/calls.log 2>&1 || status=1
wait $searching || status=1
echo "fuzz: $(sed -n 's/^stat::number_of_executed_units: *//p' build/fuzz/log) model bytes" \
    "(cov $(grep -o 'cov: [0-9]*' build/fuzz/log | tail -n 1 | cut -d' ' -f2)," \
    "$(sed -n 's/^stat::average_exec_per_sec: *//p' build/fuzz/log) per second), $(ls build/fuzz/found | wc -l) found;" \
    "calls of $(sed -n 's/^# seeds \(.* each\).*/\1/p' build/fuzz/calls.log), $(grep -c '^not ok' build/fuzz/calls.log) failed"
[ $status -eq 0 ] || { grep -E 'ERROR|runtime error|SUMMARY' build/fuzz/log; grep -A 20 '^not ok' build/fuzz/calls.log; exit 1; }
