/*
 * wiping ACT: what is left of a secret on the stack after an act with it? The stack below is marked, the act runs, and what it used is
 * searched for eight bytes in a row of the secrets, as they were given and as scalars are kept (the lowest byte first). Prints JSON:
 * how deep the stack was used, how much of that is overwritten, and what was found.
 */
#include <stdio.h>
#include <string.h>
#include "../src/sm2.c"

#define LOOKED_AT 32768

static uint8_t secret[32], nonce[32], inverse[32], digest[32], public_key[64], output[64];

static void act_sign(void) { sm2_sign(inverse, nonce, digest, output); }
static void act_derive(void) { sm2_derive_public_key(secret, output); }
static void act_prepare(void) { sm2_prepare_private_key(secret, output); }
static void act_multiply(void) { sm2_multiply(secret, public_key, output); }
static void act_multiply_base(void) { sm2_multiply_base(nonce, output); }
static void act_scalars(void) { sm2_scalar_multiply_add(secret, nonce, inverse, output); }

/* What no act may do, to see that the search finds it. */
__attribute__((noinline)) static void act_careless(void) {
  volatile uint8_t copy[4096];
  for (int i = 0; i < 4096; i++) copy[i] = secret[i % 32];
  (void)copy[0];
}

static int holds(const volatile uint8_t *at, const uint8_t value[32]) {
  for (int first = 0; first + 8 <= 32; first += 8) {
    int same = 1, reversed = 1;
    for (int i = 0; i < 8; i++) {
      same &= at[i] == value[first + i];
      reversed &= at[i] == value[first + 7 - i];
    }
    if (same || reversed) return 1;
  }
  return 0;
}

int main(int argc, char **argv) {
  const struct { const char *name; void (*run)(void); } acts[] = {
      {"sign", act_sign}, {"derive", act_derive}, {"prepare", act_prepare}, {"multiply", act_multiply},
      {"multiply-base", act_multiply_base}, {"scalars", act_scalars}, {"careless", act_careless}};
  void (*run)(void) = NULL;
  for (size_t i = 0; argc > 1 && i < sizeof acts / sizeof acts[0]; i++)
    if (strcmp(argv[1], acts[i].name) == 0) run = acts[i].run;
  if (run == NULL) return 2;
  for (int i = 0; i < 32; i++) {
    secret[i] = (uint8_t)(0x11 + 7 * i);
    nonce[i] = (uint8_t)(0x23 + 5 * i);
    digest[i] = (uint8_t)(0x35 + 3 * i);
  }
  sm2_setup();
  if (!sm2_prepare_private_key(secret, inverse) || !sm2_multiply_base(digest, public_key)) return 3;

  /* No function is called while the stack below is marked, or read. */
  volatile uint8_t *top = (volatile uint8_t *)__builtin_frame_address(0) - 1024;
  volatile uint8_t *bottom = top - LOOKED_AT;
  for (volatile uint8_t *at = bottom; at < top; at++) *at = 0xA5;
  run();
  int depth = 0, found = 0, zeros = 0;
  for (volatile uint8_t *at = bottom; at < top; at++)
    if (*at != 0xA5 && depth == 0) depth = (int)(top - at);
  for (volatile uint8_t *at = top - depth; at + 8 <= top; at++) {
    zeros += *at == 0;
    found += holds(at, secret) || holds(at, nonce) || holds(at, inverse);
  }
  printf("{\"act\":\"%s\",\"depth\":%d,\"overwritten\":%d,\"found\":%d}\n", argv[1], depth, zeros, found);
  return 0;
}
