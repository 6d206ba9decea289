/*
 * SM4 on bit planes: a template over `plane`, 64 bits or a vector of such, compiled once per width. Each 64-bit part holds
 * sixteen blocks; its bit 16*i + n belongs to byte i (0 = most significant) of a word of block n, so rotating a word by 8 bits is
 * rotating every plane by 16. No table, no branch and no index depends on data or key.
 *
 * Before including: PLANE(name) gives names their suffix, `plane` is the type, PLANE_PARTS its number of 64-bit parts,
 * PLANE_TARGET the function attribute.
 */

#include "sm4_sbox.h"

#define SWAP_BITS(A, B, LOW, SHIFT)                  \
  {                                                  \
    plane low_ = (A), high_ = (B);                   \
    A = (low_ & (LOW)) | ((high_ & (LOW)) << (SHIFT)); \
    B = ((low_ >> (SHIFT)) & (LOW)) | (high_ & ~(LOW)); \
  }

/* Eight 64-bit rows: bit b of byte k of row g <-> bit g of byte k of row b. Its own inverse. */
PLANE_TARGET INLINE void PLANE(transpose)(plane q[8]) {
  const plane one = (plane){0} + 0x5555555555555555ull, two = (plane){0} + 0x3333333333333333ull, four = (plane){0} + 0x0F0F0F0F0F0F0F0Full;
  for (int i = 0; i < 8; i += 2) SWAP_BITS(q[i], q[i + 1], one, 1)
  for (int i = 0; i < 8; i += (i & 1) ? 3 : 1) SWAP_BITS(q[i], q[i + 2], two, 2)
  for (int i = 0; i < 4; i++) SWAP_BITS(q[i], q[i + 4], four, 4)
}

/* A word's bytes to the even bytes of 64 bits, and back. */
INLINE uint64_t PLANE(spread)(uint32_t word) {
  uint64_t x = word;
  x = (x | x << 16) & 0x0000FFFF0000FFFFull;
  return (x | x << 8) & 0x00FF00FF00FF00FFull;
}

INLINE uint32_t PLANE(gather)(uint64_t x) {
  x &= 0x00FF00FF00FF00FFull;
  x = (x | x >> 8) & 0x0000FFFF0000FFFFull;
  return (uint32_t)(x | x >> 16);
}

#define ROTATE_BYTE(P) ((P) >> 16 | (P) << 48)
#define ROTATE_TWO_BYTES(P) ((P) >> 32 | (P) << 32)
#define ROTATE_THREE_BYTES(P) ((P) >> 48 | (P) << 16)

/* x0 ^= L(tau(x1 ^ x2 ^ x3 ^ rk)), clause 6.2; L(B) = B ^ (B<<<24) ^ ((B ^ (B<<<8) ^ (B<<<16)) <<< 2) */
PLANE_TARGET INLINE void PLANE(round)(plane x0[8], const plane x1[8], const plane x2[8], const plane x3[8], const uint64_t key[8]) {
  plane t[8], u[8];
  for (int b = 0; b < 8; b++) t[b] = x1[b] ^ x2[b] ^ x3[b] ^ ((plane){0} + key[b]);
  PLANE(sbox)(t);
  for (int b = 0; b < 8; b++) u[b] = t[b] ^ ROTATE_BYTE(t[b]) ^ ROTATE_TWO_BYTES(t[b]);
  for (int b = 0; b < 8; b++) x0[b] ^= t[b] ^ ROTATE_THREE_BYTES(t[b]) ^ (b < 2 ? ROTATE_BYTE(u[b + 6]) : u[b - 2]);
}

/* Encrypts (or decrypts, with the keys in reverse) 16 * PLANE_PARTS blocks. */
PLANE_TARGET static void PLANE(blocks)(const sm4_key *key, int reverse, const uint8_t *in, uint8_t *out) {
  union { plane p[8]; uint64_t part[8][PLANE_PARTS]; } x[4];
  for (int word = 0; word < 4; word++) {
    for (int part = 0; part < PLANE_PARTS; part++)
      for (int g = 0; g < 8; g++) {
        const uint8_t *first = in + 256 * part + 16 * g + 4 * word, *second = first + 128;
        uint32_t a, b;
        __builtin_memcpy(&a, first, 4);
        __builtin_memcpy(&b, second, 4);
        x[word].part[g][part] = PLANE(spread)(a) | PLANE(spread)(b) << 8;
      }
    PLANE(transpose)(x[word].p);
  }
  for (int round = 0; round < 32; round += 4) {
    const uint64_t(*rk)[8] = key->planes + (reverse ? 31 - round : round);
    int step = reverse ? -1 : 1;
    PLANE(round)(x[0].p, x[1].p, x[2].p, x[3].p, rk[0]);
    PLANE(round)(x[1].p, x[2].p, x[3].p, x[0].p, rk[step]);
    PLANE(round)(x[2].p, x[3].p, x[0].p, x[1].p, rk[2 * step]);
    PLANE(round)(x[3].p, x[0].p, x[1].p, x[2].p, rk[3 * step]);
  }
  for (int word = 0; word < 4; word++) {
    plane *source = x[3 - word].p; /* the reverse transform R of clause 6.1 */
    PLANE(transpose)(source);
    for (int part = 0; part < PLANE_PARTS; part++)
      for (int g = 0; g < 8; g++) {
        uint64_t both = x[3 - word].part[g][part];
        uint32_t a = PLANE(gather)(both), b = PLANE(gather)(both >> 8);
        uint8_t *first = out + 256 * part + 16 * g + 4 * word, *second = first + 128;
        __builtin_memcpy(first, &a, 4);
        __builtin_memcpy(second, &b, 4);
      }
  }
}

#undef SWAP_BITS
#undef ROTATE_BYTE
#undef ROTATE_TWO_BYTES
#undef ROTATE_THREE_BYTES
