#include "harness.h"

#include <math.h>

#include "wire/vectors/float_list.h"

enum { MOST_NUMBERS = 400, NUMBER_SIZE = 128 };

struct list {
  char text[MOST_NUMBERS * NUMBER_SIZE];
  size_t size;
  float floats[MOST_NUMBERS];
  size_t count;
};

static struct list list;

/* NULL where the processor has nothing: then nothing is to be checked. */
static pc_float_list_fn *read_list;

static void begin_list(void)
{
  list.size = 0;
  list.count = 0;
}

static void add_text(const char *text)
{
  list.size += (size_t)snprintf(list.text + list.size,
                                sizeof(list.text) - list.size, "%s", text);
}

/* What stands between two numbers of a list: mostly a comma, sometimes more. */
static void add_comma(uint64_t *state)
{
  static const char *const commas[] = {",", ", ", ",\n    ", " ,", "\t, \r\n"};
  uint64_t random = harness_random(state);

  add_text(commas[random % 4 ? 0 : random / 4 % 5]);
}

static void add_number(const char *text, uint64_t *state)
{
  if (list.count)
    add_comma(state);
  add_text(text);
  list.floats[list.count++] = strtof(text, NULL);
}

static bool same_bits(float one, float other)
{
  return memcmp(&one, &other, sizeof(one)) == 0;
}

/*
 * Reads the list, closed, out of and into memory of just the right size, so
 * that ASan sees a step too far. Demands each float and the place behind.
 */
static bool list_reads_like_strtof(void)
{
  size_t size = list.size + 1;
  char *text = malloc(size + 1);
  char *values = malloc(list.count * sizeof(float));
  const char *at = text;
  size_t count = 0;
  bool holds = false;

  if (!text || !values)
    abort();
  snprintf(text, size + 1, "%s]", list.text);
  count = read_list(&at, text + size, values, list.count);
  holds = CHECK_NUMBER(count, list.count) && CHECK(*at == ']');
  for (size_t i = 0; holds && i < count; i++) {
    float value = 0;

    memcpy(&value, values + i * sizeof(value), sizeof(value));
    holds = CHECK(same_bits(value, list.floats[i]));
    if (!holds)
      printf("number %zu: read %a, expected %a in %s\n", i, (double)value,
             (double)list.floats[i], text);
  }
  free(values);
  free(text);
  return holds;
}

static bool is_full(void)
{
  return list.count == MOST_NUMBERS;
}

static bool check_format(const char *format, bool are_small, uint64_t *state)
{
  char text[512];

  begin_list();
  for (size_t room = harness_random(state) % MOST_NUMBERS; !is_full() && room;
       room--) {
    double value = ldexp((double)(int64_t)harness_random(state),
                         are_small ? -66 : -63 - (int)(room % 60) + 10);

    snprintf(text, sizeof(text), format, value);
    if (strlen(text) < NUMBER_SIZE - 8)
      add_number(text, state);
  }
  return !list.count || list_reads_like_strtof();
}

static void lists_of_every_format_read_like_strtof(void)
{
  static const char *const formats[] = {
      "%.17g", "%.16g", "%.9g",  "%.8g",  "%.6g",  "%.17f", "%.16f",
      "%.18f", "%.32f", "%.33f", "%.45f", "%.20f", "%.8f",  "%.1f",
      "%.0f",  "%.9e",  "%.17e", "%.3f",  "%.15f", "%.31f"};
  long rounds = harness_rounds(150);
  uint64_t state = 11;

  for (long i = 0; i < rounds; i++)
    for (size_t k = 0; k < sizeof(formats) / sizeof(*formats); k++)
      if (!check_format(formats[k], i % 2, &state))
        return;
}

/* Digits alone: any number of them behind the point, many of them zeros. */
static void write_digits(char *text, uint64_t *state)
{
  size_t fraction = 1 + harness_random(state) % 36;
  size_t zeros = harness_random(state) % 4 ? 0 : harness_random(state) % 20;
  uint64_t whole = harness_random(state) % 40;
  char *at = text;

  if (harness_random(state) % 2)
    *at++ = '-';
  at += snprintf(at, 8, "%d.", (int)(whole < 12 ? whole : 0));
  for (size_t i = 0; i < fraction; i++)
    *at++ = (char)('0' + (i < zeros ? 0 : harness_random(state) % 10));
  *at = '\0';
}

