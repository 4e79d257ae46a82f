#!/bin/sh
# Series of 100 rows each on three nodes by postgres_fdw, and the same in one database: seconds of forecasts without training, of one
# model over all series, and of its forecasts; for a tenth of COUNT series and for all. The nodes are databases of one server, so they
# share its processors. See make large-nodes.
set -eu

count=${1:-100000}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM
nodes='east south west'
head=$PGDATABASE
socket=$(psql -XAt -c 'SHOW unix_socket_directories')

# in_database NAME STATEMENT ...
in_database() {
    database=$1
    shift
    for statement in 'SET client_min_messages = error' "$@"; do
        printf '%s;\n' "$statement"
    done | psql -qXAt -v ON_ERROR_STOP=1 -d "$database"
}

# ten million rows
in_database "$head" "ALTER SYSTEM SET maintenance_work_mem = '1GB'" 'SELECT pg_reload_conf()' >/dev/null
in_database "$head" 'CREATE EXTENSION lstm_forecast' 'CREATE EXTENSION postgres_fdw' \
    'CREATE TABLE measured (what text, place text, series int, seconds numeric)' \
    'CREATE TABLE shared (node text, options jsonb) PARTITION BY LIST (node)' \
    'CREATE TABLE trained (node text, model bytea) PARTITION BY LIST (node)' \
    'CREATE TABLE rounds (round int PRIMARY KEY, model bytea, error float8, learning_rate float8, status text)' \
    'CREATE TABLE whole (sensor int, at timestamptz, value float8, PRIMARY KEY (sensor, at))'
training="horizon => 12, lookback => 24, options => options || '{\"candidates\": [\"network\"]}') AS model FROM shared"
remainder=0
for name in $nodes; do
    createdb "$name"
    # the parent says which rows are this node's, as the head's does
    in_database "$name" 'CREATE EXTENSION lstm_forecast' 'CREATE TABLE readings (sensor int, at timestamptz, value float8, PRIMARY KEY (sensor, at))' \
        'CREATE TABLE models (sensor int PRIMARY KEY, model bytea)' 'CREATE TABLE shared (node text, options jsonb)' \
        'CREATE TABLE dealt (sensor int) PARTITION BY HASH (sensor)' \
        "CREATE VIEW trained AS SELECT node, lstm_train('readings', 'value', 'at', 'sensor', $training" \
        "CREATE FUNCTION is_here(sensor int) RETURNS bool LANGUAGE sql AS 'SELECT satisfies_hash_partition(''dealt''::regclass, 3, $remainder, sensor)'"
    remainder=$((remainder + 1))
    printf '{"name": "%s", "host": "%s", "port": "%s", "dbname": "%s"}\n' "$name" "$socket" "$PGPORT" "$name"
done | paste -sd, | sed 's/.*/[&]/' >"$work/nodes.json"

# distribute: the head learns of the nodes, and how many rows they have
distribute() {
    psql -qXAt -v relation=readings -v key=sensor -v nodes="$work/nodes.json" -f examples/nodes.sql >/dev/null
}

# measure WHAT PLACE SERIES STATEMENT: each in a session of its own
measure() {
    began=$(date +%s.%N)
    in_database "$head" "$4" >/dev/null
    in_database "$head" "INSERT INTO measured SELECT '$1', '$2', $3, extract(epoch FROM clock_timestamp()) - $began"
}

distribute
for name in $nodes; do
    in_database "$head" "CREATE FOREIGN TABLE shared_$name PARTITION OF shared FOR VALUES IN ('$name') SERVER $name OPTIONS (table_name 'shared')" \
        "CREATE FOREIGN TABLE trained_$name PARTITION OF trained FOR VALUES IN ('$name') SERVER $name OPTIONS (table_name 'trained')" \
        "INSERT INTO shared (node) VALUES ('$name')"
done
for series in $((count / 10)) "$count"; do
    rows="SELECT s, timestamptz '2024-01-01' + i * interval '1 hour',
            (s % 50 + 1) * (10 + 3 * sin(i * 2 * pi() / 24 + s)) + (hashint4(s * 1000 + i) % 1000) / 1000.0
        FROM generate_series(1, $series) AS s, generate_series(1, 100) AS i"
    in_database "$head" 'TRUNCATE whole' "INSERT INTO whole $rows" 'ANALYZE whole'
    for name in $nodes; do
        in_database "$name" 'TRUNCATE readings' "INSERT INTO readings $rows WHERE is_here(s)" 'ANALYZE readings'
    done
    distribute
    for table in whole readings; do
        place=$([ $table = whole ] && echo 'one database' || echo 'three nodes')
        measure 'lstm_predict_agg(lstm_pretrained(), ...) GROUP BY' "$place" "$series" \
            "SELECT count(f) FROM (SELECT lstm_predict_agg(lstm_pretrained(), value ORDER BY at) AS f FROM $table GROUP BY sensor) x"
    done
    measure 'one model: a first one, one round' 'one database' "$series" "TRUNCATE rounds; INSERT INTO rounds SELECT 0, lstm_train('whole', 'value', 'at', 'sensor',
        horizon => 12, lookback => 24, options => '{\"candidates\": [\"network\"], \"epochs\": 2, \"refit\": false}'), 0, 0, 'final'"
    measure 'its forecasts' 'one database' "$series" "SELECT count(f.forecast) FROM rounds r, lstm_forecast(r.model, relation => 'whole') f WHERE r.status = 'final'"
    measure 'one model: a first one, one round' 'three nodes' "$series" \
        "CALL lstm_train_rounds('shared', 'trained', 'rounds', rounds => 1, options => '{\"refit\": false}', again => true)"
    measure 'its forecasts' 'three nodes' "$series" "SELECT count(f.forecast) FROM rounds r, lstm_forecast(r.model, relation => 'readings') f WHERE r.status = 'final'"
done
psql -X -P footer=off -d "$head" -c "SELECT what, place, series, round(seconds, 1) AS seconds,
    round(seconds / lag(seconds) OVER (PARTITION BY what, place ORDER BY series), 1) AS times_the_tenth FROM measured ORDER BY 1, 2, 3"
