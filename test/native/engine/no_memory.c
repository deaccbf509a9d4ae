/*
 * Every allocation of a small call of each kind fails once, alone or with all
 * that follow it: nothing crashes, nothing leaks, each call ends once, and each
 * of its inputs has an answer or a failure.
 *
 *   build/native-asan/engine/no_memory [scenario [nth]]
 *
 * PC_STARVE_LIBCURL=1 counts libcurl's allocations, too. They are no part of
 * the suite: libcurl 7.88 itself does not outlive all of them.
 */
#include "harness.h"

#include <sanitizer/common_interface_defs.h>
#include <signal.h>
#include <unistd.h>

#include "driver.h"
#include "failing_alloc.h"
#include "loopback.h"

enum { LONGEST_S = 20, MOST_ALLOCATIONS = 20000 };

static const char *const texts[] = {"\"a\"", "\"b\"", "\"c\"", "\"d\""};

enum { INPUT_COUNT = sizeof(texts) / sizeof(texts[0]) };

struct scenario {
  const char *name;
  enum pc_kind kind;
  loopback_handler *handler;
  bool wants_partial;
  bool may_split;
  double hedge_delay_ms;
  const char *body; /* of PC_SPLICE */
};

static void embeddings(void *context,
                       const struct loopback_request *request,
                       char *room,
                       struct loopback_reply *reply)
{
  (void)context;
  (void)request;
  (void)room;
  reply->body = "{\"model\":\"m\",\"usage\":{\"prompt_tokens\":2},\"data\":["
                "{\"index\":0,\"embedding\":[0.25,1]},"
                "{\"index\":1,\"embedding\":[0.5,2]}]}";
}

/* Two vectors of so many floats: enough to be decoded by a thread behind. */
enum { LARGE_DIMENSIONS = 20000, LARGE_ROOM = 256 * 1024 };

static char large_body[LARGE_ROOM];

static void write_large_body(void)
{
  size_t size = 0;

  for (int i = 0; i < 2; i++) {
    size += (size_t)snprintf(large_body + size, LARGE_ROOM - size,
                             "%s{\"index\":%d,\"embedding\":[1",
                             i ? "," : "{\"data\":[", i);
    for (int k = 1; k < LARGE_DIMENSIONS; k++)
      size += (size_t)snprintf(large_body + size, LARGE_ROOM - size, ",0.5");
    size += (size_t)snprintf(large_body + size, LARGE_ROOM - size, "]}");
  }
  snprintf(large_body + size, LARGE_ROOM - size, "]}");
}

static void large_embeddings(void *context,
                             const struct loopback_request *request,
                             char *room,
                             struct loopback_reply *reply)
{
  (void)context;
  (void)request;
  (void)room;
  reply->body = large_body;
}

static void scores(void *context,
                   const struct loopback_request *request,
                   char *room,
                   struct loopback_reply *reply)
{
  (void)context;
  (void)request;
  (void)room;
  reply->body =
      "[{\"index\":1,\"score\":0.75,\"text\":\"b\"},{\"index\":0,\"score\":1}]";
}

static void labels(void *context,
                   const struct loopback_request *request,
                   char *room,
                   struct loopback_reply *reply)
{
  (void)context;
  (void)request;
  (void)room;
  reply->body = "[[{\"label\":\"x\",\"score\":1}],[{\"label\":\"y\","
                "\"score\":0.5},{\"label\":\"z\",\"score\":0.25}]]";
}

static void any_json(void *context,
                     const struct loopback_request *request,
                     char *room,
                     struct loopback_reply *reply)
{
  (void)context;
  (void)request;
  (void)room;
  reply->body = "{\"ok\":true}";
}

static void refusal(void *context,
                    const struct loopback_request *request,
                    char *room,
                    struct loopback_reply *reply)
{
  (void)context;
  (void)request;
  (void)room;
  reply->status = 400;
  reply->body = "{\"error\":\"no\"}";
}

