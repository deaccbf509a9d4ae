/*
 * batching.h - inputs into batches, greedily and in order.
 *
 * A batch holds at most `max_items` inputs and, when `max_chars` is set, at
 * most `max_chars` code points; an input that alone is longer travels alone.
 * Set both limits and leave the rest zero. Thread: any.
 */
#ifndef PC_POLICY_BATCHING_H
#define PC_POLICY_BATCHING_H

#include <stdbool.h>
#include <stdint.h>

struct pc_batching {
  uint32_t max_items;
  uint64_t max_chars; /* code points, 0 for no limit */
  uint32_t items;     /* in the open batch */
  uint64_t chars;     /* in the open batch */
};

/*
 * Puts the next input, of `chars` code points, into a batch. Does it begin a
 * new one?
 */
bool pc_batching_begins(struct pc_batching *batching, uint64_t chars);

#endif
