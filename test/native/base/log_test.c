#include "harness.h"

#include "base/log.h"

static void check_redacted(const char *text, const char *expected)
{
  char copy[256];

  snprintf(copy, sizeof(copy), "%s", text);
  pc_log_redact(copy);
  CHECK_TEXT(copy, expected);
}

static void credentials_in_headers_are_blanked_out(void)
{
  check_redacted("authorization: Bearer abc123",
                 "authorization: Bearer ******");
  check_redacted("got BEARER k, again", "got BEARER *, again");
  check_redacted("Basic dXNlcg==", "Basic ********");
  check_redacted("Api-Key s3cret rest", "Api-Key ****** rest");
}

static void credentials_in_urls_are_blanked_out(void)
{
  check_redacted("proxy http://me:pa@ss@host:1/ down",
                 "proxy http://********@host:1/ down");
  check_redacted("http://host/a@b", "http://host/a@b");
}

static void other_text_stays(void)
{
  check_redacted("HTTP 503 after 12 ms", "HTTP 503 after 12 ms");
}

static void levels_let_pass_what_is_at_least_as_grave(void)
{
  CHECK(pc_log_wants(PC_LOG_WARN, PC_LOG_ERROR));
  CHECK(pc_log_wants(PC_LOG_WARN, PC_LOG_WARN));
  CHECK(!pc_log_wants(PC_LOG_WARN, PC_LOG_INFO));
  CHECK(!pc_log_wants(PC_LOG_OFF, PC_LOG_ERROR));
  CHECK(!pc_log_wants(PC_LOG_TRACE, PC_LOG_OFF));
}

int main(void)
{
  static const struct harness_test tests[] = {
      TEST(credentials_in_headers_are_blanked_out),
      TEST(credentials_in_urls_are_blanked_out),
      TEST(other_text_stays),
      TEST(levels_let_pass_what_is_at_least_as_grave),
  };
  return HARNESS_RUN(tests);
}
