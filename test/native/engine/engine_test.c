#include "harness.h"

#include <inttypes.h>
#include <unistd.h>

#include "driver.h"
#include "loopback.h"

static void answer_ok(void *context,
                      const struct loopback_request *request,
                      char *room,
                      struct loopback_reply *reply)
{
  (void)context;
  (void)request;
  (void)room;
  reply->body = "{\"ok\":true}";
}

static void hang(void *context,
                 const struct loopback_request *request,
                 char *room,
                 struct loopback_reply *reply)
{
  (void)context;
  (void)request;
  (void)room;
  reply->hangs = 1;
}

/* Fails the first *context requests with 503. */
static void fail_first(void *context,
                       const struct loopback_request *request,
                       char *room,
                       struct loopback_reply *reply)
{
  (void)room;
  reply->status = request->number < *(unsigned *)context ? 503 : 200;
  reply->body = "{}";
}

/* Answers {"input":["3","4"]} with one-number vectors 3 and 4, backwards. */
static void embed_numbers(void *context,
                          const struct loopback_request *request,
                          char *room,
                          struct loopback_reply *reply)
{
  const char *at = request->body + strlen("{\"input\":[");
  long values[128];
  int count = 0;
  int size = 0;

  (void)context;
  while (*at == '"' || *at == ',') {
    char *end = NULL;

    at += *at == ',' ? 2 : 1;
    values[count++] = strtol(at, &end, 10);
    at = end + 1;
  }
  size = snprintf(room, 65536, "{\"data\":[");
  for (int i = count - 1; i >= 0; i--)
    size += snprintf(room + size, 65536 - (size_t)size,
                     "%s{\"index\":%d,\"embedding\":[%ld]}",
                     i == count - 1 ? "" : ",", i, values[i]);
  snprintf(room + size, 65536 - (size_t)size,
           "],\"model\":\"m\",\"usage\":{\"prompt_tokens\":%d,"
           "\"total_tokens\":%d}}",
           count, count);
  reply->body = room;
}

static void every_input_is_answered_once(void)
{
  struct loopback *server = loopback_start(answer_ok, NULL);
  struct driver_call call = driver_call_for(loopback_url(server), 500);
  struct driver driver;
  struct pc_job *job = NULL;

  call.preference.max_concurrent_requests = 32;
  driver_start(&driver);
  job = driver_run(&driver, &call);

  CHECK_NUMBER(job->failure.status, PC_OK);
  CHECK_NUMBER(driver.answers, 500);
  CHECK_NUMBER(loopback_request_count(server), 500);

  driver_release(job);
  driver_stop(&driver);
  loopback_stop(server);
}

static void vectors_stand_in_input_order(void)
{
  enum { COUNT = 300 };
  static char texts[COUNT][12];
  static const char *inputs[COUNT];
  struct loopback *server = loopback_start(embed_numbers, NULL);
  struct driver_call call = driver_call_for(loopback_url(server), COUNT);
  struct driver driver;
  struct pc_job *job = NULL;

  for (int i = 0; i < COUNT; i++) {
    snprintf(texts[i], sizeof(texts[i]), "%d", i);
    inputs[i] = texts[i];
  }
  call.kind = PC_EMBEDDINGS;
  call.inputs = inputs;
  call.preference.batch_size = 7;
  driver_start(&driver);
  job = driver_run(&driver, &call);

  CHECK_NUMBER(job->failure.status, PC_OK);
  CHECK_NUMBER(job->window.batch_count, 43);
  CHECK_NUMBER(job->result.usage.total_tokens, COUNT);
  CHECK_TEXT(job->result.model.data, "\"m\"");
  if (CHECK_NUMBER(job->result.vectors.size, COUNT * sizeof(float)))
    for (int i = 0; i < COUNT; i++) {
      float value = 0;

      memcpy(&value, job->result.vectors.data + (size_t)i * sizeof(value),
             sizeof(value));
      CHECK_NUMBER(value, i);
    }

  driver_release(job);
  driver_stop(&driver);
  loopback_stop(server);
}

static void a_503_is_tried_again(void)
{
  unsigned failures = 2;
  struct loopback *server = loopback_start(fail_first, &failures);
  struct driver_call call = driver_call_for(loopback_url(server), 1);
  struct driver driver;
  struct pc_job *job = NULL;

  driver_start(&driver);
  job = driver_run(&driver, &call);

  CHECK_NUMBER(job->failure.status, PC_OK);
  CHECK_NUMBER(loopback_request_count(server), 3);

  driver_release(job);
  driver_stop(&driver);
  loopback_stop(server);
}

