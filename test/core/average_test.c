/*
 * average_test.c: the mean of models, and which models have one.
 */
#include "model/average.h"
#include "series/level.h"
#include "model_samples.h"
#include "rig.h"
#include "tap.h"

typedef struct average_rig
{
	lf_average	average;
	guarded		block;
} average_rig;

static void
open_rig(average_rig *r, const lf_model *model)
{
	lf_arena	arena = lf_arena_measure();

	lf_average_layout(&r->average, &arena, model);
	r->block = guarded_new(arena.used);
	arena = lf_arena_over(r->block.block, r->block.bytes);
	lf_average_layout(&r->average, &arena, model);
	lf_average_start(&r->average);
}

/* In as many parts as it wants; returns their number. */
static int
add(average_rig *r, const lf_model *model, double weight)
{
	int			parts = 0;

	for (size_t i = 0; i < r->average.numbers; parts++)
		i = lf_average_add(&r->average, model, weight, i);
	return parts;
}

/* Each number of the mean beside the formula, for models of every kind. */
static void
test_mean(void)
{
	const double weight[] = {1, 2.5, 1e6};
	bool		right = true;
	bool		linked = false;
	bool		blended = false;

	for (int number = 0; number < SAMPLES; number++)
	{
		sample		s[3];
		average_rig r;
		size_t		count;
		lf_real    *mean;
		double		regression[6];
		lf_blend	blend[2] = {{.with = LF_DRIFT}, {.with = LF_DRIFT}};

		for (int m = 0; m < 3; m++)
		{
			sample_open(&s[m], number);
			for (size_t i = 0; m > 0 && i < (size_t) s[m].model.members * s[m].model.parameters; i++)
				s[m].weights[i] = (lf_real) (float) sin((double) i * m);
			for (int i = 0; i < 6; i++)
				s[m].level_regression[i] += m;
			s[m].blend[1].weight = 0.25 * (m + 1);
		}
		s[2].model.blend = NULL;	/* that of a model that mixes nothing in */
		count = (size_t) s[0].model.members * s[0].model.parameters;
		mean = malloc(count * sizeof(lf_real));
		open_rig(&r, &s[0].model);
		for (int m = 0; m < 3; m++)
			(void) add(&r, &s[m].model, weight[m]);
		lf_average_result(&r.average, &s[0].model, mean, regression, blend);
		for (size_t i = 0; i < count; i++)
		{
			double		sum = 0;

			for (int m = 0; m < 3; m++)
				sum += weight[m] * (double) s[m].weights[i];
			right = right && mean[i] == (lf_real) (sum / (1 + 2.5 + 1e6));
		}
		for (int i = 0; s[0].model.level_regression != NULL && i < (int) lf_level_regression_size(&s[0].model.task); i++)
		{
			linked = true;
			right = right && fabs(regression[i] - (s[0].level_regression[i] + (2.5 + 2e6) / (1 + 2.5 + 1e6))) < 1e-12;
		}
		if (s[0].model.blend != NULL)
		{
			blended = true;
			right = right && blend[0].weight == 1 && blend[0].with == LF_DRIFT &&
				fabs(blend[1].weight - (0.25 + 2.5 * 0.5 + 1e6) / (1 + 2.5 + 1e6)) < 1e-15;
		}
		if (!ok(right && guarded_intact(&r.block), "%s: the mean is that of the formula", sample_name(number)))
			right = true;
		for (int m = 0; m < 3; m++)
			sample_close(&s[m]);
		free(mean);
		free(r.block.raw);
	}
	ok(linked && blended, "some of them have links, and some blends");
}

static void
test_same(void)
{
	sample		s;
	average_rig r;
	size_t		count;
	lf_real    *mean;
	double		regression[6];
	lf_blend	blend[2];
	bool		same = true;

	sample_open(&s, 0);
	count = (size_t) s.model.members * s.model.parameters;
	mean = malloc(count * sizeof(lf_real));
	open_rig(&r, &s.model);
	for (int m = 0; m < 7; m++)
		(void) add(&r, &s.model, 0.1 * (m + 1));
	lf_average_result(&r.average, &s.model, mean, regression, blend);
	for (size_t i = 0; i < count; i++)
		same = same && (float) mean[i] == (float) s.weights[i];	/* as weights are stored */
	ok(same, "the mean of the same models is that model, bit by bit");
	free(mean);
	free(r.block.raw);
	sample_close(&s);
}

