#!/bin/sh
# Carries models from one version of PostgreSQL to a later one by pg_upgrade, which needs both: test/tap/upgrade.sh in a chroot.
#
#     OLD=13 NEW=18 scripts/upgrades.sh
#
# No distribution has both. So each gets a chroot of the distribution that has it, in which the extension is built and installed;
# then the older server, with its folders and what libraries it misses there, is put beside the newer one. Needs root, and the
# mirrors that scripts/versions.sh needs; the chroots stay in CHROOTS.
set -eu

cd "$(dirname "$0")/.."
old=${OLD:-13}
new=${NEW:-18}
[ "$(id -u)" -eq 0 ] || { echo "chroots need root" >&2; exit 1; }
scripts/setup.sh versions
. scripts/chroots.sh
mkdir -p "$chroots"
chroots=$(cd "$chroots" && pwd)
old_root=$chroots/upgrade-$old
new_root=$chroots/upgrade-$new

# with_extension VERSION ROOT: a chroot with the server, and the extension as it is here
with_extension() {
    if [ ! -f "$2/.ready" ]; then
        fresh "$1" "$2"
        copy "$2"
        inside "$2" apt-get update -q
        inside "$2" env PG_VERSION="$1" /lstm_forecast/scripts/setup.sh
        keep "$1" "$2"
        touch "$2/.ready"
    fi
    copy "$2"
    alone "$2" make -s -C /lstm_forecast install "PG_CONFIG=/usr/lib/postgresql/$1/bin/pg_config"
}

# libraries FILE ...: what the programs miss in the newer chroot, and what that misses in turn
libraries() {
    inside "$new_root" ldd "$@" 2>/dev/null | sed -n 's/^[[:space:]]*\([^ ]*\) => not found$/\1/p' | sort -u
}

# beside: the older server in the newer chroot
beside() {
    for folder in usr/lib/postgresql usr/share/postgresql; do
        rm -rf "${new_root:?}/$folder/$old"
        cp -a "$old_root/$folder/$old" "$new_root/$folder/"
    done
    mkdir -p "$new_root/usr/local/lib"
    while
        programs=$(cd "$new_root" && find "usr/lib/postgresql/$old/bin" usr/local/lib -type f | sed 's/^/\//')
        missing=$(libraries $programs)
        [ -n "$missing" ]
    do
        for library in $missing; do
            cp -L "$(find "$old_root/usr/lib" "$old_root/lib" -name "$library" | sed -n 1p)" "$new_root/usr/local/lib/"
        done
        inside "$new_root" ldconfig
    done
}

# a shell of its own: where a function is called with || it goes on after errors
if [ "${1:-}" = prepare ]; then
    with_extension "$old" "$old_root"
    with_extension "$new" "$new_root"
    beside
    exit
fi
lock_chroots
log=$chroots/upgrade-$old-$new.log
echo "pg_upgrade from PostgreSQL $old to $new: the log is $log"
CHROOTS=$chroots sh scripts/upgrades.sh prepare >"$log" 2>&1 9>&- || { tail -n 20 "$log" >&2; exit 1; }
status=0
alone "$new_root" env OLD_VERSION="$old" PG_VERSION="$new" sh -c 'cd /lstm_forecast && scripts/servers.sh test/tap/upgrade.sh' \
    >>"$log" 2>&1 9>&- || status=$?
passed=$(grep -c '^ok [0-9]' "$log") || true
failed=$(grep -cE '^(not ok [0-9]|Bail out!)' "$log") || true
if [ "$status" -ne 0 ] || [ "$passed" -eq 0 ]; then
    [ "$failed" -gt 0 ] || failed=1
    tail -n 30 "$log" >&2
fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
