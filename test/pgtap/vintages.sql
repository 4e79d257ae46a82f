-- Known inputs as they were known at each origin: the weather as it was forecast, not as it came.
BEGIN;
SET LOCAL client_min_messages = error;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lstm_forecast;
SELECT plan(22);

-- load follows a temperature; each day's forecasts of it are wrong by more the farther they look, and the last of a day is the best
CREATE TABLE load AS
SELECT at, temperature, 50 + 3 * temperature + (hashint4(n + 7000) % 100) / 50.0 AS value
FROM (SELECT n, timestamp '2024-01-01' + n * interval '1 hour' AS at, 10 + 6 * sin(n / 24.0) + (hashint4(n) % 100) / 25.0 AS temperature FROM generate_series(0, 599) n) h;
CREATE TABLE weather AS
SELECT at, made AS known_at, temperature + extract(epoch FROM at - made) / 3600 * (hashint8(extract(epoch FROM made)::bigint) % 100) / 400.0 AS temperature
FROM load JOIN generate_series(timestamp '2024-01-01', '2024-01-25', interval '6 hours') AS made ON at > made AND at <= made + interval '30 hours';
CREATE VIEW load_until AS SELECT * FROM load WHERE at < '2024-01-20';
CREATE TABLE m AS SELECT lstm_train('load_until', 'value', known_inputs => ARRAY['temperature'], horizon => 6, lookback => 6, options => '{"candidates": ["linear", "ets"]}') AS model;

-- by hand: the relation as it stood at one time
CREATE VIEW weather_then AS
SELECT DISTINCT ON (at) at, temperature FROM weather WHERE known_at <= current_setting('test.origin')::timestamp ORDER BY at, known_at DESC;
CREATE TABLE rolled AS SELECT r.* FROM m, lstm_rolling(model, 'load', stride => 12, first_origin => 480, future => 'weather') r;
SELECT set_eq($$ SELECT step, count(*) FROM rolled GROUP BY step $$, $$ SELECT s, 10::bigint FROM generate_series(1, 6) s $$,
              'forecasts begin at every origin at which something was known');
CREATE TABLE by_hand (origin bigint, step int, forecast float8, lower_bound float8);
DO $$
DECLARE origin bigint;
BEGIN
    FOR origin IN SELECT DISTINCT r.origin FROM rolled r LOOP
        PERFORM set_config('test.origin', (timestamp '2024-01-01' + (origin - 1) * interval '1 hour')::text, true);
        INSERT INTO by_hand SELECT origin, f.step, f.forecast, f.lower_bound FROM m, lstm_forecast(model, relation => 'load', future => 'weather_then', as_of => current_setting('test.origin')::timestamp) f;
    END LOOP;
END $$;
SELECT is(count(*), 60::bigint, 'as many as by hand') FROM rolled JOIN by_hand USING (origin, step);
SELECT cmp_ok(max(abs(r.forecast - h.forecast)), '<', 1e-9::float8, 'each is the forecast from the relation as it stood at its origin') FROM rolled r JOIN by_hand h USING (origin, step);
SELECT cmp_ok(max(abs(r.lower_bound - h.lower_bound)), '<', 1e-9::float8, 'and so are its bounds') FROM rolled r JOIN by_hand h USING (origin, step);
SELECT cmp_ok(max(abs(r.forecast - h.forecast)), '>', 0.1::float8, 'what came is something else') FROM rolled r JOIN (SELECT r.* FROM m, lstm_rolling(model, 'load', stride => 12, first_origin => 480) r) h USING (origin, step);
SELECT is(array_agg(forecast ORDER BY step), (SELECT array_agg(forecast ORDER BY step) FROM by_hand WHERE origin = 480), 'lstm_forecast looks at known_at as well')
FROM m, lstm_forecast(model, relation => 'load', future => 'weather', as_of => timestamp '2024-01-01' + 479 * interval '1 hour');

-- measures
CREATE FUNCTION mae(model bytea, future regclass) RETURNS float8 LANGUAGE sql AS
$$ SELECT value FROM lstm_evaluate(model, 'load', stride => 12, first_origin => 480, future => future) WHERE metric = 'mae' $$;
SELECT cmp_ok(abs(mae(model, 'weather') - (SELECT avg(abs(actual - forecast)) FROM rolled)), '<', 1e-9::float8, 'lstm_evaluate measures these') FROM m;
SELECT cmp_ok(mae(model, 'weather'), '>', 1.2 * mae(model, NULL), 'errors of the weather are errors of the load') FROM m;
CREATE VIEW true_weather AS SELECT at, temperature, at - interval '30 days' AS known_at FROM load;
SELECT cmp_ok(abs(mae(model, 'true_weather') - mae(model, NULL)), '<', 1e-9::float8, 'what was known rightly long before is what came') FROM m;
CREATE TABLE tests AS
SELECT 'came' AS what, b.* FROM lstm_backtest('load', 'value', known_inputs => ARRAY['temperature'], horizon => 6, lookback => 6, folds => 2, test_rows => 48, options => '{"architecture": "linear"}') b
UNION ALL
SELECT 'known', b.* FROM lstm_backtest('load', 'value', known_inputs => ARRAY['temperature'], horizon => 6, lookback => 6, folds => 2, test_rows => 48, options => '{"architecture": "linear"}', future => 'weather') b
UNION ALL
SELECT 'true', b.* FROM lstm_backtest('load', 'value', known_inputs => ARRAY['temperature'], horizon => 6, lookback => 6, folds => 2, test_rows => 48, options => '{"architecture": "linear"}', future => 'true_weather') b;
SELECT results_eq($$ SELECT fold, metric, value FROM tests WHERE what = 'true' ORDER BY 1, 2 $$, $$ SELECT fold, metric, value FROM tests WHERE what = 'came' ORDER BY 1, 2 $$,
                  'a backtest with what was known rightly is one without');
