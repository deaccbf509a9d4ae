/*
 * timers.h - alarms: what is due at a moment, the soonest first.
 *
 * A heap, so that setting an alarm and ending it are a few comparisons and no
 * system call. Alarms come from a free list; the heap has room for all that
 * were made. Thread: engine.
 */
#ifndef PC_NET_TIMERS_H
#define PC_NET_TIMERS_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

/* The holder must end the alarm (pc_alarm_end) before it rings again. */
typedef void pc_alarm_fn(void *context);

struct pc_alarm;

struct pc_timers_slot {
  uint64_t due_ns; /* monotonic */
  struct pc_alarm *alarm;
};

struct pc_timers {
  struct pc_timers_slot *heap;
  size_t count;
  size_t capacity;       /* of heap: at least as many as were made */
  size_t made_count;     /* alarms, idle ones included */
  struct pc_alarm *idle; /* free list */
};

void pc_timers_init(struct pc_timers *timers);

/* Ends all alarms. */
void pc_timers_deinit(struct pc_timers *timers);

/* When the soonest rings, monotonic; UINT64_MAX for never. */
uint64_t pc_timers_due_ns(const struct pc_timers *timers);

/* Rings all that are due. */
void pc_timers_ring(struct pc_timers *timers, uint64_t now_ns);

/* Rings once, `delay_ms` from this moment or later. Gives the alarm in *out. */
PC_MUST_CHECK enum pc_status pc_alarm_start(struct pc_timers *timers,
                                            uint64_t delay_ms,
                                            pc_alarm_fn *on_ring,
                                            void *context,
                                            struct pc_alarm **out);

/* Has an alarm that has not rung ring as soon as others are looked at. */
void pc_alarm_hasten(struct pc_alarm *alarm);

/* Ends *alarm, rung or not, and sets it to NULL. NULL is allowed. */
void pc_alarm_end(struct pc_alarm **alarm);

#endif
