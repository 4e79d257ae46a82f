/*
 * loss_test.c: losses by hand, their gradients against central differences and PyTorch's, and clipping.
 *
 *	   loss_test [directory of the references]
 */
#include "network/loss.h"
#include "training/optimizer.h"
#include "rig.h"
#include "tap.h"
#include "tensor_file.h"

#include <math.h>

#define COUNT 101

#ifdef LF_DOUBLE
#define STEP 1e-6
#define TOLERANCE 1e-8
#define HEAD_TOLERANCE 1e-8
#define PYTORCH_TOLERANCE 1e-8	/* nine digits are in the file */
#else
#define STEP 0x1p-9				/* exact in float beside values of up to 4 */
#define TOLERANCE 1e-6			/* a gradient is at most 8 / COUNT = 0.08, and rounds at 6e-8 of that */
#define HEAD_TOLERANCE 1e-4		/* their third derivatives are not 0, as those above are: STEP^2 of some tens is left */
#define PYTORCH_TOLERANCE 1e-7
#endif

static void
test_by_hand(void)
{
	static const lf_real y[] = {1, 2, -3, 0.5};
	static const lf_real target[] = {1, 0, -2, 1};	/* errors 0, 2, -1, -0.5 */
	lf_real		dy[4];

	ok(lf_loss_sum(LF_MSE, y, target, 4, dy) == 5.25, "mse adds squares");
	ok(dy[0] == 0 && dy[1] == 1 && dy[2] == (lf_real) -0.5 && dy[3] == (lf_real) -0.25,
	   "the gradient of mse is that of the mean");
	ok(lf_loss_sum(LF_MAE, y, target, 4, dy) == 3.5, "mae adds sizes");
	ok(dy[0] == 0 && dy[1] == (lf_real) 0.25 && dy[2] == (lf_real) -0.25 && dy[3] == (lf_real) -0.25,
	   "the gradient of mae is the sign, and 0 where there is no error");
	ok(lf_loss_sum(LF_HUBER, y, target, 4, dy) == 0 + 1.5 + 0.5 + 0.125, "huber is half the square, linear beyond 1");
	ok(dy[0] == 0 && dy[1] == (lf_real) 0.25 && dy[2] == (lf_real) -0.25 && dy[3] == (lf_real) -0.125,
	   "the gradient of huber is the error, at most 1");
	ok(lf_loss_sum(LF_MSE, y, target, 4, NULL) == 5.25, "the gradient need not be asked for");
}

static void
test_gradients(lf_loss loss)
{
	lf_random	random = lf_random_seed(40 + (uint64_t) loss);
	lf_real		y[COUNT];
	lf_real		target[COUNT];
	guarded		dy = guarded_reals(COUNT);
	const lf_real *gradient = dy.block;
	double		largest = 0;

	fill_uniform(&random, y, COUNT, 2);
	fill_uniform(&random, target, COUNT, 2);
	(void) lf_loss_sum(loss, y, target, COUNT, dy.block);
	for (int i = 0; i < COUNT; i++)
	{
		double		error = fabs((double) y[i] - (double) target[i]);
		lf_real		saved = y[i];
		lf_real		more = saved + (lf_real) STEP;
		lf_real		less = saved - (lf_real) STEP;
		double		change;

		/* the kinks of mae and huber are no place for differences */
		if (loss != LF_MSE && (error < 2 * STEP || fabs(error - 1) < 2 * STEP))
			continue;
		y[i] = more;
		change = lf_loss_sum(loss, y + i, target + i, 1, NULL);
		y[i] = less;
		change -= lf_loss_sum(loss, y + i, target + i, 1, NULL);
		y[i] = saved;
		change /= ((double) more - (double) less) * COUNT;
		largest = fmax(largest, fabs(change - (double) gradient[i]));
	}
	ok(largest < TOLERANCE && guarded_intact(&dy), "the gradient of %s is its slope", lf_loss_names[loss]);
	diag("largest difference %.2g", largest);
	free(dy.raw);
}

/* What is not known changes neither the loss nor the gradient of the others: as if it had not been given. */
static void
test_unknown(lf_loss loss)
{
	static const lf_real y[] = {1, 2, -3, 0.5, 7};
	static const lf_real target[] = {(lf_real) NAN, 0, -2, (lf_real) NAN, 1};
	static const lf_real known_y[] = {2, -3, 7};
	static const lf_real known_target[] = {0, -2, 1};
	static const lf_real unknown[] = {(lf_real) NAN, (lf_real) NAN};
	lf_real		dy[5];
	lf_real		known_dy[3];
	double		sum = lf_loss_sum(loss, y, target, 5, dy);

	ok(lf_loss_known(target, 5) == 3 && sum == lf_loss_sum(loss, known_y, known_target, 3, known_dy) &&
	   dy[1] == known_dy[0] && dy[2] == known_dy[1] && dy[4] == known_dy[2],
	   "%s is that of the known targets, and so is its mean", lf_loss_names[loss]);
	ok(dy[0] == 0 && dy[3] == 0, "unknown ones have a gradient of 0");
	ok(lf_loss_sum(loss, y, unknown, 2, dy) == 0 && dy[0] == 0 && dy[1] == 0, "nothing known is no loss");
}