static void digits_of_any_count_read_like_strtof(void)
{
  long rounds = harness_rounds(1500);
  uint64_t state = 12;
  char text[64];

  for (long i = 0; i < rounds; i++) {
    begin_list();
    while (!is_full()) {
      write_digits(text, &state);
      add_number(text, &state);
    }
    if (!list_reads_like_strtof())
      return;
  }
}

/*
 * The middle of two floats, and the numbers next to it that 16 digits and that
 * a double can tell from it, with digits behind that decide.
 */
static void middles_of_floats_read_like_strtof(void)
{
  long rounds = harness_rounds(1500);
  uint64_t state = 13;
  char text[80];

  for (long i = 0; i < rounds; i++) {
    begin_list();
    while (!is_full()) {
      uint32_t bits =
          (uint32_t)((90 << 23) + harness_random(&state) % (40 << 23));
      uint32_t next = bits + 1;
      float below = 0;
      float above = 0;
      double middle = 0;

      memcpy(&below, &bits, sizeof(below));
      memcpy(&above, &next, sizeof(above));
      middle = ((double)below + (double)above) / 2;
      if (harness_random(&state) % 2)
        middle = nextafter(middle, harness_random(&state) % 2 ? 1e9 : 0);
      snprintf(text, sizeof(text), "%.*f",
               (int)(14 + harness_random(&state) % 40), middle);
      add_number(text, &state);
    }
    if (!list_reads_like_strtof())
      return;
  }
}

static void known_numbers_read_as_known_floats(void)
{
  static const char *const texts[] = {"0.0",
                                      "-0.0",
                                      "0.00000000000000000000000000000000",
                                      "-0.000000000000000000000000000000000",
                                      "0.1",
                                      "9.9999999999999999",
                                      "9.99999999999999999999999999999999",
                                      "0.9999999999999999",
                                      "0.99999999999999999",
                                      "0.5",
                                      "0.000000000000000000000000000000010",
                                      "0.0000000000000001",
                                      "0.00000000000000019",
                                      "0.0000274877906943",
                                      "0.00002748779069439",
                                      "0.00002748779069440",
                                      "0.000030517578125",
                                      "0.50000002980232238769531250000000",
                                      "0.50000002980232238769531250000001",
                                      "0.50000002980232238769531249999999",
                                      "1.00000017881393432617187500",
                                      "0",
                                      "-7",
                                      "12.5",
                                      "1e39",
                                      "1.4e-45",
                                      "16777217.0"};
  uint64_t state = 14;

  begin_list();
  for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
    add_number(texts[i], &state);
  list_reads_like_strtof();
}

struct stop {
  const char *text;
  size_t count; /* floats in front of what stops the list */
  size_t at;
};

static void check_stop(const struct stop *stop, const char *rest)
{
  size_t size = strlen(stop->text) + strlen(rest);
  char *text = malloc(size + 1);
  char values[8 * sizeof(float)];
  const char *at = text;

  if (!text)
    abort();
  snprintf(text, size + 1, "%s%s", stop->text, rest);
  if (!CHECK_NUMBER(read_list(&at, text + size, values, 8), stop->count) ||
      !CHECK_NUMBER(at - text, stop->at))
    printf("in %s\n", text);
  free(text);
}

