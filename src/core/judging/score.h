/*
 * score.h: errors of forecasts beside those of the naive baselines.
 */
#ifndef LF_SCORE_H
#define LF_SCORE_H

#include "series/window.h"

typedef enum lf_forecaster
{
	LF_NETWORK,
	LF_REPEAT_LAST,				/* the last known value */
	LF_SEASONAL_NAIVE,			/* the value one season earlier */
	LF_DRIFT,					/* the last value and the mean slope of all rows so far (Hyndman and Athanasopoulos) */
	LF_SEASONAL_MEAN,			/* the mean of the same place in the last seasons: of LF_SEASONS, or as many as there are */
	LF_MEAN,					/* the mean of all rows before the first forecast: nothing beats it on noise */
	LF_THETA,					/* see partners/theta.h */
	LF_ETS,						/* see partners/ets.h */
	LF_ZERO_SHOT				/* see partners/zero_shot.h */
} lf_forecaster;

#define LF_FORECASTERS 9
#define LF_NAIVE_FORECASTERS 6	/* the network and those that need no more than rows; they come first */
#define LF_PARTNER_FORECASTERS (LF_FORECASTERS - LF_NAIVE_FORECASTERS)	/* the others */

/* Those that follow one series by itself, and know more of series than their rows. */
static inline bool
lf_forecaster_is_partner(lf_forecaster forecaster)
{
	return forecaster >= LF_THETA;
}

#define LF_SEASONS 7			/* hours of a week's days, or weekdays of seven weeks */
extern const char *const lf_forecaster_names[LF_FORECASTERS];	/* for people */
extern const char *const lf_forecaster_keys[LF_FORECASTERS];	/* for programs */

/* Sums of errors on the scale of the column. */
typedef struct lf_score
{
	double		count;
	double		absolute;
	double		squares;
	double		behind;			/* of a baseline: its absolute errors less those of the network, and their squares */
	double		behind_squares;
} lf_score;

void		lf_score_add(lf_score *score, double forecast, double actual);

/* The same for a baseline, beside what the network says. */
void		lf_score_add_beside(lf_score *score, double forecast, double actual, double network);

/* Variance of the differences to the network; NaN of fewer than two. */
double		lf_score_variance(const lf_score *score);
double		lf_score_mae(const lf_score *score);	/* NaN without forecasts */
double		lf_score_rmse(const lf_score *score);

/* The mean of a column over rows 0 .. rows - 1; NaN without any. */
double		lf_column_mean(const lf_frame *frame, int column, size_t rows);

/*
 * What a baseline says at 'origin', the last row known, for step k = 1, 2, ... of a column. 'mean' is what LF_MEAN
 * says. NaN where the rows before the origin do not reach (no season, or less than one), and of partners.
 */
double		lf_baseline(lf_forecaster forecaster, const lf_frame *frame, int column, size_t origin, int k, int season,
						double mean);

#endif
