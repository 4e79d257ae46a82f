-- On the newest four weeks the model is no worse than the best naive forecast, by more than a tenth.
SELECT e.metric, e.value, e.baseline, e.baseline_value
FROM {{ ref('gallery_model') }} AS m, lstm_evaluate(m.model, '{{ source("shop", "gallery") }}', first_origin => 154) AS e
WHERE e.metric = 'mae' AND e.value > 1.1 * e.baseline_value
