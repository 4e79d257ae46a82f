/*
 * impute.c: lstm_impute: every row of the grid, with what stood in the gaps.
 */
#include "forecast/one_target.h"
#include "model/model_value.h"
#include "rows/seasons.h"
#include "server/error.h"
#include "series/gap_filling.h"
#include "sql/arguments.h"
#include "utils/timestamp.h"

#include <float.h>
#include <math.h>

#define ARG_LEVEL ONE_ARGUMENTS
#define ARG_OPTIONS (ONE_ARGUMENTS + 1)

/* The columns of a result row. */
enum
{
	OUT_SERIES,
	OUT_AT,
	OUT_VALUE,
	OUT_FILLED,
	OUT_LOWER_BOUND,
	OUT_UPPER_BOUND,
	OUT_COLUMNS
};

typedef struct Imputation
{
	ReturnSetInfo *result;
	OneTarget  *one;
	int			target;
	double		level;
	Panel	   *panel;
	lf_seasons	seasons;
	bool		logged;			/* seasons multiply, where all values are above 0 */
	bool		cleans;			/* values far beyond all others are replaced */
	void	   *block;
	Size		size;
	unsigned char *marks;		/* of the rows that are filled at once */
} Imputation;

/* Gaps of any length are filled: to do so is what the function was called for. */
static void
read_rows(Imputation *imputation)
{
	OneTarget  *one = imputation->one;
	ReadFilter	all = {0};

	if (one->options.missing != LF_MISSING_AUTO && one->options.missing != LF_MISSING_ERROR)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"missing\" of \"%s\" has no place in lstm_impute", lf_missing_names[one->options.missing]),
				 errdetail("Gaps are filled by level and seasons."),
				 errhint("Leave the option out; or set it to \"error\", and nothing may be missing.")));
	one->plan.series.lenient = true;
	imputation->panel = table_has_series(one->table) ? panel_read(&one->plan, one->table, &all) :
		panel_of_rows(&one->plan, table_read(one->table, CurrentMemoryContext, NULL, 0));
	panel_report_skipped(imputation->panel, one->table->label, "filled");
}

static void
choose_seasons(Imputation *imputation)
{
	const Options *options = &imputation->one->options;
	const Panel *panel = imputation->panel;
	lf_frame	frame = panel_frame(panel);
	lf_season_facts found = {0};

	seasons_find(&frame, imputation->target, &panel->timeline, rows_memory(panel->rows), &found);
	imputation->seasons = options->season_given ? options->seasons : found.seasons;
	if (options->deseasonalize == LF_DESEASONALIZE_NONE)
		imputation->seasons.count = 0;
	imputation->logged = options->deseasonalize == LF_DESEASONALIZE_MULTIPLICATIVE ||
		((options->deseasonalize == LF_UNSET || options->deseasonalize == LF_DESEASONALIZES) && found.logged);
}

static void
take_memory(Imputation *imputation)
{
	lf_frame	frame = panel_frame(imputation->panel);
	Size		longest = Min(lf_frame_longest(&frame), LF_MOST_FILLED);
	lf_arena	arena = lf_arena_measure();
	lf_filling	filling;

	lf_filling_layout(&filling, &arena, longest, &imputation->seasons);
	imputation->size = arena.used + LF_ALIGNMENT;
	check_memory_beside(rows_memory(imputation->panel->rows), imputation->size + lf_mask_size(longest),
						"filling gaps", "give fewer rows");
	imputation->block = MemoryContextAllocHuge(CurrentMemoryContext, imputation->size);
	imputation->marks = MemoryContextAllocHuge(CurrentMemoryContext, lf_mask_size(longest));
}

/* No value of the series is below: then nothing that is filled in is, nor a bound, where nothing was said of limits. */
static double
lower_limit_of(const Imputation *imputation, const Rows *rows)
{
	const Options *options = &imputation->one->options;

	if (!options->limit_open)
		return Max(options->lower_limit, -DBL_MAX);
	for (uint64 row = 0; row < rows->count; row++)
	{
		CHECK_FOR_INTERRUPTS();
		if (rows->values[row * rows->columns + imputation->target] < 0)
			return -DBL_MAX;
	}
	return 0;
}

static bool
all_above_zero(const Rows *rows, int target)
{
	for (uint64 row = 0; row < rows->count; row++)
	{
		CHECK_FOR_INTERRUPTS();
		if (!(rows->values[row * rows->columns + target] > 0))
			return false;
	}
	return true;
}

