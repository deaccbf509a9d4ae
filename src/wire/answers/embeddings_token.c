#include "wire/answers/embeddings_token.h"

#include <inttypes.h>

#include "wire/vectors/packed_vector.h"

struct member {
  enum pc_embeddings_place parent;
  const char *name;
  enum pc_embeddings_place value;
};

static const struct member members[] = {
    {PC_EMBEDDINGS_IN_ANSWER, "data", PC_EMBEDDINGS_AT_DATA},
    {PC_EMBEDDINGS_IN_ANSWER, "model", PC_EMBEDDINGS_AT_MODEL},
    {PC_EMBEDDINGS_IN_ANSWER, "usage", PC_EMBEDDINGS_AT_USAGE},
    {PC_EMBEDDINGS_IN_USAGE, "prompt_tokens", PC_EMBEDDINGS_AT_PROMPT_TOKENS},
    {PC_EMBEDDINGS_IN_USAGE, "total_tokens", PC_EMBEDDINGS_AT_TOTAL_TOKENS},
    {PC_EMBEDDINGS_IN_ITEM, "embedding", PC_EMBEDDINGS_AT_EMBEDDING},
    {PC_EMBEDDINGS_IN_ITEM, "index", PC_EMBEDDINGS_AT_INDEX},
};

static char *slice(const struct pc_embeddings *answer)
{
  return answer->window.data + answer->scan.start;
}

static enum pc_status refuse_item(struct pc_embeddings *answer,
                                  const char *what)
{
  return pc_fault_set(&answer->fault, PC_PARSE_ERROR, "item %" PRIu32 " has %s",
                      answer->item_count, what);
}

enum pc_status pc_embeddings_refuse_size(struct pc_embeddings *answer,
                                         enum pc_status status,
                                         const char *what)
{
  if (status == PC_TOO_LARGE)
    return pc_fault_set(&answer->fault, status, "%s is too large", what);
  return pc_fault_set(&answer->fault, status, "%s", pc_status_sentence(status));
}

static unsigned bit_of(enum pc_embeddings_place place)
{
  return 1u << place;
}

/* Takes the first token of a value that nobody asked for. */
static void skip_value(struct pc_embeddings *answer, enum pc_json_token token)
{
  bool is_open = token == PC_JSON_OBJECT_BEGIN || token == PC_JSON_ARRAY_BEGIN;

  answer->skip_depth = answer->scan.depth - 1;
  answer->place = is_open ? PC_EMBEDDINGS_IN_UNKNOWN : answer->around;
}

static enum pc_status take_key(struct pc_embeddings *answer)
{
  answer->around = answer->place;
  answer->place = PC_EMBEDDINGS_AT_UNKNOWN;
  for (size_t i = 0; i < sizeof(members) / sizeof(*members); i++) {
    const struct member *member = &members[i];

    if (member->parent != answer->around ||
        !pc_json_scan_is(&answer->scan, answer->window.data, member->name))
      continue;
    if (answer->seen & bit_of(member->value))
      return pc_fault_set(&answer->fault, PC_PARSE_ERROR,
                          "member \"%s\" came twice", member->name);
    answer->seen |= bit_of(member->value);
    answer->place = member->value;
    break;
  }
  return PC_OK;
}

/* Reads plain digits; numbers that do not fit become UINT64_MAX. */
static bool read_whole(const char *text, size_t size, uint64_t *out)
{
  uint64_t value = 0;

  for (size_t i = 0; i < size; i++) {
    unsigned digit = (unsigned)text[i] - '0';

    if (digit > 9)
      return false;
    if (value > (UINT64_MAX - digit) / 10)
      value = UINT64_MAX;
    else
      value = value * 10 + digit;
  }
  *out = value;
  return true;
}

static enum pc_status take_answer(struct pc_embeddings *answer,
                                  enum pc_json_token token)
{
  if (token != PC_JSON_OBJECT_BEGIN)
    return pc_fault_set(&answer->fault, PC_PARSE_ERROR,
                        "the answer is not an object");
  answer->place = PC_EMBEDDINGS_IN_ANSWER;
  return PC_OK;
}

