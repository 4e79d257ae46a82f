/* lstm_forecast 1.1.0 */

-- complain if the script is sourced in psql, rather than via CREATE EXTENSION
\echo Use "CREATE EXTENSION lstm_forecast" to load this file. \quit

---- training ----

CREATE FUNCTION lstm_train(
    relation regclass,
    target text,
    time_column text DEFAULT NULL,
    series_column text DEFAULT NULL,
    horizon int DEFAULT 1,
    lookback int DEFAULT NULL,
    inputs text[] DEFAULT NULL,
    known_inputs text[] DEFAULT NULL,
    static_inputs text[] DEFAULT NULL,
    options jsonb DEFAULT '{}')
RETURNS bytea
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 1000000
AS 'MODULE_PATHNAME', 'lstm_train';

COMMENT ON FUNCTION lstm_train(regclass, text, text, text, int, int, text[], text[], text[], jsonb) IS
'trains a network on one column of a relation and returns the model; lstm_options() lists the options';

CREATE FUNCTION lstm_train(
    relation regclass,
    target text,
    series_column text[],
    time_column text DEFAULT NULL,
    horizon int DEFAULT 1,
    lookback int DEFAULT NULL,
    inputs text[] DEFAULT NULL,
    known_inputs text[] DEFAULT NULL,
    static_inputs text[] DEFAULT NULL,
    options jsonb DEFAULT '{}')
RETURNS bytea
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 1000000
AS 'MODULE_PATHNAME', 'lstm_train_keys';

COMMENT ON FUNCTION lstm_train(regclass, text, text[], text, int, int, text[], text[], text[], jsonb) IS
'trains a network on one column of a relation and returns the model; lstm_options() lists the options; series are told apart by several columns';

CREATE FUNCTION lstm_train(
    relation regclass,
    target text[],
    time_column text DEFAULT NULL,
    series_column text DEFAULT NULL,
    horizon int DEFAULT 1,
    lookback int DEFAULT NULL,
    inputs text[] DEFAULT NULL,
    known_inputs text[] DEFAULT NULL,
    static_inputs text[] DEFAULT NULL,
    options jsonb DEFAULT '{}')
RETURNS bytea
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 1000000
AS 'MODULE_PATHNAME', 'lstm_train_columns';

COMMENT ON FUNCTION lstm_train(regclass, text[], text, text, int, int, text[], text[], text[], jsonb) IS
'trains a network that forecasts several columns of a relation and returns the model';

CREATE FUNCTION lstm_train(
    relation regclass,
    target text[],
    series_column text[],
    time_column text DEFAULT NULL,
    horizon int DEFAULT 1,
    lookback int DEFAULT NULL,
    inputs text[] DEFAULT NULL,
    known_inputs text[] DEFAULT NULL,
    static_inputs text[] DEFAULT NULL,
    options jsonb DEFAULT '{}')
RETURNS bytea
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 1000000
AS 'MODULE_PATHNAME', 'lstm_train_columns_keys';

COMMENT ON FUNCTION lstm_train(regclass, text[], text[], text, int, int, text[], text[], text[], jsonb) IS
'trains a network that forecasts several columns of a relation and returns the model; series are told apart by several columns';

CREATE FUNCTION lstm_train_agg_value(internal, float8, jsonb) RETURNS internal
LANGUAGE C IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'lstm_train_agg_value';

COMMENT ON FUNCTION lstm_train_agg_value(internal, float8, jsonb) IS 'support function of lstm_train_agg';

CREATE FUNCTION lstm_train_agg_timed(internal, timestamptz, float8, jsonb) RETURNS internal
LANGUAGE C IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'lstm_train_agg_timed';

COMMENT ON FUNCTION lstm_train_agg_timed(internal, timestamptz, float8, jsonb) IS 'support function of lstm_train_agg';

CREATE FUNCTION lstm_train_agg_values(internal, float8[], jsonb) RETURNS internal
LANGUAGE C IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'lstm_train_agg_values';

COMMENT ON FUNCTION lstm_train_agg_values(internal, float8[], jsonb) IS 'support function of lstm_train_agg';

CREATE FUNCTION lstm_train_agg_combine(internal, internal) RETURNS internal
LANGUAGE C IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'lstm_train_agg_combine';

COMMENT ON FUNCTION lstm_train_agg_combine(internal, internal) IS 'support function of lstm_train_agg';

CREATE FUNCTION lstm_train_agg_serialize(internal) RETURNS bytea
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'lstm_train_agg_serialize';

COMMENT ON FUNCTION lstm_train_agg_serialize(internal) IS 'support function of lstm_train_agg';

CREATE FUNCTION lstm_train_agg_deserialize(bytea, internal) RETURNS internal
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'lstm_train_agg_deserialize';

COMMENT ON FUNCTION lstm_train_agg_deserialize(bytea, internal) IS 'support function of lstm_train_agg';

CREATE FUNCTION lstm_train_agg_final(internal) RETURNS bytea
LANGUAGE C STABLE PARALLEL SAFE COST 1000000
AS 'MODULE_PATHNAME', 'lstm_train_agg_final';

COMMENT ON FUNCTION lstm_train_agg_final(internal) IS 'support function of lstm_train_agg';

CREATE AGGREGATE lstm_train_agg(value float8, options jsonb) (
    SFUNC = lstm_train_agg_value,
    STYPE = internal,
    SSPACE = 65536,
    FINALFUNC = lstm_train_agg_final,
    FINALFUNC_MODIFY = READ_WRITE,
    PARALLEL = SAFE
);

COMMENT ON AGGREGATE lstm_train_agg(float8, jsonb) IS
'trains a network on the values of a group, in the order given by ORDER BY inside the aggregate';

CREATE AGGREGATE lstm_train_agg(at timestamptz, value float8, options jsonb) (
    SFUNC = lstm_train_agg_timed,
    STYPE = internal,
    SSPACE = 65536,
    FINALFUNC = lstm_train_agg_final,
    FINALFUNC_MODIFY = READ_WRITE,
    COMBINEFUNC = lstm_train_agg_combine,
    SERIALFUNC = lstm_train_agg_serialize,
    DESERIALFUNC = lstm_train_agg_deserialize,
    PARALLEL = SAFE
);

COMMENT ON AGGREGATE lstm_train_agg(timestamptz, float8, jsonb) IS
'trains a network on the values of a group in the order of their times';

CREATE AGGREGATE lstm_train_agg("values" float8[], options jsonb) (
    SFUNC = lstm_train_agg_values,
    STYPE = internal,
    SSPACE = 65536,
    FINALFUNC = lstm_train_agg_final,
    FINALFUNC_MODIFY = READ_WRITE,
    PARALLEL = SAFE
);

COMMENT ON AGGREGATE lstm_train_agg(float8[], jsonb) IS
'trains a network on several columns of a group, in the order given by ORDER BY inside the aggregate';

CREATE FUNCTION lstm_average_agg_transition(internal, bytea) RETURNS internal
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10000
AS 'MODULE_PATHNAME', 'lstm_average_agg_transition';

COMMENT ON FUNCTION lstm_average_agg_transition(internal, bytea) IS 'support function of lstm_average_agg';

CREATE FUNCTION lstm_average_agg_transition(internal, bytea, float8) RETURNS internal
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10000
AS 'MODULE_PATHNAME', 'lstm_average_agg_transition';

COMMENT ON FUNCTION lstm_average_agg_transition(internal, bytea, float8) IS 'support function of lstm_average_agg';

CREATE FUNCTION lstm_average_agg_combine(internal, internal) RETURNS internal
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10000
AS 'MODULE_PATHNAME', 'lstm_average_agg_combine';

COMMENT ON FUNCTION lstm_average_agg_combine(internal, internal) IS 'support function of lstm_average_agg';

