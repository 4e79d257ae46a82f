-- Measures the loss negative_binomial on counts with many zeros, beside the defaults, the loss quantile, and what needs no model:
-- the mean and the quantiles of the rows of each series. Models see the rows before a cutoff; all figures are of rows after it,
-- a week ahead, from each week. The folder with the data is the psql variable "data"; see make counts.
\set ON_ERROR_STOP on
CREATE EXTENSION IF NOT EXISTS lstm_forecast;
SET client_min_messages = error;
\set QUIET on
\pset footer off

-- eight items of a shop per day, from the first one sold on
\set file 'zcat ' :data '/m5_eight_items.csv.gz | cut -d, -f1-3'
\set copy '\\copy lines FROM PROGRAM ' :'file' ' CSV HEADER'
CREATE TABLE lines (item text, day date, sold float8);
:copy
CREATE TABLE m5 AS
SELECT item, day, sold FROM lines JOIN (SELECT item, min(day) AS first FROM lines WHERE sold > 0 GROUP BY item) f USING (item) WHERE day >= first;

-- Poisson numbers around a week, by the method of Knuth: eight items of 0.2 to 2.3 a day, and as many of a tenth of that
SELECT setseed(0.5) \g /dev/null
CREATE FUNCTION poisson(mean float8) RETURNS float8 LANGUAGE plpgsql AS $$
DECLARE
    limit_ float8 := exp(-mean);
    product float8 := random();
    count int := 0;
BEGIN
    WHILE product > limit_ LOOP
        product := product * random();
        count := count + 1;
    END LOOP;
    RETURN count;
END $$;
CREATE TABLE poisson AS
SELECT 'item ' || i AS item, date '2021-01-01' + n AS day, poisson((0.2 + 0.3 * i) * (1 + 0.6 * sin(2 * pi() * n / 7))) AS sold
FROM generate_series(0, 7) i, generate_series(0, 999) n;
CREATE TABLE sparse AS
SELECT 'item ' || i AS item, date '2021-01-01' + n AS day, poisson((0.2 + 0.3 * i) / 10 * (1 + 0.6 * sin(2 * pi() * n / 7))) AS sold
FROM generate_series(0, 7) i, generate_series(0, 999) n;

CREATE TABLE cutoffs (relation text, cutoff date);
INSERT INTO cutoffs SELECT 'm5', max(day) - 140 FROM m5 UNION ALL SELECT 'poisson', max(day) - 140 FROM poisson UNION ALL SELECT 'sparse', max(day) - 140 FROM sparse;
CREATE TABLE tries (name text, options jsonb);
INSERT INTO tries VALUES ('defaults', '{}'), ('quantile', '{"loss": "quantile"}'), ('negative_binomial', '{"loss": "negative_binomial"}'),
    ('negative_binomial, calendar', '{"loss": "negative_binomial", "calendar": ["day_of_week"]}');
CREATE TABLE results (relation text, name text, level float8, actual float8, forecast float8, low float8, high float8);
CREATE TABLE times (relation text, name text, seconds float8);
DO $$
DECLARE
    c cutoffs;
    t tries;
    model bytea;
    start timestamptz;
BEGIN
    FOR c IN SELECT * FROM cutoffs LOOP
        EXECUTE format('CREATE OR REPLACE VIEW %I AS SELECT * FROM %I WHERE day <= %L', c.relation || '_before', c.relation, c.cutoff);
        FOR t IN SELECT * FROM tries LOOP
            start := clock_timestamp();
            model := lstm_train((c.relation || '_before')::regclass, 'sold', 'day', 'item', horizon => 7, lookback => 28, options => t.options);
            INSERT INTO times VALUES (c.relation, t.name, extract(epoch FROM clock_timestamp() - start));
            INSERT INTO results SELECT c.relation, t.name, l, actual, forecast, lower_bound, upper_bound
            FROM unnest(ARRAY[0.8, 0.95]) l, lstm_rolling(model, c.relation::regclass, level => l, stride => 7) r
            WHERE r.at > c.cutoff + 7;
        END LOOP;
        EXECUTE format('INSERT INTO results SELECT %L, ''mean and quantiles of the rows'', l, sold, q.mean, q.low, q.high FROM %I r,
            unnest(ARRAY[0.8, 0.95]) l, LATERAL (SELECT avg(sold) AS mean, percentile_disc((1 - l) / 2) WITHIN GROUP (ORDER BY sold) AS low,
                percentile_disc((1 + l) / 2) WITHIN GROUP (ORDER BY sold) AS high FROM %I b WHERE b.item = r.item) q WHERE day > %L', c.relation, c.relation,
            c.relation || '_before', c.cutoff + 7);
    END LOOP;
END $$;
SELECT relation, name, round(avg(abs(actual - forecast)) FILTER (WHERE level = 0.8)::numeric, 3) AS mae,
    round(sqrt(avg((actual - forecast) ^ 2) FILTER (WHERE level = 0.8))::numeric, 3) AS rmse,
    round((avg(forecast - actual) FILTER (WHERE level = 0.8))::numeric, 3) AS bias,
    round(100 * avg((actual BETWEEN low AND high)::int) FILTER (WHERE level = 0.8), 1) AS within_80,
    round((avg(high - low) FILTER (WHERE level = 0.8))::numeric, 2) AS width_80,
    round(100 * avg((actual BETWEEN low AND high)::int) FILTER (WHERE level = 0.95), 1) AS within_95,
    round((avg(high - low) FILTER (WHERE level = 0.95))::numeric, 2) AS width_95,
    round(max(seconds)::numeric, 1) AS seconds
FROM results LEFT JOIN times USING (relation, name)
GROUP BY relation, name
ORDER BY relation, rmse;
