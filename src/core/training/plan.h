/*
 * plan.h: what a training will do, chosen from what the rows are and from what was said.
 *
 *	   facts	of the rows: how many, in how many series, their season, whether their level moves
 *	   wishes	of the user: what was said, and LF_UNSET for what was left open
 *	   plan		what will be done: nothing is open any more
 *
 * lf_choose() is the only place where a choice is made. It is a pure function: it reads two values and returns a third,
 * so that each choice can be tested on made-up facts, and plans can be compared without any row being read again.
 */
#ifndef LF_PLAN_H
#define LF_PLAN_H

#include "series/season_search.h"
#include "training/defaults.h"

/* Series that facts are taken from, at most, evenly spread over all of them. */
#define LF_MAX_SAMPLES 25

typedef struct lf_sample_facts
{
	size_t		rows;
	double		level_share;	/* of the variance, between blocks of 'block' rows: see lf_level_share */
	double		rest_level_share;	/* of what the seasons leave, the part of its level: see lf_parts_level_share */
} lf_sample_facts;

/* With 'series' 0 no row has been read: then only what does not depend on rows is chosen and checked. */
typedef struct lf_facts
{
	size_t		series;
	const size_t *start;		/* (series + 1): where each begins, and the end; NULL: one of 'rows' rows */
	size_t		rows;			/* that half of the series have */
	lf_season_facts seasons;	/* of the first target */
	int			season;			/* whose last cycle tells the next one best, of these and the natural ones; 1: none */
	int			block;			/* rows of the blocks in which the level was looked at, see lf_level_block */
	int			samples;
	lf_sample_facts sample[LF_MAX_SAMPLES];
	int			categories[LF_MAX_COLUMNS];	/* of the first inputs, see lf_task_categories(); 0: not known yet */
} lf_facts;

/* Whether the network sees the columns side by side or one at a time. */
typedef enum lf_channels
{
	LF_CHANNELS_JOINT,
	LF_CHANNELS_INDEPENDENT
} lf_channels;

typedef struct lf_wishes
{
	lf_task		task;			/* its columns, horizon and lead; lookback may be LF_UNSET; nothing looks ahead yet */
	lf_preset	preset;
	bool		open;			/* nothing was said of the network: the facts choose the preset */
	const lf_spec *layers;		/* of the user's own; NULL: the preset's */
	lf_preset_arguments arguments;	/* of the preset; the season is chosen */
	int			channels;		/* lf_channels, or LF_UNSET */
	bool		calendar;		/* columns of the calendar go in beside those of the task */
	int			loss;			/* lf_loss, or LF_UNSET */
	lf_head		quantiles;		/* of that loss; no levels: the default ones */
	int			normalize;		/* lf_normalize, or LF_UNSET */
	bool		log;
	bool		log_open;		/* nothing was said of it */
	double		lower_limit;	/* infinite: none */
	bool		limit_found;	/* nobody has asked for it, see limits.h */
	double		upper_limit;
	int			difference;		/* rows; 0: none */
	bool		difference_season;	/* the rows of a season */
	bool		season_given;	/* it was said which seasons there are: */
	lf_seasons	seasons;
	int			deseasonalize;	/* lf_deseasonalize, or LF_UNSET; LF_DESEASONALIZES: where there are seasons, as suits them */
	bool		idle;			/* there are too few rows for the network: it is not trained, and only carries the model */
	int			season;			/* that the weights which training begins with measure windows from; 0: open */
	lf_training training;		/* epochs, batch size and learning rate may be LF_UNSET; loss and normalize are chosen */
	bool		members_open;	/* nothing was said of how many networks of a kind there are to be: candidates may have more */
} lf_wishes;

typedef struct lf_plan
{
	lf_task		task;
	lf_training training;
	lf_preset	preset;
	const lf_spec *layers;		/* of the user's own; NULL: the preset's */
	lf_preset_arguments arguments;
	int			season;			/* of the naive baselines; 1: none */
	size_t		windows;		/* in all series */
} lf_plan;

/* Why there is no plan. */
typedef enum lf_plan_status
{
	LF_PLAN_MADE,
	LF_PLAN_NOT_INDEPENDENT,	/* independent channels, and inputs that are not the targets */
	LF_PLAN_NO_QUANTILES,		/* levels of quantiles for another loss */
	LF_PLAN_MUST_CALIBRATE,		/* a loss whose intervals are made of held-out errors alone */
	LF_PLAN_LIMITS_CROSS,
	LF_PLAN_LOG_OF_SPREAD,		/* logarithms with a loss that says a mean and a spread */
	LF_PLAN_DIFFERENCE_OF_SPREAD,	/* differences with a loss that says a spread */
	LF_PLAN_DIFFERENCE_OF_LEVEL,	/* differences, and windows measured from something */
	LF_PLAN_DIFFERENCE_OF_OTHERS,	/* differences, and targets that are no inputs, or another lead than 1 */
	LF_PLAN_DIFFERENCE_TOO_LONG,	/* for the lookback of the plan */
	LF_PLAN_TOO_MANY_COLUMNS,	/* with what is known ahead */
	LF_PLAN_TOO_FEW_ROWS,		/* for one window of the plan */
	LF_PLAN_TOO_MANY_LEVELS,	/* the level of a target would have to be estimated from too many inputs */
	LF_PLAN_NO_SEASON,			/* windows measured by a season that they do not hold */
	LF_PLAN_NOTHING_TO_TAKE_OUT,	/* seasons to be taken out of rows that have none */
	LF_PLAN_LEVEL_OF_COUNTS,	/* counts measured from a level */
	LF_PLAN_SEASON_OF_COUNTS,	/* seasons taken out of counts */
	LF_PLAN_ADDITIVE_OF_LOG		/* a season that adds so much, and logarithms */
} lf_plan_status;

/* Fills the plan, as far as it goes where there is none. */
lf_plan_status lf_choose(const lf_facts *facts, const lf_wishes *wishes, lf_plan *plan);

/* Whether the network is the preset for segments. */
static inline bool
lf_plan_has_segments(const lf_plan *plan)
{
	return plan->layers == NULL && plan->preset == LF_SEGMENT;
}

/*
 * Rows of the blocks in which the level is to be looked at: a season, or where there is none, a window as it will be.
 */
int			lf_level_block(const lf_facts *facts, const lf_wishes *wishes);

/* Rows that one window takes. */
size_t		lf_window_rows(const lf_task *task);

/*
 * Lets the network see its known inputs over the horizon: shifted copies of them, as many as windows of this lookback
 * need to cover it. False where that are more inputs than there may be. A second call changes nothing.
 */
bool		lf_task_look_ahead(lf_task *task);

#endif
