#include <stdio.h>
#include <string.h>
#include "internal.h"

void pin_path(char *path, size_t size, const object_t *application, ULONG type) {
  path_of(path, size, application, type == ADMIN_TYPE ? "admin-pin" : "pin");
}

static ULONG give_pin(const object_t *application, ULONG type, const char *text, ULONG *left) {
  static const ULONG results[] = {SAR_OK, SAR_PIN_INCORRECT, SAR_PIN_LOCKED, SAR_FAIL, SAR_USER_TYPE_INVALID};
  char path[1024];
  unsigned now = 0;
  if (type > USER_TYPE) return SAR_USER_TYPE_INVALID;
  pin_path(path, sizeof path, application, type);
  pin_answer answer = check_pin(path, text, &now);
  if (answer == PIN_RIGHT || answer == PIN_WRONG || answer == PIN_LOCKED) *left = has_trait("lying-retries") ? 99 : now;
  return results[answer];
}

/* Sets a PIN anew; the one who asks has proved that he may. */
static ULONG replace_pin(const object_t *application, ULONG type, const char *wanted) {
  char path[1024];
  pin_t pin;
  pin_path(path, sizeof path, application, type);
  if (!load_pin(path, &pin)) return SAR_FAIL;
  if (!set_pin(&pin, wanted)) return SAR_PIN_LEN_RANGE;
  return has_trait("stubborn-pin") || save_pin(path, &pin) ? SAR_OK : SAR_FAIL;
}

/* `lying-retries`: says that all tries are left, whatever was spent. `says-nothing`: says yes and writes nothing. */
EXPORT ULONG SKF_GetPINInfo(HAPPLICATION handle, ULONG type, ULONG *most, ULONG *left, BOOL *factory) {
  object_t *application;
  char path[1024];
  pin_t pin;
  ENTER();
  ULONG result = find_handle(handle, KIND_APPLICATION, &application);
  if (result) LEAVE(result);
  pin_path(path, sizeof path, application, type);
  if (type > USER_TYPE || !load_pin(path, &pin)) LEAVE(SAR_USER_TYPE_INVALID);
  if (has_trait("says-nothing")) LEAVE(SAR_OK);
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
  result = give_pin(application, type, text, left);
  if (type == USER_TYPE) *verified = result == SAR_OK;
  LEAVE(result);
}

/* `stubborn-pin`: says yes and changes nothing. */
EXPORT ULONG SKF_ChangePIN(HAPPLICATION handle, ULONG type, LPSTR old, LPSTR wanted, ULONG *left) {
  object_t *application;
  ENTER();
  ULONG result = find_handle(handle, KIND_APPLICATION, &application);
  if (!result) result = give_pin(application, type, old, left);
  LEAVE(result ? result : replace_pin(application, type, wanted));
}

EXPORT ULONG SKF_UnblockPIN(HAPPLICATION handle, LPSTR admin, LPSTR wanted, ULONG *left) {
  object_t *application;
  ENTER();
  ULONG result = find_handle(handle, KIND_APPLICATION, &application);
  if (!result) result = give_pin(application, ADMIN_TYPE, admin, left);
  LEAVE(result ? result : replace_pin(application, USER_TYPE, wanted));
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
