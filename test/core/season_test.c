/*
 * season_test.c: seasons that are there are found, seasons that are not there are not; and the baselines by hand.
 *
 * Seeds are numbered, not chosen: every series of a kind must give its season.
 */
#include "rig.h"
#include "judging/score.h"
#include "series/season.h"
#include "tap.h"

#include <math.h>

#define MOST_ROWS 17000
#define SERIES 20
#define TWO_PI 6.28318530717958647692

static double column[MOST_ROWS];

static int
season_of(const double *values, size_t rows)
{
	const lf_frame frame = {.values = values, .rows = rows, .columns = 1};
	guarded		scratch = guarded_new(lf_season_scratch(rows) * sizeof(double));
	int			season = lf_season_find(&frame, 0, rows, LF_MAX_SEASON, scratch.block);

	if (!guarded_intact(&scratch))
		season = -1;
	free(scratch.raw);
	return season;
}

/* A sharp yearly shape on a rising line, with noise of a tenth of its height. */
static void
fill_months(lf_random *random, size_t rows)
{
	static const double shape[12] = {-9, -8, -4, 0, 3, 6, 10, 9, 5, 0, -5, -7};

	for (size_t i = 0; i < rows; i++)
		column[i] = 200 + 0.7 * (double) i + shape[i % 12] + 2 * lf_random_normal(random);
}

/* Days of 24 hours, and weeks whose last two days are lower by 'weekend'. */
static void
fill_hours(lf_random *random, size_t rows, double weekend)
{
	for (size_t i = 0; i < rows; i++)
		column[i] = 10 * sin(TWO_PI * (double) (i % 24) / 24) - (i / 24 % 7 >= 5 ? weekend : 0) +
			lf_random_normal(random);
}

static void
test_found(void)
{
	int			months = 0;
	int			days = 0;
	int			weeks = 0;

	for (int s = 0; s < SERIES; s++)
	{
		lf_random	random = lf_random_seed(100 + (uint64_t) s);

		fill_months(&random, 144);
		months += season_of(column, 144) == 12;
		fill_hours(&random, 24 * 60, 0);
		days += season_of(column, 24 * 60) == 24;
		fill_hours(&random, 24 * 60, 15);
		weeks += season_of(column, 24 * 60) == 168;
	}
	if (!ok(months == SERIES, "a year of months with a trend is found"))
		diag("in %d of %d series", months, SERIES);
	if (!ok(days == SERIES, "a day of hours is found"))
		diag("in %d of %d series", days, SERIES);
	if (!ok(weeks == SERIES, "a week of hours is found where its days differ"))
		diag("in %d of %d series", weeks, SERIES);
}

static void
test_not_found(void)
{
	int			noise = 0;
	int			walks = 0;
	double		level = 0;

	for (int s = 0; s < SERIES; s++)
	{
		lf_random	random = lf_random_seed(200 + (uint64_t) s);

		for (size_t i = 0; i < 500; i++)
			column[i] = lf_random_normal(&random);
		noise += season_of(column, 500) == 1;
		for (size_t i = 0; i < 500; i++)
			column[i] = level += lf_random_normal(&random);
		walks += season_of(column, 500) == 1;
	}
	if (!ok(noise == SERIES, "white noise has no season"))
		diag("none in %d of %d series", noise, SERIES);
	if (!ok(walks == SERIES, "a random walk has no season"))
		diag("none in %d of %d series", walks, SERIES);
	for (size_t i = 0; i < 200; i++)
		column[i] = 7;
	ok(season_of(column, 200) == 1, "a constant column has no season");
	for (size_t i = 0; i < 200; i++)
		column[i] = 3 * (double) i;
	ok(season_of(column, 200) == 1, "a straight line has no season");
	for (size_t i = 0; i < 200; i++)
		column[i] = i % 2 == 0 ? 1e308 : -1e308;
	ok(season_of(column, 200) >= 1, "values whose squares overflow do no harm");
}

static void
test_rows(void)
{
	lf_random	random = lf_random_seed(300);
	bool		sane = true;

	for (size_t rows = 0; rows < 60; rows++)
	{
		int			season;

		fill_months(&random, rows);
		season = season_of(column, rows);
		sane = sane && season >= 1 && (size_t) season <= rows / 3 + 1;
	}
	ok(sane, "few rows give no season longer than a third of them");
	fill_months(&random, MOST_ROWS);
	ok(season_of(column, MOST_ROWS) == 12, "of many rows the newest are enough");
}

