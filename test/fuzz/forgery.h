/*
 * forgery.h: models that nobody trained: the structure of a sound model, changed field by field.
 *
 * Bytes that are changed at random hardly ever come to more than a number out of its range. So here the model in memory
 * is changed: its layers, task, columns, series, times, records. In most forgeries what depends on a change is then
 * mended, for each part by chance, so that many pass for sound: what code does with those is what the fuzzer asks.
 * Arrays are made to fit the sizes that came out.
 */
#ifndef FORGERY_H
#define FORGERY_H

#include "series/level.h"
#include "model/model_bytes.h"
#include "model_samples.h"
#include "model/sound.h"

/* Larger forgeries take time, and no other code. */
#define MOST_FORGED_NUMBERS ((size_t) 100000)

#define MOST_ALLOCATIONS 512
#define LABEL 24				/* bytes of a text with a number in it */

typedef struct forgery
{
	lf_model	model;
	lf_model	was;			/* before: its arrays, which are repeated to fill longer ones, have its sizes */
	lf_random  *random;
	void	   *allocation[MOST_ALLOCATIONS];
	int			allocations;
} forgery;

/* ---- chance ---- */

static inline int
forge_below(forgery *f, int n)
{
	return (int) lf_random_below(f->random, (uint64_t) n);
}

static inline bool
forge_one_in(forgery *f, int n)
{
	return forge_below(f, n) == 0;
}

#define FORGE_PICK(f, list) ((list)[forge_below(f, (int) (sizeof(list) / sizeof((list)[0])))])

/* Mostly small. */
static inline int
forge_size(forgery *f)
{
	static const int edges[] = {0, 7, 8, 12, 24, 63, 64, 65, 100, 255, 256, 768, 1000, 1599, 1600, 65535, 65536, LF_MAX_DIM - 1,
	LF_MAX_DIM};

	return forge_one_in(f, 6) ? FORGE_PICK(f, edges) : 1 + forge_below(f, 6);
}

static inline int
forge_int(forgery *f)
{
	static const int edges[] = {0, 1, -1, 2, 12, -12, 31, 32, 365, -365, 1000000, 1000001, LF_LONGEST_STEP_MONTHS,
	LF_LONGEST_STEP_DAYS, INT32_MAX, INT32_MIN};

	return FORGE_PICK(f, edges);
}

static inline int64_t
forge_long(forgery *f)
{
	static const int64_t edges[] = {0, 1, -1, 2, 3600000000, -3600000000, 86400000000, 8000, -2451545, INT32_MAX,
		INT64_C(757382400000000), INT64_C(-211813488000000000), INT64_C(9223371331199999999), INT64_C(1) << 62, INT64_MAX - 1,
	INT64_MAX, INT64_MIN + 1, INT64_MIN};

	return FORGE_PICK(f, edges);
}

static inline double
forge_double(forgery *f)
{
	static const double edges[] = {0, 1, -1, 0.5, 5e-324, 1e-320, 1e-308, 1e-300, -1e-300, 1e-38, 1e-10, 100, 1e18, -1e18,
	9007199254740993.0, 1e38, 3.5e38, 1e100, 1e300, -1e300, 1.7976931348623157e308, -1.7976931348623157e308};

	return forge_one_in(f, 3) ? lf_random_normal(f->random) : FORGE_PICK(f, edges);
}

static inline const char *
forge_text(forgery *f)
{
	static const char *const texts[] = {"", "x", "v", "w", "k", "s", "at", "cat", "public.load", "public.many", "pg_catalog.pg_class",
		"\"a\"\"b\"", "a.b.c.d", "UTC", "Europe/Berlin", "<+99>-99:59:59", "../../etc/passwd", "hour_of_day_sin", "%s%n%d",
	"\xc3\xa4", "\xff"};

	return FORGE_PICK(f, texts);
}

static inline bool
is_named(const char *name)
{
	return name[0] != '\0';
}

/* ---- memory ---- */

static inline void *
forge_take(forgery *f, size_t count, size_t size)
{
	void	   *block = calloc(count + 1, size);

	if (block == NULL || f->allocations == MOST_ALLOCATIONS)
	{
		printf("Bail out! out of memory for a forgery\n");
		exit(1);
	}
	f->allocation[f->allocations++] = block;
	return block;
}

/* An array of another length, filled by repeating what it was. */
static inline void *
forge_resize(forgery *f, const void *array, size_t was, size_t count, size_t size)
{
	char	   *resized = forge_take(f, count, size);

	for (size_t i = 0; i < count && array != NULL && was > 0; i++)
		memcpy(resized + i * size, (const char *) array + i % was * size, size);
	return resized;
}

/* ---- changes of what is no array ---- */

static inline lf_layer_spec
forge_layer(forgery *f)
{
	lf_layer_spec layer = lf_layer_defaults((lf_layer_kind) forge_below(f, LF_LAYER_KINDS));

	layer.units = forge_size(f);
	layer.inner = (lf_layer_kind) forge_below(f, LF_LAYER_KINDS);
	layer.activation = (lf_activation) forge_below(f, LF_ACTIVATIONS);
	layer.recurrent_activation = (lf_activation) forge_below(f, LF_ACTIVATIONS);
	layer.use_bias = forge_one_in(f, 2);
	layer.return_sequences = forge_one_in(f, 2);
	layer.go_backwards = forge_one_in(f, 3);
	layer.merge = (lf_merge) forge_below(f, LF_MERGES);
	layer.padding = (lf_padding) forge_below(f, LF_PADDINGS);
	for (int i = 0; i < 2; i++)
	{
		layer.kernel[i] = forge_size(f);
		layer.strides[i] = forge_size(f);
	}
	layer.target.rank = 1 + forge_below(f, LF_MAX_RANK);
	for (int i = 0; i < layer.target.rank; i++)
		layer.target.dim[i] = forge_one_in(f, 4) ? -1 : forge_size(f);
	layer.rate = forge_double(f);
	layer.segments = forge_size(f);
	layer.categories = forge_size(f);
	layer.reset_after = forge_one_in(f, 2);
	return layer;
}

static inline void
forge_layers(forgery *f)
{
	lf_spec    *spec = &f->model.spec;
	int			at = forge_below(f, spec->count);

	switch (forge_below(f, 4))
	{
		case 0:
			spec->layer[at] = forge_layer(f);
			break;
		case 1:
			if (spec->count == LF_MAX_LAYERS)
				break;
			memmove(spec->layer + at + 1, spec->layer + at, (size_t) (spec->count - at) * sizeof(lf_layer_spec));
			spec->count++;
			spec->layer[at] = forge_layer(f);
			break;
		case 2:
			if (spec->count == 1)
				break;
			spec->count--;
			memmove(spec->layer + at, spec->layer + at + 1, (size_t) (spec->count - at) * sizeof(lf_layer_spec));
			break;
		case 3:
			spec->layer[at].units = forge_size(f);
			break;
	}
}

