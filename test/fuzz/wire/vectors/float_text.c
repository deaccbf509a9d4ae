/*
 * A list of numbers has the end the scanner sees and the bits strtof gives,
 * whole or in pieces, by lists and number by number. Knob: where to cut.
 */
#include "fuzz.h"

#include "wire/json/scan.h"
#include "wire/vectors/decimal.h"
#include "wire/vectors/float_text.h"

enum verdict { LIST_WHOLE, LIST_CUT, LIST_BAD };

static void append_strtof(struct pc_bytes *out, const char *text, size_t size)
{
  char *number = fuzz_copy_text(text, size);
  float value = strtof(number, NULL);

  REQUIRE(pc_bytes_append(out, &value, sizeof(value)) == PC_OK);
  free(number);
}

/* May the rest become a number when more arrives? */
static bool is_cut_number(const char *rest, size_t size)
{
  return size == 0 || (size <= PC_DECIMAL_MAX &&
                       (*rest == '-' || (*rest >= '0' && *rest <= '9')));
}

/* What the scanner and strtof say about `text`, which begins with "[". */
static enum verdict
read_plainly(const char *text, size_t size, struct pc_bytes *out)
{
  struct pc_json_scan scan;
  enum pc_json_token token = PC_JSON_MORE;

  pc_json_scan_init(&scan);
  REQUIRE(pc_json_scan_next(&scan, text, size, false) == PC_JSON_ARRAY_BEGIN);
  while ((token = pc_json_scan_next(&scan, text, size, false)) ==
         PC_JSON_NUMBER) {
    if (scan.size > PC_DECIMAL_MAX)
      return LIST_BAD;
    append_strtof(out, text + scan.start, scan.size);
  }
  if (token == PC_JSON_ARRAY_END)
    return LIST_WHOLE;
  return token == PC_JSON_MORE && is_cut_number(text + scan.at, size - scan.at)
             ? LIST_CUT
             : LIST_BAD;
}

/* Reads as the network delivers: what is read is dropped, the rest moves. */
static enum verdict read_in_pieces(const char *text,
                                   size_t size,
                                   uint32_t *cut_state,
                                   bool reads_lists,
                                   struct pc_bytes *out)
{
  struct pc_float_text reader;
  enum pc_status status = PC_OK;
  size_t dropped = 0;
  size_t arrived = 0;
  bool is_done = false;

  pc_float_text_init(&reader);
  if (!reads_lists)
    reader.read_list = NULL;
  while (status == PC_OK && !is_done && arrived < size) {
    size_t at = 0;
    char *window = NULL;

    arrived += cut_state ? fuzz_cut(cut_state, size - arrived) : size;
    window = fuzz_copy_text(text + dropped, arrived - dropped);
    status = pc_float_text_read(&reader, window, arrived - dropped, &at, out,
                                &is_done);
    REQUIRE(at <= arrived - dropped);
    REQUIRE(!is_done || window[at - 1] == ']');
    dropped += at;
    free(window);
  }
  REQUIRE(status == PC_OK || status == PC_PARSE_ERROR);
  if (status != PC_OK)
    return LIST_BAD;
  return is_done ? LIST_WHOLE : LIST_CUT;
}

static void check_same(enum verdict verdict,
                       enum verdict expected_verdict,
                       const struct pc_bytes *out,
                       const struct pc_bytes *expected)
{
  REQUIRE(verdict == expected_verdict);
  REQUIRE(verdict == LIST_BAD || out->size == expected->size);
  REQUIRE(verdict == LIST_BAD ||
          memcmp(out->data, expected->data, out->size) == 0);
}

static void check_way(const struct pc_bytes *expected,
                      enum verdict verdict,
                      const char *text,
                      size_t size,
                      uint32_t cut_state,
                      bool reads_lists)
{
  struct pc_bytes out;

  fuzz_start_bytes(&out, "");
  check_same(read_in_pieces(text, size, NULL, reads_lists, &out), verdict, &out,
             expected);
  pc_bytes_clear(&out);
  check_same(read_in_pieces(text, size, &cut_state, reads_lists, &out), verdict,
             &out, expected);
  pc_bytes_deinit(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  struct pc_bytes expected;
  uint32_t cut_state = fuzz_take_knob(data, &size);
  char *text = NULL;
  enum verdict verdict = LIST_BAD;

  if (!size || *data != '[')
    return 0;
  text = fuzz_copy(data, size);
  fuzz_start_bytes(&expected, "");
  verdict = read_plainly(text, size, &expected);
  check_way(&expected, verdict, text + 1, size - 1, cut_state, true);
  check_way(&expected, verdict, text + 1, size - 1, cut_state, false);
  pc_bytes_deinit(&expected);
  free(text);
  return 0;
}
