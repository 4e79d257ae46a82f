#!/bin/sh
# Makes the archive for PGXN, looks what is in it, builds the extension from it, and prints TAP.
#
#     scripts/check_dist.sh
#
# Before it believes scripts/check_meta.py, it proves on broken copies of META.json that each fault is found. The build is
# without optimization: it shows that no file is missing in the archive, not how fast the extension is.
set -u

cd "$(dirname "$0")/.." || exit 1
make=${MAKE:-make}
pg_config=/usr/lib/postgresql/${PG_VERSION:-15}/bin/pg_config
version=$(sed -n "s/^default_version = '\(.*\)'$/\1/p" lstm_forecast.control)
name=lstm_forecast-$version
. scripts/tap.sh
: >"$work/log"

# same WANTED HAVE NAME
same() {
    printf 'wanted: %s\nhave: %s\n' "$1" "$2" >"$work/log"
    status=0
    [ "$1" = "$2" ] || status=1
    result $status "$3"
}

# refused KEY CHANGE: what a statement of Python makes of META.json has a fault, which is said of this key
refused() {
    python3 - "$work/tree/META.json" "$work/broken/META.json" "$2" <<'PYTHON' || exit 1
import json, sys
meta = json.load(open(sys.argv[1]))
exec(sys.argv[3])
json.dump(meta, open(sys.argv[2], "w"))
PYTHON
    if said=$(scripts/check_meta.py "$work/broken" 2>&1); then
        said='nothing'
    fi
    case $said in
        "$1:"*) status=0 ;;
        *) status=1 ;;
    esac
    echo "it said: $said" >"$work/log"
    result $status "META.json is refused: $2"
}

mkdir "$work/tree" "$work/broken"
scripts/files.sh >"$work/files"
tar -c -T "$work/files" | tar -x -C "$work/tree"
tar -c -C "$work/tree" . | tar -x -C "$work/broken"
scripts/check_meta.py "$work/tree" >"$work/said" 2>&1
result $? 'META.json keeps to the specification, and agrees with the other files' "$work/said"

for key in name version abstract maintainer license provides meta-spec; do
    refused "$key" "del meta['$key']"
done
refused version "meta['version'] = '1.1'"
refused version "meta['version'] = '1.01.0'"
refused license "meta['license'] = 'beer'"
refused license "meta['license'] = {'a licence': 'nowhere'}"
refused maintainer "meta['maintainer'] = []"
refused tags "meta['tags'] = ['a/b']"
refused name "meta['name'] = 'lstm forecast'"
refused release_status "meta['release_status'] = 'final'"
refused prereqs "meta['prereqs']['runtime']['requires']['PostgreSQL'] = '13'"
refused prereqs "meta['prereqs']['sometime'] = {}"
[ ! -f debian/pgversions ] || refused prereqs "meta['prereqs']['runtime']['requires']['PostgreSQL'] = '12.0.0'"
refused resources "meta['resources'] = {'homepage': 'here'}"
refused meta-spec "meta['meta-spec']['version'] = '2.0.0'"
refused colour "meta['colour'] = 'blue'"
refused provides "del meta['provides']['lstm_forecast']['file']"
refused provides "meta['provides']['lstm_forecast']['file'] = 'sql/nothing.sql'"
refused provides "meta['provides']['lstm_forecast']['version'] = '1.0.0'"
refused version "meta['version'] = meta['provides']['lstm_forecast']['version'] = '9.9.9'"
refused abstract "meta['abstract'] = 'Something else'"
cp "$work/tree/META.json" "$work/broken/doc/"
refused META.json "meta['x_nothing'] = 0"

# twice, into two folders
first=$(scripts/dist.sh "$work/first" 2>"$work/said")
result $? 'the archive is made' "$work/said"
second=$(scripts/dist.sh "$work/second" 2>/dev/null)
same "$name.zip" "$(basename "$first")" 'its name is that of the distribution and its version'
cmp -s "$first" "$second"
result $? 'the same tree gives the same bytes'

