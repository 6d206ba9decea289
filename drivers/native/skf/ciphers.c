#include <stdlib.h>
#include <string.h>
#include "internal.h"

/* Session keys: SM4, in ECB or CBC. */

static ULONG keep_session_key(const object_t *owner, ULONG algorithm, const BYTE key[16], HANDLE *out) {
  object_t made = *owner;
  made.kind = KIND_KEY;
  made.algorithm = algorithm;
  memcpy(made.key, key, sizeof made.key);
  *out = new_handle(&made);
  return *out ? SAR_OK : SAR_MEMORYERR;
}

static int is_known(ULONG algorithm) { return algorithm == SGD_SM4_ECB || algorithm == SGD_SM4_CBC; }

/* `no-session-keys`: has only what the vendor added. */
EXPORT ULONG SKF_ImportSessionKey(HCONTAINER handle, ULONG algorithm, BYTE *wrapped, ULONG length, HANDLE *out) {
  object_t *container;
  sm2_head head;
  BYTE key[512];
  ULONG size = sizeof key;
  const ECCCIPHERBLOB *blob = (const ECCCIPHERBLOB *)(const void *)wrapped;
  ENTER();
  ULONG result = unlocked_container(handle, &container);
  if (result) LEAVE(result);
  if (!is_known(algorithm) || has_trait("no-session-keys")) LEAVE(SAR_NOTSUPPORTYETERR);
  soft_key *signing = load_key(container, "sign.key");
  int rsa = signing && key_kind_of(signing) == KEY_RSA;
  key_free(signing);
  if (rsa) result = decrypt_rsa(container, wrapped, length, key, &size);
  else if (length < offsetof(ECCCIPHERBLOB, Cipher) + 16 || !get_cipher(blob, &head) || blob->CipherLen != 16)
    result = SAR_INDATALENERR;
  else result = decrypt_sm2(container, &head, blob->Cipher, 16, key, &size);
  if (!result && size != 16) result = SAR_INDATALENERR;
  LEAVE(result ? result : keep_session_key(container, algorithm, key, out));
}

EXPORT ULONG SKF_SetSymmKey(DEVHANDLE handle, BYTE *key, ULONG algorithm, HANDLE *out) {
  object_t *device;
  ENTER();
  ULONG result = find_handle(handle, KIND_DEVICE, &device);
  if (result) LEAVE(result);
  LEAVE(is_known(algorithm) ? keep_session_key(device, algorithm, key, out) : SAR_NOTSUPPORTYETERR);
}

EXPORT ULONG SKF_ExtECCEncrypt(DEVHANDLE handle, ECCPUBLICKEYBLOB *key, BYTE *plain, ULONG length, ECCCIPHERBLOB *out) {
  object_t *device;
  sm2_head head;
  BYTE point[64];
  ENTER();
  ULONG result = find_handle(handle, KIND_DEVICE, &device);
  if (result) LEAVE(result);
  get_value(key->XCoordinate, point);
  get_value(key->YCoordinate, point + 32);
  if (!sm2_encrypt_to(point, plain, length, &head, out->Cipher)) LEAVE(SAR_INDATAERR);
  put_value(out->XCoordinate, head.c1);
  put_value(out->YCoordinate, head.c1 + 32);
  memcpy(out->HASH, head.c3, 32);
  out->CipherLen = length;
  LEAVE(SAR_OK);
}

static ULONG begin(HANDLE handle, const BLOCKCIPHERPARAM *parameters) {
  object_t *key;
  ULONG result = find_handle(handle, KIND_KEY, &key);
  if (result) return result;
  if (key->algorithm == SGD_SM4_CBC && parameters->IVLen != 16) return SAR_INVALIDPARAMERR;
  memcpy(key->iv, parameters->IV, 16);
  key->padding = parameters->PaddingType;
  key->held_length = 0;
  return SAR_OK;
}

/* Whole blocks of what came so far; a last one is held back while it may be the one with the padding. */
static ULONG go_on(object_t *key, int encrypt, const BYTE *data, size_t length, BYTE *out, ULONG *size) {
  size_t whole = key->held_length + length;
  size_t keep = whole % 16;
  if (!encrypt && key->padding && keep == 0 && whole > 0) keep = 16;
  size_t now = whole - keep;
  if (*size < now) return *size = (ULONG)now, SAR_BUFFER_TOO_SMALL;
  BYTE *input = malloc(whole + 1);
  if (!input) return SAR_MEMORYERR;
  memcpy(input, key->held, key->held_length);
  memcpy(input + key->held_length, data, length);
  sm4_blocks(key->key, encrypt, key->algorithm == SGD_SM4_CBC, key->iv, input, out, now);
  memcpy(key->held, input + now, keep);
  key->held_length = keep;
  free(input);
  *size = (ULONG)now;
  return SAR_OK;
}

