/*
 * kernels.c: which kernels serve on this processor.
 *
 * 'in_use' is the one variable of the core that outlives a call. It names code, not data: whatever it holds, results
 * are right.
 */
#include "kernels/kernels.h"

#include <stdlib.h>
#include <string.h>

extern const lf_kernels lf_kernels_generic;
#if defined(__x86_64__) && !defined(LF_DOUBLE)
extern const lf_kernels lf_kernels_avx2;
extern const lf_kernels lf_kernels_avx512;
#elif defined(__aarch64__) && !defined(LF_DOUBLE)
extern const lf_kernels lf_kernels_neon;
#endif

static const lf_kernels *in_use;

static const lf_kernels *
widest(void)
{
#if defined(__x86_64__) && !defined(LF_DOUBLE)
	/* these ask the operating system as well, which has to save the registers */
	__builtin_cpu_init();
	if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
		__builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw"))
		return &lf_kernels_avx512;
	if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
		return &lf_kernels_avx2;
#elif defined(__aarch64__) && !defined(LF_DOUBLE)
	return &lf_kernels_neon;
#endif
	return &lf_kernels_generic;
}

const lf_kernels *
lf_kernels_named(const char *name)
{
	const lf_kernels *best = widest();

	if (strcmp(name, "auto") == 0 || strcmp(name, best->name) == 0)
		return best;
#if defined(__x86_64__) && !defined(LF_DOUBLE)
	/* what runs AVX-512 runs AVX2 */
	if (strcmp(name, "avx2") == 0 && best == &lf_kernels_avx512)
		return &lf_kernels_avx2;
#endif
	return strcmp(name, "generic") == 0 ? &lf_kernels_generic : NULL;
}

void
lf_kernels_use(const lf_kernels *kernels)
{
	in_use = kernels;
}

const lf_kernels *
lf_kernels_in_use(void)
{
	if (in_use == NULL)
	{
		const char *wanted = getenv("LSTM_FORECAST_KERNELS");

		if (wanted != NULL)
			in_use = lf_kernels_named(wanted);
		if (in_use == NULL)
			in_use = widest();
	}
	return in_use;
}

size_t
lf_padded(const lf_kernels *kernels, size_t units)
{
	return (units + kernels->lanes - 1) / kernels->lanes * kernels->lanes;
}

size_t
lf_packed_cell(const lf_kernels *kernels, size_t units, size_t inputs, size_t states)
{
	return lf_padded(kernels, units) * 4 * (1 + inputs + states);
}

size_t
lf_packed_gates(const lf_kernels *kernels, size_t units, size_t columns)
{
	return lf_padded(kernels, units) * 4 * lf_padded(kernels, columns);
}

size_t
lf_gradient_scratch(size_t rows, size_t m)
{
	return (rows < LF_GRADIENT_ROWS ? rows : LF_GRADIENT_ROWS) * m;
}
