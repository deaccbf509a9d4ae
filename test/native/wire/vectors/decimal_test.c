#include "harness.h"

#include <locale.h>
#include <math.h>

#include "wire/vectors/decimal.h"

/* Makes the plain way see enough text; digits would harm if it read on. */
#define FAR_TEXT ",9999999999999999999999999999999999999999999999999999999999"

struct reading {
  enum pc_status status;
  bool is_whole;
  size_t size;
  float value;
};

/* Reads from memory of just the right size, so that ASan sees a step too far.
 */
static struct reading read_exact(const char *text, const char *rest)
{
  struct reading reading = {0};
  size_t size = strlen(text) + strlen(rest);
  const char *behind = NULL;
  char *copy = malloc(size + 1);

  if (!copy)
    abort();
  snprintf(copy, size + 1, "%s%s", text, rest);
  reading.status = pc_decimal_read(copy, copy + size, &reading.value, &behind);
  reading.is_whole = reading.status == PC_OK && behind;
  if (reading.is_whole)
    reading.size = (size_t)(behind - copy);
  free(copy);
  return reading;
}

static uint32_t bits_of(float value)
{
  uint32_t bits = 0;

  memcpy(&bits, &value, sizeof(bits));
  return bits;
}

static float float_of(uint32_t bits)
{
  float value = 0;

  memcpy(&value, &bits, sizeof(value));
  return value;
}

static bool reads_as(const char *text, const char *rest, float expected)
{
  struct reading reading = read_exact(text, rest);
  bool holds = reading.is_whole && reading.size == strlen(text) &&
               bits_of(reading.value) == bits_of(expected);

  if (!holds)
    printf("%s%s: read %a, expected %a\n", text, rest, (double)reading.value,
           (double)expected);
  return CHECK(holds);
}

static bool reads_as_double(const char *text, const char *rest, double expected)
{
  size_t size = strlen(text) + strlen(rest);
  const char *behind = NULL;
  double value = 0;
  char *copy = malloc(size + 1);
  bool holds = false;

  if (!copy)
    abort();
  snprintf(copy, size + 1, "%s%s", text, rest);
  holds = pc_decimal_read_double(copy, copy + size, &value, &behind) == PC_OK &&
          behind == copy + strlen(text) &&
          memcmp(&value, &expected, sizeof(value)) == 0;
  if (!holds)
    printf("%s%s: read %a, expected %a\n", text, rest, value, expected);
  free(copy);
  return CHECK(holds);
}

static bool reads_like_strtod(const char *text)
{
  double expected = strtod(text, NULL);

  return reads_as_double(text, FAR_TEXT, expected) &&
         reads_as_double(text, ",", expected);
}

/* And, as a double, like strtod. */
static bool reads_like_strtof(const char *text)
{
  float expected = strtof(text, NULL);

  return reads_as(text, FAR_TEXT, expected) && reads_as(text, ",", expected) &&
         reads_like_strtod(text);
}

static void random_floats_read_like_strtof_in_every_format(void)
{
  static const char *const formats[] = {"%.17g", "%.9g",  "%g",    "%.17e",
                                        "%.16f", "%.20f", "%.25f", "%.3f"};
  long rounds = harness_rounds(40000);
  uint64_t state = 1;
  char text[512];

  for (long i = 0; i < rounds; i++) {
    float value = float_of((uint32_t)harness_random(&state));

    if (!isfinite(value))
      continue;
    for (size_t k = 0; k < sizeof(formats) / sizeof(*formats); k++) {
      snprintf(text, sizeof(text), formats[k], (double)value);
      if (!reads_like_strtof(text))
        return;
    }
  }
}

static void random_embedding_values_read_like_strtof(void)
{
  static const char *const formats[] = {"%.17g", "%.9g", "%.16f", "%.18f"};
  long rounds = harness_rounds(100000);
  uint64_t state = 2;
  char text[64];

  for (long i = 0; i < rounds; i++) {
    double value = (double)(int64_t)harness_random(&state) / 0x1p66;

    for (size_t k = 0; k < sizeof(formats) / sizeof(*formats); k++) {
      snprintf(text, sizeof(text), formats[k], value);
      if (!reads_like_strtof(text))
        return;
    }
  }
}

