/*
 * One name, two builds: sm2_bmi2.c where the processor has BMI2 and AVX2 (Intel since 2013, AMD since 2015), else sm2_plain.c. The choice is made once, in
 * sm2_setup. Tables have the same form in both.
 */
#include "sm2.h"

static int use_bmi2;

void sm2_plain_setup(void);
void sm2_bmi2_setup(void);
int sm2_plain_check_public_key(const uint8_t key[64]);
int sm2_bmi2_check_public_key(const uint8_t key[64]);
int sm2_plain_derive_public_key(const uint8_t d[32], uint8_t key[64]);
int sm2_bmi2_derive_public_key(const uint8_t d[32], uint8_t key[64]);
int sm2_plain_prepare_private_key(const uint8_t d[32], uint8_t inverse[32]);
int sm2_bmi2_prepare_private_key(const uint8_t d[32], uint8_t inverse[32]);
int sm2_plain_sign(const uint8_t inverse[32], const uint8_t k[32], const uint8_t e[32], uint8_t signature[64]);
int sm2_bmi2_sign(const uint8_t inverse[32], const uint8_t k[32], const uint8_t e[32], uint8_t signature[64]);
int sm2_plain_verify_vartime(const uint8_t key[64], const uint8_t e[32], const uint8_t signature[64]);
int sm2_bmi2_verify_vartime(const uint8_t key[64], const uint8_t e[32], const uint8_t signature[64]);
size_t sm2_plain_table_size(void);
size_t sm2_bmi2_table_size(void);
int sm2_plain_table_build_vartime(void *table, const uint8_t key[64]);
int sm2_bmi2_table_build_vartime(void *table, const uint8_t key[64]);
int sm2_plain_verify_with_table_vartime(const void *table, const uint8_t e[32], const uint8_t signature[64]);
int sm2_bmi2_verify_with_table_vartime(const void *table, const uint8_t e[32], const uint8_t signature[64]);
int sm2_plain_multiply(const uint8_t k[32], const uint8_t key[64], uint8_t product[64]);
int sm2_bmi2_multiply(const uint8_t k[32], const uint8_t key[64], uint8_t product[64]);
int sm2_plain_multiply_base(const uint8_t k[32], uint8_t product[64]);
int sm2_bmi2_multiply_base(const uint8_t k[32], uint8_t product[64]);
int sm2_plain_add(const uint8_t p[64], const uint8_t q[64], uint8_t sum[64]);
int sm2_bmi2_add(const uint8_t p[64], const uint8_t q[64], uint8_t sum[64]);
void sm2_plain_scalar_multiply_add(const uint8_t a[32], const uint8_t b[32], const uint8_t c[32], uint8_t out[32]);
void sm2_bmi2_scalar_multiply_add(const uint8_t a[32], const uint8_t b[32], const uint8_t c[32], uint8_t out[32]);

void sm2_setup(void) {
  use_bmi2 = __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("avx2");
  if (use_bmi2) sm2_bmi2_setup();
  else sm2_plain_setup();
}

int sm2_check_public_key(const uint8_t key[64]) { return use_bmi2 ? sm2_bmi2_check_public_key(key) : sm2_plain_check_public_key(key); }

int sm2_derive_public_key(const uint8_t d[32], uint8_t key[64]) {
  return use_bmi2 ? sm2_bmi2_derive_public_key(d, key) : sm2_plain_derive_public_key(d, key);
}

int sm2_prepare_private_key(const uint8_t d[32], uint8_t inverse[32]) {
  return use_bmi2 ? sm2_bmi2_prepare_private_key(d, inverse) : sm2_plain_prepare_private_key(d, inverse);
}

int sm2_sign(const uint8_t inverse[32], const uint8_t k[32], const uint8_t e[32], uint8_t signature[64]) {
  return use_bmi2 ? sm2_bmi2_sign(inverse, k, e, signature) : sm2_plain_sign(inverse, k, e, signature);
}

int sm2_verify_vartime(const uint8_t key[64], const uint8_t e[32], const uint8_t signature[64]) {
  return use_bmi2 ? sm2_bmi2_verify_vartime(key, e, signature) : sm2_plain_verify_vartime(key, e, signature);
}

size_t sm2_table_size(void) { return use_bmi2 ? sm2_bmi2_table_size() : sm2_plain_table_size(); }

int sm2_table_build_vartime(void *table, const uint8_t key[64]) {
  return use_bmi2 ? sm2_bmi2_table_build_vartime(table, key) : sm2_plain_table_build_vartime(table, key);
}

int sm2_verify_with_table_vartime(const void *table, const uint8_t e[32], const uint8_t signature[64]) {
  return use_bmi2 ? sm2_bmi2_verify_with_table_vartime(table, e, signature) : sm2_plain_verify_with_table_vartime(table, e, signature);
}

int sm2_multiply(const uint8_t k[32], const uint8_t key[64], uint8_t product[64]) {
  return use_bmi2 ? sm2_bmi2_multiply(k, key, product) : sm2_plain_multiply(k, key, product);
}

int sm2_multiply_base(const uint8_t k[32], uint8_t product[64]) {
  return use_bmi2 ? sm2_bmi2_multiply_base(k, product) : sm2_plain_multiply_base(k, product);
}

int sm2_add(const uint8_t p[64], const uint8_t q[64], uint8_t sum[64]) { return use_bmi2 ? sm2_bmi2_add(p, q, sum) : sm2_plain_add(p, q, sum); }

void sm2_scalar_multiply_add(const uint8_t a[32], const uint8_t b[32], const uint8_t c[32], uint8_t out[32]) {
  if (use_bmi2) sm2_bmi2_scalar_multiply_add(a, b, c, out);
  else sm2_plain_scalar_multiply_add(a, b, c, out);
}
