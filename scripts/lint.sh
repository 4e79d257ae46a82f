#!/bin/sh
# What clang-tidy or cppcheck says of the sources: nothing. Ends on one line.
#
#     scripts/lint.sh tidy|cppcheck
#
# clang-tidy looks for what .clang-tidy tells. Files of kernels are left out, which are vectors and little else.
set -eu

cd "$(dirname "$0")/.."
version=${PG_VERSION:-15}
server=$("/usr/lib/postgresql/$version/bin/pg_config" --includedir-server)
mkdir -p build
tool=$1
log=build/$tool.log
: >"$log"
case $tool in
    tidy)
        for file in $(ls src/core/*/*.c | grep -v kernels_) src/pg/*.c src/pg/*/*.c; do
            # of two files it takes for possible what is not: arrays that are NULL in another direction than that of the line,
            # and an lstm over no step
            wrong=
            case $file in
                */model_bytes.c | */serialize.c) wrong=-clang-analyzer-core.NullDereference,-clang-analyzer-core.NonNullParamChecker ;;
                */layer_lstm.c) wrong=-clang-analyzer-core.NonNullParamChecker ;;
            esac
            case $file in
                src/core/*) set -- -std=c11 -DLF_NO_BLAS -Isrc/core ;;
                *) set -- -std=gnu11 -D_GNU_SOURCE -DLF_NO_BLAS -Isrc/core -Isrc/pg -I"$server" ;;
            esac
            clang-tidy --quiet --checks="$wrong" "$file" -- "$@" 2>&1 | grep -vE '^[0-9]+ warnings?( and [0-9]+ errors?)? generated|^Suppressed' >>"$log" || true
        done
        ;;
    cppcheck)
        # what it gets wrong, and nothing else:
        #   internalAstError             a compound literal between ? and :
        #   shiftTooManyBitsSigned       gcc and clang define it, and the kernels are for them
        #   nullPointerRedundantCheck    in model_bytes.c arrays are NULL in one of three directions, which comes first in each line
        cppcheck -q --std=c11 --enable=warning,portability,performance --inline-suppr --suppress=internalAstError \
            --suppress=shiftTooManyBitsSigned:src/core/kernels/vector.h --suppress=nullPointerRedundantCheck:src/core/model/model_bytes.c \
            --template='{file}:{line}: {severity}: {message} [{id}]' -DPG_VERSION_NUM="${version}0000" -DSIZEOF_SIZE_T=8 -Isrc/core -Isrc/pg src/core src/pg >"$log" 2>&1
        ;;
esac
found=$(grep -cE ': (error|warning|portability|performance):' "$log" || true)
[ "$found" -eq 0 ] || cat "$log"
echo "$tool: $found found"
[ "$found" -eq 0 ]
