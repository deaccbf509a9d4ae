/*
 * Any floats, written down as an answer, come back bit for bit.
 * Knobs from the end: how many rows, how they are written, where to cut. The
 * rest of the input is the floats.
 */
#include "fuzz.h"

#include <math.h>

#include "wire/answers/embeddings.h"

enum {
  WRITE_PACKED = 1,     /* as base64, else as numbers */
  WRITE_INDEX_LAST = 2, /* behind the embedding */
  WRITE_BACKWARDS = 4,  /* the last row first */
  WRITE_UNKNOWN = 8     /* with members that nobody asked for */
};

struct rows {
  const uint8_t *data;
  uint32_t count;
  size_t floats; /* in each row */
};

static void write_text(struct pc_bytes *body, const char *text)
{
  REQUIRE(pc_bytes_append_text(body, text) == PC_OK);
}

static float float_at(const struct rows *rows, size_t place)
{
  float value = 0;

  memcpy(&value, rows->data + place * sizeof(value), sizeof(value));
  return value;
}

static void
write_numbers(struct pc_bytes *body, const struct rows *rows, uint32_t row)
{
  char number[32];

  for (size_t i = 0; i < rows->floats; i++) {
    snprintf(number, sizeof(number), "%s%.9g", i ? "," : "[",
             (double)float_at(rows, row * rows->floats + i));
    write_text(body, number);
  }
  write_text(body, "]");
}

/* Three bytes are four letters, six bits each, the first one highest. */
static void
write_packed(struct pc_bytes *body, const struct rows *rows, uint32_t row)
{
  static const char alphabet[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  size_t size = rows->floats * sizeof(float);
  const uint8_t *data = rows->data + row * size;

  write_text(body, "\"");
  for (size_t at = 0; at < size; at += 3) {
    unsigned bits = 0;
    char quad[] = "====";

    for (size_t i = 0; i < 3; i++)
      bits = bits << 8 | (at + i < size ? data[at + i] : 0);
    for (size_t i = 0; i < 4 && at + i <= size; i++)
      quad[i] = alphabet[bits >> (18 - 6 * i) & 63];
    write_text(body, quad);
  }
  write_text(body, "\"");
}

static void write_item(struct pc_bytes *body,
                       const struct rows *rows,
                       uint32_t row,
                       unsigned how)
{
  char index[32];

  snprintf(index, sizeof(index), "\"index\":%u", (unsigned)row);
  write_text(body, "{");
  if (!(how & WRITE_INDEX_LAST)) {
    write_text(body, index);
    write_text(body, ",");
  }
  if (how & WRITE_UNKNOWN)
    write_text(body, "\"x\":[{\"index\":7},null], ");
  write_text(body, "\"embedding\":");
  (how & WRITE_PACKED ? write_packed : write_numbers)(body, rows, row);
  if (how & WRITE_INDEX_LAST) {
    write_text(body, ",");
    write_text(body, index);
  }
  write_text(body, "}");
}

static void
write_answer(struct pc_bytes *body, const struct rows *rows, unsigned how)
{
  write_text(body, how & WRITE_UNKNOWN ? "{\"y\":{\"data\":1},\n" : "{");
  write_text(body, "\"data\":[");
  for (uint32_t i = 0; i < rows->count; i++) {
    write_text(body, i ? "," : "");
    write_item(body, rows, how & WRITE_BACKWARDS ? rows->count - 1 - i : i,
               how);
  }
  write_text(body, "],\"usage\":{\"prompt_tokens\":7,\"total_tokens\":9}}");
}

static void check_rows(const struct pc_embeddings *answer,
                       const struct rows *rows)
{
  size_t size = rows->floats * sizeof(float);

  for (uint32_t i = 0; i < rows->count; i++) {
    REQUIRE(answer->rows[i].size == size);
    REQUIRE(memcmp(answer->values.data + answer->rows[i].offset,
                   rows->data + i * size, size) == 0);
  }
  REQUIRE(answer->usage.prompt_tokens == 7);
  REQUIRE(answer->usage.total_tokens == 9);
}

static void check_answer(const struct rows *rows, unsigned how, uint32_t cuts)
{
  struct pc_bytes body;
  struct pc_embeddings answer;

  fuzz_start_bytes(&body, "");
  write_answer(&body, rows, how);
  pc_embeddings_init(&answer);
  REQUIRE(pc_embeddings_expect(&answer, rows->count, false) == PC_OK);
  for (size_t at = 0; at < body.size;) {
    size_t part = fuzz_cut(&cuts, body.size - at);

    REQUIRE(pc_embeddings_feed(&answer, body.data + at, part) == PC_OK);
    at += part;
  }
  REQUIRE(pc_embeddings_finish(&answer) == PC_OK);
  check_rows(&answer, rows);
  pc_embeddings_deinit(&answer);
  pc_bytes_deinit(&body);
}

/* JSON has no number for what is not finite. */
static bool all_are_finite(const struct rows *rows)
{
  for (size_t i = 0; i < rows->count * rows->floats; i++)
    if (!isfinite(float_at(rows, i)))
      return false;
  return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  struct rows rows = {.count = fuzz_count_of(fuzz_take_knob(data, &size))};
  unsigned how = fuzz_take_knob(data, &size);
  uint32_t cuts = fuzz_take_knob(data, &size);

  rows.data = data;
  rows.floats = size / sizeof(float) / rows.count;
  if (rows.floats && (how & WRITE_PACKED || all_are_finite(&rows)))
    check_answer(&rows, how, cuts);
  return 0;
}
