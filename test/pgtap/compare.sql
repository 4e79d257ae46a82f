-- lstm_compare: several models on the same rows, and whether they differ by more than chance.
BEGIN;
SET LOCAL client_min_messages = error;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lstm_forecast;
\i test/include/failure.sql

SELECT plan(22);

CREATE TABLE days (day date PRIMARY KEY, value float8, other float8);
INSERT INTO days SELECT date '2023-01-01' + i, 50 + 10 * sin(2 * pi() * i / 7) + hashint4(i) % 100 / 25.0, hashint4(i + 5) % 10 FROM generate_series(0, 399) i;
CREATE VIEW older AS SELECT * FROM days WHERE day < '2023-11-01';
CREATE TABLE models AS
SELECT lstm_train('older', 'value', horizon => 7, options => '{"candidates": ["theta"]}') AS theta,
       lstm_train('older', 'value', horizon => 7, options => '{"candidates": ["repeat_last"]}') AS last,
       lstm_train('older', 'value', horizon => 3, lookback => 14, options => '{"architecture": "vanilla", "units": [4], "epochs": 2}') AS network,
       lstm_train('older', ARRAY['value', 'other'], horizon => 3, options => '{"candidates": ["seasonal_naive"]}') AS wide,
       lstm_train('older', 'other', horizon => 3, options => '{"candidates": ["mean"]}') AS another;

CREATE TABLE compared AS SELECT c.* FROM models, lstm_compare(ARRAY[theta, last, theta], 'days') c;
SELECT results_eq('SELECT model, series, target, origins FROM compared', $$ VALUES (1, NULL::text, 'value', 96::bigint), (2, NULL, 'value', 96), (3, NULL, 'value', 96) $$,
    'each model has a row; origins are the rows that none was trained on');
SELECT ok((SELECT mae FROM compared WHERE model = 1) = (SELECT mae FROM compared WHERE model = 3) AND
          (SELECT difference = 0 AND difference_error IS NULL AND probability IS NULL FROM compared WHERE model = 3), 'a model is no other than itself');
SELECT ok(difference > 0 AND abs(difference - (mae - (SELECT min(mae) FROM compared))) < 1e-9 AND probability < 0.01 AND difference_error > 0, 'the last value is worse, and not by chance')
FROM compared WHERE model = 2;
CREATE TABLE rolled AS SELECT r.origin, avg(abs(r.forecast - r.actual)) AS error FROM models, lstm_rolling(last, 'days', stride => 1, first_origin => 304) r GROUP BY 1;
SELECT ok((SELECT abs(c.mae - avg(r.error)) < 1e-9 FROM rolled r, compared c WHERE c.model = 2 GROUP BY c.mae), 'errors are those of lstm_rolling');
-- by hand: differences from origin to origin, of which seven share rows
CREATE TABLE differences AS
SELECT row_number() OVER (ORDER BY a.origin) AS n, a.error - b.error AS d FROM rolled a
JOIN (SELECT r.origin, avg(abs(r.forecast - r.actual)) AS error FROM models, lstm_rolling(theta, 'days', stride => 1, first_origin => 304) r GROUP BY 1) b USING (origin);
CREATE TABLE by_hand AS
SELECT sqrt((sum(CASE WHEN lag = 0 THEN 1 ELSE 2 * (1 - lag / 7.0) END * covariance)) / 96 / ((96 + 1 - 14 + 42 / 96.0) / 96)) AS error
FROM (SELECT lag, sum((a.d - m.m) * (b.d - m.m)) / 96 AS covariance FROM generate_series(0, 6) lag, (SELECT avg(d) AS m FROM differences) m, differences a
      JOIN differences b ON true WHERE b.n = a.n - lag GROUP BY lag) c;
SELECT ok(abs(c.difference_error - h.error) < 1e-9, 'the error of the difference knows that forecasts overlap') FROM compared c, by_hand h WHERE c.model = 2;

