/*
 * wishes.c: options become wishes; and what is wrong with a plan becomes a message.
 */
#include "train/wishes.h"

#include "series/level.h"

#include <math.h>

/* What is left open where training goes on from a model. */
static void
wish_as_before(const Options *options, lf_wishes *wishes)
{
	const lf_model *before = &options->init->model;
	int			embeddings = 0;
	lf_spec    *layers;

	if (wishes->task.lookback == LF_UNSET)
		wishes->task.lookback = before->task.lookback;
	if (wishes->normalize == LF_UNSET)
		wishes->normalize = before->training.normalize;
	if (wishes->loss == LF_UNSET)
		wishes->loss = before->training.loss;
	/* one that was imported has none */
	if (wishes->training.learning_rate == LF_UNSET && before->training.learning_rate > 0)
		wishes->training.learning_rate = before->training.learning_rate;
	if (wishes->channels == LF_UNSET && before->task.independent)
		wishes->channels = LF_CHANNELS_INDEPENDENT;
	wishes->season = before->task.season;
	if (wishes->log_open)
	{
		/* found again where they were found before */
		wishes->log_open = before->task.log_found;
		wishes->log = wishes->task.log = before->task.log && !before->task.log_found;
	}
	/* unless it does not go with what was said */
	if (wishes->deseasonalize == LF_UNSET &&
		!(wishes->log && before->task.deseasonalize == LF_DESEASONALIZE_ADDITIVE))
	{
		wishes->deseasonalize = before->task.deseasonalize;
		if (before->task.seasons.count > 0)
		{
			wishes->season_given = true;
			wishes->seasons = before->task.seasons;
		}
	}
	/* the layers end in what the task asks for; where that is another one, training says so */
	if (!wishes->open || wishes->task.horizon != before->task.horizon || wishes->task.targets != before->task.targets)
		return;
	/* layers that embed categories are put in front later */
	while (embeddings < before->spec.count &&
		   lf_layer_class_of(before->spec.layer[embeddings].kind)->embeds_category)
		embeddings++;
	layers = memcpy(palloc(sizeof(lf_spec)), &before->spec, sizeof(lf_spec));
	layers->count -= embeddings;
	memmove(layers->layer, layers->layer + embeddings, layers->count * sizeof(lf_layer_spec));
	wishes->open = false;
	wishes->layers = layers;
}

void
wishes_of(const Options *options, const lf_task *task, lf_wishes *wishes)
{
	*wishes = (lf_wishes) {
		.task = *task,
		.preset = (lf_preset) options->preset,
		.open = options->open,
		.layers = options->layers,
		.arguments = options->arguments,
		.channels = options->channels,
		.calendar = options->calendar != 0 || options->calendar_auto,
		.loss = options->loss,
		.quantiles = options->quantiles,
		.normalize = options->normalize,
		.log = options->log == 1,
		.log_open = options->log == LF_UNSET && !isfinite(options->lower_limit),
		.lower_limit = options->lower_limit,
		.upper_limit = options->upper_limit,
		.difference = options->difference,
		.difference_season = options->difference_season,
		.season_given = options->season_given,
		.seasons = options->seasons,
		.deseasonalize = options->deseasonalize,
		.training = options->training,
		.members_open = options->members_open,
	};
	/* rows are held against it as they are read */
	wishes->task.log = options->log == 1;
	wishes->task.log_from = isfinite(options->lower_limit) ? options->lower_limit : 0;
	if (options->init != NULL)
		wish_as_before(options, wishes);
}

/* ---- what is wrong ---- */

static void
report_conflict(const char *option, const char *other, const char *reason)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("options \"%s\" and \"%s\" cannot be combined here", option, other),
			 errdetail("%s", reason),
			 errhint("Leave one of the two options out.")));
}

static void
report_too_few(const lf_facts *facts, const lf_task *task, const char *source)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATA_EXCEPTION),
			 errmsg("%s has %zu rows%s, but training needs at least %zu",
					source, facts->rows, facts->series > 1 ? " in most series" : "", lf_window_rows(task)),
			 errdetail("One window takes lookback %d + lead %d - 1 + horizon %d rows.",
					   task->lookback, task->lead, task->horizon),
			 errhint("Reduce lookback or horizon, or give more rows.")));
}

static void
report_no_season(const lf_wishes *wishes, const lf_task *task)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("option \"normalize\" cannot be %s here", lf_normalize_names[wishes->normalize]),
			 task->season > 1 ?
			 errdetail("The season of %d rows does not fit into the lookback of %d, or lead is 0.", task->season,
					   task->lookback) : errdetail("The rows show no season.")));
}

