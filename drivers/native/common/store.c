#include "store.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "faults.h"

const char *token_folder(void) {
  const char *folder = getenv(this_library.folder);
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

long read_whole(const char *path, uint8_t *out, size_t max) {
  FILE *file = fopen(path, "rb");
  if (!file) return -1;
  size_t length = fread(out, 1, max, file);
  fclose(file);
  return (long)length;
}

/* Beside it first, then in its place: a file is never half written. */
int write_whole(const char *path, const uint8_t *data, size_t length) {
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
