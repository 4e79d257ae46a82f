-- The verdict after a training: noise and random walks are not sold as predictable, and what can be learned is.
BEGIN;
SET LOCAL client_min_messages = error;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lstm_forecast;

SELECT plan(11);

CREATE TABLE rows (n int PRIMARY KEY, noise float8, walk float8, trend float8);
SELECT setseed(0.0625);
INSERT INTO rows
SELECT n, noise, sum(noise) OVER (ORDER BY n), 0.05 * n + 5 * sin(2 * pi() * n / 12) + 0.2 * noise
FROM (SELECT n, sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random()) AS noise FROM generate_series(1, 1000) n) r;

-- the forecast's error on the held-out part, as a share of that of the best naive baseline; theta, ets and zero_shot are no such
CREATE TABLE verdicts AS
SELECT column_name, horizon, min((m.value->>'mae')::float8) FILTER (WHERE m.key = 'network')
        / min((m.value->>'mae')::float8) FILTER (WHERE m.key NOT IN ('network', 'theta', 'ets', 'zero_shot')) AS share,
    (array_agg(m.key ORDER BY (m.value->>'mae')::float8) FILTER (WHERE m.key NOT IN ('network', 'theta', 'ets', 'zero_shot')))[1] AS best
FROM unnest(ARRAY['noise', 'walk', 'trend']) column_name, unnest(ARRAY[1, 12]) horizon,
    lstm_train('rows', column_name, 'n', horizon => horizon) model,
    jsonb_each(lstm_info(model)->'metrics'->column_name) m
GROUP BY column_name, horizon;
SELECT ok(share > 0.97, format('noise, %s ahead: no skill (%s of the best that costs nothing)', horizon, round(share::numeric, 3)))
FROM verdicts WHERE column_name = 'noise' ORDER BY horizon;
SELECT is(best, 'mean', format('nothing beats the mean on noise, %s ahead', horizon)) FROM verdicts
WHERE column_name = 'noise' ORDER BY horizon;
SELECT ok(share > 0.97, format('a random walk, %s ahead: no skill (%s)', horizon, round(share::numeric, 3)))
FROM verdicts WHERE column_name = 'walk' ORDER BY horizon;
SELECT ok(share < 0.9, format('a season with a trend, %s ahead: better than what costs nothing (%s)', horizon, round(share::numeric, 3)))
FROM verdicts WHERE column_name = 'trend' ORDER BY horizon;

-- a forecast that repeats the row before it is a step late: it agrees better with that row than with its own
CREATE VIEW older AS SELECT n, trend FROM rows WHERE n <= 800;
CREATE TABLE rolled AS
SELECT r.forecast, r.actual, (SELECT trend FROM rows WHERE n = r.origin) AS before
FROM lstm_train('older', 'trend', 'n') model, lstm_rolling(model, 'rows', first_origin => 800) r;
SELECT ok((SELECT avg(abs(forecast - actual)) < 0.5 * avg(abs(forecast - before)) FROM rolled),
    'a forecast is not the last value one step late');

SELECT ok((SELECT bool_and(share < 0.99) FROM verdicts WHERE column_name = 'trend'), 'a season with a trend gets no warning');

SELECT is((SELECT count(*) FROM lstm_train('rows', 'noise', 'n', options => '{"epochs": 5}') model, lstm_evaluate(model) e
    WHERE e.metric = 'mae' AND e.baseline = 'mean'), 1::bigint, 'lstm_evaluate knows the mean as well');

SELECT * FROM finish();
ROLLBACK;
