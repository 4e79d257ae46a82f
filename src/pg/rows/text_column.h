/*
 * text_column.h: columns of text or enums whose value changes from row to row, as columns of 0 and 1.
 *
 * A column weather with the values rain and sun goes into the frame as the columns weather=rain and weather=sun
 * (one-hot encoding). Which values there are is found once, in training; a model keeps each as the only category of
 * its column, and a value that it does not know is 0 in all of them.
 */
#ifndef LFPG_TEXT_COLUMN_H
#define LFPG_TEXT_COLUMN_H

#include "model/model.h"
#include "server/common.h"

/* Values that a column may have. */
#define LF_MAX_TEXT_VALUES 32

/* A list of columns to be read. */
typedef struct ColumnList
{
	int			count;
	char	  **names;			/* as they are called in the frame */
	char	  **values;			/* that a column of 0 and 1 stands for; NULL where a column is read as a number */
} ColumnList;

/*
 * The columns of the frame for columns of a relation: each of text or an enum becomes as many as it has values, which
 * are read with the caller's rights, or taken from 'model' if that has them (NULL: there is none). Raises 54000 where
 * they are too many. Columns that do not exist stay, for others to say so.
 */
ColumnList	text_columns_expand(Oid relid, const char *label, char **names, int count, const lf_model *model);

/* The value that a column of a model stands for; NULL: it is read as a number. */
char	   *text_column_value(const lf_model *model, int column);

/* The column of the relation that a column of the frame is read from. */
char	   *text_column_source(const char *name, const char *value);

#endif
