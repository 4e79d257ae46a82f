/*
 * info.c: lstm_info: all that a model knows of itself, as jsonb.
 */
#include "model/architecture.h"
#include "model/bounds.h"
#include "rows/columns.h"
#include "model/model_value.h"
#include "judging/score.h"
#include "rows/timeline.h"
#include "utils/json.h"

#include <math.h>

/*
 * Text that is read as jsonb in one go, which hears no interrupt: a tenth of a second. Only models that were made for
 * it, of very many columns with very long names, have more to say.
 */
#define LONGEST (8 << 20)

/* To be called in all that is written for each column. */
static void
check_length(const StringInfoData *out)
{
	CHECK_FOR_INTERRUPTS();
	if (out->len > LONGEST)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("the description of the model exceeds %d MB", LONGEST >> 20),
				 errdetail("The model has too many columns with long names.")));
}

static void
append_text(StringInfo out, const char *key, const char *value)
{
	appendStringInfo(out, ", \"%s\": ", key);
	if (value == NULL || value[0] == '\0')
		appendStringInfoString(out, "null");
	else
		escape_json(out, value);
}

static void
append_int(StringInfo out, const char *key, int64 value)
{
	appendStringInfo(out, ", \"%s\": " INT64_FORMAT, key, value);
}

static void
append_real(StringInfo out, const char *key, double value)
{
	appendStringInfo(out, ", \"%s\": ", key);
	append_number(out, value);
}

static void
append_bool(StringInfo out, const char *key, bool value)
{
	appendStringInfo(out, ", \"%s\": %s", key, value ? "true" : "false");
}

static void
append_columns(StringInfo out, const char *key, const lf_model *model, const int16_t *columns, int count)
{
	appendStringInfo(out, ", \"%s\": [", key);
	for (int i = 0; i < count; i++)
	{
		check_length(out);
		if (i > 0)
			appendStringInfoString(out, ", ");
		escape_json(out, model->names[columns[i]]);
	}
	appendStringInfoChar(out, ']');
}

/* The names of the columns of one kind, each once. */
static void
append_kind(StringInfo out, const char *key, const lf_model *model, lf_column_kind kind)
{
	int			count = 0;

	appendStringInfo(out, ", \"%s\": [", key);
	for (int i = 0; i < model->columns; i++)
		if (model->task.kind[i] == kind)
		{
			check_length(out);
			appendStringInfoString(out, count++ > 0 ? ", " : "");
			escape_json(out, model->names[i]);
		}
	appendStringInfoChar(out, ']');
}

/* The inputs that are measured, as they were given in training. */
static void
append_inputs(StringInfo out, const lf_model *model)
{
	const lf_task *task = &model->task;
	int16_t    *measured = palloc(task->inputs * sizeof(int16_t));
	int			count = 0;

	for (int i = 0; i < task->inputs; i++)
		if (!lf_task_is_given(task, i))
			measured[count++] = task->input[i];
	append_columns(out, "inputs", model, measured, count);
}

#define MOST_LABELS 100			/* that are listed of a column's categories */

/* What each series has one value of: its kind, and its categories in the order of their numbers. */
static void
append_statics(StringInfo out, const lf_model *model)
{
	int			count = 0;

	appendStringInfoString(out, ", \"static_inputs\": {");
	for (int i = 0; i < model->columns; i++)
	{
		lf_column_kind kind = model->task.kind[i];

		if (kind != LF_COLUMN_STATIC && kind != LF_COLUMN_CATEGORY)
			continue;
		appendStringInfoString(out, count++ > 0 ? ", " : "");
		escape_json(out, model->names[i]);
		if (kind == LF_COLUMN_STATIC)
		{
			appendStringInfoString(out, ": {\"kind\": \"number\"}");
			continue;
		}
		appendStringInfo(out, ": {\"kind\": \"category\", \"count\": %d, \"first\": [", model->categories[i].count);
		for (int k = 0; k < Min(model->categories[i].count, MOST_LABELS); k++)
		{
			check_length(out);
			appendStringInfoString(out, k > 0 ? ", " : "");
			escape_json(out, model->categories[i].label[k]);
		}
		appendStringInfoString(out, "]}");
	}
	appendStringInfoChar(out, '}');
}

