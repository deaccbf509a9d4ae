#include "engine/request.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"

enum { LARGE_BODY_SIZE = 256 * 1024 };
static const double NS_PER_S = 1e9;

static void set_state(struct pc_request *request, enum pc_request_state state)
{
  if (request->state == PC_REQUEST_RUNNING)
    request->shared->running_count--;
  if (state == PC_REQUEST_RUNNING)
    request->shared->running_count++;
  request->state = state;
}

/* The job may be over afterwards, and the request with it. */
static void report(struct pc_requests *shared, enum pc_status status)
{
  shared->on_changed(shared->job, status, NULL);
}

static struct pc_request *take_idle(struct pc_context *engine)
{
  struct pc_link *idle = pc_queue_pop(&engine->idle_requests);
  struct pc_request *request = NULL;

  if (idle)
    return PC_ITEM_OF(idle, struct pc_request, link);
  request = calloc(1, sizeof(*request));
  if (request)
    pc_bytes_init(&request->body, SIZE_MAX);
  return request;
}

static enum pc_status build_body(struct pc_request *request)
{
  struct pc_outcome *outcome = request->outcome;

  return pc_plan_body(request->shared->plan, outcome->first, outcome->count,
                      &request->body, &outcome->tokens);
}

static void make_ready(struct pc_request *request)
{
  set_state(request, PC_REQUEST_READY);
  pc_queue_push(&request->shared->ready, &request->ready_link);
}

static void begin_retry(struct pc_request *request)
{
  request->retry_origin = request->next->origin;
  make_ready(request);
  report(request->shared, PC_OK);
}

/* Further attempts are over, or pause: the next request may have the place. */
static void end_retry(struct pc_request *request)
{
  struct pc_origin *origin = request->retry_origin;
  struct pc_link *next = NULL;

  if (!origin)
    return;
  request->retry_origin = NULL;
  next = pc_origin_end_retry(origin);
  if (next)
    begin_retry(PC_ITEM_OF(next, struct pc_request, ready_link));
}

static void destroy(struct pc_request *request)
{
  end_retry(request);
  set_state(request, PC_REQUEST_OVER);
  pc_attempt_release(&request->attempt);
  pc_attempt_release(&request->hedge);
  pc_alarm_end(&request->alarm);
  pc_outcome_destroy(request->outcome);
  if (request->body.capacity > LARGE_BODY_SIZE)
    pc_bytes_deinit(&request->body);
  if (pc_link_is_queued(&request->ready_link))
    pc_link_remove(&request->ready_link);
  pc_link_remove(&request->link);
  pc_queue_push_front(&request->shared->engine->idle_requests, &request->link);
}

enum pc_status pc_request_create(struct pc_requests *shared,
                                 uint32_t first,
                                 uint32_t count,
                                 struct pc_request **out)
{
  struct pc_request *request = take_idle(shared->engine);
  enum pc_status status = PC_NO_MEMORY;

  *out = NULL;
  if (!request)
    return PC_NO_MEMORY;
  *request =
      (struct pc_request){.shared = shared,
                          .state = PC_REQUEST_READY,
                          .body = request->body,
                          .outcome = pc_outcome_create(
                              shared->job, shared->made_count++, first, count)};
  pc_queue_push(&shared->all, &request->link);
  if (request->outcome)
    status = build_body(request);
  if (status == PC_OK)
    *out = request;
  else
    destroy(request);
  return status;
}

void pc_requests_end(struct pc_requests *shared)
{
  while (!pc_queue_is_empty(&shared->all))
    destroy(PC_ITEM_OF(shared->all.head.next, struct pc_request, link));
}

void pc_request_destroy_idle(struct pc_context *engine)
{
  struct pc_link *link = NULL;

  while ((link = pc_queue_pop(&engine->idle_requests)) != NULL) {
    struct pc_request *request = PC_ITEM_OF(link, struct pc_request, link);

    pc_bytes_deinit(&request->body);
    free(request);
  }
}

