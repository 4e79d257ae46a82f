/*
 * training.c: the one way to a model: check the rows, choose what was left open, train, judge, pack.
 */
#include "train/training.h"

#include "server/error.h"
#include "executor/spi.h"
#include "training/fit.h"
#include "series/level.h"
#include "series/limits.h"
#include "model/model_value.h"
#include "server/progress.h"
#include "server/settings.h"
#include "train/facts.h"
#include "train/outliers.h"
#include "train/spec.h"
#include "rows/align.h"
#include "rows/step.h"
#include "server/threads.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"
#include "train/verdict.h"
#include "train/warm_start.h"

#include <math.h>

#define REMEDY "reduce units, lookback or batch_size"

/* One training. It lives in a memory context of its own, with all that belongs to it. */
typedef struct Training
{
	const Request *request;
	MemoryContext context;
	lf_wishes	wishes;			/* those of the request, with the columns of the calendar that the rows have settled */
	Columns		columns;		/* the same */
	Panel	   *panel;
	Series		series;			/* how rows became regular */
	lf_frame	frame;			/* of the panel */
	lf_facts	facts;
	Outliers	outliers;
	lf_plan		plan;
	lf_spec		spec;
	lf_fit		fit;
} Training;

/* Lays out a fit over a measuring arena; raises what is wrong with the spec. Returns the bytes needed. */
static Size
measure(const lf_plan *plan, const lf_spec *spec, const lf_frame *frame, int slots, lf_fit *fit)
{
	lf_arena	arena = lf_arena_measure();
	int			layer;
	lf_status	status = lf_fit_layout(fit, &arena, spec, &plan->task, frame, &plan->training, slots, &layer);

	if (status != LF_OK && !(status == LF_TOO_LARGE && arena.overflow))
		report_network(status, &fit->network, spec, layer, &plan->task);
	return arena.overflow ? SIZE_MAX : arena.used + LF_ALIGNMENT;
}

/* The same for a training of rows that were read, which take memory too. */
static Size
memory_of(Training *training, int slots)
{
	Size		needed = measure(&training->plan, &training->spec, &training->frame, slots, &training->fit);
	Size		held = rows_memory(training->panel->rows);

	return needed > SIZE_MAX - held ? SIZE_MAX : needed + held;
}

/* Bytes of the weights in a model. */
static Size
weights_size(const lf_fit *fit)
{
	return (Size) Max(fit->training.members, 1) * fit->network.parameters * sizeof(float);
}

/* Bytes of a model, without the few that its record and names take. */
static Size
least_size(const lf_fit *fit, const lf_frame *frame)
{
	Size		targets = fit->task->targets;

	return weights_size(fit) + (Size) fit->judge.errors.steps * targets * fit->judge.errors.most * sizeof(float) +
		lf_frame_series(frame) * (frame->columns * sizeof(lf_scaler) + targets * sizeof(double));
}

Series
training_series(const Request *request)
{
	Series		series = {
		.source = request->source,
		.time_column = request->time_column,
		.names = (const char *const *) request->columns.names,
		.values = request->columns.values,
		.timeline = timeline_of_kind(request->time_kind),
		.method = (lf_missing) request->options.missing,
		.season_column = request->wishes.task.target[0],
		.keys = request->primary_keys,
		.aggregate = (lf_aggregate) request->options.aggregate,
		.may_align = request->options.step != NULL,
		.is_target = series_targets(&request->wishes.task, request->columns.count),
		.lenient = request->fills_all,
	};

	if (request->options.step != NULL)
		series.timeline.step = step_from_text(request->time_kind, request->options.step);
	return series;
}

