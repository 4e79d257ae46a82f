/*
 * sound_test.c: what is no model that this library writes has a flaw, and is not read; what is one has none.
 *
 * Each flaw is made by one small edit of a sound sample, and must be named: an edit that another invariant happens to
 * forbid would say nothing of its own.
 */
#include "model/model_bytes.h"
#include "model_samples.h"
#include "rig.h"
#include "model/sound.h"
#include "tap.h"

/* What becomes of the bytes of a model, in a block of the measured size. */
static lf_status
status_when_read(const lf_model *model)
{
	guarded		bytes = guarded_new(lf_model_size(model));
	lf_arena	arena = lf_arena_measure();
	lf_model	read;
	guarded		block;
	lf_status	status;

	(void) lf_model_write_unchecked(model, NULL, bytes.block);
	status = lf_model_read(bytes.block, bytes.bytes, NULL, &arena, &read);
	if (status == LF_OK)
	{
		block = guarded_new(arena.used);
		arena = lf_arena_over(block.block, block.bytes);
		status = lf_model_read(bytes.block, bytes.bytes, NULL, &arena, &read);
		free(block.raw);
	}
	free(bytes.raw);
	return status;
}

static void
second_key(lf_model *model, const char *name)
{
	static const char *key;

	key = name;
	model->further_keys = 1;
	model->further_key = &key;
}

