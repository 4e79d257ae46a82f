# lstm_forecast_each stores the forecasts of all models, with background workers; a bad series, a worker that is gone or a cancel spoils none.
. "$(dirname "$0")/server.sh"

create one <<'CONF'
fsync = off
autovacuum = off
CONF
start one
need one "CREATE EXTENSION lstm_forecast;
    CREATE TABLE sales (shop text, day date, sold float8, PRIMARY KEY (shop, day));
    INSERT INTO sales SELECT 's' || s, date '2024-01-01' + i, s + 10 * sin(2 * pi() * i / 7) + hashint4(i * 31 + s) % 100 / 30.0
        FROM generate_series(1, 30) s, generate_series(0, 69) i;
    CREATE TABLE models (series text PRIMARY KEY, model bytea, status text);
    CREATE TABLE forecasts AS SELECT * FROM lstm_forecast(NULL);
    CREATE INDEX ON forecasts (series)"
aloud one -c "CALL lstm_train_each('sales', 'sold', series_column => 'shop', horizon => 7, into_table => 'models', options => '{\"architecture\": \"linear\"}')" >/dev/null
# what one query after the other forecasts
need one "CREATE TABLE alone AS SELECT f.* FROM models m, lstm_forecast(m.model, series => ARRAY[m.series]) f"
same="SELECT count(*) || ' ' || (SELECT count(*) FROM (TABLE forecasts INTERSECT ALL TABLE alone) s) FROM forecasts"

# ---- the forecasts ----
is "$(aloud one -c "CALL lstm_forecast_each('models', 'forecasts', workers => 0)")" 'NOTICE:  forecasts of 30 series were stored in relation "forecasts", by 1 process' 'a summary says how many there are'
is "$(sql one "$same")" '210 210' 'they are those of lstm_forecast'
is "$(aloud one -c "CALL lstm_forecast_each('models', 'forecasts', workers => 3)")" 'NOTICE:  forecasts of 30 series were stored in relation "forecasts", by 4 processes' 'workers help'
is "$(sql one "$same")" '210 210' 'their forecasts are the same, in the place of the old ones'
# whoever stores the first forecast waits for the other process, however late that starts on a busy machine
need one "CREATE TABLE pids (pid int, series text, PRIMARY KEY (pid, series));
    CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS \$\$
    BEGIN
        INSERT INTO pids VALUES (pg_backend_pid(), NEW.series) ON CONFLICT DO NOTHING;
        IF coalesce(current_setting('test.met', true), '') <> 'yes' THEN
            PERFORM pg_advisory_lock_shared(1);
            WHILE (SELECT count(*) FROM pg_locks WHERE (locktype, classid, objid) = ('advisory', 0, 1)) < 2 LOOP
                PERFORM pg_sleep(0.01);
            END LOOP;
            PERFORM set_config('test.met', 'yes', false);
        END IF;
        RETURN NEW;
    END \$\$;
    CREATE TRIGGER note BEFORE INSERT ON forecasts FOR EACH ROW EXECUTE FUNCTION note()"