/* Sums of two halves, one added to the other, are those of all. */
static void
test_merge(void)
{
	sample		s;
	average_rig all;
	average_rig half[2];
	bool		right;

	sample_open(&s, 0);
	open_rig(&all, &s.model);
	open_rig(&half[0], &s.model);
	open_rig(&half[1], &s.model);
	for (int m = 0; m < 4; m++)
	{
		(void) add(&all, &s.model, 1 << m);
		(void) add(&half[m / 2], &s.model, 1 << m);
	}
	for (size_t i = 0; i < all.average.numbers;)
		i = lf_average_merge(&half[0].average, &half[1].average, i);
	right = half[0].average.weight == all.average.weight && all.average.weight == 15;
	for (size_t i = 0; i < all.average.numbers; i++)
		right = right && fabs(half[0].average.sum[i] - all.average.sum[i]) <= 1e-12 * fabs(all.average.sum[i]);
	ok(right, "merged sums are those of all models");
	free(all.block.raw);
	free(half[0].block.raw);
	free(half[1].block.raw);
	sample_close(&s);
}

/* A large one comes in parts, so that somebody can look at the interrupts in between. */
static void
test_parts(void)
{
	sample		s;
	average_rig r;
	lf_model	large;
	lf_real    *weights;

	sample_open(&s, 0);
	large = s.model;
	large.parameters = ((size_t) 1 << 20) + 5;
	large.members = 1;
	weights = calloc(large.parameters, sizeof(lf_real));
	weights[large.parameters - 1] = 3;
	large.weights = weights;
	open_rig(&r, &large);
	ok(add(&r, &large, 2) == 2, "a million weights are added in parts");
	ok(r.average.sum[large.parameters - 1] == 6 && r.average.weight == 2, "each of a million weights is added once, and the weight of the model once");
	free(weights);
	free(r.block.raw);
	sample_close(&s);
}

/* One field changed, and what lf_models_differ must call it. */
static const char *further_key = "item";

typedef enum change
{
	CHANGE_NOTHING, CHANGE_NAME, CHANGE_INPUT, CHANGE_KIND, CHANGE_TIME_COLUMN, CHANGE_KEYS, CHANGE_HOLIDAYS, CHANGE_AHEAD, CHANGE_LOOKBACK, CHANGE_LEAD,
	CHANGE_UNITS, CHANGE_MEMBERS, CHANGE_LOSS, CHANGE_LEVEL, CHANGE_LOG, CHANGE_LIMIT, CHANGE_DIFFERENCE, CHANGE_NORMALIZE,
	CHANGE_SEASON, CHANGE_SCALE, CHANGE_STATIC, CHANGE_CATEGORY, CHANGE_STEP, CHANGE_WEEKDAYS, CHANGE_AGGREGATE, CHANGE_ALIGNMENT,
	CHANGE_ZONE, CHANGE_MISSING,
	CHANGE_BLEND, CHANGE_SCALER, CHANGE_CALIBRATE, CHANGE_LOG_FROM, CHANGE_LOWER, CHANGE_SEED, CHANGES
} change;

