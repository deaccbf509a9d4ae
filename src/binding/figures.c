#include "binding/figures.h"

#include "binding/addon.h"
#include "binding/engine_handle.h"
#include "binding/values.h"

static void set_figure(napi_env env,
                       napi_value object,
                       const char *name,
                       const pc_figure *figure)
{
  pc_number_set(env, object, name, (double)pc_figure_read(figure));
}

napi_value pc_figures_progress(napi_env env, napi_callback_info info)
{
  struct pc_addon *addon = pc_addon_of(env);
  struct pc_call *call = NULL;
  napi_value argument = NULL;
  napi_value list = NULL;
  double number = 0;

  if (!addon || !pc_arguments_read(env, info, &argument, 1) ||
      !pc_number_read(env, argument, &number))
    return NULL;
  call = pc_calls_find(&addon->calls, number);
  if (!call || !pc_check(env, napi_create_array(env, &list)))
    return NULL;

  const struct pc_progress *progress = &call->job->progress;
  const pc_figure *figures[] = {
      &progress->batches, &progress->completed_batches,
      &progress->completed_inputs, &progress->retries, &progress->hedges};
  for (uint32_t i = 0; i < sizeof(figures) / sizeof(figures[0]); i++)
    napi_set_element(env, list, i,
                     pc_number_make(env, (double)pc_figure_read(figures[i])));
  return list;
}

static napi_value statuses_of(napi_env env, const struct pc_figures *figures)
{
  napi_value object = NULL;

  if (napi_create_object(env, &object) != napi_ok)
    return pc_undefined(env);
  for (int i = 0; i < PC_FIGURES_STATUS_COUNT; i++) {
    uint64_t count = pc_figure_read(&figures->statuses[i]);

    if (count)
      napi_set_element(env, object, (uint32_t)(PC_FIGURES_LOWEST_STATUS + i),
                       pc_number_make(env, (double)count));
  }
  return object;
}

napi_value pc_figures_stats(napi_env env, napi_callback_info info)
{
  struct pc_engine_handle *handle = NULL;
  const struct pc_figures *figures = NULL;
  napi_value external = NULL;
  napi_value object = NULL;

  if (!pc_arguments_read(env, info, &external, 1))
    return NULL;
  handle = pc_engine_handle_of(env, external);
  if (!handle || !handle->engine ||
      !pc_check(env, napi_create_object(env, &object)))
    return NULL;
  figures = pc_engine_figures(handle->engine);
  set_figure(env, object, "requests", &figures->requests);
  set_figure(env, object, "retries", &figures->retries);
  set_figure(env, object, "hedges", &figures->hedges);
  set_figure(env, object, "hedgesWon", &figures->hedges_won);
  set_figure(env, object, "connectionsOpened", &figures->connections_opened);
  set_figure(env, object, "connectionsReused", &figures->connections_reused);
  set_figure(env, object, "bytesSent", &figures->bytes_sent);
  set_figure(env, object, "bytesReceived", &figures->bytes_received);
  set_figure(env, object, "inFlight", &figures->in_flight);
  set_figure(env, object, "queued", &figures->queued);
  pc_property_set(env, object, "statuses", statuses_of(env, figures));
  return object;
}
