-- Charts are well-formed, whatever the names, and show what lstm_forecast and lstm_rolling say.
BEGIN;
SET LOCAL client_min_messages = error;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lstm_forecast;

SELECT plan(21);

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

SELECT is(lstm_sparkline('{0,1,2,3,4,5,6,7}'), '▁▂▃▄▅▆▇█', 'a sparkline has eight heights');
SELECT is(lstm_sparkline(ARRAY[1, NULL, 'NaN'::float8, 'Infinity', 2]), '▁   █', 'what is no number is blank');
SELECT is(ARRAY[lstm_sparkline('{}'), lstm_sparkline('{5,5}'), lstm_sparkline('{-1e308,1e308}')], ARRAY['', '▄▄', '▁█'],
    'nothing, equal numbers, numbers far apart');

SELECT * FROM finish();
ROLLBACK;
