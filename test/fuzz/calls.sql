-- Random calls of the SQL functions: options, layers, arrays and names of all kinds. Read by test/tap/calls.sh.
--
-- fuzz.try(seed, round) makes one call and notes its outcome. What it calls follows from both numbers alone, so that a round
-- can be repeated: SELECT fuzz.call(seed, round). Plausible values of options are those that lstm_options() tells.
SET client_min_messages = error;
CREATE EXTENSION lstm_forecast;
CREATE SCHEMA fuzz;

---- what is there to be read ----

CREATE TABLE fuzz.days (at timestamptz PRIMARY KEY, n int NOT NULL, value float8, other numeric, promo bool, note text);
INSERT INTO fuzz.days SELECT timestamptz '2024-01-01' + n * interval '1 day', n, n * n % 11 + n % 5, n % 7, n % 2 = 0, 'x' || n % 3
FROM generate_series(1, 40) n;
CREATE TABLE fuzz.shops AS SELECT shop, at, value + length(shop) AS value, other, promo, note, length(shop) AS size
FROM fuzz.days, unnest(ARRAY['a', 'bb', 'çé']) shop;
-- a hierarchy, in rows that are sound but for a few, its forecasts and its errors
CREATE TABLE fuzz.families (series text, parent text);
CREATE TABLE fuzz.steps AS SELECT series, step, 10.0 + n AS forecast, 9 + n * 0.9 AS lower_bound, 11.5 + n AS upper_bound, now() AS forecast_at, 'y' AS target
FROM unnest(ARRAY['all', 'a', 'b', 'a1', 'a2', 'b1']) WITH ORDINALITY v (series, n), generate_series(1, 4) step;
CREATE TABLE fuzz.misses AS SELECT at, series, (hashtext(series || at) % 100) / 10.0 AS error FROM (SELECT DISTINCT series FROM fuzz.steps) s, generate_series(1, 12) at;
INSERT INTO fuzz.families VALUES ('all', NULL), ('a', 'all'), ('b', 'all'), ('a1', 'a'), ('a2', 'a'), ('b1', 'b');
CREATE VIEW fuzz.odd_families AS SELECT series, CASE WHEN random() < 0.05 THEN (ARRAY['a', 'b1', 'all', NULL, 'x'])[1 + floor(random() * 5)::int] ELSE parent END AS parent
FROM fuzz.families WHERE random() < 0.97;
CREATE VIEW fuzz.odd_steps AS SELECT CASE WHEN random() < 0.99 THEN series END AS series, CASE WHEN random() < 0.99 THEN step END AS step,
    CASE WHEN random() < 0.9 THEN forecast ELSE (ARRAY[NULL, 'NaN', 'Infinity', 1e308, -1e308]::float8[])[1 + floor(random() * 5)::int] END AS forecast,
    CASE WHEN random() < 0.9 THEN lower_bound ELSE -1e308 END AS lower_bound, CASE WHEN random() < 0.9 THEN upper_bound END AS upper_bound
FROM fuzz.steps WHERE random() < 0.98;
CREATE TABLE fuzz.messy AS SELECT at + CASE WHEN n = 9 THEN interval '1 hour' ELSE '0' END AS at, n / 2 AS n,
    CASE n % 9 WHEN 3 THEN NULL WHEN 5 THEN 'NaN' WHEN 7 THEN 'Infinity' ELSE value * 1e300 END AS value, other,
    NULL::bool AS promo, note FROM fuzz.days WHERE n % 10 <> 1;
CREATE TABLE fuzz.gaps AS SELECT at, n, CASE WHEN n % 4 > 0 THEN value END AS value, other, promo, note FROM fuzz.days WHERE n % 10 <> 1;
CREATE TABLE fuzz.constant AS SELECT at, n, 5::float8 AS value, 0 AS other, promo, note FROM fuzz.days;
CREATE TABLE fuzz.empty (LIKE fuzz.days);
CREATE TABLE fuzz.one AS SELECT * FROM fuzz.days LIMIT 1;
CREATE TABLE fuzz."Wörter ""x"" äöü" AS SELECT n AS "Zähler", value AS "Wert "" ' \ ß", note, at::date AS "tag" FROM fuzz.days;
CREATE VIEW fuzz.endless AS SELECT n AS at, (1e308 * (n % 2))::float8 AS value, -n AS n FROM generate_series(1, 30) n;
CREATE TABLE fuzz.events AS SELECT at + n * n % 17 * interval '37 minutes' AS at, n, value, other, promo, note, shop, n % 2 AS half FROM fuzz.days, unnest(ARRAY['a', 'bb', '(x,"y"']) shop
    WHERE extract(isodow FROM at) < 6;
