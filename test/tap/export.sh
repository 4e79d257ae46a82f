# The examples in examples/ repeat the forecasts of models from what lstm_export wrote of them: numpy all kinds of layers,
# scaling and transforms, PyTorch, where it is there, the layers that it has.
. "$(dirname "$0")/server.sh"

create one <<'CONF'
fsync = off
CONF
start one
need one 'CREATE EXTENSION lstm_forecast'
need one "CREATE TABLE days AS SELECT date '2024-01-01' + i AS day, 50 + 20 * sin(i * 0.9) + i * 0.3 + i % 3 AS value, 90 - 10 * sin(i * 0.9) + i % 5 AS other
    FROM generate_series(0, 119) AS i;
CREATE TABLE months AS SELECT (date '2015-01-31' + make_interval(months => i))::date AS month, 100 * exp(i * 0.02) * (2 + sin(i * 0.5236)) + i % 4 AS value
    FROM generate_series(0, 95) AS i;
CREATE TABLE stock AS SELECT i AS n, greatest(0, 20 * sin(i * 0.2618) + i % 7 - 3) AS value FROM generate_series(0, 299) AS i;
CREATE TABLE counts AS SELECT i AS n, i * i % 7 / 2 AS value FROM generate_series(0, 99) AS i;
CREATE TABLE shops AS SELECT format('shop %s', s) AS shop, timestamptz '2024-03-01 00:00Z' + make_interval(hours => i) AS at,
        CASE WHEN i < 120 THEN s * (10 + 5 * sin(i * 0.2618)) + (i % 5) END AS sold, (i % 5) * 1.5 AS price, 10.5 * s AS area, CASE WHEN s = 2 THEN 'hill' ELSE 'coast' END AS place
    FROM generate_series(1, 3) AS s, generate_series(0, 122) AS i;