void
training_check(const Request *request)
{
	lf_facts   *none = palloc0(sizeof(lf_facts));
	lf_plan    *plan = palloc(sizeof(lf_plan));
	lf_frame	frame = {.columns = request->columns.count};
	lf_spec    *spec;
	lf_fit	   *fit;

	plan_by(none, &request->wishes, request->source, plan);
	if (request->options.series_embedding && request->series_column == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"series_embedding\" needs series_column")));
	if (request->options.aggregate != LF_AGGREGATE_NONE && request->time_kind == LF_TIME_NONE)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"aggregate\" needs a time, and these rows have none"),
				 errhint("Give the time as the first argument: lstm_train_agg(at, value, options).")));
	if (request->options.calendar != 0)
		calendar_check("option \"calendar\"", request->time_kind, request->time_column);
	(void) training_series(request);
	/* where the rows decide about the size, they decide whether layers fit */
	if (request->wishes.task.lookback == LF_UNSET && plan->layers != NULL)
		return;
	spec = palloc(sizeof(lf_spec));
	fit = palloc(sizeof(lf_fit));
	spec_build(plan, none, spec);
	frame.rows = lf_window_rows(&plan->task) + plan->training.batch_size - 1;
	check_memory(measure(plan, spec, &frame, 1, fit), "training this network", REMEDY);
	settings_check_model(weights_size(fit), "the model would have at least");
	pfree(none);
	pfree(plan);
	pfree(spec);
	pfree(fit);
}

typedef struct Run
{
	lf_fit	   *fit;
	const Options *options;
} Run;

/* Trains to the end; cancels and time-outs are served after each mini-batch and inside long ones. */
static void
step_until_finished(void *state, lf_thread_pool *pool)
{
	lf_fit	   *fit = ((Run *) state)->fit;
	const Options *options = ((Run *) state)->options;
	TimestampTz started = GetCurrentTimestamp();
	bool		asks_time = options->timing || options->training.max_seconds > 0;
	lf_status	status;

	lf_fit_use_pool(fit, pool);
	do
	{
		const volatile sig_atomic_t *interrupt = serve_interrupts();

		if (asks_time)
			lf_fit_tell_time(fit, (GetCurrentTimestamp() - started) / 1e6);
		status = lf_fit_step(fit, interrupt);
		progress_fit(fit, status);
		if (status == LF_DIVERGED)
			report_divergence(fit->latest->epoch + 1, fit->latest->batch + 1, &fit->training);
	} while (status != LF_FINISHED);
	for (int i = 0; i < fit->epochs && !options->timing; i++)
		fit->history[i].seconds = NAN;	/* the clock was for max_time */
	if (!lf_fit_is_finite(fit))
		report_divergence(fit->trainer.epoch, fit->trainer.batch, &fit->training);
}

static PanelSpec
panel_spec(Training *training)
{
	const Request *request = training->request;
	const Options *options = &request->options;
	const lf_task *task = &training->wishes.task;

	return (PanelSpec) {
		.task = &training->wishes.task,
		.columns = &training->columns,
		.series = training_series(request),
		.calendar = options->calendar,
		.choose_calendar = options->calendar_auto,
		.skip = request->series_column != NULL && options->on_error == ON_ERROR_SKIP,
		.least_rows = request->series_column == NULL ? 0 :
			(uint64) Max(task->lookback, 1) - 1 + task->lead + task->horizon,
	};
}

/* Says which rows and series are not trained on, and what was filled. */
static void
report_rows(const Training *training)
{
	const Panel *panel = training->panel;

	panel_report_cut(panel, training->series.source, training->columns.names);
	panel_report_skipped(panel, training->request->source, "trained on");
	align_report(&panel->aligned, &training->series);
	regularize_report(&panel->missing, &training->series, panel->most_filled_label, panel->most_filled);
}

/*
 * Whether forecasts are to stay at or above 0 because no value of a target is below it, where nobody has said anything
 * of a lower limit. Logarithms have theirs.
 */
