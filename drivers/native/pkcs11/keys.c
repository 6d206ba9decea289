#include <stdlib.h>
#include <string.h>
#include "internal.h"
#include "keys.h"

static const CK_BYTE sm2_curve[] = {0x06, 0x08, 0x2a, 0x81, 0x1c, 0xcf, 0x55, 0x01, 0x82, 0x2d};

soft_key *key_of(const object_t *object) {
  const attribute_t *pkcs8 = attribute_of(object, CKA_SOFT_PKCS8);
  return pkcs8 ? key_from_pkcs8(pkcs8->value, pkcs8->length) : NULL;
}

static void describe(object_t *object, const soft_key *key) {
  CK_BYTE point[67] = {0x04, 0x41, 0x04}, modulus[512], exponent[4];
  size_t length = 0;
  if (key_kind_of(key) == KEY_SM2) {
    key_point(key, point + 3);
    set_number(object, CKA_KEY_TYPE, CKK_EC);
    set_attribute(object, CKA_EC_PARAMS, sm2_curve, sizeof sm2_curve);
    set_attribute(object, CKA_EC_POINT, point, sizeof point);
    return;
  }
  key_modulus(key, modulus, &length, exponent);
  set_number(object, CKA_KEY_TYPE, CKK_RSA);
  set_attribute(object, CKA_MODULUS, modulus, length);
  set_attribute(object, CKA_PUBLIC_EXPONENT, exponent + 1, 3);
}

static void fill(object_t *object, const CK_ATTRIBUTE *template, CK_ULONG count) {
  for (CK_ULONG index = 0; index < count; index += 1)
    set_attribute(object, template[index].type, template[index].pValue, template[index].ulValueLen);
}

/* Both halves of a pair; the private one is sensitive whatever the template says. */
static CK_RV keep_pair(CK_SLOT_ID slot, const soft_key *key, const CK_ATTRIBUTE *public_template, CK_ULONG public_count,
                       const CK_ATTRIBUTE *private_template, CK_ULONG private_count, CK_OBJECT_HANDLE handles[2]) {
  object_t public_object = {0}, private_object = {0};
  CK_BYTE pkcs8[8192];
  size_t length = sizeof pkcs8;
  if (!key_to_pkcs8(key, pkcs8, &length)) return CKR_FUNCTION_FAILED;
  fill(&public_object, public_template, public_count);
  set_number(&public_object, CKA_CLASS, CKO_PUBLIC_KEY);
  set_bool(&public_object, CKA_PRIVATE, 0);
  describe(&public_object, key);
  fill(&private_object, private_template, private_count);
  set_number(&private_object, CKA_CLASS, CKO_PRIVATE_KEY);
  set_bool(&private_object, CKA_PRIVATE, 1);
  set_bool(&private_object, CKA_SENSITIVE, 1);
  describe(&private_object, key);
  set_attribute(&private_object, CKA_SOFT_PKCS8, pkcs8, length);
  CK_RV result = load_objects(slot);
  if (!result) result = keep_object(slot, &public_object, &handles[0]);
  return result ? result : keep_object(slot, &private_object, &handles[1]);
}

static CK_RV writing_session(CK_SESSION_HANDLE handle, session_t **session) {
  CK_RV result = find_session(handle, session);
  if (!result && !((*session)->flags & CKF_RW_SESSION)) result = CKR_SESSION_READ_ONLY;
  return result ? result : demand_user(*session);
}

