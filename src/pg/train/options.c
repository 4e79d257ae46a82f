/*
 * options.c: one table of options, from which they are read, checked and listed.
 */
#include "train/options.h"

#include "train/option_values.h"
#include "sql/json.h"
#include "sql/names.h"
#include "base/thread_pool.h"
#include "utils/builtins.h"
#include "utils/float.h"
#include "utils/timestamp.h"

#include <math.h>

typedef enum OptionType
{
	OPTION_INT,
	OPTION_REAL,
	OPTION_SEED,				/* an integer, kept in a double, which holds all up to 2^53 */
	OPTION_BOOL,
	OPTION_SWITCH,				/* a bool that may be left open: 0, 1 or LF_UNSET */
	OPTION_CHOICE,				/* int index into names */
	OPTION_NAMES,				/* a string or an array of them */
	OPTION_UNITS,
	OPTION_CELL,				/* a recurrent kind of layer, by its name */
	OPTION_CALENDAR,
	OPTION_DIFFERENCE,			/* rows, or the word season */
	OPTION_SEASON,				/* the word auto, or rows */
	OPTION_DURATION,			/* seconds, as a number or an interval */
	OPTION_RELATION,			/* its name, kept as text */
	OPTION_STEP,				/* kept as text: what it means depends on the time column */
	OPTION_ARCHITECTURE,
	OPTION_LEVELS,
	OPTION_LIMIT,				/* a number, or none: null or the word */
	OPTION_CANDIDATES,			/* names of candidates */
	OPTION_MODEL				/* a bytea value, as jsonb has it: its text */
} OptionType;

typedef struct OptionRow
{
	const char *name;
	OptionType	type;
	size_t		offset;			/* in Options */
	double		low;
	double		high;
	const char *const *names;
	int			count;
	const char *standard;		/* the default, in words */
	bool		aggregate;		/* only in lstm_train_agg */
	const char *meaning;
} OptionRow;

#define PLACE(field) offsetof(Options, field)
#define NUMBERS(low, high) (low), (high), NULL, 0
#define NAMES(names, count) 0, 0, (names), (count)
#define ANYTHING 0, 0, NULL, 0

static const char *const scale_names[] = {[LF_SCALE_NONE] = "none", [LF_SCALE_STANDARD] = "standard",
	[LF_SCALE_MINMAX] = "minmax", [SCALE_INIT] = "init"};
static const char *const blend_names[] = {"none", "auto"};
static const char *const deseasonalize_names[] = {[LF_DESEASONALIZE_NONE] = "none", [LF_DESEASONALIZE_ADDITIVE] = "additive",
	[LF_DESEASONALIZE_MULTIPLICATIVE] = "multiplicative", [LF_DESEASONALIZES] = "auto"};
static const char *const outliers_names[] = {[OUTLIERS_CLIP] = "clip", [OUTLIERS_KEEP] = "keep"};
static const char *const on_error_names[] = {[ON_ERROR_SKIP] = "skip", [ON_ERROR_ERROR] = "error"};
static const char *const channels_names[] = {[LF_CHANNELS_JOINT] = "joint", [LF_CHANNELS_INDEPENDENT] = "independent"};

