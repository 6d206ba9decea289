#include <string.h>
#include "internal.h"

/* Keys of a container: made, brought in, shown, used to sign. */

typedef union { ECCPUBLICKEYBLOB ecc; RSAPUBLICKEYBLOB rsa; } public_blob_t;

/* The length of the blob, 0 when there is none. */
static size_t public_blob(const soft_key *key, public_blob_t *out) {
  BYTE point[64], modulus[512];
  size_t length = 0;
  memset(out, 0, sizeof *out);
  if (key_kind_of(key) == KEY_SM2) {
    if (!key_point(key, point)) return 0;
    put_public_key(&out->ecc, point);
    return sizeof out->ecc;
  }
  if (!key_modulus(key, modulus, &length, out->rsa.PublicExponent) || length > sizeof out->rsa.Modulus) return 0;
  out->rsa.AlgID = SGD_RSA;
  out->rsa.BitLen = (ULONG)(8 * length);
  memcpy(out->rsa.Modulus + sizeof out->rsa.Modulus - length, modulus, length);
  return sizeof out->rsa;
}

EXPORT ULONG SKF_ExportPublicKey(HCONTAINER handle, BOOL sign, BYTE *out, ULONG *size) {
  object_t *container;
  public_blob_t blob;
  ENTER();
  ULONG result = find_handle(handle, KIND_CONTAINER, &container);
  if (result) LEAVE(result);
  soft_key *key = load_key(container, sign ? "sign.key" : "enc.key");
  if (!key) LEAVE(SAR_KEYNOTFOUNTERR);
  size_t length = public_blob(key, &blob);
  key_free(key);
  LEAVE(length ? copy_out((BYTE *)&blob, length, out, size) : SAR_FAIL);
}

static ULONG keep_new(const object_t *container, soft_key *key, void *out) {
  public_blob_t blob;
  if (!key) return SAR_FAIL;
  size_t length = public_blob(key, &blob);
  int saved = length && save_key(container, "sign.key", key);
  key_free(key);
  if (saved) memcpy(out, &blob, length);
  return saved ? SAR_OK : SAR_WRITEFILEERR;
}

/* `sgd-0006`: knows SGD_SM2_1 by the number of GM/T 0006 alone, otherwise by that of GM/T 0016-2012 alone. */
EXPORT ULONG SKF_GenECCKeyPair(HCONTAINER handle, ULONG algorithm, ECCPUBLICKEYBLOB *out) {
  object_t *container;
  ENTER();
  ULONG result = unlocked_container(handle, &container);
  if (result) LEAVE(result);
  if (algorithm != (has_trait("sgd-0006") ? (ULONG)SGD_SM2_1_OF_0006 : (ULONG)SGD_SM2_1_OF_0016))
    LEAVE(SAR_NOTSUPPORTYETERR);
  LEAVE(keep_new(container, key_generate_sm2(), out));
}

EXPORT ULONG SKF_GenRSAKeyPair(HCONTAINER handle, ULONG bits, RSAPUBLICKEYBLOB *out) {
  object_t *container;
  ENTER();
  ULONG result = unlocked_container(handle, &container);
  if (result) LEAVE(result);
  if (bits != 1024 && bits != 2048) LEAVE(SAR_RSAMODULUSLENERR);
  LEAVE(keep_new(container, key_generate_rsa((unsigned)bits), out));
}

/*
 * GM/T 0016-2012 6.4.10. The scalar is encrypted as the whole field of 64 bytes, right-aligned; `scalar-left`: as 32 bytes in its
 * first half. `careless`: says yes to a scalar that is not the public key's, and has no key then.
 */