static bool
finds_limit(const Training *training)
{
	const Options *options = &training->request->options;
	const Panel *panel = training->panel;

	if (!options->limit_open || options->log == 1 || options->upper_limit <= 0)
		return false;
	for (Size s = 0; s < panel->series; s++)
	{
		lf_frame	one = lf_frame_of(&training->frame, s);

		CHECK_FOR_INTERRUPTS();
		if (!lf_targets_are_nonnegative(&one, &training->wishes.task))
			return false;
	}
	return true;
}

/* What will be trained: facts of the rows, the plan by them, its layers. */
static void
make_plan(Training *training)
{
	bool		clips = training->request->options.outliers == OUTLIERS_CLIP;

	training->wishes.limit_found = finds_limit(training);
	if (training->wishes.limit_found)
		training->wishes.lower_limit = 0;
	facts_of(training->panel, &training->wishes, &training->facts);
	training->outliers = outliers_find(training->panel, &training->wishes.task, &training->facts.seasons.seasons, clips);
	if (training->outliers.count > 0 && clips)
	{
		training->frame = panel_frame(training->panel);
		facts_of(training->panel, &training->wishes, &training->facts);
	}
	plan_by(&training->facts, &training->wishes, training->request->source, &training->plan);
	spec_build(&training->plan, &training->facts, &training->spec);
}

/*
 * Takes the memory of the fit, which must be within the limits together with that of the rows, and points it at these.
 */
static void
prepare_fit(Training *training)
{
	const Options *options = &training->request->options;
	const lf_plan *plan = &training->plan;
	lf_fit	   *fit = &training->fit;
	int			slots = settings_threads(options->threads);
	Size		needed = memory_of(training, slots);
	lf_arena	arena;
	int			layer;

	/* members side by side take more; they come one after the other where that is too much */
	while (fit->slots > 1 && !memory_allows(needed))
	{
		slots = fit->slots - 1;
		needed = memory_of(training, slots);
	}
	check_memory(needed, psprintf("training this network on " UINT64_FORMAT " rows", training->panel->rows->count), REMEDY);
	settings_check_model(least_size(fit, &training->frame), "the model would have at least");
	progress_memory(needed);
	needed -= rows_memory(training->panel->rows);
	arena = lf_arena_over(MemoryContextAllocHuge(training->context, needed), needed);
	(void) lf_fit_layout(fit, &arena, &training->spec, &plan->task, &training->frame, &plan->training, slots, &layer);
	if (options->init != NULL)
		warm_start(fit, &training->spec, options, &plan->task, &training->columns, training->panel);
	lf_fit_start(fit, &training->frame, &plan->task, plan->season);
}

static lf_labels *
categories_of(const Panel *panel, const Columns *columns)
{
	lf_labels  *labels = palloc0(columns->count * sizeof(lf_labels));

	for (int i = 0; i < columns->count; i++)
		if (panel->categories[i] != NULL)
			labels[i] = dictionary_list(panel->categories[i]);
		else if (columns->values != NULL && i < columns->read && columns->values[i] != NULL)
			labels[i] = (lf_labels) {.count = 1, .label = (const char **) &columns->values[i]};
	return labels;
}

/* The model: what training has found, and what the rows are. */
static lf_model
model_of(const Training *training)
{
	const Request *request = training->request;
	const Panel *panel = training->panel;
	const Rows *rows = panel->rows;
	lf_model	model = {.relation = request->relation, .time_column = request->time_column,
		.series_column = request->series_column == NULL ? "" : request->series_column, .version = LF_VERSION};

	lf_fit_result(&training->fit, &training->spec, &model);
	model.further_keys = request->further_keys;
	model.further_key = request->further_key;
	model.found = training->facts.seasons;
	model.names = (const char **) training->columns.names;
	model.categories = categories_of(panel, &training->columns);
	model.labels = panel->labels == NULL ? NULL : dictionary_labels(panel->labels);
	model.time_kind = request->time_kind;
	model.time_zone = request->time_kind == LF_TIME_TIMESTAMPTZ ? pg_get_timezone_name(panel->timeline.zone) : "";
	model.step = panel->timeline.step;
	model.aggregate = (lf_aggregate) request->options.aggregate;
	model.alignment = panel->alignment;
	model.phase = panel->alignment == LF_ALIGN_NONE ? 0 : panel->timeline.phase;
	model.last_time = panel->last_time;
	model.missing = panel->missing;
	/* nothing had to be filled here, but a forecast may have to */
	if ((model.missing.method == LF_MISSING_SEASONAL || model.missing.method == LF_MISSING_AUTO) &&
		model.missing.values == 0)
		model.missing.season = training->plan.season;
	if (request->relation[0] == '\0')
		model.tail = rows->values + (rows->count - model.task.lookback) * rows->columns;
	return model;
}

