/*
 * quantile_test.c: quantiles against tables, closed forms and sums over the density.
 */
#include "base/quantile.h"
#include "tap.h"

#include <math.h>

#define PI 3.14159265358979323846

static double
relative(double value, double expected)
{
	return fabs(value / expected - 1);
}

static void
test_normal(void)
{
	/* Wichura 1988 (AS 241) gives the first three as its check values; the others follow from erfc */
	static const struct
	{
		double		tail;
		double		z;
	}			known[] = {
		{0.25, 0.6744897501960817}, {0.001, 3.090232306167814}, {1e-20, 9.262340089798408},
		{0.025, 1.959963984540054}, {0.05, 1.6448536269514722}, {0.005, 2.5758293035489004},
	};
	double		largest = 0;
	double		there_and_back = 0;

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		largest = fmax(largest, fabs(lf_normal_quantile(known[i].tail) - known[i].z));
	ok(largest < 1e-14, "normal quantiles are those of the tables");
	diag("largest difference %.2g", largest);
	for (double z = 0.01; z < 35; z *= 1.1)
		there_and_back = fmax(there_and_back, relative(lf_normal_quantile(erfc(z / sqrt(2.0)) / 2), z));
	ok(there_and_back < 1e-13, "normal quantiles turn tails back into what they are the tails of");
	diag("largest relative difference %.2g", there_and_back);
	ok(lf_normal_quantile(0.5) == 0, "half of it lies above 0");
	ok(lf_normal_quantile(0.975) == -lf_normal_quantile(1 - 0.975), "the normal quantile is symmetrical");
}

static void
test_t_tables(void)
{
	/* Fisher and Yates' table as everywhere printed, with three decimals */
	static const struct
	{
		double		freedom;
		double		tail;
		double		t;
	}			table[] = {
		{3, 0.1, 1.638}, {3, 0.025, 3.182}, {3, 0.005, 5.841}, {5, 0.05, 2.015}, {5, 0.0005, 6.869},
		{10, 0.025, 2.228}, {10, 0.005, 3.169}, {30, 0.025, 2.042}, {30, 0.0005, 3.646}, {120, 0.025, 1.980},
	};
	double		largest = 0;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		largest = fmax(largest, fabs(lf_t_quantile(table[i].tail, table[i].freedom) - table[i].t));
	ok(largest < 0.00051, "Student's quantiles are those of the tables");
	diag("largest difference %.2g", largest);
}

/* Of 2 and of 4 degrees of freedom there are formulas (Shaw 2006). */
static void
test_t_formulas(void)
{
	double		two = 0;
	double		four = 0;

	for (double tail = 0.49; tail > 1e-14; tail *= 0.83)
	{
		double		product = 4 * tail * (1 - tail);
		double		root = sqrt(product);

		two = fmax(two, relative(lf_t_quantile(tail, 2), 2 * (0.5 - tail) * sqrt(2 / product)));
		four = fmax(four, relative(lf_t_quantile(tail, 4), 2 * sqrt(cos(acos(root) / 3) / root - 1)));
	}
	ok(two < 1e-10, "with 2 degrees of freedom they are those of the formula");
	diag("largest relative difference %.2g", two);
	ok(four < 1e-11, "with 4 too");	/* the formula itself loses digits near the middle */
	diag("largest relative difference %.2g", four);
}

/* The probability between -t and t, by Simpson's rule; over atan(t / sqrt(freedom)) the density is a power of cos. */
static double
between(double t, double freedom)
{
	double		end = atan(t / sqrt(freedom));
	double		sum = 0;
	int			pieces = 4000;

	for (int i = 0; i <= pieces; i++)
		sum += (i == 0 || i == pieces ? 1 : i % 2 == 1 ? 4 : 2) * pow(cos(end * i / pieces), freedom - 1);
	return 2 * exp(lf_log_gamma_ratio(freedom / 2, NULL)) / sqrt(PI) * sum * end / pieces / 3;
}

static void
test_t_areas(void)
{
	static const double freedoms[] = {2, 2.001, 2.7, 3, 5, 7.5, 12, 40, 300, 999, 1001, 20000, 1e6};
	double		largest = 0;

	for (size_t i = 0; i < sizeof(freedoms) / sizeof(freedoms[0]); i++)
		for (double level = 0.001; level < 0.9999; level += 0.0499)
		{
			double		t = lf_t_quantile((1 - level) / 2, freedoms[i]);

			largest = fmax(largest, fabs(between(t, freedoms[i]) - level));
		}
	ok(largest < 1e-11, "for any degrees of freedom the density between the quantiles adds up to the level");
	diag("largest difference %.2g", largest);
	ok(relative(lf_t_quantile(0.01, 1e15), lf_normal_quantile(0.01)) < 1e-14, "with many they are normal");
	ok(relative(lf_t_quantile(1e-13, 1000), lf_t_quantile(1e-13, 1000.0001)) < 1e-8,
	   "sum and expansion meet in the tail too");
	ok(lf_t_quantile(0.5, 3) == 0 && lf_t_quantile(0.9, 3) == -lf_t_quantile(1 - 0.9, 3), "quantiles of Student's distribution are symmetrical");
}

static void
test_gamma(void)
{
	double		largest = 0;
	double		slopes = 0;
	double		slope;

	for (double x = 0.01; x < 100; x *= 1.3)
	{
		double		step = x * 1e-5;
		double		change = lf_log_gamma_ratio(x + step, NULL) - lf_log_gamma_ratio(x - step, NULL);

		largest = fmax(largest, fabs(lf_log_gamma_ratio(x, &slope) - (lgamma(x + 0.5) - lgamma(x))));
		slopes = fmax(slopes, relative(change / (2 * step), slope));
	}
	ok(largest < 1e-12, "the ratio of two Gammas is that of the C library");
	diag("largest difference %.2g", largest);
	ok(slopes < 1e-8, "the slope of the ratio of gamma functions is its slope");
	diag("largest relative difference %.2g", slopes);
	ok(fabs(lf_log_gamma_ratio(1e12, &slope) - log(1e12) / 2 + 1.25e-13) < 1e-14 && relative(slope, 0.5e-12) < 1e-9,
	   "the ratio of gamma functions is right where the library's has no digits left");
}

int
main(void)
{
	test_normal();
	test_t_tables();
	test_t_formulas();
	test_t_areas();
	test_gamma();
	return done_testing();
}
