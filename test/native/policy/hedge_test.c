#include "harness.h"

#include "policy/hedge.h"

static void without_a_delay_or_a_share_nothing_is_copied(void)
{
  CHECK_NUMBER(pc_hedge_budget(100, 0, 0.1).left, 0);
  CHECK_NUMBER(pc_hedge_budget(100, 500, 0).left, 0);
}

static void any_share_allows_one_copy(void)
{
  CHECK_NUMBER(pc_hedge_budget(1, 500, 0.1).left, 1);
  CHECK_NUMBER(pc_hedge_budget(10, 500, 0.0001).left, 1);
}

static void the_share_is_rounded_up(void)
{
  CHECK_NUMBER(pc_hedge_budget(100, 500, 0.1).left, 10);
  CHECK_NUMBER(pc_hedge_budget(101, 500, 0.1).left, 11);
  CHECK_NUMBER(pc_hedge_budget(10, 500, 3).left, 30);
}

int main(void)
{
  static const struct harness_test tests[] = {
      TEST(without_a_delay_or_a_share_nothing_is_copied),
      TEST(any_share_allows_one_copy),
      TEST(the_share_is_rounded_up),
  };
  return HARNESS_RUN(tests);
}
