/*
 * fe_add, fe_sub, fe_mul and fe_sqr of field64.h for x86-64, as compilers differ by a factor of two on carry chains. Same algorithm, same
 * limbs; field64.h explains the reduction. Registers: r8..r15 hold the product t0..t7, then the reduction; no
 * branches. What limits it is how many ADC, SBB and CMOV a
 * cycle can do, so ONELOCK_BMI2 builds a reduction with fewer of them; sm2_bmi2.c is that build, chosen at load.
 */
#ifndef ONELOCK_FIELD64_X86_H
#define ONELOCK_FIELD64_X86_H

#ifdef ONELOCK_BMI2
/*
 * Two limbs at once. With m0 = T0 and m1 = T1 + m0 - l0, the product m * p cancels both and adds, from T2 up,
 * m1 - l1, -(l0 + l2), m0 - l1, m1 - l2, where l0 = m0 << 32, l1 = (m1 << 32) + (m0 >> 32), l2 = m1 >> 32; the borrow and the carry of
 * making m1 go in at the bottom. SHLX, SHRX, LEA and MOV leave the flags alone between the borrow and its use.
 */
#define REDUCE_TWO(T0, T1, T2, T3, T4, T5) \
  "movl $32, %%esi\n\t shlxq %%rsi, " T0 ", %%rax\n\t shrxq %%rsi, " T0 ", %%rcx\n\t" \
  "movq " T0 ", %%rdi\n\t subq %%rax, %%rdi\n\t leaq (" T1 ", %%rdi), %%rdx\n\t" \
  "shlxq %%rsi, %%rdx, %%rbx\n\t leaq (%%rbx, %%rcx), %%rcx\n\t shrxq %%rsi, %%rdx, %%rbx\n\t leaq (%%rax, %%rbx), %%rax\n\t" \
  "movq %%rdx, %%rdi\n\t sbbq %%rcx, %%rdi\n\t movl $0, %%esi\n\t sbbq %%rax, %%rsi\n\t sbbq %%rcx, " T0 "\n\t" \
  "movq %%rdx, %%rax\n\t sbbq %%rbx, %%rax\n\t" \
  "cmpq " T1 ", %%rdx\n\t" \
  "adcq %%rdi, " T2 "\n\t adcq %%rsi, " T3 "\n\t adcq " T0 ", " T4 "\n\t adcq %%rax, " T5 "\n\t"

#define REDUCE \
  REDUCE_TWO("%%r8", "%%r9", "%%r10", "%%r11", "%%r12", "%%r13") \
  "movl $0, %%r8d\n\t adcq $0, %%r14\n\t adcq $0, %%r15\n\t adcq $0, %%r8\n\t" \
  REDUCE_TWO("%%r10", "%%r11", "%%r12", "%%r13", "%%r14", "%%r15") \
  "adcq $0, %%r8\n\t"
#else
/* t[i] is the Montgomery factor m. Adds m*(2^192 - 2^160 - 2^32 + 1) at t[i+1] and ripples the carry up to `high`. */
#define REDUCE_STEP(T0, T1, T2, T3, T4, RIPPLE) \
  "movq " T0 ", %%rax\n\t shlq $32, %%rax\n\t movq " T0 ", %%rdx\n\t shrq $32, %%rdx\n\t" \
  "movq " T0 ", %%rbx\n\t" \
  "xorl %%ecx, %%ecx\n\t xorl %%esi, %%esi\n\t" \
  "subq %%rax, %%rbx\n\t sbbq %%rdx, %%rcx\n\t sbbq %%rax, %%rsi\n\t sbbq %%rdx, " T0 "\n\t" \
  "addq %%rbx, " T1 "\n\t adcq %%rcx, " T2 "\n\t adcq %%rsi, " T3 "\n\t adcq " T0 ", " T4 "\n\t" RIPPLE

#define REDUCE \
  REDUCE_STEP("%%r8", "%%r9", "%%r10", "%%r11", "%%r12", "movl $0, %%r8d\n\t adcq $0, %%r13\n\t adcq $0, %%r14\n\t adcq $0, %%r15\n\t adcq $0, %%r8\n\t") \
  REDUCE_STEP("%%r9", "%%r10", "%%r11", "%%r12", "%%r13", "adcq $0, %%r14\n\t adcq $0, %%r15\n\t adcq $0, %%r8\n\t") \
  REDUCE_STEP("%%r10", "%%r11", "%%r12", "%%r13", "%%r14", "adcq $0, %%r15\n\t adcq $0, %%r8\n\t") \
  REDUCE_STEP("%%r11", "%%r12", "%%r13", "%%r14", "%%r15", "adcq $0, %%r8\n\t")
#endif

