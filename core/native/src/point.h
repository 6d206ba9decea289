/*
 * Points of SM2's curve y^2 = x^3 - 3x + b (GB/T 32918.5-2017), in two coordinate systems:
 *
 *  - homogeneous (X:Y:Z), x = X/Z, with the complete formulas of Renes, Costello and Batina, "Complete addition formulas for
 *    prime order elliptic curves" (EUROCRYPT 2016), algorithms 4, 5 and 6 for a = -3. They have no exceptional case, so a
 *    secret scalar never meets a branch. Infinity is (0:1:0).
 *  - Jacobian (X:Y:Z), x = X/Z^2, with the faster formulas of the Explicit-Formulas Database (dbl-2001-b, add-2007-bl,
 *    madd-2007-bl) and their exceptional cases as branches: only for public scalars, hence _vartime.
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

static void jacobian_double_vartime(point *out, const point *p) {
  fe delta, gamma, beta, alpha, t, u;
  fe_sqr(&delta, &p->z);
  fe_sqr(&gamma, &p->y);
  fe_mul(&beta, &p->x, &gamma);
  fe_sub(&t, &p->x, &delta);
  fe_add(&u, &p->x, &delta);
  fe_mul(&alpha, &t, &u);
  fe_add(&t, &alpha, &alpha);
  fe_add(&alpha, &alpha, &t);
  fe_add(&t, &p->y, &p->z);
  fe_sqr(&t, &t);
  fe_sub(&t, &t, &gamma);
  fe_sub(&out->z, &t, &delta);
  fe_add(&beta, &beta, &beta);
  fe_add(&beta, &beta, &beta); /* 4 beta */
  fe_sqr(&t, &alpha);
  fe_add(&u, &beta, &beta);
  fe_sub(&out->x, &t, &u);
  fe_sub(&t, &beta, &out->x);
  fe_mul(&t, &alpha, &t);
  fe_sqr(&gamma, &gamma);
  fe_add(&gamma, &gamma, &gamma);
  fe_add(&gamma, &gamma, &gamma);
  fe_add(&gamma, &gamma, &gamma);
  fe_sub(&out->y, &t, &gamma);
}

/* Ends an addition: h = U2 - U1, r = 2(S2 - S1), and the first operand's U1 and S1; z is Z1Z2 doubled. */
INLINE void jacobian_finish(point *out, const fe *u1, const fe *s1, const fe *h, const fe *r, const fe *z_twice) {
  fe i, j, v, t;
  fe_add(&i, h, h);
  fe_sqr(&i, &i);
  fe_mul(&j, h, &i);
  fe_mul(&v, u1, &i);
  fe_mul(&out->z, z_twice, h);
  fe_sqr(&t, r);
  fe_sub(&t, &t, &j);
  fe_sub(&t, &t, &v);
  fe_sub(&out->x, &t, &v);
  fe_sub(&t, &v, &out->x);
  fe_mul(&t, r, &t);
  fe_mul(&j, s1, &j);
  fe_add(&j, &j, &j);
  fe_sub(&out->y, &t, &j);
}

static void jacobian_add_vartime(point *out, const point *p, const point *q) {
  if (fe_is_zero(&p->z)) {
    *out = *q;
    return;
  }
  if (fe_is_zero(&q->z)) {
    *out = *p;
    return;
  }
  fe z1z1, z2z2, u1, u2, s1, s2, h, r, z;
  fe_sqr(&z1z1, &p->z);
  fe_sqr(&z2z2, &q->z);
  fe_mul(&u1, &p->x, &z2z2);
  fe_mul(&u2, &q->x, &z1z1);
  fe_mul(&s1, &p->y, &q->z);
  fe_mul(&s1, &s1, &z2z2);
  fe_mul(&s2, &q->y, &p->z);
  fe_mul(&s2, &s2, &z1z1);
  fe_sub(&h, &u2, &u1);
  fe_sub(&r, &s2, &s1);
  if (fe_is_zero(&h)) {
    if (fe_is_zero(&r)) jacobian_double_vartime(out, p);
    else point_set_infinity(out);
    return;
  }
  fe_add(&r, &r, &r);
  fe_mul(&z, &p->z, &q->z);
  fe_add(&z, &z, &z);
  jacobian_finish(out, &u1, &s1, &h, &r, &z);
}

static void jacobian_add_affine_vartime(point *out, const point *p, const affine *q) {
  if (fe_is_zero(&p->z)) {
    out->x = q->x;
    out->y = q->y;
    out->z = fe_one;
    return;
  }
  fe z1z1, u2, s2, h, r, z;
  fe_sqr(&z1z1, &p->z);
  fe_mul(&u2, &q->x, &z1z1);
  fe_mul(&s2, &q->y, &p->z);
  fe_mul(&s2, &s2, &z1z1);
  fe_sub(&h, &u2, &p->x);
  fe_sub(&r, &s2, &p->y);
  if (fe_is_zero(&h)) {
    if (fe_is_zero(&r)) jacobian_double_vartime(out, p);
    else point_set_infinity(out);
    return;
  }
  fe_add(&r, &r, &r);
  fe_add(&z, &p->z, &p->z);
  point first = *p;
  jacobian_finish(out, &first.x, &first.y, &h, &r, &z);
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
