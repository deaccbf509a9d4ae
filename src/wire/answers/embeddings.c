#include "wire/answers/embeddings.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>

#include "wire/answers/embeddings_packed.h"

#define MIB ((size_t)1 << 20)

static const size_t WINDOW_CEILING = 64 * MIB;
static const size_t VALUES_CEILING = 1024 * MIB;
static const size_t MODEL_CEILING = MIB / 16;

/* Copied to an unfinished token at first: nearly every one ends within. */
static const size_t SMALLEST_PART = 256;

/* A cut vector is told as any cut text is. */
static enum pc_status refuse_cut(struct pc_embeddings *answer)
{
  answer->scan.at = answer->text.size;
  answer->scan.reason = "the text ends too early";
  return pc_json_scan_explain(&answer->scan, answer->dropped, &answer->fault);
}

static enum pc_status
read_vector(struct pc_embeddings *answer, bool is_last, bool *needs_more)
{
  bool is_done = false;
  enum pc_status status =
      pc_float_text_read(&answer->floats, answer->text.data, answer->text.size,
                         &answer->scan.at, &answer->values, &is_done);

  if (status != PC_OK)
    return pc_embeddings_refuse_vector(answer, status, answer->scan.at);
  *needs_more = !is_done;
  if (!is_done)
    return is_last ? refuse_cut(answer) : PC_OK;
  pc_json_scan_leave_array(&answer->scan, answer->scan.at);
  return pc_embeddings_end_vector(answer);
}

static enum pc_status
read_token(struct pc_embeddings *answer, bool is_last, bool *needs_more)
{
  enum pc_json_token token = pc_json_scan_next(&answer->scan, answer->text.data,
                                               answer->text.size, is_last);

  if (token == PC_JSON_BAD)
    return pc_json_scan_explain(&answer->scan, answer->dropped, &answer->fault);
  *needs_more = token == PC_JSON_MORE || token == PC_JSON_END;
  return *needs_more ? PC_OK : pc_embeddings_take_token(answer, token);
}

static enum pc_status read_json(struct pc_embeddings *answer, bool is_last)
{
  enum pc_status status = PC_OK;
  bool needs_more = false;

  while (status == PC_OK && !needs_more)
    status = answer->place == PC_EMBEDDINGS_IN_VECTOR
                 ? read_vector(answer, is_last, &needs_more)
                 : read_token(answer, is_last, &needs_more);
  return status;
}

/* Reads what is whole of `text`; read_size tells how much of it that was. */
static enum pc_status
read_text(struct pc_embeddings *answer, struct pc_text text, bool is_last)
{
  answer->text = text;
  return answer->is_packed ? pc_embeddings_read_packed(answer, is_last)
                           : read_json(answer, is_last);
}

static size_t read_size(const struct pc_embeddings *answer)
{
  return answer->is_packed ? answer->packed->at : answer->scan.at;
}

/* What was read is not looked at again; answers how much it was. */
static size_t leave_behind(struct pc_embeddings *answer)
{
  size_t count = read_size(answer);

  answer->dropped += count;
  if (answer->is_packed)
    pc_msgpack_scan_shift(answer->packed);
  else
    pc_json_scan_shift(&answer->scan, count);
  return count;
}

static enum pc_status
keep(struct pc_embeddings *answer, struct pc_text *data, size_t count)
{
  enum pc_status status = pc_bytes_append(&answer->window, data->data, count);

  if (status != PC_OK)
    return pc_embeddings_refuse_size(answer, status, "one token");
  pc_text_drop(data, count);
  return PC_OK;
}

/* Reads `data` where it lies and keeps the token that it ends in. */
static enum pc_status read_in_place(struct pc_embeddings *answer,
                                    struct pc_text *data)
{
  enum pc_status status = read_text(answer, *data, false);

  if (status != PC_OK)
    return status;
  pc_text_drop(data, leave_behind(answer));
  return keep(answer, data, data->size);
}

/*
 * Goes on with the unfinished token in the window, by as much of `data` as may
 * end it. What lies behind it is given back, to be read in place.
 */
