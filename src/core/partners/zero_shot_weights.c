/*
 * zero_shot_weights.c: the file of weights, put into the module as it is: little-endian floats.
 *
 * The loader maps it with the module, so that it costs neither a read nor memory of its own in each process.
 */
#include "partners/zero_shot_weights.h"

#include "partners/zero_shot.h"

#include <string.h>

/* Found from the top of the sources, where the compiler is called. */
__asm__(
		".section .rodata\n"
		".balign 64\n"
		"lf_zero_shot_first:\n"
		".incbin \"src/core/partners/zero_shot.weights\"\n"
		"lf_zero_shot_end:\n"
		".byte 0\n"
		".previous\n");

extern const unsigned char lf_zero_shot_first[] __attribute__((visibility("hidden")));
extern const unsigned char lf_zero_shot_end[] __attribute__((visibility("hidden")));

size_t
lf_zero_weights(void)
{
	return (size_t) (lf_zero_shot_end - lf_zero_shot_first) / 4;
}

void
lf_zero_weights_read(lf_real *weights)
{
	const unsigned char *byte = lf_zero_shot_first;

	for (size_t i = 0; i < lf_zero_weights(); i++, byte += 4)
	{
		uint32_t	bits = (uint32_t) byte[0] | (uint32_t) byte[1] << 8 | (uint32_t) byte[2] << 16 | (uint32_t) byte[3] << 24;
		float		value;

		memcpy(&value, &bits, sizeof(value));
		weights[i] = (lf_real) value;
	}
}
