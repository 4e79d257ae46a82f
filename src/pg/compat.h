/*
 * compat.h: the differences between the supported versions of PostgreSQL, all of them, and nothing else.
 */
#ifndef LFPG_COMPAT_H
#define LFPG_COMPAT_H

#if PG_VERSION_NUM < 150000
#error "lstm_forecast needs PostgreSQL 15 or later"
#endif

/* PostgreSQL 16 moved the declarations of varlena support functions apart from the rest of fmgr. */
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

/* PostgreSQL 17 gave the number of this backend's transaction a struct of its own. */
#if PG_VERSION_NUM >= 170000
#define MY_TRANSACTION (MyProc->vxid.lxid)
#else
#define MY_TRANSACTION (MyProc->lxid)
#endif

/* PostgreSQL 16 renamed what gives the status of a backend, counted from 1 on. */
#if PG_VERSION_NUM >= 160000
#define local_backend_status(number) pgstat_get_local_beentry_by_index(number)
#else
#define local_backend_status(number) pgstat_fetch_stat_local_beentry(number)
#endif

/* PostgreSQL 14 moved the status of backends out of pgstat.h, and shows a backend its own. */
#if PG_VERSION_NUM >= 140000
#include "utils/backend_progress.h"
#include "utils/backend_status.h"
#define OWN_BACKEND_STATUS MyBEEntry
#else
#include "pgstat.h"
#define OWN_BACKEND_STATUS ((const PgBackendStatus *) NULL)
#define ROLE_PG_READ_ALL_STATS DEFAULT_ROLE_READ_ALL_STATS
#endif

#endif
