/*
 * sound_time.h: the part of sound.h that is about time.
 */
#ifndef LF_SOUND_TIME_H
#define LF_SOUND_TIME_H

#include "model/model.h"

bool		lf_time_is_sound(const lf_model *model);

#endif
