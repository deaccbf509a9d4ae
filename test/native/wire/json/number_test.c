#include "harness.h"

#include "wire/json/number.h"

/* Does the whole of `text` make one number? */
static bool is_number(const char *text)
{
  enum pc_json_number_part part = PC_JSON_NUMBER_START;
  size_t size = strlen(text);

  return pc_json_number_skip(text, size, 0, &part) == size &&
         pc_json_number_may_end(part);
}

static void takes_every_form_of_json_number(void)
{
  static const char *const good[] = {
      "0",       "-0",
      "7",       "-7",
      "10",      "1234567",
      "0.5",     "-0.25",
      "1.0",     "12.0340",
      "1e5",     "1E5",
      "1e+5",    "1E-5",
      "0e0",     "0.0e-00",
      "-1.5E+9", "12345678",
      "9e99",    "1e1234",
      "0.1e01",  "123456789012345678901234567890"};

  for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
    if (!CHECK(is_number(good[i])))
      printf("  in %s\n", good[i]);
  }
}

static void refuses_what_other_languages_call_a_number(void)
{
  static const char *const bad[] = {
      "",   "-",   "+1",   "--1",  ".5",   "1.",   "-.5", "01",  "-01", "00",
      "1e", "1e+", "1e-",  "1.e5", "0x10", "1f",   "1_0", "1,5", "NaN", "inf",
      "1 ", " 1",  "1..2", "1.2.", "1e5e", "1e.5", "1/2", "1:2", "\xb2"};

  for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
    if (!CHECK(!is_number(bad[i])))
      printf("  in %s\n", bad[i]);
  }
}

static void stops_on_the_first_byte_behind_a_number(void)
{
  enum pc_json_number_part part = PC_JSON_NUMBER_START;

  CHECK_NUMBER(pc_json_number_skip("-12.50e+03,7", 12, 0, &part), 10);
  CHECK(part == PC_JSON_NUMBER_EXPONENT);
}

static void goes_on_where_a_cut_number_stopped(void)
{
  static const char text[] = "-1234567890.0987654321e-123456789]";
  size_t whole = sizeof(text) - 2;

  for (size_t cut = 0; cut <= whole; cut++) {
    enum pc_json_number_part part = PC_JSON_NUMBER_START;

    CHECK_NUMBER(pc_json_number_skip(text, cut, 0, &part), cut);
    CHECK_NUMBER(pc_json_number_skip(text, sizeof(text) - 1, cut, &part),
                 whole);
    CHECK(pc_json_number_may_end(part));
  }
}

static void finds_the_end_of_digits_at_every_distance(void)
{
  static const char ends[] = {'/', ':', ',', ']', ' ', '\0', '\x7f', '\xff'};
  char text[40];

  for (size_t digits = 1; digits < 32; digits++) {
    for (size_t i = 0; i < sizeof(ends); i++) {
      enum pc_json_number_part part = PC_JSON_NUMBER_START;

      memset(text, '9', sizeof(text));
      text[digits] = ends[i];
      CHECK_NUMBER(pc_json_number_skip(text, sizeof(text), 0, &part), digits);
    }
  }
}

int main(void)
{
  static const struct harness_test tests[] = {
      TEST(takes_every_form_of_json_number),
      TEST(refuses_what_other_languages_call_a_number),
      TEST(stops_on_the_first_byte_behind_a_number),
      TEST(goes_on_where_a_cut_number_stopped),
      TEST(finds_the_end_of_digits_at_every_distance)};

  return HARNESS_RUN(tests);
}