/* EDIT(name, sample, flaw, what the model then is, edit) */
#define EDITS \
	EDIT(twice, LF_VANILLA, LF_FLAW_TARGETS, "a column that is a target twice", task->target[1] = 1) \
	EDIT(known_target, LF_STACKED, LF_FLAW_TARGETS, "a target that is known ahead of time", task->target[0] = 2) \
	EDIT(static_target, LF_CNN_LSTM, LF_FLAW_TARGETS, "a target that is static", task->target[0] = 2) \
	EDIT(measured_last, LF_VANILLA, LF_FLAW_KINDS, "a known column before a measured one", task->kind[0] = LF_COLUMN_KNOWN; \
		 task->targets = 1; model->spec.layer[model->spec.count - 2].units = 2; model->spec.count--) \
	EDIT(calendar_of_numbers, LF_CNN_LSTM, LF_FLAW_KINDS, "a calendar of integer times", task->kind[2] = LF_COLUMN_CALENDAR) \
	EDIT(known_of_aggregate, LF_PRESET_BIDIRECTIONAL, LF_FLAW_KINDS, "a known column of an aggregate", \
		 task->kind[2] = LF_COLUMN_STATIC) \
	EDIT(series_of_none, LF_CONV_LSTM, LF_FLAW_KINDS, "a column of the series and no series", model->series_column = "") \
	EDIT(unused, LF_ENCODER_DECODER, LF_FLAW_INPUTS, "a column that is neither input nor target", model->columns = 3) \
	EDIT(doubled_input, LF_ENCODER_DECODER, LF_FLAW_INPUTS, "an input that stands twice", task->input[1] = 0) \
	EDIT(swapped_inputs, LF_ENCODER_DECODER, LF_FLAW_INPUTS, "inputs in another order than their columns", \
		 task->input[0] = 1; task->input[1] = 0) \
	EDIT(category_last, LF_VANILLA, LF_FLAW_INPUTS, "a category that is not the first input", \
		 task->input[0] = 0; task->input[1] = 1; task->input[2] = 2) \
	EDIT(measured_ahead, LF_ENCODER_DECODER, LF_FLAW_INPUTS, "a measured column that is known ahead", task->ahead[1] = 1) \
	EDIT(ahead_too_short, LF_STACKED, LF_FLAW_INPUTS, "a known column that ends before the last output", task->ahead[3] = 1) \
	EDIT(ahead_too_far, LF_STACKED, LF_FLAW_INPUTS, "a known column that goes on behind the last output", task->ahead[3] = 3) \
	EDIT(target_first, LF_PRESET_BIDIRECTIONAL, LF_FLAW_INPUTS, "a column that is only a target before one that is an input", \
		 task->input[0] = 1) \
	EDIT(season_0, LF_VANILLA, LF_FLAW_SEASON, "a trained model whose windows have the season 0", task->season = 0) \
	EDIT(record_season_0, LF_VANILLA, LF_FLAW_SEASON, "a model whose baselines have the season 0", model->season = 0) \
	EDIT(imported_season, SAMPLE_IMPORTED, LF_FLAW_SEASON, "an imported model whose windows have a season", task->season = 1) \
	EDIT(seasons_upside_down, LF_VANILLA, LF_FLAW_SEASON, "seasons that are not in order", task->seasons.season[1].length = 4) \
	EDIT(season_too_short, LF_VANILLA, LF_FLAW_SEASON, "a season of one row", task->seasons.season[0].length = 1) \
	EDIT(season_too_long, LF_VANILLA, LF_FLAW_SEASON, "a season that no option allows", task->seasons.season[1].length = 1e7) \
	EDIT(season_of_knots, LF_VANILLA, LF_FLAW_SEASON, "a season with more knots than rows", task->seasons.season[1].knots = 8) \
	EDIT(season_unused, LF_VANILLA, LF_FLAW_SEASON, "seasons that are not taken out", task->deseasonalize = LF_DESEASONALIZE_NONE) \
	EDIT(no_season_used, LF_STACKED, LF_FLAW_SEASON, "no season that is taken out", task->deseasonalize = LF_DESEASONALIZE_ADDITIVE) \
	EDIT(season_of_log, LF_VANILLA, LF_FLAW_SEASON, "a season that is added to values of which there are logarithms", task->log = true) \
	EDIT(log_unused, LF_VANILLA, LF_FLAW_SEASON, "logarithms that were found and are not used", task->log_found = true) \
	EDIT(found_too_short, LF_VANILLA, LF_FLAW_SEASON, "a season of one row that was looked for", model->found.fact[1].length = 1) \
	EDIT(found_less, LF_VANILLA, LF_FLAW_SEASON, "a season that was looked for in fewer than no cycles", \
		 model->found.fact[1].cycles = -1) \
	EDIT(other_head, LF_VANILLA, LF_FLAW_HEAD, "a head that is not that of the loss", model->training.loss = LF_GAUSSIAN) \
	EDIT(uncalibrated, LF_VANILLA, LF_FLAW_HEAD, "values with intervals that are not calibrated", \
		 model->training.calibrate = false) \
	EDIT(log_of_spread, LF_CNN_LSTM, LF_FLAW_TRANSFORM, "logarithms with a mean and a spread", task->log = true) \
	EDIT(log_from_5, LF_VANILLA, LF_FLAW_TRANSFORM, "logarithms above another number than the lower limit", task->log_from = 5) \
	EDIT(limits_unset, LF_VANILLA, LF_FLAW_TRANSFORM, "a limit where nothing is limited", task->upper_limit = 5) \
	EDIT(limited_by_none, LF_VANILLA, LF_FLAW_TRANSFORM, "limited by no limit", task->limited = true) \
	EDIT(limit_found_nowhere, LF_VANILLA, LF_FLAW_TRANSFORM, "a limit that was found where there is none", \
		 task->limit_found = true) \
	EDIT(limit_found_elsewhere, LF_VANILLA, LF_FLAW_TRANSFORM, "a limit that was found elsewhere than at 0", \
		 task->limited = task->limit_found = true; task->lower_limit = task->log_from = 2) \
	EDIT(imported_found, SAMPLE_IMPORTED, LF_FLAW_IMPORT, "an imported model with a limit that was found", \
		 task->limit_found = true) \
	EDIT(limits_crossed, LF_VANILLA, LF_FLAW_TRANSFORM, "an upper limit that is not above the lower one", \
		 task->limited = true; task->upper_limit = task->lower_limit = task->log_from = 1) \
	EDIT(limit_huge, LF_VANILLA, LF_FLAW_TRANSFORM, "a limit that no option allows", \
		 task->limited = true; task->upper_limit = 1.1e300) \
	EDIT(limit_upside_down, LF_VANILLA, LF_FLAW_TRANSFORM, "an upper limit of minus infinity", \
		 task->upper_limit = -(double) INFINITY) \
	EDIT(limit_nan, LF_VANILLA, LF_FLAW_TRANSFORM, "a limit that is no number", task->upper_limit = (double) NAN) \
	EDIT(difference_of_levels, LF_VANILLA, LF_FLAW_TRANSFORM, "differences that are measured from a level", \
		 task->difference = 1) \
	EDIT(difference_of_quantiles, LF_STACKED, LF_FLAW_TRANSFORM, "differences of quantiles", \
		 task->difference = 1; model->training.normalize = LF_NORMALIZE_NONE) \
	EDIT(difference_ahead, LF_VANILLA, LF_FLAW_TRANSFORM, "differences and lead 0", \
		 task->difference = 1; model->training.normalize = LF_NORMALIZE_NONE; task->lead = 0) \
	EDIT(one_channel, LF_ENCODER_DECODER, LF_FLAW_TRANSFORM, "independent channels in another order", \
		 task->independent = true; model->spec.input.dim[1] = 1; \
		 model->spec.layer[model->spec.count - 1].units = 3) \
	EDIT(seasonal_levels, LF_STACKED, LF_FLAW_NORMALIZE, "a seasonal level of windows shorter than the season", \
		 task->season = SAMPLE_LOOKBACK + 1; model->training.normalize = LF_NORMALIZE_SEASON_MEAN) \
	EDIT(no_season_levels, LF_STACKED, LF_FLAW_NORMALIZE, "a seasonal level without a season", \
		 task->season = 1; model->training.normalize = LF_NORMALIZE_SEASON_PROFILE) \
	EDIT(rate_negative, LF_VANILLA, LF_FLAW_TRAINING, "a learning rate below 0", model->training.learning_rate = -0.01) \
	EDIT(rate_huge, LF_VANILLA, LF_FLAW_TRAINING, "a learning rate above 100", model->training.learning_rate = 101) \
	EDIT(momentum, LF_VANILLA, LF_FLAW_TRAINING, "a momentum of 1", model->training.momentum = 1) \
	EDIT(decay, LF_VANILLA, LF_FLAW_TRAINING, "a negative weight decay", model->training.weight_decay = -1) \
	EDIT(norm, LF_VANILLA, LF_FLAW_TRAINING, "a negative clip_norm", model->training.clip_norm = -1) \
	EDIT(held_out, LF_VANILLA, LF_FLAW_TRAINING, "a validation part of all rows", model->training.validation = 1) \
	EDIT(epochs, LF_VANILLA, LF_FLAW_TRAINING, "more epochs than can be asked for", model->training.epochs = 1000001) \
	EDIT(patience, LF_VANILLA, LF_FLAW_TRAINING, "more patience than can be asked for", model->training.patience = 1000001) \
	EDIT(no_batch, LF_VANILLA, LF_FLAW_TRAINING, "batches of nothing", model->training.batch_size = 0) \
	EDIT(large_batch, LF_SEGMENT, LF_FLAW_TRAINING, "batches of more samples than the core takes", \
		 model->training.batch_size = LF_MAX_BATCH) \
	EDIT(step_of_none, LF_SEGMENT, LF_FLAW_TIME, "a step of rows without a time", model->step.units = 1) \
	EDIT(column_of_none, LF_STACKED, LF_FLAW_TIME, "a time column of rows without a time", \
		 model->time_kind = LF_TIME_NONE; model->step = (lf_time_step) {0}; model->last_time = 0) \
	EDIT(last_of_none, LF_SEGMENT, LF_FLAW_TIME, "a newest time of rows without one", model->last_time = 1) \
	EDIT(step_in_parts, LF_STACKED, LF_FLAW_TIME, "a step of months and of time", model->step.units = 1) \
	EDIT(step_of_days_and_time, LF_STACKED, LF_FLAW_TIME, "a step of days and of time", \
		 model->step = (lf_time_step) {.days = 1, .units = 1}) \
	EDIT(step_back, LF_CNN_LSTM, LF_FLAW_TIME, "a negative step", model->step.units = -1) \
	EDIT(month_back, LF_STACKED, LF_FLAW_TIME, "a negative step of months", model->step.months = -1) \
	EDIT(day_32, LF_STACKED, LF_FLAW_TIME, "a 32nd day of a month", model->step.days = 32) \
	EDIT(days_of_numbers, LF_CNN_LSTM, LF_FLAW_TIME, "days between integers", model->step.days = 1) \
	EDIT(long_step, LF_STACKED, LF_FLAW_TIME, "a step of more months than there are", \
		 model->step.months = LF_LONGEST_STEP_MONTHS + 1) \
	EDIT(weekdays_of_months, LF_STACKED, LF_FLAW_TIME, "weekdays of a step of months", model->step.weekdays = LF_BUSINESS_DAYS) \
	EDIT(weekdays_of_numbers, LF_CNN_LSTM, LF_FLAW_TIME, "weekdays of integers", \
		 model->step = (lf_time_step) {.days = 1, .weekdays = LF_BUSINESS_DAYS}) \
	EDIT(one_weekday, LF_STACKED, LF_FLAW_TIME, "a step of one weekday", \
		 model->step = (lf_time_step) {.days = 1, .weekdays = 0x10}) \
	EDIT(all_weekdays, LF_STACKED, LF_FLAW_TIME, "a step of all weekdays by their mask", \
		 model->step = (lf_time_step) {.days = 1, .weekdays = LF_ALL_WEEKDAYS}) \
	EDIT(every_second_weekday, LF_STACKED, LF_FLAW_TIME, "a step of two days and weekdays", \
		 model->step = (lf_time_step) {.days = 2, .weekdays = LF_BUSINESS_DAYS}) \
	EDIT(aggregate_of_none, LF_SEGMENT, LF_FLAW_TIME, "aggregated rows without a time", model->aggregate = LF_AGGREGATE_SUM) \
	EDIT(alignment_of_none, LF_SEGMENT, LF_FLAW_TIME, "rows without a time on a grid", model->alignment = LF_ALIGN_NEAREST) \
	EDIT(begin_of_one, LF_STACKED, LF_FLAW_TIME, "rows that begin a step alone", model->alignment = LF_ALIGN_BEGIN; \
		 model->phase = LF_DAY_UNITS) \
	EDIT(phase_of_nothing, LF_CNN_LSTM, LF_FLAW_TIME, "a phase without a grid", model->phase = 1) \
	EDIT(phase_back, LF_CNN_LSTM, LF_FLAW_TIME, "a negative phase", model->alignment = LF_ALIGN_NEAREST; model->phase = -1) \
	EDIT(phase_of_a_step, LF_CNN_LSTM, LF_FLAW_TIME, "a phase of a whole step", model->alignment = LF_ALIGN_NEAREST; \
		 model->phase = model->step.units) \
	EDIT(month_day_0, LF_STACKED, LF_FLAW_TIME, "a phase of months that is no day", model->alignment = LF_ALIGN_NEAREST) \
	EDIT(month_1, LF_STACKED, LF_FLAW_TIME, "a phase of more months than the step", model->alignment = LF_ALIGN_NEAREST; \
		 model->phase = (LF_MONTH_DAYS * model->step.months + 1) * LF_DAY_UNITS) \
	EDIT(weekday_phase, LF_STACKED, LF_FLAW_TIME, "a phase of weekdays that is a day", model->alignment = LF_ALIGN_NEAREST; \
		 model->step = (lf_time_step) {.days = 1, .weekdays = LF_BUSINESS_DAYS}; model->phase = LF_DAY_UNITS) \
	EDIT(key_of_none, LF_STACKED, LF_FLAW_KEYS, "a second key without a first", second_key(model, "second")) \
	EDIT(key_twice, LF_VANILLA, LF_FLAW_KEYS, "a key twice", second_key(model, model->series_column)) \
	EDIT(key_unnamed, LF_VANILLA, LF_FLAW_KEYS, "a key without a name", second_key(model, "")) \
	EDIT(zone_of_dates, LF_STACKED, LF_FLAW_TIME, "dates in a time zone", model->time_zone = "UTC") \
	EDIT(no_zone, LF_ENCODER_DECODER, LF_FLAW_TIME, "timestamptz in no time zone", model->time_zone = "") \
	EDIT(no_time_column, LF_ENCODER_DECODER, LF_FLAW_TIME, "a relation without a time column", model->time_column = "") \
	EDIT(filled_by_none, LF_VANILLA, LF_FLAW_MISSING, "filled values where none may be missing", \
		 model->missing.method = LF_MISSING_ERROR) \
	EDIT(filled_backwards, LF_VANILLA, LF_FLAW_MISSING, "a first missing row behind the last one", \
		 model->missing.first = model->missing.last + 1) \
	EDIT(rows_of_nothing, LF_VANILLA, LF_FLAW_MISSING, "more missing rows than values", model->missing.values = 2) \
	EDIT(missing_when, LF_VANILLA, LF_FLAW_MISSING, "times of missing values and no such value", \
		 model->missing.rows = model->missing.values = 0) \
	EDIT(filled_season_0, LF_VANILLA, LF_FLAW_MISSING, "values that were filled by a season of 0", model->missing.season = 0) \
	EDIT(row_0, LF_SEGMENT, LF_FLAW_MISSING, "a missing row before the first", model->missing.first = 0) \
	EDIT(many_missing, LF_VANILLA, LF_FLAW_MISSING, "more missing values than a sum may have", \
		 model->missing.values = LF_MOST_ROWS + 1) \
	EDIT(no_windows, LF_VANILLA, LF_FLAW_RECORD, "a training on no window", model->windows = 0) \
	EDIT(many_windows, LF_VANILLA, LF_FLAW_RECORD, "more windows than rows", model->windows = 1001) \
	EDIT(few_rows, LF_VANILLA, LF_FLAW_RECORD, "fewer rows than one window takes", \
		 model->windows = model->validation_windows = 1; model->rows = 5) \
	EDIT(many_rows, LF_VANILLA, LF_FLAW_RECORD, "more rows than a sum may have", model->rows = LF_MOST_ROWS + 1) \
	EDIT(many_held, LF_VANILLA, LF_FLAW_RECORD, "more windows held out than there are rows", model->validation_windows = 1001) \
	EDIT(best_unseen, LF_VANILLA, LF_FLAW_RECORD, "a best epoch behind the last one", model->best_epoch = 4) \
	EDIT(few_steps, LF_VANILLA, LF_FLAW_ERRORS, "errors of a part of the horizon", model->errors.steps = 1) \
	EDIT(more_steps, LF_PRESET_BIDIRECTIONAL, LF_FLAW_ERRORS, "errors past the horizon where nothing can be fed back", \
		 model->errors.steps = 3) \
	EDIT(endless_steps, LF_VANILLA, LF_FLAW_ERRORS, "errors of more steps than are ever measured", \
		 model->errors = (lf_errors) {.steps = 101, .most = 1, .count = many_counts, .error = many_errors}) \
	EDIT(no_errors, LF_VANILLA, LF_FLAW_ERRORS, "errors measured, and none kept", model->errors.most = 0; \
		 memset(s->counts, 0, sizeof(s->counts))) \
	EDIT(kept_unmeasured, LF_VANILLA, LF_FLAW_ERRORS, "errors kept of no step", model->errors.steps = 0) \
	EDIT(errors_of_nothing, LF_VANILLA, LF_FLAW_ERRORS, "errors and no window held out", model->validation_windows = 0) \
	EDIT(dependence_negative, LF_VANILLA, LF_FLAW_DEPENDENCE, "a negative share of errors", model->dependence.walk = -0.25) \
	EDIT(dependence_above, LF_VANILLA, LF_FLAW_DEPENDENCE, "shares of errors above 1", model->dependence.level = 0.9) \
	EDIT(dependence_series, LF_VANILLA, LF_FLAW_DEPENDENCE, "a correlation of series above 1", model->dependence.series = 1.5) \
	EDIT(dependence_of_none, LF_VANILLA, LF_FLAW_DEPENDENCE, "shares of errors that were not measured", \
		 model->errors = (lf_errors) {0}) \
	EDIT(error_order, LF_VANILLA, LF_FLAW_ERRORS, "errors that do not ascend", s->errors[2 * SAMPLE_ERRORS] = 100) \
	EDIT(error_negative, LF_VANILLA, LF_FLAW_ERRORS, "a negative error", s->errors[SAMPLE_ERRORS] = -1) \
	EDIT(error_behind, LF_VANILLA, LF_FLAW_ERRORS, "an error behind those that are kept", s->errors[0] = 1) \
	EDIT(imported_rows, SAMPLE_IMPORTED, LF_FLAW_IMPORT, "an imported model that read rows", model->rows = 1) \
	EDIT(imported_lead, SAMPLE_IMPORTED, LF_FLAW_IMPORT, "an imported model with another lead", task->lead = 2) \
	EDIT(imported_rate, SAMPLE_IMPORTED, LF_FLAW_IMPORT, "an imported model with a learning rate", \
		 model->training.learning_rate = 0.1) \
	EDIT(imported_relation, SAMPLE_IMPORTED, LF_FLAW_TIME, "an imported model with a relation", model->relation = "t") \
	EDIT(imported_limit, SAMPLE_IMPORTED, LF_FLAW_IMPORT, "an imported model with a limit", task->upper_limit = 1) \
	EDIT(other_layers, LF_VANILLA, LF_FLAW_NETWORK, "a network of other weights than its layers have", \
		 model->parameters--) \
	EDIT(embeds_more, LF_VANILLA, LF_FLAW_NETWORK, "vectors for more categories than there are", \
		 s->categories[2].count = 1) \
	EDIT(embeds_fewer, LF_CONV_LSTM, LF_FLAW_NETWORK, "vectors for fewer series than there are", model->series = 2) \
	EDIT(same_name, LF_ENCODER_DECODER, LF_FLAW_NAMES, "two columns of one name", s->names[1] = s->names[0]) \
	EDIT(empty_name, LF_ENCODER_DECODER, LF_FLAW_NAMES, "a column of a table without a name", s->names[1] = "") \
	EDIT(other_series_name, LF_CONV_LSTM, LF_FLAW_NAMES, "a column of the series with another name", s->names[2] = "town") \
	EDIT(no_version, LF_VANILLA, LF_FLAW_NAMES, "a model of no version", model->version = "") \
	EDIT(unnamed_series, LF_VANILLA, LF_FLAW_LABELS, "a column of series and no names of them", model->labels = NULL; \
		 model->series = 1) \
	EDIT(named_series, LF_VANILLA, LF_FLAW_LABELS, "names of series and no column of them", model->series_column = "") \
	EDIT(same_labels, LF_VANILLA, LF_FLAW_LABELS, "two series of one name", s->labels[2] = s->labels[0]) \
	EDIT(same_categories, LF_VANILLA, LF_FLAW_LABELS, "two categories of one name", s->category[1] = s->category[0]) \
	EDIT(labels_of_numbers, LF_VANILLA, LF_FLAW_LABELS, "categories of a measured column", s->categories[1] = s->categories[2]) \
	EDIT(scale_0, LF_VANILLA, LF_FLAW_SCALING, "a column divided by 0", s->scaler[0].scale = 0) \
	EDIT(scaled_category, LF_VANILLA, LF_FLAW_SCALING, "numbers of categories that are scaled", s->scaler[2].scale = 2) \
	EDIT(scaled_calendar, LF_PRESET_BIDIRECTIONAL, LF_FLAW_SCALING, "a calendar that is moved", s->scaler[2].offset = 2) \
	EDIT(scaled_without_scale, LF_VANILLA, LF_FLAW_SCALING, "scaling where there is none", \
		 model->training.scale = LF_SCALE_NONE) \
	EDIT(range_crossed, LF_VANILLA, LF_FLAW_LINK, "an input whose least value is not its least", s->ranges[0].high = -2) \
	EDIT(unit_0, LF_VANILLA, LF_FLAW_SCALING, "errors in units of 0", s->error_scale[0] = 0) \
	EDIT(unit_of_one, LF_ENCODER_DECODER, LF_FLAW_SCALING, "a unit of one series without a name", s->error_scale[0] = 2) \
	EDIT(score_negative, LF_VANILLA, LF_FLAW_SCORES, "a negative sum of errors", s->scores[2].absolute = -1) \
	EDIT(score_squares, LF_VANILLA, LF_FLAW_SCORES, "a negative sum of squares", s->scores[2].squares = -1) \
	EDIT(score_count, LF_VANILLA, LF_FLAW_SCORES, "a negative number of forecasts", s->scores[2].count = -1) \
	EDIT(score_of_none, LF_VANILLA, LF_FLAW_SCORES, "a sum of no errors", s->scores[2].count = 0) \
	EDIT(score_nan, LF_VANILLA, LF_FLAW_SCORES, "no number as the sum of no errors", \
		 s->scores[2] = (lf_score) {.squares = (double) NAN}) \
	EDIT(imported_scores, SAMPLE_IMPORTED, LF_FLAW_SCORES, "an imported model with scores", s->scores[0].count = 1) \
	EDIT(rate_back, LF_VANILLA, LF_FLAW_HISTORY, "an epoch with a negative learning rate", s->history[1].learning_rate = -1) \
	EDIT(no_link, LF_PRESET_BIDIRECTIONAL, LF_FLAW_LINK, "a target without a level", model->level_regression = NULL) \
	EDIT(needless_link, LF_ENCODER_DECODER, LF_FLAW_LINK, "a link of targets that are inputs", model->level_regression = s->level_regression) \
	EDIT(link_of_nothing, LF_PRESET_BIDIRECTIONAL, LF_FLAW_LINK, "a link where nothing is measured from levels", \
		 model->training.normalize = LF_NORMALIZE_NONE) \
	EDIT(no_blend, LF_VANILLA, LF_FLAW_BLEND, "a blend that was asked for, and is not there", model->blend = NULL) \
	EDIT(blend_of_quantiles, LF_STACKED, LF_FLAW_BLEND, "a blend of quantiles", model->blend = s->blend) \
	EDIT(imported_blend, SAMPLE_IMPORTED, LF_FLAW_BLEND, "an imported model with a blend", model->blend = s->blend) \
	EDIT(blend_no_season, LF_VANILLA, LF_FLAW_BLEND, "a seasonal blend without a season", task->season = 1) \
	EDIT(blend_long_season, LF_VANILLA, LF_FLAW_BLEND, "a seasonal blend that no window reaches", task->season = 100) \
	EDIT(blend_drift, LF_VANILLA, LF_FLAW_BLEND, "a blend of more than everything", s->blend[1].weight = 1.5) \
	EDIT(blend_of_partner, LF_VANILLA, LF_FLAW_BLEND, "a blend with what no window tells", s->blend[1].with = LF_THETA) \
	EDIT(curved_squares, LF_VANILLA, LF_FLAW_TRAINING, "a network with a hidden layer found by least squares", \
		 model->training.optimizer = LF_LEAST_SQUARES) \
	EDIT(squares_of_quantiles, SAMPLE_COMBINED, LF_FLAW_TRAINING, "quantiles found by least squares", \
		 model->training.optimizer = LF_LEAST_SQUARES; model->training.loss = LF_QUANTILE; \
		 (void) lf_head_set_levels(&task->head, (double[]) {0.1, 0.5, 0.9}, 3)) \
	EDIT(weights_above, SAMPLE_COMBINED, LF_FLAW_COMBINATION, "weights of more than everything", s->weight[0] = 0.75) \
	EDIT(weights_second, SAMPLE_COMBINED, LF_FLAW_COMBINATION, "weights of less than everything for the second target", \
		 s->weight[SAMPLE_PARTS + 1] = 0) \
	EDIT(weight_below, SAMPLE_COMBINED, LF_FLAW_COMBINATION, "a weight below 0", s->weight[0] = -0.125; s->weight[1] = 0.75) \
	EDIT(weight_nan, SAMPLE_COMBINED, LF_FLAW_COMBINATION, "a weight that is no number", s->weight[0] = (double) NAN) \
	EDIT(part_twice, SAMPLE_COMBINED, LF_FLAW_COMBINATION, "a forecaster that is combined twice", \
		 model->combination.part[3] = LF_SEASONAL_NAIVE) \
	EDIT(partners_unlearned, SAMPLE_COMBINED, LF_FLAW_COMBINATION, "partners that have learned nothing", model->learned = NULL) \
	EDIT(partner_season, SAMPLE_COMBINED, LF_FLAW_COMBINATION, "partners with a season of one row", \
		 model->partner_facts.seasons.season[0].length = 1) \
	EDIT(combined_lead, SAMPLE_COMBINED, LF_FLAW_COMBINATION, "a combination that leaves out a row", task->lead = 2; \
		 model->errors.steps = 2) \
	EDIT(combined_blend, SAMPLE_COMBINED, LF_FLAW_COMBINATION, "a combination and a blend", model->blend = s->blend) \
	EDIT(combined_spreads, SAMPLE_COMBINED, LF_FLAW_COMBINATION, "a combination of spreads", \
		 model->training.optimizer = LF_ADAM; model->training.loss = LF_GAUSSIAN; task->head.kind = LF_HEAD_GAUSSIAN; \
		 model->spec.layer[1].units = 8; model->spec.layer[2].target = lf_shape_2(2, 4); model->parameters = 8 * (8 + 1); \
		 model->weights = other_weights) \
	EDIT(combined_import, SAMPLE_IMPORTED, LF_FLAW_COMBINATION, "an imported combination", \
		 model->combination = (lf_combination) {.parts = 1, .weight = ones}) \
	EDIT(combined_unseen, LF_PRESET_BIDIRECTIONAL, LF_FLAW_COMBINATION, "a forecaster of what is not in the window", \
		 model->combination = (lf_combination) {.parts = 2, .part = {LF_NETWORK, LF_MEAN}, .weight = halves}) \
	EDIT(other_longer, SAMPLE_COMBINED, LF_FLAW_COMBINATION, "a network with a longer window beside the first", \
		 s->other.task.lookback = s->other.spec.input.dim[0] = SAMPLE_LOOKBACK + 1) \
	EDIT(other_lead, SAMPLE_COMBINED, LF_FLAW_COMBINATION, "a network with another lead beside the first", s->other.task.lead = 2) \
	EDIT(other_targets, SAMPLE_COMBINED, LF_FLAW_COMBINATION, "a network with other targets beside the first", \
		 s->other.task.target[0] = 0; s->other.task.target[1] = 1) \
	EDIT(other_kinds, SAMPLE_COMBINED, LF_FLAW_COMBINATION, "a network with columns of other kinds beside the first", \
		 s->other.task.kind[1] = LF_COLUMN_KNOWN) \
	EDIT(other_spreads, SAMPLE_COMBINED, LF_FLAW_COMBINATION, "a network of spreads beside the first", \
		 s->other.training.loss = LF_GAUSSIAN; s->other.task.head.kind = LF_HEAD_GAUSSIAN; s->other.spec.layer[1].units = 4; \
		 s->other.parameters += 2 * (2 + 1); s->other.members = 1; s->other.weights = other_weights) \
	EDIT(other_farther, SAMPLE_COMBINED, LF_FLAW_COMBINATION, "a network with a longer horizon beside the first", \
		 task->horizon = 1; model->spec.layer[1].units = 2; model->spec.count = 2; model->parameters = 2 * (8 + 1); \
		 s->other.task.horizon = 2; s->other.spec = s->model.spec; s->other.task.lookback = SAMPLE_LOOKBACK; \
		 s->other.spec.layer[1].units = 4; s->other.spec.count = 3; s->other.parameters = 4 * (8 + 1); s->other.members = 1; \
		 s->other.weights = other_weights) \
	EDIT(other_unsound, SAMPLE_COMBINED, LF_FLAW_COMBINATION, "a network that divides by 0 beside the first", \
		 s->other_scaler[0].scale = 0) \
	EDIT(other_blends, SAMPLE_COMBINED, LF_FLAW_COMBINATION, "a network with a blend of its own beside the first", \
		 s->other.training.blend = true) \
	EDIT(before_alone, LF_SEGMENT, LF_FLAW_COMBINATION, "rows before the window of what looks at none", model->tail_before = 1) \
	EDIT(tail_of_table, LF_ENCODER_DECODER, LF_FLAW_TAIL, "rows of a table that stays", model->tail = s->tail) \
	EDIT(tail_of_series, LF_VANILLA, LF_FLAW_TAIL, "rows of one of several series", model->tail = s->tail) \
	EDIT(imported_tail, SAMPLE_IMPORTED, LF_FLAW_TAIL, "an imported model with rows", model->tail = s->tail)

