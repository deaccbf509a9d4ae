#include "net/alarm.h"

#include <stdlib.h>

void pc_alarms_init(struct pc_alarms *alarms, uv_loop_t *loop)
{
  *alarms = (struct pc_alarms){.loop = loop};
}

void pc_alarms_close(struct pc_alarms *alarms)
{
  for (struct pc_alarm *alarm = alarms->made; alarm; alarm = alarm->next_made)
    uv_close((uv_handle_t *)&alarm->timer, NULL);
}

void pc_alarms_deinit(struct pc_alarms *alarms)
{
  struct pc_alarm *alarm = alarms->made;

  while (alarm) {
    struct pc_alarm *next = alarm->next_made;

    free(alarm);
    alarm = next;
  }
  *alarms = (struct pc_alarms){0};
}

static struct pc_alarm *make_alarm(struct pc_alarms *alarms)
{
  struct pc_alarm *alarm = calloc(1, sizeof(*alarm));

  if (!alarm)
    return NULL;
  uv_timer_init(alarms->loop, &alarm->timer);
  alarm->timer.data = alarm;
  alarm->alarms = alarms;
  alarm->next_made = alarms->made;
  alarms->made = alarm;
  return alarm;
}

static struct pc_alarm *idle_alarm(struct pc_alarms *alarms)
{
  struct pc_alarm *alarm = alarms->idle;

  if (alarm)
    alarms->idle = alarm->next_idle;
  return alarm;
}

static void on_timer(uv_timer_t *timer)
{
  struct pc_alarm *alarm = timer->data;

  alarm->on_ring(alarm->context);
}

enum pc_status pc_alarm_start(struct pc_alarms *alarms,
                              uint64_t delay_ms,
                              pc_alarm_fn *on_ring,
                              void *context,
                              struct pc_alarm **out)
{
  struct pc_alarm *alarm = idle_alarm(alarms);

  *out = NULL;
  if (!alarm)
    alarm = make_alarm(alarms);
  if (!alarm)
    return PC_NO_MEMORY;

  alarm->on_ring = on_ring;
  alarm->context = context;
  uv_timer_start(&alarm->timer, on_timer, delay_ms, 0);
  *out = alarm;
  return PC_OK;
}

void pc_alarm_end(struct pc_alarm **alarm)
{
  struct pc_alarm *ended = *alarm;

  if (!ended)
    return;
  uv_timer_stop(&ended->timer);
  ended->next_idle = ended->alarms->idle;
  ended->alarms->idle = ended;
  *alarm = NULL;
}
