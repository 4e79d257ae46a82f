#!/bin/sh
# Trains the network that is shipped, for a few steps, and prints TAP: it learns, and its weights depend on seed and steps alone.
# Also that doc/pretrained.md names the file that is shipped.
set -u

cd "$(dirname "$0")/.." || exit 1
make=${MAKE:-make}
blas=${BLAS:-openblas}
. scripts/tap.sh

"$make" -s -j2 pretrain-program BLAS="$blas" >"$work/log" 2>&1
result $? 'the program is built'
program=build/pretrain/$blas/pretrain

"$make" -s pretrain BLAS="$blas" STEPS=120 SEED=77 THREADS=2 WEIGHTS="$work/two" >"$work/log" 2>&1
result $? 'make pretrain trains'
awk '/^step/ { sub(",", "", $4); loss[++n] = $4 }
     END { first = (loss[1] + loss[2] + loss[3]) / 3; last = (loss[n] + loss[n - 1] + loss[n - 2]) / 3
           print "from", first, "to", last; exit !(n > 20 && last < 0.9 * first) }' "$work/log" >"$work/losses"
result $? "the loss falls: $(cat "$work/losses")"
[ ! -e "build/pretrain/$blas/77-120.state" ]
result $? 'nothing is left to go on with'

"$program" 77 120 1 "$work/state" "$work/one" >"$work/log" 2>&1 && cmp "$work/one" "$work/two" >>"$work/log" 2>&1
result $? 'one thread or two: the same bytes'

# killed on the way, as soon as the log has come to the middle
"$program" 77 120 1 "$work/state" "$work/stopped" >"$work/log" 2>&1 &
pid=$!
until grep -q '^step 60' "$work/log" || ! kill -0 $pid 2>/dev/null; do
    sleep 0.02
done
kill -9 $pid
wait $pid 2>/dev/null
[ -e "$work/state" ] && [ ! -e "$work/stopped" ]
result $? 'killed on the way it has a state and no weights'
"$program" 77 120 2 "$work/state" "$work/stopped" >"$work/log" 2>&1 && grep -q 'going on after' "$work/log" &&
    cmp "$work/stopped" "$work/one" >>"$work/log" 2>&1
result $? 'and goes on to the same bytes'

"$program" 77 121 1 "$work/state" "$work/x" >"$work/log" 2>&1 &
pid=$!
until [ -e "$work/state" ]; do sleep 0.02; done
kill -9 $pid
wait $pid 2>/dev/null
"$program" 78 121 1 "$work/state" "$work/x" >"$work/log" 2>&1
[ $? -eq 1 ] && grep -q 'is of another training' "$work/log"
result $? 'it does not go on with a state of another seed'
"$program" 1 x 1 "$work/state" "$work/x" >"$work/log" 2>&1
[ $? -eq 2 ] && grep -q 'STEPS must be a number' "$work/log"
result $? 'it says which argument is wrong'

grep -q "$(sha256sum src/core/partners/zero_shot.weights | cut -c1-64)" doc/pretrained.md 2>"$work/log"
result $? 'doc/pretrained.md has the checksum of the file that is shipped'

plan
