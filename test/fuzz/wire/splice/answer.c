/*
 * An answer is read the same however it arrives, and whatever was accepted can
 * be joined to JSON, alone and twice.
 * Knobs from the end: the form, how many items, where to cut.
 */
#include "fuzz.h"
#include "plain_json.h"

#include "wire/splice/join.h"

/* What is accepted nests 512 deep; the join adds two levels. */
enum { MAX_DEPTH = 514 };

struct order {
  enum pc_splice_form form;
  bool is_whole;
  uint32_t count;
};

static enum pc_status read_piece(struct pc_splice_answer *answer,
                                 const uint8_t *data,
                                 size_t size,
                                 bool is_last)
{
  char *text = fuzz_copy(data, size);
  enum pc_status status = pc_splice_answer_read(answer, text, size, is_last);

  free(text);
  return status;
}

static enum pc_status read_growing(struct pc_splice_answer *answer,
                                   const uint8_t *data,
                                   size_t size,
                                   uint32_t *cut_state)
{
  enum pc_status status = PC_OK;
  size_t arrived = 0;

  while (status == PC_OK && arrived < size) {
    arrived += fuzz_cut(cut_state, size - arrived);
    status = read_piece(answer, data, arrived, false);
  }
  return status == PC_OK ? read_piece(answer, data, size, true) : status;
}

static bool same_span(struct pc_splice_span one, struct pc_splice_span other)
{
  return one.start == other.start && one.end == other.end;
}

static void check_same(const struct pc_splice_answer *one,
                       const struct pc_splice_answer *other)
{
  REQUIRE(one->is_empty == other->is_empty);
  REQUIRE(one->frame.is_object == other->frame.is_object);
  REQUIRE(same_span(one->frame.value, other->frame.value));
  REQUIRE(same_span(one->frame.list, other->frame.list));
  REQUIRE(same_span(one->frame.usage, other->frame.usage));
  REQUIRE(same_span(one->frame.metadata, other->frame.metadata));
  REQUIRE(one->usage.count == other->usage.count);
}

static void add(struct pc_splice_join *join,
                const struct pc_splice_answer *answer,
                const uint8_t *data,
                size_t size,
                uint32_t first)
{
  static const char head[] = "HTTP/1.1 200 OK\r\na: \"\xe9\"\r\nA: 2\r\n\r\n";
  struct pc_bytes text;

  pc_bytes_init(&text, (size_t)1 << 24);
  REQUIRE(pc_bytes_append(&text, data, size) == PC_OK);
  REQUIRE(
      pc_splice_join_add(join, answer, &text,
                         (struct pc_text){.data = head, .size = strlen(head)},
                         first, answer->count, 0.25) == PC_OK);
  REQUIRE(!text.data);
}

/* How often the name stands in a text that is JSON, as a key or not. */
static unsigned count_name(const char *text, const char *name)
{
  unsigned count = 0;

  for (; (text = strstr(text, name)); text++)
    count++;
  return count;
}

static void
check_body(struct pc_splice_join *join, bool is_bare, unsigned names_before)
{
  static const char name[] = "\"proxy_metadata\":{\"a\":1,";
  struct pc_splice_facts facts = {.metadata = {.data = "{\"a\":1", .size = 6},
                                  .total_seconds = 1.5,
                                  .is_bare = is_bare};
  bool has_metadata = !is_bare || join->form == PC_SPLICE_EMBEDDINGS ||
                      join->form == PC_SPLICE_GENERIC;
  struct pc_bytes body;

  REQUIRE(pc_splice_join_finish(join, &facts) == PC_OK);
  pc_bytes_init(&body, (size_t)1 << 26);
  for (uint32_t i = 0; i < join->chunk_count; i++)
    REQUIRE(pc_bytes_append(&body, join->chunks[i].data,
                            join->chunks[i].size) == PC_OK);
  REQUIRE(plain_is_json(body.data, body.size, MAX_DEPTH));
  if (!names_before)
    REQUIRE(count_name(body.data, name) == has_metadata);
  pc_bytes_deinit(&body);
}

/* The second answer comes first; it is joined behind the other. */
static void check_join(const struct pc_splice_answer *answer,
                       const uint8_t *data,
                       size_t size,
                       bool is_bare)
{
  char *text = fuzz_copy_text(data, size);
  unsigned names_before = count_name(text, "\"a\":1,");
  struct pc_splice_join join;

  free(text);
  pc_splice_join_init(&join, answer->form, answer->is_whole);
  add(&join, answer, data, size, 0);
  check_body(&join, is_bare, names_before);
  pc_splice_join_deinit(&join);

  if (answer->is_whole)
    return;
  pc_splice_join_init(&join, answer->form, false);
  add(&join, answer, data, size, answer->count);
  add(&join, answer, data, size, 0);
  check_body(&join, is_bare, names_before);
  pc_splice_join_deinit(&join);
}

static struct order order_of(unsigned form_knob, unsigned count_knob)
{
  static const enum pc_splice_form forms[] = {
      PC_SPLICE_EMBEDDINGS, PC_SPLICE_RERANK, PC_SPLICE_CLASSIFY,
      PC_SPLICE_GENERIC};
  enum pc_splice_form form = forms[form_knob & 3];
  bool is_whole = form == PC_SPLICE_CLASSIFY && form_knob & 4;
  bool is_one = is_whole || form == PC_SPLICE_GENERIC;

  return (struct order){.form = form,
                        .is_whole = is_whole,
                        .count = is_one ? 1 : fuzz_count_of(count_knob)};
}

static void expect(struct pc_splice_answer *answer, const struct order *order)
{
  pc_splice_answer_init(answer);
  REQUIRE(pc_splice_answer_expect(answer, order->form, order->count,
                                  order->is_whole) == PC_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  unsigned form_knob = fuzz_take_knob(data, &size);
  unsigned count_knob = fuzz_take_knob(data, &size);
  uint32_t cut_state = fuzz_take_knob(data, &size);
  struct order order = order_of(form_knob, count_knob);
  struct pc_splice_answer whole;
  struct pc_splice_answer growing;
  enum pc_status status = PC_OK;

  expect(&whole, &order);
  expect(&growing, &order);
  status = read_piece(&whole, data, size, true);
  REQUIRE(status == (*whole.fault.reason ? PC_PARSE_ERROR : PC_OK));
  REQUIRE(read_growing(&growing, data, size, &cut_state) == status);
  REQUIRE(strcmp(whole.fault.reason, growing.fault.reason) == 0);
  if (status == PC_OK) {
    check_same(&whole, &growing);
    check_join(&whole, data, size, form_knob & 8);
  }
  pc_splice_answer_deinit(&whole);
  pc_splice_answer_deinit(&growing);
  return 0;
}
