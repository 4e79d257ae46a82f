-- Charts are well-formed, whatever the names, and show what lstm_forecast and lstm_rolling say.
BEGIN;
SET LOCAL client_min_messages = error;
SET LOCAL timezone = 'UTC';
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lstm_forecast;

SELECT plan(70);

CREATE TABLE "a<b> & ""c""" (at date PRIMARY KEY, "x & <y>" float8, other float8);
INSERT INTO "a<b> & ""c""" SELECT date '2024-01-01' + n, 10 * sin(n / 3.0) + n, 7 FROM generate_series(1, 120) n;
CREATE TABLE models AS SELECT
    lstm_train('"a<b> & ""c"""', 'x & <y>', horizon => 5, lookback => 8, options => '{"units": 4, "epochs": 5}') AS one,
    lstm_train('"a<b> & ""c"""', ARRAY['x & <y>', 'other'], lookback => 8, options => '{"units": 4, "epochs": 5}') AS two;

-- the points of a line or band, without the short line of its key
CREATE FUNCTION pg_temp.path(svg text, class text) RETURNS text LANGUAGE sql AS
$$ SELECT d FROM regexp_matches(svg, format('<path class="%s"[^>]* d="([^"]*)"', class), 'g') m (m), LATERAL (SELECT m[1]) d (d) WHERE d NOT LIKE '%h%' ORDER BY length(d) DESC LIMIT 1 $$;
CREATE FUNCTION pg_temp.points(svg text, class text) RETURNS int LANGUAGE sql AS
$$ SELECT length(regexp_replace(pg_temp.path(svg, class), '[^ML]', '', 'g')) $$;
CREATE FUNCTION pg_temp.labels(svg text) RETURNS text[] LANGUAGE sql AS
$$ SELECT array_agg(t::text) FROM unnest(xpath('//*[local-name()=''text'']/text()', svg::xml)) t $$;

SELECT ok(xml_is_well_formed_document(lstm_plot(one, kind => kind)), format('a plot of kind %s is well-formed', kind))
FROM models, unnest(ARRAY['forecast', 'rolling', 'loss']) kind;
SELECT is((xpath('/*/*[local-name()=''title'']/text()', lstm_plot(one)::xml))[1]::text,
    'x &amp; &lt;y&gt; of relation "a&lt;b&gt; &amp; "c"": forecast after 2024-04-30', 'names are escaped') FROM models;
SELECT is(pg_temp.points(lstm_plot(one, steps => steps), 'lf-forecast'), steps + 1, format('a forecast of %s steps has as many points, and begins at the last known row', steps))
FROM models, unnest(ARRAY[1, 5, 20]) steps;
SELECT is(pg_temp.points(lstm_plot(one, steps => 20), 'lf-known'), 60, 'beside three times as many known rows') FROM models;
SELECT is(pg_temp.points(lstm_plot(one, steps => 20), 'lf-baseline'), 21, 'and the best naive baseline') FROM models;
SELECT is(split_part(substring(pg_temp.path(lstm_plot(one), class) FROM 2), 'L', 1), regexp_replace(pg_temp.path(lstm_plot(one), 'lf-known'), '^.*L', ''),
    format('there is no gap between known rows and %s', class)) FROM models, unnest(ARRAY['lf-forecast', 'lf-forecast-band', 'lf-baseline']) class;
SELECT is(pg_temp.points(lstm_plot(one, kind => 'rolling'), 'lf-known'), 112, 'all rows are beside their forecasts') FROM models;
SELECT is(pg_temp.points(lstm_plot(one, kind => 'loss'), 'lf-known'), 5, 'five epochs have five losses') FROM models;
SELECT ok(lstm_plot(lstm_train('"a<b> & ""c"""', 'x & <y>', options => '{"epochs": 1, "validation": 0, "candidates": ["network"]}')) NOT LIKE '%-band" fill="#0072b2" fill-opacity="0.2" d="M%',
    'the interval is left out of the plot where there is none');
SELECT ok(lstm_plot(two, target => 'other') LIKE '%>other of%', 'another target') FROM models;
SELECT ok(xml_is_well_formed_document(lstm_plot(two, target => 'other')), 'a constant column has a range') FROM models;

