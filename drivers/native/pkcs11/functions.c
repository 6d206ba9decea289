#include "internal.h"

/* C_GetFunctionList: the functions in the order of the standard (v2.40, 4.6); those that are not there say so. */

typedef void (*function_t)(void);
typedef struct { CK_VERSION version; function_t functions[68]; } function_list;

static CK_RV not_there(void) { return CKR_FUNCTION_NOT_SUPPORTED; }
#define missing ((function_t)not_there)

/* Defined in the other files, with their parameters. */
extern CK_RV C_CloseAllSessions(), C_CloseSession(), C_CreateObject(), C_Decrypt(), C_DecryptFinal(), C_DecryptInit(),
    C_DecryptUpdate(), C_DestroyObject(),
    C_Finalize(), C_FindObjects(), C_FindObjectsFinal(), C_FindObjectsInit(), C_GenerateKeyPair(), C_GenerateRandom(),
    C_GetAttributeValue(), C_GetInfo(), C_GetMechanismInfo(), C_GetMechanismList(), C_GetSessionInfo(),
    C_GetSlotInfo(), C_GetSlotList(), C_GetTokenInfo(), C_InitPIN(), C_Initialize(), C_Login(), C_Logout(),
    C_OpenSession(), C_SetPIN(), C_Sign(), C_SignInit(), C_UnwrapKey(), C_WaitForSlotEvent();

EXPORT CK_RV C_GetFunctionList(const function_list **list);

static const function_list list_of_functions = {{2, 40}, {
    (function_t)C_Initialize, (function_t)C_Finalize, (function_t)C_GetInfo, (function_t)C_GetFunctionList,
    (function_t)C_GetSlotList, (function_t)C_GetSlotInfo, (function_t)C_GetTokenInfo, (function_t)C_GetMechanismList,
    (function_t)C_GetMechanismInfo, missing, (function_t)C_InitPIN, (function_t)C_SetPIN, (function_t)C_OpenSession,
    (function_t)C_CloseSession, (function_t)C_CloseAllSessions, (function_t)C_GetSessionInfo, missing, missing,
    (function_t)C_Login, (function_t)C_Logout, (function_t)C_CreateObject, missing, (function_t)C_DestroyObject, missing,
    (function_t)C_GetAttributeValue, missing, (function_t)C_FindObjectsInit, (function_t)C_FindObjects,
    (function_t)C_FindObjectsFinal, missing, missing, missing, missing, (function_t)C_DecryptInit, (function_t)C_Decrypt,
    (function_t)C_DecryptUpdate, (function_t)C_DecryptFinal, missing, missing, missing, missing, missing, (function_t)C_SignInit, (function_t)C_Sign, missing,
    missing, missing, missing, missing, missing, missing, missing, missing, missing, missing, missing, missing, missing,
    missing, (function_t)C_GenerateKeyPair, missing, (function_t)C_UnwrapKey, missing, missing,
    (function_t)C_GenerateRandom, missing, missing, (function_t)C_WaitForSlotEvent,
}};

EXPORT CK_RV C_GetFunctionList(const function_list **list) {
  *list = &list_of_functions;
  return CKR_OK;
}
