#include <stdio.h>
#include <string.h>
#include "internal.h"

static session_t sessions[MAX_SESSIONS];
static CK_SESSION_HANDLE last_handle = 0x100;

/* A token that left took its sessions along: the first to ask hears that it left, later ones that there is no such session. */
CK_RV find_session(CK_SESSION_HANDLE handle, session_t **session) {
  if (demand_initialised()) return CKR_CRYPTOKI_NOT_INITIALIZED;
  for (size_t index = 0; handle && index < MAX_SESSIONS; index += 1) {
    stay_t now;
    if (sessions[index].handle != handle) continue;
    *session = &sessions[index];
    if (slot_token(sessions[index].slot, NULL, &now) && same_stay(now, sessions[index].stay)) return CKR_OK;
    memset(&sessions[index], 0, sizeof sessions[index]);
    return CKR_DEVICE_REMOVED;
  }
  return CKR_SESSION_HANDLE_INVALID;
}

void drop_sessions(void) { memset(sessions, 0, sizeof sessions); }

EXPORT CK_RV C_OpenSession(CK_SLOT_ID slot, CK_FLAGS flags, void *application, CK_NOTIFY notify, CK_SESSION_HANDLE *out) {
  stay_t stay;
  (void)application;
  (void)notify;
  ENTER();
  if (demand_initialised()) LEAVE(CKR_CRYPTOKI_NOT_INITIALIZED);
  if (!slot_token(slot, NULL, &stay)) LEAVE(CKR_TOKEN_NOT_PRESENT);
  for (size_t index = 0; index < MAX_SESSIONS; index += 1) {
    if (sessions[index].handle) continue;
    memset(&sessions[index], 0, sizeof sessions[index]);
    sessions[index].slot = slot;
    sessions[index].stay = stay;
    sessions[index].flags = flags;
    *out = sessions[index].handle = ++last_handle;
    LEAVE(CKR_OK);
  }
  LEAVE(CKR_SESSION_COUNT);
}

/* The last session of a token takes the login along. */
static void close_session(session_t *session) {
  CK_SLOT_ID slot = session->slot;
  memset(session, 0, sizeof *session);
  for (size_t index = 0; index < MAX_SESSIONS; index += 1)
    if (sessions[index].handle && sessions[index].slot == slot) return;
  *login_of(slot) = -1;
}

EXPORT CK_RV C_CloseSession(CK_SESSION_HANDLE handle) {
  session_t *session;
  ENTER();
  CK_RV result = find_session(handle, &session);
  if (!result) close_session(session);
  LEAVE(result);
}

EXPORT CK_RV C_CloseAllSessions(CK_SLOT_ID slot) {
  ENTER();
  for (size_t index = 0; index < MAX_SESSIONS; index += 1)
    if (sessions[index].handle && sessions[index].slot == slot) close_session(&sessions[index]);
  LEAVE(CKR_OK);
}

EXPORT CK_RV C_GetSessionInfo(CK_SESSION_HANDLE handle, CK_SESSION_INFO *info) {
  session_t *session;
  ENTER();
  CK_RV result = find_session(handle, &session);
  if (result) LEAVE(result);
  int user = *login_of(session->slot), writing = (session->flags & CKF_RW_SESSION) != 0;
  CK_STATE state = user == CKU_SO ? 4 : (CK_STATE)(writing ? 2 : 0) + (user == CKU_USER);
  *info = (CK_SESSION_INFO){session->slot, state, session->flags, 0};
  LEAVE(CKR_OK);
}

/* What a person types on a PIN pad, line by line. */
static int typed_line(int line, char text[64]) {
  char path[700], content[256], *rest = NULL;
  snprintf(path, sizeof path, "%s/typed", token_folder());
  const int patience = has_trait("patient") ? 60000 : 3000;
  for (int waited = 0; waited < patience; waited += 20, wait_ms(20)) {
    memset(content, 0, sizeof content);
    if (read_whole(path, (uint8_t *)content, sizeof content - 1) <= 0) continue;
    char *found = strtok_r(content, "\n", &rest);
    for (int index = 0; found && index < line; index += 1) found = strtok_r(NULL, "\n", &rest);
    if (found && !strcmp(found, "cancel")) return 0;
    if (found) return snprintf(text, 64, "%s", found) > 0;
  }
  return 0;
}

static void forget_typed(void) {
  char path[700];
  snprintf(path, sizeof path, "%s/typed", token_folder());
  remove(path);
}

/* A PIN as given, or as typed on the pad, where nothing else counts. */
static CK_RV text_of(const CK_UTF8CHAR *pin, CK_ULONG length, int line, char text[64]) {
  if (has_trait("pin-pad") != (pin == NULL)) return CKR_ARGUMENTS_BAD;
  if (!pin) return typed_line(line, text) ? CKR_OK : CKR_FUNCTION_CANCELED;
  if (length > 63) return CKR_PIN_LEN_RANGE;
  memcpy(text, pin, length);
  text[length] = 0;
  return CKR_OK;
}

