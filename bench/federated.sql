-- One model over series that lie on three nodes, by lstm_train_rounds. Beside it the same work over all series in one place, by
-- lstm_train: as many epochs as rounds, with held-out windows and once more with all; and what each node reaches with its own series.
-- The nodes are views here: what travels and what is computed is the same. The folder with the data is the psql variable "data"; see
-- make federated.
\set ON_ERROR_STOP on
CREATE EXTENSION IF NOT EXISTS lstm_forecast;
SET client_min_messages = error;
\set QUIET on
\pset footer off

CREATE TABLE lines (line text, part text DEFAULT 'train');
\set file 'zcat ' :data '/m4_hourly_train.csv.gz'
\set copy '\\copy lines (line) FROM PROGRAM ' :'file' ' WITH (FORMAT csv, HEADER, DELIMITER E''\\x01'', QUOTE E''\\x02'')'
:copy
ALTER TABLE lines ALTER part SET DEFAULT 'test';
\set file 'zcat ' :data '/m4_hourly_test.csv.gz'
\set copy '\\copy lines (line) FROM PROGRAM ' :'file' ' WITH (FORMAT csv, HEADER, DELIMITER E''\\x01'', QUOTE E''\\x02'')'
:copy
CREATE TABLE series AS
SELECT part, split_part(plain, ',', 1) AS id, v.n::int AS n, v.value::float8 AS value
FROM (SELECT part, replace(line, '"', '') AS plain FROM lines) l,
     LATERAL unnest(string_to_array(substr(plain, strpos(plain, ',') + 1), ',')) WITH ORDINALITY v (value, n)
WHERE nullif(v.value, '') IS NOT NULL AND substr(plain, 2, strpos(plain, ',') - 2)::int % :every = 0;
CREATE VIEW all_nodes AS SELECT id, n, value FROM series WHERE part = 'train';
-- neighbours in this collection are of one kind: nodes that have neighbours see different things, to others they are dealt out
CREATE TABLE homes AS
SELECT id, ntile(3) OVER numbered AS unlike, 1 + row_number() OVER numbered % 3 AS alike
FROM series WHERE part = 'train' AND n = 1 WINDOW numbered AS (ORDER BY substr(id, 2)::int);
CREATE TABLE nodes (deal text, node regclass, next regclass);
DO $$
BEGIN
    FOR k IN 1..6 LOOP
        EXECUTE format('CREATE VIEW %1$s_%2$s AS SELECT id, n, value FROM all_nodes JOIN homes USING (id) WHERE %1$s = %2$s',
            CASE WHEN k > 3 THEN 'alike' ELSE 'unlike' END, (k - 1) % 3 + 1);
    END LOOP;
    INSERT INTO nodes SELECT deal, (deal || '_' || k)::regclass, (deal || '_' || k % 3 + 1)::regclass
    FROM unnest('{unlike,alike}'::text[]) deal, generate_series(1, 3) k;
END $$;
CREATE TABLE known AS
SELECT id, max(n) AS rows, avg(abs(value - before)) AS unit
FROM (SELECT id, n, value, lag(value, 24) OVER (PARTITION BY id ORDER BY n) AS before FROM all_nodes) d GROUP BY id;
ANALYZE series;

CREATE FUNCTION trained(relation regclass, options jsonb) RETURNS bytea LANGUAGE sql AS $$
    SELECT lstm_train(relation, 'value', 'n', 'id', horizon => 48, options => options) $$;
CREATE TABLE models (deal text, run text, seed int, relation regclass, model bytea, seconds float8);
CREATE PROCEDURE train(deal text, run text, relation regclass, seed int) LANGUAGE plpgsql AS $$
DECLARE started timestamptz := clock_timestamp();
BEGIN
    INSERT INTO models VALUES (deal, run, seed, relation, trained(relation, jsonb_build_object('epochs', 16, 'seed', seed)));
    UPDATE models m SET seconds = extract(epoch FROM clock_timestamp() - started) WHERE (m.deal, m.run, m.seed, m.relation) = (train.deal, train.run, train.seed, train.relation);
