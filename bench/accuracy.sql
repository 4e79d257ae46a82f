-- Measures forecasts on real series, five seeds where not said otherwise, beside naive baselines. With
-- default options several candidates contend. The folder with the data is the psql variable "data"; see make accuracy.
\set ON_ERROR_STOP on
CREATE EXTENSION IF NOT EXISTS lstm_forecast;
SET client_min_messages = error;
\set QUIET on
\pset footer off

\echo
\echo AirPassengers: train on all but the last 24 months, forecast these from one origin with default options. MASE.
CREATE TABLE air (time float8, year int, season int, value float8);
\copy air FROM 'examples/air_passengers.csv' CSV HEADER
CREATE TABLE air_dated AS SELECT make_date(year, season, 1) AS month, value FROM air;
CREATE VIEW air_train AS SELECT * FROM air_dated WHERE month < '1959-01-01';
CREATE VIEW air_scale AS
    SELECT avg(abs(a.value - b.value)) AS mae
    FROM air_train a JOIN air_train b ON a.month = b.month + interval '1 year';
CREATE TABLE air_errors AS
SELECT horizon, seed, avg(abs(f.forecast - a.value)) / (SELECT mae FROM air_scale) AS mase
FROM unnest(ARRAY[24, 12, 1]) horizon, generate_series(1, 5) seed,
     lstm_train('air_train', 'value', horizon => horizon, options => jsonb_build_object('seed', seed)) model,
     lstm_forecast(model, steps => 24) f JOIN air_dated a ON a.month = f.forecast_at::date
GROUP BY horizon, seed;
SELECT 'default options, horizon ' || horizon || CASE WHEN horizon < 24 THEN ', fed back to 24' ELSE '' END AS forecast,
       round(avg(mase)::numeric, 3) AS mean, round(min(mase)::numeric, 3) AS best, round(max(mase)::numeric, 3) AS worst
FROM air_errors GROUP BY horizon
UNION ALL
SELECT 'seasonal naive', round((avg(abs(a.value - b.value)) / (SELECT mae FROM air_scale))::numeric, 3), NULL, NULL
FROM air_dated a JOIN air_dated b ON b.month = make_date(1958, extract(month FROM a.month)::int, 1)
WHERE a.month >= '1959-01-01';

