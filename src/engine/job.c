#include "engine/job.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "engine/origin.h"
#include "engine/reader.h"

static const double NS_PER_MS = 1e6;

static void init(struct pc_job *job)
{
  struct pc_job_plan *plan = &job->plan;

  atomic_init(&job->reference_count, 1);
  pc_failure_init(&job->failure, PC_OK);
  pc_result_init(&job->result, plan->inputs.count);
  job->end = (struct pc_outcome){.job = job, .is_end = true};
  plan->url = pc_plan_word(plan, PC_WORD_URL).data;
}

static const struct pc_reader_ops *ops_of(const struct pc_job *job)
{
  return pc_reader_ops_of(job->plan.kind);
}

static enum pc_status check(const struct pc_job *job, struct pc_fault *fault)
{
  if (!job->plan.inputs.count && !ops_of(job)->is_spliced)
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
    status = pc_target_init(&job->target, job->plan.url,
                            pc_plan_word(&job->plan, PC_WORD_METHOD).data,
                            pc_plan_word(&job->plan, PC_WORD_HEADERS).data,
                            job->plan.own_headers);
  job->plan.is_bodiless = job->target.method == PC_METHOD_HEAD;
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
  free(job);
}

static enum pc_status split_inputs(struct pc_job *job)
{
  const struct pc_preference *preference = &job->plan.preference;
  struct pc_requests *requests = &job->requests;

  job->batch_starts =
      calloc((size_t)job->plan.inputs.count + 1, sizeof(*job->batch_starts));
  if (!job->batch_starts)
    return PC_NO_MEMORY;
  job->planned_count = pc_plan_batches(&job->plan, job->batch_starts);
  pc_counter_add(&job->progress.batches, job->planned_count);
  pc_counter_add(&job->engine->counters.queued, job->planned_count);
  requests->retry_budget =
      pc_retry_budget(job->planned_count, preference->retry_budget_pct);
  requests->hedge_budget =
      pc_hedge_budget(job->planned_count, preference->hedge_delay_ms,
                      preference->hedge_budget_pct);
  return PC_OK;
}

static void unlink_if_queued(struct pc_link *link)
{
  if (pc_link_is_queued(link))
    pc_link_remove(link);
}

/* The last that the engine knows of the job. */
static void finish(struct pc_job *job)
{
  struct pc_context *engine = job->engine;

  job->is_over = true;
  pc_requests_end(&job->requests);
  pc_alarm_end(&job->total_alarm);
  unlink_if_queued(&job->send_link);
  pc_origin_release(job->requests.origin);
  pc_link_remove(&job->link);
  pc_counter_take(&engine->counters.queued,
                  job->planned_count - job->next_planned);
  pc_log_line(engine->transport->log_level, PC_LOG_INFO,
              "call %s: %s, %u of %u inputs",
              pc_plan_word(&job->plan, PC_WORD_ID_STEM).data,
              pc_status_sentence(job->failure.status), job->answered_count,
              job->plan.inputs.count);
  pc_queue_push(&engine->outcomes, &job->end.link);
}

static void
end_because(struct pc_job *job, enum pc_status status, const char *detail)
{
  if (job->is_over)
    return;
  pc_failure_deinit(&job->failure);
  pc_failure_init(&job->failure, status);
  snprintf(job->failure.detail, sizeof(job->failure.detail), "%s", detail);
  finish(job);
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
      pc_alarm_start(&job->engine->reactor.timers, 1, on_total_timeout, job,
                     &job->total_alarm) != PC_OK)
    pc_job_end(job, PC_TOTAL_TIMEOUT);
}

static enum pc_status set_total_alarm(struct pc_job *job)
{
  double total_ms = ceil(job->plan.preference.total_timeout_ms);

  job->requests.deadline_ns = UINT64_MAX;
  if (total_ms == 0)
    return PC_OK;
  job->requests.deadline_ns =
      pc_clock_monotonic_ns() + (uint64_t)(total_ms * NS_PER_MS);
  return pc_alarm_start(&job->engine->reactor.timers, (uint64_t)total_ms,
                        on_total_timeout, job, &job->total_alarm);
}

static bool wants_slot(const struct pc_job *job)
{
  const struct pc_requests *requests = &job->requests;

  return !job->is_over &&
         requests->running_count <
             job->plan.preference.max_concurrent_requests &&
         (!pc_queue_is_empty(&requests->ready) ||
          job->next_planned < job->planned_count);
}

/* Queues the job for sending when it can. */
static void wake(struct pc_job *job)
{
  if (wants_slot(job) && !pc_link_is_queued(&job->send_link))
    pc_origin_await(job->requests.origin, &job->send_link);
}

