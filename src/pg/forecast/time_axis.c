/*
 * time_axis.c: where ticks stand under steps of time.
 *
 * Steps need not be even: months have 28 to 31 days, and weeks may have five. So ticks are not computed, but looked for:
 * each unit of the calendar, from the finest on, puts a tick on the first row of each of its spans, and the first unit
 * that puts no more than fit is taken.
 */
#include "forecast/time_axis.h"

#include "utils/datetime.h"
#include "utils/timestamp.h"

#include <math.h>

/*
 * Steps of an axis that are looked at: more than a chart has pixels by far. A model may forecast from a million steps
 * after the newest row, which all lie on the axis.
 */
#define MOST_PLACES 16384

/* The calendar's units. */
typedef enum Unit
{
	UNIT_TIME,					/* of the day, in microseconds */
	UNIT_DAY,
	UNIT_WEEK,
	UNIT_MONTH,
	UNIT_YEAR
} Unit;

static const struct
{
	Unit		unit;
	int64		count;
}			spans[] = {
	{UNIT_TIME, USECS_PER_SEC}, {UNIT_TIME, 5 * USECS_PER_SEC}, {UNIT_TIME, 15 * USECS_PER_SEC},
	{UNIT_TIME, 30 * USECS_PER_SEC}, {UNIT_TIME, USECS_PER_MINUTE}, {UNIT_TIME, 5 * USECS_PER_MINUTE},
	{UNIT_TIME, 15 * USECS_PER_MINUTE}, {UNIT_TIME, 30 * USECS_PER_MINUTE}, {UNIT_TIME, USECS_PER_HOUR},
	{UNIT_TIME, 3 * USECS_PER_HOUR}, {UNIT_TIME, 6 * USECS_PER_HOUR}, {UNIT_TIME, 12 * USECS_PER_HOUR},
	{UNIT_DAY, 1}, {UNIT_DAY, 2}, {UNIT_WEEK, 1}, {UNIT_WEEK, 2}, {UNIT_MONTH, 1}, {UNIT_MONTH, 2}, {UNIT_MONTH, 3},
	{UNIT_MONTH, 6}, {UNIT_YEAR, 1}, {UNIT_YEAR, 2}, {UNIT_YEAR, 5}, {UNIT_YEAR, 10}, {UNIT_YEAR, 20}, {UNIT_YEAR, 50},
	{UNIT_YEAR, 100}, {UNIT_YEAR, 200}, {UNIT_YEAR, 500}, {UNIT_YEAR, 1000}, {UNIT_YEAR, 10000}, {UNIT_YEAR, 100000},
};

/* A step as the calendar has it, in local time. */
typedef struct Place
{
	int64		time;			/* microseconds since midnight */
	int64		day;			/* since 2000-01-01 */
	int			weekday;		/* 0: Monday */
	int			year;
	int			month;			/* 1: January */
	int			month_day;
} Place;

static Place
place_of(const TimeAxis *axis, int64 step)
{
	int64		at = timeline_at(&axis->timeline, axis->origin, step);
	Place		place = {0};

	place.time = timeline_day(&axis->timeline, at).time;
	place.weekday = timeline_weekday(&axis->timeline, at, &place.day);
	j2date((int) place.day + POSTGRES_EPOCH_JDATE, &place.year, &place.month, &place.month_day);
	return place;
}

/* As integers are divided, but downwards below 0 as well. */
static int64
floor_divide(int64 number, int64 by)
{
	return number / by - (number % by < 0);
}

/* The number of the span that a place lies in. */
static int64
span_of(const Place *place, int span)
{
	switch (spans[span].unit)
	{
		case UNIT_TIME:
			/* a day has a whole number of them */
			return place->day * (USECS_PER_DAY / spans[span].count) + place->time / spans[span].count;
		case UNIT_DAY:
			return floor_divide(place->day, spans[span].count);
		case UNIT_WEEK:
			return floor_divide((place->day - place->weekday) / 7, spans[span].count);
		case UNIT_MONTH:
			return floor_divide((int64) place->year * 12 + place->month - 1, spans[span].count);
		case UNIT_YEAR:
			break;
	}
	return floor_divide(place->year, spans[span].count);
}

