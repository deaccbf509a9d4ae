#include "driver.h"

#include <stdlib.h>
#include <string.h>

static void on_outcomes(void *context, struct pc_queue *outcomes)
{
  struct driver *driver = context;

  pthread_mutex_lock(&driver->lock);
  pc_queue_move(&driver->outcomes, outcomes);
  pthread_cond_signal(&driver->changed);
  pthread_mutex_unlock(&driver->lock);
}

struct driver_call driver_call_for(const char *url, uint32_t input_count)
{
  struct driver_call call = {.kind = PC_POST,
                             .url = url,
                             .input_count = input_count,
                             .preference = {.max_concurrent_requests = 128,
                                            .batch_size = 128,
                                            .timeout_ms = 3600e3,
                                            .hedge_budget_pct = 0.1,
                                            .retry_budget_pct = 0.05,
                                            .max_retries = 5,
                                            .initial_backoff_ms = 50}};

  return call;
}

enum pc_status driver_try_start(struct driver *driver)
{
  struct pc_transport transport = {
      .http_version = 1, .connect_timeout_ms = 10000, .log_level = PC_LOG_OFF};

  *driver = (struct driver){0};
  pthread_mutex_init(&driver->lock, NULL);
  pthread_cond_init(&driver->changed, NULL);
  pc_queue_init(&driver->outcomes);
  return pc_engine_create(&transport, on_outcomes, driver, &driver->engine);
}

void driver_start(struct driver *driver)
{
  if (driver_try_start(driver) != PC_OK)
    abort();
}

/* As many inputs once more, unless fewer are missing. The plan stays as it is
   until they are there. */
static void supply(struct driver *driver, struct pc_job *job)
{
  const struct pc_job_plan *plan = &job->plan;
  uint32_t count = plan->inputs.count;
  uint32_t missing = plan->input_count - plan->inputs_first - count;

  if (missing < count)
    count = missing;
  if (pc_texts_init(&job->supplied, count) != PC_OK)
    abort();
  for (uint32_t i = 0; i < count; i++)
    if (pc_texts_add(&job->supplied, "{}", 2) != PC_OK)
      abort();
  pc_engine_supply(driver->engine, job);
}

/* The owner pointer of a job marks that its end was read. */
static void read_outcome(struct driver *driver, struct pc_outcome *outcome)
{
  if (outcome->kind == PC_OUTCOME_WANT) {
    driver->wants++;
    if (!driver->is_mean)
      supply(driver, outcome->job);
    return;
  }
  if (outcome->kind == PC_OUTCOME_END) {
    outcome->job->owner = driver;
    driver->ends++;
    return;
  }
  if (outcome->failure) {
    driver->failures++;
  } else {
    driver->answers++;
    driver->inputs_answered += outcome->count;
  }
  pc_outcome_destroy(outcome);
}

static void read_some(struct driver *driver, bool may_wait)
{
  struct pc_queue some;
  struct pc_link *link = NULL;

  pc_queue_init(&some);
  pthread_mutex_lock(&driver->lock);
  while (may_wait && pc_queue_is_empty(&driver->outcomes))
    pthread_cond_wait(&driver->changed, &driver->lock);
  pc_queue_move(&some, &driver->outcomes);
  pthread_mutex_unlock(&driver->lock);
  while ((link = pc_queue_pop(&some)) != NULL)
    read_outcome(driver, PC_ITEM_OF(link, struct pc_outcome, link));
}

void driver_stop(struct driver *driver)
{
  pc_engine_destroy(driver->engine);
  read_some(driver, false);
  pthread_mutex_destroy(&driver->lock);
  pthread_cond_destroy(&driver->changed);
}

