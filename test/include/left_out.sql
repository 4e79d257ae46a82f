-- What a session of its own is told about series of which some cannot be used.
SET client_min_messages = notice;
CREATE TEMP TABLE mixed AS SELECT s, date '2024-01-01' + i AS at, (i % 5)::float8 AS value
FROM unnest(ARRAY['whole1', 'whole2', 'whole3', 'whole4', 'gap1', 'gap2', 'gap3', 'unknown']) s, generate_series(0, 49) i;
DELETE FROM mixed WHERE s LIKE 'gap%' AND extract(day FROM at) BETWEEN 11 AND 20;
DELETE FROM mixed WHERE s = 'whole2' AND at = '2024-01-11' OR s = 'whole3' AND at IN ('2024-01-12', '2024-02-06');
UPDATE mixed SET value = NULL WHERE s = 'unknown';
INSERT INTO mixed SELECT s, date '2024-01-01', 1 FROM unnest(ARRAY['new1', 'new2']) s;
SELECT length(lstm_train('mixed', 'value', series_column => 's', lookback => 5, options => '{"epochs": 1, "units": 1}')) > 0 AS trained;
