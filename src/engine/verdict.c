#include "engine/verdict.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "engine/origin.h"
#include "net/redirect.h"
#include "net/retry_after.h"
#include "policy/retry.h"
#include "wire/http/limit_hint.h"

static const double NS_PER_S = 1e9;

static double seconds_of(const struct pc_request *request)
{
  return (double)(pc_clock_monotonic_ns() - request->started_ns) / NS_PER_S;
}

static enum pc_status fill_outcome(struct pc_request *request,
                                   struct pc_attempt *attempt)
{
  struct pc_outcome *outcome = request->outcome;
  const struct pc_bytes *head = &attempt->transfer->head;
  struct pc_answer *answer = &attempt->answer;
  enum pc_status status = PC_OK;

  outcome->seconds = seconds_of(request);
  if (answer->kind == PC_SPLICE)
    return pc_splicing_add(request->job, attempt, outcome->seconds);
  status = pc_bytes_append(&outcome->head, head->data, head->size);
  if (status != PC_OK)
    return status;
  if (answer->kind == PC_EMBEDDINGS)
    return pc_result_merge(&request->job->result, &answer->embeddings,
                           request->first);
  outcome->is_ascii = answer->is_ascii;
  pc_bytes_move(&outcome->value, &answer->value);
  if (answer->kind == PC_BATCH)
    return PC_OK;
  return pc_scores_copy_rows(&answer->scores, &request->job->result.vectors,
                             request->first);
}

/* Ends the request and tells the job how. */
static void hand_over(struct pc_request *request)
{
  struct pc_job *job = request->job;
  struct pc_outcome *outcome = request->outcome;

  outcome->first = request->first;
  outcome->count = request->count;
  request->outcome = NULL;
  pc_request_destroy(request);
  pc_job_take_batch(job, outcome);
}

void pc_verdict_success(struct pc_request *request, struct pc_attempt *attempt)
{
  enum pc_status status = fill_outcome(request, attempt);

  if (attempt == request->copy)
    pc_counter_add(&attempt->engine->counters.hedges_won, 1);
  if (status == PC_OK)
    hand_over(request);
  else
    pc_job_end(request->job, status);
}

static const char *words_of(const struct pc_attempt *attempt)
{
  if (attempt->answer.fault.reason[0])
    return attempt->answer.fault.reason;
  if (pc_redirect_is_status(attempt->transfer->http_status))
    return "redirects are followed within the same origin only";
  return attempt->transfer->error_text;
}

static void fill_failure(struct pc_failure *failure,
                         const struct pc_request *request,
                         enum pc_status status)
{
  struct pc_attempt *attempt = request->attempt;

  pc_failure_init(failure, status);
  failure->batch = request->batch;
  failure->first_input = request->first;
  failure->input_count = request->count;
  failure->attempts = request->attempts;
  failure->http_status = attempt->transfer->http_status;
  snprintf(failure->detail, sizeof(failure->detail), "%s", words_of(attempt));
  snprintf(failure->request_id, sizeof(failure->request_id), "%s",
           attempt->request_id);
  pc_bytes_move(&failure->head, &attempt->transfer->head);
  pc_bytes_move(&failure->body, &attempt->answer.text);
}

static void fail(struct pc_request *request, enum pc_status status)
{
  struct pc_failure *failure = malloc(sizeof(*failure));

  if (!failure) {
    pc_job_end(request->job, PC_NO_MEMORY);
    return;
  }
  fill_failure(failure, request, status);
  request->outcome->failure = failure;
  hand_over(request);
}

static bool may_halve(const struct pc_request *request, enum pc_status status)
{
  const struct pc_attempt *attempt = request->attempt;

  return request->job->plan.may_split && request->count > 1 &&
         status == PC_HTTP_ERROR &&
         pc_limit_hint(attempt->transfer->http_status,
                       attempt->answer.text.data, attempt->answer.text.size);
}

/* What the server has refused as too large goes out again as two halves. */
static enum pc_status halve(struct pc_request *request)
{
  struct pc_job *job = request->job;
  uint32_t half = (request->count + 1) / 2;
  enum pc_status status =
      pc_job_add_batch(job, request->first + half, request->count - half);

  if (status != PC_OK)
    return status;
  if (job->largest_batch > half)
    job->largest_batch = half;
  return pc_request_shrink(request, half);
}

static bool is_final(const struct pc_job_plan *plan, long http_status)
{
  for (uint32_t i = 0; i < plan->final_status_count; i++)
    if (plan->final_statuses[i] == http_status)
      return true;
  return false;
}

/* Attempts that count against max_retries. */
static uint32_t counted_attempts(const struct pc_request *request)
{
  return request->attempts - request->refusals;
}

static bool may_try_again(struct pc_request *request, enum pc_status status)
{
  struct pc_job *job = request->job;
  struct pc_retry_cause cause = {
      .status = status, .http_status = request->attempt->transfer->http_status};
  enum pc_retry_price price = pc_retry_price(cause);

  if (price == PC_RETRY_NEVER ||
      counted_attempts(request) > job->plan.preference.max_retries ||
      (status == PC_HTTP_ERROR && is_final(&job->plan, cause.http_status)))
    return false;
  return price == PC_RETRY_FREE || pc_budget_take(&job->retry_budget);
}

/* How long the server asks to be left alone, 0 when it does not say. */
static uint64_t asked_ms(const struct pc_attempt *attempt)
{
  const struct pc_bytes *head = &attempt->transfer->head;

  if (!head->size)
    return 0;
  return pc_retry_after_ms(head->data, head->size, pc_clock_epoch_ms());
}

static enum pc_status try_again(struct pc_request *request,
                                enum pc_status status)
{
  struct pc_job *job = request->job;
  struct pc_attempt *attempt = request->attempt;
  long http_status = attempt->transfer->http_status;
  uint64_t asked = asked_ms(attempt);
  uint64_t wait_ms =
      pc_retry_wait_ms(counted_attempts(request),
                       (uint64_t)job->plan.preference.initial_backoff_ms, asked,
                       pc_context_random(job->engine));

  pc_log_line(job->engine->transport->log_level, PC_LOG_INFO,
              "request %s: %s (HTTP status %ld) %s; next attempt in %" PRIu64
              " ms",
              attempt->request_id, pc_status_sentence(status), http_status,
              words_of(attempt), wait_ms);
  if (asked && (http_status == 429 || http_status == 503))
    pc_origin_close(job->origin, asked);
  pc_counter_add(&job->engine->counters.retries, 1);
  pc_counter_add(&job->progress.retries, 1);
  return pc_request_wait(request, wait_ms);
}

void pc_verdict_failure(struct pc_request *request, enum pc_status status)
{
  struct pc_job *job = request->job;

  if (may_halve(request, status))
    status = halve(request);
  else if (may_try_again(request, status))
    status = try_again(request, status);
  else {
    fail(request, status);
    return;
  }
  if (status == PC_OK)
    pc_job_wake(job);
  else
    pc_job_end(job, status);
}
