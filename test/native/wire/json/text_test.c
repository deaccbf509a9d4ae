#include "harness.h"

#include "base/bytes.h"
#include "wire/json/text.h"

/* Writes from memory of just the right size, so that ASan can see. */
static enum pc_status
append_exact(struct pc_bytes *out, const char *text, size_t size)
{
  char *copy = malloc(size ? size : 1);
  enum pc_status status = PC_OK;

  if (!copy)
    abort();
  memcpy(copy, text, size);
  status = pc_json_text_append(out, copy, size);
  free(copy);
  return status;
}

static void check_written(const char *text, size_t size, const char *expected)
{
  struct pc_bytes out;

  pc_bytes_init(&out, 1 << 10);
  CHECK_NUMBER(append_exact(&out, text, size), PC_OK);
  CHECK_TEXT(out.data, expected);
  CHECK_NUMBER(out.size, strlen(expected));
  pc_bytes_deinit(&out);
}

/* What JSON.stringify writes for one byte. */
static void write_byte(char *to, size_t room, unsigned char byte)
{
  static const char letters[] = "btn?fr"; /* of \b to \r, \v has none */

  if (byte == '"' || byte == '\\')
    snprintf(to, room, "\\%c", byte);
  else if (byte >= '\b' && byte <= '\r' && byte != '\v')
    snprintf(to, room, "\\%c", letters[byte - '\b']);
  else if (byte < 0x20)
    snprintf(to, room, "\\u%04x", byte);
  else
    snprintf(to, room, "%c", byte);
}

static void plain_text_gets_quotes_only(void)
{
  check_written("", 0, "\"\"");
  check_written("a", 1, "\"a\"");
  check_written("What is the meaning of life? /", 30,
                "\"What is the meaning of life? /\"");
}

static void every_ascii_byte_at_every_place_is_written_as_json_stringify(void)
{
  enum { SIZE = 20 };

  for (unsigned byte = 0; byte < 0x80; byte++)
    for (size_t place = 0; place < SIZE; place++) {
      char text[SIZE];
      char escape[8];
      char expected[64];

      memset(text, 'x', SIZE);
      text[place] = (char)byte;
      write_byte(escape, sizeof(escape), (unsigned char)byte);
      snprintf(expected, sizeof(expected), "\"%.*s%s%.*s\"", (int)place,
               "xxxxxxxxxxxxxxxxxxxx", escape, (int)(SIZE - 1 - place),
               "xxxxxxxxxxxxxxxxxxxx");
      check_written(text, SIZE, expected);
    }
}

static void known_escapes_are_lower_case(void)
{
  check_written("\x1f\x0b\0", 3, "\"\\u001f\\u000b\\u0000\"");
  check_written("\b\f\n\r\t\"\\", 7, "\"\\b\\f\\n\\r\\t\\\"\\\\\"");
}

static void what_json_stringify_leaves_raw_stays_raw(void)
{
  const char *text = "/\x7f é ∑ 😀 \xe2\x80\xa8 ÿĀ";
  char expected[64];

  snprintf(expected, sizeof(expected), "\"%s\"", text);
  check_written(text, strlen(text), expected);
}

static void specials_next_to_each_other_are_all_written(void)
{
  check_written("\"\"\"\"\"\"\"\"\"", 9,
                "\"\\\"\\\"\\\"\\\"\\\"\\\"\\\"\\\"\\\"\"");
  check_written("\n\x80\n \xff\x01!\x20\"", 9,
                "\"\\n\x80\\n \xff\\u0001! \\\"\"");
}

static void text_goes_behind_what_is_there(void)
{
  struct pc_bytes out;

  pc_bytes_init(&out, 100);
  CHECK_NUMBER(pc_bytes_append_text(&out, "["), PC_OK);
  CHECK_NUMBER(append_exact(&out, "a", 1), PC_OK);
  CHECK_NUMBER(append_exact(&out, "\n", 1), PC_OK);
  CHECK_TEXT(out.data, "[\"a\"\"\\n\"");
  pc_bytes_deinit(&out);
}

static void text_that_does_not_fit_leaves_no_trace(void)
{
  struct pc_bytes out;

  for (size_t ceiling = 1; ceiling < 13; ceiling++) {
    pc_bytes_init(&out, ceiling);
    CHECK_NUMBER(pc_bytes_append_text(&out, "["), PC_OK);
    CHECK_NUMBER(append_exact(&out,
                              "ab\x01"
                              "cd",
                              5),
                 PC_TOO_LARGE);
    CHECK_TEXT(out.data, "[");
    CHECK_NUMBER(out.size, 1);
    pc_bytes_deinit(&out);
  }
  pc_bytes_init(&out, 13);
  CHECK_NUMBER(pc_bytes_append_text(&out, "["), PC_OK);
  CHECK_NUMBER(append_exact(&out,
                            "ab\x01"
                            "cd",
                            5),
               PC_OK);
  CHECK_TEXT(out.data, "[\"ab\\u0001cd\"");
  pc_bytes_deinit(&out);
}

int main(void)
{
  static const struct harness_test tests[] = {
      TEST(plain_text_gets_quotes_only),
      TEST(every_ascii_byte_at_every_place_is_written_as_json_stringify),
      TEST(known_escapes_are_lower_case),
      TEST(what_json_stringify_leaves_raw_stays_raw),
      TEST(specials_next_to_each_other_are_all_written),
      TEST(text_goes_behind_what_is_there),
      TEST(text_that_does_not_fit_leaves_no_trace),
  };

  return HARNESS_RUN(tests);
}
