/*
 * reconcile.c: lstm_reconcile: rows of forecasts that add up.
 *
 * Forecasts are read in the order of their steps, and each step is reconciled when its rows are complete: what is kept is one
 * row for each series, however many steps there are.
 */
#include "forecast/family.h"
#include "forecast/forecast_columns.h"
#include "rows/visit.h"
#include "server/error.h"
#include "sql/arguments.h"
#include "sql/names.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include <float.h>
#include <math.h>

enum
{
	ARG_FORECASTS,
	ARG_PARENTS,
	ARG_METHOD,
	ARG_ERRORS
};

typedef enum Method
{
	METHOD_AUTO,				/* mint_shrunk with errors, else mint_diagonal, or structural where bounds are missing */
	METHOD_BOTTOM_UP,
	METHOD_STRUCTURAL,
	METHOD_MINT_DIAGONAL,
	METHOD_MINT_SHRUNK
} Method;

static const char *const method_names[] = {[METHOD_AUTO] = "auto", [METHOD_BOTTOM_UP] = "bottom_up",
	[METHOD_STRUCTURAL] = "structural", [METHOD_MINT_DIAGONAL] = "mint_diagonal", [METHOD_MINT_SHRUNK] = "mint_shrunk"};

/* Columns of the forecasts, in the order of the query; those with ? need not be there. */
static const char *const columns[] = {"series", "step", "forecast", "?lower_bound", "?upper_bound", "?forecast_at", "?target"};

enum
{
	IN_SERIES,
	IN_STEP,
	IN_FORECAST,
	IN_LOWER_BOUND,
	IN_UPPER_BOUND,
	IN_FORECAST_AT,
	IN_TARGET,
	IN_COLUMNS
};

typedef struct Reconcile
{
	ReturnSetInfo *result;
	Method		method;
	Table	   *table;
	Family	   *family;
	FamilyErrors *errors;		/* NULL: none were given */
	MemoryContext context;
	bool	   *met;			/* (count): the series has a row at some step */

	/* the step at hand */
	bool		open;
	int64		step;
	char	   *target;			/* NULL: none */
	TimestampTz at;
	bool		has_at;
	bool	   *here;			/* (count): the series has a row at it */
	double	   *forecast;		/* (count), as the following: NAN where there is none */
	double	   *below;			/* from the lower bound to the forecast */
	double	   *above;
	double	   *variance;
	double	   *reconciled;
	lf_reconciliation scratch;
} Reconcile;

/* ---- a step ---- */

static void
open_step(Reconcile *r, int64 step, const char *target)
{
	Size		count = r->family->hierarchy.count;

	r->open = true;
	r->step = step;
	r->target = target == NULL ? NULL : MemoryContextStrdup(r->context, target);
	r->has_at = false;
	memset(r->here, 0, count * sizeof(bool));
	for (Size i = 0; i < count; i++)
		r->forecast[i] = r->below[i] = r->above[i] = (double) NAN;
}

/* Half of the widths as variances, in parts of the widest, whose square may overflow; false where one is not known. */
static bool
variances_from_bounds(Reconcile *r)
{
	Size		count = r->family->hierarchy.count;
	double		widest = 0;

	for (Size i = 0; i < count; i++)
	{
		if (isnan(r->forecast[i]))
			continue;
		if (isnan(r->below[i]) || isnan(r->above[i]))
			return false;
		widest = Max(widest, r->below[i] / 2 + r->above[i] / 2);
	}
	for (Size i = 0; i < count; i++)
	{
		double		width = widest > 0 ? (r->below[i] / 2 + r->above[i] / 2) / widest : 0;

		r->variance[i] = width * width;
	}
	return true;
}

static void
structural_variances(Reconcile *r)
{
	for (Size i = 0; i < r->family->hierarchy.count; i++)
		r->variance[i] = (double) r->family->hierarchy.leaves[i];
}

static void
report_no_bounds(const Reconcile *r)
{
	for (Size i = 0; i < r->family->hierarchy.count; i++)
		if (!isnan(r->forecast[i]) && (isnan(r->below[i]) || isnan(r->above[i])))
			ereport(ERROR,
					(errcode(ERRCODE_DATA_EXCEPTION),
					 errmsg("the forecast of series \"%s\" at step " INT64_FORMAT " has no bounds", family_name(r->family, i),
							r->step),
					 errdetail("Method mint_diagonal weighs forecasts by the width of their bounds, or by errors."),
					 errhint("Give \"errors\", or the method structural or bottom_up.")));
}

