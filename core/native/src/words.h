/*
 * Machine words for the two builds of one source.
 *
 * ONELOCK_LIMBS 4: 64-bit limbs with 128-bit products (the N-API addon).
 * ONELOCK_LIMBS 9: 29-bit limbs with 64-bit products (WASM, whose widest product is 64 bits).
 *
 * Nothing here or in the files that include it branches on, or indexes by, a secret unless its name ends in _vartime.
 */
#ifndef ONELOCK_WORDS_H
#define ONELOCK_WORDS_H

#include <stddef.h>
#include <stdint.h>

#ifndef ONELOCK_LIMBS
#ifdef __SIZEOF_INT128__
#define ONELOCK_LIMBS 4
#else
#define ONELOCK_LIMBS 9
#endif
#endif

#define INLINE static inline __attribute__((always_inline))

/* The field's products, where they are not assembler: called, not inlined, lest code (WASM ships to pages) and stack swell. */
#define PRODUCT static __attribute__((noinline))

/* Loops over limbs that must be straight code; the WASM build unrolls nothing else, to stay small. */
#ifdef __clang__
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 18")
#endif

#if ONELOCK_LIMBS == 4
typedef unsigned __int128 uint128;
#endif

/* The same value, of which the compiler knows nothing: it would turn masks back into branches, or in WASM into `select`. */
INLINE uint64_t opaque(uint64_t value) {
#if defined(__GNUC__)
  __asm__("" : "+r"(value));
#endif
  return value;
}

/* All ones when bit is 1, zero when it is 0. */
INLINE uint64_t mask_of_bit(uint64_t bit) { return opaque(0 - bit); }

/* 1 when value is zero, else 0. */
INLINE uint64_t bit_of_zero(uint64_t value) { return 1 ^ ((value | opaque(0 - value)) >> 63); }

INLINE uint64_t load_be64(const uint8_t *bytes) {
  uint64_t value = 0;
  for (int i = 0; i < 8; i++) value = value << 8 | bytes[i];
  return value;
}

INLINE void store_be64(uint8_t *bytes, uint64_t value) {
  for (int i = 7; i >= 0; i--, value >>= 8) bytes[i] = (uint8_t)value;
}

/* Overwrites memory that held a secret. The empty asm may read it, for all the compiler knows, so the zeros are written. */
INLINE void wipe(void *memory, size_t length) {
#if defined(__GNUC__) && !defined(__wasm__)
  __builtin_memset(memory, 0, length);
  __asm__ __volatile__("" : : "r"(memory) : "memory");
#else
  volatile uint8_t *byte = (volatile uint8_t *)memory;
  while (length-- > 0) *byte++ = 0;
#endif
}

/*
 * A function that computes with a secret is held apart (never inlined) and called by a thin one, which then overwrites the stack
 * below itself: there lay the temporaries of everything called. The deepest such chain uses less than this many bytes (a test measures it).
 */
#define STACK_WIPED 6144
#define HELD_APART __attribute__((noinline, unused)) static

HELD_APART void wipe_stack(void) {
#if defined(__GNUC__) && !defined(__wasm__)
  uint64_t left[STACK_WIPED / 8];
  wipe(left, sizeof left);
#else
  volatile uint64_t left[STACK_WIPED / 8];
  for (int i = 0; i < STACK_WIPED / 8; i++) left[i] = 0;
  (void)left;
#endif
}

#endif
