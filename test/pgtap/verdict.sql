-- The message after a training: whether the network's lead over a forecast that costs nothing may be chance.
BEGIN;
SET LOCAL client_min_messages = error;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lstm_forecast;

SELECT plan(22);

-- messages of a session of its own
\set noise `psql -qX -d :'DBNAME' -v phi=0 -v target="'value'" -v options='{"epochs": 20}' -f test/include/told.sql 2>&1`
\set weak `psql -qX -d :'DBNAME' -v phi=0.3 -v target="'value'" -v options='{"epochs": 20}' -f test/include/told.sql 2>&1`
\set strong `psql -qX -d :'DBNAME' -v phi=0.7 -v target="'value'" -v options='{"epochs": 20}' -f test/include/told.sql 2>&1`
\set wave `psql -qX -d :'DBNAME' -v phi=0 -v target="'wave'" -v options='{"epochs": 60}' -f test/include/told.sql 2>&1`
\set untrained `psql -qX -d :'DBNAME' -v phi=0.9 -v target="'wave'" -v options='{"epochs": 1, "units": 1, "blend": "none", "normalize": "none"}' -f test/include/told.sql 2>&1`
\set both `psql -qX -d :'DBNAME' -v phi=0.7 -v target="'{value,wave}'::text[]" -v options='{"epochs": 20}' -f test/include/told.sql 2>&1`
\set untested `psql -qX -d :'DBNAME' -v phi=0.9 -v target="'value'" -v options='{"epochs": 1, "validation": 0}' -f test/include/told.sql 2>&1`
\set small `psql -qX -d :'DBNAME' -v phi=0.9 -v target="'value'" -v options='{"epochs": 1, "validation": 0.001}' -f test/include/told.sql 2>&1`
\set believed `psql -qX -d :'DBNAME' -v phi=0.9 -v target="'value'" -v options='{"epochs": 1, "validation": 0, "loss": "gaussian"}' -f test/include/told.sql 2>&1`
\set pattern `psql -qX -d :'DBNAME' -v phi=0 -v target="'clean'" -v options='{"epochs": 30, "normalize": "none"}' -f test/include/told.sql 2>&1`
\set groups `psql -qX -d :'DBNAME' -f test/include/groups.sql 2>&1`

-- the network's error is .96 and .93 of the mean's there
SELECT matches(:'noise'::text, 'WARNING: .* not (surely|significantly) better than the mean forecast',
    'a lead of some per cent over the mean, on noise, gets the warning that it may be chance');
SELECT matches(:'weak'::text, 'WARNING: .* not (surely|significantly) better than the mean forecast',
    'a lead of some per cent over the mean, on 77 windows, gets the warning that it may be chance');
SELECT matches(:'strong'::text, 'NOTICE: .*mean absolute error on the newest 77 windows',
    'a lead of a tenth over every forecast that costs nothing is told as a notice');
SELECT doesnt_match(:'strong'::text, 'WARNING', 'a lead of a tenth over every forecast that costs nothing gets no warning');
SELECT doesnt_match(:'wave'::text, 'WARNING', 'a wave that is forecast far better than by what costs nothing gets no warning');
SELECT matches(:'untrained'::text, 'WARNING: .*loses to the [a-z-]+( [a-z]+)? forecast',
    'a network that is worse than a forecast that costs nothing is said to lose to it');
SELECT doesnt_match(:'untrained'::text, 'not (surely|significantly) better', 'a network that loses is not said to be perhaps better');
SELECT matches(:'untrained'::text, 'loses to the seasonal naive forecast',
    'of several forecasts that a network loses to, the best is named');
SELECT matches(:'both'::text, 'relative to repeat-last.*repeat-last 1,',
    'the errors of two targets are told relative to those of repeat-last, which then has 1');
SELECT matches(:'untested'::text, 'NOTICE: .*no rows were held out', 'a training that held nothing out says so');
SELECT matches(:'untested'::text, 'DETAIL:  Forecasts have no bounds, because these are made of errors on held-out rows', 'and what that means for bounds');
SELECT doesnt_match(:'untested'::text, 'at least|windows', 'who held nothing out is not told how many windows that takes');
SELECT matches(:'small'::text, 'DETAIL:  Holding 0.1 % of the windows out needs at least 1000 of them, but there are [34]\d\d. Forecasts have no bounds',
    'a share of less than a window says how many windows it needs');
SELECT matches(:'believed'::text, 'DETAIL:  Bounds are those that the network says, which nothing has confirmed', 'of a loss that says bounds these are there');
SELECT doesnt_match(:'believed'::text, 'no bounds', 'and not said to be missing');
SELECT doesnt_match(:'pattern'::text, 'WARNING', 'on rows without noise an error that is rounding beside the values is no defeat');
SELECT matches(:'pattern'::text, 'NOTICE: .*seasonal naive 0,', 'though a baseline has no error at all');
SELECT matches(:'groups'::text, 'ERROR:  the aggregate''s input has 3 rows, but training needs at least \d+
.*
.*
CONTEXT:  lstm_train_agg of a group of 3 rows from 2024-03-01 00:00:00\+00 to 2024-03-03 00:00:00\+00', 'an error of an aggregate tells of which group');
SELECT matches(:'groups'::text, 'CONTEXT:  lstm_train_agg of a group of 2 rows, in which the first value is 3.142 and the last 7', 'without times by its values');
SELECT matches(:'groups'::text, 'Holding 20 % of the windows out needs at least 37 of them in a series, but there are 2100 in 300 series',
    'of many short series it says how many windows each needs');

-- all of them were told, not errors
SELECT ok(bool_and(told ~ 'trained'), 'all trainings of this file ended')
FROM unnest(ARRAY[:'noise', :'weak', :'strong', :'wave', :'untrained', :'untested']::text[]) told;
SELECT ok(bool_and(told !~ 'ERROR'), 'no training of this file was an error')
FROM unnest(ARRAY[:'noise', :'weak', :'strong', :'wave', :'untrained', :'untested']::text[]) told;

SELECT * FROM finish();
ROLLBACK;
