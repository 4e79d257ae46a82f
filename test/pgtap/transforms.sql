-- Logarithms, differences, seasons and limits: what the network sees, and what comes out.
BEGIN;
SET LOCAL client_min_messages = error;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lstm_forecast;
\i test/include/failure.sql

SELECT plan(45);

-- growing by 3 per cent a row, with a season of 6 rows whose swing grows along
CREATE TABLE sales AS
SELECT date '2020-01-01' + i AS at, i, 50 * 1.03 ^ i * (1 + 0.3 * sin(i * pi() / 3)) AS value FROM generate_series(0, 119) AS i;
CREATE VIEW known AS SELECT at, value FROM sales WHERE i < 108;
CREATE FUNCTION pg_temp.error_of(options jsonb) RETURNS float8 LANGUAGE sql AS $$
    SELECT avg(abs(f.forecast - s.value) / s.value)
    FROM lstm_forecast(lstm_train('known', 'value', horizon => 12, lookback => 12, options => options || '{"seed": 3}')) AS f
    JOIN sales s ON s.at = f.forecast_at::date $$;
CREATE FUNCTION pg_temp.trained(options jsonb, lookback int DEFAULT 12) RETURNS bytea LANGUAGE sql AS $$
    SELECT lstm_train('known', 'value', horizon => 4, lookback => lookback, options => options || '{"epochs": 3, "units": 4}') $$;

---- series that a model of logarithms does not know ----

CREATE TABLE shops AS SELECT shop, at, value * size AS value FROM sales, (VALUES ('a', 1), ('b', 50), ('c', 2000)) s (shop, size) WHERE i < 60;
CREATE VIEW two_shops AS SELECT * FROM shops WHERE shop < 'c';
CREATE TABLE shop_models AS SELECT lstm_train('two_shops', 'value', series_column => 'shop', horizon => 2, lookback => 12,
    options => '{"log": true, "epochs": 30, "units": 8, "seed": 3}') AS model;
SELECT ok(bool_and(f.forecast / s.value BETWEEN 0.5 AND 2), 'series that training has not seen are scaled by their logarithms too')
FROM shop_models, lstm_forecast(model, relation => 'shops') f JOIN shops s ON s.shop = f.series AND s.at = date '2020-01-01' + 59
WHERE f.series = 'c';
SELECT ok(f.forecast / 2000 / value BETWEEN 0.5 AND 2, 'arrays are scaled by their logarithms')
FROM shop_models, sales, lstm_predict(model, (SELECT array_agg(value * 2000 ORDER BY i) FROM sales WHERE i BETWEEN 48 AND 59)) f
WHERE i = 59 AND f.step = 1;

---- what helps a series that grows by per cents ----

SELECT cmp_ok(pg_temp.error_of('{"log": true}'), '<', 0.05::float8, 'logarithms follow growth by per cents');
SELECT cmp_ok(pg_temp.error_of('{"log": true, "difference": 6}'), '<', 0.02::float8,
    'seasonal differences of logarithms that grow are nearly constant');
SELECT cmp_ok(pg_temp.error_of('{"log": true, "normalize": "seasonal_naive"}'), '<', 0.05::float8,
    'differences from the season before are nearly constant');
SELECT cmp_ok(pg_temp.error_of('{"difference": "season"}'), '<', pg_temp.error_of('{"normalize": "none"}'),
    'without logarithms, seasonal differences are better than the values themselves');

---- settings are kept in the model ----

CREATE TABLE models AS SELECT name, pg_temp.trained(options) AS model FROM (VALUES
    ('log', '{"log": true}'::jsonb), ('difference', '{"difference": 1}'), ('season', '{"difference": "season"}'),
    ('seasonal_naive', '{"normalize": "seasonal_naive"}'), ('season_profile', '{"normalize": "season_profile"}'),
    ('season_mean', '{"normalize": "season_mean"}'), ('limits', '{"lower_limit": 10, "upper_limit": 60}'),
    ('upper', '{"upper_limit": 60}'), ('quantile', '{"log": true, "loss": "quantile"}')) AS v (name, options);
SELECT is(lstm_info(model)->'transform'->>'log', 'true', 'lstm_info says log') FROM models WHERE name = 'log';
SELECT is(lstm_info(model)->'transform'->>'difference', '1', 'lstm_info says difference') FROM models WHERE name = 'difference';
SELECT is(lstm_info(model)->'transform'->>'difference', '6', 'the rows of a season are found') FROM models WHERE name = 'season';
SELECT is(lstm_info(model)->'transform'->>'upper_limit', '60', 'lstm_info says upper_limit') FROM models WHERE name = 'limits';
SELECT is(lstm_info(model)->'transform'->'lower_limit', 'null', 'lstm_info says null where there is no limit') FROM models WHERE name = 'log';
SELECT is(lstm_info(model)->'options'->>'normalize', name, format('lstm_info says normalize %s', name)) FROM models WHERE name LIKE 'season\__%' OR name = 'seasonal_naive';

