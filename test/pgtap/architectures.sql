-- Every preset and every layer of Keras that is offered trains and forecasts; what does not fit is explained.
BEGIN;
SET LOCAL client_min_messages = error;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lstm_forecast;

SELECT plan(129);

CREATE TABLE days (at date PRIMARY KEY, value float8, other float8);
INSERT INTO days SELECT date '2024-01-01' + i, sin(i / 3.0) * 5 + i * 0.1, i * i % 11 FROM generate_series(1, 40) AS i;

CREATE FUNCTION pg_temp.trained(architecture jsonb, more jsonb DEFAULT '{}', lookback int DEFAULT 6, horizon int DEFAULT 1)
RETURNS bytea LANGUAGE sql AS
$$ SELECT lstm_train('days', 'value', lookback => lookback, horizon => horizon,
       options => jsonb_build_object('epochs', 2, 'architecture', architecture) || more) $$;
-- one forecast per step, all of them numbers
CREATE FUNCTION pg_temp.forecasts(model bytea) RETURNS int LANGUAGE sql AS
$$ SELECT count(*)::int FROM lstm_forecast(model) WHERE forecast > '-infinity' AND forecast < 'infinity' $$;
CREATE FUNCTION pg_temp.summary(model bytea) RETURNS text LANGUAGE sql AS
$$ SELECT string_agg(format('%s %s %s', layer, output_shape, parameters), ', ' ORDER BY layer_no) FROM lstm_summary(model) $$;
\ir ../include/failure.sql

---- presets ----

SELECT is(pg_temp.forecasts(pg_temp.trained(to_jsonb(name), '{"units": 3}', 6, horizon)), horizon,
    format('%s forecasts %s step(s)', name, horizon))
FROM lstm_presets(), unnest(ARRAY[1, 3]) AS horizon;
SELECT is(pg_temp.forecasts(pg_temp.trained(to_jsonb(name), '{"units": 3}', lookback)), 1,
    format('%s takes a lookback of %s', name, lookback))
FROM lstm_presets(), unnest(ARRAY[1, 7]) AS lookback;
SELECT isnt(pg_temp.summary(pg_temp.trained(to_jsonb(name), '{"units": 3}')), pg_temp.summary(pg_temp.trained(to_jsonb(name), '{"units": 4}')),
    format('units size %s', name)) FROM lstm_presets() WHERE name <> 'linear';
SELECT is(pg_temp.summary(pg_temp.trained('"vanilla"', '{"units": 3, "bidirectional": true}')),
    pg_temp.summary(pg_temp.trained('"bidirectional"', '{"units": 3}')), 'vanilla in both directions is bidirectional');
SELECT is(pg_temp.summary(pg_temp.trained('"stacked"', '{"units": [3, 2], "dropout": 0.5, "bidirectional": true}')),
    'bidirectional (lstm) (None, 6, 6) 120, dropout (None, 6, 6) 0, bidirectional (lstm) (None, 4) 144, dropout (None, 4) 0, dense (None, 1) 5',
    'units, dropout and bidirectional shape a stack');
SELECT is(lstm_info(pg_temp.trained('"vanilla"', '{"units": 3, "activation": "relu", "recurrent_activation": "linear"}'))#>'{layers,0}',
    '{"type": "lstm", "units": 3, "activation": "relu", "recurrent_activation": "linear"}', 'activations reach the layer');

CREATE TABLE counted AS SELECT i AS n, abs(hashint4(i)) % 4 AS value FROM generate_series(1, 80) AS i;
SELECT is(lstm_info(lstm_train('counted', 'value', 'n', lookback => 4, options => jsonb_build_object('epochs', 2, 'architecture', 'linear', 'loss', loss)))->'options'->>'optimizer', optimizer,
    format('a linear map that minimizes %s is found by %s', loss, optimizer))
FROM (VALUES ('mse', 'least_squares'), ('quantile', 'adam'), ('gaussian', 'adam'), ('student_t', 'adam'), ('negative_binomial', 'adam')) v (loss, optimizer);

