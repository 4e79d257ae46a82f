-- Trains anew with each run. To keep a model for some days, give this one a tag and run it less often.
{{ config(materialized='table') }}
SELECT 'museum' AS name, lstm_train('{{ source("shop", "museum") }}', 'visitors', horizon => 7) AS model
