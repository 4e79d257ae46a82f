-- The wording of what users are told. Numbers that training computes are left out.
SET datestyle = 'ISO, MDY';
SET timezone = 'UTC';
SET intervalstyle = 'postgres';
SET maintenance_work_mem = '64MB';
CREATE TABLE days (at date PRIMARY KEY, value float8, other float8, label text);
INSERT INTO days SELECT date '2024-01-01' + i - 1, i, 100 - i, 'day ' || i FROM generate_series(1, 60) AS i;
CREATE TABLE results (model bytea);

-- SQLSTATE, message, detail and hint of an error, without the numbers of its message
CREATE FUNCTION without_numbers(statement text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    detail text;
    hint text;
BEGIN
    EXECUTE statement;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RAISE NOTICE E'% %\n%\n%', SQLSTATE, regexp_replace(SQLERRM, '\d+', 'N', 'g'), detail, hint;
END $$;

-- after training: nothing was held out, or a simpler forecast is better, here because the series is a straight line
INSERT INTO results SELECT lstm_train('days', 'value', lookback => 50, options => '{"epochs": 1, "units": 1}');
INSERT INTO results SELECT lstm_train('days', 'value', lookback => 3, options => '{"epochs": 1, "units": 1, "validation": 0}');
\set VERBOSITY terse
SELECT lstm_train('days', 'value', lookback => 3, options => '{"epochs": 1, "units": 1}') IS NOT NULL AS trained;
SELECT lstm_train('days', '{value,other}'::text[], lookback => 3, options => '{"epochs": 1, "units": 1}') IS NOT NULL AS trained;
-- noise: nothing can be learned, and that is said
CREATE TABLE noise AS SELECT n, hashint4(n) / 2147483648.0 AS value FROM generate_series(1, 400) n;
SELECT lstm_train('noise', 'value', 'n', lookback => 8, options => '{"epochs": 3, "units": 4}') IS NOT NULL AS trained;
-- several series: their errors have no unit, and those that cannot be used are left out
CREATE VIEW lines AS SELECT s, at, value * s AS value FROM days, generate_series(1, 3) s WHERE s < 3 OR value > 55;
SELECT lstm_train('lines', 'value', series_column => 's', lookback => 7, options => '{"epochs": 1, "units": 1}') IS NOT NULL AS trained;
\set VERBOSITY default
INSERT INTO results SELECT lstm_train('lines', 'value', series_column => 's', lookback => 7, options => '{"epochs": 1, "units": 1, "validation": 0}');
SELECT count(*) FROM results, lstm_rolling(model, first_origin => 50) WHERE lstm_info(model)->>'series_column' IS NOT NULL;
SELECT count(*) FROM results, lstm_rolling(model) WHERE lstm_info(model)->>'series_column' IS NOT NULL;
DELETE FROM results WHERE lstm_info(model)->>'series_column' IS NOT NULL;
SELECT lstm_train('lines', 'value', series_column => 's', lookback => 7, options => '{"on_error": "error"}');
SELECT lstm_train('lines', 'value', series_column => 's', known_inputs => '{value}');
SELECT lstm_train('lines', 'value', series_column => 's', static_inputs => '{at}');

-- what was filled, and what was left out
CREATE VIEW incomplete AS SELECT at, CASE WHEN value NOT IN (7, 59, 60) THEN value END AS value FROM days WHERE at <> '2024-01-10';
INSERT INTO results SELECT lstm_train('incomplete', 'value', lookback => 50, options => '{"epochs": 1, "units": 1, "missing": "linear"}');

-- columns and relations
SELECT lstm_train('days', 'valeu');
SELECT lstm_train('days', 'label');
SELECT lstm_train('days', 'value', time_column => 'label');
SELECT lstm_train('days', 'value', inputs => '{value,value}');
SELECT lstm_train('nights', 'value');
SELECT lstm_train('days', 'value', series_column => 'label', options => '{"architecture": "vanilla"}');
CREATE VIEW two_times AS SELECT at, at + 1 AS reported, value FROM days;
SELECT lstm_train('two_times', 'value');
CREATE VIEW no_time AS SELECT value::int AS n, other FROM days;
SELECT lstm_train('no_time', 'other');

-- options
SELECT lstm_train('days', 'value', options => '{"epoch": 100}');
SELECT lstm_train('days', 'value', options => '{"epochs": 0}');
SELECT lstm_train('days', 'value', options => '{"epochs": "many"}');
SELECT lstm_train('days', 'value', options => '{"optimizer": "adm"}');
SELECT lstm_train('days', 'value', options => '{"lookback": 3}');
SELECT lstm_train('days', 'value', options => '{"max_time": "0 s"}');
SELECT lstm_train('days', 'value', options => '{"max_time": 0}');
SELECT lstm_train('days', 'value', options => '"epochs"');
SELECT lstm_train('days', 'value', lookback => 3, options => '{"architecture": [{"type": "lstm", "unit": 3}]}');
SELECT lstm_train('days', 'value', lookback => 3, options => '{"architecture": [{"type": "lstm", "units": 3},
    {"type": "lstm", "units": 3}, {"type": "dense", "units": 1}]}');
