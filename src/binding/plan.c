#include "binding/plan.h"

#include "binding/values.h"

enum number {
  NUMBER_MAX_CONCURRENT_REQUESTS,
  NUMBER_BATCH_SIZE,
  NUMBER_MAX_CHARS_PER_REQUEST,
  NUMBER_TIMEOUT_MS,
  NUMBER_TOTAL_TIMEOUT_MS,
  NUMBER_HEDGE_DELAY_MS,
  NUMBER_HEDGE_BUDGET_PCT,
  NUMBER_RETRY_BUDGET_PCT,
  NUMBER_MAX_RETRIES,
  NUMBER_INITIAL_BACKOFF_MS,
  NUMBER_FLAGS,
  NUMBER_FINAL_STATUSES /* this one and all behind it, if any */
};

enum flag {
  FLAG_OPAQUE = 1,
  FLAG_OWN_REQUEST_ID = 2,
  FLAG_OWN_TIMEOUT = 4,
  FLAG_OWN_DEADLINE = 8,
  FLAG_PARTIAL = 32,
  FLAG_SPLIT = 64,
  FLAG_BARE = 128
};

static unsigned own_headers(unsigned flags)
{
  return (flags & FLAG_OWN_REQUEST_ID ? PC_OWN_REQUEST_ID : 0u) |
         (flags & FLAG_OWN_TIMEOUT ? PC_OWN_TIMEOUT : 0u) |
         (flags & FLAG_OWN_DEADLINE ? PC_OWN_DEADLINE : 0u);
}

static struct pc_preference preference_of(const double *numbers)
{
  return (struct pc_preference){
      .max_concurrent_requests = numbers[NUMBER_MAX_CONCURRENT_REQUESTS],
      .batch_size = numbers[NUMBER_BATCH_SIZE],
      .max_chars_per_request = numbers[NUMBER_MAX_CHARS_PER_REQUEST],
      .timeout_ms = numbers[NUMBER_TIMEOUT_MS],
      .total_timeout_ms = numbers[NUMBER_TOTAL_TIMEOUT_MS],
      .hedge_delay_ms = numbers[NUMBER_HEDGE_DELAY_MS],
      .hedge_budget_pct = numbers[NUMBER_HEDGE_BUDGET_PCT],
      .retry_budget_pct = numbers[NUMBER_RETRY_BUDGET_PCT],
      .max_retries = numbers[NUMBER_MAX_RETRIES],
      .initial_backoff_ms = numbers[NUMBER_INITIAL_BACKOFF_MS]};
}

static bool
read_numbers(napi_env env, napi_value array, struct pc_job_plan *plan)
{
  const double *numbers = NULL;
  size_t count = 0;
  unsigned flags = 0;

  if (!pc_doubles_read(env, array, &numbers, &count))
    return false;
  if (count < NUMBER_FINAL_STATUSES ||
      count > NUMBER_FINAL_STATUSES + PC_FINAL_STATUSES_MOST)
    return pc_throw_status(env, PC_INVALID_ARGUMENT, "numbers");
  flags = (unsigned)numbers[NUMBER_FLAGS];
  plan->is_opaque = flags & FLAG_OPAQUE;
  plan->wants_partial = flags & FLAG_PARTIAL;
  plan->may_split = flags & FLAG_SPLIT;
  plan->splice.is_bare = flags & FLAG_BARE;
  plan->own_headers = own_headers(flags);
  plan->preference = preference_of(numbers);
  for (size_t i = NUMBER_FINAL_STATUSES; i < count; i++)
    plan->final_statuses[plan->final_status_count++] = (long)numbers[i];
  return true;
}

static bool read_kind(napi_env env, napi_value value, enum pc_kind *out)
{
  double kind = 0;

  if (!pc_number_read(env, value, &kind))
    return false;
  if (kind != PC_EMBEDDINGS && kind != PC_RERANK && kind != PC_CLASSIFY &&
      kind != PC_POST)
    return pc_throw_status(env, PC_INVALID_ARGUMENT, "kind");
  *out = (enum pc_kind)kind;
  return true;
}

/* Header lines are bytes on the wire: lib/ has made sure they are latin1. */
static bool read_words(napi_env env,
                       napi_value array,
                       uint32_t count,
                       struct pc_texts *words)
{
  if (pc_texts_init(words, count) != PC_OK)
    return pc_throw_status(env, PC_NO_MEMORY, NULL);
  for (uint32_t word = 0; word < count; word++) {
    bool is_latin1 = word == PC_WORD_HEADERS;
    napi_value value = NULL;

    if (!pc_check(env, napi_get_element(env, array, word, &value)) ||
        !pc_word_read(env, value,
                      is_latin1 ? napi_get_value_string_latin1
                                : napi_get_value_string_utf8,
                      words))
      return false;
  }
  return true;
}

bool pc_plan_read(napi_env env,
                  const napi_value *arguments,
                  struct pc_job_plan *plan)
{
  if (read_kind(env, arguments[PC_ARG_KIND], &plan->kind) &&
      read_numbers(env, arguments[PC_ARG_NUMBERS], plan) &&
      read_words(env, arguments[PC_ARG_TEXTS], PC_WORD_COUNT, &plan->words) &&
      pc_texts_read(env, arguments[PC_ARG_INPUTS], &plan->inputs))
    return true;
  pc_texts_deinit(&plan->words);
  return false;
}

static bool read_form(napi_env env, napi_value value, enum pc_splice_form *out)
{
  double form = 0;

  if (!pc_number_read(env, value, &form))
    return false;
  if (form != PC_SPLICE_EMBEDDINGS && form != PC_SPLICE_RERANK &&
      form != PC_SPLICE_CLASSIFY && form != PC_SPLICE_GENERIC)
    return pc_throw_status(env, PC_INVALID_ARGUMENT, "form");
  *out = (enum pc_splice_form)form;
  return true;
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
  plan->kind = PC_SPLICE;
  if (read_form(env, arguments[PC_ARG_KIND], &plan->splice.form) &&
      read_numbers(env, arguments[PC_ARG_NUMBERS], plan) &&
      read_words(env, arguments[PC_ARG_TEXTS], PC_WORD_METADATA + 1,
                 &plan->words) &&
      read_body(env, arguments[PC_ARG_INPUTS], &plan->splice.body))
    return true;
  pc_texts_deinit(&plan->words);
  return false;
}
