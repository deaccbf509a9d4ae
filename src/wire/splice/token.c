#include "wire/splice/token.h"

#include <inttypes.h>

#include "wire/json/chars.h"

/* Members that are looked at, one bit each. */
enum member {
  MEMBER_NONE = 0,
  MEMBER_DATA = 1,
  MEMBER_RESULTS = 2,
  MEMBER_USAGE = 4,
  MEMBER_METADATA = 8,
  MEMBER_INDEX = 16,
  MEMBER_LIST = 32 /* not a name: data or results was a list */
};

struct name {
  const char *name;
  enum member member;
  enum pc_splice_place value;
};

static const struct name frame_names[] = {
    {"data", MEMBER_DATA, PC_SPLICE_AT_LIST},
    {"results", MEMBER_RESULTS, PC_SPLICE_AT_LIST},
    {"usage", MEMBER_USAGE, PC_SPLICE_AT_USAGE},
    {"proxy_metadata", MEMBER_METADATA, PC_SPLICE_AT_UNKNOWN}};

static const struct name index_name = {"index", MEMBER_INDEX,
                                       PC_SPLICE_AT_INDEX};

static struct pc_text slice(const struct pc_splice_answer *answer)
{
  return (struct pc_text){.data = answer->text + answer->scan.start,
                          .size = answer->scan.size};
}

static enum pc_status refuse(struct pc_splice_answer *answer, const char *what)
{
  return pc_fault_set(&answer->fault, PC_PARSE_ERROR, "%s", what);
}

static enum pc_status refuse_item(struct pc_splice_answer *answer,
                                  const char *what)
{
  return pc_fault_set(&answer->fault, PC_PARSE_ERROR, "item %" PRIu32 " %s",
                      answer->item_count, what);
}

/* Takes the first token of a value that is only passed over. */
static void skip_value(struct pc_splice_answer *answer,
                       enum pc_json_token token)
{
  bool is_open = token == PC_JSON_OBJECT_BEGIN || token == PC_JSON_ARRAY_BEGIN;

  answer->skip_depth = answer->scan.depth - 1;
  answer->place = is_open ? PC_SPLICE_IN_UNKNOWN : answer->around;
}

/* A known member's value is the next token, and it must be the only one. */
static enum pc_status open_member(struct pc_splice_answer *answer,
                                  const struct name *name)
{
  if (answer->seen & name->member)
    return pc_fault_set(&answer->fault, PC_PARSE_ERROR,
                        "member \"%s\" came twice", name->name);
  answer->seen |= name->member;
  answer->place = name->value;
  return PC_OK;
}

static bool is_bare(const struct pc_splice_answer *answer)
{
  return answer->is_whole || answer->form == PC_SPLICE_GENERIC;
}

static enum pc_status take_answer(struct pc_splice_answer *answer,
                                  enum pc_json_token token)
{
  bool is_list = token == PC_JSON_ARRAY_BEGIN;

  answer->frame.value.start = answer->scan.start - (token == PC_JSON_STRING);
  answer->around = PC_SPLICE_AT_END;
  if (is_bare(answer)) {
    skip_value(answer, token);
    return PC_OK;
  }
  if (token == PC_JSON_OBJECT_BEGIN) {
    answer->frame.is_object = true;
    answer->place = PC_SPLICE_IN_FRAME;
    return PC_OK;
  }
  if (answer->form == PC_SPLICE_EMBEDDINGS)
    return refuse(answer, "the answer is not an object");
  if (!is_list)
    return refuse(answer, "the answer is neither a list nor an object");
  answer->frame.list.start = answer->scan.at;
  answer->place = PC_SPLICE_IN_LIST;
  return PC_OK;
}

/* Ends the member of the frame in front of the last token, if it matters. */
static void close_member(struct pc_splice_answer *answer,
                         enum pc_json_token token)
{
  struct pc_splice_frame *frame = &answer->frame;

  if (answer->open == MEMBER_USAGE)
    frame->usage.end = answer->token_end;
  if (answer->open == MEMBER_METADATA)
    /* The first member takes the comma behind it along. */
    frame->metadata.end = answer->member_count == 1 && token == PC_JSON_KEY
                              ? answer->scan.start - 1
                              : answer->token_end;
  answer->open = MEMBER_NONE;
}

