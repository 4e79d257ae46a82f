#!/bin/sh
# Builds what people install, in clean chroots, installs it in others, tries it there, and prints a table.
#
#     VERSIONS="15 18" KINDS="deb image" scripts/packages.sh
#
# Kinds are deb (make deb, and apt), pgxn (make dist, and the program pgxn) and image (the steps of the Dockerfile; there
# stands a chroot of Debian with that server for the official image, and nothing is started but the server). Each is tried
# by test/packages/try.sh. Needs root, and a mirror of Debian. In CHROOTS stay a base of each distribution and the packages
# that were downloaded; a folder that is removed is made again.
set -eu

cd "$(dirname "$0")/.."
versions=${VERSIONS:-13 15 17 18}
kinds=${KINDS:-pgxn deb image}
[ "$(id -u)" -eq 0 ] || { echo "chroots need root" >&2; exit 1; }
. scripts/chroots.sh
WANTED=$(sed -n "s/^default_version = '\(.*\)'$/\1/p" lstm_forecast.control)
mkdir -p "$chroots"
chroots=$(cd "$chroots" && pwd)
tab=$(printf '\t')

# check STATUS NAME
check() {
    if [ "$1" -eq 0 ]; then
        echo "ok 1 - $2"
    else
        echo "not ok 1 - $2"
    fi
}

# try VERSION ROOT [SETTING=VALUE ...]
try() {
    try_version=$1
    try_root=$2
    shift 2
    rm -rf "$try_root/try"
    cp -r test/packages "$try_root/try"
    alone "$try_root" env WANTED="$WANTED" /try/try.sh "$try_version" "$@"
}

# deb VERSION: the source package and what is built from it, in one chroot; what is built is installed in another
deb() {
    package=postgresql-$1-lstm-forecast
    fresh "$1" "$chroots/build"
    copy "$chroots/build"
    get "$1" "$chroots/build" make
    inside "$chroots/build" make -s -C /lstm_forecast deb </dev/null
    keep "$1" "$chroots/build"
    ls -l "$chroots/build/lstm_forecast/build/deb"
    set -- "$1" "$chroots/build/lstm_forecast/build/deb/$package"_"$WANTED"-*.deb
    [ -f "$2" ]
    check $? "dpkg-buildpackage makes $package"

    fresh "$1" "$chroots/try"
    cp "$2" "$chroots/try/"
    get "$1" "$chroots/try" "/$(basename "$2")"
    files=$(inside "$chroots/try" dpkg -L "$package" | while read -r file; do
        [ ! -f "$chroots/try$file" ] || echo "$file"; done)
    echo "$files"
    status=0
    echo "$files" | grep -q "/copyright$" || status=1
    check "$status" 'it has its copyright'
    try "$1" "$chroots/try"

    # debian/tests, as autopkgtest would run them: the source package, and what they depend on
    cp "$chroots/build/lstm_forecast/build/deb/"*.dsc "$chroots/build/lstm_forecast/build/deb/"*.tar.* "$chroots/try/tmp/"
    get "$1" "$chroots/try" dpkg-dev make postgresql-server-dev-all
    for test in $(sed -n 's/^Tests: //p' debian/tests/control); do
        status=0
        alone "$chroots/try" sh -c 'cd /tmp && rm -rf source && dpkg-source --no-check -x *.dsc source && cd source &&
            chown -R postgres . && runuser -u postgres -- sh "debian/tests/$1"' sh "$test" || status=$?
        check "$status" "debian/tests/$test"
    done

    inside "$chroots/try" apt-get purge -q -y "$package"
    status=0
    for file in $files; do
        [ ! -e "$chroots/try$file" ] || { echo "$file"; status=1; }
    done
    check "$status" "$package leaves no file behind"
}

# pgxn VERSION: by the program with which people install from PGXN, but for the download
pgxn() {
    zip=$(scripts/dist.sh "$chroots")
    pg_config=/usr/lib/postgresql/$1/bin/pg_config
    fresh "$1" "$chroots/try"
    cp "$zip" "$chroots/try/tmp/"
    zip=/tmp/$(basename "$zip")
    # what doc/install.md says, and the program
    get "$1" "$chroots/try" gcc libc6-dev make "postgresql-$1" "postgresql-server-dev-$1" \
        libopenblas0-serial libopenblas-serial-dev pgxnclient
    status=0
    alone "$chroots/try" pgxn install --nosudo --pg_config "$pg_config" "$zip" || status=$?
    check "$status" 'pgxn install'
    try "$1" "$chroots/try"
    with_pgxn="--pg_config $pg_config $zip"
    for command in "pgxn load --yes $with_pgxn" "pgxn load --yes $with_pgxn && pgxn unload --yes $with_pgxn" \
        "pgxn check $with_pgxn"; do
        status=0
        alone "$chroots/try" runuser -u postgres -- pg_virtualenv -t -v "$1" sh -c "cd /tmp && $command" || status=$?
        check "$status" "$command"
    done
    status=0
    alone "$chroots/try" pgxn uninstall --nosudo --pg_config "$pg_config" "$zip" || status=$?
    check "$status" 'pgxn uninstall'
    files=$(find "$chroots/try/usr/lib/postgresql" "$chroots/try/usr/share/postgresql" -name 'lstm_forecast*')
    echo "$files"
    status=0
    [ -z "$files" ] || status=1
    check "$status" 'pgxn leaves no file behind'
}