aloud one -c "CALL lstm_forecast_each('models', 'forecasts', steps => 3, level => 0.8, workers => 1)" >/dev/null
is "$(sql one "SELECT count(*) || ' ' || count(*) FILTER (WHERE f.upper_bound - f.lower_bound < a.upper_bound - a.lower_bound) FROM forecasts f JOIN alone a USING (series, step)")" '90 90' 'steps and level are those of the call'
is "$(sql one 'SELECT (SELECT count(DISTINCT pid) FROM pids) || count(*)::text || count(DISTINCT series) FROM pids')" 23030 'each series is forecast once, by one of two processes'
need one 'DROP TRIGGER note ON forecasts'
aloud one -c "CALL lstm_forecast_each('models', 'forecasts', as_of => '2024-02-28')" >/dev/null
is "$(sql one "SELECT count(*) || ' ' || min(forecast_at::date) FROM forecasts WHERE step = 1")" '30 2024-02-29' 'as_of goes back in time'
need one "CREATE VIEW later AS SELECT shop, day + 70 AS day, sold FROM sales"
aloud one -c "CALL lstm_forecast_each('models', 'forecasts', relation => 'later')" >/dev/null
is "$(sql one "SELECT count(*) FROM forecasts f JOIN alone a USING (series, step, forecast) WHERE f.forecast_at = a.forecast_at + interval '70 days'")" 210 'another relation can be given'
need one "CREATE VIEW single AS SELECT day, sold FROM sales WHERE shop = 's9';
    CREATE TABLE others (series text PRIMARY KEY, model bytea);
    INSERT INTO others VALUES ('one', lstm_train('single', 'sold', horizon => 2)), ('agg', (SELECT lstm_train_agg(sold, '{\"lookback\": 14}' ORDER BY day) FROM single))"
aloud one -c "CALL lstm_forecast_each('others', 'forecasts')" >/dev/null
is "$(sql one "SELECT string_agg(DISTINCT series || step, ' ') FROM forecasts WHERE series IN ('one', 'agg') AND forecast IS NOT NULL")" 'agg1 one1 one2' 'models of one series have the name of their row'

# ---- what cannot be forecast ----
need one "CREATE TABLE kept AS TABLE models; UPDATE models SET model = '\\x00' WHERE series = 's3'; CREATE TABLE lost AS SELECT * FROM sales WHERE shop = 's5'; DELETE FROM sales WHERE shop = 's5'; UPDATE models SET model = NULL WHERE series = 's7';
    CREATE TABLE gone AS TABLE sales;
    UPDATE models SET model = lstm_train('gone', 'sold', 'day', 'shop', options => '{\"architecture\": \"linear\"}') WHERE series = 's8'; DROP TABLE gone"
out=$(aloud one -c "CALL lstm_forecast_each('models', 'forecasts')")
like "$out" 'NOTICE:  forecasts of 26 series were stored*WARNING:  3 series have no forecast*DETAIL:  The first of them is "s3": the value is not a model, or is damaged.*HINT:  The column "status" of relation "forecasts" says why*' 'a bad series stops nothing'
is "$(sql one "SELECT string_agg(series || ': ' || status, '; ' ORDER BY series) FROM forecasts WHERE step IS NULL")" \
    's3: the value is not a model, or is damaged; s5: it has no rows; s8: relation "public.gone" does not exist' 'and has a row that says why'
is "$(sql one "SELECT count(*) || ' ' || min(forecast_at::date) FROM forecasts WHERE series = 's7' AND step = 1")" '1 2024-05-20' 'a series without a model is left alone'
need one 'DELETE FROM models WHERE series IN (SELECT series FROM kept); INSERT INTO models TABLE kept; INSERT INTO sales TABLE lost'

# ---- what ends early ----
need one "CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.1); RETURN NEW; END'; TRUNCATE forecasts;
    CREATE TRIGGER wait BEFORE INSERT ON forecasts FOR EACH ROW WHEN (NEW.step = 1) EXECUTE FUNCTION wait()"