/* Ends the request with its outcome, which leaves filled, or with the job. */
static void conclude(struct pc_request *request, enum pc_status status)
{
  struct pc_requests *shared = request->shared;
  struct pc_outcome *outcome = request->outcome;

  if (status != PC_OK) {
    report(shared, status);
    return;
  }
  request->outcome = NULL;
  destroy(request);
  shared->on_changed(shared->job, PC_OK, outcome);
}

static void succeed(struct pc_request *request, struct pc_attempt *attempt)
{
  struct pc_requests *shared = request->shared;

  request->outcome->seconds =
      (double)(pc_clock_monotonic_ns() - request->tries.started_ns) / NS_PER_S;
  pc_halving_accept(&shared->halving, request->outcome->count);
  if (attempt == request->hedge)
    pc_counter_add(&shared->engine->counters.hedges_won, 1);
  conclude(request, attempt->reader->ops->deliver(
                        attempt->reader, &attempt->exchange->hop.head,
                        shared->result, request->outcome));
}

static void fail(struct pc_request *request, enum pc_status status)
{
  struct pc_attempt *attempt = request->attempt;
  struct pc_outcome *outcome = request->outcome;

  status =
      pc_outcome_fail(outcome, status, request->tries.count, attempt->exchange,
                      &attempt->reader->fault, &attempt->reader->text);
  if (status == PC_OK && attempt->route->endpoint)
    outcome->failure->endpoint = attempt->route->number;
  conclude(request, status);
}

/* What the server has refused as too large goes out again as two halves. */
static enum pc_status halve(struct pc_request *request)
{
  struct pc_requests *shared = request->shared;
  struct pc_outcome *outcome = request->outcome;
  uint32_t half = (outcome->count + 1) / 2;
  struct pc_request *second = NULL;
  enum pc_status status = pc_request_create(shared, outcome->first + half,
                                            outcome->count - half, &second);

  if (status != PC_OK)
    return status;
  pc_counter_add(&shared->progress->batches, 1);
  pc_queue_push(&shared->ready, &second->ready_link);
  pc_attempt_release(&request->attempt);
  end_retry(request);
  outcome->count = half;
  request->tries.refused++;
  request->tries.endpoints = 0; /* another would say the same */
  make_ready(request);
  return build_body(request);
}

static void on_waited(void *context)
{
  struct pc_request *request = context;
  struct pc_origin *origin = NULL;

  pc_alarm_end(&request->alarm);
  request->next =
      pc_routes_plan(request->shared->routes, request->tries.endpoints);
  origin = request->next->origin;
  if (pc_origin_begin_retry(origin))
    begin_retry(request);
  else
    pc_queue_push(&origin->retries, &request->ready_link);
}

static enum pc_status
back_off(struct pc_request *request, enum pc_status status, uint64_t wait_ms)
{
  struct pc_requests *shared = request->shared;
  struct pc_context *engine = shared->engine;
  const struct pc_exchange *exchange = request->attempt->exchange;

  pc_log_line(
      engine->transport->log_level, PC_LOG_INFO,
      "request %s: %s (HTTP status %ld) %s; next attempt in %" PRIu64 " ms",
      exchange->order.request_id, pc_status_sentence(status),
      exchange->hop.http_status,
      pc_failure_words(exchange, &request->attempt->reader->fault), wait_ms);
  pc_counter_add(&engine->counters.retries, 1);
  pc_counter_add(&shared->progress->retries, 1);
  pc_attempt_release(&request->attempt);
  end_retry(request);
  set_state(request, PC_REQUEST_WAITING);
  return pc_alarm_start(&engine->reactor.timers, wait_ms, on_waited, request,
                        &request->alarm);
}

/* request->attempt has failed with `status`, and no hedge is in flight. */
static void judge(struct pc_request *request, enum pc_status status)
{
  uint64_t wait_ms = 0;

  switch (pc_verdict_of(request->shared, request->attempt, &request->tries,
                        request->outcome->count, status, &wait_ms)) {
  case PC_VERDICT_FINAL:
    fail(request, status);
    break;
  case PC_VERDICT_HALVES:
    report(request->shared, halve(request));
    break;
  case PC_VERDICT_AGAIN:
    report(request->shared, back_off(request, status, wait_ms));
    break;
  }
}

