#include "engine/attempt.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "base/clock.h"
#include "engine/routes.h"

enum { NS_PER_MS = 1000000 };

/* Of English in UTF-8, for quotas: near enough where nobody has counted. */
static const double BYTES_PER_TOKEN = 4;

static enum pc_status on_begin(void *context)
{
  struct pc_attempt *attempt = context;

  return pc_reader_begin(attempt->reader);
}

static enum pc_status on_body(void *context, const char *data, size_t size)
{
  struct pc_attempt *attempt = context;
  struct pc_progress *progress = attempt->progress;

  pc_counter_add(&progress->received_bytes, size);
  if (pc_counter_read(&progress->received_bytes) >
      pc_counter_read(&progress->allowed_bytes))
    return PC_OVER_ALLOWANCE;
  return pc_reader_feed(attempt->reader, attempt->exchange, data, size);
}

static void on_done(void *context, enum pc_status status)
{
  struct pc_attempt *attempt = context;

  if (status == PC_OK)
    pc_reader_finish(attempt->reader);
  else
    attempt->on_ended(attempt, status);
}

static void on_found(void *context)
{
  struct pc_attempt *attempt = context;

  if (!attempt->is_scout)
    return;
  attempt->is_scout = false;
  pc_origin_find(attempt->origin);
}

static void on_connected(void *context)
{
  struct pc_attempt *attempt = context;

  on_found(attempt);
  pc_origin_reach(attempt->origin);
}

const struct pc_exchange_events pc_attempt_events = {.on_found = on_found,
                                                     .on_connected =
                                                         on_connected,
                                                     .on_begin = on_begin,
                                                     .on_body = on_body,
                                                     .on_done = on_done};

/* What is left of the attempt's and of the call's time, whichever is less. */
static uint64_t time_left_ms(const struct pc_requests *shared,
                             uint64_t timeout_ms)
{
  uint64_t now_ns = pc_clock_monotonic_ns();
  uint64_t left_ms = shared->deadline_ns > now_ns
                         ? (shared->deadline_ns - now_ns) / NS_PER_MS
                         : 0;

  return left_ms < timeout_ms ? left_ms : timeout_ms;
}

static void count_at_endpoint(const struct pc_attempt *attempt)
{
  struct pc_endpoint *endpoint = attempt->route->endpoint;

  if (!endpoint)
    return;
  pc_counter_add(&endpoint->requests, 1);
  pc_counter_add(&endpoint->in_flight, 1);
  if (attempt->is_hedge)
    pc_counter_add(&endpoint->hedges, 1);
  else if (attempt->number)
    pc_counter_add(&endpoint->retries, 1);
}

enum pc_status pc_attempt_begin(struct pc_attempt *attempt,
                                const struct pc_requests *shared,
                                const struct pc_outcome *outcome)
{
  struct pc_exchange_order *order = NULL;

  attempt->exchange = pc_exchange_take(&shared->engine->exchanges, attempt);
  attempt->reader = pc_reader_take(shared->engine, shared->plan, outcome->first,
                                   outcome->count, attempt->on_ended, attempt);
  if (!attempt->exchange || !attempt->reader)
    return PC_NO_MEMORY;
  order = &attempt->exchange->order;
  order->target = &attempt->route->target;
  order->body = attempt->body;
  order->timeout_ms = (uint64_t)ceil(shared->plan->preference.timeout_ms);
  order->deadline_ms =
      pc_clock_epoch_ms() + time_left_ms(shared, order->timeout_ms);
  snprintf(order->request_id, sizeof(order->request_id),
           "%.120s-%" PRIu32 "-%" PRIu32 "%s",
           pc_plan_word(shared->plan, PC_WORD_ID_STEM).data, outcome->batch,
           attempt->number, attempt->is_hedge ? "-hedge" : "");
  attempt->origin = attempt->route->origin;
  attempt->progress = shared->progress;
  count_at_endpoint(attempt);
  pc_origin_send(attempt->origin,
                 outcome->tokens < 0
                     ? (double)attempt->body.size / BYTES_PER_TOKEN
                     : outcome->tokens);
  attempt->is_scout = pc_origin_sends_scout(attempt->origin);
  order->is_address_doubted = pc_origin_takes_doubt(attempt->origin);
  return pc_exchange_start(attempt->exchange);
}

void pc_attempt_release(struct pc_attempt **attempt)
{
  struct pc_origin *origin = *attempt ? (*attempt)->origin : NULL;

  if (!*attempt)
    return;
  if (origin && (*attempt)->route->endpoint)
    pc_counter_take(&(*attempt)->route->endpoint->in_flight, 1);
  if ((*attempt)->is_scout)
    pc_origin_lose_scout(origin);
  pc_exchange_release((*attempt)->exchange);
  pc_reader_release((*attempt)->reader);
  **attempt = (struct pc_attempt){0};
  *attempt = NULL;
  if (origin)
    pc_origin_end(origin);
}
