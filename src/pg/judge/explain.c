/*
 * explain.c: lstm_explain: what each input of a model is worth, by permutation (Breiman 2001).
 *
 * The forecasts along known rows are made again with the values of one input exchanged in time, in blocks that are as long as
 * what a forecast sees and says: an input then looks as it always does, but tells nothing of the rows at hand. By how much the
 * errors grow is what it was worth. Blocks are drawn several times, which shows how sure that is.
 */
#include "judge/explain.h"

#include "base/random.h"
#include "judge/scoring.h"
#include "model/model_cache.h"
#include "server/error.h"
#include "sql/arguments.h"

#include <math.h>

/* Arguments. */
enum
{
	ARG_MODEL,
	ARG_RELATION,
	ARG_STEPS,
	ARG_STRIDE,
	ARG_FIRST_ORIGIN,
	ARG_REPEATS,
	ARG_SEED
};

/* The columns of a result row. */
enum
{
	OUT_SERIES,
	OUT_TARGET,
	OUT_INPUT,
	OUT_STEP,
	OUT_IMPORTANCE,
	OUT_SPREAD,
	OUT_SHARE,
	OUT_STATUS,
	OUT_COLUMNS
};

#define MOST_REPEATS 1000

/*
 * An input that changed in less of the rows than this, and not often either, has shown little of what it does. The share alone
 * would not do: a flag of working days changes in one of 80 hourly rows, but over a year its two values were seen often.
 */
#define HARDLY_MOVED 0.05
#define MOVED_OFTEN 30

typedef struct Explanation
{
	const lf_model *model;
	const LoadedModel *shared;
	RollingOrigin *rolling;
	int			steps;
	int			stride;
	int			repeats;
	lf_random	random;
	int			inputs;			/* columns; a task may see one at several places */
	int			input[LF_MAX_COLUMNS];
	int64		origin;			/* of the series at hand */
	double	   *exchanged;		/* (rows, columns): its rows, of which one column is another one's */
	int		   *permutation;	/* (blocks) */
	double	   *plain;			/* (targets, steps): errors as they are */
	double	   *error;			/* (targets, steps): of the forecast at hand */
	double	   *count;			/* (targets, steps) */
	double	   *mean;			/* (inputs, targets, steps + 1): what the errors grow by, and their squares; all steps come last */
	double	   *square;
	MemoryContext once;			/* of one time along the rows */
	ReturnSetInfo *result;
} Explanation;

/* ---- errors ---- */

/* Mean absolute errors of the forecasts along the series, from what the frame shows: (targets, steps). */
static void
measure(Explanation *e, const double *values, double *error)
{
	RollingOrigin *rolling = e->rolling;
	const lf_task *task = &e->model->task;
	MemoryContext each = rolling->each;
	RollingBatch batch;

	/* what setting out takes is let go each time: there may be thousands */
	rolling->each = e->once;
	memset(error, 0, task->targets * e->steps * sizeof(double));
	memset(e->count, 0, task->targets * e->steps * sizeof(double));
	rolling_origin_start(rolling, e->shared, e->steps, e->stride, e->origin);
	if (values != NULL)
		rolling->loaded->frame.values = values;
	while (rolling_origin_next(rolling, &batch))
		for (int i = 0; i < batch.count; i++)
			for (int k = 0; k < batch.steps && k < e->steps; k++)
				for (int j = 0; j < task->targets; j++)
				{
					uint64		row = rolling_origin_row(rolling, &batch, i, k);
					double		actual = row < rolling->rows->count ? rolling_origin_actual(rolling, row, j) : (double) NAN;
					int			place = j * e->steps + k;

					if (isnan(actual))
						continue;
					e->count[place]++;
					error[place] += (fabs(batch.out[((Size) i * batch.steps + k) * task->targets + j] - actual) - error[place]) /
						e->count[place];
				}
	rolling->each = each;
	MemoryContextReset(e->once);
}