static const OptionRow rows[] = {
	{"architecture", OPTION_ARCHITECTURE, 0, ANYTHING, "vanilla, or segment for whole seasons", false,
	"The network: the name of a preset (see lstm_presets()), or an array of layers with Keras' names and arguments."},
	{"units", OPTION_UNITS, 0, NUMBERS(1, 65536), "of the preset", false,
	"Size of the recurrent layers of a preset: one number, or one for each layer."},
	{"cell", OPTION_CELL, PLACE(arguments.cell), ANYTHING, "lstm", false,
	"Kind of the recurrent layers of a preset; conv_lstm and segment have their own."},
	{"bidirectional", OPTION_BOOL, PLACE(arguments.bidirectional), ANYTHING, "false", false,
	"Whether the recurrent layers of a preset read in both directions."},
	{"activation", OPTION_CHOICE, PLACE(arguments.activation), NAMES(lf_activation_names, LF_ACTIVATIONS), "tanh", false,
	"Activation of a preset's recurrent layers."},
	{"recurrent_activation", OPTION_CHOICE, PLACE(arguments.recurrent_activation),
	NAMES(lf_activation_names, LF_ACTIVATIONS), "sigmoid", false,
	"Activation of the gates of a preset's recurrent layers."},
	{"dropout", OPTION_REAL, PLACE(arguments.dropout), NUMBERS(0, 0.95), "0, for segment 0.2", false,
	"Share of outputs dropped after each recurrent layer of a preset during training."},
	{"segment_length", OPTION_INT, PLACE(arguments.segment_length), NUMBERS(1, LF_MAX_DIM),
	"the season, or a common divisor of lookback and horizon", false,
	"Rows of a segment of the preset segment; lookback and horizon must be multiples of it."},
	{"channels", OPTION_CHOICE, PLACE(channels), NAMES(channels_names, 2), "joint, for segment independent if it can be",
	false,
	"With several columns: joint shows the columns to the network side by side; independent shows them one at a "
	"time, like so many series of one model, and then the inputs must be the targets."},
	{"lead", OPTION_INT, PLACE(lead), NUMBERS(0, LF_MAX_DIM), "1", false,
	"Rows from the last input row to the first output: 1 is the next row, 0 the same row (its inputs are known)."},
	{"effort", OPTION_CHOICE, PLACE(effort), NAMES(lf_effort_names, LF_EFFORTS), "normal", false,
	"How much is tried where nothing is said of the network: fast takes one network, beside forecasters that cost next to "
	"nothing; best several of each."},
	{"candidates", OPTION_CANDIDATES, PLACE(candidates), NAMES(lf_candidate_names, LF_CANDIDATES), "by the effort", false,
	"What is tried where nothing is said of the network; the forecast is a mean, weighed by held-out errors."},
	{"epochs", OPTION_INT, PLACE(training.epochs), NUMBERS(0, 1000000), "from the number of windows", false,
	"Maximum number of passes over all windows. 0, with init: the model is not trained, only measured."},
	{"batch_size", OPTION_INT, PLACE(training.batch_size), NUMBERS(1, LF_MAX_BATCH),
	"32; 64 or 128 for many windows", false,
	"Windows per step of the optimizer."},
	{"optimizer", OPTION_CHOICE, PLACE(training.optimizer), NAMES(lf_optimizer_names, LF_STEPPING_OPTIMIZERS), "adam", false,
	"How gradients become steps; the formulas are those of Keras."},
	{"learning_rate", OPTION_REAL, PLACE(training.learning_rate), NUMBERS(1e-10, 100),
	"0.002, for sgd 0.01", false,
	"Size of the optimizer's steps."},
	{"schedule", OPTION_CHOICE, PLACE(training.schedule), NAMES(lf_schedule_names, LF_SCHEDULES), "average", false,
	"How training comes to rest: cosine lowers the learning rate to 0 over the epochs; average leaves it as it is and keeps "
	"the average of the weights after each step, in which the newest count most; constant does neither."},
	{"momentum", OPTION_REAL, PLACE(training.momentum), NUMBERS(0, 0.999999), "0", false,
	"Momentum of sgd."},
	{"weight_decay", OPTION_REAL, PLACE(training.weight_decay), NUMBERS(0, 1), "0.004", false,
	"Decay of the weights by adamw."},
	{"clip_norm", OPTION_REAL, PLACE(training.clip_norm), NUMBERS(0, 1e6), "1", false,
	"Maximum norm of the gradient over all weights; longer gradients are scaled down to it. 0: no maximum."},
	{"loss", OPTION_CHOICE, PLACE(loss), NAMES(lf_loss_names, LF_LOSSES), "mse, for segment and for several series mae", false,
	"What training minimizes: the squared error, the absolute error, or huber, which lies between the two; or, for "
	"networks that also forecast how uncertain they are, the error of quantiles or the negative log-likelihood of a "
	"normal, Student's t or, for counts, negative binomial distribution."},
	{"quantiles", OPTION_LEVELS, PLACE(quantiles), NUMBERS(LF_LOWEST_LEVEL, 1 - LF_LOWEST_LEVEL),
	"[0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975]", false,
	"Levels that the loss quantile learns; 0.5 is added where it is missing."},
	{"ensemble", OPTION_INT, PLACE(training.members), NUMBERS(1, LF_MAX_MEMBERS), "1; 2 or 3 among several candidates", false,
	"Number of networks that are trained alike from different random numbers; the forecast is the mean of their "
	"forecasts."},
	{"blend", OPTION_CHOICE, PLACE(blend), NAMES(blend_names, 2), "none", false,
	"Whether the forecast is mixed with the best naive baseline, by a weight fitted on the held-out part: none, or "
	"auto."},
	{"init", OPTION_MODEL, PLACE(init), ANYTHING, "none", false,
	"A model of the same network, whose weights training starts from. If network, lookback or normalization are not "
	"given, those of this model are taken. To go on with new rows, see lstm_update(). Or \"pretrained\": over several "
	"series the network of the candidate zero_shot is trained on, and kept where it is better on held-out rows."},
	{"validation", OPTION_REAL, PLACE(training.validation), NUMBERS(0, 0.9), "0.2", false,
	"Share of the windows, the newest ones, that is held out to choose the best epoch and to measure how good the "
	"forecast is."},
	{"patience", OPTION_INT, PLACE(training.patience), NUMBERS(0, 1000000), "10", false,
	"Epochs without a lower held-out loss after which training stops; 0: never. The weights of the best epoch are "
	"kept either way."},
	{"refit", OPTION_BOOL, PLACE(training.refit), ANYTHING, "true", false,
	"Whether the final model is trained again on all windows, including the held-out ones."},
	{"calibrate", OPTION_BOOL, PLACE(training.calibrate), ANYTHING, "true", false,
	"Whether the intervals of the losses quantile, gaussian, student_t and negative_binomial are widened or narrowed so that they hold "
	"their level on the held-out windows."},
	{"max_time", OPTION_DURATION, PLACE(training.max_seconds), NUMBERS(1e-6, 1e9), "none", false,
	"Maximum time for training, as an interval or in seconds: training then ends with what it has reached. Reading "
	"the rows and measuring errors and intervals take extra time. How far training gets depends on the machine."},
	{"shuffle", OPTION_BOOL, PLACE(training.shuffle), ANYTHING, "true", false,
	"Whether windows are visited in a new random order in each epoch."},
	{"scale", OPTION_CHOICE, PLACE(scale), NAMES(scale_names, SCALE_INIT + 1), "standard", false,
	"Scaling of each column by its training rows: to mean 0 and variance 1, or to the range from 0 to 1; or init, "
	"the scaling of the model in option init, where series unknown to that model are scaled by their own rows."},
	{"normalize", OPTION_CHOICE, PLACE(normalize), NAMES(lf_normalize_names, LF_NORMALIZES), "from the data", false,
	"What the values of a window are measured from: nothing; the last value or the mean of each target in the "
	"window; or the mean of the window's last season, and then outputs from that mean as well, from the value one "
	"season earlier (seasonal_naive) or from the mean of the same place in the window's seasons (season_profile)."},
	{"difference", OPTION_DIFFERENCE, 0, NUMBERS(0, LF_MAX_DIM), "0", false,
	"Rows between the two target values whose difference the network sees: 1 for neighbouring rows, \"season\" for "
	"rows one season apart; 0: the values themselves."},
	{"season", OPTION_SEASON, 0, NUMBERS(1, LF_LONGEST_SEASON), "auto", false,
	"Rows of a season, or of several: [24, 168]. 1: there is none. auto looks for those that rows of this step may have, "
	"and for others."},
	{"deseasonalize", OPTION_CHOICE, PLACE(deseasonalize), NAMES(deseasonalize_names, LF_DESEASONALIZES + 1), "from the data", false,
	"Whether the seasons are taken out of the targets before the network sees them and put back into its forecasts: as "
	"what they add (additive) or multiply by (multiplicative); auto takes what suits the rows better."},
	{"outliers", OPTION_CHOICE, PLACE(outliers), NAMES(outliers_names, 2), "clip", false,
	"What is done about single values of a target that are far beyond all others: clip trains on what the rows around "
	"suggest in their place, and counts no error there; keep takes them as they are."},
	{"log", OPTION_SWITCH, PLACE(log), ANYTHING, "from the data", false,
	"Whether the network sees the logarithms of the targets, above lower_limit or 0: for values that grow by a "
	"percentage."},
	{"lower_limit", OPTION_LIMIT, PLACE(lower_limit), NUMBERS(-1e300, 1e300), "0 if no target is below 0, else none", false,
	"Forecasts and intervals never go below this value; none or null: they may."},
	{"upper_limit", OPTION_LIMIT, PLACE(upper_limit), NUMBERS(-1e300, 1e300), "none", false,
	"Forecasts and intervals never go above this value; none or null: they may."},
	{"seed", OPTION_SEED, PLACE(seed), NUMBERS(0, 9007199254740992.0), "1", false,
	"Seed of all random numbers: the same rows and seed give the same model."},
	{"timing", OPTION_BOOL, PLACE(timing), ANYTHING, "false", false,
	"Whether lstm_history() reports the seconds of each epoch. Identical trainings then give models that differ in "
	"these times."},
	{"threads", OPTION_INT, PLACE(threads), NUMBERS(1, LF_MAX_THREADS), "lstm_forecast.max_threads", false,
	"Number of threads that share each mini-batch, or the networks of an ensemble: at most "
	"lstm_forecast.max_threads, and one if a mini-batch is small. The model does not depend on this number."},
	{"missing", OPTION_CHOICE, PLACE(missing), NAMES(lf_missing_names, LF_MISSINGS), "auto", false,
	"What is done about missing rows, NULL and NaN: error refuses them; linear fills them on the line between neighbours, "
	"previous with the value before, seasonal with the mean of the same place in the seasons around; mask fills as linear "
	"does, but leaves these values out of loss and errors; auto so leaves out what seasonal fills, and refuses many."},
	{"step", OPTION_STEP, PLACE(step), ANYTHING, "from the data", false,
	"Time from row to row, as an interval of months, days or time; as weekdays, such as business day or Monday to "
	"Saturday; or as an integer for integer times."},
	{"aggregate", OPTION_CHOICE, PLACE(aggregate), NAMES(lf_aggregate_names, LF_AGGREGATES), "none", false,
	"What becomes of several rows of one step, such as events: their sum, mean, last value, count, or lowest or highest "
	"value; none refuses them. A step without any row has a sum or count of 0. Columns that are no targets have their "
	"mean, or their last value beside last."},
	{"calendar", OPTION_CALENDAR, 0, NAMES(calendar_names, CALENDAR_CYCLES), "none", false,
	"What the network is told about the time of each row, as sine and cosine: none, auto, or an array of "
	"minute_of_hour, hour_of_day, day_of_week, day_of_month, day_of_year, month_of_year. auto takes the cycles that "
	"rows of this step can show and that the rows cover at least twice."},
	{"holidays", OPTION_RELATION, PLACE(holidays), ANYTHING, "none", false,
	"A relation with the days of holidays, past and coming: columns day and name; optionally days_before and days_after, and "
	"columns called as the keys of series or as static inputs of text. Each name is an input that is known ahead."},
	{"on_error", OPTION_CHOICE, PLACE(on_error), NAMES(on_error_names, 2), "skip", false,
	"With series_column: whether a series that is too short or broken is left out with a warning, or is an error."},
	{"series_embedding", OPTION_BOOL, PLACE(series_embedding), ANYTHING, "false", false,
	"With series_column: whether the network learns a vector for each series, to tell the series apart."},
	{"horizon", OPTION_INT, PLACE(horizon), NUMBERS(1, LF_MAX_DIM), "1", true,
	"Steps of a forecast, like the parameter of lstm_train."},
	{"lookback", OPTION_INT, PLACE(lookback), NUMBERS(1, LF_MAX_DIM), "from the data", true,
	"Rows of a window, like the parameter of lstm_train."},
	{"columns", OPTION_NAMES, PLACE(columns), ANYTHING, "value, or value1, value2, ...", true,
	"Names of the elements of \"values\"."},
	{"target", OPTION_NAMES, PLACE(target), ANYTHING, "all columns", true,
	"Names of the columns that are forecast."},
	{"inputs", OPTION_NAMES, PLACE(inputs), ANYTHING, "the targets", true,
	"Names of the columns in the window."},
};

