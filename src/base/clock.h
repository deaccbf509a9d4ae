/*
 * clock.h - the two clocks: one that never jumps, one that others share.
 *
 * Thread: any.
 */
#ifndef PC_BASE_CLOCK_H
#define PC_BASE_CLOCK_H

#include <stdint.h>

enum { PC_NS_PER_MS = 1000000, PC_MS_PER_S = 1000, PC_NS_PER_S = 1000000000 };

/* Nanoseconds since some fixed moment; only differences mean anything. */
uint64_t pc_clock_monotonic_ns(void);

/* Milliseconds since 1970 (UTC), for headers that another machine reads. */
uint64_t pc_clock_epoch_ms(void);

#endif
