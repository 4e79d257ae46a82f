/*
 * base.h: what every file of the core shares: the scalar type, status codes, checked sizes, the arena, the pass.
 *
 * The contract of the core, in short. The caller owns all memory: a *_layout function run over a measuring arena tells
 * how many bytes are needed, the same function run over a real block hands out the pointers. Nothing here allocates,
 * prints, keeps a global or calls back, so a caller may longjmp between any two calls and leak nothing.
 *
 * Symbols that leave a file carry the prefix lf_.
 */
#ifndef LF_BASE_H
#define LF_BASE_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Weights and activations. The tests build the core a second time with -DLF_DOUBLE, because central differences in
 * float cannot tell a wrong gradient from rounding.
 */
#ifdef LF_DOUBLE
typedef double lf_real;
#else
typedef float lf_real;
#endif

typedef enum lf_status
{
	LF_OK = 0,
	LF_EPOCH_DONE,				/* a trainer's step closed an epoch */
	LF_SCORED,					/* a fit has scored what was held out: it may be left there, or goes on */
	LF_FINISHED,				/* nothing is left to do */
	LF_INTERRUPTED,				/* the caller's flag was set; the same call may be made again */
	LF_TOO_LARGE,				/* a size overflows or passes a limit of the core */
	LF_NO_LAYERS,				/* a spec without layers, or with more than LF_MAX_LAYERS */
	LF_BAD_RANK,				/* a layer cannot take an input of this rank */
	LF_BAD_SHAPE,				/* a layer's arguments do not fit its input shape */
	LF_BAD_OUTPUT,				/* the last layer does not give (units) or (steps, units) as the targets need */
	LF_DIVERGED,				/* a loss or a weight is not finite any more */
	LF_CORRUPT,					/* bytes that are no model, or a damaged one */
	LF_NEWER_FORMAT				/* a model written by a later version */
} lf_status;

/*
 * Limits. They keep every product of sizes far from overflow in 64 bits, and every matrix within BLAS' 32-bit integers.
 * On platforms of 32 bits products may overflow: only models that are trusted may be read there.
 */
#define LF_MAX_RANK 4
#define LF_MAX_DIM (1 << 20)				/* one dimension of one window */
#define LF_MAX_ELEMENTS ((size_t) 1 << 28)	/* one tensor of one window, or all weights */
#define LF_MAX_LAYERS 64
#define LF_MAX_BATCH 65536

/* The shape of one sample, without the batch dimension. */
typedef struct lf_shape
{
	int			rank;
	int			dim[LF_MAX_RANK];
} lf_shape;

/* Number of elements, or 0 where a dimension is not in 1 .. LF_MAX_DIM or the product passes LF_MAX_ELEMENTS. */
size_t		lf_shape_size(const lf_shape *shape);
bool		lf_shape_equal(const lf_shape *a, const lf_shape *b);
lf_shape	lf_shape_1(int a);
lf_shape	lf_shape_2(int a, int b);
lf_shape	lf_shape_3(int a, int b, int c);
lf_shape	lf_shape_4(int a, int b, int c, int d);

/*
 * A block of memory that is handed out from front to back. With base NULL it only adds up, so that one function both
 * measures and places; 'overflow' is set and stays set once the sum passes SIZE_MAX or the block.
 */
typedef struct lf_arena
{
	char	   *base;			/* aligned to LF_ALIGNMENT, or NULL to measure */
	size_t		size;			/* of the block; ignored when measuring */
	size_t		used;
	bool		overflow;
} lf_arena;

#define LF_ALIGNMENT 64			/* one cache line, one AVX-512 register */

lf_arena	lf_arena_measure(void);
lf_arena	lf_arena_over(void *block, size_t size);

/* count * size bytes, aligned, not cleared; NULL when measuring or when the arena overflows. */
void	   *lf_arena_take(lf_arena *arena, size_t count, size_t size);
lf_real    *lf_arena_reals(lf_arena *arena, size_t count);

/*
 * The same for an array of something small, which starts at a multiple of its element's size, a power of 2, and takes
 * no more than it needs: models have many texts of few bytes. What is taken aligned afterwards is so again.
 */
void	   *lf_arena_take_small(lf_arena *arena, size_t count, size_t size);

/*
 * What holds wherever this code is right. Looked at in the builds that tests run, which define LF_CHECKED: there it
 * ends the program, in others it is not even computed.
 */
#ifdef LF_CHECKED
#include <assert.h>
#define LF_ASSERT(condition) assert(condition)
#else
#define LF_ASSERT(condition) ((void) 0)
#endif

/*
 * What one walk through a network knows besides the data. 'interrupt' is a flag that the caller's signal handlers set
 * (NULL: none); long loops look at it and leave early, and the walk then reports LF_INTERRUPTED. Its results are
 * worthless in that case, its inputs unharmed.
 */
typedef struct lf_pass
{
	int			batch;			/* samples in this walk, at most what was planned */
	bool		training;		/* dropout is active */
	uint64_t	dropout_seed;	/* the same seed gives the same masks */
	const volatile sig_atomic_t *interrupt;
	bool		sharded;		/* others may walk at the same time: OpenBLAS, even the serial one, must not be called */
} lf_pass;

static inline bool
lf_interrupted(const lf_pass *pass)
{
	return pass->interrupt != NULL && *pass->interrupt != 0;
}

#endif
