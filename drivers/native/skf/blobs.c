#include <string.h>
#include "internal.h"

void put_value(BYTE field[64], const BYTE value[32]) {
  memset(field, 0, 64);
  memcpy(field + (has_trait("left-aligned") ? 0 : 32), value, 32);
}

void get_value(const BYTE field[64], BYTE value[32]) { memcpy(value, field + (has_trait("left-aligned") ? 0 : 32), 32); }

void put_public_key(ECCPUBLICKEYBLOB *out, const BYTE point[64]) {
  out->BitLen = 256;
  put_value(out->XCoordinate, point);
  put_value(out->YCoordinate, point + 32);
}

int get_cipher(const ECCCIPHERBLOB *blob, sm2_head *head) {
  get_value(blob->XCoordinate, head->c1);
  get_value(blob->YCoordinate, head->c1 + 32);
  memcpy(head->c3, blob->HASH, 32);
  return blob->CipherLen > 0 && blob->CipherLen <= 0xff00;
}
