/*
 * training.c: the one way to a model: check the rows, choose what was left open, train, judge, pack.
 */
#include "training.h"

#include "error.h"
#include "fit.h"
#include "level.h"
#include "lib/stringinfo.h"
#include "model_value.h"
#include "regular.h"
#include "settings.h"
#include "step.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

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

	if (channels == LF_UNSET)
		channels = uses_segments(&request->options) && lf_task_same_columns(task) ?
			CHANNELS_INDEPENDENT : CHANNELS_JOINT;
	else if (channels == CHANNELS_INDEPENDENT && !lf_task_same_columns(task))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"channels\" cannot be independent here"),
				 errdetail("Independent columns are forecast each from itself: the inputs must be the targets, "
						   "in the same order."),
				 errhint("Leave inputs out, or set channels to joint.")));
	/* of one column there is only one way */
	task->independent = channels == CHANNELS_INDEPENDENT && task->targets > 1;
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

/* The layers: the user's own, or a preset's for this task. */
static void
build_spec(const Request *request, lf_spec *spec)
{
	const Options *options = &request->options;

	if (uses_segments(options))
		check_segments(options, &request->task);
	if (options->layers == NULL)
	{
		lf_preset_spec(options->preset, &options->arguments, &request->task, spec);
		return;
	}
	*spec = *options->layers;
	spec->input = lf_shape_2(request->task.lookback, request->task.inputs / lf_task_samples(&request->task));
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
		.names = (const char *const *) request->names,
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
	lf_frame	frame = {.columns = request->columns};

	(void) training_series(request);
	if (request->task.lookback == LF_UNSET)
	{
		if (request->options.layers != NULL)
			return;				/* the rows decide about the size, and whether the layers fit */
		least->task.lookback = uses_segments(&request->options) ?
			lf_default_segment_lookback(0, request->task.horizon, 1, request->options.arguments.segment_length) : 1;
	}
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

static void
report_too_few(const Request *request, uint64 rows)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATA_EXCEPTION),
			 errmsg("%s has " UINT64_FORMAT " rows, and training needs at least " UINT64_FORMAT,
					request->source, rows, rows_needed(&request->task)),
			 errdetail("One window takes lookback %d + lead %d - 1 + horizon %d rows.",
					   request->task.lookback, request->task.lead, request->task.horizon),
			 errhint("Reduce lookback or horizon, or give more rows.")));
}

