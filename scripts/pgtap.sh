#!/bin/sh
# Runs the pgTAP files against the cluster of the environment, each in a database of its own.
set -eu

createdb tap
psql -qX -d tap -c 'CREATE EXTENSION pgtap' -c 'CREATE EXTENSION lstm_forecast'
exec pg_prove --verbose -d tap "${@:-test/pgtap}" --ext .sql --recurse
