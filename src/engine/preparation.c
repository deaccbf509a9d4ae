#include "engine/preparation.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/thread.h"

enum { LOOK_MS = 1 };

struct pc_preparation {
  pthread_t thread;
  atomic_bool is_done;
  enum pc_status status; /* the thread's until it has ended, as is `fault` */
  struct pc_fault fault;
  pc_preparation_fn *work;
  pc_prepared_fn *on_done;
  void *context;
  struct pc_timers *timers;
  struct pc_alarm *alarm;
};

static void *run(void *context)
{
  struct pc_preparation *preparation = context;

  preparation->status =
      preparation->work(preparation->context, &preparation->fault);
  atomic_store(&preparation->is_done, true);
  return NULL;
}

static void look(void *context);

static bool look_later(struct pc_preparation *preparation)
{
  return pc_alarm_start(preparation->timers, LOOK_MS, look, preparation,
                        &preparation->alarm) == PC_OK;
}

/* Where no alarm can be had, the owner waits for the thread in on_done. */
static void look(void *context)
{
  struct pc_preparation *preparation = context;

  pc_alarm_end(&preparation->alarm);
  if (!atomic_load(&preparation->is_done) && look_later(preparation))
    return;
  preparation->on_done(preparation->context);
}

static bool start(struct pc_preparation *preparation)
{
  if (!look_later(preparation))
    return false;
  if (pc_thread_start(run, preparation, &preparation->thread) == PC_OK)
    return true;
  pc_alarm_end(&preparation->alarm);
  return false;
}

struct pc_preparation *pc_preparation_create(struct pc_timers *timers,
                                             pc_preparation_fn *work,
                                             pc_prepared_fn *on_done,
                                             void *context)
{
  struct pc_preparation *preparation = calloc(1, sizeof(*preparation));

  if (!preparation)
    return NULL;
  atomic_init(&preparation->is_done, false);
  preparation->work = work;
  preparation->on_done = on_done;
  preparation->context = context;
  preparation->timers = timers;
  if (start(preparation))
    return preparation;
  free(preparation);
  return NULL;
}

enum pc_status pc_preparation_end(struct pc_preparation **preparation,
                                  struct pc_fault *fault)
{
  struct pc_preparation *ended = *preparation;
  enum pc_status status = PC_OK;

  *preparation = NULL;
  pthread_join(ended->thread, NULL);
  pc_alarm_end(&ended->alarm);
  status = ended->status;
  *fault = ended->fault;
  free(ended);
  return status;
}