/* Chooses variances; returns what the status says where all is well. */
static const char *
weigh(Reconcile *r)
{
	const lf_hierarchy *h = &r->family->hierarchy;

	if (r->errors != NULL && r->method != METHOD_STRUCTURAL && r->method != METHOD_BOTTOM_UP)
	{
		memcpy(r->variance, r->errors->variance, h->count * sizeof(double));
		return "ok";
	}
	switch (r->method)
	{
		case METHOD_BOTTOM_UP:
			for (Size i = 0; i < h->count; i++)
				r->variance[i] = h->children[i] > 0 ? INFINITY : 1;
			return "ok";
		case METHOD_STRUCTURAL:
			structural_variances(r);
			return "ok";
		default:
			if (variances_from_bounds(r))
				return "ok";
			if (r->method == METHOD_MINT_DIAGONAL)
				report_no_bounds(r);
			structural_variances(r);
			return "structural: some forecasts have no bounds at this step";
	}
}

static bool
all_known(const Reconcile *r)
{
	for (Size i = 0; i < r->family->hierarchy.count; i++)
		if (isnan(r->forecast[i]))
			return false;
	return true;
}

/*
 * Bounds are as far from the reconciled forecast as they were from that which came. A series without any has those that
 * its children give it, if they err independently.
 */
static void
complete_bounds(Reconcile *r)
{
	const lf_hierarchy *h = &r->family->hierarchy;
	double	   *below = r->scratch.sum;
	double	   *above = r->scratch.sum_variance;

	for (Size i = 0; i < h->count; i++)
		below[i] = above[i] = 0;
	for (Size i = 0; i < h->count; i++)
	{
		Size		node = h->order[i];

		CHECK_FOR_INTERRUPTS();
		if (h->children[node] > 0 && isnan(r->forecast[node]))
		{
			r->below[node] = below[node];
			r->above[node] = above[node];
		}
		if (h->parent[node] == LF_NO_PARENT)
			continue;
		below[h->parent[node]] = hypot(below[h->parent[node]], r->below[node]);
		above[h->parent[node]] = hypot(above[h->parent[node]], r->above[node]);
	}
}

/* Of each tree the leaf without a forecast, where there is one; LF_NO_PARENT else. In the arrays of the scratch. */
static Size *
missing_leaves(Reconcile *r)
{
	const lf_hierarchy *h = &r->family->hierarchy;
	Size	   *missing = (Size *) r->scratch.mean;

	StaticAssertStmt(sizeof(Size) <= sizeof(double), "a size fits where a double was");
	for (Size i = 0; i < h->count; i++)
		missing[i] = LF_NO_PARENT;
	for (Size i = h->count; i-- > 0;)
		if (h->children[i] == 0 && isnan(r->forecast[i]))
			missing[h->root[i]] = i;
	return missing;
}

static void
put_step(Reconcile *r, const char *well)
{
	const lf_hierarchy *h = &r->family->hierarchy;
	const Size *missing = missing_leaves(r);
	Datum		ok = CStringGetTextDatum(well);
	Datum		target = r->target == NULL ? 0 : CStringGetTextDatum(r->target);

	for (Size i = 0; i < h->count; i++)
	{
		Size		leaf = missing[h->root[i]];
		double		forecast = r->reconciled[i];
		Datum		values[OUT_COLUMNS];
		bool		nulls[OUT_COLUMNS] = {false};

		CHECK_FOR_INTERRUPTS();
		values[OUT_SERIES] = CStringGetTextDatum(family_name(r->family, i));
		values[OUT_STEP] = Int32GetDatum((int32) r->step);
		values[OUT_FORECAST_AT] = TimestampTzGetDatum(r->at);
		nulls[OUT_FORECAST_AT] = !r->has_at;
		values[OUT_TARGET] = target;
		nulls[OUT_TARGET] = r->target == NULL;
		nulls[OUT_FORECAST] = !isfinite(forecast);
		nulls[OUT_LOWER_BOUND] = nulls[OUT_UPPER_BOUND] = !isfinite(forecast) || !isfinite(r->below[i]) || !isfinite(r->above[i]);
		values[OUT_FORECAST] = Float8GetDatum(forecast);
		values[OUT_LOWER_BOUND] = Float8GetDatum(Max(forecast - r->below[i], -DBL_MAX));
		values[OUT_UPPER_BOUND] = Float8GetDatum(Min(forecast + r->above[i], DBL_MAX));
		values[OUT_STATUS] = isfinite(forecast) ? ok :
			leaf == LF_NO_PARENT ? CStringGetTextDatum("the sum is too large") :
			CStringGetTextDatum(psprintf("series \"%s\" has no forecast at this step", family_name(r->family, leaf)));
		tuplestore_putvalues(r->result->setResult, r->result->setDesc, values, nulls);
		if (values[OUT_STATUS] != ok)
			pfree(DatumGetPointer(values[OUT_STATUS]));
		pfree(DatumGetPointer(values[OUT_SERIES]));
	}
}

