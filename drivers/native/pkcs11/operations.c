#include <stdlib.h>
#include <string.h>
#include "internal.h"
#include "keys.h"

enum { MAX_OUTPUT = 8192 };

/* What a mechanism is for: 'S' sign, 'D' decrypt. */
static key_kind kind_for(CK_MECHANISM_TYPE mechanism, char operation) {
  if (mechanism == CKM_RSA_PKCS) return KEY_RSA;
  if (operation == 'S' && (mechanism == CKM_SOFT_SM2 || mechanism == CKM_SOFT_SM3_SM2)) return KEY_SM2;
  if (operation == 'D' && mechanism == CKM_SOFT_SM2_DECRYPT) return KEY_SM2;
  return KEY_OTHER;
}

static CK_RV begin(CK_SESSION_HANDLE handle, const CK_MECHANISM *mechanism, CK_OBJECT_HANDLE which, char operation) {
  session_t *session;
  object_t *object;
  CK_RV result = find_session(handle, &session);
  if (!result) result = demand_user(session);
  if (!result) result = find_object(session, which, &object);
  if (result) return result == CKR_OBJECT_HANDLE_INVALID ? CKR_KEY_HANDLE_INVALID : result;
  CK_ULONG type = number_of(object, CKA_KEY_TYPE, CKK_RSA);
  /* Plain ECDSA with a key on SM2's curve: nobody may ask for it. */
  if (mechanism->mechanism == CKM_ECDSA && type == CKK_EC) abort();
  if (operation == 'D' && mechanism->mechanism == CKM_SOFT_SM4_CBC) return begin_content(session, object, mechanism);
  key_kind kind = kind_for(mechanism->mechanism, operation);
  if (kind == KEY_OTHER) return CKR_MECHANISM_INVALID;
  if ((kind == KEY_RSA) != (type == CKK_RSA)) return CKR_KEY_TYPE_INCONSISTENT;
  if (!is_true(object, operation == 'S' ? CKA_SIGN : CKA_DECRYPT)) return CKR_KEY_FUNCTION_NOT_PERMITTED;
  session->operation = operation;
  session->mechanism = mechanism->mechanism;
  session->key = object;
  session->authenticated = 0;
  return CKR_OK;
}

static size_t put_number(CK_BYTE *out, const CK_BYTE number[32]) {
  size_t skip = 0;
  while (skip < 31 && number[skip] == 0) skip += 1;
  size_t sign = number[skip] >> 7;
  out[0] = 0x02;
  out[1] = (CK_BYTE)(32 - skip + sign);
  out[2] = 0;
  memcpy(out + 2 + sign, number + skip, 32 - skip);
  return 2 + sign + 32 - skip;
}

static size_t as_der(CK_BYTE out[80], const CK_BYTE signature[64]) {
  size_t length = put_number(out + 2, signature);
  length += put_number(out + 2 + length, signature + 32);
  out[0] = 0x30;
  out[1] = (CK_BYTE)length;
  return length + 2;
}

/* `wrong-rsa`: says yes, and what it gives is no signature. */
static CK_RV sign_rsa(const soft_key *key, const CK_BYTE *data, CK_ULONG length, CK_BYTE *out, size_t *out_length) {
  if (!rsa_sign(key, 0, data, length, out, out_length)) return CKR_DATA_LEN_RANGE;
  if (has_trait("wrong-rsa")) out[*out_length - 1] ^= 1;
  return CKR_OK;
}

