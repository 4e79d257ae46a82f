{{ config(materialized='table') }}
SELECT f.forecast_at::date AS day, f.forecast, f.lower_bound, f.upper_bound, f.status
FROM {{ ref('gallery_model') }} AS m, lstm_forecast(m.model, level => 0.8, relation => '{{ source("shop", "gallery") }}') AS f
