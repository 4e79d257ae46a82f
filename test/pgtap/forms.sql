-- Every form of the usual tutorials comes out closer than one run of Keras, for seeds 1 to 20: the median of the largest
-- errors below what Keras is off by, the worst seed below three times that.
BEGIN;
SELECT plan(26);
\set QUIET on
\ir ../../bench/forms_setup.sql

-- Keras' tutorials print nothing for the forms with two features: one unit of the series' step of 10 is asked of them
SELECT is(count(*), 20::bigint, 'form ' || no || ' (' || form || ') was trained with 20 seeds, none failed')
FROM forms JOIN forms_errors USING (no)
WHERE error IS NOT NULL
GROUP BY no, form ORDER BY no;

SELECT ok(percentile_cont(0.5) WITHIN GROUP (ORDER BY error) < coalesce(keras, 1)
          AND max(error) < 3 * coalesce(keras, 1),
          format('form %s (%s): median %s and worst %s of the largest errors are below %s and %s', no, form,
                 round((percentile_cont(0.5) WITHIN GROUP (ORDER BY error))::numeric, 4),
                 round(max(error)::numeric, 4), coalesce(keras, 1), 3 * coalesce(keras, 1)))
FROM forms JOIN forms_errors USING (no)
GROUP BY no, form, keras ORDER BY no;

SELECT * FROM finish();
ROLLBACK;
