-- lstm_export writes everything that is in a model, and lstm_import makes the same bytes of it; of other numbers another model.
BEGIN;
SET LOCAL client_min_messages = error;
SET LOCAL timezone = 'UTC';
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lstm_forecast;

SELECT plan(44);

\ir ../include/failure.sql

---- every kind of model ----

CREATE TABLE days AS SELECT date '2024-01-01' + i AS day, i AS number, 50 + 20 * sin(i * 0.9) + i * 0.3 AS value,
        90 - 10 * sin(i * 0.9) AS other, CASE WHEN i % 4 > 1 THEN 'dry' ELSE 'wet "ä"' END AS sky
    FROM generate_series(0, 99) AS i;
CREATE TABLE months AS SELECT (date '2017-01-31' + make_interval(months => i))::date AS month, 100 * exp(i * 0.02) * (2 + sin(i * 0.5236)) AS value
    FROM generate_series(0, 71) AS i WHERE i <> 40;
CREATE TABLE shops AS SELECT format('shop %s', s) AS shop, s % 2 AS half, timestamptz '2024-03-01 00:00Z' + make_interval(hours => i) AS at,
        s * (10 + 5 * sin(i * 0.2618)) + (i % 5) AS sold, (i % 5) * 1.5 AS price, 10.5 * s AS area, CASE WHEN s = 2 THEN 'hill' ELSE 'coast' END AS place
    FROM generate_series(1, 3) AS s, generate_series(0, 99) AS i;
CREATE TABLE counts AS SELECT i AS n, i * i % 7 / 2 AS value FROM generate_series(0, 99) AS i;
CREATE TABLE models (name text PRIMARY KEY, model bytea NOT NULL);
INSERT INTO models VALUES
    ('default', lstm_train('days', 'value', 'day', horizon => 7)),
    ('vanilla', lstm_train('days', 'value', 'day', lookback => 6, horizon => 2, options => '{"units": 4, "epochs": 4}')),
    ('ensemble', lstm_train('days', 'value', 'number', lookback => 5, options => '{"architecture": "stacked", "units": [4, 3], "epochs": 4, "ensemble": 3, "blend": "auto"}')),
    ('quantile', lstm_train('days', 'value', 'day', lookback => 6, options => '{"units": 4, "epochs": 4, "loss": "quantile", "quantiles": [0.1, 0.5, 0.9]}')),
    ('counts', lstm_train('counts', 'value', 'n', lookback => 7, options => '{"units": 4, "epochs": 4, "loss": "negative_binomial"}')),
    ('gaussian', lstm_train('days', ARRAY['value', 'other'], 'day', lookback => 6, options => '{"units": 4, "epochs": 4, "loss": "gaussian"}')),
    ('student_t', lstm_train('days', 'value', 'day', lookback => 6, options => '{"architecture": "encoder_decoder", "units": 3, "epochs": 3, "loss": "student_t"}')),
    ('series', lstm_train('shops', 'sold', 'at', 'shop', lookback => 8, horizon => 3, known_inputs => ARRAY['price'], static_inputs => ARRAY['area', 'place'],
        options => '{"units": 4, "epochs": 3, "calendar": ["hour_of_day", "day_of_week"], "series_embedding": true}')),
    ('keys', lstm_train('shops', 'sold', ARRAY['shop', 'half'], 'at', horizon => 3)),
    ('segment', lstm_train('days', ARRAY['value', 'other'], 'day', lookback => 14, horizon => 14, options => '{"architecture": "segment", "segment_length": 7, "units": 4, "epochs": 3}')),
    ('dependent', lstm_train('days', 'value', 'day', lookback => 4, inputs => ARRAY['other'], options => '{"units": 3, "epochs": 3, "lead": 0, "normalize": "last"}')),
    ('transforms', lstm_train('months', 'value', 'month', lookback => 24, options => '{"units": 3, "epochs": 3, "log": true, "difference": 12, "lower_limit": 0, "missing": "seasonal", "scale": "minmax"}')),
    ('deseasonalized', lstm_train('months', 'value', 'month', horizon => 6, options => '{"missing": "linear", "candidates": ["network", "theta", "ets"]}')),
    ('text', lstm_train('days', 'value', 'day', lookback => 6, known_inputs => ARRAY['sky'], options => '{"units": 3, "epochs": 3}')),
    ('layers', lstm_train('days', 'value', 'day', lookback => 8, horizon => 2, options =>
        '{"epochs": 3, "loss": "huber", "architecture": [{"type": "conv1d", "filters": 3, "kernel_size": 3, "padding": "causal", "activation": "elu"}, {"type": "max_pool1d"},
            {"type": "bidirectional", "merge_mode": "mul", "layer": {"type": "lstm", "units": 2, "return_sequences": true}},
            {"type": "time_distributed", "layer": {"type": "dense", "units": 2, "activation": "softplus"}}, {"type": "gru", "units": 3, "go_backwards": true, "reset_after": false},
            {"type": "dropout", "rate": 0.2}, {"type": "dense", "units": 2}]}')),
    ('conv_lstm', lstm_train('days', 'value', 'day', lookback => 8, options => '{"architecture": "conv_lstm", "units": 3, "epochs": 3}')),
    ('aggregate', (SELECT lstm_train_agg(day, value, '{"lookback": 6, "units": 4, "epochs": 4}') FROM days)),
    ('averaged', (SELECT lstm_average_agg(m) FROM (VALUES (lstm_train('days', 'value', 'day', lookback => 6, options => '{"units": 2, "epochs": 2}'))) v (m))),
    ('pretrained', lstm_pretrained()),
    ('imported', lstm_import('{"input": [3, 1], "layers": [{"type": "lstm", "units": 2}, {"type": "dense", "units": 1}]}', array_fill(0.25::real, ARRAY[35])));