/* Makes the next planned batch, or as much of it as the server takes. */
static enum pc_status make_next(struct pc_job *job, struct pc_request **out)
{
  uint32_t *first = &job->batch_starts[job->next_planned];
  uint32_t count = first[1] - *first;
  uint32_t largest = job->requests.halving.largest;
  enum pc_status status = PC_OK;

  if (count > largest) {
    status = pc_request_create(&job->requests, *first, largest, out);
    *first += largest;
    pc_counter_add(&job->progress.batches, 1);
    return status;
  }
  job->next_planned++;
  pc_counter_take(&job->engine->counters.queued, 1);
  return pc_request_create(&job->requests, *first, count, out);
}

void pc_job_send_one(struct pc_job *job)
{
  struct pc_link *ready = NULL;
  struct pc_request *request = NULL;
  enum pc_status status = PC_OK;

  if (pc_origin_is_closed(job->requests.origin)) {
    wake(job);
    return;
  }
  ready = pc_queue_pop(&job->requests.ready);
  if (ready)
    request = PC_ITEM_OF(ready, struct pc_request, ready_link);
  else
    status = make_next(job, &request);
  if (status == PC_OK)
    pc_request_send(request);
  else
    pc_job_end(job, status);
  wake(job);
}

/* The first failure is kept: it is the call's own when no batch succeeds. */
static enum pc_status keep_first_failure(struct pc_job *job,
                                         const struct pc_failure *failure)
{
  if (job->failure.status != PC_OK)
    return PC_OK;
  return pc_failure_copy(failure, &job->failure);
}

static bool is_last_over(const struct pc_job *job)
{
  return job->next_planned == job->planned_count &&
         pc_queue_is_empty(&job->requests.all);
}

static void conclude(struct pc_job *job)
{
  enum pc_status status = PC_OK;

  if (job->answered_count) {
    pc_failure_deinit(&job->failure);
    pc_failure_init(&job->failure, PC_OK);
  }
  if (ops_of(job)->finish_job)
    status = ops_of(job)->finish_job(&job->plan, &job->result);
  if (status == PC_OK)
    finish(job);
  else
    pc_job_end(job, status);
}

/* Takes `outcome`, of which the owner hears unless answers are joined. */
static enum pc_status take_batch(struct pc_job *job, struct pc_outcome *outcome)
{
  bool is_reported =
      outcome->failure ? job->plan.wants_partial : !ops_of(job)->is_spliced;
  enum pc_status status = PC_OK;

  pc_counter_add(&job->progress.completed_batches, 1);
  pc_counter_add(&job->progress.completed_inputs, outcome->count);
  if (outcome->failure)
    status = keep_first_failure(job, outcome->failure);
  else
    job->answered_count += outcome->count;
  if (is_reported)
    pc_queue_push(&job->engine->outcomes, &outcome->link);
  else
    pc_outcome_destroy(outcome);
  return status;
}

static void on_changed(struct pc_job *job,
                       enum pc_status status,
                       struct pc_outcome *outcome)
{
  /* While a job ends its requests, one may get another's place to retry. */
  if (job->is_over)
    return;
  if (outcome)
    status = take_batch(job, outcome);
  if (status != PC_OK)
    pc_job_end(job, status);
  else if (job->failure.status != PC_OK && !job->plan.wants_partial)
    finish(job);
  else if (outcome && is_last_over(job))
    conclude(job);
  else
    wake(job);
}

/* What the requests share, less what follows from the inputs. */
static void init_requests(struct pc_job *job)
{
  job->requests = (struct pc_requests){.engine = job->engine,
                                       .job = job,
                                       .on_changed = on_changed,
                                       .plan = &job->plan,
                                       .target = &job->target,
                                       .result = &job->result,
                                       .progress = &job->progress,
                                       .halving = {.largest = UINT32_MAX}};
  pc_queue_init(&job->requests.all);
  pc_queue_init(&job->requests.ready);
}

void pc_job_start(struct pc_job *job, struct pc_context *engine)
{
  struct pc_fault fault = {{0}};
  enum pc_status status = PC_OK;

  job->engine = engine;
  job->target.serial = ++engine->last_serial;
  init_requests(job);
  pc_queue_push(&engine->jobs, &job->link);
  status = pc_origin_take(engine, job->target.url, &job->requests.origin);
  if (status == PC_OK)
    pc_quota_allow(
        &job->requests.origin->quota, job->plan.preference.requests_per_minute,
        job->plan.preference.tokens_per_minute, job->plan.is_unyielding);
  if (status == PC_OK)
    status = ops_of(job)->start_job(&job->plan, &job->result, &fault);
  job->target.url = job->plan.url;
  if (status == PC_OK)
    status = split_inputs(job);
  if (status == PC_OK)
    status = set_total_alarm(job);
  if (status == PC_OK)
    wake(job);
  else
    end_because(job, status, fault.reason);
}
