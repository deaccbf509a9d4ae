#include "harness.h"

#include "wire/http/rate_limit.h"

static bool read_head(const char *lines, struct pc_rate_limits *limits)
{
  char head[512];
  char *copy = NULL;
  size_t size = 0;
  bool is_said = false;

  snprintf(head, sizeof(head), "HTTP/1.1 200 OK\r\nserver: x\r\n%s\r\n", lines);
  size = strlen(head);
  copy = malloc(size);
  if (!CHECK(copy != NULL))
    exit(EXIT_FAILURE);
  memcpy(copy, head, size);
  is_said = pc_rate_limits_read((struct pc_text){copy, size}, limits);
  free(copy);
  return is_said;
}

static void
check_requests(const char *lines, double remaining, long long reset_ms)
{
  struct pc_rate_limits limits;

  CHECK(read_head(lines, &limits));
  CHECK(limits.requests.has_remaining && limits.requests.has_reset);
  CHECK(limits.requests.remaining == remaining);
  CHECK_NUMBER(limits.requests.reset_ms, reset_ms);
}

static void openai_names_are_read(void)
{
  struct pc_rate_limits limits;

  CHECK(read_head("x-ratelimit-limit-requests: 500\r\n"
                  "X-RateLimit-Remaining-Requests: 0\r\n"
                  "x-ratelimit-reset-requests: 120ms\r\n"
                  "x-ratelimit-limit-tokens: 40000\r\n"
                  "x-ratelimit-remaining-tokens: 39976\r\n"
                  "x-ratelimit-reset-tokens: 1m30.5s\r\n",
                  &limits));
  CHECK(limits.requests.limit == 500 && limits.requests.remaining == 0);
  CHECK(limits.requests.is_gradual && limits.tokens.is_gradual);
  CHECK_NUMBER(limits.requests.reset_ms, 120);
  CHECK(limits.tokens.limit == 40000 && limits.tokens.remaining == 39976);
  CHECK_NUMBER(limits.tokens.reset_ms, 90500);
}

static void durations_come_in_every_unit(void)
{
  static const struct {
    const char *text;
    long long ms;
  } cases[] = {{"6m0s", 360000}, {"1h2m3s", 3723000}, {"1.5s", 1500},
               {"12ms", 12},     {"1500us", 1},       {"2000000ns", 2},
               {"7", 7000},      {"0.25", 250},       {"0s", 0}};

  for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
    char lines[128];

    snprintf(lines, sizeof(lines),
             "x-ratelimit-remaining-requests: 1\r\n"
             "x-ratelimit-reset-requests: %s\r\n",
             cases[i].text);
    check_requests(lines, 1, cases[i].ms);
  }
}

static void the_draft_is_read(void)
{
  check_requests("RateLimit: \"default\";r=50;t=30\r\n", 50, 30000);
  check_requests("RateLimit: default;t=4;r=0\r\n"
                 "RateLimit-Policy: default;q=100;w=60\r\n",
                 0, 4000);
}

static void of_several_policies_the_tightest_counts(void)
{
  check_requests("RateLimit: \"hour\";r=9;t=3000, \"minute\";r=2;t=20\r\n", 2,
                 20000);
  check_requests("RateLimit: \"a\";r=2;t=5,\"b\";r=2;t=60\r\n", 2, 60000);
  check_requests("RateLimit: \"odd, \\\";r=0;t=1\";r=7;t=8\r\n", 7, 8000);
}

static void what_is_no_count_of_requests_is_left_out(void)
{
  check_requests("RateLimit-Policy: \"size\";q=9;qu=\"content-bytes\", "
                 "\"n\";q=9;qu=\"requests\"\r\n"
                 "RateLimit: \"size\";r=0;t=1, \"n\";r=4;t=2\r\n",
                 4, 2000);
}

static void older_drafts_are_read(void)
{
  check_requests("RateLimit: limit=100, remaining=50, reset=5\r\n", 50, 5000);
  check_requests("RateLimit-Limit: 10\r\nRateLimit-Remaining: 1\r\n"
                 "RateLimit-Reset: 7\r\n",
                 1, 7000);
}

static void what_says_nothing_is_told(void)
{
  static const char *const heads[] = {
      "",
      "retry-after: 3\r\n",
      "x-ratelimit-remaining-requests: -1\r\n",
      "x-ratelimit-remaining-requests: many\r\n",
      "x-ratelimit-remaining-images: 0\r\n",
      "x-ratelimit-remaining: 0\r\n",
      "RateLimit: \"default\"\r\n",
      "RateLimit: \"default;r=5\r\n",
      "RateLimit-Policy: \"default\";r=5;t=1\r\n"};

  for (size_t i = 0; i < sizeof(heads) / sizeof(*heads); i++) {
    struct pc_rate_limits limits;

    CHECK(!read_head(heads[i], &limits));
  }
}

static void a_reset_that_is_none_is_not_there(void)
{
  static const char *const resets[] = {"soon", "5x", "1m-2s",
                                       "",     "s",  "1.2.3s"};

  for (size_t i = 0; i < sizeof(resets) / sizeof(*resets); i++) {
    struct pc_rate_limits limits;
    char lines[128];

    snprintf(lines, sizeof(lines),
             "x-ratelimit-remaining-tokens: 1\r\n"
             "x-ratelimit-reset-tokens: %s\r\n",
             resets[i]);
    CHECK(read_head(lines, &limits));
    CHECK(!limits.tokens.has_reset);
  }
}

int main(void)
{
  static const struct harness_test tests[] = {
      TEST(openai_names_are_read),
      TEST(durations_come_in_every_unit),
      TEST(the_draft_is_read),
      TEST(of_several_policies_the_tightest_counts),
      TEST(what_is_no_count_of_requests_is_left_out),
      TEST(older_drafts_are_read),
      TEST(what_says_nothing_is_told),
      TEST(a_reset_that_is_none_is_not_there)};

  return HARNESS_RUN(tests);
}
