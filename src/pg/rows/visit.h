/*
 * visit.h: the rows of a query one by one, for what is no series: a hierarchy, forecasts, errors.
 */
#ifndef LFPG_VISIT_H
#define LFPG_VISIT_H

#include "server/common.h"
#include "access/htup.h"
#include "access/tupdesc.h"

/* What it allocates is gone with the row. */
typedef void (*row_visitor) (void *state, HeapTuple row, TupleDesc descriptor);

/* Runs a query with the caller's rights, read-only. A cancel is answered. */
void		visit_rows(const char *query, row_visitor visit, void *state);

/* A value as text; NULL where it is NULL. Columns count from 1. */
char	   *visit_text(HeapTuple row, TupleDesc descriptor, int column);

/* A number; NAN where it is NULL. */
double		visit_number(HeapTuple row, TupleDesc descriptor, int column);

/* Bytes that a text takes where it is kept, about. */
Size		visit_text_memory(const char *value);

#endif