/* Puts the values of a column in another order of blocks into its place among the rows. */
static void
exchange(Explanation *e, int column)
{
	const Rows *rows = e->rolling->rows;
	uint64		count = rows->count;
	uint64		block = Min((uint64) (e->model->task.lookback + e->model->task.horizon), Max(count / 4, 1));
	uint64		blocks = count / block;
	uint64		offset = lf_random_below(&e->random, count);

	for (uint64 i = 0; i < blocks; i++)
		e->permutation[i] = (int) i;
	for (uint64 i = blocks; i > 1; i--)
	{
		uint64		other = lf_random_below(&e->random, i);
		int			kept = e->permutation[i - 1];

		e->permutation[i - 1] = e->permutation[other];
		e->permutation[other] = kept;
	}
	for (uint64 i = 0; i < count; i++)
	{
		/* blocks begin anywhere, and the last one goes on with the first row */
		uint64		place = (i + offset) % count;
		uint64		from = place < blocks * block ? e->permutation[place / block] * block + place % block : place;

		if (i % 1024 == 0)
			CHECK_FOR_INTERRUPTS();
		e->exchanged[i * rows->columns + column] = rows->values[(from + count - offset) % count * rows->columns + column];
	}
}

/* By how much the errors have grown, of each step and of all. */
static void
add_growth(Explanation *e, int input)
{
	const lf_task *task = &e->model->task;

	for (int j = 0; j < task->targets; j++)
	{
		double	   *mean = e->mean + ((Size) input * task->targets + j) * (e->steps + 1);
		double	   *square = e->square + ((Size) input * task->targets + j) * (e->steps + 1);
		double		all = 0;
		double		counted = 0;

		for (int k = 0; k < e->steps; k++)
		{
			int			place = j * e->steps + k;
			double		growth = e->error[place] - e->plain[place];

			all += e->count[place] * growth;
			counted += e->count[place];
			mean[k] += growth / e->repeats;
			square[k] += growth * growth / e->repeats;
		}
		all = counted > 0 ? all / counted : 0;
		mean[e->steps] += all / e->repeats;
		square[e->steps] += all * all / e->repeats;
	}
}

/* ---- what is said of them ---- */

/* Rows in which a column has another value than in the row before. */
static uint64
count_changes(const Rows *rows, int column)
{
	uint64		changes = 0;

	for (uint64 i = 1; i < rows->count; i++)
		changes += rows->values[i * rows->columns + column] != rows->values[(i - 1) * rows->columns + column];
	return changes;
}

/* Why nothing can be said of an input, or not much; NULL: ok. '*none' is set where there is no number at all. */
static char *
status_of(const Explanation *e, int column, bool *none)
{
	const Rows *rows = e->rolling->rows;
	lf_column_kind kind = (lf_column_kind) e->model->task.kind[column];
	uint64		changes = count_changes(rows, column);

	*none = changes == 0;
	if (changes == 0)
		return "it is the same in all rows of the series: these tell nothing of what it does";
	if (kind != LF_COLUMN_CALENDAR && changes < HARDLY_MOVED * rows->count && changes < MOVED_OFTEN)
		return psprintf("it changed in " UINT64_FORMAT " of " UINT64_FORMAT " rows: what it would do beyond that is a guess",
						changes, (uint64) rows->count);
	return NULL;
}

/* The share of one number in all those above 0 of its target and step. */
static double
share_of(const Explanation *e, int input, int target, int step)
{
	const lf_task *task = &e->model->task;
	double		total = 0;
	double		own = 0;

	for (int i = 0; i < e->inputs; i++)
	{
		double		value = e->mean[((Size) i * task->targets + target) * (e->steps + 1) + step];

		total += Max(value, 0);
		own = i == input ? Max(value, 0) : own;
	}
	return total > 0 ? own / total : (double) NAN;
}