---- presets of another cell ----

SELECT is(pg_temp.forecasts(pg_temp.trained(to_jsonb(name), '{"units": 3, "cell": "gru"}', 6, horizon)), horizon,
    format('%s of gru forecasts %s step(s)', name, horizon))
FROM lstm_presets(), unnest(ARRAY[1, 3]) AS horizon WHERE name NOT IN ('conv_lstm', 'segment', 'linear');
SELECT is(pg_temp.summary(pg_temp.trained('"stacked"', '{"units": [3, 2], "cell": "gru", "bidirectional": true}')),
    'bidirectional (gru) (None, 6, 6) 108, bidirectional (gru) (None, 4) 120, dense (None, 1) 5', 'a stack of gru in both directions');
SELECT is(pg_temp.summary(pg_temp.trained('"vanilla"', '{"units": 3, "cell": "lstm"}')), pg_temp.summary(pg_temp.trained('"vanilla"', '{"units": 3}')),
    'the cell is lstm where nothing is said');
SELECT is(pg_temp.failure(format($$ SELECT pg_temp.trained('"%s"', '{"cell": "gru"}') $$, name)),
    format('22023: option "cell" must be lstm for the preset %s
DETAIL: The preset has a recurrent layer of its own, which is made of that cell.', name), format('%s has a cell of its own', name))
FROM unnest(ARRAY['conv_lstm', 'segment', 'linear']) AS name;
SELECT is(pg_temp.failure($$ SELECT pg_temp.trained('"vanilla"', '{"cell": "grue"}') $$),
    '22023: option "cell" must be one of lstm, gru, not "grue"
HINT: Perhaps you meant "gru".', 'a cell that does not exist');
SELECT is((SELECT array_agg(name || ' ' || shape::text ORDER BY ordinality) FROM lstm_weights(pg_temp.trained(
        '[{"type": "bidirectional", "layer": {"type": "gru", "units": 2, "return_sequences": true}},
        {"type": "gru", "units": 1, "reset_after": false}, {"type": "dense", "units": 1}]')) WITH ORDINALITY),
    ARRAY['forward_kernel {1,6}', 'forward_recurrent_kernel {2,6}', 'forward_bias {2,6}', 'backward_kernel {1,6}',
        'backward_recurrent_kernel {2,6}', 'backward_bias {2,6}', 'kernel {4,3}', 'recurrent_kernel {1,3}', 'bias {3}',
        'kernel {1,1}', 'bias {1}'], 'tensors of gru');
---- each kind of layer ----

SELECT is(pg_temp.summary(pg_temp.trained(layers)), summary, format('shapes and parameters: %s', name))
FROM (VALUES
    ('lstm', '[{"type": "lstm", "units": 3}, {"type": "dense", "units": 1}]'::jsonb,
        'lstm (None, 3) 60, dense (None, 1) 4'),
    ('gru', '[{"type": "gru", "units": 3}, {"type": "dense", "units": 1}]', 'gru (None, 3) 54, dense (None, 1) 4'),
    ('gru of sequences, reset before', '[{"type": "gru", "units": 3, "return_sequences": true, "go_backwards": true, "reset_after": false},
        {"type": "gru", "units": 2, "use_bias": false, "activation": "relu", "recurrent_activation": "softplus"}, {"type": "dense", "units": 1}]',
        'gru (None, 6, 3) 45, gru (None, 2) 30, dense (None, 1) 3'),
    ('bidirectional gru', '[{"type": "bidirectional", "layer": {"type": "gru", "units": 3}}, {"type": "dense", "units": 1}]',
        'bidirectional (gru) (None, 6) 108, dense (None, 1) 7'),
    ('lstm without bias', '[{"type": "lstm", "units": 3, "use_bias": false}, {"type": "dense", "units": 1, "use_bias": false}]',
        'lstm (None, 3) 48, dense (None, 1) 3'),
    ('lstm of sequences', '[{"type": "lstm", "units": 3, "return_sequences": true, "go_backwards": true, "unit_forget_bias": false},
        {"type": "lstm", "units": 2, "activation": "softplus", "recurrent_activation": "sigmoid"}, {"type": "dense", "units": 1}]',
        'lstm (None, 6, 3) 60, lstm (None, 2) 48, dense (None, 1) 3'),
    ('bidirectional, concat', '[{"type": "bidirectional", "layer": {"type": "lstm", "units": 3}}, {"type": "dense", "units": 1}]',
        'bidirectional (lstm) (None, 6) 120, dense (None, 1) 7'),
    ('bidirectional, sum', '[{"type": "bidirectional", "merge_mode": "sum", "layer": {"type": "lstm", "units": 3}},
        {"type": "dense", "units": 1}]', 'bidirectional (lstm) (None, 3) 120, dense (None, 1) 4'),
    ('bidirectional, ave', '[{"type": "bidirectional", "merge_mode": "ave", "layer": {"type": "lstm", "units": 3,
        "return_sequences": true}}, {"type": "flatten"}, {"type": "dense", "units": 1}]',
        'bidirectional (lstm) (None, 6, 3) 120, flatten (None, 18) 0, dense (None, 1) 19'),
    ('bidirectional, mul', '[{"type": "bidirectional", "merge_mode": "mul", "layer": {"type": "lstm", "units": 3}},
        {"type": "dense", "units": 1}]', 'bidirectional (lstm) (None, 3) 120, dense (None, 1) 4'),
    ('dense on the last axis', '[{"type": "dense", "units": 4, "activation": "relu"}, {"type": "flatten"}, {"type": "dense", "units": 1}]',
        'dense (None, 6, 4) 8, flatten (None, 24) 0, dense (None, 1) 25'),
    ('conv1d, valid', '[{"type": "conv1d", "filters": 4, "kernel_size": 3, "activation": "relu"}, {"type": "flatten"},
        {"type": "dense", "units": 1}]', 'conv1d (None, 4, 4) 16, flatten (None, 16) 0, dense (None, 1) 17'),
    ('conv1d, same and strides', '[{"type": "conv1d", "filters": 4, "kernel_size": 3, "padding": "same", "strides": 2}, {"type": "flatten"},
        {"type": "dense", "units": 1}]', 'conv1d (None, 3, 4) 16, flatten (None, 12) 0, dense (None, 1) 13'),
    ('conv1d, causal, sizes in brackets', '[{"type": "conv1d", "filters": 4, "kernel_size": [3], "padding": "causal", "use_bias": false},
        {"type": "lstm", "units": 1}, {"type": "dense", "units": 1}]', 'conv1d (None, 6, 4) 12, lstm (None, 1) 24, dense (None, 1) 2'),
    ('max_pool1d', '[{"type": "max_pool1d"}, {"type": "flatten"}, {"type": "dense", "units": 1}]',
        'max_pool1d (None, 3, 1) 0, flatten (None, 3) 0, dense (None, 1) 4'),
    ('max_pool1d with strides', '[{"type": "max_pool1d", "pool_size": 3, "strides": 1, "padding": "same"}, {"type": "flatten"},
        {"type": "dense", "units": 1}]', 'max_pool1d (None, 6, 1) 0, flatten (None, 6) 0, dense (None, 1) 7'),
    ('reshape with -1', '[{"type": "reshape", "target_shape": [-1, 2]}, {"type": "lstm", "units": 2}, {"type": "dense", "units": 1}]',
        'reshape (None, 3, 2) 0, lstm (None, 2) 40, dense (None, 1) 3'),
    ('repeat_vector', '[{"type": "lstm", "units": 2}, {"type": "repeat_vector", "n": 1}, {"type": "lstm", "units": 2,
        "return_sequences": true}, {"type": "dense", "units": 1}]',
        'lstm (None, 2) 32, repeat_vector (None, 1, 2) 0, lstm (None, 1, 2) 40, dense (None, 1, 1) 3'),
    ('conv_lstm2d', '[{"type": "reshape", "target_shape": [2, 1, 3, 1]}, {"type": "conv_lstm2d", "filters": 2, "kernel_size": [1, 2]},
        {"type": "flatten"}, {"type": "dense", "units": 1}]',
        'reshape (None, 2, 1, 3, 1) 0, conv_lstm2d (None, 1, 2, 2) 56, flatten (None, 4) 0, dense (None, 1) 5'),
    ('conv_lstm2d, same, of sequences', '[{"type": "reshape", "target_shape": [2, 1, 3, 1]}, {"type": "conv_lstm2d", "filters": 2,
        "kernel_size": [1, 2], "padding": "same", "return_sequences": true}, {"type": "flatten"}, {"type": "dense", "units": 1}]',
        'reshape (None, 2, 1, 3, 1) 0, conv_lstm2d (None, 2, 1, 3, 2) 56, flatten (None, 12) 0, dense (None, 1) 13'),
    ('dropout', '[{"type": "lstm", "units": 2}, {"type": "dropout", "rate": 0.5}, {"type": "dense", "units": 1}]',
        'lstm (None, 2) 32, dropout (None, 2) 0, dense (None, 1) 3'),
    ('time_distributed', '[{"type": "reshape", "target_shape": [2, 3, 1]}, {"type": "time_distributed", "layer": {"type": "conv1d",
        "filters": 4, "kernel_size": 2}}, {"type": "time_distributed", "layer": {"type": "max_pool1d"}},
        {"type": "time_distributed", "layer": {"type": "flatten"}}, {"type": "time_distributed", "layer": {"type": "dense", "units": 3}},
        {"type": "lstm", "units": 2}, {"type": "dense", "units": 1}]',
        'reshape (None, 2, 3, 1) 0, time_distributed (conv1d) (None, 2, 2, 4) 12, time_distributed (max_pool1d) (None, 2, 1, 4) 0, '
        'time_distributed (flatten) (None, 2, 4) 0, time_distributed (dense) (None, 2, 3) 15, lstm (None, 2) 48, dense (None, 1) 3')
) AS v (name, layers, summary);
SELECT is(lstm_info(pg_temp.trained(layers))->'layers', layers, format('lstm_info gives the layers back as they were written: %s', layers->0))
FROM (VALUES
    ('[{"type": "lstm", "units": 3, "use_bias": false, "activation": "relu", "go_backwards": true}, {"type": "dense", "units": 1}]'::jsonb),
    ('[{"type": "bidirectional", "merge_mode": "mul", "layer": {"type": "lstm", "units": 3, "unit_forget_bias": false}}, {"type": "dense", "units": 1}]'),
    ('[{"type": "gru", "units": 3, "reset_after": false, "return_sequences": true}, {"type": "bidirectional", "layer": {"type": "gru", "units": 3}},
        {"type": "dense", "units": 1}]'),
    ('[{"type": "max_pool1d", "pool_size": 3, "strides": 1, "padding": "same"}, {"type": "flatten"}, {"type": "dense", "units": 1}]'),
    ('[{"type": "dropout", "rate": 0.125}, {"type": "reshape", "target_shape": [-1]}, {"type": "dense", "units": 1, "activation": "elu"}]')
) AS v (layers);
SELECT is(pg_temp.forecasts(pg_temp.trained(format('[{"type": "lstm", "units": 2, "activation": "%s"}, {"type": "dense", "units": 1,
    "activation": "linear"}]', name)::jsonb)), 1, format('activation %s', name))
FROM unnest(ARRAY['linear', 'tanh', 'sigmoid', 'relu', 'elu', 'softplus']) AS name;
SELECT isnt((SELECT array_agg(forecast) FROM lstm_forecast(pg_temp.trained('[{"type": "lstm", "units": 3}, {"type": "dense", "units": 1}]'))),
    (SELECT array_agg(forecast) FROM lstm_forecast(pg_temp.trained('[{"type": "lstm", "units": 3}, {"type": "dropout", "rate": 0.5},
        {"type": "dense", "units": 1}]'))), 'dropout changes what is learned');
SELECT is(pg_temp.forecasts(pg_temp.trained('[{"type": "lstm", "units": 2}, {"type": "dense", "units": 3}]', horizon => 3)), 3,
    'a vector of outputs is several steps');
SELECT is(pg_temp.forecasts(lstm_train('days', ARRAY['value', 'other'], lookback => 4, horizon => 2, options => '{"epochs": 1,
        "architecture": [{"type": "lstm", "units": 2}, {"type": "dense", "units": 4}]}')), 4, 'a vector may be steps by targets too');

---- what does not fit ----

SELECT is(pg_temp.failure(format($$ SELECT pg_temp.trained(%L) $$, architecture)), '22023: ' || failure, description)
FROM (VALUES
    ('"vanila"', 'option "architecture" must be one of vanilla, stacked, bidirectional, cnn_lstm, conv_lstm, encoder_decoder, segment, linear, not "vanila"
HINT: Perhaps you meant "vanilla".', 'a preset that does not exist'),
    ('{}', 'option "architecture" must be one of vanilla, stacked, bidirectional, cnn_lstm, conv_lstm, encoder_decoder, segment, linear, not {}',
        'an object is no architecture'),
    ('[3]', 'layer 1 must be a JSON object, not 3
HINT: For example: {"type": "lstm", "units": 50}.', 'a number is no layer'),
    ('[{"units": 3}]', 'layer 1 has no "type"', 'a layer without type'),
    ('[{"type": "lsmt", "units": 3}]', '"type" of layer 1 must be one of lstm, bidirectional, dense, time_distributed, conv1d, max_pool1d, '
        'flatten, reshape, repeat_vector, conv_lstm2d, dropout, segment_lstm, category_embedding, gru, not "lsmt"
HINT: Perhaps you meant "lstm".', 'a type that does not exist'),
    ('[{"type": "lstm", "unit": 3}]', 'layer 1 (lstm) has no argument "unit"
DETAIL: This layer takes units, activation, recurrent_activation, use_bias, unit_forget_bias, return_sequences, go_backwards.
HINT: Perhaps you meant "units".', 'an argument that does not exist'),
    ('[{"type": "flatten", "units": 3}]', 'layer 1 (flatten) has no argument "units"', 'an argument of another layer'),
    ('[{"type": "lstm"}]', 'layer 1 (lstm) needs "units"', 'units are missing'),
    ('[{"type": "conv1d", "kernel_size": 2}]', 'layer 1 (conv1d) needs "filters"', 'filters are missing'),
    ('[{"type": "repeat_vector"}]', 'layer 1 (repeat_vector) needs "n"', 'n is missing'),
    ('[{"type": "lstm", "units": 0}]', 'argument "units" of layer 1 (lstm) must be an integer from 1 to 1048576, not 0', 'no units'),
    ('[{"type": "lstm", "units": "3"}]', 'argument "units" of layer 1 (lstm) must be an integer, not "3"', 'units as a string'),
    ('[{"type": "lstm", "units": 2.5}]', 'argument "units" of layer 1 (lstm) must be an integer from 1 to 1048576, not 2.5', 'half a unit'),
    ('[{"type": "lstm", "units": 2, "return_sequences": "yes"}]',
        'argument "return_sequences" of layer 1 (lstm) must be true or false, not "yes"', 'a string for a boolean'),
    ('[{"type": "lstm", "units": 2, "activation": "rleu"}]',
        'argument "activation" of layer 1 (lstm) must be one of linear, tanh, sigmoid, relu, elu, softplus, not "rleu"
HINT: Perhaps you meant "relu".', 'an activation that does not exist'),
    ('[{"type": "dropout", "rate": 1}]', 'argument "rate" of layer 1 (dropout) must be from 0 to 0.999999, not 1', 'dropping all'),
    ('[{"type": "lstm", "units": 2}, {"type": "lstm", "units": 2}, {"type": "dense", "units": 1}]',
        'layer 2 (lstm) cannot take an input of shape (None, 2)
HINT: A recurrent layer before another one needs "return_sequences": true; flatten, reshape and repeat_vector change the number of dimensions.',
        'an lstm after one that returns no sequences'),
    ('[{"type": "bidirectional"}]', 'layer 1 (bidirectional) needs "layer", the one layer that it wraps
HINT: For example: {"type": "bidirectional", "layer": {"type": "lstm", "units": 50}}.', 'a wrapper around nothing'),
    ('[{"type": "bidirectional", "layer": {"type": "dense", "units": 2}}]', 'layer 1 (bidirectional) cannot wrap a layer of type dense
DETAIL: It wraps lstm, gru.', 'a wrapper around the wrong layer'),
    ('[{"type": "time_distributed", "layer": {"type": "lstm", "units": 2}}]', 'layer 1 (time_distributed) cannot wrap a layer of type lstm
DETAIL: It wraps dense, conv1d, max_pool1d, flatten.', 'the other wrapper around the wrong layer'),
    ('[{"type": "lstm", "units": 2}, {"type": "reshape", "target_shape": [3]}, {"type": "dense", "units": 1}]',
        'the arguments of layer 2 (reshape) do not fit its input of shape (None, 2)
HINT: Sizes must be positive, kernels and pools must fit into the steps they run over, and a reshape must keep the number of elements.',
        'a reshape to another number of elements'),
    ('[{"type": "reshape", "target_shape": [-1, -1]}, {"type": "flatten"}, {"type": "dense", "units": 1}]',
        'the arguments of layer 1 (reshape) do not fit its input of shape (None, 6, 1)
HINT: Sizes must be positive, kernels and pools must fit into the steps they run over, and a reshape must keep the number of elements.',
        'a reshape with two open dimensions'),
    ('[{"type": "conv1d", "filters": 2, "kernel_size": 7}, {"type": "flatten"}, {"type": "dense", "units": 1}]',
        'the arguments of layer 1 (conv1d) do not fit its input of shape (None, 6, 1)
HINT: Sizes must be positive, kernels and pools must fit into the steps they run over, and a reshape must keep the number of elements.',
        'a kernel longer than the window')
) AS v (architecture, failure, description);
SELECT throws_ok($$ SELECT pg_temp.trained('[]') $$, '22023', NULL, 'no layers');
SELECT throws_ok($$ SELECT pg_temp.trained('[{"type": "lstm", "units": 2}, {"type": "dense", "units": 3}]') $$, '22023', NULL,
    'more outputs than horizon and targets');
SELECT throws_ok($$ SELECT pg_temp.trained('[{"type": "lstm", "units": 2}, {"type": "dense", "units": 1}]', horizon => 2) $$, '22023', NULL,
    'fewer outputs than the horizon');
SELECT throws_ok($$ SELECT pg_temp.trained((SELECT jsonb_agg('{"type": "dense", "units": 1}'::jsonb) FROM generate_series(1, 65))) $$,
    '22023', 'the array of layers must have at most 64 elements', 'too many layers are refused');
SELECT throws_ok($$ SELECT pg_temp.trained('[{"type": "dense", "units": 1000000}, {"type": "flatten"}, {"type": "dense", "units": 1000000},
    {"type": "dense", "units": 1}]') $$, '54000', NULL, 'layers beyond all bounds');
SELECT throws_ok($$ SELECT pg_temp.trained('"vanilla"', '{"units": [3, "a"]}') $$, '22023',
    'option "units" must be an integer, not "a"', 'units of another type');

SELECT * FROM finish();
ROLLBACK;
