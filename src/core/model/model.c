/*
 * model.c: the values that a model knows of its categories, and when its steps are the same.
 */
#include "model/model.h"

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
