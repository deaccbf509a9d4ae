/*
 * figures.h - what an engine has done, counted while it runs.
 *
 * Written by the engine's thread only, read by any: relaxed atomics, so a
 * reading is never torn but not of one moment either.
 */
#ifndef PC_ENGINE_FIGURES_H
#define PC_ENGINE_FIGURES_H

#include <stdatomic.h>
#include <stdint.h>

#define PC_FIGURES_LOWEST_STATUS 100
#define PC_FIGURES_STATUS_COUNT 500

typedef atomic_uint_fast64_t pc_figure;

struct pc_figures {
  pc_figure requests; /* attempts sent, copies included */
  pc_figure retries;
  pc_figure hedges;     /* copies sent */
  pc_figure hedges_won; /* copies that brought the answer */
  pc_figure connections_opened;
  pc_figure connections_reused; /* exchanges on a connection already open */
  pc_figure bytes_sent;         /* of request bodies */
  pc_figure bytes_received;     /* of answer bodies, as on the wire */
  pc_figure in_flight;          /* attempts under way now */
  pc_figure queued;             /* batches that wait to be sent now */
  pc_figure statuses[PC_FIGURES_STATUS_COUNT]; /* from 100 on */
};

/* Thread: engine. */
static inline void pc_figure_add(pc_figure *figure, uint64_t count)
{
  atomic_fetch_add_explicit(figure, count, memory_order_relaxed);
}

/* Thread: engine. */
static inline void pc_figure_take(pc_figure *figure, uint64_t count)
{
  atomic_fetch_sub_explicit(figure, count, memory_order_relaxed);
}

/* Thread: any. */
static inline uint64_t pc_figure_read(const pc_figure *figure)
{
  return atomic_load_explicit(figure, memory_order_relaxed);
}

#endif
