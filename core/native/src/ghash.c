/*
 * GHASH (NIST SP 800-38D §6.3, §6.4) without tables. Carry-less products either by the processor's instruction or by integer products
 * of operands in which only every fourth bit is used, so that carries fall into the holes: 16 partial sums of at most 16 ones need
 * at most the 4 bits of a hole, except at the top where they leave the word.
 */
#include "sm4.h"
#include "words.h"

typedef struct { uint64_t high, low; } pair;

INLINE uint64_t reverse_bits(uint64_t x) {
  x = (x >> 1 & 0x5555555555555555ull) | (x & 0x5555555555555555ull) << 1;
  x = (x >> 2 & 0x3333333333333333ull) | (x & 0x3333333333333333ull) << 2;
  x = (x >> 4 & 0x0F0F0F0F0F0F0F0Full) | (x & 0x0F0F0F0F0F0F0F0Full) << 4;
  return __builtin_bswap64(x);
}

/* The low 64 bits of the carry-less product. */
INLINE uint64_t product_low(uint64_t x, uint64_t y) {
  const uint64_t every4 = 0x1111111111111111ull;
  uint64_t a[4], b[4], out = 0;
  for (int i = 0; i < 4; i++) {
    a[i] = x & every4 << i;
    b[i] = y & every4 << i;
  }
  for (int i = 0; i < 4; i++) {
    uint64_t sum = 0;
    for (int j = 0; j < 4; j++) sum ^= a[j] * b[(4 + i - j) % 4];
    out |= sum & every4 << i;
  }
  return out;
}

INLINE pair product_portable(uint64_t x, uint64_t y) {
  return (pair){reverse_bits(product_low(reverse_bits(x), reverse_bits(y))) >> 1, product_low(x, y)};
}

/*
 * Reduction of the 256-bit product of bit-reflected operands modulo x^128 + x^7 + x^2 + x + 1; the product of reflected operands is one
 * bit short of reflected, hence the shift.
 */
INLINE pair reduce(uint64_t x3, uint64_t x2, uint64_t x1, uint64_t x0) {
  x3 = x3 << 1 | x2 >> 63;
  x2 = x2 << 1 | x1 >> 63;
  x1 = x1 << 1 | x0 >> 63;
  x0 <<= 1;
  uint64_t d = x1 ^ x0 << 63 ^ x0 << 62 ^ x0 << 57;
  uint64_t high = d ^ d >> 1 ^ d >> 2 ^ d >> 7;
  uint64_t low = x0 ^ (x0 >> 1 | d << 63) ^ (x0 >> 2 | d << 62) ^ (x0 >> 7 | d << 57);
  return (pair){x3 ^ high, x2 ^ low};
}

/* Three products by Karatsuba. */
#define MULTIPLY(PRODUCT_OF, A, B, OUT)                                                \
  {                                                                                    \
    pair hh_ = PRODUCT_OF((A).high, (B).high), ll_ = PRODUCT_OF((A).low, (B).low);      \
    pair mm_ = PRODUCT_OF((A).high ^ (A).low, (B).high ^ (B).low);                      \
    mm_.high ^= hh_.high ^ ll_.high;                                                    \
    mm_.low ^= hh_.low ^ ll_.low;                                                       \
    OUT = reduce(hh_.high, hh_.low ^ mm_.high, ll_.high ^ mm_.low, ll_.low);            \
  }

INLINE pair load_block(const uint8_t *data, size_t length) {
  uint8_t block[16] = {0};
  __builtin_memcpy(block, data, length);
  return (pair){load_be64(block), load_be64(block + 8)};
}

#define GHASH_BODY(PRODUCT_OF)                                             \
  pair x = {load_be64(state), load_be64(state + 8)}, key = {load_be64(h), load_be64(h + 8)}; \
  while (length > 0) {                                                     \
    size_t now = length < 16 ? length : 16;                                \
    pair block = now == 16 ? (pair){load_be64(data), load_be64(data + 8)} : load_block(data, now); \
    x.high ^= block.high;                                                  \
    x.low ^= block.low;                                                    \
    MULTIPLY(PRODUCT_OF, x, key, x)                                        \
    data += now;                                                           \
    length -= now;                                                         \
  }                                                                        \
  store_be64(state, x.high);                                               \
  store_be64(state + 8, x.low);

#if defined(__x86_64__) && defined(__GNUC__) && !defined(ONELOCK_NO_ASM)
#include <immintrin.h>

#define CARRYLESS __attribute__((target("pclmul,sse2")))

CARRYLESS INLINE pair product_instruction(uint64_t x, uint64_t y) {
  __m128i product = _mm_clmulepi64_si128(_mm_cvtsi64_si128((long long)x), _mm_cvtsi64_si128((long long)y), 0);
  return (pair){(uint64_t)_mm_cvtsi128_si64(_mm_unpackhi_epi64(product, product)), (uint64_t)_mm_cvtsi128_si64(product)};
}

CARRYLESS static void ghash_instruction(uint8_t state[16], const uint8_t h[16], const uint8_t *data, size_t length) { GHASH_BODY(product_instruction) }
#define HAS_INSTRUCTION 1
#else
#define HAS_INSTRUCTION 0
#endif

static void ghash_portable(uint8_t state[16], const uint8_t h[16], const uint8_t *data, size_t length) { GHASH_BODY(product_portable) }

void ghash_update(uint8_t state[16], const uint8_t h[16], const uint8_t *data, size_t length) {
#if HAS_INSTRUCTION
  if (__builtin_cpu_supports("pclmul")) {
    ghash_instruction(state, h, data, length);
    return;
  }
#endif
  ghash_portable(state, h, data, length);
}
