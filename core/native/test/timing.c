/*
 * timing ACT SAMPLES SEED: do the clock ticks of an act depend on its secret? After Reparaz, Balasch and Verbauwhede, "Dude, is my
 * code constant time?" (2017): the act runs in random order with a fixed secret and with random ones, the ticks of the two classes are
 * compared by Welch's t test, whole and cropped at a hundred percentiles, and the largest |t| is printed as JSON.
 *
 *   sign      sm2_sign: nonce and key                    leaky-sign     the same with the look-up for public scalars
 *   decrypt   sm2_multiply: key, random ciphertext point leaky-decrypt  the same with double and add
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "../src/sm2.c"
#if defined(__x86_64__)
#include <x86intrin.h>
#endif

#define BATCH 256
#define CROPS 100
#define WARM_UP 10000

static uint64_t random_state[2];

static uint64_t random64(void) {
  uint64_t x = random_state[0], y = random_state[1];
  random_state[0] = y;
  x ^= x << 23;
  random_state[1] = x ^ y ^ x >> 17 ^ y >> 26;
  return random_state[1] + y;
}

static void random_bytes(uint8_t out[32]) {
  for (int i = 0; i < 4; i++) {
    uint64_t r = random64();
    for (int k = 0; k < 8; k++) out[8 * i + k] = (uint8_t)(r >> (8 * k));
  }
  out[0] &= 0x7F; /* below n */
}

static inline uint64_t ticks(void) {
#if defined(__x86_64__)
  _mm_lfence();
  uint64_t now = __rdtsc();
  _mm_lfence();
  return now;
#else
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
#endif
}

typedef struct {
  uint8_t secret[32], nonce[32], digest[32], point[64];
  int is_random;
} input;

static uint8_t output[64];

static void act_sign(const input *in) { sm2_sign(in->secret, in->nonce, in->digest, output); }

static void act_decrypt(const input *in) { sm2_multiply(in->secret, in->point, output); }

/* What sign would be with the look-up that verification uses. */
static void act_leaky_sign(const input *in) {
  sc k;
  point sum;
  sc_from_bytes(&k, in->nonce);
  point_set_infinity(&sum);
  comb_accumulate_vartime(&sum, &base_table, &k);
  point_to_bytes(output, &sum);
}

/* What decrypt would be by the textbook. */
static void act_leaky_decrypt(const input *in) {
  sc d;
  affine base;
  point sum;
  sc_from_bytes(&d, in->secret);
  affine_from_bytes(&base, in->point);
  point_set_infinity(&sum);
  for (int i = 255; i >= 0; i--) {
    jacobian_double_vartime(&sum, &sum);
    if (sc_bits(&d, i, 1)) jacobian_add_affine_vartime(&sum, &sum, &base);
  }
  point_to_bytes(output, &sum);
}

typedef struct { double count, mean, squares; } moments;

static void push(moments *m, double x) {
  double delta = x - m->mean;
  m->count++;
  m->mean += delta / m->count;
  m->squares += delta * (x - m->mean);
}

static double welch(const moments *a, const moments *b) {
  if (a->count < 1000 || b->count < 1000) return 0;
  double spread = a->squares / (a->count - 1) / a->count + b->squares / (b->count - 1) / b->count;
  return spread > 0 ? (a->mean - b->mean) / sqrt(spread) : 0;
}

static int by_size(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return x < y ? -1 : x > y;
}

int main(int argc, char **argv) {
  const struct { const char *name; void (*run)(const input *); } acts[] = {
      {"sign", act_sign}, {"decrypt", act_decrypt}, {"leaky-sign", act_leaky_sign}, {"leaky-decrypt", act_leaky_decrypt}};
  void (*run)(const input *) = NULL;
  for (size_t i = 0; argc > 3 && i < sizeof acts / sizeof acts[0]; i++)
    if (strcmp(argv[1], acts[i].name) == 0) run = acts[i].run;
  if (run == NULL) return 2;
  long wanted = atol(argv[2]), done = 0;
  uint64_t seed = strtoull(argv[3], NULL, 16);
  random_state[0] = seed ^ 0x9E3779B97F4A7C15ull;
  random_state[1] = ~seed;
  sm2_setup();

  static input inputs[BATCH];
  static double warm[WARM_UP], limit[CROPS];
  static moments whole[2], cropped[CROPS][2];
  /* The fixed secret is a small number: nearly all its digits are zero, where a careless program does least. */
  uint8_t fixed[32] = {0}, k[32];
  fixed[31] = 3;
  while (done < wanted) {
    for (int i = 0; i < BATCH; i++) {
      input *in = &inputs[i];
      uint8_t secret[32], nonce[32];
      in->is_random = (int)(random64() >> 63);
      random_bytes(secret);
      random_bytes(nonce);
      random_bytes(in->digest);
      for (int b = 0; b < 32; b++) { /* the same work and memory for both classes */
        in->secret[b] = in->is_random ? secret[b] : fixed[b];
        in->nonce[b] = in->is_random ? nonce[b] : fixed[b];
      }
      if (i % 16 == 0) {
        random_bytes(k);
        sm2_multiply_base(k, in->point);
      } else {
        memcpy(in->point, inputs[i - 1].point, 64);
      }
    }
    for (int i = 0; i < BATCH; i++, done++) {
      input now = inputs[i];
      uint64_t begin = ticks();
      run(&now);
      double spent = (double)(ticks() - begin);
      if (done < WARM_UP) {
        warm[done] = spent;
        if (done == WARM_UP - 1) {
          qsort(warm, WARM_UP, sizeof warm[0], by_size);
          for (int c = 0; c < CROPS; c++) limit[c] = warm[(int)(WARM_UP * (1 - pow(0.5, 10.0 * (c + 1) / CROPS)))];
        }
        continue;
      }
      push(&whole[now.is_random], spent);
      for (int c = 0; c < CROPS; c++)
        if (spent < limit[c]) push(&cropped[c][now.is_random], spent);
    }
  }
  double worst = fabs(welch(&whole[0], &whole[1]));
  for (int c = 0; c < CROPS; c++) {
    double t = fabs(welch(&cropped[c][0], &cropped[c][1]));
    if (t > worst) worst = t;
  }
  printf("{\"act\":\"%s\",\"samples\":%.0f,\"ticks\":[%.1f,%.1f],\"t\":%.2f}\n", argv[1], whole[0].count + whole[1].count, whole[0].mean,
         whole[1].mean, worst);
  return 0;
}