static enum pc_status refuse_data(struct pc_embeddings *answer)
{
  return pc_fault_set(&answer->fault, PC_PARSE_ERROR, "no \"data\" list");
}

static enum pc_status take_data(struct pc_embeddings *answer,
                                enum pc_json_token token)
{
  if (token != PC_JSON_ARRAY_BEGIN)
    return refuse_data(answer);
  answer->place = PC_EMBEDDINGS_IN_DATA;
  return PC_OK;
}

static enum pc_status take_model(struct pc_embeddings *answer,
                                 enum pc_json_token token)
{
  enum pc_status status = PC_OK;

  skip_value(answer, token);
  if (token == PC_JSON_STRING)
    status = pc_bytes_append(&answer->model, slice(answer) - 1,
                             answer->scan.size + 2);
  return status == PC_OK
             ? PC_OK
             : pc_embeddings_refuse_size(answer, status, "the model's name");
}

static void take_usage(struct pc_embeddings *answer, enum pc_json_token token)
{
  if (token == PC_JSON_OBJECT_BEGIN)
    answer->place = PC_EMBEDDINGS_IN_USAGE;
  else
    skip_value(answer, token);
}

static void take_tokens(struct pc_embeddings *answer,
                        enum pc_json_token token,
                        uint64_t *out)
{
  skip_value(answer, token);
  if (token == PC_JSON_NUMBER)
    (void)read_whole(slice(answer), answer->scan.size, out);
}

/* Takes an item's opening brace, or the end of the list. */
static enum pc_status begin_item(struct pc_embeddings *answer,
                                 enum pc_json_token token)
{
  if (token == PC_JSON_ARRAY_END) {
    answer->place = PC_EMBEDDINGS_IN_ANSWER;
    return PC_OK;
  }
  if (answer->item_count == answer->expected_count)
    return pc_fault_set(&answer->fault, PC_PARSE_ERROR,
                        "expected %" PRIu32 " items, got more",
                        answer->expected_count);
  if (token != PC_JSON_OBJECT_BEGIN)
    return pc_fault_set(&answer->fault, PC_PARSE_ERROR,
                        "item %" PRIu32 " is not an object",
                        answer->item_count);
  answer->seen &=
      ~(bit_of(PC_EMBEDDINGS_AT_INDEX) | bit_of(PC_EMBEDDINGS_AT_EMBEDDING));
  answer->place = PC_EMBEDDINGS_IN_ITEM;
  return PC_OK;
}

static enum pc_status take_index(struct pc_embeddings *answer,
                                 enum pc_json_token token)
{
  uint64_t index = 0;
  size_t size = answer->scan.size;

  if (token != PC_JSON_NUMBER || !read_whole(slice(answer), size, &index))
    return refuse_item(answer, "an index that is not a whole number");
  if (index >= answer->expected_count)
    return pc_fault_set(
        &answer->fault, PC_PARSE_ERROR, "index %.*s is outside 0-%" PRIu32,
        size < 20 ? (int)size : 20, slice(answer), answer->expected_count - 1);
  if (answer->rows[index].size)
    return pc_fault_set(&answer->fault, PC_PARSE_ERROR,
                        "index %" PRIu64 " came twice", index);
  answer->index = (uint32_t)index;
  answer->place = PC_EMBEDDINGS_IN_ITEM;
  return PC_OK;
}

enum pc_status pc_embeddings_end_vector(struct pc_embeddings *answer)
{
  answer->row.size = answer->values.size - answer->row.offset;
  answer->place = PC_EMBEDDINGS_IN_ITEM;
  return answer->row.size ? PC_OK : refuse_item(answer, "an empty embedding");
}

static enum pc_status take_packed(struct pc_embeddings *answer)
{
  const char *reason = NULL;
  enum pc_status status =
      pc_packed_vector_read(slice(answer), answer->scan.size, answer->is_opaque,
                            &answer->values, &reason);

