#include "engine/deadline.h"

#include <math.h>

#include "base/clock.h"

enum { SECOND_STRIKE_MS = 1 };

static const double NS_PER_MS = 1e6;

/*
 * Answers that have come but not been read yet still count, so the first
 * strike only lets the loop look at its sockets once more.
 */
static void strike(void *context)
{
  struct pc_deadline *deadline = context;
  bool is_second = deadline->is_overdue;

  deadline->is_overdue = true;
  pc_alarm_end(&deadline->alarm);
  if (is_second || pc_alarm_start(deadline->timers, SECOND_STRIKE_MS, strike,
                                  deadline, &deadline->alarm) != PC_OK)
    deadline->on_struck(deadline->context);
}

enum pc_status pc_deadline_start(struct pc_deadline *deadline,
                                 struct pc_timers *timers,
                                 double total_ms,
                                 pc_deadline_fn *on_struck,
                                 void *context)
{
  double whole_ms = ceil(total_ms);

  *deadline = (struct pc_deadline){.at_ns = UINT64_MAX,
                                   .timers = timers,
                                   .on_struck = on_struck,
                                   .context = context};
  if (whole_ms == 0)
    return PC_OK;
  deadline->at_ns = pc_clock_monotonic_ns() + (uint64_t)(whole_ms * NS_PER_MS);
  return pc_alarm_start(timers, (uint64_t)whole_ms, strike, deadline,
                        &deadline->alarm);
}

void pc_deadline_end(struct pc_deadline *deadline)
{
  pc_alarm_end(&deadline->alarm);
}
