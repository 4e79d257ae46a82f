/*
 * common.h: what every file of the SQL face includes.
 */
#ifndef LFPG_COMMON_H
#define LFPG_COMMON_H

#include "postgres.h"

#include "compat.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"

#include "model.h"

#define LF_VERSION "0.1.0"

#endif
