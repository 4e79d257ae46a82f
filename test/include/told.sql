-- What a session of its own is told about a training. Variables: "phi", the part of a value that the next one keeps, the
-- rest being noise; "target" as SQL has it; "options".
SET client_min_messages = notice;
CREATE TEMP TABLE rows (n int PRIMARY KEY, value float8, wave float8, clean float8);
WITH RECURSIVE r AS (
    SELECT 1 AS n, 0::float8 AS v
    UNION ALL
    SELECT n + 1, :phi * v + (n * 7919 % 1009 + n * n * 31 % 997 + n * n * n % 991) / 1000.0 - 1.5 FROM r WHERE n < 400)
INSERT INTO rows SELECT n, v, 10 * sin(n / 3.0) + v, 10 * (n % 4) FROM r;
SELECT length(lstm_train('rows', :target, 'n', options => :'options')) > 0 AS trained;
