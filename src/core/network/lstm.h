/*
 * lstm.h: the long short-term memory layer as one needs it that takes further steps from its last state.
 */
#ifndef LF_LSTM_H
#define LF_LSTM_H

#include "network/layer.h"

/*
 * The class' backward, after steps that the caller took from the last state: 'dz_after' is the sum of their dz, and
 * what they send to c it has put into lf_lstm_last_dcell. No other gradient reaches the layer.
 */
void		lf_lstm_backward_from(lf_layer *layer, const lf_pass *pass, const lf_real *x, lf_real *dx, lf_strips dz_after);

/* c after the last step of a forward, and the gradient that reaches it: (B, H). */
lf_strips	lf_lstm_last_cell(const lf_layer *layer, const lf_pass *pass);
lf_strips	lf_lstm_last_dcell(const lf_layer *layer, const lf_pass *pass);

/* U^T and W^T by pack_gates, of a layer that is packed for training. */
lf_real    *lf_lstm_recurrent_transposed(const lf_layer *layer);
lf_real    *lf_lstm_kernel_transposed(const lf_layer *layer);

#endif
