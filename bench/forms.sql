-- Prints the table of forms: the largest error of each over seeds 1 to 20, beside what one run of Keras is off by.
CREATE EXTENSION IF NOT EXISTS lstm_forecast;
\ir forms_setup.sql

SELECT no, form, expected,
       round(percentile_cont(0.5) WITHIN GROUP (ORDER BY error)::numeric, 4) AS median_error,
       round(max(error)::numeric, 4) AS worst_error,
       keras AS keras_off_by
FROM forms JOIN forms_errors USING (no)
GROUP BY no, form, expected, keras
ORDER BY no;
