-- lstm_anomalies finds what was put there, says how rare it is, and costs one window for the newest row.
BEGIN;
SET LOCAL client_min_messages = error;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lstm_forecast;

SELECT plan(31);

CREATE TABLE sensor (at timestamptz PRIMARY KEY, n int UNIQUE, value float8);
SELECT setseed(0.125);
INSERT INTO sensor
SELECT timestamptz '2024-01-01 00:00+00' + n * interval '1 hour', n, 50 + 10 * sin(2 * pi() * n / 24) + 2 * random()
FROM generate_series(1, 1000) n;
CREATE VIEW older AS SELECT * FROM sensor WHERE n <= 800;
CREATE TABLE model AS SELECT lstm_train('older', 'value', lookback => 24, options => '{"units": 12, "epochs": 30, "deseasonalize": "none"}') AS model;
UPDATE sensor SET value = value + 15 WHERE n IN (850, 900);
UPDATE sensor SET value = value - 15 WHERE n = 1000;

CREATE TABLE found AS SELECT a.* FROM model, lstm_anomalies(model, 'sensor') a;
SELECT is((SELECT count(*) FROM found), 976::bigint, 'each row that has a window before it is judged');
SELECT ok((SELECT bool_and(is_anomaly) FROM found JOIN sensor s USING (at) WHERE s.n IN (850, 900, 1000)),
    'what was put there is found');
SELECT is((SELECT array_agg(n ORDER BY score DESC) FROM (SELECT s.n, score FROM found JOIN sensor s USING (at)
    WHERE s.n NOT BETWEEN 851 AND 874 AND s.n NOT BETWEEN 901 AND 924 ORDER BY score DESC LIMIT 3) f)::int[] @> '{850,900,1000}', true,
    'nothing has a higher score, but for windows that hold the odd row');
SELECT ok((SELECT count(*) FILTER (WHERE is_anomaly) <= 16 FROM found JOIN sensor s USING (at) WHERE s.n < 850),
    'of rows without anything odd one in a hundred is called so, give or take');
SELECT ok((SELECT bool_and(is_anomaly = (actual < lower_bound OR actual > upper_bound)) FROM found),
    'an anomaly lies outside its interval');
SELECT ok((SELECT bool_and((probability < 0.0101) = is_anomaly) FROM found), 'an anomaly is as rare as the level says');
SELECT ok((SELECT min(probability) > 0 AND max(probability) <= 1 FROM found), 'no row is impossible');
SELECT ok((SELECT count(*) = 0 FROM found a JOIN found b ON a.score > b.score AND a.probability > b.probability),
    'a higher score is never more probable');
SELECT results_eq($$ SELECT at, expected, lower_bound, upper_bound FROM found $$,
    $$ SELECT at, forecast, lower_bound, upper_bound FROM model, lstm_rolling(model, 'sensor', level => 0.99) $$,
    'what is expected is what lstm_rolling forecasts one step ahead');

SELECT results_eq($$ SELECT at, actual, expected, score, is_anomaly FROM model, lstm_anomalies(model, 'sensor', newest => 1) $$,
    $$ SELECT at, actual, expected, score, is_anomaly FROM found ORDER BY at DESC LIMIT 1 $$, 'the newest row alone');
SELECT is((SELECT count(*) FROM model, lstm_anomalies(model, 'sensor', newest => 30)), 30::bigint, 'as many of the newest rows are judged as asked for');
SELECT is((SELECT count(*) FROM model, lstm_anomalies(model, 'sensor', newest => 2147483647)), 976::bigint, 'more of the newest rows than there are means all');
SELECT throws_ok($$ SELECT lstm_anomalies(model, 'sensor', newest => 0) FROM model $$, '22023', NULL, 'none of the newest rows cannot be asked for');

-- as a trigger would use it
CREATE FUNCTION pg_temp.judge() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT a.is_anomaly FROM model, lstm_anomalies(model, 'sensor', newest => 1) a) THEN
        UPDATE sensor SET n = -n WHERE at = NEW.at;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER judge AFTER INSERT ON sensor FOR EACH ROW EXECUTE FUNCTION pg_temp.judge();
DELETE FROM sensor WHERE n = 1000;
INSERT INTO sensor VALUES ('2024-01-01 00:00+00'::timestamptz + 1000 * interval '1 hour', 1000, 90);
SELECT is((SELECT n FROM sensor ORDER BY at DESC LIMIT 1), -1000, 'a trigger can mark the row that was inserted');

CREATE VIEW short AS SELECT * FROM sensor WHERE n BETWEEN 1 AND 24;
SELECT throws_ok($$ SELECT lstm_anomalies(model, 'short') FROM model $$, '22000',
    'relation "short" has 24 rows, but the model needs 24 before the first row to judge', 'too few rows to judge are an error');

---- many series: each is answered ----

