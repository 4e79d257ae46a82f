-- A report tells in one page what is known of a model, whoever made it, and fetches nothing.
BEGIN;
SET LOCAL client_min_messages = error;
SET LOCAL timezone = 'UTC';
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lstm_forecast;

SELECT plan(66);

CREATE TABLE tide (at timestamptz PRIMARY KEY, metres float8);
INSERT INTO tide SELECT timestamptz '2024-01-01 00:00+00' + n * interval '1 hour', 4 + sin(2 * pi() * n / 12) + 0.3 * sin(n * n) FROM generate_series(0, 299) n;
CREATE TABLE "<script>alert(1)</script>" (at date, "x ""y"" & 'z'" float8, "<b>" float8, shop text);
INSERT INTO "<script>alert(1)</script>" SELECT date '2024-01-01' + n, n % 7 + length(shop) + 0.2 * sin(n * n), n % 3, shop
FROM unnest(ARRAY['</title><script src="http://x">', 'b]]>', 'c', E'd\u0001\uFFFE']) shop, generate_series(1, 70) n;
INSERT INTO "<script>alert(1)</script>" SELECT date '2024-01-01' + n, n % 7, n % 3, 's' || s FROM generate_series(1, 20) s, generate_series(1, 70) n;
CREATE TABLE models (name text PRIMARY KEY, model bytea, relation regclass);
INSERT INTO models VALUES
    ('tide', lstm_train('tide', 'metres', horizon => 24, lookback => 24, options => '{"effort": "fast"}'), NULL),
    ('hostile', lstm_train('"<script>alert(1)</script>"', 'x "y" & ''z''', 'at', 'shop', horizon => 5, lookback => 8, inputs => '{<b>,"x \"y\" & ''z''"}', options => '{"units": 2, "epochs": 2}'), NULL),
    ('untested', lstm_train('tide', 'metres', lookback => 8, options => '{"units": 2, "epochs": 2, "validation": 0}'), NULL),
    ('pretrained', lstm_pretrained(), 'tide'),
    ('aggregate', (SELECT lstm_train_agg(at, metres, '{"units": 2, "epochs": 2, "horizon": 6}') FROM tide), NULL),
    ('imported', lstm_import('{"input": [2, 1], "layers": [{"type": "lstm", "units": 1}, {"type": "dense", "units": 1}]}', array_fill(0.1::real, ARRAY[14])), NULL);
CREATE VIEW y AS SELECT at, metres AS x1, metres AS y1 FROM tide;
CREATE VIEW value AS SELECT at, metres AS value FROM tide;
UPDATE models SET relation = 'value' WHERE name = 'pretrained';
CREATE TABLE pages AS SELECT name, lstm_report(model, relation) AS page FROM models;
-- headings and texts, in their order
CREATE FUNCTION pg_temp.said(page text) RETURNS text LANGUAGE sql AS
$$ SELECT string_agg(t::text, ' ') FROM unnest(xpath('/html/body//*[not(ancestor-or-self::*[local-name()="svg"])]/text()', page::xml)) t $$;
CREATE FUNCTION pg_temp.said_of(model text) RETURNS text LANGUAGE sql AS $$ SELECT pg_temp.said(page) FROM pages WHERE name = model $$;

---- every page ----

SELECT ok(xml_is_well_formed_document(page), format('%s: well-formed', name)) FROM pages;
SELECT unalike(lower(page), '%<script%', format('%s: no script', name)) FROM pages;
SELECT ok(replace(page, 'xmlns="http://www.w3.org/2000/svg"', '') !~ '<[^>]*(https?:|url\(|@import|src=|href=)', format('%s: nothing is fetched', name)) FROM pages;
SELECT ok((SELECT count(*) FROM regexp_matches(page, '@media\(max-width|@media\(prefers-color-scheme:dark|@media print|<meta name="viewport"', 'g')) = 4,
    format('%s: for telephones, in the dark, and in print', name)) FROM pages;
SELECT ok(length(page) BETWEEN 2000 AND 400000, format('%s: bounded in size, not %s', name, length(page))) FROM pages;

---- a model with all that a page shows ----

SELECT is(pg_temp.said(page) ~ ('^.*' || array_to_string(ARRAY['Forecast of metres', 'In short', 'Forecast', 'Errors by step', 'Intervals', 'What the rows are made of', 'What was tried and weighed', 'What was asked'], '.*')), true,
    'sections stand in their order') FROM pages WHERE name = 'tide';
