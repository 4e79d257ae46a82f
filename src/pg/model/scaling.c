/*
 * scaling.c: scaling, seasons and partners of a series.
 */
#include "model/scaling.h"

#include "server/error.h"
#include "series/deseasonalize.h"
#include "training/fit.h"

/* The scaling of a column of measured or known values, however many rows there are. */
static lf_scaler
scale_column(const lf_model *model, const lf_frame *frame, const double *shape, int column, uint64 rows)
{
	const volatile sig_atomic_t *interrupt;
	lf_scaler	scaler;

	do
	{
		interrupt = serve_interrupts();
		scaler = lf_scaler_of_column(model->training.scale, frame, &model->task, shape, column, 0, rows, interrupt);
	} while (interrupt != NULL && *interrupt != 0);
	return scaler;
}

/* The shapes of the seasons in rows of a series; NULL where the model takes none out. */
static const double *
shapes_of(const lf_model *model, const lf_frame *frame)
{
	lf_arena	arena = lf_arena_measure();
	const volatile sig_atomic_t *interrupt;
	lf_parts	parts;
	double	   *shapes;

	if (model->shape == NULL)
		return NULL;
	lf_parts_layout(&parts, &arena, frame->rows, &model->task.seasons);
	check_memory(arena.used + LF_ALIGNMENT, "the seasons of a new series", "give fewer rows");
	shapes = MemoryContextAllocHuge(CurrentMemoryContext, lf_task_shape_size(&model->task) * sizeof(double));
	arena = lf_arena_over(MemoryContextAllocHuge(CurrentMemoryContext, arena.used + LF_ALIGNMENT), arena.used + LF_ALIGNMENT);
	lf_parts_layout(&parts, &arena, frame->rows, &model->task.seasons);
	do
	{
		interrupt = serve_interrupts();
		lf_shapes_of_series(&parts, &model->task, frame, shapes, interrupt);
	} while (interrupt != NULL && *interrupt != 0);
	return shapes;
}

/* What the partners learn of a series that training has not seen; NULL where none forecasts. */
static const lf_learned *
learn(const lf_model *model, const lf_frame *frame)
{
	lf_arena	arena = lf_arena_measure();
	const lf_partner_facts *facts = &model->partner_facts;
	lf_partner_room room;
	lf_learned *learned;

	if (model->learned == NULL || frame->rows == 0)
		return NULL;
	lf_partner_layout(&room, &arena, frame->rows, &facts->seasons, 1);
	check_memory(arena.used + LF_ALIGNMENT, "learning a new series", "give fewer rows");
	learned = palloc(model->task.targets * LF_PARTNERS * sizeof(lf_learned));
	arena = lf_arena_over(MemoryContextAllocHuge(CurrentMemoryContext, arena.used + LF_ALIGNMENT), arena.used + LF_ALIGNMENT);
	lf_partner_layout(&room, &arena, frame->rows, &facts->seasons, 1);
	for (int i = 0; i < model->task.targets * LF_PARTNERS; i++)
	{
		lf_column	column = {.values = frame->values + model->task.target[i / LF_PARTNERS], .rows = frame->rows,
			.stride = frame->columns, .number = frame->number, .logged = facts->logged, .log_from = model->task.log_from};
		const volatile sig_atomic_t *interrupt;

		do
		{
			interrupt = serve_interrupts();
			lf_partner_learn(&room, (lf_partner) (i % LF_PARTNERS), &facts->seasons, &column, &learned[i], interrupt);
		} while (interrupt != NULL && *interrupt != 0);
	}
	return learned;
}

/* The same series as the networks beside the first one are to know it. */
static SeriesScaling *
others_of(const lf_model *model, const lf_frame *frame, uint64 rows)
{
	SeriesScaling *other = palloc((model->others + 1) * sizeof(SeriesScaling));

	for (int i = 0; i < model->others; i++)
		other[i] = model_scale_unknown(&model->other[i], frame, rows);
	return other;
}

/* Differences to the season before that the errors of a new series are measured in, at least. */
#define ENOUGH_DIFFERENCES 12

/*
 * The unit of the errors of a series that training did not see. Where one or a few rows lie behind the first season their
 * differences to it may be small by chance, and bounds with them: until there are enough, the spread of the rows is the unit.
 */