SELECT lstm_train('days', 'value', lookback => 3, options => '{"architecture": [{"type": "lstm", "units": 3}, {"type": "dense", "units": 2}]}');

-- rows
SELECT lstm_train('days', 'value', lookback => 60);
CREATE VIEW gaps AS SELECT at, value FROM days WHERE at NOT IN ('2024-01-10', '2024-02-02');
SELECT lstm_train('gaps', 'value', options => '{"missing": "error"}');
INSERT INTO results SELECT lstm_train('gaps', 'value', lookback => 50, options => '{"epochs": 1, "units": 1}');
CREATE VIEW sparse AS SELECT at, value FROM days WHERE value::int % 5 <> 0;
SELECT lstm_train('sparse', 'value');
CREATE VIEW launch AS SELECT at, CASE WHEN value > 20 THEN value END AS value, CASE WHEN value > 23 THEN value END AS price FROM days;
INSERT INTO results SELECT lstm_train('launch', 'value', inputs => '{value,price}', lookback => 30, options => '{"epochs": 1, "units": 1}');
CREATE VIEW twice AS SELECT at - 1 + (value::int % 2) AS at, value FROM days;
SELECT lstm_train('twice', 'value');
CREATE VIEW holes AS SELECT at, nullif(value, 7) AS value FROM days;
SELECT lstm_train('holes', 'value', options => '{"missing": "error"}');
CREATE VIEW hollow AS SELECT at, CASE WHEN value BETWEEN 20 AND 30 THEN NULL ELSE value END AS value FROM days;
SELECT lstm_train('hollow', 'value');
CREATE VIEW late AS SELECT at + CASE WHEN value IN (7, 9) THEN interval '1 minute' ELSE interval '0' END AS at, value FROM days;
SELECT lstm_train('late', 'value', options => '{"missing": "linear"}');
CREATE VIEW mistyped AS SELECT at, value FROM days UNION ALL VALUES (date '20240-02-01', 1);
SELECT lstm_train('mistyped', 'value', options => '{"missing": "linear"}');
CREATE VIEW unknown_times AS SELECT nullif(at, '2024-01-07') AS at, value FROM days;
SELECT lstm_train('unknown_times', 'value');

