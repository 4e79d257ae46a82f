/*
 * zones.c: zones are tried one by one: most are refuted by the first row, the others by the first change of a clock.
 */
#include "rows/zones.h"

#include "utils/timestamp.h"

/*
 * Zones whose clocks change, or did: one for each rule by which they do. Where no clock changes, days are even in every
 * zone.
 */
static const char *const zones[] = {
	"Europe/Berlin", "America/New_York", "Europe/London", "America/Chicago", "America/Los_Angeles", "America/Denver",
	"Europe/Athens", "Europe/Lisbon", "Europe/Dublin", "Australia/Sydney", "Pacific/Auckland", "America/Sao_Paulo",
	"America/Halifax", "America/Anchorage", "America/St_Johns", "Australia/Adelaide", "Asia/Jerusalem", "Asia/Tehran",
	"Africa/Cairo", "Africa/Casablanca", "America/Mexico_City", "America/Santiago", "America/Asuncion", "America/Havana",
	"America/Toronto", "Asia/Beirut", "Asia/Amman", "Asia/Damascus", "Europe/Istanbul", "Europe/Moscow", "Europe/Chisinau",
	"Europe/Kyiv", "Asia/Gaza", "Atlantic/Azores", "America/Nuuk", "America/Adak", "America/Tijuana", "Pacific/Chatham",
	"Pacific/Norfolk", "Pacific/Fiji", "Australia/Lord_Howe", "Antarctica/Troll",
};

/* Clocks change less often than after so many days, but for a few. */
#define CHANGE_DAYS 100

/* Whether each row begins a day: where the clock skips midnight, that is later. */
static bool
are_midnights(const Rows *rows, const Timeline *timeline)
{
	Timeline	days = *timeline;

	days.step = (lf_time_step) {.days = 1};
	for (uint64 row = 0; row < rows->count; row++)
	{
		GridPosition place = timeline_position(&days, rows_time(rows, row));

		CHECK_FOR_INTERRUPTS();
		if (place.rest != 0 && timeline_stamp(&days, (GridPosition) {.index = place.index}) != rows_time(rows, row))
			return false;
	}
	return true;
}

const char *
zones_of_midnights(const Rows *rows, const Timeline *timeline)
{
	Timeline	tried = *timeline;

	for (int i = 0; i < lengthof(zones); i++)
	{
		tried.zone = pg_tzset(zones[i]);
		if (tried.zone != NULL && are_midnights(rows, &tried))
			return zones[i];
	}
	return NULL;
}

uint64
zones_change_clocks(const Rows *rows)
{
	uint64		changes = 0;
	uint64		first = 0;
	uint64		most = rows->count == 0 ? 0 :
		((uint64) rows_time(rows, rows->count - 1) - (uint64) rows_time(rows, 0)) / (CHANGE_DAYS * USECS_PER_DAY) + 2;

	for (uint64 row = 1; row < rows->count; row++)
	{
		uint64		apart = (uint64) rows_time(rows, row) - (uint64) rows_time(rows, row - 1);
		uint64		rest = apart % USECS_PER_DAY;

		CHECK_FOR_INTERRUPTS();
		if (rest != 0 && rest != USECS_PER_HOUR && rest != USECS_PER_DAY - USECS_PER_HOUR)
			return 0;
		if (rest != 0 && changes++ == 0)
			first = row;
	}
	return changes <= most ? first : 0;
}
