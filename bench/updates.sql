-- Measures what lstm_update gains on real series: a model of the first 70 percent of the rows goes on in four parts, and is
-- measured on the part that comes next, beside the same model as it was and one that is trained anew. The folder with the data is
-- the psql variable "data"; see make updates.
\set ON_ERROR_STOP on
CREATE EXTENSION IF NOT EXISTS lstm_forecast;
SET client_min_messages = error;
\set QUIET on
\pset footer off

CREATE TABLE runs (run text PRIMARY KEY, epochs int, rehearsal float8);
INSERT INTO runs VALUES ('as it was', NULL, NULL), ('trained anew', NULL, NULL), ('updated', 5, 4), ('updated, 20 epochs', 20, 4), ('updated, rehearsal 1', 5, 1);
CREATE TABLE series (name text, n int, value float8, PRIMARY KEY (name, n));
CREATE TABLE tasks (name text PRIMARY KEY, horizon int);
INSERT INTO tasks VALUES ('Melbourne', 7), ('household', 7), ('taxi', 24), ('PM2.5', 6), ('Beijing temperature', 6), ('ETTh1 oil', 12);

CREATE TABLE cells (n serial, line text);
\set file 'cat ' :data '/daily_min_temperatures.csv'
\set copy '\\copy cells (line) FROM PROGRAM ' :'file' ' WITH (FORMAT csv, HEADER, DELIMITER E''\\x01'', QUOTE E''\\x02'')'
:copy
INSERT INTO series SELECT 'Melbourne', n, replace(split_part(line, ',', 2), '"', '')::float8 FROM cells;
TRUNCATE cells RESTART IDENTITY;
\set file 'cat ' :data '/nyc_taxi.csv'
\set copy '\\copy cells (line) FROM PROGRAM ' :'file' ' WITH (FORMAT csv, HEADER, DELIMITER E''\\x01'', QUOTE E''\\x02'')'
:copy
INSERT INTO series SELECT 'taxi', n, split_part(line, ',', 2)::float8 FROM cells WHERE n <= 4000;
TRUNCATE cells RESTART IDENTITY;
\set file 'cat ' :data '/household_power_daily.csv'
\set copy '\\copy cells (line) FROM PROGRAM ' :'file' ' WITH (FORMAT csv, HEADER, DELIMITER E''\\x01'', QUOTE E''\\x02'')'
:copy
INSERT INTO series SELECT 'household', n, split_part(line, ',', 2)::float8 FROM cells;
TRUNCATE cells RESTART IDENTITY;
\set file 'zcat ' :data '/beijing_pm25.csv.gz'
\set copy '\\copy cells (line) FROM PROGRAM ' :'file' ' WITH (FORMAT csv, HEADER, DELIMITER E''\\x01'', QUOTE E''\\x02'')'
:copy
INSERT INTO series SELECT 'PM2.5', n - 24, coalesce(nullif(split_part(line, ',', 6), 'NA')::float8, 0) FROM cells WHERE n BETWEEN 25 AND 4024;
INSERT INTO series SELECT 'Beijing temperature', n - 24, split_part(line, ',', 8)::float8 FROM cells WHERE n BETWEEN 25 AND 6024;
TRUNCATE cells RESTART IDENTITY;
\set file 'zcat ' :data '/etth1.csv.gz'
\set copy '\\copy cells (line) FROM PROGRAM ' :'file' ' WITH (FORMAT csv, HEADER, DELIMITER E''\\x01'', QUOTE E''\\x02'')'
:copy
INSERT INTO series SELECT 'ETTh1 oil', n, split_part(line, ',', 8)::float8 FROM cells WHERE n <= 4000;

CREATE TABLE known (name text, rows int);
CREATE VIEW now AS SELECT n, value FROM series JOIN known USING (name) WHERE n <= rows;
CREATE TABLE errors (name text, run text, seed int, part int, mae float8, accepted boolean);
DO $$
DECLARE
    task record;
    run record;
    updated record;
    first bytea;
    model bytea;
    error float8;
    took boolean;
BEGIN
    FOR task IN SELECT name, horizon, (max(n) * 0.7)::int AS base, (max(n) * 0.06)::int AS step, s AS seed
                FROM tasks JOIN series USING (name), generate_series(1, 2) s GROUP BY name, horizon, s LOOP
        DELETE FROM known;
        INSERT INTO known VALUES (task.name, task.base);
        first := lstm_train('now', 'value', 'n', horizon => task.horizon, options => jsonb_build_object('seed', task.seed));
        FOR run IN SELECT * FROM runs LOOP
            model := first;
            FOR part IN 1..4 LOOP
                UPDATE known SET rows = task.base + part * task.step;
                took := NULL;
                IF run.run = 'trained anew' THEN
                    model := lstm_train('now', 'value', 'n', horizon => task.horizon, options => jsonb_build_object('seed', task.seed));
                ELSIF run.run <> 'as it was' THEN
                    SELECT * INTO updated FROM lstm_update(model, 'now', run.epochs, NULL, run.rehearsal);
                    model := updated.new_model;
                    took := updated.accepted;
                END IF;
                UPDATE known SET rows = task.base + (part + 1) * task.step;
                SELECT value INTO error FROM lstm_evaluate(model, 'now', first_origin => task.base + part * task.step) WHERE metric = 'mae';
                INSERT INTO errors VALUES (task.name, run.run, task.seed, part, error, took);
            END LOOP;
        END LOOP;
    END LOOP;
END $$;

\echo
\echo Mean absolute error on the part that comes next, as a share of that of the model as it was; accepted updates.
CREATE VIEW shares AS
SELECT e.name, e.run, e.mae / o.mae AS share, e.accepted FROM errors e JOIN errors o USING (name, seed, part) WHERE o.run = 'as it was';
SELECT run, round(avg(share)::numeric, 3) AS mean, count(*) FILTER (WHERE accepted) AS accepted, count(accepted) AS updates
FROM shares GROUP BY run ORDER BY mean;
SELECT name, run, round(avg(mae)::numeric, 3) AS mae FROM errors GROUP BY name, run ORDER BY name, mae;