END $$;
-- what the nodes are told, and what they do
CREATE TABLE shared_unlike (node text, options jsonb);
CREATE TABLE shared_alike (node text, options jsonb);
INSERT INTO shared_unlike SELECT node FROM nodes WHERE deal = 'unlike';
INSERT INTO shared_alike SELECT node FROM nodes WHERE deal = 'alike';
CREATE VIEW trained_unlike AS SELECT node, trained(node::regclass, options) AS model FROM shared_unlike;
CREATE VIEW trained_alike AS SELECT node, trained(node::regclass, options) AS model FROM shared_alike;
CREATE TABLE rounds (round int PRIMARY KEY, model bytea, error float8, learning_rate float8, status text);
CREATE TABLE all_rounds (deal text, seed int, rounds int, round int, error float8, status text);
CREATE PROCEDURE train_rounds(wanted text, how_many int, by_seed int) LANGUAGE plpgsql AS $$
DECLARE started timestamptz := clock_timestamp();
BEGIN
    CALL lstm_train_rounds(('shared_' || wanted)::regclass, ('trained_' || wanted)::regclass, 'rounds', how_many, jsonb_build_object('seed', by_seed), again => true);
    INSERT INTO models SELECT wanted, format('three nodes, %s rounds', how_many), by_seed, 'all_nodes', model, extract(epoch FROM clock_timestamp() - started)
    FROM rounds r WHERE r.status = 'final';
    INSERT INTO all_rounds SELECT wanted, by_seed, how_many, round, error, status FROM rounds;
END $$;

SELECT format('CALL train(%L, %L, %L, %s)', 'both', 'in one place, 16 epochs', 'all_nodes', seed) FROM generate_series(1, :seeds) seed \gexec
SELECT format('CALL train_rounds(%L, %s, %s)', deal, rounds, seed) FROM unnest('{unlike,alike}'::text[]) deal, unnest(:'rounds'::int[]) rounds,
    generate_series(1, :seeds) seed ORDER BY seed \gexec
SELECT format('CALL train(%L, %L, %L, %s)', deal, 'each node alone, 16 epochs', node, seed) FROM nodes, generate_series(1, :seeds) seed \gexec
INSERT INTO models SELECT deal, 'the model of another node', seed, next, model FROM models JOIN nodes USING (deal) WHERE node = relation;
INSERT INTO models SELECT 'both', 'in one place, defaults', 1, 'all_nodes', trained('all_nodes', '{}');
CREATE TABLE errors AS
SELECT deal, run, seed, f.series AS id, avg(abs(f.forecast - t.value)) / min(k.unit) AS mase
FROM models, LATERAL lstm_forecast(model, relation => relation) f
JOIN series t ON t.part = 'test' AND t.id = f.series AND t.n = f.step JOIN known k ON k.id = f.series GROUP BY deal, run, seed, f.series;
INSERT INTO errors
SELECT 'both', 'seasonal naive', 1, k.id, avg(abs(v.value - t.value)) / min(k.unit)
FROM known k JOIN series t ON t.part = 'test' AND t.id = k.id
JOIN series v ON v.part = 'train' AND v.id = k.id AND v.n = k.rows - 23 + (t.n - 1) % 24 GROUP BY k.id;

SELECT count(DISTINCT id) || ' of the 414 hourly series of M4 on three nodes' AS series,
       (SELECT min(length(model)) FROM models WHERE run LIKE 'three%') AS bytes_of_a_model FROM errors \gset
\echo
\echo :series, which are of unlike or of alike kinds: MASE over 48 hours, mean and standard deviation over the seeds. A model takes
\echo :bytes_of_a_model bytes. The nodes train one after the other here.
SELECT run, count(DISTINCT seed) AS seeds, round(avg(mase) FILTER (WHERE deal <> 'alike')::numeric, 3) AS unlike,
       round(stddev(mase) FILTER (WHERE deal <> 'alike')::numeric, 3) AS deviation, round(avg(mase) FILTER (WHERE deal <> 'unlike')::numeric, 3) AS alike,
       round(stddev(mase) FILTER (WHERE deal <> 'unlike')::numeric, 3) AS deviation, round(avg(seconds)::numeric, 1) AS seconds
FROM (SELECT deal, run, seed, avg(mase) AS mase FROM errors GROUP BY deal, run, seed) e
LEFT JOIN (SELECT deal, run, seed, sum(seconds) AS seconds FROM models GROUP BY deal, run, seed) s USING (deal, run, seed) GROUP BY run ORDER BY avg(mase);
\echo Errors on held-out rows, as a share of those of the last value, in the first model and the rounds behind it:
SELECT deal, rounds, seed, round(min(error) FILTER (WHERE status = 'first')::numeric, 4) AS first, string_agg(round(error::numeric, 4)::text, ' ' ORDER BY round) FILTER (WHERE round % 4 = 0 AND status = 'round') AS every_fourth,
       count(*) FILTER (WHERE status IN ('refit', 'final')) AS rounds_on_all_rows
FROM all_rounds GROUP BY deal, rounds, seed ORDER BY deal, rounds, seed;