---- what is shown is what lstm_forecast says ----

-- along a line that is straight in the values, pixels are straight in them, too
SELECT ok(regr_r2(y, forecast) > 0.9999, 'pixels follow the forecasts') FROM models,
    LATERAL (SELECT split_part(p, ' ', 2)::float8 AS y, n - 1 AS step FROM regexp_split_to_table(substring(pg_temp.path(lstm_plot(one), 'lf-forecast') FROM 2), 'L') WITH ORDINALITY v (p, n)) points
    JOIN LATERAL lstm_forecast(one) f USING (step);
SELECT is((SELECT count(*) FROM regexp_matches(lstm_plot(one, levels => levels), '<path class="lf-forecast-band"', 'g')), cardinality(levels)::bigint,
    format('levels %s have as many bands', levels)) FROM models, (VALUES ('{0.9}'::float8[]), ('{0.2,0.5,0.7}')) v (levels);
SELECT ok(lstm_plot(one, levels => '{0.9,0.5,0.75}') LIKE '%>50, 75, 90% interval<%', 'which have one key') FROM models;
SELECT ok(lstm_plot(one, level => level) LIKE '%>' || key || '<%', format('level %s is shown with the usual ones within it', level))
FROM models, (VALUES (0.95, '50, 80, 95% interval'), (0.7, '50, 70% interval'), (0.5, '50% interval')) v (level, key);

---- words ----

SELECT ok(lstm_plot(one, title => 'Sales <b>', unit => 'tons & more') LIKE '%<title>Sales &lt;b&gt;</title>%>Sales &lt;b&gt;</text>%>tons &amp; more</text>%', 'title and unit are the caller''s') FROM models;
SELECT ok(ARRAY[name] <@ pg_temp.labels(lstm_plot(one)), format('what is drawn has its key: %s', name)) FROM models, unnest(ARRAY['known', 'forecast', '50, 80, 95% interval']) name;
SELECT ok(lstm_plot(one) LIKE '%<rect class="lf-ground" width="800" height="400" fill="#ffffff"/>%', 'the ground is white') FROM models;
CREATE VIEW hours AS SELECT timestamptz '2024-03-30 00:00+00' + n * interval '1 hour' AS at, n % 24 + 0.1 * sin(n) AS v FROM generate_series(0, 24 * 40) n;
CREATE VIEW month AS SELECT (date '2015-01-31' + n * interval '1 month')::date AS at, n % 12 + 0.1 * sin(n) AS v FROM generate_series(0, 110) n;
CREATE VIEW numbers AS SELECT 1000 + n * 5 AS at, n % 12 + 0.1 * sin(n) AS v FROM generate_series(0, 110) n;
CREATE TABLE dated AS SELECT relation, lstm_train(relation::regclass, 'v', 'at', horizon => 24, lookback => 24, options => '{"units": 2, "epochs": 2, "candidates": ["network"]}') AS model
FROM unnest(ARRAY['hours', 'numbers']) relation
UNION ALL SELECT 'month', lstm_train('month', 'v', 'at', horizon => 24, lookback => 24, options => '{"units": 2, "epochs": 2, "candidates": ["network"], "missing": "linear"}');
SELECT ok(ticks <@ pg_temp.labels(lstm_plot(model)), format('%s: under it stand %s', relation, ticks)) FROM dated JOIN (VALUES
    ('hours', ARRAY['12:00', '7 May', '8 May', '9 May', '10 May']), ('numbers', '{1400,1500,1600}'), ('month', '{2021,2023,2025}')) v (relation, ticks) USING (relation);
SELECT is((SELECT count(*) FROM unnest(pg_temp.labels(lstm_plot(model, width => 200))) t WHERE t ~ ' May$'), 2::bigint, 'few of them where there is little room')
FROM dated WHERE relation = 'hours';
SELECT ok(xml_is_well_formed_document(lstm_plot(model, width => 200, kind => kind)), format('%s, %s: a width of 200', relation, kind)) FROM dated, unnest(ARRAY['forecast', 'rolling']) kind;
SELECT ok(lstm_plot(model, kind => 'loss') NOT LIKE '%logarithms%', 'losses that are alike need no logarithms') FROM dated WHERE relation = 'numbers';

