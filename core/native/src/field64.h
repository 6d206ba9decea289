/*
 * Field of SM2 (GB/T 32918.5-2017), p = 2^256 - 2^224 - 2^96 + 2^64 - 1, four 64-bit limbs, little-endian, Montgomery form
 * with R = 2^256. Every element is fully reduced, 0 <= value < p.
 *
 * Reduction without multiplications: -p^-1 mod 2^64 is 1, because p ends in 64 one bits, so the Montgomery factor of a limb
 * is the limb itself, and m * p / 2^64 = m * (2^192 - 2^160 - 2^32 + 1) after the low limb has cancelled.
 */
#ifndef ONELOCK_FIELD64_H
#define ONELOCK_FIELD64_H

#include "words.h"

typedef struct { uint64_t l[4]; } fe;

static const fe fe_p = {{0xFFFFFFFFFFFFFFFFull, 0xFFFFFFFF00000000ull, 0xFFFFFFFFFFFFFFFFull, 0xFFFFFFFEFFFFFFFFull}};
/* R mod p = 2^224 + 2^96 - 2^64 + 1 */
static const fe fe_one = {{1ull, 0x00000000FFFFFFFFull, 0ull, 0x0000000100000000ull}};

/* Sum with carry and difference with borrow; carry and borrow are 0 or 1. */
#if defined(__x86_64__) && !defined(ONELOCK_NO_ASM)
#include <immintrin.h>

INLINE uint64_t add_carry(uint64_t a, uint64_t b, uint64_t *carry) {
  unsigned long long sum;
  *carry = _addcarry_u64((unsigned char)*carry, a, b, &sum);
  return sum;
}

INLINE uint64_t sub_borrow(uint64_t a, uint64_t b, uint64_t *borrow) {
  unsigned long long difference;
  *borrow = _subborrow_u64((unsigned char)*borrow, a, b, &difference);
  return difference;
}
#else
INLINE uint64_t add_carry(uint64_t a, uint64_t b, uint64_t *carry) {
  uint128 sum = (uint128)a + b + *carry;
  *carry = (uint64_t)(sum >> 64);
  return (uint64_t)sum;
}

INLINE uint64_t sub_borrow(uint64_t a, uint64_t b, uint64_t *borrow) {
  uint128 difference = (uint128)a - b - *borrow;
  *borrow = (uint64_t)(difference >> 64) & 1;
  return (uint64_t)difference;
}
#endif

/* value (carry * 2^256 + a) < 2p  ->  reduced */
INLINE void fe_reduce_once(fe *out, const uint64_t a[4], uint64_t carry) {
  uint64_t t[4], borrow = 0;
  for (int i = 0; i < 4; i++) t[i] = sub_borrow(a[i], fe_p.l[i], &borrow);
  uint64_t keep = mask_of_bit(borrow & (carry ^ 1));
  for (int i = 0; i < 4; i++) out->l[i] = (a[i] & keep) | (t[i] & ~keep);
}

#if defined(__x86_64__) && defined(__GNUC__) && !defined(ONELOCK_NO_ASM)
#include "field64_x86.h"
#else
INLINE void fe_add(fe *out, const fe *a, const fe *b) {
  uint64_t t[4], carry = 0;
  for (int i = 0; i < 4; i++) t[i] = add_carry(a->l[i], b->l[i], &carry);
  fe_reduce_once(out, t, carry);
}

INLINE void fe_sub(fe *out, const fe *a, const fe *b) {
  uint64_t t[4], borrow = 0, carry = 0;
  for (int i = 0; i < 4; i++) t[i] = sub_borrow(a->l[i], b->l[i], &borrow);
  uint64_t mask = mask_of_bit(borrow);
  for (int i = 0; i < 4; i++) out->l[i] = add_carry(t[i], fe_p.l[i] & mask, &carry);
}

/* The 512-bit value in t, below p * 2^256, divided by 2^256 modulo p. */
INLINE void fe_montgomery(fe *out, uint64_t t[8]) {
  uint64_t high = 0;
  for (int i = 0; i < 4; i++) {
    uint64_t m = t[i], borrow = 0, carry = 0;
    uint64_t left = m << 32, right = m >> 32;
    uint64_t d0 = sub_borrow(m, left, &borrow);
    uint64_t d1 = sub_borrow(0, right, &borrow);
    uint64_t d2 = sub_borrow(0, left, &borrow);
    uint64_t d3 = m - right - borrow;
    t[i + 1] = add_carry(t[i + 1], d0, &carry);
    t[i + 2] = add_carry(t[i + 2], d1, &carry);
    t[i + 3] = add_carry(t[i + 3], d2, &carry);
    t[i + 4] = add_carry(t[i + 4], d3, &carry);
    /* The carry of step i belongs at limb i + 5; keep it as the addend of the next step's top limb. */
    if (i < 3) {
      uint64_t next = 0;
      t[i + 5] = add_carry(t[i + 5], carry, &next);
      if (i < 2) {
        uint64_t after = 0;
        t[i + 6] = add_carry(t[i + 6], next, &after);
        if (i < 1) {
          uint64_t last = 0;
          t[i + 7] = add_carry(t[i + 7], after, &last);
          high += last;
        } else {
          high += after;
        }
      } else {
        high += next;
      }
    } else {
      high += carry;
    }
  }
  fe_reduce_once(out, t + 4, high);
}

