/*
 * defaults.h: what is chosen from the data where the user said nothing.
 */
#ifndef LF_DEFAULTS_H
#define LF_DEFAULTS_H

#include "model/recipe.h"
#include "training/preset.h"

/*
 * The longest season that a window is made to hold. A yearly season of daily rows made training ten times slower and
 * nothing better; where the season is longer, a shorter one inside it may serve, the day within the week.
 */
#define LF_LONGEST_LOOKBACK 64

/*
 * Rows of a window for so many rows and a season of at most LF_LONGEST_LOOKBACK (1: none). At least 1, even where there
 * are no rows.
 */
int			lf_default_lookback(size_t rows, size_t series, int season);

/*
 * Whether seasons are taken out before the network sees the targets. Where its windows hold them whole, not for many
 * series, which teach a network of segments what they are, nor for a loss with a spread: a network that does not see the
 * season does not see either where in it there is more noise.
 */
bool		lf_default_deseasonalizes(const lf_task *task, const lf_seasons *seasons, bool segments, size_t series);

/*
 * Whether segments forecast best where nothing is said of the network: 'rows' in each of so many series, and a lookback
 * that may be LF_UNSET.
 */
bool		lf_default_is_segment(size_t rows, size_t series, int horizon, int lookback, int season);

/*
 * Whether they do where the seasons are taken out: for long horizons, over which a plain network sees too few rows, or
 * takes too long.
 */
bool		lf_default_is_long(size_t rows, size_t series, int horizon, int lookback);

/* Rows of a window of which the seasons are taken out, of series of so many rows; see doc/defaults.md. */
int			lf_default_plain_lookback(size_t rows, size_t series, int season);

/*
 * The same for the preset segment: as long as the horizon, because a whole segment is one step of the recurrence, and
 * a multiple of the segment's 'length', 0 where that is chosen.
 */
int			lf_default_segment_lookback(size_t rows, size_t series, int horizon, int season, int length);

/* How much of the variance of the targets lies between blocks of so many rows: that of the one where it is most. */
double		lf_target_level_share(const lf_task *task, const lf_frame *frame, int block);

/*
 * For a series of so many rows, by the share of its variance that lies between seasons. 'season' is the one that
 * windows hold. The profile of the season for horizons of a season or more, where a window holds two of them and the
 * table is not short, or one and the level of the targets moves from season to season. Else, where the level moves, its
 * mean where a window holds whole seasons, or the last value, if levels can be had; else none.
 */
lf_normalize lf_default_normalize(const lf_task *task, double level_share, size_t rows, int season);

/* The same where the seasons are taken out: the last value, where the level is more than this share of what is left. */
lf_normalize lf_default_plain_normalize(const lf_task *task, double level_share);

/* The same for the preset segment: the profile of two seasons where the level stays, else the last value. */
lf_normalize lf_default_segment_normalize(const lf_task *task, double level_share, int season);

/* Levels of quantiles: the median, and both ends of the intervals of 50, 80, 90 and 95 %. */
#define LF_DEFAULT_LEVELS 9
extern const double lf_default_levels[LF_DEFAULT_LEVELS];

/*
 * The loss of a preset, or of layers of the user's own where that is NULL, over so many series. Of several, those that are
 * hard to tell would outweigh all others by the squares of their errors.
 */
lf_loss		lf_default_loss(const lf_preset_info *preset, size_t series);

/* Replaces what is LF_UNSET: learning rate, batch size and epochs. */
void		lf_default_training(lf_training *training, size_t windows);

/* What weights that are found by least squares need in place of it. */
void		lf_default_linear(lf_training *training);

#endif
