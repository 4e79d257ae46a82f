/*
 * baseline.c: lstm_baseline and lstm_zero_shot: forecasts of a relation without training.
 *
 * All series are read before the first is forecast: which seasons there are is asked of all of them together.
 */
#include "forecast/asked.h"
#include "forecast/forecast_columns.h"
#include "forecast/one_target.h"
#include "judging/method.h"
#include "model/model_value.h"
#include "rows/align.h"
#include "rows/regularize.h"
#include "server/error.h"
#include "server/progress.h"
#include "series/limits.h"
#include "sql/arguments.h"
#include "sql/names.h"
#include "train/facts.h"
#include "train/outliers.h"
#include "train/wishes.h"
#include "utils/timestamp.h"

#include <float.h>
#include <math.h>

/* Places of the further arguments; lstm_zero_shot has no method. */
typedef struct Places
{
	int			method;			/* -1: it has none */
	int			level;
	int			as_of;
	int			series;
	int			options;
	ProgressCommand command;
} Places;

#define ARG_HORIZON ONE_ARGUMENTS

static const Places of_baseline = {ARG_HORIZON + 1, ARG_HORIZON + 2, ARG_HORIZON + 3, ARG_HORIZON + 4, ARG_HORIZON + 5,
	PROGRESS_BASELINE};
static const Places of_zero_shot = {-1, ARG_HORIZON + 1, ARG_HORIZON + 2, ARG_HORIZON + 3, ARG_HORIZON + 4,
	PROGRESS_ZERO_SHOT};

/* Where nobody says a horizon it is one season, but no fewer steps and no more. */
#define LEAST_HORIZON 12
#define MOST_HORIZON 1000

typedef struct Baseline
{
	ReturnSetInfo *result;
	OneTarget  *one;
	lf_method	method;
	int			horizon;		/* LF_UNSET: a season */
	double		level;
	const TimestampTz *as_of;	/* NULL: all rows are known */
	Asked		asked;
	ReadFilter	filter;
	Panel	   *panel;

	lf_method_seasons seasons;
	bool		multiplies;		/* they do, where all values are above 0 */
	double		lower_limit;
	double		upper_limit;

	lf_method_room room;
	lf_outlook *outlook;		/* (horizon) */
	Datum		target;			/* as texts */
	Datum		ok;
} Baseline;

static void
put_status(void *state, const char *label, const char *status)
{
	Baseline   *baseline = state;

	asked_answer(&baseline->asked, label);
	asked_put_status(baseline->result, OUT_SERIES, label, OUT_STATUS, status);
}

/* ---- rows ---- */

/* Leaves out the rows that were not known at as_of. */
static void
cut_after(Rows *rows, lf_time_kind kind, const TimestampTz *as_of)
{
	TimestampTz at;

	for (; as_of != NULL && rows->count > 0; rows->count--)
	{
		CHECK_FOR_INTERRUPTS();
		if (!timeline_as_timestamptz(kind, rows_time(rows, rows->count - 1), &at) || at <= *as_of)
			break;
	}
}

static void
add_series(void *state, SeriesRows *read)
{
	Baseline   *baseline = state;

	cut_after(read->rows, baseline->one->table->time_kind, baseline->as_of);
	if (read->rows->count == 0 && read->trouble == NULL)
		read->trouble = baseline->as_of != NULL ? "it has no rows up to as_of" : "it has no rows";
	if (panel_add(baseline->panel, &baseline->one->plan, read))
		asked_answer(&baseline->asked, read->label);
}

static void
read_rows(Baseline *baseline)
{
	OneTarget  *one = baseline->one;
	const Table *table = one->table;

	if (!table_has_series(table))
	{
		baseline->panel = panel_of_rows(&one->plan, table_read(table, CurrentMemoryContext, baseline->as_of, 0));
		return;
	}
	if (baseline->as_of != NULL && table->time_kind == LF_TIME_INTEGER)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("as_of is a time, but time column \"%s\" is an integer", table->time_column)));
	one->plan.left_out = put_status;
	one->plan.left_out_state = baseline;
	baseline->panel = panel_create(&one->plan, true);
	table_read_series(table, &baseline->filter, add_series, baseline);
	if (baseline->panel->series > 0)
		panel_finish(baseline->panel, table->label);
	asked_report_missing(&baseline->asked, put_status, baseline);
}

