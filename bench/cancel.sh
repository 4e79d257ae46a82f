#!/bin/sh
# Measures how long a cancel takes to end long work, in ms, in the cluster of the environment: five cancels or more of
# each kind of work, at different moments. Prints a table; run it as
#
#     scripts/with_cluster.sh bench/cancel.sh [WORDS]
#
# With words it measures only the work whose name contains them.
set -eu
only=${1:-}

psql -qX -v ON_ERROR_STOP=1 <<'SQL'
CREATE EXTENSION IF NOT EXISTS lstm_forecast;
CREATE TABLE long_series AS SELECT i AS n, sin(i / 10.0) + random() AS value FROM generate_series(1, 300000) i;
ALTER TABLE long_series ADD PRIMARY KEY (n);
CREATE VIEW slow_rows AS SELECT n, value FROM long_series, LATERAL (SELECT sum(i) FROM generate_series(1, 2000) i) s;
CREATE TABLE ten_million AS SELECT timestamptz '2000-01-01' + i * interval '1 minute' AS at, sin(i / 10.0) AS value
    FROM generate_series(1, 10000000) i;
SET client_min_messages = warning;
CREATE TABLE model AS SELECT lstm_train('long_series', 'value', lookback => 96, options =>
    '{"architecture": "stacked", "units": 128, "epochs": 1, "batch_size": 64, "validation": 0}') AS model
    FROM (SELECT set_config('maintenance_work_mem', '4GB', false)) s
    WHERE false;
INSERT INTO model SELECT lstm_train_agg(value, '{"lookback": 96, "architecture": "stacked", "units": 128, "epochs": 1}'
    ORDER BY n) FROM long_series WHERE n <= 400;
-- a tenth of the values, and a tenth of the rows, are missing
CREATE VIEW gaps AS SELECT at, CASE WHEN extract(minute FROM at) % 10 <> 3 THEN value END AS value FROM ten_million
    WHERE extract(minute FROM at) % 10 <> 7;
CREATE TABLE many AS SELECT 'series ' || s AS name, i AS n, sin(i / 5.0 + s) + random() AS value
    FROM generate_series(1, 5000) s, generate_series(1, 300) i;
CREATE VIEW few AS SELECT * FROM many WHERE length(name) < 9;
CREATE TABLE model_of_many AS SELECT lstm_train('few', 'value', 'n', 'name', lookback => 24, options =>
    '{"units": 128, "epochs": 1, "architecture": "stacked"}') AS model;
-- a spec and weights of some 50 million numbers, 200 MB
CREATE TABLE large AS SELECT '{"input": [3, 1], "layers": [{"type": "lstm", "units": 3500}, {"type": "dense", "units": 1}]}'::jsonb
    AS spec, (SELECT array_agg((random() / 100)::real) FROM generate_series(1, 4 * 3500 * 3502 + 3501)) AS weights;
CREATE TABLE large_model AS SELECT lstm_import(spec, weights) AS model FROM large;
CREATE FUNCTION cancel_after(application text, delay float8) RETURNS float8 LANGUAGE plpgsql AS $$
DECLARE
    worker int;
    started timestamptz;
BEGIN
    LOOP
        SELECT pid INTO worker FROM pg_stat_activity WHERE application_name = application AND state = 'active';
        EXIT WHEN FOUND;
        PERFORM pg_sleep(0.01), pg_stat_clear_snapshot();
    END LOOP;
    PERFORM pg_sleep(delay);
    started := clock_timestamp();
    PERFORM pg_cancel_backend(worker);
    LOOP
        PERFORM pg_stat_clear_snapshot();
        PERFORM 1 FROM pg_stat_activity WHERE pid = worker AND state = 'active';
        IF NOT FOUND THEN
            RETURN 1000 * extract(epoch FROM clock_timestamp() - started);
        END IF;
        PERFORM pg_sleep(0.0005);
    END LOOP;
END $$;
SQL

# measure LABEL STATEMENT [DELAYS]
measure() {
    label=$1
    statement=$2
    case $label in *"$only"*) ;; *) return 0 ;; esac
    for delay in ${3:-0.3 0.7 1.1 1.6 2.3}; do
        PGAPPNAME=long_work psql -qAtX -c "SET maintenance_work_mem = '4GB'" -c "SET client_min_messages = error" \
            -c "$statement" >/dev/null 2>"$errors" &
        psql -qAtX -c "SELECT cancel_after('long_work', $delay)"
        wait $! || true
        grep -q 'canceling statement' "$errors" || { echo "$label was not cancelled:" >&2; cat "$errors" >&2; }
    done | sort -n | awk -v label="$label" '{ value[NR] = $1 }
        END { printf "%-44s median %7.1f ms   worst %7.1f ms\n", label, value[int((NR + 1) / 2)], value[NR] }'
}

errors=$(mktemp)
trap 'rm -f "$errors"' EXIT
measure 'training, 1 x 50 units' \
    "SELECT length(lstm_train('long_series', 'value', lookback => 24, options => '{\"epochs\": 100}'))"