CREATE FUNCTION lstm_average_agg_serialize(internal) RETURNS bytea
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10000
AS 'MODULE_PATHNAME', 'lstm_average_agg_serialize';

COMMENT ON FUNCTION lstm_average_agg_serialize(internal) IS 'support function of lstm_average_agg';

CREATE FUNCTION lstm_average_agg_deserialize(bytea, internal) RETURNS internal
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10000
AS 'MODULE_PATHNAME', 'lstm_average_agg_deserialize';

COMMENT ON FUNCTION lstm_average_agg_deserialize(bytea, internal) IS 'support function of lstm_average_agg';

CREATE FUNCTION lstm_average_agg_final(internal) RETURNS bytea
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10000
AS 'MODULE_PATHNAME', 'lstm_average_agg_final';

COMMENT ON FUNCTION lstm_average_agg_final(internal) IS 'support function of lstm_average_agg';

CREATE AGGREGATE lstm_average_agg(model bytea) (
    SFUNC = lstm_average_agg_transition,
    STYPE = internal,
    SSPACE = 1000000,
    FINALFUNC = lstm_average_agg_final,
    COMBINEFUNC = lstm_average_agg_combine,
    SERIALFUNC = lstm_average_agg_serialize,
    DESERIALFUNC = lstm_average_agg_deserialize,
    PARALLEL = SAFE
);

COMMENT ON AGGREGATE lstm_average_agg(bytea) IS
'the mean of models of the same network, weighted by the windows that each was trained on: a round of federated averaging';

CREATE AGGREGATE lstm_average_agg(model bytea, weight float8) (
    SFUNC = lstm_average_agg_transition,
    STYPE = internal,
    SSPACE = 1000000,
    FINALFUNC = lstm_average_agg_final,
    COMBINEFUNC = lstm_average_agg_combine,
    SERIALFUNC = lstm_average_agg_serialize,
    DESERIALFUNC = lstm_average_agg_deserialize,
    PARALLEL = SAFE
);

COMMENT ON AGGREGATE lstm_average_agg(bytea, float8) IS
'the mean of models of the same network with these weights';

CREATE FUNCTION lstm_import(spec jsonb, weights real[]) RETURNS bytea
LANGUAGE C STABLE STRICT PARALLEL SAFE COST 1000
AS 'MODULE_PATHNAME', 'lstm_import';

COMMENT ON FUNCTION lstm_import(jsonb, real[]) IS
'makes a model from layers and the weights of Keras'' get_weights(), flattened';

CREATE FUNCTION lstm_import(spec jsonb) RETURNS bytea
LANGUAGE C STABLE STRICT PARALLEL SAFE COST 1000
AS 'MODULE_PATHNAME', 'lstm_import';

COMMENT ON FUNCTION lstm_import(jsonb) IS 'the model that lstm_export wrote, byte for byte';

CREATE FUNCTION lstm_export(model bytea) RETURNS jsonb
LANGUAGE C STABLE STRICT PARALLEL SAFE COST 10000
AS 'MODULE_PATHNAME', 'lstm_export';

COMMENT ON FUNCTION lstm_export(bytea) IS
'everything in a model by name: layers, weights, scaling, transforms; for other programs, and for lstm_import';

---- forecasting ----

CREATE FUNCTION lstm_predict(
    model bytea,
    input float8[],
    steps int DEFAULT NULL,
    level float8 DEFAULT 0.95)
RETURNS TABLE (
    step int,
    target text,
    forecast float8,
    lower_bound float8,
    upper_bound float8)
LANGUAGE C STABLE PARALLEL SAFE COST 1000 ROWS 10
AS 'MODULE_PATHNAME', 'lstm_predict';

COMMENT ON FUNCTION lstm_predict(bytea, float8[], int, float8) IS
'forecasts from the values given: the newest rows of the model''s inputs, oldest first';

CREATE FUNCTION lstm_forecast(
    model bytea,
    steps int DEFAULT NULL,
    level float8 DEFAULT 0.95,
    relation regclass DEFAULT NULL,
    as_of timestamptz DEFAULT NULL,
    series text[] DEFAULT NULL,
    until timestamptz DEFAULT NULL,
    holidays regclass DEFAULT NULL,
    future regclass DEFAULT NULL)
RETURNS TABLE (
    series text,
    step int,
    forecast_at timestamptz,
    target text,
    forecast float8,
    lower_bound float8,
    upper_bound float8,
    status text)
LANGUAGE C STABLE PARALLEL RESTRICTED COST 1000 ROWS 10
AS 'MODULE_PATHNAME', 'lstm_forecast';

COMMENT ON FUNCTION lstm_forecast(bytea, int, float8, regclass, timestamptz, text[], timestamptz, regclass, regclass) IS
'forecasts from the newest rows of the relation the model was trained on, or of another one';

CREATE FUNCTION lstm_components(
    model bytea,
    steps int DEFAULT NULL,
    relation regclass DEFAULT NULL,
    as_of timestamptz DEFAULT NULL,
    series text[] DEFAULT NULL,
    until timestamptz DEFAULT NULL,
    holidays regclass DEFAULT NULL,
    future regclass DEFAULT NULL)
RETURNS TABLE (
    series text,
    step int,
    forecast_at timestamptz,
    target text,
    forecast float8,
    level float8,
    season float8,
    inputs float8,
    remainder float8,
    by_input jsonb,
    status text)
LANGUAGE C STABLE PARALLEL RESTRICTED COST 10000 ROWS 10
AS 'MODULE_PATHNAME', 'lstm_components';

COMMENT ON FUNCTION lstm_components(bytea, int, regclass, timestamptz, text[], timestamptz, regclass, regclass) IS
'what each forecast is made of: level, season, what the known inputs add, and the remainder';

CREATE FUNCTION lstm_quantiles(
    model bytea,
    probabilities float8[] DEFAULT '{0.025,0.1,0.25,0.5,0.75,0.9,0.975}',
    steps int DEFAULT NULL,
    relation regclass DEFAULT NULL,
    as_of timestamptz DEFAULT NULL,
    series text[] DEFAULT NULL,
    until timestamptz DEFAULT NULL,
    holidays regclass DEFAULT NULL,
    future regclass DEFAULT NULL)
RETURNS TABLE (
    series text,
    step int,
    forecast_at timestamptz,
    target text,
    probability float8,
    value float8,
    status text)
LANGUAGE C STABLE PARALLEL RESTRICTED COST 1000 ROWS 70
AS 'MODULE_PATHNAME', 'lstm_quantiles';

COMMENT ON FUNCTION lstm_quantiles(bytea, float8[], int, regclass, timestamptz, text[], timestamptz, regclass, regclass) IS
'several bounds of each forecast at once: the values that less comes than with these probabilities';

CREATE FUNCTION lstm_simulate(
    model bytea,
    paths int DEFAULT 500,
    steps int DEFAULT NULL,
    relation regclass DEFAULT NULL,
    as_of timestamptz DEFAULT NULL,
    series text[] DEFAULT NULL,
    seed int DEFAULT 1,
    holidays regclass DEFAULT NULL,
    future regclass DEFAULT NULL)
RETURNS TABLE (
    series text,
    path int,
    step int,
    forecast_at timestamptz,
    target text,
    value float8)
LANGUAGE C STABLE PARALLEL RESTRICTED COST 10000 ROWS 10000
AS 'MODULE_PATHNAME', 'lstm_simulate';

COMMENT ON FUNCTION lstm_simulate(bytea, int, int, regclass, timestamptz, text[], int, regclass, regclass) IS
'random paths of the future, whose steps and series hang together as errors of forecasts do: for totals, maxima and the like';

