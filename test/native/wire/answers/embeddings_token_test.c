#include "harness.h"

#include "wire/answers/embeddings.h"

/* Reads `body` as the answer for `count` items. */
static enum pc_status
read_body(struct pc_embeddings *answer, const char *body, uint32_t count)
{
  pc_embeddings_init(answer);
  if (!CHECK(pc_embeddings_expect(answer, count, false) == PC_OK))
    exit(EXIT_FAILURE);
  (void)!pc_embeddings_feed(answer, body, strlen(body));
  return pc_embeddings_finish(answer);
}

static void check_refused(const char *body, uint32_t count, const char *reason)
{
  struct pc_embeddings answer;

  CHECK(read_body(&answer, body, count) == PC_PARSE_ERROR);
  CHECK_TEXT(answer.fault.reason, reason);
  pc_embeddings_deinit(&answer);
}

static void check_whole(const char *body, uint32_t count)
{
  struct pc_embeddings answer;

  if (!CHECK(read_body(&answer, body, count) == PC_OK))
    printf("  %s: %s\n", body, answer.fault.reason);
  pc_embeddings_deinit(&answer);
}

/* First float of the row of `index`. */
static float first_value(const struct pc_embeddings *answer, uint32_t index)
{
  float value = 0;

  if (CHECK(answer->rows[index].size >= sizeof(value)))
    memcpy(&value, answer->values.data + answer->rows[index].offset,
           sizeof(value));
  return value;
}

/* A row of 3,000 bytes in base64, and a short one with escapes. */
static void a_token_in_many_pieces_is_read_whole(void)
{
  static const size_t pieces[] = {1, 7, 300, 1000, 3000, 5000};
  char body[9000];
  char row[4001];
  int size = 0;

  memset(row, 'A', sizeof(row) - 1);
  row[sizeof(row) - 1] = '\0';
  size = snprintf(body, sizeof(body),
                  "{\"data\":[{\"index\":1,\"embedding\":\"%s\"},"
                  "{\"embedding\":\"AACAP\\u0077AA\\/\\/8=\",\"index\":0}]}",
                  row);
  for (size_t i = 0; i < sizeof(pieces) / sizeof(*pieces); i++) {
    struct pc_embeddings answer;
    size_t left = (size_t)size;

    pc_embeddings_init(&answer);
    if (!CHECK(pc_embeddings_expect(&answer, 2, true) == PC_OK))
      exit(EXIT_FAILURE);
    for (const char *at = body; left;) {
      size_t part = pieces[i] < left ? pieces[i] : left;

      CHECK(pc_embeddings_feed(&answer, at, part) == PC_OK);
      at += part;
      left -= part;
    }
    CHECK(pc_embeddings_finish(&answer) == PC_OK);
    CHECK_NUMBER(answer.rows[1].size, 3000);
    CHECK_NUMBER(answer.rows[0].size, 8);
    CHECK(first_value(&answer, 0) == 1.0f);
    pc_embeddings_deinit(&answer);
  }
}

static void finds_the_members_in_any_order(void)
{
  struct pc_embeddings answer;

  CHECK(read_body(&answer,
                  "{\"usage\":{\"total_tokens\":9,\"prompt_tokens\":7},"
                  "\"data\":[{\"embedding\":[2,3],\"object\":\"embedding\","
                  "\"index\":1},{\"index\":0,\"embedding\":[1]}],"
                  "\"object\":\"list\",\"model\":\"m \\u00e9\"}",
                  2) == PC_OK);
  CHECK(first_value(&answer, 0) == 1.0f);
  CHECK(first_value(&answer, 1) == 2.0f);
  CHECK_NUMBER(answer.rows[0].size, 4);
  CHECK_NUMBER(answer.rows[1].size, 8);
  CHECK_NUMBER(answer.usage.prompt_tokens, 7);
  CHECK_NUMBER(answer.usage.total_tokens, 9);
  CHECK_TEXT(answer.model.data, "\"m \\u00e9\"");
  pc_embeddings_deinit(&answer);
}

static void usage_model_and_object_may_be_missing(void)
{
  struct pc_embeddings answer;

  CHECK(read_body(&answer, "{\"data\":[{\"index\":0,\"embedding\":[1]}]}", 1) ==
        PC_OK);
  CHECK_NUMBER(answer.usage.prompt_tokens, 0);
  CHECK_NUMBER(answer.usage.total_tokens, 0);
  CHECK_NUMBER(answer.model.size, 0);
  pc_embeddings_deinit(&answer);
}

