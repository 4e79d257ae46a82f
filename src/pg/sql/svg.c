/*
 * svg.c: what is in a figure: its frame, its keys, its ticks, and its shapes.
 */
#include "sql/svg.h"

#include "mb/pg_wchar.h"
#include "sql/markup.h"

#include <float.h>
#include <math.h>

#define BAND_OPACITY 0.2		/* bands within each other grow darker */
#define MOST_TITLE_LINES 3
#define LETTER 0.56				/* width of a letter as a share of the font's size: no font is at hand to ask */
#define MANY_POINTS 1024		/* from one look at interrupts to the next */

/* How a style looks, and the class that it has. */
static const struct
{
	const char *class;
	const char *colour;
	const char *dashes;			/* NULL: none */
	double		width;
}			styles[] = {
	[STYLE_KNOWN] = {"lf-known", "#000000", NULL, 1.5},
	[STYLE_ACTUAL] = {"lf-actual", "#d55e00", NULL, 1.5},
	[STYLE_FORECAST] = {"lf-forecast", "#0072b2", NULL, 2},
	[STYLE_BASELINE] = {"lf-baseline", "#009e73", "6 3", 1.5},
	[STYLE_OTHER] = {"lf-other", "#cc79a7", "2 2", 1.5},
};

/* A figure on its way out. */
typedef struct Drawing
{
	StringInfo	out;
	int			width;
	int			height;
	double		font;			/* size in pixels */
	double		line;			/* from a line of text to the next */
	/* the frame of the chart at hand */
	const Chart *chart;
	double		x_low;			/* the ranges as they are drawn: none is empty, and logarithms are taken */
	double		x_high;
	double		y_low;
	double		y_high;
	double		left;
	double		top;
	double		right;
	double		bottom;
} Drawing;

/* ---- what is to be drawn ---- */

Chart *
chart_create(axis_ticks ticks, const void *axis)
{
	Chart	   *chart = palloc0(sizeof(Chart));

	chart->y_low = INFINITY;
	chart->y_high = -INFINITY;
	chart->ticks = ticks;
	chart->axis = axis;
	return chart;
}

void
chart_include(double *low, double *high, double number)
{
	if (!isfinite(number))
		return;
	*low = Min(*low, number);
	*high = Max(*high, number);
}

static void
include_all(Chart *chart, const double *y, int count)
{
	for (int i = 0; i < count; i++)
		chart_include(&chart->y_low, &chart->y_high, y[i]);
}

void
chart_line(Chart *chart, Style style, const char *name, const double *x, const double *y, int count)
{
	Shape	   *shape = palloc(sizeof(Shape));

	*shape = (Shape) {.style = style, .name = name, .count = count, .x = x, .y = y};
	include_all(chart, y, count);
	chart->shapes = lappend(chart->shapes, shape);
}

void
chart_band(Chart *chart, Style style, const char *name, const double *x, const double *low, const double *high, int count)
{
	int			known = 0;
	Shape	   *shape;

	/* bounds are missing from some step on, if at all */
	while (known < count && isfinite(low[known]) && isfinite(high[known]))
		known++;
	if (known == 0)
		return;
	shape = palloc(sizeof(Shape));
	*shape = (Shape) {.style = style, .name = name, .count = known, .x = x, .low = low, .high = high};
	include_all(chart, low, known);
	include_all(chart, high, known);
	chart->shapes = lappend(chart->shapes, shape);
}

/* ---- text ---- */

static double
text_width(const Drawing *drawing, const char *string)
{
	return pg_mbstrlen(string) * LETTER * drawing->font;
}

