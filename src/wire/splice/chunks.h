/*
 * chunks.h - a body in several pieces of memory, in order.
 *
 * Large parts keep the memory they came in; small ones are gathered with their
 * neighbours. One thread at a time.
 */
#ifndef PC_WIRE_SPLICE_CHUNKS_H
#define PC_WIRE_SPLICE_CHUNKS_H

#include <stdint.h>

#include "base/bytes.h"

#define PC_CHUNKS_LARGE ((size_t)64 << 10) /* from here on memory is moved */

struct pc_chunks {
  struct pc_bytes *items;
  uint32_t count;
  uint32_t capacity;
  struct pc_writer writer; /* to the last item, or to none; its status is that
                              of the whole body */
};

void pc_chunks_init(struct pc_chunks *chunks);

void pc_chunks_deinit(struct pc_chunks *chunks);

/* Lends the writer of small parts, until the next change. */
struct pc_writer *pc_chunks_open(struct pc_chunks *chunks);

/* Adds a part: takes its memory, or its content when it is small. */
void pc_chunks_add(struct pc_chunks *chunks, struct pc_bytes *part);

#endif
