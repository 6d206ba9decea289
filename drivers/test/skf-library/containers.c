#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>
#include "internal.h"

static EVP_PKEY *load_key(const object_t *container, const char *leaf) {
  char path[1024];
  BYTE der[8192];
  path_of(path, sizeof path, container, leaf);
  long length = read_whole(path, der, sizeof der);
  const BYTE *at = der;
  return length < 0 ? NULL : d2i_AutoPrivateKey(NULL, &at, length);
}

EXPORT ULONG SKF_EnumContainer(HAPPLICATION handle, LPSTR list, ULONG *size) {
  object_t *application;
  char path[1024], names[32][64];
  ENTER();
  ULONG result = find_handle(handle, KIND_APPLICATION, &application);
  if (result) LEAVE(result);
  path_of(path, sizeof path, application, NULL);
  LEAVE(name_list(names, list_folder(path, 1, names, 32), list, size));
}

EXPORT ULONG SKF_OpenContainer(HAPPLICATION handle, LPSTR name, HCONTAINER *out) {
  object_t *application, container;
  char path[1024];
  struct stat status;
  ENTER();
  ULONG result = find_handle(handle, KIND_APPLICATION, &application);
  if (result) LEAVE(result);
  container = *application;
  container.kind = KIND_CONTAINER;
  snprintf(container.container, sizeof container.container, "%s", name);
  path_of(path, sizeof path, &container, NULL);
  if (stat(path, &status) != 0 || !S_ISDIR(status.st_mode)) LEAVE(SAR_CONTAINER_NOT_EXISTS);
  *out = new_handle(&container);
  LEAVE(*out ? SAR_OK : SAR_MEMORYERR);
}

EXPORT ULONG SKF_CloseContainer(HCONTAINER handle) {
  ENTER();
  free_handle(handle);
  LEAVE(SAR_OK);
}

EXPORT ULONG SKF_GetContainerType(HCONTAINER handle, ULONG *type) {
  object_t *container;
  ENTER();
  ULONG result = find_handle(handle, KIND_CONTAINER, &container);
  if (result) LEAVE(result);
  EVP_PKEY *key = load_key(container, "sign.key");
  *type = !key ? 0 : EVP_PKEY_is_a(key, "RSA") ? 1 : 2;
  EVP_PKEY_free(key);
  LEAVE(SAR_OK);
}

EXPORT ULONG SKF_ExportCertificate(HCONTAINER handle, BOOL sign, BYTE *out, ULONG *size) {
  object_t *container;
  char path[1024];
  BYTE der[16384];
  ENTER();
  ULONG result = find_handle(handle, KIND_CONTAINER, &container);
  if (result) LEAVE(result);
  path_of(path, sizeof path, container, sign ? "sign.cer" : "enc.cer");
  long length = read_whole(path, der, sizeof der);
  LEAVE(length < 0 ? SAR_CERTNOTFOUNTERR : copy_out(der, (size_t)length, out, size));
}

/* The key of a container whose application is unlocked. */
static ULONG signing_key(HCONTAINER handle, EVP_PKEY **key) {
  object_t *container;
  ULONG result = find_handle(handle, KIND_CONTAINER, &container);
  if (result) return result;
  int *verified = login_state(container);
  if (!verified || !*verified) return SAR_USER_NOT_LOGGED_IN;
  *key = load_key(container, "sign.key");
  return *key ? SAR_OK : SAR_KEYNOTFOUNTERR;
}

/* A token that left while it worked gives no answer. */
static ULONG still_there(HCONTAINER handle) {
  object_t *container;
  return find_handle(handle, KIND_CONTAINER, &container);
}

/* e = SM3(ZA || M) comes from the caller. `left-aligned`: r and s stand in the first halves of their fields. */
EXPORT ULONG SKF_ECCSignData(HCONTAINER handle, BYTE *digest, ULONG length, ECCSIGNATUREBLOB *out) {
  EVP_PKEY *key = NULL;
  BYTE der[160];
  size_t der_length = sizeof der;
  ENTER();
  ULONG result = signing_key(handle, &key);
  if (result) LEAVE(result);
  if (length != 32 || !EVP_PKEY_is_a(key, "SM2")) {
    EVP_PKEY_free(key);
    LEAVE(length == 32 ? SAR_KEYNOTFOUNTERR : SAR_INDATALENERR);
  }
  EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key, NULL);
  int made = EVP_PKEY_sign_init(context) == 1 && EVP_PKEY_sign(context, der, &der_length, digest, length) == 1;
  EVP_PKEY_CTX_free(context);
  EVP_PKEY_free(key);
  const BYTE *at = der;
  ECDSA_SIG *signature = made ? d2i_ECDSA_SIG(NULL, &at, (long)der_length) : NULL;
  if (!signature) LEAVE(SAR_FAIL);
  size_t offset = has_trait("left-aligned") ? 0 : 32;
  memset(out, 0, sizeof *out);
  BN_bn2binpad(ECDSA_SIG_get0_r(signature), out->r + offset, 32);
  BN_bn2binpad(ECDSA_SIG_get0_s(signature), out->s + offset, 32);
  ECDSA_SIG_free(signature);
  LEAVE(still_there(handle));
}

/* Pads and signs what it gets, which is DigestInfo; `rsa-digest`: gets a SHA-256 and makes DigestInfo itself. */
EXPORT ULONG SKF_RSASignData(HCONTAINER handle, BYTE *data, ULONG length, BYTE *out, ULONG *size) {
  EVP_PKEY *key = NULL;
  BYTE signature[512];
  size_t signed_length = sizeof signature;
  ENTER();
  ULONG result = signing_key(handle, &key);
  if (result) LEAVE(result);
  EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key, NULL);
  int made = EVP_PKEY_is_a(key, "RSA") && EVP_PKEY_sign_init(context) == 1 &&
             EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1 &&
             (!has_trait("rsa-digest") || EVP_PKEY_CTX_set_signature_md(context, EVP_sha256()) == 1) &&
             EVP_PKEY_sign(context, signature, &signed_length, data, length) == 1;
  EVP_PKEY_CTX_free(context);
  EVP_PKEY_free(key);
  result = made ? copy_out(signature, signed_length, out, size) : SAR_INDATALENERR;
  LEAVE(result ? result : still_there(handle));
}
