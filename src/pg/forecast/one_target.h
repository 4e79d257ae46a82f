/*
 * one_target.h: one column of a relation, of one series or several, for functions that need no model.
 */
#ifndef LFPG_ONE_TARGET_H
#define LFPG_ONE_TARGET_H

#include "rows/panel.h"
#include "train/options.h"

/* The arguments that these functions have in common, as they stand in the signature with one key. */
enum
{
	ONE_RELATION,
	ONE_TARGET,
	ONE_TIME_COLUMN,
	ONE_SERIES_COLUMN,
	ONE_ARGUMENTS
};

typedef struct OneTarget
{
	Options		options;
	lf_task		task;
	Columns		columns;
	Table	   *table;
	PanelSpec	plan;			/* how its rows are read; points at the others, so this struct stays where it is */
} OneTarget;

/*
 * Reads these arguments, of which relation and target are not NULL, and the options in that of the number, and opens
 * the relation. 'several_keys': the signature with an array of keys, which stands right behind the target. Raises as
 * options_read(), table_open() and table_open_series().
 */
OneTarget  *one_target_open(FunctionCallInfo fcinfo, bool several_keys, int options);

#endif