static void
close_step(Reconcile *r)
{
	const lf_hierarchy *h = &r->family->hierarchy;
	const char *well;

	if (!r->open)
		return;
	well = weigh(r);
	if (r->errors == NULL || r->errors->shrunk.factor == NULL)
		lf_reconcile(h, r->forecast, r->variance, r->reconciled, &r->scratch);
	else if (all_known(r))
		lf_shrunk_reconcile(&r->errors->shrunk, h, r->forecast, r->reconciled);
	else
	{
		lf_reconcile(h, r->forecast, r->variance, r->reconciled, &r->scratch);
		well = "mint_diagonal: some series have no forecast at this step";
	}
	complete_bounds(r);
	put_step(r, well);
	if (r->target != NULL)
		pfree(r->target);
	r->open = false;
}

/* ---- rows ---- */

static int64
step_of(const Reconcile *r, HeapTuple row, TupleDesc descriptor, const char *series)
{
	double		step = visit_number(row, descriptor, IN_STEP + 1);

	if (isnan(step))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("column \"step\" of %s is NULL in a row of series \"%s\"", r->table->label, series)));
	if (step < PG_INT32_MIN || step > PG_INT32_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("step %.0f of series \"%s\" in %s is not an int", step, series, r->table->label)));
	return (int64) step;
}

/* The distance of a bound; NAN where it is not there. */
static double
distance(const Reconcile *r, HeapTuple row, TupleDesc descriptor, int column, double forecast, int sign, const char *series)
{
	double		bound = visit_number(row, descriptor, column + 1);
	double		away = (bound - forecast) * sign;

	if (away < 0)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("the %s of series \"%s\" at step " INT64_FORMAT " in %s is %g, %s its forecast of %g", columns[column] + 1,
						series, r->step, r->table->label, bound, sign > 0 ? "below" : "above", forecast)));
	return isfinite(away) ? away : (double) NAN;
}

static void
visit_forecast(void *state, HeapTuple row, TupleDesc descriptor)
{
	Reconcile  *r = state;
	char	   *series = visit_text(row, descriptor, IN_SERIES + 1);
	char	   *target = visit_text(row, descriptor, IN_TARGET + 1);
	double		forecast = visit_number(row, descriptor, IN_FORECAST + 1);
	int64		step;
	int64		number;
	Datum		at;
	bool		null;

	if (series == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("column \"series\" of %s is NULL", r->table->label)));
	number = dictionary_find(r->family->names, series);
	if (number < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("series \"%s\" of %s is not in %s", series, r->table->label, r->family->table->label),
				 errhint("Give it a row there; \"parent\" is NULL in it where it is part of no other.")));
	r->met[number] = true;
	/* a series that could not be forecast has a row without a step */
	if (isnan(forecast) && isnan(visit_number(row, descriptor, IN_STEP + 1)))
		return;
	step = step_of(r, row, descriptor, series);
	if (!r->open || step != r->step || (target == NULL) != (r->target == NULL) ||
		(target != NULL && strcmp(target, r->target) != 0))
	{
		close_step(r);
		open_step(r, step, target);
	}
	if (r->here[number])
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("series \"%s\" has two forecasts for step " INT64_FORMAT " in %s", series, step, r->table->label),
				 errhint("Read forecasts of one origin through a view.")));
	r->here[number] = true;
	at = SPI_getbinval(row, descriptor, IN_FORECAST_AT + 1, &null);
	if (!null && !r->has_at)
	{
		r->at = DatumGetTimestampTz(at);
		r->has_at = true;
	}
	if (isnan(forecast))
		return;
	if (isinf(forecast))
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("the forecast of series \"%s\" at step " INT64_FORMAT " in %s is infinite", series, step, r->table->label)));
	r->forecast[number] = forecast;
	r->below[number] = distance(r, row, descriptor, IN_LOWER_BOUND, forecast, -1, series);
	r->above[number] = distance(r, row, descriptor, IN_UPPER_BOUND, forecast, 1, series);
}

/* The query: what is not there is NULL. */
static char *
forecasts_query(const Reconcile *r, const Oid *types)
{
	return psprintf("SELECT series, step, forecast, %s, %s, %s, %s FROM %s ORDER BY 7, 2",
					types[IN_LOWER_BOUND] == InvalidOid ? "NULL::pg_catalog.float8" : "lower_bound",
					types[IN_UPPER_BOUND] == InvalidOid ? "NULL::pg_catalog.float8" : "upper_bound",
					types[IN_FORECAST_AT] == InvalidOid ? "NULL::pg_catalog.timestamptz" : "forecast_at::pg_catalog.timestamptz",
					types[IN_TARGET] == InvalidOid ? "NULL::pg_catalog.text" : "target", r->table->name);
}