CREATE FUNCTION pg_temp.of(text) RETURNS bytea STABLE LANGUAGE sql AS $$ SELECT model FROM models WHERE name = $1 $$;
SELECT is_empty($$ SELECT name FROM models WHERE lstm_import(lstm_export(model)) IS DISTINCT FROM model $$, 'what was exported is imported byte for byte');
SELECT is_empty($$ SELECT name FROM models WHERE lstm_import((lstm_export(model)::text)::jsonb) IS DISTINCT FROM model $$, 'on its way through text, too');

CREATE TEMP TABLE files (path text, hex text);
\copy files FROM PROGRAM 'for file in test/golden/*/*.model; do echo "$file $(od -An -v -tx1 "$file" | tr -cd 0-9a-f)"; done' WITH (DELIMITER ' ')
SELECT ok(count(*) >= 14, 'there are models of 1.0.0') FROM files;
SELECT is_empty($$ SELECT path FROM files WHERE lstm_import(lstm_export(decode(hex, 'hex'))) IS DISTINCT FROM decode(hex, 'hex') $$, 'models of 1.0.0 come back in the format of then');

---- what is in it ----

CREATE TEMP TABLE one AS SELECT lstm_export(model) AS spec, model FROM models WHERE name = 'vanilla';
SELECT is(spec->>'format', 'lstm_forecast', 'the format has a name') FROM one;
SELECT is(spec->>'format_version', '3', 'and a version') FROM one;
SELECT is(spec->'columns', '["value"]', 'columns are named') FROM one;
SELECT is(spec->'task' @> '{"lookback": 6, "horizon": 2, "lead": 1, "inputs": [0], "targets": [0], "column_kinds": ["measured"]}', true, 'the task is there') FROM one;
SELECT is(spec->'layers'->0, '{"type": "lstm", "units": 4, "activation": "tanh", "recurrent_activation": "sigmoid", "use_bias": true, "unit_forget_bias": true, "return_sequences": false, "go_backwards": false}',
    'a layer has all arguments that it takes, and no others') FROM one;
SELECT is((SELECT array_agg(v::real ORDER BY m.n, l.n, t.n, row.n, x.n) FROM one, jsonb_array_elements(spec->'weights') WITH ORDINALITY m (v1, n), jsonb_array_elements(v1) WITH ORDINALITY l (v2, n),
        jsonb_array_elements(v2) WITH ORDINALITY t (v3, n), jsonb_array_elements(CASE WHEN jsonb_typeof(v3->0) = 'array' THEN v3 ELSE jsonb_build_array(v3) END) WITH ORDINALITY row (v4, n),
        jsonb_array_elements_text(v4) WITH ORDINALITY x (v, n)),
    (SELECT array_agg(v ORDER BY w.ordinality, u.ordinality) FROM one, lstm_weights(model) WITH ORDINALITY w, unnest(w."values") WITH ORDINALITY u (v, ordinality)),
    'weights are those of lstm_weights, each float exactly');
