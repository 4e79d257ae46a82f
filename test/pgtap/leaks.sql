-- Nothing leaks from later rows to what was made before them: later values are replaced by absurd ones, and what was
-- trained, chosen, forecast or measured on the rows before stays the same, bit for bit. Beside each of these stands something
-- that must change, so that a test that compares nothing would fail.
BEGIN;
SET LOCAL client_min_messages = error;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lstm_forecast;

SELECT plan(34);

-- Rows after 'last_clean' are poisoned. Gaps of 'other' lie across the borders of the tests, rows 240 and 280: what fills
-- them on one side must not come from the other.
CREATE TABLE clean (at date PRIMARY KEY, n int UNIQUE, value float8, other float8);
SELECT setseed(0.125);
INSERT INTO clean
SELECT date '2024-01-01' + n, n, 20 + 10 * sin(2 * pi() * n / 7) + random(), n % 5 + random() FROM generate_series(1, 300) n;
CREATE TABLE border (last_clean int, gaps boolean);
INSERT INTO border VALUES (300, false);
CREATE VIEW days AS
SELECT at, n, CASE WHEN gaps AND n % 40 IN (9, 10, 11) THEN NULL WHEN n > last_clean THEN 1e6 * (n - 150) ELSE value END AS value,
    CASE WHEN gaps AND n % 40 IN (37, 38, 39, 0, 1, 2) THEN NULL WHEN n > last_clean THEN -1e7 * n ELSE other END AS other
FROM clean, border;
CREATE VIEW older AS SELECT * FROM days WHERE n <= 240;
CREATE PROCEDURE pg_temp.poison(after int, with_gaps boolean DEFAULT false) LANGUAGE sql AS
$$ UPDATE border SET last_clean = after, gaps = with_gaps $$;

---- lstm_train: rows that a view leaves out ----

CREATE FUNCTION pg_temp.models(relation regclass) RETURNS TABLE (name text, model bytea) LANGUAGE sql AS $$
    SELECT 'one column', lstm_train(relation, 'value', 'at', horizon => 3, options => '{"epochs": 3, "units": 4}')
    UNION ALL SELECT 'two columns, the same row', lstm_train(relation, 'value', 'at', lookback => 5, inputs => '{other}',
        options => '{"epochs": 3, "units": 4, "lead": 0}')
    UNION ALL SELECT 'segments', lstm_train(relation, ARRAY['value', 'other'], 'at', horizon => 7, options => '{"epochs": 2, "units": 4,
        "architecture": "segment"}') $$;
CREATE FUNCTION pg_temp.filled_models(relation regclass) RETURNS TABLE (name text, model bytea) LANGUAGE sql AS $$
    SELECT method, lstm_train(relation, 'value', 'at', inputs => '{value,other}',
        options => jsonb_build_object('epochs', 3, 'units', 4, 'missing', method))
    FROM unnest(ARRAY['linear', 'previous', 'seasonal', 'mask']) method $$;
CREATE TABLE trained AS SELECT 'older' AS relation, * FROM pg_temp.models('older') UNION ALL SELECT 'days', * FROM pg_temp.models('days');
CALL pg_temp.poison(240);
SELECT is(md5(b.model), md5(a.model), format('a model of the older rows does not know the later ones: %s', name))
FROM trained a JOIN pg_temp.models('older') b USING (name) WHERE relation = 'older' ORDER BY name;
SELECT ok((SELECT bool_and(a.model <> b.model) FROM trained a JOIN pg_temp.models('days') b USING (name) WHERE relation = 'days'),
    'a model of all rows does');
CALL pg_temp.poison(300, true);
CREATE TABLE trained_filled AS SELECT * FROM pg_temp.filled_models('older');
CALL pg_temp.poison(240, true);
SELECT is(md5(b.model), md5(a.model), format('poisoned rows behind a border where values are filled change no model: %s', name))
FROM trained_filled a JOIN pg_temp.filled_models('older') b USING (name) ORDER BY name;

