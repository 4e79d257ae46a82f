/*
 * model_value.c: bytea to model and back.
 */
#include "model/model_value.h"

#include "base/quantile.h"
#include "model/bounds.h"
#include "rows/columns.h"
#include "rows/seasons.h"
#include "server/error.h"
#include "series/deseasonalize.h"
#include "training/fit.h"
#include "mb/pg_wchar.h"
#include "model/model_bytes.h"
#include "model/together.h"
#include "server/settings.h"
#include "rows/timeline.h"
#include "utils/memutils.h"

#include <math.h>

/*
 * Names in a model may come from a database with another encoding, or from a forger. They are shown to people, so they
 * must at least be valid text here.
 */
static void
check_text(const char *name)
{
	if (!pg_verifymbstr(name, (int) strlen(name), true))
		report_model(LF_CORRUPT);
}

/* Fills a model from a value, or adds up in a measuring arena what it needs. */
static lf_status
try_value(const bytea *value, lf_arena *arena, lf_model *model)
{
	lf_arena	fresh = *arena;
	lf_status	status;

	do
	{
		*arena = fresh;
		status = lf_model_read((const unsigned char *) VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value), serve_interrupts(),
							   arena, model);
	} while (status == LF_INTERRUPTED);
	return status;
}

static void
read_value(const bytea *value, lf_arena *arena, lf_model *model)
{
	lf_status	status = try_value(value, arena, model);

	if (status != LF_OK)
		report_model(status);
}

bool
model_is_sound(const bytea *value)
{
	lf_model   *model = palloc(sizeof(lf_model));
	lf_arena	arena = lf_arena_measure();
	Size		needed;

	if (try_value(value, &arena, model) != LF_OK)
		return false;
	needed = arena.used + LF_ALIGNMENT;
	check_memory(needed, "this model", "use a smaller model");
	arena = lf_arena_over(MemoryContextAllocHuge(CurrentMemoryContext, needed), needed);
	return try_value(value, &arena, model) == LF_OK;
}

static void
create_networks(LoadedModel *loaded)
{
	loaded->network = palloc(loaded->model.members * sizeof(lf_network));
	for (int m = 0; m < loaded->model.members; m++)
	{
		int			layer;
		lf_status	status = lf_network_create(&loaded->network[m], &loaded->model.spec, &layer);

		if (status != LF_OK)
			report_model(status);
	}
}

/* Each model that was made ready has a number of its own, which a later one at its address has not. */
static uint64
next_serial(void)
{
	static uint64 last;

	return ++last;
}

LoadedModel *
model_load(const bytea *value)
{
	LoadedModel *loaded = palloc0(sizeof(LoadedModel));
	lf_arena	arena = lf_arena_measure();
	Size		needed;

	read_value(value, &arena, &loaded->model);
	needed = arena.used + LF_ALIGNMENT;
	/* what is stored must stay readable, whatever the setting; no reader takes more than this factor says */
	if (needed > LF_MODEL_MEMORY(VARSIZE_ANY_EXHDR(value)) + LF_ALIGNMENT)
		check_memory(needed, "this model", "use a smaller model");
	arena = lf_arena_over(MemoryContextAllocHuge(CurrentMemoryContext, needed), needed);
	read_value(value, &arena, &loaded->model);
	for (int i = 0; i < loaded->model.columns; i++)
		check_text(loaded->model.names[i]);
	for (int i = 0; i < loaded->model.columns; i++)
		for (int k = 0; loaded->model.categories != NULL && k < loaded->model.categories[i].count; k++)
			check_text(loaded->model.categories[i].label[k]);
	for (Size i = 0; loaded->model.labels != NULL && i < loaded->model.series; i++)
		check_text(loaded->model.labels[i]);
	check_text(loaded->model.series_column);
	for (int i = 0; i < loaded->model.further_keys; i++)
		check_text(loaded->model.further_key[i]);
	check_text(loaded->model.relation);
	check_text(loaded->model.holidays);
	check_text(loaded->model.time_column);
	check_text(loaded->model.version);
	check_text(loaded->model.time_zone);
	if (!columns_are_sound(&loaded->model) ||
		!timeline_is_valid(loaded->model.time_kind, loaded->model.last_time) ||
		!timeline_is_valid(loaded->model.time_kind, loaded->model.missing.first) ||
		!timeline_is_valid(loaded->model.time_kind, loaded->model.missing.last))
		report_model(LF_CORRUPT);
	loaded->facts = loaded->model.partner_facts;
	loaded->serial = next_serial();
	create_networks(loaded);
	loaded->other = palloc0((loaded->model.others + 1) * sizeof(LoadedModel));
	for (int i = 0; i < loaded->model.others; i++)
	{
		loaded->other[i].model = loaded->model.other[i];
		create_networks(&loaded->other[i]);
	}
	return loaded;
}