CREATE TABLE pumps AS SELECT pump, date '2024-01-01' + n AS at, (n % 7 + length(pump) + (n * n % 5) / 10.0)::float8 AS value
FROM unnest(ARRAY['a', 'bb', 'ccc']) pump, generate_series(1, 60) n;
CREATE TABLE pumps_model AS SELECT lstm_train('pumps', 'value', series_column => 'pump', lookback => 7, options => '{"units": 4, "epochs": 5}') AS model;
UPDATE pumps SET value = value + 50 WHERE pump = 'bb' AND at = (SELECT max(at) FROM pumps);
DELETE FROM pumps WHERE pump = 'ccc' AND at > '2024-01-05';
INSERT INTO pumps VALUES ('gap', '2024-01-01', 1), ('gap', '2024-01-02', 1), ('gap', '2024-01-09', 1);
CREATE TABLE looked AS SELECT a.* FROM pumps_model, lstm_anomalies(model) a;
SELECT is((SELECT string_agg(format('%s %s %s', series, status, n), '; ' ORDER BY series) FROM (SELECT series, status, count(*) AS n FROM looked GROUP BY 1, 2) c),
    'a ok 53; bb ok 53; ccc it has 4 rows, but 8 are needed 1; gap 6 of 9 rows of series "gap" of relation "pumps" are missing'
    ' (The step is 1 day; at most 2 missing rows are filled unasked. Train with option "missing", which fills whatever is missing, for example'
    ' {"missing": "linear"}; or give the step in option "step".) 1',
    'every series has rows or a reason');
SELECT is_empty($$ SELECT * FROM looked WHERE status <> 'ok' AND (at, target, actual, expected, lower_bound, upper_bound, score, probability, is_anomaly) IS NOT NULL $$,
    'a reason stands alone in its row');
SELECT is((SELECT series || ' ' || at::date FROM looked ORDER BY score DESC NULLS LAST LIMIT 1), 'bb 2024-03-01', 'the odd row of a series has the highest score');
SELECT results_eq($$ SELECT a.* FROM pumps_model, lstm_anomalies(model, series => '{bb}') a $$, $$ SELECT * FROM looked WHERE series = 'bb' $$,
    'one series is asked for by name');
SELECT is((SELECT string_agg(format('%s: %s', series, status), '; ' ORDER BY series) FROM pumps_model, lstm_anomalies(model, newest => 1, series => '{zz,bb,ccc,zz}')),
    'bb: ok; ccc: it has 4 rows, but 8 are needed; zz: it has no rows', 'what is asked for is answered once, with a reason where there is none');
SELECT is((SELECT count(*) FROM pumps_model, lstm_anomalies(model, newest => 2)), 6::bigint, 'with newest series are left out with a reason, too');
SELECT is((SELECT string_agg(status, '; ') FROM pumps_model, lstm_anomalies(model, series => '{ccc,gap}')),
    'it has 4 rows, but 8 are needed; 6 of 9 rows of series "gap" of relation "pumps" are missing'
    ' (The step is 1 day; at most 2 missing rows are filled unasked. Train with option "missing", which fills whatever is missing, for example'
    ' {"missing": "linear"}; or give the step in option "step".)',
    'where no series can be used there are reasons and no error');
SELECT is((SELECT string_agg(status, '; ') FROM pumps_model, lstm_anomalies(model, series => '{zz}')), 'it has no rows', 'an unknown name of a series is no error');
SELECT is_empty($$ SELECT a.* FROM pumps_model, lstm_anomalies(model, series => '{}') a $$, 'who asks for no series gets none');
SELECT throws_ok($$ SELECT lstm_anomalies(model, 'sensor', series => '{a}') FROM model $$, '22023',
    'the model was trained on a single unnamed series, but "series" was given', 'a model of one series has no names');
SELECT throws_ok($$ SELECT lstm_anomalies(model, series => ARRAY['a', NULL]) FROM pumps_model $$, '22004', 'series has a NULL element', 'NULL is no name');

-- a model that forecasts short series without its networks still needs rows before the first one to judge
CREATE TABLE mixed AS SELECT lstm_train('pumps', 'value', series_column => 'pump', lookback => 7,
    options => '{"candidates": ["theta", "ets"]}') AS model;
SELECT is((SELECT status FROM mixed, lstm_forecast(model, steps => 1, series => '{ccc}')), 'short: it has 4 rows, the networks take 7; forecast without them',
    'theta and ets forecast a series that is too short for networks');
SELECT is((SELECT string_agg(format('%s: %s', series, status), '; ' ORDER BY series) FROM mixed, lstm_anomalies(model, newest => 1) WHERE series < 'd'),
    'a: ok; bb: ok; ccc: it has 4 rows, but 8 are needed', 'which is not judged, but has a reason beside the others');
SELECT is((SELECT string_agg(status, '; ') FROM mixed, lstm_anomalies(model, newest => 1, series => '{ccc}')), 'it has 4 rows, but 8 are needed',
    'and no error alone, so that a trigger lets its rows in');

-- the score, and the times of the newest rows
SELECT ok(bool_and(abs(score - abs(actual - expected) / ((upper_bound - lower_bound) / 2)) < 1e-6),
    'the score is the distance from the forecast in units of the median error')
FROM model, lstm_anomalies(model, 'sensor', level => 0.5);
SELECT results_eq($$ SELECT at, actual FROM model, lstm_anomalies(model, 'sensor', newest => 3) ORDER BY at $$,
    $$ SELECT at, value FROM (SELECT at, value FROM sensor ORDER BY at DESC LIMIT 3) s ORDER BY at $$,
    'the newest rows are judged with their own times and values');

SELECT * FROM finish();
ROLLBACK;
