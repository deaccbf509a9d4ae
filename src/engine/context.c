#include "engine/context.h"

#include "base/clock.h"

void pc_context_init(struct pc_context *context,
                     const struct pc_transport *transport,
                     const struct pc_exchange_events *attempt_events,
                     const struct pc_exchange_events *probe_events)
{
  *context = (struct pc_context){.transport = transport};
  pc_queue_init(&context->jobs);
  pc_queue_init(&context->runnable);
  pc_queue_init(&context->outcomes);
  pc_queue_init(&context->origins);
  pc_queue_init(&context->pools);
  pc_queue_init(&context->idle_requests);
  pc_queue_init(&context->idle_readers);
  pc_exchanges_init(&context->exchanges, &context->reactor, transport,
                    attempt_events, &context->counters);
  pc_exchanges_init(&context->probes, &context->reactor, transport,
                    probe_events, &context->probe_counters);
  context->random_state = pc_clock_monotonic_ns() ^ (uintptr_t)context;
}
