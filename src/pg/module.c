/*
 * module.c: what happens when the library is loaded.
 */
#include "server/common.h"
#include "kernels/kernels.h"
#include "kernels/matrix.h"
#include "model/model_cache.h"
#include "server/node.h"
#include "server/settings.h"
#include "server/time_limit.h"
#include "utils/guc.h"

#ifndef LF_NO_BLAS
#include <cblas.h>
#endif

PG_MODULE_MAGIC_EXT(.name = "lstm_forecast", .version = LF_VERSION);

PGDLLEXPORT void _PG_init(void);

/*
 * A multi-threaded OpenBLAS has the same file name as the serial one and starts threads in the backend as soon as it is
 * loaded, which PostgreSQL does not expect. The build points at the serial one; somebody's LD_LIBRARY_PATH may not.
 */
void
_PG_init(void)
{
	lf_blas_info blas = lf_blas();

	settings_define();
	node_define();
	time_limit_define();
	model_cache_define();
	MarkGUCPrefixReserved("lstm_forecast");
	if (!blas.threaded)
		return;
#ifndef LF_NO_BLAS
	openblas_set_num_threads(1);
#endif
	ereport(WARNING,
			(errmsg("lstm_forecast was loaded with a multi-threaded OpenBLAS"),
			 errdetail("%s", blas.library),
			 errhint("Install libopenblas0-serial, and make sure that nothing, such as LD_LIBRARY_PATH, puts "
					 "another variant before it.")));
}

/* The columns of its result row. */
enum
{
	OUT_VERSION,
	OUT_BLAS,
	OUT_BLAS_VARIANT,
	OUT_BLAS_KERNEL,
	OUT_KERNELS,
	OUT_THREADS,
	OUT_COLUMNS
};

SQL_FUNCTION(lstm_build_info);
Datum
lstm_build_info(PG_FUNCTION_ARGS)
{
	lf_blas_info blas = lf_blas();
	TupleDesc	descriptor;
	Datum		values[OUT_COLUMNS];
	bool		nulls[OUT_COLUMNS] = {false};

	if (get_call_result_type(fcinfo, NULL, &descriptor) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "lstm_build_info returns a row");
	values[OUT_VERSION] = CStringGetTextDatum(LF_VERSION);
	values[OUT_BLAS] = CStringGetTextDatum(blas.library);
	values[OUT_BLAS_VARIANT] = CStringGetTextDatum(blas.threaded ? "multi-threaded" : "serial");
	values[OUT_BLAS_KERNEL] = CStringGetTextDatum(psprintf("%s%s", blas.kernel, lf_blas_is_called() || strcmp(blas.kernel, "none") == 0 ? "" :
															 ", not called: its vectors are narrower than those of kernels"));
	values[OUT_KERNELS] = CStringGetTextDatum(lf_kernels_in_use()->name);
	values[OUT_THREADS] = Int32GetDatum(settings_threads(0));
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(descriptor), values, nulls)));
}
