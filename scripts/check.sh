#!/bin/sh
# Runs every test suite and ends on one line that sums them: N passed, N failed.
#
# Each suite says its results in TAP or as pg_regress does; they are counted from what it prints. A suite that fails
# without naming a failed test, or that runs none, counts as one failure.
set -u

blas=${BLAS:-openblas}
make=${MAKE:-make}
version=${PG_VERSION:-15}
passed=0
failed=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# suite NAME COMMAND [ARGUMENT ...]
suite() {
    name=$1
    shift
    start=$(date +%s)
    status=0
    "$@" >"$log" 2>&1 || status=$?
    ok=$(grep -cE '^(ok [0-9]|(test )?[[:space:]]*[a-z_]+ +\.\.\. ok)' "$log")
    not_ok=$(grep -cE '^(not ok [0-9]|(test )?[[:space:]]*[a-z_]+ +\.\.\. FAILED)' "$log")
    if [ "$not_ok" -eq 0 ] && { [ "$status" -ne 0 ] || [ "$ok" -eq 0 ]; }; then
        not_ok=1
    fi
    if [ "$not_ok" -gt 0 ]; then
        echo "---- $name, exit status $status:"
        grep -vE '^ok [0-9]' "$log" | tail -n 200
        [ -f regression.diffs ] && cat regression.diffs
    fi
    printf '%-28s %6d passed %4d failed %5d s\n' "$name" "$ok" "$not_ok" $(($(date +%s) - start))
    passed=$((passed + ok))
    failed=$((failed + not_ok))
}

# core_tests TYPE [KERNELS]: on processors that cannot run these kernels, with the widest that they can
core_tests() {
    result=0
    LSTM_FORECAST_KERNELS=${2:-auto}
    export LSTM_FORECAST_KERNELS
    for program in build/"$blas"/"$1"/*_test; do
        echo "# $program"
        "$program" || result=1
    done
    unset LSTM_FORECAST_KERNELS
    return $result
}

# forged models and random calls, with the sanitizer of undefined behaviour in the extension
undefined_behaviour() {
    "$make" -j2 -s ubsan BLAS="$blas" PG_CONFIG="/usr/lib/postgresql/$version/bin/pg_config" &&
        MODULE=build/ubsan/lstm_forecast.so CALLS=3000 SEED=2 scripts/servers.sh test/tap/forgeries.sh test/tap/calls.sh
}

suite 'includes' scripts/check_includes.sh
suite 'core, float' core_tests float
suite 'core, float, avx2' core_tests float avx2
suite 'core, float, generic' core_tests float generic
suite 'core, double' core_tests double
suite 'fuzz, model bytes' build/"$blas"/model_fuzz 250000 200000 1 test/fuzz/corpus/model/*
suite 'pg_regress' scripts/with_cluster.sh "$make" -s installcheck BLAS="$blas" \
    PG_CONFIG="/usr/lib/postgresql/$version/bin/pg_config"
suite 'pgTAP' scripts/with_cluster.sh scripts/pgtap.sh
suite 'pages' scripts/check_pages.sh
suite 'README' scripts/with_cluster.sh scripts/check_readme.sh
suite 'clients' scripts/with_cluster.sh scripts/check_clients.sh
suite 'demo' scripts/with_cluster.sh scripts/check_demo.sh
suite 'report' scripts/check_report.sh
suite 'servers' scripts/servers.sh
suite 'undefined behaviour' undefined_behaviour
suite 'pretraining' scripts/pretraining.sh
suite 'dist' scripts/check_dist.sh
suite 'mutants apply' scripts/mutants.sh check

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