-- days of holidays, of which some are none
CREATE TABLE fuzz.feasts AS SELECT date '2024-01-03' + n * n % 47 AS day, (ARRAY['feast', 'Fest "ä"', 'rare'])[1 + n % 3 * (n % 5) % 3] AS name,
    n % 3 AS days_before, CASE WHEN n % 2 = 0 THEN 1 END AS days_after, (ARRAY['a', 'bb', NULL])[1 + n % 3] AS shop FROM generate_series(1, 25) n;
CREATE VIEW fuzz.odd_feasts AS SELECT CASE WHEN random() < 0.01 THEN (ARRAY[NULL, 'infinity', '4713-01-01 BC', '5874897-12-31'])[1 + floor(random() * 4)::int]::date ELSE day END AS day,
    CASE WHEN random() < 0.99 THEN name END AS name, CASE WHEN random() < 0.99 THEN days_before ELSE (ARRAY[31, 32, -1, 1e300])[1 + floor(random() * 4)::int] END AS days_before
FROM fuzz.feasts WHERE random() < 0.9;
CREATE TABLE fuzz.models (n serial, model bytea);
INSERT INTO fuzz.models (model) VALUES
    (lstm_train('fuzz.days', 'value', 'at', lookback => 5, horizon => 2, options => '{"epochs": 1, "units": 2}')),
    (lstm_train('fuzz.days', ARRAY['value', 'other'], 'n', lookback => 3, options => '{"epochs": 1, "units": 2, "loss": "quantile", "log": true, "lower_limit": -1}')),
    (lstm_train('fuzz.shops', 'value', 'at', 'shop', horizon => 3, known_inputs => '{promo}', static_inputs => '{size}',
        options => '{"epochs": 1, "units": 2, "series_embedding": true}')),
    (lstm_train('fuzz.shops', 'value', 'at', 'shop', horizon => 3, lookback => 2, options => '{"epochs": 1, "units": 2, "holidays": "fuzz.feasts"}')),
    (lstm_train('fuzz.days', 'value', 'at', options => '{"epochs": 1, "units": 2, "holidays": "fuzz.feasts", "step": "7 days", "aggregate": "mean"}')),
    (lstm_train('fuzz.days', 'value', 'at', inputs => '{other}', lookback => 3, options => '{"epochs": 1, "units": 2, "lead": 0}')),
    ((SELECT lstm_train_agg(value, '{"epochs": 1, "units": 2, "lookback": 3}' ORDER BY at) FROM fuzz.days)),
    (lstm_import('{"input": [2, 1], "layers": [{"type": "lstm", "units": 1}, {"type": "dense", "units": 1}]}', array_fill(1::real, ARRAY[14]))),
    (lstm_train('fuzz.events', 'value', ARRAY['shop', 'half'], 'at', lookback => 3, horizon => 2, known_inputs => '{promo}',
        options => '{"epochs": 1, "units": 2, "step": "6 hours", "aggregate": "sum", "missing": "linear"}')),
    (lstm_train('fuzz.events', 'value', 'at', lookback => 3, options => '{"epochs": 1, "units": 2, "step": "1 day", "aggregate": "count"}')),
    (lstm_train('fuzz.events', 'value', 'at', lookback => 3, options => '{"epochs": 1, "units": 2, "step": "business day", "aggregate": "mean"}')),
    (NULL), ('\x'), ('\x4c53549a');

---- what calls are made of ----

CREATE FUNCTION fuzz.below(n int) RETURNS int LANGUAGE sql AS $$ SELECT floor(random() * n)::int $$;
CREATE FUNCTION fuzz.pick(of_these text[]) RETURNS text LANGUAGE sql AS $$ SELECT coalesce(of_these[1 + fuzz.below(cardinality(of_these))], 'NULL') $$;

-- as SQL literals; mostly small
CREATE FUNCTION fuzz.integer() RETURNS text LANGUAGE sql AS $$
    SELECT CASE WHEN random() < 0.7 THEN fuzz.pick('{1,1,2,3,4,5,6,7,12}') ELSE
        fuzz.pick('{0,-1,NULL,39,40,41,100,1000,65536,1048576,1048577,16777216,268435456,2147483647,-2147483648}') END $$;
