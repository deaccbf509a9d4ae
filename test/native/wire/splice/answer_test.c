#include "harness.h"

#include "wire/splice/answer.h"

/* Reads a body that arrives in pieces of `step` bytes, each time elsewhere. */
static enum pc_status
read_stepwise(struct pc_splice_answer *answer, const char *body, size_t step)
{
  size_t size = strlen(body);
  enum pc_status status = PC_OK;

  for (size_t here = 0; status == PC_OK; here += step) {
    bool is_last = here >= size;
    size_t arrived = is_last ? size : here;
    char *copy = malloc(arrived ? arrived : 1);

    memcpy(copy, body, arrived);
    status = pc_splice_answer_read(answer, copy, arrived, is_last);
    free(copy);
    if (is_last)
      break;
  }
  return status;
}

/* Every way to cut the body must come to the same end. */
static void check_read(struct pc_splice_answer *answer,
                       enum pc_splice_form form,
                       uint32_t count,
                       const char *body,
                       enum pc_status expected,
                       const char *reason)
{
  for (size_t step = 1; step <= strlen(body) + 1; step++) {
    CHECK(pc_splice_answer_expect(answer, form, count, false) == PC_OK);
    CHECK(read_stepwise(answer, body, step) == expected);
    CHECK_TEXT(answer->fault.reason, reason);
  }
}

static void
check_good(enum pc_splice_form form, uint32_t count, const char *body)
{
  struct pc_splice_answer answer;

  pc_splice_answer_init(&answer);
  check_read(&answer, form, count, body, PC_OK, "");
  pc_splice_answer_deinit(&answer);
}

static void check_bad(enum pc_splice_form form,
                      uint32_t count,
                      const char *body,
                      const char *reason)
{
  struct pc_splice_answer answer;

  pc_splice_answer_init(&answer);
  check_read(&answer, form, count, body, PC_PARSE_ERROR, reason);
  pc_splice_answer_deinit(&answer);
}

static void
check_part(const char *body, struct pc_splice_span span, const char *expected)
{
  char part[256];

  snprintf(part, sizeof(part), "%.*s", (int)(span.end - span.start),
           body + span.start);
  CHECK_TEXT(part, expected);
}

static void remembers_where_things_stand(void)
{
  static const char body[] =
      " {\"object\":\"list\",\"data\":[ {\"index\":1,\"embedding\":[0.10]},"
      "{\"embedding\":[],\"index\" : 0}],\"usage\":{\"prompt_tokens\":12,"
      "\"cost\":0.5,\"details\":{\"total_tokens\":9},\"total_tokens\": 34} } ";
  struct pc_splice_answer answer;

  pc_splice_answer_init(&answer);
  check_read(&answer, PC_SPLICE_EMBEDDINGS, 2, body, PC_OK, "");

  CHECK(answer.frame.is_object);
  CHECK_NUMBER(answer.frame.value.start, 1);
  CHECK_NUMBER(answer.frame.value.end, strlen(body) - 1);
  check_part(body, answer.frame.list,
             " {\"index\":1,\"embedding\":[0.10]},{\"embedding\":[],\"index\" "
             ": 0}");
  CHECK_NUMBER(answer.usage.count, 2);
  check_part(body, answer.usage.counts[0].key, "prompt_tokens");
  check_part(body, answer.usage.counts[0].digits, "12");
  check_part(body, answer.usage.counts[1].key, "total_tokens");
  check_part(body, answer.usage.counts[1].digits, "34");
  check_part(body, answer.frame.usage,
             "{\"prompt_tokens\":12,\"cost\":0.5,\"details\":{\"total_tokens\":"
             "9},\"total_tokens\": 34}");
  CHECK(body[answer.indexes[0].at] == '1' && answer.indexes[0].size == 1);
  CHECK(body[answer.indexes[1].at] == '0' && answer.indexes[1].size == 1);
  CHECK_NUMBER(answer.frame.metadata.start, answer.frame.metadata.end);
  pc_splice_answer_deinit(&answer);
}

static void check_metadata(const char *body, const char *expected)
{
  struct pc_splice_answer answer;

  pc_splice_answer_init(&answer);
  check_read(&answer, PC_SPLICE_EMBEDDINGS, 1, body, PC_OK, "");
  check_part(body, answer.frame.metadata, expected);
  pc_splice_answer_deinit(&answer);
}

