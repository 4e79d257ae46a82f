#!/bin/sh
# Looks at the README, the pages in doc/ and llms.txt without running them, and prints TAP: links lead somewhere, lines
# can be read, the README stays short and leads to every page.
set -u

cd "$(dirname "$0")/.." || exit 1
pages="README.md llms.txt $(ls doc/*.md)"
. scripts/tap.sh

# found NAME: fails if $work/found says why
found() {
    status=0
    [ ! -s "$work/found" ] || status=1
    result $status "$1" "$work/found"
}

# anchors PAGE: what its headings are called in links, as GitHub does it
anchors() {
    awk '/^```/ { inside = !inside } !inside && /^#+ /' "$1" |
        sed -e 's/^#* //' -e 's/[^A-Za-z0-9 _-]//g' -e 's/ /-/g' | tr '[:upper:]' '[:lower:]'
}

# links PAGE: the targets of its links within the repository
links() {
    awk '/^```/ { inside = !inside } !inside' "$1" | tr '\n' ' ' | grep -o '\](\([^)]*\))' |
        sed -e 's/^](//' -e 's/)$//' | grep -v '^[a-z]*:'
}

for page in $pages; do
    links "$page" >"$work/links"
    while IFS= read -r link; do
        file=${link%%#*}
        target=$page
        [ -z "$file" ] || target=$(dirname "$page")/$file
        if [ ! -e "$target" ]; then
            echo "$page: there is no $link"
        elif [ "$file" != "$link" ] && ! anchors "$target" | grep -qxF "${link#*#}"; then
            echo "$page: $link has no such heading"
        fi
    done <"$work/links" >"$work/found"
    found "$page: its links lead somewhere"

    # rows of tables and what is run or printed stay as long as they are
    awk -v page="$page" '/^```/ { inside = !inside } !inside && !/^\|/ && !/^    / && length > 120 {
        print page ":" NR ": " length " characters" }' "$page" >"$work/found"
    found "$page: its lines have 120 characters at the most"
done

awk 'END { if (NR > 150) print NR " lines" }' README.md >"$work/found"
found 'the README has 150 lines at the most'

for page in doc/*.md; do
    links README.md | grep -qF "$page" || echo "$page"
done >"$work/found"
found 'the README leads to every page'

awk '/^```/ { inside = $0 == "```sql" } inside && !/^```/ { print "    " $0 } /^```text/ { exit }' README.md >"$work/five"
awk 'FILENAME == ARGV[1] { wanted[++n] = $0; next } $0 == wanted[1] || at { if ($0 == wanted[at + 1]) at++; else if (at < n) at = 0 }
    END { if (!n || at < n) print "line " at + 1 " of " n " is missing" }' "$work/five" llms.txt >"$work/found"
found 'llms.txt has the five statements of the README'

plan