static void what_is_no_number_is_left_to_others(void)
{
  static const struct stop stops[] = {
      {"", 0, 0},
      {"null,", 0, 0},
      {"0.5,null,", 1, 3},
      {"0.5,,0.5,", 1, 3},
      {"0.5,],", 1, 3},
      {"0.5,0.25:0.5,", 1, 3},
      {"0.5,0.2 5,", 1, 3},
      {"0.5,00.5,", 1, 3},
      {"0.5,0.,", 1, 3},
      {"0.5,.5,", 1, 3},
      {"0.5,-,", 1, 3},
      {"0.5,--0.5,", 1, 3},
      {"0.5,+0.5,", 1, 3},
      {"0.5,0.5e,", 1, 3},
      {"0.5,0.5/5,", 1, 3},
      {"0.5,a.5,", 1, 3},
      {"0.5,/.5,", 1, 3},
      {"0.5,0x5,", 1, 3},
      {"0.5,0.12345678901234567:,", 1, 3},
      {"0.5,0.123456789012345/67,", 1, 3},
      {"0.5,\"0.5\",", 1, 3},
      {"0.5,\v0.5,", 1, 3},
      {"0.5, 0.5]0.5,", 2, 8},
      {"0.5,0.5 ],", 2, 8},
      {"0.5]]", 1, 3},
  };
  static const char far_text[] =
      "0.5,0.5,0.5,0.5,0.5,0.5,0.5,0.5,0.5,0.5,0.5,0.5,0.5,0.5,0.5,0.5,0.5,0.5,"
      "0.5,0.5,0.5,0.5,0.5,0.5,0.5,0.5,0.5,0.5,0.5,0.5,0.5,0.5,0.5,0.5,0.5,0."
      "5,";

  for (size_t i = 1; i < sizeof(stops) / sizeof(*stops); i++) {
    check_stop(&stops[i], "");
    check_stop(&stops[i], far_text);
  }
  check_stop(&stops[0], "");
}

static void a_nul_ends_no_number(void)
{
  for (size_t place = 0; place < 12; place++) {
    char text[] = "0.25, 0.125]";
    char values[2 * sizeof(float)];
    const char *at = text;
    size_t in_first = place < strlen("0.25,");

    text[place] = '\0';
    CHECK_NUMBER(read_list(&at, text + sizeof(text) - 1, values, 2), !in_first);
  }
}

static void a_number_without_its_end_is_not_read(void)
{
  static const char whole[] = "0.123456789012345678901234567890123,";
  char values[sizeof(float)];

  for (size_t size = 0; size <= strlen(whole); size++) {
    char *text = malloc(size + 1);
    const char *at = text;

    if (!text)
      abort();
    memcpy(text, whole, size);
    text[size] = '\0';
    CHECK_NUMBER(read_list(&at, text + size, values, 1), size == strlen(whole));
    free(text);
  }
}

static void no_more_is_read_than_has_room(void)
{
  const char *text = "0.5,0.25,0.125,0.5,0.25,0.125,0.5,0.25,0.125,0.5,0.25,"
                     "0.125,0.5,0.25,0.125,0.5,0.25,0.125,0.5,0.25,0.125,0.5]";

  for (size_t room = 0; room < 22; room++) {
    char *values = malloc(room * sizeof(float) + 1);
    const char *at = text;

    if (!values)
      abort();
    CHECK_NUMBER(read_list(&at, text + strlen(text), values, room), room);
    CHECK(room ? *at == ',' : at == text);
    free(values);
  }
}

/* Longer than what is looked through at once. */
static void wide_gaps_and_long_numbers_are_left_to_others(void)
{
  enum { WIDE = 5000 };
  static char text[WIDE + 64];
  char values[4 * sizeof(float)];
  const char *at = text;

  memset(text, ' ', sizeof(text));
  memcpy(text, "0.5,", 4);
  snprintf(text + WIDE, 64, "0.25]");
  CHECK_NUMBER(read_list(&at, text + WIDE + 5, values, 4), 1);
  CHECK_NUMBER(at - text, 3);

  memset(text, '3', sizeof(text));
  memcpy(text, "0.5,0.", 6);
  snprintf(text + WIDE, 64, ",0.25]");
  at = text;
  CHECK_NUMBER(read_list(&at, text + WIDE + 6, values, 4), 1);
  CHECK_NUMBER(at - text, 3);
}

int main(void)
{
  static const struct harness_test tests[] = {
      TEST(lists_of_every_format_read_like_strtof),
      TEST(digits_of_any_count_read_like_strtof),
      TEST(middles_of_floats_read_like_strtof),
      TEST(known_numbers_read_as_known_floats),
      TEST(what_is_no_number_is_left_to_others),
      TEST(a_nul_ends_no_number),
      TEST(a_number_without_its_end_is_not_read),
      TEST(no_more_is_read_than_has_room),
      TEST(wide_gaps_and_long_numbers_are_left_to_others),
  };

  read_list = pc_float_list_best();
  if (!read_list) {
    printf("not checked: this processor reads no lists\n");
    return EXIT_SUCCESS;
  }
  return HARNESS_RUN(tests);
}
