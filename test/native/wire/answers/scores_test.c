#include "harness.h"

#include "scores_text.h"
#include "wire/vectors/decimal.h"

/* Reads one number, or a list of them, as a row whose numbers count up. */
struct counter {
  struct pc_scores *scores;
  uint32_t seen;
};

static enum pc_status
add_number(void *context, struct pc_json_reader *reader, uint32_t place)
{
  struct counter *counter = context;
  struct pc_json_value value = {.token = reader->token,
                                .data = reader->text + reader->scan.start,
                                .size = reader->scan.size};
  double number = 0;
  enum pc_status status = pc_scores_number(reader, &value, &number);

  if (status != PC_OK)
    return pc_fault_set(reader->fault, status, "number %u", (unsigned)place);
  return pc_scores_add(counter->scores, counter->seen++, number);
}

static enum pc_status
add_row(void *context, struct pc_json_reader *reader, uint32_t place)
{
  struct counter *counter = context;
  uint32_t count = 0;
  enum pc_status status =
      reader->token == PC_JSON_ARRAY_BEGIN
          ? pc_json_reader_list(reader, add_number, context, &count)
          : add_number(context, reader, place);

  return status == PC_OK ? pc_scores_end_row(counter->scores) : status;
}

static enum pc_status read_body(struct pc_scores *scores,
                                const char *body,
                                uint32_t count,
                                struct pc_fault *fault)
{
  struct counter counter = {.scores = scores};
  char *copy = scores_text_copy(body, strlen(body));
  enum pc_status status = pc_scores_read(scores, copy, strlen(body), count,
                                         add_row, &counter, fault);

  free(copy);
  return status;
}

static void check_read(const char *body, uint32_t count, const char *expected)
{
  struct pc_scores scores;
  struct pc_fault fault = {""};
  struct scores_text text;

  pc_scores_init(&scores);
  CHECK(read_body(&scores, body, count, &fault) == PC_OK);
  CHECK_TEXT(fault.reason, "");
  text = scores_text_of(&scores);
  CHECK_TEXT(text.text, expected);
  pc_scores_deinit(&scores);
}

static void check_refused(const char *body, uint32_t count, const char *reason)
{
  struct pc_scores scores;
  struct pc_fault fault = {""};

  pc_scores_init(&scores);
  CHECK(read_body(&scores, body, count, &fault) == PC_PARSE_ERROR);
  CHECK_TEXT(fault.reason, reason);
  pc_scores_deinit(&scores);
}

static void finds_the_list_bare_or_enveloped(void)
{
  check_read("[1,[2,3]]", 2, "[0:1][1:2 2:3]");
  check_read("{\"object\":\"list\",\"data\":[1]}", 1, "[0:1]");
  check_read("{\"results\":[1],\"id\":[7]}", 1, "[0:1]");
  check_read("{\"data\":null,\"results\":[1]}", 1, "[0:1]");
  check_read("{\"results\":[1],\"data\":[2,3]}", 1, "[0:1]");
  check_read("\xef\xbb\xbf[1]", 1, "[0:1]");
}

static void refuses_a_body_without_such_a_list(void)
{
  check_refused("{}", 1, "no list of results");
  check_refused("{\"Data\":[1]}", 1, "no list of results");
  check_refused("{\"data\":{\"results\":[1]}}", 1, "no list of results");
  check_refused("\"text\"", 1, "no list of results");
  check_refused("1", 1, "no list of results");
  check_refused("null", 1, "no list of results");
}

static void refuses_a_list_of_the_wrong_length(void)
{
  check_refused("[1,2]", 3, "expected 3 items, got 2");
  check_refused("[1,2,{}]", 1, "expected 1 items, got 3");
  check_refused("{\"data\":[]}", 1, "expected 1 items, got 0");
}

static void refuses_what_is_not_json(void)
{
  check_refused("", 1, "not JSON at byte 0: the text ends too early");
  check_refused("nope", 1, "not JSON at byte 0: a value was expected");
  check_refused("[1.]", 1, "not JSON at byte 3: a digit was expected");
  check_refused("{\"data\":[1],\"x\":\"\xff\"}", 1,
                "not JSON at byte 17: not UTF-8");
  check_refused("[1] x", 1, "not JSON at byte 4: nothing may follow the value");
  check_refused("[1", 1, "not JSON at byte 2: the text ends too early");
}

