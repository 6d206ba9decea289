/*
 * Field of SM2 (GB/T 32918.5-2017), p = 2^256 - 2^224 - 2^96 + 2^64 - 1, nine 29-bit limbs, little-endian, Montgomery form with
 * R = 2^261. For machines whose widest product is 64 bits: nine products of 29 by 29 bits fit a 64-bit column with two bits to
 * spare, so a column is summed without splitting and carries are done once.
 *
 * Invariant: limbs 0..7 are in [0, 2^29) and the value is below 2p, so limb 8 is below 2^25. Not unique: compare through
 * fe_canonical. Why each function keeps it is said at the function; >> of a negative number is arithmetic in every compiler we use.
 * Reduction: -p^-1 mod 2^29 is 1, so the Montgomery factor of a column is its low 29 bits, and
 * m * p = m * (2^256 - 2^224 - 2^96 + 2^64 - 1) is added as four shifted copies of m at bits 64 = 2*29+6, 96 = 3*29+9,
 * 224 = 7*29+21 and 256 = 8*29+24; the -m cancels the column itself.
 */
#ifndef ONELOCK_FIELD29_H
#define ONELOCK_FIELD29_H

#include "words.h"

typedef struct { int64_t l[9]; } fe;

#define LIMB_MASK 0x1FFFFFFFll

/* R mod p = 32 * (2^224 + 2^96 - 2^64 + 1), as limbs */
static const fe fe_one = {{32ll, 0ll, LIMB_MASK + 1 - (32ll << 6), (32ll << 9) - 1, 0ll, 0ll, 0ll, (32ll << 21) & LIMB_MASK, (32ll << 21) >> 29}};
/* p as limbs. A difference adds 2p first, so its value is positive; single limbs may be negative until they are settled. */
static const fe fe_p = {{LIMB_MASK, LIMB_MASK, 0x3Fll, 0x1FFFFE00ll, LIMB_MASK, LIMB_MASK, LIMB_MASK, 0x1FDFFFFFll, 0xFFFFFFll}};

/*
 * A sum or a difference plus 2p, limb by limb -> the invariant. Folds the bits from 256 up by 2^256 = 2^224 + 2^96 - 2^64 + 1 (mod p),
 * which subtracts fold * p. Write V = t8 * 2^232 + L, with L the limbs below.
 *  - sum: 0 <= L < 2^233 and t8 < 2^26, so 0 <= fold <= 3 and the result (t8 mod 2^24) * 2^232 + L + fold * (2^224 + 2^96 - 2^64 + 1)
 *    is at least 0 and below 2^256 - 2^232 + 2^233 + 2^226 < 2p.
 *  - difference: the lower limbs of 2p give 2^233 - 2^225 + …, so 2^232 - 2^226 < L < 3 * 2^232, and -1 <= t8 < 2^26, as 2p has
 *    2^25 - 2 in its limb 8. If fold >= 0 the result is positive as before and below 2^256 - 2^232 + 3 * 2^232 + 2^226 < 2p. If fold = -1
 *    then 0 < V < 2^233, and the result V + p is below 2p.
 */
INLINE void fe_settle(fe *out, int64_t t[9]) {
  int64_t fold = t[8] >> 24;
  t[8] &= 0xFFFFFF;
  t[0] += fold;
  t[2] -= fold * (1 << 6);
  t[3] += fold * (1 << 9);
  t[7] += fold * (1 << 21);
  UNROLL
  for (int i = 0; i < 8; i++) {
    t[i + 1] += t[i] >> 29;
    out->l[i] = t[i] & LIMB_MASK;
  }
  out->l[8] = t[8];
}

/* a / 2: p is odd, so a or a + p is even. Below (2p + p) / 2. */
PRODUCT void fe_half(fe *out, const fe *a) {
  int64_t t[9], odd = -(a->l[0] & 1);
  UNROLL
  for (int i = 0; i < 9; i++) t[i] = a->l[i] + (fe_p.l[i] & odd);
  UNROLL
  for (int i = 0; i < 8; i++) {
    t[i + 1] += t[i] >> 29;
    t[i] &= LIMB_MASK;
  }
  UNROLL
  for (int i = 0; i < 8; i++) out->l[i] = t[i] >> 1 | (t[i + 1] & 1) << 28;
  out->l[8] = t[8] >> 1;
}

PRODUCT void fe_add(fe *out, const fe *a, const fe *b) {
  int64_t t[9];
  UNROLL
  for (int i = 0; i < 9; i++) t[i] = a->l[i] + b->l[i];
  fe_settle(out, t);
}

PRODUCT void fe_sub(fe *out, const fe *a, const fe *b) {
  int64_t t[9];
  UNROLL
  for (int i = 0; i < 9; i++) t[i] = a->l[i] + 2 * fe_p.l[i] - b->l[i];
  fe_settle(out, t);
}

