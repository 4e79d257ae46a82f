/*
 * one_target.c: arguments become a relation and a plan of how to read it.
 */
#include "forecast/one_target.h"

#include "rows/step.h"
#include "sql/arguments.h"

static Series
series_of(const OneTarget *one)
{
	const Options *options = &one->options;
	const Table *table = one->table;
	Series		series = {
		.source = table->label,
		.time_column = table->time_column,
		.keys = table_further_keys(table),
		.names = (const char *const *) one->columns.names,
		.timeline = timeline_of_kind(table->time_kind),
		.method = (lf_missing) options->missing,
		.aggregate = (lf_aggregate) options->aggregate,
		.is_target = series_targets(&one->task, one->columns.count),
		.season_column = one->task.target[0],
		.may_align = options->step != NULL,
	};

	if (options->step != NULL)
		series.timeline.step = step_from_text(table->time_kind, options->step);
	return series;
}

OneTarget *
one_target_open(FunctionCallInfo fcinfo, bool several_keys, int options)
{
	OneTarget  *one = palloc0(sizeof(OneTarget));
	int			time_argument = several_keys ? ONE_SERIES_COLUMN : ONE_TIME_COLUMN;
	char	   *target = argument_text(fcinfo, ONE_TARGET);
	char	  **keys;
	int			key_count = 1;

	options_read(PG_ARGISNULL(options) ? NULL : PG_GETARG_JSONB_P(options), false, &one->options);
	one->task.lookback = one->task.horizon = one->task.lead = 1;
	one->columns = columns_of_task(&target, 1, NULL, 0, &one->task);
	one->table = table_open(PG_GETARG_OID(ONE_RELATION), argument_text(fcinfo, time_argument), one->columns.names,
							one->columns.values, one->columns.read);
	if (several_keys)
		keys = argument_names(fcinfo, ONE_TIME_COLUMN, "series_column", LF_MAX_KEYS, &key_count);
	else
	{
		keys = palloc(sizeof(char *));
		keys[0] = argument_text(fcinfo, ONE_SERIES_COLUMN);
	}
	if (keys != NULL && keys[0] != NULL)
		table_open_series(one->table, keys, key_count);
	one->plan = (PanelSpec) {
		.task = &one->task,
		.columns = &one->columns,
		.series = series_of(one),
		.keep_times = true,
		.skip = one->table->series_column != NULL && one->options.on_error == ON_ERROR_SKIP,
	};
	return one;
}
