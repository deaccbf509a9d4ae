#include "harness.h"

#include <float.h>
#include <math.h>

#include <cjson/cJSON.h>

#include "wire/small_json.h"

struct answer {
  struct pc_bytes out;
  struct pc_fault fault;
  enum pc_status status;
};

/* Writes an item back: a string, or the number "n" of an object. */
static enum pc_status copy_item(void *context, cJSON *item, uint32_t place)
{
  struct answer *answer = context;
  double number = 0;

  if (cJSON_IsString(item))
    return pc_small_json_append_string(&answer->out, item);
  if (!pc_small_json_number(item, "n", &number))
    return pc_fault_set(&answer->fault, PC_PARSE_ERROR, "item %u has no n",
                        (unsigned)place);
  return pc_small_json_append_number(&answer->out, number);
}

/* The caller ends it with pc_bytes_deinit(&answer.out). */
static struct answer read_body(const char *body, size_t size, uint32_t count)
{
  struct answer answer = {.status = PC_OK};
  char *copy = malloc(size ? size : 1);

  if (!CHECK(copy != NULL))
    exit(EXIT_FAILURE);
  memcpy(copy, body, size);
  pc_bytes_init(&answer.out, 4096);
  CHECK(pc_bytes_append_text(&answer.out, "kept") == PC_OK);
  answer.status = pc_small_json_read(copy, size, count, copy_item, &answer,
                                     &answer.out, &answer.fault);
  free(copy);
  return answer;
}

static void check_read(const char *body, uint32_t count, const char *expected)
{
  struct answer answer = read_body(body, strlen(body), count);

  CHECK(answer.status == PC_OK);
  CHECK_TEXT(answer.out.data + strlen("kept"), expected);
  pc_bytes_deinit(&answer.out);
}

static void check_refused(const char *body, uint32_t count, const char *reason)
{
  struct answer answer = read_body(body, strlen(body), count);

  CHECK(answer.status == PC_PARSE_ERROR);
  CHECK_TEXT(answer.fault.reason, reason);
  CHECK_TEXT(answer.out.data, "kept");
  pc_bytes_deinit(&answer.out);
}

static void finds_the_list_bare_or_enveloped(void)
{
  check_read("[\"a\",\"b\"]", 2, "[\"a\",\"b\"]");
  check_read("{\"object\":\"list\",\"data\":[\"a\"]}", 1, "[\"a\"]");
  check_read("{\"results\":[\"a\"],\"id\":7}", 1, "[\"a\"]");
  check_read("{\"data\":null,\"results\":[\"a\"]}", 1, "[\"a\"]");
  check_read("\xef\xbb\xbf[]", 0, "[]");
}

static void refuses_a_body_without_such_a_list(void)
{
  check_refused("{}", 1, "no list of results");
  check_refused("{\"Data\":[\"a\"]}", 1, "no list of results");
  check_refused("{\"data\":{\"results\":[]}}", 1, "no list of results");
  check_refused("\"text\"", 1, "no list of results");
  check_refused("1", 1, "no list of results");
  check_refused("null", 1, "no list of results");
}

static void refuses_a_list_of_the_wrong_length(void)
{
  check_refused("[\"a\",\"b\"]", 3, "expected 3 items, got 2");
  check_refused("[\"a\",\"b\"]", 1, "expected 1 items, got 2");
  check_refused("{\"data\":[]}", 1, "expected 1 items, got 0");
}

static void passes_on_what_an_item_reader_refuses(void)
{
  check_refused("[\"a\",{}]", 2, "item 1 has no n");
}

static void refuses_text_that_only_cjson_takes_for_json(void)
{
  check_refused("[1.]", 1, "not JSON at byte 3: a digit was expected");
  check_refused("[\"a\tb\"]", 1,
                "not JSON at byte 3: control character in a string");
  check_refused("[\"\xff\"]", 1, "not JSON at byte 2: not UTF-8");
  check_refused("[] x", 0, "not JSON at byte 3: nothing may follow the value");
}

static void names_a_number_that_is_too_long_for_cjson(void)
{
  check_refused("[{\"n\":0."
                "12345678901234567890123456789012345678901234567890"
                "123456789012}]",
                1, "the number at byte 6 is longer than 63 bytes");
  check_read("[{\"n\":0."
             "12345678901234567890123456789012345678901234567890"
             "12345678901}]",
             1, "[0.12345678901234568]");
}