static void retries_end(void)
{
  unsigned failures = 100;
  struct loopback *server = loopback_start(fail_first, &failures);
  struct driver_call call = driver_call_for(loopback_url(server), 1);
  struct driver driver;
  struct pc_job *job = NULL;

  call.preference.max_retries = 1;
  driver_start(&driver);
  job = driver_run(&driver, &call);

  CHECK_NUMBER(job->failure.status, PC_HTTP_ERROR);
  CHECK_NUMBER(job->failure.http_status, 503);
  CHECK_NUMBER(job->failure.attempts, 2);
  CHECK_TEXT(job->failure.request_id, "test-0123456789-0-1");
  CHECK_TEXT(job->failure.body.data, "{}");

  driver_release(job);
  driver_stop(&driver);
  loopback_stop(server);
}

static void a_refused_connection_is_named(void)
{
  struct loopback *server = loopback_start(answer_ok, NULL);
  char url[64];
  struct driver_call call = {0};
  struct driver driver;
  struct pc_job *job = NULL;

  snprintf(url, sizeof(url), "%s", loopback_url(server));
  loopback_stop(server);
  call = driver_call_for(url, 1);
  call.preference.max_retries = 0;
  driver_start(&driver);
  job = driver_run(&driver, &call);

  CHECK_NUMBER(job->failure.status, PC_CONNECT_FAILED);
  CHECK(strstr(job->failure.detail, "127.0.0.1") != NULL);

  driver_release(job);
  driver_stop(&driver);
}

static void check_hanging_call(struct driver_call call, enum pc_status expected)
{
  struct loopback *server = loopback_start(hang, NULL);
  struct driver driver;
  struct pc_job *job = NULL;

  call.url = loopback_url(server);
  driver_start(&driver);
  job = driver_run(&driver, &call);

  CHECK_NUMBER(job->failure.status, expected);

  driver_release(job);
  driver_stop(&driver);
  loopback_stop(server);
}

static void an_attempt_has_its_time(void)
{
  struct driver_call call = driver_call_for(NULL, 3);

  call.preference.timeout_ms = 100;
  call.preference.max_retries = 0;
  check_hanging_call(call, PC_ATTEMPT_TIMEOUT);
}

static void a_call_has_its_time(void)
{
  struct driver_call call = driver_call_for(NULL, 300);

  call.preference.total_timeout_ms = 100;
  check_hanging_call(call, PC_TOTAL_TIMEOUT);
}

static void a_cut_body_is_refused(void)
{
  struct driver driver;
  struct pc_job *job = NULL;
  unsigned failures = 0;
  struct loopback *server = loopback_start(fail_first, &failures);
  struct driver_call call = driver_call_for(loopback_url(server), 1);

  call.kind = PC_EMBEDDINGS;
  call.preference.max_retries = 0;
  driver_start(&driver);
  job = driver_run(&driver, &call);

  CHECK_NUMBER(job->failure.status, PC_PARSE_ERROR);
  CHECK(strlen(job->failure.detail) > 0);
  CHECK_NUMBER(job->failure.batch, 0);
  CHECK_NUMBER(job->failure.input_count, 1);

  driver_release(job);
  driver_stop(&driver);
  loopback_stop(server);
}

static void a_cancelled_job_ends(void)
{
  struct loopback *server = loopback_start(hang, NULL);
  struct driver_call call = driver_call_for(loopback_url(server), 50);
  struct driver driver;
  struct pc_job *job = NULL;

  driver_start(&driver);
  job = driver_submit(&driver, &call);
  pc_engine_cancel(driver.engine, job);
  pc_engine_cancel(driver.engine, job);
  driver_wait(&driver, job);
  pc_engine_cancel(driver.engine, job);

  CHECK_NUMBER(job->failure.status, PC_CANCELLED);
  CHECK_NUMBER(job->failure.batch, -1);

  driver_release(job);
  driver_stop(&driver);
  loopback_stop(server);
}

static void destroying_ends_what_is_under_way(void)
{
  struct loopback *server = loopback_start(hang, NULL);
  struct driver_call call = driver_call_for(loopback_url(server), 50);
  struct driver driver;
  struct pc_job *first = NULL;
  struct pc_job *second = NULL;

  driver_start(&driver);
  first = driver_submit(&driver, &call);
  second = driver_submit(&driver, &call);
  driver_stop(&driver);

  CHECK_NUMBER(driver.ends, 2);
  CHECK_NUMBER(first->failure.status, PC_CLOSED);
  CHECK_NUMBER(second->failure.status, PC_CLOSED);

  driver_release(first);
  driver_release(second);
  loopback_stop(server);
}