static double ones[] = {1};
static double halves[] = {0.5, 0.5, 0.5, 0.5};
static lf_real other_weights[8 * (8 + 1)];
static int	many_counts[101 * 2];
static float many_errors[101 * 2];

#define EDIT(name, number, flaw, what, ...) \
static void \
name(sample *s) \
{ \
	lf_model   *model = &s->model; \
	lf_task    *task = &model->task; \
 \
	(void) task; \
	__VA_ARGS__; \
}
EDITS
#undef EDIT

static void
test_flaws(void)
{
#define EDIT(name, number, flaw, what, ...) {number, flaw, what, name},
	static const struct
	{
		int			number;
		lf_flaw		flaw;
		const char *what;
		void		(*edit) (sample *s);
	}			tests[] = {EDITS};
#undef EDIT

	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
	{
		sample		s;
		lf_flaw		found;
		lf_status	status;

		sample_open(&s, tests[i].number);
		tests[i].edit(&s);
		found = lf_model_flaw(&s.model, true);
		status = status_when_read(&s.model);
		if (!ok(found == tests[i].flaw && status == LF_CORRUPT, "%s is no sound model, and is not read", tests[i].what))
			diag("flaw %d where %d was made; status %d", found, tests[i].flaw, status);
		sample_close(&s);
	}
}

