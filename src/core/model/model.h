/*
 * model.h: everything that is needed to forecast again: network, weights, scaling, columns, and how it was trained.
 *
 * A model in memory is this struct with pointers into blocks that somebody else owns: the fit that made it, or the
 * arena that lf_model_read filled.
 */
#ifndef LF_MODEL_H
#define LF_MODEL_H

#include "judging/blend.h"
#include "judging/dependence.h"
#include "judging/interval.h"
#include "model/combined.h"
#include "network/network.h"
#include "model/predict.h"
#include "model/recipe.h"
#include "series/aggregate.h"
#include "series/scaler.h"
#include "series/season_search.h"
#include "judging/score.h"

/* Longest name of a column or relation in a model, in bytes, without the final 0. */
#define LF_MAX_NAME 1023

/* These numbers stand in stored models: never renumber, add at the end. */
typedef enum lf_time_kind
{
	LF_TIME_NONE,				/* rows came in order, without a time */
	LF_TIME_INTEGER,
	LF_TIME_DATE,
	LF_TIME_TIMESTAMP,
	LF_TIME_TIMESTAMPTZ
} lf_time_kind;

#define LF_TIME_KINDS 5

/* The longest steps: above, the rest of a stamp would not fit into 64 bits. */
#define LF_LONGEST_STEP_MONTHS (12 * 200000)
#define LF_LONGEST_STEP_DAYS 10000000

/* Days of the week as bits, Monday the lowest: Monday to Friday, and all seven. */
#define LF_BUSINESS_DAYS 0x1f
#define LF_ALL_WEEKDAYS 0x7f

/*
 * The distance of two rows. The core only keeps it: adding it up is calendar arithmetic, which the caller's date types
 * do. Integers use 'units' alone; dates and times months, days and units = microseconds. A step of the weekdays that
 * occur is one day and their mask.
 */
typedef struct lf_time_step
{
	int32_t		months;
	int32_t		days;
	int64_t		units;
	uint8_t		weekdays;		/* 0: the step knows no week */
} lf_time_step;

/* A day in the units of phases of days and months, which are microseconds; months are so many days apart in them. */
#define LF_DAY_UNITS INT64_C(86400000000)
#define LF_MONTH_DAYS 32

/* How many days of the week are in a mask: so many steps make a week. */
static inline int
lf_weekday_count(uint8_t weekdays)
{
	int			count = 0;

	for (int i = 0; i < 7; i++)
		count += weekdays >> i & 1;
	return count;
}

/* Whether two steps lead from each time to the same one. */
bool		lf_steps_equal(const lf_time_step *a, const lf_time_step *b);

/* What was not there in the rows that a model was trained on. */
typedef struct lf_missing_record
{
	lf_missing	method;
	int			season;			/* that values were filled by, in rows; 1: none */
	uint64_t	rows;			/* times that had no row */
	uint64_t	values;			/* filled, those of missing rows included */
	int64_t		first;			/* time of the first and the last row with one, in the time type's own units, or */
	int64_t		last;			/* their numbers from 1 on where rows have no time */
} lf_missing_record;

/* The categories of a column, in the order of their numbers. */
typedef struct lf_labels
{
	int			count;
	const char **label;
} lf_labels;

#define LF_MAX_CATEGORIES 10000
#define LF_MAX_SERIES 1000000
#define LF_MAX_KEYS 32			/* columns that tell series apart: as many as a key has */

/*
 * A column of an event has the name of the holiday as its only category, and is called by it and the days from the holiday on:
 * "Easter", "Easter -2", "Easter +1". One that stands for all holidays without a column of their own has none, and this name.
 */
#define LF_MAX_EVENTS 256
#define LF_MAX_EVENT_DAYS 31
#define LF_OTHER_EVENTS "other holidays"

/* Days from its holiday on that a column of an event stands for, by both names; sets whether they go together. */
int			lf_event_offset(const char *name, const char *holiday, bool *sound);

/*
 * Rows or values that a model can have been trained on: sums of these stay there, and as signed numbers they are the
 * same.
 */
#define LF_MOST_ROWS (UINT64_C(1) << 62)