static void
check_types(const Reconcile *r, Oid *types)
{
	table_need_type(r->table, "step", types[IN_STEP], true);
	table_need_type(r->table, "forecast", types[IN_FORECAST], true);
	for (int i = IN_LOWER_BOUND; i <= IN_UPPER_BOUND; i++)
		if (types[i] != InvalidOid)
			table_need_type(r->table, columns[i] + 1, types[i], true);
	if (types[IN_FORECAST_AT] != DATEOID && types[IN_FORECAST_AT] != TIMESTAMPOID && types[IN_FORECAST_AT] != TIMESTAMPTZOID)
		types[IN_FORECAST_AT] = InvalidOid;
	if (types[IN_STEP] != INT2OID && types[IN_STEP] != INT4OID && types[IN_STEP] != INT8OID)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("column \"step\" of %s is of type %s, which is no integer", r->table->label, format_type_be(types[IN_STEP])),
				 errhint("Use a view that casts the column to int.")));
}

/* ---- the call ---- */

/* What was named and never met: a typing error would make sums wrong in silence. */
static void
check_met(const Reconcile *r)
{
	const lf_hierarchy *h = &r->family->hierarchy;

	for (Size i = 0; i < h->count; i++)
	{
		if (h->children[i] == 0 && !r->met[i])
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("series \"%s\" of %s has no row in %s", family_name(r->family, i), r->family->table->label, r->table->label),
					 errdetail("A series that no other is part of needs forecasts."),
					 errhint("Leave its row out of the hierarchy, or forecast it.")));
		if (!r->family->stated[i] && !r->met[i])
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("parent \"%s\" in %s is not known", family_name(r->family, i), r->family->table->label),
					 errdetail("It is a series neither there nor in %s.", r->table->label),
					 errhint("Give it a row in which \"parent\" is NULL, if it is not a typing error.")));
	}
}

static Method
read_method(FunctionCallInfo fcinfo)
{
	char	   *name = argument_text(fcinfo, ARG_METHOD);
	int			method = name == NULL ? METHOD_AUTO : name_index(name, method_names, lengthof(method_names));

	if (method < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("unrecognized method \"%s\"", name),
				 errdetail("The methods are %s.", join_names(method_names, lengthof(method_names))),
				 nearest_hint(name, method_names, lengthof(method_names), NULL)));
	if (method == METHOD_MINT_SHRUNK && PG_ARGISNULL(ARG_ERRORS))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("method mint_shrunk needs errors"),
				 errhint("Give \"errors\", a relation with the columns series, at and error; or the method mint_diagonal.")));
	return (Method) method;
}

static void
take_memory(Reconcile *r)
{
	Size		count = r->family->hierarchy.count;
	lf_arena	arena = lf_arena_measure();
	Size		needed = 0;

	/* the first time to measure, then to take; family_read() has counted it */
	for (int turn = 0; turn < 2; turn++)
	{
		r->met = lf_arena_take(&arena, count, sizeof(bool));
		r->here = lf_arena_take(&arena, count, sizeof(bool));
		r->forecast = lf_arena_take(&arena, count, sizeof(double));
		r->below = lf_arena_take(&arena, count, sizeof(double));
		r->above = lf_arena_take(&arena, count, sizeof(double));
		r->variance = lf_arena_take(&arena, count, sizeof(double));
		r->reconciled = lf_arena_take(&arena, count, sizeof(double));
		lf_reconciliation_layout(&r->scratch, &arena, count);
		needed = arena.used + LF_ALIGNMENT;
		if (turn == 0)
			arena = lf_arena_over(MemoryContextAllocHuge(CurrentMemoryContext, needed), needed);
	}
	memset(r->met, 0, count * sizeof(bool));
}

SQL_FUNCTION(lstm_reconcile);
Datum
lstm_reconcile(PG_FUNCTION_ARGS)
{
	Reconcile	r = {.result = (ReturnSetInfo *) fcinfo->resultinfo, .context = CurrentMemoryContext};
	Oid			types[IN_COLUMNS];

	InitMaterializedSRF(fcinfo, 0);
	RETURN_NO_ROWS_IF_NULL(ARG_FORECASTS);
	RETURN_NO_ROWS_IF_NULL(ARG_PARENTS);
	r.method = read_method(fcinfo);
	r.table = table_open_named(PG_GETARG_OID(ARG_FORECASTS), columns, lengthof(columns), types);
	check_types(&r, types);
	r.family = family_read(PG_GETARG_OID(ARG_PARENTS));
	if (!PG_ARGISNULL(ARG_ERRORS))
		r.errors = family_errors_read(r.family, PG_GETARG_OID(ARG_ERRORS),
									  r.method == METHOD_MINT_SHRUNK || r.method == METHOD_AUTO);
	take_memory(&r);
	visit_rows(forecasts_query(&r, types), visit_forecast, &r);
	close_step(&r);
	check_met(&r);
	return (Datum) 0;
}
