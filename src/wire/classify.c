#include "wire/classify.h"

#include <inttypes.h>

#include <cjson/cJSON.h>

#include "wire/small_json.h"

struct reader {
  struct pc_bytes *out;
  struct pc_fault *fault;
  uint32_t input; /* whose labels are being read */
};

static enum pc_status
write_label(struct pc_bytes *out, cJSON *label, double score)
{
  enum pc_status status = pc_bytes_append_text(out, "{\"label\":");

  if (status == PC_OK)
    status = pc_small_json_append_string(out, label);
  if (status == PC_OK)
    status = pc_bytes_append_text(out, ",\"score\":");
  if (status == PC_OK)
    status = pc_small_json_append_number(out, score);
  return status == PC_OK ? pc_bytes_append_text(out, "}") : status;
}

static enum pc_status read_label(void *context, cJSON *item, uint32_t place)
{
  struct reader *reader = context;
  cJSON *label = cJSON_GetObjectItemCaseSensitive(item, "label");
  double score = 0;
  const char *what = NULL;

  if (!cJSON_IsObject(item))
    what = "is not an object";
  else if (!cJSON_IsString(label))
    what = "has no label";
  else if (!pc_small_json_number(item, "score", &score))
    what = "has no finite score";
  if (what)
    return pc_fault_set(reader->fault, PC_PARSE_ERROR,
                        "entry %" PRIu32 " of item %" PRIu32 " %s", place,
                        reader->input, what);
  return write_label(reader->out, label, score);
}

static enum pc_status read_labels(void *context, cJSON *item, uint32_t place)
{
  struct reader *reader = context;

  if (!cJSON_IsArray(item))
    return pc_fault_set(reader->fault, PC_PARSE_ERROR,
                        "item %" PRIu32 " is not a list", place);
  reader->input = place;
  return pc_small_json_read_list(item, read_label, reader, reader->out);
}

enum pc_status pc_classify_read(const char *body,
                                size_t size,
                                uint32_t count,
                                struct pc_bytes *out,
                                struct pc_fault *fault)
{
  struct reader reader = {.out = out, .fault = fault};

  return pc_small_json_read(body, size, count, read_labels, &reader, out,
                            fault);
}
