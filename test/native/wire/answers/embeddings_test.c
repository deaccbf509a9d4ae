#include "harness.h"

#include "wire/answers/embeddings.h"

/* An answer for two items, with every kind of token and both kinds of row. */
static const char sample[] =
    "\xef\xbb\xbf{ \"object\" : \"list\", \"data\": [\n"
    "  {\"object\":\"embedding\",\"index\":1,\"embedding\":[ 0.5,-1e-3 , 2 "
    "]},\n"
    "  "
    "{\"embedding\":\"AACAPwAA\\/\\/"
    "8=\",\"index\":0,\"x\":{\"y\":[true,null]}}\n"
    "], \"model\":\"caf\xc3\xa9 \\\"1\\\"\", \"usage\":\n"
    "  {\"prompt_tokens\":12,\"total_tokens\":345}, "
    "\"more\":[[],{},\"\\u00e9\"]} ";

enum { SAMPLE_SIZE = sizeof(sample) - 1 };

static void begin(struct pc_embeddings *answer, uint32_t count)
{
  pc_embeddings_init(answer);
  if (!CHECK(pc_embeddings_expect(answer, count, false) == PC_OK))
    exit(EXIT_FAILURE);
}

/* Feeds a copy of exactly `size` bytes, so that ASan sees a byte too far. */
static void feed(struct pc_embeddings *answer, const char *text, size_t size)
{
  char *copy = malloc(size ? size : 1);
  enum pc_status status = PC_OK;

  if (!CHECK(copy != NULL))
    exit(EXIT_FAILURE);
  memcpy(copy, text, size);
  status = pc_embeddings_feed(answer, copy, size);
  CHECK((status == PC_OK) == (answer->fault.reason[0] == '\0'));
  free(copy);
}

static void check_is_sample(struct pc_embeddings *answer)
{
  static const float row_0[] = {1.0f, 0};
  static const float row_1[] = {0.5f, -1e-3f, 2.0f};
  const struct pc_vector_place *rows = answer->rows;

  if (!CHECK(pc_embeddings_finish(answer) == PC_OK)) {
    printf("  %s\n", answer->fault.reason);
    return;
  }
  CHECK_NUMBER(rows[0].size, sizeof(row_0));
  CHECK(memcmp(answer->values.data + rows[0].offset, row_0, 4) == 0);
  CHECK(memcmp(answer->values.data + rows[0].offset + 4, "\0\0\xff\xff", 4) ==
        0);
  CHECK_NUMBER(rows[1].size, sizeof(row_1));
  CHECK(memcmp(answer->values.data + rows[1].offset, row_1, sizeof(row_1)) ==
        0);
  CHECK_TEXT(answer->model.data, "\"caf\xc3\xa9 \\\"1\\\"\"");
  CHECK_NUMBER(answer->usage.prompt_tokens, 12);
  CHECK_NUMBER(answer->usage.total_tokens, 345);
}

static void every_cut_gives_the_same_answer(void)
{
  for (size_t cut = 0; cut <= SAMPLE_SIZE; cut++) {
    struct pc_embeddings answer;

    begin(&answer, 2);
    feed(&answer, sample, cut);
    feed(&answer, sample + cut, SAMPLE_SIZE - cut);
    check_is_sample(&answer);
    pc_embeddings_deinit(&answer);
  }
}

static void pieces_of_every_size_give_the_same_answer(void)
{
  for (size_t piece = 1; piece < 40; piece++) {
    struct pc_embeddings answer;

    begin(&answer, 2);
    for (size_t at = 0; at < SAMPLE_SIZE; at += piece)
      feed(&answer, sample + at,
           piece < SAMPLE_SIZE - at ? piece : SAMPLE_SIZE - at);
    check_is_sample(&answer);
    pc_embeddings_deinit(&answer);
  }
}

