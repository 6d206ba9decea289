#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "internal.h"

enum { MAX_FILE = 32768 };

static object_t objects[MAX_OBJECTS];
static CK_OBJECT_HANDLE last_handle = 0x1000;

static void forget(object_t *object) {
  for (size_t index = 0; index < object->count; index += 1) free(object->attributes[index].value);
  memset(object, 0, sizeof *object);
}

void forget_objects(void) {
  for (size_t index = 0; index < MAX_OBJECTS; index += 1) forget(&objects[index]);
}

const attribute_t *attribute_of(const object_t *object, CK_ATTRIBUTE_TYPE type) {
  for (size_t index = 0; index < object->count; index += 1)
    if (object->attributes[index].type == type) return &object->attributes[index];
  return NULL;
}

CK_ULONG number_of(const object_t *object, CK_ATTRIBUTE_TYPE type, CK_ULONG otherwise) {
  const attribute_t *found = attribute_of(object, type);
  CK_ULONG value = otherwise;
  if (found && found->length == sizeof value) memcpy(&value, found->value, sizeof value);
  return value;
}

int is_true(const object_t *object, CK_ATTRIBUTE_TYPE type) {
  const attribute_t *found = attribute_of(object, type);
  return found && found->length == 1 && found->value[0];
}

void set_attribute(object_t *object, CK_ATTRIBUTE_TYPE type, const void *value, CK_ULONG length) {
  attribute_t *found = (attribute_t *)(void *)attribute_of(object, type);
  if (!found) {
    if (object->count == MAX_ATTRIBUTES) return;
    found = &object->attributes[object->count++];
    *found = (attribute_t){type, NULL, 0};
  }
  free(found->value);
  found->value = malloc(length + 1);
  if (!found->value) abort();
  memcpy(found->value, value, length);
  found->length = length;
}

void set_number(object_t *object, CK_ATTRIBUTE_TYPE type, CK_ULONG value) {
  set_attribute(object, type, &value, sizeof value);
}

void set_bool(object_t *object, CK_ATTRIBUTE_TYPE type, CK_BBOOL value) { set_attribute(object, type, &value, 1); }

