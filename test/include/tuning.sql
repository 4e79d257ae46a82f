-- What a session of its own is told about the pretrained network, which is to be trained on.
SET client_min_messages = notice;
CREATE TEMP TABLE chaos AS WITH RECURSIVE map AS (
    SELECT g, 1 AS i, 0.2 + 0.019 * g AS v FROM generate_series(1, 30) g
    UNION ALL SELECT g, i + 1, 3.9 * v * (1 - v) FROM map WHERE i < 100)
SELECT g, i, v::float8 FROM map;
SELECT length(lstm_train('chaos', 'v', 'i', series_column => 'g', horizon => 2, options => '{"init": "pretrained", "candidates": ["zero_shot"]}')) > 0 AS trained;
CREATE TEMP TABLE one AS SELECT * FROM chaos WHERE g = 1;
SELECT length(lstm_train('one', 'v', 'i', horizon => 2, options => '{"init": "pretrained", "candidates": ["zero_shot"]}')) > 0 AS trained;