static void
put_input(const Explanation *e, int input)
{
	const lf_model *model = e->model;
	const lf_task *task = &model->task;
	bool		none;
	char	   *status = status_of(e, e->input[input], &none);
	Datum		said = CStringGetTextDatum(status == NULL ? "ok" : status);
	Datum		name = CStringGetTextDatum(model->names[e->input[input]]);

	for (int j = 0; j < task->targets; j++)
		for (int k = e->steps; k >= 0; k = k == e->steps ? 0 : k + 1 < e->steps ? k + 1 : -1)
		{
			Size		place = ((Size) input * task->targets + j) * (e->steps + 1) + k;
			double		variance = e->square[place] - e->mean[place] * e->mean[place];
			double		share = share_of(e, input, j, k);
			Datum		values[OUT_COLUMNS] = {0};
			bool		nulls[OUT_COLUMNS] = {false};

			CHECK_FOR_INTERRUPTS();
			rolling_origin_name(e->rolling, &values[OUT_SERIES], &nulls[OUT_SERIES]);
			values[OUT_TARGET] = CStringGetTextDatum(model->names[task->target[j]]);
			values[OUT_INPUT] = name;
			nulls[OUT_STEP] = k == e->steps;
			values[OUT_STEP] = Int32GetDatum(k + 1);
			nulls[OUT_IMPORTANCE] = nulls[OUT_SPREAD] = none;
			values[OUT_IMPORTANCE] = Float8GetDatum(e->mean[place]);
			values[OUT_SPREAD] = Float8GetDatum(sqrt(Max(variance, 0)));
			nulls[OUT_SHARE] = none || isnan(share);
			values[OUT_SHARE] = Float8GetDatum(share);
			values[OUT_STATUS] = said;
			tuplestore_putvalues(e->result->setResult, e->result->setDesc, values, nulls);
		}
}

/* ---- the call ---- */

/* Each column once, in the order of the inputs: what is known ahead is seen twice, in the window and beyond it. */
static void
take_inputs(Explanation *e)
{
	const lf_task *task = &e->model->task;

	for (int i = 0; i < task->inputs; i++)
	{
		bool		seen = false;

		for (int k = 0; k < e->inputs; k++)
			seen |= e->input[k] == task->input[i];
		if (!seen)
			e->input[e->inputs++] = task->input[i];
	}
}

static void
take_memory(Explanation *e)
{
	const lf_task *task = &e->model->task;
	const Rows *rows = e->rolling->rows;
	Size		values = (Size) rows->count * rows->columns;
	Size		errors = (Size) task->targets * e->steps;
	Size		growths = (Size) e->inputs * task->targets * (e->steps + 1);
	Size		needed = (values + 3 * errors + 2 * growths) * sizeof(double) + rows->count * sizeof(int);

	check_memory_beside(rows_memory(e->rolling->panel->rows), needed, "explaining a model", "give fewer steps or rows");
	e->exchanged = MemoryContextAllocHuge(CurrentMemoryContext, values * sizeof(double));
	e->permutation = MemoryContextAllocHuge(CurrentMemoryContext, Max(rows->count, 1) * sizeof(int));
	e->plain = MemoryContextAllocHuge(CurrentMemoryContext, 3 * errors * sizeof(double));
	e->error = e->plain + errors;
	e->count = e->error + errors;
	e->mean = MemoryContextAllocHuge(CurrentMemoryContext, 2 * growths * sizeof(double));
	e->square = e->mean + growths;
	memset(e->mean, 0, 2 * growths * sizeof(double));
}

/* Measures the series at hand. False where no row could be compared with a forecast. */
static bool
measure_series(Explanation *e)
{
	const lf_task *task = &e->model->task;
	const Rows *rows = e->rolling->rows;
	double		counted = 0;

	take_memory(e);
	measure(e, NULL, e->plain);
	for (int i = 0; i < task->targets * e->steps; i++)
		counted += e->count[i];
	if (counted == 0)
		return false;
	for (int i = 0; i < e->inputs; i++)
		for (int repeat = 0; repeat < e->repeats; repeat++)
		{
			memcpy(e->exchanged, rows->values, (Size) rows->count * rows->columns * sizeof(double));
			exchange(e, e->input[i]);
			measure(e, e->exchanged, e->error);
			add_growth(e, i);
		}
	return true;
}

