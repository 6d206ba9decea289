/*
 * Points of SM2's curve y^2 = x^3 - 3x + b (GB/T 32918.5-2017), in two coordinate systems:
 *
 *  - homogeneous (X:Y:Z), x = X/Z, with the complete formulas of Renes, Costello and Batina, "Complete addition formulas for
 *    prime order elliptic curves" (EUROCRYPT 2016), algorithms 4, 5 and 6 for a = -3. They have no exceptional case, so a
 *    secret scalar never meets a branch. Infinity is (0:1:0).
 *  - Jacobian (X:Y:Z), x = X/Z^2, with the faster formulas of the Explicit-Formulas Database (dbl-2001-b,
 *    add-1998-cmo-2). They have exceptional cases: branches for public scalars, hence _vartime; for multiples of the base point by a
 *    secret scalar (comb_mul) they are shown not to occur.
 */
#ifndef ONELOCK_POINT_H
#define ONELOCK_POINT_H

#include "field.h"
#include "scalar.h"

typedef struct { fe x, y, z; } point;
typedef struct { fe x, y; } affine;

static const uint8_t curve_b_bytes[32] = {0x28, 0xE9, 0xFA, 0x9E, 0x9D, 0x9F, 0x5E, 0x34, 0x4D, 0x5A, 0x9E, 0x4B, 0xCF, 0x65, 0x09, 0xA7,
                                          0xF3, 0x97, 0x89, 0xF5, 0x15, 0xAB, 0x8F, 0x92, 0xDD, 0xBC, 0xBD, 0x41, 0x4D, 0x94, 0x0E, 0x93};
static const uint8_t curve_g_bytes[64] = {0x32, 0xC4, 0xAE, 0x2C, 0x1F, 0x19, 0x81, 0x19, 0x5F, 0x99, 0x04, 0x46, 0x6A, 0x39, 0xC9, 0x94,
                                          0x8F, 0xE3, 0x0B, 0xBF, 0xF2, 0x66, 0x0B, 0xE1, 0x71, 0x5A, 0x45, 0x89, 0x33, 0x4C, 0x74, 0xC7,
                                          0xBC, 0x37, 0x36, 0xA2, 0xF4, 0xF6, 0x77, 0x9C, 0x59, 0xBD, 0xCE, 0xE3, 0x6B, 0x69, 0x21, 0x53,
                                          0xD0, 0xA9, 0x87, 0x7C, 0xC6, 0x2A, 0x47, 0x40, 0x02, 0xDF, 0x32, 0xE5, 0x21, 0x39, 0xF0, 0xA0};
static fe curve_b;

INLINE void point_set_infinity(point *out) {
  out->x = fe_zero;
  out->y = fe_one;
  out->z = fe_zero;
}

/* What algorithms 4 and 5 share: t0 = X1X2, t1 = Y1Y2, t3 = X1Y2 + X2Y1, t4 = Y1Z2 + Y2Z1, xz = X1Z2 + X2Z1, t2 = Z1Z2. */
INLINE void complete_tail(point *out, fe t0, fe t1, fe t2, fe t3, fe t4, fe xz) {
  fe x3, y3, z3;
  fe_mul(&z3, &curve_b, &t2);
  fe_sub(&x3, &xz, &z3);
  fe_add(&z3, &x3, &x3);
  fe_add(&x3, &x3, &z3);
  fe_sub(&z3, &t1, &x3);
  fe_add(&x3, &t1, &x3);
  fe_mul(&y3, &curve_b, &xz);
  fe_add(&t1, &t2, &t2);
  fe_add(&t2, &t1, &t2);
  fe_sub(&y3, &y3, &t2);
  fe_sub(&y3, &y3, &t0);
  fe_add(&t1, &y3, &y3);
  fe_add(&y3, &t1, &y3);
  fe_add(&t1, &t0, &t0);
  fe_add(&t0, &t1, &t0);
  fe_sub(&t0, &t0, &t2);
  fe_mul(&t1, &t4, &y3);
  fe_mul(&t2, &t0, &y3);
  fe_mul(&y3, &x3, &z3);
  fe_add(&out->y, &y3, &t2);
  fe_mul(&x3, &t3, &x3);
  fe_sub(&out->x, &x3, &t1);
  fe_mul(&z3, &t4, &z3);
  fe_mul(&t1, &t3, &t0);
  fe_add(&out->z, &z3, &t1);
}