/* Rows that are to be forecast, not trained on, are left out, and said to be. */
static void
leave_future_out(const Request *request, Rows *rows)
{
	uint64		read = rows->count;
	uint64		future = regular_cut_future(rows, request->task.target, request->task.targets);

	if (future > 0 && future < read && !request->quiet)
		ereport(NOTICE,
				(errmsg_plural("the newest " UINT64_FORMAT " row of %s is left out: its target is NULL",
							   "the newest " UINT64_FORMAT " rows of %s are left out: their target is NULL",
							   future, future, request->source)));
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

/*
 * The mean absolute error of a forecaster over all targets. With several targets each is divided by the repeat-last
 * forecast's, so that a column of large numbers does not drown the others.
 */
static double
overall_error(const lf_model *model, lf_forecaster forecaster)
{
	double		sum = 0;

	for (int j = 0; j < model->task.targets; j++)
	{
		const lf_score *score = model->scores + j * LF_FORECASTERS;
		double		unit = model->task.targets == 1 ? 1 : lf_score_mae(&score[LF_REPEAT_LAST]);

		/* a baseline that could not be computed for every row is not comparable */
		if (score[forecaster].count < score[LF_NETWORK].count || !(unit > 0))
			return NAN;
		sum += lf_score_mae(&score[forecaster]) / unit;
	}
	return sum / model->task.targets;
}

/* Errors that differ by less than this share of the repeat-last forecast's differ by rounding. */
#define MATTERS 1e-4

/* A network must be ahead by so many standard errors: on noise it is ahead or behind by chance. */
#define SURE 2

/*
 * By how many standard errors the network is ahead of a baseline (after Diebold and Mariano 1995; windows count as
 * independent, so this is an upper bound).
 */
static double
lead_over(const lf_model *model, lf_forecaster forecaster)
{
	double		ahead = 0;
	double		variance = 0;

	for (int j = 0; j < model->task.targets; j++)
	{
		const lf_score *score = model->scores + j * LF_FORECASTERS;
		double		unit = model->task.targets == 1 ? 1 : lf_score_mae(&score[LF_REPEAT_LAST]);

		ahead += score[forecaster].behind / score[forecaster].count / unit;
		variance += lf_score_variance(&score[forecaster]) / (unit * unit);
	}
	return ahead / sqrt(variance / (double) model->validation_windows);
}

/* One honest line. */
static void
report_verdict(const lf_model *model)
{
	StringInfoData line;
	double		network = overall_error(model, LF_NETWORK);
	double		best = network;
	double		rounding = MATTERS * overall_error(model, LF_REPEAT_LAST);
	const char *winner = NULL;
	const char *equal = NULL;

	if (model->validation_windows == 0)
	{
		ereport(NOTICE,
				(errmsg("the forecast is untested: no rows were held out"),
				 model->training.validation > 0 ?
				 errdetail("Holding out needs %d windows or more, and there are " UINT64_FORMAT ".",
						   Max(LF_MIN_WINDOWS_TO_VALIDATE, model->task.horizon), model->windows) : 0));
		return;
	}
	initStringInfo(&line);
	for (int f = 0; f < LF_FORECASTERS; f++)
	{
		double		error = overall_error(model, f);

		if (isnan(error))
			continue;
		appendStringInfo(&line, "%s%s %.4g", line.len > 0 ? ", " : "", lf_forecaster_names[f], error);
		if (f != LF_NETWORK && network > rounding && lead_over(model, f) < SURE)
			equal = lf_forecaster_names[f];
		if (error < best && network - error > rounding)
		{
			best = error;
			winner = lf_forecaster_names[f];
		}
	}
	if (winner != NULL)
		ereport(WARNING,
				(errmsg("the network loses to the %s forecast on the newest " UINT64_FORMAT " windows",
						winner, model->validation_windows),
				 errdetail("Mean absolute error%s: %s.", model->task.targets > 1 ? " relative to repeat-last" : "",
						   line.data),
				 errhint("Use that forecast, give more rows, or try another architecture or lookback.")));
	else if (equal != NULL)
		ereport(WARNING,
				(errmsg("the network is not surely better than the %s forecast on the newest " UINT64_FORMAT " windows",
						equal, model->validation_windows),
				 errdetail("Mean absolute error%s: %s.", model->task.targets > 1 ? " relative to repeat-last" : "",
						   line.data),
				 errhint("The difference may be chance. Use that forecast, give more rows, or columns that tell more.")));
	else
		ereport(NOTICE,
				(errmsg("mean absolute error%s on the newest " UINT64_FORMAT " windows: %s",
						model->task.targets > 1 ? " relative to repeat-last" : "",
						model->validation_windows, line.data)));
}

bytea *
training_run(Request *request, Rows *rows)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "lstm_forecast training",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(context);
	Options    *options = &request->options;
	lf_model	model = {.relation = request->relation, .time_column = request->time_column, .series_column = "",
		.version = LF_VERSION};
	lf_fit	   *fit = palloc0(sizeof(lf_fit));
	lf_spec    *spec = palloc0(sizeof(lf_spec));
	Series		series = training_series(request);
	lf_frame	frame;
	lf_arena	arena;
	Size		needed;
	Size		held;			/* by the rows */
	int			season;			/* of the baseline: the clearest one */
	int			inner;			/* of the windows: one that a window can hold */
	int			layer;
	bytea	   *value;

	leave_future_out(request, rows);
	model.missing = regular_make(rows, &series);
	frame = rows_frame(rows);
	model.time_kind = request->time_kind;
	model.time_zone = request->time_kind == LF_TIME_TIMESTAMPTZ ? pg_get_timezone_name(series.timeline.zone) : "";
	model.step = series.timeline.step;
	if (rows->timed && rows->count > 0)
		model.last_time = rows_time(rows, rows->count - 1);
	rows_drop_times(rows);

	/* what the user left open */
	season = rows->count > 0 ? regular_season(rows, request->task.target[0], LF_MAX_SEASON) : 1;
	inner = season > LF_LONGEST_LOOKBACK ? regular_season(rows, request->task.target[0], LF_LONGEST_LOOKBACK) : season;
	/* nothing had to be filled here, but a forecast may have to */
	if (series.method == LF_MISSING_SEASONAL && model.missing.values == 0)
		model.missing.season = season;
	if (request->task.lookback == LF_UNSET)
		request->task.lookback = uses_segments(options) ?
			lf_default_segment_lookback(rows->count, request->task.horizon, inner, options->arguments.segment_length) :
			lf_default_lookback(rows->count, inner);
	options->arguments.season = inner;
	if (lf_window_count(&request->task, rows->count) == 0)
		report_too_few(request, rows->count);
	if (options->normalize != LF_UNSET)
		options->training.normalize = (lf_normalize) options->normalize;
	else if (uses_segments(options) && lf_task_can_normalize(&request->task))
		options->training.normalize = LF_NORMALIZE_LAST;
	else
		options->training.normalize = lf_default_normalize(&request->task, &frame, season, inner);
	if (options->training.normalize != LF_NORMALIZE_NONE && !lf_task_can_normalize(&request->task))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"normalize\" must be none here"),
				 errdetail("The level of a target that is no input is estimated from at most %d inputs, not %d.",
						   LF_MAX_LINKED_INPUTS, request->task.inputs),
				 errhint("Leave the option out, or add the target to inputs.")));
	if (options->loss != LF_UNSET)
		options->training.loss = (lf_loss) options->loss;
	else
		options->training.loss = preset_of(options) == NULL ? LF_MSE : preset_of(options)->loss;
	lf_default_training(&options->training, preset_of(options), lf_window_count(&request->task, rows->count));

	build_spec(request, spec);
	needed = measure(request, spec, &options->training, &frame, fit);
	held = rows_memory(rows);
	check_memory(needed > SIZE_MAX - held ? SIZE_MAX : needed + held,
				 psprintf("training this network on " UINT64_FORMAT " rows", rows->count), REMEDY);
	arena = lf_arena_over(MemoryContextAllocHuge(context, needed), needed);
	(void) lf_fit_plan(fit, &arena, spec, &request->task, &frame, &options->training, &layer);
	lf_fit_start(fit, &frame, &request->task, season);
	run_fit(fit, options);

	lf_fit_result(fit, spec, &model);
	model.names = (const char **) request->names;
	if (request->relation[0] == '\0')
		model.tail = rows->values + (rows->count - request->task.lookback) * rows->columns;
	if (!request->quiet)
	{
		regular_report(&model.missing, &series);
		report_verdict(&model);
	}
	MemoryContextSwitchTo(caller);
	value = model_to_bytea(&model);
	rows_free(rows);
	MemoryContextDelete(context);
	return value;
}
