/*
 * progress.h: what a running training tells: the view lstm_progress, and the setting lstm_forecast.log_progress.
 */
#ifndef LFPG_PROGRESS_H
#define LFPG_PROGRESS_H

#include "server/common.h"
#include "executor/spi.h"
#include "training/contest.h"

/* The number of our command among those of the server, which count from 0 on: "LSTM". */
#define PROGRESS_OF_TRAINING 0x4c53544d

typedef enum ProgressCommand
{
	PROGRESS_TRAIN,
	PROGRESS_TRAIN_AGG,
	PROGRESS_TUNE,
	PROGRESS_BACKTEST,
	PROGRESS_UPDATE,
	PROGRESS_TRAIN_INTO,
	PROGRESS_TRAIN_EACH,
	PROGRESS_TRAIN_ROUNDS,
	PROGRESS_FORECAST_EACH,		/* from here on nothing is trained */
	PROGRESS_FORECAST,
	PROGRESS_SIMULATE,
	PROGRESS_QUANTILES,
	PROGRESS_COMPONENTS,
	PROGRESS_BASELINE,
	PROGRESS_ZERO_SHOT
} ProgressCommand;

typedef enum ProgressPhase
{
	PROGRESS_READING,
	PROGRESS_PREPARING,
	PROGRESS_TRAINING,
	PROGRESS_MEASURING,
	PROGRESS_TRAINING_ON_ALL,
	PROGRESS_TESTING,
	PROGRESS_FORECASTING
} ProgressPhase;

/* The numbers that other sessions see, in their order in the backend's status. */
typedef enum ProgressValue
{
	PROGRESS_COMMAND,
	PROGRESS_PHASE,
	PROGRESS_NUMBER,			/* of the training, from 1 on; 0: none has begun */
	PROGRESS_NUMBERS,			/* trainings that are planned */
	PROGRESS_ROWS,				/* that were read */
	PROGRESS_SERIES,
	PROGRESS_MEMBER,			/* of an ensemble, from 1 on */
	PROGRESS_MEMBERS,
	PROGRESS_EPOCH,				/* that are closed */
	PROGRESS_EPOCHS,			/* 0: not known yet */
	PROGRESS_BATCH,				/* that are done in this epoch */
	PROGRESS_BATCHES,
	PROGRESS_LOSS,				/* of the newest closed epoch, as the bits of a double; NaN: none */
	PROGRESS_HELD_OUT_LOSS,
	PROGRESS_STARTED,			/* a TimestampTz */
	PROGRESS_MEMORY,			/* bytes that the rows take, and the network once it trains; 0: not known yet */
	PROGRESS_VALUES
} ProgressValue;

/*
 * A call that trains, or forecasts for long. One that is made while another one runs, by a view that the other reads, hides it until it ends.
 */
typedef struct Progress
{
	struct Progress *outer;
	bool		limited;		/* the time of its trainings is counted: it trains, and none around it does */
	Oid			relation;		/* InvalidOid: none */
	int64		value[PROGRESS_VALUES];
	TimestampTz run_started;	/* of the network in training */
	TimestampTz newest;			/* when the newest step ended */

	/* what another command of this backend told before, such as COPY */
	int			before;
	Oid			before_target;
	int64		before_value[PGSTAT_NUM_PROGRESS_PARAM];
} Progress;

/*
 * Does the work of a call that trains, so that it is shown and its time counted: that of lstm_forecast.max_train_time
 * runs from here on. The relation may be InvalidOid.
 */
void		progress_around(ProgressCommand command, Oid relation, void (*work) (void *), void *state);

/* The same of a call that only forecasts: it has no limit of time, and tells nothing where it is part of another one that does. */
void		progress_around_forecast(ProgressCommand command, Oid relation, void (*work) (void *), void *state);

/* What follows tells about the call at hand, and does nothing where none is. */

/* There will be so many trainings, not one. */
void		progress_expect(int64 trainings);

/* So many of them have ended before, in this call or elsewhere. */
void		progress_number(int64 trainings);

/* The next training begins, and its time. */
void		progress_next_training(void);

void		progress_phase(ProgressPhase phase);

/* A row of the relation was read, and those that are kept take so many bytes (0: progress_memory tells that). */
void		progress_row(Oid relation, Size memory);

/* Runs a query by SPI. Raises 54000 where the time of the training is over before it has ended. */
void		progress_query(const char *query, const SPIExecuteOptions *options, const char *source);

/* A series of it is complete. */
void		progress_series(Oid relation);

void		progress_memory(Size bytes);

/*
 * After each step of a fit, or of a trainer by itself, with its status; members count from 1 on. Raises 54000 where the
 * time of the training is over.
 */
/* The same of a contest: its networks count as members. */
void		progress_contest(const lf_contest *contest, lf_status status);

void		progress_fit(const lf_fit *fit, lf_status status);
void		progress_trainer(const lf_trainer *trainer, lf_status status, ProgressPhase phase, int member, int members);

#endif
