#include "binding/addon.h"

#include <stdlib.h>

#include "binding/values.h"

struct pc_addon *pc_addon_of(napi_env env)
{
  void *addon = NULL;

  if (!pc_check(env, napi_get_instance_data(env, &addon)))
    return NULL;
  return addon;
}

void pc_addon_take_outcomes(void *context, struct pc_queue *outcomes)
{
  struct pc_addon *addon = context;
  bool was_empty = false;

  pthread_mutex_lock(&addon->outbox_lock);
  was_empty = pc_queue_is_empty(&addon->outbox);
  pc_queue_move(&addon->outbox, outcomes);
  pthread_mutex_unlock(&addon->outbox_lock);
  if (was_empty)
    napi_call_threadsafe_function(addon->wake, NULL, napi_tsfn_nonblocking);
}

static void empty_outbox(struct pc_addon *addon)
{
  pthread_mutex_lock(&addon->outbox_lock);
  pc_queue_move(&addon->pending, &addon->outbox);
  pthread_mutex_unlock(&addon->outbox_lock);
}

struct pc_outcome *pc_addon_next_outcome(struct pc_addon *addon)
{
  struct pc_link *link = pc_queue_pop(&addon->pending);

  if (!link) {
    empty_outbox(addon);
    link = pc_queue_pop(&addon->pending);
  }
  return link ? PC_ITEM_OF(link, struct pc_outcome, link) : NULL;
}

void pc_addon_hold_loop(struct pc_addon *addon)
{
  if (addon->calls.count == 1)
    napi_ref_threadsafe_function(addon->env, addon->wake);
}

void pc_addon_let_loop_go(struct pc_addon *addon)
{
  if (addon->calls.count == 0)
    napi_unref_threadsafe_function(addon->env, addon->wake);
}

/* Runs on the JS thread; `env` is NULL when the environment is going. */
static void on_wake(napi_env env, napi_value unused, void *context, void *data)
{
  struct pc_addon *addon = context;
  napi_value function = NULL;

  (void)unused;
  (void)data;
  if (!env || !addon->on_wake)
    return;
  if (napi_get_reference_value(env, addon->on_wake, &function) == napi_ok)
    napi_call_function(env, pc_undefined(env), function, 0, NULL, NULL);
}

static void finalize(napi_env env, void *data, void *hint)
{
  struct pc_addon *addon = data;

  (void)env;
  (void)hint;
  pc_calls_deinit(&addon->calls);
  pthread_mutex_destroy(&addon->outbox_lock);
  free(addon);
}

static bool create_wake(struct pc_addon *addon)
{
  napi_env env = addon->env;
  napi_value name = pc_text_make(env, "performance-client");

  return pc_check(env, napi_create_threadsafe_function(
                           env, NULL, NULL, name, 0, 1, NULL, NULL, addon,
                           on_wake, &addon->wake)) &&
         pc_check(env, napi_unref_threadsafe_function(env, addon->wake));
}

bool pc_addon_create(napi_env env, struct pc_addon **out)
{
  struct pc_addon *addon = calloc(1, sizeof(*addon));

  *out = NULL;
  if (!addon)
    return pc_throw_status(env, PC_NO_MEMORY, NULL);
  addon->env = env;
  pc_calls_init(&addon->calls);
  pc_queue_init(&addon->engines);
  pc_queue_init(&addon->pending);
  pc_queue_init(&addon->outbox);
  pthread_mutex_init(&addon->outbox_lock, NULL);
  if (!pc_check(env, napi_set_instance_data(env, addon, finalize, NULL))) {
    finalize(env, addon, NULL);
    return false;
  }
  *out = addon;
  return create_wake(addon);
}
