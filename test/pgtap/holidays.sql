-- Holidays from the user's relation: the network learns what each does, and forecasts read their days anew.
BEGIN;
SET LOCAL client_min_messages = error;
SET LOCAL timezone = 'UTC';
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lstm_forecast;

SELECT plan(67);

\ir ../include/failure.sql
\ir ../include/seal.sql
\ir ../include/as_user.sql

---- a feast that moves ----

CREATE TABLE feasts (day date, name text, days_before int);
INSERT INTO feasts SELECT d::date, 'Easter', 1 FROM unnest(ARRAY['2018-04-01', '2019-04-21', '2020-04-12', '2021-04-04', '2022-04-17',
    '2023-04-09', '2024-03-31', '2025-04-20']) d;
INSERT INTO feasts SELECT make_date(y, 12, 25), 'Christmas', NULL FROM generate_series(2018, 2025) y;
INSERT INTO feasts VALUES ('2020-07-15', 'Flood', 0);
CREATE TABLE sales AS
SELECT d::date AS day, 100 + 20 * (extract(isodow FROM d) > 5)::int + (hashint4(extract(epoch FROM d)::int / 86400) % 1000) / 250.0
    - coalesce((SELECT sum(CASE name WHEN 'Easter' THEN 60 WHEN 'Christmas' THEN 70 END) FROM feasts f WHERE f.day = d), 0)
    + coalesce((SELECT 50 FROM feasts f WHERE f.day = d::date + 1 AND name = 'Easter'), 0) AS sold
FROM generate_series('2018-01-01'::date, '2025-12-31', '1 day') d;
CREATE VIEW past AS SELECT * FROM sales WHERE day < '2024-01-01';
CREATE TABLE models (name text PRIMARY KEY, model bytea);
INSERT INTO models VALUES
    ('plain', lstm_train('past', 'sold', horizon => 7)),
    ('feasts', lstm_train('past', 'sold', horizon => 7, options => '{"holidays": "feasts"}'));
CREATE FUNCTION pg_temp.error_of(which text, on_feasts bool) RETURNS float8 LANGUAGE sql AS $$
    SELECT avg(abs(actual - forecast)) FROM models, lstm_rolling(model, 'sales', stride => 1, first_origin => 2191) f
    WHERE name = which AND on_feasts = EXISTS (SELECT FROM feasts WHERE name <> 'Flood' AND day BETWEEN at::date AND at::date + days_before) $$;
CREATE TABLE errors AS SELECT which, on_feasts, pg_temp.error_of(which, on_feasts) AS error
    FROM unnest(ARRAY['plain', 'feasts']) which, unnest(ARRAY[true, false]) on_feasts;
SELECT cmp_ok((SELECT error FROM errors WHERE which = 'plain' AND on_feasts), '>', 30::float8, 'who knows of no feast is far off on its day');
SELECT cmp_ok((SELECT error FROM errors WHERE which = 'feasts' AND on_feasts), '<', 8::float8,
    'who knows of them is close, though they lie on other days of another year');
SELECT cmp_ok((SELECT error FROM errors WHERE which = 'feasts' AND NOT on_feasts), '<',
    (SELECT 1.1 * error FROM errors WHERE which = 'plain' AND NOT on_feasts), 'and no worse on all other days');
SELECT is((SELECT lstm_info(model)->>'holidays' FROM models WHERE name = 'feasts'), 'public.feasts', 'the model names the relation with its schema');
SELECT is((SELECT lstm_info(model)->'holiday_inputs' FROM models WHERE name = 'feasts'), '["Christmas", "Easter -1", "Easter"]'::jsonb,
    'each name is an input, and each day around it that is taken in; one that occurs once is left out');
SELECT is((SELECT lstm_info(model)->>'holidays' FROM models WHERE name = 'plain'), NULL, 'a model without holidays names no relation');

---- days are read anew ----

CREATE FUNCTION pg_temp.christmas(more text DEFAULT '') RETURNS float8 LANGUAGE plpgsql AS $$
DECLARE
    result float8;
BEGIN
    EXECUTE format($q$ SELECT max(forecast) FROM models, lstm_forecast(model, as_of => '2023-12-22', until => '2023-12-25' %s) f
        WHERE name = 'feasts' AND forecast_at = '2023-12-25' $q$, more) INTO result;
    RETURN result;
