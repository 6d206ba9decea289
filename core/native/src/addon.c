/*
 * The N-API build: sm2.h, sm3.h and sm4.h as functions over Uint8Arrays. Lengths are checked here, meaning is not: core/src/crypto/gm
 * does that once for both builds. A wrong length or type throws a TypeError. Keys and contexts live in buffers that the caller owns and
 * wipes; nothing here keeps a secret between calls.
 */
#define NAPI_VERSION 8
#include <node_api.h>
#include "platform_random.h"
#include "sm2.h"
#include "sm3.h"
#include "sm4.h"
#include "words.h"

#define MAX_ARGUMENTS 8
#define ANY_LENGTH ((size_t)-1)
/* Contexts, keys and tables are C structures in memory that JavaScript gives: 8 bytes is what their members need. */
#define ALIGNED(LENGTH) ((LENGTH) > 64 && (LENGTH) != ANY_LENGTH)

typedef struct {
  uint8_t *data;
  size_t length;
} bytes;

/* Reads `count` Uint8Arrays with the lengths wanted; throws and gives 0 when one does not fit. */
static int take(napi_env env, napi_callback_info info, size_t count, const size_t *lengths, bytes *out) {
  napi_value values[MAX_ARGUMENTS];
  size_t given = MAX_ARGUMENTS;
  if (napi_get_cb_info(env, info, &given, values, NULL, NULL) != napi_ok || given < count) {
    napi_throw_type_error(env, NULL, "too few arguments");
    return 0;
  }
  for (size_t i = 0; i < count; i++) {
    bool is_typed = false;
    napi_typedarray_type type;
    napi_value buffer;
    size_t offset;
    void *data = NULL;
    if (napi_is_typedarray(env, values[i], &is_typed) != napi_ok || !is_typed ||
        napi_get_typedarray_info(env, values[i], &type, &out[i].length, &data, &buffer, &offset) != napi_ok || type != napi_uint8_array ||
        (lengths[i] != ANY_LENGTH && out[i].length != lengths[i]) || (ALIGNED(lengths[i]) && (uintptr_t)data % 8 != 0)) {
      napi_throw_type_error(env, NULL, "an argument is not a Uint8Array of the expected length");
      return 0;
    }
    out[i].data = data;
  }
  return 1;
}

static napi_value boolean(napi_env env, int value) {
  napi_value result;
  napi_get_boolean(env, value != 0, &result);
  return result;
}

#define METHOD(NAME, COUNT, LENGTHS, CALL)                          \
  static napi_value NAME(napi_env env, napi_callback_info info) {   \
    static const size_t lengths[] = LENGTHS;                        \
    bytes a[COUNT];                                                 \
    if (!take(env, info, COUNT, lengths, a)) return NULL;           \
    return boolean(env, CALL);                                      \
  }
#define L(...) {__VA_ARGS__}

METHOD(check_public_key, 1, L(64), sm2_check_public_key(a[0].data))
METHOD(derive_public_key, 2, L(32, 64), sm2_derive_public_key(a[0].data, a[1].data))
METHOD(prepare_private_key, 2, L(32, 32), sm2_prepare_private_key(a[0].data, a[1].data))
METHOD(sign, 4, L(32, 32, 32, 64), sm2_sign(a[0].data, a[1].data, a[2].data, a[3].data))
METHOD(verify, 3, L(64, 32, 64), sm2_verify_vartime(a[0].data, a[1].data, a[2].data))
/* A table's size is known at run time only, so it is checked here. */
static int is_table(const bytes *table) { return table->length == sm2_table_size() && (uintptr_t)table->data % 8 == 0; }

METHOD(table_build, 2, L(ANY_LENGTH, 64), is_table(&a[0]) && sm2_table_build_vartime(a[0].data, a[1].data))
METHOD(verify_with_table, 3, L(ANY_LENGTH, 32, 64),
       is_table(&a[0]) && sm2_verify_with_table_vartime(a[0].data, a[1].data, a[2].data))
