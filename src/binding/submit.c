#include "binding/submit.h"

#include <stdlib.h>

#include "binding/engine_handle.h"
#include "binding/values.h"

enum argument {
  ARG_ENGINE,
  ARG_KIND,
  ARG_NUMBERS,
  ARG_TEXTS,
  ARG_INPUTS,
  ARG_HANDLER,
  ARG_COUNT
};

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
  FLAG_SPLIT = 64
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
      kind != PC_BATCH)
    return pc_throw_status(env, PC_INVALID_ARGUMENT, "kind");
  *out = (enum pc_kind)kind;
  return true;
}

/* Header lines are bytes on the wire: lib/ has made sure they are latin1. */
static bool read_words(napi_env env, napi_value array, struct pc_texts *words)
{
  if (pc_texts_init(words, PC_WORD_COUNT) != PC_OK)
    return pc_throw_status(env, PC_NO_MEMORY, NULL);
  for (uint32_t word = 0; word < PC_WORD_COUNT; word++) {
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

static bool
read_texts(napi_env env, const napi_value *arguments, struct pc_job_plan *plan)
{
  if (read_words(env, arguments[ARG_TEXTS], &plan->words) &&
      pc_texts_read(env, arguments[ARG_INPUTS], &plan->inputs))
    return true;
  pc_texts_deinit(&plan->words);
  return false;
}

static struct pc_job *read_job(napi_env env, const napi_value *arguments)
{
  struct pc_job_plan plan = {0};
  struct pc_fault fault = {{0}};
  struct pc_job *job = NULL;
  enum pc_status status = PC_OK;

  if (!read_kind(env, arguments[ARG_KIND], &plan.kind) ||
      !read_numbers(env, arguments[ARG_NUMBERS], &plan) ||
      !read_texts(env, arguments, &plan))
    return NULL;
  status = pc_job_create(&plan, &fault, &job); /* takes the texts */
  if (status != PC_OK)
    pc_throw_status(env, status, fault.reason);
  return job;
}

static void destroy_call(napi_env env, struct pc_call *call)
{
  if (call->handler)
    napi_delete_reference(env, call->handler);
  if (call->engine)
    pc_engine_handle_release(call->engine);
  pc_job_release(call->job);
  free(call);
}

/* Takes `job`. NULL: an exception is pending. */
static struct pc_call *create_call(napi_env env,
                                   struct pc_job *job,
                                   struct pc_engine_handle *engine,
                                   napi_value handler)
{
  struct pc_call *call = calloc(1, sizeof(*call));

  if (!call) {
    pc_job_release(job);
    pc_throw_status(env, PC_NO_MEMORY, NULL);
    return NULL;
  }
  call->job = job;
  job->owner = call;
  pc_engine_handle_keep(engine);
  call->engine = engine;
  if (!pc_check(env, napi_create_reference(env, handler, 1, &call->handler))) {
    destroy_call(env, call);
    return NULL;
  }
  return call;
}

void pc_call_end(struct pc_addon *addon, struct pc_call *call)
{
  pc_calls_remove(&addon->calls, call);
  destroy_call(addon->env, call);
  pc_addon_let_loop_go(addon);
}

/* Gives the call its number and the engine its job. */
static napi_value begin(struct pc_addon *addon, struct pc_call *call)
{
  double number = 0;
  enum pc_status status = pc_calls_add(&addon->calls, call, &number);

  if (status != PC_OK) {
    destroy_call(addon->env, call);
    pc_throw_status(addon->env, status, NULL);
    return NULL;
  }
  pc_addon_hold_loop(addon);
  status = pc_engine_submit(call->engine->engine, call->job);
  if (status != PC_OK) {
    pc_call_end(addon, call);
    pc_throw_status(addon->env, status, NULL);
    return NULL;
  }
  return pc_number_make(addon->env, number);
}

napi_value pc_submit(napi_env env, napi_callback_info info)
{
  struct pc_addon *addon = pc_addon_of(env);
  struct pc_engine_handle *engine = NULL;
  struct pc_job *job = NULL;
  struct pc_call *call = NULL;
  napi_value arguments[ARG_COUNT];

  if (!addon || !pc_arguments_read(env, info, arguments, ARG_COUNT))
    return NULL;
  engine = pc_engine_handle_of(env, arguments[ARG_ENGINE]);
  if (!engine)
    return NULL;
  if (!engine->engine) {
    pc_throw_status(env, PC_CLOSED, NULL);
    return NULL;
  }
  job = read_job(env, arguments);
  if (!job)
    return NULL;
  call = create_call(env, job, engine, arguments[ARG_HANDLER]);
  return call ? begin(addon, call) : NULL;
}

napi_value pc_cancel(napi_env env, napi_callback_info info)
{
  struct pc_addon *addon = pc_addon_of(env);
  struct pc_call *call = NULL;
  napi_value argument = NULL;
  double number = 0;

  if (!addon || !pc_arguments_read(env, info, &argument, 1) ||
      !pc_number_read(env, argument, &number))
    return NULL;
  call = pc_calls_find(&addon->calls, number);
  if (call && call->engine->engine)
    pc_engine_cancel(call->engine->engine, call->job);
  return NULL;
}
