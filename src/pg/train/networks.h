/*
 * networks.h: the networks of a training, from a plan to their weights: one by itself, or several candidates in a contest.
 */
#ifndef LFPG_NETWORKS_H
#define LFPG_NETWORKS_H

#include "train/options.h"
#include "training/candidates.h"
#include "training/contest.h"

typedef struct Networks
{
	lf_candidates candidates;
	lf_spec		spec[LF_MAX_NETWORKS];	/* of each plan */
	lf_contender contender[LF_MAX_NETWORKS];	/* the same, as the contest has them */
	bool		contend;		/* it is a contest; else the first plan stands alone */
	lf_partner_facts facts;
	lf_fit		fit;			/* of the first plan, where it stands alone */
	lf_contest	contest;
	lf_model	other[LF_MAX_NETWORKS];	/* networks beside the first one of the model that comes out */
} Networks;

/* What is to be trained; raises what is wrong with the wishes. */
void		networks_choose(Networks *networks, const lf_facts *facts, const lf_wishes *wishes, const Options *options,
							const char *source);

/* Whether series that are too short for a network are forecast all the same. */
bool		networks_take_short(const Options *options, const lf_task *task);

/* Bytes that training them on a frame takes. Raises what is wrong with a spec. */
Size		networks_memory(Networks *networks, const lf_frame *frame, int slots);

/* Leaves out the last candidate that takes memory; false where there is none left to leave out. */
bool		networks_drop(Networks *networks);

/* Takes the memory that was measured with so many slots. */
void		networks_place(Networks *networks, const lf_frame *frame, int slots, lf_arena *arena);

/* Points at the rows. */
void		networks_start(Networks *networks, const lf_frame *frame);

int			networks_threads(const Networks *networks);

/* Trains to the end; cancels and time-outs are served after each mini-batch and inside long ones. */
void		networks_train(Networks *networks, const Options *options, lf_thread_pool *pool);

/* The model, as far as training knows it. */
void		networks_result(Networks *networks, lf_model *model);

/* Says what became of the wish that the network that is shipped be trained on. */
void		networks_report_tuning(const Networks *networks);

/* The fit of the first network. */
const lf_fit *networks_first(const Networks *networks);

/* Whether some training was ended by max_time. */
bool		networks_cut_short(const Networks *networks);

#endif