static void usage_and_model_of_another_type_are_ignored(void)
{
  static const char *const values[] = {
      "null",
      "5",
      "[1,{\"prompt_tokens\":3}]",
      "false",
      "{\"total_tokens\":{}}",
      "{\"total_tokens\":[7],\"prompt_tokens\":\"7\"}",
      "{\"total_tokens\":1.5,\"prompt_tokens\":-7}"};

  for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
    struct pc_embeddings answer;
    char body[256];

    snprintf(body, sizeof(body),
             "{\"usage\":%s,\"model\":%s,"
             "\"data\":[{\"index\":0,\"embedding\":[1]}]}",
             values[i], values[i]);
    CHECK(read_body(&answer, body, 1) == PC_OK);
    CHECK_NUMBER(answer.usage.prompt_tokens, 0);
    CHECK_NUMBER(answer.usage.total_tokens, 0);
    CHECK_NUMBER(answer.model.size, 0);
    pc_embeddings_deinit(&answer);
  }
}

static void a_count_of_tokens_beyond_64_bits_is_the_largest_one(void)
{
  struct pc_embeddings answer;

  CHECK(read_body(&answer,
                  "{\"usage\":{\"prompt_tokens\":18446744073709551615,"
                  "\"total_tokens\":99999999999999999999999},"
                  "\"data\":[{\"index\":0,\"embedding\":[1]}]}",
                  1) == PC_OK);
  CHECK(answer.usage.prompt_tokens == UINT64_MAX);
  CHECK(answer.usage.total_tokens == UINT64_MAX);
  pc_embeddings_deinit(&answer);
}

static void unknown_members_are_skipped_at_every_level(void)
{
  check_whole(
      "{\"x\":[{\"data\":1},[[]],{}],\"y\":{\"data\":[{}]},\"z\":\"data\","
      "\"data\":[{\"a\":{\"index\":5,\"embedding\":[]},\"index\":0,"
      "\"b\":[0],\"embedding\":[1],\"c\":null}],"
      "\"usage\":{\"details\":{\"total_tokens\":[]},\"n\":1},\"w\":true}",
      1);
  check_whole("{\"d\\u0061ta\":5,\"data\":[{\"index\":0,\"embedding\":[1]}]}",
              1);
}

static void names_an_answer_of_another_shape(void)
{
  check_refused("[]", 1, "the answer is not an object");
  check_refused("[[0.1]]", 1, "the answer is not an object");
  check_refused("null", 1, "the answer is not an object");
  check_refused("\"busy\"", 1, "the answer is not an object");
  check_refused("{}", 1, "no \"data\" list");
  check_refused("{\"error\":{\"data\":[]}}", 1, "no \"data\" list");
  check_refused("{\"data\":null}", 1, "no \"data\" list");
  check_refused("{\"data\":{\"index\":0}}", 1, "no \"data\" list");
}

static void names_a_wrong_number_of_items(void)
{
  check_refused("{\"data\":[]}", 1, "expected 1 items, got 0");
  check_refused("{\"data\":[{\"index\":2,\"embedding\":[1]},"
                "{\"index\":0,\"embedding\":[1]}]}",
                3, "expected 3 items, got 2");
  check_refused("{\"data\":[{\"index\":0,\"embedding\":[1]},{", 1,
                "expected 1 items, got more");
  check_refused("{\"data\":[{\"index\":0,\"embedding\":[1]},5]}", 1,
                "expected 1 items, got more");
}

static void names_an_item_that_is_not_an_object(void)
{
  check_refused("{\"data\":[[1,2]]}", 1, "item 0 is not an object");
  check_refused("{\"data\":[{\"index\":0,\"embedding\":[1]},null]}", 2,
                "item 1 is not an object");
}

static void names_what_is_wrong_with_an_index(void)
{
  static const char *const odd[] = {"null", "\"0\"", "0.0", "-0",
                                    "-1",   "1e0",   "[0]", "{}"};

  for (size_t i = 0; i < sizeof(odd) / sizeof(*odd); i++) {
    char body[128];

    snprintf(body, sizeof(body),
             "{\"data\":[{\"index\":%s,\"embedding\":[1]}]}", odd[i]);
    check_refused(body, 1, "item 0 has an index that is not a whole number");
  }
  check_refused("{\"data\":[{\"index\":7,\"embedding\":[1]}]}", 3,
                "index 7 is outside 0-2");
  check_refused("{\"data\":[{\"index\":3,\"embedding\":[1]}]}", 3,
                "index 3 is outside 0-2");
  check_refused("{\"data\":[{\"index\":18446744073709551616123}]}", 3,
                "index 18446744073709551616 is outside 0-2");
  check_refused("{\"data\":[{\"index\":1,\"embedding\":[1]},"
                "{\"embedding\":[1],\"index\":1}]}",
                2, "index 1 came twice");
}

