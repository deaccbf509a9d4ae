#include "harness.h"
#include "splice_joined.h"

static void embeddings_are_joined_in_input_order(void)
{
  const struct joined_answer answers[] = {
      {3, 1, "{\"data\":[{\"index\":0,\"embedding\":[4]}],\"model\":\"b\"}"},
      {0, 2,
       "{\"object\":\"list\",\"data\":[{\"index\":1,\"embedding\":[2]},"
       "{\"index\":0,\"embedding\":[1]}],\"model\":\"a\",\"x\":[{}]}"},
      {2, 1, "{\"data\":[{\"embedding\":\"AAAA\",\"index\":0}]}"}};

  joined_check(PC_SPLICE_EMBEDDINGS, false, false, answers, 3,
               "{\"object\":\"list\",\"data\":[{\"index\":1,\"embedding\":[2]},"
               "{\"index\":0,\"embedding\":[1]},{\"embedding\":\"AAAA\","
               "\"index\":2},{\"index\":3,\"embedding\":[4]}],\"model\":\"a\","
               "\"x\":[{}],$M}");
}

static void bare_lists_get_a_frame(void)
{
  const struct joined_answer answers[] = {
      {0, 2, " [{\"index\":1,\"score\":0.90},{\"index\":0,\"score\":0.1}]"},
      {2, 1, "[ {\"score\":1,\"index\":0} ]\n"}};

  joined_check(PC_SPLICE_RERANK, false, false, answers, 2,
               "{\"data\":[{\"index\":1,\"score\":0.90},{\"index\":0,\"score\":"
               "0.1}, {\"score\":1,\"index\":2} ],$M}");
  joined_check(PC_SPLICE_RERANK, false, true, answers, 2,
               "[{\"index\":1,\"score\":0.90},{\"index\":0,\"score\":0.1}, "
               "{\"score\":1,\"index\":2} ]");
}

static void lists_in_objects_keep_their_frame_or_leave_it(void)
{
  const struct joined_answer answers[] = {
      {0, 1, "{\"id\":7,\"results\":[{\"index\":0}],\"meta\":{}}"},
      {1, 1, "[{\"index\":0}]"}};

  joined_check(PC_SPLICE_RERANK, false, false, answers, 2,
               "{\"id\":7,\"results\":[{\"index\":0},{\"index\":1}],\"meta\":{}"
               ",$M}");
  joined_check(PC_SPLICE_RERANK, false, true, answers, 2,
               "[{\"index\":0},{\"index\":1}]");
}

static void classify_lists_are_joined_as_they_are(void)
{
  const struct joined_answer answers[] = {{1, 1, "[[{\"label\":\"b\"}]]"},
                                          {0, 1, "[[{\"label\":\"a\"}, {}]]"}};

  joined_check(PC_SPLICE_CLASSIFY, false, false, answers, 2,
               "{\"data\":[[{\"label\":\"a\"}, {}],[{\"label\":\"b\"}]],$M}");
  joined_check(PC_SPLICE_CLASSIFY, false, true, answers, 2,
               "[[{\"label\":\"a\"}, {}],[{\"label\":\"b\"}]]");
}

static void a_whole_answer_is_the_data(void)
{
  const struct joined_answer answers[] = {
      {0, 1, "[{\"label\":\"a\",\"score\":0.50}]\n"}};

  joined_check(PC_SPLICE_CLASSIFY, true, false, answers, 1,
               "{\"data\":[{\"label\":\"a\",\"score\":0.50}],$M}");
  joined_check(PC_SPLICE_CLASSIFY, true, true, answers, 1,
               "[{\"label\":\"a\",\"score\":0.50}]");
}

static void generic_answers_are_responses_with_their_times(void)
{
  const struct joined_answer answers[] = {
      {1, 1, ""}, {2, 1, "\"text\""}, {0, 1, " {\"proxy_metadata\": 1} "}};

  joined_check(PC_SPLICE_GENERIC, false, true, answers, 3,
               "{\"responses\":[{\"index\":0,\"response\":{\"proxy_metadata\": "
               "1},\"duration\":0.5},{\"index\":1,\"response\":null,"
               "\"duration\":0.5},{\"index\":2,\"response\":\"text\","
               "\"duration\":0.5}],$R}");
}