/* r12..r15 plus r8 * 2^256, below 2p, minus p when it is not below p; stored at out. */
#define REDUCE_AND_STORE REDUCE \
  "movq %%r12, %%r9\n\t movq %%r13, %%r10\n\t movq %%r14, %%r11\n\t movq %%r15, %%rax\n\t" \
  "movabsq $0xFFFFFFFF00000000, %%rbx\n\t movabsq $0xFFFFFFFEFFFFFFFF, %%rcx\n\t" \
  "subq $-1, %%r9\n\t sbbq %%rbx, %%r10\n\t sbbq $-1, %%r11\n\t sbbq %%rcx, %%rax\n\t sbbq $0, %%r8\n\t" \
  "cmovcq %%r12, %%r9\n\t cmovcq %%r13, %%r10\n\t cmovcq %%r14, %%r11\n\t cmovcq %%r15, %%rax\n\t" \
  "movq %[out], %%rdi\n\t movq %%r9, 0(%%rdi)\n\t movq %%r10, 8(%%rdi)\n\t movq %%r11, 16(%%rdi)\n\t movq %%rax, 24(%%rdi)\n\t"

#ifdef ONELOCK_BMI2
/* The first row of the product, r8..r12 = a_0 * b; a at rsi, b at rcx. */
#define FIRST_ROW \
  "movq 0(%%rsi), %%rdx\n\t mulxq 0(%%rcx), %%r8, %%r9\n\t mulxq 8(%%rcx), %%rax, %%r10\n\t addq %%rax, %%r9\n\t" \
  "mulxq 16(%%rcx), %%rax, %%r11\n\t adcq %%rax, %%r10\n\t mulxq 24(%%rcx), %%rax, %%r12\n\t adcq %%rax, %%r11\n\t adcq $0, %%r12\n\t"
/* One more row: T0..T4 += a_i * b, T4 new; low halves in one carry chain, high halves in the next. SPARE is any register not in use. */
#define ROW(A, T0, T1, T2, T3, T4, SPARE) \
  "movq " A "(%%rsi), %%rdx\n\t mulxq 0(%%rcx), %%rax, %%rbx\n\t addq %%rax, " T0 "\n\t" \
  "mulxq 8(%%rcx), %%rax, %%rdi\n\t adcq %%rax, " T1 "\n\t mulxq 16(%%rcx), %%rax, " SPARE "\n\t adcq %%rax, " T2 "\n\t" \
  "mulxq 24(%%rcx), %%rax, " T4 "\n\t adcq %%rax, " T3 "\n\t adcq $0, " T4 "\n\t" \
  "addq %%rbx, " T1 "\n\t adcq %%rdi, " T2 "\n\t adcq " SPARE ", " T3 "\n\t adcq $0, " T4 "\n\t"
/* r9..r14: the products of different limbs, once */
#define CROSS_PRODUCTS \
  "movq 0(%%rsi), %%rdx\n\t mulxq 8(%%rsi), %%r9, %%r10\n\t mulxq 16(%%rsi), %%rax, %%r11\n\t addq %%rax, %%r10\n\t" \
  "mulxq 24(%%rsi), %%rax, %%r12\n\t adcq %%rax, %%r11\n\t adcq $0, %%r12\n\t" \
  "movq 8(%%rsi), %%rdx\n\t mulxq 16(%%rsi), %%rax, %%rbx\n\t mulxq 24(%%rsi), %%rcx, %%r13\n\t" \
  "addq %%rax, %%r11\n\t adcq %%rcx, %%r12\n\t adcq $0, %%r13\n\t addq %%rbx, %%r12\n\t adcq $0, %%r13\n\t" \
  "movq 16(%%rsi), %%rdx\n\t mulxq 24(%%rsi), %%rax, %%r14\n\t addq %%rax, %%r13\n\t adcq $0, %%r14\n\t"
/* r8..r15 += the squares of the limbs; r8 is new */
#define ADD_SQUARES \
  "movq 0(%%rsi), %%rdx\n\t mulxq %%rdx, %%r8, %%rcx\n\t addq %%rcx, %%r9\n\t" \
  "movq 8(%%rsi), %%rdx\n\t mulxq %%rdx, %%rax, %%rcx\n\t adcq %%rax, %%r10\n\t adcq %%rcx, %%r11\n\t" \
  "movq 16(%%rsi), %%rdx\n\t mulxq %%rdx, %%rax, %%rcx\n\t adcq %%rax, %%r12\n\t adcq %%rcx, %%r13\n\t" \
  "movq 24(%%rsi), %%rdx\n\t mulxq %%rdx, %%rax, %%rcx\n\t adcq %%rax, %%r14\n\t adcq %%rcx, %%r15\n\t"