/* Each first request is turned away, each second one is answered. */
static void now_and_then(void *context,
                         const struct loopback_request *request,
                         char *room,
                         struct loopback_reply *reply)
{
  any_json(context, request, room, reply);
  if (request->number % 2 == 0)
    reply->status = 503;
}

/* Takes one input at a time. */
static void one_by_one(void *context,
                       const struct loopback_request *request,
                       char *room,
                       struct loopback_reply *reply)
{
  (void)context;
  (void)room;
  reply->body = "{\"data\":[{\"index\":0,\"embedding\":[0.25,1]}]}";
  if (strchr(request->body, ','))
    reply->status = 413;
}

/* Slow enough to be asked twice. */
static void slow(void *context,
                 const struct loopback_request *request,
                 char *room,
                 struct loopback_reply *reply)
{
  usleep(5000);
  any_json(context, request, room, reply);
}

static const char splice_body[] =
    "{\"input\":[\"a\",\"b\",\"c\",\"d\"],\"model\":\"m\"}";

static const struct scenario scenarios[] = {
    {.name = "batch", .kind = PC_POST, .handler = any_json},
    {.name = "embeddings", .kind = PC_EMBEDDINGS, .handler = embeddings},
    {.name = "large embeddings",
     .kind = PC_EMBEDDINGS,
     .handler = large_embeddings},
    {.name = "rerank", .kind = PC_RERANK, .handler = scores},
    {.name = "classify", .kind = PC_CLASSIFY, .handler = labels},
    {.name = "splice",
     .kind = PC_SPLICE,
     .handler = embeddings,
     .body = splice_body},
    {.name = "refusal", .kind = PC_POST, .handler = refusal},
    {.name = "refusal, partial",
     .kind = PC_POST,
     .handler = refusal,
     .wants_partial = true},
    {.name = "retry",
     .kind = PC_POST,
     .handler = now_and_then,
     .wants_partial = true},
    {.name = "halves",
     .kind = PC_EMBEDDINGS,
     .handler = one_by_one,
     .may_split = true},
    {.name = "hedge", .kind = PC_POST, .handler = slow, .hedge_delay_ms = 1},
};

enum { SCENARIO_COUNT = sizeof(scenarios) / sizeof(scenarios[0]) };

static struct driver_call call_of(const struct scenario *scenario,
                                  const char *url)
{
  struct driver_call call =
      driver_call_for(url, scenario->body ? 0 : INPUT_COUNT);

  call.kind = scenario->kind;
  call.inputs = scenario->body ? NULL : texts;
  call.body = scenario->body;
  call.form = PC_SPLICE_EMBEDDINGS;
  call.wants_partial = scenario->wants_partial;
  call.may_split = scenario->may_split;
  call.preference.batch_size = 2;
  call.preference.initial_backoff_ms = 1;
  call.preference.retry_budget_pct = 3;
  call.preference.hedge_delay_ms = scenario->hedge_delay_ms;
  call.preference.hedge_budget_pct = 3;
  return call;
}

static bool is_expected(const struct scenario *scenario, enum pc_status status)
{
  return status == PC_OK || status == PC_NO_MEMORY ||
         (scenario->handler == refusal && status == PC_HTTP_ERROR);
}

static void check_job(const struct scenario *scenario,
                      const struct driver *driver,
                      const struct pc_job *job)
{
  if (!is_expected(scenario, job->failure.status))
    printf("status %d: %s\n", job->failure.status, job->failure.detail);
  CHECK(is_expected(scenario, job->failure.status));
  CHECK_NUMBER(driver->ends, 1);
  if (job->failure.status == PC_OK && !scenario->wants_partial)
    CHECK_NUMBER(job->answered_count, INPUT_COUNT);
  if (scenario->kind != PC_SPLICE)
    CHECK_NUMBER(driver->inputs_answered, job->answered_count);
}