/* Names and labels of which the order does not tell whether they differ. */
static void
test_many_labels(size_t count)
{
	sample		s;
	const char **labels = malloc(count * sizeof(char *));
	char	   *texts = malloc(count * 8);
	lf_scaler  *scaler = malloc(count * SAMPLE_COLUMNS * sizeof(lf_scaler));
	double	   *error_scale = malloc(count * 2 * sizeof(double));
	double	   *shape;
	size_t		shape_size;

	sample_open(&s, LF_VANILLA);
	shape_size = lf_task_shape_size(&s.model.task);
	shape = malloc(count * shape_size * sizeof(double));
	for (size_t i = 0; i < count; i++)
	{
		(void) snprintf(texts + 8 * i, 8, "%zu", (i * 7919 + 5) % 10007);
		labels[i] = texts + 8 * i;
		memcpy(scaler + i * SAMPLE_COLUMNS, s.scaler, SAMPLE_COLUMNS * sizeof(lf_scaler));
		error_scale[2 * i] = error_scale[2 * i + 1] = 1;
		memcpy(shape + i * shape_size, s.shape, shape_size * sizeof(double));
	}
	s.model.shape = shape;
	s.model.series = count;
	s.model.labels = labels;
	s.model.scaler = scaler;
	s.model.error_scale = error_scale;
	ok(lf_model_flaw(&s.model, true) == LF_SOUND && status_when_read(&s.model) == LF_OK, "%zu series in any order are sound",
	   count);
	labels[count / 3] = labels[count - 1];
	ok(lf_model_flaw(&s.model, true) == LF_FLAW_LABELS, "of %zu series two of one name are found", count);
	free(shape);
	free(error_scale);
	free(scaler);
	free(texts);
	free(labels);
	sample_close(&s);
}

