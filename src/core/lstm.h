/*
 * lstm.h: the long short-term memory layer as bidirectional needs it: two of them write side by side into one output.
 */
#ifndef LF_LSTM_H
#define LF_LSTM_H

#include "layer.h"

typedef struct lf_lstm_place
{
	size_t		row;			/* from one row of y and dy to the next: H, or more where others write in between */
	bool		in_order;		/* a layer that goes backwards puts h_t at time t, not at the step that made it */
	bool		add_dx;			/* dx += instead of dx = */
} lf_lstm_place;

/* Like forward and backward of a layer's class, which see. */
void		lf_lstm_forward(lf_layer *layer, const lf_pass *pass, const lf_real *x, lf_real *y, lf_lstm_place place);
void		lf_lstm_backward(lf_layer *layer, const lf_pass *pass, const lf_real *x, const lf_real *y, const lf_real *dy,
							 lf_real *dx, lf_lstm_place place);

#endif
