-- Intervals hold what they promise, on rows that nobody has seen, and are NULL where nothing is known.
BEGIN;
SET LOCAL client_min_messages = error;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lstm_forecast;

SELECT plan(14);

-- a wave of 12 rows and noise between -1 and 1: the widths of a perfect forecast are known
CREATE TABLE waves (n int PRIMARY KEY, value float8 NOT NULL);
SELECT setseed(0.25);
INSERT INTO waves SELECT n, 10 * sin(2 * pi() * n / 12) + 2 * random() - 1 FROM generate_series(1, 900) n;
CREATE VIEW older AS SELECT * FROM waves WHERE n <= 600;
CREATE TABLE model AS
SELECT lstm_train('older', 'value', 'n', horizon => 6, lookback => 12, options => '{"units": 12, "epochs": 60}') AS model;

CREATE TABLE rolled AS
SELECT level, r.* FROM model, unnest(ARRAY[0.5, 0.8, 0.95]) level,
    lstm_rolling(model, 'waves', first_origin => 600, stride => 1, level => level) r;
SELECT ok(share BETWEEN level - 0.06 AND level + 0.06,
    format('of the rows to come %s per cent lie within the interval of %s', round(100 * share, 1), 100 * level))
FROM (SELECT level, avg((actual BETWEEN lower_bound AND upper_bound)::int) AS share FROM rolled GROUP BY level) s
ORDER BY level;
SELECT ok((SELECT bool_and(abs(forecast - lower_bound - (upper_bound - forecast)) < 1e-9) FROM rolled),
    'the forecast is the middle of its interval');
SELECT ok((SELECT bool_and(a.upper_bound < b.upper_bound) FROM rolled a JOIN rolled b USING (origin, step)
    WHERE a.level = 0.5 AND b.level = 0.95), 'a higher level has a wider interval');
SELECT ok((SELECT avg(upper_bound - lower_bound) BETWEEN 1.9 AND 2.6 FROM rolled WHERE level = 0.95),
    'of noise between -1 and 1 that of 95 per cent is about 1.9 wide, and not much more');

-- the same bounds wherever they are asked for
SELECT results_eq($$ SELECT step, lower_bound, upper_bound FROM model, lstm_forecast(model, level => 0.8) $$,
    $$ SELECT p.step, p.lower_bound, p.upper_bound
       FROM model, (SELECT array_agg(value ORDER BY n) AS newest FROM older WHERE n > 588) w,
           lstm_predict(model, newest, level => 0.8) p $$, 'lstm_predict has the bounds of lstm_forecast');

-- past the horizon they were measured as well, and go on where they were not
SELECT is((SELECT (lstm_info(model)->'intervals'->>'steps')::int FROM model), 100, 'steps past the horizon are measured');
SELECT ok((SELECT bool_and(upper_bound > forecast) FROM model, lstm_forecast(model, steps => 100)),
    'a forecast that is fed back has bounds');
SELECT ok((SELECT bool_and(abs((upper_bound - forecast) / last - sqrt(step / 100.0)) < 1e-6)
    FROM model, (SELECT upper_bound - forecast AS last FROM model, lstm_forecast(model, steps => 100) WHERE step = 100) l,
        lstm_forecast(model, steps => 120) WHERE step > 100), 'past what was measured bounds grow as those of a random walk');
SELECT is((SELECT lstm_info(model)->'intervals' FROM (SELECT lstm_train('older', 'value', 'n', lookback => 12,
    options => '{"units": 2, "epochs": 1, "validation": 0}') AS model) m), '{"steps": 0, "errors": 0}',
    'where nothing is held out nothing is known');

-- few windows are held out: their errors are pooled
CREATE VIEW short AS SELECT * FROM waves WHERE n <= 42;
CREATE TABLE shorter AS
SELECT lstm_train('short', 'value', 'n', lookback => 12, options => '{"units": 2, "epochs": 2, "validation": 0.3}') AS model;
SELECT is((SELECT (lstm_info(model)->>'validation_windows')::int FROM shorter), 9, 'of 30 windows 9 give errors');
SELECT ok((SELECT upper_bound > forecast FROM shorter, lstm_forecast(model, level => 0.9)), '9 errors are enough for 90 per cent');
SELECT ok((SELECT bool_and(wider > narrower) FROM (SELECT upper_bound - forecast AS wider,
    lag(upper_bound - forecast) OVER (ORDER BY level) AS narrower FROM shorter, unnest(ARRAY[0.5, 0.8, 0.9, 0.95, 0.99, 0.999]) AS level,
    LATERAL lstm_forecast(model, level => level)) w), 'pooled errors bound each level, and higher ones further out');

SELECT * FROM finish();
ROLLBACK;
