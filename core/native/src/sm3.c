#include "sm3.h"
#include "words.h"

static const uint32_t sm3_initial[8] = {0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600, 0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E};

INLINE uint32_t rotl(uint32_t x, int n) { return x << n | x >> (32 - n); }
INLINE uint32_t p0(uint32_t x) { return x ^ rotl(x, 9) ^ rotl(x, 17); }
INLINE uint32_t p1(uint32_t x) { return x ^ rotl(x, 15) ^ rotl(x, 23); }

INLINE uint32_t from_big_endian(uint32_t word) {
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  return word;
#else
  return __builtin_bswap32(word);
#endif
}

/* T_j rotated left by j mod 32, clause 4.2 and 5.3.3 */
#define T_EARLY(j) (0x79CC4519u << (j) | (uint32_t)((uint64_t)0x79CC4519u >> (32 - (j))))
#define T_LATE(j) (0x7A879D8Au << ((j) % 32) | (uint32_t)((uint64_t)0x7A879D8Au >> (32 - (j) % 32)))

#define FF_EARLY(x, y, z) ((x) ^ (y) ^ (z))
#define GG_EARLY(x, y, z) ((x) ^ (y) ^ (z))
#define FF_LATE(x, y, z) (((x) & (y)) | (((x) | (y)) & (z)))
#define GG_LATE(x, y, z) ((((y) ^ (z)) & (x)) ^ (z))

/* One round; the eight registers rotate by name, so the moves of clause 5.3.3 cost nothing. */
#define ROUND(A, B, C, D, E, F, G, H, FF, GG, T, W, W4)       \
  do {                                                        \
    uint32_t a12 = rotl(A, 12);                               \
    uint32_t ss1 = rotl(a12 + E + (T), 7);                    \
    D += FF(A, B, C) + (ss1 ^ a12) + ((W) ^ (W4));            \
    H += GG(E, F, G) + ss1 + (W);                             \
    B = rotl(B, 9);                                           \
    F = rotl(F, 19);                                          \
    H = p0(H);                                                \
  } while (0)

/* W_j for j >= 16 in a ring of sixteen words: w[j] stands for W_(j-16) until it is replaced by W_j. */
#define EXPAND(j) (w[(j) & 15] = p1(w[(j) & 15] ^ w[((j) + 7) & 15] ^ rotl(w[((j) + 13) & 15], 15)) ^ rotl(w[((j) + 3) & 15], 7) ^ w[((j) + 10) & 15])

/* Clause 5.3 over whole blocks; a body, because x86-64 compiles it a second time with rotations that keep their operand (BMI2). */
INLINE void compress_body(uint32_t state[8], const uint8_t *data, size_t blocks) {
  uint32_t a = state[0], b = state[1], c = state[2], d = state[3], e = state[4], f = state[5], g = state[6], h = state[7];
  while (blocks-- > 0) {
    uint32_t w[16];
    for (int i = 0; i < 16; i++, data += 4) {
      uint32_t word;
      __builtin_memcpy(&word, data, 4);
      w[i] = from_big_endian(word);
    }
#define EARLY4(j, w4)                                                                        \
  ROUND(a, b, c, d, e, f, g, h, FF_EARLY, GG_EARLY, T_EARLY(j), w[j], w4(j));                \
  ROUND(d, a, b, c, h, e, f, g, FF_EARLY, GG_EARLY, T_EARLY(j + 1), w[j + 1], w4(j + 1));    \
  ROUND(c, d, a, b, g, h, e, f, FF_EARLY, GG_EARLY, T_EARLY(j + 2), w[j + 2], w4(j + 2));    \
  ROUND(b, c, d, a, f, g, h, e, FF_EARLY, GG_EARLY, T_EARLY(j + 3), w[j + 3], w4(j + 3));
#define LOADED4(j) w[(j) + 4]
    /* The word four ahead is needed beside each: from round 12 on it is expanded just before its use; W_j itself is read first. */
    EARLY4(0, LOADED4)
    EARLY4(4, LOADED4)
    EARLY4(8, LOADED4)
#define STEP(A, B, C, D, E, F, G, H, FF, GG, T, j) \
  do {                                             \
    uint32_t now = w[(j) & 15];                    \
    uint32_t ahead = EXPAND((j) + 4);              \
    ROUND(A, B, C, D, E, F, G, H, FF, GG, T, now, ahead); \
  } while (0)
    STEP(a, b, c, d, e, f, g, h, FF_EARLY, GG_EARLY, T_EARLY(12), 12);
    STEP(d, a, b, c, h, e, f, g, FF_EARLY, GG_EARLY, T_EARLY(13), 13);
    STEP(c, d, a, b, g, h, e, f, FF_EARLY, GG_EARLY, T_EARLY(14), 14);
    STEP(b, c, d, a, f, g, h, e, FF_EARLY, GG_EARLY, T_EARLY(15), 15);
#define LATE4(j)                                                       \
  STEP(a, b, c, d, e, f, g, h, FF_LATE, GG_LATE, T_LATE(j), j);         \
  STEP(d, a, b, c, h, e, f, g, FF_LATE, GG_LATE, T_LATE(j + 1), j + 1); \
  STEP(c, d, a, b, g, h, e, f, FF_LATE, GG_LATE, T_LATE(j + 2), j + 2); \
  STEP(b, c, d, a, f, g, h, e, FF_LATE, GG_LATE, T_LATE(j + 3), j + 3);
    LATE4(16) LATE4(20) LATE4(24) LATE4(28) LATE4(32) LATE4(36) LATE4(40) LATE4(44) LATE4(48) LATE4(52) LATE4(56) LATE4(60)
    a = state[0] ^= a;
    b = state[1] ^= b;
    c = state[2] ^= c;
    d = state[3] ^= d;
    e = state[4] ^= e;
    f = state[5] ^= f;
    g = state[6] ^= g;
    h = state[7] ^= h;
  }
}

