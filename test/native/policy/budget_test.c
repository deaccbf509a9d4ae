#include "harness.h"

#include "policy/budget.h"

static void a_small_call_may_retry_twice(void)
{
  CHECK_NUMBER(pc_budget_for_retries(1, 0.05).left, 2);
  CHECK_NUMBER(pc_budget_for_retries(20, 0).left, 2);
}

static void a_large_call_may_retry_its_share_and_one(void)
{
  CHECK_NUMBER(pc_budget_for_retries(100, 0.05).left, 6);
  CHECK_NUMBER(pc_budget_for_retries(101, 0.05).left, 7);
  CHECK_NUMBER(pc_budget_for_retries(10, 3).left, 31);
}

static void a_budget_never_goes_below_zero(void)
{
  struct pc_budget budget = {.left = 2};

  CHECK(pc_budget_take(&budget));
  CHECK(pc_budget_take(&budget));
  CHECK(!pc_budget_take(&budget));
  CHECK(!pc_budget_take(&budget));
  CHECK_NUMBER(budget.left, 0);
}

int main(void)
{
  static const struct harness_test tests[] = {
      TEST(a_small_call_may_retry_twice),
      TEST(a_large_call_may_retry_its_share_and_one),
      TEST(a_budget_never_goes_below_zero),
  };
  return HARNESS_RUN(tests);
}
