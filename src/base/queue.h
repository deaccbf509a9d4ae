/*
 * queue.h - an intrusive list: the links live inside the items.
 *
 * Putting an item in or out allocates nothing and cannot fail. An item is in at
 * most one queue per link. One thread at a time.
 */
#ifndef PC_BASE_QUEUE_H
#define PC_BASE_QUEUE_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>

struct pc_link {
  struct pc_link *next; /* NULL while in no queue */
  struct pc_link *prev;
};

struct pc_queue {
  struct pc_link head; /* a ring: head.next is the first item */
};

/* The item of type `type` whose member `member` is `link`. */
#define PC_ITEM_OF(link, type, member)                                         \
  ((type *)(void *)((char *)(link)-offsetof(type, member)))

static inline void pc_queue_init(struct pc_queue *queue)
{
  queue->head.next = &queue->head;
  queue->head.prev = &queue->head;
}

static inline bool pc_queue_is_empty(const struct pc_queue *queue)
{
  return queue->head.next == &queue->head;
}

static inline bool pc_link_is_queued(const struct pc_link *link)
{
  return link->next != NULL;
}

static inline void pc_queue_push(struct pc_queue *queue, struct pc_link *link)
{
  link->next = &queue->head;
  link->prev = queue->head.prev;
  link->prev->next = link;
  queue->head.prev = link;
}

/* For free lists: the item used last is the warmest. */
static inline void pc_queue_push_front(struct pc_queue *queue,
                                       struct pc_link *link)
{
  link->prev = &queue->head;
  link->next = queue->head.next;
  link->next->prev = link;
  queue->head.next = link;
}

static inline void pc_link_remove(struct pc_link *link)
{
  assert(link->prev); /* it is in a queue */
  link->prev->next = link->next;
  link->next->prev = link->prev;
  link->next = NULL;
  link->prev = NULL;
}

/* Takes the first item out. NULL when there is none. */
static inline struct pc_link *pc_queue_pop(struct pc_queue *queue)
{
  struct pc_link *link = queue->head.next;

  if (pc_queue_is_empty(queue))
    return NULL;
  pc_link_remove(link);
  return link;
}

/* Moves all items of `from` behind those of `to`. */
static inline void pc_queue_move(struct pc_queue *to, struct pc_queue *from)
{
  if (pc_queue_is_empty(from))
    return;
  from->head.next->prev = to->head.prev;
  to->head.prev->next = from->head.next;
  from->head.prev->next = &to->head;
  to->head.prev = from->head.prev;
  pc_queue_init(from);
}

#endif