static void metadata_of_a_proxy_before_us_is_found_with_its_comma(void)
{
  check_metadata("{\"proxy_metadata\": {\"a\":[1]} , \"data\":[{\"index\":0}]}",
                 "\"proxy_metadata\": {\"a\":[1]} , ");
  check_metadata("{\"data\":[{\"index\":0}] ,\"proxy_metadata\":null, \"x\":1}",
                 " ,\"proxy_metadata\":null");
  check_metadata("{\"data\":[{\"index\":0}],\"proxy_\\u006detadata\":[[]] }",
                 ",\"proxy_\\u006detadata\":[[]]");
}

static void usage_may_be_anything_or_missing(void)
{
  check_good(PC_SPLICE_EMBEDDINGS, 1, "{\"data\":[{\"index\":0}]}");
  check_good(PC_SPLICE_EMBEDDINGS, 1,
             "{\"usage\":null,\"data\":[{\"index\":0}]}");
  check_good(PC_SPLICE_EMBEDDINGS, 1,
             "{\"usage\":[1,{\"a\":2}],\"data\":[{\"index\":0}]}");
  check_good(PC_SPLICE_EMBEDDINGS, 1,
             "{\"usage\":{},\"data\":[{\"index\":0}]}");
}

static void rerank_lists_are_bare_or_in_an_object(void)
{
  static const char items[] =
      "[{\"index\":0,\"score\":0.5},{\"score\":1,\"index\":1}]";
  char body[256];

  check_good(PC_SPLICE_RERANK, 2, items);
  snprintf(body, sizeof(body), "{\"data\":%s}", items);
  check_good(PC_SPLICE_RERANK, 2, body);
  snprintf(body, sizeof(body), "{\"x\":[1],\"results\":%s,\"usage\":{}}",
           items);
  check_good(PC_SPLICE_RERANK, 2, body);
  snprintf(body, sizeof(body), "{\"data\":null,\"results\":%s}", items);
  check_good(PC_SPLICE_RERANK, 2, body);
}

static void classify_items_are_lists(void)
{
  check_good(PC_SPLICE_CLASSIFY, 2, "[[{\"label\":\"a\",\"score\":1}],[]]");
  check_good(PC_SPLICE_CLASSIFY, 1, "{\"results\":[[1]]}");
  check_bad(PC_SPLICE_CLASSIFY, 2, "[[],{}]", "item 1 is not a list");
  check_bad(PC_SPLICE_CLASSIFY, 2, "[[]]", "1 items came for 2 inputs");
  check_bad(PC_SPLICE_CLASSIFY, 1, "[[],[]]",
            "more items came than the 1 inputs");
}

static void generic_and_whole_answers_are_any_value(void)
{
  static const char *const values[] = {
      "[1,2]",  "{\"data\":1,\"data\":2}",   "\"a\"",
      " 1.50 ", "[[0.5,\"a\",1e5,{}],null]", "null"};
  struct pc_splice_answer answer;

  pc_splice_answer_init(&answer);
  for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
    check_good(PC_SPLICE_GENERIC, 1, values[i]);
    CHECK(pc_splice_answer_expect(&answer, PC_SPLICE_CLASSIFY, 1, true) ==
          PC_OK);
    CHECK(read_stepwise(&answer, values[i], 1) == PC_OK);
    CHECK(!answer.is_empty);
  }
  check_bad(PC_SPLICE_GENERIC, 1, "[1,]",
            "not JSON at byte 3: a value was expected");
  pc_splice_answer_deinit(&answer);
}

static void only_a_generic_body_may_be_empty(void)
{
  struct pc_splice_answer answer;

  pc_splice_answer_init(&answer);
  check_read(&answer, PC_SPLICE_GENERIC, 1, " \n", PC_OK, "");
  CHECK(answer.is_empty);
  CHECK(pc_splice_answer_expect(&answer, PC_SPLICE_GENERIC, 1, false) == PC_OK);
  CHECK(pc_splice_answer_read(&answer, NULL, 0, true) == PC_OK);
  CHECK(answer.is_empty);
  CHECK(pc_splice_answer_expect(&answer, PC_SPLICE_CLASSIFY, 1, true) == PC_OK);
  CHECK(pc_splice_answer_read(&answer, NULL, 0, true) == PC_PARSE_ERROR);
  pc_splice_answer_deinit(&answer);
  check_bad(PC_SPLICE_EMBEDDINGS, 1, "",
            "not JSON at byte 0: the text ends too early");
}