/* ---- heads that say more than one value ---- */

static const double levels[] = {0.025, 0.1, 0.3, 0.5, 0.8, 0.95};
#define LEVELS 6
#define HEADED 40				/* targets */

static lf_head
head_of(lf_loss loss)
{
	lf_head		head = {.kind = lf_loss_head(loss)};

	if (loss == LF_QUANTILE)
		(void) lf_head_set_levels(&head, levels, LEVELS);
	return head;
}

static void
test_pinball_by_hand(void)
{
	lf_head		head = head_of(LF_QUANTILE);
	lf_real		output[LEVELS] = {0};
	lf_real		dy[LEVELS];
	double		quantile[LEVELS];
	double		sum = 0;
	lf_real		target = 1;

	lf_head_distribution(&head, output, quantile);
	for (int i = 0; i < LEVELS; i++)
		sum += ((double) target > quantile[i] ? levels[i] : levels[i] - 1) * ((double) target - quantile[i]) / LEVELS;
	ok(fabs(lf_head_loss_sum(&head, output, &target, 1, dy) - sum) < 1e-14,
	   "quantile adds what targets are above by the level, below by the rest of it");
	/* the target lies below the last quantile only */
	ok(quantile[4] < 1 && quantile[5] > 1 &&
	   fabs((double) dy[3] - (1 - 0.025 - 0.1 - 0.3 - 0.5 - 0.8 - 0.95) / LEVELS) < 1e-7,
	   "the median moves them all");
}

/* The density of which the likelihood is taken has an area of 1. */
static void
test_area(lf_loss loss)
{
	lf_head		head = head_of(loss);
	const lf_real output[] = {(lf_real) 0.3, (lf_real) -0.8, (lf_real) 1.5};
	double		area = 0;
	const double step = 0x1p-8;	/* exact in float as far as 2^16 */

	for (double x = -2000; x < 2000; x += step)
	{
		lf_real		target = (lf_real) x;

		area += step * exp(-lf_head_loss_sum(&head, output, &target, 1, NULL));
	}
	/* Student's tails beyond 2000 scales hold less than 1e-8 */
	ok(fabs(area - 1) < 1e-7, "%s takes the likelihood of a density", lf_loss_names[loss]);
	diag("its area is %.9f", area);
}

static void
test_head_gradients(lf_loss loss)
{
	lf_head		head = head_of(loss);
	int			parts = lf_head_parts(&head);
	lf_random	random = lf_random_seed(60 + (uint64_t) loss);
	lf_real		y[HEADED * LF_MAX_LEVELS];
	lf_real		target[HEADED];
	guarded		dy = guarded_reals((size_t) (HEADED * parts));
	const lf_real *gradient = dy.block;
	double		largest = 0;
	int			compared = 0;

	fill_uniform(&random, y, HEADED * (size_t) parts, 2);
	fill_uniform(&random, target, HEADED, 3);
	(void) lf_head_loss_sum(&head, y, target, HEADED, dy.block);
	for (int i = 0; i < HEADED * parts; i++)
	{
		int			one = i / parts;
		lf_real    *output = y + one * parts;
		lf_real		saved = y[i];
		lf_real		more = saved + (lf_real) STEP;
		lf_real		less = saved - (lf_real) STEP;
		double		quantile[LF_MAX_LEVELS];
		double		nearest = 1;
		double		change;

		/* the kinks of quantiles are no place for differences; a step moves them by up to 4 steps of the output */
		lf_head_distribution(&head, output, quantile);
		for (int level = 0; level < head.levels; level++)
			nearest = fmin(nearest, fabs(quantile[level] - (double) target[one]));
		if (nearest < 4 * STEP)
			continue;
		y[i] = more;
		change = lf_head_loss_sum(&head, output, target + one, 1, NULL);
		y[i] = less;
		change -= lf_head_loss_sum(&head, output, target + one, 1, NULL);
		y[i] = saved;
		change /= ((double) more - (double) less) * HEADED;
		largest = fmax(largest, fabs(change - (double) gradient[i]) / fmax(1, fabs(change)));
		compared++;
	}
	ok(largest < HEAD_TOLERANCE && compared > HEADED * parts * 9 / 10 && guarded_intact(&dy),
	   "the gradient of %s is its slope", lf_loss_names[loss]);
	diag("largest difference %.2g of %d", largest, compared);
	free(dy.raw);
}