static void
report_training(const Training *training, const lf_model *model)
{
	const lf_fit *fit = &training->fit;

	if (fit->cut_short)
		ereport(NOTICE,
				(errmsg("max_time ended the training on %s after %d of %d epochs", training->request->source, fit->epochs,
						fit->training.epochs)));
	verdict_report(model);
}

/* From the panel to the model as a value, in the memory of the caller. */
static bytea *
train(Training *training)
{
	const Options *options = &training->request->options;
	bool		tells = !training->request->quiet;
	MemoryContext caller = MemoryContextSwitchTo(training->context);
	lf_model	model;

	training->frame = panel_frame(training->panel);
	training->series.timeline = training->panel->timeline;
	if (tells)
		report_rows(training);
	rows_drop_times(training->panel->rows);
	make_plan(training);
	if (tells)
		outliers_report(&training->outliers, training->panel, &training->panel->timeline, training->request->source,
						(const char *const *) training->columns.names,
						options->outliers == OUTLIERS_CLIP);
	if (tells)
		facts_report(&training->facts, training->request->source);
	prepare_fit(training);
	in_threads(Min(settings_threads(options->threads), lf_fit_threads(&training->fit)), step_until_finished,
			   &(Run) {.fit = &training->fit, .options = options});
	model = model_of(training);
	if (tells)
		report_training(training, &model);
	MemoryContextSwitchTo(caller);
	return model_to_bytea(&model);
}

bytea *
training_run_panel(const Request *request, panel_maker make, void *state)
{
	/* all that a training takes is gone in the end */
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "lstm_forecast training",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(context);
	Training   *training = palloc0(sizeof(Training));
	PanelSpec	spec;
	bytea	   *value;

	training->request = request;
	training->context = context;
	training->wishes = request->wishes;
	training->columns = request->columns;
	spec = panel_spec(training);
	progress_next_training();
	training->panel = make(&spec, state);
	training->series = spec.series;
	MemoryContextSwitchTo(caller);
	if (request->commit_when_read)
		SPI_commit();
	value = train(training);
	MemoryContextDelete(context);
	return value;
}

static Panel *
of_rows(PanelSpec *plan, void *rows)
{
	return panel_of_rows(plan, rows);
}

bytea *
training_run(const Request *request, Rows *rows)
{
	bytea	   *value = training_run_panel(request, of_rows, rows);

	rows_free(rows);
	return value;
}

static Panel *
read_all(PanelSpec *plan, void *table)
{
	ReadFilter	all = {0};

	return panel_read(plan, table, &all);
}

typedef struct TableTraining
{
	const Request *request;
	Table	   *table;
	bytea	   *model;
} TableTraining;

static void
run_table(void *state)
{
	TableTraining *training = state;
	Table	   *table = training->table;

	training->model = table_has_series(table) ? training_run_panel(training->request, read_all, table) :
		training_run(training->request, table_read(table, CurrentMemoryContext, NULL, 0));
}

bytea *
training_run_table(ProgressCommand command, const Request *request, Table *table)
{
	TableTraining training = {.request = request, .table = table};

	progress_around(command, table->relid, run_table, &training);
	return training.model;
}
