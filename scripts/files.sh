#!/bin/sh
# Prints the files of the tree as they are here, one a line: what goes into chroots, and into archives.
#
#     scripts/files.sh [archive]
#
# Not in archives are the files for the forge of the project, and those of packages, which are added to an archive.
# What git ignores stays away: it was built. Where there is no git, as in an archive that was unpacked, the same patterns
# are told from the names.
set -eu

cd "$(dirname "$0")/.."
left_out='^$'
[ "${1:-}" != archive ] || left_out='^(\.ci|\.github|debian)/|^\.gitignore$'
if [ -e .git ] && command -v git >/dev/null; then
    # a file that was deleted, and is not committed yet, is still in the index
    git -c safe.directory="$PWD" -c core.quotePath=off ls-files --cached --others --exclude-standard
else
    find . -type f | sed 's/^\.\///' | grep -vE '^(build|results|\.git)/|^regression\.|\.(o|so|bc|d)$'
fi | grep -vE "$left_out" | LC_ALL=C sort | while IFS= read -r file; do
    [ ! -f "$file" ] || echo "$file"
done