static void strings_survive_with_every_kind_of_escape(void)
{
  check_read("[\"a\\u0000b\\u0000\"]", 1, "[\"a\\u0000b\\u0000\"]");
  check_read("[\"\\\\u0000 \\\\\\u0000\"]", 1, "[\"\\\\u0000 \\\\\\u0000\"]");
  check_read("[\"\\ud83d\\ude00\\u00e9\\n\\/\"]", 1,
             "[\"\xf0\x9f\x98\x80\xc3\xa9\\n/\"]");
}

static void half_a_surrogate_pair_becomes_the_replacement_character(void)
{
  check_read("[\"\\ud83d\"]", 1, "[\"\xef\xbf\xbd\"]");
  check_read("[\"\\ude00x\"]", 1, "[\"\xef\xbf\xbdx\"]");
  check_read("[\"\\ud83d\\u0041\"]", 1, "[\"\xef\xbf\xbd\x41\"]");
  check_read("[\"\\ud83d\\ud83d\\ude00\"]", 1,
             "[\"\xef\xbf\xbd\xf0\x9f\x98\x80\"]");
  check_read("[\"\\ud83d\\n\"]", 1, "[\"\xef\xbf\xbd\\n\"]");
}

static void infinite_numbers_are_none(void)
{
  check_refused("[{\"n\":1e999}]", 1, "item 0 has no n");
  check_refused("[{\"n\":\"1\"}]", 1, "item 0 has no n");
  check_refused("[{\"n\":null}]", 1, "item 0 has no n");
  check_refused("[[1]]", 1, "item 0 has no n");
}

static void check_number(double number, const char *expected)
{
  struct pc_bytes out;

  pc_bytes_init(&out, 64);
  CHECK(pc_small_json_append_number(&out, number) == PC_OK);
  CHECK_TEXT(out.data, expected);
  pc_bytes_deinit(&out);
}

static void numbers_are_written_as_json(void)
{
  check_number(0.1, "0.10000000000000001");
  check_number(5, "5");
  check_number(-2.5, "-2.5");
  check_number(0x1p-30, "9.3132257461547852e-10");
  check_number(-0.0, "-0");
}

static void numbers_read_back_as_they_were(void)
{
  static const double numbers[] = {DBL_MAX,     DBL_MIN,
                                   DBL_EPSILON, 4.9406564584124654e-324,
                                   0.9932,      -123456.789e-20};
  unsigned random = 1;

  for (long i = 0; i < 6 + harness_rounds(20000); i++) {
    double number = i < 6 ? numbers[i] : 0;
    struct pc_bytes out;

    random = random * 1664525u + 1013904223u;
    if (i >= 6)
      number =
          ldexp(1.0 + random / 4294967296.0 / 3, (int)(random % 600) - 300);
    pc_bytes_init(&out, 64);
    CHECK(pc_small_json_append_number(&out, number) == PC_OK);
    CHECK(strtod(out.data, NULL) == number);
    pc_bytes_deinit(&out);
  }
}

static void a_full_buffer_is_an_error_and_keeps_what_it_held(void)
{
  struct answer answer = {.status = PC_OK};

  pc_bytes_init(&answer.out, 8);
  CHECK(pc_bytes_append_text(&answer.out, "kept") == PC_OK);

  CHECK(pc_small_json_read("[\"abcdef\"]", 10, 1, copy_item, &answer,
                           &answer.out, &answer.fault) == PC_TOO_LARGE);
  CHECK_TEXT(answer.out.data, "kept");
  pc_bytes_deinit(&answer.out);
}

int main(void)
{
  static const struct harness_test tests[] = {
      TEST(finds_the_list_bare_or_enveloped),
      TEST(refuses_a_body_without_such_a_list),
      TEST(refuses_a_list_of_the_wrong_length),
      TEST(passes_on_what_an_item_reader_refuses),
      TEST(refuses_text_that_only_cjson_takes_for_json),
      TEST(names_a_number_that_is_too_long_for_cjson),
      TEST(strings_survive_with_every_kind_of_escape),
      TEST(half_a_surrogate_pair_becomes_the_replacement_character),
      TEST(infinite_numbers_are_none),
      TEST(numbers_are_written_as_json),
      TEST(numbers_read_back_as_they_were),
      TEST(a_full_buffer_is_an_error_and_keeps_what_it_held)};

  return HARNESS_RUN(tests);
}