/* What was done to rows on their way, as training reports it. */
static void
report_rows(const Baseline *baseline)
{
	const Panel *panel = baseline->panel;
	Series		series = baseline->one->plan.series;

	series.timeline = panel->timeline;
	panel_report_cut(panel, series.source, baseline->one->columns.names);
	align_report(&panel->aligned, &series);
	regularize_report(&panel->missing, &series, panel->most_filled_label, panel->most_filled);
}

/* ---- what is known of all series ---- */

static bool
is_nonnegative(const Baseline *baseline)
{
	lf_frame	all = panel_frame(baseline->panel);

	for (Size s = 0; s < lf_frame_series(&all); s++)
	{
		lf_frame	one = lf_frame_of(&all, s);

		CHECK_FOR_INTERRUPTS();
		if (!lf_targets_are_nonnegative(&one, &baseline->one->task))
			return false;
	}
	return true;
}

/*
 * The season that naive methods repeat: the one that did best, but of those that were said, if any were; and where the
 * rows are too few to compare any, the longest.
 */
static int
repeated_season(const Options *options, const lf_facts *facts)
{
	const lf_seasons *seasons = &facts->seasons.seasons;

	for (int i = 0; i < seasons->count && options->season_given; i++)
		if (facts->season == (int) floor(seasons->season[i].length + 0.5))
			return facts->season;
	return options->season_given || facts->season == 1 ? lf_seasons_longest(seasons, LF_LONGEST_SEASON) : facts->season;
}

/* Limits, outliers and seasons, as a training finds them. */
static void
look_at_rows(Baseline *baseline)
{
	OneTarget  *one = baseline->one;
	const Options *options = &one->options;
	const char *source = one->table->label;
	bool		clips = options->outliers != OUTLIERS_KEEP;
	lf_wishes  *wishes = palloc(sizeof(lf_wishes));
	lf_facts   *facts = palloc(sizeof(lf_facts));
	Outliers	outliers;

	one->task.horizon = baseline->horizon == LF_UNSET ? LEAST_HORIZON : baseline->horizon;
	wishes_of(options, &one->task, wishes);
	wishes->normalize = LF_NORMALIZE_NONE;	/* that facts need not say what suits a network */
	/* bounds of huge values may overflow */
	baseline->lower_limit = options->limit_open && is_nonnegative(baseline) ? 0 : Max(options->lower_limit, -DBL_MAX);
	baseline->upper_limit = Min(options->upper_limit, DBL_MAX);
	facts_of(baseline->panel, wishes, facts);
	outliers = outliers_find(baseline->panel, &one->task, &facts->seasons.seasons, clips);
	if (outliers.count > 0 && clips)
		facts_of(baseline->panel, wishes, facts);
	outliers_report(&outliers, baseline->panel, &baseline->panel->timeline, source,
					(const char *const *) one->columns.names, clips);
	facts_report(facts, source);

	baseline->seasons.all = facts->seasons.seasons;
	baseline->seasons.repeated = repeated_season(options, facts);
	if (options->deseasonalize == LF_DESEASONALIZE_NONE)
		baseline->seasons.all.count = 0;
	baseline->multiplies = options->deseasonalize == LF_DESEASONALIZE_MULTIPLICATIVE ||
		(options->deseasonalize != LF_DESEASONALIZE_ADDITIVE && facts->seasons.logged);
	if (baseline->horizon == LF_UNSET)
		baseline->horizon = Min(Max(baseline->seasons.repeated, LEAST_HORIZON), MOST_HORIZON);
	pfree(wishes);
	pfree(facts);
}

static void
take_memory(Baseline *baseline)
{
	lf_frame	frame = panel_frame(baseline->panel);
	Size		longest = lf_frame_longest(&frame);
	lf_arena	arena = lf_arena_measure();
	Size		forecasts = (Size) baseline->horizon * sizeof(lf_outlook);
	Size		needed;

	lf_method_layout(&baseline->room, &arena, baseline->method, longest, &baseline->seasons, baseline->horizon);
	needed = arena.used + LF_ALIGNMENT;
	check_memory_beside(rows_memory(baseline->panel->rows) + baseline->asked.held, needed + forecasts,
						"forecasting these rows", "give fewer rows, or a shorter horizon");
	arena = lf_arena_over(MemoryContextAllocHuge(CurrentMemoryContext, needed), needed);
	lf_method_layout(&baseline->room, &arena, baseline->method, longest, &baseline->seasons, baseline->horizon);
	baseline->outlook = MemoryContextAllocHuge(CurrentMemoryContext, forecasts);
}