measure 'training, 2 x 256 units, 168 rows, batch 64' \
    "SELECT length(lstm_train('long_series', 'value', lookback => 168, options =>
     '{\"architecture\": \"stacked\", \"units\": 256, \"batch_size\": 64, \"epochs\": 100}'))"
measure 'training, 1 x 512 units, 48 rows, batch 256' \
    "SELECT length(lstm_train('long_series', 'value', lookback => 48, options =>
     '{\"units\": 512, \"batch_size\": 256, \"epochs\": 100}'))"
measure 'initial weights, 1 x 2048 units' \
    "SELECT length(lstm_train('long_series', 'value', lookback => 3, options => '{\"units\": 2048}'))"
measure 'reading a slow view' \
    "SELECT length(lstm_train('slow_rows', 'value', 'n', lookback => 3))"
measure 'reading, checking and training on 10,000,000 rows' \
    "SELECT length(lstm_train('ten_million', 'value', lookback => 3, options => '{\"epochs\": 1}'))" \
    '0.5 1.0 1.5 1.6 1.7 1.8 1.9 2.0 2.1 2.2 2.3 2.4 2.5 2.6 2.7 2.8 2.9 3.0 3.2 3.5 4.0'
measure 'rolling over 300,000 rows' \
    "SELECT count(*) FROM model, lstm_rolling(model, 'long_series')"
measure 'predicting 1,000,000 steps' \
    "SELECT count(*) FROM model, lstm_forecast(model, 1000000)"
measure 'filling gaps of 10,000,000 rows' \
    "SELECT length(lstm_train('gaps', 'value', lookback => 3, options => '{\"epochs\": 1, \"missing\": \"seasonal\"}'))" \
    '2.0 3.0 3.5 4.0 4.5 5.0 5.5 6.0 6.5 7.0 8.0'
measure 'sorting 10,000,000 rows in an aggregate' \
    "SELECT length(lstm_train_agg(at, value, '{\"lookback\": 3, \"epochs\": 1}')) FROM
     (SELECT at, value FROM ten_million ORDER BY value) s" '4.0 6.0 7.0 8.0 9.0 10.0 11.0'
measure 'reading 5,000 series' \
    "SELECT length(lstm_train('many', 'value', 'n', 'name', lookback => 24))" '0.3 0.7 1.0 1.3 1.6 2.0 2.5 3.0'
measure 'forecasting 5,000 series' \
    "SELECT count(*) FROM model_of_many, lstm_forecast(model, 300, relation => 'many')" '0.5 1.0 1.5 2.0 2.5 3.0'
measure 'lstm_rolling over 5,000 series' \
    "SELECT count(*) FROM model_of_many, lstm_rolling(model, 'many')" '0.5 1.5 2.5 3.5 4.5'
measure 'lstm_evaluate over 5,000 series' \
    "SELECT count(*) FROM model_of_many, lstm_evaluate(model, 'many')" '0.5 1.5 2.5 3.5 4.5'
measure 'lstm_anomalies over 5,000 series' \
    "SELECT count(*) FROM model_of_many, lstm_anomalies(model, 'many')" '0.5 1.5 2.5 3.5 4.5'
measure 'lstm_backtest over 5,000 series' \
    "SELECT count(*) FROM lstm_backtest('many', 'value', 'n', 'name', lookback => 24, options => '{\"epochs\": 1}')" \
    '0.5 1.0 2.0 3.0 4.0 6.0 8.0'
measure 'lstm_tune' \
    "SELECT count(*) FROM lstm_tune('long_series', 'value', lookback => 24, options => '{\"epochs\": 3}',
     grid => '{\"units\": [8, 64]}')"
measure 'lstm_windows of 10,000,000 rows' \
    "SELECT count(*) FROM lstm_windows('ten_million', 'value', lookback => 100)" '0.5 1.5 2.0 2.5 3.5 5.0'
measure 'lstm_plot of 5,000 series' \
    "SELECT length(lstm_plot(model, 'many', kind => 'rolling')) FROM model_of_many, generate_series(1, 100)"
measure 'lstm_import of 49,000,000 weights' \
    "SELECT length(lstm_import(spec, weights)) FROM large, generate_series(1, 100)" '0.2 0.5 0.7 0.9 1.1 1.3 1.5 1.7 1.9'
measure 'reading a model of 196 MB' \
    "SELECT lstm_info(model) FROM large_model, generate_series(1, 100)" '0.2 0.5 0.7 0.9 1.1 1.3 1.5 1.7 1.9'
measure 'weights of a model of 196 MB' \
    "SELECT count(*) FROM generate_series(1, 100), large_model, lstm_weights(model)" '0.2 0.5 0.7 0.9 1.1 1.3 1.5'
measure 'options of 4,000,000 elements' \
    "SELECT length(lstm_train('long_series', 'value', options => jsonb_build_object('units', (SELECT jsonb_agg(8)
     FROM generate_series(1, 4000000))))) FROM generate_series(1, 100)" '0.5 0.7 0.8 0.9 1.0'