---- lstm_train: rows that are held out ----

-- The season is given: its length would be found in all rows, those that are held out among them. What it adds at each of
-- its places is learned from the rows before them. 300 rows make 294 windows of 7, of which the newest 58 are held out: their outputs are rows 243 and later
CREATE FUNCTION pg_temp.held_out(epochs int, target text[] DEFAULT '{value}', level text DEFAULT 'none', scale text DEFAULT 'standard')
RETURNS bytea LANGUAGE sql AS $$
    SELECT lstm_train('days', target, 'at', lookback => 7, inputs => '{value}', options => jsonb_build_object('epochs', epochs, 'units', 4,
        'season', 7, 'patience', 0, 'refit', false, 'normalize', level, 'scale', scale)) $$;
CALL pg_temp.poison(300);
CREATE TABLE held AS SELECT pg_temp.held_out(6) AS six, pg_temp.held_out(1) AS one, pg_temp.held_out(1, scale => 'minmax') AS minmax,
    pg_temp.held_out(1, '{other}', 'last') AS linked;
SELECT is((SELECT lstm_info(one)->>'validation_windows' FROM held), '58', 'the newest fifth of the windows is held out');
CALL pg_temp.poison(242);
CREATE TABLE held_poisoned AS SELECT pg_temp.held_out(6) AS six, pg_temp.held_out(1) AS one, pg_temp.held_out(1, scale => 'minmax') AS minmax,
    pg_temp.held_out(1, '{other}', 'last') AS linked;
SELECT results_eq('SELECT epoch, loss FROM held_poisoned, lstm_history(six)', 'SELECT epoch, loss FROM held, lstm_history(six)',
    'held-out rows change no training loss of any epoch');
SELECT is_empty($$ SELECT FROM held, held_poisoned, lstm_history(held.six) a JOIN lstm_history(held_poisoned.six) b USING (epoch)
    WHERE a.validation_loss = b.validation_loss $$, 'held-out rows change each held-out loss');
SELECT is(lstm_info(p.one)->'scaling', lstm_info(h.one)->'scaling', 'held-out rows do not change the scaling') FROM held h, held_poisoned p;
SELECT is(lstm_info(p.minmax)->'scaling', lstm_info(h.minmax)->'scaling', 'held-out rows do not change a scaling by the least and the largest value') FROM held h, held_poisoned p;
-- one epoch, so that the held-out loss has nothing to choose from
SELECT results_eq('SELECT layer_no, name, "values" FROM held_poisoned, lstm_weights(one)', 'SELECT layer_no, name, "values" FROM held, lstm_weights(one)',
    'held-out rows do not change the weights');
SELECT results_eq($$ SELECT forecast FROM held_poisoned, lstm_predict(linked, '{12,15,18,21,24,27,30}') $$,
    $$ SELECT forecast FROM held, lstm_predict(linked, '{12,15,18,21,24,27,30}') $$,
    'held-out rows do not change the level of a target that is estimated from the inputs');
SELECT isnt(lstm_info(p.one)->'metrics', lstm_info(h.one)->'metrics', 'held-out rows change what is measured on them') FROM held h, held_poisoned p;
CALL pg_temp.poison(241);
SELECT isnt(lstm_info(pg_temp.held_out(1))->'scaling', lstm_info(one)->'scaling', 'the row before them was trained on') FROM held;

---- lstm_rolling, lstm_anomalies, lstm_forecast, lstm_predict_agg: forecasts at earlier rows ----

CALL pg_temp.poison(300);
CREATE TABLE model AS SELECT lstm_train('older', 'value', 'at', horizon => 3, lookback => 7, options => '{"epochs": 5, "units": 4}') AS model,
    lstm_train('older', 'value', 'at', lookback => 5, inputs => '{other}', options => '{"epochs": 5, "units": 4, "lead": 0}') AS same_row;
