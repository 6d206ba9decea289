#include <stdio.h>
#include <string.h>
#include "internal.h"

static unsigned long fault_of_its_own(const char *kind) {
  if (strcmp(kind, "suspend") != 0) return 0;
  drop_sessions();
  forget_logins();
  return 0;
}

const soft_library this_library = {
    "ONELOCK_P11_FOLDER", "ONELOCK_P11_TRAITS", "ONELOCK_P11_FAULTS", CKR_DEVICE_ERROR, CKR_HOST_MEMORY, fault_of_its_own};

/* A slot is for one token, by the order in which tokens were first seen. */
static struct { char token[64]; stay_t stay; int present, told, login; } slots[MAX_SLOTS];
static int initialised;

CK_RV demand_initialised(void) { return initialised ? CKR_OK : CKR_CRYPTOKI_NOT_INITIALIZED; }

static void look(void) {
  char names[MAX_SLOTS][64];
  size_t count = list_devices(names, MAX_SLOTS);
  for (size_t index = 0; index < count; index += 1) {
    size_t slot = 0;
    while (slot < MAX_SLOTS && slots[slot].token[0] && strcmp(slots[slot].token, names[index]) != 0) slot += 1;
    if (slot < MAX_SLOTS && !slots[slot].token[0]) {
      memcpy(slots[slot].token, names[index], sizeof slots[slot].token);
      slots[slot].login = -1;
    }
  }
  for (size_t slot = 0; slot < MAX_SLOTS; slot += 1) {
    stay_t now = {0};
    int present = slots[slot].token[0] && device_stay(slots[slot].token, &now);
    if (!present || !same_stay(now, slots[slot].stay)) slots[slot].login = -1;
    slots[slot].present = present;
    slots[slot].stay = now;
  }
}

int slot_token(CK_SLOT_ID slot, char path[700], stay_t *stay) {
  look();
  if (slot >= MAX_SLOTS || !slots[slot].present) return 0;
  if (path) snprintf(path, 700, "%s/%s/data", token_folder(), slots[slot].token);
  if (stay) *stay = slots[slot].stay;
  return 1;
}

int *login_of(CK_SLOT_ID slot) { return &slots[slot].login; }

void forget_logins(void) {
  for (size_t slot = 0; slot < MAX_SLOTS; slot += 1) slots[slot].login = -1;
}

EXPORT CK_RV C_Initialize(void *arguments) {
  (void)arguments;
  if (initialised) return CKR_CRYPTOKI_ALREADY_INITIALIZED;
  initialised = 1;
  look();
  for (size_t slot = 0; slot < MAX_SLOTS; slot += 1) slots[slot].told = slots[slot].present;
  return CKR_OK;
}

EXPORT CK_RV C_Finalize(void *reserved) {
  (void)reserved;
  if (!initialised) return CKR_CRYPTOKI_NOT_INITIALIZED;
  drop_sessions();
  forget_objects();
  forget_logins();
  initialised = 0;
  return CKR_OK;
}

static void put(CK_UTF8CHAR *field, size_t size, const char *text) {
  size_t length = text ? strlen(text) : 0;
  memset(field, ' ', size);
  memcpy(field, text ? text : "", length < size ? length : size);
}

EXPORT CK_RV C_GetInfo(CK_INFO *info) {
  ENTER();
  memset(info, 0, sizeof *info);
  info->cryptokiVersion = (CK_VERSION){2, 40};
  info->libraryVersion = (CK_VERSION){1, 0};
  put(info->manufacturerID, sizeof info->manufacturerID, "OneLock soft PKCS#11");
  put(info->libraryDescription, sizeof info->libraryDescription, "Soft tokens with SM2");
  LEAVE(CKR_OK);
}

EXPORT CK_RV C_GetSlotList(CK_BBOOL present, CK_SLOT_ID *out, CK_ULONG *count) {
  CK_ULONG found = 0;
  ENTER();
  if (demand_initialised()) LEAVE(CKR_CRYPTOKI_NOT_INITIALIZED);
  look();
  for (size_t slot = 0; slot < MAX_SLOTS; slot += 1) {
    if (!slots[slot].token[0] || (present && !slots[slot].present)) continue;
    if (out && found < *count) out[found] = slot;
    found += 1;
  }
  CK_RV result = out && found > *count ? CKR_BUFFER_TOO_SMALL : CKR_OK;
  *count = found;
  LEAVE(result);
}

EXPORT CK_RV C_GetSlotInfo(CK_SLOT_ID slot, CK_SLOT_INFO *info) {
  ENTER();
  look();
  if (slot >= MAX_SLOTS || !slots[slot].token[0]) LEAVE(CKR_SLOT_ID_INVALID);
  memset(info, 0, sizeof *info);
  put(info->slotDescription, sizeof info->slotDescription, slots[slot].token);
  put(info->manufacturerID, sizeof info->manufacturerID, "OneLock");
  info->flags = CKF_REMOVABLE_DEVICE | CKF_HW_SLOT | (slots[slot].present ? CKF_TOKEN_PRESENT : 0);
  LEAVE(CKR_OK);
}

/* `silent-flags`: never says that tries were spent. */
static CK_FLAGS pin_flags(const char *folder, const char *leaf, CK_FLAGS low, CK_FLAGS last, CK_FLAGS locked) {
  char path[800];
  pin_t pin;
  snprintf(path, sizeof path, "%s/%s", folder, leaf);
  if (has_trait("silent-flags") || !load_pin(path, &pin)) return 0;
  return (pin.left < pin.most ? low : 0) | (pin.left == 1 ? last : 0) | (pin.left == 0 ? locked : 0);
}

