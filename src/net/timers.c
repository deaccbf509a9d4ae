#include "net/timers.h"

#include <stdlib.h>

#include "base/clock.h"

enum { FIRST_CAPACITY = 64 };

static const size_t NO_PLACE = SIZE_MAX;

struct pc_alarm {
  struct pc_timers *timers;
  pc_alarm_fn *on_ring;
  void *context;              /* kept until pc_alarm_end */
  size_t place;               /* in the heap, NO_PLACE: it has rung */
  struct pc_alarm *next_idle; /* in the free list */
};

void pc_timers_init(struct pc_timers *timers)
{
  *timers = (struct pc_timers){0};
}

void pc_timers_deinit(struct pc_timers *timers)
{
  for (size_t i = 0; i < timers->count; i++)
    free(timers->heap[i].alarm);
  while (timers->idle) {
    struct pc_alarm *alarm = timers->idle;

    timers->idle = alarm->next_idle;
    free(alarm);
  }
  free(timers->heap);
  *timers = (struct pc_timers){0};
}

uint64_t pc_timers_due_ns(const struct pc_timers *timers)
{
  return timers->count ? timers->heap[0].due_ns : UINT64_MAX;
}

static void
put(struct pc_timers *timers, size_t place, struct pc_timers_slot slot)
{
  timers->heap[place] = slot;
  slot.alarm->place = place;
}

/* Puts `slot` where it belongs, from `place`, which is free, towards the top.
 */
static void
rise(struct pc_timers *timers, size_t place, struct pc_timers_slot slot)
{
  while (place > 0) {
    size_t parent = (place - 1) / 2;

    if (timers->heap[parent].due_ns <= slot.due_ns)
      break;
    put(timers, place, timers->heap[parent]);
    place = parent;
  }
  put(timers, place, slot);
}

/* The same towards the bottom. */
static void
sink(struct pc_timers *timers, size_t place, struct pc_timers_slot slot)
{
  for (;;) {
    size_t child = 2 * place + 1;

    if (child >= timers->count)
      break;
    if (child + 1 < timers->count &&
        timers->heap[child + 1].due_ns < timers->heap[child].due_ns)
      child++;
    if (timers->heap[child].due_ns >= slot.due_ns)
      break;
    put(timers, place, timers->heap[child]);
    place = child;
  }
  put(timers, place, slot);
}

static void take_out(struct pc_timers *timers, struct pc_alarm *alarm)
{
  size_t place = alarm->place;
  struct pc_timers_slot last = timers->heap[--timers->count];

  alarm->place = NO_PLACE;
  if (last.alarm == alarm)
    return;
  if (place > 0 && last.due_ns < timers->heap[(place - 1) / 2].due_ns)
    rise(timers, place, last);
  else
    sink(timers, place, last);
}

static enum pc_status make_room(struct pc_timers *timers)
{
  size_t capacity = timers->capacity ? 2 * timers->capacity : FIRST_CAPACITY;
  struct pc_timers_slot *grown = NULL;

  if (timers->made_count < timers->capacity)
    return PC_OK;
  grown = realloc(timers->heap, capacity * sizeof(*grown));
  if (!grown)
    return PC_NO_MEMORY;
  timers->heap = grown;
  timers->capacity = capacity;
  return PC_OK;
}

static struct pc_alarm *take_alarm(struct pc_timers *timers)
{
  struct pc_alarm *alarm = timers->idle;

  if (alarm) {
    timers->idle = alarm->next_idle;
    return alarm;
  }
  if (make_room(timers) != PC_OK)
    return NULL;
  alarm = calloc(1, sizeof(*alarm));
  if (!alarm)
    return NULL;
  alarm->timers = timers;
  timers->made_count++;
  return alarm;
}

enum pc_status pc_alarm_start(struct pc_timers *timers,
                              uint64_t delay_ms,
                              pc_alarm_fn *on_ring,
                              void *context,
                              struct pc_alarm **out)
{
  struct pc_alarm *alarm = take_alarm(timers);
  uint64_t due_ns = pc_clock_monotonic_ns() + delay_ms * PC_NS_PER_MS;

  *out = alarm;
  if (!alarm)
    return PC_NO_MEMORY;
  alarm->on_ring = on_ring;
  alarm->context = context;
  rise(timers, timers->count++,
       (struct pc_timers_slot){.due_ns = due_ns, .alarm = alarm});
  return PC_OK;
}

void pc_alarm_hasten(struct pc_alarm *alarm)
{
  struct pc_timers *timers = alarm->timers;

  take_out(timers, alarm);
  rise(timers, timers->count++,
       (struct pc_timers_slot){.due_ns = 0, .alarm = alarm});
}

void pc_alarm_end(struct pc_alarm **alarm)
{
  struct pc_alarm *ended = *alarm;
  struct pc_timers *timers = NULL;

  if (!ended)
    return;
  timers = ended->timers;
  if (ended->place != NO_PLACE)
    take_out(timers, ended);
  ended->next_idle = timers->idle;
  timers->idle = ended;
  *alarm = NULL;
}

void pc_timers_ring(struct pc_timers *timers, uint64_t now_ns)
{
  while (timers->count && timers->heap[0].due_ns <= now_ns) {
    struct pc_alarm *alarm = timers->heap[0].alarm;

    take_out(timers, alarm);
    alarm->on_ring(alarm->context);
  }
}
