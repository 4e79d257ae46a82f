#!/bin/sh
# Holds the sources to their rooms, and prints TAP.
#
#     scripts/check_includes.sh [FOLDER]
#
# Every include of a file of ours names the room of that file; none runs upwards in the lists below; src/core includes
# nothing of src/pg and nothing of PostgreSQL; every room has a README.md; no file is longer than 600 lines. Before it
# looks at FOLDER (src), the script proves on made-up files that it finds each of these faults.
set -u

core_rooms='base kernels network series partners judging model training'
pg_rooms='server sql rows model train forecast many judge report'
longest=600

# what the core may include besides its own files: the language's library, threads, vectors, BLAS
system_headers='assert.h ctype.h errno.h float.h inttypes.h limits.h math.h signal.h stdalign.h stdarg.h stdatomic.h
    stdbool.h stddef.h stdint.h stdlib.h string.h pthread.h immintrin.h arm_neon.h cblas.h'

cd "$(dirname "$0")/.." || exit 1
source=${1:-src}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# problems FOLDER: one line for each fault: the rule, then where and what
problems() {
    for room in $(for i in $core_rooms; do echo "core/$i"; done) $(for i in $pg_rooms; do echo "pg/$i"; done) core pg; do
        [ -s "$1/$room/README.md" ] || echo "readme: $room has no README.md"
    done
    (cd "$1" && find core pg -name '*.[ch]' | sort) >"$work/files"
    # shellcheck disable=SC2046
    (cd "$1" && awk -v core_rooms="$core_rooms" -v pg_rooms="$pg_rooms" -v headers="$system_headers" -v longest="$longest" '
        BEGIN {
            n = split(core_rooms, list, " ")
            for (i = 1; i <= n; i++)
                floor["core/" list[i]] = i
            n = split(pg_rooms, list, " ")
            for (i = 1; i <= n; i++)
                floor["pg/" list[i]] = i
            n = split(headers, list, " ")
            for (i = 1; i <= n; i++)
                system_header[list[i]] = 1
        }
        NR == FNR {
            known[$0] = 1
            n = split($0, part, "/")
            name[part[n]] = 1
            next
        }
        FNR == 1 {
            n = split(FILENAME, part, "/")
            side = part[1]
            room = n > 2 ? side "/" part[2] : side
            # of the files beside the rooms there is one, src/pg/module.c, which sees them all
            if (!(room in floor) && !(n == 2 && FILENAME == "pg/module.c") || n > 3)
                print "room: " FILENAME " is in no room"
        }
        {
            lines[FILENAME] = FNR
        }
        /^[ \t]*#[ \t]*include/ {
            target = $0
            sub(/^[ \t]*#[ \t]*include[ \t]*/, "", target)
            at = FILENAME ":" FNR ": "
            if (target ~ /^</) {
                sub(/^</, "", target)
                sub(/>.*/, "", target)
                if (side == "core" && !(target in system_header))
                    print "core: " at "<" target "> is none of the headers that the core may include"
                next
            }
            if (target !~ /^"/) {
                print "include: " at "cannot tell which file " target " is"
                next
            }
            sub(/^"/, "", target)
            sub(/".*/, "", target)
            n = split(target, part, "/")
            in_core = ("core/" target) in known
            in_pg = ("pg/" target) in known
            if (in_core && in_pg)
                print "include: " at "\"" target "\" is in src/core and in src/pg"
            else if (side == "core" && in_pg)
                print "core: " at "\"" target "\" is a file of src/pg"
            else if (!in_core && !in_pg) {
                if (target ~ /\.\./ || (n == 1 && target in name) || ("core/" part[1]) in floor || ("pg/" part[1]) in floor)
                    print "include: " at "\"" target "\" names no room and file of ours"
                else if (side == "core")
                    print "core: " at "\"" target "\" is no file of the core"
            }
            else if (in_pg || side == "core") {
                other = (in_pg ? "pg/" : "core/") part[1]
                if (n != 2)
                    print "include: " at "\"" target "\" names no room"
                else if (room in floor && floor[other] > floor[room])
                    print "order: " at "\"" target "\" is in a room below " room
            }
        }
        END {
            for (file in lines)
                if (lines[file] > longest)
                    print "length: " file " has " lines[file] " lines, more than " longest
        }' "$work/files" $(cat "$work/files"))
}

tests=0
failures=0

# result FAULTS NAME: passes if there are none
result() {
    tests=$((tests + 1))
    if [ -z "$1" ]; then
        echo "ok $tests - $2"
    else
        failures=$((failures + 1))
        echo "not ok $tests - $2"
        echo "$1" | sed 's/^/# /'
    fi
}

# house: a small sound tree in $work/house
house() {
    rm -rf "$work/house"
    for room in core pg $(for i in $core_rooms; do echo "core/$i"; done) $(for i in $pg_rooms; do echo "pg/$i"; done); do
        mkdir -p "$work/house/$room"
        echo 'A room.' >"$work/house/$room/README.md"
    done
    (
        cd "$work/house" || exit 1
        printf '#include <stdint.h>\n' >core/base/a.h
        printf '#include "base/a.h"\n' >core/series/b.h
        printf '#include "series/b.h"\n#include "base/a.h"\n#include <math.h>\n' >core/series/b.c
        printf '#include "base/a.h"\n' >core/model/m.h
        printf '#include "postgres.h"\n#include "utils/builtins.h"\n#include "base/a.h"\n' >pg/server/c.h
        printf '#include "server/c.h"\n#include "model/m.h"\n' >pg/sql/d.h
        printf '#include "sql/d.h"\n#include <math.h>\n' >pg/judge/e.c
        printf '#include "sql/d.h"\n' >pg/model/v.h
        printf '#include "model/v.h"\n' >pg/module.c
    )
}

# finds RULE FILE TEXT NAME: with TEXT as one more line of FILE there is one fault, against RULE
finds() {
    house
    mkdir -p "$(dirname "$work/house/$2")"
    printf '%b\n' "$3" >>"$work/house/$2"
    found=$(problems "$work/house")
    case $found in
        "$1: $2"*) [ "$(echo "$found" | wc -l)" -eq 1 ] && found= || found="these, not one: $found" ;;
        *) found="found instead: $found" ;;
    esac
    result "$found" "finds $4"
}

house
result "$(problems "$work/house")" 'finds nothing wrong with files that keep the rules'
finds include core/series/b.c '#include "b.h"' 'an include that does not name its room'
finds include pg/judge/e.c '#include "d.h"' 'an include of the SQL face that does not name its room'
finds include pg/judge/e.c '#include "sql/gone.h"' 'an include of a file that a room does not have'
finds include pg/judge/e.c '#include "../sql/d.h"' 'an include by a relative path'
finds include core/series/b.c '#include FILE' 'an include of a macro'
finds order core/base/a.h '#include "series/b.h"' 'an include of the core that runs upwards'
finds order pg/server/c.h '#\tinclude "sql/d.h"' 'an include of the SQL face that runs upwards'
finds order pg/sql/d.h '#include "model/v.h"' 'an include upwards into the model of the SQL face, which the core has as well'
finds core core/series/b.c '#include "server/c.h"' 'an include of the SQL face in the core'
finds core core/series/b.c '#include "postgres.h"' 'an include of PostgreSQL in the core'
finds core core/series/b.c '#include <server/postgres.h>' 'an include of PostgreSQL by angle brackets in the core'
finds core core/series/b.c '#include "utils/palloc.h"' 'an include of a folder of PostgreSQL in the core'
finds room pg/stray.c '/* */' 'a file outside the rooms'
finds room core/attic/stray.c '/* */' 'a room that is in no list'
house
printf '#include "base/a.h"\n' >"$work/house/pg/model/m.h"
result "$(problems "$work/house" | grep -q '^include: pg/sql/d.h:2: ' || echo 'nothing found')" \
    'finds a name that the core and the SQL face both have'
house
rm "$work/house/core/judging/README.md"
found=$(problems "$work/house")
result "$([ "$found" = 'readme: core/judging has no README.md' ] || echo "found: $found")" 'finds a room without README.md'
house
awk 'BEGIN { for (i = 0; i < 600; i++) print "/* */" }' >"$work/house/core/base/long.c"
result "$(problems "$work/house")" 'lets a file have 600 lines'
finds length core/base/long.c "$(awk 'BEGIN { for (i = 0; i < 601; i++) printf "/* */\\n" }')" 'a file that is too long'

all=$(problems "$source")
rule() {
    result "$(echo "$all" | grep "^$1: ")" "$2"
}
result "$([ "$(wc -l <"$work/files")" -gt 50 ] || echo "only $(wc -l <"$work/files") files in $source")" 'the sources were found'
rule include 'every include of a file of ours names its room'
rule order 'no include runs upwards'
rule core 'the core includes nothing of PostgreSQL and nothing of the SQL face'
rule room 'every file is in a room'
rule readme 'every room has a README.md'
rule length 'no file is longer than 600 lines'
echo "1..$tests"
[ "$failures" -eq 0 ]
