/*
 * training.c: the one way to a model: check the rows, choose what was left open, train, judge, pack.
 */
#include "train/training.h"

#include "server/error.h"
#include "executor/spi.h"
#include "series/level.h"
#include "series/limits.h"
#include "model/model_value.h"
#include "server/progress.h"
#include "server/settings.h"
#include "train/counts.h"
#include "train/facts.h"
#include "train/outliers.h"
#include "train/networks.h"
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
	Networks	networks;
} Training;

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

/* The same for a training of rows that were read, which take memory too. */
static Size
memory_of(Training *training, int slots)
{
	Size		needed = networks_memory(&training->networks, &training->frame, slots);
	Size		held = rows_memory(training->panel->rows);

	return needed > SIZE_MAX - held ? SIZE_MAX : needed + held;
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
	Networks   *networks = palloc0(sizeof(Networks));
	const lf_plan *plan = &networks->candidates.plan[0];
	lf_wishes  *alone = memcpy(palloc(sizeof(lf_wishes)), &request->wishes, sizeof(lf_wishes));
	Options	   *options = memcpy(palloc(sizeof(Options)), &request->options, sizeof(Options));
	lf_frame	frame = {.columns = request->columns.count};

	options->contends = false;	/* what contends is for the rows to say */
	networks->candidates.networks = 1;
	plan_by(none, alone, request->source, &networks->candidates.plan[0]);
	if (request->options.series_embedding && request->series_column == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"series_embedding\" needs series_column")));
	if (request->options.aggregate != LF_AGGREGATE_NONE && request->time_kind == LF_TIME_NONE)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"aggregate\" needs a time, and these rows have none"),
				 errhint("Give the time as the first argument: lstm_train_agg(at, value, options).")));
	if (request->options.holidays != NULL)
		calendar_check("option \"holidays\"", request->time_kind, request->time_column);
	if (request->options.calendar != 0)
		calendar_check("option \"calendar\"", request->time_kind, request->time_column);
	(void) training_series(request);
	/* where the rows decide about the size, they decide whether layers fit */
	if (request->wishes.task.lookback == LF_UNSET && plan->layers != NULL)
		return;
	networks_choose(networks, none, alone, options, request->source);
	frame.rows = lf_window_rows(&plan->task) + plan->training.batch_size - 1;
	check_memory(networks_memory(networks, &frame, 1), "training this network", REMEDY);
	settings_check_model(weights_size(&networks->fit), "the model would have at least");
	pfree(none);
	pfree(networks);
	pfree(alone);
	pfree(options);
}

typedef struct Run
{
	Networks   *networks;
	const Options *options;
} Run;

static void
train_networks(void *state, lf_thread_pool *pool)
{
	Run		   *run = state;

	networks_train(run->networks, run->options, pool);
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
		.least_rows = request->series_column == NULL ? 0 : networks_take_short(options, task) ? 1 :
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
	bool		clips = training->request->options.outliers != OUTLIERS_KEEP;

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
	networks_choose(&training->networks, &training->facts, &training->wishes, &training->request->options,
					training->request->source);
	counts_check(&training->frame, &training->networks.candidates.plan[0].task, training->networks.candidates.plan[0].training.loss,
				 (const char *const *) training->request->columns.names,
				 "Leave the option \"loss\" out, or set it to quantile. Where gaps were filled, set \"missing\" to mask or previous.");
}

/*
 * Takes the memory of the fit, which must be within the limits together with that of the rows, and points it at these.
 */
