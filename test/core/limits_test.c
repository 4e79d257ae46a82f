/*
 * limits_test.c: the lower limit that is found, lifted, and agreed on.
 */
#include "series/limits.h"

#include "tap.h"

#include <math.h>

#define NONE (-(double) INFINITY)

static lf_task
task_with(double low, double high, bool found)
{
	return (lf_task) {.targets = 1, .target = {1}, .lower_limit = low, .upper_limit = high,
		.limited = isfinite(low) || isfinite(high), .limit_found = found};
}

/* Whether joining two tasks, in both orders, leaves this limit. */
static bool
joins_to(lf_task a, lf_task b, double low, bool found)
{
	lf_task		first = a;
	lf_task		second = b;

	lf_task_join_limits(&first, &b);
	lf_task_join_limits(&second, &a);
	return lf_tasks_agree_on_limit(&a, &b) && lf_tasks_agree_on_limit(&b, &a) && first.lower_limit == low &&
		second.lower_limit == low && first.limit_found == found && second.limit_found == found &&
		first.limited == (isfinite(low) || isfinite(first.upper_limit));
}

int
main(void)
{
	double		values[] = {-1, 0, -1, 5, -1, 1e300};
	lf_frame	frame = {.values = values, .rows = 3, .columns = 2};
	lf_task		found = task_with(0, (double) INFINITY, true);
	lf_task		asked = task_with(0, (double) INFINITY, false);
	lf_task		none = task_with(NONE, (double) INFINITY, false);
	lf_task		below = task_with(0, 9, true);
	lf_task		other = task_with(1, (double) INFINITY, false);

	ok(lf_targets_are_nonnegative(&frame, &found), "values of 0 and above have the limit, whatever other columns have");
	values[3] = -1e-300;
	ok(!lf_targets_are_nonnegative(&frame, &found), "one value below 0 is enough");
	values[3] = (double) NAN;
	ok(!lf_targets_are_nonnegative(&frame, &found), "of what is no number nothing is known");
	lf_task_lift_limit(&below);
	ok(below.lower_limit == NONE && below.upper_limit == 9 && below.limited && !below.limit_found,
	   "a limit that is lifted leaves the upper one");
	ok(joins_to(found, found, 0, true), "what both have found stays found");
	ok(joins_to(found, none, NONE, false), "what one has found and the other has not is lifted");
	ok(joins_to(found, asked, 0, false), "what one has found and the other was asked for was asked for");
	ok(joins_to(none, none, NONE, false), "no limit stays none");
	ok(!lf_tasks_agree_on_limit(&asked, &none) && !lf_tasks_agree_on_limit(&other, &found), "others do not agree");
	lf_task_lift_limit(&asked);
	ok(asked.lower_limit == 0, "what was asked for is not lifted");
	return done_testing();
}