/*
 * Seventeen columns -> value / 2^261 modulo p. A column is a sum of at most nine products below 2^58, so below 2^61.2; the reduction
 * adds less than 2^54 to it (m * 2^24, two more shifted copies and a carry below 2^33), and may make it negative, which >> and & handle.
 * The value is (T + M * p) / 2^261 with T < (2p)^2 and M < 2^261: below p * (4p / 2^261 + 1) < p * (1 + 1/8) < 2p, the invariant.
 */
INLINE void fe_montgomery(fe *out, int64_t c[18]) {
  UNROLL
  for (int i = 0; i < 9; i++) {
    int64_t m = c[i] & LIMB_MASK;
    c[i + 1] += c[i] >> 29;
    c[i + 2] += m << 6;
    c[i + 3] -= m << 9;
    c[i + 7] -= m << 21;
    c[i + 8] += m << 24;
  }
  UNROLL
  for (int i = 9; i < 17; i++) {
    c[i + 1] += c[i] >> 29;
    out->l[i - 9] = c[i] & LIMB_MASK;
  }
  out->l[8] = c[17];
}

PRODUCT void fe_mul(fe *out, const fe *a, const fe *b) {
  int64_t c[18];
  UNROLL
  for (int k = 0; k < 17; k++) {
    int64_t sum = 0;
    UNROLL
    for (int i = k < 9 ? 0 : k - 8; i <= (k < 9 ? k : 8); i++) sum += a->l[i] * b->l[k - i];
    c[k] = sum;
  }
  c[17] = 0;
  fe_montgomery(out, c);
}

PRODUCT void fe_sqr(fe *out, const fe *a) {
  int64_t c[18];
  UNROLL
  for (int k = 0; k < 17; k++) {
    int64_t sum = 0;
    UNROLL
    for (int i = k < 9 ? 0 : k - 8; 2 * i < k; i++) sum += a->l[i] * a->l[k - i];
    sum <<= 1;
    if (k % 2 == 0) sum += a->l[k / 2] * a->l[k / 2];
    c[k] = sum;
  }
  c[17] = 0;
  fe_montgomery(out, c);
}

INLINE void fe_cmov(fe *out, const fe *a, uint64_t mask) {
  for (int i = 0; i < 9; i++) out->l[i] ^= (out->l[i] ^ a->l[i]) & (int64_t)mask;
}

/* The unique limbs of the value, below p. */
PRODUCT void fe_canonical(fe *out, const fe *a) {
  int64_t t[9], borrow;
  *out = *a;
  for (int round = 0; round < 2; round++) {
    borrow = 0;
    for (int i = 0; i < 8; i++) {
      t[i] = out->l[i] - fe_p.l[i] + borrow;
      borrow = t[i] >> 29;
      t[i] &= LIMB_MASK;
    }
    t[8] = out->l[8] - fe_p.l[8] + borrow;
    int64_t keep = (int64_t)opaque((uint64_t)(t[8] >> 63));
    for (int i = 0; i < 9; i++) out->l[i] = (out->l[i] & keep) | (t[i] & ~keep);
  }
}

/* 1 when zero. */
INLINE uint64_t fe_is_zero(const fe *a) {
  fe t;
  int64_t any = 0;
  fe_canonical(&t, a);
  for (int i = 0; i < 9; i++) any |= t.l[i];
  return bit_of_zero((uint64_t)any);
}

/* Raw limbs (not Montgomery) from and to 32 big-endian bytes; fe_get_raw gives 1 when the value was below p. */
INLINE uint64_t fe_get_raw(fe *out, const uint8_t bytes[32]) {
  int64_t borrow = 0;
  for (int i = 0; i < 9; i++) {
    int bit = 29 * i, word = bit / 64, shift = bit % 64;
    uint64_t limb = load_be64(bytes + 24 - 8 * word) >> shift;
    if (shift > 35 && word < 3) limb |= load_be64(bytes + 16 - 8 * word) << (64 - shift);
    out->l[i] = (int64_t)(limb & LIMB_MASK);
  }
  for (int i = 0; i < 9; i++) borrow = (out->l[i] - fe_p.l[i] + borrow) >> 29;
  return (uint64_t)borrow & 1;
}

INLINE void fe_put_raw(uint8_t bytes[32], const fe *a) {
  fe t;
  fe_canonical(&t, a);
  uint64_t words[4] = {0, 0, 0, 0};
  for (int i = 0; i < 9; i++) {
    int bit = 29 * i, word = bit / 64, shift = bit % 64;
    words[word] |= (uint64_t)t.l[i] << shift;
    if (shift > 35 && word < 3) words[word + 1] |= (uint64_t)t.l[i] >> (64 - shift);
  }
  for (int i = 0; i < 4; i++) store_be64(bytes + 24 - 8 * i, words[i]);
}

#endif
