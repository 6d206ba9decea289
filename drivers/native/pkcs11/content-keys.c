#include <string.h>
#include "internal.h"
#include "keys.h"

/* Content keys that come wrapped by SM2 and stay inside, and what is decrypted under them: SM4-CBC, whole blocks. */

/* C1 || C3 || C2 with 04, as for decryption. A session's object: it lies in no file. */
CK_RV unwrap_content_key(session_t *session, const object_t *with, const CK_BYTE *wrapped, CK_ULONG length,
                         CK_OBJECT_HANDLE *out) {
  sm2_head head;
  CK_BYTE secret[16];
  object_t made = {0};
  if (!is_true(with, CKA_UNWRAP)) return CKR_KEY_FUNCTION_NOT_PERMITTED;
  if (length != 1 + sizeof head + sizeof secret || wrapped[0] != 4) return CKR_WRAPPED_KEY_LEN_RANGE;
  memcpy(&head, wrapped + 1, sizeof head);
  soft_key *key = key_of(with);
  int opened = key && key_kind_of(key) == KEY_SM2 &&
               sm2_decrypt_with(key, &head, wrapped + 1 + sizeof head, sizeof secret, secret);
  key_free(key);
  if (!opened) return CKR_WRAPPED_KEY_INVALID;
  set_number(&made, CKA_CLASS, CKO_SECRET_KEY);
  set_number(&made, CKA_KEY_TYPE, CKK_SOFT_SM4);
  set_number(&made, CKA_VALUE_LEN, sizeof secret);
  set_bool(&made, CKA_PRIVATE, 1);
  set_bool(&made, CKA_DECRYPT, 1);
  set_attribute(&made, CKA_SOFT_PKCS8, secret, sizeof secret);
  return keep_in_memory(session->slot, &made, out);
}

CK_RV begin_content(session_t *session, object_t *key, const CK_MECHANISM *mechanism) {
  if (number_of(key, CKA_KEY_TYPE, CKK_RSA) != CKK_SOFT_SM4) return CKR_KEY_TYPE_INCONSISTENT;
  if (mechanism->ulParameterLen != sizeof session->iv) return CKR_MECHANISM_PARAM_INVALID;
  memcpy(session->iv, mechanism->pParameter, sizeof session->iv);
  session->operation = 'C';
  session->key = key;
  return CKR_OK;
}

static CK_RV content_session(CK_SESSION_HANDLE handle, session_t **session) {
  CK_RV result = find_session(handle, session);
  if (!result) result = demand_user(*session);
  if (!result && (*session)->operation != 'C') result = CKR_OPERATION_NOT_INITIALIZED;
  if (!result && !(*session)->key->handle) result = CKR_KEY_HANDLE_INVALID;
  return result;
}

EXPORT CK_RV C_DecryptUpdate(CK_SESSION_HANDLE handle, CK_BYTE *data, CK_ULONG length, CK_BYTE *out, CK_ULONG *size) {
  session_t *session;
  ENTER();
  CK_RV result = content_session(handle, &session);
  if (result) LEAVE(result);
  const attribute_t *secret = attribute_of(session->key, CKA_SOFT_PKCS8);
  if (!secret || length % 16) LEAVE(CKR_ENCRYPTED_DATA_LEN_RANGE);
  if (out && *size < length) result = CKR_BUFFER_TOO_SMALL;
  if (out && !result && !sm4_blocks(secret->value, 0, 1, session->iv, data, out, length)) result = CKR_FUNCTION_FAILED;
  *size = length;
  LEAVE(result);
}

EXPORT CK_RV C_DecryptFinal(CK_SESSION_HANDLE handle, CK_BYTE *out, CK_ULONG *size) {
  session_t *session;
  ENTER();
  CK_RV result = content_session(handle, &session);
  if (result) LEAVE(result);
  *size = 0;
  if (out) session->operation = 0;
  LEAVE(CKR_OK);
}
