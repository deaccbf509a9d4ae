#include "harness.h"

#include "net/retry_after.h"

/* 2026-01-01 00:00:00 UTC in milliseconds. */
static const uint64_t NOW_MS = UINT64_C(1767225600000);

static void check_wait(const char *lines, long long expected)
{
  char head[256];

  snprintf(head, sizeof(head), "HTTP/1.1 429 Slow down\r\n%s\r\n", lines);
  CHECK_NUMBER(pc_retry_after_ms(head, strlen(head), NOW_MS), expected);
}

static void seconds_are_read(void)
{
  check_wait("Retry-After: 3\r\n", 3000);
  check_wait("retry-after: 0.25\r\n", 250);
  check_wait("retry-after: 0\r\n", 0);
}

static void milliseconds_come_first(void)
{
  check_wait("retry-after: 3\r\nretry-after-ms: 40\r\n", 40);
  check_wait("retry-after-ms: soon\r\nretry-after: 3\r\n", 3000);
}

static void dates_are_read(void)
{
  check_wait("retry-after: Thu, 01 Jan 2026 00:00:05 GMT\r\n", 5000);
  check_wait("retry-after: Wed, 31 Dec 2025 23:59:59 GMT\r\n", 0);
}

static void nothing_is_waited_for_longer_than_a_minute(void)
{
  check_wait("retry-after: 86400\r\n", 60000);
  check_wait("retry-after-ms: 99999999999999999999\r\n", 60000);
  check_wait("retry-after: Fri, 01 Jan 2100 00:00:00 GMT\r\n", 60000);
}

static void what_says_nothing_asks_for_nothing(void)
{
  check_wait("", 0);
  check_wait("retry-after: later\r\n", 0);
  check_wait("retry-after: -1\r\n", 0);
  check_wait("x-retry-after: 3\r\n", 0);
}

int main(void)
{
  static const struct harness_test tests[] = {
      TEST(seconds_are_read),
      TEST(milliseconds_come_first),
      TEST(dates_are_read),
      TEST(nothing_is_waited_for_longer_than_a_minute),
      TEST(what_says_nothing_asks_for_nothing),
  };
  return HARNESS_RUN(tests);
}
