/*
 * training.c: the one way to a model: check the rows, choose what was left open, train, judge, pack.
 */
#include "train/training.h"

#include "train/choices.h"
#include "server/error.h"
#include "executor/spi.h"
#include "training/fit.h"
#include "series/level.h"
#include "model/model_value.h"
#include "server/progress.h"
#include "server/settings.h"
#include "train/spec.h"
#include "rows/step.h"
#include "server/threads.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"
#include "train/verdict.h"
#include "train/warm_start.h"

#include <math.h>

#define REMEDY "reduce units, lookback or batch_size"

/* Plans a fit over a measuring arena; raises what is wrong with the spec. Returns the bytes needed. */
static Size
measure(const Request *request, const lf_spec *spec, const lf_training *training, const lf_frame *frame, int slots,
		lf_fit *fit)
{
	lf_arena	arena = lf_arena_measure();
	int			layer;
	lf_status	status = lf_fit_layout(fit, &arena, spec, &request->task, frame, training, slots, &layer);

	if (status != LF_OK && !(status == LF_TOO_LARGE && arena.overflow))
		report_network(status, &fit->network, spec, layer, &request->task);
	return arena.overflow ? SIZE_MAX : arena.used + LF_ALIGNMENT;
}

/* The same for a training of these rows, which take memory too. */
static Size
memory_of(const Request *request, const lf_spec *spec, const lf_frame *frame, const Rows *rows, int slots, lf_fit *fit)
{
	Size		needed = measure(request, spec, &request->options.training, frame, slots, fit);
	Size		held = rows_memory(rows);

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

	return weights_size(fit) + (Size) fit->errors.steps * targets * fit->errors.most * sizeof(float) +
		lf_frame_series(frame) * (frame->columns * sizeof(lf_scaler) + targets * sizeof(double));
}

Series
training_series(const Request *request)
{
	Series		series = {
		.source = request->source,
		.time_column = request->time_column,
		.names = (const char *const *) request->columns.names,
		.timeline = timeline_of_kind(request->time_kind),
		.method = (lf_missing) request->options.missing,
		.season_column = request->task.target[0],
	};

	if (request->options.step != NULL)
		series.timeline.step = step_from_text(request->time_kind, request->options.step);
	return series;
}

void
training_check(const Request *request)
{
	Request    *least = memcpy(palloc(sizeof(Request)), request, sizeof(Request));
	lf_spec    *spec;
	lf_fit	   *fit;
	lf_training training = request->options.training;
	lf_frame	frame = {.columns = request->columns.count};

	if (request->options.series_embedding && request->series_column == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"series_embedding\" needs series_column")));
	if (request->options.calendar != 0)
		calendar_check("option \"calendar\"", request->time_kind, request->time_column);
	(void) training_series(request);
	if (request->task.lookback == LF_UNSET)
	{
		if (request->options.layers != NULL)
			return;				/* the rows decide about the size, and whether the layers fit */
		least->task.lookback = choices_segments(&request->options) ?
			lf_default_segment_lookback(0, 1, request->task.horizon, 1, request->options.arguments.segment_length) : 1;
	}
	columns_look_ahead(&least->task);
	spec = palloc(sizeof(lf_spec));
	fit = palloc(sizeof(lf_fit));
	spec_build(least, spec);
	lf_default_training(&training, choices_preset(&request->options), 0);
	frame.rows = choices_rows_needed(&least->task) + training.batch_size - 1;
	check_memory(measure(least, spec, &training, &frame, 1, fit), "training this network", REMEDY);
	settings_check_model(weights_size(fit), "the model would have at least");
	pfree(spec);
	pfree(fit);
	pfree(least);
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
plan_panel(Request *request)
{
	const Options *options = &request->options;

	return (PanelSpec) {
		.task = &request->task,
		.columns = &request->columns,
		.series = training_series(request),
		.calendar = options->calendar,
		.choose_calendar = options->calendar_auto,
		.skip = request->series_column != NULL && options->on_error == ON_ERROR_SKIP,
		.least_rows = request->series_column == NULL ? 0 :
			(uint64) Max(request->task.lookback, 1) - 1 + request->task.lead + request->task.horizon,
	};
}

/* Says which rows and series were not trained on, and what was filled. */
static void
report_rows(const Request *request, const Panel *panel, const Series *series)
{
	if (panel->future > 0)
		ereport(NOTICE,
				(errmsg_plural("the newest " UINT64_FORMAT " row of %s is left out: its target is NULL",
							   "the newest " UINT64_FORMAT " rows of %s are left out: their target is NULL",
							   panel->future, panel->future, request->source)));
	panel_report_skipped(panel, request->source, "trained on");
	regularize_report(&panel->missing, series);
}