/*
 * Some hundred windows keep the matrix products busy; more would only take memory, and leave the processor's cache. The
 * same goes for the samples that independent columns make of them, which the network takes in parts.
 */
#define MOST_WINDOWS 256
#define MOST_SAMPLES 256
#define MOST_MEMORY ((Size) 16 << 20)

/* Places network, predictor and the room for a window, or with a measuring arena adds up what they need. */
static void
plan(LoadedModel *loaded, lf_arena *arena, int batch, int moving)
{
	const lf_model *model = &loaded->model;

	for (int m = 0; m < model->members; m++)
		lf_network_layout(&loaded->network[m], arena, Min(batch * lf_task_samples(&model->task), MOST_SAMPLES), false);
	lf_predictor_layout(&loaded->predictor, arena, loaded->network, &model->task, model->columns, batch, moving);
	loaded->window = lf_arena_take(arena, (Size) model->task.lookback * model->columns, sizeof(double));
	for (int i = 0; i < model->others; i++)
		plan(&loaded->other[i], arena, batch, moving);
}

static Size
measure(LoadedModel *loaded, int batch, int moving)
{
	lf_arena	arena = lf_arena_measure();

	plan(loaded, &arena, batch, moving);
	return arena.overflow ? SIZE_MAX : arena.used + LF_ALIGNMENT;
}

/* Points the predictor at weights and records of the model, and those of the networks beside it at theirs. */
static void
point_predictor(LoadedModel *loaded)
{
	for (int m = 0; m < loaded->model.members; m++)
		lf_network_bind(&loaded->network[m], loaded->model.weights + (Size) m * loaded->model.parameters, NULL);
	loaded->predictor.members = loaded->model.members;
	loaded->predictor.blend = loaded->model.blend;
	loaded->predictor.ranges = loaded->model.ranges;
	loaded->predictor.windows = (lf_windows) {
		.task = &loaded->model.task,
		.frame = &loaded->frame,
		.scaler = loaded->model.scaler,
		.shape = loaded->model.shape,
		.normalize = loaded->model.training.normalize,
		.level_regression = loaded->model.level_regression,
	};
	loaded->error_scale = loaded->model.error_scale;
	for (int i = 0; i < loaded->model.others; i++)
		point_predictor(&loaded->other[i]);
}

void
model_prepare(LoadedModel *loaded, int batch, int moving)
{
	Size		needed = measure(loaded, batch, moving);
	lf_arena	arena;

	check_memory_beside(loaded->held, needed, "the network of this model", "use a smaller model");
	loaded->buffers = needed;
	arena = lf_arena_over(MemoryContextAllocHuge(CurrentMemoryContext, needed), needed);
	plan(loaded, &arena, batch, moving);
	point_predictor(loaded);
}

void
model_show_nothing(LoadedModel *loaded)
{
	SeriesScaling scaling;

	loaded->frame = (lf_frame) {0};
	loaded->held = 0;
	loaded->facts.naturals = 0;
	scaling = model_scaling(&loaded->model, 0);
	model_show_series(loaded, &scaling);
	pfree(scaling.other);
}

Datum *
model_targets(const lf_model *model)
{
	Datum	   *names = palloc(model->task.targets * sizeof(Datum));

	for (int j = 0; j < model->task.targets; j++)
		names[j] = CStringGetTextDatum(model->names[model->task.target[j]]);
	return names;
}

