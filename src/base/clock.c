#include "base/clock.h"

#include <time.h>

uint64_t pc_clock_monotonic_ns(void)
{
  struct timespec now = {0};

  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * PC_NS_PER_S + (uint64_t)now.tv_nsec;
}

uint64_t pc_clock_epoch_ms(void)
{
  struct timespec now = {0};

  clock_gettime(CLOCK_REALTIME, &now);
  return (uint64_t)now.tv_sec * PC_MS_PER_S +
         (uint64_t)now.tv_nsec / PC_NS_PER_MS;
}
