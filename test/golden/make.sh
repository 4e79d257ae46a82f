#!/bin/sh
# Makes the golden files of a release: models of every shape as this version writes them, and what they forecast.
#
#     scripts/with_cluster.sh test/golden/make.sh FOLDER
#
# For a release whose format is new. What is there of earlier releases is never made again: it shows that what was
# written then is still read.
set -eu

cd "$(dirname "$0")/../.."
folder=test/golden/$1
[ ! -e "$folder/forecasts.txt" ] || { echo "$folder has golden files; they stay as they are" >&2; exit 1; }
make -s core-tests BLAS=none
mkdir -p "$folder"
createdb golden
psql -qX -d golden -f test/golden/models.sql
psql -qXAt -d golden -c 'SELECT name FROM golden ORDER BY name' >"$folder/names"
while read -r name; do
    psql -qXAt -d golden -v name="$name" <<'SQL' | perl -ne 'chomp; print pack("H*", $_)' >"$folder/$name.model"
SELECT encode(model, 'hex') FROM golden WHERE name = :'name';
SQL
done <"$folder/names"
psql -qX -d golden -c 'COPY (SELECT name, lstm_info(model) FROM golden ORDER BY name) TO STDOUT' >"$folder/infos.txt"
# the generic kernels are what the others are measured by
for name in $(cat "$folder/names"); do
    LSTM_FORECAST_KERNELS=generic build/none/float/golden_test "$folder/$name.model"
done >"$folder/forecasts.txt"
rm "$folder/names"
