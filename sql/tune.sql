-- What lstm_tune says while it works, and when it does not. A constant series, on which every error is exactly 0.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS lstm_forecast;
RESET client_min_messages;
CREATE TABLE flat AS SELECT n, 5.0 AS value FROM generate_series(1, 60) AS n;
CREATE TABLE line AS SELECT n, n::float8 AS value FROM generate_series(1, 60) AS n;

-- progress, and that the best is no better than the naive baseline
SELECT rank, trial, status, options, lookback, error, baseline, baseline_error, skill, test_error, test_baseline_error
FROM lstm_tune('flat', 'value', 'n', lookback => 3, options => '{"epochs": 2, "units": 2}', grid => '{"units": [3], "lookback": [3, 58, 4]}');
SELECT rank, trial, status FROM lstm_tune('flat', 'value', 'n', lookback => 3, options => '{"epochs": 1}', max_time => '1 microsecond');
-- better than that in the folds, but not in the test: a map that can be learned, and then only its mean
CREATE TABLE stops AS
WITH RECURSIVE map (n, value) AS (VALUES (1, 0.3::float8) UNION ALL SELECT n + 1, 4 * value * (1 - value) FROM map WHERE n < 280)
SELECT * FROM map UNION ALL SELECT n, (SELECT avg(value) FROM map) FROM generate_series(281, 300) AS n;
\set VERBOSITY terse
SET client_min_messages = warning;
SELECT trial, baseline, skill > 0.3 AS skilful FROM lstm_tune('stops', 'value', 'n', lookback => 2,
    options => '{"epochs": 100, "units": 16, "learning_rate": 0.02, "normalize": "none"}', grid => '{}', test_rows => 20);
RESET client_min_messages;
\set VERBOSITY default

-- nothing succeeds
SELECT * FROM lstm_tune('line', 'value', 'n', lookback => 58, grid => '{"units": 3}');

-- arguments
SELECT * FROM lstm_tune('line', 'value', 'n', grid => '{"unit": [3]}');
SELECT * FROM lstm_tune('line', 'value', 'n', grid => '{"units": [16, "many"]}');
SELECT * FROM lstm_tune('line', 'value', 'n', grid => '{"lookback": ["long"]}');
SELECT * FROM lstm_tune('line', 'value', 'n', grid => '{"step": [1, 2]}');
SELECT * FROM lstm_tune('line', 'value', 'n', grid => '"units"');
SELECT * FROM lstm_tune('line', 'value', 'n', grid => (SELECT jsonb_object_agg(name, '[0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.11, 0.12]'::jsonb)
    FROM unnest('{validation,dropout,momentum,weight_decay,clip_norm,learning_rate}'::text[]) AS name)
    || '{"units": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], "epochs": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], "seed": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]}');
SELECT * FROM lstm_tune('line', 'value', 'n', options => '{"epoch": 3}');
SELECT * FROM lstm_tune('line', 'value', 'n', trials => 0);
SELECT * FROM lstm_tune('line', 'value', 'n', max_time => '0 s');
SELECT * FROM lstm_tune('line', 'value', 'n', horizon => 4, test_rows => 2);
SELECT * FROM lstm_tune('line', 'value', 'n', horizon => 12, folds => 5);
SELECT * FROM lstm_tune('line', 'value', 'n', series_column => 'n');
DROP TABLE flat, line, stops;
