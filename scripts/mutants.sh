#!/bin/sh
# Breaks the promises of test/mutants.txt one by one, and looks whether the test that is named for each notices.
#
#     scripts/mutants.sh          runs them: "make mutants"
#     scripts/mutants.sh check    only tells whether every edit still applies, and every test is there: part of "make check"
#
# MUTANTS is a pattern (as of grep -E) for a part of them: of their names, files or tests. The tree is copied once; an edit
# is made there, what depends on it is built again, the test is run, and the edit is taken back. A test must pass on the
# tree as it is, or it proves nothing. What runs for longer than LIMIT seconds, or a minute
# in C, has noticed. Prints TAP, and ends on one line.
set -eu

cd "$(dirname "$0")/.."
blas=${BLAS:-openblas}
make=${MAKE:-make}
version=${PG_VERSION:-15}
list=$(pwd)/test/mutants.txt
limit=${LIMIT:-300}
separator=$(printf '\037')
tree=$(pwd)/build/mutants/tree
log=$(pwd)/build/mutants/log
results=$(pwd)/build/mutants/results

# The entries, one a line: name, file, before, after, test, with a unit separator (037) between.
entries() {
    perl -e '
        local $/ = "";
        while (my $entry = <>) {
            my %of;
            for (split /\n/, $entry) {
                next if /^#/;
                /^(name|file|before|after|test):(?: (.*))?$/ && !defined $of{$1} or die "not understood in $ARGV: $_\n";
                $of{$1} = $2 // "";
            }
            next unless %of;
            for (qw(name file before after test)) { defined $of{$_} or die "without $_: $entry" }
            print join("\037", @of{qw(name file before after test)}), "\n";
        }' "$list"
}

# edit FILE BEFORE AFTER: writes the file with the edit; fails where the text does not stand in it exactly once.
edit() {
    BEFORE=$2 AFTER=$3 perl -0777 -e '
        my ($before, $after) = map { s{\\n}{\n}gr =~ s{\\t}{\t}gr } @ENV{qw(BEFORE AFTER)};
        my $text = <STDIN>;
        my $count = () = $text =~ /\Q$before\E/g;
        $before ne $after && $count == 1 or die "stands there $count times: $before\n";
        $text =~ s/\Q$before\E/$after/;
        print $text;' <"$1"
}

