#ifndef ONELOCK_SOFT_P11_KEYS_H
#define ONELOCK_SOFT_P11_KEYS_H

#include "internal.h"

soft_key *key_of(const object_t *object);

#endif
