/*
 * vector.h: a vector of LANES numbers, and the elementary functions over it. Only the kernels include it.
 *
 * GCC's and clang's vector types give the arithmetic; what they lack, such as the front part of a vector, has an
 * intrinsic where the instruction set has one and a loop otherwise.
 *
 * The functions are for float and follow the usual way: split off a multiple of ln 2, a polynomial for the rest, the
 * multiple into the exponent. Their errors, over all floats, are in test/core/kernels_test.c: below 4 units in the last
 * place. In double, where digits count and not time, they are those of libm.
 *
 * This file must not be compiled with -fassociative-math, which may undo the split.
 */
#ifndef LF_VECTOR_H
#define LF_VECTOR_H

#include "kernels/activation.h"
#include "base/base.h"

#include <math.h>
#include <string.h>

#define INLINE static inline __attribute__((always_inline))

#ifdef LF_DOUBLE
typedef int64_t lf_bits;
#else
typedef int32_t lf_bits;
#endif

typedef lf_real vec __attribute__((vector_size(LANES * sizeof(lf_real))));
typedef lf_bits vec_bits __attribute__((vector_size(LANES * sizeof(lf_real))));
typedef lf_real vec_anywhere __attribute__((vector_size(LANES * sizeof(lf_real)), aligned(sizeof(lf_real)), may_alias));

INLINE vec
load(const lf_real *p)
{
	return *(const vec_anywhere *) p;
}

INLINE void
store(lf_real *p, vec v)
{
	*(vec_anywhere *) p = v;
}

INLINE vec
splat(lf_real x)
{
	return x - (vec) {0};
}

/* The first n < LANES numbers, and zeros. */
INLINE vec
load_front(const lf_real *p, size_t n)
{
#if defined(LF_AVX512)
	return (vec) _mm512_maskz_loadu_ps((__mmask16) ((1u << n) - 1), p);
#else
	vec			v = {0};

	memcpy(&v, p, n * sizeof(lf_real));
	return v;
#endif
}

INLINE void
store_front(lf_real *p, vec v, size_t n)
{
#if defined(LF_AVX512)
	_mm512_mask_storeu_ps(p, (__mmask16) ((1u << n) - 1), (__m512) v);
#else
	memcpy(p, &v, n * sizeof(lf_real));
#endif
}

/* The first n numbers, n from 1 on; more than LANES are as many. */
INLINE vec
load_some(const lf_real *p, size_t n)
{
	return n >= LANES ? load(p) : load_front(p, n);
}

INLINE void
store_some(lf_real *p, vec v, size_t n)
{
	if (n >= LANES)
		store(p, v);
	else
		store_front(p, v, n);
}

/* Lane by lane, NaN where x is NaN. */
INLINE vec
at_least(vec x, lf_real limit)
{
#if defined(LF_AVX512)
	return (vec) _mm512_max_ps(_mm512_set1_ps(limit), (__m512) x);
#elif defined(LF_AVX2)
	return (vec) _mm256_max_ps(_mm256_set1_ps(limit), (__m256) x);
#else
	for (int l = 0; l < LANES; l++)
		x[l] = x[l] < limit ? limit : x[l];
	return x;
#endif
}

/* a where the sign bit of x is set, b elsewhere */
INLINE vec
where_negative(vec x, vec a, vec b)
{
#if defined(LF_AVX512)
	return (vec) _mm512_mask_mov_ps((__m512) b, _mm512_movepi32_mask((__m512i) x), (__m512) a);
#elif defined(LF_AVX2)
	return (vec) _mm256_blendv_ps((__m256) b, (__m256) a, (__m256) x);
#else
	vec_bits	mask = (vec_bits) x >> (sizeof(lf_real) * 8 - 1);

	return (vec) (((vec_bits) a & mask) | ((vec_bits) b & ~mask));
#endif
}

#ifdef LF_DOUBLE

#define BY_LANE(name, expression) \
	INLINE vec \
	name(vec v) \
	{ \
		for (int l = 0; l < LANES; l++) \
		{ \
			lf_real x = v[l]; \
			v[l] = expression; \
		} \
		return v; \
	}
BY_LANE(vec_sigmoid, 1 / (1 + exp(-x)))
BY_LANE(vec_tanh, tanh(x))
BY_LANE(vec_elu, x > 0 ? x : expm1(x))
BY_LANE(vec_softplus, (x > 0 ? x : 0) + log1p(exp(-fabs(x))))
BY_LANE(vec_softplus_slope, -expm1(-x))		/* from the output: f' is the sigmoid, which is 1 - e^-y */
BY_LANE(vec_sqrt, sqrt(x))

INLINE vec
reciprocal(vec x)
{
	return 1 / x;
}

#else

/* 1 / x within 1 ulp for x from 2^-100 to 2^100 */
INLINE vec
reciprocal(vec x)
{
#if defined(LF_AVX512)
	/* a division takes 16 cycles, this 3 */
	vec			guess = (vec) _mm512_rcp14_ps((__m512) x);

	return guess * (1 - x * guess) + guess;
#else
	return 1 / x;
#endif
}

