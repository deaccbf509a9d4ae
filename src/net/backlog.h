/*
 * backlog.h - who has more to do than one turn of the loop leaves time for.
 *
 * What is small is served as soon as it is ready. What goes on for long queues
 * up here and is served piece by piece, one after the other, for so much a
 * turn: then the loop looks again at what has become ready. Thread: engine.
 */
#ifndef PC_NET_BACKLOG_H
#define PC_NET_BACKLOG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/queue.h"

struct pc_backlog_item;

/*
 * Does the next piece, and queues up again unless that was the last. Answers
 * how much it was: bytes, or what takes as long. The item is in no queue then,
 * and may end in this call.
 */
typedef size_t pc_backlog_go_on_fn(struct pc_backlog_item *item);

/* Lies in what goes on; zeroed but for go_on before its first use. */
struct pc_backlog_item {
  struct pc_link link;
  pc_backlog_go_on_fn *go_on;
};

struct pc_backlog {
  struct pc_queue items;
};

static inline void pc_backlog_init(struct pc_backlog *backlog)
{
  pc_queue_init(&backlog->items);
}

/* Queues the item up, unless it waits already. */
static inline void pc_backlog_add(struct pc_backlog *backlog,
                                  struct pc_backlog_item *item)
{
  if (!pc_link_is_queued(&item->link))
    pc_queue_push(&backlog->items, &item->link);
}

static inline bool pc_backlog_has(const struct pc_backlog_item *item)
{
  return pc_link_is_queued(&item->link);
}

/* It has nothing to do any more. Taking out what does not wait is fine. */
static inline void pc_backlog_remove(struct pc_backlog_item *item)
{
  if (pc_link_is_queued(&item->link))
    pc_link_remove(&item->link);
}

static inline bool pc_backlog_is_empty(const struct pc_backlog *backlog)
{
  return pc_queue_is_empty(&backlog->items);
}

/* Serves a turn's worth. */
void pc_backlog_serve(struct pc_backlog *backlog);

#endif
