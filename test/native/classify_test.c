#include "harness.h"

#include "wire/classify.h"

struct answer {
  struct pc_bytes out;
  struct pc_fault fault;
  enum pc_status status;
};

/* The caller ends it with pc_bytes_deinit(&answer.out). */
static struct answer read_body(const char *body, size_t size, uint32_t count)
{
  struct answer answer = {.status = PC_OK};
  char *copy = malloc(size ? size : 1);

  if (!CHECK(copy != NULL))
    exit(EXIT_FAILURE);
  memcpy(copy, body, size);
  pc_bytes_init(&answer.out, 1 << 20);
  answer.status =
      pc_classify_read(copy, size, count, &answer.out, &answer.fault);
  free(copy);
  return answer;
}

static void check_read(const char *body, uint32_t count, const char *expected)
{
  struct answer answer = read_body(body, strlen(body), count);

  CHECK(answer.status == PC_OK);
  CHECK_TEXT(answer.out.data, expected);
  pc_bytes_deinit(&answer.out);
}

static void check_refused(const char *body, uint32_t count, const char *reason)
{
  struct answer answer = read_body(body, strlen(body), count);

  CHECK(answer.status == PC_PARSE_ERROR);
  CHECK_TEXT(answer.fault.reason, reason);
  CHECK_NUMBER(answer.out.size, 0);
  pc_bytes_deinit(&answer.out);
}

static void keeps_inputs_and_labels_in_order(void)
{
  check_read(
      "[[{\"label\":\"b\",\"score\":0.75},{\"score\":0.25,\"label\":\"a\"}],"
      "[{\"label\":\"c\",\"score\":1}]]",
      2,
      "[[{\"label\":\"b\",\"score\":0.75},{\"label\":\"a\",\"score\":0.25}],"
      "[{\"label\":\"c\",\"score\":1}]]");
}

static void reads_enveloped_lists(void)
{
  check_read("{\"data\":[[{\"label\":\"a\",\"score\":1}]]}", 1,
             "[[{\"label\":\"a\",\"score\":1}]]");
  check_read("{\"results\":[[]],\"model\":\"m\"}", 1, "[[]]");
}

static void hands_labels_on_as_they_are(void)
{
  check_read("[[{\"label\":\"\\\"\\u00e9\\u0000\\n\",\"score\":-0.5}]]", 1,
             "[[{\"label\":\"\\\"\xc3\xa9\\u0000\\n\",\"score\":-0.5}]]");
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
  check_refused("[[],[],[]]", 2, "expected 2 items, got 3");
  check_refused("{\"error\":\"busy\"}", 1, "no list of results");
  check_refused("nope", 1, "not JSON at byte 0: a value was expected");
}

static void a_truncated_answer_is_refused_at_every_length(void)
{
  static const char body[] = "[[{\"label\":\"\\u00e9\",\"score\":0.5}],[]]";

  for (size_t size = 0; size < sizeof(body) - 1; size++) {
    struct answer answer = read_body(body, size, 2);

    CHECK(answer.status == PC_PARSE_ERROR);
    pc_bytes_deinit(&answer.out);
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
      CHECK(strncmp(answer.out.data, "[[", 2) == 0);
    else
      CHECK(answer.out.size == 0 && *answer.fault.reason);
    pc_bytes_deinit(&answer.out);
  }
}

int main(void)
{
  static const struct harness_test tests[] = {
      TEST(keeps_inputs_and_labels_in_order),
      TEST(reads_enveloped_lists),
      TEST(hands_labels_on_as_they_are),
      TEST(names_what_is_wrong_with_an_entry),
      TEST(names_what_is_wrong_with_the_list),
      TEST(a_truncated_answer_is_refused_at_every_length),
      TEST(a_mutated_answer_is_whole_or_refused)};

  return HARNESS_RUN(tests);
}