CREATE FUNCTION lstm_rolling(
    model bytea,
    relation regclass DEFAULT NULL,
    steps int DEFAULT NULL,
    stride int DEFAULT NULL,
    level float8 DEFAULT 0.95,
    first_origin bigint DEFAULT NULL,
    future regclass DEFAULT NULL)
RETURNS TABLE (
    series text,
    origin bigint,
    step int,
    at timestamptz,
    target text,
    actual float8,
    forecast float8,
    lower_bound float8,
    upper_bound float8)
LANGUAGE C STABLE PARALLEL RESTRICTED COST 10000 ROWS 1000
AS 'MODULE_PATHNAME', 'lstm_rolling';

COMMENT ON FUNCTION lstm_rolling(bytea, regclass, int, int, float8, bigint, regclass) IS
'forecasts along known rows, beside the actual values; a forecast begins at every stride-th row, and origin is the number of the last row that it knows';

CREATE FUNCTION lstm_update(
    model bytea,
    relation regclass DEFAULT NULL,
    epochs int DEFAULT 5,
    learning_rate float8 DEFAULT NULL,
    rehearsal float8 DEFAULT 4,
    OUT new_model bytea,
    OUT accepted boolean,
    OUT error float8,
    OUT previous_error float8,
    OUT new_rows bigint,
    OUT reason text)
RETURNS SETOF record
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 1000000 ROWS 1
AS 'MODULE_PATHNAME', 'lstm_update';

COMMENT ON FUNCTION lstm_update(bytea, regclass, int, float8, float8) IS
'goes on training a model with the rows that came since, and returns the old model where the new one is worse on the newest of these rows';

CREATE FUNCTION lstm_evaluate(
    model bytea,
    relation regclass DEFAULT NULL,
    steps int DEFAULT NULL,
    stride int DEFAULT NULL,
    level float8 DEFAULT 0.95,
    first_origin bigint DEFAULT NULL,
    future regclass DEFAULT NULL)
RETURNS TABLE (
    series text,
    target text,
    metric text,
    value float8,
    baseline text,
    baseline_value float8,
    skill float8)
LANGUAGE C STABLE PARALLEL RESTRICTED COST 10000 ROWS 9
AS 'MODULE_PATHNAME', 'lstm_evaluate';

COMMENT ON FUNCTION lstm_evaluate(bytea, regclass, int, int, float8, bigint, regclass) IS
'how good the forecasts are on rows that training did not know, beside the best naive baseline';

CREATE FUNCTION lstm_backtest(
    relation regclass,
    target text,
    time_column text DEFAULT NULL,
    series_column text DEFAULT NULL,
    horizon int DEFAULT 1,
    lookback int DEFAULT NULL,
    inputs text[] DEFAULT NULL,
    known_inputs text[] DEFAULT NULL,
    static_inputs text[] DEFAULT NULL,
    options jsonb DEFAULT '{}',
    folds int DEFAULT 5,
    test_rows int DEFAULT NULL,
    gap int DEFAULT 0,
    retrain boolean DEFAULT true,
    level float8 DEFAULT 0.95,
    future regclass DEFAULT NULL)
RETURNS TABLE (
    fold int,
    known_rows bigint,
    series text,
    target_column text,
    metric text,
    value float8,
    baseline text,
    baseline_value float8,
    skill float8)
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 1000000 ROWS 45
AS 'MODULE_PATHNAME', 'lstm_backtest';

COMMENT ON FUNCTION lstm_backtest(regclass, text, text, text, int, int, text[], text[], text[], jsonb, int, int, int, boolean, float8, regclass) IS
'how good this training would have been at earlier times: trains on the rows known at each fold and measures the rows after them';

CREATE FUNCTION lstm_backtest(
    relation regclass,
    target text,
    series_column text[],
    time_column text DEFAULT NULL,
    horizon int DEFAULT 1,
    lookback int DEFAULT NULL,
    inputs text[] DEFAULT NULL,
    known_inputs text[] DEFAULT NULL,
    static_inputs text[] DEFAULT NULL,
    options jsonb DEFAULT '{}',
    folds int DEFAULT 5,
    test_rows int DEFAULT NULL,
    gap int DEFAULT 0,
    retrain boolean DEFAULT true,
    level float8 DEFAULT 0.95,
    future regclass DEFAULT NULL)
RETURNS TABLE (
    fold int,
    known_rows bigint,
    series text,
    target_column text,
    metric text,
    value float8,
    baseline text,
    baseline_value float8,
    skill float8)
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 1000000 ROWS 45
AS 'MODULE_PATHNAME', 'lstm_backtest_keys';

COMMENT ON FUNCTION lstm_backtest(regclass, text, text[], text, int, int, text[], text[], text[], jsonb, int, int, int, boolean, float8, regclass) IS
'how good this training would have been at earlier times: trains on the rows known at each fold and measures the rows after them; series are told apart by several columns';

CREATE FUNCTION lstm_backtest(
    relation regclass,
    target text[],
    time_column text DEFAULT NULL,
    series_column text DEFAULT NULL,
    horizon int DEFAULT 1,
    lookback int DEFAULT NULL,
    inputs text[] DEFAULT NULL,
    known_inputs text[] DEFAULT NULL,
    static_inputs text[] DEFAULT NULL,
    options jsonb DEFAULT '{}',
    folds int DEFAULT 5,
    test_rows int DEFAULT NULL,
    gap int DEFAULT 0,
    retrain boolean DEFAULT true,
    level float8 DEFAULT 0.95,
    future regclass DEFAULT NULL)
RETURNS TABLE (
    fold int,
    known_rows bigint,
    series text,
    target_column text,
    metric text,
    value float8,
    baseline text,
    baseline_value float8,
    skill float8)
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 1000000 ROWS 45
AS 'MODULE_PATHNAME', 'lstm_backtest_columns';

COMMENT ON FUNCTION lstm_backtest(regclass, text[], text, text, int, int, text[], text[], text[], jsonb, int, int, int, boolean, float8, regclass) IS
'how good this training of several columns would have been at earlier times';

CREATE FUNCTION lstm_backtest(
    relation regclass,
    target text[],
    series_column text[],
    time_column text DEFAULT NULL,
    horizon int DEFAULT 1,
    lookback int DEFAULT NULL,
    inputs text[] DEFAULT NULL,
    known_inputs text[] DEFAULT NULL,
    static_inputs text[] DEFAULT NULL,
    options jsonb DEFAULT '{}',
    folds int DEFAULT 5,
    test_rows int DEFAULT NULL,
    gap int DEFAULT 0,
    retrain boolean DEFAULT true,
    level float8 DEFAULT 0.95,
    future regclass DEFAULT NULL)
RETURNS TABLE (
    fold int,
    known_rows bigint,
    series text,
    target_column text,
    metric text,
    value float8,
    baseline text,
    baseline_value float8,
    skill float8)
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 1000000 ROWS 45
AS 'MODULE_PATHNAME', 'lstm_backtest_columns_keys';

COMMENT ON FUNCTION lstm_backtest(regclass, text[], text[], text, int, int, text[], text[], text[], jsonb, int, int, int, boolean, float8, regclass) IS
'how good this training of several columns would have been at earlier times; series are told apart by several columns';

CREATE FUNCTION lstm_tune(
    relation regclass,
    target text,
    time_column text DEFAULT NULL,
    series_column text DEFAULT NULL,
    horizon int DEFAULT 1,
    lookback int DEFAULT NULL,
    inputs text[] DEFAULT NULL,
    known_inputs text[] DEFAULT NULL,
    static_inputs text[] DEFAULT NULL,
    options jsonb DEFAULT '{}',
    grid jsonb DEFAULT NULL,
    trials int DEFAULT 12,
    max_time interval DEFAULT NULL,
    folds int DEFAULT 3,
    fold_rows int DEFAULT NULL,
    test_rows int DEFAULT NULL,
    seed int DEFAULT 1)