static inline void
forge_windows(forgery *f)
{
	lf_task    *task = &f->model.task;

	switch (forge_below(f, 4))
	{
		case 0:
			task->lookback = forge_size(f);
			break;
		case 1:
			task->horizon = forge_size(f);
			break;
		case 2:
			task->lead = forge_size(f) - 1;
			break;
		case 3:
			task->season = forge_size(f) - 1;
			break;
	}
	task->lookback += task->lookback == 0;
	task->horizon += task->horizon == 0;
	if (task->lead < 0)
		task->lead = 0;
	if (task->season < 0)
		task->season = 0;
}

static inline void
forge_seasons(forgery *f)
{
	lf_task    *task = &f->model.task;
	double		length = 1;

	task->deseasonalize = (lf_deseasonalize) forge_below(f, LF_DESEASONALIZES);
	task->seasons.count = forge_below(f, LF_MAX_SEASONS + 1);
	for (int i = 0; i < task->seasons.count; i++)
	{
		length += forge_one_in(f, 3) ? fabs(forge_double(f)) : forge_size(f);
		task->seasons.season[i] = forge_one_in(f, 2) ? lf_season_of(length) :
			(lf_season) {.length = length, .knots = forge_size(f)};
	}
	f->model.found.count = forge_below(f, LF_MAX_SEASON_FACTS + 1);
	for (int i = 0; i < f->model.found.count; i++)
		f->model.found.fact[i] = (lf_season_fact) {.length = 2 + fabs(forge_double(f)), .cycles = forge_double(f),
			.gain = forge_double(f), .certainty = forge_double(f), .shown = forge_one_in(f, 2)};
}

static inline void
forge_transform(forgery *f)
{
	lf_model   *model = &f->model;
	lf_task    *task = &model->task;

	switch (forge_below(f, 7))
	{
		case 6:
			forge_seasons(f);
			break;
		case 0:
			task->difference = forge_below(f, task->lookback + 1);
			break;
		case 1:
			task->log = !task->log;
			task->log_found = task->log && forge_one_in(f, 2);
			task->log_from = forge_double(f);
			break;
		case 2:
			task->limited = !task->limited;
			task->lower_limit = forge_one_in(f, 3) ? -(double) INFINITY : forge_double(f);
			task->upper_limit = forge_one_in(f, 3) ? (double) INFINITY : task->lower_limit + fabs(forge_double(f));
			task->limit_found = forge_one_in(f, 3);
			if (task->limit_found && !forge_one_in(f, 8))
				task->lower_limit = task->log_from = 0;
			break;
		case 3:
			task->independent = !task->independent;
			break;
		case 4:
			model->training.normalize = (lf_normalize) forge_below(f, LF_NORMALIZES);
			break;
		case 5:
			model->training.loss = (lf_loss) forge_below(f, LF_LOSSES);
			break;
	}
}

/* Numbers of columns of each kind, in the order of a frame. */
static inline void
forge_columns(forgery *f)
{
	lf_model   *model = &f->model;
	lf_task    *task = &model->task;
	int			count[LF_COLUMN_KINDS] = {0};
	static const lf_column_kind order[] = {LF_COLUMN_MEASURED, LF_COLUMN_KNOWN, LF_COLUMN_STATIC, LF_COLUMN_CATEGORY,
	LF_COLUMN_SERIES, LF_COLUMN_EVENT, LF_COLUMN_CALENDAR};

	count[LF_COLUMN_MEASURED] = forge_one_in(f, 50) ? 1 + forge_below(f, 300) : 1 + forge_below(f, 3);
	count[LF_COLUMN_KNOWN] = forge_one_in(f, 3) ? 1 + forge_below(f, 2) : 0;
	count[LF_COLUMN_STATIC] = forge_one_in(f, 4);
	count[LF_COLUMN_CATEGORY] = forge_one_in(f, 3);
	count[LF_COLUMN_SERIES] = forge_one_in(f, 3);
	count[LF_COLUMN_EVENT] = forge_one_in(f, 4) ? 1 + forge_below(f, 4) : 0;
	count[LF_COLUMN_CALENDAR] = forge_one_in(f, 3) ? 2 * (1 + forge_below(f, 3)) : 0;
	model->columns = 0;
	for (int i = 0; i < LF_COLUMN_KINDS; i++)
		for (int n = count[order[i]]; n > 0; n--)
			task->kind[model->columns++] = (uint8_t) order[i];
	task->targets = 1 + forge_below(f, count[LF_COLUMN_MEASURED]);
	for (int j = 0; j < task->targets; j++)
		task->target[j] = (int16_t) (count[LF_COLUMN_MEASURED] - 1 - j);
	task->inputs = 1 + forge_below(f, count[LF_COLUMN_MEASURED]);
}

/* One place among the columns, whatever becomes of it. */
static inline void
forge_place(forgery *f)
{
	lf_model   *model = &f->model;
	lf_task    *task = &model->task;

	switch (forge_below(f, 4))
	{
		case 0:
			task->kind[forge_below(f, model->columns)] = (uint8_t) forge_below(f, LF_COLUMN_KINDS);
			break;
		case 1:
			task->input[forge_below(f, task->inputs)] = (int16_t) forge_below(f, model->columns);
			break;
		case 2:
			task->target[forge_below(f, task->targets)] = (int16_t) forge_below(f, model->columns);
			break;
		case 3:
			task->ahead[forge_below(f, task->inputs)] = forge_size(f);
			break;
	}
}

/* Tables that the test in SQL has, see test/tap/forgeries.sh; or none. */
static inline void
forge_home(forgery *f)
{
	lf_model   *model = &f->model;

	switch (forge_below(f, 4))
	{
		case 0:
			model->relation = model->time_column = model->series_column = "";
			model->time_kind = forge_one_in(f, 2) ? LF_TIME_NONE : LF_TIME_TIMESTAMPTZ;
			break;
		case 1:
			model->relation = "public.load";
			model->time_column = "at";
			model->series_column = "";
			model->time_kind = LF_TIME_TIMESTAMPTZ;
			model->step = (lf_time_step) {.units = INT64_C(3600000000)};
			break;
		case 2:
			model->relation = "public.many";
			model->time_column = "at";
			model->series_column = "s";
			model->time_kind = LF_TIME_DATE;
			model->step = (lf_time_step) {.days = 1, .weekdays = (uint8_t) (forge_one_in(f, 3) ? forge_below(f, 128) : 0)};
			break;
		case 3:
			model->relation = "public.numbered";
			model->time_column = "n";
			model->series_column = "";
			model->time_kind = LF_TIME_INTEGER;
			model->step = (lf_time_step) {.units = 1};
			break;
	}
	model->further_keys = 0;
	if (forge_one_in(f, 4))
	{
		model->further_keys = 1 + forge_below(f, 2);
		model->further_key = forge_take(f, 2, sizeof(char *));
		model->further_key[0] = forge_one_in(f, 3) ? forge_text(f) : "k";
		model->further_key[1] = forge_text(f);
	}
	model->imported = forge_one_in(f, 30);
	model->series = is_named(model->series_column) ? (size_t) (1 + forge_below(f, 30)) : 1;
}

