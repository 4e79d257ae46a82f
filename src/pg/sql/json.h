/*
 * json.h: strict readers of jsonb values, and a writer's few helpers.
 *
 * 'what' names the value in errors, for example: option "epochs".
 */
#ifndef LFPG_JSON_H
#define LFPG_JSON_H

#include "server/common.h"
#include "lib/stringinfo.h"

typedef void (*json_visitor) (void *state, const char *key, const JsonbValue *value);

/* Calls the visitor for each key of an object; raises 22023 where the container is none. */
void		json_each_key(JsonbContainer *object, const char *what, json_visitor visitor, void *state);

/* The elements of an array, or the one value itself where it is a scalar: "units": 50 and "units": [50]. */
int			json_elements(const JsonbValue *value, const char *what, JsonbValue *elements, int most);

int64		json_int(const JsonbValue *value, const char *what, int64 low, int64 high);
double		json_real(const JsonbValue *value, const char *what, double low, double high);
bool		json_bool(const JsonbValue *value, const char *what);
char	   *json_text(const JsonbValue *value, const char *what);
int			json_choice(const JsonbValue *value, const char *what, const char *const *names, int count);

/* A value as a user would write it, shortened where it is long. */
char	   *json_display(const JsonbValue *value);

bool		json_is_object(const JsonbValue *value);
bool		json_is_array(const JsonbValue *value);

/* Appends a number that reads back the same; null where it is not finite. */
void		append_number(StringInfo out, double value);

/* Text of a JSON value, made by this extension itself, to jsonb. */
Datum		jsonb_from_text(const char *json);

#endif
