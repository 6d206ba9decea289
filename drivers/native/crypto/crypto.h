/*
 * What the soft libraries need of cryptography: SM2 (GB/T 32918), SM3, SM4 and RSA. Numbers are big-endian and padded to their full
 * length; a public point is X || Y. Functions give 1 for done and 0 for not. crypto-openssl.c does it with OpenSSL 3;
 * crypto-engine.c with our own engine (core/native), without RSA, where no OpenSSL is at hand.
 */
#ifndef ONELOCK_SOFT_CRYPTO_H
#define ONELOCK_SOFT_CRYPTO_H

#include <stddef.h>
#include <stdint.h>

typedef struct soft_key soft_key;
typedef enum { KEY_OTHER = 0, KEY_RSA = 1, KEY_SM2 = 2 } key_kind;

/* C1 || C3 || C2 of GB/T 32918.4-2016 in its parts. */
typedef struct { uint8_t c1[64], c3[32]; } sm2_head;

soft_key *key_from_pkcs8(const uint8_t *der, size_t length);
/* Writes PKCS#8; `length` is the room before, the length after. */
int key_to_pkcs8(const soft_key *key, uint8_t *out, size_t *length);
soft_key *key_from_scalar(const uint8_t scalar[32], const uint8_t point[64]);
soft_key *key_generate_sm2(void);
soft_key *key_generate_rsa(unsigned bits);
void key_free(soft_key *key);

key_kind key_kind_of(const soft_key *key);
int key_point(const soft_key *key, uint8_t point[64]);
/* Room for 512 octets; `length` is that of the modulus. */
int key_modulus(const soft_key *key, uint8_t *modulus, size_t *length, uint8_t exponent[4]);

/* ZA of GB/T 32918.2-2016 5.5: SM3(ENTL || ID || a || b || G || the key); an id has at most 512 octets here. */
int sm2_za(const uint8_t point[64], const uint8_t *id, size_t id_length, uint8_t za[32]);
/* Signs e = SM3(ZA || M): r || s. */
int sm2_sign_e(const soft_key *key, const uint8_t e[32], uint8_t signature[64]);
int sm2_verify_e(const uint8_t point[64], const uint8_t e[32], const uint8_t signature[64]);
/* The ciphertext is as long as the plain text. */
int sm2_encrypt_to(const uint8_t point[64], const uint8_t *plain, size_t length, sm2_head *head, uint8_t *cipher);
int sm2_decrypt_with(const soft_key *key, const sm2_head *head, const uint8_t *cipher, size_t length, uint8_t *plain);

/* PKCS#1 v1.5 over what is given; `sha256`: makes DigestInfo of a SHA-256 first. */
int rsa_sign(const soft_key *key, int sha256, const uint8_t *data, size_t length, uint8_t *out, size_t *out_length);
/* `padded`: the whole block with its padding, instead of what was padded. */
int rsa_decrypt(const soft_key *key, int padded, const uint8_t *data, size_t length, uint8_t *out, size_t *out_length);

void sm3_of(const uint8_t *data, size_t length, uint8_t digest[32]);
/* Whole blocks; `cbc`: `iv` is that of the first block and becomes that of the next. */
int sm4_blocks(const uint8_t key[16], int encrypt, int cbc, uint8_t iv[16], const uint8_t *in, uint8_t *out, size_t length);
int random_bytes(uint8_t *out, size_t length);

#endif
