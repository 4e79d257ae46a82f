/*
 * model_table.c: what a table of models is made of.
 */
#include "train/model_table.h"

#include "access/genam.h"
#include "access/relation.h"
#include "catalog/pg_index.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/relcache.h"

/* Whether an index holds each key once, and is there for all rows. */
static bool
is_key(Oid index, AttrNumber column)
{
	Relation	relation = index_open(index, AccessShareLock);
	const Form_pg_index form = relation->rd_index;
	bool		suits = form->indisunique && form->indisvalid && form->indnkeyatts == 1 && form->indkey.values[0] == column &&
		RelationGetIndexPredicate(relation) == NIL;

	index_close(relation, NoLock);
	return suits;
}

static bool
has_key(Oid relid, const char *column)
{
	Relation	relation = relation_open(relid, NoLock);
	List	   *indexes = RelationGetIndexList(relation);
	ListCell   *cell;
	bool		any = false;

	foreach(cell, indexes)
		any |= is_key(lfirst_oid(cell), get_attnum(relid, column));
	relation_close(relation, NoLock);
	return any;
}

Table *
model_table_open_columns(Oid relid, const ModelTableForm *form)
{
	Oid		   *types = palloc(form->columns * sizeof(Oid));
	Table	   *table = table_open_named(relid, form->names, form->columns, types);

	for (int i = 0; i < form->columns; i++)
		if (types[i] != form->types[i])
			ereport(ERROR,
					(errcode(ERRCODE_DATATYPE_MISMATCH),
					 errmsg("column \"%s\" of %s is of type %s, not %s", form->names[i], table->label, format_type_be(types[i]),
							format_type_be(form->types[i])),
					 errhint("Create it as: %s.", form->create)));
	return table;
}

Table *
model_table_open(Oid relid, const ModelTableForm *form)
{
	Table	   *table = model_table_open_columns(relid, form);

	if (!has_key(relid, form->names[0]))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_COLUMN_REFERENCE),
				 errmsg("column \"%s\" of %s has no primary key or unique index", form->names[0], table->label),
				 errdetail("%s", form->keeps),
				 errhint("Add it: ALTER TABLE %s ADD PRIMARY KEY (%s).", table->name, form->names[0])));
	return table;
}
