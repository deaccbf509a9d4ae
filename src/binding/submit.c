#include "binding/submit.h"

#include <stdlib.h>

#include "binding/engine_handle.h"
#include "binding/plan_arguments.h"
#include "binding/values.h"

static const double LARGEST_INTEGER = 9007199254740991.0;

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
  struct pc_engine_handle *engine = read_engine(env, arguments[PC_ARG_ENGINE]);
  struct pc_job_plan plan = {0};
  struct pc_job *job = NULL;

  if (!engine || !read_plan(env, arguments, &plan))
    return NULL;
  job = create_job(env, &plan);
  if (!job)
    return NULL;
  return create_call(env, job, engine, arguments[PC_ARG_HANDLER]);
}

napi_value pc_submit(napi_env env, napi_callback_info info)
{
  struct pc_addon *addon = pc_addon_of(env);
  struct pc_call *call = NULL;
  napi_value arguments[PC_ARG_COUNT];

  if (!addon || !pc_arguments_read(env, info, arguments, PC_ARG_COUNT))
    return NULL;
  call = read_call(env, arguments, pc_plan_read_texts);
  return call ? begin(addon, call) : NULL;
}

napi_value pc_splice(napi_env env, napi_callback_info info)
{
  struct pc_addon *addon = pc_addon_of(env);
  struct pc_call *call = NULL;
  napi_value arguments[PC_ARG_COUNT_OF_SPLICE];

  if (!addon ||
      !pc_arguments_read(env, info, arguments, PC_ARG_COUNT_OF_SPLICE))
    return NULL;
  call = read_call(env, arguments, pc_plan_read_splice);
  if (!call)
    return NULL;
  if (!pc_check(env, napi_create_reference(env, arguments[PC_ARG_INPUTS], 1,
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

napi_value pc_allow(napi_env env, napi_callback_info info)
{
  struct pc_addon *addon = pc_addon_of(env);
  struct pc_call *call = NULL;
  napi_value arguments[2];
  double number = 0;
  double bytes = 0;

  if (!addon || !pc_arguments_read(env, info, arguments, 2) ||
      !pc_number_read(env, arguments[0], &number) ||
      !pc_number_read(env, arguments[1], &bytes))
    return NULL;
  if (!(bytes >= 0 && bytes <= LARGEST_INTEGER)) {
    pc_throw_status(env, PC_INVALID_ARGUMENT, "bytes");
    return NULL;
  }
  call = pc_calls_find(&addon->calls, number);
  return pc_number_make(
      env, call ? (double)pc_job_allow(call->job, (uint64_t)bytes) : 0);
}
