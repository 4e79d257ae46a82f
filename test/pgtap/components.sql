-- lstm_components takes forecasts apart: level, season, what known inputs add, and the remainder.
BEGIN;
SET LOCAL client_min_messages = error;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lstm_forecast;
SELECT plan(24);

-- level 100 that rises by .05, a week of which the sixth day has 30 more, a promotion worth 20 and a fair worth 40 that come now and then, a tax that does nothing
CREATE TABLE shop AS
SELECT day, promo, fair, CASE WHEN tax = 1 THEN 'high' ELSE 'low' END AS tax, CASE WHEN n < 364 THEN
    100 + 0.05 * n + CASE WHEN n % 7 = 5 THEN 30 ELSE 0 END + 20 * promo + 40 * fair + (hashint4(n) % 100) / 100.0 END AS sold
FROM (SELECT n, date '2023-01-02' + n AS day, (abs(hashint4(n + 999)) % 5 = 0)::int AS promo, (abs(hashint4(n + 1999)) % 11 = 0)::int AS fair, abs(hashint4(n + 99)) % 2 AS tax FROM generate_series(0, 377) n) d;
UPDATE shop SET promo = 0, fair = 0 WHERE sold IS NULL;
UPDATE shop SET promo = 1 WHERE day = '2024-01-02';
UPDATE shop SET fair = 1 WHERE day = '2024-01-04';
UPDATE shop SET promo = 1, fair = 1 WHERE day = '2024-01-05';
CREATE TABLE m AS SELECT lstm_train('shop', 'sold', known_inputs => ARRAY['promo', 'fair', 'tax'], horizon => 7, lookback => 14, options => '{"candidates": ["linear"], "effort": "fast"}') AS model;
CREATE TABLE parts AS SELECT c.* FROM m, lstm_components(model) c;
SELECT is(count(*), 7::bigint, 'a row for each step') FROM parts;
SELECT results_eq($$ SELECT step, forecast_at, target, forecast, status FROM parts ORDER BY step $$, $$ SELECT step, forecast_at, target, forecast, status FROM m, lstm_forecast(model) ORDER BY step $$, 'of the forecast as it is');
SELECT cmp_ok(max(abs(forecast - level - season - inputs - remainder)), '<', 1e-9::float8, 'the parts add up') FROM parts;
SELECT cmp_ok(max(abs(inputs - (SELECT sum(value::float8) FROM jsonb_each_text(by_input)))), '<', 1e-9::float8, 'and so do the inputs') FROM parts;
SELECT ok((by_input->>'promo')::float8 BETWEEN 17 AND 23, format('step %s: a promotion adds about 20', step)) FROM parts WHERE forecast_at::date IN ('2024-01-02', '2024-01-05') ORDER BY step;
SELECT ok((by_input->>'fair')::float8 BETWEEN 35 AND 45, format('step %s: a fair adds about 40', step)) FROM parts WHERE forecast_at::date IN ('2024-01-04', '2024-01-05') ORDER BY step;
SELECT is(count(*), 5::bigint, 'none adds nothing') FROM parts WHERE abs((by_input->>'promo')::float8) < 1;
SELECT cmp_ok(max(abs((by_input->>'tax')::float8)), '<', 2::float8, 'and what does nothing adds next to nothing') FROM parts;
SELECT results_eq($$ SELECT DISTINCT array_agg(key ORDER BY key) FROM parts, jsonb_object_keys(by_input) key GROUP BY step $$, $$ VALUES (ARRAY['fair', 'promo', 'tax']) $$, 'text is one input, whatever its columns');
SELECT ok(bool_and(level BETWEEN 112 AND 132), 'the level is the one of the rows, with a seventh of the sixth day') FROM parts;
SELECT is((SELECT step FROM parts ORDER BY season DESC LIMIT 1), (SELECT step FROM parts WHERE extract(isodow FROM forecast_at) = 6), 'the season is that of the week');
SELECT ok(max(season) - min(season) BETWEEN 24 AND 36, 'with its size') FROM parts;
SELECT cmp_ok(max(abs(remainder)), '<', 5::float8, 'little remains') FROM parts;

-- scenarios, times, series
CREATE VIEW all_promo AS SELECT day, 1 AS promo, 0 AS fair, tax FROM shop WHERE sold IS NULL;
SELECT ok(bool_and((by_input->>'promo')::float8 > 15 AND (by_input->>'fair')::float8 = 0), 'what a scenario says counts') FROM m, lstm_components(model, future => 'all_promo');
SELECT results_eq($$ SELECT step, forecast FROM m, lstm_components(model, steps => 3, as_of => '2023-12-01') ORDER BY 1 $$, $$ SELECT step, forecast FROM m, lstm_forecast(model, steps => 3, as_of => '2023-12-01') ORDER BY 1 $$, 'as of an earlier time');
CREATE VIEW short_future AS SELECT * FROM shop WHERE day <= '2024-01-03';
SELECT results_eq($$ SELECT step, level IS NULL AND by_input IS NULL, status FROM m, lstm_components(model, relation => 'short_future') ORDER BY 1 $$, $$ SELECT step, forecast IS NULL, status FROM m, lstm_forecast(model, relation => 'short_future') ORDER BY 1 $$, 'steps whose inputs are not known say so');
CREATE TABLE panel AS SELECT s AS shop, day, promo, sold + ascii(s) AS sold FROM shop, unnest(ARRAY['a', 'b']) s;
CREATE TABLE p AS SELECT lstm_train('panel', 'sold', series_column => 'shop', known_inputs => ARRAY['promo'], horizon => 7, options => '{"effort": "fast"}') AS model;
SELECT results_eq($$ SELECT series, step, round(forecast::numeric, 9) FROM p, lstm_components(model) ORDER BY 1, 2 $$, $$ SELECT series, step, round(forecast::numeric, 9) FROM p, lstm_forecast(model) ORDER BY 1, 2 $$, 'of several series');
SELECT results_eq($$ SELECT series, status FROM p, lstm_components(model, series => '{z}') $$, $$ SELECT series, status FROM p, lstm_forecast(model, series => '{z}') $$, 'a series without rows has the status of the forecast');

-- models without inputs
CREATE VIEW plain AS SELECT day, sold FROM shop WHERE sold IS NOT NULL;
CREATE TABLE n AS SELECT lstm_train('plain', 'sold', horizon => 7, options => '{"effort": "fast"}') AS model;
SELECT results_eq($$ SELECT step, forecast, inputs, by_input FROM n, lstm_components(model) ORDER BY 1 $$, $$ SELECT step, forecast, 0::float8, '{}'::jsonb FROM n, lstm_forecast(model) ORDER BY 1 $$, 'without known inputs these add nothing');
SELECT ok(bool_and(abs(forecast - level - season - remainder) < 1e-9) AND count(*) = 7, 'a model of an aggregate has the rows that it carries')
FROM (SELECT lstm_train_agg(day, sold, '{"horizon": 7, "effort": "fast"}') AS model FROM plain) a, lstm_components(model);
SELECT throws_ok($$ SELECT FROM n, lstm_components(model, future => 'all_promo') $$, '22023', 'the model has no known inputs, but "future" was given', 'a scenario needs inputs');
SELECT is_empty($$ SELECT FROM lstm_components(NULL) $$, 'nothing of no model');
SELECT * FROM finish();
ROLLBACK;
