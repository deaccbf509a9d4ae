#include "harness.h"

#include "wire/json/string.h"

struct outcome {
  size_t at;
  bool is_ascii;
  const char *reason;
};

/* Runs over a copy of exactly `size` bytes, so that ASan sees a byte too far.
 */
static struct outcome skip(const char *text, size_t size, size_t from)
{
  struct outcome outcome = {.is_ascii = true};
  char *copy = malloc(size ? size : 1);

  if (!CHECK(copy != NULL))
    exit(EXIT_FAILURE);
  memcpy(copy, text, size);
  outcome.at =
      pc_json_string_skip(copy, size, from, &outcome.is_ascii, &outcome.reason);
  free(copy);
  return outcome;
}

static bool passes(const char *text)
{
  struct outcome outcome = skip(text, strlen(text), 0);

  return !outcome.reason && outcome.at == strlen(text);
}

static void stops_on_the_closing_quote_at_every_distance(void)
{
  char text[200];

  for (size_t size = 0; size < sizeof(text); size++) {
    memset(text, 'x', sizeof(text));
    text[size] = '"';
    CHECK_NUMBER(skip(text, sizeof(text), 0).at, size);
  }
}

static void notices_every_byte_at_every_distance(void)
{
  char text[100];

  for (int byte = 0; byte <= UINT8_MAX; byte++)
    for (size_t place = 0; place < sizeof(text) - 1; place++) {
      bool is_good = byte >= 0x20 && byte < 0x80 && byte != '\\';
      struct outcome outcome;

      memset(text, '~', sizeof(text));
      text[place] = (char)byte;
      outcome = skip(text, sizeof(text), 0);
      CHECK((outcome.reason == NULL) == is_good);
      if (!is_good || byte == '"')
        CHECK_NUMBER(outcome.at, place);
      else
        CHECK_NUMBER(outcome.at, sizeof(text));
    }
}

static void refuses_every_control_character_and_passes_del(void)
{
  for (char byte = 0; byte < 0x20; byte++) {
    const char text[] = {'a', byte, 'b'};
    struct outcome outcome = skip(text, sizeof(text), 0);

    CHECK_TEXT(outcome.reason, "control character in a string");
    CHECK_NUMBER(outcome.at, 1);
  }
  CHECK(passes("a\x7f"
               "b"));
}

static void passes_exactly_the_escapes_of_json(void)
{
  for (int byte = 1; byte < 0x80; byte++) {
    const char text[] = {'\\', (char)byte, 'z', '\0'};
    struct outcome outcome = skip(text, 3, 0);

    if (strchr("\"\\/bfnrt", byte))
      CHECK(outcome.at == 3 && !outcome.reason);
    else
      CHECK(outcome.at == 0 && outcome.reason);
  }
}

static void wants_four_hex_digits_behind_u(void)
{
  CHECK(passes("\\u0000\\u12aF\\uFFFF\\ud800"));
  for (size_t bad = 2; bad < 6; bad++) {
    char text[] = "\\u0a9F";

    text[bad] = 'g';
    CHECK_TEXT(skip(text, 6, 0).reason, "four hex digits must follow \\u");
  }
}

static void passes_the_ends_of_every_utf8_range(void)
{
  CHECK(passes("\xc2\x80\xdf\xbf"));
  CHECK(passes("\xe0\xa0\x80\xe1\x80\x80\xec\xbf\xbf"));
  CHECK(passes("\xed\x80\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf"));
  CHECK(passes("\xf0\x90\x80\x80\xf3\xbf\xbf\xbf\xf4\x8f\xbf\xbf"));
}

static void refuses_what_is_not_strict_utf8(void)
{
  static const char *const bad[] = {"\x80",
                                    "\xbf",
                                    "\xc0\x80",
                                    "\xc1\xbf",
                                    "\xc2 ",
                                    "\xe0\x9f\xbf",
                                    "\xe1\x80 ",
                                    "\xed\xa0\x80",
                                    "\xed\xbf\xbf",
                                    "\xee\xc0\x80",
                                    "\xf0\x8f\xbf\xbf",
                                    "\xf1\x80\x80 ",
                                    "\xf4\x90\x80\x80",
                                    "\xf5",
                                    "\xff",
                                    "\xe9t\xe9"};

  for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
    struct outcome outcome = skip(bad[i], strlen(bad[i]), 0);

    CHECK_TEXT(outcome.reason, "not UTF-8");
    CHECK_NUMBER(outcome.at, 0);
  }
}

static void agrees_with_a_decoder_on_all_three_byte_sequences(void)
{
  for (unsigned lead = 0xe0; lead < 0xf0; lead++) {
    for (unsigned second = 0x70; second < 0x100; second++) {
      const char text[] = {(char)lead, (char)second, '\x80'};
      unsigned code = (lead & 15) << 12 | (second & 63) << 6;
      bool is_tail = (second & 0xc0) == 0x80;
      bool is_good = is_tail && code >= 0x800 && (code & 0xf800) != 0xd800;

      CHECK_NUMBER(skip(text, 3, 0).at, is_good ? 3 : 0);
    }
  }
}

static void stops_in_front_of_what_the_text_cuts(void)
{
  static const char text[] = "ab\\u00e9\xf0\x9f\x98\x80z";
  static const size_t stops[] = {0, 1, 2, 2, 2, 2, 2, 2, 8, 8, 8, 8, 12, 13};

  for (size_t cut = 0; cut < sizeof(text); cut++) {
    struct outcome outcome = skip(text, cut, 0);

    CHECK(!outcome.reason);
    CHECK_NUMBER(outcome.at, stops[cut]);
    CHECK_NUMBER(skip(text, sizeof(text) - 1, outcome.at).at, sizeof(text) - 1);
  }
}

static void knows_whether_all_was_ascii(void)
{
  CHECK(skip("plain \\u00e9", 12, 0).is_ascii);
  CHECK(!skip("na\xc3\xafve", 6, 0).is_ascii);
}

int main(void)
{
  static const struct harness_test tests[] = {
      TEST(stops_on_the_closing_quote_at_every_distance),
      TEST(notices_every_byte_at_every_distance),
      TEST(refuses_every_control_character_and_passes_del),
      TEST(passes_exactly_the_escapes_of_json),
      TEST(wants_four_hex_digits_behind_u),
      TEST(passes_the_ends_of_every_utf8_range),
      TEST(refuses_what_is_not_strict_utf8),
      TEST(agrees_with_a_decoder_on_all_three_byte_sequences),
      TEST(stops_in_front_of_what_the_text_cuts),
      TEST(knows_whether_all_was_ascii)};

  return HARNESS_RUN(tests);
}
