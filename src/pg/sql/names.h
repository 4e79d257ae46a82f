/*
 * names.h: lists of names: where one stands, which one was meant, and all of them in a message.
 */
#ifndef LFPG_NAMES_H
#define LFPG_NAMES_H

#include "server/common.h"

/* The first place of a name, or -1. */
int			name_index(const char *name, const char *const *names, int count);

/* The candidate that is most like 'name', or NULL where none is near enough to be meant. */
const char *nearest_name(const char *name, const char *const *candidates, int count);

/*
 * For ereport: the hint that the candidate which is most like 'name' was meant; where none is, the other hint, or none
 * where that is NULL.
 */
int			nearest_hint(const char *name, const char *const *candidates, int count, const char *otherwise);

/* "a, b, c" */
char	   *join_names(const char *const *names, int count);

#endif
