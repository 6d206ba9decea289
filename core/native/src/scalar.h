/*
 * Scalars modulo the order n of SM2's base point (GB/T 32918.5-2017), Montgomery form only inside products. Written once over
 * `limb`: 64 bits with 128-bit products where the compiler has them, else 32 bits with 64-bit products. Always reduced.
 */
#ifndef ONELOCK_SCALAR_H
#define ONELOCK_SCALAR_H

#include "words.h"

#if ONELOCK_LIMBS == 4
typedef uint64_t limb;
typedef uint128 wide;
#define SC_LIMBS 4
#define SC_BITS 64
static const limb sc_n[4] = {0x53BBF40939D54123ull, 0x7203DF6B21C6052Bull, 0xFFFFFFFFFFFFFFFFull, 0xFFFFFFFEFFFFFFFFull};
static const limb sc_n0 = 0x327F9E8872350975ull; /* -n^-1 mod 2^64 */
#else
typedef uint32_t limb;
typedef uint64_t wide;
#define SC_LIMBS 8
#define SC_BITS 32
static const limb sc_n[8] = {0x39D54123u, 0x53BBF409u, 0x21C6052Bu, 0x7203DF6Bu, 0xFFFFFFFFu, 0xFFFFFFFFu, 0xFFFFFFFFu, 0xFFFFFFFEu};
static const limb sc_n0 = 0x72350975u; /* -n^-1 mod 2^32 */
#endif

typedef struct { limb l[SC_LIMBS]; } sc;

static sc sc_r_squared; /* R^2 mod n, R = 2^256; made once */
static const sc sc_zero = {{0}};
static const sc sc_one = {{1}};

INLINE limb sc_limb_mask(uint64_t bit) { return (limb)mask_of_bit(bit); }

/* carry * 2^256 + a, below 2n -> below n */
INLINE void sc_reduce_once(sc *out, const limb a[SC_LIMBS], limb carry) {
  limb t[SC_LIMBS], borrow = 0;
  for (int i = 0; i < SC_LIMBS; i++) {
    wide d = (wide)a[i] - sc_n[i] - borrow;
    t[i] = (limb)d;
    borrow = (limb)(d >> SC_BITS) & 1;
  }
  limb keep = sc_limb_mask(borrow & (carry ^ 1));
  for (int i = 0; i < SC_LIMBS; i++) out->l[i] = (a[i] & keep) | (t[i] & ~keep);
}

INLINE void sc_add(sc *out, const sc *a, const sc *b) {
  limb t[SC_LIMBS], carry = 0;
  for (int i = 0; i < SC_LIMBS; i++) {
    wide s = (wide)a->l[i] + b->l[i] + carry;
    t[i] = (limb)s;
    carry = (limb)(s >> SC_BITS);
  }
  sc_reduce_once(out, t, carry);
}

INLINE void sc_sub(sc *out, const sc *a, const sc *b) {
  limb t[SC_LIMBS], borrow = 0, carry = 0;
  for (int i = 0; i < SC_LIMBS; i++) {
    wide d = (wide)a->l[i] - b->l[i] - borrow;
    t[i] = (limb)d;
    borrow = (limb)(d >> SC_BITS) & 1;
  }
  limb mask = sc_limb_mask(borrow);
  for (int i = 0; i < SC_LIMBS; i++) {
    wide s = (wide)t[i] + (sc_n[i] & mask) + carry;
    out->l[i] = (limb)s;
    carry = (limb)(s >> SC_BITS);
  }
}

/* a * b / R mod n (CIOS). */
static void sc_montgomery_mul(sc *out, const sc *a, const sc *b) {
  limb t[SC_LIMBS + 2] = {0};
  for (int i = 0; i < SC_LIMBS; i++) {
    limb carry = 0;
    for (int j = 0; j < SC_LIMBS; j++) {
      wide s = (wide)a->l[i] * b->l[j] + t[j] + carry;
      t[j] = (limb)s;
      carry = (limb)(s >> SC_BITS);
    }
    wide s = (wide)t[SC_LIMBS] + carry;
    t[SC_LIMBS] = (limb)s;
    t[SC_LIMBS + 1] = (limb)(s >> SC_BITS);
    limb m = (limb)(t[0] * sc_n0);
    carry = (limb)(((wide)m * sc_n[0] + t[0]) >> SC_BITS);
    for (int j = 1; j < SC_LIMBS; j++) {
      s = (wide)m * sc_n[j] + t[j] + carry;
      t[j - 1] = (limb)s;
      carry = (limb)(s >> SC_BITS);
    }
    s = (wide)t[SC_LIMBS] + carry;
    t[SC_LIMBS - 1] = (limb)s;
    t[SC_LIMBS] = t[SC_LIMBS + 1] + (limb)(s >> SC_BITS);
  }
  sc_reduce_once(out, t, t[SC_LIMBS]);
}

