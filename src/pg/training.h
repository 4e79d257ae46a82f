/*
 * training.h: from rows to a model value, wherever the rows came from.
 */
#ifndef LFPG_TRAINING_H
#define LFPG_TRAINING_H

#include "options.h"
#include "regular.h"

typedef struct Request
{
	Options		options;
	lf_task		task;			/* lookback LF_UNSET: chosen from the rows */
	char	  **names;			/* of the columns of the frame */
	int			columns;
	const char *source;			/* what the rows come from, for messages */
	const char *relation;		/* qualified name, "" for an aggregate */
	const char *time_column;
	lf_time_kind time_kind;
	bool		quiet;			/* no message on how good the model is */
} Request;

/* Settles whether the network sees one column at a time; raises 22023 where it cannot. Before all else here. */
void		training_choose_channels(Request *request);

/* How rows of this request become a series. */
Series		training_series(const Request *request);

/* Raises what can be told before any row is read: a spec that does not fit, or more memory than is allowed. */
void		training_check(const Request *request);

/* Trains and returns the model; also says in a NOTICE or WARNING how good it is. Frees the rows. */
bytea	   *training_run(Request *request, Rows *rows);

#endif
