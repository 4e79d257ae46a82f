/*
 * verdict.c: the held-out errors of the network and of the baselines, and what follows from them.
 */
#include "train/verdict.h"

#include "model/bounds.h"

#include "training/fit.h"
#include "lib/stringinfo.h"

#include <math.h>

/*
 * What errors of a target are divided by, so that a column of large numbers does not drown the others: with several
 * targets the repeat-last forecast's. Those of several series have no scale any more, see lf_error_scale.
 */
static double
error_scale_of(const lf_model *model, const lf_score *score)
{
	return model->labels != NULL || model->task.targets == 1 ? 1 : lf_score_mae(&score[LF_REPEAT_LAST]);
}

/* The mean absolute error of a forecaster over all targets. */
static double
overall_error(const lf_model *model, lf_forecaster forecaster)
{
	double		sum = 0;

	for (int j = 0; j < model->task.targets; j++)
	{
		const lf_score *score = model->scores + j * LF_FORECASTERS;
		double		error_scale = error_scale_of(model, score);

		/* a baseline that could not be computed for every row is not comparable */
		if (score[forecaster].count < score[LF_NETWORK].count || !(error_scale > 0))
			return NAN;
		sum += lf_score_mae(&score[forecaster]) / error_scale;
	}
	return sum / model->task.targets;
}

#define SCALED "The errors of each series are divided by those of its seasonal naive forecast (MASE)."

/*
 * Errors that differ by less than this share of the repeat-last forecast's differ by rounding; so do those that differ
 * by less than this share of the spread of the values, which on rows without noise is all that is between a network
 * and a naive forecast that is exact.
 */
#define MATTERS 1e-4
#define MATTERS_OF_SPREAD 5e-3

/*
 * The spread of the values, by which they are scaled, in the units of overall_error(); NaN where that is not known: the
 * network sees values as they are, or their logarithms.
 */
static double
spread_of(const lf_model *model)
{
	double		sum = 0;

	if (model->training.scale == LF_SCALE_NONE || model->task.log)
		return NAN;
	for (int j = 0; j < model->task.targets; j++)
	{
		double		error_scale = error_scale_of(model, model->scores + j * LF_FORECASTERS);

		for (Size s = 0; s < model->series; s++)
			sum += model->scaler[s * model->columns + model->task.target[j]].scale /
				model->error_scale[s * model->task.targets + j] / error_scale;
	}
	return sum / ((double) model->series * model->task.targets);
}

/* The fewest windows of a series of which this share can be held out, with windows left that know nothing of them. */
static uint64
least_windows(const lf_model *model)
{
	double		share = model->training.validation;
	uint64		windows = LF_MIN_WINDOWS_TO_VALIDATE;

	while ((uint64) (share * (double) windows) == 0 ||
		   (uint64) (share * (double) windows) + (uint64) model->task.horizon - 1 >= windows)
	{
		CHECK_FOR_INTERRUPTS();
		windows++;
	}
	return windows;
}

/* Nothing was held out: what follows from that, and why. */
static Verdict
untested(const lf_model *model)
{
	bool		has_bounds = lf_head_is_distribution(&model->task.head) || lf_bounds_are_zero_shot(model);
	const char *bounds = has_bounds ? "Bounds are those that the network says, which nothing has confirmed." :
		model->errors.steps > 0 ? "Bounds are those that theta and ets suppose, which nothing has confirmed." :
		"Forecasts have no bounds, because these are made of errors on held-out rows.";
	Verdict		verdict = {.level = NOTICE, .message = "the forecast is untested: no rows were held out", .detail = bounds};

	if (model->training.validation <= 0)
		return verdict;
	verdict.detail = psprintf("Holding %g %% of the windows out needs at least " UINT64_FORMAT " of them%s, but there are "
							  UINT64_FORMAT "%s. %s",
							  100 * model->training.validation, least_windows(model),
							  model->series > 1 ? " in a series" : "", model->windows,
							  model->series > 1 ? psprintf(" in %zu series", model->series) : "", bounds);
	verdict.hint = "Give more rows, or reduce lookback or horizon; lstm_backtest measures a forecast, too.";
	return verdict;
}

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
		double		error_scale = error_scale_of(model, score);

		ahead += score[forecaster].behind / score[forecaster].count / error_scale;
		variance += lf_score_variance(&score[forecaster]) / (error_scale * error_scale);
	}
	return ahead / sqrt(variance / (double) model->validation_windows);
}

/* What the figures are. */
static const char *
measure_of(const lf_model *model)
{
	if (model->labels != NULL)
		return "mean absolute scaled error";
	return model->task.targets > 1 ? "mean absolute error relative to repeat-last" : "mean absolute error";
}

/* The figures as a sentence. */
static char *
sentence(const lf_model *model, const char *figures)
{
	char	   *line = psprintf("%s: %s.%s", measure_of(model), figures, model->labels == NULL ? "" : " " SCALED);

	line[0] = pg_toupper((unsigned char) line[0]);
	return line;
}

/* What the forecast is a mean of, the heaviest first: an empty text where it is the network's alone. */
static char *
members_of(const lf_model *model)
{
	StringInfoData line;
	double		below = INFINITY;

	initStringInfo(&line);
	for (;;)
	{
		double		next = 0;

		for (int i = 0; i < model->tried; i++)
			if (model->candidate[i].weight < below)
				next = fmax(next, model->candidate[i].weight);
		if (next == 0)
			break;
		for (int i = 0; i < model->tried; i++)
			if (model->candidate[i].weight == next)
				appendStringInfo(&line, "%s%s %.2g", line.len > 0 ? ", " : " It is a mean of ",
								 lf_candidate_names[model->candidate[i].candidate], next);
		below = next;
	}
	if (line.len > 0)
		appendStringInfoString(&line, ", by weight.");
	return line.data;
}

