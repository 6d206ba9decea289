#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <string.h>
#include "crypto.h"

struct soft_key { EVP_PKEY *pkey; };

/* A process may have one OpenSSL for all: what failed here must not be found by the next one who asks. */
static int silent(int done) {
  if (!done) ERR_clear_error();
  return done;
}

static soft_key *wrap(EVP_PKEY *pkey) {
  if (!pkey) return silent(0), NULL;
  soft_key *key = OPENSSL_malloc(sizeof *key);
  if (key) key->pkey = pkey;
  else EVP_PKEY_free(pkey);
  return key;
}

void key_free(soft_key *key) {
  if (!key) return;
  EVP_PKEY_free(key->pkey);
  OPENSSL_free(key);
}

soft_key *key_from_pkcs8(const uint8_t *der, size_t length) {
  return wrap(d2i_AutoPrivateKey(NULL, &der, (long)length));
}

int key_to_pkcs8(const soft_key *key, uint8_t *out, size_t *length) {
  PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(key->pkey);
  int size = info ? i2d_PKCS8_PRIV_KEY_INFO(info, NULL) : -1;
  int done = size > 0 && (size_t)size <= *length;
  if (done) *length = (size_t)i2d_PKCS8_PRIV_KEY_INFO(info, &out);
  PKCS8_PRIV_KEY_INFO_free(info);
  return silent(done);
}

static EVP_PKEY *sm2_from(const uint8_t *scalar, const uint8_t point[64]) {
  uint8_t encoded[65] = {4};
  memcpy(encoded + 1, point, 64);
  EVP_PKEY *pkey = NULL;
  BIGNUM *d = scalar ? BN_bin2bn(scalar, 32, NULL) : NULL;
  OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
  OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, "SM2", 0);
  OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, encoded, sizeof encoded);
  if (d) OSSL_PARAM_BLD_push_BN_pad(builder, OSSL_PKEY_PARAM_PRIV_KEY, d, 32);
  OSSL_PARAM *parameters = OSSL_PARAM_BLD_to_param(builder);
  EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "SM2", NULL);
  if (EVP_PKEY_fromdata_init(context) != 1 ||
      EVP_PKEY_fromdata(context, &pkey, d ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY, parameters) != 1)
    pkey = NULL;
  EVP_PKEY_CTX_free(context);
  OSSL_PARAM_free(parameters);
  OSSL_PARAM_BLD_free(builder);
  BN_clear_free(d);
  return pkey;
}

soft_key *key_from_scalar(const uint8_t scalar[32], const uint8_t point[64]) {
  EVP_PKEY *pkey = sm2_from(scalar, point);
  EVP_PKEY_CTX *context = pkey ? EVP_PKEY_CTX_new(pkey, NULL) : NULL;
  int sound = context && EVP_PKEY_pairwise_check(context) == 1;
  EVP_PKEY_CTX_free(context);
  if (sound) return wrap(pkey);
  EVP_PKEY_free(pkey);
  return silent(0), NULL;
}

soft_key *key_generate_sm2(void) { return wrap(EVP_PKEY_Q_keygen(NULL, NULL, "SM2")); }
soft_key *key_generate_rsa(unsigned bits) { return wrap(EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)bits)); }

key_kind key_kind_of(const soft_key *key) {
  return EVP_PKEY_is_a(key->pkey, "RSA") ? KEY_RSA : EVP_PKEY_is_a(key->pkey, "SM2") ? KEY_SM2 : KEY_OTHER;
}

int key_point(const soft_key *key, uint8_t point[64]) {
  BIGNUM *x = NULL, *y = NULL;
  int done = EVP_PKEY_get_bn_param(key->pkey, OSSL_PKEY_PARAM_EC_PUB_X, &x) == 1 &&
             EVP_PKEY_get_bn_param(key->pkey, OSSL_PKEY_PARAM_EC_PUB_Y, &y) == 1 && BN_bn2binpad(x, point, 32) == 32 &&
             BN_bn2binpad(y, point + 32, 32) == 32;
  BN_free(x);
  BN_free(y);
  return silent(done);
}

