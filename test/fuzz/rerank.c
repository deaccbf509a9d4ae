/* A rerank answer becomes JSON that reads as itself, or is refused. */
#include "small_answer.h"

#include "wire/rerank.h"

static enum pc_status read_answer(const char *body,
                                  size_t size,
                                  uint32_t count,
                                  struct pc_bytes *out,
                                  struct pc_fault *fault)
{
  return pc_rerank_read(body, size, 0, count, out, fault);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  fuzz_small_answer(read_answer, data, size);
  return 0;
}
