/*
 * scenario.h: known inputs of the steps to come from another relation than the rows: what would be, if.
 */
#ifndef LFPG_SCENARIO_H
#define LFPG_SCENARIO_H

#include "forecast/known_ahead.h"

typedef struct Scenario Scenario;

/*
 * Reads the known inputs of all series from this relation, with the caller's rights. It has the time column, the columns that tell
 * series apart and the known inputs, by the names that the model has for them; raises 42703, 42804 or 22023 where it has not. With a
 * column "known_at" it may have several rows of one time, as a forecast of the weather that is made anew each day has.
 */
Scenario   *scenario_read(const PanelSpec *plan, Oid relation, const ReadFilter *filter);

/* Times within which rows are looked for, and when these have to be known at the latest. */
typedef struct Known
{
	int64		from;
	int64		until;
	int64		at;
} Known;

/*
 * The rows of a series (NULL: it has no name) in these times, of each time the newest that was known then; none where it has
 * none. They are a copy, beside which so many bytes are held.
 */
Future		scenario_of(const Scenario *scenario, const char *label, const Known *known, Size held);

/* What it holds. */
Size		scenario_memory(const Scenario *scenario);

/*
 * The relation in this argument, which functions of earlier versions have not; InvalidOid: known inputs stand behind the newest
 * rows. Raises 22023 where the model has no known inputs.
 */
Oid			scenario_relation(FunctionCallInfo fcinfo, int number, const lf_model *model);

#endif
