#ifndef ONELOCK_SOFT_SKF_PINS_H
#define ONELOCK_SOFT_SKF_PINS_H

#include "internal.h"

typedef struct { char digest[65]; unsigned left, most, factory; } pin_t;

int load_pin(const object_t *application, ULONG type, pin_t *pin);
int save_pin(const object_t *application, ULONG type, const pin_t *pin);
/* 6 to 16 bytes; all tries are left again. */
int set_pin(pin_t *pin, const char *text);

#endif
