# lstm_train_rounds trains one model over nodes in rounds, chooses the first model by what it is worth on all nodes, and loses no round.
. "$(dirname "$0")/server.sh"

create one <<'CONF'
fsync = off
autovacuum = off
CONF
start one
# the first node has most rows, and nothing in them repeats itself
need one "CREATE EXTENSION lstm_forecast;
    CREATE TABLE readings AS
    SELECT CASE WHEN s < 2 THEN 'noisy' WHEN s < 4 THEN 'east' ELSE 'west' END AS home, 's' || s AS sensor, n,
        CASE WHEN s < 2 THEN 0 ELSE (1 + s) * sin(2 * pi() * n / 12) END + hashint4(n * 31 + s) % 100 / CASE WHEN s < 2 THEN 30.0 ELSE 300.0 END AS value
    FROM generate_series(0, 5) s, generate_series(1, CASE WHEN s < 2 THEN 140 ELSE 100 END) n;
    CREATE VIEW at_noisy AS SELECT * FROM readings WHERE home = 'noisy';
    CREATE VIEW at_east AS SELECT * FROM readings WHERE home = 'east';
    CREATE VIEW at_west AS SELECT * FROM readings WHERE home = 'west';
    CREATE TABLE shared (node text, options jsonb, note text DEFAULT 'kept');
    INSERT INTO shared VALUES ('west'), ('noisy'), ('east');
    CREATE FUNCTION training(node text, options jsonb) RETURNS bytea LANGUAGE sql AS \$\$
        SELECT lstm_train(('at_' || node)::regclass, 'value', 'n', 'sensor', horizon => 2, options => options) \$\$;
    CREATE VIEW trained AS SELECT node, training(node, options) AS model FROM shared;
    CREATE TABLE rounds (round int PRIMARY KEY, model bytea, error float8, learning_rate float8, status text);
    CREATE TABLE whole (LIKE rounds INCLUDING ALL);
    CREATE TABLE other (LIKE rounds INCLUDING ALL)"
options='{"architecture": "vanilla", "units": 4, "seed": 7}'
# rounds INTO [MORE]: with messages
rounds() {
    aloud one -c "CALL lstm_train_rounds('shared', 'trained', '$1', rounds => 3, options => '$options'${2:-})"
}

# ---- the rounds ----
out=$(rounds whole)
like "$out" 'NOTICE:  a model was trained over 3 nodes in 3 rounds: its error on held-out rows is 0.* times that of the last value
DETAIL:  It was least after round [123]. The first model is that of node "[ew]*st", the best of 3 on all nodes.
HINT:  SELECT model FROM public.whole WHERE status = '"'final'" 'a summary is all that is said, and the first model is not that of the node with most windows'
is "$(sql one "SELECT lstm_info(training('noisy', '{\"epochs\": 1, \"units\": 4}'))->'season', (SELECT lstm_info(model)->'season' FROM whole WHERE round = 0)")" '1|12' \
    'from which all would have no season'
best=$(sql one "SELECT round FROM whole WHERE status IN ('first', 'round') ORDER BY error LIMIT 1")
is "$(sql one 'SELECT string_agg(status, $$ $$ ORDER BY round) FROM whole')" 'first round round round refit refit final' \
    'each round is there: those that are measured, then as many on all rows, of which the last one is final'
is "$(sql one "SELECT string_agg(round(learning_rate / 0.002, 4)::text, ' ' ORDER BY round) FROM (SELECT round, learning_rate::numeric FROM whole WHERE round > 0) r")" \
    '0.9330 0.5000 0.0670 0.9330 0.5000 0.0670' 'the learning rate falls along half a cosine, twice'
