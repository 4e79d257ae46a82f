#!/bin/sh
# Shows what the extension does on a real series: called by "make demo" with a cluster in the environment.
#
#     scripts/demo.sh [DATABASE]
set -eu

cd "$(dirname "$0")/.."
database=${1:-demo}
createdb "$database"

# From standard input: messages then do not begin with the name of the file. They are wrapped to be read.
{ psql -qX -d "$database" <examples/air_passengers.sql 2>&1 && echo 'exit status 0' || echo "exit status $?"; } | awk '
    /^exit status / {
        status = $3
        next
    }
    /^[A-Z]+:  / {
        for (indent = ""; length(indent $0) > 100; indent = "          ") {
            for (end = 100 - length(indent); end > 1 && substr($0, end, 1) != " "; end--)
                ;
            print indent substr($0, 1, end - 1)
            $0 = substr($0, end + 1)
        }
        $0 = indent $0
    }
    { print }
    END { exit status }'
