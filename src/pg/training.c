/*
 * training.c: the one way to a model: check the rows, choose what was left open, train, judge, pack.
 */
#include "training.h"

#include "error.h"
#include "fit.h"
#include "level.h"
#include "model_value.h"
#include "settings.h"
#include "step.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"
#include "verdict.h"

#include <math.h>

#define REMEDY "reduce units, lookback or batch_size"

/* Whether the preset for segments is what trains. */
static bool
uses_segments(const Options *options)
{
	return options->layers == NULL && options->preset == LF_SEGMENT;
}

/* NULL where the layers are the user's own. */
static const lf_preset_info *
preset_of(const Options *options)
{
	return options->layers == NULL ? &lf_presets[options->preset] : NULL;
}

void
training_choose_channels(Request *request)
{
	lf_task    *task = &request->task;
	int			channels = request->options.channels;

	bool		alone = lf_task_same_columns(task) && request->options.calendar == 0 && !request->options.calendar_auto;

	if (channels == LF_UNSET)
		channels = uses_segments(&request->options) && alone ?
			CHANNELS_INDEPENDENT : CHANNELS_JOINT;
	else if (channels == CHANNELS_INDEPENDENT && !alone)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"channels\" cannot be independent here"),
				 errdetail("Independent columns are forecast each from itself: the inputs must be the targets, "
						   "in the same order, and nothing else."),
				 errhint("Leave other inputs out, or set channels to joint.")));
	/* of one column there is only one way */
	task->independent = channels == CHANNELS_INDEPENDENT && task->targets > 1;
}

void
training_choose_head(Request *request)
{
	Options    *options = &request->options;
	lf_head    *head = &request->task.head;

	if (options->loss != LF_UNSET)
		options->training.loss = (lf_loss) options->loss;
	else
		options->training.loss = preset_of(options) == NULL ? LF_MSE : preset_of(options)->loss;
	if (options->quantiles.levels > 0 && options->training.loss != LF_QUANTILE)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"quantiles\" is not for loss %s", lf_loss_names[options->training.loss]),
				 errhint("Set \"loss\": \"quantile\", or leave quantiles out.")));
	if (!options->training.calibrate && lf_loss_head(options->training.loss) == LF_HEAD_POINT)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"calibrate\" must be true for loss %s", lf_loss_names[options->training.loss]),
				 errdetail("Its intervals are made of held-out errors and of nothing else."),
				 errhint("Leave the option out, or set loss to quantile, gaussian or student_t.")));
	if (options->training.loss != LF_QUANTILE)
		*head = (lf_head) {.kind = lf_loss_head(options->training.loss)};
	else if (options->quantiles.levels > 0)
		*head = options->quantiles;
	else
		(void) lf_head_set_levels(head, lf_default_levels, LF_DEFAULT_LEVELS);
}

static void
report_conflict(const char *option, const char *other, const char *reason)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("options \"%s\" and \"%s\" do not go together here", option, other),
			 errdetail("%s", reason),
			 errhint("Leave one of them out.")));
}

void
training_choose_transform(Request *request)
{
	const Options *options = &request->options;
	lf_task    *task = &request->task;
	bool		differences = options->difference > 0 || options->difference_season;
	bool		spread = task->head.kind == LF_HEAD_GAUSSIAN || task->head.kind == LF_HEAD_STUDENT_T;

	task->log = options->log;
	task->log_from = isfinite(options->lower_limit) ? options->lower_limit : 0;
	task->limited = isfinite(options->lower_limit) || isfinite(options->upper_limit);
	task->lower_limit = options->lower_limit;
	task->upper_limit = options->upper_limit;
	if (!(task->lower_limit < task->upper_limit))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"upper_limit\" of %g is not above \"lower_limit\" of %g",
						task->upper_limit, task->lower_limit)));
	if (task->log && spread)
		report_conflict("log", "loss", "A mean and a spread of logarithms have no counterpart among the values; "
						"quantiles have.");
	if (!differences)
		return;
	if (task->head.kind != LF_HEAD_POINT)
		report_conflict("difference", "loss", "Differences are added up, and the spread of a sum does not follow from "
						"those of its parts.");
	if (options->normalize > LF_NORMALIZE_NONE)
		report_conflict("difference", "normalize", "A difference has no level to be measured from.");
	if (task->lead != 1 || !lf_task_targets_are_inputs(task))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"difference\" needs the targets among the inputs, and lead 1"),
				 errdetail("Differences are added up from the last value in the window on.")));
}

