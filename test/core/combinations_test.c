/*
 * combinations_test.c: combinations are numbered without a gap, and drawn without repetition.
 */
#include "tap.h"

#include "base/combinations.h"

#include <string.h>

static void
test_numbers(void)
{
	static const int values[3] = {2, 3, 4};
	static bool seen[2][3][4];
	int			value[3];
	int			different = 0;
	bool		in_range = true;

	ok(lf_combinations_count(values, 3) == 24, "2, 3 and 4 values make 24 combinations");
	ok(lf_combinations_count(values, 0) == 1, "no options make one combination");
	for (uint64_t i = 0; i < 24; i++)
	{
		lf_combination_values(values, 3, i, value);
		for (int j = 0; j < 3; j++)
			in_range = in_range && value[j] >= 0 && value[j] < values[j];
		if (!in_range)
			break;
		different += !seen[value[0]][value[1]][value[2]];
		seen[value[0]][value[1]][value[2]] = true;
	}
	ok(in_range && different == 24, "each number is a combination of its own");
	lf_combination_values(values, 3, 1, value);
	ok(value[0] == 0 && value[1] == 0 && value[2] == 1, "the last option changes first");
	lf_combination_values(values, 3, 23, value);
	ok(value[0] == 1 && value[1] == 2 && value[2] == 3, "the last combination is the last value of each option");
}

static void
test_limit(void)
{
	int			values[LF_MAX_GRID_OPTIONS];

	for (int i = 0; i < LF_MAX_GRID_OPTIONS; i++)
		values[i] = 1000;
	ok(lf_combinations_count(values, 3) == LF_MAX_COMBINATIONS, "a thousand million combinations can be numbered");
	ok(lf_combinations_count(values, 4) == 0, "more cannot");
	ok(lf_combinations_count(values, LF_MAX_GRID_OPTIONS) == 0, "more combinations than 64 bits can count are refused");
}

/* The picks of a seed, and whether one comes twice. */
static bool
picks(uint64_t size, uint64_t most, uint64_t seed, uint64_t *pick)
{
	bool		once = true;

	for (uint64_t i = 0; i < most; i++)
	{
		pick[i] = lf_combination_pick(size, most, seed, i);
		once = once && pick[i] < size;
		for (uint64_t j = 0; j < i; j++)
			once = once && pick[j] != pick[i];
	}
	return once;
}

static void
test_picks(void)
{
	uint64_t	a[100];
	uint64_t	b[100];
	uint64_t	counts[10] = {0};
	bool		once = true;
	bool		in_order = true;
	bool		even = true;

	ok(picks(100, 100, 7, a), "where all are tried, each is tried once");
	for (uint64_t i = 0; i < 100; i++)
		in_order = in_order && a[i] == i;
	ok(in_order, "in their order");
	for (uint64_t size = 2; size < 200; size++)
		once = once && picks(size, size < 100 ? size - 1 : 100, size, a);
	ok(once, "of more than are tried, none is tried twice");
	ok(picks(LF_MAX_COMBINATIONS, 100, 7, a), "of very many combinations none is tried twice");
	(void) picks(LF_MAX_COMBINATIONS, 100, 7, b);
	ok(memcmp(a, b, sizeof(a)) == 0, "the same seed draws the same");
	(void) picks(LF_MAX_COMBINATIONS, 100, 8, b);
	ok(memcmp(a, b, sizeof(a)) != 0, "another seed draws others");
	/* 5 of 10, 2000 times: each combination should come 1000 times, with a deviation of 22 */
	for (uint64_t seed = 0; seed < 2000; seed++)
		for (uint64_t i = 0; i < 5; i++)
			counts[lf_combination_pick(10, 5, seed, i)]++;
	for (int i = 0; i < 10; i++)
		if (counts[i] < 890 || counts[i] > 1110)
		{
			diag("combination %d was drawn %d times", i, (int) counts[i]);
			even = false;
		}
	ok(even, "over many seeds each combination is drawn about equally often");
}

int
main(void)
{
	test_numbers();
	test_limit();
	test_picks();
	return done_testing();
}
