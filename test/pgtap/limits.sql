-- Counts, prices and volumes are never below 0, and neither are their forecasts, without anybody having said so.
BEGIN;
SET LOCAL client_min_messages = error;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lstm_forecast;

SELECT plan(29);

CREATE TABLE repairs AS SELECT date '2023-01-01' + i AS at, (CASE WHEN hashint4(i * 31) % 4 = 0 THEN 1 + abs(hashint4(i * 7)) % 12 ELSE 0 END)::float8 AS value
FROM generate_series(0, 399) i;
CREATE VIEW shifted AS SELECT at, value - 1 AS value FROM repairs;
CREATE FUNCTION pg_temp.train(relation regclass, more jsonb DEFAULT '{}') RETURNS bytea LANGUAGE plpgsql AS
$$ BEGIN RETURN lstm_train(relation, 'value', 'at', horizon => 7, lookback => 14, options => '{"epochs": 10, "units": 4}' || more); END $$;
CREATE TABLE models AS SELECT name, pg_temp.train(relation::regclass, options) AS model FROM (VALUES ('counts', 'repairs', '{}'::jsonb),
    ('free', 'repairs', '{"lower_limit": null}'), ('none', 'repairs', '{"lower_limit": "none"}'), ('asked', 'repairs', '{"lower_limit": 0}'),
    ('minus', 'repairs', '{"lower_limit": -3}'), ('below', 'shifted', '{}'), ('quantile', 'repairs', '{"loss": "quantile"}'),
    ('gaussian', 'repairs', '{"loss": "gaussian"}'), ('student', 'repairs', '{"loss": "student_t"}'), ('capped', 'repairs', '{"upper_limit": 5}')) v (name, relation, options);
CREATE FUNCTION pg_temp.limit_of(model bytea) RETURNS text LANGUAGE sql AS
$$ SELECT coalesce(i->>'lower_limit', 'none') || ' ' || coalesce(i->>'lower_limit_from', '-') FROM (SELECT lstm_info(model)->'transform' AS i) i $$;
SELECT is(pg_temp.limit_of(model), expected, format('%s: %s', name, expected)) FROM models JOIN (VALUES ('counts', '0 data'), ('free', 'none -'), ('none', 'none -'),
    ('asked', '0 option'), ('minus', '-3 option'), ('below', 'none -'), ('quantile', '0 data'), ('capped', '0 data')) v (name, expected) USING (name) ORDER BY name;
SELECT ok((SELECT min(forecast) >= 0 AND min(lower_bound) = 0 FROM lstm_forecast(model, steps => 21)), format('%s: nothing below 0', name))
FROM models WHERE name IN ('counts', 'quantile', 'gaussian', 'student', 'asked') ORDER BY name;
SELECT cmp_ok((SELECT min(lower_bound) FROM lstm_forecast(model)), '<', 0::float8, format('%s: bounds below 0', name)) FROM models WHERE name IN ('free', 'none', 'minus', 'below') ORDER BY name;
SELECT ok((SELECT min(lower_bound) >= 0 FROM models, lstm_rolling(model) WHERE name = 'counts'), 'along the rows');
SELECT ok((SELECT min(lower_bound) >= 0 FROM models, lstm_predict(model, array_fill(0::float8, '{14}')) WHERE name = 'counts'), 'from an array');
SELECT is((SELECT md5(string_agg(w."values"::text, '' ORDER BY layer_no, w.name)) FROM lstm_weights(a.model) w), (SELECT md5(string_agg(w."values"::text, '' ORDER BY layer_no, w.name))
    FROM lstm_weights(b.model) w), 'the limit changes nothing of what is learned') FROM models a, models b WHERE a.name = 'counts' AND b.name = 'free';
SELECT isnt((SELECT count(*) FROM models, lstm_forecast(model) WHERE name = 'counts' AND forecast <> round(forecast)), 0::bigint, 'and nothing is rounded');
CREATE VIEW growth AS SELECT at, exp((at - date '2023-01-01') / 100.0) AS value FROM repairs;
SELECT is(pg_temp.limit_of(pg_temp.train('growth', '{"log": true}')), 'none -', 'logarithms have their own');
SELECT is(pg_temp.limit_of(pg_temp.train('repairs', '{"upper_limit": -1}')), 'none -', 'none is found above an upper limit');

-- several targets share one
CREATE VIEW pair AS SELECT at, value, value * 2 AS double, sin(value) AS wave FROM repairs;
SELECT is(pg_temp.limit_of(lstm_train('pair', targets, lookback => 5, options => '{"epochs": 1, "units": 1}')), expected, format('targets %s', targets))
FROM (VALUES ('{value,double}'::text[], '0 data'), ('{value,wave}', 'none -')) v (targets, expected);
CREATE VIEW sites AS SELECT 'a' AS site, * FROM repairs UNION ALL SELECT 'b', * FROM shifted;
SELECT is(pg_temp.limit_of(lstm_train('sites', 'value', series_column => 'site', lookback => 5, options => '{"epochs": 1, "units": 1}')), 'none -', 'one series below 0 is enough');

-- what becomes of it later
CREATE TABLE later AS SELECT * FROM repairs;
CREATE TABLE growing AS SELECT pg_temp.train('later') AS model;
INSERT INTO later SELECT date '2023-01-01' + i, -sin(i) FROM generate_series(400, 479) i;
SELECT is(pg_temp.limit_of(u.new_model), CASE WHEN u.accepted THEN 'none -' ELSE '0 data' END, 'lstm_update lifts it where new rows lie below') FROM growing, lstm_update(model, epochs => 20) u;
SELECT is((SELECT accepted FROM growing, lstm_update(model, epochs => 20)), true, 'which was accepted here');
SELECT is(pg_temp.limit_of((SELECT lstm_average_agg(m) FROM (SELECT pg_temp.train('repairs', '{"scale": "none"}') AS m UNION ALL SELECT pg_temp.train('shifted', '{"scale": "none"}')) m)),
    'none -', 'an average of models of which one has none has none');

SELECT * FROM finish();
ROLLBACK;
