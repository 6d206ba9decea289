/* The build for any x86-64; see sm2_choose.c. */
#define SM2(name) sm2_plain_##name
#include "sm2.c"
