#include "harness.h"

#include "wire/json/chars.h"

static struct pc_text text_of(const char *text)
{
  return (struct pc_text){.data = text, .size = strlen(text)};
}

static void check_take(const char *inside, uint32_t point, const char *rest)
{
  struct pc_text text = text_of(inside);

  CHECK_NUMBER(pc_json_chars_take(&text), point);
  CHECK_TEXT(text.data, rest);
  CHECK_NUMBER(text.size, strlen(rest));
}

static void every_escape_is_the_character_it_names(void)
{
  check_take("\\\"x", '"', "x");
  check_take("\\\\x", '\\', "x");
  check_take("\\/", '/', "");
  check_take("\\b", '\b', "");
  check_take("\\f", '\f', "");
  check_take("\\n", '\n', "");
  check_take("\\r", '\r', "");
  check_take("\\t", '\t', "");
  check_take("\\u00e9\\", 0xe9, "\\");
  check_take("\\uFFff", 0xffff, "");
}

static void a_character_of_several_bytes_is_one(void)
{
  check_take("a", 'a', "");
  check_take("\xc3\xa9!", 0xe9, "!");
  check_take("\xe2\x82\xac!", 0x20ac, "!");
  check_take("\xf0\x9f\x98\x80!", 0x1f600, "!");
}

static void a_pair_of_escapes_is_one_and_half_a_pair_stands_alone(void)
{
  check_take("\\ud83d\\ude00x", 0x1f600, "x");
  check_take("\\ud83dx", 0xd83d, "x");
  check_take("\\ud83d\\n", 0xd83d, "\\n");
  check_take("\\ud83d\\ud83d", 0xd83d, "\\ud83d");
  check_take("\\ude00\\ud83d", 0xde00, "\\ud83d");
}

static bool same(const char *one, const char *other)
{
  bool is_same = pc_json_chars_same(text_of(one), text_of(other));

  CHECK(is_same == pc_json_chars_same(text_of(other), text_of(one)));
  return is_same;
}

static void names_are_the_same_however_they_are_written(void)
{
  CHECK(same("", ""));
  CHECK(same("index", "index"));
  CHECK(same("index", "\\u0069ndex"));
  CHECK(same("\\u0069ndex", "i\\u006edex"));
  CHECK(same("\xc3\xa9", "\\u00E9"));
  CHECK(same("\xf0\x9f\x98\x80", "\\uD83D\\uDE00"));
  CHECK(same("\\ud800", "\\uD800"));
}

static void different_names_are_not(void)
{
  CHECK(!same("index", "inde"));
  CHECK(!same("index", "inde\\u0079"));
  CHECK(!same("index", "\\u0069ndexx"));
  CHECK(!same("", "\\u0000"));
  CHECK(!same("\\ud800", "\\ud801"));
  CHECK(!same("\\ud800", "\xef\xbf\xbd"));
  CHECK(!pc_json_chars_are(text_of("input\\u0000"), "input"));
  CHECK(pc_json_chars_are(text_of("inp\\u0075t"), "input"));
}

static void check_count(const char *json, uint64_t expected)
{
  CHECK_NUMBER(pc_json_chars_count(text_of(json)), expected);
}

static void characters_are_counted_within_strings_only(void)
{
  check_count("\"\"", 0);
  check_count("\"abc\"", 3);
  check_count("12345678901234", 0);
  check_count("[\"ab\", \"cde\"]", 5);
  check_count("{\"key\": [1, \"two\", null]}", 6);
}

static void an_escape_and_a_wide_character_count_as_one(void)
{
  check_count("\"\\n\\\"\\\\\\u00e9\"", 4);
  check_count("\"\\ud83d\\ude00\"", 1);
  check_count("\"\\ud83d\\u0041\"", 2);
  check_count("\"\xf0\x9f\x98\x80\xe2\x82\xac\xc3\xa9!\"", 4);
  check_count("\"\\\\\",\"\\\"\"", 2);
}

/* The words of the fast way must agree with a walk over the characters. */
static void counting_agrees_with_taking_one_by_one(void)
{
  static const char *const parts[] = {"a",
                                      "\xc3\xa9",
                                      "\xe2\x82\xac",
                                      "\\n",
                                      "\xf0\x9f\x98\x80",
                                      "\\ud83d\\ude00",
                                      "plain text of some length"};
  uint64_t state = 7;

  for (long round = harness_rounds(2000); round; round--) {
    char json[512] = "\"";
    uint64_t count = 0;
    struct pc_text inside = {0};

    for (uint64_t left = harness_random(&state) % 16; left; left--)
      strncat(json, parts[harness_random(&state) % 7], 32);
    inside = (struct pc_text){.data = json + 1, .size = strlen(json) - 1};
    while (inside.size) {
      (void)pc_json_chars_take(&inside);
      count++;
    }
    strncat(json, "\"", 2);
    check_count(json, count);
  }
}

int main(void)
{
  static const struct harness_test tests[] = {
      TEST(every_escape_is_the_character_it_names),
      TEST(a_character_of_several_bytes_is_one),
      TEST(a_pair_of_escapes_is_one_and_half_a_pair_stands_alone),
      TEST(names_are_the_same_however_they_are_written),
      TEST(different_names_are_not),
      TEST(characters_are_counted_within_strings_only),
      TEST(an_escape_and_a_wide_character_count_as_one),
      TEST(counting_agrees_with_taking_one_by_one)};

  return HARNESS_RUN(tests);
}
