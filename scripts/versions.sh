#!/bin/sh
# Builds and tests the extension on versions of PostgreSQL as distributions package them, and prints a table.
#
#     VERSIONS="13 18" scripts/versions.sh
#
# Needs root, and the mirrors of Debian and Ubuntu: each version gets a chroot of a distribution that has it, in which the
# tree is copied, and "make check" run. The chroots stay in CHROOTS for the next time; a folder that is removed is made
# again. Tests run in namespaces of their own: they reach no network, meet no other server, and leave no process behind.
set -eu

cd "$(dirname "$0")/.."
versions=${VERSIONS:-13 14 15 16 17 18}
chroots=${CHROOTS:-build/versions}
# that of Debian is the machine's own, if it is not given; that of Ubuntu is asked for where a version needs it
debian_mirror=${DEBIAN_MIRROR:-$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -v security | sed -n 1p)}
ubuntu_mirror=${UBUNTU_MIRROR:-}
debian_keys=/usr/share/keyrings/debian-archive-keyring.gpg
ubuntu_keys=usr/share/keyrings/ubuntu-archive-keyring.gpg

[ "$(id -u)" -eq 0 ] || { echo "chroots need root" >&2; exit 1; }
scripts/setup.sh versions

# release VERSION: the distribution and its release that have it
release() {
    case $1 in
        13) echo debian bullseye ;;
        14) echo ubuntu jammy ;;
        15) echo debian bookworm ;;
        16) echo ubuntu noble ;;
        17) echo debian trixie ;;
        18) echo debian forky ;;
        *) echo "no distribution is known for PostgreSQL $1" >&2; return 1 ;;
    esac
}

# inside ROOT COMMAND [ARGUMENT ...]: with the network
inside() {
    inside_root=$1
    shift
    unshare --mount --pid --ipc --fork --kill-child --mount-proc="$inside_root/proc" \
        env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 HOME=/root DEBIAN_FRONTEND=noninteractive \
        chroot "$inside_root" "$@"
}

# alone ROOT COMMAND [ARGUMENT ...]: without it
alone() {
    alone_root=$1
    shift
    unshare --mount --pid --ipc --net --fork --kill-child --mount-proc="$alone_root/proc" \
        env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 HOME=/root COPT=-Werror \
        sh -c 'ip link set lo up && mount -t tmpfs none "$1/dev/shm" && exec chroot "$@"' sh "$alone_root" "$@"
}

# prepare VERSION ROOT: a chroot with all that the tests need
prepare() {
    rm -rf "$2"
    set -- "$1" "$2" $(release "$1")
    case $3 in
        debian)
            debootstrap --variant=minbase --keyring="$debian_keys" "$4" "$2" "$debian_mirror" \
                /usr/share/debootstrap/scripts/sid
            ;;
        ubuntu)
            [ -n "$ubuntu_mirror" ] || { echo "give a mirror of Ubuntu: UBUNTU_MIRROR=address" >&2; return 1; }
            # Debian 12 has no keys of Ubuntu; a later Debian has, which proves them by its own
            [ -f "$chroots/17/.ready" ] || prepare 17 "$chroots/17"
            inside "$chroots/17" apt-get install -y --no-install-recommends ubuntu-archive-keyring
            debootstrap --variant=minbase --components=main,universe --keyring="$chroots/17/$ubuntu_keys" "$4" "$2" \
                "$ubuntu_mirror" /usr/share/debootstrap/scripts/gutsy
            ;;
    esac
    # the lists of a release that is not stable yet are for a week; a mirror may be slower
    echo 'Acquire::Check-Valid-Until "false";' >"$2/etc/apt/apt.conf.d/90versions"
    # packages must neither start servers nor create clusters
    printf '#!/bin/sh\nexit 101\n' >"$2/usr/sbin/policy-rc.d"
    chmod +x "$2/usr/sbin/policy-rc.d"
    mkdir -p "$2/etc/postgresql-common"
    echo 'create_main_cluster = false' >"$2/etc/postgresql-common/createcluster.conf"
    copy "$2"
    inside "$2" env PG_VERSION="$1" /lstm_forecast/scripts/setup.sh check
    inside "$2" apt-get clean
    touch "$2/.ready"
}

# copy ROOT: the tree as it is here, but for what git ignores
copy() {
    rm -rf "$1/lstm_forecast"
    mkdir "$1/lstm_forecast"
    git ls-files -z --cached --others --exclude-standard | tar -c --null --ignore-failed-read -T - |
        tar -x -C "$1/lstm_forecast"
    chown -R 0:0 "$1/lstm_forecast"
}

mkdir -p "$chroots"
chroots=$(cd "$chroots" && pwd)
# a shell of its own: where a function is called with || it goes on after errors
if [ "${1:-}" = prepare ]; then
    prepare "$2" "$chroots/$2"
    exit
fi
exec 9>"$chroots/lock"
flock 9
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
    alone "$root" sh -c "cd /lstm_forecast && make -s install PG_CONFIG=/usr/lib/postgresql/$version/bin/pg_config &&
        make check PG_VERSION=$version" >"$log" 2>&1 9>&- || status=$?
    result=$(sed -n 's/^\([0-9]* passed, [0-9]* failed\)$/\1/p' "$log" | tail -n 1)
    if [ "$status" -ne 0 ] || [ -z "$result" ]; then
        failures=$((failures + 1))
        tail -n 50 "$log" >&2
    fi
    printf '%-12s %-24s %-12s %s\n' \
        "$(inside "$root" "/usr/lib/postgresql/$version/bin/postgres" --version | awk '{print $3}')" \
        "$(. "$root/etc/os-release" && echo "$ID ${VERSION_CODENAME:-}")" \
        "gcc $(inside "$root" gcc -dumpfullversion)" "${result:-did not build}" >>"$table"
done
echo
printf '%-12s %-24s %-12s %s\n' PostgreSQL distribution compiler tests
cat "$table"
[ "$failures" -eq 0 ]
