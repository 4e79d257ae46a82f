#!/bin/sh
# Makes the archive for PGXN, lstm_forecast-VERSION.zip, and prints where it is.
#
#     scripts/dist.sh [FOLDER]
#
# The same tree gives the same bytes: files are in the order of their names, and have the time of the last commit.
set -eu

cd "$(dirname "$0")/.."
folder=${1:-build/dist}
name=lstm_forecast-$(sed -n "s/^default_version = '\(.*\)'$/\1/p" lstm_forecast.control)
command -v zip >/dev/null || { echo "zip is missing: scripts/setup.sh dist installs it" >&2; exit 1; }

if [ -e .git ] && command -v git >/dev/null; then
    time=$(git -c safe.directory="$PWD" log -1 --format=%ct)
    changed=$(git -c safe.directory="$PWD" status --porcelain | wc -l)
    [ "$changed" -eq 0 ] || echo "the archive has $changed files that are not as they were committed" >&2
else
    time=$(stat -c %Y META.json)
fi

mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
mkdir "$stage/$name"
scripts/files.sh archive >"$stage/list"
tar -c -T "$stage/list" | tar -x -C "$stage/$name"
scripts/check_meta.py "$stage/$name" >&2
find "$stage/$name" -type d -exec chmod 755 {} +
find "$stage/$name" -type f -perm /111 -exec chmod 755 {} +
find "$stage/$name" -type f ! -perm /111 -exec chmod 644 {} +
find "$stage/$name" -exec touch -d "@$time" {} +
rm -f "$folder/$name.zip"
(cd "$stage" && sed "s|^|$name/|" list | TZ=UTC zip -q -X -D "$folder/$name.zip" -@)
echo "$folder/$name.zip"
