#include "wire/splice/token.h"

#include <inttypes.h>

#include "base/chars.h"
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
static enum pc_status take_unknown(struct pc_splice_answer *answer,
                                   enum pc_json_token token)
{
  pc_json_scan_pass(&answer->scan, token);
  answer->place = answer->around;
  return PC_OK;
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
  if (is_bare(answer))
    return take_unknown(answer, token);
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

/* Where the member ends that stands in front of the last token. */
static size_t end_before(const struct pc_splice_answer *answer,
                         enum pc_json_token token)
{
  bool is_key = token == PC_JSON_KEY;
  size_t size = answer->scan.start - is_key;

  while (pc_is_blank(answer->text[size - 1]))
    size--;
  if (is_key && answer->text[size - 1] == ',')
    size--;
  while (pc_is_blank(answer->text[size - 1]))
    size--;
  return size;
}

/* Ends the member of the frame in front of the last token, if it matters. */
static void close_member(struct pc_splice_answer *answer,
                         enum pc_json_token token)
{
  struct pc_splice_frame *frame = &answer->frame;

  if (answer->open == MEMBER_USAGE)
    frame->usage.end = end_before(answer, token);
  if (answer->open == MEMBER_METADATA)
    /* The first member takes the comma behind it along. */
    frame->metadata.end = answer->member_count == 1 && token == PC_JSON_KEY
                              ? answer->scan.start - 1
                              : end_before(answer, token);
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
    answer->frame.metadata.start = answer->member_count == 1
                                       ? answer->scan.start - 1
                                       : end_before(answer, PC_JSON_KEY);
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
    return take_unknown(answer, token);
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
    return take_unknown(answer, token);
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

static enum pc_status take_index(struct pc_splice_answer *answer,
                                 enum pc_json_token token)
{
  struct pc_splice_index *entry = &answer->indexes[answer->item_count];
  struct pc_text number = slice(answer);
  uint64_t index = 0;

  if (token != PC_JSON_NUMBER || !pc_text_read_whole(number, &index))
    return refuse_item(answer, "has an index that is not a whole number");
  if (index >= answer->count)
    return pc_fault_set(&answer->fault, PC_PARSE_ERROR,
                        "index %.*s is outside 0-%" PRIu32,
                        number.size < 20 ? (int)number.size : 20, number.data,
                        answer->count - 1);
  if (answer->indexes[index].is_taken)
    return pc_fault_set(&answer->fault, PC_PARSE_ERROR,
                        "index %" PRIu64 " came twice", index);
  answer->indexes[index].is_taken = true;
  entry->at = answer->scan.start;
  entry->size = (uint32_t)number.size;
  answer->place = PC_SPLICE_IN_ITEM;
  return PC_OK;
}

static enum pc_status take_usage(struct pc_splice_answer *answer,
                                 enum pc_json_token token)
{
  answer->frame.usage.start = answer->scan.start - (token == PC_JSON_STRING);
  if (token != PC_JSON_OBJECT_BEGIN)
    return take_unknown(answer, token);
  answer->place = PC_SPLICE_IN_USAGE;
  return PC_OK;
}

static enum pc_status take_usage_member(struct pc_splice_answer *answer,
                                        enum pc_json_token token)
{
  answer->place =
      token == PC_JSON_KEY ? PC_SPLICE_AT_COUNT : PC_SPLICE_IN_FRAME;
  answer->around = PC_SPLICE_IN_USAGE;
  answer->key =
      (struct pc_splice_span){.start = answer->scan.start,
                              .end = answer->scan.start + answer->scan.size};
  return PC_OK;
}

static enum pc_status take_count(struct pc_splice_answer *answer,
                                 enum pc_json_token token)
{
  struct pc_splice_usage *usage = &answer->usage;
  struct pc_text key = pc_splice_span_of(answer->text, answer->key);
  uint64_t value = 0;

  if (token != PC_JSON_NUMBER || !pc_text_read_whole(slice(answer), &value))
    return take_unknown(answer, token);
  if (usage->count == PC_SPLICE_USAGE_MAX)
    return refuse(answer, "the usage has too many members");
  if (pc_splice_usage_has(usage, answer->text, key))
    return refuse(answer, "a member of the usage came twice");
  usage->counts[usage->count++] = (struct pc_splice_count){
      .key = answer->key,
      .digits = {.start = answer->scan.start, .end = answer->scan.at}};
  return take_unknown(answer, token);
}

/* Takes an item, or the end of the list. */
static enum pc_status take_list_item(struct pc_splice_answer *answer,
                                     enum pc_json_token token)
{
  return token == PC_JSON_ARRAY_END ? end_list(answer)
                                    : begin_item(answer, token);
}

typedef enum pc_status take_fn(struct pc_splice_answer *answer,
                               enum pc_json_token token);

/* What takes the token that comes in each place. */
static take_fn *const takes[] = {[PC_SPLICE_AT_ANSWER] = take_answer,
                                 [PC_SPLICE_IN_FRAME] = take_frame,
                                 [PC_SPLICE_AT_LIST] = take_list,
                                 [PC_SPLICE_IN_LIST] = take_list_item,
                                 [PC_SPLICE_IN_ITEM] = take_item,
                                 [PC_SPLICE_AT_INDEX] = take_index,
                                 [PC_SPLICE_AT_USAGE] = take_usage,
                                 [PC_SPLICE_IN_USAGE] = take_usage_member,
                                 [PC_SPLICE_AT_COUNT] = take_count,
                                 [PC_SPLICE_AT_UNKNOWN] = take_unknown};

enum pc_status pc_splice_token_take(struct pc_splice_answer *answer,
                                    enum pc_json_token token)
{
  return takes[answer->place](answer, token);
}
