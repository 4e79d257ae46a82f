-- Forecasts airline passengers, compares the forecasts of five years with what came, makes a report and draws a picture.
--
-- Run from the root of the repository, in a database that may be written to:
--
--     psql -X -q -f examples/air_passengers.sql

\set ON_ERROR_STOP on
\pset footer off
\pset pager off
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS lstm_forecast;
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

SELECT extract(year FROM month) AS year, sum(passengers) AS sum, min(passengers), max(passengers),
    lstm_sparkline(array_agg(passengers ORDER BY month)) AS "J to D"
FROM passengers
GROUP BY 1
ORDER BY 1;

\echo '2. A training, with nothing said but the number of months to forecast. The message compares the'
\echo '   forecast with simple ones, on the newest fifth of the windows; if it were no better than all'
\echo '   naive ones, that would be a WARNING.'
\echo
\echo '       INSERT INTO passenger_model SELECT lstm_train(''passengers'', ''passengers'', horizon => 12);'
\echo

CREATE TABLE passenger_model (model bytea NOT NULL);
INSERT INTO passenger_model SELECT lstm_train('passengers', 'passengers', horizon => 12);

\echo
\echo '   The forecast of 1961. Four of five values should come to lie between its bounds.'
\echo

SELECT to_char(f.forecast_at, 'YYYY-MM') AS month, round(f.forecast) AS forecast,
    round(f.lower_bound) AS lower_bound, round(f.upper_bound) AS upper_bound, p.passengers AS one_year_before
FROM passenger_model
CROSS JOIN lstm_forecast(model, level => 0.8) f
JOIN passengers p ON p.month = (f.forecast_at - interval '1 year')::date
ORDER BY f.step;

\echo '3. Is it good? Each of the last five years is forecast from the rows before it alone: by a training'
\echo '   of its own (lstm_backtest), and by other methods (lstm_baseline). Then it is compared with what'
\echo '   came. Mean absolute errors, in thousands of passengers per month:'
\echo

CREATE TEMPORARY TABLE errors AS
SELECT 'trained' AS forecast, 1955 + fold AS year, value AS error
FROM lstm_backtest('passengers', 'passengers', horizon => 12, folds => 5)
WHERE metric = 'mae'
UNION ALL
SELECT method, year, avg(abs(f.forecast - p.passengers))
FROM unnest(ARRAY['ets', 'theta', 'seasonal_naive', 'zero_shot']) method,
    generate_series(1956, 1960) year,
    lstm_baseline('passengers', 'passengers', horizon => 12, method => method, as_of => make_date(year - 1, 12, 1)) f
    JOIN passengers p ON p.month = f.forecast_at::date
GROUP BY method, year;

CREATE TEMPORARY VIEW error_table AS
SELECT forecast, avg(error) FILTER (WHERE year = 1956) AS "1956", avg(error) FILTER (WHERE year = 1957) AS "1957",
    avg(error) FILTER (WHERE year = 1958) AS "1958", avg(error) FILTER (WHERE year = 1959) AS "1959",
    avg(error) FILTER (WHERE year = 1960) AS "1960", avg(error) AS mean
FROM errors
GROUP BY forecast;

SELECT forecast, round("1956"::numeric, 1) AS "1956", round("1957"::numeric, 1) AS "1957",
    round("1958"::numeric, 1) AS "1958", round("1959"::numeric, 1) AS "1959", round("1960"::numeric, 1) AS "1960",
    round(mean::numeric, 1) AS mean
FROM error_table
WHERE forecast <> 'zero_shot'
ORDER BY error_table.mean;

-- the words follow from the figures
SELECT CASE WHEN trained.mean < least(ets.mean, theta.mean, naive.mean) THEN 'The trained forecast wins'
            ELSE 'The trained forecast does not win' END AS verdict,
    CASE WHEN trained."1960" < least(ets."1960", theta."1960", naive."1960") THEN 'and in 1960, the last year, too'
         ELSE 'but not in 1960, the last year' END AS last_year,
    round(100 * (1 - trained.mean / ets.mean)) AS ets, round(100 * (1 - trained.mean / theta.mean)) AS theta,
    round(100 * (1 - trained.mean / naive.mean)) AS naive,
    (SELECT coalesce(string_agg(DISTINCT year::text, ', '), 'none')
     FROM errors t JOIN errors other USING (year)
     WHERE t.forecast = 'trained' AND other.forecast IN ('ets', 'theta', 'seasonal_naive') AND t.error > other.error)
    AS lost_years,
    round(zero_shot.mean::numeric, 1) AS zero_shot, round(zero_shot."1960"::numeric, 1) AS zero_shot_1960
FROM error_table trained, error_table ets, error_table theta, error_table naive, error_table zero_shot
WHERE trained.forecast = 'trained' AND ets.forecast = 'ets' AND theta.forecast = 'theta'
    AND naive.forecast = 'seasonal_naive' AND zero_shot.forecast = 'zero_shot'
\gset
\echo '  ' :verdict 'over the five years,' :last_year':'
\echo '   its error is' :ets 'percent smaller than that of ets,' :theta 'percent smaller than that of theta, and'
\echo '  ' :naive 'percent smaller than that of the seasonal naive forecast, which repeats the year before.'
\echo '   Years in which one of the others was better:' :lost_years'.'
\echo

\echo '4. The same without training: lstm_zero_shot asks a network that comes with the extension.'
\echo '   Off by' :zero_shot_1960 'in 1960, and by' :zero_shot 'over the five years. Its first months of 1961:'
\echo

SELECT to_char(forecast_at, 'YYYY-MM') AS month, round(forecast) AS forecast, round(lower_bound) AS lower_bound,
    round(upper_bound) AS upper_bound
FROM lstm_zero_shot('passengers', 'passengers', level => 0.8)
WHERE step <= 2;

\echo '5. How many will fly in the whole of 1961, in millions, and how likely are more than 6.3 millions?'
\echo '   lstm_simulate draws 1000 years that may come; four of five lie between the bounds.'
\echo

WITH years AS (
    SELECT path, sum(value) AS total FROM passenger_model, lstm_simulate(model, paths => 1000) GROUP BY path
), quantiles AS (
    SELECT percentile_cont(ARRAY[0.1, 0.5, 0.9]) WITHIN GROUP (ORDER BY total / 1000) AS q,
        avg((total > 6300)::int) AS chance
    FROM years
)
SELECT round(q[2]::numeric, 2) AS median, round(q[1]::numeric, 2) AS lower_bound, round(q[3]::numeric, 2) AS upper_bound,
    round(100 * chance) || ' %' AS more_than_6_3,
    round((SELECT sum(passengers) / 1000 FROM passengers WHERE month >= '1960-01-01')::numeric, 2) AS in_1960
FROM quantiles;

\echo '6. A report for people who read no SQL, and a picture of the forecast and its bounds, for a browser:'
\echo

\! mkdir -p build
\pset tuples_only on
\pset format unaligned
\o build/air_passengers.html
SELECT lstm_report(model, title => 'Airline passengers in 1961', unit => 'thousand passengers', level => 0.8)
FROM passenger_model;
\o build/air_passengers.svg
SELECT lstm_plot(model, level => 0.8) FROM passenger_model;
\o
\set folder `pwd`
\echo :folder/build/air_passengers.html
\echo :folder/build/air_passengers.svg
