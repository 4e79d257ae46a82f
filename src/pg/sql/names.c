/*
 * names.c: see names.h.
 */
#include "sql/names.h"

#include "lib/stringinfo.h"
#include "utils/varlena.h"

int
name_index(const char *name, const char *const *names, int count)
{
	for (int i = 0; i < count; i++)
		if (strcmp(name, names[i]) == 0)
			return i;
	return -1;
}

const char *
nearest_name(const char *name, const char *const *candidates, int count)
{
	const char *nearest = NULL;
	int			length = (int) strlen(name);
	int			best = length / 2 + 1;	/* more edits than this and it is another word */

	if (length > NAMEDATALEN)
		return NULL;
	for (int i = 0; i < count; i++)
	{
		int			edits = varstr_levenshtein_less_equal(name, length, candidates[i], (int) strlen(candidates[i]),
														  1, 1, 1, best, true);

		if (edits < best)
		{
			best = edits;
			nearest = candidates[i];
		}
	}
	return nearest;
}

int
nearest_hint(const char *name, const char *const *candidates, int count, const char *otherwise)
{
	const char *nearest = nearest_name(name, candidates, count);

	return nearest != NULL ? errhint("Perhaps you meant \"%s\".", nearest) : otherwise != NULL ? errhint("%s", otherwise) : 0;
}

char *
join_names(const char *const *names, int count)
{
	StringInfoData out;

	initStringInfo(&out);
	for (int i = 0; i < count; i++)
		appendStringInfo(&out, "%s%s", i > 0 ? ", " : "", names[i]);
	return out.data;
}
