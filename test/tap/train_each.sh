# lstm_train_each trains a model for each series, with background workers, and loses nothing: not by a bad series, a cancel, a worker
# or a session that is gone.
. "$(dirname "$0")/server.sh"

create one <<'CONF'
fsync = off
autovacuum = off
max_worker_processes = 6
CONF
start one
need one "CREATE EXTENSION lstm_forecast;
    CREATE TABLE sales (shop text, day date, sold float8, price float8, PRIMARY KEY (shop, day));
    INSERT INTO sales SELECT 's' || s, date '2024-01-01' + i, s + 10 * sin(2 * pi() * i / 7) + hashint4(i * 31 + s) % 100 / 30.0, i % 3
        FROM generate_series(1, 40) s, generate_series(0, 69) i;
    -- neither has a value that could be trained on; the second one's name is a row of a query's own
    INSERT INTO sales SELECT s, date '2024-01-01' + i, NULL, 1 FROM unnest('{s0,it''s}'::text[]) s, generate_series(0, 9) i;
    CREATE TABLE models (series text PRIMARY KEY, model bytea, status text)"
call="CALL lstm_train_each('sales', 'sold', series_column => 'shop', horizon => 7, into_table => 'models'"
counts="SELECT string_agg(status || ' ' || n || ' ' || models, ', ' ORDER BY status) FROM
    (SELECT CASE WHEN status IN ('ok', 'waiting') THEN status ELSE 'other' END AS status, count(*) AS n, count(model) AS models FROM models GROUP BY 1) c"

# ---- the models ----
out=$(aloud one -c "$call, workers => 0)")
like "$out" 'NOTICE:  40 series were trained into relation "models", by 1 process*WARNING:  2 series have no new model*The first of them is "it'"'"'s": *The next call tries them again.' \
    'a summary says how many were trained, and how many were not'
is "$(sql one "$counts")" 'ok 40 40, other 2 0' 'each series has a model, or a status that says why not'
need one 'CREATE TABLE alone AS TABLE models; TRUNCATE models'
out=$(aloud one -c "$call, workers => 3)")
like "$out" 'NOTICE:  40 series were trained into relation "models", by 4 processes*' 'workers help'
is "$(sql one 'SELECT count(*) FROM models JOIN alone USING (series, model) WHERE model IS NOT NULL')" 40 'and their models are the same, bit for bit'
# one by one: psql before version 15 shows only what the last of several statements gives
is "$(on one psql -XqAt -d postgres -c "BEGIN; DELETE FROM sales WHERE shop <> 's7'" \
    -c "SELECT model = lstm_train('sales', 'sold', series_column => 'shop', horizon => 7) FROM models WHERE series = 's7'" -c ROLLBACK)" t \
    'and those of lstm_train where the series is the only one'
is "$(sql one "SELECT count(*) FROM models m, lstm_forecast(m.model, series => ARRAY[m.series]) f WHERE m.status = 'ok' AND f.series = m.series AND f.status = 'ok'")" 280 \
    'each forecasts its series'

# ---- again, and what is left ----
out=$(aloud one -c "$call)")
like "$out" 'NOTICE:  0 series were trained*WARNING:  2 series*' 'what has a model is left alone, what has none is tried again'
need one "INSERT INTO sales SELECT 'new', day, sold, price FROM sales WHERE shop = 's1'; UPDATE sales SET sold = price WHERE shop = 's0'; CREATE TABLE before AS TABLE models"
out=$(aloud one -c "$call)")
like "$out" 'NOTICE:  2 series were trained*WARNING:  1 series *' 'a new series is trained, and one that was mended'
is "$(sql one "SELECT count(*) FROM models m JOIN before b USING (series, model) WHERE model IS NOT NULL")" 40 'and the others are as they were'
need one "UPDATE sales SET sold = sold + 1 WHERE shop = 's3'; UPDATE sales SET sold = NULL WHERE shop = 's4'"
out=$(aloud one -c "$call, again => true)")
like "$out" 'NOTICE:  41 series were trained*WARNING:  2 series *' 'all are trained again where that is asked for'
is "$(sql one "SELECT string_agg(series, ',' ORDER BY series) FROM models m JOIN before b USING (series) WHERE m.model <> b.model")" 's3' 'what has other rows has another model'
is "$(sql one "SELECT m.model = b.model AND m.status <> 'ok' FROM models m JOIN before b USING (series) WHERE series = 's4'")" t 'and one that cannot be trained any more keeps its old one, with a status'

# ---- what ends early ----
need one "UPDATE sales SET sold = price WHERE shop = 's4'"
# shown STATEMENT: runs it in the background as the application "caller", until a third of the series have their models
shown() {
    need one 'TRUNCATE models'
    PGAPPNAME=caller on one psql -XqAt -v VERBOSITY=terse -d postgres -c 'SET client_min_messages = notice' -c "$1" >"$work/called" 2>&1 &
    caller=$!
    within 60 some_done || bail "no models: $(cat "$work/called")"
}
some_done() {
    [ "$(sql one "SELECT count(*) FILTER (WHERE status = 'ok') >= 10 AND count(*) FILTER (WHERE status = 'waiting') >= 2 FROM models")" = t ]
}
slow="$call, workers => 2, options => '{\"effort\": \"best\"}')"
shown "$slow"
is "$(sql one "SELECT count(*) > 0 AND bool_and(command = 'lstm_train_each' AND trainings = 43 AND training >= 0) FROM lstm_progress")" t 'lstm_progress shows how many are done'
is "$(sql one "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'lstm_forecast'")" 2 'two workers are at work'
sql one "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE application_name = 'caller' AND backend_type = 'client backend'" >/dev/null
wait "$caller"
is "$(cat "$work/called")" 'ERROR:  canceling statement due to user request' 'a call can be cancelled'
within 20 workers_gone one
ok $? 'and its workers end with it'
is "$(sql one "SELECT count(*) FILTER (WHERE status = 'ok' AND model IS NOT NULL) >= 10 AND count(*) = 43 FROM models")" t 'what it had trained is stored'
need one "CREATE TABLE kept AS SELECT * FROM models WHERE status = 'ok'"
out=$(aloud one -c "$slow")
like "$out" 'NOTICE:  [123]* series were trained*' 'the next call goes on'
is "$(sql one "SELECT (SELECT count(*) FROM models WHERE status = 'ok') || ' ' || (SELECT count(*) = (SELECT count(*) FROM kept) FROM kept JOIN models USING (series, model))")" '42 true' \
    'until all are there, and trains none twice'