/* The cycles of the calendar that the network sees. */
static void
append_calendar(StringInfo out, const lf_model *model)
{
	CalendarSet set = columns_of_model(model).calendar;
	int			count = 0;

	appendStringInfoString(out, ", \"calendar\": [");
	for (int cycle = 0; cycle < CALENDAR_CYCLES; cycle++)
		if (set >> cycle & 1)
			appendStringInfo(out, "%s\"%s\"", count++ > 0 ? ", " : "", calendar_names[cycle]);
	appendStringInfoChar(out, ']');
}

/* A number of a column that each series has; of several series the least and the greatest. */
static void
append_range(StringInfo out, const char *key, double low, double high, bool several)
{
	appendStringInfo(out, "\"%s\": %s", key, several ? "[" : "");
	append_number(out, low);
	if (!several)
		return;
	appendStringInfoString(out, ", ");
	append_number(out, high);
	appendStringInfoChar(out, ']');
}

/* Of several series each has a scaling of its own, but not the columns of which all share one. */
static void
append_scaling(StringInfo out, const lf_model *model)
{
	int			count = 0;

	appendStringInfoString(out, ", \"scaling\": {");
	for (int i = 0; i < model->columns; i++)
	{
		lf_column_kind kind = model->task.kind[i];
		bool		several = model->series > 1 && (kind == LF_COLUMN_MEASURED || kind == LF_COLUMN_KNOWN);
		lf_scaler	low = model->scaler[i];
		lf_scaler	high = low;

		if (kind == LF_COLUMN_CALENDAR || lf_kind_is_category(model->task.kind[i]))
			continue;			/* as they are */
		check_length(out);
		for (size_t s = 1; s < model->series && several; s++)
		{
			lf_scaler	here = model->scaler[s * (size_t) model->columns + i];

			CHECK_FOR_INTERRUPTS();
			low = (lf_scaler) {Min(low.offset, here.offset), Min(low.scale, here.scale)};
			high = (lf_scaler) {Max(high.offset, here.offset), Max(high.scale, here.scale)};
		}
		appendStringInfoString(out, count++ > 0 ? ", " : "");
		escape_json(out, model->names[i]);
		appendStringInfoString(out, ": {");
		append_range(out, "offset", low.offset, high.offset, several);
		appendStringInfoString(out, ", ");
		append_range(out, "scale", low.scale, high.scale, several);
		appendStringInfoChar(out, '}');
	}
	appendStringInfoChar(out, '}');
}

/* Errors on the held-out part, by target: the network and each baseline. */
static void
append_metrics(StringInfo out, const lf_model *model)
{
	appendStringInfoString(out, ", \"metrics\": {");
	for (int j = 0; j < model->task.targets && model->validation_windows > 0; j++)
	{
		const lf_score *scores = model->scores + j * LF_FORECASTERS;

		check_length(out);
		if (j > 0)
			appendStringInfoString(out, ", ");
		escape_json(out, model->names[model->task.target[j]]);
		appendStringInfoString(out, ": {");
		for (int f = 0; f < LF_FORECASTERS; f++)
		{
			/* partners are there where they were candidates */
			if (lf_forecaster_is_partner(f) && scores[f].count == 0)
				continue;
			appendStringInfo(out, "%s\"%s\": {\"mae\": ", f > 0 ? ", " : "", lf_forecaster_keys[f]);
			append_number(out, lf_score_mae(&scores[f]));
			appendStringInfoString(out, ", \"rmse\": ");
			append_number(out, lf_score_rmse(&scores[f]));
			appendStringInfoChar(out, '}');
		}
		appendStringInfoChar(out, '}');
	}
	appendStringInfoChar(out, '}');
}

/*
 * The seasons that the rows have, as option season takes them, and what is known of each that was looked for. Models of
 * earlier releases know one alone.
 */