#else
/* One row: T0..T4 += rbx * b, T4 new; b at rcx, carry in rdi is free here because the output pointer is reloaded. */
#define ROW(A, T0, T1, T2, T3, T4, SPARE) \
  "movq " A "(%%rsi), %%rbx\n\t" \
  "movq %%rbx, %%rax\n\t mulq 0(%%rcx)\n\t addq %%rax, " T0 "\n\t adcq $0, %%rdx\n\t movq %%rdx, %%rdi\n\t" \
  "movq %%rbx, %%rax\n\t mulq 8(%%rcx)\n\t addq %%rdi, " T1 "\n\t adcq $0, %%rdx\n\t addq %%rax, " T1 "\n\t adcq $0, %%rdx\n\t movq %%rdx, %%rdi\n\t" \
  "movq %%rbx, %%rax\n\t mulq 16(%%rcx)\n\t addq %%rdi, " T2 "\n\t adcq $0, %%rdx\n\t addq %%rax, " T2 "\n\t adcq $0, %%rdx\n\t movq %%rdx, %%rdi\n\t" \
  "movq %%rbx, %%rax\n\t mulq 24(%%rcx)\n\t addq %%rdi, " T3 "\n\t adcq $0, %%rdx\n\t addq %%rax, " T3 "\n\t adcq $0, %%rdx\n\t movq %%rdx, " T4 "\n\t"
#define FIRST_ROW \
  "movq 0(%%rsi), %%rbx\n\t" \
  "movq %%rbx, %%rax\n\t mulq 0(%%rcx)\n\t movq %%rax, %%r8\n\t movq %%rdx, %%r9\n\t" \
  "movq %%rbx, %%rax\n\t mulq 8(%%rcx)\n\t addq %%rax, %%r9\n\t adcq $0, %%rdx\n\t movq %%rdx, %%r10\n\t" \
  "movq %%rbx, %%rax\n\t mulq 16(%%rcx)\n\t addq %%rax, %%r10\n\t adcq $0, %%rdx\n\t movq %%rdx, %%r11\n\t" \
  "movq %%rbx, %%rax\n\t mulq 24(%%rcx)\n\t addq %%rax, %%r11\n\t adcq $0, %%rdx\n\t movq %%rdx, %%r12\n\t"

/* r9..r14: the products of different limbs, once */
#define CROSS_PRODUCTS \
  "movq 0(%%rsi), %%rbx\n\t" \
  "movq %%rbx, %%rax\n\t mulq 8(%%rsi)\n\t movq %%rax, %%r9\n\t movq %%rdx, %%r10\n\t" \
  "movq %%rbx, %%rax\n\t mulq 16(%%rsi)\n\t addq %%rax, %%r10\n\t adcq $0, %%rdx\n\t movq %%rdx, %%r11\n\t" \
  "movq %%rbx, %%rax\n\t mulq 24(%%rsi)\n\t addq %%rax, %%r11\n\t adcq $0, %%rdx\n\t movq %%rdx, %%r12\n\t" \
  "movq 8(%%rsi), %%rbx\n\t" \
  "movq %%rbx, %%rax\n\t mulq 16(%%rsi)\n\t addq %%rax, %%r11\n\t adcq $0, %%rdx\n\t movq %%rdx, %%rcx\n\t" \
  "movq %%rbx, %%rax\n\t mulq 24(%%rsi)\n\t addq %%rcx, %%r12\n\t adcq $0, %%rdx\n\t addq %%rax, %%r12\n\t adcq $0, %%rdx\n\t movq %%rdx, %%r13\n\t" \
  "movq 16(%%rsi), %%rax\n\t mulq 24(%%rsi)\n\t addq %%rax, %%r13\n\t adcq $0, %%rdx\n\t movq %%rdx, %%r14\n\t"
/* r8..r15 += the squares of the limbs; r8 is new */
#define ADD_SQUARES \
  "movq 0(%%rsi), %%rax\n\t mulq %%rax\n\t movq %%rax, %%r8\n\t movq %%rdx, %%rcx\n\t" \
  "movq 8(%%rsi), %%rax\n\t mulq %%rax\n\t addq %%rcx, %%r9\n\t adcq %%rax, %%r10\n\t adcq $0, %%rdx\n\t movq %%rdx, %%rcx\n\t" \
  "movq 16(%%rsi), %%rax\n\t mulq %%rax\n\t addq %%rcx, %%r11\n\t adcq %%rax, %%r12\n\t adcq $0, %%rdx\n\t movq %%rdx, %%rcx\n\t" \
  "movq 24(%%rsi), %%rax\n\t mulq %%rax\n\t addq %%rcx, %%r13\n\t adcq %%rax, %%r14\n\t adcq %%rdx, %%r15\n\t"
#endif

