/*
 * aggregate.c: one value of several.
 */
#include "series/aggregate.h"

#include <math.h>

const char *const lf_aggregate_names[LF_AGGREGATES] = {
	[LF_AGGREGATE_NONE] = "none",
	[LF_AGGREGATE_SUM] = "sum",
	[LF_AGGREGATE_MEAN] = "mean",
	[LF_AGGREGATE_LAST] = "last",
	[LF_AGGREGATE_COUNT] = "count",
	[LF_AGGREGATE_MIN] = "min",
	[LF_AGGREGATE_MAX] = "max",
};

void
lf_group_add(lf_group *group, double value)
{
	if (isnan(value))
		return;
	group->count++;
	group->sum += value;
	group->small_sum += value * LF_GROUP_SMALL;
	group->last = value;
	if (group->count == 1 || value < group->lowest)
		group->lowest = value;
	if (group->count == 1 || value > group->highest)
		group->highest = value;
}

double
lf_group_value(const lf_group *group, lf_aggregate aggregate)
{
	if (aggregate == LF_AGGREGATE_COUNT)
		return (double) group->count;
	if (group->count == 0)
		return (double) NAN;
	switch (aggregate)
	{
		case LF_AGGREGATE_SUM:
			return group->sum;
		case LF_AGGREGATE_MEAN:
			return isfinite(group->sum) ? group->sum / (double) group->count :
				group->small_sum / (double) group->count / LF_GROUP_SMALL;
		case LF_AGGREGATE_MIN:
			return group->lowest;
		case LF_AGGREGATE_MAX:
			return group->highest;
		default:
			return group->last;
	}
}

bool
lf_aggregate_is_total(lf_aggregate aggregate)
{
	return aggregate == LF_AGGREGATE_SUM || aggregate == LF_AGGREGATE_COUNT;
}

lf_aggregate
lf_aggregate_of(lf_aggregate asked, bool is_target)
{
	return is_target || asked == LF_AGGREGATE_NONE || asked == LF_AGGREGATE_LAST ? asked : LF_AGGREGATE_MEAN;
}
