#include "wire/answers/embeddings_packed.h"

#include "wire/msgpack/floats.h"

/* What JSON would have in its place; nobody asks for anything else by null. */
static enum pc_json_token json_kind(const struct pc_msgpack_scan *scan)
{
  if (scan->is_key)
    return PC_JSON_KEY;
  switch (scan->token) {
  case PC_MSGPACK_MAP_BEGIN:
    return PC_JSON_OBJECT_BEGIN;
  case PC_MSGPACK_MAP_END:
    return PC_JSON_OBJECT_END;
  case PC_MSGPACK_ARRAY_BEGIN:
    return PC_JSON_ARRAY_BEGIN;
  case PC_MSGPACK_ARRAY_END:
    return PC_JSON_ARRAY_END;
  case PC_MSGPACK_STRING:
    return PC_JSON_STRING;
  case PC_MSGPACK_WHOLE:
  case PC_MSGPACK_NEGATIVE:
  case PC_MSGPACK_FLOAT32:
  case PC_MSGPACK_FLOAT64:
    return PC_JSON_NUMBER;
  case PC_MSGPACK_MORE:
  case PC_MSGPACK_BAD:
  case PC_MSGPACK_END:
  case PC_MSGPACK_BINARY:
  case PC_MSGPACK_EXTENSION:
  case PC_MSGPACK_TRUE:
  case PC_MSGPACK_FALSE:
  case PC_MSGPACK_NIL:
    break;
  }
  return PC_JSON_NULL;
}

static enum pc_status
read_token(struct pc_embeddings *answer, bool is_last, bool *needs_more)
{
  struct pc_msgpack_scan *scan = answer->packed;
  enum pc_msgpack_token token =
      pc_msgpack_scan_next(scan, answer->text.data, answer->text.size, is_last);

  if (token == PC_MSGPACK_BAD)
    return pc_msgpack_scan_explain(scan, &answer->fault);
  *needs_more = token == PC_MSGPACK_MORE || token == PC_MSGPACK_END;
  if (*needs_more)
    return PC_OK;
  if (token == PC_MSGPACK_BINARY && answer->place == PC_EMBEDDINGS_AT_EMBEDDING)
    return pc_embeddings_take_bytes(answer);
  return pc_embeddings_take_token(answer, json_kind(scan));
}

/* Of a vector that is cut, the next token says so. */
static enum pc_status
read_vector(struct pc_embeddings *answer, bool is_last, bool *needs_more)
{
  struct pc_msgpack_scan *scan = answer->packed;
  bool is_done = false;
  enum pc_status status = pc_msgpack_floats_read(
      scan, answer->text.data, answer->text.size, &answer->values, &is_done);

  if (status != PC_OK)
    return pc_embeddings_refuse_vector(answer, status, scan->at);
  *needs_more = !is_done;
  if (is_done)
    return pc_embeddings_end_vector(answer);
  return is_last ? read_token(answer, true, needs_more) : PC_OK;
}

enum pc_status pc_embeddings_read_packed(struct pc_embeddings *answer,
                                         bool is_last)
{
  enum pc_status status = PC_OK;
  bool needs_more = false;

  while (status == PC_OK && !needs_more)
    status = answer->place == PC_EMBEDDINGS_IN_VECTOR
                 ? read_vector(answer, is_last, &needs_more)
                 : read_token(answer, is_last, &needs_more);
  return status;
}