/* One call from engine to end. */
static void run(const struct scenario *scenario, const char *url)
{
  struct driver_call call = call_of(scenario, url);
  struct pc_job *job = NULL;
  struct driver driver;
  enum pc_status status = driver_try_start(&driver);

  if (status == PC_OK)
    status = driver_try_submit(&driver, &call, &job);
  if (job) {
    driver_wait(&driver, job);
    check_job(scenario, &driver, job);
  } else {
    CHECK_NUMBER(status, PC_NO_MEMORY);
  }
  driver_stop(&driver);
  driver_release(job);
}

/* What is under way, for those who hear of a crash or of a hang. */
static const struct scenario *current;
static struct shortage current_shortage;

static void print_current(void)
{
  printf("%s, allocation %lu%s%s, asked for by\n", current->name,
         current_shortage.nth, current_shortage.lasts ? " and all after" : "",
         current_shortage.hits_libcurl ? ", libcurl's counted" : "");
  failing_alloc_print();
  fflush(stdout);
}

static void on_death(int signal_number)
{
  printf("%s: ", signal_number == SIGALRM ? "a call does not end" : "aborted");
  print_current();
  _exit(EXIT_FAILURE);
}

/* So that whatever UBSan finds tells which allocation had failed. */
__attribute__((visibility("default"))) const char *
__ubsan_default_options(void);

const char *__ubsan_default_options(void)
{
  return "abort_on_error=1";
}

/* Runs the scenario with one shortage. Has an allocation failed? */
static bool starve(const struct scenario *scenario,
                   const char *url,
                   struct shortage shortage)
{
  bool has_failed = false;

  current = scenario;
  current_shortage = shortage;
  alarm(LONGEST_S);
  failing_alloc_arm(shortage);
  run(scenario, url);
  has_failed = failing_alloc_disarm();
  if (atomic_load(&harness_has_failed))
    print_current();
  alarm(0);
  return has_failed;
}

static const char *only_scenario;
static unsigned long only_nth;

static void starve_all(const struct scenario *scenario,
                       struct shortage shortage)
{
  struct loopback *server = loopback_start(scenario->handler, NULL);
  const char *url = loopback_url(server);
  bool has_failed = true;

  if (only_nth) {
    shortage.nth = only_nth;
    starve(scenario, url, shortage);
  } else {
    for (shortage.nth = 1; has_failed && shortage.nth < MOST_ALLOCATIONS;
         shortage.nth++)
      has_failed = starve(scenario, url, shortage);
    CHECK(shortage.nth > 2);
    CHECK(!has_failed);
  }
  loopback_stop(server);
}

static void starve_each(struct shortage shortage)
{
  for (int i = 0; i < SCENARIO_COUNT; i++)
    if (!only_scenario || strcmp(only_scenario, scenarios[i].name) == 0)
      starve_all(&scenarios[i], shortage);
}

static bool hits_libcurl;

static void a_call_outlives_each_allocation_that_fails(void)
{
  starve_each((struct shortage){.hits_libcurl = hits_libcurl});
}

static void a_call_ends_when_memory_has_run_out(void)
{
  starve_each((struct shortage){.lasts = true, .hits_libcurl = hits_libcurl});
}

int main(int argc, char **argv)
{
  static const struct harness_test tests[] = {
      TEST(a_call_outlives_each_allocation_that_fails),
      TEST(a_call_ends_when_memory_has_run_out)};

  only_scenario = argc > 1 ? argv[1] : NULL;
  hits_libcurl = getenv("PC_STARVE_LIBCURL") != NULL;
  only_nth = argc > 2 ? strtoul(argv[2], NULL, 10) : 0;
  write_large_body();
  signal(SIGALRM, on_death);
  signal(SIGABRT, on_death);
  __sanitizer_set_death_callback(print_current);
  return HARNESS_RUN(tests);
}