/* The best of those that cost nothing, or of the partners too; LF_NETWORK where none can be compared. */
static lf_forecaster
best_of(const lf_model *model, int forecasters)
{
	lf_forecaster best = LF_NETWORK;

	for (int f = LF_REPEAT_LAST; f < forecasters; f++)
	{
		double		error = overall_error(model, f);

		if (!isnan(error) && (best == LF_NETWORK || error < overall_error(model, best)))
			best = f;
	}
	return best;
}

/* Where the forecast is behind another at some steps, and ahead at others: an empty text where it is not. */
static char *
steps_behind(const lf_model *model, const double *by_step, lf_forecaster other)
{
	int			horizon = model->task.horizon;
	int			behind = 0;
	StringInfoData line;

	initStringInfo(&line);
	for (int k = 0; k < horizon && other != LF_NETWORK && by_step != NULL; k++)
	{
		bool		here = by_step[k * LF_FORECASTERS + LF_NETWORK] > by_step[k * LF_FORECASTERS + other];
		bool		before = k > 0 && by_step[(k - 1) * LF_FORECASTERS + LF_NETWORK] > by_step[(k - 1) * LF_FORECASTERS + other];
		bool		after = k + 1 < horizon &&
			by_step[(k + 1) * LF_FORECASTERS + LF_NETWORK] > by_step[(k + 1) * LF_FORECASTERS + other];

		behind += here;
		if (here && !before)
			appendStringInfo(&line, "%s%d", line.len > 0 ? ", " : "", k + 1);
		if (here && before && !after)
			appendStringInfo(&line, " to %d", k + 1);
	}
	return behind == 0 || behind == horizon ? "" :
		psprintf(" Of %d steps it is behind %s at %s.", horizon, lf_forecaster_names[other], line.data);
}

Verdict
verdict_of(const lf_model *model, const double *by_step)
{
	StringInfoData line;
	bool		combined = model->combination.parts > 0;
	const char *who = combined ? "forecast" : "network";
	double		network = overall_error(model, LF_NETWORK);
	double		best = network;
	double		rounding = fmax(MATTERS * overall_error(model, LF_REPEAT_LAST), MATTERS_OF_SPREAD * spread_of(model));
	lf_forecaster partner = best_of(model, LF_FORECASTERS);
	const char *winner = NULL;
	const char *equal = NULL;
	char	   *windows = psprintf("the newest " UINT64_FORMAT " windows", model->validation_windows);
	char	   *more;

	if (model->labels != NULL)
		windows = psprintf("%s of %zu series", windows, model->series);
	if (model->validation_windows == 0)
		return untested(model);
	initStringInfo(&line);
	for (int f = 0; f < LF_FORECASTERS; f++)
	{
		double		error = overall_error(model, f);

		if (isnan(error))
			continue;
		appendStringInfo(&line, "%s%s %.4g", line.len > 0 ? ", " : "", f == LF_NETWORK ? who : lf_forecaster_names[f], error);
		/* what partners say is in the forecast, and no less of a forecast */
		if (lf_forecaster_is_partner(f))
			continue;
		if (f != LF_NETWORK && network > rounding && lead_over(model, f) < SURE)
			equal = lf_forecaster_names[f];
		if (error < best && network - error > rounding)
		{
			best = error;
			winner = lf_forecaster_names[f];
		}
	}
	more = psprintf("%s%s", members_of(model), steps_behind(model, by_step, partner));
	if (winner != NULL)
		return (Verdict) {
			WARNING,
			psprintf("the %s loses to the %s forecast on %s", who, winner, windows),
			psprintf("%s%s", sentence(model, line.data), more),
			combined ? "Give more rows or columns that tell more, or take that forecast: lstm_baseline()." :
			"Use that forecast, give more rows, or try another architecture or lookback.",
		};
	if (equal != NULL)
		return (Verdict) {
			WARNING,
			psprintf("the %s is not significantly better than the %s forecast on %s", who, equal, windows),
			psprintf("%s%s", sentence(model, line.data), more),
			"The difference may be due to chance. Use that forecast, or give more rows or more informative columns.",
		};
	return (Verdict) {
		NOTICE,
		psprintf("%s on %s: %s", measure_of(model), windows, line.data),
		more[0] == '\0' && model->labels == NULL ? NULL :
		psprintf("%s%s", model->labels == NULL ? "" : SCALED, more + (model->labels == NULL)),
		lf_forecaster_is_partner(partner) && lead_over(model, partner) < -SURE ?
		psprintf("%s by itself was better: {\"candidates\": [\"%s\"]}.", lf_forecaster_names[partner],
				 lf_forecaster_keys[partner]) : NULL,
	};
}

void
verdict_report(const lf_model *model, const double *by_step)
{
	Verdict		verdict = verdict_of(model, by_step);

	ereport(verdict.level,
			(errmsg("%s", verdict.message),
			 verdict.detail == NULL ? 0 : errdetail("%s", verdict.detail),
			 verdict.hint == NULL ? 0 : errhint("%s", verdict.hint)));
}
