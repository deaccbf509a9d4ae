#include "engine/job.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "engine/batches.h"
#include "engine/origin.h"
#include "engine/request.h"
#include "policy/hedge.h"

static const double NS_PER_MS = 1e6;

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

static void init(struct pc_job *job)
{
  atomic_init(&job->reference_count, 1);
  job->largest_batch = UINT32_MAX;
  pc_queue_init(&job->requests);
  pc_queue_init(&job->ready);
  pc_failure_init(&job->failure, PC_OK);
  pc_result_init(&job->result, job->plan.inputs.count);
  job->end = (struct pc_outcome){.job = job, .is_end = true};
  pc_splicing_init(&job->splicing, &job->plan.splice);
  if (job->plan.kind == PC_SPLICE)
    return;
  job->frame = (struct pc_body_frame){.prefix = word_text(job, PC_WORD_PREFIX),
                                      .open = word_text(job, PC_WORD_OPEN),
                                      .close = word_text(job, PC_WORD_CLOSE),
                                      .suffix = word_text(job, PC_WORD_SUFFIX)};
}

static enum pc_status check(const struct pc_job *job, struct pc_fault *fault)
{
  if (!job->plan.inputs.count && job->plan.kind != PC_SPLICE)
    return pc_fault_set(fault, PC_INVALID_ARGUMENT, "there are no inputs");
  return PC_OK;
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
  init(job);

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
  pc_result_deinit(&job->result);
  pc_splicing_deinit(&job->splicing);
  free(job);
}

bool pc_job_sends_inputs_alone(const struct pc_job *job)
{
  return job->plan.kind == PC_BATCH ||
         (job->plan.kind == PC_SPLICE &&
          job->plan.splice.form == PC_SPLICE_GENERIC);
}

static enum pc_status split_inputs(struct pc_job *job)
{
  const struct pc_preference *preference = &job->plan.preference;

  job->batch_starts =
      calloc((size_t)job->plan.inputs.count + 1, sizeof(*job->batch_starts));
  if (!job->batch_starts)
    return PC_NO_MEMORY;
  job->planned_count = pc_batches_plan(job, job->batch_starts);
  pc_counter_add(&job->progress.batches, job->planned_count);
  pc_counter_add(&job->engine->counters.queued, job->planned_count);
  job->retry_budget =
      pc_budget_for_retries(job->planned_count, preference->retry_budget_pct);
  job->hedge_budget =
      pc_hedge_budget(job->planned_count, preference->hedge_delay_ms,
                      preference->hedge_budget_pct);
  return PC_OK;
}

static void stop_requests(struct pc_job *job)
{
  while (!pc_queue_is_empty(&job->requests))
    pc_request_destroy(
        PC_ITEM_OF(job->requests.head.next, struct pc_request, link));
}

static void unlink_if_queued(struct pc_link *link)
{
  if (pc_link_is_queued(link))
    pc_link_remove(link);
}

static void leave_engine(struct pc_job *job)
{
  job->is_over = true;
  stop_requests(job);
  pc_alarm_end(&job->total_alarm);
  unlink_if_queued(&job->runnable_link);
  unlink_if_queued(&job->origin_link);
  pc_origin_release(job->origin);
  pc_link_remove(&job->link);
  pc_counter_take(&job->engine->counters.queued,
                  job->planned_count - job->next_planned);
}

static void hand_over(struct pc_job *job)
{
  leave_engine(job);
  if (job->answered_count < job->plan.inputs.count)
    pc_result_fill_gaps(&job->result);
  pc_log_line(job->engine->transport->log_level, PC_LOG_INFO,
              "call %s: %s, %u of %u inputs", pc_job_word(job, PC_WORD_ID_STEM),
              pc_status_sentence(job->failure.status), job->answered_count,
              job->plan.inputs.count);
  pc_queue_push(&job->engine->outcomes, &job->end.link);
}

static void
end_because(struct pc_job *job, enum pc_status status, const char *detail)
{
  if (job->is_over)
    return;
  pc_failure_deinit(&job->failure);
  pc_failure_init(&job->failure, status);
  snprintf(job->failure.detail, sizeof(job->failure.detail), "%s", detail);
  hand_over(job);
}

void pc_job_end(struct pc_job *job, enum pc_status status)
{
  end_because(job, status, "");
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
  struct pc_fault fault = {{0}};
  enum pc_status status = PC_OK;

  job->engine = engine;
  job->target.serial = ++engine->last_serial;
  pc_queue_push(&engine->jobs, &job->link);
  status = pc_origin_take(engine, job->target.url, &job->origin);
  if (status == PC_OK && job->plan.kind == PC_SPLICE)
    status = pc_splicing_start(job, &fault);
  if (status == PC_OK)
    status = split_inputs(job);
  if (status == PC_OK)
    status = set_total_alarm(job);
  if (status == PC_OK)
    pc_job_wake(job);
  else
    end_because(job, status, fault.reason);
}