/* Algorithm 4: any two points. */
static void point_add(point *out, const point *p, const point *q) {
  fe t0, t1, t2, t3, t4, xz, u;
  fe_mul(&t0, &p->x, &q->x);
  fe_mul(&t1, &p->y, &q->y);
  fe_mul(&t2, &p->z, &q->z);
  fe_add(&t3, &p->x, &p->y);
  fe_add(&u, &q->x, &q->y);
  fe_mul(&t3, &t3, &u);
  fe_add(&u, &t0, &t1);
  fe_sub(&t3, &t3, &u);
  fe_add(&t4, &p->y, &p->z);
  fe_add(&u, &q->y, &q->z);
  fe_mul(&t4, &t4, &u);
  fe_add(&u, &t1, &t2);
  fe_sub(&t4, &t4, &u);
  fe_add(&xz, &p->x, &p->z);
  fe_add(&u, &q->x, &q->z);
  fe_mul(&xz, &xz, &u);
  fe_add(&u, &t0, &t2);
  fe_sub(&xz, &xz, &u);
  complete_tail(out, t0, t1, t2, t3, t4, xz);
}

/* Algorithm 5: any point and an affine one (which cannot be infinity). */
static void point_add_affine(point *out, const point *p, const affine *q) {
  fe t0, t1, t3, t4, xz, u;
  fe_mul(&t0, &p->x, &q->x);
  fe_mul(&t1, &p->y, &q->y);
  fe_add(&t3, &q->x, &q->y);
  fe_add(&u, &p->x, &p->y);
  fe_mul(&t3, &t3, &u);
  fe_add(&u, &t0, &t1);
  fe_sub(&t3, &t3, &u);
  fe_mul(&t4, &q->y, &p->z);
  fe_add(&t4, &t4, &p->y);
  fe_mul(&xz, &q->x, &p->z);
  fe_add(&xz, &xz, &p->x);
  complete_tail(out, t0, t1, p->z, t3, t4, xz);
}

/* Algorithm 6. */
static void point_double(point *out, const point *p) {
  fe t0, t1, t2, t3, x3, y3, z3;
  fe_sqr(&t0, &p->x);
  fe_sqr(&t1, &p->y);
  fe_sqr(&t2, &p->z);
  fe_mul(&t3, &p->x, &p->y);
  fe_add(&t3, &t3, &t3);
  fe_mul(&z3, &p->x, &p->z);
  fe_add(&z3, &z3, &z3);
  fe_mul(&y3, &curve_b, &t2);
  fe_sub(&y3, &y3, &z3);
  fe_add(&x3, &y3, &y3);
  fe_add(&y3, &x3, &y3);
  fe_sub(&x3, &t1, &y3);
  fe_add(&y3, &t1, &y3);
  fe_mul(&y3, &x3, &y3);
  fe_mul(&x3, &x3, &t3);
  fe_add(&t3, &t2, &t2);
  fe_add(&t2, &t2, &t3);
  fe_mul(&z3, &curve_b, &z3);
  fe_sub(&z3, &z3, &t2);
  fe_sub(&z3, &z3, &t0);
  fe_add(&t3, &z3, &z3);
  fe_add(&z3, &z3, &t3);
  fe_add(&t3, &t0, &t0);
  fe_add(&t0, &t3, &t0);
  fe_sub(&t0, &t0, &t2);
  fe_mul(&t0, &t0, &z3);
  fe_add(&y3, &y3, &t0);
  fe_mul(&t0, &p->y, &p->z);
  fe_add(&t0, &t0, &t0);
  fe_mul(&z3, &t0, &z3);
  fe_sub(&out->x, &x3, &z3);
  out->y = y3;
  fe_mul(&z3, &t0, &t1);
  fe_add(&z3, &z3, &z3);
  fe_add(&out->z, &z3, &z3);
}

INLINE void point_cmov(point *out, const point *a, uint64_t mask) {
  fe_cmov(&out->x, &a->x, mask);
  fe_cmov(&out->y, &a->y, mask);
  fe_cmov(&out->z, &a->z, mask);
}

/* Jacobian from here on. */

/*
 * 4M + 4S, after dbl-2001-b with its products regrouped so that fewer sums remain: with S = 4XY^2 and M = 3(X - Z^2)(X + Z^2),
 * X3 = M^2 - 2S, Y3 = M(S - X3) - 8Y^4 (half the square of 4Y^2), Z3 = 2YZ. Infinity stays infinity. `out` may be `p`. The order of the
 * lines was found by measuring: what does not wait for the line before keeps the processor busy, a tenth of the time.
 */