LoadedModel *
model_for_many(const LoadedModel *loaded, int steps, Size held, int *batch)
{
	LoadedModel *many = memcpy(palloc(sizeof(LoadedModel)), loaded, sizeof(LoadedModel));
	Size		allowed = Min((Size) maintenance_work_mem * 1024, MOST_MEMORY);
	Size		out = (Size) steps * many->model.task.targets * sizeof(double);

	many->held = held;
	many->serial = next_serial();
	create_networks(many);
	many->other = memcpy(palloc((many->model.others + 1) * sizeof(LoadedModel)), loaded->other,
						 many->model.others * sizeof(LoadedModel));
	for (int i = 0; i < many->model.others; i++)
		create_networks(&many->other[i]);
	*batch = MOST_WINDOWS;
	while (*batch > 1)
	{
		Size		needed = measure(many, *batch, *batch);

		if (needed < allowed && out <= (allowed - needed) / *batch)
			break;
		*batch /= 2;
	}
	model_prepare(many, *batch, *batch);
	return many;
}

/* A network that sees logarithms cannot be shown what has none. */
static void
check_logarithms(const lf_model *model, const double *inputs)
{
	const lf_task *task = &model->task;

	for (int i = 0; i < task->inputs && task->log && !task->log_found; i++)
	{
		CHECK_FOR_INTERRUPTS();
		for (int t = 0; t < task->lookback && lf_task_is_logged(task, task->input[i]); t++)
			if (inputs[(Size) t * task->inputs + i] <= task->log_from)
				ereport(ERROR,
						(errcode(ERRCODE_DATA_EXCEPTION),
						 errmsg("input \"%s\" is %.4g, but the model was trained on logarithms of values above %g",
								model->names[task->input[i]], inputs[(Size) t * task->inputs + i], task->log_from)));
	}
}

bool
model_takes_short(const lf_model *model)
{
	return model->combination.parts > 0 && lf_task_targets_are_inputs(&model->task);
}

bool
model_inputs_are_columns(const lf_model *model)
{
	const lf_task *task = &model->task;

	for (int i = 0; i < task->inputs; i++)
		if (task->input[i] != i)
			return false;
	return task->inputs == model->columns;
}

void
model_show_inputs(LoadedModel *loaded, const double *inputs, uint64 before, int64 number)
{
	const lf_model *model = &loaded->model;
	int			rows = model->task.lookback;
	double	   *values = loaded->window;

	check_logarithms(model, inputs);
	loaded->frame = (lf_frame) {.values = inputs, .rows = rows, .columns = model->columns, .number = number};
	if (model_inputs_are_columns(model))
	{
		loaded->frame.before = before;
		return;
	}
	loaded->frame.values = values;
	for (int t = 0; t < rows; t++, inputs += model->task.inputs, values += model->columns)
	{
		CHECK_FOR_INTERRUPTS();
		for (int i = 0; i < model->columns; i++)
			values[i] = NAN;
		for (int i = 0; i < model->task.inputs; i++)
			values[model->task.input[i]] = inputs[i];
	}
}

void
model_show_few(LoadedModel *loaded, const double *inputs, int rows, int64 number)
{
	const lf_model *model = &loaded->model;
	Size		absent = model->task.lookback - rows;

	memset(loaded->window, 0, absent * model->columns * sizeof(double));
	memcpy(loaded->window + absent * model->columns, inputs, (Size) rows * model->columns * sizeof(double));
	loaded->frame = (lf_frame) {.values = loaded->window, .rows = model->task.lookback, .columns = model->columns,
		.number = number, .absent = absent};
}

void
model_show_series(LoadedModel *loaded, const SeriesScaling *scaling)
{
	loaded->predictor.windows.scaler = scaling->scaler;
	loaded->predictor.windows.shape = scaling->shape;
	loaded->error_scale = scaling->error_scale;
	loaded->learned = scaling->learned;
	for (int i = 0; i < loaded->model.others; i++)
		model_show_series(&loaded->other[i], &scaling->other[i]);
}

int64
model_align(const LoadedModel *loaded, const double *inputs, int rows)
{
	const LoadedModel *seasonal = loaded;
	const lf_task *task;
	const double *shape;
	int			input;

	/* of networks that forecast together, one that takes seasons out */
	for (int i = 0; i < loaded->model.others && seasonal->predictor.windows.shape == NULL; i++)
		seasonal = &loaded->other[i];
	task = &seasonal->model.task;
	shape = seasonal->predictor.windows.shape;
	input = lf_task_input_of(task, task->target[0]);

	return shape == NULL || input < 0 ? 0 : lf_season_align(task, shape, inputs + input, rows, task->inputs);
}