static inline void
forge_time(forgery *f)
{
	lf_model   *model = &f->model;

	switch (forge_below(f, 7))
	{
		case 6:
			model->holidays = forge_text(f);
			break;
		case 0:
			model->time_kind = (lf_time_kind) forge_below(f, LF_TIME_KINDS);
			break;
		case 1:
			model->step = (lf_time_step) {forge_int(f), forge_one_in(f, 2) ? 0 : forge_int(f), forge_one_in(f, 2) ? 0 : forge_long(f),
				(uint8_t) (forge_one_in(f, 4) ? forge_below(f, 128) : 0)};
			break;
		case 2:
			model->last_time = forge_long(f);
			break;
		case 3:
			model->time_zone = forge_text(f);
			break;
		case 4:
			model->relation = forge_text(f);
			break;
		case 5:
			model->time_column = forge_text(f);
			break;
	}
}

static inline void
forge_series(forgery *f)
{
	f->model.series = forge_one_in(f, 20) ? 3000 : (size_t) (1 + forge_below(f, 6));
	if (forge_one_in(f, 3))
		f->model.series_column = forge_text(f);
}

static inline void
forge_record(forgery *f)
{
	lf_model   *model = &f->model;

	switch (forge_below(f, 4))
	{
		case 0:
			model->missing = (lf_missing_record) {.method = (lf_missing) forge_below(f, LF_MISSINGS), .season = forge_size(f),
				.rows = (uint64_t) forge_long(f), .values = (uint64_t) forge_long(f), .first = forge_long(f), .last = forge_long(f)};
			break;
		case 1:
			model->rows = (uint64_t) forge_long(f);
			model->windows = (uint64_t) forge_long(f);
			model->validation_windows = (uint64_t) forge_long(f);
			break;
		case 2:
			model->season = forge_size(f);
			model->best_epoch = forge_size(f);
			model->final_epochs = forge_one_in(f, 2) ? INT32_MAX : forge_size(f);
			model->epochs = forge_below(f, 8);
			break;
		case 3:
			model->training = (lf_training) {.loss = model->training.loss, .normalize = model->training.normalize,
				.scale = (lf_scale) forge_below(f, LF_SCALES), .optimizer = (lf_optimizer_kind) forge_below(f, LF_OPTIMIZERS),
				.schedule = (lf_schedule) forge_below(f, LF_SCHEDULES), .learning_rate = fabs(forge_double(f)),
				.momentum = fabs(forge_double(f)), .weight_decay = fabs(forge_double(f)), .clip_norm = fabs(forge_double(f)),
				.validation = fabs(forge_double(f)), .epochs = forge_size(f), .batch_size = forge_size(f) % (LF_MAX_BATCH + 1),
				.patience = forge_size(f), .shuffle = forge_one_in(f, 2), .refit = forge_one_in(f, 2),
				.calibrate = forge_one_in(f, 2), .blend = forge_one_in(f, 2), .seed = (uint64_t) forge_long(f)};
			break;
	}
}

static inline void
forge_errors(forgery *f)
{
	lf_errors  *errors = &f->model.errors;

	errors->steps = forge_one_in(f, 2) ? f->model.task.horizon * (1 + forge_below(f, 10)) : forge_size(f);
	if (errors->steps > LF_MAX_DIM)
		errors->steps = 1;
	errors->most = forge_one_in(f, 3) ? LF_MAX_ERRORS : forge_below(f, 6);
}

static inline void
forge_members(forgery *f)
{
	f->model.members = forge_one_in(f, 3) ? LF_MAX_MEMBERS : 1 + forge_below(f, 4);
}

/* Candidates beside the network, or none any more: what they are is forged at the end, see forge_combination(). */
static inline void
forge_combine(forgery *f)
{
	lf_model   *model = &f->model;

	model->combination.parts = forge_one_in(f, 4) ? 0 : 1 + forge_below(f, 7);
	model->tail_before = forge_one_in(f, 2) ? 0 : forge_below(f, 9);
	model->tried = forge_below(f, LF_MAX_COMBINED + 1);
	for (int i = 0; i < model->tried; i++)
		model->candidate[i] = (lf_tried) {.candidate = (lf_candidate) forge_below(f, LF_CANDIDATES),
			.error = forge_double(f), .weight = forge_double(f)};
}

/* ---- mending, so that a change is the only thing that is odd ---- */

static inline void
forge_mend_inputs(forgery *f)
{
	lf_model   *model = &f->model;
	lf_task    *task = &model->task;
	int			reach = task->lead + task->horizon - 1;
	bool		is_target[LF_MAX_COLUMNS] = {false};
	int			wanted = 1 + (int) ((unsigned) task->inputs % 3);	/* of measured ones */
	int			measured = 0;
	int			present;

	for (int j = 0; j < task->targets; j++)
		is_target[task->target[j]] = true;
	memset(task->ahead, 0, sizeof(task->ahead));
	task->inputs = 0;
	for (int i = 0; i < model->columns; i++)
		if (lf_kind_is_category(task->kind[i]))
			task->input[task->inputs++] = (int16_t) i;
	for (int i = 0; i < model->columns; i++)
		measured += task->kind[i] == LF_COLUMN_MEASURED;
	/* those that are no targets are inputs, and so are all before them */
	for (int i = 0; i < measured; i++)
		if (!is_target[i] && wanted <= i)
			wanted = i + 1;
	if (forge_one_in(f, 2))
		wanted = measured;
	for (int i = 0; i < model->columns; i++)
		if (!lf_kind_is_category(task->kind[i]) && (task->kind[i] != LF_COLUMN_MEASURED || i < wanted))
			task->input[task->inputs++] = (int16_t) i;
	present = task->inputs;
	for (int i = 0; i < present; i++)
		for (int ahead = 0; lf_kind_looks_ahead(task->kind[task->input[i]]) && ahead < reach && task->inputs < LF_MAX_COLUMNS;)
		{
			ahead = reach - ahead > task->lookback ? ahead + task->lookback : reach;
			task->input[task->inputs] = task->input[i];
			task->ahead[task->inputs++] = ahead;
		}
}

