/*
 * number.c: the numeric types of SQL as double.
 *
 * The cast of numeric to float8 writes the number as text and reads it again, which takes longer than all else that is
 * done to a row. But a number of up to four digits to the base 10000, which is what columns of prices and measurements
 * hold, is mostly an integer below 2^53, divided by a power of ten up to 10^22: both are exact as double, so that one
 * division rounds as the cast does (Clinger 1990). What is not like that goes by the cast.
 *
 * How a numeric is stored (src/backend/utils/adt/numeric.c) has been the same since PostgreSQL 9.1, and pg_upgrade
 * counts on it:
 *
 *	   short	| 10 sign:1 scale:6 weight:7 | digit | digit | ...
 *	   long		| 0 sign:1 scale:14 | weight:16 | digit | digit | ...
 *	   special	| 11 ...						  NaN and the infinities
 *
 * in units of 16 bits. The value is the sum of digit[i] * 10000 ^ (weight - i); trailing zeros are not stored.
 */
#include "sql/number.h"

#include "catalog/pg_type.h"
#include "utils/fmgrprotos.h"

#define MOST_DIGITS 4
#define EXACT ((uint64) 1 << 53)	/* integers up to here are doubles */
#define MOST_TENS 22			/* powers of ten up to here are doubles */

static const double tens[MOST_TENS + 1] = {
	1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
	1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
};

/* Converts a plain number; false where it takes the cast. */
static bool
convert(const struct varlena *number, double *result)
{
	const char *at = VARDATA_ANY(number);
	Size		size = VARSIZE_ANY_EXHDR(number);
	uint16		header;
	bool		negative;
	int			weight;
	int			digits;
	int			power;			/* of ten, that the digits as an integer are multiplied by */
	uint64		integer = 0;

	if (size < sizeof(uint16))
		return false;
	memcpy(&header, at, sizeof(uint16));
	at += sizeof(uint16);
	size -= sizeof(uint16);
	if ((header & 0xc000) == 0xc000)
		return false;
	if (header & 0x8000)
	{
		negative = (header & 0x2000) != 0;
		weight = (header & 0x3f) - (header & 0x40);
	}
	else
	{
		int16		stored;

		if (size < sizeof(int16))
			return false;
		memcpy(&stored, at, sizeof(int16));
		at += sizeof(int16);
		size -= sizeof(int16);
		negative = (header & 0x4000) != 0;
		weight = stored;
	}
	digits = (int) (size / sizeof(int16));
	power = 4 * (weight - digits + 1);
	if (digits > MOST_DIGITS || power > MOST_TENS || power < -MOST_TENS)
		return false;
	for (int i = 0; i < digits; i++)
	{
		int16		digit;

		memcpy(&digit, at + i * sizeof(int16), sizeof(int16));
		integer = integer * 10000 + digit;
	}
	if (integer > EXACT)
		return false;
	*result = power < 0 ? (double) integer / tens[-power] : (double) integer * tens[power];
	if (negative)
		*result = -*result;
	return true;
}

static double
from_numeric(Datum value)
{
	struct varlena *stored = (struct varlena *) DatumGetPointer(value);
	struct varlena *number = pg_detoast_datum_packed(stored);
	double		result;

	if (!convert(number, &result))
	{
		/* the cast would leave its copy behind, once for each row */
		struct varlena *copy = pg_detoast_datum(number);

		result = DatumGetFloat8(DirectFunctionCall1(numeric_float8, PointerGetDatum(copy)));
		if (copy != number)
			pfree(copy);
	}
	if (number != stored)
		pfree(number);
	return result;
}

double
number_from_datum(Oid type, Datum value)
{
	switch (type)
	{
		case INT2OID:
			return DatumGetInt16(value);
		case INT4OID:
			return DatumGetInt32(value);
		case INT8OID:
			return (double) DatumGetInt64(value);
		case FLOAT4OID:
			return (double) DatumGetFloat4(value);
		case BOOLOID:
			return DatumGetBool(value) ? 1 : 0;
		case NUMERICOID:
			return from_numeric(value);
		default:
			return DatumGetFloat8(value);
	}
}
