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
logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT

# start NUMBER COMMAND [ARGUMENT ...]: runs it, and keeps what it prints, how long it took and how it ended
start() {
    log=$logs/$1
    shift
    started=$(date +%s)
    status=0
    "$@" >"$log" 2>&1 || status=$?
    echo "$status $(($(date +%s) - started))" >"$log.end"
}

# count NAME NUMBER: the results of what was started
count() {
    log=$logs/$2
    read -r status seconds <"$log.end"
    ok=$(grep -cE '^(ok [0-9]|(test )?[[:space:]]*[a-z_]+ +\.\.\. ok)' "$log")
    not_ok=$(grep -cE '^(not ok [0-9]|(test )?[[:space:]]*[a-z_]+ +\.\.\. FAILED)' "$log")
    if [ "$not_ok" -eq 0 ] && { [ "$status" -ne 0 ] || [ "$ok" -eq 0 ]; }; then
        not_ok=1
    fi
    if [ "$not_ok" -gt 0 ]; then
        echo "---- $1, exit status $status:"
        grep -vE '^ok [0-9]' "$log" | tail -n 200
        [ -f regression.diffs ] && cat regression.diffs
    fi
    printf '%-28s %6d passed %4d failed %5d s\n' "$1" "$ok" "$not_ok" "$seconds"
    passed=$((passed + ok))
    failed=$((failed + not_ok))
}

# suite NAME COMMAND [ARGUMENT ...]
suite() {
    name=$1
    shift
    start suite "$@"
    count "$name" suite
}

# beside NAME COMMAND [ARGUMENT ...]: a suite that runs beside those that follow, on a second core, until join
beside() {
    beside_name=$1
    shift
    start beside "$@" &
}

join() {
    wait
    count "$beside_name" beside
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

# what needs no server goes two at a time: each of these has one thread
beside 'fuzz, model bytes' build/"$blas"/model_fuzz 250000 200000 1 test/fuzz/corpus/model/*
suite 'core, float' core_tests float
suite 'core, float, avx2' core_tests float avx2
suite 'core, float, generic' core_tests float generic
join
beside 'core, double' core_tests double
suite 'includes' scripts/check_includes.sh
suite 'pages' scripts/check_pages.sh
suite 'mutants apply' scripts/mutants.sh check
suite 'dist' scripts/check_dist.sh
suite 'pretraining' scripts/pretraining.sh
join
suite 'pg_regress' scripts/with_cluster.sh "$make" -s installcheck BLAS="$blas" \
    PG_CONFIG="/usr/lib/postgresql/$version/bin/pg_config"
suite 'pgTAP' scripts/with_cluster.sh scripts/pgtap.sh
suite 'README' scripts/with_cluster.sh scripts/check_readme.sh
suite 'clients' scripts/with_cluster.sh scripts/check_clients.sh
suite 'demo' scripts/with_cluster.sh scripts/check_demo.sh
suite 'report' scripts/check_report.sh
suite 'servers' scripts/servers.sh
suite 'undefined behaviour' undefined_behaviour

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
