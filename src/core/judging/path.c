/*
 * path.c: steps of random paths.
 */
#include "judging/path.h"

#include <float.h>
#include <math.h>

/* Streams for different purposes must not run alike. */
#define COMMON UINT64_C(0x636f6d6d6f6e)		/* "common" */
#define OWN UINT64_C(0x6f776e)				/* "own" */

uint64_t
lf_path_series(const char *label)
{
	uint64_t	hash = OWN;

	for (const char *at = label; at != NULL && *at != '\0'; at++)
		hash = lf_random_mix(hash, (unsigned char) *at);
	return hash;
}

static lf_path_source
start_source(uint64_t seed, uint64_t purpose, uint64_t number, int target)
{
	lf_path_source source = {
		.random = lf_random_seed(lf_random_mix(lf_random_mix(seed, purpose), lf_random_mix(number, (uint64_t) target)))
	};

	source.level = lf_random_normal(&source.random);
	return source;
}

lf_path
lf_path_start(const lf_dependence *dependence, uint64_t seed, uint64_t series, uint64_t number, int target)
{
	return (lf_path) {
		.dependence = *dependence,
		.common = start_source(seed, COMMON, number, target),
		.own = start_source(seed, series, number, target),
	};
}

/* The next step of one source, with the variance 1. */
static double
next_of(lf_path_source *source, const lf_dependence *dependence, int step)
{
	double		noise = fmax(0, 1 - dependence->level - dependence->walk);

	source->walk += lf_random_normal(&source->random);
	return (sqrt(dependence->level) * source->level + sqrt(dependence->walk) * source->walk +
			sqrt(noise) * lf_random_normal(&source->random)) / sqrt(1 + dependence->walk * (step - 1));
}

double
lf_path_next(lf_path *path)
{
	const lf_dependence *dependence = &path->dependence;
	double		common;
	double		own;

	path->step++;
	common = next_of(&path->common, dependence, path->step);
	own = next_of(&path->own, dependence, path->step);
	return sqrt(dependence->series) * common + sqrt(1 - dependence->series) * own;
}

double
lf_path_level(double normal, bool *above)
{
	/* what is not within: 2 (1 - Phi(|z|)) */
	double		level = 1 - erfc(fabs(normal) / sqrt(2.0));

	*above = normal > 0;
	return fmin(fmax(level, DBL_MIN), 1 - DBL_EPSILON);
}
