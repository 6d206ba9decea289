/*
 * endurance OPERATIONS SEED [SAMPLES]: field and scalar operations of this build on operands with edge-biased limbs, each checked
 * against plain-numbers.h: value, range, and the limbs' invariant. The first SAMPLES of them are printed for another judge (BigInt):
 *   operation a b result        in hexadecimal; Montgomery products as they are, result * R = a * b
 * The last line is JSON. Exits 1 at the first mismatch.
 */
#include <stdio.h>
#include <stdlib.h>
#include "../src/field.h"
#include "../src/scalar.h"
#include "plain-numbers.h"

static const uint64_t p_limbs[4] = {0xFFFFFFFFFFFFFFFFull, 0xFFFFFFFF00000000ull, 0xFFFFFFFFFFFFFFFFull, 0xFFFFFFFEFFFFFFFFull};
static const uint64_t n_limbs[4] = {0x53BBF40939D54123ull, 0x7203DF6B21C6052Bull, 0xFFFFFFFFFFFFFFFFull, 0xFFFFFFFEFFFFFFFFull};
static plain_modulus p, n;
static plain field_r, scalar_r;
static uint64_t random_state[2];
static long operations, samples;

static uint64_t random64(void) { /* xorshift128+ */
  uint64_t x = random_state[0], y = random_state[1];
  random_state[0] = y;
  x ^= x << 23;
  random_state[1] = x ^ y ^ x >> 17 ^ y >> 26;
  return random_state[1] + y;
}

/* Carry bugs live where limbs are all ones, zero, or a neighbour of the modulus'. */
static uint64_t edge_limb(const uint64_t modulus[4], int i) {
  uint64_t r = random64(), kind = r >> 60;
  switch (kind) {
    case 0: return 0;
    case 1: return ~0ull;
    case 2: return 1 + (r & 1);
    case 3: return ~0ull - (r & 3);
    case 4: return modulus[i] + (r & 3) - 1;
    case 5: return 0xFFFFFFFFull << ((r & 1) * 32);
    case 6: return (1ull << (r & 63)) - (r >> 6 & 1);
    case 7: return ~0ull << (r & 63);
    case 8: return 0xFFFFFFFF00000000ull + (r & 1);
    case 9: return 0x1FFFFFFFull << (r % 36);
    default: return random64();
  }
}

static plain edge_number(const plain_modulus *m) {
  plain value;
  for (int i = 0; i < 4; i++) value.l[i] = edge_limb(m->m.l, i);
  while (plain_compare(&value, &m->m) >= 0) plain_decrease(&value, &m->m);
  return value;
}

#if ONELOCK_LIMBS == 4
/* Every element is below p. */
static fe fe_of(plain value) {
  fe out;
  memcpy(out.l, value.l, 32);
  return out;
}

static int value_of(plain *out, const fe *a) {
  memcpy(out->l, a->l, 32);
  return plain_compare(out, &p.m) < 0;
}
#else
/* Every element is below 2p; half of them are given as value + p. */
static fe fe_of(plain value) {
  fe out;
  uint64_t wide[5] = {value.l[0], value.l[1], value.l[2], value.l[3], 0};
  if (random64() & 1) {
    wide[4] = plain_increase(&value, &p.m);
    memcpy(wide, value.l, 32);
  }
  for (int i = 0; i < 9; i++) {
    int bit = 29 * i, word = bit / 64, shift = bit % 64;
    uint64_t limb = wide[word] >> shift;
    if (shift > 35 && word < 4) limb |= wide[word + 1] << (64 - shift);
    out.l[i] = (int64_t)(limb & 0x1FFFFFFF);
  }
  return out;
}