static void random_doubles_read_like_strtod(void)
{
  static const char *const formats[] = {"%.17g", "%.16g", "%.18f", "%.15e"};
  long rounds = harness_rounds(100000);
  uint64_t state = 6;
  char text[512];

  for (long i = 0; i < rounds; i++) {
    double value = ldexp((double)(int64_t)harness_random(&state),
                         -63 - (int)(harness_random(&state) % 40));

    for (size_t k = 0; k < sizeof(formats) / sizeof(*formats); k++) {
      snprintf(text, sizeof(text), formats[k], value);
      if (!reads_like_strtod(text))
        return;
    }
  }
}

/*
 * An odd number of 54 bits lies in the middle between two doubles, and so does
 * its half, quarter and so on; written as d.ddde+dd. Two to its sides do not.
 */
static void the_middle_between_two_doubles_reads_like_strtod(void)
{
  static const uint64_t powers[] = {1, 5, 25, 125, 625};
  long rounds = harness_rounds(20000);
  uint64_t state = 7;

  for (long i = 0; i < rounds; i++) {
    uint64_t middle = (UINT64_C(1) << 53) | harness_random(&state) >> 11 | 1;
    size_t halvings = harness_random(&state) % 5;

    for (int step = -1; step <= 1; step++) {
      char digits[32];
      char text[64];
      int size = snprintf(digits, sizeof(digits), "%llu",
                          (unsigned long long)(middle * powers[halvings]) +
                              (unsigned long long)step);

      snprintf(text, sizeof(text), "%c.%se%d", digits[0], digits + 1,
               size - 1 - (int)halvings);
      if (!reads_like_strtod(text))
        return;
    }
  }
}

/* Writes a number with the given counts of digits, as JSON allows it. */
static void
write_random_number(char *text, size_t whole, size_t fraction, uint64_t *state)
{
  char *at = text;

  if (harness_random(state) % 2)
    *at++ = '-';
  for (size_t i = 0; i < whole; i++)
    *at++ = (char)('0' + harness_random(state) % 10);
  if (whole > 1 && at[-(ptrdiff_t)whole] == '0')
    at[-(ptrdiff_t)whole] = '1';
  if (fraction)
    *at++ = '.';
  for (size_t i = 0; i < fraction; i++)
    *at++ = (char)('0' + harness_random(state) % 10);
  *at = '\0';
  if (harness_random(state) % 2)
    snprintf(at, 8, "%c%+d", "eE"[harness_random(state) % 2],
             (int)(harness_random(state) % 120) - 60);
}

static void numbers_of_every_shape_read_like_strtof(void)
{
  long rounds = harness_rounds(500);
  uint64_t state = 3;
  char text[128];

  for (long i = 0; i < rounds; i++)
    for (size_t whole = 1; whole < 22; whole += 1 + whole / 4)
      for (size_t fraction = 0; fraction < 30; fraction++) {
        write_random_number(text, whole, fraction, &state);
        if (!reads_like_strtof(text))
          return;
      }
}

/* The text moved by one in its last digit, which must not be 0 or 9. */
static bool near_misses_read_like_strtof(char *text, size_t last)
{
  bool holds = reads_like_strtof(text);

  text[last]++;
  holds = reads_like_strtof(text) && holds;
  text[last] = (char)(text[last] - 2);
  holds = reads_like_strtof(text) && holds;
  text[last]++;
  return holds;
}

static void write_middle(char *text, size_t size, uint32_t bits)
{
  double middle = ((double)float_of(bits) + (double)float_of(bits + 1)) / 2;

  snprintf(text, size, "%.1100f", middle);
  for (char *end = text + strlen(text) - 1; *end == '0'; end--)
    *end = '\0';
}

static void the_middle_between_two_floats_goes_to_the_even_one(void)
{
  long rounds = harness_rounds(3000);
  uint64_t state = 4;
  char text[1300];

  for (long i = 0; i < rounds; i++) {
    /* From 2^-20 to 2^23: the middle has a point and at most 45 digits. */
    uint32_t bits =
        (uint32_t)((107 << 23) + harness_random(&state) % (43 << 23));
    uint32_t even = bits + (bits & 1);

    write_middle(text, sizeof(text), bits);
    if (!reads_as(text, FAR_TEXT, float_of(even)) ||
        !reads_as(text, ",", float_of(even)))
      return;
    /* The last digit of a middle is always 5. */
    if (!near_misses_read_like_strtof(text, strlen(text) - 1))
      return;
  }
}

