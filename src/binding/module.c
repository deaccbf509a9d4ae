#include <arpa/inet.h>
#include <node_api.h>
#include <string.h>

#include "base/memory.h"
#include "binding/addon.h"
#include "binding/contract.h"
#include "binding/endpoints_handle.h"
#include "binding/engine_handle.h"
#include "binding/joined_body.h"
#include "binding/process_end.h"
#include "binding/settle.h"
#include "binding/submit.h"
#include "binding/values.h"
#include "policy/address.h"

/* Ends what the environment leaves behind: threads first, then their calls. */
static void on_environment_end(void *context)
{
  struct pc_addon *addon = context;
  struct pc_outcome *outcome = NULL;

  pc_process_end_forget(addon);
  pc_engine_handle_stop_all(addon);
  while ((outcome = pc_addon_next_outcome(addon)) != NULL) {
    if (outcome->kind == PC_OUTCOME_END)
      pc_call_end(addon, outcome->job->owner);
    else if (outcome->kind == PC_OUTCOME_BATCH)
      pc_outcome_destroy(outcome);
  }
}

/* info() -> { libcurl, tls, http2, encodings } */
static napi_value info_of_library(napi_env env, napi_callback_info info)
{
  struct pc_transport_library library = pc_transport_library();
  napi_value object = NULL;
  napi_value has_http2 = NULL;

  (void)info;
  if (!pc_check(env, napi_create_object(env, &object)) ||
      !pc_check(env, napi_get_boolean(env, library.has_http2, &has_http2)))
    return NULL;
  pc_property_set(env, object, "libcurl", pc_text_make(env, library.version));
  pc_property_set(env, object, "http2", has_http2);
  pc_property_set(env, object, "encodings",
                  pc_text_make(env, pc_transport_encodings()));
  pc_property_set(env, object, "tls", pc_text_make(env, library.tls));
  return object;
}

/* isPublicAddress(text) -> boolean */
static napi_value is_public_address(napi_env env, napi_callback_info info)
{
  char text[INET6_ADDRSTRLEN + 1] = "";
  napi_value argument = NULL;
  napi_value answer = NULL;
  size_t size = 0;

  if (!pc_arguments_read(env, info, &argument, 1) ||
      !pc_check(env, napi_get_value_string_utf8(env, argument, text,
                                                sizeof(text), &size)))
    return NULL;
  pc_check(env, napi_get_boolean(env,
                                 size == strlen(text) &&
                                     pc_address_text_is_public(text),
                                 &answer));
  return answer;
}

/* keepLittleMemory() */
static napi_value keep_little_memory(napi_env env, napi_callback_info info)
{
  (void)env;
  (void)info;
  pc_memory_keep_little();
  return NULL;
}

/* contract: { NUMBER_BATCH_SIZE: 1, … } */
static napi_value contract_of(napi_env env)
{
  napi_value object = NULL;

  if (!pc_check(env, napi_create_object(env, &object)))
    return NULL;
#define EXPORT(name, number) pc_number_set(env, object, #name, number);
  PC_CONTRACT(EXPORT)
#undef EXPORT
  return object;
}

static napi_value export_functions(napi_env env, napi_value exports)
{
  static const napi_property_descriptor functions[] = {
      {.utf8name = "info", .method = info_of_library},
      {.utf8name = "isPublicAddress", .method = is_public_address},
      {.utf8name = "keepLittleMemory", .method = keep_little_memory},
      {.utf8name = "createEngine", .method = pc_engine_handle_create},
      {.utf8name = "destroyEngine", .method = pc_engine_handle_destroy},
      {.utf8name = "stats", .method = pc_engine_handle_stats},
      {.utf8name = "createEndpoints", .method = pc_endpoints_handle_create},
      {.utf8name = "endpointStats", .method = pc_endpoints_handle_stats},
      {.utf8name = "supply", .method = pc_supply},
      {.utf8name = "submit", .method = pc_submit},
      {.utf8name = "splice", .method = pc_splice},
      {.utf8name = "cancel", .method = pc_cancel},
      {.utf8name = "progress", .method = pc_progress},
      {.utf8name = "allow", .method = pc_allow},
      {.utf8name = "readBody", .method = pc_joined_body_read},
      {.utf8name = "closeBody", .method = pc_joined_body_close},
      {.utf8name = "drain", .method = pc_settle_drain},
      {.utf8name = "release", .method = pc_settle_release},
      {.utf8name = "setWake", .method = pc_settle_set_wake},
  };
  struct pc_addon *addon = NULL;
  enum pc_status status = PC_OK;

  if (!pc_addon_create(env, &addon) ||
      !pc_check(env, napi_add_env_cleanup_hook(env, on_environment_end, addon)))
    return NULL;
  status = pc_process_end_watch(addon);
  if (status != PC_OK) {
    pc_throw_status(env, status, NULL);
    return NULL;
  }
  pc_check(env, napi_define_properties(env, exports,
                                       sizeof(functions) / sizeof(functions[0]),
                                       functions));
  pc_property_set(env, exports, "contract", contract_of(env));
  return exports;
}

/* node_api.h defines these two without declaring them. */
NAPI_MODULE_EXPORT int32_t NODE_API_MODULE_GET_API_VERSION(void);
NAPI_MODULE_EXPORT napi_value NAPI_MODULE_INITIALIZER(napi_env env,
                                                      napi_value exports);

NAPI_MODULE_INIT()
{
  return export_functions(env, exports);
}
