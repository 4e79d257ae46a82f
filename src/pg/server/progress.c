/*
 * progress.c: a training tells how far it is.
 *
 * PostgreSQL keeps, for each backend, the number of a command and twenty integers in shared memory, which is where
 * pg_stat_progress_vacuum and the like come from. The number of a command of ours is far from those; views of the
 * server pass it over. Nothing has to be preloaded, writing takes no lock, and the end of a transaction, or of a
 * subtransaction, that failed clears what was there.
 *
 * The latter has two sides. What a failed training has told is gone whoever catches the error. But a trial of lstm_tune
 * that fails clears what lstm_tune tells, too: so all values are kept here as well, and all of them are written each
 * time.
 */
#include "server/progress.h"

#include "lib/stringinfo.h"
#include "server/settings.h"
#include "server/time_limit.h"
#include "utils/timestamp.h"

#include <math.h>

/* Rows are told of by so many, to spare writes that nobody can follow. */
#define ROWS_AT_ONCE 256

static Progress *current;		/* lives in the stack frame of the call at hand */

/* ---- telling ---- */

static void
publish(void)
{
	const PgBackendStatus *own = OWN_BACKEND_STATUS;
	int			index[PROGRESS_VALUES];

	if (own == NULL || (int) own->st_progress_command != PROGRESS_OF_TRAINING)
		pgstat_progress_start_command((ProgressCommandType) PROGRESS_OF_TRAINING, current->relation);
	for (int i = 0; i < PROGRESS_VALUES; i++)
		index[i] = i;
	pgstat_progress_update_multi_param(PROGRESS_VALUES, index, current->value);
}

static void
set_number(ProgressValue at, double number)
{
	memcpy(&current->value[at], &number, sizeof(number));
}

/* Nothing of a network is known yet. */
static void
clear_training(void)
{
	for (int i = PROGRESS_MEMBER; i <= PROGRESS_BATCHES; i++)
		current->value[i] = 0;
	set_number(PROGRESS_LOSS, (double) NAN);
	set_number(PROGRESS_HELD_OUT_LOSS, (double) NAN);
}

/* Whether the time of a call, or of one around it, is counted. */
static bool
is_limited(const Progress *progress)
{
	for (; progress != NULL; progress = progress->outer)
		if (progress->limited)
			return true;
	return false;
}

static void
begin(Progress *progress, ProgressCommand command, Oid relation)
{
	const PgBackendStatus *own = OWN_BACKEND_STATUS;

	*progress = (Progress) {.outer = current, .relation = relation, .before = PROGRESS_COMMAND_INVALID};
	if (current == NULL && own != NULL)
	{
		progress->before = (int) own->st_progress_command;
		progress->before_target = own->st_progress_command_target;
		memcpy(progress->before_value, own->st_progress_param, sizeof(progress->before_value));
	}
	current = progress;
	progress->value[PROGRESS_COMMAND] = command;
	progress->value[PROGRESS_NUMBERS] = command < PROGRESS_FORECAST_EACH ? 1 : 0;
	progress->value[PROGRESS_STARTED] = GetCurrentTimestamp();
	clear_training();
	pgstat_progress_start_command((ProgressCommandType) PROGRESS_OF_TRAINING, relation);
	publish();
	progress->limited = command < PROGRESS_FORECAST_EACH && !is_limited(progress->outer);
	if (progress->limited)
		time_limit_start();
}

/* What another command had told before comes back. */
static void
give_back(const Progress *progress)
{
	int			index[PGSTAT_NUM_PROGRESS_PARAM];

	for (int i = 0; i < PGSTAT_NUM_PROGRESS_PARAM; i++)
		index[i] = i;
	pgstat_progress_start_command((ProgressCommandType) progress->before, progress->before_target);
	pgstat_progress_update_multi_param(PGSTAT_NUM_PROGRESS_PARAM, index, progress->before_value);
}

static void
end(Progress *progress)
{
	bool		tracked = pgstat_track_activities;

	current = progress->outer;
	if (progress->limited)
		time_limit_stop();
	/* what was told must go, also where that was switched off meanwhile */
	pgstat_track_activities = true;
	if (current != NULL)
	{
		pgstat_progress_start_command((ProgressCommandType) PROGRESS_OF_TRAINING, current->relation);
		publish();
	}
	else if (progress->before != PROGRESS_COMMAND_INVALID)
		give_back(progress);
	else
		pgstat_progress_end_command();
	pgstat_track_activities = tracked;
}