/* How many rows apart, when the season is known. */
static void
choose_difference(Request *request, int inner)
{
	const Options *options = &request->options;
	lf_task    *task = &request->task;

	task->difference = options->difference_season ? Max(inner, 1) : options->difference;
	if (task->difference > task->lookback)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a difference of %d rows does not fit into the lookback of %d", task->difference, task->lookback),
				 errhint("Give a longer lookback.")));
}

/* Raises what the preset for segments cannot do. */
static void
check_segments(const Options *options, const lf_task *task)
{
	int			length = options->arguments.segment_length;

	if (options->arguments.bidirectional)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"bidirectional\" must be false for the preset segment"),
				 errdetail("Its forecast goes on from the last state of the network, so it reads forwards.")));
	if (length > 0 && (task->lookback % length != 0 || task->horizon % length != 0))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"segment_length\" of %d does not divide the lookback of %d and the horizon of %d",
						length, task->lookback, task->horizon),
				 errhint("Take a common divisor of both, or leave the option out.")));
}

/* Width of the vector that stands for one of so many categories (a rule of thumb of fastai's), at most 16. */
static int
embedding_width(int categories)
{
	return Min((int) ceil(1.6 * pow(categories, 0.56)), 16);
}

/* Puts a layer for each category in front, and tells what then reaches the others. */
static void
embed_categories(const Request *request, lf_spec *spec)
{
	const lf_task *task = &request->task;
	int			count = lf_task_categories(task);
	int			room = LF_MAX_LAYERS - count;

	if (spec->count > room)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("the network has %d layers, and %d more for its categories, of %d at most",
						spec->count, count, LF_MAX_LAYERS)));
	memmove(spec->layer + count, spec->layer, spec->count * sizeof(lf_layer_spec));
	for (int i = 0; i < count; i++)
	{
		spec->layer[i] = lf_layer_defaults(LF_CATEGORY_EMBEDDING);
		spec->layer[i].categories = Max(request->categories[i], 1);
		spec->layer[i].units = embedding_width(Max(request->categories[i], 1));
	}
	spec->count += count;
	spec->input = lf_shape_2(task->lookback, task->inputs / lf_task_samples(task));
}

/* The task as the layers behind the embeddings see it. */
static void
see_embedded(const Request *request, lf_task *task)
{
	int			count = lf_task_categories(task);

	task->inputs -= count;
	for (int i = 0; i < count; i++)
		task->inputs += embedding_width(Max(request->categories[i], 1));
}

/* The layers: the user's own, or a preset's for this task. */
static void
build_spec(const Request *request, lf_spec *spec)
{
	const Options *options = &request->options;
	lf_task    *seen = memcpy(palloc(sizeof(lf_task)), &request->task, sizeof(lf_task));

	see_embedded(request, seen);
	if (uses_segments(options))
		check_segments(options, seen);
	if (options->layers == NULL)
		lf_preset_spec(options->preset, &options->arguments, seen, spec);
	else
		*spec = *options->layers;
	embed_categories(request, spec);
	pfree(seen);
}

/* Plans a fit over a measuring arena; raises what is wrong with the spec. Returns the bytes needed. */
static Size
measure(const Request *request, const lf_spec *spec, const lf_training *training, const lf_frame *frame, lf_fit *fit)
{
	lf_arena	arena = lf_arena_measure();
	int			layer;
	lf_status	status = lf_fit_plan(fit, &arena, spec, &request->task, frame, training, &layer);

	if (status != LF_OK && !(status == LF_TOO_LARGE && arena.overflow))
		report_network(status, &fit->network, spec, layer, &request->task);
	return arena.overflow ? SIZE_MAX : arena.used + LF_ALIGNMENT;
}

