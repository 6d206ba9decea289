#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "internal.h"

enum { MAX_FILE = 1 << 20 };

static int is_known(const object_t *application, const char *name, char path[1024], struct stat *status) {
  path_of(path, 1024, application, name);
  return is_plain_name(name, 33) && stat(path, status) == 0 && !S_ISDIR(status->st_mode);
}

/* Files that nobody made through SKF are anyone's to read and nobody's to write. */
static void rights_of(const object_t *application, const char *name, unsigned *reading, unsigned *writing) {
  char path[1024], leaf[64], text[32] = {0};
  snprintf(leaf, sizeof leaf, ".%s.rights", name);
  path_of(path, sizeof path, application, leaf);
  if (read_whole(path, (BYTE *)text, sizeof text - 1) < 0 || sscanf(text, "%x %x", reading, writing) != 2)
    *reading = SECURE_ANYONE, *writing = SECURE_NEVER;
}

static int may(const object_t *application, unsigned rights) {
  int *verified = login_state(application);
  return rights == SECURE_ANYONE || ((rights & SECURE_USER) != 0 && verified && *verified);
}

EXPORT ULONG SKF_CreateFile(HAPPLICATION handle, LPSTR name, ULONG size, ULONG reading, ULONG writing) {
  object_t *application;
  char path[1024], leaf[64], text[32];
  struct stat status;
  ENTER();
  ULONG result = find_handle(handle, KIND_APPLICATION, &application);
  if (result) LEAVE(result);
  if (!is_plain_name(name, 33)) LEAVE(SAR_NAMELENERR);
  if (is_known(application, name, path, &status)) LEAVE(SAR_FILE_ALREADY_EXIST);
  BYTE *zeros = size <= MAX_FILE ? calloc(size + 1, 1) : NULL;
  if (!zeros) LEAVE(SAR_INVALIDPARAMERR);
  int wrote = write_whole(path, zeros, size);
  free(zeros);
  snprintf(leaf, sizeof leaf, ".%s.rights", name);
  path_of(path, sizeof path, application, leaf);
  int length = snprintf(text, sizeof text, "%x %x\n", (unsigned)reading, (unsigned)writing);
  LEAVE(wrote && write_whole(path, (BYTE *)text, (size_t)length) ? SAR_OK : SAR_WRITEFILEERR);
}

/* A file of an application that a caller named, and who may read and write it. */
typedef struct {
  object_t *application;
  char path[1024];
  struct stat status;
  unsigned reading, writing;
} known_file;

static ULONG find_file(HAPPLICATION handle, LPSTR name, known_file *file) {
  ULONG result = find_handle(handle, KIND_APPLICATION, &file->application);
  if (result) return result;
  if (!is_known(file->application, name, file->path, &file->status)) return SAR_FILE_NOT_EXIST;
  rights_of(file->application, name, &file->reading, &file->writing);
  return SAR_OK;
}

EXPORT ULONG SKF_DeleteFile(HAPPLICATION handle, LPSTR name) {
  known_file file;
  ENTER();
  ULONG result = find_file(handle, name, &file);
  if (result) LEAVE(result);
  if (!may(file.application, file.writing)) LEAVE(SAR_USER_NOT_LOGGED_IN);
  LEAVE(remove(file.path) == 0 ? SAR_OK : SAR_WRITEFILEERR);
}

EXPORT ULONG SKF_EnumFiles(HAPPLICATION handle, LPSTR list, ULONG *size) {
  object_t *application;
  char path[1024], names[64][64];
  ENTER();
  ULONG result = find_handle(handle, KIND_APPLICATION, &application);
  if (result) LEAVE(result);
  path_of(path, sizeof path, application, NULL);
  size_t count = list_folder(path, 0, names, 64), kept = 0;
  for (size_t index = 0; index < count; index += 1)
    if (is_plain_name(names[index], 64)) memmove(names[kept++], names[index], 64);
  LEAVE(name_list(names, kept, list, size));
}

EXPORT ULONG SKF_GetFileInfo(HAPPLICATION handle, LPSTR name, FILEATTRIBUTE *out) {
  known_file file;
  ENTER();
  ULONG result = find_file(handle, name, &file);
  if (result) LEAVE(result);
  memset(out, 0, sizeof *out);
  memcpy(out->FileName, name, strlen(name));
  out->FileSize = (ULONG)file.status.st_size;
  out->ReadRights = file.reading;
  out->WriteRights = file.writing;
  LEAVE(SAR_OK);
}

/* `short-reads`: never more than 200 bytes at once, as keys whose APDUs are short. */
EXPORT ULONG SKF_ReadFile(HAPPLICATION handle, LPSTR name, ULONG offset, ULONG size, BYTE *out, ULONG *length) {
  known_file file;
  ENTER();
  ULONG result = find_file(handle, name, &file);
  if (result) LEAVE(result);
  if (!may(file.application, file.reading)) LEAVE(SAR_USER_NOT_LOGGED_IN);
  if (size > *length) LEAVE(SAR_BUFFER_TOO_SMALL);
  if (has_trait("short-reads") && size > 200) size = 200;
  FILE *stream = fopen(file.path, "rb");
  if (!stream) LEAVE(SAR_FILE_NOT_EXIST);
  if (fseek(stream, (long)offset, SEEK_SET) != 0) size = 0;
  *length = (ULONG)fread(out, 1, size, stream);
  fclose(stream);
  LEAVE(SAR_OK);
}

EXPORT ULONG SKF_WriteFile(HAPPLICATION handle, LPSTR name, ULONG offset, BYTE *data, ULONG size) {
  known_file file;
  ENTER();
  ULONG result = find_file(handle, name, &file);
  if (result) LEAVE(result);
  if (!may(file.application, file.writing)) LEAVE(SAR_USER_NOT_LOGGED_IN);
  if ((unsigned long long)offset + size > (unsigned long long)file.status.st_size) LEAVE(SAR_INDATALENERR);
  FILE *stream = fopen(file.path, "r+b");
  if (!stream) LEAVE(SAR_WRITEFILEERR);
  int wrote = fseek(stream, (long)offset, SEEK_SET) == 0 && fwrite(data, 1, size, stream) == size;
  LEAVE(fclose(stream) == 0 && wrote ? SAR_OK : SAR_WRITEFILEERR);
}
