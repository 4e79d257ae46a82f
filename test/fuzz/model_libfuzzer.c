/*
 * model_libfuzzer.c: the entry point of libFuzzer, see "make fuzz".
 *
 * Inputs get their envelope here: the files that libFuzzer keeps need none, and it spends no time on checksums.
 */
#define _POSIX_C_SOURCE 200112L	/* posix_memalign */

#include "kernels/kernels.h"
#include "model_target.h"

int			LLVMFuzzerInitialize(int *count, char ***arguments);
int			LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

/* Plain loops: clang takes too long over the others with the sanitizers in them. */
int
LLVMFuzzerInitialize(int *count, char ***arguments)
{
	(void) count;
	(void) arguments;
	lf_kernels_use(lf_kernels_named("generic"));
	return 0;
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	lf_random	random = lf_random_seed(size);
	unsigned char *bytes = must_allocate(size);
	outcome		result;

	memcpy(bytes, data, size);
	seal(bytes, size);
	result = try_bytes(bytes, size, &random);
	free(bytes);
	if (result == BROKEN)
		abort();
	return 0;
}
