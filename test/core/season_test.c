/*
 * season_test.c: seasons that are there are found, seasons that are not there are not; and the baselines by hand.
 *
 * Seeds are numbered, not chosen: every series of a kind must give its season.
 */
#include "rig.h"
#include "judging/score.h"
#include "series/season_search.h"
#include "tap.h"

#include <math.h>

#define MOST_ROWS 17000
#define SERIES 20
#define TWO_PI 6.28318530717958647692

static double column[MOST_ROWS];

/* What a search finds in a frame whose step suggests these seasons. */
static lf_season_facts
search(const lf_frame *frame, const double *natural, int naturals)
{
	lf_season_search search;
	lf_season_facts facts;
	lf_arena	arena = lf_arena_measure();
	guarded		block;

	lf_season_search_layout(&search, &arena, lf_frame_longest(frame));
	block = guarded_new(arena.used);
	arena = lf_arena_over(block.block, block.bytes);
	lf_season_search_layout(&search, &arena, lf_frame_longest(frame));
	lf_season_search_run(&search, frame, 0, natural, naturals, NULL, &facts);
	if (!guarded_intact(&block) || arena.used != block.bytes)
		facts.seasons.count = -1;
	free(block.raw);
	return facts;
}

/* The longest season of rows of which no calendar is known; 1: none. */
static int
season_of(const double *values, size_t rows)
{
	const lf_frame frame = {.values = values, .rows = rows, .columns = 1};
	lf_season_facts facts = search(&frame, NULL, 0);

	return facts.seasons.count < 0 ? -1 : lf_seasons_longest(&facts.seasons, LF_MAX_SEASON);
}

static bool
are(const lf_seasons *seasons, double first, double second)
{
	return seasons->count == (second > 0 ? 2 : 1) && seasons->season[0].length == first &&
		(second == 0 || seasons->season[1].length == second);
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
		sane = sane && season >= 1 && (size_t) season <= rows / 2 + 1;
	}
	ok(sane, "few rows give no season longer than half of them");
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

/* Lengths that the calendar gives, by hand. */
static void
test_natural(void)
{
	static const struct
	{
		const char *what;
		lf_calendar_step step;
		int			count;
		double		length[4];
	}			cases[] = {
		{"months", {.months = 1}, 1, {12}},
		{"quarters", {.months = 3}, 1, {4}},
		{"years", {.months = 12}, 0, {0}},
		{"half years", {.months = 6}, 0, {0}},
		{"weeks", {.days = 7}, 1, {365.25 / 7}},
		{"days", {.days = 1}, 2, {7, 365.25}},
		{"two days", {.days = 2}, 1, {182.625}},
		{"business days", {.days = 1, .weekdays = 5}, 2, {5, 365.25 / 7 * 5}},
		{"hours", {.microseconds = INT64_C(3600000000)}, 3, {24, 168, 8766}},
		{"half hours", {.microseconds = INT64_C(1800000000)}, 3, {48, 336, 17532}},
		{"quarter hours", {.microseconds = INT64_C(900000000)}, 4, {4, 96, 672, 35064}},
		{"five minutes", {.microseconds = INT64_C(300000000)}, 4, {12, 288, 2016, 105192}},
		{"minutes", {.microseconds = INT64_C(60000000)}, 4, {60, 1440, 10080, 525960}},
		{"seven minutes", {.microseconds = INT64_C(420000000)}, 2, {1440, 525960.0 / 7}},
	};

	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++)
	{
		double		lengths[LF_MAX_NATURAL];
		int			count = lf_natural_seasons(&cases[c].step, lengths);
		bool		same = count == cases[c].count;

		for (int i = 0; i < count && same; i++)
			same = fabs(lengths[i] - cases[c].length[i]) < 1e-9;
		ok(same, "the seasons of %s are those of the calendar", cases[c].what);
	}
}