# base_image VERSION ROOT IMAGE: what stands for it
base_image() {
    case $3 in
        scratch)
            rm -rf "$2"
            mkdir "$2"
            ;;
        "postgres:$1-"*)
            if [ ! -f "$chroots/server-$1/.ready" ]; then
                fresh "$1" "$chroots/server-$1"
                get "$1" "$chroots/server-$1" "postgresql-$1"
                touch "$chroots/server-$1/.ready"
            fi
            rm -rf "$2"
            cp -a "$chroots/server-$1" "$2"
            stock "$1" "$2"
            ;;
        *) echo "nothing stands for the image $3" >&2; return 1 ;;
    esac
}

# make_image VERSION TARGET: its stages are the folders STAGE.stage; those that another target has made are taken
made=
make_image() {
    scripts/dockerfile.py "$2" "PG_MAJOR=$1" >"$chroots/steps"
    made_before=$made
    while IFS=$tab read -r step stage first second third; do
        case " $made_before " in
            *" $stage "*) continue ;;
        esac
        made="$made $stage"
        echo "# $step $stage $first $second $third"
        root=$chroots/$stage.stage
        case $step in
            FROM) base_image "$1" "$root" "$first" </dev/null ;;
            RUN)
                inside "$root" sh -c "export $first; $second" </dev/null
                keep "$1" "$root"
                ;;
            COPY)
                if [ "$first" = context ]; then
                    # the whole context, without what .dockerignore names
                    [ "$second" = . ] && [ "$third" = /lstm_forecast ]
                    copy "$root"
                else
                    cp -a "$chroots/$first.stage$second." "$root$third"
                fi
                ;;
        esac
    done <"$chroots/steps"
}

# image VERSION: the server with the extension; and the extension mounted beside a server, which earlier versions than 18
# would not find
image() {
    make_image "$1" server
    status=0
    inside "$chroots/server.stage" sh -c '! ls /usr/lib/*/openblas* 2>/dev/null'  || status=1
    check "$status" 'there is no OpenBLAS in the image but in the library'
    try "$1" "$chroots/server.stage"
    [ "$1" -ge 18 ] || return 0

    make_image "$1" extension
    files=$(cd "$chroots/extension.stage" && find . -type f | LC_ALL=C sort)
    echo "$files"
    status=0
    [ "$(echo "$files" | grep -vE '^\./(licenses/lstm_forecast/.*|share/extension/lstm_forecast.*|lib/lstm_forecast\.so)$')" = '' ] ||
        status=1
    check "$status" 'the image is the extension, and its licences'
    base_image "$1" "$chroots/try" "postgres:$1-any"
    mkdir -p "$chroots/try/extensions"
    cp -a "$chroots/extension.stage" "$chroots/try/extensions/lstm-forecast"
    try "$1" "$chroots/try" "extension_control_path=\$system:/extensions/lstm-forecast/share" \
        "dynamic_library_path=\$libdir:/extensions/lstm-forecast/lib"
}

# a shell of its own for each: where a function is called with || it goes on after errors
if [ "${1:-}" = only ]; then
    "$2" "$3"
    exit
fi
lock_chroots
table=$chroots/packages.table
: >"$table"
failures=0
for version in $versions; do
    release "$version" >/dev/null
    for kind in $kinds; do
        log=$chroots/$kind-$version.log
        echo "$kind for PostgreSQL $version: the log is $log"
        start=$(date +%s)
        status=0
        CHROOTS=$chroots sh scripts/packages.sh only "$kind" "$version" >"$log" 2>&1 9>&- || status=$?
        passed=$(grep -c '^ok [0-9]' "$log") || true
        failed=$(grep -cE '^(not ok [0-9]|Bail out!)' "$log") || true
        if [ "$status" -ne 0 ] || [ "$passed" -eq 0 ]; then
            [ "$failed" -gt 0 ] || failed=1
        fi
        [ "$failed" -eq 0 ] || { grep -A 3 -E '^(not ok|Bail out)' "$log"; tail -n 30 "$log"; } >&2
        failures=$((failures + failed))
        printf '%-8s %-12s %-24s %8d %8d %8d\n' "$kind" "$version" "$(release "$version")" "$passed" "$failed" \
            $(($(date +%s) - start)) >>"$table"
    done
done
rm -rf "$chroots/build" "$chroots/try" "$chroots"/*.stage
echo
printf '%-8s %-12s %-24s %8s %8s %8s\n' kind PostgreSQL distribution passed failed seconds
cat "$table"
awk '{passed += $(NF - 2)} END {print passed " passed, " '"$failures"' " failed"}' "$table"
[ "$failures" -eq 0 ]