SELECT unalike(pg_temp.said_of('tide'), '%What inputs are worth%', 'one input needs no comparison');
SELECT is((SELECT count(*) FROM regexp_matches(page, '<svg', 'g')), 6::bigint, 'three figures, each for wide and for narrow screens') FROM pages WHERE name = 'tide';
SELECT is((SELECT count(*) FROM pages, models, lstm_forecast(model) f WHERE pages.name = 'tide' AND models.name = 'tide' AND page LIKE format('%%<tr><td>%s</td><td>%s%%', forecast_at, left(forecast::text, 3))), 24::bigint,
    'the table has the forecasts of lstm_forecast');
SELECT is((SELECT array_agg(m[1]) FROM regexp_matches(substring(page FROM 'What was tried and weighed.*What was asked'), '<tr><td>this model</td><td>([0-9.]+)</td>', 'g') m),
    ARRAY[(SELECT round((lstm_info(model) #>> '{metrics,metres,network,mae}')::numeric, 4)::text FROM models WHERE name = 'tide')], 'the errors on held-out rows are those of the training')
FROM pages WHERE name = 'tide';
SELECT ok(ARRAY(SELECT jsonb_object_keys(lstm_info(model)->'candidates') FROM models WHERE name = 'tide') <@ ARRAY(SELECT m[1] FROM regexp_matches(page, '<tr><td>(\w+)</td>', 'g') m), 'all candidates are listed')
FROM pages WHERE name = 'tide';
SELECT alike(pg_temp.said_of('tide'), '%trained on these rows, so its errors are smaller here%', 'errors on rows of the training are called what they are');

---- new rows ----

INSERT INTO tide SELECT timestamptz '2024-01-01 00:00+00' + n * interval '1 hour', 4 + sin(2 * pi() * n / 12) + 0.3 * sin(n * n) FROM generate_series(300, 347) n;
CREATE TABLE newer AS SELECT lstm_report(model) AS page FROM models WHERE name = 'tide';
SELECT alike(pg_temp.said(page), '%48 rows are newer than the training%', 'rows that came since are counted') FROM newer;
SELECT unalike(pg_temp.said(page), '%trained on these rows%', 'and are those on which errors are measured') FROM newer;
-- the same figures by other functions: every origin from the last row of the training on
SELECT results_eq($$ SELECT (regexp_match(page, 'Errors by step.*<tr><td>' || step || '</td><td>([0-9.]+)</td><td>([0-9.]+)</td>'))[1]::float8 FROM newer, unnest(ARRAY[1, 5, 24]) step $$,
    $$ SELECT to_char(avg(abs(forecast - actual)), '0.9999')::float8 FROM models, lstm_rolling(model, steps => 24, stride => 1, first_origin => 300) WHERE name = 'tide' AND step IN (1, 5, 24) AND actual IS NOT NULL GROUP BY step ORDER BY step $$,
    'errors by step are those of lstm_rolling');
SELECT is((SELECT regexp_match(page, '<td>95%</td><td>(\d+)%</td>'))[1]::int,
    (SELECT round(100 * avg((actual BETWEEN lower_bound AND upper_bound)::int))::int FROM models, lstm_rolling(model, steps => 24, stride => 1, first_origin => 300) WHERE name = 'tide' AND actual IS NOT NULL),
    'intervals held as often as those of lstm_rolling') FROM newer;

---- hostile names, many series, several inputs ----

SELECT alike(page, '%&lt;/title&gt;&lt;script src=&quot;http://x&quot;&gt;%', 'names of series are text') FROM pages WHERE name = 'hostile';
SELECT alike(page, '%<title>Forecast of x &quot;y&quot; &amp; &#39;z&#39; of%', 'names of columns and relations too') FROM pages WHERE name = 'hostile';
SELECT is((SELECT count(*) FROM regexp_matches(page, 'class="lf-mark"', 'g')), 24::bigint, 'twelve series have a chart, twice') FROM pages WHERE name = 'hostile';
SELECT alike(pg_temp.said_of('hostile'), '%12 more series are not shown; this page shows 12.%', 'the others are counted');
SELECT matches(pg_temp.said_of('hostile'), 'What inputs are worth.*input importance share.*&lt;b&gt;', 'inputs are compared');
SELECT ok((SELECT count(*) FROM regexp_matches(page, 'class="lf-mark"', 'g')) = 2 AND page NOT LIKE '%not shown%', 'a series that is asked for is shown alone')
FROM models, lstm_report(model, series => '{b]]>}') page WHERE name = 'hostile';
SELECT alike(pg_temp.said(page), '%There is no forecast: series "nowhere"%', 'a series without rows is told of, beside the others')
FROM models, lstm_report(model, series => '{nowhere,c}') page WHERE name = 'hostile';
SELECT matches(pg_temp.said(page), 'What the mean absolute error of series "c" grows by', 'what a series without rows cannot tell is told of the next one')
FROM models, lstm_report(model, series => '{nowhere,c}') page WHERE name = 'hostile';
CREATE TABLE twice AS TABLE "<script>alert(1)</script>";
INSERT INTO twice SELECT * FROM twice WHERE shop = 'c' AND at = '2024-01-20';
SELECT matches(pg_temp.said(page), 'Forecast of 5 steps.*There is no forecast: series "c" of relation "twice" cannot be forecast: .*2024-01-20', 'rows that cannot be used are told of, beside a forecast of others')
FROM models, lstm_report(model, 'twice', series => '{c,s1}') page WHERE name = 'hostile';
SELECT is(provolatile::text || proparallel::text, 'sr', 'a report writes nothing, and begins no subtransaction') FROM pg_proc WHERE proname = 'lstm_report';
SELECT throws_ok($$ SELECT lstm_report(model, series => '{nowhere}') FROM models WHERE name = 'hostile' $$, '22000', NULL, 'alone it is an error');
SELECT throws_ok($$ SELECT lstm_report(model, series => '{a}') FROM models WHERE name = 'tide' $$, '22023', NULL, 'a model without series has none to ask for');

---- models of which less is known ----

SELECT alike(pg_temp.said_of('untested'), '%The forecast is untested: no rows were held out%', 'a model without held-out rows');
SELECT alike(pg_temp.said_of('pretrained'), '%which no row of this series has trained%', 'the pretrained network');
SELECT alike(pg_temp.said_of('pretrained'), '%Errors by step%What the rows are made of%', 'on whose rows errors and seasons are looked for');
SELECT alike(pg_temp.said_of('aggregate'), '%Forecast of 6 steps%', 'the model of an aggregate forecasts from the rows that it carries');
SELECT alike(pg_temp.said_of('imported'), '%There is no forecast: the model names no relation%nothing is known of how good the model is%', 'an imported model without rows');
SELECT ok(xml_is_well_formed_document(page) AND pg_temp.said(page) LIKE '%nothing is known%Errors by step%', 'and with rows')
FROM models, lstm_report(model, 'y') page WHERE name = 'imported';

---- what is asked for ----

SELECT ok(page LIKE '%<h1>Water &lt;level&gt;</h1>%' AND pg_temp.said(page) LIKE '%Forecast of 3 steps% metres &amp; more, with 80% probability%', 'title, unit, steps and level')
FROM models, lstm_report(model, title => 'Water <level>', unit => 'metres & more', steps => 3, level => 0.8) page WHERE name = 'tide';
SELECT alike(pg_temp.said(page), '%trained on rows after that time%actual%', 'an earlier origin, which the training knew what came after')
FROM models, lstm_report(model, as_of => '2024-01-10 00:00+00') page WHERE name = 'tide';
SELECT throws_ok($$ SELECT lstm_report(model, target => 'none') FROM models WHERE name = 'tide' $$, '42703', NULL, 'a target that is none');
SELECT throws_ok($$ SELECT lstm_report(model, level => 2) FROM models WHERE name = 'tide' $$, '22023', NULL, 'a level that is none');
SELECT is(lstm_report(NULL), NULL, 'no model, no report');

---- rights ----

CREATE ROLE lstm_stranger;
ALTER TABLE tide OWNER TO lstm_stranger;
SELECT throws_like($$ SELECT lstm_report(model) FROM models WHERE name = 'tide' $$, 'the model names relation %tide, which belongs to role "lstm_stranger"', 'what a model names is the claim of its author');
SELECT lives_ok($$ SELECT lstm_report(model, 'tide') FROM models WHERE name = 'tide' $$, 'what the caller names is read');

SELECT * FROM finish();
ROLLBACK;
