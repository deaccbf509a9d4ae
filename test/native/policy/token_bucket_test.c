#include "harness.h"

#include "policy/token_bucket.h"

static const uint64_t NS_PER_S = 1000000000;

static void a_bucket_without_a_rate_holds_nobody_back(void)
{
  struct pc_token_bucket bucket = {0};

  pc_token_bucket_spend(&bucket, 1e9, NS_PER_S);
  CHECK_NUMBER(pc_token_bucket_wait_ns(&bucket, NS_PER_S), 0);
}

static void a_store_is_spent_then_the_rate_is_awaited(void)
{
  struct pc_token_bucket bucket = {0};

  pc_token_bucket_set(&bucket, 10, 2, NS_PER_S);
  for (int i = 0; i < 2; i++) {
    CHECK_NUMBER(pc_token_bucket_wait_ns(&bucket, NS_PER_S), 0);
    pc_token_bucket_spend(&bucket, 1, NS_PER_S);
  }
  CHECK_NUMBER(pc_token_bucket_wait_ns(&bucket, NS_PER_S), NS_PER_S / 10);
  CHECK_NUMBER(pc_token_bucket_wait_ns(&bucket, NS_PER_S + NS_PER_S / 10), 0);
}

static void a_debt_is_paid_before_more_is_spent(void)
{
  struct pc_token_bucket bucket = {0};

  pc_token_bucket_set(&bucket, 100, 50, NS_PER_S);
  pc_token_bucket_spend(&bucket, 250, NS_PER_S);
  CHECK_NUMBER(pc_token_bucket_wait_ns(&bucket, 2 * NS_PER_S),
               NS_PER_S + NS_PER_S / 100);
}

static void the_store_has_an_end(void)
{
  struct pc_token_bucket bucket = {0};

  pc_token_bucket_set(&bucket, 1000, 1, NS_PER_S);
  pc_token_bucket_spend(&bucket, 1, 1000 * NS_PER_S);
  CHECK(pc_token_bucket_wait_ns(&bucket, 1000 * NS_PER_S) > 0);
}

static void another_rate_keeps_what_is_owed(void)
{
  struct pc_token_bucket bucket = {0};

  pc_token_bucket_set(&bucket, 10, 1, NS_PER_S);
  pc_token_bucket_spend(&bucket, 2, NS_PER_S);
  pc_token_bucket_set(&bucket, 20, 1, NS_PER_S);
  CHECK_NUMBER(pc_token_bucket_wait_ns(&bucket, NS_PER_S), NS_PER_S / 10);
}

int main(void)
{
  static const struct harness_test tests[] = {
      TEST(a_bucket_without_a_rate_holds_nobody_back),
      TEST(a_store_is_spent_then_the_rate_is_awaited),
      TEST(a_debt_is_paid_before_more_is_spent), TEST(the_store_has_an_end),
      TEST(another_rate_keeps_what_is_owed)};

  return HARNESS_RUN(tests);
}
