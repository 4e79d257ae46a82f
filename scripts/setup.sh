#!/bin/sh
# Installs what is missing to build, test and show lstm_forecast, by package name. Does nothing where all is there.
set -eu

version=${PG_VERSION:-15}
packages="gcc make postgresql-$version postgresql-server-dev-$version postgresql-common
    libopenblas0-serial libopenblas-serial-dev"
# "check" needs the test tools as well
if [ "${1:-}" = check ]; then
    packages="$packages postgresql-$version-pgtap postgresql-$version-cron libtap-parser-sourcehandler-pgtap-perl perl
        python3 python3-numpy python3-psycopg python3-psycopg2 python3-sqlalchemy python3-jinja2 python3-ipython zip unzip"
fi
# "tools" what searches for mistakes
if [ "${1:-}" = tools ]; then
    packages="$packages clang clang-tidy cppcheck valgrind"
fi
# "bench" what the extension is compared with
if [ "${1:-}" = bench ]; then
    packages="$packages g++ libdnnl-dev python3 python3-psycopg2 python3-torch"
fi

# "r" what forecasts are compared with, and series that come with it
if [ "${1:-}" = r ]; then
    packages="r-base-core r-cran-forecast r-cran-tseries r-cran-aer r-cran-strucchange r-cran-urca r-cran-lmtest r-cran-mass r-cran-sandwich"
fi

# "versions" what makes chroots of other distributions; "portability" compilers for other processors, and what runs these
if [ "${1:-}" = versions ]; then
    packages="debootstrap iproute2 util-linux git"
fi
if [ "${1:-}" = portability ]; then
    packages="gcc make gcc-aarch64-linux-gnu libc6-dev-arm64-cross gcc-i686-linux-gnu libc6-dev-i386-cross
        gcc-s390x-linux-gnu libc6-dev-s390x-cross qemu-user-static"
fi

# "dist" what makes the archive for PGXN, "deb" packages for Debian, "packages" what tries both in chroots
if [ "${1:-}" = dist ]; then
    packages="python3 zip"
fi
if [ "${1:-}" = deb ]; then
    packages="build-essential debhelper dpkg-dev python3 postgresql-server-dev-all libopenblas-serial-dev"
fi
if [ "${1:-}" = packages ]; then
    packages="debootstrap iproute2 util-linux python3 zip"
fi

# Debian 11 and Ubuntu 22.04 have no psycopg 3; what needs it is left out there, and says so. Without lists nothing is known.
lacks() {
    [ "$1" = python3-psycopg ] && apt-cache show gcc >/dev/null 2>&1 && ! apt-cache show "$1" >/dev/null 2>&1
}

# find_missing: the packages that are not there and can be had
find_missing() {
    missing=
    for package in $packages; do
        if ! dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' && ! lacks "$package"; then
            missing="$missing $package"
        fi
    done
}

find_missing
[ -n "$missing" ] || exit 0

echo "installing:$missing"
as_root=
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
        echo "these packages are missing, and there is neither root nor sudo to install them" >&2
        exit 1
    fi
    as_root=sudo
fi
log=$(mktemp)
if ! { $as_root apt-get update && find_missing && DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y --no-install-recommends \
    -o Dpkg::Options::=--force-confold $missing; } >"$log" 2>&1; then
    cat "$log" >&2
    exit 1
fi
rm -f "$log"