static void
append_seasons(StringInfo out, const lf_model *model)
{
	const lf_season_facts *found = &model->found;
	int			shown = 0;
	int			written = 0;
	double		longest = 0;	/* of those written */

	for (int i = 0; i < found->count; i++)
		shown += found->fact[i].shown;
	if (shown == 0)
		append_int(out, "season", found->count > 0 ? 1 : model->season);
	else
		appendStringInfoString(out, shown > 1 ? ", \"season\": [" : ", \"season\": ");
	while (written < shown)
	{
		double		next = INFINITY;

		for (int i = 0; i < found->count; i++)
			if (found->fact[i].shown && found->fact[i].length > longest)
				next = Min(next, found->fact[i].length);
		appendStringInfoString(out, written++ > 0 ? ", " : "");
		append_number(out, next);
		longest = next;
	}
	appendStringInfoString(out, shown > 1 ? "], \"seasons\": [" : ", \"seasons\": [");
	for (int i = 0; i < found->count; i++)
	{
		const lf_season_fact *fact = &found->fact[i];

		appendStringInfo(out, "%s{\"from\": \"%s\"", i > 0 ? ", " : "",
						 fact->natural ? "calendar" : fact->cycles > 0 ? "rows" : "option");
		append_real(out, "length", fact->length);
		append_bool(out, "found", fact->shown);
		append_real(out, "cycles", fact->cycles > 0 ? fact->cycles : (double) NAN);
		append_real(out, "strength", fact->cycles > 0 ? fact->gain : (double) NAN);
		append_real(out, "certainty", fact->cycles > 0 ? fact->certainty : (double) NAN);
		appendStringInfoChar(out, '}');
	}
	appendStringInfoChar(out, ']');
	append_int(out, "baseline_season", model->season);
}

/* What the network sees of the values, and where forecasts end. */
static void
append_transform(StringInfo out, const lf_task *task)
{
	appendStringInfo(out, ", \"transform\": {\"log\": %s", task->log ? "true" : "false");
	append_text(out, "log_from", !task->log ? NULL : task->log_found ? "data" : "option");
	append_text(out, "deseasonalize", lf_deseasonalize_names[task->deseasonalize]);
	append_int(out, "difference", task->difference);
	append_real(out, "lower_limit", task->limited ? task->lower_limit : (double) NAN);
	append_text(out, "lower_limit_from", !task->limited || !isfinite(task->lower_limit) ? NULL :
				task->limit_found ? "data" : "option");
	append_real(out, "upper_limit", task->limited ? task->upper_limit : (double) NAN);
	appendStringInfoChar(out, '}');
}

/* What the forecast of each target is mixed with. */
static void
append_blend(StringInfo out, const lf_model *model)
{
	appendStringInfoString(out, ", \"blend\": {");
	for (int j = 0; j < model->task.targets && model->blend != NULL; j++)
	{
		const lf_blend *blend = &model->blend[j];

		check_length(out);
		appendStringInfoString(out, j > 0 ? ", " : "");
		escape_json(out, model->names[model->task.target[j]]);
		appendStringInfo(out, ": {\"with\": \"%s\"", lf_forecaster_keys[blend->with]);
		append_real(out, "weight", blend->weight);
		appendStringInfoChar(out, '}');
	}
	appendStringInfoChar(out, '}');
}

/* What was tried, how far off it was on held-out rows, and what it weighs in the forecast. */
static void
append_candidates(StringInfo out, const lf_model *model)
{
	appendStringInfoString(out, ", \"candidates\": {");
	for (int i = 0; i < model->tried; i++)
	{
		const lf_tried *tried = &model->candidate[i];

		appendStringInfo(out, "%s\"%s\": {\"error\": ", i > 0 ? ", " : "", lf_candidate_names[tried->candidate]);
		append_number(out, tried->error);
		append_real(out, "weight", tried->weight);
		appendStringInfoChar(out, '}');
	}
	appendStringInfoChar(out, '}');
}

/* Which statistics of the values to come forecasts are. */
enum
{
	SAYS_MEAN = 1,
	SAYS_MEDIAN = 2
};

/*
 * What a network learns to say: what makes its loss least. In between lies what huber does. A mean of logarithms is that of the
 * median, where they are as often above as below it.
 */
static int
statistics_of_network(const lf_model *network)
{
	/* least squares are those of mse, whatever the loss says */
	lf_loss		loss = network->training.optimizer == LF_LEAST_SQUARES ? LF_MSE : network->training.loss;

	switch (loss)
	{
		case LF_MSE:
			return network->task.log ? SAYS_MEDIAN : SAYS_MEAN;
		case LF_HUBER:
			return network->task.log ? SAYS_MEDIAN : SAYS_MEAN | SAYS_MEDIAN;
		case LF_MAE:
		case LF_QUANTILE:
			return SAYS_MEDIAN;
		case LF_GAUSSIAN:
		case LF_STUDENT_T:
		case LF_NEGATIVE_BINOMIAL:
		case LF_LOSSES:
			break;
	}
	return SAYS_MEAN;
}