static void an_engine_without_jobs_stops(void)
{
  struct driver driver;

  driver_start(&driver);
  driver_stop(&driver);
  CHECK_NUMBER(driver.ends, 0);
}

/* Submits and cancels while answers come back: what TSan is here to watch. */
static void jobs_and_cancels_cross(void)
{
  enum { JOBS = 60 };
  struct loopback *server = loopback_start(answer_ok, NULL);
  struct driver_call call = driver_call_for(loopback_url(server), 20);
  struct pc_job *jobs[JOBS];
  struct driver driver;

  call.preference.max_concurrent_requests = 4;
  driver_start(&driver);
  for (int i = 0; i < JOBS; i++) {
    jobs[i] = driver_submit(&driver, &call);
    if (i % 3 == 0)
      pc_engine_cancel(driver.engine, jobs[i]);
    if (i % 5 == 0)
      driver_wait(&driver, jobs[i]);
    if (i % 2 == 0)
      pc_engine_cancel(driver.engine, jobs[i / 2]);
  }
  for (int i = 0; i < JOBS; i++) {
    driver_wait(&driver, jobs[i]);
    CHECK(jobs[i]->failure.status == PC_OK ||
          jobs[i]->failure.status == PC_CANCELLED);
    driver_release(jobs[i]);
  }

  CHECK_NUMBER(driver.ends, JOBS);
  driver_stop(&driver);
  loopback_stop(server);
}

static void inputs_that_come_in_parts_are_all_sent(void)
{
  struct loopback *server = loopback_start(answer_ok, NULL);
  struct driver_call call = driver_call_for(loopback_url(server), 100);
  struct driver driver;
  struct pc_job *job = NULL;

  call.part = 7;
  call.preference.max_concurrent_requests = 3;
  driver_start(&driver);
  job = driver_run(&driver, &call);

  CHECK_NUMBER(job->failure.status, PC_OK);
  CHECK_NUMBER(driver.answers, 100);
  CHECK_NUMBER(driver.wants, 14);

  driver_release(job);
  driver_stop(&driver);
  loopback_stop(server);
}

static void a_job_that_waits_for_inputs_can_be_cancelled(void)
{
  struct loopback *server = loopback_start(answer_ok, NULL);
  struct driver_call call = driver_call_for(loopback_url(server), 100);
  struct driver driver;
  struct pc_job *job = NULL;

  call.part = 7;
  driver_start(&driver);
  driver.is_mean = true;
  job = driver_submit(&driver, &call);
  driver_wait_for_answers(&driver, 7);
  pc_engine_cancel(driver.engine, job);
  driver_wait(&driver, job);

  CHECK_NUMBER(job->failure.status, PC_CANCELLED);
  CHECK_NUMBER(driver.answers, 7);
  CHECK_NUMBER(driver.wants, 1);
  if (pc_texts_init(&job->supplied, 1) != PC_OK)
    abort();
  pc_engine_supply(driver.engine, job); /* in vain, and harmless */

  driver_release(job);
  driver_stop(&driver);
  loopback_stop(server);
}

static void bad_jobs_are_refused_before_any_thread(void)
{
  struct pc_job_plan plan = {.kind = PC_POST};
  struct pc_fault fault = {{0}};
  struct pc_job *job = NULL;

  if (pc_texts_init(&plan.words, PC_WORD_COUNT) != PC_OK ||
      pc_texts_init(&plan.inputs, 0) != PC_OK)
    abort();
  for (int i = 0; i < PC_WORD_COUNT; i++)
    CHECK_NUMBER(pc_texts_add(&plan.words, "", 1), PC_OK);

  CHECK_NUMBER(pc_job_create(&plan, &fault, &job), PC_INVALID_ARGUMENT);
  CHECK(job == NULL);
  CHECK(strstr(fault.reason, "no inputs") != NULL);
}

int main(void)
{
  static const struct harness_test tests[] = {
      TEST(every_input_is_answered_once),
      TEST(vectors_stand_in_input_order),
      TEST(a_503_is_tried_again),
      TEST(retries_end),
      TEST(a_refused_connection_is_named),
      TEST(an_attempt_has_its_time),
      TEST(a_call_has_its_time),
      TEST(a_cut_body_is_refused),
      TEST(a_cancelled_job_ends),
      TEST(destroying_ends_what_is_under_way),
      TEST(an_engine_without_jobs_stops),
      TEST(jobs_and_cancels_cross),
      TEST(inputs_that_come_in_parts_are_all_sent),
      TEST(a_job_that_waits_for_inputs_can_be_cancelled),
      TEST(bad_jobs_are_refused_before_any_thread),
  };
  return HARNESS_RUN(tests);
}