typedef struct OptionsReader
{
	Options    *options;
	bool		aggregate;
} OptionsReader;

static const char *const season_word[] = {"season"};
static const char *const none_word[] = {"none"};

static void
read_option(const OptionRow *row, const JsonbValue *value, Options *options)
{
	char	   *what = psprintf("option \"%s\"", row->name);
	void	   *place = (char *) options + row->offset;
	JsonbValue	elements[LF_MAX_LAYERS];

	switch (row->type)
	{
		case OPTION_INT:
			*(int *) place = (int) json_int(value, what, (int64) row->low, (int64) row->high);
			break;
		case OPTION_REAL:
			*(double *) place = json_real(value, what, row->low, row->high);
			break;
		case OPTION_SEED:
			*(double *) place = (double) json_int(value, what, (int64) row->low, (int64) row->high);
			break;
		case OPTION_BOOL:
			*(bool *) place = json_bool(value, what);
			break;
		case OPTION_SWITCH:
			*(int *) place = json_bool(value, what);
			break;
		case OPTION_CHOICE:
			*(int *) place = json_choice(value, what, row->names, row->count);
			break;
		case OPTION_NAMES:
			/* each list of names is followed by its count */
			option_names(value, what, place, (int *) ((char *) place + sizeof(char **)));
			break;
		case OPTION_UNITS:
			options->arguments.units_count = json_elements(value, what, elements, LF_MAX_LAYERS);
			for (int i = 0; i < options->arguments.units_count; i++)
				options->arguments.units[i] = (int) json_int(&elements[i], what, (int64) row->low, (int64) row->high);
			break;
		case OPTION_CELL:
			*(lf_layer_kind *) place = option_cell(value, what);
			break;
		case OPTION_CALENDAR:
			option_calendar(value, what, options);
			break;
		case OPTION_DIFFERENCE:
			options->difference_season = value->type == jbvString;
			if (options->difference_season)
				(void) json_choice(value, what, season_word, 1);
			else
				options->difference = (int) json_int(value, what, (int64) row->low, (int64) row->high);
			break;
		case OPTION_SEASON:
			option_seasons(value, what, row->low, row->high, options);
			break;
		case OPTION_DURATION:
			*(double *) place = option_duration(value, what, row->low, row->high);
			break;
		case OPTION_RELATION:
			*(char **) place = json_text(value, what);
			break;
		case OPTION_STEP:
			options->step = value->type == jbvNumeric ? json_display(value) : json_text(value, what);
			break;
		case OPTION_ARCHITECTURE:
			option_architecture(value, what, options);
			break;
		case OPTION_LEVELS:
			option_levels(value, what, row->low, row->high, place);
			break;
		case OPTION_LIMIT:
			if (strcmp(row->name, "lower_limit") == 0)
				options->limit_open = false;
			if (value->type != jbvNull && (value->type != jbvString || json_choice(value, what, none_word, 1) != 0))
				*(double *) place = json_real(value, what, row->low, row->high);
			break;
		case OPTION_CANDIDATES:
			options->candidates = option_candidates(value, what);
			break;
		case OPTION_MODEL:
			options->tunes = option_is_pretrained(value);
			*(LoadedModel **) place = options->tunes ? NULL : option_model(value, what);
			break;
	}
}

