/*
 * Any bytes escaped are one JSON string that unfolds to those bytes; the
 * scanner takes it exactly when the bytes are UTF-8.
 */
#include "fuzz.h"
#include "plain.h"

#include "wire/json/scan.h"
#include "wire/json/text.h"

static bool is_json_string(const char *text, size_t size)
{
  struct pc_json_scan scan;

  pc_json_scan_init(&scan);
  if (pc_json_scan_next(&scan, text, size, true) != PC_JSON_STRING)
    return false;
  REQUIRE(scan.start == 1 && scan.size == size - 2);
  return pc_json_scan_next(&scan, text, size, true) == PC_JSON_END;
}

static void
check_unfolds(const struct pc_bytes *out, const uint8_t *data, size_t size)
{
  char *plain = fuzz_copy(out->data, out->size);

  REQUIRE(out->size >= 2 && out->data[0] == '"');
  REQUIRE(out->data[out->size - 1] == '"');
  REQUIRE(plain_unfold(out->data + 1, out->size - 2, plain) == size);
  REQUIRE(!size || memcmp(plain, data, size) == 0);
  free(plain);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  struct pc_bytes out;
  char *text = fuzz_copy(data, size);

  pc_bytes_init(&out, (size_t)1 << 24);
  REQUIRE(pc_json_text_append(&out, text, size) == PC_OK);
  check_unfolds(&out, data, size);
  REQUIRE(is_json_string(out.data, out.size) == plain_is_utf8(data, size));
  pc_bytes_deinit(&out);
  free(text);
  return 0;
}
