/* The field by whichever limbs this build has, and what is written once for both. */
#ifndef ONELOCK_FIELD_H
#define ONELOCK_FIELD_H

#include "words.h"
#if ONELOCK_LIMBS == 4
#include "field64.h"
#define FE_MONTGOMERY_BITS 256
#else
#include "field29.h"
#define FE_MONTGOMERY_BITS 261
#endif

/* R^2 mod p, made once by doubling R; turns raw values into Montgomery form. */
static fe fe_r_squared;

static void fe_setup(void) {
  fe t = fe_one;
  for (int i = 0; i < FE_MONTGOMERY_BITS; i++) fe_add(&t, &t, &t);
  fe_r_squared = t;
}

/* 32 big-endian bytes -> element; gives 1 when the value was below p (a value above is refused by the callers). */
INLINE uint64_t fe_from_bytes(fe *out, const uint8_t bytes[32]) {
  fe raw;
  uint64_t below = fe_get_raw(&raw, bytes);
  fe_mul(out, &raw, &fe_r_squared);
  return below;
}

INLINE void fe_to_bytes(uint8_t bytes[32], const fe *a) {
#if ONELOCK_LIMBS == 4
  fe one = {{1, 0, 0, 0}}, raw;
#else
  fe one = {{1, 0, 0, 0, 0, 0, 0, 0, 0}}, raw;
#endif
  fe_mul(&raw, a, &one);
  fe_put_raw(bytes, &raw);
}

static const fe fe_zero = {{0}};

INLINE void fe_neg(fe *out, const fe *a) { fe_sub(out, &fe_zero, a); }

static void fe_sqr_times(fe *out, const fe *a, int times) {
  *out = *a;
  while (times-- > 0) fe_sqr(out, out);
}

/* a^(p-2), by the runs of ones in p - 2 = 31 ones, 0, 128 ones, 32 zeros, 62 ones, 0, 1 (from the top). Zero gives zero. */
static void fe_inv(fe *out, const fe *a) {
  fe x2, x4, x6, x7, x8, x15, x30, x31, x32, t;
  fe_sqr(&t, a);
  fe_mul(&x2, &t, a);
  fe_sqr_times(&t, &x2, 2);
  fe_mul(&x4, &t, &x2);
  fe_sqr_times(&t, &x4, 2);
  fe_mul(&x6, &t, &x2);
  fe_sqr(&t, &x6);
  fe_mul(&x7, &t, a);
  fe_sqr(&t, &x7);
  fe_mul(&x8, &t, a);
  fe_sqr_times(&t, &x8, 7);
  fe_mul(&x15, &t, &x7);
  fe_sqr_times(&t, &x15, 15);
  fe_mul(&x30, &t, &x15);
  fe_sqr(&t, &x30);
  fe_mul(&x31, &t, a);
  fe_sqr(&t, &x31);
  fe_mul(&x32, &t, a);
  fe_sqr(&t, &x31);
  for (int i = 0; i < 4; i++) {
    fe_sqr_times(&t, &t, 32);
    fe_mul(&t, &t, &x32);
  }
  fe_sqr_times(&t, &t, 64);
  fe_mul(&t, &t, &x32);
  fe_sqr_times(&t, &t, 30);
  fe_mul(&t, &t, &x30);
  fe_sqr_times(&t, &t, 2);
  fe_mul(out, &t, a);
}

#endif
