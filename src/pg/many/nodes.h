/*
 * nodes.h: nodes that train: told by a table of theirs what to do, and asked for what came out by a view.
 *
 * "shared" has a row for each node, (node text, options jsonb). "trained" gives for each of these rows (node text, model bytea), the
 * model that the node trains with these options when it is read. On the head of several servers both are partitioned, and their
 * partitions are foreign tables; what is said here is the same for plain ones. All by SPI, in the transaction at hand.
 */
#ifndef LFPG_NODES_H
#define LFPG_NODES_H

#include "rows/table.h"

typedef struct Nodes
{
	const Table *shared;
	const Table *trained;
	char	   *schema;			/* of this extension, quoted */
	int			count;
	Datum	   *name;			/* (count): text, in the order of their bytes */
	MemoryContext context;		/* in which names are */
} Nodes;

/* The most nodes: their names are in memory. */
#define MOST_NODES 10000

/* Looks at both relations: raises 42703 or 42804 where they have other columns. 'function': one of this extension. */
Nodes		nodes_open(Oid shared, Oid trained, Oid function);

/* Reads which nodes there are: raises 22004 or 22023 where a row has no name, two have the same, or there is none. */
void		nodes_read(Nodes *nodes);

/*
 * Has all nodes train with these options, and returns the average of their models, in the current memory context. An error of one node
 * names it, as far as the same happens there again.
 */
bytea	   *nodes_average(Nodes *nodes, Datum options);

/* The same, or NULL where one of them, or all together, cannot. */
bytea	   *nodes_average_if_any(Nodes *nodes, Datum options);

/* Not their average but a few of the models themselves: those that were trained on most windows, 'most' or fewer. */
typedef struct NodeModel
{
	char	   *node;
	bytea	   *model;
} NodeModel;

int			nodes_models(Nodes *nodes, Datum options, int most, NodeModel *models);

/* Leaves these options behind. */
void		nodes_tell(const Nodes *nodes, Datum options);

#endif
