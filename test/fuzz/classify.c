/* A classify answer becomes JSON that reads as itself, or is refused. */
#include "small_answer.h"

#include "wire/classify.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  fuzz_small_answer(pc_classify_read, data, size);
  return 0;
}
