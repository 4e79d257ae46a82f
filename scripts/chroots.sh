# chroots.sh: chroots of distributions, for scripts/versions.sh, packages.sh and upgrades.sh, which read it first.
#
# They set CHROOTS, or the chroots are in build/versions; and need root, and the mirrors of Debian and Ubuntu. What runs in
# a chroot runs in namespaces of its own: it leaves no process and no mount behind, and meets no other server.

chroots=${CHROOTS:-build/versions}
# that of Debian is the machine's own, if it is not given; that of Ubuntu is asked for where a version needs it
debian_mirror=${DEBIAN_MIRROR:-$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -v security | sed -n 1p)}
ubuntu_mirror=${UBUNTU_MIRROR:-}
debian_keys=/usr/share/keyrings/debian-archive-keyring.gpg
ubuntu_keys=usr/share/keyrings/ubuntu-archive-keyring.gpg

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
        env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 HOME=/root COPT="${COPT-}" \
        sh -c 'ip link set lo up && mount -t tmpfs none "$1/dev/shm" && exec chroot "$@"' sh "$alone_root" "$@"
}

# bootstrap VERSION ROOT: a chroot of the distribution that has this version, with nothing but its base
bootstrap() {
    rm -rf "$2"
    mkdir -p "$2"
    set -- "$1" "$2" $(release "$1")
    case $3 in
        debian)
            debootstrap --variant=minbase --keyring="$debian_keys" "$4" "$2" "$debian_mirror" \
                /usr/share/debootstrap/scripts/sid
            ;;
        ubuntu)
            [ -n "$ubuntu_mirror" ] || { echo "give a mirror of Ubuntu: UBUNTU_MIRROR=address" >&2; return 1; }
            # Debian 12 has no keys of Ubuntu; a later Debian has, which proves them by its own
            bootstrap_keys=$chroots/keys
            if [ ! -f "$bootstrap_keys/$ubuntu_keys" ]; then
                (bootstrap 17 "$bootstrap_keys")
                inside "$bootstrap_keys" apt-get install -y --no-install-recommends ubuntu-archive-keyring
            fi
            debootstrap --variant=minbase --components=main,universe --keyring="$bootstrap_keys/$ubuntu_keys" "$4" "$2" \
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
}

# copy ROOT: the tree as it is here, but for what git ignores
copy() {
    rm -rf "$1/lstm_forecast"
    mkdir "$1/lstm_forecast"
    scripts/files.sh | tar -c -T - | tar -x -C "$1/lstm_forecast"
    chown -R 0:0 "$1/lstm_forecast"
}

# fresh VERSION ROOT: a copy of the base of the distribution that has this version
fresh() {
    fresh_base=$chroots/base-$1
    if [ ! -f "$fresh_base/.ready" ]; then
        bootstrap "$1" "$fresh_base"
        touch "$fresh_base/.ready"
    fi
    rm -rf "$2"
    cp -a "$fresh_base" "$2"
    stock "$1" "$2"
}

# stock VERSION ROOT, keep VERSION ROOT: what was downloaded before need not be downloaded again
stock() {
    mkdir -p "$chroots/archives-$1"
    find "$chroots/archives-$1" -name '*.deb' -exec ln -f -t "$2/var/cache/apt/archives" {} +
}

keep() {
    find "$2/var/cache/apt/archives" -maxdepth 1 -name '*.deb' -exec ln -f -t "$chroots/archives-$1" {} +
}

# get VERSION ROOT PACKAGE ...: with the network
get() {
    get_version=$1
    get_root=$2
    shift 2
    inside "$get_root" apt-get update -q
    inside "$get_root" apt-get install -q -y --no-install-recommends "$@"
    keep "$get_version" "$get_root"
}

# lock_chroots: nothing else uses them meanwhile but what is run from here; children close 9
lock_chroots() {
    [ -z "${CHROOTS_LOCKED:-}" ] || return 0
    exec 9>"$chroots/lock"
    flock 9
    CHROOTS_LOCKED=1
    export CHROOTS_LOCKED
}
