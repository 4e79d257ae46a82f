-- The preset for long horizons: segments of the window and of the forecast, and columns one at a time.
BEGIN;
SET LOCAL client_min_messages = error;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lstm_forecast;

SELECT plan(35);

\ir ../include/failure.sql

CREATE TABLE hours (at timestamp PRIMARY KEY, a float8, b float8, drifting float8);
INSERT INTO hours
SELECT timestamp '2024-01-01' + i * interval '1 hour', sin(i * pi() / 12) * 5 + i * 0.01, 100 - cos(i * pi() / 12) * 30 + i % 3,
    sin(i * pi() / 12) + i * 0.1
FROM generate_series(1, 600) AS i;
CREATE FUNCTION pg_temp.trained(target text[], options jsonb DEFAULT '{}', lookback int DEFAULT 48, horizon int DEFAULT 72,
    inputs text[] DEFAULT NULL)
RETURNS bytea LANGUAGE sql AS
$$ SELECT lstm_train('hours', target, lookback => lookback, horizon => horizon, inputs => inputs,
       options => '{"architecture": "segment", "units": 4, "epochs": 2, "deseasonalize": "none"}'::jsonb || options) $$;
CREATE FUNCTION pg_temp.summary(model bytea) RETURNS text LANGUAGE sql AS
$$ SELECT string_agg(format('%s %s %s', layer, output_shape, parameters), ', ' ORDER BY layer_no) FROM lstm_summary(model) $$;
CREATE FUNCTION pg_temp.forecast(model bytea, of text, steps int DEFAULT NULL) RETURNS float8[] LANGUAGE sql AS
$$ SELECT array_agg(forecast ORDER BY step) FROM lstm_forecast(model, steps => steps) WHERE target = of $$;
-- whether two forecasts differ by no more than rounding
CREATE FUNCTION pg_temp.same(a float8[], b float8[]) RETURNS bool LANGUAGE sql AS
$$ SELECT cardinality(a) = cardinality(b) AND bool_and(abs(x - y) <= 1e-4) FROM unnest(a, b) AS v (x, y) $$;

CREATE TEMP TABLE models AS SELECT
    pg_temp.trained(ARRAY['a']) AS one,
    pg_temp.trained(ARRAY['a', 'b']) AS independent,
    pg_temp.trained(ARRAY['a', 'b'], '{"channels": "joint"}') AS joint;

---- segments ----

SELECT is(pg_temp.summary(one), 'reshape (None, 2, 24) 0, dense (None, 2, 4) 100, segment_lstm (None, 3, 4) 156, dropout (None, 3, 4) 0, '
    'dense (None, 3, 24) 120, reshape (None, 72, 1) 0', 'a segment is the season that was found') FROM models;
SELECT is(pg_temp.summary(joint), 'reshape (None, 2, 48) 0, dense (None, 2, 4) 196, segment_lstm (None, 3, 4) 156, dropout (None, 3, 4) 0, '
    'dense (None, 3, 48) 240, reshape (None, 72, 2) 0', 'side by side a segment has all columns') FROM models;
SELECT is(pg_temp.summary(pg_temp.trained(ARRAY['a'], '{"segment_length": 12, "dropout": 0}')), 'reshape (None, 4, 12) 0, '
    'dense (None, 4, 4) 52, segment_lstm (None, 6, 4) 168, dense (None, 6, 12) 60, reshape (None, 72, 1) 0',
    'length and dropout can be changed');
SELECT is(lstm_info(pg_temp.trained(ARRAY['a'], '{}', 45, 30))#>'{layers,0,target_shape}', '[3, 15]',
    'where no season fits, a segment is the largest common divisor');
SELECT is(lstm_info(pg_temp.trained(ARRAY['a'], '{}', NULL, 96))->>'lookback', '96', 'the lookback is that of the horizon if it is left open');
SELECT is((lstm_info(pg_temp.trained(ARRAY['a'], '{"segment_length": 7}', NULL, 14))->>'lookback')::int % 7, 0,
    'the lookback is whole segments where their length is given');
