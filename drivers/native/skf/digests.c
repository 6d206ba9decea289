#include <stdlib.h>
#include <string.h>
#include "internal.h"

enum { MAX_DIGEST_INPUT = 16 << 20 };

static ULONG add(object_t *digest, const BYTE *data, size_t length) {
  if (digest->length + length > MAX_DIGEST_INPUT) return SAR_INDATALENERR;
  BYTE *grown = realloc(digest->data, digest->length + length + 1);
  if (!grown) return SAR_MEMORYERR;
  memcpy(grown + digest->length, data, length);
  digest->data = grown;
  digest->length += length;
  return SAR_OK;
}

static ULONG add_za(object_t *digest, const ECCPUBLICKEYBLOB *key, const BYTE *id, size_t id_length) {
  BYTE point[64], za[32];
  get_value(key->XCoordinate, point);
  get_value(key->YCoordinate, point + 32);
  return sm2_za(point, id, id_length, za) ? add(digest, za, sizeof za) : SAR_INDATALENERR;
}

EXPORT ULONG SKF_DigestInit(DEVHANDLE handle, ULONG algorithm, ECCPUBLICKEYBLOB *key, BYTE *id, ULONG id_length, HANDLE *out) {
  object_t *device, *digest;
  ENTER();
  ULONG result = find_handle(handle, KIND_DEVICE, &device);
  if (result) LEAVE(result);
  if (algorithm != SGD_SM3) LEAVE(SAR_NOTSUPPORTYETERR);
  object_t made = *device;
  made.kind = KIND_DIGEST;
  *out = new_handle(&made);
  if (!*out) LEAVE(SAR_MEMORYERR);
  result = key ? find_handle(*out, KIND_DIGEST, &digest) : SAR_OK;
  LEAVE(result || !key ? result : add_za(digest, key, id, id_length));
}

EXPORT ULONG SKF_DigestUpdate(HANDLE handle, BYTE *data, ULONG length) {
  object_t *digest;
  ENTER();
  ULONG result = find_handle(handle, KIND_DIGEST, &digest);
  LEAVE(result ? result : add(digest, data, length));
}

static ULONG finish(object_t *digest, BYTE *out, ULONG *size) {
  BYTE value[32];
  sm3_of(digest->data, digest->length, value);
  return copy_out(value, sizeof value, out, size);
}

EXPORT ULONG SKF_DigestFinal(HANDLE handle, BYTE *out, ULONG *size) {
  object_t *digest;
  ENTER();
  ULONG result = find_handle(handle, KIND_DIGEST, &digest);
  LEAVE(result ? result : finish(digest, out, size));
}

EXPORT ULONG SKF_Digest(HANDLE handle, BYTE *data, ULONG length, BYTE *out, ULONG *size) {
  object_t *digest;
  ENTER();
  ULONG result = find_handle(handle, KIND_DIGEST, &digest);
  if (!result) result = add(digest, data, length);
  LEAVE(result ? result : finish(digest, out, size));
}
