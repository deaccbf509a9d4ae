#include "harness.h"

#include <float.h>

#include "wire/vectors/packed_vector.h"

struct outcome {
  enum pc_status status;
  const char *reason;
  struct pc_bytes values;
};

/* The caller ends it with pc_bytes_deinit(&outcome.values). */
static struct outcome read_text(const char *text, bool is_opaque)
{
  struct outcome outcome = {.reason = NULL};
  size_t size = strlen(text);
  char *copy = malloc(size + 1);

  if (!CHECK(copy != NULL))
    exit(EXIT_FAILURE);
  memcpy(copy, text, size);
  pc_bytes_init(&outcome.values, 64);
  outcome.status = pc_packed_vector_read(copy, size, is_opaque, &outcome.values,
                                         &outcome.reason);
  free(copy);
  return outcome;
}

static void check_floats(const char *text, float first, float second)
{
  struct outcome outcome = read_text(text, false);
  const float expected[] = {first, second};

  CHECK(outcome.status == PC_OK);
  if (CHECK_NUMBER(outcome.values.size, sizeof(expected)))
    CHECK(memcmp(outcome.values.data, expected, sizeof(expected)) == 0);
  pc_bytes_deinit(&outcome.values);
}

static void reads_little_endian_float32(void)
{
  check_floats("AACAPwAAIMA=", 1.0f, -2.5f);
}

static void unfolds_the_escapes_that_writers_put_into_base64(void)
{
  check_floats("AACAP\\u0077AAIMA\\u003D", 1.0f, -2.5f);
  check_floats("\\/\\/9\\u002ffwAAAAA=", FLT_MAX, 0.0f);
}

static void refuses_escapes_that_are_not_base64(void)
{
  static const char *const bad[] = {"AACA\\n", "AAAA\\\"AA", "AAAA\\u0100",
                                    "\\u0041\\u004", "AAA\\"};

  for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
    struct outcome outcome = read_text(bad[i], true);

    CHECK(outcome.status == PC_PARSE_ERROR);
    CHECK_TEXT(outcome.reason, "an embedding that is not base64");
    pc_bytes_deinit(&outcome.values);
  }
}

static void refuses_floats_that_are_cut(void)
{
  struct outcome outcome = read_text("AACAPwA=", false);

  CHECK(outcome.status == PC_PARSE_ERROR);
  CHECK_TEXT(outcome.reason,
             "an embedding whose size is not a multiple of 4 bytes");
  pc_bytes_deinit(&outcome.values);
}

static void passes_opaque_bytes_as_they_are(void)
{
  struct outcome outcome = read_text("YWJjZGU=", true);

  CHECK(outcome.status == PC_OK);
  CHECK_NUMBER(outcome.values.size, 5);
  CHECK(memcmp(outcome.values.data, "abcde", 5) == 0);
  pc_bytes_deinit(&outcome.values);
}

static void an_empty_string_is_an_empty_vector(void)
{
  struct outcome outcome = read_text("", false);

  CHECK(outcome.status == PC_OK);
  CHECK_NUMBER(outcome.values.size, 0);
  pc_bytes_deinit(&outcome.values);
}

static void stops_at_the_ceiling_of_the_values(void)
{
  char text[101];
  struct outcome outcome;

  memset(text, 'A', 100);
  text[100] = '\0';
  outcome = read_text(text, true);

  CHECK(outcome.status == PC_TOO_LARGE);
  CHECK(outcome.reason == NULL);
  pc_bytes_deinit(&outcome.values);
}

int main(void)
{
  static const struct harness_test tests[] = {
      TEST(reads_little_endian_float32),
      TEST(unfolds_the_escapes_that_writers_put_into_base64),
      TEST(refuses_escapes_that_are_not_base64),
      TEST(refuses_floats_that_are_cut),
      TEST(passes_opaque_bytes_as_they_are),
      TEST(an_empty_string_is_an_empty_vector),
      TEST(stops_at_the_ceiling_of_the_values)};

  return HARNESS_RUN(tests);
}
