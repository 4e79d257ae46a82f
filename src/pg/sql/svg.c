/*
 * svg.c: charts as text.
 */
#include "sql/svg.h"

#include <float.h>
#include <math.h>

#define LEFT 70					/* pixels around the frame, for labels */
#define RIGHT 20
#define TOP 56
#define BOTTOM 34
#define TICKS 5					/* about so many */
#define BAND_OPACITY 0.25

static const char *const colours[] = {
	[COLOUR_KNOWN] = "#4c72b0",
	[COLOUR_FORECAST] = "#c44e52",
	[COLOUR_OTHER] = "#55a868",
};

void
chart_include(double *low, double *high, double number)
{
	if (!isfinite(number))
		return;
	*low = Min(*low, number);
	*high = Max(*high, number);
}

/* Where a number lies in a range: 0 at 'from', 1 at 'to'. Halves, since the difference of two doubles may overflow. */
static double
place(double number, double from, double to)
{
	return (number / 2 - from / 2) / (to / 2 - from / 2);
}

static double
across(const Chart *chart, double x)
{
	return LEFT + place(x, chart->x_low, chart->x_high) * (chart->width - LEFT - RIGHT);
}

static double
down(const Chart *chart, double y)
{
	return TOP + place(y, chart->y_high, chart->y_low) * (chart->height - TOP - BOTTOM);
}

/* Names come from columns: anything may stand in them. */
static void
append_escaped(StringInfo out, const char *string)
{
	for (; *string != '\0'; string++)
		switch (*string)
		{
			case '<':
				appendStringInfoString(out, "&lt;");
				break;
			case '>':
				appendStringInfoString(out, "&gt;");
				break;
			case '&':
				appendStringInfoString(out, "&amp;");
				break;
			default:
				/* control characters are not allowed in XML, not even escaped */
				appendStringInfoCharMacro(out, (unsigned char) *string < ' ' ? ' ' : *string);
		}
}

static void
append_label(Chart *chart, double x, double y, const char *anchor, const char *string)
{
	appendStringInfo(&chart->text, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">", x, y, anchor);
	append_escaped(&chart->text, string);
	appendStringInfoString(&chart->text, "</text>\n");
}

/* 1, 2 or 5 times a power of ten, so that about TICKS of it fit twice this range. */
static double
tick_distance(double half)
{
	double		rough = half / (TICKS / 2.0);
	double		power = pow(10, floor(log10(rough)));

	return power * (rough < 1.5 * power ? 1 : rough < 3.5 * power ? 2 : rough < 7.5 * power ? 5 : 10);
}

/* Below it, where doubles lose their digits one by one, all is 0. */
#define SMALLEST 1e-290

/* A range that is empty, or so narrow that its numbers cannot be told apart, becomes one around them. */
static void
widen(double *low, double *high)
{
	double		size = Max(fabs(*low), fabs(*high));
	double		more = size > SMALLEST ? 0.1 * size : 1;

	if (!(*low <= *high))
	{
		*low = 0;
		*high = 1;
	}
	else if (*high / 2 - *low / 2 <= Max(0.5e-12 * size, 1e-10 * SMALLEST))
	{
		*low = Max(*low - more, -DBL_MAX);
		*high = Min(*high + more, DBL_MAX);
	}
}

/* A number beside a line, with as many digits as tell it from the next one. */
static char *
tick_label(double number, double distance, double size)
{
	int			digits = (int) ceil(log10(size) - log10(distance)) + 1;

	return psprintf("%.*g", Min(Max(digits, 6), 17), number == 0 ? 0 : number);	/* not -0 */
}

