#!/bin/sh
# Runs C tests under valgrind's memcheck, built as the module is. Called by "make valgrind". Ends on one line.
#
# It knows no AVX-512: what runs are the kernels for AVX2. Without those programs that take it half an hour each; they run
# with the sanitizers ("make asan").
set -eu

cd "$(dirname "$0")/.."
blas=${BLAS:-openblas}
log=build/valgrind.log
passed=0
failed=
: >"$log"
for program in build/"$blas"/float/*_test; do
    case $program in
        */kernels_test | */shards_test | */interval_test | */matrix_test) continue ;;
    esac
    echo "# $program" >>"$log"
    if valgrind -q --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite "$program" >>"$log" 2>&1; then
        passed=$((passed + 1))
    else
        failed="$failed $(basename "$program")"
    fi
done
echo "valgrind: $passed programs passed, $(echo $failed | wc -w) failed$failed; see $(pwd)/$log"
[ -z "$failed" ] && [ "$passed" -gt 0 ]
