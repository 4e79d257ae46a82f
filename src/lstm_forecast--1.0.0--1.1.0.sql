/* lstm_forecast 1.0.0 to 1.1.0 */

-- complain if the script is sourced in psql, rather than via ALTER EXTENSION
\echo Use "ALTER EXTENSION lstm_forecast UPDATE" to load this file. \quit

---- lstm_anomalies has another parameter and another column: what depends on it has to be dropped first ----

DROP FUNCTION lstm_anomalies(bytea, regclass, float8, int);

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

---- lstm_forecast has another parameter, and what depends on it has to be dropped as well ----

DROP FUNCTION lstm_forecast(bytea, int, float8, regclass, timestamptz, text[]);

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

---- those that go along known rows have another parameter, and what depends on them has to be dropped as well ----

DROP FUNCTION lstm_rolling(bytea, regclass, int, int, float8, bigint);
DROP FUNCTION lstm_evaluate(bytea, regclass, int, int, float8, bigint);
DROP FUNCTION lstm_backtest(regclass, text, text, text, int, int, text[], text[], text[], jsonb, int, int, int, boolean, float8);
DROP FUNCTION lstm_backtest(regclass, text[], text, text, int, int, text[], text[], text[], jsonb, int, int, int, boolean, float8);

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

---- lstm_plot has other parameters, and what depends on it has to be dropped as well ----

DROP FUNCTION lstm_plot(bytea, regclass, text, text, int, float8, int, int, text);

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

---- a page about a model ----

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

---- lstm_windows has another parameter, and what depends on it has to be dropped as well ----

DROP FUNCTION lstm_windows(regclass, text, text, text, int, int, text[], text[], text[], int, text, text, text[]);
DROP FUNCTION lstm_windows(regclass, text[], text, text, int, int, text[], text[], text[], int, text, text, text[]);

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

---- several columns can tell series apart ----

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

---- models by name ----

-- others forecast with a model that is saved under a name: such a model names nothing that its saver may not read
CREATE FUNCTION lstm_check_model() RETURNS trigger
LANGUAGE C
AS 'MODULE_PATHNAME', 'lstm_check_model';

COMMENT ON FUNCTION lstm_check_model() IS
'trigger for tables of models: whoever inserts or updates a model must be able to read the relation that the model names';

CREATE TRIGGER lstm_check_model BEFORE INSERT OR UPDATE OF model ON lstm_models
FOR EACH ROW EXECUTE FUNCTION lstm_check_model();

---- comments in plainer words ----

COMMENT ON FUNCTION lstm_update(bytea, regclass, int, float8, float8) IS
'goes on training a model with the rows that came since, and returns the old model where the new one is worse on the newest of these rows';

COMMENT ON FUNCTION lstm_tune(regclass, text[], text, text, int, int, text[], text[], text[], jsonb, jsonb, int, interval, int, int, int, int) IS
'trains several columns with several combinations of options, ranks them by their errors on rows that came later, and tests the best on the newest rows';

COMMENT ON PROCEDURE lstm_train_into(text, regclass, text[], text, text, int, int, text[], text[], text[], jsonb, text, boolean, text) IS
'trains several columns as lstm_train does, but in two transactions: one reads the rows, the other stores the model';

COMMENT ON FUNCTION lstm_info(bytea) IS
'what a model records about itself: columns, lookback, horizon, scaling, held-out errors beside the baselines, options';

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

CREATE FUNCTION lstm_import(spec jsonb) RETURNS bytea
LANGUAGE C STABLE STRICT PARALLEL SAFE COST 1000
AS 'MODULE_PATHNAME', 'lstm_import';

COMMENT ON FUNCTION lstm_import(jsonb) IS 'the model that lstm_export wrote, byte for byte';

CREATE FUNCTION lstm_export(model bytea) RETURNS jsonb
LANGUAGE C STABLE STRICT PARALLEL SAFE COST 10000
AS 'MODULE_PATHNAME', 'lstm_export';

COMMENT ON FUNCTION lstm_export(bytea) IS
'everything in a model by name: layers, weights, scaling, transforms; for other programs, and for lstm_import';
