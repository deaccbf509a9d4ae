#include "binding/process_end.h"

#include <pthread.h>
#include <stdlib.h>

#include "binding/engine_handle.h"
#include "net/reactor.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static bool has_handler;       /* guard: lock */
static struct pc_queue addons; /* guard: lock; struct pc_addon */

/*
 * The lock is not held while threads are joined, as their last outcomes may
 * want others. Workers have ended by now, and so have left the list.
 */
static void on_exit_of_process(void)
{
  struct pc_queue all;
  struct pc_link *link = NULL;

  pc_queue_init(&all);
  pthread_mutex_lock(&lock);
  pc_queue_move(&all, &addons);
  pthread_mutex_unlock(&lock);
  while ((link = pc_queue_pop(&all)) != NULL)
    pc_engine_handle_stop_all(PC_ITEM_OF(link, struct pc_addon, process_link));
}

/* Behind the handlers of what libcurl sets up. Call with the lock held. */
static enum pc_status add_handler(void)
{
  enum pc_status status = pc_reactor_prepare();

  if (status != PC_OK || has_handler)
    return status;
  if (atexit(on_exit_of_process) != 0)
    return PC_NO_MEMORY;
  pc_queue_init(&addons);
  has_handler = true;
  return PC_OK;
}

enum pc_status pc_process_end_watch(struct pc_addon *addon)
{
  enum pc_status status = PC_OK;

  pthread_mutex_lock(&lock);
  status = add_handler();
  if (status == PC_OK)
    pc_queue_push(&addons, &addon->process_link);
  pthread_mutex_unlock(&lock);
  return status;
}

void pc_process_end_forget(struct pc_addon *addon)
{
  pthread_mutex_lock(&lock);
  if (pc_link_is_queued(&addon->process_link))
    pc_link_remove(&addon->process_link);
  pthread_mutex_unlock(&lock);
}
