/*
 * lstm.h: the long short-term memory layer as other layers need it: bidirectional, where two of them write side by side
 * into one output, and segment_lstm, which takes further steps from the last state.
 */
#ifndef LF_LSTM_H
#define LF_LSTM_H

#include "network/layer.h"

typedef struct lf_lstm_place
{
	size_t		row;			/* from one row of y and dy to the next: H, or more where others write in between */
	bool		in_order;		/* a layer that goes backwards puts h_t at time t, not at the step that made it */
	bool		add_dx;			/* dx += instead of dx = */
	lf_strips	dz_after;		/* backward: the sum of dz of steps that the caller took from the last state; it has
								 * then put what they send to c into lf_lstm_last_dcell */
} lf_lstm_place;

/* Like forward and backward of a layer's class, which see. dy may be NULL for zeros where 'dz_after' is given. */
void		lf_lstm_forward(lf_layer *layer, const lf_pass *pass, const lf_real *x, lf_real *y, lf_lstm_place place);
void		lf_lstm_backward(lf_layer *layer, const lf_pass *pass, const lf_real *x, const lf_real *y, const lf_real *dy,
							 lf_real *dx, lf_lstm_place place);

/* c after the last step of a forward, and the gradient that reaches it: (B, H). */
lf_strips	lf_lstm_last_cell(const lf_layer *layer, const lf_pass *pass);
lf_strips	lf_lstm_last_dcell(const lf_layer *layer, const lf_pass *pass);

/* U^T and W^T by pack_gates, of a layer that is packed for training. */
lf_real    *lf_lstm_recurrent_transposed(const lf_layer *layer);
lf_real    *lf_lstm_kernel_transposed(const lf_layer *layer);

#endif