static void a_truncated_answer_is_refused_at_every_length(void)
{
  for (size_t size = 0; size < SAMPLE_SIZE - 1; size++) {
    struct pc_embeddings answer;
    char reason[PC_FAULT_SIZE];

    begin(&answer, 2);
    feed(&answer, sample, size);
    CHECK(pc_embeddings_finish(&answer) == PC_PARSE_ERROR);
    if (size >= 3) {
      snprintf(reason, sizeof(reason),
               "not JSON at byte %zu: the text ends too early", size);
      CHECK_TEXT(answer.fault.reason, reason);
    }
    pc_embeddings_deinit(&answer);
  }
}

static void a_fault_is_the_same_however_the_body_is_cut(void)
{
  static const struct {
    const char *body;
    const char *reason;
  } bad[] = {
      {"SSH-2.0-OpenSSH_9.2\r\n", "not JSON at byte 0: a value was expected"},
      {"{\"data\":[{\"index\":0,\"embedding\":[1,2,3x]}]}",
       "item 0 has no list of numbers at byte 38"},
      {"{\"data\":[{\"index\":0,\"embedding\":[1]}}",
       "not JSON at byte 36: a comma or a closing bracket was expected"},
      {"{\"data\":[{\"index\":0,\"embedding\":[1]}]} x",
       "not JSON at byte 39: nothing may follow the value"},
      {"{\"data\":[{\"index\":0,\"embedding\":[1,2,3",
       "not JSON at byte 38: the text ends too early"},
      {"{\"a\":\"\xff\"}", "not JSON at byte 6: not UTF-8"}};

  for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
    size_t size = strlen(bad[i].body);

    for (size_t piece = 1; piece <= size; piece++) {
      struct pc_embeddings answer;

      begin(&answer, 1);
      for (size_t at = 0; at < size; at += piece)
        feed(&answer, bad[i].body + at, piece < size - at ? piece : size - at);
      CHECK(pc_embeddings_finish(&answer) == PC_PARSE_ERROR);
      CHECK_TEXT(answer.fault.reason, bad[i].reason);
      pc_embeddings_deinit(&answer);
    }
  }
}

static void an_answer_that_failed_stays_failed(void)
{
  struct pc_embeddings answer;

  begin(&answer, 1);

  CHECK(pc_embeddings_feed(&answer, "[]", 2) == PC_PARSE_ERROR);
  CHECK(pc_embeddings_feed(&answer, "{}", 2) == PC_PARSE_ERROR);
  CHECK(pc_embeddings_finish(&answer) == PC_PARSE_ERROR);
  CHECK_TEXT(answer.fault.reason, "the answer is not an object");
  pc_embeddings_deinit(&answer);
}

static void the_memory_of_an_answer_serves_the_next_one(void)
{
  static const char failing[] =
      "{\"model\":\"m\",\"usage\":{\"total_tokens\":9},"
      "\"data\":[{\"index\":3,\"embedding\":[1,2,3,4,5,6]},7]}";
  static const char small[] = "{\"data\":[{\"index\":0,\"embedding\":[1]}]}";
  struct pc_embeddings answer;

  begin(&answer, 5);
  feed(&answer, failing, sizeof(failing) - 1);
  CHECK(pc_embeddings_finish(&answer) == PC_PARSE_ERROR);

  CHECK(pc_embeddings_expect(&answer, 2, false) == PC_OK);
  feed(&answer, sample, SAMPLE_SIZE);
  check_is_sample(&answer);
  CHECK(pc_embeddings_expect(&answer, 1, false) == PC_OK);
  feed(&answer, small, sizeof(small) - 1);
  CHECK(pc_embeddings_finish(&answer) == PC_OK);
  CHECK_NUMBER(answer.model.size, 0);
  CHECK_NUMBER(answer.usage.total_tokens, 0);
  pc_embeddings_deinit(&answer);
}

static void opaque_rows_keep_any_number_of_bytes(void)
{
  static const char body[] =
      "{\"data\":[{\"index\":0,\"embedding\":\"YWJjZGU=\"},"
      "{\"index\":1,\"embedding\":[1]}]}";
  struct pc_embeddings answer;
  float value = 0;

  pc_embeddings_init(&answer);
  CHECK(pc_embeddings_expect(&answer, 2, true) == PC_OK);
  feed(&answer, body, sizeof(body) - 1);

  CHECK(pc_embeddings_finish(&answer) == PC_OK);
  CHECK_NUMBER(answer.rows[0].size, 5);
  CHECK(memcmp(answer.values.data + answer.rows[0].offset, "abcde", 5) == 0);
  memcpy(&value, answer.values.data + answer.rows[1].offset, sizeof(value));
  CHECK(value == 1.0f);
  pc_embeddings_deinit(&answer);
}

