/* crypto.h by our own engine (core/native/src), for builds without OpenSSL: SM2, SM3 and SM4, and no RSA. */
#include <stdlib.h>
#include <string.h>
#include "../../../core/native/src/sm2.h"
#include "../../../core/native/src/sm3.h"
#include "../../../core/native/src/sm4.h"
#include "crypto.h"

#ifdef _WIN32
#include <windows.h>
BOOLEAN NTAPI SystemFunction036(PVOID buffer, ULONG length); /* RtlGenRandom */
int random_bytes(uint8_t *out, size_t length) { return SystemFunction036(out, (ULONG)length) != 0; }
#else
#include <sys/random.h>
int random_bytes(uint8_t *out, size_t length) { return getrandom(out, length, 0) == (ssize_t)length; }
#endif

struct soft_key { uint8_t scalar[32], inverse[32], point[64]; };

static void set_up(void) {
  static int done;
  if (!done) sm2_setup();
  done = 1;
}

static soft_key *key_of(const uint8_t scalar[32]) {
  set_up();
  soft_key *key = calloc(1, sizeof *key);
  if (!key) return NULL;
  memcpy(key->scalar, scalar, 32);
  if (sm2_derive_public_key(scalar, key->point) && sm2_prepare_private_key(scalar, key->inverse)) return key;
  key_free(key);
  return NULL;
}

void key_free(soft_key *key) {
  if (key) memset(key, 0, sizeof *key);
  free(key);
}

/* PKCS#8 of SM2 up to ECPrivateKey's version, and its scalar's header. */
static const uint8_t sm2_algorithm[] = {0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01,
                                        0x06, 0x08, 0x2a, 0x81, 0x1c, 0xcf, 0x55, 0x01, 0x82, 0x2d};
static const uint8_t scalar_head[] = {0x02, 0x01, 0x01, 0x04, 0x20};

soft_key *key_from_pkcs8(const uint8_t *der, size_t length) {
  size_t at = 0;
  while (at + sizeof sm2_algorithm < length && memcmp(der + at, sm2_algorithm, sizeof sm2_algorithm) != 0) at += 1;
  if (at + sizeof sm2_algorithm >= length) return NULL;
  for (at += sizeof sm2_algorithm; at + sizeof scalar_head + 32 <= length; at += 1)
    if (memcmp(der + at, scalar_head, sizeof scalar_head) == 0) return key_of(der + at + sizeof scalar_head);
  return NULL;
}

int key_to_pkcs8(const soft_key *key, uint8_t *out, size_t *length) {
  static const uint8_t head[] = {0x30, 0x41, 0x02, 0x01, 0x00};
  static const uint8_t inner[] = {0x04, 0x27, 0x30, 0x25};
  size_t size = sizeof head + sizeof sm2_algorithm + sizeof inner + sizeof scalar_head + 32;
  if (*length < size) return 0;
  *length = size;
  memcpy(out, head, sizeof head);
  memcpy(out += sizeof head, sm2_algorithm, sizeof sm2_algorithm);
  memcpy(out += sizeof sm2_algorithm, inner, sizeof inner);
  memcpy(out += sizeof inner, scalar_head, sizeof scalar_head);
  memcpy(out + sizeof scalar_head, key->scalar, 32);
  return 1;
}

soft_key *key_from_scalar(const uint8_t scalar[32], const uint8_t point[64]) {
  soft_key *key = key_of(scalar);
  if (key && memcmp(key->point, point, 64) == 0) return key;
  key_free(key);
  return NULL;
}

soft_key *key_generate_sm2(void) {
  uint8_t scalar[32];
  for (int attempt = 0; attempt < 16 && random_bytes(scalar, sizeof scalar); attempt += 1) {
    soft_key *key = key_of(scalar);
    if (key) return key;
  }
  return NULL;
}

soft_key *key_generate_rsa(unsigned bits) { return (void)bits, NULL; }
key_kind key_kind_of(const soft_key *key) { return key ? KEY_SM2 : KEY_OTHER; }

