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

enum { ENOUGH = 64 /* bytes behind a number, so that it is surely whole */ };

/* How far a list reaches that has much room behind it. */
static size_t skip_list(const char *list)
{
  size_t size = strlen(list) + ENOUGH;
  char *text = malloc(size);
  size_t end = 0;

  memset(text, ' ', size);
  memcpy(text, list, strlen(list));
  end = pc_json_number_skip_list(text, size, 0);
  free(text);
  return end;
}

static void numbers_of_every_shape_are_passed_over(void)
{
  static const char *const good[] = {"0",
                                     "-0",
                                     "7",
                                     "12345678",
                                     "-12.5",
                                     "0.1",
                                     "1e5",
                                     "1E+5",
                                     "1e-05",
                                     "-0.25E308",
                                     "0.0",
                                     "0.1234567",
                                     "0.12345678",
                                     "0.123456789",
                                     "0.12345678901234567",
                                     "-0.1234567890123456789012345"};

  for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
    char list[128];

    snprintf(list, sizeof(list), "%s,%s]", good[i], good[i]);
    CHECK_NUMBER(skip_list(list), strlen(list) - 1);
  }
}

static void it_stops_behind_the_last_good_number(void)
{
  static const char *const bad[] = {"01",  "-",     ".5",    "1.",  "1.e5",
                                    "1e",  "1e+",   "+1",    "--1", "0x1",
                                    "NaN", "null",  "1.2.3", "1-2", "\"1\"",
                                    "[1]", "1e5.5", ",",     "]"};

  for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
    char list[128];
    size_t end = 0;

    snprintf(list, sizeof(list), "0.5,%s,1]", bad[i]);
    end = skip_list(list);
    CHECK(end < strlen(list) - 1);
    CHECK(end == 3 || (end > 3 && strchr(".-xe5", list[end])));
  }
}

static void blanks_may_stand_in_front_of_numbers(void)
{
  CHECK_NUMBER(skip_list("1, 2,\n\t 3 ,4"), 9);
  CHECK_NUMBER(skip_list("  1"), 3);
  CHECK_NUMBER(skip_list("1,  ]"), 1);
}

static void unusual_numbers_are_left_to_the_scanner(void)
{
  CHECK_NUMBER(skip_list("1,123456789"), 1);
  CHECK_NUMBER(skip_list("1,1e1000"), 1);
  CHECK_NUMBER(skip_list("1,0.123456789012345678901234567890123456789"), 1);
}

static void nothing_is_read_behind_the_text(void)
{
  static const char list[] = "0.125,-0.5e-10,0.123456789012345,1,2,3,4,5,6,7,"
                             "8,9,10,0.1,0.2,0.3,0.4,0.5,0.6,0.7,0.8,0.9]";

  for (size_t size = 0; size < sizeof(list); size++) {
    char *text = malloc(size ? size : 1);
    size_t end = 0;

    memcpy(text, list, size);
    end = pc_json_number_skip_list(text, size, 0);
    CHECK(end <= size);
    CHECK(end == 0 || list[end] == ',');
    free(text);
  }
}

int main(void)
{
  static const struct harness_test tests[] = {
      TEST(takes_every_form_of_json_number),
      TEST(refuses_what_other_languages_call_a_number),
      TEST(stops_on_the_first_byte_behind_a_number),
      TEST(goes_on_where_a_cut_number_stopped),
      TEST(finds_the_end_of_digits_at_every_distance),
      TEST(numbers_of_every_shape_are_passed_over),
      TEST(it_stops_behind_the_last_good_number),
      TEST(blanks_may_stand_in_front_of_numbers),
      TEST(unusual_numbers_are_left_to_the_scanner),
      TEST(nothing_is_read_behind_the_text)};

  return HARNESS_RUN(tests);
}