int64
model_align_frame(const lf_model *model, const SeriesScaling *scaling, const lf_frame *frame, uint64 rows)
{
	const lf_task *task = &model->task;
	const double *shape = scaling->shape;

	for (int i = 0; i < model->others && shape == NULL; i++)
	{
		task = &model->other[i].task;
		shape = scaling->other[i].shape;
	}

	if (shape == NULL || model->time_kind != LF_TIME_NONE)
		return frame->number;
	return lf_season_align(task, shape, frame->values + task->target[0], rows, frame->columns);
}

bytea *
model_to_bytea(const lf_model *model)
{
	size_t		size = lf_model_size(model);
	bytea	   *value;

	if (size == 0 || size > MaxAllocSize - VARHDRSZ)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("the model would be larger than 1 GB")));
	settings_check_model(size, "the model has");
	check_memory(size, "the model as a value", "make a smaller model");
	value = palloc(size + VARHDRSZ);
	SET_VARSIZE(value, size + VARHDRSZ);
	while (lf_model_write(model, serve_interrupts(), (unsigned char *) VARDATA(value)) == LF_INTERRUPTED)
		continue;
	return value;
}

void
model_show_step(LoadedModel *loaded, const Timeline *timeline)
{
	loaded->facts.naturals = loaded->facts.sought ? seasons_natural(timeline, loaded->facts.natural) : 0;
}

double *
model_forecast(LoadedModel *loaded, uint64 first, uint64 stride, int count, int steps)
{
	Size		size = (Size) steps * loaded->model.task.targets * sizeof(double) * count;
	double	   *out;
	lf_status	status;

	if (!memory_allows(loaded->held + loaded->buffers + size))
		check_memory_beside(loaded->held + loaded->buffers, size, psprintf("a forecast of %d steps", steps),
							"ask for fewer steps");
	out = MemoryContextAllocHuge(CurrentMemoryContext, size);
	loaded->first = first;
	loaded->stride = stride;
	loaded->shifted = NULL;
	loaded->told = NULL;
	if (loaded->model.combination.parts > 0)
	{
		together_forecast(loaded, first, stride, count, steps, out);
		return out;
	}
	do
		status = lf_predict_steps(&loaded->predictor, serve_interrupts(), first, stride, count, steps, out);
	while (status == LF_INTERRUPTED);
	return out;
}

int
model_steps(const lf_model *model, bool given, int steps)
{
	if (!given)
		return model->task.horizon;
	if (steps < 1 || steps > LF_MAX_DIM)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("steps must be from 1 to %d, not %d", LF_MAX_DIM, steps)));
	if (steps > model->task.horizon && !lf_task_is_autoregressive(&model->task))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%d steps exceed the model's horizon of %d", steps, model->task.horizon),
				 errdetail("Forecasts can be fed back as inputs only where the inputs are the targets and lead is 1."),
				 model->imported ? 0 : errhint("Train with a longer horizon.")));
	return steps;
}

void
check_level(double level)
{
	if (!(level > 0 && level < 1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("level must be between 0 and 1, not %g", level)));
}

/* What the network said about a target in the newest forecasts; NULL where that is no distribution. */
static const double *
distribution_of(const LoadedModel *loaded, int window, int step, int target)
{
	const lf_task *task = &loaded->model.task;

	if (!lf_head_is_distribution(&task->head) || step >= task->horizon)
		return NULL;
	return loaded->predictor.distribution +
		(((Size) window * task->horizon + step) * task->targets + target) * lf_head_parts(&task->head);
}

/* The unit of the errors of a target at a step: that of the series, and of the season in that row. */
static double
error_scale_at(const LoadedModel *loaded, int window, int step, int target)
{
	const lf_task *task = &loaded->model.task;
	uint64		row = lf_window_first_output(task, loaded->first + (uint64) window * loaded->stride) + step;

	return loaded->error_scale[target] *
		lf_task_seasonal(task, loaded->predictor.windows.shape, target, lf_frame_number(&loaded->frame, row)).factor;
}

