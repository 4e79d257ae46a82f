/*
 * facts.h: what the rows of a training are, as plan.h wants to know it.
 */
#ifndef LFPG_FACTS_H
#define LFPG_FACTS_H

#include "rows/panel.h"
#include "training/plan.h"

/* Fills the facts of the rows of a panel. The wishes say which columns are targets, and what need not be looked at. */
void		facts_of(const Panel *panel, const lf_wishes *wishes, lf_facts *facts);

/* Says in a NOTICE where a season is doubtful. */
void		facts_report(const lf_facts *facts, const char *source);

#endif
