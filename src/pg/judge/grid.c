/*
 * grid.c: reading grids, and making options of them.
 */
#include "judge/grid.h"

#include "sql/json.h"
#include "sql/names.h"

#define MOST_VALUES 1000		/* of one option */

/*
 * What is tried for people who say nothing, 12 trials or fewer: each of these was the best on some series, see
 * doc/measured.md. The preset segment has other defaults to begin with.
 */
#define USUAL_GRID "{\"units\": [null, 16, 100], \"learning_rate\": [null, 0.005], \"loss\": [null, \"mae\"]}"
#define SEGMENT_GRID "{\"units\": [null, 64, 256], \"learning_rate\": [null, 0.0005]}"
#define GRID_WITHOUT_UNITS "{\"learning_rate\": [null, 0.005], \"loss\": [null, \"mae\"]}"

typedef struct GridReader
{
	Grid	   *grid;
	Jsonb	   *options;		/* the given ones, that each value is checked with */
	bool		leave_given;	/* skip what they have */
} GridReader;

static bool
is_lookback(const char *name)
{
	return strcmp(name, "lookback") == 0;
}

static int
lookback_of(const JsonbValue *value)
{
	return (int) json_int(value, "lookback in grid", 1, LF_MAX_DIM);
}

static Jsonb *
concatenate(Jsonb *options, Jsonb *more)
{
	return DatumGetJsonbP(DirectFunctionCall2(jsonb_concat, JsonbPGetDatum(options), JsonbPGetDatum(more)));
}

/* One key and its value. */
static Jsonb *
object_of(const char *name, JsonbValue *value)
{
	JsonbInState state = {0};
	JsonbValue	key = {.type = jbvString, .val.string = {.len = strlen(name), .val = (char *) name}};

	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	pushJsonbValue(&state, WJB_KEY, &key);
	pushJsonbValue(&state, WJB_VALUE, value);
	pushJsonbValue(&state, WJB_END_OBJECT, NULL);
	return JsonbValueToJsonb(state.result);
}

/* Raises what is wrong with a value, whatever stands beside it. */
static void
check_value(const GridReader *reader, const char *name, const JsonbValue *value, Jsonb *object)
{
	Options		options;

	if (value->type == jbvNull)
		return;
	if (is_lookback(name))
		(void) lookback_of(value);
	else
		options_read(concatenate(reader->options, object), false, &options);
}

static void
visit_grid(void *state, const char *name, const JsonbValue *value)
{
	static const char *const rows[] = {"lead", "missing", "step", "aggregate", "holidays"};
	GridReader *reader = state;
	Grid	   *grid = reader->grid;
	JsonbValue *values;
	Jsonb	  **objects;		/* the same, to be compared */
	int			given;
	int			count = 0;

	if (reader->leave_given &&
		getKeyJsonValueFromContainer(&reader->options->root, name, strlen(name), NULL) != NULL)
		return;
	if (name_index(name, rows, lengthof(rows)) >= 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"%s\" cannot be in grid", name),
				 errdetail("Trials are compared on the same rows, and this option would change the rows."),
				 errhint("Give the option in \"options\", for all trials.")));
	if (grid->options == LF_MAX_GRID_OPTIONS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("grid must have at most %d options", LF_MAX_GRID_OPTIONS)));
	values = palloc(MOST_VALUES * sizeof(JsonbValue));
	objects = palloc(MOST_VALUES * sizeof(Jsonb *));
	given = json_elements(value, psprintf("\"%s\" in grid", name), values, MOST_VALUES);
	for (int i = 0; i < given; i++)
	{
		int			same = 0;

		CHECK_FOR_INTERRUPTS();
		values[count] = values[i];
		objects[count] = object_of(name, &values[count]);
		check_value(reader, name, &values[count], objects[count]);
		while (compareJsonbContainers(&objects[same]->root, &objects[count]->root) != 0)
			same++;
		if (same == count)
			count++;
	}
	grid->name[grid->options] = pstrdup(name);
	grid->count[grid->options] = count;
	grid->value[grid->options++] = values;
}

static const char *
default_grid(const Options *options)
{
	if (options->layers != NULL || lf_presets[options->preset].recurrent == 0)
		return GRID_WITHOUT_UNITS;
	return options->preset == LF_SEGMENT ? SEGMENT_GRID : USUAL_GRID;
}

Grid *
grid_read(Jsonb *json, Jsonb *options, const Request *request)
{
	Grid	   *grid = palloc0(sizeof(Grid));
	GridReader	reader = {.grid = grid, .options = options, .leave_given = json == NULL};

	if (json == NULL)
		json = DatumGetJsonbP(jsonb_from_text(default_grid(&request->options)));
	json_each_key(&json->root, "grid", visit_grid, &reader);
	grid->size = lf_combinations_count(grid->count, grid->options);
	if (grid->size == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("grid has more than %d combinations", LF_MAX_COMBINATIONS),
				 errhint("Give fewer options, or fewer values for each.")));
	return grid;
}

static Jsonb *
combination(const Grid *grid, const int *value, bool with_lookback)
{
	JsonbInState state = {0};

	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	for (int i = 0; i < grid->options; i++)
	{
		JsonbValue	key = {.type = jbvString, .val.string = {.len = strlen(grid->name[i]), .val = grid->name[i]}};

		if (grid->value[i][value[i]].type == jbvNull || (is_lookback(grid->name[i]) && !with_lookback))
			continue;
		pushJsonbValue(&state, WJB_KEY, &key);
		pushJsonbValue(&state, WJB_VALUE, &grid->value[i][value[i]]);
	}
	pushJsonbValue(&state, WJB_END_OBJECT, NULL);
	return JsonbValueToJsonb(state.result);
}

Jsonb *
grid_combination(const Grid *grid, uint64 i)
{
	int			value[LF_MAX_GRID_OPTIONS];

	lf_combination_values(grid->count, grid->options, i, value);
	return combination(grid, value, true);
}

Jsonb *
grid_options(const Grid *grid, uint64 i, Jsonb *options, int *lookback)
{
	int			value[LF_MAX_GRID_OPTIONS];

	lf_combination_values(grid->count, grid->options, i, value);
	for (int option = 0; option < grid->options; option++)
		if (is_lookback(grid->name[option]) && grid->value[option][value[option]].type != jbvNull)
			*lookback = lookback_of(&grid->value[option][value[option]]);
	return concatenate(options, combination(grid, value, false));
}