static bool wants_slot(const struct pc_job *job)
{
  if (job->is_over ||
      job->running_count >= job->plan.preference.max_concurrent_requests)
    return false;
  return !pc_queue_is_empty(&job->ready) ||
         job->next_planned < job->planned_count;
}

bool pc_job_can_send(const struct pc_job *job)
{
  return wants_slot(job) && !pc_origin_is_closed(job->origin);
}

/* Makes the next planned batch, or as much of it as the server takes. */
static enum pc_status make_next(struct pc_job *job, struct pc_request **out)
{
  uint32_t *first = &job->batch_starts[job->next_planned];
  uint32_t count = first[1] - *first;
  enum pc_status status = PC_OK;

  if (count > job->largest_batch) {
    count = job->largest_batch;
    status = pc_request_create(job, *first, count, out);
    *first += count;
    pc_counter_add(&job->progress.batches, 1);
    return status;
  }
  job->next_planned++;
  pc_counter_take(&job->engine->counters.queued, 1);
  return pc_request_create(job, *first, count, out);
}

void pc_job_send_one(struct pc_job *job)
{
  struct pc_link *ready = pc_queue_pop(&job->ready);
  struct pc_request *request = NULL;
  enum pc_status status = PC_OK;

  if (ready)
    request = PC_ITEM_OF(ready, struct pc_request, ready_link);
  else
    status = make_next(job, &request);
  if (status == PC_OK)
    pc_request_send(request);
  else
    pc_job_end(job, status);
}

void pc_job_wake(struct pc_job *job)
{
  if (!wants_slot(job))
    return;
  if (!pc_origin_is_closed(job->origin)) {
    if (!pc_link_is_queued(&job->runnable_link))
      pc_queue_push(&job->engine->runnable, &job->runnable_link);
  } else if (!pc_link_is_queued(&job->origin_link)) {
    pc_queue_push(&job->origin->waiting, &job->origin_link);
  }
}

enum pc_status
pc_job_add_batch(struct pc_job *job, uint32_t first, uint32_t count)
{
  struct pc_request *request = NULL;
  enum pc_status status = pc_request_create(job, first, count, &request);

  if (status != PC_OK)
    return status;
  pc_counter_add(&job->progress.batches, 1);
  pc_queue_push(&job->ready, &request->ready_link);
  return PC_OK;
}

static bool is_finished(const struct pc_job *job)
{
  return job->next_planned == job->planned_count &&
         pc_queue_is_empty(&job->requests);
}

/* The first failure is kept: it is the call's own when no batch succeeds. */
static enum pc_status keep_first_failure(struct pc_job *job,
                                         const struct pc_failure *failure)
{
  if (job->failure.status != PC_OK)
    return PC_OK;
  return pc_failure_copy(failure, &job->failure);
}

static void finish(struct pc_job *job)
{
  enum pc_status status = PC_OK;

  if (job->answered_count) {
    pc_failure_deinit(&job->failure);
    pc_failure_init(&job->failure, PC_OK);
  }
  if (job->plan.kind == PC_SPLICE)
    status = pc_splicing_finish(job);
  if (status == PC_OK)
    hand_over(job);
  else
    pc_job_end(job, status);
}

/* The owner hears of batches one by one, unless their answers are joined. */
static bool is_told(const struct pc_job *job, const struct pc_outcome *outcome)
{
  return outcome->failure ? job->plan.wants_partial
                          : job->plan.kind != PC_SPLICE;
}

void pc_job_take_batch(struct pc_job *job, struct pc_outcome *outcome)
{
  enum pc_status status = PC_OK;

  pc_counter_add(&job->progress.completed_batches, 1);
  pc_counter_add(&job->progress.completed_inputs, outcome->count);
  if (outcome->failure)
    status = keep_first_failure(job, outcome->failure);
  else
    job->answered_count += outcome->count;

  if (is_told(job, outcome))
    pc_queue_push(&job->engine->outcomes, &outcome->link);
  else
    pc_outcome_destroy(outcome);

  if (status != PC_OK)
    pc_job_end(job, status);
  else if (job->failure.status != PC_OK && !job->plan.wants_partial)
    hand_over(job);
  else if (is_finished(job))
    finish(job);
  else
    pc_job_wake(job);
}
