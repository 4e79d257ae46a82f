/*
 * preset.h: names for common networks, sized to the task.
 */
#ifndef LF_PRESET_H
#define LF_PRESET_H

#include "network.h"
#include "window.h"

typedef enum lf_preset
{
	LF_VANILLA,
	LF_STACKED,
	LF_PRESET_BIDIRECTIONAL,
	LF_CNN_LSTM,
	LF_CONV_LSTM,
	LF_ENCODER_DECODER
} lf_preset;

#define LF_PRESETS 6

typedef struct lf_preset_info
{
	const char *name;
	const char *purpose;		/* one sentence for people */
	int			recurrent;		/* layers that 'units' gives sizes for */
	int			units;			/* default size of each of them */
} lf_preset_info;

extern const lf_preset_info lf_presets[LF_PRESETS];

/* What a user may change about a preset. */
typedef struct lf_preset_arguments
{
	int			units[LF_MAX_LAYERS];	/* per recurrent layer; fewer than needed: the last one repeats */
	int			units_count;	/* 0: the preset's default */
	lf_activation activation;
	lf_activation recurrent_activation;
	bool		bidirectional;	/* both directions in every recurrent layer that reads the input or a decoder's */
	double		dropout;		/* after each recurrent layer; 0: none */
} lf_preset_arguments;

/* Writes the layers of a preset for a task, input shape included. */
void		lf_preset_spec(lf_preset preset, const lf_preset_arguments *arguments, const lf_task *task, lf_spec *spec);

#endif
