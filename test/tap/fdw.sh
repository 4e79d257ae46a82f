# Aggregates go to the nodes that have the rows, by postgres_fdw, and give the same bytes there; so do rounds of training.
. "$(dirname "$0")/server.sh"

for name in head east south west; do
    create $name <<'CONF'
fsync = off
CONF
    start $name
    need $name 'CREATE EXTENSION lstm_forecast'
done

# version 13 has the nodes work one after the other
scan='Foreign Scan'
[ "$(sql head 'SHOW server_version_num')" -lt 140000 ] || scan='Async Foreign Scan'

# rows lie on the nodes, each sensor on one of them; the head has all of them once more, to compare
for name in east south west; do
    need $name "CREATE TABLE readings (sensor text, at timestamptz, value float8, PRIMARY KEY (sensor, at));
        CREATE TABLE models (sensor text PRIMARY KEY, model bytea);
        CREATE TABLE shared (node text, options jsonb);
        CREATE VIEW trained AS
        SELECT node, lstm_train('readings', 'value', 'at', 'sensor', horizon => 3, lookback => 12, options => options) AS model FROM shared"
done
cat >"$work/nodes.json" <<JSON
[{"name": "east", "host": "$work/east/socket", "dbname": "postgres"},
 {"name": "west", "host": "$work/west/socket", "dbname": "postgres", "user": "postgres"},
 {"name": "south", "host": "$work/south/socket", "dbname": "postgres"}]
JSON
# distribute: what doc/scale.md says
distribute() {
    on head psql -XAtq -v VERBOSITY=terse -v relation=readings -v key=sensor -v nodes="$work/nodes.json" -f examples/nodes.sql 2>&1
}
need west 'ALTER EXTENSION lstm_forecast SET SCHEMA information_schema'
like "$(distribute)" '*ERROR:  node west has extension lstm_forecast in version * in schema information_schema, but this server in version * in schema public' \
    'a node whose extension is in another schema is named'
need west 'ALTER EXTENSION lstm_forecast SET SCHEMA public; ALTER TABLE models RENAME TO old'
like "$(distribute)" '*ERROR:  node west has no table public.models' 'a node without the table of models is named'
need west 'ALTER TABLE old RENAME TO models; ALTER TABLE models ALTER sensor TYPE varchar'
like "$(distribute)" '*ERROR:  table public.models of node west has no column sensor text' 'a node with another column is named'
need west 'ALTER TABLE models ALTER sensor TYPE text'
is "$(sql head "SELECT count(*) FROM pg_class WHERE relkind IN ('f', 'p')")" 0 'what fails leaves nothing behind'
is "$(distribute)" 'east|readings|0|0
south|readings|0|0
west|readings|0|0
east|models|0|0
south|models|0|0
west|models|0|0' 'the script sets up the head'
need head "CREATE TABLE shared (node text, options jsonb) PARTITION BY LIST (node);
    CREATE TABLE trained (node text, model bytea) PARTITION BY LIST (node)"
for name in east south west; do
    need head "CREATE FOREIGN TABLE shared_$name PARTITION OF shared FOR VALUES IN ('$name') SERVER $name OPTIONS (table_name 'shared');
        CREATE FOREIGN TABLE trained_$name PARTITION OF trained FOR VALUES IN ('$name') SERVER $name OPTIONS (table_name 'trained')"
done
need head "CREATE TABLE here AS SELECT 'm' || s AS sensor, timestamptz '2024-01-01 00:00+00' + h * interval '1 hour' AS at,
        (s + 1) * (2 + sin(2 * pi() * h / 24 + s)) + hashint4(h * 31 + s) % 10 / 20.0 AS value
    FROM generate_series(0, 7) s, generate_series(0, 24 * 8 - 1) h;
    INSERT INTO readings SELECT * FROM here;
    CREATE FOREIGN TABLE settings (name text, setting text) SERVER east OPTIONS (schema_name 'pg_catalog', table_name 'pg_settings')"
