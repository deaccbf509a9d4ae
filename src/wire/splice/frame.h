/*
 * frame.h - what stands around the items of a joined answer.
 *
 * The text of the answer that begins at input 0, with the counts of its usage
 * added up over all answers and without a proxy_metadata that an earlier proxy
 * has left. One thread at a time.
 */
#ifndef PC_WIRE_SPLICE_FRAME_H
#define PC_WIRE_SPLICE_FRAME_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"
#include "base/status.h"
#include "wire/splice/answer.h"
#include "wire/splice/usage.h"

struct pc_splice_kept_frame {
  bool is_alone;                /* there is no other answer */
  struct pc_splice_frame frame; /* of the answer that begins at input 0 */
  /* Private from here on. */
  struct pc_splice_usage usage; /* its own */
  struct pc_bytes head;         /* its text up to the items, or nothing */
  struct pc_bytes tail;         /* its text behind the items */
  size_t head_start;            /* where they stood in that answer */
  size_t tail_start;
};

void pc_splice_frame_init(struct pc_splice_kept_frame *kept);

void pc_splice_frame_deinit(struct pc_splice_kept_frame *kept);

/*
 * Puts the frame aside and leaves only the items in `text`, the whole body that
 * `answer` has read; or the head, too, where it may stay. Errors as
 * pc_bytes_reserve.
 */
PC_MUST_CHECK enum pc_status
pc_splice_frame_keep(struct pc_splice_kept_frame *kept,
                     struct pc_bytes *text,
                     const struct pc_splice_answer *answer);

/* Writes what stands before the items; nothing when it still is in `text`. */
void pc_splice_frame_open(const struct pc_splice_kept_frame *kept,
                          const struct pc_splice_totals *totals,
                          struct pc_writer *writer);

/* What stands behind the items, up to where another member can be added. */
void pc_splice_frame_close(const struct pc_splice_kept_frame *kept,
                           const struct pc_splice_totals *totals,
                           struct pc_writer *writer);

/* The closing brace, and what follows it. */
void pc_splice_frame_end(const struct pc_splice_kept_frame *kept,
                         struct pc_writer *writer);

#endif
