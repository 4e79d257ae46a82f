/*
 * architecture.h: layers as jsonb, in Keras' words, and back.
 */
#ifndef LFPG_ARCHITECTURE_H
#define LFPG_ARCHITECTURE_H

#include "sql/json.h"
#include "network/network.h"

/* Reads an array of layers into the spec; its input shape is left alone. */
void		architecture_from_json(const JsonbValue *layers, lf_spec *spec);

/* Appends the array of layers; arguments at Keras' defaults are left out. */
void		architecture_to_json(StringInfo out, const lf_spec *spec);

/* "lstm", "bidirectional (lstm)": a layer's name for people. */
char	   *layer_label(const lf_layer_spec *layer);

#endif