static void
test_head_unknown(lf_loss loss)
{
	lf_head		head = head_of(loss);
	size_t		parts = (size_t) lf_head_parts(&head);
	lf_random	random = lf_random_seed(80);
	const lf_real target[] = {(lf_real) NAN, 0, -2};
	lf_real		y[3 * LF_MAX_LEVELS];
	lf_real		dy[3 * LF_MAX_LEVELS];
	lf_real		known[2 * LF_MAX_LEVELS];
	double		sum;
	bool		nothing = true;

	fill_uniform(&random, y, 3 * parts, 1);
	sum = lf_head_loss_sum(&head, y, target, 3, dy);
	ok(sum == lf_head_loss_sum(&head, y + parts, target + 1, 2, known) &&
	   memcmp(dy + parts, known, 2 * parts * sizeof(lf_real)) == 0,
	   "%s is that of the known targets", lf_loss_names[loss]);
	for (size_t i = 0; i < parts; i++)
		nothing = nothing && dy[i] == 0;
	ok(nothing, "unknown ones have a gradient of 0");
}

/* Sums and gradients of the references, which were made from outputs that are floats. */
static void
test_pytorch(lf_loss loss, const tensor_file *file)
{
	lf_head		head = {.kind = lf_loss_head(loss)};
	const char *name = lf_loss_names[loss];
	const file_tensor *outputs;
	const file_tensor *targets;
	const file_tensor *gradients;
	const file_tensor *total;
	lf_real    *y;
	lf_real    *dy;
	lf_real    *target;
	double		largest = 0;
	double		sum;
	char		full[40];

#define FIND(what) (snprintf(full, sizeof(full), "%s.%s", name, what), tensor_file_find(file, full))
	outputs = FIND("output");
	targets = FIND("target");
	gradients = FIND("gradient");
	total = FIND("loss");
	if (loss == LF_QUANTILE)
	{
		const file_tensor *given = FIND("levels");

		(void) lf_head_set_levels(&head, given->values, (int) given->count);
	}
#undef FIND
	y = calloc(outputs->count, sizeof(lf_real));
	dy = calloc(outputs->count, sizeof(lf_real));
	target = calloc(targets->count, sizeof(lf_real));
	for (size_t i = 0; i < outputs->count; i++)
		y[i] = (lf_real) (float) outputs->values[i];
	for (size_t i = 0; i < targets->count; i++)
		target[i] = (lf_real) (float) targets->values[i];
	sum = lf_head_loss_sum(&head, y, target, targets->count, dy);
	for (size_t i = 0; i < outputs->count; i++)
		largest = fmax(largest, fabs((double) dy[i] - gradients->values[i]) / fmax(1, fabs(gradients->values[i])));
	ok(targets->count * (size_t) lf_head_parts(&head) == outputs->count &&
	   fabs(sum / (double) targets->count / total->values[0] - 1) < 1e-8, "%s is PyTorch's", name);
	ok(largest < PYTORCH_TOLERANCE, "the gradient of this loss is PyTorch's");
	diag("largest difference %.2g", largest);
	free(y);
	free(dy);
	free(target);
}

static void
test_clipping(void)
{
	lf_real		g[] = {3, -4};
	lf_real		nothing[] = {0, 0, 0};
	lf_real		large[] = {(lf_real) 1e25, (lf_real) 1e25};
	lf_real		lost[] = {1, NAN};

	ok(lf_clip_norm(g, 2, 0) == 5 && g[0] == 3 && g[1] == -4, "without a limit a gradient is only measured");
	ok(lf_clip_norm(g, 2, 5) == 5 && g[0] == 3 && g[1] == -4, "a gradient as long as the limit stays");
	ok(lf_clip_norm(g, 2, 2.5) == 5 && fabs((double) g[0] - 1.5) < 1e-6 && fabs((double) g[1] + 2) < 1e-6,
	   "a longer one keeps its direction and gets the limit's length");
	ok(lf_clip_norm(nothing, 3, 1) == 0 && nothing[0] == 0, "a gradient of zeros stays one");
	ok(fabs(lf_clip_norm(large, 2, 1) / (sqrt(2.0) * 1e25) - 1) < 1e-6 && fabs((double) large[0] - sqrt(0.5)) < 1e-6,
	   "the square of a large gradient does not overflow");
	ok(isnan(lf_clip_norm(lost, 2, 1)), "NaN shows in the norm");
}

int
main(int argc, char **argv)
{
	tensor_file *file = tensor_file_read(argc > 1 ? argv[1] : "test/reference", "losses");

	test_by_hand();
	for (int i = 0; i < LF_POINT_LOSSES; i++)
	{
		test_gradients((lf_loss) i);
		test_unknown((lf_loss) i);
	}
	test_pinball_by_hand();
	test_area(LF_GAUSSIAN);
	test_area(LF_STUDENT_T);
	/* that of counts has targets of another kind: see negative_binomial_test.c */
	for (int i = LF_POINT_LOSSES; i < LF_NEGATIVE_BINOMIAL; i++)
	{
		test_head_gradients((lf_loss) i);
		test_head_unknown((lf_loss) i);
		test_pytorch((lf_loss) i, file);
	}
	tensor_file_free(file);
	test_clipping();
	return done_testing();
}