---- what came later ----

SELECT is(pg_temp.points(lstm_plot(one, as_of => '2024-04-20', steps => 20), 'lf-actual'), 11, 'rows behind an earlier origin stand beside the forecast') FROM models;
SELECT ok(lstm_plot(one, as_of => '2024-04-20') LIKE '%forecast after 2024-04-20%', 'which starts there') FROM models;
SELECT ok(pg_temp.path(lstm_plot(one), 'lf-actual') IS NULL, 'after the newest row nothing has come') FROM models;
SELECT throws_ok($$ SELECT lstm_plot(one, as_of => '2024-04-20', kind => 'rolling') FROM models $$, '22023', 'as_of goes with plots of kind forecast alone', 'forecasts along all rows have no origin');

---- several series ----

CREATE TABLE shops AS SELECT shop, date '2024-01-01' + n AS at, n % 7 + ascii(shop) AS sold FROM unnest(ARRAY['a <1>', 'b "2"', 'c']) shop, generate_series(1, 60) n;
CREATE TABLE chain AS SELECT lstm_train('shops', 'sold', 'at', 'shop', horizon => 7, options => '{"units": 2, "epochs": 2}') AS model;
SELECT ok(xml_is_well_formed_document(p) AND ARRAY['a &lt;1&gt;', 'c'] <@ pg_temp.labels(p) AND (SELECT count(*) FROM regexp_matches(p, '<path class="lf-mark"', 'g')) = 2,
    'each of the series in panels has its chart and its name') FROM chain, lstm_plot(model, panels => '{a <1>,c}') p;
SELECT is((SELECT count(*) FROM unnest(pg_temp.labels(lstm_plot(model, panels => '{a <1>,c}', kind => 'rolling'))) l WHERE l IN ('actual', 'forecast')), 2::bigint,
    'keys stand once for all') FROM chain;
SELECT throws_ok(format('SELECT lstm_plot(model, %s) FROM chain', arguments), state, message, arguments) FROM (VALUES
    ($$panels => '{}'$$, '22023', 'panels names no series'), ($$panels => '{a}', series => 'a'$$, '22023', 'series and panels cannot both be given'),
    ($$panels => array_fill('a'::text, ARRAY[25])$$, '54000', NULL), ($$panels => '{c}', kind => 'loss'$$, '22023', 'panels goes with plots of kind forecast or rolling'),
    ($$panels => '{c,d}'$$, '22000', 'series "d" of relation "shops" has no rows'), ($$levels => '{}'$$, '22023', 'levels must be 1 to 5 levels, not 0'),
    ($$levels => '{.1,.2,.3,.4,.5,.6}'$$, '22023', 'levels must be 1 to 5 levels, not 6'), ($$levels => '{0.5,1}'$$, '22023', NULL)) v (arguments, state, message);

---- nothing to draw ----

SELECT throws_ok($$ SELECT lstm_plot(one, target => 'none') FROM models $$, '42703', NULL, 'a target that is none');
SELECT throws_ok($$ SELECT lstm_plot(one, kind => 'pie') FROM models $$, '22023', NULL, 'a kind that is none');
SELECT throws_ok($$ SELECT lstm_plot(one, width => 1) FROM models $$, '22023', NULL, 'no room');
SELECT is(lstm_plot(NULL), NULL, 'no model, no plot');
SELECT ok(pg_temp.points(lstm_plot((SELECT lstm_train_agg(at, v, '{"units": 2, "epochs": 2, "horizon": 6}') FROM hours)), 'lf-forecast') = 7, 'the model of an aggregate draws the rows that it carries');

---- candidates see more rows than are drawn: what is drawn must be what lstm_forecast says ----

-- heights of pixels are a line of the values, the same for known rows and for forecasts; these begin at the last known row
CREATE FUNCTION pg_temp.heights(svg text, class text) RETURNS TABLE (n bigint, height float8) LANGUAGE sql AS
$$ SELECT point.n, split_part(point.value, ' ', 2)::float8
   FROM regexp_split_to_table(ltrim(pg_temp.path(svg, class), 'M'), 'L') WITH ORDINALITY AS point(value, n) $$;
