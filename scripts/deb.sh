#!/bin/sh
# Makes the source package for Debian, and from it a package for each version of PostgreSQL whose headers are here.
#
#     scripts/deb.sh [FOLDER]
#
# PG_SUPPORTED_VERSIONS="15 17" makes it for these. The packages, and what dpkg-source and dpkg-buildpackage write beside
# them, are left in FOLDER (build/deb). The source is the archive of scripts/dist.sh as a tar, and the folder debian.
set -eu

cd "$(dirname "$0")/.."
folder=${1:-build/deb}
version=$(sed -n '1s/^lstm-forecast (\(.*\)-[^-]*) .*/\1/p' debian/changelog)
scripts/check_meta.py

rm -rf "$folder"
mkdir -p "$folder/lstm-forecast-$version"
folder=$(cd "$folder" && pwd)
source=$folder/lstm-forecast-$version
scripts/files.sh archive | tar -c -z -f "$folder/lstm-forecast_$version.orig.tar.gz" \
    --transform="s|^|lstm-forecast-$version/|" --owner=0 --group=0 --numeric-owner -T -
tar -x -C "$folder" -f "$folder/lstm-forecast_$version.orig.tar.gz"
scripts/files.sh | grep '^debian/' | tar -c -T - | tar -x -C "$source"

cd "$source"
PG_SUPPORTED_VERSIONS=${PG_SUPPORTED_VERSIONS:-installed}
export PG_SUPPORTED_VERSIONS
pg_buildext updatecontrol
dpkg-buildpackage -us -uc
cd ..
rm -r "$source"
ls "$folder"/*.dsc "$folder"/*.deb
