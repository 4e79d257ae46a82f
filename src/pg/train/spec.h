/*
 * spec.h: from a plan to the layers that it trains.
 */
#ifndef LFPG_SPEC_H
#define LFPG_SPEC_H

#include "server/common.h"
#include "training/plan.h"

/*
 * The facts tell how many categories there are. Raises 22023 or 54000 where preset or number of layers do not suit the
 * task.
 */
void		spec_build(const lf_plan *plan, const lf_facts *facts, lf_spec *spec);

#endif