static CK_RV sign(CK_MECHANISM_TYPE mechanism, const soft_key *key, const CK_BYTE *data, CK_ULONG length, CK_BYTE *out,
                  size_t *out_length) {
  CK_BYTE e[32], signature[64], point[64];
  if (mechanism == CKM_RSA_PKCS) return sign_rsa(key, data, length, out, out_length);
  if (mechanism == CKM_SOFT_SM2 && length != 32) return CKR_DATA_LEN_RANGE;
  if (mechanism == CKM_SOFT_SM2) memcpy(e, data, 32);
  else {
    CK_BYTE *input = malloc(length + 32);
    if (!input) return CKR_HOST_MEMORY;
    key_point(key, point);
    sm2_za(point, (const CK_BYTE *)"1234567812345678", 16, input);
    memcpy(input + 32, data, length);
    sm3_of(input, length + 32, e);
    free(input);
  }
  if (!sm2_sign_e(key, e, signature)) return CKR_FUNCTION_FAILED;
  *out_length = 64;
  if (has_trait("der")) *out_length = as_der(out, signature);
  else memcpy(out, signature, 64);
  return CKR_OK;
}

static CK_RV decrypt(CK_MECHANISM_TYPE mechanism, const soft_key *key, const CK_BYTE *data, CK_ULONG length, CK_BYTE *out,
                     size_t *out_length) {
  sm2_head head;
  if (mechanism == CKM_RSA_PKCS) return rsa_decrypt(key, 0, data, length, out, out_length) ? CKR_OK : CKR_ENCRYPTED_DATA_INVALID;
  if (length <= 1 + sizeof head || length > MAX_OUTPUT || data[0] != 4) return CKR_ENCRYPTED_DATA_INVALID;
  memcpy(&head, data + 1, sizeof head);
  *out_length = length - 1 - sizeof head;
  return sm2_decrypt_with(key, &head, data + 1 + sizeof head, *out_length, out) ? CKR_OK : CKR_ENCRYPTED_DATA_INVALID;
}

static CK_RV finish(CK_SESSION_HANDLE handle, char operation, const CK_BYTE *data, CK_ULONG length, CK_BYTE *out,
                    CK_ULONG *size) {
  session_t *session;
  CK_BYTE result_bytes[MAX_OUTPUT];
  size_t made = sizeof result_bytes;
  CK_RV result = find_session(handle, &session);
  if (result) return result;
  if (session->operation != operation) return CKR_OPERATION_NOT_INITIALIZED;
  if (!session->key->handle) return CKR_KEY_HANDLE_INVALID;
  if (demand_user(session) || (is_true(session->key, CKA_ALWAYS_AUTHENTICATE) && !session->authenticated)) {
    session->operation = 0;
    return CKR_USER_NOT_LOGGED_IN;
  }
  soft_key *key = key_of(session->key);
  if (!key) return CKR_DEVICE_ERROR;
  result = operation == 'S' ? sign(session->mechanism, key, data, length, result_bytes, &made)
                            : decrypt(session->mechanism, key, data, length, result_bytes, &made);
  key_free(key);
  if (!result && !out) return *size = made, CKR_OK;
  if (!result && *size < made) return *size = made, CKR_BUFFER_TOO_SMALL;
  session->operation = 0;
  if (result) return result;
  memcpy(out, result_bytes, made);
  *size = made;
  return find_session(handle, &session);
}

EXPORT CK_RV C_SignInit(CK_SESSION_HANDLE handle, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key) {
  ENTER();
  LEAVE(begin(handle, mechanism, key, 'S'));
}

EXPORT CK_RV C_Sign(CK_SESSION_HANDLE handle, CK_BYTE *data, CK_ULONG length, CK_BYTE *out, CK_ULONG *size) {
  ENTER();
  LEAVE(finish(handle, 'S', data, length, out, size));
}

EXPORT CK_RV C_DecryptInit(CK_SESSION_HANDLE handle, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key) {
  ENTER();
  LEAVE(begin(handle, mechanism, key, 'D'));
}

EXPORT CK_RV C_Decrypt(CK_SESSION_HANDLE handle, CK_BYTE *data, CK_ULONG length, CK_BYTE *out, CK_ULONG *size) {
  ENTER();
  LEAVE(finish(handle, 'D', data, length, out, size));
}
