-- lstm_windows and lstm_split_sequence show the windows that training sees, in the numbers of the usual tutorials.
BEGIN;
SET LOCAL client_min_messages = error;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lstm_forecast;

SELECT plan(33);

CREATE TABLE tutorial (n int PRIMARY KEY, a int, b int, total int);
INSERT INTO tutorial SELECT i, i * 10, i * 10 + 5, i * 20 + 5 FROM generate_series(1, 9) AS i;

---- one series ----

SELECT results_eq($$ SELECT * FROM lstm_split_sequence('{10,20,30,40,50,60,70,80,90}', 3) $$,
    $$ VALUES (1, '{10,20,30}'::float8[], '{40}'::float8[]), (2, '{20,30,40}', '{50}'), (3, '{30,40,50}', '{60}'),
              (4, '{40,50,60}', '{70}'), (5, '{50,60,70}', '{80}'), (6, '{60,70,80}', '{90}') $$,
    'three steps in, one step out');
SELECT results_eq($$ SELECT * FROM lstm_windows('tutorial', 'a', lookback => 3) $$,
    $$ SELECT NULL::text, * FROM lstm_split_sequence('{10,20,30,40,50,60,70,80,90}', 3) $$,
    'lstm_windows of the table is lstm_split_sequence of its column');
SELECT results_eq($$ SELECT x, y FROM lstm_split_sequence('{10,20,30,40,50,60,70,80,90}', 3, horizon => 2) $$,
    $$ VALUES ('{10,20,30}'::float8[], '{40,50}'::float8[]), ('{20,30,40}', '{50,60}'), ('{30,40,50}', '{60,70}'),
              ('{40,50,60}', '{70,80}'), ('{50,60,70}', '{80,90}') $$, 'three steps in, two steps out');
SELECT results_eq($$ SELECT x, y FROM lstm_windows('tutorial', 'a', lookback => 3, horizon => 2) $$,
    $$ SELECT x, y FROM lstm_split_sequence('{10,20,30,40,50,60,70,80,90}', 3, horizon => 2) $$, 'three steps in and two steps out come from a table, too');
SELECT results_eq($$ SELECT x, y FROM lstm_split_sequence('{1,2,3,4}', 2, lead => 0) $$,
    $$ VALUES ('{1,2}'::float8[], '{2}'::float8[]), ('{2,3}', '{3}'), ('{3,4}', '{4}') $$,
    'with lead 0 the first output lies on the last input');
SELECT results_eq($$ SELECT x, y FROM lstm_split_sequence('{1,2,3,4,5,6}', 2, horizon => 2, lead => 3) $$,
    $$ VALUES ('{1,2}'::float8[], '{5,6}'::float8[]) $$, 'with lead 3 two rows lie between');
SELECT results_eq($$ SELECT x, y FROM lstm_split_sequence('{1,2,3}', 1) $$,
    $$ VALUES ('{1}'::float8[], '{2}'::float8[]), ('{2}', '{3}') $$, 'a lookback of one row is enough');
SELECT results_eq($$ SELECT DISTINCT cardinality(x) FROM lstm_windows('tutorial', 'a') $$, $$ VALUES (1) $$,
    'the lookback of lstm_windows defaults to one row');

---- several columns ----

SELECT results_eq($$ SELECT x, y FROM lstm_windows('tutorial', 'total', inputs => '{a,b}', lookback => 3, lead => 0) LIMIT 2 $$,
    $$ VALUES ('{{10,15},{20,25},{30,35}}'::float8[], '{65}'::float8[]), ('{{20,25},{30,35},{40,45}}', '{85}') $$,
    'several inputs and a dependent target');
SELECT is((SELECT count(*) FROM lstm_windows('tutorial', 'total', inputs => '{a,b}', lookback => 3, lead => 0)), 7::bigint,
    'nine rows have seven such windows');
SELECT results_eq($$ SELECT x, y FROM lstm_windows('tutorial', '{a,b,total}'::text[], lookback => 3) LIMIT 2 $$,
    $$ VALUES ('{{10,15,25},{20,25,45},{30,35,65}}'::float8[], '{{40,45,85}}'::float8[]),
              ('{{20,25,45},{30,35,65},{40,45,85}}', '{{50,55,105}}') $$, 'parallel series');
SELECT is((SELECT count(*) FROM lstm_windows('tutorial', '{a,b,total}'::text[], lookback => 3)), 6::bigint,
    'nine rows have six such windows');
SELECT results_eq($$ SELECT x, y FROM lstm_windows('tutorial', 'total', inputs => '{a,b}', lookback => 3, horizon => 2, lead => 0)
        LIMIT 1 $$,
    $$ VALUES ('{{10,15},{20,25},{30,35}}'::float8[], '{65,85}'::float8[]) $$, 'several inputs, several steps');