CREATE TABLE models (name text PRIMARY KEY, relation text, model bytea NOT NULL);
INSERT INTO models VALUES
    ('vanilla', 'days', lstm_train('days', 'value', 'day', lookback => 6, horizon => 2, options => '{\"units\": 4, \"epochs\": 4}')),
    ('vanilla, fed back', 'days', lstm_train('days', 'value', 'day', lookback => 6, horizon => 2, options => '{\"units\": 4, \"epochs\": 4}')),
    ('vanilla, no scaling', 'days', lstm_train('days', 'value', 'day', lookback => 6, options => '{\"units\": 4, \"epochs\": 4, \"scale\": \"none\", \"normalize\": \"none\", \"deseasonalize\": \"none\"}')),
    ('vanilla, far from what was learned', 'days', lstm_train('days', 'value', 'day', lookback => 6, options => '{\"units\": 4, \"epochs\": 4, \"normalize\": \"none\", \"deseasonalize\": \"none\"}')),
    ('stacked, ensemble of 3, blended', 'days', lstm_train('days', 'value', 'day', lookback => 12, horizon => 3, options => '{\"architecture\": \"stacked\", \"units\": [4, 3], \"epochs\": 4, \"ensemble\": 3, \"blend\": \"auto\"}')),
    ('bidirectional, minmax', 'days', lstm_train('days', 'value', 'day', lookback => 9, options => '{\"architecture\": \"bidirectional\", \"units\": 4, \"epochs\": 4, \"scale\": \"minmax\"}')),
    ('encoder_decoder, two targets', 'days', lstm_train('days', ARRAY['value', 'other'], 'day', lookback => 9, horizon => 4, options => '{\"architecture\": \"encoder_decoder\", \"units\": 4, \"epochs\": 4}')),
    ('cnn_lstm', 'days', lstm_train('days', 'value', 'day', lookback => 8, options => '{\"architecture\": \"cnn_lstm\", \"units\": 3, \"epochs\": 3}')),
    ('conv_lstm', 'days', lstm_train('days', 'value', 'day', lookback => 8, options => '{\"architecture\": \"conv_lstm\", \"units\": 3, \"epochs\": 3}')),
    ('segment, independent columns', 'days', lstm_train('days', ARRAY['value', 'other'], 'day', lookback => 14, horizon => 14, options => '{\"architecture\": \"segment\", \"segment_length\": 7, \"units\": 4, \"epochs\": 3}')),
    ('gru', 'days', lstm_train('days', 'value', 'day', lookback => 8, horizon => 2, options => '{\"epochs\": 3, \"architecture\": [{\"type\": \"gru\", \"units\": 4}, {\"type\": \"dense\", \"units\": 2}]}')),
    ('many layers', 'days', lstm_train('days', 'value', 'day', lookback => 9, horizon => 2, options =>
        '{\"epochs\": 3, \"loss\": \"huber\", \"architecture\": [{\"type\": \"conv1d\", \"filters\": 3, \"kernel_size\": 3, \"padding\": \"causal\", \"activation\": \"elu\"}, {\"type\": \"max_pool1d\", \"padding\": \"same\"},
            {\"type\": \"bidirectional\", \"merge_mode\": \"mul\", \"layer\": {\"type\": \"lstm\", \"units\": 2, \"return_sequences\": true}},
            {\"type\": \"time_distributed\", \"layer\": {\"type\": \"dense\", \"units\": 2, \"activation\": \"softplus\"}}, {\"type\": \"gru\", \"units\": 3, \"go_backwards\": true, \"reset_after\": false},
            {\"type\": \"dropout\", \"rate\": 0.2}, {\"type\": \"dense\", \"units\": 2}]}')),
    ('as in tutorials', 'days', lstm_train('days', 'value', 'day', lookback => 8, horizon => 2, options =>
        '{\"epochs\": 3, \"architecture\": [{\"type\": \"reshape\", \"target_shape\": [4, 2, 1]}, {\"type\": \"time_distributed\", \"layer\": {\"type\": \"conv1d\", \"filters\": 3, \"kernel_size\": 2, \"padding\": \"same\", \"activation\": \"relu\"}},
            {\"type\": \"time_distributed\", \"layer\": {\"type\": \"max_pool1d\"}}, {\"type\": \"time_distributed\", \"layer\": {\"type\": \"flatten\"}},
            {\"type\": \"bidirectional\", \"layer\": {\"type\": \"lstm\", \"units\": 2, \"activation\": \"relu\", \"return_sequences\": true}},
            {\"type\": \"lstm\", \"units\": 3, \"activation\": \"softplus\", \"go_backwards\": true}, {\"type\": \"dense\", \"units\": 2}]}')),
    ('quantile', 'days', lstm_train('days', 'value', 'day', lookback => 7, horizon => 3, options => '{\"units\": 4, \"epochs\": 4, \"loss\": \"quantile\"}')),
    ('counts', 'counts', lstm_train('counts', 'value', 'n', lookback => 7, horizon => 3, options => '{\"units\": 4, \"epochs\": 4, \"loss\": \"negative_binomial\"}')),
    ('gaussian', 'days', lstm_train('days', ARRAY['value', 'other'], 'day', lookback => 7, options => '{\"units\": 4, \"epochs\": 4, \"loss\": \"gaussian\"}')),
    ('lead 0, level by regression', 'days', lstm_train('days', 'value', 'day', lookback => 4, inputs => ARRAY['other'], options => '{\"units\": 3, \"epochs\": 3, \"lead\": 0, \"normalize\": \"last\"}')),
    ('seasonal_naive', 'days', lstm_train('days', 'value', 'day', lookback => 14, horizon => 8, options => '{\"units\": 3, \"epochs\": 3, \"season\": 7, \"normalize\": \"seasonal_naive\", \"deseasonalize\": \"none\"}')),
    ('season_profile', 'days', lstm_train('days', 'value', 'day', lookback => 14, horizon => 8, options => '{\"units\": 3, \"epochs\": 3, \"season\": 7, \"normalize\": \"season_profile\", \"deseasonalize\": \"none\"}')),
    ('log, difference, limits', 'months', lstm_train('months', 'value', 'month', lookback => 24, horizon => 2, options => '{\"units\": 3, \"epochs\": 3, \"log\": true, \"difference\": 12, \"lower_limit\": 0, \"upper_limit\": 9000, \"scale\": \"minmax\"}')),
    ('difference, fed back', 'months', lstm_train('months', 'value', 'month', lookback => 24, horizon => 3, options => '{\"units\": 3, \"epochs\": 3, \"difference\": 1, \"deseasonalize\": \"none\"}')),
    ('seasons multiply', 'months', lstm_train('months', 'value', 'month', lookback => 14, horizon => 6, options => '{\"units\": 3, \"epochs\": 3, \"season\": 12, \"deseasonalize\": \"multiplicative\"}')),
    ('seasons of logarithms', 'months', lstm_train('months', 'value', 'month', lookback => 14, horizon => 6, options => '{\"units\": 3, \"epochs\": 3, \"season\": 12, \"log\": true}')),
    ('seasons add', 'stock', lstm_train('stock', 'value', 'n', lookback => 14, horizon => 6, options => '{\"units\": 3, \"epochs\": 3, \"season\": [24, 60], \"deseasonalize\": \"additive\"}')),
    ('one network, all else as it is', 'stock', lstm_train('stock', 'value', 'n', horizon => 12, options => '{\"candidates\": [\"network\"], \"effort\": \"fast\"}')),
    ('known, static and calendar inputs', 'shops', lstm_train('shops', 'sold', 'at', 'shop', lookback => 8, horizon => 3, known_inputs => ARRAY['price'], static_inputs => ARRAY['area', 'place'],
        options => '{\"units\": 4, \"epochs\": 3, \"calendar\": [\"hour_of_day\", \"day_of_week\"], \"series_embedding\": true, \"season\": 24, \"deseasonalize\": \"additive\"}'));"

# Rows by name, the forecasts of lstm_predict or lstm_forecast, and what else the examples have to be told.
need one "CREATE TABLE cases AS
    SELECT name, model, CASE name WHEN 'vanilla, fed back' THEN 5 WHEN 'difference, fed back' THEN 8 END AS steps, NULL::bigint AS number, NULL::text AS series,
        CASE WHEN name LIKE '%far from%' THEN 100 ELSE 0 END AS added, NULL::jsonb AS known
    FROM models WHERE relation <> 'shops'
    UNION ALL SELECT name, model, NULL, extract(epoch FROM timestamptz '2024-03-01 00:00Z' - timestamptz '2000-01-01 00:00Z')::bigint / 3600, shop, 0, known
    FROM models, (SELECT shop, jsonb_agg(to_jsonb(s) ORDER BY at) AS known FROM shops s GROUP BY shop) s WHERE relation = 'shops';
    ALTER TABLE cases ADD forecast float8[], ADD rows jsonb;
    UPDATE cases c SET rows = jsonb_path_query_array(known, '\$[*] ? (@.sold != null)'), forecast = (SELECT array_agg(f.forecast ORDER BY f.step) FROM lstm_forecast(model, series => ARRAY[c.series]) f)
    WHERE c.series IS NOT NULL;"
for relation in days months stock counts; do
    need one "UPDATE cases c SET rows = (SELECT jsonb_agg(to_jsonb(r) || jsonb_build_object('value', value + added) ORDER BY ctid) FROM $relation r)
        FROM models m WHERE m.name = c.name AND m.relation = '$relation'"
done
need one "UPDATE cases c SET forecast = (SELECT array_agg(f.forecast ORDER BY f.step, x.n) FROM (SELECT spec->'columns' AS columns, spec->'task'->'inputs' AS inputs, spec->'task'->'targets' AS targets
        FROM lstm_export(c.model) spec) s,
    LATERAL (SELECT array_agg((row->>(columns->>(i::int)))::float8 ORDER BY r, p) AS input FROM jsonb_array_elements(c.rows) WITH ORDINALITY r1 (row, r), jsonb_array_elements_text(inputs) WITH ORDINALITY i1 (i, p)) v,
    LATERAL lstm_predict(c.model, input, steps => c.steps) f, LATERAL jsonb_array_elements_text(targets) WITH ORDINALITY x (t, n) WHERE columns->>(t::int) = f.target)
    WHERE c.series IS NULL"
sql one "SELECT json_build_object('name', name || coalesce(', ' || series, ''), 'spec', lstm_export(model), 'rows', rows, 'known', known, 'number', number, 'series', series, 'steps', steps, 'forecast', forecast) FROM cases
    ORDER BY name, series" >"$work/cases"
is "$(wc -l <"$work/cases")" 28 'there are models of all kinds'

# compare MODULE: a line of TAP, without its number, for each case that the module can rebuild
compare() {
    /usr/bin/python3 - "$work/cases" "$1" "$(dirname "$0")/../../examples" <<'PYTHON'
import datetime
import importlib
import json
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[3])
import numpy as np
import forecast_numpy

network = getattr(importlib.import_module("forecast_" + sys.argv[2]), sys.argv[2] + "_network")
for line in open(sys.argv[1], encoding="utf-8"):
    case = json.loads(line)
    spec, name = case["spec"], case["name"]
    for row in case["rows"] + (case["known"] or []):
        if "at" in row:
            row["at"] = datetime.datetime.fromisoformat(row["at"])
    series = spec["series"].index(case["series"]) if case["series"] else 0
    try:
        model = forecast_numpy.Model(spec, network, series)
    except ValueError as error:
        print(f"skip {name}: {error}")
        continue
    rows = forecast_numpy.frame(spec, case["rows"], case["series"])
    later = forecast_numpy.frame(spec, (case["known"] or [])[len(rows):], case["series"])
    got = model.forecast(rows, number=case["number"], steps=case["steps"], later=later).reshape(-1)
    wanted = np.array(case["forecast"])
    worst = np.max(np.abs(got - wanted) / np.maximum(np.abs(wanted), 1)) if got.shape == wanted.shape else np.inf
    print(f"{'ok' if worst < 1e-5 else 'not ok'} {name}: {sys.argv[2]} is off by {worst:.1g}")
PYTHON
}

# report FILE: counts these lines as tests
report() {
    while IFS= read -r line; do
        case $line in
            ok*) ok 0 "${line#ok }" ;;
            not*) ok 1 "${line#not ok }" ;;
        esac
    done <"$1"
}
compare numpy >"$work/numpy" 2>&1 || { ok 1 'the example for numpy runs'; sed 's/^/# /' "$work/numpy"; }
report "$work/numpy"
is "$(grep -c '^ok' "$work/numpy")" 28 'the example for numpy repeats all of them'
if /usr/bin/python3 -c 'import torch' 2>/dev/null; then
    compare torch >"$work/torch" 2>&1 || { ok 1 'the example for PyTorch runs'; sed 's/^/# /' "$work/torch"; }
    report "$work/torch"
    is "$(grep -c '^ok' "$work/torch")" 22 'the example for PyTorch repeats those whose layers it has'
fi

# a mixture says what it is, and how to have one network
need one "INSERT INTO models SELECT 'mixture', 'months', lstm_train('months', 'value', 'month', horizon => 6, options => '{\"candidates\": [\"theta\", \"ets\"]}')"
sql one "SELECT lstm_export(model) FROM models WHERE name = 'mixture'" >"$work/mixture"
like "$(PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 "$(dirname "$0")/../../examples/forecast_numpy.py" "$work/mixture" 1 2 3 2>&1)" \
    '*ValueError: this model is a mixture of *ets: train with the option "candidates": *"network"* to have one network alone' 'a mixture is refused with the way out'
sql one "SELECT lstm_export(model) FROM models WHERE name = 'vanilla'" >"$work/vanilla"
is "$(PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 "$(dirname "$0")/../../examples/forecast_numpy.py" "$work/vanilla" 50 60 70 60 50 40 | awk '{ printf "%.3f ", $1 }')" \
    "$(sql one "SELECT string_agg(round(forecast::numeric, 3) || ' ', '' ORDER BY step) FROM models, lstm_predict(model, ARRAY[50,60,70,60,50,40]) WHERE name = 'vanilla'")" \
    'the example forecasts from the command line'
like "$(PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 "$(dirname "$0")/../../examples/forecast_numpy.py" "$work/vanilla" 50 60 70 2>&1)" \
    '*ValueError: the model looks back over 6 rows of value, but there are 3' 'fewer rows than the lookback are refused'
done_testing
