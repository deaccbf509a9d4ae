#include "harness.h"

#include "scores_text.h"
#include "wire/answers/classify.h"

struct answer {
  struct pc_scores scores;
  struct pc_fault fault;
  enum pc_status status;
};

/* The caller ends it with pc_scores_deinit(&answer.scores). */
static struct answer read_body(const char *body, size_t size, uint32_t count)
{
  struct answer answer = {.status = PC_OK};
  char *copy = scores_text_copy(body, size);

  pc_scores_init(&answer.scores);
  answer.status =
      pc_classify_read(copy, size, count, &answer.scores, &answer.fault);
  free(copy);
  return answer;
}

static void check_read(const char *body, uint32_t count, const char *expected)
{
  struct answer answer = read_body(body, strlen(body), count);
  struct scores_text text = scores_text_of(&answer.scores);

  CHECK(answer.status == PC_OK);
  CHECK_TEXT(text.text, expected);
  pc_scores_deinit(&answer.scores);
}

static void check_refused(const char *body, uint32_t count, const char *reason)
{
  struct answer answer = read_body(body, strlen(body), count);

  CHECK(answer.status == PC_PARSE_ERROR);
  CHECK_TEXT(answer.fault.reason, reason);
  pc_scores_deinit(&answer.scores);
}

static void keeps_inputs_and_labels_in_order(void)
{
  check_read(
      "[[{\"label\":\"b\",\"score\":0.75},{\"score\":0.25,\"label\":\"a\"}],"
      "[{\"label\":\"c\",\"score\":1}]]",
      2, "[0:0.75 1:0.25][2:1] [\"b\",\"a\",\"c\"]");
}

static void a_label_that_came_before_is_there_once(void)
{
  check_read("[[{\"label\":\"a\",\"score\":1},{\"label\":\"ab\",\"score\":2}],"
             "[{\"label\":\"ab\",\"score\":3},{\"label\":\"a\",\"score\":4}]]",
             2, "[0:1 1:2][1:3 0:4] [\"a\",\"ab\"]");
}

static void any_number_of_labels_keeps_its_order(void)
{
  enum { LABELS = 100 };
  char body[8192] = "[[";
  size_t size = 2;
  struct answer answer;
  struct scores_text text;

  for (int i = 0; i < 2 * LABELS; i++)
    size += (size_t)snprintf(body + size, sizeof(body) - size,
                             "%s{\"label\":\"%d\",\"score\":%d}", i ? "," : "",
                             i % LABELS, i);
  size += (size_t)snprintf(body + size, sizeof(body) - size, "]]");
  answer = read_body(body, size, 1);
  text = scores_text_of(&answer.scores);

  CHECK(answer.status == PC_OK);
  CHECK(strstr(text.text, " 99:99 0:100 1:101 ") != NULL);
  CHECK(strstr(text.text, "\"15\",\"16\",\"17\"") != NULL);
  CHECK(strstr(text.text, "\"99\",\"16\",\"17\"") != NULL);
  pc_scores_deinit(&answer.scores);
}

static void an_input_may_have_no_labels(void)
{
  check_read("[[],[{\"label\":\"a\",\"score\":1}],[]]", 3, "[][0:1][] [\"a\"]");
  check_read("{\"results\":[[]],\"model\":\"m\"}", 1, "[]");
}

static void hands_labels_on_as_they_were_sent(void)
{
  check_read("[[{\"label\":\"\\\"\\u00e9\\u0000\\n\",\"score\":-0.5}]]", 1,
             "[0:-0.5] [\"\\\"\\u00e9\\u0000\\n\"]");
}

static void names_what_is_wrong_with_an_entry(void)
{
  check_refused("[[],[{\"score\":1}]]", 2, "entry 0 of item 1 has no label");
  check_refused("[[{\"label\":null,\"score\":1}]]", 1,
                "entry 0 of item 0 has no label");
  check_refused("[[{\"label\":\"a\",\"score\":1},{\"label\":\"b\"}]]", 1,
                "entry 1 of item 0 has no finite score");
  check_refused("[[{\"label\":\"a\",\"score\":\"1\"}]]", 1,
                "entry 0 of item 0 has no finite score");
  check_refused("[[{\"label\":\"a\",\"score\":-1e999}]]", 1,
                "entry 0 of item 0 has no finite score");
  check_refused("[[5]]", 1, "entry 0 of item 0 is not an object");
}

static void names_what_is_wrong_with_the_list(void)
{
  check_refused("[{\"label\":\"a\",\"score\":1}]", 1, "item 0 is not a list");
  check_refused("[[]]", 2, "expected 2 items, got 1");
}

static void a_truncated_answer_is_refused_at_every_length(void)
{
  static const char body[] = "[[{\"label\":\"\\u00e9\",\"score\":0.5}],[]]";

  for (size_t size = 0; size < sizeof(body) - 1; size++) {
    struct answer answer = read_body(body, size, 2);

    CHECK(answer.status == PC_PARSE_ERROR);
    pc_scores_deinit(&answer.scores);
  }
}

static void a_mutated_answer_is_whole_or_refused(void)
{
  static const char body[] =
      "{\"data\":[[{\"label\":\"\\u00e9\",\"score\":0.5}],[]]}";
  unsigned random = 54321;

  for (long round = harness_rounds(20000); round > 0; round--) {
    char mutant[sizeof(body)];
    struct answer answer;

    memcpy(mutant, body, sizeof(body));
    for (int change = 0; change < 2; change++) {
      random = random * 1664525u + 1013904223u;
      mutant[(random >> 8) % (sizeof(body) - 1)] =
          "{}[]\",:\\u0dD8e9-. \xff"[(random >> 20) % 19];
    }
    answer = read_body(mutant, sizeof(body) - 1, 2);
    if (answer.status == PC_OK)
      CHECK_NUMBER(answer.scores.ends.size, 2 * sizeof(size_t));
    else
      CHECK(answer.status == PC_PARSE_ERROR && *answer.fault.reason);
    pc_scores_deinit(&answer.scores);
  }
}

int main(void)
{
  static const struct harness_test tests[] = {
      TEST(keeps_inputs_and_labels_in_order),
      TEST(a_label_that_came_before_is_there_once),
      TEST(any_number_of_labels_keeps_its_order),
      TEST(an_input_may_have_no_labels),
      TEST(hands_labels_on_as_they_were_sent),
      TEST(names_what_is_wrong_with_an_entry),
      TEST(names_what_is_wrong_with_the_list),
      TEST(a_truncated_answer_is_refused_at_every_length),
      TEST(a_mutated_answer_is_whole_or_refused)};

  return HARNESS_RUN(tests);
}
