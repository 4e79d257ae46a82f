-- nodes.sql: distributes a table, and the models of its series, over servers that have its rows, by postgres_fdw.
--
--     psql -v relation=readings -v key=sensor -v nodes=nodes.json -f examples/nodes.sql
--
-- Run it on the head, as the role that will train and forecast. It can be run again at any time: it looks for rows that lie on
-- the wrong node, and analyzes. Everything happens in one transaction. Variables:
--
--     relation   the table of rows, by its name on the nodes
--     key        its column with the name of the series; each series lies on one node, by the hash of this column
--     nodes      a file of JSON, [{"name": "east", "host": "...", "dbname": "...", "user": "...", "password": "..."}, ...]; what else
--                an object has is an option of the server, such as port or sslmode. The order decides which node has what
--     models     the table of models, with a column of the same name as the key ("models" if it is not given)
--     schema     the schema of both tables on the nodes ("public" if it is not given)
--
-- On each node the extension and both tables must be there. On the head the tables are made, in the first schema of the search path,
-- with the columns of the first node's.
\set ON_ERROR_STOP on
\set QUIET on
\if :{?models}
\else
    \set models models
\endif
\if :{?schema}
\else
    \set schema public
\endif
\if :{?relation} \if :{?key} \if :{?nodes} \set complete \endif \endif \endif
\if :{?complete}
\else
    DO $$ BEGIN RAISE EXCEPTION 'a variable is missing: give relation, key and nodes, as the beginning of this file says'; END $$;
\endif
\set list `cat :'nodes'`
BEGIN;
SET LOCAL client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS lstm_forecast;
CREATE EXTENSION IF NOT EXISTS postgres_fdw;

CREATE TEMPORARY TABLE nodes_node ON COMMIT DROP AS
SELECT number - 1 AS remainder, node->>'name' AS name, number = 1 AS first, count(*) OVER () AS modulus,
       node - '{name,user,password,password_required}'::text[] AS server_options,
       (SELECT coalesce(jsonb_object_agg(key, value), '{}') FROM jsonb_each(node)
        WHERE key IN ('user', 'password', 'password_required')) AS mapping_options
FROM jsonb_array_elements(:'list'::jsonb) WITH ORDINALITY n (node, number);
CREATE TEMPORARY TABLE nodes_table ON COMMIT DROP AS
SELECT name, :'key'::text AS key, :'schema'::text AS schema, format('%I.%I', current_schema(), name) AS head
FROM unnest(ARRAY[:'relation', :'models']) name;
-- servers and user mappings
DO $$
DECLARE
    node record;
    had text[];
    wanted jsonb;
    -- the list of options in the syntax of CREATE, and of ALTER where there are some
    list text := 'SELECT string_agg(format(%L, CASE WHEN $2 IS NULL THEN %L WHEN key = ANY ($2) THEN %L ELSE %L END, key, value), %L)
        FROM jsonb_each_text($1)';
    options text;
BEGIN
    list := format(list, '%s %I %L', '', 'SET', 'ADD', ', ');
    FOR node IN SELECT * FROM pg_temp.nodes_node ORDER BY remainder LOOP
        IF node.name IS NULL THEN
            RAISE EXCEPTION 'node % has no name', node.remainder + 1;
        END IF;
        -- without the first no function of the extension is sent; with the second the planner finds that sending rows is dear;
        -- with the third errors of the aggregates name the node; with the fourth, since version 14, nodes work at the same time
        wanted := '{"extensions": "lstm_forecast", "fdw_tuple_cost": "1"}' ||
            jsonb_build_object('options', '-c lstm_forecast.node=' || regexp_replace(node.name, '([\\ ])', '\\\1', 'g')) ||
            CASE WHEN current_setting('server_version_num')::int >= 140000 THEN '{"async_capable": "true"}' ELSE '{}' END::jsonb ||
            node.server_options;
        SELECT ARRAY(SELECT split_part(o, '=', 1) FROM unnest(srvoptions) o) INTO had
        FROM pg_foreign_server WHERE srvname = node.name;
        EXECUTE list INTO options USING wanted, had;
        EXECUTE format(CASE WHEN had IS NULL THEN 'CREATE SERVER %I FOREIGN DATA WRAPPER postgres_fdw OPTIONS (%s)'
            ELSE 'ALTER SERVER %I OPTIONS (%s)' END, node.name, options);
        SELECT ARRAY(SELECT split_part(o, '=', 1) FROM unnest(umoptions) o) INTO had
        FROM pg_user_mappings WHERE srvname = node.name AND usename = current_user;
        EXECUTE list INTO options USING node.mapping_options, had;
        IF had IS NULL THEN
            EXECUTE format('CREATE USER MAPPING FOR CURRENT_USER SERVER %I %s', node.name,
                'OPTIONS (' || options || ')');
        ELSIF options IS NOT NULL THEN
            EXECUTE format('ALTER USER MAPPING FOR CURRENT_USER SERVER %I OPTIONS (%s)', node.name, options);
        END IF;
    END LOOP;
