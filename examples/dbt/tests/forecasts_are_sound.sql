-- Each day of the next week has a forecast within its bounds.
SELECT *
FROM {{ ref('gallery_forecast') }}
WHERE status <> 'ok' OR NOT (lower_bound <= forecast AND forecast <= upper_bound)