int key_modulus(const soft_key *key, uint8_t *modulus, size_t *length, uint8_t exponent[4]) {
  BIGNUM *n = NULL, *e = NULL;
  int done = EVP_PKEY_get_bn_param(key->pkey, OSSL_PKEY_PARAM_RSA_N, &n) == 1 &&
             EVP_PKEY_get_bn_param(key->pkey, OSSL_PKEY_PARAM_RSA_E, &e) == 1 && BN_num_bytes(n) <= 512 &&
             BN_bn2binpad(e, exponent, 4) == 4;
  if (done) *length = (size_t)BN_bn2bin(n, modulus);
  BN_free(n);
  BN_free(e);
  return silent(done);
}

int sm2_sign_e(const soft_key *key, const uint8_t e[32], uint8_t signature[64]) {
  uint8_t der[160];
  size_t length = sizeof der;
  EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key->pkey, NULL);
  int made = EVP_PKEY_sign_init(context) == 1 && EVP_PKEY_sign(context, der, &length, e, 32) == 1;
  EVP_PKEY_CTX_free(context);
  const uint8_t *at = der;
  ECDSA_SIG *parsed = made ? d2i_ECDSA_SIG(NULL, &at, (long)length) : NULL;
  int done = parsed && BN_bn2binpad(ECDSA_SIG_get0_r(parsed), signature, 32) == 32 &&
             BN_bn2binpad(ECDSA_SIG_get0_s(parsed), signature + 32, 32) == 32;
  ECDSA_SIG_free(parsed);
  return silent(done);
}

int sm2_verify_e(const uint8_t point[64], const uint8_t e[32], const uint8_t signature[64]) {
  uint8_t *der = NULL;
  ECDSA_SIG *parsed = ECDSA_SIG_new();
  ECDSA_SIG_set0(parsed, BN_bin2bn(signature, 32, NULL), BN_bin2bn(signature + 32, 32, NULL));
  int length = i2d_ECDSA_SIG(parsed, &der);
  EVP_PKEY *pkey = sm2_from(NULL, point);
  EVP_PKEY_CTX *context = pkey ? EVP_PKEY_CTX_new(pkey, NULL) : NULL;
  int right = context && EVP_PKEY_verify_init(context) == 1 && EVP_PKEY_verify(context, der, (size_t)length, e, 32) == 1;
  EVP_PKEY_CTX_free(context);
  EVP_PKEY_free(pkey);
  ECDSA_SIG_free(parsed);
  OPENSSL_free(der);
  return silent(right);
}

/* OpenSSL takes and gives SM2Cipher of GB/T 35276 7.2: SEQUENCE { x INTEGER, y INTEGER, hash, cipherText OCTET STRING }. */

static size_t put_length(uint8_t *out, size_t length) {
  if (length < 0x80) return out[0] = (uint8_t)length, 1;
  if (length < 0x100) return out[0] = 0x81, out[1] = (uint8_t)length, 2;
  return out[0] = 0x82, out[1] = (uint8_t)(length >> 8), out[2] = (uint8_t)length, 3;
}

static size_t put_integer(uint8_t *out, const uint8_t number[32]) {
  size_t skip = 0, at = 0;
  while (skip < 31 && number[skip] == 0) skip += 1;
  size_t sign = number[skip] >> 7;
  out[at++] = 0x02;
  out[at++] = (uint8_t)(32 - skip + sign);
  if (sign) out[at++] = 0;
  memcpy(out + at, number + skip, 32 - skip);
  return at + 32 - skip;
}

int sm2_decrypt_with(const soft_key *key, const sm2_head *head, const uint8_t *cipher, size_t length, uint8_t *plain) {
  if (length == 0 || length > 0xff00) return 0;
  uint8_t *der = OPENSSL_malloc(length + 128), *body = OPENSSL_malloc(length + 128);
  size_t at = put_integer(body, head->c1);
  at += put_integer(body + at, head->c1 + 32);
  body[at++] = 0x04;
  body[at++] = 32;
  memcpy(body + at, head->c3, 32);
  at += 32;
  body[at++] = 0x04;
  at += put_length(body + at, length);
  memcpy(body + at, cipher, length);
  at += length;
  der[0] = 0x30;
  size_t before = 1 + put_length(der + 1, at), wrote = length;
  memcpy(der + before, body, at);
  EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key->pkey, NULL);
  int done = EVP_PKEY_decrypt_init(context) == 1 &&
             EVP_PKEY_decrypt(context, plain, &wrote, der, before + at) == 1 && wrote == length;
  EVP_PKEY_CTX_free(context);
  OPENSSL_free(der);
  OPENSSL_free(body);
  return silent(done);
}

