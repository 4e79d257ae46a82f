/*
 * model_value.h: models as bytea values, and models made ready to forecast.
 */
#ifndef LFPG_MODEL_VALUE_H
#define LFPG_MODEL_VALUE_H

#include "server/common.h"
#include "model/combined.h"
#include "model/model.h"
#include "model/predict.h"
#include "model/scaling.h"
#include "rows/timeline.h"

typedef struct LoadedModel
{
	lf_model	model;
	lf_network *network;		/* (members of the model) */
	lf_predictor predictor;
	lf_frame	frame;			/* what the predictor reads; callers point it at their rows */
	double	   *window;			/* (lookback, columns): room for rows that come without a frame */
	const double *error_scale;	/* (targets): of the errors of the series at hand */
	const lf_learned *learned;	/* (targets, LF_PARTNERS): the same; NULL: no partner forecasts */
	double	   *shifted;		/* (windows, targets): of the newest forecasts, see combined.h; NULL: nothing */
	const lf_zero_quantiles *told;	/* (windows, targets, steps): of the newest forecasts, where bounds are made of them */
	int			told_steps;
	lf_partner_facts facts;		/* of the model, and the seasons that a calendar suggests */
	uint64		serial;			/* no other model that was made ready has it */
	struct LoadedModel *other;	/* (others of the model): networks that forecast with this one */
	uint64		first;			/* row of the frame in which the first window of the newest forecasts begins */
	uint64		stride;			/* from a window of theirs to the next */
	Size		buffers;		/* bytes that model_prepare() took */
	Size		held;			/* bytes that its user holds beside them: rows, above all */
} LoadedModel;

/* Reads a value; everything lands in the current memory context. Raises 22P03 (damaged), 0A000 (newer), 54000. */
LoadedModel *model_load(const bytea *value);

/* Whether model_load() would take bytes that this library has just made, of whatever somebody has said is in a model. */
bool		model_is_sound(const bytea *value);

/*
 * Takes the buffers to forecast up to 'batch' windows at once, 'moving' <= batch of them beyond the horizon; raises
 * 54000 where they pass maintenance_work_mem.
 */
void		model_prepare(LoadedModel *loaded, int batch, int moving);

/*
 * Another one with the weights of the first, which must outlive it, and buffers for as many windows as pay and fit
 * beside 'held' bytes.
 */
LoadedModel *model_for_many(const LoadedModel *loaded, int steps, Size held, int *batch);

/* Whether a series that is shorter than a window can be forecast all the same, by what the model combines with networks. */
bool		model_takes_short(const lf_model *model);

/* Whether rows of the inputs are rows of the model's frame as they are. */
bool		model_inputs_are_columns(const lf_model *model);

/*
 * Points the frame at one window of inputs, (lookback, inputs) row-major, which stays where it is until the forecast is
 * made; where inputs are not all columns, at a copy. Columns that are targets only are NaN: no window reads them.
 * 'before' rows stand in front of it in memory, for those that look further back. 'number' is the place of the window's first
 * row on the grid of time.
 */
void		model_show_inputs(LoadedModel *loaded, const double *inputs, uint64 before, int64 number);

/* The same of fewer rows than a window has, for a model that takes short series and whose inputs are its columns. */
void		model_show_few(LoadedModel *loaded, const double *inputs, int rows, int64 number);

/*
 * Forecasts from now on are of a series of which this is known, as long as it stays where it is. Models
 * of one series need no call; of others each forecast does, because users of a model share it.
 */
void		model_show_series(LoadedModel *loaded, const SeriesScaling *scaling);

/*
 * Forgets all that a user has shown: scaling and units are those of the model itself, or of its first series, and there
 * is no frame. What a user leaves behind may point at memory that is gone.
 */
void		model_show_nothing(LoadedModel *loaded);

/* The rows that are shown are steps of this length: for models whose seasons the rows at hand tell. */
void		model_show_step(LoadedModel *loaded, const Timeline *timeline);

/* The names of the targets as text values, for the rows of a result. */
Datum	   *model_targets(const lf_model *model);

/*
 * The place on the grid of time of the first of some rows of inputs that came without times, (rows, inputs): where the
 * seasons fit them best. The same of rows of the model's frame, for a model that knows no times.
 */
int64		model_align(const LoadedModel *loaded, const double *inputs, int rows);
int64		model_align_frame(const lf_model *model, const SeriesScaling *scaling, const lf_frame *frame, uint64 rows);

bytea	   *model_to_bytea(const lf_model *model);

/*
 * 'steps' steps from each of 'count' windows, which start at rows first, first + stride, ... of the frame: (count,
 * steps, targets) in the current memory context. A cancel is answered in between.
 */
double	   *model_forecast(LoadedModel *loaded, uint64 first, uint64 stride, int count, int steps);

/* Raises 22023 where a model cannot forecast so many steps; NULL (0) is its horizon. Returns the number. */
int			model_steps(const lf_model *model, bool given, int steps);

/* Raises 22023 unless 0 < level < 1. */
void		check_level(double level);

/*
 * About a forecast of the last call of model_forecast for this LoadedModel: for the window of that number, step from 0
 * on. The half-width, the nonconformity score and the error of bounds.h, and the interval of a level: false, and NaN, where
 * nothing is known.
 */
double		model_half_width(const LoadedModel *loaded, int window, int step, int target, double level);
double		model_nonconformity(const LoadedModel *loaded, int window, int step, int target, double forecast, double actual);
double		model_error(const LoadedModel *loaded, int window, int step, int target, double forecast, double actual);
bool		model_interval(const LoadedModel *loaded, int window, int step, int target, double forecast, double level,
						   double *low, double *high);

/* Of a nonconformity score: that which half of the values have, and how many values have as large a one; NaN: not known. */
double		model_usual_nonconformity(const LoadedModel *loaded, int window, int step, int target);
double		model_rarity(const LoadedModel *loaded, int window, int step, int target, double nonconformity);

/*
 * How far a window of the last call lay outside what the model has learned, on the scale of its scaler; 0: not at all. Its
 * forecast starts from there, and its interval is wider by that.
 */
double		model_moved(const LoadedModel *loaded, int window, int target);

/* The interval as two values and flags of a result row: NULL where nothing is known. */
void		model_bounds(const LoadedModel *loaded, int window, int step, int target, double forecast, double level,
						 Datum *values, bool *nulls);

#endif
