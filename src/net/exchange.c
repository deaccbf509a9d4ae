#include "net/exchange.h"

#include <stdlib.h>

#include "base/clock.h"
#include "net/overdue.h"
#include "net/redirect.h"

enum { HEAD_CEILING = 256 * 1024 };

static struct pc_exchange *exchange_of(struct pc_hop *hop)
{
  return PC_ITEM_OF(hop, struct pc_exchange, hop);
}

static void on_hop_found(struct pc_hop *hop)
{
  struct pc_exchange *exchange = exchange_of(hop);

  exchange->shared->events->on_found(exchange->owner);
}

static void on_hop_connected(struct pc_hop *hop)
{
  struct pc_exchange *exchange = exchange_of(hop);

  exchange->shared->events->on_connected(exchange->owner);
}

static enum pc_status on_hop_begin(struct pc_hop *hop)
{
  struct pc_exchange *exchange = exchange_of(hop);

  return exchange->shared->events->on_begin(exchange->owner);
}

static enum pc_status
on_hop_body(struct pc_hop *hop, const char *data, size_t size)
{
  struct pc_exchange *exchange = exchange_of(hop);

  return exchange->shared->events->on_body(exchange->owner, data, size);
}

static void on_hop_lost(struct pc_hop *hop, enum pc_status status)
{
  struct pc_exchange *exchange = exchange_of(hop);

  exchange->loss = status;
  pc_alarm_hasten(exchange->alarm);
}

static void on_hop_ended(struct pc_hop *hop, enum pc_status status);

static const struct pc_hop_events hop_events = {.on_found = on_hop_found,
                                                .on_connected =
                                                    on_hop_connected,
                                                .on_begin = on_hop_begin,
                                                .on_body = on_hop_body,
                                                .on_lost = on_hop_lost,
                                                .on_ended = on_hop_ended};

static void forget_places(struct pc_exchange *exchange)
{
  free(exchange->url);
  free(exchange->place);
  exchange->url = NULL;
  exchange->place = NULL;
}

static void destroy(struct pc_exchange *exchange)
{
  pc_lane_deinit(&exchange->lane);
  pc_transfer_destroy(exchange->transfer);
  forget_places(exchange);
  pc_bytes_deinit(&exchange->hop.head);
  free(exchange);
}

static struct pc_exchange *create(struct pc_exchanges *shared)
{
  struct pc_exchange *exchange = calloc(1, sizeof(*exchange));

  if (!exchange)
    return NULL;
  exchange->shared = shared;
  exchange->hop.events = &hop_events;
  exchange->hop.order = &exchange->order;
  pc_bytes_init(&exchange->hop.head, HEAD_CEILING);
  pc_lane_init(&exchange->lane, &shared->pool, &exchange->hop);
  return exchange;
}

struct pc_exchange *pc_exchange_take(struct pc_exchanges *shared, void *owner)
{
  struct pc_link *idle = pc_queue_pop(&shared->idle);
  struct pc_exchange *exchange =
      idle ? PC_ITEM_OF(idle, struct pc_exchange, link) : create(shared);

  if (!exchange)
    return NULL;
  exchange->owner = owner;
  pc_counter_add(&shared->counters->in_flight, 1);
  return exchange;
}

void pc_exchanges_init(struct pc_exchanges *shared,
                       struct pc_reactor *reactor,
                       const struct pc_transport *transport,
                       const struct pc_exchange_events *events,
                       struct pc_counters *counters)
{
  *shared = (struct pc_exchanges){.reactor = reactor,
                                  .transport = transport,
                                  .events = events,
                                  .counters = counters};
  pc_queue_init(&shared->idle);
  pc_pool_init(&shared->pool, reactor, transport);
}

void pc_exchanges_close(struct pc_exchanges *shared)
{
  struct pc_link *link = NULL;

  while ((link = pc_queue_pop(&shared->idle)) != NULL)
    destroy(PC_ITEM_OF(link, struct pc_exchange, link));
  pc_pool_deinit(&shared->pool);
}

/* Is there a hop under way? */
static bool is_running(const struct pc_exchange *exchange)
{
  return exchange->alarm != NULL;
}

static void abort_hop(struct pc_exchange *exchange)
{
  pc_alarm_end(&exchange->alarm);
  pc_lane_abort(&exchange->lane);
  pc_transfer_abort(exchange->transfer);
}

static void end(struct pc_exchange *exchange, enum pc_status status)
{
  pc_counters_take_hop(exchange->shared->counters, &exchange->hop);
  if (status == PC_OK && !pc_exchange_is_success(exchange))
    status = PC_HTTP_ERROR;
  exchange->shared->events->on_done(exchange->owner, status);
}

static uint64_t elapsed_ms(const struct pc_exchange *exchange)
{
  return (pc_clock_monotonic_ns() - exchange->started_ns) / PC_NS_PER_MS;
}

static enum pc_status timeout_status(const struct pc_exchange *exchange)
{
  uint64_t connect_ms =
      (uint64_t)exchange->shared->transport->connect_timeout_ms;

  return !exchange->hop.is_connected && connect_ms < exchange->order.timeout_ms
             ? PC_CONNECT_TIMEOUT
             : PC_ATTEMPT_TIMEOUT;
}

