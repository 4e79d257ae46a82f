/*
 * family.h: which series is part of which, as a relation says it, and the errors that series made together.
 */
#ifndef LFPG_FAMILY_H
#define LFPG_FAMILY_H

#include "judging/shrunk.h"
#include "rows/table.h"
#include "sql/dictionary.h"

typedef struct Family
{
	Table	   *table;
	Dictionary *names;			/* of all series */
	lf_hierarchy hierarchy;
	bool	   *stated;			/* (count): it has a row of its own, and is not only named as a parent */
	Size		held;			/* bytes of all */
} Family;

/*
 * Reads a relation with the columns series and parent. Raises 22004, 22000 or 22023 where a series is NULL, has two
 * rows, or is its own ancestor.
 */
Family	   *family_read(Oid relation);

/* What a series is called. */
const char *family_name(const Family *family, Size series);

/* What the errors of all series tell. */
typedef struct FamilyErrors
{
	double	   *variance;		/* (count): mean squares, in parts of the largest */
	uint64		occasions;		/* on which all series have an error */
	lf_shrunk	shrunk;			/* where it was asked for */
} FamilyErrors;

/*
 * Reads a relation with the columns series, at and error. Raises 22023 where it has another series, 22000 where it has
 * two errors of one on one occasion, or too few occasions. 'covary': learns how errors hang together.
 */
FamilyErrors *family_errors_read(Family *family, Oid relation, bool covary);

#endif
