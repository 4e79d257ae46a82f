/*
 * model_cache.c: what spares a query of many forecasts to read, check and plan its model for each of them.
 *
 * A value is looked up by its length and checksum, which end it, and then compared byte by byte with a copy: a checksum
 * can be forged. Each entry has a memory context of its own. It is counted how many use it; entries without a user stay
 * until the setting's bound is passed, and go in the order in which they were used last. Entries with users stay
 * whatever the bound, as they would if each user had read the model for itself.
 *
 * Reading a stored value out of its TOAST table costs more than a forecast, so each user remembers the pointer by which
 * its value came. The value behind a pointer never changes, and its number is not given to another one before all
 * numbers of the server were used, so within a transaction an equal pointer is an equal value.
 */
#include "model/model_cache.h"

#include "access/detoast.h"
#include "lib/ilist.h"
#include "storage/proc.h"
#include "utils/guc.h"
#include "utils/memutils.h"

#include <limits.h>

typedef struct CachedModel
{
	dlist_node	in_bucket;
	dlist_node	in_order;
	MemoryContext context;		/* owns the entry and all below */
	Size		size;			/* of the context */
	int			users;
	uint32		checksum;
	bytea	   *value;
	LoadedModel *loaded;
} CachedModel;

#define BUCKETS 256				/* a power of two */
#define DEFAULT_BOUND (64 * 1024)	/* kB: some hundred networks of 50 units */

static dlist_head buckets[BUCKETS];
static dlist_head order = DLIST_STATIC_INIT(order);	/* last used first */
static Size total;				/* of all entries */
static MemoryContext cache_context;
static int	bound;				/* kB, the setting */

/* The last four bytes, which in a model are its checksum. */
static uint32
checksum_of(const bytea *value)
{
	uint32		checksum = 0;
	Size		length = VARSIZE_ANY_EXHDR(value);

	if (length >= sizeof(checksum))
		memcpy(&checksum, VARDATA_ANY(value) + length - sizeof(checksum), sizeof(checksum));
	return checksum;
}

static CachedModel *
find(const bytea *value, uint32 checksum)
{
	Size		length = VARSIZE_ANY_EXHDR(value);
	dlist_iter	iter;

	dlist_foreach(iter, &buckets[checksum % BUCKETS])
	{
		CachedModel *entry = dlist_container(CachedModel, in_bucket, iter.cur);

		if (entry->checksum == checksum && VARSIZE_ANY_EXHDR(entry->value) == length &&
			memcmp(VARDATA_ANY(entry->value), VARDATA_ANY(value), length) == 0)
			return entry;
	}
	return NULL;
}

/* Drops what nobody uses, the longest unused first, until no more than 'most' bytes are held. */
static void
shrink(Size most)
{
	dlist_node *node = dlist_is_empty(&order) ? NULL : dlist_tail_node(&order);

	while (total > most && node != NULL)
	{
		CachedModel *entry = dlist_container(CachedModel, in_order, node);

		node = dlist_has_prev(&order, node) ? dlist_prev_node(&order, node) : NULL;
		if (entry->users > 0)
			continue;
		total -= entry->size;
		dlist_delete(&entry->in_bucket);
		dlist_delete(&entry->in_order);
		MemoryContextDelete(entry->context);
	}
}

/* Reads a model. Until nothing can fail any more the entry belongs to the caller's context and is in no list. */
static CachedModel *
add(const bytea *value, uint32 checksum)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "lstm_forecast cached model",
												  ALLOCSET_SMALL_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(context);
	CachedModel *entry = palloc0(sizeof(CachedModel));

	entry->context = context;
	entry->checksum = checksum;
	entry->loaded = model_load(value);
	model_prepare(entry->loaded, 1, 1);
	entry->value = memcpy(palloc(VARSIZE_ANY(value)), value, VARSIZE_ANY(value));
	MemoryContextSwitchTo(caller);
	if (cache_context == NULL)
		cache_context = AllocSetContextCreate(TopMemoryContext, "lstm_forecast model cache", ALLOCSET_SMALL_SIZES);

	entry->size = MemoryContextMemAllocated(context, true);
	MemoryContextSetParent(context, cache_context);
	dlist_push_head(&buckets[checksum % BUCKETS], &entry->in_bucket);
	dlist_push_head(&order, &entry->in_order);
	total += entry->size;
	return entry;
}

static void
let_go(CachedModel *entry)
{
	if (entry == NULL)
		return;
	entry->users--;
	dlist_move_head(&order, &entry->in_order);
	shrink((Size) bound * 1024);
}

static void
release(void *use)
{
	let_go(((ModelUse *) use)->entry);
}

/* All users share what one has shown, so that each begins with nothing. */
static LoadedModel *
hand_out(CachedModel *entry)
{
	model_show_nothing(entry->loaded);
	return entry->loaded;
}

static LoadedModel *
take(ModelUse *use, MemoryContext context, CachedModel *entry)
{
	CachedModel *before = use->entry;

	if (before == NULL)
	{
		use->release.func = release;
		use->release.arg = use;
		MemoryContextRegisterResetCallback(context, &use->release);
	}
	entry->users++;
	use->entry = entry;
	let_go(before);
	return hand_out(entry);
}

LoadedModel *
model_use(ModelUse *use, MemoryContext context, Datum value)
{
	struct varlena *pointer = (struct varlena *) DatumGetPointer(value);
	bool		is_stored = VARATT_IS_EXTERNAL_ONDISK(pointer);
	varatt_external stored;
	bytea	   *bytes;
	CachedModel *entry;
	uint32		checksum;

	if (is_stored)
	{
		VARATT_EXTERNAL_GET_POINTER(stored, pointer);
		if (use->is_stored && use->transaction == MY_TRANSACTION &&
			memcmp(&use->stored, &stored, sizeof(stored)) == 0)
			return hand_out(use->entry);
	}
	bytes = (bytea *) pg_detoast_datum_packed(pointer);
	checksum = checksum_of(bytes);
	entry = find(bytes, checksum);
	if (entry == NULL)
		entry = add(bytes, checksum);
	if (entry != use->entry)
		take(use, context, entry);
	use->is_stored = is_stored;
	if (is_stored)
	{
		use->stored = stored;
		use->transaction = MY_TRANSACTION;
	}
	if ((struct varlena *) bytes != pointer)
		pfree(bytes);
	return hand_out(entry);
}

LoadedModel *
model_share(ModelUse *use, MemoryContext context, const ModelUse *other)
{
	return take(use, context, other->entry);
}

ModelUse *
call_site_use(FunctionCallInfo fcinfo)
{
	if (fcinfo->flinfo->fn_extra == NULL)
		fcinfo->flinfo->fn_extra = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(ModelUse));
	return fcinfo->flinfo->fn_extra;
}

LoadedModel *
model_start_rows(FunctionCallInfo fcinfo, int level_argument, double *level)
{
	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(level_argument))
		return NULL;
	*level = PG_GETARG_FLOAT8(level_argument);
	check_level(*level);
	return model_use(call_site_use(fcinfo), fcinfo->flinfo->fn_mcxt, PG_GETARG_DATUM(0));
}

static void
bound_assigned(int value, void *extra)
{
	shrink((Size) value * 1024);
}

void
model_cache_define(void)
{
	DefineCustomIntVariable("lstm_forecast.model_cache",
							"Maximum memory per session for models that are kept ready to forecast.",
							"With 0 a model is dropped at the end of the query that used it.",
							&bound, DEFAULT_BOUND, 0, MAX_KILOBYTES, PGC_USERSET, GUC_UNIT_KB,
							NULL, bound_assigned, NULL);
}
