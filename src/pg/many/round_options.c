/*
 * round_options.c: the options of each round.
 */
#include "many/round_options.h"

#include "lib/stringinfo.h"
#include "model/model_value.h"
#include "server/error.h"
#include "sql/json.h"
#include "sql/names.h"
#include "train/options.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

#include <math.h>

/* Held out to choose the first model where nothing is to be held out of the rounds. */
#define VALIDATION_OF_FIRST 0.2

/* ---- what the user said ---- */

static void
visit_given(void *state, const char *key, const JsonbValue *value)
{
	static const char *const settled[] = {"init", "epochs", "schedule"};
	RoundOptions *options = state;

	if (name_index(key, settled, lengthof(settled)) >= 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"%s\" cannot be given here", key),
				 errdetail("Each round begins with the model of the one before, and is one epoch with a learning rate of its own."),
				 errhint("Leave it out. The parameter rounds says how many epochs there are.")));
	/* the network comes with the model that a round begins with */
	if (option_is_of_network(key))
		options->kept = DirectFunctionCall2(jsonb_delete, options->kept, CStringGetTextDatum(key));
}

RoundOptions
round_options_read(Datum json, int rounds)
{
	RoundOptions options = {.given = json, .kept = json, .rounds = rounds};
	Jsonb	   *given = DatumGetJsonbP(json);
	Options    *read = palloc(sizeof(Options));

	json_each_key(&given->root, "options", visit_given, &options);
	options_read(given, false, read);
	options.learning_rate = read->training.learning_rate > 0 ? read->training.learning_rate : (double) NAN;
	options.batch_size = read->training.batch_size > 0 ? read->training.batch_size : 0;
	options.seed = read->seed;
	options.validation = read->training.validation;
	options.refit = read->training.refit && options.validation > 0;
	pfree(read);
	return options;
}

/* ---- what nodes are told ---- */

/* The most of a string in jsonb, two digits for each byte of a model. */
#define LONGEST_INIT ((Size) (JENTRY_OFFLENMASK - 16) / 2)

static void
append_init(StringInfo out, const bytea *init)
{
	Size		length = VARSIZE_ANY_EXHDR(init);

	if (length > LONGEST_INIT)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("the model has %zu MB, and nodes can be told of %zu", length >> 20, LONGEST_INIT >> 20),
				 errhint("Use a smaller network, or fewer series.")));
	/* as digits in the text of the options, in these, and in what is sent */
	check_memory(6 * length, "telling nodes of the model", "use smaller networks");
	appendStringInfoString(out, "\"init\": \"\\\\x");
	enlargeStringInfo(out, (int) (2 * length));
	out->len += (int) hex_encode(VARDATA_ANY(init), length, out->data + out->len);
	out->data[out->len] = '\0';
	appendStringInfoString(out, "\", \"scale\": \"init\", ");
}

/* What was given, with what this call settles. */
static Datum
with(Datum given, StringInfo settled)
{
	Datum		both;

	appendStringInfoString(settled, "\"refit\": false}");
	both = DirectFunctionCall2(jsonb_concat, given, jsonb_from_text(settled->data));
	pfree(settled->data);
	return both;
}

Datum
round_options_first(const RoundOptions *options)
{
	StringInfoData settled;

	initStringInfo(&settled);
	appendStringInfoString(&settled, "{\"epochs\": 1, ");
	if (options->validation == 0)
		appendStringInfo(&settled, "\"validation\": %g, ", VALIDATION_OF_FIRST);
	return with(options->given, &settled);
}

/*
 * Logarithms that a node has found good for its rows are taken on all of them, rather than found again by each, or not. With seasons
 * that add up the two would not go together.
 */
static void
append_log(StringInfo out, const bytea *init)
{
	const lf_task *task = &model_load(init)->model.task;

	if (task->log && task->log_found && task->deseasonalize != LF_DESEASONALIZE_ADDITIVE)
		appendStringInfoString(out, "\"log\": true, ");
}

Datum
round_options_measure(const RoundOptions *options, const bytea *init)
{
	StringInfoData settled;

	initStringInfo(&settled);
	appendStringInfoString(&settled, "{\"epochs\": 0, ");
	append_log(&settled, init);
	append_init(&settled, init);
	if (options->validation == 0)
		appendStringInfo(&settled, "\"validation\": %g, ", VALIDATION_OF_FIRST);
	return with(options->kept, &settled);
}

/* Nodes take no lower one. */
#define LEAST_RATE 1e-10

double
round_learning_rate(double peak, int round, int rounds)
{
	return fmax(peak * 0.5 * (1 + cos(M_PI * (Min(round, rounds) - 0.5) / rounds)), LEAST_RATE);
}

int
round_refits(const RoundOptions *options)
{
	return options->refit ? options->rounds : 0;
}

/* Smaller ones take longer. */
#define LEAST_BATCH 8

int
round_batch_size(const RoundOptions *options, int usual, int nodes)
{
	int			size = LEAST_BATCH;

	if (options->batch_size > 0)
		return options->batch_size;
	while (2 * size <= usual / nodes)
		size *= 2;
	return size;
}

Datum
round_options_train(const RoundOptions *options, const bytea *init, int number, double learning_rate, int batch_size, bool on_all_rows)
{
	StringInfoData settled;

	initStringInfo(&settled);
	appendStringInfo(&settled, "{\"epochs\": 1, \"schedule\": \"constant\", \"learning_rate\": %.17g, \"batch_size\": %d, \"seed\": %.0f, ",
					 learning_rate, batch_size, fmod(options->seed + number, 9007199254740992.0));
	append_init(&settled, init);
	if (on_all_rows)
		appendStringInfoString(&settled, "\"validation\": 0, ");
	return with(options->kept, &settled);
}