RETURNS TABLE (
    rank int,
    trial int,
    status text,
    options jsonb,
    lookback int,
    parameters bigint,
    seconds float8,
    error float8,
    mae float8,
    rmse float8,
    baseline text,
    baseline_error float8,
    skill float8,
    test_error float8,
    test_baseline_error float8)
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 1000000 ROWS 13
AS 'MODULE_PATHNAME', 'lstm_tune';

COMMENT ON FUNCTION lstm_tune(regclass, text, text, text, int, int, text[], text[], text[], jsonb, jsonb, int, interval, int, int, int, int) IS
'trains with several combinations of options, ranks them by their errors on rows that came later, and tests the best on the newest rows';

CREATE FUNCTION lstm_tune(
    relation regclass,
    target text,
    series_column text[],
    time_column text DEFAULT NULL,
    horizon int DEFAULT 1,
    lookback int DEFAULT NULL,
    inputs text[] DEFAULT NULL,
    known_inputs text[] DEFAULT NULL,
    static_inputs text[] DEFAULT NULL,
    options jsonb DEFAULT '{}',
    grid jsonb DEFAULT NULL,
    trials int DEFAULT 12,
    max_time interval DEFAULT NULL,
    folds int DEFAULT 3,
    fold_rows int DEFAULT NULL,
    test_rows int DEFAULT NULL,
    seed int DEFAULT 1)
RETURNS TABLE (
    rank int,
    trial int,
    status text,
    options jsonb,
    lookback int,
    parameters bigint,
    seconds float8,
    error float8,
    mae float8,
    rmse float8,
    baseline text,
    baseline_error float8,
    skill float8,
    test_error float8,
    test_baseline_error float8)
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 1000000 ROWS 13
AS 'MODULE_PATHNAME', 'lstm_tune_keys';

COMMENT ON FUNCTION lstm_tune(regclass, text, text[], text, int, int, text[], text[], text[], jsonb, jsonb, int, interval, int, int, int, int) IS
'trains with several combinations of options, ranks them by their errors on rows that came later, and tests the best on the newest rows; series are told apart by several columns';

CREATE FUNCTION lstm_tune(
    relation regclass,
    target text[],
    time_column text DEFAULT NULL,
    series_column text DEFAULT NULL,
    horizon int DEFAULT 1,
    lookback int DEFAULT NULL,
    inputs text[] DEFAULT NULL,
    known_inputs text[] DEFAULT NULL,
    static_inputs text[] DEFAULT NULL,
    options jsonb DEFAULT '{}',
    grid jsonb DEFAULT NULL,
    trials int DEFAULT 12,
    max_time interval DEFAULT NULL,
    folds int DEFAULT 3,
    fold_rows int DEFAULT NULL,
    test_rows int DEFAULT NULL,
    seed int DEFAULT 1)
RETURNS TABLE (
    rank int,
    trial int,
    status text,
    options jsonb,
    lookback int,
    parameters bigint,
    seconds float8,
    error float8,
    mae float8,
    rmse float8,
    baseline text,
    baseline_error float8,
    skill float8,
    test_error float8,
    test_baseline_error float8)
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 1000000 ROWS 13
AS 'MODULE_PATHNAME', 'lstm_tune_columns';

COMMENT ON FUNCTION lstm_tune(regclass, text[], text, text, int, int, text[], text[], text[], jsonb, jsonb, int, interval, int, int, int, int) IS
'trains several columns with several combinations of options, ranks them by their errors on rows that came later, and tests the best on the newest rows';

CREATE FUNCTION lstm_tune(
    relation regclass,
    target text[],
    series_column text[],
    time_column text DEFAULT NULL,
    horizon int DEFAULT 1,
    lookback int DEFAULT NULL,
    inputs text[] DEFAULT NULL,
    known_inputs text[] DEFAULT NULL,
    static_inputs text[] DEFAULT NULL,
    options jsonb DEFAULT '{}',
    grid jsonb DEFAULT NULL,
    trials int DEFAULT 12,
    max_time interval DEFAULT NULL,
    folds int DEFAULT 3,
    fold_rows int DEFAULT NULL,
    test_rows int DEFAULT NULL,
    seed int DEFAULT 1)
RETURNS TABLE (
    rank int,
    trial int,
    status text,
    options jsonb,
    lookback int,
    parameters bigint,
    seconds float8,
    error float8,
    mae float8,
    rmse float8,
    baseline text,
    baseline_error float8,
    skill float8,
    test_error float8,
    test_baseline_error float8)
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 1000000 ROWS 13
AS 'MODULE_PATHNAME', 'lstm_tune_columns_keys';

COMMENT ON FUNCTION lstm_tune(regclass, text[], text[], text, int, int, text[], text[], text[], jsonb, jsonb, int, interval, int, int, int, int) IS
'trains several columns with several combinations of options, ranks them by their errors on rows that came later, and tests the best on the newest rows; series are told apart by several columns';

CREATE FUNCTION lstm_anomalies(
    model bytea,
    relation regclass DEFAULT NULL,
    level float8 DEFAULT 0.99,
    newest int DEFAULT NULL,
    series text[] DEFAULT NULL)
RETURNS TABLE (
    series text,
    at timestamptz,
    target text,
    actual float8,
    expected float8,
    lower_bound float8,
    upper_bound float8,
    score float8,
    probability float8,
    is_anomaly boolean,
    status text)
LANGUAGE C STABLE PARALLEL RESTRICTED COST 10000 ROWS 1000
AS 'MODULE_PATHNAME', 'lstm_anomalies';

COMMENT ON FUNCTION lstm_anomalies(bytea, regclass, float8, int, text[]) IS
'the rows of a relation, or its newest rows, beside what is forecast for them from the rows before';

CREATE FUNCTION lstm_plot(
    model bytea,
    relation regclass DEFAULT NULL,
    kind text DEFAULT 'forecast',
    target text DEFAULT NULL,
    steps int DEFAULT NULL,
    level float8 DEFAULT 0.95,
    width int DEFAULT 800,
    height int DEFAULT NULL,
    series text DEFAULT NULL,
    title text DEFAULT NULL,
    unit text DEFAULT NULL,
    levels float8[] DEFAULT NULL,
    as_of timestamptz DEFAULT NULL,
    panels text[] DEFAULT NULL)
RETURNS text
LANGUAGE C STABLE PARALLEL RESTRICTED COST 10000
AS 'MODULE_PATHNAME', 'lstm_plot';

COMMENT ON FUNCTION lstm_plot(bytea, regclass, text, text, int, float8, int, int, text, text, text, float8[], timestamptz, text[]) IS
'a chart as SVG: the newest rows with the forecast and its intervals, or known rows beside their forecasts, or the losses of training';

CREATE FUNCTION lstm_report(
    model bytea,
    relation regclass DEFAULT NULL,
    target text DEFAULT NULL,
    steps int DEFAULT NULL,
    level float8 DEFAULT 0.95,
    as_of timestamptz DEFAULT NULL,
    series text[] DEFAULT NULL,
    title text DEFAULT NULL,
    unit text DEFAULT NULL)
RETURNS text
LANGUAGE C STABLE PARALLEL RESTRICTED COST 10000
AS 'MODULE_PATHNAME', 'lstm_report';

COMMENT ON FUNCTION lstm_report(bytea, regclass, text, int, float8, timestamptz, text[], text, text) IS
'a page of HTML about a model: what was asked, the forecast, its errors and intervals on known rows, what it is made of, and warnings';

