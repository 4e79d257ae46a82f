#!/bin/sh
# Shows what the extension does on a real series: called by "make demo" with a cluster in the environment.
set -eu

cd "$(dirname "$0")/.."
createdb demo
# from standard input: messages then do not begin with the name of the file
exec psql -qX -d demo <examples/air_passengers.sql 2>&1