bool
option_is_of_network(const char *name)
{
	static const char *const names[] = {"architecture", "units", "cell", "bidirectional", "activation", "recurrent_activation",
		"dropout", "segment_length", "channels"};

	return name_index(name, names, lengthof(names)) >= 0;
}

/* The same of one network, and of no others beside it. */
static bool
is_of_training(const char *name)
{
	static const char *const names[] = {"epochs", "batch_size", "optimizer", "learning_rate", "schedule", "momentum",
		"weight_decay", "clip_norm", "loss", "quantiles", "blend", "init", "normalize", "difference", "patience", "scale",
		"calibrate", "validation"};

	return option_is_of_network(name) || name_index(name, names, lengthof(names)) >= 0;
}

static void
visit_option(void *state, const char *name, const JsonbValue *value)
{
	OptionsReader *reader = state;
	const char *valid[lengthof(rows)];
	const char *nearest;
	int			count = 0;

	for (int i = 0; i < lengthof(rows); i++)
	{
		if (strcmp(rows[i].name, name) == 0)
		{
			if (rows[i].aggregate && !reader->aggregate)
				ereport(ERROR,
						(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						 errmsg("\"%s\" is a parameter here, not an option", name),
						 errhint("Give the parameter by name: %s => ...", name)));
			if (option_is_of_network(name))
				reader->options->open = false;
			/* the network that is shipped is a candidate, not the network that is trained */
			if (is_of_training(name) && !(rows[i].type == OPTION_MODEL && option_is_pretrained(value)))
				reader->options->contends = false;
			if (strcmp(name, "ensemble") == 0)
				reader->options->members_open = false;
			read_option(&rows[i], value, reader->options);
			return;
		}
		if (reader->aggregate || !rows[i].aggregate)
			valid[count++] = rows[i].name;
	}
	nearest = nearest_name(name, valid, count);
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unrecognized option \"%s\"", name),
			 nearest != NULL ? errhint("Perhaps you meant \"%s\". lstm_options() lists all options.", nearest) :
			 errhint("lstm_options() lists all options.")));
}

