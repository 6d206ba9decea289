#ifndef ONELOCK_SOFT_P11_INTERNAL_H
#define ONELOCK_SOFT_P11_INTERNAL_H

#include <stddef.h>
#include "../common/faults.h"
#include "../common/store.h"
#include "../crypto/crypto.h"
#include "p11.h"

/*
 * The library's folder holds one folder per token:
 *   <token>/data/token            lines: label, serial number, manufacturer
 *   <token>/data/user-pin, so-pin as common/store.h has them
 *   <token>/data/<name>.object    attributes, each: type and length as 32 bits, little-endian, and the value
 * Taking the token's folder away is unplugging it. Keys lie in the clear: this is for tests and rehearsals.
 *
 * Traits (ONELOCK_P11_TRAITS):
 *   pin-pad       CKF_PROTECTED_AUTHENTICATION_PATH: PINs come from the file `typed`, one a line, within 3 s;
 *                 `cancel` is the pad's cancel key
 *   patient       the pad waits a minute
 *   no-events     C_WaitForSlotEvent is not there
 *   der           SM2 signatures are DER
 * Faults of its own: `suspend F` ends every session, as a computer does that slept.
 */

enum { MAX_SLOTS = 8, MAX_SESSIONS = 64, MAX_OBJECTS = 256, MAX_ATTRIBUTES = 24 };

typedef struct { CK_ATTRIBUTE_TYPE type; CK_BYTE *value; CK_ULONG length; } attribute_t;
typedef struct {
  CK_OBJECT_HANDLE handle; /* 0: free */
  CK_SLOT_ID slot;
  stay_t stay;
  char name[64];
  attribute_t attributes[MAX_ATTRIBUTES];
  size_t count;
} object_t;

typedef struct {
  CK_SESSION_HANDLE handle; /* 0: free */
  CK_SLOT_ID slot;
  stay_t stay;
  CK_FLAGS flags;
  CK_OBJECT_HANDLE found[MAX_OBJECTS];
  size_t found_count, found_at;
  int finding;
  /* The operation under way: 0 none, 'S' sign, 'D' decrypt, 'C' decrypt content. */
  char operation;
  CK_MECHANISM_TYPE mechanism;
  object_t *key;
  CK_BYTE iv[16]; /* of the content's next block */
  int authenticated; /* for a key that wants the PIN before every use */
} session_t;

/* slots.c */
int slot_token(CK_SLOT_ID slot, char path[700], stay_t *stay);
int *login_of(CK_SLOT_ID slot); /* -1 nobody, else CKU_SO or CKU_USER */
CK_RV demand_initialised(void);
void forget_logins(void);

/* sessions.c */
CK_RV find_session(CK_SESSION_HANDLE handle, session_t **session);
void drop_sessions(void);
CK_RV give_pin(CK_SLOT_ID slot, CK_USER_TYPE user, const CK_UTF8CHAR *pin, CK_ULONG length);
CK_RV demand_user(const session_t *session);

/* objects.c */
CK_RV load_objects(CK_SLOT_ID slot);
void forget_objects(void);
CK_RV find_object(const session_t *session, CK_OBJECT_HANDLE handle, object_t **object);
const attribute_t *attribute_of(const object_t *object, CK_ATTRIBUTE_TYPE type);
CK_ULONG number_of(const object_t *object, CK_ATTRIBUTE_TYPE type, CK_ULONG otherwise);
int is_true(const object_t *object, CK_ATTRIBUTE_TYPE type);
const CK_ATTRIBUTE *in_template(const CK_ATTRIBUTE *template, CK_ULONG count, CK_ATTRIBUTE_TYPE type);
void set_attribute(object_t *object, CK_ATTRIBUTE_TYPE type, const void *value, CK_ULONG length);
void set_number(object_t *object, CK_ATTRIBUTE_TYPE type, CK_ULONG value);
void set_bool(object_t *object, CK_ATTRIBUTE_TYPE type, CK_BBOOL value);
CK_RV keep_object(CK_SLOT_ID slot, object_t *object, CK_OBJECT_HANDLE *handle);
CK_RV keep_in_memory(CK_SLOT_ID slot, object_t *object, CK_OBJECT_HANDLE *handle);

/* content-keys.c */
CK_RV unwrap_content_key(session_t *session, const object_t *with, const CK_BYTE *wrapped, CK_ULONG length,
                         CK_OBJECT_HANDLE *out);
CK_RV begin_content(session_t *session, object_t *key, const CK_MECHANISM *mechanism);

#endif
