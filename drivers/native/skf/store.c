#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "internal.h"

const char *token_folder(void) {
  const char *folder = getenv("ONELOCK_SKF_FOLDER");
  return folder ? folder : ".";
}

static int by_name(const void *one, const void *other) { return strcmp(one, other); }

size_t list_folder(const char *path, int folders, char names[][64], size_t max) {
  size_t count = 0;
  DIR *folder = opendir(path);
  if (!folder) return 0;
  for (struct dirent *entry; count < max && (entry = readdir(folder));) {
    char whole[1200];
    struct stat status;
    if (entry->d_name[0] == '.' || strlen(entry->d_name) > 63) continue;
    snprintf(whole, sizeof whole, "%s/%s", path, entry->d_name);
    if (stat(whole, &status) != 0 || S_ISDIR(status.st_mode) != folders) continue;
    snprintf(names[count++], 64, "%s", entry->d_name);
  }
  closedir(folder);
  qsort(names, count, 64, by_name);
  return count;
}

size_t list_devices(char names[][64], size_t max) { return list_folder(token_folder(), 1, names, max); }

int device_stay(const char *device, stay_t *stay) {
  char path[600];
  struct stat status;
  snprintf(path, sizeof path, "%s/%s", token_folder(), device);
  if (stat(path, &status) != 0 || !S_ISDIR(status.st_mode)) return 0;
#ifdef _WIN32
  *stay = (stay_t){0, (long long)status.st_mtime};
#else
  *stay = (stay_t){status.st_ino, status.st_ctim.tv_sec * 1000000000ll + status.st_ctim.tv_nsec};
#endif
  return 1;
}

int same_stay(stay_t one, stay_t other) { return one.inode == other.inode && one.changed == other.changed; }

int is_folder(const char *path) {
  struct stat status;
  return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

int make_folder(const char *path) {
#ifdef _WIN32
  return mkdir(path) == 0;
#else
  return mkdir(path, 0700) == 0;
#endif
}

int is_plain_name(const char *name, size_t max) {
  size_t length = strlen(name);
  return length > 0 && length < max && name[0] != '.' && !strpbrk(name, "/\\") && strcmp(name, "pin") != 0 &&
         strcmp(name, "admin-pin") != 0;
}

long read_whole(const char *path, BYTE *out, size_t max) {
  FILE *file = fopen(path, "rb");
  if (!file) return -1;
  size_t length = fread(out, 1, max, file);
  fclose(file);
  return (long)length;
}

/* Beside it first, then in its place: a file is never half written. */
int write_whole(const char *path, const BYTE *data, size_t length) {
  char beside[1200];
  const char *slash = strrchr(path, '/');
  int folder = slash ? (int)(slash - path + 1) : 0;
  snprintf(beside, sizeof beside, "%.*s.writing", folder, path);
  FILE *file = fopen(beside, "wb");
  if (!file) return 0;
  int wrote = fwrite(data, 1, length, file) == length;
  wrote = fclose(file) == 0 && wrote;
#ifdef _WIN32
  remove(path);
#endif
  return wrote && rename(beside, path) == 0;
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