CREATE FUNCTION fuzz.real() RETURNS text LANGUAGE sql AS $$
    SELECT fuzz.pick(ARRAY['0.95', '0.5', '1', '2.5', '-7', '0', '1e-10', '0.001', '0.999', '''NaN''', '''Infinity''', '''-Infinity''', 'NULL', '1e308', '-1e-308', '5e-324']) $$;
CREATE FUNCTION fuzz.json_number() RETURNS text LANGUAGE sql AS $$
    SELECT CASE WHEN random() < 0.5 THEN fuzz.pick('{0,1,2,3,4,5,0.5,0.1,0.9}') ELSE
        fuzz.pick('{-1,1.5,1e-12,1e308,1e400,-1e400,1e1000,9007199254740993,2147483648,4294967297,18446744073709551616,65537,1048576,0.1234567890123456789012345678901234567890123456789012345678901234567890}') END $$;
CREATE FUNCTION fuzz.word() RETURNS text LANGUAGE sql AS $$
    SELECT fuzz.pick(ARRAY['', 'value', 'lstm', 'auto', 'none', 'season', '1 day', '1 month', '-1 hour', '1e9', 'P1Y2M3DT4H5M6S', 'infinity', 'x', 'NaN', '%s%n%d', '{', 'null', 'business day', 'Mon, Wed to Fri', '1 hour', '7 days', '(a,1)', 'sum',
        'ein langes Wort: ' || repeat('ä€😀', 20), 'x' || repeat('ä', 40), repeat('y', 3000), E'\t\n\\"''']) $$;
CREATE FUNCTION fuzz.json(depth int) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    CASE fuzz.below(CASE WHEN depth > 0 THEN 7 ELSE 5 END)
        WHEN 0 THEN RETURN fuzz.pick('{"null",true,false}');
        WHEN 1, 2 THEN RETURN fuzz.json_number();
        WHEN 3, 4 THEN RETURN to_json(fuzz.word())::text;
        WHEN 5 THEN RETURN '[' || coalesce((SELECT string_agg(fuzz.json(depth - 1), ', ') FROM generate_series(1, fuzz.below(5))), '') || ']';
        ELSE RETURN '{' || coalesce((SELECT string_agg(to_json(fuzz.word()) || ': ' || fuzz.json(depth - 1), ', ') FROM generate_series(1, fuzz.below(3))), '') || '}';
    END CASE;
END $$;

