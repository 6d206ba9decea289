/*
 * SM2 (GB/T 32918-2016) over bytes. Scalars and coordinates are 32 bytes, big-endian, left-padded; a public key is 64 bytes
 * X ‖ Y; a signature is 64 bytes r ‖ s; e is SM3(ZA ‖ M), computed by the caller. Functions give 1 for yes or done, 0 for no.
 */
#ifndef ONELOCK_SM2_H
#define ONELOCK_SM2_H

#include <stddef.h>
#include <stdint.h>

/* Once, before anything else: constants and the table of the base point. */
void sm2_setup(void);

/* Is it a point of the curve, coordinates below p? */
int sm2_check_public_key(const uint8_t public_key[64]);

/* d in [1, n-2] -> d*G; 0 when d is out of range. Constant time in d. */
int sm2_derive_public_key(const uint8_t d[32], uint8_t public_key[64]);

/* d -> (1 + d)^-1 mod n, what signing needs of it; 0 when d is out of range. Constant time in d. */
int sm2_prepare_private_key(const uint8_t d[32], uint8_t inverse[32]);

/* Signs e with the prepared key and the nonce k; 0 when k is out of range or gives r = 0, r + k = n or s = 0: draw another. */
int sm2_sign(const uint8_t inverse[32], const uint8_t k[32], const uint8_t e[32], uint8_t signature[64]);

/* Clause 7 of GB/T 32918.2. 0 also for a key off the curve. */
int sm2_verify_vartime(const uint8_t public_key[64], const uint8_t e[32], const uint8_t signature[64]);

/* Bytes of a table for a key that verifies many signatures; build it once, then verify with it. */
size_t sm2_table_size(void);
int sm2_table_build_vartime(void *table, const uint8_t public_key[64]);
int sm2_verify_with_table_vartime(const void *table, const uint8_t e[32], const uint8_t signature[64]);

/* k*P for a secret k in [1, n-1]; 0 when k or P is out of range. Constant time in k. */
int sm2_multiply(const uint8_t k[32], const uint8_t public_key[64], uint8_t product[64]);

/* k*G for a secret k in [1, n-1]. Constant time in k. */
int sm2_multiply_base(const uint8_t k[32], uint8_t product[64]);

/* P + Q; 0 when either is off the curve or the sum is infinity. */
int sm2_add(const uint8_t p[64], const uint8_t q[64], uint8_t sum[64]);

/* (a + b * c) mod n, for key exchange and two-party signing; inputs are taken modulo n. Constant time. */
void sm2_scalar_multiply_add(const uint8_t a[32], const uint8_t b[32], const uint8_t c[32], uint8_t out[32]);

#endif
