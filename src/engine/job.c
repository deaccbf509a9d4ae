#include "engine/job.h"

#include <math.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "engine/request.h"
#include "policy/split.h"

static const double NS_PER_MS = 1e6;
enum { MODEL_CEILING = 64 * 1024 };

const char *pc_job_word(const struct pc_job *job, enum pc_word word)
{
  return pc_texts_at(&job->plan.words, (uint32_t)word).data;
}

static struct pc_text word_text(const struct pc_job *job, enum pc_word word)
{
  struct pc_text text = pc_texts_at(&job->plan.words, (uint32_t)word);

  text.size--; /* without its NUL */
  return text;
}

static void init_result(struct pc_job *job)
{
  pc_failure_init(&job->failure, PC_OK);
  pc_bytes_init(&job->model, MODEL_CEILING);
  pc_vectors_init(&job->vectors, job->plan.inputs.count);
  job->end = (struct pc_outcome){.job = job, .is_end = true};
}

static enum pc_status check(const struct pc_job *job, struct pc_fault *fault)
{
  if (!job->plan.inputs.count)
    return pc_fault_set(fault, PC_INVALID_ARGUMENT, "there are no inputs");
  return pc_preference_check(&job->plan.preference, fault);
}

enum pc_status pc_job_create(struct pc_job_plan *plan,
                             struct pc_fault *fault,
                             struct pc_job **out)
{
  struct pc_job *job = calloc(1, sizeof(*job));
  enum pc_status status = PC_NO_MEMORY;

  *out = NULL;
  if (!job) {
    pc_texts_deinit(&plan->words);
    pc_texts_deinit(&plan->inputs);
    return PC_NO_MEMORY;
  }
  job->plan = *plan;
  atomic_init(&job->reference_count, 1);
  pc_queue_init(&job->requests);
  pc_queue_init(&job->ready);
  job->frame = (struct pc_body_frame){.prefix = word_text(job, PC_WORD_PREFIX),
                                      .open = word_text(job, PC_WORD_OPEN),
                                      .close = word_text(job, PC_WORD_CLOSE),
                                      .suffix = word_text(job, PC_WORD_SUFFIX)};
  init_result(job);

  status = check(job, fault);
  if (status == PC_OK)
    status =
        pc_target_init(&job->target, pc_job_word(job, PC_WORD_URL),
                       pc_job_word(job, PC_WORD_METHOD),
                       pc_job_word(job, PC_WORD_HEADERS), plan->own_headers);
  if (status == PC_OK)
    *out = job;
  else
    pc_job_release(job);
  return status;
}

void pc_job_keep(struct pc_job *job)
{
  atomic_fetch_add(&job->reference_count, 1);
}

void pc_job_release(struct pc_job *job)
{
  if (!job || atomic_fetch_sub(&job->reference_count, 1) != 1)
    return;
  pc_target_deinit(&job->target);
  pc_texts_deinit(&job->plan.words);
  pc_texts_deinit(&job->plan.inputs);
  free(job->batch_starts);
  pc_failure_deinit(&job->failure);
  pc_vectors_deinit(&job->vectors);
  pc_bytes_deinit(&job->model);
  free(job);
}

static uint32_t count_batches(struct pc_job *job, uint32_t *starts)
{
  const struct pc_preference *preference = &job->plan.preference;
  const struct pc_texts *inputs = &job->plan.inputs;
  bool is_single = job->plan.kind == PC_BATCH;
  uint64_t max_chars = (uint64_t)preference->max_chars_per_request;
  uint32_t count = 0;
  struct pc_split split;

  pc_split_init(&split, is_single ? 1 : (uint32_t)preference->batch_size,
                is_single ? 0 : max_chars);
  for (uint32_t i = 0; i < inputs->count; i++) {
    uint64_t chars = split.max_chars ? pc_texts_chars(inputs, i) : 0;

    if (pc_split_begins_batch(&split, chars))
      starts[count++] = i;
  }
  starts[count] = inputs->count;
  return count;
}

static enum pc_status split_inputs(struct pc_job *job)
{
  job->batch_starts =
      calloc((size_t)job->plan.inputs.count + 1, sizeof(*job->batch_starts));
  if (!job->batch_starts)
    return PC_NO_MEMORY;
  job->batch_count = count_batches(job, job->batch_starts);
  return PC_OK;
}