static void
put_rows(const Imputation *imputation, const char *name, const Rows *rows, uint64 first, uint64 from, uint64 to,
		 const lf_filling *filling, double lower_limit)
{
	double		upper_limit = Min(imputation->one->options.upper_limit, DBL_MAX);
	double		reach = lf_filling_reach(filling, imputation->level);
	Datum		series = name == NULL ? 0 : CStringGetTextDatum(name);

	for (uint64 row = from; row < to; row++)
	{
		Size		i = row - first;
		bool		is_filled = lf_mask_at(filling->marks, i);
		double		filled = filling->filled[i];
		double		lower = lf_filling_lower(filling, i, reach);
		double		upper = lf_filling_upper(filling, i, reach);
		Datum		values[OUT_COLUMNS] = {[OUT_SERIES] = series};
		bool		nulls[OUT_COLUMNS] = {[OUT_SERIES] = name == NULL};
		TimestampTz at = 0;

		CHECK_FOR_INTERRUPTS();
		nulls[OUT_AT] = !rows->timed ||
			!timeline_as_timestamptz(imputation->one->table->time_kind, rows_time(rows, row), &at);
		values[OUT_AT] = TimestampTzGetDatum(at);
		nulls[OUT_VALUE] = rows_was_filled(rows, row, imputation->target);
		values[OUT_VALUE] = Float8GetDatum(rows->values[row * rows->columns + imputation->target]);
		values[OUT_FILLED] = Float8GetDatum(is_filled ? Min(Max(filled, lower_limit), upper_limit) : filled);
		nulls[OUT_LOWER_BOUND] = nulls[OUT_UPPER_BOUND] = !is_filled || !isfinite(lower) || !isfinite(upper);
		values[OUT_LOWER_BOUND] = Float8GetDatum(Min(Max(lower, lower_limit), upper_limit));
		values[OUT_UPPER_BOUND] = Float8GetDatum(Min(Max(upper, lower_limit), upper_limit));
		tuplestore_putvalues(imputation->result->setResult, imputation->result->setDesc, values, nulls);
	}
}

/* Fills so many rows from 'first' on; a cancel is answered. */
static void
fill_rows(const Imputation *imputation, const Rows *rows, uint64 first, uint64 count, bool logged, lf_filling *filling)
{
	lf_arena	arena = lf_arena_over(imputation->block, imputation->size);
	lf_column	column = {.values = rows->values + first * rows->columns + imputation->target, .rows = count,
		.stride = rows->columns, .number = rows->number + (int64) first, .logged = logged};
	const volatile sig_atomic_t *interrupt;

	memset(imputation->marks, 0, lf_mask_size(count));
	for (uint64 i = 0; i < count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (rows_was_filled(rows, first + i, imputation->target))
			lf_mask_set(imputation->marks, i);
	}
	lf_filling_layout(filling, &arena, count, &imputation->seasons);
	do
	{
		interrupt = serve_interrupts();
		lf_fill_gaps(filling, &imputation->seasons, &column, imputation->marks, imputation->cleans, interrupt);
	} while (interrupt != NULL && *interrupt != 0);
}

/* The newest known row up to 'row', but behind 'first'; where all between are missing that is 'row'. */
static uint64
known_up_to(const Rows *rows, int target, uint64 first, uint64 row)
{
	uint64		known = row;

	while (known > first && rows_was_filled(rows, known, target))
	{
		CHECK_FOR_INTERRUPTS();
		known--;
	}
	return known > first ? known : row;
}

/* Series that are too long for it are filled part by part: each begins with the known row with which the last one ended. */
static void
fill_series(Imputation *imputation, Size number)
{
	Rows		rows = panel_rows(imputation->panel, number);
	const char *name = imputation->panel->names == NULL ? NULL : imputation->panel->names[number];
	bool		above_zero = all_above_zero(&rows, imputation->target);
	double		lower_limit = lower_limit_of(imputation, &rows);
	uint64		put = 0;		/* rows that have been returned */

	if (imputation->one->options.deseasonalize == LF_DESEASONALIZE_MULTIPLICATIVE && !above_zero)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("a season that multiplies needs values above 0, but %s has others",
						name == NULL ? imputation->one->table->label : psprintf("series \"%s\"", name)),
				 errhint("Set option \"deseasonalize\" to \"additive\".")));
	for (uint64 first = 0; put < rows.count;)
	{
		uint64		last = Min(rows.count - first, LF_MOST_FILLED) + first - 1;
		lf_filling	filling;

		if (last + 1 < rows.count)
			last = known_up_to(&rows, imputation->target, first, last);
		fill_rows(imputation, &rows, first, last - first + 1, imputation->logged && above_zero, &filling);
		put_rows(imputation, name, &rows, first, put, last + 1, &filling, lower_limit);
		put = last + 1;
		first = last;
	}
}

static Datum
impute(FunctionCallInfo fcinfo, bool several_keys)
{
	Imputation	imputation = {.result = (ReturnSetInfo *) fcinfo->resultinfo};
	const Options *options;

	InitMaterializedSRF(fcinfo, 0);
	RETURN_NO_ROWS_IF_NULL(ONE_RELATION);
	RETURN_NO_ROWS_IF_NULL(ONE_TARGET);
	imputation.one = one_target_open(fcinfo, several_keys, ARG_OPTIONS);
	options = &imputation.one->options;
	imputation.level = PG_ARGISNULL(ARG_LEVEL) ? 0.95 : PG_GETARG_FLOAT8(ARG_LEVEL);
	check_level(imputation.level);
	if (!(options->upper_limit > options->lower_limit))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"upper_limit\" of %g is not above \"lower_limit\" of %g", options->upper_limit,
						options->lower_limit)));
	imputation.target = imputation.one->task.target[0];
	imputation.cleans = options->outliers == OUTLIERS_CLIP;
	read_rows(&imputation);
	choose_seasons(&imputation);
	take_memory(&imputation);
	for (Size i = 0; i < imputation.panel->series; i++)
		fill_series(&imputation, i);
	return (Datum) 0;
}

SQL_FUNCTION(lstm_impute);
Datum
lstm_impute(PG_FUNCTION_ARGS)
{
	return impute(fcinfo, false);
}

SQL_FUNCTION(lstm_impute_keys);
Datum
lstm_impute_keys(PG_FUNCTION_ARGS)
{
	return impute(fcinfo, true);
}
