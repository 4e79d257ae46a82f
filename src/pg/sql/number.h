/*
 * number.h: the numeric types of SQL as double.
 */
#ifndef LFPG_NUMBER_H
#define LFPG_NUMBER_H

#include "server/common.h"

/*
 * A value of int2, int4, int8, float4, float8 or numeric, given by the type's oid, as the cast to float8 converts it.
 * Raises 22003 where a numeric is too large.
 */
double		number_from_datum(Oid type, Datum value);

#endif
