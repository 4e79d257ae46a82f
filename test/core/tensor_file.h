/*
 * tensor_file.h: reads the reference tensors of test/reference: "name rank dimensions", then the values, row-major.
 */
#ifndef TENSOR_FILE_H
#define TENSOR_FILE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_TENSORS_IN_FILE 512

typedef struct file_tensor
{
	char		name[80];
	size_t		count;
	double	   *values;
} file_tensor;

typedef struct tensor_file
{
	int			count;
	file_tensor tensor[MAX_TENSORS_IN_FILE];
} tensor_file;

/* A reference that cannot be read leaves nothing to test. */
static inline void
tensor_file_failed(const char *path, const char *why)
{
	printf("Bail out! %s: %s\n", path, why);
	exit(1);
}

static inline tensor_file *
tensor_file_read(const char *directory, const char *name)
{
	tensor_file *file = calloc(1, sizeof(tensor_file));
	char		path[1000];
	FILE	   *stream;
	int			rank;

	snprintf(path, sizeof(path), "%s/%s.txt", directory, name);
	stream = fopen(path, "r");
	if (file == NULL || stream == NULL)
	{
		free(file);
		tensor_file_failed(path, "cannot be opened");
		return NULL;
	}
	while (file->count < MAX_TENSORS_IN_FILE &&
		   fscanf(stream, "%79s %d", file->tensor[file->count].name, &rank) == 2)
	{
		file_tensor *tensor = &file->tensor[file->count++];
		size_t		dimension;

		tensor->count = 1;
		for (int i = 0; i < rank; i++)
		{
			if (fscanf(stream, "%zu", &dimension) != 1)
				tensor_file_failed(path, tensor->name);
			tensor->count *= dimension;
		}
		tensor->values = calloc(tensor->count + 1, sizeof(double));
		for (size_t i = 0; i < tensor->count; i++)
			if (tensor->values == NULL || fscanf(stream, "%lf", &tensor->values[i]) != 1)
				tensor_file_failed(path, tensor->name);
	}
	if (!feof(stream))
		tensor_file_failed(path, "goes on behind the last tensor that could be read");
	fclose(stream);
	return file;
}

static inline const file_tensor *
tensor_file_find(const tensor_file *file, const char *name)
{
	for (int i = 0; i < file->count; i++)
		if (strcmp(file->tensor[i].name, name) == 0)
			return &file->tensor[i];
	tensor_file_failed(name, "is missing in the reference");
	return NULL;
}

static inline void
tensor_file_free(tensor_file *file)
{
	for (int i = 0; i < file->count; i++)
		free(file->tensor[i].values);
	free(file);
}

#endif
