/*
 * context.h - what everything on the engine's thread can reach.
 *
 * One per engine. Thread: engine.
 */
#ifndef PC_ENGINE_CONTEXT_H
#define PC_ENGINE_CONTEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/queue.h"
#include "engine/decoder.h"
#include "net/counters.h"
#include "net/exchange.h"
#include "net/reactor.h"
#include "net/transport.h"

struct pc_context {
  struct pc_reactor reactor;
  struct pc_decoder decoder;
  const struct pc_transport *transport; /* kept */
  struct pc_exchanges exchanges;
  struct pc_exchanges probes;    /* which no call has sent */
  struct pc_queue jobs;          /* all that are not over */
  struct pc_queue runnable;      /* jobs with something to send and a slot */
  struct pc_queue outcomes;      /* handed over at the end of the turn */
  struct pc_queue pools;         /* of endpoints that are probed */
  struct pc_queue origins;       /* servers that jobs ask */
  struct pc_queue idle_requests; /* free list */
  struct pc_queue idle_readers;  /* free list */
  uint64_t random_state;
  uint64_t last_serial;    /* of targets */
  bool has_news_of_health; /* an endpoint of a pool fell ill, or recovered */
  struct pc_counters counters;
  struct pc_counters probe_counters;
};

/* An empty one, with nothing open. Keeps `transport` and the events of calls'
   attempts and of probes. */
void pc_context_init(struct pc_context *context,
                     const struct pc_transport *transport,
                     const struct pc_exchange_events *attempt_events,
                     const struct pc_exchange_events *probe_events);

/* Are as many requests in flight as the transport allows? */
static inline bool pc_context_is_full(const struct pc_context *context)
{
  uint32_t most = context->transport->max_in_flight;

  return most && pc_counter_read(&context->counters.in_flight) >= most;
}

#endif
