/*
 * error.h: how the core's status codes become SQL errors, in one place.
 */
#ifndef LFPG_ERROR_H
#define LFPG_ERROR_H

#include "server/common.h"
#include "model/recipe.h"
#include "network/network.h"

/* Raises the error of a failed network: 'layer' and 'network' as lf_network_create left them. */
pg_noreturn void report_network(lf_status status, const lf_network *network, const lf_spec *spec, int layer,
								const lf_task *task);

/* Raises the error of bytes that are no model. */
pg_noreturn void report_model(lf_status status);

/* Raises the error of a training that diverged in a batch of an epoch, both counted from 1. */
pg_noreturn void report_divergence(int epoch, uint64 batch, const lf_training *training);

/* Whether that many bytes are within maintenance_work_mem. */
bool		memory_allows(Size needed);

/*
 * Raises 54000 where 'needed' bytes are more than maintenance_work_mem allows. 'what' says for what, as the subject of
 * a sentence, and 'remedy' what else helps, in the imperative.
 */
void		check_memory(Size needed, const char *what, const char *remedy);

/*
 * The same beside 'held' bytes that the call has taken already. The first of these are not counted: what just fits by
 * itself is not to fail because of a few buffers.
 */
#define UNCOUNTED ((Size) 16 << 20)
void		check_memory_beside(Size held, Size needed, const char *what, const char *remedy);

/* "(None, 3, 50)" */
char	   *shape_text(const lf_shape *shape, bool with_batch);

#endif
