/*
 * sound.h: what holds of every model that this library writes.
 *
 * The functions that make models (training, lstm_update, lstm_average_agg, lstm_import) keep to what stands here, and
 * those that use models rely on it. So the reader refuses a model with a flaw, and in checked builds the writer stops
 * at one. A field of a model that is new gets its invariants here. Ranges of single numbers are the business of their
 * transfer.
 */
#ifndef LF_SOUND_H
#define LF_SOUND_H

#include "model/model.h"

/* Which invariant is broken; the first one that is looked at. */
typedef enum lf_flaw
{
	LF_SOUND,
	LF_FLAW_TARGETS,			/* measured columns, each once */
	LF_FLAW_KINDS,				/* of columns: in the order of a frame, and what they need of time and series */
	LF_FLAW_INPUTS,				/* each column is an input or a target, in the one order that columns are added in */
	LF_FLAW_SEASON,
	LF_FLAW_TRANSFORM,			/* differences, logarithms, limits, independent columns */
	LF_FLAW_HEAD,				/* what the network says of a target, and the loss */
	LF_FLAW_NORMALIZE,
	LF_FLAW_TRAINING,			/* numbers that no option allows */
	LF_FLAW_TIME,				/* kind, step, zone, columns of time and series */
	LF_FLAW_MISSING,
	LF_FLAW_RECORD,				/* rows, windows, epochs */
	LF_FLAW_ERRORS,
	LF_FLAW_IMPORT,				/* something is known about the training of what was trained elsewhere */
	LF_FLAW_NETWORK,			/* spec and task, embeddings and categories */
	LF_FLAW_NAMES,
	LF_FLAW_LABELS,				/* values of categories and of series */
	LF_FLAW_SCALING,			/* scalers and units */
	LF_FLAW_SCORES,
	LF_FLAW_HISTORY,
	LF_FLAW_LINK,
	LF_FLAW_BLEND,
	LF_FLAW_TAIL,
	LF_FLAW_KEYS,				/* columns that tell series apart */
	LF_FLAW_COMBINATION,		/* weights, partners, and networks beside the first one */
	LF_FLAW_DEPENDENCE			/* shares of errors, and where they are from */
} lf_flaw;

/*
 * Of a model whose single fields are in their ranges. Without 'filled' no array and no text is looked at, nor which of
 * them are there.
 */
lf_flaw		lf_model_flaw(const lf_model *model, bool filled);

static inline bool
lf_model_is_sound(const lf_model *model)
{
	return lf_model_flaw(model, true) == LF_SOUND;
}

/*
 * Whether the layers take what the windows of the task have, and put out what it asks for. Sets the number of weights
 * where there is a network.
 */
bool		lf_spec_serves(const lf_spec *spec, const lf_task *task, size_t *parameters);

#endif