# Where a test stands: a program in C, a file of pgTAP, one of pg_regress, or one that has servers of its own.
source_of() {
    case $1 in
    pgtap/*) echo "test/$1.sql" ;;
    regress/*) echo "sql/${1#regress/}.sql" ;;
    tap/*) echo "test/$1.sh" ;;
    double/*) echo "test/core/${1#double/}.c" ;;
    *) echo "test/core/$1.c" ;;
    esac
}

check() {
    number=0
    wrong=0
    while IFS="$separator" read -r name file before after test <&3; do
        number=$((number + 1))
        if edit "$file" "$before" "$after" >/dev/null && [ -f "$(source_of "$test")" ]; then
            echo "ok $number - can be broken in $file: $name"
        else
            echo "not ok $number - can be broken in $file: $name"
            wrong=$((wrong + 1))
        fi
    done 3<"$1"
    echo "1..$number"
    [ "$wrong" -eq 0 ]
}

# build TEST: what a test needs of the copy
build() {
    case $1 in
    pgtap/* | regress/*)
        "$make" -s -j2 all BLAS="$blas" PG_CONFIG="/usr/lib/postgresql/$version/bin/pg_config" &&
            cp lstm_forecast.so "$STAGED.new" && mv "$STAGED.new" "$STAGED"
        ;;
    tap/*) "$make" -s -j2 all BLAS="$blas" PG_CONFIG="/usr/lib/postgresql/$version/bin/pg_config" ;;
    double/*) "$make" -s -j2 "build/$blas/$1" BLAS="$blas" ;;
    *) "$make" -s -j2 "build/$blas/float/$1" BLAS="$blas" ;;
    esac
}

run() {
    case $1 in
    pgtap/*)
        dropdb --if-exists tap && timeout "$limit" scripts/pgtap.sh "test/$1.sql"
        ;;
    regress/*)
        # the first of them makes the extension
        timeout "$limit" "$make" -s installcheck REGRESS="interface ${1#regress/}" BLAS="$blas" \
            PG_CONFIG="/usr/lib/postgresql/$version/bin/pg_config"
        ;;
    tap/*) timeout "$limit" scripts/servers.sh "test/$1.sh" ;;
    double/*) timeout 60 "build/$blas/$1" ;;
    *) timeout 60 "build/$blas/float/$1" ;;
    esac
}

# All entries of a list; those of the SQL side within a cluster.
run_all() {
    passed=' '
    if [ -n "${PGHOST:-}" ]; then
        STAGED=$(psql -AtXc 'SHOW dynamic_library_path' | cut -d : -f 1)/lstm_forecast.so
        [ -f "$STAGED" ] || { echo "no extension to put another in the place of" >&2; return 1; }
    fi
    cd "$tree"
    while IFS="$separator" read -r name file before after test <&3; do
        result=
        echo "---- $name" >>"$log"
        case $passed in
        *" $test "*) ;;
        *)
            if build "$test" >>"$log" 2>&1 </dev/null && run "$test" >>"$log" 2>&1 </dev/null; then
                passed="$passed$test "
            else
                result="$test fails without the edit"
            fi
            ;;
        esac
        if [ -z "$result" ]; then
            cp "$file" "$file.whole"
            if ! edit "$file.whole" "$before" "$after" >"$file" 2>>"$log"; then
                result="the edit does not apply"
            elif ! build "$test" >>"$log" 2>&1 </dev/null; then
                result="what comes out cannot be built"
            elif run "$test" >>"$log" 2>&1 </dev/null; then
                result="$test does not notice"
            fi
            # as new: what was built of the edit has to be built again
            cat "$file.whole" >"$file"
            rm "$file.whole"
        fi
        number=$(($(wc -l <"$results") + 1))
        if [ -z "$result" ]; then
            echo "ok $number - $test notices in $file: $name" | tee -a "$results"
        else
            echo "not ok $number - $test notices in $file: $name" | tee -a "$results"
            echo "# $result"
        fi
    done 3<"$1"
}

case ${1:-} in
inside)
    run_all "$2"
    exit
    ;;
esac

chosen=$(mktemp)
trap 'rm -f "$chosen" "$chosen.all" "$chosen.part"' EXIT
trap 'exit 1' INT TERM
entries >"$chosen.all"
grep -E -e "${MUTANTS:-.}" "$chosen.all" >"$chosen" || { echo "no such mutant" >&2; exit 1; }
if [ "${1:-}" = check ]; then
    check "$chosen"
    exit
fi
# what an earlier run built of an edit is newer than the sources
rm -rf "$tree"
mkdir -p "$tree"
tar --format=posix -cf - --exclude='build/mutants' Makefile lstm_forecast.control bench examples expected sql src scripts test tools \
    $(ls -d ./*.so build/blas "build/$blas" 2>/dev/null) | tar xf - -C "$tree"
sql="$separator(pgtap|regress)/"
: >"$log"
: >"$results"
grep -vE "$sql" "$chosen" >"$chosen.part" && (run_all "$chosen.part")
grep -E "$sql" "$chosen" >"$chosen.part" && scripts/with_cluster.sh scripts/mutants.sh inside "$chosen.part"
killed=$(grep -c '^ok' "$results" || true)
survived=$(grep -c '^not ok' "$results" || true)
echo "1..$((killed + survived))"
echo "$killed killed, $survived survived"
[ "$survived" -eq 0 ] && [ "$killed" -gt 0 ]
