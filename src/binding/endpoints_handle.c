#include "binding/endpoints_handle.h"

#include "binding/contract.h"
#include "binding/values.h"

static const napi_type_tag endpoints_tag = {0x3d90b5e7a41c8f26u,
                                            0xa7f2084bd6c3951eu};

static void finalize(napi_env env, void *data, void *hint)
{
  (void)env;
  (void)hint;
  pc_endpoints_release(data);
}

static struct pc_probe_rules rules_of(const double *own)
{
  unsigned flags = (unsigned)own[PC_ENDPOINT_FLAGS];

  return (struct pc_probe_rules){
      .interval_ms = (uint64_t)own[PC_ENDPOINT_INTERVAL_MS],
      .timeout_ms = (uint64_t)own[PC_ENDPOINT_TIMEOUT_MS],
      .retries = (uint32_t)own[PC_ENDPOINT_RETRIES],
      .fails_on_first = flags & PC_ENDPOINT_FLAG_FAILS_ON_FIRST,
      .timeouts_abstain = flags & PC_ENDPOINT_FLAG_TIMEOUTS_ABSTAIN,
      .has_assumed_path = flags & PC_ENDPOINT_FLAG_ASSUMED_PATH};
}

/* NULL: an exception is pending. */
static struct pc_endpoints *create(napi_env env, const napi_value *arguments)
{
  struct pc_words_layout layout = {PC_ENDPOINT_WORD_COUNT, PC_ENDPOINT_HEADERS};
  struct pc_probe_rules rules[PC_SELECTION_MOST];
  double weights[PC_SELECTION_MOST];
  struct pc_endpoints *endpoints = NULL;
  struct pc_texts words = {0};
  const double *numbers = NULL;
  size_t number_count = 0;
  uint32_t count = 0;
  enum pc_status status = PC_OK;

  if (!pc_doubles_read(env, arguments[0], &numbers, &number_count))
    return NULL;
  count = (uint32_t)(number_count / PC_ENDPOINT_NUMBER_COUNT);
  if (!count || count > PC_SELECTION_MOST) {
    pc_throw_status(env, PC_INVALID_ARGUMENT, "numbers");
    return NULL;
  }
  for (uint32_t i = 0; i < count; i++) {
    const double *own = numbers + (size_t)i * PC_ENDPOINT_NUMBER_COUNT;

    weights[i] = own[PC_ENDPOINT_WEIGHT];
    rules[i] = rules_of(own);
  }
  if (!pc_words_read(env, arguments[1], count * PC_ENDPOINT_WORD_COUNT, layout,
                     &words)) {
    pc_texts_deinit(&words);
    return NULL;
  }
  status = pc_endpoints_create(weights, rules, count, &words, &endpoints);
  if (status != PC_OK)
    pc_throw_status(env, status, NULL);
  return endpoints;
}

napi_value pc_endpoints_handle_create(napi_env env, napi_callback_info info)
{
  struct pc_endpoints *endpoints = NULL;
  napi_value arguments[2];
  napi_value external = NULL;

  if (pc_arguments_read(env, info, arguments, 2))
    endpoints = create(env, arguments);
  if (!endpoints)
    return NULL;
  if (!pc_check(env, napi_create_external(env, endpoints, finalize, NULL,
                                          &external))) {
    pc_endpoints_release(endpoints);
    return NULL;
  }
  if (!pc_check(env, napi_type_tag_object(env, external, &endpoints_tag)))
    return NULL;
  return external;
}

struct pc_endpoints *pc_endpoints_handle_of(napi_env env, napi_value value)
{
  return pc_external_read(env, value, &endpoints_tag, "endpoints");
}

static napi_value stats_of(napi_env env, const struct pc_endpoint *endpoint)
{
  napi_value object = NULL;

  if (napi_create_object(env, &object) != napi_ok)
    return pc_undefined(env);
  pc_counter_set(env, object, "ailing", &endpoint->ailing);
  pc_counter_set(env, object, "requests", &endpoint->requests);
  pc_counter_set(env, object, "failures", &endpoint->failures);
  pc_counter_set(env, object, "retries", &endpoint->retries);
  pc_counter_set(env, object, "hedges", &endpoint->hedges);
  pc_counter_set(env, object, "inFlight", &endpoint->in_flight);
  pc_counter_set(env, object, "probedAtMs", &endpoint->probed_at_ms);
  pc_counter_set(env, object, "probeMs", &endpoint->probe_ms);
  pc_counter_set(env, object, "probeVote", &endpoint->probe_vote);
  return object;
}

napi_value pc_endpoints_handle_stats(napi_env env, napi_callback_info info)
{
  struct pc_endpoints *endpoints = NULL;
  napi_value external = NULL;
  napi_value array = NULL;

  if (!pc_arguments_read(env, info, &external, 1))
    return NULL;
  endpoints = pc_endpoints_handle_of(env, external);
  if (!endpoints || !pc_check(env, napi_create_array(env, &array)))
    return NULL;
  for (uint32_t i = 0; i < endpoints->count; i++)
    napi_set_element(env, array, i, stats_of(env, &endpoints->all[i]));
  return array;
}