/* ---- one series ---- */

/*
 * The timeline of a series of the panel, which has that of the first: where in a step rows lie is each series' own, and so
 * is the day of the month that steps of months keep.
 */
static Timeline
timeline_of(const Panel *panel, const Rows *rows)
{
	Timeline	timeline = panel->timeline;

	if (panel->names == NULL)
		return timeline;
	timeline.has_phase = false;
	if (!timeline_has_step(&timeline) || timeline.step.months == 0)
		return timeline;
	timeline.step.days = 1;
	for (uint64 row = 0; row < rows->count; row++)
	{
		CHECK_FOR_INTERRUPTS();
		timeline.step.days = Max(timeline.step.days, timeline_month_day(&timeline, rows_time(rows, row)));
	}
	return timeline;
}

static bool
all_above_zero(const Rows *rows, int target)
{
	for (uint64 row = 0; row < rows->count; row++)
		if (!(rows->values[row * rows->columns + target] > 0))
			return false;
	return true;
}

/* What the status of a forecast is: ok, or what was not possible. */
static const char *
status_of(const Baseline *baseline, const Rows *rows, lf_method used)
{
	if (rows->count == 1)
		return "it has one row, which is repeated: nothing is known of its errors";
	if (used == LF_METHOD_REPEAT_LAST && baseline->method != LF_METHOD_AUTO && baseline->method != used)
		return "it has no season, or less than one: the last value is repeated";
	if (used == LF_METHOD_ZERO_SHOT && !isnan(baseline->outlook[0].lower))
		return "zero-shot: no training saw these rows";
	if (isnan(baseline->outlook[0].lower))
		return "it has too few rows to know its errors";
	return NULL;
}

static double
within(const Baseline *baseline, double value)
{
	return Min(Max(value, baseline->lower_limit), baseline->upper_limit);
}

static void
put_series(const Baseline *baseline, const char *label, const Rows *rows, lf_method used)
{
	Timeline	timeline = timeline_of(baseline->panel, rows);
	int64		origin = rows->timed ? rows_time(rows, rows->count - 1) : 0;
	const char *status = status_of(baseline, rows, used);
	Datum		status_text = status == NULL ? baseline->ok : CStringGetTextDatum(status);
	Datum		series = label == NULL ? 0 : CStringGetTextDatum(label);

	for (int k = 0; k < baseline->horizon; k++)
	{
		const lf_outlook *outlook = &baseline->outlook[k];
		Datum		values[OUT_COLUMNS] = {[OUT_SERIES] = series};
		bool		nulls[OUT_COLUMNS] = {[OUT_SERIES] = label == NULL};

		CHECK_FOR_INTERRUPTS();
		values[OUT_STEP] = Int32GetDatum(k + 1);
		asked_put_stamp(&values[OUT_FORECAST_AT], &nulls[OUT_FORECAST_AT], &timeline, origin, k + 1);
		values[OUT_TARGET] = baseline->target;
		values[OUT_FORECAST] = Float8GetDatum(within(baseline, outlook->middle));
		nulls[OUT_LOWER_BOUND] = nulls[OUT_UPPER_BOUND] = isnan(outlook->lower);
		values[OUT_LOWER_BOUND] = Float8GetDatum(within(baseline, outlook->lower));
		values[OUT_UPPER_BOUND] = Float8GetDatum(within(baseline, outlook->upper));
		values[OUT_STATUS] = status_text;
		tuplestore_putvalues(baseline->result->setResult, baseline->result->setDesc, values, nulls);
	}
}

/* A cancel is answered. */
static void
forecast_series(Baseline *baseline, Size number)
{
	int			target = baseline->one->task.target[0];
	Rows		rows = panel_rows(baseline->panel, number);
	lf_column	column = {.values = rows.values + target, .rows = rows.count, .stride = rows.columns,
		.number = rows.number, .logged = baseline->multiplies && all_above_zero(&rows, target)};
	const volatile sig_atomic_t *interrupt;
	lf_method	used;

	do
	{
		interrupt = serve_interrupts();
		used = lf_method_forecast(&baseline->room, baseline->method, &baseline->seasons, &column, baseline->horizon,
								  baseline->level, baseline->outlook, interrupt);
	} while (interrupt != NULL && *interrupt != 0);
	put_series(baseline, baseline->panel->names == NULL ? NULL : baseline->panel->names[number], &rows, used);
}