CREATE VIEW rolled AS SELECT r.* FROM model, lstm_rolling(model, 'days', steps => 10, stride => 1) r;
CREATE VIEW judged AS SELECT a.* FROM model, lstm_anomalies(model, 'days', level => 0.9) a;
CREATE VIEW framed AS SELECT n, lstm_predict_agg(model, value) OVER (ORDER BY n ROWS 6 PRECEDING) AS forecast FROM model, days;
CREATE VIEW as_of AS SELECT f.* FROM model, lstm_forecast(model, 20, relation => 'days', as_of => (date '2024-01-01' + 260)) f;
CREATE TABLE rolled_clean AS SELECT * FROM rolled;
CREATE TABLE judged_clean AS SELECT * FROM judged;
CREATE TABLE framed_clean AS SELECT * FROM framed;
CREATE TABLE as_of_clean AS SELECT * FROM as_of;
CALL pg_temp.poison(260);
SELECT results_eq('SELECT origin, step, forecast, lower_bound, upper_bound FROM rolled WHERE origin <= 260',
    'SELECT origin, step, forecast, lower_bound, upper_bound FROM rolled_clean WHERE origin <= 260',
    'a forecast and its interval are the same whatever comes after its origin');
SELECT is((SELECT count(*) FROM rolled p JOIN rolled_clean c USING (origin, step) WHERE origin > 260 AND p.forecast = c.forecast), 0::bigint,
    'a forecast from a later origin is not');
SELECT results_eq($$ SELECT * FROM judged WHERE at::date <= date '2024-01-01' + 260 $$, $$ SELECT * FROM judged_clean WHERE at::date <= date '2024-01-01' + 260 $$,
    'a row is judged by the rows before it alone');
SELECT ok((SELECT p.expected = c.expected AND p.lower_bound = c.lower_bound AND p.actual <> c.actual AND p.is_anomaly
    FROM judged p JOIN judged_clean c USING (at) WHERE at::date = date '2024-01-01' + 261), 'what is expected of a row does not depend on what came');
SELECT results_eq('SELECT * FROM framed WHERE n <= 260', 'SELECT * FROM framed_clean WHERE n <= 260', 'a forecast over a frame does not depend on what came');
SELECT results_eq('SELECT * FROM as_of', 'SELECT * FROM as_of_clean', 'a forecast from the past does not depend on what came');

---- lstm_evaluate: what errors are compared with ----

CREATE FUNCTION pg_temp.unit_of_mase() RETURNS numeric LANGUAGE sql AS $$
    SELECT round((min(value) FILTER (WHERE metric = 'mae') / min(value) FILTER (WHERE metric = 'mase'))::numeric, 9)
    FROM model, lstm_evaluate(model, 'days', first_origin => 260) $$;
CALL pg_temp.poison(300);
CREATE TABLE unit AS SELECT pg_temp.unit_of_mase() AS unit;
CALL pg_temp.poison(260);
SELECT is(pg_temp.unit_of_mase(), unit, 'the unit of mase is of the rows before the first forecast') FROM unit;
CALL pg_temp.poison(300);
SELECT is((SELECT round(value::numeric, 9) FROM model, lstm_evaluate(same_row, 'days') WHERE metric = 'mae'),
    (SELECT round(avg(abs(forecast - actual))::numeric, 9) FROM model, lstm_rolling(same_row, 'days', first_origin => 240)
    WHERE at::date > (SELECT max(at) FROM older)), 'with lead 0 the newest row of the training is not measured');

---- lstm_backtest ----

CREATE FUNCTION pg_temp.folds(options text) RETURNS TABLE (fold int, metric text, value float8, baseline_value float8) LANGUAGE sql AS $$
    SELECT fold, metric, value, baseline_value FROM lstm_backtest('days', 'value', 'at', horizon => 3, lookback => 7, inputs => '{value,other}', options => options::jsonb
        || '{"epochs": 2, "units": 3}', folds => 3, test_rows => 20) $$;
