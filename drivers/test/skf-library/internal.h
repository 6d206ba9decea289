#ifndef ONELOCK_TEST_SKF_INTERNAL_H
#define ONELOCK_TEST_SKF_INTERNAL_H

#include <stddef.h>
#include <sys/stat.h>
#include "skf.h"

/*
 * A token folder holds one folder per device:
 *   <device>/device                    lines: label, serial number, manufacturer
 *   <device>/<application>/pin         SHA-256 of the PIN in hex, tries left, tries at most, 1 while it is the factory PIN
 *   <device>/<application>/<container>/{sign,enc}.{key,cer}   PKCS#8 and X.509, DER
 *   <device>/<application>/<file>      anything else that is a file is a file of the token
 * Taking the device's folder away is unplugging it. Keys lie in the clear: this is for tests.
 */

/* One stay of a device: changes when the folder is moved away and back. */
typedef struct { ino_t inode; struct timespec changed; } stay_t;

enum { KIND_DEVICE = 1, KIND_APPLICATION, KIND_CONTAINER };
typedef struct {
  uintptr_t id; /* 0: free */
  int kind;
  char device[64], application[64], container[72];
  stay_t stay;
} object_t;

/* faults.c */
ULONG skf_enter(const char *function);
ULONG skf_leave(ULONG result);
int has_trait(const char *name);
void *hold_memory(size_t length);

/* store.c */
const char *token_folder(void);
size_t list_devices(char names[][64], size_t max);
int device_stay(const char *device, stay_t *stay);
int same_stay(stay_t one, stay_t other);
size_t list_folder(const char *path, int folders, char names[][64], size_t max);
long read_whole(const char *path, BYTE *out, size_t max);
ULONG name_list(char names[][64], size_t count, LPSTR out, ULONG *size);
ULONG copy_out(const BYTE *data, size_t length, BYTE *out, ULONG *size);
void path_of(char *path, size_t size, const object_t *object, const char *leaf);

/* handles.c */
HANDLE new_handle(const object_t *like);
ULONG find_handle(HANDLE handle, int kind, object_t **object);
void free_handle(HANDLE handle);
int *login_state(const object_t *application);

#define ENTER()                              \
  do {                                       \
    ULONG entered = skf_enter(__func__);     \
    if (entered) return skf_leave(entered);  \
  } while (0)
#define LEAVE(value) return skf_leave(value)

#endif