static uint64
rows_needed(const lf_task *task)
{
	return (uint64) task->lookback - 1 + task->lead + task->horizon;
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
		least->task.lookback = uses_segments(&request->options) ?
			lf_default_segment_lookback(0, 1, request->task.horizon, 1, request->options.arguments.segment_length) : 1;
	}
	columns_look_ahead(&least->task);
	spec = palloc(sizeof(lf_spec));
	fit = palloc(sizeof(lf_fit));
	build_spec(least, spec);
	lf_default_training(&training, preset_of(&request->options), 0);
	frame.rows = rows_needed(&least->task) + training.batch_size - 1;
	check_memory(measure(least, spec, &training, &frame, fit), "training this network", REMEDY);
	pfree(spec);
	pfree(fit);
	pfree(least);
}

/* Trains to the end; cancels and time-outs are served after each mini-batch and inside long ones. */
static void
step_until_finished(lf_fit *fit, bool timing)
{
	TimestampTz started = GetCurrentTimestamp();
	lf_status	status;

	do
	{
		const volatile sig_atomic_t *interrupt = serve_interrupts();

		if (timing)
			fit->trainer.now = (GetCurrentTimestamp() - started) / 1e6;
		status = lf_fit_step(fit, interrupt);
		if (status == LF_DIVERGED)
			report_divergence(fit->trainer.epoch + 1, fit->trainer.batch + 1, &fit->training);
		if (status == LF_EPOCH_DONE)
			ereport(DEBUG1,
					(errmsg_internal("epoch %d: loss %g, held-out loss %g", fit->trainer.epoch,
									 fit->trainer.history[fit->trainer.epoch - 1].loss,
									 fit->trainer.history[fit->trainer.epoch - 1].validation_loss)));
	} while (status != LF_FINISHED);
	for (size_t i = 0; i < fit->network.parameters; i++)
		if (!isfinite(fit->trainer.weights[i]))
			report_divergence(fit->trainer.epoch, fit->trainer.batch, &fit->training);
}

/* The same with threads where they pay, which are gone when it ends, one way or the other. */
static void
run_fit(lf_fit *fit, const Options *options)
{
	int			threads = Min(settings_threads(options->threads), fit->trainer.shards.count);
	lf_pool    *pool;

	if (threads < 2)
	{
		step_until_finished(fit, options->timing);
		return;
	}
	pool = palloc(sizeof(lf_pool));
	lf_pool_start(pool, threads);
	fit->trainer.shards.pool = pool;
	PG_TRY();
	{
		step_until_finished(fit, options->timing);
	}
	PG_FINALLY();
	{
		lf_pool_stop(pool);
	}
	PG_END_TRY();
}

/* ---- what the user left open ---- */

/* Series that defaults are chosen from, at most, evenly spread over all of them. */
#define MOST_SAMPLES 25

static Size
sample_count(const Panel *panel)
{
	return Min(panel->series, MOST_SAMPLES);
}

static Rows
sample_rows(const Panel *panel, Size i)
{
	return panel_rows(panel, i * panel->series / sample_count(panel));
}

static int
compare_ints(const void *a, const void *b)
{
	int			x = *(const int *) a;
	int			y = *(const int *) b;

	return x < y ? -1 : x > y;
}

/* The season of most of the series, at most 'longest'; 1: most have none, or each another. */
static int
common_season(const Panel *panel, int target, int longest)
{
	int			found[MOST_SAMPLES];
	Size		count = sample_count(panel);
	Size		most = 0;
	int			season = 1;

	for (Size i = 0; i < count; i++)
	{
		Rows		rows = sample_rows(panel, i);

		found[i] = rows.count > 0 ? regular_season(&rows, target, longest) : 1;
	}
	qsort(found, count, sizeof(int), compare_ints);
	for (Size i = 0, run = 0; i < count; i++)
	{
		run = i > 0 && found[i] == found[i - 1] ? run + 1 : 1;
		if (run > most)
		{
			most = run;
			season = found[i];
		}
	}
	return 2 * most > count ? season : 1;
}

/* The rows that half of the series have. */
static uint64
common_length(const Panel *panel)
{
	int			length[MOST_SAMPLES];
	Size		count = sample_count(panel);

	if (panel->series == 1)
		return panel->rows->count;
	for (Size i = 0; i < count; i++)
		length[i] = (int) Min(sample_rows(panel, i).count, PG_INT32_MAX);
	qsort(length, count, sizeof(int), compare_ints);
	return length[count / 2];
}

/*
 * Where the user has said nothing of the network: segments, if the horizon is one season or more and there are rows to
 * learn them from; see doc/defaults.md.
 */
