/*
 * addon.h - what one JavaScript environment (main thread or worker) owns.
 *
 * One struct per environment, found through napi_get_instance_data, so that
 * several worker_threads use the addon side by side. Thread: the environment's,
 * but for what says otherwise.
 */
#ifndef PC_BINDING_ADDON_H
#define PC_BINDING_ADDON_H

#include <node_api.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/queue.h"
#include "binding/calls.h"
#include "engine/engine.h"

struct pc_addon {
  napi_env env;
  napi_threadsafe_function wake; /* any thread may call it */
  napi_ref on_wake;              /* JS function, NULL until set */
  struct pc_calls calls;
  struct pc_queue engines;     /* struct pc_engine_handle */
  struct pc_queue pending;     /* outcomes taken out of the outbox */
  struct pc_link process_link; /* process_end.c's */

  pthread_mutex_t outbox_lock;
  struct pc_queue outbox; /* guard: outbox_lock; filled by engine threads */
};

/* Makes the environment's addon. False: an exception is pending. */
bool pc_addon_create(napi_env env, struct pc_addon **out);

/* Lends the environment's addon. NULL: an exception is pending. */
struct pc_addon *pc_addon_of(napi_env env);

/* For pc_engine_create; `context` is the addon. Thread: engine. */
void pc_addon_take_outcomes(void *context, struct pc_queue *outcomes);

/* The next outcome that an engine handed over, NULL when there is none. */
struct pc_outcome *pc_addon_next_outcome(struct pc_addon *addon);

/* Keep the event loop alive exactly while there are calls. */
void pc_addon_hold_loop(struct pc_addon *addon);
void pc_addon_let_loop_go(struct pc_addon *addon);

#endif
