#include "harness.h"

#include <stdarg.h>

#include "base/bytes.h"
#include "base/status.h"
#include "driver.h"
#include "loopback.h"

enum { BATCHES = 24, BATCH_SIZE = 16, DIMENSIONS = 2048, JOBS = 40 };

static const char *inputs[BATCHES * BATCH_SIZE];

PC_PRINTF(2, 3)
static void put(struct pc_bytes *text, const char *format, ...)
{
  char part[64];
  va_list arguments;

  va_start(arguments, format);
  vsnprintf(part, sizeof(part), format, arguments);
  va_end(arguments);
  if (pc_bytes_append_text(text, part) != PC_OK)
    abort();
}

/* Some 200 KiB for a batch of BATCH_SIZE; all vectors are alike. */
static char *write_answer(void)
{
  struct pc_bytes text;

  pc_bytes_init(&text, SIZE_MAX);
  put(&text, "{\"data\":[");
  for (int item = 0; item < BATCH_SIZE; item++) {
    put(&text, "%s{\"index\":%d,\"embedding\":[0.5", item ? "," : "", item);
    for (int i = 1; i < DIMENSIONS; i++)
      put(&text, ",%.4f", i / 10000.0);
    put(&text, "]}");
  }
  put(&text, "]}");
  return text.data;
}

struct script {
  const char *body;
  size_t cut;
  unsigned good_from; /* number of the first request with the whole body */
};

static void answer_large(void *context,
                         const struct loopback_request *request,
                         char *room,
                         struct loopback_reply *reply)
{
  const struct script *script = context;

  (void)room;
  reply->body = script->body;
  if (request->number < script->good_from)
    reply->cut = script->cut;
}

static struct driver_call call_for(const struct loopback *server)
{
  struct driver_call call =
      driver_call_for(loopback_url(server), BATCHES * BATCH_SIZE);

  for (int i = 0; i < BATCHES * BATCH_SIZE; i++)
    inputs[i] = "a";
  call.kind = PC_EMBEDDINGS;
  call.inputs = inputs;
  call.preference.batch_size = BATCH_SIZE;
  return call;
}

static void check_matrix(const struct pc_job *job)
{
  const struct pc_vectors *vectors = &job->result.vectors;

  CHECK_NUMBER(job->failure.status, PC_OK);
  CHECK_NUMBER(vectors->row_size, DIMENSIONS * sizeof(float));
  for (uint32_t row = 0; row < vectors->row_count; row++) {
    float ends[2] = {0};
    const unsigned char *data = vectors->data + row * vectors->row_size;

    memcpy(&ends[0], data, sizeof(float));
    memcpy(&ends[1], data + vectors->row_size - sizeof(float), sizeof(float));
    CHECK(ends[0] == 0.5f && ends[1] == 0.2047f);
  }
}

static void large_answers_make_one_matrix(void)
{
  char *body = write_answer();
  struct script script = {.body = body};
  struct loopback *server = loopback_start(answer_large, &script);
  struct driver_call call = call_for(server);
  struct driver driver;
  struct pc_job *job = NULL;

  driver_start(&driver);
  job = driver_run(&driver, &call);

  check_matrix(job);

  driver_release(job);
  driver_stop(&driver);
  loopback_stop(server);
  free(body);
}

static void a_large_answer_that_breaks_off_is_asked_for_again(void)
{
  char *body = write_answer();
  struct script script = {.body = body, .cut = 150000, .good_from = 3};
  struct loopback *server = loopback_start(answer_large, &script);
  struct driver_call call = call_for(server);
  struct driver driver;
  struct pc_job *job = NULL;

  driver_start(&driver);
  job = driver_run(&driver, &call);

  check_matrix(job);
  CHECK_NUMBER(loopback_request_count(server), BATCHES + 3);

  driver_release(job);
  driver_stop(&driver);
  loopback_stop(server);
  free(body);
}

static void a_large_answer_that_is_wrong_is_named(void)
{
  char *body = write_answer();
  struct script script = {.body = body};
  struct loopback *server = loopback_start(answer_large, &script);
  struct driver_call call = call_for(server);
  struct driver driver;
  struct pc_job *job = NULL;

  body[strlen(body) - 9000] = '!';
  call.preference.max_retries = 0;
  driver_start(&driver);
  job = driver_run(&driver, &call);

  CHECK_NUMBER(job->failure.status, PC_PARSE_ERROR);
  CHECK(strstr(job->failure.detail, "item 15") != NULL);

  driver_release(job);
  driver_stop(&driver);
  loopback_stop(server);
  free(body);
}

/* Cancels, copies and the end of the engine while answers are decoded. */
static void large_answers_may_be_given_up_at_any_time(void)
{
  char *body = write_answer();
  struct script script = {.body = body};
  struct loopback *server = loopback_start(answer_large, &script);
  struct driver_call call = call_for(server);
  struct pc_job *jobs[JOBS];
  struct driver driver;

  call.input_count = 4 * BATCH_SIZE;
  driver_start(&driver);
  for (int i = 0; i < JOBS; i++) {
    jobs[i] = driver_submit(&driver, &call);
    if (i % 3 == 2)
      driver_wait(&driver, jobs[i - 1]);
    if (i % 2)
      pc_engine_cancel(driver.engine, jobs[i]);
  }
  driver_stop(&driver);

  CHECK_NUMBER(driver.ends, JOBS);
  for (int i = 0; i < JOBS; i++) {
    CHECK(jobs[i]->failure.status == PC_OK ||
          jobs[i]->failure.status == PC_CANCELLED ||
          jobs[i]->failure.status == PC_CLOSED);
    driver_release(jobs[i]);
  }
  loopback_stop(server);
  free(body);
}

int main(void)
{
  static const struct harness_test tests[] = {
      TEST(large_answers_make_one_matrix),
      TEST(a_large_answer_that_breaks_off_is_asked_for_again),
      TEST(a_large_answer_that_is_wrong_is_named),
      TEST(large_answers_may_be_given_up_at_any_time),
  };
  return HARNESS_RUN(tests);
}
