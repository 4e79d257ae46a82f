/*
 * events.h: the days of holidays, from a relation that the user keeps, as inputs of a network.
 *
 * The relation has a row for each holiday: a column day (date or timestamp) and a column name, by which holidays are the same
 * from year to year, wherever in the year they lie. Of the columns days_before and days_after, which it may have, a row
 * takes in that many neighbouring days. Each name, and each of its neighbouring days, is a column of the frame:
 *
 *	   day		  name	  days_before	   frame	  Easter -1	  Easter
 *	   2024-03-31 Easter  1				   2024-03-29	  0			0
 *	   2025-04-20 Easter  1				   2024-03-30	  1			0
 *										   2024-03-31	  0			1
 *
 * A row of the frame has the number of such days in its step: 1 or 0 in steps of a day or less, more in a week or a month.
 * Where the relation has columns of the same names as the keys of the series, or as static inputs of text, a holiday is one
 * of those series alone that have its values there; NULL stands for all.
 */
#ifndef LFPG_EVENTS_H
#define LFPG_EVENTS_H

#include "rows/table.h"
#include "rows/timeline.h"

typedef struct Events Events;

/*
 * Reads the days, with the caller's rights, for the series of 'of', whose keys and statics are open. Raises 42703 and
 * 42804 for columns that are not there or of another type, 22004, 22000 and 22023 for values that are no days, and 54000
 * where they are too many.
 */
Events	   *events_read(Oid relation, const Table *of);

/* The relation of this name as the caller writes it, under search_path; raises 42P01 or 22023. */
Oid			events_relation(const char *name);

/*
 * Settles the columns for a training on the rows of 'of' that have a target: names that occur on two days of them or more
 * have their own, the others one together where that does. A NOTICE tells of these.
 */
void		events_choose(Events *events, char *const *targets, int target_count);

/* Settles that the columns are those of a model. */
void		events_choose_as(Events *events, const lf_model *model);

/*
 * Those of a model that has columns of events, from 'relation', or where that is InvalidOid from the one that the model
 * names: only where the caller has reason to trust that, see trust.h.
 */
Events	   *events_of_model(const lf_model *model, Oid relation, const Table *of);

/* The columns, their names in the frame, and the holidays that they stand for, as a model keeps them. */
int			events_count(const Events *events);
const char *events_column(const Events *events, int column);
const char *events_holiday(const Events *events, int column);

/* The relation, qualified and quoted. */
const char *events_name(const Events *events);

/* From now on rows are those of this series; NULL: of one without a name. */
void		events_show_series(Events *events, const SeriesRows *series);

/* Writes the columns of a row of the series shown. */
void		events_write(Events *events, const Timeline *timeline, int64 at, double *columns);

/* A NOTICE where rows were written that lie behind the last day of the relation. */
void		events_report_end(const Events *events);

#endif