/* What options ask for that do not go together, whatever the rows. */
static void
report_wishes(lf_plan_status status, const lf_wishes *wishes, const lf_plan *plan)
{
	const char *loss = lf_loss_names[plan->training.loss];

	switch (status)
	{
		case LF_PLAN_NOT_INDEPENDENT:
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("option \"channels\" cannot be independent here"),
					 errdetail("Independent columns are each forecast from their own values: the inputs must be the "
							   "targets, in the same order, and nothing else."),
					 errhint("Leave other inputs out, or set channels to joint.")));
			break;
		case LF_PLAN_NO_QUANTILES:
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("option \"quantiles\" does not apply to loss %s", loss),
					 errhint("Set \"loss\": \"quantile\", or leave quantiles out.")));
			break;
		case LF_PLAN_MUST_CALIBRATE:
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("option \"calibrate\" must be true for loss %s", loss),
					 errdetail("The intervals of this loss are made from held-out errors alone."),
					 errhint("Leave the option out, or set loss to quantile, gaussian, student_t or negative_binomial.")));
			break;
		case LF_PLAN_LIMITS_CROSS:
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("option \"upper_limit\" of %g is not above \"lower_limit\" of %g", wishes->upper_limit,
							wishes->lower_limit)));
			break;
		case LF_PLAN_LOG_OF_SPREAD:
			report_conflict("log", "loss",
							"The mean and spread of logarithms have no counterpart among the values; their quantiles do.");
			break;
		case LF_PLAN_DIFFERENCE_OF_SPREAD:
			report_conflict("difference", "loss", "Differences are added up, and the spread of a sum does not follow from "
							"those of its parts.");
			break;
		case LF_PLAN_DIFFERENCE_OF_LEVEL:
			report_conflict("difference", "normalize", "Differences have no level that normalizing could remove.");
			break;
		case LF_PLAN_LEVEL_OF_COUNTS:
			report_conflict("normalize", "loss", "What is left of a count where a level is subtracted is no count.");
			break;
		case LF_PLAN_SEASON_OF_COUNTS:
			report_conflict("deseasonalize", "loss", "What a season leaves of a count is no count. Option \"calendar\" shows the network "
							"where in the week or year a row lies.");
			break;
		case LF_PLAN_ADDITIVE_OF_LOG:
			report_conflict("log", "deseasonalize", "What a season adds to logarithms multiplies the values.");
			break;
		case LF_PLAN_DIFFERENCE_OF_OTHERS:
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("option \"difference\" needs the targets among the inputs, and a lead of 1"),
					 errdetail("Differences are added up starting from the last value in the window.")));
			break;
		default:
			elog(ERROR, "unrecognized status of a plan: %d", (int) status);
	}
}

void
plan_by(const lf_facts *facts, const lf_wishes *wishes, const char *source, lf_plan *plan)
{
	lf_plan_status status = lf_choose(facts, wishes, plan);
	const lf_task *task = &plan->task;

	switch (status)
	{
		case LF_PLAN_MADE:
			return;
		case LF_PLAN_DIFFERENCE_TOO_LONG:
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("a difference of %d rows does not fit into the lookback of %d", task->difference, task->lookback),
					 errhint("Give a longer lookback.")));
			break;
		case LF_PLAN_TOO_MANY_COLUMNS:
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("too many columns: at most %d are possible", LF_MAX_COLUMNS)));
			break;
		case LF_PLAN_TOO_FEW_ROWS:
			report_too_few(facts, task, source);
			break;
		case LF_PLAN_TOO_MANY_LEVELS:
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("option \"normalize\" must be none here"),
					 errdetail("The level of a target that is not an input is estimated from at most %d inputs, not "
							   "%d.",
							   LF_MAX_REGRESSION_INPUTS, task->inputs),
					 errhint("Leave the option out, or add the target to inputs.")));
			break;
		case LF_PLAN_NO_SEASON:
			report_no_season(wishes, task);
			break;
		case LF_PLAN_NOTHING_TO_TAKE_OUT:
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("option \"deseasonalize\" cannot be %s here", lf_deseasonalize_names[wishes->deseasonalize]),
					 errdetail("The rows show no season."),
					 errhint("Give its length in option \"season\", or leave deseasonalize out.")));
			break;
		default:
			report_wishes(status, wishes, plan);
	}
}
