-- pg_backend_memory_contexts is of version 14. In 13 nothing is seen of memory: what asks for none of it passes there untested.
-- :blind tells.
SELECT current_setting('server_version_num')::int < 140000 AS blind \gset
\if :blind
CREATE TEMP VIEW pg_backend_memory_contexts AS SELECT ''::text AS name, 0::bigint AS total_bytes;
\endif