/* A column of a holiday, and what is none. */
static void
test_events(void)
{
	static const struct
	{
		const char *name;
		const char *holiday;
		bool		sound;
	}			tests[] = {
		{"Easter", "Easter", true},
		{"Easter +1", "Easter", true},
		{"Easter -31", "Easter", true},
		{"other holidays", "", true},
		{"Easter +1", "Easter +1", true},
		{"Easter +32", "Easter", false},
		{"Easter +0", "Easter", false},
		{"Easter +01", "Easter", false},
		{"Easter +", "Easter", false},
		{"Easter +1 ", "Easter", false},
		{"Easter +100", "Easter", false},
		{"Easter 1", "Easter", false},
		{"Easters", "Easter", false},
		{"Easter", "Christmas", false},
		{"Easter", "", false},
	};
	static const struct
	{
		const char *name;
		int			offset;
	}			offsets[] = {{"Easter", 0}, {"Easter +1", 1}, {"Easter -12", -12}};
	sample		s;
	bool		sound;

	for (size_t i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++)
		ok(lf_event_offset(offsets[i].name, "Easter", &sound) == offsets[i].offset && sound, "%s is %d days from Easter",
		   offsets[i].name, offsets[i].offset);
	sample_open(&s, LF_STACKED);
	s.model.task.kind[2] = LF_COLUMN_EVENT;
	s.model.categories = s.categories;
	s.categories[2].count = 1;
	s.model.holidays = "public.feasts";
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
	{
		s.names[2] = tests[i].name;
		s.category[0] = tests[i].holiday;
		ok(lf_model_flaw(&s.model, true) == (tests[i].sound ? LF_SOUND : LF_FLAW_LABELS), "a column \"%s\" of a holiday \"%s\" is %s",
		   tests[i].name, tests[i].holiday, tests[i].sound ? "sound" : "not");
	}
	s.names[2] = s.category[0] = s.names[0];
	ok(lf_model_flaw(&s.model, true) == LF_FLAW_LABELS, "a holiday with the name of another column is unsound");
	s.names[2] = s.category[0] = "Easter";
	ok(status_when_read(&s.model) == LF_OK, "a model of holidays is read again");
	s.model.holidays = "";
	ok(lf_model_flaw(&s.model, true) == LF_FLAW_LABELS, "holidays of no relation are unsound");
	s.model.holidays = "public.feasts";
	s.categories[2].count = 2;
	ok(lf_model_flaw(&s.model, true) == LF_FLAW_LABELS, "a column of two holidays is unsound");
	s.model.categories = NULL;
	ok(lf_model_flaw(&s.model, true) == LF_FLAW_LABELS, "a column of no holiday is unsound");
	s.model.categories = s.categories;
	s.categories[2].count = 1;
	s.model.time_kind = LF_TIME_INTEGER;
	ok(lf_model_flaw(&s.model, true) == LF_FLAW_KINDS, "holidays of integer times are unsound");
	s.model.time_kind = LF_TIME_DATE;
	s.model.task.ahead[3] = 1;
	ok(lf_model_flaw(&s.model, true) == LF_FLAW_INPUTS, "holidays that are not seen up to the last output are unsound");
	sample_close(&s);
	sample_open(&s, LF_STACKED);
	s.model.holidays = "public.feasts";
	ok(lf_model_flaw(&s.model, true) == LF_FLAW_LABELS, "a relation of holidays that no column is of is unsound");
	sample_close(&s);
}

