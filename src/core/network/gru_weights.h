/*
 * gru_weights.h: the weights of a gru as those of four gates, which the kernels of a cell take.
 *
 * W (F, 3H) and U (H, 3H), of the gates z, r, g, are spread to (F, 4H) and (H, 4H), of z, r, "g from x" and "g from h":
 * with zeros where x has no share in the fourth and h none in the third. Without reset_after h has no share in the
 * fourth either. A quarter of the products is with zeros; two products for each step would lose more.
 */
#ifndef LF_GRU_WEIGHTS_H
#define LF_GRU_WEIGHTS_H

#include "network/layer.h"

/* packed_size and pack of the class. */
size_t		lf_gru_packed_size(const lf_layer *layer, bool training);
void		lf_gru_pack(lf_layer *layer, const lf_pass *pass, bool training);

/* U^T (4H, H) and W^T (4H, F) by pack_gates, of a layer that is packed for training. */
lf_real    *lf_gru_recurrent_transposed(const lf_layer *layer);
lf_real    *lf_gru_kernel_transposed(const lf_layer *layer);

/* Adds the gradients of the spread weights, (F + H + 1, 4H) with that of the bias last, to those of the weights. */
void		lf_gru_add_gradients(lf_layer *layer, const lf_real *dspread);

#endif
