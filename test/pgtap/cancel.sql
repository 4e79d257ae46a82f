-- Whatever takes long ends when it is told to, and leaves nothing behind.
BEGIN;
SET LOCAL client_min_messages = error;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lstm_forecast;

SELECT plan(21);

\ir ../include/memory.sql

SET LOCAL maintenance_work_mem = '1GB';
CREATE TABLE long (n int PRIMARY KEY, value float8);
INSERT INTO long SELECT i, sin(i / 3.0) * 5 FROM generate_series(1, 100000) AS i;
CREATE VIEW endless AS SELECT n, n::float8 AS value FROM generate_series(1, 1000000000) AS n;
CREATE VIEW hundreds AS SELECT n / 500 AS series, n % 500 AS n, value + (n % 500) AS value FROM long;
CREATE VIEW short AS SELECT * FROM long WHERE n <= 1000;
CREATE TABLE models AS SELECT lstm_train('short', 'value', 'n', lookback => 50, options => '{"epochs": 1, "units": 64}') AS model;

-- How a statement ended, and whether soon.
CREATE FUNCTION pg_temp.outcome(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE statement;
    RETURN 'it came to its end';
EXCEPTION
    WHEN query_canceled THEN
        RETURN CASE WHEN clock_timestamp() - statement_timestamp() < interval '5 s' THEN SQLSTATE ELSE 'late ' || SQLSTATE END;
    WHEN OTHERS THEN
        RETURN SQLSTATE || ': ' || SQLERRM;
END $$;
CREATE FUNCTION pg_temp.kept() RETURNS SETOF text LANGUAGE sql AS
$$ SELECT name FROM pg_backend_memory_contexts WHERE name LIKE '%lstm%' AND name NOT LIKE 'lstm_forecast%cache%' $$;

SET LOCAL statement_timeout = '200ms';
SELECT is(pg_temp.outcome($$ SELECT lstm_train('short', 'value', 'n', lookback => 50, options => '{"epochs": 100000, "units": 64}') $$),
    '57014', 'a long training is cancelled');
SELECT is_empty('SELECT pg_temp.kept()', 'no memory context of it remains');
SELECT is(pg_temp.outcome($$ SELECT lstm_train('short', 'value', 'n', lookback => 50, options => '{"epochs": 1000, "units": 512,
    "batch_size": 1000}') $$), '57014', 'a training is cancelled within a large mini-batch');
SELECT is(pg_temp.outcome($$ SELECT lstm_train('short', 'value', 'n', lookback => 50, options => '{"epochs": 1, "units": 1500}') $$), '57014',
    'a training is cancelled while weights are drawn');
SELECT is(pg_temp.outcome($$ SELECT lstm_train_agg(value, '{"lookback": 50, "epochs": 100000, "units": 64}' ORDER BY n) FROM short $$),
    '57014', 'a long training in an aggregate is cancelled');
SELECT is(pg_temp.outcome($$ SELECT lstm_tune('short', 'value', 'n', lookback => 50, options => '{"epochs": 100000, "units": 64}',
    grid => '{"seed": [2, 3]}') $$), '57014', 'a cancel ends lstm_tune: it is no failed trial');
SELECT is_empty('SELECT pg_temp.kept()', 'no memory context of these remains');
SELECT is(pg_temp.outcome($$ SELECT lstm_train('endless', 'value', 'n', lookback => 50, options => '{"epochs": 1, "units": 1}') $$),
    '57014', 'reading a long relation is cancelled');
SELECT is(pg_temp.outcome($$ SELECT lstm_train_agg(n::float8, '{"lookback": 50}') FROM generate_series(1, 1000000000) AS n $$),
    '57014', 'collecting rows in an aggregate is cancelled');
SELECT is(pg_temp.outcome($$ SELECT count(*) FROM models, lstm_rolling(model, relation => 'long', stride => 1) $$),
    '57014', 'forecasts along a long table are cancelled');
SELECT is(pg_temp.outcome($$ SELECT count(*) FROM models, lstm_rolling(model, relation => 'long', steps => 2147483647) $$),
    '57014', 'a forecast of one long sequence is cancelled');
SELECT is(pg_temp.outcome($$ SELECT count(*) FROM models, lstm_predict(model, (SELECT array_agg(value) FROM short), 1000000) $$),
    '57014', 'a million steps of lstm_predict are cancelled');
SELECT is(pg_temp.outcome($$ SELECT count(*) FROM models, lstm_forecast(model, 1000000) $$),
    '57014', 'a million steps of lstm_forecast are cancelled');
SELECT is(pg_temp.outcome($$ SELECT count(*) FROM models, lstm_simulate(model, 1000000) $$),
    '57014', 'a million paths are cancelled');
SELECT is(pg_temp.outcome($$ SELECT sum(f[1]) FROM models, (SELECT lstm_predict_agg(model, value) OVER (ORDER BY n) AS f
    FROM models, long OFFSET 0) AS w $$), '57014', 'forecasts over a window of a long table are cancelled');
SELECT is(pg_temp.outcome($$ SELECT count(*) FROM lstm_windows('long', 'value', lookback => 1000) $$),
    '57014', 'many long windows are cancelled');
SELECT is(pg_temp.outcome($$ SELECT count(*) FROM generate_series(1, 1000) i, LATERAL lstm_baseline('long', 'value', horizon => 1000000 - i) $$),
    '57014', 'a million steps of lstm_baseline are cancelled');
SELECT is(pg_temp.outcome($$ SELECT count(*) FROM lstm_baseline('hundreds', 'value', 'n', 'series') $$),
    '57014', 'forecasts of many series are cancelled');
SELECT is_empty('SELECT pg_temp.kept()', 'no memory context of these remains');
SET LOCAL statement_timeout = 0;

SELECT lives_ok($$ SELECT lstm_train('short', 'value', 'n', lookback => 5, options => '{"epochs": 1, "units": 4}') $$,
    'the next training works');
SELECT is((SELECT md5(lstm_train('short', 'value', 'n', lookback => 50, options => '{"epochs": 1, "units": 64}'))), md5(model),
    'the training after a cancel gives the model that it gave before') FROM models;

SELECT * FROM finish();
ROLLBACK;
