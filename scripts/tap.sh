# tap.sh: sourced by scripts that print TAP: a folder of their own, $work, which goes with them, and results.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tests=0
failures=0

# result 0|1 NAME [FILE]: one line of TAP; what stands in the file, else in $work/log, explains a failure
result() {
    tests=$((tests + 1))
    # a # would begin a directive
    told=$(printf '%s' "$2" | tr '#' ' ')
    if [ "$1" -eq 0 ]; then
        echo "ok $tests - $told"
    else
        failures=$((failures + 1))
        echo "not ok $tests - $told"
        sed 's/^/# /' "${3:-$work/log}"
    fi
}

# The plan; fails if a result did.
plan() {
    echo "1..$tests"
    [ "$failures" -eq 0 ]
}