METHOD(multiply, 3, L(32, 64, 64), sm2_multiply(a[0].data, a[1].data, a[2].data))
METHOD(multiply_base, 2, L(32, 64), sm2_multiply_base(a[0].data, a[1].data))
METHOD(add, 3, L(64, 64, 64), sm2_add(a[0].data, a[1].data, a[2].data))
METHOD(scalar_multiply_add, 4, L(32, 32, 32, 32), (sm2_scalar_multiply_add(a[0].data, a[1].data, a[2].data, a[3].data), 1))

METHOD(digest_init, 1, L(sizeof(sm3_context)), (sm3_init((sm3_context *)(void *)a[0].data), 1))
METHOD(digest_update, 2, L(sizeof(sm3_context), ANY_LENGTH), (sm3_update((sm3_context *)(void *)a[0].data, a[1].data, a[1].length), 1))
METHOD(digest_final, 2, L(sizeof(sm3_context), 32), (sm3_final((sm3_context *)(void *)a[0].data, a[1].data), 1))

METHOD(digest, 2, L(ANY_LENGTH, 32), (sm3_digest(a[0].data, a[0].length, a[1].data), 1))
METHOD(kdf, 2, L(ANY_LENGTH, ANY_LENGTH), (sm3_kdf(a[0].data, a[0].length, 1, a[1].data, a[1].length), 1))

METHOD(cipher_key, 2, L(sizeof(sm4_key), 16), (sm4_expand_key((sm4_key *)(void *)a[0].data, a[1].data), 1))
#define WHOLE_BLOCKS(I, O) (a[I].length == a[O].length && a[I].length % 16 == 0)
METHOD(ecb_encrypt, 3, L(sizeof(sm4_key), ANY_LENGTH, ANY_LENGTH),
       WHOLE_BLOCKS(1, 2) && (sm4_ecb_encrypt((const sm4_key *)(void *)a[0].data, a[1].data, a[2].data, a[1].length / 16), 1))
METHOD(ecb_decrypt, 3, L(sizeof(sm4_key), ANY_LENGTH, ANY_LENGTH),
       WHOLE_BLOCKS(1, 2) && (sm4_ecb_decrypt((const sm4_key *)(void *)a[0].data, a[1].data, a[2].data, a[1].length / 16), 1))
METHOD(cbc_encrypt, 4, L(sizeof(sm4_key), 16, ANY_LENGTH, ANY_LENGTH),
       WHOLE_BLOCKS(2, 3) && (sm4_cbc_encrypt((const sm4_key *)(void *)a[0].data, a[1].data, a[2].data, a[3].data, a[2].length / 16), 1))
METHOD(cbc_decrypt, 4, L(sizeof(sm4_key), 16, ANY_LENGTH, ANY_LENGTH),
       WHOLE_BLOCKS(2, 3) && (sm4_cbc_decrypt((const sm4_key *)(void *)a[0].data, a[1].data, a[2].data, a[3].data, a[2].length / 16), 1))
METHOD(ctr, 4, L(sizeof(sm4_key), 16, ANY_LENGTH, ANY_LENGTH),
       a[2].length == a[3].length && (sm4_ctr((const sm4_key *)(void *)a[0].data, a[1].data, 16, a[2].data, a[3].data, a[2].length), 1))
METHOD(ctr32, 4, L(sizeof(sm4_key), 16, ANY_LENGTH, ANY_LENGTH),
       a[2].length == a[3].length && (sm4_ctr((const sm4_key *)(void *)a[0].data, a[1].data, 4, a[2].data, a[3].data, a[2].length), 1))
METHOD(ghash, 3, L(16, 16, ANY_LENGTH), (ghash_update(a[0].data, a[1].data, a[2].data, a[2].length), 1))

