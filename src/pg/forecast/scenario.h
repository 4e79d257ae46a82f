/*
 * scenario.h: known inputs of the steps to come from another relation than the rows: what would be, if.
 */
#ifndef LFPG_SCENARIO_H
#define LFPG_SCENARIO_H

#include "forecast/known_ahead.h"

typedef struct Scenario Scenario;

/*
 * Reads the known inputs of all series from this relation, with the caller's rights. It has the time column, the columns that tell
 * series apart and the known inputs, by the names that the model has for them; raises 42703, 42804 or 22023 where it has not.
 */
Scenario   *scenario_read(const PanelSpec *plan, Oid relation, const ReadFilter *filter);

/* The rows of a series (NULL: it has no name); none where it has none. They stay the scenario's, and may be put on a grid. */
Future		scenario_of(Scenario *scenario, const char *label);

/*
 * The relation in this argument, which functions of earlier versions have not; InvalidOid: known inputs stand behind the newest
 * rows. Raises 22023 where the model has no known inputs.
 */
Oid			scenario_relation(FunctionCallInfo fcinfo, int number, const lf_model *model);

#endif
