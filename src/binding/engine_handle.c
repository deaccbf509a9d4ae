#include "binding/engine_handle.h"

#include <stdlib.h>

#include "binding/addon.h"
#include "binding/values.h"

/* Tells our externals from other addons'. */
static const napi_type_tag engine_tag = {0x6f1d3a52c7e94b18u,
                                         0x9c0be4178a265df3u};

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

static void finalize(napi_env env, void *data, void *hint)
{
  struct pc_engine_handle *handle = data;

  (void)env;
  (void)hint;
  pc_engine_handle_stop(handle);
  pc_engine_handle_release(handle);
}

static bool
read_numbers(napi_env env, napi_value options, struct pc_transport *transport)
{
  double http_version = 0;
  double cleartext_h2 = 0;
  double public_only = 0;
  double max_in_flight = 0;
  double system_roots = 0;
  double connect_timeout_ms = 0;
  double log_level = 0;

  if (!pc_number_property(env, options, "httpVersion", &http_version) ||
      !pc_number_property(env, options, "cleartextHttp2", &cleartext_h2) ||
      !pc_number_property(env, options, "publicOnly", &public_only) ||
      !pc_number_property(env, options, "maxInFlight", &max_in_flight) ||
      !pc_number_property(env, options, "systemRoots", &system_roots) ||
      !pc_number_property(env, options, "connectTimeoutMs",
                          &connect_timeout_ms) ||
      !pc_number_property(env, options, "logLevel", &log_level))
    return false;
  transport->http_version = (int)http_version;
  transport->cleartext_h2 = cleartext_h2 != 0;
  transport->public_only = public_only != 0;
  transport->max_in_flight = (uint32_t)max_in_flight;
  transport->system_roots = system_roots != 0;
  transport->connect_timeout_ms = (long)connect_timeout_ms;
  transport->log_level = (enum pc_log_level)log_level;
  return true;
}

static bool
read_transport(napi_env env, napi_value options, struct pc_transport *transport)
{
  return read_numbers(env, options, transport) &&
         pc_string_property(env, options, "proxy", &transport->proxy) &&
         pc_string_property(env, options, "noProxy", &transport->no_proxy) &&
         pc_string_property(env, options, "ca", &transport->ca) &&
         pc_string_property(env, options, "cert", &transport->cert) &&
         pc_string_property(env, options, "key", &transport->key);
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
    pc_throw_status(addon->env, status, NULL);
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
  struct pc_transport transport = {.ca_file = -1};
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
  return external;
}

struct pc_engine_handle *pc_engine_handle_of(napi_env env, napi_value value)
{
  napi_valuetype type = napi_undefined;
  bool is_ours = false;
  void *handle = NULL;

  napi_typeof(env, value, &type);
  if (type == napi_external)
    napi_check_object_type_tag(env, value, &engine_tag, &is_ours);
  if (!is_ours) {
    pc_throw_status(env, PC_INVALID_ARGUMENT, "engine");
    return NULL;
  }
  if (!pc_check(env, napi_get_value_external(env, value, &handle)))
    return NULL;
  return handle;
}

napi_value pc_engine_handle_destroy(napi_env env, napi_callback_info info)
{
  napi_value external = NULL;
  struct pc_engine_handle *handle = NULL;

  if (!pc_arguments_read(env, info, &external, 1))
    return NULL;
  handle = pc_engine_handle_of(env, external);
  if (handle)
    pc_engine_handle_stop(handle);
  return NULL;
}
