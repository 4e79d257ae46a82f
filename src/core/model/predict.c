/*
 * predict.c: windows through the network, and the recursion past the horizon.
 */
#include "model/predict.h"

#include "series/scaler.h"
#include "series/deseasonalize.h"

#include <string.h>

/* Rows of a window that moves: what is known ahead of it moves along. */
static size_t
moving_rows(const lf_task *task)
{
	return (size_t) task->lookback + (size_t) lf_task_reach(task);
}

void
lf_predictor_layout(lf_predictor *predictor, lf_arena *arena, lf_network *network, const lf_task *task,
				  int columns, int batch, int moving)
{
	size_t		outputs = (size_t) batch * (size_t) task->horizon * (size_t) task->targets *
		(size_t) lf_head_parts(&task->head);

	*predictor = (lf_predictor) {.network = network, .members = 1, .batch = batch};
	predictor->x = lf_arena_reals(arena, (size_t) batch * (size_t) task->lookback * (size_t) task->inputs);
	predictor->y = lf_arena_reals(arena, outputs);
	if (lf_head_is_distribution(&task->head))
		predictor->distribution = lf_arena_take(arena, outputs, sizeof(double));
	predictor->level = lf_arena_take(arena, (size_t) batch * (size_t) task->targets, sizeof(double));
	predictor->moved = lf_arena_take(arena, (size_t) batch * (size_t) task->targets, sizeof(double));
	predictor->rows = lf_arena_take(arena, (size_t) moving * moving_rows(task) * (size_t) columns, sizeof(double));
	predictor->out = lf_arena_take(arena, (size_t) moving * (size_t) task->horizon * (size_t) task->targets,
								   sizeof(double));
}

/* y = y + the share of one member, or y = that of the first. */
static void
add_member(lf_real *y, const lf_real *of_member, size_t count, int member, int members)
{
	lf_real		share = 1 / (lf_real) members;

	if (members == 1)
		memcpy(y, of_member, count * sizeof(lf_real));
	else if (member == 0)
		for (size_t i = 0; i < count; i++)
			y[i] = share * of_member[i];
	else
		for (size_t i = 0; i < count; i++)
			y[i] += share * of_member[i];
}

/* From x to y through one member, at most the network's batch at once. */
static lf_status
walk_member(lf_predictor *predictor, const volatile sig_atomic_t *interrupt, int samples, int member)
{
	lf_network *network = predictor->network + (predictor->weights == NULL ? member : 0);
	size_t		in = network->layer[0].input_size;
	size_t		out = lf_shape_size(lf_network_output(network));

	if (predictor->weights != NULL)
		lf_network_bind(network, predictor->weights + (size_t) member * network->parameters, NULL);
	for (int done = 0; done < samples; done += network->batch)
	{
		lf_pass		pass = {.interrupt = interrupt};
		const lf_real *y;
		lf_status	status;

		pass.batch = samples - done < network->batch ? samples - done : network->batch;
		status = lf_network_forward(network, &pass, predictor->x + (size_t) done * in, &y);
		if (status != LF_OK)
			return status;
		add_member(predictor->y + (size_t) done * out, y, (size_t) pass.batch * out, member, predictor->members);
	}
	return LF_OK;
}

/* From x to y: the mean of all members. */
static lf_status
walk(lf_predictor *predictor, const volatile sig_atomic_t *interrupt, int samples)
{
	lf_status	status = LF_OK;

	for (int m = 0; m < predictor->members && status == LF_OK; m++)
		status = walk_member(predictor, interrupt, samples, m);
	return status;
}

/*
 * Turns the outputs y for one window into distributions (horizon, targets, parts) on the scale of the columns, unless
 * that is NULL, and into their points (horizon, targets).
 */