static void jacobian_double_vartime(point *out, const point *p) {
  fe zz, twice_y, below, above, w, m1, m2, m, s, ww, u, half, t, y;
  fe_sqr(&zz, &p->z);
  fe_add(&twice_y, &p->y, &p->y);
  fe_sub(&below, &p->x, &zz);
  fe_add(&above, &p->x, &zz);
  fe_sqr(&w, &twice_y);
  fe_mul(&m1, &below, &above);
  fe_add(&m2, &m1, &m1);
  fe_add(&m, &m2, &m1);
  fe_mul(&s, &w, &p->x);
  fe_sqr(&ww, &w);
  fe_mul(&out->z, &p->z, &twice_y);
  fe_sqr(&u, &m);
  fe_half(&half, &ww);
  fe_sub(&u, &u, &s);
  fe_sub(&out->x, &u, &s);
  fe_sub(&t, &s, &out->x);
  fe_mul(&y, &t, &m);
  fe_sub(&out->y, &y, &half);
}

/* Ends an addition (add-1998-cmo-2): h = U2 - U1, r = S2 - S1, the first operand's U1 and S1, z = Z1Z2. */
INLINE void jacobian_finish(point *out, const fe *u1, const fe *s1, const fe *h, const fe *r, const fe *z) {
  fe hh, hhh, v, t;
  fe_sqr(&hh, h);
  fe_sqr(&t, r);
  fe_mul(&hhh, h, &hh);
  fe_mul(&v, u1, &hh);
  fe_mul(&out->z, z, h);
  fe_sub(&t, &t, &hhh);
  fe_sub(&t, &t, &v);
  fe_sub(&out->x, &t, &v);
  fe_mul(&t, s1, &hhh);
  fe_sub(&v, &v, &out->x);
  fe_mul(&v, &v, r);
  fe_sub(&out->y, &v, &t);
}

/*
 * P + Q for P and Q of which neither is infinity, nor one the other or its negative: the caller shows it. No branches; constant time.
 * What it gives otherwise is no point, and harmless.
 */
static void jacobian_add_affine_unequal(point *out, const point *p, const affine *q) {
  fe z1z1, h, r;
  fe_sqr(&z1z1, &p->z);
  fe_mul(&h, &q->x, &z1z1);
  fe_mul(&r, &q->y, &p->z);
  fe_mul(&r, &r, &z1z1);
  fe_sub(&h, &h, &p->x);
  fe_sub(&r, &r, &p->y);
  jacobian_finish(out, &p->x, &p->y, &h, &r, &p->z);
}

/* A Jacobian point that is added often, with the powers of its Z. Never infinity. */
typedef struct { fe x, y, z, zz, zzz; } cached;

static void jacobian_add_cached_vartime(point *out, const point *p, const cached *q) {
  if (fe_is_zero(&p->z)) {
    out->x = q->x;
    out->y = q->y;
    out->z = q->z;
    return;
  }
  fe z1z1, u1, u2, s1, s2, z;
  fe_sqr(&z1z1, &p->z);
  fe_mul(&u1, &p->x, &q->zz);
  fe_mul(&u2, &q->x, &z1z1);
  fe_mul(&s1, &p->y, &q->zzz);
  fe_mul(&s2, &q->y, &p->z);
  fe_mul(&s2, &s2, &z1z1);
  fe_sub(&u2, &u2, &u1);
  fe_sub(&s2, &s2, &s1);
  if (fe_is_zero(&u2)) {
    if (fe_is_zero(&s2)) jacobian_double_vartime(out, p);
    else point_set_infinity(out);
    return;
  }
  fe_mul(&z, &p->z, &q->z);
  jacobian_finish(out, &u1, &s1, &u2, &s2, &z);
}

static void jacobian_add_affine_vartime(point *out, const point *p, const affine *q) {
  if (fe_is_zero(&p->z)) {
    out->x = q->x;
    out->y = q->y;
    out->z = fe_one;
    return;
  }
  fe z1z1, h, r;
  fe_sqr(&z1z1, &p->z);
  fe_mul(&h, &q->x, &z1z1);
  fe_mul(&r, &q->y, &p->z);
  fe_mul(&r, &r, &z1z1);
  fe_sub(&h, &h, &p->x);
  fe_sub(&r, &r, &p->y);
  if (fe_is_zero(&h)) {
    if (fe_is_zero(&r)) jacobian_double_vartime(out, p);
    else point_set_infinity(out);
    return;
  }
  point first = *p;
  jacobian_finish(out, &first.x, &first.y, &h, &r, &first.z);
}

/*
 * P, 3P, 5P … of a public affine point, `count` of them, by additions of points that share their Z (Meloni, "New point addition
 * formulae for ECC applications", 2007: 5M + 2S): 2P is carried along, brought to the Z of each sum. Points of prime order have no
 * exceptional case here, as 2P is none of ±P, ±3P … .
 */
