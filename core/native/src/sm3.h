/* SM3 (GB/T 32905-2016): a streaming digest of 32 bytes. */
#ifndef ONELOCK_SM3_H
#define ONELOCK_SM3_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
  uint32_t state[8];
  uint64_t length;    /* bytes so far */
  uint8_t block[64];  /* the unfinished block */
} sm3_context;

size_t sm3_context_size(void);
void sm3_init(sm3_context *context);
void sm3_update(sm3_context *context, const uint8_t *data, size_t length);

/* Writes the digest and wipes the context. */
void sm3_final(sm3_context *context, uint8_t digest[32]);

/* All at once. */
void sm3_digest(const uint8_t *data, size_t length, uint8_t digest[32]);

/* The KDF of GB/T 32918.4-2016 §5.4.3: SM3(Z || counter) for counter = first, first + 1 …, cut to the length wanted. */
void sm3_kdf(const uint8_t *z, size_t z_length, uint32_t first, uint8_t *out, size_t length);

#endif