/* Places and values in seasons of whole rows and of others, and numbers below 0. */
static void
test_places(void)
{
	static const double shape[] = {1, 2, 4, -7, 10, 30};
	const lf_seasons seasons = {.count = 2, .season = {{.length = 4, .knots = 4}, {.length = 5, .knots = 2}}};
	lf_seasons	bad = seasons;

	ok(lf_season_of(168).knots == 168 && lf_season_of(365.25).knots < 60 && lf_season_of(10080).knots < 60 &&
	   lf_season_of(52.1786).knots == 52, "short seasons have a knot for each row, a year of days has few");
	/* row 1 of 5 is .4 of the way from the first to the second of 2 knots */
	ok(fabs(lf_seasons_value(&seasons, shape, 0) - 11) < 1e-12 && fabs(lf_seasons_value(&seasons, shape, 1) - (2 + 18)) < 1e-12,
	   "a value is the sum of the shapes, on the line between two knots");
	/* row 4: the season of 5 is .6 of the way from the second knot back to the first */
	ok(fabs(lf_seasons_value(&seasons, shape, 4) - (1 + 18)) < 1e-12 && fabs(lf_seasons_value(&seasons, shape, -1) - (-7 + 18)) < 1e-12 &&
	   fabs(lf_seasons_value(&seasons, shape, 20 - 16) - lf_seasons_value(&seasons, shape, -16)) < 1e-12,
	   "after the last knot comes the first, and numbers below 0 go on backwards");
	ok(lf_seasons_are_sound(&seasons), "seasons in order are sound");
	bad.season[1].length = 4;
	ok(!lf_seasons_are_sound(&bad), "one that stands twice is not");
	bad = seasons;
	bad.season[0].knots = 5;
	ok(!lf_seasons_are_sound(&bad), "nor more knots than rows");
	bad = seasons;
	bad.season[0].length = (double) NAN;
	ok(!lf_seasons_are_sound(&bad), "nor no number");
}

/* A calendar lets weak seasons be found, two of them, and those of a few cycles; and does not make any up. */
static void
test_calendar(void)
{
	static const double hours[] = {24, 168};
	static const double days[] = {7, 365.25};
	static const double months[] = {12};
	int			both = 0;
	int			year = 0;
	int			none = 0;
	int			twelve = 0;

	for (int s = 0; s < SERIES; s++)
	{
		lf_random	random = lf_random_seed(500 + (uint64_t) s);
		lf_frame	frame = {.values = column, .rows = 24 * 7 * 6, .columns = 1};
		double		level = 0;
		lf_season_facts facts;

		fill_hours(&random, frame.rows, 6);
		facts = search(&frame, hours, 2);
		both += are(&facts.seasons, 24, 168);
		/* five years whose swing is as large as the noise, weekends that are lower, a level that jumps, and a slip */
		frame.rows = 1830;
		for (size_t i = 0; i < frame.rows; i++)
			column[i] = 50 + 2 * sin(TWO_PI * (double) i / 365.25) - (i % 7 >= 5 ? 2 : 0) + (i > 900 ? 15 : 0) +
				lf_random_normal(&random);
		column[400] = 4000;
		facts = search(&frame, days, 2);
		year += are(&facts.seasons, 7, 365.25);
		for (size_t i = 0; i < frame.rows; i++)
			column[i] = level += lf_random_normal(&random);
		facts = search(&frame, days, 2);
		none += facts.seasons.count == 0;
		/* three years of months */
		frame.rows = 36;
		fill_months(&random, frame.rows);
		facts = search(&frame, months, 1);
		twelve += are(&facts.seasons, 12, 0);
	}
	if (!ok(both == SERIES, "a day and a week of hours are both found"))
		diag("in %d of %d series", both, SERIES);
	if (!ok(year == SERIES, "a week and a year of days are found in spite of a shift and a slip"))
		diag("in %d of %d series", year, SERIES);
	if (!ok(none >= SERIES - 1, "a random walk of days has none, but by chance"))
		diag("in %d of %d series", none, SERIES);
	if (!ok(twelve == SERIES, "three years of months show theirs"))
		diag("in %d of %d series", twelve, SERIES);
}

/* Of many short series none shows what all together do. */
static void
test_many(void)
{
	enum {MANY = 60, ROWS = 30};
	static const double week[] = {7};
	static size_t start[MANY + 1];
	lf_random	random = lf_random_seed(600);
	lf_frame	frame = {.values = column, .rows = MANY * ROWS, .columns = 1, .series = MANY, .start = start};
	lf_season_facts facts;
	int			alone = 0;

	for (int s = 0; s <= MANY; s++)
		start[s] = (size_t) (s * ROWS);
	/* all begin on the same weekday, as the grid of their times has it */
	for (int i = 0; i < MANY * ROWS; i++)
		column[i] = (i % ROWS % 7 == 6 ? 1.2 : 0) + lf_random_normal(&random);
	for (int s = 0; s < MANY; s++)
	{
		lf_frame	one = {.values = column + s * ROWS, .rows = ROWS, .columns = 1};

		alone += search(&one, week, 1).seasons.count > 0;
	}
	facts = search(&frame, week, 1);
	ok(alone < MANY / 2, "few of the short series show a week of their own");
	ok(are(&facts.seasons, 7, 0), "all of them together do");
}

/*
 * Days whose weeks change from one shape to another: what is known of the week follows the newest rows, and the older ones keep
 * some of theirs, which repeats after 21 days as it does after 7. One of the series has a season of 21 days, so that all are
 * asked for it.
 */
