/* A classify answer becomes rows of numbered labels, or is refused. */
#include "small_answer.h"

#include "wire/answers/classify.h"

static bool is_label(const struct pc_score *pair, uint32_t count)
{
  (void)count;
  return pair->number >= 0 && pair->number == (uint32_t)pair->number;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  fuzz_small_answer(pc_classify_read, is_label, data, size);
  return 0;
}
