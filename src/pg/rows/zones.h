/*
 * zones.h: the time zone that rows are days of.
 */
#ifndef LFPG_ZONES_H
#define LFPG_ZONES_H

#include "rows/rows.h"
#include "rows/timeline.h"

/*
 * A zone in which all of these timestamptz, which are no even days in the zone of the timeline, are midnights; NULL:
 * none is known.
 */
const char *zones_of_midnights(const Rows *rows, const Timeline *timeline);

/*
 * The first row that is an hour more or less than whole days behind the one before it, where all are whole days apart
 * but for a few such hours: days of some zone; else 0.
 */
uint64		zones_change_clocks(const Rows *rows);

#endif