static const struct name *find_name(const struct pc_splice_answer *answer)
{
  struct pc_text key = slice(answer);

  for (size_t i = 0; i < sizeof(frame_names) / sizeof(*frame_names); i++) {
    const struct name *name = &frame_names[i];

    if (name->member == MEMBER_RESULTS && answer->form == PC_SPLICE_EMBEDDINGS)
      continue;
    if (pc_json_chars_are(key, name->name))
      return name;
  }
  return NULL;
}

static enum pc_status take_frame_key(struct pc_splice_answer *answer)
{
  const struct name *name = find_name(answer);

  close_member(answer, PC_JSON_KEY);
  answer->member_count++;
  answer->around = PC_SPLICE_IN_FRAME;
  answer->place = PC_SPLICE_AT_UNKNOWN;
  if (!name)
    return PC_OK;
  answer->open = name->member;
  if (name->member == MEMBER_METADATA)
    answer->frame.metadata.start =
        answer->member_count == 1 ? answer->scan.start - 1 : answer->token_end;
  return open_member(answer, name);
}

static enum pc_status refuse_frame(struct pc_splice_answer *answer)
{
  return refuse(answer, answer->form == PC_SPLICE_EMBEDDINGS
                            ? "no \"data\" list"
                            : "no list of results");
}

static enum pc_status take_frame(struct pc_splice_answer *answer,
                                 enum pc_json_token token)
{
  if (token == PC_JSON_KEY)
    return take_frame_key(answer);
  close_member(answer, token);
  answer->place = PC_SPLICE_AT_END;
  return answer->seen & MEMBER_LIST ? PC_OK : refuse_frame(answer);
}

static enum pc_status take_list(struct pc_splice_answer *answer,
                                enum pc_json_token token)
{
  if (token != PC_JSON_ARRAY_BEGIN) {
    if (answer->form == PC_SPLICE_EMBEDDINGS)
      return refuse_frame(answer);
    skip_value(answer, token);
    return PC_OK;
  }
  if (answer->seen & MEMBER_LIST)
    return refuse(answer, "both \"data\" and \"results\" are lists");
  answer->seen |= MEMBER_LIST;
  answer->frame.list.start = answer->scan.at;
  answer->place = PC_SPLICE_IN_LIST;
  return PC_OK;
}

static enum pc_status end_list(struct pc_splice_answer *answer)
{
  answer->frame.list.end = answer->scan.at - 1;
  answer->place =
      answer->frame.is_object ? PC_SPLICE_IN_FRAME : PC_SPLICE_AT_END;
  if (answer->item_count < answer->count)
    return pc_fault_set(&answer->fault, PC_PARSE_ERROR,
                        "%" PRIu32 " items came for %" PRIu32 " inputs",
                        answer->item_count, answer->count);
  return PC_OK;
}

static enum pc_status begin_item(struct pc_splice_answer *answer,
                                 enum pc_json_token token)
{
  if (answer->item_count == answer->count)
    return pc_fault_set(&answer->fault, PC_PARSE_ERROR,
                        "more items came than the %" PRIu32 " inputs",
                        answer->count);
  if (answer->form == PC_SPLICE_CLASSIFY) {
    if (token != PC_JSON_ARRAY_BEGIN)
      return refuse_item(answer, "is not a list");
    answer->item_count++;
    answer->around = PC_SPLICE_IN_LIST;
    skip_value(answer, token);
    return PC_OK;
  }
  if (token != PC_JSON_OBJECT_BEGIN)
    return refuse_item(answer, "is not an object");
  answer->seen &= ~(unsigned)MEMBER_INDEX;
  answer->place = PC_SPLICE_IN_ITEM;
  return PC_OK;
}

static enum pc_status take_item(struct pc_splice_answer *answer,
                                enum pc_json_token token)
{
  if (token == PC_JSON_KEY) {
    answer->around = PC_SPLICE_IN_ITEM;
    answer->place = PC_SPLICE_AT_UNKNOWN;
    return pc_json_chars_are(slice(answer), index_name.name)
               ? open_member(answer, &index_name)
               : PC_OK;
  }
  if (!(answer->seen & MEMBER_INDEX))
    return refuse_item(answer, "has no index");
  answer->item_count++;
  answer->place = PC_SPLICE_IN_LIST;
  return PC_OK;
}

