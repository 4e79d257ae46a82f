/*
 * page.h: a page of HTML that needs nothing beside it, and is XML as well.
 *
 * All texts are escaped here. Headings and class names are constants of this code.
 */
#ifndef LFPG_PAGE_H
#define LFPG_PAGE_H

#include "server/common.h"
#include "sql/svg.h"

typedef struct HtmlPage
{
	StringInfoData out;
	bool		in_section;
	int			columns;		/* of the table that is open */
} HtmlPage;

void		page_open(HtmlPage *page, const char *title);

/* Begins a section, and ends the one before. */
void		page_section(HtmlPage *page, const char *heading);

/* A paragraph, as by psprintf(). */
void		page_paragraph(HtmlPage *page, const char *format,...) pg_attribute_printf(2, 3);

/* The same as a warning, or one that is none but to be heeded. */
void		page_warning(HtmlPage *page, const char *warning);

/* A table: a heading for each column, of which those from the second on may be numbers, which stand to the right. */
void		page_table(HtmlPage *page, int columns, const char *const *headings, bool numbers);
void		page_row(HtmlPage *page, const char *const *cells);	/* NULL: an empty one */
void		page_table_end(HtmlPage *page);

/* Two columns: what it is, and what is said of it; left out where that is NULL or empty. */
void		page_fact(HtmlPage *page, const char *name, const char *value);

/* A figure, as it suits a wide and a narrow screen. */
void		page_figure(HtmlPage *page, const Figure *figure);

text	   *page_close(HtmlPage *page);

/* A number for people: about four digits; "" where there is none. */
char	   *page_number(double number);
char	   *page_percent(double share);

#endif
