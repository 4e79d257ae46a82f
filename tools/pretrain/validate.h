#ifndef VALIDATE_H
#define VALIDATE_H
#include "base/base.h"
void		validate(const char *path, int units, const lf_real *weights);
#endif
