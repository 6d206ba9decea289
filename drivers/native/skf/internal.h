#ifndef ONELOCK_SOFT_SKF_INTERNAL_H
#define ONELOCK_SOFT_SKF_INTERNAL_H

#include <stddef.h>
#include "../common/faults.h"
#include "../common/store.h"
#include "../crypto/crypto.h"
#include "skf.h"

/*
 * A token folder holds one folder per device:
 *   <device>/device                    lines: label, serial number, manufacturer
 *   <device>/<application>/pin         SM3 of the PIN in hex, tries left, tries at most, 1 while it is the factory PIN
 *   <device>/<application>/admin-pin   the administrator's, likewise; an application may be without
 *   <device>/<application>/<container>/{sign,enc}.{key,cer}   PKCS#8 and X.509, DER
 *   <device>/<application>/<file>      anything else that is a file is a file of the token; .<file>.rights its rights
 * Taking the device's folder away is unplugging it. Keys lie in the clear: this is for tests and rehearsals.
 */

enum { KIND_DEVICE = 1, KIND_APPLICATION, KIND_CONTAINER, KIND_KEY, KIND_DIGEST };
typedef struct {
  uintptr_t id; /* 0: free */
  int kind;
  char device[64], application[64], container[72];
  stay_t stay;
  /* Session keys and digests. */
  ULONG algorithm, padding;
  BYTE key[16], iv[16], held[32];
  size_t held_length;
  BYTE *data;
  size_t length;
} object_t;

/* store.c */
int is_plain_name(const char *name, size_t max);
ULONG name_list(char names[][64], size_t count, LPSTR out, ULONG *size);
ULONG copy_out(const BYTE *data, size_t length, BYTE *out, ULONG *size);
void path_of(char *path, size_t size, const object_t *object, const char *leaf);

/* pins.c */
void pin_path(char *path, size_t size, const object_t *application, ULONG type);

/* handles.c */
HANDLE new_handle(const object_t *like);
ULONG find_handle(HANDLE handle, int kind, object_t **object);
void free_handle(HANDLE handle);
int *login_state(const object_t *application);
void renew_stays(const char *device, stay_t before);

/* containers.c */
soft_key *load_key(const object_t *container, const char *leaf);
int save_key(const object_t *container, const char *leaf, const soft_key *key);
ULONG unlocked_container(HCONTAINER handle, object_t **container);
ULONG still_there(HCONTAINER handle);

/* blobs.c: `left-aligned`: values of 32 bytes stand in the first halves of their 64. */
void put_value(BYTE field[64], const BYTE value[32]);
void get_value(const BYTE field[64], BYTE value[32]);
void put_public_key(ECCPUBLICKEYBLOB *out, const BYTE point[64]);
int get_cipher(const ECCCIPHERBLOB *blob, sm2_head *head);

/* decrypt.c: with the container's encryption key. */
ULONG decrypt_sm2(const object_t *container, const sm2_head *head, const BYTE *cipher, size_t length, BYTE *out, ULONG *size);
ULONG decrypt_rsa(const object_t *container, const BYTE *data, size_t length, BYTE *out, ULONG *size);

#endif
