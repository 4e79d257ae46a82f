/*
 * sound_names.c: the invariants of what a model calls its columns, the keys and names of its series, and the values of
 * text.
 */
#include "model/sound_names.h"

#include "base/sort.h"

#include <string.h>

/* Whether the text with the first number comes behind that with the second. */
static bool
text_is_behind(const void *a, const void *b, const void *state)
{
	const char *const *text = state;

	return strcmp(text[*(const uint16_t *) a], text[*(const uint16_t *) b]) > 0;
}

/*
 * Whether no text stands twice. Their numbers are sorted, which takes no memory but this. Of more texts than it has
 * room for nothing is said: the dictionary that is built of so many series finds the first of two, and sorting them
 * would take longer than reading all else of the model.
 */
static bool
all_differ(const char *const *text, size_t n)
{
	uint16_t	order[LF_MAX_CATEGORIES];
	size_t		ascending = 1;

	while (ascending < n && strcmp(text[ascending - 1], text[ascending]) < 0)
		ascending++;
	if (ascending >= n || n > LF_MAX_CATEGORIES)
		return true;
	for (size_t i = 0; i < n; i++)
		order[i] = (uint16_t) i;
	lf_sort(order, n, sizeof(uint16_t), text_is_behind, text);
	for (size_t i = 1; i < n; i++)
		if (strcmp(text[order[i - 1]], text[order[i]]) == 0)
			return false;
	return true;
}

/*
 * Those that are read from a table are its columns, each once; the series column may be one of them as well. They stand
 * in front of what is made.
 */
bool
lf_names_are_sound(const lf_model *model)
{
	int			read = 0;

	while (read < model->columns && model->task.kind[read] != LF_COLUMN_SERIES &&
		   model->task.kind[read] != LF_COLUMN_EVENT && model->task.kind[read] != LF_COLUMN_CALENDAR)
		read++;
	for (int i = 0; i < model->columns; i++)
		/* names of the values of an aggregate are the user's own, and may be nothing */
		if ((lf_is_given(model->time_column) && !lf_is_given(model->names[i])) ||
			(model->task.kind[i] == LF_COLUMN_SERIES && strcmp(model->names[i], model->series_column) != 0))
			return false;
	return lf_is_given(model->version) && all_differ(model->names, (size_t) read);
}

/* Each column once; the first one may be any, and without one there are no others. */
bool
lf_keys_are_sound(const lf_model *model)
{
	for (int i = 0; i < model->further_keys; i++)
	{
		if (!lf_is_given(model->series_column) || !lf_is_given(model->further_key[i]) ||
			strcmp(model->further_key[i], model->series_column) == 0)
			return false;
		for (int k = 0; k < i; k++)
			if (strcmp(model->further_key[i], model->further_key[k]) == 0)
				return false;
	}
	return true;
}

/*
 * Whether a column is 1 where a column of text has the one value that is its category, and 0 elsewhere: it is an input
 * that is read row by row, and called as that column, with an equals sign and the value behind it.
 */
static bool
stands_for_value(const lf_model *model, int column)
{
	const lf_labels *labels = &model->categories[column];
	size_t		length = strlen(model->names[column]);
	size_t		of_value;

	if ((model->task.kind[column] != LF_COLUMN_MEASURED && model->task.kind[column] != LF_COLUMN_KNOWN) ||
		labels->count != 1 || !lf_is_given(model->time_column) || lf_task_input_of(&model->task, column) < 0)
		return false;
	for (int j = 0; j < model->task.targets; j++)
		if (model->task.target[j] == column)
			return false;
	of_value = strlen(labels->label[0]);
	return length > of_value + 1 && model->names[column][length - of_value - 1] == '=' &&
		strcmp(model->names[column] + length - of_value, labels->label[0]) == 0;
}

/*
 * Whether one column of events may stand behind another: they come by their holidays and the days from those on, and last the
 * one of all others, which has no holiday.
 */
static bool
event_is_behind(const lf_model *model, int column, int before)
{
	const char *holiday = model->categories[column].label[0];
	const char *earlier = model->categories[before].label[0];
	int			order = strcmp(earlier, holiday);
	bool		sound;

	if (!lf_is_given(earlier) || !lf_is_given(holiday))
		return lf_is_given(earlier);
	return order < 0 || (order == 0 && lf_event_offset(model->names[before], earlier, &sound) <
						 lf_event_offset(model->names[column], holiday, &sound));
}

/*
 * Columns of events are there together with a relation that says when they are. Each knows its holiday, and has a name that no
 * column in front of it has.
 */
static bool
events_are_sound(const lf_model *model)
{
	int			events = 0;

	for (int i = 0; i < model->columns; i++)
	{
		bool		sound;

		if (model->task.kind[i] != LF_COLUMN_EVENT)
			continue;
		if (++events > LF_MAX_EVENTS || model->categories == NULL || model->categories[i].count != 1)
			return false;
		(void) lf_event_offset(model->names[i], model->categories[i].label[0], &sound);
		if (!sound || (events > 1 && !event_is_behind(model, i, i - 1)))
			return false;
		for (int k = 0; k < i; k++)
			if (strcmp(model->names[k], model->names[i]) == 0)
				return false;
	}
	return (events > 0) == lf_is_given(model->holidays);
}

bool
lf_labels_are_sound(const lf_model *model)
{
	if ((model->labels != NULL) != lf_is_given(model->series_column) || (model->labels == NULL && model->series != 1))
		return false;
	for (int i = 0; i < model->columns && model->categories != NULL; i++)
	{
		const lf_labels *labels = &model->categories[i];

		/* a column of NULLs alone has none */
		if (labels->count > 0 && model->task.kind[i] != LF_COLUMN_EVENT && !stands_for_value(model, i) &&
			(model->task.kind[i] != LF_COLUMN_CATEGORY || !all_differ(labels->label, (size_t) labels->count)))
			return false;
	}
	return events_are_sound(model) && (model->labels == NULL || all_differ(model->labels, model->series));
}
