#!/bin/sh
# Runs a command against a throw-away cluster that has this build of the extension, and removes both afterwards.
#
#     scripts/with_cluster.sh COMMAND [ARGUMENT ...]
#
# The command finds PGHOST, PGPORT, PGUSER and PGDATABASE set. No other cluster is touched, and nothing is installed: the
# build is staged in a temporary folder, which the cluster searches first.
set -eu

version=${PG_VERSION:-15}
make=${MAKE:-make}

# Libraries that are told to use kernels of another processor do half their work; a server inherits that.
for name in $(env | sed -n 's/^\(OPENBLAS_[A-Z0-9_]*\|OMP_[A-Z0-9_]*\|GOTO_[A-Z0-9_]*\|LD_LIBRARY_PATH\)=.*/\1/p'); do
    unset "$name"
done

# A cluster that the caller works with is not the one that is made here.
# Nor does its encoding hang on the caller's locale.
LC_ALL=C.UTF-8
export LC_ALL
unset PGHOST PGHOSTADDR PGPORT PGUSER PGDATABASE PGPASSWORD PGSERVICE PGOPTIONS PGSSLMODE

# Two throw-away clusters of one user would take the same name and port: the second waits for the first.
# The server does not inherit the lock: one that was left behind must not keep others waiting.
exec 9>"/tmp/lstm_forecast-$(id -u).lock"
flock 9

stage=$(mktemp -d /tmp/lstm_forecast.XXXXXX)
trap 'rm -rf "$stage"' EXIT INT TERM
"$make" -s install DESTDIR="$stage" PG_CONFIG="/usr/lib/postgresql/$version/bin/pg_config" >"$stage/install.log" 2>&1 ||
    { cat "$stage/install.log" >&2; exit 1; }
chmod -R a+rX "$stage"
settings=$("$(dirname "$0")/staged_settings.sh" "$stage" "$version")
pg_virtualenv -t -v "$version" \
    -o "$(echo "$settings" | sed -n 1p)" \
    -o "$(echo "$settings" | sed -n 2p)" \
    -o fsync=off -o timezone=UTC -o datestyle='ISO, MDY' \
    "$@" 9>&-