static void an_input_without_an_answer_is_told(void)
{
  static const struct joined_answer gaps[][2] = {
      {{0, 1, "[[]]"}, {2, 1, "[[]]"}},
      {{1, 1, "[[]]"}, {2, 1, "[[]]"}},
      {{0, 1, "[[]]"}, {0, 1, "[[]]"}},
      {{0, 2, "[[],[]]"}, {1, 1, "[[]]"}}};
  struct pc_splice_facts facts = {.metadata = {.data = "{\"a\":1", .size = 6}};
  struct pc_splice_join join;

  for (size_t i = 0; i < sizeof(gaps) / sizeof(*gaps); i++) {
    pc_splice_join_init(&join, PC_SPLICE_CLASSIFY, false);
    joined_add(&join, &gaps[i][0]);
    joined_add(&join, &gaps[i][1]);
    CHECK(pc_splice_join_finish(&join, &facts) == PC_INVALID_ARGUMENT);
    CHECK_NUMBER(join.chunk_count, 0);
    pc_splice_join_deinit(&join);
  }
  pc_splice_join_init(&join, PC_SPLICE_CLASSIFY, false);
  CHECK(pc_splice_join_finish(&join, &facts) == PC_INVALID_ARGUMENT);
  pc_splice_join_deinit(&join);
}

static void a_join_that_is_given_up_leaks_nothing(void)
{
  struct pc_splice_join join;

  pc_splice_join_init(&join, PC_SPLICE_RERANK, false);
  joined_add(&join, &(struct joined_answer){1, 1, "[{\"index\":0}]"});
  joined_add(&join, &(struct joined_answer){0, 1, "[{\"index\":0}]"});
  pc_splice_join_deinit(&join);
  CHECK_NUMBER(join.part_count, 0);
}

/* An answer of `size` bytes and more, with a value that nobody else has. */
static struct pc_bytes large_answer(size_t size, char letter)
{
  struct pc_bytes text = joined_bytes("{\"data\":[{\"index\":0,\"x\":\"");

  if (pc_bytes_reserve(&text, size) != PC_OK)
    abort();
  memset(text.data + text.size, letter, size);
  pc_bytes_set_size(&text, text.size + size);
  if (pc_bytes_append_text(&text, "\"}],\"usage\":{\"a\":1}}") != PC_OK)
    abort();
  return text;
}

static const char *
add_large(struct pc_splice_join *join, uint32_t first, char letter)
{
  struct pc_bytes text = large_answer(1 << 20, letter);
  const char *data = text.data;
  struct pc_splice_answer answer;

  pc_splice_answer_init(&answer);
  CHECK(pc_splice_answer_expect(&answer, join->form, 1, false) == PC_OK);
  CHECK(pc_splice_answer_read(&answer, text.data, text.size, true) == PC_OK);
  CHECK(pc_splice_join_add(join, &answer, &text, (struct pc_text){0}, first, 1,
                           0) == PC_OK);
  pc_splice_answer_deinit(&answer);
  return data;
}

static void large_answers_become_chunks_without_a_copy(void)
{
  struct pc_splice_facts facts = {.metadata = {.data = "{\"a\":1", .size = 6}};
  struct pc_splice_join join;
  const char *first = NULL;
  const char *later = NULL;

  pc_splice_join_init(&join, PC_SPLICE_EMBEDDINGS, false);
  (void)add_large(&join, 1, 'b');
  first = add_large(&join, 0, 'a');
  later = join.parts[0].text.data;
  CHECK(pc_splice_join_finish(&join, &facts) == PC_OK);

  if (CHECK_NUMBER(join.chunk_count, 4)) {
    CHECK(join.chunks[0].data == first);
    CHECK_TEXT(join.chunks[1].data, ",");
    CHECK(join.chunks[2].data == later);
    CHECK(strncmp(join.chunks[2].data, "{\"index\":1,\"x\":\"b", 17) == 0);
    CHECK(strncmp(join.chunks[3].data, "],\"usage\":{\"a\":2},\"proxy_", 25) ==
          0);
  }
  pc_splice_join_deinit(&join);
}

enum { MOST_ANSWERS = 6, MOST_ITEMS = 5, TEXT_SIZE = 16384 };

/* A random call: what upstreams sent, and what must come of it. */
struct made {
  char answers[MOST_ANSWERS][TEXT_SIZE];
  struct joined_answer list[MOST_ANSWERS];
  uint32_t answer_count;
  char expected[TEXT_SIZE];
};

static void add_text(char *to, const char *text)
{
  snprintf(to + strlen(to), TEXT_SIZE - strlen(to), "%s", text);
}

static const char *pick(uint64_t *state, const char *const *texts, size_t count)
{
  return texts[harness_random(state) % count];
}