static void
append_label(Drawing *drawing, double x, double y, const char *anchor, const char *string)
{
	appendStringInfo(drawing->out, "<text class=\"lf-ink\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">", x, y, anchor);
	append_escaped(drawing->out, string);
	appendStringInfoString(drawing->out, "</text>\n");
}

/* Bytes of the text that fit on a line: up to a blank where there is one. */
static int
line_length(const char *string, int letters)
{
	int			length = (int) strlen(string);
	int			fits = pg_mbcharcliplen(string, length, Max(letters, 1));

	if (fits == length)
		return length;
	for (int i = fits; i > fits / 2; i--)
		if (string[i] == ' ')
			return i;
	return fits;
}

/* A text in at most so many lines from 'y' on, cut off behind them. Returns how many. */
static int
append_lines(Drawing *drawing, double x, double y, double width, int most, const char *string)
{
	int			letters = (int) (width / (LETTER * drawing->font));
	int			lines = 0;

	while (*string != '\0' && lines < most)
	{
		int			length = line_length(string, letters);
		bool		cut = lines == most - 1 && string[length] != '\0';

		if (cut)
			length = pg_mbcharcliplen(string, length, Max(letters - 3, 1));
		append_label(drawing, x, y + lines * drawing->line, "start",
					 psprintf("%s%s", pnstrdup(string, length), cut ? "..." : ""));
		lines++;
		string += length;
		while (*string == ' ')
			string++;
	}
	return lines;
}

/* ---- the frame ---- */

/* Where a number lies in a range: 0 at 'from', 1 at 'to'. Halves, since the difference of two doubles may overflow. */
static double
place(double number, double from, double to)
{
	return (number / 2 - from / 2) / (to / 2 - from / 2);
}

static double
across(const Drawing *drawing, double x)
{
	return drawing->left + place(x, drawing->x_low, drawing->x_high) * (drawing->right - drawing->left);
}

static double
down(const Drawing *drawing, double y)
{
	double		shown = drawing->chart->log ? log10(y) : y;

	return drawing->top + place(shown, drawing->y_high, drawing->y_low) * (drawing->bottom - drawing->top);
}

/* 1, 2 or 5 times a power of ten, so that about 'ticks' of it fit twice this range. */
static double
tick_distance(double half, double ticks)
{
	double		rough = half / (ticks / 2.0);
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

/* Lines do not touch the edges. */
static void
leave_room(double *low, double *high)
{
	double		more = 0.03 * (*high / 2 - *low / 2);

	*low = Max(*low - more, -DBL_MAX);
	*high = Min(*high + more, DBL_MAX);
}

/* A number beside a line, with as many digits as tell it from the next one. */
static char *
tick_label(double number, double distance, double size)
{
	int			digits = (int) ceil(log10(size) - log10(distance)) + 1;

	return psprintf("%.*g", Min(Max(digits, 6), 17), number == 0 ? 0 : number);	/* not -0 */
}

static List *
add_tick(List *ticks, double at, char *label)
{
	Tick	   *tick = palloc(sizeof(Tick));

	*tick = (Tick) {at, label};
	return lappend(ticks, tick);
}

/* About so many round numbers in a range. */
static List *
round_numbers(double low, double high, int about)
{
	List	   *ticks = NIL;
	double		distance = tick_distance(high / 2 - low / 2, about);
	double		first = ceil(low / distance);
	double		count = floor(high / distance) - first;

	for (int i = 0; i <= count; i++)
	{
		double		number = (first + i) * distance;

		/* rounding may have carried it past the largest double */
		if (isfinite(number))
			ticks = add_tick(ticks, number, tick_label(number, distance, Max(fabs(low), fabs(high))));
	}
	return ticks;
}

List *
number_ticks(const void *axis, double low, double high, int most)
{
	return round_numbers(low, high, Max(most, 2));
}

/* Powers of ten in a range of logarithms; every second, third, ... where there are many. */
static List *
powers(double low, double high, int about)
{
	List	   *ticks = NIL;
	int			apart = Max((int) ((high - low) / about), 1);

	for (int power = (int) ceil(low); power <= high; power += apart)
		ticks = add_tick(ticks, pow(10, power), psprintf("%g", pow(10, power)));
	return ticks;
}

/* The grid and the numbers beside it. */
static void
append_frame(Drawing *drawing, List *y_ticks)
{
	const Chart *chart = drawing->chart;
	int			most = Max((int) ((drawing->right - drawing->left) / (7.5 * drawing->font)), 2);
	ListCell   *cell;

	foreach(cell, y_ticks)
	{
		const Tick *tick = lfirst(cell);

		appendStringInfo(drawing->out, "<path class=\"lf-grid\" d=\"M%.1f %.1fH%.1f\" stroke=\"#d0d0d0\"/>\n",
						 drawing->left, down(drawing, tick->at), drawing->right);
		append_label(drawing, drawing->left - 5, down(drawing, tick->at) + drawing->font / 3, "end", tick->label);
	}
	foreach(cell, chart->ticks(chart->axis, drawing->x_low, drawing->x_high, most))
	{
		const Tick *tick = lfirst(cell);
		double		x = across(drawing, tick->at);
		double		half = text_width(drawing, tick->label) / 2;
		const char *anchor = x + half > drawing->width ? "end" : x - half < 0 ? "start" : "middle";

		appendStringInfo(drawing->out, "<path class=\"lf-grid\" d=\"M%.1f %.1fV%.1f\" stroke=\"#808080\"/>\n",
						 x, drawing->bottom, drawing->bottom + 4);
		append_label(drawing, x, drawing->bottom + 5 + drawing->font, anchor, tick->label);
	}
	appendStringInfo(drawing->out, "<path class=\"lf-grid\" d=\"M%.1f %.1fH%.1f\" stroke=\"#808080\"/>\n",
					 drawing->left, drawing->bottom, drawing->right);
	if (chart->marked)
		appendStringInfo(drawing->out,
						 "<path class=\"lf-mark\" d=\"M%.1f %.1fV%.1f\" stroke=\"#808080\" stroke-dasharray=\"4 4\"/>\n",
						 across(drawing, chart->mark), drawing->top, drawing->bottom);
}

/* ---- shapes ---- */

static void
append_point(Drawing *drawing, const Shape *shape, int i, const double *y, char how)
{
	if (i % MANY_POINTS == 0)
		CHECK_FOR_INTERRUPTS();
	appendStringInfo(drawing->out, "%c%.1f %.1f", how, across(drawing, shape->x[i]), down(drawing, y[i]));
}

static void
append_stroke(Drawing *drawing, Style style)
{
	appendStringInfo(drawing->out, "<path class=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"%g\"",
					 styles[style].class, styles[style].colour, styles[style].width);
	if (styles[style].dashes != NULL)
		appendStringInfo(drawing->out, " stroke-dasharray=\"%s\"", styles[style].dashes);
	appendStringInfoString(drawing->out, " d=\"");
}

static void
append_line(Drawing *drawing, const Shape *shape)
{
	bool		pen_down = false;

	append_stroke(drawing, shape->style);
	for (int i = 0; i < shape->count; i++)
	{
		bool		shown = isfinite(shape->y[i]) && !(drawing->chart->log && shape->y[i] <= 0);

		if (shown)
			append_point(drawing, shape, i, shape->y, pen_down ? 'L' : 'M');
		pen_down = shown;
	}
	appendStringInfoString(drawing->out, "\"/>\n");
}

static void
append_band(Drawing *drawing, const Shape *shape)
{
	appendStringInfo(drawing->out, "<path class=\"%s-band\" fill=\"%s\" fill-opacity=\"%g\" d=\"",
					 styles[shape->style].class, styles[shape->style].colour, BAND_OPACITY);
	for (int i = 0; i < shape->count; i++)
		append_point(drawing, shape, i, shape->high, i == 0 ? 'M' : 'L');
	for (int i = shape->count; i-- > 0;)
		append_point(drawing, shape, i, shape->low, 'L');
	appendStringInfoString(drawing->out, "Z\"/>\n");
}

/* ---- keys ---- */

/* Shapes whose names have not come before, over all charts: what is drawn last, and lies above, comes first. */
static List *
keys_of(const Figure *figure)
{
	List	   *keys = NIL;
	ListCell   *cell;

	foreach(cell, figure->charts)
	{
		ListCell   *inner;

		foreach(inner, ((const Chart *) lfirst(cell))->shapes)
		{
			Shape	   *shape = lfirst(inner);
			bool		is_new = shape->name != NULL;
			ListCell   *other;

			foreach(other, keys)
				is_new = is_new && strcmp(((const Shape *) lfirst(other))->name, shape->name) != 0;
			if (is_new)
				keys = lcons(shape, keys);
		}
	}
	return keys;
}

/* The keys in as many lines as they take, from 'y' on; returns how many. */
static int
append_keys(Drawing *drawing, List *keys, double y)
{
	double		x = 8;
	double		swatch = 1.6 * drawing->font;
	int			lines = keys == NIL ? 0 : 1;
	ListCell   *cell;

	foreach(cell, keys)
	{
		const Shape *shape = lfirst(cell);
		double		width = swatch + 5 + text_width(drawing, shape->name) + drawing->font;
		double		base;

		if (x > 8 && x + width > drawing->width)
		{
			x = 8;
			lines++;
		}
		base = y + (lines - 1) * drawing->line;
		if (shape->low != NULL)
			appendStringInfo(drawing->out,
							 "<rect class=\"%s-band\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\" "
							 "fill-opacity=\"%g\"/>\n",
							 styles[shape->style].class, x, base - 0.8 * drawing->font, swatch, 0.8 * drawing->font,
							 styles[shape->style].colour, 2 * BAND_OPACITY);
		else
		{
			append_stroke(drawing, shape->style);
			appendStringInfo(drawing->out, "M%.1f %.1fh%.1f\"/>\n", x, base - drawing->font / 3, swatch);
		}
		append_label(drawing, x + swatch + 5, base, "start", shape->name);
		x += width;
	}
	return lines;
}

/* ---- the whole ---- */

/* A chart in its cell of the figure. */
static void
append_chart(Drawing *drawing, const Chart *chart, double left, double top, double width, double height)
{
	List	   *y_ticks;
	double		labels = 0;
	ListCell   *cell;
	int			about;

	drawing->chart = chart;
	drawing->x_low = chart->x_low;
	drawing->x_high = chart->x_high;
	drawing->y_low = chart->log ? log10(chart->y_low) : chart->y_low;
	drawing->y_high = chart->log ? log10(chart->y_high) : chart->y_high;
	widen(&drawing->x_low, &drawing->x_high);
	widen(&drawing->y_low, &drawing->y_high);
	leave_room(&drawing->y_low, &drawing->y_high);
	drawing->top = top + drawing->font / 2 + (chart->caption == NULL ? 0 : drawing->line);
	drawing->bottom = Max(top + height - drawing->font - 12, drawing->top + 1);
	about = Max(2, Min(5, (int) ((drawing->bottom - drawing->top) / (2.2 * drawing->font))));
	y_ticks = chart->log ? powers(drawing->y_low, drawing->y_high, about) :
		round_numbers(drawing->y_low, drawing->y_high, about);
	foreach(cell, y_ticks)
		labels = Max(labels, text_width(drawing, ((const Tick *) lfirst(cell))->label));
	drawing->left = left + Min(labels + 10, width / 2);
	drawing->right = left + width - 10;
	if (chart->caption != NULL)
		append_lines(drawing, left + 8, top + drawing->font, width - 8, 1, chart->caption);
	append_frame(drawing, y_ticks);
	foreach(cell, chart->shapes)
	{
		const Shape *shape = lfirst(cell);

		if (shape->low != NULL)
			append_band(drawing, shape);
		else
			append_line(drawing, shape);
	}
}

/* Charts that lie beside each other: about as many as below each other, but none narrower than can be read. */
#define LEAST_WIDTH 190

static int
columns_of(const Figure *figure, int width)
{
	int			charts = list_length(figure->charts);
	int			most = figure->columns > 0 ? figure->columns : (int) ceil(sqrt(charts));

	return Max(1, Min(most, width / LEAST_WIDTH));
}

int
figure_height(const Figure *figure, int width)
{
	int			charts = Max(list_length(figure->charts), 1);
	int			columns = columns_of(figure, width);
	int			rows = (charts + columns - 1) / columns;

	return rows == 1 ? Min(Max(width < 500 ? 7 * width / 10 : width / 2, 200), 1000) : 70 + rows * Max(Min(width / columns / 2, 300), 130);
}

void
figure_append(StringInfo out, const Figure *figure, int width, int height)
{
	Drawing		drawing = {.out = out, .width = width, .height = height, .font = width < 320 ? 10 : 12};
	List	   *keys = keys_of(figure);
	int			charts = Max(list_length(figure->charts), 1);
	int			columns = columns_of(figure, width);
	int			rows = (charts + columns - 1) / columns;
	double		top = 4;
	double		cell_height;

	drawing.line = 1.35 * drawing.font;
	appendStringInfo(out,
					 "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" viewBox=\"0 0 %d %d\" width=\"%d\" "
					 "height=\"%d\" font-family=\"sans-serif\" font-size=\"%g\" fill=\"#333333\">\n<title>",
					 width, height, width, height, drawing.font);
	append_escaped(out, figure->description);
	appendStringInfo(out, "</title>\n<rect class=\"lf-ground\" width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>\n",
					 width, height);
	top += drawing.line * append_lines(&drawing, 8, top + drawing.font, width - 16, MOST_TITLE_LINES, figure->title);
	top += drawing.line * append_keys(&drawing, keys, top + drawing.font);
	if (figure->unit != NULL && figure->unit[0] != '\0')
		top += drawing.line * append_lines(&drawing, 8, top + drawing.font, width - 16, 1, figure->unit);
	cell_height = Max((height - top) / rows, 1);
	for (int i = 0; i < list_length(figure->charts); i++)
		append_chart(&drawing, list_nth(figure->charts, i), (double) (i % columns) * width / columns,
					 top + i / columns * cell_height, (double) width / columns, cell_height);
	appendStringInfoString(out, "</svg>\n");
}
