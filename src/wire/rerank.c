#include "wire/rerank.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include <cjson/cJSON.h>

#include "wire/small_json.h"

struct reader {
  uint32_t first;
  uint32_t count;
  bool *has_come; /* by index */
  struct pc_bytes *out;
  struct pc_fault *fault;
};

static enum pc_status read_index(struct reader *reader,
                                 const cJSON *item,
                                 uint32_t place,
                                 uint32_t *index)
{
  double number = 0;

  if (!pc_small_json_number(item, "index", &number))
    return pc_fault_set(reader->fault, PC_PARSE_ERROR,
                        "item %" PRIu32 " has no index", place);
  if (number < 0 || number >= reader->count)
    return pc_fault_set(reader->fault, PC_PARSE_ERROR,
                        "index %.17g is outside 0-%" PRIu32, number,
                        reader->count - 1);
  *index = (uint32_t)number;
  if (*index != number)
    return pc_fault_set(reader->fault, PC_PARSE_ERROR,
                        "index %.17g is not a whole number", number);
  if (reader->has_come[*index])
    return pc_fault_set(reader->fault, PC_PARSE_ERROR,
                        "index %" PRIu32 " came twice", *index);
  reader->has_come[*index] = true;
  return PC_OK;
}

static enum pc_status write_text(struct pc_bytes *out, cJSON *text)
{
  if (cJSON_IsString(text))
    return pc_small_json_append_string(out, text);
  return pc_bytes_append_text(out, "null");
}

static enum pc_status
write_item(struct reader *reader, uint32_t index, double score, cJSON *text)
{
  char head[64];
  enum pc_status status = PC_OK;

  snprintf(head, sizeof(head), "{\"index\":%" PRIu64 ",\"score\":",
           (uint64_t)reader->first + index);
  status = pc_bytes_append_text(reader->out, head);
  if (status == PC_OK)
    status = pc_small_json_append_number(reader->out, score);
  if (status == PC_OK)
    status = pc_bytes_append_text(reader->out, ",\"text\":");
  if (status == PC_OK)
    status = write_text(reader->out, text);
  if (status == PC_OK)
    status = pc_bytes_append_text(reader->out, "}");
  return status;
}

static enum pc_status read_item(void *context, cJSON *item, uint32_t place)
{
  struct reader *reader = context;
  uint32_t index = 0;
  double score = 0;
  cJSON *text = NULL;
  enum pc_status status = PC_OK;

  if (!cJSON_IsObject(item))
    return pc_fault_set(reader->fault, PC_PARSE_ERROR,
                        "item %" PRIu32 " is not an object", place);
  status = read_index(reader, item, place, &index);
  if (status != PC_OK)
    return status;
  if (!pc_small_json_number(item, "score", &score) &&
      !pc_small_json_number(item, "relevance_score", &score))
    return pc_fault_set(reader->fault, PC_PARSE_ERROR,
                        "item %" PRIu32 " has no finite score", place);
  text = cJSON_GetObjectItemCaseSensitive(item, "text");
  if (text && !cJSON_IsString(text) && !cJSON_IsNull(text))
    return pc_fault_set(reader->fault, PC_PARSE_ERROR,
                        "the text of item %" PRIu32 " is not a string", place);
  return write_item(reader, index, score, text);
}

enum pc_status pc_rerank_read(const char *body,
                              size_t size,
                              uint32_t first,
                              uint32_t count,
                              struct pc_bytes *out,
                              struct pc_fault *fault)
{
  struct reader reader = {
      .first = first, .count = count, .out = out, .fault = fault};
  enum pc_status status = PC_NO_MEMORY;

  reader.has_come = calloc(count, sizeof(*reader.has_come));
  if (reader.has_come)
    status =
        pc_small_json_read(body, size, count, read_item, &reader, out, fault);
  free(reader.has_come);
  return status;
}
