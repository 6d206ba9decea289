#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include "internal.h"

static atomic_int cancelled;

/* `stutters`: names every device twice. */
EXPORT ULONG SKF_EnumDev(BOOL present, LPSTR list, ULONG *size) {
  char names[32][64];
  (void)present;
  ENTER();
  size_t count = list_devices(names, 16);
  for (size_t index = 0; has_trait("stutters") && index < count; index += 1) memcpy(names[count + index], names[index], 64);
  LEAVE(name_list(names, has_trait("stutters") ? 2 * count : count, list, size));
}

EXPORT ULONG SKF_GetDevState(LPSTR name, ULONG *state) {
  stay_t stay;
  ENTER();
  *state = device_stay(name, &stay) ? 1 : 0;
  LEAVE(SAR_OK);
}

EXPORT ULONG SKF_ConnectDev(LPSTR name, DEVHANDLE *handle) {
  object_t device = {.kind = KIND_DEVICE};
  ENTER();
  snprintf(device.device, sizeof device.device, "%s", name);
  if (!device_stay(name, &device.stay)) LEAVE(SAR_DEVICE_REMOVED);
  *handle = new_handle(&device);
  LEAVE(*handle ? SAR_OK : SAR_MEMORYERR);
}

EXPORT ULONG SKF_DisConnectDev(DEVHANDLE handle) {
  ENTER();
  free_handle(handle);
  LEAVE(SAR_OK);
}

/* `fieldwise`: writes the fields it knows and leaves Reserved as it was. */
EXPORT ULONG SKF_GetDevInfo(DEVHANDLE handle, DEVINFO *out) {
  object_t *device;
  char path[1024], text[256] = {0}, *rest = NULL;
  DEVINFO info;
  ENTER();
  ULONG result = find_handle(handle, KIND_DEVICE, &device);
  if (result) LEAVE(result);
  path_of(path, sizeof path, device, "device");
  if (read_whole(path, (BYTE *)text, sizeof text - 1) < 0) LEAVE(SAR_FAIL);
  memset(&info, 0, sizeof info);
  info.Version = (VERSION){1, 0};
  info.HWVersion = (VERSION){1, 2};
  info.FirmwareVersion = (VERSION){3, 4};
  char *label = strtok_r(text, "\n", &rest), *serial = strtok_r(NULL, "\n", &rest), *maker = strtok_r(NULL, "\n", &rest);
  strncpy(info.Label, label ? label : "", sizeof info.Label);
  strncpy(info.SerialNumber, serial ? serial : "", sizeof info.SerialNumber);
  strncpy(info.Manufacturer, maker ? maker : "", sizeof info.Manufacturer);
  info.AlgSymCap = 0x401;
  info.AlgAsymCap = 0x00030700;
  info.AlgHashCap = 0x5;
  info.TotalSpace = 65536;
  info.FreeSpace = 32768;
  info.MaxECCBufferSize = info.MaxBufferSize = 2048;
  memcpy(out, &info, has_trait("fieldwise") ? offsetof(DEVINFO, Reserved) : sizeof info);
  LEAVE(SAR_OK);
}

EXPORT ULONG SKF_SetLabel(DEVHANDLE handle, LPSTR label) {
  object_t *device;
  char path[1024], text[256] = {0}, changed[320];
  ENTER();
  ULONG result = find_handle(handle, KIND_DEVICE, &device);
  if (result) LEAVE(result);
  path_of(path, sizeof path, device, "device");
  char *rest = read_whole(path, (BYTE *)text, sizeof text - 1) < 0 ? NULL : strchr(text, '\n');
  if (!rest || strlen(label) > 31 || strchr(label, '\n')) LEAVE(rest ? SAR_INDATALENERR : SAR_FAIL);
  int length = snprintf(changed, sizeof changed, "%s%s", label, rest);
  int wrote = write_whole(path, (BYTE *)changed, (size_t)length);
  renew_stays(device->device, device->stay);
  LEAVE(wrote ? SAR_OK : SAR_WRITEFILEERR);
}

EXPORT ULONG SKF_LockDev(DEVHANDLE handle, ULONG timeout) {
  object_t *device;
  (void)timeout;
  ENTER();
  LEAVE(find_handle(handle, KIND_DEVICE, &device));
}

EXPORT ULONG SKF_UnlockDev(DEVHANDLE handle) {
  object_t *device;
  ENTER();
  LEAVE(find_handle(handle, KIND_DEVICE, &device));
}

/* `says-nothing`: as SKF_GetPINInfo. `stuck-random`: the same for ever. */
EXPORT ULONG SKF_GenRandom(DEVHANDLE handle, BYTE *out, ULONG length) {
  object_t *device;
  ENTER();
  ULONG result = find_handle(handle, KIND_DEVICE, &device);
  if (result || has_trait("says-nothing")) LEAVE(result);
  for (ULONG index = 0; has_trait("stuck-random") && index < length; index += 1) out[index] = (BYTE)index;
  if (has_trait("stuck-random")) LEAVE(SAR_OK);
  LEAVE(random_bytes(out, length) ? SAR_OK : SAR_FAIL);
}

/* The one function that may run beside another. `no-events`: is not there; `deaf-events`: never tells anything. */
EXPORT ULONG SKF_WaitForDevEvent(LPSTR name, ULONG *size, ULONG *event) {
  static char known[16][64];
  static size_t count = (size_t)-1;
  if (has_trait("no-events")) return SAR_NOTSUPPORTYETERR;
  if (count == (size_t)-1) count = list_devices(known, 16);
  atomic_store(&cancelled, 0);
  while (!atomic_load(&cancelled)) {
    char now[16][64];
    size_t counted = list_devices(now, 16);
    if (!has_trait("deaf-events") && counted != count) {
      *event = counted > count ? 1 : 2;
      snprintf(name, *size, "%s", counted > count ? now[counted - 1] : known[count - 1]);
      *size = (ULONG)strlen(name) + 1;
      memcpy(known, now, sizeof known);
      count = counted;
      return SAR_OK;
    }
    wait_ms(20);
  }
  return SAR_TIMEOUTERR;
}

EXPORT ULONG SKF_CancelWaitForDevEvent(void) {
  atomic_store(&cancelled, 1);
  return SAR_OK;
}
