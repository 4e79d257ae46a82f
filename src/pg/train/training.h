/*
 * training.h: from rows to a model value, wherever the rows came from.
 */
#ifndef LFPG_TRAINING_H
#define LFPG_TRAINING_H

#include "rows/panel.h"
#include "server/progress.h"
#include "train/options.h"
#include "train/wishes.h"

/* What is to be trained on what. A training reads it and leaves it as it is. */
typedef struct Request
{
	Options		options;		/* as they were given */
	lf_wishes	wishes;			/* what they, and the arguments beside them, wish */
	Columns		columns;		/* of the frame, but for those of the calendar that only rows settle */
	const char *source;			/* what the rows come from, for messages */
	const char *relation;		/* qualified name, "" for an aggregate */
	const char *series_column;	/* NULL: the rows are one series */
	int			further_keys;	/* columns that tell series apart together with it */
	const char **further_key;
	const char *primary_keys;	/* see rows/table.h */
	const char *time_column;
	lf_time_kind time_kind;
	bool		quiet;			/* no message on how good the model is */
	bool		fills_all;		/* the rows are a part of others, of which auto has not found too much missing */
	bool		commit_when_read;	/* snapshot and locks are let go before the network trains; SPI is nonatomic */
} Request;

/* How rows of this request become a series. */
Series		training_series(const Request *request);

/* Raises what can be told before any row is read: a spec that does not fit, or more memory than is allowed. */
void		training_check(const Request *request);

/*
 * Trains on rows of one series and returns the model; also says in a NOTICE or WARNING how good it is. Frees the rows.
 */
bytea	   *training_run(const Request *request, Rows *rows);

/* The same on all series of a table, shown as this command. */
bytea	   *training_run_table(ProgressCommand command, const Request *request, Table *table);

/* The same on a panel that is made by the plan of the training, in its memory. */
typedef Panel *(*panel_maker) (PanelSpec *plan, void *state);
bytea	   *training_run_panel(const Request *request, panel_maker make, void *state);

#endif
