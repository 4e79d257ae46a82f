/*
 * time_limit.h: lstm_forecast.max_train_time: how long one training may take.
 */
#ifndef LFPG_TIME_LIMIT_H
#define LFPG_TIME_LIMIT_H

#include "server/common.h"

/* Called once, when the module is loaded. */
void		time_limit_define(void);

/* The time of a training begins to run, anew where it runs already. */
void		time_limit_start(void);

/* It runs no longer; also after an error. */
void		time_limit_stop(void);

/* Whether it is over. */
bool		time_limit_passed(void);

/*
 * While a query of the training runs in the server, the end of the time cancels it, as pg_cancel_backend does. The
 * first returns what the second takes; the second tells whether the time is over.
 */
bool		time_limit_begin_query(void);
bool		time_limit_end_query(bool before);

/* The setting, as SHOW gives it. */
const char *time_limit_text(void);

#endif