SELECT is((SELECT format('%s %s %s', jsonb_array_length(spec #> '{weights,0,0}'), jsonb_array_length(spec #> '{weights,0,0,1}'), jsonb_array_length(spec #> '{weights,0,0,1,0}')) FROM one), '3 4 16',
    'in the shapes of Keras: kernel, recurrent kernel, bias');
SELECT is(jsonb_array_length(lstm_export(pg_temp.of('ensemble'))->'weights'), 3, 'an ensemble has as many lists of weights as networks');
SELECT is(lstm_export(pg_temp.of('quantile'))->'task'->'levels', '[0.1, 0.5, 0.9]', 'quantiles are there');
SELECT is(lstm_export(pg_temp.of('series'))->'series', '["shop 1", "shop 2", "shop 3"]', 'series are named');
SELECT is(jsonb_array_length(lstm_export(pg_temp.of('series'))->'scaling'), 3, 'and each has its scaling');
SELECT is(lstm_export(pg_temp.of('transforms'))->'task' @> '{"log": true, "difference": 12, "limited": true, "lower_limit": 0, "upper_limit": "Infinity"}', true, 'transforms are there, infinity too');
SELECT ok((SELECT lstm_export(model)->'parts' <@ '["network", "theta", "ets"]' AND jsonb_array_length(lstm_export(model) #> '{part_weights,0}') = jsonb_array_length(lstm_export(model)->'parts')
    FROM models WHERE name = 'deseasonalized'), 'candidates are named and weighed');
SELECT ok(lstm_export(pg_temp.of('default'))::text !~* 'base64|\\x', 'nothing is hidden in other bytes');

---- what is read of it ----

CREATE FUNCTION pg_temp.changed(path text[], value jsonb) RETURNS bytea LANGUAGE sql AS $$ SELECT lstm_import(jsonb_set(spec, path, value)) FROM one $$;
CREATE FUNCTION pg_temp.forecast(model bytea) RETURNS float8 LANGUAGE sql AS $$ SELECT forecast FROM lstm_predict(model, ARRAY[50, 60, 70, 60, 50, 40]) WHERE step = 1 $$;
CREATE FUNCTION pg_temp.scale() RETURNS float8 LANGUAGE sql AS $$ SELECT (spec #>> '{scaling,0,0,scale}')::float8 FROM one $$;
SELECT is(round((pg_temp.forecast(pg_temp.changed('{weights,0,1,1,0}', to_jsonb((spec #>> '{weights,0,1,1,0}')::float8 + 0.5))) - pg_temp.forecast(model))::numeric, 4),
    round((0.5 * pg_temp.scale())::numeric, 4), 'another bias of the last layer moves the forecast by so much') FROM one;
SELECT isnt(pg_temp.forecast(pg_temp.changed('{scaling,0,0,scale}', to_jsonb(pg_temp.scale() * 2))), pg_temp.forecast(model), 'another scale moves it') FROM one;
SELECT is((SELECT lstm_info(pg_temp.changed('{columns}', '["sales"]'))->'targets'), '["sales"]', 'columns can be renamed');

---- what is no model ----

CREATE FUNCTION pg_temp.refused(path text[], value text) RETURNS text LANGUAGE sql AS $$
    SELECT split_part(pg_temp.failure(format('SELECT pg_temp.changed(%L, %L)', path, value)), E'\n', 1) $$;
SELECT is(pg_temp.failure($$ SELECT lstm_import('{"input": [3, 1], "layers": []}') $$), '22023: spec has no "format": "lstm_forecast"
DETAIL: Without weights beside it, spec is a model that lstm_export wrote.
HINT: For layers that were trained elsewhere call lstm_import(spec, weights).', 'layers without weights');
SELECT is(pg_temp.failure($$ SELECT lstm_import(spec, ARRAY[1]::real[]) FROM one $$), E'22023: spec is an exported model, which has weights of its own\nHINT: Call lstm_import(spec), without weights.', 'a model beside weights');
SELECT is(pg_temp.failure($$ SELECT lstm_import('[1]') $$), E'22023: spec must be a JSON object\nHINT: Give what lstm_export returned.', 'no object');
SELECT is(pg_temp.failure($$ SELECT lstm_import('1') $$), E'22023: spec must be a JSON object\nHINT: Give what lstm_export returned.', 'a scalar');
SELECT is(pg_temp.refused('{format_version}', '4'), '0A000: the model was written by a newer version of lstm_forecast', 'a newer version');
SELECT is(pg_temp.refused('{format_version}', '0'), '22023: "format_version" of spec must be a positive integer', 'an older one than any');
SELECT is(pg_temp.refused('{task,lookback}', '0'), '22023: "task.lookback" of spec is out of its range, or does not fit the other fields', 'a value out of its range');
SELECT is(pg_temp.refused('{task,lookback}', '1e30'), '22023: "task.lookback" of spec is out of its range, or does not fit the other fields', 'a value that no integer holds');
SELECT is(pg_temp.refused('{task,lookback}', '"6"'), '22023: "task.lookback" of spec is a value of another kind than lstm_export writes there', 'a text for a number');
SELECT is(pg_temp.refused('{task,lookback}', '7'), '22023: "layers" of spec is out of its range, or does not fit the other fields', 'a lookback that the layers do not have');
SELECT is(pg_temp.refused('{layers,0,activation}', '"tan"'), '22023: "layers[0].activation" of spec is none of the words that may stand there', 'a word that is none');
SELECT is(pg_temp.refused('{layers,0,unit}', '4'), '22023: "layers[0].unit" of spec is no field of a model', 'a field that is none');
SELECT is(pg_temp.refused('{weights,0,0,1,2,3}', '"x"'), '22023: "weights[0][0][1][2][3]" of spec is a value of another kind than lstm_export writes there', 'a weight that is none');
SELECT is(pg_temp.refused('{weights,0,0,1,2}', '[1]'), '22023: spec has no "weights[0][0][1][2][0]"', 'a row of weights that is too short');
SELECT is(pg_temp.refused('{weights,0,0,2}', jsonb_build_array(array_fill(1, ARRAY[17]))::jsonb->>0), '22023: "weights[0][0][2]" of spec has more elements than the other fields say', 'a bias that is too long');
SELECT is(pg_temp.refused('{weights,0,0,2,0}', '1e300'), '22023: "weights[0][0][2][0]" of spec is out of its range, or does not fit the other fields', 'a weight that no float holds');
SELECT is(pg_temp.refused('{task,log_from}', '"NaN"'), '22023: "task.log_from" of spec is out of its range, or does not fit the other fields', 'NaN where none may be');
SELECT is(pg_temp.refused('{scaling,0,0,scale}', '0'), '22023: the fields of spec contradict each other', 'a model that is unsound');
SELECT is((SELECT split_part(pg_temp.failure(format('SELECT lstm_import(%L)', spec - 'weights')), E'\n', 1) FROM one), '22023: spec has no "weights"', 'a field that is missing');
SELECT is((SELECT split_part(pg_temp.failure(format('SELECT lstm_import(%L)', spec || jsonb_build_object('tail', (repeat('[', 40) || repeat(']', 40))::jsonb))), E'\n', 1) FROM one),
    '22023: spec has lists or objects more than 16 deep', 'lists that are too deep');
SET LOCAL maintenance_work_mem = '1MB';
SELECT is(left(pg_temp.failure($$ SELECT lstm_import(jsonb_build_object('format', 'lstm_forecast', 'tail', (SELECT jsonb_agg(i) FROM generate_series(1, 200000) i))) $$), 36), '54000: the fields of this model need', 'more than the memory that is allowed');
SELECT is(left(pg_temp.failure($$ SELECT lstm_export(lstm_import('{"input": [3, 1], "layers": [{"type": "lstm", "units": 60}, {"type": "dense", "units": 1}]}', array_fill(1::real, ARRAY[14941]))) $$), 30), '54000: the model as jsonb need', 'the same of an export');
RESET maintenance_work_mem;
SELECT is(lstm_import(NULL::jsonb) IS NULL AND lstm_export(NULL) IS NULL, true, 'of nothing comes nothing');

SELECT * FROM finish();
ROLLBACK;
