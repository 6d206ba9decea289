/*
 * The N-API build: sm2.h, sm3.h and sm4.h as functions over Uint8Arrays. Lengths are checked here, meaning is not: core/src/crypto/gm
 * does that once for both builds. A wrong length or type throws a TypeError. Keys and contexts live in buffers that the caller owns and
 * wipes; nothing here keeps a secret between calls.
 */
#define NAPI_VERSION 8
#include <node_api.h>
#include "sm2.h"
#include "sm3.h"
#include "sm4.h"

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

static void define_size(napi_env env, napi_value exports, const char *name, size_t value) {
  napi_value number;
  napi_create_uint32(env, (uint32_t)value, &number);
  napi_set_named_property(env, exports, name, number);
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
  };
  sm2_setup();
  for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
    napi_value function;
    napi_create_function(env, methods[i].name, NAPI_AUTO_LENGTH, methods[i].call, NULL, &function);
    napi_set_named_property(env, exports, methods[i].name, function);
  }
  define_size(env, exports, "tableBytes", sm2_table_size());
  define_size(env, exports, "digestContextBytes", sm3_context_size());
  define_size(env, exports, "cipherKeyBytes", sm4_key_size());
  return exports;
}
