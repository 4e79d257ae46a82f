#!/bin/sh
# Runs every test suite and ends on one line that sums them: N passed, N failed.
#
# Each suite says its results in TAP or as pg_regress does; they are counted from what it prints. A suite that fails
# without naming a failed test, or that runs none, counts as one failure.
set -u

blas=${BLAS:-openblas}
make=${MAKE:-make}
version=${PG_VERSION:-15}
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT

# suite NAME COMMAND [ARGUMENT ...]: runs it, and says its results once it has ended; they stay in a file of its name
suite() {
    name=$1
    log=$results/$name.log
    shift
    started=$(date +%s)
    # what is killed has failed
    echo "0 1" >"$results/$name.counts"
    status=0
    "$@" >"$log" 2>&1 || status=$?
    seconds=$(($(date +%s) - started))
    ok=$(grep -cE '^(ok [0-9]|(test )?[[:space:]]*[a-z_]+ +\.\.\. ok)' "$log")
    not_ok=$(grep -cE '^(not ok [0-9]|(test )?[[:space:]]*[a-z_]+ +\.\.\. FAILED)' "$log")
    if [ "$not_ok" -eq 0 ] && { [ "$status" -ne 0 ] || [ "$ok" -eq 0 ]; }; then
        not_ok=1
    fi
    echo "$ok $not_ok" >"$results/$name.counts"
    {
        if [ "$not_ok" -gt 0 ]; then
            echo "---- $name, exit status $status:"
            grep -vE '^ok [0-9]' "$log" | tail -n 200
            [ "$name" = pg_regress ] && [ -f regression.diffs ] && cat regression.diffs
        fi
        printf '%-28s %6d passed %4d failed %5d s\n' "$name" "$ok" "$not_ok" "$seconds"
    } >"$log.told"
    # at once, because another suite may end in the same moment
    cat "$log.told"
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

# Two rows of suites go side by side. Those of one share the throw-away cluster, which is there once for each user; those of
# the other have servers of their own, or none. No test measures time.
{
    suite 'fuzz, model bytes' build/"$blas"/model_fuzz 250000 200000 1 test/fuzz/corpus/model/*
    suite 'core, double' core_tests double
    suite 'dist' scripts/check_dist.sh
    suite 'servers' scripts/servers.sh
    suite 'undefined behaviour' undefined_behaviour
} &
others=$!
suite 'includes' scripts/check_includes.sh
suite 'pages' scripts/check_pages.sh
suite 'mutants apply' scripts/mutants.sh check
suite 'core, float' core_tests float
suite 'core, float, avx2' core_tests float avx2
suite 'core, float, generic' core_tests float generic
suite 'pretraining' scripts/pretraining.sh
suite 'pg_regress' scripts/with_cluster.sh "$make" -s installcheck BLAS="$blas" \
    PG_CONFIG="/usr/lib/postgresql/$version/bin/pg_config"
suite 'pgTAP' scripts/with_cluster.sh scripts/pgtap.sh
suite 'README' scripts/with_cluster.sh scripts/check_readme.sh
suite 'clients' scripts/with_cluster.sh scripts/check_clients.sh
suite 'demo' scripts/with_cluster.sh scripts/check_demo.sh
suite 'report' scripts/check_report.sh
wait "$others" || echo "0 1" >"$results/others.counts"

cat "$results"/*.counts | awk '{ passed += $1; failed += $2 }
    END { print passed + 0 " passed, " failed + 0 " failed"; exit !(failed == 0 && passed > 0) }'
