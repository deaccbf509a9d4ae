#include "harness.h"

#include <sched.h>

#include "driver.h"
#include "loopback.h"

/* How the server of a test behaves; read by its threads. */
struct behaviour {
  int status;            /* of refusals */
  const char *body;      /* of refusals */
  const char *head;      /* header lines of refusals */
  const char *only_with; /* refuse requests whose body holds this; NULL all */
  size_t largest;        /* refuse bodies of more bytes; 0 for no limit */
  unsigned refusals;     /* how many of all requests are refused at most */
};

static bool refuses(const struct behaviour *behaviour,
                    const struct loopback_request *request)
{
  if (behaviour->only_with && !strstr(request->body, behaviour->only_with))
    return false;
  if (behaviour->largest)
    return request->body_size > behaviour->largest;
  return request->number < behaviour->refusals;
}

static void handle(void *context,
                   const struct loopback_request *request,
                   char *room,
                   struct loopback_reply *reply)
{
  const struct behaviour *behaviour = context;

  (void)room;
  reply->body = "{}";
  if (!refuses(behaviour, request))
    return;
  reply->status = behaviour->status;
  reply->body = behaviour->body ? behaviour->body : "refused";
  reply->head_lines = behaviour->head;
}

/* Answers {"inputs":["x","x"]} with as many lists of one label. */
static void classify(void *context,
                     const struct loopback_request *request,
                     char *room,
                     struct loopback_reply *reply)
{
  size_t size = 1;

  handle(context, request, room, reply);
  if (reply->status != 200)
    return;
  room[0] = '[';
  for (const char *at = request->body + strlen("{\"input\":["); *at; at++)
    if (*at == 'x')
      size +=
          (size_t)snprintf(room + size, 64, "%s[{\"label\":\"l\",\"score\":1}]",
                           size > 1 ? "," : "");
  memcpy(room + size, "]", 2);
  reply->body = room;
}

static const char *const inputs[] = {"1", "2", "bad", "4"};

static struct driver_call call_of_four(const char *url)
{
  struct driver_call call = driver_call_for(url, 4);

  call.inputs = inputs;
  call.preference.max_retries = 0;
  return call;
}

static void with_partial_results_one_failure_does_not_end_the_call(void)
{
  struct behaviour behaviour = {
      .status = 400, .only_with = "bad", .refusals = UINT32_MAX};
  struct loopback *server = loopback_start(handle, &behaviour);
  struct driver_call call = call_of_four(loopback_url(server));
  struct driver driver;
  struct pc_job *job = NULL;

  call.wants_partial = true;
  driver_start(&driver);
  job = driver_run(&driver, &call);

  CHECK_NUMBER(job->failure.status, PC_OK);
  CHECK_NUMBER(driver.answers, 3);
  CHECK_NUMBER(driver.failures, 1);
  CHECK_NUMBER(pc_counter_read(&job->progress.completed_inputs), 4);

  driver_release(job);
  driver_stop(&driver);
  loopback_stop(server);
}

static void when_all_fail_so_does_the_call(void)
{
  struct behaviour behaviour = {.status = 400, .refusals = UINT32_MAX};
  struct loopback *server = loopback_start(handle, &behaviour);
  struct driver_call call = call_of_four(loopback_url(server));
  struct driver driver;
  struct pc_job *job = NULL;

  call.wants_partial = true;
  driver_start(&driver);
  job = driver_run(&driver, &call);

  CHECK_NUMBER(job->failure.status, PC_HTTP_ERROR);
  CHECK_NUMBER(driver.failures, 4);
  CHECK_TEXT(job->failure.body.data, "refused");

  driver_release(job);
  driver_stop(&driver);
  loopback_stop(server);
}

static void a_batch_that_is_too_large_is_halved_until_it_fits(void)
{
  enum { COUNT = 100 };
  static const char *texts[COUNT];
  struct behaviour behaviour = {.status = 413, .largest = 64};
  struct loopback *server = loopback_start(classify, &behaviour);
  struct driver_call call = driver_call_for(loopback_url(server), COUNT);
  struct driver driver;
  struct pc_job *job = NULL;

  for (int i = 0; i < COUNT; i++)
    texts[i] = "x";
  call.kind = PC_CLASSIFY;
  call.inputs = texts;
  call.may_split = true;
  call.preference.batch_size = 50;
  call.preference.max_concurrent_requests = 1;
  call.preference.max_retries = 0;
  driver_start(&driver);
  job = driver_run(&driver, &call);

  CHECK_NUMBER(job->failure.status, PC_OK);
  CHECK_NUMBER(driver.inputs_answered, COUNT);
  /* 50 and its halves are refused; then the limit is known. */
  CHECK_NUMBER(job->requests.halving.largest, 13);
  CHECK_NUMBER(loopback_request_count(server), driver.answers + 3);

  driver_release(job);
  driver_stop(&driver);
  loopback_stop(server);
}