static void a_list_that_is_not_whole_is_refused(void)
{
  check_bad(PC_SPLICE_EMBEDDINGS, 4,
            "{\"data\":[{\"index\":0},{\"index\":1},{\"index\":2}]}",
            "3 items came for 4 inputs");
  check_bad(PC_SPLICE_EMBEDDINGS, 1, "{\"data\":[{\"index\":0},{\"index\":1}]}",
            "more items came than the 1 inputs");
  check_bad(PC_SPLICE_EMBEDDINGS, 2, "{\"data\":[{\"index\":1},{\"index\":1}]}",
            "index 1 came twice");
  check_bad(PC_SPLICE_RERANK, 2, "[{\"index\":0},{\"index\":2}]",
            "index 2 is outside 0-1");
  check_bad(PC_SPLICE_RERANK, 1, "[]", "0 items came for 1 inputs");
}

static void an_index_must_be_one_whole_number(void)
{
  static const char *const wrong[] = {"-0",    "1.0",  "0e0",
                                      "\"0\"", "null", "[0]"};

  for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
    char body[64];

    snprintf(body, sizeof(body), "[{\"index\":%s}]", wrong[i]);
    check_bad(PC_SPLICE_RERANK, 1, body,
              "item 0 has an index that is not a whole number");
  }
  check_bad(PC_SPLICE_RERANK, 1, "[{\"index\":99999999999999999999999}]",
            "index 99999999999999999999 is outside 0-0");
  check_bad(PC_SPLICE_RERANK, 1, "[{\"score\":1}]", "item 0 has no index");
  check_bad(PC_SPLICE_RERANK, 1, "[{\"x\":{\"index\":0}}]",
            "item 0 has no index");
  check_bad(PC_SPLICE_RERANK, 1, "[[0]]", "item 0 is not an object");
}

static void no_second_spelling_slips_by(void)
{
  check_good(PC_SPLICE_RERANK, 1, "[{\"\\u0069ndex\":0}]");
  check_good(PC_SPLICE_EMBEDDINGS, 1, "{\"d\\u0061ta\":[{\"index\":0}]}");
  check_bad(PC_SPLICE_RERANK, 1, "[{\"index\":0,\"inde\\u0078\":0}]",
            "member \"index\" came twice");
  check_bad(PC_SPLICE_EMBEDDINGS, 1,
            "{\"data\":[{\"index\":0}],\"d\\u0061ta\":1}",
            "member \"data\" came twice");
  check_bad(PC_SPLICE_EMBEDDINGS, 1,
            "{\"usage\":{},\"data\":[{\"index\":0}],\"\\u0075sage\":{}}",
            "member \"usage\" came twice");
  check_bad(PC_SPLICE_EMBEDDINGS, 1,
            "{\"usage\":{\"a\":1,\"\\u0061\":2},\"data\":[{\"index\":0}]}",
            "a member of the usage came twice");
  check_bad(PC_SPLICE_EMBEDDINGS, 1,
            "{\"proxy_metadata\":1,\"data\":[{\"index\":0}],"
            "\"proxy_metadata\":2}",
            "member \"proxy_metadata\" came twice");
  check_bad(PC_SPLICE_RERANK, 1,
            "{\"data\":[{\"index\":0}],\"results\":[{\"index\":0}]}",
            "both \"data\" and \"results\" are lists");
}

static void an_answer_without_a_list_is_refused(void)
{
  check_bad(PC_SPLICE_EMBEDDINGS, 1, "{}", "no \"data\" list");
  check_bad(PC_SPLICE_EMBEDDINGS, 1, "{\"data\":{}}", "no \"data\" list");
  check_bad(PC_SPLICE_EMBEDDINGS, 1, "{\"results\":[{\"index\":0}]}",
            "no \"data\" list");
  check_bad(PC_SPLICE_EMBEDDINGS, 1, "[{\"index\":0}]",
            "the answer is not an object");
  check_bad(PC_SPLICE_RERANK, 1, "{\"data\":{}}", "no list of results");
  check_bad(PC_SPLICE_CLASSIFY, 1, "\"text\"",
            "the answer is neither a list nor an object");
}

static void a_usage_without_end_is_refused(void)
{
  char body[1024] = "{\"usage\":{";

  for (unsigned i = 0; i <= PC_SPLICE_USAGE_MAX; i++)
    snprintf(body + strlen(body), sizeof(body) - strlen(body), "%s\"%x\":1",
             i ? "," : "", i);
  strncat(body, "},\"data\":[{\"index\":0}]}", 64);
  check_bad(PC_SPLICE_EMBEDDINGS, 1, body, "the usage has too many members");
}