INLINE void fe_mul(fe *out, const fe *a, const fe *b) {
  const fe *first = a, *second = b;
  __asm__ __volatile__(
      FIRST_ROW
      ROW("8", "%%r9", "%%r10", "%%r11", "%%r12", "%%r13", "%%r14")
      ROW("16", "%%r10", "%%r11", "%%r12", "%%r13", "%%r14", "%%r15")
      ROW("24", "%%r11", "%%r12", "%%r13", "%%r14", "%%r15", "%%rsi")
      REDUCE_AND_STORE
      : "+S"(first), "+c"(second)
      : [out] "m"(out)
      : "rax", "rbx", "rdx", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "cc", "memory");
}

INLINE void fe_sqr(fe *out, const fe *a) {
  const fe *first = a;
  __asm__ __volatile__(
      CROSS_PRODUCTS
      /* doubled */
      "xorl %%r15d, %%r15d\n\t"
      "addq %%r9, %%r9\n\t adcq %%r10, %%r10\n\t adcq %%r11, %%r11\n\t adcq %%r12, %%r12\n\t adcq %%r13, %%r13\n\t adcq %%r14, %%r14\n\t adcq $0, %%r15\n\t"
      ADD_SQUARES
      REDUCE_AND_STORE
      : "+S"(first)
      : [out] "m"(out)
      : "rax", "rbx", "rcx", "rdx", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "cc", "memory");
}

INLINE void fe_add(fe *out, const fe *a, const fe *b) {
  uint64_t s0 = a->l[0], s1 = a->l[1], s2 = a->l[2], s3 = a->l[3], t0, t1, t2, t3, carry;
  __asm__("xorl %k[carry], %k[carry]\n\t"
          "addq 0(%[b]), %[s0]\n\t adcq 8(%[b]), %[s1]\n\t adcq 16(%[b]), %[s2]\n\t adcq 24(%[b]), %[s3]\n\t adcq $0, %[carry]\n\t"
          "movq %[s0], %[t0]\n\t movq %[s1], %[t1]\n\t movq %[s2], %[t2]\n\t movq %[s3], %[t3]\n\t"
          "subq 0(%[p]), %[t0]\n\t sbbq 8(%[p]), %[t1]\n\t sbbq 16(%[p]), %[t2]\n\t sbbq 24(%[p]), %[t3]\n\t sbbq $0, %[carry]\n\t"
          "cmovncq %[t0], %[s0]\n\t cmovncq %[t1], %[s1]\n\t cmovncq %[t2], %[s2]\n\t cmovncq %[t3], %[s3]\n\t"
          : [s0] "+&r"(s0), [s1] "+&r"(s1), [s2] "+&r"(s2), [s3] "+&r"(s3), [t0] "=&r"(t0), [t1] "=&r"(t1), [t2] "=&r"(t2), [t3] "=&r"(t3),
            [carry] "=&r"(carry)
          : [b] "r"(b->l), [p] "r"(fe_p.l), "m"(*b), "m"(fe_p)
          : "cc");
  out->l[0] = s0;
  out->l[1] = s1;
  out->l[2] = s2;
  out->l[3] = s3;
}

INLINE void fe_sub(fe *out, const fe *a, const fe *b) {
  uint64_t s0 = a->l[0], s1 = a->l[1], s2 = a->l[2], s3 = a->l[3], t1, t3, mask;
  /* a - b, plus p when it borrowed; p's limbs are -1, t1, -1, t3 */
  __asm__("subq 0(%[b]), %[s0]\n\t sbbq 8(%[b]), %[s1]\n\t sbbq 16(%[b]), %[s2]\n\t sbbq 24(%[b]), %[s3]\n\t"
          "sbbq %[mask], %[mask]\n\t"
          "movq 8(%[p]), %[t1]\n\t andq %[mask], %[t1]\n\t movq 24(%[p]), %[t3]\n\t andq %[mask], %[t3]\n\t"
          "addq %[mask], %[s0]\n\t adcq %[t1], %[s1]\n\t adcq %[mask], %[s2]\n\t adcq %[t3], %[s3]\n\t"
          : [s0] "+&r"(s0), [s1] "+&r"(s1), [s2] "+&r"(s2), [s3] "+&r"(s3), [t1] "=&r"(t1), [t3] "=&r"(t3), [mask] "=&r"(mask)
          : [b] "r"(b->l), [p] "r"(fe_p.l), "m"(*b), "m"(fe_p)
          : "cc");
  out->l[0] = s0;
  out->l[1] = s1;
  out->l[2] = s2;
  out->l[3] = s3;
}

#undef REDUCE
#undef REDUCE_TWO
#undef FIRST_ROW
#undef CROSS_PRODUCTS
#undef ADD_SQUARES
#undef REDUCE_STEP
#undef REDUCE_AND_STORE
#undef ROW

#endif
