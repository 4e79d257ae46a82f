/*
 * scaler.h: columns brought to one size, so that a network sees numbers of about 1.
 */
#ifndef LF_SCALER_H
#define LF_SCALER_H

#include "series/window.h"

#include <math.h>

/* These numbers stand in stored models: never renumber, add at the end. */
typedef enum lf_scale
{
	LF_SCALE_NONE,
	LF_SCALE_STANDARD,			/* mean 0, variance 1 over the training rows */
	LF_SCALE_MINMAX				/* 0 to 1 over the training rows */
} lf_scale;

#define LF_SCALES 3
extern const char *const lf_scale_names[LF_SCALES];

/* scaled = (value - offset) / scale, for one column */
typedef struct lf_scaler
{
	double		offset;
	double		scale;			/* never 0: a constant column keeps 1 */
} lf_scaler;

/*
 * The scaling of one of a task's columns by rows 0 .. rows - 1 of one series, or by all series where it is static or an
 * event, whose days are known ahead. Of a target it is what 'shape', that of the series, leaves of it. Worthless where the interrupt (NULL: none) came meanwhile.
 */
lf_scaler	lf_scaler_of_column(lf_scale scale, const lf_frame *frame, const lf_task *task, const double *shape, int column,
								size_t series, size_t rows, const volatile sig_atomic_t *interrupt);

/*
 * What the network is to see of a value: its logarithm where the column is logged. Below the smallest it stays there.
 */
static inline double
lf_logarithm(const lf_task *task, double value)
{
	double		above = value - task->log_from;

	return log(above > 1e-300 ? above : 1e-300);
}

/* The way back; what no double holds becomes the largest. */
static inline double
lf_from_logarithm(const lf_task *task, double value)
{
	return exp(value < 700 ? value : 700) + task->log_from;
}

#endif