  if (status == PC_PARSE_ERROR)
    return refuse_item(answer, reason);
  return status == PC_OK
             ? pc_embeddings_end_vector(answer)
             : pc_embeddings_refuse_size(answer, status, "the list of vectors");
}

static enum pc_status take_embedding(struct pc_embeddings *answer,
                                     enum pc_json_token token)
{
  answer->row.offset = answer->values.size;
  if (token == PC_JSON_STRING)
    return take_packed(answer);
  if (token != PC_JSON_ARRAY_BEGIN)
    return refuse_item(answer,
                       "an embedding that is neither a list nor a string");
  pc_float_text_init(&answer->floats);
  answer->place = PC_EMBEDDINGS_IN_VECTOR;
  return PC_OK;
}

static enum pc_status end_item(struct pc_embeddings *answer)
{
  if (!(answer->seen & bit_of(PC_EMBEDDINGS_AT_INDEX)))
    return refuse_item(answer, "no index");
  if (!(answer->seen & bit_of(PC_EMBEDDINGS_AT_EMBEDDING)))
    return refuse_item(answer, "no embedding");
  answer->rows[answer->index] = answer->row;
  answer->item_count++;
  answer->place = PC_EMBEDDINGS_IN_DATA;
  return PC_OK;
}

static enum pc_status end_answer(struct pc_embeddings *answer)
{
  answer->place = PC_EMBEDDINGS_AT_END;
  if (!(answer->seen & bit_of(PC_EMBEDDINGS_AT_DATA)))
    return refuse_data(answer);
  if (answer->item_count < answer->expected_count)
    return pc_fault_set(&answer->fault, PC_PARSE_ERROR,
                        "expected %" PRIu32 " items, got %" PRIu32,
                        answer->expected_count, answer->item_count);
  return PC_OK;
}

/* Takes a key, or the end of the object. */
static enum pc_status take_member(struct pc_embeddings *answer,
                                  enum pc_json_token token)
{
  if (token == PC_JSON_KEY)
    return take_key(answer);
  if (answer->place == PC_EMBEDDINGS_IN_ITEM)
    return end_item(answer);
  if (answer->place == PC_EMBEDDINGS_IN_ANSWER)
    return end_answer(answer);
  answer->place = PC_EMBEDDINGS_IN_ANSWER;
  return PC_OK;
}

enum pc_status pc_embeddings_take_token(struct pc_embeddings *answer,
                                        enum pc_json_token token)
{
  switch (answer->place) {
  case PC_EMBEDDINGS_AT_ANSWER:
    return take_answer(answer, token);
  case PC_EMBEDDINGS_IN_ANSWER:
  case PC_EMBEDDINGS_IN_USAGE:
  case PC_EMBEDDINGS_IN_ITEM:
    return take_member(answer, token);
  case PC_EMBEDDINGS_AT_DATA:
    return take_data(answer, token);
  case PC_EMBEDDINGS_AT_MODEL:
    return take_model(answer, token);
  case PC_EMBEDDINGS_AT_USAGE:
    take_usage(answer, token);
    break;
  case PC_EMBEDDINGS_AT_PROMPT_TOKENS:
    take_tokens(answer, token, &answer->usage.prompt_tokens);
    break;
  case PC_EMBEDDINGS_AT_TOTAL_TOKENS:
    take_tokens(answer, token, &answer->usage.total_tokens);
    break;
  case PC_EMBEDDINGS_IN_DATA:
    return begin_item(answer, token);
  case PC_EMBEDDINGS_AT_INDEX:
    return take_index(answer, token);
  case PC_EMBEDDINGS_AT_EMBEDDING:
    return take_embedding(answer, token);
  case PC_EMBEDDINGS_AT_UNKNOWN:
    skip_value(answer, token);
    break;
  case PC_EMBEDDINGS_IN_UNKNOWN:
    if (answer->scan.depth == answer->skip_depth)
      answer->place = answer->around;
    break;
  case PC_EMBEDDINGS_IN_VECTOR:
  case PC_EMBEDDINGS_AT_END:
    break;
  }
  return PC_OK;
}
