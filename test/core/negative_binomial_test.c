/*
 * negative_binomial_test.c: probabilities, quantiles and the loss of counts against R, sums and differences.
 */
#include "base/negative_binomial.h"
#include "base/quantile.h"
#include "network/loss.h"
#include "rig.h"
#include "tap.h"

#include <math.h>

/*
 * Of R 4.2: dnbinom(k, size = 1 / a, mu = m, log = TRUE), pnbinom(k, ...), pnbinom(k, ..., lower = FALSE), qnbinom(.1, ...),
 * qnbinom(.025, ..., lower = FALSE)
 */
static const struct
{
	double		k;
	double		m;
	double		size;
	double		log;
	double		below;
	double		above;
	double		low;
	double		high;
}			of_r[] = {
	{0, 0.05, 0.3, -0.0462452039481775, 0.954807810839501, 0.0451921891604986, 0, 1},
	{3, 0.7, 2, -3.26369497462783, 0.982095709450204, 0.0179042905497959, 0, 3},
	{11, 4, 1.5, -4.09909361480147, 0.94956038754611, 0.0504396124538899, 0, 14},
	{25, 30, 40, -3.03424402807978, 0.278820011371229, 0.721179988628771, 21, 45},
	{2600, 2500, 9000, -6.51782266063286, 0.961507280800855, 0.0384927191991448, 2428, 2612},
};

#define CASES ((int) (sizeof(of_r) / sizeof(of_r[0])))

static double
relative(double value, double expected)
{
	return fabs(value / expected - 1);
}

static void
test_r(void)
{
	double		log_off = 0;
	double		tails_off = 0;
	bool		quantiles = true;

	for (int i = 0; i < CASES; i++)
	{
		double		a = 1 / of_r[i].size;
		double		below;
		double		above;

		lf_negative_binomial_tails(of_r[i].k, of_r[i].m, a, &below, &above);
		log_off = fmax(log_off, relative(lf_negative_binomial_log(of_r[i].k, of_r[i].m, a, NULL), of_r[i].log));
		tails_off = fmax(tails_off, fmax(relative(below, of_r[i].below), relative(above, of_r[i].above)));
		quantiles = quantiles && lf_negative_binomial_low(0.1, of_r[i].m, a) == of_r[i].low &&
			lf_negative_binomial_high(0.025, of_r[i].m, a) == of_r[i].high;
	}
	ok(log_off < 1e-10, "the probability of a count is that of dnbinom");
	ok(tails_off < 1e-9, "both tails are those of pnbinom");
	ok(quantiles, "quantiles are those of qnbinom");
	diag("largest relative difference %.2g of logarithms, %.2g of tails", log_off, tails_off);
}

static void
test_sums(void)
{
	double		sum = 0;
	double		below;
	double		above;
	double		largest = 0;

	for (int k = 0; k < 400; k++)
	{
		sum += exp(lf_negative_binomial_log(k, 6, 0.8, NULL));
		lf_negative_binomial_tails(k, 6, 0.8, &below, &above);
		largest = fmax(largest, fabs(sum - below));
	}
	ok(fabs(sum - 1) < 1e-12 && largest < 1e-12, "probabilities add up to the tail, and to 1");
	lf_negative_binomial_tails(-1, 6, 0.8, &below, &above);
	ok(below == 0 && above == 1, "no count is below 0");
	lf_negative_binomial_tails(2.2e9, 2e9, 0.5, &below, &above);
	ok(fabs(below - 0.645429893) < 1e-6, "counts of any size have tails");	/* pgamma(1.1, shape = 2, rate = 2) of R */
	ok(fabs(lf_negative_binomial_high(0.1, 2e9, 0.5) / (2e9 * 1.944860) - 1) < 1e-5 &&	/* qgamma(.9, shape = 2, rate = 2) */
	   lf_negative_binomial_high(0.1, 1e300, 0.5) > 1e300 && lf_negative_binomial_low(0, 1e18, 1e30) == 0 &&
	   lf_negative_binomial_high(0, 3, 1e30) < 0x1p54, "and quantiles, which are found");
}

static void
test_slope(void)
{
	double		largest = 0;

	for (int i = 0; i < CASES; i++)
		for (double a = 0.02; a < 8; a *= 3)
		{
			double		slope;
			double		step = a * 1e-5;
			double		change = lf_negative_binomial_log(of_r[i].k, of_r[i].m, a + step, NULL) -
				lf_negative_binomial_log(of_r[i].k, of_r[i].m, a - step, NULL);

			(void) lf_negative_binomial_log(of_r[i].k, of_r[i].m, a, &slope);
			largest = fmax(largest, fabs(slope - change / (2 * step)) / fmax(1, fabs(slope)));
		}
	ok(largest < 1e-6, "the slope by the dispersion is that of differences");
	diag("largest difference %.2g", largest);
}