static uint32_t get32(const uint8_t *at) {
  return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static void put32(uint8_t *at, uint32_t value) {
  for (int index = 0; index < 4; index += 1) at[index] = (uint8_t)(value >> 8 * index);
}

/* Numbers lie in the file as 32 bits. */
static int is_number(CK_ATTRIBUTE_TYPE type) {
  return type == CKA_CLASS || type == CKA_KEY_TYPE || type == CKA_MODULUS_BITS || type == 0x80;
}

static void read_object(object_t *object, const uint8_t *data, size_t size) {
  size_t at = 0;
  while (at + 8 <= size) {
    CK_ATTRIBUTE_TYPE type = get32(data + at);
    size_t length = get32(data + at + 4);
    at += 8;
    if (length > size - at) return;
    if (is_number(type) && length == 4) set_number(object, type, get32(data + at));
    else set_attribute(object, type, data + at, length);
    at += length;
  }
}

static int write_object(const char *path, const object_t *object) {
  uint8_t *data = malloc(MAX_FILE);
  size_t at = 0;
  for (size_t index = 0; data && index < object->count; index += 1) {
    const attribute_t *each = &object->attributes[index];
    size_t length = is_number(each->type) ? 4 : each->length;
    if (at + 8 + length > MAX_FILE) return free(data), 0;
    put32(data + at, (uint32_t)each->type);
    put32(data + at + 4, (uint32_t)length);
    if (is_number(each->type)) put32(data + at + 8, (uint32_t)number_of(object, each->type, 0));
    else memcpy(data + at + 8, each->value, length);
    at += 8 + length;
  }
  int wrote = data && write_whole(path, data, at);
  free(data);
  return wrote;
}

static object_t *free_place(void) {
  for (size_t index = 0; index < MAX_OBJECTS; index += 1)
    if (!objects[index].handle) return &objects[index];
  return NULL;
}

/* Objects keep their handles while the token stays. */
CK_RV load_objects(CK_SLOT_ID slot) {
  char folder[700], path[800], names[MAX_OBJECTS][64];
  stay_t stay;
  if (!slot_token(slot, folder, &stay)) return CKR_DEVICE_REMOVED;
  for (size_t index = 0; index < MAX_OBJECTS; index += 1)
    if (objects[index].handle && objects[index].slot == slot && !same_stay(objects[index].stay, stay)) forget(&objects[index]);
  size_t count = list_folder(folder, 0, names, MAX_OBJECTS);
  for (size_t each = 0; each < count; each += 1) {
    const char *ending = strrchr(names[each], '.');
    int known = !ending || strcmp(ending, ".object") != 0;
    for (size_t index = 0; !known && index < MAX_OBJECTS; index += 1)
      known = objects[index].handle && objects[index].slot == slot && strcmp(objects[index].name, names[each]) == 0;
    if (known) continue;
    uint8_t data[MAX_FILE];
    snprintf(path, sizeof path, "%s/%s", folder, names[each]);
    long size = read_whole(path, data, sizeof data);
    object_t *place = free_place();
    if (size < 0 || !place) continue;
    place->handle = ++last_handle;
    place->slot = slot;
    place->stay = stay;
    memcpy(place->name, names[each], sizeof place->name);
    read_object(place, data, (size_t)size);
  }
  return CKR_OK;
}

CK_RV keep_object(CK_SLOT_ID slot, object_t *object, CK_OBJECT_HANDLE *handle) {
  static unsigned number;
  char folder[700], path[800];
  if (!slot_token(slot, folder, NULL)) return CKR_DEVICE_REMOVED;
  do {
    snprintf(object->name, sizeof object->name, "made-%03u.object", ++number);
    snprintf(path, sizeof path, "%s/%s", folder, object->name);
  } while (read_whole(path, (uint8_t[1]){0}, 1) >= 0);
  object_t *place = free_place();
  if (!place || !write_object(path, object)) return CKR_DEVICE_ERROR;
  *place = *object;
  memset(object, 0, sizeof *object);
  place->handle = ++last_handle;
  place->slot = slot;
  slot_token(slot, NULL, &place->stay);
  *handle = place->handle;
  return CKR_OK;
}

/* Until it is destroyed or the token leaves; in no file. */
CK_RV keep_in_memory(CK_SLOT_ID slot, object_t *object, CK_OBJECT_HANDLE *handle) {
  object_t *place = free_place();
  if (!place) return CKR_HOST_MEMORY;
  *place = *object;
  place->handle = ++last_handle;
  place->slot = slot;
  slot_token(slot, NULL, &place->stay);
  *handle = place->handle;
  return CKR_OK;
}

CK_RV find_object(const session_t *session, CK_OBJECT_HANDLE handle, object_t **object) {
  CK_RV result = load_objects(session->slot);
  if (result) return result;
  for (size_t index = 0; handle && index < MAX_OBJECTS; index += 1) {
    *object = &objects[index];
    if (objects[index].handle != handle || objects[index].slot != session->slot) continue;
    return is_true(*object, CKA_PRIVATE) && demand_user(session) ? CKR_OBJECT_HANDLE_INVALID : CKR_OK;
  }
  return CKR_OBJECT_HANDLE_INVALID;
}

const CK_ATTRIBUTE *in_template(const CK_ATTRIBUTE *template, CK_ULONG count, CK_ATTRIBUTE_TYPE type) {
  for (CK_ULONG index = 0; index < count; index += 1)
    if (template[index].type == type) return &template[index];
  return NULL;
}

/* Certificates and data; keys are made on the token or come wrapped. */
EXPORT CK_RV C_CreateObject(CK_SESSION_HANDLE handle, CK_ATTRIBUTE *template, CK_ULONG count, CK_OBJECT_HANDLE *out) {
  session_t *session;
  object_t made = {0};
  ENTER();
  CK_RV result = find_session(handle, &session);
  if (!result && !(session->flags & CKF_RW_SESSION)) result = CKR_SESSION_READ_ONLY;
  if (!result) result = demand_user(session);
  if (result) LEAVE(result);
  for (CK_ULONG index = 0; index < count; index += 1)
    set_attribute(&made, template[index].type, template[index].pValue, template[index].ulValueLen);
  CK_ULONG class = number_of(&made, CKA_CLASS, CKO_PRIVATE_KEY);
  result = class == CKO_CERTIFICATE || class == CKO_DATA ? load_objects(session->slot) : CKR_ATTRIBUTE_VALUE_INVALID;
  if (!result) result = keep_object(session->slot, &made, out);
  if (result) forget(&made);
  LEAVE(result);
}

EXPORT CK_RV C_DestroyObject(CK_SESSION_HANDLE handle, CK_OBJECT_HANDLE which) {
  session_t *session;
  object_t *object;
  char folder[700], path[800];
  ENTER();
  CK_RV result = find_session(handle, &session);
  if (!result) result = demand_user(session);
  if (!result) result = find_object(session, which, &object);
  if (result || !slot_token(session->slot, folder, NULL)) LEAVE(result ? result : CKR_DEVICE_REMOVED);
  snprintf(path, sizeof path, "%s/%s", folder, object->name);
  int gone = !object->name[0] || remove(path) == 0;
  forget(object);
  LEAVE(gone ? CKR_OK : CKR_DEVICE_ERROR);
}

static int fits(const object_t *object, const CK_ATTRIBUTE *template, CK_ULONG count) {
  for (CK_ULONG index = 0; index < count; index += 1) {
    const attribute_t *own = attribute_of(object, template[index].type);
    if (!own || own->length != template[index].ulValueLen || memcmp(own->value, template[index].pValue, own->length) != 0)
      return 0;
  }
  return 1;
}

EXPORT CK_RV C_FindObjectsInit(CK_SESSION_HANDLE handle, CK_ATTRIBUTE *template, CK_ULONG count) {
  session_t *session;
  ENTER();
  CK_RV result = find_session(handle, &session);
  if (!result) result = load_objects(session->slot);
  if (result) LEAVE(result);
  int user = demand_user(session) == CKR_OK;
  session->found_count = session->found_at = 0;
  session->finding = 1;
  for (size_t index = 0; index < MAX_OBJECTS; index += 1) {
    const object_t *each = &objects[index];
    if (!each->handle || each->slot != session->slot || (is_true(each, CKA_PRIVATE) && !user)) continue;
    if (fits(each, template, count)) session->found[session->found_count++] = each->handle;
  }
  LEAVE(CKR_OK);
}

EXPORT CK_RV C_FindObjects(CK_SESSION_HANDLE handle, CK_OBJECT_HANDLE *out, CK_ULONG max, CK_ULONG *count) {
  session_t *session;
  ENTER();
  CK_RV result = find_session(handle, &session);
  if (!result && !session->finding) result = CKR_OPERATION_NOT_INITIALIZED;
  if (result) LEAVE(result);
  for (*count = 0; *count < max && session->found_at < session->found_count; *count += 1)
    out[*count] = session->found[session->found_at++];
  LEAVE(CKR_OK);
}

EXPORT CK_RV C_FindObjectsFinal(CK_SESSION_HANDLE handle) {
  session_t *session;
  ENTER();
  CK_RV result = find_session(handle, &session);
  if (!result) session->finding = 0;
  LEAVE(result);
}

EXPORT CK_RV C_GetAttributeValue(CK_SESSION_HANDLE handle, CK_OBJECT_HANDLE which, CK_ATTRIBUTE *template, CK_ULONG count) {
  session_t *session;
  object_t *object;
  ENTER();
  CK_RV result = find_session(handle, &session);
  if (!result) result = find_object(session, which, &object);
  if (result) LEAVE(result);
  for (CK_ULONG index = 0; index < count; index += 1) {
    CK_ATTRIBUTE *wanted = &template[index];
    int secret = wanted->type == CKA_SOFT_PKCS8;
    const attribute_t *own = secret ? NULL : attribute_of(object, wanted->type);
    CK_RV each = secret ? CKR_ATTRIBUTE_SENSITIVE : !own ? CKR_ATTRIBUTE_TYPE_INVALID : CKR_OK;
    if (!each && wanted->pValue && wanted->ulValueLen < own->length) each = CKR_BUFFER_TOO_SMALL;
    if (!each && wanted->pValue) memcpy(wanted->pValue, own->value, own->length);
    wanted->ulValueLen = each ? (CK_ULONG)-1 : own->length;
    if (each) result = each;
  }
  LEAVE(result);
}
