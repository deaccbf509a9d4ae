#include "wire/answers/scores.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "wire/vectors/decimal.h"

/* Bodies have a ceiling of their own; what is made of one stays near it. */
static const size_t CEILING = (size_t)1 << 30;

/* An answer while it is read. */
struct answer {
  struct pc_scores *scores;
  uint32_t count; /* items that are expected */
  pc_json_item_fn *read_item;
  void *context;
  struct pc_json_reader reader;
};

void pc_scores_init(struct pc_scores *scores)
{
  *scores = (struct pc_scores){.is_ascii = true};
  pc_bytes_init(&scores->pairs, CEILING);
  pc_bytes_init(&scores->ends, CEILING);
  pc_bytes_init(&scores->strings, CEILING);
}

void pc_scores_deinit(struct pc_scores *scores)
{
  pc_bytes_deinit(&scores->pairs);
  pc_bytes_deinit(&scores->ends);
  pc_bytes_deinit(&scores->strings);
}

/* Items beyond the expected number are only counted. */
static enum pc_status
read_expected(void *context, struct pc_json_reader *reader, uint32_t place)
{
  struct answer *answer = context;

  if (place < answer->count)
    return answer->read_item(answer->context, reader, place);
  pc_json_reader_skip(reader);
  return PC_OK;
}

static enum pc_status close_strings(struct pc_scores *scores)
{
  if (!scores->strings.size)
    return PC_OK;
  return pc_bytes_append_text(&scores->strings, "]");
}

static enum pc_status read_list(struct answer *answer)
{
  uint32_t count = 0;
  enum pc_status status =
      pc_json_reader_list(&answer->reader, read_expected, answer, &count);

  if (status != PC_OK)
    return status;
  if (count != answer->count)
    return pc_fault_set(answer->reader.fault, PC_PARSE_ERROR,
                        "expected %" PRIu32 " items, got %" PRIu32,
                        answer->count, count);
  return close_strings(answer->scores);
}

static bool is_list_name(const struct pc_json_reader *reader)
{
  return pc_json_scan_is(&reader->scan, reader->text, "data") ||
         pc_json_scan_is(&reader->scan, reader->text, "results");
}

/* Reads the first list that stands where it may. */
static enum pc_status read_envelope(struct answer *answer, bool *has_list)
{
  struct pc_json_reader *reader = &answer->reader;
  enum pc_status status = pc_json_reader_next(reader);

  while (status == PC_OK && reader->token == PC_JSON_KEY) {
    bool may_be_list = !*has_list && is_list_name(reader);

    status = pc_json_reader_next(reader);
    if (status != PC_OK)
      return status;
    if (may_be_list && reader->token == PC_JSON_ARRAY_BEGIN) {
      *has_list = true;
      status = read_list(answer);
    } else {
      pc_json_reader_skip(reader);
    }
    if (status == PC_OK)
      status = pc_json_reader_next(reader);
  }
  return status;
}

static enum pc_status read_answer(struct answer *answer)
{
  struct pc_json_reader *reader = &answer->reader;
  bool has_list = false;
  enum pc_status status = pc_json_reader_next(reader);

  if (status != PC_OK)
    return status;
  if (reader->token == PC_JSON_ARRAY_BEGIN) {
    has_list = true;
    status = read_list(answer);
  } else if (reader->token == PC_JSON_OBJECT_BEGIN) {
    status = read_envelope(answer, &has_list);
  }
  if (status == PC_OK)
    status = pc_json_reader_next(reader);
  if (status == PC_OK && !has_list)
    return pc_fault_set(reader->fault, PC_PARSE_ERROR, "no list of results");
  return status;
}

enum pc_status pc_scores_read(struct pc_scores *scores,
                              const char *body,
                              size_t size,
                              uint32_t count,
                              pc_json_item_fn *read_item,
                              void *context,
                              struct pc_fault *fault)
{
  struct answer answer = {.scores = scores,
                          .count = count,
                          .read_item = read_item,
                          .context = context};
  enum pc_status status = PC_OK;

  pc_bytes_clear(&scores->pairs);
  pc_bytes_clear(&scores->ends);
  pc_bytes_clear(&scores->strings);
  pc_json_reader_init(&answer.reader, body, size, fault);
  status = read_answer(&answer);
  scores->is_ascii = answer.reader.scan.is_ascii;
  return status;
}

enum pc_status
pc_scores_add(struct pc_scores *scores, double number, double score)
{
  const struct pc_score pair = {.number = number, .score = score};

  return pc_bytes_append(&scores->pairs, &pair, sizeof(pair));
}

enum pc_status pc_scores_end_row(struct pc_scores *scores)
{
  return pc_bytes_append(&scores->ends, &scores->pairs.size,
                         sizeof(scores->pairs.size));
}

enum pc_status
pc_scores_add_string(struct pc_scores *scores, const char *json, size_t size)
{
  enum pc_status status =
      pc_bytes_append(&scores->strings, scores->strings.size ? "," : "[", 1);

  return status == PC_OK ? pc_bytes_append(&scores->strings, json, size)
                         : status;
}

enum pc_status pc_scores_number(const struct pc_json_reader *reader,
                                const struct pc_json_value *value,
                                double *out)
{
  const char *behind = NULL;
  enum pc_status status = PC_OK;

  if (value->token != PC_JSON_NUMBER)
    return PC_PARSE_ERROR;
  status = pc_decimal_read_double(value->data, reader->text + reader->size, out,
                                  &behind);
  return status == PC_OK && !isfinite(*out) ? PC_PARSE_ERROR : status;
}

enum pc_status pc_scores_copy_rows(const struct pc_scores *scores,
                                   struct pc_vectors *vectors,
                                   uint32_t first_row)
{
  size_t count = scores->ends.size / sizeof(size_t);
  size_t start = 0;
  enum pc_status status = PC_OK;

  for (size_t i = 0; status == PC_OK && i < count; i++) {
    size_t end = 0;

    memcpy(&end, scores->ends.data + i * sizeof(end), sizeof(end));
    status = pc_vectors_put(vectors, first_row + (uint32_t)i,
                            scores->pairs.data + start, end - start);
    start = end;
  }
  return status;
}
