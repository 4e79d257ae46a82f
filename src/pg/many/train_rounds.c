/*
 * train_rounds.c: lstm_train_rounds: one model over rows on many nodes, in rounds: federated averaging (McMahan et al. 2017).
 *
 * In each round every node goes on from the shared model with its own rows, for an epoch, and what comes back is averaged. The
 * learning rate falls from round to round as it may within one training. Each average is measured: the nodes forecast their held-out
 * rows with it. From the best one as many rounds again go on with all rows, the learning rate falling once more, and the model has
 * their weights with the errors of the best, as a training with "refit" has it. To begin anew with all rows, as that does, was no
 * better by more than seeds differ.
 *
 * What depends on rows, as the season and the lookback, is chosen by one node, for all: by the one whose model, trained on its rows
 * alone, has the least error on the held-out rows of all nodes. A node that has no season would take it from all.
 *
 * A round is a transaction. What is stored is enough to go on from.
 */
#include "sql/arguments.h"
#include "sql/json.h"
#include "server/commits.h"
#include "many/nodes.h"
#include "train/request.h"
#include "many/round_models.h"
#include "many/round_options.h"
#include "many/round_table.h"

#include "executor/spi.h"
#include "model/model_value.h"
#include "server/progress.h"
#include "server/quiet.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

#include <math.h>

enum
{
	ARG_SHARED,
	ARG_TRAINED,
	ARG_INTO,
	ARG_ROUNDS,
	ARG_OF_ROUNDS,				/* options */
	ARG_AGAIN
};

#define MOST_ROUNDS 10000
#define USUAL_ROUNDS 32

#define MOST_RATE 100.0
#define USUAL_RATE 0.002

/* First models that are measured on all nodes. */
#define MOST_CANDIDATES 5

typedef struct Rounds
{
	Nodes		nodes;
	Table	   *table;
	RoundOptions options;
	double		peak;			/* the learning rate of the first round */
	int			batch_size;
	int			expected;		/* rounds of the call, the first model and refits among them, as far as is known */
	char	   *chosen;			/* the node of the first model; NULL: it was there already */
	int			compared;		/* with those of so many nodes */

	/* the round at hand */
	int			round;
	void		(*work) (struct Rounds *rounds);
} Rounds;

/* ---- the first model ---- */

static void
train_first(Rounds *rounds)
{
	NodeModel	models[MOST_CANDIDATES];
	int			count;
	bytea	   *best = NULL;
	double		least = INFINITY;
	char	   *chosen = NULL;

	progress_phase(PROGRESS_TRAINING);
	count = nodes_models(&rounds->nodes, round_options_first(&rounds->options), MOST_CANDIDATES, models);
	progress_phase(PROGRESS_MEASURING);
	for (int i = 0; i < count; i++)
	{
		bytea	   *measured = nodes_average_if_any(&rounds->nodes,
													round_options_measure(&rounds->options, round_model_to_start(models[i].model)));
		double		error;

		if (measured == NULL)
			continue;
		error = round_model_error(measured);
		if (best != NULL && !(error < least))
			continue;
		best = measured;
		least = isnan(error) ? (double) INFINITY : error;
		chosen = models[i].node;
	}
	/* again, to say what is wrong */
	if (best == NULL)
		best = nodes_average(&rounds->nodes, round_options_measure(&rounds->options, round_model_to_start(models[0].model)));
	rounds->chosen = chosen == NULL ? NULL : MemoryContextStrdup(rounds->nodes.context, chosen);
	rounds->compared = count;
	round_table_store(rounds->table, 0, best, round_model_error(best), (double) NAN, "first");
}

/* ---- the rounds ---- */

/* Trains a round from the model of another one. */
static bytea *
train_from(Rounds *rounds, int from, int number, double learning_rate, bool on_all_rows)
{
	bytea	   *before = round_model_to_start(round_table_model(rounds->table, from));

	progress_phase(on_all_rows ? PROGRESS_TRAINING_ON_ALL : PROGRESS_TRAINING);
	return nodes_average(&rounds->nodes, round_options_train(&rounds->options, before, number, learning_rate, rounds->batch_size, on_all_rows));
}