-- resources
SELECT without_numbers($$ SELECT lstm_train('days', 'value', lookback => 3, options => '{"units": 2000}') $$);
SELECT without_numbers($$ SELECT lstm_train_agg(i, '{"optimizer": "sgd", "learning_rate": 100, "clip_norm": 0, "scale": "none",
    "normalize": "none", "epochs": 50, "units": 4, "lookback": 3}') FROM (SELECT 1e12 * i FROM generate_series(1, 40) AS i) AS g (i) $$);

-- models
SELECT lstm_info('not a model');
SELECT lstm_info(set_byte(model, 4, 99)) FROM results LIMIT 1;
SELECT f.* FROM (SELECT model FROM results OFFSET 1) AS r, lstm_predict(model, '{1,2}') AS f;
SELECT f.* FROM (SELECT model FROM results OFFSET 1) AS r, lstm_predict(model, '{1,2,3}', steps => 0) AS f;
SELECT f.* FROM (SELECT model FROM results OFFSET 1) AS r, lstm_predict(model, '{1,2,3}', level => 95) AS f;

-- models by name
SELECT lstm_load('days');
SELECT lstm_save('days', model) FROM results LIMIT 1;
SELECT lstm_load('dasy');
SELECT lstm_load('something else');
SELECT lstm_save('days', model) FROM results LIMIT 1;
SELECT lstm_load('days', 3);
UPDATE lstm_models SET active = false;
SELECT lstm_load('days');
SELECT lstm_activate('days', NULL);
SELECT lstm_save('days', '\x');
SELECT lstm_save(NULL, '\x');
BEGIN;
CALL lstm_train_into('days', 'days', 'value');
ROLLBACK;
CALL lstm_train_into('days', 'days', 'value', note => 'by hand', store => 'SELECT $1');
CALL lstm_train_into('days', 'days', 'value', store => 'UPDATE results SET model = $1 WHERE false', lookback => 50,
    options => '{"epochs": 1, "units": 1}');
CALL lstm_train_into('days', 'days', 'value', lookback => 50, options => '{"epochs": 1, "units": 1}');
DELETE FROM lstm_models;

DROP TABLE days CASCADE;
SELECT f.* FROM (SELECT model FROM results OFFSET 1) AS r, lstm_forecast(model) AS f;
DROP TABLE results;
DROP FUNCTION without_numbers;

-- single values far beyond all others, and levels that have shifted lately, are named
CREATE TABLE slipped AS SELECT date '2024-01-01' + i AS day, CASE WHEN i = 60 THEN 7000 ELSE 70 + hashint4(i) % 10 END AS value FROM generate_series(0, 119) i;
SELECT length(lstm_train('slipped', 'value', options => '{"epochs": 1, "units": 1, "validation": 0, "season": 1}')) > 0 AS trained;
SELECT length(lstm_train('slipped', 'value', options => '{"epochs": 1, "units": 1, "validation": 0, "season": 1, "outliers": "keep"}')) > 0 AS trained;
CREATE TABLE shifted AS SELECT date '2024-01-01' + i AS day, CASE WHEN i < 110 THEN 70 ELSE 210 END + hashint4(i) % 10 AS value FROM generate_series(0, 119) i;
SELECT length(lstm_train('shifted', 'value', options => '{"epochs": 1, "units": 1, "validation": 0, "season": 1}')) > 0 AS trained;
CREATE VIEW before_it AS SELECT * FROM shifted WHERE day < '2024-04-01';
SELECT count(*) FROM lstm_train('before_it', 'value', options => '{"epochs": 1, "units": 1, "validation": 0, "season": 1}') m, lstm_forecast(m, relation => 'shifted');
DROP VIEW before_it;
DROP TABLE slipped, shifted;

-- scenarios beyond what training has seen are named, others are not
CREATE TABLE priced AS SELECT s AS shop, date '2024-01-01' + i AS day, 8 + i % 4 AS price, CASE WHEN i < 100 THEN 100 - 5 * (i % 4) + hashint4(i) % 3 END AS sold
FROM generate_series(1, 2) s, generate_series(0, 102) i;
SET client_min_messages = error;
CREATE TABLE priced_model AS SELECT lstm_train('priced', 'sold', series_column => 'shop', known_inputs => ARRAY['price'], horizon => 3,
    options => '{"architecture": "vanilla", "epochs": 1, "units": 1}') AS model;
RESET client_min_messages;
SELECT count(*) FROM priced_model, lstm_forecast(model);
UPDATE priced SET price = 14 WHERE day > '2024-04-11' AND shop = 2;
SELECT count(*) FROM priced_model, lstm_forecast(model);
UPDATE priced SET price = 2.5 WHERE day = '2024-04-11' AND shop = 1;
SELECT count(*) FROM priced_model, lstm_forecast(model);
DROP TABLE priced, priced_model;
-- totals over paths must not lack anything without a word
CREATE TABLE kiosks AS SELECT s AS kiosk, date '2024-01-01' + i AS day, s + hashint4(i) % 10 AS value, i % 2 AS open FROM generate_series(1, 3) s, generate_series(0, 99) i
UNION ALL SELECT s, date '2024-04-10' + i, NULL, i % 2 FROM generate_series(1, 2) s, generate_series(0, s) i;
SET client_min_messages = error;
CREATE TABLE kiosk_model AS SELECT lstm_train('kiosks', 'value', series_column => 'kiosk', known_inputs => '{open}', horizon => 4, lookback => 5, options => '{"epochs": 1, "units": 1}') AS model;
RESET client_min_messages;
SELECT series, count(*) FROM kiosk_model, lstm_simulate(model, 10) GROUP BY 1 ORDER BY 1;
SELECT count(*) FROM kiosk_model, lstm_simulate(model, 10, series => '{4,5}');
DROP TABLE kiosks, kiosk_model;

-- of many series, those that have no new rows are measured on old ones: the first is named
CREATE TABLE meters AS SELECT s AS meter, date '2024-01-01' + i AS day, s + hashint4(i) % 10 AS kwh FROM generate_series(1, 3) s, generate_series(0, 99) i
WHERE s <> 2 OR i < 70;
CREATE VIEW meters_before AS SELECT * FROM meters WHERE day < '2024-04-01';
SET client_min_messages = error;
CREATE TABLE meters_model AS SELECT lstm_train('meters_before', 'kwh', series_column => 'meter', lookback => 5, options => '{"epochs": 1, "units": 1}') AS model;
RESET client_min_messages;
SELECT series, count(*) > 0 AS measured FROM meters_model, lstm_evaluate(model, 'meters') GROUP BY 1 ORDER BY 1;
-- series that are too short for a forecast with a row beside it
SELECT count(DISTINCT series) FROM meters_model, lstm_rolling(model, 'meters', first_origin => 80);
SELECT count(DISTINCT series) FROM meters_model, lstm_rolling(model, 'meters', first_origin => 100);
SELECT count(DISTINCT series) FROM meters_model, lstm_evaluate(model, 'meters', first_origin => 80);
DROP VIEW meters_before;
DROP TABLE meters, meters_model;
