#!/bin/sh
# Builds and tests the extension on versions of PostgreSQL as distributions package them, and what people install there, and
# prints a table.
#
#     VERSIONS="13 18" PACKAGES=no scripts/versions.sh
#
# Needs root, and the mirrors of Debian and Ubuntu: each version gets a chroot of a distribution that has it, in which the
# tree is copied, and "make check" run. The chroots stay in CHROOTS for the next time; a folder that is removed is made
# again. Tests reach no network. The column of the packages is by scripts/packages.sh, whose own table is printed before; with
# PACKAGES=no it stays empty. With two versions or more, scripts/upgrades.sh then carries models from the first to the last.
set -eu

cd "$(dirname "$0")/.."
versions=${VERSIONS:-13 14 15 16 17 18}
[ "$(id -u)" -eq 0 ] || { echo "chroots need root" >&2; exit 1; }
scripts/setup.sh versions
. scripts/chroots.sh

# prepare VERSION ROOT: a chroot with all that the tests need
prepare() {
    bootstrap "$1" "$2"
    copy "$2"
    inside "$2" env PG_VERSION="$1" /lstm_forecast/scripts/setup.sh check
    inside "$2" apt-get clean
    touch "$2/.ready"
}

mkdir -p "$chroots"
chroots=$(cd "$chroots" && pwd)
# a shell of its own: where a function is called with || it goes on after errors
if [ "${1:-}" = prepare ]; then
    prepare "$2" "$chroots/$2"
    exit
fi
lock_chroots
table=$chroots/table
: >"$table"
failures=0
for version in $versions; do
    release "$version" >/dev/null
    root=$chroots/$version
    log=$chroots/$version.log
    echo "PostgreSQL $version: the log is $log"
    [ -f "$root/.ready" ] || CHROOTS=$chroots sh scripts/versions.sh prepare "$version" >"$log" 2>&1 9>&- ||
        { tail -n 20 "$log" >&2; exit 1; }
    copy "$root"
    status=0
    # installed as well, for pg_upgrade, which in version 18 finds it nowhere else
    COPT=-Werror alone "$root" sh -c "cd /lstm_forecast && make -s install PG_CONFIG=/usr/lib/postgresql/$version/bin/pg_config &&
        make check PG_VERSION=$version" >"$log" 2>&1 9>&- || status=$?
    result=$(sed -n 's/^\([0-9]* passed, [0-9]* failed\)$/\1/p' "$log" | tail -n 1)
    if [ "$status" -ne 0 ] || [ -z "$result" ]; then
        failures=$((failures + 1))
        tail -n 50 "$log" >&2
    fi
    packages='not run'
    if [ "${PACKAGES:-yes}" != no ]; then
        CHROOTS=$chroots VERSIONS=$version scripts/packages.sh >"$chroots/packages-$version.log" 9>&- || failures=$((failures + 1))
        sed -n '/^kind /,$p' "$chroots/packages-$version.log"
        packages=$(sed -n 's/^\([0-9]* passed, [0-9]* failed\)$/\1/p' "$chroots/packages-$version.log")
    fi
    printf '%-12s %-24s %-12s %-28s %s\n' \
        "$(inside "$root" "/usr/lib/postgresql/$version/bin/postgres" --version | awk '{print $3}')" \
        "$(. "$root/etc/os-release" && echo "$ID ${VERSION_CODENAME:-}")" \
        "gcc $(inside "$root" gcc -dumpfullversion)" "${result:-did not build}" "${packages:-did not build}" >>"$table"
done
first=${versions%% *}
last=${versions##* }
if [ "$first" != "$last" ]; then
    CHROOTS=$chroots OLD=$first NEW=$last scripts/upgrades.sh 9>&- || failures=$((failures + 1))
fi
echo
printf '%-12s %-24s %-12s %-28s %s\n' PostgreSQL distribution compiler tests packages
cat "$table"
[ "$failures" -eq 0 ]