static void
change_model(sample *s, change what)
{
	lf_model   *model = &s->model;

	switch (what)
	{
		case CHANGE_NAME: s->names[2] = "other"; break;
		case CHANGE_INPUT: model->task.input[1] = 2; break;
		case CHANGE_KIND: model->task.kind[0] = LF_COLUMN_KNOWN; break;
		case CHANGE_KEYS: model->further_keys = 1; model->further_key = &further_key; break;
		case CHANGE_HOLIDAYS: model->holidays = "public.feasts"; break;
		case CHANGE_TIME_COLUMN: model->time_column = "when"; break;
		case CHANGE_AHEAD: model->task.ahead[1] = 1; break;
		case CHANGE_LOOKBACK: model->task.lookback++; break;
		case CHANGE_LEAD: model->task.lead = 0; break;
		case CHANGE_UNITS: model->spec.layer[0].units++; break;
		case CHANGE_MEMBERS: model->members++; break;
		case CHANGE_LOSS: model->training.loss = LF_MAE; break;
		case CHANGE_LEVEL: model->task.head.level[0] = 0.01; break;
		case CHANGE_LOG: model->task.log = true; break;
		case CHANGE_LIMIT: model->task.upper_limit = 1; break;
		case CHANGE_DIFFERENCE: model->task.difference = 1; break;
		case CHANGE_NORMALIZE: model->training.normalize = LF_NORMALIZE_MEAN; break;
		case CHANGE_SEASON: model->task.season = 3; break;
		case CHANGE_SCALE: model->training.scale = LF_SCALE_NONE; break;
		case CHANGE_STATIC: s->scaler[2].offset += 1; break;
		case CHANGE_CATEGORY: s->category[1] = "valleys"; break;
		case CHANGE_STEP: model->step.units++; break;
		case CHANGE_WEEKDAYS: model->step.weekdays = LF_BUSINESS_DAYS; break;
		case CHANGE_AGGREGATE: model->aggregate = LF_AGGREGATE_SUM; break;
		case CHANGE_ALIGNMENT: model->alignment = LF_ALIGN_NEAREST; break;
		case CHANGE_ZONE: model->time_zone = "UTC"; break;
		case CHANGE_MISSING: model->missing.method = LF_MISSING_LINEAR; break;
		case CHANGE_BLEND: s->blend[1].with = LF_MEAN; break;
		case CHANGE_SCALER: s->scaler[0].scale *= 2; break;
		case CHANGE_CALIBRATE: model->training.calibrate = !model->training.calibrate; break;
		case CHANGE_LOG_FROM: model->task.log_from -= 1; break;
		case CHANGE_LOWER: model->task.lower_limit = -5; break;
		case CHANGE_SEED: model->training.seed++; model->windows++; model->relation = "elsewhere"; break;
		default: break;
	}
}

