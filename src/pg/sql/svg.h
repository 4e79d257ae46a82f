/*
 * svg.h: figures as SVG text: one or several charts of lines and bands, each over an axis of its own.
 *
 * A figure is a value that its maker fills and figure_append() writes, as large as is asked for: one figure may stand on
 * a page twice, for a wide and for a narrow screen. Coordinates are in the units of the data; NaN interrupts a line.
 * Colours are those of Okabe and Ito, which the colour-blind tell apart; lines differ by their dashes, too. All that is
 * drawn has a class, so that a page can give it other colours in the dark.
 */
#ifndef LFPG_SVG_H
#define LFPG_SVG_H

#include "server/common.h"
#include "lib/stringinfo.h"

typedef enum Style
{
	STYLE_KNOWN,
	STYLE_ACTUAL,				/* what came later */
	STYLE_FORECAST,
	STYLE_BASELINE,
	STYLE_OTHER
} Style;

/* A line, or where 'low' is there a band. Shapes with a name have a key; bands within a band share that of the widest. */
typedef struct Shape
{
	Style		style;
	const char *name;			/* NULL: it has no key */
	int			count;
	const double *x;			/* (count) */
	const double *y;			/* (count): of a line */
	const double *low;			/* (count): of a band */
	const double *high;
} Shape;

/* A place on the horizontal axis that has a label. */
typedef struct Tick
{
	double		at;
	const char *label;
} Tick;

/* At most so many ticks (two or more) of an axis between these, as a list of Tick. */
typedef List *(*axis_ticks) (const void *axis, double low, double high, int most);

typedef struct Chart
{
	const char *caption;		/* NULL: none */
	double		x_low;			/* what the frame shows */
	double		x_high;
	double		y_low;
	double		y_high;
	bool		log;			/* the vertical axis is one of logarithms: all that is shown is above 0 */
	bool		marked;			/* a dashed line from top to bottom stands at 'mark' */
	double		mark;
	axis_ticks	ticks;
	const void *axis;			/* for 'ticks' */
	List	   *shapes;			/* in the order in which they are drawn */
} Chart;

typedef struct Figure
{
	const char *title;			/* "": only in the description */
	const char *description;	/* what programs read out, and browsers show beside the pointer */
	const char *unit;			/* of the vertical axes; NULL: it is not said */
	List	   *charts;
	int			columns;		/* of charts beside each other; 0: as many as suit the width */
} Figure;

/* A chart that shows nothing yet. */
Chart	   *chart_create(axis_ticks ticks, const void *axis);

/* Widens a range so that it holds a number; begin with low = INFINITY, high = -INFINITY. */
void		chart_include(double *low, double *high, double number);

/* Adds a shape, and widens the vertical range so that it is seen. Values stay where they are. */
void		chart_line(Chart *chart, Style style, const char *name, const double *x, const double *y, int count);
void		chart_band(Chart *chart, Style style, const char *name, const double *x, const double *low,
					   const double *high, int count);

/* Ticks at round numbers; 'axis' may be NULL. */
List	   *number_ticks(const void *axis, double low, double high, int most);

/* So many pixels in height suit a figure of this width. */
int			figure_height(const Figure *figure, int width);

/* Writes it, in pixels. */
void		figure_append(StringInfo out, const Figure *figure, int width, int height);

#endif
