#include "harness.h"

#include "wire/json/number_list.h"

enum { ENOUGH = 64 /* bytes behind a number, so that it is surely whole */ };

/* How far a list reaches that has much room behind it. */
static size_t skip(const char *list)
{
  size_t size = strlen(list) + ENOUGH;
  char *text = malloc(size);
  size_t end = 0;

  memset(text, ' ', size);
  memcpy(text, list, strlen(list));
  end = pc_number_list_skip(text, size, 0);
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
    CHECK_NUMBER(skip(list), strlen(list) - 1);
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
    end = skip(list);
    CHECK(end < strlen(list) - 1);
    CHECK(end == 3 || (end > 3 && strchr(".-xe5", list[end])));
  }
}

static void blanks_may_stand_in_front_of_numbers(void)
{
  CHECK_NUMBER(skip("1, 2,\n\t 3 ,4"), 9);
  CHECK_NUMBER(skip("  1"), 3);
  CHECK_NUMBER(skip("1,  ]"), 1);
}

static void unusual_numbers_are_left_to_the_scanner(void)
{
  CHECK_NUMBER(skip("1,123456789"), 1);
  CHECK_NUMBER(skip("1,1e1000"), 1);
  CHECK_NUMBER(skip("1,0.123456789012345678901234567890123456789"), 1);
}

static void nothing_is_read_behind_the_text(void)
{
  static const char list[] = "0.125,-0.5e-10,0.123456789012345,1,2,3,4,5,6,7,"
                             "8,9,10,0.1,0.2,0.3,0.4,0.5,0.6,0.7,0.8,0.9]";

  for (size_t size = 0; size < sizeof(list); size++) {
    char *text = malloc(size ? size : 1);
    size_t end = 0;

    memcpy(text, list, size);
    end = pc_number_list_skip(text, size, 0);
    CHECK(end <= size);
    CHECK(end == 0 || list[end] == ',');
    free(text);
  }
}

int main(void)
{
  static const struct harness_test tests[] = {
      TEST(numbers_of_every_shape_are_passed_over),
      TEST(it_stops_behind_the_last_good_number),
      TEST(blanks_may_stand_in_front_of_numbers),
      TEST(unusual_numbers_are_left_to_the_scanner),
      TEST(nothing_is_read_behind_the_text)};

  return HARNESS_RUN(tests);
}
