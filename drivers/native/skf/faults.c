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
#include "internal.h"

/*
 * Misbehaviour to order. ONELOCK_SKF_FAULTS holds faults that happen every time, separated by ';'; the file `faults` in
 * the token folder holds one that happens once. A fault: KIND FUNCTION [NUMBER], with FUNCTION `*` for any.
 *   crash F       dies of SIGSEGV
 *   hang F        never returns
 *   slow F MS     returns after that time
 *   unplug F      the first device leaves in the middle, and the function says SAR_FAIL
 *   fail F CODE   returns that code
 * ONELOCK_SKF_TRAITS holds words for what the library is like: see has_trait in the other files.
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
  const char *traits = getenv("ONELOCK_SKF_TRAITS");
  size_t length = strlen(name);
  for (const char *at = traits; at && (at = strstr(at, name)); at += length) {
    int begins = at == traits || at[-1] == ',';
    int ends = at[length] == 0 || at[length] == ',';
    if (begins && ends) return 1;
  }
  return 0;
}

/* `leak`: every call keeps 48 MB for ever, really used. NULL when the system gives no more. */
void *hold_memory(size_t length) {
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

static ULONG act(const char *fault, const char *function) {
  char kind[16], target[64];
  long number = 0;
  if (sscanf(fault, "%15s %63s %li", kind, target, &number) < 2) return SAR_OK;
  if (strcmp(target, "*") != 0 && strcmp(target, function) != 0) return SAR_OK;
  if (strcmp(kind, "crash") == 0) raise(SIGSEGV);
  if (strcmp(kind, "hang") == 0)
    for (;;) wait_ms(1000);
  if (strcmp(kind, "slow") == 0) wait_ms((unsigned)number);
  if (strcmp(kind, "fail") == 0) return (ULONG)number;
  if (strcmp(kind, "unplug") == 0) {
    unplug_first_device();
    return SAR_FAIL;
  }
  return SAR_OK;
}

static ULONG act_once(const char *function) {
  char path[600], text[128] = {0}, kind[16], target[64];
  snprintf(path, sizeof path, "%s/faults", token_folder());
  if (read_whole(path, (BYTE *)text, sizeof text - 1) < 0) return SAR_OK;
  if (sscanf(text, "%15s %63s", kind, target) < 2) return SAR_OK;
  if (strcmp(target, "*") != 0 && strcmp(target, function) != 0) return SAR_OK;
  remove(path);
  return act(text, function);
}

static ULONG act_always(const char *function) {
  char text[512];
  const char *faults = getenv("ONELOCK_SKF_FAULTS");
  if (!faults) return SAR_OK;
  snprintf(text, sizeof text, "%s", faults);
  char *rest = NULL;
  for (char *fault = strtok_r(text, ";", &rest); fault; fault = strtok_r(NULL, ";", &rest)) {
    ULONG result = act(fault, function);
    if (result) return result;
  }
  return SAR_OK;
}

/* Two calls at once are what such a library does not survive. */
ULONG skf_enter(const char *function) {
  if (atomic_fetch_add(&inside, 1) != 0) abort();
  if (has_trait("leak") && !hold_memory(48u << 20)) return SAR_MEMORYERR;
  ULONG result = act_once(function);
  return result ? result : act_always(function);
}

ULONG skf_leave(ULONG result) {
  atomic_fetch_sub(&inside, 1);
  return result;
}
