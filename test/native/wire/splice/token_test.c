#include "harness.h"

#include "wire/splice/answer.h"

/* The shapes and sentences are tested in splice_answer_test.c. */

/* Takes the tokens of `body` one by one until one is refused. */
static enum pc_status take_all(struct pc_splice_answer *answer,
                               enum pc_splice_form form,
                               const char *body)
{
  size_t size = strlen(body);
  enum pc_status status = PC_OK;

  CHECK(pc_splice_answer_expect(answer, form, 2, false) == PC_OK);
  answer->text = body;
  while (status == PC_OK) {
    enum pc_json_token token =
        pc_json_scan_next(&answer->scan, body, size, true);

    if (token <= PC_JSON_END)
      break;
    status = pc_splice_token_take(answer, token);
  }
  return status;
}

static void a_whole_answer_ends_at_its_end(void)
{
  struct pc_splice_answer answer;

  pc_splice_answer_init(&answer);
  CHECK(take_all(&answer, PC_SPLICE_RERANK,
                 "{\"data\":[{\"index\":0},{\"index\":1}]}") == PC_OK);
  CHECK(answer.place == PC_SPLICE_AT_END);
  CHECK(take_all(&answer, PC_SPLICE_CLASSIFY, "[[1,[2]],[]]") == PC_OK);
  CHECK(answer.place == PC_SPLICE_AT_END);
  pc_splice_answer_deinit(&answer);
}

static void an_item_is_refused_at_the_token_that_shows_it(void)
{
  struct pc_splice_answer answer;

  pc_splice_answer_init(&answer);
  CHECK(take_all(&answer, PC_SPLICE_RERANK,
                 "[{\"index\":0},{\"index\":0,\"a\":1}]") == PC_PARSE_ERROR);
  CHECK_NUMBER(answer.scan.at, 23);
  pc_splice_answer_deinit(&answer);
}

static void members_within_members_are_not_the_ones_looked_for(void)
{
  struct pc_splice_answer answer;

  pc_splice_answer_init(&answer);
  CHECK(take_all(&answer, PC_SPLICE_EMBEDDINGS,
                 "{\"a\":{\"data\":[],\"usage\":{\"b\":1}},\"data\":["
                 "{\"c\":{\"index\":7},\"index\":0},{\"index\":1}]}") == PC_OK);
  CHECK_NUMBER(answer.usage.count, 0);
  pc_splice_answer_deinit(&answer);
}

int main(void)
{
  static const struct harness_test tests[] = {
      TEST(a_whole_answer_ends_at_its_end),
      TEST(an_item_is_refused_at_the_token_that_shows_it),
      TEST(members_within_members_are_not_the_ones_looked_for)};

  return HARNESS_RUN(tests);
}