static int value_of(plain *out, const fe *a) {
  unsigned __int128 sum = 0;
  uint64_t wide[5] = {0};
  for (int i = 0; i < 9; i++) {
    if (a->l[i] < 0 || a->l[i] > (i < 8 ? 0x1FFFFFFF : 0x1FFFFFF)) return 0;
    sum = (unsigned __int128)(uint64_t)a->l[i] << (29 * i % 64);
    for (int word = 29 * i / 64; word < 5 && sum != 0; word++) {
      sum += wide[word];
      wide[word] = (uint64_t)sum;
      sum >>= 64;
    }
  }
  memcpy(out->l, wide, 32);
  if (wide[4] > 1) return 0;
  if (wide[4] == 1 || plain_compare(out, &p.m) >= 0) {
    /* minus p once must bring it below p */
    if (wide[4] == 1 && plain_compare(out, &p.m) >= 0) return 0;
    plain_decrease(out, &p.m);
  }
  return plain_compare(out, &p.m) < 0;
}
#endif

static sc sc_of(plain value) {
  sc out;
  for (int i = 0; i < SC_LIMBS; i++) out.l[i] = (limb)(value.l[i * SC_BITS / 64] >> (i * SC_BITS % 64));
  return out;
}

static plain scalar_value(const sc *a) {
  plain out = {{0}};
  for (int i = 0; i < SC_LIMBS; i++) out.l[i * SC_BITS / 64] |= (uint64_t)a->l[i] << (i * SC_BITS % 64);
  return out;
}

static void print(const plain *a) { printf(" %016llx%016llx%016llx%016llx", (unsigned long long)a->l[3], (unsigned long long)a->l[2], (unsigned long long)a->l[1], (unsigned long long)a->l[0]); }

static void settle(const char *name, const plain *a, const plain *b, const plain *result, const plain *left, const plain *right, int in_range) {
  operations++;
  int right_value = in_range && plain_compare(left, right) == 0;
  if (samples > 0 || !right_value) {
    samples--;
    printf("%s", name);
    print(a);
    print(b);
    print(result);
    printf("\n");
  }
  if (right_value) return;
  fprintf(stderr, "%s: wrong%s\n", name, in_range ? "" : " (limbs out of range)");
  exit(1);
}

static void field_round(plain *a, plain b) {
  fe x = fe_of(*a), y = fe_of(b), out;
  plain value, left, right;
  int in_range;
  fe_mul(&out, &x, &y);
  in_range = value_of(&value, &out);
  left = plain_multiply(&p, value, field_r);
  right = plain_multiply(&p, *a, b);
  settle("field-multiply", a, &b, &value, &left, &right, in_range);
  fe_sqr(&out, &x);
  in_range = value_of(&value, &out);
  left = plain_multiply(&p, value, field_r);
  right = plain_multiply(&p, *a, *a);
  settle("field-square", a, a, &value, &left, &right, in_range);
  fe_sub(&out, &x, &y);
  in_range = value_of(&value, &out);
  right = plain_subtract(&p, *a, b);
  settle("field-subtract", a, &b, &value, &value, &right, in_range);
  fe_half(&out, &x);
  in_range = value_of(&value, &out);
  left = plain_add(&p, value, value);
  settle("field-half", a, a, &value, &left, a, in_range);
  /* Last the sum, in place: its limbs are not those of a fresh number, and the next round may go on with them. */
  fe_add(&x, &x, &y);
  in_range = value_of(&value, &x);
  right = plain_add(&p, *a, b);
  settle("field-add", a, &b, &value, &value, &right, in_range);
  fe_mul(&y, &x, &y);
  in_range = value_of(&value, &y);
  left = plain_multiply(&p, value, field_r);
  right = plain_multiply(&p, right, b);
  plain sum = plain_add(&p, *a, b);
  settle("field-multiply", &sum, &b, &value, &left, &right, in_range);
  *a = value;
}

