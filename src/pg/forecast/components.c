/*
 * components.c: lstm_components: what each forecast is made of.
 *
 * What an input adds is how far the forecast moves where the input has its usual value over the horizon instead: the median of the
 * rows that the forecast looks back on, the most frequent value of text, no day of a holiday. Of several inputs each is taken away
 * from all, and added to none, and the mean of both counts; where inputs do more together, or less, than each alone, the rest is in
 * the remainder. The forecast without what they added goes on where the rows end, and both are taken apart as one series,
 * see decompose.h: that gives level and season.
 */
#include "base/select.h"
#include "forecast/newest.h"
#include "model/model_cache.h"
#include "rows/seasons.h"
#include "server/error.h"
#include "sql/arguments.h"
#include "sql/json.h"
#include "utils/builtins.h"
#include "utils/json.h"

#include <math.h>

enum
{
	ARG_MODEL,
	ARG_STEPS,
	ARG_RELATION,
	ARG_AS_OF,
	ARG_SERIES,
	ARG_UNTIL,
	ARG_HOLIDAYS,
	ARG_FUTURE
};

static const NewestArguments arguments = {
	.steps = ARG_STEPS, .as_of = ARG_AS_OF, .series = ARG_SERIES, .until = ARG_UNTIL, .holidays = ARG_HOLIDAYS, .future = ARG_FUTURE
};

/* The columns of a result row. */
enum
{
	OUT_SERIES,
	OUT_STEP,
	OUT_FORECAST_AT,
	OUT_TARGET,
	OUT_FORECAST,
	OUT_LEVEL,
	OUT_SEASON,
	OUT_INPUTS,
	OUT_REMAINDER,
	OUT_BY_INPUT,
	OUT_STATUS,
	OUT_COLUMNS
};

/* An input that is known ahead: a column, or those that one of text was made to. */
typedef struct Input
{
	const char *name;
	int			first;			/* column */
	int			count;
} Input;

typedef struct Components
{
	LoadedModel *loaded;
	lf_seasons	seasons;
	Input		input[LF_MAX_COLUMNS];
	int			inputs;
	ReturnSetInfo *result;
	Datum	   *targets;		/* the names of the model's, as text */
	Datum		ok;				/* the same of the status */

	/* of the series at hand */
	Size		outputs;		/* steps that are known, times targets */
	double	   *future;			/* (rows behind the window, columns): what is known of them */
	double	   *usual;			/* (columns) */
	double	   *full;			/* (outputs): the forecast */
	double	   *base;			/* (outputs): with all inputs as usual */
	double	   *added;			/* (inputs, outputs) */
	double	   *line;			/* (rows and steps): a target, and what is to come of it */
	lf_parts	parts;			/* of that */
} Components;

/* ---- what inputs add ---- */

/* The rows that the model sees, which are this call's own. */
static double *
shown(const Components *c, uint64 row)
{
	const lf_frame *frame = &c->loaded->frame;

	return (double *) frame->values + row * frame->columns;
}

static uint64
lookback_of(const Components *c)
{
	return c->loaded->model.task.lookback;
}

/* Rows behind the window. */
static uint64
rows_ahead(const Components *c)
{
	uint64		rows = c->loaded->frame.rows;

	return rows > lookback_of(c) ? rows - lookback_of(c) : 0;
}

/* Finds the usual value of each input, in the window and the rows before it. */
static void
find_usual(Components *c, double *scratch)
{
	const lf_frame *frame = &c->loaded->frame;
	int64		first = (int64) frame->absent - (int64) frame->before;

	for (int i = 0; i < c->inputs; i++)
	{
		const Input *input = &c->input[i];
		int			most = 0;
		double		highest = -1;

		for (int k = 0; k < input->count; k++)
		{
			Size		count = 0;
			double		sum = 0;

			for (int64 row = first; row < (int64) lookback_of(c); row++)
			{
				double		value = frame->values[row * frame->columns + input->first + k];

				CHECK_FOR_INTERRUPTS();
				if (isnan(value))
					continue;
				scratch[count++] = value;
				sum += value;
			}
			c->usual[input->first + k] = count == 0 ? 0 : input->count > 1 ? 0 : lf_select(scratch, count, (count - 1) / 2);
			if (sum > highest)
				most = k;
			highest = fmax(highest, sum);
		}
		if (input->count > 1)
			c->usual[input->first + most] = 1;
	}
}

/* Shows the inputs of the horizon as they are, or as usual: all, or only one, or all but one. */
static void
show(Components *c, bool usual, int other)
{
	int			columns = c->loaded->frame.columns;

	for (uint64 k = 0; k < rows_ahead(c); k++)
		for (int i = 0; i < c->inputs; i++)
		{
			const double *from = (i == other) != usual ? c->usual : c->future + k * columns;
			int			first = c->input[i].first;

			CHECK_FOR_INTERRUPTS();
			memcpy(shown(c, lookback_of(c) + k) + first, from + first, c->input[i].count * sizeof(double));
		}
}

