-- Series as business tables have them, with default options: the M3 competition, one network for each of its collections;
-- and single files, the network beside the best naive baseline on what training holds out. The folder with the data is
-- the psql variable "data", seeds are 1 to "seeds"; see make business.
\set ON_ERROR_STOP on
CREATE EXTENSION IF NOT EXISTS lstm_forecast;
SET client_min_messages = error;
\set QUIET on
\pset footer off

-- ---- M3: horizons 6, 8 and 18, MASE with the season 1, 4 and 12, mean over the series ----

CREATE TABLE m3 (id text, period text, season int, horizon int, part text, n int, value float8, at date);
\set file 'zcat ' :data '/m3.csv.gz'
\set copy '\\copy m3 (id, period, season, horizon, part, n, value) FROM PROGRAM ' :'file' ' CSV HEADER'
:copy
UPDATE m3 SET at = date '1900-01-01' + n * make_interval(months => CASE period WHEN 'yearly' THEN 12 WHEN 'quarterly' THEN 3 ELSE 1 END);
CREATE VIEW yearly AS SELECT id, at, value FROM m3 WHERE period = 'yearly' AND part = 'train';
CREATE VIEW quarterly AS SELECT id, at, value FROM m3 WHERE period = 'quarterly' AND part = 'train';
CREATE VIEW monthly AS SELECT id, at, value FROM m3 WHERE period = 'monthly' AND part = 'train';

CREATE FUNCTION m3(p text, seed int, OUT season jsonb, OUT mase numeric, OUT covered numeric, OUT seconds numeric) LANGUAGE plpgsql AS $$
DECLARE
    started timestamptz := clock_timestamp();
    model bytea := lstm_train(p, 'value', series_column => 'id', horizon => (SELECT max(horizon) FROM m3 WHERE period = p),
        options => jsonb_build_object('seed', seed));
BEGIN
    seconds := round(extract(epoch FROM clock_timestamp() - started)::numeric, 1);
    season := lstm_info(model)->'season';
    WITH scales AS (SELECT id, avg(d) AS scale FROM (SELECT m.id, abs(m.value - lag(m.value, m.season) OVER (PARTITION BY m.id ORDER BY n)) AS d
                        FROM m3 m WHERE period = p AND part = 'train') e GROUP BY id),
         errors AS (SELECT id, avg(abs(a.value - f.forecast)) / max(scale) AS error, avg((a.value BETWEEN lower_bound AND upper_bound)::int) AS inside
                    FROM lstm_forecast(model) f JOIN m3 a ON a.id = f.series AND a.at = f.forecast_at::date AND a.part = 'test' JOIN scales USING (id)
                    WHERE f.status = 'ok' GROUP BY id)
    SELECT round(avg(error)::numeric, 3), round(100 * avg(inside), 1) INTO mase, covered FROM errors;
END $$;

\echo
\echo M3, one network for each collection: MASE, share of the actual values within the intervals of 95 per cent
SELECT p AS collection, seed, (m3(p, seed)).* FROM unnest(ARRAY['yearly', 'quarterly', 'monthly']) p, generate_series(1, :seeds) seed;

-- ---- files ----

CREATE TABLE lines (n serial, line text);
CREATE TABLE shop_hours (at timestamp, value float8);
\set file 'zcat ' :data '/shop_hours_intermittent_hourly.csv.gz'
\set copy '\\copy shop_hours FROM PROGRAM ' :'file' ' CSV HEADER'
:copy
CREATE TABLE yosemite (at timestamp, value float8);
\set file 'zcat ' :data '/yosemite_5min.csv.gz | sed s/NaN//'
\set copy '\\copy yosemite FROM PROGRAM ' :'file' ' CSV HEADER'
:copy
\set file 'zcat ' :data '/uk_daily_flights.csv.gz'
\set copy '\\copy lines (line) FROM PROGRAM ' :'file' ' WITH (FORMAT csv, HEADER, DELIMITER E''\\x01'', QUOTE E''\\x02'')'
:copy
CREATE TABLE flights AS SELECT to_date(split_part(line, ',', 1), 'DD/MM/YYYY') AS at, split_part(line, ',', 2)::float8 AS value FROM lines;
TRUNCATE lines;
CREATE TABLE wikipedia (at date, value float8);
\set file 'zcat ' :data '/wikipedia_visits_log.csv.gz'
\set copy '\\copy wikipedia FROM PROGRAM ' :'file' ' CSV HEADER'
:copy
\set file 'zcat ' :data '/champagne_monthly.csv.gz'
\set copy '\\copy lines (line) FROM PROGRAM ' :'file' ' WITH (FORMAT csv, HEADER, DELIMITER E''\\x01'', QUOTE E''\\x02'')'
:copy
CREATE TABLE champagne AS SELECT to_date(replace(split_part(line, ',', 1), '"', ''), 'YYYY-MM') AS at, split_part(line, ',', 2)::float8 AS value FROM lines;
TRUNCATE lines;
\set file 'zcat ' :data '/m5_eight_items.csv.gz | cut -d, -f1-3'
\set copy '\\copy m5 FROM PROGRAM ' :'file' ' CSV HEADER'
CREATE TABLE m5 (id text, at date, value float8);
:copy
CREATE TABLE taxi (at timestamp, value float8);
\set file 'cat ' :data '/nyc_taxi.csv'
\set copy '\\copy taxi FROM PROGRAM ' :'file' ' CSV HEADER'
:copy
CREATE VIEW flights_collapse AS SELECT * FROM flights WHERE at <= '2020-03-31';

