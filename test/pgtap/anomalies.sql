-- lstm_anomalies finds what was put there, says how rare it is, and costs one window for the newest row.
BEGIN;
SET LOCAL client_min_messages = error;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lstm_forecast;

SELECT plan(15);

CREATE TABLE sensor (at timestamptz PRIMARY KEY, n int UNIQUE, value float8);
SELECT setseed(0.125);
INSERT INTO sensor
SELECT timestamptz '2024-01-01 00:00+00' + n * interval '1 hour', n, 50 + 10 * sin(2 * pi() * n / 24) + 2 * random()
FROM generate_series(1, 1000) n;
CREATE VIEW older AS SELECT * FROM sensor WHERE n <= 800;
CREATE TABLE model AS SELECT lstm_train('older', 'value', lookback => 24, options => '{"units": 12, "epochs": 30}') AS model;
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
SELECT ok((SELECT bool_and((probability < 0.0101) = is_anomaly) FROM found), 'and is as rare as the level says');
SELECT ok((SELECT min(probability) > 0 AND max(probability) <= 1 FROM found), 'no row is impossible');
SELECT ok((SELECT count(*) = 0 FROM found a JOIN found b ON a.score > b.score AND a.probability > b.probability),
    'a higher score is never more probable');
SELECT results_eq($$ SELECT at, expected, lower_bound, upper_bound FROM found $$,
    $$ SELECT at, forecast, lower_bound, upper_bound FROM model, lstm_rolling(model, 'sensor', level => 0.99) $$,
    'what is expected is what lstm_rolling forecasts one step ahead');

SELECT results_eq($$ SELECT at, actual, expected, score, is_anomaly FROM model, lstm_anomalies(model, 'sensor', newest => 1) $$,
    $$ SELECT at, actual, expected, score, is_anomaly FROM found ORDER BY at DESC LIMIT 1 $$, 'the newest row alone');
SELECT is((SELECT count(*) FROM model, lstm_anomalies(model, 'sensor', newest => 30)), 30::bigint, 'or so many');
SELECT is((SELECT count(*) FROM model, lstm_anomalies(model, 'sensor', newest => 2147483647)), 976::bigint, 'or all there are');
SELECT throws_ok($$ SELECT lstm_anomalies(model, 'sensor', newest => 0) FROM model $$, '22023', NULL, 'not none');

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
    'relation "short" has 24 rows, and the model needs 24 before the one to judge', 'too few rows');

SELECT * FROM finish();
ROLLBACK;
