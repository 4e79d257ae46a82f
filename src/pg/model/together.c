/*
 * together.c: forecasts of a model that combines several.
 */
#include "model/together.h"

#include "model/bounds.h"
#include "server/error.h"
#include "utils/memutils.h"

/*
 * How far the windows lay outside what the networks have learned, as far as these weigh, becomes what the first one says of
 * it.
 */
static void
join_moved(LoadedModel *loaded, int count)
{
	const lf_model *model = &loaded->model;
	int			targets = model->task.targets;

	for (int i = 0; i < count * targets; i++)
	{
		int			j = i % targets;
		const double *weight = model->combination.weight + j * model->combination.parts;
		double		unit = loaded->predictor.windows.scaler[model->task.target[j]].scale;
		double		moved = weight[0] * loaded->predictor.moved[i];

		for (int k = 0; k < model->others; k++)
		{
			const lf_predictor *other = &loaded->other[k].predictor;

			moved += weight[k + 1] * other->moved[i] * other->windows.scaler[model->task.target[j]].scale / unit;
		}
		loaded->predictor.moved[i] = moved;
	}
}

/* What forecasts of a combination need, ready for so many windows, steps and rows of one model. */
typedef struct Together
{
	lf_combined combined;
	uint64		serial;			/* of the model */
	Size		rows;
	int			count;
	int			steps;
	Size		size;
} Together;

/*
 * The last one stays: a query may ask for a million forecasts that are alike, and laying it out takes longer than one of
 * them. There is one, and it is no larger than this.
 */
static Together *kept;
#define MOST_KEPT ((Size) 4 << 20)

static void
lay_out(const LoadedModel *loaded, Together *together, lf_arena *arena)
{
	const lf_model *model = &loaded->model;

	lf_combined_layout(&together->combined, arena, &model->combination, &model->task, &loaded->facts, model->learned != NULL,
					   together->rows, together->count, together->steps);
}

/* Whether bounds are made of what the network that is shipped says. */
static bool
are_told(const lf_model *model)
{
	return lf_bounds_are_zero_shot(model) || lf_bounds_are_mixed(model);
}

/* The one that serves as many windows, steps and rows of this model. */
static Together *
together_for(const LoadedModel *loaded, int count, int steps)
{
	/* more rows than these are not taken apart, and take no more memory */
	Size		rows = Min(loaded->frame.rows + loaded->frame.before, (Size) LF_MOST_DECOMPOSED);
	Size		each = sizeof(double) + (are_told(&loaded->model) ? sizeof(lf_zero_quantiles) : 0);
	Size		held = loaded->held + loaded->buffers + (Size) steps * loaded->model.task.targets * count * each;
	Together	plan = {.serial = loaded->serial, .rows = rows, .count = count, .steps = steps};
	lf_arena	arena = lf_arena_measure();
	Together   *together = kept;
	Size		needed;

	if (together != NULL && together->serial == loaded->serial && together->rows >= rows && together->count == count &&
		together->steps == steps)
	{
		check_memory_beside(held, together->size, psprintf("a forecast of %d steps", steps), "ask for fewer steps");
		return together;
	}
	kept = NULL;
	if (together != NULL)
		pfree(together);
	lay_out(loaded, &plan, &arena);
	needed = arena.overflow ? SIZE_MAX - held : arena.used + LF_ALIGNMENT;
	check_memory_beside(held, needed, psprintf("a forecast of %d steps", steps), "ask for fewer steps");
	together = MemoryContextAllocHuge(needed > MOST_KEPT ? CurrentMemoryContext : TopMemoryContext, sizeof(Together) + needed);
	*together = plan;
	together->size = needed;
	arena = lf_arena_over(together + 1, needed);
	lay_out(loaded, together, &arena);
	if (needed <= MOST_KEPT)
		kept = together;
	return together;
}

/* The forecasts of all that the model combines. */
void
together_forecast(LoadedModel *loaded, uint64 first, uint64 stride, int count, int steps, double *out)
{
	const lf_model *model = &loaded->model;
	Together   *together = together_for(loaded, count, steps);
	lf_combined *combined = &together->combined;
	lf_status	status;

	combined->network[0] = &loaded->predictor;
	for (int i = 0; i < model->others; i++)
		combined->network[i + 1] = &loaded->other[i].predictor;
	combined->season = model->season;
	combined->learned = loaded->learned;
	for (int i = 0; i <= model->others; i++)
		memset(combined->network[i]->moved, 0, (Size) count * model->task.targets * sizeof(double));
	do
		status = lf_combined_predict(combined, serve_interrupts(), first, stride, count, steps, out);
	while (status == LF_INTERRUPTED);
	join_moved(loaded, count);
	loaded->shifted = memcpy(palloc((Size) count * model->task.targets * sizeof(double)), combined->shifted,
							 (Size) count * model->task.targets * sizeof(double));
	if (are_told(model))
	{
		Size		size = (Size) count * model->task.targets * steps * sizeof(lf_zero_quantiles);

		loaded->told = memcpy(MemoryContextAllocHuge(CurrentMemoryContext, size), combined->quantiles, size);
		loaded->told_steps = steps;
	}
	if (together != kept)
		pfree(together);
}