relative="(lstm_info(model)#>>'{metrics,value,network,mae}')::float8 / (lstm_info(model)#>>'{metrics,value,repeat_last,mae}')::float8"
is "$(sql one "SELECT count(*) FROM whole WHERE abs(error - $relative) < 1e-12")" 5 'errors are those of the models, beside the last value'
weights="(SELECT string_agg(l::text, '' ORDER BY layer_no, name) FROM lstm_weights(model) l)"
is "$(sql one "SELECT count(DISTINCT md5($weights)), count(DISTINCT error), count(DISTINCT lstm_info(model)->'metrics'), string_agg(lstm_info(model)#>>'{options,refit}', ' ' ORDER BY round)
    FROM whole WHERE status = 'final' OR round = $best")" '2|1|1|false true' 'the final model has other weights than the best of the measured ones, and its errors'
is "$(sql one "SELECT count(*) || ' ' || count(lower_bound) FROM whole w, lstm_forecast(model, relation => 'readings') WHERE w.status = 'final'")" '12 12' \
    'it forecasts the series of all nodes, with bounds'
# what a round does, by hand
step="jsonb_build_object('init', model, 'scale', 'init', 'refit', false)"
is "$(sql one "SELECT md5(w.weights) = md5(m.weights), w.error = m.error FROM (SELECT error, string_agg(l::text, '' ORDER BY layer_no, name) AS weights FROM whole, lstm_weights(model) l
    WHERE round = 2 GROUP BY error) w, (SELECT error, string_agg(l::text, '' ORDER BY layer_no, name) AS weights FROM (SELECT model, $relative AS error FROM
        (SELECT lstm_average_agg(training(node, '{\"epochs\": 0}' || $step) ORDER BY node) AS model FROM shared, (SELECT lstm_average_agg(training(node,
            '{\"epochs\": 1, \"schedule\": \"constant\", \"learning_rate\": 0.001, \"seed\": 9, \"batch_size\": 8}' || $step) ORDER BY node) AS model FROM shared, whole WHERE round = 1) t) a) e,
        lstm_weights(model) l GROUP BY error) m")" 't|t' 'a round is an epoch at each node, averaged, and measured by another look at its rows'
is "$(sql one "SELECT count(*) FROM shared WHERE options = '$options' AND note = 'kept'")" 3 'nodes are left with the options alone'

# ---- what ends early ----
need one "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE ''no room''; END';
    CREATE TRIGGER fail BEFORE INSERT ON rounds FOR EACH ROW WHEN (NEW.round = 2 OR NEW.status = 'refit') EXECUTE FUNCTION fail()"
like "$(rounds rounds)" 'ERROR:  no room*' 'a round that cannot be stored ends the call'
is "$(sql one 'SELECT count(*) FROM rounds JOIN whole USING (round, model, error, status)')" 2 'the rounds before it are there'
need one 'ALTER TABLE rounds DISABLE TRIGGER fail'
like "$(rounds rounds)" 'NOTICE:  a model was trained over 3 nodes in 3 rounds*' 'the next call goes on'
is "$(sql one 'SELECT count(*) = (SELECT count(*) FROM whole) FROM rounds JOIN whole USING (round, model, status)')" t \
    'and ends with the models of a call that was not ended, bit for bit'
like "$(rounds rounds)" 'ERROR:  relation "rounds" has a final model already
HINT:  Train another one: again => true, or another table.' 'what is final stays'
PGAPPNAME=caller on one psql -XqAt -v VERBOSITY=terse -d postgres -c "CALL lstm_train_rounds('shared', 'trained', 'other', rounds => 10000, options => '$options')" >"$work/called" 2>&1 &
caller=$!
within 60 says one 'SELECT count(*) > 1 FROM other' t || bail "no rounds: $(cat "$work/called")"
need one "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE application_name = 'caller'"
wait "$caller"
is "$(cat "$work/called")" 'ERROR:  canceling statement due to user request' 'a call can be cancelled'
is "$(sql one "SELECT count(*) > 1 AND max(status) <> 'final' FROM other")" t 'and the rounds that it had are stored'
need one "CREATE TABLE told (command text, training bigint, trainings bigint);
    CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO told SELECT command, training, trainings FROM lstm_progress; RETURN NEW; END';
    CREATE TRIGGER tell AFTER INSERT ON other FOR EACH ROW EXECUTE FUNCTION tell()"
options='{"architecture": "vanilla", "units": 4, "validation": 0}'
out=$(rounds other ', again => true')
like "$out" 'NOTICE:  a model was trained over 3 nodes in 3 rounds
DETAIL:  Its errors were not measured.*' 'without held-out rows nothing is measured'
is "$(sql one "SELECT string_agg(status || CASE WHEN error IS NULL THEN '' ELSE ' measured' END, ' ' ORDER BY round) FROM other")" 'first measured round round final' \
    'but the first model'
is "$(sql one "SELECT string_agg(concat_ws(' ', command, training, trainings), ', ' ORDER BY training) FROM told")" \
    'lstm_train_rounds 1 4, lstm_train_rounds 2 4, lstm_train_rounds 3 4, lstm_train_rounds 4 4' 'lstm_progress shows the round'

# ---- what cannot be ----
# fails WANTED NAME [STATEMENT]: the call, after this statement, which is undone
fails() {
    need one "${3:-SELECT}"
    like "$(on one psql -XqAt -v VERBOSITY=default -d postgres -c "CALL lstm_train_rounds(${call:-'shared', 'trained', 'other', again => true})" 2>&1)" "ERROR:  $1" "$2"
    [ -z "${4:-}" ] || need one "$4"
}
like "$(sql one "BEGIN; CALL lstm_train_rounds('shared', 'trained', 'other')")" 'ERROR:  lstm_train_rounds cannot run inside a transaction block' 'it commits'
call="NULL, 'trained', 'other'" fails 'shared must not be NULL*CREATE TABLE name (node text, options jsonb)*' 'a table of nodes is needed'
call="'shared', NULL, 'other'" fails 'trained must not be NULL*' 'a view is needed'
call="'shared', 'trained', NULL" fails 'into_table must not be NULL*' 'a table of rounds is needed'
call="'shared', 'trained', 'shared'" fails 'column "round" of relation "shared" does not exist*' 'with its columns'
call="'shared', 'shared', 'other'" fails 'column "model" of relation "shared" does not exist*' 'and so must the others have theirs'
call="'wrong', 'trained', 'other'" fails 'column "options" of relation "wrong" is of type text, not jsonb*CREATE TABLE name (node text, options jsonb)*' 'of their types' \
    'CREATE TABLE wrong (node text, options text)'
call="'shared', 'trained', 'keyless'" fails 'column "round" of relation "keyless" has no primary key or unique index*' 'each round once' 'CREATE TABLE keyless (LIKE rounds)'
call="'shared', 'trained', 'other', 0" fails 'rounds must be*' 'at least one round'
for option in '"init": "pretrained"' '"epochs": 2' '"schedule": "cosine"'; do
    name=${option%%:*}
    call="'shared', 'trained', 'other', options => '{$option}'" fails "option $name cannot be given here*" "what each round settles is no option: $name"
done
call="'shared', 'trained', 'other', options => '{\"unit\": 2}'" fails 'unrecognized option "unit"*' 'options are looked at before a node is'
fails 'a row of relation "shared" has no node*' 'each node has a name' "INSERT INTO shared VALUES (NULL)" 'DELETE FROM shared WHERE node IS NULL'
fails 'relation "shared" has two rows of node "east"*' 'of its own' "INSERT INTO shared VALUES ('east')" 'DELETE FROM shared a USING shared b WHERE a.node = b.node AND a.ctid > b.ctid'
fails 'node "south": relation "at_south" *' 'an error of a node names it' "INSERT INTO shared VALUES ('south'); CREATE VIEW at_south AS SELECT * FROM readings WHERE home = 'south'" \
    "DELETE FROM shared WHERE node = 'south'"
call="'shared', 'two', 'other', again => true" fails 'relation "two" does not have one model of node "west"*' 'each node gives one model' \
    "CREATE VIEW two AS SELECT node, CASE WHEN node <> 'west' THEN training(node, options) END AS model FROM shared"
call="'shared', 'more', 'other', again => true" fails 'relation "more" has 4 rows for 3 nodes*' 'and no other does' \
    "CREATE VIEW more AS TABLE trained UNION ALL SELECT 'north', NULL"
call="'nobody', 'trained', 'other'" fails 'relation "nobody" has no row*' 'there are nodes' 'CREATE TABLE nobody (LIKE shared)'
is "$(sql one "SELECT count(*) FROM other WHERE status = 'final'")" 1 'a call that fails before its first round leaves the rounds of another one'
need one "CREATE ROLE reader; GRANT SELECT, INSERT, UPDATE, DELETE ON other TO reader; GRANT SELECT ON shared, trained TO reader"
is "$(on one psql -XqAt -d postgres -c 'SET ROLE reader' -c "CALL lstm_train_rounds('shared', 'trained', 'other', again => true)" 2>&1 | head -1)" 'ERROR:  permission denied for table shared' 'a role needs its rights'
stop one
done_testing
