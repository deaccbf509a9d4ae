#include "harness.h"

#include "wire/answers/batch.h"

/* Reads a body of which the first `cut` bytes are there before the rest. */
static enum pc_status
read_cut(struct pc_batch *answer, const char *text, size_t size, size_t cut)
{
  enum pc_status status = PC_OK;

  pc_batch_init(answer);
  status = pc_batch_read(answer, text, cut, false);
  return status == PC_OK ? pc_batch_read(answer, text, size, true) : status;
}

static enum pc_status read_text(struct pc_batch *answer, const char *text)
{
  return read_cut(answer, text, strlen(text), 0);
}

static void takes_any_one_json_value(void)
{
  static const char *const good[] = {
      "{\"a\":[1,2]}", "[]", "\"text\"", "12", "-0.5e3", "true", "null", " 1 "};

  for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
    struct pc_batch answer;

    for (size_t cut = 0; cut <= strlen(good[i]); cut++) {
      CHECK(read_cut(&answer, good[i], strlen(good[i]), cut) == PC_OK);
      CHECK(!answer.is_empty);
    }
  }
}

static void an_empty_or_blank_body_is_an_answer_without_a_value(void)
{
  static const char *const blank[] = {"", " ", "\r\n\t  \n", "\xef\xbb\xbf",
                                      "\xef\xbb\xbf \n"};

  for (size_t i = 0; i < sizeof(blank) / sizeof(*blank); i++) {
    struct pc_batch answer;

    for (size_t cut = 0; cut <= strlen(blank[i]); cut++) {
      CHECK(read_cut(&answer, blank[i], strlen(blank[i]), cut) == PC_OK);
      CHECK(answer.is_empty);
    }
  }
}

static void a_body_that_never_came_is_empty_too(void)
{
  struct pc_batch answer;

  pc_batch_init(&answer);

  CHECK(pc_batch_read(&answer, NULL, 0, true) == PC_OK);
  CHECK(answer.is_empty);
}

static void refuses_what_is_not_json_and_says_where(void)
{
  static const struct {
    const char *text;
    const char *reason;
  } bad[] = {
      {"SSH-2.0-OpenSSH_9.2\r\n", "not JSON at byte 0: a value was expected"},
      {"<!doctype html>", "not JSON at byte 0: a value was expected"},
      {"{\"a\":1", "not JSON at byte 6: the text ends too early"},
      {"tru", "not JSON at byte 3: the text ends too early"},
      {"\"", "not JSON at byte 1: the text ends too early"},
      {"-", "not JSON at byte 1: the text ends too early"},
      {"\xef\xbb", "not JSON at byte 0: a value was expected"},
      {"{} {}", "not JSON at byte 3: nothing may follow the value"},
      {"[\"\xff\"]", "not JSON at byte 2: not UTF-8"}};

  for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
    struct pc_batch answer;

    for (size_t cut = 0; cut <= strlen(bad[i].text); cut++) {
      CHECK(read_cut(&answer, bad[i].text, strlen(bad[i].text), cut) ==
            PC_PARSE_ERROR);
      CHECK_TEXT(answer.fault.reason, bad[i].reason);
    }
  }
}

static void finds_the_fault_before_the_body_is_complete(void)
{
  struct pc_batch answer;

  pc_batch_init(&answer);

  CHECK(pc_batch_read(&answer, "[1,", 3, false) == PC_OK);
  CHECK(pc_batch_read(&answer, "[1,}", 4, false) == PC_PARSE_ERROR);
}

static void a_truncated_body_is_refused_at_every_length(void)
{
  static const char text[] = "{\"a\":[1,{\"b\":\"c\\n\"},false]}";

  for (size_t size = 1; size < sizeof(text) - 1; size++) {
    struct pc_batch answer;

    CHECK(read_cut(&answer, text, size, size / 2) == PC_PARSE_ERROR);
  }
}

static void a_body_nested_200000_deep_is_refused(void)
{
  enum { DEPTH = 200000 };
  struct pc_batch answer;
  char *text = malloc(DEPTH);

  if (!CHECK(text != NULL))
    return;
  memset(text, '[', DEPTH);

  CHECK(read_cut(&answer, text, DEPTH, 100) == PC_PARSE_ERROR);
  CHECK_TEXT(answer.fault.reason,
             "not JSON at byte 512: nested deeper than 512");
  free(text);
}

static void knows_whether_v8_may_take_it_as_one_byte_text(void)
{
  struct pc_batch answer;

  CHECK(read_text(&answer, "{\"a\":\"\\u00e9\"}") == PC_OK);
  CHECK(pc_batch_is_ascii(&answer));
  CHECK(read_text(&answer, "{\"caf\xc3\xa9\":1}") == PC_OK);
  CHECK(!pc_batch_is_ascii(&answer));
}

static void shows_v8_where_a_byte_order_mark_ends(void)
{
  struct pc_batch answer;

  CHECK(read_text(&answer, "\xef\xbb\xbf{}") == PC_OK);
  CHECK_NUMBER(pc_batch_start(&answer), 3);
  CHECK(!pc_batch_is_ascii(&answer));
  CHECK(read_text(&answer, "{}") == PC_OK);
  CHECK_NUMBER(pc_batch_start(&answer), 0);
}

int main(void)
{
  static const struct harness_test tests[] = {
      TEST(takes_any_one_json_value),
      TEST(an_empty_or_blank_body_is_an_answer_without_a_value),
      TEST(a_body_that_never_came_is_empty_too),
      TEST(refuses_what_is_not_json_and_says_where),
      TEST(finds_the_fault_before_the_body_is_complete),
      TEST(a_truncated_body_is_refused_at_every_length),
      TEST(a_body_nested_200000_deep_is_refused),
      TEST(knows_whether_v8_may_take_it_as_one_byte_text),
      TEST(shows_v8_where_a_byte_order_mark_ends)};

  return HARNESS_RUN(tests);
}