/* What its server, and its endpoint, have shown. */
static void learn(struct pc_attempt *attempt, enum pc_status status)
{
  pc_origin_learn(attempt->origin, status, attempt->exchange);
  if (attempt->route->endpoint)
    pc_endpoint_learn(attempt->route->endpoint,
                      attempt->request->shared->engine, status,
                      attempt->exchange->hop.http_status);
}

/* An attempt has ended: with a checked answer, or for this reason. */
static void on_ended(void *context, enum pc_status status)
{
  struct pc_attempt *attempt = context;
  struct pc_request *request = attempt->request;

  pc_log_line(request->shared->engine->transport->log_level, PC_LOG_DEBUG,
              "request %s: %s, HTTP status %ld",
              attempt->exchange->order.request_id, pc_status_sentence(status),
              attempt->exchange->hop.http_status);
  pc_exchange_give_up(attempt->exchange);
  learn(attempt, status);
  if (status != PC_OK && request->hedge) {
    /* While the other is in flight, a failed attempt only ends itself. */
    if (attempt == request->attempt)
      request->attempt = request->hedge;
    request->hedge = NULL;
    pc_attempt_release(&attempt);
    return;
  }
  pc_alarm_end(&request->alarm);
  if (status == PC_OK)
    succeed(request, attempt);
  else
    judge(request, status);
}

/* Sends the body, for the first time or once more; *out is the attempt. */
static enum pc_status launch(struct pc_request *request,
                             struct pc_route *route,
                             bool is_hedge,
                             struct pc_attempt **out)
{
  struct pc_attempt *attempt =
      &request->places[request->places[0].request != NULL];

  *attempt =
      (struct pc_attempt){.request = request,
                          .on_ended = on_ended,
                          .body = {request->body.data, request->body.size},
                          .number = request->tries.count - 1,
                          .is_hedge = is_hedge,
                          .route = route};
  *out = attempt;
  request->tries.endpoints |= (pc_endpoint_set)1 << route->number;
  return pc_attempt_begin(attempt, request->shared, request->outcome);
}

static void on_hedge_due(void *context);

static enum pc_status await_hedge(struct pc_request *request)
{
  struct pc_requests *shared = request->shared;

  return pc_alarm_start(&shared->engine->reactor.timers,
                        (uint64_t)shared->plan->preference.hedge_delay_ms,
                        on_hedge_due, request, &request->alarm);
}

static enum pc_status send_hedge(struct pc_request *request,
                                 struct pc_route *route)
{
  struct pc_requests *shared = request->shared;

  pc_counter_add(&shared->engine->counters.hedges, 1);
  pc_counter_add(&shared->progress->hedges, 1);
  return launch(request, route, true, &request->hedge);
}

/*
 * The request has run for long: may the better of two win? Not where the first
 * one would not be sent now either; then the question comes up again.
 */
static void on_hedge_due(void *context)
{
  struct pc_request *request = context;
  struct pc_requests *shared = request->shared;
  struct pc_route *route = NULL;
  enum pc_status status = PC_OK;

  pc_alarm_end(&request->alarm);
  if (!pc_context_is_full(shared->engine))
    route = pc_routes_hedge(shared->routes, request->tries.endpoints);
  if (!route)
    status = await_hedge(request);
  else if (pc_budget_take(&shared->hedge_budget))
    status = send_hedge(request, route);
  if (status != PC_OK)
    report(shared, status);
}

struct pc_wish pc_request_wish(const struct pc_request *request)
{
  if (!request)
    return (struct pc_wish){.is_first = true};
  return (struct pc_wish){.tried = request->tries.endpoints,
                          .is_first = request->tries.count == 0,
                          .asked = request->next};
}

void pc_request_send(struct pc_request *request, struct pc_route *route)
{
  struct pc_requests *shared = request->shared;
  enum pc_status status = PC_OK;

  set_state(request, PC_REQUEST_RUNNING);
  request->next = NULL;
  if (!request->tries.count++)
    request->tries.started_ns = pc_clock_monotonic_ns();
  status = launch(request, route, false, &request->attempt);
  if (status == PC_OK && shared->hedge_budget.left)
    status = await_hedge(request);
  if (status != PC_OK)
    report(shared, status);
}
