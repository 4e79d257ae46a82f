/*
 * markup.h: text that comes from elsewhere as part of XML and HTML.
 */
#ifndef LFPG_MARKUP_H
#define LFPG_MARKUP_H

#include "server/common.h"
#include "lib/stringinfo.h"

/*
 * Adds a text so that it is nothing but text, between tags as well as in a quoted attribute. What no XML may contain,
 * not even escaped, becomes a blank.
 */
void		append_escaped(StringInfo out, const char *string);

#endif
