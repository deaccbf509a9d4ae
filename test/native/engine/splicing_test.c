#include "harness.h"

#include <stdatomic.h>

#include "driver.h"
#include "loopback.h"

enum {
  BODY_ROOM = 16 * 1024,
  REPLY_ROOM = 64 * 1024,
  LONG_INPUT_SIZE = 4 * 1024,
  LONG_INPUTS = 6000
};

static struct driver_call splice_of(const char *url, const char *body)
{
  struct driver_call call = driver_call_for(url, 0);

  call.kind = PC_SPLICE;
  call.form = PC_SPLICE_EMBEDDINGS;
  call.body = body;
  call.preference.batch_size = 10;
  return call;
}

/* {"input":["0","1",…]} */
static void write_body(char *out, size_t room, int count)
{
  size_t size = (size_t)snprintf(out, room, "{\"input\":[");

  for (int i = 0; i < count; i++)
    size +=
        (size_t)snprintf(out + size, room - size, "%s\"%d\"", i ? "," : "", i);
  snprintf(out + size, room - size, "]}");
}

/* One item for each input, whose text is its vector. */
static void answer(void *context,
                   const struct loopback_request *request,
                   char *room,
                   struct loopback_reply *reply)
{
  const char *at = strchr(request->body, '[');
  size_t size = (size_t)snprintf(room, REPLY_ROOM, "{\"data\":[");

  (void)context;
  for (int i = 0; at && *at != ']'; i++) {
    long number = strtol(at + 2, NULL, 10);

    size += (size_t)snprintf(room + size, REPLY_ROOM - size,
                             "%s{\"index\":%d,\"embedding\":[%ld.500]}",
                             i ? "," : "", i, number);
    at = strpbrk(at + 1, ",]");
  }
  snprintf(room + size, REPLY_ROOM - size, "]}");
  *reply = (struct loopback_reply){.status = 200, .body = room};
}

static char *body_of(const struct pc_splice_join *join)
{
  size_t size = 0;
  char *text = NULL;

  for (uint32_t i = 0; i < join->chunk_count; i++)
    size += join->chunks[i].size;
  text = calloc(1, size + 1);
  if (!text)
    abort();
  size = 0;
  for (uint32_t i = 0; i < join->chunk_count; i++) {
    memcpy(text + size, join->chunks[i].data, join->chunks[i].size);
    size += join->chunks[i].size;
  }
  return text;
}

static void batches_leave_and_come_back_as_one_body(void)
{
  struct loopback *server = loopback_start(answer, NULL);
  struct driver driver;
  char body[BODY_ROOM];
  char item[64];
  char *text = NULL;
  struct pc_job *job = NULL;

  write_body(body, sizeof(body), 105);
  driver_start(&driver);

  struct driver_call call = splice_of(loopback_url(server), body);
  job = driver_run(&driver, &call);

  CHECK_NUMBER(job->failure.status, PC_OK);
  CHECK_NUMBER(job->plan.inputs.count, 105);
  CHECK_NUMBER(job->answered_count, 105);
  CHECK_NUMBER(loopback_request_count(server), 11);
  CHECK_NUMBER(driver.answers, 0);
  text = body_of(&job->result.splicing.join);
  for (int i = 0; i < 105; i++) {
    snprintf(item, sizeof(item), "{\"index\":%d,\"embedding\":[%d.500]}", i, i);
    CHECK(strstr(text, item) != NULL);
  }
  CHECK(strstr(text, "\"proxy_metadata\":{\"by\":\"test\"") != NULL);
  CHECK(job->result.splicing.upstream_seconds > 0);

  free(text);
  driver_release(job);
  driver_stop(&driver);
  loopback_stop(server);
}

/* Megabytes of inputs: it takes a while to find out where each begins. */
static char *make_long_body(void)
{
  char *body = malloc(((size_t)LONG_INPUT_SIZE + 8) * LONG_INPUTS);
  char *at = body;

  if (!body)
    abort();
  at = stpcpy(at, "{\"input\":[");
  for (int i = 0; i < LONG_INPUTS; i++) {
    at = stpcpy(at, i ? ",\"" : "\"");
    memset(at, 'a', LONG_INPUT_SIZE);
    at = stpcpy(at + LONG_INPUT_SIZE, "\"");
  }
  stpcpy(at, "]}");
  return body;
}

/* Tells the context whether the first request was that of the small call. */
static void answer_either(void *context,
                          const struct loopback_request *request,
                          char *room,
                          struct loopback_reply *reply)
{
  if (request->number == 0)
    atomic_store((atomic_bool *)context, request->body_size == 2);
  answer(NULL, request, room, reply);
}

static void a_long_body_lets_others_go_ahead(void)
{
  atomic_bool was_small_first = false;
  struct loopback *server = loopback_start(answer_either, &was_small_first);
  char *body = make_long_body();
  struct driver_call call = splice_of(loopback_url(server), body);
  struct driver_call small = driver_call_for(loopback_url(server), 1);
  struct driver driver;
  struct pc_job *job = NULL;
  struct pc_job *small_job = NULL;

  driver_start(&driver);
  job = driver_submit(&driver, &call);
  small_job = driver_run(&driver, &small);
  driver_wait(&driver, job);

  CHECK(was_small_first);
  CHECK_NUMBER(small_job->failure.status, PC_OK);
  CHECK_NUMBER(job->failure.status, PC_OK);
  CHECK_NUMBER(job->answered_count, LONG_INPUTS);
  CHECK_NUMBER(loopback_request_count(server), LONG_INPUTS / 10 + 1);

  driver_release(job);
  driver_release(small_job);
  driver_stop(&driver);
  loopback_stop(server);
  free(body);
}