static void a_cut_answer_is_refused_at_every_length(void)
{
  static const char body[] = "{\"data\":[{\"index\":0,\"embedding\":[0.1,2]}],"
                             "\"usage\":{\"a\":1}}";
  struct pc_splice_answer answer;

  pc_splice_answer_init(&answer);
  for (size_t size = 0; size < strlen(body); size++) {
    char cut[sizeof(body)];

    snprintf(cut, sizeof(cut), "%.*s", (int)size, body);
    CHECK(pc_splice_answer_expect(&answer, PC_SPLICE_EMBEDDINGS, 1, false) ==
          PC_OK);
    CHECK(read_stepwise(&answer, cut, 7) == PC_PARSE_ERROR);
  }
  pc_splice_answer_deinit(&answer);
}

static void a_failure_is_told_early_and_repeated(void)
{
  struct pc_splice_answer answer;

  pc_splice_answer_init(&answer);
  CHECK(pc_splice_answer_expect(&answer, PC_SPLICE_RERANK, 1, false) == PC_OK);

  CHECK(pc_splice_answer_read(&answer, "[{},", 4, false) == PC_PARSE_ERROR);
  CHECK(pc_splice_answer_read(&answer, "[{\"index\":0}]", 13, true) ==
        PC_PARSE_ERROR);
  CHECK_TEXT(answer.fault.reason, "item 0 has no index");
  pc_splice_answer_deinit(&answer);
}

static void a_list_with_one_bad_number_is_refused(void)
{
  static const char *const numbers[] = {"01",  "1.",  "NaN", "1e",    "- 1",
                                        "1 2", "0x1", "",    "1.2.3", "nul"};

  for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
    for (int place = 0; place < 12; place++) {
      char body[512] = "[[";
      struct pc_splice_answer answer;

      for (int j = 0; j < 12; j++)
        snprintf(body + strlen(body), sizeof(body) - strlen(body), "%s%s",
                 j ? "," : "", j == place ? numbers[i] : "-0.123456789");
      strncat(body, "]]", 3);
      pc_splice_answer_init(&answer);
      CHECK(pc_splice_answer_expect(&answer, PC_SPLICE_CLASSIFY, 1, false) ==
            PC_OK);
      CHECK(pc_splice_answer_read(&answer, body, strlen(body), true) ==
            PC_PARSE_ERROR);
      pc_splice_answer_deinit(&answer);
    }
}

/* Quadratic work would take minutes: each piece is read once. */
static void one_endless_number_costs_no_more_than_its_size(void)
{
  enum { SIZE = 1 << 20, STEP = 16 };
  char *body = malloc(SIZE);
  struct pc_splice_answer answer;

  memset(body, '1', SIZE);
  body[0] = '[';
  pc_splice_answer_init(&answer);
  CHECK(pc_splice_answer_expect(&answer, PC_SPLICE_GENERIC, 1, false) == PC_OK);
  for (size_t here = 0; here <= SIZE; here += STEP)
    if (!CHECK(pc_splice_answer_read(&answer, body, here, false) == PC_OK))
      break;
  CHECK(pc_splice_answer_read(&answer, body, SIZE, true) == PC_PARSE_ERROR);
  pc_splice_answer_deinit(&answer);
  free(body);
}

int main(void)
{
  static const struct harness_test tests[] = {
      TEST(remembers_where_things_stand),
      TEST(metadata_of_a_proxy_before_us_is_found_with_its_comma),
      TEST(usage_may_be_anything_or_missing),
      TEST(rerank_lists_are_bare_or_in_an_object),
      TEST(classify_items_are_lists),
      TEST(generic_and_whole_answers_are_any_value),
      TEST(only_a_generic_body_may_be_empty),
      TEST(a_list_that_is_not_whole_is_refused),
      TEST(an_index_must_be_one_whole_number),
      TEST(no_second_spelling_slips_by),
      TEST(an_answer_without_a_list_is_refused),
      TEST(a_usage_without_end_is_refused),
      TEST(a_cut_answer_is_refused_at_every_length),
      TEST(a_failure_is_told_early_and_repeated),
      TEST(a_list_with_one_bad_number_is_refused),
      TEST(one_endless_number_costs_no_more_than_its_size)};

  return HARNESS_RUN(tests);
}