static void
forecast_into(Components *c, int steps, double *out)
{
	memcpy(out, model_forecast(c->loaded, 0, 1, 1, steps), c->outputs * sizeof(double));
}

/* Forecasts with and without each input; the last one, which is what the model has said then, is the forecast itself. */
static void
find_added(Components *c, int steps, double *scratch)
{
	int			columns = c->loaded->frame.columns;

	if (c->inputs == 0)
	{
		forecast_into(c, steps, c->full);
		memcpy(c->base, c->full, c->outputs * sizeof(double));
		return;
	}
	if (rows_ahead(c) > 0)
		memcpy(c->future, shown(c, lookback_of(c)), rows_ahead(c) * columns * sizeof(double));
	show(c, true, -1);
	forecast_into(c, steps, c->base);
	for (int i = 0; i < c->inputs; i++)
	{
		double	   *added = c->added + i * c->outputs;

		show(c, false, i);
		forecast_into(c, steps, scratch);
		for (Size o = 0; o < c->outputs; o++)
			added[o] = -scratch[o] / 2;
		show(c, true, i);
		forecast_into(c, steps, scratch);
		for (Size o = 0; o < c->outputs; o++)
			added[o] += (scratch[o] - c->base[o]) / 2;
	}
	show(c, false, -1);
	forecast_into(c, steps, c->full);
	for (int i = 0; i < c->inputs; i++)
		for (Size o = 0; o < c->outputs; o++)
			c->added[i * c->outputs + o] += c->full[o] / 2;
}

/* ---- level and season ---- */

/*
 * Takes a target apart, from the last row in which it was not known to the last step. Returns the row of the parts that the first
 * step is.
 */
static Size
take_apart(Components *c, int target, int steps)
{
	const lf_frame *frame = &c->loaded->frame;
	const lf_task *task = &c->loaded->model.task;
	int			column = task->target[target];
	int64		first_output = (int64) lf_window_first_output(task, 0);
	int64		first = (int64) frame->absent - (int64) frame->before;
	int64		last = Min(first_output, (int64) lookback_of(c));	/* of the known rows, the first that is not */
	Rows		rows = {.columns = 1, .values = c->line};

	for (int64 row = first; row < last; row++)
		if (!isfinite(frame->values[row * frame->columns + column]))
			first = row + 1;
	for (int64 row = first; row < last; row++)
		c->line[rows.count++] = frame->values[row * frame->columns + column];
	/* rows between, which nobody knows */
	for (int64 row = last; row < first_output; row++)
		c->line[rows.count++] = c->base[target];
	rows.number = frame->number + first;
	for (int k = 0; k < steps; k++)
		c->line[rows.count++] = c->base[(Size) k * task->targets + target];
	c->parts.rows = Min(rows.count, (uint64) LF_MOST_DECOMPOSED);
	seasons_take_apart(&c->parts, &c->seasons, &rows, 0, false);
	return c->parts.rows - steps;
}

/* ---- result rows ---- */

/* What each input added, as an object. */
static Datum
by_input(const Components *c, Size output)
{
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfoChar(&out, '{');
	for (int i = 0; i < c->inputs; i++)
	{
		if (i > 0)
			appendStringInfoString(&out, ", ");
		escape_json(&out, c->input[i].name);
		appendStringInfoString(&out, ": ");
		append_number(&out, c->added[i * c->outputs + output]);
	}
	appendStringInfoChar(&out, '}');
	return jsonb_from_text(out.data);
}

static void
put_target(Components *c, const NewestSeries *series, int target, Datum label)
{
	const lf_task *task = &c->loaded->model.task;
	int			known = series->known;
	Size		start = known > 0 ? take_apart(c, target, known) : 0;
	Datum		reason = known == series->steps ? 0 : CStringGetTextDatum(series->unknown);

	for (int k = 0; k < series->steps; k++)
	{
		Size		output = (Size) k * task->targets + target;
		Datum		values[OUT_COLUMNS] = {[OUT_SERIES] = label, [OUT_STEP] = Int32GetDatum(k + 1), [OUT_TARGET] = c->targets[target],
			[OUT_STATUS] = k < known ? c->ok : reason};
		bool		nulls[OUT_COLUMNS] = {[OUT_SERIES] = series->label == NULL};
		double		inputs = 0;

		CHECK_FOR_INTERRUPTS();
		asked_put_stamp(&values[OUT_FORECAST_AT], &nulls[OUT_FORECAST_AT], series->timeline, series->origin, task->lead + k);
		for (int out = OUT_FORECAST; out <= OUT_BY_INPUT; out++)
			nulls[out] = k >= known;
		if (k < known)
		{
			double		level = c->parts.level[start + k];
			double		season = c->parts.season[start + k];

			for (int i = 0; i < c->inputs; i++)
				inputs += c->added[i * c->outputs + output];
			values[OUT_FORECAST] = Float8GetDatum(c->full[output]);
			values[OUT_LEVEL] = Float8GetDatum(level);
			values[OUT_SEASON] = Float8GetDatum(season);
			values[OUT_INPUTS] = Float8GetDatum(inputs);
			values[OUT_REMAINDER] = Float8GetDatum(c->full[output] - level - season - inputs);
			values[OUT_BY_INPUT] = by_input(c, output);
		}
		tuplestore_putvalues(c->result->setResult, c->result->setDesc, values, nulls);
	}
}