static void a_long_body_is_let_go_when_its_call_has_ended(void)
{
  struct loopback *server = loopback_start(answer, NULL);
  char *body = make_long_body();
  struct driver_call call = splice_of(loopback_url(server), body);
  struct pc_job *cancelled = NULL;
  struct pc_job *closed = NULL;
  struct driver driver;

  driver_start(&driver);
  cancelled = driver_submit(&driver, &call);
  closed = driver_submit(&driver, &call);
  pc_engine_cancel(driver.engine, cancelled);
  driver_wait(&driver, cancelled);
  driver_stop(&driver);
  memset(body, 0, LONG_INPUT_SIZE);

  CHECK_NUMBER(cancelled->failure.status, PC_CANCELLED);
  CHECK(closed->failure.status == PC_CLOSED || closed->answered_count);

  driver_release(cancelled);
  driver_release(closed);
  loopback_stop(server);
  free(body);
}

static void a_body_that_is_not_understood_sends_nothing(void)
{
  struct loopback *server = loopback_start(answer, NULL);
  struct driver_call call =
      splice_of(loopback_url(server), "{\"input\":[\"a\",4]}");
  struct driver driver;
  struct pc_job *job = NULL;

  driver_start(&driver);
  job = driver_run(&driver, &call);

  CHECK_NUMBER(job->failure.status, PC_BAD_BODY);
  CHECK(strstr(job->failure.detail, "input[1]") != NULL);
  CHECK_NUMBER(loopback_request_count(server), 0);
  CHECK_NUMBER(job->result.splicing.join.chunk_count, 0);

  driver_release(job);
  driver_stop(&driver);
  loopback_stop(server);
}

/* The third batch never has the right number of items. */
static void fail_third(void *context,
                       const struct loopback_request *request,
                       char *room,
                       struct loopback_reply *reply)
{
  answer(context, request, room, reply);
  if (strstr(request->body, "\"25\""))
    reply->body = "{\"data\":[]}";
}

static void one_batch_that_fails_ends_the_call(void)
{
  struct loopback *server = loopback_start(fail_third, NULL);
  struct driver driver;
  char body[BODY_ROOM];
  struct pc_job *job = NULL;

  write_body(body, sizeof(body), 40);
  driver_start(&driver);

  struct driver_call call = splice_of(loopback_url(server), body);
  call.preference.max_retries = 0;
  job = driver_run(&driver, &call);

  CHECK_NUMBER(job->failure.status, PC_PARSE_ERROR);
  CHECK_NUMBER(job->failure.first_input, 20);
  CHECK_NUMBER(job->result.splicing.join.chunk_count, 0);

  driver_release(job);
  driver_stop(&driver);
  loopback_stop(server);
}

static void calls_and_cancels_cross(void)
{
  enum { CALLS = 60 };
  struct loopback *server = loopback_start(answer, NULL);
  struct pc_job *jobs[CALLS];
  struct driver driver;
  char body[BODY_ROOM];

  write_body(body, sizeof(body), 30);
  driver_start(&driver);

  struct driver_call call = splice_of(loopback_url(server), body);
  for (int i = 0; i < CALLS; i++) {
    jobs[i] = driver_submit(&driver, &call);
    if (i % 3 == 0)
      pc_engine_cancel(driver.engine, jobs[i / 2]);
  }

  for (int i = 0; i < CALLS; i++) {
    driver_wait(&driver, jobs[i]);
    CHECK(jobs[i]->failure.status == PC_OK ||
          jobs[i]->failure.status == PC_CANCELLED);
    driver_release(jobs[i]);
  }
  CHECK_NUMBER(driver.ends, CALLS);
  driver_stop(&driver);
  loopback_stop(server);
}

static void answers_beyond_what_is_allowed_end_the_call(void)
{
  struct loopback *server = loopback_start(answer, NULL);
  struct driver driver;
  char body[BODY_ROOM];
  struct pc_job *job = NULL;

  write_body(body, sizeof(body), 105);
  driver_start(&driver);

  struct driver_call call = splice_of(loopback_url(server), body);
  call.allowed_bytes = 1000;
  call.preference.max_concurrent_requests = 1;
  job = driver_run(&driver, &call);
  CHECK_NUMBER(job->failure.status, PC_OVER_ALLOWANCE);
  CHECK_NUMBER(job->answered_count, 20);
  CHECK_NUMBER(loopback_request_count(server), 3);
  CHECK(pc_job_allow(job, 0) > call.allowed_bytes);

  driver_release(job);
  driver_stop(&driver);
  loopback_stop(server);
}

int main(void)
{
  static const struct harness_test tests[] = {
      TEST(batches_leave_and_come_back_as_one_body),
      TEST(a_long_body_lets_others_go_ahead),
      TEST(a_long_body_is_let_go_when_its_call_has_ended),
      TEST(a_body_that_is_not_understood_sends_nothing),
      TEST(one_batch_that_fails_ends_the_call),
      TEST(calls_and_cancels_cross),
      TEST(answers_beyond_what_is_allowed_end_the_call),
  };
  return HARNESS_RUN(tests);
}
