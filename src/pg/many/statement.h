/*
 * statement.h: statements on the tables that procedures divide their work by, and what they give, by SPI.
 */
#ifndef LFPG_STATEMENT_H
#define LFPG_STATEMENT_H

#include "server/common.h"

/*
 * Runs a statement with parameters ('nulls' as of SPI; NULL: none is NULL) and returns how many rows it gave or touched. An end other
 * than the expected one, an SPI_OK_..., is an internal error.
 */
int64		statement_run(const char *statement, int count, const Oid *types, const Datum *values, const char *nulls, int expected);

/* A value of the newest result: rows count from 0 on, columns from 1 on. */
Datum		statement_value(int64 row, int column, bool *null);

#endif
