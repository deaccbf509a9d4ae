#include "harness.h"

#include <math.h>

#include "wire/splice/metadata.h"

static void check_seconds(double seconds, const char *expected)
{
  struct pc_bytes out;
  struct pc_writer writer = {.out = &out};

  pc_bytes_init(&out, 64);
  pc_splice_seconds_write(&writer, seconds);
  CHECK(writer.status == PC_OK);
  CHECK_TEXT(out.data, expected);
  pc_bytes_deinit(&out);
}

static void seconds_have_at_most_six_digits_behind_the_point(void)
{
  check_seconds(0, "0");
  check_seconds(1, "1");
  check_seconds(10, "10");
  check_seconds(0.1, "0.1");
  check_seconds(1.234, "1.234");
  check_seconds(0.0000014, "0.000001");
  check_seconds(0.9999996, "1");
  check_seconds(12.000001, "12.000001");
}

static void seconds_that_are_none_are_still_json(void)
{
  check_seconds(-1, "0");
  check_seconds(NAN, "0");
  check_seconds(INFINITY, "1000000000");
}

static const struct pc_splice_part parts[] = {
    {.seconds = 0.1, .headers = {.start = 0, .end = 2}},
    {.seconds = 0.25, .headers = {.start = 2, .end = 11}}};

static const char headers[] = "{}{\"a\":\"1\"}";

static struct pc_splice_facts facts_of(const char *metadata)
{
  return (struct pc_splice_facts){
      .metadata = {.data = metadata, .size = strlen(metadata)},
      .total_seconds = 1.5};
}

static void all_batches_are_told_in_order(void)
{
  struct pc_splice_facts facts = facts_of("{\"customer_request_id\":\"x\"");
  struct pc_bytes out;
  struct pc_writer writer = {.out = &out};

  pc_bytes_init(&out, 1024);
  pc_splice_metadata_write(&writer, &facts, parts, 2, headers, false);
  CHECK(writer.status == PC_OK);
  CHECK_TEXT(out.data,
             "\"proxy_metadata\":{\"customer_request_id\":\"x\","
             "\"total_time\":1.5,\"batch_count\":2,\"response_headers\":[{},{"
             "\"a\":\"1\"}],\"individual_request_times\":[0.1,0.25]}");

  pc_bytes_clear(&out);
  pc_splice_metadata_write(&writer, &facts, parts, 1, headers, true);
  CHECK(writer.status == PC_OK);
  CHECK_TEXT(out.data,
             "\"proxy_metadata\":{\"customer_request_id\":\"x\","
             "\"total_time\":1.5,\"batch_count\":1,\"response_count\":1,"
             "\"response_headers\":[{}],\"individual_request_times\":[0.1]}");
  pc_bytes_deinit(&out);
}

static void a_ceiling_is_told_wherever_it_is_reached(void)
{
  struct pc_splice_facts facts = facts_of("{\"a\":1");

  for (size_t ceiling = 0; ceiling < 130; ceiling++) {
    struct pc_bytes out;
    struct pc_writer writer = {.out = &out};

    pc_bytes_init(&out, ceiling);
    pc_splice_metadata_write(&writer, &facts, parts, 2, headers, true);
    CHECK(writer.status == PC_TOO_LARGE);
    pc_bytes_deinit(&out);
  }
}

int main(void)
{
  static const struct harness_test tests[] = {
      TEST(seconds_have_at_most_six_digits_behind_the_point),
      TEST(seconds_that_are_none_are_still_json),
      TEST(all_batches_are_told_in_order),
      TEST(a_ceiling_is_told_wherever_it_is_reached)};

  return HARNESS_RUN(tests);
}