static void
test_baselines(void)
{
	/* two columns; the second is 10, 20, 40, 30, 50, 90 */
	static const double values[] = {1, 10, 2, 20, 3, 40, 4, 30, 5, 50, 6, 90};
	const lf_frame frame = {.values = values, .rows = 6, .columns = 2};

	ok(lf_baseline(LF_REPEAT_LAST, &frame, 1, 3, 1, 1, 7) == 30 && lf_baseline(LF_REPEAT_LAST, &frame, 1, 3, 9, 1, 7) == 30,
	   "repeat-last repeats the row of the origin");
	/* season 3, origin row 4: the steps 1, 2, 3 lie on rows 2, 3, 4, and 4 on row 2 again */
	ok(lf_baseline(LF_SEASONAL_NAIVE, &frame, 1, 4, 1, 3, 7) == 40 &&
	   lf_baseline(LF_SEASONAL_NAIVE, &frame, 1, 4, 2, 3, 7) == 30 &&
	   lf_baseline(LF_SEASONAL_NAIVE, &frame, 1, 4, 3, 3, 7) == 50 &&
	   lf_baseline(LF_SEASONAL_NAIVE, &frame, 1, 4, 4, 3, 7) == 40 &&
	   lf_baseline(LF_SEASONAL_NAIVE, &frame, 1, 4, 7, 3, 7) == 40, "seasonal naive repeats the last season");
	ok(isnan(lf_baseline(LF_SEASONAL_NAIVE, &frame, 1, 1, 1, 3, 7)) &&
	   lf_baseline(LF_SEASONAL_NAIVE, &frame, 1, 1, 2, 3, 7) == 10, "seasonal naive says nothing before the first row");
	ok(isnan(lf_baseline(LF_SEASONAL_NAIVE, &frame, 1, 4, 1, 1, 7)), "seasonal naive says nothing without a season");
	/* from 10 to 50 in 4 rows: 10 each */
	ok(lf_baseline(LF_DRIFT, &frame, 1, 4, 1, 1, 7) == 60 && lf_baseline(LF_DRIFT, &frame, 1, 4, 3, 1, 7) == 80,
	   "drift goes on with the mean slope so far");
	ok(isnan(lf_baseline(LF_DRIFT, &frame, 1, 0, 1, 1, 7)), "one row has no slope");
	/* season 2: step 1 lies on rows 4, 2, 0, step 2 on rows 5, 3, 1, and so does step 4 */
	ok(fabs(lf_baseline(LF_SEASONAL_MEAN, &frame, 1, 5, 1, 2, 7) - 100.0 / 3) < 1e-12 &&
	   fabs(lf_baseline(LF_SEASONAL_MEAN, &frame, 1, 5, 2, 2, 7) - 140.0 / 3) < 1e-12 &&
	   fabs(lf_baseline(LF_SEASONAL_MEAN, &frame, 1, 5, 4, 2, 7) - 140.0 / 3) < 1e-12,
	   "the seasonal mean is that of the same place in all seasons so far");
	ok(lf_column_mean(&frame, 1, 4) == 25 && isnan(lf_column_mean(&frame, 1, 0)) &&
	   lf_baseline(LF_MEAN, &frame, 1, 4, 2, 1, 25) == 25, "the mean is that of the rows that it is told");
	ok(isnan(lf_baseline(LF_SEASONAL_MEAN, &frame, 1, 0, 1, 2, 7)) &&
	   lf_baseline(LF_SEASONAL_MEAN, &frame, 1, 0, 2, 2, 7) == 10 &&
	   isnan(lf_baseline(LF_SEASONAL_MEAN, &frame, 1, 5, 1, 1, 7)), "the seasonal mean says nothing without a season or a row in it");
}

static void
test_scores(void)
{
	lf_score	score = {0};

	ok(isnan(lf_score_mae(&score)) && isnan(lf_score_rmse(&score)), "no forecasts have no error");
	lf_score_add(&score, 3, 0);
	lf_score_add(&score, 1, 5);
	ok(score.count == 2 && lf_score_mae(&score) == 3.5, "the mean absolute error of 3 and -4 is 3.5");
	ok(fabs(lf_score_rmse(&score) - sqrt(12.5)) < 1e-12, "the root of their mean square is sqrt(12.5)");
	score = (lf_score) {0};
	lf_score_add_beside(&score, 3, 0, 1);
	ok(isnan(lf_score_variance(&score)), "one difference has no variance");
	lf_score_add_beside(&score, 4, 0, -4);
	lf_score_add_beside(&score, 1, 0, 2);
	ok(score.behind == 1 && fabs(lf_score_variance(&score) - 7.0 / 3) < 1e-12,
	   "differences of 2, 0 and -1 to the network have a variance of 7 / 3");
}

/* What a user sees as a season, with much noise, few weeks or another one long ago. */
static void
test_hard(void)
{
	int			noisy = 0;
	int			few = 0;

	for (int s = 0; s < SERIES; s++)
	{
		lf_random	random = lf_random_seed(400 + (uint64_t) s);

		/* the variance of the noise is that of the wave */
		for (int i = 0; i < 12 * 300; i++)
			column[i] = sqrt(2) * sin(TWO_PI * (i % 12) / 12) + lf_random_normal(&random);
		noisy += season_of(column, 12 * 300) == 12;
		fill_hours(&random, 3 * 168 + 1, 10);
		few += season_of(column, 3 * 168 + 1) == 168;
	}
	if (!ok(noisy == SERIES, "a year of months is found under as much noise"))
		diag("in %d of %d series", noisy, SERIES);
	if (!ok(few == SERIES, "a week of hours is found in three of them"))
		diag("in %d of %d series", few, SERIES);
	for (int i = 0; i < MOST_ROWS; i++)
		column[i] = sin(TWO_PI * i / (i < MOST_ROWS - 8192 ? 10 : 24));
	ok(season_of(column, MOST_ROWS) == 24, "the newest rows tell the season, whatever it was before");
}

int
main(void)
{
	test_hard();
	test_found();
	test_not_found();
	test_rows();
	test_baselines();
	test_scores();
	return done_testing();
}