SELECT results_eq($$ SELECT x, y FROM lstm_windows('tutorial', '{a,b,total}'::text[], lookback => 3, horizon => 2) LIMIT 1 $$,
    $$ VALUES ('{{10,15,25},{20,25,45},{30,35,65}}'::float8[], '{{40,45,85},{50,55,105}}'::float8[]) $$,
    'parallel series, several steps');
SELECT results_eq($$ SELECT x, y FROM lstm_split_sequence(ARRAY[[10,15,25],[20,25,45],[30,35,65],[40,45,85]], 3) $$,
    $$ VALUES ('{{10,15,25},{20,25,45},{30,35,65}}'::float8[], '{{40,45,85}}'::float8[]) $$,
    'lstm_split_sequence takes the rows of a two-dimensional array');
SELECT results_eq($$ SELECT x, y FROM lstm_windows('tutorial', 'a', inputs => '{b,a}', lookback => 2) LIMIT 1 $$,
    $$ VALUES ('{{15,10},{25,20}}'::float8[], '{30}'::float8[]) $$, 'inputs keep the order they were given');
SELECT results_eq($$ SELECT x, y FROM lstm_windows('tutorial', '{total,a}'::text[], inputs => '{b}', lookback => 2) LIMIT 1 $$,
    $$ VALUES ('{15,25}'::float8[], '{{65,30}}'::float8[]) $$, 'targets keep the order they were given');
SELECT is((SELECT array_agg(window_no) FROM lstm_windows('tutorial', 'a', lookback => 3)), '{1,2,3,4,5,6}',
    'windows are numbered from the oldest');
CREATE VIEW backwards AS SELECT * FROM tutorial ORDER BY n DESC;
SELECT results_eq($$ SELECT x FROM lstm_windows('backwards', 'a', time_column => 'n', lookback => 3) $$,
    $$ SELECT x FROM lstm_windows('tutorial', 'a', lookback => 3) $$, 'rows are put in the order of time');
SELECT is((lstm_info(lstm_train('tutorial', 'total', inputs => '{a,b}', lookback => 3,
        options => '{"lead": 0, "epochs": 1, "units": 1}'))->>'windows')::bigint,
    (SELECT count(*) FROM lstm_windows('tutorial', 'total', inputs => '{a,b}', lookback => 3, lead => 0)),
    'training sees as many windows as lstm_windows shows');

---- too few rows ----

SELECT is_empty($$ SELECT * FROM lstm_split_sequence('{1,2,3}', 3) $$, 'values that are no more than the lookback make no window');
SELECT is((SELECT count(*) FROM lstm_split_sequence('{1,2,3,4}', 3)), 1::bigint, 'one more makes one');
SELECT is_empty($$ SELECT * FROM lstm_split_sequence('{}', 1) $$, 'an empty sequence makes none');
SELECT is_empty($$ SELECT * FROM lstm_split_sequence('{1,2,3,4}', 3, horizon => 1048576) $$, 'a huge horizon makes none');
SELECT is_empty($$ SELECT * FROM lstm_windows('tutorial', 'a', lookback => 9) $$, 'rows of a table that are no more than the lookback make no window');
SELECT is_empty($$ SELECT * FROM lstm_split_sequence(NULL, 3) $$, 'NULL makes none');
SELECT is_empty($$ SELECT * FROM lstm_windows(NULL, 'a') $$, 'a NULL relation makes none');

---- what is refused ----

SELECT throws_ok($$ SELECT * FROM lstm_split_sequence('{1,2,3}', 0) $$, '22023', 'lookback must be from 1 to 1048576, not 0',
    'a lookback of no rows is refused');
SELECT throws_ok($$ SELECT * FROM lstm_split_sequence('{1,2,3}', 1, lead => -1) $$, '22023',
    'lead must be from 0 to 1048576, not -1', 'a lead into the past is refused');
SELECT throws_ok($$ SELECT * FROM lstm_split_sequence('{1,NULL,3}', 1) $$, '22004', 'element 2 of "values" is NULL',
    'a NULL element is refused');
SELECT throws_ok($$ SELECT * FROM lstm_split_sequence('{1,NaN,3}', 1) $$, '22000', 'element 2 of "values" is NaN',
    'a NaN element is refused');
SELECT throws_ok($$ SELECT * FROM lstm_split_sequence(ARRAY[[[1,2]]], 1) $$, '22023',
    '"values" must have one dimension, or two with at most 1600 columns', 'three dimensions are refused');
SELECT is_empty($$ SELECT * FROM lstm_windows('tutorial', 'a', series_column => 'b') $$, 'series of one row make none');

SELECT * FROM finish();
ROLLBACK;