static inline void
forge_mend_transform(forgery *f)
{
	static const double levels[] = {0.025, 0.1, 0.5, 0.9, 0.99};
	lf_model   *model = &f->model;
	lf_task    *task = &model->task;
	lf_training *training = &model->training;

	task->head = (lf_head) {.kind = lf_loss_head(training->loss)};
	if (task->head.kind == LF_HEAD_QUANTILES)
		(void) lf_head_set_levels(&task->head, levels, 5);
	if (task->head.kind == LF_HEAD_POINT)
		training->calibrate = true;
	if (task->head.kind == LF_HEAD_GAUSSIAN || task->head.kind == LF_HEAD_STUDENT_T)
		task->log = false;
	if (!(task->lower_limit < task->upper_limit))
	{
		task->lower_limit = -(double) INFINITY;
		task->upper_limit = (double) INFINITY;
	}
	task->limited = isfinite(task->lower_limit) || isfinite(task->upper_limit);
	task->log_from = isfinite(task->lower_limit) ? task->lower_limit : 0;
	task->limit_found = task->limit_found && task->lower_limit == 0 && !task->log;
	if (task->difference > task->lookback || task->lead != 1 || task->head.kind != LF_HEAD_POINT || !lf_task_targets_are_inputs(task))
		task->difference = 0;
	if (task->difference > 0 || !lf_task_can_normalize(task) ||
		(training->normalize >= LF_NORMALIZE_SEASON_MEAN && !lf_task_has_season(task)))
		training->normalize = LF_NORMALIZE_NONE;
	if (task->targets < 2 || !lf_task_same_columns(task))
		task->independent = false;
	task->season += task->season == 0;
	for (int i = 0; i < task->seasons.count; i++)
	{
		lf_season  *season = &task->seasons.season[i];

		/* each longer than the one before, with knots that it can have */
		if (!(season->length >= 2 && season->length <= LF_LONGEST_SEASON) || (i > 0 && !(season->length > season[-1].length)))
			season->length = i > 0 ? season[-1].length + 1 : 2;
		if (season->knots < 2 || season->knots > season->length || season->knots > LF_MAX_KNOTS)
			*season = lf_season_of(season->length);
	}
	if (task->seasons.count == 0)
		task->deseasonalize = LF_DESEASONALIZE_NONE;
	else if (task->deseasonalize == LF_DESEASONALIZE_NONE || task->log)
		task->deseasonalize = LF_DESEASONALIZE_MULTIPLICATIVE;
	for (int i = 0; i < f->model.found.count; i++)
	{
		lf_season_fact *fact = &f->model.found.fact[i];

		fact->length = fact->length <= LF_LONGEST_SEASON ? fact->length : 2;
		fact->cycles = fabs(fact->cycles);
	}
}

/* What can be combined: values of the row behind the window. */
static inline void
forge_mend_combination(forgery *f)
{
	lf_model   *model = &f->model;

	if (model->imported)
		model->combination.parts = 0;
	if (model->combination.parts == 0)
	{
		model->tail_before = 0;
		return;
	}
	model->task.lead = 1;
	model->training.blend = false;
	if (lf_loss_head(model->training.loss) != LF_HEAD_POINT)
		model->training.loss = LF_MSE;
}

static inline void
forge_mend_record(forgery *f)
{
	lf_model   *model = &f->model;
	lf_training *training = &model->training;
	lf_missing_record *missing = &model->missing;
	uint64_t	window = (uint64_t) model->task.lookback + (uint64_t) model->task.lead + (uint64_t) model->task.horizon;

	training->learning_rate = training->learning_rate > 100 ? 100 : training->learning_rate < 1e-10 ? 1e-10 : training->learning_rate;
	training->momentum = fmin(training->momentum, 0.5);
	training->weight_decay = fmin(training->weight_decay, 1);
	training->clip_norm = fmin(training->clip_norm, 1e6);
	training->validation = fmin(training->validation, 0.9);
	if (training->batch_size < 1 || training->batch_size > LF_MAX_BATCH / lf_task_samples(&model->task))
		training->batch_size = 1;
	model->season += model->season == 0;
	if (model->rows > LF_MOST_ROWS || model->rows < window)
		model->rows = window;
	if (model->windows < 1 || model->windows > model->rows)
		model->windows = 1;
	if (model->validation_windows > model->rows)
		model->validation_windows = 1;
	if (model->best_epoch > model->epochs)
		model->best_epoch = model->epochs;
	missing->season += missing->season == 0;
	if (missing->values > LF_MOST_ROWS || missing->rows > missing->values || missing->method == LF_MISSING_ERROR ||
		missing->first > missing->last || model->time_kind != LF_TIME_TIMESTAMPTZ)
		*missing = (lf_missing_record) {.method = missing->method, .season = missing->season};
	if (model->errors.steps > 0)
	{
		int			most = lf_errors_steps(&model->task, SIZE_MAX / 2);

		model->validation_windows += model->validation_windows == 0;
		if (model->errors.steps < model->task.horizon)
			model->errors.steps = model->task.horizon;
		if (model->errors.steps > most)
			model->errors.steps = most;
	}
	if (model->errors.steps == 0 || model->errors.most == 0)
		model->errors.steps = model->errors.most = 0;
}

