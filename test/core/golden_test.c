/*
 * golden_test.c: models that earlier releases wrote are read, and forecast what they did.
 *
 * A release whose format is new has a folder in test/golden: a file for each shape of a model, and forecasts.txt with a
 * line for each of them, "name forecast forecast ...". With files as arguments this program writes such lines. What the
 * models are shown is made here, of the model itself: it must stay as it is.
 */
#include "model/model_bytes.h"
#include "rig.h"
#include "tap.h"

#include <math.h>

#define MOST_NUMBERS 256
#define TOLERANCE 1e-5			/* relative to what was written, or to 1 */

/* Every folder that there ever was. */
static const char *const releases[] = {"1.0.0"};

typedef struct golden
{
	unsigned char *bytes;
	size_t		length;
	guarded		block;			/* of the model */
	guarded		plan;			/* of its networks */
	lf_model	model;
	lf_network	network[LF_MAX_MEMBERS];
	lf_predictor predictor;
	lf_frame	frame;
	double	   *values;			/* (rows, columns) */
} golden;

static bool
read_bytes(const char *path, golden *g)
{
	FILE	   *file = fopen(path, "rb");
	long		length = -1;

	if (file == NULL)
		return false;
	if (fseek(file, 0, SEEK_END) == 0)
		length = ftell(file);
	rewind(file);
	g->bytes = malloc(length > 0 ? (size_t) length : 1);
	g->length = length > 0 && g->bytes != NULL ? fread(g->bytes, 1, (size_t) length, file) : 0;
	(void) fclose(file);
	return length > 0 && g->length == (size_t) length;
}

static lf_status
read_model(golden *g)
{
	lf_arena	arena = lf_arena_measure();
	lf_status	status = lf_model_read(g->bytes, g->length, NULL, &arena, &g->model);

	if (status != LF_OK)
		return status;
	g->block = guarded_new(arena.used);
	arena = lf_arena_over(g->block.block, g->block.bytes);
	return lf_model_read(g->bytes, g->length, NULL, &arena, &g->model);
}

/* A wave within what training saw, without sin(), whose last digit depends on the library. */
static double
shown(const lf_model *model, int row, int column)
{
	double		wave = ((row * 7 + column * 3) % 11) / 11.0 - 0.5;
	double		value = model->scaler[column].offset + model->scaler[column].scale * wave;

	switch (model->task.kind[column])
	{
		case LF_COLUMN_CATEGORY:
		case LF_COLUMN_SERIES:
			return 1;
		case LF_COLUMN_CALENDAR:
			return wave;
		default:
			return lf_task_is_logged(&model->task, column) ? model->task.log_from + exp(value) : value;
	}
}

static void
plan_networks(golden *g, lf_arena *arena)
{
	for (int m = 0; m < g->model.members; m++)
		lf_network_layout(&g->network[m], arena, lf_task_samples(&g->model.task), false);
	lf_predictor_layout(&g->predictor, arena, g->network, &g->model.task, g->model.columns, 1, 1);
}

/* Forecasts of the first window, into out: how many. Beyond the horizon where that is possible. */
static int
forecast(golden *g, double *out)
{
	const lf_task *task = &g->model.task;
	int			steps = lf_task_is_autoregressive(task) ? task->horizon + 2 : task->horizon;
	int			rows = task->lookback + steps + lf_task_reach(task);
	lf_arena	arena = lf_arena_measure();
	int			layer;

	for (int m = 0; m < g->model.members; m++)
		if (lf_network_create(&g->network[m], &g->model.spec, &layer) != LF_OK)
			return 0;
	plan_networks(g, &arena);
	g->plan = guarded_new(arena.used);
	arena = lf_arena_over(g->plan.block, g->plan.bytes);
	plan_networks(g, &arena);
	for (int m = 0; m < g->model.members; m++)
		lf_network_bind(&g->network[m], g->model.weights + (size_t) m * g->model.parameters, NULL);
	g->values = malloc((size_t) rows * (size_t) g->model.columns * sizeof(double));
	if (g->values == NULL || steps * task->targets > MOST_NUMBERS)
		return 0;
	for (int row = 0; row < rows; row++)
		for (int column = 0; column < g->model.columns; column++)
			g->values[row * g->model.columns + column] = shown(&g->model, row, column);
	g->frame = (lf_frame) {.values = g->values, .rows = (size_t) rows, .columns = g->model.columns};
	g->predictor.members = g->model.members;
	g->predictor.blend = g->model.blend;
	g->predictor.windows = (lf_windows) {
		.task = task,
		.frame = &g->frame,
		.scaler = g->model.scaler,
		.normalize = g->model.training.normalize,
		.level_regression = g->model.level_regression,
	};
	if (lf_predict_steps(&g->predictor, NULL, 0, 1, 1, steps, out) != LF_OK)
		return 0;
	return steps * task->targets;
}

