/*
 * tap.h: a small producer of the Test Anything Protocol, enough for prove(1).
 *
 * A test file is one program: plan(n) first or nothing, ok(...) for each promise, and 'return done_testing();' at the
 * end of main, whose exit status is not zero if a promise was broken or their number is not the planned one.
 */
#ifndef TAP_H
#define TAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

static int	tap_planned = -1;	/* -1: the number is printed at the end */
static int	tap_run = 0;
static int	tap_failed = 0;

static inline void
plan(int tests)
{
	tap_planned = tests;
	printf("1..%d\n", tests);
}

/* A comment that stands in the output behind a failure, one line. */
__attribute__((format(printf, 1, 2))) static inline void
diag(const char *format,...)
{
	va_list		arguments;

	printf("# ");
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	printf("\n");
	fflush(stdout);
}

/* One promise, with its name; returns whether it was kept, so that the caller can explain with diag. */
__attribute__((format(printf, 4, 5))) static inline bool
tap_ok(bool condition, const char *file, int line, const char *format,...)
{
	va_list		arguments;

	tap_run++;
	printf("%s %d - ", condition ? "ok" : "not ok", tap_run);
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	printf("\n");
	if (!condition)
	{
		tap_failed++;
		diag("failed at %s line %d", file, line);
	}
	fflush(stdout);
	return condition;
}

#define ok(condition, ...) tap_ok((condition), __FILE__, __LINE__, __VA_ARGS__)

static inline int
done_testing(void)
{
	if (tap_planned < 0)
		printf("1..%d\n", tap_run);
	else if (tap_planned != tap_run)
	{
		diag("planned %d tests but ran %d", tap_planned, tap_run);
		return 1;
	}
	if (tap_failed > 0)
		diag("failed %d of %d tests", tap_failed, tap_run);
	return tap_failed > 0 ? 1 : 0;
}

#endif
