/*
 * engine_handle.h - an engine as JavaScript holds it.
 *
 * The thread ends when JavaScript says so, when the object is collected or when
 * the environment goes, whichever comes first; the handle stays until the last
 * call that names it has ended. Thread: the environment's.
 */
#ifndef PC_BINDING_ENGINE_HANDLE_H
#define PC_BINDING_ENGINE_HANDLE_H

#include <node_api.h>
#include <stdbool.h>

#include "base/queue.h"
#include "engine/engine.h"

struct pc_addon;

struct pc_engine_handle {
  struct pc_link link;      /* in pc_addon.engines while `engine` lives */
  struct pc_engine *engine; /* NULL once stopped */
  unsigned references;      /* the JS object and the calls */
  bool is_weighed;          /* does V8 know what it costs? */
};

/* createEngine(options) */
napi_value pc_engine_handle_create(napi_env env, napi_callback_info info);

/* destroyEngine(engine) */
napi_value pc_engine_handle_destroy(napi_env env, napi_callback_info info);

/* stats(engine) -> { requests, retries, …, statuses: { "200": n } } */
napi_value pc_engine_handle_stats(napi_env env, napi_callback_info info);

/* Lends the handle behind a JS value. NULL: an exception is pending. */
struct pc_engine_handle *pc_engine_handle_of(napi_env env, napi_value value);

/* Ends the engine, its jobs and its thread. Harmless when it has ended. */
void pc_engine_handle_stop(struct pc_engine_handle *handle);

/* Does so with all that are left. */
void pc_engine_handle_stop_all(struct pc_addon *addon);

void pc_engine_handle_keep(struct pc_engine_handle *handle);
void pc_engine_handle_release(struct pc_engine_handle *handle);

#endif
