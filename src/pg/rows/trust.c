/*
 * trust.c: whether reading a relation can run code of somebody whom the caller has no reason to trust.
 *
 * A SELECT runs more than itself, and runs it as whoever selects: functions in views and in policies of row-level
 * security, and even on a plain table functions in the expressions of its indexes and constraints, which the planner
 * works out where their arguments are constant. Their owners can replace them at any time. Whoever names a relation in
 * a query has decided to trust them. But where a model names it, the author of the model has decided, and a model is a
 * value that anybody can make. So what it names is read unasked only where it belongs to the caller, or to a role whose
 * rights the caller has; that a superuser has the rights of everybody is no reason. The same goes for all that the
 * relation leads to, except that what belongs to superusers is safe to run: they need no trick to do as the caller
 * does.
 *
 * REFRESH MATERIALIZED VIEW, autovacuum and logical replication meet the same problem by running as the owner of the
 * relation. That does not do here: rights on columns and policies are those of the caller, and a forged name would be
 * read with the rights of an owner who never asked for it.
 */
#include "rows/trust.h"

#include "rows/text_column.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/relation.h"
#include "catalog/catalog.h"
#include "catalog/dependency.h"
#include "catalog/indexing.h"
#include "catalog/objectaddress.h"
#include "catalog/pg_class.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_policy.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_rewrite.h"
#include "catalog/pg_type.h"
#include "rewrite/prs2lock.h"
#include "utils/acl.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

/* Whether the caller has the rights of a role, otherwise than by being superuser. */
static bool
has_rights_of(Oid role)
{
	Oid			caller = GetUserId();

	return superuser_arg(caller) ? is_member_of_role_nosuper(caller, role) : has_privs_of_role(caller, role);
}

static Oid
owner_of(const ObjectAddress *object)
{
	HeapTuple	tuple;
	Oid			owner = InvalidOid;

	switch (object->classId)
	{
		case RelationRelationId:
			tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(object->objectId));
			if (HeapTupleIsValid(tuple))
				owner = ((Form_pg_class) GETSTRUCT(tuple))->relowner;
			break;
		case ProcedureRelationId:
			tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(object->objectId));
			if (HeapTupleIsValid(tuple))
				owner = ((Form_pg_proc) GETSTRUCT(tuple))->proowner;
			break;
		case TypeRelationId:
			tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(object->objectId));
			if (HeapTupleIsValid(tuple))
				owner = ((Form_pg_type) GETSTRUCT(tuple))->typowner;
			break;
		default:
			return InvalidOid;
	}
	if (HeapTupleIsValid(tuple))
		ReleaseSysCache(tuple);
	return owner;
}

/* What is still to be looked at; all that was found stays, so that nothing is looked at twice. */
typedef struct Search
{
	List	   *relations;		/* OIDs, those done and behind them those to do */
	ObjectAddress stranger;		/* the first object of a role that is not trusted; InvalidOid: none */
} Search;

/* Notes an object that reading leads to. */
static void
reach(Search *search, Oid class, Oid object)
{
	ObjectAddress address = {.classId = class, .objectId = object};
	Oid			owner;

	if (class == OperatorRelationId)
		address = (ObjectAddress) {.classId = ProcedureRelationId, .objectId = get_opcode(object)};
	owner = owner_of(&address);
	if (OidIsValid(owner) && !OidIsValid(search->stranger.objectId) && !superuser_arg(owner) && !has_rights_of(owner))
		search->stranger = address;
	if (class == RelationRelationId)
		search->relations = list_append_unique_oid(search->relations, object);
}

/* Notes what a rule of a view or a policy mentions. */
static void
reach_by(Search *search, Oid class, Oid object)
{
	Relation	depend = relation_open(DependRelationId, AccessShareLock);
	ScanKeyData key[2];
	SysScanDesc scan;
	HeapTuple	tuple;

	ScanKeyInit(&key[0], Anum_pg_depend_classid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(class));
	ScanKeyInit(&key[1], Anum_pg_depend_objid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(object));
	scan = systable_beginscan(depend, DependDependerIndexId, true, NULL, lengthof(key), key);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_depend to = (Form_pg_depend) GETSTRUCT(tuple);

		CHECK_FOR_INTERRUPTS();
		reach(search, to->refclassid, to->refobjid);
	}
	systable_endscan(scan);
	relation_close(depend, AccessShareLock);
}

