/*
 * scaler_test.c: columns that hardly vary, that are huge or tiny, and that are the same in all rows of a series.
 */
#include "series/scaler.h"
#include "tap.h"

#define ROWS 40

static double values[ROWS];
static const lf_frame frame = {.values = values, .rows = ROWS, .columns = 1};

static lf_scaler
scaler_of(lf_scale scale, lf_column_kind kind, const lf_frame *of)
{
	static lf_task task;

	task.kind[0] = (uint8_t) kind;
	return lf_scaler_of_column(scale, of, &task, NULL, 0, 0, of->rows, NULL);
}

/* What scaling makes of the values stays where a network can see it. */
static void
test_extremes(void)
{
	lf_scaler	s;

	/* the last digit of a double of 1e15 is an eighth */
	for (int i = 0; i < ROWS; i++)
		values[i] = 1e15 + (i % 3 == 0 ? 0.125 : 0);
	for (int scale = LF_SCALE_STANDARD; scale < LF_SCALES; scale++)
	{
		s = scaler_of((lf_scale) scale, LF_COLUMN_MEASURED, &frame);
		ok(s.scale == 1, "%s: a column that varies in its last digit alone is not blown up", lf_scale_names[scale]);
	}
	for (int i = 0; i < ROWS; i++)
		values[i] = 1e15 + 1000 * (i % 3);
	s = scaler_of(LF_SCALE_MINMAX, LF_COLUMN_MEASURED, &frame);
	ok(s.offset == 1e15 && s.scale == 2000, "a column that varies in its twelfth digit is scaled by what it varies");
	for (int i = 0; i < ROWS; i++)
		values[i] = i % 2 == 0 ? 1e-305 : -1e-305;
	for (int scale = LF_SCALE_STANDARD; scale < LF_SCALES; scale++)
	{
		s = scaler_of((lf_scale) scale, LF_COLUMN_MEASURED, &frame);
		ok(s.scale == 1, "%s: values that are next to nothing are left as they are", lf_scale_names[scale]);
	}
	for (int i = 0; i < ROWS; i++)
		values[i] = i % 2 == 0 ? 1e308 : -1.5e308;
	for (int scale = LF_SCALE_STANDARD; scale < LF_SCALES; scale++)
	{
		s = scaler_of((lf_scale) scale, LF_COLUMN_MEASURED, &frame);
		ok(s.offset == 0 && s.scale == 1.5e308, "%s: values beyond all sums are scaled to -1 to 1", lf_scale_names[scale]);
	}
}

/* A static column: what stands in the first row of each series that has any. */
static void
test_statics(void)
{
	static const size_t start[] = {0, 10, 10, 30, ROWS};
	const lf_frame several = {.values = values, .rows = ROWS, .columns = 1, .series = 4, .start = start};
	lf_scaler	s;

	for (int i = 0; i < ROWS; i++)
		values[i] = i < 10 ? 3 : i < 30 ? 7 : 5;
	s = scaler_of(LF_SCALE_MINMAX, LF_COLUMN_STATIC, &several);
	ok(s.offset == 3 && s.scale == 4, "a static column is scaled over all series");
	s = scaler_of(LF_SCALE_STANDARD, LF_COLUMN_STATIC, &several);
	ok(fabs(s.offset - 5) < 1e-12 && fabs(s.scale - sqrt(8.0 / 3)) < 1e-12,
	   "a series counts once in the scaling of a static column, however long, and not at all without rows");
	s = scaler_of(LF_SCALE_STANDARD, LF_COLUMN_EVENT, &several);
	ok(fabs(s.offset - (3 * 10 + 7 * 20 + 5.0 * (ROWS - 30)) / ROWS) < 1e-12 && s.scale != 1, "a column of a holiday is scaled by all rows of all series");
	for (int kind = 0; kind < LF_COLUMN_KINDS; kind++)
	{
		bool		scaled = kind == LF_COLUMN_MEASURED || kind == LF_COLUMN_KNOWN || kind == LF_COLUMN_STATIC ||
			kind == LF_COLUMN_EVENT;

		s = scaler_of(LF_SCALE_STANDARD, (lf_column_kind) kind, &several);
		ok(scaled == (s.offset != 0), "a column of kind %d is %s", kind, scaled ? "scaled" : "left as it is");
	}
}

int
main(void)
{
	test_extremes();
	test_statics();
	return done_testing();
}