unzip -qq "$first" -d "$work/unzipped"
same "$name" "$(ls -A "$work/unzipped")" 'all of it is in a folder of that name'
(cd "$work/unzipped/$name" && find . -type f | sed 's/^\.\///' | LC_ALL=C sort) >"$work/have"
for file in LICENSE README.md META.json CHANGELOG.md Makefile lstm_forecast.control doc/reference.md; do
    cmp -s "$file" "$work/unzipped/$name/$file"
    result $? "it has $file"
done
same '' "$(LC_ALL=C comm -13 "$work/files" "$work/have" | head -n 5)" 'it has nothing that is not a source'
same '' "$(LC_ALL=C comm -23 "$work/files" "$work/have" | grep -vE '^(\.ci|\.github|debian)/|^\.gitignore$' | head -n 5)" \
    'nothing is missing but what is for the forge and for packages'
same '' "$(grep -E '\.(o|so|bc|d|zip)$|^(build|results|\.git|debian)/' "$work/have" | head -n 5)" 'nothing in it was built'
same '' "$(cd "$work/unzipped/$name" && while IFS= read -r file; do
    [ "$(test -x "$file"; echo $?)" = "$(test -x "$OLDPWD/$file"; echo $?)" ] || echo "$file"; done <"$work/have")" \
    'what is a program is one there as well'

# that of a package is made of the archive's files: where there is no git, they are found by their names
(cd "$work/unzipped/$name" && touch stray.o && mkdir -p build && touch build/stray && scripts/files.sh) >"$work/again"
same '' "$(diff "$work/have" "$work/again" | head -n 5)" 'where there is no git, the same files are found'
rm -r "$work/unzipped/$name/stray.o" "$work/unzipped/$name/build"

(cd "$work/unzipped/$name" && "$make" -s -j2 install BLAS="${BLAS:-openblas}" PG_CONFIG="$pg_config" DESTDIR="$work/stage" \
    CORE_CFLAGS='-std=c11 -O0 -g0' PG_CFLAGS='-fvisibility=hidden -O0 -g0') >"$work/said" 2>&1
result $? 'the extension builds from it' "$work/said"
# a shared library is linked though a source is missing: it would not be loaded
library=$work/stage$("$pg_config" --pkglibdir)/lstm_forecast.so
symbols() {
    nm -D "$@" | sed -n 's/^[0-9a-f ]* [A-Zi] \([^@]*\).*/\1/p' | LC_ALL=C sort -u
}
# shellcheck disable=SC2046
symbols --defined-only "$("$pg_config" --bindir)/postgres" $(ldd "$library" | sed -n 's/.* => \(\/[^ ]*\).*/\1/p') >"$work/known"
symbols --undefined-only "$library" >"$work/wanted"
[ -s "$work/wanted" ]
result $? 'its library is installed'
same '' "$(LC_ALL=C comm -23 "$work/wanted" "$work/known" | head -n 5)" \
    'and finds in itself, the server and its libraries all that it calls'
same "$(cd src && echo lstm_forecast--*.sql) lstm_forecast.control" \
    "$(cd "$work/stage$("$pg_config" --sharedir)/extension" && echo *.sql *.control)" \
    'and all its scripts, those that update earlier versions as well'

# what the forge and Docker take; an archive has no such files
if [ -d .github ]; then
    goals=$(sed -n 's/.* goal: \[\(.*\)\]$/\1/p; s/.*- run: make \([a-z ]*\).*/\1/p' .github/workflows/*.yml | tr -s ', ' '\n' | sort -u)
    same '' "$(for goal in $goals; do sed -n '/^OURS = /,/[^\\]$/p' Makefile | grep -qw -- "$goal" || echo "$goal"; done)" \
        "the forge runs goals of make: $(echo $goals)"
    same '' "$(scripts/dockerfile.py server PG_MAJOR=18 2>&1 >/dev/null; scripts/dockerfile.py extension 2>&1 >/dev/null)" \
        'the Dockerfile is made of steps that scripts/packages.sh can run'
    same '' "$(sed 's/^\/\(.*\)\/$/\1/; s/^\/\(.*\)$/\1/; s/^\(\*\..*\)$/**\/\1/' .gitignore | grep -vxFf .dockerignore)" \
        'what git ignores, Docker ignores as well'
fi

plan
