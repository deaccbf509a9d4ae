#include "engine/request.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "engine/redirect.h"
#include "policy/retry.h"

enum { LARGE_BODY_SIZE = 256 * 1024, NS_PER_MS = 1000000 };

static const double NS_PER_S = 1e9;

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

/* The bodies of a generic batch are the inputs themselves: nothing to build. */
static enum pc_status build_body(struct pc_request *request)
{
  struct pc_job *job = request->job;
  enum pc_status status = PC_OK;

  if (job->plan.kind == PC_BATCH) {
    request->body = pc_texts_at(&job->plan.inputs, request->first);
    return PC_OK;
  }
  status = pc_body_write(&job->frame, &job->plan.inputs, request->first,
                         request->count, &request->buffer);
  request->body = (struct pc_text){.data = request->buffer.data,
                                   .size = request->buffer.size};
  return status;
}

enum pc_status
pc_request_create(struct pc_job *job, uint32_t batch, struct pc_request **out)
{
  struct pc_request *request = take_idle(job->engine);
  enum pc_status status = PC_NO_MEMORY;

  *out = NULL;
  if (!request)
    return PC_NO_MEMORY;

  request->job = job;
  request->state = PC_REQUEST_READY;
  request->batch = batch;
  request->first = job->batch_starts[batch];
  request->count = job->batch_starts[batch + 1] - request->first;
  request->attempts = 0;
  request->outcome = pc_outcome_create(job, batch);
  pc_queue_push(&job->requests, &request->link);

  if (request->outcome)
    status = build_body(request);
  if (status == PC_OK)
    *out = request;
  else
    pc_request_destroy(request);
  return status;
}

