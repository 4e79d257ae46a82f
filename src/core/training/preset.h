/*
 * preset.h: names for common networks, sized to the task.
 */
#ifndef LF_PRESET_H
#define LF_PRESET_H

#include "network/loss.h"
#include "network/network.h"
#include "series/window.h"

typedef enum lf_preset
{
	LF_VANILLA,
	LF_STACKED,
	LF_PRESET_BIDIRECTIONAL,
	LF_CNN_LSTM,
	LF_CONV_LSTM,
	LF_ENCODER_DECODER,
	LF_SEGMENT,
	LF_PRESET_LINEAR
} lf_preset;

#define LF_PRESETS 8

/* Marks what is still to be chosen. */
#define LF_UNSET (-1)

typedef struct lf_preset_info
{
	const char *name;
	const char *purpose;		/* one sentence for people */
	int			recurrent;		/* layers that 'units' gives sizes for */
	int			units;			/* default size of each of them */
	double		dropout;		/* default of that argument */
	lf_loss		loss;			/* default of that option */
	bool		own_cell;		/* its recurrent layer is of a kind of its own, whatever 'cell' says */
	bool		least_squares;	/* its weights are found at once, see least_squares.h */
} lf_preset_info;

extern const lf_preset_info lf_presets[LF_PRESETS];

/* The recurrent layers of a preset of which nothing was said, and of arguments that are all 0. */
#define LF_USUAL_CELL LF_LSTM

/* What a user may change about a preset. */
typedef struct lf_preset_arguments
{
	int			units[LF_MAX_LAYERS];	/* per recurrent layer; fewer than needed: the last one repeats */
	int			units_count;	/* 0: the preset's default */
	lf_layer_kind cell;			/* of the recurrent layers: a kind that bidirectional may wrap */
	lf_activation activation;
	lf_activation recurrent_activation;
	bool		bidirectional;	/* both directions in every recurrent layer that reads the input or a decoder's */
	double		dropout;		/* after each recurrent layer; 0: none; LF_UNSET: the preset's default */
	int			segment_length;	/* rows of a segment, a divisor of lookback and horizon; 0: lf_segment_length */
	int			season;			/* rows, for that default; 1: none */
} lf_preset_arguments;

/*
 * Rows of a segment for a task, a divisor of lookback and horizon: the season if it is one, else the largest up to
 * LF_LONGEST_SEGMENT.
 */
#define LF_LONGEST_SEGMENT 48
int			lf_segment_length(const lf_task *task, int season);

/* Writes the layers of a preset for a task, input shape included. */
void		lf_preset_spec(lf_preset preset, const lf_preset_arguments *arguments, const lf_task *task, lf_spec *spec);

#endif
