/*
 * recipe.c: the names of what a recipe chooses from.
 */
#include "model/recipe.h"

const char *const lf_optimizer_names[LF_OPTIMIZERS] = {
	[LF_ADAM] = "adam",
	[LF_ADAMW] = "adamw",
	[LF_RMSPROP] = "rmsprop",
	[LF_SGD] = "sgd",
	[LF_LEAST_SQUARES] = "least_squares",
};

const char *const lf_schedule_names[LF_SCHEDULES] = {
	[LF_SCHEDULE_CONSTANT] = "constant",
	[LF_SCHEDULE_COSINE] = "cosine",
	[LF_SCHEDULE_AVERAGE] = "average",
};