END $$;

-- every node has the same version of the extension, in the same schema, and the tables
DO $$
DECLARE
    node record;
    part record;
    here text;
    there text;
    names text;
    missing text;
BEGIN
    SELECT string_agg(format('%I', name), ', ') INTO names FROM pg_temp.nodes_table;
    SELECT format('version %s in schema %I', extversion, nspname) INTO here
    FROM pg_extension e JOIN pg_namespace n ON n.oid = extnamespace WHERE extname = 'lstm_forecast';
    FOR node IN SELECT * FROM pg_temp.nodes_node ORDER BY remainder LOOP
        EXECUTE format('CREATE FOREIGN TABLE pg_temp.nodes_extension (extname name, extversion text, extnamespace oid)
                SERVER %1$I OPTIONS (schema_name ''pg_catalog'', table_name ''pg_extension'');
            CREATE FOREIGN TABLE pg_temp.nodes_schema (oid oid, nspname name)
                SERVER %1$I OPTIONS (schema_name ''pg_catalog'', table_name ''pg_namespace'')', node.name);
        SELECT format('version %s in schema %I', extversion, nspname) INTO there
        FROM pg_temp.nodes_extension JOIN pg_temp.nodes_schema n ON n.oid = extnamespace WHERE extname = 'lstm_forecast';
        DROP FOREIGN TABLE pg_temp.nodes_extension, pg_temp.nodes_schema;
        IF there IS DISTINCT FROM here THEN
            RAISE EXCEPTION 'node % has extension lstm_forecast in %, but this server in %', node.name, coalesce(there, 'no version'), here
                USING HINT = 'Run CREATE EXTENSION lstm_forecast, or ALTER EXTENSION lstm_forecast UPDATE or SET SCHEMA, there or here.';
        END IF;

        EXECUTE format('IMPORT FOREIGN SCHEMA %I LIMIT TO (%s) FROM SERVER %I INTO pg_temp',
            (SELECT min(schema) FROM pg_temp.nodes_table), names, node.name);
        FOR part IN SELECT *, to_regclass(format('pg_temp.%I', name)) AS there FROM pg_temp.nodes_table LOOP
            IF part.there IS NULL THEN
                RAISE EXCEPTION 'node % has no table %.%', node.name, part.schema, part.name
                    USING HINT = format('Create it there, with a column %I.', part.key);
            END IF;
            -- the table of the head, from the first node; IF NOT EXISTS: this was run before
            IF node.first THEN
                EXECUTE format('CREATE TABLE IF NOT EXISTS %s (LIKE %s) PARTITION BY HASH (%I)', part.head, part.there, part.key);
                PERFORM FROM pg_partitioned_table p JOIN pg_attribute a ON attrelid = partrelid AND attnum = partattrs[0]
                WHERE partrelid = part.head::regclass AND partstrat = 'h' AND partnatts = 1 AND attname = part.key;
                IF NOT FOUND THEN
                    RAISE EXCEPTION 'table % is not partitioned by hash of %', part.head, part.key
                        USING HINT = 'Rename it, or give another schema the first place in search_path.';
                END IF;
            END IF;
            SELECT string_agg(format('%I %s', attname, format_type(atttypid, atttypmod)), ', ' ORDER BY attnum) INTO missing
            FROM pg_attribute h
            WHERE attrelid = part.head::regclass AND attnum > 0 AND NOT attisdropped
                AND NOT EXISTS (SELECT FROM pg_attribute t WHERE t.attrelid = part.there AND t.attname = h.attname
                    AND t.atttypid = h.atttypid AND t.atttypmod = h.atttypmod AND NOT t.attisdropped);
            IF missing IS NOT NULL THEN
                RAISE EXCEPTION 'table %.% of node % has no column %', part.schema, part.name, node.name, missing;
            END IF;
            EXECUTE format('DROP FOREIGN TABLE %s', part.there);
        END LOOP;
    END LOOP;
END $$;

-- a foreign table for each node and table is a partition
DO $$
DECLARE
    part record;
    child record;
    there boolean;
BEGIN
    FOR part IN
        SELECT t.*, n.name AS node, modulus, t.name || '_' || n.name AS partition,
            format('FOR VALUES WITH (modulus %s, remainder %s)', modulus, remainder) AS wanted
        FROM pg_temp.nodes_node n, pg_temp.nodes_table t ORDER BY remainder
    LOOP
        there := false;
        FOR child IN
            SELECT c.oid::regclass AS name, srvname AS node, pg_get_expr(relpartbound, c.oid) AS bound
            FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid LEFT JOIN pg_foreign_table ON ftrelid = c.oid
                LEFT JOIN pg_foreign_server s ON s.oid = ftserver
            WHERE inhparent = part.head::regclass
        LOOP
            IF child.bound = part.wanted AND child.node = part.node THEN
                there := true;
            ELSIF child.bound = part.wanted OR child.bound NOT LIKE format('%%(modulus %s,%%', part.modulus) THEN
                RAISE EXCEPTION 'node % would have a part of table % that % has: %', part.node, part.head, child.name, child.bound
                    USING HINT = 'The nodes must stay the same, in the same order. With others rows have to move: drop the tables of '
                        'the head, which are empty themselves, run this again, and move the rows that it finds.';
            END IF;
        END LOOP;
        IF NOT there THEN
            EXECUTE format('CREATE FOREIGN TABLE %I.%I PARTITION OF %s %s SERVER %I OPTIONS (schema_name %L, table_name %L)',
                current_schema(), part.partition, part.head, part.wanted, part.node, part.schema, part.name);
        END IF;
        -- without statistics neither aggregates nor joins are sent
        EXECUTE format('ANALYZE %I.%I', current_schema(), part.partition);
    END LOOP;
    -- without these each partition is fetched, and aggregated here
    EXECUTE format('ALTER ROLE CURRENT_USER IN DATABASE %I SET enable_partitionwise_aggregate = on', current_database());
    EXECUTE format('ALTER ROLE CURRENT_USER IN DATABASE %I SET enable_partitionwise_join = on', current_database());
END $$;

-- rows on a node that the hash of the head assigns to another one: a query for their series looks for them there
DROP TABLE IF EXISTS pg_temp.nodes_found;
CREATE TEMPORARY TABLE nodes_found (node text, "table" text, series bigint, elsewhere bigint, example text, statement text);
DO $$
DECLARE
    part record;
    test text;
    keys text;
    move text;
BEGIN
    FOR part IN
        SELECT t.*, n.name AS node, modulus, remainder, format('%I.%I', current_schema(), t.name || '_' || n.name) AS partition
        FROM pg_temp.nodes_node n, pg_temp.nodes_table t ORDER BY t.name, remainder
    LOOP
        test := format('NOT satisfies_hash_partition(%L::regclass, %s, %s, %I)', part.head, part.modulus, part.remainder, part.key);
        -- only the names of the series travel; materialized, or the test would be sent as well, which only this server can do
        keys := format('WITH keys AS MATERIALIZED (SELECT %1$I FROM %2$s GROUP BY %1$I)', part.key, part.partition);
        move := format('%s, moved AS (DELETE FROM %s WHERE %3$I = ANY (ARRAY(SELECT %3$I FROM keys WHERE %4$s)) RETURNING *) '
            'INSERT INTO %5$s SELECT * FROM moved;', keys, part.partition, part.key, test, part.head);
        EXECUTE format('%s INSERT INTO pg_temp.nodes_found SELECT $1, $2, count(*), count(*) FILTER (WHERE %2$s), '
            'min(%3$I::text) FILTER (WHERE %2$s), $3 FROM keys', keys, test, part.key) USING part.node, part.name, move;
    END LOOP;
END $$;
COMMIT;

SELECT node, "table", series, elsewhere AS of_other_nodes FROM pg_temp.nodes_found ORDER BY "table" DESC, node;
DO $$
DECLARE
    wrong record;
BEGIN
    SELECT * INTO wrong FROM pg_temp.nodes_found WHERE elsewhere > 0 ORDER BY "table" DESC, node LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'node % has rows of % series in table % that belong on another node, such as "%"', wrong.node, wrong.elsewhere,
                wrong."table", wrong.example
            USING DETAIL = 'All is set up, but a query for such a series does not find these rows.',
                HINT = 'Move them: ' || wrong.statement;
    END IF;
END $$;
DROP TABLE pg_temp.nodes_found;
