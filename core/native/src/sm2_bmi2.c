/* The build for x86-64 with BMI2 and AVX2; see sm2_choose.c. */
#define ONELOCK_BMI2
#define SM2(name) sm2_bmi2_##name
#include "sm2.c"