static void
report_time(const Request *request, const lf_fit *fit)
{
	if (fit->cut_short)
		ereport(NOTICE,
				(errmsg("max_time ended the training on %s after %d of %d epochs",
						request->source, fit->epochs, fit->training.epochs)));
}

static lf_labels *
categories_of(const Panel *panel, const Columns *columns)
{
	lf_labels  *labels = palloc0(columns->count * sizeof(lf_labels));

	for (int i = 0; i < columns->count; i++)
		if (panel->categories[i] != NULL)
			labels[i] = dictionary_list(panel->categories[i]);
	return labels;
}

static bytea *
train_panel(Request *request, Panel *panel, Series *series)
{
	MemoryContext caller = MemoryContextSwitchTo(panel->context);
	Options    *options = &request->options;
	lf_task    *task = &request->task;
	lf_model	model = {.relation = request->relation, .time_column = request->time_column,
		.series_column = request->series_column == NULL ? "" : request->series_column, .version = LF_VERSION};
	lf_fit	   *fit = palloc0(sizeof(lf_fit));
	lf_spec    *spec = palloc0(sizeof(lf_spec));
	Rows	   *rows = panel->rows;
	lf_frame	frame = panel_frame(panel);
	lf_arena	arena;
	Size		needed;
	int			slots;
	int			season;			/* of the baselines */
	int			layer;
	bytea	   *value;

	series->timeline = panel->timeline;
	if (!request->quiet)
		report_rows(request, panel, series);
	model.time_kind = request->time_kind;
	model.time_zone = request->time_kind == LF_TIME_TIMESTAMPTZ ? pg_get_timezone_name(panel->timeline.zone) : "";
	model.step = panel->timeline.step;
	model.last_time = panel->last_time;
	model.missing = panel->missing;
	rows_drop_times(rows);

	season = choices_of_rows(request, panel);
	/* nothing had to be filled here, but a forecast may have to */
	if (model.missing.method == LF_MISSING_SEASONAL && model.missing.values == 0)
		model.missing.season = season;
	spec_build(request, spec);
	slots = settings_threads(options->threads);
	needed = memory_of(request, spec, &frame, rows, slots, fit);
	/* members side by side take more; they come one after the other where that is too much */
	while (fit->slots > 1 && !memory_allows(needed))
	{
		slots = fit->slots - 1;
		needed = memory_of(request, spec, &frame, rows, slots, fit);
	}
	check_memory(needed,
				 psprintf("training this network on " UINT64_FORMAT " rows", rows->count), REMEDY);
	settings_check_model(least_size(fit, &frame), "the model would have at least");
	progress_memory(needed);
	needed -= rows_memory(rows);
	arena = lf_arena_over(MemoryContextAllocHuge(panel->context, needed), needed);
	(void) lf_fit_layout(fit, &arena, spec, task, &frame, &options->training, slots, &layer);
	if (options->init != NULL)
		warm_start(fit, spec, request, panel);
	lf_fit_start(fit, &frame, task, season);
	in_threads(Min(settings_threads(options->threads), lf_fit_threads(fit)), step_until_finished,
			   &(Run) {.fit = fit, .options = options});

	lf_fit_result(fit, spec, &model);
	model.names = (const char **) request->columns.names;
	model.categories = categories_of(panel, &request->columns);
	model.labels = panel->labels == NULL ? NULL : dictionary_labels(panel->labels);
	if (request->relation[0] == '\0')
		model.tail = rows->values + (rows->count - task->lookback) * rows->columns;
	if (!request->quiet)
	{
		report_time(request, fit);
		verdict_report(&model);
	}
	MemoryContextSwitchTo(caller);
	value = model_to_bytea(&model);
	return value;
}

bytea *
training_run_panel(Request *request, panel_maker make, void *state)
{
	/* all that a training takes is in a context of its own, which is gone in the end */
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "lstm_forecast training",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(context);
	PanelSpec	plan = plan_panel(request);
	Panel	   *panel;
	bytea	   *value;

	progress_next_training();
	panel = make(&plan, state);
	MemoryContextSwitchTo(caller);
	if (request->commit_when_read)
		SPI_commit();
	value = train_panel(request, panel, &plan.series);
	MemoryContextDelete(context);
	return value;
}

static Panel *
of_rows(PanelSpec *plan, void *rows)
{
	return panel_of_rows(plan, rows);
}

bytea *
training_run(Request *request, Rows *rows)
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

bytea *
training_run_table(Request *request, Table *table)
{
	if (!table_has_series(table))
		return training_run(request, table_read(table, CurrentMemoryContext, NULL, 0));
	return training_run_panel(request, read_all, table);
}
