/*
 * model.c: the values that a model knows of its categories, and when its steps are the same.
 */
#include "model/model.h"

#include "series/deseasonalize.h"

#include <string.h>

lf_labels
lf_model_labels(const lf_model *model, int column)
{
	if (model->task.kind[column] != LF_COLUMN_SERIES)
		return model->categories == NULL ? (lf_labels) {0} : model->categories[column];
	return model->labels == NULL ? (lf_labels) {0} : (lf_labels) {(int) model->series, model->labels};
}

bool
lf_labels_equal(const lf_labels *a, const lf_labels *b)
{
	if (a->count != b->count)
		return false;
	for (int i = 0; i < a->count; i++)
		if (strcmp(a->label[i], b->label[i]) != 0)
			return false;
	return true;
}

bool
lf_steps_equal(const lf_time_step *a, const lf_time_step *b)
{
	return a->months == b->months && a->days == b->days && a->units == b->units && a->weekdays == b->weekdays;
}

bool
lf_same_keys(const lf_model *a, const lf_model *b)
{
	if (strcmp(a->series_column, b->series_column) != 0 || a->further_keys != b->further_keys)
		return false;
	for (int i = 0; i < a->further_keys; i++)
		if (strcmp(a->further_key[i], b->further_key[i]) != 0)
			return false;
	return true;
}

int
lf_event_offset(const char *name, const char *holiday, bool *sound)
{
	size_t		length = strlen(holiday);
	int			days = 0;
	int			digits = 0;
	char		sign;

	*sound = false;
	if (length == 0)
	{
		*sound = strcmp(name, LF_OTHER_EVENTS) == 0;
		return 0;
	}
	if (strncmp(name, holiday, length) != 0)
		return 0;
	name += length;
	if (name[0] == '\0')
	{
		*sound = true;
		return 0;
	}
	if (name[0] != ' ' || (name[1] != '+' && name[1] != '-') || name[2] == '0')
		return 0;
	sign = name[1];
	for (name += 2; *name >= '0' && *name <= '9' && digits < 2; name++, digits++)
		days = days * 10 + (*name - '0');
	*sound = *name == '\0' && digits > 0 && days <= LF_MAX_EVENT_DAYS;
	return sign == '-' ? -days : days;
}

void
lf_model_share(lf_model *model)
{
	for (int i = 0; i < model->others && model->other != NULL; i++)
	{
		lf_model   *other = &model->other[i];
		lf_model	own = *other;

		*other = *model;
		other->spec = own.spec;
		other->task = own.task;
		other->training = own.training;
		other->scaler = own.scaler;
		other->shape = own.shape;
		other->windows = own.windows;
		other->validation_windows = own.validation_windows;
		other->best_epoch = own.best_epoch;
		other->final_epochs = own.final_epochs;
		other->epochs = own.epochs;
		other->history = own.history;
		other->level_regression = own.level_regression;
		other->ranges = own.ranges;
		other->members = own.members;
		other->parameters = own.parameters;
		other->weights = own.weights;
		/* what all of them say together stands in the first */
		other->errors = (lf_errors) {0};
		other->dependence = (lf_dependence) {0};
		other->blend = NULL;
		other->tried = 0;
		other->combination = (lf_combination) {0};
		other->learned = NULL;
		other->others = 0;
		other->other = NULL;
		other->tail_before = 0;
		other->tail = NULL;
	}
}

size_t
lf_model_history(const lf_model *model)
{
	size_t		rows = lf_rows_for_shapes(&model->task);

	for (int i = 0; i < model->others; i++)
		if (lf_rows_for_shapes(&model->other[i].task) > rows)
			rows = lf_rows_for_shapes(&model->other[i].task);
	for (int i = 0; i < model->combination.parts; i++)
		if (model->combination.part[i] != LF_NETWORK && rows < LF_MOST_PARTNER_ROWS)
			rows = LF_MOST_PARTNER_ROWS;
	return rows;
}
