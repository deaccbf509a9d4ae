/*
 * counters.h - what an engine has done, counted while it runs.
 *
 * Written by the engine's thread only, read by any: a relaxed load and store
 * each, so a reading is never torn but not of one moment either.
 */
#ifndef PC_NET_COUNTERS_H
#define PC_NET_COUNTERS_H

#include <stdatomic.h>
#include <stdint.h>

#include "net/hop.h"

#define PC_COUNTERS_LOWEST_STATUS 100
#define PC_COUNTERS_STATUS_COUNT 500

typedef atomic_uint_fast64_t pc_counter;

struct pc_counters {
  pc_counter requests; /* attempts sent, hedges included */
  pc_counter retries;
  pc_counter hedges;     /* second attempts beside slow ones */
  pc_counter hedges_won; /* those that brought the answer */
  pc_counter connections_opened;
  pc_counter connections_reused; /* exchanges on a connection already open */
  pc_counter bytes_sent;         /* of request bodies */
  pc_counter bytes_received;     /* of answer bodies, as on the wire */
  pc_counter in_flight;          /* attempts under way now */
  pc_counter queued;             /* batches that wait to be sent now */
  pc_counter limit;     /* requests at once that servers take which refuse */
  pc_counter throttled; /* requests that servers have refused as too many */
  pc_counter statuses[PC_COUNTERS_STATUS_COUNT]; /* from 100 on */
};

/* Thread: engine. */
static inline void pc_counter_add(pc_counter *counter, uint64_t count)
{
  uint64_t value = atomic_load_explicit(counter, memory_order_relaxed);

  atomic_store_explicit(counter, value + count, memory_order_relaxed);
}

/* Thread: engine. */
static inline void pc_counter_take(pc_counter *counter, uint64_t count)
{
  pc_counter_add(counter, 0 - count);
}

/* Thread: engine. */
static inline void pc_counter_put(pc_counter *counter, uint64_t value)
{
  atomic_store_explicit(counter, value, memory_order_relaxed);
}

/* Thread: any. */
static inline uint64_t pc_counter_read(const pc_counter *counter)
{
  return atomic_load_explicit(counter, memory_order_relaxed);
}

/* Counts a hop that has ended. Thread: engine. */
void pc_counters_take_hop(struct pc_counters *counters,
                          const struct pc_hop *hop);

#endif
