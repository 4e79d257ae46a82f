/*
 * sound_time.c: the invariants of a model's time: kind, step, grid, and the columns that these need.
 */
#include "model/sound_time.h"

#include "model/sound_names.h"

/*
 * One part, but that a step of months knows the day of the month, and a step of a day the weekdays that occur: several,
 * but not all. No part where one row was all there was.
 */
static bool
step_is_sound(lf_time_kind kind, const lf_time_step *step)
{
	if (step->weekdays != 0)
		return kind >= LF_TIME_DATE && step->months == 0 && step->days == 1 && step->units == 0 &&
			lf_weekday_count(step->weekdays) >= 2 && step->weekdays < LF_ALL_WEEKDAYS;
	if (kind == LF_TIME_NONE)
		return step->months == 0 && step->days == 0 && step->units == 0;
	if (kind == LF_TIME_INTEGER)
		return step->months == 0 && step->days == 0 && step->units >= 0;
	if (step->months != 0)
		return step->months > 0 && step->months <= LF_LONGEST_STEP_MONTHS && step->days >= 0 && step->days <= 31 &&
			step->units == 0;
	if (step->days != 0)
		return step->days > 0 && step->days <= LF_LONGEST_STEP_DAYS && step->units == 0;
	return step->units >= 0;
}

/* A rest that some time of the grid can have. */
static bool
phase_is_sound(lf_time_kind kind, const lf_time_step *step, int64_t phase)
{
	int64_t		days = phase / LF_DAY_UNITS;

	if (phase < 0 || kind == LF_TIME_NONE)
		return false;
	if (step->months != 0)
		return days / LF_MONTH_DAYS < step->months && days % LF_MONTH_DAYS >= 1;
	if (step->weekdays != 0)
		return days == 0;
	return step->days != 0 ? days < step->days : phase < step->units;
}

/* Rows that begin a step are aggregated with those behind them; rows without a time have no steps. */
static bool
grid_is_sound(const lf_model *model)
{
	if (model->aggregate != LF_AGGREGATE_NONE && model->time_kind == LF_TIME_NONE)
		return false;
	if (model->alignment == LF_ALIGN_BEGIN && model->aggregate == LF_AGGREGATE_NONE)
		return false;
	return model->alignment == LF_ALIGN_NONE ? model->phase == 0 :
		phase_is_sound(model->time_kind, &model->step, model->phase);
}

bool
lf_time_is_sound(const lf_model *model)
{
	bool		timed = model->time_kind != LF_TIME_NONE;

	return step_is_sound(model->time_kind, &model->step) && grid_is_sound(model) && (timed || model->last_time == 0) &&
		(model->time_kind == LF_TIME_TIMESTAMPTZ) == lf_is_given(model->time_zone) &&
		(timed || !lf_is_given(model->time_column)) &&
		/* a table has a time, and the same table has the series; the average of models of two tables names none */
		(!lf_is_given(model->relation) || lf_is_given(model->time_column)) &&
		(!lf_is_given(model->series_column) || lf_is_given(model->time_column));
}
