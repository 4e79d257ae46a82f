/*
 * defaults.h: what is chosen from the data where the user said nothing.
 */
#ifndef LF_DEFAULTS_H
#define LF_DEFAULTS_H

#include "season.h"
#include "trainer.h"

/* Marks a number of lf_training that is still to be chosen. */
#define LF_UNSET (-1)

/* Rows of a window for so many rows, a season (1: none) and a horizon. At least 1, even where there are no rows. */
int			lf_default_lookback(size_t rows, int season, int horizon, int lead);

/* The mean where targets are inputs and a window holds whole seasons, else the last value, if levels can be had. */
lf_normalize lf_default_normalize(const lf_task *task, int season);

/* Replaces what is LF_UNSET: learning rate and epochs. */
void		lf_default_training(lf_training *training, const lf_task *task, size_t windows, int season);

#endif