CREATE TABLE years AS
SELECT series, date '2000-01-01' + n * interval '1 month' AS month,
       series * (100 + n) * (1 + 0.3 * sin(pi() * n / 6)) + hashint4(n) % 20 AS value
FROM generate_series(0, 143) n, generate_series(1, 2) series;
CREATE VIEW first_year AS SELECT month, value FROM years WHERE series = 1;
CREATE TABLE contests AS SELECT lstm_train('first_year', 'value', horizon => 12) AS one,
    lstm_train('years', 'value', series_column => 'series', horizon => 12) AS two;
CREATE VIEW drawn AS
SELECT 'one' AS model, 'forecast' AS line, h.height, f.forecast AS value
FROM contests, pg_temp.heights(lstm_plot(one), 'lf-forecast') h JOIN lstm_forecast((SELECT one FROM contests)) f ON f.step = h.n - 1
UNION ALL
SELECT 'one', 'known', h.height, y.value
FROM contests, pg_temp.heights(lstm_plot(one), 'lf-known') h
     JOIN (SELECT row_number() OVER (ORDER BY month) - 108 AS n, value FROM first_year) y USING (n)
UNION ALL
SELECT 'two', 'forecast', h.height, f.forecast
FROM contests, pg_temp.heights(lstm_plot(two, series => '1'), 'lf-forecast') h
     JOIN lstm_forecast((SELECT two FROM contests), series => '{1}') f ON f.step = h.n - 1
UNION ALL
SELECT 'two', 'known', h.height, y.value
FROM contests, pg_temp.heights(lstm_plot(two, series => '1'), 'lf-known') h
     JOIN (SELECT row_number() OVER (ORDER BY month) - 108 AS n, value FROM years WHERE series = 1) y USING (n);
SELECT is(count(*), 12::bigint, format('model %s: all steps of the forecast are drawn', model))
FROM drawn WHERE line = 'forecast' GROUP BY model ORDER BY model;
SELECT is(count(*), 36::bigint, format('model %s: and three times as many known rows', model))
FROM drawn WHERE line = 'known' GROUP BY model ORDER BY model;
SELECT ok(regr_r2(height, value) > 0.99999, format('model %s: the plot shows what lstm_forecast says (r2 %s)', model,
    regr_r2(height, value))) FROM drawn GROUP BY model ORDER BY model;

CREATE TABLE days AS SELECT date '2020-01-01' + n AS day, 100 + n / 10.0 + 20 * sin(2 * pi() * n / 7) + hashint4(n) % 9 AS value
FROM generate_series(0, 599) n;
CREATE TABLE rolled AS SELECT h.height, r.forecast
FROM lstm_train('days', 'value') AS model, pg_temp.heights(lstm_plot(model, kind => 'rolling'), 'lf-forecast') h,
     LATERAL (SELECT row_number() OVER (ORDER BY origin) AS n, forecast FROM lstm_rolling(model, first_origin => 300)) r
WHERE r.n = h.n;
SELECT is(count(*), 300::bigint, 'the newest 300 forecasts are drawn') FROM rolled;
SELECT ok(regr_r2(height, forecast) > 0.99999, format('they are those of lstm_rolling (r2 %s)', regr_r2(height, forecast)))
FROM rolled;

---- sparklines ----

SELECT is(lstm_sparkline('{0,1,2,3,4,5,6,7}'), '▁▂▃▄▅▆▇█', 'a sparkline has eight heights');
SELECT is(lstm_sparkline(ARRAY[1, NULL, 'NaN'::float8, 'Infinity', 2]), '▁   █', 'what is no number is blank');
SELECT is(ARRAY[lstm_sparkline('{}'), lstm_sparkline('{5,5}'), lstm_sparkline('{-1e308,1e308}')], ARRAY['', '▄▄', '▁█'],
    'nothing, equal numbers, numbers far apart');

SELECT * FROM finish();
ROLLBACK;
