-- Models that earlier releases wrote are still models: they are described, and forecast with the dates and bounds of then.
-- What lstm_info() said of them stands beside them; it may say more today.
-- That their numbers are the same, on any processor, is tested in C.
BEGIN;
SET LOCAL client_min_messages = error;
SET LOCAL timezone = 'UTC';
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lstm_forecast;

SELECT plan(7);

CREATE TEMP TABLE files (path text, hex text);
\copy files FROM PROGRAM 'for file in test/golden/*/*.model; do echo "$file $(od -An -v -tx1 "$file" | tr -cd 0-9a-f)"; done' WITH (DELIMITER ' ')
CREATE TEMP TABLE infos (path text, name text, info jsonb);
\copy infos FROM PROGRAM 'for file in test/golden/*/infos.txt; do sed "s|^|$file\t|" "$file"; done'
CREATE TEMP TABLE golden AS
    SELECT split_part(path, '/', 3) AS release, split_part(split_part(path, '/', 4), '.', 1) AS name, decode(hex, 'hex') AS model
    FROM files;

SELECT ok(count(*) >= 14, 'release 1.0.0 has a file for each shape of a model') FROM golden WHERE release = '1.0.0';
SELECT is_empty($$ SELECT release, name FROM golden WHERE lstm_info(model)->>'version' IS DISTINCT FROM release $$,
    'each says which release wrote it');
SELECT is_empty($$ SELECT release, name FROM golden LEFT JOIN (SELECT split_part(path, '/', 3) AS release, name, info FROM infos) i
    USING (release, name) WHERE (lstm_info(model) @> info) IS NOT TRUE $$, 'each is described as it was then');
SELECT is_empty($$ SELECT release, name FROM golden WHERE NOT EXISTS (SELECT FROM lstm_summary(model)) $$, 'each has layers');
SELECT is_empty($$ SELECT release, name FROM golden
    WHERE (name = 'imported') <> (NOT EXISTS (SELECT FROM lstm_history(model))) $$, 'each but the imported one has its history');
SELECT results_eq(
    $$ SELECT step, forecast_at, target, round(forecast::numeric, 3), round(lower_bound::numeric, 3)
        FROM golden, lstm_forecast(model, steps => 2, level => 0.8) WHERE release = '1.0.0' AND name = 'aggregate' $$,
    $$ VALUES (1, '2024-03-20 23:00Z'::timestamptz, 'value', 63.464, 34.283), (2, '2024-03-21 23:00Z', 'value', 63.356, 22.088) $$,
    'the one that carries its rows forecasts from them, by the days of its time zone');
SELECT results_eq(
    $$ SELECT step, target, round(forecast::numeric, 3), round(lower_bound::numeric, 3)
        FROM golden, lstm_predict(model, ARRAY[50, 60, 70, 60, 50, 40], level => 0.8)
        WHERE release = '1.0.0' AND name = 'quantile' $$,
    $$ VALUES (1, 'value', 59.618, 27.244), (2, 'value', 61.216, 23.647) $$, 'the one with quantiles has bounds of its own');

SELECT * FROM finish();
ROLLBACK;
