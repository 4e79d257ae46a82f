/*
 * choices.c: what was left open, chosen: by what goes together before any row is read, by the rows afterwards.
 */
#include "train/choices.h"

#include "series/level.h"
#include "series/split.h"

#include <math.h>

bool
choices_segments(const Options *options)
{
	return options->layers == NULL && options->preset == LF_SEGMENT;
}

const lf_preset_info *
choices_preset(const Options *options)
{
	return options->layers == NULL ? &lf_presets[options->preset] : NULL;
}

static void
choose_channels(Request *request)
{
	lf_task    *task = &request->task;
	int			channels = request->options.channels;
	bool		alone = lf_task_same_columns(task) && request->options.calendar == 0 && !request->options.calendar_auto;

	if (channels == LF_UNSET)
		channels = choices_segments(&request->options) && alone ?
			CHANNELS_INDEPENDENT : CHANNELS_JOINT;
	else if (channels == CHANNELS_INDEPENDENT && !alone)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"channels\" cannot be independent here"),
				 errdetail("Independent columns are each forecast from their own values: the inputs must be the "
						   "targets, in the same order, and nothing else."),
				 errhint("Leave other inputs out, or set channels to joint.")));
	/* of one column there is only one way */
	task->independent = channels == CHANNELS_INDEPENDENT && task->targets > 1;
}

static void
choose_head(Request *request)
{
	Options    *options = &request->options;
	lf_head    *head = &request->task.head;

	if (options->loss != LF_UNSET)
		options->training.loss = (lf_loss) options->loss;
	else
		options->training.loss = choices_preset(options) == NULL ? LF_MSE : choices_preset(options)->loss;
	if (options->quantiles.levels > 0 && options->training.loss != LF_QUANTILE)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"quantiles\" does not apply to loss %s", lf_loss_names[options->training.loss]),
				 errhint("Set \"loss\": \"quantile\", or leave quantiles out.")));
	if (!options->training.calibrate && lf_loss_head(options->training.loss) == LF_HEAD_POINT)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"calibrate\" must be true for loss %s", lf_loss_names[options->training.loss]),
				 errdetail("The intervals of this loss are made from held-out errors alone."),
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
			 errmsg("options \"%s\" and \"%s\" cannot be combined here", option, other),
			 errdetail("%s", reason),
			 errhint("Leave one of them out.")));
}

static void
choose_transform(Request *request)
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
		report_conflict("log", "loss", 
						"The mean and spread of logarithms have no counterpart among the values; their quantiles do.");
	if (!differences)
		return;
	if (task->head.kind != LF_HEAD_POINT)
		report_conflict("difference", "loss", "Differences are added up, and the spread of a sum does not follow from "
						"those of its parts.");
	if (options->normalize > LF_NORMALIZE_NONE)
		report_conflict("difference", "normalize", "Differences have no level that normalizing could remove.");
	if (task->lead != 1 || !lf_task_targets_are_inputs(task))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"difference\" needs the targets among the inputs, and a lead of 1"),
				 errdetail("Differences are added up starting from the last value in the window.")));
}

/* What is left open where training goes on from a model. */
static void
choose_as_before(Request *request)
{
	Options    *options = &request->options;
	const lf_model *before = &options->init->model;
	int			embeddings = 0;

	if (request->task.lookback == LF_UNSET)
		request->task.lookback = before->task.lookback;
	if (options->normalize == LF_UNSET)
		options->normalize = before->training.normalize;
	if (options->loss == LF_UNSET)
		options->loss = before->training.loss;
	/* one that was imported has none */
	if (options->training.learning_rate == LF_UNSET && before->training.learning_rate > 0)
		options->training.learning_rate = before->training.learning_rate;
	if (options->channels == LF_UNSET && before->task.independent)
		options->channels = CHANNELS_INDEPENDENT;
	/* the layers end in what the task asks for; where that is another one, training says so */
	if (!options->open || request->task.horizon != before->task.horizon || request->task.targets != before->task.targets)
		return;
	/* layers that embed categories are put in front later */
	while (embeddings < before->spec.count && before->spec.layer[embeddings].kind == LF_CATEGORY_EMBEDDING)
		embeddings++;
	options->open = false;
	options->layers = memcpy(palloc(sizeof(lf_spec)), &before->spec, sizeof(lf_spec));
	options->layers->count -= embeddings;
	memmove(options->layers->layer, options->layers->layer + embeddings, options->layers->count * sizeof(lf_layer_spec));
}

