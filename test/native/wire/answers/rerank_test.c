#include "harness.h"

#include "scores_text.h"
#include "wire/answers/rerank.h"

struct answer {
  struct pc_scores scores;
  struct pc_fault fault;
  enum pc_status status;
};

/* The caller ends it with pc_scores_deinit(&answer.scores). */
static struct answer
read_body(const char *body, size_t size, uint32_t first, uint32_t count)
{
  struct answer answer = {.status = PC_OK};
  char *copy = scores_text_copy(body, size);

  pc_scores_init(&answer.scores);
  answer.status =
      pc_rerank_read(copy, size, first, count, &answer.scores, &answer.fault);
  free(copy);
  return answer;
}

static void check_read(const char *body,
                       uint32_t first,
                       uint32_t count,
                       const char *expected)
{
  struct answer answer = read_body(body, strlen(body), first, count);
  struct scores_text text = scores_text_of(&answer.scores);

  CHECK(answer.status == PC_OK);
  CHECK_TEXT(text.text, expected);
  pc_scores_deinit(&answer.scores);
}

static void check_refused(const char *body, uint32_t count, const char *reason)
{
  struct answer answer = read_body(body, strlen(body), 0, count);

  CHECK(answer.status == PC_PARSE_ERROR);
  CHECK_TEXT(answer.fault.reason, reason);
  pc_scores_deinit(&answer.scores);
}

static void keeps_the_order_of_the_server(void)
{
  check_read("[{\"index\":1,\"score\":0.75},{\"index\":0,\"score\":0.125}]", 0,
             2, "[1:0.75][0:0.125]");
}

static void moves_indexes_to_their_place_in_the_whole_call(void)
{
  check_read("[{\"index\":1,\"score\":1},{\"index\":0,\"score\":2}]",
             UINT32_MAX - 1, 2, "[4294967295:1][4294967294:2]");
}

static void takes_a_relevance_score_where_there_is_no_score(void)
{
  check_read("{\"results\":[{\"index\":0,\"relevance_score\":0.25}]}", 0, 1,
             "[0:0.25]");
  check_read("{\"data\":[{\"relevance_score\":3,\"score\":-25e-2,"
             "\"index\":0,\"document\":{\"text\":\"no\"}}]}",
             0, 1, "[0:-0.25]");
  check_read("[{\"score\":null,\"relevance_score\":3,\"index\":0}]", 0, 1,
             "[0:3]");
}

static void hands_texts_on_as_they_were_sent(void)
{
  check_read("[{\"index\":0,\"score\":0.5,\"text\":\"a \\\"b\\\"\\u00e9\"},"
             "{\"index\":1,\"score\":0.5,\"text\":null},"
             "{\"index\":2,\"score\":0.5},"
             "{\"index\":3,\"score\":0.5,\"text\":\"\"}]",
             0, 4,
             "[0:0.5][1:0.5][2:0.5][3:0.5] "
             "[\"a \\\"b\\\"\\u00e9\",null,null,\"\"]");
  check_read("[{\"index\":0,\"score\":0.5},"
             "{\"index\":1,\"score\":0.5,\"text\":\"late\"}]",
             0, 2, "[0:0.5][1:0.5] [null,\"late\"]");
  check_read("[{\"index\":0,\"score\":0.5,\"text\":null}]", 0, 1, "[0:0.5]");
}

static void the_first_of_two_members_with_one_name_counts(void)
{
  check_read("[{\"index\":0,\"score\":1,\"score\":2,\"index\":5}]", 0, 1,
             "[0:1]");
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
  check_refused("[{\"index\":1e400,\"score\":1}]", 1, "item 0 has no index");
  check_refused("[{\"index\":0.00000000000000000000000001,\"score\":1}]", 1,
                "index 0.000000000000000000 is not a whole number");
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

static void a_truncated_answer_is_refused_at_every_length(void)
{
  static const char body[] =
      "{\"results\":[{\"index\":0,\"score\":0.5,\"text\":\"\\u00e9\"}]}";

  for (size_t size = 0; size < sizeof(body) - 1; size++) {
    struct answer answer = read_body(body, size, 0, 1);

    CHECK(answer.status == PC_PARSE_ERROR);
    pc_scores_deinit(&answer.scores);
  }
}

static void an_answer_nested_200000_deep_is_refused(void)
{
  static const char start[] = "[{\"x\":";
  enum { DEPTH = 200000 };
  char *body = malloc(DEPTH);
  struct answer answer;

  if (!CHECK(body != NULL))
    return;
  memset(body, '[', DEPTH);
  memcpy(body, start, sizeof(start) - 1);
  answer = read_body(body, DEPTH, 0, 1);

  CHECK_TEXT(answer.fault.reason,
             "not JSON at byte 516: nested deeper than 512");
  pc_scores_deinit(&answer.scores);
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
      CHECK_NUMBER(answer.scores.pairs.size, 2 * sizeof(struct pc_score));
    else
      CHECK(answer.status == PC_PARSE_ERROR && *answer.fault.reason);
    pc_scores_deinit(&answer.scores);
  }
}

int main(void)
{
  static const struct harness_test tests[] = {
      TEST(keeps_the_order_of_the_server),
      TEST(moves_indexes_to_their_place_in_the_whole_call),
      TEST(takes_a_relevance_score_where_there_is_no_score),
      TEST(hands_texts_on_as_they_were_sent),
      TEST(the_first_of_two_members_with_one_name_counts),
      TEST(names_what_is_wrong_with_an_index),
      TEST(names_what_is_wrong_with_an_item),
      TEST(a_truncated_answer_is_refused_at_every_length),
      TEST(an_answer_nested_200000_deep_is_refused),
      TEST(a_mutated_answer_is_whole_or_refused)};

  return HARNESS_RUN(tests);
}
