#include <stdio.h>
#include <string.h>
#include "internal.h"
#include "pins.h"

static const char *leaf_of(ULONG type) { return type == ADMIN_TYPE ? "admin-pin" : "pin"; }

int load_pin(const object_t *application, ULONG type, pin_t *pin) {
  char path[1024], text[128] = {0};
  path_of(path, sizeof path, application, leaf_of(type));
  if (type > USER_TYPE || read_whole(path, (BYTE *)text, sizeof text - 1) < 0) return 0;
  return sscanf(text, "%64s %u %u %u", pin->digest, &pin->left, &pin->most, &pin->factory) == 4;
}

int save_pin(const object_t *application, ULONG type, const pin_t *pin) {
  char path[1024], text[128];
  path_of(path, sizeof path, application, leaf_of(type));
  int length = snprintf(text, sizeof text, "%s %u %u %u\n", pin->digest, pin->left, pin->most, pin->factory);
  return write_whole(path, (BYTE *)text, (size_t)length);
}

static void digest_of(const char *text, char hex[65]) {
  BYTE digest[32];
  sm3_of((const BYTE *)text, strlen(text), digest);
  for (size_t index = 0; index < sizeof digest; index += 1) snprintf(hex + 2 * index, 3, "%02x", digest[index]);
}

int set_pin(pin_t *pin, const char *text) {
  size_t length = strlen(text);
  if (length < 6 || length > 16) return 0;
  digest_of(text, pin->digest);
  pin->left = pin->most;
  pin->factory = 0;
  return 1;
}

/* Counts, and saves the count before anyone hears of it. */
static ULONG check_pin(const object_t *application, ULONG type, const char *text, ULONG *left) {
  pin_t pin;
  char hex[65];
  if (!load_pin(application, type, &pin)) return SAR_USER_TYPE_INVALID;
  if (pin.left == 0) return SAR_PIN_LOCKED;
  digest_of(text, hex);
  int right = strcmp(hex, pin.digest) == 0;
  pin.left = right ? pin.most : pin.left - 1;
  if (!save_pin(application, type, &pin)) return SAR_FAIL;
  *left = has_trait("lying-retries") ? 99 : pin.left;
  return right ? SAR_OK : pin.left == 0 ? SAR_PIN_LOCKED : SAR_PIN_INCORRECT;
}

/* `lying-retries`: says that all tries are left, whatever was spent. */
EXPORT ULONG SKF_GetPINInfo(HAPPLICATION handle, ULONG type, ULONG *most, ULONG *left, BOOL *factory) {
  object_t *application;
  pin_t pin;
  ENTER();
  ULONG result = find_handle(handle, KIND_APPLICATION, &application);
  if (result) LEAVE(result);
  if (!load_pin(application, type, &pin)) LEAVE(SAR_USER_TYPE_INVALID);
  *most = pin.most;
  *left = has_trait("lying-retries") ? pin.most : pin.left;
  *factory = (BOOL)pin.factory;
  LEAVE(SAR_OK);
}

/* `trusting`: a right PIN given once is enough, whatever is given next. */
EXPORT ULONG SKF_VerifyPIN(HAPPLICATION handle, ULONG type, LPSTR text, ULONG *left) {
  object_t *application;
  ENTER();
  ULONG result = find_handle(handle, KIND_APPLICATION, &application);
  if (result) LEAVE(result);
  int *verified = login_state(application);
  if (!verified) LEAVE(SAR_USER_TYPE_INVALID);
  if (type == USER_TYPE && *verified) LEAVE(has_trait("trusting") ? SAR_OK : SAR_USER_ALREADY_LOGGED_IN);
  result = check_pin(application, type, text, left);
  if (type == USER_TYPE) *verified = result == SAR_OK;
  LEAVE(result);
}

/* `stubborn-pin`: says yes and changes nothing. */
EXPORT ULONG SKF_ChangePIN(HAPPLICATION handle, ULONG type, LPSTR old, LPSTR wanted, ULONG *left) {
  object_t *application;
  pin_t pin;
  ENTER();
  ULONG result = find_handle(handle, KIND_APPLICATION, &application);
  if (!result) result = check_pin(application, type, old, left);
  if (result) LEAVE(result);
  if (!load_pin(application, type, &pin)) LEAVE(SAR_FAIL);
  if (!set_pin(&pin, wanted)) LEAVE(SAR_PIN_LEN_RANGE);
  if (has_trait("stubborn-pin")) LEAVE(SAR_OK);
  LEAVE(save_pin(application, type, &pin) ? SAR_OK : SAR_FAIL);
}

EXPORT ULONG SKF_UnblockPIN(HAPPLICATION handle, LPSTR admin, LPSTR wanted, ULONG *left) {
  object_t *application;
  pin_t pin;
  ENTER();
  ULONG result = find_handle(handle, KIND_APPLICATION, &application);
  if (!result) result = check_pin(application, ADMIN_TYPE, admin, left);
  if (result) LEAVE(result);
  if (!load_pin(application, USER_TYPE, &pin)) LEAVE(SAR_FAIL);
  if (!set_pin(&pin, wanted)) LEAVE(SAR_PIN_LEN_RANGE);
  LEAVE(save_pin(application, USER_TYPE, &pin) ? SAR_OK : SAR_FAIL);
}

EXPORT ULONG SKF_ClearSecureState(HAPPLICATION handle) {
  object_t *application;
  ENTER();
  ULONG result = find_handle(handle, KIND_APPLICATION, &application);
  if (result) LEAVE(result);
  int *verified = login_state(application);
  if (verified) *verified = 0;
  LEAVE(SAR_OK);
}