/* What is sound in spite of looking odd. */
static void
test_sound(void)
{
	sample		s;

	for (int i = 0; i < SAMPLES; i++)
	{
		sample_open(&s, i);
		ok(lf_model_flaw(&s.model, true) == LF_SOUND && lf_model_flaw(&s.model, false) == LF_SOUND, "%s is sound", sample_name(i));
		sample_close(&s);
	}
	sample_open(&s, LF_VANILLA);
	s.model.epochs = s.model.best_epoch = 0;
	s.model.relation = "";
	ok(lf_model_is_sound(&s.model), "the average of models of two tables is sound");
	s.model.training.learning_rate = 0;
	ok(lf_model_is_sound(&s.model), "a learning rate of 0, which 1.0.0 took from imported models, is sound");
	s.model.categories[2].count = 0;
	s.model.spec.layer[0].categories = 1;
	s.model.parameters -= 2;
	ok(lf_model_is_sound(&s.model), "a column of categories that are all NULL is sound");
	sample_close(&s);
	sample_open(&s, LF_STACKED);
	s.model.categories = s.categories;
	s.categories[2].count = 1;
	ok(lf_model_flaw(&s.model, true) == LF_FLAW_LABELS, "a category of a known input that is not called so is unsound");
	s.names[2] = "land=coast";
	ok(lf_model_is_sound(&s.model), "a column that stands for one value of text is sound");
	s.names[2] = "=coast";
	ok(lf_model_flaw(&s.model, true) == LF_FLAW_LABELS, "one of a column without a name is not");
	s.names[2] = "land coast";
	ok(lf_model_flaw(&s.model, true) == LF_FLAW_LABELS, "nor is one without the sign between");
	s.names[2] = "land=coast";
	s.names[1] = "wood=coast";
	s.categories[1] = s.categories[2];
	ok(lf_model_flaw(&s.model, true) == LF_FLAW_LABELS, "nor a target");
	sample_close(&s);
	sample_open(&s, SAMPLE_COMBINED);
	s.model.validation_windows = 0;
	ok(lf_model_is_sound(&s.model), "errors of a combination of which nothing was held out are sound: partners say how far off it is");
	s.model.tried = 0;
	s.model.tail = NULL;
	s.model.tail_before = 0;
	ok(lf_model_is_sound(&s.model), "a combination of a table, of which one forgot what was tried, is sound");
	sample_close(&s);
	sample_open(&s, LF_STACKED);
	s.model.step = (lf_time_step) {0};
	ok(lf_model_is_sound(&s.model), "no step of one row is sound");
	s.model.step = (lf_time_step) {.units = LF_LONGEST_STEP_DAYS + 1};
	ok(lf_model_is_sound(&s.model), "a step of more days than are counted as days is sound");
	sample_close(&s);
}

