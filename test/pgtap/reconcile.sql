-- lstm_reconcile: forecasts of a hierarchy that add up.
BEGIN;
SET LOCAL client_min_messages = error;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lstm_forecast;
\i test/include/failure.sql
\i test/include/as_user.sql

SELECT plan(42);

CREATE TABLE parents (series text, parent text);
INSERT INTO parents VALUES ('total', NULL), ('north', 'total'), ('south', 'total'), ('a', 'north'), ('b', 'north'), ('c', 'south');
CREATE TABLE base (series text, step int, forecast_at date, target text, forecast float8, lower_bound float8, upper_bound float8, status text);
INSERT INTO base SELECT v.series, step, date '2024-01-01' + step, 'sold', v.f + step, v.f + step - v.w, v.f + step + v.w, 'ok'
FROM (VALUES ('total', 110, 4), ('north', 55, 2), ('south', 40, 2), ('a', 30, 1), ('b', 20, 1), ('c', 45, 1)) v (series, f, w), generate_series(1, 3) step;
CREATE VIEW reconciled AS SELECT * FROM lstm_reconcile('base', 'parents');
CREATE FUNCTION pg_temp.misses(q text) RETURNS float8 LANGUAGE plpgsql AS $$
DECLARE
    worst float8;
BEGIN
    EXECUTE format('WITH r AS MATERIALIZED (%s) SELECT max(abs(p.forecast - c.sum)) FROM r p JOIN (SELECT h.parent, step, sum(forecast) FROM r JOIN parents h USING (series) GROUP BY 1, 2) c
        ON c.parent = p.series AND c.step = p.step', q) INTO worst;
    RETURN worst;
END $$;

SELECT is(count(*), 18::bigint, 'each series has each step') FROM reconciled;
SELECT ok(pg_temp.misses('SELECT * FROM base') > 4, 'what came does not add up');
SELECT cmp_ok(pg_temp.misses('SELECT * FROM lstm_reconcile(''base'', ''parents'')'), '<', 1e-9::float8, 'what comes out does');
SELECT cmp_ok(pg_temp.misses(format('SELECT * FROM lstm_reconcile(''base'', ''parents'', %L)', m)), '<', 1e-9::float8, m || ' adds up') FROM unnest(ARRAY['bottom_up', 'structural', 'mint_diagonal']) m;
SELECT results_eq($$ SELECT DISTINCT step, forecast_at::date, target, status FROM reconciled ORDER BY step $$,
    $$ SELECT step, date '2024-01-01' + step, 'sold', 'ok' FROM generate_series(1, 3) step $$, 'times, targets and status are told');
SELECT results_eq($$ SELECT series, forecast FROM lstm_reconcile('base', 'parents', 'bottom_up') WHERE step = 1 ORDER BY 1 $$,
    $$ VALUES ('a', 31::float8), ('b', 21), ('c', 46), ('north', 52), ('south', 46), ('total', 98) $$, 'bottom_up leaves the leaves alone');
-- by hand, step 1: leaves a, b, c of variance 1; north and south 4; total 16
SELECT results_eq($$ SELECT series, round(forecast::numeric, 9) FROM reconciled WHERE step = 1 ORDER BY 1 $$,
    $$ WITH up AS (SELECT 52 + 2 / 6.0 * (56 - 52) AS north, 2 * 4 / 6.0 AS north_v, 46 + 1 / 5.0 * (41 - 46) AS south, 1 * 4 / 5.0 AS south_v),
            top AS (SELECT *, north + south + (north_v + south_v) / (north_v + south_v + 16) * (111 - north - south) AS total FROM up),
            mid AS (SELECT *, north + north_v / (north_v + south_v) * (total - north - south) AS n, south + south_v / (north_v + south_v) * (total - north - south) AS s FROM top)
       SELECT v.* FROM mid, LATERAL (VALUES ('a', round(31 + (n - 52) / 2, 9)), ('b', round(21 + (n - 52) / 2, 9)), ('c', round(s, 9)), ('north', round(n, 9)),
           ('south', round(s, 9)), ('total', round(total, 9))) v $$, 'the surer a forecast the less it is moved');
SELECT cmp_ok(max(abs((r.upper_bound - r.forecast) - (b.upper_bound - b.forecast))), '<', 1e-9::float8, 'bounds are as far off as they were') FROM reconciled r JOIN base b USING (series, step);
CREATE TABLE structured AS SELECT series, step, forecast, forecast - s AS lower_bound, forecast + s AS upper_bound
FROM base, LATERAL (SELECT sqrt(CASE series WHEN 'total' THEN 3 WHEN 'north' THEN 2 ELSE 1 END) AS s) w;
SELECT results_eq($$ SELECT round(forecast::numeric, 6) FROM lstm_reconcile('base', 'parents', 'structural') WHERE step = 1 ORDER BY series $$,
    $$ SELECT round(forecast::numeric, 6) FROM lstm_reconcile('structured', 'parents', 'mint_diagonal') WHERE step = 1 ORDER BY series $$,
    'structural weighs by the number of leaves');

-- what is not there
CREATE VIEW leaves AS SELECT * FROM base WHERE length(series) = 1;
SELECT results_eq($$ SELECT series, forecast FROM lstm_reconcile('leaves', 'parents') WHERE step = 2 ORDER BY 1 $$,
    $$ SELECT series, forecast FROM lstm_reconcile('base', 'parents', 'bottom_up') WHERE step = 2 ORDER BY 1 $$, 'sums without forecasts are sums');
SELECT ok(abs(upper_bound - forecast - sqrt(3)) < 1e-9, 'and have the bounds of what they are sums of') FROM lstm_reconcile('leaves', 'parents') WHERE series = 'total' AND step = 1;
CREATE VIEW bare AS SELECT series, step, forecast FROM base;
SELECT results_eq($$ SELECT forecast FROM lstm_reconcile('bare', 'parents') ORDER BY series, step $$, $$ SELECT forecast FROM lstm_reconcile('base', 'parents', 'structural') ORDER BY series, step $$,
    'without bounds the numbers of leaves weigh');
SELECT ok(bool_and(status LIKE 'structural: some forecasts have no bounds%' AND lower_bound IS NULL AND forecast_at IS NULL AND target IS NULL), 'and the status says so') FROM lstm_reconcile('bare', 'parents');
SELECT matches(pg_temp.failure($$ SELECT lstm_reconcile('bare', 'parents', 'mint_diagonal') $$), '^22000: the forecast of series "total" at step 1 has no bounds.*HINT', 'who asks for bounds must give them');
CREATE VIEW lacking AS SELECT series, step, CASE WHEN series <> 'b' OR step <> 2 THEN forecast END AS forecast FROM base;
SELECT results_eq($$ SELECT step, count(forecast), min(status) FROM lstm_reconcile('lacking', 'parents', 'structural') GROUP BY 1 ORDER BY 1 $$,
    $$ VALUES (1, 6::bigint, 'ok'), (2, 0, 'series "b" has no forecast at this step'), (3, 6, 'ok') $$, 'a leaf that is missing at a step leaves no sum there, and is named');
CREATE VIEW gone AS SELECT * FROM bare WHERE series <> 'b' OR step <> 2;
SELECT results_eq($$ SELECT * FROM lstm_reconcile('gone', 'parents', 'structural') $$, $$ SELECT * FROM lstm_reconcile('lacking', 'parents', 'structural') $$, 'a row that is not there is as one without a forecast');
CREATE VIEW skipped AS SELECT series, step, forecast FROM bare WHERE series <> 'b' UNION ALL SELECT 'b', NULL, NULL;
SELECT ok(bool_and(forecast IS NULL AND status LIKE 'series "b" has no%'), 'as a series that was left out') FROM lstm_reconcile('skipped', 'parents');

-- several roots
CREATE TABLE two AS SELECT * FROM parents WHERE series <> 'total';
UPDATE two SET parent = NULL WHERE parent = 'total';
CREATE VIEW regions AS SELECT * FROM lacking WHERE series <> 'total';
SELECT results_eq($$ SELECT series, forecast IS NULL FROM lstm_reconcile('regions', 'two', 'structural') WHERE step = 2 ORDER BY 1 $$,
    $$ VALUES ('a', true), ('b', true), ('c', false), ('north', true), ('south', false) $$, 'trees do not hang together');
CREATE TABLE short AS SELECT * FROM parents WHERE series <> 'total';
SELECT results_eq($$ SELECT forecast FROM lstm_reconcile('base', 'short') ORDER BY series, step $$, $$ SELECT forecast FROM reconciled ORDER BY series, step $$,
    'a parent that has forecasts needs no row of its own');

-- several targets, and steps that come in any order
CREATE VIEW targets AS SELECT series, step, target, forecast, lower_bound, upper_bound FROM base UNION ALL SELECT series, step, 'returned', forecast * 2, lower_bound * 2, upper_bound * 2 FROM base ORDER BY 4;
SELECT results_eq($$ SELECT series, step, forecast * 2 FROM lstm_reconcile('targets', 'parents') WHERE target = 'sold' ORDER BY 1, 2 $$,
    $$ SELECT series, step, forecast FROM lstm_reconcile('targets', 'parents') WHERE target = 'returned' ORDER BY 1, 2 $$, 'each target adds up by itself');

-- errors
CREATE TABLE errors AS SELECT i AS at, s.series, CASE s.series WHEN 'total' THEN 3 WHEN 'north' THEN 2 ELSE 1 END * (hashint4(i) % 100 / 50.0 + hashtext(s.series || i) % 100 / 100.0) AS error
FROM parents s, generate_series(1, 40) i;
CREATE TABLE shrunk AS SELECT * FROM lstm_reconcile('base', 'parents', errors => 'errors');
SELECT cmp_ok(pg_temp.misses('SELECT * FROM shrunk'), '<', 1e-9::float8, 'with errors it adds up');
SELECT results_eq('SELECT * FROM shrunk', $$ SELECT * FROM lstm_reconcile('base', 'parents', 'mint_shrunk', 'errors') $$, 'they are weighed by how they hang together');
SELECT ok(max(abs(s.forecast - d.forecast)) > 0.01, 'which is not what each one''s size says') FROM shrunk s JOIN lstm_reconcile('base', 'parents', 'mint_diagonal', 'errors') d USING (series, step);
CREATE VIEW huge AS SELECT at, series, error * 1e200 AS error FROM errors;
SELECT cmp_ok(max(abs(s.forecast - h.forecast)), '<', 1e-9::float8, 'nor by their unit') FROM shrunk s JOIN lstm_reconcile('base', 'parents', errors => 'huge') h USING (series, step);
SELECT results_eq($$ SELECT forecast, status FROM lstm_reconcile('leaves', 'parents', errors => 'errors') ORDER BY series, step $$,
    $$ SELECT forecast, 'mint_diagonal: some series have no forecast at this step' FROM lstm_reconcile('leaves', 'parents', 'mint_diagonal', 'errors') ORDER BY series, step $$,
    'where a series has no forecast each one''s size counts');
CREATE VIEW few AS SELECT * FROM errors WHERE at < 5 OR series <> 'c';
SELECT matches(pg_temp.failure($$ SELECT lstm_reconcile('base', 'parents', errors => 'few') $$), '^22000: .* errors of all 6 series at 4 times, but 5 are needed.*"c" has no error at 36', 'four errors tell nothing');

-- errors of the caller
SELECT matches(pg_temp.failure($$ SELECT lstm_reconcile('base', 'parents', 'mint') $$), '^22023: unrecognized method "mint"', 'methods have names');
SELECT matches(pg_temp.failure($$ SELECT lstm_reconcile('base', 'parents', 'mint_shrunk') $$), '^22023: method mint_shrunk needs errors', 'mint_shrunk needs errors');
SELECT matches(pg_temp.failure($$ SELECT lstm_reconcile('base', 'base') $$), '^42703: column "parent" of relation "base" does not exist', 'a hierarchy has parents');
SELECT matches(pg_temp.failure($$ SELECT lstm_reconcile('parents', 'parents') $$), '^42703: column "step"', 'forecasts have steps');
CREATE TABLE cyclic AS SELECT * FROM parents;
UPDATE cyclic SET parent = 'a' WHERE series = 'total';
SELECT matches(pg_temp.failure($$ SELECT lstm_reconcile('base', 'cyclic') $$), '^22000: series "[a-z]*" is part of itself', 'a cycle is refused');
CREATE TABLE twice AS SELECT * FROM parents UNION ALL SELECT 'a', 'south';
SELECT matches(pg_temp.failure($$ SELECT lstm_reconcile('base', 'twice') $$), '^22000: series "a" has two rows', 'no series has two parents');
CREATE TABLE typo AS SELECT series, CASE WHEN series = 'a' THEN 'nroth' ELSE parent END AS parent FROM parents;
SELECT matches(pg_temp.failure($$ SELECT lstm_reconcile('base', 'typo') $$), '^22023: parent "nroth" in relation "typo" is not known', 'a parent that nobody knows is named');
CREATE TABLE more AS SELECT * FROM parents UNION ALL SELECT 'd', 'south';
SELECT matches(pg_temp.failure($$ SELECT lstm_reconcile('base', 'more') $$), '^22023: series "d" of relation "more" has no row in relation "base"', 'a leaf needs forecasts');
CREATE VIEW stranger AS SELECT * FROM base UNION ALL SELECT 'e', 1, NULL, 'sold', 1, 1, 1, 'ok';
SELECT matches(pg_temp.failure($$ SELECT lstm_reconcile('stranger', 'parents') $$), '^22023: series "e" of relation "stranger" is not in relation "parents"', 'a series needs a place');
CREATE VIEW doubled AS SELECT * FROM base UNION ALL SELECT * FROM base WHERE series = 'a';
SELECT matches(pg_temp.failure($$ SELECT lstm_reconcile('doubled', 'parents') $$), '^22000: series "a" has two forecasts for step 1', 'and one forecast for a step');
CREATE VIEW crossed AS SELECT series, step, forecast, upper_bound AS lower_bound, upper_bound FROM base;
SELECT matches(pg_temp.failure($$ SELECT lstm_reconcile('crossed', 'parents') $$), '^22000: the lower_bound of series "[a-z]*" at step 1 .* above its forecast', 'bounds lie on both sides');
CREATE VIEW infinite AS SELECT series, step, 'infinity'::float8 AS forecast FROM base;
SELECT matches(pg_temp.failure($$ SELECT lstm_reconcile('infinite', 'parents') $$), '^22000: the forecast of series "[a-z]*" at step 1 in relation "infinite" is infinite', 'forecasts are finite');

-- rights
CREATE ROLE lstm_reconciler;
SELECT matches(pg_temp.as_user('lstm_reconciler', $$ SELECT count(*) FROM lstm_reconcile('base', 'parents') $$), '42501', 'rows are read with the rights of the caller');
SELECT is((SELECT count(*) FROM lstm_reconcile(NULL, 'parents')) + (SELECT count(*) FROM lstm_reconcile('base', NULL)), 0::bigint, 'no relation, no rows');

SELECT * FROM finish();
ROLLBACK;