static void
restore_distributions(const lf_windows *windows, size_t w, const double *level, const lf_real *y, double *distribution,
					  double *values)
{
	const lf_task *task = windows->task;
	const lf_head *head = &task->head;
	size_t		horizon = (size_t) task->horizon;
	size_t		targets = (size_t) task->targets;
	size_t		parts = (size_t) lf_head_parts(head);
	bool		logged = task->log && lf_head_class_of(head)->of_values;

	for (size_t k = 0; k < horizon; k++)
		for (size_t j = 0; j < targets; j++)
		{
			size_t		place = task->independent ? j * horizon + k : k * targets + j;
			lf_scaler	s = windows->scaler[task->target[j]];
			double		base = lf_window_base(windows, w, level, (int) j, (int) k) * s.scale + s.offset;
			lf_seasonal season = lf_task_seasonal(task, windows->shape, (int) j,
												  lf_frame_number(windows->frame, w) +
												  (int64_t) (lf_window_first_output(task, 0) + k));
			double		one[LF_MAX_PARTS];

			lf_head_distribution(head, y + place * parts, one);
			if (logged)
				lf_head_rescale(head, one, base + log(season.factor), s.scale);
			else
				lf_head_rescale(head, one, base * season.factor + season.offset, s.scale * season.factor);
			for (size_t i = 0; i < parts && logged; i++)
				one[i] = lf_from_logarithm(task, one[i]);
			values[k * targets + j] = lf_task_limit(task, lf_head_point(head, one));
			if (distribution != NULL)
				memcpy(distribution + (k * targets + j) * parts, one, parts * sizeof(double));
		}
}

/* As lf_predict; distributions, and how far windows were moved, go to where they are wanted, or nowhere. */
static lf_status
forecast(lf_predictor *predictor, const volatile sig_atomic_t *interrupt,
		 size_t first, size_t stride, int count, double *distribution, double *moved, double *out)
{
	const lf_task *task = predictor->windows.task;
	size_t		in = (size_t) task->lookback * (size_t) task->inputs;
	size_t		targets = (size_t) task->targets;
	size_t		each = (size_t) task->horizon * targets;
	size_t		parts = (size_t) lf_head_parts(&task->head);
	lf_status	status;

	LF_ASSERT(lf_task_is_sound(task, predictor->windows.frame->columns));
	LF_ASSERT(first + (size_t) (count - 1) * stride + (size_t) task->lookback <= predictor->windows.frame->rows);
	for (size_t i = 0; i < (size_t) count; i++)
	{
		double	   *level = predictor->level + i * targets;

		lf_window_input(&predictor->windows, first + i * stride, predictor->x + i * in, level);
		if (predictor->ranges != NULL)
			lf_ranges_keep_inside(predictor->ranges, &predictor->windows, predictor->x + i * in, level,
								  moved == NULL ? NULL : moved + i * targets);
		else if (moved != NULL)
			memset(moved + i * targets, 0, targets * sizeof(double));
	}
	status = walk(predictor, interrupt, count * lf_task_samples(task));
	if (status != LF_OK)
		return status;
	if (!lf_head_is_distribution(&task->head))
		for (size_t i = 0; i < (size_t) count; i++)
		{
			lf_window_restore(&predictor->windows, first + i * stride, predictor->level + i * targets,
							  predictor->y + i * each, out + i * each);
			if (predictor->blend != NULL)
				lf_blend_apply(predictor->blend, predictor->windows.frame, task, first + i * stride, out + i * each);
		}
	else
		for (size_t i = 0; i < (size_t) count; i++)
			restore_distributions(&predictor->windows, first + i * stride, predictor->level + i * targets,
								  predictor->y + i * each * parts,
								  distribution == NULL ? NULL : distribution + i * each * parts, out + i * each);
	return LF_OK;
}

lf_status
lf_predict(lf_predictor *predictor, const volatile sig_atomic_t *interrupt,
		   size_t first, size_t stride, int count, double *out)
{
	return forecast(predictor, interrupt, first, stride, count, predictor->distribution, predictor->moved, out);
}

