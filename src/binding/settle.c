#include "binding/settle.h"

#include <stdlib.h>
#include <string.h>

#include "binding/addon.h"
#include "binding/joined_body.h"
#include "binding/submit.h"
#include "binding/values.h"

enum {
  LARGE_SIZE = 512 * 1024, /* of bodies: below, one copy is made */
  PART_SIZE = 256 * 1024   /* about what an owner supplies at a time */
};

static void
set_text(napi_env env, napi_value object, const char *name, const char *text)
{
  pc_property_set(env, object, name, pc_text_make(env, text));
}

/* { code, message, … }, or undefined when nothing failed. */
static napi_value failure_of(napi_env env, const struct pc_failure *failure)
{
  napi_value object = NULL;

  if (failure->status == PC_OK || napi_create_object(env, &object) != napi_ok)
    return pc_undefined(env);
  set_text(env, object, "code", pc_status_code(failure->status));
  set_text(env, object, "message", pc_status_sentence(failure->status));
  set_text(env, object, "detail", failure->detail);
  pc_number_set(env, object, "status", (double)failure->http_status);
  pc_property_set(env, object, "head", pc_latin1_make(env, &failure->head));
  pc_property_set(env, object, "body", pc_string_make(env, &failure->body));
  set_text(env, object, "requestId", failure->request_id);
  pc_number_set(env, object, "attempts", failure->attempts);
  pc_number_set(env, object, "batch", (double)failure->batch);
  pc_number_set(env, object, "firstInput", (double)failure->first_input);
  pc_number_set(env, object, "inputCount", (double)failure->input_count);
  pc_number_set(env, object, "endpoint", (double)failure->endpoint);
  return object;
}

static void free_memory(napi_env env, void *data, void *hint)
{
  (void)env;
  (void)hint;
  free(data);
}

/* Some embedders forbid foreign memory in array buffers. Rows that were never
   put stay untouched here as well. */
static napi_value copy_vectors(napi_env env, const struct pc_vectors *vectors)
{
  napi_value buffer = NULL;
  void *data = NULL;

  if (napi_create_arraybuffer(env, vectors->size, &data, &buffer) != napi_ok)
    return pc_undefined(env);
  for (uint32_t row = 0; row < vectors->row_count; row++) {
    struct pc_vector_place place = pc_vectors_place(vectors, row);

    memcpy((char *)data + place.offset, vectors->data + place.offset,
           place.size);
  }
  return buffer;
}

static napi_value hand_over(napi_env env, struct pc_vectors *vectors)
{
  napi_value buffer = NULL;

  if (!vectors->size)
    return pc_undefined(env);
  if (napi_create_external_arraybuffer(env, vectors->data, vectors->size,
                                       free_memory, NULL, &buffer) != napi_ok)
    return copy_vectors(env, vectors);
  vectors->data = NULL;
  return buffer;
}

napi_value pc_settle_release(napi_env env, napi_callback_info info)
{
  napi_value buffer = NULL;

  if (pc_arguments_read(env, info, &buffer, 1))
    pc_check(env, napi_detach_arraybuffer(env, buffer));
  return NULL;
}

static napi_value places_of(napi_env env, const struct pc_vectors *vectors)
{
  size_t count = (size_t)vectors->row_count * 2;
  napi_value buffer = NULL;
  napi_value array = NULL;
  void *data = NULL;
  double *places = NULL;

  if (!pc_vectors_are_ragged(vectors) ||
      napi_create_arraybuffer(env, count * sizeof(double), &data, &buffer) !=
          napi_ok)
    return pc_undefined(env);
  places = data;
  for (uint32_t row = 0; row < vectors->row_count; row++) {
    struct pc_vector_place place = pc_vectors_place(vectors, row);

    places[2 * (size_t)row] = (double)place.offset;
    places[2 * (size_t)row + 1] = (double)place.size;
  }
  if (napi_create_typedarray(env, napi_float64_array, count, buffer, 0,
                             &array) != napi_ok)
    return pc_undefined(env);
  return array;
}

static void set_vectors(napi_env env, napi_value object, struct pc_job *job)
{
  struct pc_vectors *vectors = &job->result.vectors;
  bool is_ragged = pc_vectors_are_ragged(vectors);

  pc_number_set(env, object, "rows", vectors->row_count);
  pc_number_set(env, object, "rowSize",
                is_ragged ? 0 : (double)vectors->row_size);
  pc_property_set(env, object, "places", places_of(env, vectors));
  pc_property_set(env, object, "vectors", hand_over(env, vectors));
}

static void set_usage(napi_env env, napi_value object, const struct pc_job *job)
{
  pc_number_set(env, object, "promptTokens",
                (double)job->result.usage.prompt_tokens);
  pc_number_set(env, object, "totalTokens",
                (double)job->result.usage.total_tokens);
  pc_property_set(env, object, "model",
                  pc_string_make(env, &job->result.model));
}

