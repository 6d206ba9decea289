/*
 * Calls an SKF library as a program for Windows does: LoadLibrary, GetProcAddress, __stdcall. Says one line per step and ends with the
 * number of those that failed. What it is for are the things that differ there: who clears the stack (on 32 bits), a structure that
 * is passed by value, #pragma pack(1), and names without decoration.
 *
 *   try-skf.exe LIBRARY APPLICATION PIN CONTAINER
 */
#include <stdio.h>
#include <string.h>
#include <windows.h>
#define BYTE SKF_BYTE
#define BOOL SKF_BOOL
#define ULONG SKF_ULONG
#define LPSTR SKF_LPSTR
#define HANDLE SKF_HANDLE
#define VERSION SKF_VERSION
#include "../skf/skf.h"

static int failures;
static HMODULE library;

static void say(const char *step, int right) {
  printf("%s %s\n", right ? "ok    " : "FAILED", step);
  if (!right) failures += 1;
}

/* The stack after a call is where it was before: the library cleared what we pushed. */
static uintptr_t stack_now(void) {
  uintptr_t at;
#ifdef __i386__
  __asm__ volatile("mov %%esp, %0" : "=r"(at));
#else
  at = 0;
#endif
  return at;
}

typedef uint32_t(__stdcall *function)(void);
static function find(const char *name) {
  function found = (function)(void *)GetProcAddress(library, name);
  if (!found) say(name, 0);
  return found;
}

