#include "harness.h"

#include "wire/rerank.h"

struct answer {
  struct pc_bytes out;
  struct pc_fault fault;
  enum pc_status status;
};

/* The caller ends it with pc_bytes_deinit(&answer.out). */
static struct answer
read_body(const char *body, size_t size, uint32_t first, uint32_t count)
{
  struct answer answer = {.status = PC_OK};
  char *copy = malloc(size ? size : 1);

  if (!CHECK(copy != NULL))
    exit(EXIT_FAILURE);
  memcpy(copy, body, size);
  pc_bytes_init(&answer.out, 1 << 20);
  answer.status =
      pc_rerank_read(copy, size, first, count, &answer.out, &answer.fault);
  free(copy);
  return answer;
}

static void check_read(const char *body,
                       uint32_t first,
                       uint32_t count,
                       const char *expected)
{
  struct answer answer = read_body(body, strlen(body), first, count);

  CHECK(answer.status == PC_OK);
  CHECK_TEXT(answer.out.data, expected);
  pc_bytes_deinit(&answer.out);
}

static void check_refused(const char *body, uint32_t count, const char *reason)
{
  struct answer answer = read_body(body, strlen(body), 0, count);

  CHECK(answer.status == PC_PARSE_ERROR);
  CHECK_TEXT(answer.fault.reason, reason);
  CHECK_NUMBER(answer.out.size, 0);
  pc_bytes_deinit(&answer.out);
}

static void keeps_the_order_of_the_server(void)
{
  check_read("[{\"index\":1,\"score\":0.75},{\"index\":0,\"score\":0.12525}]",
             0, 2,
             "[{\"index\":1,\"score\":0.75,\"text\":null},"
             "{\"index\":0,\"score\":0.12525,\"text\":null}]");
}

static void moves_indexes_to_their_place_in_the_whole_call(void)
{
  check_read("[{\"index\":1,\"score\":1},{\"index\":0,\"score\":2}]",
             UINT32_MAX - 1, 2,
             "[{\"index\":4294967295,\"score\":1,\"text\":null},"
             "{\"index\":4294967294,\"score\":2,\"text\":null}]");
}

static void reads_enveloped_lists_and_relevance_scores(void)
{
  check_read("{\"results\":[{\"index\":0,\"relevance_score\":0.25}]}", 0, 1,
             "[{\"index\":0,\"score\":0.25,\"text\":null}]");
  check_read("{\"data\":[{\"score\":-25e-2,\"relevance_score\":3,"
             "\"index\":0,\"document\":{\"text\":\"no\"}}]}",
             0, 1, "[{\"index\":0,\"score\":-0.25,\"text\":null}]");
}

static void hands_texts_on(void)
{
  check_read("[{\"index\":0,\"score\":0.5,\"text\":\"a \\\"b\\\"\\n\\u00e9\"},"
             "{\"index\":1,\"score\":0.5,\"text\":null},"
             "{\"index\":2,\"score\":0.5,\"text\":\"\"}]",
             0, 3,
             "[{\"index\":0,\"score\":0.5,\"text\":\"a \\\"b\\\"\\n\xc3\xa9\"},"
             "{\"index\":1,\"score\":0.5,\"text\":null},"
             "{\"index\":2,\"score\":0.5,\"text\":\"\"}]");
}

static void names_what_is_wrong_with_an_index(void)
{
  check_refused("[{\"score\":1}]", 1, "item 0 has no index");
  check_refused("[{\"index\":\"0\",\"score\":1}]", 1, "item 0 has no index");
  check_refused("[{\"index\":null,\"score\":1}]", 1, "item 0 has no index");
  check_refused("[{\"index\":1,\"score\":1}]", 1, "index 1 is outside 0-0");
  check_refused("[{\"index\":-1,\"score\":1}]", 1, "index -1 is outside 0-0");
  check_refused("[{\"index\":4294967296,\"score\":1}]", 1,
                "index 4294967296 is outside 0-0");
  check_refused("[{\"index\":0.5,\"score\":1}]", 1,
                "index 0.5 is not a whole number");
  check_refused("[{\"index\":0,\"score\":1},{\"index\":0,\"score\":1}]", 2,
                "index 0 came twice");
}