static void
reach_by_policies(Search *search, Oid relid)
{
	Relation	policies = relation_open(PolicyRelationId, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;

	ScanKeyInit(&key, Anum_pg_policy_polrelid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(relid));
	scan = systable_beginscan(policies, PolicyPolrelidPolnameIndexId, true, NULL, 1, &key);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
		reach_by(search, PolicyRelationId, ((Form_pg_policy) GETSTRUCT(tuple))->oid);
	systable_endscan(scan);
	relation_close(policies, AccessShareLock);
}

/* Notes what reading a relation leads to at once. */
static void
look_into(Search *search, Oid relid)
{
	Relation	relation = try_relation_open(relid, AccessShareLock);
	bool		has_parts;

	if (relation == NULL)
		return;
	has_parts = relation->rd_rel->relhassubclass;
	for (int i = 0; relation->rd_rel->relkind == RELKIND_VIEW && relation->rd_rules != NULL &&
		 i < relation->rd_rules->numLocks; i++)
		reach_by(search, RewriteRelationId, relation->rd_rules->rules[i]->ruleId);
	if (relation->rd_rel->relrowsecurity)
		reach_by_policies(search, relid);
	relation_close(relation, NoLock);
	if (has_parts)
	{
		ListCell   *cell;

		foreach(cell, find_all_inheritors(relid, AccessShareLock, NULL))
			reach(search, RelationRelationId, lfirst_oid(cell));
	}
}

pg_noreturn static void report_stranger(const Table *table, const char *parameter, Oid owner, const ObjectAddress *object);

/* 'object' NULL: it is the relation itself that belongs to this role. */
static void
report_stranger(const Table *table, const char *parameter, Oid owner, const ObjectAddress *object)
{
	char	   *role = GetUserNameFromId(owner, true);
	char	   *what = object == NULL ? "" : psprintf(" uses %s, which", GET_OBJECT_DESCRIPTION(object));

	if (role == NULL)
		role = psprintf("%u", owner);
	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("the model names relation %s, which%s belongs to role \"%s\"", table->name, what, role),
			 errdetail("Whoever made the model chose the relation, and reading it can run code of that role with the rights "
					   "of role \"%s\".", GetUserNameFromId(GetUserId(), false)),
			 errhint("To read the relation nevertheless, name it explicitly: %s => %s.", parameter,
					 quote_literal_cstr(table->name))));
}

void
trust_check_relation(const Table *table, const char *parameter)
{
	ObjectAddress itself = {.classId = RelationRelationId, .objectId = table->relid};
	Oid			owner = owner_of(&itself);
	Search		search = {0};

	if (!has_rights_of(owner))
		report_stranger(table, parameter, owner, NULL);
	search.relations = list_make1_oid(table->relid);
	for (int i = 0; i < list_length(search.relations); i++)
	{
		look_into(&search, list_nth_oid(search.relations, i));
		if (OidIsValid(search.stranger.objectId))
			report_stranger(table, parameter, owner_of(&search.stranger), &search.stranger);
	}
}

/* ---- saving ---- */

/* Whether a column is one of the relation's, read row by row or once for each series. */
static bool
is_read(const lf_model *model, int column)
{
	lf_column_kind kind = (lf_column_kind) model->task.kind[column];

	return kind != LF_COLUMN_CALENDAR && kind != LF_COLUMN_SERIES && kind != LF_COLUMN_EVENT;
}

static void
check_column(Oid relid, const char *relation, const char *name, bool may_be_gone)
{
	AttrNumber	column = get_attnum(relid, name);

	if (column == InvalidAttrNumber && may_be_gone)
		return;
	if (column == InvalidAttrNumber)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("the model names column \"%s\" of relation %s, which does not exist", name, relation),
				 errhint("Only the owner of the table of models may save this model, because your right to read "
						 "that column cannot be checked.")));
	if (pg_attribute_aclcheck(relid, column, GetUserId(), ACL_SELECT) != ACLCHECK_OK)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("permission denied for column \"%s\" of relation %s", name, relation),
				 errdetail("The model names this column, and whoever forecasts with the model reads it."),
				 errhint("Only a role that may read what a model names may save the model.")));
}

/* The relation of a name, where columns of it are to be checked one by one; else InvalidOid. */
static Oid
relation_to_check(const char *relation, bool may_be_gone)
{
	Oid			relid;

	if (relation[0] == '\0')
		return InvalidOid;
	relid = table_resolve(relation, true);
	if (!OidIsValid(relid) && may_be_gone)
		return InvalidOid;
	if (!OidIsValid(relid))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("the model names relation %s, which does not exist", relation),
				 errhint("Only the owner of the table of models may save this model, because your right to read "
						 "that relation cannot be checked.")));
	return pg_class_aclcheck(relid, GetUserId(), ACL_SELECT) == ACLCHECK_OK ? InvalidOid : relid;
}

/* Of the days of holidays only those columns that tell of them are read, and those that tell whose they are. */
static void
check_holidays(const lf_model *model, bool may_be_gone)
{
	Oid			relid = relation_to_check(model->holidays, may_be_gone);

	if (!OidIsValid(relid))
		return;
	check_column(relid, model->holidays, "day", may_be_gone);
	check_column(relid, model->holidays, "name", may_be_gone);
	check_column(relid, model->holidays, "days_before", true);
	check_column(relid, model->holidays, "days_after", true);
	if (model->series_column[0] != '\0')
		check_column(relid, model->holidays, model->series_column, true);
	for (int i = 0; i < model->further_keys; i++)
		check_column(relid, model->holidays, model->further_key[i], true);
	for (int i = 0; i < model->columns; i++)
		if (model->task.kind[i] == LF_COLUMN_CATEGORY)
			check_column(relid, model->holidays, model->names[i], true);
}

void
trust_check_claims(const lf_model *model, Oid owner)
{
	bool		may_be_gone = has_privs_of_role(GetUserId(), owner);
	Oid			relid = relation_to_check(model->relation, may_be_gone);

	check_holidays(model, may_be_gone);
	if (!OidIsValid(relid))
		return;
	if (model->time_column[0] != '\0')
		check_column(relid, model->relation, model->time_column, may_be_gone);
	if (model->series_column[0] != '\0')
		check_column(relid, model->relation, model->series_column, may_be_gone);
	for (int i = 0; i < model->further_keys; i++)
		check_column(relid, model->relation, model->further_key[i], may_be_gone);
	for (int i = 0; i < model->columns; i++)
		if (is_read(model, i))
			check_column(relid, model->relation, text_column_source(model->names[i], text_column_value(model, i)), may_be_gone);
}