void
choices_of_request(Request *request)
{
	if (request->options.init != NULL)
		choose_as_before(request);
	choose_channels(request);
	choose_head(request);
	choose_transform(request);
}

/* ---- by the rows ---- */

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

uint64
choices_rows_needed(const lf_task *task)
{
	return (uint64) task->lookback - 1 + task->lead + task->horizon;
}

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
	int			found[MOST_SAMPLES] = {1};
	Size		count = sample_count(panel);
	Size		most = 0;
	int			season = 1;

	for (Size i = 0; i < count; i++)
	{
		Rows		rows = sample_rows(panel, i);

		found[i] = rows.count > 0 ? regularize_season(&rows, target, longest) : 1;
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
	choose_channels(request);
	choose_head(request);
}

static void
choose_lookback(Request *request, const Panel *panel, int inner)
{
	lf_task    *task = &request->task;
	uint64		rows = common_length(panel);
	int			reach = task->lead + task->horizon - 1;

	if (task->lookback == LF_UNSET && choices_segments(&request->options))
		task->lookback = lf_default_segment_lookback(rows, panel->series, task->horizon, inner,
													 request->options.arguments.segment_length);
	else if (task->lookback == LF_UNSET)
	{
		task->lookback = lf_default_lookback(rows, panel->series, inner);
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

		votes[choices_segments(&request->options) ?
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
				 errdetail("The level of a target that is not an input is estimated from at most %d inputs, not %d.",
						   LF_MAX_REGRESSION_INPUTS, request->task.inputs),
				 errhint("Leave the option out, or add the target to inputs.")));
	if (options->normalize >= LF_NORMALIZE_SEASON_MEAN && !lf_task_has_season(&request->task))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"normalize\" cannot be %s here", lf_normalize_names[options->normalize]),
				 inner > 1 ? errdetail("The season of %d rows does not fit into the lookback of %d, or lead is 0.", inner,
									   request->task.lookback) : errdetail("The rows show no season.")));
}

static void
report_too_few(const Request *request, const Panel *panel)
{
	uint64		rows = common_length(panel);

	ereport(ERROR,
			(errcode(ERRCODE_DATA_EXCEPTION),
			 errmsg("%s has " UINT64_FORMAT " rows%s, but training needs at least " UINT64_FORMAT,
					request->source, rows, panel->series > 1 ? " in most series" : "", choices_rows_needed(&request->task)),
			 errdetail("One window takes lookback %d + lead %d - 1 + horizon %d rows.",
					   request->task.lookback, request->task.lead, request->task.horizon),
			 errhint("Reduce lookback or horizon, or give more rows.")));
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

int
choices_of_rows(Request *request, const Panel *panel)
{
	Options    *options = &request->options;
	lf_task    *task = &request->task;
	lf_frame	frame = panel_frame(panel);
	int			season = common_season(panel, task->target[0], LF_MAX_SEASON);
	int			inner = season;	/* one that a window can hold */
	Size		windows;

	if (season > LF_LONGEST_LOOKBACK)
		inner = common_season(panel, task->target[0], LF_LONGEST_LOOKBACK);
	/* what the network measures windows from goes with its weights, whatever these rows show */
	if (options->init != NULL && options->init->model.task.season > 1)
		inner = options->init->model.task.season;
	choose_preset(request, panel, inner);
	choose_lookback(request, panel, inner);
	options->arguments.season = inner;
	task->season = inner;
	choose_difference(request, inner);
	windows = lf_split_count(&frame, task, 0).windows;
	if (windows == 0)
		report_too_few(request, panel);
	choose_normalize(request, panel, season, inner);
	lf_default_training(&options->training, choices_preset(options), windows);
	count_categories(request, panel);
	return season;
}
