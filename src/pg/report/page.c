/*
 * page.c: the tags of a page and how it looks.
 *
 * Widths of the figures are those of a desktop's column and of a telephone held upright; the style shows one of the two.
 */
#include "report/page.h"

#include "sql/markup.h"

#include <math.h>

#define WIDE 760
#define NARROW 360

static const char style[] =
"body{margin:0 auto;max-width:50rem;padding:1rem;font:1rem/1.5 system-ui,sans-serif;color:#222;background:#fff}\n"
"h1{font-size:1.5rem;line-height:1.25;overflow-wrap:anywhere}\n"
"h2{font-size:1.15rem;margin:2rem 0 .5rem;border-bottom:1px solid #ccc}\n"
"p{margin:.5rem 0;overflow-wrap:anywhere}\n"
".warning{border-left:.3rem solid #d55e00;padding:.3rem .8rem;background:#fdf1e8}\n"
".scroll{overflow-x:auto}\n"
"table{border-collapse:collapse;margin:.5rem 0;font-variant-numeric:tabular-nums;font-size:.9rem}\n"
"th,td{padding:.2rem .8rem .2rem 0;text-align:left;vertical-align:top;border-bottom:1px solid #ddd;overflow-wrap:anywhere}\n"
".numbers td,.numbers th{white-space:nowrap}\n"
".numbers td+td,.numbers th+th{text-align:right}\n"
"figure{margin:.5rem 0}\n"
"svg{display:block;width:100%;height:auto}\n"
".narrow{display:none}\n"
"@media(max-width:40rem){.wide{display:none}.narrow{display:block}}\n"
"@media(prefers-color-scheme:dark){\n"
"body{color:#ddd;background:#16181a}\n"
"h2{border-color:#444}th,td{border-color:#333}\n"
".warning{background:#2d2118}\n"
".lf-ground{fill:#16181a}.lf-ink{fill:#ddd}.lf-grid{stroke:#444}\n"
".lf-known{stroke:#eee}.lf-forecast{stroke:#56b4e9}.lf-forecast-band{fill:#56b4e9}.lf-actual{stroke:#e69f00}\n"
"}\n"
"@page{margin:15mm}\n"
"@media print{\n"
"body{max-width:none;padding:0;font-size:10pt;line-height:1.35;color:#000;background:#fff}\n"
".wide{display:block}.narrow{display:none}\n"
".warning{background:none}\n"
".scroll{overflow:visible}th,td{padding-top:0;padding-bottom:0}\n"
"svg{max-height:17cm}\n"
"h2,h2+p,p:has(+.scroll){break-after:avoid}figure,tr,.warning{break-inside:avoid}thead{display:table-header-group}\n"
".lf-ground{fill:#fff}.lf-ink{fill:#333}.lf-grid{stroke:#bbb}\n"
".lf-known{stroke:#000}.lf-forecast{stroke:#0072b2}.lf-forecast-band{fill:#0072b2}.lf-actual{stroke:#d55e00}\n"
"}\n";

void
page_open(HtmlPage *page, const char *title)
{
	initStringInfo(&page->out);
	page->in_section = false;
	appendStringInfoString(&page->out,
						   "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
						   "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
						   "<meta name=\"color-scheme\" content=\"light dark\"/>\n<title>");
	append_escaped(&page->out, title);
	appendStringInfo(&page->out, "</title>\n<style>\n%s</style>\n</head>\n<body>\n<h1>", style);
	append_escaped(&page->out, title);
	appendStringInfoString(&page->out, "</h1>\n");
}

void
page_section(HtmlPage *page, const char *heading)
{
	appendStringInfo(&page->out, "%s<section>\n<h2>%s</h2>\n", page->in_section ? "</section>\n" : "", heading);
	page->in_section = true;
}

void
page_paragraph(HtmlPage *page, const char *format,...)
{
	StringInfoData line;
	int			needed = 0;

	initStringInfo(&line);
	do
	{
		va_list		arguments;

		enlargeStringInfo(&line, needed);
		va_start(arguments, format);
		needed = appendStringInfoVA(&line, format, arguments);
		va_end(arguments);
	} while (needed != 0);
	appendStringInfoString(&page->out, "<p>");
	append_escaped(&page->out, line.data);
	appendStringInfoString(&page->out, "</p>\n");
}

void
page_warning(HtmlPage *page, const char *warning)
{
	appendStringInfoString(&page->out, "<p class=\"warning\">");
	append_escaped(&page->out, warning);
	appendStringInfoString(&page->out, "</p>\n");
}

void
page_table(HtmlPage *page, int columns, const char *const *headings, bool numbers)
{
	page->columns = columns;
	appendStringInfo(&page->out, "<div class=\"scroll\"><table%s>\n", numbers ? " class=\"numbers\"" : "");
	if (headings == NULL)
	{
		appendStringInfoString(&page->out, "<tbody>\n");
		return;
	}
	appendStringInfoString(&page->out, "<thead><tr>");
	for (int i = 0; i < columns; i++)
	{
		appendStringInfoString(&page->out, "<th>");
		append_escaped(&page->out, headings[i]);
		appendStringInfoString(&page->out, "</th>");
	}
	appendStringInfoString(&page->out, "</tr></thead>\n<tbody>\n");
}

void
page_row(HtmlPage *page, const char *const *cells)
{
	CHECK_FOR_INTERRUPTS();
	appendStringInfoString(&page->out, "<tr>");
	for (int i = 0; i < page->columns; i++)
	{
		appendStringInfoString(&page->out, "<td>");
		append_escaped(&page->out, cells[i] == NULL ? "" : cells[i]);
		appendStringInfoString(&page->out, "</td>");
	}
	appendStringInfoString(&page->out, "</tr>\n");
}

void
page_table_end(HtmlPage *page)
{
	appendStringInfoString(&page->out, "</tbody>\n</table></div>\n");
}

void
page_fact(HtmlPage *page, const char *name, const char *value)
{
	if (value != NULL && value[0] != '\0')
		page_row(page, (const char *const[]) {name, value});
}

void
page_figure(HtmlPage *page, const Figure *figure)
{
	appendStringInfoString(&page->out, "<figure>\n<div class=\"wide\">\n");
	figure_append(&page->out, figure, WIDE, figure_height(figure, WIDE));
	appendStringInfoString(&page->out, "</div>\n<div class=\"narrow\">\n");
	figure_append(&page->out, figure, NARROW, figure_height(figure, NARROW));
	appendStringInfoString(&page->out, "</div>\n</figure>\n");
}

text *
page_close(HtmlPage *page)
{
	appendStringInfo(&page->out, "%s</body>\n</html>\n", page->in_section ? "</section>\n" : "");
	return cstring_to_text_with_len(page->out.data, page->out.len);
}

char *
page_number(double number)
{
	return isfinite(number) ? psprintf("%.*g", fabs(number) >= 1000 && fabs(number) < 1e9 ? 10 : 4,
									   fabs(number) >= 1000 && fabs(number) < 1e9 ? rint(number) : number) : "";
}

char *
page_percent(double share)
{
	return isfinite(share) ? psprintf("%.0f%%", 100 * share) : "";
}