static inline void
forge_mend_time(forgery *f)
{
	lf_model   *model = &f->model;
	lf_time_step *step = &model->step;

	if (model->time_kind == LF_TIME_NONE)
		model->relation = model->time_column = model->series_column = "";
	if (model->time_kind == LF_TIME_NONE || model->last_time == INT64_MAX || model->last_time == INT64_MIN ||
		(model->time_kind == LF_TIME_DATE && (model->last_time > 100000 || model->last_time < -2451545)))
		model->last_time = 0;
	if (model->time_kind <= LF_TIME_INTEGER || (step->months != 0 && step->days > 31))
		step->days = 0;
	if (model->time_kind <= LF_TIME_INTEGER)
		step->months = 0;
	if (model->time_kind == LF_TIME_NONE || step->months != 0 || step->days != 0 || step->units < 0)
		step->units = 0;
	if (step->months < 0 || step->months > LF_LONGEST_STEP_MONTHS)
		step->months = 12;
	if (step->days < 0 || step->days > LF_LONGEST_STEP_DAYS)
		step->days = step->months != 0 ? 31 : 7;
	if (forge_one_in(f, 8))
	{
		model->aggregate = (lf_aggregate) forge_below(f, LF_AGGREGATES);
		model->alignment = (lf_alignment) forge_below(f, LF_ALIGNMENTS);
		model->phase = forge_one_in(f, 2) ? 0 : forge_one_in(f, 2) ? LF_DAY_UNITS : forge_long(f);
	}
	if (model->time_kind == LF_TIME_NONE)
		model->aggregate = LF_AGGREGATE_NONE;
	if (model->aggregate == LF_AGGREGATE_NONE)
		model->alignment = LF_ALIGN_NONE;
	if (model->alignment == LF_ALIGN_NONE)
		model->phase = 0;
	if (step->days != 1 || step->months != 0 || lf_weekday_count(step->weekdays) < 2 || step->weekdays == LF_ALL_WEEKDAYS)
		step->weekdays = 0;
	model->time_zone = model->time_kind != LF_TIME_TIMESTAMPTZ ? "" : forge_one_in(f, 10) ? forge_text(f) : "UTC";
	if (model->time_kind == LF_TIME_TIMESTAMPTZ && !is_named(model->time_zone))
		model->time_zone = "Europe/Berlin";
	if (!is_named(model->time_column))
		model->relation = model->series_column = "";
	if (!is_named(model->series_column))
	{
		model->series = 1;
		model->further_keys = 0;
	}
	/* kinds that need a table, series or dates */
	while (model->columns > 1 &&
		   (((model->task.kind[model->columns - 1] == LF_COLUMN_CALENDAR || model->task.kind[model->columns - 1] == LF_COLUMN_EVENT) &&
			 model->time_kind < LF_TIME_DATE) ||
			(model->task.kind[model->columns - 1] == LF_COLUMN_SERIES && !is_named(model->series_column)) ||
			(model->task.kind[model->columns - 1] > LF_COLUMN_MEASURED && model->task.kind[model->columns - 1] != LF_COLUMN_CALENDAR &&
			 !is_named(model->time_column))))
		model->columns--;
}

static inline void
forge_mend_import(forgery *f)
{
	lf_model   *model = &f->model;
	lf_task    *task = &model->task;
	int			targets = task->targets;

	if (!model->imported)
		return;
	*task = (lf_task) {.lookback = task->lookback, .horizon = task->horizon, .lead = 1, .inputs = 1 + targets % 2, .targets = targets};
	model->columns = task->inputs + targets;
	for (int i = 0; i < task->inputs; i++)
		task->input[i] = (int16_t) i;
	for (int j = 0; j < targets; j++)
		task->target[j] = (int16_t) (task->inputs + j);
	model->training = (lf_training) {.batch_size = 1};
	model->relation = model->holidays = model->time_column = model->time_zone = model->series_column = "";
	model->time_kind = LF_TIME_NONE;
	model->step = (lf_time_step) {0};
	model->last_time = 0;
	model->missing = (lf_missing_record) {0};
	model->rows = model->windows = model->validation_windows = 0;
	model->season = 1;
	model->found = (lf_season_facts) {0};
	model->task.seasons = (lf_seasons) {0};
	model->task.deseasonalize = LF_DESEASONALIZE_NONE;
	model->shape = NULL;
	model->ranges = NULL;
	model->epochs = model->best_epoch = model->final_epochs = 0;
	model->errors = (lf_errors) {0};
	model->series = 1;
}

/* Names of the tables, and of the calendar. */
static inline void
forge_mend_names(forgery *f)
{
	static const char *const calendar[] = {"minute_of_hour_sin", "minute_of_hour_cos", "hour_of_day_sin", "hour_of_day_cos",
	"day_of_week_sin", "day_of_week_cos", "day_of_month_sin", "day_of_month_cos"};
	static const char *const values[] = {"v", "w", "k"};
	lf_model   *model = &f->model;
	int			value = 0;
	int			cycle = 0;

	for (int i = 0; i < model->columns; i++)
	{
		char	   *made;

		switch ((lf_column_kind) model->task.kind[i])
		{
			case LF_COLUMN_SERIES:
				model->names[i] = model->series_column;
				break;
			case LF_COLUMN_CALENDAR:
				model->names[i] = calendar[cycle++ % 8];
				break;
			case LF_COLUMN_CATEGORY:
				model->names[i] = "cat";
				break;
			default:
				if (value < 3)
				{
					model->names[i] = values[value++];
					break;
				}
				if (f->allocations > MOST_ALLOCATIONS / 2)
					return;
				made = forge_take(f, LABEL, 1);
				(void) snprintf(made, LABEL, "c%d", value++);
				model->names[i] = made;
		}
	}
}

/* A few layers that end in what the task asks for. */
static inline void
forge_mend_spec(forgery *f)
{
	lf_model   *model = &f->model;
	lf_task    *task = &model->task;
	lf_spec    *spec = &model->spec;
	int			samples = lf_task_samples(task);
	int			each = task->targets / samples * lf_head_parts(&task->head);
	int			categories = lf_task_categories(task);
	int64_t		units = (int64_t) task->horizon * each;

	spec->input = lf_shape_2(task->lookback, task->inputs / samples);
	if (forge_one_in(f, 2))
	{
		spec->count = categories;
		for (int more = forge_below(f, 3); more > 0; more--)
			spec->layer[spec->count++] = forge_layer(f);
		spec->layer[spec->count] = lf_layer_defaults(LF_LSTM);
		spec->layer[spec->count++].units = 1 + forge_below(f, 3);
		spec->count++;
	}
	if (spec->count <= categories || spec->count > LF_MAX_LAYERS)
		spec->count = categories + 1;
	for (int i = 0; i < categories; i++)
	{
		int			known = lf_model_labels(model, task->input[i]).count;

		spec->layer[i] = lf_layer_defaults(LF_CATEGORY_EMBEDDING);
		spec->layer[i].units = 1 + forge_below(f, 3);
		spec->layer[i].categories = known > 0 ? known : 1;
	}
	spec->layer[spec->count - 1] = lf_layer_defaults(LF_DENSE);
	spec->layer[spec->count - 1].units = units > LF_MAX_DIM ? 1 : (int) units;
	/* what the last layer takes has no steps */
	if (spec->count > 1 && spec->count < LF_MAX_LAYERS && forge_one_in(f, 2))
	{
		spec->layer[spec->count] = spec->layer[spec->count - 1];
		spec->layer[spec->count - 1] = lf_layer_defaults(LF_FLATTEN);
		spec->count++;
	}
}

/* ---- arrays ---- */