# as postgres_fdw sets it on the nodes, which is UTC before the minor versions of May 2024: models keep their time zone
need head "ALTER DATABASE postgres SET timezone = '$(sql head "SELECT setting FROM settings WHERE name = 'TimeZone'")'"
like "$(distribute)" 'east|readings|[1-7]|0
south|readings|[1-7]|0
west|readings|[1-7]|0
*' 'it can be run again, and counts the series of each node'
# a row on the wrong node, as a program that knows nothing of the hash writes it
stray=$(sql west 'SELECT min(sensor) FROM readings')
need east "INSERT INTO readings VALUES ('$stray', '2020-01-01', 1)"
is "$(sql head "SELECT count(*) FROM readings WHERE sensor = '$stray' AND at < '2021-01-01'")" 0 'a row outside the hash is not found'
stray_answer=$(on head psql -XAtq -v relation=readings -v key=sensor -v nodes="$work/nodes.json" -f examples/nodes.sql 2>&1)
like "$stray_answer" "*east|readings|[2-7]|1
*ERROR:  node east has rows of 1 series in table readings that belong on another node, such as \"$stray\"*" \
    'the script finds it, and names the node'
move=$(printf '%s\n' "$stray_answer" | sed -n 's/^HINT:  Move them: //p')
need head "$move"
is "$(sql head "SELECT count(*) FROM readings WHERE sensor = '$stray' AND at < '2021-01-01'")$(sql east "SELECT count(*) FROM readings WHERE sensor = '$stray'")" \
    10 'its statement moves the row'
need head "DELETE FROM readings WHERE at < '2021-01-01'"
is "$(for name in east south west; do sql $name "SELECT count(DISTINCT sensor) > 1 FROM readings"; done)" 't
t
t' 'all nodes have sensors'

# ---- a model for each sensor

options='{"epochs": 3, "units": 4, "lookback": 12, "horizon": 2}'
train="SELECT sensor, lstm_train_agg(at, value, '$options') AS model FROM readings GROUP BY sensor"
plan=$(sql head "EXPLAIN (VERBOSE, COSTS OFF) $train")
like "$plan" "Append*$scan*Aggregate on (public.readings_east*$scan*Aggregate on (public.readings_west*$scan*Aggregate on (public.readings_south*" \
    'each node aggregates its own rows, all at the same time'
like "$plan" '*Remote SQL: SELECT sensor, public.lstm_train_agg(at, value, *GROUP BY 1*' 'lstm_train_agg is in what they are sent'
# digest QUERY: of all bytes of the models that it gives
digest() {
    sql head "SELECT md5(string_agg(sensor || md5(model), '' ORDER BY sensor COLLATE \"C\")) || count(*) FROM ($1) m"
}
is "$(digest "$train")" "$(digest "SELECT sensor, lstm_train_agg(at, value, '$options') AS model FROM here GROUP BY sensor")" \
    'models are those that one server trains, bit by bit'
ordered="lstm_train_agg(value, '$options' ORDER BY at) AS model"
like "$(sql head "EXPLAIN (VERBOSE, COSTS OFF) SELECT sensor, $ordered FROM readings GROUP BY sensor")" \
    '*Remote SQL: SELECT sensor, public.lstm_train_agg(value, *ORDER BY at*GROUP BY 1*' 'the form with ORDER BY goes there as well'
is "$(digest "SELECT sensor, $ordered FROM readings GROUP BY sensor")" \
    "$(digest "SELECT sensor, $ordered FROM here GROUP BY sensor")" 'the form with ORDER BY gives the same on the node'
unlike() {
    case "$1" in
        $2) ok 1 "$3" ;;
        *) ok 0 "$3" ;;
    esac
}
dated="EXPLAIN (VERBOSE, COSTS OFF) SELECT sensor, lstm_train_agg(at::date, value, '$options') FROM readings GROUP BY sensor"
unlike "$(sql head "$dated")" '*Remote SQL: SELECT sensor, public.lstm_train_agg*' 'a cast that depends on the time zone keeps it here'
like "$(sql head "SELECT sensor, lstm_train_agg(at, value, '{\"epoch\": 3}') FROM readings GROUP BY sensor")" \
    'ERROR:  unrecognized option "epoch"*' 'an error on a node arrives'
# node_of STATEMENT: the node that the context of its error names
node_of() {
    on head psql -XqAt -c "$1" 2>&1 | sed -n 's/^\(CONTEXT:  \)*\(node ".*"\)$/\2/p'
}
need west "CREATE TABLE kept AS SELECT * FROM readings; UPDATE readings SET value = 'NaN' WHERE sensor = '$stray'"
is "$(node_of "$train")" 'node "west"' 'an error of a training names the node'
need west 'UPDATE readings r SET value = k.value FROM kept k WHERE (r.sensor, r.at) = (k.sensor, k.at); DROP TABLE kept'
need head 'ALTER SERVER west OPTIONS (DROP extensions)'
unlike "$(sql head "EXPLAIN (VERBOSE, COSTS OFF) $train")" '*Aggregate on (public.readings_west*' \
    'a node whose server does not list the extension is sent no aggregates'
