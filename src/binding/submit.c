#include "binding/submit.h"

#include <stdlib.h>

#include "binding/contract.h"
#include "binding/engine_handle.h"
#include "binding/values.h"

/* The arguments of submit and splice. */
enum argument {
  ARG_ENGINE,
  ARG_KIND, /* enum pc_kind, or with splice enum pc_splice_form */
  ARG_NUMBERS,
  ARG_WORDS,  /* enum pc_word */
  ARG_INPUTS, /* strings, of PC_POST the first; or with splice a buffer */
  ARG_HANDLER,
  ARG_COUNT_OF_SPLICE,
  ARG_INPUT_COUNT = ARG_COUNT_OF_SPLICE,
  ARG_TOKENS, /* of each of these inputs, if anybody has counted */
  ARG_COUNT
};

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

/* Only what is sent as it is may come in parts: see pc_supply. */
static bool
read_inputs(napi_env env, const napi_value *arguments, struct pc_job_plan *plan)
{
  double count = 0;

  if (!pc_number_read(env, arguments[ARG_INPUT_COUNT], &count) ||
      !pc_texts_read(env, arguments[ARG_INPUTS], &plan->inputs))
    return false;
  plan->input_count = (uint32_t)count;
  if (plan->input_count < plan->inputs.count ||
      (plan->input_count > plan->inputs.count && plan->kind != PC_POST))
    pc_throw_status(env, PC_INVALID_ARGUMENT, "inputCount");
  else if (pc_tokens_read(env, arguments[ARG_TOKENS], &plan->inputs))
    return true;
  pc_texts_deinit(&plan->inputs);
  return false;
}

static bool read_texts_plan(napi_env env,
                            const napi_value *arguments,
                            struct pc_job_plan *plan)
{
  int kind = 0;

  if (!read_choice(env, arguments[ARG_KIND], "kind", PC_POST, &kind))
    return false;
  plan->kind = (enum pc_kind)kind;
  if (read_numbers(env, arguments[ARG_NUMBERS], plan) &&
      read_words(env, arguments[ARG_WORDS], &plan->words) &&
      read_inputs(env, arguments, plan))
    return true;
  pc_texts_deinit(&plan->words);
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

static bool read_splice_plan(napi_env env,
                             const napi_value *arguments,
                             struct pc_job_plan *plan)
{
  int form = 0;

  if (!read_choice(env, arguments[ARG_KIND], "form", PC_SPLICE_GENERIC, &form))
    return false;
  plan->kind = PC_SPLICE;
  plan->splice.form = (enum pc_splice_form)form;
  if (read_numbers(env, arguments[ARG_NUMBERS], plan) &&
      read_words(env, arguments[ARG_WORDS], &plan->words) &&
      read_body(env, arguments[ARG_INPUTS], &plan->splice.body))
    return true;
  pc_texts_deinit(&plan->words);
  return false;
}

static void destroy_call(napi_env env, struct pc_call *call)
{
  if (call->handler)
    napi_delete_reference(env, call->handler);
  if (call->body)
    napi_delete_reference(env, call->body);
  if (call->engine)
    pc_engine_handle_release(call->engine);
  pc_job_release(call->job);
  free(call);
}

/* Takes the texts of `plan`. NULL: an exception is pending. */
static struct pc_job *create_job(napi_env env, struct pc_job_plan *plan)
{
  struct pc_fault fault = {{0}};
  struct pc_job *job = NULL;
  enum pc_status status = pc_job_create(plan, &fault, &job);

  if (status != PC_OK)
    pc_throw_status(env, status, fault.reason);
  return job;
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
  /* A getter among the arguments may have ended it meanwhile. */
  status = call->engine->engine
               ? pc_engine_submit(call->engine->engine, call->job)
               : PC_CLOSED;
  if (status != PC_OK) {
    pc_throw_refusal(addon->env, status);
    pc_call_end(addon, call);
    return NULL;
  }
  return pc_number_make(addon->env, number);
}

/* An engine that takes calls. NULL: an exception is pending. */
static struct pc_engine_handle *read_engine(napi_env env, napi_value value)
{
  struct pc_engine_handle *engine = pc_engine_handle_of(env, value);