static inline size_t
forge_numbers(const lf_model *model)
{
	size_t		columns = (size_t) model->columns;

	return model->series * columns + (size_t) model->errors.steps * (size_t) model->task.targets * (size_t) (model->errors.most + 1) +
		lf_level_regression_size(&model->task);
}

static inline void
forge_labels(forgery *f)
{
	lf_model   *model = &f->model;
	char	   *texts = forge_take(f, model->series, LABEL);

	if (model->series_column[0] == '\0' && !forge_one_in(f, 50))
	{
		model->labels = NULL;
		return;
	}
	model->labels = forge_take(f, model->series, sizeof(char *));
	for (size_t i = 0; i < model->series; i++)
	{
		(void) snprintf(texts + LABEL * i, LABEL, "s%zu", i + 1);
		model->labels[i] = texts + LABEL * i;
	}
	if (forge_one_in(f, 8))
		model->labels[lf_random_below(f->random, model->series)] = forge_text(f);
}

/* Makes a column one that stands for a value of text, or nearly so. */
static inline void
forge_value(forgery *f, int column)
{
	lf_model   *model = &f->model;
	char	   *text = forge_take(f, 2, LABEL);

	(void) snprintf(text, LABEL, "%s%cz%d", forge_one_in(f, 30) ? "" : "t", forge_one_in(f, 30) ? ' ' : '=', column);
	(void) snprintf(text + LABEL, LABEL, "z%d", column + forge_one_in(f, 30));
	model->names[column] = text;
	model->categories[column].count = 1;
	model->categories[column].label = forge_take(f, 1, sizeof(char *));
	model->categories[column].label[0] = text + LABEL;
}

/* A holiday, or what is nearly one. The relation of its days is there for all of them. */
static inline void
forge_event(forgery *f, int column)
{
	static const char *const columns[] = {"Feast -1", "Feast", "Feast +2", "Feast +31", "other holidays"};
	static const char *const odd[] = {"Feast +0", "Feast +32", "Feast -", "Feast 1", "Feasts", "feast", "Feast +1 ", "", "other"};
	lf_model   *model = &f->model;
	int			before = 0;
	const char *name;

	/* in the order that is sound, of which the last may be left out */
	while (before < column && before < 4 && model->task.kind[column - before - 1] == LF_COLUMN_EVENT)
		before++;
	if (before < 4 && (column + 1 == model->columns || model->task.kind[column + 1] != LF_COLUMN_EVENT) && forge_one_in(f, 2))
		before = 4;
	name = forge_one_in(f, 12) ? FORGE_PICK(f, odd) : forge_one_in(f, 12) ? FORGE_PICK(f, columns) : columns[before];
	model->names[column] = name;
	model->categories[column].count = forge_one_in(f, 40) ? 0 : 1;
	model->categories[column].label = forge_take(f, 1, sizeof(char *));
	model->categories[column].label[0] = forge_one_in(f, 40) ? forge_text(f) : name[0] == 'o' ? "" : "Feast";
}

/* Holidays are there where columns are, and else not. */
static inline void
forge_mend_holidays(forgery *f)
{
	lf_model   *model = &f->model;
	bool		any = false;

	for (int i = 0; i < model->columns; i++)
		any |= model->task.kind[i] == LF_COLUMN_EVENT;
	if (forge_one_in(f, 40))
		return;
	model->holidays = any ? "public.feasts" : "";
}

static inline void
forge_categories(forgery *f)
{
	lf_model   *model = &f->model;

	model->categories = forge_take(f, (size_t) model->columns, sizeof(lf_labels));
	forge_mend_holidays(f);
	for (int i = 0; i < model->columns && f->allocations < MOST_ALLOCATIONS / 2; i++)
		if (model->task.kind[i] == LF_COLUMN_CATEGORY || forge_one_in(f, 200))
		{
			int			count = forge_one_in(f, 20) ? 300 : forge_below(f, 4);
			char	   *texts = forge_take(f, (size_t) count, LABEL);

			model->categories[i].count = count;
			model->categories[i].label = forge_take(f, (size_t) count, sizeof(char *));
			for (int k = 0; k < count; k++)
			{
				(void) snprintf(texts + LABEL * k, LABEL, "%c%d", 'a' + k % 3, k / 3);
				model->categories[i].label[k] = texts + LABEL * k;
			}
		}
		else if (model->task.kind[i] <= LF_COLUMN_KNOWN && forge_one_in(f, 8))
			forge_value(f, i);
		else if (model->task.kind[i] == LF_COLUMN_EVENT)
			forge_event(f, i);
}

static inline void
forge_scaling(forgery *f)
{
	lf_model   *model = &f->model;
	size_t		columns = (size_t) model->columns;
	size_t		targets = (size_t) model->task.targets;
	bool		mend = !forge_one_in(f, 16);

	model->scaler = forge_resize(f, f->was.scaler, f->was.series * (size_t) f->was.columns, model->series * columns, sizeof(lf_scaler));
	model->error_scale = forge_resize(f, f->was.error_scale, f->was.series * (size_t) f->was.task.targets, model->series * targets, sizeof(double));
	if (forge_one_in(f, 4))
		model->scaler[lf_random_below(f->random, model->series * columns)] = (lf_scaler) {
			.offset = forge_double(f), .scale = fabs(forge_double(f)) + 5e-324
		};
	model->shape = forge_resize(f, f->was.shape, f->was.series * lf_task_shape_size(&f->was.task),
								model->series * lf_task_shape_size(&model->task), sizeof(double));
	if (forge_one_in(f, 4) && lf_task_shape_size(&model->task) > 0)
		model->shape[lf_random_below(f->random, lf_task_shape_size(&model->task))] = forge_double(f);
	model->ranges = model->ranges == NULL ? NULL :
		forge_resize(f, f->was.ranges, (size_t) f->was.task.inputs, (size_t) model->task.inputs, sizeof(lf_range));
	if (forge_one_in(f, 4) && model->ranges != NULL)
		model->ranges[0].low = forge_double(f);
	if (forge_one_in(f, 4))
		model->error_scale[lf_random_below(f->random, model->series * targets)] = fabs(forge_double(f)) + 5e-324;
	for (size_t i = 0; i < model->series * columns && mend; i++)
	{
		uint8_t		kind = model->task.kind[i % columns];

		if (model->training.scale == LF_SCALE_NONE || lf_kind_is_category(kind) || kind == LF_COLUMN_CALENDAR)
			model->scaler[i] = (lf_scaler) {.scale = 1};
		else if (kind == LF_COLUMN_STATIC || kind == LF_COLUMN_EVENT)
			model->scaler[i] = model->scaler[i % columns];
	}
	for (size_t i = 0; i < model->series * targets && mend && model->labels == NULL; i++)
		model->error_scale[i] = 1;
}

