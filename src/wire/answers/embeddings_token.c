#include "wire/answers/embeddings_token.h"

#include <inttypes.h>

#include "base/chars.h"
#include "wire/json/text.h"
#include "wire/vectors/packed_vector.h"

/* For rows that have not come yet; beyond it, they make room as they come. */
static const size_t RESERVED_CEILING = (size_t)16 << 20;

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

static const char *slice(const struct pc_embeddings *answer)
{
  return answer->text.data +
         (answer->is_packed ? answer->packed->start : answer->scan.start);
}

static size_t slice_size(const struct pc_embeddings *answer)
{
  return answer->is_packed ? answer->packed->size : answer->scan.size;
}

static bool read_whole(const struct pc_embeddings *answer,
                       enum pc_json_token token,
                       uint64_t *out)
{
  const struct pc_text digits = {slice(answer), slice_size(answer)};

  if (token != PC_JSON_NUMBER)
    return false;
  if (!answer->is_packed)
    return pc_text_read_whole(digits, out);
  *out = answer->packed->whole;
  return answer->packed->token == PC_MSGPACK_WHOLE;
}

static void pass(struct pc_embeddings *answer, enum pc_json_token token)
{
  if (answer->is_packed)
    pc_msgpack_scan_pass(answer->packed);
  else
    pc_json_scan_pass(&answer->scan, token);
}