/* The same of all that weighs in the forecast. What needs no network says means, but for the network that is shipped. */
static int
statistics_of(const lf_model *model)
{
	const lf_combination *combination = &model->combination;
	int			said = 0;

	if (combination->parts == 0)
		said = statistics_of_network(model);
	for (int i = 0; i < combination->parts; i++)
	{
		if (!(lf_combination_share(combination, model->task.targets, i) > 0))
			continue;
		said |= combination->part[i] == LF_ZERO_SHOT ? SAYS_MEDIAN : combination->part[i] != LF_NETWORK ? SAYS_MEAN :
			statistics_of_network(i == 0 ? model : &model->other[i - 1]);
	}
	for (int j = 0; j < model->task.targets && model->blend != NULL; j++)
		if (model->blend[j].with != LF_NETWORK && model->blend[j].weight < 1)
			said |= SAYS_MEAN;
	return said;
}

static void
append_statistic(StringInfo out, const lf_model *model)
{
	int			said = statistics_of(model);

	append_text(out, "forecasts", said == SAYS_MEAN ? "mean" : said == SAYS_MEDIAN ? "median" : "between");
}

/* The column that tells series apart, or an array of them. */
static void
append_keys(StringInfo out, const lf_model *model)
{
	if (model->further_keys == 0)
	{
		append_text(out, "series_column", model->series_column);
		return;
	}
	appendStringInfoString(out, ", \"series_column\": [");
	escape_json(out, model->series_column);
	for (int i = 0; i < model->further_keys; i++)
	{
		appendStringInfoString(out, ", ");
		escape_json(out, model->further_key[i]);
	}
	appendStringInfoChar(out, ']');
}

/* How far intervals go, and from how many errors of each step. */
static void
append_intervals(StringInfo out, const lf_model *model)
{
	const lf_errors *errors = &model->errors;

	appendStringInfo(out, ", \"intervals\": {\"steps\": %d, \"errors\": %d}",
					 errors->steps, errors->steps > 0 ? errors->count[0] : 0);
}

/* How errors hang together: as measured, or as is usual. */
static void
append_dependence(StringInfo out, const lf_model *model)
{
	lf_dependence dependence = lf_dependence_or_usual(&model->dependence);

	appendStringInfoString(out, ", \"dependence\": {\"level\": ");
	append_number(out, dependence.level);
	appendStringInfoString(out, ", \"walk\": ");
	append_number(out, dependence.walk);
	appendStringInfoString(out, ", \"series\": ");
	append_number(out, dependence.series);
	append_bool(out, "measured", model->dependence.known);
	appendStringInfoChar(out, '}');
}

static void
append_missing(StringInfo out, const lf_model *model)
{
	const lf_missing_record *record = &model->missing;

	appendStringInfo(out, ", \"missing\": {\"method\": \"%s\"", lf_missing_names[record->method]);
	append_int(out, "rows", (int64) record->rows);
	append_int(out, "values", (int64) record->values);
	append_text(out, "first", record->values > 0 ? timeline_iso_text(model->time_kind, record->first) : NULL);
	append_text(out, "last", record->values > 0 ? timeline_iso_text(model->time_kind, record->last) : NULL);
	appendStringInfoChar(out, '}');
}

/* The levels that the network says quantiles for. */
static void
append_levels(StringInfo out, const lf_head *head)
{
	appendStringInfoString(out, ", \"quantiles\": ");
	if (!lf_head_class_of(head)->has_levels)
	{
		appendStringInfoString(out, "null");
		return;
	}
	for (int i = 0; i < head->levels; i++)
	{
		appendStringInfoString(out, i == 0 ? "[" : ", ");
		append_number(out, head->level[i]);
	}
	appendStringInfoChar(out, ']');
}