/* Reads plain digits; false for any other number, or one that is too large. */
static bool read_index(struct pc_text number, uint32_t count, uint32_t *out)
{
  uint64_t value = 0;

  if (!pc_splice_usage_is_count(number))
    return false;
  for (size_t i = 0; i < number.size && value < count; i++)
    value = value * 10 + (uint64_t)(number.data[i] - '0');
  *out = (uint32_t)value;
  return value < count;
}

static enum pc_status take_index(struct pc_splice_answer *answer,
                                 enum pc_json_token token)
{
  struct pc_splice_index *entry = &answer->indexes[answer->item_count];
  struct pc_text number = slice(answer);
  uint32_t index = 0;

  if (token != PC_JSON_NUMBER || !pc_splice_usage_is_count(number))
    return refuse_item(answer, "has an index that is not a whole number");
  if (!read_index(number, answer->count, &index))
    return pc_fault_set(&answer->fault, PC_PARSE_ERROR,
                        "index %.*s is outside 0-%" PRIu32,
                        number.size < 20 ? (int)number.size : 20, number.data,
                        answer->count - 1);
  if (answer->indexes[index].is_taken)
    return pc_fault_set(&answer->fault, PC_PARSE_ERROR,
                        "index %" PRIu32 " came twice", index);
  answer->indexes[index].is_taken = true;
  entry->at = answer->scan.start;
  entry->size = (uint32_t)number.size;
  answer->place = PC_SPLICE_IN_ITEM;
  return PC_OK;
}

static void take_usage(struct pc_splice_answer *answer,
                       enum pc_json_token token)
{
  answer->frame.usage.start = answer->scan.start - (token == PC_JSON_STRING);
  skip_value(answer, token);
  if (token == PC_JSON_OBJECT_BEGIN)
    answer->place = PC_SPLICE_IN_USAGE;
}

static void take_usage_member(struct pc_splice_answer *answer,
                              enum pc_json_token token)
{
  answer->place =
      token == PC_JSON_KEY ? PC_SPLICE_AT_COUNT : PC_SPLICE_IN_FRAME;
  answer->around = PC_SPLICE_IN_USAGE;
  answer->key =
      (struct pc_splice_span){.start = answer->scan.start,
                              .end = answer->scan.start + answer->scan.size};
}

static enum pc_status take_count(struct pc_splice_answer *answer,
                                 enum pc_json_token token)
{
  struct pc_splice_usage *usage = &answer->usage;
  struct pc_text key = {.data = answer->text + answer->key.start,
                        .size = answer->key.end - answer->key.start};

  skip_value(answer, token);
  if (token != PC_JSON_NUMBER || !pc_splice_usage_is_count(slice(answer)))
    return PC_OK;
  if (usage->count == PC_SPLICE_USAGE_MAX)
    return refuse(answer, "the usage has too many members");
  if (pc_splice_usage_has(usage, answer->text, key))
    return refuse(answer, "a member of the usage came twice");
  usage->counts[usage->count++] = (struct pc_splice_count){
      .key = answer->key,
      .digits = {.start = answer->scan.start, .end = answer->scan.at}};
  return PC_OK;
}

enum pc_status pc_splice_token_take(struct pc_splice_answer *answer,
                                    enum pc_json_token token)
{
  switch (answer->place) {
  case PC_SPLICE_AT_ANSWER:
    return take_answer(answer, token);
  case PC_SPLICE_IN_FRAME:
    return take_frame(answer, token);
  case PC_SPLICE_AT_LIST:
    return take_list(answer, token);
  case PC_SPLICE_IN_LIST:
    return token == PC_JSON_ARRAY_END ? end_list(answer)
                                      : begin_item(answer, token);
  case PC_SPLICE_IN_ITEM:
    return take_item(answer, token);
  case PC_SPLICE_AT_INDEX:
    return take_index(answer, token);
  case PC_SPLICE_AT_USAGE:
    take_usage(answer, token);
    break;
  case PC_SPLICE_IN_USAGE:
    take_usage_member(answer, token);
    break;
  case PC_SPLICE_AT_COUNT:
    return take_count(answer, token);
  case PC_SPLICE_AT_UNKNOWN:
    skip_value(answer, token);
    break;
  case PC_SPLICE_IN_UNKNOWN:
    if (answer->scan.depth == answer->skip_depth)
      answer->place = answer->around;
    break;
  case PC_SPLICE_AT_END:
    break;
  }
  return PC_OK;
}