SELECT is(lstm_info(one)->'options'->key, value, format('the preset has a default of its own: %s', key))
FROM models, (VALUES ('normalize', '"season_profile"'::jsonb), ('loss', '"mae"')) AS v (key, value);
SELECT is(lstm_info(pg_temp.trained(ARRAY['drifting']))->'options'->>'normalize', 'last', 'the default of the preset is last where the level moves');
SELECT is(lstm_info(pg_temp.trained(ARRAY['a'], options))->'options'->key, options->key, format('the default of the preset can be changed: %s', key))
FROM (VALUES ('normalize', '{"normalize": "mean"}'::jsonb), ('loss', '{"loss": "mse"}'), ('learning_rate', '{"learning_rate": 0.01}'))
    AS v (key, options);
SELECT ok(lstm_info(lstm_train('hours', 'a', lookback => 3, options => '{"epochs": 1, "units": 2}'))->'options'
    @> '{"loss": "mse"}', 'other presets keep their loss');
SELECT is(count(*), 72::bigint, 'all steps are forecast') FROM models, lstm_forecast(one)
WHERE forecast > '-infinity' AND forecast < 'infinity';
SELECT is(cardinality(pg_temp.forecast(one, 'a', 100)), 100, 'steps beyond the horizon of segments are forecast') FROM models;
SELECT is(lstm_info(lstm_train_agg(at, a, '{"architecture": "segment", "units": 3, "epochs": 1, "horizon": 24, "lookback": 48}'))
    ->>'horizon', '24', 'the aggregate trains it too') FROM hours;

-- each spec given as layers is the network of the preset
SELECT ok(w.same, 'the layers of segments, exported and imported, give the same forecast')
FROM models, LATERAL (
    SELECT lstm_import(jsonb_build_object('input', '[48, 1]'::jsonb, 'layers', lstm_info(m.plain)->'layers'),
               (SELECT array_agg(v ORDER BY layer_no, place, n) FROM lstm_weights(m.plain)
                    WITH ORDINALITY AS t (layer_no, layer, name, shape, vals, place), unnest(vals) WITH ORDINALITY AS e (v, n))) AS imported,
        m.plain
    FROM (SELECT pg_temp.trained(ARRAY['a'], '{"scale": "none", "normalize": "none"}') AS plain) AS m) AS i,
    LATERAL (SELECT pg_temp.same((SELECT array_agg(p.forecast ORDER BY p.step) FROM lstm_predict(imported, x) AS p),
                                 (SELECT array_agg(p.forecast ORDER BY p.step) FROM lstm_predict(plain, x) AS p)) AS same
             FROM (SELECT array_agg(sin(k)) AS x FROM generate_series(1, 48) AS k) AS x) AS w;
SELECT is((SELECT string_agg(name || ' ' || shape::text, ', ') FROM lstm_weights(one) WHERE layer = 'segment_lstm'),
    'kernel {4,16}, recurrent_kernel {4,16}, bias {16}, position_embedding {3,4}', 'the tensors of segments have names') FROM models;

---- columns one at a time ----

SELECT is(lstm_info(m)->>'channels', expected, format('channels are %s', expected))
FROM models, LATERAL (VALUES (independent, 'independent'), (joint, 'joint'), (one, 'joint')) AS v (m, expected);
SELECT is(pg_temp.summary(independent), pg_temp.summary(one), 'the network of independent columns is that of one') FROM models;
SELECT is(lstm_info(pg_temp.trained(ARRAY['a'], '{}', inputs => ARRAY['a', 'b']))->>'channels', 'joint',
    'with other inputs than targets the preset takes them side by side');
SELECT is(lstm_info(lstm_train('hours', ARRAY['a', 'b'], lookback => 6, horizon => 2,
    options => '{"units": 3, "epochs": 1, "channels": "independent"}'))#>>'{layers,1,units}', '2',
    'any preset can take columns one at a time');