# shown: a call in the background as the application "caller", until some of its forecasts are stored
shown() {
    PGAPPNAME=caller aloud one -c "CALL lstm_forecast_each('models', 'forecasts', workers => 1)" >"$work/called" &
    caller=$!
    within 60 some_done || bail "no forecasts: $(cat "$work/called")"
}
some_done() {
    [ "$(sql one "SELECT count(DISTINCT series) >= 2 FROM forecasts")" = t ]
}
shown
is "$(sql one "SELECT bool_and(command = 'lstm_forecast_each' AND trainings = 30) FROM lstm_progress")" t 'lstm_progress shows how many are done'
like "$(aloud one -c "SET lock_timeout = '100ms'" -c "CALL lstm_forecast_each('models', 'forecasts')")" 'ERROR:  canceling statement due to lock timeout' 'a second call waits'
sql one "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'lstm_forecast'" >/dev/null
wait "$caller"
is "$(sql one "SELECT count(*) || ' ' || count(DISTINCT (series, step)) FROM forecasts")" '210 210' 'what a worker had taken that is gone, the session does'
like "$(cat "$work/called")" '*NOTICE:  forecasts of 30 series were stored in*' 'and counts once'
need one 'TRUNCATE forecasts'
shown
sql one "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE application_name = 'caller' AND backend_type = 'client backend'" >/dev/null
wait "$caller"
is "$(head -1 "$work/called")" 'ERROR:  canceling statement due to user request' 'a call can be cancelled'
within 20 workers_gone one
ok $? 'and its workers end with it'
need one 'DROP TRIGGER wait ON forecasts'
aloud one -c "SET lock_timeout = '10s'" -c "CALL lstm_forecast_each('models', 'forecasts')" >/dev/null
is "$(sql one "SELECT count(*) || ' ' || count(DISTINCT (series, step)) FROM forecasts")" '210 210' 'which leaves no lock behind'

# ---- errors ----
is "$(sql one "BEGIN; CALL lstm_forecast_each('models', 'forecasts')" 2>&1 | head -1)" 'ERROR:  lstm_forecast_each cannot run inside a transaction block' 'not inside a transaction block'
like "$(aloud one -c "CALL lstm_forecast_each('models', NULL)")" 'ERROR:  into_table must not be NULL*CREATE TABLE name AS SELECT \* FROM lstm_forecast(NULL); CREATE INDEX ON name (series)*' 'there is a table of forecasts'
like "$(aloud one -c "CALL lstm_forecast_each(NULL, 'forecasts')")" 'ERROR:  models must not be NULL*' 'and one of models'
like "$(aloud one -c "CALL lstm_forecast_each('models', 'forecasts', level => 2)")" 'ERROR:  level must be between 0 and 1, not 2' 'a level is one'
like "$(aloud one -c "CALL lstm_forecast_each('models', 'forecasts', steps => 0)")" 'ERROR:  steps must be*' 'and so are steps'
is "$(sql one "SELECT count(*) FROM forecasts")" 210 'which is said before forecasts are lost'
like "$(aloud one -c "CALL lstm_forecast_each('models', 'alone')")" 'ERROR:  column "series" of relation "alone" has no index*Add it: CREATE INDEX ON public.alone (series)*' 'forecasts have an index'
like "$(aloud one -c "CALL lstm_forecast_each('kept', 'forecasts')")" 'ERROR:  column "series" of relation "kept" has no primary key*' 'models have a key'
like "$(aloud one -c "CALL lstm_forecast_each('models', 'models')")" 'ERROR:  column "step" of relation "models" does not exist*' 'columns are those of lstm_forecast'
need one 'CREATE ROLE reader; GRANT SELECT ON models, forecasts, sales TO reader'
like "$(aloud one -c 'SET ROLE reader' -c "CALL lstm_forecast_each('models', 'forecasts')")" 'ERROR:  permission denied for table forecasts' 'a role needs its rights'
need one 'GRANT INSERT, DELETE ON forecasts TO reader; CREATE VIEW mine AS TABLE sales; ALTER VIEW mine OWNER TO reader; GRANT SELECT ON sales TO reader'
like "$(aloud one -c 'SET ROLE reader' -c "CALL lstm_forecast_each('models', 'forecasts', workers => 1)")" 'NOTICE*0 series*WARNING:  30 series have no forecast*' 'what models name is read only where it can be trusted'
like "$(aloud one -c 'SET ROLE reader' -c "CALL lstm_forecast_each('models', 'forecasts', relation => 'mine', workers => 1)")" 'NOTICE:  forecasts of 30 series*' 'or where the caller names it'
done_testing
