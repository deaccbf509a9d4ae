#include "harness.h"

#include "wire/splice/usage.h"

static struct pc_text text_of(const char *text)
{
  return (struct pc_text){.data = text, .size = strlen(text)};
}

/* Reads "name 12 other 3" as two counts. */
static struct pc_splice_usage usage_of(const char *text)
{
  struct pc_splice_usage usage = {0};
  size_t at = 0;

  while (text[at]) {
    struct pc_splice_count *count = &usage.counts[usage.count++];

    count->key.start = at;
    at += strcspn(text + at, " ");
    count->key.end = at++;
    count->digits.start = at;
    at += strcspn(text + at, " ");
    count->digits.end = at;
    at += text[at] == ' ';
  }
  return usage;
}

static enum pc_status add(struct pc_splice_totals *totals, const char *text)
{
  struct pc_splice_usage usage = usage_of(text);

  return pc_splice_totals_add(totals, &usage, text);
}

static void
check_total(const struct pc_splice_totals *totals, const char *name, uint64_t n)
{
  const struct pc_splice_total *total =
      pc_splice_totals_find(totals, text_of(name));

  if (CHECK(total != NULL))
    CHECK_NUMBER(total->value, n);
}

static void counts_are_added_by_name(void)
{
  struct pc_splice_totals totals;

  pc_splice_totals_init(&totals);
  CHECK(add(&totals, "prompt 3 total 5") == PC_OK);
  CHECK(add(&totals, "total 10 images 1") == PC_OK);
  CHECK(add(&totals, "") == PC_OK);
  CHECK(add(&totals, "pr\\u006fmpt 4") == PC_OK);

  CHECK_NUMBER(totals.count, 3);
  check_total(&totals, "prompt", 7);
  check_total(&totals, "total", 15);
  check_total(&totals, "images", 1);
  CHECK(!pc_splice_totals_find(&totals, text_of("other")));
  CHECK(memcmp(pc_splice_totals_name(&totals, &totals.totals[2]).data, "images",
               6) == 0);
  pc_splice_totals_deinit(&totals);
}

static void totals_saturate_where_readers_would_lose_digits(void)
{
  struct pc_splice_totals totals;

  pc_splice_totals_init(&totals);
  CHECK(add(&totals, "a 9007199254740991 b 9007199254740992 c 1") == PC_OK);
  CHECK(add(&totals, "a 1 b 1 c 99999999999999999999999999999999999") == PC_OK);
  CHECK(add(&totals, "a 1") == PC_OK);

  check_total(&totals, "a", INT64_C(9007199254740992));
  check_total(&totals, "b", INT64_C(9007199254740992));
  check_total(&totals, "c", INT64_C(9007199254740992));
  pc_splice_totals_deinit(&totals);
}

static void a_name_is_known_however_it_is_written(void)
{
  static const char text[] = "total 3 prompt 4";
  struct pc_splice_usage usage = usage_of(text);

  CHECK(pc_splice_usage_has(&usage, text, text_of("prompt")));
  CHECK(pc_splice_usage_has(&usage, text, text_of("\\u0074otal")));
  CHECK(!pc_splice_usage_has(&usage, text, text_of("tota")));
}

static void names_without_end_are_refused(void)
{
  struct pc_splice_totals totals;
  char text[16];

  pc_splice_totals_init(&totals);
  for (unsigned i = 0; i < PC_SPLICE_USAGE_MAX; i++) {
    snprintf(text, sizeof(text), "%x 1", i);
    CHECK(add(&totals, text) == PC_OK);
  }

  CHECK(add(&totals, "another 1") == PC_TOO_LARGE);
  CHECK(add(&totals, "0 1") == PC_OK);
  check_total(&totals, "0", 2);
  pc_splice_totals_deinit(&totals);
}

int main(void)
{
  static const struct harness_test tests[] = {
      TEST(counts_are_added_by_name),
      TEST(totals_saturate_where_readers_would_lose_digits),
      TEST(a_name_is_known_however_it_is_written),
      TEST(names_without_end_are_refused)};

  return HARNESS_RUN(tests);
}
