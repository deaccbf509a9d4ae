/* Base64 decodes as the plain decoder does, or is refused and leaves no trace.
 */
#include "fuzz.h"
#include "plain.h"

#include "wire/vectors/base64.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  static const char kept[] = "kept";
  const size_t kept_size = strlen(kept);
  struct pc_bytes out;
  char *text = fuzz_copy(data, size);
  char *expected = malloc(size + 1);
  size_t expected_size = 0;
  bool is_base64 = false;
  enum pc_status status = PC_OK;

  REQUIRE(expected != NULL);
  fuzz_start_bytes(&out, kept);
  is_base64 = plain_base64(text, size, expected, &expected_size);
  status = pc_base64_decode(text, size, &out);

  REQUIRE(status == (is_base64 ? PC_OK : PC_PARSE_ERROR));
  if (!is_base64)
    expected_size = 0;
  REQUIRE(out.size == kept_size + expected_size);
  REQUIRE(memcmp(out.data, kept, kept_size) == 0);
  REQUIRE(memcmp(out.data + kept_size, expected, expected_size) == 0);
  REQUIRE(out.data[out.size] == '\0');

  pc_bytes_deinit(&out);
  free(expected);
  free(text);
  return 0;
}
