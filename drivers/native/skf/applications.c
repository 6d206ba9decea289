#include <stdio.h>
#include <string.h>
#include "internal.h"

EXPORT ULONG SKF_EnumApplication(DEVHANDLE handle, LPSTR list, ULONG *size) {
  object_t *device;
  char path[1024], names[16][64];
  ENTER();
  ULONG result = find_handle(handle, KIND_DEVICE, &device);
  if (result) LEAVE(result);
  path_of(path, sizeof path, device, NULL);
  LEAVE(name_list(names, list_folder(path, 1, names, 16), list, size));
}

static object_t application_of(const object_t *device, const char *name) {
  object_t application = *device;
  application.kind = KIND_APPLICATION;
  snprintf(application.application, sizeof application.application, "%s", name);
  return application;
}

/* The standard wants the device authenticated first; this one trusts whoever can write its folder. */
EXPORT ULONG SKF_CreateApplication(DEVHANDLE handle, LPSTR name, LPSTR admin, ULONG admin_tries, LPSTR user, ULONG user_tries,
                                   ULONG rights, HAPPLICATION *out) {
  object_t *device;
  char path[1024], admin_path[1024], user_path[1024];
  pin_t admin_pin = {.most = (unsigned)admin_tries}, user_pin = {.most = (unsigned)user_tries};
  (void)rights;
  ENTER();
  ULONG result = find_handle(handle, KIND_DEVICE, &device);
  if (result) LEAVE(result);
  if (!is_plain_name(name, 33)) LEAVE(SAR_NAMELENERR);
  if (!set_pin(&admin_pin, admin) || !set_pin(&user_pin, user)) LEAVE(SAR_PIN_LEN_RANGE);
  object_t application = application_of(device, name);
  path_of(path, sizeof path, &application, NULL);
  if (is_folder(path)) LEAVE(SAR_APPLICATION_EXISTS);
  stay_t before = device->stay;
  pin_path(admin_path, sizeof admin_path, &application, ADMIN_TYPE);
  pin_path(user_path, sizeof user_path, &application, USER_TYPE);
  if (!make_folder(path) || !save_pin(admin_path, &admin_pin) || !save_pin(user_path, &user_pin))
    LEAVE(SAR_WRITEFILEERR);
  renew_stays(device->device, before);
  application.stay = device->stay;
  *out = new_handle(&application);
  LEAVE(*out ? SAR_OK : SAR_MEMORYERR);
}

EXPORT ULONG SKF_OpenApplication(DEVHANDLE handle, LPSTR name, HAPPLICATION *out) {
  object_t *device;
  char path[1024];
  pin_t pin;
  ENTER();
  ULONG result = find_handle(handle, KIND_DEVICE, &device);
  if (result) LEAVE(result);
  object_t application = application_of(device, name);
  pin_path(path, sizeof path, &application, USER_TYPE);
  if (!load_pin(path, &pin)) LEAVE(SAR_APPLICATION_NOT_EXISTS);
  *out = new_handle(&application);
  LEAVE(*out ? SAR_OK : SAR_MEMORYERR);
}

EXPORT ULONG SKF_CloseApplication(HAPPLICATION handle) {
  ENTER();
  free_handle(handle);
  LEAVE(SAR_OK);
}
