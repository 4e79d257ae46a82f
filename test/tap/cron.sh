# pg_cron trains and forecasts: the jobs that doc/schedule.md tells to make fire, and their rows are there. It waits for the clock,
# a minute or two.
. "$(dirname "$0")/server.sh"

page=doc/schedule.md
create one <<'CONF'
shared_preload_libraries = 'pg_cron'
cron.database_name = 'postgres'
fsync = off
CONF
# pg_cron connects as any client does
echo "cron.host = '$work/one/socket'" | as_postgres tee -a "$work/one/data/postgresql.conf" >/dev/null
start one
need one 'CREATE EXTENSION pg_cron; CREATE EXTENSION lstm_forecast'
# the tables of the page, and the jobs that work on them; of each minute, to see them fire
awk '/^## Watching/ { exit } /^```sql/ { inside = 1; next } /^```/ { inside = 0 } inside' $page >"$work/tables.sql"
awk '/^```text/ { getline; inside = /cron[.]schedule/ } /^```/ { inside = 0 } inside' $page |
    sed -E "s/'[0-9]+ [0-9*]+ \* \* [0-9*]+'/'* * * * *'/" >"$work/jobs.sql"
for file in tables jobs; do
    on one psql -Xq -v ON_ERROR_STOP=1 -d postgres <"$work/$file.sql" >"$work/out" 2>&1 || bail "$(cat "$work/out")"
done
need one "SELECT cron.schedule('fail', '* * * * *', \$\$CALL lstm_train_into('load', 'no_load', 'mw')\$\$)"
is "$(sql one "SELECT jobname, schedule FROM cron.job ORDER BY 1")" 'clean load|* * * * *
fail|* * * * *
forecast bakeries|* * * * *
forecast load|* * * * *
train bakeries|* * * * *
train load|* * * * *
update load|* * * * *' 'the jobs of the page are made'

within 130 says one "SELECT count(DISTINCT jobid) FROM cron.job_run_details WHERE status IN ('succeeded', 'failed')" 7
ok $? 'all jobs ran'
is "$(sql one "SELECT DISTINCT j.jobname || ' ' || status FROM cron.job_run_details d JOIN cron.job j USING (jobid) ORDER BY 1")" \
    'clean load succeeded
fail failed
forecast bakeries succeeded
forecast load succeeded
train bakeries succeeded
train load succeeded
update load succeeded' 'each succeeded but the one that cannot'
is "$(sql one "SELECT count(*) > 1, count(DISTINCT md5(model)), bool_or(active) FROM lstm_models WHERE name = 'load'")" \
    't|1|t' 'the job has trained the same model again, and saved it'
is "$(sql one "SELECT count(*) > 1, min(steps), max(steps), min(first) FROM (SELECT count(*) AS steps, min(at) AS first FROM load_forecasts
    GROUP BY made_at) f")" 't|24|24|2024-01-11 00:00:00+00' 'each forecast is in the table, with its 24 hours'
# the first forecasts may have come before the first models
within 130 says one "SELECT count(*) FROM bakery_forecasts" 21
is "$(sql one "SELECT (SELECT count(model) FROM bakery_models), count(*), count(DISTINCT (series, step)) FROM bakery_forecasts")" \
    '3|21|21' 'each shop has a model, and its forecasts once'
like "$(sql one "SELECT return_message FROM cron.job_run_details WHERE status = 'failed' LIMIT 1")" \
    '*relation "no_load" does not exist*' 'why a job failed is in cron.job_run_details'

stop one
done_testing
