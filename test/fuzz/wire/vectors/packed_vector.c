/*
 * A packed vector is the base64 of the string with its escapes unfolded: the
 * same bytes as the plain readers give, or refused with a reason.
 * Knob: is the vector opaque?
 */
#include "fuzz.h"
#include "plain.h"

#include "wire/json/string.h"
#include "wire/vectors/packed_vector.h"

static bool is_inside_of_string(const char *text, size_t size)
{
  const char *reason = NULL;
  bool is_ascii = true;

  return pc_json_string_skip(text, size, 0, &is_ascii, &reason) == size &&
         !reason;
}

static void
check_vector(char *text, size_t size, bool is_opaque, struct pc_bytes *out)
{
  const char *reason = NULL;
  char *plain = fuzz_copy(text, size);
  char *expected = fuzz_copy(text, size);
  size_t plain_size = plain_unfold(text, size, plain);
  size_t expected_size = 0;
  bool is_vector = plain_base64(plain, plain_size, expected, &expected_size) &&
                   (is_opaque || expected_size % sizeof(float) == 0);
  enum pc_status status =
      pc_packed_vector_read(text, size, is_opaque, out, &reason);

  REQUIRE(status == (is_vector ? PC_OK : PC_PARSE_ERROR));
  REQUIRE((reason == NULL) == is_vector);
  if (is_vector) {
    REQUIRE(out->size == expected_size);
    REQUIRE(!expected_size || memcmp(out->data, expected, expected_size) == 0);
  }
  free(expected);
  free(plain);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  bool is_opaque = fuzz_take_knob(data, &size) & 1;
  char *text = fuzz_copy(data, size);
  struct pc_bytes out;

  pc_bytes_init(&out, (size_t)1 << 24);
  if (is_inside_of_string(text, size))
    check_vector(text, size, is_opaque, &out);
  pc_bytes_deinit(&out);
  free(text);
  return 0;
}