CREATE FUNCTION lstm_sparkline("values" float8[]) RETURNS text
LANGUAGE C STABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'lstm_sparkline';

COMMENT ON FUNCTION lstm_sparkline(float8[]) IS 'numbers as one line of text, a bar each';

CREATE FUNCTION lstm_predict_agg_transition(internal, bytea, float8) RETURNS internal
LANGUAGE C IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'lstm_predict_agg_transition';

COMMENT ON FUNCTION lstm_predict_agg_transition(internal, bytea, float8) IS 'support function of lstm_predict_agg';

CREATE FUNCTION lstm_predict_agg_final(internal) RETURNS float8[]
LANGUAGE C STABLE PARALLEL SAFE COST 1000
AS 'MODULE_PATHNAME', 'lstm_predict_agg_final';

COMMENT ON FUNCTION lstm_predict_agg_final(internal) IS 'support function of lstm_predict_agg';

CREATE AGGREGATE lstm_predict_agg(model bytea, value float8) (
    SFUNC = lstm_predict_agg_transition,
    STYPE = internal,
    SSPACE = 512,
    FINALFUNC = lstm_predict_agg_final,
    FINALFUNC_MODIFY = READ_ONLY,
    PARALLEL = SAFE
);

COMMENT ON AGGREGATE lstm_predict_agg(bytea, float8) IS
'forecasts from the newest values of a group or window frame, ordered; NULL while there are fewer than the lookback';

---- models by name ----

CREATE TABLE lstm_models (
    name text NOT NULL CHECK (name <> ''),
    version int NOT NULL CHECK (version > 0),
    model bytea NOT NULL,
    active boolean NOT NULL DEFAULT false,
    created timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    note text,
    PRIMARY KEY (name, version));

-- Compression makes weights no shorter (745155 bytes both ways, for a network of the defaults), only slower to store.
ALTER TABLE lstm_models ALTER COLUMN model SET STORAGE EXTERNAL;
-- whoever creates the extension grants rights on it, also where that is no superuser
ALTER TABLE lstm_models OWNER TO @extowner@;

CREATE UNIQUE INDEX lstm_models_active ON lstm_models (name) WHERE active;

COMMENT ON TABLE lstm_models IS 'models by name and version, as lstm_save stores them';

-- others forecast with a model that is saved under a name: such a model names nothing that its saver may not read
CREATE FUNCTION lstm_check_model() RETURNS trigger
LANGUAGE C
AS 'MODULE_PATHNAME', 'lstm_check_model';

COMMENT ON FUNCTION lstm_check_model() IS
'trigger for tables of models: whoever inserts or updates a model must be able to read the relation that the model names';

CREATE TRIGGER lstm_check_model BEFORE INSERT OR UPDATE OF model ON lstm_models
FOR EACH ROW EXECUTE FUNCTION lstm_check_model();

-- its rows are the user's: pg_dump takes them along
SELECT pg_catalog.pg_extension_config_dump('lstm_models', '');

CREATE FUNCTION lstm_save(
    name text,
    model bytea,
    note text DEFAULT NULL,
    activate boolean DEFAULT true)
RETURNS int
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 10000
AS 'MODULE_PATHNAME', 'lstm_save';

COMMENT ON FUNCTION lstm_save(text, bytea, text, boolean) IS
'stores a model as the next version of a name, and returns the version';

CREATE FUNCTION lstm_load(name text, version int DEFAULT NULL) RETURNS bytea
LANGUAGE C STABLE PARALLEL RESTRICTED COST 1000
AS 'MODULE_PATHNAME', 'lstm_load';

COMMENT ON FUNCTION lstm_load(text, int) IS 'the active model of a name, or that version of it';

CREATE FUNCTION lstm_activate(name text, version int) RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 1000
AS 'MODULE_PATHNAME', 'lstm_activate';

COMMENT ON FUNCTION lstm_activate(text, int) IS 'makes a version of a name the one that lstm_load gives';

CREATE PROCEDURE lstm_train_each(
    relation regclass,
    target text,
    time_column text DEFAULT NULL,
    series_column text DEFAULT NULL,
    horizon int DEFAULT 1,
    lookback int DEFAULT NULL,
    inputs text[] DEFAULT NULL,
    known_inputs text[] DEFAULT NULL,
    static_inputs text[] DEFAULT NULL,
    options jsonb DEFAULT '{}',
    into_table regclass DEFAULT NULL,
    workers int DEFAULT NULL,
    again boolean DEFAULT false)
LANGUAGE C
AS 'MODULE_PATHNAME', 'lstm_train_each';

COMMENT ON PROCEDURE lstm_train_each(regclass, text, text, text, int, int, text[], text[], text[], jsonb, regclass, int, boolean) IS
'trains a model for each series, on all cores, and stores each in a table as it is done';

CREATE PROCEDURE lstm_train_each(
    relation regclass,
    target text,
    series_column text[],
    time_column text DEFAULT NULL,
    horizon int DEFAULT 1,
    lookback int DEFAULT NULL,
    inputs text[] DEFAULT NULL,
    known_inputs text[] DEFAULT NULL,
    static_inputs text[] DEFAULT NULL,
    options jsonb DEFAULT '{}',
    into_table regclass DEFAULT NULL,
    workers int DEFAULT NULL,
    again boolean DEFAULT false)
LANGUAGE C
AS 'MODULE_PATHNAME', 'lstm_train_each_keys';

COMMENT ON PROCEDURE lstm_train_each(regclass, text, text[], text, int, int, text[], text[], text[], jsonb, regclass, int, boolean) IS
'trains a model for each series, on all cores, and stores each in a table as it is done';

CREATE PROCEDURE lstm_train_each(
    relation regclass,
    target text[],
    time_column text DEFAULT NULL,
    series_column text DEFAULT NULL,
    horizon int DEFAULT 1,
    lookback int DEFAULT NULL,
    inputs text[] DEFAULT NULL,
    known_inputs text[] DEFAULT NULL,
    static_inputs text[] DEFAULT NULL,
    options jsonb DEFAULT '{}',
    into_table regclass DEFAULT NULL,
    workers int DEFAULT NULL,
    again boolean DEFAULT false)
LANGUAGE C
AS 'MODULE_PATHNAME', 'lstm_train_each_columns';

COMMENT ON PROCEDURE lstm_train_each(regclass, text[], text, text, int, int, text[], text[], text[], jsonb, regclass, int, boolean) IS
'trains a model for each series, on all cores, and stores each in a table as it is done';

CREATE PROCEDURE lstm_train_each(
    relation regclass,
    target text[],
    series_column text[],
    time_column text DEFAULT NULL,
    horizon int DEFAULT 1,
    lookback int DEFAULT NULL,
    inputs text[] DEFAULT NULL,
    known_inputs text[] DEFAULT NULL,
    static_inputs text[] DEFAULT NULL,
    options jsonb DEFAULT '{}',
    into_table regclass DEFAULT NULL,
    workers int DEFAULT NULL,
    again boolean DEFAULT false)
LANGUAGE C
AS 'MODULE_PATHNAME', 'lstm_train_each_columns_keys';

COMMENT ON PROCEDURE lstm_train_each(regclass, text[], text[], text, int, int, text[], text[], text[], jsonb, regclass, int, boolean) IS
'trains a model for each series, on all cores, and stores each in a table as it is done';

CREATE PROCEDURE lstm_forecast_each(
    models regclass,
    into_table regclass,
    steps int DEFAULT NULL,
    level float8 DEFAULT 0.95,
    relation regclass DEFAULT NULL,
    as_of timestamptz DEFAULT NULL,
    holidays regclass DEFAULT NULL,
    future regclass DEFAULT NULL,
    workers int DEFAULT NULL)
