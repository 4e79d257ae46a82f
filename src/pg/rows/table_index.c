/*
 * table_index.c: the indexes of a table, as the catalog has them.
 */
#include "rows/table_index.h"

#include "access/genam.h"
#include "access/relation.h"
#include "catalog/pg_index.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/relcache.h"

static bool
suits(Oid index, AttrNumber column, bool unique)
{
	Relation	relation = index_open(index, AccessShareLock);
	const Form_pg_index form = relation->rd_index;
	bool		result = form->indisvalid && form->indkey.values[0] == column && RelationGetIndexPredicate(relation) == NIL &&
		(!unique || (form->indisunique && form->indnkeyatts == 1));

	index_close(relation, NoLock);
	return result;
}

static bool
has_index(Oid relid, AttrNumber column, bool unique)
{
	Relation	relation = relation_open(relid, NoLock);
	List	   *indexes = RelationGetIndexList(relation);
	ListCell   *cell;
	bool		result = false;

	foreach(cell, indexes)
		result |= suits(lfirst_oid(cell), column, unique);
	relation_close(relation, NoLock);
	return result;
}

void
table_need_index(const Table *table, const char *column, bool unique, const char *why)
{
	if (has_index(table->relid, get_attnum(table->relid, column), unique))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_COLUMN_REFERENCE),
			 errmsg("column \"%s\" of %s has no %s", column, table->label, unique ? "primary key or unique index" : "index"),
			 errdetail("%s", why),
			 unique ? errhint("Add it: ALTER TABLE %s ADD PRIMARY KEY (%s).", table->name, quote_identifier(column)) :
			 errhint("Add it: CREATE INDEX ON %s (%s).", table->name, quote_identifier(column))));
}
