/*
 * average_difference.c: why models have no average, in words.
 */
#include "train/average_state.h"
#include "rows/timeline.h"

static char *
columns_text(const lf_model *model)
{
	StringInfoData out;

	initStringInfo(&out);
	for (int i = 0; i < model->columns; i++)
		appendStringInfo(&out, "%s\"%s\"", i == 0 ? "" : ", ", model->names[i]);
	if (model->time_column[0] != '\0')
		appendStringInfo(&out, ", by \"%s\"", model->time_column);
	if (model->series_column[0] != '\0')
		appendStringInfo(&out, ", series by \"%s\"", model->series_column);
	for (int i = 0; i < model->further_keys; i++)
		appendStringInfo(&out, " and \"%s\"", model->further_key[i]);
	if (model->holidays[0] != '\0')
		appendStringInfo(&out, ", holidays of %s", model->holidays);
	return out.data;
}

static char *
normalize_text(const lf_model *model)
{
	const char *name = lf_normalize_names[model->training.normalize];

	return model->training.normalize < LF_NORMALIZE_SEASON_MEAN ? pstrdup(name) :
		psprintf("%s over %d rows", name, model->task.season);
}

static char *
time_text(const lf_model *model)
{
	StringInfoData out;

	if (model->time_kind == LF_TIME_NONE)
		return "none";
	initStringInfo(&out);
	appendStringInfoString(&out, timeline_step_text(model->time_kind, &model->step));
	if (model->time_zone[0] != '\0')
		appendStringInfo(&out, " in %s", model->time_zone);
	if (model->aggregate != LF_AGGREGATE_NONE)
		appendStringInfo(&out, ", aggregated by %s", lf_aggregate_names[model->aggregate]);
	if (model->alignment != LF_ALIGN_NONE)
		appendStringInfo(&out, ", grid from " INT64_FORMAT, model->phase);
	return out.data;
}

static char *
windows_text(const lf_model *model)
{
	return psprintf("lookback %d, horizon %d and lead %d", model->task.lookback, model->task.horizon, model->task.lead);
}

void
report_difference(lf_difference difference, const lf_model *a, const lf_model *b)
{
	const char *what = "columns";
	const char *one = columns_text(a);
	const char *other = columns_text(b);
	const char *hint = "Train all models alike, starting from the weights of the same model with option \"init\".";

	switch (difference)
	{
		case LF_ALIKE:
		case LF_OTHER_COLUMNS:
			if (strcmp(one, other) == 0)
				other = "the same columns in other roles";
			break;
		case LF_OTHER_WINDOWS:
			what = "windows";
			one = windows_text(a);
			other = windows_text(b);
			break;
		case LF_OTHER_NETWORK:
			what = "network";
			one = psprintf("%d layers with %zu weights", a->spec.count, a->parameters);
			other = psprintf("%d layers with %zu weights", b->spec.count, b->parameters);
			break;
		case LF_OTHER_MEMBERS:
			what = "ensemble";
			one = psprintf("%d networks", a->members);
			other = psprintf("%d networks", b->members);
			break;
		case LF_OTHER_LOSS:
			what = "loss";
			one = lf_loss_names[a->training.loss];
			other = lf_loss_names[b->training.loss];
			break;
		case LF_OTHER_TRANSFORM:
			what = "transform";
			one = "one setting of difference, log, limits and channels";
			other = "a different one";
			break;
		case LF_OTHER_NORMALIZE:
			what = "normalize";
			one = normalize_text(a);
			other = normalize_text(b);
			break;
		case LF_OTHER_SCALE:
			what = "scaling";
			one = lf_scale_names[a->training.scale];
			other = a->training.scale == b->training.scale ? "the same method with other numbers" :
				lf_scale_names[b->training.scale];
			hint = "Give a series_column, so that each series has its own scaling, or set \"scale\" to \"init\" "
				   "together with option \"init\".";
			break;
		case LF_OTHER_CATEGORIES:
			what = "categories";
			one = "one list of values";
			other = "a different one";
			hint = "The network numbers the categories: train on the same values everywhere, or leave the column or "
				   "series_embedding out.";
			break;
		case LF_OTHER_TIME:
			what = "step";
			one = time_text(a);
			other = time_text(b);
			hint = "Give option \"step\", and train in the same time zone.";
			break;
		case LF_OTHER_MISSING:
			what = "missing";
			one = lf_missing_names[a->missing.method];
			other = lf_missing_names[b->missing.method];
			break;
		case LF_OTHER_BLEND:
			what = "blend";
			one = "a mixture with one baseline";
			other = "a mixture with another baseline";
			hint = "Train with \"blend\" set to \"none\".";
			break;
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("models that differ in %s cannot be averaged", what),
			 errdetail("One model has %s, another has %s.", one, other),
			 errhint("%s", hint)));
}
