/*
 * SM4 (GB/T 32907-2016): 16-byte blocks, 16-byte key. Block modes work on whole blocks; counter mode on any length. All of it is
 * constant time: bit planes instead of tables.
 */
#ifndef ONELOCK_SM4_H
#define ONELOCK_SM4_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
  uint64_t planes[32][8]; /* each round key spread over bit planes */
} sm4_key;

size_t sm4_key_size(void);
void sm4_expand_key(sm4_key *out, const uint8_t key[16]);
void sm4_wipe_key(sm4_key *key);

void sm4_ecb_encrypt(const sm4_key *key, const uint8_t *in, uint8_t *out, size_t blocks);
void sm4_ecb_decrypt(const sm4_key *key, const uint8_t *in, uint8_t *out, size_t blocks);

/* `iv` is updated so that a message may come in pieces. Encryption is serial by nature and therefore slow here. */
void sm4_cbc_encrypt(const sm4_key *key, uint8_t iv[16], const uint8_t *in, uint8_t *out, size_t blocks);
void sm4_cbc_decrypt(const sm4_key *key, uint8_t iv[16], const uint8_t *in, uint8_t *out, size_t blocks);

/* Counter mode with a counter of `counter_bytes` (4 for GCM, 16 for CTR) at the end of the block, big-endian; updated per block. */
void sm4_ctr(const sm4_key *key, uint8_t counter[16], int counter_bytes, const uint8_t *in, uint8_t *out, size_t length);

/* GHASH (NIST SP 800-38D §6.4): state = (state ^ block) * h for each block; a last short one is padded with zeros. */
void ghash_update(uint8_t state[16], const uint8_t h[16], const uint8_t *data, size_t length);

#endif