static void names_an_item_that_lacks_something(void)
{
  check_refused("{\"data\":[{\"embedding\":[1]}]}", 1, "item 0 has no index");
  check_refused("{\"data\":[{\"index\":1,\"embedding\":[1]},{\"index\":0}]}", 2,
                "item 1 has no embedding");
  check_refused("{\"data\":[{}]}", 1, "item 0 has no index");
}

static void names_what_is_wrong_with_an_embedding(void)
{
  static const struct {
    const char *value;
    const char *reason;
  } bad[] = {
      {"[]", "item 0 has an empty embedding"},
      {"\"\"", "item 0 has an empty embedding"},
      {"null", "item 0 has an embedding that is neither a list nor a string"},
      {"{}", "item 0 has an embedding that is neither a list nor a string"},
      {"1.5", "item 0 has an embedding that is neither a list nor a string"},
      {"\"AAAA\"",
       "item 0 has an embedding whose size is not a multiple of 4 bytes"},
      {"\"AAAAA\"", "item 0 has an embedding that is not base64"},
      {"[0.5,null]", "item 0 has no list of numbers at byte 37"},
      {"[0.5,\"1\"]", "item 0 has no list of numbers at byte 37"},
      {"[0.5,[1]]", "item 0 has no list of numbers at byte 37"},
      {"[0.5,]", "item 0 has no list of numbers at byte 37"},
      {"[NaN]", "item 0 has no list of numbers at byte 33"}};

  for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
    char body[128];

    snprintf(body, sizeof(body), "{\"data\":[{\"index\":0,\"embedding\":%s}]}",
             bad[i].value);
    check_refused(body, 1, bad[i].reason);
  }
}

static void refuses_members_that_come_twice(void)
{
  check_refused("{\"data\":[{\"index\":0,\"embedding\":[1]}],\"data\":[]}", 1,
                "member \"data\" came twice");
  check_refused("{\"model\":\"a\",\"model\":\"b\"}", 1,
                "member \"model\" came twice");
  check_refused("{\"usage\":{},\"usage\":null}", 1,
                "member \"usage\" came twice");
  check_refused("{\"data\":[{\"index\":0,\"index\":0}]}", 1,
                "member \"index\" came twice");
  check_refused("{\"data\":[{\"embedding\":[1],\"embedding\":[1]}]}", 1,
                "member \"embedding\" came twice");
  check_refused("{\"usage\":{\"total_tokens\":1,\"total_tokens\":2}}", 1,
                "member \"total_tokens\" came twice");
}

static void a_model_with_an_endless_name_is_too_large(void)
{
  enum { NAME_SIZE = 70000 };
  static char body[NAME_SIZE + 10];
  struct pc_embeddings answer;

  memset(body, 'm', sizeof(body) - 1);
  memcpy(body, "{\"model\":\"", 10);
  body[sizeof(body) - 2] = '"';

  CHECK(read_body(&answer, body, 1) == PC_TOO_LARGE);
  CHECK_TEXT(answer.fault.reason, "the model's name is too large");
  pc_embeddings_deinit(&answer);
}

int main(void)
{
  static const struct harness_test tests[] = {
      TEST(a_token_in_many_pieces_is_read_whole),
      TEST(finds_the_members_in_any_order),
      TEST(usage_model_and_object_may_be_missing),
      TEST(usage_and_model_of_another_type_are_ignored),
      TEST(a_count_of_tokens_beyond_64_bits_is_the_largest_one),
      TEST(unknown_members_are_skipped_at_every_level),
      TEST(names_an_answer_of_another_shape),
      TEST(names_a_wrong_number_of_items),
      TEST(names_an_item_that_is_not_an_object),
      TEST(names_what_is_wrong_with_an_index),
      TEST(names_an_item_that_lacks_something),
      TEST(names_what_is_wrong_with_an_embedding),
      TEST(refuses_members_that_come_twice),
      TEST(a_model_with_an_endless_name_is_too_large)};

  return HARNESS_RUN(tests);
}
