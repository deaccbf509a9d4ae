/*
 * alarm.h - something to do in a while, on the engine's thread.
 *
 * libuv timers from a free list: a uv_timer_t may only be freed after a close
 * callback, so they are reused instead and closed once, when the loop ends.
 * Thread: engine.
 */
#ifndef PC_NET_ALARM_H
#define PC_NET_ALARM_H

#include <stdint.h>
#include <uv.h>

#include "base/status.h"

/* The holder must end the alarm (pc_alarm_end) before it rings again. */
typedef void pc_alarm_fn(void *context);

struct pc_alarm {
  uv_timer_t timer;
  pc_alarm_fn *on_ring;
  void *context; /* kept until pc_alarm_end */
  struct pc_alarm *next_idle;
  struct pc_alarm *next_made;
  struct pc_alarms *alarms;
};

struct pc_alarms {
  uv_loop_t *loop; /* kept */
  struct pc_alarm *idle;
  struct pc_alarm *made;
};

void pc_alarms_init(struct pc_alarms *alarms, uv_loop_t *loop);

/* Closes every timer. The loop must run once more before pc_alarms_deinit. */
void pc_alarms_close(struct pc_alarms *alarms);

void pc_alarms_deinit(struct pc_alarms *alarms);

/* Rings once after `delay_ms`. Gives the alarm in *out. */
PC_MUST_CHECK enum pc_status pc_alarm_start(struct pc_alarms *alarms,
                                            uint64_t delay_ms,
                                            pc_alarm_fn *on_ring,
                                            void *context,
                                            struct pc_alarm **out);

/* Ends *alarm, rung or not, and sets it to NULL. NULL is allowed. */
void pc_alarm_end(struct pc_alarm **alarm);

#endif
