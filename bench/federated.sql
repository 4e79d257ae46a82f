-- One model over series that lie on three nodes, trained in rounds: local epochs, then the mean of the models. Beside it the same
-- number of epochs over all series in one place, and what each node reaches with its own series. The nodes are views here: what
-- travels and what is computed is the same. The folder with the data is the psql variable "data"; see make federated.
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

-- all that is trained anywhere has the same network, and sees a window 20 times
CREATE FUNCTION trained(relation regclass, more jsonb) RETURNS bytea LANGUAGE sql AS $$
    SELECT lstm_train(relation, 'value', 'n', 'id', horizon => 48, lookback => 48,
        options => '{"architecture": "vanilla", "units": 24, "normalize": "season_profile", "validation": 0, "epochs": 20}' || more) $$;
-- one epoch at one node settles what is chosen from the rows; all trainings begin with its weights
CREATE TABLE first AS SELECT seed, trained('unlike_1', jsonb_build_object('epochs', 1, 'seed', seed)) AS model FROM generate_series(1, :seeds) seed;
CREATE FUNCTION go_on(relation regclass, seed int) RETURNS bytea LANGUAGE sql AS $$
    SELECT trained(relation, jsonb_build_object('init', f.model, 'seed', f.seed)) FROM first f WHERE f.seed = go_on.seed $$;
-- rounds of 20 / rounds epochs each; the learning rate falls from round to round, along the cosine of one training
CREATE FUNCTION federated(wanted text, rounds int, seed int) RETURNS bytea LANGUAGE plpgsql AS $$
DECLARE
    shared bytea := (SELECT f.model FROM first f WHERE f.seed = federated.seed);
    options jsonb;
BEGIN
    FOR r IN 1..rounds LOOP
        options := jsonb_build_object('epochs', 20 / rounds, 'seed', seed + 1000 * r, 'init', shared);
        IF rounds > 1 THEN
            options := options || jsonb_build_object('schedule', 'constant', 'learning_rate', 0.005 * 0.5 * (1 + cos(pi() * (r - 0.5) / rounds)));
        END IF;
        SELECT lstm_average_agg(trained(node, options) ORDER BY node::text) INTO shared FROM nodes WHERE deal = wanted;
    END LOOP;
    RETURN shared;
END $$;
CREATE TABLE models (deal text, run text, seed int, relation regclass, model bytea);
INSERT INTO models SELECT deal, 'in one place, 20 epochs', seed, 'all_nodes', model
FROM (SELECT seed, go_on('all_nodes', seed) AS model FROM generate_series(1, :seeds) seed OFFSET 0) m, unnest('{unlike,alike}'::text[]) deal;
INSERT INTO models SELECT deal, format('three nodes, %s x %s epochs', rounds, 20 / rounds), seed, 'all_nodes', federated(deal, rounds, seed)
FROM unnest('{unlike,alike}'::text[]) deal, unnest('{20,10,4,1}'::int[]) rounds, generate_series(1, :seeds) seed;
INSERT INTO models SELECT deal, 'each node alone, 20 epochs', seed, node, go_on(node, seed) FROM nodes, generate_series(1, :seeds) seed;
INSERT INTO models SELECT deal, 'the model of another node', seed, next, model FROM models JOIN nodes USING (deal) WHERE node = relation;
CREATE TABLE errors AS
SELECT deal, run, seed, f.series AS id, avg(abs(f.forecast - t.value)) / min(k.unit) AS mase
FROM models, LATERAL lstm_forecast(model, relation => relation) f
JOIN series t ON t.part = 'test' AND t.id = f.series AND t.n = f.step JOIN known k ON k.id = f.series GROUP BY deal, run, seed, f.series;
INSERT INTO errors
SELECT deal, 'seasonal naive', 1, k.id, avg(abs(v.value - t.value)) / min(k.unit)
FROM unnest('{unlike,alike}'::text[]) deal, known k JOIN series t ON t.part = 'test' AND t.id = k.id
JOIN series v ON v.part = 'train' AND v.id = k.id AND v.n = k.rows - 23 + (t.n - 1) % 24 GROUP BY deal, k.id;

SELECT count(DISTINCT id) || ' of the 414 hourly series of M4 on three nodes' AS series,
       (SELECT min(length(model)) FROM models WHERE run LIKE 'three%') AS bytes_of_a_model FROM errors \gset
\echo
\echo :series, which are of unlike or of alike kinds: MASE over 48 hours, by all that
\echo is trained 20 times on each window. A model takes :bytes_of_a_model bytes.
SELECT run, count(DISTINCT seed) AS seeds, round(avg(mase) FILTER (WHERE deal = 'unlike')::numeric, 3) AS unlike,
       round(avg(mase) FILTER (WHERE deal = 'alike')::numeric, 3) AS alike
FROM errors GROUP BY run ORDER BY avg(mase);
