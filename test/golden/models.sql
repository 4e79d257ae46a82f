-- Models of every shape that the format has, small: make.sh writes their bytes as files.
-- The table golden has them by name.
\set ON_ERROR_STOP 1
SET client_min_messages = error;
SET timezone = 'Europe/Berlin';
CREATE EXTENSION lstm_forecast;

CREATE TABLE days AS
    SELECT date '2024-01-01' + i AS day, i AS number, (date '2024-01-01' + i * 3)::timestamp AS at,
        50 + 20 * sin(i * 0.9) + i * 0.3 AS value, 90 - 10 * sin(i * 0.9) AS other
    FROM generate_series(0, 79) AS i;
CREATE TABLE months AS
    SELECT (date '2017-01-31' + make_interval(months => i))::date AS month, 100 * exp(i * 0.02) * (2 + sin(i * 0.5236)) AS value
    FROM generate_series(0, 71) AS i
    WHERE i <> 40;
CREATE TABLE shops AS
    SELECT format('shop %s', s) AS shop, timestamptz '2024-03-01 00:00+01' + make_interval(hours => i) AS at,
        s * (10 + 5 * sin(i * 0.2618)) + (i % 5) AS sold, (i % 5) * 1.5 AS price, 10.5 * s AS area,
        CASE WHEN s = 2 THEN 'hill' ELSE 'coast' END AS place
    FROM generate_series(1, 3) AS s, generate_series(0, 59) AS i;
CREATE TABLE walks AS
    SELECT date '2024-02-01' + i AS day, 20 * (i % 4) AS value, CASE WHEN i % 4 > 1 THEN 'dry' ELSE 'wet' END AS sky
    FROM generate_series(0, 63) AS i
    WHERE i <> 30;

CREATE TABLE golden (name text PRIMARY KEY, model bytea NOT NULL);
INSERT INTO golden VALUES
    ('vanilla', lstm_train('days', 'value', 'day', lookback => 6, horizon => 2, options => '{"units": 4, "epochs": 4}')),
    ('ensemble', lstm_train('days', 'value', 'number', lookback => 5, options =>
        '{"architecture": "stacked", "units": [4, 3], "epochs": 4, "ensemble": 3, "blend": "auto", "dropout": 0.1}')),
    ('quantile', lstm_train('days', 'value', 'at', lookback => 6, horizon => 2, options =>
        '{"units": 4, "epochs": 4, "loss": "quantile", "quantiles": [0.1, 0.5, 0.9]}')),
    ('gaussian', lstm_train('days', ARRAY['value', 'other'], 'day', lookback => 6, options =>
        '{"units": 4, "epochs": 4, "loss": "gaussian"}')),
    ('student_t', lstm_train('days', 'value', 'day', lookback => 6, horizon => 3, options =>
        '{"architecture": "encoder_decoder", "bidirectional": true, "units": 3, "epochs": 3, "loss": "student_t"}')),
    ('series', lstm_train('shops', 'sold', 'at', 'shop', lookback => 8, horizon => 3, known_inputs => ARRAY['price'],
        static_inputs => ARRAY['area', 'place'], options =>
        '{"units": 4, "epochs": 3, "calendar": ["hour_of_day", "day_of_week"], "series_embedding": true}')),
    ('segment', lstm_train('days', ARRAY['value', 'other'], 'day', lookback => 14, horizon => 14, options =>
        '{"architecture": "segment", "segment_length": 7, "units": 4, "epochs": 3}')),
    ('dependent', lstm_train('days', 'value', 'day', lookback => 4, inputs => ARRAY['other'], options =>
        '{"units": 3, "epochs": 3, "lead": 0, "normalize": "last"}')),
    ('transforms', lstm_train('months', 'value', 'month', lookback => 24, horizon => 2, options =>
        '{"units": 3, "epochs": 3, "log": true, "difference": 12, "lower_limit": 0, "upper_limit": 2000, "missing": "seasonal",
        "scale": "minmax"}')),
    ('text', lstm_train('walks', 'value', 'day', lookback => 6, horizon => 3, known_inputs => ARRAY['sky'], options =>
        '{"units": 3, "epochs": 3}')),
    ('cnn_lstm', lstm_train('days', 'value', 'day', lookback => 8, options =>
        '{"architecture": "cnn_lstm", "units": 3, "epochs": 3}')),
    ('conv_lstm', lstm_train('days', 'value', 'day', lookback => 8, options =>
        '{"architecture": "conv_lstm", "units": 3, "epochs": 3, "optimizer": "sgd", "momentum": 0.5}')),
    ('layers', lstm_train('days', 'value', 'day', lookback => 8, horizon => 2, options =>
        '{"epochs": 3, "loss": "huber", "architecture": [
            {"type": "conv1d", "filters": 3, "kernel_size": 3, "padding": "causal", "activation": "elu"},
            {"type": "max_pool1d"},
            {"type": "bidirectional", "merge_mode": "mul", "layer": {"type": "lstm", "units": 2, "return_sequences": true}},
            {"type": "time_distributed", "layer": {"type": "dense", "units": 2, "activation": "softplus"}},
            {"type": "lstm", "units": 3, "go_backwards": true, "use_bias": false},
            {"type": "dropout", "rate": 0.2},
            {"type": "dense", "units": 2}]}'));
INSERT INTO golden
    SELECT 'aggregate', lstm_train_agg(day, value, '{"lookback": 6, "units": 4, "epochs": 4}')
    FROM days;
INSERT INTO golden
    SELECT 'imported', lstm_import('{"input": [3, 1], "layers": [{"type": "lstm", "units": 2}, {"type": "dense", "units": 1}]}',
        array_agg((i * 37 % 19 - 9) / 10.0::real ORDER BY i)::real[])
    FROM generate_series(1, 35) AS i;