static void odd_jacobian_multiples_vartime(cached *out, int count, const affine *base) {
  fe twice_x, twice_y, x, y, z, m, c, w, t;
  /* 2P by doubling the affine P, and P itself with the same Z = 2y: (4xy^2, 8y^4) */
  fe_add(&z, &base->y, &base->y);
  fe_sqr(&t, &z);
  fe_mul(&x, &t, &base->x);
  fe_sqr(&y, &t);
  fe_half(&y, &y);
  fe_sub(&t, &base->x, &fe_one);
  fe_add(&m, &base->x, &fe_one);
  fe_mul(&t, &t, &m);
  fe_add(&m, &t, &t);
  fe_add(&m, &m, &t);
  fe_sqr(&twice_x, &m);
  fe_sub(&twice_x, &twice_x, &x);
  fe_sub(&twice_x, &twice_x, &x);
  fe_sub(&t, &x, &twice_x);
  fe_mul(&twice_y, &t, &m);
  fe_sub(&twice_y, &twice_y, &y);
  out[0] = (cached){base->x, base->y, fe_one, fe_one, fe_one};
  for (int j = 1; j < count; j++) {
    fe_sub(&m, &twice_x, &x);
    fe_sqr(&c, &m);
    fe_mul(&z, &z, &m);
    fe_mul(&twice_x, &twice_x, &c);
    fe_mul(&w, &x, &c);
    fe_sub(&t, &twice_x, &w);
    fe_sub(&m, &twice_y, &y);
    fe_mul(&twice_y, &twice_y, &t);
    fe_sqr(&x, &m);
    fe_sub(&x, &x, &twice_x);
    fe_sub(&x, &x, &w);
    fe_sub(&t, &twice_x, &x);
    fe_mul(&y, &m, &t);
    fe_sub(&y, &y, &twice_y);
    out[j].x = x;
    out[j].y = y;
    out[j].z = z;
    fe_sqr(&out[j].zz, &z);
    fe_mul(&out[j].zzz, &out[j].zz, &z);
  }
}

/* 64 bytes X ‖ Y -> affine; gives 1 when both are below p and the point is on the curve. (0,0) is not on it. */
static uint64_t affine_from_bytes(affine *out, const uint8_t bytes[64]) {
  fe left, right, t;
  uint64_t fits = fe_from_bytes(&out->x, bytes) & fe_from_bytes(&out->y, bytes + 32);
  fe_sqr(&left, &out->y);
  fe_sqr(&t, &out->x);
  fe_mul(&right, &t, &out->x);
  fe_add(&t, &out->x, &out->x);
  fe_add(&t, &t, &out->x);
  fe_sub(&right, &right, &t);
  fe_add(&right, &right, &curve_b);
  fe_sub(&t, &left, &right);
  return fits & fe_is_zero(&t);
}

/* Jacobian -> the 32 bytes of x = X / Z^2; gives 0 (and zeros) for infinity. */
static uint64_t jacobian_x_to_bytes(uint8_t bytes[32], const point *p) {
  fe inverse, t;
  fe_inv(&inverse, &p->z);
  fe_sqr(&t, &inverse);
  fe_mul(&t, &t, &p->x);
  fe_to_bytes(bytes, &t);
  return 1 ^ fe_is_zero(&p->z);
}

/* Jacobian -> 64 bytes X ‖ Y; gives 0 (and zeros) for infinity. */
static uint64_t jacobian_to_bytes(uint8_t bytes[64], const point *p) {
  fe inverse, square, t;
  fe_inv(&inverse, &p->z);
  fe_sqr(&square, &inverse);
  fe_mul(&t, &p->x, &square);
  fe_to_bytes(bytes, &t);
  fe_mul(&t, &p->y, &square);
  fe_mul(&t, &t, &inverse);
  fe_to_bytes(bytes + 32, &t);
  return 1 ^ fe_is_zero(&p->z);
}

/* Homogeneous -> 64 bytes X ‖ Y; gives 0 (and zeros) for infinity. */
static uint64_t point_to_bytes(uint8_t bytes[64], const point *p) {
  fe inverse, t;
  fe_inv(&inverse, &p->z);
  fe_mul(&t, &p->x, &inverse);
  fe_to_bytes(bytes, &t);
  fe_mul(&t, &p->y, &inverse);
  fe_to_bytes(bytes + 32, &t);
  return 1 ^ fe_is_zero(&p->z);
}

#endif
