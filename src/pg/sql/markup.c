/*
 * markup.c: names and values as text of a page.
 *
 * Names come from columns and models: anything may stand in them.
 */
#include "sql/markup.h"

#include "mb/pg_wchar.h"

/* U+FFFE and U+FFFF are in UTF-8, but in no XML. */
static bool
is_noncharacter(const char *string)
{
	return GetDatabaseEncoding() == PG_UTF8 &&
		(strncmp(string, "\xef\xbf\xbe", 3) == 0 || strncmp(string, "\xef\xbf\xbf", 3) == 0);
}

void
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
			case '"':
				appendStringInfoString(out, "&quot;");
				break;
			case '\'':
				appendStringInfoString(out, "&#39;");
				break;
			default:
				if (is_noncharacter(string))
				{
					appendStringInfoChar(out, ' ');
					string += 2;
				}
				else
					appendStringInfoCharMacro(out, (unsigned char) *string < ' ' ? ' ' : *string);
		}
}
