#include <node_api.h>

#include "binding/addon.h"
#include "binding/contract.h"
#include "binding/counters.h"
#include "binding/engine_handle.h"
#include "binding/joined_body.h"
#include "binding/settle.h"
#include "binding/submit.h"
#include "binding/values.h"

/* info() -> { libcurl, http2, encodings, caInfo, caPath } */
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
  pc_property_set(env, object, "caInfo", pc_text_make(env, library.ca_info));
  pc_property_set(env, object, "caPath", pc_text_make(env, library.ca_path));
  return object;
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
      {"info", NULL, info_of_library, NULL, NULL, NULL, napi_default, NULL},
      {"createEngine", NULL, pc_engine_handle_create, NULL, NULL, NULL,
       napi_default, NULL},
      {"destroyEngine", NULL, pc_engine_handle_destroy, NULL, NULL, NULL,
       napi_default, NULL},
      {"submit", NULL, pc_submit, NULL, NULL, NULL, napi_default, NULL},
      {"splice", NULL, pc_splice, NULL, NULL, NULL, napi_default, NULL},
      {"readBody", NULL, pc_joined_body_read, NULL, NULL, NULL, napi_default,
       NULL},
      {"closeBody", NULL, pc_joined_body_close, NULL, NULL, NULL, napi_default,
       NULL},
      {"cancel", NULL, pc_cancel, NULL, NULL, NULL, napi_default, NULL},
      {"progress", NULL, pc_counters_progress, NULL, NULL, NULL, napi_default,
       NULL},
      {"stats", NULL, pc_counters_stats, NULL, NULL, NULL, napi_default, NULL},
      {"drain", NULL, pc_settle_drain, NULL, NULL, NULL, napi_default, NULL},
      {"setWake", NULL, pc_settle_set_wake, NULL, NULL, NULL, napi_default,
       NULL},
  };
  struct pc_addon *addon = NULL;

  if (!pc_addon_create(env, &addon))
    return NULL;
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
