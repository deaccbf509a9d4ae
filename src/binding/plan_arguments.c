#include "binding/plan_arguments.h"

#include "binding/contract.h"
#include "binding/endpoints_handle.h"
#include "binding/values.h"

static unsigned own_headers(unsigned flags)
{
  return (flags & PC_FLAG_OWN_REQUEST_ID ? PC_OWN_REQUEST_ID : 0u) |
         (flags & PC_FLAG_OWN_TIMEOUT ? PC_OWN_TIMEOUT : 0u) |
         (flags & PC_FLAG_OWN_DEADLINE ? PC_OWN_DEADLINE : 0u);
}

static struct pc_preference preference_of(const double *numbers)
{
  return (struct pc_preference){
      .max_concurrent_requests = numbers[PC_NUMBER_MAX_CONCURRENT_REQUESTS],
      .batch_size = numbers[PC_NUMBER_BATCH_SIZE],
      .max_chars_per_request = numbers[PC_NUMBER_MAX_CHARS_PER_REQUEST],
      .timeout_ms = numbers[PC_NUMBER_TIMEOUT_MS],
      .total_timeout_ms = numbers[PC_NUMBER_TOTAL_TIMEOUT_MS],
      .hedge_delay_ms = numbers[PC_NUMBER_HEDGE_DELAY_MS],
      .hedge_budget_pct = numbers[PC_NUMBER_HEDGE_BUDGET_PCT],
      .retry_budget_pct = numbers[PC_NUMBER_RETRY_BUDGET_PCT],
      .max_retries = numbers[PC_NUMBER_MAX_RETRIES],
      .initial_backoff_ms = numbers[PC_NUMBER_INITIAL_BACKOFF_MS],
      .requests_per_minute = numbers[PC_NUMBER_REQUESTS_PER_MINUTE],
      .tokens_per_minute = numbers[PC_NUMBER_TOKENS_PER_MINUTE]};
}

static bool
read_numbers(napi_env env, napi_value array, struct pc_job_plan *plan)
{
  const double *numbers = NULL;
  size_t count = 0;
  unsigned flags = 0;

  if (!pc_doubles_read(env, array, &numbers, &count))
    return false;
  if (count < PC_NUMBER_FINAL_STATUSES ||
      count > PC_NUMBER_FINAL_STATUSES + PC_FINAL_STATUSES_MOST)
    return pc_throw_status(env, PC_INVALID_ARGUMENT, "numbers");
  flags = (unsigned)numbers[PC_NUMBER_FLAGS];
  plan->is_opaque = flags & PC_FLAG_OPAQUE;
  plan->wants_partial = flags & PC_FLAG_PARTIAL;
  plan->may_split = flags & PC_FLAG_SPLIT;
  plan->has_own_retries = flags & PC_FLAG_OWN_RETRIES;
  plan->is_unyielding = flags & PC_FLAG_UNYIELDING;
  plan->is_pinning = flags & PC_FLAG_PINNING;
  plan->splice.is_bare = flags & PC_FLAG_BARE;
  plan->own_headers = own_headers(flags);
  plan->preference = preference_of(numbers);
  for (size_t i = PC_NUMBER_FINAL_STATUSES; i < count; i++)
    plan->final_statuses[plan->final_status_count++] = (long)numbers[i];
  return true;
}

/* A number that stands for a kind or a form: 0 to `last`. */
static bool read_choice(
    napi_env env, napi_value value, const char *name, int last, int *out)
{
  double number = 0;

  if (!pc_number_read(env, value, &number))
    return false;
  if (!(number >= 0 && number <= last))
    return pc_throw_status(env, PC_INVALID_ARGUMENT, name);
  *out = (int)number;
  return true;
}

static bool read_words(napi_env env, napi_value array, struct pc_texts *words)
{
  struct pc_words_layout layout = {PC_WORD_COUNT, PC_WORD_HEADERS};

  return pc_words_read(env, array, PC_WORD_COUNT, layout, words);
}

/* URLs and header lines in turn, of which the plan keeps the endpoints. */
static bool
read_places(napi_env env, const napi_value *arguments, struct pc_job_plan *plan)
{
  napi_valuetype type = napi_undefined;
  struct pc_endpoints *endpoints = NULL;

  if (!pc_check(env, napi_typeof(env, arguments[PC_ARG_ENDPOINTS], &type)))
    return false;
  if (type == napi_undefined)
    return true;
  endpoints = pc_endpoints_handle_of(env, arguments[PC_ARG_ENDPOINTS]);
  if (!endpoints)
    return false;
  if (!pc_words_read(env, arguments[PC_ARG_PLACES], 2 * endpoints->count,
                     (struct pc_words_layout){2, 1}, &plan->places))
    return false;
  pc_endpoints_keep(endpoints);
  plan->endpoints = endpoints;
  return true;
}

/* Only what is sent as it is may come in parts: see pc_supply. */
static bool
read_inputs(napi_env env, const napi_value *arguments, struct pc_job_plan *plan)
{
  double count = 0;

  if (!pc_number_read(env, arguments[PC_ARG_INPUT_COUNT], &count) ||
      !pc_texts_read(env, arguments[PC_ARG_INPUTS], &plan->inputs))
    return false;
  plan->input_count = (uint32_t)count;
  if (plan->input_count < plan->inputs.count ||
      (plan->input_count > plan->inputs.count && plan->kind != PC_POST))
    return pc_throw_status(env, PC_INVALID_ARGUMENT, "inputCount");
  return pc_tokens_read(env, arguments[PC_ARG_TOKENS], &plan->inputs);
}

bool pc_plan_read_texts(napi_env env,
                        const napi_value *arguments,
                        struct pc_job_plan *plan)
{
  int kind = 0;

  if (!read_choice(env, arguments[PC_ARG_KIND], "kind", PC_POST, &kind))
    return false;
  plan->kind = (enum pc_kind)kind;
  if (read_numbers(env, arguments[PC_ARG_NUMBERS], plan) &&
      read_words(env, arguments[PC_ARG_WORDS], &plan->words) &&
      read_places(env, arguments, plan) && read_inputs(env, arguments, plan))
    return true;
  pc_plan_deinit(plan);
  return false;
}

static bool read_body(napi_env env, napi_value value, struct pc_text *out)
{
  void *data = NULL;
  bool is_buffer = false;

  if (!pc_check(env, napi_is_buffer(env, value, &is_buffer)))
    return false;
  if (!is_buffer)
    return pc_throw_status(env, PC_INVALID_ARGUMENT, "body");
  if (!pc_check(env, napi_get_buffer_info(env, value, &data, &out->size)))
    return false;
  out->data = data;
  return true;
}

bool pc_plan_read_splice(napi_env env,
                         const napi_value *arguments,
                         struct pc_job_plan *plan)
{
  int form = 0;

  if (!read_choice(env, arguments[PC_ARG_KIND], "form", PC_SPLICE_GENERIC,
                   &form))
    return false;
  plan->kind = PC_SPLICE;
  plan->splice.form = (enum pc_splice_form)form;
  if (read_numbers(env, arguments[PC_ARG_NUMBERS], plan) &&
      read_words(env, arguments[PC_ARG_WORDS], &plan->words) &&
      read_places(env, arguments, plan) &&
      read_body(env, arguments[PC_ARG_INPUTS], &plan->splice.body))
    return true;
  pc_plan_deinit(plan);
  return false;
}
