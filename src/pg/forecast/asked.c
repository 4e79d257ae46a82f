/*
 * asked.c: names of series, asked for and answered.
 */
#include "forecast/asked.h"

#include "sql/arguments.h"
#include "server/error.h"
#include "utils/timestamp.h"

Asked
asked_names(FunctionCallInfo fcinfo, int number, ReadFilter *filter)
{
	Asked		asked = {0};
	int			count;
	char	  **names = argument_names(fcinfo, number, "series", PG_INT32_MAX, &count);

	if (names == NULL)
		return asked;
	filter->series = PG_GETARG_DATUM(number);
	asked.held = dictionary_memory(count) + count * (sizeof(char *) + sizeof(bool));
	for (int i = 0; i < count; i++)
		asked.held += strlen(names[i]) + 1;
	check_memory(asked.held, "the list of series", "ask for fewer series at once");
	asked.names = dictionary_for(count);
	for (int i = 0; i < count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		(void) dictionary_note(asked.names, names[i]);
	}
	asked.answered = palloc0(count * sizeof(bool) + 1);
	return asked;
}

Asked
asked_read(FunctionCallInfo fcinfo, int number, const lf_model *model, ReadFilter *filter)
{
	if (!PG_ARGISNULL(number) && model->series_column[0] == '\0')
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the model was trained on a single unnamed series, but \"series\" was given"),
				 errhint("Train with series_column, or leave \"series\" out.")));
	return asked_names(fcinfo, number, filter);
}

void
asked_answer(const Asked *asked, const char *label)
{
	int64		number = asked->names == NULL || label == NULL ? -1 : dictionary_find(asked->names, label);

	if (number >= 0)
		asked->answered[number] = true;
}

void
asked_report_missing(const Asked *asked, series_left_out report, void *state)
{
	for (Size i = 0; asked->names != NULL && i < dictionary_count(asked->names); i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (!asked->answered[i])
			report(state, dictionary_labels(asked->names)[i], "it has no rows");
	}
}

void
asked_put_stamp(Datum *value, bool *null, const Timeline *timeline, int64 origin, int64 k)
{
	TimestampTz at;

	*null = true;
	if (!timeline_has_calendar(timeline->kind) || !timeline_has_step(timeline))
		return;
	*null = !timeline_as_timestamptz(timeline->kind, timeline_at(timeline, origin, k), &at);
	*value = TimestampTzGetDatum(at);
}

void
asked_put_status(ReturnSetInfo *result, int series_column, const char *label, int status_column, const char *status)
{
	int			columns = result->setDesc->natts;
	Datum	   *values = palloc0(columns * sizeof(Datum));
	bool	   *nulls = palloc(columns * sizeof(bool));

	memset(nulls, true, columns * sizeof(bool));
	nulls[series_column] = label == NULL;
	if (label != NULL)
		values[series_column] = CStringGetTextDatum(label);
	nulls[status_column] = false;
	values[status_column] = CStringGetTextDatum(status);
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	if (label != NULL)
		pfree(DatumGetPointer(values[series_column]));
	pfree(DatumGetPointer(values[status_column]));
	pfree(values);
	pfree(nulls);
}