EXPORT CK_RV C_GenerateKeyPair(CK_SESSION_HANDLE handle, CK_MECHANISM *mechanism, CK_ATTRIBUTE *public_template,
                               CK_ULONG public_count, CK_ATTRIBUTE *private_template, CK_ULONG private_count,
                               CK_OBJECT_HANDLE *public_handle, CK_OBJECT_HANDLE *private_handle) {
  session_t *session;
  soft_key *key = NULL;
  CK_OBJECT_HANDLE handles[2] = {0};
  ENTER();
  CK_RV result = writing_session(handle, &session);
  if (result) LEAVE(result);
  const CK_ATTRIBUTE *bits = in_template(public_template, public_count, CKA_MODULUS_BITS);
  if (mechanism->mechanism == CKM_SOFT_SM2_KEY_PAIR_GEN) key = key_generate_sm2();
  else if (mechanism->mechanism != CKM_RSA_PKCS_KEY_PAIR_GEN) LEAVE(CKR_MECHANISM_INVALID);
  else if (!bits || bits->ulValueLen != sizeof(CK_ULONG)) LEAVE(CKR_TEMPLATE_INCOMPLETE);
  else key = key_generate_rsa((unsigned)*(CK_ULONG *)bits->pValue);
  if (!key) LEAVE(CKR_FUNCTION_FAILED);
  result = keep_pair(session->slot, key, public_template, public_count, private_template, private_count, handles);
  key_free(key);
  *public_handle = handles[0];
  *private_handle = handles[1];
  LEAVE(result);
}

/* ENVELOPEDKEYBLOB of GM/T 0016-2012 6.4.10 with ULONG of 4 bytes; the scalar is the last half of its field. */
static soft_key *unwrap(const soft_key *with, const CK_BYTE *blob, CK_ULONG length) {
  const CK_BYTE *field = blob + 12, *public_key = blob + 76, *cipher = blob + 208;
  CK_BYTE symmetric[16], scalar[64], point[64], iv[16] = {0};
  sm2_head head;
  if (length < 208 + 164 + 16 || key_kind_of(with) != KEY_SM2) return NULL;
  memcpy(head.c1, cipher + 32, 32);
  memcpy(head.c1 + 32, cipher + 96, 32);
  memcpy(head.c3, cipher + 128, 32);
  if (!sm2_decrypt_with(with, &head, cipher + 164, 16, symmetric)) return NULL;
  sm4_blocks(symmetric, 0, 0, iv, field, scalar, sizeof scalar);
  memcpy(point, public_key + 4 + 32, 32);
  memcpy(point + 32, public_key + 68 + 32, 32);
  return key_from_scalar(scalar + 32, point);
}

EXPORT CK_RV C_UnwrapKey(CK_SESSION_HANDLE handle, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE with, CK_BYTE *blob,
                         CK_ULONG length, CK_ATTRIBUTE *template, CK_ULONG count, CK_OBJECT_HANDLE *out) {
  session_t *session;
  object_t *object;
  CK_OBJECT_HANDLE handles[2] = {0};
  ENTER();
  CK_RV result = writing_session(handle, &session);
  if (!result) result = find_object(session, with, &object);
  if (result) LEAVE(result);
  if (mechanism->mechanism == CKM_SOFT_SM2_UNWRAP_KEY) LEAVE(unwrap_content_key(session, object, blob, length, out));
  if (mechanism->mechanism != CKM_SOFT_SM2_UNWRAP) LEAVE(CKR_MECHANISM_INVALID);
  soft_key *wrapping = key_of(object);
  soft_key *key = wrapping ? unwrap(wrapping, blob, length) : NULL;
  key_free(wrapping);
  if (!key) LEAVE(CKR_WRAPPED_KEY_INVALID);
  const CK_ATTRIBUTE *id = in_template(template, count, CKA_ID);
  result = keep_pair(session->slot, key, id, id ? 1 : 0, template, count, handles);
  key_free(key);
  *out = handles[1];
  LEAVE(result);
}

EXPORT CK_RV C_GenerateRandom(CK_SESSION_HANDLE handle, CK_BYTE *out, CK_ULONG length) {
  session_t *session;
  ENTER();
  CK_RV result = find_session(handle, &session);
  if (result) LEAVE(result);
  LEAVE(random_bytes(out, length) ? CKR_OK : CKR_FUNCTION_FAILED);
}