END $$;
SELECT cmp_ok(pg_temp.christmas(), '<', 50::float8, 'Christmas sells little');
CREATE TABLE other_feasts AS SELECT day + 30 AS day, name FROM feasts;
SELECT cmp_ok(pg_temp.christmas($$, holidays => 'other_feasts'$$), '>', 80::float8, 'the days may be those of another relation, which is a scenario');
SAVEPOINT moved;
UPDATE feasts SET day = day + 30 WHERE name = 'Christmas';
SELECT cmp_ok(pg_temp.christmas(), '>', 80::float8, 'days that were moved are so in the next forecast');
DELETE FROM feasts;
SELECT cmp_ok(pg_temp.christmas(), '>', 80::float8, 'without any there is no feast');
ROLLBACK TO moved;
SELECT cmp_ok((SELECT min(lower) FROM models, LATERAL (SELECT min(value) AS lower FROM lstm_simulate(model, 20, as_of => '2023-12-22', holidays => 'feasts')
    WHERE forecast_at = '2023-12-25') s WHERE name = 'feasts'), '<', 60::float8, 'paths know of them');
SELECT is(pg_temp.failure($$ SELECT lstm_forecast(model, holidays => 'feasts') FROM models WHERE name = 'plain' $$),
    E'22023: the model was trained without holidays, but "holidays" was given\nHINT: Train with option "holidays", or leave "holidays" out.',
    'a model that knows none has no use for days');

---- functions that train or look back ----

SELECT cmp_ok((SELECT max(value) FROM lstm_backtest('sales', 'sold', horizon => 7, folds => 1, test_rows => 14,
    options => '{"holidays": "feasts", "candidates": ["linear"]}') WHERE metric = 'mae'), '<', 6::float8, 'lstm_backtest trains with them');
SELECT cmp_ok((SELECT count(*) FROM lstm_evaluate((SELECT model FROM models WHERE name = 'feasts'))), '>', 0::bigint, 'lstm_evaluate reads them');
SELECT cmp_ok((SELECT count(*) FROM lstm_anomalies((SELECT model FROM models WHERE name = 'feasts'), 'sales') WHERE is_anomaly AND at = '2024-12-25'),
    '=', 0::bigint, 'a feast is no anomaly');
SELECT cmp_ok((SELECT count(*) FROM lstm_anomalies((SELECT model FROM models WHERE name = 'plain'), 'sales') WHERE is_anomaly AND at = '2024-12-25'),
    '=', 1::bigint, 'to who does not know of it it is one');
SELECT cmp_ok((SELECT max(importance) FROM lstm_explain((SELECT model FROM models WHERE name = 'feasts')) WHERE input = 'Easter'), '>', 0::float8,
    'lstm_explain tells what a feast is worth');
SELECT is((SELECT accepted FROM lstm_update((SELECT model FROM models WHERE name = 'feasts'), 'sales')) IS NULL, false, 'lstm_update goes on with them');
SELECT is((SELECT lstm_info(lstm_train('sales', 'sold', horizon => 7, options => jsonb_build_object('holidays', 'feasts', 'init', model)))->'holiday_inputs'
    FROM (SELECT lstm_train('past', 'sold', horizon => 7, options => '{"holidays": "feasts", "epochs": 2}') AS model) m), '["Christmas", "Easter -1", "Easter"]'::jsonb,
    'a training that goes on from a model has the holidays of that');
SELECT is((SELECT count(*) FROM lstm_tune('past', 'sold', horizon => 7, folds => 1, options => '{"holidays": "feasts", "epochs": 2}', grid => '{"units": [4, 8]}')), 2::bigint,
    'lstm_tune tries with them');
SELECT matches(pg_temp.failure($$ SELECT lstm_tune('past', 'sold', grid => '{"holidays": ["feasts"]}') $$), '^22023: option "holidays" cannot be in grid',
    'they are the same for all trials');
SELECT is(pg_temp.failure($$ SELECT lstm_train_agg(day::timestamptz, sold, '{"holidays": "feasts"}') FROM past $$),
    E'22023: option "holidays" needs a relation to train on, and an aggregate has none\nHINT: Put the rows into a view and call lstm_train.',
    'an aggregate has no relation');

---- steps that are no days ----