static void rows_move_to_their_place_in_the_call(void)
{
  struct pc_embeddings answer;
  struct pc_vectors vectors;
  struct pc_vector_place place = {0};

  begin(&answer, 2);
  pc_vectors_init(&vectors, 4);
  feed(&answer, sample, SAMPLE_SIZE);
  check_is_sample(&answer);

  CHECK(pc_embeddings_copy_rows(&answer, &vectors, 2) == PC_OK);
  CHECK_NUMBER(pc_vectors_place(&vectors, 0).size, 0);
  CHECK_NUMBER(pc_vectors_place(&vectors, 2).size, 8);
  place = pc_vectors_place(&vectors, 3);
  CHECK_NUMBER(place.size, 12);
  CHECK(memcmp(vectors.data + place.offset,
               answer.values.data + answer.rows[1].offset, 12) == 0);
  pc_vectors_deinit(&vectors);
  pc_embeddings_deinit(&answer);
}

/* Feeds `piece` again and again until `total` bytes went in or it failed. */
static void feed_endless(struct pc_embeddings *answer,
                         const char *piece,
                         size_t piece_size,
                         size_t total)
{
  for (size_t fed = 0; fed < total; fed += piece_size) {
    if (pc_embeddings_feed(answer, piece, piece_size) != PC_OK)
      return;
  }
}

static void a_token_without_end_is_too_large(void)
{
  enum { PIECE_SIZE = 1 << 18 };
  static const char *const heads[] = {"{\"x\":\"", "{\"x\":1",
                                      "{\"data\":[{\"embedding\":\""};
  static char piece[PIECE_SIZE];

  memset(piece, '1', sizeof(piece));
  for (size_t i = 0; i < sizeof(heads) / sizeof(*heads); i++) {
    struct pc_embeddings answer;

    begin(&answer, 1);
    feed(&answer, heads[i], strlen(heads[i]));
    feed_endless(&answer, piece, sizeof(piece), (size_t)80 << 20);
    CHECK(pc_embeddings_finish(&answer) == PC_TOO_LARGE);
    CHECK_TEXT(answer.fault.reason, "one token is too large");
    pc_embeddings_deinit(&answer);
  }
}

static void a_vector_element_without_end_is_refused(void)
{
  struct pc_embeddings answer;

  begin(&answer, 1);
  feed_endless(&answer, "{\"data\":[{\"embedding\":[1", 24, 24);
  feed_endless(&answer, "1111111111", 10, 1 << 20);

  CHECK(pc_embeddings_finish(&answer) == PC_PARSE_ERROR);
  CHECK_TEXT(answer.fault.reason, "item 0 has no list of numbers at byte 23");
  pc_embeddings_deinit(&answer);
}

static void only_an_unfinished_token_is_kept(void)
{
  static const char head[] = "{\"data\":[{\"embedding\":[";
  struct pc_embeddings answer;

  begin(&answer, 1);
  feed(&answer, head, sizeof(head) - 1);
  for (int i = 0; i < 10000; i++)
    feed(&answer, "0.25, 0.5, ", 11);

  CHECK(answer.window.capacity < 4096);
  CHECK_NUMBER(answer.values.size, 80000);
  pc_embeddings_deinit(&answer);
}

static void a_body_fed_at_once_needs_no_window_of_its_size(void)
{
  enum { COUNT = 300000 };
  struct pc_embeddings answer;
  struct pc_bytes body;

  pc_bytes_init(&body, 1 << 24);
  CHECK(pc_bytes_append_text(
            &body, "{\"data\":[{\"index\":0,\"embedding\":[1") == PC_OK);
  for (int i = 1; i < COUNT; i++)
    CHECK(pc_bytes_append_text(&body, ",0.25") == PC_OK);
  CHECK(pc_bytes_append_text(&body, "]}]}") == PC_OK);
  begin(&answer, 1);
  feed(&answer, body.data, body.size);

  CHECK(pc_embeddings_finish(&answer) == PC_OK);
  CHECK_NUMBER(answer.rows[0].size, COUNT * sizeof(float));
  CHECK(answer.window.capacity < body.size / 4);
  pc_embeddings_deinit(&answer);
  pc_bytes_deinit(&body);
}