void
chart_open(Chart *chart, const char *title, const char *left, const char *right)
{
	double		distance;
	double		first;			/* line, as a multiple of the distance */
	double		ticks;			/* behind it */

	widen(&chart->x_low, &chart->x_high);
	widen(&chart->y_low, &chart->y_high);
	distance = tick_distance(chart->y_high / 2 - chart->y_low / 2);
	initStringInfo(&chart->text);
	appendStringInfo(&chart->text,
					 "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" "
					 "font-family=\"sans-serif\" font-size=\"12\" fill=\"#808080\">\n",
					 chart->width, chart->height, chart->width, chart->height);
	appendStringInfoString(&chart->text, "<title>");
	append_escaped(&chart->text, title);
	appendStringInfoString(&chart->text, "</title>\n");
	append_label(chart, LEFT, 18, "start", title);
	first = ceil(chart->y_low / distance);
	ticks = floor(chart->y_high / distance) - first;
	for (int i = 0; i <= ticks; i++)
	{
		double		y = (first + i) * distance;
		char	   *number = tick_label(y, distance, Max(fabs(chart->y_low), fabs(chart->y_high)));

		if (!isfinite(y))
			continue;			/* rounding has carried it past the largest double */
		appendStringInfo(&chart->text, "<path d=\"M%d %.1fH%d\" stroke=\"#808080\" stroke-opacity=\"0.3\"/>\n",
						 LEFT, down(chart, y), chart->width - RIGHT);
		append_label(chart, LEFT - 6, down(chart, y) + 4, "end", number);
	}
	append_label(chart, LEFT, chart->height - BOTTOM + 20, "start", left);
	append_label(chart, chart->width - RIGHT, chart->height - BOTTOM + 20, "end", right);
}

static void
append_legend(Chart *chart, Colour colour, double opacity, const char *name)
{
	int			x = LEFT + 150 * chart->legends++;

	appendStringInfo(&chart->text, "<rect x=\"%d\" y=\"30\" width=\"12\" height=\"12\" fill=\"%s\" fill-opacity=\"%g\"/>\n",
					 x, colours[colour], opacity);
	append_label(chart, x + 18, 40, "start", name);
}

void
chart_line(Chart *chart, Colour colour, const char *name, const double *x, const double *y, int count)
{
	bool		drawing = false;

	append_legend(chart, colour, 1, name);
	appendStringInfo(&chart->text, "<path fill=\"none\" stroke=\"%s\" stroke-width=\"1.5\" d=\"", colours[colour]);
	for (int i = 0; i < count; i++)
	{
		if (isfinite(y[i]))
			appendStringInfo(&chart->text, "%c%.1f %.1f", drawing ? 'L' : 'M', across(chart, x[i]), down(chart, y[i]));
		drawing = isfinite(y[i]);
	}
	appendStringInfoString(&chart->text, "\"/>\n");
}

void
chart_band(Chart *chart, Colour colour, const char *name, const double *x,
		   const double *low, const double *high, int count)
{
	int			known = 0;

	/* bounds are missing from some step on, if at all */
	while (known < count && isfinite(low[known]) && isfinite(high[known]))
		known++;
	if (known == 0)
		return;
	append_legend(chart, colour, BAND_OPACITY, name);
	appendStringInfo(&chart->text, "<path fill=\"%s\" fill-opacity=\"%g\" d=\"", colours[colour], BAND_OPACITY);
	for (int i = 0; i < known; i++)
		appendStringInfo(&chart->text, "%c%.1f %.1f", i == 0 ? 'M' : 'L', across(chart, x[i]), down(chart, high[i]));
	for (int i = known; i-- > 0;)
		appendStringInfo(&chart->text, "L%.1f %.1f", across(chart, x[i]), down(chart, low[i]));
	appendStringInfoString(&chart->text, "Z\"/>\n");
}

void
chart_mark(Chart *chart, double x)
{
	appendStringInfo(&chart->text, "<path d=\"M%.1f %dV%d\" stroke=\"#808080\" stroke-dasharray=\"4 4\"/>\n",
					 across(chart, x), TOP, chart->height - BOTTOM);
}

text *
chart_close(Chart *chart)
{
	appendStringInfoString(&chart->text, "</svg>\n");
	return cstring_to_text_with_len(chart->text.data, chart->text.len);
}
