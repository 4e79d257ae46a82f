/*
 * option_values.c: from the jsonb of one option to what it means.
 */
#include "train/option_values.h"

#include "model/architecture.h"
#include "sql/json.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

void
option_names(const JsonbValue *value, const char *what, char ***names, int *count)
{
	JsonbValue *elements = palloc(LF_MAX_COLUMNS * sizeof(JsonbValue));

	*count = json_elements(value, what, elements, LF_MAX_COLUMNS);
	*names = palloc(*count * sizeof(char *));
	for (int i = 0; i < *count; i++)
	{
		(*names)[i] = json_text(&elements[i], what);
		if (strlen((*names)[i]) > LF_MAX_NAME)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("%s has a name of more than %d bytes", what, LF_MAX_NAME)));
	}
}

void
option_architecture(const JsonbValue *value, const char *what, Options *options)
{
	const char *names[LF_PRESETS];

	if (json_is_array(value))
	{
		options->layers = palloc0(sizeof(lf_spec));
		architecture_from_json(value, options->layers);
		return;
	}
	for (int i = 0; i < LF_PRESETS; i++)
		names[i] = lf_presets[i].name;
	options->preset = json_choice(value, what, names, LF_PRESETS);
}

int
option_cell_names(const char **names, lf_layer_kind *kinds)
{
	int			count = 0;

	for (int i = 0; i < LF_LAYER_KINDS; i++)
		if (lf_layer_class_of(i)->forward_at != NULL)
		{
			names[count] = lf_layer_class_of(i)->name;
			kinds[count++] = i;
		}
	return count;
}

lf_layer_kind
option_cell(const JsonbValue *value, const char *what)
{
	const char *names[LF_LAYER_KINDS];
	lf_layer_kind kinds[LF_LAYER_KINDS];
	int			count = option_cell_names(names, kinds);

	return kinds[json_choice(value, what, names, count)];
}

void
option_calendar(const JsonbValue *value, const char *what, Options *options)
{
	static const char *const words[] = {"none", "auto"};
	JsonbValue	elements[CALENDAR_CYCLES];
	int			count;

	options->calendar = 0;
	options->calendar_auto = false;
	if (!json_is_array(value))
	{
		options->calendar_auto = json_choice(value, what, words, 2) == 1;
		return;
	}
	count = json_elements(value, what, elements, CALENDAR_CYCLES);
	for (int i = 0; i < count; i++)
	{
		int			cycle = json_choice(&elements[i], what, calendar_names, CALENDAR_CYCLES);

		if (options->calendar >> cycle & 1)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("%s names %s twice", what, calendar_names[cycle])));
		options->calendar |= 1u << cycle;
	}
}

void
option_levels(const JsonbValue *value, const char *what, double low, double high, lf_head *head)
{
	JsonbValue	elements[LF_MAX_LEVELS];
	double		levels[LF_MAX_LEVELS + 1] = {0.5};
	int			given = json_elements(value, what, elements, LF_MAX_LEVELS);
	int			count = 1;

	for (int i = 0; i < given; i++)
	{
		double		level = json_real(&elements[i], what, low, high);
		int			place = count;

		if (level == 0.5)
			continue;
		while (place > 0 && levels[place - 1] > level)
		{
			levels[place] = levels[place - 1];
			place--;
		}
		levels[place] = level;
		count++;
	}
	if (!lf_head_set_levels(head, levels, count))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s cannot be %s", what, json_display(value)),
				 errdetail("Levels must lie on both sides of 0.5, at least %g apart; there can be at most %d, "
						   "including 0.5.",
						   LF_LOWEST_LEVEL, LF_MAX_LEVELS),
				 errhint("For the interval of 80 percent: [0.1, 0.9].")));
}

double
option_duration(const JsonbValue *value, const char *what, double low, double high)
{
	const Interval *interval;
	double		seconds;

	if (value->type == jbvNumeric)
		return json_real(value, what, low, high);
	interval = DatumGetIntervalP(DirectFunctionCall3(interval_in, CStringGetDatum(json_text(value, what)),
													 ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1)));
	seconds = (interval->month * (double) DAYS_PER_MONTH + interval->day) * SECS_PER_DAY +
		interval->time / (double) USECS_PER_SEC;
	if (!(seconds >= low && seconds <= high))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s cannot be %s", what, json_display(value)),
				 errdetail("The value must be a time greater than 0, such as '10 minutes', or a number of seconds.")));
	return seconds;
}

static const char *const auto_word[] = {"auto"};

void
option_seasons(const JsonbValue *value, const char *what, double low, double high, Options *options)
{
	JsonbValue	elements[LF_MAX_SEASONS];
	lf_seasons *seasons = &options->seasons;
	int			count;

	options->season_given = !(value->type == jbvString && json_choice(value, what, auto_word, 1) == 0);
	if (!options->season_given)
		return;
	count = json_elements(value, what, elements, LF_MAX_SEASONS);
	*seasons = (lf_seasons) {0};
	for (int i = 0; i < count; i++)
	{
		double		length = json_real(&elements[i], what, low, high);
		int			place = seasons->count;

		if (length == 1 && count == 1)
			return;
		if (length < 2)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("%s cannot be %s", what, json_display(value)),
					 errdetail("A season has at least 2 rows; 1 alone means that there is none.")));
		for (; place > 0 && seasons->season[place - 1].length > length; place--)
			seasons->season[place] = seasons->season[place - 1];
		seasons->season[place] = lf_season_of(length);
		seasons->count++;
	}
	if (!lf_seasons_are_sound(seasons))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s names a season twice", what)));
}

bool
option_is_pretrained(const JsonbValue *value)
{
	return value->type == jbvString && value->val.string.len == strlen("pretrained") &&
		memcmp(value->val.string.val, "pretrained", strlen("pretrained")) == 0;
}

LoadedModel *
option_model(const JsonbValue *value, const char *what)
{
	char	   *name = json_text(value, what);

	return model_load(DatumGetByteaPP(DirectFunctionCall1(byteain, CStringGetDatum(name))));
}

unsigned int
option_candidates(const JsonbValue *value, const char *what)
{
	JsonbValue	elements[LF_CANDIDATES];
	int			count = json_elements(value, what, elements, LF_CANDIDATES);
	unsigned int bits = 0;

	for (int i = 0; i < count; i++)
		bits |= 1u << json_choice(&elements[i], what, lf_candidate_names, LF_CANDIDATES);
	return bits;
}
