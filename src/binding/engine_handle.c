#include "binding/engine_handle.h"

#include <stdlib.h>

#include "binding/addon.h"
#include "binding/values.h"

/* Tells our externals from other addons'. */
static const napi_type_tag engine_tag = {0x6f1d3a52c7e94b18u,
                                         0x9c0be4178a265df3u};

/*
 * What an engine weighs to V8's collector: in truth some 1 MB, but its thread
 * and descriptors run out sooner than memory does.
 */
enum { WEIGHT = 4 * 1024 * 1024 };

/* Balanced when the engine is stopped by JavaScript or collected. */
static void weigh(napi_env env, struct pc_engine_handle *handle, bool is_there)
{
  int64_t total = 0;

  if (handle->is_weighed == is_there)
    return;
  handle->is_weighed = is_there;
  napi_adjust_external_memory(env, is_there ? WEIGHT : -WEIGHT, &total);
}

void pc_engine_handle_keep(struct pc_engine_handle *handle)
{
  handle->references++;
}

void pc_engine_handle_release(struct pc_engine_handle *handle)
{
  if (--handle->references == 0)
    free(handle);
}

void pc_engine_handle_stop(struct pc_engine_handle *handle)
{
  struct pc_engine *engine = handle->engine;

  if (!engine)
    return;
  handle->engine = NULL;
  pc_link_remove(&handle->link);
  pc_engine_destroy(engine);
}

void pc_engine_handle_stop_all(struct pc_addon *addon)
{
  while (!pc_queue_is_empty(&addon->engines))
    pc_engine_handle_stop(
        PC_ITEM_OF(addon->engines.head.next, struct pc_engine_handle, link));
}

static void finalize(napi_env env, void *data, void *hint)
{
  struct pc_engine_handle *handle = data;

  (void)hint;
  weigh(env, handle, false);
  pc_engine_handle_stop(handle);
  pc_engine_handle_release(handle);
}

static bool
read_transport(napi_env env, napi_value options, struct pc_transport *out)
{
  enum { HTTP, H2C, LIBCURL, PUBLIC, IN_FLIGHT, TIMEOUT, LOG, COUNT };
  static const char *const names[] = {
      [HTTP] = "httpVersion",      [H2C] = "cleartextHttp2",
      [LIBCURL] = "usesLibcurl",   [PUBLIC] = "publicOnly",
      [IN_FLIGHT] = "maxInFlight", [TIMEOUT] = "connectTimeoutMs",
      [LOG] = "logLevel"};
  double values[COUNT];

  for (int i = 0; i < COUNT; i++)
    if (!pc_number_property(env, options, names[i], &values[i]))
      return false;
  out->http_version = (int)values[HTTP];
  out->cleartext_h2 = values[H2C] != 0;
  out->uses_libcurl = values[LIBCURL] != 0;
  out->public_only = values[PUBLIC] != 0;
  out->max_in_flight = (uint32_t)values[IN_FLIGHT];
  out->connect_timeout_ms = (long)values[TIMEOUT];
  out->log_level = (enum pc_log_level)values[LOG];
  return pc_string_property(env, options, "proxy", &out->proxy) &&
         pc_string_property(env, options, "noProxy", &out->no_proxy) &&
         pc_string_property(env, options, "ca", &out->ca) &&
         pc_string_property(env, options, "cert", &out->cert) &&
         pc_string_property(env, options, "key", &out->key);
}

static struct pc_engine_handle *create(struct pc_addon *addon,
                                       const struct pc_transport *transport)
{
  struct pc_engine_handle *handle = calloc(1, sizeof(*handle));
  enum pc_status status = PC_NO_MEMORY;

  if (handle)
    status = pc_engine_create(transport, pc_addon_take_outcomes, addon,
                              &handle->engine);
  if (status != PC_OK) {
    pc_throw_refusal(addon->env, status);
    free(handle);
    return NULL;
  }
  handle->references = 1;
  pc_queue_push(&addon->engines, &handle->link);
  return handle;
}

napi_value pc_engine_handle_create(napi_env env, napi_callback_info info)
{
  struct pc_addon *addon = pc_addon_of(env);
  struct pc_engine_handle *handle = NULL;
  struct pc_transport transport = {0};
  napi_value options = NULL;
  napi_value external = NULL;

  if (addon && pc_arguments_read(env, info, &options, 1) &&
      read_transport(env, options, &transport))
    handle = create(addon, &transport);
  pc_transport_deinit(&transport);
  if (!handle)
    return NULL;
  if (!pc_check(env,
                napi_create_external(env, handle, finalize, NULL, &external))) {
    finalize(env, handle, NULL);
    return NULL;
  }
  if (!pc_check(env, napi_type_tag_object(env, external, &engine_tag)))
    return NULL;
  weigh(env, handle, true);
  return external;
}

struct pc_engine_handle *pc_engine_handle_of(napi_env env, napi_value value)
{
  return pc_external_read(env, value, &engine_tag, "engine");
}

napi_value pc_engine_handle_destroy(napi_env env, napi_callback_info info)
{
  napi_value external = NULL;
  struct pc_engine_handle *handle = NULL;

  if (!pc_arguments_read(env, info, &external, 1))
    return NULL;
  handle = pc_engine_handle_of(env, external);
  if (!handle)
    return NULL;
  weigh(env, handle, false);
  pc_engine_handle_stop(handle);
  return NULL;
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

napi_value pc_engine_handle_stats(napi_env env, napi_callback_info info)
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
  pc_counter_set(env, object, "requests", &counters->requests);
  pc_counter_set(env, object, "retries", &counters->retries);
  pc_counter_set(env, object, "hedges", &counters->hedges);
  pc_counter_set(env, object, "hedgesWon", &counters->hedges_won);
  pc_counter_set(env, object, "connectionsOpened",
                 &counters->connections_opened);
  pc_counter_set(env, object, "connectionsReused",
                 &counters->connections_reused);
  pc_counter_set(env, object, "bytesSent", &counters->bytes_sent);
  pc_counter_set(env, object, "bytesReceived", &counters->bytes_received);
  pc_counter_set(env, object, "inFlight", &counters->in_flight);
  pc_counter_set(env, object, "queued", &counters->queued);
  pc_counter_set(env, object, "limit", &counters->limit);
  pc_counter_set(env, object, "throttled", &counters->throttled);
  pc_property_set(env, object, "statuses", statuses_of(env, counters));
  return object;
}
