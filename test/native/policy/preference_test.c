#include "harness.h"

#include <math.h>

#include "policy/preference.h"

static struct pc_preference defaults(void)
{
  struct pc_preference preference;

  pc_preference_init(&preference);
  return preference;
}

static void check_refused(struct pc_preference preference, const char *name)
{
  struct pc_fault fault = {{0}};

  CHECK_NUMBER(pc_preference_check(&preference, &fault), PC_INVALID_ARGUMENT);
  if (!CHECK(strstr(fault.reason, name) == fault.reason))
    printf("%s: %s\n", name, fault.reason);
}

static void check_allowed(struct pc_preference preference)
{
  struct pc_fault fault = {{0}};

  if (!CHECK_NUMBER(pc_preference_check(&preference, &fault), PC_OK))
    printf("%s\n", fault.reason);
}

static void defaults_are_the_documented_ones(void)
{
  struct pc_preference preference = defaults();

  check_allowed(preference);
  CHECK(preference.max_concurrent_requests == 128);
  CHECK(preference.batch_size == 128);
  CHECK(preference.timeout_ms == 3600000);
  CHECK(preference.total_timeout_ms == 0);
  CHECK(preference.hedge_delay_ms == 0);
  CHECK(preference.hedge_budget_pct == 0.10);
  CHECK(preference.retry_budget_pct == 0.05);
  CHECK(preference.max_retries == 5);
  CHECK(preference.initial_backoff_ms == 125);
}

static void the_ends_of_each_range_are_fine(void)
{
  struct pc_preference preference = defaults();

  preference.max_concurrent_requests = 1024;
  preference.batch_size = 1;
  preference.max_chars_per_request = 50;
  preference.timeout_ms = 7200e3;
  preference.total_timeout_ms = 100;
  preference.hedge_delay_ms = 200;
  preference.hedge_budget_pct = 3;
  preference.retry_budget_pct = -0.0;
  preference.max_retries = 0;
  preference.initial_backoff_ms = 45000;
  check_allowed(preference);
}

static void a_field_out_of_range_is_named(void)
{
#define CHECK_FIELD(field, value)                                              \
  do {                                                                         \
    struct pc_preference preference = defaults();                              \
    preference.field = value;                                                  \
    check_refused(preference, #field);                                         \
  } while (0)

  CHECK_FIELD(max_concurrent_requests, 0);
  CHECK_FIELD(max_concurrent_requests, 1025);
  CHECK_FIELD(batch_size, 1.9);
  CHECK_FIELD(batch_size, NAN);
  CHECK_FIELD(max_chars_per_request, 49);
  CHECK_FIELD(max_chars_per_request, 256001);
  CHECK_FIELD(timeout_ms, 99);
  CHECK_FIELD(timeout_ms, 7200001);
  CHECK_FIELD(total_timeout_ms, INFINITY);
  CHECK_FIELD(hedge_delay_ms, 199);
  CHECK_FIELD(hedge_delay_ms, 30001);
  CHECK_FIELD(hedge_budget_pct, -0.1);
  CHECK_FIELD(retry_budget_pct, 3.1);
  CHECK_FIELD(max_retries, 7);
  CHECK_FIELD(initial_backoff_ms, 49);
#undef CHECK_FIELD
}

int main(void)
{
  static const struct harness_test tests[] = {
      TEST(defaults_are_the_documented_ones),
      TEST(the_ends_of_each_range_are_fine),
      TEST(a_field_out_of_range_is_named),
  };
  return HARNESS_RUN(tests);
}