SELECT results_eq($$ SELECT DISTINCT origins FROM models, lstm_compare(ARRAY[theta, network], 'days') $$, 'VALUES (96::bigint)', 'models may look back by different lengths, and ahead');
SELECT results_eq($$ SELECT DISTINCT origins FROM models, lstm_compare(ARRAY[theta, network], 'days', steps => 1, stride => 10) $$, 'VALUES (10::bigint)', 'a stride leaves origins out');
SELECT results_eq($$ SELECT model, target FROM models, lstm_compare(ARRAY[theta, wide], 'days') $$, $$ VALUES (1, 'value'), (2, 'value') $$, 'targets of the first model are compared');
SELECT results_eq($$ SELECT DISTINCT origins FROM models, lstm_compare(ARRAY[theta, last], 'days', first_origin => 100) $$, 'VALUES (300::bigint)', 'first_origin says where to begin');
CREATE VIEW few AS SELECT * FROM days WHERE day < '2023-11-03';
SELECT results_eq($$ SELECT origins, difference_error FROM models, lstm_compare(ARRAY[theta, last], 'few') $$, 'VALUES (2::bigint, NULL::float8), (2, NULL)', 'two origins tell nothing of chance');
SELECT ok(bool_and(r.theta AND r.last), 'the pretrained network can be compared as well')
FROM (SELECT max(mae) FILTER (WHERE model = 2) < max(mae) FILTER (WHERE model = 1) AS last, count(*) = 2 AS theta
      FROM models, lstm_compare(ARRAY[last, lstm_pretrained('{"columns": ["value"], "season": 7}')], 'days', first_origin => 304)) r;

-- several series
CREATE TABLE shops AS SELECT s AS shop, day, value * s + 3 * (hashint4(s * 1000 + extract(doy FROM day)::int) % 7) AS value FROM days, generate_series(1, 3) s;
CREATE VIEW older_shops AS SELECT * FROM shops WHERE day < '2023-11-01' AND shop <= 2;
CREATE VIEW all_shops AS SELECT * FROM shops WHERE day < '2023-11-01';
CREATE TABLE panels AS
SELECT lstm_train('older_shops', 'value', series_column => 'shop', horizon => 7, options => '{"candidates": ["theta"]}') AS two,
       lstm_train('all_shops', 'value', series_column => 'shop', horizon => 7, options => '{"candidates": ["repeat_last"]}') AS three;
SELECT results_eq($$ SELECT series, model, origins FROM panels, lstm_compare(ARRAY[three, two], 'shops') ORDER BY 1, 2 $$,
    $$ SELECT s::text, m, 96::bigint FROM generate_series(1, 3) s, generate_series(1, 2) m ORDER BY 1, 2 $$, 'series are compared one by one');

-- what cannot be compared
SELECT is((SELECT count(*) FROM lstm_compare(NULL, 'days')), 0::bigint, 'no models, no rows');
SELECT matches(pg_temp.failure('SELECT lstm_compare(ARRAY[theta], $$days$$) FROM models'), '^22023: 2 to 100 models can be compared, not 1', 'one model alone is no comparison');
SELECT matches(pg_temp.failure('SELECT lstm_compare(array_fill(theta, ARRAY[101]), $$days$$) FROM models'), '^22023: 2 to 100 models', 'nor are very many');
SELECT matches(pg_temp.failure('SELECT lstm_compare(ARRAY[[theta], [theta]], $$days$$) FROM models'), '^22023: the models must be an array of one dimension', 'they are a plain list');
SELECT matches(pg_temp.failure('SELECT lstm_compare(ARRAY[theta, NULL], $$days$$) FROM models'), '^22004: model 2 is NULL', 'without NULL');
SELECT matches(pg_temp.failure('SELECT lstm_compare(ARRAY[theta, $$\x00$$::bytea], $$days$$) FROM models'), '^22P03', 'and all of it are models');
SELECT matches(pg_temp.failure('SELECT lstm_compare(ARRAY[theta, another], $$days$$) FROM models'), '^22023: model 2 does not forecast "value"', 'of the same target');
SELECT matches(pg_temp.failure('SELECT lstm_compare(ARRAY[theta, wide], $$days$$, first_origin => 400) FROM models'), '^22000: there is no row that all 2 models forecast', 'where there is something to compare');
SELECT matches(pg_temp.failure('SELECT lstm_compare(ARRAY[theta, last], $$days$$, steps => 0) FROM models'), '^22023', 'at least a step ahead');
SET LOCAL maintenance_work_mem = '1MB';
CREATE TABLE long AS SELECT i AS n, i % 7 + hashint4(i) % 3 AS value FROM generate_series(1, 30000) i;
SET LOCAL maintenance_work_mem = '64MB';
CREATE TABLE long_models AS SELECT lstm_train('long', 'value', 'n', horizon => 1, options => '{"candidates": ["repeat_last"]}') AS m;
SET LOCAL maintenance_work_mem = '1MB';
SELECT matches(pg_temp.failure('SELECT lstm_compare(ARRAY[m, m, m, m, m], $$long$$, first_origin => 2) FROM long_models'), '^54000', 'memory is bounded');

SELECT * FROM finish();
ROLLBACK;
