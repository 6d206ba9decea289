/*
 * Fixed-base tables: for window i, the multiples 1 … 2^(w-1) of 2^(wi) times a point, affine. A scalar is read as signed Booth
 * digits, so a product is one table look-up and one addition per window and no doubling.
 */
#ifndef ONELOCK_COMB_H
#define ONELOCK_COMB_H

#include "point.h"

#if ONELOCK_LIMBS == 4
#define COMB_WIDTH 6
#else
#define COMB_WIDTH 5
#endif
#define COMB_WINDOWS ((257 + COMB_WIDTH - 1) / COMB_WIDTH)
#define COMB_ENTRIES (1 << (COMB_WIDTH - 1))

/* Width of the non-adjacent form for the base point, and so the number of its odd multiples kept. */
#if ONELOCK_LIMBS == 4
#define BASE_WNAF_WIDTH 12 /* 64 kB of odd multiples */
#else
#define BASE_WNAF_WIDTH 8
#endif
#define ODD_MULTIPLES (1 << (BASE_WNAF_WIDTH - 2))

typedef struct { affine entry[COMB_WINDOWS][COMB_ENTRIES]; } comb;

/* Digit of a window in [-2^(w-1), 2^(w-1)]: magnitude, and sign as 0 or 1. */
INLINE uint32_t booth_digit(const sc *k, int window, int width, uint64_t *negative) {
  int first = window * width;
  uint32_t bits = first == 0 ? sc_bits(k, 0, width) << 1 : sc_bits(k, first - 1, width + 1);
  uint32_t sign = bits >> width;
  uint32_t flipped = (1u << (width + 1)) - 1 - bits;
  uint32_t mask = 0u - sign;
  uint32_t value = (bits & ~mask) | (flipped & mask);
  *negative = sign;
  return (value >> 1) + (value & 1);
}

/* Projective points, none of them infinity, to affine with one inversion (Montgomery's trick); `prefix` is scratch of `count`. */
static void points_to_affine(affine *out, const point *in, fe *prefix, int count) {
  fe inverse, t;
  prefix[0] = in[0].z;
  for (int j = 1; j < count; j++) fe_mul(&prefix[j], &prefix[j - 1], &in[j].z);
  fe_inv(&inverse, &prefix[count - 1]);
  for (int j = count - 1; j >= 0; j--) {
    t = inverse;
    if (j > 0) {
      fe_mul(&t, &inverse, &prefix[j - 1]);
      fe_mul(&inverse, &inverse, &in[j].z);
    }
    fe_mul(&out[j].x, &in[j].x, &t);
    fe_mul(&out[j].y, &in[j].y, &t);
  }
}

#define ODD_CHUNK 64

/* P, 3P, 5P … of a public point, ODD_MULTIPLES of them, affine; in chunks, to be kind to the stack. */
static void odd_multiples_vartime(affine *out, const affine *base) {
  point multiple[ODD_CHUNK], twice, next = {base->x, base->y, fe_one};
  fe prefix[ODD_CHUNK];
  point_double(&twice, &next);
  for (int begin = 0; begin < ODD_MULTIPLES; begin += ODD_CHUNK) {
    for (int j = 0; j < ODD_CHUNK; j++) {
      multiple[j] = next;
      point_add(&next, &multiple[j], &twice);
    }
    points_to_affine(out + begin, multiple, prefix, ODD_CHUNK);
  }
}

/* Builds the table of a public point; one inversion per window by Montgomery's trick. */
static void comb_build_vartime(comb *table, const affine *base) {
  point start = {base->x, base->y, fe_one};
  for (int window = 0; window < COMB_WINDOWS; window++) {
    point multiple[COMB_ENTRIES];
    fe prefix[COMB_ENTRIES];
    multiple[0] = start;
    for (int j = 1; j < COMB_ENTRIES; j++) point_add(&multiple[j], &multiple[j - 1], &start);
    points_to_affine(table->entry[window], multiple, prefix, COMB_ENTRIES);
    point_double(&start, &multiple[COMB_ENTRIES - 1]);
  }
}

/*
 * Entry digit - 1 of a window, digit secret: all entries are read whole, and masks keep one; none for digit 0 (the zeros are then
 * not used). Where BMI2 is, AVX2 is too, and reads 32 bytes at once; sm2_choose.c asks for both.
 */
