-- Networks that say how sure they are: bounds that hold, and are wide where the noise is.
BEGIN;
SET LOCAL client_min_messages = error;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lstm_forecast;

SELECT plan(84);

\ir ../include/failure.sql

-- a wave of 12 rows with normal noise, of which the standard deviation is .5 in one half and 3 in the other
CREATE TABLE waves (n int PRIMARY KEY, value float8 NOT NULL, wave float8 NOT NULL, sd float8 NOT NULL);
SELECT setseed(0.25);
INSERT INTO waves
SELECT n, wave + sd * sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random()), wave, sd
FROM generate_series(1, 2100) n, LATERAL (SELECT 10 * sin(2 * pi() * n / 12) AS wave, CASE WHEN n % 12 < 6 THEN 0.5 ELSE 3 END AS sd) w;
CREATE VIEW older AS SELECT n, value FROM waves WHERE n <= 1500;
CREATE TABLE models AS
SELECT loss, lstm_train('older', 'value', 'n', horizon => 6, lookback => 12,
    options => jsonb_build_object('loss', loss, 'units', 12, 'epochs', 60)) AS model
FROM unnest(ARRAY['mse', 'quantile', 'gaussian', 'student_t']) loss;
CREATE TABLE rolled AS
SELECT loss, level, r.origin, r.step, w.n, r.actual, r.forecast, r.lower_bound, r.upper_bound, w.wave, w.sd
FROM models, unnest(ARRAY[0.5, 0.8, 0.95]) level,
    lstm_rolling(model, 'waves', first_origin => 1500, stride => 1, level => level) r JOIN waves w ON w.n = r.origin + r.step;

---- what bounds promise ----

-- three standard deviations of a share that 300 held-out windows have set and 600 rows measure
SELECT ok(abs(share - level) < 3 * sqrt(level * (1 - level) * (1 / 300.0 + 1 / 600.0)),
    format('%s: of the rows to come %s per cent lie within the interval of %s', loss, round(100 * share, 1), 100 * level))
FROM (SELECT loss, level, avg((actual BETWEEN lower_bound AND upper_bound)::int) AS share FROM rolled GROUP BY loss, level) s
ORDER BY loss, level;
CREATE TEMP VIEW halves AS
SELECT loss, level, sd, avg((actual BETWEEN lower_bound AND upper_bound)::int) AS share, avg(upper_bound - lower_bound) AS width
FROM rolled GROUP BY loss, level, sd;
SELECT ok(share BETWEEN level - 0.1 AND level + 0.1, format('%s: of those with a noise of %s it is %s', loss, sd, round(100 * share, 1)))
FROM halves WHERE loss <> 'mse' AND level > 0.5 ORDER BY loss, level, sd;
SELECT ok((SELECT share FROM halves WHERE loss = 'mse' AND level = 0.8 AND sd = 0.5) > 0.95
    AND (SELECT share FROM halves WHERE loss = 'mse' AND level = 0.8 AND sd = 3) < 0.7,
    'measured errors alone do not know where the noise is');
SELECT ok(noisy.width / calm.width BETWEEN 3.5 AND 8, format('%s: %s times as much noise has an interval %s times as wide',
    loss, 6, round((noisy.width / calm.width)::numeric, 1)))
FROM halves noisy JOIN halves calm USING (loss, level) WHERE noisy.sd = 3 AND calm.sd = 0.5 AND loss <> 'mse' AND level = 0.8 ORDER BY loss;
-- the ends of the interval of 80 per cent are the wave and 1.2816 standard deviations; where there is little noise they are
-- further out, because they must hold what the network errs too
SELECT ok(off < 0.35, format('%s: bounds are the quantiles of the noise within %s of its standard deviation', loss, round(off::numeric, 2)))
FROM (SELECT loss, avg((abs(upper_bound - wave - 1.2816 * sd) + abs(wave - 1.2816 * sd - lower_bound)) / sd) / 2 AS off
      FROM rolled WHERE loss <> 'mse' AND level = 0.8 AND sd = 3 GROUP BY loss) s ORDER BY loss;
-- with the standard deviations known it would be .73, from the densities of the normal distribution
SELECT ok(winkler < 0.85, format('%s: its intervals are better than measured ones: %s of their Winkler score', loss, round(winkler::numeric, 2)))
FROM (SELECT loss, sum(value) / max(sum(value)) FILTER (WHERE loss = 'mse') OVER () AS winkler
      FROM models, lstm_evaluate(model, 'waves', level => 0.8) WHERE metric = 'winkler' GROUP BY loss) s WHERE loss <> 'mse' ORDER BY loss;

---- one network, many levels ----