static void
append_options(StringInfo out, const lf_training *training, const lf_head *head)
{
	appendStringInfo(out, ", \"options\": {\"optimizer\": \"%s\"", lf_optimizer_names[training->optimizer]);
	append_text(out, "loss", lf_loss_names[training->loss]);
	append_levels(out, head);
	append_text(out, "schedule", lf_schedule_names[training->schedule]);
	append_text(out, "scale", lf_scale_names[training->scale]);
	append_text(out, "normalize", lf_normalize_names[training->normalize]);
	append_real(out, "learning_rate", training->learning_rate);
	append_real(out, "momentum", training->momentum);
	append_real(out, "weight_decay", training->weight_decay);
	append_real(out, "clip_norm", training->clip_norm);
	append_int(out, "epochs", training->epochs);
	append_int(out, "batch_size", training->batch_size);
	append_int(out, "patience", training->patience);
	append_real(out, "validation", training->validation);
	append_bool(out, "refit", training->refit);
	append_bool(out, "calibrate", training->calibrate);
	append_bool(out, "blend", training->blend);
	append_bool(out, "shuffle", training->shuffle);
	appendStringInfoChar(out, '}');
}

SQL_FUNCTION(lstm_info);
Datum
lstm_info(PG_FUNCTION_ARGS)
{
	LoadedModel *loaded = model_load(PG_GETARG_BYTEA_PP(0));
	const lf_model *model = &loaded->model;
	const lf_task *task = &model->task;
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfoString(&out, "{\"version\": ");
	escape_json(&out, model->version);
	append_bool(&out, "imported", model->imported);
	append_bool(&out, "pretrained", lf_bounds_are_zero_shot(model));
	append_bool(&out, "tuned", model->partner_facts.tuned != NULL);
	append_text(&out, "relation", model->relation);
	append_text(&out, "time_column", model->time_column);
	append_columns(&out, "targets", model, task->target, task->targets);
	append_inputs(&out, model);
	append_kind(&out, "known_inputs", model, LF_COLUMN_KNOWN);
	append_statics(&out, model);
	append_calendar(&out, model);
	append_text(&out, "holidays", model->holidays);
	append_kind(&out, "holiday_inputs", model, LF_COLUMN_EVENT);
	append_keys(&out, model);
	append_int(&out, "series", (int64) model->series);
	append_bool(&out, "series_embedding", model->columns > 0 && columns_of_model(model).series);
	append_int(&out, "lookback", task->lookback);
	append_int(&out, "horizon", task->horizon);
	append_int(&out, "lead", task->lead);
	append_text(&out, "channels", task->independent ? "independent" : "joint");
	append_text(&out, "step", model->rows > 1 && model->time_kind != LF_TIME_NONE ?
				timeline_step_text(model->time_kind, &model->step) : NULL);
	append_text(&out, "aggregate", lf_aggregate_names[model->aggregate]);
	append_text(&out, "last_time", model->rows > 0 && model->time_kind != LF_TIME_NONE ?
				timeline_iso_text(model->time_kind, model->last_time) : NULL);
	append_text(&out, "time_zone", model->time_zone);
	append_int(&out, "parameters", (int64) model->parameters);
	append_int(&out, "members", model->members);
	appendStringInfoString(&out, ", \"layers\": ");
	architecture_to_json(&out, &model->spec);
	if (!model->imported)
	{
		append_int(&out, "rows", (int64) model->rows);
		append_int(&out, "windows", (int64) model->windows);
		append_int(&out, "validation_windows", (int64) model->validation_windows);
		append_missing(&out, model);
		append_seasons(&out, model);
		append_int(&out, "epochs", model->epochs);
		append_int(&out, "best_epoch", model->best_epoch);
		append_int(&out, "final_epochs", model->final_epochs);
		append_int(&out, "seed", (int64) model->training.seed);
		append_scaling(&out, model);
		append_metrics(&out, model);
		append_text(&out, "metrics_unit", model->labels == NULL ? "column" : "seasonal naive error of the series");
		append_transform(&out, task);
		append_blend(&out, model);
		append_candidates(&out, model);
		append_statistic(&out, model);
		append_intervals(&out, model);
		append_dependence(&out, model);
		append_options(&out, &model->training, &task->head);
	}
	appendStringInfoChar(&out, '}');
	check_length(&out);
	PG_RETURN_DATUM(jsonb_from_text(out.data));
}