static void one_input_that_is_too_large_fails(void)
{
  static const char *const texts[] = {"x"};
  struct behaviour behaviour = {.status = 413, .largest = 1};
  struct loopback *server = loopback_start(classify, &behaviour);
  struct driver_call call = driver_call_for(loopback_url(server), 1);
  struct driver driver;
  struct pc_job *job = NULL;

  call.kind = PC_CLASSIFY;
  call.inputs = texts;
  call.may_split = true;
  driver_start(&driver);
  job = driver_run(&driver, &call);

  CHECK_NUMBER(job->failure.http_status, 413);
  CHECK_NUMBER(loopback_request_count(server), 1);

  driver_release(job);
  driver_stop(&driver);
  loopback_stop(server);
}

static void a_status_can_be_made_final(void)
{
  struct behaviour behaviour = {.status = 503, .refusals = 1};
  struct loopback *server = loopback_start(handle, &behaviour);
  struct driver_call call = driver_call_for(loopback_url(server), 1);
  struct driver driver;
  struct pc_job *job = NULL;

  call.final_status = 503;
  driver_start(&driver);
  job = driver_run(&driver, &call);

  CHECK_NUMBER(job->failure.http_status, 503);
  CHECK_NUMBER(loopback_request_count(server), 1);

  driver_release(job);
  driver_stop(&driver);
  loopback_stop(server);
}

/*
 * The first answer closes the server for 300 ms: what was not on its way by
 * then stays here, of this call and of another.
 */
static void a_server_that_asks_for_it_has_a_cool_down(void)
{
  struct behaviour behaviour = {
      .status = 429, .head = "retry-after-ms: 300\r\n", .refusals = 1};
  struct loopback *server = loopback_start(handle, &behaviour);
  struct driver_call call = driver_call_for(loopback_url(server), 20);
  struct driver_call other = driver_call_for(loopback_url(server), 1);
  struct driver driver;
  struct pc_job *job = NULL;
  struct pc_job *second = NULL;

  call.preference.max_concurrent_requests = 1;
  driver_start(&driver);
  job = driver_submit(&driver, &call);
  while (pc_counter_read(&pc_engine_counters(driver.engine)->retries) == 0)
    sched_yield();
  second = driver_submit(&driver, &other);
  CHECK_NUMBER(loopback_request_count(server), 1);
  driver_wait(&driver, second);
  driver_wait(&driver, job);

  CHECK_NUMBER(job->failure.status, PC_OK);
  CHECK_NUMBER(second->failure.status, PC_OK);
  CHECK_NUMBER(loopback_request_count(server), 22);

  driver_release(job);
  driver_release(second);
  driver_stop(&driver);
  loopback_stop(server);
}

/*
 * A URL that libcurl refuses ends a transfer within the very call that begins
 * it, so each failure stands in the same turn as the one before.
 */
static void a_chain_of_instant_failures_does_not_stall(void)
{
  struct driver_call call = driver_call_for("http://[::1", 200);
  struct driver driver;
  struct pc_job *job = NULL;

  call.wants_partial = true;
  call.preference.max_concurrent_requests = 1;
  driver_start(&driver);
  job = driver_run(&driver, &call);

  CHECK_NUMBER(driver.failures, 200);
  CHECK_NUMBER(job->failure.status, PC_INVALID_ARGUMENT);

  driver_release(job);
  driver_stop(&driver);
}

static void broken_bodies_draw_on_the_budget(void)
{
  struct behaviour behaviour = {
      .status = 200, .body = "{", .refusals = UINT32_MAX};
  struct loopback *server = loopback_start(handle, &behaviour);
  struct driver_call call = driver_call_for(loopback_url(server), 10);
  struct driver driver;
  struct pc_job *job = NULL;

  call.wants_partial = true;
  call.preference.retry_budget_pct = 0.3;
  driver_start(&driver);
  job = driver_run(&driver, &call);

  CHECK_NUMBER(job->failure.status, PC_PARSE_ERROR);
  CHECK_NUMBER(driver.failures, 10);
  CHECK_NUMBER(loopback_request_count(server), 10 + 4);

  driver_release(job);
  driver_stop(&driver);
  loopback_stop(server);
}

int main(void)
{
  static const struct harness_test tests[] = {
      TEST(with_partial_results_one_failure_does_not_end_the_call),
      TEST(when_all_fail_so_does_the_call),
      TEST(a_batch_that_is_too_large_is_halved_until_it_fits),
      TEST(one_input_that_is_too_large_fails),
      TEST(a_status_can_be_made_final),
      TEST(a_server_that_asks_for_it_has_a_cool_down),
      TEST(a_chain_of_instant_failures_does_not_stall),
      TEST(broken_bodies_draw_on_the_budget),
  };
  return HARNESS_RUN(tests);
}
