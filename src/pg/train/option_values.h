/*
 * option_values.h: values of options that are more than a number, a word or a flag, for options.c alone.
 *
 * 'what' is the option, for messages; numbers must lie from 'low' to 'high'. All raise 22023.
 */
#ifndef LFPG_OPTION_VALUES_H
#define LFPG_OPTION_VALUES_H

#include "train/options.h"

/* A name, or an array of them. */
void		option_names(const JsonbValue *value, const char *what, char ***names, int *count);

/* A preset, or an array of layers. */
void		option_architecture(const JsonbValue *value, const char *what, Options *options);

/* A recurrent layer that a preset may be made of; and which these are, at most LF_LAYER_KINDS: returns how many. */
lf_layer_kind option_cell(const JsonbValue *value, const char *what);
int			option_cell_names(const char **names, lf_layer_kind *kinds);

/* "none", "auto", or cycles. */
void		option_calendar(const JsonbValue *value, const char *what, Options *options);

/* Levels in any order, with 0.5 or without. */
void		option_levels(const JsonbValue *value, const char *what, double low, double high, lf_head *head);

/* Names of candidates, as bits. */
unsigned int option_candidates(const JsonbValue *value, const char *what);

/* A stored model, as text. */
LoadedModel *option_model(const JsonbValue *value, const char *what);

/* Whether it is the word that stands for the network that is shipped. */
bool		option_is_pretrained(const JsonbValue *value);

/* A number of seconds, or an interval. */
double		option_duration(const JsonbValue *value, const char *what, double low, double high);

/* Rows of a season, or of several in any order; 1 for none. */
void		option_seasons(const JsonbValue *value, const char *what, double low, double high, Options *options);

#endif
