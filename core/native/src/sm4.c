#include "sm4.h"
#include "words.h"

#if defined(__x86_64__) && defined(__GNUC__)
#define HAS_AVX2_BUILD 1
#else
#define HAS_AVX2_BUILD 0
#endif

typedef uint64_t plane64;
#define plane plane64
#define PLANE(name) sm4_64_##name
#define PLANE_PARTS 1
#define PLANE_TARGET
#include "sm4_planes.h"
#undef plane
#undef PLANE
#undef PLANE_PARTS
#undef PLANE_TARGET

#if HAS_AVX2_BUILD
typedef uint64_t plane256 __attribute__((vector_size(32)));
#define plane plane256
#define PLANE(name) sm4_256_##name
#define PLANE_PARTS 4
#define PLANE_TARGET __attribute__((target("avx2")))
#undef ONELOCK_SM4_SBOX_H
#include "sm4_planes.h"
#undef plane
#undef PLANE
#undef PLANE_PARTS
#undef PLANE_TARGET
#endif

#define BATCH 64 /* blocks that the modes hand on at once */

static const uint32_t sm4_fk[4] = {0xA3B1BAC6, 0x56AA3350, 0x677D9197, 0xB27022DC};

INLINE uint32_t rotl32(uint32_t x, int n) { return x << n | x >> (32 - n); }

/* tau of clause 6.2 on one word, by the same planes: bytes in lanes 0, 16, 32, 48 */
static uint32_t sm4_tau(uint32_t word) {
  plane64 x[8];
  uint32_t out = 0;
  for (int b = 0; b < 8; b++) {
    x[b] = 0;
    for (int i = 0; i < 4; i++) x[b] |= (uint64_t)(word >> (24 - 8 * i + b) & 1) << (16 * i);
  }
  sm4_64_sbox(x);
  for (int b = 0; b < 8; b++)
    for (int i = 0; i < 4; i++) out |= (uint32_t)(x[b] >> (16 * i) & 1) << (24 - 8 * i + b);
  return out;
}

size_t sm4_key_size(void) { return sizeof(sm4_key); }

void sm4_wipe_key(sm4_key *key) { wipe(key, sizeof *key); }

/* Clause 7.3: rk_i = K_i ^ L'(tau(K_(i+1) ^ K_(i+2) ^ K_(i+3) ^ CK_i)); CK_i has bytes (4i + j) * 7 mod 256 */
void sm4_expand_key(sm4_key *out, const uint8_t bytes[16]) {
  uint32_t k[4];
  for (int i = 0; i < 4; i++)
    k[i] = ((uint32_t)bytes[4 * i] << 24 | (uint32_t)bytes[4 * i + 1] << 16 | (uint32_t)bytes[4 * i + 2] << 8 | bytes[4 * i + 3]) ^ sm4_fk[i];
  for (int round = 0; round < 32; round++) {
    uint32_t ck = 0;
    for (int j = 0; j < 4; j++) ck = ck << 8 | (uint8_t)((4 * round + j) * 7);
    uint32_t t = sm4_tau(k[1] ^ k[2] ^ k[3] ^ ck);
    uint32_t rk = k[0] ^ t ^ rotl32(t, 13) ^ rotl32(t, 23);
    k[0] = k[1];
    k[1] = k[2];
    k[2] = k[3];
    k[3] = rk;
    for (int b = 0; b < 8; b++) {
      uint64_t lanes = 0;
      for (int i = 0; i < 4; i++) lanes |= ((0 - (uint64_t)(rk >> (24 - 8 * i + b) & 1)) & 0xFFFF) << (16 * i);
      out->planes[round][b] = lanes;
    }
  }
  wipe(k, sizeof k);
}

/* Any number of blocks, by the widest build that the processor has; `in` may be `out`. */
static void sm4_blocks(const sm4_key *key, int reverse, const uint8_t *in, uint8_t *out, size_t blocks) {
#if HAS_AVX2_BUILD
  if (blocks > 16 && __builtin_cpu_supports("avx2")) {
    for (; blocks >= 64; blocks -= 64, in += 1024, out += 1024) sm4_256_blocks(key, reverse, in, out);
    if (blocks > 16) {
      uint8_t padded[1024] = {0};
      __builtin_memcpy(padded, in, 16 * blocks);
      sm4_256_blocks(key, reverse, padded, padded);
      __builtin_memcpy(out, padded, 16 * blocks);
      wipe(padded, sizeof padded);
      return;
    }
  }
#endif
  for (; blocks >= 16; blocks -= 16, in += 256, out += 256) sm4_64_blocks(key, reverse, in, out);
  if (blocks > 0) {
    uint8_t padded[256] = {0};
    __builtin_memcpy(padded, in, 16 * blocks);
    sm4_64_blocks(key, reverse, padded, padded);
    __builtin_memcpy(out, padded, 16 * blocks);
    wipe(padded, sizeof padded);
  }
}

void sm4_ecb_encrypt(const sm4_key *key, const uint8_t *in, uint8_t *out, size_t blocks) { sm4_blocks(key, 0, in, out, blocks); }

void sm4_ecb_decrypt(const sm4_key *key, const uint8_t *in, uint8_t *out, size_t blocks) { sm4_blocks(key, 1, in, out, blocks); }

void sm4_cbc_encrypt(const sm4_key *key, uint8_t iv[16], const uint8_t *in, uint8_t *out, size_t blocks) {
  for (; blocks > 0; blocks--, in += 16, out += 16) {
    for (int i = 0; i < 16; i++) iv[i] ^= in[i];
    sm4_blocks(key, 0, iv, iv, 1);
    __builtin_memcpy(out, iv, 16);
  }
}

void sm4_cbc_decrypt(const sm4_key *key, uint8_t iv[16], const uint8_t *in, uint8_t *out, size_t blocks) {
  uint8_t plain[16 * BATCH], last[16];
  while (blocks > 0) {
    size_t count = blocks < BATCH ? blocks : BATCH;
    sm4_blocks(key, 1, in, plain, count);
    __builtin_memcpy(last, in + 16 * (count - 1), 16);
    for (size_t i = 16 * count; i-- > 16;) plain[i] ^= in[i - 16];
    for (int i = 0; i < 16; i++) plain[i] ^= iv[i];
    __builtin_memcpy(out, plain, 16 * count);
    __builtin_memcpy(iv, last, 16);
    blocks -= count;
    in += 16 * count;
    out += 16 * count;
  }
  wipe(plain, sizeof plain);
}

void sm4_ctr(const sm4_key *key, uint8_t counter[16], int counter_bytes, const uint8_t *in, uint8_t *out, size_t length) {
  uint8_t stream[16 * BATCH];
  while (length > 0) {
    size_t count = (length + 15) / 16;
    if (count > BATCH) count = BATCH;
    for (size_t n = 0; n < count; n++) {
      __builtin_memcpy(stream + 16 * n, counter, 16);
      for (int i = 15; i >= 16 - counter_bytes; i--)
        if (++counter[i] != 0) break;
    }
    sm4_blocks(key, 0, stream, stream, count);
    size_t bytes = length < 16 * count ? length : 16 * count;
    for (size_t i = 0; i < bytes; i++) out[i] = in[i] ^ stream[i];
    length -= bytes;
    in += bytes;
    out += bytes;
  }
  wipe(stream, sizeof stream);
}