static void
choose_preset(Request *request, const Panel *panel, int inner)
{
	const lf_task *task = &request->task;

	if (!request->options.open || task->lead != 1 || task->head.kind != LF_HEAD_POINT ||
		!lf_default_is_segment(common_length(panel), panel->series, task->horizon, task->lookback, inner))
		return;
	request->options.preset = LF_SEGMENT;
	training_choose_channels(request);
	training_choose_head(request);
}

static void
choose_lookback(Request *request, const Panel *panel, int inner)
{
	lf_task    *task = &request->task;
	uint64		rows = common_length(panel);
	int			reach = task->lead + task->horizon - 1;

	if (task->lookback == LF_UNSET && uses_segments(&request->options))
		task->lookback = lf_default_segment_lookback(rows, panel->series, task->horizon, inner,
													 request->options.arguments.segment_length);
	else if (task->lookback == LF_UNSET)
	{
		task->lookback = lf_default_lookback(rows, inner);
		/* what is known of the horizon goes in through the window */
		for (int i = 0; i < task->inputs; i++)
			if (task->kind[task->input[i]] == LF_COLUMN_KNOWN)
				task->lookback = Max(task->lookback, (int) Min((uint64) reach, rows / 4));
	}
	columns_look_ahead(task);
}

static lf_normalize
common_normalize(const Request *request, const Panel *panel, int season, int inner)
{
	Size		votes[LF_NORMALIZES] = {0};
	int			best = 0;

	for (Size i = 0; i < sample_count(panel); i++)
	{
		Rows		rows = sample_rows(panel, i);
		lf_frame	frame = rows_frame(&rows);

		votes[uses_segments(&request->options) ?
			  lf_default_segment_normalize(&request->task, &frame, season, inner) :
			  lf_default_normalize(&request->task, &frame, season, inner)]++;
	}
	for (int i = 1; i < LF_NORMALIZES; i++)
		if (votes[i] > votes[best])
			best = i;
	return (lf_normalize) best;
}

static void
choose_normalize(Request *request, const Panel *panel, int season, int inner)
{
	Options    *options = &request->options;

	if (options->normalize != LF_UNSET)
		options->training.normalize = (lf_normalize) options->normalize;
	else if (request->task.difference > 0)
		options->training.normalize = LF_NORMALIZE_NONE;
	else
		options->training.normalize = common_normalize(request, panel, season, inner);
	if (options->training.normalize != LF_NORMALIZE_NONE && !lf_task_can_normalize(&request->task))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"normalize\" must be none here"),
				 errdetail("The level of a target that is no input is estimated from at most %d inputs, not %d.",
						   LF_MAX_LINKED_INPUTS, request->task.inputs),
				 errhint("Leave the option out, or add the target to inputs.")));
	if (options->normalize >= LF_NORMALIZE_SEASON_MEAN && !lf_task_has_season(&request->task))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"normalize\" cannot be %s here", lf_normalize_names[options->normalize]),
				 inner > 1 ? errdetail("The season of %d rows does not fit into the lookback of %d, or lead is 0.", inner,
									   request->task.lookback) : errdetail("The rows show no season.")));
}

/* ---- training ---- */

