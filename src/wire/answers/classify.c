#include "wire/answers/classify.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

/*
 * So many labels are looked through for one that came before. Most classifiers
 * know fewer; the labels of others are kept each time they come, so that no
 * answer takes more than linear time.
 */
enum { KNOWN_LABELS = 16 };

enum member { LABEL, SCORE, MEMBER_COUNT };

static const char *const names[MEMBER_COUNT] = {"label", "score"};

struct answer {
  struct pc_scores *scores;
  uint32_t input;                           /* whose labels are being read */
  uint32_t label_count;                     /* among the strings */
  struct pc_json_value known[KNOWN_LABELS]; /* the first of them */
};

static enum pc_status refuse(const struct answer *answer,
                             const struct pc_json_reader *reader,
                             uint32_t place,
                             const char *what)
{
  return pc_fault_set(reader->fault, PC_PARSE_ERROR,
                      "entry %" PRIu32 " of item %" PRIu32 " %s", place,
                      answer->input, what);
}

static bool is_same(const struct pc_json_value *one,
                    const struct pc_json_value *other)
{
  return one->size == other->size &&
         memcmp(one->data, other->data, one->size) == 0;
}

/* The place of the label among the strings, where it may have to be added. */
static enum pc_status number_label(struct answer *answer,
                                   const struct pc_json_value *label,
                                   uint32_t *number)
{
  uint32_t i = 0;

  while (i < KNOWN_LABELS && i < answer->label_count) {
    if (is_same(label, &answer->known[i])) {
      *number = i;
      return PC_OK;
    }
    i++;
  }
  if (i < KNOWN_LABELS)
    answer->known[i] = *label;
  *number = answer->label_count++;
  return pc_scores_add_string(answer->scores, label->data - 1, label->size + 2);
}

static enum pc_status
read_entry(void *context, struct pc_json_reader *reader, uint32_t place)
{
  struct answer *answer = context;
  struct pc_json_value values[MEMBER_COUNT];
  uint32_t number = 0;
  double score = 0;
  enum pc_status status = PC_OK;

  if (reader->token != PC_JSON_OBJECT_BEGIN)
    return refuse(answer, reader, place, "is not an object");
  status = pc_json_reader_members(reader, names, MEMBER_COUNT, values);
  if (status != PC_OK)
    return status;
  if (values[LABEL].token != PC_JSON_STRING)
    return refuse(answer, reader, place, "has no label");
  status = pc_scores_number(reader, &values[SCORE], &score);
  if (status == PC_PARSE_ERROR)
    return refuse(answer, reader, place, "has no finite score");
  if (status == PC_OK)
    status = number_label(answer, &values[LABEL], &number);
  return status == PC_OK ? pc_scores_add(answer->scores, number, score)
                         : status;
}

static enum pc_status
read_item(void *context, struct pc_json_reader *reader, uint32_t place)
{
  struct answer *answer = context;
  uint32_t count = 0;
  enum pc_status status = PC_OK;

  if (reader->token != PC_JSON_ARRAY_BEGIN)
    return pc_fault_set(reader->fault, PC_PARSE_ERROR,
                        "item %" PRIu32 " is not a list", place);
  answer->input = place;
  status = pc_json_reader_list(reader, read_entry, answer, &count);
  return status == PC_OK ? pc_scores_end_row(answer->scores) : status;
}

enum pc_status pc_classify_read(const char *body,
                                size_t size,
                                uint32_t count,
                                struct pc_scores *scores,
                                struct pc_fault *fault)
{
  struct answer answer = {.scores = scores};

  return pc_scores_read(scores, body, size, count, read_item, &answer, fault);
}