SELECT is(lstm_info(lstm_train('hours', ARRAY['a', 'b'], lookback => 6, options => '{"epochs": 1, "channels": "independent",
    "architecture": [{"type": "lstm", "units": 2}, {"type": "dense", "units": 1}]}'))->>'parameters', '35',
    'layers of one''s own can take columns one at a time');
-- what is not a value of a column cannot touch its forecast
CREATE FUNCTION pg_temp.moved(model bytea, of text) RETURNS bool LANGUAGE sql AS $$
    SELECT bool_or(x.forecast <> y.forecast)
    FROM (SELECT array_agg(v ORDER BY n, c) AS plain, array_agg(CASE c WHEN 2 THEN 1000 - v * v ELSE v END ORDER BY n, c) AS other
          FROM generate_series(1, 48) AS n, LATERAL (VALUES (1, sin(n)), (2, cos(n))) AS l (c, v)) AS rows,
        lstm_predict(model, plain) AS x JOIN lstm_predict(model, other) AS y ON y.step = x.step AND y.target = x.target
    WHERE x.target = of $$;
SELECT ok(NOT pg_temp.moved(independent, 'a') AND pg_temp.moved(independent, 'b'), 'a column is forecast from itself alone') FROM models;
SELECT ok(pg_temp.moved(joint, 'a'), 'a column is forecast from the others where they stand side by side') FROM models;
SELECT ok(pg_temp.same(pg_temp.forecast(independent, 'b'), ARRAY(
    SELECT p.forecast FROM lstm_predict(independent, (SELECT array_agg(v ORDER BY at, c) FROM (SELECT * FROM hours ORDER BY at DESC LIMIT 48) AS h,
        LATERAL (VALUES (1, a), (2, b)) AS l (c, v))) AS p WHERE target = 'b' ORDER BY step)),
    'rows of a table and of an array give the same') FROM models;
SELECT ok(bool_and(abs(r.forecast - f.forecast) < 1e-4) AND count(*) = 2 * 72, 'forecasts along known rows are those of their origin')
FROM models, lstm_rolling(independent, first_origin => 500) AS r
    JOIN lstm_forecast(independent, as_of => (SELECT max(at) FROM (SELECT at FROM hours ORDER BY at LIMIT 500) AS h)) AS f USING (step, target)
WHERE r.origin = 500;
SELECT ok(pg_temp.trained(ARRAY['a', 'b'], '{"threads": 1, "units": 48}') = pg_temp.trained(ARRAY['a', 'b'], '{"threads": 2, "units": 48}'),
    'threads do not change the model');

---- what cannot be ----

SELECT is(pg_temp.failure(format('SELECT pg_temp.trained(%L, %L, inputs => %L)', target, options, inputs)), '22023: ' || failure, failure)
FROM (VALUES
    (ARRAY['a'], '{"segment_length": 5}'::jsonb, NULL::text[], 'option "segment_length" of 5 does not divide the lookback of 48 and the horizon of 72
HINT: Take a common divisor of both, or leave the option out.'),
    (ARRAY['a'], '{"bidirectional": true}', NULL, 'option "bidirectional" must be false for the preset segment
DETAIL: The forecast of this preset continues from the last state of the network, so the network must read forwards.'),
    (ARRAY['a'], '{"channels": "independent"}', ARRAY['a', 'b'], 'option "channels" cannot be independent here
DETAIL: Independent columns are each forecast from their own values: the inputs must be the targets, in the same order, and nothing else.
HINT: Leave other inputs out, or set channels to joint.'),
    (ARRAY['a', 'b'], '{"architecture": [{"type": "lstm", "units": 2}, {"type": "dense", "units": 144}], "channels": "independent"}', NULL,
     'the network''s output has shape (None, 144), but must have shape (None, 72) or (None, 72, 1)
DETAIL: The horizon is 72, and the network sees one column at a time.
HINT: End with {"type": "dense", "units": 72}.')) AS v (target, options, inputs, failure);
SELECT is(left(pg_temp.failure($$ SELECT lstm_train('hours', 'a', lookback => 6, options => '{"architecture":
    [{"type": "segment_lstm", "units": 2}, {"type": "flatten"}, {"type": "dense", "units": 1}]}') $$), 77),
    '22023: the arguments of layer 1 (segment_lstm) do not fit its input of shape ', 'segment_lstm needs segments');

SELECT * FROM finish();
ROLLBACK;
