#include <openssl/sha.h>
#include <stdio.h>
#include <string.h>
#include "internal.h"

typedef struct { char digest[65]; unsigned left, most, factory; } pin_t;

static int load_pin(const object_t *application, pin_t *pin) {
  char path[1024], text[128] = {0};
  path_of(path, sizeof path, application, "pin");
  if (read_whole(path, (BYTE *)text, sizeof text - 1) < 0) return 0;
  return sscanf(text, "%64s %u %u %u", pin->digest, &pin->left, &pin->most, &pin->factory) == 4;
}

static int save_pin(const object_t *application, const pin_t *pin) {
  char path[1024];
  path_of(path, sizeof path, application, "pin");
  FILE *file = fopen(path, "r+");
  if (!file) return 0;
  int written = fprintf(file, "%s %u %u %u\n", pin->digest, pin->left, pin->most, pin->factory) > 0;
  return fclose(file) == 0 && written;
}

static int is_pin(const pin_t *pin, const char *text) {
  BYTE digest[SHA256_DIGEST_LENGTH];
  char hex[65];
  SHA256((const BYTE *)text, strlen(text), digest);
  for (size_t index = 0; index < sizeof digest; index += 1) snprintf(hex + 2 * index, 3, "%02x", digest[index]);
  return strcmp(hex, pin->digest) == 0;
}

EXPORT ULONG SKF_EnumApplication(DEVHANDLE handle, LPSTR list, ULONG *size) {
  object_t *device;
  char path[1024], names[16][64];
  ENTER();
  ULONG result = find_handle(handle, KIND_DEVICE, &device);
  if (result) LEAVE(result);
  path_of(path, sizeof path, device, NULL);
  LEAVE(name_list(names, list_folder(path, 1, names, 16), list, size));
}

EXPORT ULONG SKF_OpenApplication(DEVHANDLE handle, LPSTR name, HAPPLICATION *out) {
  object_t *device, application;
  pin_t pin;
  ENTER();
  ULONG result = find_handle(handle, KIND_DEVICE, &device);
  if (result) LEAVE(result);
  application = *device;
  application.kind = KIND_APPLICATION;
  snprintf(application.application, sizeof application.application, "%s", name);
  if (!load_pin(&application, &pin)) LEAVE(SAR_APPLICATION_NOT_EXISTS);
  *out = new_handle(&application);
  LEAVE(*out ? SAR_OK : SAR_MEMORYERR);
}

EXPORT ULONG SKF_CloseApplication(HAPPLICATION handle) {
  ENTER();
  free_handle(handle);
  LEAVE(SAR_OK);
}

/* `lying-retries`: says that all tries are left, whatever was spent. */
EXPORT ULONG SKF_GetPINInfo(HAPPLICATION handle, ULONG type, ULONG *most, ULONG *left, BOOL *factory) {
  object_t *application;
  pin_t pin;
  ENTER();
  ULONG result = find_handle(handle, KIND_APPLICATION, &application);
  if (result) LEAVE(result);
  if (type != USER_TYPE) LEAVE(SAR_USER_TYPE_INVALID);
  if (!load_pin(application, &pin)) LEAVE(SAR_FAIL);
  *most = pin.most;
  *left = has_trait("lying-retries") ? pin.most : pin.left;
  *factory = (BOOL)pin.factory;
  LEAVE(SAR_OK);
}

/* `trusting`: a right PIN given once is enough, whatever is given next. */
EXPORT ULONG SKF_VerifyPIN(HAPPLICATION handle, ULONG type, LPSTR text, ULONG *left) {
  object_t *application;
  pin_t pin;
  ENTER();
  ULONG result = find_handle(handle, KIND_APPLICATION, &application);
  if (result) LEAVE(result);
  int *verified = login_state(application);
  if (type != USER_TYPE || !verified) LEAVE(SAR_USER_TYPE_INVALID);
  if (*verified) LEAVE(has_trait("trusting") ? SAR_OK : SAR_USER_ALREADY_LOGGED_IN);
  if (!load_pin(application, &pin)) LEAVE(SAR_FAIL);
  if (pin.left == 0) LEAVE(SAR_PIN_LOCKED);
  *verified = is_pin(&pin, text);
  pin.left = *verified ? pin.most : pin.left - 1;
  if (!save_pin(application, &pin)) LEAVE(SAR_FAIL);
  *left = has_trait("lying-retries") ? 99 : pin.left;
  if (*verified) LEAVE(SAR_OK);
  LEAVE(pin.left == 0 ? SAR_PIN_LOCKED : SAR_PIN_INCORRECT);
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

EXPORT ULONG SKF_EnumFiles(HAPPLICATION handle, LPSTR list, ULONG *size) {
  object_t *application;
  char path[1024], names[32][64];
  ENTER();
  ULONG result = find_handle(handle, KIND_APPLICATION, &application);
  if (result) LEAVE(result);
  path_of(path, sizeof path, application, NULL);
  size_t count = list_folder(path, 0, names, 32), kept = 0;
  for (size_t index = 0; index < count; index += 1)
    if (strcmp(names[index], "pin") != 0) memmove(names[kept++], names[index], 64);
  LEAVE(name_list(names, kept, list, size));
}

EXPORT ULONG SKF_GetFileInfo(HAPPLICATION handle, LPSTR name, FILEATTRIBUTE *out) {
  object_t *application;
  char path[1024];
  struct stat status;
  ENTER();
  ULONG result = find_handle(handle, KIND_APPLICATION, &application);
  if (result) LEAVE(result);
  path_of(path, sizeof path, application, name);
  if (strcmp(name, "pin") == 0 || stat(path, &status) != 0) LEAVE(SAR_FILE_NOT_EXIST);
  memset(out, 0, sizeof *out);
  strncpy(out->FileName, name, sizeof out->FileName);
  out->FileSize = (ULONG)status.st_size;
  out->ReadRights = 0xff;
  LEAVE(SAR_OK);
}

EXPORT ULONG SKF_ReadFile(HAPPLICATION handle, LPSTR name, ULONG offset, ULONG size, BYTE *out, ULONG *length) {
  object_t *application;
  char path[1024];
  ENTER();
  ULONG result = find_handle(handle, KIND_APPLICATION, &application);
  if (result) LEAVE(result);
  path_of(path, sizeof path, application, name);
  FILE *file = strcmp(name, "pin") == 0 ? NULL : fopen(path, "rb");
  if (!file) LEAVE(SAR_FILE_NOT_EXIST);
  if (fseek(file, (long)offset, SEEK_SET) != 0) size = 0;
  *length = (ULONG)fread(out, 1, size, file);
  fclose(file);
  LEAVE(SAR_OK);
}