/* What the network that is shipped said about a target, where bounds are made of it; else NULL. */
static const lf_zero_quantiles *
told_of(const LoadedModel *loaded, int window, int step, int target)
{
	return loaded->told == NULL ? NULL :
		&loaded->told[((Size) window * loaded->model.task.targets + target) * loaded->told_steps + step];
}

static lf_bounded
bounded_at(const LoadedModel *loaded, int window, int step, int target, double forecast)
{
	return (lf_bounded) {.step = step, .target = target, .forecast = forecast,
		.error_scale = error_scale_at(loaded, window, step, target),
		.distribution = distribution_of(loaded, window, step, target), .told = told_of(loaded, window, step, target)};
}

double
model_half_width(const LoadedModel *loaded, int window, int step, int target, double level)
{
	lf_bounded	bounded = bounded_at(loaded, window, step, target, 0);

	return lf_bounds_half_width(&loaded->model, &bounded, level);
}

double
model_nonconformity(const LoadedModel *loaded, int window, int step, int target, double forecast, double actual)
{
	lf_bounded	bounded = bounded_at(loaded, window, step, target, forecast);

	return lf_bounds_nonconformity(&loaded->model, &bounded, actual);
}

double
model_error(const LoadedModel *loaded, int window, int step, int target, double forecast, double actual)
{
	lf_bounded	bounded = bounded_at(loaded, window, step, target, forecast);

	return lf_bounds_error(&loaded->model, &bounded, actual);
}

double
model_usual_nonconformity(const LoadedModel *loaded, int window, int step, int target)
{
	lf_bounded	bounded = bounded_at(loaded, window, step, target, 0);

	return lf_bounds_usual(&loaded->model, &bounded);
}

double
model_rarity(const LoadedModel *loaded, int window, int step, int target, double nonconformity)
{
	lf_bounded	bounded = bounded_at(loaded, window, step, target, 0);

	return lf_bounds_rarity(&loaded->model, &bounded, nonconformity);
}

double
model_moved(const LoadedModel *loaded, int window, int target)
{
	return loaded->predictor.moved[(Size) window * loaded->model.task.targets + target];
}

/* By how much an interval is wider where the window lay outside what was learned: as far as it did. */
static double
widening(const LoadedModel *loaded, int window, int target, double forecast)
{
	const lf_task *task = &loaded->model.task;
	double		moved = model_moved(loaded, window, target) * loaded->predictor.windows.scaler[task->target[target]].scale;

	double		shifted = loaded->shifted == NULL ? 0 : loaded->shifted[(Size) window * task->targets + target];

	return shifted + (task->log ? fabs(forecast - task->log_from) * (exp(Min(moved, 3)) - 1) : moved);
}

/* Of one or two rows nothing tells how far the series varies, whatever the errors of others were. */
#define LEAST_ROWS_FOR_BOUNDS 3

static bool
varies_visibly(const LoadedModel *loaded)
{
	uint64		absent = loaded->frame.absent;

	return absent == 0 || loaded->model.task.lookback - absent >= LEAST_ROWS_FOR_BOUNDS;
}

bool
model_interval(const LoadedModel *loaded, int window, int step, int target, double forecast, double level,
			   double *low, double *high)
{
	lf_bounded	bounded = bounded_at(loaded, window, step, target, forecast);
	bool		known = lf_bounds_interval(&loaded->model, &bounded, level, low, high) && varies_visibly(loaded);
	double		wider = lf_bounds_are_zero_shot(&loaded->model) ? 0 : widening(loaded, window, target, forecast);

	*low -= wider;
	*high += wider;
	/* bounds of counts are counts, wherever their width comes from; NaN stays what it is */
	if (lf_head_counts(&loaded->model.task.head))
	{
		*low = *low < 0 ? 0 : floor(*low);
		*high = ceil(*high);
	}
	*low = lf_task_limit(&loaded->model.task, *low);
	*high = lf_task_limit(&loaded->model.task, *high);
	return known;
}

void
model_bounds(const LoadedModel *loaded, int window, int step, int target, double forecast, double level,
			 Datum *values, bool *nulls)
{
	double		low;
	double		high;

	nulls[0] = nulls[1] = !model_interval(loaded, window, step, target, forecast, level, &low, &high);
	values[0] = Float8GetDatum(low);
	values[1] = Float8GetDatum(high);
}