shown "$slow"
sql one "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'caller' AND backend_type = 'client backend'" >/dev/null
wait "$caller"
within 20 workers_gone one
ok $? 'workers end with a session that is gone'

shown "$slow"
sql one "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'lstm_forecast' LIMIT 1" >/dev/null
wait "$caller"
is "$(sql one "$counts")" 'ok 42 42, other 1 0' 'what a worker had taken that is gone, others train'
like "$(cat "$work/called")" '*NOTICE:  42 series were trained into*' 'and is counted once'

# ---- roles, settings, keys ----
need one "CREATE ROLE planner LOGIN; CREATE ROLE other; GRANT other TO planner; GRANT SELECT ON sales TO other; GRANT CREATE ON SCHEMA public TO other"
is "$(aloud one -c 'SET ROLE planner' -c "$call, workers => 1)" | head -1)" 'ERROR:  permission denied for table models' 'a role needs its rights'
need one "SET ROLE other; CREATE TABLE theirs (series text PRIMARY KEY, model bytea, status text, pid int, who text);
    CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.pid := pg_backend_pid(); NEW.who := current_user; RETURN NEW; END';
    CREATE TRIGGER note BEFORE UPDATE ON theirs FOR EACH ROW EXECUTE FUNCTION note()"
is "$(on one psql -XqAt -U planner -d postgres -c "SET ROLE other" -c "SET client_min_messages = error" \
    -c "CALL lstm_train_each('sales', 'sold', series_column => 'shop', into_table => 'theirs', workers => 2)" \
    -c "SELECT count(*) FILTER (WHERE status = 'ok'), count(*), count(DISTINCT pid) > 1, string_agg(DISTINCT who, ' ') FROM theirs" 2>&1)" '42|43|t|other' \
    'a role that was set, and may not log in, is that of the workers'
need one "CREATE TABLE two AS SELECT left(shop, 2) AS region, shop, day, sold FROM sales WHERE sold IS NOT NULL; ALTER TABLE two ADD PRIMARY KEY (region, shop, day);
    CREATE TABLE pairs (series text PRIMARY KEY, model bytea, status text)"
is "$(on one psql -XqAt -d postgres -c "CALL lstm_train_each('two', 'sold', series_column => ARRAY['region', 'shop'], into_table => 'pairs', workers => 1, options => '{\"architecture\": \"linear\"}')" -c "
    SELECT count(*) FROM pairs JOIN (SELECT DISTINCT ROW(region, shop)::text AS series FROM two) t USING (series) WHERE status = 'ok'" 2>&1)" 42 'several columns tell series apart'
is "$(on one psql -XqAt -d postgres -c "CALL lstm_train_each('two', ARRAY['sold'], series_column => ARRAY['region', 'shop'], into_table => 'pairs', workers => 20, again => true, options => '{\"architecture\": \"linear\"}')" -c "
    SELECT count(*) FROM pairs WHERE status = 'ok'" 2>&1)" 42 'more workers than the server has do no harm'

# ---- errors ----
is "$(sql one "BEGIN; $call)" 2>&1 | head -1)" 'ERROR:  lstm_train_each cannot run inside a transaction block' 'not inside a transaction block'
need one 'CREATE TABLE keyless (series text, model bytea, status text); CREATE TABLE wrong (series int PRIMARY KEY, model bytea, status text); CREATE TABLE less (series text PRIMARY KEY, model bytea)'
like "$(aloud one -c "CALL lstm_train_each('sales', 'sold', series_column => 'shop', into_table => 'keyless')")" \
    'ERROR:  column "series" of relation "keyless" has no primary key or unique index*ALTER TABLE public.keyless ADD PRIMARY KEY (series)*' 'a table of models needs a key'
like "$(aloud one -c "CALL lstm_train_each('sales', 'sold', series_column => 'shop', into_table => 'wrong')")" 'ERROR:  column "series" of relation "wrong" is of type integer, not text*' 'of its type'
like "$(aloud one -c "CALL lstm_train_each('sales', 'sold', series_column => 'shop', into_table => 'less')")" 'ERROR:  column "status" of relation "less" does not exist*' 'and all of its columns'
like "$(aloud one -c "CALL lstm_train_each('sales', 'sold', series_column => 'shop')")" 'ERROR:  into_table must not be NULL*CREATE TABLE name (series text PRIMARY KEY, model bytea, status text)*' 'there is a table'
like "$(aloud one -c "CALL lstm_train_each('sales', 'sold', into_table => 'models')")" "ERROR:  series_column must name the columns that tell the series apart*series_column => 'shop'*" 'and a series column'
like "$(aloud one -c "CALL lstm_train_each('sales', 'sold', series_column => 'shop', into_table => 'models', workers => -1)")" 'ERROR:  workers must be*' 'no number of workers is below 0'
done_testing