static void an_answer_nested_200000_deep_is_refused(void)
{
  struct pc_embeddings answer;

  begin(&answer, 1);
  feed(&answer, "{\"x\":", 5);
  feed_endless(&answer, "[[[[[[[[[[", 10, 200000);

  CHECK(pc_embeddings_finish(&answer) == PC_PARSE_ERROR);
  CHECK_TEXT(answer.fault.reason,
             "not JSON at byte 516: nested deeper than 512");
  pc_embeddings_deinit(&answer);
}

static unsigned next_random(unsigned *state)
{
  *state ^= *state << 13;
  *state ^= *state >> 17;
  *state ^= *state << 5;
  return *state;
}

/* Feeds text[0..size) in pieces of at most `piece` bytes and finishes. */
static enum pc_status read_pieces(struct pc_embeddings *answer,
                                  const char *text,
                                  size_t size,
                                  size_t piece)
{
  begin(answer, 2);
  for (size_t at = 0; at < size; at += piece)
    feed(answer, text + at, piece < size - at ? piece : size - at);
  return pc_embeddings_finish(answer);
}

static void a_mutated_answer_fares_alike_in_one_piece_and_in_many(void)
{
  unsigned random = 424242;

  for (long round = harness_rounds(5000); round > 0; round--) {
    struct pc_embeddings whole;
    struct pc_embeddings pieces;
    char mutant[SAMPLE_SIZE];

    memcpy(mutant, sample, SAMPLE_SIZE);
    for (int change = 0; change < 2; change++)
      mutant[next_random(&random) % SAMPLE_SIZE] =
          "{}[]\",:\\u0dD8e9-. \xff"[next_random(&random) % 19];
    CHECK(read_pieces(&whole, mutant, SAMPLE_SIZE, SAMPLE_SIZE) ==
          read_pieces(&pieces, mutant, SAMPLE_SIZE, 7));
    CHECK_TEXT(pieces.fault.reason, whole.fault.reason);
    CHECK_NUMBER(pieces.values.size, whole.values.size);
    pc_embeddings_deinit(&whole);
    pc_embeddings_deinit(&pieces);
  }
}

static void random_bytes_are_refused(void)
{
  unsigned random = 777;

  for (long round = harness_rounds(3000); round > 0; round--) {
    struct pc_embeddings answer;
    char garbage[64];

    for (size_t i = 0; i < sizeof(garbage); i++)
      garbage[i] = (char)next_random(&random);
    CHECK(read_pieces(&answer, garbage, sizeof(garbage), 16) == PC_PARSE_ERROR);
    pc_embeddings_deinit(&answer);
  }
}

int main(void)
{
  static const struct harness_test tests[] = {
      TEST(every_cut_gives_the_same_answer),
      TEST(pieces_of_every_size_give_the_same_answer),
      TEST(a_truncated_answer_is_refused_at_every_length),
      TEST(a_fault_is_the_same_however_the_body_is_cut),
      TEST(an_answer_that_failed_stays_failed),
      TEST(the_memory_of_an_answer_serves_the_next_one),
      TEST(opaque_rows_keep_any_number_of_bytes),
      TEST(rows_move_to_their_place_in_the_call),
      TEST(a_token_without_end_is_too_large),
      TEST(a_vector_element_without_end_is_refused),
      TEST(only_an_unfinished_token_is_kept),
      TEST(a_body_fed_at_once_needs_no_window_of_its_size),
      TEST(an_answer_nested_200000_deep_is_refused),
      TEST(a_mutated_answer_fares_alike_in_one_piece_and_in_many),
      TEST(random_bytes_are_refused)};

  return HARNESS_RUN(tests);
}