CREATE FUNCTION fuzz.layer(depth int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    type text := fuzz.pick('{lstm,bidirectional,dense,dense,conv1d,max_pool1d,flatten,reshape,repeat_vector,conv_lstm2d,dropout,time_distributed,category_embedding,segment_lstm,gru}');
    keys text := CASE type
        WHEN 'lstm' THEN '{units,return_sequences,activation,go_backwards,use_bias}' WHEN 'gru' THEN '{units,return_sequences,activation,go_backwards,use_bias,reset_after}' WHEN 'bidirectional' THEN '{layer,merge_mode}'
        WHEN 'dense' THEN '{units,activation}' WHEN 'conv1d' THEN '{filters,kernel_size,strides,padding}' WHEN 'max_pool1d' THEN '{pool_size,strides,padding}'
        WHEN 'reshape' THEN '{target_shape}' WHEN 'repeat_vector' THEN '{n}' WHEN 'conv_lstm2d' THEN '{filters,kernel_size,strides,padding,return_sequences}'
        WHEN 'dropout' THEN '{rate}' WHEN 'time_distributed' THEN '{layer}' WHEN 'category_embedding' THEN '{units,categories}'
        WHEN 'segment_lstm' THEN '{units,segments}' ELSE '{units}' END;
    result text := '"type": ' || to_json(type);
    key text;
BEGIN
    FOREACH key IN ARRAY keys::text[] LOOP
        CONTINUE WHEN random() < 0.05;
        result := result || ', ' || to_json(CASE WHEN random() < 0.02 THEN fuzz.word() ELSE key END) || ': ' || CASE
            WHEN random() < 0.03 THEN fuzz.json(2)
            WHEN key IN ('units', 'filters', 'n', 'segments', 'categories', 'pool_size') THEN
                CASE WHEN random() < 0.9 THEN fuzz.pick('{1,2,3,4}') ELSE fuzz.json_number() END
            WHEN key IN ('kernel_size', 'strides') THEN fuzz.pick('{1,2,3,"[1]","[1, 2]","[2, 1]",40}')
            WHEN key IN ('return_sequences', 'go_backwards', 'use_bias', 'reset_after') THEN fuzz.pick('{true,false}')
            WHEN key = 'activation' THEN fuzz.pick('{"\"relu\"","\"tanh\"","\"elu\"","\"softplus\"","\"linear\""}')
            WHEN key = 'padding' THEN fuzz.pick('{"\"same\"","\"valid\"","\"causal\""}')
            WHEN key = 'merge_mode' THEN fuzz.pick('{"\"sum\"","\"concat\"","\"mul\"","\"ave\""}')
            WHEN key = 'target_shape' THEN fuzz.pick('{"[-1, 1]","[1, -1]","[2, -1, 1]","[1, 2, -1, 1]","[-1]","[5, 1]","[-1, -1]","[1048576, 1048576, 1048576, 1048576]"}')
            WHEN key = 'rate' THEN fuzz.pick('{0,0.5,0.999999,1,-1}')
            WHEN depth > 0 THEN fuzz.layer(depth - 1)
            ELSE '{"type": "lstm", "units": 1}' END;
    END LOOP;
    RETURN '{' || result || '}';
END $$;
CREATE FUNCTION fuzz.layers() RETURNS text LANGUAGE sql AS $$
    SELECT '[' || coalesce((SELECT string_agg(fuzz.layer(1), ', ') FROM generate_series(1, fuzz.below(5))) || ', ', '') ||
        CASE WHEN random() < 0.8 THEN '{"type": "dense", "units": ' || (1 + fuzz.below(4)) || '}' ELSE fuzz.layer(2) END || ']' $$;

-- what lstm_options() says may be given, or something near it
CREATE FUNCTION fuzz.option(name text, type text, range text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    ends text[] := regexp_match(range, '(-?[0-9.e+-]+) to (-?[0-9.e+-]+)');
BEGIN
    CASE
        WHEN random() < 0.1 THEN RETURN fuzz.json(2);
        WHEN name = 'architecture' AND random() < 0.7 THEN RETURN fuzz.layers();
        WHEN name = 'architecture' THEN RETURN to_json((SELECT fuzz.pick(array_agg(p.name)) FROM lstm_presets() p));
        WHEN name = 'units' THEN RETURN fuzz.pick('{1,2,3,"[1, 2]","[]","[65536, 65536]","[1, 2, 3, 4, 5, 6, 7, 8, 9]"}');
        WHEN name = 'epochs' THEN RETURN fuzz.pick('{1,2,1000000}');
        WHEN name IN ('quantiles', 'calendar') AND random() < 0.8 THEN RETURN CASE name WHEN 'calendar' THEN '["day_of_week", "month_of_year"]' ELSE '[0.1, 0.5, 0.9]' END;
        WHEN name = 'holidays' THEN RETURN fuzz.pick('{"\"fuzz.feasts\"","\"fuzz.odd_feasts\"","\"fuzz.days\"","\"feasts\"","\"a.b.c\""}');
        WHEN name IN ('step', 'max_time') THEN RETURN fuzz.pick('{1,"\"1 day\"","\"1 hour\"","\"1 month 1 day\"","\"-1 day\"","\"0.000001 s\"","1e-9"}');
        WHEN ends IS NOT NULL AND random() < 0.3 THEN RETURN ends[1 + fuzz.below(2)]::numeric + fuzz.below(3) - 1;
        WHEN ends IS NOT NULL THEN RETURN CASE WHEN ends[2]::numeric <= 1 THEN fuzz.pick('{0.1,0.5,0.9}') ELSE fuzz.pick('{1,2,3}') END;
        WHEN range <> '' THEN RETURN CASE type WHEN 'boolean' THEN fuzz.pick('{true,false}') ELSE to_json(fuzz.pick(string_to_array(range, ', ')))::text END;
        ELSE RETURN fuzz.json(1);
    END CASE;
END $$;
-- most trainings end soon
CREATE FUNCTION fuzz.options() RETURNS text LANGUAGE sql AS $$
    SELECT CASE WHEN random() < 0.01 THEN fuzz.json(3) ELSE (SELECT '{"max_time": 0.02' || coalesce(', ' || string_agg(to_json(CASE WHEN random() < 0.01 THEN fuzz.word() ELSE o.name END) || ': ' ||
        fuzz.option(o.name, o.type, o.range), ', '), '') || CASE WHEN random() < 0.9 THEN ', "epochs": ' || 1 + fuzz.below(3) ELSE '' END || '}'
        FROM (SELECT * FROM lstm_options() WHERE name <> 'init' OR random() < 0.2 ORDER BY random() LIMIT fuzz.below(6)) o) END $$;
CREATE FUNCTION fuzz.grid() RETURNS text LANGUAGE sql AS $$
    SELECT CASE WHEN random() < 0.2 THEN fuzz.json(3) ELSE (SELECT '{' || coalesce(string_agg(to_json(o.name) || ': [' ||
        fuzz.option(o.name, o.type, o.range) || ', ' || fuzz.option(o.name, o.type, o.range) || ']', ', '), '') || '}'
        FROM (SELECT * FROM lstm_options() ORDER BY random() LIMIT fuzz.below(4)) o) END $$;

CREATE FUNCTION fuzz.array() RETURNS text LANGUAGE sql AS $$
    SELECT CASE fuzz.below(12) WHEN 0 THEN 'NULL' WHEN 1 THEN '''{}''' WHEN 2 THEN '''{{1,2,3},{4,5,6}}''' WHEN 3 THEN '''{{{1,2},{3,4}},{{5,6},{7,8}}}'''
        WHEN 4 THEN '''[-5:-2]={1,2,3,4}''' WHEN 5 THEN '''{1,NULL,3}''' WHEN 6 THEN '''{NaN,Infinity,-Infinity,1e308}'''
        WHEN 7 THEN format('array_fill(%s::float8, ARRAY[%s])', fuzz.real(), fuzz.pick('{20000,1,"1, 1","1000, 100","1, 1000","2, 2, 2, 2"}'))
        WHEN 8 THEN '''{{1},{2},{3},{4},{5},{6}}'''
        ELSE (SELECT 'ARRAY[' || string_agg(CASE WHEN random() < 0.97 THEN fuzz.below(10)::text ELSE fuzz.real() END, ', ') || ']::float8[]' FROM generate_series(1, 1 + fuzz.below(12))) END $$;
CREATE FUNCTION fuzz.model() RETURNS text LANGUAGE sql AS $$
    SELECT CASE WHEN random() < 0.15 THEN fuzz.pick(ARRAY['lstm_pretrained()', 'lstm_pretrained(''{"season": 3, "horizon": 2}'')', format('lstm_pretrained(%L)', fuzz.options())])
        ELSE format('(SELECT model FROM fuzz.models WHERE n = %s)', 1 + fuzz.below(11)) END $$;
-- a place in what lstm_export wrote of a model: rarely a whole list or object
CREATE FUNCTION fuzz.place(value jsonb) RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
    place text[] := '{}';
    keys text[];
BEGIN
    WHILE jsonb_typeof(value) IN ('object', 'array') AND (cardinality(place) = 0 OR random() < 0.9) LOOP
        keys := CASE jsonb_typeof(value) WHEN 'object' THEN ARRAY(SELECT jsonb_object_keys(value)) ELSE ARRAY(SELECT generate_series(0, jsonb_array_length(value) - 1)::text) END;
        EXIT WHEN keys = '{}';
        place := place || CASE WHEN random() < 0.97 THEN fuzz.pick(keys) ELSE '77' END;
        value := value #> ARRAY[place[cardinality(place)]];
    END LOOP;
    RETURN place;
END $$;
-- an exported model of which something is changed, or nothing
CREATE FUNCTION fuzz.exported() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    number int := 1 + fuzz.below(11);
    spec jsonb := (SELECT lstm_export(model) FROM fuzz.models WHERE n = number);
    said text := format('lstm_export((SELECT model FROM fuzz.models WHERE n = %s))', number);
BEGIN
    FOR i IN 1 .. fuzz.below(4) LOOP
        said := CASE WHEN random() < 0.8 THEN format('jsonb_set(%s, %L, %L)', said, fuzz.place(spec), regexp_replace(fuzz.json(2), '\\u0000', '', 'g')) ELSE format('(%s #- %L)', said, fuzz.place(spec)) END;
    END LOOP;
    RETURN said;
END $$;
CREATE FUNCTION fuzz.relation() RETURNS text LANGUAGE sql AS $$
    SELECT CASE WHEN random() < 0.5 THEN '''fuzz.days''' WHEN random() < 0.3 THEN '''fuzz.shops''' ELSE fuzz.pick(ARRAY['''fuzz.messy''', '''fuzz.events''', '''fuzz.gaps''', '''fuzz.constant''', '''fuzz.empty''',
        '''fuzz.one''', '''fuzz."Wörter ""x"" äöü"''', '''fuzz.endless''', '''pg_catalog.pg_class''', '''pg_class_oid_index''', '0', 'NULL', '123456789']) END $$;
CREATE FUNCTION fuzz.feasts() RETURNS text LANGUAGE sql AS $$
    SELECT CASE WHEN random() < 0.7 THEN fuzz.pick('{''fuzz.feasts'',''fuzz.odd_feasts''}') ELSE fuzz.relation() END $$;
CREATE FUNCTION fuzz.name() RETURNS text LANGUAGE sql AS $$
    SELECT CASE WHEN random() < 0.6 THEN 'value' WHEN random() < 0.8 THEN fuzz.pick('{other,promo,size,n,note,at,shop}') ELSE
        fuzz.pick(ARRAY['Wert " '' \ ß', 'Zähler', 'tag', 'ctid', 'oid', fuzz.word()]) END $$;
CREATE FUNCTION fuzz.names() RETURNS text LANGUAGE sql AS $$
    SELECT CASE WHEN random() < 0.1 THEN fuzz.pick(ARRAY['''{}''', '''{NULL}''', '''{{value,other},{n,promo}}''', 'array_fill(''value''::text, ARRAY[2000])']) ELSE
        (SELECT 'ARRAY[' || string_agg(quote_literal(fuzz.name()), ', ') || ']' FROM generate_series(1, 1 + fuzz.below(3))) END $$;

-- ', name => value' for some of these parameters: their names and kinds
CREATE FUNCTION fuzz.parameters(VARIADIC kinds text[]) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text := '';
    kind text;
BEGIN
    FOREACH kind IN ARRAY kinds LOOP
        CONTINUE WHEN random() < 0.5;
        result := result || ', ' || split_part(kind, ' ', 1) || ' => ' || CASE split_part(kind, ' ', 2)
            WHEN 'int' THEN fuzz.integer() WHEN 'real' THEN fuzz.real() WHEN 'reals' THEN format('ARRAY[%s, %s]::float8[]', fuzz.real(), fuzz.real()) WHEN 'names' THEN fuzz.names() WHEN 'relation' THEN fuzz.relation() WHEN 'feasts' THEN fuzz.feasts()
            WHEN 'text' THEN quote_literal(fuzz.word()) WHEN 'bool' THEN fuzz.pick('{true,false,NULL}')
            WHEN 'kind' THEN quote_literal(fuzz.pick('{forecast,rolling,loss,x}')) WHEN 'missing' THEN quote_literal(fuzz.pick('{error,linear,previous,seasonal,mask,auto,x}'))
            WHEN 'method' THEN quote_literal(fuzz.pick('{repeat_last,seasonal_naive,drift,seasonal_mean,mean,theta,ets,zero_shot,auto,x}'))
            WHEN 'time' THEN fuzz.pick(ARRAY['''2024-02-01''', '''infinity''', '''-infinity''', '''4713-01-01 BC''', '''294276-12-31''', 'NULL'])
            ELSE 'NULL' END;
    END LOOP;
    RETURN result;
END $$;
CREATE FUNCTION fuzz.task() RETURNS text LANGUAGE sql AS $$
    SELECT fuzz.relation() || ', ' || CASE WHEN random() < 0.8 THEN quote_literal(fuzz.name()) ELSE fuzz.names() END ||
        ', time_column => ' || CASE WHEN random() < 0.8 THEN '''at''' ELSE quote_nullable(fuzz.name()) END ||
        CASE WHEN random() < 0.3 THEN ', series_column => ' || CASE WHEN random() < 0.7 THEN quote_literal(fuzz.pick('{shop,shop,note,at,value}')) ELSE fuzz.names() END ELSE '' END ||
        fuzz.parameters('horizon int', 'lookback int') ||
        CASE WHEN random() < 0.3 THEN fuzz.parameters('inputs names', 'known_inputs names', 'static_inputs names') ELSE '' END $$;

CREATE FUNCTION fuzz.call(seed int, round int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    options text;
BEGIN
    PERFORM setseed((hashint8extended(round, seed) % 1000000007) / 1000000007.0);
    options := quote_literal(fuzz.options());
    CASE fuzz.below(20)
        WHEN 0, 1, 2, 3 THEN RETURN format('length(lstm_train(%s, options => %s))', fuzz.task(), options);
        WHEN 4 THEN RETURN format('lstm_tune(%s, options => %s, grid => %s, max_time => ''0.2 s''%s)', fuzz.task(), options, quote_literal(fuzz.grid()),
            fuzz.parameters('trials int', 'folds int', 'fold_rows int', 'test_rows int', 'seed int'));
        WHEN 5 THEN RETURN format('lstm_backtest(%s, options => %s%s)', fuzz.task(), options, fuzz.parameters('folds int', 'test_rows int', 'gap int', 'retrain bool', 'level real', 'future relation'));
        WHEN 7 THEN RETURN format('%s(%s, %L%s%s', fuzz.pick('{lstm_baseline,lstm_zero_shot}'), fuzz.relation(), fuzz.name(),
            CASE WHEN random() < 0.8 THEN ', time_column => ''at''' ELSE '' END || CASE WHEN random() < 0.5 THEN ', series_column => ''shop''' ELSE '' END,
            fuzz.parameters('horizon int', 'level real', 'as_of time', 'series names') || CASE WHEN random() < 0.5 THEN ', options => ' || options ELSE '' END || ')');
        WHEN 6 THEN IF random() < 0.3 THEN
            RETURN format('lstm_reconcile(%s, %s%s%s)', quote_literal(fuzz.pick('{fuzz.steps,fuzz.odd_steps,fuzz.odd_steps,fuzz.days}')), quote_literal(fuzz.pick('{fuzz.families,fuzz.families,fuzz.odd_families,fuzz.steps}')),
                CASE WHEN random() < 0.7 THEN ', ' || quote_nullable(fuzz.pick('{auto,bottom_up,structural,mint_diagonal,mint_shrunk,mint}')) ELSE '' END,
                CASE WHEN random() < 0.3 THEN ', errors => ' || quote_literal(fuzz.pick('{fuzz.misses,fuzz.misses,fuzz.days}')) ELSE '' END);
        END IF;
        IF random() < 0.5 THEN
            RETURN format('lstm_impute(%s, %L%s%s%s)', fuzz.relation(), fuzz.name(), CASE WHEN random() < 0.8 THEN ', time_column => ''at''' ELSE '' END ||
                CASE WHEN random() < 0.5 THEN ', series_column => ''shop''' ELSE '' END, fuzz.parameters('level real'),
                CASE WHEN random() < 0.5 THEN ', options => ' || options ELSE '' END);
        END IF;
        RETURN format('lstm_windows(%s%s)', fuzz.task(), fuzz.parameters('lead int', 'missing missing', 'step text', 'calendar names', 'aggregate text'));
        WHEN 8, 9 THEN IF random() < 0.4 THEN
            RETURN format('length(lstm_import(%s))', CASE WHEN random() < 0.9 THEN fuzz.exported() ELSE quote_literal(fuzz.json(4)) END);
        END IF;
        RETURN format('length(lstm_import(%s, %s))', quote_literal(CASE WHEN random() < 0.2 THEN fuzz.json(4) ELSE
            format('{"input": %s, "layers": %s}', fuzz.pick('{"[2, 1]","[5, 1]","[4, 2]","[1, 1]","[]","[1, 2, 3]","[1048576, 1600]"}'), fuzz.layers()) END),
            CASE WHEN random() < 0.8 THEN format('array_fill(0.5::real, ARRAY[%s])', 1 + fuzz.below(40)) ELSE fuzz.array() || '::real[]' END);
        WHEN 10, 11 THEN RETURN format('lstm_predict(%s, %s%s)', fuzz.model(), fuzz.array(), fuzz.parameters('steps int', 'level real'));
        WHEN 12 THEN RETURN format('lstm_split_sequence(%s, %s%s)', fuzz.array(), fuzz.integer(), fuzz.parameters('horizon int', 'lead int'));
        WHEN 13 THEN RETURN format('(SELECT length(lstm_train_agg(value, %s || jsonb ''{"lookback": 3}'' ORDER BY n)) FROM fuzz.days)', options || '::jsonb');
        WHEN 14 THEN RETURN format('(SELECT length(lstm_train_agg(%s, %s::jsonb)) FROM generate_series(1, 20) n)',
            fuzz.pick(ARRAY[fuzz.array() || '::float8[]', 'ARRAY[n, -n]::float8[]', 'timestamptz ''2024-01-01'' + n * interval ''1 hour'', n', 'ARRAY[n, NULL, -n]::float8[]', '''infinity''::timestamptz, n']), options);
        WHEN 15 THEN RETURN CASE WHEN random() < 0.5 THEN format('lstm_forecast(%s%s)', fuzz.model(), fuzz.parameters('steps int', 'level real', 'relation relation', 'as_of time', 'series names', 'until time', 'holidays feasts', 'future relation')) ELSE
            format('lstm_simulate(%s, %s%s)', fuzz.model(), fuzz.pick('{0,1,2,5,-1,1000001,2147483647,-2147483648}'), fuzz.parameters('steps int', 'relation relation', 'as_of time', 'series names', 'seed int', 'holidays feasts', 'future relation')) END;
        WHEN 16 THEN RETURN CASE fuzz.below(6)
            WHEN 5 THEN format('lstm_components(%s%s)', fuzz.model(), fuzz.parameters('steps int', 'relation relation', 'as_of time', 'series names', 'until time', 'holidays feasts', 'future relation'))
            WHEN 4 THEN format('lstm_quantiles(%s, %s%s)', fuzz.model(), fuzz.pick(ARRAY[fuzz.array(), '''{0.1,0.5,0.9}''', '''{1e-300,0.999999999999}''', '''{0,1}''', '''{}''', 'NULL']),
                fuzz.parameters('steps int', 'relation relation', 'as_of time', 'series names', 'until time', 'holidays feasts', 'future relation'))
            WHEN 0 THEN format('lstm_explain(%s%s)', fuzz.model(), fuzz.parameters('relation relation', 'steps int', 'stride int', 'first_origin int', 'repeats int', 'seed int'))
            WHEN 1 THEN format('lstm_compare(ARRAY[%s, %s]%s)', fuzz.model(), fuzz.model(), fuzz.parameters('relation relation', 'steps int', 'stride int', 'first_origin int'))
            ELSE format('%s(%s%s)', fuzz.pick('{lstm_rolling,lstm_evaluate}'), fuzz.model(), fuzz.parameters('relation relation', 'steps int', 'stride int', 'level real', 'first_origin int', 'future relation')) END;
        WHEN 17 THEN RETURN CASE WHEN random() < 0.5 THEN format('lstm_anomalies(%s%s)', fuzz.model(), fuzz.parameters('relation relation', 'level real', 'newest int')) ELSE
            CASE WHEN random() < 0.4 THEN format('length(lstm_report(%s%s))', fuzz.model(), fuzz.parameters('relation relation', 'target text', 'steps int', 'level real', 'as_of time', 'series names', 'title text', 'unit text')) ELSE
            format('lstm_plot(%s%s)', fuzz.model(), fuzz.parameters('relation relation', 'kind kind', 'target text', 'steps int', 'level real', 'width int', 'height int', 'series text', 'title text', 'unit text', 'levels reals', 'as_of time', 'panels names')) END END;
        WHEN 18 THEN RETURN format('lstm_update(%s%s)', fuzz.model(), fuzz.parameters('relation relation', 'epochs nothing', 'learning_rate real', 'rehearsal nothing'));
        ELSE RETURN fuzz.pick(ARRAY[
            format('(SELECT lstm_predict_agg(%s, %s) FROM generate_series(1, 10))', fuzz.model(), fuzz.real()),
            format('lstm_baseline(%s, ''value''%s)', fuzz.relation(), fuzz.parameters('horizon int', 'method method')), format('lstm_sparkline(%s)', fuzz.array()), format('lstm_presets(%s, %s, %s, %s)', fuzz.integer(), fuzz.integer(), fuzz.integer(), fuzz.integer()),
            format('lstm_save(%L, %s, %L)', fuzz.word(), fuzz.model(), fuzz.word()), format('length(lstm_load(%L, %s))', fuzz.word(), fuzz.integer()),
            format('lstm_activate(%L, %s)', fuzz.word(), fuzz.integer()),
            format('%s(%s)', fuzz.pick('{lstm_summary,lstm_info,lstm_history,lstm_weights,lstm_export}'), fuzz.model())]);
    END CASE;
END $$;

---- one round ----

CREATE TABLE fuzz.outcome (seed int, round int, call text, state text, message text, PRIMARY KEY (seed, round));
CREATE FUNCTION fuzz.try(seed int, round int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    call text := fuzz.call(seed, round);
    said text := '';
    reason text;
    hint text;
BEGIN
    -- what a server that goes down was doing stands in its log
    RAISE LOG 'seed % round %: SELECT count(*) FROM %', seed, round, call;
    BEGIN
        EXECUTE 'SELECT count(*) FROM ' || CASE WHEN call LIKE '(%' THEN call ELSE '(SELECT * FROM ' || call || ' f)' END || ' one';
        INSERT INTO fuzz.outcome VALUES (seed, round, call, '00000', NULL);
    EXCEPTION WHEN OTHERS THEN
        GET STACKED DIAGNOSTICS said = MESSAGE_TEXT, reason = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
        INSERT INTO fuzz.outcome VALUES (seed, round, call, SQLSTATE, concat_ws(E'\n', said, reason, hint));
    END;
END $$;
