-- Tables are read with the rights of whoever calls.
BEGIN;
SET LOCAL client_min_messages = error;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lstm_forecast;

SELECT plan(20);

CREATE ROLE lstm_reader;
CREATE ROLE lstm_stranger;
CREATE SCHEMA measured;
GRANT USAGE ON SCHEMA measured TO lstm_reader, lstm_stranger;
CREATE TABLE measured.days (n int, at date, value float8, secret float8);
INSERT INTO measured.days SELECT i, date '2024-01-01' + i, i * i % 7, i FROM generate_series(1, 40) AS i;
GRANT SELECT (at, value) ON measured.days TO lstm_reader;
CREATE TABLE measured.guarded AS TABLE measured.days;
ALTER TABLE measured.guarded ENABLE ROW LEVEL SECURITY;
CREATE POLICY half ON measured.guarded FOR SELECT TO lstm_reader USING (n <= 20);
GRANT SELECT ON measured.guarded TO lstm_reader, lstm_stranger;
CREATE VIEW measured.open AS SELECT at, secret AS value FROM measured.days;
GRANT SELECT ON measured.open TO lstm_stranger;
CREATE TABLE public.models AS SELECT
    lstm_train('measured.days', 'value', 'at', lookback => 3, options => '{"epochs": 1, "units": 2}') AS model,
    lstm_train('measured.days', 'secret', 'at', lookback => 3, options => '{"epochs": 1, "units": 2}') AS secret,
    lstm_train('measured.guarded', 'value', 'at', lookback => 3, options => '{"epochs": 1, "units": 2}') AS guarded;
GRANT SELECT ON public.models TO lstm_reader, lstm_stranger;

-- What a query gives as somebody else: one value as text, or the SQLSTATE and message of its error.
CREATE FUNCTION pg_temp.as_user(who text, query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
BEGIN
    EXECUTE format('SET LOCAL ROLE %I', who);
    EXECUTE query INTO result;
    RESET ROLE;
    RETURN result;
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE || ': ' || SQLERRM;
END $$;

---- rights on columns ----

SELECT is(pg_temp.as_user('lstm_reader', $$ SELECT lstm_info(lstm_train('measured.days', 'value', 'at', lookback => 3,
    options => '{"epochs": 1, "units": 2}'))->'rows' $$), '40', 'a right on these columns is enough to train');
SELECT is(pg_temp.as_user('lstm_reader', $$ SELECT lstm_train('measured.days', 'secret', 'at', lookback => 3) $$),
    '42501: permission denied for table days', 'a target without right is refused');
SELECT is(pg_temp.as_user('lstm_reader', $$ SELECT lstm_train('measured.days', 'value', 'at', inputs => '{value,secret}', lookback => 3) $$),
    '42501: permission denied for table days', 'an input without right is refused');
SELECT is(pg_temp.as_user('lstm_reader', $$ SELECT lstm_train('measured.days', 'value', 'n', lookback => 3) $$),
    '42501: permission denied for table days', 'a time column without right is refused');
SELECT is(pg_temp.as_user('lstm_stranger', $$ SELECT lstm_train('measured.days', 'value', 'at', lookback => 3) $$),
    '42501: permission denied for table days', 'a user without rights is refused');
SELECT is(pg_temp.as_user('lstm_reader', $$ SELECT count(*) FROM lstm_windows('measured.days', 'value', 'at', lookback => 3) $$), '37',
    'lstm_windows needs the same rights');
SELECT is(pg_temp.as_user('lstm_stranger', $$ SELECT count(*) FROM lstm_windows('measured.days', 'value', 'at', lookback => 3) $$),
    '42501: permission denied for table days', 'and is refused without');
SELECT is(pg_temp.as_user('lstm_stranger', $$ SELECT lstm_info(lstm_train('measured.open', 'value', lookback => 3,
    options => '{"epochs": 1, "units": 2}'))->'rows' $$), '40', 'a view opens what its owner may read');
SELECT is(pg_temp.as_user('lstm_stranger', $$ SELECT lstm_train_agg(value, '{}') FROM measured.days $$),
    '42501: permission denied for table days', 'an aggregate gives no way round');

---- rights when forecasting ----

SELECT is(pg_temp.as_user('lstm_stranger', $$ SELECT count(*) FROM models, lstm_predict(model, '{1,2,3}') $$), '1',
    'lstm_predict needs no right on the table');
SELECT is(pg_temp.as_user('lstm_stranger', $$ SELECT lstm_info(model)->'lookback' FROM models $$), '3', 'nor does lstm_info');
SELECT is(pg_temp.as_user('lstm_stranger', $$ SELECT count(*) FROM models, lstm_forecast(model) $$),
    '42501: permission denied for table days', 'lstm_forecast does');
SELECT is(pg_temp.as_user('lstm_stranger', $$ SELECT count(*) FROM models, lstm_rolling(model) $$),
    '42501: permission denied for table days', 'lstm_rolling does');
SELECT is(pg_temp.as_user('lstm_reader', $$ SELECT count(*) FROM models, lstm_forecast(model) $$), '1', 'with the right it works');
SELECT is(pg_temp.as_user('lstm_reader', $$ SELECT count(*) FROM models, lstm_forecast(secret) $$),
    '42501: permission denied for table days', 'but not for a column without');
REVOKE USAGE ON SCHEMA measured FROM lstm_reader;
SELECT is(pg_temp.as_user('lstm_reader', $$ SELECT count(*) FROM models, lstm_forecast(model) $$),
    '42501: permission denied for schema measured', 'nor without the schema');
GRANT USAGE ON SCHEMA measured TO lstm_reader;

---- row-level security ----

SELECT is(pg_temp.as_user('lstm_reader', $$ SELECT lstm_info(lstm_train('measured.guarded', 'value', 'at', lookback => 3,
    options => '{"epochs": 1, "units": 2}'))->'rows' $$), '20', 'training sees the rows that a policy lets through');
SELECT is(pg_temp.as_user('lstm_reader', $$ SELECT forecast_at::date FROM models, lstm_forecast(guarded) $$), '2024-01-22',
    'forecasts begin after the last row that it lets through');
SELECT is(pg_temp.as_user('lstm_stranger', $$ SELECT count(*) FROM models, lstm_forecast(guarded) $$),
    '22000: relation "guarded" has 0 rows, and the model looks back over 3', 'where no policy applies there are no rows');
SET LOCAL row_security = off;
SELECT is(pg_temp.as_user('lstm_reader', $$ SELECT lstm_train('measured.guarded', 'value', 'at', lookback => 3) $$),
    '42501: query would be affected by row-level security policy for table "guarded"', 'row_security off is obeyed');

SELECT * FROM finish();
ROLLBACK;
