/*
 * Random bytes from the operating system, for nonces that are drawn where they are used. Linux gives them by getrandom(2), which
 * waits until its pool is ready and after a copy of a virtual machine gives others; elsewhere this gives 0 and the caller passes in what
 * its platform offers.
 */
#ifndef ONELOCK_PLATFORM_RANDOM_H
#define ONELOCK_PLATFORM_RANDOM_H

#include <stddef.h>
#include <stdint.h>

#if defined(__linux__)
#include <errno.h>
#include <sys/random.h>

static int platform_random(uint8_t *out, size_t length) {
  while (length > 0) {
    ssize_t given = getrandom(out, length, 0);
    if (given < 0 && errno == EINTR) continue;
    if (given <= 0) return 0;
    out += given;
    length -= (size_t)given;
  }
  return 1;
}
#else
static int platform_random(uint8_t *out, size_t length) {
  (void)out;
  (void)length;
  return 0;
}
#endif

#endif
