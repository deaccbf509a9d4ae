#include "engine/request.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "engine/verdict.h"

enum { LARGE_BODY_SIZE = 256 * 1024, NS_PER_MS = 1000000 };

static void set_state(struct pc_request *request, enum pc_request_state state)
{
  struct pc_job *job = request->job;

  if (request->state == PC_REQUEST_RUNNING)
    job->running_count--;
  if (state == PC_REQUEST_RUNNING)
    job->running_count++;
  request->state = state;
}

static struct pc_request *take_idle(struct pc_context *engine)
{
  struct pc_link *idle = pc_queue_pop(&engine->idle_requests);
  struct pc_request *request = NULL;

  if (idle)
    return PC_ITEM_OF(idle, struct pc_request, link);
  request = calloc(1, sizeof(*request));
  if (request)
    pc_bytes_init(&request->buffer, SIZE_MAX);
  return request;
}

static enum pc_status build_body(struct pc_request *request)
{
  struct pc_job *job = request->job;
  enum pc_status status = PC_OK;

  if (pc_job_sends_inputs_alone(job)) {
    request->body = pc_texts_at(&job->plan.inputs, request->first);
    return PC_OK;
  }
  status = pc_body_write(&job->frame, &job->plan.inputs, request->first,
                         request->count, &request->buffer);
  request->body = (struct pc_text){.data = request->buffer.data,
                                   .size = request->buffer.size};
  return status;
}

static void init(struct pc_request *request,
                 struct pc_job *job,
                 uint32_t first,
                 uint32_t count)
{
  request->job = job;
  request->state = PC_REQUEST_READY;
  request->batch = job->made_count++;
  request->first = first;
  request->count = count;
  request->attempts = 0;
  request->refusals = 0;
  request->outcome = pc_outcome_create(job, request->batch);
  pc_queue_push(&job->requests, &request->link);
}

enum pc_status pc_request_create(struct pc_job *job,
                                 uint32_t first,
                                 uint32_t count,
                                 struct pc_request **out)
{
  struct pc_request *request = take_idle(job->engine);
  enum pc_status status = PC_NO_MEMORY;

  *out = NULL;
  if (!request)
    return PC_NO_MEMORY;
  init(request, job, first, count);
  if (request->outcome)
    status = build_body(request);
  if (status == PC_OK)
    *out = request;
  else
    pc_request_destroy(request);
  return status;
}

static void release_attempt(struct pc_attempt **attempt)
{
  struct pc_attempt *released = *attempt;

  if (!released)
    return;
  pc_counter_take(&released->engine->counters.in_flight, 1);
  pc_attempt_release(released);
  *attempt = NULL;
}

void pc_request_destroy(struct pc_request *request)
{
  struct pc_context *engine = request->job->engine;

  set_state(request, PC_REQUEST_OVER);
  release_attempt(&request->attempt);
  release_attempt(&request->copy);
  pc_alarm_end(&request->alarm);
  pc_outcome_destroy(request->outcome);
  request->outcome = NULL;
  if (request->buffer.capacity > LARGE_BODY_SIZE)
    pc_bytes_deinit(&request->buffer);
  if (pc_link_is_queued(&request->ready_link))
    pc_link_remove(&request->ready_link);
  pc_link_remove(&request->link);
  pc_queue_push_front(&engine->idle_requests, &request->link);
}

void pc_request_destroy_idle(struct pc_context *engine)
{
  struct pc_link *link = NULL;

  while ((link = pc_queue_pop(&engine->idle_requests)) != NULL) {
    struct pc_request *request = PC_ITEM_OF(link, struct pc_request, link);

    pc_bytes_deinit(&request->buffer);
    free(request);
  }
}

static void make_ready(struct pc_request *request)
{
  set_state(request, PC_REQUEST_READY);
  pc_queue_push(&request->job->ready, &request->ready_link);
}

enum pc_status pc_request_shrink(struct pc_request *request, uint32_t count)
{
  release_attempt(&request->attempt);
  request->count = count;
  request->refusals++;
  make_ready(request);
  return build_body(request);
}

static void on_waited(void *context)
{
  struct pc_request *request = context;

  pc_alarm_end(&request->alarm);
  make_ready(request);
  pc_job_wake(request->job);
}

enum pc_status pc_request_wait(struct pc_request *request, uint64_t wait_ms)
{
  release_attempt(&request->attempt);
  set_state(request, PC_REQUEST_WAITING);
  return pc_alarm_start(&request->job->engine->reactor.alarms, wait_ms,
                        on_waited, request, &request->alarm);
}