SELECT ok((SELECT bool_and(a.lower_bound <= b.lower_bound AND b.lower_bound < b.forecast AND b.forecast < b.upper_bound AND
        b.upper_bound <= a.upper_bound)
    FROM rolled a JOIN rolled b USING (loss, origin, step) WHERE a.level > b.level), 'bounds of different levels never cross');
SELECT ok((SELECT bool_and(f.lower_bound <= before.lower_bound AND f.upper_bound >= before.upper_bound)
    FROM models, generate_series(0.02, 0.95, 0.01) level, lstm_forecast(model, level => level) f
        JOIN LATERAL lstm_forecast(model, level => level - 0.01) before USING (step) WHERE loss <> 'mse'),
    'bounds between the levels that a network has learned never cross');
SELECT ok((SELECT bool_and(lower_bound IS NULL AND upper_bound IS NULL AND forecast IS NOT NULL)
    FROM models, lstm_forecast(model, level => 0.951) WHERE loss = 'quantile'), 'beyond the outermost quantiles there are no bounds');
SELECT ok((SELECT bool_and(upper_bound > forecast) FROM models, lstm_forecast(model, level => 0.9999) WHERE loss IN ('gaussian', 'student_t')),
    'a distribution has bounds for every level');
-- lopsided noise has lopsided bounds
CREATE TABLE skewed AS SELECT n, 5 * sin(2 * pi() * n / 12) - 3 * ln(1 - random()) AS value FROM generate_series(1, 1200) n;
CREATE TABLE lopsided AS
SELECT lstm_train('skewed', 'value', 'n', lookback => 12, options => '{"loss": "quantile", "quantiles": [0.9, 0.1], "units": 12}') AS model;
SELECT ok((SELECT avg(upper_bound - forecast) > 1.8 * avg(forecast - lower_bound) FROM lopsided,
    lstm_rolling(model, first_origin => 1000, stride => 1, level => 0.8)), 'quantiles follow noise that is not symmetrical');
SELECT ok((SELECT bool_and(upper_bound IS NULL) FROM lopsided, lstm_forecast(model, level => 0.81)),
    'an outermost quantile of 90 per cent bounds 80 per cent and no more');
