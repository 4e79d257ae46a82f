/*
 * options.h: the jsonb of options: read strictly, explained by lstm_options().
 */
#ifndef LFPG_OPTIONS_H
#define LFPG_OPTIONS_H

#include "rows/calendar.h"
#include "server/common.h"
#include "model/model_value.h"
#include "training/candidates.h"

/* Beyond lf_scale: as in the model that training begins with. */
#define SCALE_INIT LF_SCALES

/* What becomes of a series that cannot be used. */
typedef enum OnError
{
	ON_ERROR_SKIP,
	ON_ERROR_ERROR
} OnError;

/* What becomes of a single value that is far beyond all others. */
enum
{
	OUTLIERS_CLIP,
	OUTLIERS_KEEP
};

/* What a user said in options. What was left open stands at LF_UNSET until defaults are chosen from the data. */
typedef struct Options
{
	/* the network */
	int			preset;			/* lf_preset; ignored where layers were given */
	bool		open;			/* nothing was said of the network: the rows choose the preset */
	lf_spec    *layers;			/* NULL: the preset's */
	lf_preset_arguments arguments;

	/* training; epochs, batch size and learning rate may be LF_UNSET, normalize and loss are settled later */
	lf_training training;
	int			lead;
	int			scale;			/* lf_scale, or SCALE_INIT */
	int			normalize;
	int			loss;			/* lf_loss, or LF_UNSET */
	lf_head		quantiles;		/* of that loss; no levels: the default ones */
	int			blend;			/* 1: mix the forecast with a baseline */
	bool		members_open;	/* nothing was said of the size of an ensemble */
	bool		contends;		/* nothing was said that one network by itself is meant by */
	int			effort;			/* lf_effort */
	unsigned int candidates;	/* those that were asked for, as bits; 0: as the effort has it */
	int			channels;		/* lf_channels, or LF_UNSET */
	double		seed;
	bool		timing;			/* keep the seconds of each epoch */
	int			threads;		/* 0: as many as are allowed */
	LoadedModel *init;			/* to begin with its weights; NULL: with fresh ones */
	bool		tunes;			/* init is "pretrained": the network that is shipped is trained on */

	/* the rows */
	int			missing;		/* lf_missing */
	char	   *step;			/* as text; NULL: found from the rows */
	int			aggregate;		/* lf_aggregate */
	int			on_error;		/* OnError */
	bool		series_embedding;
	int			log;			/* 1: the network sees logarithms of the targets; or LF_UNSET */
	double		lower_limit;	/* of forecasts; infinite: none, */
	bool		limit_open;		/* or what the rows say, where nothing was said of it */
	double		upper_limit;
	int			difference;		/* rows; 0: none */
	bool		difference_season;	/* the rows of a season */
	bool		season_given;	/* not "auto" */
	lf_seasons	seasons;		/* the same: which there are */
	int			outliers;		/* what becomes of values far beyond all others; LF_UNSET: clip, but where nothing is trained */
	int			deseasonalize;	/* lf_deseasonalize, LF_DESEASONALIZES for auto, or LF_UNSET */
	char	   *holidays;		/* relation of their days, as it was written; NULL: none */
	CalendarSet calendar;
	bool		calendar_auto;	/* the cycles that suit the rows */

	/* aggregates only, where lstm_train has parameters */
	int			horizon;
	int			lookback;		/* LF_UNSET: chosen from the data */
	char	  **columns;		/* names of the values' elements */
	int			columns_count;
	char	  **target;
	int			target_count;
	char	  **inputs;
	int			inputs_count;
} Options;

/* Reads options, NULL as '{}'. 'aggregate' allows the keys that are parameters of lstm_train. */
void		options_read(Jsonb *json, bool aggregate, Options *options);

/* Whether who gives an option has a network in mind. */
bool		option_is_of_network(const char *name);

#endif
