-- What is promised: by default AirPassengers better than what R's forecast package makes of its logarithms, without theta and
-- ets better than the seasonal naive forecast with drift; and a sine that does not drift when it is fed its own outputs.
BEGIN;
SELECT plan(11);
SET LOCAL client_min_messages = error;

CREATE TEMP TABLE air (time float8, year int, season int, value float8);
\copy air FROM 'examples/air_passengers.csv' CSV HEADER
CREATE TEMP TABLE air_dated AS SELECT make_date(year, season, 1) AS month, value FROM air;
CREATE TEMP VIEW air_train AS SELECT * FROM air_dated WHERE month < '1959-01-01';
CREATE TEMP TABLE air_errors AS
SELECT horizon, seed, least,
       avg(abs(f.forecast - a.value)) /
       (SELECT avg(abs(x.value - y.value)) FROM air_train x JOIN air_train y ON x.month = y.month + interval '1 year')
       AS mase
FROM unnest(ARRAY[24, 12, 1]) horizon, generate_series(1, 5) seed,
     (VALUES (1.381, '{}'::jsonb), (1.047, '{"candidates": ["network", "linear"]}')) o (least, options),
     lstm_train('air_train', 'value', horizon => horizon, options => options || jsonb_build_object('seed', seed)) model,
     lstm_forecast(model, steps => 24) f JOIN air_dated a ON a.month = f.forecast_at::date
GROUP BY horizon, seed, least;

SELECT is(count(*), 30::bigint, 'each seed and horizon forecasts all 24 months') FROM air_errors;
SELECT ok(max(mase) < least,
          format('AirPassengers, 24 months held out, horizon %s, five seeds: worst MASE %s is below %s (mean %s)',
                 horizon, round(max(mase)::numeric, 3), least, round(avg(mase)::numeric, 3)))
FROM air_errors GROUP BY horizon, least ORDER BY least, horizon;

CREATE TEMP TABLE sine AS SELECT k AS n, sin(1 + 2 * pi() * k / 100) AS value FROM generate_series(0, 3000) k;
CREATE TEMP VIEW sine_train AS SELECT * FROM sine WHERE n < 2700;
CREATE TEMP TABLE sine_model AS
SELECT lstm_train('sine_train', 'value', 'n', lookback => 50, options => jsonb_build_object('architecture',
    '[{"type": "lstm", "units": 5, "return_sequences": true}, {"type": "lstm", "units": 20},
      {"type": "dense", "units": 1}]'::jsonb)) AS model;
SELECT is((SELECT array_agg(parameters ORDER BY layer_no) FROM sine_model, lstm_summary(model)),
          ARRAY[140, 2080, 21]::bigint[], 'the layers 1-5-20-1 have the weights that Keras counts');
SELECT ok(max(abs(forecast - actual)) < 0.05, 'sine, one step at each row: off by less than 0.05')
FROM sine_model, lstm_rolling(model, 'sine', first_origin => 2700);
SELECT ok(max(abs(forecast - actual)) < 0.05 AND count(*) = 200,
          'sine, the whole sequence from its own outputs: off by less than 0.05 over 200 steps')
FROM sine_model, lstm_rolling(model, 'sine', steps => 200, first_origin => 2700) WHERE origin = 2700;
SELECT ok(max(abs(forecast - actual)) < 0.05, 'sine, blocks of 50 steps: off by less than 0.05')
FROM sine_model, lstm_rolling(model, 'sine', steps => 50, first_origin => 2700);

SELECT * FROM finish();
ROLLBACK;