int key_point(const soft_key *key, uint8_t point[64]) {
  memcpy(point, key->point, 64);
  return 1;
}

int key_modulus(const soft_key *key, uint8_t *modulus, size_t *length, uint8_t exponent[4]) {
  return (void)key, (void)modulus, (void)length, (void)exponent, 0;
}

int sm2_sign_e(const soft_key *key, const uint8_t e[32], uint8_t signature[64]) {
  uint8_t k[32];
  for (int attempt = 0; attempt < 16 && random_bytes(k, sizeof k); attempt += 1)
    if (sm2_sign(key->inverse, k, e, signature)) return 1;
  return 0;
}

int sm2_verify_e(const uint8_t point[64], const uint8_t e[32], const uint8_t signature[64]) {
  set_up();
  return sm2_verify_vartime(point, e, signature);
}

/* C2 and C3 of GB/T 32918.4-2016 7 from k * P, which are the same in both directions but for what is hashed. */
static void mask(const uint8_t shared[64], const uint8_t *in, size_t length, uint8_t *out) {
  sm3_kdf(shared, 64, 1, out, length);
  for (size_t index = 0; index < length; index += 1) out[index] ^= in[index];
}

static void hash_of(const uint8_t shared[64], const uint8_t *plain, size_t length, uint8_t c3[32]) {
  sm3_context context;
  sm3_init(&context);
  sm3_update(&context, shared, 32);
  sm3_update(&context, plain, length);
  sm3_update(&context, shared + 32, 32);
  sm3_final(&context, c3);
}

int sm2_encrypt_to(const uint8_t point[64], const uint8_t *plain, size_t length, sm2_head *head, uint8_t *cipher) {
  uint8_t k[32], shared[64];
  set_up();
  int done = length > 0 && random_bytes(k, sizeof k) && sm2_multiply_base(k, head->c1) && sm2_multiply(k, point, shared);
  if (!done) return 0;
  mask(shared, plain, length, cipher);
  hash_of(shared, plain, length, head->c3);
  return 1;
}

int sm2_decrypt_with(const soft_key *key, const sm2_head *head, const uint8_t *cipher, size_t length, uint8_t *plain) {
  uint8_t shared[64], c3[32];
  if (length == 0 || !sm2_multiply(key->scalar, head->c1, shared)) return 0;
  mask(shared, cipher, length, plain);
  hash_of(shared, plain, length, c3);
  return memcmp(c3, head->c3, 32) == 0;
}

int rsa_sign(const soft_key *key, int sha256, const uint8_t *data, size_t length, uint8_t *out, size_t *out_length) {
  return (void)key, (void)sha256, (void)data, (void)length, (void)out, (void)out_length, 0;
}

int rsa_decrypt(const soft_key *key, int padded, const uint8_t *data, size_t length, uint8_t *out, size_t *out_length) {
  return (void)key, (void)padded, (void)data, (void)length, (void)out, (void)out_length, 0;
}

void sm3_of(const uint8_t *data, size_t length, uint8_t digest[32]) { sm3_digest(data, length, digest); }

int sm4_blocks(const uint8_t key[16], int encrypt, int cbc, uint8_t iv[16], const uint8_t *in, uint8_t *out, size_t length) {
  sm4_key *expanded = malloc(sm4_key_size());
  if (!expanded || length % 16 != 0) return free(expanded), length == 0;
  sm4_expand_key(expanded, key);
  size_t blocks = length / 16;
  if (cbc && encrypt) sm4_cbc_encrypt(expanded, iv, in, out, blocks);
  else if (cbc) sm4_cbc_decrypt(expanded, iv, in, out, blocks);
  else if (encrypt) sm4_ecb_encrypt(expanded, in, out, blocks);
  else sm4_ecb_decrypt(expanded, in, out, blocks);
  sm4_wipe_key(expanded);
  free(expanded);
  return 1;
}
