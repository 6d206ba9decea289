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

/* GB/T 32918.2-2016 5.5: SM3(ENTL || ID || a || b || G || the key). */
static ULONG add_za(object_t *digest, const ECCPUBLICKEYBLOB *key, const BYTE *id, size_t id_length) {
  static const BYTE curve[128] = {
      0xFF, 0xFF, 0xFF, 0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
      0xFF, 0x00, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFC, 0x28, 0xE9, 0xFA, 0x9E, 0x9D, 0x9F,
      0x5E, 0x34, 0x4D, 0x5A, 0x9E, 0x4B, 0xCF, 0x65, 0x09, 0xA7, 0xF3, 0x97, 0x89, 0xF5, 0x15, 0xAB, 0x8F, 0x92, 0xDD,
      0xBC, 0xBD, 0x41, 0x4D, 0x94, 0x0E, 0x93, 0x32, 0xC4, 0xAE, 0x2C, 0x1F, 0x19, 0x81, 0x19, 0x5F, 0x99, 0x04, 0x46,
      0x6A, 0x39, 0xC9, 0x94, 0x8F, 0xE3, 0x0B, 0xBF, 0xF2, 0x66, 0x0B, 0xE1, 0x71, 0x5A, 0x45, 0x89, 0x33, 0x4C, 0x74,
      0xC7, 0xBC, 0x37, 0x36, 0xA2, 0xF4, 0xF6, 0x77, 0x9C, 0x59, 0xBD, 0xCE, 0xE3, 0x6B, 0x69, 0x21, 0x53, 0xD0, 0xA9,
      0x87, 0x7C, 0xC6, 0x2A, 0x47, 0x40, 0x02, 0xDF, 0x32, 0xE5, 0x21, 0x39, 0xF0, 0xA0};
  BYTE input[2 + 512 + sizeof curve + 64], za[32];
  if (id_length > 512) return SAR_INDATALENERR;
  input[0] = (BYTE)(8 * id_length >> 8);
  input[1] = (BYTE)(8 * id_length);
  memcpy(input + 2, id, id_length);
  memcpy(input + 2 + id_length, curve, sizeof curve);
  get_value(key->XCoordinate, input + 2 + id_length + sizeof curve);
  get_value(key->YCoordinate, input + 2 + id_length + sizeof curve + 32);
  sm3_of(input, 2 + id_length + sizeof curve + 64, za);
  return add(digest, za, sizeof za);
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