static void
train_round(Rounds *rounds)
{
	RoundsSoFar so_far = round_table_look(rounds->table);
	int			number = so_far.measured + 1;
	bool		measures = rounds->options.validation > 0;
	double		learning_rate = round_learning_rate(rounds->peak, number, rounds->options.rounds);
	bytea	   *model = train_from(rounds, so_far.newest, number, learning_rate, !measures);

	if (measures)
	{
		progress_phase(PROGRESS_MEASURING);
		model = nodes_average(&rounds->nodes, round_options_measure(&rounds->options, round_model_to_start(model)));
	}
	round_table_store(rounds->table, so_far.newest + 1, model, measures ? round_model_error(model) : (double) NAN, learning_rate, "round");
}

static void
train_refit(Rounds *rounds)
{
	RoundsSoFar so_far = round_table_look(rounds->table);
	int			number = so_far.refits + 1;
	double		learning_rate = round_learning_rate(rounds->peak, number, round_refits(&rounds->options));
	bytea	   *model = train_from(rounds, so_far.refits == 0 ? so_far.best : so_far.newest, so_far.measured + number, learning_rate, true);

	round_table_store(rounds->table, so_far.newest + 1, model, (double) NAN, learning_rate, "refit");
}

/* The newest refit has the weights; what was measured has the errors. */
static void
end_rounds(Rounds *rounds)
{
	RoundsSoFar so_far = round_table_look(rounds->table);

	if (so_far.refits > 0)
		round_table_end(rounds->table, so_far.newest,
						round_model_refitted(round_table_model(rounds->table, so_far.best), round_table_model(rounds->table, so_far.newest)),
						so_far.error);
	else
		round_table_end(rounds->table, so_far.best, NULL, so_far.error);
	/* nodes are left as they were found, without a model */
	nodes_tell(&rounds->nodes, rounds->options.given);
}

/* ---- one after the other, each in a transaction ---- */

static void
run_work(void *state)
{
	Rounds	   *rounds = state;

	progress_expect(rounds->expected);
	progress_number(rounds->round + 1);
	rounds->work(rounds);
}

static void
in_transaction(Rounds *rounds, int round, void (*work) (Rounds *rounds))
{
	MemoryContext caller = CurrentMemoryContext;
	MemoryContext own = AllocSetContextCreate(caller, "lstm_train_rounds round", ALLOCSET_DEFAULT_SIZES);
	int			nest;

	rounds->round = round;
	rounds->work = work;
	MemoryContextSwitchTo(own);
	PushActiveSnapshot(GetTransactionSnapshot());
	/* what nodes on this server say of each of their trainings would be said in each round */
	nest = quiet_begin();
	progress_around(PROGRESS_TRAIN_ROUNDS, rounds->nodes.trained->relid, run_work, rounds);
	quiet_end(nest);
	PopActiveSnapshot();
	MemoryContextSwitchTo(caller);
	SPI_commit();
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(own);
}

/* What a training has chosen for the first model is that of the rounds too, where nothing was said; one that was imported has none. */
static void
settle_by_first(Rounds *rounds)
{
	lf_training training;
	bool		has_rate;

	PushActiveSnapshot(GetTransactionSnapshot());
	training = model_load(round_table_model(rounds->table, 0))->model.training;
	PopActiveSnapshot();
	has_rate = training.learning_rate > 0 && training.learning_rate <= MOST_RATE;
	rounds->peak = !isnan(rounds->options.learning_rate) ? rounds->options.learning_rate : has_rate ? training.learning_rate : USUAL_RATE;
	rounds->batch_size = round_batch_size(&rounds->options, training.batch_size, rounds->nodes.count);
}

static RoundsSoFar
look(const Rounds *rounds)
{
	RoundsSoFar so_far;

	PushActiveSnapshot(GetTransactionSnapshot());
	so_far = round_table_look(rounds->table);
	PopActiveSnapshot();
	return so_far;
}

