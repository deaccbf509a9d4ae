#include "harness.h"

#include <unistd.h>

#include "driver.h"
#include "loopback.h"

enum { COUNT = 3 };

/* What one server does, and has seen. */
struct conduct {
  atomic_int status;        /* of requests, 0 to hang */
  atomic_int health_status; /* of probes, 0 to hang */
  atomic_int probe_count;
  atomic_bool has_probe_no_key;
};

struct pool {
  struct conduct conducts[COUNT];
  struct pc_probe_rules rules; /* of all */
  bool has_probes;
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
  struct conduct *conduct = context;
  bool is_probe = strncmp(request->head, "GET /health ", 12) == 0;

  (void)room;
  reply->status = is_probe ? conduct->health_status : conduct->status;
  reply->hangs = reply->status == 0;
  reply->body = "{}";
  if (!is_probe)
    return;
  if (!strstr(request->head, "authorization: Bearer h\r\n") ||
      strstr(request->head, "request-id"))
    conduct->has_probe_no_key = true;
  conduct->probe_count++;
}

/* The words of the pool's endpoints. */
static struct pc_texts words_of(const struct pool *pool)
{
  struct pc_texts words;
  enum pc_status status = pc_texts_init(&words, COUNT * PC_ENDPOINT_WORD_COUNT);

  for (int i = 0; i < COUNT; i++) {
    char path[96];
    const char *texts[PC_ENDPOINT_WORD_COUNT] = {
        [PC_ENDPOINT_NAME] = pool->urls[i],
        [PC_ENDPOINT_HEADERS] = "authorization: Bearer h",
        [PC_ENDPOINT_PATH] = pool->has_probes ? path : "",
        [PC_ENDPOINT_DEEP] = ""};

    snprintf(path, sizeof(path), "%shealth", pool->urls[i]);
    for (int word = 0; word < PC_ENDPOINT_WORD_COUNT && status == PC_OK; word++)
      status = pc_texts_add(&words, texts[word], strlen(texts[word]) + 1);
  }
  if (status != PC_OK)
    abort();
  return words;
}