static char *
label_of(const Place *place, int span)
{
	int			minute = (int) (place->time / USECS_PER_MINUTE);
	int			second = (int) (place->time % USECS_PER_MINUTE / USECS_PER_SEC);

	if (spans[span].unit == UNIT_YEAR)
		return psprintf("%d", place->year);
	if (spans[span].unit == UNIT_MONTH)
		return psprintf("%s %d", months[place->month - 1], place->year);
	if (spans[span].unit != UNIT_TIME || place->time == 0)
		return psprintf("%d %s", place->month_day, months[place->month - 1]);
	return spans[span].count < USECS_PER_MINUTE ? psprintf("%02d:%02d:%02d", minute / 60, minute % 60, second) :
		psprintf("%02d:%02d", minute / 60, minute % 60);
}

static List *
add_tick(List *ticks, int64 at, const char *label)
{
	Tick	   *tick = palloc(sizeof(Tick));

	*tick = (Tick) {(double) at, label};
	return lappend(ticks, tick);
}

/* The first steps of the spans of a kind, among those looked at, one in 'apart'; false where these are more than fit. */
static bool
ticks_of(const Place *places, int64 first, int apart, int count, int span, int most, List **ticks)
{
	*ticks = NIL;
	for (int i = 1; i < count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (span_of(&places[i], span) == span_of(&places[i - 1], span))
			continue;
		if (list_length(*ticks) == most)
			return false;
		*ticks = add_tick(*ticks, first + (int64) i * apart, label_of(&places[i], span));
	}
	return true;
}

/* Steps whose integers are round, and which stand where these are. */
static List *
integer_ticks(const TimeAxis *axis, int64 first, int count, int most)
{
	const Timeline *timeline = &axis->timeline;
	double		low = (double) timeline_at(timeline, axis->origin, first);
	double		high = (double) timeline_at(timeline, axis->origin, first + count - 1);
	int64		apart = 1;
	List	   *ticks = NIL;

	for (int i = 0; (high - low) / (double) apart >= most && apart < PG_INT64_MAX / 4; i++)
		apart = apart / (i % 3 == 1 ? 2 : 1) * (i % 3 == 1 ? 5 : 2);	/* 1, 2, 5, 10, ... */
	for (int i = 1; i < count; i++)
	{
		int64		at = timeline_at(timeline, axis->origin, first + i);

		CHECK_FOR_INTERRUPTS();
		if (floor_divide(at, apart) != floor_divide(timeline_at(timeline, axis->origin, first + i - 1), apart))
			ticks = add_tick(ticks, first + i, psprintf(INT64_FORMAT, at));
	}
	return ticks;
}

List *
time_ticks(const void *state, double low, double high, int most)
{
	const TimeAxis *axis = state;
	int64		first = (int64) ceil(low);
	int			count;
	int			apart;
	List	   *ticks = NIL;
	Place	   *places;

	if (!timeline_has_step(&axis->timeline) || high - low > PG_INT32_MAX / 2)
		return number_ticks(NULL, low, high, most);
	count = (int) (floor(high) - ceil(low)) + 1;
	if (axis->timeline.kind == LF_TIME_INTEGER)
		return integer_ticks(axis, first, count, most);
	apart = count / MOST_PLACES + 1;
	count = (count + apart - 1) / apart;
	places = palloc(Max(count, 1) * sizeof(Place));
	for (int i = 0; i < count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		places[i] = place_of(axis, first + (int64) i * apart);
	}
	for (Size span = 0; span < lengthof(spans); span++)
		/* years are short words */
		if (ticks_of(places, first, apart, count, (int) span, spans[span].unit == UNIT_YEAR ? 2 * most : most, &ticks))
			break;
	/* of few rows, or in less than a second, nothing turns over */
	if (ticks == NIL && count > 0)
		ticks = add_tick(NIL, first, timeline_text(axis->timeline.kind, timeline_at(&axis->timeline, axis->origin, first)));
	pfree(places);
	return ticks;
}