static void middles_cut_to_few_digits_read_like_strtof(void)
{
  long rounds = harness_rounds(20000);
  uint64_t state = 5;
  char text[64];

  for (long i = 0; i < rounds; i++) {
    uint32_t bits =
        (uint32_t)((60 << 23) + harness_random(&state) % (130 << 23));
    double middle = ((double)float_of(bits) + (double)float_of(bits + 1)) / 2;

    for (int digits = 14; digits < 20; digits++) {
      snprintf(text, sizeof(text), "%.*g", digits, middle);
      if (!reads_like_strtof(text))
        return;
      snprintf(text, sizeof(text), "%.*g", digits, nextafter(middle, 1e30));
      if (!reads_like_strtof(text))
        return;
    }
  }
}

static void the_ends_of_the_range_read_like_strtof(void)
{
  static const char *const texts[] = {"0",
                                      "-0",
                                      "0.0",
                                      "-0.0",
                                      "0e99",
                                      "-0e-99",
                                      "0.00000000000000000000000",
                                      "1e-22",
                                      "1e-23",
                                      "1e19",
                                      "1e20",
                                      "1e22",
                                      "1e23",
                                      "1e05",
                                      "1E+5",
                                      "1e-005",
                                      "18446744073709551615",
                                      "18446744073709551616",
                                      "9999999999999999999e19",
                                      "1844674407370955161.5",
                                      "1844674407370955161.6",
                                      "16777217",
                                      "16777219",
                                      "0.99999998",
                                      "0.999999970197677612304687500001",
                                      "12345678",
                                      "123456789",
                                      "3.4028234663852886e38",
                                      "3.4028235e38",
                                      "3.4028235677973365e38",
                                      "3.4028235677973367e38",
                                      "-3.4028236e38",
                                      "1e38",
                                      "1e39",
                                      "1e400",
                                      "-1e400",
                                      "1e99999999999999999999",
                                      "1.1754943508222875e-38",
                                      "1.1754942e-38",
                                      "1.17549428e-38",
                                      "1.4e-45",
                                      "1e-45",
                                      "7.1e-46",
                                      "7.006492321624085e-46",
                                      "7.0064923216240854e-46",
                                      "-1e-46",
                                      "1e-400",
                                      "0e99999999999999999999",
                                      "1e-99999999999999999999"};

  for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
    reads_like_strtof(texts[i]);
}

static void known_values_have_known_bits(void)
{
  reads_as("0.1", FAR_TEXT, 0x1.99999ap-4f);
  reads_as("-0.0", FAR_TEXT, -0.0f);
  reads_as("1e400", FAR_TEXT, INFINITY);
  reads_as("-1e400", ",", -INFINITY);
  reads_as("1e-400", ",", 0.0f);
  reads_as("-1e-400", ",", -0.0f);
  reads_as("1.4e-45", FAR_TEXT, 0x1p-149f);
  reads_as("16777217", FAR_TEXT, 16777216.0f);
}

/* `size` bytes: `start`, then threes, then `end`. */
static char *long_number(const char *start, size_t size, const char *end)
{
  char *text = malloc(size + 1);
  size_t end_at = size - strlen(end);

  if (!text)
    abort();
  for (size_t i = 0; i < end_at; i++) {
    text[i] = '3';
    if (i < strlen(start))
      text[i] = start[i];
  }
  snprintf(text + end_at, strlen(end) + 1, "%s", end);
  return text;
}

static void numbers_of_800_digits_read_like_strtof(void)
{
  static const char *const starts[] = {"0.", "-1.", "16777217.", "1",
                                       "0.00000000000000000000000000000001"};
  static const char *const ends[] = {"", "1", "e-10", "e-770", "E-830"};

  for (size_t i = 0; i < sizeof(starts) / sizeof(*starts); i++)
    for (size_t k = 0; k < sizeof(ends) / sizeof(*ends); k++) {
      char *text = long_number(starts[i], 800, ends[k]);

      reads_like_strtof(text);
      free(text);
    }
}

static void a_digit_far_behind_the_middle_still_decides(void)
{
  char *above = long_number("16777217.", 900, "1");

  memset(above + strlen("16777217."), '0', 900 - strlen("16777217.") - 1);
  reads_as(above, ",", 16777218.0f);
  above[899] = '0';
  reads_as(above, ",", 16777216.0f);
  free(above);
}

static void only_numbers_up_to_the_ceiling_are_read(void)
{
  char *longest = long_number("0.", PC_DECIMAL_MAX, "");
  char *too_long = long_number("0.", PC_DECIMAL_MAX + 1, "");

  reads_like_strtof(longest);
  CHECK_NUMBER(read_exact(too_long, ",").status, PC_PARSE_ERROR);
  CHECK_NUMBER(read_exact(too_long, FAR_TEXT).status, PC_PARSE_ERROR);
  /* Still arriving: refused before it is whole. */
  CHECK_NUMBER(read_exact(too_long, "").status, PC_PARSE_ERROR);
  CHECK(!read_exact(longest, "").is_whole);
  free(longest);
  free(too_long);
}

