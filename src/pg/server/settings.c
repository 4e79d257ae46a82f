/*
 * settings.c: what the configuration says of how the core computes, and of what it may take.
 */
#include "server/settings.h"

#include "kernels/kernels.h"
#include "miscadmin.h"
#include "base/thread_pool.h"
#include "utils/guc.h"

/* A bytea is at most 1 GB. */
#define MOST_KILOBYTES (1024 * 1024)

static const struct config_enum_entry kernel_names[] = {
	{"auto", 0, false},
	{"avx512", 1, false},
	{"avx2", 2, false},
	{"generic", 3, false},
	{"neon", 4, false},
	{NULL, 0, false}
};

static int	kernels = 0;
static int	max_threads = -1;
static int	max_model_size = MOST_KILOBYTES;
static bool log_progress = false;

static bool
check_kernels(int *value, void **extra, GucSource source)
{
	if (lf_kernels_named(kernel_names[*value].name) != NULL)
		return true;
	GUC_check_errdetail("This processor cannot run these kernels.");
	return false;
}

static void
assign_kernels(int value, void *extra)
{
	lf_kernels_use(lf_kernels_named(kernel_names[value].name));
}

void
settings_define(void)
{
	DefineCustomEnumVariable("lstm_forecast.kernels",
							 "Processor instructions with which networks are computed.",
							 "\"auto\" takes the widest vectors that the processor supports. Results differ in "
							 "their last digits.",
							 &kernels, 0, kernel_names, PGC_USERSET, 0, check_kernels, assign_kernels, NULL);
	DefineCustomIntVariable("lstm_forecast.max_threads",
							"Maximum number of threads per training.",
							"-1 takes 2, or max_parallel_maintenance_workers + 1 if that is less. "
							"The number does not change the model.",
							&max_threads, -1, -1, LF_MAX_THREADS, PGC_SUSET, 0, NULL, NULL, NULL);
	DefineCustomIntVariable("lstm_forecast.max_model_size",
							"Maximum size of a new model.",
							"A training that would make a larger model fails before it starts.",
							&max_model_size, MOST_KILOBYTES, 1, MOST_KILOBYTES, PGC_SUSET, GUC_UNIT_KB, NULL, NULL, NULL);
	DefineCustomBoolVariable("lstm_forecast.log_progress",
							 "Reports the progress of a training in a message after each tenth of its epochs.",
							 NULL, &log_progress, false, PGC_USERSET, 0, NULL, NULL, NULL);
}

void
settings_check_model(Size bytes, const char *what)
{
	if (bytes > (Size) max_model_size * 1024)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("%s %zu kB, but lstm_forecast.max_model_size allows only %d kB", what, bytes / 1024 + 1,
						max_model_size),
				 errhint("Reduce units, layers or ensemble. Only a superuser can raise the setting.")));
}

bool
settings_log_progress(void)
{
	return log_progress;
}

int
settings_threads(int wanted)
{
	int			most = max_threads;

	if (most < 0)
		most = Min(2, max_parallel_maintenance_workers + 1);
	if (most < 1)
		most = 1;
	return wanted < 1 || wanted > most ? most : wanted;
}