/* Takes memory for a series. */
static double *
take_memory(Components *c, const NewestSeries *series)
{
	const lf_task *task = &c->loaded->model.task;
	const lf_frame *frame = &c->loaded->frame;
	Size		rows = frame->before + lookback_of(c) + task->lead + series->known;
	Size		ahead = rows_ahead(c) * frame->columns;
	Size		numbers;
	lf_arena	arena = lf_arena_measure();
	Size		parts;
	double	   *block;

	c->outputs = (Size) series->known * task->targets;
	lf_parts_layout(&c->parts, &arena, rows, &c->seasons);
	parts = arena.used + LF_ALIGNMENT;
	numbers = ahead + frame->columns + (3 + c->inputs) * c->outputs + 2 * rows;
	check_memory_beside(c->loaded->held + c->loaded->buffers, numbers * sizeof(double) + parts, "the components of a forecast",
						"ask for fewer steps");
	block = palloc_extended(numbers * sizeof(double), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	c->future = block;
	c->usual = c->future + ahead;
	c->full = c->usual + frame->columns;
	c->base = c->full + c->outputs;
	c->added = c->base + c->outputs;
	c->line = c->added + c->inputs * c->outputs;
	arena = lf_arena_over(palloc_extended(parts, MCXT_ALLOC_HUGE), parts);
	lf_parts_layout(&c->parts, &arena, rows, &c->seasons);
	return c->line + rows;
}

static void
put_components(void *state, const NewestSeries *series)
{
	Components *c = state;
	double	   *scratch = take_memory(c, series);
	Datum		label = series->label == NULL ? 0 : CStringGetTextDatum(series->label);

	find_usual(c, scratch);
	if (series->known > 0)
		find_added(c, series->known, scratch);
	for (int j = 0; j < c->loaded->model.task.targets; j++)
		put_target(c, series, j, label);
}

static void
put_status(void *state, const char *label, const char *status)
{
	const Components *c = state;

	asked_put_status(c->result, OUT_SERIES, label, OUT_STATUS, status);
}

/* ---- the call ---- */

/* What is known ahead: columns side by side that one of text was made to are one input. */
static void
find_inputs(Components *c)
{
	const lf_model *model = &c->loaded->model;
	Columns		columns = columns_of_model(model);

	for (int i = 0; i < model->columns; i++)
	{
		bool		is_text = i < columns.read && columns.values != NULL && columns.values[i] != NULL;
		const char *name = text_column_source(model->names[i], is_text ? columns.values[i] : NULL);
		Input	   *before = c->inputs > 0 ? &c->input[c->inputs - 1] : NULL;

		if (!lf_kind_looks_ahead(model->task.kind[i]))
			continue;
		if (is_text && before != NULL && before->first + before->count == i && strcmp(before->name, name) == 0)
			before->count++;
		else
			c->input[c->inputs++] = (Input) {name, i, 1};
	}
}

/* Those of the network, or of another one in the same combination. */
static void
find_seasons(Components *c)
{
	const lf_model *model = &c->loaded->model;

	c->seasons = model->task.seasons;
	for (int i = 0; i < model->others && c->seasons.count == 0; i++)
		c->seasons = model->other[i].task.seasons;
}

SQL_FUNCTION(lstm_components);
Datum
lstm_components(PG_FUNCTION_ARGS)
{
	Components	c = {.result = (ReturnSetInfo *) fcinfo->resultinfo};
	Newest		newest = {.command = PROGRESS_COMPONENTS, .put = put_components, .left_out = put_status, .state = &c, .framed = true};

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	RETURN_NO_ROWS_IF_NULL(ARG_MODEL);
	c.loaded = model_use(call_site_use(fcinfo), fcinfo->flinfo->fn_mcxt, PG_GETARG_DATUM(ARG_MODEL));
	c.targets = model_targets(&c.loaded->model);
	c.ok = CStringGetTextDatum("ok");
	find_inputs(&c);
	find_seasons(&c);
	newest.loaded = c.loaded;
	newest_read(&newest, fcinfo, &arguments);
	newest_run(&newest, PG_ARGISNULL(ARG_RELATION) ? InvalidOid : PG_GETARG_OID(ARG_RELATION));
	return (Datum) 0;
}