EXPORT CK_RV C_GetTokenInfo(CK_SLOT_ID slot, CK_TOKEN_INFO *info) {
  char folder[700], path[800], text[256] = {0}, *rest = NULL;
  pin_t pin;
  ENTER();
  if (!slot_token(slot, folder, NULL)) LEAVE(slot < MAX_SLOTS ? CKR_TOKEN_NOT_PRESENT : CKR_SLOT_ID_INVALID);
  snprintf(path, sizeof path, "%s/token", folder);
  if (read_whole(path, (uint8_t *)text, sizeof text - 1) < 0) LEAVE(CKR_DEVICE_ERROR);
  memset(info, 0, sizeof *info);
  put(info->label, sizeof info->label, strtok_r(text, "\n", &rest));
  put(info->serialNumber, sizeof info->serialNumber, strtok_r(NULL, "\n", &rest));
  put(info->manufacturerID, sizeof info->manufacturerID, strtok_r(NULL, "\n", &rest));
  put(info->model, sizeof info->model, "soft SM2");
  info->flags = CKF_RNG | CKF_LOGIN_REQUIRED | CKF_USER_PIN_INITIALIZED | CKF_TOKEN_INITIALIZED |
                (has_trait("pin-pad") ? CKF_PROTECTED_AUTHENTICATION_PATH : 0) |
                pin_flags(folder, "user-pin", CKF_USER_PIN_COUNT_LOW, CKF_USER_PIN_FINAL_TRY, CKF_USER_PIN_LOCKED) |
                pin_flags(folder, "so-pin", CKF_SO_PIN_COUNT_LOW, CKF_SO_PIN_FINAL_TRY, CKF_SO_PIN_LOCKED);
  snprintf(path, sizeof path, "%s/user-pin", folder);
  if (load_pin(path, &pin) && pin.factory) info->flags |= CKF_USER_PIN_TO_BE_CHANGED;
  info->ulMinPinLen = PIN_MIN;
  info->ulMaxPinLen = PIN_MAX;
  info->ulTotalPublicMemory = info->ulTotalPrivateMemory = 65536;
  info->ulFreePublicMemory = info->ulFreePrivateMemory = 32768;
  info->hardwareVersion = (CK_VERSION){1, 2};
  info->firmwareVersion = (CK_VERSION){3, 4};
  LEAVE(CKR_OK);
}

static const struct { CK_MECHANISM_TYPE type; CK_ULONG least, most; CK_FLAGS flags; } mechanisms[] = {
    {CKM_RSA_PKCS_KEY_PAIR_GEN, 2048, 4096, CKF_GENERATE_KEY_PAIR},
    {CKM_RSA_PKCS, 2048, 4096, CKF_SIGN | CKF_DECRYPT},
    /* The trap: it takes a key on SM2's curve too, and C_SignInit ends the process when it gets one. */
    {CKM_ECDSA, 256, 256, CKF_SIGN},
    {CKM_SOFT_SM2, 256, 256, CKF_SIGN},
    {CKM_SOFT_SM3_SM2, 256, 256, CKF_SIGN},
    {CKM_SOFT_SM2_KEY_PAIR_GEN, 256, 256, CKF_GENERATE_KEY_PAIR},
    {CKM_SOFT_SM2_DECRYPT, 256, 256, CKF_DECRYPT},
    {CKM_SOFT_SM2_UNWRAP, 256, 256, CKF_UNWRAP},
    {CKM_SOFT_SM2_UNWRAP_KEY, 256, 256, CKF_UNWRAP},
    {CKM_SOFT_SM4_CBC, 128, 128, CKF_DECRYPT},
};
enum { MECHANISMS = sizeof mechanisms / sizeof mechanisms[0] };

EXPORT CK_RV C_GetMechanismList(CK_SLOT_ID slot, CK_MECHANISM_TYPE *out, CK_ULONG *count) {
  ENTER();
  if (!slot_token(slot, NULL, NULL)) LEAVE(CKR_TOKEN_NOT_PRESENT);
  CK_RV result = out && *count < MECHANISMS ? CKR_BUFFER_TOO_SMALL : CKR_OK;
  if (out && !result)
    for (size_t index = 0; index < MECHANISMS; index += 1) out[index] = mechanisms[index].type;
  *count = MECHANISMS;
  LEAVE(result);
}

EXPORT CK_RV C_GetMechanismInfo(CK_SLOT_ID slot, CK_MECHANISM_TYPE type, CK_MECHANISM_INFO *info) {
  ENTER();
  if (!slot_token(slot, NULL, NULL)) LEAVE(CKR_TOKEN_NOT_PRESENT);
  for (size_t index = 0; index < MECHANISMS; index += 1) {
    if (mechanisms[index].type != type) continue;
    *info = (CK_MECHANISM_INFO){mechanisms[index].least, mechanisms[index].most, mechanisms[index].flags};
    LEAVE(CKR_OK);
  }
  LEAVE(CKR_MECHANISM_INVALID);
}

EXPORT CK_RV C_WaitForSlotEvent(CK_FLAGS flags, CK_SLOT_ID *out, void *reserved) {
  (void)reserved;
  ENTER();
  if (has_trait("no-events") || !(flags & CKF_DONT_BLOCK)) LEAVE(CKR_FUNCTION_NOT_SUPPORTED);
  look();
  for (size_t slot = 0; slot < MAX_SLOTS; slot += 1) {
    if (slots[slot].told == slots[slot].present) continue;
    slots[slot].told = slots[slot].present;
    *out = slot;
    LEAVE(CKR_OK);
  }
  LEAVE(CKR_NO_EVENT);
}