SELECT ok(bool_and(k.value > c.value), 'a backtest shows what errors of the weather cost') FROM tests k JOIN tests c USING (fold, metric) WHERE k.what = 'known' AND c.what = 'came' AND metric IN ('mae', 'rmse');

-- what is missing
CREATE VIEW short_weather AS SELECT * FROM weather WHERE at < known_at + interval '9 hours';
SELECT results_eq($$ SELECT origin, max(step) FROM m, lstm_rolling(model, 'load', stride => 12, first_origin => 480, future => 'short_weather') GROUP BY origin ORDER BY origin LIMIT 2 $$,
                  $$ VALUES (480::bigint, 3), (492, 3) $$, 'a forecast ends where no input is known');
CREATE VIEW late_weather AS SELECT at, known_at + interval '30 days' AS known_at, temperature FROM weather;
SELECT is_empty($$ SELECT FROM m, lstm_rolling(model, 'load', stride => 12, first_origin => 480, future => 'late_weather') $$, 'what was not known yet gives no forecast');
SELECT throws_ok($$ SELECT FROM m, lstm_evaluate(model, 'load', stride => 12, first_origin => 480, future => 'late_weather') $$, '22000', NULL, 'nor a measure');
CREATE VIEW always AS SELECT at, CASE WHEN known_at < '2024-01-10' THEN NULL ELSE timestamp '-infinity' END AS known_at, temperature FROM true_weather;
SELECT is(mae(model, 'always'), mae(model, 'true_weather'), 'NULL and -infinity are always') FROM m;
CREATE VIEW never AS SELECT at, known_at, temperature FROM true_weather UNION ALL SELECT at, 'infinity', 100 FROM load;
SELECT is(mae(model, 'never'), mae(model, 'true_weather'), 'infinity is never') FROM m;

-- days: what was made on a day is known at its end
CREATE TABLE days AS SELECT date '2023-01-01' + n AS day, key, n % 5 AS price, 20 + 2 * (n % 5) + k + (hashint4(n) % 10) / 10.0 AS sold FROM generate_series(0, 299) n, (VALUES (1, 'a'), (2, 'b')) v (k, key);
CREATE TABLE prices AS SELECT day, key, timestamptz '2023-01-01 12:00' + (day - date '2023-01-01' - 1) * interval '1 day' AS known_at, price FROM days
UNION ALL SELECT day, key, day + time '12:00' AS known_at, 1000 FROM days;
CREATE TABLE panel AS SELECT lstm_train('days', 'sold', series_column => 'key', known_inputs => ARRAY['price'], horizon => 1, lookback => 5, options => '{"architecture": "linear", "season": 1}') AS model;
SELECT results_eq($$ SELECT series, origin, forecast FROM panel, lstm_rolling(model, stride => 7, first_origin => 250, future => 'prices') ORDER BY 1, 2 $$,
                  $$ SELECT series, origin, forecast FROM panel, lstm_rolling(model, stride => 7, first_origin => 250) ORDER BY 1, 2 $$,
                  'of several series, what was known on the day of the origin counts, and nothing later');

-- errors
CREATE VIEW text_weather AS SELECT at, known_at::text, temperature FROM weather;
SELECT throws_like($$ SELECT FROM m, lstm_rolling(model, 'load', future => 'text_weather') $$, 'column "known_at" of relation "text_weather" is of type text, and time column "at"%', 'known_at is a time');
SELECT throws_like($$ SELECT FROM m, lstm_forecast(model, relation => 'load', future => 'text_weather') $$, 'column "known_at" of relation "text_weather"%', 'in each function');
SELECT throws_like($$ SELECT FROM lstm_rolling(lstm_train('load_until', 'value', options => '{"architecture": "linear"}'), future => 'always') $$, 'the model has no known inputs, but "future" was given', 'a model must have known inputs');
SELECT throws_like($$ SELECT FROM lstm_backtest('load', 'value', future => 'always') $$, 'there are no known inputs, but "future" was given', 'and so must a backtest');
CREATE VIEW doubled AS SELECT at, temperature FROM load UNION ALL SELECT at, temperature FROM load;
SELECT throws_like($$ SELECT FROM m, lstm_rolling(model, 'load', future => 'doubled') $$, 'two rows of relation "doubled" have the time %', 'without known_at each time has one row');
SELECT * FROM finish();
ROLLBACK;
