#include "harness.h"

#include "base/bytes.h"
#include "wire/vectors/float_text.h"

struct reading {
  enum pc_status status;
  bool is_done;
  size_t at;
  struct pc_bytes values;
};

static void start_reading(struct pc_float_text *reader, struct reading *reading)
{
  *reading = (struct reading){0};
  pc_bytes_init(&reading->values, 1 << 20);
  pc_float_text_init(reader);
}

/* Gives the reader memory of just the right size, so that ASan can see. */
static void read_up_to(struct pc_float_text *reader,
                       struct reading *reading,
                       const char *text,
                       size_t size)
{
  char *copy = malloc(size + 1);

  if (!copy)
    abort();
  memcpy(copy, text, size);
  copy[size] = '\0';
  reading->status = pc_float_text_read(reader, copy, size, &reading->at,
                                       &reading->values, &reading->is_done);
  free(copy);
}

static struct reading
read_one_way(const char *text, size_t first, size_t step, bool reads_lists)
{
  struct pc_float_text reader;
  struct reading reading;
  size_t size = strlen(text);

  start_reading(&reader, &reading);
  if (!reads_lists)
    reader.read_list = NULL;
  for (size_t end = first; reading.status == PC_OK && !reading.is_done;
       end += step) {
    read_up_to(&reader, &reading, text, end < size ? end : size);
    if (end >= size)
      break;
  }
  return reading;
}

static void check_same(const struct reading *one, const struct reading *other)
{
  CHECK_NUMBER(one->status, other->status);
  CHECK_NUMBER(one->is_done, other->is_done);
  CHECK_NUMBER(one->at, other->at);
  if (CHECK_NUMBER(one->values.size, other->values.size) && one->values.size)
    CHECK(memcmp(one->values.data, other->values.data, one->values.size) == 0);
}

/* By lists and number by number, which must be the same. */
static struct reading read_in_steps(const char *text, size_t first, size_t step)
{
  struct reading by_lists = read_one_way(text, first, step, true);
  struct reading by_numbers = read_one_way(text, first, step, false);

  check_same(&by_lists, &by_numbers);
  pc_bytes_deinit(&by_numbers.values);
  return by_lists;
}

static struct reading read_whole(const char *text)
{
  return read_in_steps(text, strlen(text), 1);
}

static void check_cuts(const char *text)
{
  struct reading whole = read_whole(text);
  struct reading single = read_in_steps(text, 0, 1);

  check_same(&single, &whole);
  for (size_t cut = 0; cut <= strlen(text); cut++) {
    struct reading cut_once = read_in_steps(text, cut, strlen(text));

    check_same(&cut_once, &whole);
    pc_bytes_deinit(&cut_once.values);
  }
  pc_bytes_deinit(&single.values);
  pc_bytes_deinit(&whole.values);
}

/* The same bits, so that 0 is not -0. */
static void check_values(const struct reading *reading,
                         size_t offset,
                         const float *floats,
                         size_t count)
{
  if (!CHECK_NUMBER(reading->values.size, offset + count * sizeof(float)))
    return;
  for (size_t i = 0; i < count; i++) {
    uint32_t actual = 0;
    uint32_t expected = 0;

    memcpy(&actual, reading->values.data + offset + i * sizeof(float),
           sizeof(actual));
    memcpy(&expected, &floats[i], sizeof(expected));
    CHECK_NUMBER(actual, expected);
  }
}

static void check_floats(const char *text, const float *floats, size_t count)
{
  struct reading reading = read_whole(text);

  CHECK_NUMBER(reading.status, PC_OK);
  CHECK(reading.is_done);
  check_values(&reading, 0, floats, count);
  pc_bytes_deinit(&reading.values);
}

static void check_refused(const char *text, size_t at)
{
  struct reading reading = read_whole(text);

  if (!CHECK_NUMBER(reading.status, PC_PARSE_ERROR) ||
      !CHECK_NUMBER(reading.at, at))
    printf("in: %s\n", text);
  CHECK(!reading.is_done);
  pc_bytes_deinit(&reading.values);
  check_cuts(text);
}

static void a_list_becomes_its_floats(void)
{
  static const float floats[] = {0.1f, -2e-3f, 3.0f, 0.0f, 1e10f};

  check_floats("0.1, -2e-3, 3, 0, 1E+10]", floats, 5);
  check_floats("0.1,-2e-3,3,0,1E+10]", floats, 5);
  check_floats(" \t\r\n0.1\n,\n-0.002 ,\t3.000 , 0e5,\r\n1e10 ]", floats, 5);
  check_floats("0.1]", floats, 1);
}

static void an_empty_list_has_no_floats(void)
{
  check_floats("]", NULL, 0);
  check_floats(" \n ]", NULL, 0);
}

static void what_follows_the_bracket_is_not_read(void)
{
  struct reading reading = read_whole("1.5, 2 ], 7]");

  CHECK(reading.is_done);
  CHECK_NUMBER(reading.at, strlen("1.5, 2 ]"));
  CHECK_NUMBER(reading.values.size, 2 * sizeof(float));
  pc_bytes_deinit(&reading.values);
}

static void a_list_reads_the_same_wherever_it_is_cut(void)
{
  check_cuts("0.012345679104328156, -0.09876543210987654, 1.5e-05,2,-3e2 ]");
  check_cuts("-0.012345679104328156,0.1234567890123456789012345678901234567890,"
             "12345678901.5, 0.000000000000000012345678,16777217.0000000001,"
             " -0.0 , 1e-40,1e39,0]  ,");
  check_cuts(" ]");
}

