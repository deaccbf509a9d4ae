#include "wire/answers/rerank.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>

enum { LONGEST_SHOWN = 20 };

enum member { INDEX, SCORE, RELEVANCE_SCORE, TEXT, MEMBER_COUNT };

static const char *const names[MEMBER_COUNT] = {"index", "score",
                                                "relevance_score", "text"};

struct answer {
  uint32_t first;
  uint32_t count;
  bool *has_come; /* by index */
  bool has_texts;
  struct pc_scores *scores;
};

static enum pc_status
refuse(const struct pc_json_reader *reader, uint32_t place, const char *what)
{
  return pc_fault_set(reader->fault, PC_PARSE_ERROR, "item %" PRIu32 " has %s",
                      place, what);
}

static enum pc_status check_index(struct answer *answer,
                                  const struct pc_json_reader *reader,
                                  const struct pc_json_value *value,
                                  double index)
{
  int shown = value->size < LONGEST_SHOWN ? (int)value->size : LONGEST_SHOWN;
  const char *why = NULL;

  if (index < 0 || index >= answer->count)
    return pc_fault_set(reader->fault, PC_PARSE_ERROR,
                        "index %.*s is outside 0-%" PRIu32, shown, value->data,
                        answer->count - 1);
  if (index != (uint32_t)index)
    why = "is not a whole number";
  else if (answer->has_come[(uint32_t)index])
    why = "came twice";
  if (why)
    return pc_fault_set(reader->fault, PC_PARSE_ERROR, "index %.*s %s", shown,
                        value->data, why);
  answer->has_come[(uint32_t)index] = true;
  return PC_OK;
}

static enum pc_status read_index(struct answer *answer,
                                 const struct pc_json_reader *reader,
                                 const struct pc_json_value *value,
                                 uint32_t place,
                                 double *index)
{
  enum pc_status status = pc_scores_number(reader, value, index);

  if (status == PC_PARSE_ERROR)
    return refuse(reader, place, "no index");
  return status == PC_OK ? check_index(answer, reader, value, *index) : status;
}

static enum pc_status read_score(const struct pc_json_reader *reader,
                                 const struct pc_json_value values[],
                                 uint32_t place,
                                 double *score)
{
  enum pc_status status = pc_scores_number(reader, &values[SCORE], score);

  if (status == PC_PARSE_ERROR)
    status = pc_scores_number(reader, &values[RELEVANCE_SCORE], score);
  return status == PC_PARSE_ERROR ? refuse(reader, place, "no finite score")
                                  : status;
}

/* Most answers have no texts, and then no strings at all. */
static enum pc_status begin_texts(struct answer *answer, uint32_t place)
{
  enum pc_status status = PC_OK;

  answer->has_texts = true;
  for (uint32_t i = 0; status == PC_OK && i < place; i++)
    status = pc_scores_add_string(answer->scores, "null", 4);
  return status;
}

/* A string keeps the quotes around it. */
static enum pc_status keep_text(struct answer *answer,
                                const struct pc_json_reader *reader,
                                const struct pc_json_value *text,
                                uint32_t place)
{
  bool is_missing = text->token == PC_JSON_END || text->token == PC_JSON_NULL;
  enum pc_status status = PC_OK;

  if (is_missing && !answer->has_texts)
    return PC_OK;
  if (is_missing)
    return pc_scores_add_string(answer->scores, "null", 4);
  if (text->token != PC_JSON_STRING)
    return pc_fault_set(reader->fault, PC_PARSE_ERROR,
                        "the text of item %" PRIu32 " is not a string", place);
  if (!answer->has_texts)
    status = begin_texts(answer, place);
  return status == PC_OK ? pc_scores_add_string(answer->scores, text->data - 1,
                                                text->size + 2)
                         : status;
}

static enum pc_status
read_item(void *context, struct pc_json_reader *reader, uint32_t place)
{
  struct answer *answer = context;
  struct pc_json_value values[MEMBER_COUNT];
  double index = 0;
  double score = 0;
  enum pc_status status = PC_OK;

  if (reader->token != PC_JSON_OBJECT_BEGIN)
    return pc_fault_set(reader->fault, PC_PARSE_ERROR,
                        "item %" PRIu32 " is not an object", place);
  status = pc_json_reader_members(reader, names, MEMBER_COUNT, values);
  if (status == PC_OK)
    status = read_index(answer, reader, &values[INDEX], place, &index);
  if (status == PC_OK)
    status = read_score(reader, values, place, &score);
  if (status == PC_OK)
    status = keep_text(answer, reader, &values[TEXT], place);
  if (status == PC_OK)
    status = pc_scores_add(answer->scores, answer->first + index, score);
  return status == PC_OK ? pc_scores_end_row(answer->scores) : status;
}

enum pc_status pc_rerank_read(const char *body,
                              size_t size,
                              uint32_t first,
                              uint32_t count,
                              struct pc_scores *scores,
                              struct pc_fault *fault)
{
  struct answer answer = {.first = first, .count = count, .scores = scores};
  enum pc_status status = PC_NO_MEMORY;

  answer.has_come = calloc(count, sizeof(*answer.has_come));
  if (answer.has_come)
    status =
        pc_scores_read(scores, body, size, count, read_item, &answer, fault);
  free(answer.has_come);
  return status;
}