CREATE TABLE hours AS SELECT h, 0::float8 AS v FROM generate_series('2024-01-01'::timestamp, '2024-04-09 23:00', '1 hour') h;
CREATE TABLE fairs AS SELECT DISTINCT date '2024-01-01' + i * i % 101 AS day, 'fair' AS name FROM generate_series(1, 30, 3) i;
UPDATE hours SET v = 10 + 5 * sin(extract(hour FROM h) / 24 * 2 * pi()) + CASE WHEN EXISTS (SELECT FROM fairs WHERE fairs.day = h::date) THEN 20 ELSE 0 END;
INSERT INTO fairs VALUES ('2024-04-10', 'fair');
INSERT INTO models VALUES ('hours', lstm_train('hours', 'v', horizon => 48, lookback => 48, options => '{"holidays": "fairs", "candidates": ["linear"]}'));
SELECT cmp_ok((SELECT min(forecast - 5 * sin(extract(hour FROM forecast_at) / 24 * 2 * pi())) FROM models, lstm_forecast(model) WHERE name = 'hours' AND step <= 24),
    '>', 24::float8, 'a day covers all of its hours');
SELECT cmp_ok((SELECT max(forecast - 5 * sin(extract(hour FROM forecast_at) / 24 * 2 * pi())) FROM models, lstm_forecast(model) WHERE name = 'hours' AND step > 24),
    '<', 16::float8, 'and none of the next day');

CREATE TABLE fasts AS SELECT d::date AS day, 'fast' AS name FROM generate_series(1, 40) n, LATERAL generate_series(date '2010-01-20' + n * 101, date '2010-01-20' + n * 101 + n % 29, '1 day') d;
CREATE TABLE months AS SELECT m::date AS m, 100 - 2.0 * (SELECT count(*) FROM fasts WHERE date_trunc('month', day) = m) AS v
    FROM generate_series('2010-01-01'::date, '2018-12-01', '1 month') m;
INSERT INTO models VALUES ('months', lstm_train('months', 'v', horizon => 6, lookback => 6, options => '{"holidays": "fasts", "candidates": ["linear"]}'));
SELECT cmp_ok((SELECT max(abs(forecast - 100 + 2 * (SELECT count(*) FROM fasts WHERE date_trunc('month', day) = forecast_at))) FROM models, lstm_forecast(model) WHERE name = 'months'),
    '<', 10::float8, 'a month holds as many days as are in it');
CREATE TABLE weeks AS SELECT w::date AS w, 100 - 5.0 * (SELECT count(*) FROM fasts WHERE day BETWEEN w AND w + interval '6 days') AS v
    FROM generate_series('2010-01-04'::date, '2018-12-01', '1 week') w;
INSERT INTO models VALUES ('weeks', lstm_train('weeks', 'v', horizon => 4, lookback => 4, options => '{"holidays": "fasts", "candidates": ["linear"]}'));
SELECT cmp_ok((SELECT max(abs(forecast - 100 + 5 * (SELECT count(*) FROM fasts WHERE day BETWEEN forecast_at AND forecast_at + interval '6 days'))) FROM models, lstm_forecast(model) WHERE name = 'weeks'),
    '<', 10::float8, 'and a week those of its seven');

---- series ----

CREATE TABLE national (day date, name text, country text);
INSERT INTO national SELECT date '2024-01-01' + i * 11, 'feast', 'A' FROM generate_series(1, 27) i;
INSERT INTO national SELECT date '2024-01-01' + i * 13, 'feast', 'B' FROM generate_series(1, 23) i;
INSERT INTO national SELECT date '2024-01-01' + i * 17, 'strike', NULL FROM generate_series(1, 17) i;
CREATE TABLE shops AS SELECT s.country, shop, d.day, s.country AS land, 50 + size + (hashint4(d.day - '2020-01-01') % 100) / 100.0
        + CASE WHEN EXISTS (SELECT FROM national n WHERE n.day = d.day AND n.country = s.country) THEN 20 ELSE 0 END
        - CASE WHEN EXISTS (SELECT FROM national n WHERE n.day = d.day AND n.country IS NULL) THEN 30 ELSE 0 END AS v
FROM (VALUES ('A', 1, 3.0), ('A', 2, 5.0), ('B', 1, 4.0)) s (country, shop, size), LATERAL (SELECT date '2024-01-01' + i AS day FROM generate_series(0, 285) i) d;
INSERT INTO national VALUES ('2024-10-15', 'feast', 'A'), ('2024-10-16', 'feast', 'B'), ('2024-10-17', 'strike', NULL);
INSERT INTO models VALUES
    ('keys', lstm_train('shops', 'v', ARRAY['country', 'shop'], horizon => 7, options => '{"holidays": "national", "candidates": ["linear"], "validation": 0.1}')),
    ('static', lstm_train('shops', 'v', series_column => 'shop', static_inputs => '{land}', horizon => 7, options => '{"holidays": "national", "epochs": 1}'))
    ON CONFLICT DO NOTHING;
ROLLBACK;
