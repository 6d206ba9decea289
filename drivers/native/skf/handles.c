#include <stdlib.h>
#include <string.h>
#include "internal.h"

enum { MAX_OBJECTS = 512, MAX_LOGINS = 16 };

static object_t objects[MAX_OBJECTS];
static uintptr_t last_id = 0x1000;

HANDLE new_handle(const object_t *like) {
  for (size_t index = 0; index < MAX_OBJECTS; index += 1) {
    if (objects[index].id) continue;
    objects[index] = *like;
    objects[index].id = ++last_id;
    return (HANDLE)objects[index].id;
  }
  return NULL;
}

ULONG find_handle(HANDLE handle, int kind, object_t **object) {
  for (size_t index = 0; handle && index < MAX_OBJECTS; index += 1) {
    if (objects[index].id != (uintptr_t)handle || objects[index].kind != kind) continue;
    stay_t now;
    *object = &objects[index];
    return device_stay(objects[index].device, &now) && same_stay(now, objects[index].stay) ? SAR_OK : SAR_DEVICE_REMOVED;
  }
  return SAR_INVALIDHANDLEERR;
}

void free_handle(HANDLE handle) {
  for (size_t index = 0; handle && index < MAX_OBJECTS; index += 1)
    if (objects[index].id == (uintptr_t)handle) {
      free(objects[index].data);
      memset(&objects[index], 0, sizeof objects[index]);
    }
}

static struct { char device[64], application[64]; stay_t stay; int verified; } logins[MAX_LOGINS];

/* Whether the PIN of an application was verified; the state belongs to the application, as on real keys. */
int *login_state(const object_t *application) {
  for (size_t index = 0; index < MAX_LOGINS; index += 1) {
    int named = logins[index].device[0] != 0;
    if (named && (strcmp(logins[index].device, application->device) != 0 ||
                  strcmp(logins[index].application, application->application) != 0))
      continue;
    if (!named || !same_stay(logins[index].stay, application->stay)) {
      memcpy(logins[index].device, application->device, sizeof logins[index].device);
      memcpy(logins[index].application, application->application, sizeof logins[index].application);
      logins[index].stay = application->stay;
      logins[index].verified = 0;
    }
    return &logins[index].verified;
  }
  return NULL;
}

/* What we ourselves do to a device's folder is no removal. */
void renew_stays(const char *device, stay_t before) {
  stay_t now;
  if (!device_stay(device, &now)) return;
  for (size_t index = 0; index < MAX_OBJECTS; index += 1)
    if (strcmp(objects[index].device, device) == 0 && same_stay(objects[index].stay, before)) objects[index].stay = now;
  for (size_t index = 0; index < MAX_LOGINS; index += 1)
    if (strcmp(logins[index].device, device) == 0 && same_stay(logins[index].stay, before)) logins[index].stay = now;
}
