/*
 * training.h: from rows to a model value, wherever the rows came from.
 */
#ifndef LFPG_TRAINING_H
#define LFPG_TRAINING_H

#include "train/options.h"
#include "rows/panel.h"

typedef struct Request
{
	Options		options;
	lf_task		task;			/* lookback LF_UNSET: chosen from the rows */
	Columns		columns;		/* of the frame */
	const char *source;			/* what the rows come from, for messages */
	const char *relation;		/* qualified name, "" for an aggregate */
	const char *series_column;	/* NULL: the rows are one series */
	const char *time_column;
	lf_time_kind time_kind;
	int			categories[LF_MAX_COLUMNS];	/* of the first inputs, see lf_task_categories(); 0: not known yet */
	bool		quiet;			/* no message on how good the model is */
	bool		commit_when_read;	/* snapshot and locks are let go before the network trains; SPI is nonatomic */
} Request;

/* How rows of this request become a series. */
Series		training_series(const Request *request);

/* Raises what can be told before any row is read: a spec that does not fit, or more memory than is allowed. */
void		training_check(const Request *request);

/* Trains on rows of one series and returns the model; also says in a NOTICE or WARNING how good it is. Frees the rows. */
bytea	   *training_run(Request *request, Rows *rows);

/* The same on all series of a table. */
bytea	   *training_run_table(Request *request, Table *table);

/* The same on a panel that is made by the plan of the training, in its memory. */
typedef Panel *(*panel_maker) (PanelSpec *plan, void *state);
bytea	   *training_run_panel(Request *request, panel_maker make, void *state);

#endif
