#include <stdio.h>
#include <string.h>
#include "internal.h"

enum { MAX_CONTAINERS = 32 };

soft_key *load_key(const object_t *container, const char *leaf) {
  char path[1024];
  BYTE der[8192];
  path_of(path, sizeof path, container, leaf);
  long length = read_whole(path, der, sizeof der);
  return length < 0 ? NULL : key_from_pkcs8(der, (size_t)length);
}

int save_key(const object_t *container, const char *leaf, const soft_key *key) {
  char path[1024];
  BYTE der[8192];
  size_t length = sizeof der;
  path_of(path, sizeof path, container, leaf);
  return key_to_pkcs8(key, der, &length) && write_whole(path, der, length);
}

ULONG unlocked_container(HCONTAINER handle, object_t **container) {
  ULONG result = find_handle(handle, KIND_CONTAINER, container);
  if (result) return result;
  int *verified = login_state(*container);
  return verified && *verified ? SAR_OK : SAR_USER_NOT_LOGGED_IN;
}

/* A token that left while it worked gives no answer. */
ULONG still_there(HCONTAINER handle) {
  object_t *container;
  return find_handle(handle, KIND_CONTAINER, &container);
}

EXPORT ULONG SKF_EnumContainer(HAPPLICATION handle, LPSTR list, ULONG *size) {
  object_t *application;
  char path[1024], names[MAX_CONTAINERS][64];
  ENTER();
  ULONG result = find_handle(handle, KIND_APPLICATION, &application);
  if (result) LEAVE(result);
  path_of(path, sizeof path, application, NULL);
  LEAVE(name_list(names, list_folder(path, 1, names, MAX_CONTAINERS), list, size));
}

static object_t container_of(const object_t *application, const char *name) {
  object_t container = *application;
  container.kind = KIND_CONTAINER;
  snprintf(container.container, sizeof container.container, "%s", name);
  return container;
}

EXPORT ULONG SKF_CreateContainer(HAPPLICATION handle, LPSTR name, HCONTAINER *out) {
  object_t *application;
  char path[1024], names[MAX_CONTAINERS][64];
  ENTER();
  ULONG result = find_handle(handle, KIND_APPLICATION, &application);
  if (result) LEAVE(result);
  int *verified = login_state(application);
  if (!verified || !*verified) LEAVE(SAR_USER_NOT_LOGGED_IN);
  if (!is_plain_name(name, 64)) LEAVE(SAR_NAMELENERR);
  path_of(path, sizeof path, application, NULL);
  if (list_folder(path, 1, names, MAX_CONTAINERS) == MAX_CONTAINERS) LEAVE(SAR_REACH_MAX_CONTAINER_COUNT);
  object_t container = container_of(application, name);
  path_of(path, sizeof path, &container, NULL);
  if (is_folder(path)) LEAVE(SAR_CONTAINER_EXISTS);
  if (!make_folder(path)) LEAVE(SAR_WRITEFILEERR);
  *out = new_handle(&container);
  LEAVE(*out ? SAR_OK : SAR_MEMORYERR);
}

EXPORT ULONG SKF_DeleteContainer(HAPPLICATION handle, LPSTR name) {
  static const char *const leaves[] = {"sign.key", "sign.cer", "enc.key", "enc.cer", NULL};
  object_t *application;
  char path[1024];
  ENTER();
  ULONG result = find_handle(handle, KIND_APPLICATION, &application);
  if (result) LEAVE(result);
  int *verified = login_state(application);
  if (!verified || !*verified) LEAVE(SAR_USER_NOT_LOGGED_IN);
  object_t container = container_of(application, name);
  path_of(path, sizeof path, &container, NULL);
  if (!is_plain_name(name, 64) || !is_folder(path)) LEAVE(SAR_CONTAINER_NOT_EXISTS);
  for (const char *const *leaf = leaves; *leaf; leaf += 1) {
    path_of(path, sizeof path, &container, *leaf);
    remove(path);
  }
  path_of(path, sizeof path, &container, NULL);
#ifdef _WIN32
  LEAVE(rmdir(path) == 0 ? SAR_OK : SAR_WRITEFILEERR);
#else
  LEAVE(remove(path) == 0 ? SAR_OK : SAR_WRITEFILEERR);
#endif
}

EXPORT ULONG SKF_OpenContainer(HAPPLICATION handle, LPSTR name, HCONTAINER *out) {
  object_t *application;
  char path[1024];
  ENTER();
  ULONG result = find_handle(handle, KIND_APPLICATION, &application);
  if (result) LEAVE(result);
  object_t container = container_of(application, name);
  path_of(path, sizeof path, &container, NULL);
  if (!is_folder(path)) LEAVE(SAR_CONTAINER_NOT_EXISTS);
  *out = new_handle(&container);
  LEAVE(*out ? SAR_OK : SAR_MEMORYERR);
}

EXPORT ULONG SKF_CloseContainer(HCONTAINER handle) {
  ENTER();
  free_handle(handle);
  LEAVE(SAR_OK);
}

EXPORT ULONG SKF_GetContainerType(HCONTAINER handle, ULONG *type) {
  object_t *container;
  ENTER();
  ULONG result = find_handle(handle, KIND_CONTAINER, &container);
  if (result) LEAVE(result);
  soft_key *key = load_key(container, "sign.key");
  *type = !key ? 0 : key_kind_of(key) == KEY_RSA ? 1 : 2;
  key_free(key);
  LEAVE(SAR_OK);
}

EXPORT ULONG SKF_ImportCertificate(HCONTAINER handle, BOOL sign, BYTE *der, ULONG length) {
  object_t *container;
  char path[1024];
  ENTER();
  ULONG result = unlocked_container(handle, &container);
  if (result) LEAVE(result);
  if (length == 0 || length > 16384) LEAVE(SAR_INDATALENERR);
  path_of(path, sizeof path, container, sign ? "sign.cer" : "enc.cer");
  LEAVE(write_whole(path, der, length) ? SAR_OK : SAR_WRITEFILEERR);
}

EXPORT ULONG SKF_ExportCertificate(HCONTAINER handle, BOOL sign, BYTE *out, ULONG *size) {
  object_t *container;
  char path[1024];
  BYTE der[16384];
  ENTER();
  ULONG result = find_handle(handle, KIND_CONTAINER, &container);
  if (result) LEAVE(result);
  path_of(path, sizeof path, container, sign ? "sign.cer" : "enc.cer");
  long length = read_whole(path, der, sizeof der);
  LEAVE(length < 0 ? SAR_CERTNOTFOUNTERR : copy_out(der, (size_t)length, out, size));
}