CREATE TABLE folds_clean (options text, fold int, metric text, value float8, baseline_value float8);
CALL pg_temp.poison(300, true);
INSERT INTO folds_clean SELECT options, f.* FROM unnest(ARRAY['{"missing": "linear"}', '{"missing": "seasonal"}', '{"missing": "mask"}']) options, pg_temp.folds(options) f;
CALL pg_temp.poison(280, true);
SELECT results_eq(format('SELECT * FROM pg_temp.folds(%L) WHERE fold < 3', options),
    format('SELECT fold, metric, value, baseline_value FROM folds_clean WHERE options = %L AND fold < 3', options),
    format('rows after a fold change nothing of it where gaps are filled: %s', options))
FROM unnest(ARRAY['{"missing": "linear"}', '{"missing": "seasonal"}', '{"missing": "mask"}']) options;
SELECT ok((SELECT bool_and(p.value <> c.value) FROM pg_temp.folds('{"missing": "linear"}') p JOIN folds_clean c USING (fold, metric)
    WHERE c.options = '{"missing": "linear"}' AND fold = 3 AND metric = 'mae'), 'the fold that they are in does change');
CALL pg_temp.poison(300);
SELECT ok((SELECT abs(b.value - e.value) < 1e-12 FROM lstm_backtest('days', 'value', 'at', lookback => 5, inputs => '{other}',
        options => '{"epochs": 5, "units": 4, "lead": 0}', folds => 1, test_rows => 60) b,
    model, lstm_evaluate(same_row, 'days', first_origin => 241) e WHERE b.metric = 'mae' AND e.metric = 'mae'),
    'with lead 0 a fold measures no row that it was trained on');

---- lstm_tune ----

CREATE FUNCTION pg_temp.tuned(options text) RETURNS TABLE (rank int, trial int, options jsonb, lookback int, error float8, mae float8, rmse float8,
    baseline text, baseline_error float8, test_error float8) LANGUAGE sql AS $$
    SELECT rank, trial, options, lookback, error, mae, rmse, baseline, baseline_error, test_error
    FROM lstm_tune('days', 'value', 'at', horizon => 3, inputs => '{value,other}', options => options::jsonb || '{"epochs": 3, "units": 3}',
        grid => '{"learning_rate": [0.01, 0.05], "normalize": [null, "last"]}', folds => 2, fold_rows => 20, test_rows => 20) ORDER BY rank $$;
CREATE TABLE tuned_clean AS SELECT 'no gaps' AS name, * FROM pg_temp.tuned('{}');
CALL pg_temp.poison(300, true);
INSERT INTO tuned_clean SELECT 'gaps', * FROM pg_temp.tuned('{"missing": "linear"}');
CALL pg_temp.poison(280);
CREATE TABLE tuned_poisoned AS SELECT 'no gaps' AS name, * FROM pg_temp.tuned('{}');
CALL pg_temp.poison(280, true);
INSERT INTO tuned_poisoned SELECT 'gaps', * FROM pg_temp.tuned('{"missing": "linear"}');
SELECT results_eq(format('SELECT rank, trial, options, error, mae, rmse, baseline, baseline_error FROM tuned_poisoned WHERE name = %L ORDER BY rank', name),
    format('SELECT rank, trial, options, error, mae, rmse, baseline, baseline_error FROM tuned_clean WHERE name = %L ORDER BY rank', name),
    format('the test rows have no part in the choice, nor in any error of the folds: %s', name))
FROM unnest(ARRAY['no gaps', 'gaps']) name;
SELECT ok((SELECT bool_and(p.test_error > 1000 * c.test_error) FROM tuned_poisoned p JOIN tuned_clean c USING (name, trial) WHERE c.test_error IS NOT NULL),
    'the test rows change the test error');
CALL pg_temp.poison(260);
SELECT ok((SELECT bool_and(p.error <> c.error) FROM pg_temp.tuned('{}') p JOIN tuned_clean c USING (trial) WHERE c.name = 'no gaps'),
    'rows of the last fold do change the choice');

SELECT * FROM finish();
ROLLBACK;