static bool set_comma_locale(void)
{
  static const char *const names[] = {"de_DE.UTF-8", "de_DE.utf8", "de_DE",
                                      "fr_FR.UTF-8", "fr_FR.utf8", "fr_FR"};

  for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
    if (setlocale(LC_ALL, names[i]) && *localeconv()->decimal_point == ',')
      return true;
  return false;
}

static void a_decimal_comma_in_the_locale_changes_nothing(void)
{
  if (!set_comma_locale()) {
    printf("not checked: no locale with a decimal comma is installed\n");
    return;
  }
  reads_as("1.5", ",", 1.5f);
  reads_as("1.5", FAR_TEXT, 1.5f);
  CHECK_NUMBER(read_exact("1", ",5").size, 1);
  setlocale(LC_ALL, "C");
}

static void what_is_not_a_json_number_is_refused(void)
{
  static const char *const texts[] = {
      "+1",       ".5",        "1.",          "1.,",   "-",    "--1",  "-.5",
      "e5",       "1e",        "1e+",         "1.e5",  "1.5e", "1.5E", "NaN",
      "Infinity", "-Infinity", "null",        "\"1\"", "[",    "]",    ",",
      "-a",       "-e1",       " 1",          "1e-x",  "1.x",  "true", "/",
      ":",        "\x01",      "\xef\xbc\x91"};

  for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
    CHECK_NUMBER(read_exact(texts[i], ",").status, PC_PARSE_ERROR);
    CHECK_NUMBER(read_exact(texts[i], FAR_TEXT).status, PC_PARSE_ERROR);
  }
}

static void check_stop(const char *text, size_t size, float value)
{
  static const char *const rests[] = {",", FAR_TEXT};

  for (size_t i = 0; i < sizeof(rests) / sizeof(*rests); i++) {
    struct reading reading = read_exact(text, rests[i]);

    CHECK(reading.is_whole);
    CHECK_NUMBER(reading.size, size);
    CHECK_NUMBER(bits_of(reading.value), bits_of(value));
  }
}

static void a_number_ends_where_json_ends_it(void)
{
  check_stop("01", 1, 0.0f);
  check_stop("-012", 2, -0.0f);
  check_stop("0x1p3", 1, 0.0f);
  check_stop("1.5.5", 3, 1.5f);
  check_stop("1-2", 1, 1.0f);
  check_stop("1e5e5", 3, 1e5f);
  check_stop("2\xff", 1, 2.0f);
  check_stop("0.25]", 4, 0.25f);
  check_stop("0.5:", 3, 0.5f);
  check_stop("0.5/", 3, 0.5f);
}

static void a_number_that_may_go_on_is_not_read_yet(void)
{
  static const char whole[] = "-12.5e+10";
  char cut[sizeof(whole)] = "";

  for (size_t i = 0; i < strlen(whole); i++) {
    struct reading reading = read_exact(cut, "");

    CHECK_NUMBER(reading.status, PC_OK);
    CHECK(!reading.is_whole);
    cut[i] = whole[i];
  }
  CHECK(!read_exact(cut, "").is_whole);
  CHECK(read_exact(cut, " ").is_whole);
}

int main(void)
{
  static const struct harness_test tests[] = {
      TEST(random_floats_read_like_strtof_in_every_format),
      TEST(random_embedding_values_read_like_strtof),
      TEST(random_doubles_read_like_strtod),
      TEST(the_middle_between_two_doubles_reads_like_strtod),
      TEST(numbers_of_every_shape_read_like_strtof),
      TEST(the_middle_between_two_floats_goes_to_the_even_one),
      TEST(middles_cut_to_few_digits_read_like_strtof),
      TEST(the_ends_of_the_range_read_like_strtof),
      TEST(known_values_have_known_bits),
      TEST(numbers_of_800_digits_read_like_strtof),
      TEST(a_digit_far_behind_the_middle_still_decides),
      TEST(only_numbers_up_to_the_ceiling_are_read),
      TEST(a_decimal_comma_in_the_locale_changes_nothing),
      TEST(what_is_not_a_json_number_is_refused),
      TEST(a_number_ends_where_json_ends_it),
      TEST(a_number_that_may_go_on_is_not_read_yet),
  };

  return HARNESS_RUN(tests);
}