/*
 * What is called thousands of times a second finds its bytes in memory that is shared with JavaScript once: to give the address of a small
 * Uint8Array, V8 has to move it out of its heap, which costs more than an SM3 (and leaves a copy of a key behind). Each thread loads
 * its own. Layout: a signature, a key (public; or prepared, and private), then ZA with the message behind it, or e.
 */
#define SIGNATURE_AT 0
#define KEY_AT 64
#define DIGEST_AT 128
#define MESSAGE_AT 160
#define SHARED_BYTES (MESSAGE_AT + 4096)

/*
 * The memory, and the number of message bytes in it; -1 stands for e in place of ZA. Throws and gives NULL when it is no such number. The
 * address is asked for at every call: JavaScript may transfer the buffer away, and then it is no longer ours to touch.
 */
static uint8_t *shared_of(napi_env env, napi_callback_info info, size_t count, napi_value *values, int32_t *length) {
  size_t given = count, size = 0;
  void *kept = NULL, *shared = NULL;
  napi_value buffer;
  if (napi_get_cb_info(env, info, &given, values, NULL, &kept) != napi_ok || given < count ||
      napi_get_value_int32(env, values[count - 1], length) != napi_ok || *length < -1 || *length > SHARED_BYTES - MESSAGE_AT) {
    napi_throw_type_error(env, NULL, "not a length of what is in the shared memory");
    return NULL;
  }
  if (napi_get_reference_value(env, (napi_ref)kept, &buffer) != napi_ok || buffer == NULL ||
      napi_get_arraybuffer_info(env, buffer, &shared, &size) != napi_ok || shared == NULL || size != SHARED_BYTES) {
    napi_throw_type_error(env, NULL, "the shared memory was transferred away");
    return NULL;
  }
  return shared;
}

static void digest_of_shared(const uint8_t *shared, int32_t length, uint8_t e[32]) {
  if (length < 0) __builtin_memcpy(e, shared + DIGEST_AT, 32);
  else sm3_digest(shared + DIGEST_AT, MESSAGE_AT - DIGEST_AT + (size_t)length, e);
}

/* A nonce out of range is drawn again, once in 2^32; that it happens eight times is a broken source or key, and gives 0. */
#define DRAWS 8

static int sign_fresh(const uint8_t *prepared, const uint8_t e[32], uint8_t *signature) {
  uint8_t k[32];
  int done = 0;
  for (int i = 0; i < DRAWS && !done && platform_random(k, sizeof k); i++) done = sm2_sign(prepared, k, e, signature);
  wipe(k, sizeof k);
  return done;
}

/* length -> signature, with the prepared key, which is wiped; false where the platform gives C no nonce */
static napi_value sign_shared(napi_env env, napi_callback_info info) {
  napi_value values[1];
  int32_t length;
  uint8_t e[32], *shared = shared_of(env, info, 1, values, &length);
  if (shared == NULL) return NULL;
  digest_of_shared(shared, length, e);
  int done = sign_fresh(shared + KEY_AT, e, shared + SIGNATURE_AT);
  wipe(shared + KEY_AT, MESSAGE_AT - KEY_AT + (length < 0 ? 0 : (size_t)length));
  return boolean(env, done);
}

/* length -> whether the signature is the public key's */
static napi_value verify_shared(napi_env env, napi_callback_info info) {
  napi_value values[1];
  int32_t length;
  uint8_t e[32], *shared = shared_of(env, info, 1, values, &length);
  if (shared == NULL) return NULL;
  digest_of_shared(shared, length, e);
  return boolean(env, sm2_verify_vartime(shared + KEY_AT, e, shared + SIGNATURE_AT));
}