static void compress_plain(uint32_t state[8], const uint8_t *data, size_t blocks) { compress_body(state, data, blocks); }

#if defined(__x86_64__) && defined(__GNUC__)
__attribute__((target("bmi2"))) static void compress_bmi2(uint32_t state[8], const uint8_t *data, size_t blocks) { compress_body(state, data, blocks); }

static void sm3_compress(uint32_t state[8], const uint8_t *data, size_t blocks) {
  if (__builtin_cpu_supports("bmi2")) compress_bmi2(state, data, blocks);
  else compress_plain(state, data, blocks);
}
#else
static void sm3_compress(uint32_t state[8], const uint8_t *data, size_t blocks) { compress_plain(state, data, blocks); }
#endif

size_t sm3_context_size(void) { return sizeof(sm3_context); }

void sm3_init(sm3_context *context) {
  for (int i = 0; i < 8; i++) context->state[i] = sm3_initial[i];
  context->length = 0;
}

void sm3_update(sm3_context *context, const uint8_t *data, size_t length) {
  if (length == 0) return; /* an empty array may have no address */
  size_t filled = (size_t)(context->length % 64);
  context->length += length;
  if (filled > 0) {
    while (length > 0 && filled < 64) {
      context->block[filled++] = *data++;
      length--;
    }
    if (filled < 64) return;
    sm3_compress(context->state, context->block, 1);
  }
  sm3_compress(context->state, data, length / 64);
  data += length - length % 64;
  for (size_t i = 0; i < length % 64; i++) context->block[i] = data[i];
}

/* WASM's compiler leaves words of the last block, which may end a key or a shared point, on the stack of compress_plain. */
#if defined(__wasm__)
HELD_APART void wipe_block(void) {
  volatile uint64_t left[32];
  for (int i = 0; i < 32; i++) left[i] = 0;
  (void)left;
}
#else
INLINE void wipe_block(void) {}
#endif

void sm3_final(sm3_context *context, uint8_t digest[32]) {
  size_t filled = (size_t)(context->length % 64);
  uint64_t bits = context->length * 8;
  context->block[filled++] = 0x80;
  if (filled > 56) {
    while (filled < 64) context->block[filled++] = 0;
    sm3_compress(context->state, context->block, 1);
    filled = 0;
  }
  while (filled < 56) context->block[filled++] = 0;
  store_be64(context->block + 56, bits);
  sm3_compress(context->state, context->block, 1);
  for (int i = 0; i < 8; i++)
    for (int k = 0; k < 4; k++) digest[4 * i + k] = (uint8_t)(context->state[i] >> (24 - 8 * k));
  wipe(context, sizeof *context);
  wipe_block();
}

void sm3_digest(const uint8_t *data, size_t length, uint8_t digest[32]) {
  sm3_context context;
  sm3_init(&context);
  sm3_update(&context, data, length);
  sm3_final(&context, digest);
}

void sm3_kdf(const uint8_t *z, size_t z_length, uint32_t first, uint8_t *out, size_t length) {
  sm3_context start, context;
  uint8_t digest[32];
  sm3_init(&start);
  sm3_update(&start, z, z_length);
  for (uint32_t counter = first; length > 0; counter++) {
    uint8_t number[4] = {(uint8_t)(counter >> 24), (uint8_t)(counter >> 16), (uint8_t)(counter >> 8), (uint8_t)counter};
    size_t now = length < 32 ? length : 32;
    context = start;
    sm3_update(&context, number, 4);
    sm3_final(&context, digest);
    __builtin_memcpy(out, digest, now);
    out += now;
    length -= now;
  }
  wipe(&start, sizeof start);
  wipe(digest, sizeof digest);
}