static PanelPlan
plan_panel(Request *request)
{
	const Options *options = &request->options;

	return (PanelPlan) {
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

static void
report_too_few(const Request *request, const Panel *panel)
{
	uint64		rows = common_length(panel);

	ereport(ERROR,
			(errcode(ERRCODE_DATA_EXCEPTION),
			 errmsg("%s has " UINT64_FORMAT " rows%s, and training needs at least " UINT64_FORMAT,
					request->source, rows, panel->series > 1 ? " in most series" : "", rows_needed(&request->task)),
			 errdetail("One window takes lookback %d + lead %d - 1 + horizon %d rows.",
					   request->task.lookback, request->task.lead, request->task.horizon),
			 errhint("Reduce lookback or horizon, or give more rows.")));
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
	regular_report(&panel->missing, series);
}

static lf_labels *
categories_of(const Panel *panel, const Columns *columns)
{
	lf_labels  *labels = palloc0(columns->count * sizeof(lf_labels));

	for (int i = 0; i < columns->count; i++)
		if (panel->categories[i] != NULL)
			labels[i] = (lf_labels) {
				.count = (int) dictionary_count(panel->categories[i]),
				.label = dictionary_labels(panel->categories[i]),
			};
	return labels;
}

/* Sizes of the embeddings follow from what was found in the rows. */
static void
count_categories(Request *request, const Panel *panel)
{
	const lf_task *task = &request->task;

	for (int i = 0; i < lf_task_categories(task); i++)
	{
		int			column = task->input[i];

		request->categories[i] = task->kind[column] == LF_COLUMN_SERIES ? (int) panel->series :
			(int) Max(dictionary_count(panel->categories[column]), 1);
	}
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
	Size		held;			/* by the rows */
	Size		windows;
	int			season;			/* of the baseline: the clearest one */
	int			inner;			/* of the windows: one that a window can hold */
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

	season = common_season(panel, task->target[0], LF_MAX_SEASON);
	inner = season > LF_LONGEST_LOOKBACK ? common_season(panel, task->target[0], LF_LONGEST_LOOKBACK) : season;
	/* nothing had to be filled here, but a forecast may have to */
	if (model.missing.method == LF_MISSING_SEASONAL && model.missing.values == 0)
		model.missing.season = season;
	choose_preset(request, panel, inner);
	choose_lookback(request, panel, inner);
	options->arguments.season = inner;
	task->season = inner;
	choose_difference(request, inner);
	windows = lf_split_count(&frame, task, 0).windows;
	if (windows == 0)
		report_too_few(request, panel);
	choose_normalize(request, panel, season, inner);
	lf_default_training(&options->training, preset_of(options), windows);

	count_categories(request, panel);
	build_spec(request, spec);
	needed = measure(request, spec, &options->training, &frame, fit);
	held = rows_memory(rows);
	check_memory(needed > SIZE_MAX - held ? SIZE_MAX : needed + held,
				 psprintf("training this network on " UINT64_FORMAT " rows", rows->count), REMEDY);
	arena = lf_arena_over(MemoryContextAllocHuge(panel->context, needed), needed);
	(void) lf_fit_plan(fit, &arena, spec, task, &frame, &options->training, &layer);
	lf_fit_start(fit, &frame, task, season);
	run_fit(fit, options);

	lf_fit_result(fit, spec, &model);
	model.names = (const char **) request->columns.names;
	model.categories = categories_of(panel, &request->columns);
	model.labels = panel->labels == NULL ? NULL : dictionary_labels(panel->labels);
	if (request->relation[0] == '\0')
		model.tail = rows->values + (rows->count - task->lookback) * rows->columns;
	if (!request->quiet)
		verdict_report(&model);
	MemoryContextSwitchTo(caller);
	value = model_to_bytea(&model);
	return value;
}

/* All that a training takes is in a context of its own, which is gone in the end. */
static MemoryContext
training_context(void)
{
	return AllocSetContextCreate(CurrentMemoryContext, "lstm_forecast training", ALLOCSET_DEFAULT_SIZES);
}

bytea *
training_run(Request *request, Rows *rows)
{
	MemoryContext context = training_context();
	MemoryContext caller = MemoryContextSwitchTo(context);
	PanelPlan	plan = plan_panel(request);
	Panel	   *panel = panel_of_rows(&plan, rows);
	bytea	   *value;

	MemoryContextSwitchTo(caller);
	value = train_panel(request, panel, &plan.series);
	rows_free(rows);
	MemoryContextDelete(context);
	return value;
}

bytea *
training_run_panel(Request *request, panel_maker make, void *state)
{
	MemoryContext context = training_context();
	MemoryContext caller = MemoryContextSwitchTo(context);
	PanelPlan	plan = plan_panel(request);
	Panel	   *panel = make(&plan, state);
	bytea	   *value;

	MemoryContextSwitchTo(caller);
	value = train_panel(request, panel, &plan.series);
	MemoryContextDelete(context);
	return value;
}

static Panel *
read_all(PanelPlan *plan, void *table)
{
	ReadFilter	all = {0};

	return panel_read(plan, table, &all);
}

bytea *
training_run_table(Request *request, Table *table)
{
	if (request->series_column == NULL && request->columns.statics == 0)
		return training_run(request, table_read(table, CurrentMemoryContext, NULL, 0));
	return training_run_panel(request, read_all, table);
}
