/*
 * defaults.h: what is chosen from the data where the user said nothing.
 */
#ifndef LF_DEFAULTS_H
#define LF_DEFAULTS_H

#include "season.h"
#include "trainer.h"

/* Marks a number of lf_training that is still to be chosen. */
#define LF_UNSET (-1)

/*
 * The longest season that a window is made to hold. A yearly season of daily rows made training ten times slower and
 * nothing better; where the season is longer, a shorter one inside it may serve, the day within the week.
 */
#define LF_LONGEST_LOOKBACK 64

/*
 * Rows of a window for so many rows and a season of at most LF_LONGEST_LOOKBACK (1: none). At least 1, even where there
 * are no rows.
 */
int			lf_default_lookback(size_t rows, int season);

/*
 * 'season' is the clearest one, 'inner' the one that windows hold. None where the level of the targets hardly moves
 * from season to season; else their mean where a window holds whole seasons, else their last value, if levels can be
 * had.
 */
lf_normalize lf_default_normalize(const lf_task *task, const lf_frame *frame, int season, int inner);

/* Replaces what is LF_UNSET: learning rate, batch size and epochs. */
void		lf_default_training(lf_training *training, size_t windows);

#endif