static void scalar_round(plain *a, plain b) {
  sc x = sc_of(*a), y = sc_of(b), out;
  plain value, left, right;
  sc_montgomery_mul(&out, &x, &y);
  value = scalar_value(&out);
  left = plain_multiply(&n, value, scalar_r);
  right = plain_multiply(&n, *a, b);
  settle("scalar-multiply", a, &b, &value, &left, &right, plain_compare(&value, &n.m) < 0);
  sc_sub(&out, &x, &y);
  value = scalar_value(&out);
  right = plain_subtract(&n, *a, b);
  settle("scalar-subtract", a, &b, &value, &value, &right, 1);
  sc_add(&x, &x, &y);
  value = scalar_value(&x);
  right = plain_add(&n, *a, b);
  settle("scalar-add", a, &b, &value, &value, &right, 1);
  *a = value;
}

/* What costs a thousand operations, more rarely: inverses, and bytes there and back. */
static void rare_round(plain a, plain s) {
  const plain one = {{1, 0, 0, 0}}, zero = {{0}};
  fe x = fe_of(a), out;
  plain value, left;
  fe_inv(&out, &x);
  int in_range = value_of(&value, &out);
  left = plain_multiply(&p, value, a); /* xR * x^-1 R */
  plain r_squared = plain_multiply(&p, field_r, field_r);
  int is_zero = plain_compare(&a, &zero) == 0;
  settle("field-inverse", &a, &a, &value, &left, is_zero ? &zero : &r_squared, in_range);
  sc k = sc_of(s), inverse;
  sc_inv(&inverse, &k);
  sc product;
  sc_mul(&product, &inverse, &k);
  value = scalar_value(&inverse);
  left = plain_multiply(&n, value, s);
  settle("scalar-inverse", &s, &s, &value, &left, plain_compare(&s, &zero) == 0 ? &zero : &one,
         plain_compare(&s, &zero) == 0 || memcmp(&product, &sc_one, sizeof product) == 0);
  uint8_t bytes[32], again[32];
  for (int i = 0; i < 32; i++) bytes[i] = (uint8_t)(a.l[3 - i / 8] >> (56 - 8 * (i % 8)));
  uint64_t below = fe_from_bytes(&out, bytes);
  fe_to_bytes(again, &out);
  settle("field-bytes", &a, &a, &a, &a, &a, below == 1 && memcmp(bytes, again, 32) == 0 && fe_is_zero(&x) == (uint64_t)is_zero);
  for (int i = 0; i < 32; i++) bytes[i] = (uint8_t)(s.l[3 - i / 8] >> (56 - 8 * (i % 8)));
  below = sc_from_bytes(&inverse, bytes);
  sc_to_bytes(again, &inverse);
  settle("scalar-bytes", &s, &s, &s, &s, &s, below == 1 && memcmp(bytes, again, 32) == 0);
}

int main(int argc, char **argv) {
  long wanted = argc > 1 ? atol(argv[1]) : 1000000;
  uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 16) : 1;
  long asked = samples = argc > 3 ? atol(argv[3]) : 0;
  random_state[0] = seed ^ 0x9E3779B97F4A7C15ull;
  random_state[1] = ~seed;
  plain_setup(&p, p_limbs);
  plain_setup(&n, n_limbs);
  fe_setup();
  sc_setup();
  field_r = plain_power_of_two(&p, FE_MONTGOMERY_BITS);
  scalar_r = plain_power_of_two(&n, 256);
  plain a = edge_number(&p), s = edge_number(&n);
  for (long round = 0; operations < wanted; round++) {
    /* Three of four rounds begin with fresh operands, the fourth goes on with the last results. */
    if (round % 4 != 3) {
      a = edge_number(&p);
      s = edge_number(&n);
    }
    if (round % 4096 == 0) rare_round(a, s);
    field_round(&a, edge_number(&p));
    scalar_round(&s, edge_number(&n));
  }
  printf("{\"limbs\":%d,\"operations\":%ld,\"samples\":%ld}\n", ONELOCK_LIMBS, operations, asked);
  return 0;
}