static bool is_named(const struct pc_embeddings *answer, const char *name)
{
  size_t size = slice_size(answer);

  return size == strlen(name) && memcmp(slice(answer), name, size) == 0;
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
static enum pc_status take_unknown(struct pc_embeddings *answer,
                                   enum pc_json_token token)
{
  pass(answer, token);
  answer->place = answer->around;
  return PC_OK;
}

static enum pc_status take_key(struct pc_embeddings *answer)
{
  answer->around = answer->place;
  answer->place = PC_EMBEDDINGS_AT_UNKNOWN;
  for (size_t i = 0; i < sizeof(members) / sizeof(*members); i++) {
    const struct member *member = &members[i];

    if (member->parent != answer->around || !is_named(answer, member->name))
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

/* JSON text has its quotes already. */
static enum pc_status keep_model(struct pc_embeddings *answer)
{
  const char *text = slice(answer);
  size_t size = slice_size(answer);

  return answer->is_packed
             ? pc_json_text_append(&answer->model, text, size)
             : pc_bytes_append(&answer->model, text - 1, size + 2);
}

static enum pc_status take_model(struct pc_embeddings *answer,
                                 enum pc_json_token token)
{
  enum pc_status status = PC_OK;

  if (token == PC_JSON_STRING)
    status = keep_model(answer);
  return status == PC_OK
             ? take_unknown(answer, token)
             : pc_embeddings_refuse_size(answer, status, "the model's name");
}

static enum pc_status take_usage(struct pc_embeddings *answer,
                                 enum pc_json_token token)
{
  if (token != PC_JSON_OBJECT_BEGIN)
    return take_unknown(answer, token);
  answer->place = PC_EMBEDDINGS_IN_USAGE;
  return PC_OK;
}

static enum pc_status take_tokens(struct pc_embeddings *answer,
                                  enum pc_json_token token)
{
  bool is_prompt = answer->place == PC_EMBEDDINGS_AT_PROMPT_TOKENS;

  (void)read_whole(answer, token,
                   is_prompt ? &answer->usage.prompt_tokens
                             : &answer->usage.total_tokens);
  return take_unknown(answer, token);
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

/* As the server wrote it, as far as that fits. */
static enum pc_status refuse_index(struct pc_embeddings *answer, uint64_t index)
{
  size_t size = slice_size(answer);
  uint32_t last = answer->expected_count - 1;

  if (answer->is_packed)
    return pc_fault_set(&answer->fault, PC_PARSE_ERROR,
                        "index %" PRIu64 " is outside 0-%" PRIu32, index, last);
  return pc_fault_set(&answer->fault, PC_PARSE_ERROR,
                      "index %.*s is outside 0-%" PRIu32,
                      size < 20 ? (int)size : 20, slice(answer), last);
}

static enum pc_status take_index(struct pc_embeddings *answer,
                                 enum pc_json_token token)
{
  uint64_t index = 0;

  if (!read_whole(answer, token, &index))
    return refuse_item(answer, "an index that is not a whole number");
  if (index >= answer->expected_count)
    return refuse_index(answer, index);
  if (answer->rows[index].size)
    return pc_fault_set(&answer->fault, PC_PARSE_ERROR,
                        "index %" PRIu64 " came twice", index);
  answer->index = (uint32_t)index;
  answer->place = PC_EMBEDDINGS_IN_ITEM;
  return PC_OK;
}

/* One row is there, and as many more like it will be. */
static enum pc_status expect_rows(struct pc_embeddings *answer)
{
  size_t left = answer->expected_count - 1;
  enum pc_status status = PC_OK;

  if (answer->row.size > RESERVED_CEILING / answer->expected_count)
    return PC_OK;
  status = pc_bytes_reserve(&answer->values, left * answer->row.size);
  return status == PC_OK
             ? PC_OK
             : pc_embeddings_refuse_size(answer, status, "the list of vectors");
}

enum pc_status pc_embeddings_end_vector(struct pc_embeddings *answer)
{
  answer->row.size = answer->values.size - answer->row.offset;
  answer->place = PC_EMBEDDINGS_IN_ITEM;
  if (!answer->row.size)
    return refuse_item(answer, "an empty embedding");
  return answer->row.offset ? PC_OK : expect_rows(answer);
}

enum pc_status pc_embeddings_refuse_vector(struct pc_embeddings *answer,
                                           enum pc_status status,
                                           size_t at)
{
  if (status != PC_PARSE_ERROR)
    return pc_embeddings_refuse_size(answer, status, "the list of vectors");
  return pc_fault_set(&answer->fault, status,
                      "item %" PRIu32 " has no list of numbers at byte %zu",
                      answer->item_count, answer->dropped + at);
}

static enum pc_status end_packed(struct pc_embeddings *answer,
                                 enum pc_status status,
                                 const char *reason)
{
  if (status == PC_PARSE_ERROR)
    return refuse_item(answer, reason);
  return status == PC_OK
             ? pc_embeddings_end_vector(answer)
             : pc_embeddings_refuse_size(answer, status, "the list of vectors");
}

static enum pc_status take_base64(struct pc_embeddings *answer)
{
  const char *reason = NULL;
  enum pc_status status =
      pc_packed_vector_read(slice(answer), slice_size(answer),
                            answer->is_opaque, &answer->values, &reason);

  return end_packed(answer, status, reason);
}

enum pc_status pc_embeddings_take_bytes(struct pc_embeddings *answer)
{
  const struct pc_text bytes = {slice(answer), slice_size(answer)};
  const char *reason = NULL;
  enum pc_status status = PC_OK;

  answer->row.offset = answer->values.size;
  status = pc_packed_vector_append(bytes, answer->is_opaque, &answer->values,
                                   &reason);
  return end_packed(answer, status, reason);
}

static enum pc_status take_embedding(struct pc_embeddings *answer,
                                     enum pc_json_token token)
{
  answer->row.offset = answer->values.size;
  if (token == PC_JSON_STRING)
    return take_base64(answer);
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

typedef enum pc_status take_fn(struct pc_embeddings *answer,
                               enum pc_json_token token);

/* What takes the token that comes in each place but PC_EMBEDDINGS_IN_VECTOR. */
static take_fn *const takes[] = {[PC_EMBEDDINGS_AT_ANSWER] = take_answer,
                                 [PC_EMBEDDINGS_IN_ANSWER] = take_member,
                                 [PC_EMBEDDINGS_AT_DATA] = take_data,
                                 [PC_EMBEDDINGS_AT_MODEL] = take_model,
                                 [PC_EMBEDDINGS_AT_USAGE] = take_usage,
                                 [PC_EMBEDDINGS_IN_USAGE] = take_member,
                                 [PC_EMBEDDINGS_AT_PROMPT_TOKENS] = take_tokens,
                                 [PC_EMBEDDINGS_AT_TOTAL_TOKENS] = take_tokens,
                                 [PC_EMBEDDINGS_IN_DATA] = begin_item,
                                 [PC_EMBEDDINGS_IN_ITEM] = take_member,
                                 [PC_EMBEDDINGS_AT_INDEX] = take_index,
                                 [PC_EMBEDDINGS_AT_EMBEDDING] = take_embedding,
                                 [PC_EMBEDDINGS_AT_UNKNOWN] = take_unknown};

enum pc_status pc_embeddings_take_token(struct pc_embeddings *answer,
                                        enum pc_json_token token)
{
  return takes[answer->place](answer, token);
}
