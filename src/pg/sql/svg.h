/*
 * svg.h: line charts as SVG text: one frame, lines and a band over one horizontal axis.
 *
 * Coordinates come in the units of the data; NaN interrupts a line. Colours and sizes are set once, here, so that a
 * chart is readable on light and on dark ground.
 */
#ifndef LFPG_SVG_H
#define LFPG_SVG_H

#include "server/common.h"
#include "lib/stringinfo.h"

typedef struct Chart
{
	StringInfoData text;
	int			width;			/* in pixels */
	int			height;
	double		x_low;			/* what the frame shows */
	double		x_high;
	double		y_low;
	double		y_high;
	int			legends;		/* written so far */
} Chart;

typedef enum Colour
{
	COLOUR_KNOWN,
	COLOUR_FORECAST,
	COLOUR_OTHER
} Colour;

/* Widens a range so that it holds a number; begin with low = INFINITY, high = -INFINITY. */
void		chart_include(double *low, double *high, double number);

/* Draws frame, title, ticks of the vertical axis and the two ends of the horizontal one. */
void		chart_open(Chart *chart, const char *title, const char *left, const char *right);

void		chart_line(Chart *chart, Colour colour, const char *name, const double *x, const double *y, int count);
void		chart_band(Chart *chart, Colour colour, const char *name, const double *x,
					   const double *low, const double *high, int count);

/* A dashed line from top to bottom. */
void		chart_mark(Chart *chart, double x);

text	   *chart_close(Chart *chart);

#endif