void
progress_around(ProgressCommand command, Oid relation, void (*work) (void *), void *state)
{
	Progress	progress;

	begin(&progress, command, relation);
	PG_TRY();
	{
		work(state);
	}
	PG_FINALLY();
	{
		end(&progress);
	}
	PG_END_TRY();
}

void
progress_around_forecast(ProgressCommand command, Oid relation, void (*work) (void *), void *state)
{
	if (current == NULL)
		progress_around(command, relation, work, state);
	else
		work(state);
}

void
progress_expect(int64 trainings)
{
	if (current == NULL)
		return;
	current->value[PROGRESS_NUMBERS] = trainings;
	publish();
}

void
progress_number(int64 trainings)
{
	if (current == NULL)
		return;
	current->value[PROGRESS_NUMBER] = trainings;
	publish();
}

void
progress_next_training(void)
{
	if (current == NULL)
		return;
	/* reading belongs to the first */
	if (current->value[PROGRESS_NUMBER]++ > 0 && current->limited)
		time_limit_start();
	clear_training();
	current->newest = GetCurrentTimestamp();
	progress_phase(PROGRESS_PREPARING);
}

void
progress_phase(ProgressPhase phase)
{
	if (current == NULL)
		return;
	current->value[PROGRESS_PHASE] = phase;
	publish();
}

static void
report_time_limit(void)
{
	const int64 *value = current->value;

	ereport(ERROR,
			(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			 errmsg("training exceeded lstm_forecast.max_train_time, %s", time_limit_text()),
			 value[PROGRESS_EPOCHS] == 0 ?
			 errdetail_plural(INT64_FORMAT " row had been read.", INT64_FORMAT " rows had been read.",
							  (unsigned long) value[PROGRESS_ROWS], value[PROGRESS_ROWS]) :
			 errdetail(INT64_FORMAT " of " INT64_FORMAT " epochs were completed%s.", value[PROGRESS_EPOCH],
					   value[PROGRESS_EPOCHS],
					   value[PROGRESS_PHASE] != PROGRESS_TRAINING_ON_ALL ? "" : " of the training on all rows"),
			 errhint("Reduce epochs, patience, units, lookback, ensemble or the number of rows, or skip the second "
					 "training with \"refit\": false. Only a superuser can raise the setting.")));
}

static void
run_query(const char *query, const SPIExecuteOptions *options, const char *source)
{
	if (SPI_execute_extended(query, options) != SPI_OK_SELECT)
		elog(ERROR, "could not read %s", source);
}

void
progress_query(const char *query, const SPIExecuteOptions *options, const char *source)
{
	MemoryContext caller = CurrentMemoryContext;
	bool		before;

	/* a training inside a forecast's query has a limit of its own */
	if (!is_limited(current))
	{
		run_query(query, options, source);
		return;
	}
	before = time_limit_begin_query();
	PG_TRY();
	{
		run_query(query, options, source);
	}
	PG_CATCH();
	{
		if (time_limit_end_query(before) && geterrcode() == ERRCODE_QUERY_CANCELED)
		{
			MemoryContextSwitchTo(caller);
			FlushErrorState();
			report_time_limit();
		}
		PG_RE_THROW();
	}
	PG_END_TRY();
	if (time_limit_end_query(before))
		report_time_limit();
}

/* Whether rows of a relation are those that the call at hand reads; one that began without knowing takes the first. */
static bool
reads(Oid relation)
{
	if (current == NULL || current->value[PROGRESS_PHASE] != PROGRESS_READING)
		return false;
	if (current->value[PROGRESS_COMMAND] == PROGRESS_UPDATE && !OidIsValid(current->relation))
	{
		current->relation = relation;
		pgstat_progress_start_command((ProgressCommandType) PROGRESS_OF_TRAINING, relation);
	}
	return current->relation == relation;
}

void
progress_row(Oid relation, Size memory)
{
	if (!reads(relation))
		return;
	if (memory > 0)
		current->value[PROGRESS_MEMORY] = (int64) memory;
	if (++current->value[PROGRESS_ROWS] % ROWS_AT_ONCE == 0)
		publish();
}

void
progress_series(Oid relation)
{
	if (!reads(relation))
		return;
	current->value[PROGRESS_SERIES]++;
	publish();
}

void
progress_memory(Size bytes)
{
	if (current == NULL)
		return;
	current->value[PROGRESS_MEMORY] = (int64) bytes;
	publish();
}

/* ---- the log ---- */

static char *
time_text(double seconds)
{
	return seconds < 100 ? psprintf("%.1f s", seconds) : psprintf("%.0f min", seconds / 60);
}