PRODUCT void fe_mul(fe *out, const fe *a, const fe *b) {
  uint64_t t[8];
  uint128 sum;
  uint64_t carry = 0;
  for (int j = 0; j < 4; j++) {
    sum = (uint128)a->l[0] * b->l[j] + carry;
    t[j] = (uint64_t)sum;
    carry = (uint64_t)(sum >> 64);
  }
  t[4] = carry;
  for (int i = 1; i < 4; i++) {
    carry = 0;
    for (int j = 0; j < 4; j++) {
      sum = (uint128)a->l[i] * b->l[j] + t[i + j] + carry;
      t[i + j] = (uint64_t)sum;
      carry = (uint64_t)(sum >> 64);
    }
    t[i + 4] = carry;
  }
  fe_montgomery(out, t);
}

PRODUCT void fe_sqr(fe *out, const fe *a) {
  const uint64_t *x = a->l;
  uint64_t t[8];
  uint128 s;
  /* Products of different limbs once … */
  s = (uint128)x[0] * x[1];
  t[1] = (uint64_t)s;
  s = (uint128)x[0] * x[2] + (uint64_t)(s >> 64);
  t[2] = (uint64_t)s;
  s = (uint128)x[0] * x[3] + (uint64_t)(s >> 64);
  t[3] = (uint64_t)s;
  t[4] = (uint64_t)(s >> 64);
  s = (uint128)x[1] * x[2] + t[3];
  t[3] = (uint64_t)s;
  s = (uint128)x[1] * x[3] + t[4] + (uint64_t)(s >> 64);
  t[4] = (uint64_t)s;
  t[5] = (uint64_t)(s >> 64);
  s = (uint128)x[2] * x[3] + t[5];
  t[5] = (uint64_t)s;
  t[6] = (uint64_t)(s >> 64);
  /* … doubled … */
  t[7] = t[6] >> 63;
  t[6] = t[6] << 1 | t[5] >> 63;
  t[5] = t[5] << 1 | t[4] >> 63;
  t[4] = t[4] << 1 | t[3] >> 63;
  t[3] = t[3] << 1 | t[2] >> 63;
  t[2] = t[2] << 1 | t[1] >> 63;
  t[1] = t[1] << 1;
  /* … plus the squares. */
  uint64_t carry = 0;
  uint128 q = (uint128)x[0] * x[0];
  t[0] = (uint64_t)q;
  t[1] = add_carry(t[1], (uint64_t)(q >> 64), &carry);
  for (int i = 1; i < 4; i++) {
    q = (uint128)x[i] * x[i];
    t[2 * i] = add_carry(t[2 * i], (uint64_t)q, &carry);
    t[2 * i + 1] = add_carry(t[2 * i + 1], (uint64_t)(q >> 64), &carry);
  }
  fe_montgomery(out, t);
}

#endif

/* a / 2: p is odd, so a or a + p is even. */
INLINE void fe_half(fe *out, const fe *a) {
  uint64_t t[4], carry = 0, odd = mask_of_bit(a->l[0] & 1);
  for (int i = 0; i < 4; i++) t[i] = add_carry(a->l[i], fe_p.l[i] & odd, &carry);
  for (int i = 0; i < 3; i++) out->l[i] = t[i] >> 1 | t[i + 1] << 63;
  out->l[3] = t[3] >> 1 | carry << 63;
}

INLINE void fe_cmov(fe *out, const fe *a, uint64_t mask) {
  for (int i = 0; i < 4; i++) out->l[i] ^= (out->l[i] ^ a->l[i]) & mask;
}

/* 1 when zero. */
INLINE uint64_t fe_is_zero(const fe *a) { return bit_of_zero(a->l[0] | a->l[1] | a->l[2] | a->l[3]); }

/* Raw limbs (not Montgomery) to and from 32 big-endian bytes; fe_get_raw gives 1 when the value was below p. */
INLINE uint64_t fe_get_raw(fe *out, const uint8_t bytes[32]) {
  uint64_t borrow = 0;
  for (int i = 0; i < 4; i++) out->l[i] = load_be64(bytes + 24 - 8 * i);
  for (int i = 0; i < 4; i++) sub_borrow(out->l[i], fe_p.l[i], &borrow);
  return borrow;
}

INLINE void fe_put_raw(uint8_t bytes[32], const fe *a) {
  for (int i = 0; i < 4; i++) store_be64(bytes + 24 - 8 * i, a->l[i]);
}

#endif