SELECT is((SELECT lstm_info(model)#>'{options,quantiles}' FROM lopsided), '[0.1, 0.5, 0.9]', 'the median is added to the levels');
SELECT is((SELECT lstm_info(model)->'options' @> '{"loss": "quantile", "quantiles": [0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975]}'
    FROM models WHERE loss = 'quantile'), true, 'levels that were not given are told');
SELECT is((SELECT lstm_info(model)#>'{options,quantiles}' FROM models WHERE loss = 'gaussian'), 'null', 'losses without a distribution have no quantiles');
SELECT is((SELECT array_agg(output_shape ORDER BY loss) FROM models, lstm_summary(model) WHERE layer = 'dense'),
    '{"(None, 12)","(None, 6)","(None, 54)","(None, 18)"}', 'a network has an output for each number of its distributions');

---- the same bounds wherever they are asked for ----

CREATE TEMP TABLE newest AS SELECT array_agg(value ORDER BY n) AS newest FROM older WHERE n > 1488;
SELECT results_eq(format($$ SELECT step, forecast, lower_bound, upper_bound FROM models, lstm_forecast(model, level => 0.8) WHERE loss = %L $$, loss),
    format($$ SELECT p.step, p.forecast, p.lower_bound, p.upper_bound FROM models, newest, lstm_predict(model, newest, level => 0.8) p
       WHERE loss = %L $$, loss), format('%s: lstm_predict has the bounds of lstm_forecast', loss))
FROM models WHERE loss <> 'mse' ORDER BY loss;
SELECT ok(abs(value - share) < 1e-9, format('%s: lstm_evaluate counts what lies within the bounds of lstm_rolling', loss))
FROM models, lstm_evaluate(model, 'waves', level => 0.8) e
    JOIN LATERAL (SELECT 100 * avg((actual BETWEEN lower_bound AND upper_bound)::int) AS share FROM rolled r
                  WHERE r.loss = models.loss AND level = 0.8) s ON e.metric = 'coverage' WHERE loss <> 'mse' ORDER BY loss;
SELECT ok((SELECT bool_and(is_anomaly = (actual NOT BETWEEN lower_bound AND upper_bound)) AND count(*) FILTER (WHERE is_anomaly) BETWEEN 1 AND 60
    FROM models, lstm_anomalies(model, 'waves', newest => 300, level => 0.9) WHERE loss = 'gaussian'), 'an anomaly lies outside its bounds');
SELECT ok((SELECT corr(abs(actual - expected) / score, sd) > 0.8
    FROM models, lstm_anomalies(model, 'waves', newest => 300) a JOIN (SELECT value, sd FROM waves) w ON w.value = a.actual WHERE loss = 'gaussian'),
    'where there is more noise an error counts less');

---- past the horizon ----

SELECT ok((SELECT bool_and(abs(forecast - lower_bound - (upper_bound - forecast)) < 1e-9)
    FROM models, lstm_forecast(model, steps => 30) WHERE step > 6 AND loss = 'quantile'), 'past the horizon bounds are measured errors');
SELECT ok((SELECT bool_and(upper_bound > forecast AND lower_bound < forecast) FROM models, lstm_forecast(model, steps => 110) WHERE step > 100),
    'bounds go on past what was measured');
SELECT ok((SELECT max(abs(f.forecast - g.forecast)) < 1e-5 FROM models m, newest,
    lstm_forecast(m.model, steps => 12) f, LATERAL (SELECT array_agg(forecast ORDER BY step) AS fed FROM lstm_forecast(m.model)) first,
    LATERAL lstm_predict(m.model, newest || first.fed) g WHERE f.step = g.step + 6), 'the point forecast is what is fed back');

---- calibration ----

SELECT ok((SELECT max(abs((b.upper_bound - b.forecast) / (a.upper_bound - a.forecast) - 1.959963985 / 0.674489750)) < 1e-6
    FROM lstm_train('older', 'value', 'n', horizon => 6, lookback => 12,
            options => '{"loss": "gaussian", "units": 4, "epochs": 3, "calibrate": false}') AS model,
        lstm_forecast(model, level => 0.5) a JOIN LATERAL lstm_forecast(model, level => 0.95) b USING (step)),
    'without calibration bounds are those of the distribution');
CREATE TABLE untested AS
SELECT lstm_train('older', 'value', 'n', horizon => 2, lookback => 12,
    options => '{"loss": "student_t", "units": 4, "epochs": 20, "validation": 0}') AS model;
SELECT ok((SELECT bool_and(upper_bound > forecast AND lower_bound < forecast) FROM untested, lstm_forecast(model)),
    'where nothing was held out the network is believed');
SELECT is((SELECT lstm_info(model)->'intervals' FROM untested), '{"steps": 0, "errors": 0}', 'lstm_info says where nothing was measured');
-- one epoch is far too few to know its spread
CREATE TABLE unlearned AS
SELECT loss, calibrate, lstm_train('older', 'value', 'n', lookback => 12, options => jsonb_build_object('loss', loss, 'units', 2,
    'epochs', 1, 'refit', false, 'learning_rate', 1e-6, 'calibrate', calibrate)) AS model
FROM unnest(ARRAY['quantile', 'gaussian', 'student_t']) loss, unnest(ARRAY[true, false]) calibrate;
SELECT ok(calibrated BETWEEN 74 AND 86 AND abs(bare - 80) > 6,
    format('%s: a network that has learned nothing holds the level (%s of 80 per cent) by calibration only (else %s)', loss,
           round(calibrated::numeric, 1), round(bare::numeric, 1)))
FROM (SELECT loss, sum(value) FILTER (WHERE calibrate) AS calibrated, sum(value) FILTER (WHERE NOT calibrate) AS bare
      FROM unlearned, lstm_evaluate(model, 'waves', level => 0.8) WHERE metric = 'coverage' GROUP BY loss) s ORDER BY loss;

---- columns, presets, missing values, threads ----

CREATE VIEW pairs AS SELECT n, value, 100 - 20 * value AS other FROM waves WHERE n <= 700;
SELECT ok((SELECT count(*) = 12 AND bool_and(lower_bound < forecast AND forecast < upper_bound) AND
        avg(upper_bound - lower_bound) FILTER (WHERE target = 'other') BETWEEN 5 * avg(upper_bound - lower_bound) FILTER (WHERE target = 'value')
            AND 60 * avg(upper_bound - lower_bound) FILTER (WHERE target = 'value')
    FROM lstm_train('pairs', ARRAY['value', 'other'], 'n', horizon => 6, lookback => 12, options => jsonb_build_object('loss', loss, 'units', 6,
        'epochs', 15, 'architecture', preset, 'channels', channels)) AS model, lstm_forecast(model)),
    format('%s of two columns, %s, preset %s: bounds are on the scale of each', loss, channels, preset))
FROM (VALUES ('quantile', 'joint', 'encoder_decoder'), ('quantile', 'independent', 'segment'), ('gaussian', 'joint', 'stacked'),
    ('student_t', 'independent', 'vanilla')) v (loss, channels, preset);
CREATE VIEW gaps AS SELECT n, CASE WHEN n % 17 <> 3 THEN value END AS value FROM older;
SELECT ok((SELECT bool_and(lower_bound < forecast AND forecast < upper_bound) FROM lstm_train('gaps', 'value', 'n', lookback => 12,
    options => jsonb_build_object('loss', loss, 'units', 2, 'epochs', 2, 'missing', 'mask')) AS model, lstm_forecast(model)),
    format('%s leaves missing targets out', loss))
FROM unnest(ARRAY['quantile', 'gaussian', 'student_t']) loss;
SET LOCAL lstm_forecast.max_threads = 4;
SELECT is((SELECT count(DISTINCT lstm_train('older', 'value', 'n', horizon => 3, lookback => 24, options => jsonb_build_object('loss', loss,
    'epochs', 2, 'units', 48, 'batch_size', 256, 'threads', threads))) FROM unnest(ARRAY[1, 2, 4]) threads), 1::bigint,
    format('%s: one, two and four threads train the same model bit for bit', loss))
FROM unnest(ARRAY['quantile', 'gaussian', 'student_t']) loss;
SELECT ok((SELECT bool_and(value IS NOT NULL) FROM lstm_backtest('older', 'value', 'n', horizon => 6, lookback => 12, folds => 2,
    options => '{"loss": "quantile", "units": 2, "epochs": 2}') WHERE metric IN ('coverage', 'interval_width', 'winkler')),
    'backtests know the bounds');
SELECT is((SELECT count(*) FROM models, unnest(ARRAY['forecast', 'rolling']) kind, lstm_plot(model, kind => kind) p WHERE p LIKE '%<svg%'), 8::bigint,
    'plots draw them');

---- errors ----

SELECT is(pg_temp.failure(format($$ SELECT lstm_train('older', 'value', 'n', lookback => 3, options => %L) $$, options)), '22023: ' || failure,
    format('options %s', left(options::text, 70)))
FROM (VALUES
    ('{"quantiles": [0.1, 0.9]}'::jsonb, 'option "quantiles" does not apply to loss mse
HINT: Set "loss": "quantile", or leave quantiles out.'),
    ('{"loss": "quantile", "quantiles": [0.1, 0.5]}', 'option "quantiles" cannot be [0.1, 0.5]
DETAIL: Levels must lie on both sides of 0.5, at least 0.001 apart; there can be at most 31, including 0.5.
HINT: For the interval of 80 percent: [0.1, 0.9].'),
    ('{"loss": "quantile", "quantiles": [0.1, 0.9, 0.9]}', 'option "quantiles" cannot be [0.1, 0.9, 0.9]
DETAIL: Levels must lie on both sides of 0.5, at least 0.001 apart; there can be at most 31, including 0.5.
HINT: For the interval of 80 percent: [0.1, 0.9].'),
    ('{"loss": "quantile", "quantiles": [0, 0.9]}', 'option "quantiles" must be from 0.001 to 0.999, not 0'),
    ('{"loss": "quantile", "quantiles": [0.1, "0.9"]}', 'option "quantiles" must be a number, not "0.9"'),
    ('{"loss": "gaussian", "quantiles": [0.1, 0.9]}', 'option "quantiles" does not apply to loss gaussian
HINT: Set "loss": "quantile", or leave quantiles out.'),
    ('{"calibrate": false}', 'option "calibrate" must be true for loss mse
DETAIL: The intervals of this loss are made from held-out errors alone.
HINT: Leave the option out, or set loss to quantile, gaussian, student_t or negative_binomial.'),
    ('{"loss": "quantile", "architecture": [{"type": "lstm", "units": 2}, {"type": "dense", "units": 1}]}',
     'the network''s output has shape (None, 1), but must have shape (None, 9)
DETAIL: The horizon is 1 and the number of targets 1. The loss takes 9 outputs for each target.
HINT: End with {"type": "dense", "units": 9}.')) AS v (options, failure);
SELECT is(pg_temp.failure($$ SELECT lstm_train('older', 'value', 'n', lookback => 3, options => jsonb_build_object('loss', 'quantile', 'quantiles',
    (SELECT jsonb_agg(i / 40.0) FROM generate_series(1, 39) i))) $$), '22023: option "quantiles" must have at most 31 elements',
    'more levels than a head has are refused');
SELECT lives_ok(format($$ SELECT lstm_train('older', 'value', 'n', horizon => 2, lookback => 3, options => '{"loss": "student_t", "epochs": 1,
    "architecture": [{"type": "lstm", "units": 2}, {"type": "dense", "units": 6}%s]}') $$, more), 'layers of one''s own with enough outputs are taken')
FROM (VALUES (''), (', {"type": "reshape", "target_shape": [2, 3]}')) v (more);

SELECT * FROM finish();
ROLLBACK;