\echo
\echo Sine: layers 1-5-20-1, lookback 50, trained on the first 4,500 rows; largest error over the test part.
CREATE TABLE sine AS SELECT k AS n, sin(1 + 2 * pi() * k / 100) AS value FROM generate_series(0, 5000) k;
ALTER TABLE sine ADD PRIMARY KEY (n);
CREATE VIEW sine_train AS SELECT * FROM sine WHERE n < 4500;
CREATE TABLE sine_models AS
SELECT seed, lstm_train('sine_train', 'value', 'n', lookback => 50, options => jsonb_build_object('seed', seed,
    'architecture', '[{"type": "lstm", "units": 5, "return_sequences": true}, {"type": "lstm", "units": 20},
                      {"type": "dense", "units": 1}]'::jsonb)) AS model
FROM generate_series(1, 5) seed;
SELECT seed,
       (SELECT max(abs(forecast - actual)) FROM lstm_rolling(model, 'sine', first_origin => 4500))::numeric(10, 4)
           AS one_step,
       (SELECT max(abs(forecast - actual)) FROM lstm_rolling(model, 'sine', steps => 200, first_origin => 4500)
        WHERE origin = 4500)::numeric(10, 4) AS fed_back_200,
       (SELECT max(abs(forecast - actual)) FROM lstm_rolling(model, 'sine', steps => 1000, first_origin => 4500)
        WHERE origin = 4500)::numeric(10, 4) AS fed_back_to_the_end,
       (SELECT max(abs(forecast - actual)) FROM lstm_rolling(model, 'sine', steps => 50, first_origin => 4500))
           ::numeric(10, 4) AS blocks_of_50
FROM sine_models ORDER BY seed;

\echo
\echo Canberra: 18 months in, 18 months out, trained on the first 60 months. RMSE in degrees.
CREATE TABLE stations (location text, month text, temperature float8);
\set file :data '/australia_monthly_temperature.csv'
\set copy '\\copy stations FROM ' :'file' ' CSV HEADER'
:copy
CREATE VIEW canberra AS
    SELECT (month || '-01')::date AS month, temperature FROM stations WHERE location = 'Canberra';
CREATE VIEW canberra_train AS SELECT * FROM canberra WHERE month < '2014-01-01';
CREATE TABLE canberra_runs (run text, options jsonb);
INSERT INTO canberra_runs VALUES
('bidirectional encoder_decoder 32-32', '{"architecture": "encoder_decoder", "bidirectional": true, "units": 32}'),
('one recurrent layer alone', '{"architecture": "vanilla"}'),
('default options', '{}');
CREATE TABLE canberra_errors AS
SELECT run, seed, sqrt(avg((f.forecast - c.temperature) ^ 2)) AS rmse
FROM canberra_runs, generate_series(1, 5) seed,
     lstm_train('canberra_train', 'temperature', horizon => 18, lookback => 18,
                options => options || jsonb_build_object('seed', seed)) model,
     lstm_forecast(model, relation => 'canberra', as_of => '2015-06-01') f
     JOIN canberra c ON c.month = f.forecast_at::date
GROUP BY run, seed;
SELECT run AS forecast, round(avg(rmse)::numeric, 3) AS mean, round(stddev(rmse)::numeric, 3) AS deviation,
       round(min(rmse)::numeric, 3) AS best, round(max(rmse)::numeric, 3) AS worst
FROM canberra_errors GROUP BY run
UNION ALL
SELECT 'seasonal naive', round(sqrt(avg((a.temperature - b.temperature) ^ 2))::numeric, 3), NULL, NULL, NULL
FROM canberra a JOIN canberra b ON extract(month FROM a.month) = extract(month FROM b.month)
    AND b.month BETWEEN '2014-07-01' AND '2015-06-01'
WHERE a.month >= '2015-07-01'
UNION ALL
SELECT 'mean of the same month over history', round(sqrt(avg((a.temperature - b.mean) ^ 2))::numeric, 3), NULL, NULL, NULL
FROM canberra a, LATERAL (SELECT avg(temperature) AS mean FROM canberra b
                          WHERE b.month < '2015-07-01'
                            AND extract(month FROM b.month) = extract(month FROM a.month)) b
WHERE a.month >= '2015-07-01';

-- Rows with dates show a year; rows that are numbered do not, since a season of 365.25 is looked for where rows are days.
CREATE TABLE runs (run text, dated boolean, options jsonb);
INSERT INTO runs VALUES ('default options', true, '{}'), ('one recurrent layer alone', true, '{"architecture": "vanilla"}'),
    ('default options, rows numbered', false, '{}'), ('one recurrent layer alone, rows numbered', false, '{"architecture": "vanilla"}');

\echo
\echo Melbourne, daily minimum: the last 365 days, 7 days ahead from every 7th. MAE in degrees.
CREATE TABLE melbourne (day date PRIMARY KEY, temperature float8);
\set file :data '/daily_min_temperatures.csv'
\set copy '\\copy melbourne FROM ' :'file' ' CSV HEADER'
:copy
CREATE TABLE melbourne_rows AS
    SELECT row_number() OVER (ORDER BY day) AS n, day, temperature FROM melbourne;
CREATE VIEW melbourne_numbered AS SELECT n, temperature FROM melbourne_rows;
CREATE VIEW melbourne_numbered_train AS SELECT n, temperature FROM melbourne_rows WHERE n <= (SELECT max(n) - 365 FROM melbourne_rows);
CREATE VIEW melbourne_train AS SELECT day, temperature FROM melbourne_rows WHERE n <= (SELECT max(n) - 365 FROM melbourne_rows);
-- two leap days have no row: they count as rows where there are dates
CREATE TABLE melbourne_errors AS
SELECT run, seed, avg(abs(forecast - actual)) AS mae
FROM runs, generate_series(1, 5) seed,
     lstm_train(CASE WHEN dated THEN 'melbourne_train' ELSE 'melbourne_numbered_train' END::regclass, 'temperature',
                CASE WHEN dated THEN 'day' ELSE 'n' END, horizon => 7, options => options || jsonb_build_object('seed', seed)) model,
     lstm_rolling(model, CASE WHEN dated THEN 'melbourne' ELSE 'melbourne_numbered' END::regclass,
                  first_origin => CASE WHEN dated THEN (SELECT max(day) - min(day) + 1 FROM melbourne_train)
                                  ELSE (SELECT max(n) FROM melbourne_numbered_train) END) r
GROUP BY run, seed;
SELECT run AS forecast, round(avg(mae)::numeric, 3) AS mean, round(min(mae)::numeric, 3) AS best,
       round(max(mae)::numeric, 3) AS worst
FROM melbourne_errors GROUP BY run
UNION ALL
SELECT 'repeat-last', round(avg(abs(l.temperature - r.temperature))::numeric, 3), NULL, NULL
FROM melbourne_rows r JOIN melbourne_rows l ON l.n = 3285 + (r.n - 3286) / 7 * 7 WHERE r.n > 3285;

\echo
\echo Household power: fitted once on all but the last 328 days, 46 weeks of 7 days ahead. RMSE.
CREATE TABLE household (day date, power float8, b float8, c float8, d float8, e float8, f float8, g float8, h float8);
\set file :data '/household_power_daily.csv'
\set copy '\\copy household FROM ' :'file' ' CSV HEADER'
:copy
CREATE TABLE household_rows AS SELECT row_number() OVER (ORDER BY day) AS n, day, power FROM household;
CREATE VIEW household_numbered AS SELECT n, power FROM household_rows;
CREATE VIEW household_numbered_train AS SELECT n, power FROM household_rows WHERE n <= (SELECT max(n) - 328 FROM household_rows);
CREATE VIEW household_dated AS SELECT day, power FROM household_rows;
CREATE VIEW household_train AS SELECT day, power FROM household_rows WHERE n <= (SELECT max(n) - 328 FROM household_rows);
CREATE TABLE household_errors AS
SELECT run, seed, sqrt(avg((forecast - actual) ^ 2)) AS rmse, sqrt(avg((w.power - actual) ^ 2)) AS week
FROM runs, generate_series(1, 5) seed,
     lstm_train(CASE WHEN dated THEN 'household_train' ELSE 'household_numbered_train' END::regclass, 'power',
                CASE WHEN dated THEN 'day' ELSE 'n' END, horizon => 7, options => options || jsonb_build_object('seed', seed)) model,
     lstm_rolling(model, CASE WHEN dated THEN 'household_dated' ELSE 'household_numbered' END::regclass,
                  first_origin => (SELECT max(n) FROM household_numbered_train)) r
     JOIN household_rows w ON w.n = r.origin + r.step - 7
WHERE r.origin < (SELECT max(n) FROM household_numbered_train) + 46 * 7
GROUP BY run, seed;
SELECT run AS forecast, round(avg(rmse)::numeric, 1) AS mean, round(min(rmse)::numeric, 1) AS best,
       round(max(rmse)::numeric, 1) AS worst
FROM household_errors GROUP BY run
UNION ALL
SELECT 'last week', round(avg(week)::numeric, 1), NULL, NULL FROM household_errors;

\echo
\echo M4 hourly, 48 hours ahead: 25 of the 414 series (every 17th), default options, one seed.
CREATE TABLE m4_lines (part text DEFAULT 'train', line text);
\set file 'zcat ' :data '/m4_hourly_train.csv.gz'
\set copy '\\copy m4_lines (line) FROM PROGRAM ' :'file' ' WITH (FORMAT csv, HEADER, DELIMITER E''\\x01'', QUOTE E''\\x02'')'
:copy
ALTER TABLE m4_lines ALTER part SET DEFAULT 'test';
\set file 'zcat ' :data '/m4_hourly_test.csv.gz'
\set copy '\\copy m4_lines (line) FROM PROGRAM ' :'file' ' WITH (FORMAT csv, HEADER, DELIMITER E''\\x01'', QUOTE E''\\x02'')'
:copy
CREATE TABLE m4 AS
SELECT part, id, n - 1 AS n, value::float8
FROM m4_lines, LATERAL (SELECT replace(line, '"', '') AS plain) p, LATERAL (SELECT split_part(plain, ',', 1) AS id) i,
     unnest(string_to_array(plain, ',')) WITH ORDINALITY v (value, n)
WHERE n > 1 AND value <> '' AND substr(id, 2)::int % 17 = 5;
CREATE TABLE m4_errors AS
WITH models AS (
    SELECT id, max(n) AS rows, lstm_train_agg(value, '{"horizon": 48}' ORDER BY n) AS model
    FROM m4 WHERE part = 'train' GROUP BY id
), scales AS (
    SELECT a.id, avg(abs(a.value - b.value)) AS mae
    FROM m4 a JOIN m4 b ON b.id = a.id AND b.part = 'train' AND b.n = a.n - 24
    WHERE a.part = 'train' GROUP BY a.id
)
SELECT m.id, avg(abs(f.forecast - t.value)) / min(s.mae) AS mase,
       avg(abs(d.value - t.value)) / min(s.mae) AS naive_mase,
       avg(200 * abs(f.forecast - t.value) / (abs(f.forecast) + abs(t.value))) AS smape,
       avg(200 * abs(d.value - t.value) / (abs(d.value) + abs(t.value))) AS naive_smape
FROM models m CROSS JOIN lstm_forecast(m.model) f
     JOIN m4 t ON t.id = m.id AND t.part = 'test' AND t.n = f.step
     JOIN m4 d ON d.id = m.id AND d.part = 'train' AND d.n = m.rows - 23 + (f.step - 1) % 24
     JOIN scales s ON s.id = m.id
GROUP BY m.id;
SELECT 'default options' AS forecast, round(avg(mase)::numeric, 3) AS mase, round(avg(smape)::numeric, 2) AS smape,
       count(*) FILTER (WHERE mase < naive_mase) AS better_on, count(*) AS series
FROM m4_errors
UNION ALL
SELECT 'seasonal naive, 24 hours', round(avg(naive_mase)::numeric, 3), round(avg(naive_smape)::numeric, 2), NULL, NULL
FROM m4_errors;