static void names_what_is_wrong_with_an_item(void)
{
  check_refused("[7]", 1, "item 0 is not an object");
  check_refused("[[]]", 1, "item 0 is not an object");
  check_refused("[{\"index\":0}]", 1, "item 0 has no finite score");
  check_refused("[{\"index\":0,\"score\":1e400}]", 1,
                "item 0 has no finite score");
  check_refused("[{\"index\":0,\"score\":\"1\"}]", 1,
                "item 0 has no finite score");
  check_refused("[{\"index\":0,\"score\":1,\"text\":5}]", 1,
                "the text of item 0 is not a string");
  check_refused("[{\"index\":0,\"score\":1},{\"INDEX\":1,\"score\":1}]", 2,
                "item 1 has no index");
}

static void names_a_list_that_is_missing_or_too_short(void)
{
  check_refused("{\"error\":\"busy\"}", 1, "no list of results");
  check_refused("[{\"index\":0,\"score\":1}]", 2, "expected 2 items, got 1");
  check_refused("", 1, "not JSON at byte 0: the text ends too early");
}

static void a_truncated_answer_is_refused_at_every_length(void)
{
  static const char body[] =
      "{\"results\":[{\"index\":0,\"score\":0.5,\"text\":\"\\u00e9\"}]}";

  for (size_t size = 0; size < sizeof(body) - 1; size++) {
    struct answer answer = read_body(body, size, 0, 1);

    CHECK(answer.status == PC_PARSE_ERROR);
    pc_bytes_deinit(&answer.out);
  }
}

static void an_answer_nested_200000_deep_is_refused(void)
{
  enum { DEPTH = 200000 };
  char *body = malloc(DEPTH);
  struct answer answer;

  if (!CHECK(body != NULL))
    return;
  memset(body, '[', DEPTH);
  answer = read_body(body, DEPTH, 0, 1);

  CHECK_TEXT(answer.fault.reason,
             "not JSON at byte 512: nested deeper than 512");
  pc_bytes_deinit(&answer.out);
  free(body);
}

static void a_mutated_answer_is_whole_or_refused(void)
{
  static const char body[] =
      "[{\"index\":1,\"score\":0.5,\"text\":\"\\u00e9\\ud83d\\ude00\"},"
      "{\"index\":0,\"relevance_score\":-1e-3}]";
  unsigned random = 12345;

  for (long round = harness_rounds(20000); round > 0; round--) {
    char mutant[sizeof(body)];
    struct answer answer;

    memcpy(mutant, body, sizeof(body));
    for (int change = 0; change < 2; change++) {
      random = random * 1664525u + 1013904223u;
      mutant[(random >> 8) % (sizeof(body) - 1)] =
          "{}[]\",:\\u0dD8e9-. \xff"[(random >> 20) % 19];
    }
    answer = read_body(mutant, sizeof(body) - 1, 0, 2);
    if (answer.status == PC_OK)
      CHECK(strncmp(answer.out.data, "[{\"index\":", 10) == 0);
    else
      CHECK(answer.out.size == 0 && *answer.fault.reason);
    pc_bytes_deinit(&answer.out);
  }
}

int main(void)
{
  static const struct harness_test tests[] = {
      TEST(keeps_the_order_of_the_server),
      TEST(moves_indexes_to_their_place_in_the_whole_call),
      TEST(reads_enveloped_lists_and_relevance_scores),
      TEST(hands_texts_on),
      TEST(names_what_is_wrong_with_an_index),
      TEST(names_what_is_wrong_with_an_item),
      TEST(names_a_list_that_is_missing_or_too_short),
      TEST(a_truncated_answer_is_refused_at_every_length),
      TEST(an_answer_nested_200000_deep_is_refused),
      TEST(a_mutated_answer_is_whole_or_refused)};

  return HARNESS_RUN(tests);
}
