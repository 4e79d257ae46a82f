/*
 * model_bytes.h: a model as bytes.
 *
 *	   +-------+--------+-------+--------+----------------------------------------------+--------+
 *	   | magic | format | flags | length | body: spec, task, columns, training record,  | CRC-32C|
 *	   | 4     | u16    | u16   | u64	 | rows, weights								| u32    |
 *	   +-------+--------+-------+--------+----------------------------------------------+--------+
 *
 * All numbers are little-endian; reals are IEEE 754, weights in single precision. The checksum covers everything before
 * it. It catches accidents; against malice every field is checked on its own, sizes are computed again from the spec,
 * and a count is compared with the bytes that are left before anything of that size is touched.
 */
#ifndef LF_MODEL_BYTES_H
#define LF_MODEL_BYTES_H

#include "model/model.h"

/*
 * What is written. All before it are read: 1 is that of release 1.0.0; what later ones have in addition is marked where it
 * is read. Models of format 2 were never released, but are stored where 1.1.0 was tried before it was.
 */
#define LF_FORMAT 3

/* Bytes that lf_model_write needs, or 0 where the model passes 1 GB. */
size_t		lf_model_size(const lf_model *model);

/* Writes exactly lf_model_size() bytes of a sound model, see sound.h. LF_INTERRUPTED: call again, from the start. */
lf_status	lf_model_write(const lf_model *model, const volatile sig_atomic_t *interrupt, unsigned char *bytes);

/* The same of one that may be unsound, for tests of what reads it. */
lf_status	lf_model_write_unchecked(const lf_model *model, const volatile sig_atomic_t *interrupt, unsigned char *bytes);

/*
 * Fills a model from bytes, its arrays from the arena; with a measuring arena it only checks and adds up. Whatever the
 * bytes, it reads nothing outside them. LF_CORRUPT, LF_NEWER_FORMAT or LF_TOO_LARGE where they are no model, or an
 * unsound one: what only its arrays can tell is seen when they are filled. LF_INTERRUPTED: call again, with the arena
 * as it was before.
 */
lf_status	lf_model_read(const unsigned char *bytes, size_t length, const volatile sig_atomic_t *interrupt,
						  lf_arena *arena, lf_model *model);

/*
 * The most memory that reading so many bytes takes. A text takes 9 bytes and those of the text for 4 and those, with
 * the pointer to it; lists of categories 16 for 4; everything else as much as it has in the bytes, or a little more.
 * Each column has other fields besides, so that no model takes three times its length; some arrays start on a cache line;
 * and the networks beside the first one are records of a fixed size.
 */
#define LF_MODEL_MEMORY(length) (3 * (size_t) (length) + LF_MAX_NETWORKS * sizeof(lf_model) + 64 * LF_ALIGNMENT)

#endif
