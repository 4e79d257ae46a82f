#!/bin/sh
# Runs the demonstration in a new database of the cluster in the environment, and prints TAP: it wins and says so, it
# fits a terminal, and the picture and the report of the README are those that it makes.
set -u

cd "$(dirname "$0")/.." || exit 1
. scripts/tap.sh

# Pictures differ between processors by fractions of a pixel: the words must be the same, and the numbers close.
close_to() {
    sed 's/-\{0,1\}[0-9][0-9.]*/\n&\n/g' "$1" >"$work/wanted"
    sed 's/-\{0,1\}[0-9][0-9.]*/\n&\n/g' "$2" | awk -v wanted="$work/wanted" '
        function differs(text) {
            print text
            if (++count == 5)
                exit 1
        }
        {
            if ((getline other <wanted) <= 0)
                differs("too much is drawn: " $0)
            else if (other != $0 && !(other ~ /^-?[0-9][0-9.]*$/ && $0 ~ /^-?[0-9][0-9.]*$/ &&
                                      other - $0 < 2 && $0 - other < 2))
                differs("wanted: " other ", drawn: " $0)
        }
        END {
            if (count < 5 && (getline other <wanted) > 0)
                differs("wanted, but not drawn: " other)
            exit count > 0
        }'
}

rm -f build/air_passengers.svg build/air_passengers.html
status=0
scripts/demo.sh check_demo >"$work/log" 2>&1 || status=$?
result "$status" 'the demonstration runs to its end'

status=0
grep -q '^   The trained forecast wins over the five years, and in 1960' "$work/log" || status=1
result $status 'its forecast wins, and it says so'

status=0
grep -qE '^(WARNING|ERROR)' "$work/log" && status=1
result $status 'it greets nobody with a WARNING'

status=0
awk 'length > 100' "$work/log" >"$work/long"
[ ! -s "$work/long" ] || status=1
result $status 'its lines fit 100 columns' "$work/long"

status=0
[ "$(tail -n 1 "$work/log")" = "$(pwd)/build/air_passengers.svg" ] && [ -s build/air_passengers.svg ] || status=1
result $status 'its last line is the path of a picture'

status=0
close_to doc/air_passengers.svg build/air_passengers.svg >"$work/differences" 2>&1 || status=1
[ $status -eq 0 ] ||
    echo 'if the new picture is right: make demo, then cp build/air_passengers.svg doc' >>"$work/differences"
result $status 'the picture of the README is the one that it draws' "$work/differences"

status=0
close_to doc/air_passengers.html build/air_passengers.html >"$work/differences" 2>&1 || status=1
[ $status -eq 0 ] ||
    echo 'if the new report is right: make demo, then cp build/air_passengers.html doc' >>"$work/differences"
result $status 'the report that the README leads to is the one that it makes' "$work/differences"

status=0
wc -c doc/air_passengers.html >"$work/size"
[ "$(cut -d ' ' -f 1 "$work/size")" -le 150000 ] || status=1
result $status 'it has 150 kB at the most' "$work/size"

plan