static bool
explain_series(Explanation *e)
{
	if (!measure_series(e))
		return false;
	for (int i = 0; i < e->inputs; i++)
		put_input(e, i);
	return true;
}

int
explain_along(const LoadedModel *shared, RollingOrigin *rolling, const ExplainPlan *plan, int target, Importance *found)
{
	Explanation e = {.shared = shared, .model = &shared->model, .rolling = rolling, .steps = plan->steps,
					 .stride = plan->stride, .repeats = plan->repeats, .random = lf_random_seed(1), .origin = plan->origin};

	take_inputs(&e);
	e.once = AllocSetContextCreate(CurrentMemoryContext, "lstm_explain once along the rows", ALLOCSET_DEFAULT_SIZES);
	if (!measure_series(&e))
		return 0;
	for (int i = 0; i < e.inputs; i++)
	{
		char	   *status = status_of(&e, e.input[i], &found[i].constant);

		found[i].column = e.input[i];
		found[i].importance = e.mean[((Size) i * e.model->task.targets + target) * (e.steps + 1) + e.steps];
		found[i].share = share_of(&e, i, target, e.steps);
		found[i].status = status;
	}
	return e.inputs;
}

SQL_FUNCTION(lstm_explain);
Datum
lstm_explain(PG_FUNCTION_ARGS)
{
	Explanation e = {.result = (ReturnSetInfo *) fcinfo->resultinfo};
	LoadedModel *shared;
	ModelUse   *use = palloc0(sizeof(ModelUse));
	bool		any = false;
	bool		warned = false;

	InitMaterializedSRF(fcinfo, 0);
	RETURN_NO_ROWS_IF_NULL(ARG_MODEL);
	shared = model_use(use, CurrentMemoryContext, PG_GETARG_DATUM(ARG_MODEL));
	e.shared = shared;
	e.model = &shared->model;
	take_inputs(&e);
	e.rolling = rolling_origin_open(e.model, PG_ARGISNULL(ARG_RELATION) ? InvalidOid : PG_GETARG_OID(ARG_RELATION), NULL, 0);
	e.once = AllocSetContextCreate(CurrentMemoryContext, "lstm_explain once along the rows", ALLOCSET_DEFAULT_SIZES);
	e.steps = argument_int(fcinfo, ARG_STEPS, "steps", 1, LF_MAX_DIM, e.model->task.horizon);
	e.steps = (int) Min((uint64) model_steps(e.model, true, e.steps), Max(e.rolling->panel->rows->count, (uint64) e.model->task.horizon));
	e.stride = argument_int(fcinfo, ARG_STRIDE, "stride", 1, PG_INT32_MAX, 1);
	e.repeats = argument_int(fcinfo, ARG_REPEATS, "repeats", 1, MOST_REPEATS, 5);
	e.random = lf_random_seed((uint64) argument_int(fcinfo, ARG_SEED, "seed", 0, PG_INT32_MAX, 1));
	do
	{
		MemoryContext caller;

		e.origin = PG_ARGISNULL(ARG_FIRST_ORIGIN) ? scoring_first_unknown(e.rolling, &warned) :
			argument_first_origin(fcinfo, ARG_FIRST_ORIGIN, &e.model->task);
		caller = MemoryContextSwitchTo(e.rolling->each);
		any |= explain_series(&e);
		MemoryContextSwitchTo(caller);
	} while (rolling_origin_next_series(e.rolling));
	if (!any)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("%s has no row to compare a forecast with", e.rolling->table->label),
				 errhint("Give a smaller first_origin, or a relation with newer rows.")));
	rolling_origin_report_barren(e.rolling);
	return (Datum) 0;
}
