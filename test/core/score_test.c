/*
 * score_test.c: baselines where there is no season, or one that rows do not reach.
 */
#include "judging/score.h"
#include "tap.h"

#include <math.h>

int
main(void)
{
	const double values[] = {1, 2, 3, 4, 5, 6, 7, 8};
	const lf_frame frame = {.values = values, .rows = 8, .columns = 1};
	static const lf_forecaster seasonal[] = {LF_SEASONAL_NAIVE, LF_SEASONAL_MEAN};

	for (int i = 0; i < 2; i++)
	{
		const char *name = lf_forecaster_names[seasonal[i]];

		for (int season = 0; season < 2; season++)
		{
			bool		unknown = true;

			for (int k = 1; k <= 10; k++)
				unknown = unknown && isnan(lf_baseline(seasonal[i], &frame, 0, 7, k, season, 0));
			ok(unknown, "the %s of a season of %d is not a number, and no division by it", name, season);
		}
		ok(isnan(lf_baseline(seasonal[i], &frame, 0, 7, 1, 9, 0)), "the %s of more rows than there are is not a number", name);
	}
	ok(lf_baseline(LF_SEASONAL_NAIVE, &frame, 0, 7, 1, 4, 0) == 5 && lf_baseline(LF_SEASONAL_NAIVE, &frame, 0, 7, 4, 4, 0) == 8 &&
	   lf_baseline(LF_SEASONAL_NAIVE, &frame, 0, 7, 5, 4, 0) == 5, "the seasonal naive forecast repeats the newest season");
	ok(lf_baseline(LF_SEASONAL_MEAN, &frame, 0, 7, 1, 4, 0) == 3, "the seasonal mean is over all seasons that there are");
	return done_testing();
}
