/*
 * Numbers modulo m written as plainly as can be, to check the engine against: four 64-bit limbs, schoolbook products, reduction by a
 * table of powers of two. Shares no line and no trick with src/.
 */
#ifndef ONELOCK_PLAIN_NUMBERS_H
#define ONELOCK_PLAIN_NUMBERS_H

#include <stdint.h>
#include <string.h>

typedef struct { uint64_t l[4]; } plain;
typedef struct {
  plain m;
  plain fold[4]; /* 2^(256 + 64i) mod m */
} plain_modulus;

static int plain_compare(const plain *a, const plain *b) {
  for (int i = 3; i >= 0; i--)
    if (a->l[i] != b->l[i]) return a->l[i] < b->l[i] ? -1 : 1;
  return 0;
}

/* a += b; gives the carry */
static uint64_t plain_increase(plain *a, const plain *b) {
  unsigned __int128 sum = 0;
  for (int i = 0; i < 4; i++) {
    sum += (unsigned __int128)a->l[i] + b->l[i];
    a->l[i] = (uint64_t)sum;
    sum >>= 64;
  }
  return (uint64_t)sum;
}

static void plain_decrease(plain *a, const plain *b) {
  uint64_t borrow = 0;
  for (int i = 0; i < 4; i++) {
    uint64_t before = a->l[i], take = b->l[i] + borrow;
    uint64_t next = (take < borrow) | (before < take);
    a->l[i] = before - take;
    borrow = next;
  }
}

/* Both below m. */
static plain plain_add(const plain_modulus *m, plain a, plain b) {
  uint64_t carry = plain_increase(&a, &b);
  if (carry || plain_compare(&a, &m->m) >= 0) plain_decrease(&a, &m->m);
  return a;
}

static plain plain_subtract(const plain_modulus *m, plain a, plain b) {
  if (plain_compare(&a, &b) < 0) {
    plain lifted = m->m;
    plain_decrease(&lifted, &b);
    plain_increase(&lifted, &a);
    return lifted;
  }
  plain_decrease(&a, &b);
  return a;
}

static plain plain_power_of_two(const plain_modulus *m, int exponent) {
  plain value = {{1, 0, 0, 0}};
  while (exponent-- > 0) value = plain_add(m, value, value);
  return value;
}

static void plain_setup(plain_modulus *m, const uint64_t limbs[4]) {
  memcpy(m->m.l, limbs, 32);
  for (int i = 0; i < 4; i++) m->fold[i] = plain_power_of_two(m, 256 + 64 * i);
}

/* wide[0..5] += factor * b */
static void plain_accumulate(uint64_t wide[6], uint64_t factor, const plain *b) {
  unsigned __int128 carry = 0;
  for (int i = 0; i < 6; i++) {
    carry += (unsigned __int128)wide[i] + (i < 4 ? (unsigned __int128)factor * b->l[i] : 0);
    wide[i] = (uint64_t)carry;
    carry >>= 64;
  }
}

static plain plain_reduce(const plain_modulus *m, const uint64_t product[8]) {
  uint64_t wide[6] = {product[0], product[1], product[2], product[3], 0, 0};
  for (int i = 0; i < 4; i++) plain_accumulate(wide, product[4 + i], &m->fold[i]);
  while (wide[4] | wide[5]) {
    uint64_t first = wide[4], second = wide[5];
    wide[4] = wide[5] = 0;
    plain_accumulate(wide, first, &m->fold[0]);
    plain_accumulate(wide, second, &m->fold[1]);
  }
  plain value = {{wide[0], wide[1], wide[2], wide[3]}};
  while (plain_compare(&value, &m->m) >= 0) plain_decrease(&value, &m->m);
  return value;
}

static plain plain_multiply(const plain_modulus *m, plain a, plain b) {
  uint64_t product[8] = {0};
  for (int i = 0; i < 4; i++) {
    uint64_t carry = 0;
    for (int j = 0; j < 4; j++) {
      unsigned __int128 sum = (unsigned __int128)a.l[i] * b.l[j] + product[i + j] + carry;
      product[i + j] = (uint64_t)sum;
      carry = (uint64_t)(sum >> 64);
    }
    product[i + 4] = carry;
  }
  return plain_reduce(m, product);
}

#endif
