/*
 * sight.c: the series at hand, and its seasons.
 */
#include "training/sight.h"

#include <string.h>

void
lf_sight_layout(lf_sight *sight, lf_arena *arena, lf_network *network, const lf_task *task, const lf_frame *frame, int batch)
{
	*sight = (lf_sight) {.task = task};
	lf_predictor_layout(&sight->predictor, arena, network, task, frame->columns, batch, batch);
	if (task->deseasonalize == LF_DESEASONALIZE_NONE)
		return;
	lf_parts_layout(&sight->parts, arena, lf_frame_longest(frame), &task->seasons);
	sight->renewed = lf_arena_take(arena, lf_task_shape_size(task), sizeof(double));
}

void
lf_sight_start(lf_sight *sight, const lf_frame *frame, const lf_task *task, const lf_scaler *scaler, const double *shape)
{
	sight->frame = frame;
	sight->task = task;
	sight->scaler = scaler;
	sight->shape = shape;
	sight->known = 0;
}

bool
lf_sights_are_alike(const lf_sight *a, const lf_sight *b)
{
	return a->shape != NULL && b->shape != NULL && a->task->deseasonalize == b->task->deseasonalize &&
		a->task->targets == b->task->targets && a->task->log_from == b->task->log_from && a->task->log == b->task->log &&
		lf_seasons_equal(&a->task->seasons, &b->task->seasons);
}

/* Rows that come before the shapes are renewed: shapes change slowly, and a renewal walks over many cycles. */
static size_t
rows_to_renewal(const lf_task *task)
{
	int			rows = lf_seasons_longest(&task->seasons, LF_LONGEST_SEASON) / 8;

	return rows > 1 ? (size_t) rows : 1;
}

static void
renew_shapes(lf_sight *sight, size_t first_output, const lf_sight *alike, const volatile sig_atomic_t *interrupt)
{
	lf_frame	before = sight->view;

	before.rows = first_output;
	if (sight->known == 0 || first_output < sight->known || first_output >= sight->known + rows_to_renewal(sight->task))
	{
		sight->known = first_output;
		if (alike != NULL && alike->known == sight->known && alike->series == sight->series)
			memcpy(sight->renewed, alike->renewed, lf_task_shape_size(sight->task) * sizeof(double));
		else
			lf_shapes_of_series(&sight->parts, sight->task, &before, sight->renewed, interrupt);
	}
	sight->predictor.windows.shape = sight->renewed;
}

void
lf_sight_show(lf_sight *sight, size_t series, size_t first_output, const lf_sight *alike,
			  const volatile sig_atomic_t *interrupt)
{
	if (series != sight->series)
		sight->known = 0;
	sight->series = series;
	sight->view = lf_frame_of(sight->frame, series);
	sight->predictor.windows.frame = &sight->view;
	sight->predictor.windows.scaler = sight->scaler + series * (size_t) sight->view.columns;
	if (sight->shape != NULL)
		renew_shapes(sight, first_output, alike, interrupt);
}
