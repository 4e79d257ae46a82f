/*
 * asked.h: the series that a call asks for by name, which of them have been answered, and what answers have in common.
 */
#ifndef LFPG_ASKED_H
#define LFPG_ASKED_H

#include "sql/dictionary.h"
#include "rows/table.h"
#include "rows/timeline.h"

typedef struct Asked
{
	Dictionary *names;			/* each once; NULL: all series are asked for */
	bool	   *answered;		/* (names) */
	Size		held;			/* bytes of both */
} Asked;

/*
 * Reads the text[] in this argument, and narrows the filter to it. Raises 54000 where the names do not fit into
 * maintenance_work_mem.
 */
Asked		asked_names(FunctionCallInfo fcinfo, int number, ReadFilter *filter);

/* The same for a model; raises 22023 where names are given and it has no series. */
Asked		asked_read(FunctionCallInfo fcinfo, int number, const lf_model *model, ReadFilter *filter);

/* Notes that a series has been answered, whatever the answer. */
void		asked_answer(const Asked *asked, const char *label);

/* Gives the names that nothing was said about to 'report', with the reason. */
void		asked_report_missing(const Asked *asked, series_left_out report, void *state);

/* The time k steps after an origin as a value of a result row; NULL where rows have no time, or no step. */
void		asked_put_stamp(Datum *value, bool *null, const Timeline *timeline, int64 origin, int64 k);

/* Puts a row that has nothing but the name of a series, NULL for the series without one, and what its status is. */
void		asked_put_status(ReturnSetInfo *result, int series_column, const char *label, int status_column,
							 const char *status);

#endif