---- the same from an array, along rows and past the horizon ----

SELECT is((SELECT array_agg(p.forecast ORDER BY p.step) FROM lstm_predict(model, (SELECT array_agg(value ORDER BY at) FROM known)) p),
          (SELECT array_agg(f.forecast ORDER BY f.step) FROM lstm_forecast(model) f), format('%s: an array of the rows gives the same forecast', name))
FROM models;
SELECT is((SELECT count(*) FROM lstm_forecast(model, steps => 30) f WHERE f.forecast > 0 AND f.forecast < 1e6), 30::bigint,
    format('%s: 30 steps stay finite', name)) FROM models WHERE name <> 'quantile';

---- limits ----

SELECT ok(bool_and(f.forecast <= 60 AND f.upper_bound <= 60 AND f.lower_bound <= f.upper_bound), 'no forecast and no interval passes the upper limit')
FROM models, lstm_forecast(model, level => 0.8) AS f WHERE name = 'limits';
SELECT ok(bool_and(f.forecast >= 900 AND f.lower_bound >= 900), 'no forecast and no interval passes the lower limit')
FROM lstm_forecast(pg_temp.trained('{"lower_limit": 900}'), level => 0.8) AS f;
SELECT ok(bool_and(r.upper_bound <= 60 AND r.forecast <= 60), 'no forecast along the rows passes a limit') FROM models, lstm_rolling(model, level => 0.8) AS r WHERE name = 'limits';
SELECT ok(bool_and(f.lower_bound > 0 AND f.lower_bound < f.upper_bound), 'intervals of logarithms are positive')
FROM models, lstm_forecast(model, level => 0.8) AS f WHERE name = 'quantile';

---- refusals ----

CREATE TABLE with_zero AS SELECT at, CASE WHEN value < 52 THEN 0 ELSE value END AS value FROM known;
SELECT is(pg_temp.failure($$ SELECT lstm_train('with_zero', 'value', options => '{"log": true}') $$),
    '22000: relation "with_zero" cannot be used: column "value" is 0 in row 1, but option "log" needs values above 0 (set a lower_limit below all values, or leave log out)',
    'a value without a logarithm');
SELECT lives_ok($$ SELECT lstm_train('with_zero', 'value', options => '{"log": true, "lower_limit": -1, "epochs": 2}') $$,
    'has one above a lower limit');
SELECT is(pg_temp.failure(format($$ SELECT * FROM lstm_predict(%L, array_fill(0::float8, ARRAY[12])) $$, model)),
    '22000: input "value" is 0, but the model was trained on logarithms of values above 0', 'an array may not hold a value without a logarithm')
FROM models WHERE name = 'log';
SELECT is(pg_temp.failure(format($$ SELECT pg_temp.trained(%L) $$, options)), expected, expected) FROM (VALUES
    ('{"log": true, "loss": "gaussian"}', '22023: options "log" and "loss" cannot be combined here
DETAIL: The mean and spread of logarithms have no counterpart among the values; their quantiles do.
HINT: Leave one of the two options out.'),
    ('{"difference": 1, "loss": "quantile"}', '22023: options "difference" and "loss" cannot be combined here
DETAIL: Differences are added up, and the spread of a sum does not follow from those of its parts.
HINT: Leave one of the two options out.'),
    ('{"difference": 1, "normalize": "last"}', '22023: options "difference" and "normalize" cannot be combined here
DETAIL: Differences have no level that normalizing could remove.
HINT: Leave one of the two options out.'),
    ('{"difference": 13}', '22023: a difference of 13 rows does not fit into the lookback of 12
HINT: Give a longer lookback.'),
    ('{"lower_limit": 3, "upper_limit": 3}', '22023: option "upper_limit" of 3 is not above "lower_limit" of 3'),
    ('{"difference": "seasno"}', '22023: option "difference" must be one of season, not "seasno"
HINT: Perhaps you meant "season".')) AS v (options, expected);
SELECT is(pg_temp.failure($$ SELECT pg_temp.trained('{"normalize": "seasonal_naive"}', 5) $$),
    '22023: option "normalize" cannot be seasonal_naive here
DETAIL: The season of 6 rows does not fit into the lookback of 5, or lead is 0.', 'a window without a season');

SELECT finish();
ROLLBACK;
