/*
 * choices.h: what a user left open is chosen here, and what does not go together is refused.
 */
#ifndef LFPG_CHOICES_H
#define LFPG_CHOICES_H

#include "train/training.h"

/*
 * Before any row is read: whether the network sees one column at a time, what it says of each target, and what it sees of
 * the values. Raises 22023 where options do not go together.
 */
void		choices_of_request(Request *request);

/*
 * From the rows: season, preset, lookback, normalization, sizes of categories, epochs. Returns the season for baselines, the
 * clearest one. Raises 22000 where there are too few rows, 22023 where they do not allow what was asked for.
 */
int			choices_of_rows(Request *request, const Panel *panel);

/* The preset that trains; NULL where the layers are the user's own. And whether it is the one for segments. */
const lf_preset_info *choices_preset(const Options *options);
bool		choices_segments(const Options *options);

/* Rows that one window takes. */
uint64		choices_rows_needed(const lf_task *task);

#endif