/*
 * Answers that have come but not been read yet still count, so the first
 * strike only lets the loop look at its sockets once more.
 */
static void on_total_timeout(void *context)
{
  struct pc_job *job = context;
  bool is_second = job->is_overdue;

  job->is_overdue = true;
  pc_alarm_end(&job->total_alarm);
  if (is_second ||
      pc_alarm_start(&job->engine->reactor.alarms, 0, on_total_timeout, job,
                     &job->total_alarm) != PC_OK)
    pc_job_end(job, PC_TOTAL_TIMEOUT);
}

static enum pc_status set_total_alarm(struct pc_job *job)
{
  double total_ms = ceil(job->plan.preference.total_timeout_ms);

  job->deadline_ns = UINT64_MAX;
  if (total_ms == 0)
    return PC_OK;
  job->deadline_ns = pc_clock_monotonic_ns() + (uint64_t)(total_ms * NS_PER_MS);
  return pc_alarm_start(&job->engine->reactor.alarms, (uint64_t)total_ms,
                        on_total_timeout, job, &job->total_alarm);
}

void pc_job_start(struct pc_job *job, struct pc_context *engine)
{
  enum pc_status status = PC_OK;

  job->engine = engine;
  job->target.serial = ++engine->last_serial;
  pc_queue_push(&engine->jobs, &job->link);
  status = split_inputs(job);
  if (status == PC_OK)
    status = set_total_alarm(job);
  if (status != PC_OK) {
    pc_job_end(job, status);
    return;
  }
  job->retry_budget = pc_budget_for_retries(
      job->batch_count, job->plan.preference.retry_budget_pct);
  pc_job_wake(job);
}

bool pc_job_can_send(const struct pc_job *job)
{
  if (job->is_over ||
      job->running_count >= job->plan.preference.max_concurrent_requests)
    return false;
  return !pc_queue_is_empty(&job->ready) || job->next_batch < job->batch_count;
}

static struct pc_request *next_ready(struct pc_job *job)
{
  struct pc_link *link = pc_queue_pop(&job->ready);

  return link ? PC_ITEM_OF(link, struct pc_request, ready_link) : NULL;
}

void pc_job_send_one(struct pc_job *job)
{
  struct pc_request *request = next_ready(job);
  enum pc_status status = PC_OK;

  if (!request)
    status = pc_request_create(job, job->next_batch++, &request);
  if (status == PC_OK)
    pc_request_send(request);
  else
    pc_job_end(job, status);
}

void pc_job_wake(struct pc_job *job)
{
  if (pc_job_can_send(job) && !pc_link_is_queued(&job->runnable_link))
    pc_queue_push(&job->engine->runnable, &job->runnable_link);
}

static void stop_requests(struct pc_job *job)
{
  while (!pc_queue_is_empty(&job->requests))
    pc_request_destroy(
        PC_ITEM_OF(job->requests.head.next, struct pc_request, link));
}

static void leave_engine(struct pc_job *job)
{
  job->is_over = true;
  stop_requests(job);
  pc_alarm_end(&job->total_alarm);
  if (pc_link_is_queued(&job->runnable_link))
    pc_link_remove(&job->runnable_link);
  pc_link_remove(&job->link);
  pc_log_line(job->engine->transport->log_level, PC_LOG_INFO,
              "call %s: %s, %u of %u batches",
              pc_job_word(job, PC_WORD_ID_STEM),
              pc_status_sentence(job->failure.status), job->finished_count,
              job->batch_count);
  pc_queue_push(&job->engine->outcomes, &job->end.link);
}

void pc_job_end(struct pc_job *job, enum pc_status status)
{
  if (job->is_over)
    return;
  job->failure.status = status;
  leave_engine(job);
}

void pc_job_fail(struct pc_job *job, struct pc_failure *failure)
{
  pc_failure_deinit(&job->failure);
  job->failure = *failure;
  leave_engine(job);
}

void pc_job_finish_batch(struct pc_job *job)
{
  job->finished_count++;
  if (job->finished_count == job->batch_count)
    pc_job_end(job, PC_OK);
  else
    pc_job_wake(job);
}