static void numbers_keep_every_digit(void)
{
  check_read("[0.1,-1.7976931348623157e308,0.30000000000000004]", 3,
             "[0:0.10000000000000001][1:-1.7976931348623157e+308]"
             "[2:0.30000000000000004]");
}

static void numbers_that_are_none_are_refused(void)
{
  check_refused("[1e999]", 1, "number 0");
  check_refused("[\"1\"]", 1, "number 0");
  check_refused("[null]", 1, "number 0");
}

static void a_number_may_have_4096_bytes_and_no_more(void)
{
  char body[sizeof("[0.]") + PC_DECIMAL_MAX - 1];
  struct pc_scores scores;
  struct pc_fault fault = {""};

  memset(body, '1', sizeof(body));
  memcpy(body, "[0.", 3);
  memcpy(body + sizeof(body) - 2, "]", 2);

  pc_scores_init(&scores);
  CHECK(read_body(&scores, body, 1, &fault) == PC_PARSE_ERROR);
  memmove(body + 3, body + 4, sizeof(body) - 4);
  CHECK(read_body(&scores, body, 1, &fault) == PC_OK);
  pc_scores_deinit(&scores);
}

static void strings_become_one_list(void)
{
  struct pc_scores scores;

  pc_scores_init(&scores);
  CHECK(pc_scores_add_string(&scores, "\"a\"", 3) == PC_OK);
  CHECK(pc_scores_add_string(&scores, "null", 4) == PC_OK);
  CHECK_TEXT(scores.strings.data, "[\"a\",null");
  pc_scores_deinit(&scores);
}

static void tells_whether_all_is_ascii(void)
{
  struct pc_scores scores;
  struct pc_fault fault = {""};

  pc_scores_init(&scores);
  CHECK(read_body(&scores, "{\"data\":[1],\"x\":\"\xc3\xa9\"}", 1, &fault) ==
        PC_OK);
  CHECK(!scores.is_ascii);
  CHECK(read_body(&scores, "[1]", 1, &fault) == PC_OK);
  CHECK(scores.is_ascii);
  pc_scores_deinit(&scores);
}

static void an_answer_forgets_the_one_before(void)
{
  struct pc_scores scores;
  struct pc_fault fault = {""};
  struct scores_text text;

  pc_scores_init(&scores);
  CHECK(read_body(&scores, "[1,2,3]", 3, &fault) == PC_OK);
  CHECK(read_body(&scores, "[[4]]", 1, &fault) == PC_OK);
  text = scores_text_of(&scores);
  CHECK_TEXT(text.text, "[0:4]");
  pc_scores_deinit(&scores);
}

static void rows_go_to_their_place_in_the_call(void)
{
  struct pc_scores scores;
  struct pc_vectors vectors;
  struct pc_fault fault = {""};
  struct pc_score pair;

  pc_scores_init(&scores);
  pc_vectors_init(&vectors, 4);
  CHECK(read_body(&scores, "[1,[],[2,3]]", 3, &fault) == PC_OK);
  CHECK(pc_scores_copy_rows(&scores, &vectors, 1) == PC_OK);

  CHECK_NUMBER(pc_vectors_place(&vectors, 0).size, 0);
  CHECK_NUMBER(pc_vectors_place(&vectors, 1).size, sizeof(pair));
  CHECK_NUMBER(pc_vectors_place(&vectors, 2).size, 0);
  CHECK_NUMBER(pc_vectors_place(&vectors, 3).size, 2 * sizeof(pair));
  memcpy(&pair,
         vectors.data + pc_vectors_place(&vectors, 3).offset + sizeof(pair),
         sizeof(pair));
  CHECK(pair.number == 2 && pair.score == 3);
  pc_vectors_deinit(&vectors);
  pc_scores_deinit(&scores);
}

int main(void)
{
  static const struct harness_test tests[] = {
      TEST(finds_the_list_bare_or_enveloped),
      TEST(refuses_a_body_without_such_a_list),
      TEST(refuses_a_list_of_the_wrong_length),
      TEST(refuses_what_is_not_json),
      TEST(numbers_keep_every_digit),
      TEST(numbers_that_are_none_are_refused),
      TEST(a_number_may_have_4096_bytes_and_no_more),
      TEST(strings_become_one_list),
      TEST(tells_whether_all_is_ascii),
      TEST(an_answer_forgets_the_one_before),
      TEST(rows_go_to_their_place_in_the_call)};

  return HARNESS_RUN(tests);
}
