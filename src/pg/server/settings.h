/*
 * settings.h: the configuration parameters that say how the core computes, and what it may take.
 */
#ifndef LFPG_SETTINGS_H
#define LFPG_SETTINGS_H

#include "server/common.h"

/* Called once, when the module is loaded. */
void		settings_define(void);

/* Threads that one training may use: as many as it wants (0: all), within lstm_forecast.max_threads. */
int			settings_threads(int wanted);

/* Raises 54000 where a model of so many bytes passes lstm_forecast.max_model_size; 'what' begins the message. */
void		settings_check_model(Size bytes, const char *what);

/* Whether trainings tell of each tenth of their epochs. */
bool		settings_log_progress(void);

#endif
