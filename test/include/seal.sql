-- Included by pgTAP files: what gives forged bytes the envelope of a model.

-- CRC-32C, so that a forged model can be sealed again; a table of it, since it is looked up for each byte
CREATE FUNCTION pg_temp.crc_table() RETURNS bigint[] LANGUAGE plpgsql AS $$
DECLARE
    crc bigint;
    result bigint[] := '{}';
BEGIN
    FOR i IN 0 .. 255 LOOP
        crc := i;
        FOR bit IN 1 .. 8 LOOP
            crc := CASE WHEN crc & 1 = 1 THEN crc >> 1 # x'82f63b78'::bigint ELSE crc >> 1 END;
        END LOOP;
        result := result || crc;
    END LOOP;
    RETURN result;
END $$;
CREATE TEMP TABLE crc AS SELECT pg_temp.crc_table() AS lookup;
CREATE FUNCTION pg_temp.crc32c(bytes bytea, lookup bigint[]) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    crc bigint := x'ffffffff'::bigint;
BEGIN
    FOR i IN 0 .. length(bytes) - 1 LOOP
        crc := crc >> 8 # lookup[((crc # get_byte(bytes, i)) & 255) + 1];
    END LOOP;
    RETURN crc # x'ffffffff'::bigint;
END $$;
-- four bytes of a number, lowest first
CREATE FUNCTION pg_temp.put(bytes bytea, place int, value bigint) RETURNS bytea LANGUAGE plpgsql AS $$
BEGIN
    FOR i IN 0 .. 3 LOOP
        bytes := set_byte(bytes, place + i, (value >> 8 * i & 255)::int);
    END LOOP;
    RETURN bytes;
END $$;
-- Writes the right length and checksum into whatever was made of a model.
CREATE FUNCTION pg_temp.seal(bytes bytea, lookup bigint[]) RETURNS bytea LANGUAGE plpgsql AS $$
BEGIN
    IF length(bytes) < 20 THEN
        RETURN bytes;
    END IF;
    bytes := pg_temp.put(bytes, 8, length(bytes));
    RETURN pg_temp.put(bytes, length(bytes) - 4, pg_temp.crc32c(substring(bytes, 1, length(bytes) - 4), lookup));
END $$;