static CK_RV check(CK_SLOT_ID slot, CK_USER_TYPE user, const char *text) {
  static const CK_RV results[] = {CKR_OK, CKR_PIN_INCORRECT, CKR_PIN_LOCKED, CKR_DEVICE_ERROR, CKR_USER_TYPE_INVALID};
  char folder[700], path[800];
  unsigned left = 0;
  if (!slot_token(slot, folder, NULL)) return CKR_DEVICE_REMOVED;
  snprintf(path, sizeof path, "%s/%s", folder, user == CKU_SO ? "so-pin" : "user-pin");
  return results[check_pin(path, text, &left)];
}

CK_RV give_pin(CK_SLOT_ID slot, CK_USER_TYPE user, const CK_UTF8CHAR *pin, CK_ULONG length) {
  char text[64];
  CK_RV result = text_of(pin, length, 0, text);
  if (!pin) forget_typed();
  return result ? result : check(slot, user, text);
}

/* For another user than the key's owner, or before a key that wants the PIN every time. */
EXPORT CK_RV C_Login(CK_SESSION_HANDLE handle, CK_USER_TYPE user, CK_UTF8CHAR *pin, CK_ULONG length) {
  session_t *session;
  ENTER();
  CK_RV result = find_session(handle, &session);
  if (result) LEAVE(result);
  int *login = login_of(session->slot);
  if (user == CKU_CONTEXT_SPECIFIC) {
    if (!session->operation || session->authenticated) LEAVE(CKR_OPERATION_NOT_INITIALIZED);
    result = give_pin(session->slot, CKU_USER, pin, length);
    session->authenticated = result == CKR_OK;
    LEAVE(result);
  }
  if (user > CKU_USER) LEAVE(CKR_USER_TYPE_INVALID);
  if (*login == (int)user) LEAVE(CKR_USER_ALREADY_LOGGED_IN);
  if (*login >= 0) LEAVE(CKR_USER_ANOTHER_ALREADY_LOGGED_IN);
  result = give_pin(session->slot, user, pin, length);
  if (!result) *login = (int)user;
  LEAVE(result);
}

EXPORT CK_RV C_Logout(CK_SESSION_HANDLE handle) {
  session_t *session;
  ENTER();
  CK_RV result = find_session(handle, &session);
  if (result) LEAVE(result);
  int *login = login_of(session->slot);
  if (*login < 0) LEAVE(CKR_USER_NOT_LOGGED_IN);
  *login = -1;
  for (size_t index = 0; index < MAX_SESSIONS; index += 1)
    if (sessions[index].slot == session->slot) sessions[index].operation = 0;
  LEAVE(CKR_OK);
}

CK_RV demand_user(const session_t *session) {
  return *login_of(session->slot) == CKU_USER ? CKR_OK : CKR_USER_NOT_LOGGED_IN;
}

static CK_RV replace(CK_SLOT_ID slot, CK_USER_TYPE user, const char *text) {
  char folder[700], path[800];
  pin_t pin;
  if (!slot_token(slot, folder, NULL)) return CKR_DEVICE_REMOVED;
  snprintf(path, sizeof path, "%s/%s", folder, user == CKU_SO ? "so-pin" : "user-pin");
  if (!load_pin(path, &pin)) return CKR_DEVICE_ERROR;
  if (!set_pin(&pin, text)) return CKR_PIN_LEN_RANGE;
  return save_pin(path, &pin) ? CKR_OK : CKR_DEVICE_ERROR;
}

EXPORT CK_RV C_InitPIN(CK_SESSION_HANDLE handle, CK_UTF8CHAR *pin, CK_ULONG length) {
  session_t *session;
  char text[64];
  ENTER();
  CK_RV result = find_session(handle, &session);
  if (result) LEAVE(result);
  if (*login_of(session->slot) != CKU_SO) LEAVE(CKR_USER_NOT_LOGGED_IN);
  result = text_of(pin, length, 0, text);
  if (!pin) forget_typed();
  LEAVE(result ? result : replace(session->slot, CKU_USER, text));
}

EXPORT CK_RV C_SetPIN(CK_SESSION_HANDLE handle, CK_UTF8CHAR *old, CK_ULONG old_length, CK_UTF8CHAR *wanted, CK_ULONG length) {
  session_t *session;
  char old_text[64], text[64];
  ENTER();
  CK_RV result = find_session(handle, &session);
  if (result) LEAVE(result);
  if (!(session->flags & CKF_RW_SESSION)) LEAVE(CKR_SESSION_READ_ONLY);
  CK_USER_TYPE user = *login_of(session->slot) == CKU_SO ? CKU_SO : CKU_USER;
  result = text_of(old, old_length, 0, old_text);
  if (!result) result = text_of(wanted, length, 1, text);
  if (!old) forget_typed();
  if (!result) result = check(session->slot, user, old_text);
  LEAVE(result ? result : replace(session->slot, user, text));
}
