/* lstm_forecast 1.0.0 to 1.1.0 */

-- complain if the script is sourced in psql, rather than via ALTER EXTENSION
\echo Use "ALTER EXTENSION lstm_forecast UPDATE" to load this file. \quit

---- it has another parameter and another column: what depends on it has to be dropped first ----

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
'the rows of a relation, or its newest ones, beside what the rows before them let expect';

---- models by name ----

-- a model that is saved under a name others forecast by names nothing that its saver may not read
CREATE FUNCTION lstm_check_model() RETURNS trigger
LANGUAGE C
AS 'MODULE_PATHNAME', 'lstm_check_model';

COMMENT ON FUNCTION lstm_check_model() IS
'trigger for tables of models: who inserts or updates one must be able to read the relation that it names';

CREATE TRIGGER lstm_check_model BEFORE INSERT OR UPDATE OF model ON lstm_models
FOR EACH ROW EXECUTE FUNCTION lstm_check_model();
