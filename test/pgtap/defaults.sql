-- What is chosen where the user says nothing: the network, the lookback and what windows are measured from.
BEGIN;
SET LOCAL client_min_messages = error;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lstm_forecast;

SELECT plan(31);

-- days of hours: one whose level stays, one whose level moves
CREATE TABLE hours AS
SELECT timestamp '2024-01-01' + i * interval '1 hour' AS at, 10 * sin(i * pi() / 12) + (hashint4(i) % 100) / 100.0 AS steady,
       sin(i * pi() / 12) + i * 0.1 AS moving, i % 3 AS part FROM generate_series(0, 719) AS i;
-- seasons stay in, until they are what is asked about
CREATE FUNCTION pg_temp.chosen(target text, horizon int, options jsonb DEFAULT '{}', lookback int DEFAULT NULL) RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_build_object('first', info->'layers'->0->>'type', 'lookback', info->'lookback', 'normalize', info->'options'->>'normalize',
                              'loss', info->'options'->>'loss')
    FROM lstm_info(lstm_train('hours', target, horizon => horizon, lookback => lookback, options => '{"epochs": 1, "deseasonalize": "none"}' || options)) AS info $$;

SELECT is(pg_temp.chosen('steady', 24), '{"first": "reshape", "loss": "mae", "lookback": 48, "normalize": "season_profile"}',
    'a day of hours is forecast by segments, from two days and their profile');
SELECT is(pg_temp.chosen('moving', 24)->>'normalize', 'last', 'segments of a level that moves are measured from the last value');
SELECT is(pg_temp.chosen('steady', 72)->>'lookback', '72', 'a window of segments is at least as long as the horizon');
SELECT is(pg_temp.chosen('steady', 12), '{"first": "lstm", "loss": "mse", "lookback": 48, "normalize": "none"}',
    'half a day is left to one layer, and to the values as they are');
SELECT is(pg_temp.chosen('moving', 12)->>'normalize', 'mean', 'half a day is measured from the mean where the level moves');
SELECT is(pg_temp.chosen('steady', 36)->>'first', 'lstm', 'days that are not whole are left to one layer');
SELECT is(pg_temp.chosen('steady', 36)->>'normalize', 'season_profile', 'days that are not whole are measured from the profile of the day');
SELECT is(pg_temp.chosen('steady', 24, '{"units": 8}')->>'first', 'lstm', 'who gives units has a network in mind');
SELECT is(pg_temp.chosen('steady', 24, '{"architecture": "vanilla"}')->>'first', 'lstm', 'who names a network gets it');
SELECT is(pg_temp.chosen('steady', 24, '{"loss": "quantile"}')->>'first', 'lstm', 'a spread is left to one layer');
SELECT is(pg_temp.chosen('steady', 24, '{"loss": "mse"}')->>'loss', 'mse', 'a loss that is given is taken');
SELECT is(pg_temp.chosen('steady', 24, '{}', 96)->>'lookback', '96', 'a lookback that is given is taken');
SELECT is(pg_temp.chosen('steady', 24, '{}', 50)->>'first', 'lstm', 'a lookback that segments do not fit into is left to one layer');
SELECT is(pg_temp.chosen('steady', 24, '{"difference": 1}')->>'normalize', 'none', 'differences have no level');
CREATE VIEW few AS SELECT at, steady FROM hours LIMIT 400;
SELECT is(lstm_info(lstm_train('few', 'steady', horizon => 24, options => '{"epochs": 1}'))->'layers'->0->>'type', 'lstm', 'short tables are left to one layer');
CREATE TABLE many AS SELECT s AS sensor, at, steady * s AS value FROM hours, generate_series(1, 4) AS s WHERE at < '2024-01-21';
CREATE TABLE of_many AS SELECT lstm_info(lstm_train('many', 'value', series_column => 'sensor', horizon => 24, options => '{"epochs": 1}')) AS info;
SELECT is(info->'layers'->0->>'type', 'reshape', 'short tables of many series are forecast by segments') FROM of_many;
SELECT is(info->>'lookback', '120', 'many series are looked back over for a week of days, or a quarter of their rows') FROM of_many;
SELECT is(count(*), 4 * 24::bigint, 'many series are forecast all at once')
FROM lstm_forecast(lstm_train('many', 'value', series_column => 'sensor', horizon => 24, options => '{"epochs": 1}')) WHERE status = 'ok';

