-- Small models of many kinds, as a name and hexadecimal digits: where the search for forgeries starts. See "make fuzz-corpus".
\set QUIET on
\pset format unaligned
\pset tuples_only on
\pset fieldsep ' '
SET client_min_messages = error;
CREATE EXTENSION IF NOT EXISTS lstm_forecast;
CREATE TEMP TABLE seen AS
SELECT shop, date '2024-01-01' + n AS day, n, (n * n % 11 + n % 4 + 1)::float8 AS value, (n % 5)::float8 AS other, n % 2 AS promo,
    length(shop) AS size, shop AS kind
FROM generate_series(0, 23) n, unnest(ARRAY['a', 'bb']) shop;
CREATE VIEW pg_temp.one AS SELECT * FROM seen WHERE shop = 'a';

-- one value, one change of the defaults
SELECT 'option' || row_number() OVER (), encode(lstm_train('one', 'value', 'day', horizon => 2, lookback => 6,
    options => '{"epochs": 1, "units": 1}'::jsonb || change::jsonb), 'hex')
FROM unnest(ARRAY[
    '{"architecture": "vanilla"}', '{"architecture": "stacked"}', '{"architecture": "bidirectional"}', '{"architecture": "cnn_lstm"}',
    '{"architecture": "conv_lstm"}', '{"architecture": "encoder_decoder"}', '{"architecture": "encoder_decoder", "bidirectional": true}',
    '{"architecture": "segment", "segment_length": 2}', '{"loss": "quantile", "quantiles": [0.1, 0.9]}', '{"loss": "gaussian"}',
    '{"loss": "student_t", "calibrate": false}', '{"ensemble": 2}', '{"blend": "auto"}', '{"log": true}', '{"difference": 1}',
    '{"difference": 2, "log": true, "lower_limit": -1, "upper_limit": 100}', '{"normalize": "last"}', '{"normalize": "mean"}',
    '{"normalize": "season_mean"}', '{"normalize": "seasonal_naive"}', '{"normalize": "season_profile"}', '{"scale": "minmax"}',
    '{"calendar": ["day_of_week", "month_of_year"]}', '{"missing": "mask"}', '{"missing": "seasonal"}', '{"missing": "auto", "lower_limit": null}', '{"timing": true}', '{"dropout": 0.5}',
    '{"activation": "relu", "recurrent_activation": "softplus"}', '{"validation": 0}',
    '{"architecture": [{"type": "conv1d", "filters": 2, "kernel_size": 2, "padding": "same"}, {"type": "max_pool1d"}, {"type": "flatten"}, {"type": "dense", "units": 2}]}',
    '{"architecture": [{"type": "reshape", "target_shape": [2, 3, 1]}, {"type": "time_distributed", "layer": {"type": "conv1d", "filters": 1, "kernel_size": 2}},
        {"type": "time_distributed", "layer": {"type": "flatten"}}, {"type": "lstm", "units": 1, "go_backwards": true}, {"type": "dense", "units": 2}]}',
    '{"architecture": [{"type": "reshape", "target_shape": [2, 1, 3, 1]}, {"type": "conv_lstm2d", "filters": 1, "kernel_size": [1, 2], "padding": "same"},
        {"type": "flatten"}, {"type": "dropout", "rate": 0.5}, {"type": "dense", "units": 2}]}',
    '{"architecture": [{"type": "bidirectional", "layer": {"type": "lstm", "units": 1}, "merge_mode": "mul"}, {"type": "repeat_vector", "n": 2},
        {"type": "lstm", "units": 1, "return_sequences": true}, {"type": "dense", "units": 1, "activation": "elu"}]}',
    '{"architecture": [{"type": "segment_lstm", "units": 1, "segments": 2}, {"type": "dense", "units": 1}]}']) change;

-- several columns and series
SELECT 'targets', encode(lstm_train('one', ARRAY['value', 'other'], 'day', lookback => 3, options => '{"epochs": 1, "units": 1}'), 'hex');
SELECT 'channels', encode(lstm_train('one', ARRAY['value', 'other'], 'day', lookback => 3, options => '{"epochs": 1, "units": 1, "channels": "independent"}'), 'hex');
SELECT 'lead', encode(lstm_train('one', 'value', 'day', inputs => '{other}', horizon => 2, lookback => 3, options => '{"epochs": 1, "units": 1, "lead": 0}'), 'hex');
SELECT 'known', encode(lstm_train('one', 'value', 'day', known_inputs => '{promo}', horizon => 2, lookback => 3, options => '{"epochs": 1, "units": 1}'), 'hex');
SELECT 'integer', encode(lstm_train('one', 'value', 'n', lookback => 2, options => '{"epochs": 1, "units": 1}'), 'hex');
SELECT 'series', encode(lstm_train('seen', 'value', 'day', 'shop', lookback => 2, options => '{"epochs": 1, "units": 1}'), 'hex');
SELECT 'static', encode(lstm_train('seen', 'value', 'day', 'shop', lookback => 2, horizon => 2, known_inputs => '{promo}', static_inputs => '{size,kind}',
    options => '{"epochs": 1, "units": 1, "series_embedding": true, "loss": "gaussian", "calendar": ["day_of_week"]}'), 'hex');

-- without a table
SELECT 'aggregate', encode(lstm_train_agg(day, value, '{"epochs": 1, "units": 1, "lookback": 2}'), 'hex') FROM pg_temp.one;
SELECT 'values', encode(lstm_train_agg(ARRAY[value, other], '{"epochs": 1, "units": 1, "lookback": 2}' ORDER BY day), 'hex') FROM pg_temp.one;
SELECT 'imported', encode(lstm_import('{"input": [2, 1], "layers": [{"type": "lstm", "units": 1, "use_bias": false}, {"type": "dense", "units": 1}]}',
    ARRAY[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]), 'hex');
