/*
 * deadline.h - the total timeout of a call. Thread: engine.
 */
#ifndef PC_ENGINE_DEADLINE_H
#define PC_ENGINE_DEADLINE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "net/timers.h"

/* The time is up. */
typedef void pc_deadline_fn(void *context);

struct pc_deadline {
  uint64_t at_ns; /* monotonic, UINT64_MAX for none */
  struct pc_timers *timers;
  pc_deadline_fn *on_struck;
  void *context;
  struct pc_alarm *alarm;
  bool is_overdue; /* it has struck once */
};

/* `total_ms` of 0 sets none. Keeps `timers` and `context`. */
PC_MUST_CHECK enum pc_status pc_deadline_start(struct pc_deadline *deadline,
                                               struct pc_timers *timers,
                                               double total_ms,
                                               pc_deadline_fn *on_struck,
                                               void *context);

/* Ending one of zeros is fine. */
void pc_deadline_end(struct pc_deadline *deadline);

#endif
