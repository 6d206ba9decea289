/* Misbehaviour to order, the same for every soft library; see faults.c. */
#ifndef ONELOCK_SOFT_FAULTS_H
#define ONELOCK_SOFT_FAULTS_H

#include <stddef.h>

/* What a library is, for the part that makes it misbehave; each defines one. */
typedef struct {
  /* Names of environment variables. */
  const char *folder, *traits, *faults;
  /* What it says when it just fails, and when it gets no memory. */
  unsigned long failure, no_memory;
  /* A kind of fault of its own; 0 to go on. */
  unsigned long (*other)(const char *kind);
} soft_library;
extern const soft_library this_library;

unsigned long enter_call(const char *function);
unsigned long leave_call(unsigned long result);
int has_trait(const char *name);
void wait_ms(unsigned milliseconds);

#define ENTER()                                    \
  do {                                             \
    unsigned long entered = enter_call(__func__);  \
    if (entered) return leave_call(entered);       \
  } while (0)
#define LEAVE(value) return leave_call(value)

#endif