/* One element of DER: its content, and what follows it. */
static const uint8_t *content_of(const uint8_t *at, uint8_t tag, size_t *length) {
  if (at[0] != tag) return NULL;
  if (at[1] < 0x80) return *length = at[1], at + 2;
  if (at[1] == 0x81) return *length = at[2], at + 3;
  return *length = (size_t)at[2] << 8 | at[3], at + 4;
}

static const uint8_t *get_integer(const uint8_t *at, uint8_t number[32]) {
  size_t length = 0;
  const uint8_t *content = content_of(at, 0x02, &length);
  if (!content) return NULL;
  size_t skip = length > 32 ? length - 32 : 0;
  memset(number, 0, 32);
  memcpy(number + 32 - (length - skip), content + skip, length - skip);
  return content + length;
}

int sm2_encrypt_to(const uint8_t point[64], const uint8_t *plain, size_t length, sm2_head *head, uint8_t *cipher) {
  EVP_PKEY *pkey = sm2_from(NULL, point);
  EVP_PKEY_CTX *context = pkey ? EVP_PKEY_CTX_new(pkey, NULL) : NULL;
  size_t size = length + 160, part = 0;
  uint8_t *der = OPENSSL_zalloc(size);
  int done = context && length > 0 && length < 0xff00 && EVP_PKEY_encrypt_init(context) == 1 &&
             EVP_PKEY_encrypt(context, der, &size, plain, length) == 1;
  const uint8_t *at = done ? content_of(der, 0x30, &part) : NULL;
  if (at) at = get_integer(at, head->c1);
  if (at) at = get_integer(at, head->c1 + 32);
  if (at) at = content_of(at, 0x04, &part);
  if (at && part == 32) memcpy(head->c3, at, 32), at = content_of(at + 32, 0x04, &part);
  done = at && part == length;
  if (done) memcpy(cipher, at, length);
  OPENSSL_free(der);
  EVP_PKEY_CTX_free(context);
  EVP_PKEY_free(pkey);
  return silent(done);
}

int rsa_sign(const soft_key *key, int sha256, const uint8_t *data, size_t length, uint8_t *out, size_t *out_length) {
  EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key->pkey, NULL);
  int made = EVP_PKEY_sign_init(context) == 1 && EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1 &&
             (!sha256 || EVP_PKEY_CTX_set_signature_md(context, EVP_sha256()) == 1) &&
             EVP_PKEY_sign(context, out, out_length, data, length) == 1;
  EVP_PKEY_CTX_free(context);
  return silent(made);
}

int rsa_decrypt(const soft_key *key, int padded, const uint8_t *data, size_t length, uint8_t *out, size_t *out_length) {
  EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key->pkey, NULL);
  int made = EVP_PKEY_decrypt_init(context) == 1 &&
             EVP_PKEY_CTX_set_rsa_padding(context, padded ? RSA_NO_PADDING : RSA_PKCS1_PADDING) == 1 &&
             EVP_PKEY_decrypt(context, out, out_length, data, length) == 1;
  EVP_PKEY_CTX_free(context);
  return silent(made);
}

void sm3_of(const uint8_t *data, size_t length, uint8_t digest[32]) {
  EVP_Digest(data, length, digest, NULL, EVP_sm3(), NULL);
}

int sm4_blocks(const uint8_t key[16], int encrypt, int cbc, uint8_t iv[16], const uint8_t *in, uint8_t *out, size_t length) {
  if (length % 16 != 0) return 0;
  if (length == 0) return 1;
  uint8_t next[16];
  int wrote = 0;
  if (!encrypt) memcpy(next, in + length - 16, 16);
  EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
  int done = EVP_CipherInit_ex(context, cbc ? EVP_sm4_cbc() : EVP_sm4_ecb(), NULL, key, iv, encrypt) == 1 &&
             EVP_CIPHER_CTX_set_padding(context, 0) == 1 &&
             EVP_CipherUpdate(context, out, &wrote, in, (int)length) == 1 && (size_t)wrote == length;
  EVP_CIPHER_CTX_free(context);
  if (done && cbc) memcpy(iv, encrypt ? out + length - 16 : next, 16);
  return silent(done);
}

int random_bytes(uint8_t *out, size_t length) { return RAND_bytes(out, (int)length) == 1; }
