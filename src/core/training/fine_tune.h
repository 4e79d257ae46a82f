/*
 * fine_tune.h: goes on training a network with rows that it does not know.
 *
 *	   rows			 ------------------------------------------->
 *					 known . . . . . . . . | new . . . . | left out
 *					 some of them again      all
 *
 * A network that sees nothing but new rows forgets the old ones. So each epoch takes, beside the new windows, a sample
 * of those that it knows (rehearsal: Robins 1995), another one each time. Scaling stays what the weights were trained
 * with.
 */
#ifndef LF_FINE_TUNE_H
#define LF_FINE_TUNE_H

#include "model/model.h"
#include "training/trainer.h"

typedef struct lf_fine_tune
{
	lf_network	network;
	lf_trainer	trainer;
	lf_training training;
	lf_spans	fresh;
	lf_spans	old;
	lf_scaler  *scaler;			/* (series, columns): filled by the caller before the start */
	double	   *shape;			/* (series, targets, knots): the same; NULL where the model takes no season out */
	lf_real    *weights;		/* (members, parameters): where members end up */
	size_t		fresh_windows;
	size_t		old_windows;
	int			members;
} lf_fine_tune;

/*
 * Plans to go on with the networks of a model, with 'training' as it says, on a frame of these rows, series and
 * columns, whose values are not looked at. May be run over a measuring arena first. Model and frame must outlive it.
 */
lf_status	lf_fine_tune_layout(lf_fine_tune *tuning, lf_arena *arena, const lf_model *model, const lf_training *training,
						  const lf_frame *frame);

/*
 * Gets ready to train with rows known[s] .. end[s] - 1 of each series as new ones and those before as known. For each
 * new window an epoch takes 'rehearsal' of those that are known. LF_BAD_SHAPE: there is no new window.
 */
lf_status	lf_fine_tune_start(lf_fine_tune *tuning, const lf_model *model, const lf_frame *frame, const size_t *known,
						   const size_t *end, double rehearsal);

/* Begins with a member; then lf_trainer_step until LF_FINISHED, and lf_fine_tune_keep. */
lf_status	lf_fine_tune_member(lf_fine_tune *tuning, const lf_model *model, int member, const volatile sig_atomic_t *interrupt);
void		lf_fine_tune_keep(lf_fine_tune *tuning, int member);

#endif