INLINE vec
vec_abs(vec x)
{
	return (vec) ((vec_bits) x & INT32_MAX);
}

/* e^y = 2^n (1 + p) for -104 <= y <= 0: n, a whole number, and p = e^r - 1 with |r| <= ln 2 / 2 */
typedef struct split_power
{
	vec_bits	n;
	vec			p;
} split_power;

INLINE split_power
split(vec y)
{
	split_power s;
	vec			n;
	vec			r;
	vec			q;

	/* towards zero, and y is not positive: to the nearest */
	s.n = __builtin_convertvector(y * 1.44269504f - 0.5f, vec_bits);
	n = __builtin_convertvector(s.n, vec);
	/* ln 2 in two parts, of which the first times any n is exact */
	r = y - n * 0.693359375f;
	r = r + n * 2.12194440e-4f;
	/* (e^r - 1 - r) / r^2, fitted for the smallest relative error of e^r - 1, which is 0.3 * 2^-24 */
	q = splat(0.0013882516650483012f);
	q = q * r + 0.008366547524929047f;
	q = q * r + 0.04166720062494278f;
	q = q * r + 0.1666654348373413f;
	q = q * r + 0.4999999701976776f;
	s.p = q * (r * r) + r;
	return s;
}

/* 2^n for -126 <= n <= 127 */
INLINE vec
power_of_two(vec_bits n)
{
	return (vec) ((n + 127) << 23);
}

/* e^y for y <= 0 */
INLINE vec
exp_of_negative(vec y)
{
	split_power s = split(at_least(y, -104.0f));	/* e^-104 is less than half of the smallest float */
#if defined(LF_AVX512)
	return (vec) _mm512_scalef_ps((__m512) (1 + s.p), _mm512_cvtepi32_ps((__m512i) s.n));
#else
	/* in two steps, because the result may be subnormal */
	vec_bits	half = s.n >> 1;

	return (1 + s.p) * power_of_two(half) * power_of_two(s.n - half);
#endif
}

/* e^y - 1 for y <= 0 */
INLINE vec
expm1_of_negative(vec y)
{
	split_power s = split(at_least(y, -40.0f));
	vec			scale = power_of_two(s.n);

	return s.p * scale + (scale - 1);
}

/* 1 / (1 + e^-x), from e^-|x|, which cannot overflow */
INLINE vec
vec_sigmoid(vec x)
{
	vec			e = exp_of_negative(-vec_abs(x));
	vec			s = reciprocal(1 + e);

	return where_negative(x, e * s, s);
}

/* -m / (2 + m) with m = e^(-2|x|) - 1, and the sign of x */
INLINE vec
vec_tanh(vec x)
{
	vec			m = expm1_of_negative(-2 * vec_abs(x));
	vec			t = -m * reciprocal(2 + m);

	return (vec) (((vec_bits) t & INT32_MAX) | ((vec_bits) x & INT32_MIN));
}

INLINE vec
vec_elu(vec x)
{
	return where_negative(x, expm1_of_negative(-vec_abs(x)), x);
}

/* rare: libm serves */
INLINE vec
vec_softplus(vec x)
{
	for (int l = 0; l < LANES; l++)
		x[l] = (x[l] > 0 ? x[l] : 0) + log1pf(expf(-fabsf(x[l])));
	return x;
}

/* from the output: f' is the sigmoid, which is 1 - e^-y */
INLINE vec
vec_softplus_slope(vec y)
{
	return -expm1_of_negative(-y);
}

/* For numbers from 2^-100 on, within 1 ulp. */
INLINE vec
vec_sqrt(vec x)
{
#if defined(LF_AVX512)
	/* a root takes 19 cycles, this 4 */
	vec			guess = (vec) _mm512_rsqrt14_ps((__m512) x);
	vec			root = x * guess;

	return (x - root * root) * (guess * 0.5f) + root;
#elif defined(LF_AVX2)
	return (vec) _mm256_sqrt_ps((__m256) x);
#else
	for (int l = 0; l < LANES; l++)
		x[l] = sqrtf(x[l]);
	return x;
#endif
}

#endif

INLINE vec
vec_relu(vec x)
{
	return at_least(x, 0);
}

INLINE vec
vec_activation(lf_activation activation, vec x)
{
	switch (activation)
	{
		case LF_LINEAR:
			return x;
		case LF_TANH:
			return vec_tanh(x);
		case LF_SIGMOID:
			return vec_sigmoid(x);
		case LF_RELU:
			return vec_relu(x);
		case LF_ELU:
			return vec_elu(x);
		case LF_SOFTPLUS:
			return vec_softplus(x);
	}
	return x;
}

/* f'(x) from y = f(x) */
INLINE vec
vec_slope(lf_activation activation, vec y)
{
	switch (activation)
	{
		case LF_LINEAR:
			return splat(1);
		case LF_TANH:
			return 1 - y * y;
		case LF_SIGMOID:
			return y - y * y;
		case LF_RELU:
			return (vec) ((y > 0) & (vec_bits) splat(1));
		case LF_ELU:
			return where_negative(y, y + 1, splat(1));
		case LF_SOFTPLUS:
			return vec_softplus_slope(y);
	}
	return y;
}

#endif