is "$(digest "$train")" "$(digest "SELECT sensor, lstm_train_agg(at, value, '$options') AS model FROM here GROUP BY sensor")" \
    'rows of a node without the extension are trained on here, with the same result'
# told QUERY: what the head says besides the rows, each line once as it comes
told() {
    PGOPTIONS="$PGOPTIONS -c client_min_messages=notice -c lstm_forecast.log_progress=off"
    on head psql -XqAt -c "$1" 2>&1 >/dev/null | grep -A 1 'foreign table'
    PGOPTIONS=${PGOPTIONS%% -c client_min_messages=notice*}
}
is "$(told "$train")" "NOTICE:  rows of foreign table \"readings_west\" are fetched, and this server trains on them
HINT:  Server \"west\" is not sent functions of the extension unless its option \"extensions\" lists lstm_forecast." \
    'one message says that, and why'
need head 'ALTER SERVER east OPTIONS (DROP extensions); ALTER SERVER south OPTIONS (DROP extensions)'
is "$(told "$train; $train" | grep -c NOTICE)" 2 'one for each query, although the partitions are aggregated one by one'
for name in east south west; do
    need head "ALTER SERVER $name OPTIONS (ADD extensions 'lstm_forecast', SET fdw_tuple_cost '0.01')"
done
like "$(told "$train")" '*HINT:  With the option fdw_tuple_cost*of server "east"*' 'an option that is too low for the planner is named'
for name in east south west; do
    need head "ALTER SERVER $name OPTIONS (SET fdw_tuple_cost '1')"
done
is "$(told "$train")" '' 'there is none where the nodes train'
is "$(told "SET enable_partitionwise_aggregate = off; $train")" "NOTICE:  rows of foreign table \"readings_east\" are fetched, and this server trains on them
HINT:  The nodes train if the query groups by the partition key after SET enable_partitionwise_aggregate = on." \
    'one message for all nodes names the setting without which the head trains'

# rows that are fetched: lstm_train reads any relation
whole="lstm_info(lstm_train(%s, 'value', 'at', 'sensor', horizon => 2, lookback => 12, options => '{\"epochs\": 2, \"units\": 4}'))
    #>> '{metrics,value,network,mae}'"
is "$(sql head "SELECT $(printf "$whole" "'readings'")")" "$(sql head "SELECT $(printf "$whole" "'here'")")" \
    'one model of all rows on the nodes is that of the same rows in one place'
need head 'CREATE ROLE reader; GRANT SELECT ON readings_east TO reader'
like "$(sql head "SET ROLE reader; SELECT lstm_train('readings_east', 'value', 'at', 'sensor')")" 'ERROR:  user mapping not found*' \
    'a user without a user mapping reads no foreign table, rights or not'

like "$(sql head "SET enable_partitionwise_aggregate = off; EXPLAIN (VERBOSE, COSTS OFF) $train")" '*Aggregate*Append*Foreign Scan on public.readings_east*' \
    'without the setting the rows travel, and the head trains'
need east 'CREATE TABLE own (series text PRIMARY KEY, model bytea, status text)'
need east "CALL lstm_train_each('readings', 'value', series_column => 'sensor', into_table => 'own', horizon => 2, lookback => 12, options => '{\"epochs\": 3, \"units\": 4}')"
is "$(sql east "SELECT count(*) = (SELECT count(DISTINCT sensor) FROM readings) AND bool_and(status = 'ok') FROM own")" t 'a job on a node trains the series of that node'

# ---- forecasts where rows and models are

need head "INSERT INTO models $train"
distribute >"$work/out" || bail "$(cat "$work/out")"
predict='SELECT sensor, lstm_predict_agg(model, value ORDER BY at) AS forecast FROM readings JOIN models USING (sensor) GROUP BY sensor'
plan=$(sql head "EXPLAIN (VERBOSE, COSTS OFF) $predict")
like "$plan" '*Aggregate on ((public.readings_east*INNER JOIN (public.models_east*Aggregate on ((public.readings_west*' \
    'lstm_predict_agg goes to the node with the join'