#if defined(ONELOCK_BMI2)
typedef uint64_t lanes __attribute__((vector_size(32), aligned(8), may_alias));

__attribute__((target("avx2"), noinline)) static void comb_select(affine *out, const affine entries[COMB_ENTRIES], uint32_t digit) {
  lanes low = {0}, high = {0}, wanted = (lanes){0} + digit, index = (lanes){0};
  for (int j = 0; j < COMB_ENTRIES; j++) {
    const lanes *entry = (const lanes *)&entries[j];
    index += 1;
    lanes mask = (lanes)(index == wanted);
    low |= entry[0] & mask;
    high |= entry[1] & mask;
  }
  lanes *to = (lanes *)out;
  to[0] = low;
  to[1] = high;
}
#else
INLINE void comb_select(affine *out, const affine entries[COMB_ENTRIES], uint32_t digit) {
  *out = entries[0];
  for (uint32_t j = 1; j < COMB_ENTRIES; j++) {
    uint64_t mask = mask_of_bit(bit_of_zero((uint64_t)(digit ^ (j + 1))));
    fe_cmov(&out->x, &entries[j].x, mask);
    fe_cmov(&out->y, &entries[j].y, mask);
  }
}
#endif

/*
 * k times the table's point, Jacobian; k secret, in [0, n-1], n the point's order. Every entry of a window is read, digits choose by mask.
 *
 * The addition is the short one, with exceptional cases where it meets infinity or two points with one x. Infinity is masked: `begun`
 * tells whether a digit other than 0 was met. The other does not occur. Write w for the width, k = d_0 + d_1 2^w + ... as integers with
 * |d_j| <= 2^(w-1), S for the sum so far and A = d_i 2^(wi), d_i not 0, for what is added; it would take S = A or S = -A modulo n.
 *   - |S| <= 2^(w-1) (2^(wi) - 1) / (2^w - 1) < 0.52 * 2^(wi) <= 0.52 |A|, so neither holds as integers.
 *   - Below the top window, |S| + |A| <= 1.52 * 2^(wi+w-1) <= 1.52 * 2^254 < n (w is 5 or 6): then neither holds modulo n.
 *   - In the top window the digit is positive and A <= 2^256 < 2n. S + A = k, and k is not 0 modulo n. S = A - mn with m = 1 would take
 *     n - A < 0.52 * 2^(wi) with A a multiple of 2^(wi): as n is 2^256 less about 2^224, that leaves A = 2^256 only, where
 *     k = S + A = 2^257 - n > n; with m = 0 it is the first case, and every other m makes |S| far too large.
 */
static void comb_mul(point *out, const comb *table, const sc *k) {
  point sum, next;
  uint64_t begun = 0;
  point_set_infinity(&sum);
  for (int window = 0; window < COMB_WINDOWS; window++) {
    uint64_t negative;
    uint32_t digit = booth_digit(k, window, COMB_WIDTH, &negative);
    uint64_t counts = mask_of_bit(1 ^ bit_of_zero(digit));
    affine chosen;
    comb_select(&chosen, table->entry[window], digit);
    fe minus;
    fe_neg(&minus, &chosen.y);
    fe_cmov(&chosen.y, &minus, mask_of_bit(negative));
    jacobian_add_affine_unequal(&next, &sum, &chosen);
    fe_cmov(&next.x, &chosen.x, ~begun);
    fe_cmov(&next.y, &chosen.y, ~begun);
    fe_cmov(&next.z, &fe_one, ~begun);
    point_cmov(&sum, &next, counts);
    begun |= counts;
  }
  *out = sum;
  wipe(&sum, sizeof sum);
  wipe(&next, sizeof next);
}

/* Adds k times the table's point to a Jacobian sum, k public. */
static void comb_accumulate_vartime(point *sum, const comb *table, const sc *k) {
  for (int window = 0; window < COMB_WINDOWS; window++) {
    uint64_t negative;
    uint32_t digit = booth_digit(k, window, COMB_WIDTH, &negative);
    if (digit == 0) continue;
    affine chosen = table->entry[window][digit - 1];
    if (negative) fe_neg(&chosen.y, &chosen.y);
    jacobian_add_affine_vartime(sum, sum, &chosen);
  }
}

#endif
