#include <stdlib.h>
#include <string.h>
#include "internal.h"

/*
 * The standard decrypts with a private key only on the way to a session key (SKF_ImportSessionKey). What vendors added for anything
 * else has several names and shapes; which of them this library has is decided when it is compiled:
 *   (nothing)             SKF_ECCPrvKeyDecrypt(container, blob, out, length), SKF_RSAPrvKeyDecrypt(container, in, n, out, length)
 *   -DSKF_DECRYPT_FLAGGED SKF_PrvKeyDecrypt(container, 1 for the encryption key, 2 for the other, blob, …), SKF_RSADecrypt likewise
 *   -DSKF_DECRYPT_BYTES   SKF_ECCDecrypt(container, C1 || C3 || C2, n, out, length), SKF_RSADecrypt(container, in, n, out, length)
 *   -DSKF_DECRYPT_NONE    none
 */

enum { USE_ENCRYPTION = 1, USE_SIGNING = 2 };

/* A container without a key pair for encryption uses its only one, as RSA containers do. */
static soft_key *decryption_key(const object_t *container, ULONG use) {
  soft_key *key = use == USE_ENCRYPTION ? load_key(container, "enc.key") : NULL;
  return key ? key : load_key(container, "sign.key");
}

ULONG decrypt_sm2(const object_t *container, const sm2_head *head, const BYTE *cipher, size_t length, BYTE *out, ULONG *size) {
  soft_key *key = decryption_key(container, USE_ENCRYPTION);
  if (!key) return SAR_KEYNOTFOUNTERR;
  BYTE *plain = malloc(length + 1);
  int done = plain && key_kind_of(key) == KEY_SM2 && sm2_decrypt_with(key, head, cipher, length, plain);
  key_free(key);
  ULONG result = done ? copy_out(plain, length, out, size) : SAR_INDATAERR;
  free(plain);
  return result;
}

static ULONG decrypt_rsa_with(const object_t *container, ULONG use, int padded, const BYTE *data, size_t length, BYTE *out, ULONG *size) {
  soft_key *key = decryption_key(container, use);
  if (!key) return SAR_KEYNOTFOUNTERR;
  BYTE plain[512];
  size_t plain_length = sizeof plain;
  int done = key_kind_of(key) == KEY_RSA && rsa_decrypt(key, padded, data, length, plain, &plain_length);
  key_free(key);
  return done ? copy_out(plain, plain_length, out, size) : SAR_RSADECERR;
}

ULONG decrypt_rsa(const object_t *container, const BYTE *data, size_t length, BYTE *out, ULONG *size) {
  return decrypt_rsa_with(container, USE_ENCRYPTION, 0, data, length, out, size);
}

#ifndef SKF_DECRYPT_NONE

static ULONG private_sm2(HCONTAINER handle, const sm2_head *head, const BYTE *cipher, size_t length, BYTE *out, ULONG *size) {
  object_t *container;
  ULONG result = unlocked_container(handle, &container);
  if (!result) result = decrypt_sm2(container, head, cipher, length, out, size);
  return result ? result : still_there(handle);
}

/* `padded-decrypt`: leaves the padding on. */
static ULONG private_rsa(HCONTAINER handle, ULONG use, const BYTE *data, size_t length, BYTE *out, ULONG *size) {
  object_t *container;
  ULONG result = unlocked_container(handle, &container);
  if (!result) result = decrypt_rsa_with(container, use, has_trait("padded-decrypt"), data, length, out, size);
  return result ? result : still_there(handle);
}

#ifndef SKF_DECRYPT_BYTES
static ULONG private_blob(HCONTAINER handle, const ECCCIPHERBLOB *blob, BYTE *out, ULONG *size) {
  sm2_head head;
  return get_cipher(blob, &head) ? private_sm2(handle, &head, blob->Cipher, blob->CipherLen, out, size) : SAR_INDATALENERR;
}
#endif

#if defined SKF_DECRYPT_FLAGGED
EXPORT ULONG SKF_PrvKeyDecrypt(HCONTAINER handle, ULONG use, ECCCIPHERBLOB *blob, BYTE *out, ULONG *size) {
  ENTER();
  LEAVE(use == USE_ENCRYPTION ? private_blob(handle, blob, out, size) : SAR_INVALIDPARAMERR);
}

EXPORT ULONG SKF_RSADecrypt(HCONTAINER handle, ULONG use, BYTE *data, ULONG length, BYTE *out, ULONG *size) {
  ENTER();
  LEAVE(use == USE_ENCRYPTION || use == USE_SIGNING ? private_rsa(handle, use, data, length, out, size) : SAR_INVALIDPARAMERR);
}
#elif defined SKF_DECRYPT_BYTES
EXPORT ULONG SKF_ECCDecrypt(HCONTAINER handle, BYTE *data, ULONG length, BYTE *out, ULONG *size) {
  sm2_head head;
  ENTER();
  if (length <= sizeof head) LEAVE(SAR_INDATALENERR);
  memcpy(&head, data, sizeof head);
  LEAVE(private_sm2(handle, &head, data + sizeof head, length - sizeof head, out, size));
}

EXPORT ULONG SKF_RSADecrypt(HCONTAINER handle, BYTE *data, ULONG length, BYTE *out, ULONG *size) {
  ENTER();
  LEAVE(private_rsa(handle, USE_ENCRYPTION, data, length, out, size));
}
#else
EXPORT ULONG SKF_ECCPrvKeyDecrypt(HCONTAINER handle, ECCCIPHERBLOB *blob, BYTE *out, ULONG *size) {
  ENTER();
  LEAVE(private_blob(handle, blob, out, size));
}

EXPORT ULONG SKF_RSAPrvKeyDecrypt(HCONTAINER handle, BYTE *data, ULONG length, BYTE *out, ULONG *size) {
  ENTER();
  LEAVE(private_rsa(handle, USE_ENCRYPTION, data, length, out, size));
}
#endif
#endif
