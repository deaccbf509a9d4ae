#include "binding/joined_body.h"

#include <stdlib.h>
#include <string.h>

#include "binding/values.h"

struct joined_body {
  struct pc_bytes *chunks;
  uint32_t count;
  uint32_t at;   /* the chunk that is read next */
  size_t offset; /* how much of it was read */
};

static const napi_type_tag body_tag = {0x2b7f94e1d05c6a83u,
                                       0x81d6c3f2750ae94bu};

size_t pc_joined_body_size(const struct pc_splice_join *join)
{
  size_t size = 0;

  for (uint32_t i = 0; i < join->chunk_count; i++)
    size += join->chunks[i].size;
  return size;
}

napi_value pc_joined_body_copy(napi_env env,
                               const struct pc_splice_join *join,
                               size_t size)
{
  napi_value buffer = NULL;
  void *data = NULL;
  char *at = NULL;

  if (napi_create_buffer(env, size, &data, &buffer) != napi_ok)
    return pc_undefined(env);
  at = data;
  for (uint32_t i = 0; i < join->chunk_count; i++) {
    memcpy(at, join->chunks[i].data, join->chunks[i].size);
    at += join->chunks[i].size;
  }
  return buffer;
}

static void close_body(struct joined_body *body)
{
  for (uint32_t i = body->at; i < body->count; i++)
    pc_bytes_deinit(&body->chunks[i]);
  free(body->chunks);
  *body = (struct joined_body){0};
}

static void finalize(napi_env env, void *data, void *hint)
{
  (void)env;
  (void)hint;
  close_body(data);
  free(data);
}

static struct joined_body *take_chunks(struct pc_splice_join *join)
{
  struct joined_body *body = calloc(1, sizeof(*body));

  if (!body)
    return NULL;
  body->chunks = calloc(join->chunk_count, sizeof(*body->chunks));
  if (!body->chunks) {
    free(body);
    return NULL;
  }
  body->count = join->chunk_count;
  for (uint32_t i = 0; i < body->count; i++)
    pc_bytes_move(&body->chunks[i], &join->chunks[i]);
  return body;
}

napi_value pc_joined_body_make(napi_env env, struct pc_splice_join *join)
{
  struct joined_body *body = take_chunks(join);
  napi_value external = NULL;

  if (!body)
    return pc_undefined(env);
  if (napi_create_external(env, body, finalize, NULL, &external) != napi_ok) {
    finalize(env, body, NULL);
    return pc_undefined(env);
  }
  if (napi_type_tag_object(env, external, &body_tag) != napi_ok)
    return pc_undefined(env);
  return external;
}

/* Copies from one chunk, and lets go of it when that was all. */
static size_t read_chunk(struct joined_body *body, char *to, size_t room)
{
  struct pc_bytes *chunk = &body->chunks[body->at];
  size_t left = chunk->size - body->offset;
  size_t size = left < room ? left : room;

  memcpy(to, chunk->data + body->offset, size);
  body->offset += size;
  if (size == left) {
    pc_bytes_deinit(chunk);
    body->at++;
    body->offset = 0;
  }
  return size;
}

napi_value pc_joined_body_read(napi_env env, napi_callback_info info)
{
  struct joined_body *body = NULL;
  napi_value arguments[2];
  void *data = NULL;
  size_t room = 0;
  size_t size = 0;

  if (!pc_arguments_read(env, info, arguments, 2))
    return NULL;
  body = pc_external_read(env, arguments[0], &body_tag, "body");
  if (!body ||
      !pc_check(env, napi_get_buffer_info(env, arguments[1], &data, &room)))
    return NULL;
  while (size < room && body->at < body->count)
    size += read_chunk(body, (char *)data + size, room - size);
  return pc_number_make(env, (double)size);
}

napi_value pc_joined_body_close(napi_env env, napi_callback_info info)
{
  struct joined_body *body = NULL;
  napi_value argument = NULL;

  if (!pc_arguments_read(env, info, &argument, 1))
    return NULL;
  body = pc_external_read(env, argument, &body_tag, "body");
  if (body)
    close_body(body);
  return NULL;
}