static void
test_differences(void)
{
	static const struct
	{
		change		what;
		const char *name;
		lf_difference named;	/* of models with several series */
		lf_difference alone;	/* of models with one */
	}			tests[] = {
		{CHANGE_NOTHING, "nothing", LF_ALIKE, LF_ALIKE},
		{CHANGE_NAME, "the name of a column", LF_OTHER_COLUMNS, LF_OTHER_COLUMNS},
		{CHANGE_INPUT, "an input", LF_OTHER_COLUMNS, LF_OTHER_COLUMNS},
		{CHANGE_KIND, "what is known of a column", LF_OTHER_COLUMNS, LF_OTHER_COLUMNS},
		{CHANGE_KEYS, "the columns of series", LF_OTHER_COLUMNS, LF_OTHER_COLUMNS},
		{CHANGE_HOLIDAYS, "the relation of holidays", LF_OTHER_COLUMNS, LF_OTHER_COLUMNS},
		{CHANGE_TIME_COLUMN, "the time column", LF_OTHER_COLUMNS, LF_OTHER_COLUMNS},
		{CHANGE_AHEAD, "how far an input is known", LF_OTHER_COLUMNS, LF_OTHER_COLUMNS},
		{CHANGE_LOOKBACK, "the lookback", LF_OTHER_WINDOWS, LF_OTHER_WINDOWS},
		{CHANGE_LEAD, "the lead", LF_OTHER_WINDOWS, LF_OTHER_WINDOWS},
		{CHANGE_UNITS, "the units of a layer", LF_OTHER_NETWORK, LF_OTHER_NETWORK},
		{CHANGE_MEMBERS, "the size of the ensemble", LF_OTHER_MEMBERS, LF_OTHER_MEMBERS},
		{CHANGE_LOSS, "the loss", LF_OTHER_LOSS, LF_OTHER_LOSS},
		{CHANGE_LEVEL, "a quantile", LF_ALIKE, LF_OTHER_LOSS},
		{CHANGE_LOG, "logarithms", LF_OTHER_TRANSFORM, LF_OTHER_TRANSFORM},
		{CHANGE_LIMIT, "a limit", LF_OTHER_TRANSFORM, LF_OTHER_TRANSFORM},
		{CHANGE_DIFFERENCE, "differences", LF_OTHER_TRANSFORM, LF_OTHER_TRANSFORM},
		{CHANGE_NORMALIZE, "what windows are measured from", LF_OTHER_NORMALIZE, LF_OTHER_NORMALIZE},
		{CHANGE_SEASON, "a season that a blend needs", LF_OTHER_NORMALIZE, LF_ALIKE},
		{CHANGE_SCALE, "the way of scaling", LF_OTHER_SCALE, LF_OTHER_SCALE},
		{CHANGE_STATIC, "the scaling of a column that all series share", LF_OTHER_SCALE, LF_OTHER_SCALE},
		{CHANGE_CATEGORY, "a category", LF_OTHER_CATEGORIES, LF_ALIKE},
		{CHANGE_STEP, "the step", LF_OTHER_TIME, LF_OTHER_TIME},
		{CHANGE_WEEKDAYS, "the weekdays that occur", LF_OTHER_TIME, LF_OTHER_TIME},
		{CHANGE_AGGREGATE, "how rows of one step are aggregated", LF_OTHER_TIME, LF_OTHER_TIME},
		{CHANGE_ALIGNMENT, "how rows beside the grid are taken", LF_OTHER_TIME, LF_OTHER_TIME},
		{CHANGE_ZONE, "the time zone", LF_OTHER_TIME, LF_OTHER_TIME},
		{CHANGE_MISSING, "what is done about missing values", LF_OTHER_MISSING, LF_OTHER_MISSING},
		{CHANGE_BLEND, "what the forecast is mixed with", LF_OTHER_BLEND, LF_ALIKE},
		{CHANGE_SCALER, "the scaling of a series", LF_ALIKE, LF_OTHER_SCALE},
		{CHANGE_CALIBRATE, "whether they are calibrated", LF_OTHER_LOSS, LF_OTHER_LOSS},
		{CHANGE_LOG_FROM, "what logarithms begin at", LF_OTHER_TRANSFORM, LF_OTHER_TRANSFORM},
		{CHANGE_LOWER, "the lower limit", LF_OTHER_TRANSFORM, LF_OTHER_TRANSFORM},
		{CHANGE_SEED, "seed, rows and relation", LF_ALIKE, LF_ALIKE},
	};

	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
	{
		lf_difference found[2][2];

		for (int alone = 0; alone < 2; alone++)
		{
			int			number = alone ? LF_STACKED : LF_VANILLA;
			sample		a;
			sample		b;

			sample_open(&a, number);
			sample_open(&b, number);
			/* one of each: a static column, and a season that nothing is measured from */
			if (!alone)
				a.model.task.kind[2] = b.model.task.kind[2] =
					tests[i].what == CHANGE_STATIC ? LF_COLUMN_STATIC : LF_COLUMN_CATEGORY;
			change_model(&b, tests[i].what);
			found[alone][0] = lf_models_differ(&a.model, &b.model);
			found[alone][1] = lf_models_differ(&b.model, &a.model);
			sample_close(&a);
			sample_close(&b);
		}
		if (!ok(found[0][0] == tests[i].named && found[0][1] == tests[i].named && found[1][0] == tests[i].alone &&
				found[1][1] == tests[i].alone, "models that differ in %s", tests[i].name))
			diag("several series: %d, %d; one: %d, %d", found[0][0], found[0][1], found[1][0], found[1][1]);
	}
}

static void
test_record(void)
{
	sample		a;
	sample		b;

	sample_open(&a, 0);
	sample_open(&b, 0);
	b.model.windows = 5;
	b.model.last_time = 77;
	b.model.missing.first = 0;
	b.model.missing.last = 9;
	b.scores[3].behind = 4;
	a.scores[3].behind_squares = 6;
	b.scores[3].behind_squares = 5;
	b.scores[0].count = 1.5e308;
	a.scores[0].count = 1.5e308;
	b.model.final_epochs = 2;
	lf_average_record(&a.model, &b.model);
	ok(a.model.rows == 2000 && a.model.windows == 1000 && a.model.validation_windows == 398, "rows and windows add up");
	ok(a.model.last_time == 77 && a.model.final_epochs == 11, "the newest time and the most epochs count");
	ok(a.model.missing.values == 20 && a.model.missing.first == INT64_C(-2345678) && a.model.missing.last == 9,
	   "what was missing is that of both");
	ok(a.scores[3].absolute == 75 && a.scores[3].behind == 4 && a.scores[3].behind_squares == 11 && a.scores[3].count == 796, "scores add up");
	ok(isfinite(a.scores[0].count), "a count that overflows stays one");
	sample_close(&a);
	sample_close(&b);
}

int
main(void)
{
	test_mean();
	test_same();
	test_merge();
	test_parts();
	test_differences();
	test_record();
	return done_testing();
}
