#include "harness.h"

#include "policy/retry.h"

static enum pc_retry_price price_of_status(long http_status)
{
  return pc_retry_price((struct pc_retry_cause){.status = PC_HTTP_ERROR,
                                                .http_status = http_status});
}

static enum pc_retry_price price_of(enum pc_status status)
{
  return pc_retry_price((struct pc_retry_cause){.status = status});
}

static void statuses_before_any_work_are_free(void)
{
  static const long passing[] = {408, 409, 429, 503};

  for (size_t i = 0; i < sizeof(passing) / sizeof(passing[0]); i++)
    CHECK_NUMBER(price_of_status(passing[i]), PC_RETRY_FREE);
}

static void statuses_after_work_draw_on_the_budget(void)
{
  static const long passing[] = {500, 502, 504, 529, 599};

  for (size_t i = 0; i < sizeof(passing) / sizeof(passing[0]); i++)
    CHECK_NUMBER(price_of_status(passing[i]), PC_RETRY_BUDGETED);
}

static void lasting_statuses_are_never_tried_again(void)
{
  static const long lasting[] = {301, 400, 401, 403, 404, 410,
                                 413, 422, 501, 505, 600};

  for (size_t i = 0; i < sizeof(lasting) / sizeof(lasting[0]); i++)
    CHECK_NUMBER(price_of_status(lasting[i]), PC_RETRY_NEVER);
}

static void failures_before_any_work_are_free(void)
{
  CHECK_NUMBER(price_of(PC_CONNECT_FAILED), PC_RETRY_FREE);
  CHECK_NUMBER(price_of(PC_CONNECT_TIMEOUT), PC_RETRY_FREE);
}

static void a_host_that_nobody_met_is_given_up_sooner(void)
{
  struct pc_retry_cause cause = {.status = PC_CONNECT_FAILED, .is_unmet = true};

  CHECK_NUMBER(pc_retry_price(cause), PC_RETRY_FREE);
  CHECK_NUMBER(pc_retry_patience_ms(cause), PC_RETRY_UNMET_MS);
  cause.spent_ms = PC_RETRY_UNMET_MS - 1;
  CHECK_NUMBER(pc_retry_patience_ms(cause), 1);
  cause.spent_ms = PC_RETRY_UNMET_MS;
  CHECK_NUMBER(pc_retry_price(cause), PC_RETRY_NEVER);
  cause.is_unmet = false;
  CHECK_NUMBER(pc_retry_price(cause), PC_RETRY_FREE);
  cause.is_nameless = true;
  CHECK_NUMBER(pc_retry_price(cause), PC_RETRY_FREE);
  cause = (struct pc_retry_cause){
      .status = PC_CONNECT_FAILED, .is_unmet = true, .is_nameless = true};
  CHECK_NUMBER(pc_retry_price(cause), PC_RETRY_NEVER);
  cause = (struct pc_retry_cause){.status = PC_CONNECTION_LOST,
                                  .is_unmet = true,
                                  .spent_ms = 2 * PC_RETRY_UNMET_MS};
  CHECK_NUMBER(pc_retry_price(cause), PC_RETRY_BUDGETED);
}

static void failures_after_work_draw_on_the_budget(void)
{
  CHECK_NUMBER(price_of(PC_ATTEMPT_TIMEOUT), PC_RETRY_BUDGETED);
  CHECK_NUMBER(price_of(PC_CONNECTION_LOST), PC_RETRY_BUDGETED);
  CHECK_NUMBER(price_of(PC_PARSE_ERROR), PC_RETRY_BUDGETED);
}

static void what_no_repetition_mends_is_final(void)
{
  static const enum pc_status final[] = {
      PC_NO_MEMORY,      PC_SYSTEM_ERROR,  PC_INVALID_ARGUMENT, PC_CANCELLED,
      PC_CLOSED,         PC_TOTAL_TIMEOUT, PC_TLS_ERROR,        PC_TOO_LARGE,
      PC_OVER_ALLOWANCE, PC_PROXY_REFUSED, PC_PRIVATE_ADDRESS,  PC_BAD_BODY,
      PC_TOKEN_INPUTS,   PC_NOT_A_BATCH,   PC_PATH_FORBIDDEN};

  for (size_t i = 0; i < sizeof(final) / sizeof(final[0]); i++)
    CHECK_NUMBER(price_of(final[i]), PC_RETRY_NEVER);
}