/* A line for each tenth of the epochs. 'all': of the training on all rows. */
static void
log_epoch(const lf_trainer *trainer, bool all, int member, int members)
{
	const int64 *value = current->value;
	const lf_epoch *last = &trainer->history[trainer->epoch - 1];
	double		each = (current->newest - current->run_started) / 1e6 / trainer->epoch;
	StringInfoData line;

	if ((int64) trainer->epoch * 10 / trainer->epochs == (int64) (trainer->epoch - 1) * 10 / trainer->epochs)
		return;
	initStringInfo(&line);
	if (value[PROGRESS_NUMBERS] > 1)
		appendStringInfo(&line, "training " INT64_FORMAT " of " INT64_FORMAT ", ", value[PROGRESS_NUMBER],
						 value[PROGRESS_NUMBERS]);
	if (all)
		appendStringInfoString(&line, "on all rows, ");
	if (members > 1)
		appendStringInfo(&line, "network %d of %d, ", member, members);
	appendStringInfo(&line, "epoch %d of %d: loss %.4g", trainer->epoch, trainer->epochs, last->loss);
	if (!isnan(last->validation_loss))
		appendStringInfo(&line, ", held-out loss %.4g", last->validation_loss);
	if (trainer->epoch < trainer->epochs)
		appendStringInfo(&line, ", at most about %s left", time_text(each * (trainer->epochs - trainer->epoch)));
	ereport(NOTICE, (errmsg_internal("%s", line.data)));
	pfree(line.data);
}

/* Takes over where a trainer is. */
static void
take_over(const lf_trainer *trainer, ProgressPhase phase, int member, int members)
{
	int64	   *value = current->value;

	if (value[PROGRESS_PHASE] != phase || value[PROGRESS_MEMBER] != member)
		current->run_started = current->newest;
	value[PROGRESS_PHASE] = phase;
	value[PROGRESS_MEMBER] = member;
	value[PROGRESS_MEMBERS] = members;
	value[PROGRESS_EPOCH] = trainer->epoch;
	value[PROGRESS_EPOCHS] = trainer->epochs;
	value[PROGRESS_BATCH] = (int64) trainer->batch;
	value[PROGRESS_BATCHES] = (int64) lf_trainer_batches(trainer);
	set_number(PROGRESS_LOSS, trainer->epoch == 0 ? (double) NAN : trainer->history[trainer->epoch - 1].loss);
	set_number(PROGRESS_HELD_OUT_LOSS,
			   trainer->epoch == 0 ? (double) NAN : trainer->history[trainer->epoch - 1].validation_loss);
	publish();
}

void
progress_trainer(const lf_trainer *trainer, lf_status status, ProgressPhase phase, int member, int members)
{
	if (current == NULL)
		return;
	take_over(trainer, phase, member, members);
	current->newest = GetCurrentTimestamp();
	if ((status == LF_EPOCH_DONE || status == LF_FINISHED) && trainer->epoch > 0 && settings_log_progress())
		log_epoch(trainer, phase == PROGRESS_TRAINING_ON_ALL, member, members);
	if (status != LF_FINISHED && time_limit_passed())
		report_time_limit();
}

void
progress_fit(const lf_fit *fit, lf_status status)
{
	if (current == NULL)
		return;
	if (fit->latest != NULL)
	{
		progress_trainer(fit->latest, status, fit->latest_final ? PROGRESS_TRAINING_ON_ALL : PROGRESS_TRAINING,
						 fit->latest_member + 1, fit->members);
		return;
	}
	if (fit->started && current->value[PROGRESS_PHASE] != PROGRESS_MEASURING)
		progress_phase(PROGRESS_MEASURING);
	current->newest = GetCurrentTimestamp();
	if (time_limit_passed())
		report_time_limit();
}

void
progress_contest(const lf_contest *contest, lf_status status)
{
	const lf_fit *latest = contest->latest;

	if (current == NULL)
		return;
	if (latest != NULL && latest->latest != NULL)
	{
		progress_trainer(latest->latest, status, contest->phase == LF_CONTEST_FINAL ? PROGRESS_TRAINING_ON_ALL :
						 PROGRESS_TRAINING, (int) (latest - contest->fit) + 1, contest->networks);
		return;
	}
	if (current->value[PROGRESS_PHASE] != PROGRESS_MEASURING)
		progress_phase(PROGRESS_MEASURING);
	current->newest = GetCurrentTimestamp();
	if (time_limit_passed())
		report_time_limit();
}
