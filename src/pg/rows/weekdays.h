/*
 * weekdays.h: the days of the week that rows lie on, as a mask: Monday is the lowest bit.
 */
#ifndef LFPG_WEEKDAYS_H
#define LFPG_WEEKDAYS_H

#include "rows/rows.h"
#include "rows/timeline.h"

extern const char *const weekday_names[7];

/* The days in words: Monday to Saturday; Monday, Wednesday, Friday. */
char	   *weekdays_text(uint8 weekdays);

/* The days that a text names: business day, or what weekdays_text() says, also by three letters; 0: none. */
uint8		weekdays_from_text(const char *given);

/* How often a weekday that is left out could have had a row: so often that it is a pattern, or only a guess. */
#define WEEKDAYS_FOUND 3
#define WEEKDAYS_GUESSED 2

/*
 * The weekdays that sorted rows keep to: each that occurs does so in most weeks, and the others do not, though they
 * could have so often at least, but for a few rows. 0: there is no such pattern, and a day without a row is a gap.
 */
uint8		weekdays_find(const Rows *rows, const Timeline *timeline, uint64 least_absences);

#endif