static void
release_golden(golden *g)
{
	free(g->bytes);
	free(g->block.raw);
	free(g->plan.raw);
	free(g->values);
}

/* Whether forecasts are the numbers of a line; says the first that is not. */
static bool
agree(const double *out, int count, const char *numbers)
{
	for (int i = 0; i <= count; i++)
	{
		char	   *end;
		double		wanted = strtod(numbers, &end);

		if ((end == numbers) != (i == count))
		{
			diag("%d numbers, and another number of them in the file", count);
			return false;
		}
		if (i < count && !(fabs(out[i] - wanted) <= TOLERANCE * fmax(1, fabs(wanted))))
		{
			diag("number %d is %.17g, and was %.17g", i + 1, out[i], wanted);
			return false;
		}
		numbers = end;
	}
	return true;
}

/* Bytes of an earlier format come back as those of the present one. */
static bool
writes_the_same(const golden *g)
{
	guarded		again = guarded_new(lf_model_size(&g->model));
	bool		same;

	(void) lf_model_write(&g->model, NULL, again.block);
	same = guarded_intact(&again) &&
		((g->bytes[4] | g->bytes[5] << 8) != LF_FORMAT ||
		 (again.bytes == g->length && memcmp(again.block, g->bytes, g->length) == 0));
	free(again.raw);
	return same;
}

static void
test_model(const char *release, const char *name, const char *numbers)
{
	char		path[200];
	double		out[MOST_NUMBERS];
	golden		g = {0};
	lf_status	status;

	(void) snprintf(path, sizeof(path), "test/golden/%s/%s.model", release, name);
	if (ok(read_bytes(path, &g), "%s of %s is there", name, release))
	{
		status = read_model(&g);
		if (ok(status == LF_OK && guarded_intact(&g.block), "%s of %s is read", name, release))
		{
			ok(agree(out, forecast(&g, out), numbers), "%s of %s forecasts what it did", name, release);
			ok(writes_the_same(&g), "%s of %s is written as it was", name, release);
		}
	}
	release_golden(&g);
}

static void
test_release(const char *release)
{
	char		line[MOST_NUMBERS * 30];
	char		path[200];
	FILE	   *file;
	int			models = 0;

	(void) snprintf(path, sizeof(path), "test/golden/%s/forecasts.txt", release);
	file = fopen(path, "r");
	while (file != NULL && fgets(line, sizeof(line), file) != NULL)
	{
		char	   *numbers = strchr(line, ' ');

		if (numbers == NULL)
			break;
		*numbers = '\0';
		test_model(release, line, numbers + 1);
		models++;
	}
	ok(models > 0, "%s has golden files", release);
	if (file != NULL)
		(void) fclose(file);
}

/* Writes the line of a file. */
static int
write_line(const char *path)
{
	const char *name = strrchr(path, '/') == NULL ? path : strrchr(path, '/') + 1;
	double		out[MOST_NUMBERS];
	golden		g = {0};
	int			count = 0;

	if (read_bytes(path, &g) && read_model(&g) == LF_OK)
		count = forecast(&g, out);
	printf("%.*s", (int) strcspn(name, "."), name);
	for (int i = 0; i < count; i++)
		printf(" %.17g", out[i]);
	printf("\n");
	release_golden(&g);
	return count > 0 ? 0 : 1;
}

int
main(int argc, char **argv)
{
	int			result = 0;

	for (int i = 1; i < argc; i++)
		result |= write_line(argv[i]);
	if (argc > 1)
		return result;
	for (size_t i = 0; i < sizeof(releases) / sizeof(releases[0]); i++)
		test_release(releases[i]);
	return done_testing();
}
