#!/bin/sh
# Shows what the extension does on a real series: called by "make demo" with a cluster in the environment.
set -eu

cd "$(dirname "$0")/.."
createdb demo
exec psql -qX -d demo -f examples/air_passengers.sql