/* While its twin still runs, a failed attempt only ends itself. */
static void drop_failed(struct pc_request *request, struct pc_attempt *attempt)
{
  if (attempt == request->attempt) {
    request->attempt = request->copy;
    request->copy = attempt;
  }
  release_attempt(&request->copy);
}

static void on_attempt_done(struct pc_attempt *attempt, enum pc_status status)
{
  struct pc_request *request = attempt->request;

  pc_log_line(attempt->engine->transport->log_level, PC_LOG_DEBUG,
              "request %s: %s, HTTP status %ld", attempt->request_id,
              pc_status_sentence(status), attempt->transfer->http_status);
  if (status != PC_OK && request->copy) {
    drop_failed(request, attempt);
    return;
  }
  pc_alarm_end(&request->alarm);
  if (status == PC_OK)
    pc_verdict_success(request, attempt);
  else
    pc_verdict_failure(request, status);
}

/* What is left of the attempt's and of the call's time, whichever is less. */
static uint64_t time_left_ms(const struct pc_job *job, uint64_t now_ns)
{
  uint64_t timeout_ms = (uint64_t)ceil(job->plan.preference.timeout_ms);
  uint64_t left_ms = 0;

  if (job->deadline_ns == UINT64_MAX)
    return timeout_ms;
  if (job->deadline_ns > now_ns)
    left_ms = (job->deadline_ns - now_ns) / NS_PER_MS;
  return left_ms < timeout_ms ? left_ms : timeout_ms;
}

static void prepare(struct pc_attempt *attempt,
                    struct pc_request *request,
                    const char *id_suffix)
{
  struct pc_job *job = request->job;

  attempt->request = request;
  attempt->on_done = on_attempt_done;
  attempt->received_bytes = &job->progress.received_bytes;
  attempt->answer.kind = job->plan.kind;
  attempt->answer.first = request->first;
  attempt->answer.count = request->count;
  attempt->answer.is_opaque = job->plan.is_opaque;
  attempt->answer.form = job->plan.splice.form;
  attempt->answer.is_whole = job->splicing.request.is_whole;
  attempt->answer.is_head = job->target.method == PC_HEAD;
  snprintf(attempt->request_id, sizeof(attempt->request_id),
           "%.120s-%" PRIu32 "-%" PRIu32 "%s",
           pc_job_word(job, PC_WORD_ID_STEM), request->batch,
           request->attempts - 1, id_suffix);
}

/* Sends the body, for the first time or once more; *out is the attempt. */
static enum pc_status launch(struct pc_request *request,
                             const char *id_suffix,
                             struct pc_attempt **out)
{
  struct pc_job *job = request->job;
  struct pc_counters *counters = &job->engine->counters;
  uint64_t now_ns = pc_clock_monotonic_ns();
  struct pc_transfer_order order = {
      .target = &job->target,
      .body = request->body.data,
      .body_size = request->body.size,
      .timeout_ms = (uint64_t)ceil(job->plan.preference.timeout_ms),
      .deadline_ms = pc_clock_epoch_ms() + time_left_ms(job, now_ns)};

  *out = pc_attempt_take(job->engine);
  if (!*out)
    return PC_NO_MEMORY;
  pc_counter_add(&counters->in_flight, 1);
  pc_counter_add(&counters->requests, 1);
  prepare(*out, request, id_suffix);
  order.request_id = (*out)->request_id;
  return pc_attempt_start(*out, &order);
}

/* The request has run for long: may the better of two win? */
static void on_hedge_due(void *context)
{
  struct pc_request *request = context;
  struct pc_job *job = request->job;
  enum pc_status status = PC_OK;

  pc_alarm_end(&request->alarm);
  if (!pc_budget_take(&job->hedge_budget))
    return;
  pc_counter_add(&job->engine->counters.hedges, 1);
  pc_counter_add(&job->progress.hedges, 1);
  status = launch(request, "-hedge", &request->copy);
  if (status != PC_OK)
    pc_job_end(job, status);
}

static enum pc_status plan_hedge(struct pc_request *request)
{
  struct pc_job *job = request->job;

  if (!job->hedge_budget.left)
    return PC_OK;
  return pc_alarm_start(&job->engine->reactor.alarms,
                        (uint64_t)job->plan.preference.hedge_delay_ms,
                        on_hedge_due, request, &request->alarm);
}

void pc_request_send(struct pc_request *request)
{
  enum pc_status status = PC_OK;

  set_state(request, PC_REQUEST_RUNNING);
  if (!request->attempts++)
    request->started_ns = pc_clock_monotonic_ns();
  status = launch(request, "", &request->attempt);
  if (status == PC_OK)
    status = plan_hedge(request);
  if (status != PC_OK)
    pc_job_end(request->job, status);
}
