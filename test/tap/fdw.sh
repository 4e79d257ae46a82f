# Aggregates go to the nodes that have the rows, by postgres_fdw, and give the same bytes there; so do rounds of training.
. "$(dirname "$0")/server.sh"

for name in head east west; do
    create $name <<'CONF'
fsync = off
CONF
    start $name
    need $name 'CREATE EXTENSION lstm_forecast'
done

# version 13 has the nodes work one after the other
scan='Foreign Scan'
async=
if [ "$(sql head 'SHOW server_version_num')" -ge 140000 ]; then
    scan='Async Foreign Scan'
    async="async_capable 'true', "
fi

# rows lie on the nodes, each sensor on one of them; the head has all of them once more, to compare
need head "CREATE EXTENSION postgres_fdw;
    CREATE TABLE readings (sensor text, at timestamptz, value float8) PARTITION BY HASH (sensor);
    CREATE TABLE models (sensor text, model bytea) PARTITION BY HASH (sensor);
    CREATE TABLE shared (node text, options jsonb) PARTITION BY LIST (node);
    CREATE TABLE trained (node text, model bytea) PARTITION BY LIST (node)"
remainder=0
for name in east west; do
    need $name "CREATE TABLE readings (sensor text, at timestamptz, value float8, PRIMARY KEY (sensor, at));
        CREATE TABLE models (sensor text PRIMARY KEY, model bytea);
        CREATE TABLE shared (node text, options jsonb);
        CREATE VIEW trained AS
        SELECT node, lstm_train('readings', 'value', 'at', 'sensor', horizon => 3, lookback => 12, options => options) AS model FROM shared"
    need head "CREATE SERVER $name FOREIGN DATA WRAPPER postgres_fdw
            OPTIONS (host '$work/$name/socket', dbname 'postgres', extensions 'lstm_forecast', ${async}fdw_tuple_cost '1');
        CREATE USER MAPPING FOR postgres SERVER $name;
        CREATE FOREIGN TABLE readings_$name PARTITION OF readings FOR VALUES WITH (MODULUS 2, REMAINDER $remainder)
            SERVER $name OPTIONS (table_name 'readings');
        CREATE FOREIGN TABLE models_$name PARTITION OF models FOR VALUES WITH (MODULUS 2, REMAINDER $remainder)
            SERVER $name OPTIONS (table_name 'models');
        CREATE FOREIGN TABLE shared_$name PARTITION OF shared FOR VALUES IN ('$name') SERVER $name OPTIONS (table_name 'shared');
        CREATE FOREIGN TABLE trained_$name PARTITION OF trained FOR VALUES IN ('$name') SERVER $name OPTIONS (table_name 'trained')"
    remainder=1
done
need head "CREATE TABLE here AS SELECT chr(97 + s) AS sensor, timestamptz '2024-01-01 00:00+00' + h * interval '1 hour' AS at,
        (s + 1) * (2 + sin(2 * pi() * h / 24 + s)) + hashint4(h * 31 + s) % 10 / 20.0 AS value
    FROM generate_series(0, 7) s, generate_series(0, 24 * 8 - 1) h;
    INSERT INTO readings SELECT * FROM here;
    ANALYZE readings_east; ANALYZE readings_west;
    ALTER DATABASE postgres SET enable_partitionwise_aggregate = on;
    ALTER DATABASE postgres SET enable_partitionwise_join = on;
    ALTER DATABASE postgres SET timezone = 'GMT'" # as postgres_fdw sets it on the nodes: models keep their time zone
is "$(sql east "SELECT count(DISTINCT sensor) > 1 FROM readings")$(sql west "SELECT count(DISTINCT sensor) > 1 FROM readings")" tt \
    'both nodes have sensors'

# ---- a model for each sensor

options='{"epochs": 3, "units": 4, "lookback": 12, "horizon": 2}'
train="SELECT sensor, lstm_train_agg(at, value, '$options') AS model FROM readings GROUP BY sensor"
plan=$(sql head "EXPLAIN (VERBOSE, COSTS OFF) $train")
like "$plan" "Append*$scan*Aggregate on (public.readings_east*$scan*Aggregate on (public.readings_west*" \
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
need head 'ALTER SERVER west OPTIONS (DROP extensions)'
unlike "$(sql head "EXPLAIN (VERBOSE, COSTS OFF) $train")" '*Aggregate on (public.readings_west*' \
    'a node whose server does not list the extension is sent no aggregates'
is "$(digest "$train")" "$(digest "SELECT sensor, lstm_train_agg(at, value, '$options') AS model FROM here GROUP BY sensor")" \
    'rows of a node without the extension are trained on here, with the same result'
need head "ALTER SERVER west OPTIONS (ADD extensions 'lstm_forecast')"

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
need head 'ANALYZE models_east; ANALYZE models_west'
predict='SELECT sensor, lstm_predict_agg(model, value ORDER BY at) AS forecast FROM readings JOIN models USING (sensor) GROUP BY sensor'
plan=$(sql head "EXPLAIN (VERBOSE, COSTS OFF) $predict")
like "$plan" '*Aggregate on ((public.readings_east*INNER JOIN (public.models_east*Aggregate on ((public.readings_west*' \
    'lstm_predict_agg goes to the node with the join'
is "$(sql head "SELECT md5(string_agg(f::text, '' ORDER BY sensor COLLATE \"C\")) || count(forecast) FROM ($predict) f")" \
    "$(sql head "SELECT md5(string_agg(f::text, '' ORDER BY sensor COLLATE \"C\")) || count(forecast) FROM
        (SELECT sensor, lstm_predict_agg(model, value ORDER BY at) AS forecast FROM here JOIN ($train) m USING (sensor) GROUP BY sensor) f")" \
    'forecasts are those of one server, bit by bit'

# ---- one model of all sensors, in rounds

columns='(round int PRIMARY KEY, model bytea, error float8, learning_rate float8, status text)'
options='{"units": 6, "normalize": "mean"}'
need head "CREATE TABLE rounds $columns;
    INSERT INTO shared (node) VALUES ('east'), ('west');
    CREATE TABLE at_east AS SELECT * FROM readings_east;
    CREATE TABLE at_west AS SELECT * FROM readings_west"
need head "CALL lstm_train_rounds('shared', 'trained', 'rounds', rounds => 2, options => '$options')"
like "$(sql head "EXPLAIN (VERBOSE, COSTS OFF) WITH m AS MATERIALIZED (SELECT node, model FROM trained) SELECT lstm_average_agg(model ORDER BY node) FROM m")" \
    "*$scan*trained_east*$scan*trained_west*" 'nodes train at the same time'
is "$(sql head "SELECT lstm_info(model)->'series' FROM rounds WHERE status = 'final'")" 8 'the model knows the sensors of all nodes'
# the same rounds in one place
need head "CREATE TABLE shared_here (node text, options jsonb);
    INSERT INTO shared_here (node) VALUES ('east'), ('west');
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

for name in head east; do
    stop $name
done
done_testing
