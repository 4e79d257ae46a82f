# ALTER EXTENSION UPDATE from every version that was released gives what a new installation gives, and keeps what is stored.
. "$(dirname "$0")/server.sh"

# All that the extension has, one line each: kind, name, definition, comment, rights.
objects="
WITH member AS (
    SELECT d.classid, d.objid FROM pg_depend d JOIN pg_extension e ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid
    WHERE e.extname = 'lstm_forecast' AND d.deptype = 'e'),
described AS (
    SELECT 'function' AS kind, p.oid::regprocedure::text AS name, p.proacl::text AS rights, obj_description(p.oid, 'pg_proc') AS comment,
        (to_jsonb(p) - '{oid,proacl,proowner,prosupport,proargdefaults}'::text[])::text || pg_get_function_arguments(p.oid) || coalesce((SELECT (to_jsonb(a) - 'aggfnoid')::text FROM pg_aggregate a WHERE a.aggfnoid = p.oid), '') AS definition
    FROM member JOIN pg_proc p ON classid = 'pg_proc'::regclass AND objid = p.oid
    UNION ALL
    SELECT 'relation', c.oid::regclass::text, c.relacl::text, obj_description(c.oid, 'pg_class'),
        c.relkind::text || CASE WHEN c.relkind = 'v' THEN pg_get_viewdef(c.oid) ELSE '' END
    FROM member JOIN pg_class c ON classid = 'pg_class'::regclass AND objid = c.oid
    UNION ALL
    SELECT 'column', c.oid::regclass || '.' || attnum, attacl::text, col_description(c.oid, attnum),
        concat_ws(' ', attname, format_type(atttypid, atttypmod), attnotnull, attstorage, pg_get_expr(adbin, adrelid))
    FROM member JOIN pg_class c ON classid = 'pg_class'::regclass AND objid = c.oid JOIN pg_attribute ON attrelid = c.oid AND attnum > 0
    LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
    UNION ALL
    SELECT 'constraint', conrelid::regclass || '.' || conname, NULL, obj_description(k.oid, 'pg_constraint'), pg_get_constraintdef(k.oid)
    FROM member JOIN pg_constraint k ON classid = 'pg_class'::regclass AND objid = conrelid
    UNION ALL
    SELECT 'index', indexrelid::regclass::text, NULL, obj_description(indexrelid, 'pg_class'), pg_get_indexdef(indexrelid)
    FROM member JOIN pg_index ON classid = 'pg_class'::regclass AND objid = indrelid
    UNION ALL
    SELECT 'trigger', tgrelid::regclass || '.' || tgname, NULL, obj_description(t.oid, 'pg_trigger'), pg_get_triggerdef(t.oid)
    FROM member JOIN pg_trigger t ON classid = 'pg_class'::regclass AND objid = tgrelid
    UNION ALL
    SELECT 'extension', extname, NULL, obj_description(oid, 'pg_extension'),
        concat_ws(' ', extversion, extrelocatable, extconfig::regclass[]::text, extcondition::text) FROM pg_extension WHERE extname = 'lstm_forecast')
SELECT concat_ws('|', kind, name, rights, comment, definition) FROM described ORDER BY kind, name, definition"

create one <<'CONF'
fsync = off
CONF
start one
on one createdb fresh
need one 'CREATE EXTENSION lstm_forecast' fresh
sql one "$objects" fresh >"$work/fresh"
newest=$(sql one "SELECT extversion FROM pg_extension WHERE extname = 'lstm_forecast'" fresh)
like "$(cat "$work/fresh")" '*function|lstm_train(*trigger|lstm_models.*' 'the list of objects has what the extension is made of'

# the list of versions that a server has leaves out those that are staged
for version in $(sql one "SELECT source FROM pg_extension_update_paths('lstm_forecast') WHERE target = '$newest' ORDER BY 1" fresh); do
    database="from_$version"
    on one createdb "$database"
    need one "CREATE EXTENSION lstm_forecast VERSION '$version'; $series; GRANT SELECT ON lstm_models TO pg_monitor" "$database"
    sql one "$objects" "$database" >"$work/before"
    ok "$(cmp -s "$work/before" "$work/fresh" && echo 1 || echo 0)" "version $version is another one than $newest"
    wanted=$(sql one "$fingerprint" "$database")
    is "$(sql one 'ALTER EXTENSION lstm_forecast UPDATE' "$database")" '' "version $version is updated to $newest"
    is "$(sql one "$fingerprint" "$database")" "$wanted" "models stored under version $version forecast the same bit by bit"
    is "$(sql one "SELECT has_table_privilege('pg_monitor', 'lstm_models', 'SELECT')" "$database")" t "rights granted under version $version stay"
    need one 'REVOKE SELECT ON lstm_models FROM pg_monitor' "$database"
    # rights that were granted and revoked are written out
    sql one "$objects" "$database" | sed 's/|{postgres=[a-zA-Z]*\/postgres}//' >"$work/updated"
    sed 's/|{postgres=[a-zA-Z]*\/postgres}//' "$work/fresh" >"$work/wanted"
    ok "$(cmp -s "$work/updated" "$work/wanted" && echo 0 || echo 1)" "an update from version $version gives the objects of a new installation"
    diff "$work/wanted" "$work/updated" | head -n 20 | sed 's/^/# /'
done

# the path over all versions is the one that each update takes
is "$(sql one "SELECT count(*) FROM pg_extension_update_paths('lstm_forecast') WHERE path IS NULL AND target = '$newest'" fresh)" 0 \
    'an update leads from every version to the newest'

stop one
done_testing
