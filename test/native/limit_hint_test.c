#include "harness.h"

#include "wire/limit_hint.h"

static bool hints(long http_status, const char *body)
{
  return pc_limit_hint(http_status, body, strlen(body));
}

static void a_413_always_means_the_size(void)
{
  CHECK(hints(413, ""));
}

static void bodies_that_speak_of_size_mean_it(void)
{
  CHECK(hints(422, "{\"error\":\"batch size 64 > maximum allowed 32\"}"));
  CHECK(hints(400, "This model's Maximum Context Length is 8192 Tokens"));
  CHECK(hints(400, "input is TOO LONG"));
}

static void other_refusals_do_not(void)
{
  CHECK(!hints(422, "{\"error\":\"field model is required\"}"));
  CHECK(!hints(400, ""));
  CHECK(!hints(401, "invalid token"));
  CHECK(!hints(500, "batch size"));
}

int main(void)
{
  static const struct harness_test tests[] = {
      TEST(a_413_always_means_the_size),
      TEST(bodies_that_speak_of_size_mean_it),
      TEST(other_refusals_do_not),
  };
  return HARNESS_RUN(tests);
}
