/*
 * The WASM build: what C needs without a C library, and memory that the loader hands out. All functions of sm2.h (and sm3.h,
 * sm4.h) are exported under their own names; pointers are offsets into the exported memory.
 */
#include <stddef.h>
#include <stdint.h>

void *memcpy(void *restrict to, const void *restrict from, size_t length) {
  uint8_t *out = to;
  const uint8_t *in = from;
  while (length-- > 0) *out++ = *in++;
  return to;
}

void *memset(void *to, int value, size_t length) {
  uint8_t *out = to;
  while (length-- > 0) *out++ = (uint8_t)value;
  return to;
}