static void open_pool(struct pool *pool, const double *weights)
{
  struct pc_probe_rules rules[COUNT];
  struct pc_texts words;

  if (!pool->rules.interval_ms)
    pool->rules.interval_ms = 60 * 1000;
  for (int i = 0; i < COUNT; i++) {
    rules[i] = pool->rules;
    pool->servers[i] = loopback_start(answer_status, &pool->conducts[i]);
    snprintf(pool->urls[i], sizeof(pool->urls[i]), "%s",
             loopback_url(pool->servers[i]));
    pool->places[i] = pool->urls[i];
  }
  words = words_of(pool);
  if (pc_endpoints_create(weights, rules, COUNT, &words, &pool->endpoints) !=
      PC_OK)
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
  struct pool pool = {.conducts = {{200}, {200}, {200}}};
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
  struct pool pool = {.conducts = {{200}, {status}, {200}}};
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
  struct pool pool = {.conducts = {{500}, {500}, {500}}};
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
  struct pool pool = {.conducts = {{503}, {503}, {503}}};
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
  struct pool pool = {.conducts = {{0}, {200}, {200}}};
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
  struct pool pool = {.conducts = {{200}, {200}, {200}}};
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
  struct pool pool = {.conducts = {{200}, {200}, {200}}};
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

/* Until an endpoint is well, or is not, as a probe has found. */
static void await_health(const struct pool *pool, int which, bool expected)
{
  while (is_well(pool, which) != expected)
    usleep(1000);
}

static struct pool probed_pool(void)
{
  return (struct pool){
      .conducts = {{0, 200}, {0, 503}, {0, 200}},
      .has_probes = true,
      .rules = {.interval_ms = 20, .timeout_ms = 5000, .retries = 1}};
}

static void probes_tell_while_a_call_runs(void)
{
  static const double WEIGHTS[] = {1, 1, 1};
  struct pool pool = probed_pool();
  struct driver_call call = {0};
  struct pc_job *job = NULL;

  open_pool(&pool, WEIGHTS);
  call = call_of(&pool, 1);
  job = driver_submit(&pool.driver, &call);
  await_health(&pool, 1, false);
  CHECK(is_well(&pool, 0) && is_well(&pool, 2));
  CHECK(pc_counter_read(&pool.endpoints->all[1].probed_at_ms) > 0);
  CHECK_NUMBER(pc_counter_read(&pool.endpoints->all[1].probe_vote),
               PC_VOTE_UNHEALTHY);
  pool.conducts[1].health_status = 200;
  pool.conducts[0].health_status = 500;
  await_health(&pool, 1, true);
  await_health(&pool, 0, false);
  for (int i = 0; i < COUNT; i++)
    CHECK(!pool.conducts[i].has_probe_no_key);
  CHECK_NUMBER(
      pc_counter_read(&pc_engine_counters(pool.driver.engine)->requests), 1);

  pc_engine_cancel(pool.driver.engine, job);
  driver_wait(&pool.driver, job);
  driver_release(job);
  close_pool(&pool);
}

static int probe_count_of(struct pool *pool)
{
  int count = 0;

  for (int i = 0; i < COUNT; i++)
    count += pool->conducts[i].probe_count;
  return count;
}

/* Probes of a pool that none uses end; the next call begins them again. */
static void an_idle_pool_is_not_probed(void)
{
  static const double WEIGHTS[] = {1, 1, 1};
  struct pool pool = probed_pool();
  struct driver_call call = {0};
  int count = 0;

  for (int i = 0; i < COUNT; i++)
    pool.conducts[i].status = pool.conducts[i].health_status = 200;
  open_pool(&pool, WEIGHTS);
  call = call_of(&pool, 1);
  driver_release(driver_run(&pool.driver, &call));
  do { /* they have ended where a dozen intervals bring none */
    count = probe_count_of(&pool);
    usleep(240 * 1000);
  } while (probe_count_of(&pool) != count);
  driver_release(driver_run(&pool.driver, &call));
  while (probe_count_of(&pool) < count + COUNT)
    usleep(1000);

  close_pool(&pool);
}

/* A call that is gone when the engine ends leaves probes under way. */
static void an_engine_may_end_amid_probes(void)
{
  static const double WEIGHTS[] = {1, 1, 1};
  struct pool pool = probed_pool();
  struct driver_call call = {0};

  for (int i = 0; i < COUNT; i++) {
    pool.conducts[i].status = 200;
    pool.conducts[i].health_status = 0;
  }
  open_pool(&pool, WEIGHTS);
  pc_engine_set_idle_ms(pool.driver.engine, 20);
  call = call_of(&pool, 1);
  driver_release(driver_run(&pool.driver, &call));
  while (probe_count_of(&pool) < COUNT)
    usleep(1000);
  usleep(100 * 1000);
  driver_release(driver_run(&pool.driver, &call));
  close_pool(&pool);
}

static void without_checks_an_endpoint_is_tried_again(void)
{
  static const double WEIGHTS[] = {1, 1, 1};
  struct pool pool = {.conducts = {{503}, {0}, {0}},
                      .rules = {.interval_ms = 20}};
  struct driver_call call = {0};
  struct pc_job *job = NULL;

  open_pool(&pool, WEIGHTS);
  call = call_of(&pool, 3);
  job = driver_submit(&pool.driver, &call);
  while (!pc_counter_read(&pool.endpoints->all[0].failures))
    usleep(1000);
  await_health(&pool, 0, true);

  pc_engine_cancel(pool.driver.engine, job);
  driver_wait(&pool.driver, job);
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
      TEST(an_endpoint_that_rests_is_not_waited_for),
      TEST(probes_tell_while_a_call_runs),
      TEST(an_idle_pool_is_not_probed),
      TEST(an_engine_may_end_amid_probes),
      TEST(without_checks_an_endpoint_is_tried_again)};

  return HARNESS_RUN(tests);
}