static void a_list_without_its_end_needs_more(void)
{
  static const char *const texts[] = {
      "", " ", "1", "-", "1,", "1 ", "1.5, 2.", "1e", "0.1, 0.2 , 0.3"};

  for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
    struct reading reading = read_whole(texts[i]);

    CHECK_NUMBER(reading.status, PC_OK);
    CHECK(!reading.is_done);
    pc_bytes_deinit(&reading.values);
  }
}

static void a_number_waits_for_the_byte_behind_it(void)
{
  struct pc_float_text reader;
  struct reading reading;

  start_reading(&reader, &reading);
  read_up_to(&reader, &reading, "1.5, 2.5", 8);
  CHECK_NUMBER(reading.at, strlen("1.5, "));
  CHECK_NUMBER(reading.values.size, sizeof(float));
  read_up_to(&reader, &reading, "1.5, 2.5e1]", 11);
  CHECK(reading.is_done);
  check_values(&reading, 0, (const float[]){1.5f, 25.0f}, 2);
  pc_bytes_deinit(&reading.values);
}

static void what_is_no_list_of_numbers_is_refused_in_its_place(void)
{
  check_refused("null]", 0);
  check_refused("1, null]", 3);
  check_refused("1, NaN, 3]", 3);
  check_refused("[1, 2]]", 0);
  check_refused("1, [2]]", 3);
  check_refused("\"1\"]", 0);
  check_refused("0.5, {}]", 5);
  check_refused("1,]", 2);
  check_refused("1, ]", 3);
  check_refused(", 1]", 0);
  check_refused("1,, 2]", 2);
  check_refused("1 2]", 2);
  check_refused("1}", 1);
  check_refused("+1]", 0);
  check_refused("01, 2]", 1);
  check_refused("-01]", 2);
  check_refused("0x10, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5]", 1);
  check_refused("1., 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5]", 0);
  check_refused("0.5.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5]", 3);
  check_refused("1.5f, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5]", 3);
  check_refused("1\v, 2]", 1);
}

static void a_nul_inside_the_text_is_refused(void)
{
  struct pc_float_text reader;
  struct reading reading;

  for (size_t place = 0; place < 8; place++) {
    char text[] = "1.5, 2.5]";

    text[place] = '\0';
    start_reading(&reader, &reading);
    read_up_to(&reader, &reading, text, sizeof(text) - 1);
    CHECK_NUMBER(reading.status, PC_PARSE_ERROR);
    pc_bytes_deinit(&reading.values);
  }
}

static void floats_past_the_ceiling_are_refused_one_by_one(void)
{
  const char *text = "0.25, 0.5, 0.75]";
  struct pc_float_text reader;
  struct reading reading;

  start_reading(&reader, &reading);
  pc_bytes_init(&reading.values, 2 * sizeof(float));
  read_up_to(&reader, &reading, text, strlen(text));

  CHECK_NUMBER(reading.status, PC_TOO_LARGE);
  CHECK_NUMBER(reading.at, strlen("0.25, 0.5, "));
  check_values(&reading, 0, (const float[]){0.25f, 0.5f}, 2);
  pc_bytes_deinit(&reading.values);
}

static void floats_go_behind_what_is_there_at_any_alignment(void)
{
  const char *text = "0.25, -0.5]";
  struct pc_float_text reader;
  struct reading reading;

  start_reading(&reader, &reading);
  CHECK_NUMBER(pc_bytes_append_text(&reading.values, "abc"), PC_OK);
  read_up_to(&reader, &reading, text, strlen(text));

  CHECK(memcmp(reading.values.data, "abc", 3) == 0);
  check_values(&reading, 3, (const float[]){0.25f, -0.5f}, 2);
  CHECK_NUMBER(reading.values.data[reading.values.size], 0);
  pc_bytes_deinit(&reading.values);
}

static void long_lists_keep_every_float_in_order(void)
{
  enum { COUNT = 5000, TEXT_SIZE = COUNT * 24 };
  static char text[TEXT_SIZE];
  static float floats[COUNT];
  size_t size = 0;
  struct reading reading;

  for (int i = 0; i < COUNT; i++) {
    floats[i] = (float)(i + i % 1000 / 1000.0);
    size += (size_t)snprintf(text + size, TEXT_SIZE - size, "%d.%03d%s", i,
                             i % 1000, i + 1 < COUNT ? ", " : "]");
  }

  reading = read_in_steps(text, 1000, 1000);

  CHECK(reading.is_done);
  check_values(&reading, 0, floats, COUNT);
  pc_bytes_deinit(&reading.values);
}

int main(void)
{
  static const struct harness_test tests[] = {
      TEST(a_list_becomes_its_floats),
      TEST(an_empty_list_has_no_floats),
      TEST(what_follows_the_bracket_is_not_read),
      TEST(a_list_reads_the_same_wherever_it_is_cut),
      TEST(a_list_without_its_end_needs_more),
      TEST(a_number_waits_for_the_byte_behind_it),
      TEST(what_is_no_list_of_numbers_is_refused_in_its_place),
      TEST(a_nul_inside_the_text_is_refused),
      TEST(floats_past_the_ceiling_are_refused_one_by_one),
      TEST(floats_go_behind_what_is_there_at_any_alignment),
      TEST(long_lists_keep_every_float_in_order),
  };

  return HARNESS_RUN(tests);
}
