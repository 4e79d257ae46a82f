/*
 * loss_test.c: losses by hand, their gradients against central differences, and clipping.
 */
#include "loss.h"
#include "optimizer.h"
#include "rig.h"
#include "tap.h"

#include <math.h>

#define COUNT 101

#ifdef LF_DOUBLE
#define STEP 1e-6
#define TOLERANCE 1e-8
#else
#define STEP 0x1p-9				/* exact in float beside values of up to 4 */
#define TOLERANCE 1e-6			/* a gradient is at most 8 / COUNT = 0.08, and rounds at 6e-8 of that */
#endif

static void
test_by_hand(void)
{
	static const lf_real y[] = {1, 2, -3, 0.5};
	static const lf_real target[] = {1, 0, -2, 1};	/* errors 0, 2, -1, -0.5 */
	lf_real		dy[4];

	ok(lf_loss_sum(LF_MSE, y, target, 4, dy) == 5.25, "mse adds squares");
	ok(dy[0] == 0 && dy[1] == 1 && dy[2] == (lf_real) -0.5 && dy[3] == (lf_real) -0.25,
	   "its gradient is that of the mean");
	ok(lf_loss_sum(LF_MAE, y, target, 4, dy) == 3.5, "mae adds sizes");
	ok(dy[0] == 0 && dy[1] == (lf_real) 0.25 && dy[2] == (lf_real) -0.25 && dy[3] == (lf_real) -0.25,
	   "its gradient is the sign, and 0 where there is no error");
	ok(lf_loss_sum(LF_HUBER, y, target, 4, dy) == 0 + 1.5 + 0.5 + 0.125, "huber is half the square, linear beyond 1");
	ok(dy[0] == 0 && dy[1] == (lf_real) 0.25 && dy[2] == (lf_real) -0.25 && dy[3] == (lf_real) -0.125,
	   "its gradient is the error, at most 1");
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
main(void)
{
	test_by_hand();
	for (int i = 0; i < LF_LOSSES; i++)
	{
		test_gradients((lf_loss) i);
		test_unknown((lf_loss) i);
	}
	test_clipping();
	return done_testing();
}