LANGUAGE C
AS 'MODULE_PATHNAME', 'lstm_forecast_each';

COMMENT ON PROCEDURE lstm_forecast_each(regclass, regclass, int, float8, regclass, timestamptz, regclass, regclass, int) IS
'stores the forecasts of all models of a table, on all cores';

CREATE PROCEDURE lstm_train_rounds(
    shared regclass,
    trained regclass,
    into_table regclass,
    rounds int DEFAULT 32,
    options jsonb DEFAULT '{}',
    again boolean DEFAULT false)
LANGUAGE C
AS 'MODULE_PATHNAME', 'lstm_train_rounds';

COMMENT ON PROCEDURE lstm_train_rounds(regclass, regclass, regclass, int, jsonb, boolean) IS
'trains one model over rows on many nodes, in rounds, and stores what comes out of each in a table';

CREATE PROCEDURE lstm_train_into(
    name text,
    relation regclass,
    target text,
    time_column text DEFAULT NULL,
    series_column text DEFAULT NULL,
    horizon int DEFAULT 1,
    lookback int DEFAULT NULL,
    inputs text[] DEFAULT NULL,
    known_inputs text[] DEFAULT NULL,
    static_inputs text[] DEFAULT NULL,
    options jsonb DEFAULT '{}',
    note text DEFAULT NULL,
    activate boolean DEFAULT true,
    store text DEFAULT NULL)
LANGUAGE C
AS 'MODULE_PATHNAME', 'lstm_train_into';

COMMENT ON PROCEDURE lstm_train_into(text, regclass, text, text, text, int, int, text[], text[], text[], jsonb, text, boolean, text) IS
'trains as lstm_train does, but in two transactions: one reads the rows, the other stores the model';

CREATE PROCEDURE lstm_train_into(
    name text,
    relation regclass,
    target text,
    series_column text[],
    time_column text DEFAULT NULL,
    horizon int DEFAULT 1,
    lookback int DEFAULT NULL,
    inputs text[] DEFAULT NULL,
    known_inputs text[] DEFAULT NULL,
    static_inputs text[] DEFAULT NULL,
    options jsonb DEFAULT '{}',
    note text DEFAULT NULL,
    activate boolean DEFAULT true,
    store text DEFAULT NULL)
LANGUAGE C
AS 'MODULE_PATHNAME', 'lstm_train_into_keys';

COMMENT ON PROCEDURE lstm_train_into(text, regclass, text, text[], text, int, int, text[], text[], text[], jsonb, text, boolean, text) IS
'trains as lstm_train does, but in two transactions: one reads the rows, the other stores the model; series are told apart by several columns';

CREATE PROCEDURE lstm_train_into(
    name text,
    relation regclass,
    target text[],
    time_column text DEFAULT NULL,
    series_column text DEFAULT NULL,
    horizon int DEFAULT 1,
    lookback int DEFAULT NULL,
    inputs text[] DEFAULT NULL,
    known_inputs text[] DEFAULT NULL,
    static_inputs text[] DEFAULT NULL,
    options jsonb DEFAULT '{}',
    note text DEFAULT NULL,
    activate boolean DEFAULT true,
    store text DEFAULT NULL)
LANGUAGE C
AS 'MODULE_PATHNAME', 'lstm_train_into_columns';

COMMENT ON PROCEDURE lstm_train_into(text, regclass, text[], text, text, int, int, text[], text[], text[], jsonb, text, boolean, text) IS
'trains several columns as lstm_train does, but in two transactions: one reads the rows, the other stores the model';

CREATE PROCEDURE lstm_train_into(
    name text,
    relation regclass,
    target text[],
    series_column text[],
    time_column text DEFAULT NULL,
    horizon int DEFAULT 1,
    lookback int DEFAULT NULL,
    inputs text[] DEFAULT NULL,
    known_inputs text[] DEFAULT NULL,
    static_inputs text[] DEFAULT NULL,
    options jsonb DEFAULT '{}',
    note text DEFAULT NULL,
    activate boolean DEFAULT true,
    store text DEFAULT NULL)
LANGUAGE C
AS 'MODULE_PATHNAME', 'lstm_train_into_columns_keys';

COMMENT ON PROCEDURE lstm_train_into(text, regclass, text[], text[], text, int, int, text[], text[], text[], jsonb, text, boolean, text) IS
'trains several columns as lstm_train does, but in two transactions: one reads the rows, the other stores the model; series are told apart by several columns';

---- windows ----

CREATE FUNCTION lstm_windows(
    relation regclass,
    target text,
    time_column text DEFAULT NULL,
    series_column text DEFAULT NULL,
    horizon int DEFAULT 1,
    lookback int DEFAULT 1,
    inputs text[] DEFAULT NULL,
    known_inputs text[] DEFAULT NULL,
    static_inputs text[] DEFAULT NULL,
    lead int DEFAULT 1,
    missing text DEFAULT 'auto',
    step text DEFAULT NULL,
    calendar text[] DEFAULT NULL,
    aggregate text DEFAULT 'none')
RETURNS TABLE (series text, window_no int, x float8[], y float8[])
LANGUAGE C STABLE PARALLEL RESTRICTED COST 10000 ROWS 1000
AS 'MODULE_PATHNAME', 'lstm_windows';

COMMENT ON FUNCTION lstm_windows(regclass, text, text, text, int, int, text[], text[], text[], int, text, text, text[], text) IS
'the windows that lstm_train sees, unscaled: x is lookback rows of the inputs, y horizon rows of the target';

CREATE FUNCTION lstm_windows(
    relation regclass,
    target text,
    series_column text[],
    time_column text DEFAULT NULL,
    horizon int DEFAULT 1,
    lookback int DEFAULT 1,
    inputs text[] DEFAULT NULL,
    known_inputs text[] DEFAULT NULL,
    static_inputs text[] DEFAULT NULL,
    lead int DEFAULT 1,
    missing text DEFAULT 'auto',
    step text DEFAULT NULL,
    calendar text[] DEFAULT NULL,
    aggregate text DEFAULT 'none')
RETURNS TABLE (series text, window_no int, x float8[], y float8[])
LANGUAGE C STABLE PARALLEL RESTRICTED COST 10000 ROWS 1000
AS 'MODULE_PATHNAME', 'lstm_windows_keys';

COMMENT ON FUNCTION lstm_windows(regclass, text, text[], text, int, int, text[], text[], text[], int, text, text, text[], text) IS
'the windows that lstm_train sees, unscaled: x is lookback rows of the inputs, y horizon rows of the target; series are told apart by several columns';

CREATE FUNCTION lstm_windows(
    relation regclass,
    target text[],
    time_column text DEFAULT NULL,
    series_column text DEFAULT NULL,
    horizon int DEFAULT 1,
    lookback int DEFAULT 1,
    inputs text[] DEFAULT NULL,
    known_inputs text[] DEFAULT NULL,
    static_inputs text[] DEFAULT NULL,
    lead int DEFAULT 1,
    missing text DEFAULT 'auto',
    step text DEFAULT NULL,
    calendar text[] DEFAULT NULL,
    aggregate text DEFAULT 'none')
RETURNS TABLE (series text, window_no int, x float8[], y float8[])
LANGUAGE C STABLE PARALLEL RESTRICTED COST 10000 ROWS 1000
AS 'MODULE_PATHNAME', 'lstm_windows_columns';

COMMENT ON FUNCTION lstm_windows(regclass, text[], text, text, int, int, text[], text[], text[], int, text, text, text[], text) IS
'the windows that lstm_train sees, unscaled: x is lookback rows of the inputs, y horizon rows of the targets';

