-- Charts are well-formed, whatever the names, and show what lstm_forecast and lstm_rolling say.
BEGIN;
SET LOCAL client_min_messages = error;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lstm_forecast;

SELECT plan(30);

CREATE TABLE "a<b> & ""c""" (at date PRIMARY KEY, "x & <y>" float8, other float8);
INSERT INTO "a<b> & ""c""" SELECT date '2024-01-01' + n, 10 * sin(n / 3.0) + n, 7 FROM generate_series(1, 120) n;
CREATE TABLE models AS SELECT
    lstm_train('"a<b> & ""c"""', 'x & <y>', horizon => 5, lookback => 8, options => '{"units": 4, "epochs": 5}') AS one,
    lstm_train('"a<b> & ""c"""', ARRAY['x & <y>', 'other'], lookback => 8, options => '{"units": 4, "epochs": 5}') AS two;
CREATE FUNCTION pg_temp.points(svg text, path int) RETURNS int LANGUAGE sql AS
$$ SELECT length(regexp_replace(d, '[^ML]', '', 'g')) FROM (SELECT (xpath('//*[local-name()=''path''][@stroke-width]/@d', svg::xml))[path]::text AS d) p $$;

SELECT ok(xml_is_well_formed_document(lstm_plot(one, kind => kind)), format('a plot of kind %s is well-formed', kind))
FROM models, unnest(ARRAY['forecast', 'rolling', 'loss']) kind;
SELECT is((xpath('/*/*[local-name()=''title'']/text()', lstm_plot(one)::xml))[1]::text,
    'x &amp; &lt;y&gt; of relation "a&lt;b&gt; &amp; "c"": forecast after 2024-04-30', 'names are escaped') FROM models;
SELECT is(pg_temp.points(lstm_plot(one, steps => steps), 2), steps, format('a forecast of %s steps has as many points', steps))
FROM models, unnest(ARRAY[1, 5, 20]) steps;
SELECT is(pg_temp.points(lstm_plot(one, steps => 20), 1), 60, 'beside three times as many known rows') FROM models;
SELECT is(pg_temp.points(lstm_plot(one, kind => 'rolling'), 1), 112, 'all rows are beside their forecasts') FROM models;
SELECT is(pg_temp.points(lstm_plot(one, kind => 'loss'), 1), 5, 'five epochs have five losses') FROM models;
SELECT ok(lstm_plot(one) LIKE '%fill-opacity="0.25" d="M%', 'the interval is drawn') FROM models;
SELECT ok(lstm_plot(lstm_train('"a<b> & ""c"""', 'x & <y>', options => '{"epochs": 1, "validation": 0}')) NOT LIKE '%fill-opacity="0.25" d="M%',
    'the interval is left out of the plot where there is none');
SELECT ok(lstm_plot(two, target => 'other') LIKE '%>other of%', 'another target') FROM models;
SELECT ok(xml_is_well_formed_document(lstm_plot(two, target => 'other')), 'a constant column has a range') FROM models;
SELECT throws_ok($$ SELECT lstm_plot(one, target => 'none') FROM models $$, '42703', NULL, 'a target that is none');
SELECT throws_ok($$ SELECT lstm_plot(one, kind => 'pie') FROM models $$, '22023', NULL, 'a kind that is none');
SELECT throws_ok($$ SELECT lstm_plot(one, width => 1) FROM models $$, '22023', NULL, 'no room');
SELECT is(lstm_plot(NULL), NULL, 'no model, no plot');

-- Candidates see more rows than are drawn: what is drawn must be what lstm_forecast says. Heights of pixels are a line of the
-- values, the same for known rows and for forecasts.
CREATE FUNCTION pg_temp.heights(svg text, path int) RETURNS TABLE (n bigint, height float8) LANGUAGE sql AS
$$ SELECT point.n, split_part(point.value, ' ', 2)::float8
   FROM regexp_split_to_table(ltrim((xpath('//*[local-name()=''path''][@stroke-width]/@d', svg::xml))[path]::text, 'M'), 'L')
        WITH ORDINALITY AS point(value, n) $$;
CREATE TABLE years AS
SELECT series, date '2000-01-01' + n * interval '1 month' AS month,
       series * (100 + n) * (1 + 0.3 * sin(pi() * n / 6)) + hashint4(n) % 20 AS value
FROM generate_series(0, 143) n, generate_series(1, 2) series;
CREATE VIEW first_year AS SELECT month, value FROM years WHERE series = 1;
CREATE TABLE contests AS SELECT lstm_train('first_year', 'value', horizon => 12) AS one,
    lstm_train('years', 'value', series_column => 'series', horizon => 12) AS two;
CREATE VIEW drawn AS
SELECT 'one' AS model, 'forecast' AS line, h.height, f.forecast AS value
FROM contests, pg_temp.heights(lstm_plot(one), 2) h JOIN lstm_forecast((SELECT one FROM contests)) f ON f.step = h.n
UNION ALL
SELECT 'one', 'known', h.height, y.value
FROM contests, pg_temp.heights(lstm_plot(one), 1) h
     JOIN (SELECT row_number() OVER (ORDER BY month) - 108 AS n, value FROM first_year) y USING (n)
UNION ALL
SELECT 'two', 'forecast', h.height, f.forecast
FROM contests, pg_temp.heights(lstm_plot(two, series => '1'), 2) h
     JOIN lstm_forecast((SELECT two FROM contests), series => '{1}') f ON f.step = h.n
UNION ALL
SELECT 'two', 'known', h.height, y.value
FROM contests, pg_temp.heights(lstm_plot(two, series => '1'), 1) h
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
FROM lstm_train('days', 'value') AS model, pg_temp.heights(lstm_plot(model, kind => 'rolling'), 2) h,
     LATERAL (SELECT row_number() OVER (ORDER BY origin) AS n, forecast FROM lstm_rolling(model, first_origin => 300)) r
WHERE r.n = h.n;
SELECT is(count(*), 300::bigint, 'the newest 300 forecasts are drawn') FROM rolled;
SELECT ok(regr_r2(height, forecast) > 0.99999, format('they are those of lstm_rolling (r2 %s)', regr_r2(height, forecast)))
FROM rolled;
SELECT throws_like($$ SELECT lstm_plot(two, series => '3') FROM contests $$, '%series "3" of relation "years" has no rows%', 'a series that has no rows');

SELECT is(lstm_sparkline('{0,1,2,3,4,5,6,7}'), '▁▂▃▄▅▆▇█', 'a sparkline has eight heights');
SELECT is(lstm_sparkline(ARRAY[1, NULL, 'NaN'::float8, 'Infinity', 2]), '▁   █', 'what is no number is blank');
SELECT is(ARRAY[lstm_sparkline('{}'), lstm_sparkline('{5,5}'), lstm_sparkline('{-1e308,1e308}')], ARRAY['', '▄▄', '▁█'],
    'nothing, equal numbers, numbers far apart');

SELECT * FROM finish();
ROLLBACK;
