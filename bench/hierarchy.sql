-- Forecasts of a hierarchy before and after they are made to add up, beside bottom-up: withdrawals at 111 machines in ten groups and
-- a total, and sales of eight items by four and in all. The folder with the data is the psql variable "data"; see make
-- hierarchy.
\set ON_ERROR_STOP on
CREATE EXTENSION IF NOT EXISTS lstm_forecast;
SET client_min_messages = error;
SET maintenance_work_mem = '512MB';
\set QUIET on
\pset footer off

CREATE TABLE sold (task text, series text, n int, value float8);
CREATE TABLE parents (task text, series text, parent text);

CREATE TABLE lines (n serial, line text);
\set file 'zcat ' :data '/nn5_daily.csv.gz'
\set copy '\\copy lines (line) FROM PROGRAM ' :'file' ' WITH (FORMAT csv, HEADER, DELIMITER E''\\x01'', QUOTE E''\\x02'')'
:copy
CREATE TABLE raw AS
SELECT v.id - 1 AS id, l.n, nullif(v.value, 'NA')::float8 AS value
FROM lines l, LATERAL unnest(string_to_array(replace(line, '"', ''), ',')) WITH ORDINALITY v (value, id) WHERE v.id > 1;
-- a sum needs all of its parts: what is missing is the mean of the same weekday in the weeks around
INSERT INTO sold
SELECT 'machines', 'machine ' || id, n, coalesce(value, (SELECT avg(value) FROM raw w WHERE w.id = r.id AND w.n % 7 = r.n % 7 AND abs(w.n - r.n) <= 28))
FROM raw r;
INSERT INTO parents SELECT 'machines', 'machine ' || id, 'group ' || id % 10 FROM generate_series(1, 111) id;
INSERT INTO parents SELECT 'machines', 'group ' || g, 'total' FROM generate_series(0, 9) g;
INSERT INTO parents VALUES ('machines', 'total', NULL);

CREATE TABLE m5 (id text, at date, value float8);
\set file 'zcat ' :data '/m5_eight_items.csv.gz | cut -d, -f1-3'
\set copy '\\copy m5 FROM PROGRAM ' :'file' ' CSV HEADER'
:copy
INSERT INTO sold SELECT 'items', id, at - date '2011-01-28', value FROM m5 WHERE at >= (SELECT max(first) FROM (SELECT id, min(at) AS first FROM m5 WHERE value > 0 GROUP BY id) f);
INSERT INTO parents SELECT DISTINCT 'items', id, CASE WHEN id <= 'FOODS_1_004' THEN 'first four' ELSE 'last four' END FROM m5;
INSERT INTO parents SELECT DISTINCT 'items', parent, 'all' FROM parents WHERE task = 'items';
INSERT INTO parents VALUES ('items', 'all', NULL);

INSERT INTO sold SELECT p.task, p.parent, n, sum(value) FROM sold s JOIN parents p ON p.task = s.task AND p.series = s.series GROUP BY p.task, p.parent, n;
INSERT INTO sold SELECT p.task, p.parent, n, sum(value) FROM sold s JOIN parents p ON p.task = s.task AND p.series = s.series AND p.parent IN ('total', 'all')
GROUP BY p.task, p.parent, n;
ANALYZE sold;

---- forecasts of 28 days from origins four weeks apart; each origin learns from errors of the twelve weeks before it ----

CREATE TABLE forecasts (task text, origin int, series text, step int, forecast float8, lower_bound float8, upper_bound float8);
CREATE FUNCTION forecast_from(t text, o int) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    DROP TABLE IF EXISTS known;
    CREATE TEMP TABLE known AS SELECT series, n, value FROM sold WHERE task = t AND n <= o;
    INSERT INTO forecasts SELECT t, o, f.series, f.step, f.forecast, f.lower_bound, f.upper_bound
    FROM lstm_baseline('known', 'value', 'n', 'series', horizon => 28, level => 0.8, options => '{"season": 7, "lower_limit": null}') f;
END $$;
SELECT count(*) FROM (SELECT task, max(n) AS last FROM sold GROUP BY task) s, generate_series(last - 28 * 9, last - 28, 7) o, forecast_from(task, o) \g /dev/null
ANALYZE forecasts;

CREATE TABLE of_origin (series text, step int, forecast float8, lower_bound float8, upper_bound float8);
CREATE TABLE of_task (series text, parent text);
CREATE TABLE errors (at int, series text, error float8);
CREATE TABLE runs (task text, origin int, run text, series text, step int, forecast float8, lower_bound float8, upper_bound float8);
DO $$
DECLARE
    t text;
    o int;
    m text;