CREATE FUNCTION lstm_windows(
    relation regclass,
    target text[],
    series_column text[],
    time_column text DEFAULT NULL,
    horizon int DEFAULT 1,
    lookback int DEFAULT 1,
    inputs text[] DEFAULT NULL,
    known_inputs text[] DEFAULT NULL,
    static_inputs text[] DEFAULT NULL,
    lead int DEFAULT 1,
    missing text DEFAULT 'auto',
    step text DEFAULT NULL,
    calendar text[] DEFAULT NULL,
    aggregate text DEFAULT 'none')
RETURNS TABLE (series text, window_no int, x float8[], y float8[])
LANGUAGE C STABLE PARALLEL RESTRICTED COST 10000 ROWS 1000
AS 'MODULE_PATHNAME', 'lstm_windows_columns_keys';

COMMENT ON FUNCTION lstm_windows(regclass, text[], text[], text, int, int, text[], text[], text[], int, text, text, text[], text) IS
'the windows that lstm_train sees, unscaled: x is lookback rows of the inputs, y horizon rows of the targets; series are told apart by several columns';

CREATE FUNCTION lstm_split_sequence(
    "values" float8[],
    lookback int,
    horizon int DEFAULT 1,
    lead int DEFAULT 1)
RETURNS TABLE (window_no int, x float8[], y float8[])
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000 ROWS 100
AS 'MODULE_PATHNAME', 'lstm_split_sequence';

COMMENT ON FUNCTION lstm_split_sequence(float8[], int, int, int) IS
'the windows of a sequence, or of the rows of a two-dimensional array';

---- what is inside a model ----

CREATE FUNCTION lstm_summary(model bytea)
RETURNS TABLE (layer_no int, layer text, output_shape text, parameters bigint)
LANGUAGE C STABLE STRICT PARALLEL SAFE COST 1000 ROWS 5
AS 'MODULE_PATHNAME', 'lstm_summary';

COMMENT ON FUNCTION lstm_summary(bytea) IS 'the layers of a model, as Keras'' summary() prints them';

CREATE FUNCTION lstm_info(model bytea) RETURNS jsonb
LANGUAGE C STABLE STRICT PARALLEL SAFE COST 1000
AS 'MODULE_PATHNAME', 'lstm_info';

COMMENT ON FUNCTION lstm_info(bytea) IS
'what a model records about itself: columns, lookback, horizon, scaling, held-out errors beside the baselines, options';

CREATE FUNCTION lstm_history(model bytea)
RETURNS TABLE (
    epoch int,
    loss float8,
    validation_loss float8,
    learning_rate float8,
    seconds float8)
LANGUAGE C STABLE STRICT PARALLEL SAFE COST 1000 ROWS 100
AS 'MODULE_PATHNAME', 'lstm_history';

COMMENT ON FUNCTION lstm_history(bytea) IS
'the losses of each epoch of training; seconds is NULL unless the option timing asked for it';

CREATE FUNCTION lstm_weights(model bytea)
RETURNS TABLE (layer_no int, layer text, name text, shape int[], "values" real[])
LANGUAGE C STABLE STRICT PARALLEL SAFE COST 1000 ROWS 10
AS 'MODULE_PATHNAME', 'lstm_weights';

COMMENT ON FUNCTION lstm_weights(bytea) IS 'the weights of a model, tensor by tensor, in the order of Keras'' get_weights()';

CREATE FUNCTION lstm_presets(
    lookback int DEFAULT 12,
    horizon int DEFAULT 1,
    inputs int DEFAULT 1,
    targets int DEFAULT 1)
RETURNS TABLE (name text, purpose text, layers jsonb)
LANGUAGE C STABLE PARALLEL SAFE ROWS 6
AS 'MODULE_PATHNAME', 'lstm_presets';

COMMENT ON FUNCTION lstm_presets(int, int, int, int) IS
'the named architectures and their layers for a task of this size: a start for your own';

CREATE FUNCTION lstm_options()
RETURNS TABLE (name text, type text, "default" text, range text, meaning text)
LANGUAGE C STABLE PARALLEL SAFE ROWS 30
AS 'MODULE_PATHNAME', 'lstm_options';

COMMENT ON FUNCTION lstm_options() IS 'every option of training: its type, default, range and meaning';

CREATE FUNCTION lstm_build_info(
    OUT version text,
    OUT blas text,
    OUT blas_variant text,
    OUT blas_kernel text,
    OUT kernels text,
    OUT threads int)
LANGUAGE C STABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'lstm_build_info';

COMMENT ON FUNCTION lstm_build_info() IS 'version of the extension, what computes its networks, and in how many threads';

---- what runs now ----

CREATE FUNCTION lstm_get_progress(
    OUT pid int,
    OUT datid oid,
    OUT relid oid,
    OUT command text,
    OUT phase text,
    OUT training bigint,
    OUT trainings bigint,
    OUT rows_read bigint,
    OUT series_read bigint,
    OUT member bigint,
    OUT members bigint,
    OUT epoch bigint,
    OUT epochs bigint,
    OUT batch bigint,
    OUT batches bigint,
    OUT loss float8,
    OUT validation_loss float8,
    OUT started timestamptz,
    OUT memory bigint)
RETURNS SETOF record
LANGUAGE C STABLE PARALLEL RESTRICTED COST 10 ROWS 10
AS 'MODULE_PATHNAME', 'lstm_get_progress';

COMMENT ON FUNCTION lstm_get_progress() IS 'support function of the view lstm_progress';

CREATE VIEW lstm_progress AS
SELECT p.pid, p.datid, d.datname,
    p.relid,
    CASE WHEN d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database()
        THEN p.relid::pg_catalog.regclass::pg_catalog.text END AS relation,
    p.command, p.phase, p.training, p.trainings, p.rows_read, p.series_read, p.member, p.members, p.epoch, p.epochs,
    p.batch, p.batches, p.loss, p.validation_loss, p.started, p.memory
FROM lstm_get_progress() AS p
LEFT JOIN pg_catalog.pg_database AS d ON d.oid OPERATOR(pg_catalog.=) p.datid;

COMMENT ON VIEW lstm_progress IS 'the trainings that run now, in all databases of the server: how far each of them is';

GRANT SELECT ON lstm_progress TO PUBLIC;

---- what rows are made of ----

CREATE FUNCTION lstm_decompose(
    relation regclass,
    target text,
    time_column text DEFAULT NULL,
    series_column text DEFAULT NULL,
    options jsonb DEFAULT '{}')
RETURNS TABLE (
    series text,
    at timestamptz,
    value float8,
    level float8,
    season float8,
    remainder float8,
    is_outlier boolean)
LANGUAGE C STABLE PARALLEL RESTRICTED COST 10000 ROWS 1000
AS 'MODULE_PATHNAME', 'lstm_decompose';

COMMENT ON FUNCTION lstm_decompose(regclass, text, text, text, jsonb) IS
'takes a column apart into level, seasons and remainder, as training does, and marks outliers';

CREATE FUNCTION lstm_decompose(
    relation regclass,
    target text,
    series_column text[],
    time_column text DEFAULT NULL,
    options jsonb DEFAULT '{}')
RETURNS TABLE (
    series text,
    at timestamptz,
    value float8,
    level float8,
    season float8,
    remainder float8,
    is_outlier boolean)
LANGUAGE C STABLE PARALLEL RESTRICTED COST 10000 ROWS 1000
AS 'MODULE_PATHNAME', 'lstm_decompose_keys';

COMMENT ON FUNCTION lstm_decompose(regclass, text, text[], text, jsonb) IS
'takes a column apart into level, seasons and remainder, as training does, and marks outliers; series are told apart by several columns';

CREATE FUNCTION lstm_impute(
    relation regclass,
    target text,
    time_column text DEFAULT NULL,
    series_column text DEFAULT NULL,
    level float8 DEFAULT 0.95,
    options jsonb DEFAULT '{}')