/* What partners have learned is looked at number by number as it is read. */
static void
test_learned(void)
{
	static const struct
	{
		int			place;
		lf_learned	learned;
		const char *what;
	}			tests[] = {
		{LF_PARTNER_THETA, {.alpha = 1.5, .line = 0.5}, "theta with more than all of a row"},
		{LF_PARTNER_THETA, {.alpha = 0.5, .line = -0.5}, "theta with less than none of the line"},
		{LF_PARTNER_THETA, {.form = 1, .alpha = 0.5, .line = 0.5}, "theta with a form"},
		{LF_PARTNER_ETS, {.form = 255, .alpha = 0.5}, "ets in a form that there is not"},
		{LF_PARTNER_ETS, {.alpha = 0.25, .beta = 0.5}, "ets whose trend moves faster than its level"},
		{LF_PARTNERS + LF_PARTNER_ETS, {.alpha = 0.75, .gamma = 0.5}, "ets whose seasons take more than the level leaves"},
	};

	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
	{
		sample		s;

		sample_open(&s, SAMPLE_COMBINED);
		s.learned[tests[i].place] = tests[i].learned;
		ok(status_when_read(&s.model) == LF_CORRUPT, "%s is not read", tests[i].what);
		sample_close(&s);
	}
}

/* As many lookaheads as a long horizon makes. */
static void
test_look_ahead(void)
{
	sample		s;
	lf_task    *task;

	sample_open(&s, LF_STACKED);
	task = &s.model.task;
	task->lead = 9;				/* the last output lies 10 rows behind the window */
	task->ahead[3] = 4;
	for (int i = 4; i < 6; i++)
	{
		task->input[i] = 2;
		task->ahead[i] = i == 4 ? 8 : 10;
	}
	task->inputs = 6;
	s.model.errors = (lf_errors) {0};
	ok(lf_model_flaw(&s.model, false) == LF_SOUND, "what is known ahead goes in once for each lookback, up to the last output");
	task->ahead[5] = 9;
	ok(lf_model_flaw(&s.model, false) == LF_FLAW_INPUTS, "what is known ahead does not go in for another row");
	sample_close(&s);
}

