/*
 * settings.h: the configuration parameters that say how the core computes.
 */
#ifndef LFPG_SETTINGS_H
#define LFPG_SETTINGS_H

#include "common.h"

/* Called once, when the module is loaded. */
void		settings_define(void);

/* Threads that one training may use: as many as it wants (0: all), within lstm_forecast.max_threads. */
int			settings_threads(int wanted);

#endif