static void sc_setup(void) {
  sc t = sc_one;
  for (int i = 0; i < 512; i++) sc_add(&t, &t, &t);
  sc_r_squared = t;
}

static void sc_mul(sc *out, const sc *a, const sc *b) {
  sc t;
  sc_montgomery_mul(&t, a, &sc_r_squared);
  sc_montgomery_mul(out, &t, b);
}

/* a^(n-2) mod n with a 4-bit window over the public exponent; zero gives zero. */
static void sc_inv(sc *out, const sc *a) {
  sc power[16], t;
  limb exponent[SC_LIMBS];
  for (int i = 0; i < SC_LIMBS; i++) exponent[i] = sc_n[i];
  exponent[0] -= 2; /* the lowest word of n is larger */
  sc_montgomery_mul(&power[1], a, &sc_r_squared);
  sc_montgomery_mul(&power[0], &sc_one, &sc_r_squared);
  for (int i = 2; i < 16; i++) sc_montgomery_mul(&power[i], &power[i - 1], &power[1]);
  t = power[0];
  for (int i = 63; i >= 0; i--) {
    int bit = 4 * i;
    limb word = exponent[bit / SC_BITS];
    for (int k = 0; k < 4; k++) sc_montgomery_mul(&t, &t, &t);
    sc_montgomery_mul(&t, &t, &power[(word >> (bit % SC_BITS)) & 15]);
  }
  sc_montgomery_mul(out, &t, &sc_one);
  wipe(power, sizeof power);
  wipe(&t, sizeof t);
}

INLINE uint64_t sc_is_zero(const sc *a) {
  limb any = 0;
  for (int i = 0; i < SC_LIMBS; i++) any |= a->l[i];
  return bit_of_zero((uint64_t)any);
}

/* 32 big-endian bytes -> limbs; gives 1 when the value was below n. Not reduced otherwise: see sc_from_bytes_mod. */
INLINE uint64_t sc_from_bytes(sc *out, const uint8_t bytes[32]) {
  limb borrow = 0;
  for (int i = 0; i < SC_LIMBS; i++) {
    limb value = 0;
    for (int k = 0; k < SC_BITS / 8; k++) value = (limb)(value << 8) | bytes[32 - (i + 1) * (SC_BITS / 8) + k];
    out->l[i] = value;
  }
  for (int i = 0; i < SC_LIMBS; i++) borrow = (limb)(((wide)out->l[i] - sc_n[i] - borrow) >> SC_BITS) & 1;
  return (uint64_t)borrow;
}

/* 32 big-endian bytes modulo n; any 256-bit value is below 2n. */
INLINE void sc_from_bytes_mod(sc *out, const uint8_t bytes[32]) {
  sc t;
  sc_from_bytes(&t, bytes);
  sc_reduce_once(out, t.l, 0);
}

INLINE void sc_to_bytes(uint8_t bytes[32], const sc *a) {
  for (int i = 0; i < SC_LIMBS; i++) {
    limb value = a->l[i];
    for (int k = SC_BITS / 8 - 1; k >= 0; k--, value >>= 8) bytes[32 - (i + 1) * (SC_BITS / 8) + k] = (uint8_t)value;
  }
}

/* Bits [first, first + count) of a, bits above 255 being zero; count <= 8. */
INLINE uint32_t sc_bits(const sc *a, int first, int count) {
  if (first >= 256) return 0;
  int word = first / SC_BITS, shift = first % SC_BITS;
  limb value = a->l[word] >> shift;
  if (shift + count > SC_BITS && word + 1 < SC_LIMBS) value |= a->l[word + 1] << (SC_BITS - shift);
  return (uint32_t)value & ((1u << count) - 1);
}

#endif
