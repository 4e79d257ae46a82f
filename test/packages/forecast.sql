-- What the model of train.sql forecasts, bit by bit.
SELECT string_agg(concat_ws(' ', step, forecast_at, forecast, lower_bound, upper_bound), E'\n' ORDER BY step)
FROM models, lstm_forecast(model, steps => 3)
WHERE name = 'lines';