static void waits_grow_fourfold_up_to_the_longest(void)
{
  CHECK_NUMBER(pc_retry_wait_ms(1, 125, 0, 0), 125);
  CHECK_NUMBER(pc_retry_wait_ms(2, 125, 0, 0), 500);
  CHECK_NUMBER(pc_retry_wait_ms(3, 125, 0, 0), 2000);
  CHECK_NUMBER(pc_retry_wait_ms(4, 125, 0, 0), 8000);
  CHECK_NUMBER(pc_retry_wait_ms(5, 125, 0, 0), 32000);
  CHECK_NUMBER(pc_retry_wait_ms(6, 125, 0, 0), PC_RETRY_LONGEST_WAIT_MS);
  CHECK_NUMBER(pc_retry_wait_ms(1, 45000, 0, 0), PC_RETRY_LONGEST_WAIT_MS);
  CHECK_NUMBER(pc_retry_wait_ms(1000000, 125, 0, 0), PC_RETRY_LONGEST_WAIT_MS);
}

static void jitter_takes_away_up_to_half(void)
{
  CHECK_NUMBER(pc_retry_wait_ms(2, 125, 0, 0.5), 375);
  CHECK(pc_retry_wait_ms(2, 125, 0, 0.999) >= 250);
  CHECK(pc_retry_wait_ms(2, 125, 0, 0.999) < 253);
}

/* 500 requests refused in one moment: no tenth of the span gets a quarter. */
static void a_burst_comes_back_spread(void)
{
  enum { REQUESTS = 500, PARTS = 10 };
  int parts[PARTS] = {0};
  uint64_t state = 7;

  for (int i = 0; i < REQUESTS; i++) {
    double jitter = (double)(harness_random(&state) >> 11) * 0x1p-53;
    uint64_t wait_ms = pc_retry_wait_ms(3, 125, 0, jitter);

    parts[(wait_ms - 1000) * PARTS / 1001]++;
  }
  for (int part = 0; part < PARTS; part++) {
    CHECK(parts[part] > REQUESTS / PARTS / 2);
    CHECK(parts[part] < REQUESTS / 4);
  }
}

static void the_servers_word_is_obeyed_up_to_a_minute(void)
{
  CHECK_NUMBER(pc_retry_wait_ms(1, 125, 2000, 0), 2000);
  CHECK_NUMBER(pc_retry_wait_ms(6, 125, 10, 0), 10);
  CHECK_NUMBER(pc_retry_wait_ms(1, 125, 3600000, 0), 60000);
  CHECK(pc_retry_wait_ms(1, 125, 2000, 0.999) > 2490);
  CHECK(pc_retry_wait_ms(1, 125, 2000, 0.999) <= 2500);
}

static void a_small_call_may_retry_twice(void)
{
  CHECK_NUMBER(pc_retry_budget(1, 0.05).left, 2);
  CHECK_NUMBER(pc_retry_budget(20, 0).left, 2);
}

static void a_large_call_may_retry_its_share_and_one(void)
{
  CHECK_NUMBER(pc_retry_budget(100, 0.05).left, 6);
  CHECK_NUMBER(pc_retry_budget(101, 0.05).left, 7);
  CHECK_NUMBER(pc_retry_budget(10, 3).left, 31);
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

static void without_a_delay_or_a_share_nothing_is_hedged(void)
{
  CHECK_NUMBER(pc_hedge_budget(100, 0, 0.1).left, 0);
  CHECK_NUMBER(pc_hedge_budget(100, 500, 0).left, 0);
}

static void any_share_allows_one_hedge(void)
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
      TEST(statuses_before_any_work_are_free),
      TEST(statuses_after_work_draw_on_the_budget),
      TEST(lasting_statuses_are_never_tried_again),
      TEST(failures_before_any_work_are_free),
      TEST(a_host_that_nobody_met_is_given_up_sooner),
      TEST(failures_after_work_draw_on_the_budget),
      TEST(what_no_repetition_mends_is_final),
      TEST(waits_grow_fourfold_up_to_the_longest),
      TEST(jitter_takes_away_up_to_half),
      TEST(the_servers_word_is_obeyed_up_to_a_minute),
      TEST(a_burst_comes_back_spread),
      TEST(a_small_call_may_retry_twice),
      TEST(a_large_call_may_retry_its_share_and_one),
      TEST(a_budget_never_goes_below_zero),
      TEST(without_a_delay_or_a_share_nothing_is_hedged),
      TEST(any_share_allows_one_hedge),
      TEST(the_share_is_rounded_up),
  };
  return HARNESS_RUN(tests);
}