void
options_read(Jsonb *json, bool aggregate, Options *options)
{
	OptionsReader reader = {.options = options, .aggregate = aggregate};

	memset(options, 0, sizeof(Options));
	options->preset = LF_VANILLA;
	options->open = true;
	options->contends = true;
	options->members_open = true;
	options->effort = LF_EFFORT_NORMAL;
	options->arguments.cell = LF_USUAL_CELL;
	options->arguments.activation = LF_TANH;
	options->arguments.recurrent_activation = LF_SIGMOID;
	options->lead = 1;
	options->scale = LF_SCALE_STANDARD;
	options->normalize = LF_UNSET;
	options->loss = LF_UNSET;
	options->channels = LF_UNSET;
	options->arguments.dropout = LF_UNSET;
	options->seed = 1;
	options->log = LF_UNSET;
	options->deseasonalize = LF_UNSET;
	options->outliers = LF_UNSET;
	options->missing = LF_MISSING_AUTO;
	/* a group that has no model by default would be a surprise: the query says which groups there are */
	options->on_error = aggregate ? ON_ERROR_ERROR : ON_ERROR_SKIP;
	options->lower_limit = -INFINITY;
	options->limit_open = true;
	options->upper_limit = INFINITY;
	options->horizon = 1;
	options->lookback = LF_UNSET;
	options->training = (lf_training) {
		.optimizer = LF_ADAM,
		.learning_rate = LF_UNSET,
		.schedule = LF_SCHEDULE_AVERAGE,
		.weight_decay = 0.004,
		.clip_norm = 1,
		.epochs = LF_UNSET,
		.batch_size = LF_UNSET,
		.patience = 10,
		.shuffle = true,
		.validation = 0.2,
		.refit = true,
		.calibrate = true,
		.members = 1,
	};
	if (json != NULL)
		json_each_key(&json->root, "options", visit_option, &reader);
	options->training.seed = (uint64) options->seed;
	options->training.blend = options->blend == 1;
	if (options->holidays != NULL && aggregate)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"holidays\" needs a relation to train on, and there is none here"),
				 errhint("Call lstm_train, for the rows of a query on a view of them.")));
	if (options->init == NULL && (options->scale == SCALE_INIT || options->training.epochs == 0))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"%s\" cannot be %s here", options->scale == SCALE_INIT ? "scale" : "epochs",
						options->scale == SCALE_INIT ? "init" : "0"),
				 errdetail("This value is for a training that starts from a model."),
				 errhint("Give the model in option \"init\".")));
	options->training.scale = options->scale == SCALE_INIT ? options->init->model.training.scale :
		(lf_scale) options->scale;
}