is "$(sql head "SELECT md5(string_agg(f::text, '' ORDER BY sensor COLLATE \"C\")) || count(forecast) FROM ($predict) f")" \
    "$(sql head "SELECT md5(string_agg(f::text, '' ORDER BY sensor COLLATE \"C\")) || count(forecast) FROM
        (SELECT sensor, lstm_predict_agg(model, value ORDER BY at) AS forecast FROM here JOIN ($train) m USING (sensor) GROUP BY sensor) f")" \
    'forecasts are those of one server, bit by bit'

need west "UPDATE models SET model = '\\x00' WHERE sensor = '$stray'"
like "$(sql head "$predict")" 'ERROR:  the value is not a model, or is damaged*' 'what a node gives for a model is checked there'
is "$(node_of "$predict")" 'node "west"' 'an error of a forecast names the node'
like "$(sql head "SELECT lstm_info(model) FROM models WHERE sensor = '$stray'")" 'ERROR:  the value is not a model, or is damaged*' \
    'and it is checked on the head'
need head "BEGIN; DELETE FROM models; INSERT INTO models $train; COMMIT"
is "$(digest 'SELECT * FROM models')" "$(digest "$train")" 'a second training takes the place of the first'

# ---- one model of all sensors, in rounds

columns='(round int PRIMARY KEY, model bytea, error float8, learning_rate float8, status text)'
options='{"units": 6, "normalize": "mean"}'
need head "CREATE TABLE rounds $columns;
    INSERT INTO shared (node) VALUES ('east'), ('south'), ('west');
    CREATE TABLE at_east AS SELECT * FROM readings_east;
    CREATE TABLE at_south AS SELECT * FROM readings_south;
    CREATE TABLE at_west AS SELECT * FROM readings_west"
need head "CALL lstm_train_rounds('shared', 'trained', 'rounds', rounds => 2, options => '$options')"
like "$(sql head "EXPLAIN (VERBOSE, COSTS OFF) WITH m AS MATERIALIZED (SELECT node, model FROM trained) SELECT lstm_average_agg(model ORDER BY node) FROM m")" \
    "*$scan*trained_east*$scan*trained_south*$scan*trained_west*" 'nodes train at the same time'
is "$(sql head "SELECT lstm_info(model)->'series' FROM rounds WHERE status = 'final'")" 8 'the model knows the sensors of all nodes'
# the same rounds in one place
need head "CREATE TABLE shared_here (node text, options jsonb);
    INSERT INTO shared_here (node) VALUES ('east'), ('south'), ('west');
    CREATE VIEW trained_here AS SELECT node, lstm_train(('at_' || node)::regclass, 'value', 'at', 'sensor', horizon => 3, lookback => 12, options => options) AS model
    FROM shared_here;
    CREATE TABLE rounds_here $columns"
need head "CALL lstm_train_rounds('shared_here', 'trained_here', 'rounds_here', rounds => 2, options => '$options')"
weights='(SELECT md5(string_agg(w::text, chr(10) ORDER BY layer_no, name)) FROM lstm_weights(model) w)'
digest="SELECT string_agg(concat_ws(' ', round, status, error, $weights), ', ' ORDER BY round) FROM"
is "$(sql head "$digest rounds")" "$(sql head "$digest rounds_here")" 'weights and errors are those of the same rounds on one server, bit by bit'
is "$(sql head "SELECT count(*) || ' ' || count(lower_bound) FROM rounds r, lstm_forecast(model, relation => 'here') WHERE r.status = 'final'")" \
    '24 24' 'the federated model forecasts each sensor, with bounds'
is "$(sql west "SELECT options FROM shared")" "$options" 'the nodes are left without a model'
need west 'DELETE FROM readings WHERE at > (SELECT min(at) + interval $$ 5 hours $$ FROM readings)'
like "$(on head psql -XqAt -d postgres -c "CALL lstm_train_rounds('shared', 'trained', 'rounds', again => true)" 2>&1)" \
    'ERROR:  node "west": relation "readings" *' 'an error of a node names it'
stop west
like "$(on head psql -XqAt -d postgres -c "CALL lstm_train_rounds('shared', 'trained', 'rounds', again => true)" 2>&1)" \
    'ERROR:  could not connect to server "west"*' 'so does a node that is away'

for name in head east south; do
    stop $name
done
done_testing
