#include "harness.h"

#include "driver.h"
#include "loopback.h"

enum { COUNT = 3 };

/* Servers that answer with one status each. */
struct pool {
  int statuses[COUNT]; /* read by the servers' threads */
  struct loopback *servers[COUNT];
  char urls[COUNT][64];
  const char *places[COUNT];
  struct pc_endpoints *endpoints;
  struct driver driver;
};

static void answer_status(void *context,
                          const struct loopback_request *request,
                          char *room,
                          struct loopback_reply *reply)
{
  (void)room;
  (void)request;
  reply->status = *(const int *)context;
  reply->hangs = reply->status == 0;
  reply->body = "{}";
}

static void open_pool(struct pool *pool, const double *weights)
{
  for (int i = 0; i < COUNT; i++) {
    pool->servers[i] = loopback_start(answer_status, &pool->statuses[i]);
    snprintf(pool->urls[i], sizeof(pool->urls[i]), "%s",
             loopback_url(pool->servers[i]));
    pool->places[i] = pool->urls[i];
  }
  if (pc_endpoints_create(weights, COUNT, &pool->endpoints) != PC_OK)
    abort();
  driver_start(&pool->driver);
}

static void kill_server(struct pool *pool, int which)
{
  loopback_stop(pool->servers[which]);
  pool->servers[which] = NULL;
}

static void close_pool(struct pool *pool)
{
  driver_stop(&pool->driver);
  pc_endpoints_release(pool->endpoints);
  for (int i = 0; i < COUNT; i++)
    if (pool->servers[i])
      loopback_stop(pool->servers[i]);
}

static struct driver_call call_of(struct pool *pool, uint32_t input_count)
{
  struct driver_call call = driver_call_for("", input_count);

  call.endpoints = pool->endpoints;
  call.urls = pool->places;
  return call;
}

static uint64_t sent_to(const struct pool *pool, int which)
{
  return pc_counter_read(&pool->endpoints->all[which].requests);
}

static bool is_well(const struct pool *pool, int which)
{
  return !pc_counter_read(&pool->endpoints->all[which].ailing);
}

static void requests_are_spread_by_weight(void)
{
  static const double WEIGHTS[] = {1, 2, 0};
  struct pool pool = {.statuses = {200, 200, 200}};
  struct driver_call call = {0};
  struct pc_job *job = NULL;

  open_pool(&pool, WEIGHTS);
  call = call_of(&pool, 300);
  call.preference.max_concurrent_requests = 8;
  job = driver_run(&pool.driver, &call);

  CHECK_NUMBER(job->failure.status, PC_OK);
  CHECK(labs((long)sent_to(&pool, 0) - 100) <= 10);
  CHECK(labs((long)sent_to(&pool, 1) - 200) <= 10);
  CHECK_NUMBER(sent_to(&pool, 2), 0);
  CHECK_NUMBER(sent_to(&pool, 1), loopback_request_count(pool.servers[1]));
  CHECK_NUMBER(pc_counter_read(&pool.endpoints->all[1].in_flight), 0);

  driver_release(job);
  close_pool(&pool);
}

static void a_failing_endpoint_is_left(int status)
{
  static const double WEIGHTS[] = {1, 1, 1};
  struct pool pool = {.statuses = {200, status, 200}};
  struct driver_call call = {0};
  struct pc_job *job = NULL;

  open_pool(&pool, WEIGHTS);
  if (!status)
    kill_server(&pool, 1);
  call = call_of(&pool, 200);
  call.preference.max_concurrent_requests = 4;
  call.preference.initial_backoff_ms = 60 * 1000;
  call.preference.total_timeout_ms = 30 * 1000;
  job = driver_run(&pool.driver, &call);

  CHECK_NUMBER(job->failure.status, PC_OK);
  CHECK_NUMBER(pool.driver.answers, 200);
  CHECK(!is_well(&pool, 1));
  CHECK(is_well(&pool, 0) && is_well(&pool, 2));
  CHECK(sent_to(&pool, 1) <= 4);
  CHECK_NUMBER(pc_counter_read(&pool.endpoints->all[1].failures),
               sent_to(&pool, 1));
  CHECK_NUMBER(pc_counter_read(&job->progress.retries), sent_to(&pool, 1));

  driver_release(job);
  close_pool(&pool);
}

/* At once: the back-off of a minute is for those that have failed. */
static void one_that_is_gone_is_left(void)
{
  a_failing_endpoint_is_left(0);
}

static void one_that_answers_503_is_left(void)
{
  a_failing_endpoint_is_left(503);
}