static inline void
forge_measures(forgery *f)
{
	lf_model   *model = &f->model;
	lf_errors  *errors = &model->errors;
	size_t		lists = (size_t) errors->steps * (size_t) model->task.targets;
	size_t		most = (size_t) errors->most;
	size_t		scores = (size_t) model->task.targets * LF_FORECASTERS;

	errors->count = forge_take(f, lists, sizeof(int));
	errors->error = forge_take(f, lists * most, sizeof(float));
	for (size_t i = 0; i < lists; i++)
	{
		errors->count[i] = forge_below(f, errors->most + 1);
		for (int k = 0; k < errors->count[i]; k++)
			errors->error[i * most + (size_t) k] = (float) (k + (int) i % 5);
		if (errors->count[i] > 0 && forge_one_in(f, 50))
			errors->error[i * most + (size_t) errors->count[i] - 1] = 3.4e38f;
	}
	model->scores = forge_resize(f, f->was.scores, (size_t) f->was.task.targets * LF_FORECASTERS, scores, sizeof(lf_score));
	if (forge_one_in(f, 4))
		model->scores[lf_random_below(f->random, scores)] = (lf_score) {
			.count = fabs(forge_double(f)), .absolute = (double) NAN, .squares = fabs(forge_double(f)), .behind = forge_double(f),
			.behind_squares = (double) INFINITY
		};
	for (size_t i = 0; i < scores; i++)
		if (model->scores[i].count == 0 || model->imported)
			model->scores[i] = (lf_score) {0};
	model->history = forge_resize(f, f->was.history, (size_t) f->was.epochs, (size_t) model->epochs, sizeof(lf_epoch));
}

/* Whether there is a regression, a blend, a tail, and what is in them. */
static inline void
forge_optional(forgery *f)
{
	lf_model   *model = &f->model;
	const lf_task *task = &model->task;
	size_t		links = lf_level_regression_size(task);
	size_t		targets = (size_t) task->targets;
	size_t		rows = (size_t) (model->tail_before + task->lookback) * (size_t) model->columns;
	bool		needed = model->training.normalize != LF_NORMALIZE_NONE && lf_task_needs_level_regression(task);
	bool		blends = model->training.blend && lf_task_can_blend(task);
	bool		home = model->relation[0] == '\0' && model->time_column[0] == '\0' && !model->imported;

	model->level_regression = needed == forge_one_in(f, 50) ? NULL :
		forge_resize(f, f->was.level_regression, f->was.level_regression == NULL ? 0 : lf_level_regression_size(&f->was.task), links, sizeof(double));
	if (model->level_regression != NULL)
		model->level_regression[lf_random_below(f->random, links)] = forge_double(f);
	model->blend = blends == forge_one_in(f, 50) ? NULL : forge_take(f, targets, sizeof(lf_blend));
	for (size_t j = 0; j < targets && model->blend != NULL; j++)
		model->blend[j] = (lf_blend) {.with = (lf_forecaster) forge_below(f, LF_FORECASTERS), .weight = forge_below(f, 5) / 4.0};
	model->tail = home == forge_one_in(f, 50) || rows > MOST_FORGED_NUMBERS ? NULL :
		forge_resize(f, f->was.tail, f->was.tail == NULL ? 0 : (size_t) (f->was.tail_before + f->was.task.lookback) * (size_t) f->was.columns, rows, sizeof(double));
	if (model->tail != NULL && forge_one_in(f, 4))
		model->tail[lf_random_below(f->random, rows)] = forge_double(f);
}

/* As many as the layers have; false where they are no network, or too large a one. */
static inline bool
forge_weights(forgery *f)
{
	lf_model   *model = &f->model;
	lf_network	network;
	lf_real    *weights;
	size_t		all;
	int			layer;

	if (lf_network_create(&network, &model->spec, &layer) != LF_OK)
		return false;
	model->parameters = network.parameters;
	all = (size_t) model->members * model->parameters;
	if (all > MOST_FORGED_NUMBERS)
		return false;
	weights = forge_resize(f, f->was.weights, (size_t) f->was.members * f->was.parameters, all, sizeof(lf_real));
	if (all > 0 && forge_one_in(f, 8))
		weights[lf_random_below(f->random, all)] = (lf_real) 3.4e38f;
	model->weights = weights;
	return true;
}

/* ---- a combination ---- */

/* A network beside the first one: that one, with other windows, layers and transforms. False where nothing came of it. */
static inline bool
forge_other(forgery *f, lf_model *other, int odds)
{
	lf_model	first = f->model;
	lf_model   *mine = &f->model;
	bool		made;

	mine->errors = (lf_errors) {0};
	if (mine->task.lookback > 1 && forge_one_in(f, 2))
		mine->task.lookback = 1 + forge_below(f, mine->task.lookback);
	if (forge_one_in(f, 2))
		mine->task.horizon = 1;
	if (forge_one_in(f, 20))
		forge_windows(f);
	if (forge_one_in(f, 4))
		forge_transform(f);
	if (forge_one_in(f, 20))
		forge_place(f);
	if (forge_one_in(f, 10))
		forge_record(f);
	mine->members = forge_one_in(f, 4) ? 2 : 1;
	mine->training.blend = forge_one_in(f, 50);
	if (!forge_one_in(f, odds) && lf_loss_head(mine->training.loss) != LF_HEAD_POINT)
		mine->training.loss = LF_MSE;
	if (!forge_one_in(f, odds))
		forge_mend_inputs(f);
	if (!forge_one_in(f, odds))
		forge_mend_transform(f);
	if (!forge_one_in(f, odds))
		forge_mend_record(f);
	if (mine->training.optimizer == LF_LEAST_SQUARES && !forge_one_in(f, 50))
		mine->training.optimizer = LF_ADAM;
	mine->task.inputs = mine->task.inputs < 1 ? 1 : mine->task.inputs;
	if (forge_one_in(f, 3))
		mine->ranges = NULL;
	forge_scaling(f);
	forge_measures(f);
	forge_optional(f);
	forge_mend_spec(f);
	made = forge_weights(f);
	*other = f->model;
	f->model = first;
	return made;
}

/* What a partner may have learned, or nearly so. */
static inline lf_learned
forge_learned(forgery *f, int partner)
{
	lf_learned	learned = {.alpha = 0.1 * (1 + forge_below(f, 10))};

	if (partner == LF_PARTNER_THETA)
		learned.line = forge_below(f, 5) / 4.0;
	else
	{
		learned.form = (uint8_t) forge_below(f, LF_ETS_CODES);
		learned.beta = forge_one_in(f, 2) ? 0 : learned.alpha / 2;
		learned.gamma = forge_one_in(f, 2) ? 0 : (1 - learned.alpha) / 2;
		learned.phi = forge_below(f, 5) / 4.0;
	}
	if (forge_one_in(f, 200))
		learned.alpha = forge_double(f);
	return learned;
}

