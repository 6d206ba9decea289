/*
 * The part of SKF (GM/T 0016-2012, GB/T 35291) that the soft library has. How it is built stands for what vendors do:
 *   -DSKF_NATURAL   structures in the compiler's natural packing instead of #pragma pack(1)
 *   -DSKF_ULONG64   ULONG is `unsigned long` (8 bytes on 64-bit Linux) instead of 32 bits
 *   -DSKF_DECRYPT_NONE, _FLAGGED, _BYTES   which private decrypt functions there are besides the standard's; see decrypt.c
 */
#ifndef ONELOCK_SOFT_SKF_H
#define ONELOCK_SOFT_SKF_H

#include <stdint.h>

typedef uint8_t BYTE;
typedef int32_t BOOL;
#ifdef SKF_ULONG64
typedef unsigned long ULONG;
#else
typedef uint32_t ULONG;
#endif
typedef char *LPSTR;
typedef void *HANDLE, *DEVHANDLE, *HAPPLICATION, *HCONTAINER;

#ifndef SKF_NATURAL
#pragma pack(push, 1)
#endif
typedef struct { BYTE major, minor; } VERSION;
typedef struct {
  VERSION Version;
  char Manufacturer[64], Issuer[64], Label[32], SerialNumber[32];
  VERSION HWVersion, FirmwareVersion;
  ULONG AlgSymCap, AlgAsymCap, AlgHashCap, DevAuthAlgId, TotalSpace, FreeSpace, MaxECCBufferSize, MaxBufferSize;
  BYTE Reserved[64];
} DEVINFO;
typedef struct { ULONG AlgID, BitLen; BYTE Modulus[256], PublicExponent[4]; } RSAPUBLICKEYBLOB;
typedef struct { ULONG BitLen; BYTE XCoordinate[64], YCoordinate[64]; } ECCPUBLICKEYBLOB;
typedef struct { BYTE XCoordinate[64], YCoordinate[64], HASH[32]; ULONG CipherLen; BYTE Cipher[1]; } ECCCIPHERBLOB;
typedef struct { BYTE r[64], s[64]; } ECCSIGNATUREBLOB;
typedef struct { BYTE IV[32]; ULONG IVLen, PaddingType, FeedBitLen; } BLOCKCIPHERPARAM;
typedef struct {
  ULONG Version, ulSymmAlgID, ulBits;
  BYTE cbEncryptedPriKey[64];
  ECCPUBLICKEYBLOB PubKey;
  ECCCIPHERBLOB ECCCipherBlob;
} ENVELOPEDKEYBLOB;
typedef struct { char FileName[32]; ULONG FileSize, ReadRights, WriteRights; } FILEATTRIBUTE;
#ifndef SKF_NATURAL
#pragma pack(pop)
#endif

enum {
  SAR_OK = 0,
  SAR_FAIL = 0x0A000001,
  SAR_NOTSUPPORTYETERR = 0x0A000003,
  SAR_INVALIDHANDLEERR = 0x0A000005,
  SAR_INVALIDPARAMERR = 0x0A000006,
  SAR_WRITEFILEERR = 0x0A000008,
  SAR_NAMELENERR = 0x0A000009,
  SAR_MEMORYERR = 0x0A00000E,
  SAR_TIMEOUTERR = 0x0A00000F,
  SAR_INDATALENERR = 0x0A000010,
  SAR_INDATAERR = 0x0A000011,
  SAR_RSAMODULUSLENERR = 0x0A000016,
  SAR_RSADECERR = 0x0A000019,
  SAR_KEYNOTFOUNTERR = 0x0A00001B,
  SAR_CERTNOTFOUNTERR = 0x0A00001C,
  SAR_DECRYPTPADERR = 0x0A00001E,
  SAR_BUFFER_TOO_SMALL = 0x0A000020,
  SAR_DEVICE_REMOVED = 0x0A000023,
  SAR_PIN_INCORRECT = 0x0A000024,
  SAR_PIN_LOCKED = 0x0A000025,
  SAR_PIN_LEN_RANGE = 0x0A000027,
  SAR_USER_ALREADY_LOGGED_IN = 0x0A000028,
  SAR_USER_TYPE_INVALID = 0x0A00002A,
  SAR_APPLICATION_EXISTS = 0x0A00002C,
  SAR_USER_NOT_LOGGED_IN = 0x0A00002D,
  SAR_APPLICATION_NOT_EXISTS = 0x0A00002E,
  SAR_FILE_ALREADY_EXIST = 0x0A00002F,
  SAR_FILE_NOT_EXIST = 0x0A000031,
  SAR_REACH_MAX_CONTAINER_COUNT = 0x0A000032,
  SAR_CONTAINER_NOT_EXISTS = 0x0A000036,
  SAR_CONTAINER_EXISTS = 0x0A000037
};

enum { ADMIN_TYPE = 0, USER_TYPE = 1 };
enum { SECURE_NEVER = 0, SECURE_ADM = 1, SECURE_USER = 0x10, SECURE_ANYONE = 0xFF };
enum { SGD_SM3 = 1, SGD_SM4_ECB = 0x401, SGD_SM4_CBC = 0x402, SGD_RSA = 0x10000 };
/* SGD_SM2_1 of GM/T 0016-2012 and of GM/T 0006 (GB/T 33560). */
enum { SGD_SM2_1_OF_0016 = 0x00020100, SGD_SM2_1_OF_0006 = 0x00020200 };

#ifdef _WIN32
#define EXPORT __declspec(dllexport) __attribute__((stdcall))
#else
#define EXPORT __attribute__((visibility("default")))
#endif
#endif