/* table, length -> likewise, for the key of the table */
static napi_value verify_shared_with_table(napi_env env, napi_callback_info info) {
  napi_value values[2];
  int32_t length;
  napi_typedarray_type type;
  bytes table;
  void *data = NULL;
  uint8_t e[32], *shared = shared_of(env, info, 2, values, &length);
  if (shared == NULL) return NULL;
  if (napi_get_typedarray_info(env, values[0], &type, &table.length, &data, NULL, NULL) != napi_ok || type != napi_uint8_array) return boolean(env, 0);
  table.data = data;
  if (!is_table(&table)) return boolean(env, 0);
  digest_of_shared(shared, length, e);
  return boolean(env, sm2_verify_with_table_vartime(table.data, e, shared + SIGNATURE_AT));
}

/* length of data, from where ZA stands otherwise -> its digest where the signature stands; the data are wiped */
static napi_value digest_shared(napi_env env, napi_callback_info info) {
  napi_value values[1];
  int32_t length;
  uint8_t *shared = shared_of(env, info, 1, values, &length);
  if (shared == NULL) return NULL;
  size_t count = length < 0 ? 0 : (size_t)length;
  sm3_digest(shared + DIGEST_AT, count, shared + SIGNATURE_AT);
  wipe(shared + DIGEST_AT, count);
  return boolean(env, 1);
}

/* The memory lives as long as this thread's environment: the reference, which the functions get, is never given back. */
static napi_ref define_shared(napi_env env, napi_value exports) {
  napi_value buffer, view;
  napi_ref kept = NULL;
  void *shared = NULL;
  if (napi_create_arraybuffer(env, SHARED_BYTES, &shared, &buffer) != napi_ok || napi_create_reference(env, buffer, 1, &kept) != napi_ok ||
      napi_create_typedarray(env, napi_uint8_array, SHARED_BYTES, buffer, 0, &view) != napi_ok ||
      napi_set_named_property(env, exports, "shared", view) != napi_ok)
    return NULL;
  return kept;
}

static int define_size(napi_env env, napi_value exports, const char *name, size_t value) {
  napi_value number;
  return napi_create_uint32(env, (uint32_t)value, &number) == napi_ok && napi_set_named_property(env, exports, name, number) == napi_ok;
}

NAPI_MODULE_INIT() {
  static const struct { const char *name; napi_callback call; } methods[] = {
      {"checkPublicKey", check_public_key}, {"derivePublicKey", derive_public_key}, {"preparePrivateKey", prepare_private_key},
      {"sign", sign}, {"verify", verify}, {"tableBuild", table_build}, {"verifyWithTable", verify_with_table},
      {"multiply", multiply}, {"multiplyBase", multiply_base}, {"add", add}, {"scalarMultiplyAdd", scalar_multiply_add},
      {"digestInit", digest_init}, {"digestUpdate", digest_update}, {"digestFinal", digest_final},
      {"digest", digest}, {"kdf", kdf},
      {"cipherKey", cipher_key}, {"ecbEncrypt", ecb_encrypt}, {"ecbDecrypt", ecb_decrypt}, {"cbcEncrypt", cbc_encrypt},
      {"cbcDecrypt", cbc_decrypt}, {"ctr", ctr}, {"ctr32", ctr32}, {"ghash", ghash},
      {"signShared", sign_shared}, {"verifyShared", verify_shared}, {"verifySharedWithTable", verify_shared_with_table},
      {"digestShared", digest_shared},
  };
  napi_ref kept = define_shared(env, exports);
  int done = kept != NULL;
  sm2_setup();
  for (size_t i = 0; done && i < sizeof methods / sizeof methods[0]; i++) {
    napi_value function;
    done = napi_create_function(env, methods[i].name, NAPI_AUTO_LENGTH, methods[i].call, kept, &function) == napi_ok &&
           napi_set_named_property(env, exports, methods[i].name, function) == napi_ok;
  }
  done = done && define_size(env, exports, "tableBytes", sm2_table_size()) &&
         define_size(env, exports, "digestContextBytes", sm3_context_size()) && define_size(env, exports, "cipherKeyBytes", sm4_key_size());
  if (!done) {
    napi_throw_error(env, NULL, "no memory for the functions");
    return NULL;
  }
  return exports;
}