/* Columns of categories with a short value each are what takes most memory for its bytes. */
static void
test_memory(void)
{
	size_t		most = 0;

	for (int i = 0; i < SAMPLES; i++)
	{
		sample		s;
		guarded		bytes;
		lf_arena	arena = lf_arena_measure();
		lf_model	model;

		sample_open(&s, i);
		bytes = guarded_new(lf_model_size(&s.model));
		(void) lf_model_write(&s.model, NULL, bytes.block);
		(void) lf_model_read(bytes.block, bytes.bytes, NULL, &arena, &model);
		if (arena.used > LF_MODEL_MEMORY(bytes.bytes))
			most++;
		free(bytes.raw);
		sample_close(&s);
	}
	ok(most == 0, "no sample takes more memory than its length allows");
}

/* Many small texts in a forged model. */
static void
test_memory_of_texts(void)
{
	static const char *names[LF_MAX_COLUMNS];
	static const char *one[] = {""};
	static lf_labels categories[LF_MAX_COLUMNS];
	static lf_scaler scaler[LF_MAX_COLUMNS];
	const size_t series = 100000;
	const char **labels = malloc(series * sizeof(char *));
	lf_scaler  *scalers = malloc(series * 3 * sizeof(lf_scaler));
	double	   *units = malloc(series * 2 * sizeof(double));
	sample		s;
	guarded		bytes;
	lf_arena	arena = lf_arena_measure();
	lf_model	model;

	sample_open(&s, LF_ENCODER_DECODER);
	for (int i = 0; i < LF_MAX_COLUMNS; i++)
	{
		names[i] = "";
		categories[i] = (lf_labels) {.count = 1, .label = one};
		scaler[i] = (lf_scaler) {.scale = 1};
	}
	s.model.columns = LF_MAX_COLUMNS;
	s.model.names = names;
	s.model.categories = categories;
	s.model.scaler = scaler;
	bytes = guarded_new(lf_model_size(&s.model));
	(void) lf_model_write_unchecked(&s.model, NULL, bytes.block);
	(void) lf_model_read(bytes.block, bytes.bytes, NULL, &arena, &model);
	ok(arena.used > LF_MAX_COLUMNS * (9 + 16) && arena.used <= LF_MODEL_MEMORY(bytes.bytes),
	   "%d columns with a category each take %.2f times their bytes", LF_MAX_COLUMNS, (double) arena.used / (double) bytes.bytes);
	free(bytes.raw);
	sample_close(&s);

	sample_open(&s, LF_CONV_LSTM);
	for (size_t i = 0; i < series; i++)
	{
		labels[i] = "";
		units[2 * i] = units[2 * i + 1] = 1;
	}
	for (size_t i = 0; i < series * 3; i++)
		scalers[i] = (lf_scaler) {.scale = 1};
	s.model.series = series;
	s.model.labels = labels;
	s.model.scaler = scalers;
	s.model.error_scale = units;
	arena = lf_arena_measure();
	bytes = guarded_new(lf_model_size(&s.model));
	(void) lf_model_write_unchecked(&s.model, NULL, bytes.block);
	(void) lf_model_read(bytes.block, bytes.bytes, NULL, &arena, &model);
	ok(arena.used > series * 9 && arena.used <= LF_MODEL_MEMORY(bytes.bytes), "%zu series without a name take %.2f times theirs",
	   series, (double) arena.used / (double) bytes.bytes);
	free(bytes.raw);
	free(units);
	free(scalers);
	free(labels);
	sample_close(&s);
}

int
main(void)
{
	test_sound();
	test_events();
	test_flaws();
	test_learned();
	test_look_ahead();
	test_many_labels(3000);
	test_many_labels(10000);
	test_memory();
	test_memory_of_texts();
	return done_testing();
}