-- what is taken out: nothing here is said of deseasonalize
CREATE TABLE untold AS SELECT target, horizon, (info->'options') AS options
FROM (VALUES ('steady', 24), ('moving', 12), ('steady', 36)) v (target, horizon),
    LATERAL (SELECT lstm_info(lstm_train('hours', target, horizon => horizon, options => '{"epochs": 1}')) AS info) i;
SELECT is(options->>'normalize', CASE target WHEN 'steady' THEN 'none' ELSE 'last' END,
    format('without its day, %s hours of a level that is %s are measured from %s', horizon, target, CASE target WHEN 'steady' THEN 'nothing' ELSE 'the last value' END))
FROM untold;
-- the day of 'steady' has a standard deviation of 7, what is left one of 0.6
CREATE FUNCTION pg_temp.scale_of(options jsonb DEFAULT '{}', lookback int DEFAULT NULL) RETURNS float8 LANGUAGE sql AS $$
    SELECT (lstm_info(lstm_train('hours', 'steady', horizon => 24, lookback => lookback, options => '{"epochs": 1, "units": 2}' || options))#>>'{scaling,steady,scale}')::float8 $$;
SELECT cmp_ok(pg_temp.scale_of(), '<', 1::float8, 'the season of a day is taken out');
SELECT cmp_ok(pg_temp.scale_of('{"deseasonalize": "none"}'), '>', 5::float8, 'unless it is to stay in');
SELECT cmp_ok(pg_temp.scale_of('{"loss": "quantile"}'), '>', 5::float8, 'for a spread what windows hold stays in: the network is to see where there is more noise');
SELECT cmp_ok(pg_temp.scale_of('{"loss": "quantile"}', 12), '<', 1::float8, 'for a spread what windows do not hold is taken out');
SELECT cmp_ok((info#>>'{scaling,value,scale,0}')::float8, '>', 5::float8, 'many series that are forecast by segments keep their seasons') FROM of_many;

-- of many series: what most of them are like
CREATE TABLE mixed AS
SELECT s, n, (n % CASE WHEN s < 25 THEN 7 ELSE 12 END) + (hashint4(n * 100 + s) % 100) / 500.0 AS value
FROM generate_series(0, 59) s, generate_series(1, 200) n;
SELECT is(lstm_info(lstm_train('mixed', 'value', 'n', 's', options => '{"epochs": 1, "units": 1}'))->'season', '[7, 12]',
    'seasons are those of many series, not that of the first ones alone');
-- all cycles of all series count, and each series keeps its own shape, which is next to nothing where it has no season
CREATE TABLE apart AS
SELECT s, n, CASE WHEN s <= 2 THEN sin(n * pi() / 12) ELSE 0 END + (hashint4(n * 100 + s) % 1000) / 5000.0 AS value
FROM generate_series(1, 20) s, generate_series(1, 240) n;
CREATE VIEW five_apart AS SELECT * FROM apart WHERE s <= 5;
CREATE VIEW twenty_apart AS SELECT * FROM apart WHERE s <> 1;
SELECT is(lstm_info(lstm_train('five_apart', 'value', 'n', 's', options => '{"epochs": 1, "units": 1}'))->>'season', '24',
    'a season that two of five series show is found');
SELECT is(lstm_info(lstm_train('twenty_apart', 'value', 'n', 's', options => '{"epochs": 1, "units": 1}'))->>'season', '1',
    'a season that one of nineteen series has is not taken for that of all');
CREATE TABLE lengths AS
SELECT s, n, sin(n * pi() / 12) + (hashint4(n * 100 + s) % 1000) / 5000.0 AS value
FROM generate_series(1, 5) s, generate_series(1, 480) n WHERE s > 1 OR n <= 80;
SELECT is(lstm_info(lstm_train('lengths', 'value', 'n', 's', options => '{"epochs": 1, "units": 1}'))->>'lookback', '48',
    'a series that is shorter than the others does not shorten the lookback');
SELECT is(lstm_info(lstm_train('lengths', 'value', 'n', 's', options => '{"epochs": 1, "units": 1}'))->>'season', '24',
    'a series that is shorter than the others does not hide their season');

SELECT finish();
ROLLBACK;