static char *
range_text(const OptionRow *row)
{
	const char *names[LF_LAYER_KINDS];
	lf_layer_kind kinds[LF_LAYER_KINDS];

	switch (row->type)
	{
		case OPTION_SEED:
			return psprintf("%.0f to %.0f", row->low, row->high);
		case OPTION_INT:
		case OPTION_REAL:
		case OPTION_UNITS:
		case OPTION_LEVELS:
			return psprintf("%s to %s", float8out_internal(row->low), float8out_internal(row->high));
		case OPTION_LIMIT:
			return psprintf("none, %s to %s", float8out_internal(row->low), float8out_internal(row->high));
		case OPTION_DIFFERENCE:
			return psprintf("season, %.0f to %.0f", row->low, row->high);
		case OPTION_SEASON:
			return psprintf("auto, %.0f to %.0f", row->low, row->high);
		case OPTION_BOOL:
		case OPTION_SWITCH:
			return "true, false";
		case OPTION_CHOICE:
		case OPTION_CANDIDATES:
			return join_names(row->names, row->count);
		case OPTION_CELL:
			return join_names(names, option_cell_names(names, kinds));
		case OPTION_CALENDAR:
			return psprintf("none, auto, %s", join_names(row->names, row->count));
		default:
			return "";
	}
}

