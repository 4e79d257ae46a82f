#!/bin/sh
# Builds the tests of the core for other processors, runs them, and prints a table.
#
#     PROCESSORS="arm64 i386" scripts/portability.sh
#
# arm64 is emulated; i386 runs as it is, if the processor is of its family; s390x is emulated
# and big-endian: the bytes of the golden models must be read and written there too. Without a BLAS, and with the widest kernels
# of the processor. Emulated, this takes an hour on two cores.
set -u

cd "$(dirname "$0")/.." || exit 1
make=${MAKE:-make}
scripts/setup.sh portability || exit 1
log=$(mktemp)
trap 'rm -f "$log"' EXIT
failures=0
printf '%-10s %-28s %8s %8s\n' processor compiler passed failed
for processor in ${PROCESSORS:-i386 arm64 s390x}; do
    case $processor in
        i386) compiler=i686-linux-gnu-gcc run= ;;
        arm64) compiler=aarch64-linux-gnu-gcc run=qemu-aarch64-static ;;
        s390x) compiler=s390x-linux-gnu-gcc run=qemu-s390x-static ;;
        *) echo "no compiler is known for $processor" >&2; exit 1 ;;
    esac
    build=build/$processor
    "$make" -s core-programs BLAS=none BUILD="$build" CC="$compiler -static" >"$log" 2>&1 || { cat "$log" >&2; exit 1; }
    : >"$log"
    status=0
    for program in "$build"/float/*_test "$build"/double/*_test; do
        echo "# $program" >>"$log"
        $run "$program" >>"$log" 2>&1 || status=1
    done
    not_ok=$(grep -c '^not ok' "$log")
    if [ "$status" -ne 0 ]; then
        failures=1
        grep -vE '^(ok|1\.\.)' "$log" >&2
    fi
    printf '%-10s %-28s %8d %8d\n' "$processor" "$compiler $("$compiler" -dumpfullversion)" "$(grep -c '^ok' "$log")" "$not_ok"
done
exit $failures