static void
prepare_fit(Training *training)
{
	const Options *options = &training->request->options;
	Networks   *networks = &training->networks;
	int			slots = settings_threads(options->threads);
	Size		needed = memory_of(training, slots);
	const char *what = psprintf("training this network on " UINT64_FORMAT " rows", training->panel->rows->count);
	lf_arena	arena;
	bool		dropped = false;

	/* networks side by side take more; they come one after the other where that is too much */
	while (networks_threads(networks) > 1 && slots > 1 && !memory_allows(needed))
		needed = memory_of(training, --slots);
	while (!memory_allows(needed) && networks_drop(networks))
	{
		needed = memory_of(training, slots);
		dropped = true;
	}
	check_memory(needed, what, REMEDY);
	if (dropped && !training->request->quiet)
		ereport(NOTICE,
				(errmsg("only %d networks and %d other candidates are tried: more would not fit into maintenance_work_mem",
						networks->candidates.networks, networks->candidates.forecasters),
				 errhint("Raise maintenance_work_mem, or give option \"effort\".")));
	progress_memory(needed);
	needed -= rows_memory(training->panel->rows);
	arena = lf_arena_over(MemoryContextAllocHuge(training->context, needed), needed);
	networks_place(networks, &training->frame, slots, &arena);
	settings_check_model(least_size(networks_first(networks), &training->frame), "the model would have at least");
	if (options->init != NULL)
		warm_start(&networks->fit, &networks->spec[0], options, &networks->candidates.plan[0].task, &training->columns,
				   training->panel);
	networks_start(networks, &training->frame);
}

/* Columns of holidays stand in front of those of the calendar. */
static int
first_event(const Columns *columns)
{
	return columns->read + columns->statics + (columns->series ? 1 : 0);
}

static bool
is_event(const Columns *columns, int column)
{
	return column >= first_event(columns) && column < first_event(columns) + columns->event_count;
}

/* A column of a holiday knows which one it is. */
static lf_labels
event_labels(const Columns *columns, int column)
{
	const char **label = palloc(sizeof(char *));

	*label = events_holiday(columns->events, column - first_event(columns));
	return (lf_labels) {.count = 1, .label = label};
}

static lf_labels *
categories_of(const Panel *panel, const Columns *columns)
{
	lf_labels  *labels = palloc0(columns->count * sizeof(lf_labels));

	for (int i = 0; i < columns->count; i++)
		if (panel->categories[i] != NULL)
			labels[i] = dictionary_list(panel->categories[i]);
		else if (is_event(columns, i))
			labels[i] = event_labels(columns, i);
		else if (columns->values != NULL && i < columns->read && columns->values[i] != NULL)
			labels[i] = (lf_labels) {.count = 1, .label = (const char **) &columns->values[i]};
	return labels;
}

/* The model: what training has found, and what the rows are. */
static lf_model
model_of(Training *training)
{
	const Request *request = training->request;
	const Panel *panel = training->panel;
	const Rows *rows = panel->rows;
	lf_model	model = {.relation = request->relation, .time_column = request->time_column,
		.holidays = training->columns.event_count > 0 ? events_name(training->columns.events) : "",
		.series_column = request->series_column == NULL ? "" : request->series_column, .version = LF_VERSION};

	networks_result(&training->networks, &model);
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
		model.missing.season = training->networks.candidates.plan[0].season;
	if (request->relation[0] == '\0')
	{
		/* of rows that are fewer than a window, all are in it */
		if (model.combination.parts > 0)
			model.tail_before = (int) Min(rows->count - model.task.lookback, LF_MOST_PARTNER_ROWS);
		model.tail = rows->values + (rows->count - model.task.lookback - model.tail_before) * rows->columns;
	}
	lf_model_share(&model);
	return model;
}

static void
report_training(const Training *training, const lf_model *model)
{
	const lf_fit *fit = networks_first(&training->networks);

	if (networks_cut_short(&training->networks))
		ereport(NOTICE,
				(errmsg("max_time ended the training on %s after %d of %d epochs", training->request->source, fit->epochs,
						fit->training.epochs)));
	if (training->request->options.tunes)
		networks_report_tuning(&training->networks);
	verdict_report(model, fit->judge.by_step);
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
						options->outliers != OUTLIERS_KEEP);
	if (tells)
		facts_report(&training->facts, training->request->source);
	prepare_fit(training);
	in_threads(Min(settings_threads(options->threads), networks_threads(&training->networks)), train_networks,
			   &(Run) {.networks = &training->networks, .options = options});
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