EXPORT ULONG SKF_ImportECCKeyPair(HCONTAINER handle, ENVELOPEDKEYBLOB *blob) {
  object_t *container;
  sm2_head head;
  BYTE symmetric[16], scalar[64], point[64], iv[16] = {0};
  size_t offset = has_trait("scalar-left") ? 0 : 32;
  ENTER();
  ULONG result = unlocked_container(handle, &container);
  if (result) LEAVE(result);
  if (blob->Version != 1 || blob->ulBits != 256) LEAVE(SAR_INVALIDPARAMERR);
  if (blob->ulSymmAlgID != SGD_SM4_ECB) LEAVE(SAR_NOTSUPPORTYETERR);
  if (!get_cipher(&blob->ECCCipherBlob, &head) || blob->ECCCipherBlob.CipherLen != 16) LEAVE(SAR_INDATALENERR);
  soft_key *signing = load_key(container, "sign.key");
  int opened = signing && key_kind_of(signing) == KEY_SM2 &&
               sm2_decrypt_with(signing, &head, blob->ECCCipherBlob.Cipher, 16, symmetric);
  key_free(signing);
  if (!opened) LEAVE(signing ? SAR_INDATAERR : SAR_KEYNOTFOUNTERR);
  sm4_blocks(symmetric, 0, 0, iv, blob->cbEncryptedPriKey, scalar, 64);
  get_value(blob->PubKey.XCoordinate, point);
  get_value(blob->PubKey.YCoordinate, point + 32);
  soft_key *key = key_from_scalar(scalar + offset, point);
  if (!key) LEAVE(has_trait("careless") ? SAR_OK : SAR_INDATAERR);
  int saved = save_key(container, "enc.key", key);
  key_free(key);
  LEAVE(saved ? SAR_OK : SAR_WRITEFILEERR);
}

static ULONG signing_key(HCONTAINER handle, soft_key **key) {
  object_t *container;
  ULONG result = unlocked_container(handle, &container);
  if (result) return result;
  *key = load_key(container, "sign.key");
  return *key ? SAR_OK : SAR_KEYNOTFOUNTERR;
}

/* e = SM3(ZA || M) comes from the caller. */
EXPORT ULONG SKF_ECCSignData(HCONTAINER handle, BYTE *digest, ULONG length, ECCSIGNATUREBLOB *out) {
  soft_key *key = NULL;
  BYTE signature[64];
  ENTER();
  ULONG result = signing_key(handle, &key);
  if (result) LEAVE(result);
  int fits = key_kind_of(key) == KEY_SM2, made = fits && length == 32 && sm2_sign_e(key, digest, signature);
  key_free(key);
  if (!fits || length != 32) LEAVE(fits ? SAR_INDATALENERR : SAR_KEYNOTFOUNTERR);
  if (!made) LEAVE(SAR_FAIL);
  put_value(out->r, signature);
  put_value(out->s, signature + 32);
  LEAVE(still_there(handle));
}

EXPORT ULONG SKF_ECCVerify(DEVHANDLE handle, ECCPUBLICKEYBLOB *key, BYTE *digest, ULONG length, ECCSIGNATUREBLOB *given) {
  object_t *device;
  BYTE point[64], signature[64];
  ENTER();
  ULONG result = find_handle(handle, KIND_DEVICE, &device);
  if (result) LEAVE(result);
  if (length != 32) LEAVE(SAR_INDATALENERR);
  get_value(key->XCoordinate, point);
  get_value(key->YCoordinate, point + 32);
  get_value(given->r, signature);
  get_value(given->s, signature + 32);
  LEAVE(sm2_verify_e(point, digest, signature) ? SAR_OK : SAR_FAIL);
}

/* Pads and signs what it gets, which is DigestInfo; `rsa-digest`: gets a SHA-256 and makes DigestInfo itself. */
EXPORT ULONG SKF_RSASignData(HCONTAINER handle, BYTE *data, ULONG length, BYTE *out, ULONG *size) {
  soft_key *key = NULL;
  BYTE signature[512];
  size_t signed_length = sizeof signature;
  ENTER();
  ULONG result = signing_key(handle, &key);
  if (result) LEAVE(result);
  int made = key_kind_of(key) == KEY_RSA && rsa_sign(key, has_trait("rsa-digest"), data, length, signature, &signed_length);
  key_free(key);
  result = made ? copy_out(signature, signed_length, out, size) : SAR_INDATALENERR;
  LEAVE(result ? result : still_there(handle));
}
