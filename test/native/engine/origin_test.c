#include "harness.h"

#include <dlfcn.h>
#include <netdb.h>
#include <sched.h>
#include <unistd.h>

#include "base/clock.h"
#include "driver.h"
#include "engine/origin.h"
#include "loopback.h"

enum { NS_PER_MS = 1000000, BATCHES = 512 };

/* The names end in ".test"; all are this machine. Set before a test. */
static atomic_uint lookups;
static atomic_uint lookups_now;
static atomic_uint most_at_once;
static atomic_uint lookup_ms;   /* how long each takes */
static atomic_uint first_ms;    /* how long the first one takes more */
static atomic_uint wrong_count; /* so many, from the first on, fail */

static void count_lookup(void)
{
  unsigned now = atomic_fetch_add(&lookups_now, 1) + 1;
  unsigned most = atomic_load(&most_at_once);

  while (now > most && !atomic_compare_exchange_weak(&most_at_once, &most, now))
    continue;
  usleep(atomic_load(&lookup_ms) * 1000);
}

/* libcurl resolves names with this one instead of the system's. */
__attribute__((visibility("default"))) int
getaddrinfo(const char *node,
            const char *service,
            const struct addrinfo *hints,
            struct addrinfo **out)
{
  int (*real)(const char *, const char *, const struct addrinfo *,
              struct addrinfo **) = NULL;
  void *symbol = dlsym(RTLD_NEXT, "getaddrinfo");
  unsigned number = 0;

  memcpy(&real, &symbol, sizeof(real));
  if (!node || !strstr(node, ".test"))
    return real(node, service, hints, out);
  number = atomic_fetch_add(&lookups, 1);
  count_lookup();
  if (!number)
    usleep(atomic_load(&first_ms) * 1000);
  atomic_fetch_sub(&lookups_now, 1);
  if (number < atomic_load(&wrong_count))
    return EAI_NONAME;
  return real("127.0.0.1", service, hints, out);
}

static void reset(unsigned each_ms, unsigned first_more_ms, unsigned wrong)
{
  atomic_store(&lookups, 0);
  atomic_store(&most_at_once, 0);
  atomic_store(&wrong_count, wrong);
  atomic_store(&lookup_ms, each_ms);
  atomic_store(&first_ms, first_more_ms);
}

static void answer_ok(void *context,
                      const struct loopback_request *request,
                      char *room,
                      struct loopback_reply *reply)
{
  (void)context;
  (void)request;
  (void)room;
  reply->body = "{}";
}

/* A call to the server under a name. */
static struct driver_call
named_call(struct loopback *server, char *url, size_t size, uint32_t count)
{
  struct driver_call call = {0};

  snprintf(url, size, "http://model.test%s",
           strrchr(loopback_url(server), ':'));
  call = driver_call_for(url, count);
  call.preference.max_concurrent_requests = count;
  return call;
}

static void a_name_is_looked_up_once(void)
{
  struct loopback *server = loopback_start(answer_ok, NULL);
  char url[64];
  struct driver_call call = named_call(server, url, sizeof(url), BATCHES);
  struct driver driver;
  struct pc_job *jobs[2] = {NULL};

  reset(20, 0, 0);
  driver_start(&driver);
  jobs[0] = driver_submit(&driver, &call);
  jobs[1] = driver_submit(&driver, &call);
  driver_wait(&driver, jobs[0]);
  driver_wait(&driver, jobs[1]);

  CHECK_NUMBER(jobs[0]->failure.status, PC_OK);
  CHECK_NUMBER(driver.answers, 2 * BATCHES);
  CHECK_NUMBER(atomic_load(&lookups), 1);

  driver_release(jobs[0]);
  driver_release(jobs[1]);
  driver_stop(&driver);
  loopback_stop(server);
}

static void after_a_failed_lookup_the_next_request_tries(void)
{
  struct loopback *server = loopback_start(answer_ok, NULL);
  char url[64];
  struct driver_call call = named_call(server, url, sizeof(url), 20);
  struct driver driver;
  struct pc_job *job = NULL;

  reset(5, 0, 5);
  call.wants_partial = true;
  call.preference.max_retries = 0;
  driver_start(&driver);
  job = driver_run(&driver, &call);

  CHECK_NUMBER(driver.failures, 5);
  CHECK_NUMBER(driver.answers, 15);
  CHECK_NUMBER(atomic_load(&lookups), 6);
  CHECK_NUMBER(atomic_load(&most_at_once), 1);

  driver_release(job);
  driver_stop(&driver);
  loopback_stop(server);
}

static void the_others_wait_for_a_slow_lookup_only_so_long(void)
{
  struct loopback *server = loopback_start(answer_ok, NULL);
  char url[64];
  struct driver_call call = named_call(server, url, sizeof(url), 20);
  struct driver driver;
  struct pc_job *job = NULL;
  uint64_t started_ns = pc_clock_monotonic_ns();

  reset(0, 3000, 0);
  driver_start(&driver);
  job = driver_submit(&driver, &call);
  while (loopback_request_count(server) < 19)
    sched_yield();

  CHECK(pc_clock_monotonic_ns() - started_ns < 2500ull * NS_PER_MS);
  driver_wait(&driver, job);
  CHECK_NUMBER(driver.answers, 20);

  driver_release(job);
  driver_stop(&driver);
  loopback_stop(server);
}

static void while_every_lookup_is_slow_few_are_made(void)
{
  struct loopback *server = loopback_start(answer_ok, NULL);
  char url[64];
  struct driver_call call = named_call(server, url, sizeof(url), BATCHES);
  struct driver driver;
  struct pc_job *job = NULL;

  reset(2 * PC_ORIGIN_SCOUTING_MS, 0, 0);
  driver_start(&driver);
  job = driver_run(&driver, &call);

  CHECK_NUMBER(driver.answers, BATCHES);
  CHECK(atomic_load(&lookups) <= 4);

  driver_release(job);
  driver_stop(&driver);
  loopback_stop(server);
}

static void a_cancelled_scout_lets_the_next_go(void)
{
  struct loopback *server = loopback_start(answer_ok, NULL);
  char url[64];
  struct driver_call call = named_call(server, url, sizeof(url), 1);
  struct driver driver;
  struct pc_job *first = NULL;
  struct pc_job *second = NULL;

  reset(0, 500, 0);
  driver_start(&driver);
  first = driver_submit(&driver, &call);
  while (!atomic_load(&lookups))
    sched_yield();
  second = driver_submit(&driver, &call);
  pc_engine_cancel(driver.engine, first);
  driver_wait(&driver, first);
  driver_wait(&driver, second);

  CHECK_NUMBER(first->failure.status, PC_CANCELLED);
  CHECK_NUMBER(second->failure.status, PC_OK);

  driver_release(first);
  driver_release(second);
  driver_stop(&driver);
  loopback_stop(server);
}

int main(void)
{
  static const struct harness_test tests[] = {
      TEST(a_name_is_looked_up_once),
      TEST(after_a_failed_lookup_the_next_request_tries),
      TEST(the_others_wait_for_a_slow_lookup_only_so_long),
      TEST(while_every_lookup_is_slow_few_are_made),
      TEST(a_cancelled_scout_lets_the_next_go),
  };
  return HARNESS_RUN(tests);
}
