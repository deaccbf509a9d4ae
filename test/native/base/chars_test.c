#include "harness.h"

#include "base/chars.h"

static bool is_whole(const char *text, uint64_t expected)
{
  uint64_t value = 77;

  return pc_text_read_whole(pc_text_of(text), &value) && value == expected;
}

static void only_plain_digits_are_whole_numbers(void)
{
  static const char *const others[] = {"-1", "1.0", "1e3", " 1", "0x1", "+1"};

  CHECK(is_whole("0", 0));
  CHECK(is_whole("120", 120));
  for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
    uint64_t value = 77;

    CHECK(!pc_text_read_whole(pc_text_of(others[i]), &value));
    CHECK_NUMBER(value, 77);
  }
}

static void whole_numbers_saturate(void)
{
  CHECK(is_whole("18446744073709551614", UINT64_MAX - 1));
  CHECK(is_whole("18446744073709551615", UINT64_MAX));
  CHECK(is_whole("18446744073709551616", UINT64_MAX));
  CHECK(is_whole("99999999999999999999999", UINT64_MAX));
}

static void hex_digits_are_told_from_all_other_bytes(void)
{
  static const char digits[] = "0123456789abcdefABCDEF";

  for (int byte = 0; byte < 256; byte++) {
    const char *found = byte ? strchr(digits, byte) : NULL;

    CHECK(pc_is_hex((char)byte) == (found != NULL));
    if (found)
      CHECK_NUMBER(pc_hex_value((char)byte),
                   found - digits < 16 ? found - digits : found - digits - 6);
  }
}

static void lines_are_taken_up_to_their_feed(void)
{
  struct pc_text rest = pc_text_of("a\r\n\nb");
  struct pc_text line = pc_text_trim(pc_text_take_line(&rest));

  CHECK_NUMBER(line.size, 1);
  CHECK_NUMBER(pc_text_take_line(&rest).size, 0);
  CHECK_NUMBER(pc_text_take_line(&rest).size, 1);
  CHECK_NUMBER(rest.size, 0);
}

int main(void)
{
  static const struct harness_test tests[] = {
      TEST(only_plain_digits_are_whole_numbers), TEST(whole_numbers_saturate),
      TEST(hex_digits_are_told_from_all_other_bytes),
      TEST(lines_are_taken_up_to_their_feed)};

  return HARNESS_RUN(tests);
}
