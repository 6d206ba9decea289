/*
 * The part of SKF (GM/T 0016-2012, GB/T 35291) that the soft library has. How it is built stands for what vendors do:
 *   -DSKF_NATURAL   structures in the compiler's natural packing instead of #pragma pack(1)
 *   -DSKF_ULONG64   ULONG is `unsigned long` (8 bytes here) instead of 32 bits
 */
#ifndef ONELOCK_TEST_SKF_H
#define ONELOCK_TEST_SKF_H

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
typedef struct { BYTE r[64], s[64]; } ECCSIGNATUREBLOB;
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
  SAR_MEMORYERR = 0x0A00000E,
  SAR_TIMEOUTERR = 0x0A00000F,
  SAR_INDATALENERR = 0x0A000010,
  SAR_KEYNOTFOUNTERR = 0x0A00001B,
  SAR_CERTNOTFOUNTERR = 0x0A00001C,
  SAR_BUFFER_TOO_SMALL = 0x0A000020,
  SAR_DEVICE_REMOVED = 0x0A000023,
  SAR_PIN_INCORRECT = 0x0A000024,
  SAR_PIN_LOCKED = 0x0A000025,
  SAR_USER_ALREADY_LOGGED_IN = 0x0A000028,
  SAR_USER_TYPE_INVALID = 0x0A00002A,
  SAR_USER_NOT_LOGGED_IN = 0x0A00002D,
  SAR_APPLICATION_NOT_EXISTS = 0x0A00002E,
  SAR_FILE_NOT_EXIST = 0x0A000031,
  SAR_CONTAINER_NOT_EXISTS = 0x0A000036
};

#define USER_TYPE 1
#define EXPORT __attribute__((visibility("default")))
#endif