static void
report(const Rounds *rounds, const RoundsSoFar *so_far)
{
	const char *node = rounds->chosen == NULL ? "" : psprintf(" The first model is that of node \"%s\", the best of %d on all nodes.",
															  rounds->chosen, rounds->compared);

	if (isnan(so_far->error))
		ereport(NOTICE,
				(errmsg("a model was trained over %d nodes in %d rounds", rounds->nodes.count, so_far->measured),
				 errdetail("Its errors were not measured.%s", node),
				 errhint("SELECT model FROM %s WHERE status = 'final'", rounds->table->name)));
	else
		ereport(NOTICE,
				(errmsg("a model was trained over %d nodes in %d rounds: its error on held-out rows is %.3g times that of the last value",
						rounds->nodes.count, so_far->measured, so_far->error),
				 errdetail("It was least after round %d.%s", so_far->best, node),
				 errhint("SELECT model FROM %s WHERE status = 'final'", rounds->table->name)));
}

static void
train_all(Rounds *rounds)
{
	RoundsSoFar so_far = look(rounds);

	rounds->expected = 1 + rounds->options.rounds + round_refits(&rounds->options);
	if (so_far.newest < 0)
		in_transaction(rounds, 0, train_first);
	settle_by_first(rounds);
	for (so_far = look(rounds); so_far.refits == 0 && so_far.measured < rounds->options.rounds; so_far = look(rounds))
		in_transaction(rounds, so_far.newest + 1, train_round);
	for (; so_far.refits < round_refits(&rounds->options); so_far = look(rounds))
		in_transaction(rounds, so_far.newest + 1, train_refit);
	in_transaction(rounds, so_far.newest, end_rounds);
	report(rounds, &so_far);
}

/* ---- the call ---- */

static void
read_call(FunctionCallInfo fcinfo, Rounds *rounds)
{
	Datum		options = PG_ARGISNULL(ARG_OF_ROUNDS) ? jsonb_from_text("{}") : PG_GETARG_DATUM(ARG_OF_ROUNDS);
	Oid			shared = argument_relation(fcinfo, ARG_SHARED, "shared",
										   "Give the table that has a row for each node: CREATE TABLE name (node text, options jsonb).");
	Oid			trained = argument_relation(fcinfo, ARG_TRAINED, "trained",
											"Give the view in which nodes train: CREATE VIEW name AS SELECT node, lstm_train(..., options => options) AS model FROM shared.");
	Oid			into = argument_relation(fcinfo, ARG_INTO, "into_table",
										 "Give the table that takes the models: CREATE TABLE name (round int PRIMARY KEY, model bytea, error float8, learning_rate float8, status text).");

	rounds->options = round_options_read(PointerGetDatum(PG_DETOAST_DATUM_COPY(options)),
										 argument_int(fcinfo, ARG_ROUNDS, "rounds", 1, MOST_ROUNDS, USUAL_ROUNDS));
	rounds->table = round_table_open(into);
	rounds->nodes = nodes_open(shared, trained, fcinfo->flinfo->fn_oid);
	nodes_read(&rounds->nodes);
}

SQL_FUNCTION(lstm_train_rounds);
Datum
lstm_train_rounds(PG_FUNCTION_ARGS)
{
	Rounds		rounds = {0};

	require_own_transactions(fcinfo, "lstm_train_rounds");
	/* from here on the current memory context outlives the transaction */
	SPI_connect_ext(SPI_OPT_NONATOMIC);
	read_call(fcinfo, &rounds);
	if (!PG_ARGISNULL(ARG_AGAIN) && PG_GETARG_BOOL(ARG_AGAIN))
		round_table_clear(rounds.table);
	else if (round_table_look(rounds.table).is_final)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("%s has a final model already", rounds.table->label),
				 errhint("Train another one: again => true, or another table.")));
	train_all(&rounds);
	SPI_finish();
	return (Datum) 0;
}