BEGIN
    FOR t, o IN SELECT s.task, g FROM (SELECT task, max(n) AS last FROM sold GROUP BY task) s, generate_series(last - 28 * 5, last - 28, 28) g LOOP
        TRUNCATE of_origin, of_task, errors;
        INSERT INTO of_origin SELECT series, step, forecast, lower_bound, upper_bound FROM forecasts f WHERE f.task = t AND f.origin = o;
        INSERT INTO of_task SELECT series, parent FROM parents WHERE task = t;
        -- one error of each day: those of one day from several origins would count as several
        INSERT INTO errors SELECT s.n, f.series, value - forecast FROM forecasts f JOIN sold s ON s.task = f.task AND s.series = f.series AND s.n = f.origin + step
        WHERE f.task = t AND s.n <= o AND f.origin >= o - 84 AND step <= 7;
        INSERT INTO runs SELECT t, o, 'as they came', series, step, forecast, lower_bound, upper_bound FROM of_origin;
        FOREACH m IN ARRAY ARRAY['bottom_up', 'structural', 'mint_diagonal', 'mint_shrunk'] LOOP
            IF m = 'mint_shrunk' THEN
                INSERT INTO runs SELECT t, o, m, series, step, forecast, lower_bound, upper_bound
                FROM lstm_reconcile('of_origin', 'of_task', m, errors => 'errors');
            ELSE
                INSERT INTO runs SELECT t, o, m, series, step, forecast, lower_bound, upper_bound
                FROM lstm_reconcile('of_origin', 'of_task', m);
            END IF;
        END LOOP;
    END LOOP;
END $$;

CREATE TABLE scored AS
SELECT r.*, CASE WHEN p.parent IS NULL THEN '1 total' WHEN EXISTS (SELECT FROM parents c WHERE c.task = p.task AND c.parent = p.series) THEN '2 groups' ELSE '3 leaves' END AS level,
       abs(r.forecast - s.value) / scale AS error, (s.value BETWEEN lower_bound AND upper_bound)::int AS inside
FROM runs r JOIN sold s ON s.task = r.task AND s.series = r.series AND s.n = r.origin + r.step JOIN parents p ON p.task = r.task AND p.series = r.series
    JOIN (SELECT task, series, avg(abs(value - before)) AS scale FROM (SELECT *, lag(value, 7) OVER (PARTITION BY task, series ORDER BY n) AS before FROM sold) b GROUP BY task, series) k
    ON k.task = r.task AND k.series = r.series;

\echo
\echo MASE by level, five origins, 28 days; values within bounds of 80 percent
SELECT task, level, count(DISTINCT series) AS series, round(avg(error) FILTER (WHERE run = 'as they came')::numeric, 3) AS as_they_came,
       round(avg(error) FILTER (WHERE run = 'bottom_up')::numeric, 3) AS bottom_up, round(avg(error) FILTER (WHERE run = 'structural')::numeric, 3) AS structural,
       round(avg(error) FILTER (WHERE run = 'mint_diagonal')::numeric, 3) AS mint_diagonal, round(avg(error) FILTER (WHERE run = 'mint_shrunk')::numeric, 3) AS mint_shrunk,
       round(100 * avg(inside) FILTER (WHERE run = 'as they came'), 1) AS within_80_came, round(100 * avg(inside) FILTER (WHERE run = 'mint_diagonal'), 1) AS diagonal,
       round(100 * avg(inside) FILTER (WHERE run = 'mint_shrunk'), 1) AS shrunk
FROM scored GROUP BY task, level ORDER BY task DESC, level;

\echo
\echo By how much sums miss, in parts of the sum
SELECT run, sum(abs(p.forecast - c.sum)) / sum(abs(p.forecast)) < 1e-12 AS adds_up, round((sum(abs(p.forecast - c.sum)) / sum(abs(p.forecast)))::numeric, 4) AS misses
FROM runs p JOIN (SELECT r.task, run, origin, step, h.parent, sum(forecast) FROM runs r JOIN parents h ON h.task = r.task AND h.series = r.series GROUP BY 1, 2, 3, 4, 5) c USING (task, run, origin, step)
WHERE c.parent = p.series GROUP BY run ORDER BY run;

\echo
\echo A hundred thousand leaves in a hundred groups, 28 steps: seconds to read the rows in order, and to reconcile them
CREATE TABLE many_parents AS SELECT i::text AS series, 'g' || i % 100 AS parent FROM generate_series(1, 100000) i UNION ALL SELECT 'g' || g, 'all' FROM generate_series(0, 99) g UNION ALL SELECT 'all', NULL;
CREATE TABLE many AS SELECT p.series, step, f AS forecast, f - s AS lower_bound, f + s AS upper_bound
FROM many_parents p, generate_series(1, 28) step, LATERAL (SELECT CASE WHEN p.series = 'all' THEN 1000000 WHEN p.series LIKE 'g%' THEN 11000 ELSE 8 + hashtext(p.series || step) % 5 END::float8 AS f,
    CASE WHEN p.series = 'all' THEN 9000 WHEN p.series LIKE 'g%' THEN 700 ELSE 3 END AS s) v;
ANALYZE many;
CREATE FUNCTION seconds(statement text) RETURNS numeric LANGUAGE plpgsql AS $$
DECLARE
    started timestamptz := clock_timestamp();
BEGIN
    EXECUTE statement;
    RETURN round(extract(epoch FROM clock_timestamp() - started)::numeric, 2);
END $$;
SELECT seconds('SELECT count(*), sum(forecast) FROM (SELECT * FROM many ORDER BY step OFFSET 0) s') AS read, seconds($$ SELECT count(*) FROM lstm_reconcile('many', 'many_parents') $$) AS reconcile,
       seconds($$ SELECT count(*) FROM lstm_reconcile('many', 'many_parents', 'bottom_up') $$) AS bottom_up;
