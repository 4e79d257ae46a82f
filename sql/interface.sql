-- The names, arguments, results and comments that users rely on. A change here is a change for them.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS lstm_forecast;
RESET client_min_messages;
\a
\t on
\pset fieldsep '\n    '
SELECT p.oid::regprocedure,
       regexp_replace(pg_get_function_arguments(p.oid), '\mIN ', '', 'g'),
       'returns ' || pg_get_function_result(p.oid),
       concat_ws(', ', CASE p.prokind WHEN 'a' THEN 'aggregate' WHEN 'p' THEN 'procedure' ELSE 'function' END,
           CASE p.provolatile WHEN 'i' THEN 'immutable' WHEN 's' THEN 'stable' ELSE 'volatile' END,
           CASE WHEN p.proisstrict THEN 'strict' END,
           'parallel ' || CASE p.proparallel WHEN 's' THEN 'safe' WHEN 'r' THEN 'restricted' ELSE 'unsafe' END,
           'cost ' || p.procost, CASE WHEN p.proretset THEN 'rows ' || p.prorows END),
       obj_description(p.oid, 'pg_proc')
FROM pg_extension AS e
JOIN pg_depend AS d ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid AND d.classid = 'pg_proc'::regclass
JOIN pg_proc AS p ON p.oid = d.objid
WHERE e.extname = 'lstm_forecast'
ORDER BY p.oid::regprocedure::text COLLATE "C";
SELECT a.aggfnoid::regprocedure, 'combine ' || a.aggcombinefn, 'state ' || a.aggtranstype::regtype || ' of about ' || a.aggtransspace,
       'final ' || CASE a.aggfinalmodify WHEN 'r' THEN 'reads' WHEN 's' THEN 'shares' ELSE 'writes' END
FROM pg_aggregate AS a JOIN pg_proc AS p ON p.oid = a.aggfnoid WHERE p.proname LIKE 'lstm%' ORDER BY a.aggfnoid::regprocedure::text COLLATE "C";
-- nothing but functions, a table whose rows are dumped, and a view that everybody may read
SELECT pg_describe_object(classid, objid, objsubid)
FROM pg_depend AS d JOIN pg_extension AS e ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid
WHERE e.extname = 'lstm_forecast' AND d.deptype = 'e' AND classid NOT IN ('pg_proc'::regclass, 'pg_type'::regclass) ORDER BY 1;
SELECT extrelocatable, extconfig::regclass[], extcondition FROM pg_extension WHERE extname = 'lstm_forecast';
SELECT attname, format_type(atttypid, atttypmod), CASE WHEN attnotnull THEN 'NOT NULL' END, pg_get_expr(adbin, adrelid)
FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
WHERE attrelid = 'lstm_models'::regclass AND attnum > 0 ORDER BY attnum;
SELECT attname, atttypid::regtype FROM pg_attribute WHERE attrelid = 'lstm_progress'::regclass ORDER BY attnum;
SELECT has_table_privilege('public', 'lstm_progress', 'SELECT'), has_table_privilege('public', 'lstm_progress', 'INSERT');
SELECT extname, extversion, extnamespace::regnamespace, obj_description(oid, 'pg_extension') FROM pg_extension WHERE extname = 'lstm_forecast';
