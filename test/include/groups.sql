-- What a session of its own is told about an error in one group of many.
SET timezone = 'UTC';
CREATE TEMP TABLE grouped AS SELECT 'long' AS g, timestamptz '2024-01-01 00:00+00' + i * interval '1 day' AS at, i::float8 AS value FROM generate_series(0, 40) i
UNION ALL SELECT 'short', timestamptz '2024-03-01 00:00+00' + i * interval '1 day', i FROM generate_series(0, 2) i;
SELECT g, length(lstm_train_agg(at, value, '{"epochs": 1, "lookback": 5}')) > 0 FROM grouped GROUP BY g;
SELECT lstm_train_agg(value, '{"lookback": 5}' ORDER BY n) FROM (VALUES (1, 3.14159265358979), (2, 7)) v (n, value);
CREATE TEMP TABLE short_series AS SELECT s, n, (s + n % 3)::float8 AS value FROM generate_series(1, 300) s, generate_series(1, 40) n;
SELECT length(lstm_train('short_series', 'value', 'n', 's', lookback => 4, horizon => 30, options => '{"epochs": 1, "units": 1}')) > 0;
