/*
 * sound_names.h: the part of sound.h that is about texts.
 */
#ifndef LF_SOUND_NAMES_H
#define LF_SOUND_NAMES_H

#include "model/model.h"

static inline bool
lf_is_given(const char *text)
{
	return text[0] != '\0';
}

bool		lf_names_are_sound(const lf_model *model);
bool		lf_keys_are_sound(const lf_model *model);
bool		lf_labels_are_sound(const lf_model *model);

#endif