static ULONG finish(object_t *key, int encrypt, BYTE *out, ULONG *size) {
  BYTE block[16];
  size_t length = key->held_length;
  int cbc = key->algorithm == SGD_SM4_CBC;
  key->held_length = 0;
  if (!key->padding) return *size = 0, length == 0 ? SAR_OK : SAR_INDATALENERR;
  if (*size < 16) return *size = 16, SAR_BUFFER_TOO_SMALL;
  if (encrypt) {
    memset(key->held + length, (int)(16 - length), 16 - length);
    sm4_blocks(key->key, 1, cbc, key->iv, key->held, out, 16);
    return *size = 16, SAR_OK;
  }
  if (length != 16) return SAR_INDATALENERR;
  sm4_blocks(key->key, 0, cbc, key->iv, key->held, block, 16);
  size_t padding = block[15], wrong = padding == 0 || padding > 16;
  for (size_t index = 0; !wrong && index < padding; index += 1) wrong = block[15 - index] != padding;
  if (wrong) return SAR_DECRYPTPADERR;
  memcpy(out, block, 16 - padding);
  return *size = (ULONG)(16 - padding), SAR_OK;
}

static ULONG update(HANDLE handle, int encrypt, const BYTE *data, ULONG length, BYTE *out, ULONG *size) {
  object_t *key;
  ULONG result = find_handle(handle, KIND_KEY, &key);
  return result ? result : go_on(key, encrypt, data, length, out, size);
}

static ULONG final(HANDLE handle, int encrypt, BYTE *out, ULONG *size) {
  object_t *key;
  ULONG result = find_handle(handle, KIND_KEY, &key);
  return result ? result : finish(key, encrypt, out, size);
}

static ULONG whole(HANDLE handle, int encrypt, const BYTE *data, ULONG length, BYTE *out, ULONG *size) {
  ULONG first = *size, last;
  ULONG result = update(handle, encrypt, data, length, out, &first);
  if (result) return result;
  last = *size - first;
  result = final(handle, encrypt, out + first, &last);
  *size = first + last;
  return result;
}

EXPORT ULONG SKF_EncryptInit(HANDLE handle, BLOCKCIPHERPARAM parameters) {
  ENTER();
  LEAVE(begin(handle, &parameters));
}

EXPORT ULONG SKF_Encrypt(HANDLE handle, BYTE *data, ULONG length, BYTE *out, ULONG *size) {
  ENTER();
  LEAVE(whole(handle, 1, data, length, out, size));
}

EXPORT ULONG SKF_EncryptUpdate(HANDLE handle, BYTE *data, ULONG length, BYTE *out, ULONG *size) {
  ENTER();
  LEAVE(update(handle, 1, data, length, out, size));
}

EXPORT ULONG SKF_EncryptFinal(HANDLE handle, BYTE *out, ULONG *size) {
  ENTER();
  LEAVE(final(handle, 1, out, size));
}

EXPORT ULONG SKF_DecryptInit(HANDLE handle, BLOCKCIPHERPARAM parameters) {
  ENTER();
  LEAVE(begin(handle, &parameters));
}

EXPORT ULONG SKF_Decrypt(HANDLE handle, BYTE *data, ULONG length, BYTE *out, ULONG *size) {
  ENTER();
  LEAVE(whole(handle, 0, data, length, out, size));
}

EXPORT ULONG SKF_DecryptUpdate(HANDLE handle, BYTE *data, ULONG length, BYTE *out, ULONG *size) {
  ENTER();
  LEAVE(update(handle, 0, data, length, out, size));
}

EXPORT ULONG SKF_DecryptFinal(HANDLE handle, BYTE *out, ULONG *size) {
  ENTER();
  LEAVE(final(handle, 0, out, size));
}

EXPORT ULONG SKF_CloseHandle(HANDLE handle) {
  ENTER();
  free_handle(handle);
  LEAVE(SAR_OK);
}
