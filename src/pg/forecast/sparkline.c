/*
 * sparkline.c: lstm_sparkline: numbers as one line of text.
 */
#include "server/error.h"
#include "sql/arguments.h"
#include "sql/svg.h"

#include "mb/pg_wchar.h"

#include <math.h>

/* What a sparkline goes over: the elements of an array one by one, where they lie. */
typedef struct Elements
{
	const double *next;
	const uint8 *known;			/* NULL: all are there */
	int			count;
} Elements;

static Elements
elements_of(ArrayType *array)
{
	return (Elements) {
		.next = (const double *) ARR_DATA_PTR(array),
		.known = ARR_NULLBITMAP(array),
		.count = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array)),
	};
}

/* The value of element i, to be asked for one after the other from 0 on; NaN where it is NULL. */
static double
next_element(Elements *elements, int i)
{
	if ((i & 0xffff) == 0)
		CHECK_FOR_INTERRUPTS();
	if (elements->known != NULL && (elements->known[i / BITS_PER_BYTE] & 1 << i % BITS_PER_BYTE) == 0)
		return NAN;
	return *elements->next++;
}

SQL_FUNCTION(lstm_sparkline);
Datum
lstm_sparkline(PG_FUNCTION_ARGS)
{
	static const char *const blocks[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
	static const char *const letters[] = {"_", ".", "-", "~", "=", "+", "*", "#"};
	const char *const *marks = GetDatabaseEncoding() == PG_UTF8 ? blocks : letters;
	Size		width = strlen(marks[0]);	/* of all of them */
	ArrayType  *array = argument_array(fcinfo, 0, "the array of values");
	Elements	elements = elements_of(array);
	double		low = INFINITY;
	double		high = -INFINITY;
	Size		size = VARHDRSZ + elements.count * width;
	text	   *line;
	char	   *at;

	if (size > MaxAllocSize)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("a sparkline of %d values exceeds the maximum size of a text", elements.count)));
	check_memory(size, psprintf("a sparkline of %d values", elements.count), "give fewer");
	for (int i = 0; i < elements.count; i++)
		chart_include(&low, &high, next_element(&elements, i));
	elements = elements_of(array);
	line = palloc(size);
	at = VARDATA(line);
	for (int i = 0; i < elements.count; i++)
	{
		double		value = next_element(&elements, i);
		/* halves, since the difference of two doubles may overflow */
		double		share = (value / 2 - low / 2) / (high / 2 - low / 2);

		if (!isfinite(value))
		{
			*at++ = ' ';
			continue;
		}
		/* no share where halves of the smallest doubles are the same */
		memcpy(at, marks[high > low && isfinite(share) ? Min((int) (share * 8), 7) : 3], width);
		at += width;
	}
	SET_VARSIZE(line, at - (char *) line);
	PG_RETURN_TEXT_P(line);
}
