/*
 * forecast_columns.h: the columns of a result row of lstm_forecast, and of all functions that return the same.
 */
#ifndef LFPG_FORECAST_COLUMNS_H
#define LFPG_FORECAST_COLUMNS_H

enum
{
	OUT_SERIES,
	OUT_STEP,
	OUT_FORECAST_AT,
	OUT_TARGET,
	OUT_FORECAST,
	OUT_LOWER_BOUND,
	OUT_UPPER_BOUND,
	OUT_STATUS,
	OUT_COLUMNS
};

#endif
