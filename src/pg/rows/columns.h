/*
 * columns.h: which columns a frame has, and which of them are inputs and targets.
 *
 *	   | inputs, targets, known inputs | static inputs | series | holidays, calendar |
 *	     read row by row				 one value in	 its	  made from
 *										 each series	 number	  the time
 */
#ifndef LFPG_COLUMNS_H
#define LFPG_COLUMNS_H

#include "rows/calendar.h"
#include "rows/events.h"
#include "rows/table.h"
#include "rows/text_column.h"

typedef struct Columns
{
	char	  **names;			/* (LF_MAX_COLUMNS): room for all */
	char	  **values;			/* (read): of text that columns stand for, see text_column.h; NULL: none does */
	int			count;
	int			read;			/* of the first part */
	int			statics;
	bool		series;
	int			event_count;	/* of holidays, */
	Events	   *events;			/* which say on which days they are; a model's must be read before rows are made */
	CalendarSet calendar;
} Columns;

/*
 * The columns of a task that are read row by row: inputs first (NULL: the targets), then targets that are no inputs.
 * Fills the task's indexes.
 */
Columns		columns_of_task(char **targets, int target_count, char **inputs, int input_count, lf_task *task);

/*
 * Adds columns of the other parts, in this order; each becomes an input. Raise 22023 for a column that is there
 * already.
 */
void		columns_add_known(Columns *columns, lf_task *task, char **names, int count);
void		columns_add_statics(Columns *columns, lf_task *task, const Table *table);
void		columns_add_series(Columns *columns, lf_task *task, const char *series_column);
void		columns_add_events(Columns *columns, lf_task *task, Events *events);
void		columns_add_calendar(Columns *columns, lf_task *task, CalendarSet set);

/* Notes which of the columns that are read stand for values of text. */
void		columns_note_text(Columns *columns, const ColumnList *list);

/* Whether the calendar columns of a stored model, which is sound otherwise, have the names of a calendar. */
bool		columns_are_sound(const lf_model *model);

/* The columns of a model, as they are in its frame. */
Columns		columns_of_model(const lf_model *model);

#endif
