/*
 * time_limit.c: a clock that wakes the core up.
 *
 * Whoever trains asks time_limit_passed() between two calls of the core. One call may take long, and looks at nothing
 * but the interrupt flag: so the timer raises that. It is served as any other interrupt, with nothing to do, and then
 * the question is asked. Nobody asks inside a query, which may sort or wait for long before its first row comes: there
 * the timer cancels, and the error is told from a cancel of somebody else's by the time.
 */
#include "server/time_limit.h"

#include "utils/guc.h"
#include "utils/timeout.h"
#include "utils/timestamp.h"

#include <limits.h>

static int	limit;				/* ms, the setting */
static TimestampTz deadline;	/* 0: none */
static TimeoutId timer = MAX_TIMEOUTS;	/* MAX_TIMEOUTS: not registered yet */

static volatile bool in_query;

static void
wake(void)
{
	if (in_query)
		QueryCancelPending = true;
	InterruptPending = true;
}

void
time_limit_define(void)
{
	DefineCustomIntVariable("lstm_forecast.max_train_time",
							"Maximum time that one training may take.",
							"A training that takes longer fails. 0 means no limit.",
							&limit, 0, 0, INT_MAX, PGC_SUSET, GUC_UNIT_MS, NULL, NULL, NULL);
}

void
time_limit_start(void)
{
	time_limit_stop();
	if (limit == 0)
		return;
	if (timer == MAX_TIMEOUTS)
		timer = RegisterTimeout(USER_TIMEOUT, wake);
	deadline = TimestampTzPlusMilliseconds(GetCurrentTimestamp(), limit);
	enable_timeout_at(timer, deadline);
}

void
time_limit_stop(void)
{
	if (deadline != 0)
		disable_timeout(timer, false);
	deadline = 0;
}

bool
time_limit_passed(void)
{
	return deadline != 0 && GetCurrentTimestamp() >= deadline;
}

bool
time_limit_begin_query(void)
{
	bool		before = in_query;

	in_query = true;
	return before;
}

bool
time_limit_end_query(bool before)
{
	in_query = before;
	if (!time_limit_passed())
		return false;
	/* it may have come too late for the query, and nothing else is to be cancelled by it */
	QueryCancelPending = false;
	return true;
}

const char *
time_limit_text(void)
{
	return GetConfigOptionByName("lstm_forecast.max_train_time", NULL, false);
}