static void
test_multiples(void)
{
	enum {MANY = 20, ROWS = 735};
	static const double before[7] = {6, -4, 0, 5, -6, 3, -4};
	static const double after[7] = {-4, 5, 3, -6, 0, -4, 6};
	static size_t start[MANY + 1];
	lf_random	random = lf_random_seed(650);
	lf_frame	frame = {.values = column, .rows = MANY * ROWS, .columns = 1, .series = MANY, .start = start};
	lf_season_facts facts;

	for (int s = 0; s <= MANY; s++)
		start[s] = (size_t) (s * ROWS);
	for (int i = 0; i < MANY * ROWS; i++)
	{
		double		part = (double) (i % ROWS) / ROWS;

		column[i] = 30 + (1 - part) * before[i % ROWS % 7] + part * after[i % ROWS % 7] +
			(i < ROWS && i % 21 < 7 ? 15 : 0) + 2 * lf_random_normal(&random);
	}
	facts = search(&frame, NULL, 0);
	if (!ok(are(&facts.seasons, 7, 0), "weeks that change make no season of three weeks"))
		for (int i = 0; i < facts.count; i++)
			diag("%g rows: gain %.3f, certainty %.1f", facts.fact[i].length, facts.fact[i].gain, facts.fact[i].certainty);
}

/* The lag that a list resembles itself at. */
static int
lag_of(size_t rows)
{
	const lf_seasons none = {0};
	const lf_column whole = {.values = column, .rows = rows, .stride = 1};
	lf_frame	frame = {.values = column, .rows = rows, .columns = 1};
	lf_season_search search;
	lf_arena	arena = lf_arena_measure();
	guarded		block;
	int			lag;

	lf_season_search_layout(&search, &arena, lf_frame_longest(&frame));
	block = guarded_new(arena.used);
	arena = lf_arena_over(block.block, block.bytes);
	lf_season_search_layout(&search, &arena, lf_frame_longest(&frame));
	lf_decompose(&search.parts, &none, &whole, NULL);
	lag = lf_season_lag(&search.parts, search.scratch);
	free(block.raw);
	return lag;
}

static void
test_lags(void)
{
	int			longest = 0;
	int			ridges = 0;

	for (int s = 0; s < SERIES; s++)
	{
		lf_random	random = lf_random_seed(800 + (uint64_t) s);
		double		pattern[700];
		double		level = 0;

		/* a quarter of the variance comes again after 700 rows, three times in all */
		for (int i = 0; i < 700; i++)
			pattern[i] = lf_random_normal(&random);
		for (int i = 0; i < 2101; i++)
			column[i] = pattern[i % 700] + 1.65 * lf_random_normal(&random);
		longest += lag_of(2101) == 700;
		/* neighbours are alike, and a ripple of 5 rows on top lifts the ridge by little */
		for (int i = 0; i < 4000; i++)
		{
			level = 0.95 * level + sqrt(1 - 0.95 * 0.95) * lf_random_normal(&random);
			column[i] = level + 0.45 * sin(TWO_PI * i / 5);
		}
		ridges += lag_of(4000) != 5;
	}
	if (!ok(longest >= SERIES - 2, "a season of a third of the rows is seen as well as a short one"))
		diag("in %d of %d series", longest, SERIES);
	if (!ok(ridges == SERIES, "a ripple on the ridge around lag 0 is not the lag that stands out"))
		diag("in %d of %d series", ridges, SERIES);
}

/* Numbers that grow by percentages say so. */
static void
test_logarithms(void)
{
	static const double months[] = {12};
	lf_random	random = lf_random_seed(700);
	lf_frame	frame = {.values = column, .rows = 144, .columns = 1};

	for (int i = 0; i < 144; i++)
		column[i] = exp(4 + 0.015 * i + 0.3 * sin(TWO_PI * i / 12) + 0.02 * lf_random_normal(&random));
	ok(search(&frame, months, 1).logged, "a season that grows with the level is one of logarithms");
	for (int i = 0; i < 144; i++)
		column[i] = 100 + 3 * i + 40 * sin(TWO_PI * i / 12) + 2 * lf_random_normal(&random);
	ok(!search(&frame, months, 1).logged, "one that stays as it is is not");
	for (int i = 0; i < 144; i++)
		column[i] -= 200;
	ok(!search(&frame, months, 1).logged, "and values below 0 have no logarithms");
}

int
main(void)
{
	test_natural();
	test_places();
	test_calendar();
	test_many();
	test_multiples();
	test_lags();
	test_logarithms();
	test_hard();
	test_found();
	test_not_found();
	test_rows();
	test_baselines();
	test_scores();
	return done_testing();
}