static const char *
type_text(OptionType type)
{
	switch (type)
	{
		case OPTION_INT:
		case OPTION_SEED:
			return "integer";
		case OPTION_REAL:
			return "number";
		case OPTION_BOOL:
		case OPTION_SWITCH:
			return "boolean";
		case OPTION_UNITS:
			return "integer or array";
		case OPTION_SEASON:
			return "string, number or array";
		case OPTION_LEVELS:
			return "array";
		case OPTION_STEP:
		case OPTION_DIFFERENCE:
			return "string or integer";
		case OPTION_DURATION:
		case OPTION_LIMIT:
			return "string or number";
		case OPTION_NAMES:
		case OPTION_CALENDAR:
		case OPTION_CANDIDATES:
		case OPTION_ARCHITECTURE:
			return "string or array";
		default:
			return "string";
	}
}

/* Columns of a row of lstm_options. */
enum
{
	OPTIONS_NAME,
	OPTIONS_TYPE,
	OPTIONS_DEFAULT,
	OPTIONS_RANGE,
	OPTIONS_MEANING,
	OPTIONS_COLUMNS
};

SQL_FUNCTION(lstm_options);
Datum
lstm_options(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < lengthof(rows); i++)
	{
		Datum		values[OPTIONS_COLUMNS];
		bool		nulls[OPTIONS_COLUMNS] = {false};

		values[OPTIONS_NAME] = CStringGetTextDatum(rows[i].name);
		values[OPTIONS_TYPE] = CStringGetTextDatum(type_text(rows[i].type));
		values[OPTIONS_DEFAULT] = CStringGetTextDatum(rows[i].standard);
		values[OPTIONS_RANGE] = CStringGetTextDatum(range_text(&rows[i]));
		values[OPTIONS_MEANING] = CStringGetTextDatum(psprintf("%s%s", rows[i].meaning,
												 rows[i].aggregate ? " In lstm_train_agg only." : ""));
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}