static enum pc_status read_window(struct pc_embeddings *answer,
                                  struct pc_text *data)
{
  const struct pc_text all = *data;
  size_t before = answer->window.size;
  size_t part = before < SMALLEST_PART ? SMALLEST_PART : before;
  enum pc_status status =
      keep(answer, data, part < data->size ? part : data->size);

  if (status == PC_OK)
    status = read_text(
        answer, (struct pc_text){answer->window.data, answer->window.size},
        false);
  if (status != PC_OK)
    return status;
  if (read_size(answer) < before) {
    pc_bytes_drop_front(&answer->window, leave_behind(answer));
    return PC_OK;
  }
  *data = all;
  pc_text_drop(data, leave_behind(answer) - before);
  pc_bytes_clear(&answer->window);
  return PC_OK;
}

/* Makes `rows` hold `count` empty entries. */
static enum pc_status clear_rows(struct pc_embeddings *answer, uint32_t count)
{
  if (count > answer->row_capacity) {
    free(answer->rows);
    answer->row_capacity = 0;
    answer->rows = malloc(count * sizeof(*answer->rows));
    if (!answer->rows)
      return PC_NO_MEMORY;
    answer->row_capacity = count;
  }
  for (uint32_t i = 0; i < count; i++)
    answer->rows[i] = (struct pc_vector_place){0};
  return PC_OK;
}

void pc_embeddings_init(struct pc_embeddings *answer)
{
  *answer = (struct pc_embeddings){0};
  pc_bytes_init(&answer->values, VALUES_CEILING);
  pc_bytes_init(&answer->model, MODEL_CEILING);
  pc_bytes_init(&answer->window, WINDOW_CEILING);
}

enum pc_status pc_embeddings_expect(struct pc_embeddings *answer,
                                    uint32_t expected_count,
                                    bool is_opaque)
{
  struct pc_embeddings fresh = {.expected_count = expected_count,
                                .is_opaque = is_opaque,
                                .values = answer->values,
                                .model = answer->model,
                                .window = answer->window,
                                .packed = answer->packed,
                                .rows = answer->rows,
                                .row_capacity = answer->row_capacity};

  assert(expected_count > 0);
  *answer = fresh;
  pc_bytes_clear(&answer->values);
  pc_bytes_clear(&answer->model);
  pc_bytes_clear(&answer->window);
  pc_json_scan_init(&answer->scan);
  return clear_rows(answer, expected_count);
}

enum pc_status pc_embeddings_expect_packed(struct pc_embeddings *answer)
{
  if (!answer->packed)
    answer->packed = malloc(sizeof(*answer->packed));
  if (!answer->packed)
    return PC_NO_MEMORY;
  answer->is_packed = true;
  pc_msgpack_scan_init(answer->packed);
  return PC_OK;
}

void pc_embeddings_deinit(struct pc_embeddings *answer)
{
  pc_bytes_deinit(&answer->values);
  pc_bytes_deinit(&answer->model);
  pc_bytes_deinit(&answer->window);
  free(answer->rows);
  free(answer->packed);
  pc_embeddings_init(answer);
}

enum pc_status
pc_embeddings_feed(struct pc_embeddings *answer, const char *data, size_t size)
{
  struct pc_text left = {data, size};

  while (left.size && answer->status == PC_OK)
    answer->status = answer->window.size ? read_window(answer, &left)
                                         : read_in_place(answer, &left);
  return answer->status;
}

enum pc_status pc_embeddings_finish(struct pc_embeddings *answer)
{
  struct pc_text rest = {answer->window.data, answer->window.size};

  if (answer->status == PC_OK)
    answer->status = read_text(answer, rest.size ? rest : pc_text_of(""), true);
  return answer->status;
}

enum pc_status pc_embeddings_copy_rows(const struct pc_embeddings *answer,
                                       struct pc_vectors *vectors,
                                       uint32_t first_row)
{
  enum pc_status status = PC_OK;

  for (uint32_t i = 0; status == PC_OK && i < answer->expected_count; i++)
    status = pc_vectors_put(vectors, first_row + i,
                            answer->values.data + answer->rows[i].offset,
                            answer->rows[i].size);
  return status;
}
