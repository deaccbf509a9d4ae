/* Any body of a refusal is read without harm; a hint needs a word for it. */
#include "fuzz.h"

#include "wire/http/limit_hint.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  char *body = fuzz_copy(data, size);
  bool is_hint = pc_limit_hint(422, body, size);

  REQUIRE(is_hint == pc_limit_hint(400, body, size));
  REQUIRE(!is_hint || size >= strlen("batch"));
  REQUIRE(!pc_limit_hint(500, body, size));
  free(body);
  return 0;
}