/* ---- the call ---- */

static lf_method
read_method(FunctionCallInfo fcinfo, const Places *places)
{
	char	   *name = places->method < 0 ? NULL : argument_text(fcinfo, places->method);
	int			method = name == NULL ? LF_METHOD_AUTO : name_index(name, lf_method_names, LF_METHODS);

	if (method < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("unrecognized method \"%s\"", name),
				 errdetail("The methods are %s.", join_names(lf_method_names, LF_METHODS)),
				 nearest_hint(name, lf_method_names, LF_METHODS, NULL)));
	return places->method < 0 ? LF_METHOD_ZERO_SHOT : (lf_method) method;
}

static void
read_arguments(FunctionCallInfo fcinfo, const Places *places, Baseline *baseline)
{
	const Options *options;

	baseline->level = PG_ARGISNULL(places->level) ? 0.95 : PG_GETARG_FLOAT8(places->level);
	check_level(baseline->level);
	baseline->horizon = argument_int(fcinfo, ARG_HORIZON, "horizon", 1, LF_MAX_DIM, LF_UNSET);
	baseline->method = read_method(fcinfo, places);
	options = &baseline->one->options;
	if (!(options->upper_limit > options->lower_limit))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"upper_limit\" of %g is not above \"lower_limit\" of %g", options->upper_limit,
						options->lower_limit)));
	if (!PG_ARGISNULL(places->series) && baseline->one->table->series_column == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"series\" was given, but not the column that tells series apart"),
				 errhint("Give series_column, or leave \"series\" out.")));
	baseline->asked = asked_names(fcinfo, places->series, &baseline->filter);
}

static void
forecast_all(void *state)
{
	Baseline   *baseline = state;

	read_rows(baseline);
	if (baseline->panel->series == 0)
		return;
	report_rows(baseline);
	look_at_rows(baseline);
	take_memory(baseline);
	progress_phase(PROGRESS_FORECASTING);
	progress_expect((int64) baseline->panel->series);
	baseline->target = CStringGetTextDatum(baseline->one->columns.names[0]);
	baseline->ok = CStringGetTextDatum("ok");
	for (Size i = 0; i < baseline->panel->series; i++)
	{
		forecast_series(baseline, i);
		progress_number((int64) i + 1);
	}
}

static Datum
forecast_relation(FunctionCallInfo fcinfo, const Places *places, bool several_keys)
{
	Baseline	baseline = {.result = (ReturnSetInfo *) fcinfo->resultinfo};
	TimestampTz as_of;

	InitMaterializedSRF(fcinfo, 0);
	RETURN_NO_ROWS_IF_NULL(ONE_RELATION);
	RETURN_NO_ROWS_IF_NULL(ONE_TARGET);
	if (!PG_ARGISNULL(places->as_of))
	{
		as_of = PG_GETARG_TIMESTAMPTZ(places->as_of);
		baseline.as_of = &as_of;
	}
	baseline.one = one_target_open(fcinfo, several_keys, places->options);
	read_arguments(fcinfo, places, &baseline);
	progress_around_forecast(places->command, baseline.one->table->relid, forecast_all, &baseline);
	return (Datum) 0;
}

SQL_FUNCTION(lstm_baseline);
Datum
lstm_baseline(PG_FUNCTION_ARGS)
{
	return forecast_relation(fcinfo, &of_baseline, false);
}

SQL_FUNCTION(lstm_baseline_keys);
Datum
lstm_baseline_keys(PG_FUNCTION_ARGS)
{
	return forecast_relation(fcinfo, &of_baseline, true);
}

SQL_FUNCTION(lstm_zero_shot);
Datum
lstm_zero_shot(PG_FUNCTION_ARGS)
{
	return forecast_relation(fcinfo, &of_zero_shot, false);
}

SQL_FUNCTION(lstm_zero_shot_keys);
Datum
lstm_zero_shot_keys(PG_FUNCTION_ARGS)
{
	return forecast_relation(fcinfo, &of_zero_shot, true);
}
