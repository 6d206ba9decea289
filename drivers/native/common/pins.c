#include <stdio.h>
#include <string.h>
#include "../crypto/crypto.h"
#include "store.h"

int load_pin(const char *path, pin_t *pin) {
  char text[128] = {0};
  if (read_whole(path, (uint8_t *)text, sizeof text - 1) < 0) return 0;
  return sscanf(text, "%64s %u %u %u", pin->digest, &pin->left, &pin->most, &pin->factory) == 4;
}

int save_pin(const char *path, const pin_t *pin) {
  char text[128];
  int length = snprintf(text, sizeof text, "%s %u %u %u\n", pin->digest, pin->left, pin->most, pin->factory);
  return write_whole(path, (uint8_t *)text, (size_t)length);
}

static void digest_of(const char *text, char hex[65]) {
  uint8_t digest[32];
  sm3_of((const uint8_t *)text, strlen(text), digest);
  for (size_t index = 0; index < sizeof digest; index += 1) snprintf(hex + 2 * index, 3, "%02x", digest[index]);
}

int set_pin(pin_t *pin, const char *text) {
  size_t length = strlen(text);
  if (length < PIN_MIN || length > PIN_MAX) return 0;
  digest_of(text, pin->digest);
  pin->left = pin->most;
  pin->factory = 0;
  return 1;
}

pin_answer check_pin(const char *path, const char *text, unsigned *left) {
  pin_t pin;
  char hex[65];
  if (!load_pin(path, &pin)) return PIN_ABSENT;
  *left = pin.left;
  if (pin.left == 0) return PIN_LOCKED;
  digest_of(text, hex);
  int right = strcmp(hex, pin.digest) == 0;
  *left = pin.left = right ? pin.most : pin.left - 1;
  if (!save_pin(path, &pin)) return PIN_BROKEN;
  return right ? PIN_RIGHT : pin.left == 0 ? PIN_LOCKED : PIN_WRONG;
}
