#!/bin/sh
# Runs what the README and the pages in doc/ say, in a new database of the cluster in the environment, and prints TAP.
#
# Every block of ```sql is run by psql, in order. Where a block of ```text follows it, with nothing but empty lines
# between, the output must be the same; messages are compared only if the text has some. A block that is meant to fail
# has a comment line "-- error: SQLSTATE"; its output is compared from the error on. Besides, the reference must name
# every option, function, parameter and result column of the extension, with the values that the extension reports.
set -u

cd "$(dirname "$0")/.." || exit 1
pages="README.md $(ls doc/*.md 2>/dev/null)"
. scripts/tap.sh
unset PSQLRC
PGOPTIONS="-c client_min_messages=notice"
PSQL_PAGER=
export PGOPTIONS PSQL_PAGER

query() {
    psql -XqAt -F "$(printf '\t')" -v ON_ERROR_STOP=1 -d readme -c "$1"
}

# What may differ without meaning: widths of columns, empty lines, a minus before 0.
normalize() {
    sed -e 's/[[:space:]]\{1,\}/ /g' -e 's/ $//' -e 's/--*+/-+/g' -e 's/+--*/+-/g' -e 's/^ *---*$/-/' \
        -e 's/ -0 / 0 /g' -e 's/ -0$/ 0/' -e 's/^ //' -e '/^$/d' "$1"
}

# split PAGE: writes each sql block as $work/N.sql, its expected output as $work/N.text, and lists them
split() {
    awk -v work="$work" -v page="$1" -v count="$blocks" '
        /^```/ && !inside {
            inside = 1
            start = NR
            kind = $0
            file = ""
            if (kind == "```sql") {
                count++
                title = ""
                file = work "/" count ".sql"
                printf "" > file
            } else if (kind == "```text" && follows) {
                file = work "/" count ".text"
                printf "" > file
            }
            next
        }
        /^```/ {
            inside = 0
            if (file != "")
                close(file)
            follows = kind == "```sql"
            if (follows)
                print count "\t" page ":" start "\t" title
            next
        }
        inside {
            if (file != "")
                print > file
            if (kind == "```sql" && title == "" && $0 !~ /^--/ && $0 !~ /^ *$/)
                title = $0
            next
        }
        !/^ *$/ { follows = 0 }
    ' "$1"
}

# run_block N NAME
run_block() {
    wanted=$(sed -n 's/^-- error: \([0-9A-Z]\{5\}\).*/\1/p' "$work/$1.sql")
    status=0
    # from standard input, so that messages do not begin with a file name; verbose, for the SQLSTATE
    psql -Xq -d readme -v ON_ERROR_STOP=1 -v VERBOSITY=verbose <"$work/$1.sql" >"$work/raw" 2>&1 || status=$?
    code=$(sed -n 's/^ERROR: *\([0-9A-Z]\{5\}\): .*/\1/p' "$work/raw")
    sed -E -e "/^LOCATION: /d" -e "s/^(ERROR|WARNING|NOTICE|INFO): *[0-9A-Z]{5}: /\1:  /" "$work/raw" >"$work/output"
    cp "$work/output" "$work/log"
    if [ "$code" != "$wanted" ] || { [ "$status" -ne 0 ] && [ -z "$wanted" ]; }; then
        echo "SQLSTATE wanted: '$wanted', got: '$code'; psql ended with $status" >>"$work/log"
        result 1 "$2"
        return
    fi
    if [ -f "$work/$1.text" ]; then
        if [ -n "$wanted" ]; then
            sed -n '/^ERROR: /,$p' "$work/output" >"$work/rest"
            mv "$work/rest" "$work/output"
        fi
        if ! grep -qE '^(ERROR|WARNING|NOTICE|DETAIL|HINT): ' "$work/$1.text"; then
            grep -vE '^(ERROR|WARNING|NOTICE|INFO|DETAIL|HINT): ' "$work/output" >"$work/quiet"
            mv "$work/quiet" "$work/output"
        fi
        normalize "$work/$1.text" >"$work/expected"
        normalize "$work/output" >"$work/got"
        if ! cmp -s "$work/expected" "$work/got"; then
            {
                diff "$work/expected" "$work/got"
                echo 'the whole output:'
                cat "$work/output"
            } >"$work/log"
            result 1 "$2"
            return
        fi
    fi
    result 0 "$2"
}

if ! createdb readme; then
    echo 'Bail out! The database "readme" could not be created.'
    exit 1
fi

blocks=0
for page in $pages; do
    split "$page" >"$work/list"
    while IFS="$(printf '\t')" read -r number place title; do
        blocks=$number
        run_block "$number" "$place $title"
    done <"$work/list"
done

# Options: their table has name, type, default, range and meaning; the first four must be what lstm_options() says.
awk '/^#/ { inside = /Options/ } inside && /^\| `/' $pages |
    awk -F ' *\\| *' '{ gsub(/`/, ""); print $2 "\t" $3 "\t" $4 "\t" $5 }' >"$work/options"
query "SELECT name, type, \"default\", replace(range, '9.007199254740992e+15', '9007199254740992')
    FROM lstm_options()" >"$work/wanted"
while IFS= read -r line; do
    name=${line%%"$(printf '\t')"*}
    status=0
    grep -qxF "$line" "$work/options" || status=1
    printf 'lstm_options() says: %s\n' "$line" >"$work/log"
    result $status "option $name stands in the reference with its type, default and range"
done <"$work/wanted"
cut -f 1 "$work/wanted" | sort >"$work/names"
cut -f 1 "$work/options" | sort | comm -13 "$work/names" - >"$work/log"
status=0
[ ! -s "$work/log" ] || status=1
result $status 'the reference has no option that lstm_options() does not have'

# Functions: each has a section of its own that names its parameters and result columns.
query "SELECT DISTINCT p.proname, a.name
    FROM pg_depend d
    JOIN pg_extension e ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid
    JOIN pg_proc p ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid
    LEFT JOIN LATERAL unnest(p.proargnames) a(name) ON true
    WHERE e.extname = 'lstm_forecast' AND d.deptype = 'e'
        AND coalesce(obj_description(p.oid, 'pg_proc'), '') NOT LIKE 'support function%'
    ORDER BY 1, 2" >"$work/functions"
for name in $(cut -f 1 "$work/functions" | uniq); do
    awk -v name="\`$name\`" '/^#/ { inside = index($0, name) > 0 } inside' $pages >"$work/section"
    : >"$work/log"
    status=0
    [ -s "$work/section" ] || echo "there is no heading with \`$name\`" >"$work/log"
    for argument in $(awk -F '\t' -v name="$name" '$1 == name { print $2 }' "$work/functions"); do
        grep -qF "\`$argument\`" "$work/section" || echo "\`$argument\` is missing" >>"$work/log"
    done
    [ ! -s "$work/log" ] || status=1
    result $status "function $name stands in the reference with its parameters and columns"
done

plan