static enum pc_status fill_words(struct pc_texts *words,
                                 const struct driver_call *call)
{
  bool is_framed = call->kind != PC_POST && call->kind != PC_SPLICE;
  bool is_splice = call->kind == PC_SPLICE;
  const char *texts[PC_WORD_COUNT] = {
      [PC_WORD_URL] = call->url,
      [PC_WORD_METHOD] = call->method ? call->method : "POST",
      [PC_WORD_HEADERS] =
          "content-type: application/json\nauthorization: Bearer k",
      [PC_WORD_ID_STEM] = "test-0123456789",
      [PC_WORD_PREFIX] = is_framed ? "{\"input\":[" : "",
      [PC_WORD_OPEN] = "",
      [PC_WORD_CLOSE] = "",
      [PC_WORD_SUFFIX] = is_framed ? "]}" : "",
      [PC_WORD_DEFAULTS] = is_splice ? "{}" : "",
      [PC_WORD_METADATA] = is_splice ? "{\"by\":\"test\"" : "",
      [PC_WORD_PATHS] = ""};
  enum pc_status status = pc_texts_init(words, PC_WORD_COUNT);

  for (int i = 0; i < PC_WORD_COUNT && status == PC_OK; i++)
    status = pc_texts_add(words, texts[i], strlen(texts[i]) + 1);
  return status;
}

static enum pc_status fill_inputs(struct pc_job_plan *plan,
                                  const struct driver_call *call)
{
  uint32_t count = call->part ? call->part : call->input_count;
  enum pc_status status = pc_texts_init(&plan->inputs, count);

  plan->input_count = call->input_count;
  for (uint32_t i = 0; i < count && status == PC_OK; i++) {
    const char *input = call->inputs ? call->inputs[i] : "{}";

    status = pc_texts_add(&plan->inputs, input, strlen(input));
  }
  return status;
}

static enum pc_status fill_places(struct pc_job_plan *plan,
                                  const struct driver_call *call)
{
  uint32_t count = call->endpoints->count;
  enum pc_status status = pc_texts_init(&plan->places, 2 * count);

  plan->endpoints = call->endpoints;
  plan->is_pinning = call->is_pinning;
  pc_endpoints_keep(call->endpoints);
  for (uint32_t i = 0; i < count && status == PC_OK; i++) {
    char header[64];

    snprintf(header, sizeof(header), "authorization: Bearer k%u", i);
    status =
        pc_texts_add(&plan->places, call->urls[i], strlen(call->urls[i]) + 1);
    if (status == PC_OK)
      status = pc_texts_add(&plan->places, header, strlen(header) + 1);
  }
  return status;
}

static enum pc_status fill_plan(struct pc_job_plan *plan,
                                const struct driver_call *call)
{
  enum pc_status status = fill_words(&plan->words, call);

  if (status == PC_OK && call->endpoints)
    status = fill_places(plan, call);
  if (status != PC_OK)
    return status;
  if (!call->body)
    return fill_inputs(plan, call);
  plan->splice = (struct pc_splice_plan){
      .form = call->form, .body = {call->body, strlen(call->body)}};
  return PC_OK;
}

enum pc_status driver_try_submit(struct driver *driver,
                                 const struct driver_call *call,
                                 struct pc_job **out)
{
  struct pc_job_plan plan = {.kind = call->kind,
                             .wants_partial = call->wants_partial,
                             .may_split = call->may_split,
                             .final_statuses = {call->final_status},
                             .final_status_count = call->final_status != 0,
                             .preference = call->preference};
  struct pc_fault fault = {{0}};
  enum pc_status status = fill_plan(&plan, call);

  *out = NULL;
  if (status != PC_OK) {
    pc_plan_deinit(&plan);
    return status;
  }
  status = pc_job_create(&plan, &fault, out);
  if (status == PC_OK && call->allowed_bytes)
    (void)pc_job_allow(*out, call->allowed_bytes);
  if (status == PC_OK)
    status = pc_engine_submit(driver->engine, *out);
  if (status != PC_OK) {
    pc_job_release(*out);
    *out = NULL;
  }
  return status;
}

struct pc_job *driver_submit(struct driver *driver,
                             const struct driver_call *call)
{
  struct pc_job *job = NULL;

  if (driver_try_submit(driver, call, &job) != PC_OK)
    abort();
  return job;
}

void driver_wait(struct driver *driver, struct pc_job *job)
{
  while (!job->owner)
    read_some(driver, true);
}

void driver_wait_for_answers(struct driver *driver, uint32_t count)
{
  while (driver->answers < count)
    read_some(driver, true);
}

struct pc_job *driver_run(struct driver *driver, const struct driver_call *call)
{
  struct pc_job *job = driver_submit(driver, call);

  driver_wait(driver, job);
  return job;
}

void driver_release(struct pc_job *job)
{
  pc_job_release(job);
}