RETURNS TABLE (
    series text,
    at timestamptz,
    value float8,
    filled float8,
    lower_bound float8,
    upper_bound float8)
LANGUAGE C STABLE PARALLEL RESTRICTED COST 10000 ROWS 1000
AS 'MODULE_PATHNAME', 'lstm_impute';

COMMENT ON FUNCTION lstm_impute(regclass, text, text, text, float8, jsonb) IS
'fills the gaps of a column by level and seasons, with bounds';

CREATE FUNCTION lstm_impute(
    relation regclass,
    target text,
    series_column text[],
    time_column text DEFAULT NULL,
    level float8 DEFAULT 0.95,
    options jsonb DEFAULT '{}')
RETURNS TABLE (
    series text,
    at timestamptz,
    value float8,
    filled float8,
    lower_bound float8,
    upper_bound float8)
LANGUAGE C STABLE PARALLEL RESTRICTED COST 10000 ROWS 1000
AS 'MODULE_PATHNAME', 'lstm_impute_keys';

COMMENT ON FUNCTION lstm_impute(regclass, text, text[], text, float8, jsonb) IS
'fills the gaps of a column by level and seasons, with bounds; series are told apart by several columns';

---- forecasts that add up ----

CREATE FUNCTION lstm_reconcile(
    forecasts regclass,
    parents regclass,
    method text DEFAULT 'auto',
    errors regclass DEFAULT NULL)
RETURNS TABLE (
    series text,
    step int,
    forecast_at timestamptz,
    target text,
    forecast float8,
    lower_bound float8,
    upper_bound float8,
    status text)
LANGUAGE C STABLE PARALLEL RESTRICTED COST 10000 ROWS 10000
AS 'MODULE_PATHNAME', 'lstm_reconcile';

COMMENT ON FUNCTION lstm_reconcile(regclass, regclass, text, regclass) IS
'makes forecasts of the series of a hierarchy add up, each moved the less the surer it is';

---- forecasts without a network ----

CREATE FUNCTION lstm_baseline(
    relation regclass,
    target text,
    time_column text DEFAULT NULL,
    series_column text DEFAULT NULL,
    horizon int DEFAULT NULL,
    method text DEFAULT 'auto',
    level float8 DEFAULT 0.95,
    as_of timestamptz DEFAULT NULL,
    series text[] DEFAULT NULL,
    options jsonb DEFAULT '{}')
RETURNS TABLE (
    series text,
    step int,
    forecast_at timestamptz,
    target text,
    forecast float8,
    lower_bound float8,
    upper_bound float8,
    status text)
LANGUAGE C STABLE PARALLEL RESTRICTED COST 10000 ROWS 20
AS 'MODULE_PATHNAME', 'lstm_baseline';

COMMENT ON FUNCTION lstm_baseline(regclass, text, text, text, int, text, float8, timestamptz, text[], jsonb) IS
'forecasts a column without training, by theta, exponential smoothing or a naive method';

CREATE FUNCTION lstm_baseline(
    relation regclass,
    target text,
    series_column text[],
    time_column text DEFAULT NULL,
    horizon int DEFAULT NULL,
    method text DEFAULT 'auto',
    level float8 DEFAULT 0.95,
    as_of timestamptz DEFAULT NULL,
    series text[] DEFAULT NULL,
    options jsonb DEFAULT '{}')
RETURNS TABLE (
    series text,
    step int,
    forecast_at timestamptz,
    target text,
    forecast float8,
    lower_bound float8,
    upper_bound float8,
    status text)
LANGUAGE C STABLE PARALLEL RESTRICTED COST 10000 ROWS 20
AS 'MODULE_PATHNAME', 'lstm_baseline_keys';

COMMENT ON FUNCTION lstm_baseline(regclass, text, text[], text, int, text, float8, timestamptz, text[], jsonb) IS
'forecasts a column without training, by theta, exponential smoothing or a naive method; series are told apart by several columns';

CREATE FUNCTION lstm_zero_shot(
    relation regclass,
    target text,
    time_column text DEFAULT NULL,
    series_column text DEFAULT NULL,
    horizon int DEFAULT NULL,
    level float8 DEFAULT 0.95,
    as_of timestamptz DEFAULT NULL,
    series text[] DEFAULT NULL,
    options jsonb DEFAULT '{}')
RETURNS TABLE (
    series text,
    step int,
    forecast_at timestamptz,
    target text,
    forecast float8,
    lower_bound float8,
    upper_bound float8,
    status text)
LANGUAGE C STABLE PARALLEL RESTRICTED COST 10000 ROWS 20
AS 'MODULE_PATHNAME', 'lstm_zero_shot';

COMMENT ON FUNCTION lstm_zero_shot(regclass, text, text, text, int, float8, timestamptz, text[], jsonb) IS
'forecasts a column without training, by a network that comes with the extension and has learned from other series';

CREATE FUNCTION lstm_zero_shot(
    relation regclass,
    target text,
    series_column text[],
    time_column text DEFAULT NULL,
    horizon int DEFAULT NULL,
    level float8 DEFAULT 0.95,
    as_of timestamptz DEFAULT NULL,
    series text[] DEFAULT NULL,
    options jsonb DEFAULT '{}')
RETURNS TABLE (
    series text,
    step int,
    forecast_at timestamptz,
    target text,
    forecast float8,
    lower_bound float8,
    upper_bound float8,
    status text)
LANGUAGE C STABLE PARALLEL RESTRICTED COST 10000 ROWS 20
AS 'MODULE_PATHNAME', 'lstm_zero_shot_keys';

COMMENT ON FUNCTION lstm_zero_shot(regclass, text, text[], text, int, float8, timestamptz, text[], jsonb) IS
'forecasts a column without training, by a network that comes with the extension and has learned from other series; series are told apart by several columns';

CREATE FUNCTION lstm_pretrained(options jsonb DEFAULT '{}')
RETURNS bytea
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000
AS 'MODULE_PATHNAME', 'lstm_pretrained';

COMMENT ON FUNCTION lstm_pretrained(jsonb) IS
'the network that lstm_zero_shot forecasts with, as a model: for lstm_predict, lstm_predict_agg and lstm_forecast';

CREATE FUNCTION lstm_compare(
    models bytea[],
    relation regclass DEFAULT NULL,
    steps int DEFAULT NULL,
    stride int DEFAULT NULL,
    first_origin bigint DEFAULT NULL)
RETURNS TABLE (
    series text,
    target text,
    model int,
    origins bigint,
    mae float8,
    difference float8,
    difference_error float8,
    probability float8)
LANGUAGE C STABLE PARALLEL RESTRICTED COST 10000 ROWS 3
AS 'MODULE_PATHNAME', 'lstm_compare';

COMMENT ON FUNCTION lstm_compare(bytea[], regclass, int, int, bigint) IS
'the errors of several models on the same rows, how they differ from those of the best, and whether by more than chance';

CREATE FUNCTION lstm_explain(
    model bytea,
    relation regclass DEFAULT NULL,
    steps int DEFAULT NULL,
    stride int DEFAULT NULL,
    first_origin bigint DEFAULT NULL,
    repeats int DEFAULT 5,
    seed int DEFAULT 1)
RETURNS TABLE (
    series text,
    target text,
    input text,
    step int,
    importance float8,
    spread float8,
    share float8,
    status text)
LANGUAGE C STABLE PARALLEL RESTRICTED COST 10000 ROWS 10
AS 'MODULE_PATHNAME', 'lstm_explain';

COMMENT ON FUNCTION lstm_explain(bytea, regclass, int, int, bigint, int, int) IS
'what each input is worth: by how much the errors grow where its values are exchanged in time';