/* Writes one item twice: as the upstream sent it, and as it must leave. */
static void make_item(
    uint64_t *state, char *sent, char *left, uint32_t first, uint32_t index)
{
  static const char *const before[] = {
      "{\"index\":", "{ \"index\" : ", "{\"embedding\":[0.1,-2e-05],\"index\":",
      "{\"x\":{\"index\":9},\"inde\\u0078\":"};
  static const char *const behind[] = {"}", " }", ",\"embedding\":\"AA==\"}",
                                       ",\"embedding\":[1.50,0.123456789]} "};
  const char *open = pick(state, before, 4);
  const char *close = pick(state, behind, 4);

  snprintf(sent + strlen(sent), TEXT_SIZE - strlen(sent), "%s%u%s", open, index,
           close);
  snprintf(left + strlen(left), TEXT_SIZE - strlen(left), "%s%u%s", open,
           first + index, close);
}

static void make_items(uint64_t *state,
                       char *sent,
                       char *left,
                       const struct joined_answer *answer)
{
  uint32_t order[MOST_ITEMS];

  for (uint32_t i = 0; i < answer->count; i++)
    order[i] = i;
  for (uint32_t i = answer->count - 1; i; i--) {
    uint32_t other = (uint32_t)(harness_random(state) % (i + 1));
    uint32_t index = order[i];

    order[i] = order[other];
    order[other] = index;
  }
  for (uint32_t i = 0; i < answer->count; i++) {
    add_text(sent, i ? "," : "");
    add_text(left, i ? "," : "");
    make_item(state, sent, left, answer->first, order[i]);
  }
}

static void make_call(uint64_t *state, struct made *made)
{
  static const char *const opens[] = {
      "{\"data\":[", "{ \"object\":\"list\" , \"data\": [",
      "{\"model\":\"m\",\"x\":[[{}]],\"data\":["};
  const char *frame_open = pick(state, opens, 3);
  uint32_t first = 0;
  unsigned total = 0;
  char usage[64];

  made->answer_count = 1 + (uint32_t)(harness_random(state) % MOST_ANSWERS);
  snprintf(made->expected, TEXT_SIZE, "%s", frame_open);
  for (uint32_t i = 0; i < made->answer_count; i++) {
    struct joined_answer *answer = &made->list[i];
    unsigned tokens = (unsigned)(harness_random(state) % 1000);

    *answer = (struct joined_answer){
        .first = first,
        .count = 1 + (uint32_t)(harness_random(state) % MOST_ITEMS),
        .text = made->answers[i]};
    snprintf(made->answers[i], TEXT_SIZE, "%s",
             i ? pick(state, opens, 3) : frame_open);
    add_text(made->expected, i ? "," : "");
    make_items(state, made->answers[i], made->expected, answer);
    snprintf(usage, sizeof(usage), "],\"usage\":{\"total_tokens\":%u}}",
             tokens);
    add_text(made->answers[i], usage);
    first += answer->count;
    total += tokens;
  }
  snprintf(usage, sizeof(usage), "],\"usage\":{\"total_tokens\":%u},$M}",
           total);
  add_text(made->expected, usage);
}

static void shuffle(uint64_t *state, struct made *made)
{
  for (uint32_t i = made->answer_count - 1; i; i--) {
    uint32_t other = (uint32_t)(harness_random(state) % (i + 1));
    struct joined_answer answer = made->list[i];

    made->list[i] = made->list[other];
    made->list[other] = answer;
  }
}

static void random_answers_join_as_a_plain_writer_would(void)
{
  struct made *made = malloc(sizeof(*made));
  uint64_t state = 17;

  for (long round = harness_rounds(300); made && round; round--) {
    make_call(&state, made);
    shuffle(&state, made);
    joined_check(PC_SPLICE_EMBEDDINGS, false, false, made->list,
                 made->answer_count, made->expected);
  }
  CHECK(made != NULL);
  free(made);
}

int main(void)
{
  static const struct harness_test tests[] = {
      TEST(embeddings_are_joined_in_input_order),
      TEST(bare_lists_get_a_frame),
      TEST(lists_in_objects_keep_their_frame_or_leave_it),
      TEST(classify_lists_are_joined_as_they_are),
      TEST(a_whole_answer_is_the_data),
      TEST(generic_answers_are_responses_with_their_times),
      TEST(an_input_without_an_answer_is_told),
      TEST(a_join_that_is_given_up_leaks_nothing),
      TEST(large_answers_become_chunks_without_a_copy),
      TEST(random_answers_join_as_a_plain_writer_would)};

  return HARNESS_RUN(tests);
}
