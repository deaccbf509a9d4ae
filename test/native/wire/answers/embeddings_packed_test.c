#include "harness.h"

#include "wire/answers/embeddings.h"

/* Two items, one as a list and one as bytes, and what nobody asked for. */
static const char sample[] =
    "\x84"
    "\xa4"
    "data\x92"
    "\x83\xa5index\x01\xa9"
    "embedding\x93\xca\x3f\x00\x00\x00\xcb\xbf\x50\x62\x4d\xd2\xf1\xa9\xfc\x02"
    "\xa1x\x92\xc3\x81\xa1y\xd4\x01\x00"
    "\x82\xa9"
    "embedding\xc4\x08\x00\x00\x80\x3f\x00\x00\x00\xbf\xa5index\x00"
    "\xa5model\xa6"
    "caf\xc3\xa9\""
    "\xa5usage\x82\xadprompt_tokens\x0c\xactotal_tokens\xcd\x01\x59"
    "\x05\xc0";

enum { SAMPLE_SIZE = sizeof(sample) - 1 };

static void begin(struct pc_embeddings *answer)
{
  if (!CHECK(pc_embeddings_expect(answer, 2, false) == PC_OK) ||
      !CHECK(pc_embeddings_expect_packed(answer) == PC_OK))
    exit(EXIT_FAILURE);
}

/* Feeds a copy of exactly `size` bytes, so that ASan sees a byte too far. */
static void feed(struct pc_embeddings *answer, const char *text, size_t size)
{
  char *copy = malloc(size ? size : 1);

  if (!CHECK(copy != NULL))
    exit(EXIT_FAILURE);
  memcpy(copy, text, size);
  CHECK((pc_embeddings_feed(answer, copy, size) == PC_OK) ==
        (answer->fault.reason[0] == '\0'));
  free(copy);
}

static void check_is_sample(struct pc_embeddings *answer)
{
  static const float row_0[] = {1.0f, -0.5f};
  static const float row_1[] = {0.5f, -1e-3f, 2.0f};
  const struct pc_vector_place *rows = answer->rows;

  if (!CHECK(pc_embeddings_finish(answer) == PC_OK)) {
    printf("  %s\n", answer->fault.reason);
    return;
  }
  CHECK_NUMBER(rows[0].size, sizeof(row_0));
  CHECK_NUMBER(rows[1].size, sizeof(row_1));
  CHECK(!memcmp(answer->values.data + rows[0].offset, row_0, sizeof(row_0)));
  CHECK(!memcmp(answer->values.data + rows[1].offset, row_1, sizeof(row_1)));
  CHECK_TEXT(answer->model.data, "\"caf\xc3\xa9\\\"\"");
  CHECK_NUMBER(answer->usage.prompt_tokens, 12);
  CHECK_NUMBER(answer->usage.total_tokens, 345);
}

static void pieces_of_every_size_give_the_same_answer(void)
{
  struct pc_embeddings answer;

  pc_embeddings_init(&answer);
  for (size_t piece = 1; piece <= SAMPLE_SIZE; piece++) {
    begin(&answer);
    for (size_t at = 0; at < SAMPLE_SIZE; at += piece)
      feed(&answer, sample + at,
           piece < SAMPLE_SIZE - at ? piece : SAMPLE_SIZE - at);
    check_is_sample(&answer);
  }
  pc_embeddings_deinit(&answer);
}

static void a_truncated_answer_is_refused_at_every_length(void)
{
  struct pc_embeddings answer;

  pc_embeddings_init(&answer);
  for (size_t size = 0; size < SAMPLE_SIZE; size++) {
    char reason[PC_FAULT_SIZE];

    begin(&answer);
    feed(&answer, sample, size);
    CHECK(pc_embeddings_finish(&answer) == PC_PARSE_ERROR);
    snprintf(reason, sizeof(reason),
             "not MessagePack at byte %zu: the body ends too early", size);
    CHECK_TEXT(answer.fault.reason, reason);
  }
  pc_embeddings_deinit(&answer);
}

static void json_is_read_again_behind_it(void)
{
  static const char text[] = "{\"data\":[{\"index\":0,\"embedding\":[1]},"
                             "{\"index\":1,\"embedding\":[2]}]}";
  struct pc_embeddings answer;

  pc_embeddings_init(&answer);
  begin(&answer);
  feed(&answer, sample, SAMPLE_SIZE / 2);
  CHECK(pc_embeddings_expect(&answer, 2, false) == PC_OK);
  feed(&answer, text, sizeof(text) - 1);
  CHECK(pc_embeddings_finish(&answer) == PC_OK);
  CHECK_NUMBER(answer.rows[1].size, sizeof(float));
  pc_embeddings_deinit(&answer);
}

int main(void)
{
  static const struct harness_test tests[] = {
      TEST(pieces_of_every_size_give_the_same_answer),
      TEST(a_truncated_answer_is_refused_at_every_length),
      TEST(json_is_read_again_behind_it)};

  return HARNESS_RUN(tests);
}
