/*
 * An answer fed whole and in pieces has the same verdict, rows, model and
 * usage, and a whole answer has a row for every item.
 * Knobs from the end: how many items (A … H: rows are opaque, above 0x7f: the
 * answer is MessagePack), where to cut.
 */
#include "fuzz.h"

#include "wire/answers/embeddings.h"
#include "wire/vectors/vectors.h"

static void begin(struct pc_embeddings *answer, uint32_t count, unsigned knob)
{
  pc_embeddings_init(answer);
  REQUIRE(pc_embeddings_expect(answer, count, knob & 0x40) == PC_OK);
  if (knob & 0x80)
    REQUIRE(pc_embeddings_expect_packed(answer) == PC_OK);
}

static enum pc_status feed(struct pc_embeddings *answer,
                           const uint8_t *data,
                           size_t size,
                           uint32_t *cut_state)
{
  enum pc_status status = PC_OK;

  while (size && status == PC_OK) {
    size_t part = cut_state ? fuzz_cut(cut_state, size) : size;
    char *piece = fuzz_copy(data, part);

    status = pc_embeddings_feed(answer, piece, part);
    free(piece);
    data += part;
    size -= part;
  }
  return pc_embeddings_finish(answer);
}

static void check_same_bytes(const struct pc_bytes *a, const struct pc_bytes *b)
{
  REQUIRE(a->size == b->size);
  REQUIRE(!a->size || memcmp(a->data, b->data, a->size) == 0);
}

static void check_rows(const struct pc_embeddings *answer)
{
  struct pc_vectors vectors;
  size_t size = 0;

  pc_vectors_init(&vectors, answer->expected_count);
  REQUIRE(pc_embeddings_copy_rows(answer, &vectors, 0) == PC_OK);
  for (uint32_t i = 0; i < answer->expected_count; i++) {
    struct pc_vector_place from = answer->rows[i];
    struct pc_vector_place to = pc_vectors_place(&vectors, i);

    REQUIRE(from.size > 0 && from.size == to.size);
    REQUIRE(answer->is_opaque || from.size % sizeof(float) == 0);
    REQUIRE(memcmp(answer->values.data + from.offset, vectors.data + to.offset,
                   to.size) == 0);
    size += from.size;
  }
  REQUIRE(size == answer->values.size);
  pc_vectors_deinit(&vectors);
}

static void check_same(const struct pc_embeddings *whole,
                       const struct pc_embeddings *pieces)
{
  check_same_bytes(&whole->values, &pieces->values);
  check_same_bytes(&whole->model, &pieces->model);
  REQUIRE(memcmp(whole->rows, pieces->rows,
                 whole->expected_count * sizeof(*whole->rows)) == 0);
  REQUIRE(whole->usage.prompt_tokens == pieces->usage.prompt_tokens);
  REQUIRE(whole->usage.total_tokens == pieces->usage.total_tokens);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  unsigned knob = fuzz_take_knob(data, &size);
  uint32_t cut_state = fuzz_take_knob(data, &size);
  uint32_t count = fuzz_count_of(knob);
  struct pc_embeddings whole;
  struct pc_embeddings pieces;
  enum pc_status status = PC_OK;

  begin(&whole, count, knob);
  begin(&pieces, count, knob);
  status = feed(&whole, data, size, NULL);
  REQUIRE(status == PC_OK || status == PC_PARSE_ERROR);
  REQUIRE((status == PC_OK) == (*whole.fault.reason == '\0'));
  REQUIRE(feed(&pieces, data, size, &cut_state) == status);
  REQUIRE(strcmp(whole.fault.reason, pieces.fault.reason) == 0);
  if (status == PC_OK) {
    check_rows(&whole);
    check_same(&whole, &pieces);
  }
  pc_embeddings_deinit(&pieces);
  pc_embeddings_deinit(&whole);
  return 0;
}
