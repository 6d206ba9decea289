#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef _WIN32
#include <windows.h>
#else
#include <unistd.h>
#endif
#include "faults.h"
#include "store.h"

/*
 * Misbehaviour to order. ONELOCK_…_FAULTS holds faults that happen every time, separated by ';'; the file `faults` in the token
 * folder holds one that happens once. A fault: KIND FUNCTION [NUMBER], with FUNCTION `*` for any.
 *   crash F       dies of SIGSEGV
 *   hang F        never returns
 *   slow F MS     returns after that time
 *   unplug F      the first device leaves in the middle, and the function just fails
 *   fail F CODE   returns that code
 * ONELOCK_…_TRAITS holds words for what the library is like: see has_trait in the other files.
 */

static atomic_int inside;

void wait_ms(unsigned milliseconds) {
#ifdef _WIN32
  Sleep(milliseconds);
#else
  usleep((useconds_t)milliseconds * 1000);
#endif
}

int has_trait(const char *name) {
  const char *traits = getenv(this_library.traits);
  size_t length = strlen(name);
  for (const char *at = traits; at && (at = strstr(at, name)); at += length) {
    int begins = at == traits || at[-1] == ',';
    int ends = at[length] == 0 || at[length] == ',';
    if (begins && ends) return 1;
  }
  return 0;
}

/* `leak`: every call keeps 48 MB for ever, really used. NULL when the system gives no more. */
static void *hold_memory(size_t length) {
  char *memory = malloc(length);
  if (memory) memset(memory, 0x5a, length);
  return memory;
}

static void unplug_first_device(void) {
  char names[16][64], from[600], to[600];
  if (list_devices(names, 16) == 0) return;
  snprintf(from, sizeof from, "%s/%s", token_folder(), names[0]);
  snprintf(to, sizeof to, "%s/.%s.out", token_folder(), names[0]);
  rename(from, to);
}

static unsigned long act(const char *fault, const char *function) {
  char kind[16], target[64];
  long number = 0;
  if (sscanf(fault, "%15s %63s %li", kind, target, &number) < 2) return 0;
  if (strcmp(target, "*") != 0 && strcmp(target, function) != 0) return 0;
  if (strcmp(kind, "crash") == 0) raise(SIGSEGV);
  if (strcmp(kind, "hang") == 0)
    for (;;) wait_ms(1000);
  if (strcmp(kind, "slow") == 0) wait_ms((unsigned)number);
  if (strcmp(kind, "fail") == 0) return (unsigned long)number;
  if (strcmp(kind, "unplug") == 0) {
    unplug_first_device();
    return this_library.failure;
  }
  return this_library.other ? this_library.other(kind) : 0;
}

static unsigned long act_once(const char *function) {
  char path[600], text[128] = {0}, kind[16], target[64];
  snprintf(path, sizeof path, "%s/faults", token_folder());
  if (read_whole(path, (uint8_t *)text, sizeof text - 1) < 0) return 0;
  if (sscanf(text, "%15s %63s", kind, target) < 2) return 0;
  if (strcmp(target, "*") != 0 && strcmp(target, function) != 0) return 0;
  remove(path);
  return act(text, function);
}

static unsigned long act_always(const char *function) {
  char text[512];
  const char *faults = getenv(this_library.faults);
  if (!faults) return 0;
  snprintf(text, sizeof text, "%s", faults);
  char *rest = NULL;
  for (char *fault = strtok_r(text, ";", &rest); fault; fault = strtok_r(NULL, ";", &rest)) {
    unsigned long result = act(fault, function);
    if (result) return result;
  }
  return 0;
}

/* Two calls at once are what such a library does not survive. */
unsigned long enter_call(const char *function) {
  if (atomic_fetch_add(&inside, 1) != 0) abort();
  if (has_trait("leak") && !hold_memory(48u << 20)) return this_library.no_memory;
  unsigned long result = act_once(function);
  return result ? result : act_always(function);
}

unsigned long leave_call(unsigned long result) {
  atomic_fetch_sub(&inside, 1);
  return result;
}
