/*
 * panel.h: the rows of one or many series as one frame: each regular, without a hole, with all columns of the task.
 *
 * A series that cannot be used is left out and remembered, or is an error.
 */
#ifndef LFPG_PANEL_H
#define LFPG_PANEL_H

#include "rows/columns.h"
#include "sql/dictionary.h"
#include "rows/regularize.h"

/* What rows are to become. */
typedef struct PanelSpec
{
	lf_task    *task;
	Columns    *columns;
	Series		series;			/* how rows become regular */
	const lf_model *model;		/* that is to forecast them; NULL: they are to train one */
	CalendarSet calendar;		/* in training: columns to be added */
	bool		choose_calendar;	/* the same: those that suit the rows */
	bool		keep_times;
	bool		skip;			/* leave out series that cannot be used; else they are errors */
	series_left_out left_out;	/* is told of each of these; NULL: they are only counted */
	void	   *left_out_state;
	uint64		least_rows;		/* that a series needs */
} PanelSpec;

/* Why series are left out. */
typedef enum SkipReason
{
	SKIP_MISSING,				/* rows or values are missing */
	SKIP_SHORT,
	SKIP_NO_TARGET,				/* no target is known */
	SKIP_OTHER
} SkipReason;

#define SKIP_REASONS 4

typedef struct Panel
{
	Rows	   *rows;			/* of all series, one behind the other */
	double		expected;		/* how many, see rows.h */
	Size		series;
	Size	   *start;			/* (series + 1) */
	int64	   *number;			/* (series): place of the first row of each on the grid of time */
	char	  **names;			/* (series); NULL where there is no column of them */
	Dictionary *labels;			/* the names that are known: those of the series, or a model's; NULL the same way */
	Dictionary **categories;	/* (columns): NULL where a column is no category */
	Timeline	timeline;		/* of all of them */
	lf_alignment alignment;		/* the same */
	Aligned		aligned;		/* what was done to all */
	int64		last_time;		/* the newest of all */
	lf_missing_record missing;
	uint64		most_filled;	/* values in one series */
	char	   *most_filled_label;	/* the name of that one; NULL where there are no names */
	uint64		future;			/* rows left out because their targets are NULL: the newest, */
	uint64		past;			/* the oldest, */
	uint64		late;			/* and those before the first value of some column, */
	int			late_column;	/* which is this one */

	uint64		skipped;		/* series left out, */
	uint64		skipped_of[SKIP_REASONS];	/* by reason */
	char	   *skipped_label;	/* the first of them, quoted, and why */
	char	   *skipped_reason;

	Size		capacity;		/* of start and names */
	Size		text;			/* bytes of the names */
	MemoryContext context;
} Panel;

/*
 * What holds of a panel once it is finished: its series take up all of its rows, and each has a name where series have
 * any; each is in order of time, and no value is missing. For LFPG_ASSERT.
 */
bool		panel_is_sound(const Panel *panel);

/* An empty one; a model's knows its series and categories. 'named': series have names. */
Panel	   *panel_create(const PanelSpec *plan, bool named);

/* Makes rows of one series regular and gives them all columns; they are the panel's from then on. */
Panel	   *panel_of_rows(PanelSpec *plan, Rows *rows);

/*
 * Adds a series, which is copied. False where it cannot be used and the plan says to skip. After the last one the panel
 * is finished: that raises 22000 where there is none. 'source' is what they came from, for the message.
 */
bool		panel_add(Panel *panel, PanelSpec *plan, SeriesRows *read);
void		panel_finish(Panel *panel, const char *source);

/* NOTICEs of rows that were left out because something is NULL in them. */
void		panel_report_cut(const Panel *panel, const char *source, char *const *names);

/* A WARNING where series were left out; 'done' is what happens with the others. */
void		panel_report_skipped(const Panel *panel, const char *source, const char *done);

/* Both for the series of a table. Where all are left out and the plan is told of each, the panel is empty. */
Panel	   *panel_read(PanelSpec *plan, const Table *table, const ReadFilter *filter);

/* All series as a frame, which points at the panel. */
lf_frame	panel_frame(const Panel *panel);

/* One of them as rows of its own, which point at the panel's. */
Rows		panel_rows(const Panel *panel, Size series);

/*
 * Makes rows of one series regular. Where the plan says to skip, what is wrong with them comes back as a text and is
 * not raised; else NULL.
 */
char	   *panel_regularize(const PanelSpec *plan, const char *label, Rows *rows, Series *series, lf_missing_record *record);

/*
 * The values of the columns that are the same in all rows of a series: statics, and its number. NULL, or what is wrong. From
 * then on holidays are those of this series.
 */
char	   *panel_constants(const Panel *panel, const PanelSpec *plan, const SeriesRows *series, double *constants);

/* Writes the columns behind those that were read: the constants, and what holidays and the calendar say of the time. */
void		panel_complete_row(const Columns *columns, const Timeline *timeline, int64 at, const double *constants,
							   double *made);

#endif
