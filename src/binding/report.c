#include "binding/report.h"

#include <stdlib.h>
#include <string.h>

#include "binding/joined_body.h"
#include "binding/values.h"

enum { LARGE_SIZE = 512 * 1024 }; /* of bodies: below, one copy is made */

static void
set_text(napi_env env, napi_value object, const char *name, const char *text)
{
  pc_property_set(env, object, name, pc_text_make(env, text));
}

napi_value pc_report_failure(napi_env env, const struct pc_failure *failure)
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
  return object;
}

static void free_memory(napi_env env, void *data, void *hint)
{
  (void)env;
  (void)hint;
  free(data);
}

/* Some embedders forbid foreign memory in array buffers. */
static napi_value copy_vectors(napi_env env, const struct pc_vectors *vectors)
{
  napi_value buffer = NULL;
  void *data = NULL;

  if (napi_create_arraybuffer(env, vectors->size, &data, &buffer) != napi_ok)
    return pc_undefined(env);
  memcpy(data, vectors->data, vectors->size);
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

  pc_number_set(env, object, "inputs", job->plan.inputs.count);
  set_body(env, object, &splicing->join);
  pc_property_set(env, object, "head", pc_latin1_make(env, &splicing->head));
  pc_number_set(env, object, "upstreamSeconds", splicing->upstream_seconds);
}

napi_value pc_report_summary(napi_env env, struct pc_job *job)
{
  napi_value object = NULL;

  if (napi_create_object(env, &object) != napi_ok)
    return pc_undefined(env);
  pc_number_set(env, object, "batches",
                (double)pc_counter_read(&job->progress.batches));
  pc_number_set(env, object, "retries",
                (double)pc_counter_read(&job->progress.retries));
  pc_number_set(env, object, "hedges",
                (double)pc_counter_read(&job->progress.hedges));
  if (job->plan.kind == PC_SPLICE)
    set_splicing(env, object, job);
  else if (job->plan.kind != PC_POST)
    set_vectors(env, object, job);
  if (job->plan.kind == PC_EMBEDDINGS)
    set_usage(env, object, job);
  return object;
}