static void retries_go_where_the_request_has_not_been(void)
{
  static const double WEIGHTS[] = {1, 1, 1};
  struct pool pool = {.statuses = {500, 500, 500}};
  struct driver_call call = {0};
  struct pc_job *job = NULL;

  open_pool(&pool, WEIGHTS);
  call = call_of(&pool, 1);
  call.preference.max_retries = 2;
  job = driver_run(&pool.driver, &call);

  CHECK_NUMBER(job->failure.http_status, 500);
  CHECK_NUMBER(job->failure.attempts, 3);
  CHECK(job->failure.endpoint >= 0 && job->failure.endpoint < COUNT);
  for (int i = 0; i < COUNT; i++)
    CHECK_NUMBER(sent_to(&pool, i), 1);

  driver_release(job);
  close_pool(&pool);
}

static void with_nothing_well_all_are_asked(void)
{
  static const double WEIGHTS[] = {1, 1, 1};
  struct pool pool = {.statuses = {503, 503, 503}};
  struct driver_call call = {0};
  struct pc_job *job = NULL;

  open_pool(&pool, WEIGHTS);
  call = call_of(&pool, 1);
  call.preference.max_retries = 3;
  call.preference.initial_backoff_ms = 50;
  job = driver_run(&pool.driver, &call);

  CHECK_NUMBER(job->failure.http_status, 503);
  CHECK_NUMBER(job->failure.attempts, 4);
  for (int i = 0; i < COUNT; i++)
    CHECK(sent_to(&pool, i) >= 1 && !is_well(&pool, i));

  driver_release(job);
  close_pool(&pool);
}

static void a_hedge_goes_to_another_endpoint(void)
{
  static const double WEIGHTS[] = {1, 1e-9, 0};
  struct pool pool = {.statuses = {0, 200, 200}};
  struct driver_call call = {0};
  struct pc_job *job = NULL;

  open_pool(&pool, WEIGHTS);
  call = call_of(&pool, 1);
  call.preference.hedge_delay_ms = 50;
  call.preference.hedge_budget_pct = 1;
  job = driver_run(&pool.driver, &call);

  CHECK_NUMBER(job->failure.status, PC_OK);
  CHECK_NUMBER(sent_to(&pool, 0), 1);
  CHECK_NUMBER(sent_to(&pool, 1), 1);
  CHECK_NUMBER(pc_counter_read(&pool.endpoints->all[1].hedges), 1);

  driver_release(job);
  close_pool(&pool);
}

static void a_pinned_call_asks_one_endpoint(void)
{
  static const double WEIGHTS[] = {1, 1, 1};
  struct pool pool = {.statuses = {200, 200, 200}};
  struct driver_call call = {0};
  struct pc_job *job = NULL;
  int used = 0;

  open_pool(&pool, WEIGHTS);
  call = call_of(&pool, 60);
  call.is_pinning = true;
  job = driver_run(&pool.driver, &call);

  CHECK_NUMBER(job->failure.status, PC_OK);
  for (int i = 0; i < COUNT; i++)
    used += sent_to(&pool, i) > 0;
  CHECK_NUMBER(used, 1);

  driver_release(job);
  close_pool(&pool);
}

static void an_endpoint_that_rests_is_not_waited_for(void)
{
  static const double WEIGHTS[] = {1, 1, 1};
  struct pool pool = {.statuses = {200, 200, 200}};
  struct pc_job *job = NULL;
  struct driver_call call = {0};

  open_pool(&pool, WEIGHTS);
  call = call_of(&pool, 90);
  call.preference.requests_per_minute = 600;
  call.preference.total_timeout_ms = 6000;
  job = driver_run(&pool.driver, &call);

  /* Ten a second of each, and as many in store: one alone takes 8 s. */
  CHECK_NUMBER(job->failure.status, PC_OK);
  for (int i = 0; i < COUNT; i++)
    CHECK(sent_to(&pool, i) > 20);

  driver_release(job);
  close_pool(&pool);
}

int main(void)
{
  static const struct harness_test tests[] = {
      TEST(requests_are_spread_by_weight),
      TEST(one_that_is_gone_is_left),
      TEST(one_that_answers_503_is_left),
      TEST(retries_go_where_the_request_has_not_been),
      TEST(with_nothing_well_all_are_asked),
      TEST(a_hedge_goes_to_another_endpoint),
      TEST(a_pinned_call_asks_one_endpoint),
      TEST(an_endpoint_that_rests_is_not_waited_for)};

  return HARNESS_RUN(tests);
}