#define TARGETS 30

#ifdef LF_DOUBLE
#define STEP 1e-5
#define TOLERANCE 1e-7
#else
#define STEP 1e-2
#define TOLERANCE 1e-2
#endif

static void
test_gradient(void)
{
	lf_head		head = {.kind = lf_loss_head(LF_NEGATIVE_BINOMIAL)};
	lf_random	random = lf_random_seed(7);
	lf_real		y[2 * TARGETS];
	lf_real		target[2 * TARGETS];
	lf_real		dy[2 * TARGETS];
	double		largest = 0;

	for (int i = 0; i < TARGETS; i++)
	{
		for (int part = 0; part < 2; part++)
			y[2 * i + part] = (lf_real) (4 * lf_random_uniform(&random) - 2);
		target[2 * i] = (lf_real) (i % 7 * i % 5);
		target[2 * i + 1] = (lf_real) (0.3 + i % 4);
	}
	(void) lf_head_loss_sum(&head, y, target, TARGETS, dy);
	for (int i = 0; i < 2 * TARGETS; i++)
	{
		lf_real		saved = y[i];
		lf_real		more = saved + (lf_real) STEP;
		lf_real		less = saved - (lf_real) STEP;
		double		change;

		y[i] = more;
		change = lf_head_loss_sum(&head, y + i / 2 * 2, target + i / 2 * 2, 1, NULL);
		y[i] = less;
		change -= lf_head_loss_sum(&head, y + i / 2 * 2, target + i / 2 * 2, 1, NULL);
		y[i] = saved;
		change /= ((double) more - (double) less) * TARGETS;
		largest = fmax(largest, fabs(change - (double) dy[i]) / fmax(0.01, fabs(change)));
	}
	ok(largest < TOLERANCE, "the gradient of the loss is its slope");
	diag("largest difference %.2g", largest);
}

static void
test_head(void)
{
	lf_head		head = {.kind = LF_HEAD_NEGATIVE_BINOMIAL};
	const lf_real output[] = {0, (lf_real) -1};
	const lf_real target[] = {3, 5, (lf_real) NAN, 5};
	const lf_real outputs[] = {0, (lf_real) -1, 1, 1};
	lf_real		dy[4];
	double		distribution[2];
	bool		holds = true;
	bool		tight = true;

	lf_head_distribution(&head, output, distribution);
	lf_head_rescale(&head, distribution, 0, 5);
	ok(fabs(lf_head_loss_sum(&head, output, target, 1, NULL) +
			lf_negative_binomial_log(3, distribution[0], distribution[1], NULL)) < 1e-12,
	   "the loss is that of the distribution in the unit of the target");
	ok(lf_head_loss_sum(&head, outputs, target, 2, dy) == lf_head_loss_sum(&head, output, target, 1, NULL) && dy[2] == 0 &&
	   dy[3] == 0 && lf_head_known(&head, target, 2) == 1, "an unknown count has neither loss nor gradient");
	ok(lf_head_point(&head, distribution) == distribution[0], "its point is the mean");
	for (int k = 0; k < 60; k++)
	{
		double		score = lf_head_nonconformity(&head, distribution, k);
		double		low;
		double		high;

		lf_head_interval(&head, distribution, score, &low, &high);
		holds = holds && low <= k && k <= high && low == floor(low) && high == floor(high);
		lf_head_interval(&head, distribution, score - 1e-6, &low, &high);
		tight = tight && (score == 0 || k < low || k > high);
	}
	ok(holds, "a value lies within the interval that its nonconformity makes, whose ends are whole");
	ok(tight, "and within no narrower one");
	ok(lf_head_nonconformity(&head, distribution, -1) == LF_MOST_NONCONFORMITY, "no interval has a negative count");
	{
		double		low;
		double		high;

		lf_head_interval(&head, distribution, lf_head_half_width(&head, distribution, 0.8), &low, &high);
		ok(low == lf_negative_binomial_low(0.1, distribution[0], distribution[1]) &&
		   high == lf_negative_binomial_high(0.1, distribution[0], distribution[1]), "an interval goes from quantile to quantile");
		lf_head_interval(&head, distribution, LF_MOST_NONCONFORMITY, &low, &high);
		ok(isfinite(high) && low == 0, "the widest ends somewhere");
	}
}

int
main(void)
{
	test_r();
	test_sums();
	test_slope();
	test_gradient();
	test_head();
	return done_testing();
}
