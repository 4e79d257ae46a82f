/*
 * aggregate.h: several rows of one step become one: events, duplicates, or rows that are finer than the step.
 *
 * As in SQL, a value that is not there (NaN) is left out: the sum, mean, last, lowest or highest of none is none, and
 * the count is 0.
 */
#ifndef LF_AGGREGATE_H
#define LF_AGGREGATE_H

#include "base/base.h"

/* These numbers stand in stored models: never renumber, add at the end. */
typedef enum lf_aggregate
{
	LF_AGGREGATE_NONE,			/* each step has one row */
	LF_AGGREGATE_SUM,
	LF_AGGREGATE_MEAN,
	LF_AGGREGATE_LAST,
	LF_AGGREGATE_COUNT,
	LF_AGGREGATE_MIN,
	LF_AGGREGATE_MAX
} lf_aggregate;

#define LF_AGGREGATES 7
extern const char *const lf_aggregate_names[LF_AGGREGATES];

/* Which point of the grid a row is taken for. The same holds of these numbers. */
typedef enum lf_alignment
{
	LF_ALIGN_NONE,				/* the one that it lies on */
	LF_ALIGN_NEAREST,
	LF_ALIGN_BEGIN				/* the last one that is not later: that with which the step of the row begins */
} lf_alignment;

#define LF_ALIGNMENTS 3

#define LF_GROUP_SMALL 0x1p-64

/* The values of one column in one step; all zero: none yet. */
typedef struct lf_group
{
	uint64_t	count;
	double		sum;
	double		small_sum;		/* the same times LF_GROUP_SMALL: finite even where the sum is not */
	double		last;
	double		lowest;
	double		highest;
} lf_group;

void		lf_group_add(lf_group *group, double value);

/* What becomes of them; NaN where there is none. */
double		lf_group_value(const lf_group *group, lf_aggregate aggregate);

/* Whether a step without any row has a value all the same, which is 0. */
bool		lf_aggregate_is_total(lf_aggregate aggregate);

/* How a column is aggregated: targets as it was asked for; others by their mean, or their last value beside that. */
lf_aggregate lf_aggregate_of(lf_aggregate asked, bool is_target);

#endif