CREATE FUNCTION held_out(rel text, key text, h int, OUT season jsonb, OUT network numeric, OUT baseline text, OUT baseline_error numeric, OUT ratio numeric)
LANGUAGE plpgsql AS $$
DECLARE
    model bytea;
BEGIN
    IF key IS NULL THEN
        model := lstm_train(rel, 'value', horizon => h);
    ELSE
        model := lstm_train(rel, 'value', series_column => key, horizon => h);
    END IF;
    season := lstm_info(model)->'season';
    SELECT e.key, (e.value->>'mae')::numeric INTO baseline, baseline_error
    FROM jsonb_each(lstm_info(model)->'metrics'->'value') e WHERE e.key <> 'network' ORDER BY 2 LIMIT 1;
    network := (lstm_info(model)->'metrics'->'value'->'network'->>'mae')::numeric;
    ratio := round(network / baseline_error, 3);
    network := round(network, 3);
    baseline_error := round(baseline_error, 3);
END $$;

\echo
\echo Single files: mean absolute error on what training holds out, beside the best of the naive baselines
SELECT rel AS file, h AS horizon, (held_out(rel, key, h)).*
FROM (VALUES ('shop_hours', NULL, 24), ('shop_hours', NULL, 168), ('yosemite', NULL, 288), ('flights', NULL, 14), ('flights_collapse', NULL, 14),
      ('wikipedia', NULL, 30), ('champagne', NULL, 12), ('m5', 'id', 28), ('taxi', NULL, 48)) v (rel, key, h);

\echo
\echo Flights after 2020-03-31, of which the last value was 677
SELECT step, round(forecast) AS forecast, round(lower_bound) AS lower_bound, round(upper_bound) AS upper_bound, a.value AS came
FROM lstm_forecast(lstm_train('flights_collapse', 'value', horizon => 14)) f JOIN flights a ON a.at = f.forecast_at::date ORDER BY step;

-- ---- minutes ----

CREATE TABLE minutes AS
SELECT timestamp '2024-01-01' + i * interval '1 minute' AS at,
       50 + 20 * sin(2 * pi() * i / 1440) + 5 * sin(2 * pi() * i / 60) - CASE WHEN i / 1440 % 7 >= 5 THEN 10 ELSE 0 END + hashint4(i) % 1000 / 200.0 AS value
FROM generate_series(0, 999999) i;
CREATE VIEW minutes_10000 AS SELECT * FROM minutes WHERE at < timestamp '2024-01-01' + 10000 * interval '1 minute';
CREATE VIEW minutes_100000 AS SELECT * FROM minutes WHERE at < timestamp '2024-01-01' + 100000 * interval '1 minute';
CREATE VIEW minutes_300000 AS SELECT * FROM minutes WHERE at < timestamp '2024-01-01' + 300000 * interval '1 minute';
CREATE VIEW minutes_1000000 AS SELECT * FROM minutes;
CREATE FUNCTION seconds(statement text) RETURNS numeric LANGUAGE plpgsql AS $$
DECLARE
    started timestamptz := clock_timestamp();
BEGIN
    EXECUTE statement;
    RETURN round(extract(epoch FROM clock_timestamp() - started)::numeric, 2);
END $$;

\echo
\echo Minutes with an hour, a day and a week: seconds to read them, to find their seasons and take them apart, and to train
SELECT n AS rows, seconds(format('SELECT count(*), sum(value) FROM (SELECT * FROM minutes_%s ORDER BY at) m', n)) AS read,
       seconds(format('SELECT count(*) FROM lstm_decompose(%L, %L)', 'minutes_' || n, 'value')) AS decompose,
       seconds(format('SELECT lstm_train(%L, %L)', 'minutes_' || n, 'value')) AS train
FROM unnest('{10000,100000,300000,1000000}'::int[]) n;