/* Its time is up, or it would hear of nothing any more. */
static void on_overdue(void *context)
{
  struct pc_exchange *exchange = context;
  struct pc_hop *hop = &exchange->hop;
  enum pc_status status = exchange->loss;

  abort_hop(exchange);
  if (status == PC_OK) {
    status = timeout_status(exchange);
    pc_overdue_words(&(struct pc_overdue){.is_found = hop->is_found,
                                          .is_connected = hop->is_connected,
                                          .spent_ms = elapsed_ms(exchange),
                                          .received = hop->received,
                                          .expected_size = hop->expected_size},
                     hop->error_text, sizeof(hop->error_text));
  }
  end(exchange, status);
}

static enum pc_status transfer(struct pc_exchange *exchange)
{
  struct pc_exchanges *shared = exchange->shared;

  if (!exchange->transfer)
    exchange->transfer =
        pc_transfer_create(shared->reactor, shared->transport, &exchange->hop);
  return exchange->transfer ? pc_transfer_start(exchange->transfer)
                            : PC_NO_MEMORY;
}

static enum pc_status send_hop(struct pc_exchange *exchange)
{
  enum pc_status status = PC_INVALID_ARGUMENT;

  if (pc_transport_is_direct(exchange->shared->transport, exchange->hop.url))
    status = pc_lane_start(&exchange->lane);
  return status == PC_INVALID_ARGUMENT ? transfer(exchange) : status;
}

/* Nothing of the answer must be left from the hop before. */
static enum pc_status launch(struct pc_exchange *exchange)
{
  enum pc_status status = PC_OK;

  pc_hop_reset(&exchange->hop);
  exchange->loss = PC_OK;
  status = pc_alarm_start(&exchange->shared->reactor->timers,
                          exchange->hop.timeout_ms, on_overdue, exchange,
                          &exchange->alarm);
  if (status == PC_OK)
    status = send_hop(exchange);
  if (status != PC_OK)
    pc_alarm_end(&exchange->alarm);
  return status;
}

enum pc_status pc_exchange_start(struct pc_exchange *exchange)
{
  struct pc_hop *hop = &exchange->hop;

  pc_counter_add(&exchange->shared->counters->requests, 1);
  forget_places(exchange);
  exchange->redirects = 0;
  exchange->started_ns = pc_clock_monotonic_ns();
  hop->url = exchange->order.target->url;
  hop->method = exchange->order.target->method;
  hop->timeout_ms = exchange->order.timeout_ms;
  hop->is_on_new = false;
  return launch(exchange);
}

void pc_exchange_release(struct pc_exchange *exchange)
{
  if (!exchange)
    return;
  if (is_running(exchange))
    abort_hop(exchange);
  pc_counter_take(&exchange->shared->counters->in_flight, 1);
  pc_queue_push_front(&exchange->shared->idle, &exchange->link);
}

const char *pc_exchange_words(const struct pc_exchange *exchange)
{
  if (pc_redirect_is_status(exchange->hop.http_status))
    return pc_redirect_words(exchange->place, exchange->redirects);
  return exchange->hop.error_text;
}

void pc_exchange_give_up(struct pc_exchange *exchange)
{
  if (!is_running(exchange))
    return;
  abort_hop(exchange);
  pc_counters_take_hop(exchange->shared->counters, &exchange->hop);
}

/* Sends the hop as it stands now, in the time that is left. */
static enum pc_status launch_again(struct pc_exchange *exchange)
{
  uint64_t spent_ms = elapsed_ms(exchange);

  if (spent_ms >= exchange->order.timeout_ms)
    return PC_ATTEMPT_TIMEOUT;
  exchange->hop.timeout_ms = exchange->order.timeout_ms - spent_ms;
  return launch(exchange);
}

/* The answer is whole. May it be followed to where it redirects? */
static bool may_follow(struct pc_exchange *exchange)
{
  struct pc_hop *hop = &exchange->hop;

  if (!pc_redirect_is_status(hop->http_status))
    return false;
  exchange->place = pc_redirect_place(&hop->head, hop->url);
  return exchange->redirects < PC_REDIRECT_MOST && exchange->place &&
         pc_redirect_is_same_origin(hop->url, exchange->place);
}

static enum pc_status follow(struct pc_exchange *exchange)
{
  struct pc_hop *hop = &exchange->hop;

  exchange->redirects++;
  free(exchange->url);
  exchange->url = exchange->place;
  exchange->place = NULL;
  hop->url = exchange->url;
  hop->method = pc_redirect_method(hop->http_status, hop->method);
  return launch_again(exchange);
}

static void on_hop_ended(struct pc_hop *hop, enum pc_status status)
{
  struct pc_exchange *exchange = exchange_of(hop);
  bool is_going_on = false;

  pc_alarm_end(&exchange->alarm);
  if (exchange->loss != PC_OK)
    status = exchange->loss;
  else if (status == PC_ATTEMPT_TIMEOUT)
    status = timeout_status(exchange);
  if (hop->is_stale) {
    hop->is_on_new = true;
    status = launch_again(exchange);
    is_going_on = status == PC_OK;
  } else if (status == PC_OK && may_follow(exchange)) {
    status = follow(exchange);
    is_going_on = status == PC_OK;
  }
  if (!is_going_on)
    end(exchange, status);
}
