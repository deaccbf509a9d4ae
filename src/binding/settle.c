#include "binding/settle.h"

#include "binding/addon.h"
#include "binding/report.h"
#include "binding/submit.h"
#include "binding/values.h"

/* A handler that throws is a bug of ours: it becomes an uncaught exception. */
static void report_thrown(napi_env env)
{
  napi_value thrown = NULL;
  bool is_pending = false;

  napi_is_exception_pending(env, &is_pending);
  if (is_pending && napi_get_and_clear_last_exception(env, &thrown) == napi_ok)
    napi_fatal_exception(env, thrown);
}

static void tell(napi_env env,
                 const struct pc_call *call,
                 const char *method,
                 size_t count,
                 const napi_value *arguments)
{
  napi_value handler = NULL;
  napi_value function = NULL;

  if (napi_get_reference_value(env, call->handler, &handler) != napi_ok ||
      napi_get_named_property(env, handler, method, &function) != napi_ok ||
      napi_call_function(env, handler, function, count, arguments, NULL) !=
          napi_ok)
    report_thrown(env);
}

static napi_value text_of(napi_env env, const struct pc_outcome *outcome)
{
  if (outcome->job->plan.kind != PC_POST && !outcome->value.size)
    return pc_undefined(env);
  if (outcome->is_ascii)
    return pc_latin1_make(env, &outcome->value);
  return pc_string_make(env, &outcome->value);
}

static void tell_answer(napi_env env, struct pc_outcome *outcome)
{
  napi_value arguments[] = {pc_number_make(env, outcome->batch),
                            text_of(env, outcome),
                            pc_latin1_make(env, &outcome->head),
                            pc_number_make(env, outcome->seconds),
                            pc_number_make(env, outcome->first),
                            pc_number_make(env, outcome->count)};

  tell(env, outcome->job->owner, "onAnswer", 6, arguments);
}

static void tell_failure(napi_env env, const struct pc_outcome *outcome)
{
  napi_value argument = pc_report_failure(env, outcome->failure);

  tell(env, outcome->job->owner, "onFailure", 1, &argument);
}

static void tell_batch(napi_env env, struct pc_outcome *outcome)
{
  if (outcome->failure)
    tell_failure(env, outcome);
  else
    tell_answer(env, outcome);
  pc_outcome_destroy(outcome);
}

static void
tell_end(napi_env env, struct pc_addon *addon, struct pc_outcome *outcome)
{
  struct pc_call *call = outcome->job->owner;
  napi_value arguments[] = {pc_report_failure(env, &call->job->failure),
                            pc_report_summary(env, call->job)};

  tell(env, call, "onEnd", 2, arguments);
  pc_call_end(addon, call);
}

static bool
settle_one(napi_env env, struct pc_addon *addon, struct pc_outcome *outcome)
{
  napi_handle_scope scope = NULL;

  if (!pc_check(env, napi_open_handle_scope(env, &scope)))
    return false;
  if (outcome->is_end)
    tell_end(env, addon, outcome);
  else
    tell_batch(env, outcome);
  return pc_check(env, napi_close_handle_scope(env, scope));
}

napi_value pc_settle_drain(napi_env env, napi_callback_info info)
{
  struct pc_addon *addon = pc_addon_of(env);
  struct pc_outcome *outcome = NULL;
  napi_value argument = NULL;
  double limit = 0;
  uint32_t told = 0;

  if (!addon || !pc_arguments_read(env, info, &argument, 1) ||
      !pc_number_read(env, argument, &limit))
    return NULL;
  while (told < limit && (outcome = pc_addon_next_outcome(addon)) != NULL) {
    if (!settle_one(env, addon, outcome))
      return NULL;
    told++;
  }
  return pc_number_make(env, told);
}

napi_value pc_settle_set_wake(napi_env env, napi_callback_info info)
{
  struct pc_addon *addon = pc_addon_of(env);
  napi_ref reference = NULL;
  napi_value callback = NULL;

  if (!addon || !pc_arguments_read(env, info, &callback, 1))
    return NULL;
  if (!pc_check(env, napi_create_reference(env, callback, 1, &reference)))
    return NULL;
  if (addon->on_wake)
    napi_delete_reference(env, addon->on_wake);
  addon->on_wake = reference;
  return NULL;
}
