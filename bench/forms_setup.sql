-- The forms of the usual tutorials on tiny series, each with what is asked, what is right, and how far one run of Keras
-- is off. Included by bench/forms.sql, which prints the table, and by test/pgtap/forms.sql, which holds it to limits.

CREATE TEMP TABLE forms_rows AS
SELECT i AS n, (10 * i)::float8 AS a, (10 * i + 5)::float8 AS b, (20 * i + 5)::float8 AS s, (10 * i + 1)::float8 AS a1
FROM generate_series(1, 9) i;

CREATE TEMP TABLE forms (
    no int, form text, target text[], inputs text[], lookback int, horizon int,
    options jsonb, input float8[], expected float8[], keras float8);

INSERT INTO forms VALUES
(1, 'vanilla', '{a}', NULL, 3, 1, '{"units": 50, "activation": "relu", "epochs": 200}',
    '{70,80,90}', '{100}', 1.7),
(2, 'stacked', '{a}', NULL, 3, 1, '{"architecture": "stacked", "units": 50, "activation": "relu", "epochs": 200}',
    '{70,80,90}', '{100}', 1.5),
(3, 'bidirectional', '{a}', NULL, 3, 1,
    '{"architecture": "bidirectional", "units": 50, "activation": "relu", "epochs": 200}',
    '{70,80,90}', '{100}', 0.45),
(4, 'cnn_lstm', '{a}', NULL, 4, 1,
    '{"architecture": "cnn_lstm", "units": 50, "activation": "relu", "epochs": 500}',
    '{60,70,80,90}', '{100}', 0.35),
(5, 'conv_lstm', '{a}', NULL, 4, 1,
    '{"architecture": "conv_lstm", "activation": "relu", "epochs": 500}',
    '{60,70,80,90}', '{100}', 3.2),
(6, 'several inputs, dependent target', '{s}', '{a,b}', 3, 1,
    '{"units": 50, "activation": "relu", "epochs": 200, "lead": 0}',
    '{{80,85},{90,95},{100,105}}', '{205}', 0.72),
(7, 'parallel series', '{a,b,s}', NULL, 3, 1,
    '{"architecture": "stacked", "units": 100, "activation": "relu", "epochs": 400}',
    '{{70,75,145},{80,85,165},{90,95,185}}', '{100,105,205}', 0.78),
(8, 'several steps, vector output', '{a}', NULL, 3, 2,
    '{"architecture": "stacked", "units": 100, "activation": "relu", "epochs": 50}',
    '{70,80,90}', '{100,110}', 1.9),
(9, 'several steps, encoder_decoder', '{a}', NULL, 3, 2,
    '{"architecture": "encoder_decoder", "units": 100, "activation": "relu", "epochs": 100}',
    '{70,80,90}', '{100,110}', 4.9),
(10, 'several inputs, several steps', '{s}', '{a,b}', 3, 2,
    '{"architecture": "stacked", "units": 100, "activation": "relu", "epochs": 200, "lead": 0}',
    '{{70,75},{80,85},{90,95}}', '{185,205}', 1.6),
(11, 'parallel series, several steps', '{a,b,s}', NULL, 3, 2,
    '{"architecture": "encoder_decoder", "units": 200, "activation": "relu", "epochs": 300}',
    '{{60,65,125},{70,75,145},{80,85,165}}', '{90,95,185,100,105,205}', 1.8),
(12, 'two features, one predicted', '{a}', '{a,a1}', 5, 1, '{"units": 50, "activation": "relu", "epochs": 200}',
    '{{30,31},{40,41},{50,51},{60,61},{70,71}}', '{80}', NULL),
(13, 'two features, both predicted', '{a,a1}', NULL, 5, 1, '{"units": 50, "activation": "relu", "epochs": 200}',
    '{{30,31},{40,41},{50,51},{60,61},{70,71}}', '{80,81}', NULL);

-- The largest error of a form's forecast when it is trained with this seed.
CREATE FUNCTION pg_temp.form_error(form_no int, seed int) RETURNS float8
LANGUAGE sql AS $$
    SELECT max(abs(p.forecast - f.expected[p.ordinality]))
    FROM forms f,
         lstm_predict(lstm_train('forms_rows', f.target, 'n', horizon => f.horizon, lookback => f.lookback,
                                 inputs => f.inputs, options => f.options || jsonb_build_object('seed', seed)),
                      f.input) WITH ORDINALITY p
    WHERE f.no = form_no;
$$;

SET client_min_messages = warning;
CREATE TEMP TABLE forms_errors AS
SELECT no, seed, pg_temp.form_error(no, seed) AS error FROM forms, generate_series(1, 20) seed;
RESET client_min_messages;
