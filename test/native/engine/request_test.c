#include "harness.h"

#include "driver.h"
#include "loopback.h"

/* Never answers an original; hedges get what `hedge_status` says. */
static void answer_hedges_only(void *context,
                               const struct loopback_request *request,
                               char *room,
                               struct loopback_reply *reply)
{
  (void)room;
  reply->hangs = strstr(request->head, "-hedge\r\n") == NULL;
  reply->status = *(int *)context;
  reply->body = "{}";
}

/* Never answers a hedge; originals are refused at once. */
static void refuse_originals(void *context,
                             const struct loopback_request *request,
                             char *room,
                             struct loopback_reply *reply)
{
  (void)context;
  (void)room;
  reply->hangs = strstr(request->head, "-hedge\r\n") != NULL;
  reply->status = 500;
  reply->body = "{}";
}

static struct driver_call hedged_call(const char *url, uint32_t input_count)
{
  struct driver_call call = driver_call_for(url, input_count);

  call.preference.hedge_delay_ms = 200;
  call.preference.hedge_budget_pct = 3;
  call.preference.max_retries = 0;
  call.preference.total_timeout_ms = 2000;
  return call;
}

static void a_hedge_may_win(void)
{
  int hedge_status = 200;
  struct loopback *server = loopback_start(answer_hedges_only, &hedge_status);
  struct driver_call call = hedged_call(loopback_url(server), 5);
  struct driver driver;
  struct pc_job *job = NULL;
  const struct pc_counters *counters = NULL;

  driver_start(&driver);
  job = driver_run(&driver, &call);
  counters = pc_engine_counters(driver.engine);

  CHECK_NUMBER(job->failure.status, PC_OK);
  CHECK_NUMBER(driver.answers, 5);
  CHECK_NUMBER(pc_counter_read(&counters->hedges), 5);
  CHECK_NUMBER(pc_counter_read(&counters->hedges_won), 5);
  CHECK_NUMBER(pc_counter_read(&counters->in_flight), 0);

  driver_release(job);
  driver_stop(&driver);
  loopback_stop(server);
}

static void a_hedge_that_fails_only_ends_itself(void)
{
  int hedge_status = 500;
  struct loopback *server = loopback_start(answer_hedges_only, &hedge_status);
  struct driver_call call = hedged_call(loopback_url(server), 1);
  struct driver driver;
  struct pc_job *job = NULL;

  call.preference.total_timeout_ms = 400;
  driver_start(&driver);
  job = driver_run(&driver, &call);

  CHECK_NUMBER(job->failure.status, PC_TOTAL_TIMEOUT);
  CHECK_NUMBER(loopback_request_count(server), 2);

  driver_release(job);
  driver_stop(&driver);
  loopback_stop(server);
}

static void the_budget_bounds_the_hedges(void)
{
  int hedge_status = 200;
  struct loopback *server = loopback_start(answer_hedges_only, &hedge_status);
  struct driver_call call = hedged_call(loopback_url(server), 20);
  struct driver driver;
  struct pc_job *job = NULL;

  call.preference.hedge_budget_pct = 0.2;
  call.preference.total_timeout_ms = 600;
  driver_start(&driver);
  job = driver_run(&driver, &call);

  CHECK_NUMBER(job->failure.status, PC_TOTAL_TIMEOUT);
  CHECK_NUMBER(driver.answers, 4);
  CHECK_NUMBER(loopback_request_count(server), 24);

  driver_release(job);
  driver_stop(&driver);
  loopback_stop(server);
}

static void a_prompt_failure_sends_no_hedge(void)
{
  struct loopback *server = loopback_start(refuse_originals, NULL);
  struct driver_call call = hedged_call(loopback_url(server), 3);
  struct driver driver;
  struct pc_job *job = NULL;

  driver_start(&driver);
  job = driver_run(&driver, &call);

  CHECK_NUMBER(job->failure.http_status, 500);
  CHECK_NUMBER(pc_counter_read(&job->progress.hedges), 0);

  driver_release(job);
  driver_stop(&driver);
  loopback_stop(server);
}

int main(void)
{
  static const struct harness_test tests[] = {
      TEST(a_hedge_may_win),
      TEST(a_hedge_that_fails_only_ends_itself),
      TEST(the_budget_bounds_the_hedges),
      TEST(a_prompt_failure_sends_no_hedge),
  };
  return HARNESS_RUN(tests);
}
