-- Included by pgTAP files.

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
