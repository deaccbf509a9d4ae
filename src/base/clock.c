#include "base/clock.h"

#include <time.h>

enum { NS_PER_MS = 1000000, MS_PER_S = 1000, NS_PER_S = 1000000000 };

uint64_t pc_clock_monotonic_ns(void)
{
  struct timespec now = {0};

  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

uint64_t pc_clock_epoch_ms(void)
{
  struct timespec now = {0};

  clock_gettime(CLOCK_REALTIME, &now);
  return (uint64_t)now.tv_sec * MS_PER_S + (uint64_t)now.tv_nsec / NS_PER_MS;
}
