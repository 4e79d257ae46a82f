-- Single values that stand apart, and levels that have shifted: neither makes a forecast nonsense.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lstm_forecast;
\i test/include/failure.sql
SET LOCAL client_min_messages = error;

SELECT plan(13);

-- ten weeks of a wave of days; in the second column one day has lost its decimal point
CREATE TABLE calls (day date PRIMARY KEY, clean float8, slip float8);
INSERT INTO calls SELECT date '2024-03-04' + i, c, CASE WHEN i = 120 THEN c * 100 ELSE c END
FROM generate_series(0, 349) i, LATERAL (SELECT 40 + 6 * sin(2 * pi() * i / 7) + (hashint4(i) % 100) / 100.0 AS c) v;
CREATE TABLE models AS SELECT 'clean' AS name, lstm_train('calls', 'clean', horizon => 7, options => '{"epochs": 30}') AS model
UNION ALL SELECT 'slip', lstm_train('calls', 'slip', horizon => 7, options => '{"epochs": 30}')
UNION ALL SELECT 'kept', lstm_train('calls', 'slip', horizon => 7, options => '{"epochs": 30, "outliers": "keep"}');
CREATE FUNCTION pg_temp.held_out(which text) RETURNS float8 LANGUAGE sql AS $$
    SELECT (m.value->'network'->>'mae')::float8 FROM models, jsonb_each(lstm_info(model)->'metrics') m WHERE name = which $$;

SELECT cmp_ok(pg_temp.held_out('slip'), '<', 1.2 * pg_temp.held_out('clean'), 'a slip of the decimal point costs nothing');
SELECT is((SELECT array_agg(lstm_info(model)->>'season' ORDER BY name) FROM models), '{7,7,7}', 'nor is the season gone');
SELECT cmp_ok((SELECT (lstm_info(model)->'scaling'->'slip'->>'scale')::float8 FROM models WHERE name = 'kept'), '>',
    10 * (SELECT (lstm_info(model)->'scaling'->'slip'->>'scale')::float8 FROM models WHERE name = 'slip'), 'it is out of the scaling, unless it is kept');
SELECT cmp_ok(max(abs(f.forecast - 40 - 6 * sin(2 * pi() * (349 + f.step) / 7))), '<', 2::float8, 'and forecasts are the wave')
FROM models, lstm_forecast(model) f WHERE name = 'slip';

-- what is told
SELECT matches(pg_temp.failure($$ SELECT lstm_train('calls', 'slip', options => '{"outliers": "drop"}') $$),
    'option "outliers" must be one of clip, keep', 'the option has two values');

-- promotions are no outliers: every third week one day sells ten times as much
CREATE VIEW promoted AS SELECT day, CASE WHEN extract(doy FROM day)::int % 21 = 0 THEN clean * 10 ELSE clean END AS sold FROM calls;
SELECT is((SELECT count(*) FROM lstm_decompose('promoted', 'sold') d JOIN calls ON calls.day = d.at::date WHERE value <> clean AND value <> clean * 10), 0::bigint,
    'values that are high now and then are as they were');
SELECT cmp_ok((SELECT (lstm_info(lstm_train('promoted', 'sold', options => '{"epochs": 1, "log": false}'))->'scaling'->'sold'->>'scale')::float8), '>', 40::float8,
    'and are trained on');

-- a level that rises from 60 to 600 four rows before the end
CREATE TABLE risen AS SELECT date '2023-01-01' + i AS day, CASE WHEN i < 260 THEN 60 ELSE 600 END + (hashint4(i) % 100) / 50.0 AS value FROM generate_series(0, 263) i;
CREATE TABLE shifted AS SELECT f.* FROM lstm_forecast(lstm_train('risen', 'value', horizon => 5, options => '{"normalize": "none"}')) f;
SELECT ok(bool_and(forecast BETWEEN 570 AND 630), 'forecasts stay on the new level') FROM shifted;
SELECT ok(bool_and(upper_bound - lower_bound > 540), 'within bounds as wide as the shift') FROM shifted;
SELECT ok(bool_and(forecast BETWEEN 570 AND 630), 'by default as well') FROM lstm_forecast(lstm_train('risen', 'value', horizon => 5)) f;

-- a model that was trained before it
CREATE VIEW before AS SELECT * FROM risen WHERE day < date '2023-01-01' + 250;
CREATE TABLE earlier AS SELECT lstm_train('before', 'value', horizon => 5) AS model;
SELECT ok(bool_and(forecast BETWEEN 570 AND 630), 'a model that knows nothing of the shift forecasts from it, too')
FROM earlier, lstm_forecast(model, relation => 'risen');
SELECT ok(bool_and(upper_bound - lower_bound < 20), 'where nothing has shifted bounds are as they were measured') FROM earlier, lstm_forecast(model);
SELECT ok(bool_and(forecast BETWEEN 55 AND 65), 'and the forecast is the level') FROM earlier, lstm_forecast(model);

SELECT * FROM finish();
ROLLBACK;