void pc_request_destroy(struct pc_request *request)
{
  struct pc_context *engine = request->job->engine;

  set_state(request, PC_REQUEST_OVER);
  pc_attempt_release(request->attempt);
  request->attempt = NULL;
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

static enum pc_status copy_head(struct pc_request *request)
{
  const struct pc_bytes *head = &request->attempt->transfer->head;

  return pc_bytes_append(&request->outcome->head, head->data, head->size);
}

static void merge_usage(struct pc_job *job, const struct pc_usage *usage)
{
  job->usage.prompt_tokens += usage->prompt_tokens;
  job->usage.total_tokens += usage->total_tokens;
}

static enum pc_status merge_model(struct pc_request *request)
{
  struct pc_job *job = request->job;
  const struct pc_bytes *model = &request->attempt->answer.embeddings.model;

  if (request->batch != 0 && job->model.size)
    return PC_OK;
  pc_bytes_clear(&job->model);
  return pc_bytes_append(&job->model, model->data, model->size);
}

static enum pc_status merge(struct pc_request *request)
{
  struct pc_job *job = request->job;
  struct pc_answer *answer = &request->attempt->answer;
  enum pc_status status = copy_head(request);

  if (status != PC_OK)
    return status;
  if (answer->kind != PC_EMBEDDINGS) {
    request->outcome->is_ascii = answer->is_ascii;
    pc_bytes_move(&request->outcome->value, &answer->value);
    return PC_OK;
  }
  merge_usage(job, &answer->embeddings.usage);
  status = merge_model(request);
  if (status != PC_OK)
    return status;
  return pc_embeddings_move_rows(&answer->embeddings, &job->vectors,
                                 request->first);
}

static void succeed(struct pc_request *request)
{
  struct pc_job *job = request->job;
  struct pc_outcome *outcome = request->outcome;
  enum pc_status status = merge(request);

  if (status != PC_OK) {
    pc_job_end(job, status);
    return;
  }
  outcome->seconds =
      (double)(pc_clock_monotonic_ns() - request->started_ns) / NS_PER_S;
  pc_queue_push(&job->engine->outcomes, &outcome->link);
  request->outcome = NULL;
  pc_request_destroy(request);
  pc_job_finish_batch(job);
}

static const char *words_of(const struct pc_attempt *attempt)
{
  if (attempt->answer.fault.reason[0])
    return attempt->answer.fault.reason;
  if (pc_redirect_is_status(attempt->transfer->http_status))
    return "redirects are followed within the same origin only";
  return attempt->transfer->error_text;
}

static void fail(struct pc_request *request, enum pc_status status)
{
  struct pc_attempt *attempt = request->attempt;
  struct pc_failure failure;

  pc_failure_init(&failure, status);
  failure.batch = request->batch;
  failure.first_input = request->first;
  failure.input_count = request->count;
  failure.attempts = request->attempts;
  failure.http_status = attempt->transfer->http_status;
  snprintf(failure.detail, sizeof(failure.detail), "%s", words_of(attempt));
  snprintf(failure.request_id, sizeof(failure.request_id), "%s",
           attempt->request_id);
  pc_bytes_move(&failure.head, &attempt->transfer->head);
  pc_bytes_move(&failure.body, &attempt->answer.text);
  pc_job_fail(request->job, &failure);
}

static void on_waited(void *context)
{
  struct pc_request *request = context;

  pc_alarm_end(&request->alarm);
  set_state(request, PC_REQUEST_READY);
  pc_queue_push(&request->job->ready, &request->ready_link);
  pc_job_wake(request->job);
}

static bool may_try_again(struct pc_request *request, enum pc_status status)
{
  struct pc_job *job = request->job;
  struct pc_retry_cause cause = {
      .status = status, .http_status = request->attempt->transfer->http_status};
  enum pc_retry_price price = pc_retry_price(cause);

  if (price == PC_RETRY_NEVER ||
      request->attempts > job->plan.preference.max_retries)
    return false;
  return price == PC_RETRY_FREE || pc_budget_take(&job->retry_budget);
}

static enum pc_status wait_for_retry(struct pc_request *request)
{
  struct pc_job *job = request->job;
  uint64_t wait_ms = pc_retry_wait_ms(
      request->attempts, (uint64_t)job->plan.preference.initial_backoff_ms,
      pc_context_random(job->engine));

  set_state(request, PC_REQUEST_WAITING);
  pc_log_line(job->engine->transport->log_level, PC_LOG_INFO,
              "request %s: %s; next attempt in %" PRIu64 " ms",
              request->attempt->request_id, words_of(request->attempt),
              wait_ms);
  pc_attempt_release(request->attempt);
  request->attempt = NULL;
  return pc_alarm_start(&job->engine->reactor.alarms, wait_ms, on_waited,
                        request, &request->alarm);
}

static void on_attempt_done(struct pc_attempt *attempt, enum pc_status status)
{
  struct pc_request *request = attempt->request;
  struct pc_job *job = request->job;

  pc_log_line(job->engine->transport->log_level, PC_LOG_DEBUG,
              "request %s: %s, HTTP status %ld", attempt->request_id,
              pc_status_sentence(status), attempt->transfer->http_status);
  if (status == PC_OK) {
    succeed(request);
    return;
  }
  if (!may_try_again(request, status)) {
    fail(request, status);
    return;
  }
  status = wait_for_retry(request);
  if (status != PC_OK)
    pc_job_end(job, status);
  else
    pc_job_wake(job);
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

static void prepare_attempt(struct pc_request *request)
{
  struct pc_attempt *attempt = request->attempt;
  struct pc_job *job = request->job;

  attempt->request = request;
  attempt->on_done = on_attempt_done;
  attempt->answer.kind = job->plan.kind;
  attempt->answer.first = request->first;
  attempt->answer.count = request->count;
  attempt->answer.is_opaque = job->plan.is_opaque;
  attempt->answer.is_head = job->target.method == PC_HEAD;
  snprintf(attempt->request_id, sizeof(attempt->request_id),
           "%.120s-%" PRIu32 "-%" PRIu32, pc_job_word(job, PC_WORD_ID_STEM),
           request->batch, request->attempts);
}

static enum pc_status start_attempt(struct pc_request *request)
{
  struct pc_job *job = request->job;
  uint64_t now_ns = pc_clock_monotonic_ns();
  struct pc_transfer_order order = {.target = &job->target,
                                    .body = request->body.data,
                                    .body_size = request->body.size};

  request->attempt = pc_attempt_take(job->engine);
  if (!request->attempt)
    return PC_NO_MEMORY;
  if (!request->attempts)
    request->started_ns = now_ns;
  prepare_attempt(request);
  order.request_id = request->attempt->request_id;
  order.timeout_ms = (uint64_t)ceil(job->plan.preference.timeout_ms);
  order.deadline_ms = pc_clock_epoch_ms() + time_left_ms(job, now_ns);
  request->attempts++;
  return pc_attempt_start(request->attempt, &order);
}

void pc_request_send(struct pc_request *request)
{
  struct pc_job *job = request->job;
  enum pc_status status = PC_OK;

  set_state(request, PC_REQUEST_RUNNING);
  status = start_attempt(request);
  if (status != PC_OK)
    pc_job_end(job, status);
}
