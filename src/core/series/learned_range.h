/*
 * learned_range.h: what a network has seen, and windows that lie outside of it.
 *
 * A network says anything at all about values that are far from those it was trained on. So the least and the largest
 * value of each measured input are kept, as the training windows had them. Where the newest values of a target lie beyond
 * these, its level has shifted: the window is moved back by so much, the forecast moved forth again. Values that still lie
 * outside are brought to the end of the range. By as much as the level has moved, or several values lay outside, the
 * interval of the forecast becomes wider.
 *
 * Of inputs that are known ahead the ranges are kept as well, and nothing is brought into them: a scenario may be meant to leave
 * what was seen. They let the user know where one does.
 */
#ifndef LF_LEARNED_RANGE_H
#define LF_LEARNED_RANGE_H

#include "series/window.h"

/* Of one input, on the scale of the scaler, measured from the level of its window; of one that is known ahead from 0. */
typedef struct lf_range
{
	double		low;
	double		high;
} lf_range;

/* Ranges (inputs) of no window. */
void		lf_ranges_start(lf_range *ranges, int inputs);

/* Adds what window w has. */
void		lf_ranges_add(lf_range *ranges, const lf_windows *windows, size_t w);

/* The ranges of both. */
void		lf_ranges_join(lf_range *ranges, const lf_range *others, int inputs);

/*
 * Brings the inputs x of a window, as lf_window_input() made them, into the ranges. 'moved' (targets) is by how much
 * the level of each target lies beyond its range, which 'level' then has in it, or more than two of its values do; 0: not
 * at all. NULL: it does not matter.
 */
void		lf_ranges_keep_inside(const lf_range *ranges, const lf_windows *windows, lf_real *x, double *level, double *moved);

#endif