#define CALL(name, types, ...)                                                      \
  ({                                                                                \
    uint32_t(__stdcall * call) types = (uint32_t(__stdcall *) types)find(#name);    \
    uintptr_t before = stack_now();                                                 \
    uint32_t value = call ? call(__VA_ARGS__) : 0xFFFFFFFF;                         \
    say("stack after " #name, stack_now() == before);                               \
    value;                                                                          \
  })

int main(int count, char **arguments) {
  SKF_HANDLE device = NULL, application = NULL, container = NULL, made = NULL, key = NULL;
  char names[1024] = {0};
  SKF_BYTE buffer[1024], digest[32], iv_key[16] = "0123456789abcde", plain[37] = "content of a bid, longer than blocks";
  SKF_ULONG size = sizeof names, left = 0, kind = 0;
  if (count < 5) return 99;
  setvbuf(stdout, NULL, _IONBF, 0);
  library = LoadLibraryA(arguments[1]);
  printf("pointers of %u bits\n", (unsigned)(8 * sizeof(void *)));
  say("the library loads", library != NULL);
  if (!library) return 98;
  say("DEVINFO has 294 bytes", sizeof(DEVINFO) == 294);
  say("BLOCKCIPHERPARAM has 44 bytes", sizeof(BLOCKCIPHERPARAM) == 44);

  uint32_t result = CALL(SKF_EnumDev, (SKF_BOOL, char *, SKF_ULONG *), 1, names, &size);
  say("SKF_EnumDev names a device", result == 0 && names[0]);
  result = CALL(SKF_ConnectDev, (char *, SKF_HANDLE *), names, &device);
  say("SKF_ConnectDev", result == 0 && device);
  DEVINFO info;
  memset(&info, 0, sizeof info);
  result = CALL(SKF_GetDevInfo, (SKF_HANDLE, DEVINFO *), device, &info);
  say("SKF_GetDevInfo, fields in their places", result == 0 && info.AlgSymCap == 0x401 && info.MaxBufferSize == 2048);
  result = CALL(SKF_OpenApplication, (SKF_HANDLE, char *, SKF_HANDLE *), device, arguments[2], &application);
  say("SKF_OpenApplication", result == 0 && application);
  result = CALL(SKF_VerifyPIN, (SKF_HANDLE, SKF_ULONG, char *, SKF_ULONG *), application, USER_TYPE, (char *)"000000", &left);
  say("a wrong PIN is refused, and counted", result == SAR_PIN_INCORRECT && left == 7);
  result = CALL(SKF_VerifyPIN, (SKF_HANDLE, SKF_ULONG, char *, SKF_ULONG *), application, USER_TYPE, arguments[3], &left);
  say("the right PIN is taken", result == 0 && left == 8);
  result = CALL(SKF_OpenContainer, (SKF_HANDLE, char *, SKF_HANDLE *), application, arguments[4], &container);
  say("SKF_OpenContainer", result == 0 && container);
  result = CALL(SKF_GetContainerType, (SKF_HANDLE, SKF_ULONG *), container, &kind);
  say("the container is of SM2", result == 0 && kind == 2);
  size = sizeof buffer;
  result = CALL(SKF_ExportCertificate, (SKF_HANDLE, SKF_BOOL, SKF_BYTE *, SKF_ULONG *), container, 1, buffer, &size);
  say("SKF_ExportCertificate", result == 0 && size > 200 && buffer[0] == 0x30);

  ECCPUBLICKEYBLOB public_key;
  ECCSIGNATUREBLOB signature;
  size = sizeof public_key;
  result = CALL(SKF_ExportPublicKey, (SKF_HANDLE, SKF_BOOL, SKF_BYTE *, SKF_ULONG *), container, 1, (SKF_BYTE *)&public_key, &size);
  say("SKF_ExportPublicKey", result == 0 && size == 132 && public_key.BitLen == 256);
  memset(digest, 0x5a, sizeof digest);
  result = CALL(SKF_ECCSignData, (SKF_HANDLE, SKF_BYTE *, SKF_ULONG, ECCSIGNATUREBLOB *), container, digest, 32, &signature);
  say("SKF_ECCSignData", result == 0);
  result = CALL(SKF_ECCVerify, (SKF_HANDLE, ECCPUBLICKEYBLOB *, SKF_BYTE *, SKF_ULONG, ECCSIGNATUREBLOB *), device, &public_key,
                digest, 32, &signature);
  say("SKF_ECCVerify says yes", result == 0);
  digest[7] ^= 1;
  result = CALL(SKF_ECCVerify, (SKF_HANDLE, ECCPUBLICKEYBLOB *, SKF_BYTE *, SKF_ULONG, ECCSIGNATUREBLOB *), device, &public_key,
                digest, 32, &signature);
  say("and no to another digest", result != 0);

  result = CALL(SKF_CreateContainer, (SKF_HANDLE, char *, SKF_HANDLE *), application, (char *)"made", &made);
  say("SKF_CreateContainer", result == 0 && made);
  result = CALL(SKF_GenECCKeyPair, (SKF_HANDLE, SKF_ULONG, ECCPUBLICKEYBLOB *), made, SGD_SM2_1_OF_0016, &public_key);
  say("SKF_GenECCKeyPair", result == 0 && public_key.BitLen == 256);
  SKF_BYTE room[sizeof(ECCCIPHERBLOB) + 64];
  ECCCIPHERBLOB *cipher = (ECCCIPHERBLOB *)(void *)room;
  result = CALL(SKF_ExtECCEncrypt, (SKF_HANDLE, ECCPUBLICKEYBLOB *, SKF_BYTE *, SKF_ULONG, ECCCIPHERBLOB *), device, &public_key,
                iv_key, 16, cipher);
  say("SKF_ExtECCEncrypt", result == 0 && cipher->CipherLen == 16);
  size = sizeof buffer;
  result = CALL(SKF_ECCPrvKeyDecrypt, (SKF_HANDLE, ECCCIPHERBLOB *, SKF_BYTE *, SKF_ULONG *), made, cipher, buffer, &size);
  say("SKF_ECCPrvKeyDecrypt gives it back", result == 0 && size == 16 && memcmp(buffer, iv_key, 16) == 0);

  BLOCKCIPHERPARAM parameters;
  memset(&parameters, 0, sizeof parameters);
  parameters.IVLen = 16;
  parameters.PaddingType = 1;
  result = CALL(SKF_SetSymmKey, (SKF_HANDLE, SKF_BYTE *, SKF_ULONG, SKF_HANDLE *), device, iv_key, SGD_SM4_CBC, &key);
  say("SKF_SetSymmKey", result == 0 && key);
  result = CALL(SKF_EncryptInit, (SKF_HANDLE, BLOCKCIPHERPARAM), key, parameters);
  say("SKF_EncryptInit, its structure by value", result == 0);
  size = sizeof buffer;
  result = CALL(SKF_Encrypt, (SKF_HANDLE, SKF_BYTE *, SKF_ULONG, SKF_BYTE *, SKF_ULONG *), key, plain, sizeof plain, buffer, &size);
  say("SKF_Encrypt", result == 0 && size == 48);
  result = CALL(SKF_DecryptInit, (SKF_HANDLE, BLOCKCIPHERPARAM), key, parameters);
  say("SKF_DecryptInit", result == 0);
  SKF_BYTE opened[64];
  SKF_ULONG opened_size = sizeof opened;
  result = CALL(SKF_Decrypt, (SKF_HANDLE, SKF_BYTE *, SKF_ULONG, SKF_BYTE *, SKF_ULONG *), key, buffer, size, opened, &opened_size);
  say("SKF_Decrypt gives it back", result == 0 && opened_size == sizeof plain && memcmp(opened, plain, sizeof plain) == 0);
  result = CALL(SKF_CloseHandle, (SKF_HANDLE), key);
  say("SKF_CloseHandle", result == 0);
  result = CALL(SKF_DeleteContainer, (SKF_HANDLE, char *), application, (char *)"made");
  say("SKF_DeleteContainer", result == 0);
  result = CALL(SKF_DisConnectDev, (SKF_HANDLE), device);
  say("SKF_DisConnectDev", result == 0);
  printf("%d failed\n", failures);
  return failures;
}
