-- The presets and their layers.
\t on
\a
\pset fieldsep '\n    '
SELECT name, purpose, jsonb_pretty(layers) FROM lstm_presets(lookback => 12, horizon => 3, inputs => 2, targets => 1);
SELECT name, layers FROM lstm_presets(1);