typedef struct lf_model
{
	lf_spec		spec;
	lf_task		task;
	lf_training training;

	int			columns;		/* of the frame: every column that is an input or a target */
	const char **names;			/* (columns) */
	lf_labels  *categories;		/* (columns): none where the column is no category; NULL: none at all */
	size_t		series;			/* that it was trained on */
	const char *series_column;	/* that tells them apart; "" where there is none, and one series */
	int			further_keys;	/* columns that tell them apart together with it */
	const char **further_key;	/* (further_keys) */
	const char **labels;		/* (series): its values; NULL without a column */
	lf_scaler  *scaler;			/* (series, columns) */
	double	   *error_scale;			/* (series, targets): of errors and intervals, see lf_error_scale */
	double	   *shape;			/* (series, targets, knots): of the seasons that are taken out; NULL where none is */
	double	   *level_regression;			/* (targets, inputs + 1), see level.h; NULL where no target needs it */
	lf_range   *ranges;			/* (inputs): what training has shown the network; NULL: not known */

	const char *relation;		/* qualified and quoted, "" where rows came from an aggregate */
	const char *holidays;		/* the relation of the days of the events, the same way; "" where no column is an event */
	const char *time_column;	/* "" where there is none */
	lf_time_kind time_kind;
	lf_time_step step;
	int64_t		last_time;		/* of the newest training row, in the time type's own units */
	const char *time_zone;		/* in which its steps are calendar steps; "" where they are the same in any */
	lf_missing_record missing;
	lf_aggregate aggregate;		/* of several rows of one step */
	lf_alignment alignment;		/* of rows that do not lie on the grid */
	int64_t		phase;			/* of that grid: what its times have for a rest, see pg/rows/timeline.h; 0 without one */

	uint64_t	rows;			/* that were read */
	uint64_t	windows;
	uint64_t	validation_windows;
	int			season;			/* of the naive baselines, in rows; 1: none */
	lf_season_facts found;		/* which seasons were looked for in the rows, and what these said */
	int			best_epoch;
	int			final_epochs;	/* that the weights went through */
	int			epochs;			/* entries of history */
	lf_epoch   *history;
	lf_score   *scores;			/* (targets, LF_FORECASTERS), on the validation windows */
	lf_errors	errors;			/* of forecasts of the validation windows */
	lf_dependence dependence;	/* how these hang together along the steps, and from series to series */

	bool		imported;		/* weights came from elsewhere: nothing is known about training */
	int			tail_before;	/* rows that are kept in front of a window */
	double	   *tail;			/* (tail_before + lookback, columns): the newest rows, where there is no relation to read */
	const char *version;		/* of the library that wrote it */

	int			tried;			/* candidates; 0: it was one plan by itself */
	lf_tried	candidate[LF_MAX_COMBINED];	/* (tried) */
	lf_combination combination;	/* of forecasts of several; no parts: the forecast is the network's alone */
	lf_partner_facts partner_facts;	/* for the partners in it, */
	lf_learned *learned;		/* (series, targets, LF_PARTNERS): and what they have learned; NULL: there are none */
	int			others;			/* networks beside this one in it */
	struct lf_model *other;		/* (others): of them, what a network has of its own; see lf_model_share() */

	lf_blend   *blend;			/* (targets); NULL: the forecast is the network's alone */
	int			members;		/* networks whose mean is the forecast */
	size_t		parameters;		/* of each */
	const lf_real *weights;		/* (members, parameters) */
} lf_model;

/* Fills what the networks beside the first one share with it: rows, columns, series, times, and what was found. */
void		lf_model_share(lf_model *model);

/* The rows before a window that its forecasts look at: for the partners, and for seasons that change. */
size_t		lf_model_history(const lf_model *model);

/*
 * The values of one of its columns by their numbers, those of the series where it is their number; none where it has
 * none.
 */
lf_labels	lf_model_labels(const lf_model *model, int column);

/* Whether two models tell series apart by the same columns. */
bool		lf_same_keys(const lf_model *a, const lf_model *b);

/* Whether the same values have the same numbers. */
bool		lf_labels_equal(const lf_labels *a, const lf_labels *b);

#endif