/* The caller's body: a buffer, or a handle to read it by. */
static void
set_body(napi_env env, napi_value object, struct pc_splice_join *join)
{
  size_t size = pc_joined_body_size(join);

  pc_number_set(env, object, "size", (double)size);
  if (size < LARGE_SIZE)
    pc_property_set(env, object, "body", pc_joined_body_copy(env, join, size));
  else
    pc_property_set(env, object, "joined", pc_joined_body_make(env, join));
}

static void set_splicing(napi_env env, napi_value object, struct pc_job *job)
{
  struct pc_splicing *splicing = &job->result.splicing;

  pc_number_set(env, object, "inputs", job->plan.input_count);
  set_body(env, object, &splicing->join);
  pc_property_set(env, object, "head", pc_latin1_make(env, &splicing->head));
  pc_number_set(env, object, "upstreamSeconds", splicing->upstream_seconds);
}

/* { batches, vectors, … }; takes the vectors out of the job. */
static napi_value summary_of(napi_env env, struct pc_job *job)
{
  napi_value object = NULL;

  if (napi_create_object(env, &object) != napi_ok)
    return pc_undefined(env);
  pc_counter_set(env, object, "batches", &job->progress.batches);
  pc_counter_set(env, object, "retries", &job->progress.retries);
  pc_counter_set(env, object, "hedges", &job->progress.hedges);
  if (job->plan.kind == PC_SPLICE)
    set_splicing(env, object, job);
  else if (job->plan.kind != PC_POST)
    set_vectors(env, object, job);
  if (job->plan.kind == PC_EMBEDDINGS)
    set_usage(env, object, job);
  return object;
}

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

/* A buffer of the bytes; large ones are handed over, unless the embedder
   forbids foreign memory. */
static napi_value buffer_of(napi_env env, struct pc_bytes *bytes)
{
  napi_value buffer = NULL;

  if (bytes->size >= LARGE_SIZE &&
      napi_create_external_buffer(env, bytes->size, bytes->data, free_memory,
                                  NULL, &buffer) == napi_ok) {
    pc_bytes_init(bytes, bytes->ceiling);
    return buffer;
  }
  if (napi_create_buffer_copy(env, bytes->size, bytes->data, NULL, &buffer) !=
      napi_ok)
    return pc_undefined(env);
  return buffer;
}

static napi_value value_of(napi_env env, struct pc_outcome *outcome)
{
  if (outcome->is_packed)
    return buffer_of(env, &outcome->value);
  if (outcome->job->plan.kind != PC_POST && !outcome->value.size)
    return pc_undefined(env);
  if (outcome->is_ascii)
    return pc_latin1_make(env, &outcome->value);
  return pc_string_make(env, &outcome->value);
}

static void tell_answer(napi_env env, struct pc_outcome *outcome)
{
  napi_value arguments[] = {pc_number_make(env, outcome->batch),
                            value_of(env, outcome),
                            pc_latin1_make(env, &outcome->head),
                            pc_number_make(env, outcome->seconds),
                            pc_number_make(env, outcome->first),
                            pc_number_make(env, outcome->count)};

  tell(env, outcome->job->owner, "onAnswer", 6, arguments);
}

static void tell_failure(napi_env env, const struct pc_outcome *outcome)
{
  napi_value argument = failure_of(env, outcome->failure);

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
  napi_value arguments[] = {failure_of(env, &call->job->failure),
                            summary_of(env, call->job)};

  tell(env, call, "onEnd", 2, arguments);
  pc_call_end(addon, call);
}

static void tell_want(napi_env env, struct pc_call *call)
{
  call->wants_inputs = true;
  tell(env, call, "onWant", 0, NULL);
}

/* What JavaScript has to make strings and values of. */
static size_t size_of(const struct pc_outcome *outcome)
{
  const struct pc_failure *failure = outcome->failure;

  if (outcome->kind == PC_OUTCOME_WANT)
    return PART_SIZE;
  return outcome->value.size + outcome->head.size +
         (failure ? failure->body.size : 0);
}

static bool
settle_one(napi_env env, struct pc_addon *addon, struct pc_outcome *outcome)
{
  napi_handle_scope scope = NULL;

  if (!pc_check(env, napi_open_handle_scope(env, &scope)))
    return false;
  switch (outcome->kind) {
  case PC_OUTCOME_BATCH:
    tell_batch(env, outcome);
    break;
  case PC_OUTCOME_WANT:
    tell_want(env, outcome->job->owner);
    break;
  case PC_OUTCOME_END:
    tell_end(env, addon, outcome);
    break;
  }
  return pc_check(env, napi_close_handle_scope(env, scope));
}

napi_value pc_settle_drain(napi_env env, napi_callback_info info)
{
  struct pc_addon *addon = pc_addon_of(env);
  struct pc_outcome *outcome = NULL;
  napi_value arguments[2];
  double limit = 0;
  double most = 0;
  double size = 0;
  uint32_t told = 0;

  if (!addon || !pc_arguments_read(env, info, arguments, 2) ||
      !pc_number_read(env, arguments[0], &limit) ||
      !pc_number_read(env, arguments[1], &most))
    return NULL;
  while (told < limit && size < most &&
         (outcome = pc_addon_next_outcome(addon)) != NULL) {
    size += (double)size_of(outcome);
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
