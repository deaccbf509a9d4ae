#include "harness.h"

#include <dirent.h>
#include <pthread.h>
#include <unistd.h>

#include "driver.h"
#include "loopback.h"

enum { SHORT_MS = 1, LONGEST_WAIT_MS = 5000 };

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

/* One open directory for all looks: a thread sanitizer knows descriptors by
   their number and would take a new one for that of a thread that has ended. */
static int count_entries(DIR *directory)
{
  int count = 0;

  rewinddir(directory);
  while (readdir(directory))
    count++;
  return count;
}

/* Waits until there are at most `most`, and tells whether it came to that. */
static bool await_most(DIR *directory, int most)
{
  for (int waited = 0;
       count_entries(directory) > most && waited < LONGEST_WAIT_MS; waited++)
    usleep(1000);
  return count_entries(directory) <= most;
}

/* One request, which is refused at once. */
static struct driver_call call_to_nobody(void)
{
  struct driver_call call = driver_call_for("http://127.0.0.1:1/", 1);

  call.preference.max_retries = 0;
  return call;
}

static void run_once(const struct driver_call *call)
{
  struct driver driver;

  driver_start(&driver);
  driver_release(driver_run(&driver, call));
  driver_stop(&driver);
}

static void an_idle_engine_has_no_thread_and_no_descriptor(void)
{
  struct driver_call call = call_to_nobody();
  struct driver driver;
  DIR *threads = opendir("/proc/self/task");
  DIR *descriptors = opendir("/proc/self/fd");
  int thread_count = 0;
  int descriptor_count = 0;

  run_once(&call); /* what a process has from its first thread on */
  driver_start(&driver);
  thread_count = count_entries(threads);
  descriptor_count = count_entries(descriptors);

  pc_engine_set_idle_ms(driver.engine, SHORT_MS);
  for (int round = 0; round < 3; round++) {
    driver_release(driver_run(&driver, &call));
    CHECK(await_most(descriptors, descriptor_count));
    CHECK(await_most(threads, thread_count));
  }

  CHECK_NUMBER(pc_counter_read(&pc_engine_counters(driver.engine)->requests),
               3);
  driver_stop(&driver);
  closedir(descriptors);
  closedir(threads);
}

static void a_busy_engine_does_not_fall_asleep(void)
{
  struct loopback *server = loopback_start(answer_ok, NULL);
  struct driver_call call = driver_call_for(loopback_url(server), 2000);
  struct driver driver;

  call.preference.max_concurrent_requests = 4;
  driver_start(&driver);
  pc_engine_set_idle_ms(driver.engine, 0);
  driver_release(driver_run(&driver, &call));
  CHECK_NUMBER(driver.answers, 2000);

  driver_stop(&driver);
  loopback_stop(server);
}

/* Cancels whatever job there is, again and again. */
struct canceller {
  struct driver *driver;
  pthread_mutex_t lock;
  struct pc_job *job; /* guard: lock */
  bool is_over;       /* guard: lock */
};

static struct pc_job *keep_current(struct canceller *canceller, bool *is_over)
{
  struct pc_job *job = NULL;

  pthread_mutex_lock(&canceller->lock);
  job = canceller->job;
  *is_over = canceller->is_over;
  if (job)
    pc_job_keep(job);
  pthread_mutex_unlock(&canceller->lock);
  return job;
}

static void *cancel_always(void *context)
{
  struct canceller *canceller = context;
  bool is_over = false;

  while (!is_over) {
    struct pc_job *job = keep_current(canceller, &is_over);

    if (job)
      pc_engine_cancel(canceller->driver->engine, job);
    pc_job_release(job);
    usleep(300);
  }
  return NULL;
}

static void set_current(struct canceller *canceller, struct pc_job *job)
{
  pthread_mutex_lock(&canceller->lock);
  canceller->job = job;
  canceller->is_over = !job;
  pthread_mutex_unlock(&canceller->lock);
}

/* The pauses are about as long as it takes to fall asleep. */
static void submit_around_sleep(struct driver *driver,
                                const struct driver_call *call,
                                struct canceller *canceller)
{
  uint64_t random = 1;
  struct pc_job *before = NULL;

  for (long round = harness_rounds(2000); round > 0; round--) {
    struct pc_job *job = driver_submit(driver, call);

    set_current(canceller, job);
    pc_job_release(before);
    driver_wait(driver, job);
    before = job;
    usleep((useconds_t)(harness_random(&random) % (2 * SHORT_MS * 1000)));
  }
  set_current(canceller, NULL);
  pc_job_release(before);
}

static void jobs_that_come_while_the_thread_ends_are_run(void)
{
  struct driver_call call = call_to_nobody();
  struct driver driver;
  struct canceller canceller = {.driver = &driver};
  pthread_t thread;

  driver_start(&driver);
  pc_engine_set_idle_ms(driver.engine, SHORT_MS);
  pthread_mutex_init(&canceller.lock, NULL);
  pthread_create(&thread, NULL, cancel_always, &canceller);

  submit_around_sleep(&driver, &call, &canceller);

  pthread_join(thread, NULL);
  pthread_mutex_destroy(&canceller.lock);
  CHECK_NUMBER(driver.ends, harness_rounds(2000));
  driver_stop(&driver);
}

static void an_engine_may_be_destroyed_in_any_state(void)
{
  struct driver_call call = call_to_nobody();
  DIR *threads = opendir("/proc/self/task");
  int thread_count = count_entries(threads);

  for (useconds_t pause_us = 0; pause_us < 4000; pause_us += 40) {
    struct driver driver;

    driver_start(&driver);
    pc_engine_set_idle_ms(driver.engine, SHORT_MS);
    driver_release(driver_run(&driver, &call));
    usleep(pause_us);
    driver_stop(&driver);
  }
  CHECK(await_most(threads, thread_count));
  closedir(threads);
}

int main(void)
{
  static const struct harness_test tests[] = {
      TEST(an_idle_engine_has_no_thread_and_no_descriptor),
      TEST(a_busy_engine_does_not_fall_asleep),
      TEST(jobs_that_come_while_the_thread_ends_are_run),
      TEST(an_engine_may_be_destroyed_in_any_state)};

  return HARNESS_RUN(tests);
}
