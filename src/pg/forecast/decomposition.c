/*
 * decomposition.c: lstm_decompose: what the rows of a relation are made of, as training sees them.
 */
#include "forecast/one_target.h"
#include "rows/seasons.h"
#include "server/error.h"
#include "series/decompose.h"
#include "sql/arguments.h"
#include "utils/timestamp.h"

#include <math.h>

#define ARG_OPTIONS ONE_ARGUMENTS

/* The columns of a result row. */
enum
{
	OUT_SERIES,
	OUT_AT,
	OUT_VALUE,
	OUT_LEVEL,
	OUT_SEASON,
	OUT_REMAINDER,
	OUT_IS_OUTLIER,
	OUT_COLUMNS
};

/* What is taken apart, and how. */
typedef struct Decomposition
{
	ReturnSetInfo *result;
	const Table *table;
	lf_seasons	seasons;
	bool		multiplies;		/* the season and the remainder are factors */
} Decomposition;

static Panel *
read_rows(OneTarget *one)
{
	ReadFilter	all = {0};

	return table_has_series(one->table) ? panel_read(&one->plan, one->table, &all) :
		panel_of_rows(&one->plan, table_read(one->table, CurrentMemoryContext, NULL, 0));
}

/* Those that were given, or those that the rows have; and whether these multiply. */
static void
choose_seasons(Decomposition *decomposition, const Options *options, const Panel *panel, int target)
{
	lf_frame	frame = panel_frame(panel);
	lf_season_facts found = {.seasons = options->seasons};

	if (!options->season_given)
		seasons_find(&frame, target, &panel->timeline, rows_memory(panel->rows), &found);
	decomposition->seasons = found.seasons;
	decomposition->multiplies = options->deseasonalize == LF_DESEASONALIZE_MULTIPLICATIVE ||
		(options->deseasonalize == LF_DESEASONALIZES && found.logged);
}

static void
put_rows(const Decomposition *decomposition, const char *name, const Rows *rows, int target, const lf_parts *parts)
{
	Datum		series = name == NULL ? 0 : CStringGetTextDatum(name);

	for (size_t i = 0; i < parts->rows; i++)
	{
		uint64		row = parts->first + i;
		double		value = rows->values[row * rows->columns + target];
		double		level = decomposition->multiplies ? exp(parts->level[i]) : parts->level[i];
		double		season = decomposition->multiplies ? exp(parts->season[i]) : parts->season[i];
		double		remainder = decomposition->multiplies ? value / (level * season) : value - level - season;
		Datum		values[OUT_COLUMNS] = {[OUT_SERIES] = series};
		bool		nulls[OUT_COLUMNS] = {[OUT_SERIES] = name == NULL};
		TimestampTz at = 0;

		CHECK_FOR_INTERRUPTS();
		nulls[OUT_AT] = !rows->timed ||
			!timeline_as_timestamptz(decomposition->table->time_kind, rows_time(rows, row), &at);
		values[OUT_AT] = TimestampTzGetDatum(at);
		/* what was not there has a place in level and season, but no value */
		nulls[OUT_VALUE] = nulls[OUT_REMAINDER] = rows_was_filled(rows, row, target);
		values[OUT_VALUE] = Float8GetDatum(value);
		values[OUT_LEVEL] = Float8GetDatum(level);
		values[OUT_SEASON] = Float8GetDatum(season);
		values[OUT_REMAINDER] = Float8GetDatum(remainder);
		values[OUT_IS_OUTLIER] = BoolGetDatum(!nulls[OUT_VALUE] && lf_parts_is_outlier(parts, i));
		tuplestore_putvalues(decomposition->result->setResult, decomposition->result->setDesc, values, nulls);
	}
}

/* Takes one series apart; a cancel is answered. */
static void
decompose_series(const Decomposition *decomposition, const char *name, const Rows *rows, int target, void *block,
				 Size size)
{
	lf_arena	arena = lf_arena_over(block, size);
	lf_parts	parts;

	for (uint64 row = 0; row < rows->count && decomposition->multiplies; row++)
		if (!(rows->values[row * rows->columns + target] > 0))
			ereport(ERROR,
					(errcode(ERRCODE_DATA_EXCEPTION),
					 errmsg("value " UINT64_FORMAT " is %g, but a season that multiplies needs values above 0", row + 1,
							rows->values[row * rows->columns + target]),
					 errhint("Set option \"deseasonalize\" to \"additive\".")));
	lf_parts_layout(&parts, &arena, rows->count, &decomposition->seasons);
	seasons_take_apart(&parts, &decomposition->seasons, rows, target, decomposition->multiplies);
	put_rows(decomposition, name, rows, target, &parts);
}

static Datum
decompose(FunctionCallInfo fcinfo, bool several_keys)
{
	Decomposition decomposition = {.result = (ReturnSetInfo *) fcinfo->resultinfo};
	lf_arena	arena = lf_arena_measure();
	OneTarget  *one;
	lf_parts	parts;
	Panel	   *panel;
	lf_frame	frame;
	Size		needed;
	void	   *block;

	InitMaterializedSRF(fcinfo, 0);
	RETURN_NO_ROWS_IF_NULL(ONE_RELATION);
	RETURN_NO_ROWS_IF_NULL(ONE_TARGET);
	one = one_target_open(fcinfo, several_keys, ARG_OPTIONS);
	decomposition.table = one->table;
	panel = read_rows(one);
	panel_report_skipped(panel, one->table->label, "taken apart");
	choose_seasons(&decomposition, &one->options, panel, one->task.target[0]);
	frame = panel_frame(panel);
	lf_parts_layout(&parts, &arena, lf_frame_longest(&frame), &decomposition.seasons);
	needed = arena.used + LF_ALIGNMENT;
	check_memory_beside(rows_memory(panel->rows), needed, "taking rows apart", "give fewer rows");
	block = MemoryContextAllocHuge(CurrentMemoryContext, needed);
	for (Size i = 0; i < panel->series; i++)
	{
		Rows		rows = panel_rows(panel, i);

		decompose_series(&decomposition, panel->names == NULL ? NULL : panel->names[i], &rows, one->task.target[0],
						 block, needed);
	}
	return (Datum) 0;
}

SQL_FUNCTION(lstm_decompose);
Datum
lstm_decompose(PG_FUNCTION_ARGS)
{
	return decompose(fcinfo, false);
}

SQL_FUNCTION(lstm_decompose_keys);
Datum
lstm_decompose_keys(PG_FUNCTION_ARGS)
{
	return decompose(fcinfo, true);
}
