/*
 * SM2 over the curve and scalars of the headers. On x86-64 this file is compiled twice, by sm2_plain.c and sm2_bmi2.c, under other
 * names, and sm2_choose.c picks one by the processor; everywhere else it is compiled once under the names of sm2.h.
 */
#include "sm2.h"
#include "comb.h"

#ifndef SM2
#define SM2(name) sm2_##name
#endif

static comb base_table;

/* G, 3G, 5G … for the non-adjacent form of a public scalar */
static affine base_odd[ODD_MULTIPLES];

static int setup_state; /* 0 not begun, 1 under way in some thread, 2 done */

void SM2(setup)(void) {
  affine base;
  int expected = 0;
  if (!__atomic_compare_exchange_n(&setup_state, &expected, 1, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
    while (__atomic_load_n(&setup_state, __ATOMIC_ACQUIRE) != 2) continue;
    return;
  }
  fe_setup();
  sc_setup();
  fe_from_bytes(&curve_b, curve_b_bytes);
  affine_from_bytes(&base, curve_g_bytes);
  comb_build_vartime(&base_table, &base);
  odd_multiples_vartime(base_odd, &base);
  __atomic_store_n(&setup_state, 2, __ATOMIC_RELEASE);
}

int SM2(check_public_key)(const uint8_t public_key[64]) {
  affine p;
  return (int)affine_from_bytes(&p, public_key);
}

/* k in [1, n-1] */
static uint64_t nonzero_scalar(sc *out, const uint8_t bytes[32]) {
  uint64_t below = sc_from_bytes(out, bytes);
  return below & (1 ^ sc_is_zero(out));
}

/* d in [1, n-2]: as above and d + 1 is not n (clause 6.1 of GB/T 32918.1) */
static uint64_t private_scalar(sc *out, const uint8_t d[32]) {
  sc t;
  uint64_t fits = nonzero_scalar(out, d);
  sc_add(&t, out, &sc_one);
  return fits & (1 ^ sc_is_zero(&t));
}

HELD_APART int derive_public_key_held_apart(const uint8_t d[32], uint8_t public_key[64]) {
  sc k;
  point p;
  uint64_t fits = private_scalar(&k, d);
  if (!fits) return 0;
  comb_mul(&p, &base_table, &k);
  int done = (int)jacobian_to_bytes(public_key, &p);
  wipe(&k, sizeof k);
  wipe(&p, sizeof p);
  return done;
}

int SM2(derive_public_key)(const uint8_t d[32], uint8_t public_key[64]) {
  int done = derive_public_key_held_apart(d, public_key);
  wipe_stack();
  return done;
}

HELD_APART int prepare_private_key_held_apart(const uint8_t d[32], uint8_t inverse[32]) {
  sc t;
  uint64_t fits = private_scalar(&t, d);
  if (!fits) return 0;
  sc_add(&t, &t, &sc_one);
  sc_inv(&t, &t);
  sc_to_bytes(inverse, &t);
  wipe(&t, sizeof t);
  return 1;
}

int SM2(prepare_private_key)(const uint8_t d[32], uint8_t inverse[32]) {
  int done = prepare_private_key_held_apart(d, inverse);
  wipe_stack();
  return done;
}

HELD_APART int multiply_base_held_apart(const uint8_t k[32], uint8_t product[64]) {
  sc s;
  point p;
  if (!nonzero_scalar(&s, k)) return 0;
  comb_mul(&p, &base_table, &s);
  int done = (int)jacobian_to_bytes(product, &p);
  wipe(&s, sizeof s);
  wipe(&p, sizeof p);
  return done;
}

int SM2(multiply_base)(const uint8_t k[32], uint8_t product[64]) {
  int done = multiply_base_held_apart(k, product);
  wipe_stack();
  return done;
}

/*
 * s = (1+d)^-1 (k - r d) = (1+d)^-1 (k + r) - r, since k - r d = (k + r) - r (1 + d). So only the inverse of 1 + d is needed.
 */
HELD_APART int sign_held_apart(const uint8_t inverse[32], const uint8_t k_bytes[32], const uint8_t e_bytes[32], uint8_t signature[64]) {
  sc k, e, r, s, t, secret;
  point p;
  uint8_t x1[32];
  uint64_t good = nonzero_scalar(&k, k_bytes) & nonzero_scalar(&secret, inverse);
  comb_mul(&p, &base_table, &k);
  good &= jacobian_x_to_bytes(x1, &p);
  sc_from_bytes_mod(&r, x1);
  sc_from_bytes_mod(&e, e_bytes);
  sc_add(&r, &r, &e);
  sc_add(&t, &r, &k);
  good &= (1 ^ sc_is_zero(&r)) & (1 ^ sc_is_zero(&t));
  sc_mul(&s, &secret, &t);
  sc_sub(&s, &s, &r);
  good &= 1 ^ sc_is_zero(&s);
  sc_to_bytes(signature, &r);
  sc_to_bytes(signature + 32, &s);
  wipe(&k, sizeof k);
  wipe(&t, sizeof t);
  wipe(&secret, sizeof secret);
  wipe(&p, sizeof p);
  wipe(x1, sizeof x1);
  /* Whether a nonce was unusable is public (another is drawn); what was computed with it is not. */
  if (!good) wipe(signature, 64);
  return (int)good;
}

int SM2(sign)(const uint8_t inverse[32], const uint8_t k_bytes[32], const uint8_t e_bytes[32], uint8_t signature[64]) {
  int done = sign_held_apart(inverse, k_bytes, e_bytes, signature);
  wipe_stack();
  return done;
}

/* r, s in [1, n-1] and t = r + s not zero */
static int signature_scalars_vartime(sc *r, sc *s, sc *t, const uint8_t signature[64]) {
  if (!nonzero_scalar(r, signature) || !nonzero_scalar(s, signature + 32)) return 0;
  sc_add(t, r, s);
  return !sc_is_zero(t);
}

/*
 * (e + x1) mod n == r without an inversion: x1 is c = (r - e) mod n or, when that is below p, c + n; compare X with x1 * Z^2.
 */
static int matches_vartime(const point *sum, const sc *r, const uint8_t e_bytes[32]) {
  if (fe_is_zero(&sum->z)) return 0;
  sc e, c;
  uint8_t bytes[32];
  fe zz, x, t;
  sc_from_bytes_mod(&e, e_bytes);
  sc_sub(&c, r, &e);
  sc_to_bytes(bytes, &c);
  fe_sqr(&zz, &sum->z);
  fe_from_bytes(&x, bytes);
  fe_mul(&t, &x, &zz);
  fe_sub(&t, &t, &sum->x);
  if (fe_is_zero(&t)) return 1;
  /* c + n as 32 bytes, when it does not overflow 256 bits; fe_from_bytes tells whether it is below p */
  uint32_t carry = 0;
  uint8_t n_bytes[32];
  sc n_minus_one;
  sc_sub(&n_minus_one, &sc_zero, &sc_one);
  sc_to_bytes(n_bytes, &n_minus_one);
  carry = 1;
  for (int i = 31; i >= 0; i--) {
    carry += (uint32_t)bytes[i] + n_bytes[i];
    bytes[i] = (uint8_t)carry;
    carry >>= 8;
  }
  if (carry || !fe_from_bytes(&x, bytes)) return 0;
  fe_mul(&t, &x, &zz);
  fe_sub(&t, &t, &sum->x);
  return (int)fe_is_zero(&t);
}

/*
 * Non-adjacent form of a public scalar: digits are 0 or odd, |digit| < 2^(width-1), and at least width - 1 zeros follow a
 * digit that is not 0. Gives the number of digits, at most 257.
 */
static int wnaf_vartime(int16_t digits[257], const sc *k, int width) {
  uint32_t carry = 0;
  int length = 0;
  for (int i = 0; i < 257;) {
    uint32_t bits = (i < 256 ? sc_bits(k, i, 1) : 0) ^ carry;
    if (bits == 0) {
      digits[i++] = 0;
      continue;
    }
    uint32_t window = sc_bits(k, i, width > 8 ? 8 : width);
    if (width > 8) window |= sc_bits(k, i + 8, width - 8) << 8;
    int32_t digit = (int32_t)(window + carry);
    carry = (uint32_t)digit >> (width - 1) & 1;
    digit -= (int32_t)(carry << width);
    digits[i] = (int16_t)digit;
    length = i + 1;
    for (int j = 1; j < width && i + j < 257; j++) digits[i + j] = 0;
    i += width;
  }
  return length;
}

#define WNAF_WIDTH 5
#define WNAF_ENTRIES (1 << (WNAF_WIDTH - 2))

/* s * G + t * P, both scalars public, over one run of doublings (Straus and Shamir). */
static void double_multiply_vartime(point *sum, const sc *s, const affine *base, const sc *t) {
  int16_t by_base_point[257], by_key[257];
  cached odd[WNAF_ENTRIES];
  int s_length = wnaf_vartime(by_base_point, s, BASE_WNAF_WIDTH);
  int t_length = wnaf_vartime(by_key, t, WNAF_WIDTH);
  odd_jacobian_multiples_vartime(odd, WNAF_ENTRIES, base);
  point_set_infinity(sum);
  for (int i = (s_length > t_length ? s_length : t_length) - 1; i >= 0; i--) {
    jacobian_double_vartime(sum, sum);
    int key_digit = i < t_length ? by_key[i] : 0, base_digit = i < s_length ? by_base_point[i] : 0;
    if (key_digit != 0) {
      cached chosen = odd[(key_digit < 0 ? -key_digit : key_digit) / 2];
      if (key_digit < 0) fe_neg(&chosen.y, &chosen.y);
      jacobian_add_cached_vartime(sum, sum, &chosen);
    }
    if (base_digit != 0) {
      affine entry = base_odd[(base_digit < 0 ? -base_digit : base_digit) / 2];
      if (base_digit < 0) fe_neg(&entry.y, &entry.y);
      jacobian_add_affine_vartime(sum, sum, &entry);
    }
  }
}

int SM2(verify_vartime)(const uint8_t public_key[64], const uint8_t e[32], const uint8_t signature[64]) {
  affine base;
  sc r, s, t;
  point sum;
  if (!affine_from_bytes(&base, public_key) || !signature_scalars_vartime(&r, &s, &t, signature)) return 0;
  double_multiply_vartime(&sum, &s, &base, &t);
  return matches_vartime(&sum, &r, e);
}

size_t SM2(table_size)(void) { return sizeof(comb); }

int SM2(table_build_vartime)(void *table, const uint8_t public_key[64]) {
  affine base;
  if (!affine_from_bytes(&base, public_key)) return 0;
  comb_build_vartime((comb *)table, &base);
  return 1;
}

int SM2(verify_with_table_vartime)(const void *table, const uint8_t e[32], const uint8_t signature[64]) {
  sc r, s, t;
  point sum;
  if (!signature_scalars_vartime(&r, &s, &t, signature)) return 0;
  point_set_infinity(&sum);
  comb_accumulate_vartime(&sum, (const comb *)table, &t);
  comb_accumulate_vartime(&sum, &base_table, &s);
  return matches_vartime(&sum, &r, e);
}

#define LADDER_WIDTH 4
#define LADDER_ENTRIES (1 << (LADDER_WIDTH - 1))

HELD_APART int multiply_held_apart(const uint8_t k_bytes[32], const uint8_t public_key[64], uint8_t product[64]) {
  affine base;
  sc k;
  point multiple[LADDER_ENTRIES], sum, next, chosen;
  if (!affine_from_bytes(&base, public_key) || !nonzero_scalar(&k, k_bytes)) return 0;
  multiple[0].x = base.x;
  multiple[0].y = base.y;
  multiple[0].z = fe_one;
  for (int j = 1; j < LADDER_ENTRIES; j++) point_add(&multiple[j], &multiple[j - 1], &multiple[0]);
  point_set_infinity(&sum);
  for (int window = (257 + LADDER_WIDTH - 1) / LADDER_WIDTH - 1; window >= 0; window--) {
    for (int i = 0; i < LADDER_WIDTH; i++) {
      point_double(&next, &sum);
      sum = next;
    }
    uint64_t negative;
    uint32_t digit = booth_digit(&k, window, LADDER_WIDTH, &negative);
    fe minus;
    point_set_infinity(&chosen);
    for (uint32_t j = 0; j < LADDER_ENTRIES; j++)
      point_cmov(&chosen, &multiple[j], mask_of_bit(bit_of_zero((uint64_t)(digit ^ (j + 1)))));
    fe_neg(&minus, &chosen.y);
    fe_cmov(&chosen.y, &minus, mask_of_bit(negative));
    point_add(&next, &sum, &chosen);
    sum = next;
  }
  int done = (int)point_to_bytes(product, &sum);
  wipe(&k, sizeof k);
  wipe(&sum, sizeof sum);
  wipe(&next, sizeof next);
  wipe(&chosen, sizeof chosen);
  return done;
}

int SM2(multiply)(const uint8_t k_bytes[32], const uint8_t public_key[64], uint8_t product[64]) {
  int done = multiply_held_apart(k_bytes, public_key, product);
  wipe_stack();
  return done;
}

int SM2(add)(const uint8_t p_bytes[64], const uint8_t q_bytes[64], uint8_t sum_bytes[64]) {
  affine p, q;
  point sum, out;
  if (!affine_from_bytes(&p, p_bytes) || !affine_from_bytes(&q, q_bytes)) return 0;
  sum.x = p.x;
  sum.y = p.y;
  sum.z = fe_one;
  point_add_affine(&out, &sum, &q);
  return (int)point_to_bytes(sum_bytes, &out);
}

HELD_APART void scalar_multiply_add_held_apart(const uint8_t a_bytes[32], const uint8_t b_bytes[32], const uint8_t c_bytes[32], uint8_t out[32]) {
  sc a, b, c;
  sc_from_bytes_mod(&a, a_bytes);
  sc_from_bytes_mod(&b, b_bytes);
  sc_from_bytes_mod(&c, c_bytes);
  sc_mul(&b, &b, &c);
  sc_add(&a, &a, &b);
  sc_to_bytes(out, &a);
  wipe(&a, sizeof a);
  wipe(&b, sizeof b);
  wipe(&c, sizeof c);
}

void SM2(scalar_multiply_add)(const uint8_t a_bytes[32], const uint8_t b_bytes[32], const uint8_t c_bytes[32], uint8_t out[32]) {
  scalar_multiply_add_held_apart(a_bytes, b_bytes, c_bytes, out);
  wipe_stack();
}
