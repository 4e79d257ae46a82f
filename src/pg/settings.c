/*
 * settings.c: lstm_forecast.kernels and lstm_forecast.max_threads.
 */
#include "settings.h"

#include "kernels.h"
#include "miscadmin.h"
#include "pool.h"
#include "utils/guc.h"

static const struct config_enum_entry kernel_names[] = {
	{"auto", 0, false},
	{"avx512", 1, false},
	{"avx2", 2, false},
	{"generic", 3, false},
	{NULL, 0, false}
};

static int	kernels = 0;
static int	max_threads = -1;

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
							 "Instructions that networks are computed with.",
							 "auto takes the widest vectors that the processor has. The last digits of results differ.",
							 &kernels, 0, kernel_names, PGC_USERSET, 0, check_kernels, assign_kernels, NULL);
	DefineCustomIntVariable("lstm_forecast.max_threads",
							"Most threads that one training may use.",
							"-1 takes 2, or max_parallel_maintenance_workers + 1 if that is less. "
							"The number does not change the model.",
							&max_threads, -1, -1, LF_MAX_THREADS, PGC_USERSET, 0, NULL, NULL, NULL);
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
