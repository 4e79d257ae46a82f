-- Forecasts a year of airline passengers, and compares it with what came.
--
-- Run from the root of the repository, in a database that may be written to:
--
--     psql -X -q -f examples/air_passengers.sql

\set ON_ERROR_STOP on
\pset footer off
\pset pager off
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS lstm_forecast;
DROP VIEW IF EXISTS passengers_known;
DROP TABLE IF EXISTS passengers, passenger_model;
RESET client_min_messages;

\echo '1. The data: passengers of international airlines, in thousands per month, 1949 to 1960.'
\echo

CREATE TABLE passengers (month date PRIMARY KEY, passengers float8 NOT NULL);

-- the file has its date in two columns: the year, and the month as "season"
CREATE TEMPORARY TABLE air_passengers_file (time float8, year int, season int, value float8);
\copy air_passengers_file FROM 'examples/air_passengers.csv' WITH (FORMAT csv, HEADER)
INSERT INTO passengers SELECT make_date(year, season, 1), value FROM air_passengers_file;
DROP TABLE air_passengers_file;

SELECT extract(year FROM month) AS year, sum(passengers) AS sum, min(passengers), max(passengers)
FROM passengers
GROUP BY 1
ORDER BY 1;

\echo '2. Training on all months before 1960; the year 1960 is hidden from the network.'
\echo '   The message compares a first network, which had seen only the older four fifths of these rows, with five'
\echo '   naive baselines; it is a WARNING if one of them was better. The final network is then trained on all rows.'
\echo

CREATE VIEW passengers_known AS SELECT * FROM passengers WHERE month < '1960-01-01';
CREATE TABLE passenger_model (model bytea NOT NULL);
INSERT INTO passenger_model SELECT lstm_train('passengers_known', 'passengers', horizon => 12);

\echo
\echo '3. The network: its layers and their weights.'
\echo

SELECT s.* FROM passenger_model, lstm_summary(model) s;

\echo '4. The training of the first network: an epoch is one pass over all windows. The loss became smaller; validation_loss'
\echo '   is the loss on the newest windows, which it did not see, and tells when to stop.'
\echo

SELECT h.epoch, round(h.loss::numeric, 4) AS loss, round(h.validation_loss::numeric, 4) AS validation_loss
FROM passenger_model, lstm_history(model) h
WHERE h.epoch IN (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
    OR h.epoch = (SELECT max(epoch) FROM passenger_model, lstm_history(model))
    OR h.epoch = (SELECT (lstm_info(model)->>'best_epoch')::int FROM passenger_model)
ORDER BY h.epoch;

\echo '5. The forecast for 1960, beside what came.'
\echo '   seasonal_naive is the cheapest forecast that knows of seasons: the value of the same month of 1959.'
\echo

CREATE TEMPORARY TABLE comparison AS
SELECT actual.month, actual.passengers AS actual, f.forecast, before.passengers AS seasonal_naive
FROM passenger_model
CROSS JOIN lstm_forecast(model) f
JOIN passengers actual ON actual.month = f.forecast_at::date
JOIN passengers before ON before.month = (actual.month - interval '12 months')::date;

SELECT to_char(month, 'YYYY-MM') AS month, actual, round(forecast) AS forecast, seasonal_naive,
    round(forecast - actual) AS error_of_network, seasonal_naive - actual AS error_of_naive
FROM comparison
ORDER BY month;

\echo '6. The mean error over the 12 months, in thousands of passengers.'
\echo '   relative: the error divided by that of the naive forecast within the years before 1960; smaller is better.'
\echo

WITH scale AS (
    SELECT avg(abs(passengers - before)) AS error
    FROM (SELECT passengers, lag(passengers, 12) OVER (ORDER BY month) AS before FROM passengers_known) pairs
), errors AS (
    SELECT 1 AS place, 'network' AS forecast, avg(abs(forecast - actual)) AS error FROM comparison
    UNION ALL
    SELECT 2, 'seasonal naive', avg(abs(seasonal_naive - actual)) FROM comparison
)
SELECT forecast, round(errors.error::numeric, 1) AS mean_absolute_error,
    round((errors.error / scale.error)::numeric, 2) AS relative
FROM errors, scale
ORDER BY place;
