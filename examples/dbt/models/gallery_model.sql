-- Trains anew with each run. To keep a model for some days, give this one a tag and run it less often.
{{ config(materialized='table') }}
SELECT 'gallery' AS name, lstm_train('{{ source("shop", "gallery") }}', 'visitors', horizon => 7) AS model