  if (engine && !engine->engine) {
    pc_throw_status(env, PC_CLOSED, NULL);
    return NULL;
  }
  return engine;
}

typedef bool plan_reader(napi_env env,
                         const napi_value *arguments,
                         struct pc_job_plan *plan);

/* Reads the arguments and makes the call. NULL: an exception is pending. */
static struct pc_call *
read_call(napi_env env, const napi_value *arguments, plan_reader *read_plan)
{
  struct pc_engine_handle *engine = read_engine(env, arguments[ARG_ENGINE]);
  struct pc_job_plan plan = {0};
  struct pc_job *job = NULL;

  if (!engine || !read_plan(env, arguments, &plan))
    return NULL;
  job = create_job(env, &plan);
  if (!job)
    return NULL;
  return create_call(env, job, engine, arguments[ARG_HANDLER]);
}

napi_value pc_submit(napi_env env, napi_callback_info info)
{
  struct pc_addon *addon = pc_addon_of(env);
  struct pc_call *call = NULL;
  napi_value arguments[ARG_COUNT];

  if (!addon || !pc_arguments_read(env, info, arguments, ARG_COUNT))
    return NULL;
  call = read_call(env, arguments, read_texts_plan);
  return call ? begin(addon, call) : NULL;
}

napi_value pc_splice(napi_env env, napi_callback_info info)
{
  struct pc_addon *addon = pc_addon_of(env);
  struct pc_call *call = NULL;
  napi_value arguments[ARG_COUNT_OF_SPLICE];

  if (!addon || !pc_arguments_read(env, info, arguments, ARG_COUNT_OF_SPLICE))
    return NULL;
  call = read_call(env, arguments, read_splice_plan);
  if (!call)
    return NULL;
  if (!pc_check(env, napi_create_reference(env, arguments[ARG_INPUTS], 1,
                                           &call->body))) {
    destroy_call(env, call);
    return NULL;
  }
  return begin(addon, call);
}

napi_value pc_supply(napi_env env, napi_callback_info info)
{
  struct pc_addon *addon = pc_addon_of(env);
  struct pc_call *call = NULL;
  napi_value arguments[3];
  double number = 0;

  if (!addon || !pc_arguments_read(env, info, arguments, 3) ||
      !pc_number_read(env, arguments[0], &number))
    return NULL;
  call = pc_calls_find(&addon->calls, number);
  if (!call || !call->wants_inputs) {
    pc_throw_status(env, PC_INVALID_ARGUMENT, "call");
    return NULL;
  }
  if (!pc_texts_read(env, arguments[1], &call->job->supplied) ||
      !pc_tokens_read(env, arguments[2], &call->job->supplied))
    return NULL;
  call->wants_inputs = false;
  if (call->engine->engine)
    pc_engine_supply(call->engine->engine, call->job);
  return NULL;
}

/* The call whose number is the only argument; NULL when it has ended. */
static struct pc_call *find_call(napi_env env, napi_callback_info info)
{
  struct pc_addon *addon = pc_addon_of(env);
  napi_value argument = NULL;
  double number = 0;

  if (!addon || !pc_arguments_read(env, info, &argument, 1) ||
      !pc_number_read(env, argument, &number))
    return NULL;
  return pc_calls_find(&addon->calls, number);
}

napi_value pc_cancel(napi_env env, napi_callback_info info)
{
  struct pc_call *call = find_call(env, info);

  if (call && call->engine->engine)
    pc_engine_cancel(call->engine->engine, call->job);
  return NULL;
}

napi_value pc_progress(napi_env env, napi_callback_info info)
{
  struct pc_call *call = find_call(env, info);
  const struct pc_progress *progress = NULL;
  napi_value object = NULL;

  if (!call || !pc_check(env, napi_create_object(env, &object)))
    return NULL;
  progress = &call->job->progress;
  pc_counter_set(env, object, "completed", &progress->completed_batches);
  pc_counter_set(env, object, "total", &progress->batches);
  pc_counter_set(env, object, "inputs", &progress->completed_inputs);
  pc_counter_set(env, object, "retries", &progress->retries);
  pc_counter_set(env, object, "hedges", &progress->hedges);
  return object;
}

napi_value pc_received(napi_env env, napi_callback_info info)
{
  struct pc_call *call = find_call(env, info);
  uint64_t bytes = 0;

  if (call)
    bytes = pc_counter_read(&call->job->progress.received_bytes);
  return pc_number_make(env, (double)bytes);
}
