/* A rerank answer becomes one pair a row, each with an index, or is refused. */
#include "small_answer.h"

#include "wire/answers/rerank.h"

static enum pc_status read_answer(const char *body,
                                  size_t size,
                                  uint32_t count,
                                  struct pc_scores *scores,
                                  struct pc_fault *fault)
{
  enum pc_status status = pc_rerank_read(body, size, 0, count, scores, fault);

  REQUIRE(status != PC_OK ||
          scores->pairs.size == count * sizeof(struct pc_score));
  return status;
}

static bool is_index(const struct pc_score *pair, uint32_t count)
{
  return pair->number >= 0 && pair->number < count &&
         pair->number == (uint32_t)pair->number;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  fuzz_small_answer(read_answer, is_index, data, size);
  return 0;
}
