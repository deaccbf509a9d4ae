#include "binding/counters.h"

#include "binding/addon.h"
#include "binding/engine_handle.h"
#include "binding/values.h"

static void set_counter(napi_env env,
                        napi_value object,
                        const char *name,
                        const pc_counter *counter)
{
  pc_number_set(env, object, name, (double)pc_counter_read(counter));
}

napi_value pc_counters_progress(napi_env env, napi_callback_info info)
{
  struct pc_addon *addon = pc_addon_of(env);
  const struct pc_progress *progress = NULL;
  struct pc_call *call = NULL;
  napi_value argument = NULL;
  napi_value object = NULL;
  double number = 0;

  if (!addon || !pc_arguments_read(env, info, &argument, 1) ||
      !pc_number_read(env, argument, &number))
    return NULL;
  call = pc_calls_find(&addon->calls, number);
  if (!call || !pc_check(env, napi_create_object(env, &object)))
    return NULL;
  progress = &call->job->progress;
  set_counter(env, object, "completed", &progress->completed_batches);
  set_counter(env, object, "total", &progress->batches);
  set_counter(env, object, "inputs", &progress->completed_inputs);
  set_counter(env, object, "retries", &progress->retries);
  set_counter(env, object, "hedges", &progress->hedges);
  return object;
}

static napi_value statuses_of(napi_env env, const struct pc_counters *counters)
{
  napi_value object = NULL;

  if (napi_create_object(env, &object) != napi_ok)
    return pc_undefined(env);
  for (int i = 0; i < PC_COUNTERS_STATUS_COUNT; i++) {
    uint64_t count = pc_counter_read(&counters->statuses[i]);

    if (count)
      napi_set_element(env, object, (uint32_t)(PC_COUNTERS_LOWEST_STATUS + i),
                       pc_number_make(env, (double)count));
  }
  return object;
}

napi_value pc_counters_stats(napi_env env, napi_callback_info info)
{
  struct pc_engine_handle *handle = NULL;
  const struct pc_counters *counters = NULL;
  napi_value external = NULL;
  napi_value object = NULL;

  if (!pc_arguments_read(env, info, &external, 1))
    return NULL;
  handle = pc_engine_handle_of(env, external);
  if (!handle || !handle->engine ||
      !pc_check(env, napi_create_object(env, &object)))
    return NULL;
  counters = pc_engine_counters(handle->engine);
  set_counter(env, object, "requests", &counters->requests);
  set_counter(env, object, "retries", &counters->retries);
  set_counter(env, object, "hedges", &counters->hedges);
  set_counter(env, object, "hedgesWon", &counters->hedges_won);
  set_counter(env, object, "connectionsOpened", &counters->connections_opened);
  set_counter(env, object, "connectionsReused", &counters->connections_reused);
  set_counter(env, object, "bytesSent", &counters->bytes_sent);
  set_counter(env, object, "bytesReceived", &counters->bytes_received);
  set_counter(env, object, "inFlight", &counters->in_flight);
  set_counter(env, object, "queued", &counters->queued);
  pc_property_set(env, object, "statuses", statuses_of(env, counters));
  return object;
}
