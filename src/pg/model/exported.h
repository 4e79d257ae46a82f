/*
 * exported.h: models as lstm_export writes them, on their way back.
 */
#ifndef LFPG_EXPORTED_H
#define LFPG_EXPORTED_H

#include "server/common.h"

/* The keys that an exported model has beside its fields, and what the first one says. */
#define EXPORT_FORMAT_KEY "format"
#define EXPORT_FORMAT "lstm_forecast"
#define EXPORT_VERSION_KEY "format_version"

/* The model that was exported, byte for byte; or, where numbers were changed, the one with these. Raises 22023. */
bytea	   *exported_to_bytea(const Jsonb *json);

#endif
