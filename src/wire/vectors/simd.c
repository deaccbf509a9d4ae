#include "wire/vectors/simd.h"

#if defined(__x86_64__)

#include <cpuid.h>
#include <stdatomic.h>

/*
 * Of __builtin_cpu_supports, some compilers' libraries have only a stub that
 * always says no.
 */
static bool ask(void)
{
  unsigned a = 0;
  unsigned b = 0;
  unsigned c = 0;
  unsigned d = 0;

  return __get_cpuid(1, &a, &b, &c, &d) && c & bit_SSE4_1 && c & bit_POPCNT;
}

/* A constant of the machine: whoever asks first, it is the same answer. */
bool pc_simd_is_there(void)
{
  enum { UNKNOWN, ABSENT, PRESENT };
  static atomic_int known = UNKNOWN;
  int answer = atomic_load_explicit(&known, memory_order_relaxed);

  if (answer == UNKNOWN) {
    answer = ask() ? PRESENT : ABSENT;
    atomic_store_explicit(&known, answer, memory_order_relaxed);
  }
  return answer == PRESENT;
}

#else

bool pc_simd_is_there(void)
{
#ifdef PC_SIMD
  return true;
#else
  return false;
#endif
}

#endif