static double
error_scale_of_unknown(const lf_model *model, const lf_frame *frame, int column, uint64 rows, lf_scaler scaler)
{
	return rows < (uint64) Max(model->season, 1) + ENOUGH_DIFFERENCES ? scaler.scale :
		lf_error_scale(frame, column, rows, model->season, scaler);
}

SeriesScaling
model_scale_unknown(const lf_model *model, const lf_frame *frame, uint64 rows)
{
	const lf_task *task = &model->task;
	lf_scaler  *scalers = memcpy(palloc(model->columns * sizeof(lf_scaler)), model->scaler,
								 model->columns * sizeof(lf_scaler));
	double	   *units = palloc(task->targets * sizeof(double));
	lf_frame	known = *frame;
	const double *shape;

	known.rows = rows;
	shape = shapes_of(model, &known);
	for (int i = 0; i < model->columns && i < frame->columns; i++)
		if (task->kind[i] == LF_COLUMN_MEASURED || task->kind[i] == LF_COLUMN_KNOWN)
			scalers[i] = scale_column(model, frame, shape, i, rows);
	for (int j = 0; j < task->targets; j++)
	{
		CHECK_FOR_INTERRUPTS();
		units[j] = error_scale_of_unknown(model, frame, task->target[j], rows, scalers[task->target[j]]);
	}
	return (SeriesScaling) {.scaler = scalers, .error_scale = units, .shape = shape, .learned = learn(model, &known),
		.other = others_of(model, &known, rows)};
}

SeriesScaling
model_scaling(const lf_model *model, Size series)
{
	SeriesScaling *other = palloc((model->others + 1) * sizeof(SeriesScaling));

	for (int i = 0; i < model->others; i++)
		other[i] = model_scaling(&model->other[i], series);
	return (SeriesScaling) {
		.scaler = model->scaler + series * model->columns,
		.error_scale = model->error_scale + series * model->task.targets,
		.shape = model->shape == NULL ? NULL : model->shape + series * lf_task_shape_size(&model->task),
		.learned = model->learned == NULL ? NULL : model->learned + series * model->task.targets * LF_PARTNERS,
		.other = other,
	};
}

/* Cycles of the longest season that rows must hold to take the place of those of training. */
#define CYCLES_TO_RENEW 3

/* Whether another network takes the same seasons out in the same way, so that shapes of one serve the other. */
static bool
takes_out_the_same(const lf_model *model, const lf_model *other)
{
	return model->task.deseasonalize == other->task.deseasonalize && model->task.log == other->task.log &&
		model->task.log_from == other->task.log_from && lf_seasons_equal(&model->task.seasons, &other->task.seasons);
}

void
model_renew_shape(const lf_model *model, const lf_frame *rows, SeriesScaling *scaling)
{
	const lf_seasons *seasons = &model->task.seasons;

	/* rows of a model without times have no place on its grid */
	if (scaling->shape != NULL && model->time_kind != LF_TIME_NONE &&
		(double) rows->rows >= CYCLES_TO_RENEW * seasons->season[seasons->count - 1].length)
		scaling->shape = shapes_of(model, rows);
	for (int i = 0; i < model->others; i++)
		if (takes_out_the_same(model, &model->other[i]))
			scaling->other[i].shape = scaling->shape;
		else
			model_renew_shape(&model->other[i], rows, &scaling->other[i]);
}

SeriesScaling
scaling_with_own_shapes(const lf_model *model, const SeriesScaling *scaling)
{
	SeriesScaling own = *scaling;

	if (own.shape != NULL)
		own.shape = memcpy(palloc(lf_task_shape_size(&model->task) * sizeof(double)), own.shape,
						   lf_task_shape_size(&model->task) * sizeof(double));
	own.other = palloc((model->others + 1) * sizeof(SeriesScaling));
	for (int i = 0; i < model->others; i++)
		own.other[i] = scaling_with_own_shapes(&model->other[i], &scaling->other[i]);
	return own;
}

void
scaling_copy_shapes(const lf_model *model, SeriesScaling *to, const SeriesScaling *from)
{
	if (to->shape != from->shape && to->shape != NULL)
		memcpy((double *) to->shape, from->shape, lf_task_shape_size(&model->task) * sizeof(double));
	for (int i = 0; i < model->others; i++)
		scaling_copy_shapes(&model->other[i], &to->other[i], &from->other[i]);
}