static inline void
forge_partners(forgery *f)
{
	lf_model   *model = &f->model;
	size_t		learned = model->series * (size_t) model->task.targets * LF_PARTNERS;
	lf_seasons *seasons = &model->partner_facts.seasons;
	double		length = 1;

	model->partner_facts = (lf_partner_facts) {.logged = forge_one_in(f, 2), .sought = forge_one_in(f, 3)};
	seasons->count = forge_one_in(f, 2) ? forge_below(f, LF_MAX_SEASONS + 1) : 0;
	for (int i = 0; i < seasons->count; i++)
	{
		length += forge_one_in(f, 4) ? fmin(fabs(forge_double(f)), LF_LONGEST_SEASON) : 1 + forge_below(f, 24);
		seasons->season[i] = lf_season_of(fmin(length, LF_LONGEST_SEASON));
		if (forge_one_in(f, 20))
			seasons->season[i].knots = forge_size(f);
	}
	if (forge_one_in(f, 50))
	{
		size_t		count = lf_zero_weights();
		float	   *tuned = forge_take(f, count, sizeof(float));

		for (size_t i = 0; i < count; i++)
			tuned[i] = LF_ZERO_LARGEST_WEIGHT * (float) (2 * lf_random_uniform(f->random) - 1);
		model->partner_facts.tuned = tuned;
	}
	model->learned = forge_take(f, learned, sizeof(lf_learned));
	for (size_t i = 0; i < learned; i++)
		model->learned[i] = forge_learned(f, (int) (i % LF_PARTNERS));
}

/* Networks and forecasters without one, their weights, and all that goes with them. */
static inline bool
forge_combination(forgery *f, int odds)
{
	lf_model   *model = &f->model;
	lf_combination *combination = &model->combination;
	int			count;
	lf_model   *others;

	model->others = 0;
	model->other = NULL;
	model->learned = NULL;
	if (combination->parts == 0)
	{
		*combination = (lf_combination) {0};
		return true;
	}
	count = 1 + forge_below(f, combination->parts < 4 ? combination->parts : 4);
	others = forge_take(f, (size_t) count, sizeof(lf_model));
	for (int i = 0; i < count - 1; i++)
		if (!forge_other(f, &others[i], odds))
			return false;
	for (int i = 0; i < combination->parts; i++)
		combination->part[i] = i < count ? LF_NETWORK : (lf_forecaster) (1 + (i - count) % (LF_FORECASTERS - 1));
	/* which of the forecasters: they stand in any order */
	for (int i = count; i < combination->parts; i++)
	{
		int			with = count + forge_below(f, combination->parts - count);
		lf_forecaster swapped = combination->part[i];

		combination->part[i] = combination->part[with];
		combination->part[with] = swapped;
	}
	if (forge_one_in(f, 20) && combination->parts > count)
		combination->part[combination->parts - 1] = (lf_forecaster) (1 + forge_below(f, LF_FORECASTERS - 1));
	combination->weight = forge_take(f, (size_t) model->task.targets * (size_t) combination->parts, sizeof(double));
	for (int j = 0; j < model->task.targets; j++)
	{
		double	   *weight = combination->weight + j * combination->parts;
		double		sum = 0;

		for (int i = 0; i < combination->parts; i++)
			sum += weight[i] = forge_below(f, 5);
		for (int i = 0; i < combination->parts; i++)
			weight[i] = sum > 0 ? weight[i] / sum : i == 0;
		if (forge_one_in(f, 100))
			weight[forge_below(f, combination->parts)] = forge_double(f);
	}
	if (!forge_one_in(f, 10))
		forge_partners(f);
	model->others = count - 1;
	model->other = others;
	return true;
}

/* ---- all of it ---- */

static inline void
forge_change(forgery *f)
{
	static void (*const changes[]) (forgery *) = {
		forge_layers, forge_layers, forge_windows, forge_windows, forge_transform, forge_transform, forge_columns, forge_columns,
		forge_place, forge_home, forge_home, forge_time, forge_series, forge_record, forge_record, forge_errors, forge_members,
		forge_combine, forge_combine,
	};

	FORGE_PICK(f, changes) (f);
}

static inline void
forge_mend(forgery *f, int odds)
{
	/* one in so many is left as it is; first what the others follow from */
	static void (*const mends[]) (forgery *) = {
		forge_mend_combination, forge_mend_time, forge_mend_inputs, forge_mend_transform, forge_mend_record, forge_mend_import,
	};

	for (size_t i = 0; i < sizeof(mends) / sizeof(mends[0]); i++)
		if (!forge_one_in(f, odds))
			mends[i] (f);
}

static inline void
forge_close(forgery *f)
{
	while (f->allocations > 0)
		free(f->allocation[--f->allocations]);
}

/*
 * Forges a model of one that was read into memory of the caller's. False where nothing came of it. What is in f is good
 * until it is closed.
 */
static inline bool
forge_open(forgery *f, const lf_model *model, lf_random *random)
{
	int			odds;

	*f = (forgery) {.model = *model, .was = *model, .random = random};
	for (int changes = 1 + forge_below(f, 4); changes > 0; changes--)
		forge_change(f);
	odds = forge_one_in(f, 4) ? 2 : 60;
	forge_mend(f, odds);
	f->model.task.inputs = f->model.task.inputs < 1 ? 1 : f->model.task.inputs;
	for (int i = 0; i < f->model.task.inputs; i++)
		f->model.task.input[i] = (int16_t) (f->model.task.input[i] % f->model.columns);
	for (int j = 0; j < f->model.task.targets; j++)
		f->model.task.target[j] = (int16_t) (f->model.task.target[j] % f->model.columns);
	if (forge_numbers(&f->model) > MOST_FORGED_NUMBERS)
		return false;
	f->model.names = forge_resize(f, f->was.names, (size_t) f->was.columns, (size_t) f->model.columns, sizeof(char *));
	if (!forge_one_in(f, odds))
		forge_mend_names(f);
	if (forge_one_in(f, 30))
		f->model.names[forge_below(f, f->model.columns)] = forge_text(f);
	forge_labels(f);
	forge_categories(f);
	forge_scaling(f);
	forge_measures(f);
	forge_optional(f);
	if (!forge_one_in(f, odds))
		forge_mend_spec(f);
	return forge_weights(f) && forge_combination(f, odds);
}

#endif
