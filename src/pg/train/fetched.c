/*
 * fetched.c: a word where the head trains although the nodes could.
 *
 * postgres_fdw sends an aggregate to the node only if some conditions are met. If one is not, the models are the same, but all
 * rows travel and one server does the work of all, which nobody would notice but by the plan. Where a node aggregates, the plan
 * here has a scan of no relation, and this aggregate is not even called; so a scan of a foreign table below the aggregate is what
 * to look for. The scan finds the first of these tables only: what keeps one from being sent mostly keeps all.
 */
#include "train/fetched.h"

#include "commands/defrem.h"
#include "foreign/foreign.h"
#include "nodes/execnodes.h"
#include "utils/guc.h"
#include "utils/rel.h"
#include "utils/varlena.h"

/* The query that was told already: partitions that are aggregated one by one have an aggregate each. */
static MemoryContext told;

static void
forget_query(void *query)
{
	if (told == (MemoryContext) query)
		told = NULL;
}

/* Finds a scan of a foreign table: one of what a node has joined or aggregated is of no relation. */
static bool
find_scan(PlanState *node, void *found)
{
	if (node == NULL)
		return false;
	if (IsA(node, ForeignScanState) && ((ScanState *) node)->ss_currentRelation != NULL)
	{
		*(Relation *) found = ((ScanState *) node)->ss_currentRelation;
		return true;
	}
	return planstate_tree_walker(node, find_scan, found);
}

/* The value of an option of a server or a foreign table, or NULL. */
static char *
option_of(List *options, const char *name)
{
	ListCell   *cell;

	foreach(cell, options)
	{
		DefElem    *option = lfirst_node(DefElem, cell);

		if (strcmp(option->defname, name) == 0)
			return defGetString(option);
	}
	return NULL;
}

/* Whether the option "extensions" of a server, names with commas between, has this one. */
static bool
lists_extension(const ForeignServer *server, const char *extension)
{
	char	   *value = option_of(server->options, "extensions");
	List	   *names = NIL;
	ListCell   *cell;

	if (value == NULL || !SplitIdentifierString(pstrdup(value), ',', &names))
		return false;
	foreach(cell, names)
		if (strcmp(lfirst(cell), extension) == 0)
			return true;
	return false;
}

/* Whether a row that travels costs so little that the planner sees nothing to be gained by sending the aggregate. */
static bool
transfer_is_cheap(const ForeignTable *table, const ForeignServer *server)
{
	char	   *cost = option_of(table->options, "fdw_tuple_cost");

	if (cost == NULL)
		cost = option_of(server->options, "fdw_tuple_cost");
	return cost == NULL || strtod(cost, NULL) < 1;
}

/* The first condition that is not met, of those that can be seen from here. */
static void
tell(Relation relation)
{
	ForeignTable *table = GetForeignTable(RelationGetRelid(relation));
	ForeignServer *server = GetForeignServer(table->serverid);
	const char *setting = GetConfigOption("enable_partitionwise_aggregate", false, false);

	if (strcmp(GetForeignDataWrapper(server->fdwid)->fdwname, "postgres_fdw") != 0)
		return;					/* no other wrapper is known to send aggregates of an extension */
	ereport(NOTICE,
			(errmsg("rows of foreign table \"%s\" are fetched, and this server trains on them", RelationGetRelationName(relation)),
			 relation->rd_rel->relispartition && strcmp(setting, "off") == 0 ?
			 errhint("The nodes train if the query groups by the partition key after SET enable_partitionwise_aggregate = on.") :
			 !lists_extension(server, "lstm_forecast") ?
			 errhint("Server \"%s\" is not sent functions of the extension unless its option \"extensions\" lists lstm_forecast.",
					 server->servername) :
			 transfer_is_cheap(table, server) ?
			 errhint("With the option fdw_tuple_cost '1' of server \"%s\" the planner takes the transfer of rows for dear enough to "
					 "let the node train.", server->servername) :
			 errhint("The node trains if the foreign table was analyzed, the query groups by its partition key, and nothing in "
					 "the query depends on a setting such as the time zone.")));
}

void
fetched_notice(FunctionCallInfo fcinfo)
{
	AggState   *aggregate;
	MemoryContext query;
	Relation	relation;
	MemoryContextCallback *callback;

	if (fcinfo->flinfo->fn_extra != NULL || fcinfo->context == NULL || !IsA(fcinfo->context, AggState))
		return;
	aggregate = (AggState *) fcinfo->context;
	fcinfo->flinfo->fn_extra = aggregate;	/* not NULL: looked at */
	query = aggregate->ss.ps.state->es_query_cxt;
	if (told == query || !planstate_tree_walker(&aggregate->ss.ps, find_scan, &relation))
		return;
	callback = MemoryContextAllocZero(query, sizeof(MemoryContextCallback));
	callback->func = forget_query;
	callback->arg = query;
	MemoryContextRegisterResetCallback(query, callback);
	told = query;
	tell(relation);
}