/* Copies rows of the frame, from 'first' on; the last one stands for those that are not there. */
static void
copy_rows(double *rows, const lf_frame *frame, size_t first, size_t count)
{
	size_t		columns = (size_t) frame->columns;
	size_t		there = first + count <= frame->rows ? count : first < frame->rows ? frame->rows - first : 0;

	memcpy(rows, frame->values + first * columns, there * columns * sizeof(double));
	for (size_t t = there; t < count; t++)
		memcpy(rows + t * columns, frame->values + (frame->rows - 1) * columns, columns * sizeof(double));
}

/* Copies the given columns of such rows alone. */
static void
copy_given(double *rows, const lf_frame *frame, const lf_task *task, size_t first, size_t count)
{
	size_t		columns = (size_t) frame->columns;

	for (int i = 0; i < task->inputs; i++)
	{
		size_t		column = (size_t) task->input[i];

		for (size_t t = 0; t < count && lf_task_is_given(task, i); t++)
		{
			size_t		row = first + t < frame->rows ? first + t : frame->rows - 1;

			rows[t * columns + column] = frame->values[row * columns + column];
		}
	}
}

/* Drops the oldest rows of the moving window and puts 'count' rows of forecasts behind the others. */
static void
append_rows(double *rows, const lf_task *task, size_t columns, const double *forecast, size_t count)
{
	size_t		lookback = (size_t) task->lookback;
	size_t		targets = (size_t) task->targets;

	if (count > lookback)
	{
		forecast += (count - lookback) * targets;
		count = lookback;
	}
	memmove(rows, rows + count * columns, (lookback - count) * columns * sizeof(double));
	for (size_t k = 0; k < count; k++)
		for (size_t j = 0; j < targets; j++)
			rows[(lookback - count + k) * columns + (size_t) task->target[j]] = forecast[k * targets + j];
}

lf_status
lf_predict_steps(lf_predictor *predictor, const volatile sig_atomic_t *interrupt,
				 size_t first, size_t stride, int count, int steps, double *out)
{
	const lf_frame *frame = predictor->windows.frame;
	const lf_task *task = predictor->windows.task;
	size_t		windows = (size_t) count;
	size_t		columns = (size_t) frame->columns;
	size_t		targets = (size_t) task->targets;
	size_t		moves = moving_rows(task);
	size_t		block = moves * columns;
	size_t		round = (size_t) task->horizon * targets;
	lf_frame	moving = {.values = predictor->rows, .rows = windows * moves, .columns = frame->columns,
		.number = lf_frame_number(frame, first), .block = moves, .apart = stride};
	size_t		from = first;
	size_t		apart = stride;
	lf_status	status = LF_OK;
	int			done = 0;

	if (steps > task->horizon)
		for (size_t i = 0; i < windows; i++)
			copy_rows(predictor->rows + i * block, frame, first + i * stride, moves);
	while (done < steps)
	{
		size_t		some = (size_t) (steps - done < task->horizon ? steps - done : task->horizon);

		status = forecast(predictor, interrupt, first, stride, count, done == 0 ? predictor->distribution : NULL,
						  done == 0 ? predictor->moved : NULL, predictor->out);
		if (status != LF_OK)
			break;
		for (size_t i = 0; i < windows; i++)
			memcpy(out + (i * (size_t) steps + (size_t) done) * targets, predictor->out + i * round,
				   some * targets * sizeof(double));
		done += (int) some;
		if (done == steps)
			break;
		/* from here on the windows are those that move, one behind the other */
		for (size_t i = 0; i < windows; i++)
		{
			append_rows(predictor->rows + i * block, task, columns, predictor->out + i * round, some);
			copy_given(predictor->rows + i * block, frame, task, from + i * apart + (size_t) done, moves);
		}
		moving.number += (int64_t) some;
		predictor->windows.frame = &moving;
		first = 0;
		stride = moves;
	}
	predictor->windows.frame = frame;
	return status;
}
