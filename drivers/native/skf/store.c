#include <stdio.h>
#include <string.h>
#include "internal.h"

const soft_library this_library = {
    "ONELOCK_SKF_FOLDER", "ONELOCK_SKF_TRAITS", "ONELOCK_SKF_FAULTS", SAR_FAIL, SAR_MEMORYERR, NULL};

int is_plain_name(const char *name, size_t max) {
  size_t length = strlen(name);
  return length > 0 && length < max && name[0] != '.' && !strpbrk(name, "/\\") && strcmp(name, "pin") != 0 &&
         strcmp(name, "admin-pin") != 0;
}

void path_of(char *path, size_t size, const object_t *object, const char *leaf) {
  int length = snprintf(path, size, "%s/%s", token_folder(), object->device);
  if (object->kind >= KIND_APPLICATION)
    length += snprintf(path + length, size - (size_t)length, "/%s", object->application);
  if (object->kind >= KIND_CONTAINER)
    length += snprintf(path + length, size - (size_t)length, "/%s", object->container);
  if (leaf) snprintf(path + length, size - (size_t)length, "/%s", leaf);
}

/* `small-buffers`: twice says that the room is too small, first asking for too little still, then for enough. */
static int refuse_as_too_small(size_t length, ULONG *size) {
  static int refusals;
  if (!has_trait("small-buffers")) return 0;
  if (refusals >= 2) {
    refusals = 0;
    return 0;
  }
  *size = (ULONG)(refusals == 0 ? length / 2 : length);
  refusals += 1;
  return 1;
}

ULONG copy_out(const BYTE *data, size_t length, BYTE *out, ULONG *size) {
  if (!size) return SAR_INVALIDPARAMERR;
  if (!out) {
    *size = (ULONG)length;
    return SAR_OK;
  }
  if (refuse_as_too_small(length, size)) return SAR_BUFFER_TOO_SMALL;
  if (*size < length) {
    *size = (ULONG)length;
    return SAR_BUFFER_TOO_SMALL;
  }
  memcpy(out, data, length);
  *size = (ULONG)length;
  return SAR_OK;
}

/* Each name ends with a NUL, the list with one more. */
ULONG name_list(char names[][64], size_t count, LPSTR out, ULONG *size) {
  BYTE list[64 * 64 + 2] = {0};
  size_t length = 0;
  for (size_t index = 0; index < count; index += 1) {
    size_t one = strlen(names[index]) + 1;
    memcpy(list + length, names[index], one);
    length += one;
  }
  if (length == 0) length = 1;
  return copy_out(list, length + 1, (BYTE *)out, size);
}
